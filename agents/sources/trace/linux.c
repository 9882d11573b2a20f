/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux's traceroute prints a header and one line per TTL:
 *
 *   traceroute to NAME (ADDRESS), 30 hops max, 60 byte packets
 *    3  192.0.2.1  0.967 ms 192.0.2.5 [AS64500]  1.022 ms !X *
 *
 * A responder is named when it differs from the one before: "ADDRESS" or "NAME (ADDRESS)", then
 * perhaps "[AS64500/AS64501]" and "<MPLS:L=16,E=0,S=1,T=1>". Each probe then gives "TIME ms"
 * with notes behind it, or "*".
 */
#include "agents/sources/trace/trace.h"

#include <string.h>

#include "net/asn.h"

#define MAX_LABEL 500

struct parser {
    struct arena *arena;
    struct trace *out;
    const char *start; /* of the text */
    struct slice line;
    int64_t number; /* of the line */
    struct hop hop;
    struct responder responders[TRACE_MAX_RESPONDERS];
    struct responder *current;
    bool answered; /* the current responder has a time: notes belong to it */
    bool noted;    /* the line has a note */
};

static int fail(const struct parser *p, struct slice at, struct err *e, const char *why)
{
    return err_set(e, ERR_PARSE, "%lld:%lld: %s", (long long)p->number,
                   (long long)(at.p - p->line.p + 1), why);
}

static bool take(struct slice *s, const char *prefix)
{
    size_t n = strlen(prefix);

    if (!slice_starts(*s, prefix))
        return false;
    *s = (struct slice){s->p + n, s->n - n};
    return true;
}

/* Takes what stands before `text` off *s. */
static bool take_until(struct slice *s, const char *text, struct slice *piece)
{
    const char *at = s->n > 0 ? memmem(s->p, s->n, text, strlen(text)) : NULL;

    if (at == NULL)
        return false;
    *piece = (struct slice){s->p, (size_t)(at - s->p)};
    *s = (struct slice){at + strlen(text), s->n - piece->n - strlen(text)};
    return true;
}

/* traceroute to NAME (ADDRESS)[ from ADDRESS], N hops max[, M byte packets] */
static int read_header(struct parser *p, struct err *e)
{
    struct slice s = slice_trim(p->line), name, piece;
    uint64_t max;

    if (!take(&s, "traceroute to ") && !take(&s, "traceroute6 to "))
        return fail(p, s, e, "not the header of Linux's traceroute (\"traceroute to ...\")");
    if (!take_until(&s, " (", &name) || !take_until(&s, ")", &piece))
        return fail(p, s, e, "the header has no address in parentheses");
    if (!addr_parse(piece, &p->out->destination))
        return fail(p, piece, e, "the destination in the header is no address");
    if (take(&s, " from ")) {
        name = s;
        if (!take_until(&s, ",", &piece) || !addr_parse(piece, &p->out->source))
            return fail(p, name, e, "the source in the header is no address");
    } else {
        take(&s, ",");
    }
    if (!take(&s, " ") || !take_until(&s, " hops max", &piece) ||
        !slice_u64(piece, TRACE_MAX_HOPS, &max) || max == 0)
        return fail(p, s, e, "the header does not say \"N hops max\"");
    p->out->max_hops = (int64_t)max;
    return 0;
}

/* The responder of that address at this TTL, perhaps a new one. */
static int set_responder(struct parser *p, struct slice at, const struct addr *a, struct err *e)
{
    p->answered = false;
    for (size_t i = 0; i < p->hop.n; i++) {
        p->current = &p->responders[i];
        if (addr_eq(&p->current->addr, a))
            return 0;
    }
    if (p->hop.n >= TRACE_MAX_RESPONDERS)
        return fail(p, at, e, "too many responders at one TTL");
    p->current = &p->responders[p->hop.n++];
    *p->current = (struct responder){.addr = *a, .rtt = NAN, .asn = FACT_NONE};
    return 0;
}

