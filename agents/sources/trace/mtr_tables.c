/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mtr's forms for programs that are no JSON.
 *
 * --csv: a header names the columns, a row is a hop:
 *
 *   Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt, ,Last,Avg,Best,Wrst,StDev,
 *   MTR.0.95,1795307574,OK,203.0.113.82,1,203.0.113.2,0.00,3,0,0.09,0.09,0.07,0.10,0.01
 *
 * --raw: events; hops count from 0, times are microseconds:
 *
 *   x 0 33000               a probe was sent
 *   h 0 203.0.113.2         who answers
 *   d 0 name                its name
 *   p 0 77 33000            an answer
 */
#include <math.h>
#include <string.h>

#include "agents/sources/trace/dialects.h"
#include "agents/sources/trace/text.h"
#include "net/asn.h"

#define MAX_COLUMNS  64
#define MAX_LOOK     100 /* lines that likeness() looks at */
#define MICROSECONDS INT64_C(1000000)

struct table {
    struct trace_reader *reader;
    struct text at; /* for messages */
    int columns[MAX_COLUMNS];
    size_t n_columns;
    struct slice cells[8]; /* of the row */
    struct slice key;      /* start and host of the trace being read, as one piece of text */
    struct responder *current[TRACE_MAX_HOPS + 1];
};

static int end_trace(struct table *p, struct err *e)
{
    int rc;

    memset(p->current, 0, sizeof(p->current));
    p->reader->trace.ended = true;
    rc = trace_end(p->reader, e);
    return rc < 0 ? err_in(e, "%lld:1", (long long)p->at.number) : 0;
}

/* --- CSV --- */

enum cell {
    CELL_START,
    CELL_HOST,
    CELL_HOP,
    CELL_IP,
    CELL_LOSS,
    CELL_SENT,
    CELL_BEST,
    CELL_ASN
};

static const char *const cell_names[8] = {"Start_Time", "Host", "Hop",  "Ip",
                                          "Loss%",      "Snt",  "Best", "Asn"};

static bool is_csv_header(struct slice line)
{
    return slice_starts(line, "Mtr_Version,");
}

static void read_csv_header(struct table *p)
{
    struct slice rest = p->at.line, word;

    for (p->n_columns = 0; p->n_columns < MAX_COLUMNS && slice_split(&rest, ',', &word);) {
        int at = 0;

        while (at < 8 && !slice_eq(word, cell_names[at]))
            at++;
        p->columns[p->n_columns++] = at;
    }
}

static void read_cells(struct table *p)
{
    struct slice rest = p->at.line, word;

    memset(p->cells, 0, sizeof(p->cells));
    for (size_t i = 0; i < p->n_columns && slice_split(&rest, ',', &word); i++) {
        if (p->columns[i] < 8)
            p->cells[p->columns[i]] = slice_trim(word);
    }
}

static int begin_csv(struct table *p, struct err *e)
{
    struct trace *t = &p->reader->trace;
    struct slice *c = p->cells;
    uint64_t seconds;
    int rc = end_trace(p, e);

    text_addr(c[CELL_HOST], &t->destination);
    if (slice_u64(c[CELL_START], INT64_MAX / MICROSECONDS, &seconds))
        t->observed = (int64_t)seconds * MICROSECONDS;
    p->key = (struct slice){c[CELL_START].p,
                            (size_t)(c[CELL_HOST].p + c[CELL_HOST].n - c[CELL_START].p)};
    return rc;
}

/* Do start and host say what they said in the row before? */
static bool same_trace(const struct table *p)
{
    const struct slice *c = p->cells;
    size_t n = (size_t)(c[CELL_HOST].p + c[CELL_HOST].n - c[CELL_START].p);

    return p->key.n == n && memcmp(p->key.p, c[CELL_START].p, n) == 0;
}

static int read_csv_answer(struct table *p, struct hop *h, struct err *e)
{
    const struct slice *c = p->cells;
    struct slice asn = c[CELL_ASN];
    struct responder *r;
    struct addr a = {0};
    uint32_t n;
    double best;
    int rc;

    if (slice_eq(c[CELL_IP], "???"))
        return 0;
    if (!text_addr(c[CELL_IP], &a)) {
        if (!text_is_name(c[CELL_IP]))
            return text_fail(&p->at, c[CELL_IP], e, "a host that is neither name nor address");
        trace_remark(p->reader, p->at.number, "a responder with a name but no address");
    }
    rc = trace_responder(p->reader, h, &a, &r, e);
    if (rc < 0)
        return rc;
    if (slice_real(c[CELL_BEST], &best) && best >= 0)
        trace_time(r, best);
    if (asn_parse(asn, &n))
        r->asn = n;
    return 0;
}

