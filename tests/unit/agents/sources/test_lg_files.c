/* SPDX-License-Identifier: Apache-2.0 */
/* The looking-glass source as a whole: files, HTTP, scopes, versions. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_looking_glass;

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

static const char bgp[] =
    "{\"vrfName\":\"default\",\"routerId\":\"192.0.2.1\",\"localAS\":64500,"
    "\"routes\":{\"198.51.100.0/24\":[{\"valid\":true,\"bestpath\":true}]}}";

#define R1_FACTS                                                                               \
    "node "                                                                                    \
    "{\"node\":\"r1\",\"kind\":\"router\",\"platform\":\"frr\",\"router_id\":\"192.0.2.1\"}\n" \
    "bgp {\"node\":\"r1\",\"table\":\"\",\"asn\":64500,\"router_id\":\"192.0.2.1\"}\n"         \
    "route {\"node\":\"r1\",\"table\":\"\",\"layer\":\"bgp\",\"prefix\":\"198.51.100.0/24\","  \
    "\"protocol\":\"bgp\",\"best\":1}\n"

struct scene {
    struct rig rig;
    char *folder;
};

static void open_scene(struct scene *s, const char *names, int64_t expires)
{
    char yaml[4000], *rest = strdup(names), *at = rest, *name;
    size_t n = (size_t)snprintf(yaml, sizeof(yaml), "routers:\n");
    struct err e = {0};

    while ((name = strsep(&at, " ")) != NULL)
        n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "  - {name: %s, path: %s/%s}\n", name,
                              s->folder, name);
    free(rest);
    if (rig_open(&s->rig, &agent_looking_glass, yaml, expires, &e) < 0)
        fail_msg("%s", e.msg);
}

static void test_files(void **state)
{
    struct scene s = {.folder = rig_folder()};
    int64_t when = INT64_C(1700000000000000);
    const struct memory_batch *b;

    (void)state;
    open_scene(&s, "r1 r2", DAY);
    rig_write(s.folder, "r1.bgp4.json", bgp, when + 5 * SECOND);
    rig_write(s.folder, "r1.route4.json", "{}", when);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 2);
    rig_expect(&s.rig, "r1", R1_FACTS);
    b = rig_scope(&s.rig, "r1");
    assert_true(b->head.origin.observed_at == when);
    assert_true(b->head.origin.expires == when + DAY);
    assert_true(b->head.origin.collected_at == s.rig.now);
    assert_int_equal(b->head.mode, BATCH_REPLACE);
    b = rig_scope(&s.rig, "r2");
    assert_int_equal(b->failed, 1);
    assert_int_equal(b->why.code, ERR_NOENT);

    /* unchanged files are not read again; a changed one is */
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 3);
    rig_write(s.folder, "r1.route4.json", "{} ", when);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 5);
    assert_int_equal(rig_scope(&s.rig, "r1")->head.origin.epoch, 2);
    rig_close(&s.rig);
    rig_remove(s.folder);
}

/* One bad answer fails its router only, and the same files are tried again while it is failed.
 */
static void test_bad_file(void **state)
{
    struct scene s = {.folder = rig_folder()};
    struct buf want = {0};

    (void)state;
    open_scene(&s, "r0 r1", FACT_NONE);
    rig_write(s.folder, "r0.bgp4.json", bgp, DAY);
    rig_write(s.folder, "r0.interface.json", "{\"e0\":", DAY);
    rig_write(s.folder, "r1.bgp4.json", bgp, DAY);
    rig_collect(&s.rig);
    buf_printf(&want,
               "failed: %s/r0.interface.json: e0: 1:7: the input ends where a value should "
               "stand\n",
               s.folder);
    rig_expect(&s.rig, "r0", buf_cstr(&want));
    rig_expect(&s.rig, "r1", R1_FACTS);
    assert_true(rig_scope(&s.rig, "r1")->head.origin.expires == FACT_NONE);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 3); /* r0 failed once more, r1 was skipped */
    rig_write(s.folder, "r0.interface.json", "", DAY);
    rig_collect(&s.rig);
    assert_non_null(strstr(rig_scope(&s.rig, "r0")->why.msg, "the input is empty"));
    buf_free(&want);
    rig_close(&s.rig);
    rig_remove(s.folder);
}

