/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mtr --xml, tag by tag:
 *
 *   <MTR SRC="vm" DST="192.0.2.9" TOS="0x0" PSIZE="64" BITPATTERN="0x00" TESTS="5">
 *     <HUB COUNT="1" HOST="192.0.2.1">
 *       <Loss>0.0%</Loss> <Snt>5</Snt> <Last>0.9</Last> <Best>0.6</Best> ...
 *     </HUB>
 *   </MTR>
 */
#include <math.h>
#include <string.h>

#include "agents/sources/trace/dialects.h"
#include "agents/sources/trace/text.h"

struct xml {
    struct trace_reader *reader;
    struct text at; /* for messages; the line is the whole text */
    struct slice rest;
    struct hop *hop;           /* of the open HUB; NULL: none is open */
    struct responder *current; /* NULL: it has no answer */
    double loss;
    bool open; /* an MTR is */
};

struct tag {
    struct slice name, attributes, text; /* text up to the next tag */
    bool close;
};

static int fail(const struct xml *p, struct slice at, struct err *e, const char *why)
{
    struct text t = {.number = 1, .line = p->at.line};
    const char *newline;

    while ((newline = memchr(t.line.p, '\n', (size_t)(at.p - t.line.p))) != NULL) {
        t.line.p = newline + 1;
        t.number++;
    }
    return text_fail(&t, at, e, why);
}

/* The next tag; comments and declarations are no different. 1, 0 at the end, or a code. */
static int next_tag(struct xml *p, struct tag *t, struct err *e)
{
    const char *open = p->rest.n > 0 ? memchr(p->rest.p, '<', p->rest.n) : NULL, *end, *next;
    struct slice body;

    if (open == NULL)
        return 0;
    end = memchr(open, '>', (size_t)(p->rest.p + p->rest.n - open));
    if (end == NULL)
        return fail(p, (struct slice){open, 0}, e, "a tag that does not end");
    body = slice_trim((struct slice){open + 1, (size_t)(end - open - 1)});
    p->rest = (struct slice){end + 1, (size_t)(p->rest.p + p->rest.n - end - 1)};
    next = p->rest.n > 0 ? memchr(p->rest.p, '<', p->rest.n) : NULL;
    t->text = slice_trim(
        (struct slice){p->rest.p, next != NULL ? (size_t)(next - p->rest.p) : p->rest.n});
    t->close = text_take(&body, "/");
    t->attributes = body;
    t->name = body;
    for (size_t i = 0; i < body.n; i++) {
        if (strchr(" \t\r\n", body.p[i]) != NULL) {
            t->name.n = i;
            break;
        }
    }
    return 1;
}

/* NAME="VALUE" among the attributes */
static bool attribute(const struct tag *t, const char *name, struct slice *value)
{
    struct slice rest = t->attributes, piece;

    while (text_take_until(&rest, "=\"", &piece)) {
        bool ours = piece.n > strlen(name) &&
                    memcmp(piece.p + piece.n - strlen(name), name, strlen(name)) == 0 &&
                    strchr(" \t\r\n\"", piece.p[piece.n - strlen(name) - 1]) != NULL;

        if (!text_take_until(&rest, "\"", value))
            return false;
        if (ours)
            return true;
    }
    return false;
}

static int open_report(struct xml *p, const struct tag *t, struct err *e)
{
    struct slice v;

    if (p->open)
        return fail(p, t->name, e, "an MTR within an MTR");
    p->open = true;
    trace_begin(p->reader);
    if (attribute(t, "SRC", &v))
        text_addr(v, &p->reader->trace.source);
    if (attribute(t, "DST", &v))
        text_addr(v, &p->reader->trace.destination);
    return 0;
}

