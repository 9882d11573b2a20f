/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iputils' tracepath. A TTL has a line for each answer, and answers may come late:
 *
 *    1?: [LOCALHOST]              pmtu 1500
 *    1:  NAME (ADDRESS)           4.063ms pmtu 1480
 *    2:  no reply
 *    3:  ADDRESS                  0.025ms asymm  4      early ones: asymm  4   0.025ms
 *    2:  ADDRESS                  12000.559ms
 *    4:  ADDRESS                  0.420ms reached
 *        Resume: pmtu 1480 hops 4 back 4
 */
#include <string.h>

#include "agents/sources/trace/dialects.h"
#include "agents/sources/trace/text.h"

#define MAX_LOOK 200 /* lines that likeness() looks at */

struct tracepath {
    struct trace_reader *reader;
    struct text at; /* for messages */
};

/* "N:" or "N?:" */
static bool read_ttl(struct slice word, uint64_t *ttl, bool *unsure)
{
    if (word.n < 2 || word.p[word.n - 1] != ':')
        return false;
    word.n--;
    *unsure = word.p[word.n - 1] == '?';
    word.n -= *unsure;
    return slice_u64(word, TRACE_MAX_HOPS, ttl) && *ttl > 0;
}

static bool is_time(struct slice word, struct slice *rest, double *ms)
{
    return text_time(word, rest, ms) && *ms >= 0;
}

/* "reached", "asymm 4", "pmtu 1500", "!H" */
static int read_tail(struct tracepath *p, struct slice rest, struct responder *r, struct err *e)
{
    struct trace *t = &p->reader->trace;
    struct slice word, value;
    int rc = 0;

    while (rc == 0 && slice_word(&rest, &word)) {
        if (slice_eq(word, "reached")) {
            t->reached = t->ended = true;
            t->destination = r->addr;
        } else if (slice_eq(word, "asymm") || slice_eq(word, "pmtu")) {
            slice_word(&rest, &value);
        } else if (word.p[0] == '!' && word.n <= 8) {
            rc = trace_text(p->reader, word, &r->note, e);
        } else {
            trace_remark(p->reader, p->at.number, "words behind an answer");
        }
    }
    return rc;
}

/* NAME, ADDRESS, NAME (ADDRESS) or ??? with a time */
static int read_answer(struct tracepath *p, struct hop *h, struct slice rest, struct err *e)
{
    struct slice host, word;
    struct addr a = {0};
    struct responder *r;
    double ms;
    int rc;

    if (!slice_word(&rest, &host) || !text_word(&rest, &word))
        return text_fail(&p->at, p->at.line, e, "an answer without a time");
    if (!text_in_parens(word, &a) && !text_addr(host, &a) && !text_is_name(host) &&
        !slice_eq(host, "???"))
        return text_fail(&p->at, host, e, "a responder that is neither name nor address");
    if (word.p[0] == '(' && !text_word(&rest, &word))
        return text_fail(&p->at, host, e, "an answer without a time");
    if (slice_eq(word, "asymm") && (!text_word(&rest, &word) || !text_word(&rest, &word)))
        return text_fail(&p->at, host, e, "an answer without a time");
    if (!is_time(word, &rest, &ms))
        return text_fail(&p->at, word, e, "not a time");
    rc = trace_responder(p->reader, h, &a, &r, e);
    if (rc < 0)
        return err_in(e, "%lld:1", (long long)p->at.number);
    if (!addr_is_set(&a))
        trace_remark(p->reader, p->at.number, "a responder with a name but no address");
    trace_time(r, ms);
    if (h->lost > 0)
        h->lost--; /* it was late, not lost */
    else if (h->probes < TRACE_MAX_PROBES)
        h->probes++;
    return read_tail(p, rest, r, e);
}

static int read_hop(struct tracepath *p, uint64_t ttl, struct slice rest, struct err *e)
{
    struct slice said = slice_trim(rest);
    struct hop *h;

    if (slice_eq(said, "send failed")) {
        trace_remark(p->reader, p->at.number, "a probe that could not be sent");
        return 0;
    }
    if (said.n == 0)
        return text_fail(&p->at, p->at.line, e, "a TTL without an answer");
    h = trace_hop(p->reader, (int64_t)ttl);
    if (!slice_eq(said, "no reply"))
        return read_answer(p, h, rest, e);
    if (h->probes < TRACE_MAX_PROBES) {
        h->probes++;
        h->lost++;
    }
    return 0;
}

static int end_trace(struct tracepath *p, struct err *e)
{
    int rc = trace_end(p->reader, e);

    return rc < 0 ? err_in(e, "%lld:1", (long long)p->at.number) : 0;
}

static int read_line(void *payload, struct err *e)
{
    struct tracepath *p = payload;
    struct slice rest = p->at.line, word;
    uint64_t ttl = 0;
    bool unsure = false;

    if (!slice_word(&rest, &word))
        return 0;
    if (read_ttl(word, &ttl, &unsure)) {
        if (unsure && slice_starts(slice_trim(rest), "[LOCALHOST]"))
            return ttl == 1 ? end_trace(p, e) : 0; /* another trace, or a smaller MTU */
        if (!unsure)
            return read_hop(p, ttl, rest, e);
        trace_remark(p->reader, p->at.number, "an answer of which the TTL is not sure");
    } else if (slice_eq(word, "Resume:")) {
        p->reader->trace.ended = true;
        return end_trace(p, e);
    } else if (slice_eq(word, "Too")) { /* "Too many hops: pmtu 1500" */
        p->reader->trace.ended = true;
    } else {
        trace_remark(p->reader, p->at.number, "a line that is no hop");
    }
    return 0;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct tracepath p = {.reader = r};
    int rc = text_lines(&p.at, text, read_line, &p, e);

    return rc == 0 ? end_trace(&p, e) : rc;
}

static int likeness(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line;
    int hops = 0;

    for (int i = 0; i < MAX_LOOK && slice_line(&rest, &line); i++) {
        struct slice word, host;
        uint64_t ttl;
        double ms;
        bool unsure;

        if (!slice_word(&line, &word) || !read_ttl(word, &ttl, &unsure))
            continue;
        line = slice_trim(line);
        if (unsure && slice_starts(line, "[LOCALHOST]"))
            return 95;
        hops += slice_eq(line, "no reply") ||
                (slice_word(&line, &host) && text_word(&line, &word) &&
                 (is_time(word, &line, &ms) || word.p[0] == '('));
    }
    return hops > 1 ? 70 : 0;
}

static const struct trace_form form = {"tracepath", parse};

const struct agent_dialect trace_dialect_tracepath = {
    .name = "tracepath",
    .summary = "tracepath of iputils",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
