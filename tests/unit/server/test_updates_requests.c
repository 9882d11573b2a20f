/* SPDX-License-Identifier: Apache-2.0 */
/* What update streams and TIPS are asked: refusals, control, limits, time. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "server/watch.h"
#include "unit/cmocka_all.h"
#include "unit/server/follower.h"
#include "unit/server/world.h"
#include "wire/media.h"

#define MAP      "\"resource-id\":\"rialto-networkmap\""
#define LONG_ID  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 65 */
#define FILTER   "\"resource-id\":\"rialto-costmap-filtered\""
#define BAD_COST "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"none\"}}"

static const struct followed map = {"rialto-networkmap", "/networkmap", NULL};
static const struct followed costs = {"rialto-costmap-routingcost", "/costmap/num/routingcost",
                                      NULL};

static void start(struct fixture *f, const char *config)
{
    fixture_start(f, config);
    updates_on_wake(server_updates(f->server), follower_wake);
}

struct refusal {
    const char *body, *code, *field, *value; /* NULL: not looked at */
};

static void check_refusals(struct fixture *f, const char *path, const struct refusal *cases,
                           size_t n)
{
    for (size_t i = 0; i < n; i++)
        answer_is_error(fixture_post(f, path, cases[i].body), 400, cases[i].code,
                        cases[i].field, cases[i].value);
    struct updates_count count = updates_count(server_updates(f->server));
    assert_int_equal(count.watches + count.streams + count.views, 0);
}

/* RFC 8895 section 6.6: nothing is opened, whatever else was right. */
static void test_stream_refusals(void **state)
{
    static const struct refusal cases[] = {
        {"{", "E_SYNTAX", NULL, NULL},
        {"{\"add\":{\"a\":{" MAP "},\"a\":{" MAP "}}}", "E_SYNTAX", NULL, NULL},
        {"{}", "E_MISSING_FIELD", "add", NULL},
        {"{\"add\":{}}", "E_MISSING_FIELD", "add", NULL},
        {"{\"remove\":[]}", "E_MISSING_FIELD", "add", NULL},
        {"[]", "E_INVALID_FIELD_TYPE", NULL, NULL},
        {"{\"add\":[]}", "E_INVALID_FIELD_TYPE", "add", NULL},
        {"{\"add\":{\"a\":1}}", "E_INVALID_FIELD_TYPE", "add/a", NULL},
        {"{\"add\":{\"a\":{}}}", "E_MISSING_FIELD", "add/a/resource-id", NULL},
        {"{\"add\":{\"a\":{\"resource-id\":1}}}", "E_INVALID_FIELD_TYPE", "add/a/resource-id",
         NULL},
        {"{\"add\":{\"a\":{" MAP ",\"tag\":5}}}", "E_INVALID_FIELD_TYPE", "add/a/tag", NULL},
        {"{\"add\":{\"a\":{" MAP ",\"incremental-changes\":\"no\"}}}", "E_INVALID_FIELD_TYPE",
         "add/a/incremental-changes", NULL},
        {"{\"add\":{\"a\":{" MAP ",\"input\":[]}}}", "E_INVALID_FIELD_TYPE", "add/a/input",
         NULL},
        {"{\"add\":{\"a\":{\"resource-id\":\"none\"}}}", "E_INVALID_FIELD_VALUE",
         "add/a/resource-id", "none"},
        {"{\"add\":{\"a\":{\"resource-id\":\"rialto-updates\"}}}", "E_INVALID_FIELD_VALUE",
         "add/a/resource-id", "rialto-updates"},
        {"{\"add\":{\"good\":{" MAP "},\"bad\":{\"resource-id\":\"none\"}}}",
         "E_INVALID_FIELD_VALUE", "add/bad/resource-id", "none"},
        {"{\"add\":{\"" LONG_ID "\":{" MAP "}}}", "E_INVALID_FIELD_VALUE", "add", LONG_ID},
        {"{\"add\":{\"a.b\":{" MAP "}}}", "E_INVALID_FIELD_VALUE", "add", "a.b"},
        {"{\"add\":{\"a/b\":{" MAP "}}}", "E_INVALID_FIELD_VALUE", "add", "a/b"},
        {"{\"add\":{\"\":{" MAP "}}}", "E_INVALID_FIELD_VALUE", "add", NULL},
        /* what the resource itself says */
        {"{\"add\":{\"a\":{" FILTER "}}}", "E_MISSING_FIELD", "cost-type", NULL},
        {"{\"add\":{\"a\":{" FILTER ",\"input\":" BAD_COST "}}}", "E_INVALID_FIELD_VALUE",
         "cost-type/cost-metric", "none"},
    };
    struct fixture f;
    (void)state;
    start(&f, NULL);
    check_refusals(&f, "/updates", cases, sizeof(cases) / sizeof(*cases));
    fixture_stop(&f);
}

