/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a temporary folder with a clock that the test sets. */
#ifndef RIALTO_TESTS_STORE_ENV_H
#define RIALTO_TESTS_STORE_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/store.h"

struct env {
    char folder[64], path[80];
    int64_t now;
    struct clock clock;
    struct store *store; /* writer, open */
    struct batch_sink *sink;
    struct arena *arena;
};

/** cmocka's setup and teardown; the folder and all in it go. */
int env_setup(void **state);
int env_teardown(void **state);

/** The origin of a scope of source "lg" of domain "one"; never expires. */
struct origin env_origin(const char *scope);

/** Begins a batch of that scope. */
void env_begin(struct env *env, const char *scope, enum batch_mode mode);

/** Puts a route of node `scope` for the prefix with the metric. */
void env_route(struct env *env, const char *node, const char *prefix, int64_t metric);

void env_commit(struct env *env);

/** A replacing batch of one node, named as the scope, committed. */
void env_write(struct env *env, const char *scope);

/** Loads through a reader of its own; free with facts_free. */
void env_load(struct env *env, struct intake *out, int64_t *next_expiry);

/** The state of a scope, or NULL. */
const struct scope_status *env_scope(const struct intake *in, const char *scope);

/** How many facts a fresh reader sees. */
size_t env_count(struct env *env);

#endif
