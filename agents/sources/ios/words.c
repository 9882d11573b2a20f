/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements in FRR's words, by tables.
 *
 * A rule says what a statement begins with and what becomes of that beginning; the words behind
 * it stay. `*` is any one word, kept where `*` stands on the other side. The first rule that
 * fits counts. An empty right side: the statement says nothing of routes.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agents/sources/ios/model.h"

#define MAX_KEPT 4

struct rule {
    unsigned platforms;
    const char *from, *to;
};

static const struct rule interface_rules[] = {
    {IOS_ALL, "vrf forwarding", "vrf"},
    {IOS_ALL, "ip vrf forwarding", "vrf"},
    {IOS_NXOS, "vrf member", "vrf"},
    {IOS_XR, "ipv4 address", "ip address"},
    {IOS_ALL, "ip router ospf * area", "ip ospf * area"},
    {IOS_ALL, "ipv6 router ospfv3 * area", "ipv6 ospf6 * area"},
    {IOS_ALL, "ip ospf passive-interface", "ip ospf passive"},
    {IOS_ALL, "ipv6 ospf * area", "ipv6 ospf6 * area"},
    {IOS_ALL, "ipv6 ospf", "ipv6 ospf6"},
    {IOS_ALL, "ospfv3 cost", "ipv6 ospf6 cost"},
    {IOS_ALL, "ospfv3 network", "ipv6 ospf6 network"},
    {IOS_ALL, "ospfv3 passive-interface", "ipv6 ospf6 passive"},
    {IOS_ALL, "ospfv3 * ipv6 area", "ipv6 ospf6 * area"},
    {IOS_EOS, "isis passive-interface default", ""},
    {IOS_NXOS, "isis passive-interface", "isis passive"},
    {IOS_ALL, "isis metric maximum", ""},
    {IOS_ALL, "isis metric * level-1", "isis metric level-1 *"},
    {IOS_ALL, "isis metric * level-2", "isis metric level-2 *"},
    {IOS_ALL, "isis circuit-type level-1-2", "isis circuit-type level-1-2"},
};

static const struct rule bgp_rules[] = {
    {IOS_ALL, "router-id", "bgp router-id"},
    {IOS_ALL, "cluster-id", "bgp cluster-id"},
    {IOS_XR, "bgp bestpath med always", "bgp always-compare-med"},
    {IOS_NXOS, "bestpath always-compare-med", "bgp always-compare-med"},
    {IOS_NXOS, "bestpath", "bgp bestpath"},
    {IOS_ALL, "maximum-paths ebgp", "maximum-paths"},
    {IOS_ALL, "default local-preference", "bgp default local-preference"},
    {IOS_ALL, "bgp log-neighbor-changes", ""},
    {IOS_ALL, "bgp log", ""},
    {IOS_ALL, "log-neighbor-changes", ""},
    {IOS_ALL, "bgp dampening", ""},
    {IOS_ALL, "dampening", ""},
    {IOS_ALL, "bgp additional-paths", ""},
    {IOS_ALL, "additional-paths", ""},
    {IOS_ALL, "bgp graceful-restart", ""},
    {IOS_ALL, "graceful-restart", ""},
    {IOS_ALL, "graceful-restart-helper", ""},
    {IOS_ALL, "timers", ""},
    {IOS_ALL, "no-shutdown", ""},
    {IOS_ALL, "synchronization", ""},
    {IOS_ALL, "auto-summary", ""},
    {IOS_ALL, "bgp fast-external-fallover", ""},
    {IOS_ALL, "bgp nexthop", ""},
    {IOS_ALL, "nexthop", ""},
    {IOS_ALL, "bgp scan-time", ""},
    {IOS_ALL, "bgp update-delay", ""},
    {IOS_ALL, "update", ""},
    {IOS_ALL, "fast-external-fallover", ""},
    {IOS_ALL, "enforce-first-as", ""},
    {IOS_ALL, "nsr", ""},
    {IOS_ALL, "ibgp policy", ""},
    {IOS_ALL, "description", ""},
    {IOS_ALL, "reconnect-interval", ""},
    {IOS_ALL, "bgp asn", ""},
    {IOS_ALL, "bgp unsafe-ebgp-policy", "no bgp ebgp-requires-policy"},
    {IOS_ALL, "rd", ""},
    {IOS_ALL, "route-target", "rt vpn"},
    {IOS_ALL, "allocate-label", ""},
    {IOS_ALL, "label", ""},
    {IOS_ALL, "exit-address-family", ""},
    {IOS_ALL, "exit", ""},
};

