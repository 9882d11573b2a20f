/* SPDX-License-Identifier: Apache-2.0 */
#include "server/scitags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "server/fts/ask.h"
#include "unit/cmocka_all.h"

#define REGISTRY                                                                               \
    "{\"version\":1,\"modified\":\"2026-01-01T00:00:00Z\",\"experiments\":[{\"expName\":"      \
    "\"default\",\"expId\":1,\"activities\":[{\"activityName\":\"default\",\"activityId\":1}]" \
    "},{\"activities\":[{\"activityId\":63,\"activityName\":\"T0/Export\",\"x\":[1]}],"        \
    "\"expId\":1023,\"expName\":\"atlas\"}]}"

static struct scitags *read(const char *text, struct arena *a, struct err *e)
{
    struct scitags *s = NULL;
    return scitags_read(slice_of(text), a, &s, e) == 0 ? s : NULL;
}

static void test_names(void **state)
{
    static const struct {
        const char *id, *name, *why;
    } cases[] = {
        {"1023", "atlas", NULL},
        {"1023/63", "atlas/T0/Export", NULL},
        {"1/1", "default/default", NULL},
        {"01", "default", NULL},
        {"2", NULL, "2 is not in the registry"},
        {"1/2", NULL, "1/2 is not in the registry"},
        {"1/64", NULL, "1/64 is not in the registry"},
        {"0", NULL, "0 is not in the registry"},
        {"1024", NULL, "1024 is not in the registry"},
        {"99999999999999999999999", NULL, "is not in the registry"},
    };
    struct arena *a = arena_new(0);
    struct scitags *s = read(REGISTRY, a, NULL);
    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct err e = {0};
        const char *name = scitags_name(s, slice_of(cases[i].id), a, &e);
        assert_true(scitags_is_id(slice_of(cases[i].id)));
        if (cases[i].name) {
            assert_string_equal(name, cases[i].name);
        } else {
            assert_null(name);
            assert_non_null(strstr(e.msg, cases[i].why));
        }
    }
    arena_free(&a);
}

static void test_ids(void **state)
{
    static const char *const names[] = {"", "atlas", "2a", "2/", "/2", "2/a", "2/3/4", "-2"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_false(scitags_is_id(slice_of(names[i])));
}

static void test_tags(void **state)
{
    struct arena *a = arena_new(0);
    struct scitags *s = read(REGISTRY, a, NULL);
    const char *experiment, *activity;
    (void)state;
    assert_int_equal(scitags_tag(s, "default", "default"), 65);
    assert_int_equal(scitags_tag(s, "atlas", "T0/Export"), 65535);
    assert_int_equal(scitags_tag(s, "atlas", "default"), 0);
    assert_int_equal(scitags_tag(s, "cms", "default"), 0);
    assert_int_equal(scitags_tag(s, "atlas", NULL), 0);
    assert_int_equal(scitags_tag(NULL, "atlas", "default"), 0);
    assert_true(scitags_names(s, 65535, &experiment, &activity));
    assert_string_equal(experiment, "atlas");
    assert_string_equal(activity, "T0/Export");
    assert_false(scitags_names(s, 64, &experiment, &activity));
    assert_false(scitags_names(s, 1, &experiment, &activity));
    assert_false(scitags_names(s, UINT32_MAX, &experiment, &activity));
    assert_false(scitags_names(NULL, 65, &experiment, &activity));
    arena_free(&a);
}

/* A registry takes what is in it, not what could be: 512 KiB. */
static void test_memory(void **state)
{
    struct arena *a = arena_new(32 * 1024);
    struct scitags *s = read(REGISTRY, a, NULL);
    const char *experiment, *activity;
    (void)state;
    assert_non_null(s);
    assert_true(scitags_names(s, 65, &experiment, &activity));
    arena_free(&a);
    a = arena_new(32 * 1024);
    s = read("{\"version\":1,\"experiments\":[{\"expId\":2,\"expName\":\"a\"}]}", a, NULL);
    assert_non_null(s);
    assert_int_equal(scitags_tag(s, "a", "b"), 0);
    assert_false(scitags_names(s, 2 << 6 | 1, &experiment, &activity));
    assert_null(scitags_name(s, slice_of("2/1"), a, NULL));
    assert_string_equal(scitags_name(s, slice_of("2"), a, NULL), "a");
    arena_free(&a);
}

#define ONE(text)      "{\"version\":1,\"experiments\":[{" text "}]}"
#define ACTIVITY(text) ONE("\"expId\":1,\"expName\":\"a\",\"activities\":[" text "]")

static void test_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "1:1"},
        {"{}", "\"version\":1 and \"experiments\" expected"},
        {"{\"version\":1}", "no registry of SciTags"},
        {"{\"version\":2,\"experiments\":[]}", "no registry of SciTags"},
        {"{\"version\":1,\"experiments\":{}}", "1:"},
        {REGISTRY "x", "1:"},
        {ONE(""), "an experiment without name"},
        {ONE("\"expId\":1"), "an experiment without name"},
        {ONE("\"expName\":\"a\""), "an experiment without id"},
        {ONE("\"expId\":0,\"expName\":\"a\""), "ids are from 1 to 1023"},
        {ONE("\"expId\":1024,\"expName\":\"a\""), "ids are from 1 to 1023"},
        {ONE("\"expId\":1,\"expName\":\"a/b\""), "a slash is not allowed"},
        {ONE("\"expId\":1,\"expName\":\"\""), "a name of 1 to 256 bytes"},
        {ONE("\"expId\":1,\"expName\":\"a\"},{\"expId\":1,\"expName\":\"b\""),
         "experiment 1 (b) stands twice"},
        {ONE("\"expId\":1,\"expName\":\"a\"},{\"expId\":2,\"expName\":\"a\""),
         "experiment 2 (a) stands twice"},
        {ACTIVITY("{}"), "an activity without name"},
        {ACTIVITY("{\"activityId\":64}"), "ids are from 1 to 63"},
        {ACTIVITY("{\"activityId\":1,\"activityName\":\"a\"},{\"activityId\":2,"
                  "\"activityName\":\"a\"}"),
         "activity 2 (a) stands twice"},
        {ACTIVITY("{\"activityId\":1,\"activityName\":\"a\"},{\"activityId\":1,"
                  "\"activityName\":\"b\"}"),
         "activity 1 (b) stands twice"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        if (read(cases[i].text, a, &e) || !strstr(e.msg, cases[i].why))
            fail_msg("%s: '%s' instead of '%s'", cases[i].text, e.msg, cases[i].why);
        arena_free(&a);
    }
}

