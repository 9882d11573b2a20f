/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/sources/trace/trace.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_traceroute;

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)
#define SEEN   INT64_C(1763777229000000) /* 2025-11-22T02:07:09Z */

static const char trace[] =
    "traceroute to 192.0.2.9 (192.0.2.9), 30 hops max, 60 byte packets\n"
    " 1  192.0.2.1  0.5 ms  0.25 ms\n 2  192.0.2.9  1 ms  *\n";

#define PATH(observed)                                                                         \
    "observed_path {\"source\":\"198.51.100.1\",\"destination\":\"192.0.2.9\"," observed       \
    "\"reached\":1,\"hops\":[{\"ttl\":1,\"probes\":2,\"lost\":0,\"responders\":[{\"addr\":"    \
    "\"192.0.2.1\","                                                                           \
    "\"rtt\":0.25}]},{\"ttl\":2,\"probes\":2,\"lost\":1,\"responders\":[{\"addr\":\"192.0.2."  \
    "9\","                                                                                     \
    "\"rtt\":1}]}],\"tool\":\"traceroute\"}\n"
#define DATED PATH("\"observed\":\"2025-11-22T02:07:09Z\",")

struct scene {
    struct rig rig;
    char *folder;
};

static void open_scene(struct scene *s, const char *options, int64_t expires)
{
    char yaml[8192];
    struct err e = {0};

    snprintf(yaml, sizeof(yaml), "path: %s\n%s", s->folder, options);
    /* "@" stands for the folder */
    for (char *at; (at = strchr(yaml, '@')) != NULL;) {
        char copy[8192];

        snprintf(copy, sizeof(copy), "%s", at + 1);
        snprintf(at, sizeof(yaml) - (size_t)(at - yaml), "%s%s", s->folder, copy);
    }
    if (rig_open(&s->rig, &agent_traceroute, yaml, expires, &e) < 0)
        fail_msg("%s", e.msg);
}

static void close_scene(struct scene *s)
{
    rig_close(&s->rig);
    rig_remove(s->folder);
}

static void expect_failed(struct scene *s, const char *scope, const char *part)
{
    const struct memory_batch *b = rig_scope(&s->rig, scope);

    assert_non_null(b);
    assert_int_equal(b->failed, 1);
    if (strstr(b->why.msg, part) == NULL)
        print_error("%s: %s\n", scope, b->why.msg);
    assert_non_null(strstr(b->why.msg, part));
}

static void test_index(void **state)
{
    struct scene s = {.folder = rig_folder()};
    const struct memory_batch *b;

    (void)state;
    open_scene(&s, "index: \"@/index.tsv\"\n", DAY);
    rig_write(s.folder, "index.tsv",
              "source\tfile\tnote\tdestination\tobserved_at\n"
              "198.51.100.1\ta.txt\tx\t192.0.2.9\t2025-11-22T02:07:09Z\n"
              "198.51.100.1\tb.txt\tx\t192.0.2.9\t\r\n\n"
              "198.51.100.1\tc.txt\tx\t192.0.2.10\t2025-11-22T02:07:09Z\n"
              "198.51.100.1\t../d.txt\tx\t192.0.2.9\t2025-11-22T02:07:09Z\n"
              "2001:db8::1\te.txt\tx\t192.0.2.9\t2025-11-22T02:07:09Z\n"
              "somewhere\tf.txt\tx\t192.0.2.9\t2025-11-22T02:07:09Z\n"
              "198.51.100.1\tg.txt\tx\t192.0.2.9\tyesterday\n"
              "198.51.100.1\tgone.txt\tx\t192.0.2.9\t2025-11-22T02:07:09Z\n"
              "198.51.100.1\ttwice.txt\tx\t192.0.2.9\n198.51.100.1\ttwice.txt\tx\t192.0.2.10\n",
              SEEN);
    for (const char *name = "abcefg"; *name != '\0'; name++)
        rig_write(s.folder, (char[]){*name, '.', 't', 'x', 't', 0}, trace, SEEN + DAY);
    rig_collect(&s.rig);
    rig_expect(&s.rig, "a.txt", DATED);
    b = rig_scope(&s.rig, "a.txt");
    assert_true(b->head.origin.observed_at == SEEN);
    assert_true(b->head.origin.expires == SEEN + DAY);
    assert_int_equal(b->head.mode, BATCH_REPLACE);
    rig_expect(&s.rig, "b.txt", PATH(""));
    assert_true(rig_scope(&s.rig, "b.txt")->head.origin.observed_at == FACT_NONE);
    expect_failed(&s, "c.txt", "header names 192.0.2.9 as destination, the spool 192.0.2.10");
    expect_failed(&s, "../d.txt", "not a plain file name");
    expect_failed(&s, "e.txt", "two address families");
    expect_failed(&s, "f.txt", "\"somewhere\" is no address");
    expect_failed(&s, "g.txt", "\"yesterday\" is no time");
    expect_failed(&s, "gone.txt", "No such file");
    expect_failed(&s, "twice.txt", "named twice");
    close_scene(&s);
}

