/* SPDX-License-Identifier: Apache-2.0 */
/* The source as a whole: files and servers, scopes, versions, time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_perfsonar;

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

/* The rig's clock stands at 2027-01-15T08:00:00Z. */
#define RUN(id, source, when, loss)                                                            \
    "{\"id\":\"" id "\",\"test\":{\"type\":\"rtt\",\"spec\":{\"source\":\"" source             \
    "\",\"dest\":\"192.0.2.2\"}},\"run\":{\"start-time\":\"" when "\",\"end-time\":\"" when    \
    "\"},\"result\":{\"loss\":" loss "}}"
#define FACT(source, when, loss)                                                               \
    "measurement {\"source\":\"" source "\",\"destination\":\"192.0.2.2\",\"metric\":"         \
    "\"lossrate\",\"statistic\":\"mean\",\"value\":" loss ",\"start\":\"" when                 \
    "\",\"end\":\"" when "\"}\n"
#define T1 "2027-01-15T07:30:00Z"
#define T2 "2027-01-15T07:40:00Z"

static void open_source(struct rig *r, const char *yaml)
{
    struct err e = {0};

    if (rig_open(r, &agent_perfsonar, yaml, DAY, &e) < 0)
        fail_msg("%s", e.msg);
}

/* --- files --- */

static void test_files(void **state)
{
    char *folder = rig_folder(), yaml[1000];
    struct rig r;
    int64_t t1;

    (void)state;
    assert_true(str_time(slice_of(T1), &t1));
    rig_write(folder, "a.json", RUN("r", "192.0.2.1", T1, "0.5"), 1700000000 * SECOND);
    rig_write(folder, "b.json", RUN("r", "name.example", T1, "0"), 1700000000 * SECOND);
    rig_write(folder, "c.json", RUN("r", "other.example", T1, "0"), 1700000000 * SECOND);
    rig_write(folder, "d.txt", "% no JSON", 1700000000 * SECOND);
    snprintf(yaml, sizeof(yaml),
             "path: %s\nhosts: [{name: name.example, addrs: [192.0.2.7, \"2001:db8::7\"]}]\n",
             folder);
    open_source(&r, yaml);
    rig_collect(&r);
    rig_expect(&r, "files/a.json", FACT("192.0.2.1", T1, "50"));
    rig_expect(&r, "files/b.json", FACT("192.0.2.7", T1, "0"));
    rig_expect(&r, "files/c.json",
               "ignored run r: no address is known of the source (other.example)\n");
    assert_non_null(strstr(rig_scope(&r, "files/d.txt")->why.msg, "nothing of perfSONAR's"));
    /* believed from when it was measured */
    assert_true(rig_scope(&r, "files/a.json")->head.origin.observed_at == t1);
    assert_true(rig_scope(&r, "files/a.json")->head.origin.expires == t1 + DAY);
    /* as they were: a look is enough; the bad one is tried again */
    rig_collect(&r);
    assert_int_equal(r.sink.n, 5);
    rig_write(folder, "a.json", RUN("r", "192.0.2.1", T1, "1"), 1700000001 * SECOND);
    rig_collect(&r);
    rig_expect(&r, "files/a.json", FACT("192.0.2.1", T1, "100"));
    rig_close(&r);
    rig_remove(folder);
}

/* Names of a record place results, also after a restart with files that are as they were. */
static void test_learning(void **state)
{
    static const char record[] = "[{\"type\":[\"interface\"],\"uri\":\"i\",\"state\":"
                                 "\"renewed\",\"interface-addresses\":["
                                 "\"name.example\",\"192.0.2.7\"]}]";
    char *folder = rig_folder(), yaml[1000];
    struct rig r, again;

    (void)state;
    rig_write(folder, "a.json", record, DAY);
    rig_write(folder, "b.json", RUN("r", "name.example", T1, "0"), DAY);
    snprintf(yaml, sizeof(yaml), "path: %s\n", folder);
    open_source(&r, yaml);
    rig_collect(&r);
    rig_expect(&r, "files/b.json", FACT("192.0.2.7", T1, "0"));
    open_source(&again, yaml);
    rig_write(folder, "b.json", RUN("r", "name.example", T2, "0"), DAY + SECOND);
    /* the store of the first run, the memory of a new one */
    assert_int_equal(
        agent_ops_of(again.agent)->collect(again.agent, &r.sink.sink, &(struct err){0}), 0);
    rig_expect(&r, "files/b.json", FACT("192.0.2.7", T2, "0"));
    assert_int_equal(r.sink.n, 3);
    rig_close(&again);
    rig_close(&r);
    rig_remove(folder);
}

