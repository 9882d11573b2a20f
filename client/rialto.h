/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librialto: a client of Rialto and of any ALTO server (RFC 7285 and extensions).
 *
 * Lifetime: what a function hands out through `out` belongs to the caller and is freed by the
 * function named with it; a returned pointer is borrowed from the object it was asked of.
 * Results do not refer to the connection: they stay valid after rialto_close().
 *
 * Threads: a connection is used by one thread at a time. Results never change, so any number of
 * threads may read one; taking and freeing references to them is safe from every thread too.
 *
 * Errors: functions that can fail return 0 or a negative enum rialto_code, and describe the
 * failure in `struct rialto_error *e`, which may be NULL. On failure `*out` is NULL.
 *
 * Limits: replies above options.max_body, JSON deeper than 64 levels and duplicate members are
 * refused.
 */
#ifndef RIALTO_H
#define RIALTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What went wrong, from the point of view of someone who has to react. */
enum rialto_code {
    RIALTO_E_NOMEM = -1,       /* out of memory */
    RIALTO_E_ARGUMENT = -2,    /* an argument is wrong; nothing was sent */
    RIALTO_E_UNREACHABLE = -3, /* no connection, TLS failure, or it broke */
    RIALTO_E_TIMEOUT = -4,     /* the server took too long */
    RIALTO_E_DENIED = -5,      /* 401 or 403: credentials or grant missing */
    RIALTO_E_NOT_FOUND = -6,   /* 404, or a name that nobody knows */
    RIALTO_E_SERVER = -7,      /* another status of 400 and above */
    RIALTO_E_REPLY = -8,       /* the reply is not what the protocol allows */
    RIALTO_E_LIMIT = -9,       /* a limit of this library was exceeded */
    RIALTO_E_UNSUPPORTED = -10 /* the server's directory offers no such resource */
};

/** A failure: code, sentence, and what the server said about it where it said so. */
struct rialto_error {
    int code;           /* enum rialto_code; 0: none */
    int status;         /* HTTP status; 0: no reply */
    char alto_code[48]; /* RFC 7285 section 8.5 ("E_SYNTAX"), or the operator API's; "" unless
                           given */
    char field[128];    /* the field complained of; "" unless given */
    char value[128];    /* its value; "" unless given */
    char message[448];  /* one sentence for people, without control characters */
};

/** A short English text for a code; borrowed, never NULL. Thread-safe. */
const char *rialto_code_text(int code);

/** The library's version, "0.1.0"; borrowed. Thread-safe. */
const char *rialto_version(void);

/* ---- connection ----------------------------------------------------------------------------
 */

/** A server, its directory and what was cached of it. */
struct rialto;

/** How to reach a server. rialto_options_defaults() fills it. */
struct rialto_options {
    const char *url;       /* "http://127.0.0.1:8080"; a path in it is put before every other */
    const char *directory; /* root directory (IRD), relative to url; NULL: "/directory" */
    const char *credentials; /* file whose first line is "USER:PASSWORD", for Digest or Basic;
                                NULL: none */
    const char *token;       /* file whose first line is a token for Rucio's REST API, sent with
                                each request to url; NULL: none */
    const char *bearer;      /* file whose first line is a bearer token (RFC 6750), sent with
                                each request to url, by https or to loopback; NULL: none */
    const char *ca_file;     /* CA certificates for https; NULL: the system's */
    const char *cert_file; /* certificate shown by https, or a proxy with its key; NULL: none */
    const char *key_file;  /* its key, without password; NULL: in cert_file */
    int connect_timeout_ms; /* 15 000: also of silence within a request */
    int timeout_ms;         /* of a whole request; 60 000 */
    size_t max_body;        /* decoded bytes of a reply; 256 MiB */
};

/** Fills in the defaults above; url becomes http://127.0.0.1:8080. */
void rialto_options_defaults(struct rialto_options *o);

