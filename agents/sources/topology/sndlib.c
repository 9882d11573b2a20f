/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNDlib's networks in JSON. Modules are what could be installed on a link and at which price,
 * demands and paths are problems to be solved: neither is there. Numbers have a unit only where
 * meta.unit names one.
 */
#include <string.h>

#include "agents/sources/topology/dialects.h"

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
    const char *unit = jnode_str(jnode_path(root, "meta/unit"));

    for (size_t i = 0; unit != NULL && i < sizeof(units) / sizeof(*units); i++) {
        if (strcmp(unit, units[i].name) == 0)
            return units[i].bits;
    }
    if (unit != NULL)
        topo_remark(t, "a unit that is not known", unit);
    return 0;
}

static void read_node(struct topo *t, const struct jnode *o)
{
    const char *id = topo_str(jnode_get(o, "id"));
    struct topo_node *n = id != NULL ? topo_add_node(t, id) : NULL;

    if (id == NULL)
        topo_remark(t, "a node without an id", "nodes");
    if (n == NULL)
        return;
    topo_place(t, n, jnode_get(o, "latitude"), jnode_get(o, "longitude"));
}

static int64_t installed(struct topo *t, const struct jnode *o, double unit, const char *name)
{
    double d;

    if (!jnode_real(jnode_get(o, "pre_installed_capacity"), &d) || d <= 0)
        return FACT_NONE;
    if (unit > 0)
        return topo_bits(d, unit);
    topo_remark(t, "a capacity without a unit (meta.unit)", name);
    return FACT_NONE;
}

static void read_link(struct topo *t, const struct jnode *o, double unit, bool directed)
{
    const char *name = topo_str(jnode_get(o, "id"));
    const char *from = topo_str(jnode_get(o, "source")), *to = topo_str(jnode_get(o, "target"));
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
    l->directed = directed;
    l->capacity = installed(t, o, unit, name);
    if (jnode_first(jnode_get(o, "modules")) != NULL)
        topo_remark(t, "modules: capacities that could be installed", name);
}

int topo_sndlib(struct topo *t, const struct jnode *root, struct err *e)
{
    const struct jnode *nodes = jnode_get(root, "nodes"), *links = jnode_get(root, "links");
    double unit = unit_of(t, root);
    bool directed = jnode_bool(jnode_get(root, "directed"), false);

    if (!jnode_is(nodes, JREAD_ARRAY) || !jnode_is(links, JREAD_ARRAY))
        return err_set(e, ERR_SCHEMA, "nodes, links: both must be lists");
    for (const struct jnode *o = jnode_first(nodes); o != NULL; o = o->next)
        read_node(t, o);
    for (const struct jnode *o = jnode_first(links); o != NULL; o = o->next)
        read_link(t, o, unit, directed);
    if (jnode_first(jnode_get(root, "demands")) != NULL)
        topo_remark(t, "demands: traffic that is asked for, not seen", "demands");
    return 0;
}
