/* SPDX-License-Identifier: Apache-2.0 */
/* Which links, each in one direction, packets between two storages cross. */
#ifndef RIALTO_SERVER_FTS_ROUTES_H
#define RIALTO_SERVER_FTS_ROUTES_H

#include "base/map.h"
#include "base/vec.h"
#include "server/resource.h"

#define FTS_LINK_ID 37 /* "01234567-89ab-cdef-0123-456789abcdef", with its 0 byte */

/** A link in one direction. Strings are borrowed from the snapshot or the arena. */
struct fts_link {
    char id[FTS_LINK_ID];  /* the same in every reply where `lasting`; else of this one alone */
    bool lasting;          /* the client may know the link again: name and ends may be told */
    const char *name;      /* "a|b"; NULL: not told */
    const char *from, *to; /* routers, in the direction of travel */
    struct addr from_addr, to_addr; /* interfaces, or none */
    uint32_t from_as, to_as;        /* 0: unknown */
    double capacity, load;          /* bits per second; INFINITY, NAN: unknown */
    const char *graph_id; /* of the graph's link, or of all that a hidden crossing stands for;
                             NULL: none is known. Never told. */
    bool forward;         /* from that link's end 0 */
};

/** The links of one pair in order of travel; of all legs where there are several. */
struct fts_route {
    uint32_t *links;
    size_t n;
    bool split;          /* there are several: nobody knows what part goes over which link */
    const char *why;     /* nothing is known: the reason; else NULL */
    enum fact_class cls; /* of its path */
    int64_t oldest;      /* of the facts that the path rests on; FACT_NONE: unknown */
};

struct fts_routes {
    const struct view *view;
    struct arena *arena;
    struct map *by_key;  /* link -> index + 1 */
    struct map *by_host; /* host -> endpoint + 1 */
    struct map *by_pair; /* storages -> struct fts_route: queues of one pair share it */
    struct {
        VEC(struct fts_link);
    } links;
};

int fts_routes_new(struct fts_routes *r, const struct view *v, struct arena *a, struct err *e);
void fts_routes_free(struct fts_routes *r); /* what is not in the arena */

/**
 * Adds a pair, "scheme://host" each. Hosts are those of the known endpoints, or IP addresses. A
 * pair that nothing is known of gets a reason; a code is for what is not the client's fault.
 */
int fts_routes_add(struct fts_routes *r, const char *source_se, const char *dest_se,
                   struct fts_route *out, struct err *e);

/** Is there an address of the storage's host? */
bool fts_routes_has(const struct fts_routes *r, const char *se);

#endif
