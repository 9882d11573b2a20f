/* SPDX-License-Identifier: Apache-2.0 */
/* The simulation on networks small enough to be worked out by hand. */
#include "transfers/sim.h"

#include <math.h>
#include <string.h>

#include "unit/cmocka_all.h"

/* Two sites at one router, 80 Mbit/s (10 MB/s, of which 7.5 are granted), a transfer of 75 MB.
 */
static const char *const small = "node r\n"
                                 "site a r 80 46 6\n"
                                 "site b r 80 46 6\n"
                                 "transfer a b 0 75000000\n"
                                 "transfer a b 100 75000000\n";

static struct scenario *load(const char *text, struct arena *a)
{
    struct scenario *s;
    struct err e = {0};
    assert_int_equal(scenario_read(text, &s, a, &e), 0);
    return s;
}

static struct sim_result run(const char *text, const struct sim_options *o)
{
    struct arena *a = arena_new(0);
    struct sim_result r;
    assert_int_equal(sim_run(load(text, a), o, &r, NULL), 0);
    arena_free(&a);
    return r;
}

static void test_one_link(void **state)
{
    const struct sim_options fts = {.control = CONTROL_FTS314,
                                    .choice = CHOOSE_GEOIP,
                                    .rigid = true,
                                    .load = 100,
                                    .n_transfers = 20,
                                    .seed = 1};
    struct sim_options planner = fts;
    planner.control = CONTROL_PLANNER;
    (void)state;
    struct sim_result r = run(small, &fts);
    /* 20 of 75 MB at 7.5 MB/s, all at once: 200 s, on a grid of 2 s. */
    assert_true(r.makespan >= 200 && r.makespan <= 206);
    assert_int_equal(r.unfinished, 0);
    assert_true(r.over == 0);
    /* One connection at a time would be faster than the grant: the planner lets none start, as
     * nothing can make it slower. */
    r = run(small, &planner);
    assert_int_equal(r.unfinished, 20);
}

static void test_same_seed_same_result(void **state)
{
    const char *net = "node r\nsite a r 8000 46 6\nsite b r 8000 46 6\nsite c r 4000 40 -80\n"
                      "transfer a b 0 3e9\ntransfer c b 40 2e9\ntransfer b c 70 1e9\n"
                      "transfer a c 90 3e9\n";
    struct sim_options o = {.control = CONTROL_PLANNER,
                            .choice = CHOOSE_RIALTO,
                            .load = 1,
                            .n_transfers = 200,
                            .seed = 7};
    (void)state;
    struct sim_result a = run(net, &o), b = run(net, &o);
    assert_memory_equal(&a, &b, sizeof(a));
    assert_int_equal(a.unfinished, 0);
    assert_true(a.over == 0);
    o.seed = 8;
    b = run(net, &o);
    assert_true(a.makespan != b.makespan);
    o.control = CONTROL_FTS314;
    assert_true(run(net, &o).over > 0);
}

/* 112.5 MB/s are granted, which is 4 transfers of 25 MB/s and 300 s: ten of them take three
 * rounds, though their bytes would be through in 667 s. What was idle has a reason each. */
static void test_why_idle(void **state)
{
    const char *net = "node r\nsite a r 1200 46 6\nsite b r 1200 46 6\n"
                      "transfer a b 0 7500000000\ntransfer a b 100 7500000000\n";
    struct sim_options o = {.control = CONTROL_PLANNER,
                            .choice = CHOOSE_GEOIP,
                            .rigid = true,
                            .idle = true,
                            .load = 100,
                            .n_transfers = 10,
                            .seed = 1};
    (void)state;
    for (size_t i = 0; i < 2; i++, o.rigid = false) {
        struct sim_result r = run(net, &o);
        double sum = r.idle.starved + r.idle.ending + r.idle.crowded + r.idle.elsewhere +
                     r.idle.whole + r.idle.late;
        assert_int_equal(r.unfinished, 0);
        assert_true(r.in_order >= 900 && r.in_order < 907);
        assert_true(fabs(r.bound - 75e3 / 112.5) < 7);
        assert_true(fabs(sum - (r.makespan - 75e3 / 112.5)) < 10);
        assert_true(r.idle.ending > 0 && r.idle.starved == 0);
    }
}

