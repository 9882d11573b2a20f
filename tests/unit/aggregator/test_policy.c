/* SPDX-License-Identifier: Apache-2.0 */
/* Routing policies in the words of docs/facts.md. */
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/bgp.h"
#include "unit/aggregator/world_builder.h"

/* A route to push through policies, and how it comes out. */
struct trial {
    struct wb *b;
    struct arena *mem;
    struct attrs a;
    struct prefix prefix;
    struct addr peer;
    const char *protocol;
    uint32_t path[4];
    const char *communities[3];
};

static struct trial begin(const char *text)
{
    struct trial t = {.b = wb_new(), .mem = arena_new(0)};
    wb_say(t.b, "one", "node node=r1\nbgp r1 64496");
    wb_say(t.b, "one", text);
    wb_build(t.b);
    t.prefix = wb_prefix("192.0.2.0/24");
    t.peer = wb_addr("198.51.100.2");
    t.path[0] = 64497;
    t.path[1] = 64498;
    t.communities[0] = "64497:1";
    t.communities[1] = "64497:2";
    t.communities[2] = "64497:1:1";
    return t;
}

static bool run(struct trial *t, const char *policy)
{
    struct policy_context c = {.router = wb_router(t->b, "one", "r1"),
                               .prefix = &t->prefix,
                               .peer = t->peer.family ? &t->peer : NULL,
                               .source_protocol = t->protocol};
    t->a = (struct attrs){.as_path = {t->path, 2},
                          .local_pref = 100,
                          .med = FACT_NONE,
                          .origin = ORIGIN_IGP,
                          .communities = {t->communities, 3},
                          .next_hop = wb_addr("198.51.100.2")};
    return policy_apply(t->b->world->bgp->policies, &c, policy, &t->a, t->mem);
}

static void end(struct trial *t)
{
    arena_free(&t->mem);
    wb_free(&t->b);
}

static bool list_permits(struct trial *t, const char *name, const char *prefix)
{
    struct prefix p = wb_prefix(prefix);
    struct policy_context c = {.router = wb_router(t->b, "one", "r1"), .prefix = &p};
    return policy_prefix_list(t->b->world->bgp->policies, &c, name);
}

static bool path_permits(struct trial *t, const char *name, uint32_t a, uint32_t b)
{
    uint32_t v[2] = {a, b};
    struct asns path = {v, (size_t)(a != 0) + (b != 0)};
    struct policy_context c = {.router = wb_router(t->b, "one", "r1"), .prefix = &t->prefix};
    return policy_as_path_list(t->b->world->bgp->policies, &c, name, &path);
}

static bool has(const struct trial *t, const char *community)
{
    for (size_t i = 0; i < t->a.communities.n; i++)
        if (!strcmp(t->a.communities.v[i], community))
            return true;
    return false;
}

static void test_none_and_empty(void **state)
{
    (void)state;
    struct trial t = begin("");
    assert_true(run(&t, NULL));
    assert_true(run(&t, "MISSING")); /* it may do anything */
    assert_true(t.a.unsure);
    assert_true(list_permits(&t, NULL, "192.0.2.0/24"));
    assert_true(list_permits(&t, "MISSING", "192.0.2.0/24"));
    assert_true(path_permits(&t, NULL, 64497, 0));
    assert_false(path_permits(&t, "MISSING", 64497, 0));
    end(&t);
}

static void test_names_of_any_length(void **state)
{
    (void)state;
    char one[1001], two[1001], text[4096];
    memset(one, 'x', sizeof(one));
    one[1000] = '\0';
    memcpy(two, one, sizeof(two));
    two[999] = 'y';
    snprintf(text, sizeof(text), "term r1 %s 5 deny\nterm r1 %s 5 permit set=med~7", one, two);
    struct trial t = begin(text);
    assert_false(run(&t, one));
    assert_false(t.a.unsure);
    assert_true(run(&t, two));
    assert_false(t.a.unsure);
    one[998] = 'z';
    assert_true(run(&t, one));
    assert_true(t.a.unsure);
    end(&t);
}

