/* SPDX-License-Identifier: Apache-2.0 */
/* Capacities that domains hide from some client, and costs that would tell them. */
#include "model/policies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof(*(a)))

static const struct origin one = {.domain = "one"};

struct rule {
    const char *what, *entity, *client, *decision;
};

/* From whomever it is: a rule that shows must count before for all whom it is hidden from. */
static void hidden_from_anybody(void **state)
{
    static const struct {
        struct rule rules[3];
        bool hidden; /* link a|b, whose id is x */
    } cases[] = {
        {.hidden = false},
        {{{"capacity", NULL, NULL, "hide"}}, true},
        {{{"capacity", NULL, NULL, NULL}}, true}, /* what does not show hides */
        {{{"capacity", NULL, NULL, "show"}}, false},
        {{{"interior", NULL, NULL, "hide"}}, false},
        {{{"capacity", NULL, "fts", "hide"}}, true},
        {{{"capacity", "link:a|b", NULL, "hide"}}, true},
        {{{"capacity", "link:x", NULL, "hide"}}, true},
        {{{"capacity", "a|b", NULL, "hide"}}, true},
        {{{"capacity", "link:a|c", NULL, "hide"}}, false},
        {{{"capacity", NULL, NULL, "hide"}, {"capacity", "link:a|b", NULL, "show"}}, false},
        {{{"capacity", NULL, NULL, "hide"}, {"capacity", "link:a|c", NULL, "show"}}, true},
        {{{"capacity", NULL, NULL, "hide"}, {"capacity", NULL, "fts", "show"}}, true},
        {{{"capacity", NULL, NULL, "hide"}, {"capacity", "link:a|b", "fts", "show"}}, true},
        {{{"capacity", NULL, NULL, "hide"}, {"capacity", NULL, NULL, "show"}}, true},
        {{{"capacity", NULL, "fts", "hide"}, {"capacity", NULL, NULL, "show"}}, true},
        {{{"capacity", NULL, "fts", "hide"}, {"capacity", "link:a|b", NULL, "show"}}, false},
        {{{"capacity", NULL, "fts", "hide"}, {"capacity", "link:a|b", "x", "show"}}, true},
        {{{"capacity", "link:a|b", NULL, "hide"}, {"capacity", NULL, "fts", "show"}}, true},
        {{{"capacity", "link:a|b", "fts", "hide"}, {"capacity", "link:a|b", NULL, "show"}},
         true},
        {{{"capacity", NULL, NULL, "hide"},
          {"capacity", "link:a|b", NULL, "show"},
          {"capacity", "link:x", NULL, "hide"}},
         true},
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        struct fact_policy rules[3];
        struct snapshot s = {.policies = rules};
        for (; s.n_policies < 3 && cases[i].rules[s.n_policies].what; s.n_policies++) {
            const struct rule *r = &cases[i].rules[s.n_policies];
            rules[s.n_policies] = (struct fact_policy){.origin = &one,
                                                       .what = r->what,
                                                       .entity = r->entity,
                                                       .client = r->client,
                                                       .decision = r->decision};
        }
        if (policy_withholds(&s, &(struct policy_link){"one", "a|b", "x"}) != cases[i].hidden)
            fail_msg("case %zu", i);
        assert_false(policy_withholds(&s, &(struct policy_link){"two", "a|b", "x"}));
        assert_false(policy_withholds(&s, &(struct policy_link){NULL, "a|b", "x"}));
    }
}

/* Bandwidths over the link are unknown, whichever end hides it; all else stays. So it is where
 * the link is not known, but routers and capacities are. */
static void costs_of_hidden_capacities(void **state)
{
    static struct domain d1 = {.name = "one"}, d2 = {.name = "two"};
    static struct node a = {.name = "a", .domain = &d1}, b = {.name = "b", .domain = &d2};
    static const struct {
        const char *domain, *entity;
        bool told;
    } cases[] = {
        {"one", NULL, false},  {"two", NULL, false},      {"three", NULL, true},
        {"two", "a|b", false}, {"one", "link:b|c", true},
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        const struct origin by = {.domain = cases[i].domain};
        struct fact_policy rule = {
            .origin = &by, .what = "capacity", .entity = cases[i].entity, .decision = "hide"};
        struct link link = {.name = "a|b",
                            .id = "x",
                            .end = {{.node = &a, .capacity = 8000, .load = 0},
                                    {.node = &b, .capacity = 8000, .load = 0}}};
        struct snapshot s = {.policies = &rule, .n_policies = 1, .links = &link, .n_links = 1};
        struct path_hop hops[] = {
            {.router = "a", .domain = "one", .out_capacity = 8000},
            {.router = "b", .domain = "two", .link = &link, .forward = true}};
        struct path_leg leg = {.hops = hops, .n_hops = 2};
        struct path p = {.known = true, .reached = true, .legs = &leg, .n_legs = 1};
        snapshot_withhold(&s);
        assert_true(link.withheld == !cases[i].told);
        for (int gap = 0; gap < 2; gap++) {
            hops[1].link = gap ? NULL : &link;
            double value = snapshot_path_cost(&s, "bw-residual", &p);
            assert_true(cases[i].told ? value == 1000 : isnan(value));
            value = snapshot_path_cost(&s, "bw-available:cur", &p);
            assert_true(cases[i].told && !gap ? value == 1000 : isnan(value));
            assert_true(snapshot_path_cost(&s, "hopcount", &p) == 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hidden_from_anybody),
        cmocka_unit_test(costs_of_hidden_capacities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
