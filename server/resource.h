/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ALTO resources. A kind is one file in resources/ ending in one `const struct resource_ops`,
 * and one line add_resource(name) in CMakeLists.txt. Method and media-type checks, access,
 * limits of size and caching are not its business. The directory asks each resource to describe
 * itself, so it can't disagree with what is served.
 */
#ifndef RIALTO_SERVER_RESOURCE_H
#define RIALTO_SERVER_RESOURCE_H

#include "base/vec.h"
#include "server/atlas.h"
#include "server/request.h"
#include "wire/encode.h"

struct edition;
struct resource_ops;
struct offer;
struct updates;

#define DESCRIPTION_USES 16

/** One resource that is served. Lives in an edition. */
struct resource {
    const struct resource_ops *ops;
    const char *id, *path;
    const struct atlas *atlas; /* NULL: the directory */
    bool unlisted;             /* served, but not in the directory */
    size_t metric;             /* offered cost type, where the kind has one resource for each */
    const struct offer *offer; /* what its view says; NULL: made by the server itself */
    const char *directory; /* id of the view's directory that lists it; NULL: the server's */
};

/** What a request is answered from. */
struct view {
    struct edition *edition;
    const struct settings *settings;
    unsigned grants;
    const struct client_class *class; /* who asks; NULL: anonymous, or what is for all */
    const struct resource *follower;  /* what follows others for him; NULL: the server's own */
};

/** What a resource says of itself in the directory. */
struct description {
    struct buf capabilities; /* JSON object, or empty */
    const char *uses[DESCRIPTION_USES];
    size_t n_uses;
    struct {
        VEC(const char *);
    } more_uses; /* where there are more of them */
};

/** Frees what a description holds. */
void description_free(struct description *d);

struct resource_ops {
    const char *kind; /* "filtered-cost-map" */
    const char *media_type;
    const char *accepts;     /* media type of the request; NULL: GET only */
    const char *accepts_too; /* another name of it that clients use; or NULL */
    unsigned grants;         /* needed to see and to use it; 0: none */
    bool cached; /* the answer depends on nothing but the edition; see resource_is_cached */
    bool slow;   /* may take long: is answered by a worker thread */
    bool apart;  /* not of ALTO: neither in the directory, nor to be followed */
    bool ready;  /* refused (503) while the server is not ready: loading, or stale */

    /** Adds the resources of this kind that there are for an atlas (with edition_add). NULL:
     * only views have it. */
    int (*list)(struct edition *ed, const struct atlas *atlas, struct err *e);

    /** Fills the directory entry's capabilities and uses. */
    void (*describe)(const struct resource *r, const struct view *v, struct description *d);

    /**
     * Answers. Pure: no I/O, no lock, no clock (randomness comes with the request). A refusal
     * is a reply too (problem.h); a code is returned only for what is not the client's fault.
     */
    int (*answer)(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e);

    /**
     * Instead of `answer`, for what follows other resources: opens a stream or a view. Such a
     * resource belongs to no atlas and is always in the directory.
     */
    int (*open)(struct updates *u, const struct view *v, const struct request *q,
                struct reply *out, struct err *e);
};

/** Does its view mean this class of clients (NULL: anonymous ones)? */
bool resource_is_for(const struct resource *r, const struct client_class *class);

/** Is it rendered once for an edition? Not so what has values of calendars: the current ones.
 */
bool resource_is_cached(const struct resource *r);

/** The cost types of a resource, or NULL. */
const struct cost_offer *resource_costs(const struct resource *r);

/** Adds `uses`: what the view says, else the network map. */
void resource_put_uses(const struct resource *r, struct description *d);

#define RESOURCE(name) extern const struct resource_ops resource_##name;
#include "resources.def"
#undef RESOURCE

/** All kinds, NULL-terminated, in the order of CMakeLists.txt. */
extern const struct resource_ops *const resource_kinds[];

#endif
