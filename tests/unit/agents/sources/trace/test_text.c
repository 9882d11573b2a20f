/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/trace/reading.h"
#include "unit/cmocka_all.h"

#define HEADER "traceroute to x (192.0.2.9), 30 hops max, 60 byte packets\n"
#define END    " 2  192.0.2.9  1.5 ms\n"
#define TO     "- > 192.0.2.9"
#define LAST   "2 1/0 192.0.2.9 1.5\n"

/* The text as Linux prints it, guessed. */
static void check(const char *text, const char *want)
{
    trace_expect("traceroute", text, want);
}

static void test_lines(void **state)
{
    (void)state;
    check(HEADER " 1  192.0.2.1  0.967 ms  1.022 ms  1.204 ms\n" END,
          TO " reached\n1 3/0 192.0.2.1 0.967\n" LAST);
    check(HEADER " 1  * * *\n" END, TO " reached\n1 3/3\n" LAST);
    /* one of several answers, and the same responder again */
    check(HEADER " 1  192.0.2.1  3 ms 192.0.2.2  2 ms 192.0.2.1  1 ms *\n" END,
          TO " reached\n1 4/1 192.0.2.1 1, 192.0.2.2 2\n" LAST);
    check(HEADER " 1  a.example (192.0.2.1)  3 ms 192.0.2.2 (192.0.2.2)  2 ms\n" END,
          TO " reached\n1 2/0 192.0.2.1 3, 192.0.2.2 2\n" LAST);
    check(HEADER " 1  * 192.0.2.1  3 ms *\n" END, TO " reached\n1 3/2 192.0.2.1 3\n" LAST);
}

static void test_extras(void **state)
{
    (void)state;
    check(HEADER " 1  a (192.0.2.1) [AS64500/AS64501] <MPLS:L=16,E=0,S=1,T=1>  3 ms !X  2 ms "
                 "!<13>\n" END,
          TO " reached\n1 2/0 192.0.2.1 2 AS64500 {L=16,E=0,S=1,T=1} !X\n" LAST);
    check(HEADER " 1  192.0.2.1 [*] '-3'  3 ms F=1500 *\n" END,
          TO " reached\n1 2/1 192.0.2.1 3\n" LAST);
    check(HEADER " 1  192.0.2.1 [open] <x>  3 ms\n" END,
          TO " reached\n1 1/0 192.0.2.1 3\n" LAST "ignored x: line 2: a remark in brackets\n");
    check("traceroute6 to x (2001:db8::9) from 2001:db8::1, 3 hops max, 80 byte packets\r\n"
          " 1  2001:db8::9  1 ms\r\n",
          "2001:db8::1 > 2001:db8::9 reached\n1 1/0 2001:db8::9 1\n");
    check(
        "traceroute to x (fe80::9%e0) from h (fe80::1%e0), 3 hops max\n 1  fe80::9%e0  1 ms\n",
        "fe80::1 > fe80::9 reached\n1 1/0 fe80::9 1\n");
}

/* BSD and its descendants: AS numbers before, other responders on lines of their own. */
static void test_bsd(void **state)
{
    (void)state;
    check(HEADER " 1  [AS64500] a (192.0.2.1)  3 ms  2 ms (ttl=54!)\n"
                 "    [AS0] 192.0.2.2 (192.0.2.2)  4 ms\n    a (192.0.2.1)  1 ms\n" END,
          TO " reached\n1 4/0 192.0.2.1 1 AS64500, 192.0.2.2 4\n" LAST);
    check(HEADER " 1  192.0.2.1 (192.0.2.1) [AS  64500, 64501]  3 ms\n" END,
          TO " reached\n1 1/0 192.0.2.1 3 AS64500\n" LAST);
    /* blanks at the beginning were lost */
    check(HEADER "1  192.0.2.1 (192.0.2.1)  3 ms\n192.0.2.2 (192.0.2.2)  4 ms\n* *\n" END,
          TO " reached\n1 4/2 192.0.2.1 3, 192.0.2.2 4\n" LAST);
    /* Junos: a line for each label of the stack; NX-OS: in brackets */
    check(HEADER " 1  192.0.2.1 (192.0.2.1)  3 ms\n     MPLS Label=299840 CoS=1 TTL=1 S=0\n"
                 "     MPLS Label=17 CoS=0 TTL=2 S=1\n" END,
          TO " reached\n1 1/0 192.0.2.1 3 {L=299840,E=1,S=0,T=1/L=17,E=0,S=1,T=2}\n" LAST);
    check(HEADER " 1  192.0.2.1 (192.0.2.1)  3 ms\n     [Label=16 E=0 TTL=1 S=1]\n" END,
          TO " reached\n1 1/0 192.0.2.1 3 {L=16,E=0,S=1,T=1}\n" LAST);
}

