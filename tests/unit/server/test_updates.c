/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Update streams and TIPS: whoever follows something holds what a fresh request gives, whatever
 * changes and however slowly it is read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "unit/cmocka_all.h"
#include "unit/server/follower.h"
#include "unit/server/world.h"
#include "wire/media.h"

#define COSTS(mode, metric)                                                                    \
    "\"cost-type\":{\"cost-mode\":\"" mode "\",\"cost-metric\":\"" metric "\"}"
#define PIDS "\"pids\":{\"srcs\":[\"alpha\",\"beta\"],\"dsts\":[]}"
#define ENDS                                                                                   \
    "\"endpoints\":{\"srcs\":[\"ipv4:10.1.0.1\"],\"dsts\":[\"ipv4:10.2.0.1\",\"ipv4:10.3.4."   \
    "1\"]}"
#define NO_SOURCE "\"endpoints\":{\"srcs\":[],\"dsts\":[\"ipv4:10.2.0.1\"]}"

static const struct followed all[] = {
    {"rialto-networkmap", "/networkmap", NULL},
    {"rialto-networkmap-filtered", "/networkmap/filtered", "{\"pids\":[\"beta\"]}"},
    {"rialto-costmap-routingcost", "/costmap/num/routingcost", NULL},
    {"rialto-costmap-hopcount", "/costmap/num/hopcount", NULL},
    {"rialto-costmap-filtered", "/costmap/filtered",
     "{" COSTS("numerical", "routingcost") "," PIDS ",\"constraints\":[\"le 5\"]}"},
    {"rialto-costmap-filtered", "/costmap/filtered",
     "{" COSTS("ordinal", "routingcost") "," PIDS "}"},
    {"rialto-endpointprop", "/endpointprop",
     "{\"properties\":[\"rialto-networkmap.pid\"],\"endpoints\":[\"ipv4:10.9.0.1\","
     "\"ipv4:10.1.0.1\"]}"},
    {"rialto-endpointcost", "/endpointcost",
     "{" COSTS("numerical", "routingcost") "," ENDS "}"},
    {"rialto-endpointcost", "/endpointcost",
     "{" COSTS("ordinal", "hopcount") "," NO_SOURCE "}"},
    {"rialto-propmap", "/propmap", NULL},
    {"rialto-propmap-filtered", "/propmap/filtered",
     "{\"entities\":[\"rialto-networkmap.pid:alpha\"]}"},
    {"rialto-anes", "/anes", NULL},
    {"rialto-pathvector", "/pathvector/endpointcost",
     "{" COSTS("array", "ane-path") "," ENDS ",\"ane-property-names\":[\"max-reservable-"
                                    "bandwidth\",\"persistent-entity-id\"]}"},
    {"rialto-pathvector-costmap", "/pathvector/costmap",
     "{" COSTS("array", "ane-path") "," PIDS
                                    ",\"ane-property-names\":[\"max-reservable-bandwidth\"]}"},
    {"two:nm-networkmap", "/domain/two/nm/networkmap", NULL},
    {"two:nm-costmap-priv:x", "/domain/two/nm/costmap/num/priv:x", NULL},
};

#define N_ALL (sizeof(all) / sizeof(*all))

#define ROUTES    "{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"}"
#define HOPS      "{\"cost-mode\":\"numerical\",\"cost-metric\":\"hopcount\"}"
#define PATHS     "{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"}"
#define OWN       "{\"cost-mode\":\"numerical\",\"cost-metric\":\"priv:y\"}"
#define BANDWIDTH "\"ane-property-names\":[\"max-reservable-bandwidth\"]"

