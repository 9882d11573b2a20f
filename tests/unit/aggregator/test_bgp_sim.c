/* SPDX-License-Identifier: Apache-2.0 */
/* Routes as they spread from speaker to speaker, and what each of them chooses. */
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/bgp.h"
#include "aggregator/igp.h"
#include "unit/aggregator/world_builder.h"

/* The choices of a router for a prefix in its default table; n == 0 when it has none. */
static struct choices chosen(const struct wb *b, const char *domain, const char *node,
                             const char *prefix)
{
    return bgp_choices(b->world, wb_instance(b, domain, node, ""), wb_id(b, prefix));
}

/* What the first of them carries; there is one. */
static struct attrs route(const struct wb *b, const char *domain, const char *node,
                          const char *prefix)
{
    const struct choices c = chosen(b, domain, node, prefix);
    assert_true(c.n > 0);
    return *choice_attrs(b->world, &c.v[0]);
}

/* "64497 64498 via 192.0.2.2" of the first choice; "own", "none". */
static const char *best(const struct wb *b, const char *domain, const char *node,
                        const char *prefix)
{
    struct choices c = chosen(b, domain, node, prefix);
    struct buf out = {0};
    char text[ADDR_TEXT];
    if (!c.n)
        return "none";
    if (c.v[0].slot == NOWHERE)
        return "own";
    const struct attrs *a = choice_attrs(b->world, &c.v[0]);
    for (size_t i = 0; i < a->as_path.n; i++)
        buf_printf(&out, "%u ", a->as_path.v[i]);
    buf_printf(&out, "via %s", addr_format(&a->next_hop, text));
    const char *s = arena_strdup(b->arena, buf_cstr(&out));
    buf_free(&out);
    return s;
}

static enum fact_class cls(const struct wb *b, const char *domain, const char *node,
                           const char *prefix)
{
    return chosen(b, domain, node, prefix).v[0].cls;
}

#define P "198.51.100.0/24"

/* two/r2 originates; one/r1 is next to it, one/r3 behind r1 by OSPF; three/r5 next to r3. */
#define ONE                                                                                    \
    "port r1 a 192.0.2.1/30\nport r1 b 203.0.113.1/30\nport r3 b 203.0.113.2/30\n"             \
    "port r3 c 192.0.2.9/30\nport r1 lo 10.0.0.1/32 kind=loopback\n"                           \
    "port r3 lo 10.0.0.3/32 kind=loopback\nospf r1 b 10\nospf r3 b 10\nospf r1 lo 0\n"         \
    "ospf r3 lo 0\nbgp r1 64496\nbgp r3 64496\n"                                               \
    "peer r3 10.0.0.1 64496 local_addr=10.0.0.3\npeer r3 192.0.2.10 64498\n"
#define ONE_SELF                                                                               \
    ONE "peer r1 192.0.2.2 64497\npeer r1 10.0.0.3 64496 local_addr=10.0.0.1 "                 \
        "next_hop_self=1\n"
#define TWO                                                                                    \
    "port r2 a 192.0.2.2/30\nport r2 lan 198.51.100.1/24\nbgp r2 64497\n"                      \
    "peer r2 192.0.2.1 64496\n"
#define TWO_NET TWO "net r2 " P "\n"
#define THREE   "port r5 c 192.0.2.10/30\nbgp r5 64498\npeer r5 192.0.2.9 64496\n"

static void test_through_three_domains(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ONE_SELF, "two", TWO_NET, "three", THREE, NULL);
    assert_string_equal(best(b, "two", "r2", P), "own");
    assert_string_equal(best(b, "one", "r1", P), "64497 via 192.0.2.2");
    assert_string_equal(best(b, "one", "r3", P), "64497 via 10.0.0.1");
    assert_string_equal(best(b, "three", "r5", P), "64496 64497 via 192.0.2.9");
    assert_int_equal(cls(b, "three", "r5", P), CLASS_DERIVED);
    wb_free(&b);
}

