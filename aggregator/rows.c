/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of all intakes in canonical order, and which of them are not what they were before.
 *
 *     intakes, one behind the other    c a | b        order: 1 2 0
 *     in canonical order               a b c
 *
 * Most rows are those of the world before, in intakes of the same lengths. So its order is
 * tried first: a row that is the same as the one that stood there needs no comparing with its
 * neighbours.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/lanes.h"
#include "aggregator/workers.h"

#define SHARE 1024 /* rows that a thread takes at once */
#define WORTH 8192 /* rows: fewer are not worth a thread */

/* What threads share. Rows of all kinds are numbered in a row. */
struct sorting {
    struct world *w;
    struct intake *const *intakes;
    size_t n_intakes, total;
    size_t begin[FACT_KIND_COUNT + 1]; /* of each kind; of those that are tried */
    bool tried[FACT_KIND_COUNT];       /* as before; else they have to be sorted */
    size_t next, next_kind;
};

/* ---- order */

static void gather(const struct sorting *s, enum fact_kind kind)
{
    size_t at = 0, size = fact_kind_info(kind)->size;
    for (size_t i = 0; i < s->n_intakes; i++)
        for (size_t j = 0; j < s->intakes[i]->facts.rows[kind].n; j++)
            s->w->rows[kind].v[at++] =
                (const char *)s->intakes[i]->facts.rows[kind].v + j * size;
}

static int cmp_row(const void *va, const void *vb, enum fact_kind kind)
{
    const struct fact_node *a = va, *b = vb;
    int c = a->origin == b->origin ? 0 : strcmp(a->origin->domain, b->origin->domain);
    if (!c)
        c = fact_cmp(kind, a, b);
    if (!c)
        c = strcmp(a->origin->source, b->origin->source);
    return c ? c : strcmp(a->origin->scope, b->origin->scope);
}

struct order {
    const void **v; /* as they came */
    enum fact_kind kind;
};

/* Of equals the one that came first. */
static int cmp_places(const void *va, const void *vb, void *ctx)
{
    const struct order *o = ctx;
    uint32_t a = *(const uint32_t *)va, b = *(const uint32_t *)vb;
    int c = cmp_row(o->v[a], o->v[b], o->kind);
    return c ? c : (a > b) - (a < b);
}

/* Rows that come from stores mostly are. */
static bool is_sorted(const struct order *o, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (cmp_row(o->v[i - 1], o->v[i], o->kind) > 0)
            return false;
    return true;
}

static int arrange(struct rows *r)
{
    const void **v = r->n ? malloc(r->n * sizeof(*v)) : NULL;
    if (!v)
        return r->n ? ERR_NOMEM : 0;
    for (size_t i = 0; i < r->n; i++)
        v[i] = r->v[r->order[i]];
    memcpy(r->v, v, r->n * sizeof(*v));
    free(v);
    return 0;
}

static int sort_kind(struct rows *r, enum fact_kind kind)
{
    struct order o = {r->v, kind};
    for (size_t i = 0; i < r->n; i++)
        r->order[i] = (uint32_t)i;
    if (is_sorted(&o, r->n))
        return 0;
    qsort_r(r->order, r->n, sizeof(*r->order), cmp_places, &o);
    return arrange(r);
}

/* ---- as before */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

bool rows_same_origin(const struct origin *a, const struct origin *b)
{
    return a == b || (a->confidence == b->confidence && same_text(a->domain, b->domain) &&
                      same_text(a->source, b->source) && same_text(a->kind, b->kind) &&
                      same_text(a->scope, b->scope));
}

/* Origins that were found to be the same last. */
struct pair {
    const struct origin *a, *b;
};

static bool same_row(enum fact_kind kind, const void *x, const void *y, struct pair *last)
{
    const struct origin *a = ((const struct fact_node *)x)->origin;
    const struct origin *b = ((const struct fact_node *)y)->origin;
    if (x == y)
        return true;
    if ((last->a != a || last->b != b) && !rows_same_origin(a, b))
        return false;
    *last = (struct pair){a, b};
    return !fact_cmp(kind, x, y);
}

/* More than there is room for count, too. */
static void note(struct row_differences *d, size_t at)
{
    size_t i = workers_take(&d->n, 1);
    if (i < ROW_DIFFERENCES_MAX)
        d->at[i] = (uint32_t)at;
}

