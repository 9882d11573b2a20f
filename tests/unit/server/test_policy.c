/* SPDX-License-Identifier: Apache-2.0 */
/* What domains hide from whom: rules alone, and in every answer that tells of links. */
#include "server/policy.h"

#include <string.h>

#include "model/policies.h"
#include "server/edition.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

#define N(a) (sizeof(a) / sizeof(*(a)))

static const struct origin one = {.domain = "one"}, two = {.domain = "two"};

#define RULE(from, w, about, who, d)                                                           \
    {                                                                                          \
        .origin = &(from), .what = (w), .entity = (about), .client = (who), .decision = (d)    \
    }

static const struct client_class fts = {.name = "fts",
                                        .grants = GRANT_PATH_VECTOR | GRANT_PRIVATE_PROPERTIES};
static const struct client_class staff = {
    .name = "staff",
    .grants = GRANT_PATH_VECTOR | GRANT_PRIVATE_PROPERTIES | GRANT_OPERATOR_API};

/* A server of the fixture's network under rules, asked by a class. */
static void start(struct fixture *f, const struct fact_policy *rules, size_t n,
                  const struct client_class *class)
{
    struct err e = {0};
    fixture_start(f, "persistent_ids: [\"r1|r2\", \"r2|r3\"]\n");
    struct snapshot *s = fixture_snapshot(f->now);
    s->policies = arena_dup(s->arena, rules, n * sizeof(*rules));
    s->n_policies = n;
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
    f->class = class;
}

static struct view view_of(struct edition *ed, const struct client_class *class)
{
    return (struct view){.edition = ed,
                         .settings = edition_settings(ed),
                         .grants = class ? class->grants : 0,
                         .class = class};
}

/* --- rules --- */

static void test_order(void **state)
{
    static const struct fact_policy rules[] = {
        RULE(one, "capacity", NULL, NULL, "hide"),
        RULE(one, "capacity", NULL, "fts", "show"),
        RULE(one, "capacity", "link:r1|r2", NULL, "hide"),
        RULE(one, "capacity", "x:r1:e0", "fts", "show"),
        RULE(one, "capacity", "x:r1:e0", "fts", "hide"),
        RULE(two, "interior", NULL, "staff", "hide"),
        RULE(two, "persistent-id", NULL, NULL, "show"),
        RULE(two, "weather", NULL, NULL, "hide"),
    };
    const struct {
        const struct client_class *class;
        enum policy_what what;
        struct policy_subject about;
        bool may;
    } cases[] = {
        {NULL, POLICY_CAPACITY, {"one", NULL, NULL}, false},
        {&fts, POLICY_CAPACITY, {"one", NULL, NULL}, true},        /* the class before all */
        {&fts, POLICY_CAPACITY, {"one", "r1|r2", NULL}, false},    /* the link before that */
        {&fts, POLICY_CAPACITY, {"one", "r1|r4", NULL}, true},     /* another link */
        {&fts, POLICY_CAPACITY, {"one", "a|b", "x:r1:e0"}, false}, /* of equals: hide */
        {&staff, POLICY_CAPACITY, {"one", "r1|r2", NULL}, true},   /* rules for all: not it */
        {&staff, POLICY_INTERIOR, {"two", NULL, NULL}, false},     /* rules for it: yes */
        {&fts, POLICY_INTERIOR, {"two", NULL, NULL}, true},
        {&fts, POLICY_CAPACITY, {"two", "r1|r2", NULL}, true}, /* another's rule */
        {&fts, POLICY_CAPACITY, {NULL, "r1|r2", NULL}, true},  /* nobody's */
        {&fts, POLICY_PERSISTENT_ID, {"two", "r2|r3", NULL}, true},
        {&fts, POLICY_PERSISTENT_ID, {"one", "r1|r2", NULL}, false}, /* unsaid */
    };
    struct fixture f;
    (void)state;
    start(&f, rules, N(rules), NULL);
    struct edition *ed = server_edition(f.server);
    for (size_t i = 0; i < N(cases); i++) {
        struct view v = view_of(ed, cases[i].class);
        if (may_show(&v, cases[i].what, &cases[i].about) != cases[i].may)
            fail_msg("case %zu", i);
    }
    edition_release(&ed);
    fixture_stop(&f);
}

/* --- links that may be named --- */

