/* SPDX-License-Identifier: Apache-2.0 */
/* CDNI advertisements, requests for parts of them, and properties that domains publish. */
#include "wire/cdni.h"

#include <string.h>

#include "unit/cmocka_all.h"
#include "wire/entities.h"

#define AD(x) "{\"cdni-advertisement\":{\"capabilities-with-footprints\":" x "}}"
#define HTTP                                                                                   \
    "\"capability-type\":\"FCI.DeliveryProtocol\",\"capability-value\":"                       \
    "{\"delivery-protocols\":[\"https/1.1\",\"http/1.1\"]}"

static void advertisement_is_read(void **state)
{
    struct arena *a = arena_new(0);
    struct wire_cdni ad;
    struct err e = {0};

    (void)state;
    assert_int_equal(
        wire_read_cdni(slice_of(AD("[{" HTTP ",\"footprints\":[{\"footprint-type\":"
                                   "\"ipv4cidr\",\"footprint-value\":[\"192.0.2.0/24\","
                                   "\"198.51.100.0/24\"]}]},"
                                   "{\"capability-type\":\"FCI.Other\",\"capability-value\":"
                                   "{\"b\":1,\"a\":[]}}]")),
                       a, &ad, &e),
        0);
    assert_int_equal(ad.n, 2);
    assert_string_equal(ad.v[0].type, "FCI.DeliveryProtocol");
    assert_int_equal(ad.v[0].n_needs, 2);
    assert_string_equal(ad.v[0].needs[1], "\"http/1.1\"");
    assert_int_equal(ad.v[0].n_footprints, 1);
    assert_string_equal(ad.v[0].footprints[0].type, "ipv4cidr");
    assert_int_equal(ad.v[0].footprints[0].n, 2);
    assert_string_equal(ad.v[0].footprints[0].v[1], "198.51.100.0/24");
    assert_non_null(strstr(ad.v[0].whole, "\"footprints\""));
    /* of an unknown type, all of the value is needed, its members in order */
    assert_int_equal(ad.v[1].n_needs, 1);
    assert_string_equal(ad.v[1].needs[0], "{\"a\":[],\"b\":1}");
    assert_int_equal(ad.v[1].n_footprints, 0);
    arena_free(&a);
}

static void bad_advertisements_are_refused(void **state)
{
#define TYPE "\"capability-type\":\"FCI.Logging\",\"capability-value\":{\"record-type\":\"x\"}"
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"[", ""},
        {"{}", "capabilities-with-footprints is missing or no array"},
        {AD("{}"), "capabilities-with-footprints is missing or no array"},
        {AD("[5]"), "a capability needs capability-type and its value"},
        {AD("[{\"capability-type\":\"FCI.Logging\"}]"), "needs capability-type and its value"},
        {AD("[{\"capability-type\":5,\"capability-value\":{}}]"), "needs capability-type"},
        {AD("[{\"capability-type\":\"FCI.Logging\",\"capability-value\":{}}]"),
         "the value is not that of a FCI.Logging"},
        {AD("[{\"capability-type\":\"FCI.Logging\",\"capability-value\":null}]"),
         "the value is not that of a FCI.Logging"},
        {AD("[{\"capability-type\":\"FCI.Logging\",\"capability-value\":{\"record-type\":"
            "null}}]"),
         "the value is not that of a FCI.Logging"},
        {AD("[{" TYPE ",\"footprints\":{}}]"), "the footprints are no array"},
        {AD("[{" TYPE ",\"footprints\":[{}]}]"), "needs footprint-type and footprint-value"},
        {AD("[{" TYPE ",\"footprints\":[{\"footprint-type\":\"asn\",\"footprint-value\":5}]}]"),
         "needs footprint-type and footprint-value"},
        {AD("[{" TYPE
            ",\"footprints\":[{\"footprint-type\":\"asn\",\"footprint-value\":[5]}]}]"),
         "a value of a asn footprint is no text"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        struct wire_cdni ad;
        struct err e = {0};
        int rc = wire_read_cdni(slice_of(cases[i].text), a, &ad, &e);

        if (rc != (*cases[i].why != '\0' ? ERR_SCHEMA : ERR_PARSE) ||
            strstr(e.msg, cases[i].why) == NULL)
            fail_msg("%s: %d \"%s\"", cases[i].text, rc, e.msg);
        arena_free(&a);
    }
}

#define ASK(x) "{\"cdni-capabilities\":" x "}"
#define OF_TYPE(type, property)                                                                \
    ASK("[{\"capability-type\":\"FCI." type "\",\"capability-value\":{" property "}}]")

static enum wire_code ask(const char *text, struct arena *a, struct wire_cdni *out,
                          struct wire_problem *p)
{
    static const struct wire_limits limits = {.depth = 8, .elements = 2};
    struct wire_input in = {text, strlen(text), &limits, a};

    *p = (struct wire_problem){0};
    return wire_cdni_filter(&in, out, p);
}

