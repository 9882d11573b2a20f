/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WinMTR's table, as it copies or exports it:
 *
 *   |             WinMTR statistics                                     |
 *   |                   Host - %  | Sent | Recv | Best | Avrg | Wrst | Last |
 *   |-----------------------------|------|------|------|------|------|------|
 *   |              192.0.2.1 -  0 |    9 |    9 |    2 |    7 |   13 |   11 |
 *   |  No response from host - 100|    1 |    0 |    0 |    0 |    0 |    0 |
 *
 * Rows are TTLs from 1 on. Times are whole milliseconds; 0 is less than one. The words of a row
 * that nobody answered depend on the language.
 */
#include <string.h>

#include "agents/sources/trace/dialects.h"
#include "agents/sources/trace/text.h"

#define MAX_LOOK    50 /* lines that likeness() looks at */
#define MAX_COLUMNS 16

enum column { COLUMN_SENT, COLUMN_RECEIVED, COLUMN_BEST, COLUMN_OTHER };

struct winmtr {
    struct trace_reader *reader;
    struct text at; /* for messages */
    enum column columns[MAX_COLUMNS];
    size_t n_columns; /* behind the host's; 0: no header yet */
    int64_t ttl;      /* of the last row */
};

static enum column column_of(struct slice cell)
{
    return slice_eq(cell, "Sent")   ? COLUMN_SENT
           : slice_eq(cell, "Recv") ? COLUMN_RECEIVED
           : slice_eq(cell, "Best") ? COLUMN_BEST
                                    : COLUMN_OTHER;
}

/* Takes the bars off both ends. */
static bool take_row(struct slice line, struct slice *row)
{
    line = slice_trim(line);
    if (line.n < 2 || line.p[0] != '|' || line.p[line.n - 1] != '|')
        return false;
    *row = (struct slice){line.p + 1, line.n - 2};
    return true;
}

/* "Host - % | Sent | Recv | Best | ..." */
static bool read_columns(struct slice row, struct winmtr *p)
{
    struct slice cell;
    unsigned seen = 0;
    size_t n = 0;

    if (!slice_split(&row, '|', &cell) || !slice_starts(slice_trim(cell), "Host "))
        return false;
    while (n < MAX_COLUMNS && slice_split(&row, '|', &cell)) {
        p->columns[n] = column_of(slice_trim(cell));
        seen |= 1U << p->columns[n++];
    }
    if ((seen & 3U) != 3U) /* both Sent and Recv */
        return false;
    p->n_columns = n;
    return true;
}

static int end_trace(struct winmtr *p, struct err *e)
{
    int rc;

    p->ttl = 0;
    if (!trace_has_hops(p->reader))
        return 0;
    p->reader->trace.ended = true;
    rc = trace_end(p->reader, e);
    return rc < 0 ? err_in(e, "%lld:1", (long long)p->at.number) : 0;
}

static int read_figures(struct winmtr *p, struct slice row, uint64_t figures[3], struct err *e)
{
    struct slice cell;

    for (size_t i = 0; i < p->n_columns; i++) {
        if (!slice_split(&row, '|', &cell))
            return text_fail(&p->at, p->at.line, e, "fewer figures than columns");
        cell = slice_trim(cell);
        if (p->columns[i] != COLUMN_OTHER &&
            !slice_u64(cell, UINT32_MAX, &figures[p->columns[i]]))
            return text_fail(&p->at, cell, e, "a figure that is none");
    }
    if (figures[COLUMN_SENT] > TRACE_MAX_PROBES ||
        figures[COLUMN_RECEIVED] > figures[COLUMN_SENT])
        return text_fail(&p->at, p->at.line, e, "figures out of range");
    return 0;
}

/* "ADDRESS - 0" or "NAME - 0": the percentage follows from the figures. */
static int read_host(struct winmtr *p, struct hop *h, struct slice cell, uint64_t best,
                     struct err *e)
{
    struct slice word;
    struct responder *r;
    struct addr a = {0};
    int rc;

    if (!slice_word(&cell, &word) || slice_eq(word, "-"))
        return text_fail(&p->at, p->at.line, e, "a row without a host");
    if (!text_addr(word, &a)) {
        if (!text_is_name(word))
            return text_fail(&p->at, word, e, "a host that is neither name nor address");
        trace_remark(p->reader, p->at.number, "a responder with a name but no address");
    }
    rc = trace_responder(p->reader, h, &a, &r, e);
    if (rc < 0)
        return err_in(e, "%lld:1", (long long)p->at.number);
    if (best > 0)
        trace_time(r, (double)best);
    return 0;
}

static int read_row(struct winmtr *p, struct slice row, struct err *e)
{
    uint64_t figures[3] = {0};
    struct slice host;
    struct hop *h;
    int rc;

    if (p->ttl == TRACE_MAX_HOPS)
        return text_fail(&p->at, p->at.line, e, "a TTL that is not 1 to 255");
    if (!slice_split(&row, '|', &host))
        return text_fail(&p->at, p->at.line, e, "a row without a host");
    rc = read_figures(p, row, figures, e);
    if (rc < 0)
        return rc;
    h = trace_hop(p->reader, ++p->ttl);
    h->probes = (int64_t)figures[COLUMN_SENT];
    h->lost = (int64_t)(figures[COLUMN_SENT] - figures[COLUMN_RECEIVED]);
    return figures[COLUMN_RECEIVED] > 0 ? read_host(p, h, host, figures[COLUMN_BEST], e) : 0;
}

static bool is_ruler(struct slice row)
{
    return row.n > 0 && (row.p[0] == '-' || row.p[0] == '_');
}

static int read_line(void *payload, struct err *e)
{
    struct winmtr *p = payload;
    struct slice row;
    int rc;

    if (!take_row(p->at.line, &row)) {
        trace_remark(p->reader, p->at.number, "a line that is no row of a report");
        return 0;
    }
    if (is_ruler(row))
        return 0;
    if (memmem(row.p, row.n, "WinMTR", 6) != NULL && memchr(row.p, '|', row.n) == NULL) {
        rc = end_trace(p, e);
        p->n_columns = 0;
        return rc;
    }
    if (p->n_columns > 0)
        return read_row(p, row, e);
    if (!read_columns(row, p))
        return text_fail(&p->at, p->at.line, e,
                         "a row without a header that names its columns");
    return 0;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct winmtr p = {.reader = r};
    int rc = text_lines(&p.at, text, read_line, &p, e);

    return rc == 0 ? end_trace(&p, e) : rc;
}

static int likeness(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line, row;
    struct winmtr p = {0};

    for (int i = 0; i < MAX_LOOK && slice_line(&rest, &line); i++) {
        if (take_row(line, &row) && read_columns(row, &p))
            return 95;
    }
    return 0;
}

static const struct trace_form form = {"mtr", parse};

const struct agent_dialect trace_dialect_winmtr = {
    .name = "winmtr",
    .summary = "WinMTR's table",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
