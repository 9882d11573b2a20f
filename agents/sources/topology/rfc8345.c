/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks of RFC 8345 in JSON (RFC 7951) or XML (RFC 7950), with what RFC 8346 (layer 3), RFC
 * 8795 (traffic engineering) and OpenROADM add; also the older form of OpenDaylight, whose
 * outermost member is network-topology.
 *
 *     ietf-network:networks
 *       network[network-id]
 *         node[node-id]  supporting-node, termination-point[tp-id]
 *         link[link-id]  source {source-node, source-tp}, destination {dest-node, dest-tp}
 *
 * Links have one direction. Networks may lie above one another: nodes of one layer are not
 * those of the layer that supports it, whatever they are called.
 */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/topology/dialects.h"

#define MICROSECONDS 1e-3 /* in milliseconds */

struct network {
    struct topo *t;
    const char *id;
    const char *protocol;
    bool alone; /* the only network of the document */
};

/* A member by its name without the module's: RFC 7951 section 4 qualifies only some. The first
 * one, of a list in XML. */
static const struct jnode *get(const struct jnode *o, const char *name)
{
    size_t n = strlen(name);

    if (!jnode_is(o, JREAD_OBJECT))
        return NULL;
    for (const struct jnode *m = o->first; m != NULL; m = m->next) {
        size_t skip = m->key.n - n;

        if (m->key.n >= n && memcmp(m->key.p + skip, name, n) == 0 &&
            (skip == 0 || m->key.p[skip - 1] == ':'))
            return m;
    }
    return NULL;
}

static const struct jnode *path(const struct jnode *o, const char *names)
{
    struct slice rest = slice_of(names), name;
    char key[64];

    while (o != NULL && slice_split(&rest, '/', &name)) {
        if (name.n >= sizeof(key))
            return NULL;
        memcpy(key, name.p, name.n);
        key[name.n] = '\0';
        o = get(o, key);
    }
    return o;
}

/* A value: what an element of XML holds, or the member itself. */
static const struct jnode *leaf(const struct jnode *o)
{
    const struct jnode *text = jnode_get(o, "#text");

    return text != NULL ? text : o;
}

/* A list is an array of JSON, whose only element may stand alone, or siblings of XML. */
static const struct jnode *elements(const struct jnode *o)
{
    return jnode_is(o, JREAD_ARRAY) ? o->first : o;
}

static const struct jnode *following(const struct jnode *list, const struct jnode *o)
{
    return jnode_is(list, JREAD_ARRAY) ? o->next : topo_next(o->next, o->key.p);
}

#define EACH(o, list)                                                                          \
    for (const struct jnode *o = elements(list); o != NULL; o = following(list, o))

static const char *node_key(const struct network *w, const char *node)
{
    return topo_text(w->t, "%s/%s", w->id, node);
}

/* 1 in service, 0 out of it; FACT_NONE: not told. */
static int64_t in_service(const struct jnode *o)
{
    static const char *const members[] = {"operational-state", "administrative-state",
                                          "te/oper-status", "te/admin-status"};
    int64_t up = FACT_NONE;

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        const char *text = jnode_str(leaf(path(o, members[i])));

        if (text == NULL)
            continue;
        if (strcmp(text, "inService") == 0 || strcmp(text, "up") == 0)
            up = up == 0 ? 0 : 1;
        else if (strcmp(text, "outOfService") == 0 || strcmp(text, "down") == 0)
            up = 0;
    }
    return up;
}

/* --- nodes --- */

static void read_tp(struct network *w, struct topo_node *n, const struct jnode *o)
{
    const struct jnode *l3 = get(o, "l3-termination-point-attributes");
    const char *id = topo_str(get(o, "tp-id"));
    struct topo_port *p = id != NULL ? topo_port(w->t, n, id) : NULL;
    const struct jnode *addrs = get(l3, "ip-address");

    if (p == NULL) {
        topo_remark(w->t, "a termination point without tp-id", n->id);
        return;
    }
    p->up = in_service(o);
    EACH(a, addrs)
    if (jnode_str(leaf(a)) != NULL)
        topo_port_addr(w->t, p, jnode_str(leaf(a)));
}

