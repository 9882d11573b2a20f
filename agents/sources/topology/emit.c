/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a document to facts. Names first: a label that several nodes bear is nobody's name.
 * Then the two directions of a link become one fact:
 *
 *     a:p1 -> b:p2  metric 10  \
 *                               > a:p1 - b:p2  metric_ab 10, metric_ba 20
 *     b:p2 -> a:p1  metric 20  /
 *
 * This is done only where exactly one link leads each way between these two ends: which of
 * several parallel ones belong together would be a guess.
 */
#include <math.h>
#include <string.h>

#include "agents/sources/topology/model.h"

/* --- names --- */

static const char *wanted(const struct topo_node *n)
{
    return n->label != NULL && n->label[0] != '\0' ? n->label : n->id;
}

static bool count_name(struct map *names, const char *name, uint64_t *count)
{
    union map_value *v = map_at_str(names, name);

    *count = v != NULL ? ++v->u : 0;
    return v != NULL;
}

static int count_labels(struct topo *t, struct map *names)
{
    uint64_t count;

    for (struct topo_node *n = t->nodes; n != NULL; n = n->next) {
        if (!n->foreign && !n->refused && !count_name(names, wanted(n), &count))
            return ERR_NOMEM;
    }
    return 0;
}

/* The name of a node whose label is taken: longer until nobody else is called so. */
static int name_other(struct topo *t, struct map *names, struct topo_node *n)
{
    const char *name = n->alt != NULL ? n->alt : topo_text(t, "%s#%s", wanted(n), n->id);
    uint64_t count;

    while (map_get_str(names, name) != NULL && !t->broken)
        name = topo_text(t, "%s#%s", name, n->id);
    n->name = name;
    return count_name(names, name, &count) && !t->broken ? 0 : ERR_NOMEM;
}

static int name_nodes(struct topo *t)
{
    struct map *names = map_new();
    int rc = names != NULL ? count_labels(t, names) : ERR_NOMEM;

    for (struct topo_node *n = t->nodes; n != NULL && rc == 0; n = n->next) {
        if (n->foreign || n->refused)
            continue;
        if (map_get_str(names, wanted(n))->u == 1)
            n->name = wanted(n);
        else
            rc = name_other(t, names, n);
    }
    map_free(&names);
    return rc;
}

/* --- the two directions of a link --- */

static bool append(struct buf *b, const struct topo_end *end)
{
    buf_add(b, &end->node, sizeof(end->node));
    buf_str(b, end->port != NULL ? end->port : "");
    buf_char(b, '\0');
    return !b->failed;
}

/* Links that lead from one end to the other: their number, and the last of them. */
struct way {
    struct topo_link *link;
    uint64_t n;
};

static struct way *way_at(struct topo *t, struct map *ways, const struct topo_end *from,
                          const struct topo_end *to)
{
    struct buf key = {0};
    union map_value *v = NULL;

    if (append(&key, from) && append(&key, to))
        v = map_at(ways, key.data, key.len);
    if (v != NULL && v->p == NULL)
        v->p = ARENA_NEW(t->arena, struct way);
    buf_free(&key);
    t->broken |= v == NULL || v->p == NULL;
    return v != NULL ? v->p : NULL;
}

static int64_t smaller(int64_t a, int64_t b)
{
    if (a == FACT_NONE || b == FACT_NONE)
        return a == FACT_NONE ? b : a;
    return a < b ? a : b;
}

static void merge(struct topo *t, struct topo_link *into, struct topo_link *back)
{
    back->merged = true;
    into->directed = false;
    into->metric_back = back->metric;
    if (into->capacity != back->capacity)
        topo_remark(t, "a link whose directions differ in capacity: the smaller counts",
                    into->name);
    into->capacity = smaller(into->capacity, back->capacity);
    if (isnan(into->delay))
        into->delay = back->delay;
}

static bool is_candidate(const struct topo_link *l)
{
    return l->directed && !l->merged && l->a.node != l->b.node;
}

/* Links that name each other as opposite, between the same nodes: their ports may differ, as
 * transmitter and receiver do. */
static int merge_named(struct topo *t)
{
    struct map *names = map_new();
    int rc = names != NULL ? 0 : ERR_NOMEM;

    for (struct topo_link *l = t->links; l != NULL && rc == 0; l = l->next) {
        union map_value *v = l->name != NULL ? map_at_str(names, l->name) : NULL;

        if (v != NULL)
            v->p = l;
        rc = l->name != NULL && v == NULL ? ERR_NOMEM : 0;
    }
    for (struct topo_link *l = t->links; l != NULL && rc == 0; l = l->next) {
        const union map_value *v = l->opposite != NULL ? map_get_str(names, l->opposite) : NULL;
        struct topo_link *back = v != NULL ? v->p : NULL;

        if (back != NULL && back != l && is_candidate(l) && is_candidate(back) &&
            back->opposite != NULL && strcmp(back->opposite, l->name) == 0 &&
            back->a.node == l->b.node && back->b.node == l->a.node)
            merge(t, l, back);
    }
    map_free(&names);
    return rc;
}

