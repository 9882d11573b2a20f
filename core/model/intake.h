/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a store hands to the aggregator: all current facts of one store and the state of its
 * scopes.
 */
#ifndef RIALTO_MODEL_INTAKE_H
#define RIALTO_MODEL_INTAKE_H

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

/** Facts of one store. Everything lives in facts.arena. */
struct intake {
    struct facts facts;
    struct scope_status *scopes;
    size_t n_scopes;
};

#endif
