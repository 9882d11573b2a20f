/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/server/world.h"

#include <math.h>
#include <string.h>

#include "unit/cmocka_all.h"

void world_start(struct world *w, uint64_t seed)
{
    static const double routing[] = {0, 1, 2.5, 1, 0, 10, 2.5, 10, NAN};
    *w = (struct world){.random = seed * 2 + 1, .capacity = {100, 40, 10, 40}};
    memcpy(w->routing, routing, sizeof(routing));
    for (size_t i = 0; i < 9; i++)
        w->hops[i] = (double)(i % 4);
}

unsigned world_below(struct world *w, unsigned n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->random >> 40) % n;
}

void world_change(struct world *w)
{
    switch (world_below(w, w->has_view ? 12 : 9)) {
    case 0:
        w->capacity[world_below(w, 4)] = 1 + world_below(w, 50);
        break;
    case 1:
    case 2:
        w->routing[world_below(w, 9)] = world_below(w, 5) ? world_below(w, 20) : NAN;
        break;
    case 3:
        w->hops[world_below(w, 9)] = world_below(w, 4);
        break;
    case 4:
        w->extra_prefix = !w->extra_prefix;
        break;
    case 5:
        w->extra_pid = !w->extra_pid;
        break;
    case 6:
        w->property = world_below(w, 5);
        break;
    case 7:
        w->document_cost = world_below(w, 30);
        break;
    case 8: /* nothing but time */
        break;
    default:
        w->shape = world_below(w, 64);
        break;
    }
}

static const struct origin origin = {.domain = "one",
                                     .source = "test",
                                     .kind = "static",
                                     .scope = "all",
                                     .epoch = 1,
                                     .observed_at = 1000000,
                                     .collected_at = 1000000,
                                     .expires = FACT_NONE};

static void set_pids(const struct world *w, struct snapshot *s)
{
    struct pid *beta = &s->pids[1];
    if (!w->extra_prefix)
        return;
    assert_true(prefix_parse(slice_of("10.9.0.0/16"), &beta->prefixes[beta->n_prefixes]));
    lpm_set(s->pid_of, &beta->prefixes[beta->n_prefixes++], 1);
}

/* One value becomes null now and then: no merge patch can say so. */
static void set_properties(const struct world *w, struct snapshot *s)
{
    static const char *const owners[] = {"\"one\"", "\"two\"", "null", "[1,2,3]",
                                         "{\"a\":null,\"b/~c\":1}"};
    for (size_t i = 0; i < s->n_properties; i++) {
        if (strcmp(s->properties[i].name, "priv:owner") == 0 ||
            strcmp(s->properties[i].name, "priv:rank") == 0)
            s->properties[i].value = owners[w->property];
    }
}

static const char view[] =
    "{'cost-types':{'num':{'cost-mode':'numerical','cost-metric':'priv:y'},'path':{'cost-mode':"
    "'array','cost-metric':'ane-path'}},'resources':["
    "{'id':'v-map','path':'/v/map','document':'v-map.json'},"
    "{'id':'v-paths','path':'/v/"
    "paths','kind':'path-vector-cost-map','documents':['v-paths.json',"
    "'v-costs.json'],'cost-types':['path','num'],'uses':['v-map'],'max-cost-types':2,"
    "'testable-cost-types':['num'],'properties':['max-reservable-bandwidth','priv:z']},"
    "{'id':'v-props','path':'/v/props','kind':'property-map','documents':['v-props.json'],"
    "'uses':['v-map','v-ad'],'mappings':{'ipv4':['priv:c','priv:d','v-map.pid',"
    "'v-ad.cdni-capabilities'],'v-map.pid':['priv:c'],'.ane':['priv:c']}},"
    "{'id':'v-props-f','path':'/v/props/f','kind':'filtered-property-map','documents':"
    "['v-props.json'],'uses':['v-map'],'mappings':{'ipv4':['priv:c','priv:d','v-map.pid']}},"
    "{'id':'v-ad','path':'/v/ad','document':'v-ad.json'},"
    "{'id':'v-ad-f','path':'/v/ad/f','kind':'filtered-cdni','document':'v-ad.json'}]}";

/* Each bit of the shape is one thing that is so or otherwise. */
static char *shaped(const struct world *w, struct arena *a, const char *text)
{
    struct buf out = {0};
    for (const char *p = text; *p; p++) {
        const char *no = NULL, *end = *p == '<' ? strchr(p, '>') : NULL;
        if (!end) {
            buf_char(&out, *p == '\'' ? '"' : *p);
            continue;
        }
        no = memchr(p, '|', (size_t)(end - p)); /* "<3 yes|no>" */
        bool set = w->shape >> (p[1] - '0') & 1;
        for (const char *q = set ? p + 3 : no + 1; q < (set ? no : end); q++)
            buf_char(&out, *q == '\'' ? '"' : *q);
        p = end;
    }
    char *copy = arena_strdup(a, buf_cstr(&out));
    buf_free(&out);
    assert_non_null(copy);
    return copy;
}