static void test_inetutils(void **state)
{
    (void)state;
    check("traceroute to x (192.0.2.9), 64 hops max\n  1   192.0.2.1  0.004ms  *  0.001ms \n"
          "  2   192.0.2.9 (x.example)  1.5ms \n",
          TO " reached\n1 3/1 192.0.2.1 0.001\n" LAST);
}

static void test_ios(void **state)
{
    static const char text[] =
        "r1#traceroute vrf A 192.0.2.9 source 198.51.100.1\n"
        "Type escape sequence to abort.\nTracing the route to x (192.0.2.9)\n"
        "VRF info: (vrf in name/id, vrf out name/id)\n"
        "  1 a (192.0.2.1) [AS 64500] [MPLS: Labels 16/17 Exp 3] 4 msec *  2 msec\n"
        "  2  *  * \n    192.0.2.2 (red/1, blue/2) 5 msec\n"
        "  3 192.0.2.3 !A  *  !A\nr1#\n";

    (void)state;
    trace_expect(NULL, text,
                 "198.51.100.1 > 192.0.2.9 in A no\n"
                 "1 3/1 192.0.2.1 2 AS64500 {L=16/L=17,E=3}\n2 3/2 192.0.2.2 5\n"
                 "3 3/1 192.0.2.3 !A\n"
                 "ignored x: line 9: a line that is neither header nor hop\n");
    trace_expect(NULL,
                 "Source address or interface: 198.51.100.1\n"
                 "Tracing the route to 192.0.2.9\n 1 192.0.2.1 (red/1, blue/2)\n"
                 " 2 192.0.2.9 1 msec\n",
                 "198.51.100.1 > 192.0.2.9 reached\n1 -/- 192.0.2.1\n2 1/0 192.0.2.9 1\n");
    trace_expect(NULL, "Tracing the route to ::ffff:192.0.2.9\n1 ::ffff:192.0.2.9 1 msec\n",
                 "- > 192.0.2.9 reached\n1 1/0 192.0.2.9 1\n");
    trace_expect_robust("ios", text);
}

/* Headers of SR OS, VRP and Comware. */
static void test_headers(void **state)
{
    static const char *const heads[] = {
        "traceroute to 192.0.2.9, 2 hops max\n",
        "traceroute to  192.0.2.9(192.0.2.9), max hops: 2 ,packet length: 40,press CTRL_C\n",
        "traceroute to 192.0.2.9  2 hops max,60 bytes packet\n",
        "traceroute to x(192.0.2.9), 2 hops at most, 60 byte packets , press CTRL_C\n",
        "traceroute to x ( 192.0.2.9 ), 2 hops max\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        char text[200];

        snprintf(text, sizeof(text), "%s\n 1  *\n\n 2  *\n", heads[i]);
        trace_expect(NULL, text, "- > 192.0.2.9 no\n1 1/1\n2 1/1\n");
    }
    check("traceroute to 2001:db8::9 from 2001:db8::1, 30 hops max, 60 byte packets\n"
          "  1  2001:db8::9 (2001:db8::9)    3.84 ms  1.79 ms\n",
          "2001:db8::1 > 2001:db8::9 reached\n1 2/0 2001:db8::9 1.79\n");
}

/* A name and a label may stand without a space; each probe may have a line. */
static void test_glued(void **state)
{
    (void)state;
    check(HEADER " 1 192.0.2.1[MPLS Label=16 Exp=0 S=1 TTL=1] 3 ms\n\n"
                 " 1 192.0.2.1[MPLS Label=16 Exp=0 S=1 TTL=1] 2 ms\n 1 *\n" END,
          TO " reached\n1 3/1 192.0.2.1 2 {L=16,E=0,S=1,T=1}\n" LAST);
    check(HEADER " 1   a.example(192.0.2.1)   0.673ms    0.629ms\n" END,
          TO " reached\n1 2/0 192.0.2.1 0.629\n" LAST);
    /* behind the times, as Junos has it below */
    check(HEADER " 1  a (192.0.2.1)  3 ms MPLS Label=16 CoS=5 TTL=1 S=0\n" END,
          TO " reached\n1 1/0 192.0.2.1 3 {L=16,E=5,S=0,T=1}\n" LAST);
}

