/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP block and its address families, neighbours left out. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/frr/model.h"
#include "net/asn.h"

struct frr_bgp *frr_bgp_named(struct frr *c, int64_t asn, const char *table)
{
    struct frr_bgp *b, **slot;

    for (size_t i = 0; i < c->bgps.n; i++) {
        if (strcmp(c->bgps.v[i]->table, table) == 0 && c->bgps.v[i]->asn == asn)
            return c->bgps.v[i];
    }
    if (c->bgps.n >= FRR_MAX_INSTANCES) {
        frr_note(c, 0, "too many instances");
        return NULL;
    }
    b = frr_alloc(c, sizeof(*b));
    slot = b != NULL ? PUSH(c, &c->bgps) : NULL;
    if (slot == NULL)
        return NULL;
    b->table = table;
    b->asn = asn;
    b->local_pref = b->compare_routerid = b->deterministic_med = FACT_NONE;
    b->always_compare_med = b->multipath_relax = b->ignore_as_path = FACT_NONE;
    b->requires_policy = b->import_check = FACT_NONE;
    for (int f = 0; f < 2; f++)
        b->family[f] =
            (struct frr_bgp_family){FACT_NONE, FACT_NONE, {FACT_NONE, FACT_NONE, FACT_NONE}};
    b->by_name = map_new();
    if (b->by_name == NULL)
        c->failed = ERR_NOMEM;
    *slot = b;
    return b;
}

/** `router bgp ASN [vrf X]`. */
enum frr_answer frr_open_bgp(struct frr *c)
{
    const struct frr_line *l = c->line;
    const char *table = "";
    uint32_t asn;

    c->context = FRR_SKIP;
    if (!asn_parse(frr_word(l, 2), &asn))
        return frr_note(c, 2, "the AS number is missing");
    if (frr_is(l, 3, "view"))
        return frr_note(c, 3, "a view carries no traffic");
    if (frr_is(l, 3, "vrf") && l->n > 4)
        table = frr_table(frr_text(c, 4));
    c->bgp = frr_bgp_named(c, asn, table);
    if (c->bgp != NULL) {
        c->context = FRR_BGP;
        c->family = 4;
    }
    return FRR_DONE;
}

bool frr_requires_policy(const struct frr *c, const struct frr_bgp *b)
{
    if (b->requires_policy != FACT_NONE)
        return b->requires_policy != 0;
    if (c->platform->requires_policy != FACT_NONE)
        return c->platform->requires_policy != 0;
    return !c->datacenter && (c->version == 0 || c->version >= 704);
}

bool frr_import_check(const struct frr *c, const struct frr_bgp *b)
{
    if (b->import_check != FACT_NONE)
        return b->import_check != 0;
    if (c->platform->import_check != FACT_NONE)
        return c->platform->import_check != 0;
    return c->datacenter || c->version == 0 || c->version >= 704;
}

static enum frr_answer read_addr(struct frr *c, size_t i, struct addr *out)
{
    uint64_t number;

    if (c->line->negated) {
        *out = (struct addr){0};
        return FRR_DONE;
    }
    if (addr_parse(frr_word(c->line, i), out) && out->family == 4)
        return FRR_DONE;
    *out = (struct addr){0};
    if (!slice_u64(frr_word(c->line, i), UINT32_MAX, &number))
        return frr_note(c, i, "not an address");
    out->family = 4; /* a cluster id may be written as a number */
    for (int k = 0; k < 4; k++)
        out->b[k] = (uint8_t)(number >> (24 - 8 * k));
    return FRR_DONE;
}

/** Statements that are on or off. */
static bool toggle(struct frr *c)
{
    struct frr_bgp *b = c->bgp;
    const struct {
        const char *statement;
        int64_t *flag;
    } toggles[] = {
        {"deterministic-med", &b->deterministic_med},
        {"always-compare-med", &b->always_compare_med},
        {"ebgp-requires-policy", &b->requires_policy},
        {"network import-check", &b->import_check},
        {"bestpath compare-routerid", &b->compare_routerid},
        {"bestpath as-path ignore", &b->ignore_as_path},
        {"bestpath as-path multipath-relax", &b->multipath_relax},
    };

    for (size_t i = 0; i < sizeof(toggles) / sizeof(*toggles); i++) {
        if (frr_begins(c->line, 1, toggles[i].statement)) {
            *toggles[i].flag = !c->line->negated;
            return true;
        }
    }
    return false;
}

