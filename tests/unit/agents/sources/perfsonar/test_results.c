/* SPDX-License-Identifier: Apache-2.0 */
/* What results become: small documents written for the test, facts written by thinking. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/perfsonar/ps.h"
#include "agents/sources/web/web.h"
#include "unit/agents/sources/perfsonar/reading.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_perfsonar;

#define NO_ENDS                                                                                \
    "no address is known of the source (not named) and the destination (not named)\n"

static void check(const char *dialect, const char *text, const char *want)
{
    reading_check(&agent_perfsonar, dialect, text, want);
}

static void values(const char *dialect, const char *text, const char *want)
{
    reading_values(&agent_perfsonar, dialect, text, want);
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        double us; /* NAN: none */
    } cases[] = {
        {"PT0.0014S", 1400},
        {"PT8S", 8e6},
        {"P0D", 0},
        {"PT5M", 3e8},
        {"P1DT2H", 9.36e10},
        {"P2W", 1.2096e12},
        {"PT1H1M1.5S", 3661.5e6},
        {"PT0,5S", 5e5},
        {"-PT1S", -1e6},
        {"P0Y0M1D", 8.64e10},
        {"P1M", NAN},
        {"P1Y", NAN},
        {"PT", NAN},
        {"P", NAN},
        {"", NAN},
        {"PT1.5M1S", NAN},
        {"PT1S1M", NAN},
        {"PT1S1S", NAN},
        {"8", NAN},
        {"PTS", NAN},
        {"P1S", NAN},
        {"PT1", NAN},
        {"P1DT", NAN},
        {"PT1e3S", NAN},
        {"PT1..5S", NAN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        double us = NAN;
        bool ok = ps_duration(slice_of(cases[i].text), &us);

        if (ok != !isnan(cases[i].us) || (ok && fabs(us - cases[i].us) > 1e-3))
            fail_msg("%s: %d, %g", cases[i].text, ok, us);
    }
}

