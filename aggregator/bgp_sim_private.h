/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the simulation share: bgp_lanes.c shares prefixes among threads, bgp_sim.c
 * runs one, bgp_replay.c those of which most is known, bgp_origins.c says where prefixes come
 * from, bgp_exchange.c what neighbours tell each other, bgp_kept.c what is kept of it. */
#ifndef RIALTO_AGGREGATOR_BGP_SIM_PRIVATE_H
#define RIALTO_AGGREGATOR_BGP_SIM_PRIVATE_H

#include "aggregator/bgp.h"
#include "aggregator/bgp_routes.h"
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
    enum settled settled;
    struct selection sel;
};

/* The next hop that a session told last, and how far away it is: most prefixes have the same.
 */
struct last_hop {
    bool known;
    struct addr next_hop;
    int64_t metric;
};

/* A speaker told one of another domain something new: the history of a prefix, in order of
 * rounds, speakers, slots. */
struct event {
    uint32_t round, from, slot; /* slot: of the session, at who tells */
    uint32_t route;             /* as the other side takes it; NOWHERE: nothing any more */
};

/* Flags of an outlet: what says, without looking at the session, whether a route may go over it
 * at all. */
enum {
    SESSION_JOINED = 1,   /* the other side is known */
    SESSION_EXTERNAL = 2, /* or with a client of a reflector: anything goes */
    SESSION_DEFAULT = 4,  /* a default route of the speaker's making goes over it */
    SESSION_BORDER = 8,   /* the other side is of another domain */
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
    struct arena *mem;       /* per prefix */
    struct state *state;     /* by speaker; of the prefix at hand */
    struct candidate **list; /* room for those of one speaker */
    struct last_hop **hops;  /* by speaker, by session */
    uint32_t **last_told;    /* by speaker, by session: number of the route last told */
    uint32_t prefix, round;
    struct {
        VEC(uint32_t);
    } awake; /* speakers whose state is not zero */
    struct {
        VEC(struct event);
    } events;            /* of the prefix at hand */
    const uint8_t *live; /* by domain: its speakers are simulated; NULL: all are */
    bool asked_traces;   /* what they tell decided something */
    bool doubted;        /* somebody was kept from a route by what can't be told */
    bool out_of_memory;

    const struct bgp_world *before;   /* what numbers mean is the same there; or NULL */
    const uint32_t *home;             /* by speaker: its domain */
    struct outlet **outlets;          /* by speaker, by session */
    bool shared;                      /* two have the same other side, in another domain */
    struct origination_list *origins; /* by prefix */
    struct origination_list aggregates;
};

/** Are the speaker's decisions made anew? */
static inline bool sim_lives(const struct sim *m, const struct speaker *s)
{
    return !m->live || m->live[m->home[s->index]];
}

/* ---- bgp_sim.c */

/** The speaker's candidate of that slot, made if new; NULL: no memory, which is noted. */
struct candidate *sim_candidate(struct sim *m, const struct speaker *s, size_t slot);

/** Forgets all of what was simulated. */
void sim_reset(struct sim *m);

/** Makes a speaker ready for the prefix at hand. 0 or ERR_NOMEM. */
int sim_wake(struct sim *m, const struct speaker *s);

/** Lets those begin who have the prefix of their own, or a default route to tell. */
void sim_begin(struct sim *m);

/** One speaker decides, and tells its neighbours; true when that was new to one of them. */
bool sim_step(struct sim *m, struct speaker *s);

/** What the other side of an outlet of s knows becomes that route (NOWHERE: none). */
void sim_hear(struct sim *m, const struct speaker *s, const struct outlet *o, uint32_t route);

/** Rounds within which a prefix has to come to rest. */
uint32_t sim_max_rounds(const struct sim *m);

/** All that becomes of one prefix. 0 or ERR_NOMEM. */
int sim_prefix(struct sim *m, uint32_t prefix);

/* ---- bgp_replay.c */

/** The same, by what became of it in the world before. *done false: that can't be told; nothing
 * was kept. */
int sim_replay(struct sim *m, bool *done);

/* ---- bgp_kept.c */

/** Keeps what speakers chose; of those that don't live what they chose before. */
int sim_keep(struct sim *m, bool at_rest);

/** Was somebody, or might somebody be, kept from a route by what can't be told? */
bool sim_in_doubt(const struct sim *m);

/** The number of a route that a speaker tells over a session, or has of its own. NOWHERE: out
 * of memory, which is noted. */
uint32_t sim_route(struct sim *m, const struct speaker *s, size_t slot, const struct attrs *a);

/* ---- bgp_lanes.c */

/** Does this prefix depend on others? */
bool sim_is_aggregate(const struct sim *m, uint32_t prefix);

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
