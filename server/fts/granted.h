/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the domains grant a user on the links that pairs cross: one grant for each link, the
 * least, and those of several links together. A link in the interior that a domain hides is
 * part of what stands for its crossing: a grant of it holds for all that cross it together.
 */
#ifndef RIALTO_SERVER_FTS_GRANTED_H
#define RIALTO_SERVER_FTS_GRANTED_H

#include "server/fts/routes.h"
#include "server/fts/specification.h"

#define FTS_FORESEEN INT64_C(3600000000) /* us: changes of grants within it are told */

/** A grant that a link of the routes has a part in. */
struct fts_use {
    const struct fts_stated *stated;
    const struct fts_use *next;
};

/** Links that have a limit together. */
struct fts_together {
    const struct fts_stated *stated;
    uint32_t *links; /* of the routes */
    size_t n;
    double limit; /* bits per second */
};

struct fts_granted {
    double *limit;                   /* per link: granted of it alone; INFINITY: nothing is */
    const struct fts_stated **alone; /* per link: the grant with that limit, or NULL */
    const struct fts_use **uses;     /* per link: all that are in force */
    struct fts_together *together;
    size_t n_together;
    int64_t valid_until; /* the first change within FTS_FORESEEN, or FACT_NONE */
    char tag[33];        /* hash of the grants in force here; "": there is none */
};

/** Who asks for what. */
struct fts_granting {
    const struct view *view;
    const struct fts_routes *routes;
    const char *user; /* NULL: nobody, nothing is granted */
    int64_t now;
};

/** Everything lives in the routes' arena. */
int fts_granted_find(const struct fts_granting *g, struct fts_granted *out, struct err *e);

/** Writes ["domain",…]: who grants something of the link, each once. */
void fts_granted_put_by(const struct fts_granted *g, size_t link, struct buf *out);

/** Writes the grants of several links: [{"domain","name","limit","links"}]. */
void fts_granted_put_groups(const struct fts_granted *g, const struct fts_routes *r,
                            struct buf *out);

#endif
