/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `show ip bgp` of IOS, IOS-XR, NX-OS, EOS and FRR:
 *
 *      Network          Next Hop            Metric LocPrf Weight Path
 *  *>  10.101.1.0/24    0.0.0.0                  0         32768 i
 *  * i199.16.104.128/27
 *                       10.66.166.3              0    100      0 11111 99999 ?
 *  *>                   10.118.160.97                          0 11111 99999 ?
 *
 * Numbers may be missing, and AS paths begin with numbers as well: which is which is told by
 * the columns alone, so the header's are used. Numbers end where their header does (EOS: all
 * are there, "-" for none). A row goes on below where the network or the next hop is too wide;
 * it ends with the origin. A row without network is one more path of the network above.
 */
#include "agents/sources/lg/cli.h"

#include <string.h>

/* Columns that rows stand beside their header, that words stand beside theirs in one row, and
 * that numbers stand beside where the next hop makes one expect them. */
#define MAX_SHIFT 8
#define NEAR      4
#define MAX_DRIFT 12
#define XR_DRIFT  2

#define STATUS_WIDTH 3 /* "*>i" */

/* A word of a line and where it stands. */
struct word {
    struct slice s;
    size_t at;
};

static bool next_word(struct slice line, size_t *from, struct word *w)
{
    size_t i = *from;

    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    w->at = i;
    while (i < line.n && line.p[i] != ' ' && line.p[i] != '\t')
        i++;
    w->s = (struct slice){line.p + w->at, i - w->at};
    *from = i;
    return w->s.n > 0;
}

static bool find_column(struct slice line, const char *name, size_t *at)
{
    struct slice rest;

    if (!lg_after(line, name, &rest))
        return false;
    *at = (size_t)(rest.p - line.p) - strlen(name);
    return true;
}

static void add_number(struct cli_columns *k, struct slice line, const char *name, char what)
{
    size_t at, i = k->n_numbers;

    if (i >= sizeof(k->numbers) || !find_column(line, name, &at))
        return;
    while (i > 0 && k->ends[i - 1] > at) {
        k->ends[i] = k->ends[i - 1];
        k->numbers[i] = k->numbers[i - 1];
        i--;
    }
    k->ends[i] = at + strlen(name);
    k->numbers[i] = what;
    k->n_numbers++;
}

static int begin(struct cli *c, struct err *e)
{
    struct slice line = c->t->line;
    struct cli_columns k = {0};

    (void)e;
    if (line.n > LG_MAX_COLUMN || !find_column(line, "Network", &k.network) ||
        !(find_column(line, "Next Hop", &k.next_hop) ||
          find_column(line, "Next hop", &k.next_hop) ||
          find_column(line, "Next-hop", &k.next_hop)) ||
        !find_column(line, "Path", &k.path) || k.network > k.next_hop || k.next_hop > k.path)
        return 0;
    add_number(&k, line, "Metric", 'm');
    add_number(&k, line, "LocPrf", 'l');
    add_number(&k, line, "LocPref", 'l');
    add_number(&k, line, "Weight", 'w');
    add_number(&k, line, "AIGP", 'a');
    c->columns = k;
    c->row = (struct cli_row){.wants = ROW_NONE};
    c->has_prefix = c->foreign = false;
    c->part = CLI_TABLE;
    return 1;
}

/* --- status --- */

static bool is_status(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            strchr(" *>#%=|&?!2", c) == NULL)
            return false;
    }
    return true;
}

static bool status_has(struct slice s, const char *any)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\0' && strchr(any, s.p[i]) != NULL)
            return true;
    }
    return false;
}

/* Codes that say that a path can't be used, and that it is one of those chosen, by vendor. */
static const struct {
    const char *unusable, *best;
} codes[] = {
    [CLI_IOS] = {"dh", ">m"}, [CLI_XR] = {"dh", ">"},    [CLI_NXOS] = {"dhx", ">|"},
    [CLI_EOS] = {"", ">"},    [CLI_FRR] = {"dhR", ">="},
};

