/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of domains about what may be told to whom (facts of kind policy), apart from who asks:
 * the server knows that (server/policy.h).
 */
#ifndef RIALTO_MODEL_POLICIES_H
#define RIALTO_MODEL_POLICIES_H

#include "model/snapshot.h"

/** Is the rule about the link of that name "a|b" or that id (either may be NULL), or about all
 * of its domain? */
bool policy_is_about(const struct fact_policy *f, const char *link, const char *id);

/** Of the rules for one client that of the greatest rank counts; of equals the one that hides.
 */
int policy_rank(const struct fact_policy *f);

/** Does it hide? Whatever is not "show" does. */
bool policy_hides(const struct fact_policy *f);

/** What a domain may have a rule on. */
struct policy_link {
    const char *domain; /* whose rules; NULL: nobody's */
    const char *name, *id;
};

/** Is there a client from whom the domain hides the capacity of the link? */
bool policy_withholds(const struct snapshot *s, const struct policy_link *link);

/**
 * Marks the links whose capacity some domain at an end hides from some client. Called once by
 * the builder, when links and policies are there.
 */
void snapshot_withhold(struct snapshot *s);

/** Is the capacity of the link into hop i of the leg hidden from some client? */
bool snapshot_link_withheld(const struct snapshot *s, const struct path_leg *leg, size_t i);

/** The same of any link of a path. */
bool snapshot_path_withheld(const struct snapshot *s, const struct path *p);

#endif
