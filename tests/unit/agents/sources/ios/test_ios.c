/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/ios/ios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/config_dialect.h"
#include "unit/agents/sources/ios/expect.h"
#include "unit/agents/sources/said.h"
#include "unit/cmocka_all.h"

static void interfaces(void **unused)
{
    (void)unused;
    ios_expect(
        IOS_IOS,
        "interface GigabitEthernet0/1\n ip address 192.0.2.1 255.255.255.252\n"
        " ip address 192.0.2.9 255.255.255.248 secondary\n vrf forwarding A\n bandwidth 5000\n"
        " channel-group 7 mode active\n mtu 9000\n speed 100\n"
        "interface GigabitEthernet0/1.5\n encapsulation dot1Q 5\n shutdown\n",
        LINES(
            "\"table\":\"A\",\"addrs\":[\"192.0.2.1/30\",\"192.0.2.9/29\"],\"speed\":100000000,"
            "\"parent\":\"Port-channel7\",\"mtu\":9000}",
            "\"bits\":5000000,\"basis\":\"configured\"}",
            "\"name\":\"GigabitEthernet0/1.5\",\"table\":\"\",\"up\":0,\"kind\":\"vlan\","
            "\"parent\":\"GigabitEthernet0/1\"}"));
    ios_expect(
        IOS_XR,
        "interface Bundle-Ether3\n ipv4 address 192.0.2.1 255.255.255.0\n vrf A\n"
        "interface GigabitEthernet0/0/0/1\n bundle id 3 mode active\n",
        LINES(
            "\"name\":\"Bundle-Ether3\",\"table\":\"A\",\"addrs\":[\"192.0.2.1/24\"],\"kind\":"
            "\"aggregate\"}",
            "\"parent\":\"Bundle-Ether3\"}"));
    ios_expect(
        IOS_NXOS,
        "interface Ethernet1/1\n  no switchport\n  ip address 192.0.2.1/24\n  no shutdown\n"
        "interface Ethernet1/2\n  no switchport\n  vrf member A\ninterface Vlan5\n",
        LINES("\"name\":\"Ethernet1/1\",\"table\":\"\",\"addrs\":[\"192.0.2.1/24\"]}",
              "\"name\":\"Ethernet1/2\",\"table\":\"A\",\"up\":0}",
              "\"name\":\"Vlan5\",\"table\":\"\",\"up\":0,\"kind\":\"vlan\"}"));
    ios_expect(IOS_EOS,
               "interface Ethernet1\n   ip address unnumbered Loopback0\ninterface Loopback0\n"
               "   ip address 192.0.2.1/32\n",
               LINES("\"name\":\"Ethernet1\",\"table\":\"\",\"addrs\":[\"192.0.2.1/32\"]}"));
    ios_expect(IOS_EOS, "interface Vlan7\n   ip address virtual 192.0.2.1/24\n",
               LINES("\"name\":\"Vlan7\",\"table\":\"\",\"addrs\":[\"192.0.2.1/24\"]"));
}

static void neighbours_on_an_interface(void **unused)
{
    (void)unused;
    ios_expect(IOS_EOS,
               "interface Ethernet1\n   no switchport\n"
               "router bgp 1\n   neighbor S peer group\n   neighbor S remote-as 2\n"
               "   neighbor interface Ethernet1 peer-group S\n"
               "   address-family ipv4\n      neighbor S activate\n",
               LINES("\"local_interface\":\"Ethernet1\",\"peer_asn\":2"));
    ios_expect(IOS_EOS,
               "router bgp 1\n   neighbor interface Ethernet1-4 peer-group S remote-as 2\n",
               LINES("\"protocol\":\"bgp range\"", "-bgp_session"));
    ios_expect(IOS_NXOS, "router bgp 1\n  neighbor 10.0.0.0/8\n    remote-as 2\n",
               LINES("\"protocol\":\"bgp range\"", "-bgp_session"));
}

static void banners_are_no_configuration(void **unused)
{
    (void)unused;
    ios_expect(IOS_IOS,
               "banner motd ^C\nrouter bgp 666\n neighbor 192.0.2.1 remote-as 6\n^C\n"
               "banner login #interface Bad# \nbanner exec \x03 x\ninterface Bad2\n\x03\n"
               "interface Good\n",
               LINES("\"name\":\"Good\"", "-666", "-Bad"));
    ios_expect(IOS_EOS, "banner motd\ninterface Bad\nEOF\ninterface Good\n",
               LINES("\"name\":\"Good\"", "-Bad"));
}

