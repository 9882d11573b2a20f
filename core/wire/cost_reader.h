/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Costs out of the text of a cost map, without a tree. It knows the plain form that nearly all
 * documents have and gives up at anything else, right or wrong: who asks then reads the
 * document as a tree, which decides and says what is wrong. For document.c alone.
 */
#ifndef RIALTO_WIRE_COST_READER_H
#define RIALTO_WIRE_COST_READER_H

#include "base/buf.h"
#include "wire/document.h"

enum cost_reading {
    COST_READ,    /* all of it */
    COST_FINER,   /* some cost is no whole number of thousandths, or too large for one */
    COST_GIVEN_UP /* anything else */
};

/**
 * Reads the member "cost-map" of an object into out->thousandths where this is set, else into
 * out->value (n_pids * n_pids, which need not be set). COST_READ: *costs is the part of the
 * text that was read, a valid JSON object without doubles.
 */
enum cost_reading cost_reader(struct slice text, const struct wire_map_document *map,
                              const struct wire_cost_document *out, struct slice *costs);

#endif