/* Several types at once, constraints, and what a view offers. */
static const struct followed more[] = {
    {"rialto-costmap-filtered", "/costmap/filtered",
     "{\"multi-cost-types\":[" ROUTES "," HOPS
     "],\"or-constraints\":[[\"[0] le 5\",\"[1] ge 1\"],[\"[1] eq 3\"]]}"},
    {"rialto-endpointcost", "/endpointcost",
     "{\"multi-cost-types\":[" HOPS "," ROUTES "]," ENDS ",\"constraints\":[\"[0] le 2\"]}"},
    {"rialto-pathvector", "/pathvector/endpointcost",
     "{\"multi-cost-types\":[" ROUTES "," PATHS "]," ENDS "," BANDWIDTH "}"},
    {"rialto-anes-filtered", "/anes/filtered", "{\"entities\":[],\"properties\":[]}"},
    {"rialto-propmap-filtered", "/propmap/filtered",
     "{\"entities\":[\"ipv4:10.0.0.0/8\",\"rialto-networkmap.pid:beta\"],\"properties\":[]}"},
    {"v-map", "/v/map", NULL},
    {"v-paths", "/v/paths", "{\"cost-type\":" PATHS "," BANDWIDTH "}"},
    {"v-paths", "/v/paths",
     "{\"multi-cost-types\":[" PATHS "," OWN "],\"ane-property-names\":[\"priv:z\"],"
     "\"testable-cost-types\":[" OWN "],\"constraints\":[\"le 5\"]}"},
    {"v-props", "/v/props", NULL},
    {"v-props-f", "/v/props/f",
     "{\"entities\":[\"ipv4:10.1.0.0/16\",\"ipv4:10.1.0.4/31\"],\"properties\":[]}"},
    {"v-ad", "/v/ad", NULL},
    {"v-ad-f", "/v/ad/f",
     "{\"cdni-capabilities\":[{\"capability-type\":\"FCI.DeliveryProtocol\","
     "\"capability-value\":{\"delivery-protocols\":[\"https/1.1\"]}}]}"},
};

#define N_MORE (sizeof(more) / sizeof(*more))

/* Of all of them; those that a view offers only while there is one. */
static const struct followed *any(struct world *w)
{
    unsigned i = world_below(w, N_ALL + (w->has_view ? N_MORE : 5));
    return i < N_ALL ? &all[i] : &more[i - N_ALL];
}

static void start(struct fixture *f, const char *limits)
{
    char config[256];
    snprintf(config, sizeof(config), "persistent_ids: [\"r1|r2\"]\nlimits: {%s}\n",
             limits ? limits : "keep_alive: 15s");
    fixture_start(f, config);
    updates_on_wake(server_updates(f->server), follower_wake);
}

static void run_hub(struct fixture *f)
{
    updates_refresh(server_updates(f->server));
    updates_tick(server_updates(f->server));
}

static uint64_t sequence; /* that is run; told when it fails */

static void check_held(struct fixture *f, const struct followed *what,
                       const struct document *held)
{
    struct document fresh = document_ask(f, what);
    char *a = document_text(held), *b = document_text(&fresh);
    if (strcmp(a, b) != 0)
        fail_msg("sequence %d: %s\nheld:  %s\nfresh: %s", (int)sequence, what->resource, a, b);
    free(a);
    free(b);
    document_free(&fresh);
}

/* --- one change at a time --- */

static void open_all(struct stream_client *c, struct fixture *f, bool incremental)
{
    struct buf add = {0};
    for (size_t i = 0; i < N_ALL; i++)
        stream_client_want(c, &all[N_ALL - 1 - i], incremental, &add);
    assert_int_equal(stream_client_open(c, f, buf_cstr(&add)), 200);
    buf_free(&add);
}

static void check_all(struct stream_client *c, struct fixture *f)
{
    for (size_t i = 0; i < c->n_subs; i++) {
        if (c->subs[i].active)
            check_held(f, c->subs[i].what, &c->subs[i].held);
    }
}

static void read_all(struct stream_client *c)
{
    for (unsigned i = 0; i < 100 && c->woken && !c->ended; i++) {
        stream_client_read(c, 100000);
        updates_tick(server_updates(c->fixture->server)); /* makes events that are waited for */
    }
}