static void lost_indentation(void **unused)
{
    (void)unused;
    ios_expect(IOS_IOS,
               "interface FastEthernet0/0\nip address 192.0.2.1 255.255.255.0\n!\n"
               "router bgp 1\nneighbor 192.0.2.2 remote-as 2\naddress-family ipv4\n"
               "network 10.0.0.0\nexit-address-family\n!\nip route 0.0.0.0 0.0.0.0 192.0.2.2\n",
               LINES("\"addrs\":[\"192.0.2.1/24\"]",
                     "\"peer_addr\":\"192.0.2.2\",\"peer_asn\":2", "\"prefix\":\"10.0.0.0/8\"",
                     "\"prefix\":\"0.0.0.0/0\""));
}

static void bgp_of_each_platform(void **unused)
{
    (void)unused;
    ios_expect(
        IOS_IOS,
        "interface Loopback0\nrouter bgp 1\n no bgp default ipv4-unicast\n"
        " template peer-policy P\n  send-community both\n  route-map M in\n"
        " neighbor G peer-group\n neighbor G remote-as 2\n neighbor 192.0.2.2 peer-group G\n"
        " neighbor 192.0.2.2 update-source Lo0\n address-family ipv4\n"
        "  neighbor 192.0.2.2 activate\n  neighbor 192.0.2.2 inherit peer-policy P\n",
        LINES("\"local_interface\":\"Loopback0\",\"peer_addr\":\"192.0.2.2\",\"peer_asn\":2,"
              "\"import_policy\":\"M\"}",
              "\"name\":\"M\",\"seq\":0,\"action\":\"permit\",\"set\":[\"unknown route map"));
    ios_expect(
        IOS_NXOS,
        "router bgp 1\n  template peer T\n    remote-as 2\n    address-family ipv4 unicast\n"
        "      next-hop-self\n  vrf A\n    neighbor 192.0.2.2\n      inherit peer T\n"
        "    neighbor 192.0.2.3\n      remote-as 3\n      address-family ipv6 unicast\n",
        LINES("\"table\":\"A\",\"family\":4,\"peer_addr\":\"192.0.2.2\",\"peer_asn\":2,"
              "\"next_hop_self\":1,",
              "\"table\":\"A\",\"family\":6,\"peer_addr\":\"192.0.2.3\",\"peer_asn\":3",
              "-\"family\":4,\"peer_addr\":\"192.0.2.3\""));
    ios_expect(
        IOS_EOS,
        "router bgp 1\n   neighbor G peer group\n   neighbor G remote-as 1\n"
        "   neighbor 192.0.2.2 peer group G\n   neighbor 192.0.2.2 maximum-routes 12000\n",
        LINES("\"peer_addr\":\"192.0.2.2\",\"peer_asn\":1", "\"distance_external\":200",
              "-ignored"));
    ios_expect(IOS_XR,
               "router bgp 1\n session-group S\n  remote-as 2\n neighbor-group G\n"
               "  use session-group S\n  address-family ipv4 unicast\n   route-policy IN in\n"
               " neighbor 192.0.2.2\n  use neighbor-group G\n",
               LINES("\"peer_addr\":\"192.0.2.2\",\"peer_asn\":2,\"import_policy\":\"IN\"",
                     "\"name\":\"IN\",\"seq\":0,\"action\":\"permit\",\"set\":[\"unknown"));
}

