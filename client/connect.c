/* SPDX-License-Identifier: Apache-2.0 */
/* The connection: options, requests, and the cache of what can be revalidated. */
#include "http/fetch.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/private.h"

#define MAX_ADDRESSES 64
#define MAX_CACHED    64

void rialto_options_defaults(struct rialto_options *o)
{
    *o = (struct rialto_options){
        .url = "http://127.0.0.1:8080",
        .connect_timeout_ms = 15000,
        .timeout_ms = 60000,
        .max_body = (size_t)256 << 20,
    };
}

#define MAX_SECRET 8192 /* bytes of the first line of a file with one; tokens are long */

/** Opens a file that not everybody may read; `what` it is, for messages. */
static int open_secret(const char *what, const char *file, FILE **out, struct rialto_error *e)
{
    struct stat st;

    *out = fopen(file, "re");
    if (!*out)
        return error_set(e, RIALTO_E_ARGUMENT, "%s file %s: %s", what, file, strerror(errno));
    if (fstat(fileno(*out), &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & S_IROTH))
        return 0;
    fclose(*out);
    return error_set(e, RIALTO_E_ARGUMENT,
                     "%s file %s: must be a plain file that others can't read (chmod o-r)",
                     what, file);
}

/** The first line of a file of a secret. */
static int read_secret(const char *what, const char *file, char line[MAX_SECRET],
                       struct rialto_error *e)
{
    FILE *f;
    int rc = open_secret(what, file, &f, e);

    line[0] = 0;
    if (rc != 0)
        return rc;
    if (!fgets(line, MAX_SECRET, f))
        line[0] = 0;
    line[strcspn(line, "\r\n")] = 0;
    fclose(f);
    return 0;
}

/** The header that a token is sent in; `name` is what stands before it. */
static int read_token(struct rialto *r, const char *name, const char *file,
                      struct rialto_error *e)
{
    char line[MAX_SECRET];
    int rc = read_secret("token", file, line, e);

    for (const char *c = line; rc == 0 && (*c || c == line); c++)
        if (*c <= ' ' || *c > '~')
            rc = error_set(e, RIALTO_E_ARGUMENT, "token file %s:1: expected a token", file);
    if (rc == 0) {
        r->token = arena_printf(r->own, "%s%s", name, line);
        if (!r->token)
            rc = error_nomem(e);
    }
    explicit_bzero(line, sizeof(line));
    return rc;
}

/** Reads "USER:PASSWORD". */
static int read_credentials(struct rialto *r, const char *file, struct rialto_error *e)
{
    char line[MAX_SECRET];
    char *colon;
    int rc = read_secret("credentials", file, line, e);

    if (rc != 0)
        goto out;
    colon = strchr(line, ':');
    if (!colon || colon == line) {
        rc = error_set(e, RIALTO_E_ARGUMENT, "credentials file %s:1: expected USER:PASSWORD",
                       file);
        goto out;
    }
    r->username = arena_strndup(r->own, line, (size_t)(colon - line));
    r->password = arena_strdup(r->own, colon + 1);
    if (!r->username || !r->password)
        rc = error_nomem(e);
out:
    explicit_bzero(line, sizeof(line));
    return rc;
}

static bool is_loopback(const char *host)
{
    struct addr a;

    if (strcmp(host, "localhost") == 0)
        return true;
    return addr_parse(slice_of(host), &a) &&
           (a.family == 4 ? a.b[0] == 127 : strcmp(host, "::1") == 0);
}

/** Bearer tokens serve whoever reads them: not over the network in the clear. */
static int check_bearer(const struct rialto *r, struct rialto_error *e)
{
    const char *host = url_host(r->own, r->base);

    if (!host)
        return error_nomem(e);
    if (strncasecmp(r->base, "https://", 8) == 0 || is_loopback(host))
        return 0;
    return error_set(e, RIALTO_E_ARGUMENT, "%s: a bearer token is sent by https only", r->base);
}

/** Certificate and key are read by the fetcher; that the key is secret is checked here. */
static int check_certificate(const struct rialto_options *o, struct rialto_error *e)
{
    FILE *f;
    int rc;

    if (!o->cert_file)
        return o->key_file ? error_set(e, RIALTO_E_ARGUMENT,
                                       "key file %s: there is no certificate", o->key_file)
                           : 0;
    if (access(o->cert_file, R_OK) != 0)
        return error_set(e, RIALTO_E_ARGUMENT, "certificate file %s: %s", o->cert_file,
                         strerror(errno));
    rc = open_secret("key", o->key_file ? o->key_file : o->cert_file, &f, e);
    if (rc == 0)
        fclose(f);
    return rc;
}

static int read_secrets(struct rialto *r, const struct rialto_options *o,
                        struct rialto_error *e)
{
    int rc = check_certificate(o, e);

