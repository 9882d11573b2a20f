/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration groups of MD-CLI: what is inherited, and what counts more. */
#include <string.h>

#include "agents/sources/sros/groups.h"
#include "agents/sources/sros/sros.h"
#include "base/buf.h"
#include "unit/agents/sources/sros/said.h"
#include "unit/cmocka_all.h"

#define CHECK(v) said_check((v), sizeof(v) / sizeof(*(v)), sros_said)

#define C      "/configure "
#define G      C "groups group \"g\" "
#define BASE   C "router \"Base\" "
#define GB     G "router \"Base\" "
#define ISIS   BASE "isis 0 admin-state enable\n" BASE "isis 0 level-capability 2\n"
#define IF(x)  BASE "interface \"" x "\" ipv4 primary address 10.0.0.1 prefix-length 31\n"
#define ON(x)  BASE "isis 0 interface \"" x "\"\n"
#define NET(x) "\"interface\":\"" x "\",\"table\":\"\",\"protocol\":\"isis\",\"family\":4,"
#define L2     "\"level\":2,"

static void test_places(void **state)
{
    static const struct said_example v[] = {
        /* names that fit the expression, at the whole branch */
        {IF("to-a") IF("lo-b") ISIS ON("to-a") ON("lo-b") BASE
         "apply-groups [\"g\"]\n" GB "isis 0 interface \"<to-.*>\" level 2 metric 77\n",
         {NET("to-a") L2 "\"metric\":77}", NET("lo-b") L2 "\"metric\":10}"},
         {"not applied"}},
        /* at the statement itself */
        {IF("to-a") IF("to-b") ISIS ON("to-a") ON("to-b") BASE
         "isis 0 interface \"to-a\" apply-groups [\"g\"]\n" GB
         "isis 0 interface \"<.*>\" level 2 metric 77\n",
         {NET("to-a") L2 "\"metric\":77}", NET("to-b") L2 "\"metric\":10}"},
         {NULL}},
        /* at the top; names without brackets are made when they are missing */
        {C "apply-groups [\"g\"]\n" IF("to-a") GB "interface \"new\" loopback\n" GB
                                                  "interface \"<.*>\" admin-state disable\n" G
                                                  "system name \"r9\"\n",
         {"node {\"node\":\"r9\"",
          "\"name\":\"to-a\",\"table\":\"\",\"addrs\":[\"10.0.0.1/31\"],\"up\":0}",
          "\"name\":\"new\",\"table\":\"\",\"up\":0,\"kind\":\"loopback\"}"},
         {"<"}},
        /* a part of a branch is left out */
        {IF("to-a") IF("to-b") ISIS ON("to-a") ON("to-b") BASE
         "apply-groups [\"g\"]\n" BASE
         "isis 0 interface \"to-a\" apply-groups-exclude [\"g\"]\n" GB
         "isis 0 interface \"<.*>\" level 2 metric 77\n",
         {NET("to-a") L2 "\"metric\":10}", NET("to-b") L2 "\"metric\":77}"},
         {NULL}},
        /* groups that nobody applies, or that are not there */
        {IF("to-a") ISIS ON("to-a") BASE "apply-groups [\"s3cret\"]\n" GB
                                         "isis 0 interface \"to-a\" level 2 metric 77\n",
         {NET("to-a") L2 "\"metric\":10}", "apply-groups: a group that isn't defined"},
         {"s3cret", "77"}},
        /* an expression that is none */
        {IF("to-a") BASE "apply-groups [\"g\"]\n" GB "interface \"<(s3cret>\" loopback\n" GB
                         "interface \"<to-.*>\" loopback\n",
         {"\"kind\":\"loopback\"}", "f:3: groups: an expression that is not taken"},
         {"s3cret", "not taken (2 times)"}},
        /* with braces */
        {"configure {\n groups {\n group \"g\" {\n port \"<1/1/.*>\" {\n ethernet {\n speed "
         "10000\n }\n }\n }\n }\n apply-groups [\"g\"]\n port 1/1/1 {\n admin-state enable\n "
         "}\n "
         "port 2/1/1 {\n admin-state enable\n }\n router \"Base\" {\n }\n}\n",
         {"\"name\":\"1/1/1\",\"table\":\"\",\"speed\":10000000000,",
          "\"name\":\"2/1/1\",\"table\":\"\",\"kind\""},
         {NULL}},
    };
    (void)state;

    CHECK(v);
}

#define H C "groups group \"h\" router \"Base\" "
#define BGP                                                                                    \
    BASE "autonomous-system 64500\n" BASE "bgp group \"x\" apply-groups [\"g\" \"h\"]\n" BASE  \
         "bgp neighbor \"10.0.0.2\" group \"x\"\n"
#define POLICY(x)                                                                              \
    C "policy-options policy-statement \"" x "\" default-action action-type accept\n"

