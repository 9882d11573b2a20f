/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions and changes of filters, one by one. */
#include <stddef.h>

#include "unit/agents/sources/bird/expect.h"
#include "unit/cmocka_all.h"

/** A filter's body, and the terms it becomes. */
struct filter {
    const char *body;
    const char *terms[5];
};

static void check(const struct filter *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bird_expect_terms(v[i].body, v[i].terms);
}

#define CHECK(v)  check((v), sizeof(v) / sizeof(*(v)))
#define IF(x)     "if " x " then accept; reject;"
#define UNLESS(x) "if " x " then reject; accept;"
#define MATCH(x)  "\"permit\",\"match\":[\"" x "\"]}"
#define UNKNOWN   MATCH("unknown condition at line 3")
#define DENY      "\"deny\"}"
#define PERMIT    "\"permit\"}"

static void networks(void **unused)
{
    static const struct filter v[] = {
        {IF("net = 10.0.0.0/8"), {MATCH("prefix-list4 line 3 column 10"), DENY}},
        {UNLESS("net != 10.0.0.0/8"), {MATCH("prefix-list4 line 3 column 11"), DENY}},
        {IF("net = 2001:db8::/32"), {MATCH("prefix-list6 line 3 column 10"), DENY}},
        {IF("net.type = NET_IP4"), {MATCH("prefix-list4 lengths 0 to 32"), DENY}},
        {UNLESS("net.type != NET_IP6"), {MATCH("prefix-list6 lengths 0 to 128"), DENY}},
        {IF("net.type = NET_VPN4"), {DENY}},
        {IF("net.type = 1"), {UNKNOWN, DENY}},
        {IF("net ~ 5"), {UNKNOWN, DENY}},
    };

    (void)unused;
    CHECK(v);
    /* one prefix is that prefix alone; what `~` takes is inside it, itself included */
    bird_expect_filter(IF("net = 10.0.0.0/8"), LINES("\"value\":\"10.0.0.0/8\"}"));
    bird_expect_filter(IF("net ~ 10.0.0.0/8"),
                       LINES("\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}"));
    bird_expect_filter(IF("net.type = NET_IP4"),
                       LINES("\"kind\":\"prefix\",\"family\":4,\"seq\":1,\"action\":\"permit\","
                             "\"value\":\"any\"}"));
}

/* A comparison of lengths holds for both families, each up to its own longest. */
static void lengths(void **unused)
{
    static const struct filter v[] = {
        {IF("net.len > 24"),
         {MATCH("prefix-list4 lengths 25 to 32"), MATCH("prefix-list6 lengths 25 to 128"),
          DENY}},
        {IF("net.len >= 24"),
         {MATCH("prefix-list4 lengths 24 to 32"), MATCH("prefix-list6 lengths 24 to 128"),
          DENY}},
        {IF("net.len < 8"),
         {MATCH("prefix-list4 lengths 0 to 7"), MATCH("prefix-list6 lengths 0 to 7"), DENY}},
        {IF("8 >= net.len"),
         {MATCH("prefix-list4 lengths 0 to 8"), MATCH("prefix-list6 lengths 0 to 8"), DENY}},
        {IF("8 < net.len"),
         {MATCH("prefix-list4 lengths 9 to 32"), MATCH("prefix-list6 lengths 9 to 128"), DENY}},
        {UNLESS("net.len != 24"),
         {MATCH("prefix-list4 lengths 24 to 24"), MATCH("prefix-list6 lengths 24 to 24"),
          DENY}},
        {IF("net.len > 32"), {MATCH("prefix-list6 lengths 33 to 128"), DENY}},
        {IF("net.len > 128"), {DENY}},
        {IF("net.len < 0"), {DENY}},
        {IF("net.len < x"), {UNKNOWN, DENY}},
        {IF("net.len ~ 24"), {UNKNOWN, DENY}},
    };

    (void)unused;
    CHECK(v);
    bird_expect_filter(IF("net.len > 24"), LINES("\"value\":\"any\",\"ge\":25}"));
    bird_expect_filter(IF("net.len < 8"), LINES("\"value\":\"any\",\"le\":7}"));
}

