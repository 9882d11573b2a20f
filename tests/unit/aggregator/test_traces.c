/* SPDX-License-Identifier: Apache-2.0 */
/* Traceroutes mapped onto known routers, and routers that only traceroutes know. */
#include "unit/cmocka_all.h"

#include <stdio.h>

#include "aggregator/labels.h"
#include "aggregator/traces.h"
#include "unit/aggregator/world_builder.h"

/* r1 - r2 - r3 in one domain, a network at both ends. */
#define CHAIN                                                                                  \
    "domain 64496 prefixes=192.0.2.0/24;203.0.113.0/24;198.51.100.0/24\n"                      \
    "port r1 lan 203.0.113.1/24\nport r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n"             \
    "port r2 b 192.0.2.5/30\nport r3 b 192.0.2.6/30\nport r3 lan 198.51.100.1/24\n"            \
    "port r2 p 10.0.0.1/24\nfrom tr traceroute\n"

static const struct trace *pair(const struct wb *b, const char *src, const char *dst)
{
    struct addr s = wb_addr(src), d = wb_addr(dst);
    return trace_of_pair(b->world, &s, &d);
}

#define SRC "203.0.113.10"
#define DST "198.51.100.10"

static const struct trace *only(const struct wb *b)
{
    return pair(b, SRC, DST);
}

static void test_hops_become_routers(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "one", CHAIN "trace " SRC " " DST " 203.0.113.1 192.0.2.2 192.0.2.6 " DST, NULL);
    const struct trace *t = only(b);
    assert_non_null(t);
    assert_true(t->reached);
    assert_int_equal(t->n, 3); /* without the destination */
    assert_ptr_equal(t->hops[1].instance, wb_instance(b, "one", "r2", ""));
    assert_true(t->hops[1].ingress);
    assert_ptr_equal(t->hops[2].dom, wb_dom(b, "one"));
    assert_true(t->hops[2].sure);
    assert_int_equal(trace_find(t, wb_instance(b, "one", "r3", "")), 2);
    struct addr a = wb_addr("192.0.2.2"), none = {0};
    assert_int_equal(trace_find_addr(t, &a), 1);
    assert_int_equal(trace_find_addr(t, &none), -1);
    assert_null(pair(b, DST, SRC));
    wb_free(&b);
}

static void test_the_newest_of_a_pair(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            CHAIN "trace " SRC " " DST " 203.0.113.1 " DST " observed=100\n"
                                  "trace " SRC " " DST " 192.0.2.2 " DST " observed=300\n"
                                  "trace " SRC " " DST " 192.0.2.6 " DST " observed=200",
                            NULL);
    assert_int_equal(only(b)->fact->observed, 300);
    wb_free(&b);
}

static void test_silence(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            CHAIN "trace " SRC " " DST " 203.0.113.1 * 192.0.2.6 " DST "\n"
                                  "trace " SRC " 198.51.100.11 203.0.113.1 192.0.2.2 * * *\n"
                                  "trace " SRC " 198.51.100.12 203.0.113.1 * * 198.51.100.12",
                            NULL);
    const struct trace *t = only(b);
    /* r3 was entered by the link from r2: so it was r2 that was silent */
    assert_ptr_equal(t->hops[1].instance, wb_instance(b, "one", "r2", ""));
    t = pair(b, SRC, "198.51.100.11");
    assert_false(t->reached);
    assert_int_equal(t->n, 2); /* silence at the end says nothing */
    t = pair(b, SRC, "198.51.100.12");
    assert_true(t->reached);
    assert_int_equal(t->n, 3); /* silence before the destination are routers */
    wb_free(&b);
}

static void test_refused(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", CHAIN "trace " SRC " " DST " 203.0.113.1 192.0.2.2 192.0.2.2!H", NULL);
    assert_false(only(b)->reached);
    wb_free(&b);
}

static void test_several_answers(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            CHAIN "trace " SRC " " DST " 203.0.113.1 192.0.2.2/192.0.2.5 "
                                  "192.0.2.6/192.0.2.1 " DST,
                            NULL);
    const struct trace *t = only(b);
    assert_false(t->hops[1].several); /* two addresses of one router */
    assert_true(t->hops[2].several);
    assert_int_equal(trace_find(t, wb_instance(b, "one", "r3", "")), -1);
    wb_free(&b);
}

static void test_private_addresses_by_neighbourhood(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", CHAIN "trace " SRC " " DST " 203.0.113.1 10.0.0.1 192.0.2.6 " DST,
                 "two", "port x1 p 10.0.0.1/24", NULL);
    assert_ptr_equal(only(b)->hops[1].instance, wb_instance(b, "one", "r2", ""));
    wb_free(&b);
}

