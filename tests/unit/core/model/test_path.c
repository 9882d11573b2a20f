/* SPDX-License-Identifier: Apache-2.0 */
/* Names and capacities of links on a path, and what a path costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/snapshot.h"

/*
 *   a --ab-- b ==bc== c      a, b in AS 64496; c in AS 64497
 *     \------ac------/
 */
static struct domain one = {.name = "one"}, two = {.name = "two"};
static struct node a = {.name = "a", .domain = &one}, b = {.name = "b", .domain = &one},
                   c = {.name = "c", .domain = &two};
static struct link ab = {
    .name = "a|b",
    .end = {{.node = &a, .capacity = 8000, .metric4 = 3, .metric6 = 30, .load = 800},
            {.node = &b, .capacity = 4000, .metric4 = 5, .metric6 = FACT_NONE, .load = 0}},
    .delay = 1.5};
static struct link bc = {
    .name = "b|c",
    .end =
        {{.node = &b,
          .capacity = 16000,
          .metric4 = FACT_NONE,
          .metric6 = FACT_NONE,
          .load = 15200},
         {.node = &c, .capacity = 0, .metric4 = FACT_NONE, .metric6 = FACT_NONE, .load = NAN}},
    .delay = 0.5,
    .inter = true};

static struct path_hop hop(const char *router, const struct domain *d, uint32_t asn,
                           const struct link *l, bool forward)
{
    return (struct path_hop){.router = router,
                             .domain = d != NULL ? d->name : NULL,
                             .asn = asn,
                             .link = l,
                             .forward = forward};
}

static struct path one_leg(struct path_leg *leg, struct path_hop *hops, size_t n)
{
    *leg = (struct path_leg){.hops = hops, .n_hops = n};
    return (struct path){
        .known = true, .reached = true, .dst.family = 4, .legs = leg, .n_legs = 1, .rtt = NAN};
}

static double cost(const char *metric, const struct path *p)
{
    static const struct snapshot s;
    return snapshot_path_cost(&s, metric, p);
}

static void close_to(double x, double y)
{
    assert_true(fabs(x - y) < 1e-9);
}

static void links_have_names_and_capacities(void **state)
{
    struct arena *arena = arena_new(0);
    struct path_hop hops[] = {hop("b", &one, 1, NULL, false), hop("a", &one, 1, &ab, false),
                              hop("?10.0.0.1", NULL, 0, NULL, false)};
    struct path_leg leg = {.hops = hops, .n_hops = 3};
    (void)state;
    assert_string_equal(path_link_name(&leg, 1, arena), "a|b");
    assert_string_equal(path_link_name(&leg, 2, arena), "?10.0.0.1|a");
    assert_int_equal(path_link_capacity(&leg, 1), 4000);
    hops[1].forward = true;
    assert_int_equal(path_link_capacity(&leg, 1), 8000);
    assert_int_equal(path_link_capacity(&leg, 2), 0);
    arena_free(&arena);
}

static void a_known_path(void **state)
{
    struct path_hop hops[] = {hop("a", &one, 64496, NULL, false),
                              hop("b", &one, 64496, &ab, true),
                              hop("c", &two, 64497, &bc, true)};
    struct path_leg leg;
    struct path p = one_leg(&leg, hops, 3);
    (void)state;
    p.rtt = 12.5;
    close_to(cost("hopcount", &p), 2);
    close_to(cost("priv:as-hopcount", &p), 1);
    close_to(cost("routingcost", &p), 3 + SNAPSHOT_COST_BORDER);
    close_to(cost("delay-ow", &p), 2000); /* microseconds, RFC 9439 section 4.1.2 */
    close_to(cost("delay-ow:mean", &p), 2000);
    close_to(cost("delay-rt", &p), 12500);
    close_to(cost("bw-available", &p), 100); /* bytes per second: min(7200, 800) bits */
    close_to(cost("bw-residual", &p), 1000);
    close_to(cost("bw-residual:max", &p), 1000);
    assert_true(isnan(cost("delay-ow:stdev", &p)));
    assert_true(isnan(cost("lossrate", &p)));
    assert_true(isnan(cost("", &p)));
}

