/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/jnode.h"

#include <math.h>
#include <string.h>

static const struct slice none = {"", 0};

static int keep_text(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
    out->p = arena_strndup(a, s.p, s.n);
    out->n = s.n;
    return out->p != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a JSON value");
}

static bool is_listed(const char *const *list, struct slice key)
{
    for (; list != NULL && *list != NULL; list++) {
        if (slice_eq(key, *list))
            return true;
    }
    return false;
}

/* One step inside an object or array: 1 and the member's key, 0 at the end. */
static int step(struct jread *r, bool object, const char *const *without, struct slice *key,
                struct err *e)
{
    int rc;

    *key = none;
    if (!object)
        return jread_element(r, e);
    while ((rc = jread_key(r, key, e)) > 0 && is_listed(without, *key)) {
        rc = jread_skip(r, e);
        if (rc < 0)
            break;
    }
    return rc;
}

static int read_members(struct jread *r, const char *const *without, struct arena *a,
                        struct jnode *parent, struct err *e)
{
    bool object = parent->type == JREAD_OBJECT;
    struct jnode **end = &parent->first;
    struct slice key, kept = none;
    int rc;

    while ((rc = step(r, object, without, &key, e)) > 0) {
        const struct jnode *child;

        rc = object ? keep_text(key, a, &kept, e) : 0;
        if (rc == 0)
            rc = jnode_read(r, without, a, &child, e);
        if (rc < 0)
            break;
        *end = (struct jnode *)(uintptr_t)child;
        (*end)->key = kept;
        end = &(*end)->next;
        parent->n++;
    }
    return rc;
}

int jnode_read(struct jread *r, const char *const *without, struct arena *a,
               const struct jnode **out, struct err *e)
{
    struct jnode *n = ARENA_NEW(a, struct jnode);
    int rc;

    *out = n;
    if (n == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a JSON value");
    n->key = n->text = none;
    rc = jread_next(r, &n->type, e);
    if (rc < 0)
        return rc;
    switch (n->type) {
    case JREAD_OBJECT:
    case JREAD_ARRAY:
        return read_members(r, without, a, n, e);
    case JREAD_STRING:
    case JREAD_NUMBER:
        return keep_text(jread_text(r), a, &n->text, e);
    case JREAD_TRUE:
    case JREAD_FALSE:
    case JREAD_NULL:
        return 0;
    case JREAD_END:
    case JREAD_OBJECT_END:
    case JREAD_ARRAY_END:
    case JREAD_KEY:
        break;
    }
    return jread_fail(r, e, ERR_SCHEMA, "a value was expected, not %s",
                      jread_token_name(n->type));
}

bool jnode_is(const struct jnode *n, enum jread_token type)
{
    return n != NULL && n->type == type;
}

const struct jnode *jnode_first(const struct jnode *n)
{
    return n != NULL ? n->first : NULL;
}

static const struct jnode *member(const struct jnode *o, struct slice key)
{
    const struct jnode *found = NULL;

    if (!jnode_is(o, JREAD_OBJECT))
        return NULL;
    for (const struct jnode *m = o->first; m != NULL; m = m->next) {
        if (m->key.n == key.n && memcmp(m->key.p, key.p, key.n) == 0)
            found = m;
    }
    return found;
}

const struct jnode *jnode_get(const struct jnode *o, const char *key)
{
    return member(o, slice_of(key));
}

const struct jnode *jnode_path(const struct jnode *o, const char *path)
{
    struct slice rest = slice_of(path), key;

    while (o != NULL && slice_split(&rest, '/', &key))
        o = member(o, key);
    return o;
}

const char *jnode_str(const struct jnode *n)
{
    return jnode_is(n, JREAD_STRING) ? n->text.p : NULL;
}

struct slice jnode_slice(const struct jnode *n)
{
    return jnode_is(n, JREAD_STRING) ? n->text : none;
}

bool jnode_real(const struct jnode *n, double *out)
{
    return n != NULL && (n->type == JREAD_NUMBER || n->type == JREAD_STRING) &&
           slice_real(n->text, out);
}

bool jnode_count(const struct jnode *n, int64_t max, int64_t *out)
{
    double d;

    if (!jnode_real(n, &d) || d < 0 || d > (double)max || d != floor(d))
        return false;
    *out = (int64_t)d;
    return true;
}

bool jnode_bool(const struct jnode *n, bool absent)
{
    return jnode_is(n, JREAD_TRUE) || (!jnode_is(n, JREAD_FALSE) && absent);
}
