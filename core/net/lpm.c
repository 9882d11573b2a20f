/* SPDX-License-Identifier: Apache-2.0 */
/*
 * While prefixes are set one by one: a path-compressed binary trie per family. A node stands
 * for a prefix; it has a value, or two children, or both. A child's prefix is longer than its
 * parent's and differs from its sibling's in the first bit behind the parent's length:
 *
 *              10.0.0.0/8 = 1                      ( ) without value
 *              /            \
 *     (10.0.0.0/15)      10.128.0.0/9 = 4
 *       /        \
 * 10.0.0.0/16  10.1.0.0/16
 *
 * Nodes are elements of one array and know each other by index (0: none), so that the table can
 * grow by realloc and a node fits half a cache line.
 *
 * A sealed table has no trie but the same prefixes in order (sorted.h), and ranges made from
 * them (ranges.h). What is loaded at once never was a trie.
 */
#include "net/lpm.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "net/ranges.h"
#include "net/sorted.h"

#define MAX_DEPTH 129 /* lengths 0 to 128 */
#define AT_ONCE   64  /* addresses that are looked up side by side */

struct node {
    struct key key;
    uint32_t child[2];
    uint32_t value;
    uint8_t len;
};

/* One family of a sealed table. */
struct sealed {
    struct sorted sorted;
    struct ranges *ranges; /* for lpm_find */
};

struct lpm {
    VEC(struct node);    /* v[0] is never used */
    uint32_t root[2];    /* IPv4, IPv6 */
    struct arena *arena; /* of a sealed table, whose trie is empty; NULL: not sealed */
    struct sealed family[2];
};

static void clear_trie(struct lpm *t)
{
    struct node *less = realloc(t->v, sizeof(*less));
    if (less) {
        t->v = less;
        t->cap = 1;
    }
    t->n = 1;
    t->root[0] = t->root[1] = 0;
}

struct lpm *lpm_new(void)
{
    struct lpm *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    if (VEC_PUSH(t) == NULL) {
        free(t);
        return NULL;
    }
    return t;
}

void lpm_free(struct lpm **t)
{
    if (*t == NULL)
        return;
    arena_free(&(*t)->arena);
    VEC_FREE(*t);
    free(*t);
    *t = NULL;
}

static struct key key_of(const struct addr *a)
{
    uint64_t half[2];
    memcpy(half, a->b, sizeof(half));
    return (struct key){__builtin_bswap64(half[0]), __builtin_bswap64(half[1])};
}

static unsigned bit_at(struct key k, unsigned i)
{
    return (i < 64 ? k.high >> (63 - i) : k.low >> (127 - i)) & 1;
}

/* How many bits from the left agree: up to 128. */
static unsigned common_bits(struct key a, struct key b)
{
    if (a.high != b.high)
        return (unsigned)__builtin_clzll(a.high ^ b.high);
    if (a.low != b.low)
        return 64 + (unsigned)__builtin_clzll(a.low ^ b.low);
    return 128;
}

static bool has_head(struct key k, const struct node *n)
{
    return common_bits(k, n->key) >= n->len;
}

/* The prefix of k with that length. */
static struct key head_of(struct key k, unsigned len)
{
    if (len <= 64)
        return (struct key){len == 0 ? 0 : k.high & ~UINT64_C(0) << (64 - len), 0};
    return (struct key){k.high, k.low & ~UINT64_C(0) << (128 - len)};
}

/* Room was made before. */
static uint32_t add_node(struct lpm *t, struct key k, unsigned len, uint32_t value)
{
    assert(t->n < t->cap);
    t->v[t->n] = (struct node){.key = head_of(k, len), .value = value, .len = (uint8_t)len};
    return (uint32_t)t->n++;
}

/* Puts a node of (k, len) where `link` points, above the node there, which leaves at bit
 * `common`. */
static void split(struct lpm *t, uint32_t *link, const struct node *wanted, unsigned common)
{
    uint32_t old = *link;
    uint32_t top = add_node(t, wanted->key, common, LPM_NONE);
    t->v[top].child[bit_at(t->v[old].key, common)] = old;
    if (common == wanted->len)
        t->v[top].value = wanted->value;
    else
        t->v[top].child[bit_at(wanted->key, common)] =
            add_node(t, wanted->key, wanted->len, wanted->value);
    *link = top;
}

static int set(struct lpm *t, unsigned family, const struct node *wanted)
{
    if (t->n >= UINT32_MAX - 2 || vec_reserve((void **)&t->v, &t->cap, t->n + 2, sizeof(*t->v)))
        return ERR_NOMEM;
    uint32_t *link = &t->root[family];
    while (*link != 0) {
        struct node *n = &t->v[*link];
        unsigned common = common_bits(wanted->key, n->key);
        if (common > wanted->len)
            common = wanted->len;
        if (common < n->len) {
            split(t, link, wanted, common);
            return 0;
        }
        if (n->len == wanted->len) {
            n->value = wanted->value;
            return 0;
        }
        link = &n->child[bit_at(wanted->key, n->len)];
    }
    *link = add_node(t, wanted->key, wanted->len, wanted->value);
    return 0;
}