static int merge_reverse(struct topo *t)
{
    struct map *ways = map_new();
    int rc = ways != NULL ? 0 : ERR_NOMEM;

    for (struct topo_link *l = t->links; l != NULL && rc == 0; l = l->next) {
        struct way *w = is_candidate(l) ? way_at(t, ways, &l->a, &l->b) : NULL;

        if (w != NULL) {
            w->link = l;
            w->n++;
        }
        rc = t->broken ? ERR_NOMEM : 0;
    }
    for (struct topo_link *l = t->links; l != NULL && rc == 0; l = l->next) {
        const struct way *to, *back;

        if (!is_candidate(l))
            continue;
        to = way_at(t, ways, &l->a, &l->b);
        back = way_at(t, ways, &l->b, &l->a);
        rc = t->broken ? ERR_NOMEM : 0;
        if (rc == 0 && to->n == 1 && back->n == 1 && !back->link->merged)
            merge(t, l, back->link);
    }
    map_free(&ways);
    return rc;
}

static bool is_nameless(const struct topo_link *l)
{
    return l->name == NULL && l->a.port == NULL && l->b.port == NULL && !l->directed &&
           !l->merged && l->a.node != l->b.node && l->a.node->name != NULL &&
           l->b.node->name != NULL;
}

/* Several links without names and ports between two nodes: all but the first get a name, or
 * they would be one. */
static int name_parallel(struct topo *t)
{
    struct map *pairs = map_new();
    int rc = pairs != NULL ? 0 : ERR_NOMEM;

    for (struct topo_link *l = t->links; l != NULL && rc == 0; l = l->next) {
        const struct topo_node *ends[] = {l->a.node, l->b.node};
        union map_value *n;

        if (!is_nameless(l))
            continue;
        if (strcmp(ends[0]->name, ends[1]->name) > 0) {
            ends[0] = l->b.node;
            ends[1] = l->a.node;
        }
        n = map_at(pairs, ends, sizeof(ends));
        if (n != NULL && n->u++ > 0)
            l->name = arena_printf(t->arena, "%s - %s (%llu)", ends[0]->name, ends[1]->name,
                                   (unsigned long long)n->u);
        if (n == NULL || (n->u > 1 && l->name == NULL))
            rc = ERR_NOMEM;
    }
    if (pairs != NULL)
        map_free(&pairs);
    return rc;
}

/* --- facts --- */

static bool has_site(const struct topo_node *n)
{
    return n->place != NULL || !isnan(n->latitude);
}

static const char *site_of(const struct topo_node *n)
{
    return n->place != NULL ? n->place : n->name;
}

static int put_nodes(const struct topo *t, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (const struct topo_node *n = t->nodes; n != NULL && rc == 0; n = n->next) {
        struct fact_node f;

        if (n->name == NULL)
            continue;
        fact_init(FACT_NODE, &f);
        f.node = n->name;
        f.kind = n->kind;
        f.platform = n->platform;
        f.site = has_site(n) ? site_of(n) : NULL;
        f.router_id = n->router_id;
        rc = sink->put(sink, FACT_NODE, &f, e);
    }
    return rc;
}

static int put_ports(struct topo *t, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (struct topo_port *p = t->ports; p != NULL && rc == 0; p = p->next) {
        struct fact_interface f;

        if (p->node->name == NULL)
            continue;
        fact_init(FACT_INTERFACE, &f);
        f.node = p->node->name;
        f.name = p->name;
        f.addrs = (struct ifaddrs_list){p->addr, p->n_addrs};
        f.speed = p->speed;
        f.up = p->up;
        f.kind = p->kind;
        f.parent = p->parent;
        f.mtu = p->mtu;
        rc = sink->put(sink, FACT_INTERFACE, &f, e);
    }
    return rc;
}

static int put_capacities(const struct topo *t, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (const struct topo_port *p = t->ports; p != NULL && rc == 0; p = p->next) {
        struct fact_capacity f;

        if (p->node->name == NULL || p->capacity == FACT_NONE)
            continue;
        fact_init(FACT_CAPACITY, &f);
        f.node = p->node->name;
        f.interface = p->name;
        f.bits = p->capacity;
        f.basis = "declared";
        rc = sink->put(sink, FACT_CAPACITY, &f, e);
    }
    return rc;
}

static const char *not_empty(const char *s)
{
    return s != NULL && s[0] != '\0' ? s : NULL;
}

static int put_border(const struct topo_border *b, struct batch_sink *sink, struct err *e)
{
    struct fact_border f;

    fact_init(FACT_BORDER, &f);
    f.node = b->here.node->name;
    f.interface = b->here.port;
    f.peer_domain = not_empty(b->peer_domain);
    f.peer_node = not_empty(b->peer_node);
    f.capacity = b->capacity;
    return sink->put(sink, FACT_BORDER, &f, e);
}

/* A link of which one end is another domain's. */
static int put_crossing(const struct topo_link *l, struct batch_sink *sink, struct err *e)
{
    bool far_b = l->b.node->foreign;
    const struct topo_node *far = far_b ? l->b.node : l->a.node;
    struct topo_border b = {.here = far_b ? l->a : l->b,
                            .peer_domain = far->domain,
                            .peer_node = far->label,
                            .capacity = l->capacity};

    return put_border(&b, sink, e);
}