static int read_csv_row(struct table *p, struct err *e)
{
    const struct slice *c = p->cells;
    uint64_t ttl, sent;
    double loss;
    struct hop *h;
    int rc = 0;

    read_cells(p);
    for (int i = 0; i <= CELL_SENT; i++) {
        if (c[i].p == NULL)
            return text_fail(&p->at, p->at.line, e,
                             "a row without all columns that are needed");
    }
    if (!slice_u64(c[CELL_HOP], TRACE_MAX_HOPS, &ttl) || ttl == 0)
        return text_fail(&p->at, c[CELL_HOP], e, "a hop that is not 1 to 255");
    if (!slice_u64(c[CELL_SENT], TRACE_MAX_PROBES, &sent) || !slice_real(c[CELL_LOSS], &loss) ||
        loss < 0 || loss > 100)
        return text_fail(&p->at, c[CELL_LOSS], e, "not a loss in percent, or not a count");
    if (c[CELL_HOST].p < c[CELL_START].p)
        return text_fail(&p->at, p->at.line, e, "the host stands before the time");
    if (!same_trace(p) || (int64_t)ttl <= p->reader->last)
        rc = begin_csv(p, e);
    if (rc < 0)
        return rc;
    h = trace_hop(p->reader, (int64_t)ttl);
    h->probes = (int64_t)sent;
    h->lost =
        slice_eq(c[CELL_IP], "???") ? h->probes : (int64_t)((double)sent * loss / 100 + 0.5);
    return read_csv_answer(p, h, e);
}

static int read_csv_line(void *payload, struct err *e)
{
    struct table *p = payload;

    if (is_csv_header(p->at.line)) {
        read_csv_header(p);
        return 0;
    }
    if (p->n_columns == 0)
        return text_fail(&p->at, p->at.line, e, "a row before the header");
    return read_csv_row(p, e);
}

static int parse_csv(struct trace_reader *r, struct slice text, struct err *e)
{
    struct table p = {.reader = r};
    int rc = text_lines(&p.at, text, read_csv_line, &p, e);

    return rc == 0 ? end_trace(&p, e) : rc;
}

static int like_csv(const struct agent_file *f)
{
    return is_csv_header(agent_file_head(f)) ? 98 : 0;
}

/* --- raw --- */

struct event {
    char what;
    uint64_t hop; /* from 0 */
    struct slice value;
};

static bool read_event(struct slice line, struct event *x)
{
    struct slice word;

    if (!slice_word(&line, &word) || word.n != 1 || strchr("xhdptmy", word.p[0]) == NULL)
        return false;
    x->what = word.p[0];
    return slice_word(&line, &word) && slice_u64(word, TRACE_MAX_HOPS - 1, &x->hop) &&
           slice_word(&line, &x->value);
}

static int read_reply(struct table *p, const struct event *x, struct hop *h, struct err *e)
{
    struct responder *r = p->current[x->hop];
    uint64_t us;

    if (!slice_u64(x->value, INT64_MAX, &us))
        return text_fail(&p->at, x->value, e, "not a time");
    if (r == NULL)
        return text_fail(&p->at, p->at.line, e, "an answer of a hop without a host");
    trace_time(r, (double)us / 1000);
    if (h->lost > 0)
        h->lost--;
    else
        h->probes++; /* older versions do not tell of probes */
    return 0;
}

static int read_raw_line(void *payload, struct err *e)
{
    struct table *p = payload;
    struct event x;
    struct hop *h;
    struct addr a;

    if (!read_event(p->at.line, &x))
        return text_fail(&p->at, p->at.line, e, "not an event of mtr --raw");
    if (strchr("dmy", x.what) != NULL)
        return 0; /* names and numbers of what the addresses tell */
    h = trace_hop(p->reader, (int64_t)x.hop + 1);
    if (x.what == 'x' || x.what == 't') {
        if (h->probes >= TRACE_MAX_PROBES)
            return text_fail(&p->at, p->at.line, e, "too many probes at one TTL");
        h->probes++;
        h->lost++;
        return 0;
    }
    if (x.what == 'p')
        return read_reply(p, &x, h, e);
    if (!text_addr(x.value, &a))
        return text_fail(&p->at, x.value, e, "a host that is no address");
    return trace_responder(p->reader, h, &a, &p->current[x.hop], e);
}

static bool only(const struct hop *h, const struct addr *a)
{
    return h->n == 1 && addr_eq(&h->v[0].addr, a);
}

/* Probes sent beyond the destination, before its distance was known, are answered by it too. */
static void cut_beyond(struct table *p)
{
    const struct trace_reader *r = p->reader;
    int64_t last = r->last;

    while (last > r->first && r->hops[last].n == 1 &&
           only(&r->hops[last - 1], &r->hops[last].v[0].addr))
        last--;
    if (last < r->last)
        trace_remark(p->reader, p->at.number, "answers of the last responder beyond its TTL");
    trace_cut(p->reader, last);
}

static int parse_raw(struct trace_reader *r, struct slice text, struct err *e)
{
    struct table p = {.reader = r};
    int rc = text_lines(&p.at, text, read_raw_line, &p, e);

    cut_beyond(&p);
    return rc == 0 ? end_trace(&p, e) : rc;
}

static int like_raw(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line;
    struct event x;
    int n = 0;

    for (; n < MAX_LOOK && slice_line(&rest, &line) && rest.n > 0; n++) {
        if (!read_event(line, &x))
            return 0;
    }
    return n > 0 ? 80 : 0;
}

static const struct trace_form csv = {"mtr", parse_csv}, raw = {"mtr", parse_raw};

const struct agent_dialect trace_dialect_mtr_csv = {
    .name = "mtr-csv",
    .summary = "mtr --csv",
    .likeness = like_csv,
    .read = trace_read_alone,
    .parser = &csv,
};

const struct agent_dialect trace_dialect_mtr_raw = {
    .name = "mtr-raw",
    .summary = "mtr --raw",
    .likeness = like_raw,
    .read = trace_read_alone,
    .parser = &raw,
};
