/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of rialtod (docs/configuration.md), checked and ready for use. Immutable,
 * counted. */
#ifndef RIALTO_SERVER_SETTINGS_H
#define RIALTO_SERVER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "conf/conf.h"
#include "model/history.h"
#include "net/addr.h"
#include "wire/request.h"

/** What a class of clients may do besides reading maps and costs. */
enum grant {
    GRANT_PATH_VECTOR = 1,
    GRANT_PRIVATE_PROPERTIES = 2,
    GRANT_OPERATOR_API = 4,
    GRANT_RUCIO = 8,          /* distances and orders of replicas */
    GRANT_SPECIFICATION = 16, /* to hand in what domains grant */
};

struct rucio_settings;
struct scitags;

/** A class of clients: by network, by Digest credentials, or both of them needed. */
struct client_class {
    const char *name;
    struct prefix *networks;
    size_t n_networks;
    const char *user, *password; /* or NULL */
    unsigned grants;             /* of enum grant */
    const char **domains;        /* for which documents may be handed in */
    size_t n_domains;
    bool all_domains; /* no list was given */
};

struct settings {
    struct arena *arena;
    unsigned references; /* changed atomically */
    const char *host;    /* to listen on */
    uint16_t port;
    const char **stores; /* files or patterns */
    size_t n_stores;
    int64_t poll, stale_after; /* microseconds */
    const char *name;          /* prefix of resource ids */
    const char *public_url;    /* without a slash at the end; or NULL */
    const char *certificate, *key;
    struct client_class *classes;
    size_t n_classes;
    const char **persistent_ids; /* names of links */
    size_t n_persistent_ids;
    enum log_level log;

    struct wire_limits wire;
    size_t max_body;
    size_t pairs, path_vector_pairs;
    int64_t header_timeout, body_timeout;
    unsigned connections, connections_per_client, threads;
    size_t streams, streams_per_client; /* of updates */
    size_t watches;                     /* different things that are followed */
    size_t views, polls;                /* TIPS: views, requests that wait */
    int64_t keep_alive, view_idle;
    const struct rucio_settings *rucio;
    const struct scitags *scitags; /* NULL: none configured */
    const char *inbox;             /* store of what is handed in; NULL: nothing can be */
    struct history_rules calendars;
};

/** Reads a configuration file. */
int settings_load(const char *path, struct settings **out, struct err *e);

/** The same for text; `name` stands for the file in messages. */
int settings_parse(const char *name, const char *text, size_t len, struct settings **out,
                   struct err *e);

/** "127.0.0.1:8080" or "[::1]:0" into host (in the arena) and port. */
int settings_listen(struct settings *s, const char *text, struct err *e);

/** One more holder; one less (the last one frees). Thread-safe. */
struct settings *settings_hold(struct settings *s);
void settings_release(struct settings **s);

/** Does any class that is known by credentials have the grant? Asking for credentials may then
 * help. */
bool settings_digest_grants(const struct settings *s, unsigned grant);

/** May the class (NULL: anonymous) hand in what the domain grants? */
bool settings_may_hand_in(const struct client_class *c, const char *domain);

/** The configuration's table, for --help and the manual. */
const struct conf_item *settings_items(void);

#endif
