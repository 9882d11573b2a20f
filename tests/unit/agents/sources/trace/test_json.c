/* SPDX-License-Identifier: Apache-2.0 */
/* RIPE Atlas, dublin-traceroute, ps_trace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/trace/json.h"
#include "unit/agents/sources/trace/reading.h"
#include "unit/cmocka_all.h"

#define ATLAS                                                                                  \
    "{\"fw\":5020,\"prb_id\":1,\"src_addr\":\"198.51.100.1\",\"dst_addr\":\"192.0.2.9\","      \
    "\"timestamp\":1763777229,\"result\":["
#define WHEN  " at 2025-11-22T02:07:09Z "
#define STARS "[{\"x\":\"*\"},{\"x\":\"*\"}]"

static void test_atlas(void **state)
{
    static const char text[] =
        "[" ATLAS "{\"hop\":1,\"result\":[{\"from\":\"192.0.2.1\",\"rtt\":2.5},{\"x\":\"*\"},"
        "{\"from\":\"192.0.2.1\",\"late\":2,\"ttl\":60},{\"from\":\"192.0.2.2\",\"rtt\":1,"
        "\"dup\":true}]},"
        "{\"result\":[{\"from\":\"192.0.2.3\",\"rtt\":1.5,\"icmpext\":{\"obj\":[{\"class\":1,"
        "\"mpls\":[{\"exp\":1,\"label\":16,\"s\":1,\"ttl\":1}]}]}},{\"error\":\"sendto "
        "failed\"}],"
        "\"hop\":2},"
        "{\"hop\":3,\"result\":" STARS "},{\"hop\":255,\"result\":" STARS "}],"
        "\"type\":\"traceroute\"},\n" ATLAS
        "{\"hop\":1,\"result\":[{\"from\":\"192.0.2.1\",\"rtt\":1,\"err\":\"H\"},"
        "{\"from\":\"192.0.2.2\",\"rtt\":1,\"err\":13},{\"from\":\"192.0.2.9\",\"rtt\":1,"
        "\"err\":\"p\"}]}]}]";

    (void)state;
    trace_expect(NULL, text,
                 "198.51.100.1 > 192.0.2.9" WHEN "no\n1 2/1 192.0.2.1 2.5\n"
                 "2 1/0 192.0.2.3 1.5 {L=16,E=1,S=1,T=1}\n3 2/2\n"
                 "198.51.100.1 > 192.0.2.9" WHEN "reached\n"
                 "1 3/0 192.0.2.1 1 !H, 192.0.2.2 1 !<13>, 192.0.2.9 1\n"
                 "ignored x: line 1: a late or doubled answer (2 times)\n"
                 "ignored x: line 1: a probe that could not be sent\n");
    trace_expect_robust("atlas", text);
}

static void test_atlas_ends(void **state)
{
    (void)state;
    /* the probe after silence tells whether, not where */
    trace_expect(NULL,
                 ATLAS "{\"hop\":1,\"result\":" STARS "},{\"hop\":255,\"result\":[{\"from\":"
                       "\"192.0.2.9\",\"rtt\":9}]}]}",
                 "198.51.100.1 > 192.0.2.9" WHEN "reached\n1 2/2\n");
    trace_expect(NULL, ATLAS "{\"hop\":1,\"error\":\"unreachable\"}]}",
                 "no trace; passed over: a hop that could not be probed\n");
    trace_expect(NULL,
                 "{\"fw\":1,\"dst_name\":\"x\",\"result\":[{\"hop\":1,\"result\":" STARS "}]}",
                 "no trace; passed over: a result without a destination (its name was not "
                 "found)\n");
    trace_expect(NULL,
                 "{\"fw\":1,\"type\":\"ping\",\"dst_addr\":\"192.0.2.9\",\"result\":["
                 "{\"rtt\":1}]}",
                 "no trace; passed over: a result that is no traceroute\n");
    trace_expect("atlas",
                 ATLAS "{\"hop\":1,\"result\":" STARS "},{\"hop\":1,\"result\":" STARS "}]}",
                 "1:186: hop 1 is there twice\n");
    trace_expect("atlas", ATLAS "{\"result\":" STARS "}]}",
                 "1:137: a result without its hop\n");
}

#define SENT(ttl)                                                                              \
    "\"sent\":{\"timestamp\":\"1763777229.0\",\"ip\":{\"src\":\"198.51.100.1\","               \
    "\"dst\":\"192.0.2.9\",\"ttl\":" #ttl "}}"
