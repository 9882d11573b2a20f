/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mtr --json: {"report": {"mtr": {"src", "dst", "tests"}, "hubs": [{"count": 1, "host":
 * "192.0.2.1", "Loss%": 0.0, "Snt": 5, "Best": 0.07, "ASN"}]}}; numbers may be texts. "host"
 * may be "name (address)" or "???".
 */
#include <math.h>
#include <string.h>

#include "agents/sources/trace/json.h"
#include "agents/sources/trace/text.h"
#include "net/asn.h"

struct hub {
    int64_t ttl, sent, asn;
    double loss, best;
    struct addr addr;
    bool silent, named; /* "???"; a name that is not an address */
};

static int read_src(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.source, e);
}

static int read_dst(struct trace_json *p, struct err *e)
{
    return trace_json_addr(p, &p->reader->trace.destination, e);
}

static int read_mtr(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"src", read_src}, {"dst", read_dst}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static int read_count(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_HOPS, &((struct hub *)p->state)->ttl, e);
}

static int read_sent(struct trace_json *p, struct err *e)
{
    return trace_json_count(p, TRACE_MAX_PROBES, &((struct hub *)p->state)->sent, e);
}

static int read_loss(struct trace_json *p, struct err *e)
{
    return trace_json_number(p, &((struct hub *)p->state)->loss, e);
}

static int read_best(struct trace_json *p, struct err *e)
{
    return trace_json_number(p, &((struct hub *)p->state)->best, e);
}

static int read_asn(struct trace_json *p, struct err *e)
{
    struct slice s;
    uint32_t asn;
    int rc = jread_str(p->j, &s, e);

    if (rc == 0 && asn_parse(slice_trim(s), &asn))
        ((struct hub *)p->state)->asn = asn;
    return rc;
}

static int read_host(struct trace_json *p, struct err *e)
{
    struct hub *h = p->state;
    struct slice s, word, next;
    int rc = jread_str(p->j, &s, e);

    if (rc < 0 || !slice_word(&s, &word))
        return rc;
    h->silent = slice_eq(word, "???");
    h->named = !h->silent && !(text_word(&s, &next) && text_in_parens(next, &h->addr)) &&
               !text_addr(word, &h->addr);
    return 0;
}

static int put_hub(struct trace_json *p, const struct hub *h, struct err *e)
{
    struct hop *hop;
    struct responder *r;
    struct err why = {0};

    if (h->ttl == FACT_NONE || h->ttl == 0)
        return jread_fail(p->j, e, ERR_SCHEMA, "a hub without its count");
    hop = trace_hop(p->reader, h->ttl);
    hop->probes = h->sent;
    hop->lost = h->sent;
    if (h->silent)
        return 0;
    hop->lost = h->sent == FACT_NONE || !(h->loss >= 0 && h->loss <= 100)
                    ? FACT_NONE
                    : (int64_t)((double)h->sent * h->loss / 100 + 0.5);
    if (h->named)
        trace_json_remark(p, "a responder with a name but no address");
    if (trace_responder(p->reader, hop, &h->addr, &r, &why) < 0)
        return jread_fail(p->j, e, why.code, "%s", why.msg);
    if (h->best >= 0)
        trace_time(r, h->best);
    r->asn = h->asn;
    return 0;
}

static int read_hub(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"count", read_count}, {"host", read_host}, {"Snt", read_sent}, {"Loss%", read_loss},
        {"Best", read_best},   {"ASN", read_asn},   {NULL, NULL}};
    struct hub h = {.ttl = FACT_NONE,
                    .sent = FACT_NONE,
                    .asn = FACT_NONE,
                    .loss = NAN,
                    .best = NAN,
                    .silent = true};
    int rc;

    p->state = &h;
    rc = trace_json_keys(p, keys, e);
    p->state = NULL;
    return rc == 0 ? put_hub(p, &h, e) : rc;
}

static int read_hubs(struct trace_json *p, struct err *e)
{
    return trace_json_each(p, read_hub, e);
}

static int read_report(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {
        {"mtr", read_mtr}, {"hubs", read_hubs}, {NULL, NULL}};

    return trace_json_keys(p, keys, e);
}

static int read_document(struct trace_json *p, struct err *e)
{
    static const struct trace_json_key keys[] = {{"report", read_report}, {NULL, NULL}};
    int rc;

    trace_begin(p->reader);
    p->reader->trace.ended = true;
    rc = trace_json_keys(p, keys, e);
    if (rc == 0 && !trace_has_hops(p->reader))
        trace_json_remark(p, "a document without hubs");
    return rc == 0 ? trace_json_end(p, e) : rc;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    return trace_json_bytes(r, text, read_document, NULL, e);
}

static int likeness(const struct agent_file *f)
{
    return trace_json_look(f) & SIGHT_MTR ? 95 : 0;
}

static const struct trace_form form = {"mtr", parse};

const struct agent_dialect trace_dialect_mtr_json = {
    .name = "mtr-json",
    .summary = "mtr --json",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
