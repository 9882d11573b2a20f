/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of many pairs at once: the links that the walk of the very pair crosses, or nothing. */
#include <pthread.h>

#include "unit/aggregator/random_world.h"
#include "unit/cmocka_all.h"

#define N_WORLDS 60
#define N_ADDRS  24 /* of a world; each to each other */

/* Keeps the first of equal ones. */
static size_t add_once(uint32_t *v, size_t n, uint32_t link)
{
    for (size_t i = 0; i < n; i++) {
        if (v[i] == link)
            return n;
    }
    v[n] = link;
    return n + 1;
}

/* The links of all legs, each once; PATH_UNTOLD: of no such path are they told. */
static size_t links_of(const struct snapshot *s, const struct path *p, uint32_t *out)
{
    size_t n = 0;
    if (!p->known || !p->reached)
        return PATH_UNTOLD;
    for (size_t l = 0; l < p->n_legs; l++) {
        const struct path_leg *leg = &p->legs[l];
        for (size_t i = 1; i < leg->n_hops; i++) {
            if (!leg->hops[i].link)
                return PATH_UNTOLD;
            n = add_once(out, n,
                         (uint32_t)(2 * (leg->hops[i].link - s->links)) + leg->hops[i].forward);
        }
    }
    return n;
}

/* True: the trail was told, and is the path's. */
static bool check_pair(const struct snapshot *s, const struct path_end *src,
                       const struct path_end *dst)
{
    static uint32_t told[PATH_MAX_LINKS], walked[PATH_MAX_HOPS * PATH_MAX_LEGS];
    size_t n = s->paths->trail(s->paths, src, dst, told), distinct = 0;
    if (n == PATH_UNTOLD)
        return false;
    struct arena *a = arena_new(0);
    const struct path_question q = {src->addr, dst->addr, NULL};
    struct path *p;
    assert_int_equal(s->paths->find(s->paths, &q, a, &p, NULL), 0);
    for (size_t i = 0; i < n; i++)
        distinct = add_once(told, distinct, told[i]);
    assert_true(links_of(s, p, walked) == distinct);
    assert_memory_equal(told, walked, distinct * sizeof(*told));
    arena_free(&a);
    return true;
}

/* Twice: what was asked for is kept. */
static size_t check_world(const struct snapshot *s, const struct path_end *ends)
{
    size_t told = 0;
    for (size_t i = 0; i < 2 * (size_t)N_ADDRS * N_ADDRS; i++)
        told += check_pair(s, &ends[i / N_ADDRS % N_ADDRS], &ends[i % N_ADDRS]);
    return told;
}

static void test_against_walks(void **state)
{
    size_t told = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= N_WORLDS; seed++) {
        struct random r = {.state = seed + 79};
        struct path_end ends[N_ADDRS];
        struct wb *b = wb_new();
        random_world(b, seed, seed % 3 ? 0 : 10);
        wb_build(b);
        for (size_t i = 0; i < N_ADDRS; i++) {
            struct addr a = random_world_addr(&r);
            if (i % 2 && a.family == 4) /* on the network of some router, if there is one */
                a.b[3] = (uint8_t)(66 + 32 * random_below(&r, 4));
            b->snap->paths->end(b->snap->paths, &a, &ends[i]);
        }
        told += check_world(b->snap, ends);
        wb_free(&b);
    }
    assert_true(told > (size_t)N_WORLDS * 5); /* some are of that sort */
}

/* r1 == r2 -- r3, networks at r1 and r3: between r1 and r2 there are two ways. */
#define PARALLEL                                                                               \
    "domain 64501 prefixes=203.0.113.0/24\n"                                                   \
    "port r1 lan 203.0.113.1/27\nport r1 a 203.0.113.129/30\nport r1 b 203.0.113.133/30\n"     \
    "port r2 a 203.0.113.130/30\nport r2 b 203.0.113.134/30\nport r2 c 203.0.113.137/30\n"     \
    "port r3 c 203.0.113.138/30\nport r3 lan 203.0.113.33/27\nospf r1 lan 1\nospf r1 a 1\n"    \
    "ospf r1 b 1\nospf r2 a 1\nospf r2 b 1\nospf r2 c 1\nospf r3 c 1\nospf r3 lan 1\n"

static size_t trail(const struct wb *b, const char *from, const char *to, uint32_t *out)
{
    const struct pathfinder *pf = b->snap->paths;
    struct addr src = wb_addr(from), dst = wb_addr(to);
    struct path_end ends[2];
    pf->end(pf, &src, &ends[0]);
    pf->end(pf, &dst, &ends[1]);
    pf->expect(pf, &ends[1]); /* nothing, where no trail ends there */
    return pf->trail(pf, &ends[0], &ends[1], out);
}

