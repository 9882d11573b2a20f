/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of protocols, templates and the file itself. */
#include <stddef.h>

#include "unit/agents/sources/bird/expect.h"
#include "unit/cmocka_all.h"

/** A file, and what it must and must not say. */
struct file {
    const char *text;
    const char *lines[8];
};

static void check(const struct file *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bird_expect(v[i].text, v[i].lines);
}

#define CHECK(v)    check((v), sizeof(v) / sizeof(*(v)))
#define BGP(x)      "protocol bgp b { local 192.0.2.9 as 1; neighbor 192.0.2.1 as 2; ipv4; " x " }"
#define IBGP(x)     "protocol bgp b { local 192.0.2.9 as 1; neighbor 192.0.2.1 as 1; ipv4; " x " }"
#define CHANNEL(x)  "protocol bgp b { local as 1; neighbor 192.0.2.1 as 2; ipv4 { " x " }; }"
#define OSPF(x)     "protocol ospf v2 o { ipv4; area 0 { " x " }; }"
#define STATIC(x)   "protocol static { ipv4; " x " }"
#define NOTED(x, y) "ignored f:1:" x ": " y

static void settings_of_sessions(void **unused)
{
    static const struct file v[] = {
        {BGP("multihop;"), {"\"multihop\":255}"}},
        {BGP("multihop 4;"),
         {"\"multihop\":4}", "\"name\":\"lo\",\"table\":\"\",\"addrs\":[\"192.0.2.9/32\"]"}},
        {BGP("multihop 4; direct;"), {"\"peer_asn\":2", "-multihop", "-\"name\":\"lo\""}},
        {BGP("allow local as;"), {"\"allow_own_as\":255}"}},
        {BGP("allow local as 2;"), {"\"allow_own_as\":2}"}},
        {BGP("default bgp_local_pref 70;"), {"\"local_pref\":70,"}},
        {BGP("med metric on; path metric off; deterministic med; prefer older on;"),
         {"\"ignore_as_path\":1", "\"always_compare_med\":1", "\"deterministic_med\":1",
          "-compare_routerid"}},
        {BGP("source address 192.0.2.8;"), {"\"local_addr\":\"192.0.2.8\"", "-192.0.2.9"}},
        {IBGP("rr cluster id 192.0.2.7; rr client;"),
         {"\"cluster_id\":\"192.0.2.7\"", "\"rr_client\":1}"}},
        {IBGP("rr client off;"), {"bgp_session {", "-rr_client"}},
        {BGP("rs client; igp metric off;"),
         {"ignored f:1:71: a setting of BGP that is not followed",
          "ignored f:1:82: a setting of BGP that is not followed"}},
        {BGP("hold time 90; bfd on; password \"s3cret\"; graceful restart;"),
         {"bgp_session {", "-s3cret", "-ignored"}},
        {BGP("frobnicate s3cret;"),
         {"(unknown word): not understood in this protocol", "-s3cret", "-frobnicate"}},
    };

    (void)unused;
    CHECK(v);
}

static void ends_of_sessions(void **unused)
{
    static const struct file v[] = {
        {"protocol bgp { local port 179 as 1; neighbor fe80::1 % \"e1\" internal; ipv6; }",
         {"\"family\":6,\"local_interface\":\"e1\",\"peer_addr\":\"fe80::1\",\"peer_asn\":1,",
          "interface {\"node\":\"n\",\"name\":\"e1\""}},
        {"protocol bgp { local as 1; neighbor 192.0.2.1 external; ipv4; }",
         {"\"peer_addr\":\"192.0.2.1\",\"external\":1"}},
        {"protocol bgp { local as 1; neighbor range 192.0.2.0/24 as 2; ipv4; }",
         {NOTED("1", "protocol: takes any neighbour of a range; which ones it doesn't tell"),
          "-bgp_session"}},
        {"protocol bgp { local as 1; neighbor as 2; ipv4; }",
         {NOTED("1", "protocol: has no neighbour's address"), "-bgp_session"}},
        {"protocol bgp { neighbor 192.0.2.1 as 2; ipv4; }",
         {NOTED("1", "protocol: has no local AS number"), "-bgp_session"}},
        {"protocol bgp { local as 1; neighbor 192.0.2.1; ipv4; }",
         {NOTED("1", "protocol: has no neighbour's AS number"), "-bgp_session"}},
        {"protocol bgp { local as 0; neighbor 192.0.2.1 as 2; ipv4; }",
         {NOTED("25", "as: not an AS number"), "has no local AS number"}},
        {"define ME = 192.0.2.9;\ndefine AS = 64500 + 1;\n"
         "protocol bgp { local ME as AS; neighbor 192.0.2.1 as AS + 1; ipv4; }",
         {"\"asn\":64501", "\"local_addr\":\"192.0.2.9\"", "\"peer_asn\":64502"}},
    };

    (void)unused;
    CHECK(v);
}

