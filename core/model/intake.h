/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a store hands to the aggregator: all current facts of one store and the state of its
 * scopes, in one piece or several.
 */
#ifndef RIALTO_MODEL_INTAKE_H
#define RIALTO_MODEL_INTAKE_H

#include <stdatomic.h>

#include "model/facts.h"

/** How reading one scope of one source went. */
struct scope_status {
    struct origin origin; /* of the last good batch; epoch 0 if there never was one */
    int64_t attempted_at; /* last attempt, good or not */
    const char *version;  /* what was read, or NULL */
    const char *error;    /* why the last attempt failed, or NULL */
    int64_t n_facts;      /* facts now current of this scope */
    int64_t n_ignored;    /* parts of the input passed over (all of them) */
    const char **ignored; /* "where: reason", the first few */
    size_t n_ignored_kept;
};

/**
 * Facts of one store, or of a part of it. Everything lives in facts.arena. Those that several
 * hold are not written to any more.
 */
struct intake {
    struct facts facts;
    struct scope_status *scopes;
    size_t n_scopes;
    atomic_uint others; /* holders besides one */
};

/** An empty one with an arena of its own; NULL when out of memory. */
struct intake *intake_new(void);

/** Holds it once more; any thread. Returns it. */
struct intake *intake_hold(struct intake *i);

/** Lets go of it and nulls the pointer (NULL is allowed); the last holder frees it with its
 * arena. */
void intake_free(struct intake **i);

/** Several of them, each held once. */
struct intake_list {
    VEC(struct intake *);
};

/** Lets go of all of them, and frees the list. */
void intake_list_free(struct intake_list *list);

#endif
