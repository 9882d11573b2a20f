/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers inside HTML pages. What routers print stands in <pre>, with &gt; for >; web servers
 * write the rest as they like. Only as much of HTML is read as that needs: comments, scripts
 * and styles go, marks go, entities become characters. Line ends outside of <pre> stay, so
 * that messages name lines of the page.
 */
#include "agents/sources/lg/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct page {
    struct slice rest;
    struct buf *out;
    bool has_pre;
    unsigned pre; /* depth of <pre> */
    bool quiet;   /* inside <script>, <style>, <head> */
};

static bool starts_with(struct slice s, const char *word)
{
    size_t n = strlen(word);

    return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

static bool contains_mark(struct slice s, const char *mark)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] == '<' && starts_with((struct slice){s.p + i, s.n - i}, mark))
            return true;
    }
    return false;
}

static bool is_page(struct slice text)
{
    static const char *const marks[] = {"<!doctype html", "<html", "<head",
                                        "<body",          "<pre",  "<?xml version"};
    struct slice s = slice_trim((struct slice){text.p, text.n < 4096 ? text.n : 4096});

    if (s.n > 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
        s = slice_trim((struct slice){s.p + 3, s.n - 3});
    if (s.n == 0 || s.p[0] != '<')
        return false;
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        if (starts_with(s, marks[i]))
            return !starts_with(s, "<?xml") || contains_mark(s, "<html");
    }
    return false;
}

static void skip(struct page *p, size_t n)
{
    p->rest.p += n;
    p->rest.n -= n;
}

static void keep(struct page *p, char c)
{
    bool inside = p->has_pre ? p->pre > 0 : !p->quiet;

    if (c == '\n' || (inside && c != '\0'))
        buf_char(p->out, c);
}

/* A character by its number, as UTF-8. */
static void keep_code(struct page *p, unsigned code)
{
    if (code == 0xa0)
        code = ' ';
    if (code < 0x80) {
        keep(p, (char)code);
    } else if (code < 0x800) {
        keep(p, (char)(0xc0 | code >> 6));
        keep(p, (char)(0x80 | (code & 0x3f)));
    } else {
        keep(p, '?');
    }
}

static bool number_entity(struct slice name, unsigned *code)
{
    uint64_t value = 0;

    if (name.n > 2 && (name.p[1] == 'x' || name.p[1] == 'X')) {
        for (size_t i = 2; i < name.n; i++) {
            const char *digits = "0123456789abcdefABCDEF", *at = strchr(digits, name.p[i]);

            if (at == NULL || *at == '\0' || value > 0x10ffff)
                return false;
            value = value * 16 + (uint64_t)((at - digits) > 15 ? at - digits - 6 : at - digits);
        }
    } else if (!slice_u64((struct slice){name.p + 1, name.n - 1}, 0x10ffff, &value)) {
        return false;
    }
    *code = (unsigned)value;
    return value > 0 && value <= 0x10ffff;
}

static void read_entity(struct page *p)
{
    static const struct {
        const char *name;
        unsigned code;
    } named[] = {{"gt", '>'},   {"lt", '<'},    {"amp", '&'},
                 {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
    size_t room = p->rest.n < 12 ? p->rest.n : 12;
    const char *end = memchr(p->rest.p, ';', room);
    struct slice name = {p->rest.p + 1, end != NULL ? (size_t)(end - p->rest.p - 1) : 0};
    unsigned code = 0;

    for (size_t i = 0; i < sizeof(named) / sizeof(*named) && name.n > 0; i++) {
        if (slice_eq(name, named[i].name))
            code = named[i].code;
    }
    if (code == 0 && !(name.n > 1 && name.p[0] == '#' && number_entity(name, &code))) {
        keep(p, '&');
        skip(p, 1);
        return;
    }
    keep_code(p, code);
    skip(p, name.n + 2);
}

/* Passes over `n` bytes, keeping their line ends. */
static void pass(struct page *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p->rest.p[i] == '\n')
            buf_char(p->out, '\n');
    }
    skip(p, n);
}

static size_t length_to(struct slice s, const char *end)
{
    const char *at = memmem(s.p, s.n, end, strlen(end));

    return at != NULL ? (size_t)(at - s.p) + strlen(end) : s.n;
}

static bool is_mark(struct slice s, const char *name)
{
    size_t n = strlen(name);

    return starts_with(s, name) && s.n > n &&
           (s.p[n] == '>' || s.p[n] == ' ' || s.p[n] == '/' || s.p[n] == '\t' ||
            s.p[n] == '\n' || s.p[n] == '\r');
}

static void read_mark(struct page *p)
{
    static const char *const breaks[] = {"<br", "</tr", "</p", "</div", "</li"};
    struct slice s = p->rest;
    bool ends = false;

    if (starts_with(s, "<!--")) {
        pass(p, length_to(s, "-->"));
        return;
    }
    if (is_mark(s, "<pre"))
        p->pre++;
    else if (is_mark(s, "</pre") && p->pre > 0) {
        p->pre--;
        if (p->pre == 0)
            buf_char(p->out, '\n');
    }
    if (is_mark(s, "<script") || is_mark(s, "<style") || is_mark(s, "<head"))
        p->quiet = true;
    if (is_mark(s, "</script") || is_mark(s, "</style") || is_mark(s, "</head"))
        p->quiet = false;
    for (size_t i = 0; i < sizeof(breaks) / sizeof(*breaks); i++)
        ends |= is_mark(s, breaks[i]);
    pass(p, length_to(s, ">"));
    s = p->rest;
    if (ends && s.n > 0 && s.p[0] != '\n' && s.p[0] != '\r')
        buf_char(p->out, '\n');
}

/* A '<' that begins no mark is a character. Routers print "<Active Int>", and not every page
 * escapes it: inside <pre> only the marks that pages put there count. */
static bool begins_mark(const struct page *p)
{
    static const char *const inner[] = {"a",    "b",    "i",   "u",    "em",  "strong",
                                        "span", "font", "pre", "code", "tt",  "br",
                                        "p",    "div",  "hr",  "img",  "kbd", "samp"};
    struct slice s = p->rest;
    char c = s.n > 1 ? s.p[1] : ' ';

    if (c == '!')
        return true;
    if (c == '/' && s.n > 2)
        c = s.p[2];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
        return false;
    for (size_t i = 0; i < sizeof(inner) / sizeof(*inner) && p->pre > 0; i++) {
        char open[12], close[12];

        snprintf(open, sizeof(open), "<%s", inner[i]);
        snprintf(close, sizeof(close), "</%s", inner[i]);
        if (is_mark(s, open) || is_mark(s, close))
            return true;
    }
    return p->pre == 0;
}

int lg_html(struct slice text, struct buf *out, struct err *e)
{
    struct page p = {.rest = text, .out = out};

    if (!is_page(text))
        return 0;
    if (text.n > LG_MAX_PAGE)
        return err_set(e, ERR_LIMIT, "an HTML page larger than %d MiB", LG_MAX_PAGE >> 20);
    p.has_pre = contains_mark(text, "<pre");
    while (p.rest.n > 0) {
        if (p.rest.p[0] == '<' && begins_mark(&p)) {
            read_mark(&p);
        } else if (p.rest.p[0] == '&') {
            read_entity(&p);
        } else {
            keep(&p, p.rest.p[0]);
            skip(&p, 1);
        }
    }
    return out->failed ? err_set(e, ERR_NOMEM, "no memory for a page") : 1;
}
