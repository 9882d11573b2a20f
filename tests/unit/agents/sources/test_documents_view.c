/* SPDX-License-Identifier: Apache-2.0 */
/* Views: each member, and each thing that is refused, with its place. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/documents_check.h"
#include "unit/cmocka_all.h"

#define RESOURCES(x) "{\"resources\": [" x "]}"
#define R(x)         RESOURCES("{\"id\": \"a\", \"path\": \"/a\", \"document\": \"d.json\", " x "}")
#define PLAIN        "{\"id\": \"a\", \"path\": \"/a\", \"document\": \"d.json\"}"
#define TYPES(x)     "{\"resources\": [], \"cost-types\": {" x "}}"
#define NUM          "\"num\": {\"cost-mode\": \"numerical\", \"cost-metric\": \"routingcost\"}"
/* The view that a capability of cost type "num" stands in. */
#define WITH_NUM(x)                                                                            \
    "{\"cost-types\": {" NUM "}, \"resources\": [{\"id\": \"a\", \"path\": \"/a\", "           \
    "\"document\": \"d.json\", " x "}]}"
#define CALENDAR(x) "\"calendars\": [{" x "}]"

static void good_views(void **state)
{
    static const char *const views[] = {
        RESOURCES(""),
        RESOURCES(PLAIN),
        R("\"kind\": \"network-map\", \"listed\": false, \"clients\": [\"lan\"]"),
        R("\"uses\": [\"a\"], \"default-network-map\": \"a\", \"directory\": \"a\""),
        R("\"properties\": [\"pid\"], \"mappings\": {\"ipv4\": [\"pid\", \"x\"]}, "
          "\"cost-constraints\": true"),
        WITH_NUM("\"cost-types\": [\"num\"], \"testable-cost-types\": [\"num\"], "
                 "\"max-cost-types\": 100000"),
        WITH_NUM(CALENDAR("\"cost-types\": [\"num\"], \"time-interval-size\": 0.5, "
                          "\"number-of-intervals\": 24")),
        RESOURCES("{\"id\": \"t\", \"path\": \"/t\", \"kind\": \"tips\"}"),
        RESOURCES("{\"id\": \"d\", \"path\": \"/d/e\", \"kind\": \"directory\"}, " PLAIN),
        RESOURCES("{\"id\": \"a\", \"path\": \"/a\", \"documents\": [\"b.json\", \"c.json\"]}"),
        "{\"resources\": [" PLAIN "], \"merged\": true, \"default-network-map\": \"a\"}",
        TYPES("\"x\": {\"cost-mode\": \"numerical\", \"cost-metric\": \"delay-ow\", "
              "\"description\": \"one way\", \"cost-context\": {\"cost-source\": \"sla\"}}"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
        struct err e = {0};

        if (document_check_view(views[i], strlen(views[i]), &e) != 0)
            fail_msg("%s: %s", views[i], e.msg);
    }
}

struct refusal {
    const char *text, *why;
};

static void check(const struct refusal *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err e = {0};
        int rc = document_check_view(v[i].text, strlen(v[i].text), &e);

        if (rc == 0 || strstr(e.msg, v[i].why) == NULL)
            fail_msg("%s: %d \"%s\"", v[i].text, rc, e.msg);
        if (e.msg[0] < '1' || e.msg[0] > '9')
            fail_msg("%s: no place in \"%s\"", v[i].text, e.msg);
    }
}

#define CHECK(v) check((v), sizeof(v) / sizeof(*(v)))

