/* SPDX-License-Identifier: Apache-2.0 */
#include "net/lpm.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "unit/cmocka_all.h"

static struct prefix prefix(const char *text)
{
    struct prefix p = {0};
    if (!prefix_parse(slice_of(text), &p))
        fail_msg("refused %s", text);
    return p;
}

static uint32_t find(const struct lpm *t, const char *address)
{
    struct prefix p = prefix(address);
    return lpm_find(t, &p.addr, NULL);
}

static void set(struct lpm *t, const char *text, uint32_t value)
{
    struct prefix p = prefix(text);
    assert_int_equal(lpm_set(t, &p, value), 0);
}

static void test_empty(void **state)
{
    (void)state;
    struct lpm *t = lpm_new();
    struct addr none = {0};
    struct prefix all = prefix("0.0.0.0/0");
    uint8_t len = 99;
    assert_true(find(t, "1.2.3.4") == LPM_NONE);
    assert_true(find(t, "::") == LPM_NONE);
    assert_true(lpm_find(t, &none, &len) == LPM_NONE);
    assert_true(lpm_exact(t, &all) == LPM_NONE);
    assert_int_equal(lpm_all(t, &none, NULL, 0), 0);
    assert_int_equal(len, 99);
    lpm_free(&t);
    assert_null(t);
    lpm_free(&t);
}

static void test_longest(void **state)
{
    (void)state;
    struct lpm *t = lpm_new();
    set(t, "10.1.0.0/16", 2);
    set(t, "10.0.0.0/8", 1);
    set(t, "10.1.2.3/32", 3);
    set(t, "::/0", 10);
    set(t, "2001:db8::/32", 11);
    set(t, "2001:db8::1", 12);
    assert_int_equal(find(t, "10.1.2.3"), 3);
    assert_int_equal(find(t, "10.1.2.4"), 2);
    assert_int_equal(find(t, "10.2.0.0"), 1);
    assert_true(find(t, "11.0.0.0") == LPM_NONE);
    assert_int_equal(find(t, "::"), 10);
    assert_int_equal(find(t, "2001:db8::2"), 11);
    assert_int_equal(find(t, "2001:db8::1"), 12);
    set(t, "0.0.0.0/0", 0);
    assert_int_equal(find(t, "11.0.0.0"), 0);
    set(t, "10.1.0.0/16", 20);
    assert_int_equal(find(t, "10.1.2.4"), 20);
    lpm_free(&t);
}

static void test_length_exact_cover(void **state)
{
    (void)state;
    struct lpm *t = lpm_new();
    set(t, "10.0.0.0/8", 1);
    set(t, "10.0.0.0/16", 2);
    set(t, "10.128.0.0/9", 3);
    uint8_t len = 0;
    struct prefix p = prefix("10.0.0.0/12");
    assert_int_equal(lpm_cover(t, &p, &len), 1);
    assert_int_equal(len, 8);
    assert_true(lpm_exact(t, &p) == LPM_NONE);
    p = prefix("10.0.0.0/16");
    assert_int_equal(lpm_cover(t, &p, &len), 2);
    assert_int_equal(lpm_exact(t, &p), 2);
    p = prefix("10.0.0.0/7");
    assert_true(lpm_cover(t, &p, NULL) == LPM_NONE);
    p = prefix("10.0.0.0/15"); /* a branch without value may be here */
    assert_true(lpm_exact(t, &p) == LPM_NONE);
    p = prefix("10.0.0.1");
    assert_int_equal(lpm_find(t, &p.addr, &len), 2);
    assert_int_equal(len, 16);
    lpm_free(&t);
}

static void test_zero_length_exact(void **state)
{
    (void)state;
    struct lpm *t = lpm_new();
    struct prefix all = prefix("::/0");
    set(t, "2001:db8::/32", 5);
    assert_true(lpm_exact(t, &all) == LPM_NONE);
    set(t, "::/0", 6);
    assert_int_equal(lpm_exact(t, &all), 6);
    lpm_free(&t);
}

