/* SPDX-License-Identifier: Apache-2.0 */
/* Calendars of the merged view: costs that were measured, path vectors under maintenance. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "model/history.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

#define HOUR HISTORY_INTERVAL
#define DAY  24 /* intervals */

#define A1   "ipv4:10.1.0.1"
#define A2   "ipv4:10.1.0.2"
#define B1   "ipv4:10.2.0.1"
#define C1   "ipv4:10.3.0.1"
#define D1   "ipv4:10.3.4.1"
#define Q(x) "\"" x "\""

#define TYPE(mode, metric) "{\"cost-mode\":\"" mode "\",\"cost-metric\":\"" metric "\"}"
#define ONE(type, flag)    "\"cost-type\":" type ",\"calendared\":[" flag "]"
#define MANY(types, flags) "\"multi-cost-types\":[" types "],\"calendared\":[" flags "]"
#define TPUT               TYPE("numerical", "tput")
#define BANDWIDTH          TYPE("numerical", "bw-residual")
#define PATHS              TYPE("array", "ane-path")
#define PAIR(src, dst)     ",\"endpoints\":{\"srcs\":[" Q(src) "],\"dsts\":[" Q(dst) "]}"
#define PIDS(src, dst)     ",\"pids\":{\"srcs\":[" Q(src) "],\"dsts\":[" Q(dst) "]}"
#define RESERVABLE         ",\"ane-property-names\":[\"max-reservable-bandwidth\"]"

static const struct origin by_two = {.domain = "two"};

/* --- worlds --- */

/* A quarter of r2|r3 (10G) is left in the second hour, nothing of r2 in the third. */
static const struct fact_maintenance works[] = {
    {.entity = "link:r2|r3", .start = HOUR, .end = 2 * HOUR, .share = 0.25, .origin = &by_two},
    {.entity = "node:r2",
     .start = 3 * HOUR - 1,
     .end = 3 * HOUR,
     .share = NAN,
     .origin = &by_two},
};

static struct addr addr(const char *text)
{
    struct addr a;
    assert_true(addr_parse(slice_of(text), &a));
    return a;
}

static int64_t hour_of(const struct fixture *f)
{
    return f->now - f->now % HOUR;
}

/* Windows are given from the hour on that has begun. */
static void announce(struct snapshot *s, const struct fixture *f,
                     const struct fact_maintenance *windows, size_t n)
{
    s->maintenance = ARENA_ARRAY(s->arena, n + 1, struct fact_maintenance);
    s->n_maintenance = n;
    for (size_t i = 0; i < n; i++) {
        s->maintenance[i] = windows[i];
        s->maintenance[i].start += hour_of(f);
        s->maintenance[i].end += hour_of(f);
    }
    qsort(s->maintenance, n, sizeof(*s->maintenance), snapshot_window_cmp);
}

/* Of tput, measured from alpha to beta: between the PIDs, and between A1 and B1. */
static void measure(struct snapshot *s, double present, double *of_pids, double *of_addresses)
{
    const struct snap_pattern pids = {
        .metric = "tput", .src_pid = 0, .dst_pid = 1, .day = of_pids};
    const struct snap_pattern addresses = {.metric = "tput",
                                           .src = addr("10.1.0.1"),
                                           .dst = addr("10.2.0.1"),
                                           .day = of_addresses};
    const struct snap_measured measured = {"tput", addresses.src, addresses.dst, present};
    struct cost_metric *metrics = ARENA_ARRAY(s->arena, s->n_metrics + 1, struct cost_metric);
    memcpy(metrics, s->metrics, s->n_metrics * sizeof(*metrics));
    struct cost_metric *m = &metrics[s->n_metrics++];
    *m = (struct cost_metric){.name = "tput", .algebra = COST_MIN};
    m->value = ARENA_ARRAY(s->arena, 9, double);
    m->cls = ARENA_ARRAY(s->arena, 9, uint8_t);
    m->measured = ARENA_ARRAY(s->arena, 9, uint8_t);
    for (size_t i = 0; i < 9; i++)
        m->value[i] = i == 1 ? present : NAN;
    m->measured[1] = 1;
    s->metrics = metrics;
    s->measured = arena_dup(s->arena, &measured, sizeof(measured));
    s->n_measured = 1;
    s->pid_patterns =
        (struct snap_patterns){.v = arena_dup(s->arena, &pids, sizeof(pids)), .n = 1};
    s->address_patterns =
        (struct snap_patterns){.v = arena_dup(s->arena, &addresses, sizeof(addresses)), .n = 1};
}

