/* SPDX-License-Identifier: Apache-2.0 */
/* The source `topology`: files of a folder, documents at addresses. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_topology;

#define ONE       "graph [ node [ id 1 label \"A\" ] ]"
#define TWO       "graph [ node [ id 1 label \"B\" ] ]"
#define ONE_FACTS "node {\"node\":\"A\"}\n"
#define TWO_FACTS "node {\"node\":\"B\"}\n"

static void open_path(struct rig *r, const char *folder, const char *name)
{
    char yaml[400];
    struct err e = {0};

    snprintf(yaml, sizeof(yaml), "path: %s%s\n", folder, name);
    assert_int_equal(rig_open(r, &agent_topology, yaml, FACT_NONE, &e), 0);
}

static void test_folder(void **state)
{
    char *folder = rig_folder(), gone[300];
    struct rig r;

    (void)state;
    open_path(&r, folder, "");
    rig_collect(&r); /* empty */
    assert_int_equal(r.sink.n, 0);
    rig_write(folder, "a.gml", ONE, 7000000);
    rig_write(folder, "b.gml", "graph [", 7000000);
    rig_write(folder, "c.txt", "no topology", 7000000);
    rig_write(folder, ".hidden", ONE, 7000000);
    rig_collect(&r);
    rig_expect(&r, "a.gml", ONE_FACTS);
    assert_int_equal(rig_scope(&r, "a.gml")->head.origin.observed_at, 7000000);
    assert_non_null(
        strstr(rig_scope(&r, "b.gml")->why.msg, "/b.gml: 1:8: a list that does not end"));
    assert_non_null(strstr(rig_scope(&r, "c.txt")->why.msg, "looks like none"));
    assert_null(rig_scope(&r, ".hidden"));

    rig_collect(&r); /* as it was: a.gml is not stated again, the others fail again */
    assert_int_equal(r.sink.n, 5);
    rig_write(folder, "a.gml", TWO, 8000000);
    snprintf(gone, sizeof(gone), "%s/c.txt", folder);
    unlink(gone);
    rig_collect(&r);
    rig_expect(&r, "a.gml", TWO_FACTS);
    assert_null(rig_scope(&r, "c.txt"));
    rig_close(&r);
    rig_remove(folder);
}

/* The same text in another dialect is not what it was. */
static void test_dialect(void **state)
{
    char *folder = rig_folder(), yaml[400];
    struct rig r, corrected;
    struct err e = {0};

    (void)state;
    rig_write(folder, "a.gml", ONE, 7000000);
    open_path(&r, folder, "");
    rig_collect(&r);
    rig_expect(&r, "a.gml", ONE_FACTS);
    snprintf(yaml, sizeof(yaml), "path: %s\ndialect: graphml\n", folder);
    assert_int_equal(rig_open(&corrected, &agent_topology, yaml, FACT_NONE, &e), 0);
    assert_int_equal(agent_topology.collect(corrected.agent, &r.sink.sink, &e), 0);
    assert_int_equal(rig_scope(&r, "a.gml")->failed, 1);
    rig_close(&corrected);
    rig_close(&r);
    rig_remove(folder);
}

static void test_one_file(void **state)
{
    char *folder = rig_folder();
    struct rig r;
    struct err e = {0};

    (void)state;
    open_path(&r, folder, "/x.gml");
    assert_int_equal(agent_topology.collect(r.agent, &r.sink.sink, &e), ERR_NOENT);
    assert_non_null(strstr(e.msg, "/x.gml: No such file"));
    rig_write(folder, "x.gml", ONE, 1);
    rig_collect(&r);
    rig_expect(&r, "x.gml", ONE_FACTS);
    rig_close(&r);
    rig_remove(folder);
}

/* --- over HTTP --- */

struct web {
    struct tiny server;
    const char *status, *body, *etag;
    atomic_int unchanged; /* 304 answers */
};

static void answer(void *payload, int fd, const char *request)
{
    struct web *w = payload;
    char head[300], asked[100];

    snprintf(asked, sizeof(asked), "If-None-Match: %s\r\n", w->etag);
    if (strstr(request, asked) != NULL) {
        atomic_fetch_add(&w->unchanged, 1);
        tiny_say(fd, "HTTP/1.1 304 Not Modified\r\n\r\n");
        return;
    }
    snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %zu\r\nETag: %s\r\n\r\n",
             w->status, strlen(w->body), w->etag);
    tiny_say(fd, head);
    tiny_say(fd, w->body);
}