static void test_all(void **state)
{
    (void)state;
    struct lpm *t = lpm_new();
    struct prefix host = prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    uint32_t out[200];
    for (unsigned len = 0; len <= 128; len++) {
        struct prefix p = prefix_of(&host.addr, len);
        assert_int_equal(lpm_set(t, &p, len), 0);
    }
    assert_int_equal(lpm_all(t, &host.addr, out, 200), 129);
    for (unsigned i = 0; i <= 128; i++)
        assert_int_equal(out[i], 128 - i);
    assert_int_equal(lpm_all(t, &host.addr, out, 3), 3);
    assert_int_equal(out[2], 126);
    lpm_free(&t);
}

enum { N = 1000 }; /* prefixes of a random table; values are below */

/* The property: whatever is inserted in whatever order, answers are those of a linear scan. */

struct reference {
    struct prefix *p;
    uint32_t *value;
    size_t n;
};

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13, *x ^= *x >> 7, *x ^= *x << 17;
    return *x;
}

/* Few different bytes, so that prefixes nest and share long heads. */
static struct prefix random_prefix(uint64_t *seed)
{
    static const uint8_t bytes[] = {0x00, 0xff, 0x80, 0x01, 0x0a};
    struct addr a = {.family = next_random(seed) % 2 ? 4 : 6};
    for (unsigned i = 0; i < addr_bits(&a) / 8; i++) {
        uint64_t r = next_random(seed) >> 8;
        a.b[i] = r % 8 == 7 ? (uint8_t)(r >> 16) : bytes[r % 5];
    }
    return prefix_of(&a, (unsigned)(next_random(seed) >> 5) % (addr_bits(&a) + 1));
}

static void reference_set(struct reference *r, const struct prefix *p, uint32_t value)
{
    size_t i = 0;
    while (i < r->n && !prefix_eq(&r->p[i], p))
        i++;
    r->p[i] = *p;
    r->value[i] = value;
    r->n += i == r->n;
}

static uint32_t reference_cover(const struct reference *r, const struct prefix *p, int *len)
{
    uint32_t value = LPM_NONE;
    *len = -1;
    for (size_t i = 0; i < r->n; i++) {
        if (prefix_covers(&r->p[i], p) && r->p[i].len > *len) {
            *len = r->p[i].len;
            value = r->value[i];
        }
    }
    return value;
}

static void compare(const struct lpm *t, const struct reference *r, const struct prefix *p)
{
    int expected_len = 0;
    uint8_t len = 0;
    uint32_t expected = reference_cover(r, p, &expected_len);
    assert_true(lpm_cover(t, p, &len) == expected);
    if (expected != LPM_NONE)
        assert_int_equal(len, expected_len);
    assert_true(lpm_exact(t, p) == (expected_len == p->len ? expected : LPM_NONE));

    struct prefix host = prefix_of(&p->addr, 128);
    expected = reference_cover(r, &host, &expected_len);
    assert_true(lpm_find(t, &p->addr, &len) == expected);

    uint32_t all[129];
    size_t n = lpm_all(t, &p->addr, all, 129), count = 0;
    for (size_t i = 0; i < r->n; i++)
        count += prefix_has(&r->p[i], &p->addr);
    assert_int_equal(n, count);
    assert_true(n == 0 || all[0] == expected);
}

static void compare_all(const struct lpm *t, const struct reference *r, uint64_t seed)
{
    for (int i = 0; i < 1000; i++) {
        struct prefix p = random_prefix(&seed);
        compare(t, r, &p);
    }
    for (size_t i = 0; i < r->n; i++)
        compare(t, r, &r->p[i]);
}

