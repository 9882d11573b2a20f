/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of pScheduler's tests, in pScheduler's own form and in the one that its Logstash
 * filters store in OpenSearch:
 *
 *              pScheduler                         OpenSearch
 *   latency    histogram-latency {"ms": n}        latency.histogram {values, counts} (ms)
 *   rtt        min, ... "PT0.008S"                rtt.min, ... 0.008 (seconds)
 *   throughput summary.summary.throughput-bits    throughput (bit/s)
 *   trace      paths                              json
 */
#include "agents/sources/perfsonar/ps.h"

#include <stdio.h>
#include <string.h>

#include "agents/sources/web/web.h"

/* --- ends --- */

static void name_end(struct ps_end *end, const struct jnode *n)
{
    struct slice s = jnode_slice(n);
    struct addr a;

    if (s.n == 0 || end->name.n > 0)
        return;
    end->name = s;
    if (ps_address(s, &a))
        end->addr = a;
}

void ps_ends(struct ps_run *run, const struct jnode *spec, const struct jnode *participants)
{
    const struct jnode *first = jnode_first(participants);
    int64_t family = 0;

    if (jnode_is(first, JREAD_OBJECT)) /* 2016: {"host", "result"} */
        first = jnode_get(first, "host");
    name_end(&run->source, jnode_get(spec, "source"));
    name_end(&run->source, first); /* a test without source is sent by who runs it */
    name_end(&run->destination, jnode_get(spec, "dest"));
    name_end(&run->destination, jnode_get(spec, "destination"));
    if (jnode_count(jnode_get(spec, "ip-version"), 6, &family) && (family == 4 || family == 6))
        run->family = (int)family;
    if (!jnode_count(jnode_get(spec, "first-ttl"), PS_MAX_TTL, &run->first_ttl))
        run->first_ttl = 0;
    if (jnode_bool(jnode_get(spec, "reverse"), false)) { /* throughput: data comes back */
        struct ps_end end = run->source;

        run->source = run->destination;
        run->destination = end;
    }
}

void ps_run_length(struct ps_run *run, double us)
{
    if (run->end == FACT_NONE && run->start != FACT_NONE && us >= 0 && us < 1e15)
        run->end = run->start + (int64_t)us;
}

static void look_up(struct ps *ps, struct ps_end *end, int family)
{
    if (!addr_is_set(&end->addr) && ps->hosts != NULL)
        ps_hosts_find(ps->hosts, end->name, family, &end->addr);
}

/* "the source (host1)", "" when its address is known */
static void describe(const struct ps_end *end, const char *which, char out[160])
{
    out[0] = '\0';
    if (addr_is_set(&end->addr))
        return;
    if (end->name.n > 0)
        snprintf(out, 160, "the %s (%.100s)", which, end->name.p);
    else
        snprintf(out, 160, "the %s (not named)", which);
}

/* Tells of ends without address; one remark, so that many such results are counted. */
static bool tell_unknown(struct ps *ps, const struct ps_run *run)
{
    char source[160], destination[160];

    describe(&run->source, "source", source);
    describe(&run->destination, "destination", destination);
    if (source[0] == '\0' && destination[0] == '\0')
        return false;
    ps->n_unplaced += (source[0] != '\0' && run->source.name.n > 0) ||
                      (destination[0] != '\0' && run->destination.name.n > 0);
    ps_skip(ps, "no address is known of %s%s%s", source,
            source[0] != '\0' && destination[0] != '\0' ? " and " : "", destination);
    return true;
}

static int64_t time_of(const struct ps_run *run)
{
    return run->end != FACT_NONE ? run->end : run->start;
}

bool ps_settle(struct ps *ps, struct ps_run *run)
{
    struct addr *a = &run->source.addr, *b = &run->destination.addr;

    if (ps->oldest != FACT_NONE && time_of(run) != FACT_NONE && time_of(run) <= ps->oldest) {
        ps_skip(ps, "results that are older than they are believed (expires)");
        return false;
    }
    if (run->family == 0)
        run->family = a->family != 0 ? a->family : b->family;
    look_up(ps, &run->source, run->family);
    look_up(ps, &run->destination, run->family != 0 ? run->family : a->family);
    if (!addr_is_set(a) && addr_is_set(b))
        look_up(ps, &run->source, b->family);
    if (addr_is_set(a) && addr_is_set(b) && a->family != b->family) {
        ps_wrong(ps, "source and destination are of two address families");
        return false;
    }
    /* Of a single file it is said what it says; what can't be placed is of no use to maps. */
    return !tell_unknown(ps, run) || !ps->both_ends;
}

