/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions for prefixes. Prefix lists and route filters of one term are alternatives. Among
 * route filters the one with the longest prefix that covers the route is asked alone, so
 *
 *     route-filter 10.0.0.0/8 orlonger;       permit 10.1.0.0/16
 *     route-filter 10.1.0.0/16 exact;    ->   deny   10.1.0.0/16 le 32
 *                                             permit 10.0.0.0/8 le 32
 */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/junos/match.h"

struct item {
    struct prefix prefix;
    int64_t range[2]; /* FACT_NONE: exactly the prefix */
    enum junos_filter_action action;
    bool filter; /* of the longest prefix alone */
    size_t order;
};

struct items {
    VEC(struct item);
    size_t of_family[2];
    bool untold;
    bool never; /* one was left out that no prefix fits */
};

static void add_item(struct items *all, const struct item *x)
{
    struct item *slot;
    int64_t bits = addr_bits(&x->prefix.addr);

    if (x->range[0] != FACT_NONE && (x->range[0] > x->range[1] || x->range[0] > bits)) {
        all->never = true;
        return; /* nothing is that long */
    }
    slot = VEC_PUSH(all);
    if (slot == NULL) {
        all->untold = true;
        return;
    }
    *slot = *x;
    slot->order = all->n;
    all->of_family[x->prefix.addr.family == 6]++;
}

/** The lengths that `exact`, `orlonger`, `longer`, `upto /n`, `prefix-length-range /a-/b` mean.
 */
static bool set_range(struct item *x, const char *type, const char *value)
{
    int64_t len = x->prefix.len, bits = addr_bits(&x->prefix.addr);
    struct slice rest = slice_of(value), a, b;
    uint64_t lo, hi;

    x->range[0] = x->range[1] = FACT_NONE;
    if (strcmp(type, "exact") == 0)
        return true;
    x->range[0] = strcmp(type, "longer") == 0 ? len + 1 : len;
    x->range[1] = bits;
    if (strcmp(type, "orlonger") == 0 || strcmp(type, "longer") == 0)
        return true;
    if (value == NULL || value[0] != '/')
        return false;
    if (strcmp(type, "upto") == 0 && slice_u64(slice_of(value + 1), 128, &hi)) {
        x->range[1] = (int64_t)hi;
        return true;
    }
    if (strcmp(type, "prefix-length-range") != 0 || !slice_split(&rest, '-', &a) ||
        !slice_split(&rest, '-', &b) || b.n < 2 || b.p[0] != '/' ||
        !slice_u64((struct slice){a.p + 1, a.n - 1}, 128, &lo) ||
        !slice_u64((struct slice){b.p + 1, b.n - 1}, 128, &hi))
        return false;
    x->range[0] = (int64_t)lo;
    x->range[1] = (int64_t)hi;
    return true;
}

static enum junos_filter_action action_of(struct tree_node *n, bool *told)
{
    *told = true;
    if (n == NULL || n->first == NULL)
        return JUNOS_FILTER_TERM;
    if (strcmp(n->first->word, "accept") == 0)
        return JUNOS_FILTER_ACCEPT;
    if (strcmp(n->first->word, "reject") == 0)
        return JUNOS_FILTER_REJECT;
    *told = false;
    return JUNOS_FILTER_TERM;
}

/** One `route-filter P TYPE [VALUE] [action]`. */
static void add_filter(struct items *all, struct item x, struct tree_node *type)
{
    bool has_value = strcmp(type->word, "upto") == 0 || strcmp(type->word, "through") == 0 ||
                     strcmp(type->word, "address-mask") == 0 ||
                     strcmp(type->word, "prefix-length-range") == 0;
    bool told;

    tree_see(type);
    for (struct tree_node *v = has_value ? type->first : type; v != NULL; v = v->next) {
        x.action = action_of(v, &told);
        if (told && set_range(&x, type->word, has_value ? v->word : NULL))
            add_item(all, &x);
        else
            all->untold = true;
        if (!has_value)
            break;
    }
}

