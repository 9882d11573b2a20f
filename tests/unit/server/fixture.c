/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/server/fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

#define G ((int64_t)1000000000)

static struct prefix prefix(const char *text)
{
    struct prefix p;
    assert_true(prefix_parse(slice_of(text), &p));
    return p;
}

static struct addr addr(const char *text)
{
    struct addr a;
    assert_true(addr_parse(slice_of(text), &a));
    return a;
}

/* --- the network --- */

static const struct {
    const char *a, *b, *in_a, *in_b;
    int64_t capacity;
} wires[] = {
    {"r1", "r2", "192.0.2.1", "192.0.2.2", 100 * G},
    {"r1", "r4", "192.0.2.9", "192.0.2.10", 40 * G},
    {"r2", "r3", "192.0.2.5", "192.0.2.6", 10 * G},
    {"r3", "r4", "192.0.2.13", "192.0.2.14", 40 * G},
};

#define N_WIRES (sizeof(wires) / sizeof(*wires))

static struct node *node_of(struct snapshot *s, const char *name)
{
    return &s->nodes[name[1] - '1'];
}

static void make_graph(struct snapshot *s)
{
    static const char *const names[] = {"r1", "r2", "r3", "r4"};
    s->n_domains = 2;
    s->domains = ARENA_ARRAY(s->arena, 2, struct domain);
    s->domains[0] = (struct domain){.name = "one", .has_facts = true};
    s->domains[1] = (struct domain){.name = "two", .has_facts = true};
    s->domains[0].asns = arena_dup(s->arena, &(uint32_t){64496}, sizeof(uint32_t));
    s->domains[0].n_asns = 1;
    s->n_nodes = 4;
    s->nodes = ARENA_ARRAY(s->arena, 4, struct node);
    for (size_t i = 0; i < 4; i++)
        s->nodes[i] = (struct node){names[i], &s->domains[i > 0], NULL};
    s->n_links = N_WIRES;
    s->links = ARENA_ARRAY(s->arena, N_WIRES, struct link);
    for (size_t i = 0; i < N_WIRES; i++) {
        struct link *l = &s->links[i];
        *l = (struct link){.delay = 1, .confirmed = true, .cls = CLASS_OBSERVED};
        l->name = arena_printf(s->arena, "%s|%s", wires[i].a, wires[i].b);
        l->id = arena_printf(s->arena, "one:%s:e0|two:%s:e1", wires[i].a, wires[i].b);
        l->inter = i < 2;
        for (size_t k = 0; k < 2; k++) {
            l->end[k].node = node_of(s, k == 0 ? wires[i].a : wires[i].b);
            l->end[k].addr4 = addr(k == 0 ? wires[i].in_a : wires[i].in_b);
            l->end[k].capacity = wires[i].capacity;
            l->end[k].metric4 = l->end[k].metric6 = FACT_NONE;
            l->end[k].load = NAN;
        }
    }
}

static void make_pids(struct snapshot *s)
{
    static const struct {
        const char *pid, *site, *prefixes[3];
    } pids[] = {
        {"alpha", "SITE-A", {"10.1.0.0/16", "2001:db8:1::/48", NULL}},
        {"beta", NULL, {"10.2.0.0/16", NULL, NULL}},
        {"gamma", "SITE-C", {"10.3.0.0/16", NULL, NULL}},
    };
    s->n_pids = 3;
    s->pids = ARENA_ARRAY(s->arena, 3, struct pid);
    s->pid_of = lpm_new();
    s->domain_of = lpm_new();
    for (uint32_t i = 0; i < 3; i++) {
        struct pid *p = &s->pids[i];
        *p = (struct pid){
            .name = pids[i].pid, .site = pids[i].site, .domain = i ? "two" : "one"};
        p->prefixes = ARENA_ARRAY(s->arena, 3, struct prefix);
        for (; pids[i].prefixes[p->n_prefixes]; p->n_prefixes++) {
            p->prefixes[p->n_prefixes] = prefix(pids[i].prefixes[p->n_prefixes]);
            lpm_set(s->pid_of, &p->prefixes[p->n_prefixes], i);
        }
    }
}

static void make_metric(struct snapshot *s, const char *name, enum cost_algebra algebra,
                        const double value[9])
{
    struct cost_metric *m = &s->metrics[s->n_metrics++];
    *m = (struct cost_metric){.name = name, .algebra = algebra};
    m->value = arena_dup(s->arena, value, 9 * sizeof(double));
    m->cls = ARENA_ARRAY(s->arena, 9, uint8_t);
}

