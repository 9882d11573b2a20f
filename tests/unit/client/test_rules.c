/* SPDX-License-Identifier: Apache-2.0 */
/* What the RFCs ask of clients: what they pass over, what they must not take, what they ask. */
#include "client/rialto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/client/fake_server.h"
#include "unit/cmocka_all.h"

#define JSON(type) "application/alto-" type "+json"
#define DIRECTORY(meta, resources)                                                             \
    {                                                                                          \
        .method = "GET", .path = "/directory", .type = JSON("directory"),                      \
        .text =                                                                                \
            "{\"x-new\":[1],\"meta\":{\"x-new\":{}," meta "},\"resources\":{" resources "}}"   \
    }
#define TYPES(context)                                                                         \
    "\"cost-types\":{\"num\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\""     \
    ",\"x-new\":0" context "}},\"default-alto-network-map\":\"m\""
#define MAP "\"m\":{\"uri\":\"/map\",\"media-type\":\"" JSON("networkmap") "\",\"x-new\":1}"
#define COSTS(id, uri)                                                                         \
    "\"" id "\":{\"uri\":\"" uri "\",\"media-type\":\"" JSON(                                  \
        "costmap") "\",\"uses\":[\"m\"],"                                                      \
                   "\"capabilities\":{\"cost-type-names\":[\"num\"],\"x-new\":true}}"
#define A_MAP(tag, pids)                                                                       \
    {                                                                                          \
        .method = "GET", .path = "/map", .type = JSON("networkmap"),                           \
        .text = "{\"meta\":{\"vtag\":{\"resource-id\":\"m\",\"tag\":\"" tag                    \
                "\",\"x-new\":2},\"x-new\":[]},\"x-new\":{},\"network-map\":{" pids "}}",      \
        .etag = "\"" tag "\""                                                                  \
    }
#define A_COST_MAP(tag, rows)                                                                  \
    {                                                                                          \
        .method = "GET", .path = "/costs", .type = JSON("costmap"),                            \
        .text = "{\"x-new\":1,\"meta\":{\"x-new\":1,\"dependent-vtags\":[{\"resource-id\":"    \
                "\"m\",\"tag\":\"" tag "\"}],\"cost-type\":{\"cost-mode\":\"numerical\","      \
                "\"cost-metric\":\"routingcost\"}},\"cost-map\":{" rows "}}"                   \
    }

struct fixture {
    struct fake *server;
    struct rialto *r;
    struct rialto_error e;
};

static void begin(struct fixture *x, const struct fake_route *routes)
{
    struct rialto_options o;

    *x = (struct fixture){.server = fake_start(routes)};
    rialto_options_defaults(&o);
    o.url = fake_url(x->server);
    if (rialto_open(&x->r, &o, &x->e) != 0)
        fail_msg("%s", x->e.message);
}

static void end(struct fixture *x)
{
    rialto_close(&x->r);
    fake_stop(x->server);
}

