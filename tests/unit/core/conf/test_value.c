/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units, and values as JSON. */
#include <string.h>

#include "conf/conf.h"
#include "unit/cmocka_all.h"

static const struct conf_item items[] = {
    {.name = "d", .type = CONF_DURATION}, {.name = "s", .type = CONF_SIZE},
    {.name = "r", .type = CONF_RATE},     {.name = "i", .type = CONF_INT},
    {.name = "j", .type = CONF_ANY},      {0},
};

/* The number that `key: text` gives; -1 when it is refused. */
static int64_t number(const char *key, const char *text)
{
    struct arena *a = arena_new(0);
    const struct conf *c;
    struct err e = {0};
    int64_t v = -1;
    char *line = arena_printf(a, "%s: %s", key, text);
    struct conf_input in = {"x", line, strlen(line)};

    if (conf_parse(&in, items, a, &c, &e) == 0)
        v = conf_int(c, key);
    arena_free(&a);
    return v;
}

static void test_durations(void **state)
{
    (void)state;
    assert_int_equal(number("d", "250us"), 250);
    assert_int_equal(number("d", "500ms"), 500000);
    assert_int_equal(number("d", "10s"), 10000000);
    assert_int_equal(number("d", "1.5s"), 1500000);
    assert_int_equal(number("d", "5m"), 300000000);
    assert_int_equal(number("d", "2h"), 7200000000);
    assert_int_equal(number("d", "7d"), 604800000000);
    assert_int_equal(number("d", "1w"), 604800000000);
    assert_int_equal(number("d", "0"), 0);
    assert_int_equal(number("d", "0s"), 0);
    assert_int_equal(number("d", "\"10s\""), 10000000);
    static const char *const refused[] = {
        "10",     "-1s", "1 s",   "1h30m",           "s",    ".5s",  "1.s", "1..5s",
        "1.2.3s", "1S",  "0.1us", "99999999999999d", "1e3s", "0x10s"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        assert_int_equal(number("d", refused[i]), -1);
}

static void test_sizes_and_rates(void **state)
{
    (void)state;
    assert_int_equal(number("s", "512"), 512);
    assert_int_equal(number("s", "64k"), 65536);
    assert_int_equal(number("s", "64K"), 65536);
    assert_int_equal(number("s", "8M"), 8388608);
    assert_int_equal(number("s", "0.5k"), 512);
    assert_int_equal(number("s", "1T"), INT64_C(1) << 40);
    assert_int_equal(number("s", "0.3"), -1);
    assert_int_equal(number("s", "8388608T"), -1);
    assert_int_equal(number("s", "8MB"), -1);
    assert_int_equal(number("r", "100G"), 100000000000);
    assert_int_equal(number("r", "2.5G"), 2500000000);
    assert_int_equal(number("r", "1.6T"), 1600000000000);
    assert_int_equal(number("r", "64000"), 64000);
    assert_int_equal(number("r", "9223372036854775807"), INT64_MAX);
    assert_int_equal(number("r", "9223372036854775808"), -1);
    assert_int_equal(number("r", "-1G"), -1);
    assert_int_equal(number("r", "1Gbps"), -1);
}

static void test_integers(void **state)
{
    (void)state;
    assert_int_equal(number("i", "0"), 0);
    assert_int_equal(number("i", "-7"), -7);
    assert_int_equal(number("i", "9223372036854775807"), INT64_MAX);
    assert_int_equal(number("i", "9223372036854775808"), -1);
    assert_int_equal(number("i", "+1"), -1);
    assert_int_equal(number("i", "1.0"), -1);
    assert_int_equal(number("i", "0x10"), -1);
    assert_int_equal(number("i", "--1"), -1);
    assert_int_equal(number("i", "'12'"), 12);
}

static void test_json(void **state)
{
    static const struct {
        const char *text, *json;
    } examples[] = {
        {"64496", "64496"},
        {"\"64496\"", "\"64496\""},
        {"-0.5e+3", "-0.5e+3"},
        {"01", "\"01\""},
        {".5", "\".5\""},
        {"1.", "\"1.\""},
        {"1e", "\"1e\""},
        {"-x", "\"-x\""},
        {"0x1F", "\"0x1F\""},
        {"true", "true"},
        {"'true'", "\"true\""},
        {"yes", "\"yes\""},
        {"null", "null"},
        {"~", "null"},
        {"", "null"},
        {"''", "\"\""},
        {"[]", "[]"},
        {"{}", "{}"},
        {"{b: [1, two], \"a\\\"\": {c: \"x\\ny\"}}",
         "{\"b\":[1,\"two\"],\"a\\\"\":{\"c\":\"x\\ny\"}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena *a = arena_new(0);
        const struct conf *c;
        struct err e = {0};
        struct buf out = {0};
        char *line = arena_printf(a, "j: %s", examples[i].text);
        struct conf_input in = {"x", line, strlen(line)};

        assert_int_equal(conf_parse(&in, items, a, &c, &e), 0);
        conf_json(conf_get(c, "j"), &out);
        assert_string_equal(buf_cstr(&out), examples[i].json);
        buf_free(&out);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_sizes_and_rates),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