static void channels(void **unused)
{
    static const struct file v[] = {
        {CHANNEL("next hop self ebgp;"), {"\"next_hop_self\":1"}},
        {CHANNEL("next hop self off;"), {"bgp_session {", "-next_hop_self"}},
        {CHANNEL("next hop self ibgp;"),
         {"ignored f:1:62: next: `self ibgp` is not followed", "-next_hop_self"}},
        {CHANNEL("next hop keep;"), {"next: this form is not followed"}},
        {CHANNEL("next hop prefer global;"), {"bgp_session {", "-ignored"}},
        {CHANNEL("table t7; import limit 100 action block;"),
         {"bgp_session {\"node\":\"n\",\"table\":\"t7\"", "-import_policy"}},
        {CHANNEL("table master4;"), {"bgp_session {\"node\":\"n\",\"table\":\"\""}},
        {CHANNEL("import filter { bgp_med = 5; accept; }; export all;"),
         {"\"import_policy\":\"import of b, line 1\"", "-export_policy",
          "\"name\":\"import of b, line 1\",\"seq\":10,\"action\":\"permit\",\"set\":"
          "[\"med 5\"]}"}},
        {"protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4; vpn4 mpls { import all; };"
         " ipv4 multicast { import all; }; }",
         {NOTED("59", "vpn4: a family that is not read"),
          NOTED("86", "ipv4: a family that is not read")}},
        {"protocol static { vpn4; }", {"node {", "-ignored"}},
        {"protocol bgp { vrf \"red\"; local as 1; neighbor 192.0.2.1 as 2; ipv4; }",
         {"bgp_session {\"node\":\"n\",\"table\":\"red\""}},
        /* version 1.6: tables and next hops are the protocol's own */
        {"protocol bgp { local as 1; neighbor 192.0.2.1 as 2; table t7; next hop self; }",
         {"bgp_session {\"node\":\"n\",\"table\":\"t7\",\"family\":4", "\"next_hop_self\":2"}},
    };

    (void)unused;
    CHECK(v);
}

static void areas(void **unused)
{
    static const struct file v[] = {
        {OSPF("interface \"e1\" { cost 30; type broadcast; hello 5; };"),
         {"\"interface\":\"e1\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,\"area\":"
          "\"0\",\"metric\":30,\"network\":\"broadcast\"}"}},
        {OSPF("interface \"e1\", \"eth*\", 192.0.2.0/24, -\"e2\" instance 5;"),
         {"\"interface\":\"e1\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,\"area\":"
          "\"0\",\"metric\":10}",
          "interface: a pattern; which ones it means the kernel knows", "-\"eth*\"",
          "-\"e2\""}},
        {OSPF("interface \"e1\" { stub off; type nbma; };"),
         {"\"metric\":10}", "-passive", "-network"}},
        {OSPF("networks { 10.0.0.0/8; }; virtual link 192.0.2.3;"),
         {NOTED("37", "networks: a setting of an area that is not followed"),
          NOTED("63", "virtual: a setting of an area that is not followed")}},
        {"protocol ospf { ipv4; area x { }; }",
         {"(unknown word): area: a number and a block were expected"}},
        {"protocol ospf { ipv4; area 4294967296 { }; }",
         {"area: a number and a block were expected"}},
        {"protocol ospf { ecmp limit 8; ipv4; tick 2; area 0 { }; }",
         {"igp {\"node\":\"n\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,"
          "\"maximum_paths\":8}",
          "-ignored"}},
        {"protocol ospf { frobnicate; ipv4; }",
         {NOTED("17", "(unknown word): not understood in this protocol")}},
        {"protocol ospf v2 x { ipv4; area 0 { interface \"e1\"; }; }\n"
         "protocol ospf v2 y { ipv4; area 1 { interface \"e2\"; }; }\n"
         "protocol ospf v3 z { ipv6; area 0 { interface \"e1\"; }; }",
         {"\"protocol\":\"ospf\",\"process\":\"x\"", "\"protocol\":\"ospf\",\"process\":\"y\"",
          "\"interface\":\"e1\",\"table\":\"\",\"protocol\":\"ospf3\",\"family\":6",
          "-\"process\":\"z\""}},
    };

    (void)unused;
    CHECK(v);
}