#define HOST(addr)                                                                             \
    "[{\"type\":[\"interface\"],\"uri\":\"i\",\"state\":\"renewed\",\"interface-addresses\":[" \
    "\"name.example\",\"" addr "\"]}]"

/* Hosts come first, whatever the files are called. */
static void test_order(void **state)
{
    char *folder = rig_folder(), yaml[1000];
    struct rig r;

    (void)state;
    rig_write(folder, "a.json", RUN("r", "name.example", T1, "0"), DAY);
    rig_write(folder, "b.json", HOST("192.0.2.7"), DAY);
    snprintf(yaml, sizeof(yaml), "path: %s\n", folder);
    open_source(&r, yaml);
    rig_collect(&r);
    rig_expect(&r, "files/a.json", FACT("192.0.2.7", T1, "0"));
    assert_int_equal(r.sink.n, 2);
    rig_close(&r);
    rig_remove(folder);
}

/* An address that a record no longer names is forgotten. */
static void test_renumbering(void **state)
{
    char *folder = rig_folder(), yaml[1000];
    struct rig r;

    (void)state;
    rig_write(folder, "a.json", HOST("192.0.2.7"), DAY);
    rig_write(folder, "b.json", RUN("r", "name.example", T1, "0"), DAY);
    snprintf(yaml, sizeof(yaml), "path: %s\n", folder);
    open_source(&r, yaml);
    rig_collect(&r);
    rig_expect(&r, "files/b.json", FACT("192.0.2.7", T1, "0"));
    rig_write(folder, "a.json", HOST("192.0.2.8"), DAY + SECOND);
    rig_write(folder, "b.json", RUN("r", "name.example", T2, "0"), DAY + SECOND);
    rig_collect(&r);
    rig_expect(&r, "files/b.json", FACT("192.0.2.8", T2, "0"));
    rig_close(&r);
    rig_remove(folder);
}

/* So is what a file told that is gone, and nothing else: other files, and the configuration,
 * may tell the same. */
static void test_gone(void **state)
{
    char *folder = rig_folder(), yaml[1000], path[1000];
    struct rig r;

    (void)state;
    rig_write(folder, "a.json", HOST("192.0.2.7"), DAY);
    rig_write(folder, "b.json", HOST("192.0.2.8"), DAY);
    rig_write(folder, "c.json", RUN("r", "name.example", T1, "0"), DAY);
    rig_write(folder, "d.json", RUN("r", "set.example", T1, "0"), DAY);
    snprintf(yaml, sizeof(yaml), "path: %s\nhosts: [{name: set.example, addrs: [192.0.2.9]}]\n",
             folder);
    open_source(&r, yaml);
    rig_collect(&r);
    rig_expect(&r, "files/c.json",
               "ignored run r: no address is known of the source (name.example)\n");
    snprintf(path, sizeof(path), "%s/a.json", folder);
    assert_int_equal(unlink(path), 0);
    rig_collect(&r);
    rig_expect(&r, "files/c.json", FACT("192.0.2.8", T1, "0"));
    rig_write(folder, "b.json", HOST("192.0.2.6"), DAY + SECOND);
    rig_write(folder, "c.json", RUN("r", "name.example", T2, "0"), DAY + SECOND);
    rig_write(folder, "d.json", RUN("r", "set.example", T2, "0"), DAY + SECOND);
    rig_collect(&r);
    rig_expect(&r, "files/c.json", FACT("192.0.2.6", T2, "0"));
    rig_expect(&r, "files/d.json", FACT("192.0.2.9", T2, "0"));
    /* a file that comes back as it was tells again */
    snprintf(path, sizeof(path), "%s/b.json", folder);
    assert_int_equal(unlink(path), 0);
    rig_collect(&r);
    rig_write(folder, "b.json", HOST("192.0.2.6"), DAY + SECOND);
    rig_write(folder, "c.json", RUN("r", "name.example", T1, "1"), DAY + 2 * SECOND);
    rig_collect(&r);
    rig_expect(&r, "files/c.json", FACT("192.0.2.6", T1, "100"));
    rig_close(&r);
    rig_remove(folder);
}

