/* SPDX-License-Identifier: Apache-2.0 */
/* Cost maps read without a tree: what is given up on, and that both ways read the same. */
#include "wire/cost_reader.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

#define N    3
#define META "\"meta\":{\"a\":\"}\\\"{\"}"

static struct pid pids[N] = {{.name = "A"}, {.name = "a-longer-name"}, {.name = "b"}};
static const struct wire_map_document map = {.id = "m", .tag = "1", .pids = pids, .n_pids = N};

/* In thousandths it is the same, unless these can't tell some cost. */
static void check_thousandths(struct slice text, const double *value, const struct slice *costs)
{
    uint32_t v[N * N] = {77};
    struct slice part;
    const struct wire_cost_document to = {.thousandths = v};
    enum cost_reading how = cost_reader(text, &map, &to, &part);
    assert_true(how == COST_FINER || (how == COST_READ) == (costs != NULL));
    if (how != COST_READ)
        return;
    assert_true(part.p == costs->p && part.n == costs->n);
    for (size_t i = 0; i < (size_t)N * N; i++)
        assert_true(isnan(value[i]) ? v[i] == THOUSANDTHS_NONE
                                    : thousandths_value(v[i]) == value[i]);
}

/* From memory of just that size, so that sanitizers see what is read behind it. */
static bool read_bytes(const char *text, size_t n, double *value, char *part, size_t room)
{
    char *copy = malloc(n + 1);
    struct slice costs;
    assert_non_null(copy);
    char *tight = realloc(copy, n > 0 ? n : 1);
    assert_non_null(tight);
    memcpy(tight, text, n);
    for (size_t i = 0; i < (size_t)N * N; i++)
        value[i] = 77; /* whatever stood there */
    const struct wire_cost_document to = {.value = value};
    bool ok = cost_reader((struct slice){tight, n}, &map, &to, &costs) == COST_READ;
    check_thousandths((struct slice){tight, n}, value, ok ? &costs : NULL);
    if (ok) {
        assert_true(costs.n < room);
        memcpy(part, costs.p, costs.n);
        part[costs.n] = 0;
    }
    free(tight);
    return ok;
}

static bool read_text(const char *text, double *value, char *part, size_t room)
{
    return read_bytes(text, strlen(text), value, part, room);
}

static void test_plain(void **state)
{
    (void)state;
    double v[N * N];
    char part[200];
    const char *costs = "{\"A\":{\"A\":0,\"b\":1.5},\"b\" : { \"a-longer-name\" :-2e1 }\n}";
    char text[300];
    snprintf(text, sizeof(text), " {%s,\"cost-map\": %s,\"more\":[1,{}]}\n", META, costs);
    assert_true(read_text(text, v, part, sizeof(part)));
    assert_string_equal(part, costs);
    assert_true(v[0] == 0 && isnan(v[1]) && v[2] == 1.5);
    assert_true(isnan(v[3]) && isnan(v[4]) && isnan(v[5]));
    assert_true(isnan(v[6]) && v[7] == -20 && isnan(v[8]));
    assert_true(read_text("{\"cost-map\":{}}", v, part, sizeof(part)));
    assert_true(read_text("{\"cost-map\":{\"A\":{}}}", v, part, sizeof(part)));
}

/* Right or wrong: others decide. */
static void test_gives_up(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "}",
        "{}",
        "[]}",
        "{\"cost-map\"}",
        "{\"cost-map\":}",
        "{\"cost-map\":{}",
        "{\"cost-map\":{\"A\"}}",
        "{\"cost-map\":{\"A\":}}",
        "{\"cost-map\":{\"A\":{}",
        "{\"cost-map\":{\"A\":{},}}",
        "{\"cost-map\":{\"A\":{\"b\":1,}}}",
        "{\"cost-map\":{\"A\":{\"b\":1 \"A\":2}}}",
        "{\"cost-map\":{\"A\":{\"b\":1}\"b\":{}}}",
        "{\"cost-map\":{\"A\":{\"b\":1,\"b\":1}}}",
        "{\"cost-map\":{\"A\":{},\"A\":{}}}",
        "{\"cost-map\":{\"A\":{\"c\":1}}}",
        "{\"cost-map\":{\"A\":{\"a-longer\":1}}}",
        "{\"cost-map\":{\"A\":{\"\\u0062\":1}}}",
        "{\"cost-map\":{\"A\":{\"b\":null}}}",
        "{\"cost-map\":{\"A\":{\"b\":[1]}}}",
        "{\"cost-map\":{\"A\":1}}",
        "{\"cost-map\":[]}",
        "{\"x\":\"cost-map\"}",
        "{\"x\":\"}",
        "{\"x\":\"\\",
        "{\"x\":{\"cost-map\":{}}}",
    };
    (void)state;
    double v[N * N];
    char part[100];
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        if (read_text(texts[i], v, part, sizeof(part)))
            fail_msg("%s", texts[i]);
    }
}