static int compare_some(void *ctx, unsigned worker)
{
    struct sorting *s = ctx;
    struct world *w = s->w;
    size_t all = s->begin[FACT_KIND_COUNT];
    (void)worker;
    for (size_t first; (first = workers_take(&s->next, SHARE)) < all;) {
        struct pair last = {NULL, NULL};
        int k = 0;
        for (size_t i = first; i < first + SHARE && i < all; i++) {
            while (s->begin[k + 1] <= i)
                k++;
            size_t at = i - s->begin[k];
            if (!same_row((enum fact_kind)k, w->rows[k].v[at], w->before->rows[k].v[at], &last))
                note(&w->differences[k], at);
        }
    }
    return 0;
}

static bool in_order(const struct rows *r, enum fact_kind kind, size_t i)
{
    int c = i + 1 < r->n ? cmp_row(r->v[i], r->v[i + 1], kind) : -1;
    return c < 0 || (c == 0 && r->order[i] < r->order[i + 1]);
}

/* What is not as before may stand elsewhere now. */
static bool holds(const struct rows *r, enum fact_kind kind, const struct row_differences *d)
{
    bool ok = d->n <= ROW_DIFFERENCES_MAX;
    for (size_t i = 0; ok && i < d->n; i++)
        ok = in_order(r, kind, d->at[i]) && (!d->at[i] || in_order(r, kind, d->at[i] - 1));
    return ok;
}

/* The order of before, where there are as many. */
static int try_before(struct sorting *s)
{
    struct world *w = s->w;
    int rc = 0;
    for (int k = 0; !rc && k < FACT_KIND_COUNT; k++) {
        struct rows *r = &w->rows[k];
        s->tried[k] = w->before->rows[k].n == r->n;
        s->begin[k + 1] = s->begin[k] + (s->tried[k] ? r->n : 0);
        if (!s->tried[k] || !r->n)
            continue;
        gather(s, (enum fact_kind)k);
        memcpy(r->order, w->before->rows[k].order, r->n * sizeof(*r->order));
        rc = arrange(r);
    }
    return rc;
}

/* ---- all */

static int make_room(struct sorting *s)
{
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        struct rows *r = &s->w->rows[k];
        for (size_t i = 0; i < s->n_intakes; i++)
            r->n += s->intakes[i]->facts.rows[k].n;
        r->v = ARENA_ARRAY(s->w->arena, r->n + 1, const void *);
        r->order = arena_room(s->w->arena, (r->n + 1) * sizeof(*r->order));
        if (!r->v || !r->order)
            return ERR_NOMEM;
        s->total += r->n;
    }
    return 0;
}

static int sort_some(void *ctx, unsigned worker)
{
    struct sorting *s = ctx;
    int rc = 0;
    (void)worker;
    for (size_t k; !rc && (k = workers_take(&s->next_kind, 1)) < FACT_KIND_COUNT;)
        if (!s->tried[k]) {
            gather(s, (enum fact_kind)k);
            rc = sort_kind(&s->w->rows[k], (enum fact_kind)k);
        }
    return rc;
}

static int sort_as_before(struct sorting *s)
{
    struct world *w = s->w;
    w->differences = ARENA_ARRAY(w->scratch, FACT_KIND_COUNT, struct row_differences);
    int rc = w->differences ? try_before(s) : ERR_NOMEM;
    if (!rc)
        rc = workers_run(lanes_for(w, s->total, WORTH), compare_some, s);
    for (int k = 0; !rc && k < FACT_KIND_COUNT; k++) {
        struct row_differences *d = &w->differences[k];
        s->tried[k] = s->tried[k] && holds(&w->rows[k], (enum fact_kind)k, d);
        d->others = !s->tried[k];
    }
    return rc;
}

int rows_sort(struct world *w, struct intake *const *intakes, size_t n)
{
    struct sorting s = {.w = w, .intakes = intakes, .n_intakes = n};
    int rc = make_room(&s);
    if (!rc && w->before)
        rc = sort_as_before(&s);
    return rc ? rc : workers_run(lanes_for(w, s.total, WORTH), sort_some, &s);
}
