/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where hosts, sites and storage elements are: addresses by name, from the configuration, CRIC
 * and the facts of domains. Made with an edition, immutable then; lives in its arena.
 */
#ifndef RIALTO_SERVER_RUCIO_PLACES_H
#define RIALTO_SERVER_RUCIO_PLACES_H

#include "model/snapshot.h"
#include "server/rucio/settings.h"

struct places;

/** Who knew the addresses of a name. */
enum place_source { PLACE_MAP, PLACE_FACTS, PLACE_CRIC, PLACE_DNS, PLACE_LITERAL };

/** A name with its addresses, each once. */
struct place {
    const char *name;
    const struct addr *addrs;
    size_t n;
    enum place_source source;
    const char *rse, *site, *domain; /* what else is known of it; or NULL */
};

int places_new(struct places **out, const struct snapshot *s, const struct rucio_settings *r,
               struct arena *a, struct err *e);

/** Frees what is not in the arena; NULL is allowed. */
void places_free(struct places **p);

/** A host by its key (rucio_host_key), or NULL. */
const struct place *places_host(const struct places *p, const char *key);

/** A site by name, or NULL: by its networks, else by its storage. May have no address. */
const struct place *places_site(const struct places *p, const char *name);

/** All sites of the facts, and those of CRIC that have networks; all RSEs. Sorted by name. */
size_t places_sites(const struct places *p, const struct place *const **v);
size_t places_rses(const struct places *p, const struct place *const **v);

/** "configuration", "facts", ... */
const char *place_source_name(enum place_source s);

#endif
