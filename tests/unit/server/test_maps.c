/* SPDX-License-Identifier: Apache-2.0 */
/* Directory, network maps, cost maps, and what is common to all resources. */
#include <string.h>

#include "server/edition.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

static int setup(void **state)
{
    static struct fixture f;
    fixture_start(&f, NULL);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_stop(*state);
    return 0;
}

static bool lists(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (strcmp(json_string_value(json_array_get(array, i)), text) == 0)
            return true;
    }
    return false;
}

/* --- directory --- */

/* Every entry must be served by the method it announces, with its media type, and its uses be
 * entries. */
static void check_entry(struct fixture *f, const json_t *resources, const json_t *entry,
                        const json_t *types)
{
    const char *uri = json_string_value(json_object_get(entry, "uri"));
    const char *base = "http://alto.example.net:8080";
    const char *media = json_string_value(json_object_get(entry, "media-type"));
    assert_int_equal(strncmp(uri, base, strlen(base)), 0);
    const char *path = uri + strlen(base);
    bool post = json_object_get(entry, "accepts") != NULL;
    struct answer a = post ? fixture_post(f, path, "{") : fixture_get(f, path);
    assert_int_equal(a.reply.status, post ? 400 : 200);
    if (!post)
        assert_string_equal(a.reply.type, media);
    answer_free(&a);
    a = post ? fixture_get(f, path) : fixture_post(f, path, "{}");
    assert_int_equal(a.reply.status, 405);
    assert_int_equal(strncmp(answer_header(&a, "Allow"), post ? "POST" : "GET", 3), 0);
    answer_free(&a);
    const json_t *uses = json_object_get(entry, "uses");
    for (size_t i = 0; i < json_array_size(uses); i++)
        assert_non_null(json_object_get(resources, json_string_value(json_array_get(uses, i))));
    const json_t *names = json_at(entry, "capabilities/cost-type-names");
    for (size_t i = 0; i < json_array_size(names); i++)
        assert_non_null(json_object_get(types, json_string_value(json_array_get(names, i))));
}

static void test_directory(void **state)
{
    struct fixture *f = *state;
    struct answer a = fixture_get(f, "/directory");
    json_t *root = answer_json(&a, 200);
    const json_t *resources = json_object_get(root, "resources");
    const char *id;
    json_t *entry;
    assert_string_equal(a.reply.type, "application/alto-directory+json");
    assert_string_equal(json_string_value(json_at(root, "meta/default-alto-network-map")),
                        "rialto-networkmap");
    assert_non_null(json_object_get(resources, "rialto-networkmap"));
    json_object_foreach((json_t *)resources, id, entry)
    {
        assert_true(strlen(id) <= 64 && !strchr(id, '.'));
        check_entry(f, resources, entry, json_at(root, "meta/cost-types"));
    }
    assert_non_null(json_object_get(resources, "rialto-costmap-routingcost"));
    assert_null(json_at(resources, "rialto-endpointcost/uses"));
    assert_true(lists(json_at(resources, "rialto-endpointprop/capabilities/prop-types"),
                      "rialto-networkmap.pid"));
    json_decref(root);
    answer_free(&a);
}

static void test_directory_anonymous(void **state)
{
    struct fixture *f = *state;
    const struct client_class *class = f->class;
    f->class = NULL;
    struct answer a = fixture_get(f, "/directory");
    json_t *root = answer_json(&a, 200);
    f->class = class;
    assert_null(json_at(root, "resources/rialto-pathvector"));
    assert_null(json_at(root, "meta/cost-types/path-vector"));
    assert_non_null(json_at(root, "resources/rialto-costmap-hopcount"));
    json_decref(root);
    answer_free(&a);
}

