/* SPDX-License-Identifier: Apache-2.0 */
/* Members of requests: shared by request.c and request_costs.c alone. */
#ifndef RIALTO_WIRE_REQUEST_PRIVATE_H
#define RIALTO_WIRE_REQUEST_PRIVATE_H

#include <jansson.h>

#include "wire/request.h"

/* Refusals: out of memory; a value of the right type that is wrong. */
enum wire_code request_no_memory(struct wire_problem *p);
enum wire_code request_bad_value(struct wire_problem *p, const char *field, const json_t *value,
                                 const char *text);

/* The whole text as an object; a new reference. */
enum wire_code request_parse(const struct wire_input *in, json_t **out, struct wire_problem *p);

/* Members by path: the part behind the last "/" is the name, the whole is what errors tell. */
enum wire_code request_member(const json_t *object, const char *path, bool required,
                              const json_t **out, struct wire_problem *p);
enum wire_code request_object(const json_t *object, const char *path, bool required,
                              const json_t **out, struct wire_problem *p);
enum wire_code request_array(const struct wire_input *in, const json_t *object,
                             const char *path, const json_t **out, struct wire_problem *p);
enum wire_code request_string(const struct wire_input *in, const json_t *object,
                              const char *path, const char **out, struct wire_problem *p);
enum wire_code request_names(const struct wire_input *in, const json_t *object,
                             const char *path, struct wire_names *out, struct wire_problem *p);
enum wire_code request_required_names(const struct wire_input *in, const json_t *object,
                                      const char *path, struct wire_names *out,
                                      struct wire_problem *p);
enum wire_code request_endpoints(const struct wire_input *in, const json_t *object,
                                 const char *path, struct wire_endpoints *out,
                                 struct wire_problem *p);

#endif
