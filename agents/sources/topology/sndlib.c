/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNDlib's networks, in JSON or XML:
 *
 *     {"meta": {"unit"}, "nodes": [{"id", "longitude", "latitude"}],
 *      "links": [{"id", "source", "target", "pre_installed_capacity", "modules"}], "demands"}
 *
 *     <network><meta><unit/></meta><networkStructure>
 *       <nodes coordinatesType="geographical"><node id=""><coordinates><x/><y/></coordinates>
 *       <links><link
 * id=""><source/><target/><preInstalledModule><capacity/></preInstalledModule>
 *     </networkStructure><demands/></network>
 *
 * Modules are what could be installed on a link and at which price, demands and paths are
 * problems to be solved: neither is there. Numbers have a unit only where meta.unit names one.
 * Half of the networks have the coordinates of a drawing. In XML they say so; in JSON they do
 * not, but some of them are no degrees.
 */
#include <string.h>

#include "agents/sources/topology/dialects.h"

struct network {
    struct topo *t;
    double unit; /* bits per second; 0: not told */
    bool directed, degrees;
};

/* What a path leads to: the text of an element, or the member itself. */
static const struct jnode *value(const struct jnode *o, const char *path)
{
    const struct jnode *found = jnode_path(o, path), *text = jnode_get(found, "#text");

    return text != NULL ? text : found;
}

/* Bits per second of meta.unit; 0: it is not told. */
static double unit_of(struct topo *t, const struct jnode *root)
{
    static const struct {
        const char *name;
        double bits;
    } units[] = {{"BITSPERSEC", 1},
                 {"BITPERSEC", 1},
                 {"KBITPERSEC", 1e3},
                 {"MBITPERSEC", 1e6},
                 {"GBITPERSEC", 1e9}};
    const char *unit = topo_str(value(root, "meta/unit"));

    for (size_t i = 0; unit != NULL && i < sizeof(units) / sizeof(*units); i++) {
        if (strcmp(unit, units[i].name) == 0)
            return units[i].bits;
    }
    if (unit != NULL)
        topo_remark(t, "a unit that is not known", unit);
    return 0;
}

static void put_node(struct network *net, const struct jnode *o, const struct jnode *latitude,
                     const struct jnode *longitude)
{
    const char *id = topo_str(jnode_get(o, "id"));
    struct topo_node *n = id != NULL ? topo_add_node(net->t, id) : NULL;

    if (id == NULL)
        topo_remark(net->t, "a node without an id", "nodes");
    if (net->degrees)
        topo_place(net->t, n, latitude, longitude);
    else if (n != NULL && latitude != NULL)
        topo_remark(net->t, "coordinates of a drawing", id);
}

static int64_t installed(struct network *net, const struct jnode *capacity, const char *name)
{
    double d;

    if (!jnode_real(capacity, &d) || d <= 0)
        return FACT_NONE;
    if (net->unit > 0)
        return topo_bits(d, net->unit);
    topo_remark(net->t, "a capacity without a unit (meta.unit)", name);
    return FACT_NONE;
}

static void put_link(struct network *net, const struct jnode *o, const struct jnode *capacity,
                     const struct jnode *modules)
{
    struct topo *t = net->t;
    const char *name = topo_str(jnode_get(o, "id"));
    const char *from = topo_str(value(o, "source")), *to = topo_str(value(o, "target"));
    struct topo_node *a = topo_find(t, from), *b = topo_find(t, to);
    struct topo_link *l;

    if (a == NULL || b == NULL) {
        topo_remark(t, "a link to a node that is not there", a == NULL ? from : to);
        return;
    }
    l = topo_add_link(t);
    if (l == NULL)
        return;
    l->name = name;
    l->a.node = a;
    l->b.node = b;
    l->directed = net->directed;
    l->capacity = installed(net, capacity, name);
    if (jnode_first(modules) != NULL)
        topo_remark(t, "modules: capacities that could be installed", name);
}

static void tell_demands(struct topo *t, const struct jnode *demands)
{
    if (jnode_first(demands) != NULL)
        topo_remark(t, "demands: traffic that is asked for, not seen", "demands");
}

/* --- JSON --- */

static bool within(const struct jnode *n, double limit)
{
    double d;

    return !jnode_real(n, &d) || (d >= -limit && d <= limit);
}

/* One that is none makes all of the document doubtful. */
static bool are_degrees(const struct jnode *nodes)
{
    for (const struct jnode *o = jnode_first(nodes); o != NULL; o = o->next) {
        if (!within(jnode_get(o, "latitude"), 90) || !within(jnode_get(o, "longitude"), 180))
            return false;
    }
    return true;
}

int topo_sndlib(struct topo *t, const struct jnode *root, struct err *e)
{
    const struct jnode *nodes = jnode_get(root, "nodes"), *links = jnode_get(root, "links");
    struct network net = {.t = t,
                          .unit = unit_of(t, root),
                          .directed = jnode_bool(jnode_get(root, "directed"), false),
                          .degrees = are_degrees(nodes)};

    if (!jnode_is(nodes, JREAD_ARRAY) || !jnode_is(links, JREAD_ARRAY))
        return err_set(e, ERR_SCHEMA, "nodes, links: both must be lists");
    for (const struct jnode *o = jnode_first(nodes); o != NULL; o = o->next)
        put_node(&net, o, jnode_get(o, "latitude"), jnode_get(o, "longitude"));
    for (const struct jnode *o = jnode_first(links); o != NULL; o = o->next)
        put_link(&net, o, jnode_get(o, "pre_installed_capacity"), jnode_get(o, "modules"));
    tell_demands(t, jnode_get(root, "demands"));
    return 0;
}

/* --- XML --- */

int topo_sndlib_xml(struct topo *t, const struct jnode *root, struct err *e)
{
    const struct jnode *nodes = jnode_path(root, "networkStructure/nodes");
    const struct jnode *links = jnode_path(root, "networkStructure/links");
    const char *kind = topo_str(jnode_get(nodes, "coordinatesType"));
    struct network net = {.t = t,
                          .unit = unit_of(t, root),
                          .degrees = kind != NULL && strcmp(kind, "geographical") == 0};

    if (nodes == NULL)
        return err_set(e, ERR_SCHEMA, "networkStructure/nodes: is missing");
    for (const struct jnode *o = topo_next(jnode_first(nodes), "node"); o != NULL;
         o = topo_next(o->next, "node"))
        put_node(&net, o, value(o, "coordinates/y"), value(o, "coordinates/x"));
    for (const struct jnode *o = topo_next(jnode_first(links), "link"); o != NULL;
         o = topo_next(o->next, "link"))
        put_link(&net, o, value(o, "preInstalledModule/capacity"),
                 jnode_get(o, "additionalModules"));
    tell_demands(t, topo_next(jnode_first(root), "demands"));
    return 0;
}
