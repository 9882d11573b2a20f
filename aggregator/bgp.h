/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP: speakers, sessions, and the route each speaker chooses for each prefix.
 *
 * What a router's own table says is taken as it is (observed). Where there is no table, routes
 * are propagated from originations through all known sessions and policies until nothing
 * changes, as the routers do (derived). A choice that the protocol leaves to chance (the older
 * of equal routes) or that rests on something unknown is taken the likeliest way and is
 * assumed; evidence (tables of neighbours, traceroutes) settles such choices where it can.
 */
#ifndef RIALTO_AGGREGATOR_BGP_H
#define RIALTO_AGGREGATOR_BGP_H

#include "aggregator/policy.h"
#include "aggregator/world.h"

#define BGP_MAX_PATHS 32 /* routes of one multipath set */

struct session;
struct next_hop;

/** One BGP instance in one address family. */
struct speaker {
    uint32_t index;
    struct instance *instance;
    unsigned family;
    uint32_t asn;
    struct addr router_id;
    int64_t local_pref;
    bool compare_routerid, deterministic_med, always_compare_med, multipath_relax,
        ignore_as_path;
    bool ebgp_requires_policy;
    unsigned max_external, max_internal; /* multipath */
    int distance_external, distance_internal;
    bool has_table;  /* its own BGP table was seen */
    bool lists_own;  /* and routes that the router itself brought in stand in it */
    bool hears_more; /* routes may come to it, from wherever, that nobody told */
    bool hears_own;  /* and such of its domain's own networks: others' would loop */
    bool ghost;      /* stands for all routers of a domain that tells nothing (ghosts.c) */
    struct session **sessions;
    size_t n_sessions, room; /* room: for so many */
    const struct origin *origin;
};

/** What the neighbour is to a ghost. */
enum relation { RELATION_NONE, RELATION_CUSTOMER, RELATION_PEER, RELATION_PROVIDER };

/** One neighbour of a speaker. */
struct session {
    struct speaker *local;
    struct session *remote; /* the other side's half; NULL: that side is not known */
    const struct fact_bgp_session *fact; /* NULL: only seen in a table */
    struct addr local_addr, peer_addr;
    uint32_t peer_asn;
    bool external;
    enum relation relation; /* of ghosts only */
    uint32_t slot;          /* position in the speaker's list */
    struct wire *wire;      /* for neighbours on a link */
    struct port *port;      /* own port on that link, also where the other end is unknown */
    struct addr usual_hop;  /* next hop of most routes that come over it, */
    const struct next_hop *usual_via; /* and what is noted of it; NULL: look it up */
};

/** What settled a choice among equal routes. */
enum settled { SETTLED_NOT, SETTLED_BY_TABLE, SETTLED_BY_TRACE };

/** One route chosen by a speaker (several with multipath). All of it are numbers, so that a
 * later world can take it over. */
struct choice {
    uint32_t route;  /* see choice_attrs */
    uint32_t slot;   /* of the session that it came by; NOWHERE: its own */
    uint32_t row;    /* of the prefix's rows of tables: position + 1; 0: computed */
    uint8_t cls;     /* enum fact_class */
    uint8_t settled; /* enum settled */
    bool tied;       /* others were as good; nothing told which is used */
};

/** What a speaker does with one prefix: nothing if n == 0. */
struct choices {
    const struct choice *v;
    size_t n;
};

/** What became of one prefix. */
struct chosen {
    uint32_t *begin;  /* by speaker: its first choice; behind the last: how many there are */
    struct choice *v; /* of all speakers, one after the other */
    uint8_t *doubt;   /* by speaker: a route was kept away from it by a condition that can't be
                         told; NULL: from none */
    struct event *events; /* what domains told each other; see bgp_replay.c */
    size_t n_events;
    bool firm;        /* events tell all that domains have of each other */
    bool replayed;    /* not all domains were simulated */
    uint64_t changed; /* domains in which some choice is not what it was before (dom_bit) */
};

struct bgp_world {
    struct speaker **speakers;
    size_t n_speakers;
    struct speaker **by_instance[2]; /* per family, by instance index; NULL: none */
    struct speaker **ghosts[2];      /* per family, by domain index; NULL: none */
    struct policy_set *policies;
    struct rows *rows;         /* by prefix number: rows of tables that were seen */
    struct chosen **chosen;    /* by prefix number; NULL: nobody has it */
    struct bgp_routes *routes; /* that were told or chosen */
};

/** Speakers and sessions from facts, both sides joined. */
int bgp_speakers_build(struct world *w, struct err *e);

/** Adds a session to a speaker; NULL when out of memory. */
struct session *bgp_add_session(struct world *w, struct speaker *s);

/** Is nothing known of the other side but what is assumed? */
static inline bool session_blind(const struct session *x)
{
    return !x->remote || x->remote->local->ghost;
}

/**
 * Speakers that stand for domains without facts (ghosts.c): they hear what their known
 * neighbours tell, prefer customers to peers to providers, and tell providers and peers only of
 * customers. What they tell is assumed.
 */
int ghosts_build(struct world *w, struct err *e);

/** The ghost of a domain in a family, or NULL. */
const struct speaker *ghost_of(const struct world *w, const struct dom *d, unsigned family);

/** Computes all choices. Called again when evidence was added (see bgp_pin). */
int bgp_simulate(struct world *w, struct err *e);

/** The choices of an instance for a prefix number. */
struct choices bgp_choices(const struct world *w, const struct instance *in, uint32_t prefix);

/** The same of a speaker. */
struct choices bgp_choices_of(const struct world *w, const struct speaker *s, uint32_t prefix);

/** Domains (dom_bit) whose speakers choose otherwise than in w->before, for unchanged_routes.
 */
uint64_t bgp_changed(const struct world *w, uint32_t prefix);

/** What a chosen route carries, but for communities and clusters (they are those that the
 * neighbour told). */
const struct attrs *choice_attrs(const struct world *w, const struct choice *c);

/** The session that it came by; NULL: the speaker's own. */
const struct session *choice_from(const struct speaker *s, const struct choice *c);

/** The table that shows it; NULL: computed. */
const struct origin *choice_seen(const struct world *w, uint32_t prefix,
                                 const struct choice *c);

/** What settled a tie, in words, or NULL. */
const char *choice_settled(const struct choice *c);

/** Might the instance have a route for it that isn't among its choices? */
bool bgp_in_doubt(const struct world *w, const struct instance *in, uint32_t prefix);

/** The speaker of an instance in a family, or NULL. */
const struct speaker *bgp_speaker(const struct world *w, const struct instance *in,
                                  unsigned family);

/** Metric of reaching a next hop from an instance; IGP_UNREACHED: not at all. */
int64_t bgp_next_hop_metric(const struct world *w, const struct instance *in,
                            const struct addr *nh);

/* Evidence from traceroutes, in traces.c: did packets for this prefix leave the speaker's
 * router towards the session's next hop? 1 yes, 0 no, -1 nobody saw. */
int traces_pin(const struct world *w, const struct speaker *s, uint32_t prefix,
               const struct session *from, const struct addr *next_hop);

#endif
