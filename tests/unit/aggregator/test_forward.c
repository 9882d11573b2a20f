/* SPDX-License-Identifier: Apache-2.0 */
/* What one router does with a packet. */
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/forward.h"
#include "unit/aggregator/world_builder.h"

static struct forwarding look_in(const struct wb *b, const char *node, const char *table,
                                 const char *dst)
{
    struct forwarding f;
    struct addr a = wb_addr(dst);
    forward_lookup(b->world, wb_instance(b, "one", node, table), &a, &f);
    return f;
}

static struct forwarding look(const struct wb *b, const char *dst)
{
    return look_in(b, "r1", "", dst);
}

static const char *next_of(const struct forwarding *f)
{
    if (f->kind != FORWARD_ON)
        return f->kind == FORWARD_DELIVER ? "here"
               : f->kind == FORWARD_DROP  ? "drop"
                                          : "unknown";
    return f->hops[0].next ? f->hops[0].next->router->name : "a stranger";
}

/* r1 has three neighbours: r2 (a), r3 (b), and by BGP two/x1 (c). */
#define BASE                                                                                   \
    "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\nport r1 b 192.0.2.5/30\n"                 \
    "port r3 b 192.0.2.6/30\nport r1 c 192.0.2.9/30\nport r2 lan 198.51.100.1/24\n"            \
    "port r3 lan2 198.51.100.2/24\n"                                                           \
    "ospf r1 a 10\nospf r2 a 10\nospf r2 lan 10\nbgp r1 64496\npeer r1 192.0.2.10 64497\n"
#define TWO                                                                                    \
    "port x1 c 192.0.2.10/30\nbgp x1 64497\npeer x1 192.0.2.9 64496\nnet x1 203.0.113.0/24\n"

static void test_own_and_connected(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", BASE "port r1 lan 10.1.0.1/24\nport r1 off 10.2.0.1/24 up=0", NULL);
    struct forwarding f = look(b, "192.0.2.1");
    assert_int_equal(f.kind, FORWARD_DELIVER);
    assert_null(f.lan);
    f = look(b, "10.1.0.77");
    assert_int_equal(f.kind, FORWARD_DELIVER);
    assert_ptr_equal(f.lan, wb_port(b, "one", "r1", "lan"));
    assert_int_equal(f.cls, CLASS_DERIVED);
    f = look(b, "192.0.2.2"); /* the neighbour's own address: one hop on */
    assert_string_equal(next_of(&f), "r2");
    f = look(b, "10.2.0.77");
    assert_int_equal(f.kind, FORWARD_UNKNOWN); /* down; the silent neighbour may have a route */
    wb_free(&b);
}

static void test_the_table_beats_everything(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            BASE "static r1 198.51.100.0/24 192.0.2.10\nfrom lg looking-glass\n"
                                 "rib r1 198.51.100.0/24 ospf 192.0.2.6 b",
                            NULL);
    struct forwarding f = look(b, "198.51.100.9");
    assert_string_equal(next_of(&f), "r3");
    assert_int_equal(f.cls, CLASS_OBSERVED);
    assert_string_equal(f.origin->source, "lg");
    f = look(b, "203.0.113.1"); /* the whole table was seen: there is no route */
    assert_int_equal(f.kind, FORWARD_DROP);
    assert_int_equal(f.cls, CLASS_OBSERVED);
    wb_free(&b);
}

/* What a router shows of BGP alone is not all that it has. */
static void test_a_table_of_bgp_only(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            BASE "from lg looking-glass\n"
                                 "rib r1 203.0.113.0/24 bgp 192.0.2.6 b",
                            NULL);
    struct forwarding f = look(b, "203.0.113.1");
    assert_string_equal(next_of(&f), "r3");
    assert_int_equal(f.cls, CLASS_DERIVED);
    f = look(b, "198.51.100.9"); /* by OSPF, of which nothing was shown */
    assert_string_equal(next_of(&f), "r2");
    assert_int_equal(f.cls, CLASS_DERIVED);
    f = look(b, "10.0.0.1");
    assert_int_equal(f.kind, FORWARD_UNKNOWN);
    wb_free(&b);
}

