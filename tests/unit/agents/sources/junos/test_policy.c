/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions, prefixes and changes of Junos policies, one by one. */
#include <stddef.h>

#include "unit/agents/sources/junos/said.h"
#include "unit/cmocka_all.h"

#define CHECK(v) said_check((v), sizeof(v) / sizeof(*(v)), junos_said)
#define TERM     "set policy-options policy-statement P term t "
#define FROM(x)  TERM "from " x "\n" TERM "then accept\n"
#define THEN(x)  TERM "then " x "\n" TERM "then accept\n"
#define MATCH(x) "\"seq\":10,\"action\":\"permit\",\"match\":[\"" x "\"]}"
#define SET(x)   "\"seq\":10,\"action\":\"permit\",\"set\":[\"" x "\"]}"
#define OPTION   "set policy-options "

static void conditions(void **state)
{
    static const struct said_example v[] = {
        {FROM("origin igp"), {MATCH("origin igp")}, {NULL}},
        {FROM("origin frob"),
         {MATCH("unknown origin"), "policy-options: a condition that can't be told"},
         {"frob"}},
        {FROM("family inet6"),
         {MATCH("prefix-list6 (any)"), "\"family\":6,\"seq\":10,\"action\":\"permit\","
                                       "\"value\":\"any\"}"},
         {"prefix-list4"}},
        {FROM("rib [ inet.0 inet6.0 ]"),
         {MATCH("prefix-list4 (any)"), "prefix-list6 (any)"},
         {"unknown"}},
        {FROM("family iso"), {MATCH("unknown family")}, {"iso"}},
        {FROM("interface ge-0/0/0.0"), {MATCH("interface ge-0/0/0.0")}, {NULL}},
        {FROM("interface 192.0.2.1"), {MATCH("unknown interface")}, {"192.0.2.1"}},
        {FROM("next-hop discard"), {MATCH("unknown next-hop")}, {NULL}},
        {FROM("neighbor 192.0.2.9"), {MATCH("peer 192.0.2.9")}, {NULL}},
        {FROM("neighbor gone"), {MATCH("unknown neighbor")}, {"gone"}},
        {FROM("tag 5"), {MATCH("tag 5")}, {NULL}},
        {FROM("metric 7"), {MATCH("med 7")}, {NULL}},
        {FROM("metric x"), {MATCH("unknown metric")}, {NULL}},
        {FROM("local-preference 4294967296"), {MATCH("unknown local-preference")}, {NULL}},
        {FROM("protocol rip"), {MATCH("unknown protocol")}, {NULL}},
        {FROM("route-type external"), {MATCH("unknown route-type")}, {NULL}},
        {FROM("frob s3cret"), {MATCH("unknown condition")}, {"frob", "s3cret"}},
        {FROM("protocol bgp") TERM "to rib inet.2\n",
         {"\"match\":[\"source-protocol bgp\",\"unknown to\"]}"},
         {NULL}},
    };

    (void)state;
    CHECK(v);
}

static void paths_and_communities(void **state)
{
    static const struct said_example v[] = {
        {FROM("as-path-group G") OPTION "as-path-group G as-path A \"65000 .*\"\n",
         {MATCH("as-path G A"), "\"name\":\"G A\",\"kind\":\"as-path\""},
         {"unknown"}},
        {FROM("as-path-group GONE"), {MATCH("unknown as-path-group")}, {"GONE"}},
        {FROM("as-path GONE"), {MATCH("unknown as-path")}, {"GONE"}},
        {FROM("community C") OPTION "community C members 1:2\n" OPTION
                                    "community C invert-match\n",
         {MATCH("community C"), "\"seq\":10,\"action\":\"deny\",\"value\":\"1:2\"}",
          "\"seq\":20,\"action\":\"permit\",\"value\":\".*\",\"expanded\":1}"},
         {NULL}},
        {FROM("community C") OPTION "community C members [ 1:2 3:4 ]\n",
         {MATCH("community C"), "\"action\":\"permit\",\"value\":\"1:2 3:4\"}"},
         {NULL}},
        {FROM("community C") OPTION "community C members large:1:2:3\n",
         {MATCH("large-community C"), "\"kind\":\"large-community\"", "\"value\":\"1:2:3\"}"},
         {NULL}},
        {FROM("community C") OPTION "community C members [ 1:2 large:1:2:3 ]\n",
         {MATCH("unknown community"), "a community that can't be told"},
         {NULL}},
        {FROM("community C") OPTION "community C members target:1:2\n",
         {MATCH("unknown community")},
         {NULL}},
        {FROM("community GONE"), {MATCH("unknown community")}, {"GONE"}},
    };

    (void)state;
    CHECK(v);
}

