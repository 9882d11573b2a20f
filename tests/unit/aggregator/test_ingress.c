/* SPDX-License-Identifier: Apache-2.0 */
/* By which address routers were entered that answer from elsewhere. */
#include "unit/cmocka_all.h"

#include "aggregator/traces.h"
#include "base/map.h"
#include "unit/aggregator/world_builder.h"

#define MAX_TRACES 4

/* r (2) behind a (1) answers by 192.0.2.9, an address of a link to the known router k. */
#define KNOWN                                                                                  \
    "domain 64501 prefixes=192.0.2.0/24;2001:db8::/32\nport k y 192.0.2.10/30\n"               \
    "port k z 192.0.2.14/30\n"

/* One step that a traceroute shows. */
struct step {
    uint32_t from, to;
    const char *address; /* NULL: no more steps */
    bool several;
};

static void expect(const struct wb *b, const struct step *steps, const char *address)
{
    struct seen hops[MAX_TRACES][2] = {{{.router = 0}}};
    struct trace traces[MAX_TRACES] = {{.n = 0}};
    struct trace_world *real = b->world->traces, made = *real;
    struct seen before = {.addr = wb_addr("203.0.113.50"), .router = 1};
    struct seen here = {.addr = wb_addr("192.0.2.9"), .router = 2};
    struct err e = {0};
    made.v = traces;
    for (made.n = 0; steps[made.n].address; made.n++) {
        const struct step *s = &steps[made.n];
        hops[made.n][0] = (struct seen){.addr = before.addr, .router = s->from};
        hops[made.n][1] =
            (struct seen){.addr = wb_addr(s->address), .router = s->to, .several = s->several};
        traces[made.n] = (struct trace){.hops = hops[made.n], .n = 2};
    }
    b->world->traces = &made;
    assert_int_equal(ingress_build(b->world, &e), 0);
    struct addr got = ingress_seen(b->world, &before, &here);
    struct addr want = address ? wb_addr(address) : (struct addr){0};
    assert_true(addr_eq(&got, &want));
    map_free(&made.ingress);
    b->world->traces = real;
}

static void test_what_others_saw(void **state)
{
    static const struct {
        struct step steps[MAX_TRACES];
        const char *address;
    } cases[] = {
        {{{0}}, NULL},
        {{{1, 2, "192.0.2.9", false}}, NULL},
        {{{1, 2, "203.0.113.61", false}}, "203.0.113.61"},
        {{{1, 2, "203.0.113.61", false}, {1, 2, "192.0.2.9", false}}, "203.0.113.61"},
        {{{1, 2, "203.0.113.61", false}, {1, 2, "203.0.113.61", false}}, "203.0.113.61"},
        {{{1, 2, "203.0.113.61", false}, {1, 2, "203.0.113.65", false}}, NULL},
        {{{1, 2, "203.0.113.61", false}, {1, 2, "203.0.113.65", true}}, "203.0.113.61"},
        {{{1, 2, "203.0.113.61", false}, {3, 2, "203.0.113.65", false}}, "203.0.113.61"},
        {{{1, 2, "203.0.113.61", false}, {1, 3, "203.0.113.65", false}}, "203.0.113.61"},
        {{{1, 2, "203.0.113.61", false}, {1, 2, "2001:db8::5", false}}, "203.0.113.61"},
        {{{0, 2, "203.0.113.61", false}, {1, 0, "203.0.113.61", false}}, NULL},
    };
    struct wb *b = wb_world("one", KNOWN, NULL);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        expect(b, cases[i].steps, cases[i].address);
    wb_free(&b);
}

static void test_what_is_elsewhere(void **state)
{
    static const struct {
        const char *before, *here;
        bool known, elsewhere; /* is k the router before? */
    } cases[] = {
        {"203.0.113.50", "192.0.2.9", false, true},
        {"203.0.113.50", "192.0.2.9", true, false}, /* its own link */
        {"203.0.113.50", "203.0.113.61", false, false},
        {"203.0.113.50", "10.0.0.1", false, false},
        {NULL, "192.0.2.9", false, false}, /* who was before did not answer */
    };
    struct wb *b = wb_world("one", KNOWN, NULL);
    struct instance *k = wb_instance(b, "one", "k", "");
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct seen here = {.addr = wb_addr(cases[i].here)};
        struct seen before = {.instance = cases[i].known ? k : NULL};
        if (cases[i].before)
            before.addr = wb_addr(cases[i].before);
        assert_int_equal(ingress_elsewhere(b->world, &before, &here), cases[i].elsewhere);
        here.instance = k;
        assert_false(ingress_elsewhere(b->world, &before, &here));
    }
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_others_saw),
        cmocka_unit_test(test_what_is_elsewhere),
    };
    return cmocka_run_group_tests_name("ingress", tests, NULL, NULL);
}
