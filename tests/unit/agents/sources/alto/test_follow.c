/* SPDX-License-Identifier: Apache-2.0 */
/* Following an update stream: what it brings, what spoils it, beside polling. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agents/sources/alto/follow.h"
#include "agents/sources/alto/source.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_alto;

#define MAP_TYPE  "application/alto-networkmap+json"
#define COST_TYPE "application/alto-costmap+json"
#define CONTROL   "event: application/alto-updatestreamcontrol+json\ndata: "
#define MERGE     "event: application/merge-patch+json,"
#define JSON      "event: application/json-patch+json,"

#define MAP(tag, pid)                                                                          \
    "{\"meta\":{\"vtag\":{\"resource-id\":\"m\",\"tag\":\"" tag "\"}},\"network-map\":{\"" pid \
    "\":{\"ipv4\":[\"192.0.2.0/24\"]}}}"
/* A document without a tag of its own. */
#define COSTS(cost)                                                                            \
    "{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"m\",\"tag\":\"1\"}],\"cost-type\":"    \
    "{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"}},\"cost-map\":{\"P\":"      \
    "{\"P\":" cost "}}}"
#define BEGIN     CONTROL "{\"control-uri\":null}\n\n"
#define MAP_EVENT "event: " MAP_TYPE ",1\ndata: " MAP("1", "P") "\n\n"
#define COST_EVENT                                                                             \
    "event: " COST_TYPE ",2\ndata: {\"meta\":{\"dependent-vtags\":\ndata: [{\"resource-id\":"  \
    "\"m\",\ndata: \"tag\":\"1\"}],\"cost-type\":{\"cost-mode\":\"numerical\",\ndata:  "       \
    "\"cost-metric\":\"routingcost\"}},\ndata: \"cost-map\":{\"P\":{\"P\":1}}}\n\n"

/* Two servers, as one serves one request at a time: of the directory with the maps, and of the
 * stream. */
struct peer {
    struct tiny maps, streams;
    const char *type;                /* of the stream */
    const char *const *script;       /* what each stream says before it ends, then NULL */
    atomic_size_t at;                /* streams that said all */
    const char *map, *costs;         /* by polling */
    const char *uses;                /* of the stream */
    _Atomic(const char *) directory; /* NULL: one with all that is above */
    const char *body;                /* limit; NULL: 2k */
    bool holds;                      /* the first stream does not end by itself */
    struct rig *rig;                 /* is cancelled when the script is at its end */
    char request[2000];              /* for the stream, the latest */
};

static void say(int fd, const char *type, const char *body)
{
    char head[300];

    snprintf(head, sizeof(head),
             "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type,
             strlen(body));
    tiny_say(fd, head);
    tiny_say(fd, body);
}

static void say_directory(const struct peer *p, int fd)
{
    char text[2000];

    snprintf(text, sizeof(text),
             "{\"resources\":{\"m\":{\"uri\":\"m\",\"media-type\":\"" MAP_TYPE "\"},"
             "\"c\":{\"uri\":\"c\",\"media-type\":\"" COST_TYPE "\",\"uses\":[\"m\"]},"
             "\"far\":{\"uri\":\"f\",\"media-type\":\"" COST_TYPE "\",\"accepts\":\"x/y\"},"
             "\"small\":{\"uri\":\"http://127.0.0.1:%d/small\",\"media-type\":"
             "\"text/event-stream\",\"accepts\":\"application/alto-updatestreamparams+json\","
             "\"uses\":[]},"
             "\"s\":{\"uri\":\"http://127.0.0.1:%d/s\",\"media-type\":\"text/event-stream\","
             "\"accepts\":\"application/alto-updatestreamparams+json\",\"uses\":%s,"
             "\"capabilities\":{\"incremental-change-media-types\":{\"m\":"
             "\"application/merge-patch+json,application/json-patch+json\",\"c\":"
             "\"application/merge-patch+json, x/new\"}}}}}",
             p->streams.port, p->streams.port, p->uses);
    say(fd, "application/alto-directory+json", text);
}

