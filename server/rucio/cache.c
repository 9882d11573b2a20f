/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"

/* Each with its own lock. What is forgotten is forgotten at once, and a map that grows is built
 * anew: of many small ones no request feels it. */
#define SHARDS 256

struct cached {
    bool there;
    struct metric_value value;
};

/* When `young` is full it takes the place of `old`: half of what there may be always stays. */
struct shard {
    pthread_mutex_t lock;
    struct map *young, *old; /* -> n_values of struct cached */
};

struct path_cache {
    size_t n_values;
    struct shard shards[SHARDS];
};

/* Without padding, so that equal keys are equal bytes. */
struct pair_key {
    uint8_t src[17], dst[17];
    uint8_t client[sizeof(void *)];
};

static void address(const struct addr *a, uint8_t out[17])
{
    out[0] = a->family;
    memcpy(out + 1, a->b, 16);
}

static struct shard *shard_of(struct path_cache *c, const struct path_cache_key *key,
                              struct pair_key *out)
{
    address(key->src, out->src);
    address(key->dst, out->dst);
    memcpy(out->client, &key->client, sizeof(out->client));
    return &c->shards[hash_bytes(out, sizeof(*out), 0) % SHARDS];
}

static void forget(struct map **m)
{
    for (size_t i = 0; *m && i < map_count(*m); i++)
        free(map_entry(*m, i)->value.p);
    map_free(m);
}

int path_cache_new(struct path_cache **out, size_t n_values, struct err *e)
{
    struct path_cache *c = calloc(1, sizeof(*c));
    *out = c;
    if (!c)
        return err_set(e, ERR_NOMEM, "no memory for costs of paths");
    c->n_values = n_values;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_init(&c->shards[i].lock, NULL);
    return 0;
}

void path_cache_free(struct path_cache **cp)
{
    struct path_cache *c = *cp;
    *cp = NULL;
    if (!c)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        forget(&c->shards[i].young);
        forget(&c->shards[i].old);
        pthread_mutex_destroy(&c->shards[i].lock);
    }
    free(c);
}

static struct cached *find(const struct shard *shard, const struct pair_key *pair)
{
    const struct map *const maps[] = {shard->young, shard->old};
    for (size_t i = 0; i < 2; i++) {
        const union map_value *at = maps[i] ? map_get(maps[i], pair, sizeof(*pair)) : NULL;
        if (at && at->p)
            return at->p;
    }
    return NULL;
}

bool path_cache_get(struct path_cache *c, const struct path_cache_key *key,
                    struct metric_value *out)
{
    struct pair_key pair;
    struct shard *shard = shard_of(c, key, &pair);
    pthread_mutex_lock(&shard->lock);
    const struct cached *values = find(shard, &pair);
    bool there = values && values[key->slot].there;
    if (there)
        *out = values[key->slot].value;
    pthread_mutex_unlock(&shard->lock);
    return there;
}

static struct cached *add(struct path_cache *c, struct shard *shard,
                          const struct pair_key *pair)
{
    if (shard->young && map_count(shard->young) >= CACHE_MAX_PAIRS / SHARDS / 2) {
        forget(&shard->old);
        shard->old = shard->young;
        shard->young = NULL;
    }
    if (!shard->young)
        shard->young = map_new();
    union map_value *at = shard->young ? map_at(shard->young, pair, sizeof(*pair)) : NULL;
    if (at && !at->p)
        at->p = calloc(c->n_values, sizeof(struct cached));
    return at ? at->p : NULL;
}

void path_cache_put(struct path_cache *c, const struct path_cache_key *key,
                    const struct metric_value *value)
{
    struct pair_key pair;
    struct shard *shard = shard_of(c, key, &pair);
    pthread_mutex_lock(&shard->lock);
    struct cached *values = find(shard, &pair);
    if (!values)
        values = add(c, shard, &pair);
    if (values)
        values[key->slot] = (struct cached){true, *value};
    pthread_mutex_unlock(&shard->lock);
}
