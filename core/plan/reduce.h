/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Minimal equivalent constraints.
 *
 * Flows with rates x_f >= 0 cross network elements; an element crossed by the flow set S with
 * capacity b says: the rates of S sum up to at most b. Of many such rows the fewest are sought
 * that leave the same region of feasible rates. Pure; everything lives in the caller's arena.
 */
#ifndef RIALTO_PLAN_REDUCE_H
#define RIALTO_PLAN_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/** Largest linear program that is solved, in cells; a row that would need a larger one is kept.
 */
#define REDUCE_MAX_CELLS ((size_t)4 << 20)

/** One element. The caller sets the first four; the rest is the result. */
struct reduce_row {
    const uint32_t *flows; /* ascending, without doubles, each < n_flows */
    size_t n_flows;
    double bound; /* >= 0; INFINITY: unknown */
    const char
        *identity; /* persistent identity: never removed, never merged with another identity */
    uint32_t into; /* row that stands for this one: itself or an earlier one of equal flows */
    bool removed;  /* the representative says nothing that the others don't */
    double merged; /* representative: the smallest bound of all rows it stands for */
    const char *merged_identity;
};

/** All rows over flows 0 to n_flows - 1. */
struct reduce_system {
    struct reduce_row *rows;
    size_t n_rows, n_flows;
};

enum reduce_steps {
    REDUCE_AGGREGATE, /* rows of equal flow sets become one */
    REDUCE_REDUNDANT, /* and rows that follow from the others go */
};

/**
 * Reduces in place. Rows without flows are removed. Rows of unknown bound are merged but never
 * removed as redundant: nobody can tell what they allow. 0, ERR_NOMEM.
 */
int reduce_rows(const struct reduce_system *s, enum reduce_steps steps, struct arena *a,
                struct err *e);

#endif
