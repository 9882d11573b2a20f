/* SPDX-License-Identifier: Apache-2.0 */
/* Applies patches, on trees: what differences are checked against. */
#ifndef RIALTO_TESTS_PATCH_APPLY_H
#define RIALTO_TESTS_PATCH_APPLY_H

#include <jansson.h>

/** RFC 7396. Takes `target` over and returns the result. */
json_t *merge_apply(json_t *target, const json_t *patch);

/** RFC 6902: add, remove, replace. Takes `target` over; NULL when an operation can't be done.
 */
json_t *json_patch_apply(json_t *target, const json_t *patch);

#endif