static void apply_status(struct cli *c, struct slice s)
{
    struct fact_route *f = &c->t->route.fact;

    if (!status_has(s, "*>rsS") || status_has(s, codes[c->os].unusable)) {
        lg_route_invalid(c->t);
        return;
    }
    f->best = status_has(s, codes[c->os].best);
    /* EOS: equal paths forward as well if the active one, which comes first, is one of them;
     * others are equal among themselves, but worse. */
    if (c->os == CLI_EOS && f->best)
        c->equal = status_has(s, "Ee");
    else if (c->os == CLI_EOS)
        f->best = c->equal && status_has(s, "Ee");
    if (status_has(s, "i"))
        f->external = 0;
    else if (c->os == CLI_NXOS && status_has(s, "e"))
        f->external = 1;
    c->row.own = c->os == CLI_NXOS && status_has(s, "larI");
}

/* --- where status, network and next hop part --- */

struct split {
    struct slice status, network;
    size_t rest; /* what follows the network */
};

static bool is_hop(struct slice word)
{
    struct addr a;

    return slice_eq(word, "-") || lg_addr(word, &a) || lg_has(word, "(");
}

static size_t column(size_t at, int shift)
{
    return shift < 0 && at < (size_t)-shift ? 0 : (size_t)((int)at + shift);
}

static bool split_at(const struct cli *c, struct slice line, int shift, struct split *s)
{
    size_t network = column(c->columns.network, shift);
    size_t hop = column(c->columns.next_hop, shift), from = network;
    struct word w;
    struct prefix p;

    if (line.n < network ||
        (network > 0 && line.n > network && !is_status((struct slice){line.p, network})))
        return false;
    s->status = (struct slice){line.p, network};
    s->network = (struct slice){line.p, 0};
    s->rest = network;
    if (!next_word(line, &from, &w))
        return false;
    if (w.at + NEAR >= hop) /* another path of the network above */
        return w.at <= hop + NEAR && c->has_prefix && is_hop(w.s);
    if (w.at > network + NEAR || !lg_network(w.s, &p))
        return false;
    s->network = w.s;
    s->rest = from;
    return true;
}

/* Rows may stand beside their header (files lose blanks): the next hop shows by how much. */
static bool split_row(struct cli *c, struct split *s)
{
    struct slice line = c->t->line;
    size_t from = 0;
    struct word w;

    if (split_at(c, line, c->columns.shift, s))
        return true;
    c->columns.shift = 0;
    if (split_at(c, line, 0, s))
        return true;
    for (unsigned i = 0; i < 4 && next_word(line, &from, &w); i++) {
        int shift = (int)w.at - (int)c->columns.next_hop;

        if (shift >= -MAX_SHIFT && shift <= MAX_SHIFT && split_at(c, line, shift, s)) {
            c->columns.shift = shift;
            return true;
        }
    }
    for (int shift = -1; shift >= -MAX_SHIFT; shift--) {
        if (split_at(c, line, shift, s) && s->network.n > 0)
            return true;
    }
    if (c->columns.network > 0)
        return false;
    c->columns.network = STATUS_WIDTH; /* old XR: the heading begins above the status */
    if (split_at(c, line, 0, s))
        return true;
    c->columns.network = 0;
    return false;
}

/* --- cells --- */

static int end_row(struct cli *c, struct err *e)
{
    struct fact_route *f = &c->t->route.fact;
    int rc;

    if (f->external == FACT_NONE && f->as_path.n > 0 && !c->row.own)
        f->external = 1;
    f->protocol = "bgp";
    rc = lg_route_put(c->t, "bgp", e);
    lg_route_end(c->t);
    c->row.wants = ROW_NONE;
    return rc;
}

/* "192.0.2.1", "192.0.2.1@3<", "192.0.2.1(r2)", "-", or a host name. */
static int take_hop(struct cli *c, struct slice word, struct err *e)
{
    struct addr a = {0};

    c->row.wants = ROW_NUMBERS;
    if (slice_eq(word, "-")) {
        c->row.own = true;
        return 0;
    }
    if (!lg_addr(word, &a)) {
        lg_note(c->t, "next hops that are no addresses");
        return 0;
    }
    c->row.own |= slice_eq(word, "0.0.0.0") || slice_eq(word, "::");
    return lg_route_hop(c->t, &a, (struct slice){"", 0}, e);
}