#define OLD     "2027-01-14T07:59:59Z" /* a day and a second ago */
#define TOO_OLD "ignored run o: results that are older than they are believed (expires)\n"

/* A new result does not make old ones new. */
static void test_old(void **state)
{
    char *folder = rig_folder(), yaml[1000];
    struct rig r;
    int64_t t1;

    (void)state;
    assert_true(str_time(slice_of(T1), &t1));
    rig_write(folder, "a.json",
              "[" RUN("o", "192.0.2.1", OLD, "0") "," RUN("r", "192.0.2.1", T1, "0") "]", DAY);
    rig_write(folder, "b.json", RUN("o", "192.0.2.1", OLD, "0"), DAY);
    rig_write(folder, "c.json",
              "[" RUN("r", "192.0.2.1", T1, "0") "," RUN("n", "nobody.example", T2, "0") "]",
              DAY);
    snprintf(yaml, sizeof(yaml), "path: %s\n", folder);
    open_source(&r, yaml);
    rig_collect(&r);
    rig_expect(&r, "files/a.json", FACT("192.0.2.1", T1, "0") TOO_OLD);
    rig_expect(&r, "files/b.json", TOO_OLD);
    assert_true(rig_scope(&r, "files/b.json")->head.origin.expires == r.now + DAY);
    /* what is not stated has no time */
    assert_true(rig_scope(&r, "files/c.json")->head.origin.observed_at == t1);
    rig_close(&r);
    rig_remove(folder);
}

/* --- servers --- */

struct page {
    const char *ask, *answer; /* what the first line holds; NULL: any */
};

struct web {
    struct tiny server;
    char seen[8000]; /* first lines of all requests */
    const struct page *pages;
    const char *status;
};

static void answer(void *payload, int fd, const char *request)
{
    struct web *w = payload;
    size_t n = strlen(w->seen), line = strcspn(request, "\r\n");
    const char *body = "[]";
    char first[1000], reply[8000];

    snprintf(first, sizeof(first), "%.*s", (int)line, request);
    snprintf(w->seen + n, sizeof(w->seen) - n, "%s\n", first);
    for (const struct page *p = w->pages; p->answer != NULL; p++) {
        if (p->ask == NULL || strstr(first, p->ask) != NULL) {
            body = p->answer;
            break;
        }
    }
    snprintf(reply, sizeof(reply), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
             w->status != NULL ? w->status : "200 OK", strlen(body), body);
    tiny_say(fd, reply);
}

/* A source that asks this server. */
static void open_asking(struct rig *r, const struct web *w, const char *dialect,
                        const char *path, const char *more)
{
    char yaml[1000];

    snprintf(
        yaml, sizeof(yaml),
        "allow: [127.0.0.0/8]\nlimits: {interval: 0s, requests: 20}\nservers:\n  - {name: x, "
        "dialect: %s, url: \"http://127.0.0.1:%d%s\"%s}\n",
        dialect, w->server.port, path, more);
    open_source(r, yaml);
}

static void open_web(struct rig *r, struct web *w, const char *dialect, const char *path,
                     const char *more)
{
    tiny_start(&w->server, answer, w);
    open_asking(r, w, dialect, path, more);
}

static void close_web(struct rig *r, struct web *w)
{
    rig_close(r);
    tiny_stop(&w->server);
}

#define HIT(id, when, sort)                                                                    \
    "{\"_id\":\"" id "\",\"sort\":[" sort "],\"_source\":{\"@timestamp\":\"" when              \
    "\",\"test\":"                                                                             \
    "{\"type\":\"throughput\",\"spec\":{\"source\":\"192.0.2.1\",\"dest\":\"192.0.2.2\"}},"    \
    "\"pscheduler\":{\"start_time\":\"" when "\",\"end_time\":\"" when "\"},\"result\":{"      \
    "\"throughput\":80}}}"
