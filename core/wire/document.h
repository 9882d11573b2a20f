/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders of ALTO documents that other servers or domains publish: network maps and cost maps.
 */
#ifndef RIALTO_WIRE_DOCUMENT_H
#define RIALTO_WIRE_DOCUMENT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/snapshot.h"
#include "model/thousandths.h"

/** A network map. */
struct wire_map_document {
    const char *id, *tag; /* of meta.vtag */
    struct pid *pids;     /* sorted by name; prefixes sorted, without doubles */
    size_t n_pids;
};

/**
 * Reads a network map. Address types that are not known are ignored, their PIDs kept (RFC 7285
 * section 11.2.1.7). ERR_PARSE, ERR_SCHEMA.
 */
int wire_read_network_map(struct slice text, struct arena *a, struct wire_map_document *out,
                          struct err *e);

/** A cost map: what it says of itself, and its values for the PIDs of a map. */
struct wire_cost_document {
    const char *map_id, *map_tag; /* of meta.dependent-vtags */
    const char *mode, *metric;
    double *value;         /* n_pids * n_pids; NAN: no cost */
    uint32_t *thousandths; /* the same; one of the two is set, this where it can tell all */
};

/**
 * Reads a cost map that depends on a given network map. ERR_CONFLICT when it depends on another
 * one or another version; PIDs that the map doesn't have are an error too.
 */
int wire_read_cost_map(struct slice text, const struct wire_map_document *map, struct arena *a,
                       struct wire_cost_document *out, struct err *e);

#endif
