/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements of past days as patterns of the snapshot. */
#include "unit/cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit/aggregator/world_builder.h"

#define HOUR ((int64_t)3600 * 1000000)
#define DAY  (24 * HOUR)
#define NOW  (200 * DAY + 5 * HOUR) /* of the tests */

#define SRC "203.0.113.10"
#define DST "198.51.100.10"

static const char *const places[] = {
    "domain 64496 prefixes=203.0.113.0/24\nsite name=A prefixes=203.0.113.0/24",
    "domain 64497 prefixes=198.51.100.0/24\nsite name=B prefixes=198.51.100.0/24",
};

static struct wb *places_new(void)
{
    struct wb *b = wb_new();
    wb_say(b, "one", places[0]);
    wb_say(b, "two", places[1]);
    return b;
}

/* One measurement from SRC to DST at a time. */
struct seen {
    int64_t when;
    double value;
};

static void say(struct wb *b, const char *domain, const char *metric, struct seen m)
{
    char line[256];
    snprintf(line, sizeof(line),
             "measurement source=" SRC " destination=" DST
             " metric=%s value=%g start=%lld end=%lld",
             metric, m.value, (long long)m.when, (long long)m.when);
    wb_say(b, domain, line);
}

/* Every hour of the last `days` days, today's not: hour 1 has the value 1. */
static void say_days(struct wb *b, const char *domain, unsigned days)
{
    for (unsigned d = 1; d <= days; d++) {
        for (int h = 0; h < 24; h++)
            say(b, domain, "tput",
                (struct seen){200 * DAY - d * DAY + h * HOUR + 60000000, h == 0 ? 24 : h});
    }
}

static void build(struct wb *b, const struct history_rules *rules, int64_t now)
{
    struct err e = {0};
    const struct aggregation how = {b->intakes, b->n, now, rules, 1, NULL};
    if (aggregate_by(&how, &b->snap, &e))
        fail_msg("%s", e.msg);
    b->n = 0; /* the snapshot has them */
}

