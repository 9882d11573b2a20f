/* SPDX-License-Identifier: Apache-2.0 */
/* Route maps, in the words of docs/facts.md. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/frr/model.h"

struct frr_route_map *frr_route_map(struct frr *c, const char *name)
{
    union map_value *at = map_at_str(c->map_by_name, name);
    struct frr_route_map *m, **slot;

    if (at != NULL && at->p != NULL)
        return at->p;
    m = frr_alloc(c, sizeof(*m));
    slot = at != NULL && m != NULL ? PUSH(c, &c->route_maps) : NULL;
    if (slot == NULL) {
        c->failed = ERR_NOMEM;
        return NULL;
    }
    m->name = name;
    at->p = m;
    *slot = m;
    return m;
}

const char *frr_use_map(struct frr *c, const char *name)
{
    struct frr_route_map *m = frr_route_map(c, name);

    if (m == NULL)
        return name;
    m->used = true;
    return m->name;
}

/** The entry with this number, in its place. */
struct frr_term *frr_term_at(struct frr *c, struct frr_route_map *m, int64_t seq)
{
    struct frr_term *t, **slot;
    size_t i = 0, end = m->terms.n;

    while (i < end) { /* the first entry that is not before it */
        size_t middle = i + (end - i) / 2;

        if (m->terms.v[middle]->seq < seq)
            i = middle + 1;
        else
            end = middle;
    }
    if (i < m->terms.n && m->terms.v[i]->seq == seq)
        return m->terms.v[i];
    t = frr_alloc(c, sizeof(*t));
    slot = t != NULL ? PUSH(c, &m->terms) : NULL;
    if (slot == NULL)
        return NULL;
    *t = (struct frr_term){.seq = seq, .on_match = FACT_NONE};
    memmove(&m->terms.v[i + 1], &m->terms.v[i], (m->terms.n - 1 - i) * sizeof(*m->terms.v));
    m->terms.v[i] = t;
    return t;
}

/** `route-map NAME permit|deny SEQ`. */
enum frr_answer frr_open_route_map(struct frr *c)
{
    const struct frr_line *l = c->line;
    struct frr_route_map *m;
    struct frr_term *t;
    int64_t seq;

    if (l->negated || l->n != 4 || (!frr_is(l, 2, "permit") && !frr_is(l, 2, "deny")))
        return FRR_UNKNOWN;
    if (!frr_number(c, 3, 1, 65535, &seq))
        return FRR_DONE;
    m = frr_route_map(c, frr_text(c, 1));
    t = m != NULL ? frr_term_at(c, m, seq) : NULL;
    if (t == NULL)
        return FRR_DONE;
    t->permit = frr_is(l, 2, "permit");
    c->term = t;
    c->context = FRR_ROUTE_MAP;
    return FRR_DONE;
}

/** Adds a condition (or a change), or replaces the one of the same key, as FRR does. */
static enum frr_answer add_clause(struct frr *c, bool match, const char *key, const char *text)
{
    struct frr_clause *slot = NULL, *v = match ? c->term->match.v : c->term->set.v;
    size_t n = match ? c->term->match.n : c->term->set.n;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(v[i].key, key) == 0)
            slot = &v[i];
    }
    if (slot == NULL)
        slot = match ? PUSH(c, &c->term->match) : PUSH(c, &c->term->set);
    if (slot != NULL)
        *slot = (struct frr_clause){key, text, NULL};
    return FRR_DONE;
}

/** A condition (or a change) by a list, which may turn out to be missing or untellable. */
static enum frr_answer add_list(struct frr *c, bool match, const char *key,
                                struct frr_list *list)
{
    struct frr_clause *v;
    size_t n;

    if (list == NULL)
        return FRR_DONE;
    add_clause(c, match, key, frr_printf(c, "%s %s", key, list->name));
    v = match ? c->term->match.v : c->term->set.v;
    n = match ? c->term->match.n : c->term->set.n;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(v[i].key, key) == 0)
            v[i].list = list;
    }
    return FRR_DONE;
}

