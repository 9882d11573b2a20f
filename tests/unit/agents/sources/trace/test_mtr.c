/* SPDX-License-Identifier: Apache-2.0 */
/* mtr in all its forms. */
#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/trace/reading.h"
#include "unit/cmocka_all.h"

static void test_report(void **state)
{
    static const char text[] =
        "Start: 2026-11-22T01:32:04+0100\n"
        "HOST: vm                 Loss%   Drop   Rcv   Snt  Last  Best   Avg\n"
        "  1.|-- 192.0.2.1         0.0%      0     5     5   0.4   0.1   0.3\n"
        "    |  `|-- 192.0.2.2\n    |   +-- [MPLS: Lbl 16 TC 0 S u TTL 1]\n"
        "    |   |-- a (192.0.2.3)\n"
        "  2.|-- AS64500  a.example (192.0.2.5) 20.0%  1  4  5  0.1  0.1   0.1\n"
        "  3.|-- ???              100.0      5     0     5   0.0   0.0   0.0\n"
        "  4.|-- b.example        60.0%      3     2     5   9.0   8.0   8.5\n";

    (void)state;
    trace_expect(NULL, text,
                 "- > - at 2026-11-22T00:32:04Z cut\n"
                 "1 5/0 192.0.2.1 0.1, 192.0.2.2 {L=16,E=0,T=1}, 192.0.2.3\n"
                 "2 5/1 192.0.2.5 0.1 AS64500\n3 5/5\n4 5/3 - 8\n"
                 "ignored x: line 9: a responder with a name but no address\n");
    trace_expect_robust("mtr", text);
}

static void test_screen(void **state)
{
    (void)state;
    trace_expect(NULL,
                 "My traceroute  [v0.94]\n"
                 "vm (198.51.100.1) -> x (192.0.2.9)   2021-02-07T13:51:06+0100\n"
                 " Host              Loss%   Snt   Last   Avg  Best  Wrst StDev\n"
                 " 1. AS??? 192.0.2.1  33.3%     3    1.0   1.0   0.9   1.1   0.1\n"
                 " 2. (waiting for reply) 100.0% 3    0.0   0.0   0.0   0.0   0.0\n"
                 " 3. x (192.0.2.9)    0.0%     3    1.0   1.0   0.9   1.1   0.1\n",
                 "198.51.100.1 > 192.0.2.9 at 2021-02-07T12:51:06Z reached\n"
                 "1 3/1 192.0.2.1 0.9\n2 3/3\n3 3/0 192.0.2.9 0.9\n"
                 "ignored x: line 1: a line that is no row of a report\n");
    /* where nothing ever came there are no figures either */
    trace_expect(NULL,
                 " Host              Loss%   Snt   Last   Avg  Best  Wrst StDev\n"
                 " 1. (waiting for reply)\n 2. ???\n"
                 " 3. 192.0.2.1       0.0%     3    1.0   1.0   0.9   1.1   0.1\n"
                 "    192.0.2.2\n    a.example\n    done\n",
                 "- > - cut\n1 -/-\n2 -/-\n3 3/0 192.0.2.1 0.9, 192.0.2.2, -\n"
                 "ignored x: line 6: a responder with a name but no address\n"
                 "ignored x: line 7: a line that is no row of a report\n");
    /* two reports */
    trace_expect("mtr",
                 "HOST: a Loss% Snt Best\n  1.|-- 192.0.2.1 0.0% 1 2\n"
                 "HOST: a Loss% Snt Best\n  1.|-- 192.0.2.2 0.0% 1 3\n",
                 "- > - cut\n1 1/0 192.0.2.1 2\n- > - cut\n1 1/0 192.0.2.2 3\n");
}

#define WINMTR                                                                                 \
    "|---------------------------------------|\r\n"                                            \
    "|             WinMTR statistics          |\r\n"                                           \
    "|   Host    -   % | Sent | Recv | Best | Avrg | Wrst | Last |\r\n"                        \
    "|-----------------|------|------|------|------|------|------|\r\n"