/* Random addresses, and those at the edges of prefixes; one by one, and all at once. */
static void compare_sealed(struct lpm *t, const struct reference *r, uint64_t *seed)
{
    struct asked {
        char before; /* no two addresses stand side by side */
        struct addr addr;
    } *asked = calloc(3 * r->n + 1, sizeof(*asked));
    uint32_t *found = calloc(3 * r->n + 1, sizeof(*found));
    int len = 0;
    for (size_t i = 0; i < 3 * r->n; i++) {
        struct prefix p = i < r->n ? r->p[i] : random_prefix(seed);
        for (unsigned b = p.len; i % 2 && b < addr_bits(&p.addr); b++)
            p.addr.b[b / 8] |= (uint8_t)(0x80 >> b % 8); /* its last address */
        struct prefix host = prefix_of(&p.addr, 128);
        assert_true(lpm_find(t, &p.addr, NULL) == reference_cover(r, &host, &len));
        asked[i].addr = p.addr;
    }
    /* The last one is no address. */
    lpm_find_many(t, &asked->addr, sizeof(*asked), 3 * r->n + 1, found);
    for (size_t i = 0; i <= 3 * r->n; i++)
        assert_true(found[i] == lpm_find(t, &asked[i].addr, NULL));
    assert_true(found[3 * r->n] == LPM_NONE);
    free(asked);
    free(found);
}

/* Loaded at once, in any order: the same; a prefix that stands twice is refused. */
static void compare_loaded(const struct reference *r, uint64_t *seed)
{
    struct lpm *t = lpm_new();
    struct lpm_run *runs = calloc(N + 1, sizeof(*runs));
    for (size_t i = 0; i < r->n; i++)
        runs[r->value[i]] = (struct lpm_run){&r->p[i], 1};
    runs[N] = (struct lpm_run){&r->p[r->n / 2], 1};
    assert_int_equal(lpm_load(t, runs, N + 1), ERR_CONFLICT);
    assert_true(lpm_find(t, &r->p[0].addr, NULL) == LPM_NONE);
    assert_int_equal(lpm_load(t, runs, N), 0);
    for (size_t i = 0; i < r->n; i++)
        compare(t, r, &r->p[i]);
    compare_sealed(t, r, seed);
    free(runs);
    lpm_free(&t);
}

/* Setting more undoes the seal: what is found is right all the same. */
static void test_seal(void **state)
{
    (void)state;
    struct lpm *t = lpm_new();
    assert_int_equal(lpm_seal(t), 0);
    assert_true(find(t, "10.0.0.1") == LPM_NONE);
    set(t, "10.0.0.0/8", 1);
    set(t, "255.255.255.255", 2);
    set(t, "2001:db8::/64", 3);
    set(t, "2001:db8::/66", 4);
    set(t, "2001:db8::c000:0:0:0/66", 5);
    set(t, "ffff:ffff:ffff:ffff::/64", 6);
    assert_int_equal(lpm_seal(t), 0);
    assert_int_equal(find(t, "10.255.255.255"), 1);
    assert_true(find(t, "11.0.0.0") == LPM_NONE);
    assert_int_equal(find(t, "255.255.255.255"), 2);
    assert_int_equal(find(t, "2001:db8::1"), 4);
    assert_int_equal(find(t, "2001:db8::4000:0:0:0"), 3);
    assert_int_equal(find(t, "2001:db8::ffff:0:0:0"), 5);
    assert_true(find(t, "2001:db8:0:1::") == LPM_NONE);
    assert_int_equal(find(t, "ffff:ffff:ffff:ffff::1"), 6);
    lpm_free(&t);
}

/* The first n of many, loaded at once. */
static struct lpm *load_few(struct reference *r, size_t n, uint64_t *seed)
{
    struct lpm *t = lpm_new();
    struct lpm_run *runs = calloc(n + 1, sizeof(*runs));
    r->n = 0;
    while (r->n < n) {
        struct prefix p = random_prefix(seed);
        reference_set(r, &p, 0);
    }
    for (uint32_t i = 0; i < n; i++) {
        r->value[i] = i;
        runs[i] = (struct lpm_run){&r->p[i], 1};
    }
    assert_int_equal(lpm_load(t, runs, n), 0);
    free(runs);
    return t;
}

