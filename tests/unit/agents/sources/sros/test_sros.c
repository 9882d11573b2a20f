/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/sros/sros.h"

#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/sros/said.h"
#include "unit/cmocka_all.h"

#define CHECK(v) said_check((v), sizeof(v) / sizeof(*(v)), sros_said)

#define C    "/configure "
#define BASE "/configure router \"Base\" "
#define PORT C "port 1/1/c1 connector breakout c4-10g\n" C "port 1/1/c1/1 admin-state enable\n"
#define IF_X                                                                                   \
    PORT BASE "interface \"x\" port 1/1/c1/1\n" BASE                                           \
              "interface \"x\" ipv4 primary address 10.0.0.1\n" BASE                           \
              "interface \"x\" ipv4 primary prefix-length 31\n"

static void test_interfaces(void **state)
{
    static const struct said_example v[] = {
        {C "system name \"r9\"\n" IF_X BASE
           "interface \"x\" ipv4 secondary 10.1.0.1 prefix-length 24\n" BASE
           "interface \"x\" ipv6 address 2001:db8::1 prefix-length 64\n" BASE
           "interface \"system\" ipv4 primary address 10.9.9.9 prefix-length 32",
         {"node "
          "{\"node\":\"r9\",\"kind\":\"router\",\"platform\":\"sros\",\"router_id\":\"10.9."
          "9.9\"}",
          "\"name\":\"1/1/c1/1\",\"table\":\"\",\"speed\":10000000000,\"kind\":\"physical\"}",
          "\"name\":\"x\",\"table\":\"\",\"addrs\":[\"10.0.0.1/31\",\"10.1.0.1/24\","
          "\"2001:db8::1/64\"],\"speed\":10000000000,\"parent\":\"1/1/c1/1\"}",
          "\"name\":\"system\",\"table\":\"\",\"addrs\":[\"10.9.9.9/32\"],\"kind\":"
          "\"loopback\"}"},
         {"\"1/1/c1\""}},
        {"configure {\n port 1/1/1 {\n }\n router \"Base\" {\n interface \"y\" {\n port "
         "1/1/1:20\n }\n interface \"z\" {\n admin-state disable\n }\n }\n}\n",
         {"\"name\":\"1/1/1\",\"table\":\"\",\"up\":0", /* ports are off unless enabled */
          "\"name\":\"y\",\"table\":\"\",\"up\":0,\"kind\":\"vlan\",\"parent\":\"1/1/1\"}",
          "\"name\":\"z\",\"table\":\"\",\"up\":0}"},
         {NULL}},
        {PORT C "port 1/1/c1/2 admin-state enable\n" C "lag \"lag-1\" port 1/1/c1/1\n" C
                "lag \"lag-1\" port 1/1/c1/2\n" C "lag \"lag-1\" admin-state enable\n" C
                "service vprn \"v\" admin-state enable\n" C
                "service vprn \"v\" interface \"i\" sap lag-1:5\n" C
                "service vprn \"w\" interface \"k\" loopback true\n" C
                "service ies \"s\" interface \"j\" sap 1/1/c1/9",
         {"\"name\":\"lag-1\",\"table\":\"\",\"speed\":20000000000,\"kind\":\"aggregate\"}",
          "\"name\":\"1/1/c1/2\",\"table\":\"\",\"speed\":10000000000,\"kind\":\"physical\","
          "\"parent\":\"lag-1\"}",
          "\"name\":\"i\",\"table\":\"v\",\"speed\":20000000000,\"kind\":\"vlan\",\"parent\":"
          "\"lag-1\"}",
          "\"name\":\"k\",\"table\":\"w\",\"up\":0,\"kind\":\"loopback\"}", /* service is off */
          "\"name\":\"j\",\"table\":\"\",\"up\":0"},
         {NULL}},
        {"port 1/1/1 {\n}\nrouter \"Base\" {\n interface \"m\" {\n port 1/1/1\n }\n}\n",
         {"\"name\":\"m\",\"table\":\"\",\"up\":0,\"parent\":\"1/1/1\"}"},
         {NULL}},
        {BASE "interface \"x\" ipv4 primary address secret",
         {"without its prefix length"},
         {"secret", "addrs"}},
    };
    (void)state;

    CHECK(v);
}

