/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scamper -O json, sc_warts2json: an object per line, cycles around them, M-Lab's metadata
 * before.
 *
 *   {"type": "trace", "src", "dst", "stop_reason", "start": {"sec", "usec"}, "hop_count",
 *    "attempts", "firsthop", "hops": [{"addr", "probe_ttl", "probe_id", "rtt", "icmp_type",
 *    "icmp_code", "icmpext": [{"mpls_labels": [...]}]}]}
 *
 * TTLs that did not answer are left out; each had "attempts" probes. A probe_id counts the
 * probes of a TTL from 1.
 *
 *   {"type": "tracelb", ..., "nodes": [{"addr", "links": [[{"addr", "probes": [{"ttl",
 *    "replies": [{"rtt", "icmp_type", "icmp_code"}]}]}]]}]}
 *
 * Probes stand with the node that they reached, so the first node has none.
 */
#include "agents/sources/trace/scamper.h"

#include <math.h>
#include <string.h>

#include "agents/sources/trace/text.h"

#define MICROSECONDS INT64_C(1000000)
#define MAX_SECONDS  INT64_C(9000000000000)

/* An answer: of a hop, or of a probe within a link. */
struct answer {
    struct addr addr;
    int64_t ttl, id, type, code;
    double rtt;
    struct buf labels;
};

struct record {
    char type[16];
    int64_t sec, usec, hop_count, attempts, first;
    int64_t ids[TRACE_MAX_HOPS + 1]; /* largest probe_id that was answered */
    int64_t answers[TRACE_MAX_HOPS + 1];
    struct answer answer; /* being read */
    int64_t replies;      /* to the probe being read */
    bool first_node;
    struct addr node, link; /* being read */
};

static struct record *record_of(struct trace_json *p)
{
    return p->state;
}

/* --- common --- */

static int read_type(struct trace_json *p, struct err *e)
{
    struct record *x = record_of(p);
    struct slice s;
    int rc = jread_str(p->j, &s, e);

    if (rc == 0 && s.n < sizeof(x->type))
        memcpy(x->type, s.p, s.n + 1);
    else if (rc == 0)
        strcpy(x->type, "?");
    return rc;
}

static int read_src(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.source, e);
}

static int read_dst(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.destination, e);
}

static int read_stop(struct trace_json *p, struct err *e)
{
    struct slice s;
    int rc = jread_str(p->j, &s, e);

    if (rc == 0)
        p->reader->trace.reached = slice_eq(s, "COMPLETED");
    return rc;
}

static int read_sec(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, MAX_SECONDS, &record_of(p)->sec, e);
}

static int read_usec(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, MICROSECONDS, &record_of(p)->usec, e);
}

static int read_start(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"sec", read_sec}, {"usec", read_usec}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static int read_hop_count(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_HOPS, &record_of(p)->hop_count, e);
}

static int read_attempts(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_PROBES, &record_of(p)->attempts, e);
}

static int read_first(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_HOPS, &record_of(p)->first, e);
}

static int read_addr(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &record_of(p)->answer.addr, e);
}

static int read_rtt(struct trace_json *p, struct err *e)
{
    return trace_json_number(p, &record_of(p)->answer.rtt, e);
}

static int read_icmp_type(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, 255, &record_of(p)->answer.type, e);
}

static int read_icmp_code(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, 255, &record_of(p)->answer.code, e);
}

static int read_labels(struct trace_json *p, struct err *e)
{
    static const char *const names[4] = {"mpls_label", "mpls_exp", "mpls_s", "mpls_ttl"};

    return trace_json_labels(p, names, &record_of(p)->answer.labels, e);
}

static int read_extension(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"mpls_labels", read_labels}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static int read_extensions(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_extension, e);
}

static void forget_answer(struct record *x)
{
    buf_free(&x->answer.labels);
    x->answer = (struct answer){
        .ttl = FACT_NONE, .id = FACT_NONE, .type = FACT_NONE, .code = FACT_NONE, .rtt = NAN};
}