static void requests(void **state)
{
    static const struct {
        const char *text;
        enum wire_code code;
        const char *field;
    } cases[] = {
        {ASK("[]"), WIRE_OK, ""},
        {ASK("[{" HTTP "}]"), WIRE_OK, ""},
        {"{", WIRE_SYNTAX, ""},
        {"{}", WIRE_MISSING, "cdni-capabilities"},
        {ASK("5"), WIRE_TYPE, "cdni-capabilities"},
        {ASK("[1,2,3]"), WIRE_TOO_LARGE, "cdni-capabilities"},
        {ASK("[5]"), WIRE_VALUE, "cdni-capabilities"},
        {ASK("[{\"capability-value\":{}}]"), WIRE_MISSING, "cdni-capabilities/capability-type"},
        {ASK("[{\"capability-type\":\"x\"}]"), WIRE_MISSING,
         "cdni-capabilities/capability-value"},
        {ASK("[{\"capability-type\":null,\"capability-value\":{}}]"), WIRE_VALUE,
         "cdni-capabilities/capability-type"},
        {ASK("[{\"capability-type\":\"x\",\"capability-value\":null}]"), WIRE_VALUE,
         "cdni-capabilities/capability-value"},
        {ASK("[{\"capability-type\":\"FCI.Metadata\",\"capability-value\":{}}]"), WIRE_VALUE,
         "cdni-capabilities"},
        {OF_TYPE("Logging", "\"record-type\":\"x\""), WIRE_OK, ""},
        {OF_TYPE("Logging", "\"record-type\":5"), WIRE_VALUE, "cdni-capabilities"},
        {OF_TYPE("Logging", "\"record-type\":[\"x\"]"), WIRE_VALUE, "cdni-capabilities"},
        {OF_TYPE("RedirectionMode", "\"redirection-modes\":[\"DNS-I\"]"), WIRE_OK, ""},
        {OF_TYPE("RedirectionMode", "\"redirection-modes\":\"DNS-I\""), WIRE_VALUE,
         "cdni-capabilities"},
        {OF_TYPE("DeliveryProtocol", "\"delivery-protocols\":[\"x\",5]"), WIRE_VALUE,
         "cdni-capabilities"},
        {OF_TYPE("DeliveryProtocol", "\"delivery-protocols\":{}"), WIRE_VALUE,
         "cdni-capabilities"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        struct wire_cdni out;
        struct wire_problem p;
        enum wire_code code = ask(cases[i].text, a, &out, &p);

        if (code != cases[i].code || strcmp(p.field, cases[i].field) != 0)
            fail_msg("%s: %d %s", cases[i].text, (int)code, p.field);
        arena_free(&a);
    }
}

/* RFC 9241 section 5.6: what is wanted must be among what the mandatory property has. */
static void capability_includes(void **state)
{
#define WANT(type, list)                                                                       \
    ASK("[{\"capability-type\":\"FCI." type                                                    \
        "\",\"capability-value\":{\"delivery-protocols\":" list "}}]")
    static const struct {
        const char *wanted;
        bool has;
    } cases[] = {
        {WANT("DeliveryProtocol", "[\"http/1.1\"]"), true},
        {WANT("DeliveryProtocol", "[\"http/1.1\",\"https/1.1\"]"), true},
        {WANT("DeliveryProtocol", "[]"), true},
        {WANT("DeliveryProtocol", "[\"http/1.1\",\"ftp\"]"), false},
        {WANT("Other", "[\"http/1.1\"]"), false},
    };
    struct arena *a = arena_new(0);
    struct wire_problem p;
    struct wire_cdni has, wanted;
    struct err e = {0};

    (void)state;
    assert_int_equal(wire_read_cdni(slice_of(AD("[{" HTTP "}]")), a, &has, &e), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_int_equal(ask(cases[i].wanted, a, &wanted, &p), WIRE_OK);
        if (wire_capability_has(&has.v[0], &wanted.v[0]) != cases[i].has)
            fail_msg("%s", cases[i].wanted);
    }
    arena_free(&a);
}

static void properties_of_entities(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"{", ""},
        {"{}", "the entities are missing or no object"},
        {"{\"property-map\":[]}", "the entities are missing or no object"},
        {"{\"property-map\":{\"pid:a\":5}}", "entity 'pid:a' is no object"},
    };
    struct arena *a = arena_new(0);
    struct wire_entities out;
    struct err e = {0};

    (void)state;
    assert_int_equal(wire_read_entities(slice_of("{\"property-map\":{\"pid:a\":{\"x\":[1, 2],"
                                                 "\"y\":null},\"pid:b\":{}}}"),
                                        "property-map", a, &out, &e),
                     0);
    assert_int_equal(out.n, 2);
    assert_string_equal(out.v[0].id, "pid:a");
    assert_string_equal(wire_entity_property(&out.v[0], "x"), "[1,2]");
    assert_string_equal(wire_entity_property(&out.v[0], "y"), "null");
    assert_null(wire_entity_property(&out.v[1], "x"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        int rc = wire_read_entities(slice_of(bad[i].text), "property-map", a, &out, &e);

        assert_int_equal(rc, *bad[i].why != '\0' ? ERR_SCHEMA : ERR_PARSE);
        if (strstr(e.msg, bad[i].why) == NULL)
            fail_msg("%s: \"%s\"", bad[i].text, e.msg);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advertisement_is_read),
        cmocka_unit_test(bad_advertisements_are_refused),
        cmocka_unit_test(requests),
        cmocka_unit_test(capability_includes),
        cmocka_unit_test(properties_of_entities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