static void test_next_hop_that_is_not_reached(void **state)
{
    (void)state; /* without next-hop-self, 192.0.2.2 must be known inside; it is not */
    struct wb *b = wb_world("one",
                            ONE "peer r1 192.0.2.2 64497\n"
                                "peer r1 10.0.0.3 64496 local_addr=10.0.0.1",
                            "two", TWO_NET, "three", THREE, NULL);
    assert_string_equal(best(b, "one", "r3", P), "none");
    assert_string_equal(best(b, "three", "r5", P), "none");
    wb_free(&b);
    b = wb_world("one",
                 ONE "peer r1 192.0.2.2 64497\npeer r1 10.0.0.3 64496 local_addr=10.0.0.1\n"
                     "ospf r1 a 10 passive=1",
                 "two", TWO_NET, "three", THREE, NULL);
    assert_string_equal(best(b, "one", "r3", P), "64497 via 192.0.2.2");
    wb_free(&b);
}

static void test_internal_routes_are_not_passed_on(void **state)
{
    (void)state; /* r1 - r3 - r4: r4 hears nothing unless r3 reflects */
    static const char *const r3_to_r4[] = {
        "peer r3 10.0.0.4 64496 local_addr=10.0.0.3",
        "peer r3 10.0.0.4 64496 local_addr=10.0.0.3 rr_client=1"};
    for (int reflects = 0; reflects < 2; reflects++) {
        struct wb *b = wb_new();
        wb_say(b, "one", ONE_SELF);
        wb_say(b, "one", r3_to_r4[reflects]);
        wb_say(
            b, "one",
            "port r3 d 203.0.113.5/30\nport r4 d 203.0.113.6/30\nospf r3 d 10\nospf r4 d 10\n"
            "port r4 lo 10.0.0.4/32 kind=loopback\nospf r4 lo 0\nbgp r4 64496\n"
            "peer r4 10.0.0.3 64496 local_addr=10.0.0.4");
        wb_say(b, "two", TWO_NET);
        wb_build(b);
        assert_string_equal(best(b, "one", "r4", P), reflects ? "64497 via 10.0.0.1" : "none");
        if (reflects) {
            struct addr r1 = wb_addr("10.0.0.1");
            assert_true(addr_eq(
                &choice_attrs(b->world, &chosen(b, "one", "r4", P).v[0])->originator, &r1));
        }
        wb_free(&b);
    }
}

/* two/r2 with two links to one: r1 by a, r3 by e. */
#define TWICE                                                                                  \
    "port r3 e 192.0.2.5/30\npeer r3 192.0.2.6 64497\n"                                        \
    "peer r1 10.0.0.3 64496 local_addr=10.0.0.1 next_hop_self=1\n"
#define TWO_TWICE TWO_NET "port r2 e 192.0.2.6/30\npeer r2 192.0.2.5 64496\n"

static void test_local_preference_rules_the_domain(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            ONE TWICE "peer r1 192.0.2.2 64497 import_policy=UP\n"
                                      "term r1 UP 10 permit set=local-preference~200",
                            "two", TWO_TWICE, NULL);
    assert_string_equal(best(b, "one", "r3", P), "64497 via 10.0.0.1");
    assert_int_equal(route(b, "one", "r3", P).local_pref, 200);
    wb_free(&b);
    b = wb_world("one", ONE TWICE "peer r1 192.0.2.2 64497", "two", TWO_TWICE, NULL);
    assert_string_equal(best(b, "one", "r3", P), "64497 via 192.0.2.6"); /* hot potato */
    assert_string_equal(best(b, "one", "r1", P), "64497 via 192.0.2.2");
    wb_free(&b);
}

static void test_med_of_the_neighbour(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", ONE TWICE "peer r1 192.0.2.2 64497", "two",
                 "port r2 a 192.0.2.2/30\nport r2 e 192.0.2.6/30\nbgp r2 64497\nnet r2 " P "\n"
                 "peer r2 192.0.2.1 64496 export_policy=LOW\npeer r2 192.0.2.5 64496 "
                 "export_policy=HIGH\nterm r2 LOW 5 permit set=med~10\n"
                 "term r2 HIGH 5 permit set=med~20",
                 NULL);
    assert_string_equal(best(b, "one", "r3", P), "64497 via 10.0.0.1");
    assert_int_equal(route(b, "one", "r3", P).med, 10);
    wb_free(&b);
}

static void test_med_ends_at_the_next_as(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ONE_SELF, "two",
                            TWO "net r2 " P " policy=M\nterm r2 M 5 permit set=med~10\n",
                            "three", THREE, NULL);
    assert_int_equal(route(b, "one", "r3", P).med, 10);
    assert_int_equal(route(b, "three", "r5", P).med, FACT_NONE);
    wb_free(&b);
}

