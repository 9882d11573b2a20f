/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that domains publish: costs of all shapes, properties, advertisements, views. */
#include <math.h>
#include <string.h>

#include "unit/cmocka_all.h"
#include "wire/cdni.h"
#include "wire/tables.h"
#include "wire/view.h"

#define TYPE(mode, metric) "{\"cost-mode\":\"" mode "\",\"cost-metric\":\"" metric "\"}"
#define WHEN                                                                                   \
    "\"calendar-response-attributes\":[{\"calendar-start-time\":\"Mon, 1 Jul 2019 13:00:00 "   \
    "GMT\",\"time-interval-size\":3600,\"number-of-intervals\":3,\"repeated\":2}]"

static void test_dates(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } cases[] = {
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Mon, 01 Jul 2019 13:00:00 GMT", 1561986000},
        {"Tue, 1 Jul 2019 13:00:00 GMT", 1561986000}, /* as RFC 8896 prints it */
        {"Mon, 01 Jul 2019 13:00:00", -1},
        {"Mon, 01 Jul 2019 13:00:00 GMT+1", -1},
        {"Mon, 01 nJu 2019 13:00:00 GMT", -1},
        {"Mon, 32 Jul 2019 13:00:00 GMT", -1},
        {"2019-07-01T13:00:00Z", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t us = -1;
        assert_int_equal(wire_http_date(cases[i].text, &us), cases[i].seconds >= 0);
        if (cases[i].seconds >= 0)
            assert_int_equal(us, cases[i].seconds * 1000000);
    }
}

static void test_costs(void **state)
{
    struct arena *a = arena_new(0);
    struct wire_table t;
    struct err e = {0};
    const struct wire_cell *cell;
    (void)state;
    /* Endpoints are known by address, whatever their spelling. */
    assert_int_equal(
        wire_read_table(
            slice_of("{\"meta\":{\"cost-type\":" TYPE(
                "numerical",
                "hopcount") "},"
                            "\"endpoint-cost-map\":{\"ipv6:2001:DB8::1\":{\"ipv4:192.0.2."
                            "1\":4,\"ipv4:192.0.2.0\":5}}}"),
            NULL, a, &t, &e),
        0);
    assert_true(t.endpoints);
    cell = wire_table_cell(&t, "ipv6:2001:db8::1", "ipv4:192.0.2.1");
    assert_true(cell && cell->value[0] == 4);
    assert_null(wire_table_cell(&t, "ipv6:2001:db8::1", "ipv4:192.0.2.2"));
    assert_null(wire_table_cell(&t, "ipv6:2001:db8::2", "ipv4:192.0.2.1"));
    /* Several types, one with a calendar that is of all: null where nothing is known. */
    assert_int_equal(
        wire_read_table(
            slice_of(
                "{\"meta\":{" WHEN ",\"multi-cost-types\":[" TYPE("numerical", "x") "," TYPE(
                    "numerical", "y") "]},"
                                      "\"cost-map\":{\"A\":{\"B\":[[1,null,3],[4,5,6]]}}}"),
            NULL, a, &t, &e),
        0);
    cell = wire_table_cell(&t, "A", "B");
    assert_int_equal(t.width, 6);
    assert_int_equal(t.types[1].at, 3);
    assert_int_equal(t.types[1].calendar->repeated, 2);
    assert_true(cell->value[0] == 1 && isnan(cell->value[1]) && cell->value[5] == 6);
    assert_int_equal(
        wire_read_table(
            slice_of("{\"meta\":{\"cost-type\":" TYPE(
                "array", "ane-path") "},"
                                     "\"cost-map\":{\"A\":{\"B\":[\"e\",\"f\"],\"C\":[]}},"
                                     "\"property-map\":{\".ane:e\":{\"cpu\":5}}}"),
            NULL, a, &t, &e),
        0);
    cell = wire_table_cell(&t, "A", "B");
    assert_string_equal(cell->paths->v[1], "f");
    assert_int_equal(wire_table_cell(&t, "A", "C")->paths->n, 0);
    assert_string_equal(wire_entity_property(&t.elements.v[0], "cpu"), "5");
    arena_free(&a);
}

