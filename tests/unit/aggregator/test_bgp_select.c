/* SPDX-License-Identifier: Apache-2.0 */
/* The decision process of one speaker. */
#include "unit/cmocka_all.h"

#include "aggregator/bgp_select.h"
#include "unit/aggregator/world_builder.h"

#define MAX_CANDIDATES 4

struct trial {
    struct wb *b;
    struct speaker s;
    struct session sessions[MAX_CANDIDATES];
    struct candidate c[MAX_CANDIDATES];
    uint32_t paths[MAX_CANDIDATES][4];
    size_t n;
};

/* A router with four neighbours on four links; interior costs to what lies behind two of them.
 */
static struct trial begin(void)
{
    struct trial t = {.b = wb_world("one",
                                    "port r1 a 192.0.2.1/30\nport r1 b 192.0.2.5/30\n"
                                    "port r1 c 192.0.2.9/30\nport r1 d 192.0.2.13/30\n"
                                    "port r2 c 192.0.2.10/30\nport r2 x 203.0.113.1/30\n"
                                    "port r3 d 192.0.2.14/30\nport r3 x 203.0.113.5/30\n"
                                    "ospf r1 c 10\nospf r2 c 10\nospf r2 x 0\n"
                                    "ospf r1 d 20\nospf r3 d 20\nospf r3 x 0\n"
                                    "bgp r1 64496",
                                    NULL)};
    t.s = *bgp_speaker(t.b->world, wb_instance(t.b, "one", "r1", ""), 4);
    t.s.max_external = t.s.max_internal = 1;
    return t;
}

/* One more candidate with that next hop and first ASes of its path. */
static struct candidate *add(struct trial *t, bool external, const char *next_hop, uint32_t as1,
                             uint32_t as2)
{
    struct session *s = &t->sessions[t->n];
    struct candidate *c = &t->c[t->n];
    s->local = &t->s;
    s->external = external;
    s->peer_addr = wb_addr(next_hop);
    t->paths[t->n][0] = as1;
    t->paths[t->n][1] = as2;
    *c =
        (struct candidate){.from = s,
                           .present = true,
                           .router_id = wb_addr("10.0.0.1"),
                           .attrs = {.as_path = {t->paths[t->n], (size_t)(as1 > 0) + (as2 > 0)},
                                     .local_pref = 100,
                                     .med = FACT_NONE,
                                     .next_hop = wb_addr(next_hop)}};
    c->router_id.b[3] = (uint8_t)(10 - t->n); /* the later, the smaller */
    t->n++;
    return c;
}

/* Index of the best, or -1. */
static int choose(struct trial *t, struct selection *sel)
{
    struct candidate *list[MAX_CANDIDATES];
    for (size_t i = 0; i < t->n; i++) {
        list[i] = &t->c[i];
        t->c[i].measured = false; /* cases move next hops */
    }
    bgp_select(t->b->world, &t->s, list, t->n, sel);
    return sel->n ? (int)(sel->used[0] - t->c) : -1;
}

static void test_steps_in_order(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    struct candidate *x = add(&t, true, "192.0.2.2", 64497, 0);
    struct candidate *y = add(&t, true, "192.0.2.6", 64498, 64499);
    t.s.compare_routerid = true;
    assert_int_equal(choose(&t, &sel), 0); /* the shorter path */
    t.s.ignore_as_path = true;
    assert_int_equal(choose(&t, &sel), 1); /* equal: the smaller router id */
    t.s.ignore_as_path = false;
    y->attrs.local_pref = 101;
    assert_int_equal(choose(&t, &sel), 1);
    x->attrs.weight = 1;
    assert_int_equal(choose(&t, &sel), 0);
    x->attrs.weight = 0;
    y->attrs.local_pref = 100;
    y->attrs.as_path.n = 1;
    y->attrs.origin = ORIGIN_INCOMPLETE;
    assert_int_equal(choose(&t, &sel), 0);
    x->attrs.origin = ORIGIN_EGP;
    assert_int_equal(choose(&t, &sel), 0);
    assert_int_equal(sel.n_equal, 1);
    wb_free(&t.b);
}

static void test_own_route_wins_over_equals(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    add(&t, true, "192.0.2.2", 0, 0);
    struct candidate *own = add(&t, true, "192.0.2.6", 0, 0);
    own->from = NULL;
    own->attrs.next_hop = (struct addr){0};
    assert_int_equal(choose(&t, &sel), 1);
    wb_free(&t.b);
}

