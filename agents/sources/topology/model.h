/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A topology document while it is read: nodes, ports, links and what was passed over. Formats
 * (dialects.h) fill it in any order; when all is known, topo_emit() gives the nodes names that
 * are unique, joins the two directions of links, and states facts in the document's order.
 *
 * Everything lives in the document's arena, whose limit bounds the memory of a reading.
 */
#ifndef RIALTO_AGENTS_TOPOLOGY_MODEL_H
#define RIALTO_AGENTS_TOPOLOGY_MODEL_H

#include "base/map.h"
#include "model/batch.h"
#include "wire/jnode.h"

struct topo_node {
    const char *id;    /* the document's, unique in it */
    const char *label; /* what people call it; NULL: the id */
    const char *alt;   /* the name when others are called the same; NULL: LABEL#ID */
    const char *kind, *platform;
    const char *place; /* name of the site; NULL: the node's */
    double latitude, longitude;
    struct addr router_id;
    const char *domain; /* set: the node is of that other domain ("": of an unknown one) */
    bool foreign;       /* of another domain */
    bool refused;       /* is no node: links to it are passed over */
    const char *name;   /* set by topo_emit() */
    struct topo_node *next;
};

struct topo_port {
    struct topo_node *node;
    const char *name; /* unique on the node */
    const char *kind, *parent;
    struct ifaddr addr[4]; /* those that are given; more are passed over */
    size_t n_addrs;
    int64_t speed, up, mtu;
    int64_t capacity;           /* as declared; FACT_NONE: unknown */
    struct topo_border *border; /* leads there; a format's own note */
    struct topo_port *next;
};

struct topo_end {
    struct topo_node *node;
    const char *port; /* NULL: unknown */
};

struct topo_link {
    const char *name;
    struct topo_end a, b;
    bool directed;        /* from a to b; the way back is another link, if there is one */
    const char *opposite; /* name of that one, where the document tells it */
    int64_t capacity, metric, metric_back;
    double delay; /* milliseconds */
    const char *protocol;
    bool merged; /* into another */
    struct topo_link *next;
};

/** A port to another domain, where no node of that domain is in the document. */
struct topo_border {
    struct topo_end here;
    const char *peer_domain, *peer_node;
    int64_t capacity;
    struct topo_border *next;
};

/** Why something was passed over, how often, and where first. */
struct topo_remark {
    const char *where;
    size_t n;
};

struct topo {
    struct arena *arena;
    struct map *node_of; /* id -> struct topo_node */
    struct map *port_of; /* node's place and name -> struct topo_port */
    struct map *remarks; /* reason -> struct topo_remark */
    struct topo_node *nodes, **node_end;
    struct topo_port *ports, **port_end;
    struct topo_link *links, **link_end;
    struct topo_border *borders, **border_end;
    int64_t observed; /* when the document says it was true; FACT_NONE: it does not */
    bool broken;      /* memory ran out */
};

/** Readies an empty document; ERR_NOMEM. */
int topo_init(struct topo *t, struct arena *a, struct err *e);
void topo_free(struct topo *t);

/** The node of that id, or NULL. */
struct topo_node *topo_find(const struct topo *t, const char *id);

/** A new node; the known one, and a remark, when there is one of that id already. NULL without
 * memory. Texts must live as long as the arena. */
struct topo_node *topo_add_node(struct topo *t, const char *id);

/** The node's port of that name, made when it is new. NULL without memory. */
struct topo_port *topo_port(struct topo *t, struct topo_node *n, const char *name);

/** Gives the port an address: "192.0.2.1" or "192.0.2.1/31". Others are remarked. */
void topo_port_addr(struct topo *t, struct topo_port *p, const char *text);

/** A new link or border; all unknown. NULL without memory. */
struct topo_link *topo_add_link(struct topo *t);
struct topo_border *topo_add_border(struct topo *t);

/** Something at `where` was passed over. Equal reasons are counted, the first place is kept. */
void topo_remark(struct topo *t, const char *reason, const char *where);

/** Takes coordinates in degrees; others (of drawings) are remarked. NULL: absent. */
void topo_place(struct topo *t, struct topo_node *n, const struct jnode *latitude,
                const struct jnode *longitude);

/** A whole number of bits per second from a number of units; FACT_NONE when it is none. */
int64_t topo_bits(double number, double unit);

/** Text in the arena; "" without memory (and t->broken). */
const char *topo_text(struct topo *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** States everything as facts of the open batch. 0, or the sink's code. */
int topo_emit(struct topo *t, struct batch_sink *sink, struct err *e);

#endif
