/* SPDX-License-Identifier: Apache-2.0 */
/* Source instances: what plugins ask of the core. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/instance.h"
#include "base/hash.h"

#define ARENA_LIMIT (64u << 20) /* of what a plugin keeps from open to close */

struct agent {
    struct agent_setup setup;
    struct arena *arena;
    void *state;
};

int agent_new(struct agent **out, const struct agent_setup *setup, struct err *e)
{
    struct agent *a = calloc(1, sizeof(*a));
    int rc;

    *out = NULL;
    if (a == NULL)
        return err_set(e, ERR_NOMEM, "source %s: out of memory", setup->name);
    a->setup = *setup;
    a->arena = arena_new(ARENA_LIMIT);
    a->state = calloc(1, setup->ops->state_size + 1);
    if (a->arena == NULL || a->state == NULL) {
        rc = err_set(e, ERR_NOMEM, "source %s: out of memory", setup->name);
    } else if (setup->unopened) {
        rc = 0;
    } else {
        rc = setup->ops->open(a, e);
        assert(rc <= 0);
    }
    if (rc != 0)
        agent_free(&a);
    *out = a;
    return rc;
}

void agent_free(struct agent **a)
{
    if (*a == NULL)
        return;
    if ((*a)->state != NULL && (*a)->arena != NULL && !(*a)->setup.unopened)
        (*a)->setup.ops->close(*a);
    free((*a)->state);
    arena_free(&(*a)->arena);
    free(*a);
    *a = NULL;
}

const struct agent_ops *agent_ops_of(const struct agent *a)
{
    return a->setup.ops;
}

void *agent_state(struct agent *a)
{
    return a->state;
}

const struct conf *agent_conf(const struct agent *a)
{
    return a->setup.conf;
}

const char *agent_domain(const struct agent *a)
{
    return a->setup.domain;
}

const char *agent_name(const struct agent *a)
{
    return a->setup.name;
}

struct arena *agent_arena(struct agent *a)
{
    return a->arena;
}

const struct clock *agent_clock(const struct agent *a)
{
    return a->setup.clock;
}

bool agent_cancelled(const struct agent *a)
{
    return a->setup.cancelled != NULL && atomic_load(a->setup.cancelled);
}

struct origin agent_origin(const struct agent *a, const char *scope)
{
    return (struct origin){
        .domain = a->setup.domain,
        .source = a->setup.name,
        .kind = a->setup.ops->name,
        .scope = scope,
        .observed_at = FACT_NONE,
        .expires = FACT_NONE,
        .collected_at = FACT_NONE,
        .confidence = CLASS_OBSERVED,
    };
}

struct batch_head agent_batch(const struct agent *a, const char *scope, enum batch_mode mode)
{
    const struct clock *clock = a->setup.clock;
    int64_t now = clock->now_us(clock->self);
    struct batch_head head = {.origin = agent_origin(a, scope), .mode = mode};

    head.origin.collected_at = now;
    head.origin.observed_at = now;
    if (a->setup.expires != FACT_NONE)
        head.origin.expires = now + a->setup.expires;
    return head;
}

int agent_version(const void *p, size_t n, char out[AGENT_VERSION_TEXT], struct err *e)
{
    struct hash *h = hash_new();
    char hex[33];

    if (h == NULL)
        return err_set(e, ERR_NOMEM, "out of memory");
    hash_add(h, p, n);
    hash_hex(h, hex);
    hash_free(&h);
    snprintf(out, AGENT_VERSION_TEXT, "%.24s %s", RIALTO_VERSION, hex);
    return 0;
}

const struct agent_dialect *agent_dialect_find(const struct agent_dialect *const *table,
                                               const char *name)
{
    for (const struct agent_dialect *const *d = table; d != NULL && *d != NULL; d++) {
        if (strcmp((*d)->name, name) == 0)
            return *d;
    }
    return NULL;
}

const struct agent_dialect *agent_dialect_guess(const struct agent_dialect *const *table,
                                                const struct agent_file *f)
{
    const struct agent_dialect *best = NULL;
    int most = 0;

    for (const struct agent_dialect *const *d = table; d != NULL && *d != NULL; d++) {
        struct agent_file asked = *f;
        int likeness;

        asked.dialect = *d;
        likeness = (*d)->likeness(&asked);

        if (likeness > most) {
            most = likeness;
            best = *d;
        }
    }
    return best;
}

struct batch_head agent_file_batch(const struct agent *a, const struct agent_file *f,
                                   enum batch_mode mode)
{
    struct batch_head head = agent_batch(a, f->name, mode);
    struct origin *o = &head.origin;

    head.version = f->version;
    if (f->observed != FACT_NONE && o->expires != FACT_NONE)
        o->expires = f->observed + (o->expires - o->collected_at);
    o->observed_at = f->observed;
    return head;
}

int64_t agent_written_at(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0
               ? st.st_mtim.tv_sec * INT64_C(1000000) + st.st_mtim.tv_nsec / 1000
               : FACT_NONE;
}

struct slice agent_file_head(const struct agent_file *f)
{
    return (struct slice){f->text.p, f->text.n < AGENT_HEAD ? f->text.n : AGENT_HEAD};
}
