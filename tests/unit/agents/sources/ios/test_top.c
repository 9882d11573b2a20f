/* SPDX-License-Identifier: Apache-2.0 */
/* Statements at the top of configurations, and lists as each platform writes them. */
#include <stddef.h>
#include <stdio.h>

#include "unit/agents/sources/ios/expect.h"
#include "unit/cmocka_all.h"

/** A configuration, and what it must and must not say. */
struct file {
    enum ios_platform platform;
    const char *text;
    const char *lines[5];
};

static void check(const struct file *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ios_expect(v[i].platform, v[i].text, v[i].lines);
}

#define CHECK(v) check((v), sizeof(v) / sizeof(*(v)))

static void identities(void **unused)
{
    static const struct file v[] = {
        {IOS_IOS, "hostname r9\n", {"node {\"node\":\"r9\""}},
        {IOS_NXOS, "switchname sw9\n", {"node {\"node\":\"sw9\""}},
        {IOS_XR, "router-id 192.0.2.9\n", {"\"router_id\":\"192.0.2.9\""}},
        {IOS_XR, "router-id Loopback0\n", {"node {\"node\":\"n\"", "-router_id"}},
        {IOS_IOS, "no hostname r9\n", {"node {\"node\":\"n\"", "-r9"}},
    };

    (void)unused;
    CHECK(v);
}

static void routing(void **unused)
{
    static const struct file v[] = {
        {IOS_NXOS,
         "vrf context red\n  ip route 10.0.0.0/8 192.0.2.1\n  ipv6 route 2001:db8::/32 Null0\n"
         "  address-family ipv4 unicast\n",
         {"\"table\":\"red\",\"layer\":\"config\",\"prefix\":\"10.0.0.0/8\",\"protocol\":"
          "\"static\",\"next_hops\":[\"192.0.2.1\"]",
          "\"prefix\":\"2001:db8::/32\",\"protocol\":\"static\",\"discard\":1"}},
        {IOS_NXOS, "vrf context management\n", {"node {", "-route {"}},
        {IOS_IOS,
         "router rip\n network 10.0.0.0\n",
         {"ignored f:1:8: ", "a routing protocol that is not read", "-10.0.0.0"}},
        {IOS_IOS, "no router bgp 1\n", {"node {", "-bgp {", "-ignored"}},
        {IOS_EOS, "router ospfv3 1\n", {"\"protocol\":\"ospf3\""}},
        {IOS_IOS, "ipv6 router ospf 1\n", {"\"protocol\":\"ospf3\""}},
    };

    (void)unused;
    CHECK(v);
}

#define UNTOLD(table, by)                                                                      \
    "igp {\"node\":\"n\",\"table\":\"" table "\",\"protocol\":\"" by "\",\"family\":4}"

/* Where routes come from something that is not followed, the table says so. */
/* What a route is called may have blanks, within quotes. */
static void named_routes(void **unused)
{
    static const char next_hop[] =
        "\"protocol\":\"static\",\"next_hops\":[\"192.0.2.2\"],\"interfaces\":[\"\"]";
    static const char *const names[] = {"a",   "\"a\"", "\"vrf of all\"", "\"a b\" tag 7",
                                        "\"a", "\""};
    char text[128], line[256];

    (void)unused;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(text, sizeof(text), "ip route 10.0.0.0 255.0.0.0 192.0.2.2 name %s\n",
                 names[i]);
        snprintf(line, sizeof(line),
                 "route {\"node\":\"n\",\"table\":\"\",\"layer\":\"config\","
                 "\"prefix\":\"10.0.0.0/8\",%s}",
                 next_hop);
        ios_expect(IOS_IOS, text, LINES(line));
    }
}

/* NX-OS names processes of OSPF as it likes; IOS and FRR number them. */
static void named_processes(void **unused)
{
    (void)unused;
    ios_expect(
        IOS_NXOS,
        "router ospf UNDERLAY\n  passive-interface default\nrouter ospf 7\n"
        "interface Ethernet1/1\n  no switchport\n  no shutdown\n  ip address 192.0.2.1/24\n"
        "  ip ospf cost 12\n  ip router ospf UNDERLAY area 0.0.0.3\n"
        "interface Ethernet1/2\n  no switchport\n  no shutdown\n"
        "  ip address 198.51.100.1/24\n  ip router ospf 7 area 0\n",
        LINES("igp {\"node\":\"n\",\"interface\":\"Ethernet1/1\",\"table\":\"\","
              "\"protocol\":\"ospf\",\"process\":\"UNDERLAY\",\"family\":4,\"area\":\"3\","
              "\"metric\":12,\"passive\":1}",
              "igp {\"node\":\"n\",\"interface\":\"Ethernet1/2\",\"table\":\"\","
              "\"protocol\":\"ospf\",\"process\":\"7\",\"family\":4,\"area\":\"0\"",
              "-igp {\"node\":\"n\",\"interface\":\"Ethernet1/2\",\"table\":\"\","
              "\"protocol\":\"ospf\",\"process\":\"UNDERLAY\""));
}