/* A route whose next hop nothing leads to is not used, and nothing else rests on it. */
static void test_a_route_that_leads_nowhere(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            BASE "port r2 far 203.0.112.1/23\nospf r2 far 10\n"
                                 "from lg looking-glass\n"
                                 "seen r1 203.0.113.0/24 192.0.2.77 64498 10.9.9.9 best=1\n",
                            NULL);
    struct forwarding f = look(b, "203.0.113.1");
    assert_string_equal(next_of(&f), "r2");
    assert_string_equal(f.protocol, "ospf");
    assert_null(f.origin); /* it follows from metrics */
    assert_null(f.as_path);
    wb_free(&b);
    b = wb_world("one",
                 BASE "from lg looking-glass\n"
                      "seen r1 203.0.113.0/24 192.0.2.77 64498 10.9.9.9 best=1\n",
                 NULL);
    f = look(b, "203.0.113.1");
    assert_int_equal(f.kind, FORWARD_UNKNOWN);
    assert_int_equal(f.cls, CLASS_ASSUMED);
    assert_int_equal(f.as_path->v[0], 64498); /* where it goes if it is used after all */
    wb_free(&b);
}

static void test_rows_of_a_table(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            BASE "from lg looking-glass\n"
                                 "rib r1 10.0.0.0/8 static - - discard=1\n"
                                 "rib r1 10.1.0.0/16 ospf 192.0.2.2,192.0.2.6 a;b\n"
                                 "rib r1 10.2.0.0/16 connected - a\n"
                                 "rib r1 10.3.0.0/16 bgp 192.0.2.10 -\n"
                                 "rib r1 10.4.0.0/16 bgp 192.0.2.10 c best=0\n"
                                 "rib r1 10.5.0.0/16 static 192.0.2.99 nosuch\n"
                                 "rib r1 10.6.0.0/16 kernel 0.0.0.0 a",
                            NULL);
    struct forwarding f = look(b, "10.99.0.1");
    assert_string_equal(next_of(&f), "drop");
    f = look(b, "10.1.2.3");
    assert_int_equal(f.n, 2);
    f = look(b, "10.2.0.1");
    assert_string_equal(next_of(&f), "here");
    assert_ptr_equal(f.lan, wb_port(b, "one", "r1", "a"));
    f = look(b, "10.3.0.1"); /* the interface follows from the address */
    assert_ptr_equal(f.hops[0].out, wb_port(b, "one", "r1", "c"));
    f = look(b, "10.4.0.1"); /* not installed: the longer one does not count */
    assert_string_equal(next_of(&f), "drop");
    f = look(b, "10.5.0.1");
    assert_int_equal(f.kind, FORWARD_ON);
    assert_null(f.hops[0].next);
    f = look(b, "10.6.0.1"); /* "0.0.0.0" is no next hop */
    assert_string_equal(next_of(&f), "here");
    wb_free(&b);
}