/** Statements that change the choice of routes in ways that facts can't say. */
static bool beyond(struct frr *c)
{
    static const struct {
        const char *statement, *why;
    } noted[] = {
        {"listen", "neighbours that are not named can't be known"},
        {"confederation", "confederations are not followed"},
        {"bestpath", "a rule of path selection that is not followed"},
        {"client-to-client", "reflection between clients is taken as on"},
        {"max-med", "a MED sent only at times"},
        {"graceful-shutdown", "graceful shutdown is not followed"},
        {"route-reflector", "changes by policy on reflected routes are not followed"},
        {"disable-ebgp-connected-route-check", "taken as if neighbours were on the link"},
        {"default shutdown", "neighbours without a shutdown statement are taken as on"},
    };

    for (size_t i = 0; i < sizeof(noted) / sizeof(*noted); i++) {
        if (!frr_begins(c->line, 1, noted[i].statement))
            continue;
        if (!c->line->negated || i == 3)
            frr_note(c, 1, noted[i].why);
        if (i == 0 && !c->line->negated)
            frr_untold(c, "bgp range", c->bgp->table);
        return true;
    }
    return false;
}

/** What stands behind `bgp`. */
static enum frr_answer setting(struct frr *c)
{
    const struct frr_line *l = c->line;
    struct frr_bgp *b = c->bgp;

    if (frr_is(l, 1, "router-id"))
        return read_addr(c, 2, &b->router_id);
    if (frr_is(l, 1, "cluster-id"))
        return read_addr(c, 2, &b->cluster_id);
    if (frr_begins(l, 1, "default ipv4-unicast")) {
        b->no_ipv4_default = l->negated;
    } else if (frr_begins(l, 1, "default ipv6-unicast")) {
        b->ipv6_default = !l->negated;
    } else if (frr_begins(l, 1, "default local-preference")) {
        if (l->negated)
            b->local_pref = FACT_NONE;
        else
            frr_number(c, 3, 0, UINT32_MAX, &b->local_pref);
    } else if (frr_is(l, 1, "shutdown")) {
        b->shutdown = !l->negated;
    } else if (frr_is_idle(l)) {
        return FRR_DONE;
    } else if (!toggle(c) && !beyond(c)) {
        return FRR_UNKNOWN;
    }
    return FRR_DONE;
}

/** "10.0.0.0/8" or, IPv4 only, "10.0.0.0 mask 255.0.0.0"; words taken, 0: neither. */
static size_t read_prefix(struct frr *c, size_t i, struct prefix *out)
{
    const struct frr_line *l = c->line;
    struct addr a, mask;
    unsigned len = 0;
    size_t at = frr_is(l, i + 1, "mask") ? i + 2 : i + 1;

    if (memchr(frr_word(l, i).p, '/', frr_word(l, i).n) != NULL)
        return prefix_parse_loose(l->w[i], out) && out->addr.family == c->family ? 1 : 0;
    if (!addr_parse(frr_word(l, i), &a) || a.family != 4 || c->family != 4 ||
        !addr_parse(frr_word(l, at), &mask) || mask.family != 4)
        return 0;
    while (len < 32 && (mask.b[len / 8] >> (7 - len % 8) & 1) != 0)
        len++;
    *out = prefix_of(&a, len);
    return at + 1 - i;
}

static enum frr_answer network(struct frr *c, const char *how)
{
    const struct frr_line *l = c->line;
    struct fact_origination *o;
    struct prefix p;
    size_t n = read_prefix(c, 1, &p);

    if (l->negated)
        return FRR_DONE;
    if (n == 0)
        return frr_note(c, 1, "not a prefix of this family");
    if (frr_is(l, 1 + n, "backdoor"))
        return frr_note(c, 1 + n, "a backdoor network is not announced");
    o = frr_originate(c, c->bgp->table, "bgp", how, c->family);
    if (o == NULL)
        return FRR_DONE;
    o->prefix = p;
    frr_options(c, 1 + n, o);
    for (size_t i = 1 + n; i < l->n; i++) {
        if (frr_is(l, i, "summary-only"))
            o->summary_only = 1;
        else if (frr_is(l, i, "as-set"))
            o->as_set = 1;
        else if (frr_is(l, i, "suppress-map") || frr_is(l, i, "origin") ||
                 frr_is(l, i, "matching-MED-only"))
            frr_note(c, i, "an option of aggregates that is not followed");
    }
    return FRR_DONE;
}

