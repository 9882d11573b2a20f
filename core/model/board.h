/* SPDX-License-Identifier: Apache-2.0 */
/* Where readers find the current snapshot. Thread-safe. */
#ifndef RIALTO_MODEL_BOARD_H
#define RIALTO_MODEL_BOARD_H

#include "model/snapshot.h"

struct board;

/** An empty board; NULL when out of memory. */
struct board *board_new(void);

/** Frees the board and its snapshot; no reader may hold one any more. Nulls the pointer. */
void board_free(struct board **b);

/** The current snapshot, counted up, or NULL before the first; give it to board_release. */
const struct snapshot *board_acquire(struct board *b);

/** Gives a snapshot back; the last one out frees it, if it is no longer current. */
void board_release(struct board *b, const struct snapshot *s);

/**
 * Makes `next` the current snapshot and takes it over. Writer thread only. When there is not
 * even memory for the count, `next` is freed and the current one stays (board_generation
 * tells).
 */
void board_publish(struct board *b, struct snapshot *next);

/** How many snapshots were published. */
uint64_t board_generation(struct board *b);

#endif
