/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "unit/cmocka_all.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct addr addr(const char *text)
{
    struct addr a = {0};
    if (!addr_parse(slice_of(text), &a))
        fail_msg("refused %s", text);
    return a;
}

static struct prefix prefix(const char *text)
{
    struct prefix p = {0};
    if (!prefix_parse(slice_of(text), &p))
        fail_msg("refused %s", text);
    return p;
}

/* What is read, and how it is written back. */
static void test_canonical(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"192.0.2.1", "192.0.2.1"},
        {"::", "::"},
        {"::1", "::1"},
        {"2001:DB8::A", "2001:db8::a"},
        {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    /* RFC 5952 4.2.3: first of equals */
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          /* 4.2.3: the longest */
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, /* 4.2.2: not a single group */
        {"0:0:0:0:0:0:13.1.68.3", "::d01:4403"},          /* 5: no known prefix */
        {"::1:2", "::1:2"},
        {"::1.0.0.0", "::100:0"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:c000:0201", "192.0.2.1"},
        {"::ffff:0:0", "0.0.0.0"},
        {"fe80::", "fe80::"},
        {"1::", "1::"},
        {"0:0:1::", "0:0:1::"},
    };
    for (size_t i = 0; i < N_OF(pairs); i++) {
        struct addr a = addr(pairs[i][0]), again;
        char text[ADDR_TEXT];
        assert_string_equal(addr_format(&a, text), pairs[i][1]);
        again = addr(text);
        assert_true(addr_eq(&a, &again));
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.04",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.+4",
        "0x1.2.3.4",
        "1..2.3",
        "1.2.3.",
        ":",
        ":::",
        "1::2::3",
        "12345::",
        "::g",
        "fe80::1%eth0",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::1.2.3",
        "::1.2.3.256",
        "[::1]",
        "1:2:3:4:5:6:7::8:9",
        "1.2.3.4/32",
        "localhost",
        "::ffff:01.2.3.4",
        "0000:0000:0000:0000:0000:0000:0000:00000000000000001",
    };
    struct addr a;
    for (size_t i = 0; i < N_OF(bad); i++) {
        if (addr_parse(slice_of(bad[i]), &a))
            fail_msg("accepted %s", bad[i]);
    }
    assert_false(addr_parse(slice_of(NULL), &a));
    assert_false(addr_parse((struct slice){"1.2.3.4\0", 8}, &a));
    assert_true(addr_parse((struct slice){"1.2.3.45", 7}, &a)); /* no reading past the slice */
    assert_int_equal(a.b[3], 4);
}

static void test_none(void **state)
{
    (void)state;
    struct addr none = {0}, other = addr("0.0.0.0");
    struct prefix no_prefix = {0}, all = prefix("0.0.0.0/0");
    char text[PREFIX_TEXT] = "x";
    assert_string_equal(addr_format(&none, text), "");
    assert_string_equal(prefix_format(&no_prefix, text), "");
    assert_false(addr_is_set(&none));
    assert_false(addr_eq(&none, &other));
    assert_int_equal(addr_bits(&none), 0);
    assert_int_equal(addr_bits(&other), 32);
    assert_false(prefix_has(&all, &none));
    assert_false(prefix_has(&no_prefix, &none));
    assert_false(addr_is_special(&none));
    no_prefix = prefix_of(&none, 8);
    assert_int_equal(no_prefix.len, 0);
}

static void test_prefix_parse(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"10.0.0.0/8", "10.0.0.0/8"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"192.0.2.1", "192.0.2.1/32"},
        {"192.0.2.1/32", "192.0.2.1/32"},
        {"10.128.0.0/9", "10.128.0.0/9"},
        {"2001:DB8::/32", "2001:db8::/32"},
        {"::/0", "::/0"},
        {"::1", "::1/128"},
        {"2001:db8:0:0:8000::/65", "2001:db8:0:0:8000::/65"},
        {"::ffff:10.0.0.0/104", "10.0.0.0/8"},
        {"::ffff:0:0/96", "0.0.0.0/0"},
    };
    for (size_t i = 0; i < N_OF(pairs); i++) {
        struct prefix p = {0};
        char text[PREFIX_TEXT];
        if (!prefix_parse(slice_of(pairs[i][0]), &p))
            fail_msg("refused %s", pairs[i][0]);
        assert_string_equal(prefix_format(&p, text), pairs[i][1]);
    }
}

