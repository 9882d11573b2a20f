/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filtered property map tells of a prefix E (RFC 9240 section 8.6): `base`, the values
 * that E has or inherits, and the entities inside E whose values differ from what they would
 * inherit. When those tile E completely, E itself would say nothing of any address: it is left
 * out, and what it would have said is told with each of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "server/props_private.h"

/* An entity inside E: one run of entries of equal prefix. */
struct inner {
    struct prefix prefix;
    struct prop_value *v;
    size_t n;
    size_t parent; /* nearest enclosing kept one; SIZE_MAX: E */
};

struct inner_list {
    VEC(struct inner);
};

static const char *value_in(const struct prop_value *v, size_t n, size_t column)
{
    for (size_t i = 0; i < n; i++) {
        if (v[i].column == column)
            return v[i].json;
    }
    return NULL;
}

static char *entity_id(const struct prefix *p, struct arena *a)
{
    struct buf b = {0};
    wire_put_typed_prefix(&b, p);
    char *id = b.failed || b.len < 2 ? NULL : arena_strndup(a, b.data + 1, b.len - 2);
    buf_free(&b);
    return id;
}

static int add_entity(struct prop_entities *out, const struct prefix *p, struct prop_value *v,
                      size_t n, struct arena *a)
{
    char *id = entity_id(p, a);
    struct prop_entity *entity = id ? VEC_PUSH(out) : NULL;
    if (!entity)
        return ERR_NOMEM;
    *entity = (struct prop_entity){.id = id, .v = v, .n = n};
    return 0;
}

/* The values of E: by longest prefix, column by column. */
static size_t base_values(const struct props *p, const struct prefix *e, const bool *wanted,
                          struct prop_value *out)
{
    size_t n = 0;
    for (size_t c = 0; c < p->n_columns; c++) {
        uint32_t i = wanted[c] ? lpm_cover(p->table[c], e, NULL) : LPM_NONE;
        if (i !=
            LPM_NONE) /* RFC 9240 section 6.1.3: null, which ends inheritance, is a value */
            out[n++] = (struct prop_value){c, p->entries.v[i].json};
    }
    return n;
}

/* First entry at or behind E in order. */
static size_t first_inside(const struct props *p, const struct prefix *e)
{
    size_t low = 0, high = p->entries.n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (prefix_cmp(&p->entries.v[mid].prefix, e) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* What the inner entity would inherit of a column. */
static const char *inherited(const struct inner_list *list, size_t parent, size_t column,
                             const struct prop_entity *base)
{
    for (; parent != SIZE_MAX; parent = list->v[parent].parent) {
        const char *json = value_in(list->v[parent].v, list->v[parent].n, column);
        if (json)
            return json;
    }
    return value_in(base->v, base->n, column);
}

/* Entries i..j of one prefix become an inner entity, unless they say what is inherited anyway.
 */
static int add_inner(const struct props_query *q, size_t i, size_t j,
                     const struct prop_entity *base, struct inner_list *list)
{
    const struct props *p = q->props;
    const struct prefix *prefix = &p->entries.v[i].prefix;
    size_t parent = list->n > 0 ? list->n - 1 : SIZE_MAX;
    while (parent != SIZE_MAX && !prefix_covers(&list->v[parent].prefix, prefix))
        parent = list->v[parent].parent;
    struct inner node = {.prefix = *prefix, .parent = parent};
    node.v = ARENA_ARRAY(q->arena, p->n_columns + 1, struct prop_value);
    if (!node.v)
        return ERR_NOMEM;
    for (; i < j; i++) {
        const struct props_entry *entry = &p->entries.v[i];
        const char *from = inherited(list, parent, entry->column, base);
        if (q->wanted[entry->column] && !value_in(node.v, node.n, entry->column) &&
            (!from || strcmp(from, entry->json) != 0))
            node.v[node.n++] = (struct prop_value){entry->column, entry->json};
    }
    if (node.n == 0)
        return 0;
    struct inner *to = VEC_PUSH(list);
    if (!to)
        return ERR_NOMEM;
    *to = node;
    return 0;
}

static int inner_entities(const struct props_query *q, const struct prefix *e,
                          const struct prop_entity *base, struct inner_list *list)
{
    const struct props *p = q->props;
    size_t i = first_inside(p, e);
    while (i < p->entries.n && prefix_covers(e, &p->entries.v[i].prefix)) {
        size_t j = i + 1;
        while (j < p->entries.n && prefix_eq(&p->entries.v[i].prefix, &p->entries.v[j].prefix))
            j++;
        if (!prefix_eq(e, &p->entries.v[i].prefix) && add_inner(q, i, j, base, list) < 0)
            return ERR_NOMEM;
        i = j;
    }
    return 0;
}

/* Do the outermost ones cover every address of E? Sums of powers of two are exact. */
static bool tiles(const struct inner_list *list, const struct prefix *e)
{
    double share = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (list->v[i].parent == SIZE_MAX)
            share += ldexp(1, -(list->v[i].prefix.len - e->len));
    }
    return share >= 1;
}

static void push_down(struct inner *node, const struct prop_entity *base)
{
    for (size_t i = 0; i < base->n; i++) {
        if (!value_in(node->v, node->n, base->v[i].column))
            node->v[node->n++] = base->v[i];
    }
}

int props_of_prefix(const struct props_query *q, const struct prefix *prefix,
                    struct prop_entities *out, struct err *e)
{
    const struct props *p = q->props;
    struct inner_list list = {0};
    struct prop_entity base = {.v = ARENA_ARRAY(q->arena, p->n_columns + 1, struct prop_value)};
    int rc = base.v ? 0 : ERR_NOMEM;
    if (rc == 0) {
        base.n = base_values(p, prefix, q->wanted, base.v);
        rc = inner_entities(q, prefix, &base, &list);
    }
    bool tiled = list.n > 0 && tiles(&list, prefix);
    if (rc == 0 && base.n > 0 && !tiled)
        rc = add_entity(out, prefix, base.v, base.n, q->arena);
    for (size_t i = 0; rc == 0 && i < list.n; i++) {
        if (tiled && list.v[i].parent == SIZE_MAX)
            push_down(&list.v[i], &base);
        rc = add_entity(out, &list.v[i].prefix, list.v[i].v, list.v[i].n, q->arena);
    }
    VEC_FREE(&list);
    return rc < 0 ? err_set(e, ERR_NOMEM, "no memory for properties") : 0;
}

int props_narrow_first(const void *a, const void *b)
{
    const struct prefix *one = a, *other = b;
    return one->len != other->len ? (int)other->len - (int)one->len : prefix_cmp(one, other);
}

/* --- neighbours of equal values --- */

struct merged {
    struct prefix prefix;
    struct prop_value *v;
    size_t n;
    bool gone;
};

struct merging {
    struct {
        VEC(struct merged);
    } list;
    struct map *by_prefix; /* -> index + 1 */
};

static int merging_add(struct merging *m, const struct prefix *prefix, struct prop_value *v,
                       size_t n)
{
    struct merged *to = VEC_PUSH(&m->list);
    union map_value *at = to ? map_at(m->by_prefix, prefix, sizeof(*prefix)) : NULL;
    if (!at)
        return ERR_NOMEM;
    *to = (struct merged){.prefix = *prefix, .v = v, .n = n};
    at->u = m->list.n;
    return 0;
}

static bool equal_values(const struct merged *a, const struct merged *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        const char *other = value_in(b->v, b->n, a->v[i].column);
        if (!other || strcmp(other, a->v[i].json) != 0)
            return false;
    }
    return a->n == b->n;
}

