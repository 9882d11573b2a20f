/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AtlanticWave-SDX topologies. Ids are names like urn:sdx:port:ORGANISATION:NODE:PORT. Version
 * 2 of the data model says what numbers mean (bandwidth in Gbit/s, latency in milliseconds, 0:
 * not measured); earlier ones do not. A port's "nni" names the link it is part of, or the port
 * of another domain that it is connected to.
 */
#include <string.h>

#include "agents/sources/topology/dialects.h"

#define GBIT         1e9
#define MAX_GBIT     1e5 /* of a link; more is another unit */
#define MAX_MTU      65535
#define URN_PARTS    4
#define ORGANISATION 0
#define NODE         1

struct sdx {
    struct topo *t;
    struct map *ports; /* id -> struct topo_port */
    bool units;        /* the version tells them */
};

/* "urn:sdx:port:amlight.net:B1:2" -> "amlight.net", "B1", "2"; false when it is none. */
static bool take_apart(struct topo *t, const char *id, const char *parts[URN_PARTS])
{
    struct slice rest = slice_of(id), piece;
    size_t n = 0;

    if (id == NULL || !slice_starts(rest, "urn:sdx:"))
        return false;
    for (size_t i = 0; i < 3 && rest.p != NULL; i++)
        slice_split(&rest, ':', &piece);
    while (n < 2 && slice_split(&rest, ':', &piece))
        parts[n++] = topo_text(t, "%.*s", (int)(piece.n < 256 ? piece.n : 256), piece.p);
    if (n == 2)
        parts[n] = rest.p != NULL
                       ? topo_text(t, "%.*s", (int)(rest.n < 256 ? rest.n : 256), rest.p)
                       : "";
    return n == 2;
}

static struct topo_port *find_port(const struct sdx *s, const char *id)
{
    const union map_value *v = id != NULL ? map_get_str(s->ports, id) : NULL;

    return v != NULL ? v->p : NULL;
}

static bool is_word(const struct jnode *o, const char *key, const char *word)
{
    const char *text = jnode_str(jnode_get(o, key));

    return text != NULL && strcmp(text, word) == 0;
}

/* 1 usable, 0 not; FACT_NONE: not told. */
static int64_t usable(const struct jnode *o)
{
    if (jnode_get(o, "status") == NULL && jnode_get(o, "state") == NULL)
        return FACT_NONE;
    if (jnode_get(o, "status") != NULL && !is_word(o, "status", "up"))
        return 0;
    return jnode_get(o, "state") == NULL || is_word(o, "state", "enabled");
}

/* "10GE", "100FE": bits per second. */
static int64_t speed(const char *type)
{
    size_t n = type != NULL ? strspn(type, "0123456789.") : 0;
    double d;

    if (n == 0 || !slice_real((struct slice){type, n}, &d))
        return FACT_NONE;
    if (strcmp(type + n, "GE") == 0)
        return topo_bits(d, GBIT);
    return strcmp(type + n, "FE") == 0 ? topo_bits(d, 1e6) : FACT_NONE;
}

/* The port of that id, named by its name or, where that is taken on the node, by its id. */
static struct topo_port *new_port(struct sdx *s, struct topo_node *n, const struct jnode *o,
                                  const char *id)
{
    const char *name = topo_str(jnode_get(o, "name"));
    struct topo_port *p = topo_port(s->t, n, name != NULL ? name : id);

    if (p != NULL && p->kind != NULL) {
        topo_remark(s->t, "a port whose name is taken on its node", id);
        p = topo_port(s->t, n, id);
    }
    return p;
}

static void read_port(struct sdx *s, struct topo_node *n, const struct jnode *o)
{
    const char *id = topo_str(jnode_get(o, "id"));
    struct topo_port *p;

    if (id == NULL || find_port(s, id) != NULL) {
        topo_remark(s->t, id == NULL ? "a port without an id" : "a port that is there twice",
                    id != NULL ? id : n->id);
        return;
    }
    p = new_port(s, n, o, id);
    if (p == NULL || map_set(s->ports, id, strlen(id), (union map_value){.p = p}) != 0) {
        s->t->broken = true;
        return;
    }
    p->kind = "physical";
    p->up = usable(o);
    p->speed = speed(jnode_str(jnode_get(o, "type")));
    if (!jnode_count(jnode_get(o, "mtu"), MAX_MTU, &p->mtu))
        p->mtu = FACT_NONE;
}

