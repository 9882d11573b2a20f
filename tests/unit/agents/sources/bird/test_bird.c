/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/bird/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "unit/agents/sources/bird/expect.h"
#include "unit/cmocka_all.h"

static void filters_become_terms(void **unused)
{
    (void)unused;
    bird_expect_terms("accept;", LINES("\"permit\"}"));
    bird_expect_terms("reject;", LINES("\"deny\"}"));
    bird_expect_terms("", LINES("\"deny\"}")); /* no decision */
    bird_expect_terms("if net ~ NETS then accept; reject;",
                      LINES("\"permit\",\"match\":[\"prefix-list4 NETS\"]}", "\"deny\"}"));
    bird_expect_terms("if ! (net ~ NETS) then reject; bgp_med = 7; accept;",
                      LINES("\"permit\",\"match\":[\"prefix-list4 NETS\"],\"set\":[\"med 7\"]}",
                            "\"deny\"}"));
    bird_expect_terms(
        "if source = RTS_STATIC && bgp_med = 5 then accept;",
        LINES("\"permit\",\"match\":[\"source-protocol static\"],\"on_match\":30}", "\"deny\"}",
              "\"permit\",\"match\":[\"med 5\"]}", "\"deny\"}"));
    bird_expect_terms("if source = RTS_STATIC || bgp_med = 5 then accept;",
                      LINES("\"permit\",\"match\":[\"source-protocol static\"]}",
                            "\"permit\",\"match\":[\"med 5\"]}", "\"deny\"}"));
}

static void changes_stay_in_order(void **unused)
{
    (void)unused;
    bird_expect_terms(
        "bgp_path.prepend(64496); bgp_path.prepend(64496); bgp_community.add((1, 2));\n"
        "bgp_local_pref = bgp_local_pref - 10; krt_prefsrc = 192.0.2.9; accept;",
        LINES("\"permit\",\"set\":[\"as-path-prepend 64496\",\"as-path-prepend 64496\","
              "\"community-add 1:2\",\"local-preference -10\"]}"));
    bird_expect_terms(
        "bgp_community = add(bgp_community, (1, 2)); bgp_path = prepend(bgp_path, 3);\n"
        "bgp_community = -empty-; bgp_large_community.add((1, 2, 3)); accept;",
        LINES("\"permit\",\"set\":[\"community-add 1:2\",\"as-path-prepend 3\","
              "\"community-none\",\"large-community-add 1:2:3\"]}"));
}

static void what_cant_be_told_is_unknown(void **unused)
{
    (void)unused;
    bird_expect_terms(
        "if roa_check(t) = ROA_INVALID then reject; accept;",
        LINES("\"deny\",\"match\":[\"unknown condition at line 3\"]}", "\"permit\"}"));
    bird_expect_terms("gw = 192.0.2.7; accept;",
                      LINES("\"permit\",\"set\":[\"unknown change at line 3\"]}"));
    bird_expect_terms("case net.type { NET_IP4: accept; else: reject; } reject;",
                      LINES("\"deny\"}"));
}

static void functions_are_read_in_place(void **unused)
{
    (void)unused;
    bird_expect(
        "define N = [ 192.0.2.0/24 ];\n"
        "function ok(prefix set s; int n) { if net.len > n then return false;"
        " return net ~ s; }\n"
        "function tag(int a) { bgp_community.add((64496, a)); }\n"
        "filter f { int k = 3; k = k + 1; if ok(N, 24) then { tag(k); accept; } reject; }\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { import filter f; }; }",
        (const char *const[]){
            "\"seq\":10,\"action\":\"deny\",\"match\":[\"prefix-list4 lengths 25 to 32\"]}",
            "\"set\":[\"community-add 64496:4\"]}", NULL});
    /* a function that calls itself ends */
    bird_expect(
        "function a() { return a() || a(); }\nfilter f { if a() then accept; reject; }\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { import filter f; }; }",
        (const char *const[]){"unknown", NULL});
}

static void sets_become_lists(void **unused)
{
    (void)unused;
    bird_expect(
        "define N = [ 192.0.2.0/24, 198.51.100.0/22{22,24}, 8.0.0.0/2-, 2001:db8::/32+ ];\n"
        "define PRIVATE = [ 64512..65534, 0 ];\n"
        "filter f { if net ~ N || bgp_path ~ PRIVATE || bgp_path ~ [= * 5 ? =] ||\n"
        "(1, 2) ~ bgp_community || bgp_community ~ [(3, *)] then accept; reject; }\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { import filter f; }; }",
        (const char *const[]){
            "\"name\":\"N\",\"kind\":\"prefix\",\"family\":4,\"seq\":1,\"action\":\"permit\","
            "\"value\":\"192.0.2.0/24\"}",
            "\"value\":\"198.51.100.0/22\",\"ge\":22,\"le\":24}",
            "\"seq\":3,\"action\":\"permit\",\"value\":\"0.0.0.0/0\"}",
            "\"seq\":5,\"action\":\"permit\",\"value\":\"0.0.0.0/2\"}",
            "\"family\":6,\"seq\":1,\"action\":\"permit\",\"value\":\"2001:db8::/"
            "32\",\"ge\":32,"
            "\"le\":128}",
            "(6451[2-9]|645[2-9][0-9]|64[6-9][0-9][0-9]|65[0-4][0-9][0-9]|655[0-2][0-9]|"
            "6553[0-4])",
            "\"value\":\"^([0-9]+( |$))*(5( |$))([0-9]+( |$))$\"}",
            "\"kind\":\"community\",\"seq\":1,\"action\":\"permit\",\"value\":\"1:2\"}",
            "\"value\":\"(^| )3:[0-9]+( |$)\",\"expanded\":1}", NULL});
}

