/* SPDX-License-Identifier: Apache-2.0 */
/* Policy statements: their terms and what they change; chains of them. */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/junos/match.h"
#include "net/asn.h"

/* ---- changes */

static void unknown(struct junos *j, struct tree_node *n, struct rules_term *t,
                    const char *word)
{
    tree_note(&j->notes, n->line, "policy-options: a change that can't be told");
    tree_see(n);
    rules_change(&j->r, t, rules_printf(&j->r, "unknown %s", word));
}

/** `local-preference 200`, `metric add 10`, `metric subtract 10`. */
static void change_number(struct junos *j, struct tree_node *n, struct rules_term *t)
{
    const char *word = strcmp(n->word, "metric") == 0 ? "med" : n->word, *sign = "";
    struct tree_node *c = tree_first(n);
    uint64_t number;

    if (c != NULL && (strcmp(c->word, "add") == 0 || strcmp(c->word, "subtract") == 0)) {
        sign = c->word[0] == 'a' ? "+" : "-";
        c = tree_first(c);
    }
    if (c == NULL || !slice_u64(slice_of(c->word), UINT32_MAX, &number)) {
        unknown(j, n, t, word);
        return;
    }
    rules_change(&j->r, t, rules_printf(&j->r, "%s %s%u", word, sign, (unsigned)number));
}

static void change_origin(struct junos *j, struct tree_node *n, struct rules_term *t)
{
    const char *word = n->first != NULL ? tree_first(n)->word : "";

    if (strcmp(word, "igp") == 0 || strcmp(word, "egp") == 0 || strcmp(word, "incomplete") == 0)
        rules_change(&j->r, t, rules_printf(&j->r, "origin %s", word));
    else
        unknown(j, n, t, "origin");
}

/** The AS numbers of all words below, in order; false when one is none. */
static bool read_asns(struct junos *j, struct tree_node *n, const char **out)
{
    *out = "";
    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        struct slice rest = slice_of(c->word), word;
        uint32_t asn;

        while (slice_word(&rest, &word)) {
            if (!asn_parse(word, &asn))
                return false;
            *out = rules_printf(&j->r, "%s%s%u", *out, **out != '\0' ? " " : "", asn);
        }
    }
    return **out != '\0';
}

/** Only the router's own AS number? Then it is the same on which side it is put. */
static bool is_own(const struct junos *j, const char *asns)
{
    struct tree_node *as = tree_get(j->t, j->tables[0].options, "autonomous-system");
    struct slice rest = slice_of(asns), word;
    uint32_t own, asn;

    if (as == NULL || as->first == NULL || !asn_parse(slice_of(as->first->word), &own))
        return false;
    while (slice_word(&rest, &word)) {
        if (!asn_parse(word, &asn) || asn != own)
            return false;
    }
    return true;
}

/** `as-path-prepend "1 1"`, `as-path-expand "1 1"`, `as-path-expand last-as count 2`. */
static void change_as_path(struct junos *j, struct tree_node *n, struct rules_term *t)
{
    struct tree_node *last = tree_get(j->t, n, "last-as");
    int64_t count = tree_number(j->t, last, "count", 32);
    const char *asns;

    if (last != NULL)
        rules_change(&j->r, t,
                     rules_printf(&j->r, "as-path-prepend-last %lld",
                                  count != TREE_NONE ? (long long)count : 1));
    else if (read_asns(j, n, &asns))
        rules_change(&j->r, t,
                     rules_printf(&j->r, "as-path-prepend%s %s",
                                  is_own(j, asns) ? "" : "-outside", asns));
    else
        unknown(j, n, t, "as-path");
}

static void change_next_hop(struct junos *j, struct tree_node *n, struct rules_term *t)
{
    const char *word = n->first != NULL ? tree_first(n)->word : "";
    char text[ADDR_TEXT];
    struct addr a;

    if (strcmp(word, "self") == 0)
        rules_change(&j->r, t, "next-hop self");
    else if (strcmp(word, "peer-address") == 0)
        rules_change(&j->r, t, "next-hop peer");
    else if (addr_parse(slice_of(word), &a))
        rules_change(&j->r, t, rules_printf(&j->r, "next-hop %s", addr_format(&a, text)));
    else
        unknown(j, n, t, "next-hop");
}

