/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OSCARS knows of a network, in one file or two: a list of devices with their ports, and a
 * list of adjacencies. Ports and interfaces are named DEVICE:NAME; bandwidth is in Mbit/s. An
 * adjacency is told once for each direction, or only once at all:
 *
 *     {"a": {"device": "r1", "port": "r1:1/1", "ifce": "r1:1/1.5", "addr": "192.0.2.0"},
 *      "z": {...}, "metrics": {"MPLS": 10}}
 */
#include <string.h>

#include "agents/sources/topology/dialects.h"
#include "agents/sources/topology/urn.h"

#define MBIT 1e6

/* The name without its device; the whole name where it has another form. */
static const char *without_device(const char *urn, const char *device)
{
    size_t n = strlen(device);

    return strncmp(urn, device, n) == 0 && urn[n] == ':' && urn[n + 1] != '\0' ? urn + n + 1
                                                                               : urn;
}

static const char *kind_of(const char *type)
{
    if (type == NULL)
        return NULL;
    if (strcmp(type, "ROUTER") == 0)
        return "router";
    return strcmp(type, "SWITCH") == 0 || strcmp(type, "L2_SWITCH") == 0 ? "switch" : NULL;
}

static const char *platform_of(const char *model)
{
    if (model == NULL)
        return NULL;
    if (strncmp(model, "JUNIPER_", 8) == 0)
        return "junos";
    return strncmp(model, "ALCATEL_SR", 10) == 0 || strncmp(model, "NOKIA_SR", 8) == 0 ? "sros"
                                                                                       : NULL;
}

static void read_address(struct topo *t, struct topo_node *n, const struct jnode *o)
{
    struct slice s = slice_trim(jnode_slice(jnode_get(o, "ipv4Address")));

    if (s.n > 0 && !addr_parse(s, &n->router_id))
        topo_remark(t, "an address that is none", s.p);
}

/* Logical interfaces of a port. */
static void read_ifces(struct topo *t, struct topo_node *n, const struct topo_port *port,
                       const struct jnode *list)
{
    for (const struct jnode *o = jnode_first(list); o != NULL; o = o->next) {
        const char *urn = topo_str(jnode_get(o, "urn"));
        const char *name = urn != NULL ? without_device(urn, n->id) : NULL;
        struct topo_port *p = name != NULL ? topo_port(t, n, name) : NULL;

        if (p == NULL) {
            topo_remark(t, "an interface without a name", port->name);
            continue;
        }
        if (p->parent != NULL && strcmp(p->parent, port->name) != 0)
            topo_remark(t, "an interface that is on two ports", urn);
        else if (p != port)
            p->parent = port->name;
        if (topo_str(jnode_get(o, "ipv4Address")) != NULL)
            topo_port_addr(t, p, topo_str(jnode_get(o, "ipv4Address")));
        if (topo_str(jnode_get(o, "ipv6Address")) != NULL)
            topo_port_addr(t, p, topo_str(jnode_get(o, "ipv6Address")));
    }
}

/* What may be reserved in both directions. */
static int64_t reservable(const struct jnode *o)
{
    double in, out;

    if (!jnode_real(jnode_get(o, "reservableIngressBw"), &in) ||
        !jnode_real(jnode_get(o, "reservableEgressBw"), &out))
        return FACT_NONE;
    return topo_bits(in < out ? in : out, MBIT);
}

static void read_ports(struct topo *t, struct topo_node *n, const struct jnode *list)
{
    for (const struct jnode *o = jnode_first(list); o != NULL; o = o->next) {
        const char *urn = topo_str(jnode_get(o, "urn"));
        struct topo_port *p = urn != NULL ? topo_port(t, n, without_device(urn, n->id)) : NULL;

        if (p == NULL) {
            topo_remark(t, "a port without a name", n->id);
            continue;
        }
        p->kind = "physical";
        p->capacity = reservable(o);
        read_ifces(t, n, p, jnode_get(o, "ifces"));
    }
}

static void read_device(struct topo *t, const struct jnode *o)
{
    const char *urn = topo_str(jnode_get(o, "urn"));
    struct topo_node *n = urn != NULL ? topo_add_node(t, urn) : NULL;

    if (n == NULL) {
        topo_remark(t, "a device without a name", "devices");
        return;
    }
    n->kind = kind_of(jnode_str(jnode_get(o, "type")));
    n->platform = platform_of(jnode_str(jnode_get(o, "model")));
    n->place = topo_str(jnode_get(o, "location"));
    read_address(t, n, o);
    topo_place(t, n, jnode_get(o, "latitude"), jnode_get(o, "longitude"));
    read_ports(t, n, jnode_get(o, "ports"));
}