static void test_prefix_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/08",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "10.0.0.0/ 8",
        "10.0.0.0/8 ",
        "10.0.0/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/4294967304",
    };
    static const char *const host_bits[] = {"10.0.0.1/8", "10.64.0.0/9", "2001:db8::1/64",
                                            "::1/0", "::ffff:0:0/90"};
    struct prefix p;
    struct ifaddr i;
    for (size_t k = 0; k < N_OF(bad); k++) {
        if (prefix_parse(slice_of(bad[k]), &p) || prefix_parse_loose(slice_of(bad[k]), &p) ||
            ifaddr_parse(slice_of(bad[k]), &i))
            fail_msg("accepted %s", bad[k]);
    }
    for (size_t k = 0; k < N_OF(host_bits); k++) {
        assert_false(prefix_parse(slice_of(host_bits[k]), &p));
        assert_true(prefix_parse_loose(slice_of(host_bits[k]), &p));
    }
}

static void test_loose(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"10.1.2.3/8", "10.0.0.0/8"},
        {"10.255.0.0/9", "10.128.0.0/9"},
        {"255.255.255.255/31", "255.255.255.254/31"},
        {"2001:db8::1/64", "2001:db8::/64"},
        {"::ffff:1.2.3.4/100", "0.0.0.0/4"},
        {"::ffff:1.2.3.4/64", "::/64"},
        {"ffff::/1", "8000::/1"},
    };
    for (size_t i = 0; i < N_OF(pairs); i++) {
        struct prefix p = {0};
        char text[PREFIX_TEXT];
        assert_true(prefix_parse_loose(slice_of(pairs[i][0]), &p));
        assert_string_equal(prefix_format(&p, text), pairs[i][1]);
    }
}

static void test_ifaddr(void **state)
{
    (void)state;
    struct ifaddr i;
    char text[PREFIX_TEXT];
    assert_true(ifaddr_parse(slice_of("10.0.0.1/24"), &i));
    assert_int_equal(i.len, 24);
    assert_string_equal(ifaddr_format(&i, text), "10.0.0.1/24");
    assert_true(ifaddr_parse(slice_of("::ffff:10.0.0.1/127"), &i));
    assert_string_equal(ifaddr_format(&i, text), "10.0.0.1/31");
    assert_true(ifaddr_parse(slice_of("2001:db8::1"), &i));
    assert_string_equal(ifaddr_format(&i, text), "2001:db8::1/128");
    assert_false(ifaddr_parse(slice_of("::ffff:10.0.0.1/95"), &i));
}

static void test_kinds(void **state)
{
    (void)state;
    static const char *const special[] = {
        "0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.5", "239.1.1.1", "255.255.255.255",
        "::",      "::1",       "fe80::1",     "febf::1",   "ff02::1"};
    static const char *const usual[] = {"1.1.1.1",  "128.0.0.1",       "169.253.255.255",
                                        "10.0.0.1", "223.255.255.255", "::2",
                                        "fec0::1",  "fc00::1",         "2001:db8::1"};
    static const char *const private[] = {"10.255.0.1",  "172.16.0.0", "172.31.255.255",
                                          "192.168.7.7", "100.64.0.1", "100.127.255.255",
                                          "fc00::1",     "fdff::1"};
    static const char *const public[] = {"11.0.0.0",    "172.32.0.0",  "172.15.255.255",
                                         "192.169.0.0", "100.128.0.0", "100.63.255.255",
                                         "fe00::",      "2001:db8::1", "::a00:1"};
    for (size_t i = 0; i < N_OF(special); i++)
        assert_true(addr_is_special(&(struct addr[]){addr(special[i])}[0]));
    for (size_t i = 0; i < N_OF(usual); i++)
        assert_false(addr_is_special(&(struct addr[]){addr(usual[i])}[0]));
    for (size_t i = 0; i < N_OF(private); i++)
        assert_true(addr_is_private(&(struct addr[]){addr(private[i])}[0]));
    for (size_t i = 0; i < N_OF(public); i++)
        assert_false(addr_is_private(&(struct addr[]){addr(public[i])}[0]));
}

static void test_order(void **state)
{
    (void)state;
    static const char *const sorted[] = {"0.0.0.0/0",  "9.0.0.0/8",     "10.0.0.0/8",
                                         "10.0.0.0/9", "10.0.0.0/32",   "200.0.0.0/8",
                                         "::/0",       "2001:db8::/32", "2001:db8::/33"};
    for (size_t i = 0; i < N_OF(sorted); i++) {
        for (size_t j = 0; j < N_OF(sorted); j++) {
            struct prefix a = prefix(sorted[i]), b = prefix(sorted[j]);
            int order = prefix_cmp(&a, &b);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(prefix_eq(&a, &b), i == j);
        }
    }
}