static enum frr_answer add_match(struct frr *c, const char *key, const char *value)
{
    return add_clause(c, true, key, frr_printf(c, "%s %s", key, value));
}

static enum frr_answer add_set(struct frr *c, const char *key, const char *value)
{
    return add_clause(c, false, key, *value != '\0' ? frr_printf(c, "%s %s", key, value) : key);
}

/**
 * A condition or change that the common words don't have. Only its keywords are kept: the rest
 * could be anything.
 */
static enum frr_answer unknown(struct frr *c, bool match)
{
    char text[96];
    const char *words = frr_keywords(c->line, text, sizeof(text));

    frr_note(c, 0, match ? "a condition that can't be told" : "a change that can't be told");
    return add_clause(c, match, frr_printf(c, "unknown %s", words),
                      frr_printf(c, "unknown %s", words));
}

struct condition {
    const char *statement; /* behind "match"; its value follows */
    const char *word;      /* of docs/facts.md */
    enum { LIST, NUMBER, TEXT } value;
    enum frr_list_use use;
    int family;
};

static const struct condition conditions[] = {
    {"ip address prefix-list", "prefix-list4", LIST, FRR_LIST_PREFIX, 4},
    {"ipv6 address prefix-list", "prefix-list6", LIST, FRR_LIST_PREFIX, 6},
    {"ip next-hop prefix-list", "next-hop-list4", LIST, FRR_LIST_PREFIX, 4},
    {"ipv6 next-hop prefix-list", "next-hop-list6", LIST, FRR_LIST_PREFIX, 6},
    {"ip address", "access-list4", LIST, FRR_LIST_ACCESS, 4},
    {"ipv6 address", "access-list6", LIST, FRR_LIST_ACCESS, 6},
    {"as-path", "as-path", LIST, FRR_LIST_AS_PATH, 0},
    {"metric", "med", NUMBER, 0, 0},
    {"local-preference", "local-preference", NUMBER, 0, 0},
    {"tag", "tag", NUMBER, 0, 0},
    {"origin", "origin", TEXT, 0, 0},
    {"interface", "interface", TEXT, 0, 0},
};

static enum frr_answer one_condition(struct frr *c, const struct condition *x, size_t i)
{
    const struct frr_line *l = c->line;
    struct frr_list *list;
    uint64_t number;

    if (l->n != i + 1)
        return unknown(c, true);
    switch (x->value) {
    case LIST:
        list = frr_use_list(c, x->use, x->family, frr_text(c, i));
        return add_list(c, true, x->word, list);
    case NUMBER:
        if (!slice_u64(l->w[i], UINT32_MAX, &number))
            return unknown(c, true);
        return add_match(c, x->word, frr_printf(c, "%u", (unsigned)number));
    case TEXT:
        return add_match(c, x->word, frr_text(c, i));
    }
    return FRR_DONE;
}

/** `community NAME [exact-match|any]`, `large-community NAME`. */
static enum frr_answer community_condition(struct frr *c, bool large)
{
    const struct frr_line *l = c->line;
    struct frr_list *list;
    const char *word = large ? "large-community" : "community";

    if (l->n == 4 && !large && frr_is(l, 3, "exact-match"))
        word = "community-exact";
    else if (l->n == 4 && !large && frr_is(l, 3, "any"))
        word = "community-any";
    else if (l->n != 3)
        return unknown(c, true);
    list = frr_use_list(c, large ? FRR_LIST_LARGE : FRR_LIST_COMMUNITY, 0, frr_text(c, 2));
    return add_list(c, true, word, list);
}

/** `peer ADDRESS|local`, `source-protocol NAME`, `tag untagged`. */
static enum frr_answer other_condition(struct frr *c)
{
    const struct frr_line *l = c->line;
    struct addr a;
    char text[ADDR_TEXT];

