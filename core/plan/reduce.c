/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order matters: rows of equal flow sets are merged first, then redundant ones are removed one
 * after the other, each tested against those that are left. Testing all against all at once
 * would be wrong as soon as a capacity is 0: of the rows x+y<=0, x+z<=0, y+z<=0 each follows
 * from the other two, yet not all may go.
 *
 * A row u is redundant when no rates that the other rows allow make its sum exceed its bound.
 * That is a packing program over the flows of u alone (rates of other flows only use up room).
 * Cheap sufficient tests come first: a larger set with no larger bound; against it, rates that
 * are found without a program; the sum of each flow's tightest other bound; a few rows that
 * hold all flows.
 */
#include "plan/reduce.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "plan/simplex.h"

#define TOLERANCE 1e-9
#define DOUBT     1e-6 /* larger than any error of the sums of a row */

#define COVER_TRIES ((size_t)4)

struct work {
    struct reduce_row *rows;
    size_t n_rows, n_flows;
    uint32_t *rows_of; /* representatives that hold flow f: rows_of[first[f]] to before */
    uint32_t *first;   /* rows_of[first[f + 1]] */
    double *bound;     /* per row: what it holds its flows under; INFINITY: it binds nothing */
    uint32_t *size;    /* per row: how many flows it has */
    bool *fixed;       /* flows that a row of capacity 0 holds at 0; NULL: there are none */
    bool *left;        /* per flow: scratch, false between uses */
    uint32_t *mark;    /* per row: scratch, 0 between uses */
    uint32_t *held;    /* scratch: rows, or as many flows */
    double *room;      /* per row: scratch, `bound` between uses */
    struct arena *a;
};