static void test_bad_index(void **state)
{
    struct scene s = {.folder = rig_folder()};
    struct err e = {0};

    (void)state;
    open_scene(&s, "index: \"@/index.tsv\"\n", FACT_NONE);
    assert_int_equal(agent_traceroute.collect(s.rig.agent, &s.rig.sink.sink, &e), ERR_NOENT);
    rig_write(s.folder, "index.tsv", "", 0);
    assert_int_equal(agent_traceroute.collect(s.rig.agent, &s.rig.sink.sink, &e), ERR_PARSE);
    rig_write(s.folder, "index.tsv", "file\tsource\n", 0);
    assert_int_equal(agent_traceroute.collect(s.rig.agent, &s.rig.sink.sink, &e), ERR_SCHEMA);
    assert_non_null(strstr(e.msg, "index.tsv: 1: the header has no column \"destination\""));
    assert_int_equal(s.rig.sink.n, 0);
    close_scene(&s);
}

/* Unchanged files cost nothing; a changed file, or a changed statement about it, is read again.
 */
static void test_again(void **state)
{
    static const char index[] = "file\tsource\tdestination\na.txt\t198.51.100.1\t192.0.2.9\nb."
                                "txt\t198.51.100.1\t192.0.2.9\n";
    struct scene s = {.folder = rig_folder()};

    (void)state;
    open_scene(&s, "index: \"@/i.tsv\"\n", FACT_NONE);
    rig_write(s.folder, "i.tsv", index, SEEN);
    rig_write(s.folder, "a.txt", trace, SEEN);
    rig_write(s.folder, "b.txt", trace, SEEN);
    rig_collect(&s.rig);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 2);
    rig_write(s.folder, "a.txt", trace, SEEN + 1000);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 3);
    rig_write(s.folder, "i.tsv", "file\tsource\tdestination\nb.txt\t198.51.100.2\t192.0.2.9\n",
              SEEN);
    rig_collect(&s.rig);
    assert_null(rig_scope(&s.rig, "a.txt")); /* gone, and nothing else would end it */
    assert_int_equal(rig_scope(&s.rig, "b.txt")->head.origin.epoch, 2);
    close_scene(&s);
}

/* With expiry, what a file that is gone said is believed until then. */
static void test_gone_but_believed(void **state)
{
    struct scene s = {.folder = rig_folder()};

    (void)state;
    open_scene(&s, "index: \"@/i.tsv\"\n", DAY);
    rig_write(s.folder, "i.tsv", "file\tsource\tdestination\na.txt\t198.51.100.1\t192.0.2.9\n",
              SEEN);
    rig_write(s.folder, "a.txt", trace, SEEN);
    rig_collect(&s.rig);
    rig_write(s.folder, "i.tsv", "file\tsource\tdestination\n", SEEN);
    rig_collect(&s.rig);
    rig_expect(&s.rig, "a.txt", PATH(""));
    close_scene(&s);
}

