/* SPDX-License-Identifier: Apache-2.0 */
/* What batches do to the facts that a reader sees. */
#include <stdlib.h>

#include "unit/core/model/random_facts.h"
#include "unit/core/store/store_env.h"

static void every_kind_comes_back_as_it_went(void **state)
{
    struct env *env = *state;
    struct random r = {.state = 4711, .arena = env->arena};
    struct facts put = {.arena = env->arena};
    struct intake in;
    env_begin(env, "r1", BATCH_REPLACE);
    for (int round = 0; round < 50; round++)
        for (int k = 0; k < FACT_KIND_COUNT; k++) { /* kinds take turns */
            union any_fact fact;
            random_fact(&r, k, round < 2 ? (enum random_fill)round : FILL_SOME, &fact);
            assert_int_equal(facts_add(&put, k, &fact, NULL), 0);
            assert_int_equal(env->sink->put(env->sink, k, &fact, NULL), 0);
        }
    env_commit(env);
    env_load(env, &in, NULL);
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        size_t size = fact_kind_info(k)->size;
        assert_int_equal(in.facts.rows[k].n, put.rows[k].n);
        for (size_t i = 0; i < put.rows[k].n; i++)
            assert_int_equal(fact_cmp(k, (char *)in.facts.rows[k].v + i * size,
                                      (char *)put.rows[k].v + i * size),
                             0);
    }
    facts_free(&put);
    facts_free(&in.facts);
}

static void origins_are_shared_and_whole(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_begin(env, "r1", BATCH_REPLACE);
    env_route(env, "r1", "10.0.0.0/8", 1);
    env_route(env, "r1", "10.0.0.0/9", 1);
    env_commit(env);
    env_load(env, &in, NULL);
    const struct fact_route *v = FACTS(&in.facts, route, ROUTE);
    assert_ptr_equal(v[0].origin, v[1].origin);
    assert_ptr_equal(v[0].node, v[1].node); /* one copy of a repeated name */
    assert_string_equal(v[0].origin->domain, "one");
    assert_string_equal(v[0].origin->source, "lg");
    assert_string_equal(v[0].origin->kind, "looking-glass");
    assert_string_equal(v[0].origin->scope, "r1");
    assert_int_equal(v[0].origin->epoch, 1);
    assert_int_equal(v[0].origin->observed_at, 900);
    assert_int_equal(v[0].origin->collected_at, 950);
    assert_int_equal(v[0].origin->expires, FACT_NONE);
    assert_int_equal(v[0].origin->stale, 0);
    assert_int_equal(v[0].origin->confidence, CLASS_OBSERVED);
    facts_free(&in.facts);
}

static void confidence_is_kept(void **state)
{
    struct env *env = *state;
    struct intake in;
    for (int c = CLASS_OBSERVED; c <= CLASS_ASSUMED; c++) {
        struct batch_head head = {.origin = env_origin("r1")};
        head.origin.confidence = c;
        assert_int_equal(env->sink->begin(env->sink, &head, NULL), 0);
        env_route(env, "r1", "10.0.0.0/8", c);
        env_commit(env);
        env_load(env, &in, NULL);
        assert_int_equal(FACTS(&in.facts, route, ROUTE)[0].origin->confidence, c);
        facts_free(&in.facts);
    }
}

static void nothing_shows_before_commit(void **state)
{
    struct env *env = *state;
    env_write(env, "old");
    env_begin(env, "new", BATCH_REPLACE);
    for (int i = 0; i < 500; i++)
        env_route(env, "new", "10.0.0.0/8", i);
    assert_int_equal(env_count(env), 1);
    struct intake in = {.facts.arena = env->arena};
    int64_t expiry;
    struct err e = {0};
    assert_int_equal(store_load(env->store, env->now, &in, &expiry, &e), ERR_CONFLICT);
    env_commit(env);
    assert_int_equal(env_count(env), 501);
}

static void aborting_leaves_nothing(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_write(env, "r1");
    env_begin(env, "r1", BATCH_REPLACE);
    env_route(env, "r1", "10.0.0.0/8", 1);
    env->sink->ignore(env->sink, "line 1", "odd");
    env->sink->abort(env->sink);
    env->sink->abort(env->sink);
    env_begin(env, "fresh", BATCH_REPLACE);
    env->sink->abort(env->sink);
    env_load(env, &in, NULL);
    assert_int_equal(facts_count(&in.facts), 1);
    assert_int_equal(in.n_scopes, 1);
    assert_int_equal(in.scopes[0].origin.epoch, 1);
    assert_int_equal(in.scopes[0].n_ignored, 0);
    facts_free(&in.facts);
    env_write(env, "r1"); /* the epoch that was not used is given again */
    env_load(env, &in, NULL);
    assert_int_equal(in.scopes[0].origin.epoch, 2);
    facts_free(&in.facts);
}