/* RFC 9569 section 6.2. */
static void test_tips_refusals(void **state)
{
    static const struct refusal cases[] = {
        {"{", "E_SYNTAX", NULL, NULL},
        {"{}", "E_MISSING_FIELD", "resource-id", NULL},
        {"{\"resource-id\":[]}", "E_INVALID_FIELD_TYPE", "resource-id", NULL},
        {"{\"resource-id\":\"my-network-map/#\"}", "E_INVALID_FIELD_VALUE", "resource-id",
         "my-network-map/#"},
        {"{\"resource-id\":\"rialto-tips\"}", "E_INVALID_FIELD_VALUE", "resource-id",
         "rialto-tips"},
        {"{" MAP ",\"tag\":{}}", "E_INVALID_FIELD_TYPE", "tag", NULL},
        {"{" FILTER "}", "E_MISSING_FIELD", "cost-type", NULL},
    };
    struct fixture f;
    (void)state;
    start(&f, NULL);
    check_refusals(&f, "/tips", cases, sizeof(cases) / sizeof(*cases));
    fixture_stop(&f);
}

static void read_all(struct stream_client *c)
{
    for (unsigned i = 0; i < 20 && c->woken && !c->ended; i++) {
        stream_client_read(c, 10000);
        updates_tick(server_updates(c->fixture->server));
    }
}

static void open_both(struct stream_client *c, struct fixture *f)
{
    struct buf add = {0};
    *c = (struct stream_client){0};
    stream_client_want(c, &map, true, &add);
    stream_client_want(c, &costs, true, &add);
    assert_int_equal(stream_client_open(c, f, buf_cstr(&add)), 200);
    buf_free(&add);
    read_all(c);
}

static void control_is_refused(struct stream_client *c, const struct refusal *r)
{
    struct request q = {.method = "POST",
                        .path = c->control,
                        .content_type = MEDIA_STREAM_PARAMS,
                        .body = r->body,
                        .len = strlen(r->body)};
    answer_is_error(fixture_request(c->fixture, q), 400, r->code, r->field, r->value);
}