static void set_number(struct cli *c, char what, struct slice word)
{
    struct fact_route *f = &c->t->route.fact;
    int64_t value;

    if (!lg_number(word, &value))
        return; /* "-" */
    switch (what) {
    case 'm':
        f->med = value;
        break;
    case 'l':
        f->local_pref = value;
        break;
    case 'w':
        f->weight = value;
        break;
    default:
        break;
    }
}

/*
 * Do the words from here on end where the columns do when these stand `shift` to the right, up
 * to the weight, which is always there?
 */
static bool fits(const struct cli *c, size_t from, int shift)
{
    const struct cli_columns *k = &c->columns;
    size_t i = c->row.number;
    int64_t value;
    struct word w;

    while (i < k->n_numbers && next_word(c->t->line, &from, &w) && lg_number(w.s, &value)) {
        while (i < k->n_numbers && (int)k->ends[i] + shift != (int)(w.at + w.s.n))
            i++;
        if (i < k->n_numbers && k->numbers[i++] == 'w')
            return true;
    }
    return false;
}

/*
 * How far the columns of this row stand from the header's: as little as is possible. (Files
 * that had their addresses replaced have rows that are not quite in line.) XR lets wide numbers
 * move the rest, so that a shift of the whole tells little.
 */
static void align(struct cli *c, size_t from)
{
    int base = c->row.shift, most = c->os == CLI_XR ? XR_DRIFT : MAX_DRIFT;

    for (int d = 0; d <= most; d++) {
        if (fits(c, from, base - d) || fits(c, from, base + d)) {
            c->row.shift = fits(c, from, base - d) ? base - d : base + d;
            c->row.exact = true;
            return;
        }
    }
}

/* The column of a number: the last one that ends where it ends, or before (a number that is too
 * wide moves all that follow it to the right). */
static size_t column_of(const struct cli *c, int at, int end)
{
    const struct cli_columns *k = &c->columns;
    size_t i = c->row.number, found = k->n_numbers;

    if (c->row.exact) {
        while (i < k->n_numbers && (int)k->ends[i] != end)
            i++;
        return i;
    }
    while (i < k->n_numbers && at >= (int)k->ends[i])
        i++;
    found = i;
    for (i = c->row.number; i < k->n_numbers && (int)k->ends[i] <= end; i++)
        found = i;
    return found;
}

/* Takes a word as one of the numbers; false: the path begins here. */
static bool take_number(struct cli *c, const struct word *w)
{
    const struct cli_columns *k = &c->columns;
    struct cli_row *r = &c->row;
    int64_t value;
    int at = (int)w->at - r->shift, end = at + (int)w->s.n;

    if (r->number >= k->n_numbers || !(slice_eq(w->s, "-") || lg_number(w->s, &value)))
        return false;
    if (c->os != CLI_EOS) {
        r->number = column_of(c, at, end);
        if (r->number >= k->n_numbers)
            return false;
        if (end > (int)k->ends[r->number])
            r->shift += end - (int)k->ends[r->number];
    }
    set_number(c, k->numbers[r->number++], w->s);
    return true;
}

/* "64500 {64501 64502} i": the path, then how it came into BGP; EOS has attributes behind. */
static int take_path(struct cli *c, struct slice text, struct err *e)
{
    size_t from = 0;
    struct word w;
    int rc;

    while (next_word(text, &from, &w)) {
        if (!slice_eq(w.s, "i") && !slice_eq(w.s, "e") && !slice_eq(w.s, "?"))
            continue;
        rc = lg_route_path(c->t, (struct slice){text.p, w.at}, e);
        lg_route_origin(c->t, w.s);
        return rc < 0 ? rc : end_row(c, e);
    }
    c->row.wants = ROW_PATH;
    if (c->row.path_start.p == NULL)
        c->row.path_start = text;
    return 0;
}