/* A name that a zero ends is not looked at behind it, however many zeros the text has. */
static void test_zeros(void **state)
{
    static const char text[] = "{\"cost-map\":{\"A\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\":{}}}";
    static const char cut[] = "{\"cost-map\":{\"b\0\":{}}}";
    (void)state;
    double v[N * N];
    char part[100];
    assert_false(read_bytes(text, sizeof(text) - 1, v, part, sizeof(part)));
    assert_false(read_bytes(cut, sizeof(cut) - 1, v, part, sizeof(part)));
}

/* Each as a parser of JSON reads it; what it refuses is not read. */
static void test_numbers(void **state)
{
    static const char *const numbers[] = {
        "0",
        "-0",
        "7",
        "007",
        "-",
        "+1",
        ".5",
        "5.",
        "0.1",
        "0.001",
        "1e3",
        "1E+3",
        "1e-3",
        "1e",
        "1e+",
        "0x1",
        "1.5e2",
        "01.5",
        "1.2.3",
        "1-2",
        "1e2e3",
        "NaN",
        "45.122999999999998",
        "123456789012345",
        "1234567890123456",
        "12345678901234567890",
        "0.1234567890123456789",
        "9007199254740993",
        "1e400",
        "4.9e-324",
        "123456.789012345",
        "0.000000000000001",
        "99999999999999.9",
        "12345.6",
        "123456.7",
        "1234567",
        "12345678",
        "0.00001",
        "00.5",
        "1.e5",
        "1.5E2",
        "5e2",
        "1:5",
        "1/5",
        "1.5:",
        "1.5\xff",
        "\xfa.5",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        double v[N * N];
        char text[100], part[100];
        snprintf(text, sizeof(text), "{\"cost-map\":{\"A\":{\"b\":%s}}}", numbers[i]);
        json_t *root = json_loads(text, 0, NULL);
        json_t *row = json_object_get(json_object_get(root, "cost-map"), "A");
        bool ok = read_text(text, v, part, sizeof(part));
        if (ok && (!root || v[2] != json_number_value(json_object_get(row, "b"))))
            fail_msg("%s: %.17g", numbers[i], v[2]);
        if (!ok && root && strlen(numbers[i]) < 18)
            fail_msg("%s: given up", numbers[i]);
        json_decref(root);
    }
}

/* What thousandths tell, and what is too fine, too large or written otherwise. */
static void test_thousandths(void **state)
{
    static const struct {
        const char *text;
        uint32_t n; /* THOUSANDTHS_NONE: they can't */
    } cases[] = {
        {"0", 0},
        {"0.0", 0},
        {"0.001", 1},
        {"0.01", 10},
        {"7", 7000},
        {"7.0", 7000},
        {"123.45", 123450},
        {"12345.67", 12345670},
        {"123456.789", 123456789},
        {"999999", 999999000},
        {"999999.9", 999999900},
        {"999999.999", 999999999},
        {"1000000", THOUSANDTHS_NONE},
        {"1000000.0", THOUSANDTHS_NONE},
        {"12345678", THOUSANDTHS_NONE},
        {"123456789012345", THOUSANDTHS_NONE},
        {"0.0001", THOUSANDTHS_NONE},
        {"1.0000", THOUSANDTHS_NONE},
        {"45.1230000", THOUSANDTHS_NONE},
        {"45.122999999999998", THOUSANDTHS_NONE},
        {"-1", THOUSANDTHS_NONE},
        {"-0", THOUSANDTHS_NONE},
        {"1e3", THOUSANDTHS_NONE},
        {"1.5E1", THOUSANDTHS_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        uint32_t v[N * N];
        char text[100];
        struct slice part;
        const struct wire_cost_document to = {.thousandths = v};
        snprintf(text, sizeof(text), "{\"cost-map\":{\"A\":{\"b\":%s}}}", cases[i].text);
        enum cost_reading how = cost_reader(slice_of(text), &map, &to, &part);
        enum cost_reading expected = cases[i].n == THOUSANDTHS_NONE ? COST_FINER : COST_READ;
        if (how != expected || (how == COST_READ && v[2] != cases[i].n))
            fail_msg("%s: %d, %u", cases[i].text, (int)how, v[2]);
    }
}

/* Rows in another order than the map's, with holes. */
static void test_order(void **state)
{
    (void)state;
    double v[N * N];
    char part[200];
    assert_true(read_text("{\"cost-map\":{\"b\":{\"b\":1,\"A\":2,\"a-longer-name\":3},"
                          "\"A\":{\"b\":4,\"A\":5,\"a-longer-name\":6},"
                          "\"a-longer-name\":{\"a-longer-name\":7,\"b\":8}}}",
                          v, part, sizeof(part)));
    static const double expected[] = {5, 6, 4, NAN, 7, 8, 2, 3, 1};
    for (size_t i = 0; i < (size_t)N * N; i++)
        assert_true(isnan(expected[i]) ? isnan(v[i]) : v[i] == expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain), cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_zeros), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_order), cmocka_unit_test(test_thousandths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
