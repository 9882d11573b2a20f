/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, route maps and static routes of FRR, statement by statement. */
#include <stddef.h>

#include "agents/sources/config_dialect.h"
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
/* A map M of one entry, which a session uses. */
#define MAP(x)                                                                                 \
    "route-map M permit 10\n " x "\nexit\nrouter bgp 1\n neighbor 192.0.2.1 remote-as 2\n"     \
    " address-family ipv4 unicast\n  neighbor 192.0.2.1 route-map M in\n"
#define TERM     "\"name\":\"M\",\"seq\":10,\"action\":\"permit\","
#define MATCH(x) TERM "\"match\":[\"" x "\"]}"
#define SET(x)   TERM "\"set\":[\"" x "\"]}"
#define ACL(x)   "access-list A " x "\n" MAP("match ip address A")
#define LIST(x)  "ip prefix-list L " x "\n" MAP("match ip address prefix-list L")
#define COMM(x)  "bgp community-list " x "\n" MAP("match community C")

static void access_lists(void **state)
{
    static const struct said_example v[] = {
        {ACL("permit 10.0.0.0/8"),
         {MATCH("access-list4 A"), "\"value\":\"10.0.0.0/8\",\"ge\":8,\"le\":32}"},
         {NULL}},
        {ACL("permit 10.0.0.0/8 exact-match"), {"\"value\":\"10.0.0.0/8\"}"}, {NULL}},
        {ACL("deny host 192.0.2.1"),
         {"\"action\":\"deny\",\"value\":\"192.0.2.1/32\",\"ge\":0,\"le\":32}"},
         {NULL}},
        {ACL("permit 10.0.0.0 0.255.255.255"),
         {"\"value\":\"10.0.0.0/8\",\"ge\":0,\"le\":32}"},
         {NULL}},
        {ACL("permit 192.0.2.1"), {"\"value\":\"192.0.2.1/32\",\"ge\":0,\"le\":32}"}, {NULL}},
        {ACL("seq 7 permit any"),
         {"\"seq\":7,\"action\":\"permit\",\"value\":\"any\"}"},
         {NULL}},
        {ACL("permit any\naccess-list A deny any"),
         {"\"seq\":5,\"action\":\"permit\"", "\"seq\":10,\"action\":\"deny\""},
         {NULL}},
        {ACL("remark s3cret\naccess-list A permit any"),
         {MATCH("access-list4 A")},
         {"s3cret", "ignored"}},
        {ACL("permit 10.0.0.0 0.255.0.255"),
         {"ignored f:1:22: ", "a form of access list that can't be told", "unknown"},
         {"access-list4 A\"", "10.0.0.0"}},
        {ACL("permit 2001:db8::/32"), {"a form of access list that can't be told"}, {NULL}},
        {ACL("permit"), {"a form of access list that can't be told", "unknown"}, {"\"value\""}},
        {ACL("permit host"), {"a form of access list that can't be told"}, {"\"value\""}},
        {ACL("frob any"), {"neither permit nor deny", "unknown"}, {"frob"}},
        {"ipv6 access-list A permit 2001:db8::/32\n" MAP("match ipv6 address A"),
         {MATCH("access-list6 A"), "\"value\":\"2001:db8::/32\",\"ge\":32,\"le\":128}"},
         {NULL}},
    };

    (void)state;
    CHECK(v);
}

/* Extended ones have a network and its mask where packet filters have source and destination.
 */
static void extended_lists(void **state)
{
    static const struct said_example v[] = {
        {ACL("permit ip host 10.1.0.0 host 255.255.0.0"),
         {MATCH("access-list4 A"), "\"value\":\"10.1.0.0/32\",\"ge\":16,\"le\":16}"},
         {NULL}},
        {ACL("seq 7 deny ip 10.0.0.0 0.255.255.255 255.255.0.0 0.0.255.255"),
         {"\"seq\":7,\"action\":\"deny\",\"value\":\"10.0.0.0/8\",\"ge\":16,\"le\":32}"},
         {NULL}},
        {ACL("permit ip 10.0.0.0 0.255.255.255 any"),
         {"\"value\":\"10.0.0.0/8\",\"ge\":0,\"le\":32}"},
         {NULL}},
        {ACL("permit ip any 255.255.255.0 0.0.0.0"),
         {"\"value\":\"any\",\"ge\":24,\"le\":24}"},
         {NULL}},
        /* of the mask's 24th bit alone is asked: not longer than /23 */
        {ACL("permit ip any 0.0.0.0 255.255.254.255"),
         {"\"value\":\"any\",\"ge\":0,\"le\":23}"},
         {NULL}},
        {ACL("permit ip any any"), {"\"value\":\"any\",\"ge\":0,\"le\":32}"}, {NULL}},
        /* no mask is like that: the entry is no one's, and what the list has not denies */
        {ACL("permit ip 10.0.0.0 0.255.255.255 192.0.2.0 0.0.0.255"),
         {MATCH("access-list4 A"), "\"seq\":0,\"action\":\"deny\",\"value\":\"any\"}"},
         {"10.0.0.0", "unknown"}},
        {ACL("permit tcp any any"), {"unknown access-list4"}, {"\"value\"", "ignored"}},
        {ACL("permit ip 10.0.0.0 0.255.0.255 any"),
         {"unknown access-list4"},
         {"\"value\"", "ignored"}},
        /* one that routes don't go by filters packets, and says nothing here */
        {"access-list 101 permit ip any any\n" MAP("set metric 1"), {"\"M\""}, {"match_list"}},
    };

    (void)state;
    CHECK(v);
}

