/* SPDX-License-Identifier: Apache-2.0 */
/* The latest compressed body of each resource, from which the next edition's takes over what
 * has not changed. Thread-safe. */
#ifndef RIALTO_SERVER_PACKS_H
#define RIALTO_SERVER_PACKS_H

#include "base/clock.h"
#include "wire/repack.h"

struct edition;
struct packs;

/** NULL when out of memory. */
struct packs *packs_new(const struct clock *clock);
void packs_free(struct packs **p);

/** Compresses a resource's body, with the help of its last one, and keeps the result. The
 * caller gets a reference; NULL: no memory. */
struct repack *packs_make(struct packs *p, const char *resource, const char *body, size_t n);

/** Forgets resources that the edition does not have. */
void packs_prune(struct packs *p, const struct edition *ed);

#endif
