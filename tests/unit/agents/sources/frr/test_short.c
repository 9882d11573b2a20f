/* SPDX-License-Identifier: Apache-2.0 */
/* FRR's configurations as people write them: shortened words, blocks within blocks. */
#include "agents/sources/frr/frr.h"
#include "unit/agents/sources/said.h"
#include "unit/cmocka_all.h"

static int state_frr(void *parsed, struct batch_sink *sink, struct err *e)
{
    return frr_state(parsed, sink, e);
}

static char *frr_said(const char *text)
{
    struct frr *c = NULL;
    struct err e = {0};
    char *lines;

    if (frr_read("f", "n", slice_of(text), &c, &e) != 0)
        fail_msg("%s: %s", text, e.msg);
    lines = said_of(state_frr, c);
    frr_free(&c);
    return lines;
}

#define CHECK(v) said_check((v), sizeof(v) / sizeof(*(v)), frr_said)

static void shortened_words(void **state)
{
    static const struct said_example v[] = {
        {"int e0\n ip addr 192.0.2.1/24\n ipv6 add 2001:db8::1/64\n no shut\n desc s3cret\n",
         {"\"name\":\"e0\",\"table\":\"\",\"addrs\":[\"192.0.2.1/24\",\"2001:db8::1/64\"]}"},
         {"ignored", "s3cret", "\"up\""}},
        {"inter e0 vrf V\n shut\n", {"\"name\":\"e0\",\"table\":\"V\",\"up\":0"}, {"ignored"}},
        {"conf t\nint e0\n ipv6 ospf area 3\n ipv6 ospf cost 7\nrouter ospf6\n",
         {"\"protocol\":\"ospf3\",\"family\":6,\"area\":\"3\",\"metric\":7"},
         {"ignored"}},
        {"router bgp 1\n neigh 192.0.2.2 remote-as 2\n redist static\n",
         {"\"peer_addr\":\"192.0.2.2\",\"peer_asn\":2", "\"how\":\"redistribute\""},
         {"ignored"}},
        /* too short to say which, or not the beginning of a word */
        {"in e0\n", {"ignored f:1:1: (unknown word): not understood"}, {"interface"}},
        {"int e0\n ip adress 192.0.2.1/24\n", {"ignored f:2:2: ip: not understood"}, {"addrs"}},
        {"int e0\n ip addr 192.0.2.1\n",
         {"ignored f:2:10: ip address: not an address"},
         {NULL}},
    };

    (void)state;
    CHECK(v);
}

/* An `exit` of a block that has no reader leaves the one around it open. */
static void inner_blocks(void **state)
{
    static const struct said_example v[] = {
        {"router bgp 1 vrf V\n neighbor 192.0.2.2 remote-as 2\n bmp targets B\n"
         "  bmp connect 192.0.2.9 port 1789\n exit\n!\n address-family ipv4 unicast\n"
         "  network 198.51.100.0/24\n exit-address-family\nexit\nip route 203.0.113.0/24 e0\n",
         {"\"table\":\"V\",\"into\":\"bgp\",\"how\":\"network\"",
          "\"table\":\"\",\"layer\":\"config\",\"prefix\":\"203.0.113.0/24\""},
         {"ignored"}},
        {"router bgp 1\n segment-routing srv6\n  locator A\n exit\n network 198.51.100.0/24\n",
         {"\"how\":\"network\""},
         {"ignored"}},
        {"router isis A\n segment-routing on\n net 49.0001.0000.0000.0001.00\n is-type "
         "level-1\n"
         "interface e0\n ip router isis A\n",
         {"\"level\":1"},
         {"ignored"}},
        {"mpls ldp\n router-id 192.0.2.9\n address-family ipv4\n  interface e0\n !\n"
         "router ospf\n distance 20\n",
         {"ignored f:7:2: distance: distances of interior protocols are not followed"},
         {"not understood", "192.0.2.9"}},
        /* at the left it closes what is open */
        {"interface e0\n ip address 192.0.2.1/24\nexit\nip address 192.0.2.2/24\n",
         {"192.0.2.1/24", "ignored f:4:1: ip address: not understood"},
         {"192.0.2.2"}},
        {" router ospf\n  network 192.0.2.0/24 area 0\n exit\n network 198.51.100.0/24 area "
         "1\n",
         {"ignored f:4:2: network: not understood"},
         {NULL}},
    };

    (void)state;
    CHECK(v);
}

static void router_ids(void **state)
{
    static const struct said_example v[] = {
        {"interface e0\n ip address 192.0.2.1/24\nrouter ospf\n router-id 192.0.2.9\n"
         " network 192.0.2.0/24 area 4\n redistribute static\n",
         {"\"router_id\":\"192.0.2.9\"", "\"interface\":\"e0\"", "\"area\":\"4\"",
          "\"into\":\"ospf\",\"how\":\"redistribute\""},
         {"ignored"}},
        {"router ospf\n router-id x\n", {"ignored f:2:12: router-id: not an address"}, {NULL}},
        {"router ospf6\n ospf6 router-id 192.0.2.9\n redistribute connected\n",
         {"\"into\":\"ospf3\""},
         {"ignored"}},
    };

    (void)state;
    CHECK(v);
}

static void learnt_as(void **state)
{
    static const struct said_example v[] = {
        {"router bgp 1\n neighbor 192.0.2.2 remote-as auto\n",
         {"ignored f:2:1: neighbor: its AS is learnt from it"},
         {"bgp_session", "no session comes up"}},
        {"router bgp 1\n neighbor G peer-group\n neighbor G remote-as auto\n"
         " neighbor 192.0.2.2 peer-group G\n",
         {"ignored f:4:1: neighbor: its AS is learnt from it"},
         {"bgp_session"}},
        {"router bgp 1\n neighbor 192.0.2.2 remote-as auto\n neighbor 192.0.2.2 remote-as 3\n",
         {"\"peer_asn\":3"},
         {"ignored"}},
        {"router bgp 1\n neighbor 192.0.2.2 remote-as some\n",
         {"neither an AS number nor internal nor external", "no session comes up"},
         {"learnt"}},
    };

    (void)state;
    CHECK(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shortened_words),
        cmocka_unit_test(inner_blocks),
        cmocka_unit_test(router_ids),
        cmocka_unit_test(learnt_as),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
