/* SPDX-License-Identifier: Apache-2.0 */
/* What the server counts of itself: /api/v1/statistics and /metrics. */
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/follower.h"
#include "unit/server/world.h"

#define SECOND ((int64_t)1000000)
#define MAP    "rialto-networkmap"

static const struct followed map = {MAP, "/networkmap", NULL};
static const struct followed costs = {"rialto-costmap-routingcost", "/costmap/num/routingcost",
                                      NULL};

static void start(struct fixture *f, const char *config)
{
    fixture_start(f, config);
    updates_on_wake(server_updates(f->server), follower_wake);
}

static int ask(struct fixture *f, struct request q)
{
    struct answer a = fixture_request(f, q);
    int status = a.reply.status;
    answer_free(&a);
    return status;
}

static int get(struct fixture *f, const char *path)
{
    return ask(f, (struct request){.method = "GET", .path = path});
}

static json_t *statistics(struct fixture *f)
{
    struct answer a = fixture_get(f, "/api/v1/statistics");
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

static const json_t *entry_of(const json_t *root, const char *id)
{
    const json_t *entry;
    size_t i;
    json_array_foreach(json_object_get(root, "resources"), i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "id")), id) == 0)
            return entry;
    }
    return NULL;
}

/* A number of a resource (NULL: of the server); -1: it is not told. */
static double number(struct fixture *f, const char *id, const char *name)
{
    json_t *root = statistics(f);
    const json_t *entry = id ? entry_of(root, id) : json_object_get(root, "server");
    const json_t *value = entry ? json_object_get(entry, name) : NULL;
    double n = value ? json_number_value(value) : -1;
    json_decref(root);
    return n;
}

static void check_sums(struct fixture *f, const char *id, int succ, int fail)
{
    json_t *root = statistics(f);
    const json_t *entry = entry_of(root, id);
    assert_non_null(entry);
    assert_int_equal(json_integer_value(json_object_get(entry, "num-res-succ")), succ);
    assert_int_equal(json_integer_value(json_object_get(entry, "num-res-fail")), fail);
    assert_int_equal(json_integer_value(json_object_get(entry, "num-res-req")), succ + fail);
    json_decref(root);
}

/* Whatever a resource answers is a success below 400, and a failure from there on. */
static void test_requests(void **state)
{
    const struct request refused = {.method = "GET", .path = "/networkmap", .accept = "a/b"};
    struct fixture f;
    (void)state;
    start(&f, NULL);
    check_sums(&f, MAP, 0, 0); /* this is a request too */
    for (int i = 0; i < 3; i++)
        assert_int_equal(get(&f, "/networkmap"), 200);
    assert_int_equal(ask(&f, refused), 406);
    assert_int_equal(ask(&f, (struct request){.method = "PUT", .path = "/networkmap"}), 405);
    answer_is_error(fixture_post(&f, "/networkmap/filtered", "{"), 400, "E_SYNTAX", NULL, NULL);
    assert_int_equal(get(&f, "/nothing"), 404);
    check_sums(&f, MAP, 3, 2);
    check_sums(&f, "rialto-networkmap-filtered", 0, 1);
    check_sums(&f, "rialto-propmap", 0, 0);
    /* Three looks at the numbers were successes, and a fourth is under way. */
    assert_int_equal(number(&f, NULL, "num-total-succ"), 3 + 4);
    assert_int_equal(number(&f, NULL, "num-total-fail"), 2 + 1 + 1);
    assert_int_equal(number(&f, NULL, "num-total-req"), 3 + 6 + 4);
    fixture_stop(&f);
}

/* A reply of which only the ETag is told is a success. */
static void test_unchanged(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, NULL);
    struct answer a = fixture_get(&f, "/networkmap");
    struct request q = {.method = "GET", .path = "/networkmap", .if_none_match = a.reply.etag};
    assert_int_equal(ask(&f, q), 304);
    answer_free(&a);
    check_sums(&f, MAP, 2, 0);
    fixture_stop(&f);
}

