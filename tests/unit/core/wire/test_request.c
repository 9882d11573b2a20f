/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders of requests: what the server's tests don't reach. */
#include "wire/request.h"

#include <string.h>

#include "unit/cmocka_all.h"

static const struct wire_limits limits = {.depth = 6, .elements = 4};

struct run {
    struct arena *a;
    struct wire_problem p;
};

static struct wire_input input(struct run *r, const char *text)
{
    *r = (struct run){.a = arena_new(0)};
    return (struct wire_input){text, strlen(text), &limits, r->a};
}

static void test_addresses(void **state)
{
    static const struct {
        const char *text;
        unsigned family;
    } cases[] = {
        {"ipv4:192.0.2.1", 4},
        {"ipv6:2001:DB8:0:0::1", 6},
        {"ipv6:::", 6},
        {"ipv6:::ffff:192.0.2.1", 4}, /* the same address, written as IPv6 */
        {"ipv4:::1", 0},
        {"ipv6:192.0.2.1", 0},
        {"ipv4:192.0.2.1/32", 0},
        {"ipv4:", 0},
        {"ipv6:", 0},
        {"ipv4", 0},
        {"IPV4:192.0.2.1", 0},
        {"ipv4: 192.0.2.1", 0},
        {"ipv6:[::1]", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct addr a = {0};
        bool ok = wire_typed_address(slice_of(cases[i].text), &a);
        if (ok != (cases[i].family != 0) || (ok && a.family != cases[i].family))
            fail_msg("%s", cases[i].text);
    }
}

static void test_duplicates(void **state)
{
    struct run r;
    struct wire_entity_params f;
    struct wire_input in = input(&r, "{\"entities\":[\"b\",\"a\",\"b\"],\"properties\":[]}");
    (void)state;
    assert_int_equal(wire_entity_params(&in, &f, &r.p), WIRE_OK);
    assert_int_equal(f.entities.n, 2);
    assert_string_equal(f.entities.v[0], "b");
    assert_true(f.properties.present);
    assert_int_equal(f.properties.n, 0);
    arena_free(&r.a);
}

static void test_limits(void **state)
{
    struct run r;
    struct wire_network_filter f;
    struct wire_input in = input(&r, "{\"pids\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}");
    (void)state;
    assert_int_equal(wire_network_filter(&in, &f, &r.p), WIRE_TOO_LARGE);
    assert_string_equal(r.p.field, "pids");
    arena_free(&r.a);
    in = input(&r, "{\"pids\":[],\"x\":[[[[\"[[[[\"]]]]}");
    assert_int_equal(wire_network_filter(&in, &f, &r.p), WIRE_OK);
    arena_free(&r.a);
    in = input(&r, "{\"pids\":[],\"x\":[[[[[[]]]]]]}");
    assert_int_equal(wire_network_filter(&in, &f, &r.p), WIRE_SYNTAX);
    arena_free(&r.a);
    in =
        input(&r, "{\"pids\":[],\"x\":\"\\\"[[[[[[[[\"}"); /* brackets in a string don't nest */
    assert_int_equal(wire_network_filter(&in, &f, &r.p), WIRE_OK);
    arena_free(&r.a);
}

static void test_long_values_are_cut(void **state)
{
    struct run r;
    char text[2000] = "{\"properties\":[\"p\"],\"endpoints\":[\"";
    struct wire_property_params f;
    (void)state;
    memset(text + strlen(text), 'x', 1000);
    strcat(text, "\"]}");
    struct wire_input in = input(&r, text);
    assert_int_equal(wire_property_params(&in, &f, &r.p), WIRE_VALUE);
    assert_string_equal(r.p.field, "endpoints");
    assert_int_equal(strlen(r.p.value), sizeof(r.p.value) - 1);
    arena_free(&r.a);
}

static void test_constraints(void **state)
{
    struct run r;
    struct wire_cost_filter f = {0};
    struct wire_input in = input(
        &r,
        "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"x\",\"description\":5},"
        "\"constraints\":[\"ge 0.1\",\"  lt\\t1e3 \"]}");
    (void)state;
    assert_int_equal(wire_cost_filter(&in, &f, &r.p), WIRE_OK);
    assert_int_equal(f.constraints.n, 2);
    assert_false(f.has_pids);
    assert_true(wire_constraints_hold(&f.constraints, 0.1));
    assert_false(wire_constraints_hold(&f.constraints, 0.0999));
    assert_false(wire_constraints_hold(&f.constraints, 1000));
    assert_false(wire_constraints_hold(&f.constraints, __builtin_nan("")));
    arena_free(&r.a);
}

static void test_bytes(void **state)
{
    static const char *const bad[] = {"{\"pids\":[\"\xff\"]}",
                                      "\xef\xbb\xbf{\"pids\":[]}",
                                      "{'pids':[]}",
                                      "{\"pids\":[],}",
                                      "{\"pids\":[NaN]}",
                                      "{\"pids\":[\"\n\"]}",
                                      "{\"pids\":[\"\\u0000\"]}",
                                      "{\"pids\":[]}{}"};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct run r;
        struct wire_network_filter f;
        struct wire_input in = input(&r, bad[i]);
        assert_int_equal(wire_network_filter(&in, &f, &r.p), WIRE_SYNTAX);
        assert_true(*r.p.text);
        arena_free(&r.a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),   cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_limits),      cmocka_unit_test(test_long_values_are_cut),
        cmocka_unit_test(test_constraints), cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
