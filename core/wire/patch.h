/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Differences of JSON texts, as JSON merge patch (RFC 7396) or JSON patch (RFC 6902). Both
 * texts are walked side by side without building trees: what is in the same order, as two
 * versions of one body mostly are, is compared in one pass.
 */
#ifndef RIALTO_WIRE_PATCH_H
#define RIALTO_WIRE_PATCH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define WIRE_PATCH_DEPTH 64 /* of nesting */

struct wire_costs;

enum wire_patch { WIRE_PATCH_MERGE, WIRE_PATCH_JSON };

/**
 * Appends the patch that makes `to` of `from`. 1: there is a difference; 0: there is none, an
 * empty patch was appended. ERR_REFUSED: a merge patch can't say it (a value becomes null);
 * ERR_PARSE: one of them is no JSON; ERR_LIMIT: nested too deeply; ERR_NOMEM. After an error
 * nothing was appended.
 */
int wire_patch_diff(enum wire_patch kind, struct slice from, struct slice to, struct buf *out);

/** A cost map: its text as wire_put_costs() made it, and the costs that it is of. */
struct wire_cost_body {
    struct slice text;
    const struct wire_costs *costs;
};

/**
 * The same for two cost maps of the same sources and destinations: costs are compared as
 * numbers, only what stands before them as text.
 */
int wire_patch_costs(enum wire_patch kind, const struct wire_cost_body *from,
                     const struct wire_cost_body *to, struct buf *out);

/** Media type of a kind of patch. */
const char *wire_patch_media(enum wire_patch kind);

#endif
