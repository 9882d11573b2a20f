/* SPDX-License-Identifier: Apache-2.0 */
/* What schedulers of transfers are told, docs/fts.md. */
#include <math.h>
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

/* From eos in alpha to addresses in beta (over r1|r2, 100G) and gamma (and over r2|r3, 10G); to
 * 10.3.4.0/24 also over r1|r4 and r4|r3, 40G. */
#define TO_BETA "\"source_se\":\"davs://eos.one.example\",\"dest_se\":\"davs://10.2.0.1\""
#define TO_GAMMA                                                                               \
    "\"source_se\":\"davs://EOS.one.example:443/x\",\"dest_se\":\"root://10.3.0.1\""
#define TO_BOTH "\"source_se\":\"davs://10.1.0.1\",\"dest_se\":\"davs://10.3.4.1\""

#define AS_OTHERS                                                                              \
    "clients:\n  - name: fts\n    networks: [127.0.0.0/8]\n    grants: [path-vector]\n"

static int setup(void **state)
{
    static struct fixture f;
    fixture_start(&f, NULL);
    *state = &f;
    return 0;
}

static int setup_others(void **state)
{
    static struct fixture f;
    fixture_start(&f, AS_OTHERS);
    *state = &f;
    return 0;
}

static int setup_few(void **state)
{
    static struct fixture f;
    fixture_start(&f, "limits: {path_vector_pairs: 1}\n");
    *state = &f;
    return 0;
}

/* A reason that names a router, as paths that end have it. */
static int find_end(const struct pathfinder *pf, const struct path_question *q, struct arena *a,
                    struct path **out, struct err *e)
{
    static const struct path_hop hops[] = {{.router = "r1", .domain = "one", .table = ""},
                                           {.router = "r2", .domain = "two", .table = ""}};
    (void)pf;
    (void)e;
    struct path *p = *out = ARENA_NEW(a, struct path);
    *p = (struct path){.src = q->src, .dst = q->dst, .known = true, .why = "r2 has no route"};
    p->oldest = FACT_NONE;
    p->legs = ARENA_ARRAY(a, 1, struct path_leg);
    p->n_legs = 1;
    p->legs[0].hops = arena_dup(a, hops, sizeof(hops));
    p->legs[0].n_hops = 2;
    return 0;
}

/* One more link between r1 and r2 for each destination. */
static int find_parallel(const struct pathfinder *pf, const struct path_question *q,
                         struct arena *a, struct path **out, struct err *e)
{
    assert_int_equal(find_end(pf, q, a, out, e), 0);
    (*out)->reached = true;
    (*out)->why = NULL;
    (*out)->legs[0].hops[0].out_capacity = INT64_C(100000000000);
    (*out)->legs[0].hops[1].in = q->dst;
    return 0;
}

static void publish(struct fixture *f, struct snapshot *s)
{
    struct err e = {0};
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
}

static int setup_parallel(void **state)
{
    static const struct pathfinder parallel = {.find = find_parallel};
    static struct fixture f;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    s->paths = &parallel;
    publish(&f, s);
    *state = &f;
    return 0;
}

static const struct pathfinder *usual;
static int64_t aged_now;

/* To 10.2.0.0/16 derived, from facts of 90 s ago; elsewhere of unknown age, or from the future.
 */
static int find_aged(const struct pathfinder *pf, const struct path_question *q,
                     struct arena *a, struct path **out, struct err *e)
{
    (void)pf;
    int rc = usual->find(usual, q, a, out, e);
    if (rc == 0 && q->dst.b[1] == 2) {
        (*out)->cls = CLASS_DERIVED;
        (*out)->oldest = aged_now - INT64_C(90500000);
    } else if (rc == 0 && q->dst.b[2] == 4) {
        (*out)->cls = CLASS_ASSUMED;
        (*out)->oldest = aged_now + INT64_C(5000000);
    }
    return rc;
}

static int setup_aged(void **state)
{
    static const struct pathfinder aged = {.find = find_aged};
    static struct fixture f;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    usual = s->paths;
    aged_now = f.now;
    s->paths = &aged;
    publish(&f, s);
    *state = &f;
    return 0;
}