static int read_host(struct xml *p, struct slice host, struct err *e)
{
    struct slice word, next, rest = host;
    struct addr a = {0};

    p->current = NULL;
    if (slice_eq(host, "???") || !slice_word(&rest, &word))
        return 0;
    if (!(text_word(&rest, &next) && text_in_parens(next, &a)) && !text_addr(word, &a)) {
        if (!text_is_name(word))
            return fail(p, host, e, "a host that is neither name nor address");
        trace_remark(p->reader, p->reader->last, "a responder with a name but no address");
    }
    return trace_responder(p->reader, p->hop, &a, &p->current, e);
}

static int open_hub(struct xml *p, const struct tag *t, struct err *e)
{
    struct slice count, host;
    uint64_t ttl;

    if (!p->open || p->hop != NULL)
        return fail(p, t->name, e, "a HUB that is not in an MTR");
    if (!attribute(t, "COUNT", &count) || !slice_u64(slice_trim(count), TRACE_MAX_HOPS, &ttl) ||
        ttl == 0)
        return fail(p, t->name, e, "a HUB whose COUNT is not 1 to 255");
    if (!attribute(t, "HOST", &host))
        return fail(p, t->name, e, "a HUB without HOST");
    p->hop = trace_hop(p->reader, (int64_t)ttl);
    p->hop->probes = p->hop->lost = FACT_NONE;
    p->loss = NAN;
    return read_host(p, slice_trim(host), e);
}

static int close_hub(struct xml *p)
{
    struct hop *h = p->hop;

    if (h != NULL && h->probes != FACT_NONE) {
        if (p->current == NULL)
            h->lost = h->probes;
        else if (p->loss >= 0 && p->loss <= 100)
            h->lost = (int64_t)((double)h->probes * p->loss / 100 + 0.5);
    }
    p->hop = NULL;
    return 0;
}

static int read_figure(struct xml *p, const struct tag *t, struct err *e)
{
    struct slice s = t->text;
    uint64_t n;
    double v;

    if (s.n > 0 && s.p[s.n - 1] == '%')
        s.n--;
    if (slice_eq(t->name, "Snt")) {
        if (!slice_u64(s, TRACE_MAX_PROBES, &n))
            return fail(p, t->name, e, "Snt is not a count");
        p->hop->probes = (int64_t)n;
    } else if (slice_real(s, &v) && v >= 0) {
        if (slice_eq(t->name, "Loss"))
            p->loss = v;
        else if (slice_eq(t->name, "Best") && p->current != NULL)
            trace_time(p->current, v);
    }
    return 0;
}

static int read_tag(struct xml *p, const struct tag *t, struct err *e)
{
    bool report = slice_eq(t->name, "MTR"), hub = slice_eq(t->name, "HUB");
    int rc;

    if (report && t->close) {
        p->open = false;
        p->reader->trace.ended = true;
        rc = trace_end(p->reader, e);
        return rc < 0 ? err_in(e, "</MTR>") : 0;
    }
    if (report)
        return open_report(p, t, e);
    if (hub)
        return t->close ? close_hub(p) : open_hub(p, t, e);
    return p->hop != NULL && !t->close ? read_figure(p, t, e) : 0;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct xml p = {.reader = r, .at.line = text, .rest = text};
    struct tag t = {0};
    int rc;

    if (!str_is_utf8(text.p, text.n))
        return err_set(e, ERR_PARSE, "not text (UTF-8)");
    while ((rc = next_tag(&p, &t, e)) > 0) {
        rc = read_tag(&p, &t, e);
        if (rc < 0)
            return rc;
    }
    if (rc == 0 && p.open)
        rc = fail(&p, (struct slice){text.p + text.n, 0}, e, "the MTR does not end");
    return rc;
}

static int likeness(const struct agent_file *f)
{
    struct slice head = agent_file_head(f), piece, start = slice_trim(head);

    if (start.n == 0 || start.p[0] != '<')
        return 0;
    return text_take_until(&head, "<MTR ", &piece) ? 95 : 0;
}

static const struct trace_form form = {"mtr", parse};

const struct agent_dialect trace_dialect_mtr_xml = {
    .name = "mtr-xml",
    .summary = "mtr --xml",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
