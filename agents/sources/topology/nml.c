/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Network Markup Language (GFD.206) in XML, whole or as NSI uses it (no nodes, only ports
 * of a topology). Ports have one direction; two of them are one BidirectionalPort:
 *
 *     Topology
 *       BidirectionalPort id=".../p1"   { PortGroup id=".../p1:in", PortGroup id=".../p1:out" }
 *       Relation type="...#hasOutboundPort"
 *         PortGroup id=".../p1:out"     { capacity, Relation isAlias -> a port elsewhere,
 *                                         Relation isSource / isSink -> a Link }
 *       Node id                         { Relation hasInboundPort / hasOutboundPort -> Port }
 *
 * Everything may be said in several places: what is known of an id is gathered first.
 */
#include "agents/sources/topology/dialects.h"

#include <string.h>

#include "agents/sources/topology/urn.h"

#define MAX_CAPACITY 1e16 /* bits per second */

/* One port, with a direction or with two. */
struct port {
    const char *id, *name, *alias;
    struct topo_node *node;
    struct port *both;  /* the bidirectional port that it is half of */
    bool bidirectional; /* has halves itself */
    bool defined;       /* stands elsewhere than as another one's alias */
    bool outbound;
    int64_t capacity;
    struct topo_port *made; /* its interface */
    struct port *next;
};

struct line {
    const char *id, *name;
    struct port *from, *to;
    const char *opposite;
    struct line *next;
};

struct nml {
    struct topo *t;
    struct map *port_of, *line_of;
    struct port *ports, **port_end;
    struct line *lines, **line_end;
    const char *topology, *name; /* of the outermost one */
    struct topo_node *whole;     /* stands for it, where there are no nodes */
    bool derive;                 /* ids tell nodes and ports, as OSCARS writes them */
};

/* Where an element stands. */
struct place {
    struct topo_node *node;
    struct port *port; /* a relation of this one, or a bidirectional one's half */
    struct line *line; /* of a bidirectional link, the half before */
    const char *relation;
};

static bool named(const struct jnode *o, const char *name)
{
    return slice_eq(o->key, name);
}

static bool is_port(const struct jnode *o)
{
    return named(o, "Port") || named(o, "PortGroup");
}

static struct port *port_at(struct nml *x, const char *id)
{
    union map_value *v = map_at_str(x->port_of, id);
    struct port *p = v != NULL ? v->p : NULL;

    if (v != NULL && p == NULL) {
        v->p = p = ARENA_NEW(x->t->arena, struct port);
        if (p != NULL) {
            p->id = id;
            p->capacity = FACT_NONE;
            *x->port_end = p;
            x->port_end = &p->next;
        }
    }
    x->t->broken |= p == NULL;
    return p;
}

static struct line *line_at(struct nml *x, const char *id)
{
    union map_value *v = map_at_str(x->line_of, id);
    struct line *l = v != NULL ? v->p : NULL;

    if (v != NULL && l == NULL) {
        v->p = l = ARENA_NEW(x->t->arena, struct line);
        if (l != NULL) {
            l->id = id;
            *x->line_end = l;
            x->line_end = &l->next;
        }
    }
    x->t->broken |= l == NULL;
    return l;
}

/* "http://schemas.ogf.org/nml/2013/05/base#isAlias" -> "isAlias" */
static const char *relation_of(const struct jnode *o)
{
    const char *type = topo_str(jnode_get(o, "type"));
    const char *hash = type != NULL ? strrchr(type, '#') : NULL;

    return hash != NULL ? hash + 1 : type != NULL ? type : "";
}