/* What is refused, or is no answer at all, fails the router also behind a good answer. */
static void test_second_answer(void **state)
{
    static const struct {
        const char *dialect, *first, *second;
        const char *why; /* NULL: nothing is there, which is an answer */
    } cases[] = {
#define IOS_FIRST "BGP router identifier 192.0.2.1, local AS number 64500\n"
        {"ios", IOS_FIRST, "% Invalid input detected at '^' marker.\n", "the router answers"},
        {"ios", IOS_FIRST, "Too many requests, please try again later.\n", "1:1: nothing in"},
        {"ios", IOS_FIRST, "% Network not in table\n", NULL},
        {"ios", IOS_FIRST, "% CDP is not enabled\n", NULL},
        {"ios", IOS_FIRST, "% BGP not active\n", NULL},
        {"ios", IOS_FIRST, "% Command authorization failed\n", "the router answers"},
        {"iosxr", IOS_FIRST, "% LLDP is not enabled\n", NULL},
        {"iosxr", IOS_FIRST, "% Incomplete command.\n", "the router answers"},
        {"nxos", IOS_FIRST, "%% No such process\n", NULL},
        {"eos", IOS_FIRST, "% IS-IS (1) is not running\n", NULL},
        {"eos", IOS_FIRST, "% OSPF not configured\n", NULL},
        {"frr-text", IOS_FIRST, "% BGP instance not found\n", NULL},
        {"frr-text", IOS_FIRST, "% Unknown command: show bgp\n", "the router answers"},
        {"ios", IOS_FIRST, "% Authorization denied: AAA is not configured\n",
         "the router answers"},
        {"ios", IOS_FIRST, "r1#show ip route vrf x\nr1#\n", NULL},
        {"iosxr", IOS_FIRST, "Thu Nov 22 10:00:00.000 UTC\n", NULL},
        {"frr-text", IOS_FIRST, "No BGP prefixes displayed, 0 exist\n", NULL},
#define BIRD_FIRST                                                                             \
    "BIRD 2.0.12 ready.\n10.0.0.0/8 unicast [p 1] * (100)\n\tvia 192.0.2.1 on e0\n"
        {"bird", BIRD_FIRST, "Too many requests, please try again later.\n", "1:1: nothing in"},
        {"bird", BIRD_FIRST, "Busy:\n", "1:1: nothing in"},
        {"bird", BIRD_FIRST, "BIRD 2.0.12 ready.\n", NULL},
        {"bird", BIRD_FIRST, "0000 \n", NULL},
#define JUNOS_TABLE "inet.0: 1 destinations, 1 routes (1 active, 0 holddown, 0 hidden)\n"
#define JUNOS_FIRST JUNOS_TABLE "10.0.0.0/8 *[Static/5] 1d\n    > to 192.0.2.1 via ge-0/0/0.0\n"
        {"junos", JUNOS_FIRST, "Too many requests, please try again later.\n", "1:1: nothing"},
        {"junos", JUNOS_FIRST, "TED database: 0 ISIS nodes 6 INET nodes\n", NULL},
        {"junos", JUNOS_FIRST, JUNOS_TABLE, NULL},
        {"sros", "BGP Router ID:192.0.2.1 AS:64500\n", "Too many requests\n", "1:1: nothing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct scene s = {.folder = rig_folder()};
        const struct memory_batch *b;
        char yaml[4200];
        struct err e = {0};

        snprintf(yaml, sizeof(yaml), "dialect: %s\nrouters:\n  - {name: r1, path: %s/r1}\n",
                 cases[i].dialect, s.folder);
        assert_int_equal(rig_open(&s.rig, &agent_looking_glass, yaml, FACT_NONE, &e), 0);
        rig_write(s.folder, "r1.1.txt", cases[i].first, DAY);
        rig_write(s.folder, "r1.2.txt", cases[i].second, DAY);
        rig_collect(&s.rig);
        b = rig_scope(&s.rig, "r1");
        if (b->failed != (cases[i].why != NULL) ||
            (b->failed && strstr(b->why.msg, cases[i].why) == NULL))
            fail_msg("%s, \"%s\": %s", cases[i].dialect, cases[i].second, b->why.msg);
        rig_close(&s.rig);
        rig_remove(s.folder);
    }
}

static void test_retired(void **state)
{
    struct scene s = {.folder = rig_folder()};
    struct batch_head old = {.origin = {.domain = "d", .source = "s", .scope = "old"}};
    struct err e = {0};

    (void)state;
    open_scene(&s, "r1", FACT_NONE);
    rig_write(s.folder, "r1.bgp4.json", bgp, DAY);
    assert_int_equal(s.rig.sink.sink.begin(&s.rig.sink.sink, &old, &e), 0);
    assert_int_equal(s.rig.sink.sink.commit(&s.rig.sink.sink, &e), 0);
    rig_collect(&s.rig);
    assert_null(rig_scope(&s.rig, "old"));
    assert_non_null(rig_scope(&s.rig, "r1"));
    rig_close(&s.rig);
    rig_remove(s.folder);
}

static void test_cancelled(void **state)
{
    struct scene s = {.folder = rig_folder()};

    (void)state;
    open_scene(&s, "r1", FACT_NONE);
    rig_write(s.folder, "r1.bgp4.json", bgp, DAY);
    s.rig.cancelled = true;
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 0);
    rig_close(&s.rig);
    rig_remove(s.folder);
}