static void origins_of_routes(void **unused)
{
    static const struct filter v[] = {
        {IF("source ~ [ RTS_STATIC, RTS_DEVICE ]"),
         {MATCH("source-protocol static"), MATCH("source-protocol connected"), DENY}},
        {IF("source = RTS_OSPF_EXT1"),
         {MATCH("source-protocol ospf"), MATCH("source-protocol ospf3"), DENY}},
        {IF("source = RTS_RIP"), {DENY}},
        {IF("source = 5"), {UNKNOWN, DENY}},
        {IF("source > RTS_BGP"), {UNKNOWN, DENY}},
        {IF("proto = \"elsewhere\""), {UNKNOWN, DENY}},
        {IF("bgp_origin = ORIGIN_EGP"), {MATCH("origin egp"), DENY}},
        {UNLESS("bgp_origin != ORIGIN_IGP"), {MATCH("origin igp"), DENY}},
        {IF("bgp_origin = ORIGIN_NONE"), {UNKNOWN, DENY}},
        {IF("bgp_origin > ORIGIN_IGP"), {UNKNOWN, DENY}},
    };

    (void)unused;
    CHECK(v);
    /* a protocol of the file by its name: what kind of routes it makes */
    bird_expect(
        "filter f {\nif proto = \"s\" then accept;\nif proto = \"d\" then accept;\n"
        "if proto = \"b\" then accept;\nreject; }\n"
        "protocol static s { ipv4; route 10.0.0.0/8 blackhole; }\n"
        "protocol direct d { ipv4; }\n"
        "protocol bgp b { local as 1; neighbor 192.0.2.1 as 2; ipv4 { import filter f; }; }\n",
        LINES("\"seq\":10,\"action\":" MATCH("source-protocol static"),
              "\"seq\":20,\"action\":" MATCH("source-protocol connected"),
              "\"seq\":30,\"action\":" MATCH("unknown condition at line 4"),
              "\"seq\":40,\"action\":" DENY));
}

#define PATH(x) "\"kind\":\"as-path\",\"seq\":1,\"action\":\"permit\",\"value\":\"" x "\"}"

static void paths(void **unused)
{
    static const struct {
        const char *condition, *entry, *second;
    } v[] = {
        {IF("bgp_path ~ 64500"), PATH("(^| )64500( |$)"), NULL},
        {IF("bgp_path = -empty-"), PATH("^$"), NULL},
        {IF("bgp_path ~ [= 64496 + =]"), PATH("^(64496( |$))+$"), NULL},
        {IF("bgp_path ~ [= [64496, 64497..64499] * =]"),
         PATH("^((64496|(6449[7-9]))( |$))([0-9]+( |$))*$"), NULL},
        {IF("bgp_path.first = 64500"), PATH("^64500( |$)"), NULL},
        {IF("bgp_path.last ~ [ 64500, 64510..64512 ]"), PATH("(^| )64500$"),
         "\"seq\":2,\"action\":\"permit\",\"value\":\"(^| )(6451[0-2])$\"}"},
        {IF("bgp_path.len < 5"), PATH("^([0-9]+( |$)){0,4}$"), NULL},
        {IF("bgp_path.len > 3"), PATH("^([0-9]+( |$)){4,}$"), NULL},
        {IF("bgp_path.len = 0"), PATH("^([0-9]+( |$)){0,0}$"), NULL},
    };
    static const struct filter odd[] = {
        {IF("bgp_path.len < 0"), {DENY}},
        {IF("bgp_path.len > 255"), {UNKNOWN, DENY}},
        {IF("bgp_path.len < 257"), {UNKNOWN, DENY}},
        {IF("bgp_path.len ~ 3"), {UNKNOWN, DENY}},
        {IF("bgp_path.last > 5"), {UNKNOWN, DENY}},
        {IF("bgp_path.first = gone"), {UNKNOWN, DENY}},
        {IF("bgp_path ~ \"x\""), {UNKNOWN, DENY}},
        {IF("bgp_path ~ [= gone =]"), {UNKNOWN, DENY}},
        {IF("bgp_path ~ [= [ gone ] =]"), {UNKNOWN, DENY}},
        {IF("bgp_path ~ [ 9..5 ]"), {UNKNOWN, DENY}},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++)
        bird_expect_filter(v[i].condition,
                           LINES("\"match\":[\"as-path ", v[i].entry, v[i].second));
    CHECK(odd);
}

static void communities_and_numbers(void **unused)
{
    static const struct filter v[] = {
        {IF("bgp_large_community ~ [ (1, 2, 3) ]"),
         {MATCH("large-community line 3 column 26"), DENY}},
        {IF("bgp_community = (1, 2)"), {UNKNOWN, DENY}},
        {IF("bgp_community ~ [ (1, 2, 3) ]"), {UNKNOWN, DENY}},
        {IF("bgp_community ~ [ (1, gone) ]"), {UNKNOWN, DENY}},
        {IF("bgp_local_pref = 100"), {MATCH("local-preference 100"), DENY}},
        {UNLESS("bgp_med != 4294967295"), {MATCH("med 4294967295"), DENY}},
        {IF("bgp_med = 4294967296"), {UNKNOWN, DENY}},
        {IF("bgp_med > 5"), {UNKNOWN, DENY}},
    };

    (void)unused;
    CHECK(v);
    bird_expect_filter(
        IF("bgp_large_community ~ [ (1, 2, 3), (4, *, 5..7) ]"),
        LINES("\"kind\":\"large-community\",\"seq\":1,\"action\":\"permit\",\"value\":"
              "\"1:2:3\"}",
              "\"value\":\"(^| )4:[0-9]+:([5-7])( |$)\",\"expanded\":1}"));
}