static void read_router_id(struct topo_node *n, const struct jnode *o)
{
    const struct jnode *ids = path(o, "l3-node-attributes/router-id");

    if (ids == NULL)
        ids = path(o, "igp-node-attributes/router-id");
    EACH(id, ids)
    if (addr_parse(jnode_slice(leaf(id)), &n->router_id))
        return;
    if (!addr_parse(jnode_slice(leaf(get(o, "te-node-id"))), &n->router_id))
        n->router_id = (struct addr){0};
}

static void read_node(struct network *w, const struct jnode *o)
{
    const char *id = topo_str(get(o, "node-id"));
    const char *name = topo_str(path(o, "l3-node-attributes/name"));
    const struct jnode *tps = get(o, "termination-point");
    struct topo_node *n;

    if (id == NULL) {
        topo_remark(w->t, "a node without node-id", w->id);
        return;
    }
    if (name == NULL)
        name = topo_str(path(o, "igp-node-attributes/name"));
    n = topo_add_node(w->t, node_key(w, id));
    if (n == NULL)
        return;
    n->label = name != NULL ? name : id;
    n->alt = w->alone ? id : n->id;
    read_router_id(n, o);
    topo_place(w->t, n, leaf(path(o, "te/geolocation/latitude")),
               leaf(path(o, "te/geolocation/longitude")));
    EACH(tp, tps)
    read_tp(w, n, tp);
    if (get(o, "supporting-node") != NULL)
        topo_remark(w->t, "supporting-node: layers are kept apart", n->id);
}

/* --- links --- */

static bool read_end(struct network *w, const struct jnode *o, const char *node, const char *tp,
                     struct topo_end *out)
{
    const char *id = topo_str(get(o, node));

    out->node = id != NULL ? topo_find(w->t, node_key(w, id)) : NULL;
    out->port = topo_str(get(o, tp));
    return out->node != NULL;
}

/* A whole number that isn't negative, at one of several places. */
static int64_t metric(const struct jnode *o)
{
    static const char *const members[] = {
        "l3-link-attributes/metric1", "igp-link-attributes/metric",
        "te/te-link-attributes/te-default-metric", "TE-metric"};
    int64_t value;

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        if (jnode_count(leaf(path(o, members[i])), UINT32_MAX, &value))
            return value;
    }
    return FACT_NONE;
}

/* RFC 8776: bandwidth of packet links is a floating-point number in hexadecimal, bytes per
 * second: "0x1p30". Without exponent it is of another technology: a label, a number of slots.
 */
static int64_t capacity(struct network *w, const struct jnode *o)
{
    const char *text = jnode_str(
        leaf(path(o, "te/te-link-attributes/max-link-bandwidth/te-bandwidth/generic")));
    char *end;
    double bytes;

    if (text == NULL)
        return FACT_NONE;
    if (strncasecmp(text, "0x", 2) == 0 && strlen(text) < 64 && strpbrk(text, "pP") != NULL) {
        bytes = strtod(text, &end);
        if (*end == '\0' && topo_bits(bytes, 8) != FACT_NONE)
            return topo_bits(bytes, 8);
    }
    topo_remark(w->t, "a bandwidth that is no number of bytes per second", text);
    return FACT_NONE;
}

static double delay(const struct jnode *o)
{
    double d;

    if (jnode_real(
            leaf(path(o, "te/te-link-attributes/performance-metrics-one-way/one-way-delay")),
            &d) &&
        d > 0)
        return d * MICROSECONDS;
    return NAN;
}