static void check_refused(const char *yaml, const char *part)
{
    struct rig r;
    struct err e = {0};

    assert_true(rig_open(&r, &agent_looking_glass, yaml, FACT_NONE, &e) < 0);
    if (strstr(e.msg, part) == NULL)
        print_error("got: %s\n", e.msg);
    assert_non_null(strstr(e.msg, part));
    rig_close(&r);
}

static void test_options(void **state)
{
    (void)state;
    check_refused("routers:\n  - {name: r1}\n",
                  "test:2:5: router r1: needs either path or url");
    check_refused("routers:\n  - {name: r1, path: x, url: \"http://x/%q\"}\n",
                  "either path or url");
    check_refused("routers:\n  - {name: r1, path: x}\n  - {name: r1, path: y}\n",
                  "there twice");
    check_refused("routers:\n  - {name: r1, url: \"ftp://x/%q\"}\n", "http://");
    check_refused("routers:\n  - {name: r1, url: \"http://x/\"}\n", "needs %q once");
    check_refused("routers:\n  - {name: r1, url: \"http://x/%q%q\"}\n", "needs %q once");
    check_refused("commands: [bgp5]\nrouters:\n  - {name: r1, path: x}\n", "\"bgp5\" is none");
    check_refused("allow: [10.0.0.1/8]\nrouters:\n  - {name: r1, url: \"http://x/%q\"}\n",
                  "\"10.0.0.1/8\" is no prefix");
    check_refused("allow: [10.0.0.0/33]\nrouters:\n  - {name: r1, path: x}\n",
                  "\"10.0.0.0/33\" is no prefix");
    check_refused("vrf: \"a b\"\nrouters:\n  - {name: r1, path: x}\n", "no name of a VRF");
    check_refused("dialect: latin\nrouters:\n  - {name: r1, path: x}\n", "dialect");
}

/* --- over HTTP --- */

struct web {
    struct tiny server;
    char seen[2000]; /* first lines of all requests */
    const char *etag;
    atomic_int broken, garbage;
};

static void answer(void *payload, int fd, const char *request)
{
    struct web *w = payload;
    size_t n = strlen(w->seen);
    const char *body = strstr(request, "route") != NULL ? "{}"
                       : w->garbage                     ? "% Unknown command"
                                                        : bgp;
    char reply[1000];

    snprintf(w->seen + n, sizeof(w->seen) - n, "%.*s\n", (int)strcspn(request, "\r\n"),
             request);
    if (w->broken && strstr(request, "route") != NULL)
        snprintf(reply, sizeof(reply),
                 "HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n");
    else if (w->etag != NULL && strstr(request, w->etag) != NULL)
        snprintf(reply, sizeof(reply), "HTTP/1.1 304 Same\r\nETag: %s\r\n\r\n", w->etag);
    else
        snprintf(reply, sizeof(reply), "HTTP/1.1 200 OK\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
                 w->etag != NULL ? "ETag: " : "", w->etag != NULL ? w->etag : "",
                 w->etag != NULL ? "\r\n" : "", strlen(body), body);
    tiny_say(fd, reply);
}

