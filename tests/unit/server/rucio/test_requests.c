/* SPDX-License-Identifier: Apache-2.0 */
/* What Rucio asks for: orders of replicas, tables of distances. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/rucio/names.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

#define METRICS                                                                                \
    "  dns: false\n"                                                                           \
    "  metrics:\n"                                                                             \
    "    as_hops: {resource_type: path-vector, resource_id: rialto-pathvector, prop-name: "    \
    "as_path, prop_transformer: \"tolist | len\", aggr_transfomer: sum, unit: hops}\n"         \
    "    ways: {resource_type: path-vector, prop_name: next_hop, prop_transformer: len | mul " \
    "0 | add 1}\n"                                                                             \
    "    room: {resource_type: path-vector, prop_name: max-reservable-bandwidth, "             \
    "aggr_transformer: min, unit: bps}\n"                                                      \
    "    of_map: {resource_type: cost-map, dependent_network_map: rialto-networkmap, "         \
    "cost_transformer: mul 10}\n"                                                              \
    "    hurried: {resource_type: endpoint-cost, cost_metric: hopcount, missing: 7}\n"         \
    "    eager: {resource_type: endpoint-cost, cost_metric: hopcount, missing: 0}\n"           \
    "    less_room: {resource_type: cost-map, cost_metric: bw-residual, cost_transformer: "    \
    "neg}\n"                                                                                   \
    "    scarce: {resource_type: path-vector, prop_name: max-reservable-bandwidth, "           \
    "aggr_transformer: min, better: less}\n"                                                   \
    "    from_5: {resource_type: cost-map, cost_transformer: \"sub 5 | abs\", better: more}\n" \
    "    of_document: {resource_type: cost-map, resource_id: \"two:nm-costmap-priv:x\", "      \
    "dependent_network_map: \"two:nm-networkmap\"}\n"                                          \
    "    elsewhere: {resource_type: cost-map, resource_id: gone}\n"
#define HOSTS                                                                                  \
    "  hosts:\n"                                                                               \
    "    - {host: A.example, addresses: [10.1.5.5, \"2001:db8:1::5\"]}\n"                      \
    "    - {host: b.example, addresses: [10.2.5.5]}\n"                                         \
    "    - {host: c.example, addresses: [10.3.5.5]}\n"                                         \
    "    - {host: d.example, addresses: [192.0.2.200, 10.3.5.5, \"2001:db8:3::5\"]}\n"         \
    "    - {host: far.example, addresses: [192.0.2.200]}\n"
#define RSES                                                                                   \
    "  rses: [{rse: B_DISK, hosts: [b.example]}, "                                             \
    "{rse: C_TAPE, hosts: [c.example, d.example]}]\n"
#define ALL      "\"hosts\":[\"c.example\",\"nobody.example\",\"b.example\",\"a.example\"]"
#define CLIENT_A "\"client\":{\"ip\":\"10.1.7.7\"}"

static char cric_path[] = "/tmp/rialto-cric-XXXXXX";
static const char cric[] =
    "{\"SITE-A\":{\"netroutes\":{\"r\":{\"networks\":{\"ipv4\":[\"10.1.0.0/16\"]}}},"
    "\"services\":[{\"endpoint\":\"ce.a.example:1\"}]},"
    "\"SITE-B\":{\"netroutes\":{\"r\":{\"networks\":{\"ipv4\":[\"10.2.0.0/16\"]}}}},"
    "\"SITE-NOWHERE\":{\"netroutes\":{}}}";

static void start(struct fixture *f, const char *more)
{
    char config[4096];
    snprintf(config, sizeof(config), "rucio:\n  cric: %s\n%s%s%s%s", cric_path, METRICS, HOSTS,
             RSES, more);
    fixture_start(f, config);
}

static int setup(void **state)
{
    static struct fixture f;
    start(&f, "");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_stop(*state);
    return 0;
}

static json_t *sort(struct fixture *f, int status, const char *body)
{
    struct answer a = fixture_post(f, "/rucio/sort", body);
    json_t *root = answer_json(&a, status);
    answer_free(&a);
    return root;
}

/* Is the list at this place these, in this order (separated by blanks)? */
static void is_list(const json_t *root, const char *path, const char *expected)
{
    char got[1024] = "";
    const json_t *one;
    size_t i;
    json_array_foreach(json_at(root, path), i, one)
    {
        strcat(got, i ? " " : "");
        strcat(got, json_string_value(one));
    }
    assert_string_equal(got, expected);
}

