/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/perfsonar/ps.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"

#define MAX_NAME  255
#define MAX_ADDRS 16 /* of one name */
#define MAX_HOSTS 1000000

struct entry {
    struct addr v[MAX_ADDRS];
    size_t n;
};

struct ps_hosts {
    struct map *names; /* to struct entry */
    pthread_mutex_t lock;
};

struct ps_hosts *ps_hosts_new(void)
{
    struct ps_hosts *h = calloc(1, sizeof(*h));

    if (h == NULL)
        return NULL;
    h->names = map_new();
    pthread_mutex_init(&h->lock, NULL);
    if (h->names == NULL)
        ps_hosts_free(&h);
    return h;
}

void ps_hosts_free(struct ps_hosts **h)
{
    if (*h == NULL)
        return;
    for (size_t i = 0; (*h)->names != NULL && i < map_count((*h)->names); i++)
        free(map_entry((*h)->names, i)->value.p);
    if ((*h)->names != NULL)
        map_free(&(*h)->names);
    pthread_mutex_destroy(&(*h)->lock);
    free(*h);
    *h = NULL;
}

/* Names are compared without case (RFC 4343); 0: it is none. */
static size_t fold(struct slice name, char out[MAX_NAME])
{
    name = ps_host_part(name);
    if (name.n > MAX_NAME)
        return 0;
    for (size_t i = 0; i < name.n; i++)
        out[i] = (char)tolower((unsigned char)name.p[i]);
    return name.n;
}

static int add_address(struct entry *e, const struct addr *a)
{
    for (size_t i = 0; i < e->n; i++) {
        if (addr_eq(&e->v[i], a))
            return 0;
    }
    if (e->n < MAX_ADDRS)
        e->v[e->n++] = *a;
    return 0;
}

int ps_hosts_add(struct ps_hosts *h, struct slice name, const struct addr *a)
{
    char key[MAX_NAME];
    size_t n = fold(name, key);
    union map_value *place;
    int rc = ERR_NOMEM;

    if (n == 0)
        return 0;
    pthread_mutex_lock(&h->lock);
    if (map_count(h->names) >= MAX_HOSTS && map_get(h->names, key, n) == NULL) {
        pthread_mutex_unlock(&h->lock);
        return 0; /* one more name that is not known */
    }
    place = map_at(h->names, key, n);
    if (place != NULL && place->p == NULL)
        place->p = calloc(1, sizeof(struct entry));
    if (place != NULL && place->p != NULL)
        rc = add_address(place->p, a);
    pthread_mutex_unlock(&h->lock);
    return rc;
}

bool ps_hosts_find(struct ps_hosts *h, struct slice name, int family, struct addr *out)
{
    char key[MAX_NAME];
    size_t n = fold(name, key), found = 0;
    const union map_value *place;

    if (h == NULL || n == 0)
        return false;
    pthread_mutex_lock(&h->lock);
    place = map_get(h->names, key, n);
    if (place != NULL && place->p != NULL) {
        const struct entry *e = place->p;

        for (size_t i = 0; i < e->n; i++) {
            if (family != 0 && e->v[i].family != family)
                continue;
            *out = e->v[i];
            found++;
        }
    }
    pthread_mutex_unlock(&h->lock);
    return found == 1;
}
