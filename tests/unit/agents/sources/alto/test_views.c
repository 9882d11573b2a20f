/* SPDX-License-Identifier: Apache-2.0 */
/* Following by TIPS: what views bring, what spoils them, how they are opened again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agents/sources/alto/follow.h"
#include "agents/sources/alto/source.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_alto;

#define SECOND    INT64_C(1000000)
#define MAP_TYPE  "application/alto-networkmap+json"
#define COST_TYPE "application/alto-costmap+json"
#define TIPS_TYPE "application/alto-tips+json"
#define MERGE     "application/merge-patch+json"
#define JSON      "application/json-patch+json"
#define PARAMS    "application/alto-tipsparams+json"

#define MAP(tag, pid)                                                                          \
    "{\"meta\":{\"vtag\":{\"resource-id\":\"m\",\"tag\":\"" tag "\"}},\"network-map\":{\"" pid \
    "\":{\"ipv4\":[\"192.0.2.0/24\"]}}}"
#define COSTS                                                                                  \
    "{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"m\",\"tag\":\"1\"}],\"cost-type\":"    \
    "{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"}},\"cost-map\":{\"P\":"      \
    "{\"P\":1}}}"
#define TAG(tag)     "{\"meta\":{\"vtag\":{\"tag\":\"" tag "\"}}}"
#define NEW_TAG(tag) "[{\"op\":\"replace\",\"path\":\"/meta/vtag/tag\",\"value\":\"" tag "\"}]"
#define OPEN         "POST /t {\"resource-id\":\"m\"}"
#define OPEN_FROM(t) "POST /t {\"resource-id\":\"m\",\"tag\":\"" t "\"}"
#define EDGE(i, j)   "GET /v/ug/" #i "/" #j " "
#define VIEW(uri, start, end, i, j)                                                            \
    "{\"tips-view-uri\":\"" uri "\",\"tips-view-summary\":{\"updates-graph-summary\":"         \
    "{\"start-seq\":" #start ",\"end-seq\":" #end ",\"start-edge-rec\":{\"seq-i\":" #i         \
    ",\"seq-j\":" #j "}}}}"

/* One request that must come, and what is answered. */
struct step {
    const char *request; /* method, path, a blank, and the body */
    int status;
    const char *type, *body;
};

#define OPENED(i, j)                                                                           \
    {                                                                                          \
        OPEN, 200, TIPS_TYPE, VIEW("/v", 3, 5, i, j)                                           \
    }
#define WHOLE                                                                                  \
    {                                                                                          \
        EDGE(0, 5), 200, MAP_TYPE, MAP("5", "P")                                               \
    }
/* How scripts begin. */
#define BEGIN OPENED(0, 5), WHOLE

struct peer {
    struct tiny server, other;
    const char *directory; /* of %d, its port */
    const struct step *script;
    size_t n, at;
    struct rig rig;
    _Atomic int64_t now;     /* microseconds */
    int64_t when[20];        /* each step was asked for */
    const char *refuses;     /* what is answered to each opening, instead of a script */
    int openings, asked[50]; /* how many, by number of resource */
    char bad[3000];          /* a request that did not fit */
    char seen[4000];         /* head of the latest request to the other server */
};

#define RESOURCE(id, type) "\"" id "\":{\"uri\":\"" id "\",\"media-type\":\"" type "\"}"
#define TIPS(id, uses, more)                                                                   \
    "\"" id "\":{\"uri\":\"" id "\",\"media-type\":\"" TIPS_TYPE "\",\"accepts\":\"" PARAMS    \
    "\",\"uses\":" uses more "}"
#define KINDS(types)                                                                           \
    ",\"capabilities\":{\"incremental-change-media-types\":{\"m\":\"" types "\"}}"

#define DIRECTORY                                                                              \
    "{\"resources\":{" RESOURCE("m", MAP_TYPE) "," RESOURCE("c", COST_TYPE) "," TIPS(          \
        "less", "[]", "") "," TIPS("t", "[\"m\",\"x\"]", KINDS(MERGE "," JSON)) "}}"

static void say(int fd, int status, const char *type, const char *body)
{
    char head[400];

    snprintf(head, sizeof(head),
             "HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n",
             status, type, strlen(body));
    tiny_say(fd, head);
    tiny_say(fd, body);
}