static void test_prefix_lists(void **state)
{
    (void)state;
    struct trial t = begin("list r1 EXACT prefix 5 permit 192.0.2.0/24 family=4\n"
                           "list r1 LE prefix 5 permit 192.0.0.0/16 le=24 family=4\n"
                           "list r1 GE prefix 5 permit 192.0.0.0/16 ge=24 family=4\n"
                           "list r1 BOTH prefix 5 permit 192.0.0.0/16 ge=20 le=24 family=4\n"
                           "list r1 HOLE prefix 5 deny 192.0.2.0/24 family=4\n"
                           "list r1 HOLE prefix 10 permit any family=4\n"
                           "list r1 SIX prefix 5 permit 2001:db8::/32 le=48 family=6\n"
                           "list r1 ORDER prefix 20 permit 192.0.2.0/24 family=4\n"
                           "list r1 ORDER prefix 3 deny 192.0.2.0/24 family=4");
    assert_true(list_permits(&t, "EXACT", "192.0.2.0/24"));
    assert_false(list_permits(&t, "EXACT", "192.0.2.0/25"));
    assert_false(list_permits(&t, "EXACT", "192.0.0.0/16"));
    assert_true(list_permits(&t, "LE", "192.0.0.0/16"));
    assert_true(list_permits(&t, "LE", "192.0.2.0/24"));
    assert_false(list_permits(&t, "LE", "192.0.2.0/25"));
    assert_false(list_permits(&t, "GE", "192.0.0.0/16"));
    assert_true(list_permits(&t, "GE", "192.0.2.1/32"));
    assert_false(list_permits(&t, "BOTH", "192.0.0.0/19"));
    assert_true(list_permits(&t, "BOTH", "192.0.0.0/20"));
    assert_false(list_permits(&t, "BOTH", "192.0.2.0/25"));
    assert_false(list_permits(&t, "HOLE", "192.0.2.0/24"));
    assert_true(list_permits(&t, "HOLE", "203.0.113.0/24"));
    assert_true(list_permits(&t, "SIX", "2001:db8:1::/48"));
    assert_false(list_permits(&t, "SIX", "2001:db9::/32"));
    assert_false(list_permits(&t, "ORDER", "192.0.2.0/24")); /* by number, not as they came */
    end(&t);
}

/* They go by the network's address, whatever its length is, where the lengths allow it. */
static void test_access_lists(void **state)
{
    (void)state;
    struct trial t = begin("list r1 HOST access 5 permit 10.0.0.0/32 ge=0 le=32 family=4\n"
                           "list r1 WILD access 5 permit 10.1.0.0/16 ge=0 le=32 family=4\n"
                           "list r1 MASK access 5 permit 10.1.0.0/16 ge=16 le=24 family=4\n"
                           "list r1 EXACT access 5 permit 10.1.0.0/16 family=4\n"
                           "list r1 ANY access 5 permit any ge=8 le=8 family=4");
    assert_true(list_permits(&t, "HOST", "10.0.0.0/8"));
    assert_true(list_permits(&t, "HOST", "10.0.0.0/32"));
    assert_false(list_permits(&t, "HOST", "10.0.0.1/32"));
    assert_false(list_permits(&t, "HOST", "0.0.0.0/0"));
    assert_true(list_permits(&t, "WILD", "10.1.0.0/16"));
    assert_true(list_permits(&t, "WILD", "10.1.2.0/24"));
    assert_false(list_permits(&t, "WILD", "10.0.0.0/15")); /* has its addresses, not its own */
    assert_true(list_permits(&t, "MASK", "10.1.2.0/24"));
    assert_false(list_permits(&t, "MASK", "10.1.2.0/25"));
    assert_true(list_permits(&t, "EXACT", "10.1.0.0/16"));
    assert_false(list_permits(&t, "EXACT", "10.1.2.0/24"));
    assert_true(list_permits(&t, "ANY", "10.0.0.0/8"));
    assert_false(list_permits(&t, "ANY", "10.0.0.0/9"));
    end(&t);
}

static void test_as_path_lists(void **state)
{
    (void)state;
    struct trial t = begin("list r1 FIRST as-path 5 permit ^64497_\n"
                           "list r1 LAST as-path 5 permit _64498$\n"
                           "list r1 ANY as-path 5 permit _6449_\n"
                           "list r1 OWN as-path 5 permit ^$\n"
                           "list r1 NOT as-path 5 deny _64498_\n"
                           "list r1 NOT as-path 10 permit .*\n"
                           "list r1 HUGE as-path 5 permit 6++++++++++++++++++++\n"
                           "list r1 BROKEN as-path 5 permit (");
    assert_true(path_permits(&t, "FIRST", 64497, 64498));
    assert_true(path_permits(&t, "FIRST", 64497, 0));
    assert_false(path_permits(&t, "FIRST", 64498, 64497));
    assert_false(path_permits(&t, "FIRST", 644971, 0));
    assert_true(path_permits(&t, "LAST", 64497, 64498));
    assert_false(path_permits(&t, "LAST", 64498, 64497));
    assert_false(path_permits(&t, "ANY", 64497, 64498)); /* a boundary, not any character */
    assert_true(path_permits(&t, "OWN", 0, 0));
    assert_false(path_permits(&t, "OWN", 64497, 0));
    assert_false(path_permits(&t, "NOT", 64497, 64498));
    assert_true(path_permits(&t, "NOT", 64497, 64499));
    assert_false(path_permits(&t, "BROKEN", 64497, 0));
    assert_false(path_permits(&t, "HUGE", 64497, 0)); /* would be written out a million times */
    end(&t);
}

