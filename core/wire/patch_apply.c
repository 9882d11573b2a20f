/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hostile patch could do: double a value by each `copy`, nest what was copied into
 * itself, shift a large array a million times, move a large value to and fro. All four are
 * counted while it is applied.
 */
#include "wire/patch_apply.h"

#include <stdlib.h>
#include <string.h>

#include "wire/tree.h"

#define NODE_BYTES 64   /* about what jansson needs for a value */
#define MAX_TOKEN  1024 /* bytes of one name in a pointer */

/* A JSON patch being applied. */
struct work {
    json_t *root; /* owned */
    size_t op;    /* which operation, from 0 */
    size_t copied;
    uint64_t moved, seen;
    struct err *e;
};

/* Where a pointer leads: the value that holds the last token's. parent NULL: the whole. */
struct place {
    json_t *parent;
    char token[MAX_TOKEN + 1];
    unsigned depth; /* tokens */
};

/* --- texts --- */

static void put(struct buf *out, const json_t *v);

static void put_object(struct buf *out, const json_t *v)
{
    json_t *object = (json_t *)(uintptr_t)v; /* the iterator does not change it */
    void *i = json_object_iter(object);

    buf_char(out, '{');
    for (const char *comma = ""; i != NULL; i = json_object_iter_next(object, i)) {
        buf_str(out, comma);
        buf_json_str(out, json_object_iter_key(i));
        buf_char(out, ':');
        put(out, json_object_iter_value(i));
        comma = ",";
    }
    buf_char(out, '}');
}

static void put_array(struct buf *out, const json_t *v)
{
    buf_char(out, '[');
    for (size_t i = 0; i < json_array_size(v); i++) {
        buf_str(out, i > 0 ? "," : "");
        put(out, json_array_get(v, i));
    }
    buf_char(out, ']');
}

static void put(struct buf *out, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        put_object(out, v);
        break;
    case JSON_ARRAY:
        put_array(out, v);
        break;
    case JSON_STRING:
        buf_json_str(out, json_string_value(v));
        break;
    case JSON_INTEGER:
        buf_i64(out, json_integer_value(v));
        break;
    case JSON_REAL:
        buf_json_real(out, json_real_value(v));
        break;
    case JSON_TRUE:
        buf_str(out, "true");
        break;
    case JSON_FALSE:
        buf_str(out, "false");
        break;
    case JSON_NULL:
        buf_str(out, "null");
        break;
    }
}

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory to apply a patch");
}

/* --- merge patches: RFC 7396 section 2 --- */

static int merge(json_t **target, const json_t *patch);

static int merge_member(json_t *target, const char *name, json_t *value)
{
    json_t *old = json_incref(json_object_get(target, name));
    int rc;

    if (json_is_null(value)) {
        json_object_del(target, name); /* or is not there */
        json_decref(old);
        return 0;
    }
    rc = merge(&old, value);
    return rc == 0 && json_object_set_new(target, name, old) != 0 ? ERR_NOMEM : rc;
}

/* Takes *target over; NULL: nothing is there yet. After an error it is NULL. */
static int merge(json_t **target, const json_t *patch)
{
    json_t *object = (json_t *)(uintptr_t)patch;
    int rc = 0;

    if (!json_is_object(patch) || !json_is_object(*target)) {
        json_decref(*target);
        *target = json_is_object(patch) ? json_object() : json_deep_copy(patch);
        if (*target == NULL)
            return ERR_NOMEM;
    }
    for (void *i = json_is_object(patch) ? json_object_iter(object) : NULL;
         i != NULL && rc == 0; i = json_object_iter_next(object, i))
        rc = merge_member(*target, json_object_iter_key(i), json_object_iter_value(i));
    if (rc != 0) {
        json_decref(*target);
        *target = NULL;
    }
    return rc;
}

/* --- pointers: RFC 6901 --- */

static int refuse(const struct work *w, int code, const char *why)
{
    return err_set(w->e, code, "operation %zu: %s", w->op + 1, why);
}