static void make_costs(struct snapshot *s)
{
    static const double routing[] = {0, 1, 2.5, 1, 0, 10, 2.5, 10, NAN};
    static const double hops[] = {0, 1, 2, 1, 0, 1, 2, 1, NAN};
    static const double bandwidth[] = {NAN,    12.5e9, 1.25e9, 12.5e9, NAN,
                                       1.25e9, 1.25e9, 1.25e9, NAN};
    s->metrics = ARENA_ARRAY(s->arena, 3, struct cost_metric);
    make_metric(s, "bw-residual", COST_MIN, bandwidth);
    make_metric(s, "hopcount", COST_SUM, hops);
    make_metric(s, "routingcost", COST_SUM, routing);
}

static const struct origin origin = {.domain = "one",
                                     .source = "test",
                                     .kind = "static",
                                     .scope = "all",
                                     .epoch = 1,
                                     .observed_at = 1000000,
                                     .collected_at = 1000000,
                                     .expires = FACT_NONE};

static void make_rest(struct snapshot *s)
{
    static const struct snap_property properties[] = {
        {"ipv4:10.1.0.0/16", "asn", "\"64496\"", &origin},
        {"ipv4:10.1.2.0/24", "asn", "\"64511\"", &origin},
        {"ipv4:10.1.2.3", "priv:role", "\"gateway\"", &origin},
        {"link:r1|r2", "priv:owner", "\"one\"", &origin},
        {"pid:alpha", "priv:rank", "1", &origin},
    };
    static const char *const hosts[] = {"eos.one.example"};
    s->n_properties = sizeof(properties) / sizeof(*properties);
    s->properties = arena_dup(s->arena, properties, sizeof(properties));
    s->n_endpoints = 1;
    s->endpoints = ARENA_ARRAY(s->arena, 1, struct snap_endpoint);
    s->endpoints[0] = (struct snap_endpoint){.name = "eos", .rse = "A_EOS", .domain = "one"};
    s->endpoints[0].addrs = ARENA_ARRAY(s->arena, 1, struct addr);
    s->endpoints[0].addrs[0] = addr("10.1.9.9");
    s->endpoints[0].n_addrs = 1;
    s->endpoints[0].hosts = arena_dup(s->arena, hosts, sizeof(hosts));
    s->endpoints[0].n_hosts = 1;
    s->n_scopes = 1;
    s->scopes = ARENA_ARRAY(s->arena, 1, struct scope_status);
    s->scopes[0] =
        (struct scope_status){.origin = origin, .attempted_at = s->as_of, .n_facts = 7};
    s->n_disagreements = 1;
    s->disagreements = ARENA_ARRAY(s->arena, 1, struct disagreement);
    s->disagreements[0] = (struct disagreement){.kind = "capacity",
                                                .subject = "link r1|r2",
                                                .says_a = "100G",
                                                .says_b = "10G",
                                                .a = &origin,
                                                .decision = "100G"};
}

static void make_documents(struct snapshot *s)
{
    static const struct snap_document documents[] = {
        {"two", "nm.json", "network-map",
         "{\"meta\":{\"vtag\":{\"resource-id\":\"nm\",\"tag\":\"t1\"}},\"network-map\":{"
         "\"P2\":{\"ipv4\":[\"10.2.0.0/16\"]},\"P1\":{\"ipv4\":[\"0.0.0.0/0\"]}}}",
         &origin},
        {"two", "cm.json", "cost-map",
         "{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"nm\",\"tag\":\"t1\"}],"
         "\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"priv:x\"}},"
         "\"cost-map\":{\"P1\":{\"P2\":7,\"P1\":0},\"P2\":{\"P1\":8.5}}}",
         &origin},
        {"two", "old.json", "cost-map",
         "{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"nm\",\"tag\":\"t0\"}],"
         "\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"priv:y\"}},"
         "\"cost-map\":{\"P1\":{\"P2\":7}}}",
         &origin},
        {"two", "bad.json", "network-map",
         "{\"meta\":{\"vtag\":{\"resource-id\":\"bad\",\"tag\":\"t\"}},\"network-map\":{"
         "\"A\":{\"ipv4\":[\"10.0.0.0/8\"]},\"B\":{\"ipv4\":[\"10.0.0.0/8\"]}}}",
         &origin},
        {"two", "broken.json", "network-map", "{", &origin},
    };
    s->n_documents = sizeof(documents) / sizeof(*documents);
    s->documents = arena_dup(s->arena, documents, sizeof(documents));
}

/* --- paths --- */

struct finder {
    struct pathfinder pf;
    const struct snapshot *s;
};

static const struct link *link_of(const struct snapshot *s, const char *a, const char *b,
                                  bool *forward)
{
    for (size_t i = 0; i < s->n_links; i++) {
        const char *x = s->links[i].end[0].node->name, *y = s->links[i].end[1].node->name;
        *forward = strcmp(x, a) == 0;
        if ((*forward && strcmp(y, b) == 0) || (strcmp(x, b) == 0 && strcmp(y, a) == 0))
            return &s->links[i];
    }
    return NULL;
}

