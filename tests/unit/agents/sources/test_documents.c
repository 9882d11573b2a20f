/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/agents/fixture.h"
#include "unit/cmocka_all.h"

#define MAP1   "{\"network-map\": {\"P1\": {\"ipv4\": [\"192.0.2.0/24\"]}}}"
#define MAP2   "{\"network-map\": {\"P2\": {\"ipv4\": [\"192.0.2.0/24\"]}}}"
#define SOURCE "{kind: documents, path: .}"

static const struct fact_document *document(struct fixture *f, const char *scope)
{
    const struct memory_batch *b = fixture_batch(f, scope);

    assert_non_null(b);
    assert_false(b->failed);
    assert_int_equal(facts_count(&b->facts), 1);
    return FACTS(&b->facts, document, DOCUMENT);
}

static void test_folder(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    assert_int_equal(fixture_agent(&f, SOURCE, &e), 0);
    assert_int_equal(fixture_collect(&f, &e), 0); /* empty */
    assert_int_equal(f.memory.n, 0);

    fixture_write(&f, "b.json", MAP1);
    fixture_write(&f, "a.view.json", "{\"resources\": []}");
    fixture_write(&f, ".hidden.json", "x");
    fixture_write(&f, "notes.txt", "x");
    fixture_write(&f, ".json", "x");
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_int_equal(f.memory.n, 2);
    assert_string_equal(f.memory.v[0].head.origin.scope, "a.view.json"); /* in order */
    assert_string_equal(document(&f, "a.view.json")->kind, "view");
    assert_string_equal(document(&f, "b.json")->kind, "network-map");
    assert_string_equal(document(&f, "b.json")->name, "b.json");
    assert_string_equal(document(&f, "b.json")->body, MAP1);

    assert_int_equal(fixture_collect(&f, &e), 0); /* as it was */
    assert_int_equal(f.memory.n, 2);
    fixture_write(&f, "b.json", MAP2);
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_int_equal(f.memory.n, 3);
    assert_string_equal(document(&f, "b.json")->body, MAP2);

    fixture_remove(&f, "b.json");
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_null(fixture_batch(&f, "b.json"));
    assert_non_null(fixture_batch(&f, "a.view.json"));
    fixture_close(&f);
}

static void test_broken_file(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    assert_int_equal(fixture_agent(&f, SOURCE, &e), 0);
    fixture_write(&f, "a.json", "{\n");
    fixture_write(&f, "b.json", MAP1);
    fixture_write(&f, "c.view.json", "{}");
    assert_int_equal(symlink("/nonexistent", arena_printf(f.arena, "%s/d.json", f.folder)), 0);
    assert_int_equal(mkdir(arena_printf(f.arena, "%s/e.json", f.folder), 0700), 0);
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_true(fixture_batch(&f, "a.json")->failed);
    assert_non_null(strstr(fixture_batch(&f, "a.json")->why.msg, "/a.json:2:1: "));
    assert_string_equal(document(&f, "b.json")->body, MAP1);
    assert_non_null(strstr(fixture_batch(&f, "c.view.json")->why.msg,
                           "/c.view.json:1:1: resources is missing"));
    assert_non_null(strstr(fixture_batch(&f, "d.json")->why.msg, "No such file"));
    assert_non_null(strstr(fixture_batch(&f, "e.json")->why.msg, "is a directory"));

    fixture_write(&f, "b.json", "{");
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_true(fixture_batch(&f, "b.json")->failed);
    fixture_write(&f, "b.json", MAP1); /* back to what it was: said again, since it was stale */
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_string_equal(document(&f, "b.json")->body, MAP1);
    fixture_close(&f);
}

static void test_folder_is_gone(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    assert_int_equal(mkdir(arena_printf(f.arena, "%s/d", f.folder), 0700), 0);
    assert_int_equal(fixture_agent(&f, "{kind: documents, path: d/}", &e), 0);
    fixture_write(&f, "d/a.json", MAP1);
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_int_equal(f.memory.n, 1);
    assert_int_equal(rename(arena_printf(f.arena, "%s/d", f.folder),
                            arena_printf(f.arena, "%s/e", f.folder)),
                     0);
    assert_int_equal(fixture_collect(&f, &e), ERR_NOENT);
    assert_string_equal(e.msg,
                        arena_printf(f.arena, "%s/d: No such file or directory", f.folder));
    assert_int_equal(f.memory.n, 1); /* kept */
    fixture_close(&f);
}

static void test_limits(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    assert_int_equal(fixture_agent(&f, SOURCE, &e), 0);
    for (int i = 0; i <= 1000; i++)
        fixture_write(&f, arena_printf(f.arena, "%d.json", i), MAP1);
    assert_int_equal(fixture_collect(&f, &e), ERR_LIMIT);
    assert_string_equal(e.msg,
                        arena_printf(f.arena, "%s: 1001 documents (at most 1000)", f.folder));
    assert_int_equal(f.memory.n, 0);
    fixture_remove(&f, "7.json");
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_int_equal(f.memory.n, 1000);
    fixture_close(&f);
}

static void test_open(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    fixture_write(&f, "file", "");
    assert_int_equal(fixture_agent(&f, "{kind: documents, path: no}", &e), ERR_SCHEMA);
    assert_non_null(strstr(e.msg, "agent.yaml:4:27: path: "));
    assert_int_equal(fixture_agent(&f, "{kind: documents, path: file}", &e), ERR_SCHEMA);
    assert_non_null(strstr(e.msg, "/file is not a folder"));
    fixture_close(&f);
}

static void test_cancelled(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    assert_int_equal(fixture_agent(&f, SOURCE, &e), 0);
    fixture_write(&f, "a.json", MAP1);
    atomic_store(&f.cancelled, true);
    assert_int_equal(fixture_collect(&f, &e), ERR_CANCELLED);
    assert_int_equal(f.memory.n, 0);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),         cmocka_unit_test(test_broken_file),
        cmocka_unit_test(test_folder_is_gone), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_open),           cmocka_unit_test(test_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
