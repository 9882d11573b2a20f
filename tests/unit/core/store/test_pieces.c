/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader keeps between loads: the same as if all were read anew, and shared. */
#include "unit/core/store/store_env.h"

#include <malloc.h>

#include "aggregator/aggregator.h"

#define STEPS       150
#define LITTLE      200  /* batches of one fact */
#define LITTLE_ROOM 2048 /* bytes of each */

static unsigned draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % n;
}

/* ---- a reader */

/* Loads once more; frees what was loaded before. */
struct reader {
    struct store *store;
    struct intake_list now, before;
    int64_t next_expiry;
};

static void reader_open(struct reader *r, struct env *env)
{
    *r = (struct reader){0};
    assert_int_equal(store_open(&r->store, env->path, STORE_READ, &env->clock, NULL), 0);
}

static void reader_load(struct reader *r, struct env *env)
{
    struct err e = {0};
    intake_list_free(&r->before);
    r->before = r->now;
    r->now = (struct intake_list){0};
    if (store_load_pieces(r->store, env->now, &r->now, &r->next_expiry, &e) != 0)
        fail_msg("%s", e.msg);
}

static void reader_close(struct reader *r)
{
    intake_list_free(&r->before);
    intake_list_free(&r->now);
    store_close(&r->store);
}

/* How many pieces were not there before, besides the one with the scopes. */
static size_t reader_read(const struct reader *r)
{
    size_t n = 0;
    for (size_t i = 1; i < r->now.n; i++) {
        bool known = false;
        for (size_t k = 1; k < r->before.n; k++)
            known |= r->now.v[i] == r->before.v[k];
        n += !known;
    }
    return n;
}

/* ---- all that is told, as text */

static void tell_origin(struct buf *out, const struct origin *o)
{
    buf_printf(out, " (%s %s %s %s %lld %lld %lld %lld %d %d)\n", o->domain, o->source, o->kind,
               o->scope, (long long)o->epoch, (long long)o->observed_at, (long long)o->expires,
               (long long)o->collected_at, o->stale, (int)o->confidence);
}

static void tell_scopes(struct buf *out, const struct intake *in)
{
    for (size_t i = 0; i < in->n_scopes; i++) {
        const struct scope_status *s = &in->scopes[i];
        buf_printf(out, "%lld %s %s %lld %lld", (long long)s->attempted_at,
                   s->error ? s->error : "-", s->version ? s->version : "-",
                   (long long)s->n_facts, (long long)s->n_ignored);
        tell_origin(out, &s->origin);
    }
}

static void tell_facts(struct buf *out, struct intake *const *in, size_t n)
{
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        for (size_t i = 0; i < n; i++) {
            const struct fact_rows *rows = &in[i]->facts.rows[k];
            for (size_t j = 0; j < rows->n; j++) {
                const char *fact = (const char *)rows->v + j * fact_kind_info(k)->size;
                fact_json(k, fact, out);
                tell_origin(out, ((const struct fact_node *)fact)->origin);
            }
        }
    }
}

static void tell(struct buf *out, struct intake *const *in, size_t n, int64_t next_expiry)
{
    buf_printf(out, "until %lld\n", (long long)next_expiry);
    for (size_t i = 0; i < n; i++)
        tell_scopes(out, in[i]);
    tell_facts(out, in, n);
}

/* The snapshot of them, which takes them over. */
static void tell_snapshot(struct buf *out, struct intake *const *in, size_t n, int64_t now)
{
    struct snapshot *s;
    struct err e = {0};
    if (aggregate(in, n, now, &s, &e) != 0)
        fail_msg("%s", e.msg);
    snapshot_print(s, out);
    snapshot_free(&s);
}

static void same_text(struct buf *a, struct buf *b)
{
    assert_string_equal(buf_cstr(a), buf_cstr(b));
    buf_free(a);
    buf_free(b);
}

