/* SPDX-License-Identifier: Apache-2.0 */
/* The network and the transfers of a simulation, as prepare.py writes them. */
#ifndef RIALTO_BENCH_SCENARIO_H
#define RIALTO_BENCH_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define SCENARIO_MAX_PATH 24 /* links of a path */

/** Each link of the file is two of these, one per direction: 2i from a to b, 2i + 1 back. */
struct scenario_link {
    uint32_t from, to; /* nodes; sites are nodes, too */
    double capacity;   /* bytes per second */
    bool access;       /* between a site and the network */
};

struct scenario_site {
    const char *name;
    uint32_t node;
    double latitude, longitude;
};

struct scenario_transfer {
    uint32_t source, destination; /* sites */
    double start, bytes;          /* seconds since the first */
};

struct scenario {
    const char **nodes;
    uint32_t n_nodes;
    struct scenario_link *links;
    uint32_t n_links;
    struct scenario_site *sites;
    uint32_t n_sites;
    struct scenario_transfer *transfers;
    uint32_t n_transfers;
};

struct scenario_path {
    uint32_t links[SCENARIO_MAX_PATH];
    uint32_t n;
};

/** Reads the text; errors name the line. Lives in the arena. */
int scenario_read(const char *text, struct scenario **out, struct arena *a, struct err *e);

/** Paths with the fewest links from one site to all, without the links that are down (may be
 * NULL), into paths[n_sites]; n == 0 where there is none. */
void scenario_paths(const struct scenario *s, uint32_t from, const bool *down,
                    struct scenario_path *paths, struct arena *a);

/** Kilometres between two sites. */
double scenario_distance(const struct scenario *s, uint32_t a, uint32_t b);

#endif