static void test_directory_uris(void **state)
{
    struct fixture *f = *state, g;
    struct request q = {.method = "GET", .path = "/directory", .host = "evil\"host"};
    struct answer a = fixture_request(f, q);
    json_t *root = answer_json(&a, 200);
    assert_string_equal(json_string_value(json_at(root, "resources/rialto-networkmap/uri")),
                        "/networkmap");
    json_decref(root);
    answer_free(&a);
    fixture_start(&g, "public_url: https://alto.example.org/\nname: lhcone\n");
    a = fixture_get(&g, "/directory");
    root = answer_json(&a, 200);
    assert_string_equal(json_string_value(json_at(root, "resources/lhcone-networkmap/uri")),
                        "https://alto.example.org/networkmap");
    json_decref(root);
    answer_free(&a);
    fixture_stop(&g);
}

/* --- network maps --- */

static void test_network_map(void **state)
{
    struct answer a = fixture_get(*state, "/networkmap");
    json_t *root = answer_json(&a, 200);
    const char *tag = json_string_value(json_at(root, "meta/vtag/tag"));
    assert_string_equal(json_string_value(json_at(root, "meta/vtag/resource-id")),
                        "rialto-networkmap");
    assert_true(tag && *tag && strlen(tag) <= 64);
    assert_int_equal(json_object_size(json_object_get(root, "network-map")), 3);
    assert_true(lists(json_at(root, "network-map/alpha/ipv6"), "2001:db8:1::/48"));
    json_decref(root);
    answer_free(&a);
}

static size_t filtered(struct fixture *f, const char *body, const char *pid, size_t *groups)
{
    struct answer full = fixture_get(f, "/networkmap");
    struct answer a = fixture_post(f, "/networkmap/filtered", body);
    json_t *root = answer_json(&a, 200), *all = answer_json(&full, 200);
    /* RFC 7285 section 11.3.1.6: the tag of the full map */
    assert_true(json_equal(json_at(root, "meta/vtag"), json_at(all, "meta/vtag")));
    const json_t *map = json_object_get(root, "network-map");
    size_t n = json_object_size(map);
    if (groups)
        *groups = json_object_size(json_object_get(map, pid));
    json_decref(root);
    json_decref(all);
    answer_free(&a);
    answer_free(&full);
    return n;
}

static void test_network_map_filtered(void **state)
{
    size_t groups;
    assert_int_equal(filtered(*state, "{\"pids\":[]}", "alpha", &groups), 3);
    assert_int_equal(groups, 2);
    assert_int_equal(filtered(*state, "{\"pids\":[\"alpha\",\"alpha\",\"x\"]}", NULL, NULL), 1);
    assert_int_equal(filtered(*state, "{\"pids\":[\"x\"]}", NULL, NULL), 0);
    assert_int_equal(
        filtered(*state, "{\"pids\":[\"beta\"],\"address-types\":[\"ipv6\"]}", "beta", &groups),
        1);
    assert_int_equal(groups, 0);
    assert_int_equal(
        filtered(*state, "{\"pids\":[],\"address-types\":[\"ipv4\",\"x\"]}", "alpha", &groups),
        3);
    assert_int_equal(groups, 1);
    assert_int_equal(
        filtered(*state, "{\"pids\":[],\"address-types\":[\"x\"]}", "alpha", &groups), 3);
    assert_int_equal(groups, 0);
    assert_int_equal(filtered(*state, "{\"pids\":[],\"more\":{\"x\":[1]}}", NULL, NULL), 3);
}

/* --- cost maps --- */

static void test_cost_map(void **state)
{
    struct answer a = fixture_get(*state, "/costmap/num/routingcost");
    struct answer map = fixture_get(*state, "/networkmap");
    json_t *root = answer_json(&a, 200), *network = answer_json(&map, 200);
    assert_true(
        json_equal(json_at(root, "meta/dependent-vtags/0"), json_at(network, "meta/vtag")));
    assert_string_equal(json_string_value(json_at(root, "meta/cost-type/cost-mode")),
                        "numerical");
    assert_true(json_number_value(json_at(root, "cost-map/alpha/gamma")) == 2.5);
    assert_true(json_is_integer(json_at(root, "cost-map/alpha/beta")));
    assert_null(json_at(root, "cost-map/gamma/gamma")); /* unknown: left out */
    assert_non_null(json_at(root, "cost-map/gamma/alpha"));
    json_decref(root);
    json_decref(network);
    answer_free(&a);
    answer_free(&map);
}

