/* SPDX-License-Identifier: Apache-2.0 */
#include "http/peers.h"

#include "unit/cmocka_all.h"

static struct addr addr(const char *text)
{
    struct addr a;
    assert_true(addr_parse(slice_of(text), &a));
    return a;
}

static void test_counts(void **state)
{
    struct peers *p = peers_new();
    struct addr a = addr("192.0.2.1"), b = addr("192.0.2.2");
    (void)state;
    assert_int_equal(peers_count(p, &a), 0);
    assert_true(peers_add(p, &a));
    assert_true(peers_add(p, &a));
    assert_true(peers_add(p, &b));
    assert_int_equal(peers_count(p, &a), 2);
    assert_int_equal(peers_count(p, &b), 1);
    peers_remove(p, &a);
    peers_remove(p, &b);
    assert_int_equal(peers_count(p, &a), 1);
    assert_int_equal(peers_count(p, &b), 0);
    peers_free(&p);
    assert_null(p);
}

static void test_subnets(void **state)
{
    struct peers *p = peers_new();
    struct addr a = addr("2001:db8::1"), b = addr("2001:db8::ffff:1:2:3"),
                c = addr("2001:db8:0:1::1");
    (void)state;
    assert_true(peers_add(p, &a));
    assert_int_equal(peers_count(p, &b), 1);
    assert_int_equal(peers_count(p, &c), 0);
    peers_free(&p);
}

/* More clients than buckets. */
static void test_many(void **state)
{
    struct peers *p = peers_new();
    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        struct addr a = {.family = 4, .b = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}};
        assert_true(peers_add(p, &a));
    }
    for (unsigned i = 0; i < 10000; i += 2) {
        struct addr a = {.family = 4, .b = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}};
        peers_remove(p, &a);
    }
    for (unsigned i = 0; i < 10000; i++) {
        struct addr a = {.family = 4, .b = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}};
        assert_int_equal(peers_count(p, &a), i % 2);
    }
    peers_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_subnets),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