#define TPUT(when)                                                                             \
    "measurement {\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.2\",\"metric\":\"tput\"," \
    "\"statistic\":\"mean\",\"value\":10,\"start\":\"" when "\",\"end\":\"" when "\"}\n"

/* Pages until one is short; what comes again is passed over; the time goes on. */
static void test_opensearch(void **state)
{
    static const struct page pages[] = {
        {NULL,
         "{\"hits\":{\"hits\":[" HIT("1", T1, "1,\"a\"") "," HIT("2", T2, "2,\"b\"") "]}}"},
        {NULL, NULL}};
    static const struct page empty[] = {{NULL, "{\"hits\":{\"hits\":[]}}"}, {NULL, NULL}};
    struct web w = {.pages = pages};
    struct rig r;

    (void)state;
    open_web(&r, &w, "opensearch", "/opensearch/", ", page: 3");
    rig_collect(&r);
    assert_string_equal(w.seen, "POST /opensearch/pscheduler/_search HTTP/1.1\n");
    rig_expect(&r, "x", TPUT(T1) TPUT(T2));
    assert_int_equal(rig_scope(&r, "x")->head.mode, BATCH_APPEND);
    assert_string_equal(rig_scope(&r, "x")->head.version, "until " T2);
    rig_collect(&r); /* the same hits, for they may have come late */
    assert_int_equal(r.sink.n, 1);
    w.pages = empty;
    rig_collect(&r);
    assert_int_equal(r.sink.n, 1);
    assert_int_equal(w.server.requests, 3);
    close_web(&r, &w);
}

/* A server that failed once is well again when it answers, though it has nothing new. */
static void test_recovery(void **state)
{
    static const struct page one[] = {{NULL, "{\"hits\":{\"hits\":[" HIT("1", T1, "1") "]}}"},
                                      {NULL, NULL}};
    static const struct page empty[] = {{NULL, "{\"hits\":{\"hits\":[]}}"}, {NULL, NULL}};
    static const struct {
        const struct page *pages;
        const char *version;
    } cases[] = {{one, "until " T1}, {empty, "until 2027-01-15T07:00:00Z"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct web w = {.pages = cases[i].pages};
        struct rig r;
        size_t n;

        open_web(&r, &w, "opensearch", "", "");
        rig_collect(&r);
        w.status = "503 Busy";
        rig_collect(&r);
        assert_int_equal(rig_scope(&r, "x")->failed, 1);
        w.status = NULL;
        w.pages = empty;
        rig_collect(&r);
        rig_expect(&r, "x", "");
        assert_int_equal(rig_scope(&r, "x")->head.mode, BATCH_APPEND);
        assert_string_equal(rig_scope(&r, "x")->head.version, cases[i].version);
        n = r.sink.n;
        rig_collect(&r); /* said once */
        assert_int_equal(r.sink.n, n);
        close_web(&r, &w);
    }
}

/* An answer that says it is not whole, or none, keeps the time where it was. */
static void test_partial(void **state)
{
    static const struct page pages[] = {
        {NULL, "{\"timed_out\":true,\"hits\":{\"hits\":[" HIT("1", T1, "1") "]}}"},
        {NULL, NULL}};
    static const struct page whole[] = {
        {NULL, "{\"timed_out\":false,\"hits\":{\"hits\":[" HIT("1", T1, "1") "]}}"},
        {NULL, NULL}};
    struct web w = {.pages = pages};
    struct rig r;

    (void)state;
    open_web(&r, &w, "opensearch", "", "");
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "x")->why.msg, "results are missing"));
    w.status = "503 Busy";
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "x")->failed, 1);
    assert_non_null(strstr(rig_scope(&r, "x")->why.msg, "http://127.0.0.1:"));
    w.status = NULL;
    w.pages = whole;
    rig_collect(&r);
    rig_expect(&r, "x", TPUT(T1));
    close_web(&r, &w);
}