static void costs_depend_on_family_and_direction(void **state)
{
    struct path_hop there[] = {hop("a", &one, 1, NULL, false), hop("b", &one, 1, &ab, true)};
    struct path_hop back[] = {hop("b", &one, 1, NULL, false), hop("a", &one, 1, &ab, false)};
    struct path_leg leg;
    struct path p = one_leg(&leg, there, 2);
    (void)state;
    p.dst.family = 6;
    close_to(cost("routingcost", &p), 30);
    p = one_leg(&leg, back, 2);
    close_to(cost("routingcost", &p), 5);
    close_to(cost("bw-available", &p), 500);
    p.dst.family = 6; /* no metric there */
    close_to(cost("routingcost", &p), SNAPSHOT_COST_LINK);
}

static void the_unknown_stays_unknown(void **state)
{
    struct path_hop hops[] = {
        hop("a", &one, 64496, NULL, false), hop("?", NULL, 0, NULL, false),
        hop("c", &two, 64497, NULL, false), hop("c2", &two, 64497, NULL, false)};
    struct path_leg leg;
    struct path p = one_leg(&leg, hops, 4);
    (void)state;
    close_to(cost("hopcount", &p), 3);
    close_to(cost("routingcost", &p), 3 * SNAPSHOT_COST_LINK);
    assert_true(isnan(cost("priv:as-hopcount", &p))); /* a third AS may hide */
    assert_true(isnan(cost("delay-ow", &p)));
    assert_true(isnan(cost("delay-rt", &p)));
    assert_true(isnan(cost("bw-available", &p)));
    hops[2].asn = hops[3].asn = 64496;
    close_to(cost("priv:as-hopcount", &p), 0);
    hops[3].asn = 0;
    assert_true(isnan(cost("priv:as-hopcount", &p)));
    p.known = false;
    assert_true(isnan(cost("hopcount", &p)));
    p.known = true;
    p.reached = false;
    assert_true(isnan(cost("hopcount", &p)));
    p.reached = true;
    p.n_legs = 0;
    assert_true(isnan(cost("hopcount", &p)));
}

static void one_unknown_load_hides_the_residual(void **state)
{
    struct link dark = ab;
    struct path_hop hops[] = {hop("a", &one, 1, NULL, false), hop("b", &one, 1, &dark, true),
                              hop("c", &two, 2, &bc, true)};
    struct path_leg leg;
    struct path p = one_leg(&leg, hops, 3);
    (void)state;
    dark.end[0].load = NAN;
    assert_true(isnan(cost("bw-available", &p)));
    dark.end[0].load =
        9000; /* more than it can carry: nothing is left, not less than nothing */
    close_to(cost("bw-available", &p), 0);
}

static void one_router_has_no_links(void **state)
{
    struct path_hop hops[] = {hop("a", &one, 1, NULL, false)};
    struct path_leg leg;
    struct path p = one_leg(&leg, hops, 1);
    (void)state;
    close_to(cost("hopcount", &p), 0);
    close_to(cost("routingcost", &p), 0);
    close_to(cost("delay-ow", &p), 0);
    assert_true(isnan(cost("bw-available", &p)));
}

static void legs_mean_and_least(void **state)
{
    struct path_hop first[] = {hop("a", &one, 1, NULL, false), hop("b", &one, 1, &ab, true),
                               hop("c", &two, 2, &bc, true)};
    struct path_hop second[] = {hop("a", &one, 1, NULL, false), hop("c", &two, 2, &bc, true)};
    struct path_leg legs[] = {{.hops = first, .n_hops = 3}, {.hops = second, .n_hops = 2}};
    struct path p = {
        .known = true, .reached = true, .dst.family = 4, .legs = legs, .n_legs = 2};
    (void)state;
    close_to(cost("hopcount", &p), 1.5);
    close_to(cost("delay-ow", &p), 1250);
    close_to(cost("bw-residual:max", &p), 1000);
    second[1].link = NULL;
    assert_true(isnan(cost("delay-ow", &p)));
    assert_true(isnan(cost("bw-residual:max", &p)));
}