static void test_prepending(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", ONE TWICE "peer r1 192.0.2.2 64497", "two",
                 "port r2 a 192.0.2.2/30\nport r2 e 192.0.2.6/30\nbgp r2 64497\nnet r2 " P "\n"
                 "peer r2 192.0.2.1 64496\npeer r2 192.0.2.5 64496 export_policy=PRE\n"
                 "term r2 PRE 5 permit set=as-path-prepend~64497~64497",
                 NULL);
    assert_string_equal(best(b, "one", "r3", P), "64497 via 10.0.0.1");
    wb_free(&b);
}

static void test_communities_travel(void **state)
{
    (void)state;
    for (int send = 1; send >= 0; send--) {
        struct wb *b = wb_new();
        wb_say(b, "two",
               "port r2 a 192.0.2.2/30\nbgp r2 64497\nnet r2 " P " policy=TAG\n"
               "term r2 TAG 5 permit set=community~64497:77\n");
        wb_say(b, "two",
               send ? "peer r2 192.0.2.1 64496" : "peer r2 192.0.2.1 64496 send_community=0");
        wb_say(
            b, "one",
            "port r1 a 192.0.2.1/30\nbgp r1 64496\npeer r1 192.0.2.2 64497 import_policy=IN\n"
            "list r1 C community 5 permit 64497:77\n"
            "term r1 IN 5 permit match=community~C set=local-preference~77\n"
            "term r1 IN 10 permit");
        wb_build(b);
        assert_int_equal(route(b, "one", "r1", P).local_pref, send ? 77 : 100);
        wb_free(&b);
    }
}

static const char *with_community(const char *community, const char *domain, const char *node)
{
    static char out[64];
    char text[128];
    struct wb *b = wb_new();
    wb_say(b, "one", ONE_SELF);
    wb_say(b, "two", TWO "net r2 " P " policy=TAG\n");
    snprintf(text, sizeof(text), "term r2 TAG 5 permit set=community~%s", community);
    wb_say(b, "two", text);
    wb_say(b, "three", THREE);
    wb_build(b);
    snprintf(out, sizeof(out), "%s", best(b, domain, node, P));
    wb_free(&b);
    return out;
}

static void test_well_known_communities(void **state)
{
    (void)state;
    /* RFC 1997: r2 itself has the community, so it does not even tell one */
    assert_string_equal(with_community("no-advertise", "one", "r1"), "none");
    assert_string_equal(with_community("65535:65282", "one", "r1"), "none");
    assert_string_equal(with_community("no-export", "one", "r1"), "none");
    assert_string_equal(with_community("65535:65281", "one", "r1"), "none");
    assert_string_equal(with_community("64497:1", "one", "r1"), "64497 via 192.0.2.2");
}

static void test_no_export_stays_inside(void **state)
{
    (void)state; /* set where it comes in: the own domain has it, the next does not */
    struct wb *b = wb_world("one",
                            ONE "peer r1 192.0.2.2 64497 import_policy=NX\n"
                                "peer r1 10.0.0.3 64496 local_addr=10.0.0.1 next_hop_self=1\n"
                                "term r1 NX 5 permit set=community-add~no-export",
                            "two", TWO_NET, "three", THREE, NULL);
    assert_string_equal(best(b, "one", "r3", P), "64497 via 10.0.0.1");
    assert_string_equal(best(b, "three", "r5", P), "none");
    wb_free(&b);
}

static void test_filters_both_ways(void **state)
{
    (void)state;
    static const char *const to_r2[] = {
        "peer r1 192.0.2.2 64497 import_list=L\nlist r1 L prefix 5 deny " P " family=4",
        "peer r1 192.0.2.2 64497 import_as_path=A\nlist r1 A as-path 5 deny _64497$",
        "peer r1 192.0.2.2 64497 import_policy=NO\nterm r1 NO 5 deny"};
    for (size_t i = 0; i < 3; i++) {
        struct wb *b = wb_world("one", "port r1 a 192.0.2.1/30\nbgp r1 64496", "two", TWO_NET,
                                "one", to_r2[i], NULL);
        assert_string_equal(best(b, "one", "r1", P), "none");
        wb_free(&b);
    }
    struct wb *b = wb_world("one",
                            ONE "peer r1 192.0.2.2 64497\npeer r1 10.0.0.3 64496 "
                                "local_addr=10.0.0.1 next_hop_self=1 export_list=L\n"
                                "list r1 L prefix 5 permit 203.0.113.0/24 family=4",
                            "two", TWO_NET, NULL);
    assert_string_equal(best(b, "one", "r1", P), "64497 via 192.0.2.2");
    assert_string_equal(best(b, "one", "r3", P), "none");
    wb_free(&b);
}

