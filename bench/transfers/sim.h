/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers between storages as fluids: running transfers of a lane (a pair of storages and an
 * experiment) are equal connections; all share links max-min fairly by their number, no
 * connection is faster than its window allows, and other traffic competes. Event-driven;
 * events are gathered on a grid of one second. Everything random comes from one seed.
 */
#ifndef RIALTO_BENCH_SIM_H
#define RIALTO_BENCH_SIM_H

#include "base/vec.h"
#include "fts.h"
#include "plan/maxmin.h"
#include "plan/probing.h"
#include "scenario.h"

#define SIM_EXPERIMENTS 2
#define SIM_REPLICAS    3
#define SIM_MINUTES     30 /* of history that FTS looks at */
#define SIM_NONE        UINT32_MAX
#define SIM_GRANT       0.75 /* of every link is granted to the transfers */
#define SIM_OVER        1.02 /* of a grant: above it counts as exceeded */
#define SIM_PATH_AGE    600  /* seconds that paths are known too late */
#define SIM_PLAN        10   /* seconds between two plans, if nothing else is said */

enum sim_choice { CHOOSE_GEOIP, CHOOSE_RANDOM, CHOOSE_RIALTO };
enum sim_control { CONTROL_FTS312, CONTROL_FTS314, CONTROL_PROBING, CONTROL_PLANNER };
enum sim_paths { PATHS_EXACT, PATHS_STALE, PATHS_WRONG };

struct sim_options {
    enum sim_choice choice;
    enum sim_control control;
    enum sim_paths paths; /* what Rialto knows of them */
    bool loads;           /* the planner is told what transfers carry on each link */
    bool throughput;      /* the planner looks for the largest sum of rates */
    double every;         /* seconds between two plans; 0: SIM_PLAN */
    bool idle;            /* why grants are not used is looked into */
    bool outages;         /* links fail and come back, and paths change */
    bool rigid;           /* other traffic takes what is not granted, and gives nothing back */
    bool backlog;         /* all queues stay full; runs for `horizon` */
    double load;          /* of the busiest link's grant, with the choice by GeoIP */
    double horizon;       /* seconds, with a backlog */
    uint32_t n_transfers; /* drawn from the trace */
    uint64_t seed;
};

struct sim_result {
    double makespan, p95, median; /* seconds */
    double over;                  /* share of the time with any link above SIM_OVER */
    double goodput;               /* bytes per second, mean over the time */
    double gap;    /* with a backlog: the part of all targets that was not reached, all lanes */
    double unfair; /* the same, of each lane what it has less than its own part */
    double below, price; /* of the optimum's sum: what was not reached; what targets lack */
    double missed;       /* of all guarantees, with a backlog: what lanes have less */
    double committed;    /* bytes still to come on the link that has most of them */
    double bound;        /* of the makespan: see sim_bound() */
    double in_order;     /* the same: see sim_in_order() */
    struct sim_idle {    /* of the link of that bound, seconds of its grant */
        double starved;  /* all transfers there were together slower than the grant */
        double ending;   /* the same, after the last one has come: the link runs empty */
        double crowded;  /* those that ran got less than they can: others were in their way */
        double elsewhere, late, whole; /* a transfer waited: for another link; for nothing; for
                                          room for a whole one */
    } idle;
    uint32_t unfinished;
};

/** One run. 0, or ERR_NOMEM. */
int sim_run(const struct scenario *s, const struct sim_options *o, struct sim_result *out,
            struct err *e);

/* ---- The state, for those who control it ---- */

struct sim_file {
    double arrival, bytes, done;
    uint32_t replicas[SIM_REPLICAS], destination, experiment;
    uint32_t pair;            /* of its lane, once it was chosen */
    uint32_t next;            /* in a queue */
    struct scenario_path way; /* that its bytes are committed to: paths change meanwhile */
};

struct sim_running {
    double end; /* of the lane's service */
    uint32_t file;
};

