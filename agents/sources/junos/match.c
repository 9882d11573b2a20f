/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of policies other than prefixes: below `from`, values of one statement are
 * alternatives, different statements are all needed. */
#include "agents/sources/junos/match.h"

#include <string.h>

/** A condition that the common words don't have; the word is one of the language. */
static void unknown(const struct junos_place *at, struct tree_node *n, struct rules_term *t,
                    const char *word)
{
    tree_note(&at->j->notes, n->line, "policy-options: a condition that can't be told");
    tree_see(n);
    rules_need(&at->j->r, t, rules_printf(&at->j->r, "unknown %s", word));
}

/** Every value of n as "WORD value", one of which must hold. `text` turns a value into what is
 * written, NULL where it can't be told. */
static void need_values(const struct junos_place *at, struct tree_node *n, struct rules_term *t,
                        const char *word, const char *(*text)(struct junos *, const char *))
{
    struct strs all = {0};

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        const char *value = text(at->j, c->word);

        if (value == NULL) {
            unknown(at, n, t, n->word);
            return;
        }
        rules_push(&at->j->r, &all, rules_printf(&at->j->r, "%s %s", word, value));
    }
    if (all.n > 0)
        rules_need_one(&at->j->r, t, &all);
}

static const char *number_text(struct junos *j, const char *word)
{
    uint64_t n;

    if (!slice_u64(slice_of(word), UINT32_MAX, &n))
        return NULL;
    return rules_printf(&j->r, "%u", (unsigned)n);
}

static const char *address_text(struct junos *j, const char *word)
{
    char text[ADDR_TEXT];
    struct addr a;

    if (!addr_parse(slice_of(word), &a))
        return NULL;
    return rules_printf(&j->r, "%s", addr_format(&a, text));
}

static const char *protocol_text(struct junos *j, const char *word)
{
    static const char *const names[][2] = {
        {"direct", "connected"}, {"static", "static"}, {"ospf", "ospf"},
        {"ospf2", "ospf"},       {"ospf3", "ospf3"},   {"isis", "isis"},
        {"bgp", "bgp"},          {"local", "local"},   {"aggregate", "aggregate"}};

    (void)j;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(word, names[i][0]) == 0)
            return names[i][1];
    }
    return NULL;
}

static const char *origin_text(struct junos *j, const char *word)
{
    static const char *const names[] = {"igp", "egp", "incomplete"};

    (void)j;
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(word, names[i]) == 0)
            return names[i];
    }
    return NULL;
}

/** All prefixes of one family. */
static const char *any_of(struct junos *j, int family)
{
    struct rules_list l = {"prefix", "(any)", family, 0};

    if (rules_open_list(&j->r, &l)) {
        struct fact_match_list f = rules_entry(&j->r, &l, true, "any");

        rules_put_entry(&j->r, &f);
    }
    return rules_printf(&j->r, "prefix-list%d (any)", family);
}

/** `family inet`, `rib inet6.0`. */
static void need_family(const struct junos_place *at, struct tree_node *n, struct rules_term *t)
{
    struct strs all = {0};

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        if (strcmp(c->word, "inet") == 0 || strcmp(c->word, "inet.0") == 0)
            rules_push(&at->j->r, &all, any_of(at->j, 4));
        else if (strcmp(c->word, "inet6") == 0 || strcmp(c->word, "inet6.0") == 0)
            rules_push(&at->j->r, &all, any_of(at->j, 6));
        else
            rules_push(&at->j->r, &all, "unknown family");
    }
    if (all.n > 0)
        rules_need_one(&at->j->r, t, &all);
}

const char *junos_list_name(const struct junos_place *at, const char *what)
{
    return at->term[0] != '\0'
               ? rules_printf(&at->j->r, "%s term %s%s", at->policy, at->term, what)
               : rules_printf(&at->j->r, "%s from%s", at->policy, what);
}

/** A list of a term that is under way, of either family. A term with route filters that decide
 * by themselves is read once for each action: its lists are stated the first time only. */
struct term_list {
    struct rules_list of[2];
    bool fresh[2], has[2];
};

static struct term_list open_term_list(const struct junos_place *at, const char *name)
{
    struct term_list l = {.of = {{"prefix", name, 4, 0}, {"prefix", name, 6, 0}}};