/* --- values --- */

int ps_put_result(struct ps *ps, const struct ps_run *run, enum fact_kind kind,
                  const void *fact, struct err *e)
{
    int64_t t = time_of(run);

    if (t != FACT_NONE && (ps->last == FACT_NONE || t > ps->last))
        ps->last = t;
    return ps_put(ps, kind, fact, e);
}

int ps_measured(struct ps *ps, const struct ps_run *run, const struct ps_value *v,
                struct err *e)
{
    struct fact_measurement f;

    if (!isfinite(v->value) || v->value < 0) /* RFC 9439 sections 4 and 5: not negative */
        return 0;
    fact_init(FACT_MEASUREMENT, &f);
    f.source = run->source.addr;
    f.destination = run->destination.addr;
    f.metric = v->metric;
    f.statistic = v->statistic;
    f.value = v->value;
    f.start = run->start;
    f.end = run->end;
    f.samples = v->samples;
    f.clock_error = v->clock_error;
    return ps_put_result(ps, run, FACT_MEASUREMENT, &f, e);
}

int ps_lost(struct ps *ps, const struct ps_run *run, double share, int64_t sent, struct err *e)
{
    struct ps_value v = {"lossrate", "mean", share * 100, sent, NAN};

    if (share >= 0 && share <= 1)
        return ps_measured(ps, run, &v, e);
    if (!isnan(share))
        ps_wrong(ps, "a share of lost packets of %g", share);
    return 0;
}

/* Counts of packets: -1 where there is none. */
struct packets {
    int64_t sent, lost, received;
};

static int64_t packet_count(const struct jnode *result, const char *plain, const char *stored)
{
    int64_t n;

    return jnode_count(jnode_get(result, plain), PS_MAX_COUNT, &n) ||
                   jnode_count(jnode_path(result, stored), PS_MAX_COUNT, &n)
               ? n
               : -1;
}

static double share_lost(const struct packets *p)
{
    if (p->sent > 0 && p->lost >= 0)
        return (double)p->lost / (double)p->sent;
    if (p->sent > 0 && p->received >= 0 && p->received <= p->sent)
        return (double)(p->sent - p->received) / (double)p->sent;
    return NAN;
}

/* --- latency --- */

/* OpenSearch: two arrays of equal length. 1 read, 0 told to be wrong, or a code. */
static int stored_histogram(struct ps *ps, const struct jnode *h, struct ps_bins *out,
                            struct err *e)
{
    const struct jnode *values = jnode_get(h, "values"), *counts = jnode_get(h, "counts");
    const struct jnode *v = jnode_first(values), *c = jnode_first(counts);

    *out = (struct ps_bins){0};
    if (values == NULL || counts == NULL || values->n != counts->n) {
        ps_wrong(ps, "the histogram has not as many values as counts");
        return 0;
    }
    for (; v != NULL; v = v->next, c = c->next) {
        struct ps_bin bin;
        int rc;

        if (!jnode_real(v, &bin.value) || !jnode_count(c, PS_MAX_COUNT, &bin.count)) {
            ps_wrong(ps, "a histogram holds what is no value with a count");
            return 0;
        }
        bin.value *= 1000;
        rc = ps_bins_add(ps, out, bin, e);
        if (rc < 0)
            return rc;
    }
    return 1;
}

static int latency(struct ps *ps, const struct ps_run *run, const struct jnode *result,
                   struct err *e)
{
    const struct jnode *plain = jnode_get(result, "histogram-latency");
    const struct jnode *stored = jnode_path(result, "latency/histogram");
    struct packets p = {packet_count(result, "packets-sent", "packets/sent"),
                        packet_count(result, "packets-lost", "packets/lost"),
                        packet_count(result, "packets-received", "packets/received")};
    struct ps_summary s;
    struct ps_bins bins = {0};
    double clock_error = NAN;
    int rc = ps_lost(ps, run, share_lost(&p), p.sent, e);