/* What a view offers: each time a bit changes something becomes longer, other, null or gone. */
static size_t set_view(const struct world *w, struct arena *a, struct snap_document *d)
{
#define OF_MAP "'dependent-vtags':[{'resource-id':'v-map','tag':'<0 one|two>'}]"
    static const char *const files[][3] = {
        {"v-map.json", "network-map",
         "{'meta':{'vtag':{'resource-id':'v-map','tag':'<0 one|two>'}},'network-map':{'A':{"
         "'ipv4':['10.1.0.0/16'<0 ,'10.3.0.0/16'|>]},'B':{'ipv4':['10.2.0.0/16']},'C':{'ipv4':["
         "'0.0.0.0/0'],'ipv6':['::/0']}}}"},
        {"v-costs.json", "cost-map",
         "{'meta':{" OF_MAP ",'cost-type':{'cost-mode':'numerical','cost-metric':'priv:y'}},"
         "'cost-map':{'A':{'B':<1 1|7>,'C':2<2 |,'A':0>},'B':{'A':<3 1e3|3>}}}"},
        {"v-paths.json", "ane-path",
         "{'meta':{" OF_MAP ",'cost-type':{'cost-mode':'array','cost-metric':'ane-path'}},"
         "'cost-map':{'A':{'B':['X',<1 'L'|'M','L'>],'C':[<2 'X'|'Y'>]<4 |,'A':[]>},'B':{'A':["
         "'L','X']}},'property-map':{'.ane:X':{'max-reservable-bandwidth':<3 5000|7000>},"
         "'.ane:L':{'max-reservable-bandwidth':<5 100|6000>,'priv:z':<1 'p'|null>},'.ane:M':{},"
         "'.ane:Y':{'priv:z':{'a':null}}}}"},
        {"v-props.json", "property-map",
         "{'meta':{},'property-map':{'ipv4:10.0.0.0/8':{'priv:c':<1 'red'|null>},"
         "'ipv4:10.1.0.0/16':{<2 'priv:c':'blue'|'priv:d':[1,null]>},'ipv4:10.1.0.5':{"
         "'priv:c':<3 null|'red'>,'priv:d':'x'},'v-map.pid:A':{'priv:c':'<4 on|off>'},"
         "'.ane:X':{'priv:c':<5 {'a~/b':1}|5>}}}"},
        {"v-ad.json", "cdni-advertisement",
         "{'meta':{},'cdni-advertisement':{'capabilities-with-footprints':[{'capability-type':"
         "'FCI.DeliveryProtocol','capability-value':{'delivery-protocols':['http/1.1'<1 ,"
         "'https/1.1'|>]},'footprints':[{'footprint-type':'ipv4cidr','footprint-value':["
         "'10.0.0.0/8'<2 ,'10.1.0.0/16'|>]}]}<3 ,{'capability-type':'FCI.Logging',"
         "'capability-value':{'record-type':'r'}}|>]}}"},
        {"v.view.json", "view", view},
    };
    size_t n = sizeof(files) / sizeof(*files);
    for (size_t i = 0; w->has_view && i < n; i++)
        d[i] = (struct snap_document){"one", files[i][0], files[i][1],
                                      shaped(w, a, files[i][2]), &origin};
    return w->has_view ? n : 0;
}

static void set_documents(const struct world *w, struct snapshot *s)
{
    const char *tag = w->extra_pid ? "more" : "less";
    struct snap_document *d = ARENA_ARRAY(s->arena, 10, struct snap_document);
    size_t n = w->no_document ? 0 : 2;
    assert_non_null(d);
    d[0] = (struct snap_document){"two", "nm.json", "network-map", NULL, &origin};
    d[0].body = arena_printf(
        s->arena,
        "{\"meta\":{\"vtag\":{\"resource-id\":\"nm\",\"tag\":\"%s\"}},\"network-map\":{"
        "\"P2\":{\"ipv4\":[\"10.2.0.0/16\"]},%s\"P1\":{\"ipv4\":[\"0.0.0.0/0\"]}}}",
        tag, w->extra_pid ? "\"P3\":{\"ipv4\":[\"10.4.0.0/16\"],\"ipv6\":[\"::/0\"]}," : "");
    d[1] = (struct snap_document){"two", "cm.json", "cost-map", NULL, &origin};
    d[1].body =
        arena_printf(s->arena,
                     "{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"nm\",\"tag\":\"%s\"}],"
                     "\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"priv:x\"}},"
                     "\"cost-map\":{\"P1\":{\"P2\":%u%s},\"P2\":{\"P1\":8.5}}}",
                     tag, w->document_cost, w->extra_pid ? ",\"P3\":5" : "");
    n += set_view(w, s->arena, d + n);
    s->documents = d;
    s->n_documents = n;
}

void world_publish(struct world *w, struct fixture *f)
{
    struct snapshot *s = fixture_snapshot(f->now);
    struct err e = {0};
    for (size_t i = 0; i < 4; i++)
        s->links[i].end[0].capacity = s->links[i].end[1].capacity =
            (int64_t)w->capacity[i] * 1000000000;
    s->metrics[1].value = arena_dup(s->arena, w->hops, sizeof(w->hops));
    s->metrics[2].value = arena_dup(s->arena, w->routing, sizeof(w->routing));
    set_pids(w, s);
    set_properties(w, s);
    set_documents(w, s);
    assert_int_equal(snapshot_seal(s, &e), 0);
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
}