/* RFC 8895 section 7.6 */
static void test_control_refusals(void **state)
{
    static const struct refusal cases[] = {
        {"{}", "E_MISSING_FIELD", "add", NULL},
        {"{\"remove\":{}}", "E_INVALID_FIELD_TYPE", "remove", NULL},
        {"{\"remove\":[1]}", "E_INVALID_FIELD_VALUE", "remove", NULL},
        {"{\"remove\":[\"properties\"]}", "E_INVALID_FIELD_VALUE", "remove", "properties"},
        {"{\"remove\":[\"sub-0\",\"x\",\"y\"]}", "E_INVALID_FIELD_VALUE", "remove",
         "[\"x\",\"y\"]"},
        {"{\"add\":{\"n\":{" MAP "}},\"remove\":[\"n\"]}", "E_INVALID_FIELD_VALUE", "remove",
         "n"},
        {"{\"add\":{\"n\":{" MAP "}},\"remove\":[]}", "E_INVALID_FIELD_VALUE", "remove", "[]"},
        {"{\"add\":{\"sub-0\":{" MAP "}}}", "E_INVALID_FIELD_VALUE", "add", "sub-0"},
        {"{\"add\":{\"n\":{\"resource-id\":\"none\"}},\"remove\":[\"sub-0\"]}",
         "E_INVALID_FIELD_VALUE", "add/n/resource-id", "none"},
    };
    struct fixture f;
    struct stream_client c;
    (void)state;
    start(&f, NULL);
    open_both(&c, &f);
    size_t events = c.events;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        control_is_refused(&c, &cases[i]);
    read_all(&c);
    assert_int_equal(c.events, events); /* nothing was added or removed */
    struct answer a = fixture_get(&f, c.control);
    assert_int_equal(a.reply.status, 405);
    assert_string_equal(answer_header(&a, "Allow"), "POST, OPTIONS");
    answer_free(&a);
    stream_client_close(&c);
    fixture_stop(&f);
}

static void test_control(void **state)
{
    struct fixture f;
    struct stream_client c;
    struct buf add = {0}, body = {0};
    char control[64];
    (void)state;
    start(&f, NULL);
    open_both(&c, &f);
    assert_int_equal(stream_client_control(&c, "{\"remove\":[\"sub-0\"]}"), 204);
    assert_true(c.woken);
    read_all(&c);
    assert_false(c.subs[0].active);
    assert_true(c.subs[1].active && !c.ended);
    assert_int_equal(stream_client_control(&c, "{\"remove\":[\"sub-0\"]}"), 204); /* again */
    control_is_refused(&c, &(struct refusal){"{\"add\":{\"sub-0\":{" MAP "}}}",
                                             "E_INVALID_FIELD_VALUE", "add", "sub-0"});
    /* add before remove: the stream is never empty */
    stream_client_want(&c, &map, true, &add);
    buf_printf(&body, "{\"add\":{%s},\"remove\":[\"sub-1\"]}", buf_cstr(&add));
    assert_int_equal(stream_client_control(&c, buf_cstr(&body)), 204);
    read_all(&c);
    assert_true(c.subs[2].active && c.subs[2].wholes == 1 && !c.ended);
    snprintf(control, sizeof(control), "%s", c.control);
    assert_int_equal(stream_client_control(&c, "{\"remove\":[]}"), 204);
    read_all(&c);
    assert_true(!c.subs[2].active && c.ended);
    assert_int_equal(stream_client_control(&c, "{\"remove\":[]}"), 404);
    stream_client_close(&c);
    snprintf(c.control, sizeof(c.control), "%s", control);
    c.fixture = &f;
    assert_int_equal(stream_client_control(&c, "{\"remove\":[\"sub-2\"]}"), 404);
    buf_free(&add);
    buf_free(&body);
    fixture_stop(&f);
}

/* RFC 8895 section 6.5: who has the current version is not sent it again. */
static void test_tags(void **state)
{
    struct fixture f;
    struct stream_client c = {0};
    struct document d;
    char add[256];
    (void)state;
    start(&f, NULL);
    d = document_ask(&f, &map);
    snprintf(add, sizeof(add),
             "\"sub-0\":{" MAP ",\"tag\":\"%s\"},\"sub-1\":{" MAP
             ",\"tag\":\"of another day\"}",
             json_string_value(json_at(d.part[0], "meta/vtag/tag")));
    for (size_t i = 0; i < 2; i++) {
        struct buf unused = {0};
        stream_client_want(&c, &map, true, &unused);
        buf_free(&unused);
    }
    assert_int_equal(stream_client_open(&c, &f, add), 200);
    read_all(&c);
    assert_int_equal(c.subs[0].wholes, 0);
    assert_int_equal(c.subs[1].wholes, 1);
    document_free(&d);
    stream_client_close(&c);
    fixture_stop(&f);
}