static int read_rtt(struct parser *p, struct slice word, struct slice *rest, struct err *e)
{
    struct slice unit;
    double ms;

    if (!slice_real(word, &ms) || ms < 0)
        return fail(p, word, e, "not a time");
    if (!slice_word(rest, &unit) || !slice_eq(unit, "ms"))
        return fail(p, word, e, "a time without \"ms\" behind it");
    if (p->current == NULL)
        return fail(p, word, e, "a time without a responder");
    if (isnan(p->current->rtt) || ms < p->current->rtt)
        p->current->rtt = ms;
    p->answered = true;
    p->hop.probes++;
    return 0;
}

/* "[AS64500]", "[AS64500/AS64501]" (the first is the nearest origin), "[*]" */
static int read_asn(struct parser *p, struct slice word, struct err *e)
{
    struct slice s = {word.p + 1, word.n - 2}, first;
    uint32_t asn;

    if (p->current == NULL)
        return fail(p, word, e, "an AS number before an address (BSD's form, not Linux's)");
    if (word.n < 3 || word.p[word.n - 1] != ']')
        return fail(p, word, e, "an AS number that does not end");
    if (slice_eq(s, "*") || !slice_split(&s, '/', &first))
        return 0;
    if (!asn_parse(first, &asn))
        return fail(p, word, e, "not an AS number");
    p->current->asn = asn;
    return 0;
}

static int copy_text(struct parser *p, struct slice s, const char **out, struct err *e)
{
    if (*out != NULL)
        return 0; /* the first one stays */
    *out = arena_strndup(p->arena, s.p, s.n);
    return *out != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a trace");
}

/* "<MPLS:L=16,E=0,S=1,T=1>"; other extensions are passed over. */
static int read_extension(struct parser *p, struct slice word, struct err *e)
{
    struct slice s = {word.p + 1, word.n - 2};

    if (word.n < 2 || word.p[word.n - 1] != '>' || word.n > MAX_LABEL)
        return fail(p, word, e, "an extension that does not end");
    if (p->current == NULL)
        return fail(p, word, e, "an extension without a responder");
    return take(&s, "MPLS:") ? copy_text(p, s, &p->current->label, e) : 0;
}

static int read_note(struct parser *p, struct slice word, struct err *e)
{
    if (p->current == NULL || !p->answered)
        return fail(p, word, e, "a note without an answer before it");
    if (word.n > 16)
        return fail(p, word, e, "not a note");
    p->noted = true;
    return copy_text(p, word, &p->current->note, e);
}

/* "ADDRESS" or "NAME (ADDRESS)" */
static int read_responder(struct parser *p, struct slice word, struct slice *rest,
                          struct err *e)
{
    struct slice ahead = *rest, next;
    struct addr a;

    if (slice_word(&ahead, &next) && next.n > 2 && next.p[0] == '(') {
        *rest = ahead;
        if (next.p[next.n - 1] != ')' ||
            !addr_parse((struct slice){next.p + 1, next.n - 2}, &a))
            return fail(p, next, e, "a responder whose address is none");
    } else if (!addr_parse(word, &a)) {
        return fail(p, word, e, "a responder without an address");
    }
    return set_responder(p, word, &a, e);
}

static int read_word(struct parser *p, struct slice word, struct slice *rest, struct err *e)
{
    struct slice ahead = *rest, next;

    switch (word.p[0]) {
    case '*':
        if (word.n > 1)
            return fail(p, word, e, "a star with something behind it");
        p->hop.probes++;
        p->hop.lost++;
        return 0;
    case '!':
        return read_note(p, word, e);
    case '[':
        return read_asn(p, word, e);
    case '<':
        return read_extension(p, word, e);
    case '\'': /* --back: hops of the way back, "'-3'" */
        return 0;
    case 'F': /* --mtu: "F=1500" */
        if (slice_starts(word, "F="))
            return 0;
        break;
    default:
        break;
    }
    if (slice_word(&ahead, &next) && slice_eq(next, "ms"))
        return read_rtt(p, word, rest, e);
    return read_responder(p, word, rest, e);
}

