/* SPDX-License-Identifier: Apache-2.0 */
/* Views: documents offered under the ids and paths that their domain wants. */
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

static const struct origin folder = {.domain = "two", .source = "test"};

/* The fixture's documents, and a view of them. */
static void start(struct fixture *f, const char *view)
{
    struct err e = {0};
    fixture_start(f, NULL);
    struct snapshot *s = fixture_snapshot(f->now);
    struct snap_document *list =
        ARENA_ARRAY(s->arena, s->n_documents + 1, struct snap_document);
    memcpy(list, s->documents, s->n_documents * sizeof(*list));
    for (size_t i = 0; i < s->n_documents; i++)
        list[i].origin = &folder;
    list[s->n_documents++] =
        (struct snap_document){"two", "a.view.json", "view", view, &folder};
    s->documents = list;
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
}

static json_t *get(struct fixture *f, const char *path)
{
    struct answer a = fixture_get(f, path);
    json_t *root = answer_json(&a, 200);
    answer_free(&a);
    return root;
}

#define RESOURCES                                                                              \
    "\"resources\":[{\"id\":\"my-map\",\"path\":\"/networkmap\",\"document\":\"nm.json\"},"    \
    "{\"id\":\"my-costs\",\"path\":\"/costs/x\",\"document\":\"cm.json\"},"                    \
    "{\"id\":\"secret\",\"path\":\"/f\",\"kind\":\"filtered-network-map\","                    \
    "\"documents\":[\"nm.json\"],\"listed\":false}]"

static const char *uri(const json_t *root, const char *id)
{
    const json_t *entry = json_object_get(json_object_get(root, "resources"), id);
    const char *text = json_string_value(json_object_get(entry, "uri"));
    return text ? text + strlen("http://alto.example.net:8080") : "-";
}

static const char *default_map(const json_t *root)
{
    return json_string_value(json_at(root, "meta/default-alto-network-map"));
}

static void test_alone(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "{\"merged\":false,\"default-network-map\":\"my-map\"," RESOURCES "}");
    json_t *root = get(&f, "/directory");
    assert_string_equal(default_map(root), "my-map");
    assert_string_equal(uri(root, "my-map"), "/networkmap");
    assert_string_equal(uri(root, "my-costs"), "/costs/x");
    assert_string_equal(uri(root, "secret"), "-");
    assert_string_equal(uri(root, "rialto-networkmap"), "-");
    assert_string_equal(uri(root, "rialto-pathvector"), "-");
    assert_null(json_at(root, "meta/cost-types/num-hopcount"));
    assert_non_null(json_at(root, "meta/cost-types/num-priv:x"));
    assert_string_equal(json_string_value(json_at(root, "resources/my-costs/uses/0")),
                        "my-map");
    json_decref(root);
    root = get(&f, "/networkmap");
    assert_string_equal(json_string_value(json_at(root, "meta/vtag/resource-id")), "my-map");
    json_decref(root);
    root = get(&f, "/costs/x");
    assert_int_equal(json_integer_value(json_at(root, "cost-map/P1/P2")), 7);
    assert_string_equal(json_string_value(json_at(root, "meta/dependent-vtags/0/resource-id")),
                        "my-map");
    json_decref(root);
    struct answer a = fixture_post(&f, "/f", "{\"pids\":[]}");
    assert_int_equal(a.reply.status, 200); /* served all the same */
    answer_free(&a);
    fixture_stop(&f);
}

/* The server's own ids are not for views. */
static void test_equal_ids(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "{\"resources\":[{\"id\":\"rialto-costmap-hopcount\",\"path\":\"/x\","
              "\"document\":\"cm.json\"}]}");
    json_t *root = get(&f, "/directory"); /* refuses members that are there twice */
    assert_string_equal(uri(root, "rialto-costmap-hopcount"), "/costmap/num/hopcount");
    json_decref(root);
    struct answer a = fixture_get(&f, "/x");
    assert_int_equal(a.reply.status, 404);
    answer_free(&a);
    fixture_stop(&f);
}

static void test_beside(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, "{\"default-network-map\":\"my-map\"," RESOURCES "}");
    json_t *root = get(&f, "/directory");
    assert_string_equal(default_map(root), "rialto-networkmap");
    assert_string_equal(uri(root, "rialto-networkmap"), "/networkmap"); /* not taken away */
    assert_string_equal(uri(root, "my-map"), "/domain/two/networkmap");
    assert_string_equal(uri(root, "my-costs"), "/costs/x");
    json_decref(root);
    fixture_stop(&f);
}

