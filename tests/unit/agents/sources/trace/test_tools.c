/* SPDX-License-Identifier: Apache-2.0 */
/* tracepath and tracert. */
#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/trace/reading.h"
#include "unit/cmocka_all.h"

static void test_tracepath(void **state)
{
    static const char text[] =
        " 1?: [LOCALHOST]                      pmtu 1500\n"
        " 1:  a.example (192.0.2.1)    0.5ms pmtu 1480\n 1:  192.0.2.1  0.25ms\n"
        " 2:  no reply\n 3:  192.0.2.3  1.5ms asymm  4\n"
        " 2:  192.0.2.2  12000.5ms\n 4:  192.0.2.9  2ms reached\n"
        "     Resume: pmtu 1480 hops 4 back 4\n";

    (void)state;
    /* an answer that came late was not lost */
    trace_expect(NULL, text,
                 "- > 192.0.2.9 reached\n1 2/0 192.0.2.1 0.25\n2 1/0 192.0.2.2 12000.5\n"
                 "3 1/0 192.0.2.3 1.5\n4 1/0 192.0.2.9 2\n");
    trace_expect(
        NULL,
        " 1?: [LOCALHOST]  0.020ms pmtu 1500\n 1:  ???  0.4ms\n 2:  192.0.2.1  1ms !H\n"
        " 2?: 192.0.2.7  1ms\n 3:  send failed\n     Too many hops: pmtu 1500\n"
        " 1?: [LOCALHOST]  pmtu 1500\n 1:  no reply\n what?\n",
        "- > - cut\n1 1/0 - 0.4\n2 1/0 192.0.2.1 1 !H\n- > - cut\n1 1/1\n"
        "ignored x: line 2: a responder with a name but no address\n"
        "ignored x: line 4: an answer of which the TTL is not sure\n"
        "ignored x: line 5: a probe that could not be sent\n"
        "ignored x: line 9: a line that is no hop\n"
        "ignored x: trace 2: a trace that was cut short\n");
    trace_expect_robust("tracepath", text);
    /* of iputils before 2008 */
    trace_expect(NULL,
                 " 1?: [LOCALHOST]                              pmtu 1500\n"
                 " 1:  2001:db8::1  asymm  2   0.5ms pmtu 1480\n"
                 " 2:  2001:db8::9             463.5ms reached\n",
                 "- > 2001:db8::9 reached\n1 1/0 2001:db8::1 0.5\n2 1/0 2001:db8::9 463.5\n");
    trace_expect("tracepath", " 1:  192.0.2.1  asymm  2\n", "1:6: an answer without a time\n");
}

static void test_tracepath_refused(void **state)
{
    (void)state;
    trace_expect("tracepath", " 1:  192.0.2.1\n", "1:1: an answer without a time\n");
    trace_expect("tracepath", " 1:\n", "1:1: a TTL without an answer\n");
    trace_expect("tracepath", " 1:  192.0.2.1  soon\n", "1:17: not a time\n");
    trace_expect("tracepath", " 1:  192.0.2.256  1ms\n",
                 "1:6: a responder that is neither name nor address\n");
    trace_expect("tracepath", "", "the file is empty\n");
    trace_expect("tracepath", "hello\n", "no trace; passed over: a line that is no hop\n");
    trace_expect("tracepath", "\xff", "not text (UTF-8)\n");
}

static void test_tracert(void **state)
{
    static const char text[] =
        "C:\\>tracert x\r\n\r\nTracing route to x [192.0.2.9]\r\n"
        "over a maximum of 30 hops:\r\n\r\n"
        "  1    <1 ms    <1 ms     1 ms  192.0.2.1\r\n"
        "  2     *       12 ms    11 ms  a.example [192.0.2.2] \r\n"
        "  3     *        *        *     Request timed out.\r\n"
        "  4    20 ms    21 ms    22 ms  x [192.0.2.9]\r\n\r\nTrace complete.\r\n";

    (void)state;
    trace_expect(NULL, text,
                 "- > 192.0.2.9 reached\n1 3/0 192.0.2.1\n2 3/1 192.0.2.2 11\n3 3/3\n"
                 "4 3/0 192.0.2.9 20\n");
    trace_expect_robust("tracert", text);
}

/* Of the words nothing is needed, nor that they are UTF-8. */
static void test_tracert_languages(void **state)
{
    (void)state;
    trace_expect(NULL,
                 "Routenverfolgung zu x [192.0.2.9] \x81"
                 "ber maximal 30 Hops\n"
                 "  1    <1 ms     2 ms     1 ms  192.0.2.1\n"
                 "  2     3 ms     4 ms     5 ms  name\n"
                 "  3  192.0.2.3  meldet: Zielhost nicht erreichbar.\n",
                 "- > 192.0.2.9 no\n1 3/0 192.0.2.1\n2 3/0 - 3\n3 1/0 192.0.2.3 !\n"
                 "ignored x: line 3: a responder with a name but no address\n");
    /* two traces; the second names no destination and is at its limit */
    trace_expect(NULL,
                 "Tracing route to 192.0.2.1 over a maximum of 30 hops\n"
                 "  1     2 ms     1 ms     1 ms  192.0.2.1\nTrace complete.\n"
                 "Tracing route to 192.0.2.9 over a maximum of 2 hops\n"
                 "  1     1 ms     1 ms     1 ms  192.0.2.1\n"
                 "  2  192.0.2.3  reports: Destination net unreachable.\n",
                 "- > 192.0.2.1 reached\n1 3/0 192.0.2.1 1\n"
                 "- > 192.0.2.9 no\n1 3/0 192.0.2.1 1\n2 1/0 192.0.2.3 !N\n");
}

static void test_tracert_refused(void **state)
{
    (void)state;
    trace_expect("tracert",
                 "Tracing route to x [192.0.2.9]\n  1  1 ms  1 ms  1 ms  192.0.2.1\n"
                 "  2\n",
                 "3:3: a TTL without probes\n");
    trace_expect("tracert", "Unable to resolve target system name x.\n", "no trace\n");
    trace_expect("tracert", "Tracing route to 192.0.2.9\n  1  1 ms  1 ms  1 ms  192.0.2.1\n",
                 "- > 192.0.2.9 cut\n1 3/0 192.0.2.1 1\n"
                 "ignored x: trace 1: a trace that was cut short\n");
    trace_expect("tracert",
                 "Tracing route to 192.0.2.9\n  1  1 ms  1 ms  1 ms  192.0.2.1\n"
                 "  3  9 ms  9 ms  9 ms  192.0.2.3\n\nTrace complete.\n",
                 "- > 192.0.2.9 cut\n1 3/0 192.0.2.1 1\n2 -/-\n3 3/0 192.0.2.3 9\n"
                 "ignored x: line 3: TTLs before this one are missing\n"
                 "ignored x: trace 1: a trace that was cut short\n");
    char *got = trace_reading("tracert", "T\0r\0", 4);

    assert_non_null(strstr(got, "UTF-16"));
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tracepath),       cmocka_unit_test(test_tracepath_refused),
        cmocka_unit_test(test_tracert),         cmocka_unit_test(test_tracert_languages),
        cmocka_unit_test(test_tracert_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
