/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions and changes of SR OS policies, one by one. */
#include <stddef.h>

#include "unit/agents/sources/sros/said.h"
#include "unit/cmocka_all.h"

#define CHECK(v)  said_check((v), sizeof(v) / sizeof(*(v)), sros_said)
#define OPTION    "/configure policy-options "
#define ENTRY     OPTION "policy-statement \"p\" entry 10 "
#define ACCEPT    ENTRY "action action-type accept\n"
#define FROM(x)   ENTRY "from " x "\n" ACCEPT
#define ACTION(x) ACCEPT ENTRY "action " x "\n"
#define MATCH(x)  "\"seq\":10,\"action\":\"permit\",\"match\":[\"" x "\"]}"
#define SET(x)    "\"seq\":10,\"action\":\"permit\",\"set\":[\"" x "\"]}"
#define MEMBER(x) OPTION "community \"c\" member \"" x "\"\n"
#define PREFIX(x) OPTION "prefix-list \"l\" prefix " x "\n"

static void conditions(void **state)
{
    static const struct said_example v[] = {
        {FROM("origin egp"), {MATCH("origin egp")}, {NULL}},
        {FROM("origin any"), {MATCH("unknown condition")}, {NULL}},
        {FROM("family [ipv4 ipv6]"),
         {MATCH("prefix-list4 (any)"), "prefix-list6 (any)", "\"value\":\"any\"}"},
         {"unknown"}},
        {FROM("family [vpn-ipv4]"), {MATCH("unknown family")}, {"vpn"}},
        {FROM("neighbor ip-address 192.0.2.9"), {MATCH("peer 192.0.2.9")}, {NULL}},
        {FROM("neighbor prefix-list \"l\""), {MATCH("unknown condition")}, {NULL}},
        {FROM("protocol name [direct ospfv3]"),
         {MATCH("source-protocol connected"), "source-protocol ospf3"},
         {"unknown"}},
        {FROM("protocol name [rip]"), {MATCH("unknown protocol")}, {NULL}},
        {FROM("as-path name \"gone\""), {MATCH("unknown condition")}, {"gone"}},
        {FROM("community name \"gone\""), {MATCH("unknown condition")}, {"gone"}},
        {FROM("community name \"c\"") MEMBER("1:2") MEMBER("3:4"),
         {MATCH("community c"), "\"value\":\"1:2 3:4\"}"},
         {NULL}},
        {FROM("community name \"c\"") MEMBER("1:2:3"),
         {MATCH("large-community c"), "\"kind\":\"large-community\""},
         {NULL}},
        {FROM("community name \"c\"") MEMBER("target:1:2"),
         {MATCH("unknown condition")},
         {NULL}},
        {FROM("community name \"c\"") MEMBER("1:2") MEMBER("1:2:3"),
         {MATCH("unknown condition")},
         {NULL}},
        {FROM("protocol name [bgp]") ENTRY "to neighbor ip-address 192.0.2.9\n",
         {"\"match\":[\"source-protocol bgp\",\"unknown condition\"]}"},
         {"192.0.2.9"}},
    };

    (void)state;
    CHECK(v);
}

static void prefixes(void **state)
{
#define LISTED FROM("prefix-list [\"l\"]")
    static const struct said_example v[] = {
        {LISTED PREFIX("10.0.0.0/8 type exact") PREFIX("2001:db8::/32 type longer"),
         {MATCH("prefix-list4 l"), "prefix-list6 l", "\"value\":\"10.0.0.0/8\"}",
          "\"value\":\"2001:db8::/32\",\"ge\":32,\"le\":128}"},
         {"unknown"}},
        {LISTED PREFIX("10.0.0.0/14 type to to-prefix 10.2.0.0/16")
             PREFIX("192.0.2.0/24 type address-mask mask-pattern 255.255.255.0"),
         {MATCH("prefix-list4 l"), "\"value\":\"10.0.0.0/14\"}", "\"value\":\"10.2.0.0/15\"}",
          "\"value\":\"10.2.0.0/16\"}", "\"value\":\"192.0.2.0/24\"}"},
         {"unknown", "\"10.0.0.0/15\""}},
        {LISTED PREFIX("10.0.0.0/8 type to to-prefix 192.0.2.0/24")
             PREFIX("10.0.0.0/8 type address-mask mask-pattern 255.0.255.0"),
         {MATCH("unknown prefix-list"), "policy-options: prefixes that can't be told"},
         {"\"10.0.0.0/8\""}},
        {LISTED PREFIX("10.0.0.0/8 type range start-length 24")
             PREFIX("10.0.0.0/8 type range end-length 16"),
         {MATCH("unknown prefix-list")},
         {NULL}},
        {LISTED PREFIX("hello type exact"), {MATCH("unknown prefix-list")}, {"hello"}},
        {FROM("prefix-list [\"gone\"]"), {MATCH("unknown prefix-list")}, {"gone"}},
    };

    (void)state;
    CHECK(v);
}