/* An upper half with an equal lower half and nothing at both: they become one. */
static int merge_one(struct merging *m, size_t i)
{
    struct prefix p = m->list.v[i].prefix, lower, both;
    both = prefix_of(&p.addr, p.len - 1u);
    lower = prefix_of(&both.addr, p.len);
    const union map_value *at = map_get(m->by_prefix, &lower, sizeof(lower));
    const union map_value *above = map_get(m->by_prefix, &both, sizeof(both));
    if (prefix_eq(&lower, &p) || !at || at->u == 0 || m->list.v[at->u - 1].gone ||
        (above && above->u != 0) || !equal_values(&m->list.v[at->u - 1], &m->list.v[i]))
        return 0;
    m->list.v[at->u - 1].gone = m->list.v[i].gone = true;
    return merging_add(m, &both, m->list.v[i].v, m->list.v[i].n);
}

static int collect_all(const struct props_query *q, unsigned family, struct merging *m)
{
    const struct props *p = q->props;
    for (size_t i = 0, j; i < p->entries.n; i = j) {
        const struct prefix *prefix = &p->entries.v[i].prefix;
        struct prop_value *v = ARENA_ARRAY(q->arena, p->n_columns + 1, struct prop_value);
        size_t n = 0;
        if (!v)
            return ERR_NOMEM;
        for (j = i; j < p->entries.n && prefix_eq(prefix, &p->entries.v[j].prefix); j++) {
            const struct props_entry *entry = &p->entries.v[j];
            if (q->wanted[entry->column] && !value_in(v, n, entry->column))
                v[n++] = (struct prop_value){entry->column, entry->json};
        }
        if (n > 0 && prefix->addr.family == family && merging_add(m, prefix, v, n) < 0)
            return ERR_NOMEM;
    }
    return 0;
}

static int by_merged(const void *a, const void *b)
{
    return prefix_cmp(&((const struct merged *)a)->prefix, &((const struct merged *)b)->prefix);
}

int props_all_merged(const struct props_query *q, unsigned family, struct prop_entities *out,
                     struct err *e)
{
    struct merging m = {.by_prefix = map_new()};
    int rc = m.by_prefix ? collect_all(q, family, &m) : ERR_NOMEM;
    for (unsigned len = family == 4 ? 32 : 128; rc == 0 && len > 0; len--) {
        for (size_t i = 0; rc == 0 && i < m.list.n; i++) {
            if (m.list.v[i].prefix.len == len && !m.list.v[i].gone)
                rc = merge_one(&m, i);
        }
    }
    if (m.list.n > 1)
        qsort(m.list.v, m.list.n, sizeof(*m.list.v), by_merged);
    for (size_t i = 0; rc == 0 && i < m.list.n; i++) {
        const struct merged *from = &m.list.v[i];
        if (!from->gone)
            rc = add_entity(out, &from->prefix, from->v, from->n, q->arena);
    }
    VEC_FREE(&m.list);
    map_free(&m.by_prefix);
    return rc < 0 ? err_set(e, ERR_NOMEM, "no memory for properties") : 0;
}

int props_all(const struct props_query *q, unsigned family, struct prop_entities *out,
              struct err *e)
{
    struct merging m = {.by_prefix = map_new()};
    int rc = m.by_prefix ? collect_all(q, family, &m) : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < m.list.n; i++)
        rc = add_entity(out, &m.list.v[i].prefix, m.list.v[i].v, m.list.v[i].n, q->arena);
    VEC_FREE(&m.list);
    map_free(&m.by_prefix);
    return rc < 0 ? err_set(e, ERR_NOMEM, "no memory for properties") : 0;
}
