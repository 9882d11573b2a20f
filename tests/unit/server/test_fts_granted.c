/* SPDX-License-Identifier: Apache-2.0 */
/* What domains grant, in plans, constraints and FTS's table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/fts/netconfig.h"
#include "unit/cmocka_all.h"
#include "unit/server/fts_world.h"

/* From r1 to r2 (100G), to r3 (r2|r3: 10G), and to r3 also over r4 (40G). */
#define BETA  "\"source_se\":\"davs://10.1.0.1\",\"dest_se\":\"davs://10.2.0.1\""
#define GAMMA "\"source_se\":\"davs://10.1.0.1\",\"dest_se\":\"davs://10.3.0.1\""
#define BOTH  "\"source_se\":\"davs://10.1.0.1\",\"dest_se\":\"davs://10.3.4.1\""
#define TWO   "{\"pairs\":[{" BETA ",\"vo\":\"atlas\"},{" GAMMA ",\"vo\":\"cms\"}]}"

#define CONFIG                                                                                 \
    "clients:\n"                                                                               \
    "  - {name: fts, networks: [127.0.0.0/8], grants: [path-vector, private-properties]}\n"    \
    "  - {name: ops, networks: [127.0.0.0/8], grants: [path-vector, operator-api]}\n"

#define NOW    INT64_C(2000000000000000)
#define MINUTE INT64_C(60000000)

static int setup(void **state)
{
    static struct fts_world w;
    fts_world_start(&w, CONFIG);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    fts_world_stop(*state);
    return 0;
}

static struct answer post(struct fts_world *w, const char *path, const char *body)
{
    return fts_world_ask(w, (struct request){.method = "POST", .path = path, .body = body},
                         NULL);
}

