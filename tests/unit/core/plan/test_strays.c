/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/strays.h"

#include <math.h>
#include <stdbool.h>

#include "unit/cmocka_all.h"

#define LINKS 2
#define FLOWS 2

/* Two flows that are believed on link 0; the second crosses link 1, too. */
static const uint32_t first[] = {0}, both[] = {0, 1};

static const struct {
    const char *why;
    double load[LINKS], limit[LINKS], rate[FLOWS];
    double excess[LINKS], room[LINKS], keep[FLOWS];
} cases[] = {
    {"all is as believed", {50, 20}, {100, 100}, {30, 20}, {0, 0}, {100, 100}, {NAN, NAN}},
    {"noise", {50.9, 19.1}, {100, 100}, {30, 20}, {0, 0}, {100, 100}, {NAN, NAN}},
    {"no load is measured",
     {NAN, NAN},
     {100, 100},
     {30, 20},
     {NAN, NAN},
     {100, 100},
     {NAN, NAN}},
    {"a rate is not measured",
     {80, 10},
     {100, 100},
     {30, NAN},
     {NAN, NAN},
     {100, 100},
     {NAN, NAN}},
    {"no limit", {80, 10}, {INFINITY, 100}, {30, 10}, {NAN, 0}, {INFINITY, 100}, {NAN, NAN}},
    {"a stray of 30 on link 0", {80, 20}, {100, 100}, {30, 20}, {30, 0}, {65, 100}, {NAN, NAN}},
    {"strays alone fill it", {150, 20}, {100, 100}, {30, 20}, {100, 0}, {0, 100}, {NAN, NAN}},
    {"the second is not on link 1: its limit stays",
     {50, 0},
     {100, 100},
     {30, 20},
     {0, -20},
     {100, 100},
     {NAN, NAN}},
    {"and link 0 is full of others: both links' limits hold, the second gives way",
     {125, 5},
     {100, 100},
     {30, 20},
     {75, -15},
     {20, 100},
     {NAN, 0.8}},
    {"lacking less than half",
     {125, 11},
     {100, 100},
     {30, 20},
     {75, -9},
     {20, 100},
     {NAN, NAN}},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        const struct strays_flow flows[FLOWS] = {{first, 1, cases[i].rate[0]},
                                                 {both, 2, cases[i].rate[1]}};
        const struct strays s = {cases[i].load, cases[i].limit, LINKS, flows, FLOWS};
        double excess[LINKS], room[LINKS], keep[FLOWS];
        assert_int_equal(strays_find(&s, excess, room, keep, a), 0);
        assert_int_equal(arena_used(a), 0);
        for (size_t l = 0; l < LINKS; l++) {
            bool known = isfinite(cases[i].excess[l]);
            if (known ? fabs(excess[l] - cases[i].excess[l]) > 1e-9 : !isnan(excess[l]))
                fail_msg("%s: link %zu: excess %g", cases[i].why, l, excess[l]);
            if (!(room[l] == cases[i].room[l] || fabs(room[l] - cases[i].room[l]) < 1e-9))
                fail_msg("%s: link %zu: room %g", cases[i].why, l, room[l]);
        }
        for (size_t f = 0; f < FLOWS; f++) {
            bool held = isfinite(cases[i].keep[f]);
            if (held ? fabs(keep[f] - cases[i].keep[f]) > 1e-9 : isfinite(keep[f]))
                fail_msg("%s: flow %zu keeps %g", cases[i].why, f, keep[f]);
        }
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
