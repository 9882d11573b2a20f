/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions, changes and calls of IOS XR's route policies, one by one. */
#include <stdio.h>

#include "unit/agents/sources/ios/expect.h"
#include "unit/cmocka_all.h"

/** A policy's body, all the terms it becomes, and other lines that must be stated. */
struct policy {
    const char *body;
    const char *terms[5];
    const char *lines[3];
};

/** The body as the import policy A of a session, A's words beginning in line 1. */
static void state_policy(const struct policy *v, const char *const lines[])
{
    static const char behind[] =
        "as-path-set PATHS\n  ios-regex '^64500_',\n  originates-from '64501',\n"
        "  passes-through '64502 64503',\n  neighbor-is '64504' exact\nend-set\n"
        "as-path-set RANGE\n  passes-through '[1..5]'\nend-set\n"
        "community-set PLAIN\n  1:2,\n  3:4\nend-set\n"
        "community-set WILD\n  3:*\nend-set\n"
        "route-policy MED\n  set med 4\nend-policy\n"
        "route-policy DONE\n  if tag eq 3 then\n    done\n  endif\nend-policy\n"
        "route-policy NEVER\n  drop\nend-policy\n"
        "router bgp 1\n neighbor 192.0.2.2\n  remote-as 2\n  address-family ipv4 unicast\n"
        "   route-policy A in\n";
    char text[2048];

    snprintf(text, sizeof(text), "route-policy A\n  %s\nend-policy\n%s", v->body, behind);
    ios_expect(IOS_XR, text, lines);
}

static void check(const struct policy *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char want[6][256];
        const char *lines[10] = {NULL};
        size_t k = 0, seq;

        for (; k < 5 && v[i].terms[k] != NULL; k++) {
            seq = 10 * (k + 1);
            snprintf(want[k], sizeof(want[k]), "\"name\":\"A\",\"seq\":%zu,\"action\":%s", seq,
                     v[i].terms[k]);
            lines[k] = want[k];
        }
        snprintf(want[k], sizeof(want[k]), "-\"name\":\"A\",\"seq\":%zu,", 10 * (k + 1));
        lines[k] = want[k];
        for (size_t m = 0; m < 3 && v[i].lines[m] != NULL; m++)
            lines[++k] = v[i].lines[m];
        state_policy(&v[i], lines);
    }
}

#define CHECK(v)    check((v), sizeof(v) / sizeof(*(v)))
#define IF(x)       "if " x " then pass endif"
#define MATCH(x)    "\"permit\",\"match\":[\"" x "\"]}"
#define SET(x)      "\"permit\",\"set\":[\"" x "\"]}"
#define UNTOLD(x)   "unknown " x " of route-policy at line 1"
#define DENY        "\"deny\"}"
#define PERMIT      "\"permit\"}"
#define VALUE(n, x) "\"seq\":" n ",\"action\":\"permit\",\"value\":\"" x "\"}"
#define REGEX(n, x) "\"seq\":" n ",\"action\":\"permit\",\"value\":\"" x "\",\"expanded\":1}"

static void paths(void **unused)
{
    static const struct policy v[] = {
        {IF("as-path in PATHS"),
         {MATCH("as-path PATHS"), DENY},
         {VALUE("10", "^64500_"), VALUE("20", "(^| )64501$"),
          VALUE("30", "(^| )64502 64503( |$)")}},
        {IF("as-path in PATHS"), {MATCH("as-path PATHS"), DENY}, {VALUE("40", "^64504( |$)")}},
        {IF("as-path originates-from '64501'"),
         {MATCH("as-path line 1 word 2"), DENY},
         {VALUE("10", "(^| )64501$")}},
        {IF("as-path is-local"), {MATCH("as-path line 1 word 2"), DENY}, {VALUE("10", "^$")}},
        {IF("as-path in (ios-regex '_1_', neighbor-is '2')"),
         {MATCH("as-path line 1 word 4"), DENY},
         {VALUE("10", "_1_"), VALUE("20", "^2( |$)")}},
        {IF("as-path length ge 5"), {MATCH(UNTOLD("as-path condition")), DENY}, {NULL}},
        {IF("as-path in GONE"), {MATCH(UNTOLD("as-path condition")), DENY}, {NULL}},
        {IF("as-path in RANGE"), {MATCH(UNTOLD("as-path condition")), DENY}, {NULL}},
        {IF("as-path frobnicate '5'"), {MATCH(UNTOLD("as-path condition")), DENY}, {NULL}},
    };

    (void)unused;
    CHECK(v);
}

