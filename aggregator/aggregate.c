/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/aggregator.h"
#include "aggregator/bgp.h"
#include "aggregator/braids.h"
#include "aggregator/emit.h"
#include "aggregator/forward.h"
#include "aggregator/igp.h"
#include "aggregator/labels.h"
#include "aggregator/next_hops.h"
#include "aggregator/traces.h"
#include "aggregator/trails.h"
#include "aggregator/unchanged.h"
#include "aggregator/walk.h"
#include "model/policies.h"

#define ARENA_LIMIT ((size_t)16 << 30) /* a snapshot larger than this is a mistake */

/* What the snapshot frees besides its arena: the world's heap objects and the facts it borrows
 * from. */
struct holdings {
    struct snapshot snap; /* first member: the snapshot is found from it */
    struct world world;
    struct intake **intakes;
    size_t n_intakes;
};

static void destroy(struct snapshot *s)
{
    struct holdings *h = (struct holdings *)s;
    struct world *w = &h->world;
    map_free(&w->dom_by_name);
    map_free(&w->dom_by_asn);
    map_free(&w->port_by_addr);
    map_free(&w->next_hops);
    lpm_free(&w->universe);
    ways_free(&w->ways);
    trails_free(&w->trails);
    if (w->dom_of != s->domain_of)
        lpm_free(&w->dom_of);
    if (w->bgp)
        policy_free(&w->bgp->policies);
    if (w->traces) {
        braids_free(&w->traces->braids);
        map_free(&w->traces->by_pair);
        map_free(&w->traces->low_blocks);
        map_free(&w->traces->turns);
        map_free(&w->traces->courses);
        map_free(&w->traces->ingress);
    }
    for (size_t i = 0; i < h->n_intakes; i++)
        intake_free(&h->intakes[i]);
}

/* ---- the steps */

static bool any_open(const struct world *w)
{
    for (size_t p = 0; p < w->n_prefixes; p++) {
        const struct chosen *all = w->bgp->chosen[p];
        for (uint32_t i = 0; all && i < all->begin[w->bgp->n_speakers]; i++)
            if (all->v[i].tied)
                return true;
    }
    return false;
}

static int compare(struct world *w, struct err *e)
{
    int rc = unchanged_find(w);
    return rc ? err_set(e, rc, "out of memory while comparing with what was before") : 0;
}

static int build_world(struct world *w, struct err *e)
{
    int rc;
    if ((rc = registry_build(w, e)) || (rc = topology_build(w, e)) ||
        (rc = wires_build(w, e)) || (rc = universe_build(w, e)) || (rc = igp_build(w, e)) ||
        (rc = next_hops_init(w)) || (rc = rib_build(w, e)) || (rc = bgp_speakers_build(w, e)) ||
        (rc = traces_build(w, e)) || (rc = compare(w, e)) || (rc = bgp_simulate(w, e)))
        return rc;
    traces_judge_responders(w);
    if (any_open(w) && w->traces->n)
        rc = bgp_simulate(w,
                          e); /* again, now that answers of parallel links can be told apart */
    if (!rc)
        rc = owners_build(w, e);
    if (!rc)
        rc = turns_build(w, e);
    if (!rc)
        rc = ingress_build(w, e);
    if (!rc)
        rc = adjacency_build(w, e);
    return rc ? rc : braids_build(w, e);
}

static int fill_snapshot(struct world *w, struct intake *const *intakes, size_t n,
                         struct err *e)
{
    int rc;
    paths_init(w);
    if ((rc = emit_graph(w, e)) || (rc = emit_rest(w, intakes, n, e)))
        return rc;
    snapshot_withhold(w->snap);
    if ((rc = pids_build(w, e)) || (rc = costs_build(w, e)) || (rc = verdicts_build(w, e)))
        return rc;
    w->snap->disagreements = w->disagreements;
    w->snap->n_disagreements = w->n_disagreements;
    return snapshot_seal(w->snap, e);
}

static int64_t earliest_expiry(const struct world *w, int64_t now)
{
    int64_t next = w->changes_at;
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        for (size_t i = 0; i < w->rows[k].n; i++) {
            int64_t x = ((const struct fact_node *)w->rows[k].v[i])->origin->expires;
            if (x != FACT_NONE && x > now && (next == FACT_NONE || x < next))
                next = x;
        }
    return next;
}

static int take_over(struct holdings *h, const struct aggregation *how, struct err *e)
{
    h->intakes = ARENA_ARRAY(h->snap.arena, how->n + 1, struct intake *);
    if (!h->intakes)
        return err_set(e, ERR_NOMEM, "out of memory for a snapshot");
    if (how->n)
        memcpy(h->intakes, how->intakes, how->n * sizeof(*how->intakes));
    h->n_intakes = how->n;
    return 0;
}

static int build(struct world *w, const struct aggregation *how, struct err *e)
{
    int rc = rows_sort(w, how->intakes, how->n);
    if (rc)
        return err_set(e, rc, "out of memory while sorting facts");
    if (!(rc = build_world(w, e)))
        rc = fill_snapshot(w, how->intakes, how->n, e);
    w->snap->next_expiry = earliest_expiry(w, w->now);
    return rc;
}

int aggregate_by(const struct aggregation *how, struct snapshot **out, struct err *e)
{
    struct arena *a = arena_new(ARENA_LIMIT), *scratch = arena_new(ARENA_LIMIT);
    struct holdings *h = a ? ARENA_NEW(a, struct holdings) : NULL;
    struct snapshot *s = h ? &h->snap : NULL;
    int rc = s && scratch ? 0 : err_set(e, ERR_NOMEM, "out of memory for a snapshot");
    if (rc) {
        arena_free(&a);
        arena_free(&scratch);
        return rc;
    }
    struct world *w = &h->world;
    s->arena = w->arena = a;
    s->as_of = w->now = how->now;
    s->calendar = how->rules->calendar;
    s->destroy = destroy;
    w->changes_at = FACT_NONE;
    w->rules = how->rules;
    w->threads = how->threads;
    w->before = how->previous && how->previous->destroy == destroy
                    ? &((const struct holdings *)how->previous)->world
                    : NULL;
    w->scratch = scratch;
    w->snap = s;
    rc = build(w, how, e);
    w->rules = NULL; /* the caller's, as what was before */
    w->before = NULL;
    w->differences = NULL;
    w->unchanged = NULL;
    arena_free(&w->scratch);
    if (!rc)
        rc = take_over(h, how, e);
    if (rc) {
        snapshot_free(&s);
        return rc;
    }
    *out = s;
    return 0;
}

int aggregate(struct intake *const *intakes, size_t n, int64_t now, struct snapshot **out,
              struct err *e)
{
    const struct aggregation how = {intakes, n, now, &history_default, 1, NULL};
    return aggregate_by(&how, out, e);
}
