/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/junos/junos.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "unit/agents/sources/junos/said.h"
#include "unit/cmocka_all.h"

#define CHECK(v) said_check((v), sizeof(v) / sizeof(*(v)), junos_said)

#define ADDRESS(i, u, a) "set interfaces " i " unit " u " family inet address " a "\n"

static void test_interfaces(void **state)
{
    static const struct said_example v[] = {
        {"interfaces { ge-0/0/0 { disable; unit 0 { family inet { address 10.0.0.1/24; "
         "address 10.0.1.1/24; } family inet6 { address 2001:db8::1/64; } } } }",
         {"\"name\":\"ge-0/0/0\",\"table\":\"\",\"speed\":1000000000,\"up\":0,\"kind\":"
          "\"physical\"}",
          "\"name\":\"ge-0/0/0.0\",\"table\":\"\",\"addrs\":[\"10.0.0.1/24\",\"10.0.1.1/24\","
          "\"2001:db8::1/64\"],\"speed\":1000000000,\"up\":0,\"parent\":\"ge-0/0/0\"}"},
         {NULL}},
        {"interfaces { xe-0/0/1 { gigether-options { 802.3ad ae0; } } xe-0/0/2 { "
         "gigether-options { 802.3ad ae0; } } xe-0/0/3 { disable; gigether-options { 802.3ad "
         "ae0; } } ae0 { unit 7 { vlan-id 7; bandwidth 5g; } } }",
         {"\"name\":\"xe-0/0/1\",\"table\":\"\",\"speed\":10000000000,\"kind\":\"physical\","
          "\"parent\":\"ae0\"}",
          "\"name\":\"ae0\",\"table\":\"\",\"speed\":20000000000,\"kind\":\"aggregate\"}",
          "\"name\":\"ae0.7\",\"table\":\"\",\"speed\":20000000000,\"kind\":\"vlan\","
          "\"parent\":\"ae0\"}",
          "capacity {\"node\":\"n\",\"interface\":\"ae0.7\",\"bits\":5000000000,\"basis\":"
          "\"configured\"}"},
         {NULL}},
        {"interfaces { et-0/0/0 { gigether-options { 802.3ad ae1; } } ae1; et-0/0/1 { speed "
         "100g; mtu 9192; } }",
         {"\"name\":\"ae1\",\"table\":\"\",\"kind\":\"aggregate\"}",
          "\"name\":\"et-0/0/1\",\"table\":\"\",\"speed\":100000000000,\"kind\":\"physical\","
          "\"mtu\":9192}"},
         {NULL}},
        {ADDRESS("fxp0", "0", "10.0.0.1/24") "set system management-instance\n" ADDRESS(
             "lo0", "5", "10.9.9.9/32") "set routing-instances V interface lo0.5\n"
                                        "set routing-instances V instance-type vrf",
         {"\"name\":\"fxp0.0\",\"table\":\"mgmt_junos\"",
          "\"name\":\"lo0.5\",\"table\":\"V\",\"addrs\":[\"10.9.9.9/32\"],\"kind\":"
          "\"loopback\""},
         {NULL}},
        {"interfaces { interface-range R { member \"ge-0/0/[0-1]\"; member-range ge-1/0/8 to "
         "ge-1/0/9; mtu 9000; } ge-0/0/1 { mtu 1600; } }",
         {"\"ge-0/0/0\",\"table\":\"\",\"speed\":1000000000,\"kind\":\"physical\",\"mtu\":"
          "9000}",
          "\"ge-0/0/1\",\"table\":\"\",\"speed\":1000000000,\"kind\":\"physical\",\"mtu\":"
          "1600}",
          "\"ge-1/0/8\"", "\"ge-1/0/9\""},
         {"\"ge-1/0/7\"", "interface-range"}},
        {ADDRESS("ge-0/0/0", "0", "10.0.0.1") ADDRESS("ge-0/0/0", "1", "hello"),
         {"\"addrs\":[\"10.0.0.1/32\"]", "ignored f:2: interfaces: not an address"},
         {"hello"}},
    };
    (void)state;

    CHECK(v);
}

