/* SPDX-License-Identifier: Apache-2.0 */
/* Units of metrics, and of numbers in statements. */
#ifndef RIALTO_SERVER_RUCIO_UNITS_H
#define RIALTO_SERVER_RUCIO_UNITS_H

#include "base/err.h"

/**
 * Converts a number with its unit ("20 ms", "10 G") to the unit of a metric. "" and k, M, G, T,
 * P mean the metric's own unit and multiples of it. ERR_PARSE: what does not fit together.
 */
int units_convert(double number, const char *from, const char *to, double *out, struct err *e);

/** Unit of a cost metric of RFC 7285 and RFC 9439 as it is served, or "". */
const char *units_of_cost(const char *metric);

#endif
