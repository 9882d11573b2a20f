/* SPDX-License-Identifier: Apache-2.0 */
#include "net/asn.h"

#include "unit/cmocka_all.h"

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t asn;
    } good[] = {{"1", 1},
                {"64496", 64496},
                {"AS64496", 64496},
                {"as64496", 64496},
                {"1.10", 65546},
                {"AS1.10", 65546},
                {"0.5", 5},
                {"4294967295", UINT32_MAX},
                {"65535.65535", UINT32_MAX}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint32_t asn = 0;
        assert_true(asn_parse(slice_of(good[i].text), &asn));
        assert_int_equal(asn, good[i].asn);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "0",
                                      "AS",
                                      "AS0",
                                      "0.0",
                                      "4294967296",
                                      "-1",
                                      "+1",
                                      "1.",
                                      ".1",
                                      "1.65536",
                                      "65536.1",
                                      "1.2.3",
                                      " 1",
                                      "1 ",
                                      "ASAS1",
                                      "A1",
                                      "S1",
                                      "1e3",
                                      "0x10",
                                      "ASN1",
                                      "AS 1",
                                      "99999999999999999999"};
    uint32_t asn = 7;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (asn_parse(slice_of(bad[i]), &asn))
            fail_msg("accepted %s", bad[i]);
    }
    assert_false(asn_parse(slice_of(NULL), &asn));
    assert_int_equal(asn, 7);
}

static void test_private(void **state)
{
    (void)state;
    static const uint32_t yes[] = {64512, 65000, 65534, 4200000000, 4294967294};
    static const uint32_t no[] = {1, 64496, 64511, 65535, 65536, 4199999999, 4294967295};
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        assert_true(asn_is_private(yes[i]));
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        assert_false(asn_is_private(no[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
