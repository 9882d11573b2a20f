/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows' tracert: the times stand before the responder, and the words are of the user's
 * language and code page, so only the structure is read.
 *
 *   Tracing route to NAME [ADDRESS] over a maximum of 30 hops:
 *     1    <1 ms     *       2 ms  NAME [ADDRESS]
 *     2     *        *        *     Request timed out.
 *     3  ADDRESS  reports: Destination host unreachable.
 */
#include <ctype.h>
#include <string.h>

#include "agents/sources/trace/dialects.h"
#include "agents/sources/trace/text.h"

#define COLUMNS  3
#define MAX_LOOK 400 /* lines that likeness() looks at */

struct tracert {
    struct trace_reader *reader;
    struct text at; /* for messages */
    struct addr destination;
    int64_t max_hops;
};

/* What a hop line says. */
struct row {
    uint64_t ttl;
    int answered, lost;
    double best;         /* NAN: no time */
    bool less;           /* a time was below 1 ms: the best is not known */
    struct slice behind; /* the columns */
};

/* "<1", "35": whole milliseconds */
static bool read_ms(struct slice word, double *ms, bool *less)
{
    uint64_t n;

    *less = word.n > 1 && word.p[0] == '<';
    if (*less)
        word = (struct slice){word.p + 1, word.n - 1};
    if (!slice_u64(word, 100000000, &n))
        return false;
    *ms = (double)n;
    return true;
}

/* A time's unit in any language: a word that starts neither a number, nor a star, nor "[". */
static bool is_unit(struct slice s)
{
    return s.n <= 8 && !isdigit((unsigned char)s.p[0]) && strchr("*<[(.", s.p[0]) == NULL;
}

static bool read_column(struct slice *rest, struct row *row)
{
    struct slice ahead = *rest, word, unit;
    double ms;
    bool less;

    if (!slice_word(&ahead, &word))
        return false;
    if (slice_eq(word, "*")) {
        row->lost++;
    } else if (read_ms(word, &ms, &less) && slice_word(&ahead, &unit) && is_unit(unit)) {
        row->answered++;
        row->less |= less;
        row->best = isnan(row->best) || ms < row->best ? ms : row->best;
    } else {
        return false;
    }
    *rest = ahead;
    return true;
}

/* Is it a hop's line? Its last part may be anything. */
static bool read_row(struct slice line, struct row *row)
{
    struct slice word;

    *row = (struct row){.best = NAN};
    if (!slice_word(&line, &word) || !slice_u64(word, TRACE_MAX_HOPS, &row->ttl) ||
        row->ttl == 0)
        return false;
    for (int i = 0; i < COLUMNS && read_column(&line, row); i++)
        continue;
    row->behind = slice_trim(line);
    return row->answered + row->lost > 0 || row->behind.n > 0;
}

/* The first address of the text: in brackets, or as a word of its own. */
static bool find_addr(struct slice s, struct addr *a, struct slice *behind)
{
    struct slice rest = s, word;

    while (slice_word(&rest, &word)) {
        *behind = rest;
        while (word.n > 1 && strchr(".:,]", word.p[word.n - 1]) != NULL && !text_addr(word, a))
            word.n--;
        if (text_addr(word, a) ||
            (word.p[0] == '[' && text_addr((struct slice){word.p + 1, word.n - 1}, a)))
            return true;
    }
    return false;
}

/* A line before the hops: whom to, and how far. */
static void read_header(struct tracert *p, struct slice line)
{
    struct slice behind = line, word;
    struct addr a;
    uint64_t n;

    if (memchr(line.p, '>', line.n) != NULL)
        return; /* a command */
    if (find_addr(line, &a, &behind))
        p->destination = a;
    while (slice_word(&behind, &word)) {
        if (slice_u64(word, TRACE_MAX_HOPS, &n) && n > 0)
            p->max_hops = (int64_t)n;
    }
}

