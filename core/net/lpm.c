/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One path-compressed binary trie per family. A node stands for a prefix; it has a value, or
 * two children, or both. A child's prefix is longer than its parent's and differs from its
 * sibling's in the first bit behind the parent's length:
 *
 *              10.0.0.0/8 = 1                      ( ) without value
 *              /            \
 *     (10.0.0.0/15)      10.128.0.0/9 = 4
 *       /        \
 * 10.0.0.0/16  10.1.0.0/16
 *
 * Nodes are elements of one array and know each other by index (0: none), so that the table can
 * grow by realloc and a node fits half a cache line.
 */
#include "net/lpm.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/vec.h"
#include "net/ranges.h"

#define MAX_DEPTH 129 /* lengths 0 to 128 */

/* The bits of an address from the left; IPv4 takes the first 32. */
struct key {
    uint64_t high, low;
};

struct node {
    struct key key;
    uint32_t child[2];
    uint32_t value;
    uint8_t len;
};

struct lpm {
    VEC(struct node);         /* v[0] is never used */
    uint32_t root[2];         /* IPv4, IPv6 */
    struct ranges *ranges[2]; /* of a sealed table, for lpm_find; NULL: not sealed */
};

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

static void unseal(struct lpm *t)
{
    ranges_free(&t->ranges[0]);
    ranges_free(&t->ranges[1]);
}

void lpm_free(struct lpm **t)
{
    if (*t == NULL)
        return;
    unseal(*t);
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

int lpm_set(struct lpm *t, const struct prefix *p, uint32_t value)
{
    assert(value < RANGES_DEEPER && addr_is_set(&p->addr) && p->len <= addr_bits(&p->addr));
    if (t->n >= UINT32_MAX - 2 || vec_reserve((void **)&t->v, &t->cap, t->n + 2, sizeof(*t->v)))
        return ERR_NOMEM;
    unseal(t);

    struct key k = head_of(key_of(&p->addr), p->len);
    uint32_t *link = &t->root[p->addr.family == 6];
    while (*link != 0) {
        struct node *n = &t->v[*link];
        unsigned common = common_bits(k, n->key);
        if (common > p->len)
            common = p->len;
        if (common < n->len) {
            split(t, link, &(struct node){.key = k, .len = p->len, .value = value}, common);
            return 0;
        }
        if (n->len == p->len) {
            n->value = value;
            return 0;
        }
        link = &n->child[bit_at(k, n->len)];
    }
    *link = add_node(t, k, p->len, value);
    return 0;
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

static uint32_t longest(const struct lpm *t, const struct addr *a, unsigned bits, uint8_t *len)
{
    struct key k = key_of(a);
    uint32_t value = LPM_NONE;
    if (!addr_is_set(a))
        return LPM_NONE;
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

/* Ends the ranges of a node of a family: behind its last address its parent's value is. */
static bool end_node(const struct node *n, bool v6, struct ranges *r, uint32_t above)
{
    unsigned bits = v6 ? 64 : 32, len = n->len < bits ? n->len : bits;
    uint64_t first = v6 ? n->key.high : n->key.high >> 32;
    uint64_t rest = len == 0 ? UINT64_MAX >> (64 - bits) : (UINT64_C(1) << (bits - len)) - 1;
    uint64_t last = first + rest;
    return last == UINT64_MAX >> (64 - bits) || ranges_begin(r, last + 1, above);
}

/* As deep as a prefix has bits. */
static bool put_node(const struct lpm *t, uint32_t i, struct ranges *r, uint32_t above)
{
    const struct node *n = &t->v[i];
    bool v6 = r == t->ranges[1], deep = n->len + (n->child[0] || n->child[1]) > 64;
    if (i == 0)
        return true;
    uint32_t value = deep ? RANGES_DEEPER : n->value != LPM_NONE ? n->value : above;
    return ranges_begin(r, v6 ? n->key.high : n->key.high >> 32, value) &&
           (deep ||
            (put_node(t, n->child[0], r, value) && put_node(t, n->child[1], r, value))) &&
           end_node(n, v6, r, above);
}

int lpm_seal(struct lpm *t)
{
    unseal(t);
    for (unsigned f = 0; f < 2; f++) {
        struct ranges *r = t->ranges[f] = ranges_new(f == 1, LPM_NONE);
        if (!r || !put_node(t, t->root[f], r, LPM_NONE) || !ranges_finish(r)) {
            unseal(t);
            return ERR_NOMEM;
        }
    }
    return 0;
}

size_t lpm_memory(const struct lpm *t)
{
    size_t n = sizeof(*t) + t->cap * sizeof(*t->v);
    for (unsigned f = 0; f < 2; f++)
        n += t->ranges[f] ? ranges_memory(t->ranges[f]) : 0;
    return n;
}

uint32_t lpm_find(const struct lpm *t, const struct addr *a, uint8_t *len)
{
    const struct ranges *r = t->ranges[a->family == 6];
    if (r && !len && addr_is_set(a)) {
        uint64_t high = key_of(a).high;
        uint32_t value = ranges_find(r, a->family == 6 ? high : high >> 32);
        if (value != RANGES_DEEPER)
            return value;
    }
    return longest(t, a, addr_bits(a), len);
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

size_t lpm_all(const struct lpm *t, const struct addr *a, uint32_t *out, size_t max)
{
    uint32_t path[MAX_DEPTH];
    size_t n_path = 0;
    struct key k = key_of(a);
    if (!addr_is_set(a))
        return 0;
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
