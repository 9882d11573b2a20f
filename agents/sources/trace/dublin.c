/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dublin-traceroute: several paths to one destination, told apart by port ("flow"). They are
 * stated as one path, whose TTLs have all their responders:
 *
 *   {"flows": {"33434": [{"sent": {"timestamp", "ip": {"src", "dst", "ttl"}}, "received":
 * {"ip":
 *    {"src"}, "icmp": {"type", "code", "mpls_labels"}} | null, "rtt_usec": 10103}]}}
 */
#include <math.h>
#include <string.h>

#include "agents/sources/trace/json.h"

#define MAX_TIME 9e12 /* seconds */

struct packet {
    struct addr src, dst;
    int64_t ttl, type, code;
    double time; /* seconds since 1970; NAN: not told */
    struct buf labels;
};

struct dublin {
    struct packet packet; /* being read */
    struct packet sent, received;
    bool answered;
    double rtt; /* microseconds */
};

static struct packet *packet_of(struct trace_json *p)
{
    return &((struct dublin *)p->state)->packet;
}

static int read_src(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &packet_of(p)->src, e);
}

static int read_dst(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &packet_of(p)->dst, e);
}

static int read_ttl(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_HOPS, &packet_of(p)->ttl, e);
}

static int read_ip(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"src", read_src}, {"dst", read_dst}, {"ttl", read_ttl}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static int read_type(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, 255, &packet_of(p)->type, e);
}

static int read_code(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, 255, &packet_of(p)->code, e);
}

static int read_labels(struct trace_json *p, struct err *e)
{
    static const char *const names[4] = {"label", "experimental", "bottom_of_stack", "ttl"};

    return trace_json_labels(p, names, &packet_of(p)->labels, e);
}

static int read_icmp(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"type", read_type}, {"code", read_code}, {"mpls_labels", read_labels}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static int maybe_icmp(struct trace_json *p, struct err *e)
{
    return trace_json_maybe(p, read_icmp, e);
}

static int read_time(struct trace_json *p, struct err *e)
{
    return trace_json_number(p, &packet_of(p)->time, e);
}

static int read_packet(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"ip", read_ip}, {"icmp", maybe_icmp}, {"timestamp", read_time}, {NULL, NULL}};

    buf_free(&packet_of(p)->labels);
    *packet_of(p) =
        (struct packet){.ttl = FACT_NONE, .type = FACT_NONE, .code = FACT_NONE, .time = NAN};
    return trace_json_keys(p, keys, e);
}

static int read_sent(struct trace_json *p, struct err *e)
{
    struct dublin *d = p->state;
    int rc = read_packet(p, e);

    d->sent = d->packet;
    d->sent.labels = (struct buf){0}; /* the packet's to free */
    return rc;
}

static int read_received(struct trace_json *p, struct err *e)
{
    struct dublin *d = p->state;
    enum jread_token t;
    int rc = jread_peek(p->j, &t, e);

    if (rc < 0 || t != JREAD_OBJECT)
        return rc < 0 ? rc : jread_skip(p->j, e);
    rc = read_packet(p, e);
    d->answered = true;
    buf_free(&d->received.labels);
    d->received = d->packet;
    d->packet.labels = (struct buf){0};
    return rc;
}

static int read_rtt(struct trace_json *p, struct err *e)
{
    return trace_json_number(p, &((struct dublin *)p->state)->rtt, e);
}

static int put_answer(struct trace_json *p, const struct dublin *d, struct hop *h,
                      struct err *e)
{
    const struct packet *q = &d->received;
    struct responder *r;
    struct err why = {0};

    if (trace_responder(p->reader, h, &q->src, &r, &why) < 0)
        return jread_fail(p->j, e, why.code, "%s", why.msg);
    if (d->rtt >= 0)
        trace_time(r, d->rtt / 1000);
    if (r->note == NULL)
        r->note = trace_icmp_note(p->reader, q->src.family, q->type, q->code);
    return q->labels.len == 0
               ? 0
               : trace_text(p->reader, (struct slice){q->labels.data, q->labels.len}, &r->label,
                            e);
}

/* All probes of a document have the same ends. */
static int settle_ends(struct trace_json *p, const struct packet *sent, struct err *e)
{
    struct trace *t = &p->reader->trace;

    if ((addr_is_set(&t->source) && !addr_eq(&t->source, &sent->src)) ||
        (addr_is_set(&t->destination) && !addr_eq(&t->destination, &sent->dst)))
        return jread_fail(p->j, e, ERR_SCHEMA, "probes of different sources or destinations");
    t->source = sent->src;
    t->destination = sent->dst;
    if (sent->time >= 0 && sent->time <= MAX_TIME) {
        int64_t us = (int64_t)(sent->time * 1e6 + 0.5);

        t->observed = t->observed == FACT_NONE || us < t->observed ? us : t->observed;
    }
    return 0;
}

static int put_probe(struct trace_json *p, const struct dublin *d, struct err *e)
{
    struct hop *h;
    int rc;

    if (d->sent.ttl == FACT_NONE || d->sent.ttl == 0)
        return jread_fail(p->j, e, ERR_SCHEMA, "a probe without the TTL it was sent with");
    rc = settle_ends(p, &d->sent, e);
    if (rc < 0)
        return rc;
    h = trace_hop(p->reader, d->sent.ttl);
    if (h->probes >= TRACE_MAX_PROBES)
        return jread_fail(p->j, e, ERR_LIMIT, "too many probes at one TTL");
    h->probes++;
    h->lost += !d->answered;
    return d->answered ? put_answer(p, d, h, e) : 0;
}

static int read_probe(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"sent", read_sent}, {"received", read_received}, {"rtt_usec", read_rtt}, {NULL, NULL}};
    struct dublin *d = p->state;
    int rc;

    *d = (struct dublin){.rtt = NAN, .sent.ttl = FACT_NONE};
    rc = trace_json_keys(p, keys, e);
    if (rc == 0)
        rc = put_probe(p, d, e);
    buf_free(&d->packet.labels);
    buf_free(&d->received.labels);
    return rc;
}

static int read_flows(struct trace_json *p, struct err *e)
{
    struct slice key;
    int rc = jread_expect(p->j, JREAD_OBJECT, e);

    while (rc >= 0 && (rc = jread_key(p->j, &key, e)) > 0)
        rc = trace_json_each(p, read_probe, e);
    return rc;
}

static int read_document(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"flows", read_flows}, {NULL, NULL}};
    int rc;

    trace_begin(p->reader);
    p->reader->trace.ended = true;
    rc = trace_json_keys(p, keys, e);
    return rc == 0 ? trace_json_end(p, e) : rc;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct dublin d = {0};

    return trace_json_bytes(r, text, read_document, &d, e);
}

static int likeness(const struct agent_file *f)
{
    return trace_json_look(f) & SIGHT_FLOWS ? 95 : 0;
}

static const struct trace_form form = {"dublin-traceroute", parse};

const struct agent_dialect trace_dialect_dublin = {
    .name = "dublin",
    .summary = "dublin-traceroute (JSON)",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
