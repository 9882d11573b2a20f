/* SPDX-License-Identifier: Apache-2.0 */
/* The file as a whole: tokens, memory, notes, and what stands outside of protocols. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/bird/model.h"

const struct bird_token *bird_peek(const struct bird *c, size_t i)
{
    size_t last = c->tokens.n - 1;

    return &c->tokens.v[c->at + i < last ? c->at + i : last];
}

bool bird_take(struct bird *c, const char *text)
{
    if (!bird_is(bird_peek(c, 0), text))
        return false;
    c->at++;
    return true;
}

/** +1, -1, 0: opens, closes, neither. */
static int depth_of(const struct bird_token *t)
{
    if (t->kind != BIRD_SIGN)
        return 0;
    if (bird_is(t, "{") || bird_is(t, "(") || bird_is(t, "[") || bird_is(t, "[="))
        return 1;
    return bird_is(t, "}") || bird_is(t, ")") || bird_is(t, "]") || bird_is(t, "=]") ? -1 : 0;
}

void bird_skip_group(struct bird *c)
{
    long depth = 0;

    do {
        depth += depth_of(bird_peek(c, 0));
        c->at++;
    } while (depth > 0 && bird_peek(c, 0)->kind != BIRD_END);
}

void bird_skip_statement(struct bird *c)
{
    while (bird_peek(c, 0)->kind != BIRD_END) {
        if (bird_take(c, ";") || bird_is(bird_peek(c, 0), "}"))
            return;
        if (bird_is(bird_peek(c, 0), "{")) {
            bird_skip_group(c);
            bird_take(c, ";");
            return;
        }
        if (depth_of(bird_peek(c, 0)) > 0)
            bird_skip_group(c);
        else
            c->at++;
    }
}

size_t bird_block_end(const struct bird *c)
{
    size_t i = c->at;

    for (long depth = 1; i < c->tokens.n - 1; i++) {
        const struct bird_token *t = &c->tokens.v[i];

        depth += bird_is(t, "{") ? 1 : bird_is(t, "}") ? -1 : 0;
        if (depth == 0)
            break;
    }
    return i;
}

const char *bird_text(struct bird *c, const struct bird_token *t)
{
    return bird_printf(c, "%.*s", (int)t->text.n, t->text.p);
}

/* --- memory */

bool bird_grow(struct bird *c, void **v, size_t n, size_t *cap, size_t size)
{
    if (arena_grow(c->arena, v, n, cap, size))
        return true;
    c->failed = ERR_NOMEM;
    return false;
}

void *bird_alloc(struct bird *c, size_t size)
{
    void *p = arena_alloc(c->arena, size);

    if (p == NULL)
        c->failed = ERR_NOMEM;
    return p;
}

const char *bird_printf(struct bird *c, const char *fmt, ...)
{
    va_list ap;
    const char *text;

    va_start(ap, fmt);
    text = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    if (text == NULL)
        c->failed = ERR_NOMEM;
    return text != NULL ? text : "";
}

/* --- notes */

void bird_note_line(struct bird *c, uint32_t line, uint32_t column, const char *what)
{
    struct config_note *note = config_note_new(&c->notes, c->arena, BIRD_MAX_NOTES, &c->failed);

    if (note != NULL)
        *note = (struct config_note){bird_printf(c, "%s:%u:%u", c->path, line, column), what};
}

void bird_note(struct bird *c, const struct bird_token *t, const char *what)
{
    bird_note_line(c, t->line, t->column, what);
}

void bird_note_word(struct bird *c, const struct bird_token *t, const char *why)
{
    /* Words that may be repeated; any other could be a value. */
    static const char *const keywords[] = {
        "add",     "aggregator", "attribute", "babel",   "bfd",      "bmp",  "dynamic",
        "eval",    "evpn",       "export",    "flow4",   "flow6",    "igp",  "import",
        "include", "interface",  "ipv4",      "ipv6",    "l3vpn",    "mpls", "neighbor",
        "next",    "pipe",       "protocol",  "radv",    "rip",      "rpki", "route",
        "table",   "template",   "vpn4",      "vpn6",    "local",    "area", "perf",
        "mrt",     "roa4",       "roa6",      "virtual", "networks", "nbma", "external",
    };
    const char *word = "(unknown word)";

    for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
        if (t->kind == BIRD_WORD && slice_eq(t->text, keywords[i]))
            word = keywords[i];
    }
    bird_note(c, t, bird_printf(c, "%s: %s", word, why));
}