static void prefix_lists(void **state)
{
    static const struct said_example v[] = {
        {LIST("permit 10.0.0.0/8 ge 16 le 24\nip prefix-list L deny any"),
         {MATCH("prefix-list4 L"),
          "\"seq\":5,\"action\":\"permit\",\"value\":\"10.0.0.0/8\",\"ge\":16,\"le\":24}",
          "\"seq\":10,\"action\":\"deny\",\"value\":\"any\"}"},
         {NULL}},
        {LIST("seq 12 permit any\nip prefix-list L permit any"),
         {"\"seq\":12,", "\"seq\":15,"},
         {NULL}},
        {LIST("permit 10.0.0.0/8 eq 9"),
         {"neither ge nor le with a length", "unknown"},
         {"prefix-list4 L\""}},
        {LIST("permit 10.0.0.0/8 le 33"), {"unknown"}, {"prefix-list4 L\""}},
        {LIST("permit 2001:db8::/32"),
         {"not a prefix of this family", "unknown"},
         {"2001:db8"}},
        /* FRR: a list that there is not matches nothing */
        {MAP("match ip address prefix-list GONE"),
         {MATCH("prefix-list4 GONE"), "\"name\":\"GONE\",\"kind\":\"prefix\",\"family\":4,"
                                      "\"seq\":0,\"action\":\"deny\",\"value\":\"any\"}"},
         {"unknown"}},
    };

    (void)state;
    CHECK(v);
}

static void community_lists(void **state)
{
    static const struct said_example v[] = {
        {COMM("standard C permit 1:2 no-export"),
         {MATCH("community C"), "\"value\":\"1:2 65535:65281\"}"},
         {NULL}},
        {COMM("expanded C permit 1:.*"), {"\"value\":\"1:.*\",\"expanded\":1}"}, {NULL}},
        {COMM("standard C permit internet"), {"\"value\":\".*\",\"expanded\":1}"}, {NULL}},
        {COMM("standard C permit 4259840001"), {"\"value\":\"65000:1\"}"}, {NULL}},
        {COMM("standard C permit s3cret"), {"not a community", "unknown"}, {"s3cret"}},
        {"bgp community-list 10 permit 1:2\n" MAP("match community 10"),
         {MATCH("community 10"), "\"value\":\"1:2\"}"},
         {NULL}},
        {"bgp community-list 100 permit ^1:\n" MAP("match community 100"),
         {"\"value\":\"^1:\",\"expanded\":1}"},
         {NULL}},
        {"bgp large-community-list standard C permit 1:2:3\n" MAP("match large-community C"),
         {MATCH("large-community C"), "\"value\":\"1:2:3\"}"},
         {NULL}},
        {"bgp extcommunity-list standard X permit rt 1:2\n",
         {"extended communities are not followed"},
         {NULL}},
        {"bgp as-path access-list A seq 3 permit _65000_\n" MAP("match as-path A"),
         {MATCH("as-path A"), "\"seq\":3,\"action\":\"permit\",\"value\":\"_65000_\"}"},
         {NULL}},
    };

    (void)state;
    CHECK(v);
}

static void conditions(void **state)
{
    static const struct said_example v[] = {
        {COMM("standard C permit 1:2") " route-map M permit 20\n",
         {MATCH("community C")},
         {NULL}},
        {"bgp community-list standard C permit 1:2\n" MAP("match community C any"),
         {MATCH("community-any C")},
         {NULL}},
        {"bgp community-list standard C permit 1:2\n" MAP("match community C exact-match"),
         {MATCH("community-exact C")},
         {NULL}},
        {MAP("match peer local"), {MATCH("peer local")}, {NULL}},
        {MAP("match peer 192.0.2.9"), {MATCH("peer 192.0.2.9")}, {NULL}},
        {MAP("match source-protocol ospf"), {MATCH("source-protocol ospf")}, {NULL}},
        {MAP("match tag untagged"), {MATCH("tag 0")}, {NULL}},
        {MAP("match tag 5"), {MATCH("tag 5")}, {NULL}},
        {MAP("match metric 5"), {MATCH("med 5")}, {NULL}},
        {MAP("match origin egp"), {MATCH("origin egp")}, {NULL}},
        {MAP("match metric s3cret"),
         {TERM "\"match\":[\"unknown ", "a condition that can't be told"},
         {"s3cret"}},
        {MAP("match frob s3cret"), {TERM "\"match\":[\"unknown "}, {"s3cret"}},
    };

    (void)state;
    CHECK(v);
}

