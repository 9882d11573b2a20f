/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edition: one snapshot with the resources made from it and the bodies rendered so far.
 * Immutable but for the bodies, counted, thread-safe. A request uses one edition from begin to
 * end, so that the tags in its answer belong together.
 */
#ifndef RIALTO_SERVER_EDITION_H
#define RIALTO_SERVER_EDITION_H

#include "model/board.h"
#include "server/resource.h"

struct offered_cost;
struct packs;
struct path_cache;
struct places;
struct props;
struct serve_slot;
struct tally;

/** Two editions of equal settings and snapshot serve the same bodies. `board` may be empty:
 * nothing to serve. What earlier editions compressed is in `packs`, borrowed. */
int edition_new(struct edition **out, struct board *board, struct settings *settings,
                struct packs *packs, struct err *e);

struct edition *edition_hold(struct edition *ed);
void edition_release(struct edition **ed);

/** When a resource became what it is, as HTTP writes it (RFC 9439 section 6.2: the age of data
 * is told by HTTP): when the snapshot was made, unless it was the same before. */
const char *edition_date(const struct edition *ed, const struct resource *r);

/** Was it the same at this time (seconds since 1970)? False also where it changed while its
 * date did not. */
bool edition_unchanged_since(const struct edition *ed, const struct resource *r, int64_t time);

/** What a resource was asked; goes on in the next edition (edition_inherit_tallies). */
struct tally *edition_tally(const struct edition *ed, const struct resource *r);

/** Maps that are the same in an older edition stay as old as they were. Before anybody else
 * sees the edition. */
void edition_inherit_dates(struct edition *ed, const struct edition *old);

/** Resources of the same id are counted on where they were. Before anybody else sees the
 * edition. */
void edition_inherit_tallies(struct edition *ed, const struct edition *old);

/** NULL before the first snapshot. */
const struct snapshot *edition_snapshot(const struct edition *ed);
const struct settings *edition_settings(const struct edition *ed);
struct arena *edition_arena(struct edition *ed); /* while it is made */

/** Makes a resource; `id` and `path` are completed by those of the atlas. For
 * resource_ops.list. */
int edition_add(struct edition *ed, const struct resource *r, const char *id, const char *path,
                struct err *e);

/**
 * A name of a cost type that means nothing else in its directory (NULL: the server's): the one
 * wanted, or one made of it. NULL: no memory.
 */
const char *edition_cost_name(struct edition *ed, const char *directory,
                              const struct offered_cost *type);

/** Takes properties that live as long as the edition; frees them when it can't. */
int edition_keep(struct edition *ed, struct props *p, struct err *e);

size_t edition_count(const struct edition *ed);
const struct resource *edition_resource(const struct edition *ed, size_t i);

/** By path, or NULL. */
const struct resource *edition_find(const struct edition *ed, const char *path);

/** By resource id, or NULL. */
const struct resource *edition_by_id(const struct edition *ed, const char *id);

/** Version tag of what a resource holds. */
const char *edition_tag(const struct edition *ed, const struct resource *r);

/** Adds a view's resource under the id and path that it wants; a path that is taken already is
 * offered below /domain/DOMAIN instead. */
int edition_offer(struct edition *ed, const struct resource *r, const char *domain,
                  struct err *e);

/** By kind and atlas, or NULL: for `uses`. */
const struct resource *edition_of_kind(const struct edition *ed, const char *kind,
                                       const struct atlas *atlas);

/** Id of the directory's default network map. */
const char *edition_default_map(const struct edition *ed);

/** Are the resources of this atlas in the directory? The merged ones are not where a view says
 * so. */
bool edition_lists(const struct edition *ed, const struct atlas *atlas);

/** Properties of entities, of the merged atlas. */
const struct props *edition_props(const struct edition *ed);

/** Addresses of hosts, sites and RSEs. */
const struct places *edition_places(const struct edition *ed);

/** Values of paths computed so far; thread-safe. */
struct path_cache *edition_costs(const struct edition *ed);

/** A rendered body. */
struct body {
    char *data;
    size_t len;
    size_t entries; /* as reply.entries */
    char etag[36];  /* with quotes */
    struct repack *packed;
    const char *gzip; /* the same compressed, or NULL: not yet, or not worth it */
    size_t gzip_len;
    char gzip_etag[44];
    bool packing; /* is being compressed */
};

#define BODY_PACKED 1024 /* bytes; shorter ones are not compressed */

/** The body of a cached resource, rendered on first use; borrowed from the edition. NULL with
 * *e set. */
const struct body *edition_body(struct edition *ed, const struct resource *r, struct err *e);

/**
 * The same, compressed as well on first use. While another thread does that, or without memory
 * for it, `out` has no gzip. What *out points to is borrowed from the edition.
 */
int edition_packed(struct edition *ed, const struct resource *r, struct body *out,
                   struct err *e);

/** The replies that a cached resource has: all requests of a form get the same. */
enum edition_form { FORM_PLAIN, FORM_GZIP, FORM_PLAIN_304, FORM_GZIP_304, EDITION_FORMS };

/** Where the one of that form is kept; lives as long as the edition. */
struct serve_slot *edition_slot(const struct edition *ed, const struct resource *r,
                                enum edition_form form);

/** Is all there that a request for this resource needs, so that nobody has to wait? */
bool edition_is_ready(struct edition *ed, const struct resource *r, bool gzip);

/** ETag of a body: a hash, with quotes. */
int edition_etag(const char *data, size_t len, char out[36]);

#endif