static void test_distances(void **state)
{
    (void)state; /* the same prefix from OSPF, static, BGP */
    static const struct {
        const char *more, *next;
    } cases[] = {
        {"", "x1"},                                                 /* 20 before 110 */
        {"static r1 198.51.100.0/24 192.0.2.6", "r3"},              /* 1 */
        {"static r1 198.51.100.0/24 192.0.2.6 distance=200", "x1"}, /* floating */
        {"bgp r1 64496 distance_external=120", "r2"},               /* after OSPF */
        {"bgp r1 64496 distance_external=120\n"
         "static r1 198.51.100.0/24 192.0.2.6 distance=115",
         "r2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "one", BASE);
        wb_say(b, "one", cases[i].more);
        wb_say(b, "two", TWO "net x1 198.51.100.0/24");
        wb_build(b);
        struct forwarding f = look(b, "198.51.100.9");
        assert_string_equal(next_of(&f), cases[i].next);
        assert_int_equal(f.cls, CLASS_DERIVED);
        wb_free(&b);
    }
}

static void test_connected_beats_static(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", BASE "static r2 198.51.100.0/24 192.0.2.1", NULL);
    struct forwarding f = look_in(b, "r2", "", "198.51.100.9");
    assert_string_equal(next_of(&f), "here");
    wb_free(&b);
}

static void test_longest_prefix_before_distance(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", BASE "static r1 198.51.0.0/16 192.0.2.6", "two", TWO, NULL);
    struct forwarding f = look(b, "198.51.100.9");
    assert_string_equal(next_of(&f), "r2"); /* OSPF's /24 */
    f = look(b, "198.51.99.9");
    assert_string_equal(next_of(&f), "r3");
    wb_free(&b);
}

static void test_static_routes(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            BASE "static r1 10.0.0.0/8 - discard=1\n"
                                 "static r1 10.1.0.0/16 198.51.100.1\n" /* by OSPF */
                                 "static r1 10.2.0.0/16 198.18.0.1\n"   /* not to be found */
                                 "static r1 10.3.0.0/16 - interfaces=a\n"
                                 "port r1 u -\nport r2 u -\nport r1 hosts 10.5.0.1/24\n"
                                 "link a_node=r1 a_interface=u b_node=r2 b_interface=u\n"
                                 "static r1 10.4.0.0/16 - interfaces=u\n"
                                 "static r1 10.6.0.0/16 - interfaces=hosts",
                            NULL);
    struct forwarding f = look(b, "10.9.9.9");
    assert_string_equal(next_of(&f), "drop");
    f = look(b, "10.1.0.1");
    assert_string_equal(next_of(&f), "r2");
    f = look(b, "10.2.0.1"); /* a static route that resolves to nothing is not there */
    assert_string_equal(next_of(&f), "drop");
    f = look(b, "10.3.0.1"); /* to the other end of the link, numbered or not */
    assert_string_equal(next_of(&f), "r2");
    f = look(b, "10.4.0.1");
    assert_string_equal(next_of(&f), "r2");
    f = look(b, "10.6.0.1"); /* there is no other router */
    assert_string_equal(next_of(&f), "here");
    wb_free(&b);
    b = wb_world("one", BASE "from lg looking-glass\nrib r1 10.3.0.0/16 static - a", NULL);
    f = look(b, "10.3.0.1");
    assert_string_equal(next_of(&f), "r2");
    wb_free(&b);
}

static void test_no_route(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", BASE, "two", TWO, NULL);
    struct forwarding f = look(b, "198.18.7.7");
    assert_int_equal(f.kind, FORWARD_DROP);
    assert_int_equal(f.cls, CLASS_DERIVED);
    wb_free(&b);
    b = wb_world("one", BASE, NULL); /* 64497 tells nothing: it may have told of a route */
    f = look(b, "198.18.7.7");
    assert_int_equal(f.kind, FORWARD_UNKNOWN);
    wb_free(&b);
}

static void test_tables_are_apart(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 BASE "port r1 v 10.5.0.1/30 table=blue\nport r2 v 10.5.0.2/30 table=blue\n"
                      "static r1 198.51.100.0/24 10.5.0.2 table=blue\n"
                      "static r1 203.0.113.0/24 192.0.2.6",
                 NULL);
    struct forwarding f = look_in(b, "r1", "blue", "198.51.100.9");
    assert_string_equal(next_of(&f), "r2");
    assert_string_equal(f.hops[0].next->table, "blue");
    f = look_in(b, "r1", "", "203.0.113.9");
    assert_string_equal(next_of(&f), "r3");
    f = look_in(b, "r1", "blue", "203.0.113.9");
    assert_true(f.kind != FORWARD_ON);
    f = look_in(b, "r1", "", "10.5.0.1");        /* its own address, but of the other table */
    assert_string_equal(next_of(&f), "unknown"); /* what the neighbour says is not known */
    f = look_in(b, "r1", "blue", "10.5.0.1");
    assert_string_equal(next_of(&f), "here");
    wb_free(&b);
}

static void test_equal_cost_and_one_path(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", BASE "ospf r1 b 10\nospf r3 b 10\nospf r3 lan2 10", NULL);
    struct forwarding f = look(b, "198.51.100.200");
    assert_int_equal(f.n, 2);
    assert_false(f.tied);
    assert_int_equal(f.cls, CLASS_DERIVED);
    wb_free(&b);
    b = wb_world("one",
                 BASE "ospf r1 b 10\nospf r3 b 10\nospf r3 lan2 10\n"
                      "igp node=r1 protocol=ospf family=4 maximum_paths=1",
                 NULL);
    f = look(b, "198.51.100.200");
    assert_true(f.tied);
    assert_int_equal(f.cls, CLASS_ASSUMED);
    wb_free(&b);
}

