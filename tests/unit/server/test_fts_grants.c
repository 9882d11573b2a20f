/* SPDX-License-Identifier: Apache-2.0 */
/* Grants over REST: who may, preconditions, checks, versions; what is listed. */
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/fts_world.h"

#define CONFIG                                                                                 \
    "clients:\n"                                                                               \
    "  - {name: ops, networks: [127.0.0.0/8], grants: [operator-api, resource-specification]," \
    " domains: [one]}\n"                                                                       \
    "  - {name: fts, networks: [127.0.0.0/8], grants: [path-vector]}\n"                        \
    "  - {name: none, networks: [127.0.0.0/8], grants: [rucio]}\n"                             \
    "  - {name: two, networks: [127.0.0.0/8], grants: [resource-specification],"               \
    " domains: [two]}\n"                                                                       \
    "  - {name: all, networks: [127.0.0.0/8], grants: [resource-specification]}\n"

enum class_index { OPS, FTS, NONE, TWO, ALL };

#define ONE     "/fts/grants/one"
#define GOOD    "{\"grants\":[{\"link\":\"r1|r2\",\"user\":\"fts\",\"limit\":5}]}"
#define BETTER  "{\"grants\":[{\"link\":\"r1|r2\",\"user\":\"fts\",\"share\":0.25}]}"
#define CREATED "{\"groups\":{},\"grants\":[{\"link\":\"r1|r2\",\"user\":\"fts\",\"limit\":5}]}"

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

static void as(struct fts_world *w, enum class_index who)
{
    w->f.class = &w->f.settings->classes[who];
}

static struct request put_of(const char *body, const char *match)
{
    return (struct request){.method = "PUT",
                            .path = ONE,
                            .body = body,
                            .if_match = match,
                            .if_none_match = match ? NULL : "*"};
}

/* Status and, where it is not NULL, a part of the body. */
static void expect(struct fts_world *w, struct request q, int status, const char *part)
{
    struct answer a = fts_world_ask(w, q, NULL);
    if (a.reply.status != status || (part && !strstr(a.text, part)))
        fail_msg("%s %s: %d %.*s instead of %d %s", q.method, q.path, a.reply.status,
                 (int)a.len, a.text, status, part ? part : "");
    answer_free(&a);
}

static void get(struct fts_world *w, const char *path, int status, const char *part)
{
    expect(w, (struct request){.method = "GET", .path = path}, status, part);
}

static void a_document_lives(void **state)
{
    struct fts_world *w = *state;
    const char *first[] = {"version", "1", NULL};
    struct request withdraw = {.method = "DELETE", .path = ONE, .if_match = "\"2\""};
    get(w, ONE, 404, "handed in no document");
    expect(w, put_of(GOOD, NULL), 201, "\"version\":1,\"by\":\"ops\"");
    get(w, ONE, 200, CREATED);
    expect(w, put_of(BETTER, "\"1\""), 200, "\"version\":2");
    get(w, ONE, 200, "\"share\":0.25");
    struct answer a = fts_world_ask(w, (struct request){.method = "GET", .path = ONE}, first);
    assert_int_equal(a.reply.status, 200);
    assert_string_equal(a.text, CREATED);
    assert_string_equal(a.reply.etag, "\"1\"");
    assert_string_equal(answer_header(&a, "Rialto-By"), "ops");
    assert_string_equal(answer_header(&a, "Rialto-At"), "2033-05-18T03:33:20Z");
    answer_free(&a);
    expect(w, withdraw, 200, "\"version\":3,\"by\":\"ops\"");
    get(w, ONE, 404, "handed in no document");
    expect(w, withdraw, 404, "handed in no document");
    expect(w, put_of(GOOD, NULL), 201, "\"version\":4");
}

static void preconditions(void **state)
{
    struct fts_world *w = *state;
    struct request bare = {.method = "PUT", .path = ONE, .body = GOOD};
    struct request same = {.method = "GET", .path = ONE, .if_none_match = "\"1\""};
    expect(w, bare, 428, "If-Match");
    expect(w, put_of(GOOD, "\"1\""), 412, "there is no document");
    expect(w, put_of(GOOD, "*"), 412, "there is no document");
    expect(w, put_of(GOOD, NULL), 201, NULL);
    expect(w, put_of(GOOD, NULL), 412, "there is a document already");
    expect(w, bare, 428, NULL);
    expect(w, put_of(GOOD, "\"2\""), 412, "another version");
    expect(w, put_of(GOOD, "W/\"1\""), 412, "another version"); /* compared strongly */
    expect(w, same, 304, NULL);
    expect(w, put_of(BETTER, "\"9\", \"1\""), 200, NULL);
    expect(w, put_of(BETTER, "*"), 200, "\"version\":3");
    expect(w, same, 200, NULL);
    expect(w, (struct request){.method = "DELETE", .path = ONE}, 428, NULL);
    expect(w, (struct request){.method = "DELETE", .path = ONE, .if_match = "\"1\""}, 412,
           NULL);
}