static void open_web(struct rig *r, struct web *w, const char *more)
{
    char yaml[1000];
    struct err e = {0};

    tiny_start(&w->server, answer, w);
    snprintf(yaml, sizeof(yaml),
             "commands: [bgp4, route6]\nallow: [127.0.0.0/8]\n"
             "limits: {interval: 0s}\n%srouters:\n  - {name: r1, url: "
             "\"http://127.0.0.1:%d/api?q=%%q&x=1\"}\n",
             more, w->server.port);
    if (rig_open(r, &agent_looking_glass, yaml, FACT_NONE, &e) < 0)
        fail_msg("%s", e.msg);
}

static void test_http(void **state)
{
    struct web w = {.etag = NULL};
    struct rig r;

    (void)state;
    open_web(&r, &w, "");
    rig_collect(&r);
    rig_expect(&r, "r1", R1_FACTS);
    assert_string_equal(w.seen, "GET /api?q=show%20bgp%20ipv4%20unicast%20json&x=1 HTTP/1.1\n"
                                "GET /api?q=show%20ipv6%20route%20json&x=1 HTTP/1.1\n");
    assert_null(rig_scope(&r, "r1")->head.version);
    assert_true(rig_scope(&r, "r1")->head.origin.observed_at == r.now);
    rig_collect(&r);
    assert_int_equal(r.sink.n, 2); /* nothing told that it is the same */
    rig_close(&r);
    tiny_stop(&w.server);
}

static void test_http_vrf(void **state)
{
    struct web w = {.etag = NULL};
    struct rig r;

    (void)state;
    open_web(&r, &w, "vrf: all\n");
    rig_collect(&r);
    assert_string_equal(
        w.seen, "GET /api?q=show%20bgp%20vrf%20all%20ipv4%20unicast%20json&x=1 HTTP/1.1\n"
                "GET /api?q=show%20ipv6%20route%20vrf%20all%20json&x=1 HTTP/1.1\n");
    rig_close(&r);
    tiny_stop(&w.server);
}

static void test_http_etags(void **state)
{
    struct web w = {.etag = "\"a1\""};
    struct rig r;

    (void)state;
    open_web(&r, &w, "");
    rig_collect(&r);
    assert_non_null(rig_scope(&r, "r1")->head.version);
    rig_collect(&r);
    assert_int_equal(r.sink.n, 1);
    assert_int_equal(w.server.requests, 4);
    w.etag = "\"a2\"";
    rig_collect(&r);
    assert_int_equal(r.sink.n, 2);
    rig_expect(&r, "r1", R1_FACTS);
    rig_close(&r);
    tiny_stop(&w.server);
}

/* The server asks to wait: until then it is left alone. */
static void test_http_retry(void **state)
{
    struct web w = {.broken = 1};
    struct rig r;

    (void)state;
    open_web(&r, &w, "");
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "r1")->failed, 1);
    assert_int_equal(w.server.requests, 2);
    rig_collect(&r);
    assert_int_equal(w.server.requests, 2);
    assert_non_null(strstr(rig_scope(&r, "r1")->why.msg, "asked to wait"));
    r.now += 61 * SECOND;
    w.broken = 0;
    rig_collect(&r);
    rig_expect(&r, "r1", R1_FACTS);
    rig_close(&r);
    tiny_stop(&w.server);
}

/* Messages name the server; the rest of its address may hold keys. */
static void test_http_garbage(void **state)
{
    struct web w = {.garbage = 1};
    struct rig r;
    char want[100];

    (void)state;
    open_web(&r, &w, "");
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "r1")->failed, 1);
    snprintf(want, sizeof(want), "bgp4: http://127.0.0.1:%d: 1:1: ", w.server.port);
    assert_memory_equal(rig_scope(&r, "r1")->why.msg, want, strlen(want));
    assert_null(strstr(rig_scope(&r, "r1")->why.msg, "x=1"));
    rig_close(&r);
    tiny_stop(&w.server);
}

/* --- recorded tables --- */

