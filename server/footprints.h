/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which capabilities of CDNI advertisements hold where (RFC 9241 section 6): each prefix and
 * each name of a footprint with all that cover it, as JSON. Every footprint is read once.
 */
#ifndef RIALTO_SERVER_FOOTPRINTS_H
#define RIALTO_SERVER_FOOTPRINTS_H

#include "server/shelf.h"

struct footprints;

/** Those of the advertisements that the resource means. Texts live in the arena. */
int footprints_new(struct footprints **out, const struct shelf *s,
                   const struct wire_view_resource *r, struct arena *a, struct err *e);
void footprints_free(struct footprints **f);

/** A prefix with the capabilities that hold all over it. */
struct footprint {
    struct prefix prefix;
    const char *json;
};

/**
 * All prefixes of footprints, each once and in order. An address inherits from one entity only
 * (RFC 9240 section 6.1.2), so a narrow one repeats what all wider ones say.
 */
size_t footprints_prefixes(const struct footprints *f, const struct footprint **v);

/** Capabilities of a footprint that is no prefix: "asn", "as64496". NULL: no memory. */
const char *footprints_named(struct footprints *f, const char *type, const char *value);

#endif
