/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders of CDNI advertisements (RFC 9241 section 3.6) and of requests for parts of them
 * (section 5.3). */
#ifndef RIALTO_WIRE_CDNI_H
#define RIALTO_WIRE_CDNI_H

#include "base/err.h"
#include "wire/request.h"

struct wire_footprint {
    const char *type; /* "ipv4cidr", "ipv6cidr", "asn", "countrycode", "altopid" */
    const char **v;
    size_t n;
};

struct wire_capability {
    const char *type;   /* "FCI.DeliveryProtocol" */
    const char *value;  /* JSON text */
    const char *whole;  /* JSON text of the object with its footprints; of requests NULL */
    const char **needs; /* what its mandatory property holds, each as JSON text */
    size_t n_needs;
    struct wire_footprint *footprints; /* none: everywhere */
    size_t n_footprints;
};

struct wire_cdni {
    struct wire_capability *v;
    size_t n;
};

/** Reads an advertisement. ERR_PARSE, ERR_SCHEMA. */
int wire_read_cdni(struct slice text, struct arena *a, struct wire_cdni *out, struct err *e);

/** Reads a request; an empty list means all. */
enum wire_code wire_cdni_filter(const struct wire_input *in, struct wire_cdni *out,
                                struct wire_problem *p);

/** RFC 9241 section 5.6: of the same type, and its mandatory property includes what is wanted?
 */
bool wire_capability_has(const struct wire_capability *c, const struct wire_capability *wanted);

#endif