static void publish(struct fixture *f, struct snapshot *s)
{
    struct err e = {0};
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
}

/* Hour h of the day has 100 + h, of the addresses 200 + h; 5 and 7 are unknown. */
static void start(struct fixture *f, const char *config, size_t n_windows)
{
    static double of_pids[DAY], of_addresses[DAY];
    fixture_start(f, config);
    for (int h = 0; h < DAY; h++) {
        of_pids[h] = h == 5 ? NAN : 100 + h;
        of_addresses[h] = h == 5 || h == 7 ? NAN : 200 + h;
    }
    struct snapshot *s = fixture_snapshot(f->now);
    measure(s, 77, of_pids, of_addresses);
    announce(s, f, works, n_windows);
    publish(f, s);
}

/* The hour of the day of an interval. */
static int clock_hour(const struct fixture *f, size_t interval)
{
    return (int)((hour_of(f) / HOUR + (int64_t)interval) % DAY);
}

static json_t *post(struct fixture *f, const char *path, const char *body)
{
    struct answer a = fixture_post(f, path, body);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

static double number(const json_t *list, size_t i)
{
    const json_t *value = json_array_get(list, i);
    return json_is_null(value) ? NAN : json_number_value(value);
}

/* --- measured costs --- */

static const json_t *capabilities(const json_t *directory, const char *suffix)
{
    const char *id;
    json_t *entry;
    json_object_foreach(json_object_get((json_t *)(uintptr_t)directory, "resources"), id, entry)
    {
        if (strcmp(id + strlen("rialto-"), suffix) == 0)
            return json_object_get(entry, "capabilities");
    }
    return NULL;
}

/* What is announced, of which types. */
static void test_announced(void **state)
{
    static const struct {
        size_t windows;
        const char *resource, *types; /* NULL: no calendar */
    } cases[] = {
        {0, "costmap-filtered", "[\"num-tput\"]"},
        {0, "endpointcost", "[\"num-tput\"]"},
        {0, "pathvector", "[\"num-tput\"]"},
        {0, "costmap-tput", NULL},
        {2, "costmap-filtered", "[\"num-bw-residual\",\"num-tput\"]"},
        {2, "endpointcost", "[\"num-bw-residual\",\"num-tput\"]"},
        {2, "pathvector", "[\"path-vector\",\"num-bw-residual\",\"num-tput\"]"},
        {2, "pathvector-costmap", "[\"path-vector\",\"num-bw-residual\",\"num-tput\"]"},
        {2, "costmap-bw-residual", NULL}, /* RFC 8896 section 3.3.2 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        start(&f, NULL, cases[i].windows);
        struct answer a = fixture_get(&f, "/directory");
        json_t *root = answer_json(&a, 200);
        const json_t *has = capabilities(root, cases[i].resource);
        assert_non_null(has);
        const json_t *list = json_object_get(has, "calendar-attributes");
        if (cases[i].types) {
            char *types =
                json_dumps(json_at(json_array_get(list, 0), "cost-type-names"), JSON_COMPACT);
            assert_int_equal(json_array_size(list), 1);
            assert_string_equal(types, cases[i].types);
            assert_int_equal(
                json_integer_value(json_at(json_array_get(list, 0), "number-of-intervals")),
                DAY);
            free(types);
        } else {
            assert_null(list);
        }
        json_decref(root);
        answer_free(&a);
        fixture_stop(&f);
    }
}

/* Windows before measurements, these before the present value. */
static void test_measured(void **state)
{
    static const struct {
        const char *path, *body, *map, *src, *dst;
        int first; /* value of the first hour of a day; 0: the pair has none */
        bool gap;  /* at 7 as well */
    } cases[] = {
        {"/costmap/filtered", "{" ONE(TPUT, "true") PIDS("alpha", "beta") "}", "cost-map",
         "alpha", "beta", 100, false},
        {"/costmap/filtered", "{" ONE(TPUT, "true") PIDS("alpha", "gamma") "}", "cost-map",
         "alpha", "gamma", 0, false},
        {"/endpointcost", "{" ONE(TPUT, "true") PAIR(A1, B1) "}", "endpoint-cost-map", A1, B1,
         200, true},
        {"/endpointcost", "{" ONE(TPUT, "true") PAIR(A2, B1) "}", "endpoint-cost-map", A2, B1,
         100, false},
        {"/endpointcost", "{" ONE(TPUT, "true") PAIR(A1, C1) "}", "endpoint-cost-map", A1, C1,
         0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        start(&f, NULL, 2);
        json_t *root = post(&f, cases[i].path, cases[i].body);
        const json_t *value = json_object_get(
            json_object_get(json_object_get(root, cases[i].map), cases[i].src), cases[i].dst);
        assert_int_equal(json_array_size(value), cases[i].first ? DAY : 0);
        for (size_t k = 0; cases[i].first && k < DAY; k++) {
            int hour = clock_hour(&f, k);
            double expected =
                hour == 5 || (cases[i].gap && hour == 7) ? 77 : cases[i].first + hour;
            assert_true(number(value, k) == (k == 2 ? 0 : expected)); /* without r2 */
        }
        assert_non_null(
            json_at(root, "meta/calendar-response-attributes/0/time-interval-size"));
        json_decref(root);
        fixture_stop(&f);
    }
}

/* Costs between PIDs are under maintenance as those between addresses. */
static void test_bandwidth_between_pids(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, NULL, 2);
    json_t *root = post(&f, "/costmap/filtered",
                        "{" MANY(BANDWIDTH "," TPUT "," BANDWIDTH, "true,true,false")
                            PIDS("alpha", "gamma") "}");
    const json_t *cell = json_at(root, "cost-map/alpha/gamma");
    const json_t *calendar = json_array_get(cell, 0);
    double full = 10e9 / 8;
    assert_int_equal(json_array_size(calendar), DAY);
    assert_true(number(calendar, 0) == full);
    assert_true(number(calendar, 1) == full / 4);
    assert_true(number(calendar, 2) == 0);
    assert_true(number(calendar, 3) == full);
    assert_true(json_is_null(json_array_get(cell, 1))); /* never measured */
    assert_true(number(cell, 2) == full);
    assert_int_equal(json_array_size(json_at(root, "meta/calendar-response-attributes")), 2);
    json_decref(root);
    fixture_stop(&f);
}

/* Windows count where the value is from: on the path of the lowest endpoint address, which is
 * by r4 as well. */
static void test_stand_ins(void **state)
{
    static const struct fact_maintenance window = {
        .entity = "node:r4", .start = HOUR, .end = 2 * HOUR, .share = 0, .origin = &by_two};
    const struct addr addrs[] = {addr("10.3.9.9"), addr("10.3.4.1")};
    struct fixture f;
    (void)state;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    s->endpoints[0].addrs = arena_dup(s->arena, addrs, sizeof(addrs));
    s->endpoints[0].n_addrs = 2;
    s->pids[2].stand_in[0] = (struct addr){0};
    snapshot_choose_stand_ins(s);
    announce(s, &f, &window, 1);
    publish(&f, s);
    json_t *root =
        post(&f, "/costmap/filtered", "{" ONE(BANDWIDTH, "true") PIDS("alpha", "gamma") "}");
    const json_t *calendar = json_at(root, "cost-map/alpha/gamma");
    assert_true(number(calendar, 0) == 10e9 / 8);
    assert_true(number(calendar, 1) == 0);
    assert_true(number(calendar, 2) == 10e9 / 8);
    json_decref(root);
    fixture_stop(&f);
}

static int no_find(const struct pathfinder *pf, const struct path_question *q, struct arena *a,
                   struct path **out, struct err *e)
{
    (void)pf, (void)q, (void)a, (void)out;
    return err_set(e, ERR_NOMEM, "no path is wanted");
}

/* Windows that are over are no reason to look for paths. */
static void test_windows_that_are_over(void **state)
{
    static const struct fact_maintenance window = {
        .entity = "node:r2", .start = -2 * HOUR, .end = -HOUR, .share = 0, .origin = &by_two};
    static const struct pathfinder none = {.find = no_find};
    static double day[DAY];
    struct fixture f;
    (void)state;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    measure(s, 77, day, day);
    announce(s, &f, &window, 1);
    s->paths = &none;
    publish(&f, s);
    json_t *root =
        post(&f, "/costmap/filtered", "{" ONE(TPUT, "true") PIDS("alpha", "beta") "}");
    assert_int_equal(json_array_size(json_at(root, "cost-map/alpha/beta")), DAY);
    json_decref(root);
    fixture_stop(&f);
}

/* --- path vectors --- */

/* Both parts of a reply. */
struct vectors {
    json_t *paths, *props;
};

static json_t *part(const char *text, const char *type)
{
    char head[128];
    snprintf(head, sizeof(head), "Content-Type: %s\r\n\r\n", type);
    const char *at = strstr(text, head);
    assert_non_null(at);
    at += strlen(head);
    json_t *root =
        json_loadb(at, (size_t)(strstr(at, "\r\n--") - at), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    return root;
}

static struct vectors ask(struct fixture *f, const char *path, const char *body)
{
    struct answer a = fixture_post(f, path, body);
    bool map = strstr(path, "costmap") != NULL;
    if (a.reply.status != 200)
        print_message("%s\n", a.text);
    assert_int_equal(a.reply.status, 200);
    const struct vectors v = {part(a.text, map ? "application/alto-costmap+json"
                                               : "application/alto-endpointcost+json"),
                              part(a.text, "application/alto-propmap+json")};
    answer_free(&a);
    return v;
}

static void forget(struct vectors *v)
{
    json_decref(v->paths);
    json_decref(v->props);
}

static const json_t *cell(const struct vectors *v, const char *src, const char *dst)
{
    const json_t *map = json_object_get(v->paths, "endpoint-cost-map");
    map = map ? map : json_object_get(v->paths, "cost-map");
    return json_object_get(json_object_get(map, src), dst);
}

/* The least of what a vector's elements have, in Gbit/s. */
static double least(const struct vectors *v, const json_t *vector)
{
    double min = INFINITY;
    assert_true(json_array_size(vector) > 0);
    for (size_t i = 0; i < json_array_size(vector); i++) {
        char name[80];
        snprintf(name, sizeof(name), ".ane:%s", json_string_value(json_array_get(vector, i)));
        const json_t *element =
            json_object_get(json_object_get(v->props, "property-map"), name);
        assert_non_null(element); /* whatever is named is told of */
        const json_t *value = json_object_get(element, "max-reservable-bandwidth");
        assert_true(json_is_number(value)); /* one value, not of each interval: section 9.4 */
        min = fmin(min, json_number_value(value) / 1e9);
    }
    return min;
}

/* A vector for each interval; elements of other properties have other names. */
static void test_vectors(void **state)
{
    static const struct {
        const char *path, *body, *src, *dst;
    } cases[] = {
        {"/pathvector/endpointcost", "{" ONE(PATHS, "true") PAIR(A1, C1) RESERVABLE "}", A1,
         C1},
        {"/pathvector/costmap", "{" ONE(PATHS, "true") PIDS("alpha", "gamma") RESERVABLE "}",
         "alpha", "gamma"},
        {"/pathvector/endpointcost",
         "{" ONE(PATHS, "true") ",\"endpoint-flows\":[{\"srcs\":[" Q(A1) "],\"dsts\":[" Q(
             C1) "]}]" RESERVABLE "}",
         A1, C1},
    };
    static const double gbits[] = {10, 2.5, 0, 10, 10};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        start(&f, NULL, 2);
        struct vectors v = ask(&f, cases[i].path, cases[i].body);
        const json_t *list = cell(&v, cases[i].src, cases[i].dst);
        assert_int_equal(json_array_size(list), DAY);
        for (size_t k = 0; k < 5; k++)
            assert_true(least(&v, json_array_get(list, k)) == gbits[k]);
        assert_true(json_equal(json_array_get(list, 0), json_array_get(list, 3)));
        assert_false(json_equal(json_array_get(list, 0), json_array_get(list, 1)));
        assert_false(json_equal(json_array_get(list, 1), json_array_get(list, 2)));
        const json_t *when = json_at(v.paths, "meta/calendar-response-attributes/0");
        assert_int_equal(json_integer_value(json_at(when, "number-of-intervals")), DAY);
        assert_null(json_at(v.props, "meta/calendar-response-attributes"));
        assert_int_equal(json_object_size(json_object_get(v.props, "property-map")), 3);
        forget(&v);
        fixture_stop(&f);
    }
}

/* Pairs that share an element share each of its states. */
static void test_shared(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, NULL, 1);
    struct vectors v = ask(&f, "/pathvector/endpointcost",
                           "{" ONE(PATHS, "true") ",\"endpoints\":{\"srcs\":[" Q(A1) "," Q(
                               A2) "],\"dsts\":[" Q(C1) "," Q(B1) "]}" RESERVABLE "}");
    for (size_t k = 0; k < 3; k++) {
        const json_t *one = json_array_get(cell(&v, A1, C1), k);
        assert_true(json_equal(one, json_array_get(cell(&v, A2, C1), k)));
        assert_int_equal(json_array_size(one), 2);
        /* r1|r2 is the same in all intervals, and for both */
        assert_true(json_equal(json_array_get(one, 0),
                               json_array_get(json_array_get(cell(&v, A1, B1), 0), 0)));
    }
    assert_int_equal(json_object_size(json_object_get(v.props, "property-map")), 3);
    forget(&v);
    fixture_stop(&f);
}

/* To a follower names stay what they are: as time goes on the vectors are the same, one further
 * on. */
static void test_followed(void **state)
{
    static const uint8_t secret[HASH_KEY] = {7};
    static const char *const body = "{" ONE(PATHS, "true") PAIR(A1, C1) RESERVABLE "}";
    json_t *paths[3];
    struct fixture f;
    (void)state;
    start(&f, NULL, 2);
    for (size_t i = 0; i < 3; i++) {
        const struct request q = {.method = "POST",
                                  .path = "/pathvector/endpointcost",
                                  .content_type = "application/alto-endpointcostparams+json",
                                  .body = body,
                                  .len = strlen(body),
                                  .secret = secret,
                                  .now = f.now + (i == 2 ? HOUR : 0)};
        struct answer a = fixture_request(&f, q);
        assert_int_equal(a.reply.status, 200);
        paths[i] = part(a.text, "application/alto-endpointcost+json");
        answer_free(&a);
    }
    const struct vectors first = {paths[0], NULL}, later = {paths[2], NULL};
    assert_true(json_equal(paths[0], paths[1])); /* its tag as well */
    for (size_t k = 0; k + 1 < DAY; k++)
        assert_true(json_equal(json_array_get(cell(&later, A1, C1), k),
                               json_array_get(cell(&first, A1, C1), k + 1)));
    assert_false(json_equal(json_at(paths[0], "meta/vtag"), json_at(paths[2], "meta/vtag")));
    for (size_t i = 0; i < 3; i++)
        json_decref(paths[i]);
    fixture_stop(&f);
}

/* Where no property changes no name does; a path of two legs keeps both. */
static void test_without_bandwidth(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, NULL, 2);
    struct vectors v =
        ask(&f, "/pathvector/endpointcost",
            "{" ONE(PATHS, "true") PAIR(A1, D1) ",\"ane-property-names\":[\"priv:link\"]}");
    const json_t *list = cell(&v, A1, D1);
    assert_int_equal(json_array_size(list), DAY);
    assert_int_equal(json_array_size(json_array_get(list, 0)), 4);
    for (size_t k = 1; k < DAY; k++)
        assert_true(json_equal(json_array_get(list, k), json_array_get(list, 0)));
    assert_int_equal(json_object_size(json_object_get(v.props, "property-map")), 4);
    forget(&v);
    fixture_stop(&f);
}

/* Beside other costs each has a calendar or none, as it was asked for. */
static void test_combined(void **state)
{
    static const struct {
        const char *flags;
        bool path, bandwidth;
    } cases[] = {
        {"true,true", true, true},
        {"true,false", true, false},
        {"false,true", false, true},
        {"false,false", false, false},
    };
    static const char *const paths[] = {"/pathvector/endpointcost", "/pathvector/costmap"};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
        char body[512];
        bool map = i % 2;
        struct fixture f;
        start(&f, NULL, 2);
        snprintf(body, sizeof(body), "{" MANY(PATHS "," BANDWIDTH, "%s") "%s" RESERVABLE "}",
                 cases[i / 2].flags, map ? PIDS("alpha", "gamma") : PAIR(A1, C1));
        struct vectors v = ask(&f, paths[map], body);
        const json_t *both = map ? cell(&v, "alpha", "gamma") : cell(&v, A1, C1);
        const json_t *vectors = json_array_get(both, 0), *costs = json_array_get(both, 1);
        bool path = cases[i / 2].path, bandwidth = cases[i / 2].bandwidth;
        assert_int_equal(json_array_size(both), 2);
        assert_true(least(&v, path ? json_array_get(vectors, 1) : vectors) ==
                    (path ? 2.5 : 10));
        assert_true((bandwidth ? number(costs, 1) : json_number_value(costs)) ==
                    (bandwidth ? 2.5e9 : 10e9) / 8);
        assert_int_equal(json_array_size(json_at(v.paths, "meta/calendar-response-attributes")),
                         path + bandwidth);
        const json_t *names =
            json_at(v.paths, "meta/calendar-response-attributes/0/cost-type-names");
        assert_true((names != NULL) == (path && bandwidth));
        forget(&v);
        fixture_stop(&f);
    }
}