/* A stub network of the router's own address is its loopback; of others there is no interface.
 */
static void stub_networks(void **unused)
{
    static const struct file v[] = {
        {IBGP("") "\n" OSPF("stubnet 192.0.2.9/32 { cost 5; };"),
         {"\"interface\":\"lo\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,\"area\":"
          "\"0\",\"metric\":0,\"passive\":1}",
          "-ignored"}},
        {IBGP("") "\n" OSPF("interface \"dummy0\"; stubnet 192.0.2.9/32;"),
         {"\"interface\":\"dummy0\"", "-\"interface\":\"lo\""}},
        {IBGP("") "\n" OSPF("stubnet 10.0.0.0/8; stubnet 10.0.0.1/32;"),
         {"ignored f:2:1: stubnet: a network without interface is not stated",
          "-\"interface\":\"lo\""}},
        {IBGP("disabled;") "\n" OSPF("stubnet 192.0.2.9/32;"),
         {"a network without interface", "-\"interface\":\"lo\""}},
    };

    (void)unused;
    CHECK(v);
}

static void static_routes(void **unused)
{
    static const struct file v[] = {
        {STATIC("route 10.0.0.0/8 via 192.0.2.1 dev \"e1\" via fe80::1 % \"e2\";"),
         {"\"next_hops\":[\"192.0.2.1\",\"fe80::1\"],\"interfaces\":[\"e1\",\"e2\"]"}},
        {"define GW = 192.0.2.1;\n" STATIC("route 10.0.0.0/8 recursive GW;"),
         {"\"next_hops\":[\"192.0.2.1\"]"}},
        {STATIC("route 10.0.0.0/8 via 5;"),
         {NOTED("25", "route: a destination that is not read"), "-route {"}},
        {STATIC("check link; route gone blackhole;"),
         {NOTED("37", "route: not a prefix of IPv4 or IPv6"), "-route {"}},
        {STATIC("preference 110; route 10.0.0.0/8 prohibit;"),
         {"\"discard\":1,\"distance\":145}"}},
        {"protocol static { preference 110; ipv4 { preference 120; };"
         " route 10.0.0.0/8 unreachable; }",
         {"\"discard\":1,\"distance\":135}"}},
        {STATIC("frobnicate;"), {"not understood in this protocol"}},
        {"protocol static { ipv4 { table t7; }; route 10.0.0.0/8 drop; }",
         {"route {\"node\":\"n\",\"table\":\"t7\""}},
    };

    (void)unused;
    CHECK(v);
}

static void files(void **unused)
{
    static const struct file v[] = {
        {"include \"other.conf\";\nlog syslog all;\nfrobnicate s3cret;\nipv4 table t7;\n"
         "table t8;\n;\ntimeformat base iso long;\nprotocol device { scan time 10; }\n",
         {"ignored f:1:1: include: another file, which is not read with this one",
          "ignored f:3:1: (unknown word): not understood", "-s3cret", "-f:2", "-f:4", "-f:5",
          "-f:7"}},
        {"router id from \"lo\";\n", {"node {", "-router_id", "-ignored"}},
        {"router id 2001:db8::1;\n", {"ignored f:1:1: router id: not an address"}},
        {"protocol bgp b from GONE { local as 1; neighbor 192.0.2.1 as 2; ipv4; }",
         {NOTED("21", "template: not in this file, so what it says is missing"),
          "bgp_session {"}},
        {"protocol babel { ipv4; }\nprotocol pipe { table a; peer table b; }",
         {NOTED("10", "babel: a protocol that is not read"),
          "ignored f:2:10: pipe: routes between tables are not followed"}},
        {"protocol bgp;\nprotocol kernel { ipv4 { export all; }; learn; }",
         {NOTED("10", "(unknown word): a block was expected"), "-f:2"}},
        {"define X;\ndefine 5 = 6;\nfunction f(int a) -> bool { return true; }\n",
         {"-ignored"}},
        {"# a comment\n/* another\n of two lines */ protocol bgp { oddity; }\n",
         {"ignored f:3:33: (unknown word): not understood in this protocol"}},
    };

    (void)unused;
    CHECK(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_of_sessions),
        cmocka_unit_test(ends_of_sessions),
        cmocka_unit_test(channels),
        cmocka_unit_test(areas),
        cmocka_unit_test(stub_networks),
        cmocka_unit_test(static_routes),
        cmocka_unit_test(files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