static const char *note_of(struct slice s)
{
    static const struct {
        const char *text, *note;
    } known[] = {{"host unreachable", "!H"},
                 {"net unreachable", "!N"},
                 {"network unreachable", "!N"},
                 {"protocol unreachable", "!P"}};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (memmem(s.p, s.n, known[i].text, strlen(known[i].text)) != NULL)
            return known[i].note;
    }
    return "!"; /* something was reported, in another language */
}

static int read_answer(struct tracert *p, const struct row *row, struct hop *h, struct err *e)
{
    struct slice behind = {"", 0};
    struct responder *r;
    struct addr a = {0};
    int rc;

    if (!find_addr(row->behind, &a, &behind)) {
        if (row->answered == 0)
            return 0; /* a message instead of a responder */
        trace_remark(p->reader, p->at.number, "a responder with a name but no address");
    }
    rc = trace_responder(p->reader, h, &a, &r, e);
    if (rc == 0 && !isnan(row->best) && !row->less)
        trace_time(r, row->best);
    if (rc == 0 && slice_trim(behind).n > 0)
        r->note = note_of(behind);
    if (h->probes == 0)
        h->probes = 1; /* a report ends it */
    return rc;
}

static int end_trace(struct tracert *p, struct err *e)
{
    int rc = trace_end(p->reader, e);

    return rc < 0 ? err_in(e, "%lld:1", (long long)p->at.number) : 0;
}

static int read_hop(struct tracert *p, const struct row *row, struct err *e)
{
    struct trace *t = &p->reader->trace;
    struct hop *h;

    if ((int64_t)row->ttl <= p->reader->last) {
        int rc = end_trace(p, e);

        if (rc < 0)
            return rc;
    }
    if (!trace_has_hops(p->reader)) {
        t->destination = p->destination;
        t->max_hops = p->max_hops;
        p->destination = (struct addr){0};
        p->max_hops = 0;
    }
    if (p->reader->last > 0 && (int64_t)row->ttl != p->reader->last + 1) {
        trace_remark(p->reader, p->at.number, "TTLs before this one are missing");
        t->gaps = true;
    }
    h = trace_hop(p->reader, (int64_t)row->ttl);
    h->probes = row->answered + row->lost;
    h->lost = row->lost;
    return read_answer(p, row, h, e);
}

/* A line of which nothing is left but its TTL was cut. */
static bool is_cut(struct slice line)
{
    struct slice word;
    uint64_t n;

    return slice_word(&line, &word) && slice_u64(word, TRACE_MAX_HOPS, &n) &&
           slice_trim(line).n == 0;
}

static int read_line(struct tracert *p, struct err *e)
{
    struct slice line = slice_trim(p->at.line);
    struct row row;

    if (line.n == 0)
        return 0;
    if (read_row(line, &row) && (trace_has_hops(p->reader) || row.ttl == 1 || row.answered > 0))
        return read_hop(p, &row, e);
    if (trace_has_hops(p->reader) && is_cut(line))
        return text_fail(&p->at, line, e, "a TTL without probes");
    if (slice_starts(line, "Trace complete"))
        p->reader->trace.ended = !p->reader->trace.gaps;
    else
        read_header(p, line);
    return 0;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct tracert p = {.reader = r};
    int rc = 0;

    if (memchr(text.p, '\0', text.n) != NULL)
        return err_set(e, ERR_PARSE, "not text (has zero bytes; UTF-16 is not read)");
    while (rc == 0 && slice_line(&text, &p.at.line)) {
        p.at.number++;
        rc = read_line(&p, e);
    }
    return rc == 0 ? end_trace(&p, e) : rc;
}

static int likeness(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line;
    struct row row;

    for (int i = 0; i < MAX_LOOK && slice_line(&rest, &line); i++) {
        line = slice_trim(line);
        if (slice_starts(line, "Tracing route to "))
            return 95;
        if (read_row(line, &row) && row.answered > 0 && row.answered + row.lost == COLUMNS &&
            row.behind.n > 0 && !slice_starts(row.behind, "*"))
            return 85;
    }
    return 0;
}

static const struct trace_form form = {"tracert", parse};

const struct agent_dialect trace_dialect_tracert = {
    .name = "tracert",
    .summary = "tracert of Windows, in any language",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
