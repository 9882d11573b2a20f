/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RIPE Atlas results, an array or one per line:
 *
 *   {"fw", "src_addr", "dst_addr", "timestamp", "type": "traceroute", "result": [
 *     {"hop": 1, "result": [{"from", "rtt", "err", "icmpext"}, {"x": "*"}, {"late": 2, ...}]},
 *     {"hop": 1, "error": "..."}, {"hop": 255, "result": [...]}]}
 *
 * Late and doubled answers belong to probes that were counted. After silent TTLs one last probe
 * is sent with TTL 255, to see whether the destination answers at all: no hop of the path.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/sources/trace/json.h"

#define MICROSECONDS INT64_C(1000000)
#define MAX_SECONDS  INT64_C(9000000000000)
#define LAST_PROBE   255 /* the TTL of the probe after silence */

struct probe {
    struct addr from;
    double rtt;
    bool answered, lost, extra, error; /* a star; late or doubled; could not be sent */
    char note[8];
    struct buf labels;
};

struct hop_result {
    int64_t ttl;
    struct hop hop; /* counts, until the TTL is known */
    struct responder responders[TRACE_MAX_RESPONDERS];
    bool error;
};

struct result {
    int64_t timestamp;
    bool other; /* not a traceroute */
    struct hop_result hop;
    struct probe probe;
};

static struct result *result_of(struct trace_json *p)
{
    return p->state;
}

/* --- a probe --- */

static int read_from(struct trace_json *p, struct err *e)
{
    result_of(p)->probe.answered = true;
    return trace_json_addr(p, &result_of(p)->probe.from, e);
}

static int read_rtt(struct trace_json *p, struct err *e)
{
    return trace_json_number(p, &result_of(p)->probe.rtt, e);
}

static int read_x(struct trace_json *p, struct err *e)
{
    result_of(p)->probe.lost = true;
    return jread_skip(p->j, e);
}

static int read_extra(struct trace_json *p, struct err *e)
{
    result_of(p)->probe.extra = true;
    return jread_skip(p->j, e);
}

static int read_error(struct trace_json *p, struct err *e)
{
    result_of(p)->probe.error = true;
    return jread_skip(p->j, e);
}

/* "H", "N", "A", "P", "p" (port: it got there), "h", or an ICMP code as a number */
static int read_err(struct trace_json *p, struct err *e)
{
    struct probe *q = &result_of(p)->probe;
    enum jread_token t;
    struct slice s;
    int rc = jread_next(p->j, &t, e);

    if (rc < 0 || (t != JREAD_STRING && t != JREAD_NUMBER))
        return rc < 0 || t == JREAD_NULL
                   ? rc
                   : jread_fail(p->j, e, ERR_SCHEMA, "err is neither a letter nor a number");
    s = jread_text(p->j);
    if (s.n == 0 || s.n > 3 || slice_eq(s, "p"))
        return 0;
    snprintf(q->note, sizeof(q->note), t == JREAD_NUMBER ? "!<%.*s>" : "!%.*s", (int)s.n, s.p);
    return 0;
}

static int read_mpls(struct trace_json *p, struct err *e)
{
    static const char *const names[4] = {"label", "exp", "s", "ttl"};

    return trace_json_labels(p, names, &result_of(p)->probe.labels, e);
}

static int read_object(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"mpls", read_mpls}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static int read_objects(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_object, e);
}

static int read_icmpext(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"obj", read_objects}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static struct responder *find_responder(struct hop_result *h, const struct addr *a)
{
    for (size_t i = 0; i < h->hop.n; i++) {
        if (addr_eq(&h->responders[i].addr, a))
            return &h->responders[i];
    }
    if (h->hop.n == TRACE_MAX_RESPONDERS)
        return NULL;
    h->responders[h->hop.n] = (struct responder){.addr = *a, .rtt = NAN, .asn = FACT_NONE};
    return &h->responders[h->hop.n++];
}

static int put_answer(struct trace_json *p, struct probe *q, struct err *e)
{
    struct responder *r = find_responder(&result_of(p)->hop, &q->from);
    int rc = 0;

    if (r == NULL)
        return jread_fail(p->j, e, ERR_LIMIT, "too many responders at one TTL");
    if (!addr_is_set(&q->from))
        trace_json_remark(p, "an answer without an address");
    if (q->rtt >= 0)
        trace_time(r, q->rtt);
    if (q->note[0] != '\0')
        rc = trace_text(p->reader, (struct slice){q->note, strlen(q->note)}, &r->note, e);
    if (rc == 0 && q->labels.len > 0)
        rc = trace_text(p->reader, (struct slice){q->labels.data, q->labels.len}, &r->label, e);
    return rc;
}

static int put_probe(struct trace_json *p, struct probe *q, struct err *e)
{
    struct hop *h = &result_of(p)->hop.hop;

    if (q->extra) {
        trace_json_remark(p, "a late or doubled answer");
        return 0;
    }
    if (q->error || (!q->answered && !q->lost)) {
        trace_json_remark(p, "a probe that could not be sent");
        return 0;
    }
    if (h->probes >= TRACE_MAX_PROBES)
        return jread_fail(p->j, e, ERR_LIMIT, "too many probes at one TTL");
    h->probes++;
    h->lost += !q->answered;
    return q->answered ? put_answer(p, q, e) : 0;
}

