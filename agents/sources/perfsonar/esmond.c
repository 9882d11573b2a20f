/* SPDX-License-Identifier: Apache-2.0 */
/*
 * esmond (perfSONAR 4), and elmond that speaks the same in front of perfSONAR 5:
 *
 *   metadata  [{"metadata-key", "source", "destination", "input-source", "event-types": [...]}]
 *   data      [{"ts", "val"}] of one event type, which only the address asked for names
 *   written   {"data": [{"ts", "val": [{"event-type", "val"}]}]}
 *   database  [{"path": ["ps", "throughput", KEY], "ts" (ms), "val"}]
 *
 * Metadata says which hosts are measured; data becomes measurements once its event type is
 * known.
 */
#include "agents/sources/perfsonar/ps.h"

#include <stdlib.h>
#include <string.h>

#include "agents/sources/web/web.h"

#define MAX_SECONDS 1e11 /* of a time; what is larger was meant as milliseconds */

/* --- values of the event types --- */

struct point {
    const struct ps_run *run;
    const struct ps_series *series;
    const struct jnode *val;
    double clock_error; /* microseconds; NAN: unknown */
};

static void milliseconds(const struct jnode *val, const char *key, double *out)
{
    double ms;

    if (jnode_real(jnode_get(val, key), &ms))
        *out = ms * 1000;
}

/* The "statistics" summary of a histogram. */
static void stated_summary(const struct jnode *val, struct ps_summary *s)
{
    ps_summary_none(s);
    milliseconds(val, "minimum", &s->min);
    milliseconds(val, "maximum", &s->max);
    milliseconds(val, "mean", &s->mean);
    milliseconds(val, "median", &s->median);
    milliseconds(val, "standard-deviation", &s->stddev);
    milliseconds(val, "percentile-25", &s->p25);
    milliseconds(val, "percentile-75", &s->p75);
    milliseconds(val, "percentile-95", &s->p95);
}

static int delays(struct ps *ps, const struct point *p, const char *metric, struct err *e)
{
    struct ps_summary s;
    struct ps_bins bins;
    int rc;

    if (p->series->statistics || jnode_get(p->val, "percentile-25") != NULL ||
        jnode_get(p->val, "standard-deviation") != NULL) {
        stated_summary(p->val, &s);
        s.clock_error = p->clock_error;
        return ps_delays(ps, p->run, metric, &s, e);
    }
    rc = ps_bins_histogram(ps, p->val, &bins, e);
    if (rc <= 0 || bins.total == 0)
        return rc;
    ps_bins_summary(&bins, &s);
    s.clock_error = p->clock_error;
    return ps_delays(ps, p->run, metric, &s, e);
}

static int one_way(struct ps *ps, const struct point *p, struct err *e)
{
    return delays(ps, p, "delay-ow", e);
}

static int there_and_back(struct ps *ps, const struct point *p, struct err *e)
{
    return delays(ps, p, "delay-rt", e);
}

/* 0.01, or {"numerator": "1", "denominator": "100"} */
static int loss(struct ps *ps, const struct point *p, struct err *e)
{
    int64_t sent = FACT_NONE;
    double share = NAN, lost, of;

    if (jnode_real(jnode_get(p->val, "numerator"), &lost) &&
        jnode_real(jnode_get(p->val, "denominator"), &of) && of > 0) {
        share = lost / of;
        sent = of < (double)PS_MAX_COUNT ? (int64_t)of : FACT_NONE;
    } else if (!jnode_real(p->val, &share)) {
        ps_wrong(ps, "a share of lost packets that is no number");
        return 0;
    }
    return ps_lost(ps, p->run, share, sent, e);
}

static int throughput(struct ps *ps, const struct point *p, struct err *e)
{
    struct ps_value v = {"tput", "mean", NAN, FACT_NONE, NAN};

    if (!jnode_real(p->val, &v.value) || v.value < 0) {
        ps_wrong(ps, "a throughput that is no number");
        return 0;
    }
    v.value /= 8;
    return ps_measured(ps, p->run, &v, e);
}

