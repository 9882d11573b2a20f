/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WLCG's ps_trace documents: alone, one per line, in arrays, or as a search answers them.
 *
 *   {"src", "dest", "timestamp": 1700000000000, "hops": ["192.0.2.1", ...], "ttls": [1, ...],
 *    "rtts": [0.3, ...], "asns": [64500, 0, ...], "destination_reached": true}
 *   {"hits": {"hits": [{"_source": {...}}]}}
 *
 * The arrays are parallel. Only the first answer at a TTL is there, TTLs without one are left
 * out; an AS of 0 and a time of 0 are unknown.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agents/sources/trace/json.h"
#include "agents/sources/trace/text.h"

struct column {
    size_t n;
    bool there;
    double v[TRACE_MAX_HOPS];
};

struct ps_trace {
    size_t n_hops;
    bool hops_there;
    struct addr hops[TRACE_MAX_HOPS];
    struct column ttls, rtts, asns;
    struct column *column; /* being read */
};

static struct ps_trace *state_of(struct trace_json *p)
{
    return p->state;
}

static int read_document(struct trace_json *p, struct err *e);

static int read_src(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.source, e);
}

static int read_dest(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.destination, e);
}

/* "20231114T221320Z", as Elasticsearch's basic_date_time_no_millis */
static bool read_basic_time(struct slice s, int64_t *us)
{
    char text[32];
    const char *t = s.p;

    if (s.n < 16 || s.n > 22 || t[8] != 'T')
        return false;
    snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%.*s", t, t + 4, t + 6, t + 9,
             t + 11, t + 13, (int)(s.n - 15), t + 15);
    return str_time(slice_of(text), us);
}

static int read_timestamp(struct trace_json *p, struct err *e)
{
    int64_t *to = &p->reader->trace.observed;
    enum jread_token t;
    double ms;
    int rc = jread_next(p->j, &t, e);

    if (rc < 0)
        return rc;
    if ((t == JREAD_NUMBER || t == JREAD_STRING) && slice_real(jread_text(p->j), &ms) &&
        ms >= 0 && ms < 9e15)
        *to = (int64_t)(ms * 1000);
    else if (t != JREAD_STRING ||
             (!str_time(jread_text(p->j), to) && !read_basic_time(jread_text(p->j), to)))
        return jread_fail(p->j, e, ERR_SCHEMA, "a timestamp that is no time");
    return 0;
}

static int read_reached(struct trace_json *p, struct err *e)
{
    enum jread_token t;
    int rc = jread_peek(p->j, &t, e);

    if (rc == 0)
        p->reader->trace.reached = t == JREAD_TRUE;
    return rc == 0 ? jread_skip(p->j, e) : rc;
}

static int read_hop(struct trace_json *p, struct err *e)
{
    struct ps_trace *d = state_of(p);

    if (d->n_hops == TRACE_MAX_HOPS)
        return jread_fail(p->j, e, ERR_LIMIT, "more than %d hops", TRACE_MAX_HOPS);
    return trace_json_addr(p, &d->hops[d->n_hops++], e);
}

static int read_hops(struct trace_json *p, struct err *e)
{
    state_of(p)->hops_there = true;
    return trace_json_each(p, read_hop, e);
}

static int read_cell(struct trace_json *p, struct err *e)
{
    struct column *c = state_of(p)->column;

    if (c->n == TRACE_MAX_HOPS)
        return jread_fail(p->j, e, ERR_LIMIT, "more than %d hops", TRACE_MAX_HOPS);
    return trace_json_number(p, &c->v[c->n++], e);
}

static int read_column(struct trace_json *p, struct column *c, struct err *e)
{
    state_of(p)->column = c;
    c->there = true;
    return trace_json_each(p, read_cell, e);
}

static int read_ttls(struct trace_json *p, struct err *e)
{
    return read_column(p, &state_of(p)->ttls, e);
}

static int read_rtts(struct trace_json *p, struct err *e)
{
    return read_column(p, &state_of(p)->rtts, e);
}

static int read_asns(struct trace_json *p, struct err *e)
{
    return read_column(p, &state_of(p)->asns, e);
}