static int put_answer(struct trace_json *p, struct hop *h, const struct addr *a, struct err *e)
{
    struct answer *w = &record_of(p)->answer;
    struct responder *r;
    struct err why = {0};
    int rc = trace_responder(p->reader, h, a, &r, &why);

    if (rc < 0)
        return jread_fail(p->j, e, rc, "%s", why.msg);
    if (!addr_is_set(a))
        trace_json_remark(p, "an answer without an address");
    if (w->rtt >= 0)
        trace_time(r, w->rtt);
    if (r->note == NULL)
        r->note = trace_icmp_note(p->reader, a->family, w->type, w->code);
    if (w->labels.len > 0)
        rc = trace_text(p->reader, (struct slice){w->labels.data, w->labels.len}, &r->label, e);
    return rc;
}

/* --- trace --- */

static int read_ttl(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_HOPS, &record_of(p)->answer.ttl, e);
}

static int read_id(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_PROBES, &record_of(p)->answer.id, e);
}

static int read_hop(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"addr", read_addr},           {"probe_ttl", read_ttl},
        {"probe_id", read_id},         {"rtt", read_rtt},
        {"icmp_type", read_icmp_type}, {"icmp_code", read_icmp_code},
        {"icmpext", read_extensions},  {NULL, NULL}};
    struct record *x = record_of(p);
    int64_t ttl;
    int rc;

    forget_answer(x);
    rc = trace_json_keys(p, keys, e);
    ttl = x->answer.ttl;
    if (rc < 0)
        return rc;
    if (ttl == FACT_NONE || ttl == 0)
        return jread_fail(p->j, e, ERR_SCHEMA, "a hop without its probe_ttl");
    x->answers[ttl]++;
    if (x->answer.id > x->ids[ttl])
        x->ids[ttl] = x->answer.id;
    return put_answer(p, trace_hop(p->reader, ttl), &x->answer.addr, e);
}

static int read_hops(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_hop, e);
}

/* TTLs from the first probed to the last, and how many probes they had. */
static void count_probes(struct trace_json *p, const struct record *x)
{
    int64_t first = x->first > 0 ? x->first : 1, last = p->reader->last;

    if (x->hop_count > last)
        last = x->hop_count;
    for (int64_t ttl = first; ttl <= last && trace_has_hops(p->reader); ttl++) {
        struct hop *h = trace_hop(p->reader, ttl);

        if (x->answers[ttl] == 0) {
            h->probes = h->lost = x->attempts;
            continue;
        }
        h->probes = x->ids[ttl] > x->answers[ttl] ? x->ids[ttl] : x->answers[ttl];
        h->lost = h->probes - x->answers[ttl];
    }
}

/* --- tracelb --- */

static int read_probe_ttl(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_HOPS, &record_of(p)->answer.ttl, e);
}

/* Replies may stand before the TTL, so that only the best is kept. */
static int read_reply(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"rtt", read_rtt},
                                                 {"icmp_type", read_icmp_type},
                                                 {"icmp_code", read_icmp_code},
                                                 {"icmpext", read_extensions},
                                                 {NULL, NULL}};
    struct record *x = record_of(p);
    double best = x->answer.rtt;
    int rc = trace_json_keys(p, keys, e);

    if (best < x->answer.rtt || isnan(x->answer.rtt))
        x->answer.rtt = best;
    x->replies++;
    return rc;
}

static int read_replies(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_reply, e);
}

static int read_probe(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"ttl", read_probe_ttl}, {"replies", read_replies}, {NULL, NULL}};
    struct record *x = record_of(p);
    struct hop *h;
    int rc;

    forget_answer(x);
    x->replies = 0;
    rc = trace_json_keys(p, keys, e);
    if (rc < 0)
        return rc;
    if (x->answer.ttl == FACT_NONE || x->answer.ttl == 0)
        return jread_fail(p->j, e, ERR_SCHEMA, "a probe without its ttl");
    h = trace_hop(p->reader, x->answer.ttl);
    if (h->probes >= TRACE_MAX_PROBES)
        return jread_fail(p->j, e, ERR_LIMIT, "too many probes at one TTL");
    h->probes++;
    h->lost += x->replies == 0;
    return x->replies > 0 ? put_answer(p, h, &x->link, e) : 0;
}