/* {"ttl": "1", "query": "1", "success": 1, "ip", "rtt": "0.246"}: texts in old versions */
static int probe(struct ps *ps, struct ps_hops *h, const struct jnode *n, struct err *e)
{
    struct ps_probe p = {.rtt = NAN, .asn = FACT_NONE};
    const struct jnode *as = jnode_get(n, "as");
    double ms;

    if (!jnode_count(jnode_get(n, "ttl"), PS_MAX_TTL, &p.ttl)) {
        ps_wrong(ps, "a probe whose TTL is no number up to %d", PS_MAX_TTL);
        return 0;
    }
    if (jnode_slice(jnode_get(n, "ip")).n > 0 &&
        !ps_address(jnode_slice(jnode_get(n, "ip")), &p.addr))
        ps_wrong(ps, "the hop at TTL %d has an address that is none", (int)p.ttl);
    if (jnode_real(jnode_get(n, "rtt"), &ms) && ms >= 0)
        p.rtt = ms;
    if (!jnode_count(jnode_is(as, JREAD_OBJECT) ? jnode_get(as, "number") : as, UINT32_MAX,
                     &p.asn))
        p.asn = FACT_NONE;
    return ps_probe(ps, h, &p, e);
}

static int trace(struct ps *ps, const struct point *p, struct err *e)
{
    struct ps_hops *h = ARENA_NEW(ps->arena, struct ps_hops);
    int rc = h != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a trace");

    if (rc == 0 && !jnode_is(p->val, JREAD_ARRAY)) {
        ps_wrong(ps, "a trace that is no list of probes");
        return 0;
    }
    for (const struct jnode *n = jnode_first(p->val); n != NULL && rc == 0; n = n->next)
        rc = probe(ps, h, n, e);
    return rc == 0 ? ps_path(ps, p->run, h, e) : rc;
}

static const struct {
    const char *name;
    int (*state)(struct ps *ps, const struct point *p, struct err *e);
} events[] = {
    {"histogram-owdelay", one_way}, {"histogram-rtt", there_and_back},
    {"packet-loss-rate", loss},     {"packet-loss-rate-bidir", loss},
    {"throughput", throughput},     {"packet-trace", trace},
};

/* The event type's index, or -1 when it says nothing of paths. */
static int known_event(struct ps *ps, struct slice event)
{
    for (int i = 0; i < (int)(sizeof(events) / sizeof(*events)); i++) {
        if (slice_eq(event, events[i].name))
            return i;
    }
    ps_skip(ps, "values of \"%.*s\" have nothing to say of paths",
            (int)(event.n < 60 ? event.n : 60), event.p);
    return -1;
}

/* --- points --- */

struct ps_clock_error {
    double at, us;
    size_t place; /* in the answer: the first of several at one time counts */
};

