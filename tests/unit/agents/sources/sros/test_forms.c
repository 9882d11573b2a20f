/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forms of a configuration. tests/data/agents/sros has one router in each, written for this
 * test: all say the same. Then which form a text is, and JSON by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/config_dialect.h"
#include "agents/sources/sros/classic.h"
#include "agents/sources/sros/sros.h"
#include "base/buf.h"
#include "unit/agents/fixture.h"
#include "unit/agents/sources/sros/said.h"
#include "unit/cmocka_all.h"

#define CHECK(v) said_check((v), sizeof(v) / sizeof(*(v)), sros_said)

/* ---- all forms */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/** The facts of a file, sorted; without notes. Line i is v[i]; all is freed with *text. */
static size_t facts_of(const char *name, char **text, const char *v[], size_t most)
{
    struct buf file = {0};
    struct slice rest, line;
    size_t n = 0;

    fixture_data(name, &file);
    *text = sros_said(buf_cstr(&file));
    buf_free(&file);
    rest = slice_of(*text);
    while (slice_line(&rest, &line)) {
        (*text)[line.p + line.n - *text] = '\0';
        if (slice_starts(line, "ignored "))
            continue;
        assert_true(n < most);
        v[n++] = line.p;
    }
    qsort(v, n, sizeof(*v), by_text);
    return n;
}

#define MOST 300

static void test_same_network(void **state)
{
    static const char *const others[] = {"agents/sros/border.classic.cfg",
                                         "agents/sros/border.json"};
    const char *modern[MOST], *other[MOST];
    char *texts[2];
    size_t n = facts_of("agents/sros/border.md.cfg", &texts[0], modern, MOST);

    (void)state;
    assert_int_equal(n, 123);
    for (size_t f = 0; f < 2; f++) {
        size_t m = facts_of(others[f], &texts[1], other, MOST);

        for (size_t i = 0; i < n && i < m; i++)
            assert_string_equal(modern[i], other[i]);
        assert_int_equal(n, m);
        free(texts[1]);
    }
    free(texts[0]);
}

/* ---- which form it is */

#define R "/configure router "

static void test_detection(void **state)
{
    static const struct {
        const char *text, *dialect;
        bool classic;
    } cases[] = {
        {"#------\necho \"Router (Network Side) Configuration\"\n#------\n    router\n", "sros",
         true},
        {"    router Base\n        interface \"x\"\n        exit\n    exit\n", "sros", true},
        {R "interface \"x\" address 10.0.0.1/31\n" R "ecmp 2\nexit all\n" R "bgp shutdown\n",
         "sros", true},
        {"/configure router \"Base\" interface \"x\" ipv4 primary address 10.0.0.1\n", "sros",
         false},
        {"configure {\n    router \"Base\" {\n        description \"no shutdown\"\n    }\n}\n",
         "sros", false},
        {"*A:r1>config>router>isis# info\n        area-id 49.1\n", "sros", true},
        {"[gl:/configure router \"Base\"]\nA:a@r1# info\n    ecmp 2\n", "sros", false},
        {"    router \"Base\" ecmp 2\n    router \"Base\" autonomous-system 1\n", "sros",
         false},
        {"{\n  \"nokia-conf:configure\": {}\n}\n", "sros", false},
        {"interface Ethernet1\n   no shutdown\n   ip address 10.0.0.1/31\nexit\n", "eos", true},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct agent_file f = {.name = "f", .path = "f", .text = slice_of(cases[i].text)};
        const struct agent_dialect *d = config_guess(&f);

        assert_non_null(d);
        assert_string_equal(d->name, cases[i].dialect);
        assert_int_equal(classic_likely(f.text), cases[i].classic);
    }
}

/* ---- JSON */

#define ROUTER(x) "{\"nokia-conf:configure\":{\"router\":[{" x ",\"router-name\":\"Base\"}]}}"
#define NAMED(x)  "\"interface-name\":\"" x "\""