/* --- statements outside of protocols */

/** `define NAME = EXPRESSION;` */
static void define(struct bird *c)
{
    const struct bird_token *name = bird_peek(c, 1);
    struct bird_expr *x;
    const struct bird_expr *value;
    union map_value *at;
    int64_t number;

    if (name->kind != BIRD_WORD || !bird_is(bird_peek(c, 2), "=")) {
        bird_skip_statement(c);
        return;
    }
    c->at += 3;
    x = bird_expression(c);
    value = bird_value(c, x);
    if (x != NULL && bird_number_of(c, x, &number))
        *x = (struct bird_expr){.kind = BIRD_E_INT, .number = number};
    else if (x != NULL && x->kind == BIRD_E_MATH)
        x->kind = BIRD_E_OTHER; /* of names that have no value: never again */
    at = map_at(c->defines, name->text.p, name->text.n);
    if (at == NULL)
        c->failed = ERR_NOMEM;
    else
        at->cp = x != NULL && x->kind == BIRD_E_NAME ? value : x;
    bird_skip_statement(c);
}

static bool is_type(const struct bird_token *t)
{
    static const char *const types[] = {
        "int",  "bool",   "ip",      "prefix",     "pair",   "quad",   "ec",
        "lc",   "string", "bgppath", "clist",      "eclist", "lclist", "set",
        "enum", "rd",     "bgpmask", "bytestring", "var",    "route",  "path",
    };

    for (size_t i = 0; t->kind == BIRD_WORD && i < sizeof(types) / sizeof(*types); i++) {
        if (slice_eq(t->text, types[i]))
            return true;
    }
    return false;
}

/** `(int a; prefix set b)`, `(int a, bool b)`: the last word of each piece is a name. */
static void parameters(struct bird *c, struct bird_function *f)
{
    size_t cap = 0;

    while (!bird_take(c, ")") && bird_peek(c, 0)->kind != BIRD_END) {
        const struct bird_token *t = bird_peek(c, 0);
        bool ends = bird_is(bird_peek(c, 1), ";") || bird_is(bird_peek(c, 1), ",") ||
                    bird_is(bird_peek(c, 1), ")");

        c->at++;
        if (t->kind == BIRD_WORD && ends &&
            bird_grow(c, (void **)&f->parameters, f->n_parameters, &cap, sizeof(char *)))
            f->parameters[f->n_parameters++] = bird_text(c, t);
    }
}

/** `function NAME(...) [-> TYPE] [TYPE NAME; ...] { ... }`, `filter NAME ... { ... }`. */
static void function(struct bird *c, bool filter)
{
    const struct bird_token *name = bird_peek(c, 1);
    struct bird_function *f = bird_alloc(c, sizeof(*f));
    union map_value *at;

    if (f == NULL)
        return;
    c->at += 2;
    f->name = bird_text(c, name);
    f->filter = filter;
    if (!filter && bird_take(c, "("))
        parameters(c, f);
    while (!bird_is(bird_peek(c, 0), "{") && bird_peek(c, 0)->kind != BIRD_END)
        c->at++; /* types of results, variables of version 1.6 */
    bird_take(c, "{");
    f->first = c->at;
    f->end = bird_block_end(c);
    c->at = f->end;
    bird_take(c, "}");
    bird_take(c, ";");
    at = map_at_str(c->functions, f->name);
    if (at == NULL)
        c->failed = ERR_NOMEM;
    else
        at->p = f;
}

/** `router id A;`, `router id from ...` (the kernel's affair), `hostname "x";`. */
static void router_id(struct bird *c)
{
    struct bird_expr *x;
    const struct bird_expr *v;

    c->at += 2;
    if (!bird_is(bird_peek(c, 0), "from")) {
        x = bird_expression(c);
        v = bird_value(c, x);
        if (v != NULL && v->kind == BIRD_E_ADDR && v->addr.family == 4)
            c->router_id = v->addr;
        else
            bird_note_line(c, bird_peek(c, 0)->line, 1, "router id: not an address");
    }
    bird_skip_statement(c);
}

/** `ipv4 table NAME;`, `table NAME;`: remembered, so that the main one is told from others. */
static void table(struct bird *c, int family, size_t at)
{
    const struct bird_token *name = bird_peek(c, at);
    union map_value v = {.u = (uint64_t)family};

    if (name->kind == BIRD_WORD && map_set(c->tables, name->text.p, name->text.n, v) != 0)
        c->failed = ERR_NOMEM;
    bird_skip_statement(c);
}