static void stream(void *payload, int fd, const char *request)
{
    struct peer *p = payload;
    bool holds = p->holds && p->at == 0;
    char head[200], c;

    if (p->script[p->at] == NULL) {
        atomic_store(&p->rig->cancelled, true);
        return;
    }
    snprintf(p->request, sizeof(p->request), "%s", request);
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n", p->type);
    tiny_say(fd, head);
    tiny_say(fd, p->script[p->at]);
    p->at++;
    while (holds && recv(fd, &c, 1, 0) > 0)
        continue; /* the request's body, and then until the client goes away */
}

static void answer(void *payload, int fd, const char *request)
{
    struct peer *p = payload;

    if (strncmp(request, "POST ", 5) == 0)
        stream(p, fd, request);
    else if (strncmp(request, "GET /ird ", 9) == 0 && p->directory != NULL)
        say(fd, "application/alto-directory+json", p->directory);
    else if (strncmp(request, "GET /ird ", 9) == 0)
        say_directory(p, fd);
    else if (strncmp(request, "GET /m ", 7) == 0)
        say(fd, MAP_TYPE, p->map);
    else
        say(fd, COST_TYPE, p->costs);
}

static void open_peer(struct rig *r, struct peer *p, const char *more)
{
    char yaml[400];
    struct err e = {0};

    p->rig = r;
    if (p->type == NULL)
        p->type = "text/event-stream";
    if (p->uses == NULL)
        p->uses = "[\"m\",\"c\",\"other\"]";
    tiny_start(&p->maps, answer, p);
    tiny_start(&p->streams, stream, p);
    snprintf(yaml, sizeof(yaml),
             "url: \"http://127.0.0.1:%d/ird\"\nallow: [127.0.0.0/8]\n"
             "limits: {interval: 0s, body: %s}\n%s",
             p->maps.port, p->body != NULL ? p->body : "2k", more);
    assert_int_equal(rig_open(r, &agent_alto, yaml, FACT_NONE, &e), 0);
}

static void close_peer(struct rig *r, struct peer *p)
{
    rig_close(r);
    tiny_stop(&p->maps);
    tiny_stop(&p->streams);
}

/* Follows until the script is at its end. */
static int serve(struct rig *r, struct batch_sink *sink)
{
    struct err e = {0};
    int rc = agent_ops_of(r->agent)->serve(r->agent, sink, &e);

    if (rc < 0)
        print_error("%s\n", e.msg);
    return rc;
}

static const char *body_of(const struct rig *r, const char *scope)
{
    const struct memory_batch *b = rig_scope(r, scope);

    return b != NULL && !b->failed ? FACTS(&b->facts, document, DOCUMENT)->body : "(none)";
}

static void test_changes(void **state)
{
    static const char *const script[] = {
        BEGIN MAP_EVENT COST_EVENT
        ": still here\n\n" MERGE
        "1\ndata: {\"meta\":{\"vtag\":{\"tag\":\"2\"}},\"network-map\":{\"P\":null,\"Q\":"
        "{\"ipv4\":[\"192.0.2.0/24\"]}}}\n\n" JSON
        "1\ndata: [{\"op\":\"replace\",\"path\":\"/meta/vtag/tag\",\"value\":\"3\"}]\n\n" MERGE
        "2\ndata: {\"cost-map\":{\"P\":{\"P\":2.5}}}\n\n",
        NULL};
    struct peer p = {.script = script, .map = MAP("3", "Q"), .costs = COSTS("2.5")};
    struct rig r;
    size_t batches;

    (void)state;
    open_peer(&r, &p, "");
    assert_int_equal(serve(&r, &r.sink.sink), 0);
    assert_string_equal(body_of(&r, "m.json"), MAP("3", "Q"));
    assert_string_equal(rig_scope(&r, "m.json")->head.version, "3");
    assert_string_equal(body_of(&r, "c.json"), COSTS("2.5"));
    assert_int_equal(r.sink.n, 3 + 2 + 1); /* of the map, the costs, the stream */
    assert_non_null(strstr(rig_scope(&r, "stream")->why.msg, "s: "));
    assert_non_null(strstr(p.request, "POST /s "));
    assert_non_null(strstr(p.request, "Accept: text/event-stream,"));
    /* polling finds the same, and says so by saying nothing but what it remarks */
    atomic_store(&r.cancelled, false);
    batches = r.sink.n;
    rig_collect(&r);
    assert_string_equal(body_of(&r, "c.json"), COSTS("2.5"));
    rig_expect(&r, "directory", "ignored far: answers to questions only\n");
    assert_int_equal(r.sink.n, batches + 1);
    close_peer(&r, &p);
}