/* The load stays as it is: what a window takes away is taken from what is free. */
static void windows_take_capacity(void **state)
{
    static const struct origin by_one = {.domain = "one"}, by_two = {.domain = "two"};
    static const struct {
        const char *entity;
        const struct origin *by;
        double share, residual, available;
    } cases[] = {
        {"link:a|b", &by_one, 0.5, 500, 100}, /* 400 of it are free, 100 of b|c */
        {"link:a|b", &by_one, 0.05, 50, 0},
        {"link:a|b", &by_one, NAN, 0, 0},
        {"link:b|c", &by_one, 0.97, 1000, 40}, /* of 2000, 1900 in use */
        {"link:b|c", &by_two, 0.97, 1000, 40},
        {"link:a|b", &by_two, 0, 1000, 100}, /* another link of that name */
        {"node:b", &by_one, 0, 0, 0},
        {"node:b", &by_two, 0, 1000, 100},
        {"node:c", &by_two, 0, 0, 0},
        {"node:b", NULL, 0, 1000, 100},
    };
    struct path_hop hops[] = {hop("a", &one, 64496, NULL, false),
                              hop("b", &one, 64496, &ab, true),
                              hop("c", &two, 64497, &bc, true)};
    struct path_leg leg;
    struct path p = one_leg(&leg, hops, 3);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fact_maintenance window = {.entity = cases[i].entity,
                                          .start = 10,
                                          .end = 20,
                                          .share = cases[i].share,
                                          .origin = cases[i].by};
        const struct snapshot s = {.maintenance = &window, .n_maintenance = 1};
        const struct snap_span in = {19, 30}, after = {20, 30};
        close_to(snapshot_path_cost_in(&s, "bw-residual", &p, &in), cases[i].residual);
        close_to(snapshot_path_cost_in(&s, "bw-available", &p, &in), cases[i].available);
        close_to(snapshot_path_cost_in(&s, "bw-available:cur", &p, &in), cases[i].available);
        close_to(snapshot_path_cost_in(&s, "bw-available", &p, &after), 100);
    }
}

/* Of a measured value: a closed link leaves nothing, whatever is known of it; a limit that is
 * unknown is none. */
static void windows_limit_what_was_measured(void **state)
{
    static const struct origin by_one = {.domain = "one"};
    static const struct {
        const char *metric;
        bool capacity, load; /* known */
        double share, left;  /* of 900 */
    } cases[] = {
        {"bw-available", true, true, 0.9, 300}, /* 400 are free, the window takes 100 */
        {"bw-available", true, false, 0.9, 900}, {"bw-available", false, false, 0.9, 900},
        {"bw-available", true, false, 0, 0},     {"bw-available", true, true, 0.3, 0},
        {"bw-residual", true, false, 0.5, 500},  {"bw-residual", false, false, 0.5, 900},
        {"bw-residual", false, false, 0, 0},     {"tput", false, false, 0.5, 900},
        {"tput", true, false, 0.5, 500},         {"tput", false, false, 0, 0},
        {"lossrate", true, true, 0.5, 900},      {"lossrate", true, true, 0, NAN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct link link = ab;
        for (size_t k = 0; k < 2; k++) {
            link.end[k].capacity = cases[i].capacity ? 8000 : 0;
            link.end[k].load = cases[i].load ? 4800 : NAN;
        }
        struct path_hop hops[] = {hop("a", &one, 64496, NULL, false),
                                  hop("b", &one, 64496, &link, true)};
        struct path_leg leg;
        struct path p = one_leg(&leg, hops, 2);
        struct fact_maintenance window = {.entity = "link:a|b",
                                          .start = 10,
                                          .end = 20,
                                          .share = cases[i].share,
                                          .origin = &by_one};
        const struct snapshot s = {.maintenance = &window, .n_maintenance = 1};
        const struct snap_span in = {10, 20};
        double left = snapshot_value_in(&s, cases[i].metric, &p, &in, 900);
        assert_true(isnan(left) == isnan(cases[i].left));
        if (!isnan(left))
            close_to(left, cases[i].left);
    }
}

static unsigned draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % n;
}