/* What holds for all routes or for none needs no term. */
static void constants(void **unused)
{
    static const struct filter v[] = {
        {IF("3 < 4"), {PERMIT}},
        {IF("4 <= 4"), {PERMIT}},
        {IF("4 < 4"), {DENY}},
        {IF("5 > 4"), {PERMIT}},
        {IF("4 >= 5"), {DENY}},
        {IF("4 != 4"), {DENY}},
        {IF("4 != 5"), {PERMIT}},
        {IF("2 + 3 * 4 = 14"), {PERMIT}},
        {IF("7 / 2 = 3"), {PERMIT}},
        {IF("5 - 7 < 0"), {UNKNOWN, DENY}}, /* numbers have no sign */
        {IF("-3 < 0"), {UNKNOWN, DENY}},
        {IF("1 / 0 = 0"), {UNKNOWN, DENY}},
        {IF("4294967295 + 1 > 0"), {UNKNOWN, DENY}}, /* and 32 bits */
        {IF("9223372036854775807 * 2 > 0"), {UNKNOWN, DENY}},
        {IF("true"), {PERMIT}},
        {IF("! yes || off"), {DENY}},
        {IF("gone"), {UNKNOWN, DENY}},
        {IF("gone = 5"), {UNKNOWN, DENY}},
        {IF("gone()"), {UNKNOWN, DENY}},
    };

    (void)unused;
    CHECK(v);
}

#define SET(x)   "\"permit\",\"set\":[\"" x "\"]}"
#define NO_IDEA  SET("unknown change at line 3")
#define HARMLESS PERMIT

static void changes(void **unused)
{
    static const struct filter v[] = {
        {"bgp_community.delete([(1, *)]); accept;", {SET("community-delete line 3 column 22")}},
        {"bgp_large_community.delete((1, 2, 3)); accept;",
         {SET("large-community-delete line 3 column 28")}},
        {"bgp_community.delete(5); accept;", {NO_IDEA}},
        {"bgp_community.filter([(1, *)]); accept;", {NO_IDEA}},
        {"bgp_community.add((1, 65536)); accept;", {NO_IDEA}},
        {"bgp_med = bgp_med + 5; accept;", {SET("med +5")}},
        {"bgp_med = bgp_local_pref + 5; accept;", {NO_IDEA}},
        {"bgp_med = 4294967296; accept;", {NO_IDEA}},
        {"bgp_origin = ORIGIN_INCOMPLETE; accept;", {SET("origin incomplete")}},
        {"bgp_origin = 7; accept;", {NO_IDEA}},
        {"bgp_path.prepend(0); accept;", {NO_IDEA}},
        {"bgp_path.delete(5); accept;", {NO_IDEA}},
        {"bgp_next_hop = 192.0.2.7; accept;", {SET("next-hop 192.0.2.7")}},
        {"unset(bgp_med); accept;", {NO_IDEA}},
        {"unset(ospf_tag); accept;", {HARMLESS}},
        {"bgp_ext_community.add((rt, 1, 2)); accept;", {HARMLESS}},
        {"net.len = 5; accept;", {NO_IDEA}},
        {"5; accept;", {NO_IDEA}},
        {"print \"x\"; ; accept;", {PERMIT}},
        {"for int i in bgp_path do { bgp_med = 1; } accept;", {NO_IDEA}},
        {"gone(); accept;", {NO_IDEA}},
    };

    (void)unused;
    CHECK(v);
    bird_expect_filter("for int i in bgp_path do { bgp_med = 1; } accept;",
                       LINES("ignored f:3:1: filter: case and for are not followed"));
}

static void blocks_and_variables(void **unused)
{
    static const struct filter v[] = {
        {"if net ~ NETS then bgp_med = 1; else { bgp_med = 2; } accept;",
         {"\"permit\",\"match\":[\"prefix-list4 NETS\"],\"set\":[\"med 1\"]}", SET("med 2")}},
        {"{ int x = 3; bgp_med = x; } accept;", {SET("med 3")}},
        {"int x; bgp_med = x; accept;", {NO_IDEA}},
        {"int x = 3; if bgp_origin = ORIGIN_EGP then x = 4; bgp_med = x; accept;",
         {"\"permit\",\"match\":[\"origin egp\"],\"set\":[\"unknown change at line 3\"]}",
          NO_IDEA}},
        {"int x = 2; x = x * 4; bgp_med = x - 1; accept;", {SET("med 7")}},
        {"error \"no\";", {DENY}},
    };

    (void)unused;
    CHECK(v);
    bird_expect("protocol bgp { local as 1; neighbor 192.0.2.1 as 2;"
                " ipv4 { import filter gone; }; }",
                LINES("\"name\":\"gone\",\"seq\":10,\"action\":\"permit\",\"set\":"
                      "[\"unknown filter, which is not in this file\"]}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks),
        cmocka_unit_test(lengths),
        cmocka_unit_test(origins_of_routes),
        cmocka_unit_test(paths),
        cmocka_unit_test(communities_and_numbers),
        cmocka_unit_test(constants),
        cmocka_unit_test(changes),
        cmocka_unit_test(blocks_and_variables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