    if (rc == 0 && o->token && o->bearer)
        rc = error_set(e, RIALTO_E_ARGUMENT, "token and bearer token can't both be sent");
    if (rc == 0 && o->credentials)
        rc = read_credentials(r, o->credentials, e);
    if (rc == 0 && o->token)
        rc = read_token(r, "X-Rucio-Auth-Token: ", o->token, e);
    if (rc == 0 && o->bearer)
        rc = check_bearer(r, e);
    if (rc == 0 && o->bearer)
        rc = read_token(r, "Authorization: Bearer ", o->bearer, e);
    return rc;
}

/** The addresses of the server the user named, as prefixes that may be connected to. */
static int allowed_space(struct rialto *r, struct prefix out[MAX_ADDRESSES], size_t *n,
                         struct rialto_error *e)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    const char *host = url_host(r->own, r->base);
    char text[ADDR_TEXT];
    struct addr addr;
    int rc;

    if (!host)
        return error_nomem(e);
    rc = getaddrinfo(host, NULL, &hints, &list);
    if (rc != 0)
        return error_set(e, RIALTO_E_UNREACHABLE, "can't look up host %s: %s", host,
                         gai_strerror(rc));
    for (struct addrinfo *i = list; i && *n < MAX_ADDRESSES; i = i->ai_next)
        if (getnameinfo(i->ai_addr, i->ai_addrlen, text, sizeof(text), NULL, 0,
                        NI_NUMERICHOST) == 0 &&
            addr_parse(slice_of(text), &addr))
            out[(*n)++] = prefix_of(&addr, addr_bits(&addr));
    freeaddrinfo(list);
    return 0;
}

static int make_fetcher(struct rialto *r, const struct rialto_options *o,
                        struct rialto_error *e)
{
    struct prefix allow[MAX_ADDRESSES];
    struct fetch_limits limits;
    size_t n = 0;
    struct err why = {0};

    if (allowed_space(r, allow, &n, e) != 0)
        return RIALTO_E_UNREACHABLE;
    fetch_defaults(&limits);
    limits.max_body = o->max_body;
    limits.connect_timeout = (int64_t)o->connect_timeout_ms * 1000;
    limits.total_timeout = (int64_t)o->timeout_ms * 1000;
    limits.min_interval = 0; /* the server is the user's own */
    limits.allow = allow;
    limits.n_allow = n;
    limits.ca_file = o->ca_file;
    limits.cert_file = o->cert_file;
    limits.key_file = o->key_file;
    if (fetcher_new(&r->fetcher, &limits, clock_system(), &why) != 0)
        return error_from_fetch(e, &why);
    return 0;
}

static int set_urls(struct rialto *r, const struct rialto_options *o, struct rialto_error *e)
{
    const char *directory = o->directory ? o->directory : "/directory";
    size_t n;

    if (!o->url || !url_check(o->url, &r->origin))
        return error_set(e, RIALTO_E_ARGUMENT,
                         "server URL %s: expected http://HOST[:PORT][/PATH] or https://",
                         o->url ? o->url : "");
    n = strlen(o->url);
    while (n > r->origin && o->url[n - 1] == '/')
        n--;
    r->base = arena_strndup(r->own, o->url, n);
    if (!r->base)
        return error_nomem(e);
    r->directory_url = directory[0] == '/' ? arena_printf(r->own, "%s%s", r->base, directory)
                                           : url_resolve(r->own, r->base, directory);
    if (!r->directory_url)
        return error_set(e, RIALTO_E_ARGUMENT, "directory %s: not a path or URL", directory);
    return 0;
}

int rialto_open(struct rialto **out, const struct rialto_options *o, struct rialto_error *e)
{
    struct rialto *r = calloc(1, sizeof(*r));
    int rc = 0;

    *out = NULL;
    if (!r)
        return error_nomem(e);
    r->own = arena_new(0);
    r->request = arena_new(0);
    r->cache = map_new();
    if (!r->own || !r->request || !r->cache) {
        rc = error_nomem(e);
        goto out;
    }
    r->empty = arena_mark(r->request);
    if (o->connect_timeout_ms <= 0 || o->timeout_ms <= 0 || o->max_body == 0)
        rc = error_set(e, RIALTO_E_ARGUMENT, "timeouts and size limit must be above 0");
    if (rc == 0)
        rc = set_urls(r, o, e);
    if (rc == 0)
        rc = read_secrets(r, o, e);
    if (rc == 0)
        rc = make_fetcher(r, o, e);
out:
    if (rc != 0)
        rialto_close(&r);
    *out = r;
    return rc;
}

static void cached_drop(struct cached *c)
{
    free(c->etag);
    c->etag = NULL;
    rialto_map_free(&c->map);
    rialto_document_free(&c->document);
}