/* What the reader has is what another one reads that never read before. */
static void check(const struct reader *r, struct env *env)
{
    struct store *fresh = NULL;
    struct intake *all = intake_new();
    struct buf kept = {0}, anew = {0}, kept_snapshot = {0}, anew_snapshot = {0};
    int64_t next = 0;
    assert_int_equal(store_open(&fresh, env->path, STORE_READ, &env->clock, NULL), 0);
    assert_int_equal(store_load(fresh, env->now, all, &next, NULL), 0);
    store_close(&fresh);
    tell(&kept, r->now.v, r->now.n, r->next_expiry);
    tell(&anew, &all, 1, next);
    same_text(&kept, &anew);
    for (size_t i = 0; i < r->now.n; i++)
        intake_hold(r->now.v[i]);
    tell_snapshot(&kept_snapshot, r->now.v, r->now.n, env->now);
    tell_snapshot(&anew_snapshot, &all, 1, env->now);
    same_text(&kept_snapshot, &anew_snapshot);
}

/* ---- a writer */

/* Measurements of a few pairs: some are equal by key, some in all. */
static void put_some(struct env *env, uint64_t *seed, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct fact_measurement f;
        fact_init(FACT_MEASUREMENT, &f);
        f.source = (struct addr){.family = 4, .b = {192, 0, 2, (uint8_t)draw(seed, 4)}};
        f.destination = (struct addr){.family = 4, .b = {192, 0, 2, (uint8_t)draw(seed, 4)}};
        f.metric = draw(seed, 2) ? "tput" : "delay-ow";
        f.value = draw(seed, 5);
        f.start = f.end = draw(seed, 3);
        assert_int_equal(env->sink->put(env->sink, FACT_MEASUREMENT, &f, NULL), 0);
        if (draw(seed, 4) == 0)
            env_route(env, "r", draw(seed, 2) ? "192.0.2.0/24" : "192.0.2.0/25", draw(seed, 3));
    }
}

static const char *const names[] = {"a", "b", "c"};

static void write_some(struct env *env, uint64_t *seed)
{
    struct batch_head head = {.origin = env_origin(names[draw(seed, 3)]),
                              .mode = (enum batch_mode)draw(seed, 3),
                              .version = draw(seed, 2) ? "v1" : NULL};
    head.origin.source = draw(seed, 3) ? "lg" : "other";
    head.origin.confidence = (enum fact_class)draw(seed, 3);
    if (draw(seed, 2))
        head.origin.expires = env->now + draw(seed, 50);
    assert_int_equal(env->sink->begin(env->sink, &head, NULL), 0);
    put_some(env, seed, draw(seed, 6));
    env_commit(env);
}

static void change_some(struct env *env, uint64_t *seed)
{
    struct origin o = env_origin(draw(seed, 4) ? names[draw(seed, 3)] : "*");
    const struct err why = {.code = ERR_TIMEOUT, .msg = "why"};
    switch (draw(seed, 4)) {
    case 0:
        assert_int_equal(env->sink->failed(env->sink, &o, &why, NULL), 0);
        break;
    case 1:
        assert_int_equal(env->sink->retire(env->sink, &o, NULL), 0);
        break;
    case 2: /* the number of the last batch may be used again */
        assert_int_equal(store_prune(env->store, draw(seed, 20), NULL, NULL), 0);
        break;
    default:
        env->now += draw(seed, 20);
    }
}

/* ---- tests */

static void as_if_read_anew(void **state)
{
    struct env *env = *state;
    struct reader r;
    uint64_t seed = 11;
    size_t read = 0, given = 0;
    reader_open(&r, env);
    for (int i = 0; i < STEPS; i++) {
        if (draw(&seed, 2))
            write_some(env, &seed);
        else
            change_some(env, &seed);
        reader_load(&r, env);
        check(&r, env);
        read += reader_read(&r);
        given += r.now.n - 1;
    }
    assert_true(given > 10 * STEPS / 2);
    assert_true(read < given / 2);
    reader_close(&r);
}

