/* SPDX-License-Identifier: Apache-2.0 */
/* The classic CLI: statements one by one, blocks, and texts that are refused. */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/sros/classic.h"
#include "agents/sources/sros/sros.h"
#include "base/buf.h"
#include "unit/agents/fixture.h"
#include "unit/agents/sources/sros/said.h"
#include "unit/cmocka_all.h"

#define CHECK(v) said_check((v), sizeof(v) / sizeof(*(v)), sros_said)

static void test_secrets(void **state)
{
    struct buf file = {0};
    char *text;

    (void)state;
    fixture_data("agents/sros/border.classic.cfg", &file);
    text = sros_said(buf_cstr(&file));
    said_expect(text, LINES("-kept-out", "-exchange point", "-banner"));
    free(text);
    buf_free(&file);
}

/* ---- statements */

#define R  "/configure router "
#define IF R "interface \"x\" "
#define ON "\"name\":\"x\",\"table\":\"\","

static void test_interfaces(void **state)
{
    static const struct said_example v[] = {
        {"/configure system name \"r9\"\n/configure port 1/1/1 ethernet speed 1000\n"
         "/configure port 1/1/1 no shutdown\n" IF "port 1/1/1\n" IF "address 10.0.0.1/31\n" IF
         "ipv6 address 2001:db8::1/64\n" R "autonomous-system 64500\n",
         {"node {\"node\":\"r9\"",
          ON "\"addrs\":[\"10.0.0.1/31\",\"2001:db8::1/64\"],\"speed\":1000000000,"
             "\"parent\":\"1/1/1\"}"},
         {"\"up\":0"}},
        {IF "address 10.0.0.1 255.255.255.0\n", {ON "\"addrs\":[\"10.0.0.1/24\"]}"}, {NULL}},
        {IF "address 10.0.0.1 255.0.255.0\n", {"without its prefix length"}, {"addrs"}},
        {IF "address 10.0.0.1/31\n" IF "address 10.0.0.3/30\n", /* the last one counts */
         {ON "\"addrs\":[\"10.0.0.3/30\"]}"},
         {"10.0.0.1"}},
        {IF "shutdown\n" IF "no shutdown\n" IF "shutdown\n", {ON "\"up\":0}"}, {NULL}},
        {IF "shutdown\n" IF "no shutdown\n", {"\"name\":\"x\",\"table\":\"\"}"}, {"\"up\":0"}},
        {"configure\n    lag 7\n        port 1/1/1 1/1/2\n        port 1/1/3 sub-group 2\n"
         "        no shutdown\n    exit\n    router\n        interface \"x\"\n"
         "            port lag-7:5\n        exit\n    exit\nexit all\n",
         {"\"name\":\"1/1/2\",\"table\":\"\",\"up\":0,\"kind\":\"physical\",\"parent\":"
          "\"lag-7\"}",
          "\"name\":\"1/1/3\"", ON "\"kind\":\"vlan\",\"parent\":\"lag-7\"}"},
         {"\"name\":\"2\"", "sub-group"}},
        {"configure\n service\n  vprn 5 customer 1 create\n   service-name \"red\"\n   "
         "interface "
         "\"x\" create\n    loopback\n   exit\n   no shutdown\n  exit\n  vprn 6 customer 1 "
         "create\n   interface \"y\" create\n   exit\n  exit\n exit\nexit all\n",
         {"\"name\":\"x\",\"table\":\"red\",\"kind\":\"loopback\"}",
          "\"name\":\"y\",\"table\":\"6\",\"up\":0}"}, /* services are off unless said */
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

static void test_igps(void **state)
{
    static const struct said_example v[] = {
        {IF "address 10.0.0.1/31\n" R "isis interface \"x\" level 1 metric 30\n" R
            "isis interface \"x\" level-capability level-1\n" R "isis area-id 49.0001\n",
         {"\"protocol\":\"isis\",\"family\":4,\"area\":\"49.0001\",\"level\":3",
          "\"level\":1,\"metric\":30}"}, /* on, as nothing switches it off */
         {"\"process\"", "\"family\":6"}},
        {IF "address 10.0.0.1/31\n" R "isis 4 interface \"x\"\n" R
            "isis 4 reference-bandwidth gbps 100 mbps 500\n" R "isis 4 no ipv4-routing\n" R
            "isis 4 ipv6-routing native\n",
         {"\"process\":\"4\",\"family\":6"},
         {"\"family\":4"}},
        {IF "ipv6 address 2001:db8::1/64\n" R "isis interface \"x\" level 2 metric 30\n" R
            "isis level-capability level-2\n" R "isis ipv6-routing mt\n" R
            "isis multi-topology ipv6-unicast\n" R
            "isis level 2 default-ipv6-unicast-metric 50\n",
         {"\"family\":6,\"level\":2,\"metric\":50}"},
         {"not followed"}},
        {R "ospf 1 10.9.9.9 area 0.0.0.1 interface \"x\" passive\n" IF "port 1/1/1\n" R
           "ospf 1 reference-bandwidth tbps 1\n/configure port 1/1/1 ethernet speed 10000\n",
         {"\"protocol\":\"ospf\",\"process\":\"1\",\"family\":4,\"area\":\"1\",\"metric\":100,"
          "\"passive\":1}"},
         {NULL}},
        {R "ospf3 0 area 0 interface \"x\" metric 9\n" R "ospf3 0 shutdown\n" IF "loopback\n",
         {ON "\"kind\":\"loopback\"}"},
         {"ospf3"}},
    };
    (void)state;

    CHECK(v);
}

static void test_routes(void **state)
{
    static const struct said_example v[] = {
        {R "static-route 10.0.0.0/8 next-hop 192.0.2.1\n" R
           "static-route 10.1.0.0/16 preference 20 metric 7 next-hop 192.0.2.2 tag 3\n" R
           "static-route 10.2.0.0 255.255.0.0 black-hole\n" R
           "static-route 10.3.0.0/16 indirect 192.0.2.3 disable\n",
         {"\"prefix\":\"10.0.0.0/8\",\"protocol\":\"static\",\"next_hops\":[\"192.0.2.1\"],"
          "\"interfaces\":[\"\"],\"distance\":5}",
          "\"prefix\":\"10.1.0.0/16\",\"protocol\":\"static\",\"next_hops\":[\"192.0.2.2\"],"
          "\"interfaces\":[\"\"],\"distance\":20}",
          "\"prefix\":\"10.2.0.0/16\",\"protocol\":\"static\",\"discard\":1,\"distance\":5}"},
         {"10.3.0.0"}},
        {R "static-route-entry 10.0.0.0/8 next-hop 192.0.2.1 no shutdown\n" R
           "static-route-entry 10.0.0.0/8 next-hop 192.0.2.2 preference 9\n" R
           "static-route-entry 10.9.0.0/16 mcast next-hop 192.0.2.1 no shutdown\n" R
           "aggregate 10.3.0.0/16 summary-only\n",
         {"\"next_hops\":[\"192.0.2.1\"]", "\"summary_only\":1}"},
         {"192.0.2.2", "10.9.0.0"}}, /* next hops are off unless said */
    };
    (void)state;

    CHECK(v);
}

#define BGP                                                                                    \
    R "autonomous-system 64500\n" R "bgp group \"g\" peer-as 64501\n" R                        \
      "bgp group \"g\" neighbor 10.0.0.2 description \"s3cret\"\n"
#define PEER "\"peer_addr\":\"10.0.0.2\",\"peer_asn\":64501,"

static void test_sessions(void **state)
{
    static const struct said_example v[] = {
        {BGP, {PEER "\"export_policy\":\"(export)\"}"}, {"(reject)", "s3cret"}},
        {BGP R "bgp ebgp-default-reject-policy import\n",
         {PEER "\"import_policy\":\"(reject)\",\"export_policy\":\"(export)\"}"},
         {NULL}},
        {BGP R "bgp group \"g\" disable-communities standard extended\n" R
               "bgp group \"g\" neighbor 10.0.0.2 local-as 64505 prepend-global-as\n" R
               "bgp group \"g\" loop-detect off\n" R "bgp multipath 8\n",
         {"\"local_asn\":64505,\"peer_addr\":\"10.0.0.2\"", "\"send_community\":0",
          "\"allow_own_as\":255", "\"maximum_paths\":8"},
         {NULL}},
        {BGP R "bgp group \"g\" family ipv6\n" R "bgp shutdown\n",
         {"\"family\":6,\"peer_addr\":\"10.0.0.2\"", "\"shutdown\":1"},
         {"\"family\":4,\"peer"}},
    };
    (void)state;

    CHECK(v);
}

#define P       R "policy-options "
#define ENTRY   P "policy-statement \"p\" entry 10 "
#define FROM(x) ENTRY "action accept\n" ENTRY "from " x "\n"
#define DO(x)   ENTRY "action accept " x "\n"
#define SET(x)  "\"seq\":10,\"action\":\"permit\",\"set\":[\"" x "\"]}"

static void test_policies(void **state)
{
    static const struct said_example v[] = {
        {P "begin\n" FROM("prefix-list \"l\"") P
         "prefix-list \"l\" prefix 10.0.0.0/8\n" P
         "prefix-list \"l\" prefix 10.1.0.0/16 prefix-length-range 17-18\n" P
         "prefix-list \"l\" prefix 10.1.0.0/16 prefix-length-range 20-21\n" P "commit\n",
         {"\"match\":[\"prefix-list4 l\"]}", "\"value\":\"10.0.0.0/8\"}",
          "\"value\":\"10.1.0.0/16\",\"ge\":17,\"le\":18}",
          "\"value\":\"10.1.0.0/16\",\"ge\":20,\"le\":21}"},
         {"unknown"}},
        {FROM("prefix-list \"l\"") P
         "prefix-list \"l\" prefix 10.0.0.0/8 prefix-length-range 9-7\n",
         {"\"unknown prefix-list\""},
         {NULL}},
        {FROM("protocol bgp bgp-label"), {"\"match\":[\"source-protocol bgp\"]"}, {"unknown"}},
        {FROM("protocol ospf instance all"), {"source-protocol ospf\"]}"}, {"unknown"}},
        {FROM("community \"c\"") P "community \"c\" members \"1:2\" \"3:4\"\n",
         {"\"match\":[\"community c\"]}", "\"value\":\"1:2 3:4\"}"},
         {NULL}},
        {FROM("community expression \"[a] AND [b]\""), {"\"unknown condition\""}, {"AND"}},
        {FROM("as-path \"a\"") P "as-path \"a\" \"64500 .*\"\n",
         {"\"match\":[\"as-path a\"]}"},
         {"unknown"}},
        {FROM("neighbor prefix-list \"l\""), {"\"unknown condition\""}, {NULL}},
        {FROM("interface \"s3cret\""), {"\"unknown condition\""}, {"s3cret"}},
        {DO("metric add 5"), {SET("med +5")}, {NULL}},
        {DO("as-path-prepend 64500"), {SET("as-path-prepend 64500")}, {NULL}},
        {DO("community replace \"c\"") P "community \"c\" members \"1:2\"\n",
         {"\"set\":[\"community-none\",\"large-community-none\",\"community-add 1:2\"]}"},
         {NULL}},
        {DO("frob s3cret"), {SET("unknown change")}, {"s3cret"}},
        {ENTRY "action drop\n" P "policy-statement \"p\" default-action next-policy\n",
         {"\"seq\":10,\"action\":\"deny\"}"},
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

/* ---- blocks */

static void test_blocks(void **state)
{
    static const struct said_example v[] = {
        /* tabs, headings with dashes, an `exit` too many, headings within a block */
        {"\trouter Base\n\t\tinterface \"x\"\n\t\t\taddress 10.0.0.1/31\n\t\texit\n----------\n"
         "echo \"OSPF Configuration\"\n\t\tospf\n\t\t\tarea 0\n\t\t\t\tinterface \"x\"\n"
         "\t\t\t\texit\n\t\t\texit\n\t\texit\n\texit\n\texit\n",
         {"\"interface\":\"x\",\"table\":\"\",\"protocol\":\"ospf\",\"family\":4,\"area\":"
          "\"0\""},
         {NULL}},
        /* text that looks like statements, over several lines */
        {"configure\n    system\n        name \"a\n    exit\nrouter \\\" b\"\n    exit\n    "
         "router\n        interface \"x\"\n        exit\n    exit\nexit all\n",
         {"\"name\":\"x\""},
         {NULL}},
        /* what stands behind a # is a comment, unless it is quoted */
        {"configure # begins\n    router\n        interface \"a#b\" # an exit\n        exit # "
         "all\n        interface \"x\"\n        exit\n    exit\nexit all\n",
         {"\"name\":\"a#b\"", "\"name\":\"x\""},
         {"all", "begins"}},
        /* nothing of a block that is not known stands for something else */
        {"configure\n    mirror\n        router\n            interface \"y\"\n            "
         "exit\n"
         "        exit\n    exit\n    router\n        ldp\n            interface \"z\"\n"
         "            exit\n        exit\n        interface \"x\"\n        exit\n    "
         "exit\nexit "
         "all\n",
         {"\"name\":\"x\""},
         {"\"y\"", "\"z\""}},
    };
    (void)state;

    CHECK(v);
}

/* What a terminal's log has around: where it stands, and who it is. */
static void test_prompts(void **state)
{
    static const struct said_example v[] = {
        {"*A:R5>config>router# info\n------\n        interface \"x\"\n            loopback\n"
         "        exit\n        autonomous-system 64500\n------\n*A:R5>config>router>bgp# "
         "info\n"
         "            group \"g\"\n                neighbor 10.0.0.2\n                    "
         "peer-as 64501\n                exit\n            exit\n*A:R5>config>router# show\n"
         "        interface \"y\"\n        exit\n",
         {"node {\"node\":\"R5\"", "\"name\":\"x\",\"table\":\"\",\"kind\":\"loopback\"}",
          "\"peer_addr\":\"10.0.0.2\",\"peer_asn\":64501"},
         {"\"y\""}},
        {"A:R6# admin display-config\n# TiMOS-B-16\nexit all\nconfigure\n    system\n"
         "        name \"r\"\n    exit\nexit all\nA:R6# \n",
         {"node {\"node\":\"r\""},
         {"R6"}},
        /* whose interface it is, the prompt does not tell */
        {"A:R7>config>router>if# info\n            address 10.0.0.1/31\n            no "
         "shutdown\nA:R7>config>router# info\n        ecmp 2\n",
         {"node {\"node\":\"R7\""},
         {"10.0.0.1"}},
    };
    (void)state;

    CHECK(v);
}

static void test_refusals(void **state)
{
    static const struct sros_refusal cases[] = {
        {"exit all\nconfigure\n    router\n        interface \"x\"\n            address\n",
         "f:5:1: the text ends inside the block opened in line 4: cut off?", ERR_PARSE},
        {"exit all\nconfigure\n    system\n    exit\n", "opened in line 2: cut off?",
         ERR_PARSE},
        {"configure\nrouter\ninterface \"x\"\nexit\nexit\nexit\nexit all\n", "not indented",
         ERR_PARSE},
        {"exit all\nconfigure\n    system\n        name \"r\n", "f:4:1: a quoted text",
         ERR_PARSE},
        {"exit all\nconfigure\n    sys\x01\n", "f:3:8: a control character", ERR_PARSE},
        {"exit all\nconfigure\nexit all\n", "nothing below `configure`", ERR_NOENT},
    };
    (void)state;

    sros_refused(cases, sizeof(cases) / sizeof(*cases));
}

static int read_repeated(const char *before, const char *each, size_t n, struct err *e)
{
    struct buf b = {0};
    struct sros *s = NULL;
    int rc;

    buf_str(&b, before);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%*s%s", each[0] == 'b' ? (int)i + 1 : 0, "", each);
    buf_str(&b, "\nexit all\n");
    rc = sros_read("f", "n", slice_of(buf_cstr(&b)), &s, e);
    sros_free(&s);
    buf_free(&b);
    return rc;
}

static void test_limits(void **state)
{
    struct err e = {0};

    (void)state;
    assert_int_equal(read_repeated("/configure system name r\n/configure port", " 1",
                                   CLASSIC_MAX_WORDS - 2, &e),
                     0);
    assert_int_equal(
        read_repeated("/configure system name r\n/configure port", " 1", CLASSIC_MAX_WORDS, &e),
        ERR_LIMIT);
    assert_int_equal(
        read_repeated("/configure system name r\n", "b\n", CLASSIC_MAX_OPEN - 2, &e), 0);
    assert_int_equal(read_repeated("/configure system name r\n", "b\n", CLASSIC_MAX_OPEN, &e),
                     ERR_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets),  cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_igps),     cmocka_unit_test(test_routes),
        cmocka_unit_test(test_sessions), cmocka_unit_test(test_policies),
        cmocka_unit_test(test_blocks),   cmocka_unit_test(test_prompts),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