static void who_may(void **state)
{
    struct fts_world *w = *state;
    struct request two = {.method = "PUT",
                          .path = "/fts/grants/two",
                          .body = "{\"grants\":[{\"link\":\"r2|r3\",\"user\":\"fts\","
                                  "\"limit\":5}]}",
                          .if_none_match = "*"};
    expect(w, two, 403, "no say in that domain");
    get(w, "/fts/grants/two", 404, "no document"); /* operators see all */
    as(w, FTS);
    expect(w, put_of(GOOD, NULL), 403, NULL);
    get(w, ONE, 403, NULL);
    get(w, "/fts/grants", 200, "\"grants\":[]");
    as(w, NONE);
    get(w, "/fts/grants", 403, NULL);
    as(w, TWO);
    expect(w, put_of(GOOD, NULL), 403, "no say");
    get(w, ONE, 403, "no say");
    expect(w, two, 201, "\"by\":\"two\"");
    as(w, ALL);
    expect(w, put_of(GOOD, NULL), 201, "\"by\":\"all\"");
    two.path = "/fts/grants/three";
    expect(w, two, 404, "no such domain");
    w->inbox = NULL;
    expect(w, put_of(GOOD, "\"1\""), 403, "no inbox");
    get(w, ONE, 404, "no document");
    w->f.class = NULL;
    expect(w, put_of(GOOD, NULL), 403, NULL);
}

/* What is refused leaves all as it was. */
static void checks(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *why;
    } cases[] = {
        {"{", 400, "1:2"},
        {"{\"grants\":[{\"link\":\"r1|r2\",\"user\":\"fts\",\"limit\":5,\"x\":1}]}", 400,
         "unknown member"},
        {"{\"grants\":[{\"link\":\"r1|r9\",\"user\":\"fts\",\"limit\":5}]}", 422,
         "grants[0], link:r1|r9: no such link with an end in the domain"},
        {"{\"grants\":[{\"link\":\"r2|r3\",\"user\":\"fts\",\"limit\":5}]}", 422,
         "link:r2|r3: no such link"},
        {"{\"groups\":{\"g\":[\"r1|r2\",\"r2|r3\"]}}", 422,
         "group g: no link r2|r3 with an end in one is known"},
        {"{\"grants\":[{\"link\":\"r1|r2\",\"user\":\"fts\",\"limit\":5},"
         "{\"link\":\"r2>r1\",\"user\":\"fts\",\"limit\":6}]}",
         409, "grants[1]: link:r2>r1 to fts"},
        {"{\"grants\":[{\"link\":\"r1|r2\",\"user\":\"fts\",\"limit\":5},"
         "{\"link\":\"one:r1:e0|two:r2:e1\",\"user\":\"fts\",\"limit\":6}]}",
         409, "overlaps"},
        {"{\"grants\":[{\"link\":\"r1|r4\",\"user\":\"fts\",\"limit\":5}]}", 409,
         "grants[0], link:r1|r4: link:r4>r1 of static, one.yaml overlaps"},
        {"{\"grants\":[{\"link\":\"r1|r2\",\"user\":\"fts\",\"limit\":5,"
         "\"weights\":{\"2\":1}}]}",
         400, "no registry is configured"},
    };
    struct fts_world *w = *state;
    const char *dry[] = {"dry_run", "true", NULL}, *bad[] = {"dry_run", "yes", NULL};
    fts_world_grant(w, "one", "link:r4>r1", 5);
    fts_world_publish(w);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        expect(w, put_of(cases[i].body, NULL), cases[i].status, cases[i].why);
    struct request text = put_of(GOOD, NULL);
    text.content_type = "text/plain";
    expect(w, text, 415, NULL);
    struct answer a = fts_world_ask(w, put_of(GOOD, NULL), dry);
    assert_int_equal(a.reply.status, 200);
    assert_string_equal(a.text, "{\"domain\":\"one\",\"dry_run\":true}");
    answer_free(&a);
    a = fts_world_ask(w, put_of(GOOD, NULL), bad);
    assert_int_equal(a.reply.status, 400);
    answer_free(&a);
    get(w, ONE, 404, NULL);
    /* a replaced document is no contradiction of its successor */
    expect(w, put_of(GOOD, NULL), 201, NULL);
    fts_world_publish(w);
    expect(w, put_of(BETTER, "\"1\""), 200, NULL);
}

