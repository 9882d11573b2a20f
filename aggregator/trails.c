/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/trails.h"

#include <stdlib.h>
#include <string.h>

#include "aggregator/walk.h"

#define EXPECTED ((size_t)16 << 10) /* bytes of a row: more would drive out others */
#define LINE     64                 /* bytes that memory brings at once */

/* A step: one of these, or the number of a link's direction and FIRST_LINK, above it the index
 * of the next router. */
enum { NOT_ASKED, NOT_PLAIN, DELIVERS, FIRST_LINK };

#define FORK (UINT64_C(1) << 63) /* the rest is the address of one */

/* Several next hops, in the order of legs. */
struct fork {
    struct fork *next; /* of all forks */
    size_t n;
    uint64_t step[];
};

struct row {
    struct destination to; /* any address of the prefix that ways.h calls plain */
    bool traced;           /* traceroutes to the prefix may know better than derived routes */
    uint64_t step[];       /* by instance; atomic */
};

struct trails {
    size_t n_rows;
    size_t row_size, used; /* bytes; `used` is atomic */
    struct fork *forks;    /* atomic */
    struct row *rows[];    /* by prefix; atomic, once set they stay */
};

struct trails *trails_new(const struct world *w)
{
    struct trails *t = calloc(1, sizeof(*t) + w->n_prefixes * sizeof(t->rows[0]));
    if (!t)
        return NULL;
    t->n_rows = w->n_prefixes;
    t->row_size = sizeof(struct row) + w->n_instances * sizeof(uint64_t);
    return t;
}

void trails_free(struct trails **tp)
{
    struct trails *t = *tp;
    *tp = NULL;
    for (size_t i = 0; t && i < t->n_rows; i++)
        free(t->rows[i]);
    for (struct fork *f = t ? t->forks : NULL, *next; f; f = next) {
        next = f->next;
        free(f);
    }
    free(t);
}