/* "METHOD PATH BODY" */
static void read_request(int fd, const char *head, char *out, size_t size)
{
    const char *length = strstr(head, "Content-Length: "), *end = strstr(head, "\r\n\r\n");
    size_t n = (size_t)(strstr(head, "HTTP/") - head);
    size_t left = length != NULL ? strtoul(length + 16, NULL, 10) : 0;

    n = (size_t)snprintf(out, size, "%.*s%s", (int)n, head, end + 4);
    left -= strlen(end + 4);
    while (left > 0) {
        ssize_t got = recv(fd, out + n, left < size - n - 1 ? left : size - n - 1, 0);

        if (got <= 0)
            break;
        n += (size_t)got;
        left -= (size_t)got;
        out[n] = '\0';
    }
}

static void follow_script(struct peer *p, int fd, const char *request)
{
    const struct step *step = p->at < p->n ? &p->script[p->at] : NULL;

    if (step == NULL) {
        atomic_store(&p->rig.cancelled, true);
        say(fd, 504, "text/plain", "");
    } else if (strcmp(request, step->request) == 0) {
        p->when[p->at++] = p->now;
        say(fd, step->status, step->type, step->body);
    } else {
        snprintf(p->bad, sizeof(p->bad), "%s", request);
        atomic_store(&p->rig.cancelled, true);
        say(fd, 500, "text/plain", "");
    }
}

/* Counts openings of resources that are called by numbers, until so many were asked for twice.
 */
static void refuse(struct peer *p, int fd, const char *request)
{
    const char *id = strstr(request, "\"resource-id\":\"");
    int n = id != NULL ? atoi(id + 15) : 0, twice = 0;

    p->openings++;
    p->asked[n]++;
    for (int i = 0; i < 50; i++)
        twice += p->asked[i] > 1;
    if (twice == FOLLOW_VIEWS || p->openings == 1000)
        atomic_store(&p->rig.cancelled, true);
    say(fd, 400, "text/plain", p->refuses);
}

static void answer(void *payload, int fd, const char *head)
{
    struct peer *p = payload;
    char request[3000];

    if (strstr(head, "\r\n\r\n") == NULL)
        return; /* the client went away */
    read_request(fd, head, request, sizeof(request));
    if (strcmp(request, "GET /ird ") == 0)
        say(fd, 200, "application/alto-directory+json", p->directory);
    else if (p->refuses != NULL)
        refuse(p, fd, request);
    else
        follow_script(p, fd, request);
}

static void answer_elsewhere(void *payload, int fd, const char *head)
{
    struct peer *p = payload;

    snprintf(p->seen, sizeof(p->seen), "%s", head);
    say(fd, 200, MAP_TYPE, MAP("5", "P"));
    atomic_store(&p->rig.cancelled, true);
}

/* A clock that goes on whenever it is looked at. */
static int64_t tick(void *self)
{
    return atomic_fetch_add(&((struct peer *)self)->now, SECOND);
}

static void open_peer(struct peer *p, const char *more)
{
    char yaml[500];
    struct err e = {0};

    if (p->directory == NULL)
        p->directory = DIRECTORY;
    tiny_start(&p->server, answer, p);
    tiny_start(&p->other, answer_elsewhere, p);
    snprintf(yaml, sizeof(yaml),
             "url: \"http://127.0.0.1:%d/ird\"\nallow: [127.0.0.0/8]\n"
             "limits: {interval: 0s, body: 4k}\n%s",
             p->server.port, more);
    assert_int_equal(rig_open(&p->rig, &agent_alto, yaml, FACT_NONE, &e), 0);
    p->now = p->rig.now;
    p->rig.clock.now_us = p->rig.clock.mono_us = tick;
    p->rig.clock.self = p;
}

static void close_peer(struct peer *p)
{
    rig_close(&p->rig);
}