    if (jnode_real(jnode_get(result, "max-clock-error"), &clock_error) ||
        jnode_real(jnode_get(result, "max_clock_error"), &clock_error))
        clock_error *= 1000;
    if (rc < 0 || (plain == NULL && stored == NULL && p.received == 0))
        return rc;
    rc = stored != NULL && plain == NULL ? stored_histogram(ps, stored, &bins, e)
                                         : ps_bins_histogram(ps, plain, &bins, e);
    if (rc <= 0 || bins.total == 0)
        return rc; /* nothing arrived: there is no delay */
    ps_bins_summary(&bins, &s);
    s.clock_error = clock_error;
    return ps_delays(ps, run, "delay-ow", &s, e);
}

/* --- round trips --- */

/* A time of a round trip as microseconds, NAN where there is none. */
static double trip_time(const struct ps_run *run, const struct jnode *n)
{
    double us;

    if (run->seconds && jnode_is(n, JREAD_NUMBER) && jnode_real(n, &us))
        return us * 1e6;
    return ps_duration(jnode_slice(n), &us) ? us : NAN;
}

static int trips(struct ps *ps, const struct jnode *list, struct ps_bins *out, struct err *e)
{
    int rc = 0;

    for (const struct jnode *n = jnode_first(list); n != NULL && rc == 0; n = n->next) {
        struct ps_bin bin = {.count = 1};

        if (ps_duration(jnode_slice(jnode_get(n, "rtt")), &bin.value) && bin.value >= 0)
            rc = ps_bins_add(ps, out, bin, e);
    }
    return rc;
}

/* Who answered a ping is who was meant, if all answers came from there. */
static void answerer(struct ps_run *run, const struct jnode *list)
{
    struct addr a, first = {0};

    for (const struct jnode *n = jnode_first(list); n != NULL; n = n->next) {
        if (!ps_address(jnode_slice(jnode_get(n, "ip")), &a) ||
            (addr_is_set(&first) && !addr_eq(&first, &a)))
            return;
        first = a;
    }
    if (addr_is_set(&first) && !addr_is_set(&run->destination.addr))
        run->destination.addr = first;
}

static void take_time(const struct ps_run *run, const struct jnode *n, double *out)
{
    double us = trip_time(run, n);

    if (!isnan(us))
        *out = us;
}

static int rtt(struct ps *ps, const struct ps_run *run, const struct jnode *result,
               struct err *e)
{
    bool stored = jnode_is(jnode_get(result, "packets"), JREAD_OBJECT);
    const struct jnode *times = stored ? jnode_get(result, "rtt") : result;
    const struct jnode *list =
        stored ? jnode_path(result, "packets/json") : jnode_get(result, "roundtrips");
    const struct jnode *loss =
        stored ? jnode_path(result, "packets/loss") : jnode_get(result, "loss");
    struct packets p = {packet_count(result, "sent", "packets/sent"),
                        packet_count(result, "lost", "packets/lost"),
                        packet_count(result, "received", "packets/received")};
    struct ps_summary s;
    struct ps_bins bins = {0};
    double share;
    int rc = trips(ps, list, &bins, e);

    if (!jnode_real(loss, &share))
        share = share_lost(&p);
    if (rc == 0)
        rc = ps_lost(ps, run, share, p.sent >= 0 ? p.sent : FACT_NONE, e);
    if (rc < 0 || share == 1 || p.received == 0)
        return rc; /* nothing came back: there is no delay */
    ps_bins_summary(&bins, &s);
    if (p.received > 0 && bins.total != p.received) /* some are missing: not all ranks known */
        ps_summary_none(&s);
    if (p.received > 0)
        s.n = p.received;
    take_time(run, jnode_get(times, "min"), &s.min);
    take_time(run, jnode_get(times, "mean"), &s.mean);
    take_time(run, jnode_get(times, "max"), &s.max);
    take_time(run, jnode_get(times, "stddev"), &s.stddev);
    return ps_delays(ps, run, "delay-rt", &s, e);
}

/* --- throughput --- */

/* Bytes per second of a summary that names the bytes of the whole test; NAN: it doesn't. */
static double mean_rate(const struct jnode *sum)
{
    double bytes, start, end;

    if (!jnode_real(jnode_get(sum, "throughput-bytes"), &bytes) ||
        !jnode_real(jnode_get(sum, "start"), &start) ||
        !jnode_real(jnode_get(sum, "end"), &end) || bytes < 0 || end <= start)
        return NAN;
    return bytes / (end - start);
}

static int throughput(struct ps *ps, const struct ps_run *run, const struct jnode *result,
                      struct err *e)
{
    const struct jnode *sum = jnode_path(result, "summary/summary");
    const struct jnode *sent = jnode_get(sum, "sent"), *lost = jnode_get(sum, "lost");
    const struct jnode *bits = jnode_get(sum, "throughput-bits");
    struct ps_value v = {"tput", "mean", NAN, FACT_NONE, NAN};
    struct packets p = {-1, -1, -1};
    int rc;