static int put_inner(const struct topo_link *l, struct batch_sink *sink, struct err *e)
{
    struct fact_link f;

    fact_init(FACT_LINK, &f);
    f.name = l->name;
    f.a_node = l->a.node->name;
    f.a_interface = l->a.port;
    f.b_node = l->b.node->name;
    f.b_interface = l->b.port;
    f.capacity = l->capacity;
    f.delay = l->delay;
    f.metric_ab = l->metric;
    f.metric_ba = l->metric_back;
    f.protocol = l->protocol;
    return sink->put(sink, FACT_LINK, &f, e);
}

static int put_link(struct topo *t, const struct topo_link *l, struct batch_sink *sink,
                    struct err *e)
{
    const struct topo_node *a = l->a.node, *b = l->b.node;
    const char *where = l->name != NULL ? l->name : a->id;

    if (a->refused || b->refused)
        topo_remark(t, "a link to a hyperedge", where);
    else if (a->foreign && b->foreign)
        topo_remark(t, "a link between nodes of other domains", where);
    else if (a->foreign || b->foreign)
        return put_crossing(l, sink, e);
    else if (a == b)
        topo_remark(t, "a link from a node to itself", where);
    else
        return put_inner(l, sink, e);
    return 0;
}

static int put_links(struct topo *t, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (const struct topo_link *l = t->links; l != NULL && rc == 0; l = l->next) {
        if (!l->merged)
            rc = put_link(t, l, sink, e);
    }
    for (const struct topo_border *b = t->borders; b != NULL && rc == 0; b = b->next)
        rc = put_border(b, sink, e);
    return rc;
}

/* A site of several nodes: the first says where it is. */
struct site {
    const struct topo_node *first;
    size_t n;
};

static bool same_place(const struct topo_node *a, const struct topo_node *b)
{
    return isnan(b->latitude) || isnan(a->latitude) ||
           (a->latitude == b->latitude && a->longitude == b->longitude);
}

static int gather_sites(struct topo *t, struct map *sites)
{
    for (const struct topo_node *n = t->nodes; n != NULL; n = n->next) {
        union map_value *v;
        struct site *s;

        if (n->name == NULL || !has_site(n))
            continue;
        v = map_at_str(sites, site_of(n));
        if (v != NULL && v->p == NULL)
            v->p = ARENA_NEW(t->arena, struct site);
        if (v == NULL || v->p == NULL)
            return ERR_NOMEM;
        s = v->p;
        if (s->n++ == 0)
            s->first = n;
        else if (!same_place(s->first, n))
            topo_remark(t, "a node elsewhere than the first of its site", n->id);
    }
    return 0;
}

static int put_sites(struct topo *t, struct batch_sink *sink, struct err *e)
{
    struct map *sites = map_new();
    int rc = sites != NULL ? gather_sites(t, sites) : ERR_NOMEM;

    if (rc == ERR_NOMEM)
        err_set(e, rc, "no memory for sites");
    for (size_t i = 0; rc == 0 && i < map_count(sites); i++) {
        const struct map_entry *m = map_entry(sites, i);
        const struct site *s = m->value.cp;
        struct fact_site f;

        fact_init(FACT_SITE, &f);
        f.name = m->key;
        f.latitude = s->first->latitude;
        f.longitude = s->first->longitude;
        f.node = s->n == 1 ? s->first->name : NULL;
        rc = sink->put(sink, FACT_SITE, &f, e);
    }
    map_free(&sites);
    return rc;
}

static void tell_remarks(const struct topo *t, struct batch_sink *sink)
{
    for (size_t i = 0; i < map_count(t->remarks); i++) {
        const struct map_entry *m = map_entry(t->remarks, i);
        const struct topo_remark *r = m->value.cp;
        struct buf text = {0};

        if (r->n > 1)
            buf_printf(&text, "%s (%zu times, the first is told)", (const char *)m->key, r->n);
        else
            buf_str(&text, m->key);
        sink->ignore(sink, r->where, buf_cstr(&text));
        buf_free(&text);
    }
}

int topo_emit(struct topo *t, struct batch_sink *sink, struct err *e)
{
    int rc = t->broken ? ERR_NOMEM : name_nodes(t);

    if (rc == 0)
        rc = merge_named(t);
    if (rc == 0)
        rc = merge_reverse(t);
    if (rc == 0)
        rc = name_parallel(t);
    if (rc != 0)
        return err_set(e, ERR_LIMIT, "needs more memory than a topology may");
    rc = put_nodes(t, sink, e);
    if (rc == 0)
        rc = put_ports(t, sink, e);
    if (rc == 0)
        rc = put_capacities(t, sink, e);
    if (rc == 0)
        rc = put_links(t, sink, e);
    if (rc == 0)
        rc = put_sites(t, sink, e);
    if (rc == 0 && t->broken)
        rc = err_set(e, ERR_LIMIT, "needs more memory than a topology may");
    if (rc == 0)
        tell_remarks(t, sink);
    return rc;
}