static void changes(void **state)
{
    static const struct said_example v[] = {
        {ACTION("origin incomplete"), {SET("origin incomplete")}, {NULL}},
        {ACTION("origin any"), {SET("unknown change")}, {NULL}},
        {ACTION("next-hop 192.0.2.7"), {SET("next-hop 192.0.2.7")}, {NULL}},
        {ACTION("next-hop \"self\""), {SET("next-hop self")}, {NULL}},
        {ACTION("next-hop-self true"), {SET("next-hop self")}, {NULL}},
        {ACTION("metric add 5"), {SET("med +5")}, {NULL}},
        {ACTION("metric subtract 5"), {SET("med -5")}, {NULL}},
        {ACTION("metric set igp"), {SET("unknown change")}, {NULL}},
        {ACTION("local-preference x"), {SET("unknown change")}, {NULL}},
        {ACTION("as-path-prepend as-path 7"), {SET("as-path-prepend 7")}, {NULL}},
        {ACTION("as-path-prepend as-path x"), {SET("unknown change")}, {NULL}},
        {ACTION("sticky-ecmp true"), {"\"seq\":10,\"action\":\"permit\"}"}, {"unknown"}},
        {ACTION("frob s3cret"), {SET("unknown change")}, {"frob", "s3cret"}},
    };

    (void)state;
    CHECK(v);
}

static void changes_of_communities(void **state)
{
    static const struct said_example v[] = {
        {ACTION("community add [\"c\"]") MEMBER("1:2:3"),
         {SET("large-community-add 1:2:3")},
         {NULL}},
        {ACTION("community replace [\"c\"]") MEMBER("1:2"),
         {"\"set\":[\"community-none\",\"large-community-none\",\"community-add 1:2\"]}"},
         {NULL}},
        {ACTION("community remove [\"c\"]") MEMBER("1:2") MEMBER("3:4"),
         {SET("community-delete c (each)"), "\"value\":\"1:2\"}", "\"value\":\"3:4\"}"},
         {NULL}},
        {ACTION("community add [\"c\"]") MEMBER("target:1:2"),
         {"\"seq\":10,\"action\":\"permit\"}"},
         {"unknown", "target"}},
        {ACTION("community add [\"c\"]") MEMBER("1:.*"), {SET("unknown change")}, {NULL}},
        {ACTION("community add [\"gone\"]"), {SET("unknown change")}, {"gone"}},
        {ACTION("community remove [\"gone\"]"), {SET("unknown change")}, {"gone"}},
    };

    (void)state;
    CHECK(v);
}

#define R      "/configure router \"Base\" "
#define AS     R "autonomous-system 64500\n"
#define PEER   AS R "bgp neighbor \"192.0.2.2\" group \"g\"\n" R "bgp group \"g\" peer-as 64501\n"
#define ISIS   R "isis 0 admin-state enable\n" R "isis 0 export-policy [\"p\"]\n"
#define TO(x)  FROM("protocol name [static]") ENTRY "to protocol name [" x "]\n"
#define SEQ(n) "\"seq\":" n ",\"action\":\"permit\",\"match\":[\"source-protocol static\"]}"

/* `to` is about where a policy is applied; import policies don't ask. */
static void destinations(void **state)
{
    static const struct said_example v[] = {
        {PEER R "bgp group \"g\" export policy [\"p\"]\n" TO("bgp"),
         {"\"name\":\"p (export or reject)\"," SEQ("10")},
         {NULL}},
        {PEER R "bgp group \"g\" export policy [\"p\"]\n" TO("isis ospf"),
         {"\"name\":\"p (export or reject)\",\"seq\":10,\"action\":\"deny\"}"},
         {SEQ("10")}},
        {PEER R "bgp group \"g\" import policy [\"p\"]\n" TO("isis"),
         {"\"name\":\"p (or reject)\"," SEQ("10")},
         {NULL}},
        {ISIS TO("isis"), {"\"name\":\"p (into isis)\"," SEQ("10")}, {NULL}},
        {ISIS TO("bgp"),
         {"\"name\":\"p (into isis)\",\"seq\":10,\"action\":\"deny\"}"},
         {NULL}},
        {ISIS TO("isis") ENTRY "to neighbor 192.0.2.9\n",
         {"\"name\":\"p (into isis)\",\"seq\":10,\"action\":\"permit\",\"match\":[\"source-"
          "protocol static\",\"unknown condition\"]}"},
         {"192.0.2.9"}},
    };

    (void)state;
    CHECK(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions),   cmocka_unit_test(prefixes),
        cmocka_unit_test(changes),      cmocka_unit_test(changes_of_communities),
        cmocka_unit_test(destinations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
