/* SPDX-License-Identifier: Apache-2.0 */
/* Paths between PIDs of the merged view: those of the addresses that stand for them. */
#ifndef RIALTO_SERVER_STAND_INS_H
#define RIALTO_SERVER_STAND_INS_H

#include "server/asked.h"
#include "server/costs.h"

/** The path from the first PID to the second that costs are of: IPv4's, else IPv6's if that
 * does not arrive. NULL: they have no family in common. */
int stand_ins_path(const struct snapshot *s, const struct pid *const ends[2], struct arena *a,
                   struct path **out, struct err *e);

/** Fills every column of the pairs of PIDs; with paths where calendars need them. */
int asked_fill_pids(struct asked *k, const struct chosen *srcs, const struct chosen *dsts,
                    struct err *e);

#endif