    for (int six = 0; six < 2; six++)
        l.fresh[six] = rules_open_list(&at->j->r, &l.of[six]);
    return l;
}

static void put_in_term_list(const struct junos_place *at, struct term_list *l,
                             const struct prefix *p)
{
    const int64_t exact[2] = {FACT_NONE, FACT_NONE};
    int six = p->addr.family == 6;

    l->has[six] = true;
    if (l->fresh[six])
        rules_put_prefix(&at->j->r, &l->of[six], true, p, exact);
}

/** Needs the list of one family or the other, as `KIND4 name`; false: it is empty. */
static bool need_term_list(const struct junos_place *at, const struct term_list *l,
                           struct rules_term *t, const char *kind)
{
    struct strs words = {0};

    for (int six = 0; six < 2; six++) {
        if (l->has[six])
            rules_push(&at->j->r, &words,
                       rules_printf(&at->j->r, "%s%d %s", kind, six ? 6 : 4, l->of[0].name));
    }
    if (words.n > 0)
        rules_need_one(&at->j->r, t, &words);
    return words.n > 0;
}

/** A loopback's own prefixes are all that goes "through" it: connected ones with those names.
 */
static bool need_loopback(const struct junos_place *at, struct tree_node *n,
                          struct rules_term *t)
{
    struct term_list l;

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        const struct junos_unit *u = junos_unit(at->j, c->word);

        if (u == NULL || !u->loopback)
            return false;
    }
    l = open_term_list(at, junos_list_name(at, " interface"));
    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        const struct junos_unit *u = junos_unit(at->j, c->word);

        for (size_t k = 0; k < u->n_addrs; k++) {
            struct prefix p = prefix_of(&u->addrs[k].addr, u->addrs[k].len);

            put_in_term_list(at, &l, &p);
        }
    }
    if (!need_term_list(at, &l, t, "prefix-list"))
        return false;
    rules_need(&at->j->r, t, "source-protocol connected");
    return true;
}

static void need_interface(const struct junos_place *at, struct tree_node *n,
                           struct rules_term *t)
{
    struct strs all = {0};

    if (n->first == NULL || need_loopback(at, n, t))
        return;
    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        struct addr a;
        bool address = addr_parse(slice_of(c->word), &a);

        rules_push(&at->j->r, &all,
                   address ? "unknown interface"
                           : rules_printf(&at->j->r, "interface %s", c->word));
    }
    rules_need_one(&at->j->r, t, &all);
}

static void need_next_hop(const struct junos_place *at, struct tree_node *n,
                          struct rules_term *t)
{
    struct term_list l = open_term_list(at, junos_list_name(at, " next-hop"));

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        struct prefix p;

        if (!prefix_parse(slice_of(c->word), &p)) {
            unknown(at, n, t, "next-hop");
            return;
        }
        put_in_term_list(at, &l, &p);
    }
    need_term_list(at, &l, t, "next-hop-list");
}

/* ---- communities */

static struct tree_node *community(struct junos *j, const char *name)
{
    struct tree_node *all = tree_get(j->t, &j->t->root, "policy-options community");
    struct tree_node *n = tree_find(j->t, all, slice_of(name));

    if (n != NULL)
        n->seen = true;
    return n;
}

/** The entry for one named community: all members must be there. 1 standard, 2 large, 0: it
 * can't be told. */
static int community_value(struct junos *j, struct tree_node *n, const char **value,
                           bool *expanded)
{
    struct tree_node *members = tree_get(j->t, n, "members");
    const char *all = "", *one = NULL;
    size_t count = 0, expressions = 0, kinds[2] = {0};

    for (struct tree_node *m = tree_first(members); m != NULL; m = tree_next(m), count++) {
        enum rules_community kind = rules_community(&j->r, m->word, &one);

        if (kind == RULES_NO_COMMUNITY || kind == RULES_EXTENDED)
            return 0;
        kinds[kind == RULES_LARGE_COMMUNITY]++;
        expressions += kind == RULES_COMMUNITIES;
        all = rules_printf(&j->r, "%s%s%s", all, *all != '\0' ? " " : "", one);
    }
    *expanded = expressions > 0;
    *value = all;
    if (count == 0 || (expressions > 0 && count > 1) || (kinds[0] > 0 && kinds[1] > 0))
        return 0;
    return kinds[1] > 0 ? 2 : 1;
}