/* Takes the first token of *rest, which begins with '/'. */
static int next_token(const struct work *w, const char **rest, char token[MAX_TOKEN + 1])
{
    const char *p = *rest + 1;
    size_t n = 0;

    for (; *p != '\0' && *p != '/'; p++) {
        if (n == MAX_TOKEN)
            return refuse(w, ERR_LIMIT, "a name of more than 1024 bytes in a pointer");
        token[n] = *p;
        if (*p == '~' && p[1] != '0' && p[1] != '1')
            return refuse(w, ERR_SCHEMA, "a pointer with ~ that is neither ~0 nor ~1");
        if (*p == '~')
            token[n] = *++p == '0' ? '~' : '/';
        n++;
    }
    token[n] = '\0';
    *rest = p;
    return 0;
}

/* An index: digits without a leading 0 (RFC 6901 section 4). */
static bool is_index(const char *token, size_t *out)
{
    size_t n = strlen(token);

    if (n == 0 || n > 9 || strspn(token, "0123456789") != n || (n > 1 && token[0] == '0'))
        return false;
    *out = (size_t)strtoul(token, NULL, 10);
    return true;
}

static json_t *child(const json_t *parent, const char *token)
{
    size_t i;

    if (json_is_object(parent))
        return json_object_get(parent, token);
    return json_is_array(parent) && is_index(token, &i) ? json_array_get(parent, i) : NULL;
}

static int find(const struct work *w, const char *pointer, struct place *p)
{
    json_t *at = w->root;
    int rc = 0;

    p->parent = NULL;
    p->depth = 0;
    if (*pointer != '\0' && *pointer != '/')
        return refuse(w, ERR_SCHEMA, "a pointer that does not begin with /");
    while (*pointer != '\0' && rc == 0) {
        if (at == NULL || (p->parent = at, !json_is_object(at) && !json_is_array(at)))
            return refuse(w, ERR_CONFLICT, "what the pointer leads through is not there");
        rc = next_token(w, &pointer, p->token);
        at = rc == 0 ? child(p->parent, p->token) : NULL;
        p->depth++;
    }
    return rc;
}

static json_t *value_at(const struct work *w, const struct place *p)
{
    return p->parent == NULL ? w->root : child(p->parent, p->token);
}

/* --- JSON patches: RFC 6902 section 4 --- */

/* What a value takes. */
struct size {
    size_t values, bytes;
};

/* Adds a value to *s; how deep it is nested. */
static unsigned measure(const json_t *v, struct size *s)
{
    json_t *object = (json_t *)(uintptr_t)v;
    unsigned deepest = 0, d;

    s->values++;
    s->bytes += NODE_BYTES + (json_is_string(v) ? json_string_length(v) : 0);
    for (void *i = json_is_object(v) ? json_object_iter(object) : NULL; i != NULL;
         i = json_object_iter_next(object, i)) {
        s->bytes += NODE_BYTES + strlen(json_object_iter_key(i));
        d = measure(json_object_iter_value(i), s);
        deepest = d > deepest ? d : deepest;
    }
    for (size_t i = 0; i < json_array_size(v); i++) {
        d = measure(json_array_get(v, i), s);
        deepest = d > deepest ? d : deepest;
    }
    return json_is_object(v) || json_is_array(v) ? deepest + 1 : 0;
}

static int fits(const struct work *w, const json_t *value, const struct place *p)
{
    struct size size = {0};

    if (p->depth + measure(value, &size) > WIRE_PATCH_DEPTH)
        return refuse(w, ERR_LIMIT, "what it makes is nested too deeply");
    return 0;
}

/* What stands behind an element of an array moves when it comes or goes. */
static int shift(struct work *w, const json_t *array, size_t i)
{
    w->moved += (json_array_size(array) - i) * sizeof(json_t *);
    return w->moved <= WIRE_PATCH_MOVED ? 0
                                        : refuse(w, ERR_LIMIT, "the patch is too much work");
}

static int add_element(struct work *w, const struct place *p, json_t *value)
{
    size_t i = json_array_size(p->parent);
    int rc;

    if (strcmp(p->token, "-") != 0 &&
        (!is_index(p->token, &i) || i > json_array_size(p->parent)))
        return refuse(w, ERR_CONFLICT, "the array has no such place");
    rc = shift(w, p->parent, i);
    return rc == 0 && json_array_insert(p->parent, i, value) != 0 ? no_memory(w->e) : rc;
}