static void changes(void **state)
{
    static const struct said_example v[] = {
        {MAP("set as-path prepend 7 7"), {SET("as-path-prepend 7 7")}, {NULL}},
        {MAP("set as-path prepend last-as 3"), {SET("as-path-prepend-last 3")}, {NULL}},
        {MAP("set as-path exclude 7"), {SET("as-path-exclude 7")}, {NULL}},
        {MAP("set as-path prepend x"), {TERM "\"set\":[\"unknown "}, {NULL}},
        {MAP("set as-path prepend"), {TERM "\"set\":[\"unknown "}, {NULL}},
        {MAP("set community none"), {SET("community-none")}, {NULL}},
        {MAP("set community 1:2 3:4 additive"), {SET("community-add 1:2 3:4")}, {NULL}},
        {MAP("set community 1:2"), {SET("community 1:2")}, {NULL}},
        {MAP("set community s3cret"),
         {TERM "\"set\":[\"unknown ", "a change that can't be told"},
         {"s3cret"}},
        {MAP("set large-community 1:2:3"), {SET("large-community 1:2:3")}, {NULL}},
        {"bgp community-list standard C permit 1:2\n" MAP("set comm-list C delete"),
         {SET("community-delete C")},
         {NULL}},
        {MAP("set comm-list GONE delete"),
         {SET("community-delete GONE"), "\"action\":\"deny\",\"value\":\".*\",\"expanded\":1}"},
         {"unknown"}},
        {MAP("set ip next-hop peer-address"), {SET("next-hop peer")}, {NULL}},
        {MAP("set ip next-hop unchanged"), {SET("next-hop unchanged")}, {NULL}},
        {MAP("set ip next-hop 192.0.2.7"), {SET("next-hop 192.0.2.7")}, {NULL}},
        {MAP("set ipv6 next-hop global 2001:db8::7"), {SET("next-hop 2001:db8::7")}, {NULL}},
        {MAP("set ip next-hop x"), {TERM "\"set\":[\"unknown "}, {NULL}},
        {MAP("set metric-type type-1"), {SET("metric-type 1")}, {NULL}},
        {MAP("set metric +5"), {SET("med +5")}, {NULL}},
    };

    (void)state;
    CHECK(v);
}

static void static_routes(void **state)
{
    static const struct said_example v[] = {
        {"ip route 10.0.0.0 255.0.0.0 192.0.2.1 7\n",
         {"\"prefix\":\"10.0.0.0/8\",\"protocol\":\"static\",\"next_hops\":[\"192.0.2.1\"],"
          "\"interfaces\":[\"\"],\"distance\":7}"},
         {NULL}},
        {"ip route 10.0.0.0 255.0.255.0 192.0.2.1\n",
         {"ignored f:1:10: ", "not a prefix of this family"},
         {"10.0.0.0"}},
        {"ip route 10.0.0.0/8 192.0.2.1 eth0 onlink tag 5\n",
         {"\"next_hops\":[\"192.0.2.1\"],\"interfaces\":[\"eth0\"]}"},
         {NULL}},
        {"ip route 10.0.0.0/8 eth0\nip route 10.0.0.0/8 eth1\n",
         {"\"next_hops\":[\"\",\"\"],\"interfaces\":[\"eth0\",\"eth1\"]}"},
         {NULL}},
        {"ip route 10.0.0.0/8 blackhole\n", {"\"discard\":1}"}, {"next_hops"}},
        {"ip route 10.0.0.0/8 192.0.2.1 vrf red\n",
         {"route {\"node\":\"n\",\"table\":\"red\""},
         {NULL}},
        {"ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf red\n",
         {"the next hop is in another VRF"},
         {"route {"}},
        {"ip route 10.0.0.0/8 192.0.2.1 table 7\n",
         {"a route of a kernel table without a name"},
         {"route {"}},
        {"ip route 10.0.0.0/8 from 192.0.2.0/24 192.0.2.1\n",
         {"a route by source address"},
         {"route {"}},
        {"ip route 10.0.0.0/8\n", {"the next hop is missing"}, {"route {"}},
        {"ip route hello 192.0.2.1\n", {"not a prefix of this family"}, {"hello"}},
        {"ipv6 route 10.0.0.0/8 192.0.2.1\n", {"not a prefix of this family"}, {"route {"}},
        {"no ip route 10.0.0.0/8 192.0.2.1\n", {"node {"}, {"route {", "ignored"}},
    };

    (void)state;
    CHECK(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_lists),  cmocka_unit_test(extended_lists),
        cmocka_unit_test(prefix_lists),  cmocka_unit_test(community_lists),
        cmocka_unit_test(conditions),    cmocka_unit_test(changes),
        cmocka_unit_test(static_routes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
