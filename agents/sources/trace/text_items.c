/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind a TTL, word by word:
 *
 *   192.0.2.1  0.967 ms 192.0.2.5 [AS64500]  1.022 ms !X *          Linux
 *   [AS64500] name (192.0.2.1)  0.967 ms (ttl=54!)                  BSD
 *   192.0.2.1 (name)  0.967ms                                       inetutils
 *   name (192.0.2.1) [AS 64500] [MPLS: Label 16 Exp 0] 5 msec !A    IOS
 *
 * A responder is named when it differs from the one before. Each probe then gives a time with
 * notes behind it, or "*".
 */
#include "agents/sources/trace/text.h"

#include <ctype.h>
#include <string.h>

#include "net/asn.h"

#define MAX_NOTE    16
#define MAX_BRACKET 1000 /* bytes; what does not close within them never does */
#define MAX_ADDR    64   /* characters, with the name of an interface */

int text_fail(const struct text *p, struct slice at, struct err *e, const char *why)
{
    return err_set(e, ERR_PARSE, "%lld:%lld: %s", (long long)p->number,
                   (long long)(at.p - p->line.p + 1), why);
}

int text_lines(struct text *at, struct slice text, text_take_line take, void *payload,
               struct err *e)
{
    int rc = 0;

    if (!str_is_utf8(text.p, text.n))
        return err_set(e, ERR_PARSE, "not text (UTF-8)");
    while (rc == 0 && slice_line(&text, &at->line)) {
        at->number++;
        if (slice_trim(at->line).n > 0)
            rc = take(payload, e);
    }
    return rc;
}

bool text_take(struct slice *s, const char *prefix)
{
    size_t n = strlen(prefix);

    if (!slice_starts(*s, prefix))
        return false;
    *s = (struct slice){s->p + n, s->n - n};
    return true;
}

bool text_take_until(struct slice *s, const char *end, struct slice *piece)
{
    const char *at = s->n > 0 ? memmem(s->p, s->n, end, strlen(end)) : NULL;

    if (at == NULL)
        return false;
    *piece = (struct slice){s->p, (size_t)(at - s->p)};
    *s = (struct slice){at + strlen(end), s->n - piece->n - strlen(end)};
    return true;
}

/* "192.0.2.1(192.0.2.1)" and "192.0.2.1[MPLS Label=16 ...]" are two words. */
static void split_word(struct slice *rest, struct slice *word)
{
    const char *end = rest->p + rest->n;

    for (size_t i = 1; i < word->n && strchr("[(<'!", word->p[0]) == NULL; i++) {
        if (word->p[i] == '(' || word->p[i] == '[') {
            word->n = i;
            *rest = (struct slice){word->p + i, (size_t)(end - word->p) - i};
        }
    }
}

bool text_word(struct slice *rest, struct slice *word)
{
    const char *end;
    char close;

    if (!slice_word(rest, word))
        return false;
    split_word(rest, word);
    close = word->p[0] == '[' ? ']' : word->p[0] == '(' ? ')' : '\0';
    if (close == '\0' || memchr(word->p, close, word->n) != NULL)
        return true;
    end = rest->n > 0 ? memchr(rest->p, close, rest->n < MAX_BRACKET ? rest->n : MAX_BRACKET)
                      : NULL;
    if (end != NULL) {
        word->n = (size_t)(end + 1 - word->p);
        *rest = (struct slice){end + 1, rest->n - (size_t)(end + 1 - rest->p)};
    }
    return true;
}

bool text_addr(struct slice word, struct addr *a)
{
    const char *zone;

    if (word.n == 0 || word.n > MAX_ADDR ||
        (!isxdigit((unsigned char)word.p[0]) && word.p[0] != ':'))
        return false;
    zone = memchr(word.p, '%', word.n);
    if (zone != NULL)
        word.n = (size_t)(zone - word.p);
    return addr_parse(word, a);
}

bool text_in_parens(struct slice word, struct addr *a)
{
    return word.n > 2 && word.p[0] == '(' && word.p[word.n - 1] == ')' &&
           text_addr(slice_trim((struct slice){word.p + 1, word.n - 2}), a);
}

/* RFC 3696 section 2: letters, digits, "-" and ".", and the last label is not all digits. */
bool text_is_name(struct slice word)
{
    bool letter = false;

    for (size_t i = 0; i < word.n; i++) {
        unsigned char c = (unsigned char)word.p[i];

        if (c == '.')
            letter = letter && i + 1 == word.n;
        else if (isalpha(c) || c == '_' || c >= 0x80)
            letter = true;
        else if (!isdigit(c) && c != '-' && c != '/')
            return false;
    }
    return letter;
}

static bool is_unit(struct slice s)
{
    return slice_eq(s, "ms") || slice_eq(s, "msec") || slice_eq(s, "ms,");
}