#define TYPE(mode, metric)                                                                     \
    "\"cost-type\":{\"cost-mode\":\"" mode "\",\"cost-metric\":\"" metric "\"}"

static json_t *costs(struct fixture *f, const char *body)
{
    struct answer a = fixture_post(f, "/costmap/filtered", body);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

static size_t pairs(const json_t *root)
{
    const char *src;
    json_t *row;
    size_t n = 0;
    json_object_foreach(json_object_get(root, "cost-map"), src, row) n += json_object_size(row);
    return n;
}

static void test_cost_map_filtered(void **state)
{
    static const struct {
        const char *body;
        size_t pairs;
    } cases[] = {
        {"{" TYPE("numerical", "routingcost") "}", 8},
        {"{" TYPE("numerical", "routingcost") ",\"pids\":{\"srcs\":[],\"dsts\":[\"beta\"]}}",
         3},
        {"{" TYPE("numerical", "routingcost") ",\"pids\":{\"srcs\":[\"x\"],\"dsts\":[]}}", 0},
        {"{" TYPE("numerical", "routingcost") ",\"constraints\":[\"gt 0\",\"le 2.5\"]}", 4},
        {"{" TYPE("numerical", "routingcost") ",\"constraints\":[\"eq\\t  2.5\"]}", 2},
        {"{" TYPE("numerical", "routingcost") ",\"constraints\":[]}", 8},
        {"{" TYPE("numerical", "routingcost") ",\"constraints\":[\"gt 1e9\"]}", 0},
        {"{" TYPE("ordinal", "routingcost") ",\"constraints\":[\"lt 3\"]}", 4},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        json_t *root = costs(*state, cases[i].body);
        assert_int_equal(pairs(root), cases[i].pairs);
        json_decref(root);
    }
}

static void test_ordinal(void **state)
{
    json_t *root = costs(*state, "{" TYPE("ordinal", "routingcost") "}");
    assert_int_equal(json_integer_value(json_at(root, "cost-map/alpha/alpha")), 1);
    assert_int_equal(json_integer_value(json_at(root, "cost-map/alpha/beta")), 2);
    assert_int_equal(json_integer_value(json_at(root, "cost-map/beta/gamma")), 4);
    json_decref(root);
    root = costs(*state, "{" TYPE("ordinal", "bw-residual") "}"); /* more is better */
    assert_int_equal(json_integer_value(json_at(root, "cost-map/alpha/beta")), 1);
    assert_int_equal(json_integer_value(json_at(root, "cost-map/alpha/gamma")), 2);
    json_decref(root);
    /* relative to what was asked for */
    root =
        costs(*state,
              "{" TYPE("ordinal",
                       "routingcost") ",\"pids\":{\"srcs\":[\"beta\"],\"dsts\":[\"gamma\"]}}");
    assert_int_equal(json_integer_value(json_at(root, "cost-map/beta/gamma")), 1);
    json_decref(root);
}

/* RFC 8189 on the merged maps: numbers and ranks in one cell. */
static void test_several_types(void **state)
{
    json_t *root;
    struct answer a = fixture_post(
        *state, "/costmap/filtered",
        "{\"multi-cost-types\":[{\"cost-mode\":\"ordinal\",\"cost-metric\":\"hopcount\"},{"
        "\"cost-mode\":\"numerical\",\"cost-metric\":\"hopcount\"}],\"or-constraints\":[[\"[1] "
        "eq "
        "1\"],[\"[1] eq 2\"]],\"pids\":{\"srcs\":[\"alpha\"],\"dsts\":[]}}");
    root = answer_json(&a, 200);
    const json_t *costs = json_at(root, "cost-map/alpha");
    assert_int_equal(json_object_size(json_at(root, "meta/cost-type")), 0);
    assert_int_equal(json_array_size(json_at(root, "meta/multi-cost-types")), 2);
    assert_int_equal(json_object_size(costs), 2); /* not alpha itself, at 0 */
    assert_int_equal(json_integer_value(json_at(costs, "beta/1")), 1);
    assert_int_equal(json_integer_value(json_at(costs, "gamma/1")), 2);
    assert_int_equal(json_integer_value(json_at(costs, "gamma/0")) -
                         json_integer_value(json_at(costs, "beta/0")),
                     1);
    json_decref(root);
    answer_free(&a);
}

static void test_cost_errors(void **state)
{
    static const struct {
        const char *body, *code, *field, *value;
    } cases[] = {
        {"", "E_SYNTAX", NULL, NULL},
        {"{", "E_SYNTAX", NULL, NULL},
        {"{} x", "E_SYNTAX", NULL, NULL},
        {"{\"a\":1,\"a\":2}", "E_SYNTAX", NULL, NULL},
        {"[]", "E_INVALID_FIELD_TYPE", NULL, NULL},
        {"{}", "E_MISSING_FIELD", "cost-type", NULL},
        {"{\"Cost-Type\":{}}", "E_MISSING_FIELD", "cost-type", NULL},
        {"{\"cost-type\":5}", "E_INVALID_FIELD_TYPE", "cost-type", NULL},
        {"{\"cost-type\":{\"cost-mode\":\"numerical\"}}", "E_MISSING_FIELD",
         "cost-type/cost-metric", NULL},
        {"{\"cost-type\":{\"cost-mode\":null,\"cost-metric\":\"x\"}}", "E_INVALID_FIELD_TYPE",
         "cost-type/cost-mode", NULL},
        {"{" TYPE("foo", "routingcost") "}", "E_INVALID_FIELD_VALUE", "cost-type/cost-mode",
         "foo"},
        {"{" TYPE("numerical", "x") "}", "E_INVALID_FIELD_VALUE", "cost-type/cost-metric", "x"},
        {"{" TYPE("array", "ane-path") "}", "E_INVALID_FIELD_VALUE", "cost-type/cost-mode",
         "array"},
        {"{" TYPE("numerical", "hopcount") ",\"pids\":[]}", "E_INVALID_FIELD_TYPE", "pids",
         NULL},
        {"{" TYPE("numerical", "hopcount") ",\"pids\":{\"srcs\":[]}}", "E_MISSING_FIELD",
         "pids/dsts", NULL},
        {"{" TYPE("numerical", "hopcount") ",\"pids\":{\"srcs\":[4],\"dsts\":[]}}",
         "E_INVALID_FIELD_VALUE", "pids/srcs", "4"},
        {"{" TYPE("numerical", "hopcount") ",\"constraints\":[\"ne 1\"]}",
         "E_INVALID_FIELD_VALUE", "constraints", "ne 1"},
        {"{" TYPE("numerical", "hopcount") ",\"constraints\":[\"le\"]}",
         "E_INVALID_FIELD_VALUE", "constraints", "le"},
        {"{" TYPE("numerical", "hopcount") ",\"constraints\":[\"le 5 6\"]}",
         "E_INVALID_FIELD_VALUE", "constraints", NULL},
        {"{" TYPE("numerical", "hopcount") ",\"constraints\":[{\"a\":null}]}",
         "E_INVALID_FIELD_VALUE", "constraints", "{\"a\":null}"},
        {"{" TYPE("numerical", "hopcount") ",\"constraints\":\"le 5\"}", "E_INVALID_FIELD_TYPE",
         "constraints", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        answer_is_error(fixture_post(*state, "/costmap/filtered", cases[i].body), 400,
                        cases[i].code, cases[i].field, cases[i].value);
    }
}

/* --- common to all --- */

static void test_deep(void **state)
{
    char body[200] = "{\"x\":";
    memset(body + 5, '[', 100);
    answer_is_error(fixture_post(*state, "/costmap/filtered", body), 400, "E_SYNTAX", NULL,
                    NULL);
}

static int status_of(struct fixture *f, struct request q)
{
    struct answer a = fixture_request(f, q);
    int status = a.reply.status;
    answer_free(&a);
    return status;
}

static void test_forms(void **state)
{
    struct fixture *f = *state;
    const char *post = "/networkmap/filtered", *type = "application/alto-networkmapfilter+json";
    struct request get = {.method = "GET", .path = "/networkmap"};
    struct request filter = {.method = "POST",
                             .path = post,
                             .content_type = type,
                             .body = "{\"pids\":[]}",
                             .len = 11};
    assert_int_equal(status_of(f, get), 200);
    assert_int_equal(status_of(f, filter), 200);
    get.accept = filter.accept = "text/html";
    assert_int_equal(status_of(f, get), 406);
    assert_int_equal(status_of(f, filter), 406);
    filter.accept = NULL;
    filter.content_type = "application/json";
    assert_int_equal(status_of(f, filter), 415);
    filter.content_type = NULL;
    assert_int_equal(status_of(f, filter), 415);
    filter.content_type = type;
    filter.content_coding = "gzip"; /* RFC 9110 section 8.4: not taken for plain text */
    assert_int_equal(status_of(f, filter), 415);
    filter.content_coding = "Identity";
    assert_int_equal(status_of(f, filter), 200);
    get.accept = NULL;
    get.n_hosts = 2;
    assert_int_equal(status_of(f, get), 400);
    get = (struct request){.method = "PUT", .path = "/networkmap"};
    assert_int_equal(status_of(f, get), 405);
    get.method = "OPTIONS";
    assert_int_equal(status_of(f, get), 204);
    get.method = "HEAD";
    assert_int_equal(status_of(f, get), 200);
    get.path = "/nothing";
    assert_int_equal(status_of(f, get), 404);
    get = (struct request){.method = "OPTIONS", .path = "*"};
    assert_int_equal(status_of(f, get), 204);
}

static void test_etag(void **state)
{
    struct fixture *f = *state;
    static const char *const paths[] = {"/networkmap", "/costmap/num/hopcount", "/directory",
                                        "/propmap"};
    for (size_t i = 0; i < 4; i++) {
        struct answer a = fixture_get(f, paths[i]);
        struct request q = {.method = "GET", .path = paths[i], .if_none_match = a.reply.etag};
        assert_non_null(a.reply.etag);
        assert_non_null(answer_header(&a, "Last-Modified"));
        struct answer b = fixture_request(f, q);
        assert_int_equal(b.reply.status, 304);
        assert_int_equal(b.len, 0);
        assert_string_equal(b.reply.etag, a.reply.etag);
        answer_free(&b);
        q.if_none_match = "\"other\"";
        assert_int_equal(status_of(f, q), 200);
        answer_free(&a);
    }
}

/* RFC 9110 section 13.2.2: which condition counts before which. */
static void test_conditions(void **state)
{
#define PAST   "Sun, 06 Nov 1994 08:49:37 GMT"
#define FUTURE "Fri, 31 Dec 2100 00:00:00 GMT"
    struct fixture *f = *state;
    static const char *const paths[] = {"/networkmap", "/costmap/num/hopcount", "/directory"};
    for (size_t i = 0; i < 3; i++) {
        struct answer a = fixture_get(f, paths[i]);
        const char *tag = a.reply.etag, *date = answer_header(&a, "Last-Modified");
        char weak[64];
        snprintf(weak, sizeof(weak), "W/%s", tag);
        const struct {
            const char *none, *match, *since, *unless;
            int status;
        } cases[] = {
            {NULL, NULL, date, NULL, 304},    {NULL, NULL, FUTURE, NULL, 304},
            {NULL, NULL, PAST, NULL, 200},    {NULL, NULL, "yesterday", NULL, 200},
            {"\"x\"", NULL, date, NULL, 200}, {tag, NULL, PAST, NULL, 304},
            {weak, NULL, NULL, NULL, 304},    {NULL, tag, NULL, NULL, 200},
            {NULL, "*", NULL, NULL, 200},     {NULL, "\"x\"", NULL, NULL, 412},
            {NULL, weak, NULL, NULL, 412},    {NULL, NULL, NULL, date, 200},
            {NULL, NULL, NULL, PAST, 412},    {NULL, NULL, NULL, "tomorrow", 200},
            {NULL, tag, NULL, PAST, 200},     {NULL, "\"x\"", date, FUTURE, 412},
            {tag, "\"x\"", NULL, NULL, 412},  {tag, tag, NULL, NULL, 304},
        };
        for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
            struct answer b =
                fixture_request(f, (struct request){.method = "GET",
                                                    .path = paths[i],
                                                    .if_none_match = cases[k].none,
                                                    .if_match = cases[k].match,
                                                    .modified_since = cases[k].since,
                                                    .unmodified_since = cases[k].unless});
            if (b.reply.status != cases[k].status)
                fail_msg("%s, %zu: %d", paths[i], k, b.reply.status);
            assert_int_equal(b.len == 0, cases[k].status != 200);
            answer_free(&b);
        }
        answer_free(&a);
    }
}

/* Another map, seconds after the fixture's; what who has it by its date alone gets then. */
static int publish_map(struct fixture *f, int seconds, char tag, const char *date)
{
    struct snapshot *s = fixture_snapshot(f->now + seconds * (int64_t)1000000);
    struct err e = {0};
    s->map_tag[0] = tag; /* no hexadecimal digit */
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
    return status_of(
        f, (struct request){.method = "GET", .path = "/networkmap", .modified_since = date});
}

/* Two contents of one second have one date, which then says nothing. */
static void test_contents_of_one_second(void **state)
{
    struct fixture *f = *state;
    publish_map(f, 20, 'w', NULL);
    struct answer was = fixture_get(f, "/networkmap");
    const char *date = answer_header(&was, "Last-Modified");
    assert_int_equal(publish_map(f, 21, 'w', date), 304);
    assert_int_equal(publish_map(f, 22, 'x', date), 200);
    struct answer then = fixture_get(f, "/networkmap");
    date = answer_header(&then, "Last-Modified");
    assert_int_equal(publish_map(f, 22, 'y', date), 200);
    assert_int_equal(publish_map(f, 23, 'y', date), 200);
    assert_int_equal(publish_map(f, 24, 'z', date), 200);
    struct answer now = fixture_get(f, "/networkmap");
    date = answer_header(&now, "Last-Modified");
    assert_int_equal(publish_map(f, 25, 'z', date), 304);
    answer_free(&now);
    answer_free(&then);
    answer_free(&was);
}

/* The compressed body has an entity tag of its own; either one is what the client has. */
static void test_compressed(void **state)
{
    struct fixture *f = *state;
    struct request q = {.method = "GET", .path = "/networkmap", .gzip = true};
    struct edition *ed = server_edition(f->server);
    const struct resource *r = edition_find(ed, q.path);
    struct body packed;
    struct err e;
    struct answer a = fixture_get(f, q.path), b = fixture_request(f, q);
    assert_int_equal(edition_packed(ed, r, &packed, &e), 0);
    assert_int_equal(packed.gzip != NULL, packed.len >= BODY_PACKED);
    assert_string_equal(answer_header(&a, "Vary"), "Accept, Accept-Encoding");
    assert_null(a.reply.coding);
    assert_true(edition_is_ready(ed, r, true));
    if (packed.gzip) {
        assert_string_equal(b.reply.coding, "gzip");
        assert_string_not_equal(a.reply.etag, b.reply.etag);
    } else { /* not worth it */
        assert_null(b.reply.coding);
        assert_string_equal(a.reply.etag, b.reply.etag);
    }
    q.if_none_match = a.reply.etag;
    struct answer c = fixture_request(f, q);
    assert_int_equal(c.reply.status, 304);
    assert_null(c.reply.coding);
    answer_free(&a);
    answer_free(&b);
    answer_free(&c);
    edition_release(&ed);
}

static void test_refresh_keeps_content(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    struct answer a = fixture_get(f, "/networkmap");
    board_publish(f->board, fixture_snapshot(f->now + 5));
    assert_int_equal(server_refresh(f->server, &e), 0);
    struct answer b = fixture_get(f, "/networkmap");
    assert_true(a.text != b.text); /* another edition; the first is still whole */
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.text, b.text, a.len);
    assert_string_equal(a.reply.etag, b.reply.etag);
    answer_free(&a);
    answer_free(&b);
}

