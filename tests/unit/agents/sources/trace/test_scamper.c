/* SPDX-License-Identifier: Apache-2.0 */
/* scamper's JSON and warts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/agents/sources/trace/reading.h"
#include "unit/cmocka_all.h"

#define CYCLE "{\"type\":\"cycle-start\", \"id\":0}\n"
#define TRACE                                                                                  \
    "{\"type\":\"trace\", \"src\":\"198.51.100.1\", \"dst\":\"192.0.2.9\", "                   \
    "\"start\":{\"sec\":1763777229, \"usec\":0}, \"firsthop\":1, \"attempts\":2, "
#define HOP(addr, ttl, id, more)                                                               \
    "{\"addr\":\"" addr "\", \"probe_ttl\":" #ttl ", \"probe_id\":" #id ", \"rtt\":0.5" more "}"
#define WHEN " at 2025-11-22T02:07:09Z "

static void test_trace(void **state)
{
    static const char text[] =
        "{\"UUID\":\"x\",\"TracerouteCallerVersion\":\"1\"}\n" CYCLE TRACE
        "\"stop_reason\":\"COMPLETED\", \"hop_count\":5, \"hops\":[" HOP(
            "192.0.2.1", 2, 1,
            "") ", " HOP("192.0.2.2", 3, 2,
                         ", \"icmp_type\":11, \"icmp_code\":0, \"icmpext\":[{\"ie_cn\":1"
                         ",\"mpls_labels\":[{\"mpls_ttl\":1,\"mpls_s\":1,\"mpls_exp\":0,"
                         "\"mpls_label\":16}]}]") ", " HOP("192.0.2.3", 3, 3,
                                                           "") ", " HOP("192.0.2.9", 5, 1,
                                                                        ", "
                                                                        "\"icmp_type\":"
                                                                        "3, "
                                                                        "\"icmp_code\":"
                                                                        "3") "]}\n"
                                                                             "{\"type\":"
                                                                             "\"ping\", "
                                                                             "\"dst\":"
                                                                             "\"192.0.2."
                                                                             "9\"}\n";

    (void)state;
    /* silent TTLs are left out: before the first answer too; probe 1 of TTL 3 was lost */
    trace_expect(NULL, text,
                 "198.51.100.1 > 192.0.2.9" WHEN "reached\n1 2/2\n2 1/0 192.0.2.1 0.5\n"
                 "3 3/1 192.0.2.2 0.5 {L=16,E=0,S=1,T=1}, 192.0.2.3 0.5\n4 2/2\n"
                 "5 1/0 192.0.2.9 0.5\nignored x: line 4: a ping\n");
    trace_expect_robust("scamper", text);
}

/* M-Lab's files of one trace, converted: the lines are members of an object. */
static void test_wrapped(void **state)
{
    (void)state;
    trace_expect(NULL,
                 "{\"Metadata\":{\"TracerouteCallerVersion\":\"1\"},\"CycleStart\":{\"type\":"
                 "\"cycle-start\"},\"Trace\":" TRACE
                 "\"stop_reason\":\"GAPLIMIT\", \"hop_count\":2, \"hops\":[" HOP(
                     "192.0.2.1", 1, 1, "") "]},\"CycleStop\":{\"type\":\"cycle-stop\"}}\n",
                 "198.51.100.1 > 192.0.2.9" WHEN "no\n1 1/0 192.0.2.1 0.5\n2 2/2\n");
    trace_expect("scamper", "{\"Metadata\":{},\"Trace\":null}", "no trace\n");
}

