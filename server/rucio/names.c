/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/names.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/map.h"
#include "base/vec.h"

#define KEEP_NONE ((int64_t)60000000) /* microseconds: that a host has no address */
#define RETRY     ((int64_t)10000000) /* microseconds until a host is asked for after a failure */

struct entry {
    char *host;
    struct addr addrs[NAMES_ADDRESSES];
    size_t n;
    int64_t until, again; /* monotonic: end of the last answer; not looked up before */
    int64_t keep;         /* how long the next answer is kept */
    bool pending, asked;  /* being looked up; there was an answer */
};

/* Held by its owner and by each thread. */
struct names {
    const struct clock *clock;
    names_lookup *lookup;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t work, done;
    unsigned holders, threads, idle;
    bool stop;
    struct map *by_host; /* -> struct entry */
    struct {
        VEC(struct entry *);
    } queue;
    size_t first; /* of the queue */
    size_t pending;
};

static int64_t now(const struct names *n)
{
    return n->clock->mono_us(n->clock->self);
}

/* Does an answer still count? Addresses do for some time behind its end, while they are asked
 * for anew; that there were none does not. */
static bool stands(const struct names *n, const struct entry *entry)
{
    int64_t more = entry->n > 0 ? entry->keep : 0;
    return entry->asked && now(n) <= entry->until + more;
}

/* Names that don't exist, or have no address; all else is a failure of the DNS. */
static bool is_none(int rc)
{
#ifdef EAI_NODATA
    if (rc == EAI_NODATA || rc == EAI_ADDRFAMILY)
        return true;
#endif
    return rc == EAI_NONAME;
}

static int system_lookup(const char *host, struct addr *out, size_t room)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    char text[ADDR_TEXT];
    size_t n = 0;
    int rc = getaddrinfo(host, NULL, &hints, &list);
    if (rc != 0)
        return is_none(rc) ? 0 : -1;
    for (struct addrinfo *i = list; i && n < room; i = i->ai_next) {
        if (getnameinfo(i->ai_addr, i->ai_addrlen, text, sizeof(text), NULL, 0,
                        NI_NUMERICHOST) == 0 &&
            addr_parse(slice_of(text), &out[n]) && !addr_is_special(&out[n]))
            n++;
    }
    freeaddrinfo(list);
    return (int)n;
}

struct names *names_new(const struct clock *clock, names_lookup *lookup)
{
    struct names *n = calloc(1, sizeof(*n));
    if (!n)
        return NULL;
    n->clock = clock;
    n->lookup = lookup ? lookup : system_lookup;
    n->holders = 1;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&n->lock, NULL);
    pthread_cond_init(&n->work, NULL);
    pthread_cond_init(&n->done, &attr);
    pthread_condattr_destroy(&attr);
    n->by_host = map_new();
    if (!n->by_host)
        names_free(&n);
    return n;
}

static void forget_all(struct names *n)
{
    for (size_t i = 0; n->by_host && i < map_count(n->by_host); i++) {
        struct entry *entry = map_entry(n->by_host, i)->value.p;
        if (entry)
            free(entry->host);
        free(entry);
    }
    map_free(&n->by_host);
}

/* With the lock, which is given back; the last holder frees. */
static void let_go(struct names *n)
{
    bool last = --n->holders == 0;
    pthread_mutex_unlock(&n->lock);
    if (!last)
        return;
    forget_all(n);
    VEC_FREE(&n->queue);
    pthread_cond_destroy(&n->work);
    pthread_cond_destroy(&n->done);
    pthread_mutex_destroy(&n->lock);
    free(n);
}

void names_free(struct names **np)
{
    struct names *n = *np;
    *np = NULL;
    if (!n)
        return;
    pthread_mutex_lock(&n->lock);
    n->stop = true;
    pthread_cond_broadcast(&n->work);
    let_go(n);
}

/* --- the threads --- */

static struct entry *take_work(struct names *n)
{
    n->idle++;
    while (!n->stop && n->first == n->queue.n)
        pthread_cond_wait(&n->work, &n->lock);
    n->idle--;
    if (n->stop)
        return NULL;
    struct entry *entry = n->queue.v[n->first++];
    if (n->first == n->queue.n || n->first >= NAMES_QUEUE) { /* what was taken out goes */
        n->queue.n -= n->first;
        memmove(n->queue.v, n->queue.v + n->first, n->queue.n * sizeof(struct entry *));
        n->first = 0;
    }
    return entry;
}

