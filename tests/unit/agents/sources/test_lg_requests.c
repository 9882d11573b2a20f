/* SPDX-License-Identifier: Apache-2.0 */
/* How looking glasses are asked: what a request is made of, pages, validators, waiting. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_looking_glass;

#define SECOND INT64_C(1000000)

struct web {
    struct tiny server;
    char seen[8000]; /* all requests */
    const char *(*reply)(struct web *w, const char *request);
    const char *headers; /* of all replies, each with its line's end */
    char text[1000];
};

static void answer(void *payload, int fd, const char *request)
{
    struct web *w = payload;
    size_t n = strlen(w->seen);
    const char *body = w->reply(w, request);
    char head[1000];

    snprintf(w->seen + n, sizeof(w->seen) - n, "%s\n", request);
    if (body == NULL) {
        tiny_say(fd, "HTTP/1.1 304 Same\r\n\r\n");
        return;
    }
    if (strncmp(body, "HTTP/", 5) == 0) {
        tiny_say(fd, body);
        return;
    }
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n",
             w->headers != NULL ? w->headers : "", strlen(body));
    tiny_say(fd, head);
    tiny_say(fd, body);
}

/* Opens a source; PORT in the text is the server's. */
static void open_web(struct rig *r, struct web *w, const char *routers)
{
    char yaml[4000];
    const char *port;
    struct err e = {0};
    size_t n;

    tiny_start(&w->server, answer, w);
    n = (size_t)snprintf(yaml, sizeof(yaml),
                         "allow: [127.0.0.0/8]\nlimits: {interval: 0s}\n"
                         "contact: noc@example.net\nrouters:\n");
    while ((port = strstr(routers, "PORT")) != NULL) {
        n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "%.*s%d", (int)(port - routers),
                              routers, w->server.port);
        routers = port + 4;
    }
    snprintf(yaml + n, sizeof(yaml) - n, "%s", routers);
    if (rig_open(r, &agent_looking_glass, yaml, FACT_NONE, &e) < 0)
        fail_msg("%s", e.msg);
}

static void close_web(struct rig *r, struct web *w)
{
    rig_close(r);
    tiny_stop(&w->server);
}

static size_t routes_of(const struct rig *r, const char *scope)
{
    const struct memory_batch *b = rig_scope(r, scope);

    assert_non_null(b);
    if (b->failed)
        fail_msg("%s: %s", scope, b->why.msg);
    return FACTS_N(&b->facts, ROUTE);
}

static const char one_route[] = "{\"rib\":[{\"prefix\":\"198.51.100.0/24\",\"exit_nexthop\":"
                                "\"192.0.2.9\"}]}";

static const char *say_rib(struct web *w, const char *request)
{
    (void)w;
    return strstr(request, "neighbors") != NULL ? "{\"neighbors\":[]}" : one_route;
}

/* The dialect's own requests as paths, the token from its file, who asks. */
static void test_paths_and_headers(void **state)
{
    struct web w = {.reply = say_rib};
    char *folder = rig_folder(), routers[1000];
    struct rig r;

    (void)state;
    rig_write(folder, "token", "s3cret\n", SECOND);
    snprintf(routers, sizeof(routers),
             "  - name: o\n    dialect: openbgpd\n    url: http://127.0.0.1:PORT/bgplgd/%%r\n"
             "    headers: [\"X-Key: %%t\", \"Accept: application/json\"]\n"
             "    token_file: %s/token\n",
             folder);
    open_web(&r, &w, routers);
    rig_collect(&r);
    assert_int_equal(routes_of(&r, "o"), 1);
    assert_non_null(strstr(w.seen, "GET /bgplgd/neighbors HTTP/1.1"));
    assert_non_null(strstr(w.seen, "GET /bgplgd/rib HTTP/1.1"));
    assert_non_null(strstr(w.seen, "X-Key: s3cret\r\n"));
    assert_non_null(strstr(w.seen, "Accept: application/json\r\n"));
    assert_non_null(strstr(w.seen, "(+noc@example.net)"));
    rig_write(folder, "token", "two\nlines\n", SECOND);
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "o")->why.msg, "must hold one line"));
    assert_null(strstr(rig_scope(&r, "o")->why.msg, "two"));
    close_web(&r, &w);
    rig_remove(folder);
}

static const char *say_route(struct web *w, const char *request)
{
    (void)w;
    (void)request;
    return "<rpc-reply><route-information><route-table><table-name>inet.0</table-name><rt>"
           "<rt-destination>198.51.100.0/24</rt-destination><rt-entry><protocol-name>Static"
           "</protocol-name></rt-entry></rt></route-table></route-information></rpc-reply>";
}

