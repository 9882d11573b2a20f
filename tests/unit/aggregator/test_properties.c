/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for every set of facts: networks made up from fixed seeds. */
#include "unit/cmocka_all.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/ways.h"
#include "unit/aggregator/random_world.h"

#define N_SHUFFLED 60
#define N_BROKEN   3000
#define N_QUERIES  10000

static char *printed(const struct snapshot *s)
{
    struct buf out = {0};
    size_t n;
    snapshot_print(s, &out);
    char *text = buf_take(&out, &n);
    assert_non_null(text);
    return text;
}

static void swap_bytes(char *a, char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = a[i];
        a[i] = b[i];
        b[i] = c;
    }
}

static void shuffle(struct random *r, void *v, size_t n, size_t size)
{
    for (size_t i = n; i > 1; i--)
        swap_bytes((char *)v + (i - 1) * size, (char *)v + random_below(r, i) * size, size);
}

static void shuffle_world(struct wb *b, struct random *r)
{
    shuffle(r, b->intakes, b->n, sizeof(*b->intakes));
    for (size_t i = 0; i < b->n; i++)
        for (int k = 0; k < FACT_KIND_COUNT; k++) {
            struct fact_rows *rows = &b->intakes[i]->facts.rows[k];
            shuffle(r, rows->v, rows->n, fact_kind_info((enum fact_kind)k)->size);
        }
}

/* Where two texts part, for the message. */
static void assert_same_text(const char *a, const char *b, uint64_t seed)
{
    size_t i = 0, line;
    while (a[i] && a[i] == b[i])
        i++;
    for (line = i; line && a[line - 1] != '\n'; line--)
        ;
    if (a[i] || b[i])
        fail_msg("seed %llu:\n%.300s\n--- and\n%.300s", (unsigned long long)seed, a + line,
                 b + line);
}

static void test_order_does_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= N_SHUFFLED; seed++) {
        struct random r = {.state = seed + 77};
        struct wb *a = wb_new(), *b = wb_new();
        random_world(a, seed, seed % 3 ? 0 : 10);
        random_world(b, seed, seed % 3 ? 0 : 10);
        shuffle_world(b, &r);
        wb_build(a);
        wb_build(b);
        char *x = printed(a->snap), *y = printed(b->snap);
        assert_same_text(x, y, seed);
        assert_string_equal(a->snap->tag, b->snap->tag);
        assert_string_equal(a->snap->map_tag, b->snap->map_tag);
        free(x);
        free(y);
        wb_free(&a);
        wb_free(&b);
    }
}

/* Paths are not in the text: they must not depend on the order either. */
static void test_paths_do_not_depend_on_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= N_SHUFFLED / 2; seed++) {
        struct random r = {.state = seed + 78};
        struct wb *a = wb_new(), *b = wb_new();
        random_world(a, seed, 0);
        random_world(b, seed, 0);
        shuffle_world(b, &r);
        wb_build(a);
        wb_build(b);
        for (int i = 0; i < 50; i++) {
            char src[ADDR_TEXT], dst[ADDR_TEXT];
            struct addr s = random_world_addr(&r), d = random_world_addr(&r);
            addr_format(&s, src);
            addr_format(&d, dst);
            assert_string_equal(wb_hops_domains(a, src, dst), wb_hops_domains(b, src, dst));
        }
        wb_free(&a);
        wb_free(&b);
    }
}

/* A domain that came and went leaves nothing behind. */
static void test_adding_and_removing_a_domain(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        char *text[3];
        for (int i = 0; i < 3; i++) {
            struct wb *b = wb_new();
            random_world(b, seed, 0);
            if (i == 1)
                wb_say(b, "visitor",
                       "domain 65001 prefixes=198.18.200.0/24\nport v1 a 198.18.200.1/24\n"
                       "bgp v1 65001\nnet v1 198.18.200.0/24");
            wb_build(b);
            text[i] = printed(b->snap);
            wb_free(&b);
        }
        assert_string_equal(text[0], text[2]);
        assert_string_not_equal(text[0], text[1]);
        for (int i = 0; i < 3; i++)
            free(text[i]);
    }
}

static void check_path(const struct path *p)
{
    assert_true(p->n_legs <= PATH_MAX_LEGS);
    assert_false(p->reached && (!p->known || p->why || !p->n_legs));
    assert_true(p->reached || p->why);
    for (size_t l = 0; l < p->n_legs; l++) {
        const struct path_leg *leg = &p->legs[l];
        assert_true(leg->n_hops <= PATH_MAX_HOPS);
        assert_true(leg->cls <= p->cls);
        for (size_t i = 0; i < leg->n_hops; i++) {
            assert_non_null(leg->hops[i].router);
            assert_true(leg->hops[i].cls <= leg->cls);
            assert_true(leg->hops[i].n_evidence == 0 || leg->hops[i].evidence);
        }
    }
}

/* Facts that contradict each other, or make no sense: never a crash, always an answer. */
static void test_broken_facts(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= N_BROKEN; seed++) {
        struct random r = {.state = seed + 79};
        struct wb *b = wb_new();
        random_world(b, seed, 1 + (unsigned)(seed % 40));
        struct err e = {0};
        int rc = aggregate(b->intakes, b->n, 2000, &b->snap, &e);
        if (rc)
            fail_msg("seed %llu: %s", (unsigned long long)seed, e.msg);
        b->n = 0;
        struct arena *a = arena_new(64 << 20);
        for (int i = 0; i < 20; i++) {
            struct addr src = random_world_addr(&r), dst = random_world_addr(&r);
            struct path *p = NULL;
            struct arena_mark mark = arena_mark(a);
            assert_int_equal(
                b->snap->paths->find(b->snap->paths,
                                     &(struct path_question){src, dst, i % 5 ? NULL : ""}, a,
                                     &p, &e),
                0);
            check_path(p);
            for (size_t m = 0; m < b->snap->n_metrics; m++)
                snapshot_path_cost(b->snap, b->snap->metrics[m].name, p);
            arena_rewind(a, mark);
        }
        arena_free(&a);
        wb_free(&b);
    }
}