static void test_families(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30,2001:db8::1/64\n"
                            "port r2 a 192.0.2.2/30,2001:db8::2/64\n"
                            "from lg looking-glass\nrib r1 0.0.0.0/0 static 192.0.2.2 a",
                            NULL);
    assert_true(rib_known(b->world, wb_instance(b, "one", "r1", ""), 4));
    assert_false(rib_known(b->world, wb_instance(b, "one", "r1", ""), 6));
    struct forwarding f = look(b, "198.18.0.1");
    assert_int_equal(f.cls, CLASS_OBSERVED);
    f = look(b, "2001:db8::77");
    assert_int_equal(f.cls, CLASS_DERIVED);
    assert_int_equal(f.kind, FORWARD_DELIVER);
    wb_free(&b);
}

/* A link-local next hop on a border is the neighbour whose session is there, if it is the only
 * one and tells nothing of itself. */
static void test_link_local_neighbour(void **state)
{
    static const char border[] =
        "domain name=two asns=64497 prefixes=2001:db8:b::/48\n"
        "domain 64496 prefixes=2001:db8:a::/48\nport r1 c 2001:db8:a::9/64\nbgp r1 64496\n"
        "peer r1 2001:db8:a::a 64497 family=6\n";
    static const struct {
        const char *more, *next;
    } cases[] = {
        {"", "2001:db8:a::a"},
        {"peer r1 2001:db8:a::b 64498 family=6\n", "fe80::1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "one", border);
        wb_say(b, "one", cases[i].more);
        wb_say(b, "one", "from lg looking-glass\nrib r1 2001:db8:b::/48 bgp fe80::1 c\n");
        wb_build(b);
        struct forwarding f = look(b, "2001:db8:b::1");
        struct addr want = wb_addr(cases[i].next);
        assert_int_equal(f.n, 1);
        assert_true(addr_eq(&f.hops[0].next_addr, &want));
        assert_ptr_equal(f.hops[0].next_dom, i ? NULL : wb_dom(b, "two"));
        wb_free(&b);
    }
}

/* Whether the route was let through can't be told, here or at a neighbour: that there is none
 * does not follow, nor that a shorter one is used. */
static void test_no_route_by_an_unknown_condition(void **state)
{
    (void)state;
    static const struct {
        const char *policies, *more, *node;
        enum forward_kind kind;
    } cases[] = {
        {"term x2 U 5 permit match=unknown~u", "", "x2", FORWARD_UNKNOWN},
        {"term x2 U 5 permit match=unknown~u", "", "x3", FORWARD_UNKNOWN},
        {"term x2 U 5 permit match=unknown~u", "static x2 0.0.0.0/0 10.0.2.2", "x2",
         FORWARD_ON},
        {"term x2 U 5 deny", "", "x2", FORWARD_DROP},
        {"term x2 U 5 deny", "", "x3", FORWARD_DROP},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "one",
               "port x1 a 10.0.1.1/30\nport x2 a 10.0.1.2/30\nport x2 b 10.0.2.1/30\n"
               "port x3 b 10.0.2.2/30\nbgp x1 64501\nbgp x2 64502\nbgp x3 64503\n"
               "peer x1 10.0.1.2 64502\npeer x2 10.0.1.1 64501 import_policy=U\n"
               "peer x2 10.0.2.2 64503\npeer x3 10.0.2.1 64502\nnet x1 198.51.100.0/24");
        wb_say(b, "one", cases[i].policies);
        wb_say(b, "one", cases[i].more);
        wb_build(b);
        struct forwarding f = look_in(b, cases[i].node, "", "198.51.100.1");
        assert_int_equal(f.kind, cases[i].kind);
        assert_int_equal(f.cls, f.kind == FORWARD_DROP ? CLASS_DERIVED : CLASS_ASSUMED);
        wb_free(&b);
    }
}

/* Where a protocol runs that is not followed, no route does not mean that packets are dropped;
 * neither where its routes are told: in an interior protocol, or over sessions. */
