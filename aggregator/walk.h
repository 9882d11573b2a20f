/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk of a packet, hop by hop, as legs of a path.
 *
 * Where the router at hand is known, its forwarding says what comes next (walk.c). Where the
 * packet enters a domain that nothing tells of, traceroutes to the same destination bridge it,
 * and where there are none the AS paths of routes do (unseen.c), until a known router is
 * entered again.
 */
#ifndef RIALTO_AGGREGATOR_WALK_H
#define RIALTO_AGGREGATOR_WALK_H

#include "aggregator/forward.h"
#include "aggregator/traces.h"
#include "aggregator/ways.h"
#include "aggregator/world.h"

#define WALK_EVIDENCE 6

/** One hop while walking. */
struct step {
    struct path_hop hop;
    struct instance *at; /* NULL: known by address only, or not at all */
    struct dom *dom;
    struct evidence evidence[WALK_EVIDENCE];
};

/** How a packet comes to the next router. */
struct arrival {
    struct wire *wire; /* NULL: not a known link */
    struct port *into; /* the port it comes in by, if known */
    struct addr addr;  /* the address there, if known */
    struct addr name;  /* an address of the router, if not that one */
    enum fact_class cls;
    struct evidence evidence[WALK_EVIDENCE];
    size_t n_evidence;
};

struct walk {
    const struct world *w;
    struct addr src, dst;
    const char *table;
    struct destination to;   /* dst as routers see it */
    const struct trace *own; /* the traceroute of this pair, or NULL */
    struct arena *a;
    struct step *steps; /* PATH_MAX_HOPS */
    size_t n;
    struct path *path;
    /* The ways meet again after several numbers of steps, this one the first; 0: never. */
    size_t uneven;
    bool quiet; /* nobody reads the evidence: words are not made */
    bool out_of_memory;
};

/** Goes on at a known router. Legs are added to x->path; the stack is as before on return. */
void walk_known(struct walk *x, struct instance *in, const struct arrival *via);

/** One way on from a router, and the traceroute that took it, or NULL. */
struct onward {
    const struct forward_hop *hop;
    const struct trace *seen;
};

/** What a router does with the packet, as its routes and traceroutes have it. */
struct decision {
    struct onward ways[BGP_MAX_PATHS];
    size_t n;
    struct forward_hop other; /* the only way, where that is no hop of the route */
};

/**
 * Decides for the router on top of the stack. Where traceroutes contradict, the class and the
 * AS path in *f change.
 */
void walk_decide(struct walk *x, struct instance *in, struct forwarding *f,
                 struct decision *out);

/** The AS that a router is in, for packets of that family; 0: unknown. */
uint32_t walk_asn(const struct world *w, const struct instance *in, unsigned family);

/** Notes how a packet leaves a router; out NULL: it stays. */
void walk_leave(struct step *s, const struct port *out, unsigned family);

/** How the packet comes to the next router. */
struct arrival walk_arrive(struct walk *x, const struct forwarding *f,
                           const struct forward_hop *h, const struct trace *seen);

/** Where packets from an address begin, if no traceroute of the pair tells more: at `own`,
 * whose own address it is, else at the router of its network. Each may be NULL. */
struct walk_start {
    struct instance *own, *near;
    enum fact_class near_cls; /* of being at near */
};

void walk_start(const struct world *w, const struct addr *src, struct walk_start *out);

/** A place behind which nothing is known: where the packet was handed to. */
struct beyond {
    struct instance *from;      /* last known router; NULL: the walk begins unseen */
    struct addr next_addr;      /* address it was handed to; none: unknown */
    struct dom *dom;            /* whose router that is; NULL: unknown */
    const struct asns *as_path; /* AS path of the route that led here, or NULL */
    enum fact_class cls;        /* of what led here */
    struct evidence evidence;
    bool has_evidence;
    bool split; /* it is one of several ways from there, all used */
};

/** Is the session with a domain that tells nothing, over a known port? */
bool entry_faces(const struct world *w, const struct session *s, const struct dom *from);

