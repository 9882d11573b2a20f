/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mtr's report, its screen, and the same of Junos (traceroute monitor):
 *
 *   Start: 2026-11-22T00:32:04+0000
 *   HOST: NAME                        Loss%   Snt   Last   Avg  Best  Wrst StDev
 *     1.|-- 192.0.2.1                  0.0%     5    0.1   0.1   0.1   0.1   0.0
 *     2.|-- AS64500  name (192.0.2.5) 20.0%     5    0.1   0.1   0.1   0.1   0.0
 *       |  `|-- 192.0.2.6
 *       |   +-- [MPLS: Lbl 16 TC 0 S 1 TTL 1]
 *     3.|-- ???                       100.0     5    0.0   0.0   0.0   0.0   0.0
 *     4. (waiting for reply)                           the screen, where nothing ever came
 *
 * Columns are those that the header names; a row's figures are its last words. The report does
 * not tell the destination.
 */
#include <math.h>
#include <string.h>

#include "agents/sources/trace/dialects.h"
#include "agents/sources/trace/text.h"
#include "net/asn.h"

#define MAX_COLUMNS 24
#define MAX_LOOK    200 /* lines that likeness() looks at */

enum column { COLUMN_OTHER, COLUMN_LOSS, COLUMN_DROP, COLUMN_SENT, COLUMN_BEST };

struct mtr {
    struct trace_reader *reader;
    struct text at; /* for messages */
    enum column columns[MAX_COLUMNS];
    size_t n_columns;
    struct hop *hop;           /* of the last row; NULL: none */
    struct responder *current; /* NULL: it has no answer */
    /* told before the header */
    struct addr source, destination;
    int64_t observed;
};

static enum column column_of(struct slice word)
{
    return slice_eq(word, "Loss%") || slice_eq(word, "Loss") ? COLUMN_LOSS
           : slice_eq(word, "Drop")                          ? COLUMN_DROP
           : slice_eq(word, "Snt")                           ? COLUMN_SENT
           : slice_eq(word, "Best") || slice_eq(word, "Min") ? COLUMN_BEST
                                                             : COLUMN_OTHER;
}

/* "HOST: name Loss% Snt ..." or " Host Loss% Snt ...": figures begin at "Loss%" or "Snt". */
static bool read_columns(struct slice line, struct mtr *p)
{
    struct slice word;
    bool figures = false, host;

    p->n_columns = 0;
    if (!slice_word(&line, &word))
        return false;
    host = slice_eq(word, "HOST:") || slice_eq(word, "Host");
    while (host && slice_word(&line, &word) && p->n_columns < MAX_COLUMNS) {
        enum column c = column_of(word);

        figures = figures || c != COLUMN_OTHER;
        if (figures)
            p->columns[p->n_columns++] = c;
    }
    return figures;
}

/* "2026-11-22T00:32:04+0000" */
static bool read_clock(struct slice s, int64_t *us)
{
    char text[32];

    if (s.n < 6 || s.n + 1 >= sizeof(text))
        return str_time(s, us);
    memcpy(text, s.p, s.n - 2);
    text[s.n - 2] = ':';
    memcpy(text + s.n - 1, s.p + s.n - 2, 2);
    return str_time(s, us) || str_time((struct slice){text, s.n + 1}, us);
}

/* "name (192.0.2.1) -> name (192.0.2.9)   2026-11-22T00:32:04+0000" */
static bool read_ends(struct mtr *p, struct slice line)
{
    struct slice from, word;
    struct addr a;

    if (!text_take_until(&line, " -> ", &from))
        return false;
    while (text_word(&from, &word)) {
        if (text_in_parens(word, &a) || text_addr(word, &a))
            p->source = a;
    }
    while (text_word(&line, &word)) {
        if (text_in_parens(word, &a) || text_addr(word, &a))
            p->destination = a;
        else
            read_clock(word, &p->observed);
    }
    return true;
}

static int end_trace(struct mtr *p, struct err *e)
{
    struct trace *t = &p->reader->trace;
    int rc;

    p->hop = NULL;
    p->current = NULL;
    if (!trace_has_hops(p->reader))
        return 0;
    t->source = p->source;
    t->destination = p->destination;
    t->observed = p->observed;
    t->ended = true; /* a report is made when all is done */
    p->source = p->destination = (struct addr){0};
    p->observed = FACT_NONE;
    rc = trace_end(p->reader, e);
    return rc < 0 ? err_in(e, "%lld:1", (long long)p->at.number) : 0;
}

/* "12.|--" or "12."; what is glued to it ("12.|--192.0.2.1") is left in *rest. */
static bool read_ttl(struct slice *rest, uint64_t *ttl)
{
    struct slice s = slice_trim(*rest), digits = {s.p, 0};

    while (digits.n < s.n && s.p[digits.n] >= '0' && s.p[digits.n] <= '9')
        digits.n++;
    s = (struct slice){s.p + digits.n, s.n - digits.n};
    if (!slice_u64(digits, TRACE_MAX_HOPS, ttl) || *ttl == 0 || !text_take(&s, "."))
        return false;
    if (!text_take(&s, "|--") && s.n > 0 && s.p[0] != ' ')
        return false;
    *rest = s;
    return true;
}

struct figures {
    double loss, drop, sent, best;
};

/* Takes the last word off *s. */
static bool take_last(struct slice *s, struct slice *word)
{
    size_t n = s->n;

    while (n > 0 && s->p[n - 1] == ' ')
        n--;
    s->n = n;
    while (n > 0 && s->p[n - 1] != ' ')
        n--;
    *word = (struct slice){s->p + n, s->n - n};
    s->n = n;
    return word->n > 0;
}

static int read_figures(struct mtr *p, struct slice *row, struct figures *f, struct err *e)
{
    struct slice word;

    *f = (struct figures){NAN, NAN, NAN, NAN};
    for (size_t i = p->n_columns; i-- > 0;) {
        double v, *to = p->columns[i] == COLUMN_LOSS   ? &f->loss
                        : p->columns[i] == COLUMN_DROP ? &f->drop
                        : p->columns[i] == COLUMN_SENT ? &f->sent
                        : p->columns[i] == COLUMN_BEST ? &f->best
                                                       : &v;

        if (!take_last(row, &word))
            return text_fail(&p->at, p->at.line, e, "fewer figures than columns");
        if (word.n > 1 && word.p[word.n - 1] == '%')
            word.n--;
        if (!slice_real(word, to) || *to < 0)
            return text_fail(&p->at, word, e, "a figure that is none");
    }
    if (f->sent > TRACE_MAX_PROBES || f->loss > 100 || f->drop > TRACE_MAX_PROBES)
        return text_fail(&p->at, p->at.line, e, "figures out of range");
    return 0;
}

static void set_counts(struct hop *h, const struct figures *f, bool answered)
{
    double lost = !isnan(f->drop) ? f->drop : f->sent * f->loss / 100;

    h->probes = isnan(f->sent) ? FACT_NONE : (int64_t)f->sent;
    h->lost = isnan(lost) ? FACT_NONE : (int64_t)(lost + 0.5);
    if (h->probes != FACT_NONE && (!answered || h->lost > h->probes))
        h->lost = h->probes;
}

/* "AS64500", "[AS64500]", "AS???" (unknown) */
static bool read_asn(struct slice word, int64_t *asn)
{
    uint32_t n;

    if (word.n > 2 && word.p[0] == '[' && word.p[word.n - 1] == ']')
        word = (struct slice){word.p + 1, word.n - 2};
    if (!slice_starts(word, "AS"))
        return false;
    if (asn_parse(word, &n)) {
        *asn = n;
        return true;
    }
    return slice_eq(word, "AS???");
}

/* [AS] ADDRESS, NAME, NAME (ADDRESS) or ??? */
static int read_host(struct mtr *p, struct slice s, const struct figures *f, struct err *e)
{
    struct slice word, next;
    struct addr a = {0};
    int64_t asn = FACT_NONE;
    int rc;

    s = slice_trim(s);
    if (!slice_word(&s, &word))
        return text_fail(&p->at, p->at.line, e, "a row without a host");
    next = s;
    if (read_asn(word, &asn) && slice_word(&next, &next))
        slice_word(&s, &word);
    set_counts(p->hop, f, !slice_eq(word, "???"));
    if (slice_eq(word, "???") || slice_starts(word, "(waiting"))
        return 0;
    if ((!text_word(&s, &next) || !text_in_parens(next, &a)) && !text_addr(word, &a)) {
        if (!text_is_name(word))
            return text_fail(&p->at, word, e, "a host that is neither name nor address");
        trace_remark(p->reader, p->at.number, "a responder with a name but no address");
    }
    rc = trace_responder(p->reader, p->hop, &a, &p->current, e);
    if (rc == 0) {
        p->current->rtt = f->best;
        p->current->asn = asn;
    }
    return rc;
}

/* "(waiting for reply)", "???": no figures, so how many probes it had is unknown */
static bool is_silent(struct slice row)
{
    row = slice_trim(row);
    return slice_eq(row, "(waiting for reply)") || slice_eq(row, "???");
}

static int read_row(struct mtr *p, uint64_t ttl, struct slice row, struct err *e)
{
    bool silent = is_silent(row);
    struct figures f;
    int rc = 0;

    if (p->n_columns == 0)
        return text_fail(&p->at, p->at.line, e,
                         "a row without a header that names its columns");
    if ((int64_t)ttl <= p->reader->last)
        rc = end_trace(p, e);
    if (rc == 0 && !silent)
        rc = read_figures(p, &row, &f, e);
    if (rc < 0)
        return rc;
    p->current = NULL;
    p->hop = trace_hop(p->reader, (int64_t)ttl);
    return silent ? 0 : read_host(p, row, &f, e);
}

/* A name alone in an indented line: more than a word of a message, as it has labels. */
static bool is_bare_name(struct slice line, struct slice word)
{
    return line.p[0] == ' ' && slice_trim(line).n == word.n && text_is_name(word) &&
           memchr(word.p, '.', word.n) != NULL;
}

/* Another host of the row before, or its MPLS labels; drawn as a tree, or indented. */
static bool is_branch(struct slice line, struct slice *branch)
{
    struct slice s = slice_trim(line);
    struct addr a;
    struct slice rest, word;

    while (s.n > 0 && strchr("|`+- ", s.p[0]) != NULL && s.p[0] != '\0')
        s = (struct slice){s.p + 1, s.n - 1};
    *branch = rest = s;
    return slice_starts(s, "[MPLS") ||
           (slice_word(&rest, &word) &&
            (text_addr(word, &a) || is_bare_name(line, word) ||
             (text_word(&rest, &word) && text_in_parens(word, &a))));
}