/** Statements that never matter for routes. */
static bool is_idle(const struct bird_token *t)
{
    static const char *const words[] = {"log",      "debug",     "mrtdump", "timeformat",
                                        "watchdog", "graceful",  "threads", "thread",
                                        "cli",      "hostname",  "tunnel",  "eval",
                                        "listen",   "attribute", "snapshot"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (bird_is(t, words[i]))
            return true;
    }
    return false;
}

static void statement(struct bird *c)
{
    const struct bird_token *t = bird_peek(c, 0);

    if (bird_is(t, "define"))
        define(c);
    else if (bird_is(t, "filter") || bird_is(t, "function"))
        function(c, bird_is(t, "filter"));
    else if (bird_is(t, "protocol") || bird_is(t, "template"))
        bird_protocol(c, bird_is(t, "template"));
    else if (bird_is(t, "router") && bird_is(bird_peek(c, 1), "id"))
        router_id(c);
    else if (bird_is(t, "table"))
        table(c, 0, 1);
    else if (bird_is(bird_peek(c, 1), "table"))
        table(c, bird_is(t, "ipv4") ? 4 : bird_is(t, "ipv6") ? 6 : 0, 2);
    else if (bird_take(c, ";"))
        return;
    else {
        if (bird_is(t, "include"))
            bird_note_word(c, t, "another file, which is not read with this one");
        else if (!is_idle(t) && !is_type(t))
            bird_note_word(c, t, "not understood");
        bird_skip_statement(c);
        bird_take(c, "}"); /* one too many */
    }
}

/** Braces and parentheses that don't fit: a file cut off must not pass for a smaller one. */
static int check_groups(const struct bird *c, struct err *e)
{
    const struct bird_token *open[BIRD_MAX_DEPTH];
    size_t depth = 0;

    for (size_t i = 0; i < c->tokens.n; i++) {
        const struct bird_token *t = &c->tokens.v[i];
        int d = depth_of(t);

        if (d > 0 && depth == BIRD_MAX_DEPTH)
            return err_set(e, ERR_LIMIT, "%s:%u:%u: more than %d blocks in one another",
                           c->path, t->line, t->column, BIRD_MAX_DEPTH);
        if (d > 0)
            open[depth++] = t;
        if (d < 0 && depth-- == 0)
            return err_set(e, ERR_PARSE, "%s:%u:%u: closes what was not opened", c->path,
                           t->line, t->column);
    }
    if (depth > 0)
        return err_set(e, ERR_PARSE, "%s:%u:%u: opened here and never closed: cut off?",
                       c->path, open[depth - 1]->line, open[depth - 1]->column);
    return 0;
}

static struct bird *make(const char *path, const char *node)
{
    struct bird *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->arena = arena_new(BIRD_MAX_MEMORY);
    c->path = path;
    c->node = node;
    c->defines = map_new();
    c->functions = map_new();
    c->templates = map_new();
    c->policies = map_new();
    c->lists = map_new();
    c->tables = map_new();
    if (c->arena == NULL || c->defines == NULL || c->functions == NULL ||
        c->templates == NULL || c->policies == NULL || c->lists == NULL || c->tables == NULL)
        bird_free(&c);
    return c;
}

int bird_read(const char *path, const char *node, struct slice text, struct bird **out,
              struct err *e)
{
    struct bird *c = make(path, node);
    int rc;

    *out = NULL;
    if (c == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", path);
    rc = bird_lex(path, text, &c->tokens, e);
    if (rc == 0)
        rc = check_groups(c, e);
    while (rc == 0 && bird_peek(c, 0)->kind != BIRD_END) {
        statement(c);
        if (c->failed != 0)
            rc = err_set(e, ERR_LIMIT, "%s:%u: the configuration takes too much memory", path,
                         bird_peek(c, 0)->line);
    }
    if (rc != 0)
        bird_free(&c);
    *out = c;
    return rc;
}

size_t bird_understood(const struct bird *c)
{
    return c->understood;
}

void bird_free(struct bird **c)
{
    if (*c == NULL)
        return;
    VEC_FREE(&(*c)->tokens);
    map_free(&(*c)->defines);
    map_free(&(*c)->functions);
    map_free(&(*c)->templates);
    map_free(&(*c)->policies);
    map_free(&(*c)->lists);
    map_free(&(*c)->tables);
    bird_lookup_free(&(*c)->lookup);
    arena_free(&(*c)->arena);
    free(*c);
    *c = NULL;
}