/* An array that has another length than the hops can't be told which hop it is of. */
static bool usable(struct trace_json *p, struct column *c)
{
    if (c->there && c->n != state_of(p)->n_hops)
        trace_json_remark(p, "rtts or asns of another length than hops");
    return c->there && c->n == state_of(p)->n_hops;
}

static int put_hop(struct trace_json *p, size_t i, struct err *e)
{
    struct ps_trace *d = state_of(p);
    double ttl = d->ttls.v[i];
    struct responder *r;
    struct hop *h;
    struct err why = {0};

    if (!(ttl >= 1 && ttl <= TRACE_MAX_HOPS && ttl == floor(ttl)))
        return jread_fail(p->j, e, ERR_SCHEMA, "a TTL that is not 1 to 255");
    h = trace_hop(p->reader, (int64_t)ttl);
    h->probes++;
    if (!addr_is_set(&d->hops[i]))
        trace_json_remark(p, "a responder without an address");
    if (trace_responder(p->reader, h, &d->hops[i], &r, &why) < 0)
        return jread_fail(p->j, e, why.code, "%s", why.msg);
    if (d->rtts.n == d->n_hops && d->rtts.v[i] > 0)
        trace_time(r, d->rtts.v[i]);
    if (d->asns.n == d->n_hops && d->asns.v[i] >= 1 && d->asns.v[i] <= UINT32_MAX)
        r->asn = (int64_t)d->asns.v[i];
    return 0;
}

static int end_document(struct trace_json *p, struct err *e)
{
    struct ps_trace *d = state_of(p);
    int rc = 0;

    if (!d->hops_there)
        return 0; /* an envelope */
    if (!d->ttls.there || d->ttls.n != d->n_hops)
        return jread_fail(p->j, e, ERR_SCHEMA, "ttls and hops are not parallel");
    usable(p, &d->rtts);
    usable(p, &d->asns);
    for (size_t i = 0; i < d->n_hops && rc == 0; i++)
        rc = put_hop(p, i, e);
    if (rc == 0 && d->n_hops == 0)
        trace_json_remark(p, "a document without hops");
    p->reader->trace.ended = true;
    d->hops_there = false;
    return rc == 0 ? trace_json_end(p, e) : rc;
}

static int read_source(struct trace_json *p, struct err *e)
{
    return trace_json_maybe(p, read_document, e);
}

static int read_hits(struct trace_json *p, struct err *e)
{
    enum jread_token t;
    int rc = jread_peek(p->j, &t, e);

    if (rc < 0)
        return rc;
    return t == JREAD_ARRAY ? trace_json_each(p, read_document, e)
                            : trace_json_maybe(p, read_document, e);
}

static int read_document(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"src", read_src},
                                                 {"dest", read_dest},
                                                 {"timestamp", read_timestamp},
                                                 {"hops", read_hops},
                                                 {"ttls", read_ttls},
                                                 {"rtts", read_rtts},
                                                 {"asns", read_asns},
                                                 {"destination_reached", read_reached},
                                                 {"_source", read_source},
                                                 {"hits", read_hits},
                                                 {NULL, NULL}};
    struct ps_trace *d = state_of(p);
    int rc;

    trace_begin(p->reader);
    d->n_hops = d->ttls.n = d->rtts.n = d->asns.n = 0;
    d->hops_there = d->ttls.there = d->rtts.there = d->asns.there = false;
    rc = trace_json_keys(p, keys, e);
    return rc == 0 ? end_document(p, e) : rc;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct ps_trace d = {0};

    return trace_json_bytes(r, text, read_document, &d, e);
}

static int likeness(const struct agent_file *f)
{
    unsigned need = SIGHT_HOPS | SIGHT_TTLS | SIGHT_DEST;

    return (trace_json_look(f) & need) == need ? 90 : 0;
}

static const struct trace_form form = {"perfsonar", parse};

const struct agent_dialect trace_dialect_ps_trace = {
    .name = "ps-trace",
    .summary = "WLCG ps_trace documents (JSON; alone, lines, arrays, search answers)",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
