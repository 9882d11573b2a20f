/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/documents_check.h"

#include <string.h>

#include "base/buf.h"
#include "unit/cmocka_all.h"

static void test_kinds(void **state)
{
    static const struct {
        const char *text, *kind;
    } examples[] = {
        {"{\"network-map\": {}}", "network-map"},
        {"{\"meta\": {\"vtag\": {\"resource-id\": \"n\", \"tag\": \"1\"}}, \"network-map\": "
         "{\"P1\": {\"ipv4\": [\"192.0.2.0/24\", \"0.0.0.0/0\"], \"ipv6\": [\"::/0\"], "
         "\"mac\": [\"x\"]}, \"P2\": {\"ipv4\": []}}, \"new\": [1]}",
         "network-map"},
        {"{\"meta\": {\"cost-type\": {\"cost-mode\": \"numerical\", \"cost-metric\": "
         "\"routingcost\"}, \"dependent-vtags\": [{\"resource-id\": \"n\"}]}, \"cost-map\": "
         "{\"P1\": {\"P1\": 1, \"P2\": 2.5e3}}}",
         "cost-map"},
        {"{\"cost-map\": {\"P1\": {\"P2\": [1, null]}}, \"meta\": {\"cost-type\": {}, "
         "\"multi-cost-types\": "
         "[{\"cost-mode\": \"numerical\", \"cost-metric\": \"a\"}, {\"cost-mode\": "
         "\"numerical\", \"cost-metric\": \"b\"}]}}",
         "cost-map"},
        {"{\"endpoint-cost-map\": {\"ipv4:192.0.2.1\": {\"ipv6:2001:db8::1\": 5}}, \"meta\": "
         "{\"cost-type\": {\"cost-mode\": \"ordinal\", \"cost-metric\": \"routingcost\"}}}",
         "endpoint-cost"},
        {"{\"cost-map\": {\"P1\": {\"P2\": [1, 2]}}, \"meta\": {\"cost-type\": {\"cost-mode\": "
         "\"numerical\", \"cost-metric\": \"r\"}, \"calendar-response-attributes\": "
         "[{\"calendar-start-time\": \"Tue, 1 Jul 2014 13:00:00 GMT\", "
         "\"time-interval-size\": 3600, \"number-of-intervals\": 2, \"repeated\": 1}]}}",
         "calendar"},
        {"{\"property-map\": {\"ipv4:192.0.2.0/24\": {\"a\": 1}, \"n.pid:P1\": {}, "
         "\".ane:x\": {\"cpu\": {\"b\": [null]}}}}",
         "property-map"},
        {"{\"endpoint-properties\": {\"ipv4:192.0.2.34\": {\"n.pid\": \"P1\"}}}",
         "endpoint-property"},
        {"{\"cost-map\": {\"P1\": {\"P2\": [\"NET1\", \"L1\"]}}, \"meta\": {\"cost-type\": "
         "{\"cost-mode\": \"array\", \"cost-metric\": \"ane-path\"}}, \"property-map\": "
         "{\".ane:NET1\": {\"max-reservable-bandwidth\": 5}}}",
         "ane-path"},
        {"{\"cdni-advertisement\": {\"capabilities-with-footprints\": [{\"capability-type\": "
         "\"FCI.X\", \"capability-value\": {}, \"footprints\": [{\"footprint-type\": "
         "\"ipv4cidr\", \"footprint-value\": [\"192.0.2.0/24\"]}]}]}}",
         "cdni-advertisement"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        const char *kind = NULL;
        struct err e = {0};

        document_check(examples[i].text, strlen(examples[i].text), &kind, &e);
        assert_string_equal(e.msg, "");
        assert_string_equal(kind, examples[i].kind);
    }
}

#define FOOTPRINT(type, value)                                                                 \
    "{\"cdni-advertisement\": {\"capabilities-with-footprints\": [{\"capability-type\": "      \
    "\"x\", "                                                                                  \
    "\"footprints\": [{\"footprint-type\": \"" type "\", \"footprint-value\": [\"" value       \
    "\"]}]}]}}"

/* RFC 8006 sections 4.3.5 to 4.3.8, RFC 9241 section 4.1. */
static void test_footprints(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {FOOTPRINT("ipv4cidr", "192.0.2.0/24"), true},
        {FOOTPRINT("ipv4cidr", "192.0.2.1/32"), true},
        {FOOTPRINT("ipv4cidr", "192.0.2.1"), false},
        {FOOTPRINT("ipv4cidr", "2001:db8::/32"), false},
        {FOOTPRINT("ipv6cidr", "2001:db8::/32"), true},
        {FOOTPRINT("ipv6cidr", "192.0.2.0/24"), false},
        {FOOTPRINT("asn", "as64496"), true},
        {FOOTPRINT("asn", "as4294967295"), true},
        {FOOTPRINT("asn", "as4294967296"), false},
        {FOOTPRINT("asn", "AS64496"), false},
        {FOOTPRINT("asn", "64496"), false},
        {FOOTPRINT("asn", "as064496"), false},
        {FOOTPRINT("countrycode", "ch"), true},
        {FOOTPRINT("countrycode", "CH"), false},
        {FOOTPRINT("countrycode", "che"), false},
        {FOOTPRINT("altopid", "PID1"), true},
        {FOOTPRINT("altopid", "P 1"), false},
        {FOOTPRINT("of-later", "any thing"), true},
        {"{\"cdni-advertisement\": {\"capabilities-with-footprints\": [{\"capability-type\": "
         "\"x\", \"footprints\": [{\"footprint-value\": [\"CH\"], \"footprint-type\": "
         "\"countrycode\"}]}]}}",
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *kind;
        struct err e = {0};
        int rc = document_check(cases[i].text, strlen(cases[i].text), &kind, &e);

        if (rc != (cases[i].good ? 0 : ERR_SCHEMA) ||
            (!cases[i].good && !strstr(e.msg, "not a footprint of type")))
            fail_msg("%s: %d %s", cases[i].text, rc, e.msg);
    }
}

#define COSTS                                                                                  \
    "\"meta\": {\"cost-type\": {\"cost-mode\": \"numerical\", \"cost-metric\": \"r\"}}, "

static void test_messages(void **state)
{
    static const struct {
        const char *text, *error;
        int code;
    } examples[] = {
        {"", "", ERR_PARSE},
        {"[]", "where an object should stand", ERR_SCHEMA},
        {"{}", "1:1: not an ALTO document: none of network-map", ERR_SCHEMA},
        {"{\"network-map\": {}} x", "", ERR_PARSE},
        {"{\"network-map\": {}, \"network-map\": {}}", "", ERR_PARSE},
        {"{\"network-map\": {}, \"property-map\": {}}",
         "1:1: more than one kind of data in one document", ERR_SCHEMA},
        {"{\"network-map\": []}", "where an object should stand", ERR_SCHEMA},
        {"{\"network-map\":\n {\"P 1\": {}}}", "2:9: not a PID name: \"P 1\"", ERR_SCHEMA},
        {"{\"network-map\": {\"P1\": {\"ipv4\": [\"192.0.2.1\"]}}}",
         "not an IPv4 prefix: \"192.0.2.1\"", ERR_SCHEMA},
        {"{\"network-map\": {\"P1\": {\"ipv6\": [\"192.0.2.0/24\"]}}}",
         "not an IPv6 prefix: \"192.0.2.0/24\"", ERR_SCHEMA},
        {"{\"network-map\": {\"P1\": {\"ipv4\": [\"10.0.0.0/8\"]}, \"P2\": {\"ipv4\": "
         "[\"10.0.0.0/8\"]}}}",
         "a prefix in two PIDs: \"10.0.0.0/8\"", ERR_SCHEMA},
        {"{\"network-map\": {\"P1\": {\"ipv4\": [\"10.0.0.0/8\"]}, \"P2\": {\"ipv4\": "
         "[\"10.1.2.3/8\"]}}}",
         "a prefix in two PIDs: \"10.1.2.3/8\"", ERR_SCHEMA},
        {"{\"network-map\": {\"P1\": {\"ipv6\": [\"2001:DB8::/32\"]}, \"P2\": {\"ipv6\": "
         "[\"2001:db8:0::/32\"]}}}",
         "a prefix in two PIDs: \"2001:db8:0::/32\"", ERR_SCHEMA},
        {"{\"network-map\": {\"P1\": {\"ipv4\": [1]}}}", "where a string should stand",
         ERR_SCHEMA},
        {"{\"meta\": {\"vtag\": {\"tag\": \"1\"}}, \"network-map\": {}}",
         "a version tag without resource-id", ERR_SCHEMA},
        {"{\"meta\": {\"vtag\": {\"resource-id\": \"a b\"}}, \"network-map\": {}}",
         "not a resource id: \"a b\"", ERR_SCHEMA},
        {"{\"cost-map\": {}, \"meta\": {\"cost-type\": {}}}", "1:1: meta.cost-type is missing",
         ERR_SCHEMA},
        {"{\"cost-map\": {}, \"meta\": {\"multi-cost-types\": [{}]}}",
         "an empty cost type among several", ERR_SCHEMA},
        {"{\"cost-map\": {}}", "1:1: meta.cost-type is missing", ERR_SCHEMA},
        {"{\"meta\": {\"cost-type\": {\"cost-mode\": \"numerical\"}}, \"cost-map\": {}}",
         "a cost type needs cost-mode and cost-metric", ERR_SCHEMA},
        {"{" COSTS "\"cost-map\": {\"P1\": {\"P2\": \"1\"}}}", "where a number should stand",
         ERR_SCHEMA},
        {"{" COSTS "\"cost-map\": {\"P1\": {\"P2\": [1]}}}", "where a number should stand",
         ERR_SCHEMA},
        {"{" COSTS "\"cost-map\": {\"P1\": {\"P2\": null}}}", "where a number should stand",
         ERR_SCHEMA},
        {"{" COSTS "\"cost-map\": {\"P1\": 5}}", "where an object should stand", ERR_SCHEMA},
        {"{" COSTS "\"endpoint-cost-map\": {\"ipv4:192.0.2.1\": {\"ipv4:2001:db8::1\": 1}}}",
         "not an endpoint address: \"ipv4:2001:db8::1\"", ERR_SCHEMA},
        {"{" COSTS "\"cost-map\": {}, \"endpoint-cost-map\": {}}",
         "1:1: more than one kind of data in one document", ERR_SCHEMA},
        {"{" COSTS "\"cost-map\": {}, \"property-map\": {}}",
         "1:1: more than one kind of data in one document", ERR_SCHEMA},
        {"{\"cost-map\": {\"P1\": {\"P2\": [1]}}, \"meta\": {\"multi-cost-types\": "
         "[{\"cost-mode\": \"numerical\", \"cost-metric\": \"a\"}, {\"cost-mode\": "
         "\"numerical\", \"cost-metric\": \"b\"}]}}",
         "1 costs where multi-cost-types has 2", ERR_SCHEMA},
        {"{\"meta\": {\"calendar-response-attributes\": [{\"time-interval-size\": 1}]}, "
         "\"cost-map\": {}}",
         "a calendar needs calendar-start-time", ERR_SCHEMA},
        {"{\"meta\": {\"calendar-response-attributes\": [{\"time-interval-size\": 0}]}, "
         "\"cost-map\": {}}",
         "time-interval-size must be positive", ERR_SCHEMA},
        {"{\"property-map\": {\"x\": {}}}", "not an entity (domain:name): \"x\"", ERR_SCHEMA},
        {"{\"property-map\": {\"a:b\": 1}}", "where an object should stand", ERR_SCHEMA},
        {"{\"endpoint-properties\": {\"192.0.2.1\": {}}}",
         "not an endpoint address: \"192.0.2.1\"", ERR_SCHEMA},
        {"{\"cdni-advertisement\": {\"capabilities-with-footprints\": [{}]}}",
         "a capability without capability-type", ERR_SCHEMA},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        const char *kind;
        struct err e = {0};
        int rc = document_check(examples[i].text, strlen(examples[i].text), &kind, &e);

        if (rc != examples[i].code || strstr(e.msg, examples[i].error) == NULL)
            fail_msg("%s: %d %s", examples[i].text, rc, e.msg);
    }
}

static void test_depth(void **state)
{
    for (int depth = 32; depth <= 33; depth++) {
        struct buf b = {0};
        const char *kind;
        struct err e = {0};
        int rc;

        (void)state;
        buf_str(&b, "{\"property-map\": {\"a:b\": {\"c\": "); /* three levels */
        for (int i = 3; i < depth; i++)
            buf_char(&b, '[');
        for (int i = 3; i < depth; i++)
            buf_char(&b, ']');
        buf_str(&b, "}}}");
        rc = document_check(b.data, b.len, &kind, &e);
        assert_int_equal(rc, depth == 32 ? 0 : ERR_LIMIT);
        buf_free(&b);
    }
}

static void test_ids(void **state)
{
    char text[66];

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_true(document_id_is_good((struct slice){text, 64}));
    assert_false(document_id_is_good((struct slice){text, 65}));
    assert_false(document_id_is_good(slice_of("")));
    assert_true(document_id_is_good(slice_of("aZ09-:@_.")));
    assert_false(document_id_is_good(slice_of("a/b")));
}

#define RESOURCE "{\"id\": \"n\", \"path\": \"/n\", \"document\": \"n.json\"}"

static void test_views(void **state)
{
    static const struct {
        const char *text, *error; /* NULL: good */
    } examples[] = {
        {"{\"resources\": []}", NULL},
        {"{\"resources\": [" RESOURCE "], \"default-network-map\": \"n\", \"merged\": false}",
         NULL},
        {"{\"cost-types\": {\"num\": {\"cost-mode\": \"numerical\", \"cost-metric\": \"r\", "
         "\"description\": \"d\"}}, \"resources\": [" RESOURCE
         ", {\"id\": \"f\", \"kind\": \"filtered-cost-map\", \"path\": \"/cost/f\", "
         "\"documents\": [\"a.json\"], \"cost-types\": [\"num\"], \"uses\": [\"n\"], "
         "\"cost-constraints\": true, \"listed\": true, \"properties\": [\"pid\"]}]}",
         NULL},
        {"{\"resources\": [" RESOURCE
         ", {\"id\": \"u\", \"kind\": \"update-stream\", \"path\": \"/u\", \"uses\": [\"n\"]}, "
         "{\"id\": \"t\", \"kind\": \"tips\", \"path\": \"/t\", \"clients\": [\"one\"]}]}",
         NULL},
        {"{\"resources\": [{\"id\": \"n\", \"path\": \"/n\", \"document\": \"n\", "
         "\"clients\": []}]}",
         "clients names nobody"},
        {"{}", "1:1: resources is missing"},
        {"{\"resources\": [], \"merge\": true}", "unknown member \"merge\""},
        {"{\"resources\": [{\"id\": \"n\"}]}", "a resource needs id and path"},
        {"{\"resources\": [{\"id\": \"n\", \"path\": \"/n\"}]}",
         "a resource needs either document or documents"},
        {"{\"resources\": [" RESOURCE ", " RESOURCE "]}", "resource \"n\" is there twice"},
        {"{\"resources\": [" RESOURCE
         ", {\"id\": \"m\", \"path\": \"/n\", \"document\": \"m.json\"}]}",
         "path \"/n\" is there twice"},
        {"{\"resources\": [{\"path\": \"n\"}]}",
         "not an absolute path (as /networkmap): \"n\""},
        {"{\"resources\": [{\"path\": \"/a/../b\"}]}", "not an absolute path"},
        {"{\"resources\": [{\"path\": \"/a?b\"}]}", "not an absolute path"},
        {"{\"resources\": [{\"path\": \"/a/\"}]}", "not an absolute path"},
        {"{\"resources\": [{\"document\": \"../a.json\"}]}",
         "a document is named by its file in this folder"},
        {"{\"resources\": [{\"kind\": \"map\"}]}", "unknown kind of resource \"map\""},
        {"{\"resources\": [{\"id\": \"n\", \"path\": \"/n\", \"document\": \"n\", "
         "\"uses\": [\"m\"]}]}",
         "1:1: resource \"m\" is used but not defined"},
        {"{\"resources\": [{\"id\": \"n\", \"path\": \"/n\", \"document\": \"n\", "
         "\"cost-types\": [\"m\"]}]}",
         "1:1: cost type \"m\" is used but not defined"},
        {"{\"resources\": [], \"default-network-map\": \"x\"}",
         "1:1: resource \"x\" is used but not defined"},
        {"{\"resources\": [], \"cost-types\": {\"a\": {\"cost-mode\": \"numerical\"}}}",
         "a cost type needs cost-mode and cost-metric"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct err e = {0};
        int rc = document_check_view(examples[i].text, strlen(examples[i].text), &e);

        if ((rc == 0) != (examples[i].error == NULL) ||
            (rc != 0 && strstr(e.msg, examples[i].error) == NULL))
            fail_msg("%s: %d %s", examples[i].text, rc, e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_messages),
        cmocka_unit_test(test_footprints), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_ids),        cmocka_unit_test(test_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