/* What a window leaves of link i of a path over a, b and c, by its definition. */
static double left_by(const struct fact_maintenance *w, int i, const struct snap_span *when)
{
    static const struct {
        const char *entity, *domains[2];
        int from, to; /* the links it concerns */
    } known[] = {
        {"node:a", {"one", "one"}, 0, 0},   {"node:b", {"one", "one"}, 0, 1},
        {"node:c", {"two", "two"}, 1, 1},   {"link:a|b", {"one", "one"}, 0, 0},
        {"link:b|c", {"one", "two"}, 1, 1}, {"link:the first", {"one", "one"}, 0, 0},
    };
    bool on = (w->start == FACT_NONE || w->start < when->to) &&
              (w->end == FACT_NONE || w->end > when->from);
    for (size_t k = 0; on && w->entity && w->origin && k < sizeof(known) / sizeof(*known); k++)
        if (strcmp(known[k].entity, w->entity) == 0 && known[k].from <= i && i <= known[k].to &&
            (strcmp(w->origin->domain, known[k].domains[0]) == 0 ||
             strcmp(w->origin->domain, known[k].domains[1]) == 0))
            return isnan(w->share) ? 0 : w->share;
    return 1;
}

#define WINDOWS 60

static void draw_windows(struct fact_maintenance *w, size_t n, uint64_t *seed)
{
    static const char *const entities[] = {
        "node:a", "node:b", "node:c",         "node:", "link:a|b", "link:b|c",
        "link:a", "a|b",    "link:the first", NULL,    "node:abc", "node"};
    static const struct origin by[] = {{.domain = "one"}, {.domain = "two"}, {.domain = "on"}};
    for (size_t i = 0; i < n; i++) {
        unsigned who = draw(seed, 4);
        int64_t start = draw(seed, 100);
        w[i] = (struct fact_maintenance){.entity = entities[draw(seed, 12)],
                                         .start = start < 5 ? FACT_NONE : start,
                                         .end = draw(seed, 20) ? start + draw(seed, 20)
                                                               : FACT_NONE,
                                         .share = draw(seed, 9) ? draw(seed, 9) / 8.0 : NAN,
                                         .origin = who < 3 ? &by[who] : NULL};
    }
    qsort(w, n, sizeof(*w), snapshot_window_cmp);
}

/* Of many windows those that concern a path are found, at any time. */
static void windows_among_many(void **state)
{
    struct link first = ab;
    first.id = "the first";
    struct path_hop hops[] = {hop("a", &one, 64496, NULL, false),
                              hop("b", &one, 64496, &first, true),
                              hop("c", &two, 64497, &bc, true)};
    struct path_leg leg;
    struct path p = one_leg(&leg, hops, 3);
    uint64_t seed = 7;
    size_t concerned = 0;
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct fact_maintenance windows[WINDOWS];
        const struct snapshot s = {.maintenance = windows,
                                   .n_maintenance = draw(&seed, WINDOWS + 1)};
        draw_windows(windows, s.n_maintenance, &seed);
        for (int64_t at = -10; at < 130; at += 7) {
            const struct snap_span in = {at, at + 3};
            double share[] = {1, 1};
            for (size_t i = 0; i < s.n_maintenance; i++)
                for (int k = 0; k < 2; k++)
                    share[k] = fmin(share[k], left_by(&windows[i], k, &in));
            close_to(snapshot_path_cost_in(&s, "bw-residual", &p, &in),
                     fmin(1000 * share[0], 2000 * share[1]));
            concerned += share[0] < 1 || share[1] < 1;
        }
    }
    assert_in_range(concerned, 1000, 5900); /* of 6,000 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_have_names_and_capacities),
        cmocka_unit_test(a_known_path),
        cmocka_unit_test(costs_depend_on_family_and_direction),
        cmocka_unit_test(the_unknown_stays_unknown),
        cmocka_unit_test(one_unknown_load_hides_the_residual),
        cmocka_unit_test(one_router_has_no_links),
        cmocka_unit_test(legs_mean_and_least),
        cmocka_unit_test(windows_take_capacity),
        cmocka_unit_test(windows_limit_what_was_measured),
        cmocka_unit_test(windows_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
