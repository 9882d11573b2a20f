/* SPDX-License-Identifier: Apache-2.0 */
/* The library against a server: every kind of question, caching, and what servers do wrong. */
#include "client/rialto.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/client/fake_server.h"
#include "unit/cmocka_all.h"

/* A label of more than 63 characters is no host name, so that no resolver is asked. */
#define NOBODY "nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-no-body"

struct fixture {
    struct fake *server;
    struct rialto *r;
    struct rialto_error e;
};

static struct fixture *start_with(const struct fake_route *routes, size_t max_body)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct rialto_options o;

    assert_non_null(x);
    x->server = fake_start(routes);
    rialto_options_defaults(&o);
    o.url = fake_url(x->server);
    if (max_body > 0)
        o.max_body = max_body;
    if (rialto_open(&x->r, &o, &x->e) != 0)
        fail_msg("%s", x->e.message);
    return x;
}

static int start(void **state)
{
    *state = start_with(fake_good, 0);
    return 0;
}

static int stop(void **state)
{
    struct fixture *x = *state;

    rialto_close(&x->r);
    fake_stop(x->server);
    free(x);
    return 0;
}

#define assert_ok(x, call)                                                                     \
    do {                                                                                       \
        if ((call) != 0)                                                                       \
            fail_msg("%s: %s", #call, (x)->e.message);                                         \
    } while (0)

static void directory_is_revalidated(void **state)
{
    struct fixture *x = *state;
    struct rialto_document *a, *b;

    assert_ok(x, rialto_directory(x->r, &a, &x->e));
    assert_ok(x, rialto_directory(x->r, &b, &x->e));
    assert_int_equal(fake_unchanged(x->server), 1);
    assert_ptr_equal(a, b);
    assert_non_null(rialto_get(rialto_get(rialto_document_root(a), "resources"), "test-map"));
    assert_null(strstr(fake_last_head(x->server), "Authorization"));
    rialto_document_free(&a);
    rialto_document_free(&b);
    assert_null(a);
}

static void map_matches_longest_prefix(void **state)
{
    struct fixture *x = *state;
    char prefix[RIALTO_PREFIX_TEXT];
    struct rialto_map *m;

    assert_ok(x, rialto_network_map(x->r, NULL, &m, &x->e));
    assert_string_equal(rialto_map_id(m), "test-map");
    assert_string_equal(rialto_map_tag(m), "t-1");
    assert_string_equal(rialto_map_find(m, "192.0.2.127", prefix), "one");
    assert_string_equal(prefix, "192.0.2.0/24");
    assert_string_equal(rialto_map_find(m, "192.0.2.128", prefix), "one-storage");
    assert_string_equal(prefix, "192.0.2.128/25");
    assert_string_equal(rialto_map_find(m, "2001:db8:2:ffff::", NULL), "two");
    assert_null(rialto_map_find(m, "203.0.113.1", prefix));
    assert_null(rialto_map_find(m, "2001:db8:3::", prefix));
    assert_null(rialto_map_find(m, "no address", prefix));
    rialto_map_free(&m);
}

/** A 304 gives the same map; a new tag another one, while the old stays readable. */
static void map_is_cached(void **state)
{
    static const struct fake_route newer[] = {
        {.method = "GET",
         .path = "/maps/test",
         .type = "application/alto-networkmap+json",
         .text = "{\"meta\":{\"vtag\":{\"resource-id\":\"test-map\",\"tag\":\"t-2\"}},"
                 "\"network-map\":{\"all\":{\"ipv4\":[\"0.0.0.0/0\"]}}}",
         .etag = "\"m2\""},
        {0},
    };
    struct fixture *x = *state;
    struct rialto_map *a, *b, *c;

    assert_ok(x, rialto_network_map(x->r, NULL, &a, &x->e));
    assert_ok(x, rialto_network_map(x->r, "test-map", &b, &x->e));
    assert_ptr_equal(a, b);
    assert_int_equal(fake_unchanged(x->server), 1);
    fake_routes(x->server, newer);
    assert_ok(x, rialto_network_map(x->r, NULL, &c, &x->e));
    assert_string_equal(rialto_map_tag(c), "t-2");
    assert_string_equal(rialto_map_find(c, "203.0.113.1", NULL), "all");
    rialto_close(&x->r); /* results outlive the connection */
    assert_string_equal(rialto_map_find(a, "192.0.2.200", NULL), "one-storage");
    assert_int_equal(fake_connections(x->server), 1);
    rialto_map_free(&a);
    rialto_map_free(&b);
    rialto_map_free(&c);
}

static void cost_map_follows_default_map(void **state)
{
    struct fixture *x = *state;
    struct rialto_costs *c;
    double value = -1;

    assert_ok(x, rialto_cost_map(x->r, NULL, &c, &x->e));
    assert_string_equal(rialto_costs_metric(c), "routingcost");
    assert_string_equal(rialto_costs_map_id(c), "test-map");
    assert_string_equal(rialto_costs_map_tag(c), "t-1");
    assert_int_equal(rialto_costs_count(c), 4);
    assert_string_equal(rialto_costs_at(c, 1)->dst, "two");
    assert_null(rialto_costs_at(c, 4));
    assert_true(rialto_costs_get(c, "one", "two", &value));
    assert_true(value > 10.4 && value < 10.6);
    assert_false(rialto_costs_get(c, "one", "none", &value)); /* null: not known */
    assert_false(rialto_costs_get(c, "x", "two", &value));
    rialto_costs_free(&c);
    assert_null(c);
    assert_int_equal(rialto_cost_map(x->r, "jitter", &c, &x->e), RIALTO_E_UNSUPPORTED);
    assert_null(c);
}

static void one_cost_is_filtered(void **state)
{
    struct fixture *x = *state;
    struct rialto_costs *c;

    assert_ok(
        x, rialto_cost_of(x->r, "num-routing", &(struct rialto_pair){"one", "two"}, &c, &x->e));
    assert_int_equal(rialto_costs_count(c), 1);
    assert_string_equal(
        fake_last_body(x->server),
        "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"},"
        "\"pids\":{\"srcs\":[\"one\"],\"dsts\":[\"two\"]}}");
    assert_non_null(
        strstr(fake_last_head(x->server), "Content-Type: application/alto-costmapfilter+json"));
    rialto_costs_free(&c);
    assert_ok(x, rialto_cost_of(x->r, NULL, &(struct rialto_pair){"two", "one"}, &c, &x->e));
    assert_int_equal(rialto_costs_count(c), 0); /* the server answered for another pair */
    rialto_costs_free(&c);
}