/* Times are short; without exponents they need no strtod(). */
static bool read_number(struct slice s, double *out)
{
    static const double scale[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    uint64_t v = 0;
    size_t point = s.n, digits = 0;

    if (s.n > 15)
        return slice_real(s, out);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && point == s.n && i > 0 && i + 1 < s.n) {
            point = i;
        } else if (s.p[i] >= '0' && s.p[i] <= '9') {
            v = v * 10 + (uint64_t)(s.p[i] - '0');
            digits++;
        } else {
            return slice_real(s, out);
        }
    }
    size_t behind = point < s.n ? s.n - point - 1 : 0;

    if (digits == 0 || behind >= sizeof(scale) / sizeof(*scale))
        return slice_real(s, out);
    *out = (double)v / scale[behind];
    return true;
}

bool text_time(struct slice word, struct slice *rest, double *ms)
{
    struct slice ahead = *rest, unit;

    if (word.n == 0 || (!isdigit((unsigned char)word.p[0]) && word.p[0] != '-'))
        return false;
    if (word.n > 2 && word.p[word.n - 2] == 'm' && word.p[word.n - 1] == 's')
        return read_number((struct slice){word.p, word.n - 2}, ms);
    if (!slice_word(&ahead, &unit) || !is_unit(unit) || !read_number(word, ms))
        return false;
    *rest = ahead;
    return true;
}

static int set_responder(struct text *p, struct slice at, const struct addr *a, struct err *e)
{
    struct responder *r;
    struct err why = {0};

    if (trace_responder(p->reader, p->hop, a, &r, &why) != 0)
        return text_fail(p, at, e, why.msg);
    if (!addr_is_set(a))
        trace_remark(p->reader, p->number, "a responder with a name but no address");
    if (p->asn != FACT_NONE)
        r->asn = p->asn;
    p->asn = FACT_NONE;
    p->current = r;
    p->timed = false;
    return 0;
}

static int count_probe(struct text *p, struct slice at, bool lost, struct err *e)
{
    if (p->hop->probes >= TRACE_MAX_PROBES)
        return text_fail(p, at, e, "too many probes at one TTL");
    p->hop->probes++;
    p->hop->lost += lost;
    return 0;
}

static int read_time(struct text *p, struct slice word, double ms, struct err *e)
{
    if (ms < 0)
        return text_fail(p, word, e, "not a time");
    if (p->current == NULL)
        return text_fail(p, word, e, "a time without a responder");
    trace_time(p->current, ms);
    p->timed = true;
    return count_probe(p, word, false, e);
}

/* "[AS64500]", "[AS 64500]", "[AS64500/AS64501]", "[AS 64500, 64501]" (the first is the nearest
 * origin), "[*]" */
static int read_asn(struct text *p, struct slice word, struct err *e)
{
    struct slice s = {word.p + 1, word.n - 2}, first;
    uint32_t asn;

    text_take(&s, "AS");
    first = s = slice_trim(s);
    for (size_t i = s.n; i-- > 0;) {
        if (strchr("/, ", s.p[i]) != NULL)
            first.n = i;
    }
    if (slice_eq(first, "*"))
        return 0;
    if (slice_eq(first, "0") || slice_eq(first, "???"))
        return 0; /* BSD: no origin is known */
    if (!asn_parse(first, &asn))
        return text_fail(p, word, e, "not an AS number");
    if (p->current != NULL && !p->timed)
        p->current->asn = asn;
    else
        p->asn = asn;
    return 0;
}

static int read_label(struct text *p, struct slice word, struct err *e)
{
    if (p->current == NULL)
        return text_fail(p, word, e, "MPLS labels without a responder");
    return trace_label(p->reader, word, &p->current->label, e);
}

/* "[AS1]", "[*]", "[MPLS: ...]", "[Label=...]"; others, as "[open]", are passed over. */
static int read_bracket(struct text *p, struct slice word, struct err *e)
{
    if (word.n < 3 || word.p[word.n - 1] != ']')
        return text_fail(p, word, e, "a bracket that does not close");
    if (slice_starts(word, "[AS") || slice_eq(word, "[*]"))
        return read_asn(p, word, e);
    if (slice_starts(word, "[MPLS") || slice_starts(word, "[Label"))
        return read_label(p, word, e);
    trace_remark(p->reader, p->number, "a remark in brackets");
    return 0;
}

/* "<MPLS:L=16,E=0,S=1,T=1>"; other extensions are passed over. */
static int read_extension(struct text *p, struct slice word, struct err *e)
{
    struct slice s = {word.p + 1, word.n - 2};

    if (word.n < 2 || word.p[word.n - 1] != '>' || word.n > TRACE_MAX_LABEL)
        return text_fail(p, word, e, "an extension that does not end");
    if (p->current == NULL)
        return text_fail(p, word, e, "an extension without a responder");
    return text_take(&s, "MPLS:") ? trace_text(p->reader, s, &p->current->label, e) : 0;
}

static int read_note(struct text *p, struct slice word, struct err *e)
{
    if (p->current == NULL || (!p->timed && !p->lone_notes))
        return text_fail(p, word, e, "a note without an answer before it");
    if (word.n > MAX_NOTE)
        return text_fail(p, word, e, "not a note");
    if (!p->timed) {
        int rc = count_probe(p, word, false, e);

        if (rc < 0)
            return rc;
    }
    if (p->lone_notes)
        p->timed = false;
    return trace_text(p->reader, word, &p->current->note, e);
}