#define LIST4 MATCH("prefix-list4 P term t")
#define NOT_TOLD                                                                               \
    {MATCH("unknown prefixes"), "policy-options: prefixes that can't be told"},                \
    {                                                                                          \
        "prefix-list"                                                                          \
    }

static void route_filters(void **state)
{
    static const struct said_example v[] = {
        {FROM("route-filter 10.0.0.0/8 exact"), {LIST4, "\"value\":\"10.0.0.0/8\"}"}, {NULL}},
        {FROM("route-filter 10.0.0.0/8 orlonger"),
         {LIST4, "\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}"},
         {NULL}},
        {FROM("route-filter 10.0.0.0/8 longer"),
         {LIST4, "\"value\":\"10.0.0.0/8\",\"ge\":9,\"le\":32}"},
         {NULL}},
        {FROM("route-filter 10.0.0.0/8 upto /16"),
         {LIST4, "\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":16}"},
         {NULL}},
        {FROM("route-filter 2001:db8::/32 prefix-length-range /40-/48"),
         {MATCH("prefix-list6 P term t"), "\"value\":\"2001:db8::/32\",\"ge\":40,\"le\":48}"},
         {NULL}},
        {FROM("route-filter 10.0.0.0/8 through 10.1.0.0/16"), NOT_TOLD},
        {FROM("route-filter 10.0.0.0/8 address-mask 255.0.255.0"), NOT_TOLD},
        {FROM("route-filter 10.0.0.0/8 upto 16"), NOT_TOLD},
        {FROM("route-filter 10.0.0.0/8 prefix-length-range /16"), NOT_TOLD},
        {FROM("route-filter 10.0.0.0/8 prefix-length-range /x-/y"), NOT_TOLD},
        {FROM("route-filter hello exact"), NOT_TOLD},
        {FROM("source-address-filter 10.0.0.0/8 exact"), NOT_TOLD},
        /* what no prefix fits is not a term without condition */
        {FROM("route-filter 10.0.0.1/32 longer"), NOT_TOLD},
        {FROM("route-filter 10.0.0.0/8 prefix-length-range /24-/16"), NOT_TOLD},
        {FROM("route-filter 10.0.0.0/8 exact") TERM "from route-filter 10.0.0.1/32 longer\n",
         {LIST4, "\"value\":\"10.0.0.0/8\"}"},
         {"10.0.0.1/32", "unknown"}},
    };

    (void)state;
    CHECK(v);
}

static void prefix_lists(void **state)
{
    static const struct said_example v[] = {
        {FROM("prefix-list L") OPTION "prefix-list L 10.0.0.0/8\n",
         {MATCH("prefix-list4 L"), "\"name\":\"L\",\"kind\":\"prefix\",\"family\":4",
          "\"value\":\"10.0.0.0/8\"}"},
         {NULL}},
        {FROM("prefix-list-filter L orlonger") OPTION "prefix-list L 10.0.0.0/8\n",
         {MATCH("prefix-list4 L orlonger"), "\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}"},
         {NULL}},
        {FROM("prefix-list-filter L orlonger reject") OPTION "prefix-list L 10.0.0.0/8\n",
         NOT_TOLD},
        {FROM("prefix-list GONE"), NOT_TOLD},
        {FROM("route-filter-list F") OPTION "route-filter-list F 10.0.0.0/8 orlonger\n",
         {LIST4, "\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}"},
         {NULL}},
        {FROM("route-filter-list GONE"), NOT_TOLD},
        /* lists before filters; a longer filter is asked before a shorter one */
        {FROM("prefix-list L") TERM "from route-filter 10.0.0.0/8 orlonger\n" TERM
                                    "from route-filter 10.1.0.0/16 exact\n" OPTION
                                    "prefix-list L 192.0.2.0/24\n",
         {LIST4, "\"seq\":10,\"action\":\"permit\",\"value\":\"192.0.2.0/24\"}",
          "\"seq\":20,\"action\":\"permit\",\"value\":\"10.1.0.0/16\"}",
          "\"seq\":30,\"action\":\"deny\",\"value\":\"10.1.0.0/16\",\"ge\":16,\"le\":32}",
          "\"seq\":40,\"action\":\"permit\",\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}"},
         {NULL}},
        {FROM("prefix-list L") OPTION
         "prefix-list L apply-path \"protocols bgp group <in*> neighbor <*>\"\n"
         "set protocols bgp group in1 neighbor 192.0.2.1\n"
         "set protocols bgp group out neighbor 192.0.2.2\n",
         {MATCH("prefix-list4 L"), "\"value\":\"192.0.2.1/32\"}"},
         {"192.0.2.2/32"}},
    };

    (void)state;
    CHECK(v);
}