/* Probing asks for nothing but what was moved: all is done, the same way each time. */
static void test_probing(void **state)
{
    const char *net = "node r\nsite a r 8000 46 6\nsite b r 8000 46 6\nsite c r 4000 40 -80\n"
                      "transfer a b 0 3e9\ntransfer c b 40 2e9\ntransfer b c 70 1e9\n";
    struct sim_options o = {.control = CONTROL_PROBING,
                            .choice = CHOOSE_GEOIP,
                            .load = 1,
                            .n_transfers = 2000,
                            .seed = 7};
    (void)state;
    struct sim_result a = run(net, &o), b = run(net, &o);
    assert_memory_equal(&a, &b, sizeof(a));
    assert_int_equal(a.unfinished, 0);
    o.control = CONTROL_FTS314;
    assert_true(run(net, &o).median != a.median);
}

/* Paths change under files that wait; once all are there, no link is taken to have work. */
static void test_work_is_done(void **state)
{
    const char *net = "node x\nnode y\nnode z\nlink x y 1000\nlink x z 1000\nlink z y 1000\n"
                      "site a x 1000 0 0\nsite b y 1000 0 90\nsite c z 1000 9 9\n"
                      "transfer a b 0 3e9\ntransfer b a 40 2e9\ntransfer c b 70 1e9\n"
                      "transfer a c 90 3e9\n";
    static const enum sim_paths paths[] = {PATHS_EXACT, PATHS_STALE};
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        const struct sim_options o = {.control = CONTROL_FTS314,
                                      .choice = CHOOSE_RIALTO,
                                      .paths = paths[i],
                                      .outages = true,
                                      .load = 1.3,
                                      .n_transfers = 300,
                                      .seed = 3};
        struct sim_result r = run(net, &o);
        assert_int_equal(r.unfinished, 0);
        assert_true(r.makespan > 2000);
        if (r.committed > 1)
            fail_msg("case %zu: %g bytes are left", i, r.committed);
    }
}

static double optimum_of(struct sim *x)
{
    double rate[5], sum = 0;
    assert_int_equal(sim_optimum(x, rate, NULL), 0);
    for (size_t i = 0; i < 5; i++)
        sum += rate[i];
    return sum;
}

/*
 *   s1 ── lane 0, lane 1, lane 2 ──      lanes 0 and 4 could have more if lane 1, which crosses
 * both s2 ── lane 1, lane 3, lane 4 ──      links, had less: fairness gives it 0.45, and the
 *   tiny: 0.1 for lane 2, for lane 3     guarantee is a third
 */
static void test_optimum(void **state)
{
    struct scenario_path paths[] = {{.links = {0}, .n = 1},
                                    {.links = {0, 1}, .n = 2},
                                    {.links = {0, 2}, .n = 2},
                                    {.links = {1, 3}, .n = 2},
                                    {.links = {1}, .n = 1}};
    double grant[] = {1, 1, 0.1, 0.1}, rate[5], fair = 0;
    struct scenario s = {.n_links = 4};
    struct sim_pair pairs[5];
    struct sim x = {
        .s = &s, .pairs = pairs, .paths = paths, .grant = grant, .arena = arena_new(0)};
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        pairs[i] = (struct sim_pair){.lane = {i, SIM_NONE}, .each = 1};
        *VEC_PUSH(&x.lanes) = (struct sim_lane){.pair = i, .n_queued = 9};
        *VEC_PUSH(&x.in_use) = i;
    }
    assert_true(fabs(optimum_of(&x) - (0.1 + 0.1 + 1 / 3.0 + 2 * (0.9 - 1 / 3.0))) < 1e-9);
    assert_int_equal(sim_targets(&x, rate, NULL), 0);
    for (size_t i = 0; i < 5; i++)
        fair += rate[i];
    assert_true(fabs(fair - (0.1 + 0.1 + 3 * 0.45)) < 1e-9);
    /* Lane 0 has work for 0.4 only: the others can't use what it leaves. */
    pairs[0].each = 0.4 / 9;
    assert_true(fabs(optimum_of(&x) - (0.4 + 0.1 + 0.1 + 0.9)) < 1e-9);
    VEC_FREE(&x.lanes);
    VEC_FREE(&x.in_use);
    arena_free(&x.arena);
}