static void closing_aborts(void **state)
{
    struct env *env = *state;
    env_begin(env, "r1", BATCH_REPLACE);
    env_route(env, "r1", "10.0.0.0/8", 1);
    store_close(&env->store);
    assert_int_equal(env_count(env), 0);
}

static void put_node(struct env *env, size_t i, const char *platform)
{
    struct fact_node node;
    char name[32];
    fact_init(FACT_NODE, &node);
    snprintf(name, sizeof(name), "n%zu", i); /* gone when put returns */
    node.node = name;
    node.platform = platform;
    assert_int_equal(env->sink->put(env->sink, FACT_NODE, &node, NULL), 0);
}

/* However many facts are written at once: each is there once, and in order. */
static void any_number_of_facts(void **state)
{
    static const size_t counts[] = {0, 1, 31, 32, 33, 63, 64, 65, 200, 3};
    struct env *env = *state;
    for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
        struct intake in;
        env_begin(env, "many", BATCH_REPLACE);
        for (size_t i = 0; i < counts[c]; i++) {
            put_node(env, i, i % 3 ? "x" : NULL);
            if (i % 2) /* of two kinds in turn */
                env_route(env, "r", "10.0.0.0/8", (int64_t)i);
        }
        env_commit(env);
        env_load(env, &in, NULL);
        assert_int_equal(FACTS_N(&in.facts, NODE), counts[c]);
        assert_int_equal(FACTS_N(&in.facts, ROUTE), counts[c] / 2);
        for (size_t i = 0; i < counts[c]; i++) {
            char name[32];
            const struct fact_node *node = &FACTS(&in.facts, node, NODE)[i];
            snprintf(name, sizeof(name), "n%zu", i);
            assert_string_equal(node->node, name);
            assert_true(i % 3 ? node->platform && !strcmp(node->platform, "x")
                              : !node->platform);
            if (i % 2)
                assert_int_equal(FACTS(&in.facts, route, ROUTE)[i / 2].metric, i);
        }
        facts_free(&in.facts);
    }
}

/* What waited when a batch was aborted is in no later one. */
static void what_waited_is_forgotten(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_begin(env, "a", BATCH_DELTA);
    for (size_t i = 0; i < 40; i++)
        put_node(env, i, "old");
    env->sink->abort(env->sink);
    env_begin(env, "a", BATCH_DELTA);
    put_node(env, 100, "new");
    env_commit(env);
    env_load(env, &in, NULL);
    assert_int_equal(FACTS_N(&in.facts, NODE), 1);
    assert_string_equal(FACTS(&in.facts, node, NODE)[0].node, "n100");
    facts_free(&in.facts);
}

/* Long texts don't wait for others: memory stays small. */
static void many_long_texts(void **state)
{
    struct env *env = *state;
    struct intake in;
    size_t n = STORE_TEXT_MAX / 2;
    char *text = malloc(n + 1);
    assert_non_null(text);
    env_begin(env, "long", BATCH_REPLACE);
    for (size_t i = 0; i < 40; i++) {
        memset(text, 'a' + (int)(i % 26), n);
        text[n] = '\0';
        put_node(env, i, text);
        env_route(env, "r", "10.0.0.0/8", (int64_t)i);
    }
    env_commit(env);
    env_load(env, &in, NULL);
    for (size_t i = 0; i < 40; i++) {
        const struct fact_node *node = &FACTS(&in.facts, node, NODE)[i];
        assert_int_equal(strlen(node->platform), n);
        assert_int_equal(node->platform[n / 2], 'a' + i % 26);
        assert_int_equal(FACTS(&in.facts, route, ROUTE)[i].metric, i);
    }
    facts_free(&in.facts);
    free(text);
}

static void replacing_touches_one_scope(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_write(env, "a");
    env_write(env, "b");
    env_begin(env, "a", BATCH_REPLACE);
    env_route(env, "a", "10.0.0.0/8", 1);
    env_commit(env);
    env_load(env, &in, NULL);
    assert_int_equal(FACTS_N(&in.facts, NODE), 1);
    assert_string_equal(FACTS(&in.facts, node, NODE)[0].node, "b");
    assert_int_equal(FACTS_N(&in.facts, ROUTE), 1);
    assert_int_equal(env_scope(&in, "a")->n_facts, 1);
    assert_int_equal(env_scope(&in, "a")->origin.epoch, 2);
    facts_free(&in.facts);
    env_begin(env, "a", BATCH_REPLACE); /* says nothing: that is an answer */
    env_commit(env);
    assert_int_equal(env_count(env), 1);
}