    if (frr_is(l, 1, "peer") && frr_is(l, 2, "local"))
        return add_match(c, "peer", "local");
    if (frr_is(l, 1, "peer") && addr_parse(frr_word(l, 2), &a))
        return add_match(c, "peer", addr_format(&a, text));
    if (frr_is(l, 1, "source-protocol") && frr_protocol(frr_word(l, 2)) != NULL)
        return add_match(c, "source-protocol", frr_protocol(frr_word(l, 2)));
    if (frr_begins(l, 1, "tag untagged"))
        return add_match(c, "tag", "0");
    return unknown(c, true);
}

static enum frr_answer match(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 1, "community"))
        return community_condition(c, false);
    if (frr_is(l, 1, "large-community"))
        return community_condition(c, true);
    if (frr_begins(l, 1, "tag untagged"))
        return other_condition(c);
    for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
        struct slice rest = slice_of(conditions[i].statement), word;
        size_t n = 1;

        if (!frr_begins(l, 1, conditions[i].statement))
            continue;
        while (slice_split(&rest, ' ', &word))
            n++;
        return one_condition(c, &conditions[i], n);
    }
    return other_condition(c);
}

/** "+5", "-5" or "5"? */
static bool is_change(struct slice w)
{
    uint64_t number;

    if (w.n > 0 && (w.p[0] == '+' || w.p[0] == '-')) {
        w.p++;
        w.n--;
    }
    return slice_u64(w, UINT32_MAX, &number);
}

static enum frr_answer set_as_path(struct frr *c)
{
    const struct frr_line *l = c->line;
    uint64_t number;
    const char *all = "";

    if (frr_begins(l, 2, "prepend last-as") && slice_u64(frr_word(l, 4), 10, &number))
        return add_set(c, "as-path-prepend-last", frr_text(c, 4));
    if (l->n < 4 || (!frr_is(l, 2, "prepend") && !frr_is(l, 2, "exclude")))
        return unknown(c, false);
    for (size_t i = 3; i < l->n; i++) {
        if (!slice_u64(l->w[i], UINT32_MAX, &number))
            return unknown(c, false);
        all = frr_printf(c, "%s%s%u", all, *all != '\0' ? " " : "", (unsigned)number);
    }
    return add_set(c, frr_is(l, 2, "prepend") ? "as-path-prepend" : "as-path-exclude", all);
}

/** `community|large-community none | C C ... [additive]`. */
static enum frr_answer set_community(struct frr *c, bool large)
{
    const struct frr_line *l = c->line;
    const char *name = large ? "large-community" : "community", *all = "";
    bool additive = l->n > 3 && frr_is(l, l->n - 1, "additive");

    if (frr_is(l, 2, "none") && l->n == 3)
        return add_clause(c, false, name, frr_printf(c, "%s-none", name));
    for (size_t i = 2; i < l->n - additive; i++) {
        const char *one = large ? frr_text(c, i) : frr_community(c, l->w[i]);

        if (one == NULL)
            return unknown(c, false);
        all = frr_printf(c, "%s%s%s", all, *all != '\0' ? " " : "", one);
    }
    if (*all == '\0')
        return unknown(c, false);
    return add_clause(c, false, name,
                      frr_printf(c, "%s%s %s", name, additive ? "-add" : "", all));
}

/** `comm-list NAME delete`, `comm-list delete NAME`, and the same for large ones. */
static enum frr_answer delete_communities(struct frr *c, bool large)
{
    const struct frr_line *l = c->line;
    bool last = frr_is(l, 3, "delete");
    struct frr_list *list;

    if (l->n != 4 || (!last && !frr_is(l, 2, "delete")))
        return unknown(c, false);
    list = frr_use_list(c, large ? FRR_LIST_LARGE : FRR_LIST_COMMUNITY, 0,
                        frr_text(c, last ? 2 : 3));
    return add_list(c, false, large ? "large-community-delete" : "community-delete", list);
}