static void test_host_parts(void **state)
{
    static const char *const cases[][2] = {
        {"host.example", "host.example"},
        {"host.example.", "host.example"},
        {"host:861", "host"},
        {"[2001:db8::1]:861", "2001:db8::1"},
        {"2001:db8::1", "2001:db8::1"},
        {"tcp://host:4823", "host"},
        {"https://u:p@h.example/x?y", "h.example"},
        {"", ""},
        {"https://[2001:db8::2]/x", "2001:db8::2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct slice s = web_host(slice_of(cases[i][0]));

        if (!slice_eq(s, cases[i][1]))
            fail_msg("%s: %.*s", cases[i][0], (int)s.n, s.p);
    }
}

#define LATENCY(histogram, more)                                                               \
    "{'succeeded':true,'packets-sent':10,'packets-lost':1,'histogram-latency':"                \
    "{" histogram "}" more "}"

/* Nine packets: 1 ms, 2 ms seven times, 10 ms; unordered. Mean 25/9, variance 129/9 less that
 * squared. */
static void test_latency(void **state)
{
    (void)state;
    values("pscheduler", LATENCY("'10':1,'1.0':1,'2.00':7", ",'max-clock-error':0.54"),
           "lossrate:mean 10 n10\n"
           "delay-ow:min 1000 n9 e540\n"
           "delay-ow:mean 2777.777778 n9 e540\n"
           "delay-ow:median 2000 n9 e540\n"
           "delay-ow:max 10000 n9 e540\n"
           "delay-ow:stddev 2572.408201 n9\n"
           "delay-ow:p25 2000 n9 e540\n"
           "delay-ow:p75 2000 n9 e540\n"
           "delay-ow:p95 10000 n9 e540\n"
           "delay-ow:p99 10000 n9 e540\n"
           "delay-variation:mean 1777.777778 n9\n"
           "delay-variation:median 1000 n9\n"
           "delay-variation:p95 9000 n9\n"
           "delay-variation:p99 9000 n9\n"
           "delay-variation:max 9000 n9\n"
           "document: " NO_ENDS);
}

/* Negative delays are left out one by one; what the clocks can't spoil stays. */
static void test_negative(void **state)
{
    static const char *const errors[][2] = {
        {",'max-clock-error':1.5", "is noise within the error of the clocks, 1.500 ms"},
        {",'max-clock-error':0.5", "contradicts the error of the clocks, 0.500 ms"},
        {"", "says nothing, the error of the clocks is not told"},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char text[300], want[2000];

        snprintf(text, sizeof(text), LATENCY("'-1':2,'-0.5':1", "%s"), errors[i][0]);
        snprintf(want, sizeof(want),
                 "lossrate:mean 10 n10\n"
                 "delay-ow:stddev 235.7022604 n3\n"
                 "delay-variation:mean 166.6666667 n3\n"
                 "delay-variation:median 0 n3\n"
                 "delay-variation:p95 500 n3\n"
                 "delay-variation:p99 500 n3\n"
                 "delay-variation:max 500 n3\n"
                 "document: " NO_ENDS
                 "document: delays from -1.000 to -0.500 ms: what is negative %s\n",
                 errors[i][1]);
        values("pscheduler", text, want);
    }
}

static void test_bad_histograms(void **state)
{
    static const char *const bad[] = {"'x':1", "'1.0':-1", "'1.0':0.5", "'1.0':'y'", "'nan':1"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char text[300], want[500];

        /* nothing of the histogram, but the loss */
        snprintf(text, sizeof(text), LATENCY("'2.0':1,%s", ""), bad[i]);
        snprintf(want, sizeof(want),
                 "lossrate:mean 10 n10\ndocument: " NO_ENDS "document: \"%.*s\" in a histogram "
                 "is no value with a count; all of the histogram is left out\n",
                 (int)strcspn(bad[i] + 1, "'"), bad[i] + 1);
        values("pscheduler", text, want);
    }
}

#define RUN(type, spec, result)                                                                \
    "{'id':'r1','test':{'type':'" type "','spec':" spec "},'tool':{'name':"                    \
    "'t'},'run':{'start-time':'2026-01-01T00:00:00+00:00','duration':'PT10S'},"                \
    "'participants':['192.0.2.9'],'result':" result "}"
#define ENDS  "'source':'192.0.2.1','destination':'192.0.2.2',"
#define TIMES ",'start':'2026-01-01T00:00:00Z','end':'2026-01-01T00:00:10Z'"
#define SPEC  "{'source':'192.0.2.1','dest':'192.0.2.2'}"

#define P "192.0.2.1>192.0.2.2 "

static void test_rtt(void **state)
{
    (void)state;
    /* all rounds are known: ranks too; what the tool states counts more than what is computed
     */
    values("pscheduler",
           RUN("rtt", SPEC,
               "{'succeeded':true,'sent':4,'received':3,'lost':1,'loss':0.25,'min':'PT0.001S',"
               "'mean':'PT0.0025S','max':'PT0.004S','stddev':'PT0.001S','roundtrips':[{'seq':1,"
               "'ip':'192.0.2.2','rtt':'PT0.001S'},{'rtt':'PT0.004S'},{'rtt':'PT0.002S'}]}"),
           P "lossrate:mean 25 n4\n" P "delay-rt:min 1000 n3\n" P "delay-rt:mean 2500 n3\n" P
             "delay-rt:median 2000 n3\n" P "delay-rt:max 4000 n3\n" P
             "delay-rt:stddev 1000 n3\n" P "delay-rt:p25 1000 n3\n" P "delay-rt:p75 4000 n3\n" P
             "delay-rt:p95 4000 n3\n" P "delay-rt:p99 4000 n3\n");
    /* all is lost though it succeeded: there is no delay */
    values("pscheduler",
           RUN("rtt", SPEC,
               "{'succeeded':true,'sent':5,'received':0,'lost':5,'loss':1.0,'roundtrips':[]}"),
           P "lossrate:mean 100 n5\n");
    /* who answers is who was meant; without source, who ran it has sent it */
    values("pscheduler",
           RUN("rtt", "{'dest':'name.example'}",
               "{'succeeded':true,'loss':0,'sent':1,'received':1,'roundtrips':[{'ip':"
               "'192.0.2.2'}]}"),
           "192.0.2.9>192.0.2.2 lossrate:mean 0 n1\n");
}

/* A fact in full. */
static const char one_run[] = RUN("rtt", SPEC, "{'loss':0.5,'sent':2,'received':1}");
static const char one_fact[] =
    "measurement {" ENDS "'metric':'lossrate','statistic':'mean','value':50" TIMES
    ",'samples':2}\n";

static void test_throughput(void **state)
{
    static const char *const no_rate[] = {
        RUN("throughput", SPEC, "{'succeeded':true,'summary':{'summary':{}}}"),
        RUN("throughput", SPEC,
            "{'succeeded':true,'summary':{'summary':{'throughput-bytes':15000}}}"),
        RUN("throughput", SPEC,
            "{'succeeded':true,'summary':{'summary':{'start':15,'end':15,"
            "'throughput-bytes':15000}}}"),
    };

    (void)state;
    values("pscheduler",
           RUN("throughput", SPEC,
               "{'succeeded':true,'intervals':[],'summary':{'summary':{'throughput-bits':8e9,"
               "'retransmits':3,'sent':null,'lost':null}}}"),
           P "tput:mean 1000000000\n");
    values("pscheduler",
           RUN("throughput", "{'source':'192.0.2.2','dest':'192.0.2.1','reverse':true}",
               "{'succeeded':true,'summary':{'summary':{'throughput-bits':80,'sent':200,"
               "'lost':1}}}"),
           P "tput:mean 10\n" P "lossrate:mean 0.5 n200\n");
    /* bytes are those of the whole test, which lasted from start to end (seconds) */
    values("pscheduler",
           RUN("throughput", SPEC,
               "{'succeeded':true,'summary':{'summary':{'start':0.5,'end':15.5,"
               "'throughput-bytes':15000}}}"),
           P "tput:mean 1000\n");
    for (size_t i = 0; i < sizeof(no_rate) / sizeof(*no_rate); i++)
        check("pscheduler", no_rate[i], "refused: run r1: the result names no throughput");
}

static void test_trace(void **state)
{
    (void)state;
    /* two paths: a balanced TTL, a silent one, errors; the host's name is no evidence */
    check("pscheduler",
          RUN("trace", SPEC,
              "{'succeeded':true,'paths':[[{'ip':'10.0.0.1','rtt':'PT0.0014S','as':{'number':"
              "64500,'owner':'X'},'hostname':'a.example.'},{},{'ip':'192.0.2.2','error':"
              "'port-unreachable'}],[{'ip':'10.0.0.2','error':"
              "'communication-administratively-prohibited'}]]}"),
          "observed_path {" ENDS "'observed':'2026-01-01T00:00:00Z','reached':1,'hops':[{'ttl':"
          "1,'probes':2,'lost':0,'responders':[{'addr':'10.0.0.1','rtt':1.4,'asn':64500},"
          "{'addr':'10.0.0.2','note':'!X'}]},{'ttl':2,'probes':1,'lost':1,'responders':[]},"
          "{'ttl':3,'probes':1,'lost':0,'responders':[{'addr':'192.0.2.2'}]}],'tool':'t'}\n");
    /* somebody else has the last word */
    check("pscheduler",
          RUN("trace", SPEC, "{'succeeded':true,'paths':[[{'ip':'10.0.0.1','rtt':'soon'}]]}"),
          "observed_path {" ENDS "'observed':'2026-01-01T00:00:00Z','reached':0,'hops':[{'ttl':"
          "1,'probes':1,'lost':0,'responders':[{'addr':'10.0.0.1'}]}],'tool':'t'}\n"
          "ignored run r1: the hop at TTL 1 has a time that is no duration\n");
    check("pscheduler", RUN("trace", SPEC, "{'succeeded':true,'paths':[[]]}"),
          "refused: run r1: the trace has no hops");
    /* the first that was asked for is not TTL 1 */
    check("pscheduler",
          RUN("trace", "{'source':'192.0.2.1','dest':'192.0.2.2','first-ttl':3}",
              "{'succeeded':true,'paths':[[{},{'ip':'10.0.0.1'}]]}"),
          "observed_path {" ENDS "'observed':'2026-01-01T00:00:00Z','reached':0,'hops':[{'ttl':"
          "3,'probes':1,'lost':1,'responders':[]},{'ttl':4,'probes':1,'lost':0,'responders':"
          "[{'addr':'10.0.0.1'}]}],'tool':'t'}\n");
    check("pscheduler",
          RUN("trace", "{'source':'192.0.2.1','dest':'192.0.2.2','first-ttl':255}",
              "{'succeeded':true,'paths':[[{},{}]]}"),
          "refused: run r1: a path of more than 255 hops");
}

static void test_envelopes(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {RUN("dns", "{}", "{'succeeded':true,'record':1}"),
         "refused: run r1: a test of type 'dns' has nothing to say of paths"},
        {RUN("rtt", SPEC, "{'succeeded':false,'error':'password=x'}"),
         "refused: run r1: the rtt test did not succeed"},
        {RUN("rtt", SPEC, "null"), "refused: run r1: there is no result"},
        {"{'state':'pending','result':null,'participants':[]}",
         "refused: document: the run is pending and has no result"},
        {"{'data':{'_headers':{'Authorization':'x'}},'attempts':1,'result':" RUN(
             "idle", "{}", "{'succeeded':true}") "}",
         "refused: run r1: a test of type 'idle' has nothing to say of paths"},
        {"{'succeeded':true,'paths':5}", "refused: document: the trace has no list of paths"},
        {RUN("rtt", "{'source':'192.0.2.1','dest':'2001:db8::1'}", "{'loss':0}"),
         "refused: run r1: source and destination are of two address families"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check("pscheduler", cases[i].text, cases[i].want);
    reading_check(&agent_perfsonar, "pscheduler", "{'result':{},'test':{'type':",
                  "refused: 1:29: the input ends where a value should stand");
}

static void test_several(void **state)
{
    char text[2000], want[2000];

    (void)state;
    snprintf(text, sizeof(text), "[%s,%s]", one_run, one_run);
    snprintf(want, sizeof(want), "%s%s", one_fact, one_fact);
    check("pscheduler", text, want);
    snprintf(text, sizeof(text), "%s\n%s\n", one_run, one_run);
    check("pscheduler", text, want);
}

#define STORED(type, spec, meta, result)                                                       \
    "{'@timestamp':'2026-01-01T00:00:00+00:00','test':{'type':'" type "','spec':" spec         \
    "},'pscheduler':{'start_time':'2026-01-01T00:00:00+00:00','end_time':"                     \
    "'2026-01-01T00:00:10+00:00','tool':'t','participants':['h']},'meta':" meta                \
    ",'result':" result "}"
#define META                                                                                   \
    "{'source':{'ip':'192.0.2.1'},'destination':{'ip':'192.0.2.2'},"                           \
    "'ip_version':4}"

static void test_opensearch(void **state)
{
    (void)state;
    /* seconds in rtt; names are looked up by the archive */
    values("opensearch",
           STORED("rtt", "{'source':'a','dest':'b'}", META,
                  "{'succeeded':true,'packets':{'sent':1,'lost':0,'loss':0,'received':1,'json':"
                  "[]},'rtt':{'min':0.001,'mean':0.002}}"),
           P "lossrate:mean 0 n1\n" P "delay-rt:min 1000 n1\n" P "delay-rt:mean 2000 n1\n");
    values("opensearch",
           STORED("throughput", "{'source':'a','dest':'b'}", META,
                  "{'succeeded':true,'throughput':800}"),
           P "tput:mean 100\n");
    /* arrays beside the original paths are not aligned to the TTL: they are not looked at */
    check("opensearch",
          "{'took':1,'hits':{'total':{'value':1},'hits':[{'_id':'i','_source':" STORED("trace",
                                                                                       "{'dest'"
                                                                                       ":'b'}",
                                                                                       META,
                                                                                       "{'"
                                                                                       "succeed"
                                                                                       "ed':"
                                                                                       "true,'"
                                                                                       "hop':{'"
                                                                                       "ip':['"
                                                                                       "192.0."
                                                                                       "2.2']},"
                                                                                       "'json':"
                                                                                       "[[{},{'"
                                                                                       "ip':'"
                                                                                       "192.0."
                                                                                       "2.2'}]]"
                                                                                       "}") "}]"
                                                                                            "}"
                                                                                            "}",
          "observed_path {" ENDS "'observed':'2026-01-01T00:00:00Z','reached':1,'hops':[{'ttl':"
          "1,'probes':1,'lost':1,'responders':[]},{'ttl':2,'probes':1,'lost':0,'responders':"
          "[{'addr':'192.0.2.2'}]}],'tool':'t'}\n");
    check("opensearch", "{'error':{'root_cause':[],'type':'no_index'},'status':404}",
          "refused: document: the search was refused: no_index");
    check("opensearch", "{'timed_out':true,'_shards':{'failed':0},'hits':{'hits':[]}}",
          "refused: document: the search timed out: results are missing");
    check("opensearch", "{'_shards':{'failed':0},'hits':{'hits':[]}}",
          "refused: it holds no results and no hosts");
    check("opensearch", "{'_source':{'src':'192.0.2.1','hops':[]}}",
          "refused: document: no document of a pScheduler test");
    /* no hits; what looks at the value takes the key's text away */
    check("opensearch", "{'_source':{'src':'192.0.2.1','hops':[]},'hits':9",
          "refused: 1:50: the input ends inside an object");
    check("opensearch",
          STORED("latency", SPEC, META,
                 "{'latency':{'histogram':{'values':[1,2],'counts':[1]}}}"),
          "refused: document: the histogram has not as many values as counts");
}

static void test_esmond(void **state)
{
    (void)state;
    /* what is written has its types beside it; ratios may be texts */
    values("esmond",
           "{'data':[{'ts':1397804761,'val':[{'event-type':'packet-loss-rate','val':{"
           "'denominator':'200','numerator':'1'}},{'event-type':'throughput','val':80},{"
           "'event-type':'histogram-owdelay','val':{'minimum':5,'percentile-25':6}},{"
           "'event-type':'histogram-rtt','val':{'7':1}},{'event-type':'time-error-estimates',"
           "'val':0.1}]}]}",
           "lossrate:mean 0.5 n200\n"
           "tput:mean 10\n"
           "delay-ow:min 5000 e100\n"
           "delay-ow:p25 6000 e100\n"
           "delay-rt:min 7000 n1 e100\n"
           "delay-rt:mean 7000 n1 e100\n"
           "delay-rt:median 7000 n1 e100\n"
           "delay-rt:max 7000 n1 e100\n"
           "delay-rt:stddev 0 n1\n"
           "delay-rt:p25 7000 n1 e100\n"
           "delay-rt:p75 7000 n1 e100\n"
           "delay-rt:p95 7000 n1 e100\n"
           "delay-rt:p99 7000 n1 e100\n"
           "document: " NO_ENDS
           "document: values of 'time-error-estimates' have nothing to say of paths\n");
    /* traces tell themselves; several queries at one TTL, numbers as texts or not */
    check(
        "esmond",
        "[{'ts':1397804761,'val':[{'ttl':'1','query':'1','success':1,'ip':'10.0.0.1','rtt':"
        "'0.5'},{'ttl':1,'query':2,'ip':'10.0.0.1','rtt':0.25,'as':{'number':64500}},{'ttl':3,"
        "'success':0,'ip':null,'rtt':null}]}]",
        "observed_path {'observed':'2014-04-18T07:06:01Z','hops':[{'ttl':1,'probes':2,'lost':"
        "0,'responders':[{'addr':'10.0.0.1','rtt':0.25,'asn':64500}]},{'ttl':3,'probes':1,"
        "'lost':1,'responders':[]}]}\n"
        "ignored document[0]: " NO_ENDS);
    /* the database's own form: milliseconds, and the type in a path */
    check("esmond", "[{'path':['ps','throughput','K'],'ts':1397804761000,'val':800}]",
          "measurement {'metric':'tput','statistic':'mean','value':100,'start':"
          "'2014-04-18T07:06:01Z','end':'2014-04-18T07:06:01Z'}\n"
          "ignored document[0]: " NO_ENDS);
    check("esmond", "[{'ts':1397804761,'val':5.0}]",
          "refused: document[0]: nothing tells the event type of the values: only the address "
          "that they were asked from does");
    check("esmond", "[{'ts':1397804761000,'val':5.0}]",
          "refused: document[0]: a point whose time is no number of seconds");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),      cmocka_unit_test(test_host_parts),
        cmocka_unit_test(test_latency),        cmocka_unit_test(test_negative),
        cmocka_unit_test(test_bad_histograms), cmocka_unit_test(test_rtt),
        cmocka_unit_test(test_throughput),     cmocka_unit_test(test_trace),
        cmocka_unit_test(test_envelopes),      cmocka_unit_test(test_several),
        cmocka_unit_test(test_opensearch),     cmocka_unit_test(test_esmond),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