static void test_ebgp_requires_policy(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", "port r1 a 192.0.2.1/30\nbgp r1 64496\npeer r1 192.0.2.2 64497", "two",
                 TWO_NET "bgp r2 64497 ebgp_requires_policy=1", NULL);
    assert_string_equal(best(b, "one", "r1", P), "none");
    wb_free(&b);
    b = wb_world("one",
                 "port r1 a 192.0.2.1/30\nbgp r1 64496 ebgp_requires_policy=1\n"
                 "peer r1 192.0.2.2 64497 import_policy=ALL\nterm r1 ALL 5 permit",
                 "two", TWO_NET, NULL);
    assert_string_equal(best(b, "one", "r1", P), "64497 via 192.0.2.2");
    wb_free(&b);
}

/* three gets it from one and two; one's own number in the path is a loop. */
static void test_as_loop_and_allow_own(void **state)
{
    (void)state;
    for (int allow = 0; allow < 2; allow++) {
        struct wb *b = wb_new();
        wb_say(b, "west",
               "port r1 a 192.0.2.1/30\nbgp r1 64496\npeer r1 192.0.2.2 64497\n"
               "net r1 " P);
        wb_say(b, "core",
               "port r2 a 192.0.2.2/30\nport r2 b 192.0.2.5/30\nbgp r2 64497\n"
               "peer r2 192.0.2.1 64496\npeer r2 192.0.2.6 64496");
        wb_say(b, "east", "port r3 b 192.0.2.6/30\nbgp r3 64496");
        wb_say(b, "east",
               allow ? "peer r3 192.0.2.5 64497 allow_own_as=1" : "peer r3 192.0.2.5 64497");
        wb_build(b);
        assert_string_equal(best(b, "east", "r3", P),
                            allow ? "64497 64496 via 192.0.2.5" : "none");
        wb_free(&b);
    }
}

static void test_as_override_and_private(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "west", "port r1 a 192.0.2.1/30\nbgp r1 64512\npeer r1 192.0.2.2 64497\nnet r1 " P,
        "core",
        "port r2 a 192.0.2.2/30\nport r2 b 192.0.2.5/30\nport r2 c 192.0.2.9/30\n"
        "bgp r2 64497\npeer r2 192.0.2.1 64512\n"
        "peer r2 192.0.2.6 64512 as_override=1\n"
        "peer r2 192.0.2.10 64498 remove_private_as=1",
        "east", "port r3 b 192.0.2.6/30\nbgp r3 64512\npeer r3 192.0.2.5 64497", "north",
        "port r4 c 192.0.2.10/30\nbgp r4 64498\npeer r4 192.0.2.9 64497", NULL);
    assert_string_equal(best(b, "east", "r3", P), "64497 64497 via 192.0.2.5");
    assert_string_equal(best(b, "north", "r4", P), "64497 via 192.0.2.9");
    wb_free(&b);
}

static void test_import_check(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 lan 198.51.100.1/24\nport r1 down 203.0.113.1/24 up=0\n"
                            "bgp r1 64496\nnet r1 198.51.100.0/24 import_check=1\n"
                            "net r1 203.0.113.0/24 import_check=1\n"
                            "net r1 192.0.2.0/24 import_check=1\nnet r1 198.18.5.0/24\n"
                            "static r1 192.0.2.0/24 - discard=1",
                            NULL);
    assert_string_equal(best(b, "one", "r1", "198.51.100.0/24"), "own");
    assert_string_equal(best(b, "one", "r1", "203.0.113.0/24"), "none"); /* it is down */
    assert_string_equal(best(b, "one", "r1", "192.0.2.0/24"), "own");    /* a static route */
    assert_string_equal(best(b, "one", "r1", "198.18.5.0/24"), "own");   /* unchecked */
    wb_free(&b);
}

