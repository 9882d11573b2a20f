/* SPDX-License-Identifier: Apache-2.0 */
/* Real documents, found through RIALTO_SHARED. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/perfsonar/reading.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_perfsonar;

#define LATENCY "latency-twamp-192.168.1.101-20260727-144615.json"
#define RTT     "rtt-1.1.1.1-20260727-144527.json"
#define LOST    "rtt-FAILED-192.0.2.1-100pct-loss-20260727-150845.json"
#define TRACE   "trace-1.1.1.1-20260727-144710.json"

/* The same run as pScheduler told it and as an archive's filters stored it: the same facts. */
static void test_two_forms(void **state)
{
    static const char *const names[] = {LATENCY, RTT, LOST, TRACE};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct reading plain, stored;
        char a[200] = "perfsonar-pscheduler/", b[200] = "perfsonar-opensearch/search_";
        char *p, *q;

        reading_sample(&plain, &agent_perfsonar, strcat(a, names[i]));
        reading_sample(&stored, &agent_perfsonar, strcat(b, names[i]));
        assert_string_equal(plain.dialect, "pscheduler");
        assert_string_equal(stored.dialect, "opensearch");
        p = strstr(plain.text, "ignored");
        q = strstr(stored.text, "ignored");
        *(p != NULL ? p : strchr(plain.text, '\0')) = '\0';
        *(q != NULL ? q : strchr(stored.text, '\0')) = '\0';
        assert_true(plain.text[0] != '\0');
        assert_string_equal(plain.text, stored.text);
        reading_close(&plain);
        reading_close(&stored);
    }
}

static double value_of(const struct reading *r, const char *metric, const char *statistic)
{
    const struct fact_measurement *m = FACTS(&r->sink.v[0].facts, measurement, MEASUREMENT);

    for (size_t i = 0; i < FACTS_N(&r->sink.v[0].facts, MEASUREMENT); i++) {
        if (strcmp(m[i].metric, metric) == 0 && strcmp(m[i].statistic, statistic) == 0)
            return m[i].value;
    }
    return NAN;
}

/* What perfSONAR itself computes from the histogram: 31.94, ... of the finished run. */
static void test_statistics(void **state)
{
    struct reading r;

    (void)state;
    reading_sample(&r, &agent_perfsonar, "perfsonar-pscheduler/run-latency-finished.json");
    assert_true(fabs(value_of(&r, "delay-ow", "min") - 31790) < 1e-6);
    assert_true(value_of(&r, "delay-ow", "median") >= value_of(&r, "delay-ow", "min"));
    assert_true(value_of(&r, "delay-ow", "p95") <= value_of(&r, "delay-ow", "p99"));
    assert_true(value_of(&r, "delay-ow", "p99") <= value_of(&r, "delay-ow", "max"));
    assert_true(value_of(&r, "lossrate", "mean") == 0);
    assert_true(FACTS(&r.sink.v[0].facts, measurement, MEASUREMENT)[1].samples == 100);
    assert_true(FACTS(&r.sink.v[0].facts, measurement, MEASUREMENT)[1].clock_error == 540);
    reading_close(&r);
    /* all of it is below 0, and within the error of the clocks */
    reading_sample(&r, &agent_perfsonar, "perfsonar-pscheduler/" LATENCY);
    assert_true(isnan(value_of(&r, "delay-ow", "mean")));
    assert_true(fabs(value_of(&r, "delay-ow", "stddev") - 1136.2194990405678) < 1e-6);
    assert_true(fabs(value_of(&r, "delay-variation", "max") - 3790) < 1e-6);
    assert_non_null(strstr(r.text, "noise within the error of the clocks, 27.470 ms"));
    reading_close(&r);
    reading_sample(&r, &agent_perfsonar, "perfsonar-pscheduler/" LOST);
    assert_int_equal(FACTS_N(&r.sink.v[0].facts, MEASUREMENT), 1);
    assert_true(value_of(&r, "lossrate", "mean") == 100);
    reading_close(&r);
}

static const struct {
    const char *name, *dialect;
    int code; /* 0: facts */
    enum fact_kind kind;
    size_t n; /* facts of that kind */
} all[] = {
    {"perfsonar-pscheduler/archiver-input.json", "pscheduler", ERR_NOENT, 0, 0},
    {"perfsonar-pscheduler/run-latency-pending.json", "pscheduler", ERR_NOENT, 0, 0},
    {"perfsonar-pscheduler/trace-result.json", "pscheduler", 0, FACT_OBSERVED_PATH, 1},
    {"perfsonar-pscheduler/latency-twamp-lggram-192.168.1.101-20260730-154500.json",
     "pscheduler", 0, FACT_MEASUREMENT, 15},
    {"perfsonar-esmond/rest_0026_metadata.json", "esmond", 0, FACT_ENDPOINT, 2},
    {"perfsonar-esmond/rest_0298_metadata.json", "esmond", ERR_NOENT, 0, 0},
    {"perfsonar-esmond/rest_0409_throughput.json", "esmond", ERR_SCHEMA, 0, 0},
    {"perfsonar-esmond/rest_0593_packet-trace.json", "esmond", 0, FACT_OBSERVED_PATH, 1},
    {"perfsonar-esmond/rest_1462_metadata.json", "esmond", 0, FACT_MEASUREMENT, 10},
    {"perfsonar-esmond/throughput_data.json", "esmond", 0, FACT_MEASUREMENT, 600},
    {"perfsonar-esmond/packet_count_sent_data.json", "esmond", ERR_NOENT, 0, 0},
    {"perfsonar-esmond/perfsonar_client_metadata.json", "esmond", ERR_SCHEMA, 0, 0},
    {"perfsonar-psconfig/doenet-psconfig.json", "psconfig", 0, FACT_NODE, 6},
    {"perfsonar-psconfig/esnet-datacenter.json", "psconfig", 0, FACT_NODE, 21},
    {"perfsonar-psconfig/example-1-simple.json", "psconfig", 0, FACT_ENDPOINT, 3},
    {"perfsonar-psconfig/example-3-circuits.json", "psconfig", 0, FACT_ENDPOINT, 9},
    {"perfsonar-psconfig/example-5-classes.json", "psconfig", 0, FACT_ENDPOINT, 6},
    {"perfsonar-sls/activehosts.json", "sls", ERR_NOENT, 0, 0},
    {"perfsonar-sls/ps-sls.sanren.ac.za.json", "sls", 0, FACT_INTERFACE, 2},
    {"perfsonar-sls/ps-west.es.net.json", "sls", 0, FACT_NODE, 6},
};

static void test_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        struct reading r;

        reading_sample(&r, &agent_perfsonar, all[i].name);
        if (r.dialect == NULL || strcmp(r.dialect, all[i].dialect) != 0 ||
            r.e.code != all[i].code)
            fail_msg("%s: %s, %d %s", all[i].name, r.dialect, r.e.code, r.e.msg);
        if (r.e.code == 0)
            assert_int_equal(r.sink.v[0].facts.rows[all[i].kind].n, all[i].n);
        assert_null(r.text != NULL ? strstr(r.text, "@") : NULL); /* nobody's address */
        reading_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_forms),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