static void test_no_route_where_some_are_not_told(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        enum forward_kind y1, y2, y3, y4; /* y1-y2 by OSPF, y2-y3-y4 by BGP */
    } cases[] = {
        {"", FORWARD_DROP, FORWARD_DROP, FORWARD_DROP, FORWARD_DROP},
        {"igp node=y1 protocol=eigrp family=4", FORWARD_UNKNOWN, FORWARD_UNKNOWN, FORWARD_DROP,
         FORWARD_DROP},
        {"igp node=y1 protocol=eigrp family=6", FORWARD_DROP, FORWARD_DROP, FORWARD_DROP,
         FORWARD_DROP},
        {"igp node=y1 protocol=eigrp family=4\nredist y2 bgp ospf family=4", FORWARD_UNKNOWN,
         FORWARD_UNKNOWN, FORWARD_UNKNOWN, FORWARD_UNKNOWN},
        {"redist y2 bgp ospf family=4", FORWARD_DROP, FORWARD_DROP, FORWARD_DROP, FORWARD_DROP},
        {"redist y3 bgp rip family=4", FORWARD_DROP, FORWARD_UNKNOWN, FORWARD_UNKNOWN,
         FORWARD_UNKNOWN},
        {"igp node=y3 protocol=vpn family=4", FORWARD_DROP, FORWARD_UNKNOWN, FORWARD_UNKNOWN,
         FORWARD_UNKNOWN},
        {"igp node=y3 protocol=rip family=4", FORWARD_DROP, FORWARD_DROP, FORWARD_UNKNOWN,
         FORWARD_DROP},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const enum forward_kind want[] = {cases[i].y1, cases[i].y2, cases[i].y3, cases[i].y4};
        struct wb *b = wb_new();
        wb_say(b, "one",
               "port y1 a 10.0.1.1/30\nport y2 a 10.0.1.2/30\nport y2 b 10.0.2.1/30\n"
               "port y3 b 10.0.2.2/30\nport y3 c 10.0.3.1/30\nport y4 c 10.0.3.2/30\n"
               "ospf y1 a 1\nospf y2 a 1\nbgp y2 64502\nbgp y3 64503\nbgp y4 64504\n"
               "peer y2 10.0.2.2 64503\npeer y3 10.0.2.1 64502\npeer y3 10.0.3.2 64504\n"
               "peer y4 10.0.3.1 64503");
        wb_say(b, "one", cases[i].more);
        wb_build(b);
        for (int k = 0; k < 4; k++) {
            char node[3] = {'y', (char)('1' + k), 0};
            struct forwarding f = look_in(b, node, "", "198.51.100.1");
            assert_int_equal(f.kind, want[k]);
            assert_int_equal(f.cls, f.kind == FORWARD_DROP ? CLASS_DERIVED : CLASS_ASSUMED);
        }
        wb_free(&b);
    }
}

/* Routes to a domain's own networks come back to it with its number in them, and are refused: a
 * table that has none has none, whoever else says nothing. */