static size_t named(struct fixture *f, const char *name, bool *capacity)
{
    struct answer a = fixture_get(f, "/anes");
    json_t *root = answer_json(&a, 200);
    const json_t *map = json_object_get(root, "property-map");
    const json_t *entity = json_object_get(map, name);
    size_t n = json_object_size(map);
    *capacity = json_object_get(entity, "max-reservable-bandwidth") != NULL;
    json_decref(root);
    answer_free(&a);
    return n;
}

static void test_named(void **state)
{
    static const struct fact_policy rules[] = {
        RULE(two, "persistent-id", "link:r2|r3", "fts", "hide"),
        RULE(two, "persistent-id", "link:r3|r4", "fts", "show"),
        RULE(one, "persistent-id", "link:r3|r4", "staff", "show"), /* not one's link */
        RULE(one, "capacity", NULL, "staff", "hide"),
    };
    struct fixture f;
    bool capacity;
    (void)state;
    start(&f, rules, N(rules), &fts);
    assert_int_equal(named(&f, ".ane:r3_r4", &capacity), 2); /* r1|r2 and r3|r4 */
    assert_true(capacity);
    struct answer a =
        fixture_post(&f, "/anes/filtered", "{\"entities\":[\".ane:r2_r3\"],\"properties\":[]}");
    answer_is_error(a, 400, "E_INVALID_FIELD_VALUE", "entities", ".ane:r2_r3");
    f.class = &staff;
    assert_int_equal(named(&f, ".ane:r2_r3", &capacity), 2); /* as configured */
    assert_true(capacity);
    named(&f, ".ane:r1_r2", &capacity);
    assert_false(capacity);
    fixture_stop(&f);
}

/* --- answers --- */

static char *vector(struct fixture *f, const char *properties)
{
    char body[512];
    snprintf(body, sizeof(body),
             "{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"},"
             "\"endpoints\":{\"srcs\":[\"ipv4:10.1.0.1\"],\"dsts\":[\"ipv4:10.3.0.1\"]},"
             "\"ane-property-names\":[%s]}",
             properties);
    struct answer a = fixture_post(f, "/pathvector/endpointcost", body);
    assert_int_equal(a.reply.status, 200);
    char *text = strndup(a.text, a.len);
    answer_free(&a);
    return text;
}

static size_t times(const char *text, const char *what)
{
    size_t n = 0;
    while ((text = strstr(text, what))) {
        n++;
        text += strlen(what);
    }
    return n;
}

#define BANDWIDTH "\"max-reservable-bandwidth\""
#define ALL                                                                                    \
    "\"max-reservable-bandwidth\",\"priv:link\",\"priv:id\",\"priv:ingress\",\"priv:routers\""

static void test_capacity_of_vectors(void **state)
{
    static const struct fact_policy rules[] = {
        RULE(two, "capacity", "link:r2|r3", "fts", "hide"),
        RULE(one, "capacity", NULL, "partner", "hide"),
    };
    struct fixture f;
    (void)state;
    start(&f, rules, N(rules), &fts);
    char *text = vector(&f, ALL);
    assert_int_equal(times(text, "100000000000"), 1);
    assert_int_equal(times(text, BANDWIDTH ":"), 1);
    assert_int_equal(times(text, "\"r2|r3\""), 1); /* its capacity only */
    free(text);
    f.class = &staff;
    text = vector(&f, ALL);
    assert_int_equal(times(text, BANDWIDTH ":"), 2);
    free(text);
    fixture_stop(&f);
}

static void test_interior_of_vectors(void **state)
{
    static const struct fact_policy rules[] = {RULE(two, "interior", NULL, NULL, "hide")};
    static const char *const secrets[] = {"r2", "r3", "192.0.2.2", "192.0.2.6"};
    struct fixture f;
    (void)state;
    start(&f, rules, N(rules), &fts);
    char *text = vector(&f, ALL);
    for (size_t i = 0; i < N(secrets); i++)
        assert_int_equal(times(text, secrets[i]), 0);
    assert_int_equal(times(text, "\"?|r1\""), 1); /* into the domain */
    assert_int_equal(times(text, "\"?|?\""), 1);  /* and through it */
    assert_int_equal(times(text, BANDWIDTH ":10000000000,"), 1);
    free(text);
    f.class = &staff;
    text = vector(&f, ALL);
    assert_int_equal(times(text, "\"r2|r3\""), 1);
    free(text);
    fixture_stop(&f);
}

