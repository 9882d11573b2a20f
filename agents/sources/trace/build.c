/* SPDX-License-Identifier: Apache-2.0 */
/* A trace, put together TTL by TTL. */
#include "agents/sources/trace/reader.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_LIMIT ((size_t)16 << 20)

int trace_reader_new(struct trace_reader **out, struct err *e)
{
    struct trace_reader *r = calloc(1, sizeof(*r));

    *out = r;
    if (r != NULL)
        r->arena = arena_new(ARENA_LIMIT);
    if (r == NULL || r->arena == NULL) {
        trace_reader_free(out);
        return err_set(e, ERR_NOMEM, "no memory for traces");
    }
    r->start = arena_mark(r->arena);
    trace_begin(r);
    return 0;
}

void trace_reader_free(struct trace_reader **r)
{
    if (*r == NULL)
        return;
    arena_free(&(*r)->arena);
    for (size_t ttl = 0; ttl <= TRACE_MAX_HOPS; ttl++)
        free((*r)->responders[ttl]);
    free(*r);
    *r = NULL;
}

void trace_begin(struct trace_reader *r)
{
    for (int64_t ttl = r->first; ttl > 0 && ttl <= r->last; ttl++)
        r->hops[ttl] = (struct hop){0};
    arena_rewind(r->arena, r->start);
    r->first = r->last = 0;
    r->trace = (struct trace){.observed = FACT_NONE};
}

struct hop *trace_hop(struct trace_reader *r, int64_t ttl)
{
    struct hop *h = &r->hops[ttl];

    assert(ttl > 0 && ttl <= TRACE_MAX_HOPS);
    if (h->ttl == 0) {
        *h = (struct hop){.ttl = ttl};
        r->first = r->first == 0 || ttl < r->first ? ttl : r->first;
        r->last = ttl > r->last ? ttl : r->last;
    }
    return h;
}

/* Room for a TTL's responders, kept for the traces that follow. False without memory. */
static bool has_room(struct trace_reader *r, struct hop *h)
{
    struct responder **v = &r->responders[h->ttl];

    if (*v == NULL)
        *v = calloc(TRACE_MAX_RESPONDERS, sizeof(**v));
    h->v = *v;
    return h->v != NULL;
}

int trace_responder(struct trace_reader *r, struct hop *h, const struct addr *a,
                    struct responder **out, struct err *e)
{
    for (size_t i = 0; i < h->n; i++) {
        *out = &h->v[i];
        if (addr_eq(&(*out)->addr, a))
            return 0;
    }
    if (h->n >= TRACE_MAX_RESPONDERS)
        return err_set(e, ERR_LIMIT, "too many responders at one TTL");
    if (!has_room(r, h))
        return err_set(e, ERR_NOMEM, "no memory for a trace");
    *out = &h->v[h->n++];
    **out = (struct responder){.addr = *a, .rtt = NAN, .asn = FACT_NONE};
    return 0;
}

void trace_time(struct responder *p, double ms)
{
    if (isnan(p->rtt) || ms < p->rtt)
        p->rtt = ms;
}

void trace_cut(struct trace_reader *r, int64_t ttl)
{
    for (; r->last >= r->first && r->last > 0; r->last--) {
        if (r->last <= ttl && r->hops[r->last].ttl != 0)
            return;
        r->hops[r->last] = (struct hop){0};
    }
    r->first = r->last = 0;
}

bool trace_has_hops(const struct trace_reader *r)
{
    return r->first != 0;
}

bool trace_destination_answered(const struct trace *t)
{
    if (!addr_is_set(&t->destination))
        return false;
    for (size_t i = t->hops.n; i-- > 0;) {
        for (size_t k = 0; k < t->hops.v[i].n; k++) {
            if (addr_eq(&t->hops.v[i].v[k].addr, &t->destination))
                return true;
        }
    }
    return false;
}

static bool is_noted(const struct hop *h)
{
    for (size_t i = 0; i < h->n; i++) {
        if (h->v[i].note != NULL)
            return true;
    }
    return false;
}

/* TTLs of which nothing was said, and those whose probes were not counted. */
static void fill_gaps(struct trace_reader *r)
{
    for (int64_t ttl = r->first; ttl <= r->last; ttl++) {
        struct hop *h = &r->hops[ttl];

        if (h->ttl == 0)
            r->trace.gaps = true;
        h->ttl = ttl;
        if (h->probes == 0)
            h->probes = h->lost = FACT_NONE;
    }
}

int trace_end(struct trace_reader *r, struct err *e)
{
    struct trace *t = &r->trace;
    int rc = 0;

    if (trace_has_hops(r)) {
        fill_gaps(r);
        t->hops = (struct hops){&r->hops[r->first], (size_t)(r->last - r->first + 1)};
        t->reached = t->reached || trace_destination_answered(t);
        t->noted = is_noted(&r->hops[r->last]);
        rc = r->put(r->payload, t, e);
        r->n_traces++;
        if (rc == 0 && r->cancelled != NULL && r->cancelled(r->agent))
            rc = err_set(e, ERR_CANCELLED, "cancelled");
    }
    trace_begin(r);
    return rc;
}