/* RFC 8895 section 6.8, and section 5.3 where the server itself stops something. */
static void test_silence_and_end(void **state)
{
    static const struct followed document = {"two:nm-networkmap", "/domain/two/nm/networkmap",
                                             NULL};
    struct fixture f;
    struct world w;
    struct stream_client c = {0};
    struct buf add = {0};
    (void)state;
    start(&f, NULL);
    world_start(&w, 3);
    world_publish(&w, &f);
    stream_client_want(&c, &document, true, &add);
    assert_int_equal(stream_client_open(&c, &f, buf_cstr(&add)), 200);
    read_all(&c);
    f.now += 14000000;
    updates_tick(server_updates(f.server));
    assert_false(c.woken);
    f.now += 1000000;
    updates_tick(server_updates(f.server));
    assert_true(c.woken);
    read_all(&c);
    assert_int_equal(c.comments, 1);
    w.no_document = true;
    world_publish(&w, &f);
    updates_refresh(server_updates(f.server));
    f.now += WATCH_GRACE - 1;
    read_all(&c);
    assert_true(c.subs[0].active); /* it may come back */
    w.no_document = false;
    world_publish(&w, &f);
    updates_refresh(server_updates(f.server));
    w.no_document = true;
    world_publish(&w, &f);
    updates_refresh(server_updates(f.server));
    f.now += WATCH_GRACE;
    updates_tick(server_updates(f.server));
    read_all(&c);
    assert_true(!c.subs[0].active && c.ended);
    buf_free(&add);
    stream_client_close(&c);
    assert_int_equal(updates_count(server_updates(f.server)).watches, 0);
    fixture_stop(&f);
}

/* RFC 8896: a calendar moves on by the hour though nothing new is known. */
static void test_calendar_moves(void **state)
{
    static const struct followed calendar = {
        "rialto-endpointcost", "/endpointcost",
        "{\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"bw-residual\"},"
        "\"calendared\":[true],\"endpoints\":{\"srcs\":[\"ipv4:10.1.0.1\"],"
        "\"dsts\":[\"ipv4:10.3.0.1\"]}}"};
    const int64_t hour = 3600 * (int64_t)1000000;
    struct fixture f;
    struct stream_client c = {0};
    struct buf add = {0};
    struct err e = {0};
    (void)state;
    start(&f, NULL);
    f.now -= f.now % hour;
    struct snapshot *s = fixture_snapshot(f.now);
    static const struct origin two = {.domain = "two"};
    struct fact_maintenance window = {.entity = "link:r2|r3",
                                      .start = f.now + hour,
                                      .end = f.now + 2 * hour,
                                      .share = 0.25,
                                      .origin = &two};
    s->maintenance = arena_dup(s->arena, &window, sizeof(window));
    s->n_maintenance = 1;
    board_publish(f.board, s);
    assert_int_equal(server_refresh(f.server, &e), 0);
    stream_client_want(&c, &calendar, true, &add);
    assert_int_equal(stream_client_open(&c, &f, buf_cstr(&add)), 200);
    read_all(&c);
    size_t events = c.events;
    f.now += hour - 1;
    updates_tick(server_updates(f.server));
    updates_refresh(server_updates(f.server));
    read_all(&c);
    assert_int_equal(c.events, events);
    f.now += 1;
    updates_tick(server_updates(f.server));
    updates_refresh(server_updates(f.server));
    read_all(&c);
    assert_int_equal(c.events, events + 1);
    struct document fresh = document_ask(&f, &calendar);
    char *held = document_text(&c.subs[0].held), *now = document_text(&fresh);
    assert_string_equal(held, now);
    free(held);
    free(now);
    document_free(&fresh);
    stream_client_close(&c);
    buf_free(&add);
    fixture_stop(&f);
}