    if (sum == NULL) {
        bits = jnode_get(result, "throughput");
        sent = jnode_get(result, "packets_sent");
        lost = jnode_get(result, "packets_lost");
    }
    if (jnode_real(bits, &v.value) && v.value >= 0)
        v.value /= 8;
    else
        v.value = mean_rate(sum);
    if (isnan(v.value))
        ps_wrong(ps, "the result names no throughput");
    rc = ps_measured(ps, run, &v, e);
    if (rc == 0 && jnode_count(sent, PS_MAX_COUNT, &p.sent) &&
        jnode_count(lost, PS_MAX_COUNT, &p.lost) && p.sent > 0)
        rc = ps_lost(ps, run, share_lost(&p), p.sent, e);
    return rc;
}

/* --- traces --- */

static bool same_name(struct slice a, struct slice b)
{
    a = web_host(a);
    b = web_host(b);
    return a.n > 0 && a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* A hop that has the destination's name has its address. */
static void last_hop(struct ps_run *run, const struct jnode *paths)
{
    for (const struct jnode *p = jnode_first(paths); p != NULL; p = p->next) {
        for (const struct jnode *h = jnode_first(p); h != NULL; h = h->next) {
            if (same_name(jnode_slice(jnode_get(h, "hostname")), run->destination.name))
                ps_address(jnode_slice(jnode_get(h, "ip")), &run->destination.addr);
        }
    }
}

static int trace(struct ps *ps, const struct ps_run *run, const struct jnode *result,
                 struct err *e)
{
    const struct jnode *paths = jnode_get(result, "paths");

    return ps_paths(ps, run, paths != NULL ? paths : jnode_get(result, "json"), e);
}

/* --- all of them --- */

static const struct kind {
    const char *type;    /* of the test */
    const char *members; /* that only such a result has, separated by blanks */
    int (*state)(struct ps *ps, const struct ps_run *run, const struct jnode *result,
                 struct err *e);
} kinds[] = {
    {"trace", "paths hop json", trace},
    {"rtt", "roundtrips mean loss rtt", rtt},
    {"latency", "histogram-latency latency", latency},
    {"latencybg", "", latency},
    {"throughput", "summary intervals throughput", throughput},
};

static const struct kind *kind_named(struct slice type)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (slice_eq(type, kinds[i].type))
            return &kinds[i];
    }
    return NULL;
}

const char *ps_result_kind(const struct jnode *result)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct slice rest = slice_of(kinds[i].members), word;

        while (slice_word(&rest, &word)) {
            for (const struct jnode *m = jnode_first(result); m != NULL; m = m->next) {
                if (m->key.n == word.n && memcmp(m->key.p, word.p, word.n) == 0)
                    return kinds[i].type;
            }
        }
    }
    return NULL;
}

int ps_result(struct ps *ps, const struct ps_run *given, const struct jnode *result,
              struct err *e)
{
    struct ps_run run = *given;
    const struct kind *k;

    if (run.type.n == 0)
        run.type = slice_of(ps_result_kind(result));
    k = kind_named(run.type);
    if (!jnode_is(result, JREAD_OBJECT)) {
        ps_skip(ps, "there is no result");
        return 0;
    }
    if (k == NULL && run.type.n > 0) {
        ps_skip(ps, "a test of type \"%.40s\" has nothing to say of paths", run.type.p);
        return 0;
    }
    if (k == NULL) {
        ps_wrong(ps, "nothing tells what was tested");
        return 0;
    }
    if (!jnode_bool(jnode_get(result, "succeeded"), true)) {
        ps_skip(ps, "the %s test did not succeed", k->type);
        return 0;
    }
    if (k->state == rtt)
        answerer(&run, jnode_get(result, "roundtrips"));
    if (k->state == rtt)
        answerer(&run, jnode_path(result, "packets/json"));
    look_up(ps, &run.destination, run.family != 0 ? run.family : run.source.addr.family);
    if (k->state == trace && !addr_is_set(&run.destination.addr))
        last_hop(&run, jnode_get(result, jnode_get(result, "paths") ? "paths" : "json"));
    return ps_settle(ps, &run) ? k->state(ps, &run, result, e) : 0;
}