/* Behind `neighbor NAME`. */
static const struct rule neighbor_rules[] = {
    {IOS_EOS, "peer group", "peer-group"},
    {IOS_XR, "use neighbor-group", "peer-group"},
    {IOS_XR, "use session-group", "inherit"},
    {IOS_XR, "use af-group", "inherit"},
    {IOS_ALL, "inherit peer-session", "inherit"},
    {IOS_ALL, "inherit peer-policy", "inherit"},
    {IOS_NXOS, "inherit peer", "peer-group"},
    {IOS_XR, "route-policy", "route-map"},
    {IOS_XR, "send-community-ebgp", "send-community"},
    {IOS_ALL, "send-extended-community-ebgp", ""},
    {IOS_ALL, "send-community standard", "send-community"},
    {IOS_ALL, "send-community both", "send-community"},
    {IOS_NXOS, "send-community extended", ""},
    {IOS_ALL, "remove-private-as", "remove-private-AS"},
    {IOS_NXOS, "allowas-in", "allowas-in"},
    {IOS_ALL, "ttl maximum-hops", "ebgp-multihop"},
    {IOS_NXOS, "disable-connected-check", "disable-connected-check"},
    {IOS_XR, "ignore-connected-check", "disable-connected-check"},
    {IOS_XR, "default-originate route-policy", "default-originate route-map"},
    {IOS_EOS, "default-originate always", "default-originate"},
    {IOS_ALL, "description", ""},
    {IOS_ALL, "password", ""},
    {IOS_ALL, "maximum-routes", ""},
    {IOS_ALL, "maximum-prefix", ""},
    {IOS_ALL, "soft-reconfiguration", ""},
    {IOS_ALL, "timers", ""},
    {IOS_ALL, "fall-over", ""},
    {IOS_ALL, "bfd", ""},
    {IOS_ALL, "version", ""},
    {IOS_ALL, "ha-mode", ""},
    {IOS_ALL, "transport", ""},
    {IOS_ALL, "advertisement-interval", ""},
    {IOS_ALL, "advertise additional-paths", ""},
    {IOS_ALL, "additional-paths", ""},
    {IOS_ALL, "capability", ""},
    {IOS_ALL, "dont-capability-negotiate", ""},
    {IOS_ALL, "dynamic-capability", ""},
    {IOS_ALL, "log-neighbor-changes", ""},
    {IOS_ALL, "log", ""},
    {IOS_ALL, "graceful-restart", ""},
    {IOS_ALL, "session-open-mode", ""},
    {IOS_ALL, "keychain", ""},
    {IOS_ALL, "dscp", ""},
    {IOS_ALL, "precedence", ""},
    {IOS_ALL, "tcp", ""},
    {IOS_ALL, "low-memory", ""},
    {IOS_ALL, "address prefix-sid", ""},
    {IOS_ALL, "rib-in pre-policy", ""},
    {IOS_ALL, "rd", ""},
    {IOS_ALL, "peer-filter", ""},
    {IOS_ALL, "exit-peer-session", ""},
    {IOS_ALL, "exit-peer-policy", ""},
    {IOS_ALL, "exit", ""},
};