/* A client that never reads costs no memory, and is put right in one step when it does. */
static void test_slow_client(void **state)
{
    struct fixture f;
    struct world w;
    struct stream_client c;
    (void)state;
    start(&f, NULL);
    world_start(&w, 4);
    open_both(&c, &f);
    for (int i = 0; i < 100; i++) {
        w.routing[1] = 100 + i;
        world_publish(&w, &f);
        updates_refresh(server_updates(f.server));
    }
    size_t events = c.events;
    read_all(&c);
    assert_int_equal(c.events, events + 1);
    assert_int_equal(c.subs[1].wholes, 2);
    stream_client_close(&c);
    fixture_stop(&f);
}

static void test_limits(void **state)
{
    struct fixture f;
    struct stream_client c[3] = {0};
    struct tips_client t[2], late;
    (void)state;
    start(&f, "limits: {streams_per_client: 2, views: 1, polls: 1, watches: 2}\n");
    open_both(&c[0], &f);
    open_both(&c[1], &f);
    assert_int_equal(stream_client_open(&c[2], &f, "\"a\":{" MAP "}"), 503);
    tips_client_open(&t[0], &f, &map, NULL);
    struct answer a =
        fixture_post(&f, "/tips", "{\"resource-id\":\"rialto-costmap-routingcost\"}");
    assert_non_null(answer_header(&a, "Retry-After"));
    answer_is_error(a, 429, "E_INVALID_FIELD_VALUE", NULL, NULL);
    a = fixture_post(&f, "/tips", "{\"resource-id\":\"rialto-propmap\"}"); /* a third watch */
    assert_int_equal(a.reply.status, 503);
    answer_free(&a);
    tips_client_read(&t[0]);
    tips_client_open(&late, &f, &map, NULL);
    assert_string_equal(late.view, t[0].view); /* the same for all */
    char path[160];
    snprintf(path, sizeof(path), "%s/ug/1/2", late.view);
    answer_is_error(fixture_get(&f, path), 429, "E_INVALID_FIELD_VALUE", NULL, NULL);
    tips_client_close(&t[0]);
    tips_client_close(&late);
    stream_client_close(&c[0]);
    stream_client_close(&c[1]);
    fixture_stop(&f);
}

/* RFC 9569 section 7.2 */
static void test_edges(void **state)
{
    static const struct {
        const char *method, *path, *accept;
        int status;
    } cases[] = {
        {"GET", "/ug/0/1", MEDIA_NETWORK_MAP "," MEDIA_ERROR, 200},
        {"GET", "/ug/0/1", NULL, 200},
        {"GET", "/ug/0/1", MEDIA_MERGE_PATCH, 415},
        {"GET", "/ug/1/2", MEDIA_MERGE_PATCH "," MEDIA_JSON_PATCH, 200},
        {"GET", "/ug/1/2", MEDIA_NETWORK_MAP, 415},
        {"GET", "/ug/1/3", NULL, 404},
        {"GET", "/ug/0/2", NULL, 404},
        {"GET", "/ug/2/1", NULL, 404},
        {"GET", "/ug/2/2", NULL, 404},
        {"GET", "/ug/0/0", NULL, 410},
        {"GET", "/ug/3/4", NULL, 0},
        {"GET", "/ug/4/5", NULL, 425},
        {"GET", "/ug/7/8", NULL, 425},
        {"GET", "/ug/01/2", NULL, 404},
        {"GET", "/ug/-1/2", NULL, 404},
        {"GET", "/ug/1", NULL, 404},
        {"GET", "/ug/1/2/3", NULL, 404},
        {"GET", "/ug/a/b", NULL, 404},
        {"GET", "/ug/99999999999999999999/2", NULL, 404},
        {"GET", "/push", NULL, 404},
        {"GET", "", NULL, 405},
        {"DELETE", "", NULL, 405},
        {"GET", "/ug", NULL, 405},
        {"POST", "/ug/1/2", NULL, 405},
        {"OPTIONS", "/ug/1/2", NULL, 204},
        {"POST", "/ug", NULL, 415},
    };
    struct fixture f;
    struct world w;
    struct tips_client t;
    (void)state;
    start(&f, NULL);
    world_start(&w, 5);
    tips_client_open(&t, &f, &map, NULL);
    for (int i = 0; i < 2; i++) {
        w.extra_prefix = !w.extra_prefix;
        world_publish(&w, &f);
        updates_refresh(server_updates(f.server));
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char path[160];
        snprintf(path, sizeof(path), "%s%s", t.view, cases[i].path);
        struct answer a = fixture_request(&f, (struct request){.method = cases[i].method,
                                                               .path = path,
                                                               .accept = cases[i].accept});
        if (a.reply.status != cases[i].status)
            fail_msg("%s %s: %d", cases[i].method, cases[i].path, a.reply.status);
        assert_true(a.reply.status < 400 || a.reply.status == 405 ||
                    cases[i].method[0] == 'P' || strcmp(a.reply.type, MEDIA_ERROR) == 0);
        if (a.reply.parking.close)
            a.reply.parking.close(a.reply.parking.self);
        answer_free(&a);
    }
    tips_client_close(&t);
    fixture_stop(&f);
}