/* What schedulers ask may say ids. */
#define PAIR "\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\""

static void test_asked(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"{\"pairs\":[{" PAIR ",\"scitag\":65535}],\"weights\":{\"1023/63\":2,\"1\":3},"
         "\"grants\":[{\"links\":[\"x\"],\"limit\":1,\"weights\":{\"1023\":4}}]}",
         NULL},
        {"{\"pairs\":[{" PAIR ",\"scitag\":66}]}", "1:68: scitag: is not in the registry"},
        {"{\"pairs\":[{" PAIR ",\"scitag\":0}]}", "scitag: a whole number from 1 to 65535"},
        {"{\"pairs\":[{" PAIR ",\"scitag\":65536}]}", "scitag: a whole number from 1"},
        {"{\"pairs\":[{" PAIR ",\"scitag\":65,\"vo\":\"default\"}]}", "instead of vo"},
        {"{\"pairs\":[{" PAIR "}],\"weights\":{\"77\":2}}", "77 is not in the registry"},
        {"{\"pairs\":[{" PAIR "}],\"weights\":{\"1\":2,\"default\":3}}",
         "default stands twice"},
        {"{\"pairs\":[{" PAIR ",\"scitag\":65},{" PAIR
         ",\"vo\":\"default\",\"activity\":\"default\"}]}",
         "stands twice"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        struct scitags *s = read(REGISTRY, a, NULL);
        struct fts_ask ask;
        struct err e = {0};
        int rc = fts_ask_read_tagged(s, slice_of(cases[i].text), &ask, a, &e);
        if (cases[i].why ? rc >= 0 || !strstr(e.msg, cases[i].why) : rc < 0)
            fail_msg("%s: '%s'", cases[i].text, e.msg);
        if (rc == 0) {
            assert_string_equal(ask.pairs.v[0].activity, "T0/Export");
            assert_string_equal(ask.weights.v[0].name, "atlas/T0/Export");
            assert_string_equal(ask.grants.v[0].weights.v[0].name, "atlas");
        }
        fts_ask_free(&ask);
        if (fts_ask_read(cases[i].text, strlen(cases[i].text), &ask, a, &e) >= 0)
            fail_msg("%s: read without a registry", cases[i].text);
        fts_ask_free(&ask);
        arena_free(&a);
    }
}

static void test_sample(void **state)
{
    const char *shared = getenv("RIALTO_SHARED");
    struct arena *a = arena_new(0);
    struct scitags *s;
    struct err e = {0};
    char path[1024];
    (void)state;
    if (!shared) {
        print_message("SKIPPED: RIALTO_SHARED is not set\n");
        arena_free(&a);
        skip();
    }
    snprintf(path, sizeof(path), "%s/samples/rucio-fts/scitags/api.json", shared);
    assert_int_equal(scitags_load(path, a, &s, &e), 0);
    assert_string_equal(scitags_name(s, slice_of("2/20"), a, &e), "atlas/T0 Export");
    assert_string_equal(scitags_name(s, slice_of("14"), a, &e), "xenon");
    assert_int_equal(scitags_tag(s, "atlas", "T0 Export"), 2 << 6 | 20);
    assert_true(scitags_load("/nowhere/api.json", a, &s, &e) < 0);
    assert_non_null(strstr(e.msg, "/nowhere/api.json"));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),  cmocka_unit_test(test_ids),
        cmocka_unit_test(test_tags),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_asked),  cmocka_unit_test(test_sample),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