static void test_redistribution(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 lan 198.51.100.1/24\nport r1 a 192.0.2.1/30\n"
                            "port r3 a 192.0.2.2/30\nport r3 lan 198.18.5.1/24\n"
                            "ospf r1 a 10\nospf r3 a 10\nospf r3 lan 10\nbgp r1 64496\n"
                            "static r1 203.0.113.0/24 192.0.2.2\n"
                            "redist r1 bgp connected family=4 policy=CONN\n"
                            "redist r1 bgp static family=4 metric=9\n"
                            "redist r1 bgp ospf family=4\n"
                            "term r1 CONN 5 permit match=prefix-list4~LAN\n"
                            "list r1 LAN prefix 5 permit 198.51.100.0/24 family=4",
                            NULL);
    assert_string_equal(best(b, "one", "r1", "198.51.100.0/24"), "own");
    assert_string_equal(best(b, "one", "r1", "203.0.113.0/24"), "own");
    struct attrs a = route(b, "one", "r1", "203.0.113.0/24");
    assert_int_equal(a.med, 9);
    assert_int_equal(a.origin, ORIGIN_INCOMPLETE);
    assert_string_equal(best(b, "one", "r1", "198.18.5.0/24"), "own");
    wb_free(&b);
}

/* A host's address is a network of its own, whatever its interface is called; but where the
 * address is only known from a border its subnet is not told. */
static void test_redistributed_hosts(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 dummy0 203.0.113.9/32\nport r1 dummy0 2001:db8:9::9/128\n"
                            "port r1 x 192.0.2.1/32\nport r1 y 192.0.2.9/32\n"
                            "bgp r1 64496\nredist r1 bgp connected\n"
                            "redist r1 bgp connected family=6\n"
                            "border node=r1 interface=x addr=192.0.2.1 peer_asn=64497\n"
                            "border node=r1 interface=z addr=192.0.2.5 peer_asn=64497\n"
                            "border node=r2 interface=dummy0 addr=203.0.113.9\n"
                            "peer r1 192.0.2.10 64498 local_interface=y local_addr=192.0.2.9",
                            NULL);
    assert_string_equal(best(b, "one", "r1", "203.0.113.9/32"), "own");
    assert_string_equal(best(b, "one", "r1", "2001:db8:9::9/128"), "own");
    assert_string_equal(best(b, "one", "r1", "192.0.2.1/32"), "none");
    assert_string_equal(best(b, "one", "r1", "192.0.2.5/32"), "none");
    assert_string_equal(best(b, "one", "r1", "192.0.2.9/32"),
                        "none"); /* its neighbour's link */
    wb_free(&b);
}

/* All that a router has is in its BGP; export policies choose by where it came from. */
static void test_export_by_protocol(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", ONE_SELF, "two",
                 "port r2 a 192.0.2.2/30\nport r2 lan 198.51.100.1/24\nbgp r2 64497\n"
                 "peer r2 192.0.2.1 64496 export_policy=OUT\n"
                 "redist r2 bgp connected\nredist r2 bgp static\n"
                 "static r2 203.0.113.128/25 198.51.100.2\n"
                 "route node=r2 layer=config prefix=203.0.113.64/26 protocol=aggregate "
                 "discard=1\n"
                 "term r2 OUT 10 permit match=source-protocol~static\n"
                 "term r2 OUT 20 permit match=source-protocol~bgp\nterm r2 OUT 30 deny",
                 NULL);
    assert_string_equal(best(b, "one", "r1", "203.0.113.128/25"), "64497 via 192.0.2.2");
    assert_string_equal(best(b, "one", "r1", P), "none"); /* connected */
    assert_string_equal(best(b, "two", "r2", P), "own");
    assert_string_equal(best(b, "two", "r2", "203.0.113.64/26"), "none"); /* no static route */
    wb_free(&b);
}

/* Junos puts what is prepended in front of the own AS too. */
static void test_prepending_outside(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            ONE "peer r1 192.0.2.2 64497 import_policy=IN\n"
                                "term r1 IN 5 permit set=as-path-prepend-outside~7",
                            "two",
                            "port r2 a 192.0.2.2/30\nport r2 lan 198.51.100.1/24\n"
                            "bgp r2 64497\nnet r2 " P "\n"
                            "peer r2 192.0.2.1 64496 export_policy=PRE\n"
                            "term r2 PRE 5 permit set=as-path-prepend-outside~64500~64501",
                            NULL);
    assert_string_equal(best(b, "one", "r1", P), "7 64500 64501 64497 via 192.0.2.2");
    wb_free(&b);
}

