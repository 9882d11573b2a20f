/* SPDX-License-Identifier: Apache-2.0 */
/* Prefix lists, access lists, community lists and AS-path lists. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/frr/model.h"

struct frr_list *frr_list(struct frr *c, enum frr_list_use use, int family, const char *name)
{
    const char *key = frr_printf(c, "%d %d %s", (int)use, family, name);
    union map_value *at = map_at_str(c->list_by_name, key);
    struct frr_list *list, **slot;

    if (at != NULL && at->p != NULL)
        return at->p;
    list = frr_alloc(c, sizeof(*list));
    slot = at != NULL && list != NULL ? PUSH(c, &c->lists) : NULL;
    if (slot == NULL) {
        c->failed = ERR_NOMEM;
        return NULL;
    }
    *list = (struct frr_list){.use = use, .family = family, .name = name};
    at->p = list;
    *slot = list;
    return list;
}

struct frr_list *frr_use_list(struct frr *c, enum frr_list_use use, int family,
                              const char *name)
{
    struct frr_list *list = frr_list(c, use, family, name);

    if (list != NULL)
        list->used = true;
    return list;
}

/** The list can't be relied on as a whole. Of packet filters that is no news. */
static enum frr_answer give_up(struct frr *c, struct frr_list *list, size_t i, const char *why)
{
    list->opaque = true;
    return list->extended ? FRR_DONE : frr_note(c, i, why);
}

/** `[seq N] permit|deny` from word *i on, which moves behind it; NULL (noted) when it isn't
 * there. */
static struct fact_match_list *open_term(struct frr *c, struct frr_list *list, size_t *i)
{
    const struct frr_line *l = c->line;
    struct fact_match_list *t;
    int64_t seq = FACT_NONE;

    if (list == NULL)
        return NULL;
    list->defined = true;
    if (frr_is(l, *i, "seq")) {
        if (!frr_number(c, *i + 1, 0, UINT32_MAX, &seq)) {
            list->opaque = true;
            return NULL;
        }
        *i += 2;
    }
    if (!frr_is(l, *i, "permit") && !frr_is(l, *i, "deny")) {
        give_up(c, list, *i, "neither permit nor deny");
        return NULL;
    }
    t = PUSH(c, &list->terms);
    if (t == NULL)
        return NULL;
    fact_init(FACT_MATCH_LIST, t);
    t->seq = seq != FACT_NONE ? seq : list->last_seq / 5 * 5 + 5; /* as FRR numbers them */
    if (t->seq > list->last_seq)
        list->last_seq = t->seq;
    t->action = frr_is(l, *i, "permit") ? "permit" : "deny";
    (*i)++;
    return t;
}

/** An entry that can't be told: the whole list can't be relied on. */
static enum frr_answer drop_term(struct frr *c, struct frr_list *list, size_t i,
                                 const char *why)
{
    list->terms.n--;
    return give_up(c, list, i, why);
}

static void set_prefix(struct frr *c, struct fact_match_list *t, const struct prefix *p)
{
    char text[PREFIX_TEXT];

    t->value = frr_printf(c, "%s", prefix_format(p, text));
}

/** `PREFIX|any [ge N] [le N]`. */
static enum frr_answer prefix_term(struct frr *c, struct frr_list *list, size_t i)
{
    const struct frr_line *l = c->line;
    struct fact_match_list *t = open_term(c, list, &i);
    int64_t bits = list != NULL && list->family == 6 ? 128 : 32;
    struct prefix p;

    if (t == NULL)
        return FRR_DONE;
    if (frr_is(l, i, "any")) {
        t->value = "any";
    } else {
        if (!prefix_parse_loose(frr_word(l, i), &p) || p.addr.family != list->family)
            return drop_term(c, list, i, "not a prefix of this family");
        set_prefix(c, t, &p);
    }
    for (i++; i + 1 < l->n; i += 2) {
        if (frr_is(l, i, "ge") && frr_number(c, i + 1, 0, bits, &t->ge))
            continue;
        if (frr_is(l, i, "le") && frr_number(c, i + 1, 0, bits, &t->le))
            continue;
        return drop_term(c, list, i, "neither ge nor le with a length");
    }
    return FRR_DONE;
}