static enum frr_answer redistribute(struct frr *c)
{
    const struct frr_line *l = c->line;
    const char *protocol = frr_protocol(frr_word(l, 1));
    struct fact_origination *o;

    if (l->negated)
        return FRR_DONE;
    if (protocol == NULL)
        return frr_note(c, 1, "a source of routes that is not known");
    o = frr_originate(c, c->bgp->table, "bgp", "redistribute", c->family);
    if (o != NULL) {
        o->protocol = protocol;
        frr_options(c, 2, o);
    }
    return FRR_DONE;
}

static enum frr_answer maximum_paths(struct frr *c, struct frr_bgp_family *f)
{
    bool ibgp = frr_is(c->line, 1, "ibgp");
    int64_t *to = ibgp ? &f->maximum_paths_ibgp : &f->maximum_paths;

    if (c->line->negated)
        *to = FACT_NONE;
    else
        frr_number(c, ibgp ? 2 : 1, 1, 1024, to);
    return FRR_DONE;
}

static enum frr_answer distance(struct frr *c, struct frr_bgp_family *f)
{
    if (!frr_is(c->line, 1, "bgp"))
        return frr_note(c, 1, "distances of single prefixes are not followed");
    for (size_t i = 0; i < 3; i++) {
        f->distance[i] = FACT_NONE;
        if (!c->line->negated)
            frr_number(c, 2 + i, 1, 255, &f->distance[i]);
    }
    return FRR_DONE;
}

/** Leaking between tables, and what goes with VPNs. */
static bool is_vpn(const struct frr_line *l)
{
    static const char *const words[] = {
        "import vrf", "import vpn",  "export vpn",    "rd vpn",  "rt",  "rt vpn",
        "label vpn",  "nexthop vpn", "route-map vpn", "sid vpn", "vni", "advertise"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (frr_begins(l, 0, words[i]))
            return true;
    }
    return false;
}

enum frr_answer frr_bgp_family(struct frr *c)
{
    const struct frr_line *l = c->line;
    struct frr_bgp_family *f = &c->bgp->family[c->family == 6];

    if (frr_is(l, 0, "neighbor"))
        return frr_neighbor(c);
    if (frr_is(l, 0, "network"))
        return network(c, "network");
    if (frr_is(l, 0, "aggregate-address"))
        return network(c, "aggregate");
    if (frr_is(l, 0, "redistribute"))
        return redistribute(c);
    if (frr_is(l, 0, "maximum-paths"))
        return maximum_paths(c, f);
    if (frr_is(l, 0, "distance"))
        return distance(c, f);
    if (frr_is(l, 0, "table-map"))
        return frr_note(c, 0, "a filter between BGP and the table that is not applied");
    if (is_vpn(l)) {
        if (!l->negated)
            frr_untold(c, "leaked", c->bgp->table);
        return frr_note(c, 0, "routes leaked between tables are not followed");
    }
    return FRR_UNKNOWN;
}

static enum frr_answer open_family(struct frr *c)
{
    const struct frr_line *l = c->line;
    bool six = frr_is(l, 1, "ipv6");

    if ((six || frr_is(l, 1, "ipv4")) && (l->n == 2 || frr_is(l, 2, "unicast"))) {
        c->family = six ? 6 : 4;
        c->context = FRR_BGP_FAMILY;
        return FRR_DONE;
    }
    c->context = FRR_BGP_OTHER_FAMILY;
    return frr_note(c, 1, "only IPv4 and IPv6 unicast are read");
}

enum frr_answer frr_bgp_statement(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 0, "bgp"))
        return setting(c);
    if (frr_is(l, 0, "address-family") && !l->negated)
        return open_family(c);
    c->family = 4; /* statements outside of address families are about IPv4 */
    return frr_bgp_family(c);
}
