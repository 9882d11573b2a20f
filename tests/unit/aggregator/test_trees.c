/* SPDX-License-Identifier: Apache-2.0 */
/* Costs to one destination, found for all sources at once: what walks find. */
#include "unit/cmocka_all.h"

#include <math.h>
#include <stdio.h>

#include "aggregator/trees.h"
#include "unit/aggregator/random_world.h"

#define N_WORLDS  80
#define N_TARGETS 12

struct tally {
    size_t compared, split, unreached, left; /* left: to the walk */
};

static bool same(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

static void compare(const struct wb *b, struct tree *t, const struct path_question *q,
                    struct tally *n)
{
    struct walk_start from;
    struct tree_costs told;
    struct path *p = NULL;
    struct err e = {0};
    double walked[PATH_COSTS];
    walk_start(b->world, &q->src, &from);
    if (!tree_costs(t, &from, &told)) {
        n->left++;
        return;
    }
    struct arena *a = arena_new(1 << 20);
    assert_int_equal(paths_find_quietly(b->world, q, a, &p, &e), 0);
    assert_int_equal(told.reached, p->reached);
    assert_int_equal(told.cls, p->cls);
    snapshot_path_costs(b->snap, p, walked);
    for (size_t i = 0; i < PATH_COSTS; i++)
        if (!same(walked[i], told.value[i]))
            fail_msg("cost %zu: walked %.17g, by the tree %.17g", i, walked[i], told.value[i]);
    n->compared++;
    n->split += p->n_legs > 1;
    n->unreached += !p->reached;
    arena_free(&a);
}

static struct addr target(const struct wb *b, struct random *r, size_t i)
{
    const struct snapshot *s = b->snap;
    struct addr a = random_world_addr(r);
    if (i % 4 && s->n_pids) /* what costs are of */
        a = s->pids[i % s->n_pids].stand_in[i / 4 % 2];
    return a;
}

static void test_as_walks_find(void **state)
{
    struct tally n = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= N_WORLDS; seed++) {
        struct random r = {.state = seed + 17};
        struct wb *b = wb_new();
        random_world(b, seed, (unsigned)(seed % 20));
        wb_build(b);
        struct tree *t = tree_new(b->world);
        assert_non_null(t);
        for (size_t i = 0; i < N_TARGETS; i++) {
            struct addr dst = target(b, &r, i);
            if (!dst.family)
                continue;
            tree_aim(t, &dst);
            for (size_t k = 0; k < 2 * N_TARGETS; k++) {
                const struct path_question q = {target(b, &r, k), dst, NULL};
                if (q.src.family == dst.family && !trace_of_pair(b->world, &q.src, &dst))
                    compare(b, t, &q, &n);
            }
        }
        tree_free(&t);
        assert_null(t);
        wb_free(&b);
    }
    print_message("%zu as by walks, %zu by several legs, %zu don't arrive; %zu are left\n",
                  n.compared, n.split, n.unreached, n.left);
    assert_true(n.compared > 2 * n.left / 3);
    assert_true(n.split > 50 && n.unreached > 50);
}

/* r1 has two equal ways to r4; as fractions can't be added up in any order, they are walked. */
#define SQUARE                                                                                 \
    "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\nport r1 b 192.0.2.5/30\n"                 \
    "port r3 b 192.0.2.6/30\nport r2 c 192.0.2.9/30\nport r4 c 192.0.2.10/30\n"                \
    "port r3 d 192.0.2.13/30\nport r4 d 192.0.2.14/30\nport r4 lan 198.51.100.1/24\n"          \
    "ospf r1 a 10\nospf r2 a 10\nospf r1 b 10\nospf r3 b 10\nospf r2 c 10\nospf r4 c 10\n"     \
    "ospf r3 d 10\nospf r4 d 10\nospf r4 lan 10\n"

#define LINK(x, y, name, ms)                                                                   \
    "link a_node=" x " a_interface=" name " b_node=" y " b_interface=" name " delay=" ms "\n"

static bool square(const char *more, struct tree_costs *out)
{
    char facts[2000];
    snprintf(facts, sizeof(facts), "%s%s", SQUARE, more);
    struct wb *b = wb_world("one", facts, NULL);
    struct tree *t = tree_new(b->world);
    struct addr dst = wb_addr("198.51.100.7");
    struct walk_start from = {.own = wb_instance(b, "one", "r1", "")};
    tree_aim(t, &dst);
    bool told = tree_costs(t, &from, out);
    assert_int_equal(tree_costs(t, &from, out), told); /* and again */
    tree_free(&t);
    wb_free(&b);
    return told;
}

static void test_equal_ways(void **state)
{
    struct tree_costs c;
    (void)state;
    assert_true(square("", &c));
    assert_true(c.reached);
    assert_int_equal(c.cls, CLASS_DERIVED);
    assert_true(c.value[PATH_HOPS] == 2 && c.value[PATH_ROUTING] == 20);
    assert_true(isnan(c.value[PATH_DELAY]) && isnan(c.value[PATH_RTT]));
    assert_true(square(LINK("r1", "r2", "a", "2.5") LINK("r2", "r4", "c", "1")
                           LINK("r1", "r3", "b", "3") LINK("r3", "r4", "d", "7"),
                       &c));
    assert_true(c.value[PATH_DELAY] == (3500 + 10000) / 2.0);
    assert_false(square(LINK("r1", "r2", "a", "0.0001") LINK("r2", "r4", "c", "1")
                            LINK("r1", "r3", "b", "3") LINK("r3", "r4", "d", "7"),
                        &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_walks_find),
        cmocka_unit_test(test_equal_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