/* --- sorting */

static void the_nearest_comes_first_the_unknown_last(void **state)
{
    json_t *root = sort(*state, 200, "{" CLIENT_A "," ALL "}");
    is_list(root, "sorted", "a.example b.example c.example nobody.example");
    is_list(root, "unknown", "nobody.example");
    is_list(root, "excluded", "");
    assert_int_equal(json_integer_value(json_at(root, "costs/b.example/0")), 100);
    assert_int_equal(json_integer_value(json_at(root, "costs/c.example/0")), 110);
    assert_null(json_at(root, "costs/nobody.example"));
    assert_string_equal(json_string_value(json_at(root, "reasons/nobody.example")),
                        "no address is known");
    assert_string_equal(json_string_value(json_at(root, "paths/b.example/class")), "observed");
    assert_string_equal(json_string_value(json_at(root, "paths/b.example/source")),
                        "configuration");
    assert_string_equal(json_string_value(json_at(root, "client/by")), "ip");
    assert_int_equal(json_integer_value(json_at(root, "max-age")), 300);
    assert_string_equal(json_string_value(json_at(root, "vtag/resource-id")),
                        "rialto-rucio-sort");
    json_decref(root);
}

static void costs_are_those_of_the_endpoint_cost_service(void **state)
{
    static const char *const metrics[] = {"routingcost", "hopcount", "bw-residual"};
    for (size_t i = 0; i < 3; i++) {
        char body[512];
        snprintf(body, sizeof(body), "{" CLIENT_A "," ALL ",\"by\":[\"%s\"]}", metrics[i]);
        json_t *root = sort(*state, 200, body);
        snprintf(body, sizeof(body),
                 "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"%s\"},"
                 "\"endpoints\":{\"srcs\":[\"ipv4:10.2.5.5\",\"ipv4:10.3.5.5\"],"
                 "\"dsts\":[\"ipv4:10.1.7.7\"]}}",
                 metrics[i]);
        struct answer a = fixture_post(*state, "/endpointcost", body);
        json_t *standard = answer_json(&a, 200);
        assert_true(
            json_equal(json_at(root, "costs/b.example/0"),
                       json_at(standard, "endpoint-cost-map/ipv4:10.2.5.5/ipv4:10.1.7.7")));
        assert_true(
            json_equal(json_at(root, "costs/c.example/0"),
                       json_at(standard, "endpoint-cost-map/ipv4:10.3.5.5/ipv4:10.1.7.7")));
        json_decref(standard);
        json_decref(root);
        answer_free(&a);
    }
}

/* --- statements: what comes first, and what a place in `costs` is */

static const struct {
    const char *more, *sorted, *excluded;
} statements[] = {
    {"\"statement\":\"\\\"By as_hops,ways\\\"\"",
     "a.example b.example c.example nobody.example", ""},
    {"\"statement\":\"BY as_hops DESC, ways DESC\"",
     "c.example b.example a.example nobody.example", ""},
    {"\"by\":[\"as_hops\",\"ways\"],\"order\":\"descend\"",
     "c.example b.example a.example nobody.example", ""},
    {"\"stmt\":\"BY room DESC\"", "b.example c.example nobody.example a.example", ""},
    {"\"statement\":\"BY of_map WHERE of_map < 20\"",
     "a.example b.example c.example nobody.example", "c.example"},
    {"\"statement\":\"BY hurried\"", "a.example b.example c.example nobody.example", ""},
    {"\"statement\":\"BY room DESC WHERE room >= 20Gbps\"",
     "b.example c.example nobody.example a.example", "c.example"},
    {"\"by\":[\"hopcount\"],\"where\":\"host != \\\"b.example\\\"\"",
     "a.example c.example b.example nobody.example", "b.example"},
    {"\"statement\":\"BY hopcount WHERE class = 'assumed'\"",
     "a.example b.example c.example nobody.example", "a.example b.example c.example"},
};