static void communities(void **unused)
{
    static const struct policy v[] = {
        {IF("community matches-every (1:2, 3:4)"),
         {MATCH("community every of line 1 word 4"), DENY},
         {VALUE("10", "1:2 3:4")}},
        {IF("community matches-any (ios-regex '^1:', 5:*, 7:8)"),
         {MATCH("community line 1 word 4"), DENY},
         {REGEX("10", "^1:"), REGEX("20", "(^| )5:[0-9]+( |$)"), VALUE("30", "7:8")}},
        {IF("community matches-any PLAIN"), {MATCH("community PLAIN"), DENY}, {NULL}},
        {IF("community matches-every (1:*)"),
         {MATCH(UNTOLD("community condition")), DENY},
         {NULL}},
        {IF("community matches-any GONE"),
         {MATCH(UNTOLD("community condition")), DENY},
         {NULL}},
        {IF("community matches-any (1:70000)"),
         {MATCH(UNTOLD("community condition")), DENY},
         {NULL}},
        {IF("community is-empty"), {MATCH(UNTOLD("community condition")), DENY}, {NULL}},
        /* what stands in parentheses belongs to the condition, and `and` is seen behind it */
        {IF("community matches-within (1:2, 3:4) or tag eq 3"),
         {MATCH(UNTOLD("community condition")), MATCH("tag 3"), DENY},
         {"-unknown statement"}},
    };

    (void)unused;
    CHECK(v);
}

static void destinations(void **unused)
{
    static const struct policy v[] = {
        {IF("destination in (10.0.0.0/8 ge 16, 2001:db8::/32 eq 48)"),
         {MATCH("prefix-list4 line 1 word 4"), MATCH("prefix-list6 line 1 word 4"), DENY},
         {"\"value\":\"10.0.0.0/8\",\"ge\":16}",
          "\"value\":\"2001:db8::/32\",\"ge\":48,\"le\":48}"}},
        {IF("destination in (10.0.0.0/8)"),
         {MATCH("prefix-list4 line 1 word 4"), DENY},
         {VALUE("10", "10.0.0.0/8")}},
        {IF("destination in GONE"), {MATCH(UNTOLD("prefix-set")), DENY}, {NULL}},
        {IF("destination in (10.0.0.0/99)"), {MATCH(UNTOLD("prefix-set")), DENY}, {NULL}},
        {IF("destination in (10.0.0.0/8 ge 999)"), {MATCH(UNTOLD("prefix-set")), DENY}, {NULL}},
    };

    (void)unused;
    CHECK(v);
}

static void other_conditions(void **unused)
{
    static const struct policy v[] = {
        {IF("local-preference eq 100"), {MATCH("local-preference 100"), DENY}, {NULL}},
        {IF("med ge 5"), {MATCH(UNTOLD("comparison")), DENY}, {NULL}},
        {IF("tag eq x"), {MATCH(UNTOLD("comparison")), DENY}, {NULL}},
        {IF("protocol is ospf 1"), {MATCH("source-protocol ospf"), DENY}, {NULL}},
        {IF("protocol in (connected, bgp 1, frobnicate)"),
         {MATCH("source-protocol connected"), MATCH("source-protocol bgp"),
          MATCH(UNTOLD("protocol")), DENY},
         {NULL}},
        {IF("origin is egp"), {MATCH("origin egp"), DENY}, {NULL}},
        {IF("next-hop in (192.0.2.1, 192.0.2.2) or tag eq 3"),
         {MATCH(UNTOLD("condition")), MATCH("tag 3"), DENY},
         {NULL}},
        {IF("not (tag eq 3 or tag eq 4)"),
         {"\"deny\",\"match\":[\"tag 3\"]}", "\"deny\",\"match\":[\"tag 4\"]}", PERMIT},
         {NULL}},
        {"if tag eq 3 then # 'a comment'\n    pass\n  endif",
         {MATCH("tag 3"), DENY},
         {"-unknown"}},
    };

    (void)unused;
    CHECK(v);
}

