/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to statements, and each statement to the reader of its block.
 *
 * As in FRR itself, indentation has no meaning of its own: a statement that the open block
 * doesn't know is tried one level up. Only blocks without a reader are left by indentation.
 */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/frr/model.h"
#include "base/vec.h"

struct words {
    VEC(struct slice);
};

struct reading {
    struct frr *c;
    struct words words;
    size_t number;
    bool printed; /* headed like the output of `show running-config`, which closes with "end" */
    bool ended;
};

static int broken(const struct reading *r, size_t column, struct err *e, const char *why)
{
    return err_set(e, ERR_PARSE, "%s:%zu:%zu: %s", r->c->path, r->number, column, why);
}

/** Does the line hold bytes that no configuration has? Their place into *at. */
static bool is_binary(struct slice s, size_t *at)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char b = (unsigned char)s.p[i];

        if ((b < 0x20 && b != '\t' && b != '\r') || b == 0x7f) {
            *at = i + 1;
            return true;
        }
    }
    *at = 1;
    return !str_is_utf8(s.p, s.n);
}

static int split(struct reading *r, struct frr_line *l, struct err *e)
{
    struct slice rest = l->text, word, *w;

    r->words.n = 0;
    while (r->words.n < FRR_MAX_WORDS && slice_word(&rest, &word)) {
        w = VEC_PUSH(&r->words);
        if (w == NULL)
            return err_set(e, ERR_NOMEM, "%s: out of memory", r->c->path);
        *w = word;
    }
    if (slice_word(&rest, &word))
        return broken(r, (size_t)(word.p - l->text.p) + l->indent + 1, e,
                      "the line has too many words");
    l->w = r->words.v;
    l->n = r->words.n;
    if (frr_is(l, 0, "no")) {
        l->negated = true;
        l->w++;
        l->n--;
    }
    frr_lengthen(l->w, l->n);
    return 0;
}

static enum frr_context outer(enum frr_context x)
{
    switch (x) {
    case FRR_LINK_PARAMS:
        return FRR_INTERFACE;
    case FRR_BGP_FAMILY:
    case FRR_BGP_OTHER_FAMILY:
        return FRR_BGP;
    case FRR_TOP:
    case FRR_SKIP:
    case FRR_VRF:
    case FRR_INTERFACE:
    case FRR_IFACE:
    case FRR_BGP:
    case FRR_OSPF:
    case FRR_OSPF6:
    case FRR_ISIS:
    case FRR_ROUTE_MAP:
    case FRR_CONTEXTS:
        return FRR_TOP;
    }
    return FRR_TOP;
}

/** Does it close a block within the open one that has no reader, as `bmp targets` within BGP?
 * Only such an `exit` stands further right than what opened the block. */
static bool closes_inner(const struct frr *c)
{
    return c->context != FRR_SKIP && outer(c->context) == FRR_TOP &&
           c->line->indent > c->opened_at[c->context];
}

/** Statements that close blocks. */
static bool close_block(struct frr *c)
{
    const struct frr_line *l = c->line;

    if (l->negated || l->n != 1)
        return false;
    if (frr_is(l, 0, "exit") || frr_is(l, 0, "quit")) {
        if (!closes_inner(c))
            c->context = outer(c->context);
        return true;
    }
    if (frr_is(l, 0, "exit-address-family")) {
        if (c->context == FRR_BGP_FAMILY || c->context == FRR_BGP_OTHER_FAMILY)
            c->context = FRR_BGP;
        return true;
    }
    if (frr_is(l, 0, "exit-link-params")) {
        if (c->context == FRR_LINK_PARAMS)
            c->context = FRR_INTERFACE;
        return true;
    }
    if (frr_is(l, 0, "exit-vrf")) {
        c->context = FRR_TOP;
        return true;
    }
    return false;
}

/** Does the statement open a block, so that one without a reader ends here? */
static bool opens(const struct frr_line *l)
{
    static const char *const words[] = {"interface",      "router", "route-map", "vrf",
                                        "address-family", "line",   "end"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!l->negated && frr_is(l, 0, words[i]))
            return true;
    }
    return false;
}

/** Of a block without a reader, or of one within it: LDP's has families and interfaces. */
static bool is_skipped(const struct frr *c)
{
    const struct frr_line *l = c->line;

    return l->indent > c->opened_at[FRR_SKIP] || (l->indent > 0 && !opens(l));
}

/** Labels of a protocol: within its block `segment-routing` does not open the one at the top.
 */
static bool is_labels(const struct frr *c)
{
    return (c->context == FRR_BGP || c->context == FRR_OSPF || c->context == FRR_OSPF6 ||
            c->context == FRR_ISIS) &&
           c->line->indent > c->opened_at[c->context] && frr_is(c->line, 0, "segment-routing");
}

static enum frr_answer ask(struct frr *c)
{
    if (is_labels(c))
        return FRR_DONE;
    switch (c->context) {
    case FRR_TOP:
        return frr_top(c);
    case FRR_SKIP:
        return is_skipped(c) ? FRR_DONE : FRR_UNKNOWN;
    case FRR_LINK_PARAMS:
    case FRR_BGP_OTHER_FAMILY:
        return opens(c->line) ? FRR_UNKNOWN : FRR_DONE;
    case FRR_VRF:
        return frr_vrf(c);
    case FRR_INTERFACE:
        return frr_interface(c);
    case FRR_IFACE:
        return frr_iface(c);
    case FRR_BGP:
        return frr_bgp_statement(c);
    case FRR_BGP_FAMILY:
        return frr_bgp_family(c);
    case FRR_OSPF:
        return frr_ospf(c);
    case FRR_OSPF6:
        return frr_ospf6(c);
    case FRR_ISIS:
        return frr_isis(c);
    case FRR_ROUTE_MAP:
        return frr_route_map_clause(c);
    case FRR_CONTEXTS:
        break;
    }
    return FRR_UNKNOWN;
}

