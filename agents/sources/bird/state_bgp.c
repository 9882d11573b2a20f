/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of BGP, as facts. */
#include <string.h>

#include "agents/sources/bird/model.h"

#define DISTANCE_BGP 155 /* preference 100, behind OSPF's 150 */

/** Denies everything: `export none`, or nothing said of exports. */
static const char *closed(struct bird *c)
{
    union map_value *at = map_at_str(c->policies, "(none)");
    struct fact_policy_term *t;

    if (at == NULL || at->u != 0)
        return "(none)";
    at->u = 1;
    t = BIRD_PUSH(c, &c->terms);
    if (t != NULL) {
        fact_init(FACT_POLICY_TERM, t);
        t->node = c->node;
        t->name = "(none)";
        t->seq = 10;
        t->action = "deny";
    }
    return "(none)";
}

/** The policy of a gate. Nothing said: all comes in, nothing goes out. */
static const char *policy_of(struct bird *c, const struct bird_filter *g, bool in)
{
    if (g->gate == BIRD_GATE_POLICY)
        return g->policy;
    if (g->gate == BIRD_GATE_ALL || (g->gate == BIRD_GATE_DEFAULT && in))
        return NULL;
    return closed(c);
}

/* --- instances: BIRD has none, each protocol says its AS; one for each table */

struct instance {
    const char *table;
    int family;
    const struct bird_protocol *first;
};

static int state_instance(const struct bird *c, const struct instance *x,
                          struct batch_sink *sink, struct err *e)
{
    const struct bird_protocol *k = bird_find(c, BIRD_P_KERNEL, x->family, x->table);
    const struct bird_bgp *b = &x->first->bgp;
    struct fact_bgp f;

    fact_init(FACT_BGP, &f);
    f.node = c->node;
    f.table = x->table;
    f.family = x->family;
    f.asn = b->local_asn;
    f.router_id = c->router_id;
    f.cluster_id = b->cluster_id;
    f.local_pref = b->default_local_pref;
    f.compare_routerid = b->prefer_older == 1 ? FACT_NONE : 1;
    f.deterministic_med = b->deterministic_med == 1 ? 1 : FACT_NONE;
    f.always_compare_med = b->med_metric == 1 ? 1 : FACT_NONE;
    f.ignore_as_path = b->path_metric == 0 ? 1 : FACT_NONE;
    f.maximum_paths = k != NULL && k->merge_paths > 1 ? k->merge_paths : 1;
    f.maximum_paths_ibgp = f.maximum_paths;
    f.multipath_relax = f.maximum_paths > 1 ? 1 : FACT_NONE;
    f.distance_external = f.distance_internal = DISTANCE_BGP;
    return sink->put(sink, FACT_BGP, &f, e);
}

/** Settings of the choice are said by each protocol; one that differs from the first is noted.
 */
static void compare_settings(struct bird *c, const struct bird_protocol *first,
                             const struct bird_protocol *p)
{
    const struct bird_bgp *a = &first->bgp, *b = &p->bgp;

    if (a->med_metric != b->med_metric || a->path_metric != b->path_metric ||
        a->deterministic_med != b->deterministic_med || a->prefer_older != b->prefer_older ||
        a->default_local_pref != b->default_local_pref)
        bird_note_line(
            c, p->line, 1,
            "protocol: decides otherwise than the first of its table, whose settings "
            "were taken");
}

static int state_session(struct bird *c, const struct bird_protocol *p,
                         const struct instance *x, struct batch_sink *sink, struct err *e)
{
    int family = x->family;
    const struct bird_channel *ch = &p->channel[family == 6];
    const struct bird_bgp *b = &p->bgp;
    struct fact_bgp_session f;

    fact_init(FACT_BGP_SESSION, &f);
    f.node = c->node;
    f.table = bird_table_of(p, family);
    f.family = family;
    if (b->local_asn != x->first->bgp.local_asn)
        f.local_asn = b->local_asn;
    f.local_interface = b->interface;
    f.local_addr = b->local;
    f.peer_addr = b->peer;
    f.peer_asn = b->external == 0 ? b->local_asn : b->peer_asn;
    f.external = b->peer_asn == FACT_NONE ? b->external : FACT_NONE;
    f.import_policy = policy_of(c, &ch->import, true);
    f.export_policy = policy_of(c, &ch->export, false);
    f.next_hop_self = ch->next_hop_self;
    f.rr_client = b->rr_client == 1 ? 1 : FACT_NONE;
    f.allow_own_as = b->allow_local_as;
    f.multihop = bird_is_direct(p) || !bird_is_external(p) ? FACT_NONE : b->multihop;
    return sink->put(sink, FACT_BGP_SESSION, &f, e);
}

