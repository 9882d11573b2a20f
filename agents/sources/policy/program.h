/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A routing policy that is written as a program (filters of BIRD, route policies of IOS XR), as
 * policy terms. Terms are tried in order and may go on behind a match (on_match), so a program
 * becomes forward jumps:
 *
 *     if net ~ A then { bgp_med = 5; accept; }        10 permit  match prefix-list4 A, set med
 * 5 reject;                                         20 deny
 *
 * Everything hangs in the caller's arena.
 */
#ifndef RIALTO_AGENTS_SOURCES_POLICY_PROGRAM_H
#define RIALTO_AGENTS_SOURCES_POLICY_PROGRAM_H

#include "base/arena.h"
#include "model/facts.h"

#define PROGRAM_MAX_TERMS 4096 /* that one policy may become */

#define PROGRAM_ARRAY(type)                                                                    \
    struct {                                                                                   \
        type *v;                                                                               \
        size_t n, cap;                                                                         \
    }

enum program_then { PROGRAM_GO, PROGRAM_ACCEPT, PROGRAM_REJECT };

struct program_step {
    const char *match; /* NULL: always */
    PROGRAM_ARRAY(const char *) set;
    enum program_then then;
    int label; /* PROGRAM_GO: where to; -1: the next step */
};

struct program {
    struct arena *arena;
    const char *node, *name; /* of the terms */
    PROGRAM_ARRAY(struct program_step) steps;
    PROGRAM_ARRAY(int) labels;                    /* label -> step */
    PROGRAM_ARRAY(struct fact_policy_term) terms; /* once finished */
    bool original; /* conditions see what the route came with, not what was changed (IOS XR) */
    bool too_long, failed; /* failed: out of memory */
};

/** A place to go to, which program_place fixes to the next step. */
int program_label(struct program *p);
void program_place(struct program *p, int label);
/** Steps: goes to a label if the condition holds; goes there; changes; ends. */
void program_test(struct program *p, const char *match, int label);
void program_go(struct program *p, int label);
void program_set(struct program *p, const char *change);
void program_end(struct program *p, bool accept);
/** Shortens the program and makes its terms; what comes to no decision is denied. */
void program_finish(struct program *p);

#endif