static void statements_decide(void **state)
{
    for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
        char body[1024];
        snprintf(body, sizeof(body), "{" CLIENT_A "," ALL ",%s}", statements[i].more);
        json_t *root = sort(*state, 200, body);
        is_list(root, "sorted", statements[i].sorted);
        is_list(root, "excluded", statements[i].excluded);
        json_decref(root);
    }
}

static void metrics_are_what_is_specified(void **state)
{
    json_t *root = sort(
        *state, 200,
        "{" CLIENT_A ",\"hosts\":[\"c.example\",\"far.example\"],\"by\":[\"as_hops\",\"ways\","
        "\"room\",\"of_map\",\"hurried\"]}");
    const json_t *costs = json_at(root, "costs/c.example");
    static const double expected[] = {1, 2, 10e9, 25, 2};
    for (size_t i = 0; i < 5; i++)
        assert_true(json_number_value(json_array_get(costs, i)) == expected[i]);
    assert_string_equal(json_string_value(json_at(root, "metrics/0/unit")), "hops");
    is_list(root, "unknown", "far.example");
    json_decref(root);
    /* what a domain published: from its P2 to its P1 */
    root =
        sort(*state, 200, "{" CLIENT_A ",\"hosts\":[\"b.example\"],\"by\":[\"of_document\"]}");
    assert_true(json_number_value(json_at(root, "costs/b.example/0")) == 8.5);
    json_decref(root);
    root = sort(*state, 200, "{" CLIENT_A ",\"hosts\":[\"far.example\"],\"by\":[\"hurried\"]}");
    assert_int_equal(json_integer_value(json_at(root, "costs/far.example/0")), 7);
    json_decref(root);
}

/* What stands for the unknown does so when no way is known, not where another one is. */
static void known_ways_count_before_the_missing(void **state)
{
    json_t *root = sort(*state, 200,
                        "{" CLIENT_A ",\"hosts\":[\"c.example\",\"d.example\",\"far.example\"],"
                        "\"statement\":\"BY eager, hurried WHERE hurried > 1\"}");
    is_list(root, "sorted", "far.example c.example d.example");
    is_list(root, "excluded", "");
    assert_int_equal(json_integer_value(json_at(root, "costs/d.example/0")), 2);
    assert_string_equal(json_string_value(json_at(root, "paths/d.example/src")), "10.3.5.5");
    assert_int_equal(json_integer_value(json_at(root, "costs/far.example/0")), 0);
    assert_int_equal(json_integer_value(json_at(root, "costs/far.example/1")), 7);
    json_decref(root);
}

static void pfns_and_files_keep_their_texts(void **state)
{
    json_t *root =
        sort(*state, 200,
             "{" CLIENT_A
             ",\"pfns\":[\"root://b.example//2\",\"root://proxy//root://B.Example.//1\","
             "\"davs://a.example:443/x\",\"root://b.example//2\"]}");
    is_list(root, "sorted",
            "davs://a.example:443/x root://b.example//2 root://proxy//root://B.Example.//1 "
            "root://b.example//2");
    assert_int_equal(json_object_size(json_at(root, "costs")), 2);
    json_decref(root);
    root = sort(*state, 200,
                "{" CLIENT_A ",\"files\":[{\"did\":\"s:1\",\"bytes\":5,\"pfns\":["
                "\"root://b.example//1\",\"root://a.example//1\"]},{\"did\":\"s:2\",\"pfns\":["
                "\"root://nobody.example//2\",\"root://c.example//2\"]},"
                "{\"did\":\"s:3\",\"pfns\":[]}]}");
    is_list(root, "files/0/sorted", "root://a.example//1 root://b.example//1");
    is_list(root, "files/1/sorted", "root://c.example//2 root://nobody.example//2");
    is_list(root, "files/1/unknown", "root://nobody.example//2");
    assert_string_equal(json_string_value(json_at(root, "files/1/did")), "s:2");
    assert_int_equal(json_array_size(json_at(root, "files")), 3);
    json_decref(root);
}

