/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/trace/trace.h"
#include "unit/cmocka_all.h"

#define HEADER "traceroute to x (192.0.2.9), 30 hops max, 60 byte packets\n"
#define END    " 2  192.0.2.9  1.5 ms\n"

/* The trace as one line of JSON, or the reason; to be freed. */
static char *parse_n(const char *text, size_t n)
{
    struct arena *a = arena_new(0);
    struct trace t;
    struct err e = {0};
    struct fact_observed_path f;
    struct buf out = {0};
    int rc = trace_parse((struct slice){text, n}, a, &t, &e);

    assert_int_equal(rc, e.code);
    if (rc < 0) {
        buf_str(&out, e.msg);
    } else {
        fact_init(FACT_OBSERVED_PATH, &f);
        f.source = t.source;
        f.destination = t.destination;
        f.reached = t.reached;
        f.hops = t.hops;
        fact_json(FACT_OBSERVED_PATH, &f, &out);
    }
    arena_free(&a);
    return buf_take(&out, &(size_t){0});
}

static void check(const char *text, const char *want)
{
    char *got = parse_n(text, strlen(text));

    if (strcmp(got, want) != 0)
        print_error("--- got\n%s\n--- want\n%s\n", got, want);
    assert_string_equal(got, want);
    free(got);
}

#define GIVES(hops, reached)                                                                   \
    "{\"destination\":\"192.0.2.9\",\"reached\":" reached ",\"hops\":[" hops "]}"
#define LAST                                                                                   \
    ",{\"ttl\":2,\"probes\":1,\"lost\":0,\"responders\":[{\"addr\":\"192.0.2.9\",\"rtt\":1.5}" \
    "]}"

static void test_lines(void **state)
{
    (void)state;
    check(HEADER " 1  192.0.2.1  0.967 ms  1.022 ms  1.204 ms\n" END,
          GIVES("{\"ttl\":1,\"probes\":3,\"lost\":0,\"responders\":[{\"addr\":\"192.0.2.1\","
                "\"rtt\":0.967}]}" LAST,
                "1"));
    check(HEADER " 1  * * *\n" END,
          GIVES("{\"ttl\":1,\"probes\":3,\"lost\":3,\"responders\":[]}" LAST, "1"));
    /* one of several answers, and the same responder again */
    check(HEADER " 1  192.0.2.1  3 ms 192.0.2.2  2 ms 192.0.2.1  1 ms *\n" END,
          GIVES("{\"ttl\":1,\"probes\":4,\"lost\":1,\"responders\":[{\"addr\":\"192.0.2.1\","
                "\"rtt\":1},"
                "{\"addr\":\"192.0.2.2\",\"rtt\":2}]}" LAST,
                "1"));
    /* names */
    check(HEADER " 1  a.example (192.0.2.1)  3 ms 192.0.2.2 (192.0.2.2)  2 ms\n" END,
          GIVES("{\"ttl\":1,\"probes\":2,\"lost\":0,\"responders\":[{\"addr\":\"192.0.2.1\","
                "\"rtt\":3},"
                "{\"addr\":\"192.0.2.2\",\"rtt\":2}]}" LAST,
                "1"));
}

static void test_extras(void **state)
{
    (void)state;
    check(HEADER " 1  a (192.0.2.1) [AS64500/AS64501] <MPLS:L=16,E=0,S=1,T=1>  3 ms !X  2 ms "
                 "!<13>\n" END,
          GIVES("{\"ttl\":1,\"probes\":2,\"lost\":0,\"responders\":[{\"addr\":\"192.0.2.1\","
                "\"rtt\":2,"
                "\"asn\":64500,\"label\":\"L=16,E=0,S=1,T=1\",\"note\":\"!X\"}]}" LAST,
                "1"));
    check(HEADER " 1  192.0.2.1 [*] '-3'  3 ms F=1500 *\n" END,
          GIVES("{\"ttl\":1,\"probes\":2,\"lost\":1,\"responders\":[{\"addr\":\"192.0.2.1\","
                "\"rtt\":3}]}" LAST,
                "1"));
    check("traceroute6 to x (2001:db8::9) from 2001:db8::1, 3 hops max, 80 byte packets\r\n"
          " 1  2001:db8::9  1 ms\r\n",
          "{\"source\":\"2001:db8::1\",\"destination\":\"2001:db8::9\",\"reached\":1,\"hops\":["
          "{\"ttl\":1,"
          "\"probes\":1,\"lost\":0,\"responders\":[{\"addr\":\"2001:db8::9\",\"rtt\":1}]}]}");
}

