/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/spf.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096 /* a power of two; metrics are below */
#define WORDS   (BUCKETS / 64)
#define NOTHING UINT32_MAX

/* A distance that a node may have: the node's own is the least of them. */
struct queued {
    int64_t dist;
    uint32_t node, next; /* next: in its bucket */
};

struct spf {
    const struct spf_graph *g;
    bool wide;
    struct queued *queue; /* entries; with `wide` a heap */
    uint32_t n;
    uint32_t head[BUCKETS];
    uint64_t used[WORDS]; /* buckets with entries */
};

int spf_new(struct spf **out, const struct spf_graph *g)
{
    struct spf *s = *out = malloc(sizeof(*s));
    uint32_t edges = g->begin[g->n];
    if (!s)
        return ERR_NOMEM;
    s->g = g;
    s->wide = false;
    for (uint32_t i = 0; i < edges; i++)
        s->wide = s->wide || g->edges[i].metric >= BUCKETS;
    s->n = 0;
    memset(s->head, 0xff, sizeof(s->head));
    memset(s->used, 0, sizeof(s->used));
    s->queue = malloc(((size_t)edges + 1) * sizeof(*s->queue));
    if (s->queue)
        return 0;
    spf_free(out);
    return ERR_NOMEM;
}

void spf_free(struct spf **s)
{
    if (*s)
        free((*s)->queue);
    free(*s);
    *s = NULL;
}

/* ---- buckets: what is queued is less than BUCKETS apart */

static inline void put(struct spf *s, int64_t dist, uint32_t node)
{
    uint32_t b = (uint32_t)dist % BUCKETS, i = s->n++;
    s->queue[i] = (struct queued){dist, node, s->head[b]};
    s->head[b] = i;
    s->used[b / 64] |= UINT64_C(1) << (b % 64);
}

/* The next bucket with entries from b on, round the end; NOTHING: all are empty. */
static uint32_t next_bucket(const struct spf *s, uint32_t b)
{
    uint32_t word = b / 64;
    uint64_t bits = s->used[word] & (~UINT64_C(0) << (b % 64));
    for (uint32_t i = 0; i <= WORDS; i++) {
        if (bits)
            return word * 64 + (uint32_t)__builtin_ctzll(bits);
        word = (word + 1) % WORDS;
        bits = s->used[word];
    }
    return NOTHING;
}

static void run_buckets(struct spf *s, uint32_t source, int64_t *dist)
{
    const struct spf_graph *g = s->g;
    put(s, 0, source);
    for (uint32_t b = 0; (b = next_bucket(s, b)) != NOTHING;) {
        struct queued at = s->queue[s->head[b]];
        s->head[b] = at.next;
        if (at.next == NOTHING)
            s->used[b / 64] &= ~(UINT64_C(1) << (b % 64));
        if (at.dist > dist[at.node])
            continue;
        for (uint32_t i = g->begin[at.node]; i < g->begin[at.node + 1]; i++) {
            int64_t d = at.dist + g->edges[i].metric;
            if (d < dist[g->edges[i].to]) {
                dist[g->edges[i].to] = d;
                put(s, d, g->edges[i].to);
            }
        }
    }
}

/* ---- heap */

static void push(struct spf *s, int64_t dist, uint32_t node)
{
    struct queued *v = s->queue;
    uint32_t i = s->n++;
    for (; i && dist < v[(i - 1) / 2].dist; i = (i - 1) / 2)
        v[i] = v[(i - 1) / 2];
    v[i] = (struct queued){dist, node, NOTHING};
}

static struct queued pop(struct spf *s)
{
    struct queued *v = s->queue, top = v[0], last = v[--s->n];
    uint32_t i = 0;
    for (uint32_t c = 1; c < s->n; c = 2 * i + 1) {
        if (c + 1 < s->n && v[c + 1].dist < v[c].dist)
            c++;
        if (v[c].dist >= last.dist)
            break;
        v[i] = v[c];
        i = c;
    }
    v[i] = last;
    return top;
}

static void run_heap(struct spf *s, uint32_t source, int64_t *dist)
{
    const struct spf_graph *g = s->g;
    push(s, 0, source);
    while (s->n) {
        struct queued at = pop(s);
        if (at.dist > dist[at.node])
            continue;
        for (uint32_t i = g->begin[at.node]; i < g->begin[at.node + 1]; i++) {
            int64_t d = at.dist + g->edges[i].metric;
            if (d < dist[g->edges[i].to]) {
                dist[g->edges[i].to] = d;
                push(s, d, g->edges[i].to);
            }
        }
    }
}

/* Each edge is looked at when its node is settled, which is once: so it queues once at most. */
void spf_run(struct spf *s, uint32_t source, int64_t *dist)
{
    for (uint32_t i = 0; i < s->g->n; i++)
        dist[i] = SPF_UNREACHED;
    dist[source] = 0;
    s->n = 0;
    if (s->wide)
        run_heap(s, source, dist);
    else
        run_buckets(s, source, dist);
}