/* Results whose hosts are not known are read again when there is more to know of hosts. */
static void test_late_hosts(void **state)
{
    static const struct page before[] = {
        {"/sls", "<html>"},
        {NULL, "{\"hits\":{\"hits\":[{\"_id\":\"1\",\"sort\":[1],\"_source\":" RUN(
                   "r", "name.example", T1, "0") "}]}}"},
        {NULL, NULL}};
    struct page after[] = {{"/sls", HOST("192.0.2.7")}, before[1], {NULL, NULL}};
    char *folder = rig_folder(), yaml[1000];
    struct web w = {.pages = before};
    struct rig r;
    size_t n;

    (void)state;
    tiny_start(&w.server, answer, &w);
    rig_write(folder, "a.json", RUN("r", "name.example", T1, "0"), DAY);
    snprintf(yaml, sizeof(yaml),
             "path: %s\nallow: [127.0.0.0/8]\nlimits: {interval: 0s}\nservers:\n"
             "  - {name: h, dialect: sls, url: \"http://127.0.0.1:%d/sls\"}\n"
             "  - {name: x, dialect: opensearch, url: \"http://127.0.0.1:%d/os\"}\n",
             folder, w.server.port, w.server.port);
    open_source(&r, yaml);
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "h")->failed, 1);
    assert_non_null(strstr(rig_scope(&r, "files/a.json")->ignored[0].reason, "no address"));
    assert_non_null(strstr(rig_scope(&r, "x")->ignored[0].reason, "no address"));
    w.pages = after;
    rig_collect(&r);
    rig_expect(&r, "files/a.json", FACT("192.0.2.7", T1, "0"));
    assert_int_equal(FACTS_N(&rig_scope(&r, "x")->facts, MEASUREMENT), 1);
    n = r.sink.n;
    rig_collect(&r); /* now they are known; hosts are confirmed, for they expire */
    assert_int_equal(r.sink.n, n + 1);
    close_web(&r, &w);
    rig_remove(folder);
}

#define META(uri)                                                                              \
    "[{\"metadata-key\":\"k\",\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.2\","         \
    "\"tool-name\":\"pscheduler/iperf3\",\"event-types\":[{\"event-type\":\"throughput\","     \
    "\"base-uri\":\"" uri "\",\"time-updated\":1800000000,\"summaries\":[{\"summary-type\":"   \
    "\"average\",\"summary-window\":\"3600\",\"uri\":\"/arch/k/avg\"}]}]}]"

static void test_esmond(void **state)
{
    static const struct page pages[] = {{"event-type=throughput", META("/arch/k/base")},
                                        {"/arch/k/base", "[{\"ts\":1800000000,\"val\":80}]"},
                                        {"/arch/k/avg", "[{\"ts\":1799996400,\"val\":160}]"},
                                        {NULL, "[]"},
                                        {NULL, NULL}};
    struct web w = {.pages = pages}, v = {.pages = pages};
    struct rig r;

    (void)state;
    open_web(&r, &w, "esmond", "/arch/", ", types: [throughput]");
    rig_collect(&r);
    rig_expect(&r, "x", TPUT("2027-01-15T08:00:00Z"));
    assert_string_equal(
        w.seen,
        "GET /arch/?event-type=throughput&time-start=1799996400&limit=500&offset=0&format="
        "json HTTP/1.1\n"
        "GET /arch/k/base?time-start=1799996400&limit=500&offset=0&format=json "
        "HTTP/1.1\n");
    rig_collect(&r); /* known already */
    assert_int_equal(r.sink.n, 1);
    close_web(&r, &w);
    /* summaries where they are asked for: the point stands for an hour */
    open_web(&r, &v, "esmond", "/arch/", ", types: [throughput], window: 1h");
    rig_collect(&r);
    rig_expect(
        &r, "x",
        "measurement {\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.2\",\"metric\":"
        "\"tput\",\"statistic\":\"mean\",\"value\":20,\"start\":\"2027-01-15T07:00:00Z\","
        "\"end\":\"2027-01-15T08:00:00Z\"}\n");
    close_web(&r, &v);
}

#define HOUR(value, from, to)                                                                  \
    "measurement {\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.2\",\"metric\":"          \
    "\"tput\",\"statistic\":\"mean\",\"value\":" value ",\"start\":\"2027-01-15T" from         \
    ":00:00Z\",\"end\":\"2027-01-15T" to ":00:00Z\"}\n"