static void methods(void **state)
{
    static const struct {
        const char *method, *path;
        int status;
        const char *allow;
    } cases[] = {
        {"POST", "/fts/grants", 405, "GET, HEAD, OPTIONS"},
        {"OPTIONS", "/fts/grants", 204, "GET, HEAD, OPTIONS"},
        {"PUT", "/fts/grants", 405, "GET, HEAD, OPTIONS"},
        {"PATCH", ONE, 405, "GET, HEAD, PUT, DELETE, OPTIONS"},
        {"OPTIONS", ONE, 204, "GET, HEAD, PUT, DELETE, OPTIONS"},
        {"DELETE", "/fts/plan", 405, "POST, OPTIONS"},
    };
    struct fts_world *w = *state;
    as(w, OPS);
    w->f.settings->classes[OPS].grants |= GRANT_PATH_VECTOR;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct request q = {.method = cases[i].method, .path = cases[i].path};
        struct answer a = fts_world_ask(w, q, NULL);
        assert_int_equal(a.reply.status, cases[i].status);
        assert_string_equal(answer_header(&a, "Allow"), cases[i].allow);
        answer_free(&a);
    }
}

/* ---- The list ---- */

static size_t count(struct fts_world *w, enum class_index who, const char *what)
{
    as(w, who);
    struct answer a =
        fts_world_ask(w, (struct request){.method = "GET", .path = "/fts/grants"}, NULL);
    json_t *root = answer_json(&a, 200);
    size_t n = json_array_size(json_object_get(root, what));
    json_decref(root);
    answer_free(&a);
    return n;
}

static void who_sees_what(void **state)
{
    struct fts_world *w = *state;
    fts_world_group(w, "two", "sea", "r2|r3", "r3|r4");
    fts_world_group(w, "one", "sky", "r1|r2", "r1|r4");
    fts_world_grant(w, "one", "link:r1|r2", 5);
    fts_world_grant(w, "two", "group:sea", 5);
    fts_world_grant(w, "two", "link:r2|r3", 5)->user = "other";
    expect(w,
           put_of("{\"groups\":{\"g\":[\"r1|r4\"]},\"grants\":[{\"group\":\"g\",\"user\":"
                  "\"fts\",\"limit\":7,\"weights\":{\"cms\":2}}]}",
                  NULL),
           201, NULL);
    fts_world_publish(w);
    static const struct {
        enum class_index who;
        size_t grants, groups, documents;
    } cases[] = {{OPS, 4, 3, 1}, {FTS, 3, 2, 0}, {TWO, 2, 1, 0}, {ALL, 4, 3, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_int_equal(count(w, cases[i].who, "grants"), cases[i].grants);
        assert_int_equal(count(w, cases[i].who, "groups"), cases[i].groups);
        assert_int_equal(count(w, cases[i].who, "documents"), cases[i].documents);
    }
}

static void entries(void **state)
{
    struct fts_world *w = *state;
    fts_world_grant(w, "one", "link:r1>r2", 0.5);
    fts_world_grant(w, "one", "link:r1|r9", 5);
    fts_world_publish(w);
    as(w, FTS);
    get(w, "/fts/grants", 200,
        "{\"grants\":[{\"domain\":\"one\",\"source\":\"static\",\"scope\":\"one.yaml\","
        "\"age\":2000000000,\"state\":\"valid\",\"why\":null,\"note\":null,"
        "\"link\":\"r1>r2\",\"user\":\"fts\",\"share\":0.5,\"links\":[\"r1>r2\"]},");
    get(w, "/fts/grants", 200, "\"state\":\"ignored\",\"why\":\"no such link");
}

/* Time alone changes ages, not the tag. */
static void tags(void **state)
{
    struct fts_world *w = *state;
    struct request q = {.method = "GET", .path = "/fts/grants"};
    fts_world_grant(w, "one", "link:r1>r2", 0.5);
    fts_world_publish(w);
    struct answer a = fts_world_ask(w, q, NULL);
    w->f.now += 5000000;
    q.if_none_match = a.reply.etag;
    expect(w, q, 304, NULL);
    w->grants[0].share = 0.4;
    fts_world_publish(w);
    expect(w, q, 200, "0.4");
    answer_free(&a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_lives), TEST(preconditions), TEST(who_may), TEST(checks),
        TEST(methods),          TEST(who_sees_what), TEST(entries), TEST(tags)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
