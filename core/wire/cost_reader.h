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

/**
 * Reads the member "cost-map" of an object into value (n_pids * n_pids, which need not be
 * set; NAN where it has no cost). True: *costs is the part of the text that was read, a valid
 * JSON object without doubles. False: it gave up.
 */
bool cost_reader(struct slice text, const struct wire_map_document *map, double *value,
                 struct slice *costs);

#endif