static void untold_routes(void **unused)
{
    static const struct file v[] = {
        {IOS_IOS,
         "router eigrp 1\n network 10.0.0.0\n address-family ipv4 vrf red\n",
         {UNTOLD("", "eigrp"), UNTOLD("red", "eigrp")}},
        {IOS_NXOS, "router eigrp 1\n  vrf red\n", {UNTOLD("red", "eigrp")}},
        {IOS_IOS, "no router rip\n", {"node {", "-igp {"}},
        {IOS_IOS,
         "vrf definition red\n rd 1:1\n address-family ipv4\n  route-target import 1:1\n",
         {UNTOLD("red", "vpn"), "-\"table\":\"\""}},
        {IOS_IOS, "ip vrf red\n route-target export 1:1\n", {"node {", "-igp {"}},
        {IOS_IOS, "ip vrf red\n import map M\n", {UNTOLD("red", "leaked")}},
        {IOS_NXOS,
         "vrf context red\n  address-family ipv4 unicast\n    route-target both auto evpn\n",
         {UNTOLD("red", "vpn")}},
        {IOS_EOS,
         "router bgp 1\n   vrf red\n      route-target import evpn 1:1\n",
         {UNTOLD("red", "vpn")}},
        {IOS_XR,
         "vrf red\n address-family ipv4 unicast\n  import route-target\n   1:1\n",
         {UNTOLD("red", "vpn")}},
        {IOS_IOS,
         "router ospf 1 vrf red\n area 1 stub\n",
         {UNTOLD("red", "ospf areas"), "-\"table\":\"\""}},
        {IOS_XR, "router ospf 1\n area 1\n  nssa\n", {UNTOLD("", "ospf areas")}},
        {IOS_IOS,
         "router ospf 1\n summary-address 10.0.0.0 255.0.0.0\n",
         {UNTOLD("", "ospf areas")}},
        {IOS_IOS, "router ospf 1\n no area 1 stub\n", {"node {", "-ospf areas"}},
    };

    (void)unused;
    CHECK(v);
}

static void what_is_not_followed(void **unused)
{
    static const struct file v[] = {
        {IOS_IOS,
         "ip local policy route-map s3cret\n",
         {"ignored f:1:1: ", "policy-based forwarding is not followed", "-s3cret"}},
        {IOS_XR, "segment-routing\n mpls\n", {"segment routing is not followed"}},
        {IOS_XR, "mpls traffic-eng\n", {"traffic engineering is not followed"}},
        {IOS_XR,
         "l2vpn\n bridge group s3cret\n",
         {"layer 2 services are not followed", "-s3cret"}},
        {IOS_IOS, "no mpls traffic-eng\n", {"node {", "-traffic engineering"}},
    };

    (void)unused;
    CHECK(v);
}

#define SESSION                                                                                \
    "router bgp 1\n neighbor 192.0.2.1 remote-as 2\n neighbor 192.0.2.1 route-map M in\n"
#define ACL(x, name) x "route-map M permit 10\n match ip address " name "\n" SESSION
#define MATCH(x)     "\"name\":\"M\",\"seq\":10,\"action\":\"permit\",\"match\":[\"" x "\"]}"