/* r2|r3 has no known capacity; `hides`: paths end in domain two, which does not tell. */
static void start_less(struct fixture *f, bool hides)
{
    static const struct origin two = {.domain = "two"};
    static const struct fact_policy hide = {
        .origin = &two, .what = "interior", .decision = "hide"};
    static const struct pathfinder ends = {.find = find_end};
    fixture_start(f, hides ? AS_OTHERS : NULL);
    struct snapshot *s = fixture_snapshot(f->now);
    s->links[2].end[0].capacity = s->links[2].end[1].capacity = 0;
    if (hides) {
        s->policies = arena_dup(s->arena, &hide, sizeof(hide));
        s->n_policies = 1;
        s->paths = &ends;
    }
    publish(f, s);
}

static int setup_less(void **state)
{
    static struct fixture f;
    start_less(&f, false);
    *state = &f;
    return 0;
}

static int setup_hidden(void **state)
{
    static struct fixture f;
    start_less(&f, true);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_stop(*state);
    return 0;
}

static const char *argument(void *self, const char *name)
{
    const char *const *arguments = self;
    for (size_t i = 0; arguments && arguments[i]; i += 2) {
        if (strcmp(arguments[i], name) == 0)
            return arguments[i + 1];
    }
    return NULL;
}

static struct answer ask(struct fixture *f, const char *path, const char *body,
                         const char **arguments)
{
    return fixture_request(f, (struct request){.method = body ? "POST" : "GET",
                                               .path = path,
                                               .body = body,
                                               .len = body ? strlen(body) : 0,
                                               .content_type = "application/json",
                                               .argument = argument,
                                               .argument_self = arguments});
}

static json_t *get_json(struct fixture *f, const char *path, const char *body)
{
    struct answer a = ask(f, path, body, NULL);
    json_t *root = answer_json(&a, 200);
    assert_string_equal(a.reply.type, "application/json");
    assert_string_equal(answer_header(&a, "Cache-Control"), "no-store");
    answer_free(&a);
    return root;
}

static const char *text_at(const json_t *root, const char *path)
{
    const char *text = json_string_value(json_at(root, path));
    return text ? text : "";
}

static double number_at(const json_t *root, const char *path)
{
    const json_t *n = json_at(root, path);
    return json_is_number(n) ? json_number_value(n) : NAN;
}

static size_t count_at(const json_t *root, const char *path)
{
    return json_array_size(json_at(root, path));
}

static void refused(struct answer a, int status, const char *what)
{
    json_t *root = answer_json(&a, status);
    if (!strstr(text_at(root, "error/message"), what))
        fail_msg("'%s' instead of '%s'", text_at(root, "error/message"), what);
    json_decref(root);
    answer_free(&a);
}

/* ---- constraints ---- */

static void test_constraints(void **state)
{
    json_t *root =
        get_json(*state, "/fts/constraints",
                 "{\"pairs\":[{" TO_BETA ",\"vo\":\"atlas\"},{" TO_GAMMA "},{" TO_BOTH
                 "},{\"source_se\":\"davs://10.1.0.1\",\"dest_se\":\"davs://no\"}]}");
    assert_int_equal(count_at(root, "pairs"), 3);
    assert_int_equal(count_at(root, "links"), 4);
    assert_string_equal(text_at(root, "links/0/name"), "r1|r2");
    assert_string_equal(text_at(root, "links/0/from"), "r1");
    assert_string_equal(text_at(root, "links/0/persistent-entity-id"),
                        text_at(root, "links/0/id"));
    assert_int_equal(strlen(text_at(root, "links/0/id")), 36);
    assert_true(number_at(root, "links/0/capacity") == 100e9);
    assert_true(number_at(root, "links/1/capacity") == 10e9);
    assert_true(json_is_null(json_at(root, "links/0/load")));
    assert_true(json_is_null(json_at(root, "links/0/residual")));
    assert_string_equal(text_at(root, "pairs/0/vo"), "atlas");
    assert_int_equal(count_at(root, "pairs/0/links"), 1);
    assert_int_equal(count_at(root, "pairs/1/links"), 2);
    assert_int_equal(count_at(root, "pairs/2/links"), 4);
    assert_string_equal(text_at(root, "pairs/1/links/0"), text_at(root, "links/0/id"));
    assert_string_equal(text_at(root, "unknown/0/dest_se"), "davs://no");
    assert_string_equal(text_at(root, "unknown/0/why"), "the destination's host is not known");
    json_decref(root);
}