static void test_no_route_to_own_networks(void **state)
{
    (void)state;
    static const struct {
        const char *domain, *more;
        enum forward_kind own, other;
    } cases[] = {
        {"", "", FORWARD_DROP, FORWARD_UNKNOWN},
        {"", "peer r1 192.0.2.2 64500 allow_own_as=2", FORWARD_UNKNOWN, FORWARD_UNKNOWN},
        {",64499", "", FORWARD_UNKNOWN, FORWARD_UNKNOWN},
        {"", "peer r1 10.0.0.9 64496", FORWARD_UNKNOWN, FORWARD_UNKNOWN},
        {"", "igp node=r1 protocol=rip family=4", FORWARD_UNKNOWN, FORWARD_UNKNOWN},
        {"", "igp node=r1 protocol=vpn family=4", FORWARD_UNKNOWN, FORWARD_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        char text[300];
        snprintf(text, sizeof(text),
                 "domain 64496%s prefixes=10.0.0.0/16;203.0.113.0/24\n"
                 "port r1 a 192.0.2.1/30\nport r1 b 10.0.0.1/24\nbgp r1 64496\n"
                 "peer r1 192.0.2.2 64500",
                 cases[i].domain);
        wb_say(b, "one", text);
        wb_say(b, "one", cases[i].more);
        wb_say(b, "two", "domain 64500 prefixes=198.51.100.0/24");
        wb_build(b);
        assert_int_equal(look(b, "203.0.113.1").kind, cases[i].own);
        assert_int_equal(look(b, "198.18.0.1").kind, cases[i].other);
        wb_free(&b);
    }
}

/* A default route is used where there is no better one: that follows only where all are told.
 */
static void test_default_route_in_doubt(void **state)
{
    (void)state;
    for (int doubt = 0; doubt < 2; doubt++) {
        struct wb *b = wb_new();
        wb_say(b, "one",
               BASE "static r1 0.0.0.0/0 192.0.2.2\nstatic r1 203.0.113.0/24 192.0.2.6");
        if (doubt)
            wb_say(b, "one", "igp node=r1 protocol=rip family=4");
        wb_build(b);
        assert_int_equal(look(b, "198.18.0.1").cls, doubt ? CLASS_ASSUMED : CLASS_DERIVED);
        assert_int_equal(look(b, "203.0.113.1").cls, CLASS_DERIVED);
        wb_free(&b);
    }
}

/* Static routes lead to next hops, those of other static routes and of BGP's; a default one
 * does not, and neither do two that name each other. */
static void test_next_hops_by_static_routes(void **state)
{
    (void)state;
#define BY_STATIC                                                                              \
    "port s1 a 10.0.1.1/30\nport s2 a 10.0.1.2/30\nport s2 lo 10.9.9.2/32 kind=loopback\n"     \
    "port s1 lo 10.9.9.1/32 kind=loopback\nbgp s1 64501\nbgp s2 64502\n"                       \
    "peer s1 10.9.9.2 64502 local_addr=10.9.9.1 multihop=2\n"                                  \
    "peer s2 10.9.9.1 64501 local_addr=10.9.9.2 multihop=2\nnet s2 203.0.113.0/24\n"           \
    "static s1 198.51.100.0/24 10.9.9.2\n"
    static const struct {
        const char *more, *next_static, *next_bgp;
    } cases[] = {
        {"static s1 10.9.9.0/24 10.0.1.2", "s2", "s2"},
        {"static s1 0.0.0.0/0 10.0.1.2", "s2", "s2"}, /* for packets, by the default route */
        {"static s1 10.9.9.2/32 10.8.8.8\nstatic s1 10.8.8.8/32 10.9.9.2", "unknown", "drop"},
        {"static s1 10.9.9.2/32 10.8.8.8\nstatic s1 10.8.8.8/32 10.0.1.2", "s2", "s2"},
        {"route node=s1 prefix=10.9.9.2/32 layer=config protocol=static discard=1", "unknown",
         "drop"}, /* whether BGP leads to a static route's next hop is not asked */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "one", BY_STATIC);
        wb_say(b, "one", cases[i].more);
        wb_build(b);
        struct forwarding f = look_in(b, "s1", "", "198.51.100.1");
        assert_string_equal(next_of(&f), cases[i].next_static);
        f = look_in(b, "s1", "", "203.0.113.1");
        assert_string_equal(next_of(&f), cases[i].next_bgp);
        wb_free(&b);
    }
}

/* A floating static route is the worse one, wherever it stands. */
static void test_floating_static(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            BASE "static r1 203.0.113.0/24 192.0.2.2 distance=250\n"
                                 "static r1 203.0.113.0/24 192.0.2.6\n"
                                 "static r1 198.18.0.0/24 192.0.2.2\n"
                                 "static r1 198.18.0.0/24 192.0.2.6 distance=250",
                            NULL);
    struct forwarding f = look(b, "203.0.113.1");
    assert_string_equal(next_of(&f), "r3");
    f = look(b, "198.18.0.1");
    assert_string_equal(next_of(&f), "r2");
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_and_connected),
        cmocka_unit_test(test_the_table_beats_everything),
        cmocka_unit_test(test_a_table_of_bgp_only),
        cmocka_unit_test(test_a_route_that_leads_nowhere),
        cmocka_unit_test(test_rows_of_a_table),
        cmocka_unit_test(test_distances),
        cmocka_unit_test(test_connected_beats_static),
        cmocka_unit_test(test_longest_prefix_before_distance),
        cmocka_unit_test(test_static_routes),
        cmocka_unit_test(test_no_route),
        cmocka_unit_test(test_tables_are_apart),
        cmocka_unit_test(test_equal_cost_and_one_path),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_no_route_by_an_unknown_condition),
        cmocka_unit_test(test_no_route_where_some_are_not_told),
        cmocka_unit_test(test_no_route_to_own_networks),
        cmocka_unit_test(test_default_route_in_doubt),
        cmocka_unit_test(test_next_hops_by_static_routes),
        cmocka_unit_test(test_floating_static),
        cmocka_unit_test(test_link_local_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
