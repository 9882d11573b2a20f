/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/summary.h"

#include <stdio.h>
#include <string.h>

#include "unit/cmocka_all.h"

#define BASE "https://alto.example:8443/a/tips?x=1"
#define GRAPH(start, end, i, j)                                                                \
    "\"tips-view-summary\":{\"updates-graph-summary\":{\"start-seq\":" start                   \
    ",\"end-seq\":" end ",\"start-edge-rec\":{\"seq-i\":" i ",\"seq-j\":" j "}}}"
#define VIEW(uri, graph) "{\"tips-view-uri\":\"" uri "\"," graph "}"

static int read_text(const char *text, struct arena *a, struct summary *s, struct err *e)
{
    return summary_read(slice_of(text), BASE, a, s, e);
}

static void test_good(void **state)
{
    static const struct {
        const char *text, *uri;
        int64_t i, j;
    } all[] = {
        /* RFC 9569 section 6.3.1 */
        {VIEW("https://alto.example.com/tips/2718281828", GRAPH("101", "106", "0", "105")),
         "https://alto.example.com/tips/2718281828", 0, 105},
        {VIEW("/v/1", GRAPH("101", "106", "0", "101")), "https://alto.example:8443/v/1", 0,
         101},
        {VIEW("v", GRAPH("101", "106", "103", "105")), "https://alto.example:8443/a/v", 103,
         105},
        {VIEW("/v", GRAPH("1", "1", "1", "2")), "https://alto.example:8443/v", 1, 2},
        {VIEW("/v", GRAPH("1", "9007199254740992", "0", "9007199254740992")),
         "https://alto.example:8443/v", 0, INT64_C(9007199254740992)},
    };
    struct arena *a = arena_new(0);

    (void)state;
    for (size_t k = 0; k < sizeof(all) / sizeof(*all); k++) {
        struct err e = {0};
        struct summary s;

        assert_int_equal(read_text(all[k].text, a, &s, &e), 0);
        assert_string_equal(s.uri, all[k].uri);
        assert_true(s.i == all[k].i && s.j == all[k].j);
    }
    arena_free(&a);
}

static void test_bad(void **state)
{
    static const struct {
        const char *text, *part;
    } all[] = {
        {"", "1:1"},
        {"[]", "start-seq is missing"},
        {VIEW("/v", "\"tips-view-summary\":7"), "start-seq is missing"},
        {VIEW("/v", GRAPH("\"1\"", "1", "0", "1")), "start-seq is no whole number"},
        {VIEW("/v", GRAPH("1", "1.5", "0", "1")), "end-seq is no whole number"},
        {VIEW("/v", GRAPH("1", "1", "-1", "1")), "seq-i is no whole number"},
        {VIEW("/v", GRAPH("1", "9007199254740994", "0", "1")), "end-seq is no whole number"},
        {VIEW("/v", GRAPH("1", "1", "0", "null")), "seq-j is no whole number"},
        {VIEW("/v", GRAPH("0", "1", "0", "1")), "versions from 0 to 1"},
        {VIEW("/v", GRAPH("3", "2", "0", "2")), "versions from 3 to 2"},
        /* edges that no such graph has */
        {VIEW("/v", GRAPH("3", "5", "0", "2")), "with 0/2"},
        {VIEW("/v", GRAPH("3", "5", "0", "6")), "with 0/6"},
        {VIEW("/v", GRAPH("3", "5", "2", "3")), "with 2/3"},
        {VIEW("/v", GRAPH("3", "5", "4", "4")), "with 4/4"},
        {VIEW("/v", GRAPH("3", "5", "4", "6")), "with 4/6"},
        {VIEW("/v", GRAPH("3", "5", "5", "7")), "with 5/7"},
        {"{" GRAPH("1", "1", "0", "1") "}", "tips-view-uri"},
        {VIEW("", GRAPH("1", "1", "0", "1")), "tips-view-uri"},
        {VIEW("http://alto.example/v", GRAPH("1", "1", "0", "1")), "tips-view-uri"},
        {VIEW("file:///v", GRAPH("1", "1", "0", "1")), "tips-view-uri"},
        {VIEW("/v?a=b", GRAPH("1", "1", "0", "1")), "tips-view-uri"},
        {VIEW("/v\\u00e9", GRAPH("1", "1", "0", "1")), "tips-view-uri"},
        {VIEW("/v\\r\\nX: y", GRAPH("1", "1", "0", "1")), "tips-view-uri"},
    };
    struct arena *a = arena_new(0);

    (void)state;
    for (size_t k = 0; k < sizeof(all) / sizeof(*all); k++) {
        struct err e = {0};
        struct summary s;

        if (read_text(all[k].text, a, &s, &e) >= 0 || strstr(e.msg, all[k].part) == NULL)
            print_error("%zu: %s\n", k, e.msg);
        assert_true(e.code == ERR_SCHEMA || e.code == ERR_PARSE);
        assert_non_null(strstr(e.msg, all[k].part));
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_bad)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
