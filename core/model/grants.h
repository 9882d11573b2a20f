/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What grants (facts of kind grant) are of, and when two of them contradict each other: the
 * same user, the same link in the same direction or the same group, at the same time. A grant
 * of a group and one of a link in it do not: both hold.
 */
#ifndef RIALTO_MODEL_GRANTS_H
#define RIALTO_MODEL_GRANTS_H

#include "base/str.h"
#include "model/graph.h"

#define GRANTS_MAX        10000 /* of one file or document */
#define GRANT_LINKS_MAX   1000  /* of one group */
#define GRANT_WEIGHTS_MAX 1000  /* of one grant */
#define GRANT_WEIGHT_MIN  1e-6
#define GRANT_WEIGHT_MAX  1e6

enum grant_of {
    GRANT_OF_BOTH,  /* "a|b", or an id that looks so: each direction by itself */
    GRANT_OF_ONE,   /* "a>b" */
    GRANT_OF_ID,    /* a link's id: each direction by itself */
    GRANT_OF_GROUP, /* all links of a group together */
};

/** What a grant is of; slices borrow the text that it was read from. */
struct grant_target {
    enum grant_of of;
    struct slice a, b;  /* routers in the order written; a alone: an id, or a group's name */
    struct slice whole; /* as written, without its type: an id may hold any sign */
};

/** Reads "a|b", "a>b" or an id; false when there is nothing, or a side is empty. */
bool grant_link(const char *text, struct grant_target *out);

/** Reads an entity, "link:…" or "group:NAME"; false for others. */
bool grant_entity(const char *text, struct grant_target *out);

/** Which directions of the link are meant: bit 0 from its end 0 to its end 1, bit 1 back. */
unsigned grant_directions(const struct grant_target *t, const struct link *link);

/** Is the time within the grant's? */
bool grant_is_in_force(const struct fact_grant *g, int64_t now);

/** Is there an instant at which both are in force? */
bool grant_times_meet(const struct fact_grant *a, const struct fact_grant *b);

/** "atlas/T0 Export=3": name and weight; false when it is not so, or out of range. */
bool grant_weight(const char *text, struct slice *name, double *weight);

/** Is it a good name of a weight: "atlas" or "atlas/T0 Export", neither part empty? */
bool grant_weight_name(struct slice name);

/** Grants seen so far, to find contradictions. */
struct grant_book;

/** An empty one; NULL: no memory. */
struct grant_book *grant_book_new(void);
void grant_book_free(struct grant_book **b);

/**
 * Adds a grant (borrowed, as long as the book lives) whose entity is good, under a mark of the
 * caller's. Returns 0; ERR_CONFLICT with *other the mark of one that it contradicts; ERR_NOMEM.
 */
int grant_book_add(struct grant_book *b, const struct fact_grant *g, size_t mark,
                   size_t *other);

#endif