static void test_igps(void **state)
{
    static const struct said_example v[] = {
        /* IPv6 in a topology of its own */
        {IF_X BASE "interface \"x\" ipv6 address 2001:db8::1 prefix-length 64\n" BASE
                   "isis 0 admin-state enable\n" BASE "isis 0 level-capability 2\n" BASE
                   "isis 0 ipv6-routing mt\n" BASE
                   "isis 0 multi-topology ipv6-unicast true\n" BASE
                   "isis 0 interface \"x\" level 2 metric 70\n" BASE
                   "isis 0 interface \"x\" level 2 ipv6-unicast-metric 80",
         {"\"family\":4,\"level\":2,\"metric\":70}", "\"family\":6,\"level\":2,\"metric\":80}"},
         {"not followed"}},
        {IF_X BASE "interface \"x\" ipv6 address 2001:db8::1 prefix-length 64\n" BASE
                   "isis 0 admin-state enable\n" BASE "isis 0 level-capability 2\n" BASE
                   "isis 0 ipv6-routing native\n" BASE
                   "isis 0 interface \"x\" level 2 ipv6-unicast-metric 80\n" BASE
                   "isis 0 level 2 default-metric 30\n" BASE
                   "isis 0 level 2 default-ipv6-unicast-metric 40",
         {"\"family\":4,\"level\":2,\"metric\":30}", "\"family\":6,\"level\":2,\"metric\":30}"},
         {"80", "40"}},
        {IF_X BASE "isis 0 admin-state enable\n" BASE "isis 0 area-address [49.0001]\n" BASE
                   "isis 0 interface \"x\" level 2 metric 70\n" BASE
                   "isis 0 interface \"x\" interface-type point-to-point\n" BASE "ecmp 8",
         {"\"protocol\":\"isis\",\"family\":4,\"area\":\"49.0001\",\"level\":3,"
          "\"maximum_paths\":8}",
          "\"level\":1,\"metric\":10,\"network\":\"point-to-point\"}",
          "\"level\":2,\"metric\":70,\"network\":\"point-to-point\"}"},
         {"\"family\":6"}},
        {IF_X BASE "isis 1 interface \"x\"\n" BASE "ospf 0 area 0 interface \"x\"",
         {"interface"},
         {"isis", "ospf"}}, /* neither is switched on */
        {IF_X BASE "isis 1 admin-state enable\n" BASE "isis 1 level-capability 1\n" BASE
                   "isis 1 reference-bandwidth 100000000\n" BASE "isis 1 interface \"x\"\n" BASE
                   "isis 1 interface \"gone\"",
         {"\"process\":\"1\",\"family\":4,\"level\":1,\"metric\":10}",
          "an interface that the router doesn't have"},
         {"gone"}},
        {IF_X BASE "ospf 0 admin-state enable\n" BASE
                   "ospf 0 area 0.0.0.2 interface \"x\" passive true\n" BASE
                   "ospf 0 export-policy [\"p\"]\n" C
                   "policy-options policy-statement \"p\" entry 10 action action-type accept",
         {"\"interface\":\"x\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,\"area\":"
          "\"2\","
          "\"metric\":10,\"passive\":1}",
          "\"protocol\":\"ospf\",\"family\":4,\"maximum_paths\":1}",
          "\"into\":\"ospf\",\"how\":\"redistribute\",\"family\":4,\"protocol\":\"static\","
          "\"policy\":\"p (into ospf)\"}"},
         {"\"protocol\":\"isis\""}},
        {IF_X BASE "ospf 0 admin-state enable\n" BASE "isis 0 admin-state enable\n" BASE
                   "isis 0 export-policy [\"p\"]\n" C
                   "policy-options policy-statement \"p\" entry 10 action action-type accept",
         {"\"into\":\"isis\",\"how\":\"redistribute\",\"family\":4,\"protocol\":\"ospf\","
          "\"policy\":\"p (into isis)\"}"},
         {"\"into\":\"isis\",\"how\":\"redistribute\",\"family\":4,\"protocol\":\"isis\"",
          "\"protocol\":\"ospf3\""}},
    };
    (void)state;

    CHECK(v);
}