/** `ip next-hop A|peer-address|unchanged`, `ipv6 next-hop global A|peer-address`. */
static enum frr_answer set_next_hop(struct frr *c)
{
    const struct frr_line *l = c->line;
    size_t at = frr_is(l, 3, "global") ? 4 : 3;
    char text[ADDR_TEXT];
    struct addr a;

    if (frr_is(l, 3, "peer-address"))
        return add_set(c, "next-hop", "peer");
    if (frr_is(l, 3, "unchanged"))
        return add_set(c, "next-hop", "unchanged");
    if (!addr_parse(frr_word(l, at), &a))
        return unknown(c, false);
    return add_clause(c, false, a.family == 6 ? "next-hop6" : "next-hop",
                      frr_printf(c, "next-hop %s", addr_format(&a, text)));
}

/** Changes whose value is a number or a relative one. */
static bool set_number(struct frr *c)
{
    static const struct {
        const char *statement, *word;
        bool relative;
    } changes[] = {{"local-preference", "local-preference", true},
                   {"metric", "med", true},
                   {"weight", "weight", false},
                   {"tag", "tag", false}};
    const struct frr_line *l = c->line;

    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        if (!frr_is(l, 1, changes[i].statement) || l->n != 3 || !is_change(l->w[2]))
            continue;
        if (!changes[i].relative && (l->w[2].p[0] == '+' || l->w[2].p[0] == '-'))
            continue;
        add_set(c, changes[i].word, frr_text(c, 2));
        return true;
    }
    return false;
}

static enum frr_answer set(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (frr_is_idle(l) || set_number(c))
        return FRR_DONE;
    if (frr_is(l, 1, "as-path"))
        return set_as_path(c);
    if (frr_is(l, 1, "community") || frr_is(l, 1, "large-community"))
        return set_community(c, frr_is(l, 1, "large-community"));
    if (frr_is(l, 1, "comm-list") || frr_is(l, 1, "large-comm-list"))
        return delete_communities(c, frr_is(l, 1, "large-comm-list"));
    if (frr_is(l, 2, "next-hop") && (frr_is(l, 1, "ip") || frr_is(l, 1, "ipv6")))
        return set_next_hop(c);
    if (frr_is(l, 1, "origin") && l->n == 3)
        return add_set(c, "origin", frr_text(c, 2));
    if (frr_is(l, 1, "metric-type") && (frr_is(l, 2, "type-1") || frr_is(l, 2, "type-2")))
        return add_set(c, "metric-type", frr_is(l, 2, "type-1") ? "1" : "2");
    return unknown(c, false);
}

/** `on-match next|goto N`, `continue [N]`. */
static enum frr_answer on_match(struct frr *c)
{
    const struct frr_line *l = c->line;
    size_t at = frr_is(l, 0, "continue") ? 1 : 2;

    if (frr_begins(l, 0, "on-match next") || (at == 1 && l->n == 1))
        c->term->on_match = 0;
    else
        frr_number(c, at, 1, 65535, &c->term->on_match);
    return FRR_DONE;
}

enum frr_answer frr_route_map_clause(struct frr *c)
{
    const struct frr_line *l = c->line;
    bool match_line = frr_is(l, 0, "match"), set_line = frr_is(l, 0, "set");

    if (frr_is(l, 0, "description"))
        return FRR_DONE;
    if ((match_line || set_line || frr_is(l, 0, "call")) && (l->negated || l->n < 2))
        return frr_note(c, 0, "not understood");
    if (match_line)
        return match(c);
    if (set_line)
        return set(c);
    if (frr_is(l, 0, "call")) {
        c->term->call = frr_text(c, 1);
        return FRR_DONE;
    }
    if (frr_is(l, 0, "on-match") || frr_is(l, 0, "continue"))
        return on_match(c);
    return FRR_UNKNOWN;
}