/** Of a known router's links to a domain that tells nothing: the one that the domain prefers
 * for the walk's destination, by what the router tells it over each (entry.c). NULL: not known.
 */
struct port *entry_preferred(const struct walk *x, const struct instance *in,
                             const struct dom *from);

#define ENTRIES_MAX 8

/** All its links that are as good to the domain, but for their addresses; the preferred one
 * comes first. Returns how many. */
size_t entry_best(const struct walk *x, const struct instance *in, const struct dom *from,
                  struct port *out[ENTRIES_MAX]);

/** The border of a router on whose other side an address answers, or NULL. */
const struct session *walk_border_to(const struct world *w, const struct instance *in,
                                     const struct addr *a);

/** Goes on where the next router is not known. */
void walk_unseen(struct walk *x, const struct beyond *b);

/** A way through a domain that tells nothing, as some traceroute showed it (crossing.c). */
struct crossing {
    const struct trace *trace;
    size_t first, n;
    bool reversed; /* the traceroute went the other way */
};

/** Where a crossing begins and ends. */
struct crossing_ends {
    const struct instance
        *from;      /* known router that hands the packet in; NULL: the source is inside */
    struct addr in; /* address it is handed to; none: unknown */
    const struct port *out; /* port of the known router that takes it out */
    struct addr last;       /* address of the domain's router at that border; none: unknown */
    const char *doubt;      /* why the way is assumed, if it is */
};

bool crossing_find(const struct walk *x, const struct crossing_ends *e, struct crossing *out);

/** Pushes the routers of a crossing; false when the path gets too long. */
bool crossing_walk(struct walk *x, const struct crossing *c, const struct crossing_ends *e,
                   struct dom *d, enum fact_class cls);

struct stretch;

/**
 * Goes on through domains that balance load by all ways that traceroutes tell together
 * (braid_walk.c). `s` is what the traceroute `t` at hand shows of it. Nothing was done where
 * too little was seen, or where that is the only way; sure is it where enough went it.
 */
enum braid_result { BRAID_TOLD, BRAID_UNTOLD, BRAID_ONLY, BRAID_SURE };
enum braid_result braid_walk(struct walk *x, const struct beyond *b, const struct stretch *s,
                             const struct trace *t);

/** Puts a step on the stack; NULL when there are too many. Takes it off again. */
struct step *walk_push(struct walk *x, struct instance *in, struct dom *dom,
                       const struct arrival *via);
void walk_pop(struct walk *x, size_t to);

/** Adds evidence to a step (or drops it when there is enough). */
void step_believe(struct step *s, const struct origin *o, const char *text);

/** Makes the coming to a router assumed; `rule` says why, beginning with ASSUMED. */
void arrival_doubt(struct arrival *via, const char *rule);

/** Ends a leg here as assumed, by that rule; `why` and `known` as for walk_finish(). */
void walk_finish_assumed(struct walk *x, const char *rule, const char *why, bool known);

/** Ends a leg here. `why` NULL: the packet has arrived. known false: nobody knows how it goes
 * on. */
void walk_finish(struct walk *x, enum fact_class cls, const char *why, bool known);

/** Does the instance's own table or configuration tell where packets go? */
bool instance_forwards(const struct world *w, const struct instance *in, unsigned family);

/** The same, or does a single route that was seen lead from there to the destination, or do
 * declared links to its site? */
bool walk_forwards(const struct walk *x, const struct instance *in);

/** Formatted text in the walk's arena. */
const char *walk_text(struct walk *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Text of an address in the walk's arena. */
const char *walk_addr(struct walk *x, const struct addr *a);

/** Words for what a traceroute says of a hop; `a` with family 0: it did not answer. */
const char *walk_answered(struct walk *x, const struct trace *t, const struct addr *a);

/** Sets up w->finder. */
void paths_init(struct world *w);

/** The same as w->finder.find, without words of evidence: for figures and comparisons. */
int paths_find_quietly(const struct world *w, const struct path_question *q, struct arena *a,
                       struct path **out, struct err *e);

#endif
