/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests while memory runs out: whichever allocation fails, the answer is whole and right, or
 * says that there is none; nothing is left behind, and the next request is answered as ever.
 */
#include <string.h>

#include "base/log.h"
#include "fault/fault.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

#define NUM "{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"}"
#define ORD "{\"cost-mode\":\"ordinal\",\"cost-metric\":\"hopcount\"}"
#define PV  "{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"}"
#define ENDS                                                                                   \
    "\"endpoints\":{\"srcs\":[\"ipv4:10.1.0.1\"],\"dsts\":[\"ipv4:10.2.0.1\",\"ipv4:10.3.4."   \
    "1\"]}"

#define ONE(i)  "\"ipv4:10.0." i "\""
#define FIVE(i) ONE(i "1") "," ONE(i "2") "," ONE(i "3") "," ONE(i "4") "," ONE(i "5")
#define TEN(i)  FIVE(i ".") "," FIVE(i ".1")

struct question {
    const char *path, *body; /* NULL: GET */
    bool named;              /* the answer has names of its own */
};

/* What a view offers, at paths below /v. */
static const struct snap_document documents[] = {
    {.name = "n.json",
     .kind = "network-map",
     .body = "{'meta':{'vtag':{'resource-id':'m','tag':'1'}},'network-map':{'A':{'ipv4':["
             "'10.0.0.0/8']},'B':{'ipv4':['0.0.0.0/0'],'ipv6':['::/0']}}}"},
    {.name = "c.json",
     .kind = "cost-map",
     .body = "{'meta':{'dependent-vtags':[{'resource-id':'m','tag':'1'}],'cost-type':{"
             "'cost-mode':'numerical','cost-metric':'routingcost'}},'cost-map':{'A':{'A':1,"
             "'B':2.5},'B':{'A':3}}}"},
    {.name = "e.json",
     .kind = "ane-path",
     .body = "{'meta':{'dependent-vtags':[{'resource-id':'m','tag':'1'}],'cost-type':{"
             "'cost-mode':'array','cost-metric':'ane-path'}},'cost-map':{'A':{'B':['X','Y']},"
             "'B':{'A':['Y']}},'property-map':{'.ane:X':{'max-reservable-bandwidth':5},"
             "'.ane:Y':{'max-reservable-bandwidth':4}}}"},
    {.name = "p.json",
     .kind = "property-map",
     .body = "{'meta':{},'property-map':{'ipv4:10.0.0.0/8':{'priv:x':'1'},'ipv4:10.1.0.0/16':{"
             "'priv:x':null},'m.pid:A':{'priv:x':[1,2]}}}"},
    {.name = "a.json",
     .kind = "cdni-advertisement",
     .body =
         "{'meta':{},'cdni-advertisement':{'capabilities-with-footprints':[{"
         "'capability-type':'FCI.Logging','capability-value':{'record-type':'r'},"
         "'footprints':[{'footprint-type':'ipv4cidr','footprint-value':['10.1.0.0/16']}]}]}}"},
    {.name = "v.view.json",
     .kind = "view",
     .body =
         "{'cost-types':{'num':{'cost-mode':'numerical','cost-metric':'routingcost'},'ord':{"
         "'cost-mode':'ordinal','cost-metric':'routingcost'},'path':{'cost-mode':'array',"
         "'cost-metric':'ane-path'}},'resources':[{'id':'m','path':'/v/m','document':'n.json'},"
         "{'id':'vc','path':'/v/c','kind':'filtered-cost-map','documents':['c.json'],"
         "'cost-types':['num','ord'],'uses':['m'],'cost-constraints':true,'max-cost-types':2},"
         "{'id':'ve','path':'/v/e','kind':'path-vector-cost-map','documents':['e.json'],"
         "'cost-types':['path'],'uses':['m'],'properties':['max-reservable-bandwidth']},"
         "{'id':'vp','path':'/v/p','kind':'filtered-property-map','documents':['p.json'],"
         "'uses':['m','va'],'mappings':{'ipv4':['priv:x','m.pid','va.cdni-capabilities'],"
         "'m.pid':['priv:x']}},{'id':'va','path':'/v/a','document':'a.json'},"
         "{'id':'vaf','path':'/v/a/f','kind':'filtered-cdni','document':'a.json'}]}"},
    {.name = NULL}};