/**
 * Makes a connection object; free with rialto_close(). Nothing is sent yet, but the name in the
 * URL is looked up: only its addresses may be loopback or private, so that a directory can't
 * lead elsewhere inside. Credentials are sent to the URL's own scheme, host and port only;
 * files of secrets must not be readable by everybody. RIALTO_E_ARGUMENT: URL or file;
 * RIALTO_E_UNREACHABLE: unknown host.
 */
int rialto_open(struct rialto **out, const struct rialto_options *o, struct rialto_error *e);

/** Frees the connection and its cache, nulls the pointer. NULL is allowed. */
void rialto_close(struct rialto **r);

/* ---- JSON documents ------------------------------------------------------------------------
 */

/** A reply in JSON (counted reference), and a value in it (borrowed from the document). */
struct rialto_document;
struct rialto_value;

enum rialto_type {
    RIALTO_NULL,
    RIALTO_BOOL,
    RIALTO_NUMBER,
    RIALTO_TEXT,
    RIALTO_ARRAY,
    RIALTO_OBJECT
};

/**
 * A document of one's own: strict JSON, at most 64 levels; rialto_document_free().
 * RIALTO_E_REPLY: it is none, with line and column; RIALTO_E_LIMIT: too deep.
 */
int rialto_document_read(const char *text, struct rialto_document **out,
                         struct rialto_error *e);

/** The outermost value; never NULL. */
const struct rialto_value *rialto_document_root(const struct rialto_document *d);

/** Gives the reference back and nulls the pointer. NULL is allowed. */
void rialto_document_free(struct rialto_document **d);

/** Type of a value; RIALTO_NULL for NULL. The functions below all accept NULL and wrong types.
 */
enum rialto_type rialto_type(const struct rialto_value *v);

/** Member of an object, or NULL. */
const struct rialto_value *rialto_get(const struct rialto_value *v, const char *name);

/** Number of elements or members; 0 for anything else. */
size_t rialto_count(const struct rialto_value *v);

/** i-th element of an array, or NULL. */
const struct rialto_value *rialto_at(const struct rialto_value *v, size_t i);

/** Text (UTF-8, without NUL), or NULL. */
const char *rialto_text(const struct rialto_value *v);

/** Number, or `otherwise`. */
double rialto_number(const struct rialto_value *v, double otherwise);

/** Truth of a boolean; false for anything else. */
bool rialto_true(const struct rialto_value *v);

/** Where a walk over an object or array stands; zero-initialise. */
struct rialto_cursor {
    const char *key;                  /* name of the member; NULL in arrays */
    const struct rialto_value *value; /* the current value */
    void *place;                      /* private */
    size_t next;                      /* private */
};

/** Goes to the next member or element, in the order received; false at the end. */
bool rialto_next(const struct rialto_value *v, struct rialto_cursor *c);

/**
 * The value as compact JSON on one line, numbers in their shortest form, control characters
 * escaped; free() it. NULL when out of memory.
 */
char *rialto_value_json(const struct rialto_value *v);

/* ---- ALTO ----------------------------------------------------------------------------------
 */

/**
 * The root directory (RFC 7285 section 9.2), revalidated with its ETag; rialto_document_free().
 * The other functions load it once by themselves.
 */
int rialto_directory(struct rialto *r, struct rialto_document **out, struct rialto_error *e);

/** A network map with longest-prefix match (counted reference). */
struct rialto_map;

/**
 * A network map; rialto_map_free(). `id` is a resource id of the directory, NULL the default
 * map. An unchanged map is not transferred again (conditional GET) and yields the same object.
 */
int rialto_network_map(struct rialto *r, const char *id, struct rialto_map **out,
                       struct rialto_error *e);

/** Gives the reference back and nulls the pointer. NULL is allowed. */
void rialto_map_free(struct rialto_map **m);

/** Resource id and tag of the map's version; borrowed. */
const char *rialto_map_id(const struct rialto_map *m);
const char *rialto_map_tag(const struct rialto_map *m);

/** The map's "network-map" object: PID to address family to prefixes; borrowed. */
const struct rialto_value *rialto_map_pids(const struct rialto_map *m);

