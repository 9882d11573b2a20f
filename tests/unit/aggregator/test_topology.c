/* SPDX-License-Identifier: Apache-2.0 */
/* Routers, tables, ports. */
#include "unit/cmocka_all.h"

#include <string.h>

#include "unit/aggregator/world_builder.h"

static struct port *port_at(const struct wb *b, const char *domain, const char *addr)
{
    struct addr a = wb_addr(addr);
    return topo_port_at(b->world, domain ? wb_dom(b, domain) : NULL, &a);
}

static void test_same_name_in_two_domains(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", "node node=core\nport core eth0 192.0.2.1/24", "two",
                            "node node=core\nport core eth0 198.51.100.1/24", NULL);
    assert_int_equal(b->world->n_routers, 2);
    assert_ptr_not_equal(wb_router(b, "one", "core"), wb_router(b, "two", "core"));
    assert_ptr_equal(port_at(b, NULL, "192.0.2.1"), wb_port(b, "one", "core", "eth0"));
    assert_ptr_equal(port_at(b, NULL, "198.51.100.1"), wb_port(b, "two", "core", "eth0"));
    wb_free(&b);
}

static void test_private_addresses_in_two_domains(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", "port r1 eth0 10.0.0.1/24,fd00::1/64", "two",
                            "port r1 eth0 10.0.0.1/24,fd00::1/64", NULL);
    assert_ptr_equal(port_at(b, "one", "10.0.0.1"), wb_port(b, "one", "r1", "eth0"));
    assert_ptr_equal(port_at(b, "two", "10.0.0.1"), wb_port(b, "two", "r1", "eth0"));
    assert_ptr_equal(port_at(b, "two", "fd00::1"), wb_port(b, "two", "r1", "eth0"));
    assert_null(port_at(b, NULL, "10.0.0.1")); /* whose? */
    assert_int_equal(wb_disagreements(b, "address"), 0);
    assert_int_equal(b->world->n_wires, 0); /* nor are they neighbours */
    wb_free(&b);
}

static void test_duplicate_addresses_are_reported(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 eth0 192.0.2.1/24\nport r2 eth0 192.0.2.1/24\n"
                            "port r3 eth0 192.0.2.1/24\nport r4 eth0 192.0.2.4/24",
                            NULL);
    assert_null(port_at(b, NULL, "192.0.2.1"));
    assert_non_null(port_at(b, NULL, "192.0.2.4"));
    const struct disagreement *d = wb_disagreement(b, "address", "192.0.2.1");
    assert_non_null(d);
    assert_string_equal(d->says_a, "r1 eth0");
    assert_string_equal(d->says_b, "r2 eth0");
    wb_free(&b);
}

static void test_one_router_may_repeat_an_address(void **state)
{
    (void)state; /* unnumbered interfaces borrow the loopback's */
    struct wb *b = wb_world("one",
                            "port r1 lo 192.0.2.1/32 kind=loopback\nport r1 eth0 192.0.2.1/32\n"
                            "port r1 eth1 192.0.2.1/32",
                            NULL);
    assert_int_equal(wb_disagreements(b, "address"), 0);
    assert_ptr_equal(port_at(b, NULL, "192.0.2.1")->instance->router,
                     wb_router(b, "one", "r1"));
    wb_free(&b);
}

static void test_sources_are_joined(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 eth0 192.0.2.1/24 speed=1000\n"
                            "from lg looking-glass\n"
                            "port r1 eth0 192.0.2.1/24,2001:db8::1/64 up=0",
                            NULL);
    struct port *p = wb_port(b, "one", "r1", "eth0");
    assert_int_equal(wb_router(b, "one", "r1")->n_instances, 1);
    assert_int_equal(p->instance->n_ports, 1);
    assert_int_equal(p->n_addrs, 2);
    assert_true(p->down); /* one of them says so */
    assert_true(wb_router(b, "one", "r1")->configured);
    wb_free(&b);
}