static const struct question questions[] = {
    {"/directory", NULL, false},
    {"/networkmap", NULL, false},
    {"/networkmap/filtered", "{\"pids\":[\"alpha\"],\"address-types\":[\"ipv4\"]}", false},
    {"/costmap/num/routingcost", NULL, false},
    {"/costmap/filtered",
     "{\"multi-cost-types\":[" NUM "," ORD
     "],\"or-constraints\":[[\"[0] le 5\"],[\"[1] eq 1\"]]}",
     false},
    {"/endpointcost", "{\"cost-type\":" NUM "," ENDS ",\"constraints\":[\"ge 0\"]}", false},
    {"/endpointprop",
     "{\"properties\":[\"rialto-networkmap.pid\"],\"endpoints\":[\"ipv4:10.1.0.1\"]}", false},
    {"/propmap", NULL, false},
    {"/propmap/filtered", "{\"entities\":[\"ipv4:10.0.0.0/8\"],\"properties\":[]}", false},
    {"/anes", NULL, false},
    {"/anes/filtered", "{\"entities\":[],\"properties\":[]}", false},
    {"/pathvector/endpointcost",
     "{\"cost-type\":" PV "," ENDS ",\"ane-property-names\":[\"max-reservable-bandwidth\"]}",
     true},
    {"/pathvector/costmap",
     "{\"multi-cost-types\":[" PV "," NUM "],\"ane-property-names\":[\"max-reservable-"
     "bandwidth\"]}",
     true},
    {"/domain/two/nm/costmap/num/priv:x", NULL, false},
    {"/costmap/filtered", "{\"cost-type\":{\"cost-mode\":\"x\",\"cost-metric\":\"y\"}}", false},
    {"/v/m", NULL, false},
    {"/v/c",
     "{\"multi-cost-types\":[" NUM ",{\"cost-mode\":\"ordinal\",\"cost-metric\":"
     "\"routingcost\"}],\"constraints\":[\"[1] le 2\"]}",
     false},
    {"/v/e", "{\"cost-type\":" PV ",\"ane-property-names\":[\"max-reservable-bandwidth\"]}",
     true},
    {"/v/p", "{\"entities\":[\"ipv4:10.0.0.0/8\",\"m.pid:A\"],\"properties\":[]}", false},
    {"/v/p",
     "{\"entities\":[\"m.pid:A\",\"m.pid:B\"," TEN("1") "," TEN("2") "],\"properties\":[]}",
     false},
    {"/v/a", NULL, false},
    {"/v/a/f",
     "{\"cdni-capabilities\":[{\"capability-type\":\"FCI.Logging\","
     "\"capability-value\":{\"record-type\":\"r\"}}]}",
     false},
    {"/api/v1/status", NULL, true}, /* how long it has been running */
    {"/api/v1/domains", NULL, true},
    {"/api/v1/links", NULL, true},
    {"/metrics", NULL, true},
};

static struct answer ask(struct fixture *f, const struct question *q)
{
    return q->body ? fixture_post(f, q->path, q->body) : fixture_get(f, q->path);
}

/* Does it say the same, or that there is no memory? */
static bool is_right(const struct question *q, const struct answer *got,
                     const struct answer *want)
{
    if (got->reply.status == 503 || got->reply.status == 500)
        return true;
    return got->reply.status == want->reply.status && !got->reply.body.failed &&
           (got->len > 0) == (want->len > 0) &&
           (q->named ||
            (got->len == want->len && memcmp(got->text, want->text, got->len) == 0));
}

/* Another snapshot each time: bodies that are made once are made anew. */
static void publish(struct fixture *f, const struct question *q)
{
    struct err e = {0};
    f->now += 1000000;
    if (strncmp(q->path, "/v/", 3) == 0) {
        fixture_publish(f, documents);
        return;
    }
    board_publish(f->board, fixture_snapshot(f->now));
    assert_int_equal(server_refresh(f->server, &e), 0);
}

static void fail_each(const struct question *q, void (*after)(size_t n))
{
    struct fixture f;
    size_t refused = 0, n = 0;
    bool failed = true;
    fixture_start(&f, "persistent_ids: [\"r1|r2\"]\n");
    publish(&f, q);
    struct answer want = ask(&f, q);
    if (want.reply.status != 200 && want.reply.status != 400)
        fail_msg("%s: %d", q->path, want.reply.status);
    for (; failed; n++) {
        publish(&f, q);
        after(n);
        struct answer got = ask(&f, q);
        failed = fault_stop();
        refused += got.reply.status == 503;
        if (!is_right(q, &got, &want))
            fail_msg("%s without allocation %zu: %d %.400s", q->path, n, got.reply.status,
                     got.text);
        answer_free(&got);
        got = ask(&f, q);
        if (!is_right(q, &got, &want) || got.reply.status != want.reply.status)
            fail_msg("%s after allocation %zu failed: %d", q->path, n, got.reply.status);
        answer_free(&got);
    }
    assert_true(n > 1 && refused > 0);
    answer_free(&want);
    fixture_stop(&f);
}

static void test_one_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
        fail_each(&questions[i], fault_once);
}

static void test_all_fail_from_one_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
        fail_each(&questions[i], fault_after);
}

int main(void)
{
    log_setup("test", LOG_LEVEL_ERROR, false); /* of what fails */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_fails),
        cmocka_unit_test(test_all_fail_from_one_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