/* Tables of a few prefixes, which need no directory, and of some more, which have one until a
 * prefix is set. */
static void test_few(void **state)
{
    static const size_t sizes[] = {0,  1,  2,  3,  4,  5,  10,  20, 31,
                                   32, 33, 40, 64, 65, 66, 100, 200};
    struct reference r = {calloc(N, sizeof(*r.p)), calloc(N, sizeof(*r.value)), 0};
    uint64_t seed = 2026;
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct lpm *t = load_few(&r, sizes[i], &seed);
        size_t sealed = lpm_memory(t);
        assert_true(sizes[i] <= 20 ? sealed < 8 * 1024
                                   : sizes[i] < 200 || sealed > 1024 * 1024);
        for (int k = 0; k < 20; k++)
            compare_sealed(t, &r, &seed);
        set(t, "192.0.2.77", 7);
        assert_true(sizes[i] < 200 || lpm_memory(t) < sealed);
        assert_int_equal(find(t, "192.0.2.77"), 7);
        lpm_free(&t);
    }
    free(r.p);
    free(r.value);
}

static void test_against_linear_scan(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= 10; round++) {
        uint64_t seed = round * 0x9e3779b97f4a7c15U;
        struct lpm *t = lpm_new();
        struct reference r = {calloc(N, sizeof(*r.p)), calloc(N, sizeof(*r.value)), 0};
        for (uint32_t i = 0; i < N; i++) {
            struct prefix p = random_prefix(&seed);
            assert_int_equal(lpm_set(t, &p, i), 0);
            reference_set(&r, &p, i);
        }
        compare_all(t, &r, seed);
        compare_sealed(t, &r, &seed); /* before it is */
        assert_int_equal(lpm_seal(t), 0);
        assert_int_equal(lpm_seal(t), 0);
        compare_sealed(t, &r, &seed);
        compare_all(t, &r, seed);
        compare_loaded(&r, &seed);
        reference_set(&r, &r.p[r.n / 3], N);
        assert_int_equal(lpm_set(t, &r.p[r.n / 3], N), 0);
        compare_all(t, &r, seed);
        free(r.p);
        free(r.value);
        lpm_free(&t);
    }
}

/* --- large tables: sealed, in little memory, against one that is not --- */

struct large {
    uint8_t family, shortest, longest; /* lengths */
    uint8_t fixed;                     /* bits from the left that are the same in all */
    uint32_t n, most;                  /* values up to `most`, which is one of them */
    size_t bytes;                      /* that it takes at most; 0: any */
};

static const struct large large_tables[] = {
    /* As in a full table, in blocks of prefixes that end within others; 16 bytes each, and what
     * takes as much for a few. */
    {4, 8, 24, 0, 70000, 1700, 70000 * 16 + 600000},
    /* Many in each piece of address space, first at the edges of /25 and then within. */
    {4, 18, 25, 10, 5000, 1700, 0},
    {4, 20, 32, 14, 5000, 1700, 0},
    {4, 26, 32, 0, 5000, 3, 0},
    /* The largest value of two bytes, the first that is none, and any. */
    {4, 8, 24, 0, 5000, UINT16_MAX - 1, 0},
    {4, 8, 24, 0, 5000, UINT16_MAX, 0},
    {4, 8, 32, 6, 5000, UINT32_MAX - 2, 0},
    {6, 16, 64, 3, 70000, 1700, 70000 * 40 + 1200000},
    {6, 16, 128, 3, 5000, UINT16_MAX, 0},
};