/* One end: its device, and the interface with its address. */
static bool read_end(struct topo *t, const struct jnode *o, bool devices, struct topo_end *out)
{
    const char *device = topo_str(jnode_get(o, "device"));
    const char *ifce = topo_str(jnode_get(o, "ifce")), *port = topo_str(jnode_get(o, "port"));
    const char *addr = topo_str(jnode_get(o, "addr"));
    struct topo_port *p;

    if (device == NULL)
        return false;
    out->node = topo_find(t, device);
    if (out->node == NULL) {
        if (devices)
            topo_remark(t, "a device of an adjacency that is not among the devices", device);
        out->node = topo_add_node(t, device);
    }
    if (out->node == NULL || (ifce == NULL && port == NULL))
        return out->node != NULL;
    out->port = without_device(ifce != NULL ? ifce : port, device);
    p = topo_port(t, out->node, out->port);
    if (p != NULL && p->parent == NULL && ifce != NULL && port != NULL &&
        strcmp(ifce, port) != 0)
        p->parent = without_device(port, device);
    if (addr != NULL)
        topo_port_addr(t, p, addr);
    return true;
}

static void read_adjacency(struct topo *t, const struct jnode *o, bool devices)
{
    struct topo_end a = {0}, z = {0};
    struct topo_link *l;

    if (!read_end(t, jnode_get(o, "a"), devices, &a) ||
        !read_end(t, jnode_get(o, "z"), devices, &z)) {
        topo_remark(t, "an adjacency without the devices of both ends", "adjcies");
        return;
    }
    l = topo_add_link(t);
    if (l == NULL)
        return;
    l->a = a;
    l->b = z;
    l->directed = true;
    if (!jnode_count(jnode_path(o, "metrics/MPLS"), INT32_MAX, &l->metric))
        l->metric = FACT_NONE;
}

int topo_esnet(struct topo *t, const struct jnode *root, struct err *e)
{
    const struct jnode *devices = jnode_get(root, "devices");
    const struct jnode *adjacencies = jnode_get(root, "adjcies");

    if (jnode_is(root, JREAD_ARRAY)) {
        bool pairs = jnode_get(jnode_first(root), "a") != NULL;

        devices = pairs ? NULL : root;
        adjacencies = pairs ? root : NULL;
    }
    if (!jnode_is(devices, JREAD_ARRAY) && !jnode_is(adjacencies, JREAD_ARRAY))
        return err_set(e, ERR_SCHEMA, "devices, adjcies: one of them must be a list");
    for (const struct jnode *o = jnode_first(devices); o != NULL; o = o->next)
        read_device(t, o);
    for (const struct jnode *o = jnode_first(adjacencies); o != NULL; o = o->next)
        read_adjacency(t, o, devices != NULL);
    return 0;
}

/* --- NSI peerings --- */

/* OSCARS writes 2/1/1 as 2_1_1 in names of NSI, where a slash has no place: what stands between
 * two digits was one. */
static const char *port_name(struct topo *t, const char *port)
{
    const char *copy = topo_text(t, "%s", port);
    char *s = (char *)(uintptr_t)copy;

    for (size_t i = 1; copy[0] != '\0' && copy[i] != '\0'; i++) {
        bool before = s[i - 1] >= '0' && s[i - 1] <= '9';
        bool behind = s[i + 1] >= '0' && s[i + 1] <= '9';

        if (s[i] == '_' && before && behind)
            s[i] = '/';
    }
    return copy;
}

/* "100G": bits per second. */
static int64_t rate(struct topo *t, const char *text)
{
    struct slice s = slice_trim(slice_of(text));
    double d, unit = 1;

    if (s.n == 0)
        return FACT_NONE;
    switch (s.p[s.n - 1]) {
    case 'T':
        unit = 1e12;
        break;
    case 'G':
        unit = 1e9;
        break;
    case 'M':
        unit = 1e6;
        break;
    default:
        s.n++; /* bits */
        break;
    }
    s.n--;
    if (slice_real(s, &d) && topo_bits(d, unit) != FACT_NONE)
        return topo_bits(d, unit);
    topo_remark(t, "a capacity that is no number with M, G or T", text);
    return FACT_NONE;
}

static void read_peering(struct topo *t, const struct jnode *o)
{
    const char *local = jnode_str(jnode_path(o, "out/local"));
    struct topo_urn here = {0}, far;
    struct topo_border *b;
    struct topo_node *n;

    if (local == NULL || !topo_urn_local(t, local, &here)) {
        topo_remark(t, "a peering whose out.local is not NODE:PORT:LABEL:out", local);
        return;
    }
    n = topo_find(t, here.node);
    if (n == NULL)
        n = topo_add_node(t, here.node);
    b = topo_add_border(t);
    if (n == NULL || b == NULL)
        return;
    b->here.node = n;
    b->here.port = port_name(t, here.port);
    b->capacity = rate(t, topo_str(jnode_get(o, "capacity")));
    if (topo_urn_read(t, jnode_str(jnode_path(o, "out/remote")), &far)) {
        b->peer_domain = far.organisation;
        b->peer_node = far.node;
    } else {
        topo_remark(t, "a peering whose out.remote is no name of the OGF", local);
    }
}

int topo_nsi_peerings(struct topo *t, const struct jnode *root, struct err *e)
{
    if (!jnode_is(root, JREAD_ARRAY))
        return err_set(e, ERR_SCHEMA, "a list of peerings was expected");
    for (const struct jnode *o = jnode_first(root); o != NULL; o = o->next)
        read_peering(t, o);
    return 0;
}