static void interior_protocols(void **unused)
{
    (void)unused;
    ios_expect(
        IOS_IOS,
        "interface GigabitEthernet0/0\n ip address 192.0.2.1 255.255.255.0\n"
        "interface GigabitEthernet0/1\n ip address 198.51.100.1 255.255.255.0\n ip ospf "
        "cost 9\n"
        "router ospf 1\n network 192.0.2.0 0.0.0.255 area 0.0.0.1\n"
        " network 198.51.100.1 0.0.0.0 area 2\n passive-interface Gi0/1\n"
        " auto-cost reference-bandwidth 10000\n",
        LINES("\"interface\":\"GigabitEthernet0/0\",\"table\":\"\",\"protocol\":\"ospf\","
              "\"process\":\"1\",\"family\":4,\"area\":\"1\",\"metric\":10}",
              "\"area\":\"2\",\"metric\":9,\"passive\":1}"));
    ios_expect(IOS_IOS,
               "interface GigabitEthernet0/2.5\n ip ospf 1 area 2\n"
               "interface GigabitEthernet0/2\n speed 100\n"
               "interface GigabitEthernet0/3.5\n ip ospf 1 area 3\n"
               "interface GigabitEthernet0/4\n bandwidth 5000\n speed 100\n ip ospf 1 area 4\n"
               "interface GigabitEthernet0/4.5\n ip ospf 1 area 5\n"
               "router ospf 1\n auto-cost reference-bandwidth 10000\n",
               LINES("\"area\":\"2\",\"metric\":100}", "\"area\":\"3\",\"metric\":10}",
                     "\"area\":\"4\",\"metric\":2000}", "\"area\":\"5\"}"));
    ios_expect(
        IOS_XR,
        "router ospf 1\n cost 7\n area 3\n  cost 8\n  interface Bundle-Ether1\n   cost 9\n"
        "  interface Bundle-Ether2\n   passive enable\n"
        "router isis X\n net 49.0001.0000.0000.0001.00\n is-type level-2-only\n"
        " interface Bundle-Ether1\n  point-to-point\n  address-family ipv6 unicast\n"
        "   metric 30\n",
        LINES(
            "\"interface\":\"Bundle-Ether1\",\"table\":\"\",\"protocol\":\"ospf\",\"process\":"
            "\"1\",\"family\":4,\"area\":\"3\",\"metric\":9}",
            "\"area\":\"3\",\"metric\":8,\"passive\":1}",
            "\"protocol\":\"isis\",\"process\":\"X\",\"family\":6,\"area\":\"49.0001\","
            "\"level\":2,\"metric\":30,\"network\":\"point-to-point\"}"));
}

static void what_isis_takes_over(void **unused)
{
    (void)unused;
    ios_expect(
        IOS_IOS,
        "route-map M permit 10\nrouter isis X\n net 49.0001.0000.0000.0001.00\n"
        " redistribute static ip metric 7 route-map M metric-type external level-1-2\n"
        " redistribute ospf 1 level-2\n redistribute isis ip level-2 into level-1 route-map M\n"
        " no redistribute connected\n default-information originate route-map M\n",
        LINES("\"into\":\"isis\",\"how\":\"redistribute\",\"family\":4,\"protocol\":"
              "\"static\",\"policy\":\"M\",\"metric\":7}",
              "\"into\":\"isis\",\"how\":\"redistribute\",\"family\":4,\"protocol\":"
              "\"ospf\"}",
              "\"how\":\"default\",\"family\":4,\"policy\":\"M\",\"import_check\":1}",
              "routes between levels are not followed", "-\"protocol\":\"isis\",\"policy\"",
              "-\"protocol\":\"connected\""));
    ios_expect(IOS_XR,
               "route-policy P\n  pass\nend-policy\nrouter isis X\n"
               " address-family ipv6 unicast\n  redistribute static level-2 route-policy P\n",
               LINES("\"into\":\"isis\",\"how\":\"redistribute\",\"family\":6,\"protocol\":"
                     "\"static\",\"policy\":\"P\"}",
                     "\"name\":\"P\",\"seq\":10,\"action\":\"permit\""));
}

static void route_policies(void **unused)
{
    (void)unused;
    ios_expect(
        IOS_XR,
        "prefix-set P\n  10.0.0.0/8 le 24,\n  2001:db8::/32\nend-set\n"
        "community-set C\n  1:2,\n  3:*\nend-set\n"
        "route-policy IN\n  if destination in P and not community matches-any C then\n"
        "    set local-preference 50\n  elseif med eq 5 then\n    drop\n  else\n    pass\n"
        "  endif\nend-policy\n"
        "router bgp 1\n neighbor 192.0.2.2\n  remote-as 2\n  address-family ipv4 unicast\n"
        "   route-policy IN in\n",
        LINES(
            "\"seq\":10,\"action\":\"permit\",\"match\":[\"prefix-list4 P\"],\"on_match\":40}",
            "\"seq\":20,\"action\":\"permit\",\"match\":[\"prefix-list6 P\"],\"on_match\":40}",
            "\"seq\":30,\"action\":\"permit\",\"on_match\":60}",
            "\"seq\":40,\"action\":\"permit\",\"match\":[\"community C\"],\"on_match\":60}",
            "\"seq\":50,\"action\":\"permit\",\"set\":[\"local-preference 50\"]}",
            "\"seq\":60,\"action\":\"deny\",\"match\":[\"med 5\"]}",
            "\"seq\":70,\"action\":\"permit\"}", "\"value\":\"10.0.0.0/8\",\"le\":24}",
            "\"value\":\"(^| )3:[0-9]+( |$)\",\"expanded\":1}"));
    /* nothing passed it: dropped; a change passes it */
    ios_expect(
        IOS_XR,
        "route-policy A\n  if tag eq 3 then\n    set med 4\n  endif\nend-policy\n"
        "router bgp 1\n neighbor 192.0.2.2\n  remote-as 2\n  address-family ipv4 unicast\n"
        "   route-policy A in\n",
        LINES("\"seq\":10,\"action\":\"permit\",\"match\":[\"tag 3\"],\"set\":[\"med 4\"]}",
              "\"seq\":20,\"action\":\"deny\"}", "-\"seq\":30"));
}

