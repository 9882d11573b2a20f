/* SPDX-License-Identifier: Apache-2.0 */
/* Views: documents offered under the ids and paths that their domain wants. */
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

static const struct origin folder = {.domain = "two", .source = "test"};

/* The fixture's documents, and a view of them. */
static void start(struct fixture *f, const char *view)
{
    struct err e = {0};
    fixture_start(f, NULL);
    struct snapshot *s = fixture_snapshot(f->now);
    struct snap_document *list =
        ARENA_ARRAY(s->arena, s->n_documents + 1, struct snap_document);
    memcpy(list, s->documents, s->n_documents * sizeof(*list));
    for (size_t i = 0; i < s->n_documents; i++)
        list[i].origin = &folder;
    list[s->n_documents++] =
        (struct snap_document){"two", "a.view.json", "view", view, &folder};
    s->documents = list;
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
}

static json_t *get(struct fixture *f, const char *path)
{
    struct answer a = fixture_get(f, path);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

#define RESOURCES                                                                              \
    "\"resources\":[{\"id\":\"my-map\",\"path\":\"/networkmap\",\"document\":\"nm.json\"},"    \
    "{\"id\":\"my-costs\",\"path\":\"/costs/x\",\"document\":\"cm.json\"},"                    \
    "{\"id\":\"secret\",\"path\":\"/f\",\"kind\":\"filtered-network-map\","                    \
    "\"documents\":[\"nm.json\"],\"listed\":false}]"

static const char *uri(const json_t *root, const char *id)
{
    const json_t *entry = json_object_get(json_object_get(root, "resources"), id);
    const char *text = json_string_value(json_object_get(entry, "uri"));
    return text ? text + strlen("http://alto.example.net:8080") : "-";
}

static const char *default_map(const json_t *root)
{
    return json_string_value(json_at(root, "meta/default-alto-network-map"));
}

static void test_alone(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "{\"merged\":false,\"default-network-map\":\"my-map\"," RESOURCES "}");
    json_t *root = get(&f, "/directory");
    assert_string_equal(default_map(root), "my-map");
    assert_string_equal(uri(root, "my-map"), "/networkmap");
    assert_string_equal(uri(root, "my-costs"), "/costs/x");
    assert_string_equal(uri(root, "secret"), "-");
    assert_string_equal(uri(root, "rialto-networkmap"), "-");
    assert_string_equal(uri(root, "rialto-pathvector"), "-");
    assert_null(json_at(root, "meta/cost-types/num-hopcount"));
    assert_non_null(json_at(root, "meta/cost-types/num-priv:x"));
    assert_string_equal(json_string_value(json_at(root, "resources/my-costs/uses/0")),
                        "my-map");
    json_decref(root);
    root = get(&f, "/networkmap");
    assert_string_equal(json_string_value(json_at(root, "meta/vtag/resource-id")), "my-map");
    json_decref(root);
    root = get(&f, "/costs/x");
    assert_int_equal(json_integer_value(json_at(root, "cost-map/P1/P2")), 7);
    assert_string_equal(json_string_value(json_at(root, "meta/dependent-vtags/0/resource-id")),
                        "my-map");
    json_decref(root);
    struct answer a = fixture_post(&f, "/f", "{\"pids\":[]}");
    assert_int_equal(a.reply.status, 200); /* served all the same */
    answer_free(&a);
    fixture_stop(&f);
}

/* Ids are unique: of two equal ones the first is served. */
static void test_equal_ids(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "{\"resources\":[{\"id\":\"rialto-costmap-hopcount\",\"path\":\"/x\","
              "\"document\":\"cm.json\"}]}");
    json_t *root = get(&f, "/directory"); /* refuses members that are there twice */
    assert_string_equal(uri(root, "rialto-costmap-hopcount"), "/costmap/num/hopcount");
    json_decref(root);
    struct answer a = fixture_get(&f, "/x");
    assert_int_equal(a.reply.status, 404);
    answer_free(&a);
    fixture_stop(&f);
}

static void test_beside(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "{\"default-network-map\":\"my-map\"," RESOURCES "}");
    json_t *root = get(&f, "/directory");
    assert_string_equal(default_map(root), "rialto-networkmap");
    assert_string_equal(uri(root, "rialto-networkmap"), "/networkmap"); /* not taken away */
    assert_string_equal(uri(root, "my-map"), "/domain/two/networkmap");
    assert_string_equal(uri(root, "my-costs"), "/costs/x");
    json_decref(root);
    fixture_stop(&f);
}

/* Without a view that can be used the server names the documents itself. */
static void test_refused(void **state)
{
    static const char *const views[] = {
        "{",
        "{\"merged\":false}",
        "{\"merged\":0," RESOURCES "}",
        "{\"merged\":false,\"resources\":[{\"path\":\"/x\",\"document\":\"nm.json\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"x\",\"document\":\"nm."
        "json\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/x\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/x\",\"documents\":[1]}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/directory\","
        "\"document\":\"nm.json\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/api/v1/status\","
        "\"document\":\"nm.json\"}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
        struct fixture f;
        start(&f, views[i]);
        json_t *root = get(&f, "/directory");
        assert_string_equal(default_map(root), "rialto-networkmap");
        assert_string_equal(uri(root, "two:nm-networkmap"), "/domain/two/nm/networkmap");
        json_decref(root);
        fixture_stop(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_equal_ids),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
