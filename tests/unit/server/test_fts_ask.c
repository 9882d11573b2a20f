/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/ask.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "model/facts.h"
#include "unit/cmocka_all.h"

#define PAIR "\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\""

static int read(const char *text, struct fts_ask *ask, struct arena *a, struct err *e)
{
    return fts_ask_read(text, strlen(text), ask, a, e);
}

static void test_all_members(void **state)
{
    struct arena *a = arena_new(0);
    struct fts_ask ask;
    struct err e = {0};
    (void)state;
    int rc = read("{\"weights\":{\"atlas\":2,\"atlas/T0 Export\":0.5},"
                  "\"pairs\":[{" PAIR ",\"vo\":\"atlas\",\"activity\":\"T0 Export\","
                  "\"weight\":3,\"queued\":500,\"active\":20,\"throughput\":4e9,"
                  "\"per_connection\":2e8,\"min_active\":2,\"max_active\":130},{" PAIR "}],"
                  "\"grants\":[{\"links\":[\"r1|r2\"],\"share\":0.5,\"weights\":{\"cms\":4},"
                  "\"from\":\"2026-01-01T00:00:00Z\"},{\"links\":[\"x\",\"y\"],\"limit\":1e10,"
                  "\"until\":\"2026-01-01T00:00:00Z\"}]}",
                  &ask, a, &e);
    assert_string_equal(e.msg, "");
    assert_int_equal(rc, 0);
    const struct fts_pair *p = ask.pairs.v;
    assert_int_equal(ask.pairs.n, 2);
    assert_string_equal(p[0].source_se, "davs://a");
    assert_string_equal(p[0].activity, "T0 Export");
    assert_true(p[0].weight == 3 && p[0].queued == 500 && p[0].active == 20 &&
                p[0].throughput == 4e9 && p[0].per_connection == 2e8 && p[0].min_active == 2 &&
                p[0].max_active == 130);
    assert_null(p[1].vo);
    assert_true(p[1].weight == 1 && isnan(p[1].queued) && isnan(p[1].max_active));
    assert_int_equal(ask.grants.n, 2);
    assert_true(ask.grants.v[0].share == 0.5 && isnan(ask.grants.v[0].limit));
    assert_int_equal(ask.grants.v[0].weights.n, 1);
    assert_int_equal(ask.grants.v[0].from, 1767225600000000);
    assert_int_equal(ask.grants.v[0].until, FACT_NONE);
    assert_int_equal(ask.grants.v[1].links.n, 2);
    assert_string_equal(ask.weights.v[1].name, "atlas/T0 Export");
    fts_ask_free(&ask);
    arena_free(&a);
}

static void test_links_and_objective(void **state)
{
    struct arena *a = arena_new(0);
    struct fts_ask ask;
    (void)state;
    assert_int_equal(
        read("{\"pairs\":[{" PAIR "}],\"objective\":\"throughput\",\"links\":["
             "{\"link\":\"a>b\",\"load\":5},{\"link\":\"b>c\",\"enforced\":true}]}",
             &ask, a, NULL),
        0);
    assert_int_equal(ask.objective, FTS_THROUGHPUT);
    assert_int_equal(ask.known.n, 2);
    assert_string_equal(ask.known.v[0].link, "a>b");
    assert_true(ask.known.v[0].load == 5 && !ask.known.v[0].enforced);
    assert_true(isnan(ask.known.v[1].load) && ask.known.v[1].enforced);
    fts_ask_free(&ask);
    assert_int_equal(read("{\"pairs\":[{" PAIR "}],\"objective\":\"max-min\"}", &ask, a, NULL),
                     0);
    assert_int_equal(ask.objective, FTS_MAX_MIN);
    fts_ask_free(&ask);
    arena_free(&a);
}

#define KNOWN(text)  "{\"pairs\":[{" PAIR "}],\"links\":[{" text "}]}"
#define GRANT(text)  "{\"pairs\":[{" PAIR "}],\"grants\":[{" text "}]}"
#define MEMBER(text) "{\"pairs\":[{" PAIR "," text "}]}"

