/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON. The only file of the client that knows the JSON library; everyone else walks
 * `struct rialto_value`, which is its node under another name.
 */
#include <assert.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "client/private.h"

#define MAX_DEPTH 64

struct rialto_document {
    atomic_uint references;
    json_t *root;
};

static const json_t *node(const struct rialto_value *v)
{
    return (const json_t *)v;
}

static const struct rialto_value *value(const json_t *j)
{
    return (const struct rialto_value *)j;
}

/** Are brackets nested at most MAX_DEPTH deep? Counted before parsing, which recurses. */
static bool shallow(const char *p, size_t n)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > MAX_DEPTH)
                return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return true;
}

/** `what`: it is called in messages. */
static int decode(const char *what, struct slice s, struct rialto_document **out,
                  struct rialto_error *e)
{
    json_error_t why;
    struct rialto_document *d;

    *out = NULL;
    if (!shallow(s.p, s.n))
        return error_set(e, RIALTO_E_LIMIT, "JSON is nested deeper than %d levels", MAX_DEPTH);
    d = calloc(1, sizeof(*d));
    if (!d)
        return error_nomem(e);
    atomic_init(&d->references, 1);
    d->root = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!d->root) {
        free(d);
        return error_set(e, RIALTO_E_REPLY, "%s is not JSON: line %d, column %d: %s", what,
                         why.line, why.column, why.text);
    }
    *out = d;
    return 0;
}

int decode_json(const char *p, size_t n, struct rialto_document **out, struct rialto_error *e)
{
    return decode("the reply", (struct slice){p, n}, out, e);
}

int rialto_document_read(const char *text, struct rialto_document **out, struct rialto_error *e)
{
    return decode("the text", slice_of(text), out, e);
}

struct rialto_document *document_ref(struct rialto_document *d)
{
    atomic_fetch_add(&d->references, 1);
    return d;
}

const struct rialto_value *rialto_document_root(const struct rialto_document *d)
{
    return value(d->root);
}

void rialto_document_free(struct rialto_document **d)
{
    if (*d && atomic_fetch_sub(&(*d)->references, 1) == 1) {
        json_decref((*d)->root);
        free(*d);
    }
    *d = NULL;
}

enum rialto_type rialto_type(const struct rialto_value *v)
{
    if (!v)
        return RIALTO_NULL;
    switch (json_typeof(node(v))) {
    case JSON_OBJECT:
        return RIALTO_OBJECT;
    case JSON_ARRAY:
        return RIALTO_ARRAY;
    case JSON_STRING:
        return RIALTO_TEXT;
    case JSON_INTEGER:
    case JSON_REAL:
        return RIALTO_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return RIALTO_BOOL;
    case JSON_NULL:
        break;
    }
    return RIALTO_NULL;
}

const struct rialto_value *rialto_get(const struct rialto_value *v, const char *name)
{
    return value(json_object_get(node(v), name)); /* NULL for what is no object */
}

size_t rialto_count(const struct rialto_value *v)
{
    return rialto_type(v) == RIALTO_OBJECT ? json_object_size(node(v))
                                           : json_array_size(node(v));
}

const struct rialto_value *rialto_at(const struct rialto_value *v, size_t i)
{
    return value(json_array_get(node(v), i));
}

const char *rialto_text(const struct rialto_value *v)
{
    return json_string_value(node(v));
}

double rialto_number(const struct rialto_value *v, double otherwise)
{
    return rialto_type(v) == RIALTO_NUMBER ? json_number_value(node(v)) : otherwise;
}

bool rialto_true(const struct rialto_value *v)
{
    return json_is_true(node(v));
}

static bool next_member(json_t *object, struct rialto_cursor *c)
{
    c->place = c->place ? json_object_iter_next(object, c->place) : json_object_iter(object);
    if (!c->place)
        return false;
    c->key = json_object_iter_key(c->place);
    c->value = value(json_object_iter_value(c->place));
    return true;
}

bool rialto_next(const struct rialto_value *v, struct rialto_cursor *c)
{
    switch (rialto_type(v)) {
    case RIALTO_OBJECT:
        /* Iteration does not change the object; the library's signature only can't say so. */
        return next_member((json_t *)(uintptr_t)node(v), c);
    case RIALTO_ARRAY:
        c->key = NULL;
        c->value = rialto_at(v, c->next++);
        return c->value != NULL;
    case RIALTO_NULL:
    case RIALTO_BOOL:
    case RIALTO_NUMBER:
    case RIALTO_TEXT:
        break;
    }
    return false;
}

/** Directional formatting, which makes text read differently from what it says (U+202A..E,
 * U+2066..9). */
static bool is_bidi(const unsigned char *s)
{
    return s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) ||
                            (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

void encode_text(struct buf *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    if (!text) {
        buf_str(b, "null");
        return;
    }
    buf_char(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') {
            buf_char(b, '\\');
            buf_char(b, (char)*s);
        } else if (*s < 0x20 || *s == 0x7f) {
            buf_printf(b, "\\u%04x", *s);
        } else if (*s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0) {
            buf_printf(b, "\\u%04x", *++s);
        } else if (is_bidi(s)) {
            buf_printf(b, "\\u%04x",
                       (unsigned)((s[0] & 0xf) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f)));
            s += 2;
        } else {
            buf_char(b, (char)*s);
        }
    }
    buf_char(b, '"');
}

static void encode_container(struct buf *b, const struct rialto_value *v, bool object)
{
    struct rialto_cursor c = {0};
    bool first = true;

    buf_char(b, object ? '{' : '[');
    while (rialto_next(v, &c)) {
        if (!first)
            buf_char(b, ',');
        first = false;
        if (object) {
            encode_text(b, c.key);
            buf_char(b, ':');
        }
        encode_value(b, c.value);
    }
    buf_char(b, object ? '}' : ']');
}

void encode_value(struct buf *b, const struct rialto_value *v)
{
    switch (rialto_type(v)) {
    case RIALTO_NULL:
        buf_str(b, "null");
        break;
    case RIALTO_BOOL:
        buf_str(b, rialto_true(v) ? "true" : "false");
        break;
    case RIALTO_NUMBER:
        if (json_is_integer(node(v)))
            buf_printf(b, "%" JSON_INTEGER_FORMAT, json_integer_value(node(v)));
        else
            buf_json_real(b, json_real_value(node(v)) + 0.0); /* no negative zero */
        break;
    case RIALTO_TEXT:
        encode_text(b, rialto_text(v));
        break;
    case RIALTO_ARRAY:
        encode_container(b, v, false);
        break;
    case RIALTO_OBJECT:
        encode_container(b, v, true);
        break;
    }
}

char *rialto_value_json(const struct rialto_value *v)
{
    struct buf b = {0};

    encode_value(&b, v);
    return buf_take(&b, NULL);
}