/* Follows until the script is at its end; the servers end with it. */
static void serve(struct peer *p)
{
    struct err e = {0};
    struct agent *a = p->rig.agent;
    int rc = agent_ops_of(a)->serve(a, &p->rig.sink.sink, &e);

    tiny_stop(&p->server);
    tiny_stop(&p->other);
    if (rc < 0 || p->bad[0] != '\0' || p->at < p->n)
        print_error("%s after step %zu, %s\n", e.msg, p->at, p->bad);
    assert_int_equal(rc, 0);
    assert_string_equal(p->bad, "");
    assert_int_equal(p->at, p->n);
}

static void run(struct peer *p, const struct step *script, size_t n)
{
    *p = (struct peer){.script = script, .n = n};
    open_peer(p, "");
    serve(p);
}

#define RUN(p, script) run((p), (script), sizeof(script) / sizeof(*(script)))

static const char *body_of(const struct peer *p, const char *scope)
{
    const struct memory_batch *b = rig_scope(&p->rig, scope);

    return b != NULL && !b->failed ? FACTS(&b->facts, document, DOCUMENT)->body : "(none)";
}

/* What was told of following; "" when nothing was. */
static const char *told(const struct peer *p)
{
    const struct memory_batch *b = rig_scope(&p->rig, "stream");

    return b != NULL ? b->why.msg : "";
}

static void test_changes(void **state)
{
    static const struct step script[] = {
        OPENED(0, 4),
        {EDGE(0, 4), 200, MAP_TYPE ";charset=utf-8", MAP("4", "P")},
        {EDGE(4, 5), 200, MERGE,
         "{\"meta\":{\"vtag\":{\"tag\":\"5\"}},\"network-map\":{\"P\":null,\"Q\":"
         "{\"ipv4\":[\"192.0.2.0/24\"]}}}"},
        {EDGE(5, 6), 504, "text/html", "nothing came"}, /* is asked for again */
        {EDGE(5, 6), 408, "text/html", "nothing came"},
        {EDGE(5, 6), 200, JSON, NEW_TAG("6")},
        {EDGE(6, 7), 200, MAP_TYPE, MAP("7", "R")},
    };
    struct peer p;

    (void)state;
    RUN(&p, script);
    assert_string_equal(body_of(&p, "m.json"), MAP("7", "R"));
    assert_string_equal(rig_scope(&p.rig, "m.json")->head.version, "7");
    assert_string_equal(told(&p), "");
    assert_int_equal(p.rig.sink.n, 4);
    assert_string_equal(FACTS(&p.rig.sink.v[1].facts, document, DOCUMENT)->body, MAP("5", "Q"));
    assert_string_equal(FACTS(&p.rig.sink.v[2].facts, document, DOCUMENT)->body, MAP("6", "Q"));
    close_peer(&p);
}

/* What goes wrong on the way leaves the text, and the view goes on from its tag. */
static void test_again(void **state)
{
    static const struct {
        int status;
        const char *want;
    } all[] = {
        {404, "TIPS t: m: http"}, {410, "HTTP status 410"}, {425, "HTTP status 425"},
        {429, "HTTP status 429"}, {500, "HTTP status 500"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        const struct step script[] = {
            BEGIN,
            {EDGE(5, 6), all[i].status, "text/plain", "no"},
            {OPEN_FROM("5"), 503, "text/plain", "not yet"},
            {OPEN_FROM("5"), 200, TIPS_TYPE, VIEW("/w", 9, 9, 9, 10)},
            {"GET /w/ug/9/10 ", 200, MERGE, TAG("10")},
            {"GET /w/ug/10/11 ", 404, "text/plain", "no"},
            {OPEN_FROM("10"), 200, TIPS_TYPE, VIEW("/v", 3, 5, 0, 5)},
            WHOLE,
        };
        struct peer p;
        size_t failed = 0;

        RUN(&p, script);
        assert_string_equal(body_of(&p, "m.json"), MAP("5", "P"));
        assert_string_equal(FACTS(&p.rig.sink.v[0].facts, document, DOCUMENT)->body,
                            MAP("5", "P"));
        for (size_t k = 0; k < p.rig.sink.n; k++)
            failed += p.rig.sink.v[k].failed;
        assert_int_equal(failed, 0); /* what was told was taken back */
        close_peer(&p);
    }
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        const struct step script[] = {BEGIN, {EDGE(5, 6), all[i].status, "text/plain", "no"}};
        struct peer p;

        RUN(&p, script);
        assert_non_null(strstr(told(&p), all[i].want));
        close_peer(&p);
    }
}

