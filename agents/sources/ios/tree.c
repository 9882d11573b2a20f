/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to lines in one another, by indentation.
 *
 *     router bgp 1              nodes[0], end 4
 *      address-family ipv4      nodes[1], end 3
 *       network 10.0.0.0        nodes[2], end 3
 *      neighbor ...             nodes[3], end 4
 *
 * Files from which the indentation was lost are read by the words that open blocks, and the `!`
 * that ends them.
 */
#include <string.h>

#include "agents/sources/ios/model.h"

struct growing {
    struct ios *x;
    struct {
        struct ios_node *v;
        size_t n, cap;
    } nodes;
    size_t open[IOS_MAX_DEPTH], depth; /* nodes that are not ended */
    size_t number;
    struct slice until; /* text of a banner: what ends it; p NULL: none */
    bool flat;          /* indentation was lost */
    size_t level;       /* flat: of the next line */
    bool printed, ended;
};

/** Characters that no configuration has; a banner's delimiter may be control-C. */
static bool is_binary(struct slice s, size_t *at)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char b = (unsigned char)s.p[i];

        if ((b < 0x20 && b != '\t' && b != '\r' && b != 0x03 && b != '\f') || b == 0x7f) {
            *at = i + 1;
            return true;
        }
    }
    return false;
}

static bool opens_block(const struct frr_line *l)
{
    static const char *const words[] = {"interface", "router", "route-map", "vrf", "line"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!l->negated && frr_is(l, 0, words[i]))
            return true;
    }
    return frr_begins(l, 0, "ip vrf") && l->n == 3;
}

/** Does no line stand in from the margin? */
static bool is_flat(struct slice text)
{
    struct slice line;

    while (slice_line(&text, &line)) {
        struct slice trimmed = slice_trim(line);

        if (trimmed.n > 0 && trimmed.p > line.p && trimmed.p[0] != '!')
            return false;
    }
    return true;
}

static void close_to(struct growing *g, size_t depth)
{
    while (g->depth > depth)
        g->nodes.v[g->open[--g->depth]].end = g->nodes.n;
}

/** Where the line stands: by its indentation among the lines that are open. */
static size_t depth_of(const struct growing *g, const struct frr_line *l)
{
    size_t d = 0;

    if (g->flat)
        return g->level < g->depth ? g->level : g->depth;
    while (d < g->depth && g->nodes.v[g->open[d]].line.indent < l->indent)
        d++;
    return d;
}

static void set_level(struct growing *g, const struct frr_line *l)
{
    if (opens_block(l))
        g->level = 1;
    else if (frr_is(l, 0, "address-family") && g->level > 0)
        g->level = 2;
    else if (frr_is(l, 0, "exit-address-family"))
        g->level = 1;
}

static void push(struct growing *g, const struct frr_line *l)
{
    struct frr *c = g->x->c;
    struct ios_node *slot;

    if (g->flat && (opens_block(l) || frr_is(l, 0, "exit-address-family")))
        g->level = opens_block(l) ? 0 : 1;
    close_to(g, depth_of(g, l));
    slot = frr_grow(c, (void **)&g->nodes.v, g->nodes.n, &g->nodes.cap, sizeof(*g->nodes.v))
               ? &g->nodes.v[g->nodes.n]
               : NULL;
    if (slot == NULL)
        return;
    *slot = (struct ios_node){.line = *l};
    if (g->depth < IOS_MAX_DEPTH)
        g->open[g->depth++] = g->nodes.n;
    else
        slot->end = g->nodes.n + 1;
    g->nodes.n++;
    if (g->flat)
        set_level(g, l);
}

static bool split(struct frr *c, struct frr_line *l)
{
    struct slice rest = l->text, word, *v;
    size_t n = 0;

    while (slice_word(&rest, &word))
        n++;
    v = n <= FRR_MAX_WORDS ? arena_array(c->arena, n + 1, sizeof(*v)) : NULL;
    if (v == NULL) {
        c->failed = n <= FRR_MAX_WORDS ? ERR_NOMEM : c->failed;
        return false;
    }
    rest = l->text;
    for (n = 0; slice_word(&rest, &word);)
        v[n++] = word;
    l->w = v;
    l->n = n;
    l->negated = frr_is(l, 0, "no");
    l->w += l->negated;
    l->n -= l->negated;
    return true;
}