static const struct rule igp_rules[] = {
    {IOS_ALL, "router-id", "ospf router-id"},
    {IOS_ALL, "redistribute direct", "redistribute connected"},
    {IOS_ALL, "redistribute ospfv3", "redistribute ospf6"},
    {IOS_XR, "default-metric", ""},
    {IOS_ALL, "max-lsa", ""},
    {IOS_ALL, "log-adjacency-changes", ""},
    {IOS_ALL, "log", ""},
    {IOS_ALL, "max-metric", ""},
    {IOS_ALL, "timers", ""},
    {IOS_ALL, "nsf", ""},
    {IOS_ALL, "nsr", ""},
    {IOS_ALL, "bfd", ""},
    {IOS_ALL, "fast-reroute", ""},
    {IOS_ALL, "shutdown", "shutdown"},
    {IOS_ALL, "metric-style", ""},
    {IOS_ALL, "metric", ""},
    {IOS_ALL, "hello", ""},
    {IOS_ALL, "lsp", ""},
    {IOS_ALL, "lsp-gen-interval", ""},
    {IOS_ALL, "spf-interval", ""},
    {IOS_ALL, "spf", ""},
    {IOS_ALL, "set-overload-bit", ""},
    {IOS_ALL, "hostname", ""},
    {IOS_ALL, "authentication", ""},
    {IOS_ALL, "area * authentication", ""},
    {IOS_ALL, "message-digest-key", ""},
    {IOS_ALL, "ispf", ""},
    {IOS_ALL, "prc-interval", ""},
    {IOS_ALL, "distance", ""},
    {IOS_ALL, "graceful-restart", ""},
    {IOS_ALL, "graceful-restart-helper", ""},
    {IOS_ALL, "mpls", ""},
    {IOS_ALL, "segment-routing", ""},
    {IOS_ALL, "hello-interval", ""},
    {IOS_ALL, "dead-interval", ""},
    {IOS_ALL, "hello-padding", ""},
    {IOS_ALL, "adjacency", ""},
    {IOS_ALL, "advertise", ""},
    {IOS_ALL, "single-topology", ""},
    {IOS_ALL, "multi-topology", ""},
    {IOS_ALL, "exit-address-family", ""},
    {IOS_ALL, "exit", ""},
    {IOS_ALL, "priority", ""},
    {IOS_ALL, "mtu-ignore", ""},
    {IOS_ALL, "name-lookup", ""},
    {IOS_ALL, "ispf", ""},
    {IOS_ALL, "vrf", ""},
};

static const struct {
    const struct rule *v;
    size_t n;
} tables[IOS_T_TABLES] = {
    [IOS_T_INTERFACE] = {interface_rules, sizeof(interface_rules) / sizeof(*interface_rules)},
    [IOS_T_BGP] = {bgp_rules, sizeof(bgp_rules) / sizeof(*bgp_rules)},
    [IOS_T_NEIGHBOR] = {neighbor_rules, sizeof(neighbor_rules) / sizeof(*neighbor_rules)},
    [IOS_T_IGP] = {igp_rules, sizeof(igp_rules) / sizeof(*igp_rules)},
};

const struct frr_line *ios_at(struct ios *x, size_t i)
{
    x->c->line = &x->nodes[i].line;
    return x->c->line;
}

/** Words taken by the left side of a rule, 0: it doesn't fit. */
static size_t fits(const struct frr_line *l, size_t i, const char *from,
                   struct slice kept[MAX_KEPT])
{
    struct slice rest = slice_of(from), word;
    size_t n = 0, k = 0;

    for (; slice_split(&rest, ' ', &word); n++) {
        if (i + n >= l->n)
            return 0;
        if (word.n == 1 && word.p[0] == '*') {
            if (k < MAX_KEPT)
                kept[k++] = l->w[i + n];
        } else if (l->w[i + n].n != word.n || memcmp(l->w[i + n].p, word.p, word.n) != 0) {
            return 0;
        }
    }
    return n;
}

/** A statement that is being made of words. */
struct making {
    struct slice *w;
    size_t n;
};

static void put(struct making *m, const char *words, const struct slice kept[MAX_KEPT])
{
    struct slice rest = slice_of(words), word;

    for (size_t k = 0; slice_split(&rest, ' ', &word);) {
        if (word.n == 1 && word.p[0] == '*' && kept != NULL)
            word = kept[k < MAX_KEPT ? k++ : 0];
        if (word.n > 0)
            m->w[m->n++] = word;
    }
}

static struct frr_line *new_line(struct ios *x, const struct frr_line *like)
{
    struct frr_line *l = frr_alloc(x->c, sizeof(*l));

    if (l != NULL)
        *l = *like;
    return l;
}

static size_t count_words(const char *text)
{
    size_t n = 1;

    for (; text != NULL && *text != '\0'; text++)
        n += *text == ' ';
    return n;
}

