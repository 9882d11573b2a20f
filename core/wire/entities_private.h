/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the decoders of this folder alone. */
#ifndef RIALTO_WIRE_ENTITIES_PRIVATE_H
#define RIALTO_WIRE_ENTITIES_PRIVATE_H

#include <jansson.h>

#include "wire/entities.h"

/* A value as compact JSON text; NULL: no memory. */
const char *wire_json_text(const json_t *value, struct arena *a);

/* The members of an object as entities. */
int wire_entities_of(const json_t *from, struct arena *a, struct wire_entities *out,
                     struct err *e);

#endif
