/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of core/base and core/net fails once: nothing leaks, nothing is half done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "base/vec.h"
#include "fault/fault.h"
#include "net/lpm.h"
#include "unit/cmocka_all.h"

/*
 * Runs work with each of its allocations failing in turn: first alone, then with all after it.
 * Work says whether it could finish; it must exactly when nothing failed.
 */
static void fail_each(bool (*work)(void))
{
    static void (*const plans[])(size_t) = {fault_once, fault_after};
    for (size_t p = 0; p < 2; p++) {
        size_t n = 0;
        for (bool failed = true; failed; n++) {
            plans[p](n);
            bool done = work();
            failed = fault_stop();
            assert_int_equal(done, !failed);
        }
        assert_true(n > 1); /* there was something to fail */
    }
}

static bool use_arena(void)
{
    struct arena *a = arena_new(0);
    bool ok = a != NULL;
    for (size_t i = 0; ok && i < 40; i++) {
        size_t before = arena_used(a);
        char *p = arena_alloc(a, i * 300);
        ok = p != NULL;
        if (ok)
            memset(p, 'x', i * 300);
        else
            assert_int_equal(arena_used(a), before);
    }
    ok = ok && arena_strdup(a, "text") != NULL && arena_printf(a, "%d", 7) != NULL;
    arena_free(&a);
    return ok;
}

static void test_arena(void **state)
{
    (void)state;
    fail_each(use_arena);
}

static bool use_vec(void)
{
    struct {
        VEC(int);
    } v = {0};
    bool ok = true;
    for (int i = 0; ok && i < 500; i++) {
        int *p = VEC_PUSH(&v);
        ok = p != NULL;
        if (ok)
            *p = i;
    }
    for (size_t i = 0; i < v.n; i++)
        assert_int_equal(v.v[i], i);
    VEC_FREE(&v);
    return ok;
}

static void test_vec(void **state)
{
    (void)state;
    fail_each(use_vec);
}

/* What went in before the failure must be there, and nothing else. */
static void check_map(const struct map *m)
{
    char key[32];
    for (size_t i = 0; i < map_count(m); i++) {
        snprintf(key, sizeof(key), "k%zu", i);
        assert_string_equal(map_entry(m, i)->key, key);
        assert_int_equal(map_get_str(m, key)->u, i);
    }
    snprintf(key, sizeof(key), "k%zu", map_count(m));
    assert_null(map_get_str(m, key));
}

static bool use_map(void)
{
    struct map *m = map_new();
    bool ok = m != NULL;
    char key[32];
    for (uint64_t i = 0; ok && i < 300; i++) {
        snprintf(key, sizeof(key), "k%llu", (unsigned long long)i);
        ok = map_set(m, key, strlen(key), (union map_value){.u = i}) == 0;
    }
    if (m != NULL)
        check_map(m);
    map_free(&m);
    return ok;
}

static void test_map(void **state)
{
    (void)state;
    fail_each(use_map);
}

static bool use_buf(void)
{
    struct buf b = {0};
    for (int i = 0; i < 300; i++) {
        buf_printf(&b, "%d,", i);
        buf_json_str(&b, "a\nb");
        buf_json_real(&b, 0.5);
    }
    bool failed = b.failed;
    assert_memory_equal(buf_cstr(&b), "0,\"a\\nb\"0.51,", b.len < 13 ? b.len : 13);
    char *text = buf_take(&b, NULL);
    assert_int_equal(text == NULL, failed);
    free(text);
    return !failed;
}

static void test_buf(void **state)
{
    (void)state;
    fail_each(use_buf);
}

static bool use_hash(void)
{
    struct hash *h = hash_new();
    bool ok = h != NULL;
    if (ok)
        hash_add(h, "x", 1);
    hash_free(&h);
    return ok;
}

static void test_hash(void **state)
{
    (void)state;
    fail_each(use_hash);
}

static bool use_lpm(void)
{
    struct lpm *t = lpm_new();
    bool ok = t != NULL;
    uint32_t i = 0;
    struct addr a = {.family = 4};
    for (; ok && i < 200; i++) {
        a.b[0] = (uint8_t)(i * 37);
        a.b[1] = (uint8_t)i;
        struct prefix p = prefix_of(&a, 16);
        ok = lpm_set(t, &p, i) == 0;
    }
    /* The last one failed, the others must be there. */
    for (uint32_t k = 0; t != NULL && k + 1 < i; k++) {
        a.b[0] = (uint8_t)(k * 37);
        a.b[1] = (uint8_t)k;
        assert_int_equal(lpm_find(t, &a, NULL), k);
    }
    lpm_free(&t);
    return ok;
}

static void test_lpm(void **state)
{
    (void)state;
    fail_each(use_lpm);
}

/* Whatever fails, it is sealed or as it was; some it can do without. */
static void test_lpm_seal(void **state)
{
    struct lpm *t = lpm_new();
    struct addr a = {.family = 4};
    bool failed = true;
    (void)state;
    for (size_t n = 0; failed; n++) {
        for (uint32_t i = 0; i < 200; i++) {
            a.b[0] = (uint8_t)i;
            struct prefix p = prefix_of(&a, i % 2 ? 16 : 30);
            assert_int_equal(lpm_set(t, &p, i), 0);
        }
        fault_once(n);
        int rc = lpm_seal(t);
        failed = fault_stop();
        assert_true(failed || rc == 0);
        for (uint32_t i = 0; i < 200; i++) {
            a.b[0] = (uint8_t)i;
            assert_int_equal(lpm_find(t, &a, NULL), i);
        }
    }
    lpm_free(&t);
}

/* A line is lost, not the program. */
static void test_log(void **state)
{
    (void)state;
    log_setup("fault", LOG_LEVEL_INFO, true);
    fault_after(0);
    log_info("test", "this line needs memory");
    assert_true(fault_stop());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),    cmocka_unit_test(test_vec),
        cmocka_unit_test(test_map),      cmocka_unit_test(test_buf),
        cmocka_unit_test(test_hash),     cmocka_unit_test(test_lpm),
        cmocka_unit_test(test_lpm_seal), cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