/* Without a view that can be used the server names the documents itself. */
static void test_refused(void **state)
{
    static const char *const views[] = {
        "{",
        "{\"merged\":false}",
        "{\"merged\":0," RESOURCES "}",
        "{\"merged\":false,\"resources\":[{\"path\":\"/x\",\"document\":\"nm.json\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"x\",\"document\":\"nm."
        "json\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/x\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/x\",\"documents\":[1]}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/directory\","
        "\"document\":\"nm.json\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"i\",\"path\":\"/api/v1/status\","
        "\"document\":\"nm.json\"}]}",
        "{\"merged\":false,\"resources\":[{\"id\":\"rialto-x\",\"path\":\"/x\","
        "\"document\":\"nm.json\"}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
        struct fixture f;
        start(&f, views[i]);
        json_t *root = get(&f, "/directory");
        assert_string_equal(default_map(root), "rialto-networkmap");
        assert_string_equal(uri(root, "two:nm-networkmap"), "/domain/two/nm/networkmap");
        json_decref(root);
        fixture_stop(&f);
    }
}

/* --- answers from documents --- */

#define MAP(id, tag)                                                                           \
    "{'meta':{'vtag':{'resource-id':'" id "','tag':'" tag "'}},'network-map':{'P1':{'ipv4':["  \
    "'192.0.2.0/24']},'P2':{'ipv4':['198.51.100.0/24']},'P3':{'ipv4':['203.0.113.0/24']}}}"
#define OF(id, tag)        "'dependent-vtags':[{'resource-id':'" id "','tag':'" tag "'}],"
#define TYPE(mode, metric) "{'cost-mode':'" mode "','cost-metric':'" metric "'}"
#define COSTS(meta, costs) "{'meta':{" meta "},'cost-map':" costs "}"
#define VIEW(resources)                                                                        \
    "{'cost-types':{'num-r':" TYPE("numerical", "routingcost") ",'num-h':" TYPE(               \
        "numerical",                                                                           \
        "hopcount") ",'ord-r':" TYPE("ordinal",                                                \
                                     "routingcost") "},'resources':[{'id':'m','path':'/m',"    \
                                                    "'document':'n.json'}," resources "]}"
#define ENDPOINTS                                                                              \
    "'endpoints':{'srcs':['ipv4:192.0.2.1'],'dsts':['ipv4:198.51.100.1','ipv4:203.0.113.1']}}"
#define ASK(mode, metric) "{'cost-type':" TYPE(mode, metric) "," ENDPOINTS
#define TO_2              "endpoint-cost-map/ipv4:192.0.2.1/ipv4:198.51.100.1"
#define TO_3              "endpoint-cost-map/ipv4:192.0.2.1/ipv4:203.0.113.1"

/* The fixture's time is in the hour that begins at 3:00. */
#define TODAY                                                                                  \
    "'calendar-start-time':'Wed, 18 May 2033 02:00:00 GMT','time-interval-size':3600,"         \
    "'number-of-intervals':3"
#define CALENDAR "'calendar-response-attributes':[{" TODAY "}],"

#define DOC(file, what, text)                                                                  \
    {                                                                                          \
        .name = (file), .kind = (what), .body = (text)                                         \
    }

/* What one request gets at one place of the answer. */
struct question {
    const char *what;
    struct snap_document files[6];
    const char *path, *body; /* body NULL: GET */
    const char *at, *value;  /* JSON; NULL: nothing there */
};

static char *unquoted(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    return copy;
}

static void check_value(const struct question *c, const json_t *root)
{
    char *text = c->value ? unquoted(c->value) : NULL;
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    const json_t *got = json_at(root, c->at);
    bool same = value ? got && json_equal(value, got) : !got;
    if (!same) {
        char *text_got = got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        print_message("%s: %s\n", c->what, text_got ? text_got : "nothing");
        free(text_got);
    }
    assert_true(same);
    json_decref(value);
    free(text);
}

static void check_questions(const struct question *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct fixture f;
        char *body = list[i].body ? unquoted(list[i].body) : NULL;
        fixture_start(&f, NULL);
        fixture_publish(&f, list[i].files);
        struct answer a =
            body ? fixture_post(&f, list[i].path, body) : fixture_get(&f, list[i].path);
        if (a.reply.status != 200)
            print_message("%s\n", list[i].what);
        json_t *root = answer_json(&a, 200);
        check_value(&list[i], root);
        json_decref(root);
        answer_free(&a);
        fixture_stop(&f);
        free(body);
    }
}

#define CHECK(list) check_questions(list, sizeof(list) / sizeof(*(list)))