static void append_until(struct env *env, int64_t expires, int64_t metric)
{
    struct batch_head head = {.origin = env_origin("traces"), .mode = BATCH_APPEND};
    head.origin.expires = expires;
    assert_int_equal(env->sink->begin(env->sink, &head, NULL), 0);
    env_route(env, "x", "10.0.0.0/8", metric);
    env_commit(env);
}

static void appended_facts_stay_until_they_expire(void **state)
{
    struct env *env = *state;
    struct intake in;
    int64_t next;
    append_until(env, 2000, 1);
    append_until(env, 3000, 2);
    append_until(env, FACT_NONE, 3);
    env_load(env, &in, &next);
    assert_int_equal(facts_count(&in.facts), 3);
    assert_int_equal(env_scope(&in, "traces")->n_facts, 3);
    assert_int_equal(next, 2000);
    facts_free(&in.facts);
    env->now = 2000; /* the instant itself is too late */
    env_load(env, &in, &next);
    assert_int_equal(facts_count(&in.facts), 2);
    assert_int_equal(next, 3000);
    facts_free(&in.facts);
    env->now = 5000;
    env_load(env, &in, &next);
    assert_int_equal(facts_count(&in.facts), 1);
    assert_int_equal(next, FACT_NONE);
    facts_free(&in.facts);
}

static void empty_batches_are_answers_too(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_begin(env, "traces", BATCH_APPEND);
    env_commit(env);
    append_until(env, FACT_NONE, 1);
    env_begin(env, "traces", BATCH_DELTA); /* nothing changed */
    env_commit(env);
    env_load(env, &in, NULL);
    assert_int_equal(facts_count(&in.facts), 1);
    assert_int_equal(env_scope(&in, "traces")->origin.epoch, 3);
    facts_free(&in.facts);
}

static void changes_replace_facts_of_equal_key(void **state)
{
    struct env *env = *state;
    struct intake in;
    env_begin(env, "s", BATCH_REPLACE);
    env_route(env, "s", "10.0.0.0/8", 1);
    env_route(env, "s", "10.0.0.0/9", 1);
    env_commit(env);
    env_begin(env, "other", BATCH_REPLACE);
    env_route(env, "s", "10.0.0.0/8", 7); /* another scope is not touched */
    env_commit(env);
    env_begin(env, "s", BATCH_DELTA);
    env_route(env, "s", "10.0.0.0/8", 2);
    env_route(env, "s", "10.0.0.0/8", 3); /* the later word counts */
    env_route(env, "s", "2001:db8::/32", 4);
    env_commit(env);
    env_load(env, &in, NULL);
    const struct fact_route *v = FACTS(&in.facts, route, ROUTE);
    assert_int_equal(FACTS_N(&in.facts, ROUTE), 4);
    assert_int_equal(v[0].metric, 1);
    assert_int_equal(v[0].prefix.len, 9);
    assert_int_equal(v[0].origin->epoch, 1); /* who said it first is remembered */
    assert_int_equal(v[1].metric, 7);
    assert_int_equal(v[2].metric, 3);
    assert_int_equal(v[2].origin->epoch, 2);
    assert_int_equal(v[3].metric, 4);
    assert_int_equal(env_scope(&in, "s")->n_facts, 3);
    facts_free(&in.facts);
}

/* Copies a field; what is copied besides is padding. */
static void copy_field(enum fact_kind kind, size_t field, void *to, const void *from)
{
    const struct fact_kind_info *k = fact_kind_info(kind);
    size_t at = k->fields[field].offset;
    size_t end = field + 1 < k->n_fields ? k->fields[field + 1].offset : k->size;
    memcpy((char *)to + at, (const char *)from + at, end - at);
}

/* A fact, and the same without each field of its key: how many that are. */
static size_t put_keys(struct env *env, enum fact_kind kind, const union any_fact *fact)
{
    union any_fact absent;
    size_t n = 1;
    fact_init(kind, &absent);
    assert_int_equal(env->sink->put(env->sink, kind, fact, NULL), 0);
    for (size_t i = 0; i < fact_kind_info(kind)->n_fields; i++) {
        union any_fact other = *fact;
        if (!fact_field_is_key(kind, i))
            continue;
        copy_field(kind, i, &other, &absent);
        assert_int_equal(env->sink->put(env->sink, kind, &other, NULL), 0);
        n++;
    }
    return n;
}