/* Asked again, and with other pairs before it, a link has the same id; the other way another.
 */
static void test_ids_last(void **state)
{
    json_t *a = get_json(*state, "/fts/constraints", "{\"pairs\":[{" TO_BETA "}]}");
    json_t *b = get_json(*state, "/fts/constraints",
                         "{\"pairs\":[{\"source_se\":\"davs://10.2.0.1\",\"dest_se\":"
                         "\"davs://10.1.0.1\"},{" TO_BETA "}]}");
    assert_int_equal(count_at(b, "links"), 2);
    assert_string_equal(text_at(a, "links/0/id"), text_at(b, "links/1/id"));
    assert_string_not_equal(text_at(a, "links/0/id"), text_at(b, "links/0/id"));
    assert_string_equal(text_at(b, "links/0/from"), "r2");
    json_decref(a);
    json_decref(b);
}

/* Who may not know links again gets names that mean nothing elsewhere. */
static void test_without_names(void **state)
{
    json_t *root = get_json(*state, "/fts/constraints", "{\"pairs\":[{" TO_GAMMA "}]}");
    assert_string_equal(text_at(root, "links/1/id"), "e1");
    assert_null(json_at(root, "links/0/name"));
    assert_null(json_at(root, "links/0/persistent-entity-id"));
    assert_true(number_at(root, "links/1/capacity") == 10e9);
    json_decref(root);
    root = get_json(*state, "/fts/netlinks", NULL);
    assert_int_equal(count_at(root, "t_netlink_stat"), 0);
    json_decref(root);
}

/* The reason of a path that is not shown does not name its routers. */
static void test_hidden_reason(void **state)
{
    json_t *root = get_json(*state, "/fts/constraints", "{\"pairs\":[{" TO_BETA "}]}");
    assert_string_equal(text_at(root, "unknown/0/why"), "a domain on the way does not tell");
    json_decref(root);
}

/* Names of one answer alone are no names for grants: in the next they are other links'. */
static void test_names_that_dont_last(void **state)
{
    json_t *root = get_json(*state, "/fts/plan",
                            "{\"pairs\":[{" TO_GAMMA "}],\"grants\":[{\"links\":[\"e1\"],"
                            "\"limit\":1e9},{\"links\":[\"e0\",\"e1\"],\"limit\":1e9}]}");
    assert_true(number_at(root, "plan/0/rate") == 10e9);
    assert_int_equal(count_at(root, "unused_grants"), 2);
    json_decref(root);
}

static void test_csv(void **state)
{
    const char *arguments[] = {"format", "csv", NULL};
    struct answer a =
        ask(*state, "/fts/constraints",
            "{\"pairs\":[{" TO_BETA ",\"vo\":\"a,b\"},{" TO_GAMMA "}]}", arguments);
    assert_int_equal(a.reply.status, 200);
    assert_string_equal(a.reply.type, "text/csv");
    assert_string_equal(a.text, "link,capacity,load,residual,limit,"
                                "\"davs://eos.one.example davs://10.2.0.1 a,b\","
                                "davs://EOS.one.example:443/x root://10.3.0.1\r\n"
                                "e0,100000000000,,,100000000000,1,1\r\n"
                                "e1,10000000000,,,10000000000,0,1\r\n");
    answer_free(&a);
}

/* ---- FTS's tables ---- */