static void test_window(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, NULL);
    server_tick(f.server);
    get(&f, "/networkmap");
    get(&f, "/networkmap");
    assert_int_equal(number(&f, MAP, "num-res-last-req"), 2);
    for (int64_t passed = 0; passed < TALLY_WINDOW; passed += SECOND) {
        f.now += SECOND;
        server_tick(f.server);
    }
    ask(&f, (struct request){.method = "PUT", .path = "/networkmap"});
    assert_int_equal(number(&f, MAP, "num-res-last-req"), 3);
    f.now += TALLY_STEP;
    server_tick(f.server);
    assert_int_equal(number(&f, MAP, "num-res-last-succ"), 0);
    assert_int_equal(number(&f, MAP, "num-res-last-fail"), 1);
    assert_int_equal(number(&f, MAP, "num-res-req"), 3);
    assert_true(number(&f, NULL, "num-total-last-succ") < number(&f, NULL, "num-total-succ"));
    fixture_stop(&f);
}

/* Numbers outlive editions, as long as the resource does. */
static void test_editions(void **state)
{
    struct fixture f;
    struct world w;
    (void)state;
    start(&f, NULL);
    world_start(&w, 1);
    assert_int_equal(get(&f, "/networkmap"), 200);
    assert_int_equal(get(&f, "/domain/two/nm/networkmap"), 200);
    world_publish(&w, &f);
    check_sums(&f, MAP, 1, 0);
    check_sums(&f, "two:nm-networkmap", 1, 0);
    w.no_document = true;
    world_publish(&w, &f);
    check_sums(&f, MAP, 1, 0);
    assert_true(number(&f, "two:nm-networkmap", "num-res-req") < 0);
    w.no_document = false;
    world_publish(&w, &f);
    check_sums(&f, "two:nm-networkmap", 0, 0);
    fixture_stop(&f);
}

/* --- streams --- */

static size_t updates_of(const struct stream_client *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_subs; i++)
        n += c->subs[i].wholes + c->subs[i].patches;
    return n;
}

static void check_streams(struct fixture *f, const struct stream_client *a,
                          const struct stream_client *b)
{
    size_t x = updates_of(a), y = updates_of(b);
    assert_int_equal(number(f, "rialto-updates", "num-upd-stream"), 2);
    assert_int_equal(number(f, "rialto-updates", "num-upd-msg-total"), x + y);
    assert_int_equal(number(f, "rialto-updates", "num-upd-msg-max"), x > y ? x : y);
    assert_int_equal(number(f, "rialto-updates", "num-upd-msg-min"), x < y ? x : y);
    assert_float_equal(number(f, "rialto-updates", "num-upd-msg-avg"), (double)(x + y) / 2,
                       1e-9);
}

static void open_stream(struct stream_client *c, struct fixture *f,
                        const struct followed *const *what)
{
    struct buf add = {0};
    for (; *what; what++)
        stream_client_want(c, *what, true, &add);
    assert_int_equal(stream_client_open(c, f, buf_cstr(&add)), 200);
    buf_free(&add);
}

/* Bodies become events when somebody has asked for them. */
static void read_all(struct stream_client *c)
{
    for (unsigned i = 0; i < 3; i++) {
        stream_client_read(c, 1000);
        updates_tick(server_updates(c->fixture->server));
    }
}

/* What the streams' clients counted themselves: control events and comments aside. */
static void test_streams(void **state)
{
    const struct followed *const both[] = {&map, &costs, NULL}, *const one[] = {&map, NULL};
    struct stream_client a = {0}, b = {0};
    struct fixture f;
    struct world w;
    (void)state;
    start(&f, "limits: {streams_per_client: 2}\n");
    world_start(&w, 1);
    open_stream(&a, &f, both);
    open_stream(&b, &f, one);
    check_streams(&f, &a, &b); /* nothing was read yet */
    for (unsigned i = 0; i < 5; i++) {
        w.extra_prefix = i % 2 == 0;
        w.routing[1] = 20 + i;
        world_publish(&w, &f);
        updates_refresh(server_updates(f.server));
        read_all(&a);
        if (i % 2 == 0)
            read_all(&b);
        check_streams(&f, &a, &b);
    }
    assert_true(updates_of(&a) > updates_of(&b) && updates_of(&b) > 1);
    size_t sent = updates_of(&a) + updates_of(&b);
    stream_client_close(&a);
    assert_int_equal(number(&f, "rialto-updates", "num-upd-msg-total"), updates_of(&b));
    assert_int_equal(number(&f, "rialto-updates", "num-upd-msg-max"),
                     number(&f, "rialto-updates", "num-upd-msg-min"));
    assert_int_equal(number(&f, "rialto-updates", "num-upd-msg-total-last"), sent);
    stream_client_close(&b);
    assert_int_equal(number(&f, "rialto-updates", "num-upd-stream"), 0);
    assert_int_equal(number(&f, "rialto-updates", "num-upd-msg-avg"), 0);
    assert_true(number(&f, "rialto-tips", "num-upd-stream") < 0);
    check_sums(&f, "rialto-updates", 2, 0);
    fixture_stop(&f);
}