/* Costs belong to one version of one network map. */
static void test_versions(void **state)
{
#define DOCUMENTS(what, costs)                                                                 \
    {                                                                                          \
        DOC("n.json", "network-map", MAP("m", "2")), DOC("c.json", what, costs),               \
            DOC("v.view.json", "view",                                                         \
                VIEW("{'id':'ec','kind':'endpoint-cost','path':'/ec','documents':[],"          \
                     "'cost-types':['num-r']}"))                                               \
    }
#define ROUTING "'cost-type':" TYPE("numerical", "routingcost")
#define MULTI   "'multi-cost-types':[" TYPE("numerical", "routingcost") "]"
#define ONE     "{'P1':{'P2':10}}"
#define THREE   "{'P1':{'P2':[8,9,10]}}"
    static const struct question cases[] = {
        {"cost map", DOCUMENTS("cost-map", COSTS(OF("m", "2") ROUTING, ONE)), "/ec",
         ASK("numerical", "routingcost"), TO_2, "10"},
        {"cost map of an old version", DOCUMENTS("cost-map", COSTS(OF("m", "1") ROUTING, ONE)),
         "/ec", ASK("numerical", "routingcost"), TO_2, NULL},
        {"cost map of another map", DOCUMENTS("cost-map", COSTS(OF("x", "2") ROUTING, ONE)),
         "/ec", ASK("numerical", "routingcost"), TO_2, NULL},
        {"several types", DOCUMENTS("cost-map", COSTS(OF("m", "2") MULTI, "{'P1':{'P2':[7]}}")),
         "/ec", ASK("numerical", "routingcost"), TO_2, "7"},
        {"several types of an old version",
         DOCUMENTS("cost-map", COSTS(OF("m", "1") MULTI, "{'P1':{'P2':[7]}}")), "/ec",
         ASK("numerical", "routingcost"), TO_2, NULL},
        {"calendar", DOCUMENTS("calendar", COSTS(OF("m", "2") CALENDAR ROUTING, THREE)), "/ec",
         ASK("numerical", "routingcost"), TO_2, "9"},
        {"calendar of an old version",
         DOCUMENTS("calendar", COSTS(OF("m", "1") CALENDAR ROUTING, THREE)), "/ec",
         ASK("numerical", "routingcost"), TO_2, NULL},
        {"calendar that doesn't say", DOCUMENTS("calendar", COSTS(CALENDAR ROUTING, THREE)),
         "/ec", ASK("numerical", "routingcost"), TO_2, "9"},
        {"between endpoints no map is asked",
         DOCUMENTS("endpoint-cost", "{'meta':{" OF("m", "1") ROUTING
                   "},'endpoint-cost-map':{'ipv4:192.0.2.1':{'ipv4:198.51.100.1':4}}}"),
         "/ec", ASK("numerical", "routingcost"), TO_2, "4"},
        {"of the two maps the other one's",
         {DOC("n.json", "network-map", MAP("m", "2")),
          DOC("o.json", "network-map", MAP("other", "2")),
          DOC("c.json", "calendar", COSTS(OF("other", "2") CALENDAR ROUTING, THREE)),
          DOC("v.view.json", "view",
              VIEW("{'id':'o','path':'/o','document':'o.json'},"
                   "{'id':'ec','kind':'endpoint-cost','path':'/ec',"
                   "'documents':['n.json','c.json'],'cost-types':['num-r']}"))},
         "/ec",
         ASK("numerical", "routingcost"),
         TO_2,
         NULL},
    };
    (void)state;
    CHECK(cases);
}

/* Ranks are made of single values: there is no calendar of them. */
static void test_ranked_calendar(void **state)
{
#define TWO "{'P1':{'P2':[8,9,10],'P3':[7,6,5]}}"
#define FILES                                                                                  \
    {                                                                                          \
        DOC("n.json", "network-map", MAP("m", "2")),                                           \
            DOC("c.json", "calendar", COSTS(OF("m", "2") CALENDAR ROUTING, TWO)),              \
            DOC("v.view.json", "view",                                                         \
                VIEW("{'id':'ec','kind':'endpoint-cost','path':'/ec','documents':[],"          \
                     "'cost-types':['num-r','ord-r']}"))                                       \
    }
#define CALENDARED(mode)                                                                       \
    "{'cost-type':" TYPE(mode, "routingcost") ",'calendared':[true]," ENDPOINTS
    static const struct question cases[] = {
        {"numbers", FILES, "/ec", CALENDARED("numerical"), TO_2, "[8,9,10]"},
        {"ranks", FILES, "/ec", CALENDARED("ordinal"), TO_2, "2"},
        {"best rank", FILES, "/ec", CALENDARED("ordinal"), TO_3, "1"},
        {"directory", FILES, "/directory", NULL,
         "resources/ec/capabilities/calendar-attributes/0/cost-type-names", "['num-r']"},
    };
    (void)state;
    CHECK(cases);
}