static void statement(struct frr *c, const struct frr_line *l)
{
    enum frr_context start = c->context;

    c->line = l;
    if (l->n == 0 || close_block(c))
        return;
    for (;;) {
        enum frr_context asked = c->context;

        if (ask(c) == FRR_DONE) {
            if (c->context != asked)
                c->opened_at[c->context] = l->indent;
            c->understood++;
            return;
        }
        if (c->context == FRR_TOP)
            break;
        c->context = outer(c->context);
    }
    c->context = start;
    if (!frr_is_idle(l))
        frr_note(c, 0, "not understood");
}

/** What is printed around a configuration. */
static bool is_frame(struct reading *r, const struct frr_line *l)
{
    if (slice_eq(l->text, "Building configuration...") ||
        slice_eq(l->text, "Current configuration:")) {
        r->printed = true;
        return true;
    }
    return l->text.n == 0 || l->text.p[0] == '!' || l->text.p[0] == '#';
}

static int line(struct reading *r, struct slice text, struct err *e)
{
    struct frr_line l = {.number = r->number};
    size_t at;
    int rc;

    if (text.n > FRR_MAX_LINE)
        return err_set(e, ERR_LIMIT, "%s:%zu:1: the line is longer than %d bytes", r->c->path,
                       r->number, FRR_MAX_LINE);
    if (is_binary(text, &at))
        return broken(r, at, e, "not a text file (control characters or not UTF-8)");
    l.text = slice_trim(text);
    l.indent = l.text.n > 0 ? (size_t)(l.text.p - text.p) : 0;
    if (is_frame(r, &l) || r->ended)
        return 0;
    if (slice_eq(l.text, "end")) {
        r->ended = true;
        return 0;
    }
    rc = split(r, &l, e);
    if (rc == 0)
        statement(r->c, &l);
    return rc;
}

/** A configuration that lacks its end must not pass for a smaller one. */
static int check_end(const struct reading *r, struct slice text, struct err *e)
{
    const struct frr *c = r->c;
    bool in_family = c->context == FRR_BGP_FAMILY || c->context == FRR_BGP_OTHER_FAMILY;

    if (r->printed && !r->ended)
        return broken(r, 1, e, "cut off: the closing \"end\" is missing");
    if (!r->ended && in_family && text.n > 0 && text.p[text.n - 1] != '\n')
        return broken(r, 1, e, "cut off within an address family");
    return 0;
}

static int read_lines(struct reading *r, struct slice text, struct err *e)
{
    struct slice rest = text, one;
    int rc;

    while (slice_line(&rest, &one)) {
        if (++r->number > FRR_MAX_LINES)
            return err_set(e, ERR_LIMIT, "%s: more than %d lines", r->c->path, FRR_MAX_LINES);
        rc = line(r, one, e);
        if (rc != 0)
            return rc;
        if (r->c->failed != 0)
            return err_set(e, ERR_LIMIT, "%s:%zu: the configuration takes too much memory",
                           r->c->path, r->number);
    }
    return check_end(r, text, e);
}

const struct frr_platform frr_platform_frr = {
    .name = "frr",
    .ospf_reference = 100000, /* 10 Gbit/s cost 10 */
    .ospf_rounds = true,
    .maximum_paths = FACT_NONE,
    .import_check = FACT_NONE,
    .requires_policy = FACT_NONE,
    .send_community = 1,
    .send_community_internal = 1,
    .deterministic_med = FACT_NONE,
    .distance = {FACT_NONE, FACT_NONE, FACT_NONE},
};

struct frr *frr_new(const char *path, const char *node, const struct frr_platform *platform)
{
    struct frr *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->arena = arena_new(FRR_MAX_MEMORY);
    c->path = path;
    c->node = node;
    c->platform = platform;
    c->vrfs = map_new();
    c->interface_by_name = map_new();
    c->list_by_name = map_new();
    c->map_by_name = map_new();
    if (c->arena == NULL || c->vrfs == NULL || c->interface_by_name == NULL ||
        c->list_by_name == NULL || c->map_by_name == NULL)
        frr_free(&c);
    return c;
}

int frr_read(const char *path, const char *node, struct slice text, struct frr **out,
             struct err *e)
{
    struct reading r = {.c = frr_new(path, node, &frr_platform_frr)};
    int rc;

    *out = NULL;
    if (r.c == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", path);
    rc = text.n > 0 ? read_lines(&r, text, e)
                    : err_set(e, ERR_PARSE, "%s: the file is empty", path);
    VEC_FREE(&r.words);
    r.c->line = NULL;
    frr_state_gateways(r.c);
    if (rc != 0)
        frr_free(&r.c);
    *out = r.c;
    return rc;
}

size_t frr_understood(const struct frr *c)
{
    return c->understood;
}

void frr_free(struct frr **c)
{
    if (*c == NULL)
        return;
    for (size_t i = 0; i < (*c)->bgps.n; i++)
        map_free(&(*c)->bgps.v[i]->by_name);
    for (size_t i = 0; i < (*c)->igps.n; i++) {
        map_free(&(*c)->igps.v[i]->passive);
        map_free(&(*c)->igps.v[i]->areas);
    }
    map_free(&(*c)->vrfs);
    map_free(&(*c)->interface_by_name);
    map_free(&(*c)->list_by_name);
    map_free(&(*c)->map_by_name);
    arena_free(&(*c)->arena);
    free(*c);
    *c = NULL;
}
