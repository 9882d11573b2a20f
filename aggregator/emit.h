/* SPDX-License-Identifier: Apache-2.0 */
/* From the world to what readers see. */
#ifndef RIALTO_AGGREGATOR_EMIT_H
#define RIALTO_AGGREGATOR_EMIT_H

#include "aggregator/world.h"

/** Domains, nodes and links of the snapshot. */
int emit_graph(struct world *w, struct err *e);
/** Sites, endpoints, properties, policies, documents, state of sources. */
int emit_rest(struct world *w, struct intake *const *intakes, size_t n, struct err *e);
/** PIDs: by site, else by router, else by domain; and the default. */
int pids_build(struct world *w, struct err *e);
/**
 * Room for a metric's values, if it has none yet: all unknown but from a PID to itself. 0 or
 * ERR_NOMEM.
 */
int cost_cells(struct world *w, struct cost_metric *c);
/** Costs of the paths between PIDs. Metrics that no path tells anything of get no values. */
int composed_costs_build(struct world *w, struct err *e);
/** Costs between PIDs. */
int costs_build(struct world *w, struct err *e);
/** Compares every traceroute with the path that is told, and reports where they differ. */
int verdicts_build(struct world *w, struct err *e);

#endif
