/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resource specification: what grants (facts of kind grant) mean in the present graph.
 *
 * A grant counts only for links with an end in the domain that states it. It may be of no use
 * (ignored, with the reason), of the past or the future, or contradict another one of its
 * domain: then both count, so that the lesser prevails, until the domain has cleared it up.
 */
#ifndef RIALTO_SERVER_FTS_SPECIFICATION_H
#define RIALTO_SERVER_FTS_SPECIFICATION_H

#include "model/grants.h"
#include "model/snapshot.h"
#include "server/fts/ask.h"

#define GRANT_BITS_MAX 1e15 /* bits per second: no link is faster */

enum fts_grant_state { FTS_VALID, FTS_FUTURE, FTS_PAST, FTS_CONFLICT, FTS_IGNORED };

/** "valid", "future", ... */
const char *fts_grant_state_name(enum fts_grant_state s);

/** A link, and which of its directions: bits as grant_directions() has them. */
struct fts_member {
    const struct link *link;
    unsigned directions;
};

/** A grant and what it means. */
struct fts_stated {
    const struct fact_grant *fact;
    const struct fact_link_group *group; /* NULL: of a link */
    struct fts_member *links;            /* one list for all grants of a group */
    size_t n_links;
    struct fts_weights weights; /* in the arena; ids have become names */
    enum fts_grant_state state;
    bool in_force;       /* now, and not ignored */
    const char *why;     /* of ignored and conflict; else NULL */
    const char *note;    /* something in it that does not count, or NULL */
    const char *unknown; /* the first of its links that is not known, or NULL */
};

/** What is stated, by facts or by what a client hands in. Facts have origins. */
struct fts_said {
    const struct snapshot *snap;
    const struct scitags *tags; /* or NULL */
    const struct fact_grant *grants;
    size_t n_grants;
    const struct fact_link_group *groups;
    size_t n_groups;
    const char *user; /* whose grants alone are looked at, others are ignored; NULL: all */
    int64_t now;
};

/** What the snapshot's facts state. */
struct fts_said fts_said_by(const struct snapshot *snap, const struct scitags *tags,
                            int64_t now);

/** *out has as many as grants are stated, in their order; all of it in the arena. Links of a
 * group are looked up once, whoever is granted of it. */
int fts_specify(const struct fts_said *said, struct arena *a, struct fts_stated **out,
                struct err *e);

/** The links of the snapshot by what grants call them. */
struct fts_names;
int fts_names_new(struct fts_names **out, const struct snapshot *snap, struct arena *a,
                  struct err *e);
void fts_names_free(struct fts_names **n);

/** Is it a link with an end in the domain? */
bool fts_names_link(const struct fts_names *n, const char *link, const char *domain);

#endif
