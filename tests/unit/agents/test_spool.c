/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/spool.h"

#include <stdio.h>
#include <string.h>

#include "unit/cmocka_all.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct bench {
    struct arena *arena;
    struct memory_sink memory;
    struct spool *spool;
    struct batch_sink *sink;
};

static void bench_open(struct bench *b, size_t limit)
{
    struct err e = {0};

    b->arena = arena_new(0);
    memory_sink_init(&b->memory, b->arena);
    assert_int_equal(spool_new(&b->spool, &b->memory.sink, &lock, limit, &e), 0);
    b->sink = spool_sink(b->spool);
}

static void bench_close(struct bench *b)
{
    spool_free(&b->spool);
    memory_sink_free(&b->memory);
    arena_free(&b->arena);
    assert_int_equal(pthread_mutex_trylock(&lock), 0); /* nobody kept it */
    pthread_mutex_unlock(&lock);
}

static struct batch_head head_of(const char *scope)
{
    return (struct batch_head){
        .origin = {.domain = "one", .source = "s", .kind = "k", .scope = scope},
        .mode = BATCH_DELTA,
        .version = "v1",
    };
}

static int put_node(struct bench *b, const char *name, struct err *e)
{
    struct fact_node f;

    fact_init(FACT_NODE, &f);
    f.node = name;
    return b->sink->put(b->sink, FACT_NODE, &f, e);
}

static bool is_locked(void)
{
    if (pthread_mutex_trylock(&lock) != 0)
        return true;
    pthread_mutex_unlock(&lock);
    return false;
}

/* One batch of n nodes; spilling or not, the same comes out. */
static void run_batch(struct bench *b, int n)
{
    struct batch_head head = head_of("x");
    struct err e = {0};

    assert_int_equal(b->sink->begin(b->sink, &head, &e), 0);
    for (int i = 0; i < n; i++) {
        char name[16];

        snprintf(name, sizeof(name), "r%d", i); /* copied, not borrowed */
        assert_int_equal(put_node(b, name, &e), 0);
    }
    b->sink->ignore(b->sink, "line 3", "odd");
    assert_int_equal(b->sink->commit(b->sink, &e), 0);
}

static void check_batch(const struct bench *b, size_t n)
{
    const struct memory_batch *got = &b->memory.v[b->memory.n - 1];

    assert_string_equal(got->head.origin.scope, "x");
    assert_string_equal(got->head.version, "v1");
    assert_int_equal(got->head.mode, BATCH_DELTA);
    assert_int_equal(FACTS_N(&got->facts, NODE), n);
    assert_string_equal(FACTS(&got->facts, node, NODE)[0].node, "r0");
    assert_string_equal(FACTS(&got->facts, node, NODE)[n - 1].node,
                        arena_printf(b->arena, "r%zu", n - 1));
    assert_int_equal(got->n_ignored, 1);
    assert_string_equal(got->ignored[0].reason, "odd");
}

static void test_kept_until_commit(void **state)
{
    struct batch_head head = head_of("x");
    struct bench b;
    struct err e = {0};

    (void)state;
    bench_open(&b, SPOOL_LIMIT);
    assert_int_equal(b.sink->begin(b.sink, &head, &e), 0);
    assert_int_equal(put_node(&b, "r0", &e), 0);
    assert_null(b.memory.open);
    assert_false(is_locked());
    b.sink->abort(b.sink);
    b.sink->abort(b.sink); /* nothing to do */
    assert_int_equal(b.memory.n, 0);
    run_batch(&b, 100);
    check_batch(&b, 100);
    assert_int_equal(spool_counts(b.spool).batches, 1);
    assert_int_equal(spool_counts(b.spool).facts, 100);
    assert_int_equal(spool_counts(b.spool).ignored, 1);
    spool_reset(b.spool);
    assert_int_equal(spool_counts(b.spool).batches, 0);
    bench_close(&b);
}

static void test_spills(void **state)
{
    struct batch_head head = head_of("x");
    struct bench b;
    struct err e = {0};

    (void)state;
    bench_open(&b, 1000);
    run_batch(&b, 100);
    check_batch(&b, 100);
    assert_int_equal(b.sink->begin(b.sink, &head, &e), 0);
    assert_false(is_locked());
    for (int i = 0; i < 100; i++)
        assert_int_equal(put_node(&b, "r", &e), 0);
    assert_non_null(b.memory.open);
    assert_true(is_locked());
    assert_string_equal(b.sink->version(b.sink, &head.origin, b.arena), "v1");
    assert_string_equal(b.sink->reached(b.sink, &head.origin, b.arena), "v1");
    b.sink->abort(b.sink);
    assert_null(b.memory.open);
    assert_false(is_locked());
    assert_int_equal(b.memory.n, 1);
    bench_close(&b);
}

/* A sink that fails at the n-th call of begin, put or commit. */
struct broken {
    struct batch_sink sink;
    int left;
    int open;
};

static int broken_step(struct broken *b, struct err *e)
{
    return b->left-- > 0 ? 0 : err_set(e, ERR_IO, "disk full");
}