static void test_terms_in_order(void **state)
{
    (void)state;
    struct trial t =
        begin("term r1 P 20 permit set=local-preference~20\n"
              "term r1 P 3 deny match=prefix-list4~TEN\n"
              "term r1 P 10 permit match=as-path~FIRST;med~0 set=local-preference~10\n"
              "list r1 TEN prefix 5 permit 10.0.0.0/8 family=4\n"
              "list r1 FIRST as-path 5 permit ^64497_");
    assert_true(run(&t, "P"));
    assert_int_equal(t.a.local_pref, 10);
    t.path[0] = 64510;
    assert_true(run(&t, "P"));
    assert_int_equal(t.a.local_pref, 20);
    t.prefix = wb_prefix("10.0.0.0/8");
    assert_false(run(&t, "P"));
    assert_false(t.a.unsure);
    end(&t);
}

static void test_communities_matched(void **state)
{
    (void)state;
    struct trial t = begin(
        "list r1 ONE community 5 permit 64497:1\n"
        "list r1 BOTH community 5 permit 64497:1~64497:2\n"
        "list r1 TOO community 5 permit 64497:1~64497:9\n"
        "list r1 RE community 5 permit 6449[0-9]:2 expanded=1\n"
        "list r1 LARGE large-community 5 permit 64497:1:1\n"
        "term r1 ONE 5 permit match=community~ONE\nterm r1 BOTH 5 permit match=community~BOTH\n"
        "term r1 TOO 5 permit match=community~TOO\nterm r1 RE 5 permit match=community~RE\n"
        "term r1 LARGE 5 permit match=large-community~LARGE\n"
        "term r1 EXACT1 5 permit match=community-exact~ONE\n"
        "term r1 EXACT2 5 permit match=community-exact~BOTH\n"
        "term r1 NOLIST 5 permit match=community~MISSING");
    assert_true(run(&t, "ONE"));
    assert_true(run(&t, "BOTH"));
    assert_false(run(&t, "TOO")); /* all of an entry must be there */
    assert_true(run(&t, "RE"));
    assert_true(run(&t, "LARGE"));
    assert_false(run(&t, "EXACT1"));
    assert_true(run(&t, "EXACT2")); /* large ones are another attribute */
    assert_false(run(&t, "NOLIST"));
    end(&t);
}

static void test_communities_changed(void **state)
{
    (void)state;
    struct trial t = begin("list r1 TWO community 5 permit 64497:2\n"
                           "term r1 SET 5 permit set=community~64496:7~64496:5\n"
                           "term r1 ADD 5 permit set=community-add~64496:7~64497:1\n"
                           "term r1 NONE 5 permit set=community-none\n"
                           "term r1 DEL 5 permit set=community-delete~TWO\n"
                           "term r1 LADD 5 permit set=large-community-add~1:2:3\n"
                           "term r1 LNONE 5 permit set=large-community-none");
    assert_true(run(&t, "SET"));
    assert_int_equal(t.a.communities.n, 3);
    assert_true(has(&t, "64496:5") && has(&t, "64496:7") && has(&t, "64497:1:1"));
    assert_true(run(&t, "ADD"));
    assert_int_equal(t.a.communities.n, 4); /* one was there already */
    assert_true(has(&t, "64496:7"));
    assert_true(run(&t, "NONE"));
    assert_int_equal(t.a.communities.n, 1);
    assert_true(run(&t, "DEL"));
    assert_int_equal(t.a.communities.n, 2);
    assert_false(has(&t, "64497:2"));
    assert_true(run(&t, "LADD"));
    assert_true(has(&t, "1:2:3") && has(&t, "64497:1:1") && has(&t, "64497:1"));
    assert_true(run(&t, "LNONE"));
    assert_false(has(&t, "64497:1:1"));
    assert_true(has(&t, "64497:1"));
    end(&t);
}

