/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/perfsonar/ps.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/web/web.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"

#define MAX_NAME   255
#define MAX_HOSTS  1000000
#define CONFIGURED 0 /* the scope of what the configuration says */

struct told {
    struct addr addr;
    uint64_t scope; /* who says so */
};

struct entry {
    VEC(struct told);
};

struct ps_hosts {
    struct map *names;  /* to struct entry */
    struct map *scopes; /* to their numbers, from 1 */
    pthread_mutex_t lock;
};

struct ps_hosts *ps_hosts_new(void)
{
    struct ps_hosts *h = calloc(1, sizeof(*h));

    if (h == NULL)
        return NULL;
    h->names = map_new();
    h->scopes = map_new();
    pthread_mutex_init(&h->lock, NULL);
    if (h->names == NULL || h->scopes == NULL)
        ps_hosts_free(&h);
    return h;
}

void ps_hosts_free(struct ps_hosts **h)
{
    if (*h == NULL)
        return;
    for (size_t i = 0; (*h)->names != NULL && i < map_count((*h)->names); i++) {
        struct entry *e = map_entry((*h)->names, i)->value.p;

        if (e != NULL)
            VEC_FREE(e);
        free(e);
    }
    if ((*h)->names != NULL)
        map_free(&(*h)->names);
    if ((*h)->scopes != NULL)
        map_free(&(*h)->scopes);
    pthread_mutex_destroy(&(*h)->lock);
    free(*h);
    *h = NULL;
}

/* Names are compared without case (RFC 4343); 0: it is none. */
static size_t fold(struct slice name, char out[MAX_NAME])
{
    name = web_host(name);
    if (name.n > MAX_NAME)
        return 0;
    for (size_t i = 0; i < name.n; i++)
        out[i] = (char)tolower((unsigned char)name.p[i]);
    return name.n;
}

static int add_address(struct entry *e, const struct addr *a, uint64_t scope)
{
    size_t n = 0;
    struct told *slot;

    for (size_t i = 0; i < e->n; i++) {
        if (e->v[i].scope == scope && addr_eq(&e->v[i].addr, a))
            return 0;
        n += e->v[i].scope == scope;
    }
    if (n >= PS_MAX_ADDRS)
        return ERR_LIMIT;
    slot = VEC_PUSH(e);
    if (slot == NULL)
        return ERR_NOMEM;
    *slot = (struct told){*a, scope};
    return 0;
}

static int add_name(struct ps_hosts *h, struct slice name, const struct addr *a, uint64_t scope)
{
    char key[MAX_NAME];
    size_t n = fold(name, key);
    union map_value *place;

    if (n == 0)
        return 0;
    if (map_count(h->names) >= MAX_HOSTS && map_get(h->names, key, n) == NULL)
        return 0; /* one more name that is not known */
    place = map_at(h->names, key, n);
    if (place != NULL && place->p == NULL)
        place->p = calloc(1, sizeof(struct entry));
    return place != NULL && place->p != NULL ? add_address(place->p, a, scope) : ERR_NOMEM;
}

int ps_hosts_add(struct ps_hosts *h, struct slice name, const struct addr *a)
{
    int rc;

    pthread_mutex_lock(&h->lock);
    rc = add_name(h, name, a, CONFIGURED);
    pthread_mutex_unlock(&h->lock);
    return rc;
}

/* What the scopes have said whose numbers are true in `gone`, or NULL: what that scope has. */
static void take_back(struct ps_hosts *h, uint64_t scope, const bool *gone)
{
    for (size_t i = 0; i < map_count(h->names); i++) {
        struct entry *e = map_entry(h->names, i)->value.p;
        size_t kept = 0;

        for (size_t k = 0; e != NULL && k < e->n; k++) {
            if (gone != NULL ? !gone[e->v[k].scope] : e->v[k].scope != scope)
                e->v[kept++] = e->v[k];
        }
        if (e != NULL)
            e->n = kept;
    }
}

static int add_named(struct ps_hosts *h, struct ps_named *named, uint64_t scope)
{
    int rc = 0;

    for (size_t i = 0; i < named->n_addrs && rc == 0; i++) {
        rc = add_name(h, slice_of(named->name), &named->addrs[i], scope);
        named->dropped |= rc == ERR_LIMIT;
        if (rc == ERR_LIMIT)
            rc = 0;
    }
    return rc;
}

int ps_hosts_replace(struct ps_hosts *h, const char *scope, struct ps_named *v, size_t n)
{
    union map_value *id;
    int rc;

    pthread_mutex_lock(&h->lock);
    id = map_at_str(h->scopes, scope);
    rc = id != NULL ? 0 : ERR_NOMEM;
    if (rc == 0 && id->u != 0)
        take_back(h, id->u, NULL);
    else if (rc == 0)
        id->u = map_count(h->scopes);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = add_named(h, &v[i], id->u);
    pthread_mutex_unlock(&h->lock);
    return rc;
}

int ps_hosts_keep(struct ps_hosts *h, const char *beginning, const struct map *kept)
{
    size_t n = strlen(beginning);
    bool *gone, any = false;

    pthread_mutex_lock(&h->lock);
    gone = calloc(map_count(h->scopes) + 1, sizeof(*gone));
    for (size_t i = 0; gone != NULL && i < map_count(h->scopes); i++) {
        const struct map_entry *m = map_entry(h->scopes, i);

        gone[m->value.u] = m->len >= n && memcmp(m->key, beginning, n) == 0 &&
                           map_get(kept, m->key, m->len) == NULL;
        any |= gone[m->value.u];
    }
    if (any)
        take_back(h, CONFIGURED, gone);
    pthread_mutex_unlock(&h->lock);
    free(gone);
    return gone != NULL ? 0 : ERR_NOMEM;
}

/* A sum: the order in which documents were read is of no matter. */
uint64_t ps_hosts_state(struct ps_hosts *h)
{
    uint64_t sum = 0;

    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < map_count(h->names); i++) {
        const struct map_entry *m = map_entry(h->names, i);
        const struct entry *e = m->value.p;

        for (size_t k = 0; e != NULL && k < e->n; k++)
            sum +=
                hash_bytes(&e->v[k].addr, sizeof(e->v[k].addr), hash_bytes(m->key, m->len, 0));
    }
    pthread_mutex_unlock(&h->lock);
    return sum;
}

/* The only address of a family, however many say so. */
static bool only_address(const struct entry *e, int family, struct addr *out)
{
    const struct addr *found = NULL;

    for (size_t i = 0; i < e->n; i++) {
        if (family != 0 && e->v[i].addr.family != family)
            continue;
        if (found != NULL && !addr_eq(found, &e->v[i].addr))
            return false;
        found = &e->v[i].addr;
    }
    if (found != NULL)
        *out = *found;
    return found != NULL;
}

bool ps_hosts_find(struct ps_hosts *h, struct slice name, int family, struct addr *out)
{
    char key[MAX_NAME];
    size_t n = fold(name, key);
    const union map_value *place;
    bool found;

    if (h == NULL || n == 0)
        return false;
    pthread_mutex_lock(&h->lock);
    place = map_get(h->names, key, n);
    found = place != NULL && place->p != NULL && only_address(place->p, family, out);
    pthread_mutex_unlock(&h->lock);
    return found;
}