static void add_filters(struct items *all, struct tree_node *list)
{
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        struct item x = {.filter = true};

        if (!prefix_parse_loose(slice_of(n->word), &x.prefix)) {
            all->untold = true;
            continue;
        }
        for (struct tree_node *type = tree_first(n); type != NULL; type = tree_next(type))
            add_filter(all, x, type);
    }
}

/* ---- prefix lists */

/** What is below n along a path of words and `<*>`; every last word that is an address. */
static void apply_path(struct junos *j, struct tree_node *n, struct slice path,
                       struct items *all)
{
    struct slice word;
    struct item x = {.range = {FACT_NONE, FACT_NONE}};
    char pattern[128];

    if (!slice_word(&path, &word)) {
        if (prefix_parse_loose(slice_of(n->word), &x.prefix))
            add_item(all, &x);
        return;
    }
    if (word.n < 2 || word.p[0] != '<' || word.p[word.n - 1] != '>') {
        n = tree_find(j->t, n, word);
        if (n != NULL)
            apply_path(j, n, path, all);
        return;
    }
    if (word.n - 1 > sizeof(pattern))
        return;
    memcpy(pattern, word.p + 1, word.n - 2);
    pattern[word.n - 2] = '\0';
    for (struct tree_node *c = n->first; c != NULL; c = c->next) {
        if (tree_glob(pattern, c->word))
            apply_path(j, c, path, all);
    }
}

static void add_prefix_list(struct junos *j, const char *name, const char *type,
                            struct items *all)
{
    struct tree_node *lists = tree_get(j->t, &j->t->root, "policy-options prefix-list");
    struct tree_node *list = tree_find(j->t, lists, slice_of(name));
    size_t before = all->n;

    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        struct item x = {.range = {FACT_NONE, FACT_NONE}};

        if (strcmp(n->word, "apply-path") == 0 && n->first != NULL)
            apply_path(j, &j->t->root, slice_of(tree_first(n)->word), all);
        else if (prefix_parse_loose(slice_of(n->word), &x.prefix) && set_range(&x, type, NULL))
            add_item(all, &x);
    }
    if (all->n == before) /* whether that means all routes or none depends on the release */
        all->untold = true;
}

static void add_prefix_lists(struct junos *j, struct tree_node *names, struct items *all)
{
    for (struct tree_node *n = tree_first(names); n != NULL; n = tree_next(n))
        add_prefix_list(j, n->word, "exact", all);
}

static void add_list_filters(struct junos *j, struct tree_node *names, struct items *all)
{
    for (struct tree_node *n = tree_first(names); n != NULL; n = tree_next(n)) {
        struct tree_node *type = tree_first(n);

        add_prefix_list(j, n->word, type != NULL ? type->word : "exact", all);
        if (type != NULL && type->first != NULL)
            all->untold = true; /* an action of its own */
    }
}

static void add_filter_lists(struct junos *j, struct tree_node *names, struct items *all)
{
    struct tree_node *lists = tree_get(j->t, &j->t->root, "policy-options route-filter-list");

    for (struct tree_node *n = tree_first(names); n != NULL; n = tree_next(n)) {
        struct tree_node *list = tree_find(j->t, lists, slice_of(n->word));

        if (list == NULL || list->first == NULL)
            all->untold = true;
        add_filters(all, list);
    }
}

static void gather(struct junos *j, struct tree_node *from, struct items *all)
{
    struct tree *t = j->t;

    add_prefix_lists(j, tree_get(t, from, "prefix-list"), all);
    add_list_filters(j, tree_get(t, from, "prefix-list-filter"), all);
    add_filters(all, tree_get(t, from, "route-filter"));
    add_filter_lists(j, tree_get(t, from, "route-filter-list"), all);
    if (tree_get(t, from, "source-address-filter") != NULL)
        all->untold = true;
}

/* ---- stating them */

/** Prefix lists first, then route filters from the longest prefix to the shortest; equal ones
 * together. */
static int compare(const void *va, const void *vb)
{
    const struct item *a = va, *b = vb;
    int c = 0;

    if (a->filter != b->filter)
        return a->filter ? 1 : -1;
    if (a->filter && a->prefix.len != b->prefix.len)
        return a->prefix.len > b->prefix.len ? -1 : 1;
    if (a->filter)
        c = prefix_cmp(&a->prefix, &b->prefix);
    return c != 0 ? c : (a->order > b->order) - (a->order < b->order);
}