static void test_groups(void **state)
{
    static const struct said_example v[] = {
        {"groups { G { interfaces { <ge-*> { mtu 9192; unit <*> { family iso; } } xe-0/0/9 { "
         "mtu 5000; } } } } apply-groups G; interfaces { ge-0/0/0 { mtu 1500; unit 3 { family "
         "inet { address 10.0.0.1/31; } } } ge-0/0/1 { unit 0; } ge-0/0/2 { "
         "apply-groups-except G; unit 0; } } protocols { isis { interface ge-0/0/0.3; } }",
         {"\"ge-0/0/0\",\"table\":\"\",\"speed\":1000000000,\"kind\":\"physical\",\"mtu\":"
          "1500}",
          "\"ge-0/0/1\",\"table\":\"\",\"speed\":1000000000,\"kind\":\"physical\",\"mtu\":"
          "9192}",
          "\"ge-0/0/2\",\"table\":\"\",\"speed\":1000000000,\"kind\":\"physical\"}",
          "\"xe-0/0/9\"", "\"interface\":\"ge-0/0/0.3\",\"table\":\"\",\"protocol\":\"isis\""},
         {"<ge-*>"}},
        {"groups { A { routing-options { autonomous-system 1; } } B { routing-options { "
         "autonomous-system 2; } } } apply-groups [ A B ]; protocols { bgp { group g { "
         "neighbor 10.0.0.2 { peer-as 9; } } } }",
         {"bgp {\"node\":\"n\",\"table\":\"\",\"asn\":1,"},
         {"\"asn\":2"}},
        {"groups { re0 { system { host-name x-re0; } } re1 { system { host-name x-re1; } } } "
         "apply-groups [ re0 re1 ];",
         {"node {\"node\":\"n\""},
         {"x-re0"}},
        {"system { host-name x; } apply-groups GONE; interfaces { ae0 { unit 0 { family inet { "
         "address 10.0.0.1/31; } } } } protocols { isis { interface ae0.0; } }",
         {"node {\"node\":\"x\"", "apply-groups: a group that isn't defined",
          "\"interface\":\"ae0.0\""},
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

#define ISIS_UNIT                                                                              \
    "interfaces { ae0 { unit 0 { family inet { address 10.0.0.1/31; } family inet6 { address " \
    "2001:db8::/127; } family iso; } } lo0 { unit 0 { family inet { address 10.9.9.9/32; } "   \
    "family iso { address 49.0001.0100.0900.9009.00; } } } xe-0/0/0 { unit 0 { family inet { " \
    "address 10.1.0.1/24; } } } } "

static void test_igps(void **state)
{
    static const struct said_example v[] = {
        {ISIS_UNIT "protocols { isis { level 1 disable; level 2 wide-metrics-only; interface "
                   "ae0.0 { point-to-point; level "
                   "2 metric 700; } interface lo0.0 { passive; } interface xe-0/0/0.0; } }",
         {"\"protocol\":\"isis\",\"family\":4,\"area\":\"49.0001\",\"level\":2,"
          "\"maximum_paths\":1}",
          "\"interface\":\"ae0.0\",\"table\":\"\",\"protocol\":\"isis\",\"family\":4,\"area\":"
          "\"49.0001\",\"level\":2,\"metric\":700,\"network\":\"point-to-point\"}",
          "\"interface\":\"ae0.0\",\"table\":\"\",\"protocol\":\"isis\",\"family\":6",
          "\"interface\":\"lo0.0\",\"table\":\"\",\"protocol\":\"isis\",\"family\":4,\"area\":"
          "\"49.0001\",\"level\":2,\"metric\":0,\"passive\":1}",
          "protocols isis: an interface without family iso"},
         {"\"interface\":\"xe-0/0/0.0\""}},
        {ISIS_UNIT "protocols { isis { interface ae0.0 { level 1 metric 5; } } }",
         {"\"level\":1,\"metric\":5}", "\"level\":2,\"metric\":10}"},
         {NULL}},
        {ISIS_UNIT "protocols { isis { level 2 wide-metrics-only; interface ae0.0 { level 1 "
                   "metric 1000; level 2 metric 1000; } } }",
         {"\"level\":1,\"metric\":63}", "\"level\":2,\"metric\":1000}"},
         {NULL}},
        {ISIS_UNIT "protocols { isis { no-ipv6-routing; interface all { level 2 metric 8; } "
                   "interface lo0.0 { disable; } } }",
         {"\"interface\":\"ae0.0\""},
         {"\"interface\":\"lo0.0\"", "\"family\":6"}},
        {ISIS_UNIT "protocols { ospf { reference-bandwidth 100g; area 0.0.0.1 { interface "
                   "10.1.0.1; interface ae0.0 { metric 77; passive; interface-type p2p; } "
                   "interface gone.0; } } }",
         {"\"interface\":\"xe-0/0/0.0\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,"
          "\"area\":\"1\",\"metric\":10}",
          "\"metric\":77,\"passive\":1,\"network\":\"point-to-point\"}",
          "protocols: an interface that the table doesn't have"},
         {"gone"}},
        {ISIS_UNIT "protocols { ospf3 { area 0 { interface all; } } } routing-options { "
                   "forwarding-table { export LB; } } policy-options { policy-statement LB { "
                   "then { load-balance per-packet; accept; } } }",
         {"\"interface\":\"ae0.0\",\"table\":\"\",\"protocol\":\"ospf3\",\"family\":6,"
          "\"area\":\"0\",\"metric\":1}",
          "\"protocol\":\"ospf3\",\"family\":6,\"maximum_paths\":16}"},
         {"\"interface\":\"xe-0/0/0.0\""}},
        {ISIS_UNIT "protocols { isis { export P; interface ae0.0; } } policy-options { "
                   "policy-statement P { term a { from protocol static; then accept; } } }",
         {"\"into\":\"isis\",\"how\":\"redistribute\",\"family\":4,\"protocol\":\"static\","
          "\"policy\":\"P (into isis)\"}",
          "\"name\":\"P (into isis)\",\"seq\":20,\"action\":\"deny\"}"},
         {"\"protocol\":\"connected\""}},
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
        {"protocols { rip { group g { neighbor ge-0/0/0.0; } } }", {UNTOLD("", "rip")}, {NULL}},
        {"protocols { ospf { area 0.0.0.1 { stub; area-range 10.0.0.0/8; } } }",
         {UNTOLD("", "ospf areas")},
         {NULL}},
        {"routing-instances { A { instance-type vrf; vrf-target target:1:1; } "
         "B { instance-type virtual-router; routing-options { instance-import P; } } "
         "C { instance-type virtual-router; } }",
         {UNTOLD("A", "vpn"), UNTOLD("B", "leaked")},
         {"\"table\":\"C\",\"protocol\"", "\"table\":\"\",\"protocol\""}},
        {"routing-options { rib-groups { G { import-rib [ inet.0 A.inet.0 ]; } } }",
         {UNTOLD("", "leaked")},
         {NULL}},
        {"protocols { ospf { area 0.0.0.0 { inactive: stub; } } }", {"node {"}, {"ospf areas"}},
    };

    (void)state;
    CHECK(v);
}

static void test_routes(void **state)
{
    static const struct said_example v[] = {
        {"routing-options { static { defaults { preference 7; } route 10.0.0.0/8 next-hop [ "
         "192.0.2.1 192.0.2.2 ]; route 10.1.0.0/16 { discard; preference 9; } route "
         "10.2.0.0/16 { next-hop ge-0/0/0.0; qualified-next-hop 192.0.2.3 { preference 20; } } "
         "inactive: route 10.3.0.0/16 reject; route 10.4.0.0/16 next-table V.inet.0; } }",
         {"\"prefix\":\"10.0.0.0/8\",\"protocol\":\"static\",\"next_hops\":[\"192.0.2.1\","
          "\"192.0.2.2\"],\"interfaces\":[\"\",\"\"],\"distance\":7}",
          "\"prefix\":\"10.1.0.0/16\",\"protocol\":\"static\",\"discard\":1,\"distance\":9}",
          "\"interfaces\":[\"ge-0/0/0.0\"]",
          "\"next_hops\":[\"192.0.2.3\"],\"interfaces\":[\"\"]"
          ",\"distance\":20}",
          "the next hop is in another table"},
         {"10.3.0.0", "10.4.0.0"}},
        {"routing-options { autonomous-system 1; static { defaults { community 1:1; } route "
         "10.0.0.0/8 discard; route 10.1.0.0/16 { discard; community [ 1:2 large:1:2:3 ]; } } "
         "} protocols { bgp { export P; group G { neighbor 10.0.0.2 { peer-as 2; } } } } "
         "policy-options { community C members 1:2; policy-statement P { term t { from "
         "community C; then accept; } } }",
         {"\"how\":\"redistribute\",\"family\":4,\"protocol\":\"static\",\"policy\":"
          "\"(static routes)\"}",
          "\"name\":\"(static routes)\",\"seq\":10,\"action\":\"permit\",\"match\":["
          "\"prefix-list4 (static routes) 1:1\"],\"set\":[\"community-add 1:1\"]}",
          "\"set\":[\"community-add 1:2\",\"large-community-add 1:2:3\"]}",
          "\"name\":\"(static routes) 1:1\",\"kind\":\"prefix\",\"family\":4,\"seq\":10,"
          "\"action\":\"permit\",\"value\":\"10.0.0.0/8\"}"},
         {NULL}},
        {"set routing-options rib V.inet6.0 static route ::/0 next-hop 2001:db8::1\n"
         "set routing-options rib inet.2 static route 10.0.0.0/8 discard\n"
         "set routing-options aggregate route 10.5.0.0/16 brief",
         {"\"table\":\"V\",\"layer\":\"config\",\"prefix\":\"::/0\"",
          "\"protocol\":\"aggregate\",\"discard\":1,\"distance\":130}",
          "\"how\":\"aggregate\",\"family\":4,\"prefix\":\"10.5.0.0/16\",\"protocol\":"
          "\"aggregate\"}",
          "one that packets aren't forwarded by"},
         {"10.0.0.0/8"}},
    };
    (void)state;

    CHECK(v);
}

#define BGP "set routing-options autonomous-system 64500\nset protocols bgp group G "

static void test_sessions(void **state)
{
    static const struct said_example v[] = {
        {BGP "type internal\n" BGP "neighbor 10.0.0.2 cluster 10.9.9.9\n" BGP
             "local-address 10.9.9.9",
         {"\"cluster_id\":\"10.9.9.9\"",
          "\"family\":4,\"local_addr\":\"10.9.9.9\",\"peer_addr\":\"10.0.0.2\",\"peer_asn\":"
          "64500,\"export_policy\":\"(export)\",\"rr_client\":1}"},
         {NULL}},
        {BGP "neighbor 2001:db8::2 peer-as 64501\n" BGP "multihop ttl 3\n" BGP
             "family inet any\n" BGP "family inet6 unicast\n" BGP "remove-private\n" BGP
             "local-as 64499 loops 2",
         {"\"family\":4,\"local_asn\":64499,\"peer_addr\":\"2001:db8::2\",\"peer_asn\":64501",
          "\"family\":6,\"local_asn\":64499",
          "\"allow_own_as\":1,\"remove_private_as\":1,"
          "\"multihop\":3}"},
         {NULL}},
        {BGP "neighbor 2001:db8::2 peer-as 64501", {"\"family\":6"}, {"\"family\":4,\"peer"}},
        {BGP "neighbor 10.0.0.2 peer-as 64501\n" BGP "family inet-vpn unicast",
         {"bgp_session {\"node\":\"n\",\"table\":\"\",\"peer_addr\":\"10.0.0.2\"",
          "a neighbor for other families"},
         {"\"family\":4,\"peer"}},
        {BGP "neighbor 10.0.0.2 peer-as 64501\ndeactivate protocols bgp group G neighbor "
             "10.0.0.2",
         {"bgp {"},
         {"bgp_session"}},
        {BGP "neighbor 10.0.0.2 peer-as 64501\n" BGP
             "neighbor 10.0.0.2 local-preference 70\n" BGP "metric-out 5",
         {"\"import_policy\":\"(local-preference 70)\",\"export_policy\":\"(metric-out 5) "
          "(export)\"",
          "\"name\":\"(local-preference "
          "70)\",\"seq\":10,\"action\":\"permit\",\"set\":[\"local-"
          "preference 70\"],\"on_match\":20}",
          "\"set\":[\"med 5\"],\"on_match\":20}"},
         {NULL}},
        {"set routing-instances V instance-type virtual-router\nset routing-instances V "
         "routing-options autonomous-system 7\nset routing-instances V protocols bgp group G "
         "neighbor 10.0.0.2 peer-as 8\nset routing-instances V protocols bgp path-selection "
         "always-compare-med",
         {"bgp {\"node\":\"n\",\"table\":\"V\",\"asn\":7,", "\"always_compare_med\":1",
          "\"deterministic_med\":1", "\"distance_external\":170",
          "bgp_session {\"node\":\"n\",\"table\":\"V\",\"family\":4"},
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

#define TERM "set policy-options policy-statement P term t "

static void test_policies(void **state)
{
    static const struct said_example v[] = {
        {TERM "from protocol [ static direct ]\n" TERM "from prefix-list L\n" TERM
              "then local-preference add 10\n" TERM "then next term\n"
              "set policy-options prefix-list L 10.0.0.0/8\n"
              "set policy-options prefix-list L 2001:db8::/32\n"
              "set policy-options policy-statement P then reject",
         {"\"seq\":10,\"action\":\"permit\",\"match\":[\"prefix-list4 L\",\"source-protocol "
          "static\"],\"set\":[\"local-preference +10\"],\"on_match\":50}",
          "\"seq\":40,\"action\":\"permit\",\"match\":[\"prefix-list6 L\",\"source-protocol "
          "connected\"],\"set\":[\"local-preference +10\"],\"on_match\":50}",
          "\"seq\":50,\"action\":\"deny\"}", "\"seq\":60,\"action\":\"permit\"}",
          "\"kind\":\"prefix\",\"family\":6,\"seq\":10,\"action\":\"permit\",\"value\":"
          "\"2001:db8::/32\"}"},
         {NULL}},
        {TERM "from route-filter 10.0.0.0/8 orlonger\n" TERM
              "from route-filter 10.1.0.0/16 exact\n" TERM
              "from route-filter 10.2.0.0/16 upto /24\n" TERM
              "from route-filter 10.2.0.0/16 longer reject\n" TERM "then accept",
         {"\"name\":\"P term t\",\"kind\":\"prefix\",\"family\":4,\"seq\":20,\"action\":"
          "\"deny\",\"value\":\"10.1.0.0/16\",\"ge\":16,\"le\":32}",
          "\"name\":\"P term t\",\"kind\":\"prefix\",\"family\":4,\"seq\":60,\"action\":"
          "\"permit\",\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}",
          "\"value\":\"10.2.0.0/16\",\"ge\":16,\"le\":24}",
          "\"seq\":10,\"action\":\"deny\",\"match\":[\"prefix-list4 P term t reject\"]}",
          "\"seq\":20,\"action\":\"permit\",\"match\":[\"prefix-list4 P term t\"]}"},
         {NULL}},
        {TERM "from community [ C D ]\n" TERM "then community add C\n" TERM
              "then community delete D\n" TERM "then community add L\n" TERM "then accept\n"
              "set policy-options community C members [ 1:2 1:3 ]\n"
              "set policy-options community D members 5:*\n"
              "set policy-options community L members large:1:2:3",
         {"\"match\":[\"community C\"],\"set\":[\"community-add 1:2 1:3\",\"community-delete D "
          "(each)\",\"large-community-add 1:2:3\"]}",
          "\"match\":[\"community D\"]", "\"value\":\"1:2 1:3\"}",
          "\"value\":\"(^| )(5:[0-9]+)( |$)\",\"expanded\":1}"},
         {NULL}},
        {TERM "from as-path A\n" TERM "from neighbor 10.0.0.2\n" TERM
              "then as-path-prepend \"7 7\"\n" TERM "then next-hop self\n" TERM
              "then metric 5\n" TERM "then origin igp\n"
              "set policy-options as-path A \"1 .*\"",
         {"\"match\":[\"as-path A\",\"peer 10.0.0.2\"],\"set\":[\"as-path-prepend-outside 7 "
          "7\",\"next-hop self\",\"med 5\",\"origin igp\"],\"on_match\":20}"},
         {NULL}},
        {TERM "from as-path NONE\n" TERM "from condition secret\n" TERM
              "from prefix-list EMPTY\n" TERM "then metric igp\n" TERM "then accept",
         {"\"match\":[\"unknown prefixes\",\"unknown as-path\",\"unknown condition\"],\"set\":["
          "\"unknown med\"]}",
          "a condition that can't be told", "prefixes that can't be told"},
         {"secret"}},
        {"set policy-options policy-statement P from interface lo0.0\n"
         "set policy-options policy-statement P from route-filter 10.0.0.0/8 exact\n"
         "set policy-options policy-statement P then reject\n" ADDRESS("lo0", "0",
                                                                       "10.9.9.9/32"),
         {"\"name\":\"P from\",\"kind\":\"prefix\"", "\"prefix-list4 P from\"",
          "\"prefix-list4 P from interface\""},
         {"P term"}},
        {TERM "from interface lo0.0\n" TERM "then accept\n" ADDRESS("lo0", "0", "10.9.9.9/32"),
         {"\"match\":[\"prefix-list4 P term t interface\",\"source-protocol connected\"]}"},
         {NULL}},
        {TERM "from prefix-list A\n" TERM "then accept\nset policy-options prefix-list A "
              "apply-path \"protocols bgp group <*> neighbor <*>\"\n" BGP
              "neighbor 10.0.0.2 peer-as 1",
         {"\"value\":\"10.0.0.2/32\"}"},
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

static void test_chains_and_exports(void **state)
{
    static const struct said_example v[] = {
        {"policy-options { policy-statement A { term x { from family inet6; then next policy; "
         "} "
         "then reject; } policy-statement B { then accept; } } routing-options { "
         "autonomous-system 1; } protocols { bgp { group G { import [ A B ]; export [ B GONE "
         "]; "
         "neighbor 10.0.0.2 { peer-as 2; } } } }",
         {"\"name\":\"A B\",\"seq\":10,\"action\":\"permit\",\"match\":[\"prefix-list6 "
          "(any)\"],"
          "\"on_match\":30}",
          "\"name\":\"A B\",\"seq\":20,\"action\":\"deny\"}",
          "\"name\":\"A B\",\"seq\":30,\"action\":\"permit\"}",
          "\"name\":\"B (undefined) (export)\",\"seq\":30,\"action\":\"permit\",\"match\":["
          "\"source-protocol bgp\"]}",
          "\"how\":\"redistribute\",\"family\":4,\"protocol\":\"static\"}",
          "a policy that isn't defined"},
         {NULL}},
        {TERM "from next-hop 10.0.0.2\n" TERM "from interface lo0.0\n" TERM
              "from route-filter 10.1.0.0/16 exact accept\n" TERM
              "from route-filter 10.2.0.0/16 exact\n" TERM
              "then reject\n" ADDRESS("lo0", "0", "10.9.9.9/32"),
         {"\"action\":\"permit\",\"match\":[\"prefix-list4 P term t accept\",\"next-hop-list4 "
          "P "
          "term t next-hop\",\"prefix-list4 P term t interface\"",
          "\"action\":\"deny\",\"match\":[\"prefix-list4 P term t\",\"next-hop-list4 P term t "
          "next-hop\",\"prefix-list4 P term t interface\""},
         {NULL}},
        {"policy-options { policy-statement OUT { from protocol aggregate; then accept; } }\n"
         "routing-options { autonomous-system 1; aggregate { route 198.51.0.0/16; } }\n"
         "protocols { isis { interface lo0.0; } bgp { group G { export OUT; neighbor 10.0.0.2 "
         "{ "
         "peer-as 2; } } } }",
         {"\"how\":\"redistribute\",\"family\":4,\"protocol\":\"isis\"}",
          "\"how\":\"redistribute\",\"family\":4,\"protocol\":\"connected\"}"},
         {"\"family\":4,\"protocol\":\"ospf\"}"}},
    };
    (void)state;

    CHECK(v);
}

/** An import chain of n policies, all accepting but the last, which rejects. */
static char *facts_of_chain(size_t n)
{
    struct buf out = {0};
    char *text, *lines;

    buf_printf(&out, "policy-options {\n");
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "policy-statement policy-of-a-long-name-%zu { then %s; }\n", i,
                   i + 1 < n ? "next policy" : "reject");
    buf_printf(&out, "}\nrouting-options { autonomous-system 1; }\n"
                     "protocols { bgp { group G { neighbor 10.0.0.2 { peer-as 2; } import [");
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, " policy-of-a-long-name-%zu", i);
    buf_printf(&out, " ]; } } }\n");
    text = buf_take(&out, &(size_t){0});
    lines = junos_said(text);
    free(text);
    return lines;
}

static void test_long_chains(void **state)
{
    char *lines[3] = {facts_of_chain(30), facts_of_chain(64), facts_of_chain(65)};
    char *name[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        name[i] = strstr(lines[i], "\"import_policy\":\"");
        assert_non_null(name[i]);
        name[i] = strndup(name[i] + 17, strcspn(name[i] + 17, "\"") + 300);
        *(strchr(name[i] + 1, '"') + 1) = '\0';
        assert_true(strlen(name[i]) < 260);
        said_expect(strstr(lines[i], "policy_term"),
                    LINES(name[i])); /* it is the one that is stated */
    }
    assert_string_not_equal(name[0], name[1]);
    said_expect(lines[1], LINES("-"
                                "unknown policy"));
    said_expect(lines[2], LINES("unknown policy"));
    said_expect(lines[2], LINES("too many policies in one chain"));
    for (int i = 0; i < 3; i++) {
        free(name[i]);
        free(lines[i]);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text, *message;
        int code;
    } cases[] = {
        {"interfaces { ge-0/0/0 {", "cut off?", ERR_PARSE},
        {"<rpc-reply>", "expected what `show configuration`", ERR_PARSE},
        {"hello world;", "no statement of Junos", ERR_NOENT},
        {"interfaces { interface-range R { member-range ge-0/0/0 to ge-0/0/4095; member "
         "ge-1/0/0; } }",
         "more than 4096 interfaces", ERR_LIMIT},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct junos *j = NULL;
        struct err e = {0};

        assert_int_equal(junos_read("f", "n", slice_of(cases[i].text), &j, &e), cases[i].code);
        assert_null(j);
        if (strstr(e.msg, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].text, e.msg);
    }
}

/** The same configuration with braces and as commands gives the same facts. */
static void test_forms_agree(void **state)
{
    char *a =
        junos_said("system { host-name r; } interfaces { ge-0/0/0 { unit 0 { family inet { "
                   "address 10.0.0.1/24; } } } } routing-options { autonomous-system 1; } "
                   "protocols { bgp { group G { import P; neighbor 10.0.0.2 { peer-as 2; } "
                   "} } } policy-options { policy-statement P { term t { from { "
                   "route-filter 10.0.0.0/8 upto /24; } then { metric 5; accept; } } } }");
    char *b = junos_said("set system host-name r\n" ADDRESS(
        "ge-0/0/0", "0",
        "10.0.0.1/24") "set routing-options autonomous-system 1\nset protocols bgp group G "
                       "import P\n"
                       "set protocols bgp group G neighbor 10.0.0.2 peer-as 2\n" TERM
                       "from route-filter 10.0.0.0/8 upto /24\n" TERM "then metric 5\n" TERM
                       "then accept\n");
    (void)state;

    assert_string_equal(a, b);
    free(a);
    free(b);
}

/** A term with too many alternatives, and a policy with too many entries, can't be told. */
static void test_limits(void **state)
{
    struct buf text = {0};
    char *lines;
    (void)state;

    buf_str(&text, "policy-options { policy-statement P { term t { from { tag [ ");
    for (int i = 0; i < 513; i++)
        buf_printf(&text, "%d ", i);
    buf_str(&text, "]; } then accept; } } policy-statement Q { ");
    for (int i = 0; i < 1000; i++) {
        buf_printf(&text, "term t%d { from { tag [ ", i);
        for (int k = 0; k < 512; k++)
            buf_printf(&text, "%d ", k);
        buf_str(&text, "]; } then accept; } ");
    }
    buf_str(&text, "} }");
    lines = junos_said(buf_cstr(&text));
    said_expect(lines, LINES("\"name\":\"P\",\"seq\":10,\"action\":\"permit\",\"match\":["
                             "\"unknown alternatives\"]}"));
    said_expect(lines, LINES("\"name\":\"Q\",\"seq\":10,\"action\":\"permit\",\"match\":["
                             "\"unknown policies\"]}"));
    said_expect(lines, LINES("ignored policies: the policies have too many entries in all"));
    free(lines);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interfaces),  cmocka_unit_test(test_groups),
        cmocka_unit_test(test_igps),        cmocka_unit_test(test_untold),
        cmocka_unit_test(test_routes),      cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_policies),    cmocka_unit_test(test_chains_and_exports),
        cmocka_unit_test(test_long_chains), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_forms_agree), cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