/* Of every kind: facts whose keys differ in one field stay, and are known again in the file. */
static void keys_of_every_kind(void **state)
{
    struct env *env = *state;
    struct random r = {5, env->arena};
    size_t n[FACT_KIND_COUNT];
    struct intake in;
    for (int round = 1; round <= 2; round++) {
        r.state = 5; /* the same facts */
        env_begin(env, "s", BATCH_DELTA);
        for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
            union any_fact fact;
            random_fact(&r, kind, FILL_ALL, &fact);
            n[kind] = put_keys(env, kind, &fact);
            n[kind] = put_keys(env, kind, &fact); /* the later word counts */
        }
        env_commit(env);
        env_load(env, &in, NULL);
        for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
            if (in.facts.rows[kind].n != n[kind])
                fail_msg("%s: %zu", fact_kind_info(kind)->name, in.facts.rows[kind].n);
            const struct fact_node *first = in.facts.rows[kind].v;
            assert_int_equal(first->origin->epoch, round);
        }
        assert_int_equal(env_scope(&in, "s")->n_facts, facts_count(&in.facts));
        facts_free(&in.facts);
    }
}

/* Texts that only look alike when put together, and what is empty or absent. */
static void keys_are_told_apart(void **state)
{
    static const char *const pairs[][2] = {{"ab", "c"}, {"a", "bc"},   {"", "abc"},
                                           {"abc", ""}, {NULL, "abc"}, {"abc", NULL},
                                           {"-", "-"},  {NULL, NULL},  {"", ""}};
    struct env *env = *state;
    size_t n = sizeof(pairs) / sizeof(*pairs);
    for (int round = 0; round < 3; round++) {
        env_begin(env, "s", BATCH_DELTA);
        for (size_t i = 0; i < n; i++) {
            const struct fact_property f = {.entity = pairs[i][0], .name = pairs[i][1]};
            assert_int_equal(env->sink->put(env->sink, FACT_PROPERTY, &f, NULL), 0);
        }
        env_commit(env);
        assert_int_equal(env_count(env), n);
    }
}

static void a_batch_without_facts_left_is_history(void **state)
{
    struct env *env = *state;
    int64_t deleted;
    for (int i = 0; i < 5; i++) {
        env_begin(env, "s", BATCH_DELTA);
        env_route(env, "s", "10.0.0.0/8", i);
        env_commit(env);
    }
    assert_int_equal(env_count(env), 1);
    assert_int_equal(store_prune(env->store, 0, &deleted, NULL), 0);
    assert_int_equal(deleted, 4);
    assert_int_equal(env_count(env), 1);
}

static void ignored_parts_are_counted_and_the_first_kept(void **state)
{
    struct env *env = *state;
    struct intake in;
    char where[32], longest[3000];
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    memcpy(longest + STORE_NOTE_MAX - 1, "\xc3\xbc", 2); /* the cut falls inside a character */
    env_begin(env, "r1", BATCH_REPLACE);
    env->sink->ignore(env->sink, "a", longest);
    env->sink->ignore(env->sink, "b", "bad \xff byte");
    env->sink->ignore(env->sink, NULL, NULL);
    for (int i = 3; i < 250; i++) {
        snprintf(where, sizeof(where), "line %d", i);
        env->sink->ignore(env->sink, where, "why");
    }
    env_commit(env);
    env_load(env, &in, NULL);
    assert_int_equal(in.scopes[0].n_ignored, 250);
    assert_int_equal(in.scopes[0].n_ignored_kept, STORE_IGNORED_KEPT);
    assert_int_equal(strlen(in.scopes[0].ignored[0]), 3 + STORE_NOTE_MAX - 1);
    assert_string_equal(in.scopes[0].ignored[1], "b: bad ? byte");
    assert_string_equal(in.scopes[0].ignored[2], ": ");
    assert_string_equal(in.scopes[0].ignored[99], "line 99: why");
    facts_free(&in.facts);
}

static int put_route(struct env *env, const struct fact_route *route, struct err *e)
{
    env_begin(env, "r1", BATCH_REPLACE);
    int rc = env->sink->put(env->sink, FACT_ROUTE, route, e);
    struct err again = {0};
    if (rc != 0) { /* only abort helps now */
        assert_int_not_equal(env->sink->put(env->sink, FACT_ROUTE, route, &again), 0);
        assert_int_not_equal(env->sink->commit(env->sink, &again), 0);
    }
    env->sink->abort(env->sink);
    return rc;
}