static void test_what_is_told(void **state)
{
    uint32_t v[PATH_MAX_LINKS];
    (void)state;
    struct wb *b = wb_world("d", PARALLEL, NULL);
    assert_int_equal(trail(b, "203.0.113.2", "203.0.113.3", v), 0);    /* one network */
    assert_int_equal(trail(b, "203.0.113.137", "203.0.113.40", v), 1); /* a router's own */
    assert_true(v[0] / 2 < b->snap->n_links);
    assert_string_equal(b->snap->links[v[0] / 2].name, "r2|r3");
    assert_true(trail(b, "203.0.113.2", "203.0.113.40", v) == PATH_UNTOLD);   /* two ways */
    assert_true(trail(b, "203.0.113.137", "203.0.113.33", v) == PATH_UNTOLD); /* interface */
    assert_true(trail(b, "198.51.100.1", "203.0.113.40", v) == PATH_UNTOLD);  /* from nowhere */
    assert_true(trail(b, "203.0.113.137", "198.51.100.1", v) == PATH_UNTOLD);
    assert_true(trail(b, "203.0.113.137", "2001:db8::1", v) == PATH_UNTOLD);
    wb_free(&b);
    /* A traceroute of the very pair, and one to the network, may know better. */
    b = wb_world("d",
                 PARALLEL
                 "from tr traceroute\ntrace 203.0.113.2 203.0.113.3 203.0.113.1 203.0.113.3\n",
                 NULL);
    assert_true(trail(b, "203.0.113.2", "203.0.113.3", v) == PATH_UNTOLD);
    assert_true(trail(b, "203.0.113.4", "203.0.113.3", v) == 0);
    assert_true(trail(b, "203.0.113.137", "203.0.113.40", v) == 1);
    wb_free(&b);
}

/* r1 -- r2 -- r4, r1 -- r3 -- r4: legs by the names of routers, shared beginnings once. */
static void test_forks(void **state)
{
    uint32_t v[PATH_MAX_LINKS];
    (void)state;
    struct wb *b = wb_world(
        "d",
        "domain 64501 prefixes=203.0.113.0/24\n"
        "port r0 lan 203.0.113.1/27\nport r0 x 203.0.113.145/30\nospf r0 lan 1\nospf r0 x 1\n"
        "port r1 x 203.0.113.146/30\nport r1 b 203.0.113.129/30\nport r1 a 203.0.113.133/30\n"
        "port r3 b 203.0.113.130/30\nport r2 a 203.0.113.134/30\n"
        "port r3 d 203.0.113.137/30\nport r2 c 203.0.113.141/30\n"
        "port r4 d 203.0.113.138/30\nport r4 c 203.0.113.142/30\n"
        "port r4 lan 203.0.113.33/27\nospf r1 x 1\nospf r1 a 1\nospf r1 b 1\nospf r2 a 1\n"
        "ospf r2 c 1\nospf r3 b 1\nospf r3 d 1\nospf r4 c 1\nospf r4 d 1\nospf r4 lan 1\n",
        NULL);
    static const char *const names[] = {"r0|r1", "r1|r2", "r2|r4", "r1|r3", "r3|r4"};
    assert_int_equal(trail(b, "203.0.113.2", "203.0.113.40", v), 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(b->snap->links[v[i] / 2].name, names[i]);
    wb_free(&b);
}

#define N_ASKERS 4

/* Asks for all pairs of a world; what it got is its own until it is joined. */
struct asker {
    const struct snapshot *s;
    const struct addr *addrs; /* N_ADDRS */
    uint64_t sum;             /* of all that was told */
};

static void *ask_all(void *arg)
{
    struct asker *x = arg;
    const struct pathfinder *pf = x->s->paths;
    uint32_t links[PATH_MAX_LINKS];
    for (size_t i = 0; i < (size_t)N_ADDRS * N_ADDRS; i++) {
        struct path_end ends[2];
        pf->end(pf, &x->addrs[i / N_ADDRS], &ends[0]);
        pf->end(pf, &x->addrs[i % N_ADDRS], &ends[1]);
        size_t n = pf->trail(pf, &ends[0], &ends[1], links);
        x->sum = x->sum * 31 + n;
        for (size_t k = 0; n != PATH_UNTOLD && k < n; k++)
            x->sum = x->sum * 31 + links[k];
    }
    return NULL;
}

/* Threads that learn the same at once get the same. */
static void test_side_by_side(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= N_WORLDS / 4; seed++) {
        struct random r = {.state = seed + 81};
        struct asker askers[N_ASKERS];
        struct addr addrs[N_ADDRS];
        pthread_t threads[N_ASKERS];
        struct wb *b = wb_new();
        random_world(b, seed, 0);
        wb_build(b);
        for (size_t i = 0; i < N_ADDRS; i++)
            addrs[i] = random_world_addr(&r);
        for (size_t i = 0; i < N_ASKERS; i++) {
            askers[i] = (struct asker){.s = b->snap, .addrs = addrs};
            assert_int_equal(pthread_create(&threads[i], NULL, ask_all, &askers[i]), 0);
        }
        for (size_t i = 0; i < N_ASKERS; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        for (size_t i = 1; i < N_ASKERS; i++)
            assert_true(askers[i].sum == askers[0].sum);
        wb_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_walks),
        cmocka_unit_test(test_what_is_told),
        cmocka_unit_test(test_forks),
        cmocka_unit_test(test_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