/* --- what maps consist of --- */

static size_t members(struct fixture *f, const char *path, const char *where)
{
    struct answer a = fixture_get(f, path);
    json_t *root = answer_json(&a, 200);
    const json_t *at = json_at(root, where);
    size_t n = json_is_array(at) ? json_array_size(at) : json_object_size(at);
    json_decref(root);
    answer_free(&a);
    return n;
}

static void test_entries(void **state)
{
    static const struct snap_document documents[] = {
        {.name = "nm.json",
         .kind = "network-map",
         .body = "{'meta':{'vtag':{'resource-id':'nm','tag':'t'}},'network-map':{"
                 "'P1':{'ipv4':['10.2.0.0/16']},'P2':{'ipv4':['0.0.0.0/0']}}}"},
        {.name = "a.json",
         .kind = "cdni-advertisement",
         .body = "{'meta':{},'cdni-advertisement':{'capabilities-with-footprints':["
                 "{'capability-type':'T','capability-value':{'v':1}},"
                 "{'capability-type':'T','capability-value':{'v':2},'footprints':[{"
                 "'footprint-type':'asn','footprint-value':['as1','as2']}]}]}}"},
        {.name = "v.view.json",
         .kind = "view",
         .body = "{'resources':[{'id':'my-map','path':'/m','document':'nm.json'},"
                 "{'id':'ad','path':'/ad','document':'a.json'},"
                 "{'id':'pm','kind':'property-map','path':'/pm','documents':['a.json'],"
                 "'uses':['ad'],'mappings':{'asn':['ad.cdni-capabilities']}}]}"},
        {0},
    };
    static const struct {
        const char *id, *name, *path, *where;
        size_t n;
    } cases[] = {
        {MAP, "num-map-pid", "/networkmap", "network-map", 3},
        {"my-map", "num-map-pid", "/m", "network-map", 2},
        {"rialto-propmap", "num-map-entry", "/propmap", "property-map", 0},
        {"rialto-anes", "num-map-entry", "/anes", "property-map", 1},
        {"pm", "num-map-entry", "/pm", "property-map", 2},
        {"ad", "num-base-obj", "/ad", "cdni-advertisement/capabilities-with-footprints", 2},
    };
    struct fixture f;
    (void)state;
    start(&f, "persistent_ids: [\"r1|r2\"]\n");
    fixture_publish(&f, documents);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t told = (size_t)number(&f, cases[i].id, cases[i].name);
        size_t there = members(&f, cases[i].path, cases[i].where);
        if (told != there || there == 0 || (cases[i].n && there != cases[i].n))
            fail_msg("%s: %zu told, %zu there", cases[i].id, told, there);
    }
    assert_true(number(&f, "rialto-networkmap-filtered", "num-map-pid") < 0);
    fixture_stop(&f);
}

/* --- /metrics --- */

static char *metrics(struct fixture *f)
{
    struct answer a = fixture_get(f, "/metrics");
    assert_int_equal(a.reply.status, 200);
    assert_string_equal(a.reply.type, "text/plain; version=0.0.4; charset=utf-8");
    assert_string_equal(answer_header(&a, "Cache-Control"), "no-store");
    char *text = strdup(a.text);
    answer_free(&a);
    return text;
}

static void has_line(const char *text, const char *line)
{
    size_t n = strlen(line);
    for (const char *p = strstr(text, line); p; p = strstr(p + 1, line)) {
        if ((p == text || p[-1] == '\n') && p[n] == '\n')
            return;
    }
    fail_msg("%s is not in\n%s", line, text);
}

/* Samples stand behind the two comments of their name, each name has them once. */
static void check_form(char *text)
{
    char name[80] = "";
    char *rest = NULL, *seen[64];
    size_t n_seen = 0, samples = 0;
    assert_int_equal(text[strlen(text) - 1], '\n');
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            snprintf(name, sizeof(name), "%.*s", (int)strcspn(line + 7, " "), line + 7);
            for (size_t i = 0; i < n_seen; i++)
                assert_string_not_equal(seen[i], name);
            assert_true(n_seen < 64);
            seen[n_seen++] = strdup(name);
            continue;
        }
        if (strncmp(line, "# TYPE ", 7) == 0) {
            assert_int_equal(strncmp(line + 7, name, strlen(name)), 0);
            continue;
        }
        assert_int_equal(strncmp(line, name, strlen(name)), 0);
        assert_non_null(strchr("{ ", line[strlen(name)]));
        samples++;
    }
    assert_true(samples > n_seen);
    while (n_seen > 0)
        free(seen[--n_seen]);
}