#define UNTOLD(table, by)                                                                      \
    "igp {\"node\":\"n\",\"table\":\"" table "\",\"protocol\":\"" by "\",\"family\":4}"

/* Tables with routes that are not followed say so. */
static void test_untold(void **state)
{
    static const struct said_example v[] = {
        {BASE "rip group \"g\" neighbor \"x\" admin-state enable", {UNTOLD("", "rip")}, {NULL}},
        {BASE "ospf 0 area 0.0.0.1 nssa", {UNTOLD("", "ospf areas")}, {NULL}},
        {C "service vprn \"red\" bgp-ipvpn mpls vrf-target community \"target:1:1\"\n" C
           "service vprn \"blue\" admin-state enable",
         {UNTOLD("red", "vpn")},
         {"\"table\":\"blue\",\"protocol\"", "\"table\":\"\",\"protocol\""}},
    };

    (void)state;
    CHECK(v);
}

static void test_routes(void **state)
{
    static const struct said_example v[] = {
#define HOP(x, more)                                                                           \
    BASE "static-routes route 10.4.0.0/16 route-type unicast next-hop \"192.0.2." x            \
         "\" admin-state enable\n" more
#define WORSE(x)                                                                               \
    BASE "static-routes route 10.4.0.0/16 route-type unicast next-hop \"192.0.2." x            \
         "\" preference 50\n"
        /* as many of the best preference as ecmp says */
        {BASE "ecmp 2\n" HOP("1", "") HOP("2", "") HOP("3", "") HOP("4", WORSE("4")),
         {"\"next_hops\":[\"192.0.2.1\",\"192.0.2.2\"],\"interfaces\":[\"\",\"\"],\"distance\":"
          "5}",
          "\"next_hops\":[\"192.0.2.4\"],\"interfaces\":[\"\"],\"distance\":50}"},
         {"192.0.2.3"}},
        {HOP("1", "") HOP("2", ""), {"\"next_hops\":[\"192.0.2.1\"]"}, {"192.0.2.2"}},
        {BASE "static-routes route 10.0.0.0/8 route-type unicast next-hop \"192.0.2.1\" "
              "admin-state enable\n" BASE
              "static-routes route 10.1.0.0/16 route-type unicast next-hop \"192.0.2.1\"\n" BASE
              "static-routes route 10.2.0.0/16 route-type unicast blackhole admin-state "
              "enable\n" BASE "aggregates aggregate 10.3.0.0/16 summary-only true",
         {"\"prefix\":\"10.0.0.0/8\",\"protocol\":\"static\",\"next_hops\":[\"192.0.2.1\"],"
          "\"interfaces\":[\"\"],\"distance\":5}",
          "\"prefix\":\"10.2.0.0/16\",\"protocol\":\"static\",\"discard\":1,\"distance\":5}",
          "\"how\":\"aggregate\",\"family\":4,\"prefix\":\"10.3.0.0/16\",\"protocol\":"
          "\"aggregate\",\"summary_only\":1}"},
         {"10.1.0.0"}},
    };
    (void)state;

    CHECK(v);
}

#define BGP                                                                                    \
    BASE "autonomous-system 64500\n" BASE "bgp group \"g\" peer-as 64501\n" BASE               \
         "bgp neighbor \"10.0.0.2\" group \"g\"\n"