static void what_resources_are(void **state)
{
    static const struct refusal v[] = {
        {"[]", ""},
        {"{}", "1:1: resources is missing"},
        {"{\"resource\": []}", "unknown member \"resource\""},
        {RESOURCES("") "x", "1:"},
        {RESOURCES("{\"id\": \"a\"}"), "a resource needs id and path"},
        {RESOURCES("{\"path\": \"/a\", \"document\": \"d\"}"), "a resource needs id and path"},
        {RESOURCES("{\"id\": \"a\", \"path\": \"/a\"}"),
         "a resource needs either document or documents"},
        {R("\"documents\": [\"e\"]"), "a resource needs either document or documents"},
        {RESOURCES(PLAIN ", " PLAIN), "resource \"a\" is there twice"},
        {RESOURCES(PLAIN ", {\"id\": \"b\", \"path\": \"/a\", \"document\": \"d\"}"),
         "path \"/a\" is there twice"},
        {RESOURCES("{\"id\": \"a b\"}"), "1:28: not a resource id or name: \"a b\""},
        {RESOURCES("{\"id\": \"\"}"), "not a resource id or name"},
        {RESOURCES("{\"document\": \"x/y\"}"),
         "a document is named by its file in this folder"},
        {RESOURCES("{\"documents\": [\"\"]}"), "a document is named by its file"},
        {R("\"kind\": \"map\""), "unknown kind of resource \"map\""},
        {R("\"kind\": 5"), "1:"},
        {R("\"listed\": 1"), "1:"},
        {R("\"clients\": []"), "clients names nobody: leave it out for everybody"},
        {R("\"clients\": [\"\"]"), "an empty property name"},
        {R("\"frob\": 1"), "unknown member \"frob\""},
        {R("\"uses\": [\"b\"]"), "1:1: resource \"b\" is used but not defined"},
        {R("\"directory\": \"b\""), "1:1: resource \"b\" is used but not defined"},
        {"{\"resources\": [], \"default-network-map\": \"b\"}",
         "resource \"b\" is used but not defined"},
    };

    (void)state;
    CHECK(v);
}

static void paths(void **state)
{
    static const char *const bad[] = {"",     "/",     "a",        "/a/",      "//a",  "/a//b",
                                      "/./a", "/a/.",  "/../a",    "/a/..",    "/a?b", "/a#b",
                                      "/a b", "/a%20", "/\\u00e4", "/a\\u0000"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char text[256];
        struct refusal v = {text, "1:"};

        snprintf(text, sizeof(text), RESOURCES("{\"id\": \"a\", \"path\": \"%s\"}"), bad[i]);
        check(&v, 1);
    }
}

static void what_resources_can_do(void **state)
{
    static const struct refusal v[] = {
        {R("\"cost-types\": [\"num\"]"), "1:1: cost type \"num\" is used but not defined"},
        {R("\"cost-types\": [5]"), "1:"},
        {R("\"max-cost-types\": 0"), "expected a number from 1 to 100000"},
        {R("\"max-cost-types\": 100001"), "expected a number from 1 to 100000"},
        {R("\"max-cost-types\": 1.5"), "1:"},
        {R("\"properties\": [\"\"]"), "an empty property name"},
        {R("\"mappings\": {\"\": []}"), "not an entity domain: \"\""},
        {R("\"mappings\": {\"ipv4\": [\"\"]}"), "an empty property name"},
        {R("\"cost-constraints\": \"yes\""), "1:"},
        {WITH_NUM(CALENDAR("\"cost-types\": [\"num\"], \"time-interval-size\": 60")),
         "a calendar needs cost-types, time-interval-size and number-of-intervals"},
        {WITH_NUM(CALENDAR("\"time-interval-size\": 0")),
         "time-interval-size must be positive"},
        {WITH_NUM(CALENDAR("\"time-interval-size\": -1")),
         "time-interval-size must be positive"},
        {WITH_NUM(CALENDAR("\"number-of-intervals\": 0")), "expected a number from 1 to"},
        {WITH_NUM(CALENDAR("\"frob\": 0")), "unknown member \"frob\""},
        {WITH_NUM(CALENDAR("\"cost-types\": [\"x\"], \"time-interval-size\": 60, "
                           "\"number-of-intervals\": 24")),
         "cost type \"x\" is used but not defined"},
    };

    (void)state;
    CHECK(v);
}

static void types_of_costs(void **state)
{
    static const struct refusal v[] = {
        {TYPES("\"a b\": {}"), "not a name of a cost type: \"a b\""},
        {TYPES("\"a\": {}"), "a cost type needs cost-mode and cost-metric"},
        {TYPES("\"a\": {\"cost-mode\": \"numerical\"}"), "needs cost-mode and cost-metric"},
        {TYPES("\"a\": {\"cost-mode\": \"\"}"), "an empty text"},
        {TYPES("\"a\": {\"cost-mode\": 5}"), "1:"},
        {TYPES("\"a\": {\"frob\": 5}"), "unknown member \"frob\""},
        {TYPES("\"a\": 5"), "1:"},
    };

    (void)state;
    CHECK(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_views),     cmocka_unit_test(what_resources_are),
        cmocka_unit_test(paths),          cmocka_unit_test(what_resources_can_do),
        cmocka_unit_test(types_of_costs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
