/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns addresses and AS numbers. */
#include "unit/cmocka_all.h"

#include "unit/aggregator/world_builder.h"

static const char *owner(const struct wb *b, const char *addr)
{
    struct addr a = wb_addr(addr);
    const struct dom *d = registry_owner(b->world, &a);
    return d ? d->name : "nobody";
}

static void test_longest_prefix_owns(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("isp", "domain 64496 prefixes=198.18.0.0/16;2001:db8::/32", "campus",
                 "domain 64497 prefixes=198.18.4.0/24;2001:db8:4::/48", NULL);
    assert_string_equal(owner(b, "198.18.3.255"), "isp");
    assert_string_equal(owner(b, "198.18.4.0"),
                        "campus"); /* provider space given to a customer */
    assert_string_equal(owner(b, "198.18.5.0"), "isp");
    assert_string_equal(owner(b, "2001:db8:4::1"), "campus");
    assert_string_equal(owner(b, "2001:db8:5::1"), "isp");
    assert_string_equal(owner(b, "203.0.113.1"), "nobody");
    assert_int_equal(wb_disagreements(b, "prefix"), 0);
    wb_free(&b);
}

static void test_own_statement_counts_more(void **state)
{
    (void)state;
    struct wb *b = wb_world("aaa",
                            "domain 64496 prefixes=192.0.2.0/24\n"
                            "domain name=zzz asns=64499 prefixes=198.51.100.0/24",
                            "zzz", "domain 64497 prefixes=192.0.2.0/24;203.0.113.0/24", "bbb",
                            "domain name=aaa asns=64496 prefixes=203.0.113.0/24", NULL);
    /* both say it of themselves: the first by name has it, and it is reported */
    assert_string_equal(owner(b, "192.0.2.1"), "aaa");
    assert_non_null(wb_disagreement(b, "prefix", "192.0.2.0/24"));
    /* said by somebody else only */
    assert_string_equal(owner(b, "198.51.100.1"), "zzz");
    /* zzz of itself against bbb about aaa */
    assert_string_equal(owner(b, "203.0.113.1"), "zzz");
    assert_non_null(wb_disagreement(b, "prefix", "203.0.113.0/24"));
    wb_free(&b);
}

static void test_as_numbers(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "domain 64496,64500\n"
                            "bgp r1 64501\n"
                            "peer r1 192.0.2.2 64510",
                            "two", "domain 64497\ndomain name=one asns=64497", NULL);
    assert_ptr_equal(registry_by_asn(b->world, 64496), wb_dom(b, "one"));
    assert_ptr_equal(registry_by_asn(b->world, 64500), wb_dom(b, "one"));
    assert_ptr_equal(registry_by_asn(b->world, 64501), wb_dom(b, "one"));     /* configured */
    assert_ptr_equal(registry_by_asn(b->world, 64497), wb_dom(b, "two"));     /* its own word */
    assert_ptr_equal(registry_by_asn(b->world, 64510), wb_dom(b, "AS64510")); /* a stranger */
    assert_null(registry_by_asn(b->world, 64511));
    assert_int_equal(dom_asn(wb_dom(b, "one")), 64496);
    assert_int_equal(dom_asn(NULL), 0);
    wb_free(&b);
}

static void test_origins_and_routes_are_hints(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "domain 64496 prefixes=192.0.2.0/24\n"
                 "port r1 eth0 192.0.2.1/30\nbgp r1 64496\n"
                 "seen r1 198.51.100.0/24 192.0.2.2 64497,64498 192.0.2.2 best=1 external=1\n"
                 "seen r1 192.0.2.0/24 192.0.2.2 64497,64499 192.0.2.2 external=1",
                 "two", "domain 64497\nprefix_origin prefix=203.0.113.0/24 asn=64497", NULL);
    assert_string_equal(owner(b, "198.51.100.1"), "AS64498"); /* the last of the path */
    assert_string_equal(owner(b, "192.0.2.77"), "one");       /* registered beats announced */
    assert_string_equal(owner(b, "203.0.113.1"), "two");
    wb_free(&b);
}

static void test_private_space_is_nobodys(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", "domain 64496 prefixes=10.0.0.0/8;fd00::/8;192.0.2.0/24",
                            "two", "domain 64497 prefixes=10.0.0.0/8", NULL);
    assert_string_equal(owner(b, "10.1.2.3"), "nobody");
    assert_string_equal(owner(b, "fd00::1"), "nobody");
    assert_string_equal(owner(b, "192.0.2.1"), "one");
    assert_int_equal(wb_disagreements(b, "prefix"), 0);
    wb_free(&b);
}

static void test_bad_prefix_is_passed_over(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", "domain 64496 prefixes=nonsense;192.0.2.9/24;;2001:db8::/129", NULL);
    assert_string_equal(owner(b, "192.0.2.200"), "one"); /* host bits are cleared */
    assert_int_equal(b->snap->n_domains, 1);
    assert_int_equal(b->snap->domains[0].n_prefixes, 1);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longest_prefix_owns),
        cmocka_unit_test(test_own_statement_counts_more),
        cmocka_unit_test(test_as_numbers),
        cmocka_unit_test(test_origins_and_routes_are_hints),
        cmocka_unit_test(test_private_space_is_nobodys),
        cmocka_unit_test(test_bad_prefix_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