static void test_tables(void **state)
{
    const char *arguments[] = {"source_se", "davs://10.1.0.1", "dest_se", "davs://10.3.0.1",
                               NULL};
    const char *csv[] = {
        "source_se", "davs://10.1.0.1", "dest_se", "davs://10.3.0.1", "format", "csv", NULL};
    struct answer a = ask(*state, "/fts/netlinks", NULL, arguments);
    struct answer b = ask(*state, "/fts/traces", NULL, arguments);
    struct answer c = ask(*state, "/fts/netlinks", NULL, csv);
    json_t *links = answer_json(&a, 200), *traces = answer_json(&b, 200);
    const char *header = "netlink_id,head_ip,tail_ip,head_asn,tail_asn,head_rdns,tail_rdns,"
                         "capacity\r\n";
    assert_int_equal(count_at(links, "t_netlink_stat"), 2);
    assert_string_equal(text_at(links, "t_netlink_stat/0/tail_rdns"), "r1");
    assert_string_equal(text_at(links, "t_netlink_stat/0/head_rdns"), "r2");
    assert_string_equal(text_at(links, "t_netlink_stat/0/head_ip"), "192.0.2.2");
    assert_true(fabs(number_at(links, "t_netlink_stat/0/capacity") - 11920.93) < 0.01);
    assert_int_equal(count_at(traces, "t_netlink_trace"), 2);
    assert_true(number_at(traces, "t_netlink_trace/1/hop_idx") == 1);
    assert_string_equal(text_at(traces, "t_netlink_trace/1/source_se"), "davs://10.1.0.1");
    assert_string_equal(text_at(traces, "t_netlink_trace/1/netlink"),
                        text_at(links, "t_netlink_stat/1/netlink_id"));
    assert_int_equal(strncmp(c.text, header, strlen(header)), 0);
    json_decref(links);
    json_decref(traces);
    answer_free(&a);
    answer_free(&b);
    answer_free(&c);
}

/* Pairs without a path are told. */
static void test_tables_unknown(void **state)
{
    const char *arguments[] = {"source_se", "davs://10.1.0.1", "dest_se", "davs://192.0.2.99",
                               NULL};
    static const char *const paths[] = {"/fts/netlinks", "/fts/traces"};
    for (size_t i = 0; i < 2; i++) {
        struct answer a = ask(*state, paths[i], NULL, arguments);
        json_t *root = answer_json(&a, 200);
        assert_int_equal(count_at(root, "unknown"), 1);
        assert_string_equal(text_at(root, "unknown/0/dest_se"), "davs://192.0.2.99");
        assert_string_equal(text_at(root, "unknown/0/why"), "nothing is known of that address");
        json_decref(root);
        answer_free(&a);
    }
}

/* ---- plans ---- */

static void check_plan(struct fixture *f, const char *body, const double *rates, size_t n)
{
    json_t *root = get_json(f, "/fts/plan", body);
    assert_int_equal(count_at(root, "plan"), n);
    assert_true(json_is_true(json_at(root, "settled")));
    for (size_t i = 0; i < n; i++) {
        double got = json_number_value(
            json_object_get(json_array_get(json_at(root, "plan"), i), "rate"));
        if (fabs(got - rates[i]) > 1)
            fail_msg("%s: pair %zu: %.9g instead of %.9g", body, i, got, rates[i]);
    }
    json_decref(root);
}

/* The first queue has work for 1 Gbit/s. Fairness lets the pair over both links have half of
 * what is left, the largest sum no more than its third. */
#define LONG_WAY                                                                               \
    "{\"pairs\":[{" TO_BETA ",\"vo\":\"a\",\"queued\":0,\"active\":1,\"per_connection\":1e9}," \
    "{" TO_BETA ",\"vo\":\"b\"},{" TO_GAMMA                                                    \
    ",\"vo\":\"c\"},{\"source_se\":\"davs://10.2.0.1\","                                       \
    "\"dest_se\":\"davs://10.3.0.1\",\"vo\":\"c\"}],\"grants\":[{\"links\":[\"r1|r2\"],"       \
    "\"limit\":10e9}]"

static void test_objective(void **state)
{
    const double fair[] = {1e9, 4.5e9, 4.5e9, 5.5e9};
    const double most[] = {1e9, 9e9 - 10e9 / 3, 10e9 / 3, 20e9 / 3};
    check_plan(*state, LONG_WAY "}", fair, 4);
    check_plan(*state, LONG_WAY ",\"objective\":\"max-min\"}", fair, 4);
    check_plan(*state, LONG_WAY ",\"objective\":\"throughput\"}", most, 4);
}

#define LOADED(rest)                                                                           \
    "{\"pairs\":[{" TO_BETA ",\"active\":10,\"queued\":90,\"throughput\":20e9}],"              \
    "\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":60e9}],\"links\":[" rest "]}"