/* A later edition of the same content, and one of another map. */
static void test_age_of_content(void **state)
{
    static const struct {
        const char *path;
        bool same_age, new_age; /* does it stay as old as it was? */
    } cases[] = {
        {"/networkmap", true, false},
        {"/costmap/num/hopcount", true, false}, /* depends on the map */
        {"/directory", false, false},
    };
    enum { N = sizeof(cases) / sizeof(*cases) };
    struct fixture *f = *state;
    struct answer was[N];
    struct err e = {0};
    for (size_t i = 0; i < N; i++)
        was[i] = fixture_get(f, cases[i].path);
    for (int round = 0; round < 2; round++) {
        struct snapshot *s = fixture_snapshot(f->now + (5 + round) * (int64_t)1000000);
        s->map_tag[0] = round ? 'x' : s->map_tag[0]; /* no hexadecimal digit */
        board_publish(f->board, s);
        assert_int_equal(server_refresh(f->server, &e), 0);
        for (size_t i = 0; i < N; i++) {
            struct answer now = fixture_get(f, cases[i].path);
            bool stays = strcmp(answer_header(&was[i], "Last-Modified"),
                                answer_header(&now, "Last-Modified")) == 0;
            assert_int_equal(stays, round ? cases[i].new_age : cases[i].same_age);
            answer_free(&now);
        }
    }
    for (size_t i = 0; i < N; i++)
        answer_free(&was[i]);
}

