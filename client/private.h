/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of librialto share. Never installed. */
#ifndef RIALTO_CLIENT_PRIVATE_H
#define RIALTO_CLIENT_PRIVATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "client/rialto.h"
#include "net/addr.h"

#define MEDIA_DIRECTORY     "application/alto-directory+json"
#define MEDIA_NETWORK_MAP   "application/alto-networkmap+json"
#define MEDIA_COST_MAP      "application/alto-costmap+json"
#define MEDIA_COST_FILTER   "application/alto-costmapfilter+json"
#define MEDIA_ENDPOINT      "application/alto-endpointcost+json"
#define MEDIA_ENDPOINT_IN   "application/alto-endpointcostparams+json"
#define MEDIA_PROPERTIES    "application/alto-propmap+json"
#define MEDIA_PROPERTIES_IN "application/alto-propmapparams+json"
#define MEDIA_ERROR         "application/alto-error+json"

/* ---- error.c */

/** Sets code and message; returns the code. */
int error_set(struct rialto_error *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** Takes over an error of the fetcher. */
int error_from_fetch(struct rialto_error *e, const struct err *from);

/** Describes a reply of status 400 and above by what its body says. */
int error_from_reply(struct rialto_error *e, int status, const char *body, size_t len);

/** Puts "where: " before the message; returns its code. */
int error_in(struct rialto_error *e, const char *where);

static inline int error_nomem(struct rialto_error *e)
{
    return error_set(e, RIALTO_E_NOMEM, "out of memory");
}

/* ---- decode.c: the only user of the JSON library */

/** Parses strictly: one value, no duplicate members, at most 64 levels. */
int decode_json(const char *p, size_t n, struct rialto_document **out, struct rialto_error *e);

/** Another reference. */
struct rialto_document *document_ref(struct rialto_document *d);

/** Appends the value as compact JSON. */
void encode_value(struct buf *b, const struct rialto_value *v);

/** Appends a JSON string; characters that could steer a terminal are escaped. */
void encode_text(struct buf *b, const char *s);

/* ---- url.c */

/** Is it an http or https URL without user, query and fragment? Its origin's length into
 * *origin. */
bool url_check(const char *url, size_t *origin);

/** The host of a URL's origin, without brackets, into the arena. NULL when out of memory. */
char *url_host(struct arena *a, const char *url);

/** Resolves a reference against an absolute URL; NULL when out of memory or it is no http(s)
 * URL. */
char *url_resolve(struct arena *a, const char *base, const char *ref);

/* ---- connect.c */

struct cached {
    char *etag;
    struct rialto_document *document;
    struct rialto_map *map; /* made of the document, once asked for */
};

struct rialto {
    struct fetcher *fetcher;
    struct arena *own;     /* lives as long as the connection */
    struct arena *request; /* emptied before each request */
    struct arena_mark empty;
    const char *base, *directory_url;
    size_t origin; /* length of scheme, host and port in base */
    const char *username, *password;
    const char *token; /* header with a token, to the base's origin only; or NULL */
    struct map *cache; /* URL to struct cached */
    struct rialto_document *directory; /* as last loaded */
    struct rialto_document *endpoints; /* for names; NULL: not yet asked */
    bool endpoints_asked;
};

struct call {
    const char *method; /* NULL: POST with a body, else GET */
    const char *url, *accept;
    const char *media; /* of the body; NULL: GET */
    const char *body;
    size_t len;
    const char *etag;
    bool created;      /* 201 and 204 are as good as 200 */
    const char *match; /* version that is replaced; "": there is none yet; NULL: no condition */
};

/** A reply; lives until the next call. */
struct answer {
    int status;
    const char *media, *etag;
    const char *body;
    size_t len;
};

/** One request; fails for every status but 200 and 304. */
int client_call(struct rialto *r, const struct call *c, struct answer *a,
                struct rialto_error *e);

/** Gets JSON through the cache; of the call, `url` and `accept` count. The entry (NULL allowed)
 * is borrowed until the next call. */
int client_get(struct rialto *r, const struct call *c, struct rialto_document **out,
               struct cached **entry, struct rialto_error *e);

/** One request outside the cache, its reply parsed. */
int client_send(struct rialto *r, const struct call *c, struct rialto_document **out,
                struct rialto_error *e);

/* ---- directory.c */

/** What a resource must be like. */
struct want {
    const char *media;   /* essence of its media type */
    const char *type;    /* the media type's `type` parameter; NULL: any */
    const char *accepts; /* NULL: it must be gettable */
    const char *mode;    /* cost mode; NULL: no matter */
    const char *metric;  /* cost metric or name of a cost type */
};

/** What was found: the resource and, for costs, its cost type's metric. */
struct found {
    const char *id;
    char *url;
    const char *metric, *mode;
    const struct rialto_value *entry;
};

/** Loads the directory unless it is there. */
int directory_load(struct rialto *r, struct rialto_error *e);

/** The best resource; RIALTO_E_UNSUPPORTED when there is none. */
int directory_find(struct rialto *r, const struct want *w, struct found *out,
                   struct rialto_error *e);

/** The resource of that id, or of the default network map for NULL. */
int directory_map(struct rialto *r, const char *id, struct found *out, struct rialto_error *e);

/* ---- map.c */

/** Builds a map of a document (a reference is taken). `id` is used where the map names none. */
int map_build(struct rialto_document *d, const char *id, struct rialto_map **out,
              struct rialto_error *e);

/* ---- media.c */

/** Is the essence of a media type (before any ";") this one? Case does not matter. */
bool media_is(const char *media, const char *essence);

/** Parameter of a media type, unquoted, into the arena; NULL: absent, malformed or out of
 * memory. */
char *media_parameter(struct arena *a, const char *media, const char *name);

/** Accepts at most this many parts. */
#define MULTIPART_MAX 16

struct part {
    struct slice id, media, body; /* borrow from the message */
};

/** Splits a multipart body (RFC 2046 section 5.1.1) at its boundary; the number of parts into
 * *n. */
int multipart_split(struct slice body, const char *boundary, struct part parts[MULTIPART_MAX],
                    size_t *n, struct rialto_error *e);

/* ---- fts.c */

/** Are these the replies that rialto.h promises? RIALTO_E_REPLY: no. */
int fts_check_plan(const struct rialto_value *root, struct rialto_error *e);
int fts_check_links(const struct rialto_value *root, struct rialto_error *e);
int fts_check_current(const struct rialto_value *root, struct rialto_error *e);
int fts_check_evolution(const struct rialto_value *root, struct rialto_error *e);

/* ---- cost.c */

/** "192.0.2.1" to "ipv4:192.0.2.1"; typed addresses become canonical. NULL: not an address. */
char *endpoint_typed(struct arena *a, const char *address);

/** Appends "srcs" and "dsts" as an object; RIALTO_E_ARGUMENT for what is no address. */
int endpoint_object(struct rialto *r, struct buf *b, const struct rialto_flows *flows,
                    struct rialto_error *e);

#endif