void rialto_close(struct rialto **out)
{
    struct rialto *r = *out;

    if (!r)
        return;
    for (size_t i = 0; r->cache && i < map_count(r->cache); i++) {
        struct cached *c = map_entry(r->cache, i)->value.p;
        if (c)
            cached_drop(c);
        free(c);
    }
    if (r->cache)
        map_free(&r->cache);
    rialto_document_free(&r->directory);
    rialto_document_free(&r->endpoints);
    if (r->fetcher)
        fetcher_free(&r->fetcher);
    arena_free(&r->request);
    arena_free(&r->own);
    free(r);
    *out = NULL;
}

/** Credentials go to the server that the user named, not to where its directory points. */
static bool same_origin(const struct rialto *r, const char *url)
{
    return strncasecmp(url, r->base, r->origin) == 0 &&
           (url[r->origin] == 0 || strchr("/?#", url[r->origin]));
}

int client_call(struct rialto *r, const struct call *c, struct answer *a,
                struct rialto_error *e)
{
    struct fetch_reply reply = {0};
    struct fetch_request q = {.method = c->method  ? c->method
                                        : c->media ? "POST"
                                                   : NULL,
                              .url = c->url,
                              .body = c->body,
                              .body_len = c->len,
                              .etag = c->etag};
    const char *headers[5] = {0};
    size_t n = 0;
    struct err why = {0};
    int rc;

    headers[n++] = arena_printf(r->request, "Accept: %s, " MEDIA_ERROR, c->accept);
    if (c->media)
        headers[n++] = arena_printf(r->request, "Content-Type: %s", c->media);
    if (c->match)
        headers[n++] =
            *c->match ? arena_printf(r->request, "If-Match: %s", c->match) : "If-None-Match: *";
    for (size_t i = 0; i < n; i++) {
        if (!headers[i])
            return error_nomem(e);
    }
    q.headers = headers;
    if (same_origin(r, c->url)) {
        headers[n] = r->token;
        q.username = r->username;
        q.password = r->password;
    }
    rc = fetch(r->fetcher, &q, r->request, &reply, &why);
    if (reply.status >= 400)
        return error_from_reply(e, reply.status, reply.body, reply.len);
    if (rc != 0)
        return error_from_fetch(e, &why);
    if (reply.status != 200 && !(reply.status == 304 && c->etag) &&
        !((reply.status == 201 || reply.status == 204) && c->created)) {
        rc = error_set(e, RIALTO_E_REPLY, "unexpected HTTP status %d from %s", reply.status,
                       c->url);
        if (e)
            e->status = reply.status;
        return rc;
    }
    *a = (struct answer){reply.status, reply.content_type, reply.etag, reply.body, reply.len};
    return 0;
}

/** The cache's entry of a URL. NULL: no room, so nothing is kept. */
static struct cached *cache_entry(struct rialto *r, const char *url)
{
    const union map_value *known = map_get_str(r->cache, url);
    union map_value *place;

    if (known)
        return known->p;
    if (map_count(r->cache) >= MAX_CACHED)
        return NULL;
    place = map_at_str(r->cache, url);
    if (!place)
        return NULL;
    place->p = calloc(1, sizeof(struct cached));
    return place->p;
}

static int parse_reply(const struct answer *a, const char *accept, struct rialto_document **out,
                       struct rialto_error *e)
{
    if (!a->media || (!media_is(a->media, accept) && !media_is(a->media, "application/json")))
        return error_set(e, RIALTO_E_REPLY, "the reply is %s where %s was asked for",
                         a->media ? a->media : "of no media type", accept);
    return decode_json(a->body, a->len, out, e);
}

int client_get(struct rialto *r, const struct call *what, struct rialto_document **out,
               struct cached **entry, struct rialto_error *e)
{
    struct cached *c = cache_entry(r, what->url);
    struct call call = {.url = what->url, .accept = what->accept, .etag = c ? c->etag : NULL};
    struct answer a;
    int rc = client_call(r, &call, &a, e);

    *out = NULL;
    if (rc == 0 && a.status == 304) {
        *out = document_ref(c->document);
        goto out;
    }
    if (rc == 0)
        rc = parse_reply(&a, what->accept, out, e);
    if (rc != 0)
        goto out;
    if (c) {
        cached_drop(c);
        c->etag = a.etag ? strdup(a.etag) : NULL;
        if (c->etag)
            c->document = document_ref(*out);
    }
out:
    if (entry)
        *entry = c;
    arena_rewind(r->request, r->empty);
    return rc;
}

int client_send(struct rialto *r, const struct call *c, struct rialto_document **out,
                struct rialto_error *e)
{
    struct answer a;
    int rc = client_call(r, c, &a, e);

    *out = NULL;
    if (rc == 0)
        rc = parse_reply(&a, c->accept, out, e);
    arena_rewind(r->request, r->empty);
    return rc;
}
