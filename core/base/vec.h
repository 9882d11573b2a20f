/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing array of one element type, on the heap. Zero-initialise, push, free.
 *
 *     struct { VEC(struct hop); } hops = {0};   or   struct hop_vec { VEC(struct hop); };
 *     *VEC_PUSH(&hops) = hop;                    (VEC_PUSH yields NULL when out of memory)
 *     for (size_t i = 0; i < hops.n; i++) use(&hops.v[i]);
 *     VEC_FREE(&hops);
 */
#ifndef RIALTO_BASE_VEC_H
#define RIALTO_BASE_VEC_H

#include <stddef.h>

#define VEC(type)                                                                              \
    type *v;                                                                                   \
    size_t n, cap

/** Room for one more zeroed element at the end; its address, or NULL when out of memory. */
#define VEC_PUSH(vec)                                                                          \
    ((vec_reserve((void **)&(vec)->v, &(vec)->cap, (vec)->n + 1, sizeof(*(vec)->v)) == 0)      \
         ? &(vec)->v[(vec)->n++]                                                               \
         : NULL)

#define VEC_FREE(vec) (vec_release((void **)&(vec)->v), (vec)->n = 0, (vec)->cap = 0)

/** Makes room for `want` elements (new room is zeroed); 0 or ERR_NOMEM. Used by VEC_PUSH. */
int vec_reserve(void **v, size_t *cap, size_t want, size_t size);

/** Frees the storage and nulls the pointer. */
void vec_release(void **v);

#endif