/* 30 Gbit/s more than the pair are on its link: 27 are left of 60 for it, with the margin. */
static void test_measured_loads(void **state)
{
    json_t *root = get_json(*state, "/fts/plan", LOADED("{\"link\":\"r1>r2\",\"load\":50e9}"));
    assert_true(fabs(number_at(root, "plan/0/rate") - 27e9) < 1);
    assert_true(number_at(root, "plan/0/connections") == 13);
    assert_true(number_at(root, "links/0/excess") == 30e9);
    assert_true(number_at(root, "links/0/limit") == 60e9);
    json_decref(root);
    root = get_json(*state, "/fts/plan", LOADED("{\"link\":\"x>y\",\"load\":50e9}"));
    assert_true(number_at(root, "plan/0/rate") == 60e9);
    assert_null(json_at(root, "links/0/excess"));
    json_decref(root);
    refused(ask(*state, "/fts/plan", LOADED("{\"link\":\"r1|r2\",\"load\":1}"), NULL), 400,
            "both directions");
    refused(ask(*state, "/fts/plan", LOADED("{\"link\":\"r2|r1\",\"load\":1}"), NULL), 400,
            "both directions");
    refused(ask(*state, "/fts/plan",
                LOADED("{\"link\":\"r1>r2\",\"load\":1},{\"link\":\"r1>r2\",\"load\":1}"),
                NULL),
            400, "two loads");
}

/* What part of the second pair crosses which link is not known: its links are not judged. */
static void test_load_of_several_ways(void **state)
{
    json_t *root = get_json(
        *state, "/fts/plan",
        "{\"pairs\":[{" TO_BETA ",\"active\":1,\"throughput\":5e9},{" TO_BOTH
        ",\"active\":1,\"throughput\":20e9}],"
        "\"links\":[{\"link\":\"r1>r2\",\"load\":15e9},{\"link\":\"r1>r4\",\"load\":10e9}]}");
    for (size_t i = 0; i < 4; i++)
        assert_null(json_object_get(json_array_get(json_at(root, "links"), i), "excess"));
    assert_string_equal(text_at(root, "links/0/name"), "r1|r2");
    assert_int_equal(count_at(root, "plan/1/bottlenecks"), 1); /* r2|r3, full with 10G */
    json_decref(root);
}

#define PARALLEL                                                                               \
    "{\"pairs\":[{" TO_BETA ",\"active\":1,\"throughput\":20e9},{\"source_se\":"               \
    "\"davs://10.1.0.1\",\"dest_se\":\"davs://10.2.0.2\",\"active\":1,"                        \
    "\"throughput\":30e9}],\"links\":[{\"link\":\"%s\",\"load\":40e9}]}"

static void test_load_of_parallel_links(void **state)
{
    char body[512];
    snprintf(body, sizeof(body), PARALLEL, "r1>r2");
    refused(ask(*state, "/fts/plan", body, NULL), 400, "r1>r2 is several parallel links");
    snprintf(body, sizeof(body), PARALLEL, "x>y");
    json_t *root = get_json(*state, "/fts/plan", body);
    assert_int_equal(count_at(root, "links"), 2);
    snprintf(body, sizeof(body), PARALLEL, text_at(root, "links/1/id"));
    json_decref(root);
    root = get_json(*state, "/fts/plan", body);
    assert_null(json_at(root, "links/0/excess"));
    assert_true(number_at(root, "links/1/excess") == 10e9);
    json_decref(root);
}

/* Four connections of 10 Gbit/s where 25 are granted, twice as much where that is enforced. */
static void test_enforced(void **state)
{
    static const struct {
        const char *queued, *links;
        double want;
    } cases[] = {{"4", "", 2},
                 {"4", "{\"link\":\"r1|r2\",\"enforced\":true}", 4},
                 {"4", "{\"link\":\"r1>r2\",\"enforced\":false}", 2},
                 {"6", "{\"link\":\"r1>r2\",\"enforced\":true}", 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char body[512];
        snprintf(body, sizeof(body),
                 "{\"pairs\":[{" TO_BETA
                 ",\"active\":0,\"queued\":%s,\"per_connection\":10e9}],"
                 "\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":25e9}],\"links\":[%s]}",
                 cases[i].queued, cases[i].links);
        json_t *root = get_json(*state, "/fts/plan", body);
        if (number_at(root, "plan/0/connections") != cases[i].want)
            fail_msg("case %zu: %g", i, number_at(root, "plan/0/connections"));
        json_decref(root);
    }
}