static void test_ends(void **state)
{
    (void)state;
    /* gave up: TTLs without answers at the end, in any order of keys */
    trace_expect(
        NULL,
        "{\"hops\":[" HOP(
            "192.0.2.1", 1, 1,
            "") "], \"hop_count\":3, \"attempts\":2, "
                "\"stop_reason\":\"GAPLIMIT\", \"dst\":\"192.0.2.9\", \"type\":\"trace\"}",
        "- > 192.0.2.9 no\n1 1/0 192.0.2.1 0.5\n2 2/2\n3 2/2\n");
    trace_expect(NULL,
                 TRACE "\"stop_reason\":\"UNREACH\", \"hop_count\":1, \"hops\":[" HOP(
                     "192.0.2.1", 1, 1, ", \"icmp_type\":3, \"icmp_code\":1") "]}",
                 "198.51.100.1 > 192.0.2.9" WHEN "no\n1 1/0 192.0.2.1 0.5 !H\n");
    trace_expect(NULL, TRACE "\"hop_count\":2}",
                 "no trace; passed over: a trace without hops\n");
    trace_expect(NULL, TRACE "\"hop_count\":1, \"hops\":[" HOP("", 1, 1, "") "]}",
                 "198.51.100.1 > 192.0.2.9" WHEN "no\n1 1/0 - 0.5\n"
                 "ignored x: line 1: an answer without an address\n");
    trace_expect("scamper", "{\"type\":\"dealias\"}",
                 "no trace; passed over: a record that is no trace\n");
}

static void test_tracelb(void **state)
{
    static const char text[] =
        "{\"type\":\"tracelb\", \"src\":\"198.51.100.1\", \"dst\":\"192.0.2.9\", "
        "\"firsthop\":1, "
        "\"nodes\":[{\"addr\":\"192.0.2.1\", \"links\":[[{\"addr\":\"192.0.2.2\", \"probes\":["
        "{\"ttl\":2, \"replies\":[{\"rtt\":0.5, \"icmp_type\":11}]}, {\"ttl\":2, "
        "\"replies\":[]}]}"
        "], [{\"addr\":\"192.0.2.3\", \"probes\":[{\"ttl\":2, \"replies\":[{\"rtt\":3},"
        "{\"rtt\":2}]}]}]]}, {\"addr\":\"192.0.2.2\", \"links\":[[{\"addr\":\"*\"}, "
        "{\"addr\":\"192.0.2.9\", \"probes\":[{\"ttl\":4, \"replies\":[{\"rtt\":1}]}]}]]}]}";

    (void)state;
    trace_expect(NULL, text,
                 "198.51.100.1 > 192.0.2.9 reached\n1 -/- 192.0.2.1\n"
                 "2 3/1 192.0.2.2 0.5, 192.0.2.3 2\n3 -/-\n4 1/0 192.0.2.9 1\n");
    trace_expect_robust("scamper", text);
}

static void test_refused(void **state)
{
    (void)state;
    trace_expect("scamper", TRACE "\"hops\":[{\"addr\":\"192.0.2.1\"}]}",
                 "1:153: a hop without its probe_ttl\n");
    trace_expect("scamper", TRACE "\"hops\":[" HOP("192.0.2.1", 256, 1, "") "]}",
                 "1:169: a number above 255\n");
    trace_expect("scamper", "[1]", "1:3: a number where an object should stand\n");
    trace_expect("scamper", "{\"type\":17}", "1:11: a number where a string should stand\n");
    trace_expect("scamper", "{\"nodes\":[{\"links\":[[{\"probes\":[{}]}]]}]}",
                 "1:35: a probe without its ttl\n");
}

/* The file is looked at before the program is; without it the message says what to install. */
static void test_warts(void **state)
{
    static const struct {
        const char *bytes, *why;
    } cases[] = {
        {"\x12\x05\0\x01\0\0\0\x02x", "byte 0: a warts object that was cut short"},
        {"\x12\x05\0\x01\0\0\0\0\x12", "byte 8: no warts object begins here"},
        {"\x12\x05\0\x01\0\0\0\x01x", NULL},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char *got = trace_reading(NULL, cases[i].bytes, 9);
        const char *why = cases[i].why != NULL                          ? cases[i].why
                          : access("/usr/bin/sc_warts2json", X_OK) == 0 ? "sc_warts2json "
                                                                        : "package scamper";

        if (strstr(got, why) == NULL)
            print_error("%s--- want %s\n", got, why);
        assert_non_null(strstr(got, why));
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace),   cmocka_unit_test(test_wrapped),
        cmocka_unit_test(test_ends),    cmocka_unit_test(test_tracelb),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_warts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
