/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path vectors between PIDs (RFC 9275 section 7.2). A PID's path is that of one of its
 * addresses: a storage endpoint's, else the first of its first prefix.
 */
#include <string.h>

#include "server/anes.h"
#include "server/costs.h"
#include "server/edition.h"
#include "server/problem.h"

/* Addresses that stand for a PID, one of each family; unset: none. */
struct stand_in {
    struct addr v4, v6;
};

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_path_vector_costmap, .atlas = atlas};
    if (!atlas->snapshot)
        return 0;
    return edition_add(ed, &r, "pathvector-costmap", "/pathvector/costmap", e);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    d->uses[d->n_uses++] = r->atlas->map_id;
    resource_path_vector.describe(r, v, d);
}

static void take(struct stand_in *s, const struct addr *a)
{
    struct addr *to = a->family == 4 ? &s->v4 : &s->v6;
    if (!addr_is_set(to))
        *to = *a;
}

/* The first host of a prefix; a default route stands for nobody. */
static void take_prefix(struct stand_in *s, const struct prefix *p)
{
    struct addr a = p->addr;
    unsigned bits = addr_bits(&a);
    if (p->len == 0)
        return;
    if (p->len + 1u < bits)
        a.b[bits / 8 - 1] |= 1;
    take(s, &a);
}

static struct stand_in *stand_ins(const struct atlas *atlas, struct arena *a)
{
    const struct snapshot *snap = atlas->snapshot;
    struct stand_in *s = ARENA_ARRAY(a, atlas->n_pids + 1, struct stand_in);
    for (size_t i = 0; s && i < snap->n_endpoints; i++) {
        for (size_t k = 0; k < snap->endpoints[i].n_addrs; k++) {
            uint32_t pid = lpm_find(atlas->pid_of, &snap->endpoints[i].addrs[k], NULL);
            if (pid != LPM_NONE)
                take(&s[pid], &snap->endpoints[i].addrs[k]);
        }
    }
    for (size_t i = 0; s && i < atlas->n_pids; i++) {
        for (size_t k = 0; k < atlas->pids[i].n_prefixes; k++)
            take_prefix(&s[i], &atlas->pids[i].prefixes[k]);
    }
    return s;
}

/* From the first to the second; IPv4 if that is known, else IPv6. */
static int find(const struct snapshot *snap, const struct stand_in *const ends[2],
                struct arena *a, struct path **out, struct err *e)
{
    const struct stand_in *src = ends[0], *dst = ends[1];
    int rc = 0;
    *out = NULL;
    if (addr_is_set(&src->v4) && addr_is_set(&dst->v4))
        rc = snap->paths->find(snap->paths, &(struct path_question){src->v4, dst->v4, NULL}, a,
                               out, e);
    if (rc == 0 && (!*out || !(*out)->known) && addr_is_set(&src->v6) && addr_is_set(&dst->v6))
        rc = snap->paths->find(snap->paths, &(struct path_question){src->v6, dst->v6, NULL}, a,
                               out, e);
    return rc;
}

/* The PIDs asked for. */
struct pairs {
    struct chosen srcs, dsts;
};

static int collect(struct anes *s, const struct atlas *atlas, const struct pairs *pairs,
                   struct arena *a, struct err *e)
{
    const struct chosen *srcs = &pairs->srcs, *dsts = &pairs->dsts;
    struct stand_in *of = stand_ins(atlas, a);
    int rc = of ? 0 : err_set(e, ERR_NOMEM, "no memory for path vectors");
    for (size_t i = 0; i < srcs->n; i++) {
        for (size_t j = 0; rc == 0 && j < dsts->n; j++) {
            struct ane_pair pair = {slice_of(srcs->names[i]), slice_of(dsts->names[j]),
                                    srcs->names[i], dsts->names[j]};
            const struct stand_in *const ends[2] = {&of[srcs->v[i]], &of[dsts->v[j]]};
            struct path *path;
            rc = find(atlas->snapshot, ends, a, &path, e);
            if (rc == 0 && path)
                rc = anes_add(s, &pair, path, e);
        }
    }
    return rc;
}

/* Decodes and checks; false: refused in *out. */
static bool read_request(const struct view *v, const struct request *q,
                         struct wire_cost_filter *f, unsigned *wanted, struct reply *out)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_problem p;
    if (wire_cost_filter(&in, f, &p) != WIRE_OK) {
        problem_alto(out, &p);
        return false;
    }
    if (!costs_is_path_vector(&f->cost_type, out) ||
        !anes_wanted(&f->properties, anes_offered(v), wanted, out))
        return false;
    if (f->constraints.n > 0) /* RFC 9275 section 9.2 */
        problem_value(out, "constraints", NULL);
    return f->constraints.n == 0;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct wire_vtag map = {r->atlas->map_id, r->atlas->tag};
    struct anes_reply how = {r->atlas, r->id, "costmap", MEDIA_COST_MAP, "cost-map", &map};
    struct wire_cost_filter f = {0};
    struct pairs pairs;
    struct anes *s;
    unsigned wanted;
    if (!read_request(v, q, &f, &wanted, out))
        return 0;
    int rc = costs_choose(r->atlas, &f.srcs, &pairs.srcs, q->arena, e);
    if (rc == 0)
        rc = costs_choose(r->atlas, &f.dsts, &pairs.dsts, q->arena, e);
    if (rc < 0)
        return rc;
    if (pairs.dsts.n > 0 && pairs.srcs.n > v->settings->path_vector_pairs / pairs.dsts.n) {
        struct wire_problem p;
        wire_refuse(&p, WIRE_TOO_LARGE, "pids", NULL, NULL);
        return problem_alto(out, &p);
    }
    rc = anes_new(&s, v, wanted, q->arena, e);
    if (rc < 0)
        return rc;
    rc = collect(s, r->atlas, &pairs, q->arena, e);
    if (rc == 0)
        rc = anes_finish(s, q, e);
    if (rc == 0)
        rc = anes_put(s, &how, q, out, e);
    anes_free(&s);
    return rc;
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