static void test_sessions(void **state)
{
    static const struct said_example v[] = {
        {BGP BASE "bgp neighbor \"10.0.0.2\" multihop 4",
         {"\"family\":4,\"peer_addr\":\"10.0.0.2\",\"peer_asn\":64501,\"import_policy\":"
          "\"(reject)\",\"export_policy\":\"(reject)\",\"multihop\":4}",
          "\"name\":\"(reject)\",\"seq\":10,\"action\":\"deny\"}"},
         {NULL}},
        {BGP BASE "bgp ebgp-default-reject-policy import false\n" BASE
                  "bgp ebgp-default-reject-policy export false",
         {"\"peer_asn\":64501,\"export_policy\":\"(export)\"}"},
         {"(reject)"}},
        /* groups of nobody, and of whoever comes */
        {BGP BASE "bgp group \"idle\" frob 1\n" BASE
                  "bgp group \"any\" dynamic-neighbor match prefix 10.0.0.0/8",
         {"f:5: bgp: dynamic-neighbor is not followed"},
         {"understood", "f:4"}},
        /* a chain that comes to its end rejects; not so with neighbours of the own AS */
        {BGP BASE
         "bgp group \"g\" export policy [\"p\"]\n" BASE
         "bgp group \"g\" import policy [\"p\"]\n" C
         "policy-options policy-statement \"p\" entry 10 from protocol name [bgp]\n" C
         "policy-options policy-statement \"p\" entry 10 action action-type accept\n" BASE
         "bgp group \"i\" peer-as 64500\n" BASE "bgp group \"i\" export policy [\"p\"]\n" BASE
         "bgp neighbor \"10.0.0.3\" group \"i\"",
         {"\"import_policy\":\"p (or reject)\",\"export_policy\":\"p (export or reject)\"}",
          "\"name\":\"p (export or reject)\",\"seq\":20,\"action\":\"deny\"}",
          "\"name\":\"p (or reject)\",\"seq\":20,\"action\":\"deny\"}",
          "\"peer_asn\":64500,\"export_policy\":\"p (export)\"}"},
         {NULL}},
        {BGP BASE "bgp group \"g\" family ipv6 true\n" BASE
                  "bgp group \"g\" admin-state disable",
         {"\"family\":6,\"peer_addr\":\"10.0.0.2\"", "\"shutdown\":1,"},
         {"\"family\":4,\"peer"}},
        {BASE "autonomous-system 64500\n" BASE "bgp group \"i\" type internal\n" BASE
              "bgp group \"i\" cluster cluster-id 10.9.9.9\n" BASE
              "bgp group \"i\" next-hop-self true\n" BASE
              "bgp neighbor \"10.0.0.3\" group \"i\"\n" BASE
              "bgp neighbor \"10.0.0.3\" local-address 10.9.9.9",
         {"\"cluster_id\":\"10.9.9.9\"",
          "\"local_addr\":\"10.9.9.9\",\"peer_addr\":\"10.0.0.3\",\"peer_asn\":64500,"
          "\"export_policy\":\"(export)\",\"next_hop_self\":2,\"rr_client\":1}"},
         {"(reject)"}},
        {BGP BASE "bgp group \"g\" family vpn-ipv4 true",
         {"bgp_session {\"node\":\"n\",\"table\":\"\",\"peer_addr\":\"10.0.0.2\",\"peer_asn\":"
          "64501}",
          "a neighbor for other families"},
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

#define ENTRY C "policy-options policy-statement \"p\" entry 10 "
#define LIST  C "policy-options prefix-list \"l\" prefix "

static void test_policies(void **state)
{
    static const struct said_example v[] = {
        {ENTRY "from prefix-list [\"l\"]\n" ENTRY "from protocol name [bgp static]\n" ENTRY
               "action action-type next-entry\n" ENTRY "action local-preference 200\n" LIST
               "10.0.0.0/8 type longer\n" LIST
               "10.1.0.0/16 type through through-length 24\n" LIST
               "10.2.0.0/16 type range start-length 20\n" LIST
               "10.2.0.0/16 type range end-length 22\n" C
               "policy-options policy-statement \"p\" default-action action-type reject",
         {"\"seq\":10,\"action\":\"permit\",\"match\":[\"prefix-list4 l\",\"source-protocol "
          "bgp\"],\"set\":[\"local-preference 200\"],\"on_match\":30}",
          "\"seq\":30,\"action\":\"deny\"}", "\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}",
          "\"value\":\"10.1.0.0/16\",\"ge\":16,\"le\":24}",
          "\"value\":\"10.2.0.0/16\",\"ge\":20,\"le\":22}"},
         {NULL}},
        {ENTRY "from prefix-list [\"l\"]\n" ENTRY "action action-type accept\n" LIST
               "10.0.0.0/8 type exact\n" LIST "10.0.0.0/8 type range start-length 16\n" LIST
               "10.0.0.0/8 type range end-length 24\n" LIST
               "10.0.0.0/8 type through through-length 12",
         {"\"seq\":10,\"action\":\"permit\",\"value\":\"10.0.0.0/8\"}",
          "\"value\":\"10.0.0.0/8\",\"ge\":16,\"le\":24}",
          "\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":12}"},
         {"unknown"}},
        {ENTRY "from community name \"c\"\n" ENTRY "from as-path name \"a\"\n" ENTRY
               "action community add [\"c\"]\n" ENTRY "action community remove [\"c\"]\n" ENTRY
               "action as-path-prepend as-path 7\n" ENTRY
               "action as-path-prepend repeat 2\n" ENTRY "action metric set 5\n" ENTRY
               "action next-hop self\n" C "policy-options community \"c\" member \"1:2\"\n" C
               "policy-options as-path \"a\" expression \"7 .*\"",
         {"\"match\":[\"community c\",\"as-path a\"],\"set\":[\"community-delete c (each)\","
          "\"community-add 1:2\",\"as-path-prepend 7 7\",\"med 5\",\"next-hop self\"]}"},
         {NULL}},
        {ENTRY "from interface \"secret\"\n" ENTRY "action action-type accept\n" ENTRY
               "action bgp-tunnel true\n" ENTRY "from prefix-list [\"none\"]",
         {"\"unknown condition\"", "\"unknown prefix-list\"", "\"set\":[\"unknown change\"]"},
         {"secret"}},
    };
    (void)state;

    CHECK(v);
}

/* What a terminal's log has above the prompt: where the following stands. */
static void test_places(void **state)
{
    static const struct said_example v[] = {
        {"\n[gl:/configure router \"Base\"]\nA:admin@r1# info\n    autonomous-system 64500\n   "
         " "
         "interface \"x y\" {\n        loopback\n    }\n\n*(ex)[/configure service vprn "
         "\"v\"]\n"
         "A:admin@r1# info flat\n    interface \"x\" loopback\n    admin-state enable\n\n[/]\n"
         "A:admin@r1# admin show configuration\nconfigure {\n    system {\n        name "
         "\"r9\"\n"
         "    }\n}\n",
         {"node {\"node\":\"r9\"", "\"name\":\"x y\",\"table\":\"\",\"kind\":\"loopback\"}",
          "\"name\":\"x\",\"table\":\"v\",\"kind\":\"loopback\"}"},
         {NULL}},
        {"[ex:/configure router \"Base\"]\nA:admin@r1# info flat full-context\n    /configure "
         "router "
         "\"Base\" interface \"x\" loopback\n",
         {"\"name\":\"x\",\"table\":\"\",\"kind\":\"loopback\"}"},
         {NULL}},
        {"[ex:/configure]\nA:admin@r1# info flat\n    router \"Base\" interface \"x\" "
         "loopback\n",
         {"\"name\":\"x\",\"table\":\"\",\"kind\":\"loopback\"}"},
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

static void test_refusals(void **state)
{
    static const struct sros_refusal cases[] = {
        {"configure {\n router \"Base\" {\n", "cut off?", ERR_PARSE},
        {"# nothing\n", "nothing below `configure`", ERR_NOENT},
    };
    (void)state;

    sros_refused(cases, sizeof(cases) / sizeof(*cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interfaces), cmocka_unit_test(test_igps),
        cmocka_unit_test(test_untold),     cmocka_unit_test(test_routes),
        cmocka_unit_test(test_sessions),   cmocka_unit_test(test_policies),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
