/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Information resource directories (RFC 7285 section 9.2) of servers that are not trusted:
 * resources with absolute addresses, the cost types that they name, directories that are
 * linked.
 */
#ifndef RIALTO_AGENTS_ALTO_IRD_H
#define RIALTO_AGENTS_ALTO_IRD_H

#include "wire/jnode.h"

#define IRD_MAX_RESOURCES 1000

struct ird_resource {
    const char *id, *uri;
    const char *media, *accepts; /* accepts NULL: is asked for by GET */
    const struct jnode *capabilities;
    const struct jnode *uses;       /* ids of resources (RFC 7285 section 9.1.5) */
    const struct jnode *cost_types; /* of its directory's meta: name -> cost type */
    struct ird_resource *next;
};

/** Called for a part of a directory that is passed over. */
typedef void ird_remark(void *payload, const char *where, const char *reason);

struct ird {
    struct ird_resource *first, **end; /* in order */
    size_t n;
    ird_remark *remark;
    void *payload;
};

/**
 * Adds the resources of a directory that stands at `base`. Everything lives in the arena. Ids
 * that are there already, and addresses that are none, are remarked.
 */
int ird_read(struct ird *d, struct slice text, const char *base, struct arena *a,
             struct err *e);

/** The address that a reference means at a base (RFC 3986 section 5.2), or NULL: it is none for
 * HTTP, or leads from https to http. */
const char *ird_resolve(const char *base, const char *reference, struct arena *a);

/** Can the resource be asked for costs of that mode and metric? */
bool ird_has_cost(const struct ird_resource *r, const char *mode, const char *metric);

/** Is a media type (with parameters, or without) that one? Case does not matter. */
bool ird_media_is(const char *type, const char *wanted);

#endif
