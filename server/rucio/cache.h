/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of paths that were computed already, for one edition: the same replicas are sorted for
 * the same clients all day long. Thread-safe; holds a bounded number of pairs: when there are
 * more the older ones are forgotten, few at a time.
 */
#ifndef RIALTO_SERVER_RUCIO_CACHE_H
#define RIALTO_SERVER_RUCIO_CACHE_H

#include "base/err.h"
#include "server/rucio/metrics.h"

#define CACHE_MAX_PAIRS 131072

struct path_cache;

/** For that many values of each pair. */
int path_cache_new(struct path_cache **out, size_t n_values, struct err *e);
void path_cache_free(struct path_cache **c);

/** Whose value, and which. */
struct path_cache_key {
    const struct addr *src, *dst;
    const void *client; /* class that sees it so; NULL: all do */
    size_t slot;
};

/** True, with the value in *out, when it is there. */
bool path_cache_get(struct path_cache *c, const struct path_cache_key *key,
                    struct metric_value *out);

/** Keeps a value; without memory it is not kept. */
void path_cache_put(struct path_cache *c, const struct path_cache_key *key,
                    const struct metric_value *value);

#endif