int trace_text(struct trace_reader *r, struct slice s, const char **out, struct err *e)
{
    if (*out != NULL)
        return 0; /* the first one stays */
    *out = arena_strndup(r->arena, s.p, s.n);
    return *out != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a trace");
}

static void remark(struct trace_reader *r, const char *unit, int64_t at, const char *reason)
{
    size_t i = 0;

    while (i < r->n_remarks && strcmp(r->remarks[i].reason, reason) != 0)
        i++;
    if (i == TRACE_MAX_REMARKS)
        return;
    if (i == r->n_remarks) {
        r->n_remarks++;
        r->remarks[i].reason = reason;
        snprintf(r->remarks[i].where, sizeof(r->remarks[i].where), "%s %lld", unit,
                 (long long)at);
    }
    r->remarks[i].n++;
}

void trace_remark(struct trace_reader *r, int64_t line, const char *reason)
{
    remark(r, "line", line, reason);
}

void trace_remark_whole(struct trace_reader *r, const char *reason)
{
    remark(r, "trace", (int64_t)r->n_traces + 1, reason);
}

/* RFC 792, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1. The letters are traceroute's. */
const char *trace_icmp_note(struct trace_reader *r, int family, int64_t type, int64_t code)
{
    static const char *const v4[] = {"!N", "!H", "!P", NULL, "!F", "!S", "!N", "!H",
                                     "!N", "!X", "!X", "!N", "!H", "!X", "!V", "!C"};
    static const char *const v6[] = {"!N", "!X", "!S", "!H", NULL};
    size_t n = family == 4 ? sizeof(v4) / sizeof(*v4) : sizeof(v6) / sizeof(*v6);
    const char *const *notes = family == 4 ? v4 : v6;

    if (family == 6 && type == 2)
        return "!F";
    if (type != (family == 4 ? 3 : 1) || code < 0 || code > 255)
        return NULL;
    if (code == (family == 4 ? 3 : 4))
        return NULL; /* port unreachable: it got there */
    if ((size_t)code < n && notes[code] != NULL)
        return notes[code];
    return arena_printf(r->arena, "!<%lld>", (long long)code);
}

/* --- MPLS labels --- */

struct entry {
    struct slice label, exp, bottom, ttl;
};

static bool is_digits(struct slice s)
{
    uint64_t n;

    return slice_u64(s, 1 << 20, &n);
}

/* The next word: blanks, commas, "=" and ":" and brackets part them. */
static bool next_word(struct slice *s, struct slice *word)
{
    static const char apart[] = " \t,=:[]<>";
    size_t n = 0;

    while (s->n > 0 && memchr(apart, s->p[0], sizeof(apart) - 1) != NULL)
        *s = (struct slice){s->p + 1, s->n - 1};
    while (n < s->n && s->p[n] != '/' && memchr(apart, s->p[n], sizeof(apart) - 1) == NULL)
        n++;
    if (n == 0 && s->n > 0)
        n = 1; /* a slash is a word */
    *word = (struct slice){s->p, n};
    *s = (struct slice){s->p + n, s->n - n};
    return n > 0;
}

static struct slice *part_of(struct entry *x, struct slice key)
{
    static const char *const names[4][4] = {{"L", "Label", "Labels", "Lbl"},
                                            {"E", "Exp", "CoS", "TC"},
                                            {"S", "S", "S", "S"},
                                            {"T", "TTL", "TTL", "TTL"}};
    struct slice *const parts[4] = {&x->label, &x->exp, &x->bottom, &x->ttl};

    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            if (slice_eq(key, names[i][k]))
                return parts[i];
        }
    }
    return NULL;
}

static void write_entry(struct buf *out, struct entry *x)
{
    const struct slice parts[4] = {x->label, x->exp, x->bottom, x->ttl};

    if (x->label.n == 0)
        return;
    if (out->len > 0)
        buf_char(out, '/');
    for (size_t i = 0; i < 4; i++) {
        if (parts[i].n > 0)
            buf_printf(out, "%s%c=%.*s", i > 0 ? "," : "", "LEST"[i], (int)parts[i].n,
                       parts[i].p);
    }
    *x = (struct entry){0};
}

int trace_label(struct trace_reader *r, struct slice s, const char **out, struct err *e)
{
    struct entry x = {0};
    struct slice word, *part = NULL;
    struct buf text = {0};
    int rc = 0;

    if (*out != NULL || s.n > TRACE_MAX_LABEL)
        return 0;
    while (next_word(&s, &word)) {
        struct slice *named = part_of(&x, word);

        if (slice_eq(word, "/")) {
            write_entry(&text, &x);
            part = &x.label;
        } else if (named != NULL) {
            if (named == &x.label && x.label.n > 0)
                write_entry(&text, &x);
            part = named;
        } else if (part != NULL && is_digits(word)) {
            *part = word;
            part = NULL;
        }
    }
    write_entry(&text, &x);
    if (text.failed)
        rc = err_set(e, ERR_NOMEM, "no memory for labels");
    else if (text.len > 0)
        rc = trace_text(r, (struct slice){text.data, text.len}, out, e);
    buf_free(&text);
    return rc;
}