/** Room for a prefix as text and its 0. */
#define RIALTO_PREFIX_TEXT 52

/**
 * Name of the PID whose prefix is the longest that has the address, or NULL (no such prefix, or
 * no address); the prefix as text into `prefix` unless that is NULL. Borrowed. No request is
 * made.
 */
const char *rialto_map_find(const struct rialto_map *m, const char *address,
                            char prefix[RIALTO_PREFIX_TEXT]);

/** Costs between PIDs or endpoints. */
struct rialto_costs;

/** Two PIDs, in the direction of travel. */
struct rialto_pair {
    const char *src, *dst;
};

struct rialto_cost {
    const char *src, *dst; /* as the server wrote them: "PID1", "ipv4:192.0.2.1" */
    double value;
};

/**
 * The whole cost map of a metric; rialto_costs_free(). `metric` is a cost metric
 * ("routingcost") or the name of a cost type in the directory; NULL: "routingcost". Costs are
 * numerical. Revalidated by ETag.
 */
int rialto_cost_map(struct rialto *r, const char *metric, struct rialto_costs **out,
                    struct rialto_error *e);

/**
 * The cost between two PIDs (filtered cost map where the server has one; else out of the whole
 * map); rialto_costs_free(). No row when the server knows no cost.
 */
int rialto_cost_of(struct rialto *r, const char *metric, const struct rialto_pair *pids,
                   struct rialto_costs **out, struct rialto_error *e);

/** Which endpoints: each source to each destination. Addresses may be bare or typed
 * ("ipv6:2001:db8::1"). */
struct rialto_flows {
    const char *const *srcs;
    size_t n_srcs;
    const char *const *dsts;
    size_t n_dsts;
};

/** Costs between endpoints (RFC 7285 section 11.5); rialto_costs_free(). */
int rialto_endpoint_costs(struct rialto *r, const char *metric,
                          const struct rialto_flows *flows, struct rialto_costs **out,
                          struct rialto_error *e);

/** Frees and nulls the pointer. NULL is allowed. */
void rialto_costs_free(struct rialto_costs **c);

/** Metric of these costs; borrowed. */
const char *rialto_costs_metric(const struct rialto_costs *c);

/** Resource id and tag of the network map whose PIDs these are; "" for endpoints. Borrowed. */
const char *rialto_costs_map_id(const struct rialto_costs *c);
const char *rialto_costs_map_tag(const struct rialto_costs *c);

/** Number of costs, and the i-th (i < count) in the order received; borrowed. */
size_t rialto_costs_count(const struct rialto_costs *c);
const struct rialto_cost *rialto_costs_at(const struct rialto_costs *c, size_t i);

/** The cost from src to dst, spelled as in the rows, into *value; false when there is none. */
bool rialto_costs_get(const struct rialto_costs *c, const char *src, const char *dst,
                      double *value);

/** Hosts in order of preference for a client. */
struct rialto_ranking;

struct rialto_ranked {
    const char *host;    /* as asked */
    const char *address; /* the address that is cheapest; NULL: the host has none, or no cost is
                            known */
    const char *client;  /* the client's address for which it is */
    bool known;          /* a cost is known; hosts without stand last, in the order asked */
    double cost;
};

/** What is to be ranked for whom. */
struct rialto_rank_query {
    const char
        *metric; /* as for rialto_cost_map(); metrics of bandwidth prefer the higher value */
    const char *client;       /* address, or a name as for rialto_resolve(): host, RSE, site */
    const char *const *hosts; /* addresses or names */
    size_t n_hosts;
    bool upload; /* data goes from the client to the hosts; otherwise from them to it */
};

/** Ranks hosts by endpoint cost; rialto_ranking_free(). RIALTO_E_NOT_FOUND: the client is
 * unknown. */
int rialto_rank(struct rialto *r, const struct rialto_rank_query *q,
                struct rialto_ranking **out, struct rialto_error *e);

/** Frees and nulls the pointer. NULL is allowed. */
void rialto_ranking_free(struct rialto_ranking **k);