static void limits_are_kept(void **state)
{
    struct env *env = *state;
    struct fact_route route;
    struct err e = {0};
    const char *absent[1] = {NULL};
    char *huge = arena_alloc(env->arena, STORE_TEXT_MAX + 2);
    memset(huge, 'x', STORE_TEXT_MAX + 1);
    fact_init(FACT_ROUTE, &route);
    route.node = huge;
    assert_int_equal(put_route(env, &route, &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "route.node"));
    huge[STORE_TEXT_MAX] = '\0';
    assert_int_equal(put_route(env, &route, &e), 0);
    route.node = "caf\xe9";
    assert_int_equal(put_route(env, &route, &e), ERR_INVAL);
    route.node = "r1";
    route.interfaces = (struct strs){absent, 1};
    assert_int_equal(put_route(env, &route, &e), ERR_INVAL);
    route.interfaces.n = 0;
    route.as_path.n = STORE_LIST_MAX + 1;
    route.as_path.v = arena_array(env->arena, route.as_path.n, sizeof(uint32_t));
    assert_int_equal(put_route(env, &route, &e), ERR_LIMIT);
    route.as_path.n--;
    assert_int_equal(put_route(env, &route, &e), 0);
}

static void odd_numbers_and_long_paths_are_refused(void **state)
{
    struct env *env = *state;
    struct fact_load load;
    struct fact_observed_path path;
    struct responder seen = {.rtt = INFINITY, .asn = FACT_NONE};
    struct hop hops[STORE_HOPS_MAX + 1] = {{.v = &seen, .n = 1}};
    struct err e = {0};
    fact_init(FACT_LOAD, &load);
    load.rate = -INFINITY;
    env_begin(env, "r1", BATCH_REPLACE);
    assert_int_equal(env->sink->put(env->sink, FACT_LOAD, &load, &e), ERR_INVAL);
    env->sink->abort(env->sink);
    fact_init(FACT_OBSERVED_PATH, &path);
    path.hops = (struct hops){hops, 1};
    env_begin(env, "r1", BATCH_REPLACE);
    assert_int_equal(env->sink->put(env->sink, FACT_OBSERVED_PATH, &path, &e), ERR_INVAL);
    env->sink->abort(env->sink);
    path.hops.n = STORE_HOPS_MAX + 1;
    env_begin(env, "r1", BATCH_REPLACE);
    assert_int_equal(env->sink->put(env->sink, FACT_OBSERVED_PATH, &path, &e), ERR_LIMIT);
    env->sink->abort(env->sink);
    path.hops.n = 1;
    seen.rtt = 1;
    hops[0].n = STORE_RESPONDERS_MAX + 1;
    env_begin(env, "r1", BATCH_REPLACE);
    assert_int_equal(env->sink->put(env->sink, FACT_OBSERVED_PATH, &path, &e), ERR_LIMIT);
    env->sink->abort(env->sink);
    assert_int_equal(env_count(env), 0);
}

static void heads_must_name_their_scope(void **state)
{
    struct env *env = *state;
    struct batch_head head = {.origin = env_origin("")};
    struct err e = {0};
    assert_int_equal(env->sink->begin(env->sink, &head, &e), ERR_INVAL);
    head.origin = env_origin("caf\xe9");
    assert_int_equal(env->sink->begin(env->sink, &head, &e), ERR_INVAL);
    head.origin = env_origin("x");
    head.origin.domain = NULL;
    assert_int_equal(env->sink->begin(env->sink, &head, &e), ERR_INVAL);
    env_write(env, "x"); /* no transaction was left open */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, env_setup, env_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_comes_back_as_it_went),
        TEST(origins_are_shared_and_whole),
        TEST(confidence_is_kept),
        TEST(nothing_shows_before_commit),
        TEST(aborting_leaves_nothing),
        TEST(closing_aborts),
        TEST(any_number_of_facts),
        TEST(what_waited_is_forgotten),
        TEST(many_long_texts),
        TEST(replacing_touches_one_scope),
        TEST(appended_facts_stay_until_they_expire),
        TEST(empty_batches_are_answers_too),
        TEST(changes_replace_facts_of_equal_key),
        TEST(keys_of_every_kind),
        TEST(keys_are_told_apart),
        TEST(a_batch_without_facts_left_is_history),
        TEST(ignored_parts_are_counted_and_the_first_kept),
        TEST(limits_are_kept),
        TEST(odd_numbers_and_long_paths_are_refused),
        TEST(heads_must_name_their_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