static void change_metric_type(struct junos *j, struct tree_node *n, struct rules_term *t)
{
    const char *type = tree_value(j->t, n, "type");

    if (type != NULL && (strcmp(type, "1") == 0 || strcmp(type, "2") == 0))
        rules_change(&j->r, t, rules_printf(&j->r, "metric-type %s", type));
}

/* ---- communities */

/** The members that are plain, of either kind; false when one is an expression or none. */
static bool read_members(struct junos *j, const char *name, const char *of_kind[2])
{
    struct tree_node *all = tree_get(j->t, &j->t->root, "policy-options community");
    struct tree_node *n = tree_find(j->t, all, slice_of(name));
    struct tree_node *members = tree_get(j->t, n, "members");
    const char *one = NULL;

    of_kind[0] = of_kind[1] = "";
    for (struct tree_node *m = tree_first(members); m != NULL; m = tree_next(m)) {
        enum rules_community kind = rules_community(&j->r, m->word, &one);
        const char **at = &of_kind[kind == RULES_LARGE_COMMUNITY];

        if (kind == RULES_EXTENDED)
            continue; /* no part in what is told of routes */
        if (kind == RULES_COMMUNITIES || kind == RULES_NO_COMMUNITY)
            return false;
        *at = rules_printf(&j->r, "%s%s%s", *at, **at != '\0' ? " " : "", one);
    }
    return members != NULL;
}

static void add_communities(struct junos *j, struct tree_node *named, struct rules_term *t)
{
    const char *of_kind[2];

    if (!read_members(j, named->word, of_kind)) {
        unknown(j, named, t, "community");
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (*of_kind[i] != '\0')
            rules_change(
                &j->r, t,
                rules_printf(&j->r, "%scommunity-add %s", i == 1 ? "large-" : "", of_kind[i]));
    }
}

static void set_communities(struct junos *j, struct tree_node *named, struct rules_term *t)
{
    const char *of_kind[2];

    if (!read_members(j, named->word, of_kind)) {
        unknown(j, named, t, "community");
        return;
    }
    for (int i = 0; i < 2; i++) {
        const char *kind = i == 1 ? "large-" : "";

        if (*of_kind[i] != '\0')
            rules_change(&j->r, t, rules_printf(&j->r, "%scommunity %s", kind, of_kind[i]));
        else
            rules_change(&j->r, t, rules_printf(&j->r, "%scommunity-none", kind));
    }
}

static void delete_communities(struct junos *j, struct tree_node *named, struct rules_term *t)
{
    const char *list, *kind;

    if (junos_delete_list(j, named->word, &list, &kind))
        rules_change(&j->r, t, rules_printf(&j->r, "%scommunity-delete %s", kind, list));
    else
        unknown(j, named, t, "community");
}

typedef void community_change(struct junos *, struct tree_node *, struct rules_term *);

static community_change *community_change_of(const char *word)
{
    if (strcmp(word, "add") == 0 || strcmp(word, "+") == 0)
        return add_communities;
    if (strcmp(word, "set") == 0 || strcmp(word, "=") == 0)
        return set_communities;
    if (strcmp(word, "delete") == 0 || strcmp(word, "-") == 0)
        return delete_communities;
    return NULL;
}

/** `community add A`, `community delete B`, `community add C` are three statements, though the
 * tree has the two additions together: nodes' numbers give the order. */
