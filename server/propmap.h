/* SPDX-License-Identifier: Apache-2.0 */
/* What the property map resources share: writing maps, selecting named entities. */
#ifndef RIALTO_SERVER_PROPMAP_H
#define RIALTO_SERVER_PROPMAP_H

#include "server/props.h"
#include "server/resource.h"

/** Which properties a request wants. */
struct prop_selection {
    const struct wire_names *names; /* NULL or empty while present: all */
    const char *without;            /* never this one; or NULL */
    bool bare; /* no `properties` at all: entities with {} (RFC 9240 section 8.3) */
};

/** Is the property wanted? */
bool propmap_wants(const struct prop_selection *sel, const char *name);

/** A body under way: entities each once, so many so far. */
struct propmap {
    struct buf *out;
    struct map *seen;
    size_t n;
};

/** Writes the head; the map of entities follows, then propmap_end(). */
int propmap_begin(struct propmap *m, struct buf *out, const struct wire_meta *meta,
                  struct err *e);
void propmap_end(struct propmap *m);

/** Adds an entity with the wanted of its properties; one without any is left out. */
void propmap_named(struct propmap *m, const char *domain, const struct named_entity *entity,
                   const struct prop_selection *sel);

/** Adds a link that may be named to the client, without what its domains hide. */
void propmap_link(struct propmap *m, const struct view *v, const struct named_entity *link,
                  const struct prop_selection *sel);

/** Adds entities of addresses; `columns` are the names of their values. */
void propmap_addresses(struct propmap *m, const struct prop_entities *list,
                       const char *const *columns, const struct prop_selection *sel);

/** Appends {"mappings":{...}} member "DOMAIN":[names]; `comma` before. */
void propmap_put_mapping(struct buf *b, const char *domain, const char *const *names, size_t n,
                         bool comma);

#endif