static void read_link(struct network *w, const struct jnode *o)
{
    const char *id = topo_str(get(o, "link-id"));
    struct topo_end a, b;
    struct topo_link *l;

    if (!read_end(w, get(o, "source"), "source-node", "source-tp", &a) ||
        !read_end(w, get(o, "destination"), "dest-node", "dest-tp", &b)) {
        topo_remark(w->t, "a link whose nodes are not both in its network", id);
        return;
    }
    if (in_service(o) == 0) {
        topo_remark(w->t, "a link that is out of service", id);
        return;
    }
    l = topo_add_link(w->t);
    if (l == NULL)
        return;
    l->name = id;
    l->a = a;
    l->b = b;
    l->directed = true;
    l->opposite = topo_str(get(o, "opposite-link"));
    l->metric = metric(o);
    l->capacity = capacity(w, o);
    l->delay = delay(o);
    l->protocol = w->protocol;
    if (get(o, "supporting-link") != NULL)
        topo_remark(w->t, "supporting-link: layers are kept apart", id);
}

/* --- networks --- */

/* What the network's types say that it was learnt from. */
static const char *protocol_of(const struct jnode *types)
{
    static const char *const above[] = {"l3-unicast-topology", "l3-unicast-igp-topology", NULL};

    for (size_t i = 0; i < 3; i++) {
        const struct jnode *o = above[i] != NULL ? get(types, above[i]) : types;

        if (get(o, "isis") != NULL || get(o, "isis-topology") != NULL)
            return "isis";
        if (get(o, "ospf") != NULL || get(o, "ospf-topology") != NULL)
            return "ospf";
        if (above[i] == NULL)
            break;
    }
    return "declared";
}

static void read_network(struct topo *t, const struct jnode *o, bool alone)
{
    struct network w = {.t = t, .alone = alone, .id = topo_str(get(o, "network-id"))};
    const struct jnode *types = get(o, "network-types"), *nodes = get(o, "node");
    const struct jnode *links = get(o, "link");

    if (w.id == NULL)
        w.id = topo_str(get(o, "topology-id"));
    if (w.id == NULL)
        w.id = "";
    if (types == NULL)
        types = get(o, "topology-types");
    w.protocol = protocol_of(types);
    EACH(n, nodes)
    read_node(&w, n);
    EACH(l, links)
    read_link(&w, l);
}

/* Where the list of networks is: of a document as a whole, of one network, in RESTCONF's or
 * NETCONF's data, in the older form. In XML the outermost element is the root itself. */
static const struct jnode *find_networks(const struct jnode *root)
{
    static const struct {
        const char *top, *list;
    } places[] = {
        {"ietf-network:networks", "network"},
        {"networks", "network"},
        {"ietf-network:network", NULL},
        {"network", NULL},
        {"network-topology:network-topology", "topology"},
        {"network-topology", "topology"},
    };
    /* RESTCONF's and NETCONF's answers; instance data in files (RFC 9195) */
    static const char *const data[] = {"ietf-restconf:data", "data", "instance-data-set",
                                       "content-data"};
    const struct jnode *found = NULL;

    if (slice_eq(root->key, "networks"))
        return get(root, "network");
    if (slice_eq(root->key, "network"))
        return root;
    for (size_t i = 0; i < sizeof(data) / sizeof(*data); i++) {
        if (get(root, data[i]) != NULL)
            root = get(root, data[i]);
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(*places) && found == NULL; i++) {
        found = topo_next(jnode_first(root), places[i].top);
        if (places[i].list != NULL)
            found = get(found, places[i].list);
    }
    return found;
}

int topo_rfc8345(struct topo *t, const struct jnode *root, struct err *e)
{
    const struct jnode *list = find_networks(root), *first = jnode_first(root);
    bool alone;

    if (list == NULL)
        return err_set(e, ERR_SCHEMA,
                       "ietf-network:networks/network: is missing, there is %.80s",
                       first != NULL && first->key.n > 0 ? first->key.p : "nothing");
    first = elements(list);
    alone = first == NULL || following(list, first) == NULL;
    EACH(o, list)
    read_network(t, o, alone);
    return 0;
}