static void changes(void **unused)
{
    static const struct policy v[] = {
        {"set community (1:2, 3:4)", {SET("community 1:2 3:4")}, {NULL}},
        {"set community PLAIN additive", {SET("community-add 1:2 3:4")}, {NULL}},
        {"set community WILD", {SET(UNTOLD("community-set"))}, {NULL}},
        {"set community GONE", {SET(UNTOLD("community-set"))}, {NULL}},
        {"set next-hop self", {SET("next-hop self")}, {NULL}},
        {"set next-hop peer-address", {SET("next-hop peer")}, {NULL}},
        {"set next-hop unchanged", {SET("next-hop unchanged")}, {NULL}},
        {"set next-hop 192.0.2.7", {SET("next-hop 192.0.2.7")}, {NULL}},
        {"set next-hop discard", {SET(UNTOLD("next hop"))}, {NULL}},
        {"set next-hop x", {SET(UNTOLD("next hop"))}, {NULL}},
        {"set origin incomplete", {SET("origin incomplete")}, {NULL}},
        {"set metric-type type-1", {SET("metric-type 1")}, {NULL}},
        {"set metric-type type-2", {SET("metric-type 2")}, {NULL}},
        {"set med +10", {SET("med +10")}, {NULL}},
        {"set med igp-cost", {SET(UNTOLD("change"))}, {NULL}},
        {"prepend as-path 64500 3", {SET("as-path-prepend 64500 64500 64500")}, {NULL}},
        {"prepend as-path 64500", {SET("as-path-prepend 64500")}, {NULL}},
        {"prepend as-path most-recent 2", {SET(UNTOLD("prepending"))}, {NULL}},
        {"delete community all", {SET("community-none")}, {NULL}},
        {"delete community in PLAIN", {SET("community-delete PLAIN")}, {NULL}},
        {"delete community in GONE", {SET(UNTOLD("community-set"))}, {NULL}},
        {"delete community not in PLAIN", {SET(UNTOLD("deletion"))}, {NULL}},
        {"delete large-community all", {SET(UNTOLD("deletion"))}, {NULL}},
    };

    (void)unused;
    CHECK(v);
}

/* What is not known is told, behind what is known too; a statement may go on in parentheses. */
static void statements(void **unused)
{
    static const struct policy v[] = {
        {"set local-preference 200\n  replace as-path private-as",
         {SET("local-preference 200\",\"" UNTOLD("statement"))},
         {NULL}},
        {"prepend as-path 64500 2\n  remove as-path private-as entire-aspath\n  set med 5",
         {SET("as-path-prepend 64500 64500\",\"" UNTOLD("statement") "\",\"med 5")},
         {NULL}},
        {"if tag eq 3 then\n    pass\n    unsuppress-route\n  endif",
         {"\"permit\",\"match\":[\"tag 3\"],\"set\":[\"" UNTOLD("statement") "\"]}", DENY},
         {NULL}},
        {"pass\n  apply GONE\n  unsuppress-route",
         {SET(UNTOLD("apply") "\",\"" UNTOLD("statement"))},
         {NULL}},
        {"set extcommunity rt (1:2,\n    3:4) additive\n  set med 5", {SET("med 5")}, {NULL}},
        {"set extcommunity rt (1:2,\n    3:4)", {PERMIT}, {NULL}},
        {"delete community not in (1:2,\n    3:4)\n  set med 5",
         {SET(UNTOLD("deletion") "\",\"med 5")},
         {"-unknown statement"}},
    };

    (void)unused;
    CHECK(v);
}

/* How a policy ends: what nothing passed is dropped; what others do is done in their place. */
static void ways_through(void **unused)
{
    static const struct policy v[] = {
        {"pass", {PERMIT}, {NULL}},
        {"", {DENY}, {NULL}},
        {"set med 5 drop", {DENY}, {NULL}},
        {"if tag eq 3 then done endif set med 5 drop", {MATCH("tag 3"), DENY}, {NULL}},
        {"apply MED", {SET("med 4")}, {NULL}},
        {"apply DONE set tag 5", {MATCH("tag 3"), SET("tag 5")}, {NULL}},
        {"apply NEVER pass", {DENY}, {NULL}},
    };

    (void)unused;
    CHECK(v);
}

/* Whether a policy that isn't known passes a route, nobody can tell. */
static void unknown_policies(void **unused)
{
    static const struct policy v[] = {
        {"apply GONE",
         {"\"permit\",\"match\":[\"" UNTOLD("apply") "\"],\"set\":[\"" UNTOLD("apply") "\"]}",
          DENY},
         {NULL}},
        {"pass apply GONE", {SET(UNTOLD("apply"))}, {NULL}},
        {"pass apply MED(10)", {SET(UNTOLD("apply"))}, {"-unknown statement"}},
    };

    (void)unused;
    CHECK(v);
    /* one that applies itself ends */
    state_policy(&(struct policy){.body = "apply A"}, LINES(UNTOLD("apply")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),        cmocka_unit_test(communities),
        cmocka_unit_test(destinations), cmocka_unit_test(other_conditions),
        cmocka_unit_test(changes),      cmocka_unit_test(statements),
        cmocka_unit_test(ways_through), cmocka_unit_test(unknown_policies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