/** Metric, number of hosts, and the i-th best (i < count); borrowed. */
const char *rialto_ranking_metric(const struct rialto_ranking *k);
size_t rialto_ranking_count(const struct rialto_ranking *k);
const struct rialto_ranked *rialto_ranking_at(const struct rialto_ranking *k, size_t i);

/** A path vector (RFC 9275): which abstract network elements flows cross, and their properties.
 */
struct rialto_vector;

struct rialto_flow {
    const char *src, *dst;       /* typed addresses */
    const char *const *elements; /* names of elements in order of travel */
    size_t n_elements;
};

struct rialto_element {
    const char *name;                      /* valid within this vector only */
    const struct rialto_value *properties; /* object; borrowed from the vector */
};

/**
 * Path vectors of each source to each destination with the named properties of the elements (a
 * list that ends with NULL; NULL: "max-reservable-bandwidth" alone); rialto_vector_free(). A
 * flow without a path has no row.
 */
int rialto_path_vector(struct rialto *r, const struct rialto_flows *flows,
                       const char *const *properties, struct rialto_vector **out,
                       struct rialto_error *e);

/** Reads a multipart/related reply by itself: `type` is its Content-Type. rialto_vector_free().
 */
int rialto_vector_parse(const char *type, const char *body, size_t len,
                        struct rialto_vector **out, struct rialto_error *e);

/** Frees and nulls the pointer. NULL is allowed. */
void rialto_vector_free(struct rialto_vector **v);

/** Flows and elements: how many, and the i-th (i < count); borrowed. */
size_t rialto_vector_flows(const struct rialto_vector *v);
const struct rialto_flow *rialto_vector_flow(const struct rialto_vector *v, size_t i);
size_t rialto_vector_elements(const struct rialto_vector *v);
const struct rialto_element *rialto_vector_element(const struct rialto_vector *v, size_t i);

/** The element of that name, or NULL; borrowed. */
const struct rialto_element *rialto_vector_find(const struct rialto_vector *v,
                                                const char *name);

/**
 * Properties of entities (RFC 9240); rialto_document_free(). The document is an object: entity
 * to object of properties. Entities are typed ("ipv4:192.0.2.1", "pid:X", ".ane:X"); bare
 * addresses become typed. `entities` and `names` end with NULL; `names` NULL: all that the
 * server has.
 */
int rialto_properties(struct rialto *r, const char *const *entities, const char *const *names,
                      struct rialto_document **out, struct rialto_error *e);

/* ---- operators' API ------------------------------------------------------------------------
 */

/** Whose path; `table` names the routing table of the source, NULL: any. */
struct rialto_path_query {
    const char *src, *dst; /* addresses */
    const char *table;
};

/**
 * The path of packets between two addresses; rialto_document_free(). The document is described
 * in docs/api.md; "known": false means that there is no answer.
 */
int rialto_path(struct rialto *r, const struct rialto_path_query *q,
                struct rialto_document **out, struct rialto_error *e);

/**
 * A list or the status: `what` is "domains", "sources", "disagreements", "links", "endpoints"
 * or "status"; rialto_document_free(). Revalidated by ETag where the server gives one.
 */
int rialto_operator(struct rialto *r, const char *what, struct rialto_document **out,
                    struct rialto_error *e);

/* ---- Rucio ---------------------------------------------------------------------------------
 */

/** A table of distances as the server gave it. */
struct rialto_table {
    char *text; /* 0-terminated; "" when it is unchanged */
    size_t len;
    char *etag;     /* or NULL */
    bool unchanged; /* the ETag given is still that of the table */
};

/**
 * The table that Rucio reads for `custom_table`: lines of site, RSE and a distance from 0 to 1;
 * rialto_table_free(). `etag` is that of a table had before, or NULL. RIALTO_E_REPLY: it is not
 * such a table. RIALTO_E_SERVER with status 503: the server has no complete and fresh one.
 */
int rialto_rucio_table(struct rialto *r, const char *etag, struct rialto_table **out,
                       struct rialto_error *e);