static void test_pattern(void **state)
{
    struct scene s = {.folder = rig_folder()};

    (void)state;
    open_scene(&s, "pattern: \"{source}_{destination}_{time}.txt\"\n", FACT_NONE);
    rig_write(s.folder, "198.51.100.1_192.0.2.9_2025-11-22T02:07:09Z.txt", trace, SEEN);
    rig_write(s.folder, "198.51.100.1_192.0.2.9_1763777229.txt", trace, SEEN);
    rig_write(s.folder, "198.51.100.1_192.0.2.9_never.txt", trace, SEEN);
    rig_write(s.folder, "198.51.100.1_192.0.2.9.txt", trace, SEEN);
    rig_write(s.folder, "notes.txt", "x", SEEN);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 2);
    rig_expect(&s.rig, "198.51.100.1_192.0.2.9_2025-11-22T02:07:09Z.txt", DATED);
    rig_expect(&s.rig, "198.51.100.1_192.0.2.9_1763777229.txt", DATED);
    close_scene(&s);
}

static void test_sidecars(void **state)
{
    struct scene s = {.folder = rig_folder()};

    (void)state;
    open_scene(&s, "files: [a.txt, b.txt, none.txt]\n", FACT_NONE);
    rig_write(s.folder, "a.txt", trace, SEEN);
    rig_write(
        s.folder, "a.txt.json",
        "{\"source\":\"198.51.100.1\",\"extra\":[1],\"observed_at\":\"2025-11-22T02:07:09Z\"}",
        SEEN);
    rig_write(s.folder, "b.txt", trace, SEEN);
    rig_write(s.folder, "b.txt.json", "{\"source\":17}", SEEN);
    rig_write(s.folder, "c.txt", trace, SEEN);
    rig_write(s.folder, "c.txt.json", "{}", SEEN);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 3);
    rig_expect(&s.rig, "a.txt", DATED);
    expect_failed(&s, "b.txt", "1:13: a number where a string should stand");
    expect_failed(&s, "none.txt", "neither index, pattern nor sidecar");
    close_scene(&s);
}

#define HOP(rtt)                                                                               \
    "\"hops\":[{\"ttl\":1,\"probes\":1,\"lost\":0,\"responders\":[{\"addr\":\"192.0.2.9\","    \
    "\"rtt\":" rtt "}]}]"
#define ATLAS(time, rtt)                                                                       \
    "{\"fw\":1,\"src_addr\":\"198.51.100.1\",\"dst_addr\":\"192.0.2.9\",\"timestamp\":" time   \
    ",\"result\":[{\"hop\":1,\"result\":[{\"from\":\"192.0.2.9\",\"rtt\":" rtt "}]}]}\n"
#define ATLAS_FACT(time, rtt)                                                                  \
    "observed_path "                                                                           \
    "{\"source\":\"198.51.100.1\",\"destination\":\"192.0.2.9\",\"observed\":\"" time          \
    "\",\"reached\":1," HOP(rtt) ",\"tool\":\"atlas\"}\n"

/* The content tells all: many traces in a file, which is as old as the first. */
static void test_documents(void **state)
{
    struct scene s = {.folder = rig_folder()};
    const struct memory_batch *b;

    (void)state;
    open_scene(&s, "pattern: \"{name}.json\"\n", DAY);
    rig_write(s.folder, "many.json", ATLAS("1763777229", "1.5") ATLAS("1763777289", "2.5"),
              SEEN + DAY);
    rig_write(s.folder, "other.json", "{\"a\":1}", SEEN);
    rig_write(s.folder, "broken.json", ATLAS("1763777229", "1.5") "{\"fw\":1,", SEEN);
    rig_write(s.folder, "notes.txt", "x", SEEN);
    rig_collect(&s.rig);
    assert_int_equal(s.rig.sink.n, 3);
    rig_expect(&s.rig, "many.json",
               ATLAS_FACT("2025-11-22T02:07:09Z", "1.5")
                   ATLAS_FACT("2025-11-22T02:08:09Z", "2.5"));
    b = rig_scope(&s.rig, "many.json");
    assert_true(b->head.origin.observed_at == SEEN);
    assert_true(b->head.origin.expires == SEEN + DAY);
    expect_failed(&s, "other.json", "no format of traces that is known");
    expect_failed(&s, "broken.json", "2:");
    close_scene(&s);
}

