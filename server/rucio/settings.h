/* SPDX-License-Identifier: Apache-2.0 */
/* The key `rucio` of rialtod's configuration (docs/rucio.md): metrics, hosts, what is exported.
 */
#ifndef RIALTO_SERVER_RUCIO_SETTINGS_H
#define RIALTO_SERVER_RUCIO_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "net/addr.h"
#include "plan/statement.h"
#include "plan/transform.h"

/** Where a metric's values come from. */
enum rucio_resource { RUCIO_COST_MAP, RUCIO_ENDPOINT_COST, RUCIO_PATH_VECTOR };

/** Properties of network elements that metrics are made of. */
enum rucio_property { RUCIO_AS_PATH, RUCIO_NEXT_HOP, RUCIO_BANDWIDTH };

/** Whether more or less of a metric is better. */
enum rucio_better {
    RUCIO_AS_USUAL, /* as of what it is made of */
    RUCIO_TURNED,   /* the other way round */
    RUCIO_LESS,
    RUCIO_MORE,
    RUCIO_UNTOLD, /* it does not follow from the transformers: it can't be exported */
};

/** One metric as it was specified. */
struct rucio_metric {
    const char *name;
    enum rucio_resource type;
    const char *resource_id;      /* NULL: that of the merged map */
    const char *cost_metric;      /* cost-map, endpoint-cost; NULL: the resource's own */
    const char *map_id;           /* cost-map: network map that it has to depend on, or NULL */
    enum rucio_property property; /* path-vector */
    const struct transform *transformer; /* of a property, or of the cost */
    enum transform_fold fold;            /* path-vector */
    enum rucio_better better;
    const char *unit; /* of the result, or "" */
    double missing;   /* taken where nothing is known; NAN: it stays so */
};

/** Addresses of a name. */
struct rucio_names {
    const char *name; /* in small letters for hosts */
    struct addr *addrs;
    size_t n;
};

/** A storage element that the facts don't name, by its hosts. */
struct rucio_rse {
    const char *name;
    const char **hosts; /* in small letters */
    size_t n_hosts;
};

/** A site as CRIC tells of it. */
struct rucio_cric_site {
    const char *name;
    struct prefix *networks;
    size_t n_networks;
    const char **hosts; /* of its services, in small letters */
    size_t n_hosts;
};

struct rucio_settings {
    struct rucio_metric *metrics;
    size_t n_metrics;
    const char *statement; /* where a request has none */
    struct rucio_names *hosts;
    size_t n_hosts;
    struct rucio_rse *rses;
    size_t n_rses;
    struct rucio_cric_site *cric;
    size_t n_cric;
    const char **sites; /* to be exported; none: all that are known */
    size_t n_sites;
    const char *metric; /* that is exported */
    bool farthest;      /* what is unknown is exported as farthest away, not refused */
    int64_t hop_penalty;
    int64_t max_age; /* microseconds */
    bool dns;
    int64_t dns_wait, dns_keep; /* microseconds */
};

/** Table of the key's mapping. */
extern const struct conf_item rucio_items[];

/** Reads the mapping (NULL: defaults) into `out`, which lives in the arena. */
int rucio_settings_read(const struct conf *rucio, struct arena *a,
                        const struct rucio_settings **out, struct err *e);

/** Reads CRIC's list of sites ("rcsite" JSON) from a file. *e begins with the path. */
int rucio_cric_load(const char *path, struct rucio_settings *out, struct arena *a,
                    struct err *e);

/** The same for text; *e begins with line and column. */
int rucio_cric_parse(struct slice text, struct rucio_settings *out, struct arena *a,
                     struct err *e);

/** In the arena, with small letters and without a dot at the end; NULL: no memory. */
char *rucio_host_key(struct slice host, struct arena *a);

#endif
