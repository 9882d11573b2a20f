/* SPDX-License-Identifier: Apache-2.0 */
/* The operator API as docs/api.md describes it. */
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

static int setup(void **state)
{
    static struct fixture f;
    fixture_start(&f, NULL);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_stop(*state);
    return 0;
}

static const char *argument(void *self, const char *name)
{
    const char *const *arguments = self;
    for (size_t i = 0; arguments[i]; i += 2) {
        if (strcmp(arguments[i], name) == 0)
            return arguments[i + 1];
    }
    return NULL;
}

static struct answer ask_path(struct fixture *f, const char **arguments)
{
    return fixture_request(f, (struct request){.method = "GET",
                                               .path = "/api/v1/path",
                                               .argument = argument,
                                               .argument_self = arguments});
}

static void test_path(void **state)
{
    const char *arguments[] = {"src", "10.1.0.1", "dst", "10.3.4.1", NULL};
    struct answer a = ask_path(*state, arguments);
    json_t *root = answer_json(&a, 200);
    assert_string_equal(a.reply.type, "application/json");
    assert_true(json_is_true(json_object_get(root, "reached")));
    assert_true(json_is_null(json_object_get(root, "age")));
    assert_null(json_object_get(root, "known"));
    assert_int_equal(json_array_size(json_object_get(root, "legs")), 2);
    assert_string_equal(json_string_value(json_at(root, "routers/2")), "r3");
    assert_string_equal(json_string_value(json_at(root, "links/1")), "r2|r3");
    const json_t *hop = json_at(root, "legs/0/hops/1");
    assert_string_equal(json_string_value(json_object_get(hop, "in")), "192.0.2.2");
    assert_int_equal(json_integer_value(json_object_get(hop, "capacity")), 100000000000);
    assert_true(json_is_null(json_at(root, "legs/0/hops/0/capacity")));
    assert_true(json_is_null(json_at(root, "legs/0/hops/0/link")));
    json_decref(root);
    answer_free(&a);
}

static void test_unknown_path(void **state)
{
    const char *arguments[] = {"src", "10.1.0.1", "dst", "192.0.2.1", NULL};
    struct answer a = ask_path(*state, arguments);
    json_t *root = answer_json(&a, 200);
    assert_true(json_is_false(json_object_get(root, "reached")));
    assert_true(json_is_false(json_object_get(root, "known")));
    assert_non_null(json_string_value(json_object_get(root, "why")));
    json_decref(root);
    answer_free(&a);
}

static void refused(struct answer a, int status, const char *code, const char *field)
{
    json_t *root = answer_json(&a, status);
    assert_string_equal(json_string_value(json_at(root, "error/code")), code);
    assert_non_null(json_string_value(json_at(root, "error/message")));
    if (field)
        assert_string_equal(json_string_value(json_at(root, "error/field")), field);
    json_decref(root);
    answer_free(&a);
}

static void test_bad_path(void **state)
{
    const char *none[] = {NULL}, *no_dst[] = {"src", "10.1.0.1", NULL};
    const char *bad[] = {"src", "10.1.0.1", "dst", "ipv4:10.3.0.1", NULL};
    const char *mixed[] = {"src", "10.1.0.1", "dst", "2001:db8::1", NULL};
    refused(ask_path(*state, none), 400, "bad-request", "src");
    refused(ask_path(*state, no_dst), 400, "bad-request", "dst");
    refused(ask_path(*state, bad), 400, "bad-request", "dst");
    refused(ask_path(*state, mixed), 400, "bad-request", "dst");
    refused(fixture_get(*state, "/api/v1/nothing"), 404, "not-found", NULL);
    refused(fixture_get(*state, "/api/v2/status"), 404, "not-found", NULL);
    refused(fixture_get(*state, "/api/"), 404, "not-found", NULL);
}

static json_t *get(struct fixture *f, const char *path)
{
    struct answer a = fixture_get(f, path);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

static void test_lists(void **state)
{
    json_t *root = get(*state, "/api/v1/domains");
    assert_int_equal(json_array_size(json_object_get(root, "domains")), 2);
    assert_int_equal(json_integer_value(json_at(root, "domains/0/asns/0")), 64496);
    assert_int_equal(json_integer_value(json_at(root, "domains/0/nodes")), 1);
    assert_int_equal(json_integer_value(json_at(root, "domains/0/links")), 2);
    assert_int_equal(json_integer_value(json_at(root, "domains/1/links")), 4);
    assert_int_equal(json_integer_value(json_at(root, "domains/0/sources")), 1);
    assert_true(json_is_true(json_at(root, "domains/0/agent")));
    json_decref(root);
    root = get(*state, "/api/v1/sources");
    assert_string_equal(json_string_value(json_at(root, "sources/0/observed_at")),
                        "1970-01-01T00:00:01Z");
    assert_true(json_is_null(json_at(root, "sources/0/expires")));
    assert_true(json_is_null(json_at(root, "sources/0/error")));
    json_decref(root);
    root = get(*state, "/api/v1/disagreements");
    assert_string_equal(json_string_value(json_at(root, "disagreements/0/says/1/what")), "10G");
    assert_true(json_is_null(json_at(root, "disagreements/0/says/1/domain")));
    json_decref(root);
    root = get(*state, "/api/v1/links");
    assert_int_equal(json_array_size(json_object_get(root, "links")), 4);
    assert_string_equal(json_string_value(json_at(root, "links/0/ends/1/ip4")), "192.0.2.2");
    assert_true(json_is_null(json_at(root, "links/0/ends/0/ip6")));
    json_decref(root);
    root = get(*state, "/api/v1/endpoints");
    assert_string_equal(json_string_value(json_at(root, "endpoints/0/pid")), "alpha");
    json_decref(root);
    root = get(*state, "/api/v1/status");
    assert_int_equal(json_integer_value(json_object_get(root, "pids")), 3);
    assert_int_equal(json_integer_value(json_object_get(root, "generation")), 1);
    json_decref(root);
}

static void test_access(void **state)
{
    struct fixture *f = *state;
    const struct client_class *class = f->class;
    f->class = NULL;
    struct answer a = fixture_get(f, "/api/v1/status");
    f->class = class;
    assert_int_equal(a.reply.status, 403);
    answer_free(&a);
    a = fixture_post(f, "/api/v1/status", "");
    assert_int_equal(a.reply.status, 405);
    answer_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path),     cmocka_unit_test(test_unknown_path),
        cmocka_unit_test(test_bad_path), cmocka_unit_test(test_lists),
        cmocka_unit_test(test_access),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