static void test_tables(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "node node=r1\n"
                            "port r1 eth0 192.0.2.1/24\n"
                            "port r1 eth1 198.51.100.1/24 table=blue\n"
                            "port r1 eth2 203.0.113.1/24 table=default",
                            NULL);
    assert_int_equal(wb_router(b, "one", "r1")->n_instances, 2);
    struct instance *in = wb_instance(b, "one", "r1", ""),
                    *blue = wb_instance(b, "one", "r1", "blue");
    assert_ptr_equal(topo_instance(in->router, NULL), in);
    assert_ptr_equal(topo_instance(in->router, "default"), in);
    assert_int_equal(in->n_ports, 2);
    assert_int_equal(blue->n_ports, 1);
    assert_null(instance_port(in, "eth1"));
    assert_ptr_equal(instance_port(blue, "eth1"), topo_port(in->router, "eth1"));
    assert_null(topo_instance(in->router, "red"));
    wb_free(&b);
}

static void test_subnets_and_first_addresses(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", "port r1 eth0 fe80::1/64,192.0.2.9/29,2001:db8::9/64", NULL);
    struct port *p = wb_port(b, "one", "r1", "eth0");
    struct addr inside = wb_addr("192.0.2.14"), outside = wb_addr("192.0.2.16");
    const struct ifaddr *own = port_subnet(p, &inside);
    assert_non_null(own);
    struct addr nine = wb_addr("192.0.2.9"), six = wb_addr("2001:db8::9");
    assert_true(addr_eq(&own->addr, &nine));
    assert_null(port_subnet(p, &outside));
    assert_true(addr_eq(&port_addr(p, 4)->addr, &nine));
    assert_true(addr_eq(&port_addr(p, 6)->addr, &six)); /* link-local does not count */
    wb_free(&b);
}

/* A fact that lacks what names it says nothing; it must not cost everybody the snapshot. */
static void test_nameless_facts_are_passed_over(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "interface node=r1 addrs=192.0.2.1/24\n"
                            "interface name=eth0 addrs=192.0.2.2/24\n"
                            "node site=x\n"
                            "port r2 eth0 192.0.2.3/24",
                            NULL);
    assert_non_null(port_at(b, NULL, "192.0.2.3"));
    assert_null(port_at(b, NULL, "192.0.2.1"));
    wb_free(&b);
}

static void test_very_long_names(void **state)
{
    (void)state;
    char text[3000] = "node node=", *end = text + strlen(text);
    memset(end, 'x', 2000);
    strcpy(end + 2000, "\nport r1 eth0 192.0.2.1/24");
    struct wb *b = wb_world("one", text, NULL);
    assert_non_null(wb_router(b, "one", "r1"));
    wb_free(&b);
}

static void test_routers_stand_in_canonical_order(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("b", "node node=r10\nnode node=r9\nnode node=R1", "a", "node node=z", NULL);
    assert_string_equal(b->world->routers[0]->name, "z");
    for (size_t i = 0; i < b->world->n_routers; i++)
        assert_int_equal(b->world->routers[i]->index, i);
    assert_ptr_equal(topo_router(b->world, wb_dom(b, "b"), "r10"), wb_router(b, "b", "r10"));
    assert_null(topo_router(b->world, wb_dom(b, "b"), "z"));
    assert_null(topo_router(b->world, wb_dom(b, "b"), "r1")); /* case is kept */
    assert_null(topo_router(b->world, NULL, "r9"));
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_name_in_two_domains),
        cmocka_unit_test(test_private_addresses_in_two_domains),
        cmocka_unit_test(test_duplicate_addresses_are_reported),
        cmocka_unit_test(test_one_router_may_repeat_an_address),
        cmocka_unit_test(test_sources_are_joined),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_subnets_and_first_addresses),
        cmocka_unit_test(test_nameless_facts_are_passed_over),
        cmocka_unit_test(test_very_long_names),
        cmocka_unit_test(test_routers_stand_in_canonical_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