/* RFC 9569 section 3.2: versions go from the left, and the first one is always there whole. */
static void test_compaction(void **state)
{
    struct fixture f;
    struct world w;
    struct tips_client t;
    char path[160];
    uint64_t starts = 0, last = 1;
    (void)state;
    start(&f, NULL);
    world_start(&w, 6);
    tips_client_open(&t, &f, &costs, NULL);
    for (int i = 0; i < 150; i++) {
        w.routing[1] = 100 + i;
        world_publish(&w, &f);
        updates_refresh(server_updates(f.server));
        struct answer a =
            fixture_post(&f, "/tips", "{\"resource-id\":\"rialto-costmap-routingcost\"}");
        json_t *root = answer_json(&a, 200);
        const json_t *s = json_at(root, "tips-view-summary/updates-graph-summary");
        uint64_t start = (uint64_t)json_integer_value(json_object_get(s, "start-seq"));
        uint64_t whole = (uint64_t)json_integer_value(json_at(s, "start-edge-rec/seq-j"));
        assert_int_equal(json_integer_value(json_object_get(s, "end-seq")), i + 2);
        assert_true(start >= last && whole >= start);
        starts += start > last;
        last = start;
        json_decref(root);
        answer_free(&a);
        snprintf(path, sizeof(path), "%s/ug/0/%d", t.view, (int)start);
        a = fixture_get(&f, path);
        assert_int_equal(a.reply.status, 200);
        answer_free(&a);
    }
    assert_true(starts >= 2 && last <= 150 - WATCH_VERSIONS + 2);
    tips_client_read(&t); /* its next edge is gone: it asks where to go on */
    assert_int_equal(t.gone, 1);
    tips_client_close(&t);
    fixture_stop(&f);
}

/* RFC 9569 section 4.1: a view that nobody uses is closed, and its name is gone for good. */
static void test_idle_view(void **state)
{
    struct fixture f;
    struct tips_client t, again;
    char path[160];
    (void)state;
    start(&f, NULL);
    tips_client_open(&t, &f, &map, NULL);
    tips_client_read(&t); /* waits */
    f.now += (int64_t)3600 * 1000000;
    updates_tick(server_updates(f.server));
    assert_int_equal(updates_count(server_updates(f.server)).views, 1);
    snprintf(path, sizeof(path), "%s/ug/0/1", t.view);
    tips_client_close(&t);
    f.now += (int64_t)600 * 1000000;
    updates_tick(server_updates(f.server));
    assert_int_equal(updates_count(server_updates(f.server)).watches, 0);
    answer_is_error(fixture_get(&f, path), 404, "E_INVALID_FIELD_VALUE", NULL, NULL);
    tips_client_open(&again, &f, &map, NULL);
    assert_int_not_equal(strncmp(again.view, path, strlen(again.view)), 0);
    tips_client_close(&again);
    fixture_stop(&f);
}