static void test_first_whole_then_changes(void **state)
{
    struct fixture f;
    struct stream_client c = {0}, plain = {0};
    struct world w;
    size_t patches = 0;
    (void)state;
    start(&f, NULL);
    world_start(&w, 1);
    world_publish(&w, &f);
    open_all(&c, &f, true);
    open_all(&plain, &f, false);
    read_all(&c);
    read_all(&plain);
    assert_int_equal(c.events, 1 + N_ALL);
    check_all(&c, &f);
    for (int i = 0; i < 40; i++) {
        world_change(&w);
        world_publish(&w, &f);
        run_hub(&f);
        read_all(&c);
        read_all(&plain);
        check_all(&c, &f);
        check_all(&plain, &f);
    }
    for (size_t i = 0; i < N_ALL; i++) {
        patches += c.subs[i].patches;
        assert_int_equal(plain.subs[i].patches, 0);
    }
    assert_true(patches > 40);
    assert_int_equal(updates_count(server_updates(f.server)).watches, N_ALL);
    stream_client_close(&c);
    stream_client_close(&plain);
    assert_int_equal(updates_count(server_updates(f.server)).watches, 0);
    fixture_stop(&f);
}

/* RFC 8895 section 6.7.1: what others depend on comes first, whatever the order of the request.
 * The stream has them in the reverse order. */
static void test_dependencies_first(void **state)
{
    struct fixture f;
    struct stream_client c = {0};
    struct world w;
    char text[65536], *map, *costs;
    (void)state;
    start(&f, NULL);
    world_start(&w, 2);
    open_all(&c, &f, true);
    for (int i = 0; i < 3; i++) {
        size_t n = 0;
        ptrdiff_t got;
        while (n < sizeof(text) - 1 &&
               (got = c.parking.read(c.parking.self, text + n, sizeof(text) - 1 - n)) > 0)
            n += (size_t)got;
        text[n] = 0;
        map = strstr(text, ",sub-15\n"); /* the network map */
        costs = strstr(text, ",sub-13\n");
        assert_true(map && costs && map < costs);
        assert_true(strstr(text, ",sub-1\n") < strstr(text, ",sub-0\n")); /* of the documents */
        w.extra_prefix = !w.extra_prefix;
        w.extra_pid = !w.extra_pid;
        w.document_cost++;
        world_publish(&w, &f);
        run_hub(&f);
    }
    stream_client_close(&c);
    fixture_stop(&f);
}

/* So it is when others follow one of them since long, and nobody the other. */
static void test_dependencies_of_others(void **state)
{
    struct fixture f;
    struct stream_client old = {0}, c = {0};
    struct world w;
    struct buf add = {0};
    (void)state;
    start(&f, NULL);
    world_start(&w, 4);
    world_publish(&w, &f);
    stream_client_want(&old, &all[2], true, &add);
    assert_int_equal(stream_client_open(&old, &f, buf_cstr(&add)), 200);
    read_all(&old);
    w.capacity[0]++; /* nothing of the costs, nor of the map */
    world_publish(&w, &f);
    run_hub(&f);
    buf_reset(&add);
    stream_client_want(&c, &all[2], true, &add);
    stream_client_want(&c, &all[0], true, &add);
    assert_int_equal(stream_client_open(&c, &f, buf_cstr(&add)), 200);
    read_all(&c); /* looks at the order */
    assert_int_equal(c.events, 3);
    check_all(&c, &f);
    stream_client_close(&c);
    stream_client_close(&old);
    buf_free(&add);
    fixture_stop(&f);
}

/* Other costs change nothing of properties and of hop counts: neither do their tags. */
static void test_own_tags(void **state)
{
    static const struct followed others[] = {
        {"rialto-propmap", "/propmap", NULL},
        {"rialto-endpointcost", "/endpointcost",
         "{" COSTS("numerical", "hopcount") "," ENDS "}"},
    };
    struct fixture f;
    struct stream_client c = {0};
    struct world w;
    struct buf add = {0};
    (void)state;
    start(&f, NULL);
    world_start(&w, 3);
    world_publish(&w, &f);
    for (size_t i = 0; i < 2; i++)
        stream_client_want(&c, &others[i], true, &add);
    stream_client_want(&c, &all[2], true, &add);
    assert_int_equal(stream_client_open(&c, &f, buf_cstr(&add)), 200);
    read_all(&c);
    size_t events = c.events;
    w.routing[1] += 50;
    world_publish(&w, &f);
    run_hub(&f);
    read_all(&c);
    assert_int_equal(c.events, events + 1); /* of the costs */
    check_all(&c, &f);
    buf_free(&add);
    stream_client_close(&c);
    fixture_stop(&f);
}

/* --- anything --- */

#define CLIENTS 4