#define RECEIVED(src, type, code)                                                              \
    "\"received\":{\"ip\":{\"src\":\"" src "\",\"dst\":\"198.51.100.1\",\"ttl\":60},"          \
    "\"icmp\":{\"type\":" #type ",\"code\":" #code ",\"mpls_labels\":[{\"label\":16,"          \
    "\"experimental\":0,\"bottom_of_stack\":1,\"ttl\":1}]}}"

static void test_dublin(void **state)
{
    static const char text[] = "{\"flows\":{\"33434\":[{" SENT(
        1) ",\"received\":null,\"rtt_usec\":0},"
           "{\"rtt_usec\":1500," RECEIVED("192.0.2.2", 11, 0) "," SENT(
               2) "},"
                  "{" SENT(3) "," RECEIVED("192.0.2.9", 3,
                                           3) ",\"rtt_usec\":2500}],"
                                              "\"33435\":[{" SENT(2) "," RECEIVED(
                                                  "192.0.2.3", 3, 1) ",\"rtt_usec\":3500}]}}";

    (void)state;
    trace_expect(NULL, text,
                 "198.51.100.1 > 192.0.2.9" WHEN "reached\n1 1/1\n"
                 "2 2/0 192.0.2.2 1.5 {L=16,E=0,S=1,T=1}, 192.0.2.3 3.5 {L=16,E=0,S=1,T=1} !H\n"
                 "3 1/0 192.0.2.9 2.5 {L=16,E=0,S=1,T=1}\n");
    trace_expect("dublin", "{\"flows\":{\"1\":[{\"received\":null}]}}",
                 "1:33: a probe without the TTL it was sent with\n");
    trace_expect_robust("dublin", text);
}

#define PS "\"src\":\"198.51.100.1\",\"dest\":\"192.0.2.9\","

static void test_ps_trace(void **state)
{
    static const char text[] =
        "{\"hits\":{\"hits\":[{\"_source\":{" PS "\"timestamp\":1763777229000,"
        "\"hops\":[\"192.0.2.1\",\" 192.0.2.1\",\"192.0.2.9\"],\"asns\":[64500,0,64501],"
        "\"ttls\":[1,2,4],\"rtts\":[0.5,0.0,2.5],\"destination_reached\":true,"
        "\"looping\":true}}]}}";

    (void)state;
    /* a loop is what was seen; TTL 3 did not answer; 0 stands for unknown */
    trace_expect(NULL, text,
                 "198.51.100.1 > 192.0.2.9" WHEN "reached\n1 1/0 192.0.2.1 0.5 AS64500\n"
                 "2 1/0 192.0.2.1\n3 -/-\n4 1/0 192.0.2.9 2.5 AS64501\n");
    trace_expect(NULL,
                 "{" PS "\"timestamp\":\"20251122T020709Z\",\"hops\":[\"192.0.2.1\",\"\"],"
                 "\"ttls\":[1,2],\"rtts\":[1]}\n{" PS "\"hops\":[],\"ttls\":[]}\n",
                 "198.51.100.1 > 192.0.2.9" WHEN "no\n1 1/0 192.0.2.1\n2 1/0 -\n"
                 "ignored x: line 1: rtts or asns of another length than hops\n"
                 "ignored x: line 1: a responder without an address\n"
                 "ignored x: line 2: a document without hops\n");
    trace_expect("ps-trace", "{" PS "\"hops\":[\"192.0.2.1\"],\"ttls\":[]}",
                 "1:73: ttls and hops are not parallel\n");
    trace_expect("ps-trace", "{" PS "\"hops\":[\"192.0.2.1\"],\"ttls\":[0]}",
                 "1:74: a TTL that is not 1 to 255\n");
    trace_expect("ps-trace", "{\"timestamp\":\"noon\"}", "1:20: a timestamp that is no time\n");
    trace_expect_robust("ps-trace", text);
}

/* Keys around the longest way to a place that is remembered: none is what is looked for. */
static void test_long_ways(void **state)
{
    (void)state;
    for (int n = 250; n < 260; n++) {
        char text[400];
        struct agent_file file = {.name = "f", .path = "f"};
        int len =
            snprintf(text, sizeof(text), "{\"%0*d\":{\"a\":{\"b\":1}},\"msm_id\":1}", n, 1);
        file.text = (struct slice){text, (size_t)len};
        assert_int_equal(trace_json_look(&file), SIGHT_ATLAS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_atlas),     cmocka_unit_test(test_atlas_ends),
        cmocka_unit_test(test_dublin),    cmocka_unit_test(test_ps_trace),
        cmocka_unit_test(test_long_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