bool ios_translate(struct ios *x, enum ios_table table, const char *prefix)
{
    const struct frr_line *l = x->c->line;
    const char *to = NULL;
    struct slice kept[MAX_KEPT] = {{"", 0}};
    struct frr_line *out;
    struct making m = {0};
    size_t taken = 0;

    for (size_t i = 0; to == NULL && i < tables[table].n; i++) {
        const struct rule *r = &tables[table].v[i];

        if ((r->platforms & x->platform) == 0)
            continue;
        taken = fits(l, 0, r->from, kept);
        to = taken > 0 ? r->to : NULL;
    }
    if (to != NULL && *to == '\0')
        return false;
    if (to == NULL && prefix == NULL)
        return true;
    out = new_line(x, l);
    m.w = arena_array(x->c->arena, l->n + count_words(to) + count_words(prefix) + 4,
                      sizeof(*m.w));
    if (out == NULL || m.w == NULL)
        return false;
    if (prefix != NULL)
        put(&m, prefix, NULL);
    if (to != NULL && strncmp(to, "no ", 3) == 0) {
        out->negated = !l->negated;
        to += 3;
    }
    if (to != NULL)
        put(&m, to, kept);
    for (size_t i = to != NULL ? taken : 0; i < l->n; i++)
        m.w[m.n++] = l->w[i];
    out->w = m.w;
    out->n = m.n;
    x->c->line = out;
    return true;
}

void ios_say(struct ios *x, const char *words)
{
    struct frr_line *out = new_line(x, x->c->line);
    const char *copy = frr_printf(x->c, "%s", words);
    struct making m = {0};

    m.w = arena_array(x->c->arena, count_words(words) + 1, sizeof(*m.w));
    if (out == NULL || m.w == NULL)
        return;
    put(&m, copy, NULL);
    out->w = m.w;
    out->n = m.n;
    out->negated = false;
    x->c->line = out;
}

void ios_rename_policy(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    struct frr_line *out;
    struct slice *w;

    for (size_t i = 0; i + 1 < l->n; i++) {
        if (!frr_is(l, i, "route-policy"))
            continue;
        out = frr_alloc(c, sizeof(*out));
        w = arena_array(c->arena, l->n, sizeof(*w));
        if (out == NULL || w == NULL)
            return;
        memcpy(w, l->w, l->n * sizeof(*w));
        w[i] = slice_of("route-map");
        w[i + 1] = slice_of(ios_xr_policy(x, frr_text(c, i + 1)));
        *out = *l;
        out->w = w;
        c->line = out;
        return;
    }
}

/** How many letters the type of an interface has: "GigabitEthernet0/1" 15. */
static size_t type_length(const char *name)
{
    return strcspn(name, "0123456789");
}

const char *ios_interface_name(struct ios *x, const char *name)
{
    const struct frr *c = x->c;
    size_t n = name != NULL ? type_length(name) : 0;
    const char *found = name;

    if (name == NULL || map_get_str(c->interface_by_name, name) != NULL)
        return name;
    for (size_t i = 0; i < c->interfaces.n; i++) {
        const char *full = c->interfaces.v[i]->name;
        size_t k = type_length(full);

        if (k < n || strncasecmp(full, name, n) != 0 || strcmp(full + k, name + n) != 0)
            continue;
        if (found != name)
            return name; /* short for several */
        found = full;
    }
    return found;
}

size_t ios_prefix(const struct frr_line *l, size_t i, bool wildcard, struct prefix *out)
{
    struct addr a, mask;
    uint32_t bits;
    unsigned len = 0;

    if (memchr(frr_word(l, i).p, '/', frr_word(l, i).n) != NULL)
        return prefix_parse_loose(l->w[i], out) ? 1 : 0;
    if (!addr_parse(frr_word(l, i), &a) || a.family != 4 ||
        !addr_parse(frr_word(l, i + 1), &mask) || mask.family != 4)
        return 0;
    bits = (uint32_t)mask.b[0] << 24 | (uint32_t)mask.b[1] << 16 | (uint32_t)mask.b[2] << 8 |
           mask.b[3];
    bits = wildcard ? ~bits : bits;
    while (len < 32 && (bits >> (31 - len) & 1) != 0)
        len++;
    if (len < 32 && (bits << len) != 0)
        return 0; /* a mask with holes */
    *out = prefix_of(&a, len);
    return 2;
}
