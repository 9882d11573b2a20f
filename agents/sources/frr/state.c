/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as facts: the router itself, originations and policy; the rest is next
 * door. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/frr/model.h"

static struct addr router_id(const struct frr *c)
{
    if (addr_is_set(&c->router_id))
        return c->router_id;
    for (size_t i = 0; i < c->bgps.n; i++) {
        if (c->bgps.v[i]->table[0] == '\0' && addr_is_set(&c->bgps.v[i]->router_id))
            return c->bgps.v[i]->router_id;
    }
    for (size_t i = 0; i < c->igps.n; i++) {
        if (c->igps.v[i]->table[0] == '\0' && addr_is_set(&c->igps.v[i]->router_id))
            return c->igps.v[i]->router_id;
    }
    return (struct addr){0};
}

static int state_node(const struct frr *c, struct batch_sink *sink, struct err *e)
{
    struct fact_node f;

    fact_init(FACT_NODE, &f);
    f.node = c->node;
    f.kind = "router";
    f.platform = c->platform->name;
    f.router_id = router_id(c);
    return sink->put(sink, FACT_NODE, &f, e);
}

/** The import check of the BGP instance that a network statement belongs to. */
static int64_t import_check(const struct frr *c, const struct fact_origination *o)
{
    if (strcmp(o->into, "bgp") != 0 || strcmp(o->how, "network") != 0)
        return o->import_check;
    for (size_t i = 0; i < c->bgps.n; i++) {
        if (strcmp(c->bgps.v[i]->table, o->table) == 0)
            return frr_import_check(c, c->bgps.v[i]);
    }
    return FACT_NONE;
}

static int state_originations(struct frr *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->originations.n; i++) {
        struct fact_origination *o = &c->originations.v[i];

        o->node = c->node;
        o->import_check = import_check(c, o);
        rc = sink->put(sink, FACT_ORIGINATION, o, e);
    }
    return rc;
}

static struct strs clauses(struct frr *c, const struct frr_clause *v, size_t n)
{
    struct strs out = {0};

    if (n == 0)
        return out;
    out.v = frr_alloc(c, n * sizeof(*out.v));
    for (size_t i = 0; out.v != NULL && i < n; i++) {
        bool missing = v[i].list != NULL && v[i].list->terms.n == 0 && !v[i].list->defined;
        bool opaque = (v[i].list != NULL && v[i].list->opaque) ||
                      (missing && c->platform->missing_unknown);

        out.v[out.n++] = opaque ? frr_printf(c, "unknown %s", v[i].key) : v[i].text;
    }
    return out;
}

/** A route map that is called but not defined is passed over by FRR (route_map_apply). */
static const char *callable(const struct frr *c, const char *name)
{
    const union map_value *at = name != NULL ? map_get_str(c->map_by_name, name) : NULL;
    const struct frr_route_map *m = at != NULL ? at->cp : NULL;

    return m != NULL && m->terms.n > 0 ? name : NULL;
}

static int state_term(struct frr *c, const char *name, const struct frr_term *t,
                      struct batch_sink *sink, struct err *e)
{
    struct fact_policy_term f;

    fact_init(FACT_POLICY_TERM, &f);
    f.node = c->node;
    f.name = name;
    f.seq = t->seq;
    f.action = t->permit ? "permit" : "deny";
    f.match = clauses(c, t->match.v, t->match.n);
    f.set = clauses(c, t->set.v, t->set.n);
    f.call = callable(c, t->call);
    f.on_match = t->on_match;
    return sink->put(sink, FACT_POLICY_TERM, &f, e);
}

/** Applied but not defined: FRR denies everything. */
static int state_route_map(struct frr *c, const struct frr_route_map *m,
                           struct batch_sink *sink, struct err *e)
{
    static const struct frr_term deny = {.on_match = FACT_NONE};
    struct frr_clause clause = {.key = "route-map",
                                .text = "unknown route map, not in this file"};
    struct frr_term unknown = {.permit = true, .on_match = FACT_NONE};
    int rc = 0;

    unknown.set.v = &clause;
    unknown.set.n = 1;
    if (m->terms.n == 0 && c->platform->missing_unknown)
        return m->used ? state_term(c, m->name, &unknown, sink, e) : 0;
    if (m->terms.n == 0)
        return m->used ? state_term(c, m->name, &deny, sink, e) : 0;
    for (size_t i = 0; rc == 0 && i < m->terms.n; i++)
        rc = state_term(c, m->name, m->terms.v[i], sink, e);
    return rc;
}

static int put_list_term(const struct frr *c, const struct frr_list *list,
                         struct fact_match_list *t, struct batch_sink *sink, struct err *e)
{
    static const char *const kinds[] = {
        [FRR_LIST_PREFIX] = "prefix",       [FRR_LIST_ACCESS] = "access",
        [FRR_LIST_COMMUNITY] = "community", [FRR_LIST_LARGE] = "large-community",
        [FRR_LIST_AS_PATH] = "as-path",
    };

    t->node = c->node;
    t->name = list->name;
    t->kind = kinds[list->use];
    t->family = list->family != 0 ? list->family : FACT_NONE;
    return sink->put(sink, FACT_MATCH_LIST, t, e);
}

/**
 * A list that is referred to but not defined denies, and so does one whose entries no route can
 * match; a prefix list that has only a description permits (prefix_list_apply of FRR).
 */
static int state_empty_list(const struct frr *c, const struct frr_list *list,
                            struct batch_sink *sink, struct err *e)
{
    bool address = list->use == FRR_LIST_PREFIX || list->use == FRR_LIST_ACCESS;
    bool community = list->use == FRR_LIST_COMMUNITY || list->use == FRR_LIST_LARGE;
    struct fact_match_list t;

    if ((!list->used && !list->defined) || (!list->defined && c->platform->missing_unknown))
        return 0;
    fact_init(FACT_MATCH_LIST, &t);
    t.seq = 0;
    t.action = list->defined && !list->barren ? "permit" : "deny";
    t.value = address ? "any" : ".*";
    t.expanded = community ? 1 : FACT_NONE;
    return put_list_term(c, list, &t, sink, e);
}

static int state_list(const struct frr *c, const struct frr_list *list, struct batch_sink *sink,
                      struct err *e)
{
    int rc = 0;

    if (list->opaque || (list->extended && !list->used))
        return 0;
    if (list->terms.n == 0)
        return state_empty_list(c, list, sink, e);
    for (size_t i = 0; rc == 0 && i < list->terms.n; i++)
        rc = put_list_term(c, list, &list->terms.v[i], sink, e);
    return rc;
}

int frr_state_policy(struct frr *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->route_maps.n; i++)
        rc = state_route_map(c, c->route_maps.v[i], sink, e);
    for (size_t i = 0; rc == 0 && i < c->lists.n; i++)
        rc = state_list(c, c->lists.v[i], sink, e);
    return rc;
}

int frr_state(struct frr *c, struct batch_sink *sink, struct err *e)
{
    int (*const parts[])(struct frr *, struct batch_sink *, struct err *) = {
        frr_state_interfaces, frr_state_igps,   frr_state_bgp,
        state_originations,   frr_state_policy, frr_state_statics};
    int rc = state_node(c, sink, e);

    for (size_t i = 0; rc == 0 && i < sizeof(parts) / sizeof(*parts); i++)
        rc = parts[i](c, sink, e);
    if (rc == 0 && c->failed != 0)
        rc = err_set(e, ERR_LIMIT, "%s: the configuration takes too much memory", c->path);
    if (rc == 0)
        config_notes_state(&c->notes, c->path, sink);
    return rc;
}