/* "traceroute 192.0.2.9 ttl 0 255" of IOS */
static void test_ttl_zero(void **state)
{
    (void)state;
    trace_expect(NULL,
                 "Tracing the route to 192.0.2.9\n  0 192.0.2.1 1 msec\n  1 192.0.2.1 2 msec\n"
                 "  2 192.0.2.9 3 msec\n",
                 "- > 192.0.2.9 reached\n1 1/0 192.0.2.1 2\n2 1/0 192.0.2.9 3\n"
                 "ignored x: line 2: TTL 0: no router sees it\n");
}

static void test_interrupted(void **state)
{
    (void)state;
    check(HEADER " 1  192.0.2.1  1 ms\n 2  * *^C\n",
          TO " cut\n1 1/0 192.0.2.1 1\n2 2/2\n"
             "ignored x: line 3: the program was interrupted here\n"
             "ignored x: trace 1: a trace that was cut short\n");
    check(HEADER " 1  192.0.2.1  1 ms\n 2  ^C\n",
          TO " cut\n1 1/0 192.0.2.1 1\n"
             "ignored x: line 3: the program was interrupted here\n"
             "ignored x: trace 1: a trace that was cut short\n");
}

/* Names that nobody resolved: something answered. */
static void test_names(void **state)
{
    (void)state;
    check(HEADER " 1  gone  1 ms  2 ms\n" END,
          TO " reached\n1 2/0 - 1\n" LAST
             "ignored x: line 2: a responder with a name but no address\n");
    check(HEADER " 1  Internal (Internal)  1 ms *\n" END,
          TO " reached\n1 2/1 - 1\n" LAST
             "ignored x: line 2: a responder with a name but no address\n");
}

static void test_many(void **state)
{
    (void)state;
    check("$ traceroute -s 198.51.100.1 x\n" HEADER " 1  *\n" END "\nnotes\n"
          "traceroute from 198.51.100.1 to 192.0.2.8\n 1  192.0.2.8  1 ms\n",
          "198.51.100.1 > 192.0.2.9 reached\n1 1/1\n" LAST
          "198.51.100.1 > 192.0.2.8 reached\n1 1/0 192.0.2.8 1\n"
          "ignored x: line 6: a line that is neither header nor hop\n");
    check(HEADER " 1  *\n" END "5 packets transmitted, 5 received\n64 bytes from 192.0.2.9\n",
          TO " reached\n1 1/1\n" LAST
             "ignored x: line 4: a line that is neither header nor hop (2 times)\n");
    /* without headers */
    trace_expect(NULL, " 1  192.0.2.1  1 ms\n 2  *\n 1. 192.0.2.3  1 ms\n",
                 "- > - cut\n1 1/0 192.0.2.1 1\n2 1/1\n- > - cut\n1 1/0 192.0.2.3 1\n"
                 "ignored x: trace 1: a trace that was cut short (2 times)\n");
}

