/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions for costs between endpoints as nearly all are, read without a tree. Private to this
 * folder, and to what compares both ways.
 */
#ifndef RIALTO_WIRE_REQUEST_PLAIN_H
#define RIALTO_WIRE_REQUEST_PLAIN_H

#include "wire/request.h"

/**
 * Reads a question of `cost-type`, `endpoints` and maybe `ane-property-names` in plain text:
 * then it is right, and *out what wire_cost_params() gives. False: nothing is said of it, *out
 * and the arena are as they were.
 */
bool request_plain(const struct wire_input *in, struct wire_cost_params *out);

/** wire_cost_params() by a tree alone: of any text, and with words for what is wrong. */
enum wire_code request_by_tree(const struct wire_input *in, const struct wire_dialect *d,
                               struct wire_cost_params *out, struct wire_problem *p);

#endif
