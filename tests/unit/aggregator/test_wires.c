/* SPDX-License-Identifier: Apache-2.0 */
/* Links between ports, and what they carry. */
#include "unit/cmocka_all.h"

#include <string.h>

#include "unit/aggregator/world_builder.h"

static void test_two_families_make_one_link(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 eth0 192.0.2.1/30,2001:db8::1/64\n"
                            "port r2 eth0 192.0.2.2/30,2001:db8::2/64",
                            NULL);
    assert_int_equal(b->world->n_wires, 1);
    const struct wire *l = b->world->wires[0];
    struct addr a4 = wb_addr("192.0.2.1"), b6 = wb_addr("2001:db8::2");
    struct addr near = wire_addr(l, wb_port(b, "one", "r1", "eth0"), 4);
    struct addr far = wire_addr(l, wb_port(b, "one", "r2", "eth0"), 6);
    assert_true(addr_eq(&near, &a4));
    assert_true(addr_eq(&far, &b6));
    assert_true(l->confirmed);
    assert_false(l->inter);
    assert_string_equal(b->snap->links[0].name, "r1|r2");
    wb_free(&b);
}

static void test_parallel_links_stay_apart(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 eth0 192.0.2.1/30\nport r2 eth0 192.0.2.2/30\n"
                            "port r1 eth1 192.0.2.5/30\nport r2 eth1 192.0.2.6/30",
                            NULL);
    assert_int_equal(b->world->n_wires, 2);
    assert_string_equal(b->snap->links[0].name, "r1|r2");
    assert_string_equal(b->snap->links[1].name, "r1|r2");
    assert_string_not_equal(b->snap->links[0].id, b->snap->links[1].id);
    struct addr far = wb_addr("192.0.2.6"), other = wb_addr("192.0.2.2");
    const struct port *eth1 = wb_port(b, "one", "r1", "eth1");
    assert_non_null(port_wire_to(eth1, &far));
    assert_null(port_wire_to(eth1, &other));
    assert_ptr_equal(wire_other(port_wire_to(eth1, &far), eth1),
                     wb_port(b, "one", "r2", "eth1"));
    wb_free(&b);
}

static void test_between_domains(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", "port r1 eth0 192.0.2.1/31", "two", "port r1 eth0 192.0.2.0/31", NULL);
    assert_int_equal(b->world->n_wires, 1);
    assert_true(b->world->wires[0]->inter);
    assert_true(b->snap->links[0].inter);
    assert_string_equal(b->snap->links[0].name, "r1|r1");
    wb_free(&b);
}

static void test_what_is_no_link(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "port r1 lo 192.0.2.1/32 kind=loopback\nport r2 lo 192.0.2.1/24\n"
                 "port r1 e0 203.0.113.1/24\nport r2 e0 203.0.113.1/24\n" /* the same */
                 "port r1 e1 fe80::1/64\nport r2 e1 fe80::2/64\n"
                 "port r1 e2 10.0.0.1/30\n"
                 "port r3 e3 198.51.100.1/24\nport r3 e4 198.51.100.2/24", /* itself */
                 "two", "port r9 e2 10.0.0.2/30", NULL);
    assert_int_equal(b->world->n_wires, 0);
    wb_free(&b);
}

static void test_lan_joins_pairwise(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 e 192.0.2.1/24\nport r2 e 192.0.2.2/24\n"
                            "port r3 e 192.0.2.3/24",
                            NULL);
    assert_int_equal(b->world->n_wires, 3);
    const struct port *p = wb_port(b, "one", "r1", "e");
    struct addr none = {0}, third = wb_addr("192.0.2.3");
    assert_int_equal(p->n_wires, 2);
    assert_null(port_wire_to(p, &none)); /* which of the two? */
    assert_ptr_equal(wire_other(port_wire_to(p, &third), p), wb_port(b, "one", "r3", "e"));
    wb_free(&b);
}

static void test_down(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 eth0 192.0.2.1/30 up=1\nport r2 eth0 192.0.2.2/30 up=0\n"
                            "port r1 eth1 192.0.2.5/30\nport r2 eth1 192.0.2.6/30 up=1",
                            NULL);
    assert_int_equal(b->world->n_wires, 2);
    assert_false(wire_up(wb_port(b, "one", "r1", "eth0")->wires[0]));
    assert_true(wire_up(wb_port(b, "one", "r1", "eth1")->wires[0])); /* unknown is not down */
    wb_free(&b);
}

