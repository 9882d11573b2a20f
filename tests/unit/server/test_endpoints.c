/* SPDX-License-Identifier: Apache-2.0 */
/* Services on addresses: costs, properties, property maps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

#define TYPE(mode, metric)                                                                     \
    "\"cost-type\":{\"cost-mode\":\"" mode "\",\"cost-metric\":\"" metric "\"}"

static int setup(void **state)
{
    static struct fixture f;
    fixture_start(&f, "limits: {pairs: 12}\n");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_stop(*state);
    return 0;
}

static json_t *post(struct fixture *f, const char *path, const char *body)
{
    struct answer a = fixture_post(f, path, body);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

/* --- endpoint costs --- */

static void test_costs(void **state)
{
    json_t *root =
        post(*state, "/endpointcost",
             "{" TYPE("numerical", "hopcount") ",\"endpoints\":{\"srcs\":[\"ipv4:10.1.0.1\"],"
                                               "\"dsts\":[\"ipv4:10.3.0.1\",\"ipv4:10.2.0.1\","
                                               "\"ipv4:192.0.2.99\",\"ipv6:2001:db8:1::1\"]}}");
    const json_t *row = json_at(root, "endpoint-cost-map/ipv4:10.1.0.1");
    assert_int_equal(json_object_size(row), 2); /* unknown ones and other families left out */
    assert_int_equal(json_integer_value(json_object_get(row, "ipv4:10.3.0.1")), 2);
    assert_string_equal(json_string_value(json_at(root, "meta/cost-type/cost-metric")),
                        "hopcount");
    assert_null(json_at(root, "meta/dependent-vtags"));
    json_decref(root);
}

static void test_costs_same_address(void **state)
{
    json_t *root = post(
        *state, "/endpointcost",
        "{" TYPE("numerical", "hopcount") ",\"endpoints\":{\"srcs\":[\"ipv6:2001:DB8:1::0:1\","
                                          "\"ipv6:2001:db8:1::1\"],"
                                          "\"dsts\":[\"ipv6:2001:db8:1::2\"]}}");
    const json_t *map = json_object_get(root, "endpoint-cost-map");
    assert_int_equal(json_object_size(map), 1); /* one endpoint, as it was written first */
    assert_non_null(json_object_get(map, "ipv6:2001:DB8:1::0:1"));
    json_decref(root);
}

static void test_costs_of_client(void **state)
{
    json_t *root = post(
        *state, "/endpointcost",
        "{" TYPE("ordinal", "hopcount") ",\"endpoints\":{\"srcs\":[],"
                                        "\"dsts\":[\"ipv4:10.3.0.1\",\"ipv4:10.2.0.1\"]}}");
    const json_t *row = json_at(root, "endpoint-cost-map/ipv4:10.1.7.7");
    assert_int_equal(json_integer_value(json_object_get(row, "ipv4:10.2.0.1")), 1);
    assert_int_equal(json_integer_value(json_object_get(row, "ipv4:10.3.0.1")), 2);
    json_decref(root);
    root = post(
        *state, "/endpointcost",
        "{" TYPE("numerical", "hopcount") ",\"endpoints\":{\"srcs\":[\"ipv4:10.2.0.1\"]}}");
    assert_int_equal(
        json_integer_value(json_at(root, "endpoint-cost-map/ipv4:10.2.0.1/ipv4:10.1.7.7")), 1);
    json_decref(root);
}