static const struct snap_pattern *only_pattern(const struct wb *b)
{
    assert_int_equal(b->snap->address_patterns.n, b->snap->pid_patterns.n);
    assert_true(b->snap->address_patterns.n < 2);
    return b->snap->address_patterns.n ? b->snap->address_patterns.v : NULL;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* ---- days and weeks */

static void test_every_hour_has_its_value(void **state)
{
    (void)state;
    struct wb *b = places_new();
    say_days(b, "one", 3);
    build(b, &history_default, NOW);
    const struct snap_pattern *p = only_pattern(b);
    assert_non_null(p);
    assert_string_equal(p->metric, "tput");
    for (int h = 0; h < 24; h++)
        assert_true(p->day[h] == (h == 0 ? 24 : h));
    assert_null(p->week); /* three days are no three weeks */
    const struct snap_pattern *pids = b->snap->pid_patterns.v;
    assert_string_equal(b->snap->pids[pids->src_pid].name, "one:A");
    assert_string_equal(b->snap->pids[pids->dst_pid].name, "two:B");
    assert_memory_equal(pids->day, p->day, 24 * sizeof(double));
    wb_free(&b);
}

/* What is seen beside three full days, and what becomes of the hour that begins at 5. */
static void test_medians(void **state)
{
    static const struct {
        struct seen more[4];
        double hour5;
    } cases[] = {
        {{{199 * DAY + 5 * HOUR, 100}}, 5},                              /* 5 5 5 100 */
        {{{199 * DAY + 5 * HOUR, 100}, {198 * DAY + 5 * HOUR, 100}}, 5}, /* 5 5 5 100 100 */
        {{{199 * DAY + 5 * HOUR, 7}, {198 * DAY + 5 * HOUR, 7}, {197 * DAY + 5 * HOUR, 7}}, 6},
        {{{199 * DAY + 5 * HOUR, 7}, {199 * DAY + 5 * HOUR, 7}, {199 * DAY + 5 * HOUR, 7}}, 5},
        {{{199 * DAY + 6 * HOUR - 1, 9},
          {198 * DAY + 6 * HOUR - 1, 9},
          {197 * DAY + 6 * HOUR - 1, 9},
          {196 * DAY + 6 * HOUR - 1, 9}},
         9},
        /* older than is looked back on; of the day after tomorrow */
        {{{171 * DAY, 0},
          {171 * DAY + 5 * HOUR, 0},
          {171 * DAY + 6 * HOUR - 1, 0},
          {202 * DAY + 5 * HOUR, 0}},
         5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = places_new();
        say_days(b, "one", 3);
        for (size_t k = 0; k < 4 && cases[i].more[k].when; k++)
            say(b, "one", "tput", cases[i].more[k]);
        build(b, &history_default, NOW);
        assert_non_null(only_pattern(b));
        if (!same(only_pattern(b)->day[5], cases[i].hour5))
            fail_msg("case %zu: %g", i, only_pattern(b)->day[5]);
        wb_free(&b);
    }
}

/* On too few days there is no value, with too few values no pattern. */
static void test_enough(void **state)
{
    static const struct {
        unsigned days, least;
        int hours; /* that were measured */
        bool pattern;
    } cases[] = {
        {2, 3, 24, false}, {3, 3, 24, true},   {3, 3, 12, true}, {3, 3, 11, false},
        {2, 2, 24, true},  {9, 10, 24, false}, {1, 1, 24, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct history_rules rules = history_default;
        struct wb *b = places_new();
        rules.least = cases[i].least;
        for (int64_t d = 1; d <= cases[i].days; d++) {
            for (int h = 0; h < cases[i].hours; h++)
                say(b, "one", "tput", (struct seen){(200 - d) * DAY + h * HOUR, 3});
        }
        build(b, &rules, NOW);
        assert_true((only_pattern(b) != NULL) == cases[i].pattern);
        if (cases[i].pattern && cases[i].hours < 24)
            assert_true(isnan(only_pattern(b)->day[cases[i].hours]));
        wb_free(&b);
    }
}

/* Sundays differ: three of them are enough, two are not. */
static void test_weeks(void **state)
{
    (void)state;
    for (int64_t weeks = 2; weeks <= 3; weeks++) {
        struct wb *b = places_new();
        for (int64_t d = 200 - 7 * weeks; d < 200; d++) {
            for (int h = 0; h < 24; h++)
                say(b, "one", "tput", (struct seen){d * DAY + h * HOUR, d % 7 == 3 ? 50 : 10});
        }
        build(b, &history_default, NOW);
        const struct snap_pattern *p = only_pattern(b);
        assert_non_null(p);
        assert_true(p->day[20] == 10);
        assert_true((p->week != NULL) == (weeks == 3));
        if (p->week) {
            assert_true(p->week[3 * 24 + 20] == 50); /* 1970 began on a Thursday */
            assert_true(p->week[4 * 24 + 20] == 10);
        }
        wb_free(&b);
    }
}

/* A window that is longer than an interval says nothing of it; else its middle counts. */
static void test_windows_of_measurements(void **state)
{
    static const struct {
        int64_t start, length;
        int hour; /* that gets it; -1: none */
    } cases[] = {
        {0, HOUR, 0}, {0, HOUR + 1, -1},     {HOUR / 2, HOUR, 1}, {HOUR / 2 - 2, HOUR, 0},
        {0, 0, 0},    {23 * HOUR, HOUR, 23},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = places_new();
        char line[256];
        say_days(b, "one", 4);
        for (int64_t d = 190; d < 195; d++) {
            int64_t start = d * DAY + cases[i].start;
            snprintf(line, sizeof(line),
                     "measurement source=" SRC " destination=" DST
                     " metric=tput value=99 start=%lld end=%lld",
                     (long long)start, (long long)(start + cases[i].length));
            wb_say(b, "one", line);
        }
        build(b, &history_default, NOW);
        for (int h = 0; h < 24; h++)
            assert_true((only_pattern(b)->day[h] == 99) == (h == cases[i].hour));
        wb_free(&b);
    }
}

/* ---- rules */

static void test_metrics_by_rule(void **state)
{
    static const char *const delays[] = {"delay-ow"};
    static const struct {
        struct history_rules rules;
        const char *wanted[3];
    } cases[] = {
        {{.metrics = NULL}, {"delay-ow", "delay-ow:mean", "tput"}},
        {{.metrics = delays, .n_metrics = 1}, {"delay-ow", "delay-ow:mean", NULL}},
        {{.metrics = delays, .n_metrics = 0}, {NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct history_rules rules = history_default;
        struct wb *b = places_new();
        rules.metrics = cases[i].rules.metrics;
        rules.n_metrics = cases[i].rules.n_metrics;
        say_days(b, "one", 3);
        for (int64_t t = 196 * DAY; t < 200 * DAY; t += HOUR)
            say(b, "one", "delay-ow statistic=mean", (struct seen){t, 700});
        build(b, &rules, NOW);
        for (size_t k = 0; k < 3 && cases[i].wanted[k]; k++)
            assert_true(snapshot_has_calendar(b->snap, cases[i].wanted[k]));
        assert_true(snapshot_has_calendar(b->snap, "tput") == (i == 0));
        assert_false(snapshot_has_calendar(b->snap, "delay"));
        wb_free(&b);
    }
}

/* Half hours, twice as many. */
static void test_intervals(void **state)
{
    struct history_rules rules = history_default;
    struct wb *b = places_new();
    (void)state;
    rules.calendar = (struct snap_calendar){HOUR / 2, 48};
    for (int64_t t = 197 * DAY, i = 0; t < 200 * DAY; t += HOUR / 2, i++)
        say(b, "one", "tput", (struct seen){t, (double)(i % 48)});
    build(b, &rules, NOW);
    for (int i = 0; i < 48; i++)
        assert_true(only_pattern(b)->day[i] == i);
    assert_int_equal(snapshot_calendar(b->snap).n, 48);
    wb_free(&b);
}

/* How old a present value may be is another matter than how far is looked back. */
static void test_current(void **state)
{
    static const struct {
        int64_t current, now;
        bool present;
        int64_t next;
    } cases[] = {
        {0, NOW, true, 226 * DAY},
        {DAY, NOW, true, 200 * DAY + 23 * HOUR + 60000000},
        {HOUR, NOW, false, 226 * DAY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct history_rules rules = history_default;
        struct wb *b = places_new();
        rules.current = cases[i].current;
        say_days(b, "one", 3);
        build(b, &rules, cases[i].now);
        assert_true(!isnan(wb_cost(b, "tput", "one:A", "two:B")) == cases[i].present);
        assert_int_equal(b->snap->next_expiry, cases[i].next);
        wb_free(&b);
    }
}

/* ---- what does not matter */

static void print(const struct wb *b, struct buf *out)
{
    snapshot_print(b->snap, out);
    assert_false(out->failed);
}

/* The order of facts; that two domains tell of the same measurements. */
static void test_order_and_doubles(void **state)
{
    struct buf text[3] = {{0}, {0}, {0}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct wb *b = wb_new();
        for (int k = 0; k < 2; k++)
            wb_say(b, (i + k) % 2 ? "two" : "one", places[(i + k) % 2]);
        for (int n = 0; n < 96; n++) {
            int at = i == 1 ? 95 - n : n;
            const struct seen m = {196 * DAY + at * HOUR, at * at % 31};
            say(b, "one", "tput", m);
            if (i == 2)
                say(b, "two", "tput", m);
        }
        build(b, &history_default, NOW);
        assert_non_null(only_pattern(b));
        print(b, &text[i]);
        wb_free(&b);
    }
    assert_string_equal(buf_cstr(&text[0]), buf_cstr(&text[1]));
    assert_string_equal(buf_cstr(&text[0]), buf_cstr(&text[2]));
    assert_non_null(strstr(buf_cstr(&text[0]), "\npattern "));
    for (int i = 0; i < 3; i++)
        buf_free(&text[i]);
}

/* The tag stays until the time that the snapshot names, and becomes another one then. */
static void test_time_alone(void **state)
{
    char tags[3][33];
    int64_t now[] = {NOW, 0, 0};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct wb *b = places_new();
        say_days(b, "one", 3);
        for (int64_t k = 0; k < 3; k++)
            say(b, "one", "tput", (struct seen){172 * DAY + 5 * HOUR + k, 1000});
        say(b, "one", "tput", (struct seen){171 * DAY + 5 * HOUR, 2000}); /* too old already */
        build(b, &history_default, now[i]);
        memcpy(tags[i], b->snap->tag, sizeof(tags[i]));
        now[1] = i == 0 ? b->snap->next_expiry - 1 : now[1];
        now[2] = i == 0 ? b->snap->next_expiry : now[2];
        wb_free(&b);
    }
    assert_int_equal(now[2], 201 * DAY);
    assert_string_equal(tags[0], tags[1]);
    assert_string_not_equal(tags[1], tags[2]);
}

/* Pairs of six addresses, of one pair of PIDs: five with a pattern of 24 values, which may
 * take 192, and one measured too little. The first ones have patterns, what is beyond the
 * limit is counted. */
static void test_room_for_patterns(void **state)
{
    static const struct {
        size_t values, pairs, pids;
    } cases[] = {{191, 0, 0}, {192, 1, 1}, {215, 1, 1}, {216, 2, 1}, {287, 4, 1}, {288, 5, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct history_rules rules = history_default;
        struct wb *b = places_new();
        rules.values = cases[i].values;
        for (int64_t k = 0; k < 6 * 3 * 24; k++) {
            char line[256];
            int64_t pair = k / 72, day = k / 24 % 3, when = (197 + day) * DAY + k % 24 * HOUR;
            if (pair == 5 && k % 24 >= 11)
                continue;
            snprintf(line, sizeof(line),
                     "measurement source=203.0.113.%lld destination=" DST
                     " metric=tput value=1 start=%lld end=%lld",
                     (long long)(10 + pair), (long long)when, (long long)when);
            wb_say(b, "one", line);
        }
        build(b, &rules, NOW);
        assert_int_equal(b->snap->address_patterns.n, cases[i].pairs);
        assert_int_equal(b->snap->address_patterns.left_out, 5 - cases[i].pairs);
        assert_int_equal(b->snap->pid_patterns.n, cases[i].pids);
        assert_int_equal(b->snap->pid_patterns.left_out, 1 - cases[i].pids);
        for (size_t k = 0; k < cases[i].pairs; k++)
            assert_int_equal(b->snap->address_patterns.v[k].src.b[3], 10 + k);
        wb_free(&b);
    }
}

static unsigned draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % n;
}

struct said {
    unsigned metric, statistic, src, dst; /* statistic 0: none */
    bool two;                             /* by domain two */
    int64_t when;
    double value;
};

#define SAID 300

static const char *const said_metrics[] = {"delay-ow", "tput"};
static const char *const said_statistics[] = {"", "mean", "p95", "median", "cur"};

static void draw_said(struct said *m, struct wb *b, uint64_t *seed)
{
    char line[256];
    for (unsigned i = 0; i < SAID; i++) {
        m[i] = (struct said){draw(seed, 2),   draw(seed, 5),      draw(seed, 3),
                             draw(seed, 3),   draw(seed, 2) != 0, 0,
                             draw(seed, 1000)};
        /* of tput, domain one has no medians; no time is that of another one */
        if (m[i].metric == 1 && !m[i].two)
            m[i].statistic = 1 + draw(seed, 2);
        m[i].when = 190 * DAY + (int64_t)(i * 7 % SAID) * 1000;
        snprintf(line, sizeof(line),
                 "measurement source=203.0.113.%u destination=198.51.100.%u metric=%s "
                 "value=%g start=%lld end=%lld%s%s",
                 m[i].src, m[i].dst, said_metrics[m[i].metric], m[i].value,
                 (long long)m[i].when, (long long)m[i].when,
                 m[i].statistic ? " statistic=" : "", said_statistics[m[i].statistic]);
        wb_say(b, m[i].two ? "two" : "one", line);
    }
}

/* Does it count under that name? A domain's medians replace its means and present values. */
static bool counts_for(const struct said *m, unsigned metric, const char *op)
{
    bool median = m->statistic == 0 || m->statistic == 3;
    bool has_medians = m->metric == 0 || m->two;
    if (m->metric != metric)
        return false;
    if (op)
        return strcmp(said_statistics[m->statistic], op) == 0;
    return median || (!has_medians && m->statistic != 2);
}

static void check_latest(const struct snapshot *s, const struct said *m, unsigned metric,
                         const char *op)
{
    char name[32];
    snprintf(name, sizeof(name), "%s%s%s", said_metrics[metric], op ? ":" : "", op ? op : "");
    for (unsigned pair = 0; pair < 9; pair++) {
        const struct said *last = NULL;
        for (unsigned i = 0; i < SAID; i++)
            if (counts_for(&m[i], metric, op) && m[i].src == pair / 3 && m[i].dst == pair % 3 &&
                (!last || m[i].when > last->when))
                last = &m[i];
        const struct addr src = {.family = 4, .b = {203, 0, 113, (uint8_t)(pair / 3)}};
        const struct addr dst = {.family = 4, .b = {198, 51, 100, (uint8_t)(pair % 3)}};
        struct snap_between b = {&src, &dst, NAN, CLASS_ASSUMED, BASIS_NONE};
        double value = snapshot_cost_between(s, name, &b);
        assert_int_equal(b.basis == BASIS_ADDRESSES, last != NULL);
        assert_true(!last || value == last->value);
    }
}

/* Of several domains, metrics and statistics: what is told is the latest of each. */
static void test_the_latest_counts(void **state)
{
    uint64_t seed = 3;
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct said m[SAID];
        struct wb *b = places_new();
        draw_said(m, b, &seed);
        build(b, &history_default, NOW);
        for (unsigned metric = 0; metric < 2; metric++) {
            check_latest(b->snap, m, metric, NULL);
            check_latest(b->snap, m, metric, "mean");
            check_latest(b->snap, m, metric, "p95");
            check_latest(b->snap, m, metric, "median");
        }
        wb_free(&b);
    }
}

/* At the end of a window, too, another snapshot is made. */
static void test_the_end_of_a_window(void **state)
{
    (void)state;
    struct wb *b = places_new();
    char line[128];
    snprintf(line, sizeof(line), "maintenance entity=node:r1 start=5 end=%lld\n",
             (long long)(NOW + HOUR));
    wb_say(b, "one", line);
    wb_say(b, "one", "maintenance entity=node:r1 start=5 end=6");
    build(b, &history_default, NOW);
    assert_true(snapshot_has_windows(b->snap));
    assert_int_equal(b->snap->next_expiry, NOW + HOUR);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_hour_has_its_value),
        cmocka_unit_test(test_medians),
        cmocka_unit_test(test_enough),
        cmocka_unit_test(test_weeks),
        cmocka_unit_test(test_windows_of_measurements),
        cmocka_unit_test(test_metrics_by_rule),
        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_current),
        cmocka_unit_test(test_order_and_doubles),
        cmocka_unit_test(test_time_alone),
        cmocka_unit_test(test_the_latest_counts),
        cmocka_unit_test(test_room_for_patterns),
        cmocka_unit_test(test_the_end_of_a_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