/** Transfers of one experiment between two sites. */
struct sim_lane {
    uint32_t pair, experiment;
    uint32_t first, last, n_queued;
    struct {
        VEC(struct sim_running);
    } running;                   /* a heap by end */
    double service, rate;        /* bytes that each one running has got; of all together */
    uint32_t allowed;            /* by the planner */
    double target, carry, moved; /* of the last plan; bytes since then */
    double measured;             /* rate in the interval before the last plan */
};

struct sim_pair {
    uint32_t source, destination;
    uint32_t lane[SIM_EXPERIMENTS]; /* or SIM_NONE */
    double each;                    /* the fastest that one connection can be */
    uint32_t value;                 /* of FTS's optimizer */
    struct fts_state before;
    bool has_before;
    double moved[SIM_MINUTES], finished[SIM_MINUTES], took[SIM_MINUTES], sizes[SIM_MINUTES];
};

/** Where probing stands: pairs in use are its knobs, in their order. */
struct sim_probe {
    struct probing p;
    double *weight, *rate; /* per knob */
    double utility;        /* of the first interval */
    int interval;          /* that is under way: 1, 2; 0: none yet */
};

struct sim {
    const struct scenario *s;
    const struct sim_options *o;
    struct arena *arena;
    uint64_t random;
    double now;
    struct sim_file *files;
    uint32_t n_files, next_file, n_done;
    struct sim_pair *pairs;
    struct {
        VEC(struct sim_lane);
    } lanes;
    struct {
        VEC(uint32_t);
    } in_use;                           /* pairs */
    uint32_t *out_running, *in_running; /* per site */
    double *grant, *load, *committed;   /* per link; committed: bytes still to come */
    double *carried, *measured;         /* bytes since the last plan; rate before it */
    struct sim_idle *idle;
    struct scenario_path *paths, *believed; /* per pair */
    struct scenario_path *older[SIM_PATH_AGE / FTS_INTERVAL + 1];
    uint32_t minute;
    struct sim_probe probe;
};

/** Between 0 and 1, and whole below n; the state moves on. */
double sim_uniform(struct sim *x);
uint32_t sim_below(struct sim *x, uint32_t n);

uint32_t sim_pair_of(const struct sim *x, uint32_t source, uint32_t destination);

/** A file's source. */
uint32_t sim_choose(struct sim *x, const struct sim_file *f);

/** How many more transfers may start in the lane now. */
uint32_t sim_slots(const struct sim *x, uint32_t lane);

/** What FTS's optimizer does once in FTS_INTERVAL seconds. */
void sim_optimize(struct sim *x);

/** What probing does instead, and what it needs for that. 0, ERR_NOMEM. */
void sim_probe(struct sim *x);
int sim_probe_new(struct sim *x, struct err *e);

/** Seconds between two plans, and two measurements of loads. */
double sim_interval(const struct sim *x);

/** What the planner does once in that time. 0, ERR_NOMEM. */
int sim_plan(struct sim *x, struct err *e);

/** For the lanes that have work, into rate[lanes]: the rates that share all grants; what that
 * gives each at least; the rates with the largest sum that give each as much. 0, ERR_LIMIT,
 * ERR_NOMEM. */
int sim_targets(struct sim *x, double *rate, struct err *e);
int sim_guarantees(struct sim *x, double *rate, struct err *e);
int sim_optimum(struct sim *x, double *rate, struct err *e);

/** Weights of the experiments. */
extern const double sim_weight[SIM_EXPERIMENTS];

/** Counts what links carry for the next dt seconds, and why the rest of grants is idle. */
void sim_observe(struct sim *x, double dt);

/** Ends an interval of measuring. */
void sim_measure_loads(struct sim *x);

/** The time before which nobody who keeps to the grants can be ready, whatever runs when, with
 * the replicas that were chosen and links as they are at first; *link is the one that takes so
 * long. NAN: out of memory. */
double sim_bound(struct sim *x, uint32_t *link);

/** When the link would be ready if it were alone and never late: transfers start in the order
 * in which they came, each at its full speed, as many as the grant takes. NAN: out of memory.
 */
double sim_in_order(struct sim *x, uint32_t link);

#endif