/* The value is borrowed. */
static int add(struct work *w, const struct place *p, json_t *value)
{
    int rc = fits(w, value, p);

    if (rc != 0)
        return rc;
    if (p->parent == NULL) {
        json_incref(value);
        json_decref(w->root);
        w->root = value;
        return 0;
    }
    if (json_is_array(p->parent))
        return add_element(w, p, value);
    return json_object_set(p->parent, p->token, value) == 0 ? 0 : no_memory(w->e);
}

static int take(struct work *w, const struct place *p)
{
    size_t i = 0;
    int rc = 0;

    if (p->parent == NULL)
        return refuse(w, ERR_CONFLICT, "the whole can't be removed");
    if (child(p->parent, p->token) == NULL)
        return refuse(w, ERR_CONFLICT, "what is to be removed is not there");
    if (json_is_object(p->parent))
        return json_object_del(p->parent, p->token) == 0 ? 0 : no_memory(w->e);
    if (is_index(p->token, &i))
        rc = shift(w, p->parent, i);
    return rc == 0 && json_array_remove(p->parent, i) != 0 ? no_memory(w->e) : rc;
}

static int replace(struct work *w, const struct place *p, json_t *value)
{
    size_t i;

    if (value_at(w, p) == NULL)
        return refuse(w, ERR_CONFLICT, "what is to be replaced is not there");
    if (!json_is_array(p->parent))
        return add(w, p, value);
    if (fits(w, value, p) != 0)
        return w->e->code;
    return is_index(p->token, &i) && json_array_set(p->parent, i, value) == 0 ? 0
                                                                              : no_memory(w->e);
}

/* By value, and exactly: not every whole number of 64 bits is one of `double`. */
static bool same_number(const json_t *a, const json_t *b)
{
    const json_t *whole = json_is_integer(a) ? a : b, *real = json_is_integer(a) ? b : a;
    double r = json_real_value(real);

    if (json_typeof(a) == json_typeof(b))
        return json_equal(a, b);
    return r >= -0x1p63 && r < 0x1p63 && r == (double)(json_int_t)r &&
           (json_int_t)r == json_integer_value(whole);
}

/* As RFC 6902 section 4.6 has it: numbers by value, members in any order. */
static bool same(const json_t *a, const json_t *b)
{
    json_t *object = (json_t *)(uintptr_t)a;
    bool yes = true;

    if (json_is_number(a) && json_is_number(b))
        return same_number(a, b);
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_array(a)) {
        yes = json_array_size(a) == json_array_size(b);
        for (size_t i = 0; yes && i < json_array_size(a); i++)
            yes = same(json_array_get(a, i), json_array_get(b, i));
        return yes;
    }
    if (!json_is_object(a))
        return json_equal(a, b);
    yes = json_object_size(a) == json_object_size(b);
    for (void *i = json_object_iter(object); i != NULL && yes;
         i = json_object_iter_next(object, i)) {
        const json_t *other = json_object_get(b, json_object_iter_key(i));

        yes = other != NULL && same(json_object_iter_value(i), other);
    }
    return yes;
}

static int test(struct work *w, const struct place *p, json_t *value)
{
    const json_t *there = value_at(w, p);

    return there != NULL && same(there, value)
               ? 0
               : refuse(w, ERR_CONFLICT, "what is tested for is not there");
}

static int copy(struct work *w, const struct place *p, const json_t *source)
{
    struct size size = {0};
    json_t *made;
    int rc;

    measure(source, &size);
    w->copied += size.bytes;
    if (w->copied > WIRE_PATCH_COPIED)
        return refuse(w, ERR_LIMIT, "the patch copies too much");
    made = json_deep_copy(source);
    rc = made != NULL ? add(w, p, made) : no_memory(w->e);
    json_decref(made);
    return rc;
}

/* What is moved is looked through for its depth, each time. */
static int look_through(struct work *w, const json_t *value)
{
    struct size size = {0};

    measure(value, &size);
    w->seen += size.values;
    return w->seen <= WIRE_PATCH_SEEN ? 0 : refuse(w, ERR_LIMIT, "the patch is too much work");
}