static void change_community(struct junos *j, struct tree_node *n, struct rules_term *t)
{
    uint32_t done = 0;

    for (;;) {
        struct tree_node *next = NULL;

        for (struct tree_node *how = n->first; how != NULL; how = how->next) {
            for (struct tree_node *c = how->first; c != NULL; c = c->next) {
                if (c->id > done && (next == NULL || c->id < next->id))
                    next = c;
            }
        }
        if (next == NULL)
            break;
        done = next->id;
        if (community_change_of(next->parent->word) == NULL)
            unknown(j, next, t, "community");
        else
            community_change_of(next->parent->word)(j, next, t);
    }
    tree_see(n);
}

/* ---- terms */

static void change_nothing(struct junos *j, struct tree_node *n, struct rules_term *t)
{
    (void)j;
    (void)t;
    tree_see(n);
}

static const struct {
    const char *word;
    void (*change)(struct junos *, struct tree_node *, struct rules_term *);
} changes[] = {
    {"local-preference", change_number},
    {"metric", change_number},
    {"tag", change_number},
    {"origin", change_origin},
    {"as-path-prepend", change_as_path},
    {"as-path-expand", change_as_path},
    {"next-hop", change_next_hop},
    {"community", change_community},
    {"external", change_metric_type},
    {"accept", change_nothing}, /* actions: action_of */
    {"reject", change_nothing},
    {"next", change_nothing},
    {"trace", change_nothing}, /* no part in choosing routes */
    {"damping", change_nothing},
    {"load-balance", change_nothing},
    {"forwarding-class", change_nothing},
    {"class", change_nothing},
    {"source-class", change_nothing},
    {"destination-class", change_nothing},
    {"cos-next-hop-map", change_nothing},
    {"install-nexthop", change_nothing},
    {"validation-state", change_nothing},
};

static enum rules_action action_of(struct junos *j, struct tree_node *then)
{
    if (tree_get(j->t, then, "accept") != NULL)
        return RULES_ACCEPT;
    if (tree_get(j->t, then, "reject") != NULL)
        return RULES_REJECT;
    if (tree_get(j->t, then, "next policy") != NULL)
        return RULES_NEXT_POLICY;
    return RULES_NEXT_TERM;
}

static void read_changes(struct junos *j, struct tree_node *then, struct rules_term *t)
{
    for (struct tree_node *n = tree_first(then); n != NULL; n = tree_next(n)) {
        size_t i = 0, all = sizeof(changes) / sizeof(*changes);

        while (i < all && strcmp(n->word, changes[i].word) != 0)
            i++;
        if (i < all)
            changes[i].change(j, n, t);
        else
            unknown(j, n, t, "change");
    }
}

/** One entry for what the term decides, and for route filters that decide by themselves. */
static void read_term_of(const struct junos_place *at, struct tree_node *n,
                         struct rules_policy *p, enum junos_filter_action action)
{
    struct junos *j = at->j;
    struct tree_node *from = tree_get(j->t, n, "from"), *to = tree_get(j->t, n, "to");
    struct tree_node *then = tree_get(j->t, n, "then");
    struct rules_term *t = rules_add_term(&j->r, p);

    if (t == NULL)
        return;
    if (from != NULL) {
        junos_match_prefixes(at, from, t, action);
        junos_match_rest(at, from, t);
    }
    if (to != NULL && to->first != NULL) {
        tree_note(&j->notes, to->line, "policy-options: a condition that can't be told");
        tree_see(to);
        rules_need(&j->r, t, "unknown to");
    }
    if (action == JUNOS_FILTER_ACCEPT)
        t->action = RULES_ACCEPT;
    else if (action == JUNOS_FILTER_REJECT)
        t->action = RULES_REJECT;
    else
        t->action = action_of(j, then);
    if (then != NULL && action == JUNOS_FILTER_TERM)
        read_changes(j, then, t);
}

static void read_term(const struct junos_place *at, struct tree_node *n, struct rules_policy *p)
{
    struct tree_node *from = tree_get(at->j->t, n, "from");
    bool own = false;

    for (int a = JUNOS_FILTER_ACCEPT; from != NULL && a < JUNOS_FILTER_ACTIONS; a++) {
        if (junos_has_filters(at, from, (enum junos_filter_action)a)) {
            read_term_of(at, n, p, (enum junos_filter_action)a);
            own = true;
        }
    }
    if (!own || junos_has_filters(at, from, JUNOS_FILTER_TERM))
        read_term_of(at, n, p, JUNOS_FILTER_TERM);
}

