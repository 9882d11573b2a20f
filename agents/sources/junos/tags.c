/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static and aggregate routes may carry communities, by which export policies then choose.
 * Routes as facts have none before they are in BGP: a policy at their way in adds them.
 */
#include <string.h>

#include "agents/sources/junos/model.h"

/** Routes of one kind and table with the same communities. */
struct tag {
    const char *table, *kind;
    const char *of_kind[2]; /* communities: standard, large */
    struct rules_list list[2];
};

/** The communities of a route, or of the defaults; empty texts when there are none. */
static void read_communities(struct junos *j, struct tree_node *n, struct tree_node *defaults,
                             const char *of_kind[2])
{
    struct tree_node *list = tree_get(j->t, n, "community");
    const char *one = NULL;

    if (list == NULL)
        list = tree_get(j->t, defaults, "community");
    of_kind[0] = of_kind[1] = "";
    for (struct tree_node *c = tree_first(list); c != NULL; c = tree_next(c)) {
        enum rules_community kind = rules_community(&j->r, c->word, &one);
        const char **at = &of_kind[kind == RULES_LARGE_COMMUNITY];

        if (kind != RULES_COMMUNITY && kind != RULES_LARGE_COMMUNITY)
            continue;
        *at = rules_printf(&j->r, "%s%s%s", *at, **at != '\0' ? " " : "", one);
    }
}

static const char *policy_name(struct junos *j, const char *table, const char *kind)
{
    return rules_printf(&j->r, "(%s routes%s%s)", kind, *table != '\0' ? " of " : "", table);
}

const char *junos_tag(struct junos *j, const struct junos_route *route)
{
    const int64_t exact[2] = {FACT_NONE, FACT_NONE};
    struct tag tag = {.table = route->table, .kind = route->kind}, *slot;
    union map_value *at;
    const char *name;
    int six = route->prefix.addr.family == 6;

    read_communities(j, route->node, route->defaults, tag.of_kind);
    if (*tag.of_kind[0] == '\0' && *tag.of_kind[1] == '\0')
        return NULL;
    name = rules_printf(&j->r, "%s %s%s%s", policy_name(j, tag.table, tag.kind), tag.of_kind[0],
                        *tag.of_kind[0] != '\0' && *tag.of_kind[1] != '\0' ? " " : "",
                        tag.of_kind[1]);
    at = map_at_str(j->tags, name);
    if (at == NULL)
        return NULL;
    if (at->p == NULL && (at->p = ARENA_NEW(j->t->arena, struct tag)) != NULL) {
        for (int i = 0; i < 2; i++)
            tag.list[i] = (struct rules_list){"prefix", name, i == 1 ? 6 : 4, 0};
        *(struct tag *)at->p = tag;
    }
    slot = at->p;
    if (slot == NULL)
        return NULL;
    rules_put_prefix(&j->r, &slot->list[six], true, &route->prefix, exact);
    return policy_name(j, tag.table, tag.kind);
}

static void add_term(struct junos *j, const struct tag *tag, int six, struct rules_policy *p)
{
    struct rules_term *t = rules_add_term(&j->r, p);

    if (t == NULL)
        return;
    t->action = RULES_ACCEPT;
    rules_need(&j->r, t,
               rules_printf(&j->r, "prefix-list%d %s", six ? 6 : 4, tag->list[six].name));
    for (int i = 0; i < 2; i++) {
        if (*tag->of_kind[i] != '\0')
            rules_change(&j->r, t,
                         rules_printf(&j->r, "%scommunity-add %s", i == 1 ? "large-" : "",
                                      tag->of_kind[i]));
    }
}

const char *junos_state_tags(struct junos *j, const char *table, const char *kind)
{
    struct rules_policy *p = ARENA_NEW(j->t->arena, struct rules_policy);
    const struct rules_policy *one = p;

    for (size_t i = 0; p != NULL && i < map_count(j->tags); i++) {
        const struct tag *tag = map_entry(j->tags, i)->value.cp;

        if (tag == NULL || strcmp(tag->table, table) != 0 || strcmp(tag->kind, kind) != 0)
            continue;
        for (int six = 0; six < 2; six++) {
            if (tag->list[six].seq > 0)
                add_term(j, tag, six, p);
        }
    }
    if (p == NULL || p->n == 0)
        return NULL;
    p->name = policy_name(j, table, kind);
    rules_put_chain(&j->r, p->name, &one, 1, RULES_ACCEPT_ALL);
    return p->name;
}