/* A summary is stated when its time is over, though it was asked for before, and though nothing
 * was measured in the end of it. */
static void test_windows(void **state)
{
    static const struct page early[] = {
        {"event-type=throughput", META("/arch/k/base")},
        {"/arch/k/avg", "[{\"ts\":1799996400,\"val\":160},{\"ts\":1800000000,\"val\":80}]"},
        {NULL, "[]"},
        {NULL, NULL}};
    static const struct page late[] = {
        {"event-type=throughput", META("/arch/k/base")},
        {"/arch/k/avg?time-start=1799995800", "[{\"ts\":1800000000,\"val\":320}]"},
        {NULL, "[]"},
        {NULL, NULL}};
    struct web w = {.pages = early};
    struct rig r;

    (void)state;
    open_web(&r, &w, "esmond", "/arch/", ", types: [throughput], window: 1h");
    rig_collect(&r);
    rig_expect(&r, "x", HOUR("20", "07", "08"));
    r.now += 3600 * SECOND;
    w.pages = late;
    rig_collect(&r); /* from 08:00 less the lag and the window */
    assert_non_null(strstr(w.seen, "event-type=throughput&time-start=1799995800&"));
    rig_expect(&r, "x", HOUR("40", "08", "09"));
    close_web(&r, &w);
}

/* Up to when an archive was read stays known when the program starts again while the archive
 * can't be asked. */
static void test_restart(void **state)
{
    static const struct page pages[] = {{"event-type=throughput", META("/arch/k/base")},
                                        {"/arch/k/base", "[{\"ts\":1800000000,\"val\":80}]"},
                                        {NULL, "[]"},
                                        {NULL, NULL}};
    struct web w = {.pages = pages};
    struct rig first, again;

    (void)state;
    open_web(&first, &w, "esmond", "/arch/", ", types: [throughput]");
    rig_collect(&first);
    first.now += DAY / 2;
    w.status = "503 Busy";
    rig_collect(&first);
    assert_int_equal(rig_scope(&first, "x")->failed, 1);
    w.status = NULL;
    w.seen[0] = '\0';
    open_asking(&again, &w, "esmond", "/arch/", ", types: [throughput]");
    again.now = first.now;
    /* the store of the first run, the memory of a new one */
    assert_int_equal(
        agent_ops_of(again.agent)->collect(again.agent, &first.sink.sink, &(struct err){0}), 0);
    /* 07:00, which the batch stands for, less the lag; not the hour before now */
    assert_string_equal(rig_scope(&first, "x")->head.version, "until 2027-01-15T07:00:00Z");
    assert_non_null(strstr(w.seen, "event-type=throughput&time-start=1799995800&"));
    assert_int_equal(rig_scope(&first, "x")->failed, 0);
    rig_close(&again);
    close_web(&first, &w);
}

/* How sure the clocks were is told by a series of its own, in any order. */
static void test_clock_errors(void **state)
{
    static const struct page pages[] = {
        {"event-type=histogram-owdelay",
         "[{\"metadata-key\":\"k\",\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.2\","
         "\"event-types\":[{\"event-type\":\"histogram-owdelay\",\"base-uri\":\"/arch/h\"},{"
         "\"event-type\":\"time-error-estimates\",\"base-uri\":\"/arch/t\"}]}]"},
        {"/arch/h",
         "[{\"ts\":1799999000,\"val\":{\"5\":1}},{\"ts\":1799999060,\"val\":{\"5\":1}}"
         ",{\"ts\":1799999120,\"val\":{\"5\":1}}]"},
        {"/arch/t",
         "[{\"ts\":1799999060,\"val\":0.2},{\"ts\":1799999000,\"val\":\"x\"},{\"ts\":"
         "1799999000,\"val\":0.1},{\"ts\":1799999000,\"val\":9},{\"val\":1}]"},
        {NULL, "[]"},
        {NULL, NULL}};
    static const double want[] = {100, 200, NAN};
    struct web w = {.pages = pages};
    const struct memory_batch *b;
    struct rig r;
    size_t n = 0;

    (void)state;
    open_web(&r, &w, "esmond", "/arch/", ", types: [histogram-owdelay]");
    rig_collect(&r);
    b = rig_scope(&r, "x");
    for (size_t i = 0; i < FACTS_N(&b->facts, MEASUREMENT); i++) {
        const struct fact_measurement *m = &FACTS(&b->facts, measurement, MEASUREMENT)[i];

        if (strcmp(m->metric, "delay-ow") != 0 || strcmp(m->statistic, "mean") != 0)
            continue;
        assert_true(n < 3);
        assert_true(isnan(want[n]) ? isnan(m->clock_error)
                                   : fabs(m->clock_error - want[n]) < 1e-9);
        n++;
    }
    assert_int_equal(n, 3);
    close_web(&r, &w);
}

