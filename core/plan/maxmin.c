/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links stand in a heap by their level: the height at which they would be full if nothing else
 * stopped a flow. The lowest is final. Its flows stay at that height; on their other links
 * they are a fixed load from then on, which can only raise the level there, so that an entry
 * of the heap may be too low but never too high: it is put back when it is found to be.
 *
 *      level = (capacity - load of those that stay) / weight of those that rise
 *
 * A cap is a link that only one flow crosses: these come from a list sorted once.
 */
#include "plan/maxmin.h"

#include <math.h>
#include <stdlib.h>

struct entry {
    double level;
    uint32_t link;
};

struct order {
    double level;
    uint32_t flow;
};

struct filling {
    const struct maxmin *m;
    double *rate;
    double *fixed, *rising; /* per link: load of those that stay, weight of those that rise */
    uint32_t *n_rising;
    uint32_t *first,
        *crossing; /* flows of link l: crossing[first[l]] to crossing[first[l+1]] */
    bool *stays;   /* per flow */
    struct entry *heap;
    size_t n_heap;
    struct order *caps;
};

int maxmin_check(const struct maxmin *m, struct err *e)
{
    for (size_t l = 0; l < m->n_links; l++) {
        if (!(m->capacity[l] >= 0))
            return err_set(e, ERR_INVAL, "link %zu: a capacity must not be negative", l);
    }
    for (size_t f = 0; f < m->n_flows; f++) {
        const struct maxmin_flow *flow = &m->flows[f];
        bool bounded = isfinite(flow->cap);
        if (!(flow->weight > 0) || !isfinite(flow->weight))
            return err_set(e, ERR_INVAL, "flow %zu: a weight must be positive and finite", f);
        if (!(flow->cap >= 0))
            return err_set(e, ERR_INVAL, "flow %zu: a cap must not be negative", f);
        for (size_t i = 0; i < flow->n_links; i++) {
            if (flow->links[i] >= m->n_links)
                return err_set(e, ERR_INVAL, "flow %zu: there is no link %u", f,
                               flow->links[i]);
            bounded |= isfinite(m->capacity[flow->links[i]]);
        }
        if (!bounded)
            return err_set(e, ERR_INVAL,
                           "flow %zu: nothing limits it: it needs a cap, or a link of known "
                           "capacity",
                           f);
    }
    return 0;
}

static bool lower(const struct entry *a, const struct entry *b)
{
    return a->level < b->level || (a->level == b->level && a->link < b->link);
}

static void sift_down(struct entry *heap, size_t n, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++) {
            if (lower(&heap[child], &heap[least]))
                least = child;
        }
        if (least == i)
            return;
        struct entry swap = heap[i];
        heap[i] = heap[least];
        heap[least] = swap;
        i = least;
    }
}

static double level_of(const struct filling *w, uint32_t link)
{
    double room = w->m->capacity[link] - w->fixed[link];
    return room > 0 ? room / w->rising[link] : 0;
}

static int by_level(const void *pa, const void *pb)
{
    const struct order *a = pa, *b = pb;
    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    return a->flow < b->flow ? -1 : a->flow > b->flow;
}

static int prepare(struct filling *w, struct arena *a, struct err *e)
{
    const struct maxmin *m = w->m;
    size_t crossings = 0;
    for (size_t f = 0; f < m->n_flows; f++)
        crossings += m->flows[f].n_links;
    w->fixed = ARENA_ARRAY(a, m->n_links + 1, double);
    w->rising = ARENA_ARRAY(a, m->n_links + 1, double);
    w->n_rising = ARENA_ARRAY(a, m->n_links + 1, uint32_t);
    w->first = ARENA_ARRAY(a, m->n_links + 2, uint32_t);
    w->crossing = ARENA_ARRAY(a, crossings + 1, uint32_t);
    w->stays = ARENA_ARRAY(a, m->n_flows + 1, bool);
    w->heap = ARENA_ARRAY(a, m->n_links + 1, struct entry);
    w->caps = ARENA_ARRAY(a, m->n_flows + 1, struct order);
    if (!w->fixed || !w->rising || !w->n_rising || !w->first || !w->crossing || !w->stays ||
        !w->heap || !w->caps)
        return err_set(e, ERR_NOMEM, "no memory for fair rates");
    return 0;
}