static void test_winmtr(void **state)
{
    static const char text[] =
        WINMTR "|     192.0.2.1 -    0 |    9 |    9 |    0 |    7 |   13 |   11 |  \r\n"
               "| Pas de reponse -  100 |    3 |    0 |    0 |    0 |    0 |    0 |\r\n"
               "|   a.b.example -   22 |    9 |    7 |    3 |    9 |   14 |   13 |\r\n"
               "|_________________|______|______|______|______|______|______|\r\n"
               "   WinMTR v0.92 GPL V2\r\n";

    (void)state;
    /* 0 is less than a millisecond; the percentage is not needed */
    trace_expect(NULL, text,
                 "- > - cut\n1 9/0 192.0.2.1\n2 3/3\n3 9/2 - 3\n"
                 "ignored x: line 7: a responder with a name but no address\n"
                 "ignored x: line 9: a line that is no row of a report\n");
    trace_expect(NULL,
                 WINMTR "|192.0.2.1 - 0|1|1|2|2|2|2|\n" WINMTR "|192.0.2.2 - 0|1|1|3|3|3|3|\n",
                 "- > - cut\n1 1/0 192.0.2.1 2\n- > - cut\n1 1/0 192.0.2.2 3\n");
    trace_expect_robust("winmtr", text);
}

static void test_winmtr_refused(void **state)
{
    (void)state;
    trace_expect("winmtr", "|192.0.2.1 - 0|1|1|2|2|2|2|\n",
                 "1:1: a row without a header that names its columns\n");
    trace_expect("winmtr", WINMTR "|192.0.2.1 - 0|1|\n", "5:1: fewer figures than columns\n");
    trace_expect("winmtr", WINMTR "|192.0.2.1 - 0|1|x|2|2|2|2|\n",
                 "5:18: a figure that is none\n");
    trace_expect("winmtr", WINMTR "|192.0.2.1 - 0|1|2|2|2|2|2|\n",
                 "5:1: figures out of range\n");
    trace_expect("winmtr", WINMTR "| - 0|1|1|2|2|2|2|\n", "5:1: a row without a host\n");
    trace_expect("winmtr", WINMTR "|192.0.2.300 - 0|1|1|2|2|2|2|\n",
                 "5:2: a host that is neither name nor address\n");
    trace_expect("winmtr", WINMTR, "no trace\n");
    trace_expect(NULL, "| Host | Sent |\n| 192.0.2.1 | 3 |\n", "no dialect\n");
}

static void test_report_refused(void **state)
{
#define HOST "HOST: a Loss% Snt Best\n"
    (void)state;
    trace_expect("mtr", "  1.|-- 192.0.2.1 0.0% 1 2\n",
                 "1:1: a row without a header that names its columns\n");
    trace_expect("mtr", HOST "  1.|-- 192.0.2.1 0.0%\n", "2:9: a figure that is none\n");
    trace_expect("mtr", HOST "  1.|-- 1 2\n", "2:1: fewer figures than columns\n");
    trace_expect("mtr", HOST "  1.|-- 0.0% 1 2\n", "2:1: a row without a host\n");
    trace_expect("mtr", HOST "  1.|-- 192.0.2.1 101% 1 2\n", "2:1: figures out of range\n");
    trace_expect("mtr", HOST "  1.|-- 192.0.2.1 0% 1e9 2\n", "2:1: figures out of range\n");
    trace_expect("mtr", HOST "  1.|-- 192.0.2.300 0% 1 2\n",
                 "2:9: a host that is neither name nor address\n");
#undef HOST
}

static void test_csv(void **state)
{
    static const char text[] =
        "Mtr_Version,Start_Time,Status,Host,Hop,Ip,Asn,Loss%,Snt, ,Last,Avg,Best,Wrst,StDev,\n"
        "MTR.0.95,1763777229,OK,192.0.2.9,1,192.0.2.1,AS64500,33.33,3,0,0.1,0.1,0.07,0.1,0.01\n"
        "MTR.0.95,1763777229,OK,192.0.2.9,2,???,AS???,100.00,3,0,0.0,0.0,0.0,0.0,0.0\n"
        "MTR.0.95,1763777229,OK,192.0.2.9,3,192.0.2.9,AS???,0.00,3,0,0.2,0.2,0.14,0.1,0.01\n"
        "MTR.0.95,1763777230,OK,x,1,y.example,AS???,0.00,3,0,0.1,0.1,0.07,0.1,0.01\n";

    (void)state;
    trace_expect(NULL, text,
                 "- > 192.0.2.9 at 2025-11-22T02:07:09Z reached\n"
                 "1 3/1 192.0.2.1 0.07 AS64500\n2 3/3\n3 3/0 192.0.2.9 0.14\n"
                 "- > - at 2025-11-22T02:07:10Z cut\n1 3/0 - 0.07\n"
                 "ignored x: line 5: a responder with a name but no address\n");
    trace_expect("mtr-csv", "MTR,1,2\n", "1:1: a row before the header\n");
    trace_expect("mtr-csv", "Mtr_Version,Hop\nMTR,1\n",
                 "2:1: a row without all columns that are needed\n");
    trace_expect_robust("mtr-csv", text);
}