/* It may end without the destination: told that there is no way, or at the limit. */
static void test_ends(void **state)
{
    (void)state;
    check(HEADER " 1  192.0.2.1  1 ms !H *\n",
          GIVES("{\"ttl\":1,\"probes\":2,\"lost\":1,\"responders\":[{\"addr\":\"192.0.2.1\","
                "\"rtt\":1,"
                "\"note\":\"!H\"}]}",
                "0"));
    check("traceroute to x (192.0.2.9), 1 hops max, 60 byte packets\n 1  *\n",
          GIVES("{\"ttl\":1,\"probes\":1,\"lost\":1,\"responders\":[]}", "0"));
    check(HEADER " 1  192.0.2.1  1 ms\n",
          "2:1: cut short: neither the destination nor the last TTL is there");
    check(HEADER, "1:1: no hops");
}

static void test_refused(void **state)
{
    (void)state;
    check("", "empty");
    check("\n \n", "2:2: not the header of Linux's traceroute (\"traceroute to ...\")");
    check("\n\n", "empty");
    check("Tracing route to x [192.0.2.9]\n",
          "1:1: not the header of Linux's traceroute (\"traceroute to ...\")");
    check("traceroute to 192.0.2.9, 30 hops max\n",
          "1:15: the header has no address in parentheses");
    check("traceroute to x (y), 30 hops max\n",
          "1:18: the destination in the header is no address");
    check("traceroute to x (192.0.2.9) from y, 30 hops max\n",
          "1:34: the source in the header is no address");
    check("traceroute to x (192.0.2.9), 999 hops max\n",
          "1:42: the header does not say \"N hops max\"");
    check(HEADER " 1  192.0.2.1  0.004ms\n", "2:16: a responder without an address");
}

static void test_refused_lines(void **state)
{
    (void)state;
    check(HEADER " 1  192.0.2.1\n", "2:1: a TTL without probes");
    check(HEADER " 1\n", "2:1: a TTL without probes");
    check(HEADER " 1  gone  1 ms\n", "2:5: a responder without an address");
    check(HEADER " 1  gone (away)  1 ms\n", "2:10: a responder whose address is none");
    check(HEADER " 1  1 ms\n", "2:5: a time without a responder");
    check(HEADER " 1  192.0.2.1  -1 ms\n", "2:16: not a time");
    check(HEADER " 1  * !H\n", "2:7: a note without an answer before it");
    check(HEADER " 1  **\n", "2:5: a star with something behind it");
    check(HEADER " 1  [AS0] 192.0.2.1 (192.0.2.1)  1 ms\n",
          "2:5: an AS number before an address (BSD's form, not Linux's)");
    check(HEADER " 1  192.0.2.1  1 ms\n    192.0.2.2  1 ms\n",
          "3:5: a line that does not start with a TTL (other programs continue lines; only "
          "Linux's form is read)");
    check(HEADER " 1  *\n 3  *\n", "3:2: a TTL that does not follow the one before");
    check(HEADER " 0  *\n", "2:2: a line that does not start with a TTL (other programs "
                            "continue lines; only Linux's form is read)");
    check("traceroute to x (192.0.2.9), 1 hops max\n 1  *\n 2  *\n",
          "3:2: a TTL above the header's limit");
    check(HEADER " 1  192.0.2.1 <MPLS:L=1\n", "2:15: an extension that does not end");
    check(HEADER " 1  192.0.2.1 [ASx]  1 ms\n", "2:15: not an AS number");
}

static void test_not_text(void **state)
{
    static const char zeros[100];
    char *got = parse_n(zeros, sizeof(zeros));
    char *large = calloc(1, TRACE_MAX_FILE + 1);

    (void)state;
    assert_string_equal(got, "not text");
    free(got);
    got = parse_n(large, TRACE_MAX_FILE + 1);
    assert_string_equal(got, "larger than 1048576 bytes");
    free(got);
    free(large);
}