static void index_crossings(struct filling *w)
{
    const struct maxmin *m = w->m;
    for (size_t f = 0; f < m->n_flows; f++) {
        for (size_t i = 0; i < m->flows[f].n_links; i++)
            w->n_rising[m->flows[f].links[i]]++;
    }
    for (size_t l = 0; l < m->n_links; l++) {
        w->first[l + 1] = w->first[l] + w->n_rising[l];
        w->n_rising[l] = 0;
    }
    for (uint32_t f = 0; f < m->n_flows; f++) {
        for (size_t i = 0; i < m->flows[f].n_links; i++) {
            uint32_t l = m->flows[f].links[i];
            w->crossing[w->first[l] + w->n_rising[l]++] = f;
            w->rising[l] += m->flows[f].weight;
        }
        w->caps[f] = (struct order){m->flows[f].cap / m->flows[f].weight, f};
    }
    qsort(w->caps, m->n_flows, sizeof(*w->caps), by_level);
}

static void build_heap(struct filling *w)
{
    for (uint32_t l = 0; l < w->m->n_links; l++) {
        if (w->n_rising[l] > 0 && isfinite(w->m->capacity[l]))
            w->heap[w->n_heap++] = (struct entry){level_of(w, l), l};
    }
    for (size_t i = w->n_heap / 2; i-- > 0;)
        sift_down(w->heap, w->n_heap, i);
}

/* Brings a link whose level is right to the top. False: no link is left. */
static bool settle_top(struct filling *w)
{
    while (w->n_heap > 0) {
        struct entry *top = &w->heap[0];
        if (w->n_rising[top->link] == 0) {
            *top = w->heap[--w->n_heap];
        } else {
            double now = level_of(w, top->link);
            if (now <= top->level)
                return true;
            top->level = now;
        }
        sift_down(w->heap, w->n_heap, 0);
    }
    return false;
}

static void stay(struct filling *w, uint32_t f, double rate)
{
    const struct maxmin_flow *flow = &w->m->flows[f];
    w->stays[f] = true;
    w->rate[f] = rate;
    for (size_t i = 0; i < flow->n_links; i++) {
        uint32_t l = flow->links[i];
        w->fixed[l] += rate;
        /* What is left of many additions and subtractions must not pass for a weight. */
        w->rising[l] = --w->n_rising[l] ? w->rising[l] - flow->weight : 0;
    }
}

static void fill_link(struct filling *w, uint32_t link, double level)
{
    for (uint32_t i = w->first[link]; i < w->first[link + 1]; i++) {
        uint32_t f = w->crossing[i];
        if (!w->stays[f])
            stay(w, f, level * w->m->flows[f].weight);
    }
}

int maxmin_solve(const struct maxmin *m, double *rate, struct arena *a, struct err *e)
{
    struct filling w = {.m = m, .rate = rate};
    struct arena_mark here = arena_mark(a);
    int rc = prepare(&w, a, e);
    if (rc < 0)
        goto out;
    index_crossings(&w);
    build_heap(&w);
    for (size_t c = 0;;) {
        bool link = settle_top(&w);
        while (c < m->n_flows && w.stays[w.caps[c].flow])
            c++;
        if (c < m->n_flows && (!link || w.caps[c].level <= w.heap[0].level))
            stay(&w, w.caps[c].flow, m->flows[w.caps[c].flow].cap);
        else if (link)
            fill_link(&w, w.heap[0].link, w.heap[0].level);
        else
            break;
    }
out:
    arena_rewind(a, here);
    return rc;
}

void maxmin_load(const struct maxmin *m, const double *rate, double *load)
{
    for (size_t l = 0; l < m->n_links; l++)
        load[l] = 0;
    for (size_t f = 0; f < m->n_flows; f++) {
        for (size_t i = 0; i < m->flows[f].n_links; i++)
            load[m->flows[f].links[i]] += rate[f];
    }
}

void maxmin_level(const struct maxmin *m, const double *rate, double *level)
{
    for (size_t l = 0; l < m->n_links; l++)
        level[l] = 0;
    for (size_t f = 0; f < m->n_flows; f++) {
        for (size_t i = 0; i < m->flows[f].n_links; i++) {
            uint32_t l = m->flows[f].links[i];
            level[l] = fmax(level[l], rate[f] / m->flows[f].weight);
        }
    }
}

bool maxmin_is_bottleneck(const struct maxmin *m, const double *rate, const double *load,
                          const double *level, const uint32_t flow_link[2])
{
    uint32_t f = flow_link[0], l = flow_link[1];
    return load[l] >= m->capacity[l] * (1 - MAXMIN_TOLERANCE) &&
           rate[f] / m->flows[f].weight >= level[l] * (1 - MAXMIN_TOLERANCE);
}
