/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path vectors between PIDs (RFC 9275 section 7.2). On the merged view a PID's path is that of
 * an address that stands for it.
 */
#include "server/edition.h"
#include "server/problem.h"
#include "server/stand_ins.h"
#include "server/vectors.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_path_vector_costmap, .atlas = atlas};
    if (!atlas->snapshot)
        return 0;
    return edition_add(ed, &r, "pathvector-costmap", "/pathvector/costmap", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    resource_put_uses(r, d);
    vectors_describe(r, v, d);
}

/* The PIDs asked for. */
struct pids {
    const struct atlas *atlas;
    struct asked *asked;
    struct chosen srcs, dsts;
    struct arena *arena;
};

static int add(void *self, struct anes *s, size_t i, size_t j, struct err *e)
{
    struct pids *x = self;
    const char *src = x->srcs.names[i], *dst = x->dsts.names[j];
    struct ane_pair pair = {slice_of(src), slice_of(dst), src, dst};
    if (!x->atlas->snapshot) {
        struct asked_pair at = {.src_pid = (int)x->srcs.v[i], .dst_pid = (int)x->dsts.v[j]};
        const struct cost_source *from;
        const struct wire_elements *names = asked_path(x->asked, &at, &from);
        return names ? anes_add_named(s, &pair, names, from, e) : 0;
    }
    const struct pid *pids = x->atlas->snapshot->pids;
    const struct arena_mark here = arena_mark(x->arena);
    size_t before = anes_elements(s);
    struct path *path;
    const struct pid *const ends[] = {&pids[x->srcs.v[i]], &pids[x->dsts.v[j]]};
    int rc = stand_ins_path(x->atlas->snapshot, ends, x->arena, &path, e);
    if (rc == 0 && path)
        rc = anes_add(s, &pair, path, e);
    if (rc == 0 && anes_elements(s) == before)
        arena_rewind(x->arena, here);
    return rc;
}

static int fill(void *self, struct asked *k, struct err *e)
{
    const struct pids *x = self;
    return asked_fill_pids(k, &x->srcs, &x->dsts, e);
}

static int choose(struct pids *x, const struct wire_cost_filter *f, struct err *e)
{
    int rc = costs_choose(x->atlas, &f->srcs, &x->srcs, x->arena, e);
    if (rc == 0)
        rc = costs_choose(x->atlas, &f->dsts, &x->dsts, x->arena, e);
    return rc;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct wire_dialect dialect = offer_dialect(resource_costs(r));
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_vtag map = {r->atlas->map_id, r->atlas->tag};
    struct wire_cost_filter f;
    struct wire_problem p;
    struct asked k;
    struct pids pids = {.atlas = r->atlas, .asked = &k, .arena = q->arena};
    struct vectors x = {.view = v, .request = q, .asked = &k, .fill = fill, .add = add};
    if (wire_cost_filter(&in, &dialect, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    const struct asked_of of = {resource_costs(r), &f.ask, false, q->now};
    if (!asked_begin(&k, &of, q->arena, out) ||
        !anes_wanted(r, v, &f.properties, &x.wanted, out))
        return 0;
    int rc = choose(&pids, &f, e);
    if (rc < 0)
        return rc;
    if (pids.dsts.n > 0 && pids.srcs.n > vectors_limit(v, &k) / pids.dsts.n) {
        wire_refuse(&p, WIRE_TOO_LARGE, "pids", NULL, NULL);
        return problem_alto(out, &p);
    }
    struct anes_reply how = {.resource = r,
                             .part = "costmap",
                             .media = MEDIA_COST_MAP,
                             .member = "cost-map",
                             .map = &map,
                             .properties = &f.properties,
                             .srcs = pids.srcs.names,
                             .dsts = pids.dsts.names};
    x.n_srcs = pids.srcs.n;
    x.n_dsts = pids.dsts.n;
    x.self = &pids;
    return vectors_answer(&x, &how, out, e);
}

const struct resource_ops resource_path_vector_costmap = {
    .kind = "path-vector-cost-map",
    .media_type = MEDIA_COST_MAP_PV,
    .accepts = MEDIA_COST_FILTER,
    .grants = GRANT_PATH_VECTOR,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