/* Full maps of calendars have the value of the hour in which they are asked for. */
static void test_time_goes_on(void **state)
{
#define FULL(names)                                                                            \
    DOC("v.view.json", "view",                                                                 \
        VIEW("{'id':'full','kind':'cost-map','path':'/full','documents':['c.json','o.json'],"  \
             "'uses':['m'],'cost-types':['" names "']}"))
    static const struct {
        const char *what;
        struct snap_document files[5];
        const char *first, *next; /* P1 to P2 now, and in an hour */
    } cases[] = {
        {"calendar",
         {DOC("n.json", "network-map", MAP("m", "2")),
          DOC("c.json", "calendar", COSTS(OF("m", "2") CALENDAR ROUTING, TWO)), FULL("num-r")},
         "9",
         "10"},
        {"ranks of one",
         {DOC("n.json", "network-map", MAP("m", "2")),
          DOC("c.json", "calendar",
              COSTS(OF("m", "2") CALENDAR ROUTING, "{'P1':{'P2':[8,1,10],'P3':[7,6,5]}}")),
          FULL("ord-r")},
         "1",
         "2"},
        {"ranks of one where none are published",
         {DOC("n.json", "network-map", MAP("m", "2")),
          DOC("c.json", "calendar",
              COSTS(OF("m", "2") CALENDAR ROUTING, "{'P1':{'P2':[8,1,10],'P3':[7,6,5]}}")),
          DOC("o.json", "cost-map",
              COSTS(OF("m", "2") "'multi-cost-types':[" TYPE("ordinal", "routingcost") "]",
                    "{'P1':{'P2':[5]}}")),
          FULL("ord-r")},
         "1",
         "2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        struct question c = {cases[i].what, {{0}}, NULL, NULL, "cost-map/P1/P2", NULL};
        fixture_start(&f, NULL);
        fixture_publish(&f, cases[i].files);
        for (int hour = 0; hour < 2; hour++) {
            json_t *root = get(&f, "/full");
            c.value = hour == 0 ? cases[i].first : cases[i].next;
            check_value(&c, root);
            json_decref(root);
            f.now += 3600 * (int64_t)1000000;
        }
        fixture_stop(&f);
    }
}

/* More properties than there is room for, of addresses and of what sources state. */
static void test_too_many_properties(void **state)
{
    struct fixture f;
    struct err e = {0};
    struct buf names = {0}, view = {0};
    (void)state;
    for (int i = 0; i < 70; i++)
        buf_printf(&names, "%s'priv:x%d'", i > 0 ? "," : "", i);
    buf_printf(&view,
               VIEW("{'id':'pm','kind':'property-map','path':'/pm','documents':[],"
                    "'mappings':{'ipv4':[%s]}},{'id':'m2','path':'/m2','document':'n.json'}"),
               buf_cstr(&names));
    const struct snap_document files[] = {DOC("n.json", "network-map", MAP("m", "2")),
                                          DOC("v.view.json", "view", buf_cstr(&view)),
                                          {0}};
    fixture_start(&f, NULL);
    fixture_publish(&f, files); /* is served at all */
    json_t *root = get(&f, "/directory");
    assert_string_equal(uri(root, "pm"), "-");
    assert_string_equal(uri(root, "m2"), "/m2");
    json_decref(root);
    struct snapshot *s = fixture_snapshot(f.now);
    s->properties = ARENA_ARRAY(s->arena, 70, struct snap_property);
    for (s->n_properties = 0; s->n_properties < 70; s->n_properties++)
        s->properties[s->n_properties] = (struct snap_property){
            "ipv4:10.1.0.0/16", arena_printf(s->arena, "priv:y%02zu", s->n_properties), "1",
            &folder};
    board_publish(f.board, s);
    assert_int_equal(server_refresh(f.server, &e), 0);
    root = get(&f, "/propmap");
    const json_t *stated =
        json_object_get(json_object_get(root, "property-map"), "ipv4:10.1.0.0/16");
    assert_int_equal(json_object_size(stated), 64); /* the PID's name, and the first 63 */
    assert_non_null(json_object_get(stated, "priv:y62"));
    json_decref(root);
    fixture_stop(&f);
    buf_free(&names);
    buf_free(&view);
}

/* A view that takes all the room there is for resources leaves the server its own. */
static void test_too_many_resources(void **state)
{
    struct fixture f;
    struct buf view = {0};
    (void)state;
    buf_str(&view, "{'merged':false,'resources':[{'id':'m','path':'/m','document':'n.json'}");
    for (int i = 0; i < 4200; i++)
        buf_printf(&view, ",{'id':'m%d','path':'/m%d','document':'n.json'}", i, i);
    buf_str(&view, "]}");
    const struct snap_document files[] = {DOC("n.json", "network-map", MAP("m", "2")),
                                          DOC("o.json", "network-map", MAP("o", "2")),
                                          DOC("v.view.json", "view", buf_cstr(&view)),
                                          {0}};
    static const char *const served[] = {"/m", "/m3000", "/networkmap", "/propmap"};
    fixture_start(&f, NULL);
    fixture_publish(&f, files);
    for (size_t i = 0; i < sizeof(served) / sizeof(*served); i++)
        json_decref(get(&f, served[i]));
    struct answer a = fixture_get(&f, "/m4100");
    assert_int_equal(a.reply.status, 404);
    answer_free(&a);
    fixture_stop(&f);
    buf_free(&view);
}

static void tag_of(struct fixture *f, const char *pids, const char *view, char out[64])
{
    struct buf map = {0};
    buf_printf(&map, "{'meta':{'vtag':{'resource-id':'m','tag':'2'}},'network-map':{%s}}",
               pids);
    const struct snap_document files[] = {
        DOC("n.json", "network-map", buf_cstr(&map)),
        DOC("p.json", "property-map",
            "{'meta':{},'property-map':{'ipv4:192.0.2.0/24':{'priv:x':1,'priv:y':2},"
            "'asn:as1':{'priv:x':3,'priv:y':4},"
            "'m.ipv4:10.0.0.0/8':{'priv:x':5,'priv:y':6}}}"),
        DOC("v.view.json", "view", view),
        {0}};
    fixture_publish(f, files);
    json_t *root = get(f, "/pm");
    const char *tag = json_string_value(json_at(root, "meta/vtag/tag"));
    assert_non_null(tag);
    snprintf(out, 64, "%s", tag);
    json_decref(root);
    /* Others that depend on the map name the same version. */
    struct answer a = fixture_post(f, "/fm", "{\"entities\":[]}");
    root = answer_json(&a, 200);
    assert_string_equal(json_string_value(json_at(root, "meta/dependent-vtags/0/tag")), out);
    json_decref(root);
    answer_free(&a);
    buf_free(&map);
}

/* The version of a property map is that of what it tells, not of its documents alone. */
static void test_property_tags(void **state)
{
#define PM(mappings)                                                                           \
    VIEW("{'id':'pm','kind':'property-map','path':'/pm','documents':['p.json'],"               \
         "'uses':['m'],'mappings':{" mappings "}},"                                            \
         "{'id':'fm','kind':'filtered-property-map','path':'/fm','documents':['p.json'],"      \
         "'uses':['pm'],'mappings':{'ipv4':['priv:x']}}")
#define PIDS(a) "'" a "':{'ipv4':['192.0.2.0/24']},'P2':{'ipv4':['198.51.100.0/24']}"
    static const char *const others[][2] = {
        {PIDS("Q1"), PM("'ipv4':['priv:x','m.pid']")},
        {PIDS("P1"), PM("'ipv4':['priv:x']")},
        {PIDS("P1"), PM("'ipv4':['priv:y','m.pid']")},
        {PIDS("P1"), PM("'ipv4':['priv:x','m.pid'],'asn':['priv:x']")},
        {PIDS("P1"), PM("'ipv4':['priv:x','m.pid'],'asn':['priv:y']")},
        {PIDS("P1"), PM("'ipv4':['priv:x','m.pid'],'m.ipv4':['priv:x']")},
        {PIDS("P1"), PM("'ipv4':['priv:x','m.pid'],'m.ipv4':['priv:y']")},
    };
    struct fixture f;
    char tags[8][64], again[64];
    (void)state;
    fixture_start(&f, NULL);
    tag_of(&f, PIDS("P1"), PM("'ipv4':['priv:x','m.pid']"), tags[0]);
    for (size_t i = 0; i < 7; i++) {
        tag_of(&f, others[i][0], others[i][1], tags[i + 1]);
        for (size_t k = 0; k <= i; k++)
            assert_string_not_equal(tags[k], tags[i + 1]);
    }
    tag_of(&f, PIDS("P1"), PM("'ipv4':['priv:x','m.pid']"), again);
    assert_string_equal(tags[0], again);
    fixture_stop(&f);
}

/* Ranks are taken from numbers only where no published rank is lost. */
static void test_published_ranks(void **state)
{
#define RANKED(ranks, numbers)                                                                 \
    {                                                                                          \
        DOC("n.json", "network-map", MAP("m", "2")),                                           \
            DOC("o.json", "cost-map",                                                          \
                COSTS(OF("m", "2") "'cost-type':" TYPE("ordinal", "routingcost"), ranks)),     \
            DOC("c.json", "cost-map", COSTS(OF("m", "2") ROUTING, numbers)),                   \
            DOC("v.view.json", "view",                                                         \
                VIEW("{'id':'ec','kind':'endpoint-cost','path':'/ec','documents':["            \
                     "'o.json','c.json'],'uses':['m'],'cost-types':['num-r','ord-r']}"))       \
    }
#define RANKS ASK("ordinal", "routingcost")
#define BOTH  "{'P1':{'P2':7,'P3':3}}"
    static const struct question cases[] = {
        {"all published", RANKED(BOTH, "{'P1':{'P2':1,'P3':2}}"), "/ec", RANKS, TO_2, "7"},
        {"all published, none of them numbered", RANKED(BOTH, "{}"), "/ec", RANKS, TO_2, "7"},
        {"one not published, all numbered",
         RANKED("{'P1':{'P2':7}}", "{'P1':{'P2':30,'P3':20}}"), "/ec", RANKS, TO_2, "2"},
        {"one published alone, the other numbered alone",
         RANKED("{'P1':{'P2':7}}", "{'P1':{'P3':50}}"), "/ec", RANKS, TO_2, "7"},
        {"and no rank of another kind beside it", RANKED("{'P1':{'P2':7}}", "{'P1':{'P3':50}}"),
         "/ec", RANKS, TO_3, NULL},
    };
    (void)state;
    CHECK(cases);
}

/* RFC 9240 section 8.6: each requested prefix has what it inherits from others that were not
 * requested, though it is inside another requested one, in whatever order they stand. */
static void test_nested_prefixes(void **state)
{
#define NESTED(name, entities, expected)                                                       \
    {                                                                                          \
        name,                                                                                  \
            {DOC("p.json", "property-map",                                                     \
                 "{'meta':{},'property-map':{'ipv4:192.0.2.0/24':{'priv:x':'1','priv:y':'2'}," \
                 "'ipv4:192.0.2.64/26':{'priv:x':'3'},'ipv4:192.0.2.65':{'priv:y':null},"      \
                 "'ipv4:192.0.2.128/26':{'priv:x':'4'},"                                       \
                 "'ipv4:192.0.2.192/26':{'priv:x':'5'}}}"),                                    \
             DOC("v.view.json", "view",                                                        \
                 "{'resources':[{'id':'fm','kind':'filtered-property-map','path':'/fm',"       \
                 "'documents':['p.json'],'mappings':{'ipv4':['priv:x','priv:y']}}]}")},        \
            "/fm", "{'entities':[" entities "],'properties':[]}", "property-map", expected     \
    }
#define OUTER "'ipv4:192.0.2.0/25'"
#define INNER "'ipv4:192.0.2.64/26'"
#define BOTH_NESTED                                                                            \
    "{" OUTER ":{'priv:x':'1','priv:y':'2'}," INNER ":{'priv:x':'3','priv:y':'2'},"            \
    "'ipv4:192.0.2.65':{'priv:y':null}}"
#define UPPER "'ipv4:192.0.2.128/25'"
#define TILES                                                                                  \
    "'ipv4:192.0.2.128/26':{'priv:x':'4','priv:y':'2'},"                                       \
    "'ipv4:192.0.2.192/26':{'priv:x':'5','priv:y':'2'}"
    static const struct question cases[] = {
        NESTED("the wider one first", OUTER "," INNER, BOTH_NESTED),
        NESTED("the narrower one first", INNER "," OUTER, BOTH_NESTED),
        NESTED("in a third one", UPPER "," OUTER "," INNER ",'ipv4:192.0.2.0/23'",
               "{'ipv4:192.0.2.0/24':{'priv:x':'1','priv:y':'2'}," TILES "," OUTER
               ":{'priv:x':'1','priv:y':'2'}," INNER ":{'priv:x':'3','priv:y':'2'},"
               "'ipv4:192.0.2.65':{'priv:y':null}}"),
    };
    (void)state;
    CHECK(cases);
}

/* RFC 9240 section 6.1.4: addresses of a network map inherit as others do, and only from each
 * other. */
static void test_addresses_of_a_map(void **state)
{
#define OF_A_MAP                                                                               \
    {                                                                                          \
        DOC("n.json", "network-map", MAP("m", "2")),                                           \
            DOC("p.json", "property-map",                                                      \
                "{'meta':{},'property-map':{'m.ipv4:10.0.0.0/8':{'priv:x':'1'},"               \
                "'m.ipv4:10.1.0.0/16':{'priv:y':'2'},'m.ipv6:2001:db8::/32':{'priv:x':'6'},"   \
                "'ipv4:10.1.0.0/16':{'priv:x':'9'}}}"),                                        \
            DOC("v.view.json", "view",                                                         \
                VIEW("{'id':'pm','kind':'property-map','path':'/pm','documents':['p.json'],"   \
                     "'uses':['m'],'mappings':{'m.ipv4':['priv:x','priv:y'],"                  \
                     "'m.ipv6':['priv:x'],'ipv4':['priv:x']}},"                                \
                     "{'id':'fm','kind':'filtered-property-map','path':'/fm','documents':["    \
                     "'p.json'],'uses':['m'],'mappings':{'m.ipv4':['priv:x','priv:y'],"        \
                     "'m.ipv6':['priv:x'],'ipv4':['priv:x']}}"))                               \
    }
#define OF_IT(entities) "{'entities':[" entities "],'properties':[]}"
    static const struct question cases[] = {
        {"in full", OF_A_MAP, "/pm", NULL, "property-map",
         "{'m.ipv4:10.0.0.0/8':{'priv:x':'1'},'m.ipv4:10.1.0.0/16':{'priv:y':'2'},"
         "'m.ipv6:2001:db8::/32':{'priv:x':'6'},'ipv4:10.1.0.0/16':{'priv:x':'9'}}"},
        {"inherited", OF_A_MAP, "/fm", OF_IT("'m.ipv4:10.1.2.3/32','ipv4:10.1.2.3'"),
         "property-map",
         "{'m.ipv4:10.1.2.3':{'priv:x':'1','priv:y':'2'},'ipv4:10.1.2.3':{'priv:x':'9'}}"},
        {"inside", OF_A_MAP, "/fm", OF_IT("'m.ipv4:10.0.0.0/8'"), "property-map",
         "{'m.ipv4:10.0.0.0/8':{'priv:x':'1'},'m.ipv4:10.1.0.0/16':{'priv:y':'2'}}"},
        {"another spelling", OF_A_MAP, "/fm", OF_IT("'m.ipv6:2001:DB8:0::1'"), "property-map",
         "{'m.ipv6:2001:db8::1':{'priv:x':'6'}}"},
        {"nothing is known of it", OF_A_MAP, "/fm", OF_IT("'m.ipv4:192.0.2.1'"), "property-map",
         "{}"},
    };
    struct fixture f;
    (void)state;
    CHECK(cases);
    fixture_start(&f, NULL);
    fixture_publish(&f, cases[0].files);
    answer_is_error(fixture_post(&f, "/fm", "{\"entities\":[\"m.ipv4:300.0.0.1\"]}"), 400,
                    "E_INVALID_FIELD_VALUE", "entities", "m.ipv4:300.0.0.1");
    fixture_stop(&f);
}

/* Narrow footprints repeat what wider ones say; a capability stands once, in order. */
static void test_capabilities(void **state)
{
#define CAPABILITY(value) "{'capability-type':'T','capability-value':{'v':" value "}"
#define HAS               "':{'ad.cdni-capabilities':["
#define ONE_              CAPABILITY("1") "}"
#define TWO_              CAPABILITY("2") "}"
#define THREE_            CAPABILITY("3") "}"
#define FOUR_             CAPABILITY("4") "}"
    static const char advertisement[] =
        "{'meta':{},'cdni-advertisement':{'capabilities-with-footprints':[" ONE_ ","
        /* in nested ones, and by name */
        CAPABILITY("2") ",'footprints':[{'footprint-type':'ipv4cidr','footprint-value':["
                        "'10.1.0.0/16','10.0.0.0/8']},{'footprint-type':'asn',"
                        "'footprint-value':['as1']}]},"
        /* in one prefix and one AS twice */
        CAPABILITY("3") ",'footprints':[{'footprint-type':'ipv4cidr','footprint-value':["
                        "'10.1.9.9/16','10.1.0.0/16','10.8.0.0/16']},"
                        "{'footprint-type':'asn','footprint-value':['as2','as1','as1']}]},"
        /* one of them of the wrong family */
        CAPABILITY("4") ",'footprints':[{'footprint-type':'ipv6cidr','footprint-value':["
                        "'2001:db8::/32']},{'footprint-type':'ipv4cidr',"
                        "'footprint-value':['10.1.2.0/24','11.0.0.0/8','::/0']}]}]}}";
    static const char view[] =
        "{'resources':[{'id':'ad','path':'/ad','document':'a.json'},"
        "{'id':'pm','kind':'property-map','path':'/pm','documents':['a.json'],'uses':['ad'],"
        "'mappings':{'ipv4':['ad.cdni-capabilities'],'ipv6':['ad.cdni-capabilities'],"
        "'asn':['ad.cdni-capabilities']}}]}";
    static const char expected[] =
        "{'ipv4:0.0.0.0/0" HAS ONE_ "]},"
        "'ipv4:10.0.0.0/8" HAS ONE_ "," TWO_ "]},"
        "'ipv4:10.1.0.0/16" HAS ONE_ "," TWO_ "," THREE_ "]},"
        "'ipv4:10.1.2.0/24" HAS ONE_ "," TWO_ "," THREE_ "," FOUR_ "]},"
        "'ipv4:10.8.0.0/16" HAS ONE_ "," TWO_ "," THREE_ "]},"
        "'ipv4:11.0.0.0/8" HAS ONE_ "," FOUR_ "]},"
        "'ipv6:::/0" HAS ONE_ "]},"
        "'ipv6:2001:db8::/32" HAS ONE_ "," FOUR_ "]},"
        "'asn:as1" HAS ONE_ "," TWO_ "," THREE_ "]},"
        "'asn:as2" HAS ONE_ "," THREE_ "]}}";
    static const struct question cases[] = {
        {"capabilities",
         {DOC("a.json", "cdni-advertisement", advertisement), DOC("v.view.json", "view", view)},
         "/pm",
         NULL,
         "property-map",
         expected},
    };
    (void)state;
    CHECK(cases);
}

/* Names that can be none in their domain are refused; of others nothing may be known. */
static void test_names_of_entities(void **state)
{
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    static const struct {
        const char *name;
        bool good;
    } cases[] = {
        {"asn:as1", true},          {"asn:as0", true},
        {"asn:as4294967295", true}, {"asn:as4294967296", false},
        {"asn:as01", false},        {"asn:as00", false},
        {"asn:as", false},          {"asn:as1x", false},
        {"asn:as-1", false},        {"asn:AS1", false},
        {"countrycode:ch", true},   {"countrycode:CH", false},
        {"countrycode:c", false},   {"countrycode:c1", false},
        {".ane:a", true},           {".ane:b:1@x_y-z", true},
        {".ane:" X64, true},        {".ane:" X64 "x", false},
        {".ane:a b", false},        {".ane:a/b", false},
        {".ane:\\u00e9", false},    {".ane:", false},
        {".ane:odd name", true}, /* it is there */
        {"m.pid:P1", true},         {"m.pid:P9", false},
    };
    const struct snap_document files[] = {
        DOC("n.json", "network-map", MAP("m", "2")),
        DOC("p.json", "property-map",
            "{'meta':{},'property-map':{'asn:as1':{'priv:x':'1'},'.ane:a':{'priv:x':'2'},"
            "'.ane:odd name':{'priv:x':'3'},'countrycode:ch':{'priv:x':'4'},"
            "'m.pid:P1':{'priv:x':'5'}}}"),
        DOC("v.view.json", "view",
            VIEW("{'id':'fm','kind':'filtered-property-map','path':'/fm','documents':["
                 "'p.json'],'uses':['m'],'mappings':{'asn':['priv:x'],'.ane':['priv:x'],"
                 "'countrycode':['priv:x'],'m.pid':['priv:x']}}")),
        {0}};
    struct fixture f;
    (void)state;
    fixture_start(&f, NULL);
    fixture_publish(&f, files);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char body[256];
        snprintf(body, sizeof(body), "{\"entities\":[\"%s\"],\"properties\":[]}",
                 cases[i].name);
        struct answer a = fixture_post(&f, "/fm", body);
        if (a.reply.status != (cases[i].good ? 200 : 400))
            fail_msg("%s: %d", cases[i].name, a.reply.status);
        answer_free(&a);
    }
    fixture_stop(&f);
}