static int broken_begin(struct batch_sink *s, const struct batch_head *head, struct err *e)
{
    struct broken *b = (struct broken *)s;
    int rc = broken_step(b, e);

    (void)head;
    b->open += rc == 0;
    return rc;
}

static int broken_put(struct batch_sink *s, enum fact_kind kind, const void *fact,
                      struct err *e)
{
    (void)kind;
    (void)fact;
    return broken_step((struct broken *)s, e);
}

static int broken_commit(struct batch_sink *s, struct err *e)
{
    struct broken *b = (struct broken *)s;

    b->open--; /* a failed commit is an abort */
    return broken_step(b, e);
}

static void broken_abort(struct batch_sink *s)
{
    ((struct broken *)s)->open--;
}

static int run_broken(struct spool *spool)
{
    struct batch_sink *s = spool_sink(spool);
    struct batch_head head = head_of("x");
    struct fact_node f;
    struct err e = {0};
    int rc = s->begin(s, &head, &e);

    fact_init(FACT_NODE, &f);
    f.node = "a name that takes some room in memory";
    for (int i = 0; i < 6 && rc == 0; i++)
        rc = s->put(s, FACT_NODE, &f, &e);
    if (rc == 0)
        rc = s->commit(s, &e);
    else
        s->abort(s);
    if (rc != 0)
        assert_string_equal(e.msg, "disk full");
    return rc;
}

static void test_sink_fails(void **state)
{
    (void)state;
    for (size_t limit = 100; limit <= 10000; limit *= 10) {
        for (int left = 0; left <= 8; left++) {
            struct broken b = {
                .sink = {.begin = broken_begin,
                         .put = broken_put,
                         .commit = broken_commit,
                         .abort = broken_abort},
                .left = left,
            };
            struct spool *spool;
            struct err e = {0};

            assert_int_equal(spool_new(&spool, &b.sink, &lock, limit, &e), 0);
            assert_int_equal(run_broken(spool), left < 8 ? ERR_IO : 0);
            assert_int_equal(b.open, 0);
            assert_false(is_locked());
            assert_int_equal(spool_counts(spool).batches, left < 8 ? 0 : 1);
            spool_free(&spool);
        }
    }
}

static void test_scopes_and_failures(void **state)
{
    struct origin x = head_of("x").origin, whole = head_of("*").origin;
    struct strs scopes;
    struct bench b;
    struct err e = {0}, why = {ERR_REMOTE, "no answer"};

    (void)state;
    bench_open(&b, SPOOL_LIMIT);
    assert_int_equal(b.sink->failed(b.sink, &x, &why, &e), 0);
    assert_int_equal(b.sink->failed(b.sink, &whole, &why, &e), 0);
    assert_int_equal(b.sink->scopes(b.sink, &x, b.arena, &scopes, &e), 0);
    assert_int_equal(scopes.n, 1); /* not "*" */
    assert_string_equal(scopes.v[0], "x");
    assert_int_equal(b.sink->retire(b.sink, &x, &e), 0);
    assert_int_equal(spool_counts(b.spool).failed, 2);
    assert_int_equal(spool_counts(b.spool).retired, 1);
    bench_close(&b);
}

/* --- batches that are written together --- */

/* Keeps batches in memory and does as it is told. */
struct joining {
    struct memory_sink memory; /* first member */
    int on, off;               /* calls */
    const char *refuses;       /* this scope; NULL: none */
    bool full;                 /* the end of each piece fails */
    int (*begin)(struct batch_sink *s, const struct batch_head *head, struct err *e);
};

static int join(struct batch_sink *s, bool on, struct err *e)
{
    struct joining *j = (struct joining *)s;

    assert_true(is_locked());
    j->on += on;
    j->off += !on;
    return !on && j->full ? err_set(e, ERR_IO, "disk full") : 0;
}

static int begin_unless_refused(struct batch_sink *s, const struct batch_head *head,
                                struct err *e)
{
    struct joining *j = (struct joining *)s;

    if (j->refuses != NULL && strcmp(j->refuses, head->origin.scope) == 0)
        return err_set(e, ERR_INVAL, "odd");
    return j->begin(s, head, e);
}

struct pieces {
    struct arena *arena;
    struct joining inner;
    struct spool *spool;
    struct batch_sink *sink;
};

static void pieces_open(struct pieces *p)
{
    struct err e = {0};

    *p = (struct pieces){.arena = arena_new(0)};
    memory_sink_init(&p->inner.memory, p->arena);
    p->inner.begin = p->inner.memory.sink.begin;
    p->inner.memory.sink.begin = begin_unless_refused;
    p->inner.memory.sink.together = join;
    assert_int_equal(spool_new(&p->spool, &p->inner.memory.sink, &lock, SPOOL_LIMIT, &e), 0);
    p->sink = spool_sink(p->spool);
    assert_int_equal(spool_together(p->spool, true, &e), 0);
}

static void pieces_close(struct pieces *p)
{
    spool_free(&p->spool);
    memory_sink_free(&p->inner.memory);
    arena_free(&p->arena);
    assert_false(is_locked());
}