static void clients_are_found_by_what_is_on_the_map(void **state)
{
    static const struct {
        const char *client, *by;
    } clients[] = {
        {"{\"ip\":\"10.2.1.1\",\"site\":\"SITE-A\"}", "ip"},
        {"{\"ip\":\"172.16.0.1\",\"site\":\"SITE-B\"}", "site"},
        {"{\"ip\":null,\"fqdn\":\"B.example\",\"site\":\"SITE-A\"}", "fqdn"},
        {"{\"ip\":\"172.16.0.1\",\"fqdn\":\"nobody.example\",\"site\":null}", "ip"},
        {"{\"fqdn\":\"ce.a.example\"}", "fqdn"},
        {"null", "ip"},
    };
    for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
        char body[512];
        snprintf(body, sizeof(body), "{\"client\":%s," ALL "}", clients[i].client);
        json_t *root = sort(*state, 200, body);
        assert_string_equal(json_string_value(json_at(root, "client/by")), clients[i].by);
        json_decref(root);
    }
}

static void bad_requests_say_what_is_wrong(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *message, *field;
    } wrong[] = {
        {"{" CLIENT_A ",\"hosts\":[]}", 400, "the list is empty", "hosts"},
        {"{" CLIENT_A "}", 400, "hosts, pfns or files is needed", "hosts"},
        {"{" CLIENT_A ",\"files\":[]}", 400, "no file has a PFN", "files"},
        {"{" CLIENT_A ",\"files\":[{\"pfns\":[\"root://a//x\"]}]}", 400, "without did",
         "files/did"},
        {"{" CLIENT_A ",\"pfns\":[\"root://a//x\",\"/x\"]}", 400, "pfns/1: has no scheme",
         "pfns"},
        {"{" CLIENT_A ",\"hosts\":[\"a b\"]}", 400, "hosts/0: is neither a host name", "hosts"},
        {"{" CLIENT_A "," ALL ",\"pfns\":[\"root://a//x\"]}", 400, "only one of", NULL},
        {"{\"client\":{\"ip\":\"1.2.3\"}," ALL "}", 400, "not an IP address", "client/ip"},
        {"{\"client\":{}," ALL "}", 400, "ip, fqdn or site is needed", "client"},
        {"{\"client\":{\"ip\":null,\"fqdn\":null,\"site\":\"\",\"x\":1}," ALL "}", 400,
         "ip, fqdn or site is needed", "client"},
        {"{\"client\":{\"site\":7}," ALL "}", 400, "1:20: ", "client/site"},
        {"{\"client\":{\"site\":\"X\"}," ALL "}", 404, "nothing is known of the client",
         "client"},
        {"{" CLIENT_A "," ALL ",\"by\":[]}", 400, "the list is empty", "by"},
        {"{" CLIENT_A "," ALL ",\"by\":[\"x y\"]}", 400, "1:3: 'y'", "by"},
        {"{" CLIENT_A "," ALL ",\"by\":[\"a\"],\"stmt\":\"BY b\"}", 400, "only one of by",
         "by"},
        {"{" CLIENT_A "," ALL ",\"order\":\"up\"}", 400, "ascend or descend", "order"},
        {"{" CLIENT_A "," ALL ",\"where\":\"a <\"}", 400, "1:4: the statement ends", "where"},
        {"{" CLIENT_A "," ALL ",\"stmt\":\"BY as_hop\"}", 400,
         "1:4: unknown metric 'as_hop' (do you mean as_hops? known are as_hops, ways", NULL},
        {"{" CLIENT_A "," ALL ",\"stmt\":\"BY host\"}", 400, "1:4: 'host' is no metric",
         "statement"},
        {"{" CLIENT_A "," ALL ",\"stmt\":\"BY ways WHERE room < 20ms\"}", 400,
         "1:22: ms can't be compared with the metric's unit bps", "statement"},
        {"{" CLIENT_A "," ALL ",\"stmt\":\"BY ways WHERE site < 'x'\"}", 400,
         "1:22: texts are compared by = and != only", "statement"},
        {"{" CLIENT_A "," ALL ",\"stmt\":\"BY ways WHERE as_hops < room\"}", 400,
         "1:25: metrics of different units", "statement"},
        {"{" CLIENT_A "," ALL ",\"stmt\":\"BY elsewhere\"}", 503,
         "1:4: metric 'elsewhere': there is no resource 'gone' at present", "statement"},
        {"[1]", 400, "1:2: ", NULL},
        {"{\"hosts\":[\"a\"]", 400, "1:", NULL},
        {"{\"hosts\":[\"a\"],\"hosts\":[\"b\"]}", 400, "1:", NULL},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        json_t *root = sort(*state, wrong[i].status, wrong[i].body);
        const char *message = json_string_value(json_at(root, "error/message"));
        if (!strstr(message, wrong[i].message))
            fail_msg("%s: %s", wrong[i].body, message);
        if (wrong[i].field)
            assert_string_equal(json_string_value(json_at(root, "error/field")),
                                wrong[i].field);
        json_decref(root);
    }
}