/* `count` addresses; -1: what was known stays. */
static void learn(const struct names *n, struct entry *entry, const struct addr *found,
                  int count)
{
    bool short_lived = count == 0 && entry->keep > KEEP_NONE;
    entry->pending = false;
    entry->again = now(n) + RETRY;
    if (count < 0)
        return;
    memcpy(entry->addrs, found, (size_t)count * sizeof(*found));
    entry->n = (size_t)count;
    entry->until = entry->again = now(n) + (short_lived ? KEEP_NONE : entry->keep);
    entry->asked = true;
}

/* Entries that are pending stay where they are, so the lock isn't needed to read the name. */
static void *work(void *arg)
{
    struct names *n = arg;
    struct entry *entry;
    pthread_mutex_lock(&n->lock);
    while ((entry = take_work(n))) {
        struct addr found[NAMES_ADDRESSES];
        pthread_mutex_unlock(&n->lock);
        int count = n->lookup(entry->host, found, NAMES_ADDRESSES);
        pthread_mutex_lock(&n->lock);
        if (n->stop)
            break;
        learn(n, entry, found, count);
        n->pending--;
        pthread_cond_broadcast(&n->done);
    }
    let_go(n);
    return NULL;
}

static void start_thread(struct names *n)
{
    pthread_t thread;
    if (n->idle > 0 || n->threads == NAMES_THREADS)
        return;
    if (pthread_create(&thread, NULL, work, n) != 0)
        return;
    pthread_detach(thread);
    n->threads++;
    n->holders++;
}

/* --- asking --- */

/* There is no taking out of a map: a full one is begun anew when nothing is under way. */
static struct entry *entry_of(struct names *n, const char *host)
{
    const union map_value *known = map_get_str(n->by_host, host);
    if (known && known->p)
        return known->p;
    if (map_count(n->by_host) >= NAMES_MAX) {
        struct map *fresh = n->pending == 0 ? map_new() : NULL;
        if (!fresh)
            return NULL;
        forget_all(n);
        n->by_host = fresh;
    }
    union map_value *at = map_at_str(n->by_host, host);
    struct entry *entry = at ? calloc(1, sizeof(*entry)) : NULL;
    if (entry && !(entry->host = strdup(host))) {
        free(entry);
        entry = NULL;
    }
    if (at)
        at->p = entry;
    return entry;
}

/* Has it looked up unless it is known, or there are too many. */
static void ask(struct names *n, struct entry *entry, int64_t keep)
{
    if (entry->pending || now(n) < entry->again)
        return;
    if (n->queue.n - n->first >= NAMES_QUEUE)
        return;
    struct entry **at = VEC_PUSH(&n->queue);
    if (!at)
        return;
    *at = entry;
    entry->keep = keep;
    entry->pending = true;
    n->pending++;
    start_thread(n);
    pthread_cond_signal(&n->work);
}

static bool waits_for_any(struct names *n, const struct name_query *v, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const union map_value *at = map_get_str(n->by_host, v[i].host);
        const struct entry *entry = at ? at->p : NULL;
        if (entry && entry->pending && !stands(n, entry))
            return true;
    }
    return false;
}

static void wait_for(struct names *n, const struct name_query *v, size_t count, int64_t wait)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t ns = end.tv_nsec + wait % 1000000 * 1000;
    end.tv_sec += (time_t)(wait / 1000000 + ns / 1000000000);
    end.tv_nsec = (long)(ns % 1000000000);
    int rc = 0;
    while (rc == 0 && waits_for_any(n, v, count))
        rc = pthread_cond_timedwait(&n->done, &n->lock, &end);
}

static void copy_out(struct names *n, struct name_query *q, struct arena *a)
{
    const union map_value *at = map_get_str(n->by_host, q->host);
    const struct entry *entry = at ? at->p : NULL;
    q->n = 0;
    q->pending = !entry || !stands(n, entry);
    if (q->pending || entry->n == 0)
        return;
    q->addrs = arena_dup(a, entry->addrs, entry->n * sizeof(*entry->addrs));
    q->n = q->addrs ? entry->n : 0;
}

void names_find(struct names *n, struct name_query *v, size_t count, struct names_times times,
                struct arena *a)
{
    pthread_mutex_lock(&n->lock);
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = entry_of(n, v[i].host);
        if (entry)
            ask(n, entry, times.keep);
    }
    if (times.wait > 0)
        wait_for(n, v, count, times.wait);
    for (size_t i = 0; i < count; i++)
        copy_out(n, &v[i], a);
    pthread_mutex_unlock(&n->lock);
}