static void test_external_before_internal_then_metric(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    add(&t, false, "203.0.113.6", 64497, 0); /* 20 away */
    add(&t, false, "203.0.113.2", 64497, 0); /* 10 away: hot potato */
    assert_int_equal(choose(&t, &sel), 1);
    assert_int_equal(sel.used[0]->igp_metric, 10);
    add(&t, true, "192.0.2.2", 64497, 0);
    assert_int_equal(choose(&t, &sel), 2);
    t.c[2].attrs.next_hop = wb_addr("198.18.5.1"); /* no way to its next hop */
    assert_int_equal(choose(&t, &sel), 1);
    wb_free(&t.b);
}

static void test_nothing_usable(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    assert_int_equal(choose(&t, &sel), -1);
    add(&t, false, "198.18.5.1", 64497, 0);
    assert_int_equal(choose(&t, &sel), -1);
    wb_free(&t.b);
}

static void test_med(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    t.s.compare_routerid = true;
    struct candidate *x = add(&t, true, "192.0.2.2", 64497, 0);
    struct candidate *y = add(&t, true, "192.0.2.6", 64497, 0);
    x->attrs.med = 10;
    y->attrs.med = 20;
    assert_int_equal(choose(&t, &sel), 0);
    x->attrs.med = FACT_NONE; /* counts as 0 */
    y->attrs.med = 5;
    assert_int_equal(choose(&t, &sel), 0);
    y->attrs.as_path.v[0] = 64498; /* another neighbour AS: not compared */
    assert_int_equal(choose(&t, &sel), 1);
    t.s.always_compare_med = true;
    assert_int_equal(choose(&t, &sel), 0);
    wb_free(&t.b);
}

/*
 * RFC 3345: a and b of one AS, c of another. a loses to b by MED; with groups the best of them
 * meets c. Internal metrics: a 10, c 20, b 20; c has the smaller router id.
 */
static void med_case(struct trial *t)
{
    add(t, false, "203.0.113.2", 64497, 0)->attrs.med = 10; /* a */
    add(t, false, "203.0.113.6", 64497, 0)->attrs.med = 0;  /* b */
    add(t, false, "203.0.113.6", 64498, 0);                 /* c */
}

static void test_med_in_groups(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    med_case(&t);
    t.s.deterministic_med = true;
    assert_int_equal(choose(&t, &sel), 2);
    assert_false(sel.unsure);
    t.s.deterministic_med = false; /* depends on the order of arrival */
    choose(&t, &sel);
    assert_true(sel.unsure);
    wb_free(&t.b);
}

static void test_equal_external_routes(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    add(&t, true, "192.0.2.2", 64497, 0);
    add(&t, true, "192.0.2.6", 64498, 0);
    choose(&t, &sel);
    assert_true(sel.by_age);
    assert_int_equal(sel.n_equal, 2);
    assert_int_equal(sel.n, 1);
    t.s.compare_routerid = true;
    assert_int_equal(choose(&t, &sel), 1);
    assert_false(sel.by_age);
    assert_false(sel.unsure);
    t.c[0].router_id = (struct addr){0};
    choose(&t, &sel);
    assert_true(sel.unsure); /* whose is smaller? */
    wb_free(&t.b);
}

static void test_internal_ties(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    struct candidate *x = add(&t, false, "203.0.113.2", 64497, 0);
    struct candidate *y = add(&t, false, "203.0.113.2", 64497, 0);
    assert_int_equal(choose(&t, &sel), 1); /* router id */
    assert_false(sel.by_age);
    y->attrs.originator = wb_addr("10.0.0.200"); /* stands for the router id */
    assert_int_equal(choose(&t, &sel), 0);
    uint32_t clusters[] = {1, 2};
    x->attrs.originator = y->attrs.originator;
    x->attrs.clusters = (struct asns){clusters, 2};
    y->attrs.clusters = (struct asns){clusters, 1};
    assert_int_equal(choose(&t, &sel), 1); /* the shorter cluster list */
    y->attrs.clusters.n = 2;
    t.sessions[1].peer_addr = wb_addr("10.9.9.9");
    t.sessions[0].peer_addr = wb_addr("10.9.9.10");
    assert_int_equal(choose(&t, &sel), 1); /* the smaller address */
    wb_free(&t.b);
}