static void changes(void **state)
{
    static const struct said_example v[] = {
        {THEN("origin egp"), {SET("origin egp")}, {NULL}},
        {THEN("origin frob"), {SET("unknown origin")}, {"frob"}},
        {THEN("next-hop self"), {SET("next-hop self")}, {NULL}},
        {THEN("next-hop peer-address"), {SET("next-hop peer")}, {NULL}},
        {THEN("next-hop 192.0.2.7"), {SET("next-hop 192.0.2.7")}, {NULL}},
        {THEN("next-hop discard"), {SET("unknown next-hop")}, {NULL}},
        {THEN("external type 2"), {SET("metric-type 2")}, {NULL}},
        {THEN("metric subtract 5"), {SET("med -5")}, {NULL}},
        {THEN("metric igp"), {SET("unknown med")}, {NULL}},
        {THEN("tag 9"), {SET("tag 9")}, {NULL}},
        {THEN("as-path-prepend \"7 7\""), {SET("as-path-prepend-outside 7 7")}, {NULL}},
        {"set routing-options autonomous-system 7\n" THEN("as-path-prepend \"7 7\""),
         {SET("as-path-prepend 7 7")},
         {"outside"}},
        {"set routing-options autonomous-system 7\n" THEN("as-path-prepend \"7 8\""),
         {SET("as-path-prepend-outside 7 8")},
         {NULL}},
        {THEN("as-path-expand last-as count 3"), {SET("as-path-prepend-last 3")}, {NULL}},
        {THEN("as-path-prepend x"), {SET("unknown as-path")}, {NULL}},
        {THEN("load-balance per-packet"), {"\"seq\":10,\"action\":\"permit\"}"}, {"unknown"}},
        {THEN("frob s3cret"), {SET("unknown change")}, {"frob", "s3cret"}},
    };

    (void)state;
    CHECK(v);
}

static void changes_of_communities(void **state)
{
    static const struct said_example v[] = {
        {THEN("community set C") OPTION "community C members [ 1:2 3:4 ]\n",
         {"\"set\":[\"community 1:2 3:4\",\"large-community-none\"]}"},
         {NULL}},
        {THEN("community = C") OPTION "community C members [ large:1:2:3 target:1:2 ]\n",
         {"\"set\":[\"community-none\",\"large-community 1:2:3\"]}"},
         {"target"}},
        {THEN("community add C") OPTION "community C members [ 1:2 large:1:2:3 ]\n",
         {"\"set\":[\"community-add 1:2\",\"large-community-add 1:2:3\"]}"},
         {NULL}},
        {THEN("community delete C") OPTION "community C members [ 1:2 3:4 ]\n",
         {SET("community-delete C (each)"),
          "\"seq\":10,\"action\":\"permit\",\"value\":"
          "\"1:2\"}",
          "\"seq\":20,\"action\":\"permit\",\"value\":\"3:4\"}"},
         {NULL}},
        {THEN("community add C") OPTION "community C members 1:*\n",
         {SET("unknown community")},
         {NULL}},
        {THEN("community set GONE"), {SET("unknown community")}, {"GONE"}},
        {THEN("community delete GONE"), {SET("unknown community")}, {"GONE"}},
        {THEN("community frob C") OPTION "community C members 1:2\n",
         {SET("unknown community")},
         {"frob"}},
    };

    (void)state;
    CHECK(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions),    cmocka_unit_test(paths_and_communities),
        cmocka_unit_test(route_filters), cmocka_unit_test(prefix_lists),
        cmocka_unit_test(changes),       cmocka_unit_test(changes_of_communities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
