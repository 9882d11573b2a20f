/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What domains let be told to whom (facts of kind policy): capacities, the interior, names of
 * links. A domain decides about itself and about links with an end in it; where two domains
 * have a say, one that hides prevails.
 *
 * A rule on a link counts before one on the whole domain, then one that names the class of
 * clients before one that doesn't; of equals the one that hides. A rule without a class is for
 * all but those who may use the operator API.
 */
#ifndef RIALTO_SERVER_POLICY_H
#define RIALTO_SERVER_POLICY_H

#include "model/snapshot.h"
#include "server/resource.h"

enum policy_what { POLICY_INTERIOR, POLICY_CAPACITY, POLICY_PERSISTENT_ID };

/** A domain, or a link as seen by one of its domains. */
struct policy_subject {
    const char *domain;    /* NULL: unknown, nobody decides */
    const char *link, *id; /* name "a|b" and id of the link, or NULL */
};

/** May it be told? Without any rule: the interior and capacities yes, persistent ids no. */
bool may_show(const struct view *v, enum policy_what what, const struct policy_subject *s);

/** May the link's capacity be told? */
bool may_show_capacity(const struct view *v, const struct link *link);

/**
 * May the link have a persistent name? Yes when the configuration or a domain says so, unless a
 * domain hides it, or hides its interior and the link is there.
 */
bool may_name_link(const struct view *v, const struct link *link);

/** Could it be so for any client? */
bool may_ever_name_link(const struct snapshot *snap, const struct settings *settings,
                        const struct link *link);

/**
 * The link as the client may see it: routers of a hidden interior are "?", with neither
 * interface nor address; hidden capacities are 0. Its id stays, to tell it from others: it is
 * not for the client when a router is "?". NULL: no memory.
 */
const struct link *shown_link(const struct view *v, const struct link *link, struct arena *a);

/** Is the link in the interior of a domain that hides it? */
bool is_hidden_link(const struct view *v, const struct link *link);

/**
 * The path as the client may see it. A crossing of a domain that hides its interior becomes one
 * link between two routers "?", as narrow as the narrowest in between. Lives in the arena and
 * borrows from the path.
 */
int shown_path(const struct view *v, const struct path *path, struct arena *a,
               const struct path **out, struct err *e);

#endif
