/* SPDX-License-Identifier: Apache-2.0 */
/* Prefix lists that can be asked for a prefix without a look at all their entries: those whose
 * prefix is on the way up from it are found by hash, one for each length that the list has. */
#include <string.h>

#include "agents/sources/bird/model.h"

#define LENGTHS 129

struct list {
    bool has[LENGTHS]; /* entries of that length */
};

/** Of an entry: which lengths it takes. */
struct range {
    int64_t lo, hi;
    bool any;    /* no prefix of its own */
    size_t next; /* another one of the same list and prefix, 1 and up */
};

struct bird_lookup {
    struct map *by_name;   /* "4 NAME" -> number of the list */
    struct map *by_prefix; /* struct key -> entry, 1 and up */
    struct list *lists;    /* by number - 1 */
    struct range *ranges;  /* by entry */
    size_t *list_of;       /* entry -> number of its list; 0: of another kind */
};

/** All bytes are set, so that keys can be compared as such. */
struct key {
    uint8_t list[4];
    struct prefix prefix;
};

static struct key key_of(size_t list, const struct prefix *p)
{
    return (struct key){
        {(uint8_t)(list >> 24), (uint8_t)(list >> 16), (uint8_t)(list >> 8), (uint8_t)list},
        *p};
}

void bird_lookup_free(struct bird_lookup **l)
{
    if (*l == NULL)
        return;
    map_free(&(*l)->by_name);
    map_free(&(*l)->by_prefix);
    *l = NULL; /* the rest is in the arena */
}

static bool add(struct bird_lookup *l, const struct fact_match_list *t, size_t entry)
{
    struct range *r = &l->ranges[entry];
    struct prefix p = {.addr.family = (uint8_t)t->family};
    union map_value *at;
    struct key key;

    r->any = strcmp(t->value, "any") == 0;
    if (!r->any && !prefix_parse_loose(slice_of(t->value), &p))
        return true;
    r->lo = t->ge != FACT_NONE ? t->ge : r->any ? 0 : p.len;
    r->hi = t->le != FACT_NONE ? t->le : r->any || t->ge != FACT_NONE ? LENGTHS - 1 : p.len;
    key = key_of(l->list_of[entry], &p);
    at = map_at(l->by_prefix, &key, sizeof(key));
    if (at == NULL)
        return false;
    r->next = (size_t)at->u;
    at->u = entry + 1;
    l->lists[l->list_of[entry] - 1].has[p.len] = true;
    return true;
}

/** Numbers the lists: the entries of one stand together. */
static bool number(struct bird *c, struct bird_lookup *l)
{
    for (size_t i = 0; i < c->entries.n; i++) {
        const struct fact_match_list *t = &c->entries.v[i];
        union map_value *at;

        if (strcmp(t->kind, "prefix") != 0)
            continue;
        if (t->seq > 1 && i > 0 && l->list_of[i - 1] != 0) {
            l->list_of[i] = l->list_of[i - 1];
            continue;
        }
        at = map_at_str(l->by_name, bird_printf(c, "%d %s", (int)t->family, t->name));
        if (at == NULL)
            return false;
        if (at->u == 0)
            at->u = map_count(l->by_name);
        l->list_of[i] = (size_t)at->u;
    }
    return true;
}

const struct bird_lookup *bird_lookup(struct bird *c)
{
    struct bird_lookup *l = c->lookup;
    bool ok;

    if (l != NULL)
        return l;
    l = c->lookup = bird_alloc(c, sizeof(*l));
    if (l == NULL)
        return NULL;
    l->by_name = map_new();
    l->by_prefix = map_new();
    l->ranges = bird_alloc(c, (c->entries.n + 1) * sizeof(*l->ranges));
    l->list_of = bird_alloc(c, (c->entries.n + 1) * sizeof(*l->list_of));
    ok = l->by_name != NULL && l->by_prefix != NULL && l->ranges != NULL &&
         l->list_of != NULL && number(c, l);
    if (ok)
        l->lists = bird_alloc(c, (map_count(l->by_name) + 1) * sizeof(*l->lists));
    ok = ok && l->lists != NULL;
    for (size_t i = 0; ok && i < c->entries.n; i++)
        ok = l->list_of[i] == 0 || add(l, &c->entries.v[i], i);
    if (!ok)
        bird_lookup_free(&c->lookup);
    return c->lookup;
}

size_t bird_lookup_list(struct bird *c, int family, const char *name)
{
    const union map_value *at =
        map_get_str(c->lookup->by_name, bird_printf(c, "%d %s", family, name));

    return at != NULL ? (size_t)at->u : 0;
}

size_t bird_lookup_lists(const struct bird_lookup *l)
{
    return map_count(l->by_name);
}

size_t bird_lookup_list_of(const struct bird_lookup *l, size_t entry)
{
    return l->list_of[entry];
}

bool bird_lookup_permits(const struct bird_lookup *l, size_t list, const struct prefix *p,
                         bool unnamed)
{
    for (unsigned len = 0; list > 0 && len <= p->len; len++) {
        struct prefix up;
        struct key key;
        const union map_value *at;

        if (!l->lists[list - 1].has[len])
            continue;
        up = prefix_of(&p->addr, len);
        key = key_of(list, &up);
        at = map_get(l->by_prefix, &key, sizeof(key));
        for (size_t i = at != NULL ? (size_t)at->u : 0; i > 0; i = l->ranges[i - 1].next) {
            const struct range *r = &l->ranges[i - 1];
            bool names = len == p->len && !r->any;

            if (!(unnamed && names) && p->len >= r->lo && p->len <= r->hi)
                return true;
        }
    }
    return false;
}
