/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders of requests: what the server's tests don't reach. */
#include "wire/request.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
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
        {"ipv6:::ffff:192.0.2.1", 6}, /* of the type that is named */
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

/* Between characters: the answer is UTF-8 as well. */
static void test_long_values_end_with_a_character(void **state)
{
    static const char *const letters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t before = 0; before < 4; before++) {
            char text[500] = "xxxx";
            struct wire_problem p;
            text[before] = 0;
            for (size_t k = 0; k < 100; k++)
                strcat(text, letters[i]);
            wire_refuse(&p, WIRE_VALUE, text, text, text);
            size_t n = strlen(p.value), letter = strlen(letters[i]), room = sizeof(p.value) - 1;
            assert_true(str_is_utf8(p.field, strlen(p.field)));
            assert_true(str_is_utf8(p.value, n));
            assert_true(str_is_utf8(p.text, strlen(p.text)));
            assert_int_equal(strncmp(p.value, text, n), 0);
            assert_true(n + letter > room && n <= room);
        }
    }
}

/* RFC 8259 section 6, RFC 7285 section 8.3.7: numbers that mean nothing here may be any. */
static void test_numbers(void **state)
{
    static const struct {
        const char *number;
        enum wire_code code;
    } cases[] = {
        {"18446744073709551616", WIRE_OK},
        {"-123456789012345678901234567890", WIRE_OK},
        {"9223372036854775807", WIRE_OK},
        {"-0", WIRE_OK},
        {"1E-400", WIRE_OK},
        {"0.1000000000000000055511151231257827021181583404541015625", WIRE_OK},
        {"1e400", WIRE_SYNTAX},
        {"01", WIRE_SYNTAX},
        {"+1", WIRE_SYNTAX},
        {".5", WIRE_SYNTAX},
        {"1.", WIRE_SYNTAX},
        {"0x1", WIRE_SYNTAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct run r;
        struct wire_network_filter f;
        char text[200];
        snprintf(text, sizeof(text), "{\"pids\":[\"a\"],\"x\":%s}", cases[i].number);
        struct wire_input in = input(&r, text);
        if (wire_network_filter(&in, &f, &r.p) != cases[i].code)
            fail_msg("%s: %s", cases[i].number, r.p.text);
        arena_free(&r.a);
        snprintf(text, sizeof(text), "{\"pids\":[%s]}", cases[i].number);
        in = input(&r, text);
        assert_int_equal(wire_network_filter(&in, &f, &r.p),
                         cases[i].code == WIRE_OK ? WIRE_VALUE : WIRE_SYNTAX);
        arena_free(&r.a);
    }
}

static const struct wire_dialect plain = {0}, full = {.multi = true, .calendars = true};

static bool hold(const struct wire_cost_ask *ask, double first, double second)
{
    const double cost[] = {first, second};
    return wire_constraints_hold(ask, cost);
}

/* So many groups of so many each. */
static enum wire_code ask_many(size_t groups, size_t each)
{
    static const struct wire_limits wide = {.depth = 6, .elements = 100000};
    struct buf text = {0};
    struct run r = {.a = arena_new(0)};
    struct wire_cost_filter f;
    buf_str(&text, "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"x\"},"
                   "\"or-constraints\":[");
    for (size_t i = 0; i < groups * each; i++)
        buf_printf(&text, "%s\"le %zu\"%s",
                   i % each > 0 ? ","
                   : i > 0      ? ",["
                                : "[",
                   i, (i + 1) % each == 0 ? "]" : "");
    buf_str(&text, "]}");
    struct wire_input in = {buf_cstr(&text), text.len, &wide, r.a};
    enum wire_code code = wire_cost_filter(&in, &full, &f, &r.p);
    assert_true(code == WIRE_OK || strcmp(r.p.field, "or-constraints") == 0);
    arena_free(&r.a);
    buf_free(&text);
    return code;
}

/* Each is tested for each pair of the answer. */
static void test_many_constraints(void **state)
{
    (void)state;
    assert_int_equal(ask_many(1, WIRE_CONSTRAINTS), WIRE_OK);
    assert_int_equal(ask_many(WIRE_CONSTRAINTS, 1), WIRE_OK);
    assert_int_equal(ask_many(WIRE_CONSTRAINTS / 4, 4), WIRE_OK);
    assert_int_equal(ask_many(1, WIRE_CONSTRAINTS + 1), WIRE_TOO_LARGE);
    assert_int_equal(ask_many(WIRE_CONSTRAINTS + 1, 1), WIRE_TOO_LARGE);
    assert_int_equal(ask_many(WIRE_CONSTRAINTS / 4 + 1, 4), WIRE_TOO_LARGE);
    assert_int_equal(ask_many(10000, 1), WIRE_TOO_LARGE);
}

static void test_constraints(void **state)
{
    struct run r;
    struct wire_cost_filter f;
    struct wire_input in = input(
        &r,
        "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"x\",\"description\":5},"
        "\"or-constraints\":3,\"calendared\":7,\"constraints\":[\"ge 0.1\",\"  lt\\t1e3 \"]}");
    (void)state;
    assert_int_equal(wire_cost_filter(&in, &plain, &f, &r.p), WIRE_OK); /* others are unknown */
    assert_int_equal(f.ask.n_any, 1);
    assert_int_equal(f.ask.any[0].n, 2);
    assert_false(f.ask.multi);
    assert_true(hold(&f.ask, 0.1, 0));
    assert_false(hold(&f.ask, 0.0999, 0));
    assert_false(hold(&f.ask, 1000, 0));
    assert_false(hold(&f.ask, __builtin_nan(""), 0));
    arena_free(&r.a);
}

#define TYPE_A "{\"cost-mode\":\"numerical\",\"cost-metric\":\"a\"}"
#define TYPE_B "{\"cost-mode\":\"ordinal\",\"cost-metric\":\"b\"}"
#define BOTH   "\"multi-cost-types\":[" TYPE_A "," TYPE_B "]"

/* RFC 8189 section 4.1.2. */
static void test_several_types(void **state)
{
    struct run r;
    struct wire_cost_filter f;
    struct wire_input in =
        input(&r, "{\"cost-type\":{}," BOTH ",\"or-constraints\":[[\"[0] le 5\",\"[1] eq 2\"],"
                  "[\"gt 100\"]],\"calendared\":[false,true]}");
    (void)state;
    assert_int_equal(wire_cost_filter(&in, &full, &f, &r.p), WIRE_OK);
    assert_true(f.ask.multi);
    assert_int_equal(f.ask.types.n, 2);
    assert_string_equal(f.ask.types.v[1].mode, "ordinal");
    assert_string_equal(f.ask.constraints_field, "or-constraints");
    assert_true(hold(&f.ask, 5, 2));
    assert_false(hold(&f.ask, 5, 3));
    assert_true(hold(&f.ask, 101, 3));
    assert_false(hold(&f.ask, 50, __builtin_nan("")));
    assert_false(f.ask.calendared[0]);
    assert_true(f.ask.calendared[1]);
    arena_free(&r.a);
}

static void test_refused_asks(void **state)
{
    static const struct {
        const char *text;
        enum wire_code code;
        const char *field, *value;
    } cases[] = {
        {"{}", WIRE_MISSING, "cost-type", ""},
        {"{\"cost-type\":{}}", WIRE_MISSING, "cost-type/cost-mode", ""},
        {"{\"cost-type\":" TYPE_A "," BOTH "}", WIRE_VALUE, "multi-cost-types", ""},
        {"{\"multi-cost-types\":[]}", WIRE_VALUE, "multi-cost-types", ""},
        {"{\"multi-cost-types\":{}}", WIRE_TYPE, "multi-cost-types", ""},
        {"{\"multi-cost-types\":[5]}", WIRE_VALUE, "multi-cost-types", "5"},
        {"{\"multi-cost-types\":[{\"cost-mode\":\"n\"}]}", WIRE_MISSING,
         "multi-cost-types/cost-metric", ""},
        {"{" BOTH ",\"testable-cost-types\":[]}", WIRE_VALUE, "testable-cost-types", ""},
        {"{" BOTH ",\"constraints\":[\"[2] le 1\"]}", WIRE_VALUE, "constraints", "[2] le 1"},
        {"{" BOTH ",\"constraints\":[\"[-1] le 1\"]}", WIRE_VALUE, "constraints", "[-1] le 1"},
        {"{" BOTH ",\"constraints\":[\"[0]le 1\"]}", WIRE_VALUE, "constraints", "[0]le 1"},
        {"{" BOTH ",\"constraints\":[],\"or-constraints\":[[\"le 1\"]]}", WIRE_VALUE,
         "or-constraints", ""},
        {"{" BOTH ",\"or-constraints\":[]}", WIRE_VALUE, "or-constraints", ""},
        {"{" BOTH ",\"or-constraints\":[[]]}", WIRE_VALUE, "or-constraints", "[]"},
        {"{" BOTH ",\"or-constraints\":[\"le 1\"]}", WIRE_VALUE, "or-constraints", "le 1"},
        {"{\"cost-type\":" TYPE_A ",\"constraints\":[\"[1] le 1\"]}", WIRE_VALUE, "constraints",
         "[1] le 1"},
        {"{" BOTH ",\"calendared\":[true]}", WIRE_VALUE, "calendared", ""},
        {"{" BOTH ",\"calendared\":[true,1]}", WIRE_VALUE, "calendared", "1"},
        {"{" BOTH ",\"calendared\":true}", WIRE_TYPE, "calendared", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct run r;
        struct wire_cost_filter f;
        struct wire_input in = input(&r, cases[i].text);
        assert_int_equal(wire_cost_filter(&in, &full, &f, &r.p), cases[i].code);
        assert_string_equal(r.p.field, cases[i].field);
        assert_string_equal(r.p.value, cases[i].value);
        arena_free(&r.a);
    }
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
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_values_are_cut),
        cmocka_unit_test(test_long_values_end_with_a_character),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_many_constraints),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_several_types),
        cmocka_unit_test(test_refused_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