/** Is there something that a session can be made of? */
static bool is_complete(struct bird *c, const struct bird_protocol *p)
{
    const char *lacks = NULL;

    if (p->kind != BIRD_P_BGP || p->disabled)
        return false;
    if (p->bgp.range)
        lacks = "protocol: takes any neighbour of a range; which ones it doesn't tell";
    else if (!addr_is_set(&p->bgp.peer))
        lacks = "protocol: has no neighbour's address";
    else if (p->bgp.local_asn == FACT_NONE)
        lacks = "protocol: has no local AS number";
    else if (p->bgp.peer_asn == FACT_NONE && p->bgp.external == FACT_NONE)
        lacks = "protocol: has no neighbour's AS number";
    if (lacks != NULL)
        bird_note_line(c, p->line, 1, lacks);
    return lacks == NULL;
}

static int state_sources(struct bird *c, const struct instance *x, struct batch_sink *sink,
                         struct err *e)
{
    struct fact_origination f;

    fact_init(FACT_ORIGINATION, &f);
    f.node = c->node;
    f.table = x->table;
    f.into = "bgp";
    f.how = "redistribute";
    f.family = x->family;
    return bird_state_sources(c, &f, sink, e);
}

/** The networks that the export filters of the table's sessions name as the router's own. */
static int state_networks(struct bird *c, const struct instance *x, const bool *complete,
                          struct batch_sink *sink, struct err *e)
{
    struct fact_origination f;
    struct map *done = map_new(), *asked = map_new();
    int rc = done != NULL && asked != NULL ? 0 : err_set(e, ERR_NOMEM, "out of memory");

    fact_init(FACT_ORIGINATION, &f);
    f.node = c->node;
    f.table = x->table;
    f.into = "bgp";
    f.family = x->family;
    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];
        const struct bird_filter *g = &p->channel[x->family == 6].export;
        const char *table = complete[i] ? bird_table_of(p, x->family) : NULL;
        union map_value *at;

        if (table == NULL || strcmp(table, x->table) != 0 || g->gate != BIRD_GATE_POLICY)
            continue;
        at = map_at_str(asked, g->policy);
        if (at == NULL || at->u != 0)
            continue;
        at->u = 1;
        rc = bird_state_networks(c, &(struct bird_networks){&f, g->policy, done}, sink, e);
    }
    map_free(&done);
    map_free(&asked);
    return rc;
}

/** The sessions of one table and family, behind their instance. */
static int state_table(struct bird *c, const struct instance *x, const bool *complete,
                       struct batch_sink *sink, struct err *e)
{
    int rc = state_instance(c, x, sink, e);

    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];
        const char *table = complete[i] ? bird_table_of(p, x->family) : NULL;

        if (table == NULL || strcmp(table, x->table) != 0)
            continue;
        compare_settings(c, x->first, p);
        rc = state_session(c, p, x, sink, e);
    }
    if (rc == 0)
        rc = state_sources(c, x, sink, e);
    return rc == 0 ? state_networks(c, x, complete, sink, e) : rc;
}

int bird_state_bgp(struct bird *c, struct batch_sink *sink, struct err *e)
{
    struct map *seen = map_new();
    bool *complete = bird_alloc(c, c->protocols.n + 1);
    int rc = seen != NULL && complete != NULL ? 0 : err_set(e, ERR_NOMEM, "out of memory");

    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++)
        complete[i] = is_complete(c, c->protocols.v[i]);
    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++) {
        for (int family = 4; rc == 0 && family <= 6; family += 2) {
            const struct bird_protocol *p = c->protocols.v[i];
            struct instance x = {complete[i] ? bird_table_of(p, family) : NULL, family, p};
            union map_value *at =
                x.table != NULL ? map_at_str(seen, bird_printf(c, "%d %s", family, x.table))
                                : NULL;

            if (at == NULL || at->u != 0)
                continue;
            at->u = 1;
            rc = state_table(c, &x, complete, sink, e);
        }
    }
    map_free(&seen);
    return rc;
}

/* --- borders: the half of a link that a session to another AS names */

int bird_state_borders(struct bird *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];
        const struct bird_bgp *b = &p->bgp;
        struct fact_border f;

        if (p->kind != BIRD_P_BGP || p->disabled || !bird_is_direct(p) ||
            !bird_is_external(p) || b->interface == NULL || !addr_is_set(&b->local) ||
            !addr_is_set(&b->peer) || b->peer_asn == FACT_NONE)
            continue;
        fact_init(FACT_BORDER, &f);
        f.node = c->node;
        f.interface = b->interface;
        f.addr = b->local;
        f.peer_asn = b->peer_asn;
        f.peer_addr = b->peer;
        rc = sink->put(sink, FACT_BORDER, &f, e);
    }
    return rc;
}
