/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths between PIDs of the merged view: a PID's path is that of one of its addresses, a
 * storage endpoint's, else the first of its first prefix.
 */
#ifndef RIALTO_SERVER_STAND_INS_H
#define RIALTO_SERVER_STAND_INS_H

#include "server/asked.h"
#include "server/costs.h"

/** Addresses that stand for a PID, one of each family; unset: none. */
struct stand_in {
    struct addr v4, v6;
};

/** Those of all PIDs of the merged view, in the arena; NULL: no memory. */
struct stand_in *stand_ins_new(const struct atlas *atlas, struct arena *a);

/** The path from the first to the second; IPv4 if that is known, else IPv6. NULL: they have no
 * family in common. */
int stand_ins_path(const struct snapshot *s, const struct stand_in *const ends[2],
                   struct arena *a, struct path **out, struct err *e);

/** Fills every column of the pairs of PIDs; with paths where calendars need them. */
int asked_fill_pids(struct asked *k, const struct chosen *srcs, const struct chosen *dsts,
                    struct err *e);

#endif