static void test_bad_costs(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{\"meta\":{},\"cost-map\":{}}",
        "{\"meta\":{\"cost-type\":" TYPE("n", "x") "}}",
        "{\"meta\":{\"multi-cost-types\":[]},\"cost-map\":{}}",
        "{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"m\"}],\"cost-type\":" TYPE(
            "n", "x") "},\"cost-map\":{}}",
        "{\"meta\":{\"cost-type\":" TYPE("n", "x") "},\"cost-map\":{\"A\":5}}",
        "{\"meta\":{\"cost-type\":" TYPE("n", "x") "},\"cost-map\":{\"A\":{\"B\":\"5\"}}}",
        "{\"meta\":{\"cost-type\":" TYPE("n", "x") "},\"cost-map\":{\"A\":{\"B\":[5]}}}",
        "{\"meta\":{\"multi-cost-types\":[" TYPE("n",
                                                 "x") "]},\"cost-map\":{\"A\":{\"B\":[]}}}",
        "{\"meta\":{\"multi-cost-types\":[" TYPE("n", "x") "]},\"cost-map\":{\"A\":{\"B\":5}}}",
        "{\"meta\":{" WHEN
        ",\"cost-type\":" TYPE("n", "x") "},\"cost-map\":{\"A\":{\"B\":[1,2]}"
                                         "}}",
        "{\"meta\":{" WHEN ",\"cost-type\":" TYPE("n", "x") "},\"cost-map\":{\"A\":{\"B\":7}}}",
        "{\"meta\":{\"cost-type\":" TYPE("array",
                                         "ane-path") "},\"cost-map\":{\"A\":{\"B\":[5]}"
                                                     "}}",
        "{\"meta\":{\"multi-cost-types\":[" TYPE("array", "ane-path") "," TYPE(
            "n", "x") "]},"
                      "\"cost-map\":{}}",
        "{\"meta\":{\"calendar-response-attributes\":[{}],\"cost-type\":" TYPE(
            "n", "x") "},"
                      "\"cost-map\":{}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct arena *a = arena_new(0);
        struct wire_table t;
        struct err e = {0};
        assert_int_equal(wire_read_table(slice_of(bad[i]), NULL, a, &t, &e), ERR_SCHEMA);
        assert_true(*e.msg);
        arena_free(&a);
    }
}

static void test_capabilities(void **state)
{
    struct arena *a = arena_new(0);
    struct wire_cdni all;
    struct err e = {0};
    (void)state;
    assert_int_equal(
        wire_read_cdni(
            slice_of(
                "{\"cdni-advertisement\":{\"capabilities-with-footprints\":["
                "{\"capability-type\":\"FCI.Logging\",\"capability-value\":{\"record-type\":"
                "\"r\",\"fields\":[\"a\"]}},"
                "{\"capability-type\":\"FCI.Logging\",\"capability-value\":{\"record-type\":"
                "\"r\"},\"footprints\":[{\"footprint-type\":\"asn\",\"footprint-value\":["
                "\"as1\"]}]},"
                "{\"capability-type\":\"FCI.X\",\"capability-value\":{\"b\":1,\"a\":2}},"
                "{\"capability-type\":\"FCI.X\",\"capability-value\":{\"a\":2,\"b\":1}}]}}"),
            a, &all, &e),
        0);
    assert_int_equal(all.n, 4);
    assert_int_equal(all.v[0].n_footprints, 0);
    assert_string_equal(all.v[1].footprints[0].v[0], "as1");
    /* What is not mandatory is not compared; order of members means nothing. */
    assert_true(wire_capability_has(&all.v[0], &all.v[1]));
    assert_true(wire_capability_has(&all.v[2], &all.v[3]));
    assert_false(wire_capability_has(&all.v[0], &all.v[2]));
    assert_int_equal(
        wire_read_cdni(
            slice_of("{\"cdni-advertisement\":{\"capabilities-with-footprints\":[{"
                     "\"capability-type\":\"FCI.Logging\",\"capability-value\":[]}]}}"),
            a, &all, &e),
        ERR_SCHEMA);
    arena_free(&a);
}

static void test_view(void **state)
{
    struct arena *a = arena_new(0);
    struct wire_view v;
    struct err e = {0};
    (void)state;
    assert_int_equal(
        wire_read_view(
            slice_of(
                "{\"merged\":false,\"cost-types\":{\"n\":{\"cost-mode\":\"numerical\","
                "\"cost-metric\":\"x\",\"cost-context\":{\"cost-source\":\"sla\"}}},"
                "\"resources\":[{\"id\":\"d\",\"path\":\"/d\",\"kind\":\"directory\"},"
                "{\"id\":\"c\",\"path\":\"/c\",\"documents\":[],\"directory\":\"d\","
                "\"cost-types\":[\"n\"],\"max-cost-types\":2,\"calendars\":[{\"cost-types\":"
                "[\"n\"],\"time-interval-size\":60.5,\"number-of-intervals\":9}],"
                "\"mappings\":{\".ane\":[\"cpu\"]}}]}"),
            a, &v, &e),
        0);
    const struct wire_view_resource *r = wire_view_resource(&v, "c");
    assert_false(v.merged);
    assert_string_equal(wire_view_type(&v, "n")->context, "{\"cost-source\":\"sla\"}");
    assert_null(wire_view_type(&v, "m"));
    assert_true(r->listed && !r->constraints && r->max_types == 2);
    assert_true(r->calendars[0].size == 60.5 && r->calendars[0].n == 9);
    assert_true(wire_view_has(&r->mappings[0].properties, "cpu"));
    assert_int_equal(r->documents.n, 0);
    arena_free(&a);
}