static json_t *answered(struct fts_world *w, const char *path, const char *body)
{
    fts_world_publish(w);
    struct answer a = post(w, path, body);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

static double number_at(const json_t *root, const char *path)
{
    const json_t *n = json_at(root, path);
    return json_is_number(n) ? json_number_value(n) : NAN;
}

static const char *text_at(const json_t *root, const char *path)
{
    const char *text = json_string_value(json_at(root, path));
    return text ? text : "";
}

static void rates_are(struct fts_world *w, const char *body, double first, double second)
{
    json_t *root = answered(w, "/fts/plan", body);
    const double got[] = {number_at(root, "plan/0/rate"), number_at(root, "plan/1/rate")};
    if (fabs(got[0] - first) > 1 || fabs(got[1] - second) > 1)
        fail_msg("%s: %.9g, %.9g instead of %.9g, %.9g", body, got[0], got[1], first, second);
    json_decref(root);
}

/* A step adds a grant; then this is what the two pairs get. */
static void limits_and_weights(void **state)
{
    struct fts_world *w = *state;
    static const char *const two[] = {"atlas=2"}, *const four[] = {"cms=4"};
    rates_are(w, TWO, 90e9, 10e9);
    fts_world_grant(w, "one", "link:r1|r2", 0.15);
    rates_are(w, TWO, 7.5e9, 7.5e9);
    /* the other end's domain grants less: its limit, its weights */
    fts_world_grant(w, "two", "link:r1>r2", 9e9)->weights =
        (struct strs){(const char **)(uintptr_t)two, 1};
    rates_are(w, TWO, 6e9, 3e9);
    /* the request's weights give way on that link, its lesser limit does not */
    rates_are(w,
              "{\"pairs\":[{" BETA ",\"vo\":\"atlas\"},{" GAMMA
              ",\"vo\":\"cms\"}],\"weights\":{"
              "\"atlas\":9},\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":3e9,\"weights\":{"
              "\"atlas\":7}}]}",
              2e9, 1e9);
    /* the other direction, another user, another time: nothing */
    fts_world_grant(w, "two", "link:r2>r1", 1);
    fts_world_grant(w, "one", "link:r1|r2", 1)->user = "other";
    fts_world_grant(w, "one", "link:r1|r2", 1)->end = NOW;
    rates_are(w, TWO, 6e9, 3e9);
    /* and both links together */
    fts_world_group(w, "two", "sea", "r1|r2", "r2|r3");
    fts_world_grant(w, "two", "group:sea", 5e9)->weights =
        (struct strs){(const char **)(uintptr_t)four, 1};
    rates_are(w, TWO, 1e9, 4e9);
}

static void what_is_told(void **state)
{
    struct fts_world *w = *state;
    fts_world_group(w, "two", "sea", "r1|r2", "r2|r3");
    fts_world_grant(w, "one", "link:r1|r2", 60e9);
    fts_world_grant(w, "two", "link:r1|r2", 50e9)->end = NOW + 30 * MINUTE;
    fts_world_grant(w, "two", "group:sea", 5e9)->end = NOW + 90 * MINUTE;
    fts_world_grant(w, "two", "link:r3|r4", 5e9)->end = NOW + MINUTE; /* not crossed */
    json_t *root = answered(w, "/fts/plan", TWO);
    assert_true(number_at(root, "links/0/limit") == 50e9);
    assert_true(number_at(root, "links/1/limit") == 10e9);
    assert_int_equal(json_array_size(json_at(root, "links/0/granted_by")), 2);
    assert_int_equal(json_array_size(json_at(root, "links/1/granted_by")), 1);
    assert_string_equal(text_at(root, "links/1/granted_by/0"), "two");
    assert_string_equal(text_at(root, "groups/0/name"), "sea");
    assert_true(number_at(root, "groups/0/limit") == 5e9);
    assert_string_equal(text_at(root, "groups/0/links/1"), text_at(root, "links/1/id"));
    assert_int_equal(strlen(text_at(root, "specification")), 32);
    assert_string_equal(text_at(root, "valid_until"), "2033-05-18T04:03:20Z");
    assert_int_equal(json_array_size(json_at(root, "plan/0/bottlenecks")), 1);
    json_decref(root);
}

static void without_grants(void **state)
{
    json_t *root = answered(*state, "/fts/plan", TWO);
    assert_true(json_is_null(json_at(root, "specification")));
    assert_true(json_is_null(json_at(root, "valid_until")));
    assert_int_equal(json_array_size(json_at(root, "groups")), 0);
    assert_int_equal(json_array_size(json_at(root, "links/0/granted_by")), 0);
    assert_true(number_at(root, "links/0/limit") == 100e9);
    json_decref(root);
}

static void who_asks(void **state)
{
    static const char other[] = "{\"pairs\":[{" BETA "},{" GAMMA "}],\"user\":\"other\"}";
    struct fts_world *w = *state;
    fts_world_grant(w, "one", "link:r1|r2", 8e9)->user = "other";
    rates_are(w, TWO, 90e9, 10e9);
    struct answer a = post(w, "/fts/plan", other);
    assert_int_equal(a.reply.status, 403);
    answer_free(&a);
    a = post(w, "/fts/plan", "{\"pairs\":[{" BETA "}],\"user\":\"fts\"}"); /* himself */
    assert_int_equal(a.reply.status, 200);
    answer_free(&a);
    w->f.class = &w->f.settings->classes[1];
    rates_are(w, other, 4e9, 4e9);
    rates_are(w, TWO, 90e9, 10e9);
}

/* A share of what is not known is no limit: nothing rests on it, now or later. */
static void shares_without_effect(void **state)
{
    struct fts_world *w = *state;
    w->unknown = "r1|r2";
    fts_world_grant(w, "one", "link:r1|r2", 0.5);
    fts_world_grant(w, "one", "link:r1|r2", 0.5)->start = NOW + MINUTE;
    json_t *root = answered(w, "/fts/plan", TWO);
    assert_true(json_is_null(json_at(root, "specification")));
    assert_true(json_is_null(json_at(root, "valid_until")));
    assert_true(json_is_null(json_at(root, "links/0/limit")));
    assert_int_equal(json_array_size(json_at(root, "links/0/granted_by")), 0);
    json_decref(root);
    fts_world_grant(w, "two", "link:r1|r2", 9e9)->end = NOW + 2 * MINUTE;
    root = answered(w, "/fts/plan", TWO);
    assert_true(number_at(root, "links/0/limit") == 9e9);
    assert_string_equal(text_at(root, "valid_until"), "2033-05-18T03:35:20Z");
    assert_int_equal(strlen(text_at(root, "specification")), 32);
    json_decref(root);
}

static void constraints(void **state)
{
    const char *csv[] = {"format", "csv", NULL};
    struct fts_world *w = *state;
    fts_world_group(w, "two", "s,ea", "r1|r2", "r2|r3");
    fts_world_grant(w, "one", "link:r1|r2", 0.5);
    fts_world_grant(w, "two", "group:s,ea", 5e9);
    w->f.class = &w->f.settings->classes[1];
    fts_world_publish(w);
    struct answer a = fts_world_ask(
        w,
        (struct request){.method = "POST",
                         .path = "/fts/constraints",
                         .body = "{\"pairs\":[{" BETA "},{" GAMMA "}],\"user\":\"fts\"}"},
        csv);
    assert_string_equal(a.text, "link,capacity,load,residual,limit,"
                                "davs://10.1.0.1 davs://10.2.0.1,"
                                "davs://10.1.0.1 davs://10.3.0.1\r\n"
                                "e0,100000000000,,,50000000000,1,1\r\n"
                                "e1,10000000000,,,10000000000,0,1\r\n"
                                "\"group:s,ea\",,,,5000000000,1,1\r\n");
    answer_free(&a);
}

/* A hidden link's grant holds for what crosses it, and does not tell its name. */
static void hidden_links(void **state)
{
    static const char body[] = "{\"pairs\":[{" GAMMA "},{" BOTH "}]}";
    struct fts_world *w = *state;
    w->hidden = "two";
    fts_world_grant(w, "two", "link:r2>r3", 4e9);
    rates_are(w, body, 2e9, 2e9);
    json_t *root = answered(w, "/fts/plan", body);
    char *text = json_dumps(root, 0);
    assert_null(strstr(text, "r2"));
    assert_null(strstr(text, "r3"));
    free(text);
    json_decref(root);
}

static void netconfig(void **state)
{
    const char *csv[] = {"format",          "csv", "source_se", "davs://10.1.0.1", "dest_se",
                         "davs://10.3.0.1", NULL};
    const char *json[] = {"source_se", "davs://10.1.0.1", "dest_se", "davs://10.3.0.1", NULL};
    struct fts_world *w = *state;
    struct request q = {.method = "GET", .path = "/fts/netconfig"};
    fts_world_group(w, "two", "sea", "r1|r2", "r2|r3");
    fts_world_grant(w, "one", "link:r1|r2", 8388608);
    fts_world_grant(w, "two", "group:sea", 5e9);
    fts_world_publish(w);
    struct answer a = fts_world_ask(w, q, csv);
    assert_int_equal(strncmp(a.text,
                             "head_ip,tail_ip,netlink_name,min_active,max_active,"
                             "max_throughput\r\n192.0.2.2,r1,r1>r2 ",
                             strlen("head_ip,tail_ip,netlink_name,min_active,max_active,"
                                    "max_throughput\r\n192.0.2.2,r1,r1>r2 ")),
                     0);
    assert_string_equal(strrchr(a.text, ','), ",1\r\n");
    answer_free(&a);
    a = fts_world_ask(w, q, json);
    json_t *root = answer_json(&a, 200);
    assert_int_equal(json_array_size(json_at(root, "t_netlink_config")), 1);
    assert_true(number_at(root, "t_netlink_config/0/max_throughput") == 1);
    assert_true(json_is_null(json_at(root, "t_netlink_config/0/min_active")));
    assert_string_equal(text_at(root, "groups/0/name"), "sea");
    json_decref(root);
    answer_free(&a);
}

/* An empty table says that nothing is granted; that a pair has no path is another thing. */
static void netconfig_of_unknown(void **state)
{
    const char *misspelt[] = {"source_se", "davs://tpyo.example", NULL};
    const char *no_path[] = {"source_se", "davs://10.1.0.1", "dest_se", "davs://192.0.2.99",
                             NULL};
    struct fts_world *w = *state;
    struct request q = {.method = "GET", .path = "/fts/netconfig"};
    fts_world_grant(w, "one", "link:r1|r2", 8388608);
    fts_world_publish(w);
    struct answer a = fts_world_ask(w, q, misspelt);
    json_t *root = answer_json(&a, 404);
    assert_string_equal(text_at(root, "error/message"),
                        "source_se: the host of davs://tpyo.example is not known");
    json_decref(root);
    answer_free(&a);
    a = fts_world_ask(w, q, no_path);
    root = answer_json(&a, 200);
    assert_int_equal(json_array_size(json_at(root, "t_netlink_config")), 0);
    assert_string_equal(text_at(root, "unknown/0/dest_se"), "davs://192.0.2.99");
    assert_string_equal(text_at(root, "unknown/0/why"), "nothing is known of that address");
    json_decref(root);
    answer_free(&a);
}

static struct addr addr(const char *text)
{
    struct addr a = {0};
    assert_true(!*text || addr_parse(slice_of(text), &a));
    return a;
}

/* FTS keeps 150 bytes of an end, and no two links with the same ends. */
static void ends_are_unique(void **state)
{
    char name[300];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = 0;
    const struct {
        const char *id, *from, *to, *from_addr, *to_addr, *tail, *head;
    } cases[] = {
        {"11111111-1", "r1", "r2", "192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2"},
        {"22222222-2", "r2", "r1", "192.0.2.2", "192.0.2.1", "192.0.2.2", "192.0.2.1"},
        /* the same private addresses in another domain */
        {"33333333-3", "q1", "q2", "192.0.2.1", "192.0.2.2", "192.0.2.1 33333333",
         "192.0.2.2 33333333"},
        /* parallel links, of which no address is known, or one */
        {"44444444-4", "r1", "r2", "", "", "r1 44444444", "r2 44444444"},
        {"55555555-5", "r1", "r2", "", "", "r1 55555555", "r2 55555555"},
        {"66666666-6", "r1", "r2", "192.0.2.5", "", "192.0.2.5", "r2"},
    };
    struct map *seen = map_new();
    struct fts_ends ends;
    (void)state;
    assert_non_null(seen);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fts_link l = {.from = cases[i].from, .to = cases[i].to};
        snprintf(l.id, sizeof(l.id), "%s", cases[i].id);
        l.from_addr = addr(cases[i].from_addr);
        l.to_addr = addr(cases[i].to_addr);
        assert_int_equal(fts_ends_of(seen, &l, &ends), 0);
        assert_string_equal(ends.tail, cases[i].tail);
        assert_string_equal(ends.head, cases[i].head);
    }
    struct fts_link l = {.id = "77777777-7", .from = name, .to = "r2"};
    assert_int_equal(fts_ends_of(seen, &l, &ends), 0);
    assert_int_equal(strlen(ends.tail), FTS_MAX_NAME);
    assert_string_equal(ends.tail + FTS_MAX_NAME - 9, " 77777777");
    map_free(&seen);
}

/* FTS's columns of AS numbers are signed. */
static void large_as_numbers(void **state)
{
    (void)state;
    assert_int_equal(fts_asn_of(64496), 64496);
    assert_int_equal(fts_asn_of(2147483647), 2147483647);
    assert_int_equal(fts_asn_of(2147483648), 0);
    assert_int_equal(fts_asn_of(4200000001), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(limits_and_weights),
                                       TEST(what_is_told),
                                       TEST(without_grants),
                                       TEST(who_asks),
                                       TEST(shares_without_effect),
                                       TEST(constraints),
                                       TEST(hidden_links),
                                       TEST(netconfig),
                                       TEST(netconfig_of_unknown),
                                       cmocka_unit_test(ends_are_unique),
                                       cmocka_unit_test(large_as_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
