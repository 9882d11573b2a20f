/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/spf.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096 /* at most, a power of two; narrow metrics are below */
#define NOTHING UINT32_MAX
#define MANY    (UINT32_MAX / BUCKETS) /* nodes: ways through fewer are shorter than 2^32 */

/* What searches with narrow metrics read, as little as there is: most of it stays in the
 * processor's first cache. */
struct narrow_edge {
    uint32_t to, metric;
};

/* A distance that a node may have: the node's own is the least of them. */
struct narrow_queued {
    uint32_t dist, node, next; /* next: in its bucket */
};

struct queued {
    int64_t dist;
    uint32_t node;
};

struct spf {
    const struct spf_graph *g;
    struct queued *heap; /* for wide metrics; NULL: they are narrow */
    struct narrow_edge *edges;
    struct narrow_queued *queue;
    uint32_t *dist;
    uint32_t n;       /* queued */
    uint32_t buckets; /* a power of two, more than any metric */
    uint32_t head[BUCKETS];
    uint64_t used[BUCKETS / 64]; /* buckets with entries */
};

static uint32_t widest(const struct spf_graph *g)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < g->begin[g->n]; i++)
        most = g->edges[i].metric > most ? g->edges[i].metric : most;
    return most;
}

static bool make_narrow(struct spf *s, uint32_t most)
{
    uint32_t edges = s->g->begin[s->g->n];
    s->edges = malloc(((size_t)edges + 1) * sizeof(*s->edges));
    s->queue = malloc(((size_t)edges + 1) * sizeof(*s->queue));
    s->dist = malloc(((size_t)s->g->n + 1) * sizeof(*s->dist));
    if (!s->edges || !s->queue || !s->dist)
        return false;
    for (s->buckets = 64; s->buckets <= most;)
        s->buckets *= 2;
    for (uint32_t i = 0; i < edges; i++)
        s->edges[i] = (struct narrow_edge){s->g->edges[i].to, s->g->edges[i].metric};
    memset(s->head, 0xff, s->buckets * sizeof(*s->head));
    return true;
}

int spf_new(struct spf **out, const struct spf_graph *g)
{
    struct spf *s = *out = calloc(1, sizeof(*s));
    uint32_t most = widest(g);
    if (!s)
        return ERR_NOMEM;
    s->g = g;
    if (most < BUCKETS && g->n < MANY
            ? make_narrow(s, most)
            : (s->heap = malloc(((size_t)g->begin[g->n] + 1) * sizeof(*s->heap))) != NULL)
        return 0;
    spf_free(out);
    return ERR_NOMEM;
}

void spf_free(struct spf **s)
{
    if (*s) {
        free((*s)->heap);
        free((*s)->edges);
        free((*s)->queue);
        free((*s)->dist);
    }
    free(*s);
    *s = NULL;
}

/* ---- buckets: what is queued is less than their number apart */

static inline void put(struct spf *s, uint32_t dist, uint32_t node)
{
    uint32_t b = dist & (s->buckets - 1), i = s->n++;
    s->queue[i] = (struct narrow_queued){dist, node, s->head[b]};
    s->head[b] = i;
    s->used[b / 64] |= UINT64_C(1) << (b % 64);
}

/* The next bucket with entries from b on, round the end; NOTHING: all are empty. */
static uint32_t next_bucket(const struct spf *s, uint32_t b)
{
    uint32_t word = b / 64, words = s->buckets / 64;
    uint64_t bits = s->used[word] & (~UINT64_C(0) << (b % 64));
    for (uint32_t i = 0; i <= words; i++) {
        if (bits)
            return word * 64 + (uint32_t)__builtin_ctzll(bits);
        word = (word + 1) & (words - 1);
        bits = s->used[word];
    }
    return NOTHING;
}

static void search(struct spf *s, uint32_t source)
{
    const uint32_t *begin = s->g->begin;
    uint32_t *dist = s->dist;
    memset(dist, 0xff, s->g->n * sizeof(*dist));
    dist[source] = 0;
    put(s, 0, source);
    for (uint32_t b = 0; (b = next_bucket(s, b)) != NOTHING;) {
        struct narrow_queued at = s->queue[s->head[b]];
        s->head[b] = at.next;
        if (at.next == NOTHING)
            s->used[b / 64] &= ~(UINT64_C(1) << (b % 64));
        if (at.dist > dist[at.node])
            continue;
        for (uint32_t i = begin[at.node]; i < begin[at.node + 1]; i++) {
            uint32_t d = at.dist + s->edges[i].metric, to = s->edges[i].to;
            if (d < dist[to]) {
                dist[to] = d;
                put(s, d, to);
            }
        }
    }
}

static void run_buckets(struct spf *s, uint32_t source, int64_t *dist)
{
    search(s, source);
    for (uint32_t i = 0; i < s->g->n; i++)
        dist[i] = s->dist[i] == NOTHING ? SPF_UNREACHED : s->dist[i];
}

/* ---- heap */

static void push(struct spf *s, int64_t dist, uint32_t node)
{
    struct queued *v = s->heap;
    uint32_t i = s->n++;
    for (; i && dist < v[(i - 1) / 2].dist; i = (i - 1) / 2)
        v[i] = v[(i - 1) / 2];
    v[i] = (struct queued){dist, node};
}

static struct queued pop(struct spf *s)
{
    struct queued *v = s->heap, top = v[0], last = v[--s->n];
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
    for (uint32_t i = 0; i < g->n; i++)
        dist[i] = SPF_UNREACHED;
    dist[source] = 0;
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
    s->n = 0;
    if (s->heap)
        run_heap(s, source, dist);
    else
        run_buckets(s, source, dist);
}