static void test_precedence(void **state)
{
    static const struct said_example v[] = {
        /* the statement's own word, then the first group's */
        {BGP BASE "bgp group \"x\" multihop 5\n" GB "bgp group \"<.*>\" multihop 6\n" H
                  "bgp group \"<.*>\" multihop 7\n" GB "bgp group \"x\" peer-as 64501\n" H
                  "bgp group \"x\" peer-as 64502\n",
         {"\"peer_asn\":64501", "\"multihop\":5"},
         {"64502", "\"multihop\":6", "\"multihop\":7"}},
        /* an inner group counts more than an outer one */
        {BGP BASE "apply-groups [\"h\"]\n" H "bgp group \"<.*>\" peer-as 64502\n" GB
                  "bgp group \"<.*>\" peer-as 64501\n",
         {"\"peer_asn\":64501"},
         {"64502"}},
        /* lists are not mixed */
        {BGP POLICY("a") POLICY("b") POLICY("c") BASE
         "bgp group \"x\" import policy [\"a\"]\n" GB
         "bgp group \"<.*>\" import policy [\"b\"]\n" GB
         "bgp group \"<.*>\" export policy [\"b\"]\n" H
         "bgp group \"<.*>\" export policy [\"c\"]\n" GB "bgp group \"x\" peer-as 64501\n",
         {"\"import_policy\":\"a (or reject)\",\"export_policy\":\"b (export or reject)\""},
         {NULL}},
        /* a neighbour's own group of groups */
        {BASE "autonomous-system 64500\n" BASE "bgp group \"x\" type internal\n" BASE
              "bgp neighbor \"10.0.0.2\" group \"x\"\n" BASE
              "bgp neighbor \"10.0.0.2\" apply-groups [\"g\"]\n" GB
              "bgp neighbor \"<10.*>\" family ipv6 true\n" GB
              "bgp neighbor \"<10.*>\" admin-state disable\n",
         {"\"family\":6,\"peer_addr\":\"10.0.0.2\"", "\"shutdown\":1"},
         {"\"family\":4,\"peer"}},
    };
    (void)state;

    CHECK(v);
}

#define PLUS "++++++++++++++++++++++++++++++"

static void test_expressions(void **state)
{
    static const struct {
        const char *pattern, *word;
        bool fits;
    } cases[] = {
        {"<.*>", "anything", true},
        {"<to-.*>", "to-a", true},
        {"<to-.*>", "into-a", false}, /* it must fit the whole */
        {"<to>", "to-a", false},
        {"<1/1/[1-4]>", "1/1/3", true},
        {"<1/1/[1-4]>", "1/1/5", false},
        {"<(pe|p)-[0-9]{1,2}>", "pe-12", true},
        {"<(pe|p)-[0-9]{1,2}>", "pe-123", false},
        {"<1\\/1>", "1/1", true},
        {"<a>|<b>", "a", false},             /* brackets within are text */
        {"<(>", "(", false},                 /* no expression at all */
        {"<(a*)\\1>", "aa", false},          /* would take too long on others */
        {"<((a{30}){30}){30}>", "a", false}, /* would take too much memory */
        {"<a{99}>", "a", false},
        {"<[a-z]{2,32}-[0-9]{1,32}>", "lyon-12", true},
        {"<(to-[a-z]+)+>", "to-ato-b", true},
        {"<a+++++++>", "aaaaaaaa", true},            /* 128 times `a`, written out */
        {"<a++++++++>", "aaaaaaaa", false},          /* 256 times, with what is around it */
        {"<((((((((a+)+)+)+)+)+)+)+)>", "a", false}, /* so are these */
        {"<a" PLUS PLUS PLUS ">", "a", false},
        {"<((a?){32}){32}>", "a", false},
        {"<([)]a{32}[(]){32}>", ")a(", false}, /* brackets within brackets are characters */
        {"<[]+{9}^(]+>", "((", true},
        {"<[[:alpha:]({]+>", "ab{", true},
        {"<[[:alpha:>", "a", false},
        {"<[[>", "[", false},
        {"<a)(b>", "ab", true}, /* as the library takes it */
        {"<a))(b>", "ab", false},
        {"<a{3,}>", "aa", false},
        {"<a{3,}>", "aaaa", true},
        {"<a{3>", "aaa", false},
    };
    size_t steps = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        if (sros_group_fits(cases[i].pattern, cases[i].word, &steps) != cases[i].fits)
            fail_msg("%s %s %s", cases[i].pattern, cases[i].fits ? "fits not" : "fits",
                     cases[i].word);
    }
}

/** Expressions that take long count for more: few words that fit none of them are enough. */
static void test_long_expressions(void **state)
{
    struct buf b = {0};
    struct sros *s = NULL;
    struct err e = {0};

    (void)state;
    buf_printf(&b, "%sapply-groups [\"g\"]\n%sinterface \"<(b?a){32}(c?d){32}>\" ipv6\n", BASE,
               GB);
    for (int i = 0; i < 20000; i++)
        buf_printf(&b, "%sinterface \"i%d\" ipv6\n", BASE, i);
    assert_int_equal(sros_read("f", "n", slice_of(buf_cstr(&b)), &s, &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "its groups make the configuration too large"));
    assert_null(s);
    buf_free(&b);
}

/** Each of many places is looked for among as many of a group. */
static void test_limit(void **state)
{
    struct buf b = {0};
    struct sros *s = NULL;
    struct err e = {0};

    (void)state;
    for (int i = 0; i < 5000; i++) {
        buf_printf(&b, "%sinterface \"i%d\" ipv6\n", GB, i);
        buf_printf(&b, "%sinterface \"i%d\" apply-groups [\"g\"]\n", BASE, i);
    }
    assert_int_equal(sros_read("f", "n", slice_of(buf_cstr(&b)), &s, &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "its groups make the configuration too large"));
    assert_null(s);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),      cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_expressions), cmocka_unit_test(test_long_expressions),
        cmocka_unit_test(test_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