static void test_capacity_by_basis(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30 speed=10\n"
                            "port r1 b 192.0.2.5/30 speed=10\n"
                            "port r1 c 192.0.2.9/30 speed=10\n"
                            "port r1 d 192.0.2.13/30\n"
                            "capacity node=r1 interface=b bits=20 basis=device\n"
                            "capacity node=r1 interface=b bits=30 basis=configured\n"
                            "capacity node=r1 interface=c bits=40 basis=declared\n"
                            "from lg looking-glass\n"
                            "capacity node=r1 interface=c bits=50 basis=configured",
                            NULL);
    assert_int_equal(wb_port(b, "one", "r1", "a")->capacity, 10);
    assert_int_equal(wb_port(b, "one", "r1", "b")->capacity, 30);
    assert_int_equal(wb_port(b, "one", "r1", "c")->capacity, 40); /* the operator's word */
    assert_int_equal(wb_port(b, "one", "r1", "d")->capacity, 0);
    const struct disagreement *d = wb_disagreement(b, "capacity", "r1 c");
    assert_non_null(d); /* two sources differ */
    assert_non_null(d->a);
    assert_non_null(d->b);
    wb_free(&b);
}

static void test_capacity_of_equal_words_is_no_disagreement(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30 speed=10\n"
                            "from lg looking-glass\n"
                            "capacity node=r1 interface=a bits=10 basis=device",
                            NULL);
    assert_int_equal(wb_disagreements(b, "capacity"), 0);
    assert_int_equal(wb_port(b, "one", "r1", "a")->capacity, 10);
    wb_free(&b);
}

/* A link that is declared, between ports without addresses. */
static void test_declared_link(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "node node=r1\nnode node=r2\n"
                 "link a_node=r2 a_interface=e2 b_node=r1 b_interface=e1 capacity=100 "
                 "delay=2.5 metric_ab=7 metric_ba=9 protocol=declared",
                 NULL);
    assert_int_equal(b->world->n_wires, 1);
    const struct wire *l = b->world->wires[0];
    assert_string_equal(l->a->instance->router->name, "r1");
    assert_false(l->confirmed);
    assert_true(l->delay == 2.5);
    assert_int_equal(l->metric_ab, 9); /* from r1 to r2 */
    assert_int_equal(l->metric_ba, 7);
    assert_int_equal(l->a->capacity, 100);
    assert_int_equal(b->snap->links[0].cls, CLASS_ASSUMED);
    wb_free(&b);
}

/* Two routers of one name in two domains: the ends must not be mixed up. */
static void test_declared_metrics_between_namesakes(void **state)
{
    (void)state;
    struct wb *b = wb_world("aaa",
                            "node node=core\n"
                            "port core e1 192.0.2.1/30",
                            "bbb",
                            "port core e2 192.0.2.2/30\n"
                            "link a_node=core a_interface=e2 b_node=core b_interface=e1 "
                            "b_domain=aaa metric_ab=5 metric_ba=6",
                            NULL);
    assert_int_equal(b->world->n_wires, 1);
    const struct wire *l = b->world->wires[0];
    assert_string_equal(l->a->instance->router->dom->name, "aaa");
    assert_int_equal(l->metric_ab, 6); /* from aaa's to bbb's */
    assert_int_equal(l->metric_ba, 5);
    wb_free(&b);
}

/* The same private network in two tables of the same routers: two links, not four. */
static void test_tables_meet_their_like(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "port r1 v 10.5.0.1/24 table=blue\nport r2 v 10.5.0.2/24 table=blue\n"
                 "port r1 w 10.5.0.1/24 table=red\nport r2 w 10.5.0.2/24 table=red",
                 NULL);
    assert_int_equal(b->world->n_wires, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(b->world->wires[i]->a->instance->table,
                            b->world->wires[i]->b->instance->table);
    wb_free(&b);
}

static void test_load(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30\n"
                            "load node=r1 interface=a direction=out rate=5e6\n"
                            "load node=r1 interface=a direction=in rate=9e6",
                            NULL);
    assert_true(wb_port(b, "one", "r1", "a")->load == 5e6);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_families_make_one_link),
        cmocka_unit_test(test_parallel_links_stay_apart),
        cmocka_unit_test(test_between_domains),
        cmocka_unit_test(test_what_is_no_link),
        cmocka_unit_test(test_lan_joins_pairwise),
        cmocka_unit_test(test_down),
        cmocka_unit_test(test_capacity_by_basis),
        cmocka_unit_test(test_capacity_of_equal_words_is_no_disagreement),
        cmocka_unit_test(test_declared_link),
        cmocka_unit_test(test_declared_metrics_between_namesakes),
        cmocka_unit_test(test_tables_meet_their_like),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
