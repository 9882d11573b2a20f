/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of traceroute programs and routers: a header, then one line per TTL, which others may
 * continue.
 *
 *   traceroute to NAME (ADDRESS)[ from ADDRESS], 30 hops max, 60 byte packets
 *   traceroute to ADDRESS from ADDRESS, 30 hops max          SR OS
 *   traceroute to ADDRESS(ADDRESS), max hops: 30 ,...        VRP
 *    3  192.0.2.1  0.967 ms  1.022 ms *
 *       192.0.2.5  1.022 ms                                  BSD, IOS: another responder
 *       MPLS Label=299840 CoS=0 TTL=1 S=1                    Junos
 *
 *   traceroute from ADDRESS to ADDRESS                       scamper
 *   Tracing the route to NAME (ADDRESS)                      IOS
 *
 * A file may hold many traces, with prompts and commands between them. Headers may be missing:
 * then a TTL that does not grow starts the next trace.
 */
#include "agents/sources/trace/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/trace/dialects.h"

#define MAX_LOOK 400 /* lines that likeness() looks at */

/* --- headers --- */

/* "ADDRESS" or "NAME (ADDRESS)" up to a comma or the end */
static bool read_end(struct slice s, struct addr *a)
{
    struct slice word, next;

    if (!text_word(&s, &word))
        return false;
    return (text_word(&s, &next) && text_in_parens(next, a)) || text_addr(word, a);
}

/* "NAME (ADDRESS)", "ADDRESS(ADDRESS)" or an address alone */
static int read_target(struct text *p, struct slice *s, struct err *e)
{
    struct addr *to = &p->reader->trace.destination;
    struct slice name, piece, whole = *s;

    if (text_take_until(s, " (", &name) || text_take_until(s, "(", &name)) {
        if (!text_take_until(s, ")", &piece))
            return text_fail(p, whole, e, "the header has no address in parentheses");
        if (!text_addr(slice_trim(piece), to))
            return text_fail(p, piece, e, "the destination in the header is no address");
        return 0;
    }
    for (piece = *s; piece.n > 0 && memchr(", ", piece.p[0], 2) == NULL;)
        piece = (struct slice){piece.p + 1, piece.n - 1};
    name = (struct slice){s->p, s->n - piece.n};
    *s = piece;
    if (!text_addr(name, to))
        return text_fail(p, whole, e, "the header has no address in parentheses");
    return 0;
}

/* "30 hops max", "30 hops at most", "max hops: 30" */
static int read_limit(struct text *p, struct slice s, struct err *e)
{
    struct slice before, n;
    uint64_t max;

    n = s;
    if (text_take_until(&s, "hops", &before)) {
        n = slice_trim(before);
        while (n.n > 0 && isdigit((unsigned char)n.p[n.n - 1]))
            n.n--;
        before = slice_trim(before);
        n = (struct slice){n.p + n.n, before.n - n.n};
        if (text_take(&s, ":")) {
            n = s = slice_trim(s);
            for (n.n = 0; n.n < s.n && isdigit((unsigned char)s.p[n.n]);)
                n.n++;
        }
    }
    if (!slice_u64(n, TRACE_MAX_HOPS, &max) || max == 0)
        return text_fail(p, n, e, "the header does not say \"N hops max\"");
    p->reader->trace.max_hops = (int64_t)max;
    return 0;
}

/* TARGET[ from ADDRESS], N hops max[, M byte packets] */
static int read_unix_header(struct text *p, struct slice s, struct err *e)
{
    struct slice from, piece;
    int rc;

    s = slice_trim(s);
    rc = read_target(p, &s, e);
    if (rc < 0)
        return rc;
    if (text_take(&s, " from ")) {
        from = s;
        if (!text_take_until(&s, ",", &piece) || !read_end(piece, &p->reader->trace.source))
            return text_fail(p, from, e, "the source in the header is no address");
    }
    return read_limit(p, s, e);
}

/* ADDRESS to ADDRESS */
static int read_scamper_header(struct text *p, struct slice s, struct err *e)
{
    struct trace *t = &p->reader->trace;
    struct slice piece;

    if (!text_take_until(&s, " to ", &piece) || !text_addr(piece, &t->source))
        return text_fail(p, s, e, "the source in the header is no address");
    if (!text_addr(slice_trim(s), &t->destination))
        return text_fail(p, s, e, "the destination in the header is no address");
    return 0;
}

static int read_ios_header(struct text *p, struct slice s, struct err *e)
{
    if (!read_end(s, &p->reader->trace.destination))
        return text_fail(p, s, e, "the destination in the header is no address");
    return 0;
}

static const struct {
    const char *start;
    int (*read)(struct text *p, struct slice s, struct err *e);
    bool ios;
} headers[] = {
    {"traceroute to ", read_unix_header, false},
    {"traceroute6 to ", read_unix_header, false},
    {"Tracing the path to ", read_unix_header, false}, /* tcptraceroute */
    {"traceroute from ", read_scamper_header, false},
    {"Tracing the route to ", read_ios_header, true},
};
#define N_HEADERS (sizeof(headers) / sizeof(*headers))