/* It may end without the destination: told that there is no way, or at the limit. */
static void test_ends(void **state)
{
    (void)state;
    check(HEADER " 1  192.0.2.1  1 ms !H *\n", TO " no\n1 2/1 192.0.2.1 1 !H\n");
    check("traceroute to x (192.0.2.9), 1 hops max, 60 byte packets\n 1  *\n",
          TO " no\n1 1/1\n");
    check(HEADER " 1  192.0.2.1  1 ms\n",
          TO " cut\n1 1/0 192.0.2.1 1\nignored x: trace 1: a trace that was cut short\n");
    check(HEADER " 1  *\n 3  192.0.2.9  1 ms\n",
          TO " reached\n1 1/1\n2 -/-\n3 1/0 192.0.2.9 1\n"
             "ignored x: line 3: TTLs before this one are missing\n"
             "ignored x: trace 1: a trace that was cut short\n");
    check(HEADER, "1:1: no hops\n");
    check("\n\n", "no trace\n");
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"traceroute to x, 30 hops max\n", "1:15: the header has no address in parenth"},
        {"traceroute to x (192.0.2.9\n", "1:15: the header has no address in parenth"},
        {"traceroute to 192.0.2.9(192.0.2.9), max hops: x\n", "1:47: the header does not say"},
        {"traceroute to x (y), 30 hops max\n", "1:18: the destination in the header is no add"},
        {"traceroute to x (192.0.2.9) from y, 30 hops max\n", "1:34: the source in the header"},
        {"traceroute to x (192.0.2.9), 999 hops max\n", "1:30: the header does not say"},
        {"traceroute to x (192.0.2.9)\n", "1:28: the header does not say \"N hops max\""},
        {"traceroute from x to 192.0.2.9\n", "the source in the header is no address"},
        {"Tracing the route to x\n", "1:22: the destination in the header is no address"},
        {HEADER " 1  192.0.2.1\n", "2:1: a TTL without probes"},
        {HEADER " 1\n", "2:1: a TTL without probes"},
        {HEADER " 1  gone\n", "2:5: a responder without an address"},
        {HEADER " 1  192.0.2.256  1 ms\n", "2:5: a responder without an address"},
        {HEADER " 1  a (192.0.2.256)  1 ms\n", "2:7: a responder whose address is none"},
        {HEADER " 1  1 ms\n", "2:5: a time without a responder"},
        {HEADER " 1  192.0.2.1  -1 ms\n", "2:16: not a time"},
        {HEADER " 1  192.0.2.1  1\n", "2:16: a responder without an address"},
        {HEADER " 1  * !H\n", "2:7: a note without an answer before it"},
        {HEADER " 1  **\n", "2:5: a star with something behind it"},
        {HEADER " 2  *\n 1  *\n", "3:2: a TTL that does not follow the one before"},
        {HEADER " 0  *\n", "2:2: a TTL that is not 1 to 255"},
        {HEADER " 256  *\n", "2:2: a TTL that is not 1 to 255"},
        {"traceroute to x (192.0.2.9), 1 hops max\n 1  *\n 2  *\n",
         "3:2: a TTL above the header's limit"},
        {HEADER " 1  192.0.2.1 <MPLS:L=1\n", "2:15: an extension that does not end"},
        {HEADER " 1  192.0.2.1 [ASx]  1 ms\n", "2:15: not an AS number"},
        {HEADER " 1  192.0.2.1 [AS1  1 ms\n", "2:15: a bracket that does not close"},
        {HEADER " 1  a (192.0.2.1  1 ms\n", "2:7: a parenthesis that does not close"},
        {HEADER " 1  192.0.2.1  1 ms !abcdefghijklmnop\n", "2:21: not a note"},
        {HEADER " 1  *\n MPLS Label=1\n", "3:2: MPLS labels without a responder"},
        {"\xff\xfe", "not text"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *got = trace_reading("traceroute", cases[i].text, strlen(cases[i].text));

        if (strstr(got, cases[i].why) == NULL)
            print_error("%s--- got %s--- want %s\n", cases[i].text, got, cases[i].why);
        assert_non_null(strstr(got, cases[i].why));
        free(got);
    }
}

static void test_limits(void **state)
{
    struct buf text = {0};
    char *got;

    (void)state;
    buf_str(&text, HEADER " 1 ");
    for (int i = 0; i <= TRACE_MAX_RESPONDERS; i++)
        buf_printf(&text, " 198.51.100.%d  1 ms", i);
    check(text.data, "2:1275: too many responders at one TTL\n");
    buf_reset(&text);
    buf_str(&text, HEADER " 1 ");
    for (int i = 0; i <= TRACE_MAX_PROBES; i++)
        buf_str(&text, " *");
    got = trace_reading("traceroute", text.data, text.len);
    assert_non_null(strstr(got, "too many probes at one TTL"));
    free(got);
    buf_free(&text);
}

static void test_robust(void **state)
{
    (void)state;
    trace_expect_robust("traceroute",
                        HEADER " 1  a (192.0.2.1) [AS1] <MPLS:L=1>  3 ms !X *\n"
                               "    [AS2] 192.0.2.2  1 ms (ttl=1)\n 2  192.0.2.9  1.5 ms\n");
}

/* Other tools' text is not taken for this. */
static void test_likeness(void **state)
{
    (void)state;
    trace_expect(NULL, "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.5 ms\n",
                 "no dialect\n");
    trace_expect(NULL, "router bgp 64500\n neighbor 192.0.2.1 remote-as 1\n", "no dialect\n");
    trace_expect(NULL, "1 apple\n2 pears (ripe)\n", "no dialect\n");
    trace_expect(NULL, "{\"a\": 1}", "no dialect\n");
    trace_expect(NULL, "", "no dialect\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_extras),
        cmocka_unit_test(test_bsd),         cmocka_unit_test(test_inetutils),
        cmocka_unit_test(test_ios),         cmocka_unit_test(test_names),
        cmocka_unit_test(test_many),        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_headers),     cmocka_unit_test(test_glued),
        cmocka_unit_test(test_interrupted), cmocka_unit_test(test_ttl_zero),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_limits),
        cmocka_unit_test(test_robust),      cmocka_unit_test(test_likeness),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