static void test_plans(void **state)
{
    static const struct {
        const char *body;
        double rates[2];
        size_t n;
    } cases[] = {
        {"{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "}]}", {90e9, 10e9}, 2},
        {"{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "}],"
         "\"grants\":[{\"links\":[\"r1|r2\"],\"share\":0.15}]}",
         {7.5e9, 7.5e9},
         2},
        {"{\"pairs\":[{" TO_BETA ",\"vo\":\"atlas\"},{" TO_GAMMA ",\"vo\":\"cms\"}],"
         "\"weights\":{\"atlas\":2,\"unheard\":9},"
         "\"grants\":[{\"links\":[\"r1>r2\"],\"limit\":9e9}]}",
         {6e9, 3e9},
         2},
        /* the grant's own weights prevail on its link */
        {"{\"pairs\":[{" TO_BETA ",\"vo\":\"atlas\"},{" TO_GAMMA ",\"vo\":\"cms\"}],"
         "\"weights\":{\"atlas\":2},"
         "\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":9e9,\"weights\":{\"cms\":4}}]}",
         {3e9, 6e9},
         2},
        /* several links together; the second pair crosses both, and counts once */
        {"{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "}],"
         "\"grants\":[{\"links\":[\"r1|r2\",\"r2|r3\"],\"limit\":4e9}]}",
         {2e9, 2e9},
         2},
        /* both directions, in either order of the ends */
        {"{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "}],"
         "\"grants\":[{\"links\":[\"r2|r1\"],\"share\":0.15}]}",
         {7.5e9, 7.5e9},
         2},
        /* the same, named in three ways; and one of another link that does not matter */
        {"{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "}],"
         "\"grants\":[{\"links\":[\"r1>r2\",\"r1|r2\",\"r2>r3\"],\"limit\":4e9},"
         "{\"links\":[\"r2|r3\",\"r1|r4\"],\"limit\":9e9}]}",
         {2e9, 2e9},
         2},
        /* expired, and not yet: as if they were not there */
        {"{\"pairs\":[{" TO_BETA "}],\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":1,"
         "\"until\":\"1990-01-01T00:00:00Z\"},{\"links\":[\"r1|r2\"],\"limit\":1,"
         "\"from\":\"2190-01-01T00:00:00Z\"}]}",
         {100e9},
         1},
        /* the other direction is another link */
        {"{\"pairs\":[{" TO_BETA "}],\"grants\":[{\"links\":[\"r2>r1\"],\"limit\":1}]}",
         {100e9},
         1},
        /* no more than the queue can use */
        {"{\"pairs\":[{" TO_BETA ",\"queued\":9,\"active\":1,\"throughput\":2e8},{" TO_GAMMA
         ",\"queued\":0,\"active\":0}]}",
         {2e9, 0},
         2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check_plan(*state, cases[i].body, cases[i].rates, cases[i].n);
}

static void test_plan_details(void **state)
{
    json_t *root = get_json(
        *state, "/fts/plan",
        "{\"pairs\":[{" TO_BETA ",\"queued\":500,\"active\":10,\"throughput\":1e10},{" TO_GAMMA
        ",\"max_active\":7,\"per_connection\":1e8},{\"source_se\":\"davs://x\","
        "\"dest_se\":\"davs://y\"}],\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":4.5e9},"
        "{\"links\":[\"other\"],\"limit\":1}]}");
    assert_true(number_at(root, "plan/0/rate") == 3.8e9);
    assert_true(number_at(root, "plan/0/connections") == 3);
    assert_true(number_at(root, "plan/1/connections") == 7);
    assert_string_equal(text_at(root, "plan/0/bottlenecks/0"), text_at(root, "links/0/id"));
    assert_int_equal(count_at(root, "plan/1/bottlenecks"), 0); /* its range holds it back */
    assert_true(number_at(root, "links/0/limit") == 4.5e9);
    assert_int_equal(count_at(root, "unused_grants"), 1);
    assert_true(number_at(root, "unused_grants/0") == 1);
    assert_int_equal(count_at(root, "unknown"), 1);
    json_decref(root);
}