/* Another thread may put one there first: then that stays. */
static struct row *new_row(const struct world *w, const struct destination *to)
{
    struct trails *t = w->trails;
    struct row *row = NULL, *other = NULL;
    if (__atomic_add_fetch(&t->used, t->row_size, __ATOMIC_RELAXED) <= TRAILS_MEMORY)
        row = calloc(1, t->row_size);
    if (!row)
        return NULL;
    row->to = *to;
    row->traced = w->traces->n > 0 && w->traces->n_by_prefix[to->prefix] > 0;
    if (__atomic_compare_exchange_n(&t->rows[to->prefix], &other, row, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return row;
    free(row);
    return other;
}

/* NULL: packets to there are not plain, or there is no room. */
static struct row *row_of(const struct world *w, const struct addr *a)
{
    const struct destination to = ways_destination(w->ways, w, a);
    if (!to.plain)
        return NULL;
    struct row *row = __atomic_load_n(&w->trails->rows[to.prefix], __ATOMIC_ACQUIRE);
    row = row ? row : new_row(w, &to);
    return row && row->to.owner == to.owner ? row : NULL;
}

void trails_end(const struct world *w, const struct addr *a, const struct instance *start,
                struct path_end *out)
{
    *out = (struct path_end){.addr = *a};
    if (!w->trails)
        return;
    out->start = start && instance_forwards(w, start, a->family) ? start : NULL;
    out->row = row_of(w, a);
}

/* A link and the router behind it; NOT_PLAIN: they are not known well enough. */
static uint64_t step_over(const struct world *w, const struct forward_hop *h, unsigned family)
{
    if (!h->wire || !h->wire->link || !h->next || !instance_forwards(w, h->next, family))
        return NOT_PLAIN;
    uint64_t link = (uint64_t)(h->wire->link - w->snap->links);
    bool forward = wire_other(h->wire, h->out) == h->wire->b;
    return (uint64_t)h->next->index << 32 | (2 * link + forward + FIRST_LINK);
}

static int by_router(const void *va, const void *vb)
{
    const struct forward_hop *a = va, *b = vb;
    return strcmp(a->next ? a->next->router->name : "", b->next ? b->next->router->name : "");
}

static uint64_t keep_fork(struct trails *t, const uint64_t *steps, size_t n)
{
    size_t size = sizeof(struct fork) + n * sizeof(*steps);
    if (__atomic_add_fetch(&t->used, size, __ATOMIC_RELAXED) > TRAILS_MEMORY)
        return NOT_PLAIN;
    struct fork *fork = malloc(size);
    if (!fork)
        return NOT_PLAIN;
    fork->n = n;
    memcpy(fork->step, steps, n * sizeof(*steps));
    fork->next = __atomic_load_n(&t->forks, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&t->forks, &fork->next, fork, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
        ; /* fork->next is the newest now */
    return FORK | (uint64_t)(uintptr_t)fork;
}

/* Several next hops. */
static uint64_t learn_fork(const struct world *w, struct forwarding *f, unsigned family)
{
    uint64_t steps[BGP_MAX_PATHS];
    qsort(f->hops, f->n, sizeof(f->hops[0]), by_router);
    for (size_t i = 0; i < f->n; i++) {
        steps[i] = step_over(w, &f->hops[i], family);
        if (steps[i] == NOT_PLAIN || (i > 0 && by_router(&f->hops[i - 1], &f->hops[i]) == 0))
            return NOT_PLAIN;
    }
    return keep_fork(w->trails, steps, f->n);
}

/* What a router does with packets to a row's prefix. */
static uint64_t learn(const struct world *w, const struct row *row, size_t instance)
{
    struct forwarding f;
    const unsigned family = row->to.addr.family;
    ways_lookup(w->ways, w, w->instances[instance], &row->to, &f);
    if (f.kind == FORWARD_DELIVER)
        return DELIVERS;
    if (f.kind != FORWARD_ON || f.n == 0 || (row->traced && f.cls != CLASS_OBSERVED))
        return NOT_PLAIN;
    return f.n == 1 ? step_over(w, &f.hops[0], family) : learn_fork(w, &f, family);
}

static uint64_t step_at(const struct world *w, struct row *row, size_t instance)
{
    uint64_t step = __atomic_load_n(&row->step[instance], __ATOMIC_ACQUIRE);
    if (step == NOT_ASKED) {
        step = learn(w, row, instance);
        __atomic_store_n(&row->step[instance], step, __ATOMIC_RELEASE);
    }
    return step;
}

/* Legs under way. */
struct following {
    const struct world *w;
    struct row *row;
    uint32_t *out;
    size_t n, legs;
};

static bool follow(struct following *x, size_t at, size_t depth);

/* By each of several next hops, whose routers are the depth-th of their legs. */
static bool part(struct following *x, const struct fork *fork, size_t depth)
{
    for (size_t i = 0; i < fork->n; i++) {
        if (x->n == PATH_MAX_LINKS)
            return false;
        x->out[x->n++] = (uint32_t)fork->step[i] - FIRST_LINK;
        if (!follow(x, (size_t)(fork->step[i] >> 32), depth))
            return false;
    }
    return true;
}

/* From a router on that is the depth-th of its leg. False: not all of it is plain. */
static bool follow(struct following *x, size_t at, size_t depth)
{
    const struct world *w = x->w;
    struct row *row = x->row;
    uint32_t *out = x->out + x->n, *end = x->out + PATH_MAX_LINKS;
    uint64_t step = NOT_PLAIN;
    for (; depth < PATH_MAX_HOPS; depth++) { /* who goes round gets no further */
        step = step_at(w, row, at);
        if (step < FIRST_LINK || step & FORK || out == end)
            break;
        *out++ = (uint32_t)step - FIRST_LINK;
        at = (size_t)(step >> 32);
    }
    x->n = (size_t)(out - x->out);
    if (depth == PATH_MAX_HOPS)
        return false;
    if (step == DELIVERS)
        return ++x->legs < PATH_MAX_LEGS;
    return step & FORK && part(x, (const void *)(uintptr_t)(step & ~FORK), depth + 1);
}

size_t trails_find(const struct world *w, const struct path_end *src,
                   const struct path_end *dst, uint32_t out[PATH_MAX_LINKS])
{
    const struct instance *start = src->start;
    struct following x = {.w = w, .row = dst->row, .out = out};
    if (!start || !x.row || src->addr.family != dst->addr.family ||
        trace_of_pair(w, &src->addr, &dst->addr))
        return PATH_UNTOLD;
    return follow(&x, start->index, 0) ? x.n : PATH_UNTOLD;
}

/* A path is a chain of steps, each of which says where the next one is: where they all come
 * from afar, waiting for them took half of the time. */
void trails_expect(const struct world *w, const struct path_end *dst)
{
    const char *row = dst->row;
    size_t size = w->trails ? w->trails->row_size : 0;
    for (size_t at = 0; row && at < size && at < EXPECTED; at += LINE)
        __builtin_prefetch(row + at);
}