/** The terms of an import policy of that body. */
static void expect_policy(const char *body, const char *const lines[])
{
    char text[1024];

    snprintf(text, sizeof(text),
             "prefix-set P\n  10.0.0.0/8\nend-set\nroute-policy A\n%s\nend-policy\n"
             "router bgp 1\n neighbor 192.0.2.2\n  remote-as 2\n  address-family ipv4 unicast\n"
             "   route-policy A in\n",
             body);
    ios_expect(IOS_XR, text, lines);
}

static void conditions_see_what_came(void **unused)
{
    (void)unused;
    /* changed on one of the two ways that lead to it */
    expect_policy(
        "  if destination in P then\n    set local-preference 50\n  endif\n"
        "  if local-preference eq 50 then\n    drop\n  endif\n  pass",
        LINES("\"action\":\"deny\",\"match\":[\"unknown value from before a change\"]}",
              "\"seq\":20,\"action\":\"deny\",\"match\":[\"local-preference 50\"]}"));
    expect_policy("  set community (1:2) additive\n  if community matches-any (1:2) then\n"
                  "    drop\n  endif",
                  LINES("\"match\":[\"unknown value from before a change\"]"));
    /* on none: another attribute, another branch, only behind it */
    expect_policy("  set med 5\n  if tag eq 3 then\n    set tag 4\n"
                  "  elseif tag eq 5 then\n    drop\n  endif",
                  LINES("\"match\":[\"tag 3\"]", "\"match\":[\"tag 5\"]", "-unknown"));
}

static void changes_take_their_words(void **unused)
{
    (void)unused;
    expect_policy("  set extcommunity rt (1:2, 1:3) additive\n  set qos-group 3\n"
                  "  delete extcommunity rt all\n  set med 4",
                  LINES("\"seq\":10,\"action\":\"permit\",\"set\":[\"med 4\"]}", "-unknown"));
    expect_policy("  set isis-metric 5\n  set med 4",
                  LINES("\"set\":[\"unknown change of route-policy at line 4\",\"med 4\"]}",
                        "-unknown statement"));
    expect_policy("  set large-community (1:2:3) additive\n  drop",
                  LINES("\"action\":\"deny\"}", "-permit"));
}

static void lists_and_statics(void **unused)
{
    (void)unused;
    ios_expect(
        IOS_EOS,
        "ip prefix-list L\n   seq 10 permit 10.0.0.0/8 le 24\n"
        "ip as-path access-list A permit ^65000_ any\n"
        "ip route vrf X 10.0.0.0/8 Ethernet1 192.0.2.1 200 name y\nip route 0.0.0.0/0 Null0\n",
        LINES(
            "\"name\":\"L\",\"kind\":\"prefix\",\"family\":4,\"seq\":10,\"action\":\"permit\","
            "\"value\":\"10.0.0.0/8\",\"le\":24}",
            "\"value\":\"^65000_\"}",
            "\"table\":\"X\",\"layer\":\"config\",\"prefix\":\"10.0.0.0/8\",\"protocol\":"
            "\"static\",\"next_hops\":[\"192.0.2.1\"],\"interfaces\":[\"Ethernet1\"],"
            "\"distance\":200}",
            "\"prefix\":\"0.0.0.0/0\",\"protocol\":\"static\",\"discard\":1}"));
    ios_expect(
        IOS_XR,
        "router static\n vrf X\n  address-family ipv4 unicast\n   10.0.0.0/8 192.0.2.1 5\n",
        LINES(
            "\"table\":\"X\",\"layer\":\"config\",\"prefix\":\"10.0.0.0/8\",\"protocol\":"
            "\"static\",\"next_hops\":[\"192.0.2.1\"],\"interfaces\":[\"\"],\"distance\":5}"));
    ios_expect(IOS_IOS,
               "ip route vrf A 10.1.0.0 255.255.0.0 192.0.2.1 global\n"
               "ip route 10.2.0.0 255.255.0.0 192.0.2.1 name global\n",
               LINES("\"prefix\":\"10.2.0.0/16\"", "the next hop is in another table",
                     "-\"prefix\":\"10.1.0.0/16\"", "-\"interfaces\":[\"global\"]"));
    ios_expect(IOS_NXOS, "ip route 10.1.0.0/16 Ethernet1/1 192.0.2.1 vrf B\n",
               LINES("the next hop is in another table", "-10.1.0.0"));
    ios_expect(IOS_EOS, "ip route vrf A 10.1.0.0/16 egress-vrf default 192.0.2.1\n",
               LINES("the next hop is in another table", "-10.1.0.0"));
    ios_expect(IOS_XR,
               "router static\n address-family ipv4 unicast\n  10.1.0.0/16 vrf B 192.0.2.1\n",
               LINES("the next hop is in another table", "-10.1.0.0"));
    ios_expect(IOS_NXOS,
               "ip as-path access-list A seq 5 permit \"^65000 65001$\"\n"
               "ip as-path access-list B permit \"\"\n"
               "ip community-list expanded C seq 10 permit \"^65000:.*$\"\n",
               LINES("\"value\":\"^65000 65001$\"}", "\"value\":\"\"}",
                     "\"value\":\"^65000:.*$\",\"expanded\":1}"));
    ios_expect(IOS_IOS,
               "access-list 101 permit tcp any any\nroute-map M permit 10\n"
               " match ip address 101\n match ip address prefix-list A B\n",
               LINES("\"match\":[\"unknown access-list4\",\"unknown match\"]"));
}