/* Which header is it? N_HEADERS: none. */
static size_t find_header(struct slice line)
{
    struct slice s = slice_trim(line);
    size_t i = 0;

    if (s.n == 0 || (s.p[0] | 0x20) != 't')
        return N_HEADERS;
    while (i < N_HEADERS && !slice_starts(s, headers[i].start))
        i++;
    return i;
}

/* --- traces --- */

static int check_hop(const struct text *p, struct err *e)
{
    const struct hop *h = p->hop;

    if (h == NULL || h->probes > 0 || (p->lone_notes && h->n > 0))
        return 0;
    return err_set(e, ERR_PARSE, "%lld:1: a TTL without probes", (long long)p->hop_number);
}

static int end_hop(struct text *p, struct err *e)
{
    int rc = check_hop(p, e);

    p->hop = NULL;
    p->current = NULL;
    p->timed = false;
    p->asn = FACT_NONE;
    return rc;
}

static int end_trace(struct text *p, struct err *e)
{
    int rc = end_hop(p, e);

    if (rc == 0 && p->open && !trace_has_hops(p->reader))
        rc = text_fail(p, p->line, e, "no hops");
    p->open = false;
    if (rc < 0)
        return rc;
    rc = trace_end(p->reader, e);
    return rc < 0 ? err_in(e, "%lld:1", (long long)p->number) : 0;
}

static int begin_trace(struct text *p, struct err *e)
{
    int rc = end_trace(p, e);

    if (rc < 0)
        return rc;
    p->open = true;
    p->header = false;
    p->reader->trace.source = p->source;
    if (p->table.n > 0)
        rc = trace_text(p->reader, p->table, &p->reader->trace.table, e);
    p->source = (struct addr){0};
    p->table = (struct slice){0};
    return rc;
}

/* "2", or "2." */
static bool read_ttl(struct slice word, uint64_t *ttl)
{
    if (word.n > 1 && word.p[word.n - 1] == '.')
        word.n--;
    return slice_u64(word, TRACE_MAX_HOPS, ttl) && *ttl > 0;
}

/* VRP may print a line for each probe: the TTL of the line before once more. */
static bool is_same_hop(const struct text *p, struct slice word)
{
    uint64_t ttl;

    return p->header && p->hop != NULL && read_ttl(word, &ttl) && p->hop->ttl == (int64_t)ttl;
}

static int read_hop(struct text *p, struct slice word, struct slice rest, struct err *e)
{
    uint64_t ttl;
    int rc;

    if (p->lone_notes && slice_eq(word, "0")) { /* IOS, asked to begin there */
        trace_remark(p->reader, p->number, "TTL 0: no router sees it");
        return 0;
    }
    if (is_same_hop(p, word)) {
        p->current = NULL;
        return text_items(p, rest, e);
    }
    rc = end_hop(p, e);
    if (rc < 0)
        return rc;
    if (!read_ttl(word, &ttl))
        return text_fail(p, word, e, "a TTL that is not 1 to 255");
    if (!p->open || (!p->header && (int64_t)ttl <= p->reader->last))
        rc = begin_trace(p, e);
    if (rc < 0)
        return rc;
    if ((int64_t)ttl <= p->reader->last)
        return text_fail(p, word, e, "a TTL that does not follow the one before");
    if (p->reader->trace.max_hops > 0 && (int64_t)ttl > p->reader->trace.max_hops)
        return text_fail(p, word, e, "a TTL above the header's limit");
    if (p->reader->last > 0 && (int64_t)ttl != p->reader->last + 1)
        trace_remark(p->reader, p->number, "TTLs before this one are missing");
    p->hop = trace_hop(p->reader, (int64_t)ttl);
    p->hop_number = p->number;
    return text_items(p, rest, e);
}

/* --- what stands before a header --- */

/* "r1# traceroute vrf V 192.0.2.1 source 198.51.100.1"; "-s ADDRESS" on hosts */
static void read_command(struct text *p, struct slice s)
{
    struct slice word, value;
    struct addr a;
    bool command = false;

    while (slice_word(&s, &word)) {
        struct slice ahead = s;

        if (word.n >= 10 && memcmp(word.p + word.n - 10, "traceroute", 10) == 0)
            command = true;
        if (!command || !slice_word(&ahead, &value))
            continue;
        if (slice_eq(word, "vrf") || slice_eq(word, "routing-instance")) {
            p->table = value;
            s = ahead;
        } else if ((slice_eq(word, "source") || slice_eq(word, "-s")) && text_addr(value, &a)) {
            p->source = a;
            s = ahead;
        }
    }
}

static bool is_preamble(struct slice line)
{
    static const char *const known[] = {"Type escape sequence", "VRF info:", "```"};

    line = slice_trim(line);
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (slice_starts(line, known[i]))
            return true;
    }
    return line.n == 0;
}