/** A set of n prefixes of /24, or of as many communities, that a filter goes by. */
static char *long_set(size_t n, bool communities)
{
    struct buf out = {0};

    buf_printf(&out, "define S = [\n");
    for (size_t i = 0; i < n; i++) {
        unsigned hi = (unsigned)(i >> 8), lo = (unsigned)(i & 255);

        if (communities)
            buf_printf(&out, "(%u, %u)%s", hi, lo, i + 1 < n ? ",\n" : "");
        else
            buf_printf(&out, "%u.%u.%u.0/24%s", 10 + (hi >> 8), hi & 255, lo,
                       i + 1 < n ? ",\n" : "");
    }
    buf_printf(
        &out,
        "];\nfilter f { if %s ~ S then accept; reject; }\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { export filter f; }; }",
        communities ? "bgp_community" : "net");
    return buf_take(&out, &(size_t){0});
}

static void many_terms_and_networks(void **unused)
{
    struct buf out = {0};
    char *text;

    (void)unused;
    buf_printf(&out, "filter f {\n");
    for (unsigned i = 0; i < 1000; i++)
        buf_printf(&out, "if bgp_med = %u then reject;\n", i);
    buf_printf(&out, "if net ~ [ 0.0.0.0/0");
    for (unsigned i = 0; i < 30000; i++)
        buf_printf(&out, ",\n10.%u.%u.0/24", i >> 8, i & 255);
    buf_printf(&out, "] then accept; reject; }\n"
                     "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 {"
                     " export filter f; }; }");
    text = buf_take(&out, &(size_t){0});
    bird_expect(text, (const char *const[]){"ignored f:1:1: too many filters and sets", NULL});
    free(text);
}

static void lists_have_a_limit(void **unused)
{
    (void)unused;
    for (int communities = 0; communities < 2; communities++) {
        char *last = long_set(BIRD_MAX_LIST, communities == 1);
        char *more = long_set(BIRD_MAX_LIST + 1, communities == 1);

        bird_expect(last, (const char *const[]){"\"name\":\"S\"", "\"seq\":65536", "-unknown",
                                                "-too many", NULL});
        bird_expect(more, (const char *const[]){"\"match\":[\"unknown condition at line",
                                                "ignored f:1:12: a set with too many entries",
                                                "-\"name\":\"S\"", NULL});
        free(last);
        free(more);
    }
    bird_expect(
        "filter f { if net ~ [ 10.0.0.0/8-, 10.0.0.0/8{4,6}, 10.0.0.0/8{9,24} ] then accept;"
        " reject; }\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { export filter f; }; }",
        (const char *const[]){"\"seq\":12,", "\"seq\":13,\"action\":\"permit\"", "-\"seq\":14,",
                              NULL});
}

static void sessions_and_borders(void **unused)
{
    (void)unused;
    bird_expect(
        "router id 192.0.2.9;\n"
        "protocol kernel { ipv4 { export all; }; merge paths on limit 4; }\n"
        "template bgp T { local as 64496; ipv4 { import all; export none; next hop self; }; }\n"
        "protocol bgp up from T { local 198.51.100.1 as 64496; neighbor 198.51.100.2 as 64497;"
        " interface \"e1\"; }\n"
        "protocol bgp in from T { local 192.0.2.9 as 64496; neighbor 192.0.2.8 as 64496;"
        " rr client; password \"x\"; }\n"
        "protocol bgp off from T { disabled; neighbor 192.0.2.7 as 64496; }",
        (const char *const[]){
            "border "
            "{\"node\":\"n\",\"interface\":\"e1\",\"addr\":\"198.51.100.1\",\"peer_asn\":"
            "64497,\"peer_addr\":\"198.51.100.2\"}",
            "interface {\"node\":\"n\",\"name\":\"lo\",\"table\":\"\",\"addrs\":["
            "\"192.0.2.9/32\"],\"kind\":\"loopback\"}",
            "\"peer_addr\":\"192.0.2.8\",\"peer_asn\":64496,\"export_policy\":\"(none)\","
            "\"next_hop_self\":2,\"rr_client\":1}",
            "\"name\":\"(none)\",\"seq\":10,\"action\":\"deny\"}",
            "\"compare_routerid\":1,\"multipath_relax\":1,\"family\":4,\"maximum_paths\":4,",
            "-192.0.2.7", NULL});
}