static void cut_off_files_are_refused(void **unused)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"Building configuration...\ninterface A\n", "cut off: the closing \"end\" is missing"},
        {"banner motd ^C\nhello\n", "cut off within a banner"},
        {"hostname \x01\n", "f:1:10: not a text file"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ios_file file = {"f", "n", slice_of(cases[i].text), IOS_IOS};
        struct frr *c = NULL;
        struct err e = {0};

        assert_int_not_equal(ios_read(&file, &c, &e), 0);
        assert_null(c);
        if (strstr(e.msg, cases[i].why) == NULL)
            fail_msg("%s\nis not\n%s", e.msg, cases[i].why);
    }
}

static void dialects_are_told(void **unused)
{
    static const struct {
        const char *text, *dialect;
    } cases[] = {
        {"!RANCID-CONTENT-TYPE: cisco-nx\n!\nhostname x\n", "nxos"},
        {"# RANCID-CONTENT-TYPE: juniper\nversion 1;\n", "junos"},
        {"! device: x (DCS, EOS-4.29)\nhostname x\n", "eos"},
        {"interface Ethernet1\n   ip address 192.0.2.1/24\n", "eos"},
        {"vrf context A\ninterface Ethernet1/1\n  ip address 192.0.2.1/24\n", "nxos"},
        {"interface GigabitEthernet0/0\n ip address 192.0.2.1 255.255.255.0\n", "ios"},
        {"interface GigabitEthernet0/0/0/0\n ipv4 address 192.0.2.1 255.255.255.0\n", "ios-xr"},
        {"router id 1.1.1.1;\nprotocol device { }\n", "bird"},
        {"frr version 8.4\ninterface e1\n ip address 192.0.2.1/24\n", "frr"},
        {"host;cisco;up\n", NULL},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *told = config_dialect(slice_of(cases[i].text));

        if (cases[i].dialect == NULL)
            assert_null(told);
        else
            assert_string_equal(told, cases[i].dialect);
    }
}

static void nodes_are_named_by_files(void **unused)
{
    static const char *const cases[][2] = {{"grp/configs/r1.example.net", "r1.example.net"},
                                           {"r1.cfg", "r1"},
                                           {"a/r1/show_running-config.txt", "r1"},
                                           {"r1/bird.conf", "r1"},
                                           {"etc/bird.conf", "bird"},
                                           {"bird.conf", "bird"}};
    struct arena *a = arena_new(0);

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(config_node_name(cases[i][0], a), cases[i][1]);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces),
        cmocka_unit_test(neighbours_on_an_interface),
        cmocka_unit_test(banners_are_no_configuration),
        cmocka_unit_test(lost_indentation),
        cmocka_unit_test(bgp_of_each_platform),
        cmocka_unit_test(interior_protocols),
        cmocka_unit_test(what_isis_takes_over),
        cmocka_unit_test(route_policies),
        cmocka_unit_test(conditions_see_what_came),
        cmocka_unit_test(changes_take_their_words),
        cmocka_unit_test(lists_and_statics),
        cmocka_unit_test(cut_off_files_are_refused),
        cmocka_unit_test(dialects_are_told),
        cmocka_unit_test(nodes_are_named_by_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
