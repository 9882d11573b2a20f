/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "store/lists.h"

static int setup(void **state)
{
    *state = arena_new(1 << 20);
    return *state == NULL;
}

static int teardown(void **state)
{
    arena_free((struct arena **)state);
    return 0;
}

static void texts(void **state)
{
    struct strs l;
    assert_int_equal(list_read(FACT_TYPE_STRS, slice_of("[]"), &l, *state, NULL), 0);
    assert_int_equal(l.n, 0);
    const char *all =
        "[\"\",\"a,b]\",\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u0001\\u00fc\\u20AC\",\"\xc3\xbc\"]";
    assert_int_equal(list_read(FACT_TYPE_STRS, slice_of(all), &l, *state, NULL), 0);
    assert_int_equal(l.n, 5);
    assert_string_equal(l.v[0], "");
    assert_string_equal(l.v[1], "a,b]");
    assert_string_equal(l.v[2], "\"\\/\b\f\n\r\t");
    assert_string_equal(l.v[3], "\x01\xc3\xbc\xe2\x82\xac");
    assert_string_equal(l.v[4], "\xc3\xbc");
}

static void hops(void **state)
{
    struct hops l;
    const char *text = "[{\"ttl\":1,\"responders\":[{},{\"addr\":\"192.0.2.1\",\"rtt\":1e-3,"
                       "\"asn\":-1,\"label\":\"a}]\",\"note\":\"\"}]},{\"responders\":[]}]";
    assert_int_equal(list_read(FACT_TYPE_HOPS, slice_of(text), &l, *state, NULL), 0);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.v[0].ttl, 1);
    assert_int_equal(l.v[0].lost, FACT_NONE);
    assert_int_equal(l.v[0].n, 2);
    assert_int_equal(l.v[0].v[0].asn, FACT_NONE);
    assert_int_equal(l.v[0].v[1].asn, -1);
    assert_string_equal(l.v[0].v[1].label, "a}]");
    assert_int_equal(l.v[1].n, 0);
}

static void what_is_not_written_so_is_refused(void **state)
{
    static const struct {
        enum fact_type type;
        const char *text;
    } bad[] = {
        {FACT_TYPE_STRS, ""},
        {FACT_TYPE_STRS, "["},
        {FACT_TYPE_STRS, "[\"a\""},
        {FACT_TYPE_STRS, "[\"a\",]"},
        {FACT_TYPE_STRS, "[,\"a\"]"},
        {FACT_TYPE_STRS, "[\"a\"] "},
        {FACT_TYPE_STRS, "[null]"},
        {FACT_TYPE_STRS, "[\"\\x\"]"},
        {FACT_TYPE_STRS, "[\"\\u12\"]"},
        {FACT_TYPE_STRS, "[\"\\u0000\"]"},
        {FACT_TYPE_STRS, "[\"\\ud800\"]"},
        {FACT_TYPE_STRS, "[\"\\"},
        {FACT_TYPE_STRS, "[\"a\nb\"]"},
        {FACT_TYPE_STRS, "[\"\xff\"]"},
        {FACT_TYPE_ADDRS, "[\"10.0.0.256\"]"},
        {FACT_TYPE_ADDRS, "[10]"},
        {FACT_TYPE_IFADDRS, "[\"\"]"},
        {FACT_TYPE_IFADDRS, "[\"10.0.0.1/33\"]"},
        {FACT_TYPE_ASNS, "[4294967296]"},
        {FACT_TYPE_ASNS, "[-1]"},
        {FACT_TYPE_ASNS, "[1,,2]"},
        {FACT_TYPE_ASNS, "[1 ]"},
        {FACT_TYPE_HOPS, "[{}]"},
        {FACT_TYPE_HOPS, "[{\"ttl\":1.5}]"},
        {FACT_TYPE_HOPS, "[{\"ttl\":9223372036854775808}]"},
        {FACT_TYPE_HOPS, "[{\"what\":1}]"},
        {FACT_TYPE_HOPS, "[{\"responders\":[{\"rtt\":nan}]}]"},
        {FACT_TYPE_HOPS, "[{\"responders\":[[]]}]"},
        {FACT_TYPE_HOPS, "[{\"responders\":[{},]}]"},
    };
    struct hops any;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err e = {0};
        int rc = list_read(bad[i].type, slice_of(bad[i].text), &any, *state, &e);
        if (rc != ERR_PARSE)
            fail_msg("%s gave %d", bad[i].text, rc);
    }
}

static void no_room(void **state)
{
    struct arena *tiny = arena_new(64);
    struct asns l;
    (void)state;
    assert_int_equal(list_read(FACT_TYPE_ASNS,
                               slice_of("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]"), &l,
                               tiny, NULL),
                     ERR_NOMEM);
    arena_free(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(hops),
        cmocka_unit_test(what_is_not_written_so_is_refused),
        cmocka_unit_test(no_room),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