static void read_policy(struct junos *j, struct tree_node *n)
{
    struct junos_place at = {j, n->word, ""};
    struct rules_policy *p = ARENA_NEW(j->t->arena, struct rules_policy);
    union map_value *place = map_at_str(j->policies, n->word);
    struct tree_node *terms = tree_get(j->t, n, "term");

    if (p == NULL || place == NULL)
        return;
    p->name = n->word;
    for (struct tree_node *t = tree_first(terms); t != NULL; t = tree_next(t)) {
        at.term = t->word;
        read_term(&at, t, p);
    }
    at.term = "";
    if (tree_get(j->t, n, "from") != NULL || tree_get(j->t, n, "then") != NULL)
        read_term(&at, n, p);
    place->p = p;
}

void junos_read_policies(struct junos *j)
{
    struct tree_node *list = tree_get(j->t, &j->t->root, "policy-options policy-statement");

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        read_policy(j, n);
}

/** Each by itself, with BGP's default for what is received, as a policy of that name. */
void junos_state_policies(struct junos *j)
{
    for (size_t i = 0; i < map_count(j->policies); i++) {
        const struct rules_policy *p = map_entry(j->policies, i)->value.cp;

        if (p != NULL)
            rules_put_chain(&j->r, p->name, &p, 1, RULES_ACCEPT_ALL);
    }
}

/* ---- chains */

size_t junos_chain(struct junos *j, struct tree_node *list, const struct rules_policy **v)
{
    return rules_chain(&(struct rules_book){&j->r, &j->notes, j->policies}, list, v);
}

static const struct {
    const char *name; /* of the protocol, as facts have it */
    unsigned bit;
} sources[] = {
    {"connected", JUNOS_CONNECTED}, {"static", JUNOS_STATIC}, {"ospf", JUNOS_OSPF},
    {"ospf3", JUNOS_OSPF3},         {"isis", JUNOS_ISIS},     {"bgp", JUNOS_BGP},
    {"aggregate", JUNOS_AGGREGATE},
};

/** Which protocols' routes may fulfil the conditions. */
static unsigned sources_of(const struct strs *match)
{
    unsigned all = JUNOS_ALL;

    for (size_t i = 0; i < match->n; i++) {
        const char *word = match->v[i];
        unsigned named = 0;

        if (strncmp(word, "community", 9) == 0 || strncmp(word, "large-community", 15) == 0)
            all &= JUNOS_BGP | JUNOS_STATIC | JUNOS_AGGREGATE;
        if (strncmp(word, "peer ", 5) == 0)
            all &= JUNOS_BGP;
        if (strncmp(word, "source-protocol ", 16) != 0)
            continue;
        for (size_t k = 0; k < sizeof(sources) / sizeof(*sources); k++) {
            if (strcmp(word + 16, sources[k].name) == 0)
                named = sources[k].bit;
        }
        all &= named;
    }
    return all;
}

unsigned junos_sources(const struct rules_policy *const *v, size_t n)
{
    unsigned bits = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < v[i]->n; k++) {
            const struct rules_term *t = &v[i]->v[k];

            for (size_t m = 0; m < t->n && t->action == RULES_ACCEPT; m++)
                bits |= sources_of(&t->either[m]);
        }
    }
    return bits;
}

void junos_redistribute(struct junos *j, const struct fact_origination *like, unsigned bits)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        struct fact_origination f = *like;

        if ((bits & sources[i].bit) == 0 || sources[i].bit == JUNOS_AGGREGATE ||
            strcmp(sources[i].name, like->into) == 0)
            continue;
        f.how = "redistribute";
        f.protocol = sources[i].name;
        rules_put(&j->r, FACT_ORIGINATION, &f);
    }
}
