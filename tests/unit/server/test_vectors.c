/* SPDX-License-Identifier: Apache-2.0 */
/* Path vectors: envelope, elements, reduction, private properties, access. */
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

#define ECS  "application/alto-endpointcost+json"
#define PATH "\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"}"

static int setup(void **state)
{
    static struct fixture f;
    fixture_start(&f, "persistent_ids: [\"r1|r2\"]\nlimits: {path_vector_pairs: 12}\n");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_stop(*state);
    return 0;
}

/* A reply taken apart. */
struct vectors {
    json_t *paths, *props;
};

/* Body of the part behind `from`; checks its headers. */
static json_t *part(const char **from, const char *boundary, const char *id, const char *type)
{
    char head[512];
    snprintf(head, sizeof(head),
             "--%s\r\nContent-ID: <%s@alto.example.net>\r\nContent-Type: %s\r\n\r\n", boundary,
             id, type);
    assert_int_equal(strncmp(*from, head, strlen(head)), 0);
    const char *body = *from + strlen(head);
    snprintf(head, sizeof(head), "\r\n--%s", boundary);
    const char *end = strstr(body, head);
    assert_non_null(end);
    *from = end + 2;
    json_t *root = json_loadb(body, (size_t)(end - body), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    return root;
}

static struct vectors ask(struct fixture *f, const char *path, const char *body)
{
    struct vectors v;
    struct answer a = fixture_post(f, path, body);
    bool ecs = strstr(path, "endpointcost") != NULL;
    char boundary[64], type[64];
    if (a.reply.status != 200)
        print_message("%s\n", a.text);
    assert_int_equal(a.reply.status, 200);
    assert_int_equal(sscanf(a.reply.type,
                            "multipart/related; boundary=%63[^;]; type=\"%63[^\"]\"", boundary,
                            type),
                     2);
    assert_string_equal(type, ecs ? "application/alto-endpointcost+json"
                                  : "application/alto-costmap+json");
    const char *at = a.text;
    v.paths = part(&at, boundary, ecs ? "ecs" : "costmap", type);
    v.props = part(&at, boundary, "propmap", "application/alto-propmap+json");
    assert_int_equal(strncmp(at + 2 + strlen(boundary), "--\r\n", 5), 0);
    assert_true(
        json_equal(json_at(v.paths, "meta/vtag"), json_at(v.props, "meta/dependent-vtags/0")));
    answer_free(&a);
    return v;
}

static void forget(struct vectors *v)
{
    json_decref(v->paths);
    json_decref(v->props);
}

/* The i-th element's properties on the way from src to dst. */
static const json_t *element(const struct vectors *v, const char *src, const char *dst,
                             size_t i)
{
    const json_t *map = json_object_get(v->paths, "endpoint-cost-map");
    const json_t *list = json_object_get(
        json_object_get(map ? map : json_object_get(v->paths, "cost-map"), src), dst);
    char key[80];
    assert_true(i < json_array_size(list));
    snprintf(key, sizeof(key), ".ane:%s", json_string_value(json_array_get(list, i)));
    return json_object_get(json_object_get(v->props, "property-map"), key);
}

static size_t length(const struct vectors *v, const char *src, const char *dst)
{
    return json_array_size(json_object_get(
        json_object_get(json_object_get(v->paths, "endpoint-cost-map"), src), dst));
}

static size_t count(const struct vectors *v)
{
    return json_object_size(json_object_get(v->props, "property-map"));
}

static long long bandwidth(const json_t *element)
{
    return json_integer_value(json_object_get(element, "max-reservable-bandwidth"));
}

#define ASK(f, srcs, dsts, props)                                                              \
    ask(f, "/pathvector/endpointcost",                                                         \
        "{" PATH ",\"endpoints\":{\"srcs\":[" srcs "],\"dsts\":[" dsts "]}" props "}")

#define BANDWIDTH ",\"ane-property-names\":[\"max-reservable-bandwidth\"]"
#define PERSISTENT                                                                             \
    ",\"ane-property-names\":[\"max-reservable-bandwidth\",\"persistent-entity-id\"]"
#define PRIVATE                                                                                \
    ",\"ane-property-names\":[\"max-reservable-bandwidth\",\"priv:link\",\"priv:id\","         \
    "\"priv:ingress\",\"priv:class\",\"priv:routers\"]"
#define A1   "ipv4:10.1.0.1"
#define A2   "ipv4:10.1.0.2"
#define B1   "ipv4:10.2.0.1"
#define C1   "ipv4:10.3.0.1"
#define D1   "ipv4:10.3.4.1"
#define Q(x) "\"" x "\""

static void test_reduced(void **state)
{
    /* a to b: r1|r2 (100G); a to c: r1|r2, r2|r3 (10G) */
    struct vectors v = ASK(*state, Q(A1), Q(B1) "," Q(C1), BANDWIDTH);
    assert_int_equal(count(&v), 2);
    assert_int_equal(length(&v, A1, B1), 1);
    assert_int_equal(length(&v, A1, C1), 2);
    assert_true(element(&v, A1, B1, 0) == element(&v, A1, C1, 0)); /* shared, and seen so */
    assert_int_equal(bandwidth(element(&v, A1, C1, 0)), 100000000000);
    assert_int_equal(bandwidth(element(&v, A1, C1, 1)), 10000000000);
    forget(&v);
    /* one pair: only the narrowest stays */
    v = ASK(*state, Q(A1), Q(C1), BANDWIDTH);
    assert_int_equal(count(&v), 1);
    assert_int_equal(bandwidth(element(&v, A1, C1, 0)), 10000000000);
    forget(&v);
}

static void test_without_properties(void **state)
{
    struct vectors v = ASK(*state, Q(A1), Q(B1) "," Q(C1), "");
    assert_int_equal(count(&v), 2);
    assert_int_equal(json_object_size(element(&v, A1, C1, 1)), 0);
    forget(&v);
    v = ASK(*state, Q(A1), Q(A2) ",\"ipv4:192.0.2.77\"", BANDWIDTH);
    assert_non_null(
        json_at(v.paths, "endpoint-cost-map/" A1 "/" A2)); /* a path of no element */
    assert_int_equal(length(&v, A1, A2), 0);
    assert_null(
        json_at(v.paths, "endpoint-cost-map/" A1 "/ipv4:192.0.2.77")); /* no path known */
    assert_int_equal(count(&v), 0);
    forget(&v);
}

static void test_private(void **state)
{
    struct vectors v = ASK(*state, Q(A1), Q(C1), PRIVATE);
    const json_t *first = element(&v, A1, C1, 0), *second = element(&v, A1, C1, 1);
    assert_int_equal(count(&v), 2); /* nothing reduced */
    assert_string_equal(json_string_value(json_object_get(first, "priv:link")), "r1|r2");
    assert_string_equal(json_string_value(json_object_get(second, "priv:link")), "r2|r3");
    assert_string_equal(json_string_value(json_object_get(second, "priv:ingress")),
                        "192.0.2.6");
    assert_string_equal(json_string_value(json_at(first, "priv:routers/0")), "r1");
    assert_string_equal(json_string_value(json_object_get(first, "priv:class")), "observed");
    assert_non_null(json_object_get(first, "priv:id"));
    forget(&v);
    /* the other way is another element, with the routers in the direction of travel */
    v = ASK(*state, Q(A1) "," Q(B1),
            Q(A2) ","
                  "\"ipv4:10.2.0.2\"",
            PRIVATE);
    assert_int_equal(count(&v), 2);
    assert_string_equal(json_string_value(json_at(element(&v, B1, A2, 0), "priv:routers/0")),
                        "r2");
    forget(&v);
}

/* Names of clients that exist: the AS entered, bytes per second; r1|r2 is the border. */
static void test_known_to_clients(void **state)
{
    struct vectors v =
        ASK(*state, Q(A1), Q(C1), ",\"ane-property-names\":[\"as_path\",\"bandwidth\"]");
    const json_t *first = element(&v, A1, C1, 0);
    assert_int_equal(length(&v, A1, C1), 1); /* the inner link narrows the border's element */
    assert_string_equal(json_string_value(json_object_get(first, "as_path")), "64511");
    assert_true(json_number_value(json_object_get(first, "bandwidth")) == 10e9 / 8);
    assert_null(json_object_get(first, "next_hop"));
    forget(&v);
    v = ASK(*state, Q(A1), Q(C1), ",\"ane-property-names\":[\"next_hop\",\"as_path\"]");
    assert_int_equal(length(&v, A1, C1), 2);
    assert_string_equal(json_string_value(json_object_get(element(&v, A1, C1, 0), "next_hop")),
                        "192.0.2.2");
    assert_null(json_object_get(element(&v, A1, C1, 1), "as_path")); /* no AS is entered */
    forget(&v);
}

static void test_equal_cost(void **state)
{
    struct vectors v = ASK(*state, Q(A1), Q(D1), PRIVATE);
    assert_int_equal(length(&v, A1, D1), 4); /* both legs, each link once */
    assert_string_equal(json_string_value(json_object_get(element(&v, A1, D1, 2), "priv:link")),
                        "r1|r4");
    assert_string_equal(json_string_value(json_object_get(element(&v, A1, D1, 3), "priv:link")),
                        "r3|r4");
    assert_string_equal(json_string_value(json_at(element(&v, A1, D1, 3), "priv:routers/0")),
                        "r4");
    forget(&v);
}

static void test_persistent(void **state)
{
    struct vectors v = ASK(*state, Q(A1), Q(C1), PERSISTENT);
    assert_int_equal(count(&v), 1); /* one pair, one identity: one element */
    assert_string_equal(
        json_string_value(json_object_get(element(&v, A1, C1, 0), "persistent-entity-id")),
        "rialto-anes.ane:r1_r2");
    assert_int_equal(bandwidth(element(&v, A1, C1, 0)), 10000000000);
    assert_string_equal(
        json_string_value(json_at(v.props, "meta/dependent-vtags/1/resource-id")),
        "rialto-anes");
    forget(&v);
    struct answer a = fixture_get(*state, "/anes");
    json_t *root = answer_json(&a, 200);
    assert_string_equal(json_string_value(json_at(root, "property-map/.ane:r1_r2/priv:owner")),
                        "one");
    json_decref(root);
    answer_free(&a);
    a = fixture_post(*state, "/anes/filtered",
                     "{\"entities\":[\"rialto-anes.ane:r1_r2\"],\"properties\":[\"max-"
                     "reservable-bandwidth\"]}");
    root = answer_json(&a, 200);
    assert_int_equal(bandwidth(json_at(root, "property-map/.ane:r1_r2")), 100000000000);
    json_decref(root);
    answer_free(&a);
}

static void test_flows(void **state)
{
    /* pairs, not the cross product; the same source in two groups is one member; no cost-type
     * needed */
    struct vectors v =
        ask(*state, "/pathvector/endpointcost",
            "{\"endpoint-flows\":[{\"srcs\":[" Q(A1) "],\"dsts\":[" Q(
                B1) "]},"
                    "{\"srcs\":[" Q(A1) "],\"dsts\":[" Q(C1) "," Q(
                        B1) "]},"
                            "{\"srcs\":[" Q(B1) "],\"dsts\":[" Q(C1) "]}]" BANDWIDTH "}");
    const json_t *map = json_object_get(v.paths, "endpoint-cost-map");
    assert_int_equal(json_object_size(map), 2);
    assert_int_equal(json_object_size(json_object_get(map, A1)), 2);
    assert_int_equal(json_object_size(json_object_get(map, B1)), 1);
    assert_string_equal(json_string_value(json_at(v.paths, "meta/cost-type/cost-mode")),
                        "array");
    forget(&v);
}

static void test_names_differ(void **state)
{
    struct vectors v = ASK(*state, Q(A1), Q(C1), BANDWIDTH);
    struct vectors w = ASK(*state, Q(A1), Q(C1), BANDWIDTH);
    assert_false(json_equal(json_at(v.paths, "endpoint-cost-map"),
                            json_at(w.paths, "endpoint-cost-map")));
    assert_false(json_equal(json_at(v.paths, "meta/vtag"), json_at(w.paths, "meta/vtag")));
    forget(&v);
    forget(&w);
}

static void test_pids(void **state)
{
    struct vectors v =
        ask(*state, "/pathvector/costmap",
            "{" PATH
            ",\"pids\":{\"srcs\":[\"alpha\"],\"dsts\":[\"gamma\",\"nobody\"]}" BANDWIDTH "}");
    assert_int_equal(json_object_size(json_at(v.paths, "cost-map/alpha")), 1);
    assert_int_equal(bandwidth(element(&v, "alpha", "gamma", 0)), 10000000000);
    assert_int_equal(json_array_size(json_at(v.paths, "meta/dependent-vtags")), 1);
    assert_string_equal(json_string_value(json_at(v.paths, "meta/vtag/resource-id")),
                        "rialto-pathvector-costmap.costmap");
    forget(&v);
}

static void test_errors(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *code, *field, *value;
    } cases[] = {
        {"{" PATH "}", 400, "E_MISSING_FIELD", "endpoints", NULL},
        {"{\"endpoints\":{\"srcs\":[" Q(A1) "]}}", 400, "E_MISSING_FIELD", "cost-type", NULL},
        {"{\"endpoint-flows\":{}}", 400, "E_INVALID_FIELD_TYPE", "endpoint-flows", NULL},
        {"{\"endpoint-flows\":[[]]}", 400, "E_INVALID_FIELD_VALUE", "endpoint-flows", "[]"},
        {"{\"endpoint-flows\":[{}]}", 400, "E_INVALID_FIELD_VALUE", "endpoint-flows", "{}"},
        {"{" PATH ",\"endpoints\":{\"srcs\":[" Q(A1) "]},\"constraints\":[\"le 5\"]}", 400,
         "E_INVALID_FIELD_VALUE", "constraints", NULL},
        {"{" PATH ",\"endpoints\":{\"srcs\":[" Q(A1) "]},\"ane-property-names\":[\"x\"]}", 400,
         "E_INVALID_FIELD_VALUE", "ane-property-names", "x"},
        {"{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"hopcount\"},\"endpoints\":{"
         "}}",
         400, "E_INVALID_FIELD_VALUE", "endpoints", NULL},
        {"{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"hopcount\"},\"endpoints\":{"
         "\"srcs\":[" Q(A1) "]}}",
         400, "E_INVALID_FIELD_VALUE", "cost-type/cost-metric", "hopcount"},
        {"{\"cost-type\":{\"cost-mode\":\"ordinal\",\"cost-metric\":\"hopcount\"},"
         "\"endpoints\":{"
         "\"srcs\":[" Q(A1) "]}}",
         400, "E_INVALID_FIELD_VALUE", "cost-type/cost-mode", "ordinal"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        answer_is_error(fixture_post(*state, "/pathvector/endpointcost", cases[i].body),
                        cases[i].status, cases[i].code, cases[i].field, cases[i].value);
    answer_is_error(
        fixture_post(
            *state, "/pathvector/endpointcost",
            "{\"endpoint-flows\":[{\"srcs\":[\"ipv4:10.1.0.1\",\"ipv4:10.1.0.2\"],\"dsts\":["
            "\"ipv4:10.2.0.1\",\"ipv4:10.2.0.2\",\"ipv4:10.2.0.3\",\"ipv4:10.2.0.4\"]},{"
            "\"srcs\":["
            "\"ipv4:10.1.0.1\"],\"dsts\":[\"ipv4:10.2.0.1\",\"ipv4:10.2.0.2\",\"ipv4:10.2.0."
            "3\","
            "\"ipv4:10.2.0.4\",\"ipv4:10.2.0.5\"]}]}"),
        413, "E_INVALID_FIELD_VALUE", "endpoint-flows", NULL);
}

static void test_access(void **state)
{
    struct fixture *f = *state;
    struct client_class few = {.name = "few", .grants = GRANT_PATH_VECTOR};
    const struct client_class *all = f->class;
    static const char *const paths[] = {"/pathvector/endpointcost", "/pathvector/costmap",
                                        "/anes/filtered"};
    f->class = NULL;
    for (size_t i = 0; i < 3; i++) {
        struct answer a = fixture_post(f, paths[i], "{}");
        assert_int_equal(a.reply.status, 403);
        assert_false(a.reply.challenge);
        answer_free(&a);
    }
    f->class = &few;
    answer_is_error(
        fixture_post(f, paths[0], "{" PATH ",\"endpoints\":{\"srcs\":[" Q(A1) "]}" PRIVATE "}"),
        400, "E_INVALID_FIELD_VALUE", "ane-property-names", "priv:link");
    struct vectors v = ASK(f, Q(A1), Q(C1), BANDWIDTH);
    forget(&v);
    f->class = all;
}

/* Two documents call elements of their own by the same name. */
static const struct snap_document told[] = {
#define TOLD(file, src, mbps)                                                                  \
    {                                                                                          \
        .name = (file), .kind = "ane-path",                                                    \
        .body = "{'meta':{'cost-type':{'cost-mode':'array','cost-metric':'ane-path'}},"        \
                "'endpoint-cost-map':{'" src "':{'" B1 "':['L1']}},'property-map':{'.ane:L1':" \
                "{'max-reservable-bandwidth':" mbps "}}}"                                      \
    }
    TOLD("a.json", A1, "100"),
    TOLD("b.json", A2, "5"),
    {.name = "v.view.json",
     .kind = "view",
     .body = "{'cost-types':{'path':{'cost-mode':'array','cost-metric':'ane-path'}},"
             "'resources':[{'id':'pv','kind':'path-vector','path':'/two/endpointcost',"
             "'documents':['a.json','b.json'],'cost-types':['path'],"
             "'properties':['max-reservable-bandwidth']}]}"},
    {0},
};

static void test_told(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, NULL);
    fixture_publish(&f, told);
    struct vectors v = ask(&f, "/two/endpointcost",
                           "{" PATH ",\"endpoints\":{\"srcs\":[" Q(A1) "," Q(
                               A2) "],\"dsts\":[" Q(B1) "]}" BANDWIDTH "}");
    assert_int_equal(count(&v), 2); /* no bottleneck is shared */
    assert_int_equal(bandwidth(element(&v, A1, B1, 0)), 100);
    assert_int_equal(bandwidth(element(&v, A2, B1, 0)), 5);
    forget(&v);
    /* JSON with members that are there twice is refused */
    v = ask(&f, "/two/endpointcost",
            "{\"endpoint-flows\":[{\"srcs\":[" Q(A1) "],\"dsts\":[" Q(B1) "]},{\"srcs\":[" Q(
                A1) "," Q(A2) "],\"dsts\":[" Q(B1) "]}]}");
    assert_int_equal(json_object_size(json_at(v.paths, "endpoint-cost-map/" A1)), 1);
    assert_int_equal(json_object_size(json_at(v.paths, "endpoint-cost-map")), 2);
    forget(&v);
    fixture_stop(&f);
}

/* A persistent name and an AS are both kept, on what one pair crosses as well. */
static void test_persistent_as(void **state)
{
    struct fixture f;
    fixture_start(&f, "persistent_ids: [\"r2|r3\"]\n"); /* r1|r2 enters the AS */
    struct vectors v = ASK(&f, Q(A1), Q(C1),
                           ",\"ane-property-names\":[\"persistent-entity-id\",\"as_path\","
                           "\"max-reservable-bandwidth\"]");
    assert_int_equal(length(&v, A1, C1), 2);
    const json_t *first = element(&v, A1, C1, 0), *second = element(&v, A1, C1, 1);
    assert_string_equal(json_string_value(json_object_get(first, "as_path")), "64511");
    assert_null(json_object_get(first, "persistent-entity-id"));
    assert_string_equal(json_string_value(json_object_get(second, "persistent-entity-id")),
                        "rialto-anes.ane:r2_r3");
    assert_null(json_object_get(second, "as_path"));
    forget(&v);
    fixture_stop(&f);
    /* of one element: the inner link is merged with it */
    v = ASK(*state, Q(A1), Q(C1),
            ",\"ane-property-names\":[\"persistent-entity-id\",\"as_path\"]");
    assert_int_equal(length(&v, A1, C1), 1);
    first = element(&v, A1, C1, 0);
    assert_string_equal(json_string_value(json_object_get(first, "as_path")), "64511");
    assert_string_equal(json_string_value(json_object_get(first, "persistent-entity-id")),
                        "rialto-anes.ane:r1_r2");
    forget(&v);
}

/* Finds as another one does, and counts. */
struct counter {
    struct pathfinder pf;
    const struct pathfinder *of;
    size_t n;
};

static int count_path(const struct pathfinder *pf, const struct path_question *q,
                      struct arena *a, struct path **out, struct err *e)
{
    struct counter *c = (struct counter *)(uintptr_t)pf;
    c->n++;
    return c->of->find(c->of, q, a, out, e);
}

/* The path of a pair is found once, whatever else is asked for. */
static void test_beside_costs(void **state)
{
#define HOPS "{\"cost-mode\":\"numerical\",\"cost-metric\":\"hopcount\"}"
    static const struct {
        const char *constraints;
        size_t cells; /* pairs that meet them */
    } cases[] = {{"", 2}, {",\"or-constraints\":[[\"[1] ge 2\"]]", 1}};
    struct fixture f;
    struct counter counter = {.pf = {.find = count_path}};
    struct err e = {0};
    char body[512];
    (void)state;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    counter.of = s->paths;
    s->paths = &counter.pf;
    board_publish(f.board, s);
    assert_int_equal(server_refresh(f.server, &e), 0);
    for (size_t i = 0; i < 2; i++) {
        counter.n = 0;
        snprintf(body, sizeof(body),
                 "{\"multi-cost-types\":[{\"cost-mode\":\"array\",\"cost-metric\":"
                 "\"ane-path\"}," HOPS
                 "]%s,\"endpoints\":{\"srcs\":[" Q(A1) "],\"dsts\":[" Q(B1) "," Q(C1) "]}}",
                 cases[i].constraints);
        struct vectors v = ask(&f, "/pathvector/endpointcost", body);
        assert_int_equal(json_object_size(json_at(v.paths, "endpoint-cost-map/" A1)),
                         cases[i].cells);
        const json_t *cell = json_at(v.paths, "endpoint-cost-map/" A1 "/" C1);
        assert_int_equal(json_array_size(json_array_get(cell, 0)), 2 - i);
        assert_int_equal(json_integer_value(json_array_get(cell, 1)), 2);
        assert_int_equal(counter.n, 2);
        forget(&v);
    }
    fixture_stop(&f);
}

/* The type in quotes, but to clients that compare it as it stands: those that leave quotes out
 * when they ask, and OpenALTO's, which sends `Accepts` instead of `Accept`. */
static void test_quotes_of_the_type(void **state)
{
    static const struct {
        const char *accept, *accepts;
        bool quotes;
    } cases[] = {
        {NULL, NULL, true},
        {"*/*", NULL, true},
        {"multipart/related;type=\"" ECS "\"", NULL, true},
        {"multipart/related;type=" ECS ",application/alto-error+json", NULL, false},
        {"*/*", ECS ",application/alto-error+json", false},
        {"multipart/related;type=\"" ECS "\"", ECS, true},
    };
    struct fixture f;
    (void)state;
    fixture_start(&f, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *body = "{\"endpoint-flows\":[{\"srcs\":[" Q(A1) "],\"dsts\":[" Q(B1) "]}]}";
        struct answer a = fixture_request(
            &f, (struct request){.method = "POST",
                                 .path = "/pathvector/endpointcost",
                                 .content_type = "application/alto-endpointcostparams+json",
                                 .body = body,
                                 .len = strlen(body),
                                 .accept = cases[i].accept,
                                 .accepts = cases[i].accepts});
        assert_int_equal(a.reply.status, 200);
        const char *type = strstr(a.reply.type, "; type=");
        assert_non_null(type);
        assert_string_equal(type + 7, cases[i].quotes ? "\"" ECS "\"" : ECS);
        answer_free(&a);
    }
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes_of_the_type),
        cmocka_unit_test(test_reduced),
        cmocka_unit_test(test_without_properties),
        cmocka_unit_test(test_private),
        cmocka_unit_test(test_known_to_clients),
        cmocka_unit_test(test_equal_cost),
        cmocka_unit_test(test_persistent),
        cmocka_unit_test(test_flows),
        cmocka_unit_test(test_names_differ),
        cmocka_unit_test(test_pids),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_access),
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_persistent_as),
        cmocka_unit_test(test_beside_costs),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