/* What spoils a stream is told, and what was good stays. */
static void test_trouble(void **state)
{
    static const struct {
        const char *says, *want;
    } all[] = {
        {BEGIN MAP_EVENT, "update stream s: "},
        {BEGIN MAP_EVENT "event: " MAP_TYPE ",1\ndata: {\n\n", "m: 1:"},
        {BEGIN MAP_EVENT "event: " MAP_TYPE ",1\ndata: " COSTS("1") "\n\n",
         "m: it is a cost-map, not a network-map"},
        {BEGIN MAP_EVENT MERGE "1\ndata: []\n\n", "m: 1:"},
        {BEGIN MAP_EVENT MERGE "1\ndata: {\n\n", "m: patch: the patch"},
        {BEGIN MAP_EVENT JSON "1\ndata: [{\"op\":\"remove\",\"path\":\"/x\"}]\n\n",
         "m: patch: operation 1"},
        {BEGIN MAP_EVENT MERGE "2\ndata: {}\n\n", "c: a patch before the whole"},
        {BEGIN MAP_EVENT MERGE "3\ndata: {}\n\n", "\"3\", which is not followed"},
        {BEGIN MAP_EVENT MERGE "0\ndata: {}\n\n", "\"0\", which is not followed"},
        {BEGIN MAP_EVENT "event: x/y,1\ndata: {}\n\n", "an event of x/y"},
        {BEGIN MAP_EVENT "data: garbage\n\n", "not a media type and an id"},
        {BEGIN MAP_EVENT CONTROL "[]\n\n", "control event that is no object"},
        {BEGIN MAP_EVENT CONTROL "{\"stopped\":[\"1\"]}\n\n" MERGE "1\ndata: {}\n\n",
         "\"1\", which is not followed"},
        {BEGIN MAP_EVENT CONTROL
         "{\"stopped\":[\"1\",\"2\",\"9\"],\"description\":\"later\"}\n\n",
         "no more of any resource: later"},
        {BEGIN MAP_EVENT MERGE "1\ndata: {\"network-map\":{\"" /* 2,000 bytes in one name */
#define X100                                                                                   \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
    "xx"                                                                                       \
    "xxxxxxxxxx"
         X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100
             X100 X100 X100 "\":{}}}\n\n",
         "m: a text of more than 2048 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        const char *const script[] = {all[i].says, NULL};
        struct peer p = {.script = script};
        struct rig r;

        open_peer(&r, &p, "");
        assert_int_equal(serve(&r, &r.sink.sink), 0);
        if (strstr(rig_scope(&r, "stream")->why.msg, all[i].want) == NULL)
            print_error("%zu: %s\n", i, rig_scope(&r, "stream")->why.msg);
        assert_non_null(strstr(rig_scope(&r, "stream")->why.msg, all[i].want));
        assert_string_equal(body_of(&r, "m.json"), MAP("1", "P"));
        close_peer(&r, &p);
    }
}

static void test_no_events(void **state)
{
    static const char *const script[] = {"<p>hello</p>", NULL};
    struct peer p = {.script = script, .type = "text/html"};
    struct rig r;

    (void)state;
    open_peer(&r, &p, "");
    assert_int_equal(serve(&r, &r.sink.sink), 0);
    assert_non_null(strstr(rig_scope(&r, "stream")->why.msg, "answered with text/html"));
    close_peer(&r, &p);
}

/* A stream that was begun again is good when all resources were told. */
static void test_again(void **state)
{
    static const char *const script[] = {BEGIN MAP_EVENT, BEGIN MAP_EVENT COST_EVENT, NULL};
    struct peer p = {.script = script};
    struct rig r;
    size_t failed = 0;

    (void)state;
    open_peer(&r, &p, "");
    assert_int_equal(serve(&r, &r.sink.sink), 0);
    assert_string_equal(
        body_of(&r, "c.json"),
        "{\"meta\":{\"dependent-vtags\":\n[{\"resource-id\":\"m\",\n\"tag\":\"1\"}]"
        ",\"cost-type\":{\"cost-mode\":\"numerical\",\n \"cost-metric\":"
        "\"routingcost\"}},\n\"cost-map\":{\"P\":{\"P\":1}}}");
    for (size_t i = 0; i < r.sink.n; i++)
        failed += r.sink.v[i].failed;
    assert_int_equal(failed, 1); /* the second end; the first was taken back */
    assert_int_equal(p.at, 2);
    close_peer(&r, &p);
}

static void test_nothing_to_follow(void **state)
{
    static const char *const script[] = {NULL};
    struct peer p = {.script = script, .uses = "[\"other\"]"};
    struct rig r;

    (void)state;
    open_peer(&r, &p, "");
    assert_int_equal(serve(&r, &r.sink.sink), 0);
    assert_int_equal(p.streams.requests, 0);
    assert_int_equal(r.sink.n, 0);
    close_peer(&r, &p);
    open_peer(&r, &p, "follow: false\n");
    assert_int_equal(serve(&r, &r.sink.sink), 1);
    assert_int_equal(p.maps.requests, 0);
    close_peer(&r, &p);
}

/* --- limits --- */

/* Resources that are too many for one stream are left to polling. */
static void test_many(void **state)
{
    static const char *const script[] = {
        BEGIN "event: " MAP_TYPE ",64\ndata: " MAP("1", "P") "\n\nevent: " MAP_TYPE
                                                             ",65\ndata: {}\n\n",
        NULL};
    struct buf directory = {0}, uses = {0};
    struct peer p = {.script = script, .body = "64k"};
    struct rig r;

    (void)state;
    assert_int_equal(FOLLOW_MAX, 64);
    buf_str(&directory, "{\"resources\":{");
    for (int i = 1; i <= FOLLOW_MAX + 1; i++) {
        buf_printf(&directory, "\"%d\":{\"uri\":\"m\",\"media-type\":\"" MAP_TYPE "\"},", i);
        buf_printf(&uses, "%s\"%d\"", i > 1 ? "," : "", i);
    }
    buf_printf(&directory,
               "\"s\":{\"uri\":\"s\",\"media-type\":\"text/event-stream\",\"accepts\":"
               "\"application/alto-updatestreamparams+json\",\"uses\":[%s]}}}",
               buf_cstr(&uses));
    p.directory = buf_cstr(&directory);
    open_peer(&r, &p, "");
    assert_int_equal(serve(&r, &r.sink.sink), 0);
    assert_string_equal(body_of(&r, "64.json"), MAP("1", "P"));
    assert_non_null(strstr(rig_scope(&r, "stream")->why.msg, "\"65\", which is not followed"));
    close_peer(&r, &p);
    buf_free(&directory);
    buf_free(&uses);
}

static void test_texts(void **state)
{
    static const char *const script[] = {BEGIN MAP_EVENT MAP_EVENT COST_EVENT, NULL};
    struct peer p = {.script = script};
    struct alto *s;
    struct rig r;

    (void)state;
    open_peer(&r, &p, "");
    s = agent_state(r.agent);
    assert_true(s->max_texts == FOLLOW_TEXTS);
    s->max_texts = strlen(MAP("1", "P")) + 10;
    assert_int_equal(serve(&r, &r.sink.sink), 0);
    assert_string_equal(body_of(&r, "m.json"), MAP("1", "P"));
    assert_null(rig_scope(&r, "c.json"));
    assert_non_null(strstr(rig_scope(&r, "stream")->why.msg, "c: texts of more than"));
    close_peer(&r, &p);
}

/* --- beside polling --- */

struct beside {
    struct rig *rig;
    struct arena *arena;
    struct memory_sink sink;
};

static void *serve_beside(void *payload)
{
    struct beside *b = payload;

    assert_int_equal(serve(b->rig, &b->sink.sink), 0);
    return NULL;
}

static void test_beside_polling(void **state)
{
    static const char *script[] = {BEGIN MAP_EVENT COST_EVENT, NULL, NULL};
    struct buf changes = {0};
    struct peer p = {.script = script, .map = MAP("1", "P"), .costs = COSTS("1")};
    struct rig r;
    struct beside b = {.rig = &r, .arena = arena_new(0)};
    const char *last = "";
    pthread_t thread;

    (void)state;
    buf_str(&changes, BEGIN MAP_EVENT COST_EVENT);
    for (int i = 2; i <= 300; i++)
        buf_printf(&changes, MERGE "2\ndata: {\"cost-map\":{\"P\":{\"P\":%d}}}\n\n", i);
    script[1] = buf_cstr(&changes);
    open_peer(&r, &p, "");
    memory_sink_init(&b.sink, b.arena);
    assert_int_equal(pthread_create(&thread, NULL, serve_beside, &b), 0);
    while (!atomic_load(&r.cancelled))
        rig_collect(&r);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < b.sink.n; i++) {
        if (strcmp(b.sink.v[i].head.origin.scope, "c.json") == 0)
            last = FACTS(&b.sink.v[i].facts, document, DOCUMENT)->body;
    }
    assert_non_null(strstr(last, ":{\"P\":300}"));
    assert_int_equal(p.at, 2);
    memory_sink_free(&b.sink);
    arena_free(&b.arena);
    close_peer(&r, &p);
    buf_free(&changes);
}

