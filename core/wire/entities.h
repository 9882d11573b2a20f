/* SPDX-License-Identifier: Apache-2.0 */
/* Decoder of properties that domains publish: property maps (RFC 9240 section 7.6) and endpoint
 * properties (RFC 7285 section 11.4.1.6). */
#ifndef RIALTO_WIRE_ENTITIES_H
#define RIALTO_WIRE_ENTITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct wire_property {
    const char *name, *json; /* value as JSON text */
};

struct wire_entity {
    const char *id;
    struct wire_property *v;
    size_t n;
};

struct wire_entities {
    struct wire_entity *v;
    size_t n;
};

/** Reads the object `member` ("property-map", "endpoint-properties"). ERR_PARSE, ERR_SCHEMA. */
int wire_read_entities(struct slice text, const char *member, struct arena *a,
                       struct wire_entities *out, struct err *e);

/** JSON text of a property, or NULL. */
const char *wire_entity_property(const struct wire_entity *entity, const char *name);

#endif
