/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order matters: rows of equal flow sets are merged first, then redundant ones are removed one
 * after the other, each tested against those that are left. Testing all against all at once
 * would be wrong as soon as a capacity is 0: of the rows x+y<=0, x+z<=0, y+z<=0 each follows
 * from the other two, yet not all may go.
 *
 * A row u is redundant when no rates that the other rows allow make its sum exceed its bound.
 * That is a packing program over the flows of u alone (rates of other flows only use up room).
 * Cheap sufficient tests come first: a larger set with no larger bound; the sum of each flow's
 * tightest other bound; a few rows that hold all flows; against it, rates that are found
 * without a program.
 */
#include "plan/reduce.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "plan/simplex.h"

#define TOLERANCE 1e-9
#define DOUBT     1e-6 /* larger than any error of the sums of a row */

/* The two rows that hold a flow under the smallest bounds, the first of them first. */
struct tightest {
    double bound[2]; /* INFINITY: none */
    uint32_t row;    /* of bound[0] */
};

struct work {
    struct reduce_row *rows;
    size_t n_rows, n_flows;
    uint32_t *rows_of; /* representatives that hold flow f: rows_of[first[f]] to before */
    uint32_t *first;   /* rows_of[first[f + 1]] */
    double *bound;     /* per row: what it holds its flows under; INFINITY: it binds nothing */
    bool *fixed;       /* flows that a row of capacity 0 holds at 0 */
    bool *left;        /* per flow: scratch, false between uses */
    uint32_t *mark;    /* per row: scratch, 0 between uses */
    uint32_t *held;    /* scratch: rows */
    double *room;      /* per row: scratch, of the row that `room_of` says */
    uint32_t *room_of; /* from 1 */
    struct tightest *tightest; /* per flow */
    struct arena *a;
};

static bool alive(const struct reduce_row *rows, size_t r)
{
    return rows[r].into == r && !rows[r].removed;
}

/* Does a representative's bound count as a constraint? */
static bool binds(const struct reduce_row *rows, size_t r)
{
    return alive(rows, r) && isfinite(rows[r].merged);
}

/* Two identities can't share an element: a property has one value. */
static bool may_merge(const struct reduce_row *a, const struct reduce_row *b)
{
    return !a->merged_identity || !b->identity || strcmp(a->merged_identity, b->identity) == 0;
}

static void merge(struct reduce_row *rows, uint32_t into, uint32_t r)
{
    rows[r].into = into;
    rows[into].merged = fmin(rows[into].merged, rows[r].bound);
    if (!rows[into].merged_identity)
        rows[into].merged_identity = rows[r].identity;
}

static int aggregate_rows(struct reduce_row *rows, size_t n, struct arena *a, struct err *e)
{
    /* Chain of representatives with the same flows: more than one only where identities differ.
     */
    struct map *seen = map_new();
    uint32_t *next = ARENA_ARRAY(a, n + 1, uint32_t);
    int rc = seen && next ? 0 : err_set(e, ERR_NOMEM, "no memory to aggregate rows");
    for (uint32_t r = 0; rc == 0 && r < n; r++) {
        rows[r].into = r;
        rows[r].removed = rows[r].n_flows == 0;
        rows[r].merged = rows[r].bound;
        rows[r].merged_identity = rows[r].identity;
        if (rows[r].removed)
            continue;
        union map_value *first =
            map_at(seen, rows[r].flows, rows[r].n_flows * sizeof(*rows[r].flows));
        if (!first) {
            rc = err_set(e, ERR_NOMEM, "no memory to aggregate rows");
            break;
        }
        uint64_t other = first->u; /* index + 1; 0 ends the chain */
        while (other && !may_merge(&rows[other - 1], &rows[r]))
            other = next[other - 1];
        if (other) {
            merge(rows, (uint32_t)other - 1, r);
        } else {
            next[r] = (uint32_t)first->u;
            first->u = (uint64_t)r + 1;
        }
    }
    map_free(&seen);
    return rc;
}