/* Those that are there, whether few are asked for or many. */
static void test_many_entities(void **state)
{
    struct buf map = {0}, body = {0};
    (void)state;
    buf_str(&map, "{'meta':{},'property-map':{");
    for (unsigned i = 0; i < 2000; i++)
        buf_printf(&map, "%s'asn:as%u':{'priv:x':'%u'}", i ? "," : "", 2 * i, i);
    buf_str(&map, "}}");
    const struct snap_document files[] = {
        DOC("p.json", "property-map", buf_cstr(&map)),
        DOC("v.view.json", "view",
            "{'resources':[{'id':'fm','kind':'filtered-property-map','path':'/fm','documents':["
            "'p.json'],'mappings':{'asn':['priv:x'],'ipv4':['priv:x']}}]}"),
        {0}};
    struct fixture f;
    fixture_start(&f, NULL);
    fixture_publish(&f, files);
    static const unsigned counts[] = {1, 16, 17, 500, 4000};
    for (size_t k = 0; k < 5; k++) {
        buf_reset(&body);
        for (unsigned i = 0; i < counts[k]; i++)
            buf_printf(&body, "%s\"asn:as%u\",\"ipv4:192.0.2.%u\"", i ? "," : "{\"entities\":[",
                       i, i % 256);
        buf_str(&body, "],\"properties\":[\"priv:x\"]}");
        struct answer a = fixture_post(&f, "/fm", buf_cstr(&body));
        json_t *root = answer_json(&a, 200);
        const json_t *told = json_object_get(root, "property-map");
        assert_int_equal(json_object_size(told), (counts[k] + 1) / 2);
        for (unsigned i = 0; i < counts[k]; i += 2) {
            char at[64], number[16];
            snprintf(at, sizeof(at), "asn:as%u", i);
            snprintf(number, sizeof(number), "%u", i / 2);
            assert_string_equal(
                json_string_value(json_object_get(json_object_get(told, at), "priv:x")),
                number);
        }
        json_decref(root);
        answer_free(&a);
    }
    fixture_stop(&f);
    buf_free(&map);
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_equal_ids),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_ranked_calendar),
        cmocka_unit_test(test_time_goes_on),
        cmocka_unit_test(test_too_many_properties),
        cmocka_unit_test(test_too_many_resources),
        cmocka_unit_test(test_property_tags),
        cmocka_unit_test(test_published_ranks),
        cmocka_unit_test(test_nested_prefixes),
        cmocka_unit_test(test_addresses_of_a_map),
        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_names_of_entities),
        cmocka_unit_test(test_many_entities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
