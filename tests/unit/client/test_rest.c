/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and documents for Rucio and FTS: what is asked, and replies that are none. */
#include "client/rialto.h"

#include <stdlib.h>
#include <string.h>

#include "unit/client/fake_server.h"
#include "unit/cmocka_all.h"

#define JSON "application/json"

struct fixture {
    struct fake *server;
    struct rialto *r;
    struct rialto_error e;
};

static int start(void **state)
{
    static const struct fake_route none[] = {{0}};
    struct fixture *x = calloc(1, sizeof(*x));
    struct rialto_options o;

    assert_non_null(x);
    x->server = fake_start(none);
    rialto_options_defaults(&o);
    o.url = fake_url(x->server);
    if (rialto_open(&x->r, &o, &x->e) != 0)
        fail_msg("%s", x->e.message);
    *state = x;
    return 0;
}

static int stop(void **state)
{
    struct fixture *x = *state;

    rialto_close(&x->r);
    fake_stop(x->server);
    free(x);
    return 0;
}

/** One reply of the server from now on. The routes live as long as the caller's. */
static void reply(struct fixture *x, struct fake_route routes[2], struct fake_route one)
{
    routes[0] = one;
    routes[1] = (struct fake_route){0};
    fake_routes(x->server, routes);
}

static void expect_error(const struct fixture *x, int rc, int code, const char *why)
{
    if (rc != code || strstr(x->e.message, why) == NULL)
        fail_msg("%d \"%s\" is not %d \"%s\"", rc, x->e.message, code, why);
}

/* --- tables */

#define TABLE                                                                                  \
    .method = "GET", .path = "/rucio/custom-distance.csv", .type = "text/csv; charset=utf-8"

static void table_is_kept_by_its_tag(void **state)
{
    struct fixture *x = *state;
    struct fake_route routes[2];
    struct rialto_table *t;

    reply(x, routes,
          (struct fake_route){TABLE, .text = "A,B_DISK,0.5\nA,C,1\n", .etag = "\"v1\""});
    assert_int_equal(rialto_rucio_table(x->r, NULL, &t, &x->e), 0);
    assert_string_equal(t->text, "A,B_DISK,0.5\nA,C,1\n");
    assert_int_equal(t->len, 19);
    assert_string_equal(t->etag, "\"v1\"");
    assert_false(t->unchanged);
    rialto_table_free(&t);
    assert_null(t);
    assert_int_equal(rialto_rucio_table(x->r, "\"v1\"", &t, &x->e), 0);
    assert_true(t->unchanged);
    assert_int_equal(t->len, 0);
    rialto_table_free(&t);
    rialto_table_free(&t);
}

static void bad_tables_are_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the table is empty or cut off"},
        {"A,B,0.5\nA,C,0.", "the table is empty or cut off"},
        {"A,B,0.5\nA,B\n", "line 2 is not SITE,RSE,DISTANCE"},
        {"A,B,0.5,x\n", "line 1 is not"},
        {",B,0.5\n", "line 1 is not"},
        {"A,,0.5\n", "line 1 is not"},
        {"A,B,1.5\n", "line 1 is not"},
        {"A,B,-0.5\n", "line 1 is not"},
        {"A,B,nan\n", "line 1 is not"},
        {"A,B,\n", "line 1 is not"},
        {"A,B,0.5\n\n", "line 2 is not"},
    };
    struct fixture *x = *state;
    struct fake_route routes[2];
    struct rialto_table *t;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        reply(x, routes, (struct fake_route){TABLE, .text = cases[i].text});
        expect_error(x, rialto_rucio_table(x->r, NULL, &t, &x->e), RIALTO_E_REPLY,
                     cases[i].why);
        assert_null(t);
    }
    reply(x, routes,
          (struct fake_route){.method = "GET",
                              .path = "/rucio/custom-distance.csv",
                              .type = "text/html",
                              .text = "A,B,0.5\n"});
    expect_error(x, rialto_rucio_table(x->r, NULL, &t, &x->e), RIALTO_E_REPLY,
                 "the reply is text/html where text/csv was asked for");
    reply(x, routes, (struct fake_route){TABLE, .status = 503, .text = ""});
    assert_int_equal(rialto_rucio_table(x->r, NULL, &t, &x->e), RIALTO_E_SERVER);
    assert_int_equal(x->e.status, 503);
    assert_null(t);
}