/* A session that carries routes of VPNs alone is no session for the others. */
static void test_other_families(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", ONE "peer r1 192.0.2.2 64497 family=0", "two", TWO_NET, NULL);
    assert_string_equal(best(b, "one", "r1", P), "none");
    wb_free(&b);
}

static void test_aggregates(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", "port r1 a 192.0.2.1/30\nbgp r1 64496\npeer r1 192.0.2.2 64497", "two",
                 TWO_NET "agg r2 198.51.0.0/16 summary_only=1\nagg r2 203.0.0.0/16", NULL);
    assert_string_equal(best(b, "one", "r1", "198.51.0.0/16"), "64497 via 192.0.2.2");
    assert_string_equal(best(b, "one", "r1", P), "none"); /* only the summary */
    assert_string_equal(best(b, "two", "r2", P), "own");
    assert_string_equal(best(b, "one", "r1", "203.0.0.0/16"), "none"); /* it has no part */
    wb_free(&b);
    b = wb_world("one", "port r1 a 192.0.2.1/30\nbgp r1 64496\npeer r1 192.0.2.2 64497", "two",
                 TWO_NET "agg r2 198.51.0.0/16", NULL);
    assert_string_equal(best(b, "one", "r1", P), "64497 via 192.0.2.2");
    wb_free(&b);
}

/* An aggregate over parts that were learnt, and two policies on what remains. */
static void test_default_originate(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", "port r1 a 192.0.2.1/30\nbgp r1 64496\npeer r1 192.0.2.2 64497", "two",
                 "port r2 a 192.0.2.2/30\nbgp r2 64497\n"
                 "peer r2 192.0.2.1 64496 default_originate=1",
                 NULL);
    assert_string_equal(best(b, "one", "r1", "0.0.0.0/0"), "64497 via 192.0.2.2");
    wb_free(&b);
}

/* core has two ways that are equal up to their age: left and right. */
#define CORE                                                                                   \
    "port c1 a 192.0.2.1/30\nport c1 b 192.0.2.5/30\npeer c1 192.0.2.2 64501\n"                \
    "peer c1 192.0.2.6 64502\nport c1 lan 203.0.113.1/24\n"
#define LEFT                                                                                   \
    "port l1 a 192.0.2.2/30\nport l1 x 192.0.2.9/30\nbgp l1 64501 router_id=10.0.0.9\n"        \
    "peer l1 192.0.2.1 64500\npeer l1 192.0.2.10 64510\n"
#define RIGHT                                                                                  \
    "port r1 b 192.0.2.6/30\nport r1 y 192.0.2.13/30\nbgp r1 64502 router_id=10.0.0.2\n"       \
    "peer r1 192.0.2.5 64500\npeer r1 192.0.2.14 64510\n"
#define ORIGIN                                                                                 \
    "port o1 x 192.0.2.10/30\nport o1 y 192.0.2.14/30\nport o1 lan 198.51.100.1/24\n"          \
    "bgp o1 64510\nnet o1 " P "\npeer o1 192.0.2.9 64501\npeer o1 192.0.2.13 64502\n"

static void test_equal_routes_are_assumed(void **state)
{
    (void)state;
    struct wb *b = wb_world("core", CORE "bgp c1 64500", "left", LEFT, "right", RIGHT, "origin",
                            ORIGIN, NULL);
    assert_int_equal(cls(b, "core", "c1", P), CLASS_ASSUMED);
    assert_true(chosen(b, "core", "c1", P).v[0].tied);
    wb_free(&b);
    b = wb_world("core", CORE "bgp c1 64500 compare_routerid=1", "left", LEFT, "right", RIGHT,
                 "origin", ORIGIN, NULL);
    assert_int_equal(cls(b, "core", "c1", P), CLASS_DERIVED);
    assert_string_equal(best(b, "core", "c1", P), "64502 64510 via 192.0.2.6");
    assert_false(chosen(b, "core", "c1", P).v[0].tied);
    wb_free(&b);
}