static void test_raw(void **state)
{
    static const char text[] = "x 0 33000\nh 0 192.0.2.1\nd 0 a\np 0 77 33000\nx 1 33001\n"
                               "x 2 33002\nh 2 192.0.2.9\np 2 1500 33002\nx 3 33003\n"
                               "h 3 192.0.2.9\np 3 1600 33003\nx 0 33004\n";

    (void)state;
    /* the destination answers probes beyond it, too */
    trace_expect(NULL, text,
                 "- > - cut\n1 2/1 192.0.2.1 0.077\n2 1/1\n3 1/0 192.0.2.9 1.5\n"
                 "ignored x: line 12: answers of the last responder beyond its TTL\n");
    trace_expect("mtr-raw", "p 0 77 1\n", "1:1: an answer of a hop without a host\n");
    trace_expect("mtr-raw", "h 0 nobody\n", "1:5: a host that is no address\n");
    trace_expect("mtr-raw", "x 255 1\n", "1:1: not an event of mtr --raw\n");
    trace_expect_robust("mtr-raw", text);
}

static void test_xml(void **state)
{
    static const char text[] =
        "<?xml version=\"1.0\"?>\n"
        "<MTR SRC=\"198.51.100.1\" DST=\"192.0.2.9\" TESTS=\"5\">\n"
        "  <HUB COUNT=\"1\" HOST=\"192.0.2.1\">\n    <Loss>20.0%</Loss>\n    <Snt>5</Snt>\n"
        "    <Best>0.63</Best>\n  </HUB>\n"
        "  <HUB COUNT=\"2\" HOST=\"???\"><Loss>100.0%</Loss><Snt>5</Snt></HUB>\n"
        "  <HUB HOST=\"x (192.0.2.9)\" COUNT=\" 3\"><Loss>0.0%</Loss><Best>5.0</Best></HUB>\n"
        "</MTR>\n";

    (void)state;
    trace_expect(NULL, text,
                 "198.51.100.1 > 192.0.2.9 reached\n1 5/1 192.0.2.1 0.63\n2 5/5\n"
                 "3 -/- 192.0.2.9 5\n");
    trace_expect("mtr-xml", "<MTR>\n<HUB COUNT=\"0\" HOST=\"a\">",
                 "2:2: a HUB whose COUNT is not 1 to 255\n");
    trace_expect("mtr-xml", "<HUB COUNT=\"1\" HOST=\"a\">",
                 "1:2: a HUB that is not in an MTR\n");
    trace_expect("mtr-xml", "<MTR>\n<HUB COUNT=\"1\" HOST=\"192.0.2.1\"></HUB>\n",
                 "3:1: the MTR does not end\n");
    trace_expect("mtr-xml", "<MTR SRC=", "1:1: a tag that does not end\n");
    trace_expect_robust("mtr-xml", text);
}

static void test_json(void **state)
{
    static const char text[] =
        "{\"report\":{\"mtr\":{\"src\":\"vm\",\"dst\":\"192.0.2.9\",\"tests\":\"5\"},\"hubs\":["
        "{\"count\":\"1\",\"host\":\"192.0.2.1\",\"ASN\":\"AS64500\",\"Loss%\":20.0,\"Snt\":5,"
        "\"Best\":0.07},"
        "{\"count\":2,\"host\":\"???\",\"ASN\":\"AS???\",\"Loss%\":100.0,\"Snt\":5,\"Best\":0},"
        "{\"count\":3,\"host\":\"x (192.0.2.9)\",\"Loss%\":0.0,\"Snt\":5,\"Best\":\"1.5\"}]}}";

    (void)state;
    trace_expect(NULL, text,
                 "- > 192.0.2.9 reached\n1 5/1 192.0.2.1 0.07 AS64500\n2 5/5\n"
                 "3 5/0 192.0.2.9 1.5\n");
    trace_expect("mtr-json", "{\"report\":{\"hubs\":[{\"host\":\"a\"}]}}",
                 "1:32: a hub without its count\n");
    trace_expect("mtr-json", "{}", "no trace; passed over: a document without hubs\n");
    trace_expect_robust("mtr-json", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_winmtr),
        cmocka_unit_test(test_winmtr_refused),
        cmocka_unit_test(test_report_refused),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_xml),
        cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
