/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot: everything a reader can see, immutable. Built by one thread (aggregator), then
 * sealed and published on a board; after that every pointer is const. One arena owns all of it.
 */
#ifndef RIALTO_MODEL_SNAPSHOT_H
#define RIALTO_MODEL_SNAPSHOT_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/graph.h"
#include "model/intake.h"
#include "model/path.h"
#include "net/lpm.h"

#define PID_NAME_MAX 64

struct pid {
    const char *name;          /* RFC 7285 section 10.1 */
    const char *domain, *site; /* or NULL */
    struct prefix *prefixes;   /* sorted */
    size_t n_prefixes;
    struct addr stand_in[2]; /* IPv4, IPv6: addresses whose paths are its own; unset: none */
};

/** How values along a path make the value of the path. */
enum cost_algebra { COST_SUM, COST_MIN, COST_LOSS /* 1-prod(1-p) */ };

/** One cost metric, between all PIDs. */
struct cost_metric {
    const char *name; /* "hopcount", "delay-ow:mean", "priv:as-hopcount" */
    const char *description;
    const char *cost_source; /* RFC 9439: nominal, sla, estimation; or NULL */
    const char *parameters;  /* of it, a JSON object; or NULL */
    enum cost_algebra algebra;
    bool integer;
    double *value;     /* n_pids * n_pids, row = source; NAN: unknown */
    uint8_t *cls;      /* the same size: enum fact_class of what is known */
    uint8_t *measured; /* the same size: 1 where the value was measured from end to end */
    char digest[33];   /* of values and classes; "": none (snapshot_digest) */
};

/** What was measured from end to end between two addresses, last. */
struct snap_measured {
    const char *metric; /* that of a cost_metric */
    struct addr src, dst;
    double value;
};

/**
 * How a measured metric went over the hours of past days, between two addresses or, where these
 * are unset, two PIDs. Times are UTC; a week begins on Thursday, as the time of computers does.
 */
struct snap_pattern {
    const char *metric; /* that of a cost_metric */
    struct addr src, dst;
    uint32_t src_pid, dst_pid;
    double *day;  /* of each interval of a day; NAN: measured on too few days */
    double *week; /* of each interval of a week; NAN: in too few weeks; or NULL: all of them */
};

struct snap_patterns {
    struct snap_pattern *v; /* in order, see history.h */
    size_t n;
    size_t left_out; /* patterns for which there was no room */
};

/** The intervals of calendars. */
struct snap_calendar {
    int64_t interval; /* microseconds; a day has a whole number of them. 0: as a whole unset */
    unsigned n;       /* so many from the one that has begun */
};

/** A storage endpoint: what Rucio calls RSE, its hosts and addresses. */
struct snap_endpoint {
    const char *name, *rse, *site, *domain;
    const char **hosts;
    size_t n_hosts;
    struct addr *addrs;
    size_t n_addrs;
};

struct snap_site {
    const char *name, *domain;
    double latitude, longitude; /* NAN: unknown */
    struct prefix *prefixes;
    size_t n_prefixes;
};

/** Two statements that can't both be true, and what was made of it. */
struct disagreement {
    const char *kind;    /* "capacity", "path", "address", "link", "route", "prefix" */
    const char *subject; /* what it is about, e.g. "link a|b" or "192.0.2.1 -> 198.51.100.1" */
    const char *says_a, *says_b;
    const struct origin *a, *b; /* NULL: derived */
    const char *decision;
};

/** A property of an entity, RFC 9240 ("pid:x", "ipv4:192.0.2.0/24", ...). */
struct snap_property {
    const char *entity, *name;
    const char *value; /* JSON text */
    const struct origin *origin;
};

struct snap_document {
    const char *domain, *name, *kind, *body;
    const struct origin *origin;
};

struct snapshot {
    struct arena *arena;
    char tag[33];        /* hash of the canonical text: content only, no epochs or ages */
    char map_tag[33];    /* hash of the PIDs and their prefixes alone */
    int64_t as_of;       /* the time that the build was told, us; decides what had expired */
    int64_t next_expiry; /* first instant after as_of at which a fact expires, or FACT_NONE */

    struct domain *domains;
    size_t n_domains;
    struct node *nodes;
    size_t n_nodes;
    struct link *links;
    size_t n_links;

    struct pid *pids; /* sorted by name (strcmp), no name twice */
    size_t n_pids;
    struct lpm *pid_of;    /* address -> index in pids */
    struct lpm *domain_of; /* address -> index in domains */
    struct cost_metric *metrics;
    size_t n_metrics;
    struct snap_measured *measured; /* by metric, source, destination */
    size_t n_measured;
    struct snap_calendar calendar;
    struct snap_patterns address_patterns, pid_patterns;

    struct snap_endpoint *endpoints;
    size_t n_endpoints;
    struct snap_site *sites;
    size_t n_sites;
    struct snap_property *properties;
    size_t n_properties;
    struct fact_policy *policies;
    size_t n_policies;
    struct fact_link_group *link_groups;
    size_t n_link_groups;
    struct fact_grant *grants; /* in force, later ones and former ones */
    size_t n_grants;
    struct fact_maintenance *maintenance; /* windows that were announced, in order */
    size_t n_maintenance;
    struct disagreement *disagreements;
    size_t n_disagreements;
    struct snap_document *documents;
    size_t n_documents;

    struct scope_status *scopes; /* state of all sources; not part of the tags */
    size_t n_scopes;

    const struct pathfinder *paths;
    void (*destroy)(struct snapshot *s); /* frees what is not in the arena; may be NULL */
};

/** Index of the metric of that name, or -1. */
int snapshot_metric(const struct snapshot *s, const char *name);