/* A form, whose fields are encoded once, and what is asked in one of them. */
static void test_form(void **state)
{
    struct web w = {.reply = say_route};
    struct rig r;

    (void)state;
    open_web(&r, &w,
             "  - name: j\n    dialect: junos-xml\n    url: http://127.0.0.1:PORT/lg.cgi\n"
             "    form: [\"query=route&x\", \"args=%r\", \"router=ex2j:juniper\"]\n"
             "    requests: [\"show route 10.0.0.0/8\"]\n");
    rig_collect(&r);
    assert_int_equal(routes_of(&r, "j"), 1);
    assert_non_null(strstr(w.seen, "POST /lg.cgi HTTP/1.1"));
    assert_non_null(strstr(w.seen, "Content-Type: application/x-www-form-urlencoded"));
    assert_non_null(strstr(w.seen, "query=route%26x&args=show%20route%2010.0.0.0%2F8&router="
                                   "ex2j%3Ajuniper"));
    close_web(&r, &w);
}

static const char *say_structured(struct web *w, const char *request)
{
    (void)w;
    (void)request;
    return "{\"output\":{\"routes\":[{\"prefix\":\"198.51.100.0/24\"}]},\"level\":\"success\"}";
}

static void test_json_body(void **state)
{
    struct web w = {.reply = say_structured};
    struct rig r;

    (void)state;
    open_web(&r, &w,
             "  - name: h\n    dialect: hyperglass\n    url: http://127.0.0.1:PORT/api/query\n"
             "    body: '{\"queryTarget\":\"%j\"}'\n    requests: ['10.0.0.0/8', 'a\"b']\n");
    rig_collect(&r);
    assert_int_equal(routes_of(&r, "h"), 2);
    assert_non_null(strstr(w.seen, "Content-Type: application/json"));
    assert_non_null(strstr(w.seen, "{\"queryTarget\":\"10.0.0.0/8\"}"));
    assert_non_null(strstr(w.seen, "{\"queryTarget\":\"a\\\"b\"}"));
    close_web(&r, &w);
}

/* --- pages --- */

static const char *say_page(struct web *w, const char *request)
{
    const char *page = strstr(request, "page=");
    int n = page != NULL ? atoi(page + 5) : 0;

    snprintf(w->text, sizeof(w->text),
             "{\"api\":{},\"pagination\":{\"page\":%d,\"total_pages\":3},\"imported\":["
             "{\"network\":\"10.%d.0.0/16\",\"bgp\":{}}],\"next\":%s%d%s}",
             n, n, n < 2 ? "\"/r?page=" : "null,\"x\":\"", n + 1, "\"");
    return w->text;
}

static void check_pages(const char *pages, const char *url, size_t routes, const char *why)
{
    struct web w = {.reply = say_page};
    char routers[1000];
    struct rig r;

    snprintf(routers, sizeof(routers),
             "  - name: a\n    dialect: alice\n    url: \"http://127.0.0.1:PORT/%s\"\n"
             "    requests: [x]\n    pages: {%s}\n",
             url, pages);
    open_web(&r, &w, routers);
    rig_collect(&r);
    if (why != NULL)
        assert_non_null(strstr(rig_scope(&r, "a")->why.msg, why));
    else
        assert_int_equal(routes_of(&r, "a"), routes);
    assert_null(rig_scope(&r, "a")->head.version);
    close_web(&r, &w);
}

static void test_pages(void **state)
{
    (void)state;
    check_pages("total: pagination/total_pages", "%q?page=%p", 3, NULL);
    check_pages("total: pagination/nothing", "%q?page=%p", 0,
                "no number of pages at pagination/nothing");
    check_pages("next: next", "%q", 3, NULL);
    check_pages("next: next, max: 2", "%q", 0, "x: more than 2 pages");
}

static const char *say_elsewhere(struct web *w, const char *request)
{
    (void)w;
    (void)request;
    return "{\"imported\":[],\"next\":\"http://example.net/?page=2\"}";
}

/* The next page may not lead to another server. */
static void test_next_elsewhere(void **state)
{
    struct web w = {.reply = say_elsewhere};
    struct rig r;

    (void)state;
    open_web(&r, &w,
             "  - {name: a, dialect: alice, url: \"http://127.0.0.1:PORT/%q\", requests: [x], "
             "pages: {next: next}}\n");
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "a")->why.msg, "another server"));
    assert_int_equal(w.server.requests, 1);
    close_web(&r, &w);
}

/* --- politeness --- */

static const char *say_unless_same(struct web *w, const char *request)
{
    return strstr(request, "If-Modified-Since: Sun, 22 Nov 2026 00:00:00 GMT") != NULL
               ? NULL
               : say_rib(w, request);
}

static void test_last_modified(void **state)
{
    struct web w = {.reply = say_unless_same,
                    .headers = "Last-Modified: Sun, 22 Nov 2026 00:00:00 GMT\r\n"};
    struct rig r;

    (void)state;
    open_web(&r, &w, "  - {name: o, dialect: openbgpd, url: \"http://127.0.0.1:PORT/%r\"}\n");
    rig_collect(&r);
    assert_int_equal(routes_of(&r, "o"), 1);
    rig_collect(&r);
    assert_int_equal(r.sink.n, 1); /* nothing is new */
    assert_int_equal(w.server.requests, 4);
    close_web(&r, &w);
}

static const char *say_busy(struct web *w, const char *request)
{
    (void)w;
    (void)request;
    return "HTTP/1.1 429 Slow\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n";
}

