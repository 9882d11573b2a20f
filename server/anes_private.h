/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by anes.c and anes_reply.c alone. */
#ifndef RIALTO_SERVER_ANES_PRIVATE_H
#define RIALTO_SERVER_ANES_PRIVATE_H

#include "plan/reduce.h"
#include "server/anes.h"

#define ANE_NAME 18 /* "ane-" and 64 bits, 5 of them a letter */

struct u32s {
    VEC(uint32_t);
};

/* An element: the link into hop i of a leg, in the direction of travel. */
struct ane {
    const struct path_leg *leg; /* NULL: of a document, or of a trail */
    size_t hop;
    const struct link *link;          /* of a trail, or NULL; else its key is of by_key */
    bool forward;                     /* from end 0 of that link to its end 1 */
    size_t key;                       /* index in by_key */
    const struct wire_entity *entity; /* what a document tells of it, or NULL */
    double capacity;                  /* bits per second; INFINITY: unknown */
    const char *persistent;           /* name, or NULL; of a document the value as JSON */
    const char *as;                   /* AS that is entered by it, or NULL */
    char name[ANE_NAME];              /* of a representative */
};

/* What changes of an element with every pair that crosses it. */
struct ane_tally {
    uint32_t n_flows, last; /* the last one of them, from 1 */
};

/* A pair with its elements, in the order of travel. */
struct ane_flow {
    const char *dst;
    size_t first, n; /* in the list of what is crossed */
};

struct ane_source {
    const char *src;
    struct u32s flows;
};

/*
 * Of a calendar: one state for each set of windows that hold in some interval. Each collects
 * the same pairs with the capacities that its windows leave, and is reduced by itself.
 *
 *     interval    0   1   2   3   4        states[0]  no window
 *     windows             A   A   B        states[1]  A
 *     state_of    0   0   1   1   2        states[2]  B
 *
 * states[0] holds the others; without calendar it is alone.
 */
struct anes {
    struct arena *arena;
    const struct view *view;
    unsigned wanted;
    struct map *by_key;  /* element -> index + 1; those of trails are in by_link alone */
    uint32_t *by_link;   /* the same, by link of the snapshot and direction; NULL: too many */
    struct buf key;      /* scratch */
    bool distinct;       /* no pair comes twice */
    struct map *by_pair; /* pair -> 1 */
    struct map *by_src;  /* source -> index + 1 */
    struct slice src;    /* the last source that was looked up, and its index */
    size_t src_index;
    struct {
        VEC(struct ane);
    } anes;
    struct {
        VEC(struct ane_tally);
    } tallies; /* as anes */
    struct {
        VEC(struct ane_flow);
    } flows;
    struct u32s crossed; /* elements of the flows, one after the other */
    struct {
        VEC(struct ane_source);
    } sources;
    struct reduce_row *rows; /* as anes, after anes_finish */
    uint32_t *shown; /* the element that stands for each in the reply; anes.n: none does */

    const struct wire_calendar *when; /* or NULL */
    struct snap_span span;            /* an interval of this state, with `when` */
    struct anes **states;
    size_t n_states;
    size_t *state_of; /* by interval */
};

/** Is nothing known, or told, of the router? */
bool anes_nameless(const char *router);

#endif