/** `banner KIND ^C...`: the text up to the same sign again; without a sign, up to EOF. */
static void banner(struct growing *g, const struct frr_line *l)
{
    struct slice rest = frr_rest(l, 2), first;
    size_t at;

    g->until = (struct slice){"EOF", 3};
    if (l->n < 3)
        return;
    first = (struct slice){rest.p, rest.p[0] == '^' && rest.n > 1 ? 2 : 1};
    for (at = first.n; at + first.n <= rest.n; at++) {
        if (memcmp(rest.p + at, first.p, first.n) == 0) {
            g->until.p = NULL; /* all on this line */
            return;
        }
    }
    g->until = first;
}

/** A line of a banner's text; true while the banner lasts, its last line included. */
static bool in_banner(struct growing *g, struct slice text)
{
    if (g->until.p == NULL)
        return false;
    for (size_t at = 0; at + g->until.n <= text.n; at++) {
        if (memcmp(text.p + at, g->until.p, g->until.n) == 0) {
            g->until.p = NULL;
            break;
        }
    }
    return true;
}

static bool is_frame(struct growing *g, const struct frr_line *l)
{
    if (slice_eq(l->text, "Building configuration...") ||
        slice_starts(l->text, "Current configuration")) {
        g->printed = true;
        return true;
    }
    if (l->text.n > 0 && l->text.p[0] == '!')
        g->level = 0;
    return l->text.n == 0 || l->text.p[0] == '!' || l->text.p[0] == '#';
}

static int line(struct growing *g, struct slice text, struct err *e)
{
    struct frr *c = g->x->c;
    struct frr_line l = {.number = g->number};
    size_t at;

    if (text.n > FRR_MAX_LINE)
        return err_set(e, ERR_LIMIT, "%s:%zu:1: the line is longer than %d bytes", c->path,
                       g->number, FRR_MAX_LINE);
    if (is_binary(text, &at))
        return err_set(e, ERR_PARSE, "%s:%zu:%zu: not a text file (control characters)",
                       c->path, g->number, at);
    if (g->ended || in_banner(g, text))
        return 0;
    l.text = slice_trim(text);
    l.indent = l.text.n > 0 ? (size_t)(l.text.p - text.p) : 0;
    if (is_frame(g, &l) || !str_is_utf8(l.text.p, l.text.n))
        return 0;
    g->ended = l.indent == 0 && slice_eq(l.text, "end");
    if (g->ended || !split(c, &l))
        return 0;
    if (frr_is(&l, 0, "banner") && !l.negated)
        banner(g, &l);
    else
        push(g, &l);
    return 0;
}

static int check_end(const struct growing *g, struct err *e)
{
    if (g->until.p != NULL)
        return err_set(e, ERR_PARSE, "%s:%zu:1: cut off within a banner", g->x->c->path,
                       g->number);
    if (g->printed && !g->ended)
        return err_set(e, ERR_PARSE, "%s:%zu:1: cut off: the closing \"end\" is missing",
                       g->x->c->path, g->number);
    return 0;
}

int ios_tree(struct ios *x, struct slice text, struct err *e)
{
    struct growing g = {.x = x, .flat = is_flat(text)};
    struct slice one;
    int rc = 0;

    while (rc == 0 && slice_line(&text, &one)) {
        if (++g.number > FRR_MAX_LINES)
            return err_set(e, ERR_LIMIT, "%s: more than %d lines", x->c->path, FRR_MAX_LINES);
        rc = line(&g, one, e);
        if (rc == 0 && x->c->failed != 0)
            rc = err_set(e, ERR_LIMIT, "%s:%zu: the configuration takes too much memory",
                         x->c->path, g.number);
    }
    close_to(&g, 0);
    x->nodes = g.nodes.v;
    x->n = g.nodes.n;
    return rc == 0 ? check_end(&g, e) : rc;
}
