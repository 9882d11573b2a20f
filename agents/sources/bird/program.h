/* SPDX-License-Identifier: Apache-2.0 */
/* A filter while it is compiled. */
#ifndef RIALTO_AGENTS_SOURCES_BIRD_PROGRAM_H
#define RIALTO_AGENTS_SOURCES_BIRD_PROGRAM_H

#include "agents/sources/bird/model.h"
#include "agents/sources/policy/program.h"

struct bird_program {
    struct bird *c;
    struct program out;
    int if_true, if_false; /* where `return` of the function that is read goes; -1: none */
    unsigned calls, level, depth;
};

/** Goes to one of the labels by a condition (condition.c). */
void bird_condition(struct bird_program *p, const struct bird_expr *x, int if_true,
                    int if_false);
/** A condition that can't be told. */
void bird_untold(struct bird_program *p, const struct bird_expr *x, int if_true, int if_false);
/** Reads a function's body in place of its call; `return` goes to the labels (filter.c). */
void bird_inline(struct bird_program *p, const struct bird_expr *call, int if_true,
                 int if_false);

#endif
