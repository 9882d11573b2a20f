/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/sros/json.h"

#include <string.h>

#include "wire/json.h"

struct reader {
    struct tree *t;
    struct tree_node *top; /* `configure` */
    struct jread *j;
    struct err *e;
};

static int take_value(struct reader *r, struct tree_node *at);

/** "nokia-conf:port": the module's name is not the statement's. */
static struct slice without_module(struct slice key)
{
    const char *colon = key.n > 0 ? memchr(key.p, ':', key.n) : NULL;

    return colon != NULL ? (struct slice){colon + 1, key.n - (size_t)(colon + 1 - key.p)} : key;
}

static struct tree_node *add(struct reader *r, struct tree_node *at, struct slice word)
{
    uint64_t line, column;

    jread_place(r->j, &line, &column);
    return tree_add(r->t, at, word, (size_t)line);
}

static int too_large(struct reader *r)
{
    return jread_fail(r->j, r->e, r->t->failed == ERR_NOMEM ? ERR_NOMEM : ERR_LIMIT,
                      "the configuration is too large or too deep");
}

static int take_members(struct reader *r, struct tree_node *at)
{
    struct slice key;
    int rc = jread_expect(r->j, JREAD_OBJECT, r->e);

    while (rc == 0 && (rc = jread_key(r->j, &key, r->e)) > 0) {
        struct tree_node *n;

        key = without_module(key);
        n = at == r->top && slice_eq(key, "configure") ? at : add(r, at, key);
        rc = n != NULL ? take_value(r, n) : too_large(r);
    }
    return rc;
}

/* ---- lists */

/** What entries go by. `second` is a key that stands behind its name: `route P route-type
 * unicast`.
 */
static const struct {
    const char *key, *second;
} keys[] = {
    {"ip-prefix", "route-type"},
    {"ip-prefix", "type"},
    {"interface-name", NULL},
    {"group-name", NULL},
    {"router-name", NULL},
    {"service-name", NULL},
    {"isis-instance", NULL},
    {"ospf-instance", NULL},
    {"area-id", NULL},
    {"level-number", NULL},
    {"port-id", NULL},
    {"lag-name", NULL},
    {"lag-id", NULL},
    {"sap-id", NULL},
    {"ip-prefix", NULL},
    {"ip-address", NULL},
    {"ipv6-address", NULL},
    {"address", NULL},
    {"entry-id", NULL},
    {"entry-name", NULL},
    {"name", NULL},
    {"member", NULL},
};

#define KEYS (sizeof(keys) / sizeof(*keys))

static struct tree_node *member(struct reader *r, struct tree_node *n, const char *name)
{
    struct tree_node *m = name != NULL ? tree_find(r->t, n, slice_of(name)) : NULL;

    return m != NULL && m->first != NULL && m->first->first == NULL ? m : NULL;
}

/** Of an entry without a key that is known the first member that has a value, rather one that
 * no other entry has; NULL: there is none. */
static struct tree_node *likely_key(const struct reader *r, const struct tree_node *list,
                                    const struct tree_node *entry)
{
    struct tree_node *first = NULL;

    for (struct tree_node *m = entry->first; m != NULL; m = m->next) {
        if (m->first == NULL || m->first->first != NULL || m->first->next != NULL)
            continue;
        if (tree_find(r->t, list, slice_of(m->first->word)) == NULL)
            return m;
        first = first != NULL ? first : m;
    }
    return first;
}

/** Lists that facts are made of: there an entry may not be lost. Of others there may be some
 * that go by keys which are not known here. */
static bool matters(const struct tree_node *list)
{
    static const char *const names[] = {
        "router",    "vprn",        "ies",       "interface", "port",
        "lag",       "isis",        "ospf",      "ospf3",     "area",
        "level",     "group",       "neighbor",  "route",     "policy-statement",
        "as-path",   "prefix-list", "community", "prefix",    "secondary",
        "aggregate", "next-hop",    "indirect",  "entry",     "named-entry"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(list->word, names[i]) == 0)
            return true;
    }
    return false;
}

static int lose(struct reader *r, const struct tree_node *list, const char *why)
{
    return matters(list) ? jread_fail(r->j, r->e, ERR_SCHEMA, "%s", why) : 0;
}