/** Frees and nulls the pointer. NULL is allowed. */
void rialto_table_free(struct rialto_table **t);

/**
 * Distances between RSEs: {"distances": {SRC: {DST: {"distance": N}}}};
 * rialto_document_free().
 */
int rialto_rucio_distances(struct rialto *r, struct rialto_document **out,
                           struct rialto_error *e);

/**
 * What Rucio itself has: `r` is a connection to its REST API, with a token. The document has
 * "rses" and "distances", each by name; rialto_document_free().
 */
int rialto_rucio_export(struct rialto *r, struct rialto_document **out, struct rialto_error *e);

/** Has Rucio import a document, which it does in one transaction or not at all. */
int rialto_rucio_import(struct rialto *r, const char *document, struct rialto_error *e);

/* ---- FTS -----------------------------------------------------------------------------------
 */

/**
 * A plan for pairs of storages: `question` is the body of POST /fts/plan (docs/fts.md), as
 * JSON. The document has "as_of", a time, and "plan", an array of objects with the texts
 * "source_se" and "dest_se", and "rate" and "connections", each a number from 0 or null;
 * rialto_document_free().
 */
int rialto_fts_plan(struct rialto *r, const char *question, struct rialto_document **out,
                    struct rialto_error *e);

/**
 * The configuration of links that FTS has: `r` is a connection to its REST API, as the
 * functions below want it. The document is an array of objects with the texts "symbolicname",
 * "source" and "destination" ("*": any), and "min_active" and "max_active", each a whole number
 * or null; rialto_document_free().
 */
int rialto_fts_links(struct rialto *r, struct rialto_document **out, struct rialto_error *e);

/**
 * What FTS's optimizer decided last: an array of objects with the texts "source_se", "dest_se"
 * and "datetime" (UTC, without zone), and "active", a whole number, and "ema" (bytes per
 * second), each a number or null; rialto_document_free().
 */
int rialto_fts_current(struct rialto *r, struct rialto_document **out, struct rialto_error *e);

/**
 * What FTS's optimizer saw of one pair, its last 50 looks, the newest first: an array of
 * objects with the texts "source_se", "dest_se" and "datetime" (UTC, without zone), and
 * "throughput" (bytes per second of all transfers), "actual_active" and "queue_size"
 * (transfers), each a number or null; rialto_document_free().
 */
int rialto_fts_evolution(struct rialto *r, const char *source, const char *dest,
                         struct rialto_document **out, struct rialto_error *e);

/** Most links of one document of loads. */
#define RIALTO_MAX_LOADS 20000

/**
 * Is it what an operator's monitoring says of links (docs/fts.md,
 * schemas/cli/fts-loads.schema.json)? An object with "at", a time of RFC 3339, and "links", an
 * array of objects with the text "link" and "load" (bits per second) or "enforced" or both;
 * nothing else. RIALTO_E_REPLY: no, and why; RIALTO_E_LIMIT: too many.
 */
int rialto_fts_check_loads(const struct rialto_value *root, struct rialto_error *e);

/** Such a document from the very URL that `r` was opened with; rialto_document_free(). */
int rialto_fts_loads(struct rialto *r, struct rialto_document **out, struct rialto_error *e);

/**
 * Has FTS set the configuration of a link: an object as one of rialto_fts_links(), without
 * members that are null. FTS knows links by source and destination: whatever it had for them
 * is written over, its name as well.
 */
int rialto_fts_set_link(struct rialto *r, const char *document, struct rialto_error *e);

/** Has FTS forget the configuration of that symbolic name. That there is none is no error. */
int rialto_fts_delete_link(struct rialto *r, const char *name, struct rialto_error *e);

/* ---- Grants of domains ---------------------------------------------------------------------
 */

/**
 * What domains grant, as far as the client may see it (docs/fts.md): a document with the array
 * "grants"; rialto_document_free().
 */
int rialto_fts_grants(struct rialto *r, struct rialto_document **out, struct rialto_error *e);