/* `copy` and `move`. */
static int bring(struct work *w, const char *from, const char *path, bool leaves)
{
    struct place there;
    size_t n = strlen(from);
    json_t *value;
    int rc = find(w, from, &there);

    value = rc == 0 ? value_at(w, &there) : NULL;
    if (rc != 0)
        return rc;
    if (value == NULL)
        return refuse(w, ERR_CONFLICT, "what is to be copied or moved is not there");
    if (leaves && strcmp(from, path) == 0)
        return 0;
    if (leaves && strncmp(from, path, n) == 0 && path[n] == '/')
        return refuse(w, ERR_CONFLICT, "a value can't be moved into itself");
    json_incref(value);
    rc = leaves ? look_through(w, value) : 0;
    if (rc == 0 && leaves)
        rc = take(w, &there);
    if (rc == 0)
        rc = find(w, path, &there);
    if (rc == 0)
        rc = leaves ? add(w, &there, value) : copy(w, &there, value);
    json_decref(value);
    return rc;
}

static int with_value(struct work *w, const char *op, const char *path, const json_t *value)
{
    json_t *own = (json_t *)(uintptr_t)value; /* the patch is not looked at again */
    struct place p;
    int rc = find(w, path, &p);

    if (rc == 0 && strcmp(op, "add") == 0)
        rc = add(w, &p, own);
    else if (rc == 0)
        rc = strcmp(op, "test") == 0 ? test(w, &p, own) : replace(w, &p, own);
    return rc;
}

static int operate(struct work *w, const json_t *item)
{
    const char *op = json_string_value(json_object_get(item, "op"));
    const char *path = json_string_value(json_object_get(item, "path"));
    const char *from = json_string_value(json_object_get(item, "from"));
    const json_t *value = json_object_get(item, "value");
    struct place p;

    if (op == NULL || path == NULL)
        return refuse(w, ERR_SCHEMA, "without op or path");
    if (strcmp(op, "remove") == 0) {
        int rc = find(w, path, &p);

        return rc == 0 ? take(w, &p) : rc;
    }
    if (strcmp(op, "move") == 0 || strcmp(op, "copy") == 0)
        return from != NULL ? bring(w, from, path, op[0] == 'm')
                            : refuse(w, ERR_SCHEMA, "without from");
    if (strcmp(op, "add") != 0 && strcmp(op, "replace") != 0 && strcmp(op, "test") != 0)
        return refuse(w, ERR_SCHEMA, "of a kind that RFC 6902 does not know");
    return value != NULL ? with_value(w, op, path, value)
                         : refuse(w, ERR_SCHEMA, "without value");
}

static int operate_all(json_t **target, const json_t *patch, struct err *e)
{
    struct work w = {.root = *target, .e = e};
    int rc = 0;

    if (!json_is_array(patch))
        return err_set(e, ERR_SCHEMA, "a JSON patch is an array");
    if (json_array_size(patch) > WIRE_PATCH_OPERATIONS)
        return err_set(e, ERR_LIMIT, "a patch of more than %d operations",
                       WIRE_PATCH_OPERATIONS);
    for (; w.op < json_array_size(patch) && rc == 0; w.op++)
        rc = operate(&w, json_array_get(patch, w.op));
    *target = w.root;
    return rc;
}

int wire_patch_apply(enum wire_patch kind, struct slice text, struct slice patch,
                     struct buf *out, struct err *e)
{
    json_t *by = wire_tree(patch.p, patch.n, WIRE_PATCH_DEPTH, e);
    json_t *target = by != NULL ? wire_tree(text.p, text.n, WIRE_PATCH_DEPTH, e) : NULL;
    struct err mine = {0};
    size_t before = out->len;
    int rc;

    if (target == NULL)
        rc = err_in(e, by != NULL ? "the text" : "the patch");
    else if (kind == WIRE_PATCH_MERGE)
        rc = merge(&target, by) == 0 ? 0 : no_memory(e);
    else if ((rc = operate_all(&target, by, &mine)) != 0 && e != NULL)
        *e = mine;
    if (rc == 0) {
        put(out, target);
        rc = out->failed ? no_memory(e) : 0;
    }
    if (rc != 0)
        out->len = before;
    json_decref(by);
    json_decref(target);
    return rc;
}