static int read_probe(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"from", read_from},   {"rtt", read_rtt},         {"x", read_x},
        {"err", read_err},     {"late", read_extra},      {"dup", read_extra},
        {"error", read_error}, {"icmpext", read_icmpext}, {NULL, NULL}};
    struct probe *q = &result_of(p)->probe;
    int rc;

    *q = (struct probe){.rtt = NAN};
    rc = trace_json_keys(p, keys, e);
    if (rc == 0)
        rc = put_probe(p, q, e);
    buf_free(&q->labels);
    return rc;
}

/* --- a hop --- */

static int read_ttl(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_HOPS, &result_of(p)->hop.ttl, e);
}

static int read_probes(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_probe, e);
}

static int read_hop_error(struct trace_json *p, struct err *e)
{
    result_of(p)->hop.error = true;
    return jread_skip(p->j, e);
}

static int read_hop(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"hop", read_ttl}, {"result", read_probes}, {"error", read_hop_error}, {NULL, NULL}};
    struct hop_result *h = &result_of(p)->hop;
    struct hop *to;
    int rc;

    *h = (struct hop_result){.ttl = FACT_NONE};
    rc = trace_json_keys(p, keys, e);
    if (rc < 0)
        return rc;
    if (h->error)
        trace_json_remark(p, "a hop that could not be probed");
    if (h->hop.probes == 0)
        return 0;
    if (h->ttl == FACT_NONE || h->ttl == 0)
        return jread_fail(p->j, e, ERR_SCHEMA, "a result without its hop");
    to = trace_hop(p->reader, h->ttl);
    if (to->probes > 0)
        return jread_fail(p->j, e, ERR_SCHEMA, "hop %lld is there twice", (long long)h->ttl);
    to->probes = h->hop.probes;
    to->lost = h->hop.lost;
    for (size_t i = 0; rc == 0 && i < h->hop.n; i++) {
        struct responder *r;

        rc = trace_responder(p->reader, to, &h->responders[i].addr, &r, e);
        if (rc == 0)
            *r = h->responders[i];
    }
    return rc;
}

/* --- a result --- */

static int maybe_hop(struct trace_json *p, struct err *e)
{
    return trace_json_maybe(p, read_hop, e);
}

static int read_result(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, maybe_hop, e);
}

static int read_src(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.source, e);
}

static int read_dst(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.destination, e);
}

static int read_timestamp(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, MAX_SECONDS, &result_of(p)->timestamp, e);
}

static int read_type(struct trace_json *p, struct err *e)
{
    struct slice s;
    int rc = jread_str(p->j, &s, e);

    if (rc == 0)
        result_of(p)->other = !slice_eq(s, "traceroute");
    return rc;
}

/* The probe after silence. */
static void drop_last_probe(struct trace_json *p)
{
    struct trace_reader *r = p->reader;
    const struct hop *h = &r->hops[LAST_PROBE];

    if (r->last != LAST_PROBE || r->hops[LAST_PROBE - 1].ttl != 0)
        return;
    for (size_t i = 0; i < h->n; i++)
        r->trace.reached |=
            addr_is_set(&r->trace.destination) && addr_eq(&h->v[i].addr, &r->trace.destination);
    trace_cut(r, LAST_PROBE - 1);
}

static int end_result(struct trace_json *p, const struct result *x, struct err *e)
{
    struct trace *t = &p->reader->trace;

    t->ended = true;
    if (x->timestamp != FACT_NONE)
        t->observed = x->timestamp * MICROSECONDS;
    drop_last_probe(p);
    if (x->other)
        trace_json_remark(p, "a result that is no traceroute");
    else if (!addr_is_set(&t->destination))
        trace_json_remark(p, "a result without a destination (its name was not found)");
    else
        return trace_json_end(p, e);
    trace_begin(p->reader);
    return 0;
}

static int read_document(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"src_addr", read_src},        {"dst_addr", read_dst}, {"result", read_result},
        {"timestamp", read_timestamp}, {"type", read_type},    {NULL, NULL}};
    struct result *x = p->state;
    int rc;

    trace_begin(p->reader);
    x->timestamp = FACT_NONE;
    x->other = false;
    rc = trace_json_keys(p, keys, e);
    return rc == 0 ? end_result(p, x, e) : rc;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct result x = {0};

    return trace_json_bytes(r, text, read_document, &x, e);
}

static int likeness(const struct agent_file *f)
{
    unsigned s = trace_json_look(f);

    if ((s & SIGHT_ATLAS) == 0 || (s & SIGHT_RESULT) == 0)
        return 0;
    return s & (SIGHT_OTHER_TYPE | SIGHT_SCAMPER) ? 40 : 95; /* a ping, a DNS lookup */
}

static const struct trace_form form = {"atlas", parse};

const struct agent_dialect trace_dialect_atlas = {
    .name = "atlas",
    .summary = "RIPE Atlas traceroute results (JSON array or lines)",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
