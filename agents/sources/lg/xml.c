/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of expat. */
#include "agents/sources/lg/xml.h"

#include <expat.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define CHUNK ((size_t)64 << 10)

struct open_element {
    struct lg_tree *tree; /* NULL outside of an entry */
    struct lg_tree **end; /* where its next member goes */
};

struct reading {
    struct lg_walk *w;
    XML_Parser parser;
    const struct lg_rule *rule; /* of the entry that is being built; NULL: none is */
    size_t entry;               /* its depth */
    struct open_element stack[LG_XML_DEPTH];
    size_t depth;
    struct arena_mark mark;
    struct buf text; /* of the innermost element */
    struct err why;
};

static void stop(struct reading *x, int code, const char *what)
{
    if (x->why.code != 0)
        return;
    err_set(&x->why, code, "%lu:%lu: %s", (unsigned long)XML_GetCurrentLineNumber(x->parser),
            (unsigned long)XML_GetCurrentColumnNumber(x->parser) + 1, what);
    XML_StopParser(x->parser, XML_FALSE);
}

static const struct lg_rule *find_rule(const struct lg_walk *w, const char *name)
{
    for (const struct lg_rule *r = w->rules; r->path != NULL; r++) {
        if (strcmp(r->path, name) == 0)
            return r;
    }
    return NULL;
}

static struct lg_tree *new_element(struct reading *x, const char *name)
{
    struct arena *a = x->w->lg->arena;
    struct lg_tree *t = arena_used(a) <= LG_MAX_TREE ? ARENA_NEW(a, struct lg_tree) : NULL;

    if (t != NULL)
        t->key = arena_strdup(a, name);
    if (t == NULL || t->key == NULL) {
        stop(x, ERR_LIMIT, "an entry that is too large");
        return NULL;
    }
    t->type = JREAD_STRING;
    t->text = "";
    return t;
}

static void begin_element(struct reading *x, const char *name)
{
    struct open_element *o = &x->stack[x->depth];

    *o = (struct open_element){0};
    if (x->rule == NULL) {
        x->rule = find_rule(x->w, name);
        x->entry = x->depth;
        x->mark = arena_mark(x->w->lg->arena);
    }
    if (x->rule == NULL)
        return;
    o->tree = new_element(x, name);
    if (o->tree == NULL)
        return;
    o->end = &o->tree->first;
    if (x->depth > x->entry) {
        struct open_element *outer = &x->stack[x->depth - 1];

        outer->tree->type = JREAD_OBJECT;
        outer->tree->text = NULL;
        *outer->end = o->tree;
        outer->end = &o->tree->next;
    }
}

static void on_start(void *payload, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *x = payload;
    const char *colon = strrchr(name, ':');

    (void)attributes;
    if (x->depth == LG_XML_DEPTH) {
        stop(x, ERR_LIMIT, "elements nested too deeply");
        return;
    }
    buf_reset(&x->text);
    begin_element(x, colon != NULL ? colon + 1 : name);
    x->depth++;
}

static void hand_over(struct reading *x, const struct lg_tree *t)
{
    struct err e = {0};
    unsigned line;
    int rc = x->rule->take(x->w, t, &e);

    x->w->met++;
    if (rc < 0 && sscanf(e.msg, "%u:", &line) == 1) {
        x->why = e;
        XML_StopParser(x->parser, XML_FALSE);
    } else if (rc < 0) {
        stop(x, rc, e.msg);
    }
    arena_rewind(x->w->lg->arena, x->mark);
    x->rule = NULL;
}

static void on_end(void *payload, const XML_Char *name)
{
    struct reading *x = payload;
    struct lg_tree *t = x->stack[--x->depth].tree;

    (void)name;
    if (t == NULL || x->why.code != 0)
        return;
    t->line = (unsigned)XML_GetCurrentLineNumber(x->parser);
    t->column = (unsigned)XML_GetCurrentColumnNumber(x->parser) + 1;
    if (t->type == JREAD_STRING && x->text.len > 0) {
        t->text = arena_strndup(x->w->lg->arena, x->text.data, x->text.len);
        t->len = x->text.len;
    }
    buf_reset(&x->text);
    if (t->type == JREAD_STRING && t->text == NULL)
        stop(x, ERR_LIMIT, "an entry that is too large");
    else if (x->depth == x->entry)
        hand_over(x, t);
}

static void on_text(void *payload, const XML_Char *p, int n)
{
    struct reading *x = payload;

    if (x->rule == NULL)
        return;
    if (x->text.len + (size_t)n > LG_MAX_TREE)
        stop(x, ERR_LIMIT, "a text that is too large");
    else
        buf_add(&x->text, p, (size_t)n);
}

static void on_doctype(void *payload, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(payload, ERR_PARSE, "a document type is not allowed");
}

static void feed(struct reading *x, struct slice text)
{
    do {
        size_t n = text.n < CHUNK ? text.n : CHUNK;

        if (XML_Parse(x->parser, text.p, (int)n, n == text.n) == XML_STATUS_ERROR)
            stop(x, ERR_PARSE, XML_ErrorString(XML_GetErrorCode(x->parser)));
        lg_let_go(x->w->lg, text.p, n);
        text = (struct slice){text.p + n, text.n - n};
    } while (text.n > 0 && x->why.code == 0);
}

int lg_xml(struct lg_walk *w, struct slice text, struct err *e)
{
    struct reading x = {.w = w, .parser = XML_ParserCreate(NULL)};

    if (x.parser == NULL)
        return err_set(e, ERR_NOMEM, "no memory to read XML");
    w->met = 0;
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, on_start, on_end);
    XML_SetCharacterDataHandler(x.parser, on_text);
    XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
    feed(&x, text);
    if (x.why.code == 0 && x.text.failed)
        err_set(&x.why, ERR_NOMEM, "no memory to read XML");
    if (x.why.code == 0 && w->met == 0)
        err_set(&x.why, ERR_SCHEMA, "1:1: nothing in it is known");
    if (x.rule != NULL)
        arena_rewind(w->lg->arena, x.mark);
    XML_ParserFree(x.parser);
    buf_free(&x.text);
    return x.why.code != 0 ? err_set(e, x.why.code, "%s", x.why.msg) : 0;
}