static int index_flows(struct work *w, struct err *e)
{
    size_t total = 0;
    for (uint32_t r = 0; r < w->n_rows; r++)
        total += alive(w->rows, r) ? w->rows[r].n_flows : 0;
    if (total >= UINT32_MAX)
        return err_set(e, ERR_LIMIT, "too many crossings to reduce");
    w->rows_of = ARENA_ARRAY(w->a, total + 1, uint32_t);
    w->first = ARENA_ARRAY(w->a, w->n_flows + 2, uint32_t);
    w->fixed = ARENA_ARRAY(w->a, w->n_flows + 1, bool);
    w->left = ARENA_ARRAY(w->a, w->n_flows + 1, bool);
    w->mark = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    w->held = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    w->bound = ARENA_ARRAY(w->a, w->n_rows + 1, double);
    w->room = ARENA_ARRAY(w->a, w->n_rows + 1, double);
    w->room_of = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    w->tightest = ARENA_ARRAY(w->a, w->n_flows + 1, struct tightest);
    if (!w->rows_of || !w->first || !w->fixed || !w->left || !w->mark || !w->held ||
        !w->bound || !w->room || !w->room_of || !w->tightest)
        return err_set(e, ERR_NOMEM, "no memory to index flows");
    for (uint32_t r = 0; r < w->n_rows; r++) {
        w->bound[r] = binds(w->rows, r) ? w->rows[r].merged : INFINITY;
        for (size_t i = 0; alive(w->rows, r) && i < w->rows[r].n_flows; i++)
            w->first[w->rows[r].flows[i] + 2]++;
    }
    for (size_t f = 2; f < w->n_flows + 2; f++)
        w->first[f] += w->first[f - 1];
    for (uint32_t r = 0; r < w->n_rows; r++) {
        for (size_t i = 0; alive(w->rows, r) && i < w->rows[r].n_flows; i++)
            w->rows_of[w->first[w->rows[r].flows[i] + 1]++] = r;
    }
    return 0;
}

static void find_tightest(struct work *w, uint32_t f)
{
    struct tightest t = {{INFINITY, INFINITY}, UINT32_MAX};
    for (uint32_t k = w->first[f]; k < w->first[f + 1]; k++) {
        uint32_t v = w->rows_of[k];
        if (w->bound[v] < t.bound[0])
            t = (struct tightest){{w->bound[v], t.bound[0]}, v};
        else if (w->bound[v] < t.bound[1])
            t.bound[1] = w->bound[v];
    }
    w->tightest[f] = t;
}

/* A row is removed: it binds nothing any more. */
static void unbind(struct work *w, uint32_t r)
{
    double was = w->bound[r];
    w->bound[r] = INFINITY;
    for (size_t i = 0; isfinite(was) && i < w->rows[r].n_flows; i++) {
        uint32_t f = w->rows[r].flows[i];
        if (was <= w->tightest[f].bound[1])
            find_tightest(w, f);
    }
}

static void fix_zero_flows(struct work *w)
{
    for (size_t r = 0; r < w->n_rows; r++) {
        for (size_t i = 0;
             binds(w->rows, r) && w->rows[r].merged == 0 && i < w->rows[r].n_flows; i++)
            w->fixed[w->rows[r].flows[i]] = true;
    }
}

/* Flows of u that another row of capacity 0 holds at 0 as well. */
static bool zero_row_redundant(const struct work *w, uint32_t u)
{
    const struct reduce_row *row = &w->rows[u];
    for (size_t i = 0; i < row->n_flows; i++) {
        uint32_t f = row->flows[i];
        bool covered = false;
        for (uint32_t k = w->first[f]; !covered && k < w->first[f + 1]; k++) {
            uint32_t v = w->rows_of[k];
            covered = v != u && w->bound[v] == 0;
        }
        if (!covered)
            return false;
    }
    return true;
}

/* The free flows of u, and the tightest other bound summed up; INFINITY when a flow has no
 * other. */
static size_t free_flows(const struct work *w, uint32_t u, uint32_t *out, double *cover)
{
    const struct reduce_row *row = &w->rows[u];
    size_t n = 0;
    *cover = 0;
    for (size_t i = 0; i < row->n_flows; i++) {
        uint32_t f = row->flows[i];
        const struct tightest *t = &w->tightest[f];
        if (w->fixed[f])
            continue;
        *cover += t->bound[t->row == u];
        out[n++] = f;
    }
    return n;
}