/* An archive does not send us to another server. */
static void test_elsewhere(void **state)
{
    static const char *const uris[] = {"http://192.0.2.99/x", "//192.0.2.99/x", "x y", ""};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char meta[1000];
        struct page pages[] = {{"event-type=throughput", meta}, {NULL, "[]"}, {NULL, NULL}};
        struct web w = {.pages = pages};
        struct rig r;

        snprintf(meta, sizeof(meta), META("%s"), uris[i]);
        open_web(&r, &w, "esmond", "/arch/", ", types: [throughput]");
        rig_collect(&r);
        assert_int_equal(w.server.requests, 1);
        assert_non_null(
            strstr(rig_scope(&r, "x")->ignored[0].reason, "no address of its points"));
        close_web(&r, &w);
    }
}

static void test_pscheduler(void **state)
{
    static const struct page pages[] = {
        {"/tasks?",
         "[{\"href\":\"https://other/pscheduler/tasks/t-1\",\"tool\":\"ping\",\"test\":{"
         "\"type\":\"rtt\",\"spec\":{\"source\":\"192.0.2.1\",\"dest\":\"192.0.2.2\"}}}"
         ",{\"href\":\"https://other/pscheduler/tasks/..%2f\"}]"},
        {"/runs?", "[\"https://other/pscheduler/tasks/t-1/runs/r-1\",\"https://other/r-2\"]"},
        {"/runs/r-1",
         "{\"state\":\"finished\",\"start-time\":\"" T1 "\",\"end-time\":\"" T1
         "\",\"participants\":[\"h\"],\"result\":{\"succeeded\":true,\"loss\":0.5}}"},
        {"/runs/r-2", "{\"state\":\"pending\",\"result\":null}"},
        {NULL, NULL}};
    struct web w = {.pages = pages};
    struct rig r;

    (void)state;
    open_web(&r, &w, "pscheduler", "/pscheduler", ", types: [rtt]");
    rig_collect(&r);
    rig_expect(&r, "x",
               FACT("192.0.2.1", T1, "50") "ignored server: a task without an address\n");
    assert_non_null(
        strstr(w.seen, "GET /pscheduler/tasks/t-1/runs?start=2027-01-15T07:00:00Z"));
    assert_int_equal(w.server.requests, 4);
    rig_collect(&r); /* the finished run is not asked for again, the pending one is */
    assert_int_equal(w.server.requests, 7);
    close_web(&r, &w);
}

/* More than may be asked for is told, and does not go on for ever. */
static void test_requests(void **state)
{
    static const struct page pages[] = {
        {NULL, "{\"hits\":{\"hits\":[" HIT("1", T1, "1,\"a\"") "]}}"}, {NULL, NULL}};
    struct web w = {.pages = pages};
    struct rig r;

    (void)state;
    open_web(&r, &w, "opensearch", "", ", page: 1");
    rig_collect(&r);
    assert_int_equal(w.server.requests, 20);
    assert_non_null(strstr(rig_scope(&r, "x")->why.msg, "more than 20 requests"));
    close_web(&r, &w);
}