static void test_numbers(void **state)
{
    (void)state;
    struct trial t = begin("term r1 A 5 permit set=med~50;local-preference~+50;weight~9;tag~4;"
                           "origin~incomplete\n"
                           "term r1 B 5 permit set=local-preference~-30;med~+5\n"
                           "term r1 C 5 permit set=local-preference~-300;med~nonsense\n"
                           "term r1 D 5 permit match=origin~igp;local-preference~100\n"
                           "term r1 E 5 permit match=tag~1");
    assert_true(run(&t, "A"));
    assert_int_equal(t.a.med, 50);
    assert_int_equal(t.a.local_pref, 150);
    assert_int_equal(t.a.weight, 9);
    assert_int_equal(t.a.tag, 4);
    assert_int_equal(t.a.origin, ORIGIN_INCOMPLETE);
    assert_true(run(&t, "B"));
    assert_int_equal(t.a.local_pref, 70);
    assert_int_equal(t.a.med, 5); /* a missing one counts as 0 */
    assert_true(run(&t, "C"));
    assert_int_equal(t.a.local_pref, 0);
    assert_int_equal(t.a.med, FACT_NONE);
    assert_true(run(&t, "D"));
    assert_false(run(&t, "E"));
    end(&t);
}

static void test_as_path_changed(void **state)
{
    (void)state;
    struct trial t = begin("term r1 PRE 5 permit set=as-path-prepend~64496~64496\n"
                           "term r1 LAST 5 permit set=as-path-prepend-last~3\n"
                           "term r1 OUT 5 permit set=as-path-exclude~64497~1");
    assert_true(run(&t, "PRE"));
    assert_int_equal(t.a.as_path.n, 4);
    assert_int_equal(t.a.as_path.v[0], 64496);
    assert_int_equal(t.a.as_path.v[1], 64496);
    assert_int_equal(t.a.as_path.v[2], 64497);
    assert_true(run(&t, "LAST"));
    assert_int_equal(t.a.as_path.n, 5);
    assert_int_equal(t.a.as_path.v[3], 64497);
    assert_int_equal(t.a.as_path.v[4], 64498);
    assert_true(run(&t, "OUT"));
    assert_int_equal(t.a.as_path.n, 1);
    assert_int_equal(t.a.as_path.v[0], 64498);
    end(&t);
}

static void test_next_hops(void **state)
{
    (void)state;
    struct addr set = wb_addr("203.0.113.9"), old = wb_addr("198.51.100.2");
    struct trial t = begin("term r1 SET 5 permit set=next-hop~203.0.113.9\n"
                           "term r1 SIX 5 permit set=next-hop~2001:db8::1\n"
                           "term r1 SELF 5 permit set=next-hop~self\n"
                           "term r1 SAME 5 permit set=next-hop~unchanged\n"
                           "list r1 NEAR prefix 5 permit 198.51.100.0/24 le=32 family=4\n"
                           "term r1 LISTED 5 permit match=next-hop-list4~NEAR\n"
                           "term r1 PEER 5 permit match=peer~198.51.100.2\n"
                           "term r1 LOCAL 5 permit match=peer~local");
    assert_true(run(&t, "SET"));
    assert_true(addr_eq(&t.a.next_hop, &set));
    assert_true(run(&t, "SIX"));
    assert_true(addr_eq(&t.a.next_hop, &old)); /* of another family */
    assert_true(run(&t, "SELF"));
    assert_true(t.a.next_hop_self);
    assert_true(run(&t, "SAME"));
    assert_true(addr_eq(&t.a.next_hop, &old));
    assert_false(t.a.unsure);
    assert_true(run(&t, "LISTED"));
    assert_true(run(&t, "PEER"));
    assert_false(run(&t, "LOCAL"));
    t.peer = (struct addr){0};
    assert_true(run(&t, "LOCAL"));
    assert_false(run(&t, "PEER"));
    end(&t);
}

static void test_source_protocol(void **state)
{
    (void)state;
    struct trial t = begin("term r1 P 5 permit match=source-protocol~static");
    assert_false(run(&t, "P"));
    t.protocol = "static";
    assert_true(run(&t, "P"));
    end(&t);
}