/* Within a domain that hides its routers the window counts, and tells nothing else. */
static void test_hidden(void **state)
{
    static const struct fact_policy hide = {
        .what = "interior", .decision = "hide", .origin = &by_two};
    static const struct client_class some = {.name = "some", .grants = GRANT_PATH_VECTOR};
    struct fixture f;
    (void)state;
    fixture_start(&f, NULL);
    struct snapshot *s = fixture_snapshot(f.now);
    announce(s, &f, works, 2);
    s->policies = arena_dup(s->arena, &hide, sizeof(hide));
    s->n_policies = 1;
    publish(&f, s);
    f.class = &some;
    struct vectors v =
        ask(&f, "/pathvector/endpointcost", "{" ONE(PATHS, "true") PAIR(A1, C1) RESERVABLE "}");
    const json_t *list = cell(&v, A1, C1);
    assert_true(least(&v, json_array_get(list, 0)) == 10);
    assert_true(least(&v, json_array_get(list, 1)) == 2.5);
    assert_true(least(&v, json_array_get(list, 2)) == 0);
    forget(&v);
    fixture_stop(&f);
}

/* RFC 8896 section 5.1.1: flags are ignored where no calendar is announced. */
static void test_refusals(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "limits: {path_vector_pairs: 47}\n", 2);
    static const char *const body = "{" ONE(PATHS, "true") ",\"endpoints\":{\"srcs\":[" Q(
        A1) "],\"dsts\":[" Q(B1) "," Q(C1) "]}}";
    answer_is_error(fixture_post(&f, "/pathvector/endpointcost", body), 413,
                    "E_INVALID_FIELD_VALUE", "endpoints", NULL);
    answer_is_error(fixture_post(&f, "/pathvector/costmap",
                                 "{" ONE(PATHS, "true") ",\"pids\":{\"srcs\":[],\"dsts\":[]}}"),
                    413, "E_INVALID_FIELD_VALUE", "pids", NULL);
    answer_is_error(fixture_post(&f, "/pathvector/endpointcost",
                                 "{" ONE(PATHS, "true,true") PAIR(A1, B1) "}"),
                    400, "E_INVALID_FIELD_VALUE", "calendared", NULL);
    /* one type is meant where none is named, but a flag has none to go with */
    answer_is_error(fixture_post(&f, "/pathvector/endpointcost",
                                 "{\"calendared\":[true],\"endpoint-flows\":[{\"srcs\":[" Q(
                                     A1) "],\"dsts\":[" Q(B1) "]}]}"),
                    400, "E_INVALID_FIELD_VALUE", "calendared", NULL);
    struct vectors v = ask(
        &f, "/pathvector/endpointcost",
        "{\"calendared\":[],\"endpoint-flows\":[{\"srcs\":[" Q(A1) "],\"dsts\":[" Q(B1) "]}]}");
    assert_true(json_is_string(json_array_get(cell(&v, A1, B1), 0)));
    forget(&v);
    fixture_stop(&f);
    start(&f, NULL, 0);
    v = ask(&f, "/pathvector/endpointcost", body);
    assert_true(json_is_string(json_array_get(cell(&v, A1, B1), 0)));
    assert_null(json_at(v.paths, "meta/calendar-response-attributes"));
    forget(&v);
    fixture_stop(&f);
}