/* Keeps those of the rows, which ascend, that hold a flow. */
static size_t keep_holding(const struct work *w, uint32_t flow, uint32_t *rows, size_t n)
{
    uint32_t k = w->first[flow];
    size_t kept = 0;
    for (size_t i = 0; i < n && k < w->first[flow + 1]; i++) {
        while (k < w->first[flow + 1] && w->rows_of[k] < rows[i])
            k++;
        if (k < w->first[flow + 1] && w->rows_of[k] == rows[i])
            rows[kept++] = rows[i];
    }
    return kept;
}

/*
 * Is there one other row that holds all these flows under no larger bound? It holds the first;
 * nearly always the flows part soon, and none of its rows is left.
 */
static bool dominated(const struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    uint32_t *rows = w->held;
    size_t left = 0;
    for (uint32_t k = w->first[flows[0]]; k < w->first[flows[0] + 1]; k++) {
        uint32_t v = w->rows_of[k];
        if (v != u && w->bound[v] <= w->bound[u])
            rows[left++] = v;
    }
    for (size_t i = 1; i < n && left > 0; i++)
        left = keep_holding(w, flows[i], rows, left);
    return left > 0;
}

/*
 * Rates that the other rows allow, one flow after the other as much as is left: do they exceed
 * the bound of u beyond doubt? Then no program need tell.
 */
static bool surely_exceeds(struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    double sum = 0, most = w->rows[u].merged * (1 + DOUBT);
    for (size_t i = 0; i < n && sum <= most; i++) {
        double rate = INFINITY;
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++) {
            uint32_t v = w->rows_of[k];
            if (w->room_of[v] != u + 1) {
                w->room_of[v] = u + 1;
                w->room[v] = w->bound[v];
            }
            rate = v != u && w->room[v] < rate ? w->room[v] : rate;
        }
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++)
            w->room[w->rows_of[k]] -= rate;
        sum += rate;
    }
    return sum > most;
}

/* The row that holds the most of the flows that are left, for what it allows them. */
static uint32_t best_cover(const struct work *w, uint32_t u, uint32_t flow)
{
    uint32_t best = UINT32_MAX;
    double least = INFINITY;
    for (uint32_t k = w->first[flow]; k < w->first[flow + 1]; k++) {
        uint32_t v = w->rows_of[k];
        double each = w->bound[v] / w->mark[v];
        if (v != u && each < least) {
            least = each;
            best = v;
        }
    }
    return best;
}

/*
 * Rows that together hold all flows of u and allow them no more than u does: links that bring
 * to a link, say, all that crosses it. Takes them one after the other.
 */
static bool covered(struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    const double most = w->rows[u].merged * (1 + TOLERANCE);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        w->left[flows[i]] = true;
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++)
            w->mark[w->rows_of[k]]++;
    }
    for (size_t i = 0; i < n && sum <= most; i++) {
        uint32_t v = w->left[flows[i]] ? best_cover(w, u, flows[i]) : UINT32_MAX;
        if (v == UINT32_MAX) { /* it is held already, or by no other row */
            sum += w->left[flows[i]] ? INFINITY : 0;
            continue;
        }
        sum += w->bound[v];
        for (size_t j = 0; j < w->rows[v].n_flows; j++) {
            uint32_t f = w->rows[v].flows[j];
            for (uint32_t k = w->first[f]; w->left[f] && k < w->first[f + 1]; k++)
                w->mark[w->rows_of[k]]--;
            w->left[f] = false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        w->left[flows[i]] = false;
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++)
            w->mark[w->rows_of[k]] = 0;
    }
    return sum <= most;
}

/* Flows that cross the same rows are one variable: groups them; columns[i] is the variable of
 * flows[i]. */
