/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter as policy terms. Terms are tried in order and may go on behind a match (on_match),
 * so a filter is compiled as a program of forward jumps:
 *
 *     if net ~ A then { bgp_med = 5; accept; }        10 permit  match prefix-list4 A, set med 5
 *     reject;                                         20 deny
 */
#ifndef RIALTO_AGENTS_SOURCES_BIRD_PROGRAM_H
#define RIALTO_AGENTS_SOURCES_BIRD_PROGRAM_H

#include "agents/sources/bird/model.h"

enum bird_then { BIRD_GO, BIRD_ACCEPT, BIRD_REJECT };

struct bird_step {
    const char *match; /* NULL: always */
    BIRD_ARRAY(const char *) set;
    enum bird_then then;
    int label; /* BIRD_GO: where to; -1: the next step */
};

struct bird_program {
    struct bird *c;
    const char *name;
    BIRD_ARRAY(struct bird_step) steps;
    BIRD_ARRAY(int) labels;     /* label -> step */
    int if_true, if_false;      /* where `return` of the function that is read goes; -1: none */
    unsigned calls, level, depth;
    bool too_long;
};

/** A place to go to, which bird_place fixes to the next step. */
int bird_label(struct bird_program *p);
void bird_place(struct bird_program *p, int label);
/** Steps: goes to a label if the condition holds; goes there; changes; ends. */
void bird_test(struct bird_program *p, const char *match, int label);
void bird_go(struct bird_program *p, int label);
void bird_set(struct bird_program *p, const char *change);
void bird_end(struct bird_program *p, bool accept);
/** Goes to one of the labels by a condition (condition.c). */
void bird_condition(struct bird_program *p, const struct bird_expr *x, int if_true,
                    int if_false);
/** A condition that can't be told. */
void bird_untold(struct bird_program *p, const struct bird_expr *x, int if_true, int if_false);
/** Reads a function's body in place of its call; `return` goes to the labels (filter.c). */
void bird_inline(struct bird_program *p, const struct bird_expr *call, int if_true,
                 int if_false);
/** Shortens the program and states its terms. */
void bird_finish(struct bird_program *p);

#endif