#define X10   "xxxxxxxxxx"
#define X100  X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X1000 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100

/* A text that something did not fit is forgotten: the next view begins with a whole one. */
static void test_spoiled(void **state)
{
    static const struct {
        struct step step;
        const char *want;
    } all[] = {
        {{EDGE(5, 6), 200, "text/html", "<p>"}, "m: an edge of text/html, which is neither"},
        {{EDGE(5, 6), 200, TIPS_TYPE, "{}"}, "m: an edge of application/alto-tips+json"},
        {{EDGE(5, 6), 200, MERGE, "{"}, "m: patch: the patch"},
        {{EDGE(5, 6), 200, JSON, "[{\"op\":\"remove\",\"path\":\"/x\"}]"},
         "m: patch: operation 1: what is to be removed"},
        {{EDGE(5, 6), 200, MAP_TYPE, COSTS}, "m: it is a cost-map, not a network-map"},
        {{EDGE(5, 6), 200, MAP_TYPE, "garbage"}, "m: 1:1"},
        {{EDGE(5, 6), 204, "x/y", ""}, "m: an edge of x/y"},
        {{EDGE(5, 6), 200, MERGE, "{\"network-map\":{\"" X1000 X1000 X1000 X1000 "\":{}}}"},
         "m: a text of more than 4096 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        const struct step bad[] = {BEGIN, all[i].step}, good[] = {BEGIN, all[i].step, BEGIN};
        struct peer p;

        RUN(&p, bad);
        if (strstr(told(&p), all[i].want) == NULL)
            print_error("%zu: %s\n", i, told(&p));
        assert_non_null(strstr(told(&p), all[i].want));
        assert_string_equal(body_of(&p, "m.json"), MAP("5", "P"));
        close_peer(&p);
        RUN(&p, good);
        assert_string_equal(told(&p), "");
        close_peer(&p);
    }
}

/* Views that can't be used. */
static void test_not_opened(void **state)
{
    static const struct {
        int status;
        const char *type, *body, *want;
    } all[] = {
        {400, "application/alto-error+json", "{}", "HTTP status 400"},
        {200, "text/html", "<p>", "m: answered with text/html"},
        {200, TIPS_TYPE, "{", "m: 1:"},
        {200, TIPS_TYPE, VIEW("/v", 3, 5, 0, 6), "m: recommends to begin with 0/6"},
        {200, TIPS_TYPE, VIEW("/v", 3, 5, 4, 5), "begin with version 4, unasked"},
        {200, TIPS_TYPE, VIEW("ftp://x/v", 3, 5, 0, 5), "m: tips-view-uri"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        const struct step script[] = {{OPEN, all[i].status, all[i].type, all[i].body},
                                      {OPEN, all[i].status, all[i].type, all[i].body},
                                      {OPEN, all[i].status, all[i].type, all[i].body}};
        struct peer p;

        RUN(&p, script);
        if (strstr(told(&p), all[i].want) == NULL)
            print_error("%zu: %s\n", i, told(&p));
        assert_non_null(strstr(told(&p), all[i].want));
        close_peer(&p);
    }
}

/* The address of a view in special space is not asked, as no other is. */
static void test_refused(void **state)
{
    static const struct step script[] = {
        {OPEN, 200, TIPS_TYPE, VIEW("http://169.254.169.254/v", 3, 5, 0, 5)},
        {OPEN, 200, TIPS_TYPE, VIEW("/v", 3, 5, 0, 5)},
    };
    struct peer p;

    (void)state;
    RUN(&p, script);
    assert_non_null(strstr(told(&p), "169.254.169.254 is special or private"));
    close_peer(&p);
}

/* Credentials are for the server of the directory. */
static void test_elsewhere(void **state)
{
    char *folder = rig_folder(), more[300], opened[300];
    struct step script[] = {{OPEN, 200, TIPS_TYPE, opened}};
    struct peer p = {.script = script, .n = 1};

    (void)state;
    rig_write(folder, "token", "secret\n", 0);
    snprintf(more, sizeof(more), "token_file: %s/token\n", folder);
    open_peer(&p, more);
    snprintf(opened, sizeof(opened), VIEW("http://127.0.0.1:%d/v", 3, 5, 0, 5), p.other.port);
    serve(&p);
    assert_memory_equal(p.seen, "GET /v/ug/0/5 ", 14);
    assert_null(strstr(p.seen, "secret"));
    assert_non_null(strstr(p.seen, "Accept: " MAP_TYPE "," MERGE "," JSON ","));
    close_peer(&p);
    rig_remove(folder);
}

static void test_texts(void **state)
{
    static const struct step script[] = {
        BEGIN, {EDGE(5, 6), 200, MERGE, "{\"network-map\":{\"" X100 "\":{}}}"}};
    struct peer p = {.script = script, .n = 3};

    (void)state;
    open_peer(&p, "");
    ((struct alto *)agent_state(p.rig.agent))->max_texts = 180;
    serve(&p);
    assert_non_null(strstr(told(&p), "m: texts of more than 180 bytes"));
    assert_string_equal(body_of(&p, "m.json"), MAP("5", "P"));
    close_peer(&p);
}

/* More views than that are not opened. */
static void test_many(void **state)
{
    struct buf directory = {0}, uses = {0};
    struct peer p = {.refuses = "no"};
    int opened = 0;

    (void)state;
    buf_str(&directory, "{\"resources\":{");
    for (int i = 1; i <= FOLLOW_VIEWS + 5; i++) {
        buf_printf(&directory, RESOURCE("%d", MAP_TYPE) ",", i, i);
        buf_printf(&uses, "%s\"%d\"", i > 1 ? "," : "", i);
    }
    buf_printf(&directory, TIPS("t", "[%s]", "") "}}", buf_cstr(&uses));
    p.directory = buf_cstr(&directory);
    open_peer(&p, "");
    serve(&p);
    for (int i = 0; i < 50; i++)
        opened += p.asked[i] > 0;
    assert_int_equal(opened, FOLLOW_VIEWS);
    assert_int_equal(p.asked[FOLLOW_VIEWS + 1], 0);
    assert_non_null(strstr(told(&p), "HTTP status 400"));
    close_peer(&p);
    buf_free(&directory);
    buf_free(&uses);
}

/* TIPS is for whoever knows all kinds of its changes. */
static void test_unknown_kinds(void **state)
{
    struct peer p = {.directory = "{\"resources\":{" RESOURCE("m", MAP_TYPE) "," TIPS(
                         "t", "[\"m\"]", KINDS(MERGE ",x/new")) "}}"};

    (void)state;
    open_peer(&p, "");
    serve(&p);
    assert_int_equal(p.server.requests, 1);
    assert_int_equal(p.rig.sink.n, 0);
    close_peer(&p);
}

/* A server that asks to wait is left alone. */
static void test_retry_after(void **state)
{
    static const struct step script[] = {{OPEN, 503, "text/plain\r\nRetry-After: 60", "later"},
                                         BEGIN};
    struct peer p;

    (void)state;
    RUN(&p, script);
    assert_true(p.when[1] - p.when[0] >= 60 * SECOND);
    close_peer(&p);
}

/* Where both are offered a stream is opened, and no view. */
static void test_stream_preferred(void **state)
{
    static const struct step script[] = {
        {"POST /s {\"add\":{\"1\":{\"resource-id\":\"m\",\"incremental-changes\":false}}}", 200,
         "text/event-stream", ": nothing\n\n"}};
    struct peer p = {
        .script = script,
        .n = 1,
        .directory = "{\"resources\":{" RESOURCE("m", MAP_TYPE) "," TIPS(
            "t", "[\"m\"]",
            "") ","
                "\"s\":{\"uri\":\"s\",\"media-type\":\"text/event-stream\",\"accepts\":"
                "\"application/alto-updatestreamparams+json\",\"uses\":[\"m\"]}}}"};

    (void)state;
    open_peer(&p, "");
    serve(&p);
    close_peer(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_spoiled),
        cmocka_unit_test(test_not_opened),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_elsewhere),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_unknown_kinds),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_stream_preferred),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