static void read_node(struct sdx *s, const struct jnode *o)
{
    const char *id = topo_str(jnode_get(o, "id"));
    const struct jnode *where = jnode_get(o, "location");
    struct topo_node *n;

    if (id == NULL || topo_find(s->t, id) != NULL) {
        topo_remark(s->t, id == NULL ? "a node without an id" : "a node that is there twice",
                    id != NULL ? id : "nodes");
        return;
    }
    n = topo_add_node(s->t, id);
    if (n == NULL)
        return;
    n->label = topo_str(jnode_get(o, "name"));
    n->alt = id;
    n->place = topo_str(jnode_get(where, "address"));
    topo_place(s->t, n, jnode_get(where, "latitude"), jnode_get(where, "longitude"));
    for (const struct jnode *p = jnode_first(jnode_get(o, "ports")); p != NULL; p = p->next)
        read_port(s, n, p);
}

/* --- links --- */

static const char *port_id(const struct jnode *o)
{
    return jnode_is(o, JREAD_OBJECT) ? jnode_str(jnode_get(o, "id")) : jnode_str(o);
}

static int64_t capacity(struct sdx *s, const struct jnode *o, const char *name)
{
    double d;

    if (!jnode_real(jnode_get(o, "bandwidth"), &d) || d <= 0)
        return FACT_NONE;
    if (s->units && d <= MAX_GBIT)
        return topo_bits(d, GBIT);
    topo_remark(s->t,
                s->units ? "a bandwidth that can't be in Gbit/s"
                         : "bandwidth and latency: this version of the model has no units",
                name);
    return FACT_NONE;
}

static void add_border(struct sdx *s, struct topo_port *here, const char *far, int64_t bits)
{
    const char *parts[URN_PARTS] = {NULL};
    struct topo_border *b = here->border;

    if (!take_apart(s->t, far, parts)) {
        topo_remark(s->t, "a port of another domain that is no urn:sdx:port", far);
        return;
    }
    if (b == NULL)
        here->border = b = topo_add_border(s->t);
    if (b == NULL)
        return;
    b->here = (struct topo_end){here->node, here->name};
    b->peer_domain = parts[ORGANISATION];
    b->peer_node = parts[NODE];
    if (b->capacity == FACT_NONE)
        b->capacity = bits;
}

static void read_link(struct sdx *s, const struct jnode *o)
{
    const char *name = topo_str(jnode_get(o, "name"));
    const struct jnode *ports = jnode_get(o, "ports"), *first = jnode_first(ports);
    struct topo_port *a, *b;
    struct topo_link *l;

    name = name != NULL ? name : topo_str(jnode_get(o, "id"));
    if (first == NULL || ports->n != 2) {
        topo_remark(s->t, "a link that has not two ports", name);
        return;
    }
    if (usable(o) == 0) {
        topo_remark(s->t, "a link that is down", name);
        return;
    }
    a = find_port(s, port_id(first));
    b = find_port(s, port_id(first->next));
    if (a == NULL && b == NULL) {
        topo_remark(s->t, "a link whose ports are not in the document", name);
    } else if (a == NULL || b == NULL) {
        add_border(s, a != NULL ? a : b, port_id(a != NULL ? first->next : first),
                   capacity(s, o, name));
    } else {
        l = topo_add_link(s->t);
        if (l == NULL)
            return;
        l->name = name;
        l->a = (struct topo_end){a->node, a->name};
        l->b = (struct topo_end){b->node, b->name};
        l->capacity = capacity(s, o, name);
        if (s->units && jnode_real(jnode_get(o, "latency"), &l->delay) && l->delay <= 0)
            l->delay = NAN;
    }
}

/* Ports that are connected to another domain's. */
static void read_nnis(struct sdx *s, const struct jnode *node)
{
    for (const struct jnode *o = jnode_first(jnode_get(node, "ports")); o; o = o->next) {
        const char *nni = jnode_str(jnode_get(o, "nni"));
        struct topo_port *p = find_port(s, jnode_str(jnode_get(o, "id")));

        if (p != NULL && nni != NULL && slice_starts(slice_of(nni), "urn:sdx:port:") &&
            find_port(s, nni) == NULL)
            add_border(s, p, nni, p->speed);
    }
}

int topo_sdx(struct topo *t, const struct jnode *root, struct err *e)
{
    const struct jnode *nodes = jnode_get(root, "nodes"), *links = jnode_get(root, "links");
    struct sdx s = {.t = t, .ports = map_new()};

    if (s.ports == NULL)
        return err_set(e, ERR_NOMEM, "no memory for ports");
    s.units = slice_starts(jnode_slice(jnode_get(root, "model_version")), "2.");
    str_time(jnode_slice(jnode_get(root, "timestamp")), &t->observed);
    for (const struct jnode *o = jnode_first(nodes); o != NULL; o = o->next)
        read_node(&s, o);
    for (const struct jnode *o = jnode_first(links); o != NULL; o = o->next)
        read_link(&s, o);
    for (const struct jnode *o = jnode_first(nodes); o != NULL; o = o->next)
        read_nnis(&s, o);
    map_free(&s.ports);
    if (!jnode_is(nodes, JREAD_ARRAY))
        return err_set(e, ERR_SCHEMA, "nodes: must be a list");
    return 0;
}