/*
 * A border router of a small network of FRR routers with OSPF, IPv4 and IPv6. The facts were
 * made from the recorded tables by another program than this one.
 */
static void test_golden(void **state)
{
    struct rig r;
    struct err e = {0};
    char *want = NULL;
    size_t room = 0;
    FILE *f = fopen("data/agents/looking-glass/border.facts", "r");
    char folder[1024], yaml[2048];

    (void)state;
    assert_non_null(f);
    assert_true(getdelim(&want, &room, '\0', f) > 0);
    fclose(f);
    assert_non_null(getcwd(folder, sizeof(folder)));
    snprintf(yaml, sizeof(yaml),
             "routers:\n  - {name: border, path: \"%s/data/agents/looking-glass/border\"}\n",
             folder);
    assert_int_equal(rig_open(&r, &agent_looking_glass, yaml, FACT_NONE, &e), 0);
    rig_collect(&r);
    rig_expect(&r, "border", want);
    free(want);
    rig_close(&r);
}

static size_t collect_folder(const char *folder, const char *domain)
{
    char path[2048], yaml[8192], last[300] = "";
    size_t n = (size_t)snprintf(yaml, sizeof(yaml), "routers:\n"), count = 0;
    struct dirent **entries = NULL;
    struct rig r;
    struct err e = {0};

    snprintf(path, sizeof(path), "%s/%s", folder, domain);
    int found = scandir(path, &entries, NULL, alphasort);

    for (int i = 0; i < found; i++) {
        char *end = strstr(entries[i]->d_name, ".bgp4.json");

        if (end != NULL && n < sizeof(yaml) - 1000) {
            snprintf(last, sizeof(last), "%.*s", (int)(end - entries[i]->d_name),
                     entries[i]->d_name);
            n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "  - {name: %s, path: %s/%s}\n",
                                  last, path, last);
        }
        free(entries[i]);
    }
    free(entries);
    if (last[0] == '\0')
        return 0;
    assert_int_equal(rig_open(&r, &agent_looking_glass, yaml, FACT_NONE, &e), 0);
    rig_collect(&r);
    for (size_t i = 0; i < r.sink.n; i++) {
        if (r.sink.v[i].failed)
            fail_msg("%s: %s", r.sink.v[i].head.origin.scope, r.sink.v[i].why.msg);
        assert_true(FACTS_N(&r.sink.v[i].facts, NODE) == 1);
        assert_true(FACTS_N(&r.sink.v[i].facts, BGP) == 1);
        count += FACTS_N(&r.sink.v[i].facts, ROUTE);
    }
    rig_close(&r);
    return count;
}

static void test_recorded(void **state)
{
    static const struct {
        const char *lab;
        size_t routes; /* valid BGP paths and routing table entries of both families */
    } labs[] = {{"a", 1159}, {"g11", 778}, {"g12", 3513}};
    const char *shared = getenv("RIALTO_SHARED");

    (void)state;
    if (shared == NULL) {
        print_message("RIALTO_SHARED is not set: no recorded tables to read\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(labs) / sizeof(labs[0]); i++) {
        char folder[1024];
        struct dirent **entries = NULL;
        size_t count = 0;

        snprintf(folder, sizeof(folder), "%s/lab/%s/lg", shared, labs[i].lab);
        int found = scandir(folder, &entries, NULL, alphasort);

        for (int k = 0; k < found; k++) {
            if (entries[k]->d_name[0] != '.')
                count += collect_folder(folder, entries[k]->d_name);
            free(entries[k]);
        }
        free(entries);
        print_message("lab %s: %zu routes\n", labs[i].lab, count);
        assert_int_equal(count, labs[i].routes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),         cmocka_unit_test(test_bad_file),
        cmocka_unit_test(test_second_answer), cmocka_unit_test(test_retired),
        cmocka_unit_test(test_cancelled),     cmocka_unit_test(test_options),
        cmocka_unit_test(test_http),          cmocka_unit_test(test_http_vrf),
        cmocka_unit_test(test_http_etags),    cmocka_unit_test(test_http_retry),
        cmocka_unit_test(test_http_garbage),  cmocka_unit_test(test_golden),
        cmocka_unit_test(test_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