static void test_mixed_families_are_dropped(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", CHAIN "trace 2001:db8::1 " DST " 203.0.113.1\ntrace - " DST, NULL);
    assert_int_equal(b->world->traces->n, 0);
    wb_free(&b);
}

/* A program may begin at a later TTL, or leave out those that did not answer. */
static void test_ttls_left_out_are_silence(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            CHAIN "trace " SRC " " DST " .192.0.2.2 192.0.2.6 " DST "\n"
                                  "trace " SRC " 198.51.100.11 203.0.113.1 .192.0.2.6 "
                                  "198.51.100.11",
                            NULL);
    const struct trace *t = only(b);
    assert_int_equal(t->n, 3);
    assert_false(t->hops[0].addr.family);
    assert_ptr_equal(t->hops[0].instance, wb_instance(b, "one", "r1", ""));
    t = pair(b, SRC, "198.51.100.11");
    assert_int_equal(t->n, 3);
    assert_ptr_equal(t->hops[1].instance, wb_instance(b, "one", "r2", ""));
    assert_ptr_equal(t->hops[2].instance, wb_instance(b, "one", "r3", ""));
    wb_free(&b);
}

static void test_pin(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "one",
        CHAIN "trace " SRC " " DST " 203.0.113.1 192.0.2.2 192.0.2.6 " DST
              "\nfrom config config\nport r1 c 192.0.2.9/30\nport r3 c 192.0.2.10/30\n"
              "bgp r1 64496\nbgp r2 64496\nbgp r3 64496\npeer r1 192.0.2.2 64496\n"
              "peer r1 192.0.2.10 64496\npeer r2 192.0.2.1 64496\npeer r3 192.0.2.9 64496",
        NULL);
    const struct speaker *s = bgp_speaker(b->world, wb_instance(b, "one", "r1", ""), 4);
    uint32_t id = wb_id(b, "198.51.100.0/24");
    assert_int_equal(s->n_sessions, 2);
    for (size_t i = 0; i < 2; i++) {
        struct addr two = wb_addr("192.0.2.2");
        bool to_r2 = addr_eq(&s->sessions[i]->peer_addr, &two);
        assert_int_equal(
            traces_pin(b->world, s, id, s->sessions[i], &s->sessions[i]->peer_addr), to_r2);
        assert_int_equal(traces_pin(b->world, s, wb_id(b, "0.0.0.0/0"), s->sessions[i],
                                    &s->sessions[i]->peer_addr),
                         -1); /* nobody looked */
    }
    assert_int_equal(traces_pin(b->world, s, id, NULL, NULL), -1);
    wb_free(&b);
}

/* ---- routers known by address only (owners.c) */

/* one - (mid, silent) - two. The border links are numbered from one's and from two's space. */
#define ENDS                                                                                   \
    "domain 64496 prefixes=203.0.113.0/24;192.0.2.0/26\n"                                      \
    "domain name=mid asns=64500 prefixes=192.0.2.64/26\n"                                      \
    "domain name=two asns=64497 prefixes=198.51.100.0/24;192.0.2.128/26\n"                     \
    "port r1 lan 203.0.113.1/24\nport r1 a 192.0.2.1/30\nbgp r1 64496\n"                       \
    "peer r1 192.0.2.2 64500\n"
#define AS_PATH "seen r1 198.51.100.0/24 192.0.2.2 64500,64497 192.0.2.2 best=1 external=1\n"

static void test_border_routers_are_the_neighbours(void **state)
{
    (void)state; /* 192.0.2.2 is one's space, but the router is mid's: r1's neighbour says so */
    struct wb *b = wb_world("one",
                            ENDS "from lg looking-glass\n" AS_PATH "from tr traceroute\n"
                                 "trace " SRC " " DST " 203.0.113.1 192.0.2.2 192.0.2.66 "
                                 "192.0.2.130 " DST "\n"
                                 "trace " SRC " 198.51.100.11 203.0.113.1 192.0.2.2 192.0.2.66 "
                                 "192.0.2.130 198.51.100.11",
                            NULL);
    const struct trace *t = only(b);
    assert_string_equal(t->hops[2].dom->name, "mid");
    assert_string_equal(t->hops[3].dom->name, "two");
    struct path *p = wb_path(b, SRC, DST, NULL);
    assert_int_equal(p->n_legs, 1);
    assert_string_equal(p->legs[0].hops[1].domain, "mid");
    assert_string_equal(p->legs[0].hops[p->legs[0].n_hops - 1].domain, "two");
    wb_free(&b);
}