static void test_mesh(void **state)
{
    static const struct page pages[] = {
        {NULL,
         "{\"addresses\":{\"a\":{\"address\":\"192.0.2.1\"}},\"groups\":{},\"tests\":{}}"},
        {NULL, NULL}};
    struct web w = {.pages = pages};
    struct rig r;

    (void)state;
    open_web(&r, &w, "psconfig", "/mesh", "");
    rig_collect(&r);
    rig_expect(&r, "x",
               "endpoint {\"name\":\"a\",\"addrs\":[\"192.0.2.1\"]}\n"
               "node {\"node\":\"a\",\"kind\":\"host\"}\n");
    assert_int_equal(rig_scope(&r, "x")->head.mode, BATCH_REPLACE);
    close_web(&r, &w);
}

/* A token comes from a file and goes to the server only. */
static void test_token(void **state)
{
    static const struct page pages[] = {{NULL, "{\"hits\":{\"hits\":[]}}"}, {NULL, NULL}};
    char *folder = rig_folder(), more[500];
    struct web w = {.pages = pages};
    struct rig r;

    (void)state;
    snprintf(more, sizeof(more), ", token_file: %s/token", folder);
    open_web(&r, &w, "opensearch", "", more);
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "x")->why.msg, "No such file"));
    rig_write(folder, "token", "  \nsecret\n", DAY);
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "x")->why.msg, "first line is empty"));
    assert_int_equal(w.server.requests, 0);
    rig_write(folder, "token",
              "se\x01"
              "cret\n",
              DAY);
    rig_collect(&r);
    assert_null(strstr(rig_scope(&r, "x")->why.msg, "cret"));
    rig_write(folder, "token", "secret\n", DAY);
    rig_collect(&r);
    assert_int_equal(w.server.requests, 1);
    close_web(&r, &w);
    rig_remove(folder);
}

static void test_options(void **state)
{
    static const char *const bad[][2] = {
        {"since: 1h\n", "needs path, servers or listen"},
        {"servers: [{name: a, dialect: sls, url: \"ftp://x\"}]\n", "must start with http"},
        {"servers: [{name: pushed, dialect: sls, url: \"http://x\"}]\n",
         "not be \"*\", \"pushed\""},
        {"servers: [{name: a, dialect: sls, url: \"http://x\"}, {name: a, dialect: sls, url: "
         "\"http://x\"}]\n",
         "there twice"},
        {"servers: [{name: a, dialect: opensearch, url: \"http://x\", index: \"a/../b\"}]\n",
         "no name of indices"},
        {"servers: [{name: a, dialect: sls, url: \"http://x\", user: u}]\n",
         "either both or none"},
        {"path: x\nhosts: [{name: a, addrs: [b]}]\n", "\"b\" is no address"},
        {"path: x\ncontact: \"a (b)\"\n", "without parentheses"},
        {"path: x\nallow: [x]\n", "no prefix"},
        {"listen: {port: 1, token_file: t, address: 0.0.0.0}\n", "needs certificate and key"},
        {"listen: {port: 1, token_file: t, address: localhost}\n", "is no address"},
        {"listen: {port: 1, token_file: t, path: x}\n", "must start with /"},
        {"listen: {port: 1, token_file: t, key: k}\n", "either both or none"},
        {"listen: {port: 1, token_file: t, clients: [x]}\n", "no prefix"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct rig r;
        struct err e = {0};

        assert_true(rig_open(&r, &agent_perfsonar, bad[i][0], DAY, &e) < 0);
        if (strstr(e.msg, bad[i][1]) == NULL)
            fail_msg("%s: %s", bad[i][0], e.msg);
        rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),       cmocka_unit_test(test_learning),
        cmocka_unit_test(test_order),       cmocka_unit_test(test_late_hosts),
        cmocka_unit_test(test_renumbering), cmocka_unit_test(test_gone),
        cmocka_unit_test(test_old),         cmocka_unit_test(test_opensearch),
        cmocka_unit_test(test_recovery),    cmocka_unit_test(test_partial),
        cmocka_unit_test(test_esmond),      cmocka_unit_test(test_windows),
        cmocka_unit_test(test_restart),     cmocka_unit_test(test_clock_errors),
        cmocka_unit_test(test_elsewhere),   cmocka_unit_test(test_pscheduler),
        cmocka_unit_test(test_requests),    cmocka_unit_test(test_mesh),
        cmocka_unit_test(test_token),       cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