static void endpoints_are_typed(void **state)
{
    static const char *const srcs[] = {"192.0.2.130", "ipv6:2001:DB8:1::0130"};
    static const char *const dsts[] = {"198.51.100.7"};
    static const char *const wrong[] = {"ipv4:2001:db8::1"};
    const struct rialto_flows flows = {srcs, 2, dsts, 1}, bad = {srcs, 2, wrong, 1},
                              none = {srcs, 2, dsts, 0};
    struct fixture *x = *state;
    struct rialto_costs *c;
    size_t before;

    assert_ok(x, rialto_endpoint_costs(x->r, NULL, &flows, &c, &x->e));
    assert_non_null(
        strstr(fake_last_body(x->server),
               "\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.130\",\"ipv6:2001:db8:1::130\"],"
               "\"dsts\":[\"ipv4:198.51.100.7\"]}"));
    assert_int_equal(rialto_costs_count(c), 3);
    rialto_costs_free(&c);
    before = fake_requests(x->server);
    assert_int_equal(rialto_endpoint_costs(x->r, NULL, &bad, &c, &x->e), RIALTO_E_ARGUMENT);
    assert_non_null(strstr(x->e.message, "ipv4:2001:db8::1"));
    assert_int_equal(rialto_endpoint_costs(x->r, NULL, &none, &c, &x->e), RIALTO_E_ARGUMENT);
    assert_int_equal(fake_requests(x->server), before);
}

static void ranking_prefers_cheapest_address(void **state)
{
    static const char *const hosts[] = {NOBODY, "203.0.113.5", "ONE_EOS", "tape.two.invalid"};
    struct rialto_rank_query q = {.client = "disk-two", .hosts = hosts, .n_hosts = 4};
    struct fixture *x = *state;
    struct rialto_ranking *k;

    assert_ok(x, rialto_rank(x->r, &q, &k, &x->e));
    assert_int_equal(rialto_ranking_count(k), 4);
    assert_string_equal(rialto_ranking_at(k, 0)->host, "tape.two.invalid");
    assert_string_equal(rialto_ranking_at(k, 1)->host, "ONE_EOS");
    assert_string_equal(rialto_ranking_at(k, 1)->address, "2001:db8:1::130"); /* 5 against 20 */
    assert_string_equal(rialto_ranking_at(k, 1)->client, "2001:db8:2::7");
    assert_string_equal(rialto_ranking_at(k, 2)->host, NOBODY);
    assert_false(rialto_ranking_at(k, 2)->known);
    assert_null(rialto_ranking_at(k, 3)->address);
    rialto_ranking_free(&k);
    q.metric = "bw-available"; /* more is better */
    assert_ok(x, rialto_rank(x->r, &q, &k, &x->e));
    assert_string_equal(rialto_ranking_metric(k), "bw-available");
    assert_string_equal(rialto_ranking_at(k, 0)->address, "192.0.2.130");
    rialto_ranking_free(&k);
    q.client = NOBODY;
    assert_int_equal(rialto_rank(x->r, &q, &k, &x->e), RIALTO_E_NOT_FOUND);
}