/* --- properties --- */

static unsigned draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % n;
}

/* Any pattern, any windows. */
static struct snapshot *random_snapshot(const struct fixture *f, uint64_t *seed)
{
    static const char *const entities[] = {"link:r1|r2", "link:r2|r3", "node:r3", "node:r9"};
    struct snapshot *s = fixture_snapshot(f->now);
    double *day = ARENA_ARRAY(s->arena, DAY, double);
    struct fact_maintenance windows[4];
    size_t n = draw(seed, 5);
    for (size_t i = 0; i < DAY; i++)
        day[i] = draw(seed, 4) ? draw(seed, 1000) : NAN;
    for (size_t i = 0; i < n; i++) {
        int64_t from = ((int64_t)draw(seed, 30 * 60) - 180) * 60000000;
        windows[i] = (struct fact_maintenance){.entity = entities[draw(seed, 4)],
                                               .start = from,
                                               .end = from + draw(seed, 600) * 60000000LL,
                                               .share = draw(seed, 5) / 4.0,
                                               .origin = &by_two};
    }
    s->n_documents = 0;
    measure(s, draw(seed, 1000), day, day);
    announce(s, f, windows, n);
    return s;
}

/* The value of a pair without calendar. */
static double single(struct fixture *f, const char *metric, const char *pair)
{
    char body[512];
    snprintf(body, sizeof(body), "{\"cost-type\":" TYPE("numerical", "%s") "%s}", metric, pair);
    json_t *root = post(f, "/endpointcost", body);
    json_t *rows = json_object_get(root, "endpoint-cost-map");
    json_t *row = json_object_iter_value(json_object_iter(rows));
    double value = json_number_value(json_object_iter_value(json_object_iter(row)));
    json_decref(root);
    return value;
}

