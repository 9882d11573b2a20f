/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/core/store/store_env.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t told_time(void *self)
{
    return ((struct env *)self)->now;
}

int env_setup(void **state)
{
    struct env *env = calloc(1, sizeof(*env));
    strcpy(env->folder, "/tmp/rialto-store-XXXXXX");
    if (mkdtemp(env->folder) == NULL)
        return 1;
    snprintf(env->path, sizeof(env->path), "%s/one.db", env->folder);
    env->now = 1000;
    env->clock = (struct clock){.now_us = told_time, .mono_us = told_time, .self = env};
    env->arena = arena_new(0);
    struct err e = {0};
    if (store_open(&env->store, env->path, STORE_WRITE, &env->clock, &e) != 0) {
        print_error("%s\n", e.msg);
        return 1;
    }
    env->sink = store_sink(env->store);
    *state = env;
    return 0;
}

int env_teardown(void **state)
{
    struct env *env = *state;
    char path[512];
    store_close(&env->store);
    arena_free(&env->arena);
    DIR *d = opendir(env->folder);
    for (struct dirent *f; d != NULL && (f = readdir(d)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", env->folder, f->d_name);
        unlink(path);
    }
    if (d != NULL)
        closedir(d);
    rmdir(env->folder);
    free(env);
    return 0;
}

struct origin env_origin(const char *scope)
{
    return (struct origin){.domain = "one",
                           .source = "lg",
                           .kind = "looking-glass",
                           .scope = scope,
                           .observed_at = 900,
                           .collected_at = 950,
                           .expires = FACT_NONE};
}

void env_begin(struct env *env, const char *scope, enum batch_mode mode)
{
    struct batch_head head = {.origin = env_origin(scope), .mode = mode, .version = "v1"};
    struct err e = {0};
    if (env->sink->begin(env->sink, &head, &e) != 0)
        fail_msg("%s", e.msg);
}

void env_route(struct env *env, const char *node, const char *prefix, int64_t metric)
{
    struct fact_route route;
    struct err e = {0};
    fact_init(FACT_ROUTE, &route);
    route.node = node;
    route.metric = metric;
    assert_true(prefix_parse(slice_of(prefix), &route.prefix));
    if (env->sink->put(env->sink, FACT_ROUTE, &route, &e) != 0)
        fail_msg("%s", e.msg);
}

void env_commit(struct env *env)
{
    struct err e = {0};
    if (env->sink->commit(env->sink, &e) != 0)
        fail_msg("%s", e.msg);
}

void env_write(struct env *env, const char *scope)
{
    struct fact_node node;
    env_begin(env, scope, BATCH_REPLACE);
    fact_init(FACT_NODE, &node);
    node.node = scope;
    assert_int_equal(env->sink->put(env->sink, FACT_NODE, &node, NULL), 0);
    env_commit(env);
}

void env_load(struct env *env, struct intake *out, int64_t *next_expiry)
{
    struct store *reader = NULL;
    struct err e = {0};
    int64_t ignored;
    *out = (struct intake){.facts.arena = env->arena};
    if (store_open(&reader, env->path, STORE_READ, &env->clock, &e) != 0 ||
        store_load(reader, env->now, out, next_expiry ? next_expiry : &ignored, &e) != 0)
        fail_msg("%s", e.msg);
    store_close(&reader);
}

const struct scope_status *env_scope(const struct intake *in, const char *scope)
{
    for (size_t i = 0; i < in->n_scopes; i++)
        if (strcmp(in->scopes[i].origin.scope, scope) == 0)
            return &in->scopes[i];
    return NULL;
}

size_t env_count(struct env *env)
{
    struct intake in;
    env_load(env, &in, NULL);
    size_t n = facts_count(&in.facts);
    facts_free(&in.facts);
    return n;
}