/** A document to hand in. */
struct rialto_hand_in {
    const char *domain;
    const char *document; /* JSON, docs/fts.md */
    bool dry_run;         /* only to be checked */
};

/**
 * Replaces the document of a domain's grants, or only checks it. Asks first which version there
 * is, and replaces that one alone. *out is the receipt, with "version";
 * rialto_document_free().
 */
int rialto_fts_put_grants(struct rialto *r, const struct rialto_hand_in *what,
                          struct rialto_document **out, struct rialto_error *e);

/** Addresses behind a name. */
struct rialto_addresses;

/**
 * Resolves an address (to itself), else the name of an endpoint, RSE or host that the server
 * lists, else a site (all addresses of its endpoints), else a host name by the system's
 * resolver with both families; rialto_addresses_free(). RIALTO_E_NOT_FOUND: nobody knows it.
 * The server's list is read once.
 */
int rialto_resolve(struct rialto *r, const char *name, struct rialto_addresses **out,
                   struct rialto_error *e);

/** Frees and nulls the pointer. NULL is allowed. */
void rialto_addresses_free(struct rialto_addresses **a);

/** How many (at least one), and the i-th as canonical text (i < count); borrowed. */
size_t rialto_addresses_count(const struct rialto_addresses *a);
const char *rialto_addresses_at(const struct rialto_addresses *a, size_t i);

/* ---- discovery (RFC 7286, RFC 8686) ---------------------------------------------------------
 */

/** How servers are looked for. rialto_discovery_defaults() fills it. */
struct rialto_discovery_options {
    const char *service;    /* "ALTO:https"; any U-NAPTR service may be asked for */
    const char *domain;     /* where local discovery asks; NULL: the system's search domains */
    const char *nameserver; /* "192.0.2.53" or "192.0.2.53:5353", IPv4; NULL: the system's */
    int timeout_ms;         /* of one query; 5 000 */
};

/** A server that was found: lowest order first, then lowest preference. */
struct rialto_found {
    const char *uri; /* of its directory */
    unsigned order, preference;
};

/** What the DNS said of one name. */
struct rialto_asked {
    const char *name;
    size_t records; /* that fit; 0: none, or no such name */
    bool temporary; /* no answer, or a failure of the name server: may be another time */
};

/** Servers, and the names that were asked for. */
struct rialto_discovery;

/** Fills in the defaults above. */
void rialto_discovery_defaults(struct rialto_discovery_options *o);

/**
 * Looks for the servers that are responsible for `what`: an address or a prefix (RFC 8686; a
 * private one by local discovery, section 5.1.3), a domain name (RFC 7286), or NULL: local
 * discovery. rialto_discovery_free(). That nothing was found is no error. RIALTO_E_ARGUMENT:
 * `what` is none of these, or a prefix too short ("unsupported prefix length").
 */
int rialto_discover(const char *what, const struct rialto_discovery_options *o,
                    struct rialto_discovery **out, struct rialto_error *e);

/** Frees and nulls the pointer. NULL is allowed. */
void rialto_discovery_free(struct rialto_discovery **d);

/** Servers and names: how many, and the i-th (i < count); borrowed. */
size_t rialto_discovery_count(const struct rialto_discovery *d);
const struct rialto_found *rialto_discovery_at(const struct rialto_discovery *d, size_t i);
size_t rialto_discovery_asked_count(const struct rialto_discovery *d);
const struct rialto_asked *rialto_discovery_asked_at(const struct rialto_discovery *d,
                                                     size_t i);

/**
 * The names at which an operator publishes records: for an address or prefix those by which the
 * discovery for anything within finds them, in the order of addresses; for a domain its own.
 * `each` gets them one by one and returns 0 to go on. RIALTO_E_ARGUMENT as above;
 * RIALTO_E_LIMIT: more than 65,536.
 */
int rialto_discovery_names(const char *what, int (*each)(void *payload, const char *name),
                           void *payload, struct rialto_error *e);

#ifdef __cplusplus
}
#endif

#endif