static enum frr_answer prefix_list(struct frr *c, int family)
{
    const struct frr_line *l = c->line;
    const char *name = frr_text(c, 2);
    struct frr_list *list;

    if (name == NULL || l->negated || frr_is(l, 2, "sequence-number"))
        return FRR_UNKNOWN;
    list = frr_list(c, FRR_LIST_PREFIX, family, name);
    if (list != NULL && frr_is(l, 3, "description"))
        list->defined = true;
    else
        prefix_term(c, list, 3);
    return FRR_DONE;
}

static uint32_t bits_of(const struct addr *a)
{
    return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

/** The length that an inverted mask leaves, or -1 when it has holes. */
static int wildcard_length(uint32_t bits)
{
    int len = 32;

    while (bits & 1) {
        bits >>= 1;
        len--;
    }
    return bits == 0 ? len : -1;
}

/** An address, and which of its bits don't count. */
struct masked {
    uint32_t bits, wild;
    struct addr addr;
};

/** `any`, `host A`, `A WILDCARD`, or A alone as the last word; words taken, 0: none of these.
 */
static size_t read_masked(const struct frr_line *l, size_t i, struct masked *out)
{
    struct addr wild = {.family = 4};
    bool host = frr_is(l, i, "host");
    size_t taken = host || l->n == i + 1 ? 1 : 2;

    *out = (struct masked){.wild = UINT32_MAX};
    if (frr_is(l, i, "any"))
        return 1;
    i += host;
    if (!addr_parse(frr_word(l, i), &out->addr) || out->addr.family != 4)
        return 0;
    if (taken == 2 && (!addr_parse(frr_word(l, i + 1), &wild) || wild.family != 4))
        return 0;
    out->bits = bits_of(&out->addr);
    out->wild = bits_of(&wild);
    return taken + host;
}

/** The lengths whose masks fit: each bit that counts asks for a longer or a shorter one. False:
 * there are none. */
static bool set_lengths(struct fact_match_list *t, const struct masked *mask)
{
    t->ge = 0;
    t->le = 32;
    for (int bit = 0; bit < 32; bit++) {
        uint32_t at = UINT32_C(1) << (31 - bit);

        if ((mask->wild & at) != 0)
            continue;
        if ((mask->bits & at) != 0)
            t->ge = bit + 1;
        else if (t->le > bit)
            t->le = bit;
    }
    return t->ge <= t->le;
}

enum access { ACCESS_UNTOLD, ACCESS_TOLD, ACCESS_NEVER };

/** What access lists of Cisco's form ask of a network's address, whatever its length. */
static enum access set_network(struct frr *c, struct fact_match_list *t, const struct masked *m)
{
    int len = wildcard_length(m->wild);
    struct prefix p;

    if (len < 0)
        return ACCESS_UNTOLD;
    t->value = "any";
    if (len == 0)
        return ACCESS_TOLD;
    p = prefix_of(&m->addr, (unsigned)len);
    set_prefix(c, t, &p);
    t->ge = 0;
    t->le = 32;
    return ACCESS_TOLD;
}

/**
 * `ip NETWORK MASK`, each as `any`, `host A`, `A WILDCARD`: an extended list, whose source is a
 * network's address and whose destination its mask.
 */
static enum access extended_value(struct frr *c, size_t i, struct fact_match_list *t)
{
    const struct frr_line *l = c->line;
    struct masked network, mask;
    size_t n = read_masked(l, i, &network), m = n > 0 ? read_masked(l, i + n, &mask) : 0;

    if (m == 0 || l->n != i + n + m || set_network(c, t, &network) == ACCESS_UNTOLD)
        return ACCESS_UNTOLD;
    return set_lengths(t, &mask) ? ACCESS_TOLD : ACCESS_NEVER;
}

/**
 * `P [exact-match]`. FRR lets longer prefixes through unless it says exact-match; to its kin it
 * is an address with a wildcard.
 */
static enum access prefix_value(struct frr *c, const struct frr_list *list, size_t i,
                                struct fact_match_list *t)
{
    const struct frr_line *l = c->line;
    struct prefix p;

    if (!prefix_parse_loose(l->w[i], &p) || p.addr.family != list->family)
        return ACCESS_UNTOLD;
    set_prefix(c, t, &p);
    if (frr_is(l, i + 1, "exact-match"))
        return ACCESS_TOLD;
    t->ge = c->platform == &frr_platform_frr ? p.len : 0;
    t->le = addr_bits(&p.addr);
    return l->n == i + 1 ? ACCESS_TOLD : ACCESS_UNTOLD;
}

/** What stands behind permit or deny. */
static enum access access_value(struct frr *c, struct frr_list *list, size_t i,
                                struct fact_match_list *t)
{
    const struct frr_line *l = c->line;
    struct slice w = frr_word(l, i);
    struct masked network;
    size_t n;

    if (frr_is(l, i, "any")) {
        t->value = "any";
        return l->n == i + 1 ? ACCESS_TOLD : ACCESS_UNTOLD;
    }
    if (memchr(w.p, '/', w.n) != NULL)
        return prefix_value(c, list, i, t);
    if (w.n > 0 && w.p[0] >= 'a' && w.p[0] <= 'z' && !frr_is(l, i, "host"))
        list->extended = true; /* a protocol */
    if (list->family != 4)
        return ACCESS_UNTOLD;
    if (frr_is(l, i, "ip"))
        return extended_value(c, i + 1, t);
    n = read_masked(l, i, &network);
    return n > 0 && l->n == i + n ? set_network(c, t, &network) : ACCESS_UNTOLD;
}

/** `access-list NAME ...` from the name's place on. */
static enum frr_answer access_list(struct frr *c, int family, size_t at)
{
    const struct frr_line *l = c->line;
    const char *name = frr_text(c, at);
    struct fact_match_list *t;
    struct frr_list *list;
    size_t i = at + 1;

    if (name == NULL || l->negated)
        return FRR_UNKNOWN;
    if (frr_is(l, i, "remark") || (frr_is(l, i, "seq") && frr_is(l, i + 2, "remark")))
        return FRR_DONE;
    list = frr_list(c, FRR_LIST_ACCESS, family, name);
    t = open_term(c, list, &i);
    if (t == NULL)
        return FRR_DONE;
    switch (access_value(c, list, i, t)) {
    case ACCESS_UNTOLD:
        return drop_term(c, list, i, "a form of access list that can't be told");
    case ACCESS_NEVER:
        list->terms.n--;
        list->barren = true;
        break;
    case ACCESS_TOLD:
        break;
    }
    return FRR_DONE;
}

static const struct {
    const char *name, *value;
} well_known[] = {
    {"graceful-shutdown", "65535:0"},
    {"accept-own", "65535:1"},
    {"route-filter-translated-v4", "65535:2"},
    {"route-filter-v4", "65535:3"},
    {"route-filter-translated-v6", "65535:4"},
    {"route-filter-v6", "65535:5"},
    {"llgr-stale", "65535:6"},
    {"no-llgr", "65535:7"},
    {"accept-own-nexthop", "65535:8"},
    {"blackhole", "65535:666"},
    {"no-export", "65535:65281"},
    {"no-advertise", "65535:65282"},
    {"local-AS", "65535:65283"},
    {"no-peer", "65535:65284"},
    {"internet", "0:0"},
};

const char *frr_community(struct frr *c, struct slice word)
{
    struct slice rest = word, a, b;
    uint64_t high, low;

    for (size_t i = 0; i < sizeof(well_known) / sizeof(*well_known); i++) {
        if (slice_eq(word, well_known[i].name))
            return well_known[i].value;
    }
    if (slice_u64(word, UINT32_MAX, &high))
        return frr_printf(c, "%u:%u", (unsigned)(high >> 16), (unsigned)(high & 0xffff));
    if (!slice_split(&rest, ':', &a) || !slice_split(&rest, ':', &b) || rest.n > 0 ||
        !slice_u64(a, 65535, &high) || !slice_u64(b, 65535, &low))
        return NULL;
    return frr_printf(c, "%u:%u", (unsigned)high, (unsigned)low);
}

/** Communities from word i on, in numbers, separated by blanks; NULL when one is none. */
static const char *communities(struct frr *c, size_t i)
{
    const char *all = "";

    for (; i < c->line->n; i++) {
        const char *one = frr_community(c, c->line->w[i]);

        if (one == NULL)
            return NULL;
        all = frr_printf(c, "%s%s%s", all, *all != '\0' ? " " : "", one);
    }
    return all;
}

/** `standard|expanded NAME`, `1..99`, `100..500`: where the name stands, and whether entries
 * are expressions. */
static size_t list_style(const struct frr_line *l, bool *expanded)
{
    uint64_t number;

    *expanded = frr_is(l, 2, "expanded");
    if (*expanded || frr_is(l, 2, "standard"))
        return 3;
    if (slice_u64(frr_word(l, 2), 500, &number))
        *expanded = number >= 100;
    return 2;
}

static enum frr_answer community_list(struct frr *c, enum frr_list_use use)
{
    bool expanded;
    size_t at = list_style(c->line, &expanded), i = at + 1;
    const char *name = frr_text(c, at);
    struct fact_match_list *t;
    struct frr_list *list;
    struct slice rest;

    if (name == NULL || c->line->negated)
        return FRR_UNKNOWN;
    list = frr_list(c, use, 0, name);
    t = open_term(c, list, &i);
    if (t == NULL)
        return FRR_DONE;
    rest = frr_rest(c->line, i);
    t->expanded = expanded ? 1 : FACT_NONE;
    if (use == FRR_LIST_COMMUNITY && !expanded && frr_is(c->line, i, "internet")) {
        t->expanded = 1; /* any communities at all */
        t->value = ".*";
    } else if (use == FRR_LIST_COMMUNITY && !expanded) {
        t->value = communities(c, i);
    } else {
        t->value = frr_printf(c, "%.*s", (int)rest.n, rest.p);
    }
    return t->value != NULL ? FRR_DONE : drop_term(c, list, i, "not a community");
}

/** `as-path access-list NAME [seq N] permit|deny EXPRESSION`. */
static enum frr_answer as_path_list(struct frr *c)
{
    const char *name = frr_text(c, 3);
    struct fact_match_list *t;
    struct frr_list *list;
    struct slice rest;
    size_t i = 4;

    if (name == NULL || c->line->negated)
        return FRR_UNKNOWN;
    list = frr_list(c, FRR_LIST_AS_PATH, 0, name);
    t = open_term(c, list, &i);
    if (t != NULL) {
        rest = frr_rest(c->line, i);
        t->value = frr_printf(c, "%.*s", (int)rest.n, rest.p);
    }
    return FRR_DONE;
}

enum frr_answer frr_list_statement(struct frr *c)
{
    const struct frr_line *l = c->line;
    int family = frr_is(l, 0, "ipv6") ? 6 : 4;

    if (frr_is(l, 0, "access-list"))
        return access_list(c, 4, 1);
    if (frr_is(l, 1, "prefix-list"))
        return prefix_list(c, family);
    if (frr_is(l, 1, "access-list") && !frr_is(l, 0, "bgp"))
        return access_list(c, family, 2);
    if (frr_is(l, 1, "community-list"))
        return community_list(c, FRR_LIST_COMMUNITY);
    if (frr_is(l, 1, "large-community-list"))
        return community_list(c, FRR_LIST_LARGE);
    if (frr_begins(l, 1, "as-path access-list"))
        return as_path_list(c);
    if (frr_is(l, 1, "extcommunity-list"))
        return frr_note(c, 1, "extended communities are not followed");
    return FRR_UNKNOWN;
}