/* The path of a row goes on below: what was between is the line end alone. */
static int more_path(struct cli *c, struct err *e)
{
    struct slice line = c->t->line, start = c->row.path_start;
    char joined[4096];
    size_t n = start.n, keep = line.n;
    struct slice text;
    int rc;

    if (n + 1 + keep > sizeof(joined)) {
        lg_note(c->t, "rows that go on for too long");
        c->row.wants = ROW_NONE;
        return 0;
    }
    memcpy(joined, start.p, n);
    joined[n] = ' ';
    memcpy(joined + n + 1, line.p, keep);
    text = (struct slice){joined, n + 1 + keep};
    rc = take_path(c, text, e);
    if (rc == 0 && c->row.wants == ROW_PATH) {
        lg_note(c->t, "rows that go on for too long");
        c->row.wants = ROW_NONE;
    }
    return rc;
}

static int read_cells(struct cli *c, size_t from, struct err *e)
{
    struct slice line = c->t->line;
    struct word w;
    int rc = 0;

    while (rc == 0 && next_word(line, &from, &w)) {
        if (c->row.wants == ROW_HOP) {
            int shift = (int)w.at - (int)c->columns.next_hop;

            c->row.shift = shift >= -MAX_SHIFT ? shift : 0;
            rc = take_hop(c, w.s, e);
            if (c->os != CLI_EOS)
                align(c, from);
        } else if (!take_number(c, &w)) {
            return take_path(c, (struct slice){w.s.p, line.n - w.at}, e);
        }
    }
    return rc;
}

static int begin_row(struct cli *c, const struct split *s, struct err *e)
{
    struct prefix before = c->prefix;

    if (s->network.n > 0) {
        c->equal &= c->has_prefix;
        c->has_prefix = lg_network(s->network, &c->prefix);
        c->equal &= c->has_prefix && before.len == c->prefix.len &&
                    addr_eq(&before.addr, &c->prefix.addr);
    }
    lg_route_open(c->t, &c->prefix);
    c->row = (struct cli_row){.wants = ROW_HOP, .shift = c->columns.shift};
    apply_status(c, s->status);
    return read_cells(c, s->rest, e);
}

/* Does the line go on with the row above? It has no status then. */
static bool goes_on(const struct cli *c)
{
    size_t status = column(c->columns.network, c->columns.shift);

    return c->row.wants != ROW_NONE &&
           (c->row.wants == ROW_PATH || lg_indent(c->t->line) >= (status > 0 ? status : 1));
}

static bool is_trailer(struct slice line)
{
    return slice_starts(line, "Processed ") || slice_starts(line, "Displayed ") ||
           slice_starts(line, "Total number of ");
}

/* EVPN and the like: a section of them, or EOS' " * >  RD: 192.0.2.1:10 ip-prefix 10.0.0.0/8"
 * with the rest on the next line. */
static bool is_foreign(struct cli *c)
{
    struct slice line = slice_trim(c->t->line);
    bool row = slice_starts(line, "*");

    if (c->os == CLI_EOS && row)
        c->foreign = lg_has(line, " RD: ");
    if (!c->t->skipping && !c->foreign)
        return false;
    if (row)
        lg_note(c->t, "routes of families that are not read: EVPN and the like");
    return true;
}

static int table_line(struct cli *c, struct err *e)
{
    struct split s;
    int rc;

    if (is_trailer(c->t->line))
        return 1;
    if (is_foreign(c))
        return 1;
    if (goes_on(c)) {
        if (c->row.wants == ROW_NUMBERS && c->os != CLI_EOS) {
            c->row.shift = c->columns.shift;
            align(c, 0);
        }
        rc = c->row.wants == ROW_PATH ? more_path(c, e) : read_cells(c, 0, e);
        return rc < 0 ? rc : 1;
    }
    if (!split_row(c, &s))
        return 0;
    if (c->row.wants != ROW_NONE)
        lg_note(c->t, "rows that break off");
    rc = begin_row(c, &s, e);
    return rc < 0 ? rc : 1;
}

static int end(struct cli *c, struct err *e)
{
    (void)e;
    if (c->row.wants != ROW_NONE)
        lg_note(c->t, "rows that break off");
    c->row.wants = ROW_NONE;
    lg_route_end(c->t);
    return 0;
}

const struct cli_reader cli_table = {CLI_TABLE, begin, table_line, end};