static bool is_last_of_prefix(const struct items *all, size_t i)
{
    return i + 1 == all->n || !all->v[i + 1].filter ||
           !prefix_eq(&all->v[i].prefix, &all->v[i + 1].prefix);
}

static void state_list(struct junos *j, const struct items *all, const char *name, int family,
                       enum junos_filter_action action)
{
    struct rules_list l = {"prefix", name, family, 0};

    if (!rules_open_list(&j->r, &l))
        return;
    for (size_t i = 0; i < all->n; i++) {
        const struct item *x = &all->v[i];
        int64_t longer[2] = {x->prefix.len, addr_bits(&x->prefix.addr)};
        bool all_longer = x->range[0] == longer[0] && x->range[1] == longer[1];

        if (x->prefix.addr.family != family)
            continue;
        rules_put_prefix(&j->r, &l, x->action == action, &x->prefix, x->range);
        if (x->filter && is_last_of_prefix(all, i) && !all_longer && i + 1 < all->n)
            rules_put_prefix(&j->r, &l, false, &x->prefix, longer);
    }
}

static bool is_single(struct tree_node *from, const char *what)
{
    static const char *const all[] = {"prefix-list", "prefix-list-filter", "route-filter",
                                      "route-filter-list"};
    size_t n = 0;

    for (struct tree_node *c = from->first; c != NULL; c = c->next) {
        for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
            if (strcmp(c->word, all[i]) == 0)
                n += c->first != NULL && c->first->next == NULL && strcmp(what, all[i]) == 0
                         ? 1
                         : 2;
        }
    }
    return n == 1;
}

/** A prefix list that is used alone keeps its name; others are named by their term. */
static const char *list_name(const struct junos_place *at, struct tree_node *from,
                             enum junos_filter_action action)
{
    struct tree *t = at->j->t;
    const char *one = tree_value(t, from, "prefix-list");
    struct tree_node *filter = tree_get(t, from, "prefix-list-filter");

    if (one != NULL && is_single(from, "prefix-list"))
        return one;
    if (filter != NULL && filter->first != NULL && filter->first->first != NULL &&
        is_single(from, "prefix-list-filter"))
        return rules_printf(&at->j->r, "%s %s", filter->first->word,
                            filter->first->first->word);
    return junos_list_name(at, action == JUNOS_FILTER_ACCEPT   ? " accept"
                               : action == JUNOS_FILTER_REJECT ? " reject"
                                                               : "");
}

bool junos_has_filters(const struct junos_place *at, struct tree_node *from,
                       enum junos_filter_action action)
{
    struct items all = {0};
    bool found = false;

    gather(at->j, from, &all);
    for (size_t i = 0; i < all.n && !found; i++)
        found = all.v[i].action == action;
    VEC_FREE(&all);
    return found;
}

bool junos_match_prefixes(const struct junos_place *at, struct tree_node *from,
                          struct rules_term *t, enum junos_filter_action action)
{
    struct items all = {0};
    struct strs words = {0};
    bool any;

    gather(at->j, from, &all);
    if (all.n == 0 && all.never)
        all.untold = true; /* not a term without condition */
    any = all.n > 0 || all.untold;
    if (all.n > 0)
        qsort(all.v, all.n, sizeof(*all.v), compare);
    if (all.untold) {
        tree_note(&at->j->notes, from->line, "policy-options: prefixes that can't be told");
        rules_need(&at->j->r, t, "unknown prefixes");
    } else if (any) {
        const char *name = list_name(at, from, action);

        for (int family = 4; family <= 6; family += 2) {
            if (all.of_family[family == 6] == 0)
                continue;
            state_list(at->j, &all, name, family, action);
            rules_push(&at->j->r, &words,
                       rules_printf(&at->j->r, "prefix-list%d %s", family, name));
        }
        rules_need_one(&at->j->r, t, &words);
    }
    VEC_FREE(&all);
    return any;
}