static void ten_thousand_pfns_are_sorted_more_are_refused(void **state)
{
    struct buf b = {0};
    buf_str(&b, "{" CLIENT_A ",\"pfns\":[\"root://b.example//0\"");
    for (int i = 1; i < 9999; i++)
        buf_printf(&b, ",\"root://h%d.example//x\"", i);
    buf_str(&b, ",\"root://a.example//0\"");
    size_t whole = b.len;
    buf_str(&b, "]}");
    json_t *root = sort(*state, 200, buf_cstr(&b));
    assert_int_equal(json_array_size(json_at(root, "sorted")), 10000);
    assert_string_equal(json_string_value(json_at(root, "sorted/0")), "root://a.example//0");
    assert_string_equal(json_string_value(json_at(root, "sorted/1")), "root://b.example//0");
    assert_string_equal(json_string_value(json_at(root, "sorted/2")), "root://h1.example//x");
    json_decref(root);
    b.len = whole;
    buf_str(&b, ",\"root://a.example//1\"]}");
    root = sort(*state, 413, buf_cstr(&b));
    json_decref(root);
    buf_free(&b);
}

/* --- the DNS: a host is known after it was let go */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static int slow_lookup(const char *host, struct addr *out, size_t room)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return strcmp(host, "slow.example") == 0 && room > 0 &&
           addr_parse(slice_of("10.3.5.5"), out);
}