/* An empty batch of a scope that is a number. */
static int write_scope(struct pieces *p, int number, struct err *e)
{
    char scope[16];
    struct batch_head head = head_of(scope);
    int rc;

    snprintf(scope, sizeof(scope), "%d", number); /* copied, not borrowed */
    rc = p->sink->begin(p->sink, &head, e);
    return rc == 0 ? p->sink->commit(p->sink, e) : rc;
}

static void test_together(void **state)
{
    struct origin x = head_of("1").origin;
    struct pieces p;
    struct strs scopes;
    struct err e = {0}, why = {ERR_REMOTE, "no answer"};

    (void)state;
    pieces_open(&p);
    for (int i = 0; i < 2 * SPOOL_TOGETHER + 3; i++) {
        assert_int_equal(write_scope(&p, i, &e), 0);
        assert_int_equal(p.inner.memory.n, (i + 1) / SPOOL_TOGETHER * SPOOL_TOGETHER);
        assert_false(is_locked());
    }
    assert_int_equal(p.inner.on, 2);
    assert_int_equal(spool_together(p.spool, false, &e), 0);
    assert_int_equal(p.inner.memory.n, 2 * SPOOL_TOGETHER + 3);
    assert_int_equal(p.inner.off, 3);
    assert_int_equal(spool_counts(p.spool).batches, 2 * SPOOL_TOGETHER + 3);
    assert_int_equal(write_scope(&p, 0, &e), 0); /* by itself */
    assert_int_equal(p.inner.on, 3);

    /* What is asked or said of a scope that waits. */
    assert_int_equal(spool_together(p.spool, true, &e), 0);
    assert_int_equal(write_scope(&p, 1, &e), 0);
    assert_string_equal(p.sink->version(p.sink, &x, p.arena), "v1");
    assert_string_equal(p.sink->reached(p.sink, &x, p.arena), "v1");
    assert_int_equal(p.inner.on, 3);
    assert_int_equal(p.sink->failed(p.sink, &x, &why, &e), 0);
    assert_int_equal(p.inner.on, 4);
    assert_true(p.inner.memory.v[p.inner.memory.n - 1].failed);
    assert_int_equal(write_scope(&p, 1, &e), 0);
    assert_int_equal(p.sink->scopes(p.sink, &x, p.arena, &scopes, &e), 0);
    assert_int_equal(p.inner.on, 5);
    assert_int_equal(write_scope(&p, 1, &e), 0); /* dropped with the spool */
    pieces_close(&p);
}

static void test_one_of_many_fails(void **state)
{
    const struct memory_batch *bad;
    struct pieces p;
    struct err e = {0};

    (void)state;
    pieces_open(&p);
    p.inner.refuses = "1";
    for (int i = 0; i < 3; i++)
        assert_int_equal(write_scope(&p, i, &e), 0);
    assert_int_equal(spool_together(p.spool, false, &e), 0);
    assert_int_equal(p.inner.memory.n, 3);
    bad = &p.inner.memory.v[1];
    assert_string_equal(bad->head.origin.scope, "1");
    assert_true(bad->failed);
    assert_string_equal(bad->why.msg, "odd");
    assert_int_equal(spool_counts(p.spool).batches, 2);
    assert_int_equal(spool_counts(p.spool).failed, 1);
    pieces_close(&p);
}

/* Nothing may be said any more that could mean that the lost ones are there. */
static void test_many_are_lost(void **state)
{
    struct origin x = head_of("x").origin;
    struct pieces p;
    struct strs scopes;
    struct err e = {0}, why = {ERR_REMOTE, "no answer"};

    (void)state;
    pieces_open(&p);
    p.inner.full = true;
    for (int i = 0; i + 1 < SPOOL_TOGETHER; i++)
        assert_int_equal(write_scope(&p, i, &e), 0);
    assert_int_equal(write_scope(&p, SPOOL_TOGETHER, &e), ERR_IO);
    p.inner.full = false;
    for (int i = 0; i < 3; i++) {
        e = (struct err){0};
        assert_int_equal(i == 0   ? write_scope(&p, 1, &e)
                         : i == 1 ? p.sink->failed(p.sink, &x, &why, &e)
                                  : p.sink->scopes(p.sink, &x, p.arena, &scopes, &e),
                         ERR_IO);
        assert_string_equal(e.msg, "disk full");
    }
    assert_int_equal(p.sink->retire(p.sink, &x, &e), ERR_IO);
    assert_int_equal(spool_together(p.spool, false, &e), ERR_IO);
    assert_int_equal(spool_together(p.spool, true, &e), 0);
    assert_int_equal(write_scope(&p, 1, &e), 0);
    p.inner.full = true;
    assert_int_equal(spool_together(p.spool, false, &e), ERR_IO);
    pieces_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_until_commit), cmocka_unit_test(test_spills),
        cmocka_unit_test(test_sink_fails),        cmocka_unit_test(test_scopes_and_failures),
        cmocka_unit_test(test_together),          cmocka_unit_test(test_one_of_many_fails),
        cmocka_unit_test(test_many_are_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
