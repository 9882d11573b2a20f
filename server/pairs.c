/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pairs.h"

#include <math.h>

#include "base/buf.h"

static bool fill_empty(struct wire_endpoints *list, const struct request *q)
{
    char text[ADDR_TEXT];
    if (list->n > 0)
        return true;
    list->v = ARENA_ARRAY(q->arena, 1, struct wire_endpoint);
    if (!list->v)
        return false;
    list->v[0].addr = q->client;
    list->v[0].text = arena_printf(q->arena, "ipv%u:%s", (unsigned)q->client.family,
                                   addr_format(&q->client, text));
    list->n = 1;
    return list->v[0].text != NULL;
}

enum wire_code pairs_complete(struct wire_cost_params *f, const struct request *q, size_t max,
                              struct wire_problem *p)
{
    size_t total = 0;
    for (size_t i = 0; i < f->n_groups; i++) {
        struct wire_flows *g = &f->groups[i];
        if (!fill_empty(&g->srcs, q) || !fill_empty(&g->dsts, q))
            return wire_refuse(p, WIRE_NO_MEMORY, NULL, NULL, NULL);
        if (g->srcs.n > max || g->dsts.n > max / g->srcs.n ||
            (total += g->srcs.n * g->dsts.n) > max)
            return wire_refuse(p, WIRE_TOO_LARGE, f->flows ? "endpoint-flows" : "endpoints",
                               NULL, NULL);
    }
    return WIRE_OK;
}

const char **pairs_texts(const struct wire_endpoints *list, struct arena *a)
{
    const char **texts = ARENA_ARRAY(a, list->n + 1, const char *);
    for (size_t i = 0; texts && i < list->n; i++)
        texts[i] = list->v[i].text;
    return texts;
}

static int know_pids(const struct wire_endpoints *list, const struct atlas *atlas,
                     struct arena *a, int **pids)
{
    uint32_t *found = ARENA_ARRAY(a, list->n + 1, uint32_t);
    *pids = ARENA_ARRAY(a, list->n + 1, int);
    if (!found || !*pids)
        return ERR_NOMEM;
    lpm_find_many(atlas->pid_of, &list->v->addr, sizeof(*list->v), list->n, found);
    for (size_t i = 0; i < list->n; i++)
        (*pids)[i] = found[i] == LPM_NONE ? -1 : (int)found[i];
    return 0;
}

static int know_names(const struct wire_endpoints *list, struct arena *a, const char ***names)
{
    char text[ADDR_TEXT];
    *names = ARENA_ARRAY(a, list->n + 1, const char *);
    if (!*names)
        return ERR_NOMEM;
    for (size_t i = 0; i < list->n; i++) {
        const struct addr *addr = &list->v[i].addr;
        (*names)[i] =
            arena_printf(a, "ipv%u:%s", (unsigned)addr->family, addr_format(addr, text));
        if (!(*names)[i])
            return ERR_NOMEM;
    }
    return 0;
}

int pairs_know(struct pairs_known *out, const struct wire_flows *g, const struct atlas *atlas,
               struct arena *a, struct err *e)
{
    int rc = know_pids(&g->srcs, atlas, a, &out->src_pids);
    if (rc == 0)
        rc = know_pids(&g->dsts, atlas, a, &out->dst_pids);
    if (rc == 0)
        rc = know_names(&g->srcs, a, &out->srcs);
    if (rc == 0)
        rc = know_names(&g->dsts, a, &out->dsts);
    return rc < 0 ? err_set(e, rc, "no memory for endpoints") : 0;
}

/* Does the matrix between PIDs alone tell of every column? */
static bool of_matrices(const struct asked *k)
{
    for (size_t i = 0; i < k->n_columns; i++) {
        const struct asked_column *c = &k->columns[i];
        if (c->type->paths || c->when || c->type->n_sources > 0 || !c->type->matrix)
            return false;
    }
    return true;
}

/* Then addresses need no names, and columns are filled one after the other. */
static int fill_from_matrices(struct asked *k, const struct wire_flows *g, struct err *e)
{
    const struct atlas *atlas = k->offer->atlas;
    int *srcs, *dsts;
    if (know_pids(&g->srcs, atlas, k->arena, &srcs) < 0 ||
        know_pids(&g->dsts, atlas, k->arena, &dsts) < 0)
        return err_set(e, ERR_NOMEM, "no memory for endpoints");
    for (size_t c = 0; c < k->n_columns; c++) {
        const struct atlas_metric *matrix = k->columns[c].type->matrix;
        double *to = k->columns[c].value;
        for (size_t i = 0; i < g->srcs.n; i++, to += g->dsts.n) {
            for (size_t j = 0; srcs[i] >= 0 && j < g->dsts.n; j++) {
                if (dsts[j] >= 0)
                    to[j] =
                        atlas_value(matrix, (size_t)srcs[i] * atlas->n_pids + (size_t)dsts[j]);
            }
        }
    }
    return 0;
}

/* Rows of a matrix, picked for a list of columns. */
struct picking {
    const struct atlas_metric *matrix;
    size_t n_pids, n_srcs, n_dsts;
    int *srcs, *dsts;
    double *row; /* of the two one is used */
    uint32_t *thousandths;
};