struct community_entry {
    const char *value;
    bool expanded, inverted;
    int kind;
};

static bool read_entry(struct junos *j, const char *name, struct community_entry *x)
{
    struct tree_node *n = community(j, name);

    if (n == NULL)
        return false;
    x->inverted = tree_get(j->t, n, "invert-match") != NULL;
    x->kind = community_value(j, n, &x->value, &x->expanded);
    return x->kind != 0;
}

static void put_entry(struct junos *j, struct rules_list *l, const struct community_entry *x)
{
    struct fact_match_list f = rules_entry(&j->r, l, !x->inverted, x->value);

    f.expanded = x->expanded ? 1 : FACT_NONE;
    rules_put_entry(&j->r, &f);
    if (!x->inverted)
        return;
    f = rules_entry(&j->r, l, true, ".*");
    f.expanded = 1;
    rules_put_entry(&j->r, &f);
}

static const char *list_kind(int kind)
{
    return kind == 2 ? "large-community" : "community";
}

/** Named communities are alternatives: each has a list of its own, under its own name. */
static void need_community(const struct junos_place *at, struct tree_node *n,
                           struct rules_term *t)
{
    struct junos *j = at->j;
    struct strs all = {0};

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        struct community_entry x = {0};
        struct rules_list l = {.name = c->word};

        if (!read_entry(j, c->word, &x)) {
            tree_note(&j->notes, c->line, "policy-options: a community that can't be told");
            rules_push(&j->r, &all, "unknown community");
            continue;
        }
        l.kind = list_kind(x.kind);
        if (rules_open_list(&j->r, &l))
            put_entry(j, &l, &x);
        rules_push(&j->r, &all, rules_printf(&j->r, "%s %s", l.kind, c->word));
    }
    if (all.n > 0)
        rules_need_one(&j->r, t, &all);
}

bool junos_delete_list(struct junos *j, const char *name, const char **list, const char **kind)
{
    struct tree_node *n = community(j, name), *members = tree_get(j->t, n, "members");
    struct rules_list l = {.name = rules_printf(&j->r, "%s (each)", name)};
    int last = 0;

    for (int pass = 0; pass < 2; pass++) { /* look at all, then state them */
        bool fresh = pass == 1 && rules_open_list(&j->r, &l);

        for (struct tree_node *m = tree_first(members); m != NULL; m = tree_next(m)) {
            struct community_entry x = {0};
            enum rules_community c = rules_community(&j->r, m->word, &x.value);

            if (c == RULES_NO_COMMUNITY || c == RULES_EXTENDED)
                return false;
            x.kind = c == RULES_LARGE_COMMUNITY ? 2 : 1;
            x.expanded = c == RULES_COMMUNITIES;
            if (last != 0 && last != x.kind)
                return false;
            last = x.kind;
            if (fresh)
                put_entry(j, &l, &x);
        }
        l.kind = list_kind(last);
    }
    *list = l.name;
    *kind = last == 2 ? "large-" : "";
    return last != 0 && tree_get(j->t, n, "invert-match") == NULL;
}

/* ---- AS paths */

static bool put_as_path(struct junos *j, const char *name, const char *expression)
{
    const char *text = rules_as_path(&j->r, expression);
    struct rules_list l = {"as-path", name, 0, 0};

    if (text == NULL)
        return false;
    if (rules_open_list(&j->r, &l)) {
        struct fact_match_list f = rules_entry(&j->r, &l, true, text);

        rules_put_entry(&j->r, &f);
    }
    return true;
}

static void add_as_path(const struct junos_place *at, struct tree_node *named,
                        const char *prefix, struct strs *all)
{
    struct junos *j = at->j;
    const char *name = rules_printf(&j->r, "%s%s", prefix, named != NULL ? named->word : "");
    bool told = false;

    for (struct tree_node *e = tree_first(named); e != NULL && !told; e = tree_next(e))
        told = put_as_path(j, name, e->word);
    if (!told)
        tree_note(&j->notes, named != NULL ? named->line : 0,
                  "policy-options: an AS path that can't be told");
    rules_push(&j->r, all, told ? rules_printf(&j->r, "as-path %s", name) : "unknown as-path");
}

