/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/bgp_routes.h"

#include <pthread.h>
#include <string.h>

#define CHUNK      1024 /* routes */
#define MAX_CHUNKS 16384
#define WORN_FROM  8192 /* routes: fewer are kept whatever they are */
#define WORN_TIMES 4

struct bgp_routes {
    struct arena *arena;
    struct map *numbers;   /* what a route is as bytes -> number + 1 */
    struct attrs **chunks; /* MAX_CHUNKS */
    size_t n, at_first; /* at_first: when it was last begun from nothing; 0: it is this one */
    pthread_mutex_t lock;
};

struct bgp_routes *bgp_routes_new(struct world *w)
{
    struct bgp_routes *r = ARENA_NEW(w->arena, struct bgp_routes);
    if (!r)
        return NULL;
    *r = (struct bgp_routes){.arena = w->arena, .numbers = map_new()};
    r->chunks = ARENA_ARRAY(w->arena, MAX_CHUNKS, struct attrs *);
    pthread_mutex_init(&r->lock, NULL);
    if (r->numbers && r->chunks)
        return r;
    bgp_routes_close(r);
    return NULL;
}

void bgp_routes_close(struct bgp_routes *r)
{
    if (r->numbers)
        pthread_mutex_destroy(&r->lock);
    map_free(&r->numbers);
}

/* ---- the same? */

static bool same_asns(const struct asns *a, const struct asns *b)
{
    return a->n == b->n && (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

static bool same_strs(const struct strs *a, const struct strs *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->v[i] != b->v[i] && strcmp(a->v[i], b->v[i]))
            return false;
    return true;
}

bool bgp_routes_same(const struct attrs *a, const struct attrs *b)
{
    return a->local_pref == b->local_pref && a->med == b->med && a->weight == b->weight &&
           a->tag == b->tag && a->origin == b->origin && a->unsure == b->unsure &&
           a->slack == b->slack && a->next_hop_self == b->next_hop_self &&
           addr_eq(&a->next_hop, &b->next_hop) && addr_eq(&a->originator, &b->originator) &&
           same_asns(&a->as_path, &b->as_path) && same_asns(&a->outside, &b->outside) &&
           same_asns(&a->clusters, &b->clusters) && same_strs(&a->communities, &b->communities);
}

/* ---- as bytes */

static char *put(char *at, const void *v, size_t n)
{
    if (n)
        memcpy(at, v, n);
    return at + n;
}

static char *put_asns(char *at, const struct asns *list)
{
    at = put(at, &list->n, sizeof(list->n));
    return put(at, list->v, list->n * sizeof(*list->v));
}

static size_t room_for(const struct attrs *a)
{
    size_t n = sizeof(*a) + 4 * sizeof(size_t);
    n += (a->as_path.n + a->outside.n + a->clusters.n) * sizeof(uint32_t);
    for (size_t i = 0; i < a->communities.n; i++)
        n += strlen(a->communities.v[i]) + 1;
    return n;
}

/* Bytes that are the same for the same routes, and for no others. */
static size_t write_key(const struct attrs *a, char *out)
{
    const int64_t numbers[] = {a->local_pref,      a->med,    a->weight,        a->tag,
                               (int64_t)a->origin, a->unsure, a->next_hop_self, a->slack};
    char *at = put(out, numbers, sizeof(numbers));
    at = put(at, &a->next_hop, sizeof(a->next_hop));
    at = put(at, &a->originator, sizeof(a->originator));
    at = put_asns(at, &a->as_path);
    at = put_asns(at, &a->outside);
    at = put_asns(at, &a->clusters);
    for (size_t i = 0; i < a->communities.n; i++)
        at = put(at, a->communities.v[i], strlen(a->communities.v[i]) + 1);
    return (size_t)(at - out);
}

/* ---- adding */

static bool copy_asns(struct arena *a, struct asns *list)
{
    void *v = list->n ? arena_dup(a, list->v, list->n * sizeof(*list->v)) : NULL;
    bool ok = v || !list->n;
    list->v = v;
    return ok;
}

static bool copy_strs(struct arena *a, struct strs *list)
{
    const char **v = list->n ? ARENA_ARRAY(a, list->n, const char *) : NULL;
    bool ok = v || !list->n;
    for (size_t i = 0; v && i < list->n; i++)
        ok = (v[i] = arena_strdup(a, list->v[i])) && ok;
    list->v = v;
    return ok;
}

/* The next number is this one's. */
static bool append(struct bgp_routes *r, const struct attrs *a)
{
    struct attrs **chunk = &r->chunks[r->n / CHUNK];
    if (r->n / CHUNK == MAX_CHUNKS)
        return false;
    if (!*chunk && !(*chunk = ARENA_ARRAY(r->arena, CHUNK, struct attrs)))
        return false;
    struct attrs *to = &(*chunk)[r->n % CHUNK];
    *to = *a;
    if (!copy_asns(r->arena, &to->as_path) || !copy_asns(r->arena, &to->outside) ||
        !copy_asns(r->arena, &to->clusters) || !copy_strs(r->arena, &to->communities))
        return false;
    r->n++;
    return true;
}

static uint32_t find_or_append(struct bgp_routes *r, const struct attrs *a, const char *key,
                               size_t len)
{
    union map_value *at = map_at(r->numbers, key, len);
    if (at && !at->u && append(r, a))
        at->u = r->n;
    return at && at->u ? (uint32_t)(at->u - 1) : NOWHERE;
}

uint32_t bgp_routes_add(struct bgp_routes *r, const struct attrs *a, struct arena *memory)
{
    char *key = arena_room(memory, room_for(a));
    if (!key)
        return NOWHERE;
    size_t len = write_key(a, key);
    pthread_mutex_lock(&r->lock);
    uint32_t number = find_or_append(r, a, key, len);
    pthread_mutex_unlock(&r->lock);
    return number;
}

bool bgp_routes_take_over(struct bgp_routes *r, const struct bgp_routes *before)
{
    struct arena *memory = arena_new(0);
    bool ok = memory != NULL;
    for (uint32_t i = 0; ok && i < before->n; i++) {
        struct arena_mark mark = arena_mark(memory);
        ok = bgp_routes_add(r, bgp_routes_at(before, i), memory) == i;
        arena_rewind(memory, mark);
    }
    r->at_first = before->at_first ? before->at_first : before->n;
    arena_free(&memory);
    return ok;
}

/* ---- looking */

const struct attrs *bgp_routes_at(const struct bgp_routes *r, uint32_t number)
{
    return &r->chunks[number / CHUNK][number % CHUNK];
}

size_t bgp_routes_count(const struct bgp_routes *r)
{
    return r->n;
}

bool bgp_routes_worn(const struct bgp_routes *r)
{
    return r->n > WORN_FROM && r->at_first && r->n > WORN_TIMES * r->at_first;
}