/* Of a row. */
struct flows {
    const uint32_t *v;
    size_t n;
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

/* Which rows hold each flow: the rows' lists the other way round. */
static void list_rows(struct work *w)
{
    uint32_t *first = w->first, *rows_of = w->rows_of;
    for (uint32_t r = 0; r < w->n_rows; r++) {
        const uint32_t *flows = w->rows[r].flows;
        for (size_t i = 0, n = w->size[r]; i < n; i++)
            first[flows[i] + 2]++;
    }
    for (size_t f = 2; f < w->n_flows + 2; f++)
        first[f] += first[f - 1];
    for (uint32_t r = 0; r < w->n_rows; r++) {
        const uint32_t *flows = w->rows[r].flows;
        for (size_t i = 0, n = w->size[r]; i < n; i++)
            rows_of[first[flows[i] + 1]++] = r;
    }
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
    w->left = ARENA_ARRAY(w->a, w->n_flows + 1, bool);
    w->mark = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    w->held = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    w->bound = ARENA_ARRAY(w->a, w->n_rows + 1, double);
    w->size = ARENA_ARRAY(w->a, w->n_rows + 1, uint32_t);
    w->room = ARENA_ARRAY(w->a, w->n_rows + 1, double);
    if (!w->rows_of || !w->first || !w->left || !w->mark || !w->held || !w->bound || !w->size ||
        !w->room)
        return err_set(e, ERR_NOMEM, "no memory to index flows");
    for (uint32_t r = 0; r < w->n_rows; r++) {
        w->room[r] = w->bound[r] = binds(w->rows, r) ? w->rows[r].merged : INFINITY;
        w->size[r] = alive(w->rows, r) ? (uint32_t)w->rows[r].n_flows : 0;
    }
    list_rows(w);
    return 0;
}

/* A row is removed: it binds nothing any more. */
static void unbind(struct work *w, uint32_t r)
{
    w->room[r] = w->bound[r] = INFINITY;
}

static int fix_zero_flows(struct work *w, struct err *e)
{
    for (size_t r = 0; r < w->n_rows; r++) {
        if (!binds(w->rows, r) || w->rows[r].merged != 0)
            continue;
        if (!w->fixed && !(w->fixed = ARENA_ARRAY(w->a, w->n_flows + 1, bool)))
            return err_set(e, ERR_NOMEM, "no memory to index flows");
        for (size_t i = 0; i < w->rows[r].n_flows; i++)
            w->fixed[w->rows[r].flows[i]] = true;
    }
    return 0;
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

/* The free flows of u. NULL: no memory. */
static const uint32_t *free_flows(const struct work *w, uint32_t u, size_t *n)
{
    const struct reduce_row *row = &w->rows[u];
    uint32_t *out = NULL;
    *n = row->n_flows;
    if (!w->fixed)
        return row->flows;
    if (!(out = ARENA_ARRAY(w->a, row->n_flows + 1, uint32_t)))
        return NULL;
    *n = 0;
    for (size_t i = 0; i < row->n_flows; i++) {
        if (!w->fixed[row->flows[i]])
            out[(*n)++] = row->flows[i];
    }
    return out;
}

/* The smallest bound that another row than u holds a flow under. */
static double tightest(const struct work *w, uint32_t u, uint32_t flow)
{
    double least = INFINITY;
    for (uint32_t k = w->first[flow]; k < w->first[flow + 1]; k++) {
        uint32_t v = w->rows_of[k];
        least = v != u && w->bound[v] < least ? w->bound[v] : least;
    }
    return least;
}

/* Do the tightest other bounds of all flows sum up to no more than u allows? */
static bool bounded(const struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    double sum = 0, most = w->rows[u].merged * (1 + TOLERANCE);
    for (size_t i = 0; i < n && sum <= most; i++)
        sum += tightest(w, u, flows[i]);
    return sum <= most;
}

static bool holds(const struct work *w, uint32_t row, uint32_t flow)
{
    uint32_t k = w->first[flow], end = w->first[flow + 1];
    while (k < end && w->rows_of[k] < row) /* which ascend */
        k++;
    return k < end && w->rows_of[k] == row;
}

/*
 * Is there one other row that holds all these flows under no larger bound? It holds the first
 * and the last; nearly always these part, and none of the rows is left.
 */
static bool dominated(const struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    const double bound = w->bound[u];
    for (uint32_t k = w->first[flows[0]]; k < w->first[flows[0] + 1]; k++) {
        uint32_t v = w->rows_of[k];
        size_t i = n;
        if (w->size[v] < n || w->bound[v] > bound || v == u)
            continue;
        while (i > 1 && holds(w, v, flows[i - 1]))
            i--;
        if (i <= 1)
            return true;
    }
    return false;
}

/* How much room the rows of a flow leave it. */
static double room_for(const struct work *w, uint32_t flow)
{
    double least = INFINITY;
    for (uint32_t k = w->first[flow]; k < w->first[flow + 1] && least > 0; k++)
        least = w->room[w->rows_of[k]] < least ? w->room[w->rows_of[k]] : least;
    return least;
}

/*
 * Rates that the other rows allow, one flow after the other as much as is left: do they exceed
 * the bound of u beyond doubt? Then no program need tell. Most flows find a row full, and
 * change nothing; each of the others fills one.
 */
static bool surely_exceeds(struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    double sum = 0, most = w->rows[u].merged * (1 + DOUBT);
    uint32_t *sent = w->held;
    size_t n_sent = 0;
    w->room[u] = INFINITY;
    for (size_t i = 0; i < n && sum <= most; i++) {
        double rate = room_for(w, flows[i]);
        if (rate <= 0)
            continue;
        sum += rate;
        if (isinf(rate))
            break;
        sent[n_sent++] = flows[i];
        for (uint32_t k = w->first[flows[i]]; k < w->first[flows[i] + 1]; k++)
            w->room[w->rows_of[k]] -= rate;
    }
    for (size_t i = 0; i < n_sent; i++) {
        for (uint32_t k = w->first[sent[i]]; k < w->first[sent[i] + 1]; k++)
            w->room[w->rows_of[k]] = w->bound[w->rows_of[k]];
    }
    w->room[u] = w->bound[u];
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

/* Flows that a row holds are no longer left. */
static void take_cover(struct work *w, uint32_t v)
{
    for (size_t i = 0; i < w->rows[v].n_flows; i++) {
        uint32_t f = w->rows[v].flows[i];
        for (uint32_t k = w->first[f]; w->left[f] && k < w->first[f + 1]; k++)
            w->mark[w->rows_of[k]]--;
        w->left[f] = false;
    }
}

/* What a cover of all flows allows them, that is found from flow `start` on, each time with the
 * row that then holds the most for what it allows; no further than `most`. */
static double cover(struct work *w, uint32_t u, const struct flows *of, size_t start,
                    double most)
{
    double sum = 0;
    for (size_t i = 0, at = start; i < of->n && sum <= most; i++, at++) {
        uint32_t flow = of->v[at < of->n ? at : at - of->n];
        if (!w->left[flow])
            continue;
        uint32_t v = best_cover(w, u, flow);
        if (v == UINT32_MAX)
            return INFINITY;
        sum += w->bound[v];
        take_cover(w, v);
    }
    return sum;
}

/* Into w->held the rows that hold some of the flows, and how many each into `count`. */
static size_t count_held(struct work *w, const struct flows *of, uint32_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < of->n; i++) {
        for (uint32_t k = w->first[of->v[i]]; k < w->first[of->v[i] + 1]; k++) {
            w->held[n] = w->rows_of[k];
            n += w->mark[w->rows_of[k]]++ == 0;
        }
    }
    for (size_t i = 0; i < n; i++)
        count[i] = w->mark[w->held[i]];
    return n;
}

/*
 * Rows that together hold all flows of u and allow them no more than u does: links that bring
 * to a link, say, all that crosses it. Takes them one after the other, and tries that a few
 * times.
 */
static bool covered(struct work *w, uint32_t u, const struct flows *of)
{
    const double most = w->rows[u].merged * (1 + TOLERANCE);
    bool found = false;
    uint32_t *count = arena_room(w->a, (w->n_rows + 1) * sizeof(*count));
    if (!count)
        return false;
    size_t n_held = count_held(w, of, count);
    for (size_t try = 0; try < COVER_TRIES && !found; try++) {
        for (size_t i = 0; i < of->n; i++)
            w->left[of->v[i]] = true;
        for (size_t i = 0; i < n_held; i++)
            w->mark[w->held[i]] = count[i];
        found = cover(w, u, of, try * of->n / COVER_TRIES, most) <= most;
    }
    for (size_t i = 0; i < of->n; i++)
        w->left[of->v[i]] = false;
    for (size_t i = 0; i < n_held; i++)
        w->mark[w->held[i]] = 0;
    return found;
}

/* Rows other than u that bind a flow, ascending; as many as are returned. */
static size_t binding_rows(const struct work *w, uint32_t u, uint32_t flow, uint32_t *out)
{
    size_t n = 0;
    for (uint32_t k = w->first[flow]; k < w->first[flow + 1]; k++) {
        uint32_t v = w->rows_of[k];
        out[n] = v;
        n += v != u && isfinite(w->bound[v]);
    }
    return n;
}

/* The variables of a program: flows that cross the same rows are one. */
struct column {
    const uint32_t *rows;
    size_t n;
    uint64_t hash;
};

struct columns {
    struct column *v;
    size_t n;
    uint32_t *slots; /* number of a column + 1, found by its hash; 0: free */
    size_t mask;     /* of slots */
};

/* The place of rows among the slots: that of an equal column, or a free one. */
static uint32_t *slot_of(const struct columns *c, const uint32_t *rows, size_t n, uint64_t hash)
{
    size_t at = hash & c->mask;
    for (; c->slots[at]; at = (at + 1) & c->mask) {
        const struct column *other = &c->v[c->slots[at] - 1];
        if (other->hash == hash && other->n == n &&
            memcmp(other->rows, rows, n * sizeof(*rows)) == 0)
            break;
    }
    return &c->slots[at];
}

/* False: no memory. */
static bool find_columns(struct work *w, uint32_t u, const uint32_t *flows, size_t n,
                         struct columns *out)
{
    size_t slots = 4, total = 0;
    for (size_t i = 0; i < n; i++)
        total += w->first[flows[i] + 1] - w->first[flows[i]];
    while (slots < 2 * n)
        slots *= 2;
    *out = (struct columns){.v = ARENA_ARRAY(w->a, n + 1, struct column),
                            .slots = ARENA_ARRAY(w->a, slots, uint32_t),
                            .mask = slots - 1};
    uint32_t *rows = ARENA_ARRAY(w->a, total + 1, uint32_t);
    if (!out->v || !out->slots || !rows)
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t len = binding_rows(w, u, flows[i], rows);
        uint64_t hash = hash_bytes(rows, len * sizeof(*rows), 0);
        uint32_t *slot = slot_of(out, rows, len, hash);
        if (*slot)
            continue;
        out->v[out->n++] = (struct column){rows, len, hash};
        *slot = (uint32_t)out->n;
        rows += len;
    }
    return true;
}

/* The program over the flows of u under all other rows; NULL when it would be too large. */
static struct packing *program(struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    struct columns columns;
    size_t m = 0;
    if (!find_columns(w, u, flows, n, &columns))
        return NULL;
    for (size_t c = 0; c < columns.n; c++) {
        for (size_t i = 0; i < columns.v[c].n; i++) {
            uint32_t v = columns.v[c].rows[i];
            if (w->mark[v] == 0) {
                w->held[m++] = v;
                w->mark[v] = (uint32_t)m;
            }
        }
    }
    struct packing *p = packing_new(m, columns.n, REDUCE_MAX_CELLS, w->a);
    for (size_t c = 0; p && c < columns.n; c++) {
        for (size_t i = 0; i < columns.v[c].n; i++)
            p->cell[(w->mark[columns.v[c].rows[i]] - 1) * (columns.n + 1) + c] = 1;
    }
    for (size_t r = 0; r < m; r++) {
        if (p)
            p->cell[r * (columns.n + 1) + columns.n] =
                w->rows[w->held[r]].merged / w->rows[u].merged;
        w->mark[w->held[r]] = 0;
    }
    return p;
}

/* What no cheap test has told: most such rows go. */
static bool follows(struct work *w, uint32_t u, const uint32_t *flows, size_t n)
{
    const struct flows of = {flows, n};
    if (bounded(w, u, flows, n) || covered(w, u, &of))
        return true;
    struct packing *p = program(w, u, flows, n);
    return p && packing_exceeds(p, 1 + TOLERANCE, w->a) == 0;
}

static bool redundant(struct work *w, uint32_t u)
{
    if (w->rows[u].merged == 0)
        return zero_row_redundant(w, u);
    struct arena_mark here = arena_mark(w->a);
    size_t n;
    const uint32_t *flows = free_flows(w, u, &n);
    bool result = flows && (n == 0 || dominated(w, u, flows, n) ||
                            (!surely_exceeds(w, u, flows, n) && follows(w, u, flows, n)));
    arena_rewind(w->a, here);
    return result;
}

/* Rows, those of most flows first, else as they come. NULL: no memory. */
static const uint32_t *by_size(const struct reduce_system *s, struct arena *a)
{
    uint32_t *at = ARENA_ARRAY(a, s->n_flows + 2, uint32_t);
    uint32_t *order = ARENA_ARRAY(a, s->n_rows + 1, uint32_t);
    if (!at || !order)
        return NULL;
    for (size_t r = 0; r < s->n_rows; r++)
        at[s->n_flows - s->rows[r].n_flows + 1]++;
    for (size_t i = 1; i <= s->n_flows; i++)
        at[i] += at[i - 1];
    for (uint32_t r = 0; r < s->n_rows; r++)
        order[at[s->n_flows - s->rows[r].n_flows]++] = r;
    return order;
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
    if (rc == 0)
        rc = fix_zero_flows(&w, e);
    if (rc < 0)
        return rc;
    const uint32_t *order = by_size(s, a);
    if (!order)
        return err_set(e, ERR_NOMEM, "no memory to order rows");
    for (size_t i = 0; i < n_rows; i++) {
        uint32_t r = order[i];
        if (binds(rows, r) && !rows[r].merged_identity)
            rows[r].removed = redundant(&w, r);
        if (rows[r].removed)
            unbind(&w, r);
    }
    return 0;
}