/* RFC 9569 section 6.3.3: the summary of a view in a stream, and the view is kept open by it.
 */
static void test_summary(void **state)
{
    static const struct followed summary = {"rialto-tips", "/tips",
                                            "{\"resource-id\":\"rialto-costmap-routingcost\"}"};
    struct fixture f;
    struct world w;
    struct stream_client c = {0};
    struct tips_client t;
    struct buf add = {0};
    (void)state;
    start(&f, NULL);
    world_start(&w, 7);
    world_publish(&w, &f);
    stream_client_want(&c, &summary, true, &add);
    assert_int_equal(stream_client_open(&c, &f, buf_cstr(&add)), 200);
    read_all(&c);
    for (int i = 0; i < 80; i++) {
        w.routing[1] = 100 + i;
        world_publish(&w, &f);
        updates_refresh(server_updates(f.server));
        read_all(&c);
        struct document fresh = document_ask(&f, &summary);
        char *a = document_text(&c.subs[0].held), *b = document_text(&fresh);
        assert_string_equal(a, b);
        free(a);
        free(b);
        document_free(&fresh);
    }
    assert_int_equal(c.subs[0].wholes, 1);
    assert_int_equal(c.subs[0].patches, 80);
    f.now += (int64_t)3600 * 1000000;
    updates_tick(server_updates(f.server));
    tips_client_open(&t, &f, &costs, NULL);
    assert_non_null(
        strstr(json_string_value(json_at(c.subs[0].held.part[0], "tips-view-uri")), t.view));
    tips_client_close(&t);
    stream_client_close(&c);
    f.now += (int64_t)600 * 1000000;
    updates_tick(server_updates(f.server));
    assert_int_equal(updates_count(server_updates(f.server)).watches, 0);
    answer_is_error(
        fixture_post(&f, "/updates", "{\"add\":{\"a\":{\"resource-id\":\"rialto-tips\"}}}"),
        400, "E_MISSING_FIELD", "resource-id", NULL);
    buf_free(&add);
    fixture_stop(&f);
}

/* A view of path vectors is not for those who may not see them. */
static void test_grants(void **state)
{
    static const struct followed vectors = {
        "rialto-pathvector", NULL,
        "{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"},\"endpoints\":{"
        "\"srcs\":[\"ipv4:10.1.0.1\"],\"dsts\":[\"ipv4:10.2.0.1\"]}}"};
    struct fixture f;
    struct tips_client t;
    char path[160], body[400];
    (void)state;
    start(&f, NULL);
    tips_client_open(&t, &f, &vectors, NULL);
    snprintf(path, sizeof(path), "%s/ug/0/1", t.view);
    f.class = NULL;
    answer_is_error(fixture_post(&f, "/tips", "{\"resource-id\":\"rialto-pathvector\"}"), 400,
                    "E_INVALID_FIELD_VALUE", "resource-id", "rialto-pathvector");
    struct answer a = fixture_get(&f, path);
    assert_int_equal(a.reply.status, 404);
    answer_free(&a);
    snprintf(body, sizeof(body),
             "{\"add\":{\"a\":{\"resource-id\":\"rialto-pathvector\","
             "\"input\":%s}}}",
             vectors.input);
    answer_is_error(fixture_post(&f, "/updates", body), 400, "E_INVALID_FIELD_VALUE",
                    "add/a/resource-id", "rialto-pathvector");
    tips_client_close(&t);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_refusals),
        cmocka_unit_test(test_tips_refusals),
        cmocka_unit_test(test_control_refusals),
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_silence_and_end),
        cmocka_unit_test(test_calendar_moves),
        cmocka_unit_test(test_slow_client),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_compaction),
        cmocka_unit_test(test_idle_view),
        cmocka_unit_test(test_grants),
        cmocka_unit_test(test_summary),
    };
    log_setup("test", LOG_LEVEL_ERROR, false); /* documents that can't be used */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