static void check_hops(const struct forwarding *a, const struct forwarding *b)
{
    for (size_t i = 0; i < a->n; i++) {
        assert_ptr_equal(a->hops[i].out, b->hops[i].out);
        assert_ptr_equal(a->hops[i].wire, b->hops[i].wire);
        assert_ptr_equal(a->hops[i].next, b->hops[i].next);
        assert_ptr_equal(a->hops[i].next_dom, b->hops[i].next_dom);
        assert_true(addr_eq(&a->hops[i].next_addr, &b->hops[i].next_addr));
    }
}

/* What is kept of routers says what they would say when asked anew, to any destination. */
static void test_ways(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct random r = {.state = seed + 81};
        struct wb *b = wb_new();
        random_world(b, seed, (unsigned)(seed % 30));
        wb_build(b);
        const struct world *w = b->world;
        struct ways *kept = ways_new(w);
        assert_non_null(kept);
        for (int i = 0; i < 60; i++) {
            struct addr dst = random_world_addr(&r);
            if (i % 3 == 0 && w->n_ports) { /* of an interface, and next to it */
                const struct port *p = w->ports[(size_t)i % w->n_ports];
                dst = p->n_addrs ? p->addrs[0].addr : dst;
                dst.b[dst.family == 6 ? 15 : 3] ^= (uint8_t)(i % 2);
            }
            struct destination to = ways_destination(kept, w, &dst);
            for (size_t k = 0; dst.family && k < 2 * w->n_instances; k++) {
                const struct instance *in = w->instances[k / 2];
                struct forwarding found, again;
                forward_lookup(w, in, &dst, &found);
                ways_lookup(kept, w, in, &to, &again);
                assert_memory_equal(&found, &again, offsetof(struct forwarding, hops));
                check_hops(&found, &again);
            }
        }
        ways_free(&kept);
        wb_free(&b);
    }
}

/* One of several threads that ask the same world, each in another order. */
struct asker {
    pthread_t thread;
    const struct wb *b;
    uint64_t seed;
    size_t n_hops; /* in all */
};

#define N_ASKERS 4
#define N_ASKED  200

static void *ask_all(void *self)
{
    struct asker *x = self;
    struct arena *a = arena_new(64 << 20);
    for (size_t i = 0; a && i < N_ASKED; i++) {
        struct random r = {.state = 1 + (i + x->seed * N_ASKED / N_ASKERS) % N_ASKED};
        struct addr src = random_world_addr(&r), dst = random_world_addr(&r);
        struct arena_mark mark = arena_mark(a);
        struct path *p;
        struct err e;
        if (path_find_quietly(x->b->snap->paths, &(struct path_question){src, dst, NULL}, a, &p,
                              &e))
            break;
        for (size_t k = 0; k < p->n_legs; k++)
            x->n_hops += p->legs[k].n_hops;
        arena_rewind(a, mark);
    }
    arena_free(&a);
    return NULL;
}

/* Threads that fill what is kept at once find the same paths. */
static void test_askers(void **state)
{
    (void)state;
    struct wb *b = wb_new();
    struct asker x[N_ASKERS];
    random_world(b, 6, 0);
    wb_build(b);
    for (size_t i = 0; i < N_ASKERS; i++) {
        x[i] = (struct asker){.b = b, .seed = i};
        assert_int_equal(pthread_create(&x[i].thread, NULL, ask_all, &x[i]), 0);
    }
    for (size_t i = 0; i < N_ASKERS; i++) {
        pthread_join(x[i].thread, NULL);
        assert_true(x[i].n_hops > 0);
        assert_int_equal(x[i].n_hops, x[0].n_hops);
    }
    wb_free(&b);
}

/* Queries take what they need from their own arena only, and no more the ten-thousandth time.
 */
static void test_many_queries(void **state)
{
    (void)state;
    struct wb *b = wb_new();
    random_world(b, 5, 0);
    wb_build(b);
    struct random r = {.state = 80};
    struct arena *a = arena_new(64 << 20);
    size_t in_snapshot = arena_used(b->snap->arena), in_queries = arena_used(a);
    for (int i = 0; i < N_QUERIES; i++) {
        struct addr src = random_world_addr(&r), dst = random_world_addr(&r);
        struct path *p = NULL;
        struct err e;
        struct arena_mark mark = arena_mark(a);
        assert_int_equal(b->snap->paths->find(b->snap->paths,
                                              &(struct path_question){src, dst, NULL}, a, &p,
                                              &e),
                         0);
        arena_rewind(a, mark);
        assert_int_equal(arena_used(a), in_queries);
    }
    assert_int_equal(arena_used(b->snap->arena), in_snapshot);
    arena_free(&a);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_askers),
        cmocka_unit_test(test_paths_do_not_depend_on_order),
        cmocka_unit_test(test_adding_and_removing_a_domain),
        cmocka_unit_test(test_many_queries),
        cmocka_unit_test(test_broken_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
