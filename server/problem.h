/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals: error bodies of ALTO (RFC 7285 section 8.5) and of the operator API. Made here
 * alone. */
#ifndef RIALTO_SERVER_PROBLEM_H
#define RIALTO_SERVER_PROBLEM_H

#include "server/request.h"

/**
 * An ALTO error: 400 with its code; 413 for WIRE_TOO_LARGE, 503 for WIRE_NO_MEMORY. Returns 0,
 * so that answers can end with it.
 */
int problem_alto(struct reply *r, const struct wire_problem *p);

/** E_INVALID_FIELD_VALUE for a field. */
int problem_value(struct reply *r, const char *field, const char *value);

/** An ALTO error of another status, with the code that is nearest (RFC 9569 names none). */
int problem_value_status(struct reply *r, int status, const char *field, const char *value);

/** Only a status: 404, 405, 406, 415, 503, ... without a body, so without an ALTO type. */
int problem_status(struct reply *r, int status);

/** An error of the operator API (docs/api.md). `field` may be NULL. */
int problem_api(struct reply *r, int status, const char *message, const char *field);

#endif