static json_t *calendar(struct fixture *f, const char *metric, const char *pair)
{
    char body[512];
    snprintf(body, sizeof(body), "{" ONE(TYPE("numerical", "%s"), "true") "%s}", metric, pair);
    return post(f, "/endpointcost", body);
}

static const json_t *values(const json_t *root)
{
    json_t *rows = json_object_get((json_t *)(uintptr_t)root, "endpoint-cost-map");
    json_t *row = json_object_iter_value(json_object_iter(rows));
    return json_object_iter_value(json_object_iter(row));
}

/* Each value is what follows from pattern, present value and windows by themselves. */
static void check_values(struct fixture *f, const struct snapshot *s, const json_t *list)
{
    double present = single(f, "tput", PAIR(A1, B1));
    for (size_t k = 0; k < DAY; k++) {
        const struct snap_span when = {hour_of(f) + (int64_t)k * HOUR,
                                       hour_of(f) + (int64_t)(k + 1) * HOUR};
        double expected = s->address_patterns.v->day[clock_hour(f, k)];
        expected = isnan(expected) ? present : expected;
        for (size_t i = 0; i < s->n_maintenance; i++) {
            const struct fact_maintenance *w = &s->maintenance[i];
            bool on = w->start < when.to && w->end > when.from;
            if (on && strcmp(w->entity, "link:r1|r2") == 0)
                expected = fmin(expected, w->share * 100e9 / 8);
        }
        assert_true(number(list, k) == expected);
    }
}