/* Bit by bit, without the tricks of the implementation. */
static bool bits_agree(const struct addr *a, const struct addr *b, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        unsigned mask = 0x80U >> i % 8;
        if ((a->b[i / 8] & mask) != (b->b[i / 8] & mask))
            return false;
    }
    return true;
}

static void test_has_every_length(void **state)
{
    (void)state;
    static const char *const samples[] = {"170.85.255.1", "2001:db8:ffff:aaaa:5555:1:8000:1"};
    for (size_t s = 0; s < N_OF(samples); s++) {
        struct addr a = addr(samples[s]);
        for (unsigned len = 0; len <= addr_bits(&a); len++) {
            struct prefix p = prefix_of(&a, len);
            assert_true(prefix_has(&p, &a));
            assert_true(bits_agree(&p.addr, &a, len));
            struct addr other = a;
            for (unsigned flip = 0; flip < addr_bits(&a); flip++) {
                other.b[flip / 8] ^= (uint8_t)(0x80U >> flip % 8);
                assert_int_equal(prefix_has(&p, &other), flip >= len);
                other = a;
            }
            for (unsigned inner = 0; inner <= addr_bits(&a); inner++) {
                struct prefix q = prefix_of(&a, inner);
                assert_int_equal(prefix_covers(&p, &q), inner >= len);
            }
        }
        assert_int_equal(prefix_of(&a, 200).len, addr_bits(&a));
    }
    struct prefix v4 = prefix("0.0.0.0/0");
    struct addr v6 = addr("::");
    assert_false(prefix_has(&v4, &v6));
}

/* What the C library takes for an IPv4 address, and nothing else. */
static void test_like_the_library(void **state)
{
    static const char letters[] = "0123456789012345.......... /:-a";
    uint64_t x = 7;
    size_t good = 0;
    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        char text[40];
        uint8_t b[4];
        struct addr a;
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        unsigned n[4];
        for (unsigned k = 0; k < 4; k++)
            n[k] = (unsigned)(x >> 9 * k) % (k == x % 7 ? 1100 : 270);
        size_t len =
            (size_t)snprintf(text, sizeof(text), "%u.%u.%u.%u", n[0], n[1], n[2], n[3]);
        if (x >> 40 & 1)
            text[(x >> 41) % len] = letters[(x >> 50) % (sizeof(letters) - 1)];
        bool ok = inet_pton(AF_INET, text, b) == 1;
        if (addr_parse((struct slice){text, len}, &a) != ok)
            fail_msg("%s", text);
        if (ok) {
            char mine[ADDR_TEXT], theirs[INET_ADDRSTRLEN];
            assert_memory_equal(a.b, b, 4);
            assert_string_equal(addr_format(&a, mine),
                                inet_ntop(AF_INET, b, theirs, sizeof(theirs)));
        }
        good += ok;
    }
    assert_in_range(good, 50000, 250000);
}

/* What is written as IPv6 may be meant so, also where IPv4 is in it. */
static void test_families(void **state)
{
    static const struct {
        const char *text;
        unsigned family;
        const char *addr, *prefix; /* NULL: refused */
    } cases[] = {
        {"192.0.2.1", 4, "192.0.2.1", "192.0.2.1/32"},
        {"192.0.2.1", 6, NULL, NULL},
        {"2001:db8::1", 6, "2001:db8::1", "2001:db8::1/128"},
        {"2001:db8::1", 4, NULL, NULL},
        {"::ffff:192.0.2.1", 6, "::ffff:192.0.2.1", "::ffff:192.0.2.1/128"},
        {"::ffff:192.0.2.1", 4, NULL, NULL},
        {"::ffff:192.0.2.0/120", 6, NULL, "::ffff:192.0.2.0/120"},
        {"::ffff:192.0.2.1/120", 6, NULL, NULL},
        {"::ffff:0:0/80", 6, NULL, NULL},
        {"192.0.2.0/24", 4, NULL, "192.0.2.0/24"},
        {"", 6, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct addr a;
        struct prefix p;
        char text[PREFIX_TEXT];
        bool ok = addr_parse_as(cases[i].family, slice_of(cases[i].text), &a);
        assert_int_equal(ok, cases[i].addr != NULL);
        if (ok)
            assert_string_equal(addr_format(&a, text), cases[i].addr);
        ok = prefix_parse_as(cases[i].family, slice_of(cases[i].text), &p);
        assert_int_equal(ok, cases[i].prefix != NULL);
        if (ok)
            assert_string_equal(prefix_format(&p, text), cases[i].prefix);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_prefix_parse),
        cmocka_unit_test(test_prefix_refused),
        cmocka_unit_test(test_loose),
        cmocka_unit_test(test_ifaddr),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_has_every_length),
        cmocka_unit_test(test_like_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
