/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/document.h"

#include <string.h>

#include "unit/cmocka_all.h"

static const struct origin origin = {.domain = "one", .source = "inbox", .scope = "grants/one"};

#define REGISTRY                                                                               \
    "{\"version\":1,\"experiments\":[{\"expName\":\"atlas\",\"expId\":2,\"activities\":[{"     \
    "\"activityName\":\"T0 Export\",\"activityId\":20}]}]}"

static int read(const char *text, struct facts *out, struct err *e)
{
    struct scitags *tags;
    *out = (struct facts){.arena = arena_new((size_t)64 << 20)};
    assert_int_equal(scitags_read(slice_of(REGISTRY), out->arena, &tags, e), 0);
    return fts_document_read(slice_of(text), tags, &origin, out, e);
}

static void drop(struct facts *f)
{
    facts_free(f);
    arena_free(&f->arena);
}

/* What was read is written as it was handed in. */
static void test_whole(void **state)
{
    static const char text[] =
        "{\"groups\":{\"sea\":[\"r1|r2\",\"r3>r4\",\"id of one\"]},\"grants\":["
        "{\"link\":\"r1|r2\",\"user\":\"fts\",\"share\":0.6,\"weights\":{\"2\":2,"
        "\"2/20\":0.5,\"cms\":1},\"from\":\"2026-11-01T00:00:00Z\","
        "\"until\":\"2026-12-01T00:00:00Z\"},"
        "{\"group\":\"sea\",\"user\":\"fts\",\"limit\":40000000000}]}";
    struct facts f;
    struct buf out = {0};
    struct err e = {0};
    (void)state;
    int rc = read(text, &f, &e);
    assert_string_equal(e.msg, "");
    assert_int_equal(rc, 0);
    const struct fact_grant *g = FACTS(&f, grant, GRANT);
    assert_int_equal(FACTS_N(&f, GRANT), 2);
    assert_string_equal(g[0].entity, "link:r1|r2");
    assert_true(g[0].share == 0.6 && g[0].bits == FACT_NONE);
    assert_int_equal(g[0].start, 1793491200000000);
    assert_string_equal(g[0].weights.v[1], "2/20=0.5");
    assert_string_equal(g[1].entity, "group:sea");
    assert_int_equal(g[1].bits, 40000000000);
    assert_ptr_equal(g[1].origin, &origin);
    assert_int_equal(FACTS(&f, link_group, LINK_GROUP)->links.n, 3);
    fts_document_put(&f, &out);
    assert_string_equal(buf_cstr(&out), text);
    buf_free(&out);
    drop(&f);
}

static void test_empty(void **state)
{
    struct facts f;
    struct buf out = {0};
    struct err e = {0};
    (void)state;
    assert_int_equal(read("{}", &f, &e), 0);
    fts_document_put(&f, &out);
    assert_string_equal(buf_cstr(&out), "{\"groups\":{},\"grants\":[]}");
    buf_free(&out);
    drop(&f);
}