/* How sure a rate is, and how old what it rests on. */
static void test_what_paths_rest_on(void **state)
{
    static const char pairs[] =
        "{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "},{" TO_BOTH "},{" TO_BETA ",\"vo\":\"cms\"}]}";
    static const struct {
        const char *path, *rows;
    } asked[] = {{"/fts/plan", "plan"}, {"/fts/constraints", "pairs"}};
    for (size_t i = 0; i < 2; i++) {
        json_t *root = get_json(*state, asked[i].path, pairs);
        const json_t *rows = json_at(root, asked[i].rows);
        assert_int_equal(json_array_size(rows), 4);
        assert_string_equal(text_at(rows, "0/class"), "derived");
        assert_true(number_at(rows, "0/age") == 90);
        assert_string_equal(text_at(rows, "1/class"), "observed");
        assert_true(json_is_null(json_at(rows, "1/age")));
        assert_string_equal(text_at(rows, "2/class"), "assumed");
        assert_true(number_at(rows, "2/age") == 0);
        assert_string_equal(text_at(rows, "3/class"), "derived");
        json_decref(root);
    }
}

/* What is said of links that are not there would pass unseen: a name may be misspelt. */
static void test_unused_links(void **state)
{
    json_t *root =
        get_json(*state, "/fts/plan",
                 "{\"pairs\":[{" TO_BETA ",\"throughput\":1e10}],\"links\":[{\"link\":"
                 "\"r1>r9\",\"load\":1e10},{\"link\":\"r1>r2\",\"load\":1e10},{\"link\":"
                 "\"r2>r1\",\"enforced\":true},{\"link\":\"r1|r2\",\"enforced\":true}]}");
    assert_int_equal(count_at(root, "unused_links"), 2);
    assert_true(number_at(root, "unused_links/0") == 0);
    assert_true(number_at(root, "unused_links/1") == 2);
    json_decref(root);
}

/* Of what is not known nothing is nothing; any other share can't be told. */
static void test_unknown_capacity(void **state)
{
    struct fixture *f = *state;
    json_t *root = get_json(f, "/fts/plan",
                            "{\"pairs\":[{" TO_GAMMA "}],\"grants\":[{\"links\":[\"r2|r3\"],"
                            "\"share\":0}]}");
    assert_true(number_at(root, "plan/0/rate") == 0);
    assert_true(number_at(root, "links/1/limit") == 0);
    json_decref(root);
    refused(ask(f, "/fts/plan",
                "{\"pairs\":[{" TO_GAMMA
                "}],\"grants\":[{\"links\":[\"r2|r3\"],\"share\":0.1}]}",
                NULL),
            400, "a share of link r2|r3, whose capacity is not known");
    root =
        get_json(f, "/fts/plan",
                 "{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "}],\"grants\":[{\"links\":[\"r2|r3\"],"
                 "\"limit\":1e9},{\"links\":[\"r1|r2\"],\"share\":0.1}]}");
    assert_true(number_at(root, "plan/0/rate") == 9e9);
    assert_true(number_at(root, "plan/1/rate") == 1e9);
    json_decref(root);
}

/* A grant of two links holds a pair back on both. */
static void test_shared_bottleneck(void **state)
{
    json_t *root = get_json(*state, "/fts/plan",
                            "{\"pairs\":[{" TO_GAMMA "}],\"grants\":[{\"links\":[\"r1|r2\","
                            "\"r2|r3\"],\"limit\":1e9}]}");
    assert_true(number_at(root, "plan/0/rate") == 1e9);
    assert_int_equal(count_at(root, "plan/0/bottlenecks"), 2);
    json_decref(root);
}

/* Nothing limits a path without links; its connections are not known either. */
static void test_unlimited(void **state)
{
    json_t *root = get_json(*state, "/fts/plan",
                            "{\"pairs\":[{\"source_se\":\"davs://10.1.0.1\",\"dest_se\":"
                            "\"davs://10.1.0.2\",\"active\":1}]}");
    assert_true(json_is_null(json_at(root, "plan/0/rate")));
    assert_true(json_is_null(json_at(root, "plan/0/connections")));
    assert_int_equal(count_at(root, "links"), 0);
    json_decref(root);
}

/* ---- refusals ---- */