static void test_multipath(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    t.s.max_external = 8;
    add(&t, true, "192.0.2.2", 64497, 64499);
    add(&t, true, "192.0.2.6", 64497, 64500);
    choose(&t, &sel);
    assert_int_equal(sel.n, 2); /* the same neighbour AS */
    t.c[0].attrs.as_path.v[0] = 64498;
    choose(&t, &sel);
    assert_int_equal(sel.n, 1);
    t.s.multipath_relax = true;
    choose(&t, &sel);
    assert_int_equal(sel.n, 2);
    t.c[0].attrs.next_hop = t.c[1].attrs.next_hop; /* nothing gained */
    choose(&t, &sel);
    assert_int_equal(sel.n, 1);
    wb_free(&t.b);
}

static void test_multipath_limit(void **state)
{
    (void)state;
    struct trial t = begin();
    struct selection sel;
    t.s.max_external = 2;
    add(&t, true, "192.0.2.2", 64497, 0);
    add(&t, true, "192.0.2.6", 64497, 0);
    add(&t, true, "192.0.2.10", 64497, 0);
    choose(&t, &sel);
    assert_int_equal(sel.n, 2);
    assert_int_equal(sel.n_equal, 3);
    wb_free(&t.b);
}

static void test_router_id(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "bgp r1 64496 router_id=10.1.1.1\nport r1 lo 10.9.9.9/32 kind=loopback\n"
                 "bgp r2 64496\nport r2 lo 10.2.2.2/32 kind=loopback\n"
                 "port r2 e 192.0.2.1/24\n"
                 "bgp r3 64496\nport r3 a 10.3.3.3/24\nport r3 b 192.0.2.3/24\n"
                 "bgp r4 64496",
                 NULL);
    const char *want[] = {"10.1.1.1", "10.2.2.2", "192.0.2.3"}, *node[] = {"r1", "r2", "r3"};
    for (int i = 0; i < 3; i++) {
        struct addr id =
            bgp_router_id(bgp_speaker(b->world, wb_instance(b, "one", node[i], ""), 4));
        struct addr w = wb_addr(want[i]);
        assert_true(addr_eq(&id, &w));
    }
    struct addr id = bgp_router_id(bgp_speaker(b->world, wb_instance(b, "one", "r4", ""), 6));
    assert_int_equal(id.family, 0);
    wb_free(&b);
}

/* What an unsure route depends on may make it shorter, but not more preferred; as long as the
 * best it loses by what decides then. */
static void test_a_path_that_may_be_shorter(void **state)
{
    static const struct {
        size_t length; /* of the unsure one's AS path; the best has 2 */
        uint8_t slack;
        int64_t local_pref;
        enum bgp_origin origin;
        bool unsure;
        uint8_t told; /* slack of what is told on */
    } cases[] = {
        {3, 0, 100, ORIGIN_IGP, false, 0},       /* too long for certain */
        {3, 1, 100, ORIGIN_INCOMPLETE, true, 0}, /* as long, its origin is not certain */
        {3, 1, 100, ORIGIN_IGP, false, 0},       /* as long: then the metric decides */
        {4, 3, 100, ORIGIN_IGP, true, 1},        /* shorter by one */
        {4, 3, 90, ORIGIN_IGP, false, 0},        /* less preferred all the same */
        {2, 0, 100, ORIGIN_IGP, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct trial t = begin();
        struct selection sel;
        add(&t, false, "203.0.113.2", 64497, 64499);
        struct candidate *y = add(&t, false, "203.0.113.6", 64498, 64499);
        y->attrs.as_path.n = cases[i].length;
        y->attrs.slack = cases[i].slack;
        y->attrs.local_pref = cases[i].local_pref;
        y->attrs.origin = cases[i].origin;
        y->attrs.unsure = true;
        assert_int_equal(choose(&t, &sel), 0);
        assert_int_equal(sel.unsure, cases[i].unsure);
        assert_int_equal(sel.slack, cases[i].told);
        t.s.ghost = true; /* nobody knows what it prefers */
        choose(&t, &sel);
        assert_int_equal(
            sel.slack,
            2 - (cases[i].length - cases[i].slack < 2 ? cases[i].length - cases[i].slack : 2));
        wb_free(&t.b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_in_order),
        cmocka_unit_test(test_a_path_that_may_be_shorter),
        cmocka_unit_test(test_own_route_wins_over_equals),
        cmocka_unit_test(test_external_before_internal_then_metric),
        cmocka_unit_test(test_nothing_usable),
        cmocka_unit_test(test_med),
        cmocka_unit_test(test_med_in_groups),
        cmocka_unit_test(test_equal_external_routes),
        cmocka_unit_test(test_internal_ties),
        cmocka_unit_test(test_multipath),
        cmocka_unit_test(test_multipath_limit),
        cmocka_unit_test(test_router_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