static void open_url(struct rig *r, const struct web *w, int64_t expires)
{
    char yaml[400];
    struct err e = {0};

    snprintf(yaml, sizeof(yaml),
             "documents: [{name: net, url: \"http://127.0.0.1:%d/topology\"}]\n"
             "allow: [127.0.0.0/8]\nlimits: {interval: 0s, body: 4k}\n",
             w->server.port);
    assert_int_equal(rig_open(r, &agent_topology, yaml, expires, &e), 0);
}

static void test_url(void **state)
{
    struct web w = {.status = "200 OK", .body = ONE, .etag = "\"1\""};
    struct rig r;

    (void)state;
    tiny_start(&w.server, answer, &w);
    open_url(&r, &w, FACT_NONE);
    rig_collect(&r);
    rig_expect(&r, "net", ONE_FACTS);
    rig_collect(&r);
    assert_int_equal(w.unchanged, 1);
    assert_int_equal(r.sink.n, 1);
    w.etag = "\"2\""; /* another tag, the same text */
    rig_collect(&r);
    assert_int_equal(r.sink.n, 1);
    w.body = TWO;
    w.etag = "\"3\"";
    rig_collect(&r);
    rig_expect(&r, "net", TWO_FACTS);
    w.status = "500 No";
    w.etag = "\"4\"";
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "net")->failed, 1);
    w.status = "200 OK"; /* stale facts are asked for without a condition */
    rig_collect(&r);
    rig_expect(&r, "net", TWO_FACTS);
    w.body = "<html>";
    w.etag = "\"5\"";
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "net")->why.msg, "looks like none"));
    rig_close(&r);
    tiny_stop(&w.server);
}

/* A file and a document of one name are one scope: neither is read. */
static void test_same_name(void **state)
{
    struct web w = {.status = "200 OK", .body = TWO, .etag = "\"1\""};
    char *folder = rig_folder(), yaml[400];
    struct rig r;
    struct err e = {0};

    (void)state;
    tiny_start(&w.server, answer, &w);
    rig_write(folder, "a.gml", ONE, 7000000);
    rig_write(folder, "b.gml", ONE, 7000000);
    snprintf(yaml, sizeof(yaml),
             "path: %s\ndocuments: [{name: b.gml, url: \"http://127.0.0.1:%d/topology\"}]\n"
             "allow: [127.0.0.0/8]\nlimits: {interval: 0s, body: 4k}\n",
             folder, w.server.port);
    assert_int_equal(rig_open(&r, &agent_topology, yaml, FACT_NONE, &e), 0);
    rig_collect(&r);
    rig_expect(&r, "a.gml", ONE_FACTS);
    assert_int_equal(r.sink.n, 2);
    assert_non_null(strstr(rig_scope(&r, "b.gml")->why.msg, "a document has this name too"));
    assert_int_equal(w.server.requests, 0);
    rig_close(&r);
    tiny_stop(&w.server);
    rig_remove(folder);
}

/* Facts that expire are confirmed by every reading. */
static void test_expiry(void **state)
{
    struct web w = {.status = "200 OK", .body = ONE, .etag = "\"1\""};
    struct rig r;

    (void)state;
    tiny_start(&w.server, answer, &w);
    open_url(&r, &w, 1000);
    rig_collect(&r);
    r.now += 500;
    rig_collect(&r);
    assert_int_equal(w.unchanged, 0);
    assert_int_equal(r.sink.n, 2);
    assert_int_equal(rig_scope(&r, "net")->head.origin.expires, r.now + 1000);
    rig_close(&r);
    tiny_stop(&w.server);
}

static void test_options(void **state)
{
    static const struct {
        const char *yaml, *want;
    } bad[] = {
        {"allow: []\n", "needs path or documents"},
        {"path: /x\ndialect: morse\n", "dialect: \"morse\" is none"},
        {"documents: [{name: a, url: \"ftp://x/\"}]\n", "url: must start with http"},
        {"documents: [{name: \"*\", url: \"http://x/\"}]\n", "name: must have"},
        {"documents: [{name: a, url: \"http://x/\"}, {name: a, url: \"http://y/\"}]\n",
         "a is there twice"},
        {"documents: [{name: a, url: \"http://x/\", user: u}]\n", "either both or none"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct rig r;
        struct err e = {0};

        assert_int_equal(rig_open(&r, &agent_topology, bad[i].yaml, FACT_NONE, &e), ERR_SCHEMA);
        assert_non_null(strstr(e.msg, bad[i].want));
        rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),    cmocka_unit_test(test_one_file),
        cmocka_unit_test(test_url),       cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_options),   cmocka_unit_test(test_dialect),
        cmocka_unit_test(test_same_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