/* False: no memory. */
static bool make_leg(const struct snapshot *s, struct path_leg *leg, const char *const *routers,
                     struct arena *a)
{
    leg->hops = ARENA_ARRAY(a, 4, struct path_hop);
    for (; leg->hops && routers[leg->n_hops]; leg->n_hops++) {
        struct path_hop *h = &leg->hops[leg->n_hops];
        h->router = routers[leg->n_hops];
        h->domain = strcmp(h->router, "r1") == 0 ? "one" : "two";
        h->asn = strcmp(h->router, "r1") == 0 ? 64496 : 64511;
        h->table = "";
        if (leg->n_hops == 0)
            continue;
        h->link = link_of(s, routers[leg->n_hops - 1], h->router, &h->forward);
        if (h->link)
            h->in = h->link->end[h->forward ? 1 : 0].addr4;
    }
    return leg->hops;
}

/* Last octet but two of an address names its router's number: 10.3.x.y is at r3. */
static int site_of(const struct addr *a)
{
    if (a->family == 6)
        return a->b[5] == 1 ? 1 : 0;
    return a->b[0] == 10 && a->b[1] >= 1 && a->b[1] <= 3 ? a->b[1] : 0;
}

static int find(const struct pathfinder *pf, const struct path_question *q, struct arena *a,
                struct path **out, struct err *e)
{
    static const char *const routes[4][4][4] = {
        [1] = {[1] = {"r1"}, [2] = {"r1", "r2"}, [3] = {"r1", "r2", "r3"}},
        [2] = {[1] = {"r2", "r1"}, [2] = {"r2"}, [3] = {"r2", "r3"}},
        [3] = {[1] = {"r3", "r2", "r1"}, [2] = {"r3", "r2"}, [3] = {"r3"}},
    };
    static const char *const other[] = {"r1", "r4", "r3", NULL};
    const struct snapshot *s = ((const struct finder *)(const void *)pf)->s;
    const struct addr *src = &q->src, *dst = &q->dst;
    struct path *p = ARENA_NEW(a, struct path);
    int i = site_of(src), j = site_of(dst);
    if (!p)
        return err_set(e, ERR_NOMEM, "no memory");
    *p = (struct path){.src = *src, .dst = *dst, .oldest = FACT_NONE, .rtt = NAN};
    p->known = p->reached = i && j;
    p->why = p->known ? NULL : "nothing is known of that address";
    p->legs = ARENA_ARRAY(a, 2, struct path_leg);
    *out = p;
    if (!p->known)
        return 0;
    bool made = p->legs && make_leg(s, &p->legs[p->n_legs++], routes[i][j], a);
    if (made && i == 1 && j == 3 && dst->b[2] == 4)
        made = make_leg(s, &p->legs[p->n_legs++], other, a);
    return made ? 0 : err_set(e, ERR_NOMEM, "no memory");
}

struct snapshot *fixture_snapshot(int64_t as_of)
{
    struct arena *a = arena_new(0);
    struct snapshot *s = ARENA_NEW(a, struct snapshot);
    struct finder *f = ARENA_NEW(a, struct finder);
    struct err e = {0};
    s->arena = a;
    s->as_of = as_of;
    s->next_expiry = FACT_NONE;
    f->pf.find = find;
    f->s = s;
    s->paths = &f->pf;
    make_graph(s);
    make_pids(s);
    make_costs(s);
    make_rest(s);
    make_documents(s);
    snapshot_choose_stand_ins(s);
    assert_int_equal(snapshot_seal(s, &e), 0);
    return s;
}

/* --- the server --- */

static int64_t fixed_time(void *self)
{
    return ((struct fixture *)self)->now;
}

/* Numbers that differ each time, and are the same in each run. */
static void counted(void *self, void *p, size_t n)
{
    struct fixture *f = self;
    uint8_t *to = p;
    for (size_t i = 0; i < n; i++) {
        f->random = f->random * 6364136223846793005u + 1442695040888963407u;
        to[i] = (uint8_t)(f->random >> 56);
    }
}

void fixture_start(struct fixture *f, const char *config)
{
    char text[4096];
    struct err e = {0};
    *f = (struct fixture){.now = 2000000000000000, .client = addr("10.1.7.7")};
    f->clock = (struct clock){fixed_time, fixed_time, counted, f};
    int n = snprintf(text, sizeof(text), "stores: [/nowhere/*.db]\nlisten: 127.0.0.1:0\n%s",
                     config ? config : "");
    int rc = settings_parse("test.yaml", text, (size_t)n, &f->settings, &e);
    if (rc < 0)
        print_message("%s\n", e.msg);
    assert_int_equal(rc, 0);
    f->board = board_new();
    board_publish(f->board, fixture_snapshot(f->now));
    assert_int_equal(server_new(&f->server, f->board, f->settings, &f->clock, &e), 0);
    server_set_state(f->server, &(struct server_state){.generation = 1, .loaded = true});
    f->class = f->settings->n_classes > 0 ? &f->settings->classes[0] : NULL;
}