/* Which type a calendar is of, its names tell; those are of the view. */
static void test_named_calendars(void **state)
{
#define CAL(names, n)                                                                          \
    "{" names "\"calendar-start-time\":\"Mon, 1 Jul 2019 13:00:00 GMT\","                      \
    "\"time-interval-size\":3600,\"number-of-intervals\":" n "}"
#define NAMES(list) "\"cost-type-names\":[" list "],"
    static const struct {
        const char *calendars, *types, *cell;
        size_t width[2]; /* 0: no calendar */
        int rc;
    } cases[] = {
#define X     TYPE("numerical", "x")
#define Y     TYPE("numerical", "y")
#define MULTI "\"multi-cost-types\":[" X "," Y "]"
        {CAL(NAMES("\"num-y\""), "2") "," CAL(NAMES("\"num-x\""), "3"),
         MULTI,
         "[[1,2,3],[4,5]]",
         {3, 2},
         0},
        {CAL(NAMES("\"num-x\",\"num-y\""), "2"), MULTI, "[[1,2],[4,5]]", {2, 2}, 0},
        {CAL(NAMES("\"num-y\""), "2"), MULTI, "[1,[4,5]]", {0, 2}, 0},
        {CAL("", "2") "," CAL("", "3"), MULTI, "[[1,2],[4,5,6]]", {2, 3}, 0}, /* by place */
        {CAL(NAMES("\"other\""), "2"), "\"cost-type\":" X, "[1,2]", {2}, 0},  /* but one */
        {CAL(NAMES("\"num-y\""), "3") "," CAL(NAMES("\"num-x\""), "2"),
         "\"cost-type\":" X,
         "[1,2]",
         {2},
         0},
        {CAL(NAMES("\"a\",\"b\""), "2"), MULTI, "[[1,2],[4,5]]", {2, 2}, 0}, /* all */
        {CAL(NAMES("\"other\""), "2"), MULTI, "[1,[4,5]]", {0}, ERR_SCHEMA},
        {CAL(NAMES("\"num-y\""), "2") "," CAL(NAMES("\"other\""), "2"),
         MULTI,
         "[[1,2],[4,5]]",
         {0},
         ERR_SCHEMA},
        {CAL(NAMES("\"num-y\""), "2") "," CAL("", "2"),
         MULTI,
         "[[1,2],[4,5]]",
         {0},
         ERR_SCHEMA},
        {CAL(NAMES("\"num-y\""), "2") "," CAL(NAMES("\"num-y\""), "2"),
         MULTI,
         "[1,[4,5]]",
         {0},
         ERR_SCHEMA},
        {CAL("\"cost-type-names\":7,", "2"), MULTI, "[[1,2],[4,5]]", {0}, ERR_SCHEMA},
    };
    struct arena *a = arena_new(0);
    struct wire_view view;
    struct wire_table t;
    struct err e = {0};
    (void)state;
    assert_int_equal(wire_read_view(slice_of("{\"cost-types\":{\"num-x\":" X ",\"num-y\":" Y
                                             "},\"resources\":[]}"),
                                    a, &view, &e),
                     0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *text = arena_printf(a,
                                        "{\"meta\":{\"calendar-response-attributes\":[%s],%s},"
                                        "\"cost-map\":{\"A\":{\"B\":%s}}}",
                                        cases[i].calendars, cases[i].types, cases[i].cell);
        assert_int_equal(wire_read_table(slice_of(text), &view, a, &t, &e), cases[i].rc);
        for (size_t k = 0; cases[i].rc == 0 && k < t.n_types; k++) {
            const struct wire_calendar *c = t.types[k].calendar;
            assert_int_equal(c ? c->n : 0, cases[i].width[k]);
        }
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),     cmocka_unit_test(test_costs),
        cmocka_unit_test(test_bad_costs), cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_view),      cmocka_unit_test(test_named_calendars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