static int by_time(const void *left, const void *right)
{
    const struct ps_clock_error *a = left, *b = right;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

int ps_esmond_clock_errors(const struct jnode *points, struct arena *a,
                           struct ps_clock_errors *out, struct err *e)
{
    *out = (struct ps_clock_errors){
        ARENA_ARRAY(a, (points != NULL ? points->n : 0) + 1, struct ps_clock_error), 0};
    if (out->v == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the errors of clocks");
    for (const struct jnode *n = jnode_first(points); n != NULL; n = n->next) {
        double at, ms;

        if (!jnode_real(jnode_get(n, "ts"), &at) || !jnode_real(jnode_get(n, "val"), &ms))
            continue;
        out->v[out->n] = (struct ps_clock_error){at, ms * 1000, out->n};
        out->n++;
    }
    qsort(out->v, out->n, sizeof(*out->v), by_time);
    return 0;
}

static double clock_error_at(const struct ps_clock_errors *all, const struct jnode *ts)
{
    size_t low = 0, high = all->n;
    double at;

    if (!jnode_real(ts, &at))
        return NAN;
    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (all->v[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low < all->n && all->v[low].at == at ? all->v[low].us : NAN;
}

/* Several event types at one time, as they are written into an archive. */
static int state_several(struct ps *ps, struct point *p, struct err *e)
{
    const struct jnode *all = p->val;
    double ms;
    int rc = 0;

    for (const struct jnode *n = jnode_first(all); n != NULL; n = n->next) {
        if (slice_eq(jnode_slice(jnode_get(n, "event-type")), "time-error-estimates") &&
            jnode_real(jnode_get(n, "val"), &ms))
            p->clock_error = ms * 1000;
    }
    for (const struct jnode *n = jnode_first(all); n != NULL && rc == 0; n = n->next) {
        int i = known_event(ps, jnode_slice(jnode_get(n, "event-type")));

        p->val = jnode_get(n, "val");
        rc = i >= 0 ? events[i].state(ps, p, e) : 0;
    }
    return rc;
}

static struct slice event_of(const struct ps_series *s, const struct jnode *val)
{
    const struct jnode *first = jnode_is(val, JREAD_ARRAY) ? val->first : NULL;

    if (s->event.n == 0 && jnode_get(first, "ttl") != NULL)
        return slice_of("packet-trace");
    return s->event;
}

/* When it was, from what a point says in seconds or (in the database) milliseconds. */
static bool take_time(const struct jnode *point, const struct ps_series *s, struct ps_run *run)
{
    bool database = jnode_get(point, "path") != NULL;
    double ts;

    if (!jnode_real(jnode_get(point, "ts"), &ts) || ts < 0 ||
        ts > (database ? MAX_SECONDS * 1000 : MAX_SECONDS))
        return false;
    run->start = (int64_t)(ts * (database ? 1e3 : 1e6));
    run->end = FACT_NONE;
    ps_run_length(run, s->window >= 0 ? s->window * 1e6 : 0);
    return true;
}

int ps_esmond_point(struct ps *ps, const struct ps_run *given, const struct ps_series *s,
                    const struct jnode *doc, struct err *e)
{
    struct ps_run run = *given;
    struct point p = {&run, s, jnode_get(doc, "val"), NAN};
    const struct jnode *first = jnode_first(p.val);
    struct slice event = event_of(s, p.val);
    int i;

    if (!take_time(doc, s, &run)) {
        ps_wrong(ps, "a point whose time is no number of seconds");
        return 0;
    }
    if (jnode_is(p.val, JREAD_ARRAY) && jnode_get(first, "event-type") != NULL)
        return ps_settle(ps, &run) ? state_several(ps, &p, e) : 0;
    if (event.n == 0) {
        ps_wrong(ps, "nothing tells the event type of the values: only the address that they "
                     "were asked from does");
        return 0;
    }
    i = known_event(ps, event);
    if (i < 0 || !ps_settle(ps, &run))
        return 0;
    p.clock_error = clock_error_at(&s->clock_errors, jnode_get(doc, "ts"));
    return events[i].state(ps, &p, e);
}

/* --- documents --- */

/* "pscheduler/traceroute" */
static const char *tool_of(const struct jnode *metadata)
{
    const char *name = jnode_str(jnode_get(metadata, "tool-name"));
    const char *slash = name != NULL ? strrchr(name, '/') : NULL;

    return slash != NULL ? slash + 1 : name;
}

static void take_end(const struct jnode *metadata, const char *addr, const char *name,
                     struct ps_end *end)
{
    end->name = jnode_slice(jnode_get(metadata, name));
    if (end->name.n == 0)
        end->name = jnode_slice(jnode_get(metadata, addr));
    ps_address(jnode_slice(jnode_get(metadata, addr)), &end->addr);
}

void ps_esmond_run(const struct jnode *metadata, struct ps_run *out)
{
    *out = (struct ps_run){.start = FACT_NONE, .end = FACT_NONE, .tool = tool_of(metadata)};
    take_end(metadata, "source", "input-source", &out->source);
    take_end(metadata, "destination", "input-destination", &out->destination);
}

/* An end that is named: the name has the address. */
static int add_end(struct ps *ps, const struct ps_end *end, struct err *e)
{
    char text[ADDR_TEXT];
    struct ps_host *h;
    struct addr a;
    int rc;

    if (end->name.n == 0)
        return 0;
    h = ps_host(ps, web_host(end->name), e);
    if (h == NULL)
        return e->code;
    h->learn = true;
    rc = ps_address(end->name, &a) ? 0 : ps_host_add(ps, h, end->name, e);
    if (rc == 0 && addr_is_set(&end->addr))
        rc = ps_host_add(ps, h, slice_of(addr_format(&end->addr, text)), e);
    return rc;
}

static int read_metadata(struct ps *ps, const struct jnode *doc, struct err *e)
{
    struct ps_run run;
    int rc;

    ps_esmond_run(doc, &run);
    if (run.source.name.n == 0 && run.destination.name.n == 0) {
        ps_skip(ps, "metadata that names no hosts");
        return 0;
    }
    rc = add_end(ps, &run.source, e);
    return rc == 0 ? add_end(ps, &run.destination, e) : rc;
}

/* ["ps", "histogram_owdelay", KEY] */
static struct slice database_event(struct ps *ps, const struct jnode *path)
{
    const struct jnode *second = jnode_first(path);
    struct slice s;
    char *copy;

    second = second != NULL ? second->next : NULL;
    s = jnode_slice(second);
    copy = arena_strndup(ps->arena, s.p, s.n);
    for (size_t i = 0; copy != NULL && i < s.n; i++) {
        if (copy[i] == '_')
            copy[i] = '-';
    }
    return copy != NULL ? (struct slice){copy, s.n} : (struct slice){"", 0};
}

static int read_point(struct ps *ps, const struct jnode *doc, struct err *e)
{
    const struct jnode *path = jnode_get(doc, "path");
    struct ps_series s = {.window = NAN};
    struct ps_run run = {.start = FACT_NONE};

    if (path != NULL)
        s.event = database_event(ps, path);
    return ps_esmond_point(ps, &run, &s, doc, e);
}

static int visit(struct ps *ps, const struct jnode *doc, struct err *e)
{
    const struct jnode *data = jnode_get(doc, "data");
    int rc = 0;

    if (jnode_get(doc, "ts") != NULL && jnode_get(doc, "val") != NULL)
        return read_point(ps, doc, e);
    if (jnode_get(doc, "event-types") != NULL || jnode_get(doc, "metadata-key") != NULL)
        return read_metadata(ps, doc, e);
    if (jnode_get(doc, "model") != NULL && jnode_get(doc, "fields") != NULL)
        ps_wrong(ps, "a fixture of a database, not what esmond answers");
    else if (!jnode_is(data, JREAD_ARRAY))
        ps_wrong(ps, "neither metadata of esmond nor data");
    for (const struct jnode *n = jnode_is(data, JREAD_ARRAY) ? data->first : NULL;
         n != NULL && rc == 0; n = n->next)
        rc = read_point(ps, n, e);
    return rc;
}

static int parse(struct ps *ps, struct jread *r, struct err *e)
{
    return ps_each(ps, r, visit, e);
}

static int likeness(const struct agent_file *f)
{
    struct jsniff s;

    jsniff(agent_file_head(f), &s);
    if (jsniff_has(&s, "", "metadata-key") || jsniff_has(&s, "", "event-types"))
        return 95;
    if (jsniff_has(&s, "", "ts") && jsniff_has(&s, "", "val"))
        return 90;
    if (jsniff_has(&s, "data", "ts") && jsniff_has(&s, "data", "val"))
        return 85;
    return jsniff_has(&s, "", "model") && jsniff_has(&s, "fields", "metadata_key") ? 60 : 0;
}

const struct ps_form ps_form_esmond = {parse};

const struct agent_dialect ps_dialect_esmond = {
    .name = "esmond",
    .summary = "esmond and elmond (perfSONAR 4): metadata, and values of event types",
    .likeness = likeness,
    .read = ps_read_file,
    .parser = &ps_form_esmond,
};