/* --- documents that are asked for */

typedef int getter(struct rialto *r, struct rialto_document **out, struct rialto_error *e);

static int plan(struct rialto *r, struct rialto_document **out, struct rialto_error *e)
{
    return rialto_fts_plan(r, "{\"pairs\":[]}", out, e);
}

#define A_PLAN(more)  "{\"as_of\":\"2026-01-02T03:04:05Z\",\"plan\":[{" more "}]}"
#define PAIR          "\"source_se\":\"a\",\"dest_se\":\"b\""
#define LINK(more)    "[{\"symbolicname\":\"l\",\"source\":\"*\",\"destination\":\"b\"" more "}]"
#define DECIDED(more) "[{" PAIR ",\"datetime\":\"2026-01-02T03:04:05\"" more "}]"

static void documents(void **state)
{
    static const struct {
        getter *get;
        const char *method, *path, *text;
        const char *why; /* NULL: good */
    } cases[] = {
        {rialto_rucio_distances, "GET", "/rucio/distances.json", "{\"distances\":{}}", NULL},
        {rialto_rucio_distances, "GET", "/rucio/distances.json", "{\"distances\":[]}",
         "the reply lacks the object \"distances\""},
        {rialto_rucio_export, "GET", "/export", "{\"rses\":{},\"distances\":{}}", NULL},
        {rialto_rucio_export, "GET", "/export", "[]",
         "Rucio: the reply lacks the object \"distances\""},
        {plan, "POST", "/fts/plan", A_PLAN(PAIR ",\"rate\":1e9,\"connections\":4"), NULL},
        {plan, "POST", "/fts/plan", A_PLAN(PAIR ",\"rate\":null,\"connections\":null"), NULL},
        {plan, "POST", "/fts/plan", "{\"plan\":[]}", "the plan lacks the time \"as_of\""},
        {plan, "POST", "/fts/plan", "{\"as_of\":\"2026-01-02T03:04:05Z\"}",
         "plan: the reply has no list"},
        {plan, "POST", "/fts/plan", A_PLAN(PAIR ",\"rate\":-1,\"connections\":4"),
         "plan: row 1: \"rate\" is missing or wrong"},
        {plan, "POST", "/fts/plan", A_PLAN(PAIR ",\"rate\":1,\"connections\":1.5"),
         "plan: row 1: \"connections\" is missing or wrong"},
        {plan, "POST", "/fts/plan", A_PLAN(PAIR ",\"rate\":1,\"connections\":-1"),
         "plan: row 1: negative connections"},
        {plan, "POST", "/fts/plan", A_PLAN("\"source_se\":\"\",\"dest_se\":\"b\""),
         "plan: row 1: \"source_se\" is missing or wrong"},
        {rialto_fts_links, "GET", "/config/links",
         LINK(",\"min_active\":2,\"max_active\":null"), NULL},
        {rialto_fts_links, "GET", "/config/links", "[]", NULL},
        {rialto_fts_links, "GET", "/config/links", "{}", "FTS: links: the reply has no list"},
        {rialto_fts_links, "GET", "/config/links", "[5]", "FTS: links: row 1 is no object"},
        {rialto_fts_links, "GET", "/config/links", LINK(",\"min_active\":2"),
         "FTS: links: row 1: \"max_active\" is missing or wrong"},
        {rialto_fts_links, "GET", "/config/links", LINK(",\"min_active\":\"2\""),
         "row 1: \"min_active\" is missing or wrong"},
        {rialto_fts_current, "GET", "/optimizer/current",
         DECIDED(",\"active\":5,\"ema\":1.5e6"), NULL},
        {rialto_fts_current, "GET", "/optimizer/current",
         DECIDED(",\"active\":1000001,\"ema\":1"),
         "FTS: optimizer: row 1: \"active\" is missing or wrong"},
        {rialto_fts_current, "GET", "/optimizer/current", DECIDED(",\"active\":5,\"ema\":1e19"),
         "row 1: \"ema\" is missing or wrong"},
    };
    struct fixture *x = *state;
    struct fake_route routes[2];

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rialto_document *d;
        int rc;

        reply(x, routes,
              (struct fake_route){.method = cases[i].method,
                                  .path = cases[i].path,
                                  .type = JSON,
                                  .text = cases[i].text});
        rc = cases[i].get(x->r, &d, &x->e);
        if (cases[i].why != NULL) {
            expect_error(x, rc, RIALTO_E_REPLY, cases[i].why);
            assert_null(d);
        } else {
            if (rc != 0)
                fail_msg("%s: %s", cases[i].text, x->e.message);
            rialto_document_free(&d);
        }
    }
}