/* 20 files of 75 MB over a link of which 7.5 MB/s are granted: 200 s, or later if they come so.
 */
static void test_bound(void **state)
{
    struct sim_options o = {.control = CONTROL_PLANNER,
                            .choice = CHOOSE_GEOIP,
                            .rigid = true,
                            .load = 100,
                            .n_transfers = 20,
                            .seed = 1};
    (void)state;
    struct sim_result r = run(small, &o);
    assert_true(fabs(r.bound - 200) < 3);
    o.load = 0.01;
    r = run(small, &o);
    /* The time is stretched to 200 s / 0.01; some come last at once, for 10 s each. */
    assert_true(r.bound >= 20010 && r.bound <= 20200);
}

/* Who believes wrongly has the same transfers to do. */
static void test_wrong_paths(void **state)
{
    const char *net = "node r\nsite a r 8000 46 6\nsite b r 8000 46 6\nsite c r 4000 40 -80\n"
                      "transfer a b 0 3e9\ntransfer c b 40 2e9\ntransfer b c 70 1e9\n";
    struct sim_options o = {.control = CONTROL_FTS314,
                            .choice = CHOOSE_GEOIP,
                            .load = 1,
                            .n_transfers = 200,
                            .seed = 5};
    (void)state;
    struct sim_result exact = run(net, &o);
    o.paths = PATHS_WRONG;
    struct sim_result wrong = run(net, &o);
    assert_true(exact.makespan == wrong.makespan && exact.p95 == wrong.p95);
    o.control = CONTROL_PLANNER;
    o.loads = true;
    struct sim_result seen = run(net, &o);
    assert_int_equal(seen.unfinished, 0);
    o.loads = false;
    assert_true(seen.over <= run(net, &o).over);
}

/* Two ways from a to b: the shorter, and when it is down the other. */
static void test_paths(void **state)
{
    struct arena *a = arena_new(0);
    struct scenario *s = load("node x\nnode y\nnode z\nlink x y 10\nlink x z 10\nlink z y 10\n"
                              "site a x 10 0 0\nsite b y 10 0 90\ntransfer a b 0 1\n",
                              a);
    bool down[10] = {true, true};
    struct scenario_path p[2];
    (void)state;
    scenario_paths(s, 0, NULL, p, a);
    assert_int_equal(p[1].n, 3);
    assert_int_equal(p[0].n, 0);
    scenario_paths(s, 0, down, p, a);
    assert_int_equal(p[1].n, 4);
    down[2] = true;
    scenario_paths(s, 0, down, p, a);
    assert_int_equal(p[1].n, 0);
    assert_true(fabs(scenario_distance(s, 0, 1) - 10007.5) < 1); /* a quarter of the earth */
    arena_free(&a);
}

static void test_bad_scenarios(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "no transfers"},
        {"node a\nnode a\n", "line 2: node a: exists already"},
        {"node a b\n", "line 1:"},
        {"link a b 10\n", "line 1:"},
        {"node a\nnode b\nlink a b 0\n", "line 3:"},
        {"node a\nsite s a 10 0\n", "line 2:"},
        {"node a\nsite s a 10 0 x\n", "line 2:"},
        {"node a\nsite s a 10 0 0\ntransfer s s 0 1\n", "line 3:"},
        {"node a\nsite s a 1 0 0\nsite t a 1 0 0\ntransfer s t -1 1\n", "line 4:"},
        {"node a\nsite s a 1 0 0\nsite t a 1 0 0\ntransfer s t 0 0\n", "line 4:"},
        {"something else\n", "line 1:"},
        {"node a b c d e f g h\n", "line 1:"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        struct scenario *s;
        struct err e = {0};
        assert_true(scenario_read(cases[i].text, &s, a, &e) < 0);
        if (!strstr(e.msg, cases[i].why))
            fail_msg("case %zu: %s", i, e.msg);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_link),      cmocka_unit_test(test_same_seed_same_result),
        cmocka_unit_test(test_work_is_done),  cmocka_unit_test(test_paths),
        cmocka_unit_test(test_bad_scenarios), cmocka_unit_test(test_optimum),
        cmocka_unit_test(test_why_idle),      cmocka_unit_test(test_probing),
        cmocka_unit_test(test_bound),         cmocka_unit_test(test_wrong_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