/* A server that asks to wait is left alone by all routers behind it, and only by them. */
static void test_shared_wait(void **state)
{
    struct web w = {.reply = say_busy};
    char *folder = rig_folder(), routers[1000];
    struct rig r;

    (void)state;
    rig_write(folder, "c.rib.json", one_route, SECOND);
    snprintf(routers, sizeof(routers),
             "  - {name: a, dialect: openbgpd, url: \"http://127.0.0.1:PORT/a/%%r\"}\n"
             "  - {name: b, dialect: openbgpd, url: \"http://127.0.0.1:PORT/b/%%r\"}\n"
             "  - {name: c, dialect: openbgpd, path: %s/c}\n",
             folder);
    open_web(&r, &w, routers);
    rig_collect(&r);
    assert_int_equal(w.server.requests, 1);
    assert_non_null(strstr(rig_scope(&r, "a")->why.msg, "HTTP status 429"));
    assert_non_null(strstr(rig_scope(&r, "b")->why.msg, "asked to wait for another 60 s"));
    assert_int_equal(routes_of(&r, "c"), 1);
    close_web(&r, &w);
    rig_remove(folder);
}

/* --- files of any names --- */

static void test_found_files(void **state)
{
    char *folder = rig_folder(), yaml[1000];
    struct rig r;
    struct err e = {0};

    (void)state;
    rig_write(folder, "r1.rib", one_route, SECOND);
    rig_write(folder, "r1.eos.json", "{\"vrfs\":{\"default\":{\"asn\":\"64500\"}}}",
              2 * SECOND);
    rig_write(folder, "r1.ospf", "ospfd is not running", SECOND);
    rig_write(folder, "r1.rib.tmp", "garbage", SECOND);
    rig_write(folder, "r1.rib~", "garbage", SECOND);
    rig_write(folder, "r1.lon.rib", "{\"vrfs\":{\"default\":{\"asn\":\"64501\"}}}", SECOND);
    rig_write(folder, "r10.rib", "garbage", SECOND);
    snprintf(yaml, sizeof(yaml),
             "dialect: auto\nrouters:\n  - {name: r1, path: %s/r1}\n"
             "  - {name: r10, path: %s/r10}\n  - {name: r2, path: %s/r2}\n"
             "  - {name: r1.lon, path: %s/r1.lon}\n",
             folder, folder, folder, folder);
    assert_int_equal(rig_open(&r, &agent_looking_glass, yaml, FACT_NONE, &e), 0);
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "r1")->why.msg, "ospfd is not running"));
    assert_non_null(strstr(rig_scope(&r, "r10")->why.msg, "none of the dialects"));
    assert_int_equal(FACTS_N(&rig_scope(&r, "r1.lon")->facts, BGP), 1);
    assert_non_null(strstr(rig_scope(&r, "r2")->why.msg, "none of the files is there (.*)"));
    rig_write(folder, "r1.ospf", "{}", SECOND);
    rig_collect(&r);
    assert_int_equal(routes_of(&r, "r1"), 1);
    assert_int_equal(FACTS_N(&rig_scope(&r, "r1")->facts, BGP), 1);
    assert_true(rig_scope(&r, "r1")->head.origin.observed_at == SECOND);
    rig_close(&r);
    rig_remove(folder);
}

/* --- options --- */

static void test_options(void **state)
{
    static const struct {
        const char *router, *why;
    } cases[] = {
        {"dialect: ios12, path: x", "dialect: \"ios12\" is none"},
        {"dialect: ripestat, url: \"http://x/%q\"", "needs requests"},
        {"dialect: auto, url: \"http://x/%q\"", "needs requests"},
        {"path: x, requests: [a]", "requests: needs url"},
        {"url: \"http://x/\", form: [a]", "form: \"a\" is not NAME=VALUE"},
        {"url: \"http://x/\", form: [a=b], body: c", "both form and body"},
        {"url: \"http://x/\", body: c, method: GET", "GET has no form"},
        {"url: \"http://x/%q\", method: PUT", "method: must be GET or POST"},
        {"url: \"http://%q/x\"", "may not depend on what is asked"},
        {"url: \"http://x/%q\", headers: [\"a b: c\"]", "headers: not NAME: VALUE"},
        {"url: \"http://x/%q\", headers: [\"a: %t\"]", "belong together"},
        {"url: \"http://x/%q\", token_file: t", "belong together"},
        {"url: \"http://x/%q\", pages: {first: 1}", "needs either total or next"},
        {"url: \"http://x/%q\", pages: {total: a}", "needs %p"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char yaml[500];
        struct rig r;
        struct err e = {0};

        snprintf(yaml, sizeof(yaml), "routers:\n  - {name: r, %s}\n", cases[i].router);
        assert_true(rig_open(&r, &agent_looking_glass, yaml, FACT_NONE, &e) < 0);
        if (strstr(e.msg, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].router, e.msg);
        rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_and_headers), cmocka_unit_test(test_form),
        cmocka_unit_test(test_json_body),         cmocka_unit_test(test_pages),
        cmocka_unit_test(test_next_elsewhere),    cmocka_unit_test(test_last_modified),
        cmocka_unit_test(test_shared_wait),       cmocka_unit_test(test_found_files),
        cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