static void test_json(void **state)
{
    static const struct said_example v[] = {
        /* keys may stand behind other members, and be numbers */
        {ROUTER("\"interface\":[{\"admin-state\":\"disable\"," NAMED(
             "x") "},"
                  "{\"loopback\":[null]," NAMED(
                      "y") "}],\"autonomous-system\":64500,"
                           "\"isis\":[{\"admin-state\":\"enable\",\"isis-instance\":7}]"),
         {"\"name\":\"x\",\"table\":\"\",\"up\":0}", "\"kind\":\"loopback\"}",
          "\"protocol\":\"isis\",\"process\":\"7\",\"family\":4"},
         {NULL}},
        /* `info json` below `configure` names the module everywhere */
        {"{\"nokia-conf:system\":{\"name\":\"r9\"},\"nokia-conf:router\":[{\"router-name\":"
         "\"Base\",\"ecmp\":2}]}",
         {"node {\"node\":\"r9\""},
         {NULL}},
        /* both keys of a route, in any order */
        {ROUTER("\"static-routes\":{\"route\":[{\"blackhole\":{\"admin-state\":\"enable\"},"
                "\"route-type\":\"unicast\",\"ip-prefix\":\"10.0.0.0/8\"},{\"ip-prefix\":"
                "\"10.0.0.0/8\",\"route-type\":\"multicast\"}]}"),
         {"\"prefix\":\"10.0.0.0/8\",\"protocol\":\"static\",\"discard\":1,"},
         {NULL}},
        /* groups */
        {"{\"nokia-conf:configure\":{\"apply-groups\":[\"g\"],\"groups\":{\"group\":[{"
         "\"group-name\":\"g\",\"router\":[{\"router-name\":\"Base\",\"interface\":[{" NAMED(
             "<to-.*>") ",\"loopback\":[null]}]}]}]},\"router\":[{\"router-name\":\"Base\","
                        "\"interface\":[{" NAMED("to-x") "},{" NAMED("x") "}]}]}}",
         {"\"name\":\"to-x\",\"table\":\"\",\"kind\":\"loopback\"}",
          "\"name\":\"x\",\"table\":\"\"}"},
         {NULL}},
        /* lists of no interest, with keys that are not known */
        {"{\"nokia-conf:persistent-indices\":{\"vrtr-if-id\":[{\"router-name\":\"Base\","
         "\"if-index\":1},{\"router-name\":\"Base\",\"if-index\":2},{}]},"
         "\"nokia-conf:router\":[{\"router-name\":\"Base\",\"interface\":[{" NAMED("x") "}]}]}",
         {"\"name\":\"x\""},
         {NULL}},
        /* the same in lists that go by the name of others, with sorted members */
        {"{\"nokia-conf:system\":{\"security\":{\"snmp\":{\"community\":[{\"access-"
         "permissions\":"
         "\"r\",\"community-string\":\"s3cret\"},{\"access-permissions\":\"r\","
         "\"community-string\":\"s4cret\"}]}}},"
         "\"nokia-conf:router\":[{\"interface\":[{" NAMED(
             "x") "}],\"ldp\":{"
                  "\"interface-parameters\":{\"interface\":[{\"admin-state\":\"enable\","
                  "\"ip-int-name\":\"x\"},{\"admin-state\":\"enable\",\"ip-int-name\":\"y\"}]}}"
                  ","
                  "\"router-name\":\"Base\"}]}",
         {"\"name\":\"x\""},
         {"s3cret", "s4cret"}},
        /* what is switched off by a value */
        {ROUTER("\"bgp\":{\"group\":[{\"group-name\":\"g\",\"peer-as\":64501,\"family\":{"
                "\"ipv4\":false,\"ipv6\":true}}],\"neighbor\":[{\"ip-address\":\"10.0.0.2\","
                "\"group\":\"g\"}]}"),
         {"\"family\":6,\"peer_addr\":\"10.0.0.2\""},
         {"\"family\":4,\"peer"}},
    };
    (void)state;

    CHECK(v);
}

static void test_json_refused(void **state)
{
    static const struct sros_refusal cases[] = {
        {"{\"nokia-conf:router\":[{\"router-name\":\"Base\"", "f:1:", ERR_PARSE},
        {ROUTER("\"interface\":[{\"ipv4\":{}}]"), "an entry of a list without a key",
         ERR_SCHEMA},
        {ROUTER("\"interface\":[{" NAMED("x") "},{" NAMED("x") "}]"),
         "two entries of a list with the same key", ERR_SCHEMA},
        {"{\"nokia-conf:router\":[]} {}", "f:1:", ERR_PARSE},
        {"{\"nokia-conf:configure\":{}}", "nothing below `configure`", ERR_NOENT},
    };
    (void)state;

    sros_refused(cases, sizeof(cases) / sizeof(*cases));
}

/* A script that prints headings is none. */
static void test_strangers(void **state)
{
    struct agent_file f = {.name = "f", .path = "f"};

    (void)state;
    f.text = slice_of("#!/bin/sh\necho \"System Configuration\"\nexit 1\n");
    assert_null(config_guess(&f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_network), cmocka_unit_test(test_detection),
        cmocka_unit_test(test_strangers),    cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
