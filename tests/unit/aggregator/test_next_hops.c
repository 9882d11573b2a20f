/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of next hops is what is found without keeping anything. */
#include "unit/cmocka_all.h"

#include "aggregator/igp.h"
#include "aggregator/next_hops.h"
#include "unit/aggregator/random_world.h"

#define N_WORLDS 40

/* Kept ones are told as they are found by a world that keeps none. */
static void compare(const struct wb *b, const struct instance *in, const struct addr *address,
                    size_t *kept)
{
    struct world forgetful = *b->world;
    const struct next_hop *known = next_hop_find(b->world, in, address);
    forgetful.next_hops = NULL;
    assert_int_equal(bgp_next_hop_metric(b->world, in, address),
                     bgp_next_hop_metric(&forgetful, in, address));
    assert_null(next_hop_find(&forgetful, in, address));
    *kept += known && known->measured;
    if (known && known->ways && known->leads)
        assert_true(known->ways->n > 0 && known->ways->n <= BGP_MAX_PATHS);
}

static void test_as_found_anew(void **state)
{
    size_t kept = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= N_WORLDS; seed++) {
        struct wb *b = wb_new();
        random_world(b, seed, (unsigned)(seed % 20));
        wb_build(b);
        const struct world *w = b->world;
        for (size_t i = 0; i < w->n_instances; i++)
            for (size_t p = 0; p < w->n_ports; p++)
                if (w->ports[p]->n_addrs)
                    compare(b, w->instances[i], &w->ports[p]->addrs[0].addr, &kept);
        wb_free(&b);
    }
    assert_true(kept > N_WORLDS);
}

/* A finished snapshot is read by many threads: nothing more is noted. */
static void test_finished(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n", NULL);
    struct instance *r1 = wb_instance(b, "one", "r1", "");
    struct addr far = wb_addr("203.0.113.9");
    assert_int_equal(bgp_next_hop_metric(b->world, r1, &far), IGP_UNREACHED);
    assert_null(next_hop_find(b->world, r1, &far));
    assert_null(next_hop_note(b->world, r1, &far));
    wb_free(&b);
}

/* What two threads noted is joined: of each next hop what either knew. */
static void test_joined(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n", NULL);
    struct instance *r1 = wb_instance(b, "one", "r1", "");
    struct world x = *b->world, y = *b->world;
    struct addr near = wb_addr("192.0.2.2"), off = wb_addr("203.0.113.9");
    struct arena *mem = arena_new(0);
    x.arena = x.scratch = y.arena = y.scratch = mem;
    x.next_hops = map_new();
    y.next_hops = map_new();
    assert_int_equal(bgp_next_hop_metric(&x, r1, &near), 0);
    forward_note(&y, r1, &near);
    assert_int_equal(bgp_next_hop_metric(&y, r1, &off), IGP_UNREACHED);
    assert_null(next_hop_find(&x, r1, &near)->ways);
    assert_int_equal(next_hops_join(&x, y.next_hops), 0);
    const struct next_hop *both = next_hop_find(&x, r1, &near);
    assert_true(both->measured && both->metric == 0 && both->leads && both->ways->n == 1);
    assert_non_null(next_hop_find(&x, r1, &off));
    assert_null(next_hop_find(&x, r1, &off)->ways);
    next_hops_look(&x);
    assert_int_equal(next_hop_find(&x, r1, &off)->ways->n, 0);
    map_free(&x.next_hops);
    map_free(&y.next_hops);
    arena_free(&mem);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_found_anew),
        cmocka_unit_test(test_finished),
        cmocka_unit_test(test_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