static void test_call_and_on_match(void **state)
{
    (void)state;
    struct trial t = begin("term r1 SUB 5 permit set=med~7\n"
                           "term r1 NO 5 deny\n"
                           "term r1 CALL 5 permit call=SUB set=local-preference~50\n"
                           "term r1 CALLNO 5 permit call=NO\nterm r1 CALLNO 10 permit\n"
                           "term r1 NEXT 5 permit set=med~1 on_match=0\n"
                           "term r1 NEXT 10 permit match=tag~77 set=med~2\n"
                           "term r1 NEXT 15 permit set=local-preference~5\n"
                           "term r1 JUMP 5 permit set=med~1 on_match=15\n"
                           "term r1 JUMP 10 permit set=med~2\n"
                           "term r1 JUMP 15 permit set=local-preference~5\n"
                           "term r1 OFF 5 permit set=med~1 on_match=0\nterm r1 OFF 10 deny\n"
                           "term r1 TAIL 5 permit on_match=0\n"
                           "term r1 ROUND 5 permit call=ROUND");
    assert_true(run(&t, "CALL"));
    assert_int_equal(t.a.med, 7);
    assert_int_equal(t.a.local_pref, 50);
    assert_false(run(&t, "CALLNO")); /* what is called denies: no other entry is tried */
    assert_true(run(&t, "NEXT"));
    assert_int_equal(t.a.med, 1);
    assert_int_equal(t.a.local_pref, 5);
    assert_true(run(&t, "JUMP"));
    assert_int_equal(t.a.med, 1);
    assert_int_equal(t.a.local_pref, 5);
    assert_false(run(&t, "OFF")); /* a later denial counts */
    assert_true(run(&t, "TAIL"));
    run(&t, "ROUND"); /* comes to an end */
    assert_true(t.a.unsure);
    end(&t);
}

static void test_what_cannot_be_told(void **state)
{
    (void)state;
    struct trial t = begin("term r1 M 5 permit match=unknown~match~rpki~valid set=med~1\n"
                           "term r1 M 10 permit\n"
                           "term r1 S 5 permit set=unknown~set~something\n"
                           "term r1 SHORT 5 permit match=prefix-list4~NONE;unknown~x\n"
                           "term r1 SHORT 10 permit\n"
                           "list r1 NONE prefix 5 deny any family=4");
    assert_true(run(&t, "M"));
    assert_true(t.a.unsure);
    assert_true(run(&t, "S"));
    assert_true(t.a.unsure);
    assert_true(run(&t, "SHORT"));
    assert_false(t.a.unsure); /* the first condition fails for sure */
    end(&t);
}

/* Of the router's own networks it is known which interface they are on. */
static void test_the_interface_of_own_networks(void **state)
{
    (void)state;
    struct trial t =
        begin("port r1 e0 192.0.2.1/24\nport r1 e1 198.51.100.1/24\nport r1 lo0 203.0.113.1/32 "
              "kind=loopback\n"
              "term r1 E0 5 permit match=interface~e0\nterm r1 E1 5 permit match=interface~e1\n"
              "term r1 LO 5 permit match=interface~lo0\nterm r1 NO 5 permit match=interface~x");
    t.protocol = "connected";
    assert_true(run(&t, "E0"));
    assert_false(t.a.unsure);
    assert_false(run(&t, "E1"));
    assert_false(t.a.unsure);
    assert_false(run(&t, "NO")); /* no such interface is known */
    assert_true(t.a.unsure);
    t.protocol = "static";
    assert_false(run(&t, "E0"));
    assert_true(t.a.unsure);
    assert_false(run(&t, "LO"));
    assert_false(t.a.unsure);
    end(&t);
}

/* The same, with the conditions the other way round: all must hold, and one surely does not. */
static void test_a_sure_no_beats_an_unknown(void **state)
{
    (void)state;
    struct trial t = begin("term r1 SHORT 5 permit match=unknown~x;prefix-list4~NONE\n"
                           "term r1 SHORT 10 permit\n"
                           "list r1 NONE prefix 5 deny any family=4");
    assert_true(run(&t, "SHORT"));
    assert_false(t.a.unsure);
    end(&t);
}

static void test_lists_belong_to_their_router(void **state)
{
    (void)state;
    struct trial t = begin("node node=r2\nlist r2 L prefix 5 deny any family=4\n"
                           "term r2 P 5 permit");
    assert_true(list_permits(&t, "L", "192.0.2.0/24"));
    assert_true(run(&t, "P"));
    assert_true(t.a.unsure);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_and_empty),
        cmocka_unit_test(test_names_of_any_length),
        cmocka_unit_test(test_prefix_lists),
        cmocka_unit_test(test_access_lists),
        cmocka_unit_test(test_as_path_lists),
        cmocka_unit_test(test_terms_in_order),
        cmocka_unit_test(test_communities_matched),
        cmocka_unit_test(test_communities_changed),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_as_path_changed),
        cmocka_unit_test(test_next_hops),
        cmocka_unit_test(test_source_protocol),
        cmocka_unit_test(test_call_and_on_match),
        cmocka_unit_test(test_what_cannot_be_told),
        cmocka_unit_test(test_a_sure_no_beats_an_unknown),
        cmocka_unit_test(test_the_interface_of_own_networks),
        cmocka_unit_test(test_lists_belong_to_their_router),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