/* What one side does not tell the other may; without both there is no path. */
static void test_told_by_one(void **state)
{
    static const char tracert[] = "Tracing route to 192.0.2.9 over a maximum of 30 hops\n"
                                  "  1     3 ms     2 ms     1 ms  192.0.2.9\n";
    static const char cut[] = "traceroute to x (192.0.2.9), 30 hops max\n 1  192.0.2.1  1 ms\n";
    struct scene s = {.folder = rig_folder()};

    (void)state;
    open_scene(&s, "index: \"@/i.tsv\"\n", FACT_NONE);
    rig_write(s.folder, "i.tsv",
              "file\tsource\tdestination\ta\nwin\t198.51.100.1\t\nnone\t\t\n"
              "raw\t198.51.100.1\t192.0.2.9\nlost\t198.51.100.1\t\ncut\t198.51.100.1\t\n",
              SEEN);
    rig_write(s.folder, "win", tracert, SEEN);
    rig_write(s.folder, "none", tracert, SEEN);
    rig_write(s.folder, "raw", "x 0 1\nh 0 192.0.2.9\np 0 1500 1\n", SEEN);
    rig_write(s.folder, "lost", "x 0 1\nh 0 192.0.2.9\np 0 1500 1\n", SEEN);
    rig_write(s.folder, "cut", cut, SEEN);
    rig_collect(&s.rig);
    assert_int_equal(FACTS_N(&rig_scope(&s.rig, "win")->facts, OBSERVED_PATH), 1);
    expect_failed(&s, "none", "nothing tells the address it was sent from");
    rig_expect(&s.rig, "raw",
               "observed_path {\"source\":\"198.51.100.1\",\"destination\":\"192.0.2.9\","
               "\"reached\":1," HOP("1.5") ",\"tool\":\"mtr\"}\n");
    expect_failed(&s, "lost", "nothing tells the address it was sent to");
    expect_failed(&s, "cut", "cut short");
    rig_close(&s.rig);
    open_scene(&s,
               "index: \"@/i.tsv\"\nfiles: [cut, raw]\ndialect: traceroute\n"
               "unfinished: true\nlimits: {file: 80}\n",
               FACT_NONE);
    rig_write(s.folder, "raw",
              "x 0 1\nh 0 192.0.2.9\np 0 1500 1\nx 0 1\np 0 1500 1\nx 0 1\np 0 1500 1\n"
              "x 0 1\np 0 1500 1\n",
              SEEN);
    rig_collect(&s.rig);
    assert_int_equal(FACTS_N(&rig_scope(&s.rig, "cut")->facts, OBSERVED_PATH), 1);
    assert_int_equal(
        FACTS(&rig_scope(&s.rig, "cut")->facts, observed_path, OBSERVED_PATH)->reached,
        FACT_NONE);
    expect_failed(&s, "raw", "larger than 80 bytes");
    close_scene(&s);
}