/* "ADDRESS", "NAME (ADDRESS)", "ADDRESS (NAME)", or "NAME" with a time behind it */
static int read_responder(struct text *p, struct slice word, struct slice *rest, struct err *e)
{
    struct slice ahead = *rest, next, after;
    struct addr a = {0};
    double ms;

    if (text_word(&ahead, &next) && next.p[0] == '(' && next.n > 2) {
        after = ahead;
        if (next.p[next.n - 1] != ')')
            return text_fail(p, next, e, "a parenthesis that does not close");
        *rest = after;
        if (text_in_parens(next, &a) || text_addr(word, &a))
            return set_responder(p, word, &a, e);
        if (!text_is_name((struct slice){next.p + 1, next.n - 2}))
            return text_fail(p, next, e, "a responder whose address is none");
        return set_responder(p, word, &a, e);
    }
    if (text_addr(word, &a))
        return set_responder(p, word, &a, e);
    ahead = *rest;
    if (text_is_name(word) && slice_word(&ahead, &next) &&
        (text_time(next, &ahead, &ms) || slice_eq(next, "*")))
        return set_responder(p, word, &a, e);
    return text_fail(p, word, e, "a responder without an address");
}

static int read_star(struct text *p, struct slice word, struct err *e)
{
    if (word.n > 1)
        return text_fail(p, word, e, "a star with something behind it");
    return count_probe(p, word, true, e);
}

static int read_word(struct text *p, struct slice word, struct slice *rest, struct err *e)
{
    double ms;

    switch (word.p[0]) {
    case '*':
        return read_star(p, word, e);
    case '!':
        return read_note(p, word, e);
    case '[':
        return read_bracket(p, word, e);
    case '<':
        return read_extension(p, word, e);
    case '\'': /* --back: hops of the way back, "'-3'" */
    case '(':  /* BSD -l: "(ttl=54!)"; IOS: "(vrf in/1, vrf out/2)" */
        return 0;
    case 'F': /* --mtu: "F=1500" */
        if (slice_starts(word, "F="))
            return 0;
        break;
    default:
        break;
    }
    if (text_time(word, rest, &ms))
        return read_time(p, word, ms, e);
    return read_responder(p, word, rest, e);
}

/* Junos: each label of the stack has a line of its own, below the responder's. */
static int read_label_line(struct text *p, struct slice line, struct err *e)
{
    const char *before, *label = NULL;
    int rc;

    if (p->current == NULL)
        return text_fail(p, line, e, "MPLS labels without a responder");
    before = p->current->label;
    if (before != NULL && (!p->stack || strlen(before) > TRACE_MAX_LABEL / 2))
        return 0;
    rc = trace_label(p->reader, line, &label, e);
    if (rc < 0 || label == NULL)
        return rc;
    if (before == NULL) {
        p->current->label = label;
    } else if (strlen(before) + strlen(label) < TRACE_MAX_LABEL) {
        p->current->label = arena_printf(p->reader->arena, "%s/%s", before, label);
        rc = p->current->label != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for labels");
    }
    p->stack = p->stack || before == NULL;
    return rc;
}

int text_items(struct text *p, struct slice rest, struct err *e)
{
    struct slice label = slice_trim(rest), items = {0}, word;
    int rc = 0;

    if (!slice_starts(label, "MPLS Label")) {
        p->stack = false;
        if (text_take_until(&label, " MPLS Label", &items)) /* the label behind the times */
            label = (struct slice){label.p - 10, label.n + 10};
        else
            items = rest, label.n = 0;
    }
    while (rc == 0 && text_word(&items, &word))
        rc = read_word(p, word, &items, e);
    return rc == 0 && label.n > 0 ? read_label_line(p, label, e) : rc;
}

bool text_like_items(struct slice rest)
{
    struct slice word, next, ahead;
    struct addr a;
    double ms;

    if (!text_word(&rest, &word))
        return false;
    if (word.p[0] == '[' && !text_word(&rest, &word)) /* BSD's "[AS1]" */
        return false;
    if (slice_eq(word, "*")) {
        if (!text_word(&rest, &next) || slice_eq(next, "*"))
            return true;
        return text_like_items((struct slice){next.p, (size_t)(rest.p + rest.n - next.p)});
    }
    if (text_addr(word, &a))
        return text_word(&rest, &next) &&
               (next.p[0] == '(' || next.p[0] == '[' || next.p[0] == '*' || next.p[0] == '!' ||
                text_time(next, &rest, &ms));
    ahead = rest;
    if (!text_word(&ahead, &next))
        return false;
    if (next.p[0] == '(')
        return text_in_parens(next, &a) ||
               (text_word(&ahead, &word) && text_time(word, &ahead, &ms));
    return text_is_name(word) && text_time(next, &ahead, &ms);
}
