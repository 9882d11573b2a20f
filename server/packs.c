/* SPDX-License-Identifier: Apache-2.0 */
#include "server/packs.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "server/edition.h"

struct packs {
    uint64_t seed;
    pthread_mutex_t lock;
    struct map *last; /* resource id -> struct repack */
};

struct packs *packs_new(const struct clock *clock)
{
    struct packs *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    clock->random(clock->self, &p->seed, sizeof(p->seed));
    p->last = map_new();
    if (!p->last)
        packs_free(&p);
    return p;
}

static void drop(union map_value *at)
{
    struct repack *old = at->p;
    repack_release(&old);
    at->p = NULL;
}

void packs_free(struct packs **pp)
{
    struct packs *p = *pp;
    *pp = NULL;
    if (!p)
        return;
    for (size_t i = 0; p->last && i < map_count(p->last); i++)
        drop(map_at_str(p->last, map_entry(p->last, i)->key));
    map_free(&p->last);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct repack *take_last(struct packs *p, const char *resource)
{
    pthread_mutex_lock(&p->lock);
    const union map_value *at = map_get_str(p->last, resource);
    struct repack *last = at && at->p ? repack_hold(at->p) : NULL;
    pthread_mutex_unlock(&p->lock);
    return last;
}

static void keep(struct packs *p, const char *resource, struct repack *r)
{
    pthread_mutex_lock(&p->lock);
    union map_value *at = map_at_str(p->last, resource);
    if (at) {
        drop(at);
        at->p = repack_hold(r);
    }
    pthread_mutex_unlock(&p->lock);
}

struct repack *packs_make(struct packs *p, const char *resource, const char *body, size_t n)
{
    struct repack *last = take_last(p, resource), *now;
    int rc = repack(body, n, p->seed, last, &now);
    repack_release(&last);
    if (rc < 0)
        return NULL;
    if (n >= REPACK_FROM)
        keep(p, resource, now);
    return now;
}

void packs_prune(struct packs *p, const struct edition *ed)
{
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < map_count(p->last); i++) {
        const struct map_entry *x = map_entry(p->last, i);
        if (x->value.p && !edition_by_id(ed, x->key))
            drop(map_at_str(p->last, x->key));
    }
    pthread_mutex_unlock(&p->lock);
}