static void test_bad_files(void **state)
{
    struct scene s = {.folder = rig_folder()};
    char path[2048];

    (void)state;
    open_scene(&s, "index: \"@/i.tsv\"\n", FACT_NONE);
    rig_write(s.folder, "i.tsv",
              "file\tsource\tdestination\nempty\t::1\t::1\ncut\t::1\t::1\n"
              "big\t::1\t::1\nlink\t::1\t::1\nbinary\t::1\t::1\n",
              SEEN);
    rig_write(s.folder, "empty", "", SEEN);
    rig_write(s.folder, "cut",
              "traceroute to ::1 (::1), 30 hops max, 80 byte packets\n 1  ::2  1", SEEN);
    rig_write(s.folder, "binary", "\x7f\x45LF\xff\xfe", SEEN);
    rig_write(s.folder, "big", "", SEEN);
    snprintf(path, sizeof(path), "%s/big", s.folder);
    assert_int_equal(truncate(path, 100 << 20), 0);
    snprintf(path, sizeof(path), "%s/link", s.folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    rig_collect(&s.rig);
    expect_failed(&s, "empty", "empty: empty");
    expect_failed(&s, "cut", "2:10: a responder without an address");
    expect_failed(&s, "binary", "not text");
    expect_failed(&s, "big", "larger than 67108864 bytes");
    expect_failed(&s, "link", "");
    close_scene(&s);
}

static void check_refused(const char *yaml, const char *part)
{
    struct rig r;
    struct err e = {0};

    assert_true(rig_open(&r, &agent_traceroute, yaml, FACT_NONE, &e) < 0);
    if (strstr(e.msg, part) == NULL)
        print_error("got: %s\n", e.msg);
    assert_non_null(strstr(e.msg, part));
    rig_close(&r);
}

static void test_options(void **state)
{
    (void)state;
    check_refused("timeout: 5s\n", "needs either path");
    check_refused("path: x\ntargets: [192.0.2.1]\n", "needs either path");
    check_refused("path: x\nindex: y\npattern: \"{source}_{destination}\"\n", "not together");
    check_refused("path: x\npattern: \"{source}\"\n", "needs {source} and {destination}");
    check_refused("path: x\npattern: \"{source}{destination}\"\n", "between placeholders");
    check_refused("path: x\npattern: \"{source}_{destination}_{source}\"\n", "twice");
    check_refused("path: x\npattern: \"{source}_{host}\"\n", "only {source}");
    check_refused("path: x\npattern: \"../{source}_{destination}\"\n", "no /");
    check_refused("targets: [192.0.2.1]\n", "needs source");
    check_refused("targets: [example.org]\nsource: 192.0.2.9\n",
                  "\"example.org\" is no address");
    check_refused("targets: [\"2001:db8::1\"]\nsource: 192.0.2.9\n", "address family");
    check_refused("targets: [192.0.2.1]\nsource: 192.0.2.9\nrate: often\n", "rate: must be");
}

/* --- running the program --- */

static int run_fake(const char *target, int64_t timeout, char **out, struct err *e)
{
    struct trace_run run = {.program = "data/agents/traceroute/fake-traceroute",
                            .timeout = timeout,
                            .max_output = 1000,
                            .clock = clock_system()};
    size_t len;

    assert_true(addr_parse(slice_of("198.51.100.1"), &run.source));
    assert_true(addr_parse(slice_of(target), &run.target));
    return trace_run(&run, out, &len, e);
}

static void expect_run(const char *target, int64_t timeout, int code, const char *part)
{
    struct err e = {0};
    char *out;
    int rc = run_fake(target, timeout, &out, &e);

    if (rc != code || strstr(e.msg, part) == NULL)
        print_error("%s: %d %s\n", target, rc, e.msg);
    assert_int_equal(rc, code);
    assert_non_null(strstr(e.msg, part));
    assert_null(out);
}

static void test_run(void **state)
{
    struct err e = {0};
    char *out;

    (void)state;
    assert_int_equal(run_fake("192.0.2.1", 60 * SECOND, &out, &e), 0);
    assert_non_null(strstr(out, " 1  192.0.2.1  0.500 ms"));
    free(out);
    expect_run("192.0.2.2", 60 * SECOND, ERR_REMOTE,
               "exit status 3: arguments: -n -q 2 -w 1 -s 198.51.100.1 192.0.2.2");
    expect_run("192.0.2.3", 60 * SECOND, ERR_LIMIT, "printed more than 1000 bytes");
    expect_run("192.0.2.4", SECOND / 100, ERR_TIMEOUT, "took too long");
    expect_run("192.0.2.5", SECOND / 10, ERR_TIMEOUT, "");
    expect_run("192.0.2.6", 60 * SECOND, ERR_REMOTE, "signal 9");
    expect_run("192.0.2.7", 60 * SECOND, ERR_PARSE, "printed nothing");
}

static bool always(void *payload)
{
    (void)payload;
    return true;
}

static void test_run_cancelled(void **state)
{
    struct trace_run run = {.program = "data/agents/traceroute/fake-traceroute",
                            .timeout = 600 * SECOND,
                            .max_output = 1000,
                            .clock = clock_system(),
                            .cancelled = always};
    struct err e = {0};
    char *out;
    size_t len;

    (void)state;
    assert_true(addr_parse(slice_of("198.51.100.1"), &run.source));
    assert_true(addr_parse(slice_of("192.0.2.4"), &run.target));
    assert_int_equal(trace_run(&run, &out, &len, &e), ERR_CANCELLED);
    run.program = "no-such-traceroute";
    assert_int_equal(trace_run(&run, &out, &len, &e), ERR_NOENT);
    run.program = "data/agents/traceroute/missing";
    assert_true(trace_run(&run, &out, &len, &e) < 0);
}

/* The end comes while a file is read. */
struct ending {
    struct scene scene;
    int (*begin)(struct batch_sink *s, const struct batch_head *head, struct err *e);
};

static int begin_and_end(struct batch_sink *sink, const struct batch_head *head, struct err *e)
{
    struct ending *x =
        (struct ending *)(void *)((char *)sink - offsetof(struct ending, scene.rig.sink.sink));

    x->scene.rig.cancelled = true;
    return x->begin(sink, head, e);
}

static void test_file_cancelled(void **state)
{
    struct ending x = {.scene.folder = rig_folder()};
    struct scene *s = &x.scene;

    (void)state;
    open_scene(s, "pattern: \"{source}_{destination}.txt\"\n", FACT_NONE);
    rig_write(s->folder, "198.51.100.1_192.0.2.9.txt", trace, SEEN);
    x.begin = s->rig.sink.sink.begin;
    s->rig.sink.sink.begin = begin_and_end;
    rig_collect(&s->rig);
    assert_int_equal(s->rig.sink.n, 0);
    s->rig.sink.sink.begin = x.begin;
    s->rig.cancelled = false;
    rig_collect(&s->rig);
    rig_expect(&s->rig, "198.51.100.1_192.0.2.9.txt", PATH(""));
    close_scene(s);
}

static void test_targets(void **state)
{
    struct rig r;
    struct err e = {0};

    (void)state;
    if (rig_open(&r, &agent_traceroute,
                 "targets: [192.0.2.1, 192.0.2.8]\nsource: 198.51.100.1\n"
                 "rate: 1000/s\nprogram: data/agents/traceroute/fake-traceroute\n",
                 FACT_NONE, &e) < 0)
        fail_msg("%s", e.msg);
    r.clock = *clock_system(); /* pauses are real */
    rig_collect(&r);
    assert_int_equal(r.sink.n, 2);
    assert_int_equal(rig_scope(&r, "192.0.2.1")->failed, 0);
    assert_int_equal(FACTS_N(&rig_scope(&r, "192.0.2.1")->facts, OBSERVED_PATH), 1);
    assert_non_null(
        strstr(rig_scope(&r, "192.0.2.8")->why.msg, "header names 192.0.2.99 as destination"));
    rig_close(&r);
}

static void test_recorded(void **state)
{
    static const struct {
        const char *lab;
        size_t files, reached;
    } labs[] = {{"a", 84, 84}, {"g11", 80, 80}, {"g12", 592, 592}};
    const char *shared = getenv("RIALTO_SHARED");

    (void)state;
    if (shared == NULL) {
        print_message("RIALTO_SHARED is not set: no recorded traces to read\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(labs) / sizeof(labs[0]); i++) {
        char yaml[4096];
        struct rig r;
        struct err e = {0};
        size_t reached = 0;

        snprintf(yaml, sizeof(yaml),
                 "path: %s/lab/%s/traceroute\nindex: %s/lab/%s/traceroute/index.tsv\n", shared,
                 labs[i].lab, shared, labs[i].lab);
        assert_int_equal(rig_open(&r, &agent_traceroute, yaml, FACT_NONE, &e), 0);
        rig_collect(&r);
        for (size_t k = 0; k < r.sink.n; k++) {
            const struct memory_batch *b = &r.sink.v[k];

            if (b->failed)
                fail_msg("%s: %s", b->head.origin.scope, b->why.msg);
            reached += FACTS(&b->facts, observed_path, OBSERVED_PATH)->reached == 1;
        }
        print_message("lab %s: %zu traces, %zu reached\n", labs[i].lab, r.sink.n, reached);
        assert_int_equal(r.sink.n, labs[i].files);
        assert_int_equal(reached, labs[i].reached);
        rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index),
        cmocka_unit_test(test_bad_index),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_gone_but_believed),
        cmocka_unit_test(test_pattern),
        cmocka_unit_test(test_sidecars),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_told_by_one),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_run_cancelled),
        cmocka_unit_test(test_file_cancelled),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