/* 503, and why. */
static void expect_not_ready(struct fixture *f, const char *why)
{
    struct answer a = fixture_get(f, "/readyz");
    assert_int_equal(a.reply.status, 503);
    assert_int_equal(a.len, strlen(why));
    assert_memory_equal(a.text, why, a.len);
    answer_free(&a);
}

static void test_health(void **state)
{
    struct fixture *f = *state;
    struct server_state none = {0}, loaded = {.loaded = true};
    struct request live = {.method = "GET", .path = "/livez"};
    struct request ready = {.method = "GET", .path = "/readyz"};
    assert_int_equal(status_of(f, live), 200);
    assert_int_equal(status_of(f, ready), 200);
    server_set_state(f->server, &none);
    expect_not_ready(f, "not ready: stores are still being loaded\n");
    server_set_state(f->server, &loaded);
    f->now += 2 * (int64_t)86400 * 1000000;
    expect_not_ready(f, "not ready: all facts are older than stale_after\n");
    assert_int_equal(status_of(f, live), 200);
    f->now -= 2 * (int64_t)86400 * 1000000;
    assert_int_equal(status_of(f, ready), 200);
}

static void test_nothing_yet(void **state)
{
    struct fixture f;
    struct err e = {0};
    (void)state;
    fixture_start(&f, NULL);
    struct board *empty = board_new();
    struct server *s;
    assert_int_equal(server_new(&s, empty, f.settings, &f.clock, &e), 0);
    struct server *full = f.server;
    f.server = s;
    assert_int_equal(status_of(&f, (struct request){.method = "GET", .path = "/networkmap"}),
                     503);
    assert_int_equal(status_of(&f, (struct request){.method = "GET", .path = "/readyz"}), 503);
    assert_int_equal(status_of(&f, (struct request){.method = "GET", .path = "/api/v1/status"}),
                     503);
    f.server = full;
    server_free(&s);
    board_free(&empty);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_directory_anonymous),
        cmocka_unit_test(test_directory_uris),
        cmocka_unit_test(test_network_map),
        cmocka_unit_test(test_network_map_filtered),
        cmocka_unit_test(test_cost_map),
        cmocka_unit_test(test_cost_map_filtered),
        cmocka_unit_test(test_ordinal),
        cmocka_unit_test(test_several_types),
        cmocka_unit_test(test_cost_errors),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_etag),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_refresh_keeps_content),
        cmocka_unit_test(test_age_of_content),
        cmocka_unit_test(test_contents_of_one_second),
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_nothing_yet),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