static int read_branch(struct mtr *p, struct slice s, struct err *e)
{
    struct slice word, next;
    struct addr a = {0};

    if (slice_starts(s, "[MPLS"))
        return p->current == NULL ? 0 : trace_label(p->reader, s, &p->current->label, e);
    slice_word(&s, &word);
    if ((!text_word(&s, &next) || !text_in_parens(next, &a)) && !text_addr(word, &a))
        trace_remark(p->reader, p->at.number, "a responder with a name but no address");
    return trace_responder(p->reader, p->hop, &a, &p->current, e);
}

static int read_line(void *payload, struct err *e)
{
    struct mtr *p = payload;
    struct slice line = slice_trim(p->at.line), rest = line;
    uint64_t ttl;
    int rc = 0;

    if (read_ttl(&rest, &ttl))
        return read_row(p, ttl, rest, e);
    if (p->hop != NULL && is_branch(p->at.line, &rest))
        return read_branch(p, rest, e);
    if (slice_starts(line, "Start:") || memmem(line.p, line.n, " -> ", 4) != NULL)
        rc = end_trace(p, e);
    rest = line;
    if (text_take(&rest, "Start:"))
        read_clock(slice_trim(rest), &p->observed);
    else if (slice_starts(line, "HOST:") || slice_starts(line, "Host "))
        rc = rc == 0 ? end_trace(p, e) : rc, read_columns(line, p);
    else if (!read_ends(p, line))
        trace_remark(p->reader, p->at.number, "a line that is no row of a report");
    return rc;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct mtr p = {.reader = r, .observed = FACT_NONE};
    int rc = text_lines(&p.at, text, read_line, &p, e);

    return rc == 0 ? end_trace(&p, e) : rc;
}

static int likeness(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line;
    struct mtr p = {0};
    bool columns = false;

    for (int i = 0; i < MAX_LOOK && slice_line(&rest, &line); i++) {
        uint64_t ttl;

        line = slice_trim(line);
        columns = columns || read_columns(line, &p);
        if (columns && read_ttl(&line, &ttl))
            return 95;
    }
    return columns ? 60 : 0;
}

static const struct trace_form form = {"mtr", parse};

const struct agent_dialect trace_dialect_mtr = {
    .name = "mtr",
    .summary = "mtr --report and its screen; Junos traceroute monitor",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