static struct prefix large_prefix(const struct large *l, uint64_t *seed)
{
    struct addr a = {.family = l->family}, head = {.family = l->family, .b = {0x20, 0x01}};
    unsigned len = l->shortest + (unsigned)(next_random(seed) >> 8) %
                                     (unsigned)(l->longest - l->shortest + 1);
    for (unsigned i = 0; i < addr_bits(&a) / 8; i++)
        a.b[i] = (uint8_t)(next_random(seed) >> 16);
    for (unsigned i = 0; i < l->fixed; i++) {
        uint8_t bit = (uint8_t)(0x80 >> i % 8);
        a.b[i / 8] = (uint8_t)((a.b[i / 8] & ~bit) | (head.b[i / 8] & bit));
    }
    return prefix_of(&a, len);
}

/* The same in both: all lengths, what has everything, the first and the last address. */
static void fill_large(const struct large *l, struct lpm *plain, struct lpm *sealed,
                       struct prefix *p)
{
    uint64_t seed = 77;
    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t value = i == 3 ? l->most : (uint32_t)(next_random(&seed) >> 9) % (l->most + 1);
        struct addr edge = {.family = l->family};
        if (i == 2)
            memset(edge.b, 0xff, l->family == 4 ? 4 : 16);
        p[i] = i == 0  ? prefix_of(&edge, 0)
               : i < 3 ? prefix_of(&edge, l->longest)
                       : large_prefix(l, &seed);
        assert_int_equal(lpm_set(plain, &p[i], value), 0);
        assert_int_equal(lpm_set(sealed, &p[i], value), 0);
    }
}

static void add_to(struct addr *a, int step)
{
    bool more = true;
    for (unsigned i = addr_bits(a) / 8; more && i-- > 0;) {
        a->b[i] = (uint8_t)(a->b[i] + step);
        more = a->b[i] == (step > 0 ? 0 : 0xff);
    }
}

static void compare_large(const struct lpm *plain, const struct lpm *sealed,
                          const struct prefix *p)
{
    struct addr first = p->addr, before = first, last = first, behind;
    for (unsigned b = p->len; b < addr_bits(&last); b++)
        last.b[b / 8] |= (uint8_t)(0x80 >> b % 8);
    behind = last;
    add_to(&before, -1);
    add_to(&behind, 1);
    const struct addr asked[] = {first, last, before, behind};
    uint32_t many[4], all[2][129];
    uint8_t len[2] = {0};
    lpm_find_many(sealed, asked, sizeof(*asked), 4, many);
    for (size_t i = 0; i < 4; i++) {
        uint32_t value = lpm_find(plain, &asked[i], &len[0]);
        assert_int_equal(lpm_find(sealed, &asked[i], NULL), value);
        assert_int_equal(many[i], value);
        assert_int_equal(lpm_find(sealed, &asked[i], &len[1]), value);
        assert_int_equal(len[1], len[0]);
    }
    size_t n = lpm_all(plain, &first, all[0], 129);
    assert_int_equal(lpm_all(sealed, &first, all[1], 129), n);
    assert_memory_equal(all[1], all[0], n * sizeof(**all));
    assert_int_equal(lpm_exact(sealed, p), lpm_exact(plain, p));
}

static void test_large(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(large_tables) / sizeof(*large_tables); k++) {
        const struct large *l = &large_tables[k];
        struct lpm *plain = lpm_new(), *sealed = lpm_new();
        struct prefix *p = calloc(l->n, sizeof(*p));
        fill_large(l, plain, sealed, p);
        assert_int_equal(lpm_seal(sealed), 0);
        assert_true(l->bytes == 0 || lpm_memory(sealed) <= l->bytes);
        uint64_t seed = 5;
        for (uint32_t i = 0; i<l->n; i += l->n> 10000 ? 7 : 1) {
            struct prefix other = large_prefix(l, &seed);
            compare_large(plain, sealed, &p[i]);
            compare_large(plain, sealed, &other);
        }
        free(p);
        lpm_free(&plain);
        lpm_free(&sealed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_length_exact_cover),
        cmocka_unit_test(test_zero_length_exact),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_against_linear_scan),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