static int keep_hop(struct parser *p, struct err *e)
{
    struct hop *last = &p->out->hops.v[p->out->hops.n];

    *last = p->hop;
    last->v = arena_dup(p->arena, p->responders, p->hop.n * sizeof(*last->v));
    if (p->hop.n > 0 && last->v == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a trace");
    p->out->hops.n++;
    for (size_t i = 0; i < p->hop.n; i++)
        p->out->reached |= addr_eq(&p->responders[i].addr, &p->out->destination);
    return 0;
}

static int read_ttl(struct parser *p, struct slice word, struct err *e)
{
    const struct hops *hops = &p->out->hops;
    uint64_t ttl;

    if (!slice_u64(word, TRACE_MAX_HOPS, &ttl) || ttl == 0)
        return fail(p, word, e,
                    "a line that does not start with a TTL (other programs "
                    "continue lines; only Linux's form is read)");
    if (hops->n > 0 && (int64_t)ttl != hops->v[hops->n - 1].ttl + 1)
        return fail(p, word, e, "a TTL that does not follow the one before");
    if ((int64_t)ttl > p->out->max_hops)
        return fail(p, word, e, "a TTL above the header's limit");
    p->hop = (struct hop){.ttl = (int64_t)ttl};
    p->current = NULL;
    p->answered = p->noted = false;
    return 0;
}

static int read_hop(struct parser *p, struct err *e)
{
    struct slice rest = p->line, word;
    int rc;

    if (!slice_word(&rest, &word))
        return 0; /* an empty line */
    rc = read_ttl(p, word, e);
    while (rc == 0 && slice_word(&rest, &word))
        rc = read_word(p, word, &rest, e);
    if (rc < 0)
        return rc;
    if (p->hop.probes == 0)
        return fail(p, p->line, e, "a TTL without probes");
    for (size_t i = 0; i < p->hop.n; i++) {
        if (isnan(p->responders[i].rtt))
            return fail(p, p->line, e, "a responder without a time");
    }
    return keep_hop(p, e);
}

/* It ends at the destination, at the limit of hops, or where it was told that there is no way.
 */
static int check_end(const struct parser *p, struct err *e)
{
    const struct hops *hops = &p->out->hops;

    if (hops->n == 0)
        return fail(p, p->line, e, "no hops");
    if (p->out->reached || p->noted || hops->v[hops->n - 1].ttl == p->out->max_hops)
        return 0;
    return fail(p, p->line, e, "cut short: neither the destination nor the last TTL is there");
}

int trace_parse(struct slice text, struct arena *a, struct trace *out, struct err *e)
{
    struct parser *p = ARENA_NEW(a, struct parser);
    struct slice rest = text;
    int rc;

    *out = (struct trace){0};
    if (p == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a trace");
    *p = (struct parser){.arena = a, .out = out, .start = text.p};
    if (text.n > TRACE_MAX_FILE)
        return err_set(e, ERR_LIMIT, "larger than %zu bytes", TRACE_MAX_FILE);
    if (!str_is_utf8(text.p, text.n))
        return err_set(e, ERR_PARSE, "not text");
    out->hops.v = ARENA_ARRAY(a, TRACE_MAX_HOPS, struct hop);
    if (out->hops.v == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a trace");
    while (p->line.n == 0) {
        p->number++;
        if (!slice_line(&rest, &p->line))
            return err_set(e, ERR_PARSE, "empty");
    }
    rc = read_header(p, e);
    while (rc == 0 && slice_line(&rest, &p->line)) {
        p->number++;
        rc = read_hop(p, e);
    }
    return rc == 0 ? check_end(p, e) : rc;
}