static json_t *sort_by_dns(struct fixture *f, struct names *n, const char *body)
{
    struct answer a = fixture_request(f, (struct request){.method = "POST",
                                                          .path = "/rucio/sort",
                                                          .content_type = "application/json",
                                                          .body = body,
                                                          .len = strlen(body),
                                                          .names = n});
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

/* An order in which a host is not yet known is not kept for minutes. */
static void orders_without_the_dns_are_short_lived(void **state)
{
    static const char *const bodies[] = {
        "{\"client\":{\"ip\":\"10.1.7.7\"},\"hosts\":[\"slow.example\"]}",
        "{\"client\":{\"ip\":\"172.16.0.1\",\"fqdn\":\"slow.example\"},"
        "\"hosts\":[\"eos.one.example\"]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        struct fixture f;
        fixture_start(&f, "rucio: {dns_wait: 0s}\n");
        struct names *n = names_new(&f.clock, slow_lookup);
        struct arena *a = arena_new(0);
        struct name_query q = {.host = "slow.example"};
        pthread_mutex_lock(&gate);
        json_t *root = sort_by_dns(&f, n, bodies[i]);
        assert_int_equal(json_integer_value(json_at(root, "max-age")), 1);
        json_decref(root);
        pthread_mutex_unlock(&gate);
        names_find(n, &q, 1, (struct names_times){60000000, 300000000}, a);
        root = sort_by_dns(&f, n, bodies[i]);
        assert_int_equal(json_integer_value(json_at(root, "max-age")), 300);
        assert_int_equal(json_object_size(json_at(root, "costs")), 1);
        json_decref(root);
        names_free(&n);
        arena_free(&a);
        fixture_stop(&f);
    }
}

/* --- tables */

static void the_csv_is_complete(void **state)
{
    struct answer a = fixture_get(*state, "/rucio/custom-distance.csv");
    assert_int_equal(a.reply.status, 200);
    assert_string_equal(a.reply.type, "text/csv");
    /* The farthest, C_TAPE from SITE-B, costs 10. */
    assert_string_equal(a.text, "SITE-A,A_EOS,0.000000\n"
                                "SITE-A,B_DISK,0.099000\n"
                                "SITE-A,C_TAPE,0.247500\n"
                                "SITE-B,A_EOS,0.099000\n"
                                "SITE-B,B_DISK,0.000000\n"
                                "SITE-B,C_TAPE,0.990000\n"
                                "None,A_EOS,0.049500\n"
                                "None,B_DISK,0.049500\n"
                                "None,C_TAPE,0.618750\n"
                                "ROAMING,A_EOS,0.049500\n"
                                "ROAMING,B_DISK,0.049500\n"
                                "ROAMING,C_TAPE,0.618750\n");
    struct request q = {.method = "GET",
                        .path = "/rucio/custom-distance.csv",
                        .n_hosts = 1,
                        .if_none_match = a.reply.etag};
    struct answer again = fixture_request(*state, q);
    assert_int_equal(again.reply.status, 304);
    answer_free(&again);
    answer_free(&a);
}

static void distances_keep_direct_ways_shortest(void **state)
{
    struct answer a = fixture_get(*state, "/rucio/distances.json");
    json_t *root = answer_json(&a, 200);
    /* 1, 2.5 and 10 become 1 + round(11 * share of 10) */
    assert_int_equal(json_integer_value(json_at(root, "distances/A_EOS/B_DISK/distance")), 2);
    assert_int_equal(json_integer_value(json_at(root, "distances/C_TAPE/A_EOS/distance")), 4);
    assert_int_equal(json_integer_value(json_at(root, "distances/B_DISK/C_TAPE/distance")), 12);
    assert_null(json_at(root, "distances/A_EOS/A_EOS"));
    assert_int_equal(json_object_size(json_at(root, "distances")), 3);
    json_decref(root);
    answer_free(&a);
}

/* Hosts of the configuration count before the facts, for RSEs and sites of the facts as well.
 */
static void configured_hosts_move_rses(void **state)
{
    static const struct {
        const char *path;
        int distance;
    } expected[] = {
        {"distances/A/B/distance", 2},
        {"distances/A_EOS/A/distance", 4},
        {"distances/A_EOS/B/distance", 12},
    };
    struct fixture f;
    (void)state;
    fixture_start(&f, "rucio:\n  hosts:\n"
                      "    - {host: EOS.one.example, addresses: [10.3.0.1]}\n"
                      "    - {host: a, addresses: [10.1.0.1]}\n"
                      "    - {host: b, addresses: [10.2.0.1]}\n"
                      "  rses: [{rse: A, hosts: [a]}, {rse: B, hosts: [b]}]\n");
    struct answer a = fixture_get(&f, "/rucio/distances.json");
    json_t *root = answer_json(&a, 200);
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
        assert_int_equal(json_integer_value(json_at(root, expected[i].path)),
                         expected[i].distance);
    json_decref(root);
    answer_free(&a);
    fixture_stop(&f);
}

static void tables_are_whole_or_not_at_all(void **state)
{
    static const struct {
        const char *more, *message;
    } cases[] = {
        {"  sites: [SITE-A, SITE-X]\n", "nothing is known of site 'SITE-X'"},
        {"  metric: nonsense\n", "unknown metric 'nonsense'"},
        {"  metric: bw-residual\n", "2 of 6 costs are unknown, the first from RSE 'A_EOS' to "
                                    "'SITE-A'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        start(&f, cases[i].more);
        struct answer a = fixture_get(&f, "/rucio/custom-distance.csv");
        json_t *root = answer_json(&a, 503);
        const char *message = json_string_value(json_at(root, "error/message"));
        if (!strstr(message, cases[i].message))
            fail_msg("%s", message);
        json_decref(root);
        answer_free(&a);
        fixture_stop(&f);
    }
}

static void there_has_to_be_something_to_export(void **state)
{
    static const struct {
        const char *config, *path, *message;
    } cases[] = {
        {NULL, "/rucio/custom-distance.csv", "no site is known"},
        {"rucio: {rses: [{rse: GHOST, hosts: [g.example]}]}\n", "/rucio/distances.json",
         "no address is known of 'GHOST'"},
        {"rucio: {rses: [{rse: \"A B\", hosts: [g.example]}]}\n", "/rucio/distances.json",
         "a name that a table of Rucio can't have"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        fixture_start(&f, cases[i].config);
        struct answer a = fixture_get(&f, cases[i].path);
        json_t *root = answer_json(&a, 503);
        const char *message = json_string_value(json_at(root, "error/message"));
        if (!strstr(message, cases[i].message))
            fail_msg("%s", message);
        json_decref(root);
        answer_free(&a);
        fixture_stop(&f);
    }
}

static void tables_follow_the_metric(void **state)
{
    static const struct {
        const char *more, *table;
    } cases[] = {
        /* More bandwidth is nearer; the unknown can be farthest. */
        {"  sites: [SITE-B]\n  missing: farthest\n  metric: bw-residual\n",
         "SITE-B,A_EOS,0.000000\nSITE-B,B_DISK,1.000000\nSITE-B,C_TAPE,0.99"},
        {"  sites: [SITE-B]\n  missing: farthest\n  metric: room\n",
         "SITE-B,A_EOS,0.000000\nSITE-B,B_DISK,1.000000\nSITE-B,C_TAPE,0.99"},
        {"  sites: [SITE-B]\n  missing: farthest\n  metric: less_room\n",
         "SITE-B,A_EOS,0.000000\nSITE-B,B_DISK,1.000000\nSITE-B,C_TAPE,0.99"},
        {"  sites: [SITE-B]\n  missing: farthest\n  metric: scarce\n",
         "SITE-B,A_EOS,0.990000\nSITE-B,B_DISK,1.000000\nSITE-B,C_TAPE,0.099"},
        /* 1, 0 and 10 become 4, 5 and 5 */
        {"  sites: [SITE-B]\n  metric: from_5\n",
         "SITE-B,A_EOS,0.990000\nSITE-B,B_DISK,0.000000\nSITE-B,C_TAPE,0.000000\n"},
        /* A missing cost stands for pairs of which none is known. */
        {"  sites: [SITE-A]\n  metric: eager\n",
         "SITE-A,A_EOS,0.000000\nSITE-A,B_DISK,0.495000\nSITE-A,C_TAPE,0.990000\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        start(&f, cases[i].more);
        struct answer a = fixture_get(&f, "/rucio/custom-distance.csv");
        if (strncmp(a.text, cases[i].table, strlen(cases[i].table)) != 0)
            fail_msg("%s%s", cases[i].more, a.text);
        answer_free(&a);
        fixture_stop(&f);
    }
}

/* Nothing can be sent between addresses of two families: nothing stands for that either. */
static void families_that_do_not_meet_have_no_cost(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, "rucio:\n  metric: m\n"
                      "  metrics: {m: {resource_type: endpoint-cost, cost_metric: hopcount, "
                      "missing: 7}}\n"
                      "  hosts:\n    - {host: a, addresses: [10.1.0.1]}\n"
                      "    - {host: b, addresses: [\"2001:db8:3::5\"]}\n"
                      "  rses: [{rse: A, hosts: [a]}, {rse: B, hosts: [b]}]\n");
    struct answer a = fixture_get(&f, "/rucio/distances.json");
    json_t *root = answer_json(&a, 503);
    if (!strstr(json_string_value(json_at(root, "error/message")), "costs are unknown"))
        fail_msg("%s", a.text);
    json_decref(root);
    answer_free(&a);
    fixture_stop(&f);
}

static void stale_tables_are_refused(void **state)
{
    struct fixture *f = *state;
    f->now += (int64_t)30 * 86400 * 1000000;
    struct answer a = fixture_get(f, "/rucio/distances.json");
    assert_int_equal(a.reply.status, 503);
    assert_non_null(answer_header(&a, "Retry-After"));
    answer_free(&a);
    json_decref(sort(f, 200, "{" CLIENT_A "," ALL "}")); /* better than nothing */
}

static void the_grant_decides(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, "clients: [{name: x, networks: [10.0.0.0/8], grants: [path-vector]}]\n");
    struct answer a = fixture_get(&f, "/rucio/custom-distance.csv");
    assert_int_equal(a.reply.status, 403);
    answer_free(&a);
    a = fixture_post(&f, "/rucio/sort", "{}");
    assert_int_equal(a.reply.status, 403);
    answer_free(&a);
    a = fixture_get(&f, "/directory");
    assert_null(strstr(a.text, "rucio"));
    answer_free(&a);
    fixture_stop(&f);
}

/* --- configuration */

static void configurations_are_checked(void **state)
{
    static const struct {
        const char *rucio, *message;
    } wrong[] = {
        {"metrics: {a: {resource_type: path-vector}}", "t.yaml:2:22: prop_name: is missing"},
        {"metrics: {a: {resource_type: path-vector, prop_name: as_path, prop_transformer: "
         "tolist}}",
         "prop_transformer: column 7: the result is a list"},
        {"metrics: {a: {resource_type: path-vector, prop_name: as_path, prop-name: as_path}}",
         "prop-name: stands there as prop_name already"},
        {"metrics: {a: {resource_type: path-vector, prop_name: as_path, aggr_transformer: sum, "
         "aggr_transfomer: min}}",
         "aggr_transfomer: stands there as aggr_transformer already"},
        {"metrics: {a: {resource_type: cost-map, prop_name: as_path}}",
         "prop_name: not for a metric of type cost-map"},
        {"metrics: {a: {resource_type: endpoint-cost, dependent_network_map: m}}",
         "dependent_network_map: only for"},
        {"metrics: {a: {resource_type: cost-map, cost_transformer: abs}}, metric: a",
         "metric: more or less of 'a' may be better: its key `better` is to say"},
        {"metrics: {a: {resource_type: path-vector, prop_name: as_path, prop_transformer: "
         "\"len | neg\", aggr_transformer: product}}, metric: a",
         "metric: more or less of 'a' may be better"},
        {"metrics: {a: {resource_type: cost-map, better: best}}", "better"},
        {"metrics: {\"a b\": {resource_type: cost-map}}", "'a b' can't be named"},
        {"metrics: {where: {resource_type: cost-map}}", "'where' can't be named"},
        {"metrics: {a: {resource_type: map}}", "t.yaml:2:"},
        {"statement: BY", "t.yaml:2:"},
        {"hosts: [{host: x, addresses: [nix]}]", "'nix' is not an IP address"},
        {"hosts: [{host: x, addresses: [10.0.0.1]}, {host: X., addresses: [10.0.0.2]}]",
         "'x' stands there twice"},
        {"cric: /nowhere/cric.json", "cric: /nowhere/cric.json"},
        {"hop_penalty: 0", "hop_penalty"},
        {"nonsense: 1", "t.yaml:2:"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        char text[512];
        struct settings *s;
        struct err e = {0};
        int n = snprintf(text, sizeof(text), "stores: [x.db]\nrucio: {%s}\n", wrong[i].rucio);
        assert_true(settings_parse("t.yaml", text, (size_t)n, &s, &e) < 0);
        if (!strstr(e.msg, wrong[i].message))
            fail_msg("%s: %s", wrong[i].rucio, e.msg);
        assert_memory_equal(e.msg, "t.yaml:2:", 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_nearest_comes_first_the_unknown_last, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(costs_are_those_of_the_endpoint_cost_service, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(statements_decide, setup, teardown),
        cmocka_unit_test_setup_teardown(metrics_are_what_is_specified, setup, teardown),
        cmocka_unit_test_setup_teardown(known_ways_count_before_the_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(pfns_and_files_keep_their_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(clients_are_found_by_what_is_on_the_map, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(bad_requests_say_what_is_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(ten_thousand_pfns_are_sorted_more_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_csv_is_complete, setup, teardown),
        cmocka_unit_test_setup_teardown(distances_keep_direct_ways_shortest, setup, teardown),
        cmocka_unit_test(families_that_do_not_meet_have_no_cost),
        cmocka_unit_test_setup_teardown(stale_tables_are_refused, setup, teardown),
        cmocka_unit_test(orders_without_the_dns_are_short_lived),
        cmocka_unit_test(configured_hosts_move_rses),
        cmocka_unit_test(tables_are_whole_or_not_at_all),
        cmocka_unit_test(there_has_to_be_something_to_export),
        cmocka_unit_test(tables_follow_the_metric),
        cmocka_unit_test(the_grant_decides),
        cmocka_unit_test(configurations_are_checked),
    };
    int file = mkstemp(cric_path);
    if (file < 0 || write(file, cric, sizeof(cric) - 1) != (ssize_t)sizeof(cric) - 1)
        return 1;
    close(file);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(cric_path);
    return failed;
}