static const char *argument(void *self, const char *name)
{
    (void)self;
    return strcmp(name, "src") == 0 ? "10.1.0.1" : strcmp(name, "dst") == 0 ? "10.3.4.1" : NULL;
}

static json_t *path(struct fixture *f)
{
    struct answer a = fixture_request(
        f, (struct request){.method = "GET", .path = "/api/v1/path", .argument = argument});
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

static json_t *list(struct fixture *f, const char *at)
{
    struct answer a = fixture_get(f, at);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

static void test_operator(void **state)
{
    static const struct fact_policy rules[] = {
        RULE(two, "interior", NULL, "staff", "hide"),
        RULE(one, "capacity", "link:r1|r2", "staff", "hide"),
    };
    struct fixture f;
    (void)state;
    start(&f, rules, N(rules), &staff);
    json_t *root = path(&f);
    assert_int_equal(json_array_size(json_at(root, "legs/1/hops")), 3);
    assert_string_equal(json_string_value(json_at(root, "routers/0")), "r1");
    assert_string_equal(json_string_value(json_at(root, "routers/1")), "?");
    assert_string_equal(json_string_value(json_at(root, "links/0")), "?|r1");
    assert_true(json_is_null(json_at(root, "legs/0/hops/1/capacity")));
    assert_true(json_is_null(json_at(root, "legs/0/hops/1/in")));
    assert_string_equal(json_string_value(json_at(root, "legs/0/hops/1/domain")), "two");
    assert_int_equal(json_integer_value(json_at(root, "legs/0/hops/2/capacity")), 10000000000);
    json_decref(root);
    root = list(&f, "/api/v1/links");
    assert_int_equal(json_array_size(json_object_get(root, "links")), 2); /* between domains */
    assert_true(json_is_null(json_at(root, "links/0/id")));
    assert_string_equal(json_string_value(json_at(root, "links/0/ends/1/node")), "?");
    assert_true(json_is_null(json_at(root, "links/0/ends/1/ip4")));
    assert_true(json_is_null(json_at(root, "links/0/ends/0/capacity")));
    assert_int_equal(json_integer_value(json_at(root, "links/1/ends/0/capacity")), 40000000000);
    json_decref(root);
    root = list(&f, "/api/v1/disagreements"); /* on the capacity of r1|r2 */
    assert_int_equal(json_array_size(json_object_get(root, "disagreements")), 0);
    json_decref(root);
    root = list(&f, "/api/v1/sources");
    assert_string_equal(json_string_value(json_at(root, "sources/0/scope")), "all");
    json_decref(root);
    fixture_stop(&f);
}

/* r1|r2 is of both domains: the second has a say as the first. */
static void test_either_end(void **state)
{
    static const struct fact_policy rules[] = {
        RULE(two, "capacity", "link:r1|r2", "staff", "hide"),
        RULE(one, "capacity", "link:r1|r4", "staff", "hide"),
        RULE(two, "capacity", "link:r1|r4", "staff", "show"),
    };
    struct fixture f;
    (void)state;
    start(&f, rules, N(rules), &staff);
    json_t *root = list(&f, "/api/v1/links");
    assert_true(json_is_null(json_at(root, "links/0/ends/0/capacity")));
    assert_true(json_is_null(json_at(root, "links/1/ends/0/capacity")));
    assert_false(json_is_null(json_at(root, "links/2/ends/0/capacity")));
    json_decref(root);
    fixture_stop(&f);
}

/* r1 - r4 - r3 - r2 - r1: through the domain and out again; the links between are 40G, 10G. */
static void test_crossing(void **state)
{
    static const struct fact_policy rules[] = {RULE(two, "interior", NULL, NULL, "hide")};
    struct fixture f;
    struct err e = {0};
    const struct path *seen;
    (void)state;
    start(&f, rules, N(rules), &fts);
    struct edition *ed = server_edition(f.server);
    const struct link *l = edition_snapshot(ed)->links; /* r1|r2 r1|r4 r2|r3 r3|r4 */
    struct path_hop hops[] = {
        {.router = "r1", .domain = "one"},
        {.router = "r4", .domain = "two", .link = &l[1], .forward = true},
        {.router = "r3", .domain = "two", .link = &l[3]},
        {.router = "r2", .domain = "two", .link = &l[2], .cls = CLASS_ASSUMED},
        {.router = "r1", .domain = "one", .link = &l[0]},
    };
    struct path_leg leg = {.hops = hops, .n_hops = N(hops)};
    struct path whole = {.why = "no route on r3", .legs = &leg, .n_legs = 1};
    struct view v = view_of(ed, &fts);
    struct arena *a = arena_new(0);
    assert_int_equal(shown_path(&v, &whole, a, &seen, &e), 0);
    const struct path_leg *s = seen->legs;
    assert_int_equal(s->n_hops, 4);
    assert_string_equal(s->hops[2].router, "?");
    assert_int_equal(path_link_capacity(s, 1), 40000000000);
    assert_int_equal(path_link_capacity(s, 2), 10000000000);
    assert_int_equal(path_link_capacity(s, 3), 100000000000);
    assert_int_equal(s->hops[2].cls, CLASS_ASSUMED);
    assert_string_equal(path_link_name(s, 3, a), "?|r1");
    assert_null(strstr(seen->why, "r3"));
    v = view_of(ed, &staff);
    assert_int_equal(shown_path(&v, &whole, a, &seen, &e), 0);
    assert_int_equal(seen->legs->n_hops, 5);
    arena_free(&a);
    edition_release(&ed);
    fixture_stop(&f);
}

/* The fixture's path from 10.1.0.1 to 10.3.0.1 crosses r2|r3; to 10.2.0.1 it does not. Costs
 * are the same for all, so who may see the capacity finds it in path vectors alone. */
static void test_costs_tell_no_hidden_capacity(void **state)
{
    static const struct fact_policy rules[] = {
        RULE(two, "capacity", "link:r2|r3", "fts", "hide")};
    const struct client_class *const classes[] = {NULL, &fts, &staff};
    static const char body[] =
        "{\"multi-cost-types\":[{\"cost-mode\":\"numerical\",\"cost-metric\":\"bw-residual\"},"
        "{\"cost-mode\":\"numerical\",\"cost-metric\":\"hopcount\"}],\"endpoints\":{\"srcs\":"
        "[\"ipv4:10.1.0.1\"],\"dsts\":[\"ipv4:10.2.0.1\",\"ipv4:10.3.0.1\"]}}";
    struct fixture f;
    struct err e = {0};
    (void)state;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    s->policies = arena_dup(s->arena, rules, sizeof(rules));
    s->n_policies = N(rules);
    snapshot_withhold(s);
    board_publish(f.board, s);
    assert_int_equal(server_refresh(f.server, &e), 0);
    for (size_t i = 0; i < N(classes); i++) {
        f.class = classes[i];
        struct answer a = fixture_post(&f, "/endpointcost", body);
        json_t *root = answer_json(&a, 200);
        const json_t *row =
            json_object_get(json_object_get(root, "endpoint-cost-map"), "ipv4:10.1.0.1");
        const json_t *near = json_object_get(row, "ipv4:10.2.0.1");
        const json_t *far = json_object_get(row, "ipv4:10.3.0.1");
        assert_true(json_number_value(json_array_get(near, 0)) > 0);
        assert_true(json_is_null(json_array_get(far, 0)));
        assert_true(json_number_value(json_array_get(far, 1)) > 0);
        json_decref(root);
        answer_free(&a);
    }
    fixture_stop(&f);
}

static void test_hidden_source(void **state)
{
    static const struct fact_policy rules[] = {RULE(one, "interior", NULL, "staff", "hide")};
    struct fixture f;
    (void)state;
    start(&f, rules, N(rules), &staff);
    json_t *root = list(&f, "/api/v1/sources");
    assert_string_equal(json_string_value(json_at(root, "sources/0/scope")), "?");
    json_decref(root);
    root = list(&f, "/api/v1/links"); /* r1 has no link within its domain */
    assert_int_equal(json_array_size(json_object_get(root, "links")), 4);
    json_decref(root);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_capacity_of_vectors),
        cmocka_unit_test(test_interior_of_vectors),
        cmocka_unit_test(test_operator),
        cmocka_unit_test(test_costs_tell_no_hidden_capacity),
        cmocka_unit_test(test_hidden_source),
        cmocka_unit_test(test_either_end),
        cmocka_unit_test(test_crossing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