#define assert_ok(x, call)                                                                     \
    do {                                                                                       \
        if ((call) != 0)                                                                       \
            fail_msg("%s: %s", #call, (x)->e.message);                                         \
    } while (0)

/* RFC 7285 section 8.3.7: members and media types of later; section 9.2.2: no capabilities. */
static void what_is_unknown_is_passed_over(void **state)
{
    static const struct fake_route routes[] = {
        DIRECTORY(
            TYPES(""),
            "\"odd\":{\"uri\":\"/odd\",\"media-type\":\"application/alto-of-later+json\"},"
            "\"bare\":{\"uri\":\"/no\",\"media-type\":\"" JSON(
                "costmap") "\"},"
                           "\"none\":5," MAP "," COSTS("c", "/costs")),
        A_MAP("1", "\"a\":{\"ipv4\":[\"192.0.2.0/24\"],\"x-new\":[\"?\"]}"),
        A_COST_MAP("1", "\"a\":{\"a\":1}"),
        {0},
    };
    struct fixture x;
    struct rialto_map *m;
    struct rialto_costs *c;

    (void)state;
    begin(&x, routes);
    assert_ok(&x, rialto_network_map(x.r, NULL, &m, &x.e));
    assert_string_equal(rialto_map_find(m, "192.0.2.1", NULL), "a");
    assert_ok(&x, rialto_cost_map(x.r, NULL, &c, &x.e)); /* not of "bare", which offers none */
    assert_int_equal(rialto_costs_count(c), 1);
    rialto_costs_free(&c);
    rialto_map_free(&m);
    end(&x);
}

/* RFC 7285 sections 11.2.1.7 and 11.2.2. */
static void maps_of_all_shapes(void **state)
{
    static const struct fake_route routes[] = {
        DIRECTORY(TYPES(""), MAP),
        A_MAP("1", "\"all\":{\"ipv4\":[\"0.0.0.0/0\",\"0.0.0.0/0\"]},"
                   "\"half\":{\"ipv4\":[\"192.0.2.0/25\",\"192.0.2.128/25\"]},"
                   "\"whole\":{\"ipv4\":[\"192.0.2.0/24\"]},"
                   "\"cards\":{\"mac48\":[\"02-00-00-00-00-01\"]},\"none\":{}"),
        {0},
    };
    static const struct fake_route twice[] = {
        A_MAP("2",
              "\"a\":{\"ipv6\":[\"2001:DB8::/32\"]},\"b\":{\"ipv6\":[\"2001:db8:0::/32\"]}"),
        {0},
    };
    struct fixture x;
    struct rialto_map *m;

    (void)state;
    begin(&x, routes);
    assert_ok(&x, rialto_network_map(x.r, NULL, &m, &x.e));
    assert_int_equal(rialto_count(rialto_map_pids(m)), 5);
    assert_string_equal(rialto_map_find(m, "192.0.2.1", NULL), "half");
    assert_string_equal(rialto_map_find(m, "203.0.113.1", NULL), "all");
    assert_null(rialto_map_find(m, "2001:db8::1", NULL)); /* the map has IPv4 alone */
    rialto_map_free(&m);
    fake_routes(x.server, twice);
    assert_int_equal(rialto_network_map(x.r, NULL, &m, &x.e), RIALTO_E_REPLY);
    assert_non_null(strstr(x.e.message, "is in PID a and in PID b"));
    end(&x);
}

/* RFC 7285 section 11.2.3.6. */
static void costs_of_all_shapes(void **state)
{
    static const struct {
        const struct fake_route costs[2];
        int n; /* -1: refused */
    } cases[] = {
        {{A_COST_MAP("1", "\"x\":{\"a\":1,\"b\":2.5},\"a\":{\"x\":3},\"b\":{}")}, 3},
        {{A_COST_MAP("1", "")}, 0},
        {{A_COST_MAP("1", "\"x\":{\"a\":\"1\"}")}, -1},
        {{A_COST_MAP("1", "\"x\":{\"a\":[1]}")}, -1},
        {{A_COST_MAP("1", "\"x\":5")}, -1},
    };
    static const struct fake_route directory[] = {
        DIRECTORY(TYPES(""), MAP "," COSTS("c", "/costs")), {0}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rialto_document *d;
        struct rialto_costs *c;
        struct fixture x;
        double one_way = 0, other_way = 0;

        begin(&x, directory);
        assert_ok(&x, rialto_directory(x.r, &d, &x.e));
        rialto_document_free(&d);
        fake_routes(x.server, cases[i].costs);
        assert_int_equal(rialto_cost_map(x.r, NULL, &c, &x.e),
                         cases[i].n < 0 ? RIALTO_E_REPLY : 0);
        if (c)
            assert_int_equal(rialto_costs_count(c), cases[i].n);
        if (i == 0) {
            assert_true(rialto_costs_get(c, "x", "a", &one_way));
            assert_true(rialto_costs_get(c, "a", "x", &other_way));
            assert_true(one_way < 2 && other_way > 2);
        }
        rialto_costs_free(&c);
        end(&x);
    }
}

/* RFC 7285 section 11.3.2.6: the version that costs depend on is told; a map is never taken
 * from the cache unasked, so who asks for it then has that version. */
static void costs_of_another_version_lead_to_its_map(void **state)
{
    static const struct fake_route before[] = {
        DIRECTORY(TYPES(""), MAP "," COSTS("c", "/costs")),
        A_MAP("1", "\"a\":{\"ipv4\":[\"192.0.2.0/24\"]}"),
        {0},
    };
    static const struct fake_route after[] = {
        A_COST_MAP("2", "\"b\":{\"b\":1}"),
        A_MAP("2", "\"b\":{\"ipv4\":[\"192.0.2.0/24\"]}"),
        {0},
    };
    struct rialto_map *held, *m;
    struct rialto_costs *c;
    struct fixture x;

    (void)state;
    begin(&x, before);
    assert_ok(&x, rialto_network_map(x.r, NULL, &held, &x.e));
    fake_routes(x.server, after);
    assert_ok(&x, rialto_cost_map(x.r, NULL, &c, &x.e));
    assert_string_not_equal(rialto_costs_map_tag(c), rialto_map_tag(held));
    assert_ok(&x, rialto_network_map(x.r, rialto_costs_map_id(c), &m, &x.e));
    assert_string_equal(rialto_costs_map_tag(c), rialto_map_tag(m));
    assert_string_equal(rialto_map_find(m, "192.0.2.1", NULL), "b");
    rialto_map_free(&m);
    rialto_map_free(&held);
    rialto_costs_free(&c);
    end(&x);
}

/* RFC 9439 sections 3.1 and 6.3: routingcost is an estimation, also where nothing says so. */
static void routing_cost_is_an_estimation(void **state)
{
    static const struct {
        struct fake_route directory;
        int rc;
    } cases[] = {
        {DIRECTORY(TYPES(""), MAP "," COSTS("c", "/costs")), 0},
        {DIRECTORY(TYPES(",\"cost-context\":{}"), MAP "," COSTS("c", "/costs")), 0},
        {DIRECTORY(TYPES(",\"cost-context\":{\"cost-source\":\"estimation\"}"),
                   MAP "," COSTS("c", "/costs")),
         0},
        {DIRECTORY(TYPES(",\"cost-context\":{\"cost-source\":\"nominal\"}"),
                   MAP "," COSTS("c", "/costs")),
         RIALTO_E_UNSUPPORTED},
        {DIRECTORY(TYPES(",\"cost-context\":{\"cost-source\":\"sla\"}"),
                   MAP "," COSTS("c", "/costs")),
         RIALTO_E_UNSUPPORTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct fake_route routes[] = {
            cases[i].directory, A_COST_MAP("1", "\"a\":{\"a\":1}"), {0}};
        struct rialto_costs *c;
        struct fixture x;

        begin(&x, routes);
        assert_int_equal(rialto_cost_map(x.r, NULL, &c, &x.e), cases[i].rc);
        rialto_costs_free(&c);
        end(&x);
    }
}

/* RFC 7285 sections 8.3.2, 8.3.4.2 and 9.2.1: how is asked, and that the answer is what was
 * asked for. */
static void answers_are_of_the_type_asked_for(void **state)
{
    static const char *const wrong[] = {JSON("directory"), JSON("error"), JSON("costmap"),
                                        "text/html"};
    static const struct fake_route good[] = {
        DIRECTORY(TYPES(""),
                  "\"part\":{\"uri\":\"/map\",\"media-type\":\"" JSON(
                      "networkmap") "\","
                                    "\"accepts\":\"" JSON("networkmapfilter") "\"}," MAP),
        A_MAP("1", "\"a\":{}"),
        {0},
    };
    struct rialto_map *m;
    struct fixture x;

    (void)state;
    begin(&x, good);
    assert_ok(&x, rialto_network_map(x.r, NULL, &m, &x.e));
    assert_non_null(strstr(fake_last_head(x.server), "GET /map "));
    assert_non_null(
        strstr(fake_last_head(x.server), "Accept: " JSON("networkmap") ", " JSON("error")));
    rialto_map_free(&m);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct fake_route routes[] = {A_MAP("2", "\"a\":{}"), {0}};

        routes[0].type = wrong[i];
        fake_routes(x.server, routes);
        assert_int_equal(rialto_network_map(x.r, NULL, &m, &x.e), RIALTO_E_REPLY);
        assert_non_null(strstr(x.e.message, wrong[i]));
        fake_routes(x.server, good);
    }
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_unknown_is_passed_over),
        cmocka_unit_test(maps_of_all_shapes),
        cmocka_unit_test(costs_of_all_shapes),
        cmocka_unit_test(costs_of_another_version_lead_to_its_map),
        cmocka_unit_test(routing_cost_is_an_estimation),
        cmocka_unit_test(answers_are_of_the_type_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