static void test_ends_are_in_the_hosts_domains(void **state)
{
    (void)state; /* nobody tells anything of the inside: the first and the last router */
    struct wb *b = wb_world("watcher",
                            "domain name=one asns=64496 prefixes=203.0.113.0/24\n"
                            "domain name=two asns=64497 prefixes=198.51.100.0/24\n"
                            "from tr traceroute\n"
                            "trace " SRC " " DST " 203.0.113.1 198.51.100.254 " DST,
                            NULL);
    const struct trace *t = only(b);
    assert_string_equal(t->hops[0].dom->name, "one");
    assert_string_equal(t->hops[1].dom->name, "two");
    assert_string_equal(wb_hops_domains(b, SRC, DST),
                        "one/?203.0.113.1 two/?198.51.100.254: derived");
    wb_free(&b);
}

static void test_guess_of_ases(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ENDS "from lg looking-glass\n" AS_PATH, NULL);
    struct addr dst = wb_addr(DST), near = wb_addr("203.0.113.9"), far = wb_addr("198.18.0.1");
    struct as_guess g;
    uint32_t given[] = {64500, 64497};
    struct asns path = {given, 2};
    assert_true(as_guess_from(b->world, wb_dom(b, "mid"), &path, &dst, &g));
    assert_int_equal(g.n, 2);
    assert_int_equal(g.cls, CLASS_DERIVED);
    assert_true(
        as_guess_from(b->world, wb_dom(b, "mid"), NULL, &dst, &g)); /* as others heard */
    assert_int_equal(g.asns[0], 64500);
    assert_int_equal(g.asns[g.n - 1], 64497);
    assert_true(as_guess_from(b->world, wb_dom(b, "one"), NULL, &near, &g)); /* its own */
    assert_int_equal(g.n, 1);
    assert_false(as_guess_from(b->world, NULL, NULL, &far, &g));
    const struct asns *paths[4];
    assert_int_equal(as_paths_of(b->world, wb_dom(b, "one"), &dst, paths, 4), 1);
    assert_int_equal(paths[0]->v[0], 64500);
    assert_int_equal(as_paths_of(b->world, wb_dom(b, "two"), &dst, paths, 4), 0);
    wb_free(&b);
}

/* Who is told of a route from another AS that its router does not use? Nobody. One from within
 * the domain is another router's choice, and where no route is said to be used all may be. */
static void test_as_paths_that_nobody_follows(void **state)
{
    static const struct {
        const char *used, *other;
        size_t n;
    } cases[] = {{"best=1 external=0", "external=1", 1},
                 {"best=1 external=1", "external=0", 2},
                 {"best=1 external=0", "best=1 external=1", 2},
                 {"external=0", "external=1", 2}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char table[800];
        snprintf(table, sizeof(table),
                 ENDS "from lg looking-glass\n"
                      "seen r1 198.51.100.0/24 192.0.2.2 64500,64497 192.0.2.2 %s\n"
                      "seen r1 198.51.100.0/24 192.0.2.6 64498,64500,64497 192.0.2.6 %s\n",
                 cases[i].used, cases[i].other);
        struct wb *b = wb_world("one", table, NULL);
        struct addr dst = wb_addr(DST);
        const struct asns *paths[4];
        assert_int_equal(as_paths_of(b->world, wb_dom(b, "one"), &dst, paths, 4), cases[i].n);
        wb_free(&b);
    }
}

/* A domain's own table tells more of its choice than what others once heard of it. */
static void test_guess_from_the_own_table(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ENDS "from lg looking-glass\n" AS_PATH, "mid",
                            "bgp m1 64500\nfrom lg looking-glass\n"
                            "seen m1 198.51.100.0/24 192.0.2.99 64496,64498,64497 192.0.2.99\n",
                            NULL);
    struct addr dst = wb_addr(DST);
    struct as_guess g;
    assert_true(as_guess_from(b->world, wb_dom(b, "one"), NULL, &dst, &g));
    assert_int_equal(g.n, 3);
    assert_int_equal(g.asns[0], 64496);
    assert_int_equal(g.asns[1], 64500);
    assert_int_equal(g.cls, CLASS_ASSUMED); /* other routers of the domain may choose another */
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hops_become_routers),
        cmocka_unit_test(test_the_newest_of_a_pair),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_several_answers),
        cmocka_unit_test(test_private_addresses_by_neighbourhood),
        cmocka_unit_test(test_mixed_families_are_dropped),
        cmocka_unit_test(test_ttls_left_out_are_silence),
        cmocka_unit_test(test_pin),
        cmocka_unit_test(test_border_routers_are_the_neighbours),
        cmocka_unit_test(test_ends_are_in_the_hosts_domains),
        cmocka_unit_test(test_guess_of_ases),
        cmocka_unit_test(test_guess_from_the_own_table),
        cmocka_unit_test(test_as_paths_that_nobody_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