static int unseal(struct lpm *t)
{
    int rc = 0;
    for (unsigned f = 0; f < 2; f++) {
        const struct sorted *s = &t->family[f].sorted;
        for (uint32_t i = 0; rc == 0 && i < s->n; i++)
            rc =
                set(t, f, &(struct node){sorted_key(s, i), {0}, sorted_value(s, i), s->len[i]});
    }
    if (rc < 0) {
        t->n = 1;
        t->root[0] = t->root[1] = 0;
        return rc;
    }
    arena_free(&t->arena);
    memset(t->family, 0, sizeof(t->family));
    return 0;
}

int lpm_set(struct lpm *t, const struct prefix *p, uint32_t value)
{
    assert(value < RANGES_DEEPER && addr_is_set(&p->addr) && p->len <= addr_bits(&p->addr));
    if (t->arena && unseal(t) < 0)
        return ERR_NOMEM;
    struct key k = head_of(key_of(&p->addr), p->len);
    return set(t, p->addr.family == 6, &(struct node){k, {0}, value, p->len});
}

/* Calls for each node with a value on the way from the root to (k, bits), shortest first. */
#define FOR_PATH(t, n, k, family, bits)                                                        \
    for (const struct node *n = first_node((t), (family));                                     \
         n != NULL && n->len <= (bits) && has_head((k), n);                                    \
         n = next_node((t), n, (k), (bits)))

static const struct node *first_node(const struct lpm *t, uint8_t family)
{
    uint32_t i = t->root[family == 6];
    return i == 0 ? NULL : &t->v[i];
}

static const struct node *next_node(const struct lpm *t, const struct node *n, struct key k,
                                    unsigned bits)
{
    if (n->len >= bits)
        return NULL;
    uint32_t i = n->child[bit_at(k, n->len)];
    return i == 0 ? NULL : &t->v[i];
}

static uint32_t longest_sorted(const struct sorted *s, struct key k, unsigned bits,
                               uint8_t *len)
{
    uint32_t i = sorted_find(s, head_of(k, bits), bits);
    if (i == SORTED_NONE)
        return LPM_NONE;
    if (len != NULL)
        *len = s->len[i];
    return sorted_value(s, i);
}

static uint32_t longest(const struct lpm *t, const struct addr *a, unsigned bits, uint8_t *len)
{
    struct key k = key_of(a);
    uint32_t value = LPM_NONE;
    if (!addr_is_set(a))
        return LPM_NONE;
    if (t->arena)
        return longest_sorted(&t->family[a->family == 6].sorted, k, bits, len);
    FOR_PATH(t, n, k, a->family, bits)
    {
        if (n->value == LPM_NONE)
            continue;
        value = n->value;
        if (len != NULL)
            *len = n->len;
    }
    return value;
}

/* --- sealing --- */

static int seal_family(struct sealed *out, struct sorted_items *items, bool v6, struct arena *a)
{
    sorted_order(items);
    int rc = sorted_make(&out->sorted, items, v6, a);
    if (rc < 0)
        return rc;
    out->ranges = ranges_new(&out->sorted, v6, LPM_NONE, a);
    return out->ranges ? 0 : ERR_NOMEM;
}

/* About as much as it will take. */
static size_t sealed_size(const struct sorted_items *items, bool v6)
{
    return sorted_size(items->n, v6) + ranges_size(items->n, v6, items->most);
}

/* From items to what is searched. */
static int seal(struct lpm *t, struct sorted_items items[2])
{
    struct arena *a = arena_new(0);
    struct sealed family[2] = {0};
    if (a)
        arena_expect(a, sealed_size(&items[0], false) + sealed_size(&items[1], true));
    int rc = a ? seal_family(&family[0], &items[0], false, a) : ERR_NOMEM;
    if (rc == 0)
        rc = seal_family(&family[1], &items[1], true, a);
    if (rc < 0) {
        arena_free(&a);
        return rc;
    }
    memcpy(t->family, family, sizeof(family));
    t->arena = a;
    clear_trie(t);
    return 0;
}

static bool make_room(struct sorted_items *items, size_t n, struct arena *a)
{
    items->v = arena_room(a, 2 * n * sizeof(*items->v)); /* n < 2^32 */
    items->spare = items->v ? items->v + n : NULL;
    return items->v != NULL;
}

static void add_item(struct sorted_items *to, struct key k, uint32_t value, uint8_t len)
{
    to->v[to->n++] = (struct sorted_item){k, value, len};
    to->most = value > to->most ? value : to->most;
}

/* Nodes with values below a node; as deep as a prefix has bits. */
static void collect(const struct lpm *t, uint32_t i, struct sorted_items *items)
{
    const struct node *n = &t->v[i];
    if (i == 0)
        return;
    if (n->value != LPM_NONE)
        add_item(items, n->key, n->value, n->len);
    collect(t, n->child[0], items);
    collect(t, n->child[1], items);
}