struct anything {
    struct fixture f;
    struct world w;
    struct stream_client streams[CLIENTS];
    struct tips_client tips[CLIENTS];
};

static void open_some(struct anything *t, struct stream_client *c)
{
    struct buf add = {0};
    c->random = world_below(&t->w, 100);
    for (unsigned n = 1 + world_below(&t->w, 6); n > 0; n--)
        stream_client_want(c, any(&t->w), world_below(&t->w, 5) > 0, &add);
    assert_int_equal(stream_client_open(c, &t->f, buf_cstr(&add)), 200);
    buf_free(&add);
    stream_client_read(c, 1 + world_below(&t->w, 50));
}

static void control_some(struct anything *t, struct stream_client *c)
{
    struct buf body = {0}, add = {0};
    size_t drop = world_below(&t->w, (unsigned)c->n_subs);
    if (c->n_subs + 1 >= FOLLOWER_SUBS || !*c->control)
        return;
    stream_client_want(c, any(&t->w), true, &add);
    buf_printf(&body, "{\"add\":{%s},\"remove\":[\"sub-%zu\"]}", buf_cstr(&add), drop);
    assert_int_equal(stream_client_control(c, buf_cstr(&body)), 204);
    buf_free(&add);
    buf_free(&body);
}

static void step_stream(struct anything *t, struct stream_client *c)
{
    if (!c->open)
        open_some(t, c);
    else if (world_below(&t->w, 30) == 0)
        stream_client_close(c);
    else if (world_below(&t->w, 30) == 0)
        stream_client_again(c);
    else if (world_below(&t->w, 10) == 0)
        control_some(t, c);
    else if (world_below(&t->w, 3) > 0)
        stream_client_read(c, 1 + world_below(&t->w, 200));
}

static void step_tips(struct anything *t, struct tips_client *c)
{
    if (!c->what)
        tips_client_open(c, &t->f, any(&t->w), NULL);
    else if (world_below(&t->w, 40) == 0)
        tips_client_close(c);
    else if (world_below(&t->w, 8) == 0)
        tips_client_jump(c, world_below(&t->w, 1000));
    else if (world_below(&t->w, 3) == 0)
        tips_client_read(c);
}

static void check_clients(struct anything *t)
{
    run_hub(&t->f);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (t->streams[i].open) {
            read_all(&t->streams[i]);
            check_all(&t->streams[i], &t->f);
        }
        if (t->tips[i].what) {
            tips_client_read(&t->tips[i]);
            check_held(&t->f, t->tips[i].what, &t->tips[i].held);
        }
    }
}

static void follow_sequence(uint64_t seed)
{
    struct anything t = {0};
    sequence = seed;
    start(&t.f, NULL);
    world_start(&t.w, seed);
    t.w.has_view = seed % 2;
    world_publish(&t.w, &t.f);
    for (unsigned i = 0; i < 25; i++) {
        for (unsigned n = world_below(&t.w, 3); n > 0; n--)
            world_change(&t.w);
        world_publish(&t.w, &t.f);
        if (world_below(&t.w, 3) > 0)
            run_hub(&t.f);
        t.f.now += world_below(&t.w, 20) * 1000000;
        for (size_t k = 0; k < CLIENTS; k++) {
            step_stream(&t, &t.streams[k]);
            step_tips(&t, &t.tips[k]);
        }
        if (i % 8 == 7)
            check_clients(&t);
    }
    check_clients(&t);
    for (size_t k = 0; k < CLIENTS; k++) {
        stream_client_close(&t.streams[k]);
        tips_client_close(&t.tips[k]);
    }
    fixture_stop(&t.f);
}

static void test_any_sequence(void **state)
{
    const char *text = getenv("RIALTO_SEQUENCES");
    uint64_t n = text ? strtoull(text, NULL, 10) : 150;
    (void)state;
    for (uint64_t seed = 1; seed <= n; seed++)
        follow_sequence(seed);
}

int main(void)
{
    log_setup("test", LOG_LEVEL_ERROR, false); /* documents that can't be used */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_whole_then_changes),
        cmocka_unit_test(test_dependencies_first),
        cmocka_unit_test(test_dependencies_of_others),
        cmocka_unit_test(test_own_tags),
        cmocka_unit_test(test_any_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