static void test_multipath_relax(void **state)
{
    (void)state;
    struct wb *b = wb_world("core", CORE "bgp c1 64500 multipath_relax=1 maximum_paths=4",
                            "left", LEFT, "right", RIGHT, "origin", ORIGIN, NULL);
    assert_int_equal(chosen(b, "core", "c1", P).n, 2);
    wb_free(&b);
}

#define WATCH "port c1 w 192.0.2.17/30\npeer c1 192.0.2.18 64520\n"

static void test_a_neighbours_table_settles_it(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("core", CORE WATCH "bgp c1 64500", "left", LEFT, "right", RIGHT, "origin",
                 ORIGIN, "watch",
                 "port w1 w 192.0.2.18/30\nbgp w1 64520\npeer w1 192.0.2.17 64500\n"
                 "from lg looking-glass\n"
                 "seen w1 " P " 192.0.2.17 64500,64501,64510 192.0.2.17 best=1 external=1",
                 NULL);
    assert_string_equal(best(b, "core", "c1", P), "64501 64510 via 192.0.2.2");
    assert_int_equal(cls(b, "core", "c1", P), CLASS_DERIVED);
    assert_non_null(choice_settled(&chosen(b, "core", "c1", P).v[0]));
    assert_int_equal(cls(b, "watch", "w1", P), CLASS_OBSERVED);
    wb_free(&b);
}

static void test_a_traceroute_settles_it(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("core",
                 CORE "bgp c1 64500\nfrom tr traceroute\n"
                      "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.2 192.0.2.10 "
                      "198.51.100.10",
                 "left", LEFT, "right", RIGHT, "origin", ORIGIN, NULL);
    assert_string_equal(best(b, "core", "c1", P), "64501 64510 via 192.0.2.2");
    assert_int_equal(cls(b, "core", "c1", P), CLASS_DERIVED);
    wb_free(&b);
}

static void test_a_table_is_taken_as_it_is(void **state)
{
    (void)state; /* whatever would follow: its own table shows the other way */
    struct wb *b =
        wb_world("core",
                 CORE "bgp c1 64500 compare_routerid=1\nfrom lg looking-glass\n"
                      "seen c1 " P " 192.0.2.2 64501,64510 192.0.2.2 best=1 external=1\n"
                      "seen c1 " P " 192.0.2.6 64502,64510 192.0.2.6 external=1",
                 "left", LEFT, "right", RIGHT, "origin", ORIGIN, NULL);
    assert_string_equal(best(b, "core", "c1", P), "64501 64510 via 192.0.2.2");
    assert_int_equal(cls(b, "core", "c1", P), CLASS_OBSERVED);
    assert_non_null(choice_seen(b->world, wb_id(b, P), &chosen(b, "core", "c1", P).v[0]));
    wb_free(&b);
}

/* BIRD's and Junos' tables of BGP do not list what the router itself announces. */
static void test_own_routes_that_a_table_does_not_list(void **state)
{
    (void)state;
    static const struct {
        const char *more, *best;
    } cases[] = {
        {"", "64510 via 192.0.2.10"},
        {"seen o1 192.0.2.0/24 - - - best=1", "none"}, /* it lists own ones, but not this */
        {"seen o1 " P " 192.0.2.9 64501 192.0.2.9 best=0", "64510 via 192.0.2.10"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "left", LEFT);
        wb_say(b, "origin", ORIGIN);
        wb_say(b, "origin",
               "from lg looking-glass\n"
               "seen o1 203.0.113.0/24 192.0.2.9 64501 192.0.2.9 best=1 external=1");
        wb_say(b, "origin", cases[i].more);
        wb_build(b);
        assert_string_equal(best(b, "left", "l1", P), cases[i].best);
        wb_free(&b);
    }
}

/* What hangs on a condition that nobody can tell is assumed, also two domains on. */
static void test_unsure_travels(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            ONE "peer r1 192.0.2.2 64497 import_policy=U\n"
                                "peer r1 10.0.0.3 64496 local_addr=10.0.0.1 next_hop_self=1\n"
                                "term r1 U 5 deny match=unknown~rpki\nterm r1 U 10 permit",
                            "two", TWO_NET, "three", THREE, NULL);
    assert_int_equal(cls(b, "one", "r1", P), CLASS_ASSUMED);
    assert_int_equal(cls(b, "three", "r5", P), CLASS_ASSUMED);
    wb_free(&b);
}

/* Bad gadget (Griffin, Wilfong): each prefers the way through the next; it never comes to rest.
 */