static void vector_joins_its_parts(void **state)
{
    static const char *const src[] = {"192.0.2.130"}, *const dst[] = {"198.51.100.7"};
    static const char *const names[] = {"max-reservable-bandwidth", "priv:link", NULL};
    const struct rialto_flows flows = {src, 1, dst, 1};
    struct fixture *x = *state;
    const struct rialto_element *a1;
    struct rialto_vector *v;

    assert_ok(x, rialto_path_vector(x->r, &flows, names, &v, &x->e));
    assert_non_null(
        strstr(fake_last_body(x->server),
               "\"ane-property-names\":[\"max-reservable-bandwidth\",\"priv:link\"]"));
    assert_int_equal(rialto_vector_flows(v), 3);
    assert_int_equal(rialto_vector_flow(v, 0)->n_elements, 2);
    assert_string_equal(rialto_vector_flow(v, 0)->elements[1], "b2");
    assert_int_equal(rialto_vector_flow(v, 2)->n_elements, 0);
    assert_int_equal(rialto_vector_elements(v), 2);
    a1 = rialto_vector_find(v, "a1");
    assert_non_null(a1);
    assert_string_equal(rialto_text(rialto_get(a1->properties, "priv:link")), "r1|r2");
    assert_true(rialto_number(rialto_get(a1->properties, "max-reservable-bandwidth"), 0) >
                99.9e9);
    assert_null(rialto_vector_find(v, "c3"));
    rialto_vector_free(&v);
}

static void properties_come_from_several_resources(void **state)
{
    static const char *const entities[] = {"192.0.2.130", "test-map.pid:one", NULL};
    static const char *const strange[] = {"mars:olympus", NULL}, *const bare[] = {"olympus",
                                                                                  NULL};
    struct fixture *x = *state;
    struct rialto_document *d;
    const struct rialto_value *root;

    assert_ok(x, rialto_properties(x->r, entities, NULL, &d, &x->e));
    root = rialto_document_root(d);
    assert_int_equal(rialto_count(root), 2);
    assert_string_equal(rialto_text(rialto_get(rialto_get(root, "ipv4:192.0.2.130"), "asn")),
                        "64496");
    assert_string_equal(fake_last_body(x->server),
                        "{\"entities\":[\"test-map.pid:one\"],\"properties\":[]}");
    rialto_document_free(&d);
    assert_int_equal(rialto_properties(x->r, strange, NULL, &d, &x->e), RIALTO_E_UNSUPPORTED);
    assert_int_equal(rialto_properties(x->r, bare, NULL, &d, &x->e), RIALTO_E_ARGUMENT);
}

static void names_resolve_by_server_first(void **state)
{
    static const struct {
        const char *name;
        size_t n;
        const char *first;
    } cases[] = {
        {"::ffff:192.0.2.1", 1, "192.0.2.1"}, {"eos-one", 2, "192.0.2.130"},
        {"two_tape", 1, "198.51.100.9"},      {"ALIAS.two.invalid", 2, "198.51.100.7"},
        {"TWO-SITE", 3, "198.51.100.7"},
    };
    struct fixture *x = *state;
    struct rialto_addresses *a;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(x, rialto_resolve(x->r, cases[i].name, &a, &x->e));
        assert_int_equal(rialto_addresses_count(a), cases[i].n);
        assert_string_equal(rialto_addresses_at(a, 0), cases[i].first);
        rialto_addresses_free(&a);
    }
    assert_int_equal(fake_requests(x->server), 1); /* the list, once */
    assert_int_equal(rialto_resolve(x->r, NOBODY, &a, &x->e), RIALTO_E_NOT_FOUND);
    assert_null(a);
}