static void test_cost_errors(void **state)
{
    static const struct {
        const char *endpoints, *code, *field, *value;
    } cases[] = {
        {"{}", "E_INVALID_FIELD_VALUE", "endpoints", NULL},
        {"{\"srcs\":[],\"dsts\":[]}", "E_INVALID_FIELD_VALUE", "endpoints", NULL},
        {"[]", "E_INVALID_FIELD_TYPE", "endpoints", NULL},
        {"{\"srcs\":\"ipv4:10.1.0.1\"}", "E_INVALID_FIELD_TYPE", "endpoints/srcs", NULL},
        {"{\"srcs\":[7]}", "E_INVALID_FIELD_VALUE", "endpoints/srcs", "7"},
        {"{\"srcs\":[\"10.1.0.1\"]}", "E_INVALID_FIELD_VALUE", "endpoints/srcs", "10.1.0.1"},
        {"{\"srcs\":[\"ipv4:2001:db8::\"]}", "E_INVALID_FIELD_VALUE", "endpoints/srcs", NULL},
        {"{\"srcs\":[\"ipv6:1.2.3.4\"]}", "E_INVALID_FIELD_VALUE", "endpoints/srcs", NULL},
        {"{\"dsts\":[\"ipv4:01.2.3.4\"]}", "E_INVALID_FIELD_VALUE", "endpoints/dsts", NULL},
        {"{\"dsts\":[\"ipv4:1.2.3\"]}", "E_INVALID_FIELD_VALUE", "endpoints/dsts", NULL},
        {"{\"dsts\":[\"ipv4:1.2.3.0/24\"]}", "E_INVALID_FIELD_VALUE", "endpoints/dsts", NULL},
        {"{\"dsts\":[\"mac:02\"]}", "E_INVALID_FIELD_VALUE", "endpoints/dsts", "mac:02"},
        {"{\"dsts\":[\"ipv6:fe80::1%eth0\"]}", "E_INVALID_FIELD_VALUE", "endpoints/dsts", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf body = {0};
        buf_printf(&body, "{" TYPE("numerical", "hopcount") ",\"endpoints\":%s}",
                   cases[i].endpoints);
        answer_is_error(fixture_post(*state, "/endpointcost", body.data), 400, cases[i].code,
                        cases[i].field, cases[i].value);
        buf_free(&body);
    }
    answer_is_error(
        fixture_post(*state, "/endpointcost", "{" TYPE("numerical", "hopcount") "}"), 400,
        "E_MISSING_FIELD", "endpoints", NULL);
}

static void test_too_many_pairs(void **state)
{
    struct buf body = {0};
    buf_str(&body, "{" TYPE("numerical", "hopcount") ",\"endpoints\":{\"srcs\":[");
    for (int i = 1; i <= 4; i++)
        buf_printf(&body, "%s\"ipv4:10.1.0.%d\"", i > 1 ? "," : "", i);
    buf_str(&body, "],\"dsts\":[\"ipv4:10.2.0.1\",\"ipv4:10.2.0.2\",\"ipv4:10.2.0.3\"]}}");
    json_decref(post(*state, "/endpointcost", body.data));
    body.len -= 3;
    buf_str(&body, ",\"ipv4:10.2.0.4\"]}}");
    answer_is_error(fixture_post(*state, "/endpointcost", body.data), 413,
                    "E_INVALID_FIELD_VALUE", "endpoints", NULL);
    buf_free(&body);
}

/* --- endpoint properties --- */

static void test_properties(void **state)
{
    json_t *root =
        post(*state, "/endpointprop",
             "{\"properties\":[\"rialto-networkmap.pid\",\"asn\",\"asn\"],\"endpoints\":["
             "\"ipv4:10.1.2.3\",\"ipv4:10.1.3.3\",\"ipv4:192.0.2.1\",\"ipv6:2001:db8:1::5\"]}");
    const json_t *map = json_object_get(root, "endpoint-properties");
    assert_string_equal(json_string_value(json_at(map, "ipv4:10.1.2.3/asn")), "64511");
    assert_string_equal(json_string_value(json_at(map, "ipv4:10.1.3.3/asn")), "64496");
    assert_string_equal(json_string_value(json_at(map, "ipv4:10.1.3.3/rialto-networkmap.pid")),
                        "alpha");
    assert_int_equal(json_object_size(json_object_get(map, "ipv4:192.0.2.1")), 0);
    assert_int_equal(json_object_size(json_object_get(map, "ipv6:2001:db8:1::5")), 1);
    assert_string_equal(json_string_value(json_at(root, "meta/dependent-vtags/0/resource-id")),
                        "rialto-networkmap");
    json_decref(root);
    root = post(*state, "/endpointprop",
                "{\"properties\":[\"asn\"],\"endpoints\":[\"ipv4:10.1.2.3\"]}");
    assert_null(json_at(root, "meta/dependent-vtags"));
    json_decref(root);
}

static void test_property_errors(void **state)
{
    static const struct {
        const char *body, *code, *field, *value;
    } cases[] = {
        {"{\"endpoints\":[\"ipv4:10.1.2.3\"]}", "E_MISSING_FIELD", "properties", NULL},
        {"{\"properties\":[\"asn\"]}", "E_MISSING_FIELD", "endpoints", NULL},
        {"{\"properties\":[],\"endpoints\":[\"ipv4:10.1.2.3\"]}", "E_INVALID_FIELD_VALUE",
         "properties", NULL},
        {"{\"properties\":[\"asn\"],\"endpoints\":[]}", "E_INVALID_FIELD_VALUE", "endpoints",
         NULL},
        {"{\"properties\":[\"pid\"],\"endpoints\":[\"ipv4:10.1.2.3\"]}",
         "E_INVALID_FIELD_VALUE", "properties", "pid"},
        {"{\"properties\":\"asn\",\"endpoints\":[\"ipv4:10.1.2.3\"]}", "E_INVALID_FIELD_TYPE",
         "properties", NULL},
        {"{\"properties\":[\"asn\"],\"endpoints\":[\"ipv4:10.1.2.3\",\"x\"]}",
         "E_INVALID_FIELD_VALUE", "endpoints", "x"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        answer_is_error(fixture_post(*state, "/endpointprop", cases[i].body), 400,
                        cases[i].code, cases[i].field, cases[i].value);
}

/* --- property maps --- */

static void test_property_map(void **state)
{
    struct answer a = fixture_get(*state, "/propmap");
    json_t *root = answer_json(&a, 200);
    const json_t *map = json_object_get(root, "property-map");
    const json_t *entity = json_object_get(map, "ipv4:10.3.0.0/16"); /* a key with a slash */
    assert_string_equal(json_string_value(json_object_get(entity, "rialto-networkmap.pid")),
                        "gamma");
    assert_int_equal(json_integer_value(json_at(map, "rialto-networkmap.pid:alpha/priv:rank")),
                     1);
    json_decref(root);
    answer_free(&a);
}

/* "entity property=value ..." of each entity, sorted by the map's own order. */
static char *shape(struct fixture *f, const char *body)
{
    struct answer a = fixture_post(f, "/propmap/filtered", body);
    json_t *root = answer_json(&a, 200);
    char *text =
        json_dumps(json_object_get(root, "property-map"), JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(root);
    answer_free(&a);
    return text;
}

static void test_filtered_property_map(void **state)
{
    static const struct {
        const char *body, *map;
    } cases[] = {
        /* an address inherits */
        {"{\"entities\":[\"ipv4:10.1.2.9\"],\"properties\":[\"asn\"]}",
         "{\"ipv4:10.1.2.9\":{\"asn\":\"64511\"}}"},
        {"{\"entities\":[\"ipv4:10.1.2.9/32\",\"ipv4:10.1.2.9\"],\"properties\":[\"asn\"]}",
         "{\"ipv4:10.1.2.9\":{\"asn\":\"64511\"}}"},
        /* what differs below is told, what is the same is not */
        {"{\"entities\":[\"ipv4:10.1.0.0/16\"],\"properties\":[\"asn\"]}",
         "{\"ipv4:10.1.0.0/16\":{\"asn\":\"64496\"},\"ipv4:10.1.2.0/24\":{\"asn\":\"64511\"}}"},
        {"{\"entities\":[\"ipv4:10.1.2.0/26\"],\"properties\":[\"asn\",\"priv:role\"]}",
         "{\"ipv4:10.1.2.0/26\":{\"asn\":\"64511\"},"
         "\"ipv4:10.1.2.3\":{\"priv:role\":\"gateway\"}}"},
        /* nothing known: left out */
        {"{\"entities\":[\"ipv4:192.0.2.0/24\"],\"properties\":[\"asn\"]}", "{}"},
        /* covers several: only what is inside */
        {"{\"entities\":[\"ipv4:10.0.0.0/8\"],\"properties\":[\"asn\"]}",
         "{\"ipv4:10.1.0.0/16\":{\"asn\":\"64496\"},\"ipv4:10.1.2.0/24\":{\"asn\":\"64511\"}}"},
        /* tiled: the whole says nothing */
        {"{\"entities\":[\"ipv4:10.2.0.0/15\"],\"properties\":[\"rialto-networkmap.pid\"]}",
         "{\"ipv4:10.2.0.0/16\":{\"rialto-networkmap.pid\":\"beta\"},"
         "\"ipv4:10.3.0.0/16\":{\"rialto-networkmap.pid\":\"gamma\"}}"},
        /* PIDs */
        {"{\"entities\":[\"rialto-networkmap.pid:alpha\"],\"properties\":[\"priv:site\"]}",
         "{\"rialto-networkmap.pid:alpha\":{\"priv:site\":\"SITE-A\"}}"},
        {"{\"entities\":[\"rialto-networkmap.pid:beta\"],\"properties\":[\"priv:site\"]}",
         "{}"},
        /* a property of another domain is no error */
        {"{\"entities\":[\"rialto-networkmap.pid:beta\"],\"properties\":[\"asn\"]}", "{}"},
        /* no properties at all: the entities that have some */
        {"{\"entities\":[\"ipv4:10.1.2.9\",\"ipv4:192.0.2.1\"]}", "{\"ipv4:10.1.2.9\":{}}"},
        {"{\"entities\":[],\"properties\":[\"priv:role\"]}",
         "{\"ipv4:10.1.2.3\":{\"priv:role\":\"gateway\"}}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *text = shape(*state, cases[i].body);
        assert_string_equal(text, cases[i].map);
        free(text);
    }
}

static void test_property_map_errors(void **state)
{
    static const struct {
        const char *body, *code, *field, *value;
    } cases[] = {
        {"{}", "E_MISSING_FIELD", "entities", NULL},
        {"{\"entities\":\"x\"}", "E_INVALID_FIELD_TYPE", "entities", NULL},
        {"{\"entities\":[5]}", "E_INVALID_FIELD_VALUE", "entities", "5"},
        {"{\"entities\":[\"ipv4:300.0.0.1\"]}", "E_INVALID_FIELD_VALUE", "entities",
         "ipv4:300.0.0.1"},
        {"{\"entities\":[\"ipv4:10.0.0.0/33\"]}", "E_INVALID_FIELD_VALUE", "entities", NULL},
        {"{\"entities\":[\"ipv6:10.0.0.0\"]}", "E_INVALID_FIELD_VALUE", "entities", NULL},
        {"{\"entities\":[\"rialto-networkmap.pid:nobody\"]}", "E_INVALID_FIELD_VALUE",
         "entities", "rialto-networkmap.pid:nobody"},
        {"{\"entities\":[\".ane:x\"]}", "E_INVALID_FIELD_VALUE", "entities", ".ane:x"},
        {"{\"entities\":[],\"properties\":[\".asn\"]}", "E_INVALID_FIELD_VALUE", "properties",
         ".asn"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        answer_is_error(fixture_post(*state, "/propmap/filtered", cases[i].body), 400,
                        cases[i].code, cases[i].field, cases[i].value);
}

/* --- calendars --- */

/* A link of the path has a quarter of its capacity for an hour, a router nothing for another.
 */
static void test_maintenance(void **state)
{
    static const struct origin one = {.domain = "one"}, two = {.domain = "two"};
    const int64_t hour = 3600 * (int64_t)1000000;
    struct fixture f;
    struct err e = {0};
    (void)state;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    int64_t start = f.now - f.now % hour;
    struct fact_maintenance windows[] = {
        {.entity = "link:r2|r3",
         .start = start + hour,
         .end = start + 2 * hour,
         .share = 0.25,
         .origin = &two},
        {.entity = "node:r2",
         .start = start + 3 * hour - 1,
         .end = start + 3 * hour,
         .share = NAN,
         .origin = &two},
        {.entity = "link:r9|r8",
         .start = start,
         .end = start + 9 * hour,
         .share = 0,
         .origin = &two},
        /* of another domain's router and link that have the same names */
        {.entity = "node:r2",
         .start = start + 3 * hour,
         .end = start + 4 * hour,
         .share = 0,
         .origin = &one},
        {.entity = "link:r2|r3",
         .start = start + 3 * hour,
         .end = start + 4 * hour,
         .share = 0,
         .origin = &one},
        /* both ends' domains may speak for a border */
        {.entity = "link:r1|r2",
         .start = start + 4 * hour,
         .end = start + 5 * hour,
         .share = 0.05,
         .origin = &one},
        {.entity = "link:r1|r2",
         .start = start + 5 * hour,
         .end = start + 6 * hour,
         .share = 0.05,
         .origin = &two},
    };
    s->maintenance = arena_dup(s->arena, windows, sizeof(windows));
    s->n_maintenance = sizeof(windows) / sizeof(*windows);
    qsort(s->maintenance, s->n_maintenance, sizeof(*s->maintenance), snapshot_window_cmp);
    board_publish(f.board, s);
    assert_int_equal(server_refresh(f.server, &e), 0);
    struct request q = {.method = "POST",
                        .path = "/endpointcost",
                        .content_type = "application/alto-endpointcostparams+json",
                        .now = f.now,
                        .body =
                            "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":"
                            "\"bw-residual\"},\"calendared\":[true],\"endpoints\":{\"srcs\":"
                            "[\"ipv4:10.1.0.1\"],\"dsts\":[\"ipv4:10.3.0.1\"]}}"};
    q.len = strlen(q.body);
    struct answer a = fixture_request(&f, q);
    json_t *root = answer_json(&a, 200);
    const json_t *value = json_at(root, "endpoint-cost-map/ipv4:10.1.0.1/ipv4:10.3.0.1");
    assert_int_equal(json_array_size(value), 24);
    double full = json_number_value(json_array_get(value, 0));
    assert_true(full == 10e9 / 8);
    assert_true(json_number_value(json_array_get(value, 1)) == full / 4);
    assert_true(json_number_value(json_array_get(value, 2)) == 0);
    assert_true(json_number_value(json_array_get(value, 3)) == full);
    assert_true(json_number_value(json_array_get(value, 4)) == full / 2); /* of 100 G */
    assert_true(json_number_value(json_array_get(value, 5)) == full / 2);
    assert_true(json_number_value(json_array_get(value, 6)) == full);
    assert_non_null(json_at(root, "meta/calendar-response-attributes/0/calendar-start-time"));
    json_decref(root);
    answer_free(&a);
    fixture_stop(&f);
}

/* --- what domains publish --- */

static void test_documents(void **state)
{
    struct answer a = fixture_get(*state, "/domain/two/nm/networkmap");
    json_t *root = answer_json(&a, 200);
    /* The tag follows from the content, not from what the document calls it. */
    assert_int_equal(json_string_length(json_at(root, "meta/vtag/tag")), 32);
    assert_int_equal(json_object_size(json_object_get(root, "network-map")), 2);
    json_decref(root);
    answer_free(&a);
    a = fixture_get(*state, "/domain/two/nm/costmap/num/priv:x");
    root = answer_json(&a, 200);
    assert_true(json_number_value(json_at(root, "cost-map/P2/P1")) == 8.5);
    json_decref(root);
    answer_free(&a);
    root = post(*state, "/domain/two/nm/endpointcost",
                "{" TYPE("numerical", "priv:x") ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.1\"],"
                                                "\"dsts\":[\"ipv4:10.2.3.4\"]}}");
    assert_int_equal(
        json_integer_value(json_at(root, "endpoint-cost-map/ipv4:192.0.2.1/ipv4:10.2.3.4")), 7);
    json_decref(root);
    a = fixture_get(*state, "/domain/two/nm/costmap/num/priv:y"); /* of another version */
    assert_int_equal(a.reply.status, 404);
    answer_free(&a);
    a = fixture_get(*state, "/domain/two/bad/networkmap"); /* one prefix in two PIDs */
    assert_int_equal(a.reply.status, 404);
    answer_free(&a);
}

/* Whatever thousandths can't tell is told all the same, and beside what they can. */
static void test_fine_costs(void **state)
{
    static const char *const costs[] = {"0.1234", "1000000", "45.122999999999998", "-0.5"};
    (void)state;
    for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++) {
        struct fixture f;
        struct err e = {0};
        fixture_start(&f, NULL);
        struct snapshot *s = fixture_snapshot(f.now);
        for (size_t k = 0; k < s->n_documents; k++) {
            struct snap_document *d = &s->documents[k];
            char *cost = strstr(d->body, "8.5");
            if (strcmp(d->kind, "cost-map") == 0 && cost)
                d->body = arena_printf(s->arena, "%.*s%s%s", (int)(cost - d->body), d->body,
                                       costs[i], cost + strlen("8.5"));
        }
        board_publish(f.board, s);
        assert_int_equal(server_refresh(f.server, &e), 0);
        struct answer a = fixture_get(&f, "/domain/two/nm/costmap/num/priv:x");
        json_t *root = answer_json(&a, 200);
        double expected = strtod(costs[i], NULL);
        assert_true(json_number_value(json_at(root, "cost-map/P2/P1")) == expected);
        assert_true(json_number_value(json_at(root, "cost-map/P1/P2")) == 7);
        json_decref(root);
        root = post(&f, "/domain/two/nm/endpointcost",
                    "{" TYPE("numerical",
                             "priv:x") ",\"endpoints\":{\"srcs\":["
                                       "\"ipv4:10.2.3.4\",\"ipv4:192.0.2.1\"],"
                                       "\"dsts\":[\"ipv4:192.0.2.7\",\"ipv4:10.2.3.9\"]}}");
        assert_true(json_number_value(json_at(
                        root, "endpoint-cost-map/ipv4:10.2.3.4/ipv4:192.0.2.7")) == expected);
        assert_true(json_number_value(
                        json_at(root, "endpoint-cost-map/ipv4:192.0.2.1/ipv4:10.2.3.9")) == 7);
        json_decref(root);
        answer_free(&a);
        fixture_stop(&f);
    }
}

#define MANY_SRCS "\"ipv4:10.2.3.4\",\"ipv4:192.0.2.1\",\"ipv4:10.2.0.0\",\"ipv4:1.1.1.1\""
#define MANY_DSTS "\"ipv4:198.51.100.255\",\"ipv4:0.0.0.1\",\"ipv4:9.9.9.9\""

/* The reply with every digit of its tag made 0. */
static void get_untagged(struct fixture *f, const char *body, struct buf *out)
{
    struct answer a = fixture_post(f, "/domain/two/nm/endpointcost", body);
    assert_int_equal(a.reply.status, 200);
    buf_add(out, a.text, a.len);
    char *tag = strstr(out->data, "\"tag\":\"");
    assert_non_null(tag);
    memset(tag + 7, '0', 32);
    assert_true(tag[39] == '"');
    answer_free(&a);
}

/* A plain question is answered row by row, one with constraints after all values are there:
 * where the constraints leave all that there is, nothing shows which it was. */
static void test_rows_of_documents(void **state)
{
#define ASK "{" TYPE("numerical", "priv:x")
#define ALL ",\"constraints\":[\"ge 0\"]"
#define KNOWN                                                                                  \
    ",\"endpoints\":{\"srcs\":[" MANY_SRCS "],\"dsts\":[" MANY_DSTS "]}}" /* all have costs */
#define UNKNOWN                                                                                \
    ",\"endpoints\":{\"srcs\":[\"ipv6:2001:db8::1\",\"ipv4:10.2.3.4\",\"ipv4:192.0.2.1\"],"    \
    "\"dsts\":[\"ipv4:10.2.0.1\",\"ipv4:9.9.9.9\",\"ipv6:2001:db8::2\"]}}"
    struct fixture *f = *state;
    struct answer a = fixture_post(f, "/domain/two/nm/endpointcost", ASK KNOWN);
    struct answer b = fixture_post(f, "/domain/two/nm/endpointcost", ASK ALL KNOWN);
    struct buf rows = {0}, whole = {0};
    assert_int_equal(a.reply.status, 200);
    assert_string_equal(a.text, b.text); /* the tag, too */
    json_t *root = answer_json(&a, 200);
    assert_int_equal(json_object_size(json_object_get(root, "endpoint-cost-map")), 4);
    assert_true(json_number_value(json_at(
                    root, "endpoint-cost-map/ipv4:10.2.3.4/ipv4:198.51.100.255")) == 8.5);
    json_decref(root);
    answer_free(&a);
    answer_free(&b);
    get_untagged(f, ASK UNKNOWN, &rows);
    get_untagged(f, ASK ALL UNKNOWN, &whole);
    assert_string_equal(rows.data, whole.data);
    assert_null(strstr(rows.data, "2001:db8::"));
    assert_null(strstr(rows.data, "\"ipv4:10.2.3.4\":{\"ipv4:10.2.0.1\"")); /* no such cost */
    buf_free(&rows);
    buf_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_costs_same_address),
        cmocka_unit_test(test_costs_of_client),
        cmocka_unit_test(test_cost_errors),
        cmocka_unit_test(test_too_many_pairs),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_property_errors),
        cmocka_unit_test(test_property_map),
        cmocka_unit_test(test_filtered_property_map),
        cmocka_unit_test(test_property_map_errors),
        cmocka_unit_test(test_maintenance),
        cmocka_unit_test(test_fine_costs),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_rows_of_documents),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