static void append(struct env *env, const char *scope, size_t n)
{
    uint64_t seed = n;
    env_begin(env, scope, BATCH_APPEND);
    put_some(env, &seed, n);
    env_commit(env);
}

static void only_what_changed_is_read(void **state)
{
    struct env *env = *state;
    struct reader r;
    struct origin a = env_origin("a");
    const struct err why = {.code = ERR_TIMEOUT, .msg = "why"};
    reader_open(&r, env);
    for (size_t i = 0; i < 10; i++)
        append(env, i % 2 ? "a" : "b", 5);
    reader_load(&r, env);
    assert_int_equal(reader_read(&r), 10);
    reader_load(&r, env);
    assert_int_equal(reader_read(&r), 0);
    assert_int_equal(r.now.n, 11);
    append(env, "a", 3);
    reader_load(&r, env);
    assert_int_equal(reader_read(&r), 1);
    env_write(env, "b"); /* replaces five */
    reader_load(&r, env);
    assert_int_equal(reader_read(&r), 1);
    assert_int_equal(r.now.n, 8);
    assert_int_equal(env->sink->failed(env->sink, &a, &why, NULL), 0);
    reader_load(&r, env);
    assert_int_equal(reader_read(&r), 6); /* their origin says that it is stale */
    check(&r, env);
    reader_close(&r);
}

/* A batch of changes takes facts from earlier ones: these are read again, others are not. */
static void changes_reach_what_is_kept(void **state)
{
    struct env *env = *state;
    struct reader r;
    reader_open(&r, env);
    for (int i = 0; i < 3; i++) {
        char prefix[32];
        snprintf(prefix, sizeof(prefix), "10.%d.0.0/16", i);
        env_begin(env, "a", BATCH_APPEND);
        env_route(env, "a", prefix, 1);
        env_route(env, "a", "192.0.2.0/24", i); /* the last one stays by key */
        env_commit(env);
    }
    reader_load(&r, env);
    env_begin(env, "a", BATCH_DELTA);
    env_route(env, "a", "10.1.0.0/16", 2);
    env_commit(env);
    reader_load(&r, env);
    assert_int_equal(reader_read(&r), 2);
    check(&r, env);
    reader_close(&r);
}

/* What was handed out stays when the store is closed, or loads again. */
static void pieces_outlive_the_store(void **state)
{
    struct env *env = *state;
    struct reader r;
    struct buf before = {0}, after = {0};
    reader_open(&r, env);
    append(env, "a", 5);
    reader_load(&r, env);
    tell(&before, r.now.v, r.now.n, 0);
    env_write(env, "a");
    reader_load(&r, env);
    store_close(&r.store);
    tell(&after, r.before.v, r.before.n, 0);
    same_text(&before, &after);
    assert_int_equal(FACTS_N(&r.now.v[1]->facts, NODE), 1);
    reader_close(&r);
}

/* Results that are pushed are a batch each: of many with little in them none takes much. */
static void little_takes_little_room(void **state)
{
    struct env *env = *state;
    struct reader r;
    reader_open(&r, env);
    for (int i = 0; i < LITTLE; i++) {
        env_begin(env, "a", BATCH_APPEND);
        env_route(env, "a", "10.0.0.0/8", i);
        env_commit(env);
    }
    reader_load(&r, env);
    store_close(&r.store);
    assert_int_equal(r.now.n, LITTLE + 1);
    size_t with = mallinfo2().uordblks; /* 0 under sanitizers */
    intake_list_free(&r.now);
    assert_in_range(with - mallinfo2().uordblks, 0, (size_t)LITTLE * LITTLE_ROOM);
    reader_close(&r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, env_setup, env_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(as_if_read_anew),
        TEST(only_what_changed_is_read),
        TEST(changes_reach_what_is_kept),
        TEST(pieces_outlive_the_store),
        TEST(little_takes_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