static void test_metrics(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "limits: {streams: 0}\n");
    f.now += 7 * SECOND;
    get(&f, "/networkmap");
    get(&f, "/nothing");
    assert_int_equal(get(&f, "/readyz"), 200);
    struct answer a =
        fixture_post(&f, "/updates", "{\"add\":{\"s\":{\"resource-id\":\"" MAP "\"}}}");
    assert_int_equal(a.reply.status, 503);
    answer_free(&a);
    char *text = metrics(&f);
    has_line(text, "# TYPE rialto_replies_total counter");
    has_line(text, "# TYPE rialto_ready gauge");
    has_line(text, "rialto_ready 1");
    has_line(text, "rialto_build_info{version=\"" RIALTO_VERSION "\"} 1");
    has_line(text, "rialto_snapshot_generation 1");
    has_line(text, "rialto_snapshot_age_seconds 7");
    has_line(text, "rialto_snapshot_tag_age_seconds 7");
    has_line(text, "rialto_replies_total{status=\"200\"} 2");
    has_line(text, "rialto_replies_total{status=\"404\"} 1");
    has_line(text, "rialto_refused_total{reason=\"streams\"} 1");
    has_line(text, "rialto_refused_total{reason=\"peer\"} 0");
    has_line(text, "rialto_resource_requests_total{resource=\"" MAP "\",result=\"success\"} 1");
    has_line(
        text,
        "rialto_resource_requests_total{resource=\"rialto-updates\",result=\"failure\"} 1");
    has_line(text, "rialto_network_map_pids{resource=\"" MAP "\"} 3");
    has_line(text, "rialto_source_scopes{domain=\"one\",source=\"test\"} 1");
    has_line(text, "rialto_source_stale_scopes{domain=\"one\",source=\"test\"} 0");
    has_line(text, "rialto_source_age_seconds{domain=\"one\",source=\"test\"} 7");
    check_form(text);
    free(text);
    fixture_stop(&f);
}

/* The tag's age begins anew with what is served, not with each snapshot. */
static void test_tag_age(void **state)
{
    struct fixture f;
    struct world w;
    (void)state;
    start(&f, NULL);
    world_start(&w, 1);
    world_publish(&w, &f);
    f.now += 5 * SECOND;
    world_publish(&w, &f);
    char *text = metrics(&f);
    has_line(text, "rialto_snapshot_age_seconds 0");
    has_line(text, "rialto_snapshot_tag_age_seconds 5");
    free(text);
    w.routing[1] = 17;
    world_publish(&w, &f);
    text = metrics(&f);
    has_line(text, "rialto_snapshot_tag_age_seconds 0");
    free(text);
    fixture_stop(&f);
}

/* Names of domains may hold anything. */
static void test_labels(void **state)
{
    static struct origin odd = {
        .domain = "a\"b\\c\nd", .source = "s", .collected_at = FACT_NONE};
    struct fixture f;
    struct err e = {0};
    (void)state;
    start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    s->scopes[0] =
        (struct scope_status){.origin = odd, .attempted_at = FACT_NONE, .error = "x"};
    board_publish(f.board, s);
    assert_int_equal(server_refresh(f.server, &e), 0);
    char *text = metrics(&f);
    has_line(text, "rialto_source_stale_scopes{domain=\"a\\\"b\\\\c\\nd\",source=\"s\"} 1");
    assert_null(strstr(text, "rialto_source_age_seconds{")); /* it was never read */
    free(text);
    fixture_stop(&f);
}

static void test_access(void **state)
{
    static const char *const paths[] = {"/metrics", "/api/v1/statistics"};
    struct fixture f;
    (void)state;
    start(&f, NULL);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(get(&f, paths[i]), 200);
        assert_int_equal(ask(&f, (struct request){.method = "POST", .path = paths[i]}), 405);
    }
    f.class = NULL;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(get(&f, paths[i]), 403);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests), cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_window),   cmocka_unit_test(test_editions),
        cmocka_unit_test(test_streams),  cmocka_unit_test(test_entries),
        cmocka_unit_test(test_metrics),  cmocka_unit_test(test_tag_age),
        cmocka_unit_test(test_labels),   cmocka_unit_test(test_access),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