static void test_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "1:1"},
        {"[]", "1:2"},
        {"{}", "pairs: at least one is needed"},
        {"{\"pairs\":[]}", "pairs: at least one is needed"},
        {"{\"pairs\":[{}]}", "each needs source_se and dest_se"},
        {"{\"pairs\":[{" PAIR "}]} x", "1:"},
        {"{\"pairs\":[{" PAIR "}],\"pears\":1}", "unknown member 'pears'"},
        {"{\"pairs\":[{" PAIR "},{" PAIR "}]}", "stands twice"},
        {"{\"pairs\":[{\"source_se\":\"davs://a\",\"dest_se\":\"davs://a\"}]}", "are the same"},
        {"{\"pairs\":[{\"source_se\":\"a\",\"dest_se\":\"davs://b\"}]}",
         "source_se: scheme://host expected"},
        {"{\"pairs\":[{\"source_se\":\"davs:///x\",\"dest_se\":\"davs://b\"}]}",
         "source_se: scheme://host expected"},
        {"{\"pairs\":[{\"source_se\":\"\",\"dest_se\":\"davs://b\"}]}", "1 to 1024 bytes"},
        {MEMBER("\"colour\":1"), "unknown member 'colour' of a pair"},
        {MEMBER("\"activity\":\"x\""), "activity: needs a vo"},
        {MEMBER("\"vo\":\"a/b\""), "vo: a slash is not allowed"},
        {MEMBER("\"weight\":0"), "weight: must be more than 0"},
        {MEMBER("\"weight\":-1"), "weight: not from 0 to 1e18"},
        {MEMBER("\"weight\":1.1e6"), "weight: not from 1e-6 to 1e6"},
        {MEMBER("\"weight\":9e-7"), "weight: not from 1e-6 to 1e6"},
        {MEMBER("\"queued\":1.5"), "queued: a whole number up to 100000"},
        {MEMBER("\"queued\":100001"), "queued: a whole number up to 100000"},
        {MEMBER("\"throughput\":1e19"), "throughput: not from 0 to 1e18"},
        {MEMBER("\"active\":\"many\""), "1:"},
        {MEMBER("\"min_active\":3,\"max_active\":2"), "min_active: is larger than max_active"},
        {MEMBER("\"queued\":1,\"queued\":2"), "queued"},
        {GRANT(""), "each needs links"},
        {GRANT("\"links\":[]"), "each needs links"},
        {GRANT("\"links\":[\"a\"]"), "either share or limit"},
        {GRANT("\"links\":[\"a\"],\"share\":0.1,\"limit\":5"), "either share or limit"},
        {GRANT("\"links\":[\"a\"],\"share\":1.1"), "share: a part of 1 is expected"},
        {GRANT("\"links\":[\"a\",\"b\"],\"share\":0.5"), "several links together need a limit"},
        {GRANT("\"links\":[\"a\",\"b\"],\"limit\":5,\"weights\":{\"x\":1}"), "single link"},
        {GRANT("\"links\":[\"a\"],\"limit\":5,\"from\":\"soon\""), "from: no time of RFC 3339"},
        {GRANT("\"links\":[\"a\"],\"limit\":5,\"from\":\"2026-01-01T00:00:00Z\","
               "\"until\":\"2026-01-01T00:00:00Z\""),
         "until: is not later than from"},
        {GRANT("\"links\":[\"a\"],\"limit\":5,\"colour\":1"), "unknown member 'colour'"},
        {GRANT("\"links\":[\"a\"],\"limit\":5,\"weights\":{\"x\":0}"),
         "weights: must be more than 0"},
        {GRANT("\"links\":[\"a\"],\"limit\":5,\"weights\":{\"x\":1e7}"),
         "weights: not from 1e-6 to 1e6"},
        {KNOWN(""), "each needs a link"},
        {KNOWN("\"link\":\"a>b\",\"load\":-1"), "load: not from 0 to 1e18"},
        {KNOWN("\"link\":\"a>b\",\"enforced\":1"), "1:"},
        {KNOWN("\"link\":\"a>b\",\"colour\":1"), "unknown member 'colour' of a link"},
        {"{\"pairs\":[{" PAIR "}],\"objective\":\"speed\"}", "max-min or throughput expected"},
        {"{\"pairs\":[[[[[[[[[[]]]]]]]]]]}", "1:"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        struct fts_ask ask;
        struct err e = {0};
        if (read(cases[i].text, &ask, a, &e) >= 0 || !strstr(e.msg, cases[i].why))
            fail_msg("%s: '%s' instead of '%s'", cases[i].text, e.msg, cases[i].why);
        fts_ask_free(&ask);
        arena_free(&a);
    }
}

static void test_too_many(void **state)
{
    struct arena *a = arena_new(0);
    struct buf text = {0};
    struct fts_ask ask;
    struct err e = {0};
    (void)state;
    buf_str(&text, "{\"pairs\":[");
    for (size_t i = 0; i <= FTS_MAX_PAIRS; i++)
        buf_printf(&text, "%s{\"source_se\":\"davs://a%zu\",\"dest_se\":\"davs://b\"}",
                   i > 0 ? "," : "", i);
    buf_str(&text, "]}");
    assert_int_equal(read(buf_cstr(&text), &ask, a, &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "more than 20000 pairs"));
    fts_ask_free(&ask);
    buf_free(&text);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_members),
        cmocka_unit_test(test_links_and_objective),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
