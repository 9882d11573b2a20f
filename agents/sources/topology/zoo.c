/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Graphs as the Internet Topology Zoo has them, in GML or GraphML. A node is a point of
 * presence; one with "Internal 0" is another network that this one meets there. Edges may be
 * parallel. A node that is marked as a hyperedge stands for a shared medium or for what the map
 * did not show, and is no router.
 */
#include <string.h>

#include "agents/sources/topology/dialects.h"

struct graph {
    struct topo *t;
    const struct jnode *top; /* the graph's members */
    struct map *keys;        /* GraphML: id of a key -> its name; NULL: GML */
    bool directed;
};

/* A named value of a node or edge, or NULL. */
static const struct jnode *attribute(const struct graph *g, const struct jnode *o,
                                     const char *name)
{
    if (g->keys == NULL)
        return jnode_get(o, name);
    for (const struct jnode *d = topo_next(jnode_first(o), "data"); d != NULL;
         d = topo_next(d->next, "data")) {
        const char *key = jnode_str(jnode_get(d, "key"));
        const union map_value *v = key != NULL ? map_get_str(g->keys, key) : NULL;

        if (v != NULL && strcmp(v->cp, name) == 0)
            return jnode_get(d, "#text");
    }
    return NULL;
}

static const char *text(const struct graph *g, const struct jnode *o, const char *name)
{
    return topo_str(attribute(g, o, name));
}

static bool is_number(const struct jnode *n, double value)
{
    double d;

    return jnode_real(n, &d) && d == value;
}

/* Labels that stand for "has none". */
static bool is_placeholder(const char *label)
{
    return label == NULL || strcmp(label, "None") == 0 || strcmp(label, "?") == 0;
}

static void read_node(struct graph *g, const struct jnode *o)
{
    const char *id = topo_str(jnode_get(o, "id")), *label = text(g, o, "label");
    struct topo_node *n;

    if (id == NULL) {
        topo_remark(g->t, "a node without an id", label);
        return;
    }
    if (topo_find(g->t, id) != NULL) {
        topo_remark(g->t, "a node whose id is there already", id);
        return;
    }
    n = topo_add_node(g->t, id);
    if (n == NULL)
        return;
    n->label = label;
    n->refused = is_number(attribute(g, o, "hyperedge"), 1);
    n->foreign = is_number(attribute(g, o, "Internal"), 0);
    if (n->refused) {
        topo_remark(g->t, "a hyperedge: which of its nodes are neighbours is not told", id);
    } else if (n->foreign) {
        n->domain = is_placeholder(label) ? "" : label;
        n->label = NULL; /* a network, not a router of it */
    }
    topo_place(g->t, n, attribute(g, o, "Latitude"), attribute(g, o, "Longitude"));
}

/* "10" and "G": bits per second. */
static int64_t speed_with_unit(const struct graph *g, const struct jnode *o)
{
    static const struct {
        const char *name;
        double bits;
    } units[] = {{"K", 1e3}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}};
    const char *unit = text(g, o, "LinkSpeedUnits");
    double d;

    if (unit == NULL || !jnode_real(attribute(g, o, "LinkSpeed"), &d))
        return FACT_NONE;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (strcmp(unit, units[i].name) == 0)
            return topo_bits(d, units[i].bits);
    }
    return FACT_NONE;
}

static int64_t speed(const struct graph *g, const struct jnode *o)
{
    double raw;
    int64_t bits = FACT_NONE;

    if (jnode_real(attribute(g, o, "LinkSpeedRaw"), &raw))
        bits = topo_bits(raw, 1);
    if (bits == FACT_NONE)
        bits = speed_with_unit(g, o);
    if (bits == FACT_NONE && text(g, o, "LinkSpeed") != NULL)
        topo_remark(g->t, "a speed that is no number with a unit", text(g, o, "LinkSpeed"));
    return bits;
}

static void read_edge(struct graph *g, const struct jnode *o)
{
    const char *from = topo_str(jnode_get(o, "source")), *to = topo_str(jnode_get(o, "target"));
    struct topo_node *a = topo_find(g->t, from), *b = topo_find(g->t, to);
    struct topo_link *l;

    if (a == NULL || b == NULL) {
        topo_remark(g->t, "an edge to a node that is not there", a == NULL ? from : to);
        return;
    }
    l = topo_add_link(g->t);
    if (l == NULL)
        return;
    l->name = text(g, o, "id");
    if (l->name == NULL)
        l->name = topo_str(jnode_get(o, "id"));
    l->a.node = a;
    l->b.node = b;
    l->directed = g->directed;
    l->capacity = speed(g, o);
}

static void read_members(struct graph *g, const char *key,
                         void (*each)(struct graph *g, const struct jnode *o))
{
    for (const struct jnode *o = topo_next(jnode_first(g->top), key); o != NULL;
         o = topo_next(o->next, key)) {
        if (jnode_is(o, JREAD_OBJECT))
            each(g, o);
        else
            topo_remark(g->t, "a node or edge that is a single value", key);
    }
}

static void refuse_hyperedge(struct graph *g, const struct jnode *o)
{
    topo_remark(g->t, "a hyperedge: which of its nodes are neighbours is not told",
                topo_str(jnode_get(o, "id")));
}

static int read_graph(struct graph *g, struct err *e)
{
    if (!jnode_is(g->top, JREAD_OBJECT))
        return err_set(e, ERR_SCHEMA, "graph: nothing in it");
    read_members(g, "node", read_node);
    read_members(g, "edge", read_edge);
    read_members(g, "hyperedge", refuse_hyperedge);
    return 0;
}

int topo_zoo_gml(struct topo *t, const struct jnode *root, struct err *e)
{
    struct graph g = {.t = t, .top = topo_next(jnode_first(root), "graph")};

    if (g.top != NULL && topo_next(g.top->next, "graph") != NULL)
        topo_remark(t, "a second graph in one file", "graph");
    g.directed = is_number(jnode_get(g.top, "directed"), 1);
    return read_graph(&g, e);
}

static int read_keys(struct map *keys, const struct jnode *root, struct err *e)
{
    for (const struct jnode *k = topo_next(jnode_first(root), "key"); k != NULL;
         k = topo_next(k->next, "key")) {
        const char *id = jnode_str(jnode_get(k, "id"));
        const char *name = jnode_str(jnode_get(k, "attr.name"));

        if (id != NULL && name != NULL &&
            map_set(keys, id, strlen(id), (union map_value){.cp = name}) != 0)
            return err_set(e, ERR_NOMEM, "no memory for keys");
    }
    return 0;
}

int topo_zoo_graphml(struct topo *t, const struct jnode *root, struct err *e)
{
    struct graph g = {.t = t, .keys = map_new()};
    const char *direction;
    int rc = g.keys != NULL ? read_keys(g.keys, root, e)
                            : err_set(e, ERR_NOMEM, "no memory for keys");

    if (rc == 0) {
        g.top = topo_next(jnode_first(root), "graph");
        if (g.top != NULL && topo_next(g.top->next, "graph") != NULL)
            topo_remark(t, "a second graph in one file", "graph");
        direction = jnode_str(jnode_get(g.top, "edgedefault"));
        g.directed = direction != NULL && strcmp(direction, "directed") == 0;
        rc = read_graph(&g, e);
    }
    map_free(&g.keys);
    return rc;
}