static bool is(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

/* --- gathering --- */

static void walk_inside(struct nml *x, const struct jnode *o, const struct place *at);

static const char *child_text(const struct jnode *o, const char *name)
{
    return topo_str(topo_next(jnode_first(o), name));
}

/* NULL without memory. */
static struct port *gather_port(struct nml *x, const struct jnode *o, const char *id,
                                const struct place *at)
{
    struct port *p = port_at(x, id);
    double bits;

    if (p == NULL)
        return NULL;
    if (at->port != NULL && is(at->relation, "isAlias")) {
        at->port->alias = id;
        return p;
    }
    p->defined = true;
    if (at->node != NULL)
        p->node = at->node;
    p->outbound |= is(at->relation, "hasOutboundPort");
    if (at->port != NULL && at->relation == NULL)
        p->both = at->port;
    if (child_text(o, "name") != NULL)
        p->name = child_text(o, "name");
    if (slice_real(slice_of(child_text(o, "capacity")), &bits) && bits < MAX_CAPACITY)
        p->capacity = topo_bits(bits, 1);
    walk_inside(x, o, &(struct place){.port = p});
    return p;
}

static void gather_line(struct nml *x, const struct jnode *o, const char *id,
                        const struct place *at)
{
    struct line *l = line_at(x, id);

    if (l == NULL)
        return;
    if (child_text(o, "name") != NULL)
        l->name = child_text(o, "name");
    if (at->port != NULL && is(at->relation, "isSource"))
        l->from = at->port;
    if (at->port != NULL && is(at->relation, "isSink"))
        l->to = at->port;
}

static void gather_both_ways(struct nml *x, const struct jnode *o)
{
    const char *first = NULL;

    for (const struct jnode *m = topo_next(jnode_first(o), "Link"); m != NULL;
         m = topo_next(m->next, "Link")) {
        const char *id = topo_str(jnode_get(m, "id"));
        struct line *a, *b;

        if (id == NULL)
            continue;
        a = first != NULL ? line_at(x, first) : NULL;
        b = line_at(x, id);
        if (a != NULL && b != NULL && a != b) {
            a->opposite = b->id;
            b->opposite = a->id;
        }
        first = id;
    }
}

static void gather_node(struct nml *x, const struct jnode *o, const char *id)
{
    struct topo_node *n = topo_find(x->t, id);
    const struct jnode *where = topo_next(jnode_first(o), "Location");

    if (n == NULL)
        n = topo_add_node(x->t, id);
    if (n == NULL)
        return;
    if (child_text(o, "name") != NULL)
        n->label = child_text(o, "name");
    if (where != NULL) {
        if (child_text(where, "name") != NULL)
            n->place = child_text(where, "name");
        topo_place(x->t, n, jnode_get(topo_next(jnode_first(where), "lat"), "#text"),
                   jnode_get(topo_next(jnode_first(where), "long"), "#text"));
    }
    walk_inside(x, o, &(struct place){.node = n});
}

static void gather(struct nml *x, const struct jnode *o, const struct place *at)
{
    const char *id = topo_str(jnode_get(o, "id"));

    if (named(o, "Relation")) {
        struct place inner = *at;

        inner.relation = relation_of(o);
        walk_inside(x, o, &inner);
    } else if (named(o, "Topology")) {
        walk_inside(x, o, &(struct place){0});
    } else if (id == NULL) {
        return;
    } else if (is_port(o)) {
        gather_port(x, o, id, at);
    } else if (named(o, "BidirectionalPort")) {
        struct port *p = gather_port(x, o, id, at);

        if (p != NULL)
            p->bidirectional = true;
    } else if (named(o, "Link")) {
        gather_line(x, o, id, at);
    } else if (named(o, "BidirectionalLink")) {
        gather_both_ways(x, o);
    } else if (named(o, "Node")) {
        gather_node(x, o, id);
    }
}

static void walk_inside(struct nml *x, const struct jnode *o, const struct place *at)
{
    for (const struct jnode *m = jnode_first(o); m != NULL && !x->t->broken; m = m->next) {
        if (jnode_is(m, JREAD_OBJECT))
            gather(x, m, at);
    }
}

/* --- interfaces --- */

/* The port that people see: the bidirectional one, where there is one. */
static struct port *outer(struct port *p)
{
    return p->both != NULL && p->both->bidirectional ? p->both : p;
}

/* Do all ports' ids tell node and port? One that does not makes the others doubtful. */
static bool all_tell(struct nml *x)
{
    bool any = false;

    for (struct port *p = x->ports; p != NULL; p = p->next) {
        struct topo_urn urn;

        if (!p->defined || outer(p) != p)
            continue;
        if (!topo_urn_read(x->t, p->id, &urn) || urn.node == NULL)
            return false;
        any = true;
    }
    return any;
}

static struct topo_node *node_of(struct nml *x, struct port *p)
{
    const char *id = x->topology != NULL ? x->topology : "topology";
    struct topo_urn urn;
    struct topo_node *n;

    if (p->node != NULL)
        return p->node;
    if (x->derive && topo_urn_read(x->t, p->id, &urn)) {
        n = topo_find(x->t, urn.node);
        return n != NULL ? n : topo_add_node(x->t, urn.node);
    }
    if (x->whole == NULL)
        x->whole = topo_add_node(x->t, id);
    if (x->whole != NULL)
        x->whole->label = x->name;
    return x->whole;
}

/* What is left of an id behind that of the node or topology. */
static const char *short_name(const struct nml *x, const struct port *p,
                              const struct topo_node *n)
{
    const char *const outside[] = {n->id, x->topology};

    for (size_t i = 0; i < 2; i++) {
        size_t k = outside[i] != NULL ? strlen(outside[i]) : 0;

        if (k > 0 && strncmp(p->id, outside[i], k) == 0 && p->id[k] == ':' &&
            p->id[k + 1] != '\0')
            return p->id + k + 1;
    }
    return p->id;
}

static void make_port(struct nml *x, struct port *p)
{
    struct topo_node *n = node_of(x, p);
    struct topo_urn urn;
    const char *name, *parent = NULL;

    if (n == NULL)
        return;
    name = p->name != NULL ? p->name : short_name(x, p, n);
    if (x->derive && topo_urn_read(x->t, p->id, &urn)) {
        bool plain = is(urn.label, "+");

        name = plain ? urn.port : topo_text(x->t, "%s:%s", urn.port, urn.label);
        parent = plain ? NULL : urn.port;
    }
    p->made = topo_port(x->t, n, name);
    if (p->made == NULL)
        return;
    p->made->parent = parent;
    if (p->capacity != FACT_NONE)
        p->made->capacity = p->capacity;
}

/* A half tells its capacity to the whole; the smaller one counts. */
static void tell_capacity(struct nml *x, const struct port *half)
{
    struct topo_port *p = half->both != NULL ? half->both->made : NULL;

    if (p == NULL || half->capacity == FACT_NONE)
        return;
    if (p->capacity != FACT_NONE && p->capacity != half->capacity)
        topo_remark(x->t, "a port whose directions differ in capacity: the smaller counts",
                    half->id);
    if (p->capacity == FACT_NONE || half->capacity < p->capacity)
        p->capacity = half->capacity;
}

static void make_ports(struct nml *x)
{
    x->derive = x->t->nodes == NULL && all_tell(x);
    for (struct port *p = x->ports; p != NULL; p = p->next) {
        if (p->both != NULL && p->both->node == NULL)
            p->both->node = p->node;
    }
    for (struct port *p = x->ports; p != NULL && !x->t->broken; p = p->next) {
        if (p->defined && outer(p) == p)
            make_port(x, p);
    }
    for (struct port *p = x->ports; p != NULL && !x->t->broken; p = p->next)
        tell_capacity(x, p);
}

/* --- links and borders --- */

static bool set_end(struct port *p, struct topo_end *end)
{
    const struct topo_port *made = p != NULL ? outer(p)->made : NULL;

    if (made != NULL)
        *end = (struct topo_end){made->node, made->name};
    return made != NULL;
}

static void add_link(struct nml *x, struct port *from, struct port *to, const struct line *line)
{
    struct topo_end a, b;
    struct topo_link *l;

    if (!set_end(from, &a) || !set_end(to, &b)) {
        topo_remark(x->t, "a link whose ports are not both in the document",
                    line != NULL ? line->id : from->id);
        return;
    }
    l = topo_add_link(x->t);
    if (l == NULL)
        return;
    l->a = a;
    l->b = b;
    l->directed = true;
    l->capacity = from->capacity;
    if (line != NULL) {
        l->name = line->id;
        l->opposite = line->opposite;
    }
}

static void add_border(struct nml *x, struct port *p)
{
    struct port *here = outer(p);
    struct topo_border *b;
    struct topo_urn far;

    if (here->made == NULL || here->made->border != NULL)
        return;
    if (!topo_urn_read(x->t, p->alias, &far)) {
        topo_remark(x->t, "an alias that is no name of the OGF", p->alias);
        return;
    }
    b = topo_add_border(x->t);
    if (b == NULL)
        return;
    here->made->border = b;
    b->here = (struct topo_end){here->made->node, here->made->name};
    b->peer_domain = far.organisation;
    b->peer_node = far.node;
    b->capacity = here->made->capacity;
}

static void make_links(struct nml *x)
{
    for (struct port *p = x->ports; p != NULL && !x->t->broken; p = p->next) {
        const union map_value *v = p->alias != NULL ? map_get_str(x->port_of, p->alias) : NULL;
        struct port *far = v != NULL ? v->p : NULL;

        if (!p->defined || far == NULL)
            continue;
        if (!far->defined)
            add_border(x, p);
        else if (p->outbound)
            add_link(x, p, far, NULL);
    }
    for (const struct line *l = x->lines; l != NULL && !x->t->broken; l = l->next) {
        if (l->from != NULL && l->to != NULL)
            add_link(x, l->from, l->to, l);
        else
            topo_remark(x->t, "a link without source or sink", l->id);
    }
}

static void read_head(struct nml *x, const struct jnode *root)
{
    const struct jnode *lifetime = topo_next(jnode_first(root), "Lifetime");
    const char *end = child_text(lifetime, "end"),
               *version = topo_str(jnode_get(root, "version"));

    x->topology = topo_str(jnode_get(root, "id"));
    x->name = child_text(root, "name");
    if (version != NULL && !str_time(slice_of(version), &x->t->observed))
        x->t->observed = FACT_NONE;
    if (end != NULL)
        topo_remark(x->t, "Lifetime: the document is valid until then only", end);
}

/* The topology itself, or that of a network service agent (NSA). */
static const struct jnode *find_topology(const struct jnode *root)
{
    return named(root, "Topology") ? root : topo_next(jnode_first(root), "Topology");
}

int topo_nml(struct topo *t, const struct jnode *root, struct err *e)
{
    struct nml x = {.t = t, .port_of = map_new(), .line_of = map_new()};
    const struct jnode *whole = root;
    int rc = 0;

    root = find_topology(root);
    x.port_end = &x.ports;
    x.line_end = &x.lines;
    if (x.port_of == NULL || x.line_of == NULL) {
        rc = err_set(e, ERR_NOMEM, "no memory for ports");
    } else if (root == NULL) {
        rc = err_set(e, ERR_SCHEMA, "Topology: is missing, there is %.*s",
                     whole->key.n < 80 ? (int)whole->key.n : 80, whole->key.p);
    } else {
        read_head(&x, root);
        walk_inside(&x, root, &(struct place){0});
        make_ports(&x);
        make_links(&x);
    }
    map_free(&x.port_of);
    map_free(&x.line_of);
    return rc;
}