static void operator_lists_are_checked(void **state)
{
    static const struct fake_route odd[] = {
        {.method = "GET",
         .path = "/api/v1/links",
         .type = "application/json",
         .text = "{\"links\": {}}"},
        {.method = "GET", .path = "/api/v1/status", .type = "application/json", .text = "[]"},
        {.method = "GET",
         .path = "/api/v1/domains",
         .type = "text/html",
         .text = "<p>domains</p>"},
        {0},
    };
    struct fixture *x = *state;
    struct rialto_document *d;

    assert_ok(x, rialto_operator(x->r, "links", &d, &x->e));
    rialto_document_free(&d);
    assert_int_equal(rialto_operator(x->r, "../directory", &d, &x->e), RIALTO_E_ARGUMENT);
    fake_routes(x->server, odd);
    assert_int_equal(rialto_operator(x->r, "links", &d, &x->e), RIALTO_E_REPLY);
    assert_int_equal(rialto_operator(x->r, "status", &d, &x->e), RIALTO_E_REPLY);
    assert_int_equal(rialto_operator(x->r, "domains", &d, &x->e), RIALTO_E_REPLY);
    assert_non_null(strstr(x->e.message, "text/html"));
}

static void errors_tell_what_the_server_said(void **state)
{
    static const struct fake_route routes[] = {
        {.method = "GET",
         .path = "/directory",
         .type = "application/alto-directory+json",
         .file = "directory.json"},
        {.method = "GET",
         .path = "/costs/routing",
         .status = 400,
         .type = "application/alto-error+json",
         .file = "error-alto.json"},
        {.method = "GET",
         .path = "/api/v1/status",
         .status = 403,
         .type = "application/json",
         .file = "error-denied.json"},
        {.method = "GET",
         .path = "/api/v1/links",
         .status = 503,
         .type = "text/plain",
         .text = "not yet"},
        {0},
    };
    struct fixture *x = *state;
    struct rialto_document *d;
    struct rialto_costs *c;

    fake_routes(x->server, routes);
    assert_int_equal(rialto_cost_map(x->r, NULL, &c, &x->e), RIALTO_E_SERVER);
    assert_int_equal(x->e.status, 400);
    assert_string_equal(x->e.alto_code, "E_INVALID_FIELD_VALUE");
    assert_string_equal(x->e.field, "cost-type/cost-metric");
    assert_string_equal(x->e.value, "nonsense");
    assert_non_null(strstr(x->e.message, "E_INVALID_FIELD_VALUE"));
    assert_int_equal(rialto_operator(x->r, "status", &d, &x->e), RIALTO_E_DENIED);
    assert_non_null(strstr(x->e.message, "operator-api"));
    assert_int_equal(rialto_operator(x->r, "links", &d, &x->e), RIALTO_E_SERVER);
    assert_int_equal(x->e.status, 503);
    assert_int_equal(rialto_operator(x->r, "domains", &d, &x->e), RIALTO_E_NOT_FOUND);
    assert_int_equal(rialto_operator(x->r, "domains", &d, NULL), RIALTO_E_NOT_FOUND);
}

static void broken_replies_are_refused(void **state)
{
    static const struct fake_route routes[] = {
        {.method = "GET",
         .path = "/directory",
         .type = "application/alto-directory+json",
         .file = "directory.json"},
        {.method = "GET",
         .path = "/maps/test",
         .type = "application/alto-networkmap+json",
         .text = "{\"meta\":"},
        {.method = "GET",
         .path = "/costs/routing",
         .type = "application/alto-costmap+json",
         .file = "costmap.json",
         .mode = FAKE_CUT},
        {.method = "GET",
         .path = "/api/v1/links",
         .type = "application/json",
         .mode = FAKE_HUGE},
        {.method = "GET",
         .path = "/api/v1/status",
         .type = "application/json",
         .mode = FAKE_SILENT},
        {.method = "GET",
         .path = "/api/v1/domains",
         .status = 201,
         .type = "application/json",
         .file = "domains.json"},
        {.method = "POST",
         .path = "/vector/endpoints",
         .type = "multipart/related; boundary=here",
         .file = "vector-cut.multipart"},
        {0},
    };
    static const char *const one[] = {"192.0.2.1"};
    const struct rialto_flows flows = {one, 1, one, 1};
    struct fixture *x = start_with(routes, 1 << 20);
    struct rialto_document *d;
    struct rialto_costs *c;
    struct rialto_map *m;
    struct rialto_vector *v;
    void *own = x;

    (void)state;
    assert_int_equal(rialto_network_map(x->r, NULL, &m, &x->e), RIALTO_E_REPLY);
    assert_non_null(strstr(x->e.message, "line 1, column 8"));
    assert_int_equal(rialto_network_map(x->r, "elsewhere", &m, &x->e), RIALTO_E_REPLY);
    assert_int_equal(rialto_network_map(x->r, "nowhere", &m, &x->e), RIALTO_E_UNSUPPORTED);
    assert_int_equal(rialto_cost_map(x->r, NULL, &c, &x->e), RIALTO_E_UNREACHABLE);
    assert_int_equal(rialto_operator(x->r, "links", &d, &x->e), RIALTO_E_LIMIT);
    assert_int_equal(rialto_operator(x->r, "status", &d, &x->e), RIALTO_E_UNREACHABLE);
    assert_int_equal(rialto_operator(x->r, "domains", &d, &x->e), RIALTO_E_REPLY);
    assert_int_equal(rialto_path_vector(x->r, &flows, NULL, &v, &x->e), RIALTO_E_REPLY);
    assert_non_null(strstr(x->e.message, "cut off"));
    assert_null(v);
    stop(&own);
}