static int read_probes(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_probe, e);
}

static int read_link_addr(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &record_of(p)->link, e);
}

static int read_link(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"addr", read_link_addr}, {"probes", read_probes}, {NULL, NULL}};

    record_of(p)->link = (struct addr){0};
    return trace_json_keys(p, keys, e);
}

/* A link's hops: "*" between routers that answered. */
static int read_link_hops(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_link, e);
}

static int read_links(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_link_hops, e);
}

static int read_node_addr(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &record_of(p)->node, e);
}

static int read_node(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"addr", read_node_addr}, {"links", read_links}, {NULL, NULL}};
    struct record *x = record_of(p);
    int rc;

    x->node = (struct addr){0};
    rc = trace_json_keys(p, keys, e);
    if (rc == 0 && x->first_node) {
        struct hop *h = trace_hop(p->reader, x->first > 0 ? x->first : 1);

        x->first_node = false;
        forget_answer(x);
        if (addr_is_set(&x->node))
            rc = put_answer(p, h, &x->node, e);
    }
    return rc;
}

static int read_nodes(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_node, e);
}

/* --- lines --- */

static int end_record(struct trace_json *p, struct record *x, struct err *e)
{
    struct trace *t = &p->reader->trace;
    bool trace = strcmp(x->type, "trace") == 0, lb = strcmp(x->type, "tracelb") == 0;

    if (x->sec != FACT_NONE)
        t->observed = x->sec * MICROSECONDS + (x->usec != FACT_NONE ? x->usec : 0);
    t->ended = true;
    if (trace || lb) {
        if (!trace_has_hops(p->reader))
            trace_json_remark(p, "a trace without hops");
        if (trace)
            count_probes(p, x);
        return trace_json_end(p, e);
    }
    if (strcmp(x->type, "ping") == 0)
        trace_json_remark(p, "a ping");
    else if (x->type[0] != '\0' && strncmp(x->type, "cycle-", 6) != 0)
        trace_json_remark(p, "a record that is no trace");
    trace_begin(p->reader);
    return 0;
}

/* The keys of a record. M-Lab's converted files wrap it: {"Metadata", "CycleStart", "Trace": {a
 * record}, "CycleStop"}. */
static int read_record(struct trace_json *p, struct err *e);

static int read_wrapped(struct trace_json *p, struct err *e)
{
    return trace_json_maybe(p, read_record, e);
}

static int read_record(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"type", read_type},
                                                 {"src", read_src},
                                                 {"dst", read_dst},
                                                 {"stop_reason", read_stop},
                                                 {"start", read_start},
                                                 {"hop_count", read_hop_count},
                                                 {"attempts", read_attempts},
                                                 {"firsthop", read_first},
                                                 {"hops", read_hops},
                                                 {"nodes", read_nodes},
                                                 {"Trace", read_wrapped},
                                                 {"Tracelb", read_wrapped},
                                                 {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

int scamper_object(struct trace_json *p, struct err *e)
{
    struct record x = {.sec = FACT_NONE,
                       .usec = FACT_NONE,
                       .hop_count = FACT_NONE,
                       .attempts = FACT_NONE,
                       .first = FACT_NONE,
                       .first_node = true};
    int rc;

    trace_begin(p->reader);
    p->state = &x;
    rc = read_record(p, e);
    if (rc == 0)
        rc = end_record(p, &x, e);
    forget_answer(&x);
    p->state = NULL;
    return rc;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    return trace_json_bytes(r, text, scamper_object, NULL, e);
}

static int likeness(const struct agent_file *f)
{
    unsigned sights = trace_json_look(f);

    if (sights & SIGHT_ATLAS)
        return 0;
    return sights & SIGHT_SCAMPER ? 95 : sights & SIGHT_CALLER ? 90 : 0;
}

static const struct trace_form form = {"scamper", parse};

const struct agent_dialect trace_dialect_scamper = {
    .name = "scamper",
    .summary = "scamper -O json, sc_warts2json, M-Lab's scamper1 and scamper2 data",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