/* IOS asks for each option. */
static void read_other(struct text *p)
{
    struct slice s = slice_trim(p->line);
    struct addr a;

    if (is_preamble(s))
        return;
    if (text_take(&s, "Source address or interface:")) {
        if (text_addr(slice_trim(s), &a))
            p->source = a;
        return;
    }
    if (memmem(s.p, s.n, "traceroute", 10) != NULL)
        read_command(p, s);
    else
        trace_remark(p->reader, p->number, "a line that is neither header nor hop");
}

/* Does the line go on with the TTL before? */
static bool continues(const struct text *p, struct slice word)
{
    struct slice line = slice_trim(p->line);

    if (p->hop == NULL)
        return false;
    return slice_starts(line, "MPLS Label") || slice_starts(line, "[Label") ||
           slice_starts(line, "[MPLS") || slice_eq(word, "*") || text_like_items(line);
}

/* A TTL: what is to come next, or any number with what looks like answers behind it. */
static bool is_hop(const struct text *p, struct slice word, struct slice rest)
{
    uint64_t ttl;

    if (word.n > 1 && word.p[word.n - 1] == '.')
        word.n--;
    if (!slice_u64(word, UINT64_MAX, &ttl))
        return false;
    return (p->open && ttl == (uint64_t)p->reader->last + 1) || text_like_items(rest);
}

/* What a terminal shows when its user ends the program: "8  * *^C" */
static bool drop_interrupt(struct text *p)
{
    struct slice line = slice_trim(p->line), rest, word;

    if (line.n < 2 || line.p[line.n - 2] != '^' || line.p[line.n - 1] != 'C')
        return false;
    rest = p->line = (struct slice){p->line.p, (size_t)(line.p + line.n - 2 - p->line.p)};
    if (slice_word(&rest, &word) && slice_trim(rest).n == 0)
        p->line.n = 0; /* a TTL of which nothing was seen */
    trace_remark(p->reader, p->number, "the program was interrupted here");
    return true;
}

static int read_line(struct text *p, struct err *e)
{
    struct slice rest = p->line, word;
    size_t header;
    int rc;

    if (drop_interrupt(p))
        rest = p->line;
    if (!slice_word(&rest, &word) || (word.p[0] == '\r' && word.n == 1))
        return 0;
    if (is_hop(p, word, rest))
        return read_hop(p, word, rest, e);
    header = find_header(p->line);
    if (header < N_HEADERS) {
        rc = begin_trace(p, e);
        p->header = true;
        p->lone_notes = headers[header].ios;
        rest = slice_trim(p->line);
        text_take(&rest, headers[header].start);
        return rc == 0 ? headers[header].read(p, rest, e) : rc;
    }
    if (continues(p, word))
        return text_items(p, p->line, e);
    read_other(p);
    return 0;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    struct text p = {.reader = r, .asn = FACT_NONE};
    int rc = 0;

    if (!str_is_utf8(text.p, text.n))
        return err_set(e, ERR_PARSE, "not text (UTF-8)");
    while (rc == 0 && slice_line(&text, &p.line)) {
        p.number++;
        rc = read_line(&p, e);
    }
    return rc == 0 ? end_trace(&p, e) : rc;
}

/* --- likeness --- */

/* A hop without a header before it: 60 from a router ("msec"), 50 from a program. */
static int like_hop(struct slice line, bool ios)
{
    struct slice rest = line, word;
    uint64_t ttl;
    bool msec;

    if (!slice_word(&rest, &word) || !read_ttl(word, &ttl) || !text_like_items(rest))
        return 0;
    msec = memmem(line.p, line.n, " msec", 5) != NULL;
    return msec == ios ? 50 : 0;
}

static int like(const struct agent_file *f, bool ios)
{
    struct slice rest = agent_file_head(f), line;
    int best = 0;

    for (int i = 0; i < MAX_LOOK && best < 90 && slice_line(&rest, &line); i++) {
        size_t header = find_header(line);
        int now =
            header < N_HEADERS ? (headers[header].ios == ios ? 95 : 0) : like_hop(line, ios);

        if (header < N_HEADERS && headers[header].ios != ios)
            return 0;
        best = now > best ? now : best;
    }
    return best;
}

static int like_traceroute(const struct agent_file *f)
{
    return like(f, false);
}

static int like_ios(const struct agent_file *f)
{
    return like(f, true);
}

static const struct trace_form form = {"traceroute", parse};

const struct agent_dialect trace_dialect_traceroute = {
    .name = "traceroute",
    .summary =
        "traceroute of Linux, EOS, BSD, macOS, inetutils, busybox, Junos, NX-OS, SR OS, VRP",
    .likeness = like_traceroute,
    .read = trace_read_alone,
    .parser = &form,
};

const struct agent_dialect trace_dialect_ios = {
    .name = "ios",
    .summary = "traceroute of IOS, IOS-XE, IOS-XR",
    .likeness = like_ios,
    .read = trace_read_alone,
    .parser = &form,
};