static void unreachable_is_told(void **state)
{
    struct rialto_options o;
    struct rialto_error e;
    struct rialto_document *d;
    struct rialto *r;
    char url[64];
    struct fake *gone = fake_start(fake_good);

    (void)state;
    snprintf(url, sizeof(url), "%s", fake_url(gone));
    fake_stop(gone);
    rialto_options_defaults(&o);
    o.url = url;
    assert_int_equal(rialto_open(&r, &o, &e), 0);
    assert_int_equal(rialto_operator(r, "status", &d, &e), RIALTO_E_UNREACHABLE);
    assert_int_equal(e.status, 0);
    rialto_close(&r);
    o.url = "http://" NOBODY;
    assert_int_equal(rialto_open(&r, &o, &e), RIALTO_E_UNREACHABLE);
    assert_null(r);
}

/** The directory must not make the client talk to other addresses inside. */
static void directory_does_not_lead_inside(void **state)
{
    static const struct fake_route routes[] = {
        {.method = "GET",
         .path = "/directory",
         .type = "application/alto-directory+json",
         .text = "{\"meta\":{},\"resources\":{\"m\":{\"uri\":\"http://127.0.0.2:1/map\","
                 "\"media-type\":\"application/alto-networkmap+json\"}}}"},
        {0},
    };
    struct fixture *x = *state;
    struct rialto_map *m;

    fake_routes(x->server, routes);
    assert_int_equal(rialto_network_map(x->r, NULL, &m, &x->e), RIALTO_E_UNREACHABLE);
    assert_non_null(strstr(x->e.message, "127.0.0.2"));
}

static void write_credentials(const char *file, const char *text, mode_t mode)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void options_are_checked(void **state)
{
    static const char *const urls[] = {"",
                                       "127.0.0.1:80",
                                       "ftp://127.0.0.1/",
                                       "http://",
                                       "http://user:secret@127.0.0.1/",
                                       "http://127.0.0.1/?a",
                                       "http://127.0.0.1/a b"};
    char file[] = "/tmp/rialto-test-XXXXXX";
    struct rialto_options o;
    struct rialto_error e;
    struct rialto *r;

    (void)state;
    close(mkstemp(file));
    rialto_options_defaults(&o);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        o.url = urls[i];
        assert_int_equal(rialto_open(&r, &o, &e), RIALTO_E_ARGUMENT);
    }
    rialto_options_defaults(&o);
    o.credentials = file;
    write_credentials(file, "user:pass:word\n", 0644);
    assert_int_equal(rialto_open(&r, &o, &e), RIALTO_E_ARGUMENT);
    assert_non_null(strstr(e.message, "chmod"));
    write_credentials(file, "nobody\n", 0600);
    assert_int_equal(rialto_open(&r, &o, &e), RIALTO_E_ARGUMENT);
    write_credentials(file, "user:pass:word\n", 0640);
    assert_int_equal(rialto_open(&r, &o, &e), 0);
    rialto_close(&r);
    o.timeout_ms = 0;
    assert_int_equal(rialto_open(&r, &o, &e), RIALTO_E_ARGUMENT);
    unlink(file);
    rialto_close(&r); /* NULL is allowed */
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        WITH_SERVER(directory_is_revalidated),
        WITH_SERVER(map_matches_longest_prefix),
        WITH_SERVER(map_is_cached),
        WITH_SERVER(cost_map_follows_default_map),
        WITH_SERVER(one_cost_is_filtered),
        WITH_SERVER(endpoints_are_typed),
        WITH_SERVER(ranking_prefers_cheapest_address),
        WITH_SERVER(vector_joins_its_parts),
        WITH_SERVER(properties_come_from_several_resources),
        WITH_SERVER(names_resolve_by_server_first),
        WITH_SERVER(operator_lists_are_checked),
        WITH_SERVER(errors_tell_what_the_server_said),
        WITH_SERVER(directory_does_not_lead_inside),
        cmocka_unit_test(broken_replies_are_refused),
        cmocka_unit_test(unreachable_is_told),
        cmocka_unit_test(options_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
