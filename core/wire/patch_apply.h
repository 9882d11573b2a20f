/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies patches of others: JSON merge patch (RFC 7396) and JSON patch (RFC 6902), by trees.
 * Numbers come out as the shortest text of the same value, members stay in their order.
 */
#ifndef RIALTO_WIRE_PATCH_APPLY_H
#define RIALTO_WIRE_PATCH_APPLY_H

#include "wire/patch.h"

#define WIRE_PATCH_OPERATIONS 1000000             /* of one JSON patch */
#define WIRE_PATCH_COPIED     ((size_t)64 << 20)  /* bytes that its copies may add */
#define WIRE_PATCH_MOVED      ((uint64_t)4 << 30) /* bytes that it may move within arrays */
#define WIRE_PATCH_SEEN       20000000            /* values within what it moves */

/**
 * Appends what the patch makes of a text. ERR_PARSE: one of them is no JSON; ERR_SCHEMA: the
 * patch is none; ERR_CONFLICT: an operation can't be done on this text; ERR_LIMIT: nested
 * deeper than WIRE_PATCH_DEPTH, or too much work; ERR_NOMEM. After an error nothing was
 * appended.
 */
int wire_patch_apply(enum wire_patch kind, struct slice text, struct slice patch,
                     struct buf *out, struct err *e);

#endif
