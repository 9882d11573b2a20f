/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GML (Himsolt 1997): keys followed by a number, a "string" or a [ list ]. Strings are meant to
 * be ASCII with entities (&#252;); files also hold UTF-8 or Latin-1, which are told apart by
 * whether they are valid UTF-8.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agents/sources/topology/syntax.h"
#include "base/buf.h"

struct gml {
    const char *p, *end;
    const char *line_start;
    unsigned line;
    struct arena *arena;
    struct buf text; /* of the string being read */
};

static int fail(const struct gml *g, struct err *e, int code, const char *what)
{
    return err_set(e, code, "%u:%u: %s", g->line, (unsigned)(g->p - g->line_start) + 1, what);
}

static void advance(struct gml *g)
{
    if (*g->p == '\n') {
        g->line++;
        g->line_start = g->p + 1;
    }
    g->p++;
}

/* White space and comments: lines that begin with '#'. */
static void skip_space(struct gml *g)
{
    while (g->p < g->end) {
        if (*g->p == '#') {
            while (g->p < g->end && *g->p != '\n')
                advance(g);
        } else if (isspace((unsigned char)*g->p)) {
            advance(g);
        } else {
            break;
        }
    }
}

static struct slice take_word(struct gml *g)
{
    struct slice s = {g->p, 0};

    while (g->p < g->end && !isspace((unsigned char)*g->p) && *g->p != '[' && *g->p != ']' &&
           *g->p != '"')
        g->p++;
    s.n = (size_t)(g->p - s.p);
    return s;
}

static void add_utf8(struct buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_char(b, (char)c);
    } else if (c < 0x800) {
        buf_char(b, (char)(0xC0 | c >> 6));
        buf_char(b, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buf_char(b, (char)(0xE0 | c >> 12));
        buf_char(b, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_char(b, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_char(b, (char)(0xF0 | c >> 18));
        buf_char(b, (char)(0x80 | (c >> 12 & 0x3F)));
        buf_char(b, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_char(b, (char)(0x80 | (c & 0x3F)));
    }
}

static bool is_character(uint32_t c)
{
    return c != 0 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

/* "&#252;", "&#xFC;", "&amp;" at s: what it stands for, and its length; 0: is none. */
static uint32_t entity(struct slice s, size_t *len)
{
    static const struct {
        const char *text;
        uint32_t c;
    } named[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    uint32_t c = 0;
    size_t n = 2, base = 10;

    for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
        *len = strlen(named[i].text);
        if (slice_starts(s, named[i].text))
            return named[i].c;
    }
    if (!slice_starts(s, "&#"))
        return 0;
    if (n < s.n && (s.p[n] | 0x20) == 'x') {
        base = 16;
        n++;
    }
    for (; n < s.n && n < 12 && isxdigit((unsigned char)s.p[n]); n++) {
        int d = isdigit((unsigned char)s.p[n]) ? s.p[n] - '0' : (s.p[n] | 0x20) - 'a' + 10;

        c = (uint32_t)(c * base + (unsigned)d);
        if (c > 0x10FFFF)
            return 0;
    }
    *len = n + 1;
    return n < s.n && s.p[n] == ';' && is_character(c) ? c : 0;
}

static void decode(struct buf *out, struct slice s)
{
    bool utf8 = str_is_utf8(s.p, s.n);

    for (size_t i = 0; i < s.n; i++) {
        struct slice rest = {s.p + i, s.n - i};
        size_t len = 0;
        uint32_t c = s.p[i] == '&' ? entity(rest, &len) : 0;

        if (c != 0) {
            add_utf8(out, c);
            i += len - 1;
        } else if (s.p[i] == '\0') {
            buf_char(out, ' ');
        } else if (utf8 || (unsigned char)s.p[i] < 0x80) {
            buf_char(out, s.p[i]);
        } else {
            add_utf8(out, (unsigned char)s.p[i]); /* Latin-1 */
        }
    }
}

static int keep_text(struct gml *g, struct jnode *n, struct slice s, struct err *e)
{
    char *kept;

    buf_reset(&g->text);
    decode(&g->text, s);
    kept = g->text.failed ? NULL : arena_strndup(g->arena, buf_cstr(&g->text), g->text.len);
    if (kept == NULL)
        return fail(g, e, ERR_LIMIT, "needs more memory than a topology may");
    n->text = (struct slice){kept, g->text.len};
    return 0;
}

static int read_string(struct gml *g, struct jnode *n, struct err *e)
{
    struct slice s;

    g->p++;
    s.p = g->p;
    while (g->p < g->end && *g->p != '"')
        advance(g);
    if (g->p == g->end)
        return fail(g, e, ERR_PARSE, "a string that does not end");
    s.n = (size_t)(g->p - s.p);
    g->p++;
    n->type = JREAD_STRING;
    return keep_text(g, n, slice_trim(s), e); /* as in GraphML of the same graph */
}

static int read_members(struct gml *g, struct jnode *parent, unsigned depth, struct err *e);

static int read_value(struct gml *g, struct jnode *n, unsigned depth, struct err *e)
{
    struct slice word;
    double d;

    skip_space(g);
    if (g->p == g->end)
        return fail(g, e, ERR_PARSE, "a value was expected, not the end");
    if (*g->p == '"')
        return read_string(g, n, e);
    if (*g->p == '[') {
        if (depth == TOPO_DEPTH)
            return fail(g, e, ERR_LIMIT, "lists nested too deeply");
        g->p++;
        n->type = JREAD_OBJECT;
        return read_members(g, n, depth + 1, e);
    }
    word = take_word(g);
    if (!slice_real(word, &d)) {
        g->p = word.p;
        return fail(g, e, ERR_PARSE, "a number, a \"string\" or a [list] was expected");
    }
    n->type = JREAD_NUMBER;
    return keep_text(g, n, word, e);
}

static bool is_key(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '_')
            return false;
    }
    return s.n > 0 && isalpha((unsigned char)s.p[0]);
}

/* Members up to the closing bracket, or to the end of the text at depth 0. */
static int read_members(struct gml *g, struct jnode *parent, unsigned depth, struct err *e)
{
    struct jnode **end = &parent->first;
    int rc = 0;

    for (skip_space(g); rc == 0 && g->p < g->end && *g->p != ']'; skip_space(g)) {
        struct slice key = take_word(g);
        struct jnode *n;

        if (!is_key(key)) {
            g->p = key.p;
            return fail(g, e, ERR_PARSE, "a key was expected: letters and digits");
        }
        n = topo_child(g->arena, &end, key);
        if (n == NULL)
            return fail(g, e, ERR_LIMIT, "needs more memory than a topology may");
        parent->n++;
        rc = read_value(g, n, depth, e);
    }
    if (rc != 0)
        return rc;
    if (g->p == g->end)
        return depth == 0 ? 0 : fail(g, e, ERR_PARSE, "a list that does not end");
    if (depth == 0)
        return fail(g, e, ERR_PARSE, "a ] without its [");
    g->p++;
    return 0;
}

static struct gml reader(struct slice text)
{
    if (slice_starts(text, "\xEF\xBB\xBF"))
        text = (struct slice){text.p + 3, text.n - 3};
    return (struct gml){.p = text.p, .end = text.p + text.n, .line_start = text.p, .line = 1};
}

int topo_gml(struct slice text, struct arena *a, const struct jnode **out, struct err *e)
{
    struct gml g = reader(text);
    struct jnode *top = ARENA_NEW(a, struct jnode);
    int rc;

    if (top == NULL)
        return err_set(e, ERR_NOMEM, "no memory to read GML");
    g.arena = a;
    top->type = JREAD_OBJECT;
    rc = read_members(&g, top, 0, e);
    buf_free(&g.text);
    *out = top;
    return rc;
}

bool topo_gml_like(struct slice head)
{
    struct gml g = reader(head);

    for (int i = 0; i < 20; i++) {
        struct slice key;

        skip_space(&g);
        key = take_word(&g);
        skip_space(&g);
        if (!is_key(key) || g.p == g.end)
            return false;
        if (slice_eq(key, "graph"))
            return *g.p == '[';
        if (*g.p == '"') {
            const char *close = memchr(g.p + 1, '"', (size_t)(g.end - g.p - 1));

            if (close == NULL)
                return false;
            g.p = close + 1;
        } else if (take_word(&g).n == 0) {
            return false;
        }
    }
    return false;
}