static void question_is_the_body(void **state)
{
    struct fixture *x = *state;
    struct fake_route routes[2];
    struct rialto_document *d;

    reply(x, routes,
          (struct fake_route){.method = "POST",
                              .path = "/fts/plan",
                              .type = JSON,
                              .text = A_PLAN(PAIR ",\"rate\":null,"
                                                  "\"connections\":0")});
    assert_int_equal(plan(x->r, &d, &x->e), 0);
    assert_string_equal(fake_last_body(x->server), "{\"pairs\":[]}");
    assert_non_null(strstr(fake_last_head(x->server), "Content-Type: application/json"));
    rialto_document_free(&d);
}

/* --- changes: the status alone tells */

static int set_link(struct rialto *r, struct rialto_error *e)
{
    return rialto_fts_set_link(r, "{\"symbolicname\":\"l\"}", e);
}

static int delete_link(struct rialto *r, struct rialto_error *e)
{
    return rialto_fts_delete_link(r, "a/b c", e);
}

static int import(struct rialto *r, struct rialto_error *e)
{
    return rialto_rucio_import(r, "{\"distances\":{}}", e);
}

static void changes(void **state)
{
    static const struct {
        int (*change)(struct rialto *r, struct rialto_error *e);
        const char *method, *path;
        int status, code;
        const char *why;
    } cases[] = {
        {set_link, "POST", "/config/links", 201, 0, NULL},
        {set_link, "POST", "/config/links", 200, RIALTO_E_REPLY,
         "FTS: HTTP status 200 where FTS says 201"},
        {set_link, "POST", "/config/links", 403, RIALTO_E_DENIED, "FTS: "},
        {delete_link, "DELETE", "/config/links/a%2Fb%20c", 204, 0, NULL},
        {delete_link, "DELETE", "/config/links/a%2Fb%20c", 201, RIALTO_E_REPLY,
         "FTS: HTTP status 201 where FTS says 204"},
        {import, "POST", "/import", 201, 0, NULL},
        {import, "POST", "/import", 200, 0, NULL},
        {import, "POST", "/import", 500, RIALTO_E_SERVER, "Rucio: "},
        {import, "POST", "/import", 202, RIALTO_E_REPLY, "Rucio: unexpected HTTP status 202"},
    };
    struct fixture *x = *state;
    struct fake_route routes[2];

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int rc;

        reply(x, routes,
              (struct fake_route){.method = cases[i].method,
                                  .path = cases[i].path,
                                  .status = cases[i].status,
                                  .type = JSON,
                                  .text = ""});
        rc = cases[i].change(x->r, &x->e);
        if (cases[i].why != NULL)
            expect_error(x, rc, cases[i].code, cases[i].why);
        else if (rc != 0)
            fail_msg("%s %d: %s", cases[i].path, cases[i].status, x->e.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(table_is_kept_by_its_tag, start, stop),
        cmocka_unit_test_setup_teardown(bad_tables_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(documents, start, stop),
        cmocka_unit_test_setup_teardown(question_is_the_body, start, stop),
        cmocka_unit_test_setup_teardown(changes, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