static void test_what_never_rests_is_assumed(void **state)
{
    (void)state;
    static const char *const ring[][2] = {
        {"a", "port r o 192.0.2.1/30\nport r n 203.0.113.1/30\nport r p 203.0.113.10/30\nbgp r "
              "64501\n"
              "peer r 192.0.2.2 64500\npeer r 203.0.113.2 64502 import_policy=UP\n"
              "peer r 203.0.113.9 64503\n"},
        {"b", "port r o 192.0.2.5/30\nport r n 203.0.113.5/30\nport r p 203.0.113.2/30\nbgp r "
              "64502\n"
              "peer r 192.0.2.6 64500\npeer r 203.0.113.6 64503 import_policy=UP\n"
              "peer r 203.0.113.1 64501\n"},
        {"c", "port r o 192.0.2.9/30\nport r n 203.0.113.9/30\nport r p 203.0.113.6/30\nbgp r "
              "64503\n"
              "peer r 192.0.2.10 64500\npeer r 203.0.113.10 64501 import_policy=UP\n"
              "peer r 203.0.113.5 64502\n"}};
    struct wb *b = wb_new();
    for (int i = 0; i < 3; i++) {
        wb_say(b, ring[i][0], ring[i][1]);
        wb_say(b, ring[i][0],
               "list r DIRECT as-path 5 permit ^[0-9]+~64500$\n"
               "term r UP 5 permit match=as-path~DIRECT set=local-preference~200\n"
               "term r UP 10 deny");
    }
    wb_say(b, "o",
           "port r a 192.0.2.2/30\nport r b 192.0.2.6/30\nport r c 192.0.2.10/30\nbgp r 64500\n"
           "peer r 192.0.2.1 64501\npeer r 192.0.2.5 64502\npeer r 192.0.2.9 64503\nnet r " P);
    wb_build(b);
    assert_int_equal(cls(b, "a", "r", P), CLASS_ASSUMED);
    wb_free(&b);
}

static void test_distance_to_next_hops(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ONE_SELF, "two", TWO_NET, NULL);
    struct addr near = wb_addr("203.0.113.2"), far = wb_addr("10.0.0.1"),
                off = wb_addr("192.0.2.2");
    const struct instance *r3 = wb_instance(b, "one", "r3", "");
    assert_int_equal(bgp_next_hop_metric(b->world, r3, &near), 0); /* on its own network */
    assert_int_equal(bgp_next_hop_metric(b->world, r3, &far), 10);
    assert_int_equal(bgp_next_hop_metric(b->world, r3, &off), IGP_UNREACHED);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_through_three_domains),
        cmocka_unit_test(test_next_hop_that_is_not_reached),
        cmocka_unit_test(test_internal_routes_are_not_passed_on),
        cmocka_unit_test(test_local_preference_rules_the_domain),
        cmocka_unit_test(test_med_of_the_neighbour),
        cmocka_unit_test(test_med_ends_at_the_next_as),
        cmocka_unit_test(test_prepending),
        cmocka_unit_test(test_communities_travel),
        cmocka_unit_test(test_well_known_communities),
        cmocka_unit_test(test_no_export_stays_inside),
        cmocka_unit_test(test_filters_both_ways),
        cmocka_unit_test(test_ebgp_requires_policy),
        cmocka_unit_test(test_as_loop_and_allow_own),
        cmocka_unit_test(test_as_override_and_private),
        cmocka_unit_test(test_import_check),
        cmocka_unit_test(test_redistribution),
        cmocka_unit_test(test_redistributed_hosts),
        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_export_by_protocol),
        cmocka_unit_test(test_prepending_outside),
        cmocka_unit_test(test_other_families),
        cmocka_unit_test(test_default_originate),
        cmocka_unit_test(test_equal_routes_are_assumed),
        cmocka_unit_test(test_multipath_relax),
        cmocka_unit_test(test_a_neighbours_table_settles_it),
        cmocka_unit_test(test_a_traceroute_settles_it),
        cmocka_unit_test(test_a_table_is_taken_as_it_is),
        cmocka_unit_test(test_own_routes_that_a_table_does_not_list),
        cmocka_unit_test(test_unsure_travels),
        cmocka_unit_test(test_what_never_rests_is_assumed),
        cmocka_unit_test(test_distance_to_next_hops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
