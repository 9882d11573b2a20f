/* SPDX-License-Identifier: Apache-2.0 */
#include "http/peers.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"

#define BUCKETS 4096

struct peer {
    struct addr key;
    unsigned n;
    struct peer *next;
};

struct peers {
    pthread_mutex_t lock;
    struct peer *bucket[BUCKETS];
};

struct peers *peers_new(void)
{
    struct peers *p = calloc(1, sizeof(*p));
    if (p)
        pthread_mutex_init(&p->lock, NULL);
    return p;
}

void peers_free(struct peers **p)
{
    if (!*p)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while ((*p)->bucket[i]) {
            struct peer *next = (*p)->bucket[i]->next;
            free((*p)->bucket[i]);
            (*p)->bucket[i] = next;
        }
    }
    pthread_mutex_destroy(&(*p)->lock);
    free(*p);
    *p = NULL;
}

/* A client of IPv6 owns a /64 and can use a new address for each connection. */
static struct addr key_of(const struct addr *client)
{
    return prefix_of(client, client->family == 6 ? 64 : 32).addr;
}

static struct peer **place(struct peers *p, const struct addr *key)
{
    struct peer **at = &p->bucket[hash_bytes(key, sizeof(*key), 0) % BUCKETS];
    while (*at && !addr_eq(&(*at)->key, key))
        at = &(*at)->next;
    return at;
}

unsigned peers_count(struct peers *p, const struct addr *client)
{
    struct addr key = key_of(client);
    pthread_mutex_lock(&p->lock);
    struct peer *peer = *place(p, &key);
    unsigned n = peer ? peer->n : 0;
    pthread_mutex_unlock(&p->lock);
    return n;
}

bool peers_add(struct peers *p, const struct addr *client)
{
    struct addr key = key_of(client);
    pthread_mutex_lock(&p->lock);
    struct peer **at = place(p, &key);
    if (!*at) {
        *at = calloc(1, sizeof(**at));
        if (*at)
            (*at)->key = key;
    }
    bool ok = *at != NULL;
    if (ok)
        (*at)->n++;
    pthread_mutex_unlock(&p->lock);
    return ok;
}

void peers_remove(struct peers *p, const struct addr *client)
{
    struct addr key = key_of(client);
    pthread_mutex_lock(&p->lock);
    struct peer **at = place(p, &key);
    struct peer *peer = *at;
    assert(peer && peer->n > 0);
    if (--peer->n == 0) {
        *at = peer->next;
        free(peer);
    }
    pthread_mutex_unlock(&p->lock);
}
