/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/trace/dialects.h"

#include <stdio.h>
#include <string.h>

const struct agent_dialect *const trace_dialects[] = {
    &trace_dialect_traceroute, &trace_dialect_ios,
    &trace_dialect_tracert,    &trace_dialect_tracepath,
    &trace_dialect_mtr,        &trace_dialect_mtr_csv,
    &trace_dialect_mtr_raw,    &trace_dialect_mtr_xml,
    &trace_dialect_mtr_json,   &trace_dialect_scamper,
    &trace_dialect_warts,      &trace_dialect_atlas,
    &trace_dialect_dublin,     &trace_dialect_ps_trace,
    &trace_dialect_winmtr,     NULL,
};

/* A file whose traces are being stated. */
struct stating {
    struct agent *agent;
    const struct agent_file *file;
    const struct trace_form *form;
    const struct trace_known *known;
    struct batch_sink *sink;
    struct trace_reader *reader;
    bool begun; /* a batch is open */
};

static int check_end(const struct addr *told, const struct addr *known, const char *what,
                     struct err *e)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];

    if (!addr_is_set(known) || !addr_is_set(told) || addr_eq(known, told))
        return 0;
    return err_set(e, ERR_CONFLICT, "the header names %s as %s, the spool %s",
                   addr_format(told, a), what, addr_format(known, b));
}

/* Source and destination of the trace, as far as the document or the spool tells. */
static int settle_ends(const struct stating *s, struct trace *t, struct err *e)
{
    const struct trace_known *k = s->known;
    int rc = check_end(&t->destination, &k->destination, "destination", e);

    if (rc == 0)
        rc = check_end(&t->source, &k->source, "source", e);
    if (rc < 0)
        return rc;
    if (!addr_is_set(&t->source))
        t->source = k->source;
    if (!addr_is_set(&t->destination))
        t->destination = k->destination;
    if (!k->ends)
        return 0;
    if (!addr_is_set(&t->source))
        return err_set(e, ERR_SCHEMA, "nothing tells the address it was sent from");
    if (!addr_is_set(&t->destination))
        return err_set(e, ERR_SCHEMA, "nothing tells the address it was sent to");
    if (t->source.family != t->destination.family)
        return err_set(e, ERR_CONFLICT, "source and destination are of two address families");
    return 0;
}

/* It ends at the destination, at the limit of hops, or where it was told that there is no way.
 */
static bool is_whole(const struct trace *t)
{
    const struct hop *last = &t->hops.v[t->hops.n - 1];

    return t->ended || ((t->reached || t->noted || last->ttl == t->max_hops) && !t->gaps);
}

static int check_whole(const struct stating *s, const struct trace *t, struct err *e)
{
    if (is_whole(t))
        return 0;
    if (!s->known->unfinished)
        return err_set(e, ERR_PARSE, "cut short: %s",
                       t->gaps ? "TTLs in between are missing"
                               : "neither the destination nor the last TTL is there");
    trace_remark_whole(s->reader, "a trace that was cut short");
    return 0;
}

/* 0 only if an answer of the destination would have been known and seen. */
static int64_t reached(const struct trace *t)
{
    if (t->reached)
        return 1;
    return addr_is_set(&t->destination) && is_whole(t) ? 0 : FACT_NONE;
}

/* The batch is as old as its first trace, when nothing else tells. */
static int begin_batch(struct stating *s, const struct trace *t, struct err *e)
{
    struct agent_file f = *s->file;
    struct batch_head head;
    int rc;

    if (s->begun)
        return 0;
    if (f.observed == FACT_NONE)
        f.observed = t->observed;
    head = agent_file_batch(s->agent, &f, BATCH_REPLACE);
    rc = s->sink->begin(s->sink, &head, e);
    s->begun = rc == 0;
    return rc;
}

static int put_trace(void *payload, const struct trace *seen, struct err *e)
{
    struct stating *s = payload;
    struct trace t = *seen;
    struct fact_observed_path f;
    int rc = settle_ends(s, &t, e);

    t.reached = t.reached || trace_destination_answered(&t);
    if (t.observed == FACT_NONE)
        t.observed = s->known->observed;
    if (rc == 0)
        rc = check_whole(s, &t, e);
    if (rc == 0)
        rc = begin_batch(s, &t, e);
    if (rc < 0)
        return rc;
    fact_init(FACT_OBSERVED_PATH, &f);
    f.source = t.source;
    f.destination = t.destination;
    f.observed = t.observed;
    f.reached = reached(&t);
    f.hops = t.hops;
    f.tool = s->form->tool;
    f.table = t.table;
    return s->sink->put(s->sink, FACT_OBSERVED_PATH, &f, e);
}

static void tell_remarks(const struct stating *s)
{
    const struct trace_reader *r = s->reader;

    for (size_t i = 0; i < r->n_remarks; i++) {
        const struct trace_remark *m = &r->remarks[i];
        char where[sizeof(m->where) + TRACE_MAX_LABEL], reason[300];

        snprintf(where, sizeof(where), "%.200s: %s", s->file->name, m->where);
        if (m->n > 1)
            snprintf(reason, sizeof(reason), "%s (%zu times)", m->reason, m->n);
        else
            snprintf(reason, sizeof(reason), "%s", m->reason);
        s->sink->ignore(s->sink, where, reason);
    }
}

static int end_batch(struct stating *s, int rc, struct err *e)
{
    if (rc == 0 && !s->begun)
        return err_set(e, ERR_NOENT, "no trace%s%s",
                       s->reader->n_remarks > 0 ? "; passed over: " : "",
                       s->reader->n_remarks > 0 ? s->reader->remarks[0].reason : "");
    if (rc == 0) {
        tell_remarks(s);
        return s->sink->commit(s->sink, e);
    }
    if (s->begun)
        s->sink->abort(s->sink);
    return rc;
}

static bool is_cancelled(void *agent)
{
    return agent_cancelled(agent);
}

int trace_state_file(struct agent *a, const struct agent_file *f,
                     const struct trace_known *known, struct batch_sink *sink, struct err *e)
{
    struct stating s = {
        .agent = a, .file = f, .form = f->dialect->parser, .known = known, .sink = sink};
    int rc = trace_reader_new(&s.reader, e);

    if (rc < 0)
        return rc;
    s.reader->name = f->name;
    s.reader->clock = agent_clock(a);
    s.reader->agent = a;
    s.reader->cancelled = is_cancelled;
    s.reader->put = put_trace;
    s.reader->payload = &s;
    rc = f->text.n > 0 ? s.form->parse(s.reader, f->text, e)
                       : err_set(e, ERR_PARSE, "the file is empty");
    rc = end_batch(&s, rc, e);
    trace_reader_free(&s.reader);
    return rc;
}

int trace_read_alone(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                     struct err *e)
{
    const struct trace_known known = {.observed = FACT_NONE, .unfinished = true};

    return trace_state_file(a, f, &known, sink, e);
}