static void need_as_path(const struct junos_place *at, struct tree_node *n,
                         struct rules_term *t)
{
    struct tree_node *paths = tree_get(at->j->t, &at->j->t->root, "policy-options as-path");
    struct strs all = {0};

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c))
        add_as_path(at, tree_find(at->j->t, paths, slice_of(c->word)), "", &all);
    if (all.n > 0)
        rules_need_one(&at->j->r, t, &all);
}

static void need_as_path_group(const struct junos_place *at, struct tree_node *n,
                               struct rules_term *t)
{
    struct tree_node *groups =
        tree_get(at->j->t, &at->j->t->root, "policy-options as-path-group");
    struct strs all = {0};

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        struct tree_node *group = tree_find(at->j->t, groups, slice_of(c->word));
        struct tree_node *paths = tree_get(at->j->t, group, "as-path");
        const char *prefix = rules_printf(&at->j->r, "%s ", c->word);

        for (struct tree_node *p = tree_first(paths); p != NULL; p = tree_next(p))
            add_as_path(at, p, prefix, &all);
        if (paths == NULL)
            rules_push(&at->j->r, &all, "unknown as-path-group");
    }
    if (all.n > 0)
        rules_need_one(&at->j->r, t, &all);
}

/* ---- all of them */

static void need_number(const struct junos_place *at, struct tree_node *n, struct rules_term *t)
{
    need_values(at, n, t, strcmp(n->word, "metric") == 0 ? "med" : n->word, number_text);
}

static void need_neighbor(const struct junos_place *at, struct tree_node *n,
                          struct rules_term *t)
{
    need_values(at, n, t, "peer", address_text);
}

static void need_protocol(const struct junos_place *at, struct tree_node *n,
                          struct rules_term *t)
{
    need_values(at, n, t, "source-protocol", protocol_text);
}

static void need_origin(const struct junos_place *at, struct tree_node *n, struct rules_term *t)
{
    need_values(at, n, t, "origin", origin_text);
}

static const struct {
    const char *word;
    void (*need)(const struct junos_place *, struct tree_node *, struct rules_term *);
} conditions[] = {
    {"protocol", need_protocol},
    {"neighbor", need_neighbor},
    {"community", need_community},
    {"as-path", need_as_path},
    {"as-path-group", need_as_path_group},
    {"family", need_family},
    {"rib", need_family},
    {"interface", need_interface},
    {"next-hop", need_next_hop},
    {"local-preference", need_number},
    {"metric", need_number},
    {"tag", need_number},
    {"origin", need_origin},
    {"prefix-list", NULL}, /* elsewhere: junos_match_prefixes */
    {"prefix-list-filter", NULL},
    {"route-filter", NULL},
    {"route-filter-list", NULL},
    {"source-address-filter", NULL},
};

/** Keywords whose conditions can't be told; they may stand in facts. */
static const char *untold_word(const char *word)
{
    static const char *const words[] = {"policy",
                                        "instance",
                                        "area",
                                        "level",
                                        "route-type",
                                        "external",
                                        "color",
                                        "condition",
                                        "next-hop-type",
                                        "validation-database",
                                        "preference",
                                        "state",
                                        "tag2",
                                        "metric2",
                                        "source-address-filter",
                                        "community-count",
                                        "as-path-calc-length",
                                        "as-path-neighbors",
                                        "as-path-origins"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (strcmp(word, words[i]) == 0)
            return words[i];
    }
    return "condition";
}

void junos_match_rest(const struct junos_place *at, struct tree_node *from,
                      struct rules_term *t)
{
    for (struct tree_node *n = tree_first(from); n != NULL; n = tree_next(n)) {
        size_t i = 0, all = sizeof(conditions) / sizeof(*conditions);

        while (i < all && strcmp(n->word, conditions[i].word) != 0)
            i++;
        if (i == all)
            unknown(at, n, t, untold_word(n->word));
        else if (conditions[i].need != NULL)
            conditions[i].need(at, n, t);
    }
}