#define GRANT(text) "{\"grants\":[{" text "}]}"
#define LINK        "\"link\":\"a|b\",\"user\":\"u\""

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        int code;
        const char *why;
    } cases[] = {
        {"", ERR_PARSE, "1:1"},
        {"[]", ERR_SCHEMA, "1:"},
        {"{\"grants\":[]} {}", ERR_PARSE, "1:"},
        {"{\"grant\":[]}", ERR_SCHEMA, "unknown member 'grant'"},
        {"{\"groups\":{\"g\":[]}}", ERR_SCHEMA, "groups: g has no links"},
        {"{\"groups\":{\"\":[\"a\"]}}", ERR_SCHEMA, "groups: 1 to 1024 bytes"},
        {"{\"groups\":{\"g\":[\"a|\"]}}", ERR_SCHEMA, "1:21: link: a|b, a>b or an id"},
        {"{\"groups\":{\"g\":[\"a\"],\"g\":[\"b\"]}}", ERR_PARSE, "1:"},
        {"{\"groups\":{\"g\\n\":[\"a\"]}}", ERR_SCHEMA, "control character"},
        {GRANT("\"user\":\"u\",\"share\":1"), ERR_SCHEMA, "either link or group"},
        {GRANT(LINK ",\"group\":\"g\",\"limit\":1"), ERR_SCHEMA, "either link or group"},
        {GRANT("\"link\":\"a\",\"share\":1"), ERR_SCHEMA, "each needs a user"},
        {GRANT(LINK), ERR_SCHEMA, "either share or limit"},
        {GRANT(LINK ",\"share\":1,\"limit\":1"), ERR_SCHEMA, "either share or limit"},
        {GRANT(LINK ",\"share\":1.01"), ERR_SCHEMA, "share: 0 to 1"},
        {GRANT(LINK ",\"share\":-0.1"), ERR_SCHEMA, "share: 0 to 1"},
        {GRANT(LINK ",\"limit\":0"), ERR_SCHEMA, "limit: whole bits"},
        {GRANT(LINK ",\"limit\":1.5"), ERR_SCHEMA, "limit: whole bits"},
        {GRANT(LINK ",\"limit\":1.1e15"), ERR_SCHEMA, "limit: whole bits"},
        {GRANT(LINK ",\"limit\":\"40G\""), ERR_SCHEMA, "1:"},
        {GRANT(LINK ",\"limit\":1,\"colour\":1"), ERR_SCHEMA, "unknown member 'colour'"},
        {GRANT(LINK ",\"limit\":1,\"from\":\"soon\""), ERR_SCHEMA, "from: no time"},
        {GRANT(LINK ",\"limit\":1,\"from\":\"2026-01-01T00:00:00Z\","
                    "\"until\":\"2026-01-01T00:00:00Z\""),
         ERR_SCHEMA, "until: is not later than from"},
        {GRANT(LINK ",\"limit\":1,\"weights\":{\"a\":0}"), ERR_SCHEMA, "1e-6 to 1e6"},
        {GRANT(LINK ",\"limit\":1,\"weights\":{\"a\":1e7}"), ERR_SCHEMA, "1e-6 to 1e6"},
        {GRANT(LINK ",\"limit\":1,\"weights\":{\"a/\":1}"), ERR_SCHEMA,
         "experiment or experiment/activity"},
        {GRANT(LINK ",\"limit\":1,\"weights\":{\"7\":1}"), ERR_SCHEMA,
         "7 is not in the registry"},
        {GRANT(LINK ",\"limit\":1,\"weights\":{\"2\":1,\"atlas\":2}"), ERR_SCHEMA,
         "weights: atlas stands twice"},
        {GRANT("\"group\":\"g\",\"user\":\"u\",\"limit\":1"), ERR_SCHEMA,
         "grants[0].group: g is not defined"},
        {"{\"groups\":{\"g\":[\"a\"]},\"grants\":[{\"group\":\"g\",\"user\":\"u\",\"share\":1}"
         "]}",
         ERR_SCHEMA, "share: says nothing of several"},
        {"{\"grants\":[{" LINK ",\"limit\":1},{\"link\":\"x\",\"user\":\"u\",\"limit\":1},"
         "{\"link\":\"b>a\",\"user\":\"u\",\"share\":1}]}",
         ERR_CONFLICT,
         "grants[2]: link:b>a to u is granted for overlapping times in grants[0] too"},
        {"{\"grants\":[[[[[[[[[[]]]]]]]]]]}", ERR_SCHEMA, "1:"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct facts f;
        struct err e = {0};
        int rc = read(cases[i].text, &f, &e);
        if (rc != cases[i].code || !strstr(e.msg, cases[i].why))
            fail_msg("%s: %d '%s' instead of '%s'", cases[i].text, rc, e.msg, cases[i].why);
        drop(&f);
    }
}

static void put_many(struct buf *text, const char *before, const char *each, size_t n)
{
    buf_str(text, before);
    for (size_t i = 0; i < n; i++) {
        buf_str(text, i > 0 ? "," : "");
        buf_printf(text, each, i);
    }
}

static void test_limits(void **state)
{
    static const struct {
        const char *before, *each, *after;
        size_t most;
    } cases[] = {
        {"{\"groups\":{\"g\":[", "\"l%zu\"", "]}}", GRANT_LINKS_MAX},
        {"{\"groups\":{", "\"g%zu\":[\"a\"]", "}}", DOCUMENT_GROUPS},
        {"{\"grants\":[{" LINK ",\"limit\":1,\"weights\":{", "\"x%zu\":1", "}}]}",
         GRANT_WEIGHTS_MAX},
        {"{\"grants\":[", "{\"link\":\"l%zu\",\"user\":\"u\",\"limit\":1}", "]}", GRANTS_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (size_t more = 0; more < 2; more++) {
            struct buf text = {0};
            struct facts f;
            struct err e = {0};
            put_many(&text, cases[i].before, cases[i].each, cases[i].most + more);
            buf_str(&text, cases[i].after);
            assert_int_equal(read(buf_cstr(&text), &f, &e), more ? ERR_LIMIT : 0);
            drop(&f);
            buf_free(&text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
