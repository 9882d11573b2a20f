/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot is the same by however many threads it is made, and whatever was there before. */
#include "unit/cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/igp.h"
#include "aggregator/lanes.h"
#include "aggregator/workers.h"
#include "unit/aggregator/random_world.h"

/* ---- workers */

#define PARTS 1000

struct parts {
    size_t next;
    int done[PARTS]; /* times, atomic */
    size_t fails_at; /* PARTS: nowhere */
};

static int take_parts(void *ctx, unsigned worker)
{
    struct parts *p = ctx;
    assert_true(worker < WORKERS_MAX);
    for (size_t i; (i = workers_take(&p->next, 3)) < PARTS;)
        for (size_t k = i; k < i + 3 && k < PARTS; k++) {
            __atomic_add_fetch(&p->done[k], 1, __ATOMIC_RELAXED);
            if (k == p->fails_at)
                return ERR_NOMEM;
        }
    return 0;
}

static void test_each_part_once(void **state)
{
    (void)state;
    assert_in_range(workers_default(), 1, WORKERS_MAX);
    for (unsigned n = 1; n <= WORKERS_MAX; n++) {
        struct parts p = {.fails_at = PARTS};
        assert_int_equal(workers_run(n, take_parts, &p), 0);
        for (size_t i = 0; i < PARTS; i++)
            assert_int_equal(p.done[i], 1);
        struct parts q = {.fails_at = 500};
        assert_int_equal(workers_run(n, take_parts, &q), ERR_NOMEM);
    }
}

static void test_few_parts_are_not_worth_threads(void **state)
{
    (void)state;
    assert_int_equal(lanes_for(&(struct world){.threads = 4}, 99, 100), 1);
    assert_int_equal(lanes_for(&(struct world){.threads = 4}, 100, 100), 4);
    assert_int_equal(lanes_for(&(struct world){.threads = 0}, 100, 100), 1);
}

/* ---- networks: "one" is large enough for threads in all steps */

#define ROUTERS  140
#define CHORDS   150
#define PREFIXES 40

/* What differs between two networks of one seed. */
struct variant {
    unsigned first_metric; /* of the first link */
    unsigned last_metric;  /* of the last chord */
    bool without_last;     /* there is no last chord */
};

static void say_link(struct wb *b, unsigned i, unsigned from, unsigned to, unsigned metric)
{
    char text[400];
    snprintf(text, sizeof(text),
             "port r%u l%u 10.%u.%u.%u/30\nport r%u l%u 10.%u.%u.%u/30\n"
             "ospf r%u l%u %u\nospf r%u l%u %u\n",
             from, i, i / 64, i % 64, 1, to, i, i / 64, i % 64, 2, from, i, metric, to, i,
             metric);
    wb_say(b, "one", text);
}

static void say_router(struct wb *b, unsigned i)
{
    char text[400];
    snprintf(text, sizeof(text),
             "port r%u lo 10.200.%u.1/32 kind=loopback\nospf r%u lo 0\n"
             "port r%u lan 198.18.%u.1/24\nospf r%u lan 10\n",
             i, i, i, i, i, i);
    wb_say(b, "one", text);
}

/* Some routers of "one" speak BGP with each other, two of them with "two". */
static void say_bgp(struct wb *b)
{
    static const unsigned speakers[] = {0, 31, 77, 120};
    char text[200];
    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof(text), "bgp r%u 64496\n", speakers[i]);
        wb_say(b, "one", text);
        for (size_t k = 0; k < 4; k++) {
            snprintf(text, sizeof(text),
                     "peer r%u 10.200.%u.1 64496 local_addr=10.200.%u.1 next_hop_self=1\n",
                     speakers[i], speakers[k], speakers[i]);
            if (i != k)
                wb_say(b, "one", text);
        }
    }
    wb_say(b, "one",
           "port r0 x 192.0.2.1/30\npeer r0 192.0.2.2 64497\n"
           "port r77 x 192.0.2.5/30\npeer r77 192.0.2.6 64497\n");
    wb_say(b, "two",
           "domain 64497\nport t x 192.0.2.2/30\nport t y 192.0.2.6/30\nbgp t 64497\n"
           "peer t 192.0.2.1 64496\npeer t 192.0.2.5 64496\n");
    for (unsigned i = 0; i < PREFIXES; i++) {
        snprintf(text, sizeof(text), "port t lan%u 203.0.%u.1/24\nnet t 203.0.%u.0/24\n", i, i,
                 i);
        wb_say(b, "two", text);
    }
}