static void access_lists(void **unused)
{
    static const struct file v[] = {
        {IOS_IOS,
         ACL("ip access-list standard A\n remark s3cret\n 20 deny host 192.0.2.1\n"
             " permit 10.0.0.0 0.255.255.255 log\n",
             "A"),
         {MATCH("access-list4 A"),
          "\"seq\":20,\"action\":\"deny\",\"value\":\"192.0.2.1/32\",\"ge\":0,\"le\":32}",
          "\"seq\":25,\"action\":\"permit\",\"value\":\"10.0.0.0/8\",\"ge\":0,\"le\":32}",
          "-s3cret"}},
        {IOS_IOS,
         ACL("access-list 99 permit 10.0.0.0 0.255.255.255\n", "99"),
         {MATCH("access-list4 99"), "\"value\":\"10.0.0.0/8\""}},
        {IOS_IOS,
         ACL("access-list 1999 permit any\n", "1999"),
         {MATCH("access-list4 1999"), "\"value\":\"any\"}"}},
        {IOS_IOS,
         ACL("access-list 99 permit 192.0.2.0 log\n", "99"),
         {"\"value\":\"192.0.2.0/32\",\"ge\":0,\"le\":32}"}},
        /* the kin writes a wildcard as a length */
        {IOS_EOS,
         ACL("ip access-list standard A\n permit 10.0.0.0/8\n", "A"),
         {"\"value\":\"10.0.0.0/8\",\"ge\":0,\"le\":32}"}},
        {IOS_IOS,
         ACL("access-list 100 remark s3cret\n"
             "access-list 100 permit ip host 10.0.0.0 host 255.0.0.0\n"
             "access-list 100 deny ip any any log\n",
             "100"),
         {MATCH("access-list4 100"), "\"value\":\"10.0.0.0/32\",\"ge\":8,\"le\":8}",
          "\"action\":\"deny\",\"value\":\"any\",\"ge\":0,\"le\":32}", "-s3cret"}},
        {IOS_IOS,
         ACL("ip access-list extended A\n 10 permit ip 10.0.0.0 0.0.255.255 any\n", "A"),
         {MATCH("access-list4 A"),
          "\"seq\":10,\"action\":\"permit\",\"value\":\"10.0.0.0/16\",\"ge\":0,\"le\":32}"}},
        /* packet filters are none of routes: nothing is said, and nothing noted */
        {IOS_IOS,
         "ip access-list extended F\n permit ip object-group A any\n permit tcp any any eq 22\n"
         "access-list 2699 permit ip any any\n",
         {"node {", "-match_list", "-ignored"}},
        {IOS_IOS,
         ACL("ip access-list extended A\n permit ip any any\n permit udp any any\n", "A"),
         {MATCH("unknown access-list4"), "-\"value\""}},
        {IOS_NXOS,
         ACL("ip access-list A\n 10 permit ip any any\n", "A"),
         {MATCH("unknown access-list4"), "-\"value\""}},
    };

    (void)unused;
    CHECK(v);
}

static void route_maps_and_lists(void **unused)
{
    static const struct file v[] = {
        {IOS_IOS,
         "route-map M\n match tag 5\n" SESSION,
         {"\"name\":\"M\",\"seq\":10,\"action\":\"permit\",\"match\":[\"tag 5\"]}"}},
        {IOS_IOS,
         "route-map M deny\n match tag 5\n" SESSION,
         {"\"name\":\"M\",\"seq\":10,\"action\":\"deny\",\"match\":[\"tag 5\"]}"}},
        {IOS_EOS,
         "route-map M permit 10\n match source-protocol direct\n" SESSION,
         {MATCH("source-protocol connected")}},
        {IOS_IOS,
         "route-map M permit 10\n match interface GigabitEthernet0/1\n" SESSION,
         {MATCH("interface GigabitEthernet0/1")}},
        {IOS_IOS,
         "ip prefix-list A permit 10.0.0.0/8\nip prefix-list B permit any\nroute-map M permit "
         "10\n"
         " match ip address prefix-list A B\n" SESSION,
         {"several lists in one condition are not followed", "\"match\":[\"unknown "}},
        {IOS_NXOS,
         "ip as-path access-list A seq 5 permit \"^65000 [0-9]+$\"\nroute-map M permit 10\n"
         "  match as-path A\n",
         {"\"name\":\"A\",\"kind\":\"as-path\",\"seq\":5,\"action\":\"permit\",\"value\":"
          "\"^65000 [0-9]+$\"}"}},
        {IOS_EOS,
         "ip community-list regexp C permit ^1:\nroute-map M permit 10\n match community C\n",
         {"\"name\":\"C\",\"kind\":\"community\",\"seq\":5,\"action\":\"permit\",\"value\":"
          "\"^1:\",\"expanded\":1}"}},
        {IOS_IOS, "ip extcommunity-list standard X permit rt 1:2\n", {"node {", "-match_list"}},
    };

    (void)unused;
    CHECK(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities),      cmocka_unit_test(routing),
        cmocka_unit_test(named_processes), cmocka_unit_test(named_routes),
        cmocka_unit_test(untold_routes),   cmocka_unit_test(what_is_not_followed),
        cmocka_unit_test(access_lists),    cmocka_unit_test(route_maps_and_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
