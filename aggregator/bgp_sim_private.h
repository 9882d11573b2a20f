/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the simulation share: bgp_sim.c runs it, bgp_origins.c says where prefixes
 * come from, bgp_exchange.c what neighbours tell each other. */
#ifndef RIALTO_AGGREGATOR_BGP_SIM_PRIVATE_H
#define RIALTO_AGGREGATOR_BGP_SIM_PRIVATE_H

#include "aggregator/bgp.h"
#include "aggregator/bgp_select.h"
#include "base/vec.h"

struct origination {
    struct speaker *speaker;
    const struct fact_origination *fact;
};

struct origination_list {
    VEC(struct origination);
};

/* What one speaker knows of the prefix at hand. What neighbours change comes first: it shares
 * a line of the processor's cache. */
struct state {
    struct candidate **in; /* by session, then its own; NULL: nothing was ever told */
    uint8_t *told;         /* by session: the other side's candidate is present */
    bool dirty, open;      /* open: an equal choice that nothing settled */
    bool doubt;            /* a route was kept away by a condition that can't be told */
    struct candidate *rows;
    size_t n_rows;
    const char *settled;
    struct selection sel;
};

/* The next hop that a session told last, and how far away it is: most prefixes have the same.
 */
struct last_hop {
    bool known;
    struct addr next_hop;
    int64_t metric;
    const struct next_hop *via;
};

/* What of a session is needed for each prefix, side by side for all of a speaker. */
struct outlet {
    uint8_t flags;
    uint32_t group;         /* of those over which the same is told; 0: alone */
    uint32_t to, slot;      /* the other side's speaker, and its place there */
    struct session *remote; /* the other side; NULL: not known */
};

/* One thread's simulation. The last members are the same for all. */
struct sim {
    struct world *w;
    struct arena *mem; /* per prefix */
    struct state *state;
    struct candidate **list; /* room for those of one speaker */
    struct last_hop **hops;  /* by speaker, by session */
    uint32_t prefix;
    bool out_of_memory;

    struct outlet **outlets;          /* by speaker, by session */
    struct origination_list *origins; /* by prefix */
    struct origination_list aggregates;
};

/* ---- bgp_sim.c */

/** The speaker's candidate of that slot, made if new; NULL: no memory, which is noted. */
struct candidate *sim_candidate(struct sim *m, const struct speaker *s, size_t slot);

/* ---- bgp_origins.c */

/** What speakers announce of their own, and ghosts for their domains. 0 or ERR_NOMEM. */
int sim_read_origins(struct sim *m);

/** Puts the candidates of their own for the prefix at hand where they belong. */
void sim_originate(struct sim *m);

/** Is the prefix at hand told by the speaker as part of an aggregate only? */
bool sim_summarised(const struct sim *m, const struct speaker *s);

/* ---- bgp_exchange.c */

/** What x's speaker tells over session x of its best route; false: nothing. */
bool sim_export(struct sim *m, const struct candidate *c, const struct session *x,
                struct attrs *a);

/** What the receiving side y makes of it; false: it does not take it. */
bool sim_import(struct sim *m, const struct session *y, struct attrs *a);

/** A default route of the speaker's own making, told over this session only. */
bool sim_default(struct sim *m, const struct session *x, struct attrs *a);

#endif