static struct wb *network(uint64_t seed, const struct variant *v)
{
    struct random r = {.state = seed};
    struct wb *b = wb_new();
    wb_say(b, "one", "domain 64496 prefixes=198.18.0.0/15\n");
    for (unsigned i = 0; i < ROUTERS; i++)
        say_router(b, i);
    for (unsigned i = 0; i < ROUTERS + CHORDS; i++) {
        unsigned from = i < ROUTERS ? i : (unsigned)random_below(&r, ROUTERS);
        unsigned to = i < ROUTERS ? (i + 1) % ROUTERS : (unsigned)random_below(&r, ROUTERS);
        unsigned metric = 1 + (unsigned)random_below(&r, 20);
        bool last = i == ROUTERS + CHORDS - 1;
        if (from != to && !(last && v->without_last))
            say_link(b, i, from, to, i == 0 ? v->first_metric : last ? v->last_metric : metric);
    }
    say_bgp(b);
    return b;
}

static void build(struct wb *b, unsigned threads, const struct snapshot *previous)
{
    struct err e = {0};
    const struct aggregation how = {b->intakes,       b->n,    2000,
                                    &history_default, threads, previous};
    if (aggregate_by(&how, &b->snap, &e))
        fail_msg("%s", e.msg);
    b->n = 0; /* the snapshot has them */
}

static void assert_same(const struct wb *a, const struct wb *b)
{
    const struct snapshot *x = a->snap, *y = b->snap;
    assert_int_equal(x->n_metrics, y->n_metrics);
    for (size_t m = 0; m < x->n_metrics; m++)
        for (size_t i = 0; i < x->n_pids * x->n_pids; i++) {
            double p = x->metrics[m].value[i], q = y->metrics[m].value[i];
            if (p != q && !(isnan(p) && isnan(q)))
                fail_msg("%s: %g and %g", x->metrics[m].name, p, q);
            assert_int_equal(x->metrics[m].cls[i], y->metrics[m].cls[i]);
        }
    assert_string_equal(x->tag, y->tag);
}

static void test_any_number_of_threads(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        const struct variant v = {10, 10, false};
        struct wb *alone = network(seed, &v), *many = network(seed, &v);
        build(alone, 1, NULL);
        build(many, 4, NULL);
        assert_true(alone->snap->n_pids > 0);
        assert_same(alone, many);
        wb_free(&alone);
        wb_free(&many);
    }
}

/* Metrics that grow, shrink, or both, and a link that goes. */
static void test_after_a_change(void **state)
{
    static const struct variant before = {10, 10, false};
    static const struct variant after[] = {
        {10, 10, false}, {400, 10, false}, {1, 10, false}, {2, 60, false}, {10, 10, true}};
    (void)state;
    for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
        struct wb *old = network(7, &before);
        struct wb *fresh = network(7, &after[i]), *next = network(7, &after[i]);
        build(old, 2, NULL);
        build(fresh, 2, NULL);
        build(next, 2, old->snap);
        assert_same(fresh, next);
        assert_int_equal(i == 0, !strcmp(old->snap->tag, next->snap->tag));
        wb_free(&old); /* nothing of it is borrowed */
        assert_same(fresh, next);
        wb_free(&fresh);
        wb_free(&next);
    }
}

/* Networks that have little or nothing to do with each other. */
static void test_after_another_network(void **state)
{
    struct wb *old = NULL;
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct wb *fresh = wb_new(), *next = wb_new();
        random_world(fresh, seed / 2, (unsigned)(seed % 3));
        random_world(next, seed / 2, (unsigned)(seed % 3));
        build(fresh, 1, NULL);
        build(next, 3, old ? old->snap : NULL);
        assert_same(fresh, next);
        if (old)
            wb_free(&old);
        wb_free(&fresh);
        old = next;
    }
    wb_free(&old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_part_once),
        cmocka_unit_test(test_few_parts_are_not_worth_threads),
        cmocka_unit_test(test_any_number_of_threads),
        cmocka_unit_test(test_after_a_change),
        cmocka_unit_test(test_after_another_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