/* While one row is written, memory brings what the next one needs. */
static void expect_row(const struct picking *p, size_t i)
{
    if (i == p->n_srcs || p->srcs[i] < 0)
        return;
    const size_t size = p->matrix->thousandths ? sizeof(*p->thousandths) : sizeof(*p->row);
    const char *from = p->matrix->thousandths ? (const char *)p->matrix->thousandths
                                              : (const char *)p->matrix->value;
    from += (size_t)p->srcs[i] * p->n_pids * size;
    for (size_t j = 0; j < p->n_dsts; j++) {
        if (p->dsts[j] >= 0)
            __builtin_prefetch(from + (size_t)p->dsts[j] * size);
    }
}

static const double *pick_row(void *self, size_t i)
{
    const struct picking *p = self;
    const double *from =
        p->srcs[i] < 0 ? NULL : p->matrix->value + (size_t)p->srcs[i] * p->n_pids;
    expect_row(p, i + 1);
    for (size_t j = 0; j < p->n_dsts; j++)
        p->row[j] = from && p->dsts[j] >= 0 ? from[p->dsts[j]] : NAN;
    return p->row;
}

static const uint32_t *pick_thousandths(void *self, size_t i)
{
    const struct picking *p = self;
    const uint32_t *from =
        p->srcs[i] < 0 ? NULL : p->matrix->thousandths + (size_t)p->srcs[i] * p->n_pids;
    expect_row(p, i + 1);
    for (size_t j = 0; j < p->n_dsts; j++)
        p->thousandths[j] = from && p->dsts[j] >= 0 ? from[p->dsts[j]] : THOUSANDTHS_NONE;
    return p->thousandths;
}

int pairs_put(const struct asked *k, const struct wire_flows *g, const struct asked_reply *how,
              struct buf *b, struct err *e)
{
    const struct atlas *atlas = k->offer->atlas;
    if (!asked_is_single(k) || atlas->snapshot || !of_matrices(k))
        return 0;
    struct picking p = {.matrix = k->columns[0].type->matrix,
                        .n_pids = atlas->n_pids,
                        .n_srcs = g->srcs.n,
                        .n_dsts = g->dsts.n,
                        .row = ARENA_ARRAY(k->arena, g->dsts.n + 1, double),
                        .thousandths = ARENA_ARRAY(k->arena, g->dsts.n + 1, uint32_t)};
    if (!p.row || !p.thousandths || know_pids(&g->srcs, atlas, k->arena, &p.srcs) < 0 ||
        know_pids(&g->dsts, atlas, k->arena, &p.dsts) < 0)
        return err_set(e, ERR_NOMEM, "no memory for endpoints");
    const struct asked_rows rows = {
        p.n_srcs, p.n_dsts, {pick_row, &p, p.matrix->thousandths ? pick_thousandths : NULL}};
    expect_row(&p, 0);
    int rc = asked_put_rows(k, how, &rows, b, e);
    return rc < 0 ? rc : 1;
}

int pairs_fill(struct asked *k, const struct wire_flows *g, struct err *e)
{
    struct pairs_known known;
    if (of_matrices(k))
        return fill_from_matrices(k, g, e);
    int rc = pairs_know(&known, g, k->offer->atlas, k->arena, e);
    for (size_t i = 0; rc == 0 && i < g->srcs.n; i++) {
        for (size_t j = 0; j < g->dsts.n; j++) {
            struct asked_pair pair = {.pair = i * g->dsts.n + j,
                                      .src = known.srcs[i],
                                      .dst = known.dsts[j],
                                      .src_pid = known.src_pids[i],
                                      .dst_pid = known.dst_pids[j]};
            asked_fill(k, &pair);
        }
    }
    return rc;
}

/* One value or a calendar. Measured from end to end counts more than composed of links. */
static void take_cost(const struct asked_column *c, const struct snapshot *s, double *to,
                      const struct path_question *question, const struct path *path)
{
    const char *metric = c->type->metric;
    struct snap_between between = {&question->src, &question->dst,
                                   snapshot_path_cost(s, metric, path), CLASS_ASSUMED,
                                   BASIS_NONE};
    double value = snapshot_cost_between(s, metric, &between);
    bool arrives = path->known && path->reached;
    if (!c->when) {
        *to = value;
        return;
    }
    const struct snap_forecast f = {
        metric, value, snapshot_pattern_between(s, metric, &between), arrives ? path : NULL};
    asked_forecast(c, s, &f, to);
}

/* What a path is found for. */
struct filling {
    struct asked *asked;
    const struct snapshot *s;
    const struct path **kept; /* or NULL */
};

/* One path has the values of all types. */
static int fill_path(const struct filling *f, size_t pair, const struct path_question *question,
                     struct err *e)
{
    struct asked *k = f->asked;
    const struct snapshot *s = f->s;
    struct arena_mark here = arena_mark(k->arena);
    struct path *path;
    if (question->src.family != question->dst.family)
        return 0;
    int rc = path_find_quietly(s->paths, question, k->arena, &path, e);
    for (size_t i = 0; rc == 0 && i < k->n_columns; i++) {
        const struct asked_column *c = &k->columns[i];
        if (!c->type->paths)
            take_cost(c, s, c->value + pair * c->width, question, path);
    }
    if (rc == 0 && f->kept)
        f->kept[pair] = path;
    else
        arena_rewind(k->arena, here);
    return rc;
}

int pairs_fill_paths(struct asked *k, const struct snapshot *s, const struct wire_flows *g,
                     const struct path **kept, struct err *e)
{
    const struct filling f = {k, s, kept};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < g->srcs.n; i++) {
        for (size_t j = 0; rc == 0 && j < g->dsts.n; j++)
            rc = fill_path(&f, i * g->dsts.n + j,
                           &(struct path_question){g->srcs.v[i].addr, g->dsts.v[j].addr, NULL},
                           e);
    }
    return rc;
}