/** Puts the entry, whose members were read, where its keys say. */
static int place(struct reader *r, struct tree_node *list, struct tree_node *entry)
{
    struct tree_node *first = NULL, *second = NULL, *to = list;
    bool moved;

    for (size_t i = 0; i < KEYS && first == NULL; i++) {
        first = member(r, entry, keys[i].key);
        second = first != NULL ? member(r, entry, keys[i].second) : NULL;
        if (keys[i].second != NULL && second == NULL)
            first = NULL;
    }
    if (first == NULL)
        first = likely_key(r, list, entry);
    if (first == NULL) {
        tree_cut(r->t, entry);
        return lose(r, list, "an entry of a list without a key");
    }
    if (second != NULL) {
        to = add(r, list, slice_of(first->first->word));
        to = to != NULL ? add(r, to, slice_of(second->word)) : NULL;
        tree_cut(r->t, second);
    }
    if (to == NULL)
        return too_large(r);
    tree_cut(r->t, first);
    moved =
        tree_move(r->t, entry, to, slice_of((second != NULL ? second : first)->first->word));
    if (r->t->failed != 0)
        return too_large(r);
    return moved ? 0 : lose(r, list, "two entries of a list with the same key");
}

/** The entry has no name yet; blanks make one that no statement has. */
static int take_entry(struct reader *r, struct tree_node *list)
{
    struct tree_node *entry = add(r, list, slice_of(" "));
    int rc = entry != NULL ? take_members(r, entry) : too_large(r);

    return rc == 0 ? place(r, list, entry) : rc;
}

/** Entries, the words of a leaf-list, or `[null]`: it is there. */
static int take_array(struct reader *r, struct tree_node *at)
{
    int rc = jread_expect(r->j, JREAD_ARRAY, r->e);

    while (rc == 0 && (rc = jread_element(r->j, r->e)) > 0) {
        enum jread_token token = JREAD_END;

        rc = jread_peek(r->j, &token, r->e);
        if (rc == 0 && token == JREAD_OBJECT) {
            rc = take_entry(r, at);
        } else if (rc == 0 && token == JREAD_ARRAY) {
            rc = jread_skip(r->j, r->e);
        } else if (rc == 0) {
            at->list = token != JREAD_NULL;
            rc = take_value(r, at);
        }
    }
    return rc;
}

static int take_value(struct reader *r, struct tree_node *at)
{
    enum jread_token token = JREAD_END;
    int rc = jread_peek(r->j, &token, r->e);

    if (rc != 0)
        return rc;
    if (token == JREAD_OBJECT)
        return take_members(r, at);
    if (token == JREAD_ARRAY)
        return take_array(r, at);
    rc = jread_next(r->j, &token, r->e);
    if (rc != 0 || token == JREAD_NULL)
        return rc;
    if (token == JREAD_TRUE || token == JREAD_FALSE)
        at = add(r, at, slice_of(token == JREAD_TRUE ? "true" : "false"));
    else
        at = add(r, at, jread_text(r->j));
    return at != NULL ? 0 : too_large(r);
}

bool sros_json_likely(struct slice text)
{
    text = slice_trim(text);
    if (!slice_starts(text, "{"))
        return false;
    text = slice_trim((struct slice){text.p + 1, text.n - 1});
    return slice_starts(text, "\"nokia-conf:");
}

int sros_json_read(struct tree *t, const char *path, struct slice text, struct err *e)
{
    struct jread_limits limits;
    struct err inner = {0};
    struct reader r = {.t = t, .e = &inner};
    enum jread_token token;
    int rc;

    jread_defaults(&limits);
    limits.max_depth = JREAD_DEPTH;
    limits.max_string = TREE_MAX_WORD;
    limits.unique_depth = 0;
    r.top = tree_add(t, &t->root, slice_of("configure"), 1);
    rc = jread_new_bytes(&r.j, &limits, text.p, text.n, &inner);
    if (rc == 0)
        rc = r.top != NULL ? take_members(&r, r.top) : too_large(&r);
    if (rc == 0)
        rc = jread_next(r.j, &token, &inner);
    jread_free(&r.j);
    return rc != 0 ? err_set(e, rc, "%s:%s", path, inner.msg) : 0;
}