int lpm_seal(struct lpm *t)
{
    struct arena *a = t->arena ? NULL : arena_new(0);
    struct sorted_items items[2] = {0};
    int rc = ERR_NOMEM;
    if (t->arena)
        return 0;
    if (a && make_room(&items[0], t->n, a) && make_room(&items[1], t->n, a)) {
        collect(t, t->root[0], &items[0]);
        collect(t, t->root[1], &items[1]);
        rc = seal(t, items);
    }
    arena_free(&a);
    return rc;
}

static void count_families(const struct lpm_run *runs, size_t n, size_t count[2])
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < runs[i].n; k++)
            count[runs[i].v[k].addr.family == 6]++;
}

static void add_run(const struct lpm_run *run, uint32_t value, struct sorted_items items[2])
{
    for (size_t k = 0; k < run->n; k++) {
        const struct prefix *p = &run->v[k];
        struct sorted_items *to = &items[p->addr.family == 6];
        assert(addr_is_set(&p->addr) && p->len <= addr_bits(&p->addr));
        add_item(to, head_of(key_of(&p->addr), p->len), value, p->len);
    }
}

int lpm_load(struct lpm *t, const struct lpm_run *runs, size_t n)
{
    struct arena *a = arena_new(0);
    struct sorted_items items[2] = {0};
    size_t count[2] = {0};
    int rc = ERR_NOMEM;
    assert(t->n == 1 && !t->arena && n < RANGES_DEEPER);
    count_families(runs, n, count);
    if (a && count[0] < SORTED_NONE && count[1] < SORTED_NONE &&
        make_room(&items[0], count[0], a) && make_room(&items[1], count[1], a)) {
        for (size_t i = 0; i < n; i++)
            add_run(&runs[i], (uint32_t)i, items);
        rc = seal(t, items);
    }
    arena_free(&a);
    return rc;
}

size_t lpm_memory(const struct lpm *t)
{
    return sizeof(*t) + t->cap * sizeof(*t->v) + (t->arena ? arena_used(t->arena) : 0);
}

static uint64_t range_key(const struct addr *a)
{
    uint64_t high = key_of(a).high;
    return a->family == 6 ? high : high >> 32;
}

uint32_t lpm_find(const struct lpm *t, const struct addr *a, uint8_t *len)
{
    const struct ranges *r = t->family[a->family == 6].ranges;
    if (r && !len && addr_is_set(a)) {
        uint32_t value = ranges_find(r, range_key(a));
        if (value != RANGES_DEEPER)
            return value;
    }
    return longest(t, a, addr_bits(a), len);
}

/* Addresses that stand `stride` bytes apart. */
struct many {
    const char *first;
    size_t stride, n;
};

static const struct addr *addr_at(const struct many *m, size_t i)
{
    return (const void *)(m->first + i * m->stride);
}

/* From the i-th on: as many as are of one family, few enough for all that memory has to bring.
 * Returns how many. */
static size_t find_some(const struct lpm *t, const struct many *m, size_t i, uint32_t *out)
{
    const uint8_t family = addr_at(m, i)->family;
    const struct ranges *r = t->family[family == 6].ranges;
    uint64_t keys[AT_ONCE];
    size_t n = 0;
    for (; n < AT_ONCE && i + n < m->n && addr_at(m, i + n)->family == family; n++)
        keys[n] = range_key(addr_at(m, i + n));
    if (r && family != 0)
        ranges_find_many(r, keys, n, out);
    for (size_t k = 0; k < n; k++) {
        if (!r || family == 0 || out[k] == RANGES_DEEPER)
            out[k] = lpm_find(t, addr_at(m, i + k), NULL);
    }
    return n;
}

void lpm_find_many(const struct lpm *t, const struct addr *first, size_t stride, size_t n,
                   uint32_t *out)
{
    const struct many m = {(const char *)first, stride, n};
    for (size_t i = 0; i < n;)
        i += find_some(t, &m, i, out + i);
}

uint32_t lpm_cover(const struct lpm *t, const struct prefix *p, uint8_t *len)
{
    return longest(t, &p->addr, p->len, len);
}

uint32_t lpm_exact(const struct lpm *t, const struct prefix *p)
{
    uint8_t len = 0;
    uint32_t value = lpm_cover(t, p, &len);
    return len == p->len ? value : LPM_NONE;
}

static size_t all_sorted(const struct sorted *s, struct key k, uint32_t *out, size_t max)
{
    size_t n = 0;
    for (uint32_t i = sorted_find(s, k, 128); i != SORTED_NONE && n < max;
         i = sorted_above(s, i))
        out[n++] = sorted_value(s, i);
    return n;
}

size_t lpm_all(const struct lpm *t, const struct addr *a, uint32_t *out, size_t max)
{
    uint32_t path[MAX_DEPTH];
    size_t n_path = 0;
    struct key k = key_of(a);
    if (!addr_is_set(a))
        return 0;
    if (t->arena)
        return all_sorted(&t->family[a->family == 6].sorted, k, out, max);
    FOR_PATH(t, n, k, a->family, addr_bits(a))
    {
        if (n->value != LPM_NONE)
            path[n_path++] = n->value;
    }
    size_t count = n_path < max ? n_path : max;
    for (size_t i = 0; i < count; i++)
        out[i] = path[n_path - 1 - i];
    return count;
}