/* An hour later the calendar is the same, one further on; what is of windows, in path vectors
 * as in costs. */
static void test_properties(void **state)
{
    uint64_t seed = 42;
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct fixture f;
        fixture_start(&f, NULL);
        f.now += draw(&seed, 100000) * 1000000LL;
        struct snapshot *s = random_snapshot(&f, &seed);
        publish(&f, s);
        json_t *now = calendar(&f, "tput", PAIR(A1, B1));
        check_values(&f, s, values(now));
        f.now += HOUR;
        json_t *later = calendar(&f, "tput", PAIR(A1, B1));
        for (size_t k = 0; k + 1 < DAY; k++)
            assert_true(number(values(later), k) == number(values(now), k + 1));
        json_decref(later);
        json_decref(now);
        if (snapshot_has_windows(s)) {
            struct vectors v = ask(&f, "/pathvector/endpointcost",
                                   "{" ONE(PATHS, "true") PAIR(A1, C1) RESERVABLE "}");
            json_t *costs = calendar(&f, "bw-residual", PAIR(A1, C1));
            for (size_t k = 0; k < DAY; k++)
                assert_true(least(&v, json_array_get(cell(&v, A1, C1), k)) * 1e9 / 8 ==
                            number(values(costs), k));
            json_decref(costs);
            forget(&v);
        }
        fixture_stop(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_announced),
        cmocka_unit_test(test_measured),
        cmocka_unit_test(test_bandwidth_between_pids),
        cmocka_unit_test(test_stand_ins),
        cmocka_unit_test(test_windows_that_are_over),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_followed),
        cmocka_unit_test(test_without_bandwidth),
        cmocka_unit_test(test_combined),
        cmocka_unit_test(test_hidden),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