static void networks_that_filters_name(void **unused)
{
    static const char *const head =
        "filter f { if source != RTS_BGP && net ~ [ 192.0.2.0/24, 10.0.0.0/8+ ] then accept;\n"
        "if source = RTS_BGP && net ~ [ 198.51.100.0/24 ] then accept; reject; }\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { import all; export filter "
        "f;"
        " }; }";

    (void)unused;
    bird_expect(head,
                (const char *const[]){
                    "\"how\":\"network\",\"family\":4,\"prefix\":\"192.0.2.0/24\","
                    "\"import_check\":1}",
                    "-\"prefix\":\"198.51.100.0/24\"", "-\"prefix\":\"10.0.0.0/8\"", NULL});
}

/* States the networks that the filter f names once more. */
static int state_again(void *p, struct batch_sink *sink, struct err *e)
{
    struct bird *c = p;
    struct fact_origination like;
    struct bird_networks n = {.like = &like, .policy = "f", .done = map_new()};
    int rc = bird_state(c, sink, e);
    size_t used = arena_used(c->arena);

    assert_non_null(n.done);
    fact_init(FACT_ORIGINATION, &like);
    like.node = "n";
    like.table = "";
    like.family = 4;
    if (rc == 0)
        rc = bird_state_networks(c, &n, sink, e);
    assert_int_equal(map_count(n.done), 1);
    assert_int_equal(arena_used(c->arena), used);
    map_free(&n.done);
    return rc;
}

/* A router has thousands of sessions with a filter each: looking takes no memory for good. */
static void looking_for_networks_keeps_nothing(void **unused)
{
    static const char text[] =
        "filter f { if source != RTS_BGP && net ~ [ 192.0.2.0/24 ] then accept; reject; }\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { export filter f; }; }";
    struct bird *c = NULL;
    struct err e = {0};

    (void)unused;
    assert_int_equal(bird_read("f", "n", slice_of(text), &c, &e), 0);
    free(said_of(state_again, c));
    bird_free(&c);
}

static void ospf_and_statics(void **unused)
{
    (void)unused;
    bird_expect(
        "protocol ospf v2 { ecmp off; ipv4 { export where source = RTS_STATIC; };\n"
        "area 0.0.1.0 { interface \"lo\" { stub; }; interface \"e1\", \"e2\" { type ptp; }; }; "
        "}\n"
        "protocol static { ipv4; route 10.0.0.0/8 via 192.0.2.1 via \"e1\";"
        " route 0.0.0.0/0 unreachable; }",
        (const char *const[]){
            "\"interface\":\"e2\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,\"area\":"
            "\"256\",\"metric\":10,\"network\":\"point-to-point\"}",
            "\"interface\":\"lo\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,\"area\":"
            "\"256\",\"metric\":0,\"passive\":1}",
            "\"next_hops\":[\"192.0.2.1\",\"\"],\"interfaces\":[\"\",\"e1\"],\"distance\":55}",
            "\"prefix\":\"0.0.0.0/0\",\"protocol\":\"static\",\"discard\":1,\"distance\":55}",
            "\"into\":\"ospf\",\"how\":\"redistribute\",\"family\":4,\"protocol\":\"static\"",
            NULL});
}

static void version_1_6_has_no_channels(void **unused)
{
    (void)unused;
    bird_expect(
        "protocol bgp { local as 1; neighbor 2001:db8::1 as 2; import all;"
        " export where net ~ [ 2001:db8::/32 ]; }",
        (const char *const[]){"\"family\":6,\"peer_addr\":\"2001:db8::1\",\"peer_asn\":2,"
                              "\"export_policy\":",
                              "-\"family\":4", NULL});
}

static void broken_files_are_refused(void **unused)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"protocol bgp {", "f:1:14: opened here and never closed"},
        {"protocol bgp { } }", "f:1:18: closes what was not opened"},
        {"log \"x;\n", "f:1:5: the quote is not closed on its line"},
        {"/* x", "f:1:1: the comment is not closed"},
        {"a \x01", "f:1:3: a character that the language doesn't have"},
        {"define X = 99999999999999999999999;", "f:1:12: the number is too large"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct bird *c = NULL;
        struct err e = {0};

        assert_int_not_equal(bird_read("f", "n", slice_of(cases[i].text), &c, &e), 0);
        assert_null(c);
        if (strstr(e.msg, cases[i].why) == NULL)
            fail_msg("%s\nis not\n%s", e.msg, cases[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_become_terms),
        cmocka_unit_test(changes_stay_in_order),
        cmocka_unit_test(what_cant_be_told_is_unknown),
        cmocka_unit_test(functions_are_read_in_place),
        cmocka_unit_test(sets_become_lists),
        cmocka_unit_test(lists_have_a_limit),
        cmocka_unit_test(many_terms_and_networks),
        cmocka_unit_test(sessions_and_borders),
        cmocka_unit_test(networks_that_filters_name),
        cmocka_unit_test(looking_for_networks_keeps_nothing),
        cmocka_unit_test(ospf_and_statics),
        cmocka_unit_test(version_1_6_has_no_channels),
        cmocka_unit_test(broken_files_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