void fixture_stop(struct fixture *f)
{
    server_free(&f->server);
    settings_release(&f->settings);
    board_free(&f->board);
}

static const char *quoted(const char *text, struct arena *a)
{
    char *copy = arena_strdup(a, text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    return copy;
}

void fixture_publish(struct fixture *f, const struct snap_document *documents)
{
    static const struct origin folder = {.domain = "two", .source = "test"};
    struct snapshot *s = fixture_snapshot(f->now);
    struct err e = {0};
    s->n_documents = 0;
    while (documents[s->n_documents].name)
        s->n_documents++;
    s->documents = arena_dup(s->arena, documents, s->n_documents * sizeof(*documents));
    for (size_t i = 0; i < s->n_documents; i++) {
        struct snap_document *d = &s->documents[i];
        d->domain = "two";
        d->body = quoted(d->body, s->arena);
        d->origin = &folder;
    }
    board_publish(f->board, s);
    int rc = server_refresh(f->server, &e);
    if (rc < 0)
        print_message("%s\n", e.msg);
    assert_int_equal(rc, 0);
}

struct answer fixture_request(struct fixture *f, struct request q)
{
    struct answer a = {.arena = arena_new(REQUEST_MEMORY)};
    if (!a.arena) { /* as http.c does */
        a.reply.status = 503;
        a.text = "";
        return a;
    }
    struct edition *ed = server_edition(f->server);
    q.arena = a.arena;
    q.clock = &f->clock;
    q.client = f->client;
    q.host = q.host ? q.host : "alto.example.net:8080";
    q.body = q.body ? q.body : "";
    q.now = q.now ? q.now : f->now;
    if (!q.caller.presented)
        q.caller.class = f->class;
    server_answer(f->server, ed, &q, &a.reply);
    edition_release(&ed);
    a.text = a.reply.shared ? a.reply.shared : buf_cstr(&a.reply.body);
    a.len = a.reply.shared ? a.reply.shared_len : a.reply.body.len;
    return a;
}

struct answer fixture_get(struct fixture *f, const char *path)
{
    return fixture_request(f, (struct request){.method = "GET", .path = path});
}

struct answer fixture_post(struct fixture *f, const char *path, const char *body)
{
    struct edition *ed = server_edition(f->server);
    const struct resource *r = edition_find(ed, path);
    struct request q = {.method = "POST", .path = path, .body = body, .len = strlen(body)};
    q.content_type = r ? r->ops->accepts : NULL;
    edition_release(&ed);
    return fixture_request(f, q);
}

void answer_free(struct answer *a)
{
    if (a->reply.give_back)
        a->reply.give_back(a->reply.owner);
    a->reply.give_back = NULL;
    buf_free(&a->reply.body);
    edition_release(&a->reply.edition);
    arena_free(&a->arena);
}

const char *answer_header(const struct answer *a, const char *name)
{
    for (unsigned i = 0; i < a->reply.n_headers; i++) {
        if (strcmp(a->reply.headers[i][0], name) == 0)
            return a->reply.headers[i][1];
    }
    return NULL;
}

json_t *answer_json(struct answer *a, int status)
{
    json_error_t error;
    if (a->reply.status != status)
        print_message("%.*s\n", (int)a->len, a->text);
    assert_int_equal(a->reply.status, status);
    json_t *root = json_loadb(a->text, a->len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        print_message("%s in %.*s\n", error.text, (int)a->len, a->text);
    assert_non_null(root);
    return root;
}

void answer_is_error(struct answer a, int status, const char *code, const char *field,
                     const char *value)
{
    json_t *root = answer_json(&a, status);
    const json_t *meta = json_object_get(root, "meta");
    assert_string_equal(a.reply.type, "application/alto-error+json");
    assert_int_equal(json_object_size(root), 1);
    assert_string_equal(json_string_value(json_object_get(meta, "code")), code);
    if (field)
        assert_string_equal(json_string_value(json_object_get(meta, "field")), field);
    if (value)
        assert_string_equal(json_string_value(json_object_get(meta, "value")), value);
    assert_true(!json_object_get(meta, "value") || json_object_get(meta, "field"));
    json_decref(root);
    answer_free(&a);
}

const json_t *json_at(const json_t *root, const char *path)
{
    char key[128];
    while (root && *path) {
        size_t n = strcspn(path, "/");
        assert_true(n < sizeof(key));
        memcpy(key, path, n);
        key[n] = 0;
        root = json_is_array(root) ? json_array_get(root, (size_t)atoi(key))
                                   : json_object_get(root, key);
        path += n + (path[n] == '/');
    }
    return root;
}
