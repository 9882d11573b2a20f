/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What traceroutes saw, mapped onto the known routers, and indexed for questions.
 *
 * Every answer to a probe is an address of the router that sent it, usually but not always of
 * the interface the probe came in by. A router is known by any of its addresses; the link only
 * if the address is of a link from the router before.
 */
#ifndef RIALTO_AGGREGATOR_TRACES_H
#define RIALTO_AGGREGATOR_TRACES_H

#include "aggregator/bgp.h"
#include "aggregator/world.h"

#define SEEN_CHOICES 4

struct braids;

/** What answered at one TTL. */
struct seen {
    struct addr addr;          /* first responder; none: silent */
    struct port *port;         /* known port with that address; NULL */
    struct instance *instance; /* the router: of port, or deduced; NULL: not known */
    struct dom *dom;           /* who runs it (owners.c); NULL: unknown */
    bool sure;                 /* dom is better than any other */
    bool told;                 /* a host or a session beside the router says that it is dom's */
    bool bare;                 /* no address shows that it is of dom and not of a neighbour */
    bool lone;                 /* might as well be the only router of another domain */
    struct dom *other;         /* who runs it if all routers together are read otherwise */
    struct dom *choices[SEEN_CHOICES]; /* domains that are nearly as likely, dom among them */
    uint8_t extra[SEEN_CHOICES];       /* how much less likely */
    size_t n_choices;
    uint32_t router; /* number of the router, the same wherever it answered (owners.c); 0 */
    bool several;    /* other routers answered at this TTL as well */
    bool ingress;    /* the address is of the link it came by, as far as can be told */
};

struct trace {
    const struct fact_observed_path *fact;
    uint32_t prefix;   /* longest known prefix of the destination */
    struct seen *hops; /* routers only: the destination's own answer is left out */
    size_t n;
    bool reached;
    bool uneven; /* it shows ways of several lengths at once */
    bool split;  /* several routers answered at one TTL: neighbours in it need not be joined */
};

struct trace_world {
    struct trace *v; /* newest first within a pair */
    size_t n;
    struct map *by_pair;  /* src, dst -> index + 1 of the newest */
    uint32_t **by_prefix; /* by prefix number: indices of traces */
    size_t *n_by_prefix;
    struct map *low_blocks; /* blocks of addresses whose links have subnets of two addresses */
    struct map *turns;      /* router, next one: it is one of several for some destination */
    struct map *ingress;    /* two routers in a row -> address of the second (ingress.c) */
    struct map *courses;    /* where routers hand packets that have something in common */
    struct braids *braids;  /* ways through domains that balance load; NULL: none does */
    uint8_t *inbound; /* by router index: 1 answers from where the probe came in, 2 does not
                         always */
};

int traces_build(struct world *w, struct err *e);

/** Second pass, when forwarding is known: which routers answer from the interface probes came
 * in by. */
void traces_judge_responders(struct world *w);

/** The newest trace of exactly this pair, or NULL. */
const struct trace *trace_of_pair(const struct world *w, const struct addr *src,
                                  const struct addr *dst);

/** Position of an instance in a trace (last one), or -1. */
int trace_find(const struct trace *t, const struct instance *in);

/** Position of an address, or -1. */
int trace_find_addr(const struct trace *t, const struct addr *a);

/** The other address of the two-ended link that an address is of; family 0 if there is none. */
struct addr trace_mate(const struct world *w, const struct addr *a);

/** Finds routers that hand packets of one destination to several others in turn (turns.c). */
int turns_build(struct world *w, struct err *e);

/** Is the step from one hop's router to the other's one that is taken in turn with others? */
bool turns_at(const struct world *w, const struct seen *from, const struct seen *to);

/**
 * Is the step from position k of a trace to the next the only one? Enough pairs whose packets
 * leave the domain by the same router took it, and none of them another, nor did any to the
 * same domain.
 */
bool turns_never(const struct world *w, const struct trace *t, size_t k);

/** Were packets that leave the domain by the same router, or go to the same domain, seen to be
 * handed elsewhere, to another link too? */
bool turns_seen(const struct world *w, const struct trace *t, size_t k);

/**
 * Are the ways from position k of a trace on, if there are several, alike? All that were seen
 * from that router to the network are as long and cross the same domains, so that answers of
 * several of them stand where they belong.
 */
bool turns_level(const struct world *w, const struct trace *t, size_t k);

/** Notes by which addresses routers were entered, when it is known which are whose. */
int ingress_build(struct world *w, struct err *e);

/** Did the router behind another in a trace answer by an address of a link to a third, known
 * one? It was entered by another link then. */
bool ingress_elsewhere(const struct world *w, const struct seen *before,
                       const struct seen *here);

/** By which address it was entered from the router before, if all who saw it agree; else family
 * 0. */
struct addr ingress_seen(const struct world *w, const struct seen *before,
                         const struct seen *here);

/** An address of the router that did not answer at that hop, of the link behind it; the one by
 * which it was entered, as the way back shows it (silence.c). Family 0: not known. */
struct addr silence_name(const struct world *w, const struct trace *t, size_t hop);
struct addr silence_entry(const struct world *w, const struct trace *t, size_t hop);

/** Deduces who runs routers that are known by address only, into hops[].dom (owners.c). */
int owners_build(struct world *w, struct err *e);

#endif