/* More responders than a line of probes can have. */
static void test_many_responders(void **state)
{
    struct buf text = {0};

    (void)state;
    buf_str(&text, HEADER " 1 ");
    for (int i = 0; i <= TRACE_MAX_RESPONDERS; i++)
        buf_printf(&text, " 198.51.100.%d  1 ms", i);
    buf_str(&text, "\n" END);
    check(text.data, "2:1275: too many responders at one TTL");
    buf_free(&text);
}

static void test_every_cut(void **state)
{
    static const char text[] =
        HEADER " 1  a (192.0.2.1) [AS1] <MPLS:L=1>  3 ms !X *\n"
               " 2  192.0.2.2  1 ms 192.0.2.3  2 ms\n 3  192.0.2.9  1.5 ms\n";

    (void)state;
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        char *copy = malloc(n + 1);

        memcpy(copy, text, n);
        free(parse_n(copy, n));
        free(copy);
    }
}

static char *read_file(const char *folder, const char *name, size_t *n)
{
    char path[4096];
    char *text = NULL;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(trace_read_file(path, TRACE_MAX_FILE, &text, n, NULL), 0);
    return text;
}

/* A recorded trace past a router that does not answer. */
static void test_gap(void **state)
{
    size_t n;
    char *text = read_file("data/agents/traceroute", "gap.txt", &n);
    char *got = parse_n(text, n);

    (void)state;
    assert_string_equal(
        got, "{\"destination\":\"145.34.44.6\",\"reached\":1,\"hops\":["
             "{\"ttl\":1,\"probes\":2,\"lost\":0,\"responders\":[{\"addr\":\"27.103.95.65\","
             "\"rtt\":0.006}]},"
             "{\"ttl\":2,\"probes\":2,\"lost\":0,\"responders\":[{\"addr\":\"27.103.92.16\","
             "\"rtt\":0.008}]},"
             "{\"ttl\":3,\"probes\":2,\"lost\":0,\"responders\":[{\"addr\":\"145.34.62.6\","
             "\"rtt\":0.009}]},"
             "{\"ttl\":4,\"probes\":2,\"lost\":2,\"responders\":[]},"
             "{\"ttl\":5,\"probes\":2,\"lost\":0,\"responders\":[{\"addr\":\"145.34.44.6\","
             "\"rtt\":0.014}]}]}");
    free(got);
    free(text);
}

/* Recorded output of Linux's program is read, that of others refused. */
static void test_samples(void **state)
{
    static const struct {
        const char *name;
        int hops; /* 0: refused */
    } samples[] = {
        {"jc-centos-7.7-traceroute.out", 30},
        {"jc-generic-traceroute-n-ipv4.out", 8},
        {"jc-generic-traceroute3.out", 19},
        {"rt-linux_1.txt", 6},
        {"rt-bsd_1.txt", 0},
        {"rt-iosxr_1.txt", 0},
        {"rt-mtr_1.txt", 0},
        {"rt-win_tracert_1.txt", 0},
        {"jc-centos-7.7-tracepath.out", 0},
        {"ios-1.raw", 0},
    };
    const char *shared = getenv("RIALTO_SHARED");
    char folder[2048];

    (void)state;
    if (shared == NULL) {
        print_message("RIALTO_SHARED is not set: no samples to read\n");
        skip();
    }
    snprintf(folder, sizeof(folder), "%s/samples/traceroute-text", shared);
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        struct arena *a = arena_new(0);
        struct trace t;
        struct err e = {0};
        size_t n;
        char *text = read_file(folder, samples[i].name, &n);
        int rc = trace_parse((struct slice){text, n}, a, &t, &e);

        if ((rc == 0) != (samples[i].hops > 0))
            print_error("%s: %s\n", samples[i].name, e.msg);
        assert_int_equal(rc == 0, samples[i].hops > 0);
        if (rc == 0)
            assert_int_equal(t.hops.n, samples[i].hops);
        free(text);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_extras),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_lines),
        cmocka_unit_test(test_not_text),
        cmocka_unit_test(test_many_responders),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_gap),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
