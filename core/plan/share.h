/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hierarchical weighted max-min fairness over a network: who was granted part of a link shares
 * it among experiments, they among activities, and these among transfers.
 *
 *      limit of the link ─┬─ atlas 2 ─┬─ export 3 ─┬─ pair a
 *                         │           │            └─ pair b
 *                         │           └─ user 1 ───── pair c
 *                         └─ cms 1 ──────────────────  pair d
 *
 * On every link each group gets in proportion to its weight among its siblings that have flows
 * there; what a group can't use (its flows are at their cap, or held back on another link) goes
 * to its siblings first, then upwards. Weights of groups may differ from link to link: each
 * operator decides for its own. With no groups this is plain weighted max-min. Pure.
 */
#ifndef RIALTO_PLAN_SHARE_H
#define RIALTO_PLAN_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** Parent of the outermost groups, and group of flows that stand in none. */
#define SHARE_ROOT UINT32_MAX

/** Levels of groups within one another. */
#define SHARE_MAX_DEPTH 8

struct share_group {
    uint32_t parent; /* smaller than the group's own index, or SHARE_ROOT */
    double weight;   /* > 0: among groups and flows of the same parent */
};

struct share_flow {
    const uint32_t *links; /* each < n_links, any order, no doubles */
    size_t n_links;
    uint32_t group;
    double weight, cap; /* > 0; >= 0, INFINITY: as much as it gets */
};

struct share_link {
    double limit;          /* >= 0; INFINITY: never full */
    const double *weights; /* one per group, > 0; NULL: the groups' own */
};

struct share {
    const struct share_link *links;
    size_t n_links;
    const struct share_group *groups;
    size_t n_groups;
    const struct share_flow *flows;
    size_t n_flows;
};

/** Checks what is said above, and that every flow has a cap or a link with a limit. */
int share_check(const struct share *s, struct err *e);

/**
 * Rates of a problem that was checked, into rate[n_flows]. No link is above its limit, and no
 * flow can get more without taking it from one that has no more than its share. *settled:
 * whether these are the hierarchical max-min rates (always, as far as is known; where weights
 * differ from link to link there may be more than one answer, and rounds are limited).
 * Scratch memory is given back. 0, ERR_NOMEM.
 */
int share_solve(const struct share *s, double *rate, bool *settled, struct arena *a,
                struct err *e);

/**
 * What a flow has at least, whatever others ask for, into least[n_flows]: the smallest of the
 * parts that it would get of each of its links if all flows there were as hungry as it, and no
 * more than its cap. Rates of share_solve() are never below. 0, ERR_NOMEM.
 */
int share_guarantee(const struct share *s, double *least, struct arena *a, struct err *e);

/** Which links hold a flow back: see share_bottlenecks(). */
struct share_holds {
    uint32_t *links; /* ascending in the order of the flow's own links */
    size_t n;
};

/**
 * For every flow the links that are its bottlenecks, into holds[n_flows]: links at their limit
 * where no sibling of the flow, and no sibling of any group around it, has more per weight. A
 * flow without any is at its cap. 0, ERR_NOMEM.
 */
int share_bottlenecks(const struct share *s, const double *rate, struct share_holds *holds,
                      struct arena *a, struct err *e);

#endif
