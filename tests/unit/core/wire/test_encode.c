/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/encode.h"

#include <math.h>
#include <string.h>

#include "unit/cmocka_all.h"

static void test_costs_format(void **state)
{
    static const struct {
        double cost;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "1"},
        {1e14, "100000000000000"},
        {2.5, "2.5"},
        {0.1, "0.1"},
        {0.001, "0.001"},
        {0.012, "0.012"},
        {41.25, "41.25"},
        {123456789.125, "123456789.125"},
        {0.1234, "0.1234"},
        {1.0005, "1.0005"},
        {0.30000000000000004, "0.30000000000000004"},
        {4.5e-7, "4.5e-07"},
        {1e300, "1e+300"},
        {999999999999999, "999999999999999"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf b = {0};
        wire_put_cost(&b, cases[i].cost);
        assert_string_equal(buf_cstr(&b), cases[i].text);
        buf_free(&b);
    }
}

/* Rows and cells without costs leave no comma behind. */
static void test_holes(void **state)
{
    static const char *const names[] = {"a", "b\"", "c"};
    static const struct {
        double value[9];
        const char *rows;
    } cases[] = {
        {{NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN}, "{}"},
        {{NAN, NAN, NAN, NAN, 1, NAN, NAN, NAN, NAN}, "{\"b\\\"\":{\"b\\\"\":1}}"},
        {{1, NAN, 2, NAN, NAN, NAN, NAN, NAN, 3}, "{\"a\":{\"a\":1,\"c\":2},\"c\":{\"c\":3}}"},
        {{1, NAN, NAN, 2, NAN, NAN, NAN, NAN, NAN}, "{\"a\":{\"a\":1},\"b\\\"\":{\"a\":2}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf b = {0}, expected = {0};
        struct wire_meta meta = {.mode = "numerical", .metric = "x"};
        struct wire_costs c = {names, names, 3, 3, cases[i].value, NULL};
        wire_put_costs(&b, &meta, "m", &c);
        buf_printf(&expected,
                   "{\"meta\":{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":"
                   "\"x\"}},\"m\":%s}",
                   cases[i].rows);
        assert_string_equal(buf_cstr(&b), buf_cstr(&expected));
        uint32_t thousandths[9];
        for (size_t k = 0; k < 9; k++)
            thousandths[k] = isnan(cases[i].value[k]) ? THOUSANDTHS_NONE
                                                      : (uint32_t)(cases[i].value[k] * 1000);
        c = (struct wire_costs){names, names, 3, 3, NULL, thousandths};
        buf_reset(&b);
        wire_put_costs(&b, &meta, "m", &c);
        assert_string_equal(buf_cstr(&b), buf_cstr(&expected));
        buf_free(&b);
        buf_free(&expected);
    }
}

/* A cost in thousandths is written as the number is. */
static void test_thousandths(void **state)
{
    static const uint32_t edges[] = {0,     1,      10,      100,       999,      1000,
                                     1001,  9990,   10000,   999999,    1000000,  1000001,
                                     12340, 100000, 1234567, 999999999, 999000000};
    static const char *const name = "a";
    uint64_t state64 = 1;
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        state64 = state64 * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint32_t n = i < sizeof(edges) / sizeof(*edges)
                         ? edges[i]
                         : (uint32_t)(state64 >> 33) % THOUSANDTHS_END;
        double value = thousandths_value(n);
        struct wire_costs c = {&name, &name, 1, 1, NULL, &n},
                          d = {&name, &name, 1, 1, &value, NULL};
        struct wire_meta meta = {0};
        struct buf a = {0}, b = {0};
        wire_put_costs(&a, &meta, "m", &c);
        wire_put_costs(&b, &meta, "m", &d);
        assert_string_equal(buf_cstr(&a), buf_cstr(&b));
        buf_free(&a);
        buf_free(&b);
    }
}

static void test_no_rows(void **state)
{
    struct buf b = {0};
    struct wire_meta meta = {0};
    struct wire_costs c = {0};
    (void)state;
    wire_put_costs(&b, &meta, "m", &c);
    assert_string_equal(buf_cstr(&b), "{\"meta\":{},\"m\":{}}");
    buf_free(&b);
}

static void test_meta(void **state)
{
    struct wire_vtag own = {"a", "t\""}, others[] = {{"b", "u"}, {"c", "v"}};
    struct wire_meta meta = {.vtag = &own, .dependent = others, .n_dependent = 2};
    struct buf b = {0};
    (void)state;
    wire_put_head(&b, &meta, "x");
    assert_string_equal(
        buf_cstr(&b),
        "{\"meta\":{\"vtag\":{\"resource-id\":\"a\",\"tag\":\"t\\\"\"},\"dependent-vtags\":["
        "{\"resource-id\":\"b\",\"tag\":\"u\"},{\"resource-id\":\"c\",\"tag\":\"v\"}]},\"x\":");
    buf_free(&b);
}

static void test_typed(void **state)
{
    static const char *const texts[] = {"10.0.0.0/8", "10.1.2.3/32", "2001:db8::/32",
                                        "::1/128"};
    static const char *const typed[] = {"\"ipv4:10.0.0.0/8\"", "\"ipv4:10.1.2.3\"",
                                        "\"ipv6:2001:db8::/32\"", "\"ipv6:::1\""};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct prefix p;
        struct buf b = {0};
        assert_true(prefix_parse(slice_of(texts[i]), &p));
        wire_put_typed_prefix(&b, &p);
        assert_string_equal(buf_cstr(&b), typed[i]);
        buf_free(&b);
    }
}

static void test_error_and_entry(void **state)
{
    struct wire_error error = {.code = "E_X", .field = "a/b", .value = "\n"};
    const char *uses[] = {"m"};
    struct wire_entry entry = {
        .id = "i", .uri = "/u", .media_type = "t", .uses = uses, .n_uses = 1};
    struct buf b = {0};
    (void)state;
    wire_put_error(&b, &error);
    assert_string_equal(buf_cstr(&b),
                        "{\"meta\":{\"code\":\"E_X\",\"field\":\"a/b\",\"value\":\"\\n\"}}");
    buf_reset(&b);
    wire_put_entry(&b, &entry);
    assert_string_equal(buf_cstr(&b),
                        "\"i\":{\"uri\":\"/u\",\"media-type\":\"t\",\"uses\":[\"m\"]}");
    buf_free(&b);
}

static void test_multipart(void **state)
{
    struct wire_part one = {"B", "x", "d", "t/1"}, two = {"B", "y", "d", "t/2"};
    struct buf b = {0};
    (void)state;
    wire_put_part(&b, &one);
    buf_str(&b, "1");
    wire_put_part(&b, &two);
    buf_str(&b, "2");
    wire_put_parts_end(&b, "B");
    assert_string_equal(buf_cstr(&b),
                        "--B\r\nContent-ID: <x@d>\r\nContent-Type: t/1\r\n\r\n1\r\n"
                        "--B\r\nContent-ID: <y@d>\r\nContent-Type: t/2\r\n\r\n2\r\n--B--\r\n");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs_format),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_thousandths),
        cmocka_unit_test(test_meta),
        cmocka_unit_test(test_typed),
        cmocka_unit_test(test_error_and_entry),
        cmocka_unit_test(test_multipart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
