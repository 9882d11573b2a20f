/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/topology/syntax.h"

#define MAX_STRING ((size_t)1 << 20)
#define MAX_KEYS   100000 /* of one object */

int topo_json(struct slice text, struct arena *a, const struct jnode **out, struct err *e)
{
    struct jread_limits limits;
    struct jread *r;
    int rc;

    jread_defaults(&limits);
    limits.max_depth = TOPO_DEPTH;
    limits.max_string = MAX_STRING;
    limits.max_keys = MAX_KEYS;
    rc = jread_new_bytes(&r, &limits, text.p, text.n, e);
    if (rc == 0)
        rc = jnode_read(r, NULL, a, out, e);
    if (rc == 0)
        rc = jread_expect(r, JREAD_END, e);
    if (rc == ERR_NOMEM)
        rc = jread_fail(r, e, ERR_LIMIT, "needs more memory than a topology may");
    jread_free(&r);
    return rc;
}

struct jnode *topo_child(struct arena *a, struct jnode ***end, struct slice key)
{
    struct jnode *n = ARENA_NEW(a, struct jnode);
    char *kept = arena_strndup(a, key.p, key.n);

    if (n == NULL || kept == NULL)
        return NULL;
    n->key = (struct slice){kept, key.n};
    n->text = (struct slice){"", 0};
    **end = n;
    *end = &n->next;
    return n;
}

const struct jnode *topo_next(const struct jnode *n, const char *key)
{
    while (n != NULL && !slice_eq(n->key, key))
        n = n->next;
    return n;
}

const char *topo_str(const struct jnode *n)
{
    if (jnode_is(n, JREAD_OBJECT))
        n = jnode_get(n, "#text");
    if (!jnode_is(n, JREAD_STRING) && !jnode_is(n, JREAD_NUMBER))
        return NULL;
    return n->text.n > 0 ? n->text.p : NULL;
}
