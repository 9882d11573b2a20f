/* SPDX-License-Identifier: Apache-2.0 */
/* XML as a tree. The only user of expat. Document types are refused, and with them entities. */
#include <expat.h>
#include <string.h>

#include "agents/sources/topology/syntax.h"
#include "base/buf.h"

#define CHUNK    ((size_t)64 << 10)
#define MAX_TEXT ((size_t)1 << 20) /* of one element */

struct reading {
    XML_Parser parser;
    struct arena *arena;
    struct jnode top, *open[TOPO_DEPTH + 1];
    struct jnode **end[TOPO_DEPTH + 1];
    struct buf text[TOPO_DEPTH + 1]; /* of each open element */
    size_t depth;
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

/* What stands behind the namespace's prefix. */
static struct slice local(const char *name)
{
    const char *colon = strrchr(name, ':');

    return slice_of(colon != NULL ? colon + 1 : name);
}

static struct jnode *add(struct reading *x, struct slice key, enum jread_token type)
{
    struct jnode *n = topo_child(x->arena, &x->end[x->depth], key);

    if (n == NULL) {
        stop(x, ERR_LIMIT, "needs more memory than a topology may");
        return NULL;
    }
    n->type = type;
    x->open[x->depth]->n++;
    return n;
}

static void add_text(struct reading *x, struct slice key, struct slice text)
{
    struct jnode *n = add(x, key, JREAD_STRING);
    char *kept = n != NULL ? arena_strndup(x->arena, text.p, text.n) : NULL;

    if (kept != NULL)
        n->text = (struct slice){kept, text.n};
    else
        stop(x, ERR_LIMIT, "needs more memory than a topology may");
}

static void on_start(void *payload, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *x = payload;
    struct jnode *n;

    if (x->depth == TOPO_DEPTH) {
        stop(x, ERR_LIMIT, "elements nested too deeply");
        return;
    }
    n = add(x, local(name), JREAD_OBJECT);
    if (n == NULL)
        return;
    x->depth++;
    x->open[x->depth] = n;
    x->end[x->depth] = &n->first;
    buf_reset(&x->text[x->depth]);
    for (; *attributes != NULL; attributes += 2)
        add_text(x, local(attributes[0]), slice_of(attributes[1]));
}

static void on_end(void *payload, const XML_Char *name)
{
    struct reading *x = payload;
    struct slice text;

    (void)name;
    if (x->why.code != 0)
        return;
    text = slice_trim(slice_of(buf_cstr(&x->text[x->depth])));
    if (text.n > 0)
        add_text(x, slice_of("#text"), text);
    x->depth--;
}

static void on_text(void *payload, const XML_Char *p, int n)
{
    struct reading *x = payload;
    struct buf *b = &x->text[x->depth];

    if (b->len + (size_t)n > MAX_TEXT)
        stop(x, ERR_LIMIT, "a text that is too large");
    else
        buf_add(b, p, (size_t)n);
    if (b->failed)
        stop(x, ERR_NOMEM, "no memory to read XML");
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
        text = (struct slice){text.p + n, text.n - n};
    } while (text.n > 0 && x->why.code == 0);
}

static int parse(struct reading *x, struct slice text, const struct jnode **out, struct err *e)
{
    x->top.type = JREAD_OBJECT;
    x->open[0] = &x->top;
    x->end[0] = &x->top.first;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    feed(x, text);
    for (size_t i = 0; i <= TOPO_DEPTH; i++)
        buf_free(&x->text[i]);
    *out = x->top.first;
    return x->why.code != 0 ? err_set(e, x->why.code, "%s", x->why.msg) : 0;
}

int topo_xml(struct slice text, struct arena *a, const struct jnode **out, struct err *e)
{
    struct reading *x = ARENA_NEW(a, struct reading);
    int rc;

    if (x == NULL)
        return err_set(e, ERR_NOMEM, "no memory to read XML");
    x->arena = a;
    x->parser = XML_ParserCreate(NULL);
    if (x->parser == NULL)
        return err_set(e, ERR_NOMEM, "no memory to read XML");
    rc = parse(x, text, out, e);
    XML_ParserFree(x->parser);
    return rc;
}

/* Passes over a declaration, a comment or white space; false when there is none. A document
 * type with a subset ends behind the subset. */
static bool skip_prolog(struct slice *s)
{
    static const struct {
        const char *open, *close;
    } parts[] = {{"\xEF\xBB\xBF", ""}, {"<?", "?>"}, {"<!--", "-->"}, {"<!", ">"}};

    *s = slice_trim(*s);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        const char *close = parts[i].close, *subset, *end;
        size_t n = strlen(parts[i].open);

        if (!slice_starts(*s, parts[i].open))
            continue;
        end = memmem(s->p + n, s->n - n, close, strlen(close));
        subset = memchr(s->p, '[', s->n);
        if (strcmp(close, ">") == 0 && subset != NULL && end != NULL && subset < end) {
            close = "]>";
            end = memmem(s->p + n, s->n - n, close, strlen(close));
        }
        if (end == NULL)
            return false;
        end += strlen(close);
        *s = (struct slice){end, s->n - (size_t)(end - s->p)};
        return true;
    }
    return false;
}

struct slice topo_xml_root(struct slice s)
{
    struct slice name = {NULL, 0};

    while (skip_prolog(&s))
        continue;
    if (s.n < 2 || s.p[0] != '<')
        return name;
    name.p = s.p + 1;
    while (name.n + 1 < s.n && strchr(" \t\r\n/>", name.p[name.n]) == NULL)
        name.n++;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == ':') {
            name = (struct slice){name.p + i + 1, name.n - i - 1};
            i = 0;
        }
    }
    return name;
}