#define MAP_AT "\"m\":{\"uri\":\"m\",\"media-type\":\"" MAP_TYPE "\"}"

/* Polling notices a new resource: the stream is begun again, with it. */
static void test_new_offer(void **state)
{
    static const char *const script[] = {BEGIN MAP_EVENT, BEGIN MAP_EVENT COST_EVENT, NULL};
    struct peer p = {
        .script = script, .map = MAP("1", "P"), .costs = COSTS("1"), .holds = true};
    struct rig r;
    struct beside b = {.rig = &r, .arena = arena_new(0)};
    size_t failed = 0, costs = 0;
    char directory[1000];
    pthread_t thread;

    (void)state;
    open_peer(&r, &p, "");
    snprintf(directory, sizeof(directory),
             "{\"resources\":{" MAP_AT
             ",\"s\":{\"uri\":\"http://127.0.0.1:%d/s\",\"media-type\":"
             "\"text/event-stream\",\"accepts\":\"application/alto-updatestreamparams+json\","
             "\"uses\":[\"m\",\"c\"]}}}",
             p.streams.port);
    p.directory = directory;
    memory_sink_init(&b.sink, b.arena);
    assert_int_equal(pthread_create(&thread, NULL, serve_beside, &b), 0);
    while (p.at == 0)
        usleep(1000);
    rig_collect(&r); /* the same as before is no reason */
    assert_int_equal(p.at, 1);
    p.directory = NULL;
    rig_collect(&r);
    pthread_join(thread, NULL);
    assert_int_equal(p.at, 2);
    for (size_t i = 0; i < b.sink.n; i++) {
        costs += strcmp(b.sink.v[i].head.origin.scope, "c.json") == 0;
        failed += b.sink.v[i].failed;
    }
    assert_int_equal(costs, 1);
    assert_int_equal(failed,
                     1); /* the end of the second stream; of the first nobody must know */
    memory_sink_free(&b.sink);
    arena_free(&b.arena);
    close_peer(&r, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_no_events),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_nothing_to_follow),
        cmocka_unit_test(test_beside_polling),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_new_offer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