/** PID by name (index), or -1. */
int snapshot_pid(const struct snapshot *s, const char *name);

/**
 * Chooses the addresses that stand for the PIDs: the lowest one of a storage endpoint of each
 * family, else the first host of the first prefix. Called once by the builder, when endpoints,
 * PIDs and pid_of are there.
 */
void snapshot_choose_stand_ins(struct snapshot *s);

/* What a link counts in routingcost: between domains; within one without known IGP metric. */
#define SNAPSHOT_COST_BORDER 100
#define SNAPSHOT_COST_LINK   10

/**
 * The value of a metric for one path, composed hop by hop (or measured, where the path has it);
 * NAN where it can't be known. Same units as the cost map. (RFC 9439; multidomain composition
 * by metric->algebra)
 *
 * Over several legs: the mean of sums, the least of bandwidths. Costs are the same for all who
 * ask: bandwidths over a link whose capacity is hidden from some of them are unknown.
 *
 *   hopcount          links crossed between routers
 *   priv:as-hopcount  borders between ASes
 *   routingcost       IGP metrics of the destination's family, or the numbers above
 *   delay-ow          microseconds, sum of the links' delays; also :cur :mean :median :min
 *   delay-rt          microseconds as measured for this pair; also :cur :min
 *   bw-residual       bytes per second, least of capacity; also :cur :max
 *   bw-available      bytes per second, least of capacity minus measured load; also :cur
 */
double snapshot_path_cost(const struct snapshot *s, const char *metric, const struct path *p);

/** What a path's costs are composed of; several metrics may be one of them. */
enum path_cost {
    PATH_HOPS,
    PATH_AS_HOPS,
    PATH_ROUTING,
    PATH_DELAY,
    PATH_RTT,
    PATH_CAPACITY,
    PATH_AVAILABLE,
    PATH_COSTS
};

/** Which of them a metric is, or PATH_COSTS: none. */
enum path_cost snapshot_path_cost_of(const char *metric);

/** All of them, as snapshot_path_cost tells each. */
void snapshot_path_costs(const struct snapshot *s, const struct path *p,
                         double out[PATH_COSTS]);

/** What one link adds to sums, and how narrow it is; NAN: unknown. */
struct link_costs {
    double routing, delay, capacity, available;
};

/** Of the link into hop i of a leg of the path. */
struct link_costs snapshot_link_costs(const struct snapshot *s, const struct path *p,
                                      const struct path_leg *leg, size_t i);

/** Order of measured values: by metric, source, destination. */
int snapshot_measured_cmp(const void *a, const void *b);

/** What a cost between two addresses was taken from. */
enum snap_basis { BASIS_NONE, BASIS_ADDRESSES, BASIS_PATH, BASIS_PIDS };

/** Two addresses, and what the cost of their path is. */
struct snap_between {
    const struct addr *src, *dst;
    double composed;       /* snapshot_path_cost(); NAN: unknown */
    enum fact_class cls;   /* of it */
    enum snap_basis basis; /* of what is returned */
};

/**
 * The cost of a metric between two addresses: what was measured between them, else what their
 * path is composed of, else, assumed, what was measured between other hosts of their PIDs; NAN:
 * none of these. b->cls and b->basis become those of what is returned.
 */
double snapshot_cost_between(const struct snapshot *s, const char *metric,
                             struct snap_between *b);

/** A span of time, microseconds since 1970; `to` is not in it. */
struct snap_span {
    int64_t from, to;
};

/** Order of windows of maintenance: by the domain that says so, entity, start. */
int snapshot_window_cmp(const void *a, const void *b);

/**
 * The value of a bandwidth when links and routers have, at worst, what announced windows of
 * maintenance leave of them in the span. Windows say nothing of whether paths change meanwhile.
 */
double snapshot_path_cost_in(const struct snapshot *s, const char *metric, const struct path *p,
                             const struct snap_span *when);

/**
 * What windows make of a value between the ends of the path in the span: bandwidths and
 * throughputs are at most what is left; others are unknown (NAN) where nothing is left, because
 * the packets go another way then.
 */
double snapshot_value_in(const struct snapshot *s, const char *metric, const struct path *p,
                         const struct snap_span *when, double value);

/**
 * The path with capacities that windows leave in the span (PATH_CLOSED: none), in the arena;
 * the path itself where no window concerns it. NULL: no memory.
 */
const struct path *snapshot_path_in(const struct snapshot *s, const struct path *p,
                                    const struct snap_span *when, struct arena *a);

/** Is a window announced that was not over when the snapshot was made? */
bool snapshot_has_windows(const struct snapshot *s);

/** Do the same windows hold in both spans? */
bool snapshot_windows_equal(const struct snapshot *s, const struct snap_span *a,
                            const struct snap_span *b);

/** Appends the canonical text: all content in canonical order, no epochs, ages or tags. */
void snapshot_print(const struct snapshot *s, struct buf *out);

/**
 * Makes the digest of a metric, whose values must not change any more. Several threads may make
 * those of several metrics at once; sealing makes those that are missing, and uses them up. 0
 * or ERR_NOMEM.
 */
int snapshot_digest(const struct snapshot *s, struct cost_metric *m);

/** Computes both tags from content. Called once by the builder, before publishing. */
int snapshot_seal(struct snapshot *s, struct err *e);

/**
 * Frees a snapshot that was never published; nulls the pointer. (The board frees published
 * ones.) Calls destroy, then frees both lpm tables (unless destroy nulled them) and the arena,
 * in which the snapshot itself lives.
 */
void snapshot_free(struct snapshot **s);

#endif