static void test_refused(void **state)
{
    const char *xml[] = {"format", "xml", NULL}, *csv[] = {"format", "csv", NULL};
    const char *scheme[] = {"scheme", "Not One", NULL};
    const char *unheard[] = {"source_se", "davs://tpyo.example", "format", "csv", NULL};
    const char *no_host[] = {
        "source_se", "davs://10.1.0.1", "dest_se", "nonsense", "format", "json", NULL};
    const char *good = "{\"pairs\":[{" TO_BETA "}]}";
    refused(ask(*state, "/fts/plan", "{", NULL), 400, "1:2");
    refused(ask(*state, "/fts/plan", "{\"pairs\":[]}", NULL), 400, "at least one");
    refused(ask(*state, "/fts/plan",
                "{\"pairs\":[{" TO_BETA "}],\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":1},"
                "{\"links\":[\"r1>r2\"],\"share\":1}]}",
                NULL),
            400, "two of them for link");
    refused(ask(*state, "/fts/plan",
                "{\"pairs\":[{" TO_BETA "}],\"grants\":[{\"links\":[\"r1|r2\"],\"limit\":1},"
                "{\"links\":[\"r2|r1\"],\"share\":1}]}",
                NULL),
            400, "two of them for link");
    refused(ask(*state, "/fts/plan", good, csv), 400, "a plan is JSON");
    refused(ask(*state, "/fts/constraints", good, xml), 400, "json or csv");
    refused(ask(*state, "/fts/traces", NULL, scheme), 400, "not a scheme");
    refused(ask(*state, "/fts/netlinks", NULL, unheard), 404,
            "source_se: the host of davs://tpyo.example is not known");
    refused(ask(*state, "/fts/traces", NULL, no_host), 404,
            "dest_se: the host of nonsense is not known");
    refused(ask(*state, "/fts/nothing", NULL, NULL), 404, "no such document");
}

static void test_too_many(void **state)
{
    const char *csv[] = {"format", "csv", NULL};
    refused(ask(*state, "/fts/plan", "{\"pairs\":[{" TO_BETA "},{" TO_GAMMA "}]}", NULL), 413,
            "limits.path_vector_pairs");
    struct answer a = ask(*state, "/fts/traces", NULL, csv);
    assert_int_equal(a.reply.status, 200); /* one storage: one pair, with itself */
    assert_string_equal(a.text, "source_se,dest_se,hop_idx,netlink\r\n");
    answer_free(&a);
}

static void test_forms(void **state)
{
    struct fixture *f = *state;
    struct answer a = ask(f, "/fts/plan", NULL, NULL);
    assert_int_equal(a.reply.status, 405);
    assert_string_equal(answer_header(&a, "Allow"), "POST, OPTIONS");
    answer_free(&a);
    a = ask(f, "/fts/netlinks", "{}", NULL);
    assert_int_equal(a.reply.status, 405);
    answer_free(&a);
    a = fixture_request(f, (struct request){.method = "POST",
                                            .path = "/fts/plan",
                                            .body = "{}",
                                            .len = 2,
                                            .content_type = "text/plain"});
    assert_int_equal(a.reply.status, 415);
    answer_free(&a);
    const struct client_class *class = f->class;
    f->class = NULL;
    a = ask(f, "/fts/netlinks", NULL, NULL);
    assert_int_equal(a.reply.status, 403);
    answer_free(&a);
    f->class = class;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_constraints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids_last, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_names, setup_others, teardown),
        cmocka_unit_test_setup_teardown(test_hidden_reason, setup_hidden, teardown),
        cmocka_unit_test_setup_teardown(test_names_that_dont_last, setup_others, teardown),
        cmocka_unit_test_setup_teardown(test_csv, setup_others, teardown),
        cmocka_unit_test_setup_teardown(test_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tables_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plans, setup, teardown),
        cmocka_unit_test_setup_teardown(test_objective, setup, teardown),
        cmocka_unit_test_setup_teardown(test_measured_loads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_of_several_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_of_parallel_links, setup_parallel, teardown),
        cmocka_unit_test_setup_teardown(test_enforced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plan_details, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unused_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_paths_rest_on, setup_aged, teardown),
        cmocka_unit_test_setup_teardown(test_shared_bottleneck, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_capacity, setup_less, teardown),
        cmocka_unit_test_setup_teardown(test_unlimited, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many, setup_few, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forms, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