static size_t group_columns(const struct work *w, uint32_t u, const uint32_t *flows, size_t n,
                            uint32_t *columns)
{
    struct map *seen = map_new();
    uint32_t *key = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    size_t count = 0;
    for (size_t i = 0; i < n && seen && key; i++) {
        size_t len = 0;
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++) {
            uint32_t v = w->rows_of[k];
            if (v != u && isfinite(w->bound[v]))
                key[len++] = v;
        }
        union map_value *at = map_at(seen, key, len * sizeof(*key));
        if (!at) {
            map_free(&seen);
            return 0;
        }
        if (at->u == 0)
            at->u = ++count;
        columns[i] = (uint32_t)at->u - 1;
    }
    map_free(&seen);
    return count;
}

/* The program over the flows of u under all other rows; NULL when it would be too large. */
static struct packing *program(struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    uint32_t *columns = ARENA_ARRAY(w->a, n + 1, uint32_t);
    uint32_t *used = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    size_t n_columns = columns ? group_columns(w, u, flows, n, columns) : 0;
    if (n_columns == 0 || !used)
        return NULL;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++) {
            uint32_t v = w->rows_of[k];
            if (v != u && isfinite(w->bound[v]) && w->mark[v] == 0) {
                used[m++] = v;
                w->mark[v] = (uint32_t)m;
            }
        }
    }
    struct packing *p = packing_new(m, n_columns, REDUCE_MAX_CELLS, w->a);
    for (size_t i = 0; p && i < n; i++) {
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++) {
            uint32_t v = w->rows_of[k];
            if (w->mark[v])
                p->cell[(w->mark[v] - 1) * (n_columns + 1) + columns[i]] = 1;
        }
    }
    for (size_t r = 0; r < m; r++) {
        if (p)
            p->cell[r * (n_columns + 1) + n_columns] =
                w->rows[used[r]].merged / w->rows[u].merged;
        w->mark[used[r]] = 0;
    }
    return p;
}

static bool redundant(struct work *w, uint32_t u)
{
    struct reduce_row *row = &w->rows[u];
    if (row->merged == 0)
        return zero_row_redundant(w, u);
    struct arena_mark here = arena_mark(w->a);
    uint32_t *flows = ARENA_ARRAY(w->a, row->n_flows + 1, uint32_t);
    bool result = false;
    double cover;
    if (!flows)
        return false;
    size_t n = free_flows(w, u, flows, &cover);
    if (n == 0 || dominated(w, u, flows, n) || cover <= row->merged * (1 + TOLERANCE)) {
        result = true;
    } else if (isfinite(cover) && !surely_exceeds(w, u, flows, n)) {
        result = covered(w, u, flows, n);
        struct packing *p = result ? NULL : program(w, u, flows, n);
        result = result || (p && packing_exceeds(p, 1 + TOLERANCE, w->a) == 0);
    }
    arena_rewind(w->a, here);
    return result;
}

struct order {
    size_t n;
    uint32_t row;
};

static int larger_first(const void *pa, const void *pb)
{
    const struct order *a = pa, *b = pb;
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

int reduce_rows(const struct reduce_system *s, enum reduce_steps steps, struct arena *a,
                struct err *e)
{
    struct reduce_row *rows = s->rows;
    size_t n_rows = s->n_rows;
    struct work w = {.rows = rows, .n_rows = n_rows, .n_flows = s->n_flows, .a = a};
    assert(n_rows < UINT32_MAX);
    int rc = aggregate_rows(rows, n_rows, a, e);
    if (rc < 0 || steps == REDUCE_AGGREGATE)
        return rc;
    rc = index_flows(&w, e);
    if (rc < 0)
        return rc;
    fix_zero_flows(&w);
    for (uint32_t f = 0; f < w.n_flows; f++)
        find_tightest(&w, f);
    struct order *order = ARENA_ARRAY(a, n_rows + 1, struct order);
    if (!order)
        return err_set(e, ERR_NOMEM, "no memory to order rows");
    for (uint32_t r = 0; r < n_rows; r++)
        order[r] = (struct order){rows[r].n_flows, r};
    qsort(order, n_rows, sizeof(*order), larger_first);
    for (size_t i = 0; i < n_rows; i++) {
        uint32_t r = order[i].row;
        if (binds(rows, r) && !rows[r].merged_identity)
            rows[r].removed = redundant(&w, r);
        if (rows[r].removed)
            unbind(&w, r);
    }
    return 0;
}
