/* SPDX-License-Identifier: Apache-2.0 */
#include "http/digest.h"

#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/str.h"

#define OPAQUE "rialto"
#define WAYS   8
#define SETS   (DIGEST_MAX_NONCES / WAYS)
#define WORD   16 /* hex digits of a 64-bit number */
#define NONCE  (3 * WORD)
#define HEX    (2 * SHA256_DIGEST_SIZE + 1)

/* A nonce that let somebody in. */
struct use {
    uint64_t serial; /* 0: none */
    uint64_t time;
    uint32_t nc;   /* the highest count that came */
    uint64_t seen; /* bit i: nc - i came */
};

struct set {
    struct use uses[WAYS];
    uint64_t forgotten; /* time of the newest that was dropped */
};

struct digest {
    const struct clock *clock;
    uint8_t key[HASH_KEY];
    atomic_uint_fast64_t serial;
    pthread_mutex_t lock; /* of sets */
    struct set *sets;
};

struct digest *digest_new(const struct clock *clock)
{
    struct digest *d = calloc(1, sizeof(*d));
    if (!d)
        return NULL;
    d->clock = clock;
    d->sets = calloc(SETS, sizeof(*d->sets));
    pthread_mutex_init(&d->lock, NULL);
    clock->random(clock->self, d->key, sizeof(d->key));
    if (!d->sets)
        digest_free(&d);
    return d;
}

void digest_free(struct digest **dp)
{
    struct digest *d = *dp;
    if (!d)
        return;
    pthread_mutex_destroy(&d->lock);
    explicit_bzero(d->key, sizeof(d->key));
    free(d->sets);
    free(d);
    *dp = NULL;
}

/* ---- Nonces ---- */

struct nonce {
    uint64_t time, serial; /* monotonic microseconds */
};

static uint64_t mac_of(const struct digest *d, const struct nonce *n)
{
    return hash_keyed(d->key, n, sizeof(*n));
}

int digest_challenge(struct digest *d, const char *realm, enum digest_algorithm algorithm,
                     bool stale, struct buf *out)
{
    struct nonce n = {(uint64_t)d->clock->mono_us(d->clock->self),
                      atomic_fetch_add(&d->serial, 1) + 1};
    buf_printf(out, "Digest realm=\"%s\", qop=\"auth\", algorithm=%s, ", realm,
               algorithm == DIGEST_SHA256 ? "SHA-256" : "MD5");
    buf_printf(out, "nonce=\"%016llx%016llx%016llx\", opaque=\"" OPAQUE "\"%s",
               (unsigned long long)n.time, (unsigned long long)n.serial,
               (unsigned long long)mac_of(d, &n), stale ? ", stale=true" : "");
    return buf_cstr(out) ? 0 : ERR_NOMEM;
}

static bool read_hex(struct slice s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *digits = "0123456789abcdef", *at = strchr(digits, s.p[i] | 0x20);
        if (!at || s.p[i] == '\0')
            return false;
        *out = *out << 4 | (uint64_t)(at - digits);
    }
    return s.n > 0 && s.n <= WORD;
}

/* Is it one that this server gave, not too long ago? */
static bool read_nonce(const struct digest *d, struct slice text, struct nonce *out)
{
    uint64_t mac, now = (uint64_t)d->clock->mono_us(d->clock->self);
    return text.n == NONCE && read_hex((struct slice){text.p, WORD}, &out->time) &&
           read_hex((struct slice){text.p + WORD, WORD}, &out->serial) &&
           read_hex((struct slice){text.p + 2 * WORD, WORD}, &mac) && mac == mac_of(d, out) &&
           now - out->time < DIGEST_NONCE_LIFE;
}

static bool count_again(struct use *u, uint32_t nc)
{
    uint32_t behind = nc > u->nc ? 0 : u->nc - nc;
    if (behind >= 64 || (nc <= u->nc && u->seen >> behind & 1))
        return false;
    if (nc > u->nc) {
        u->seen = nc - u->nc < 64 ? u->seen << (nc - u->nc) : 0;
        u->nc = nc;
    }
    u->seen |= UINT64_C(1) << behind;
    return true;
}

/* The nonce's count was not used before, and is now. */
static bool count(struct digest *d, const struct nonce *n, uint32_t nc)
{
    struct set *set = &d->sets[n->serial % SETS];
    struct use *found = NULL, *oldest = set->uses;
    bool fresh;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < WAYS; i++) {
        struct use *u = &set->uses[i];
        found = u->serial == n->serial ? u : found;
        oldest = u->time < oldest->time ? u : oldest; /* free ones have time 0 */
    }
    if (found) {
        fresh = count_again(found, nc);
    } else {
        fresh = n->time > set->forgotten;
        if (fresh) {
            set->forgotten = oldest->time;
            *oldest = (struct use){n->serial, n->time, nc, 1};
        }
    }
    pthread_mutex_unlock(&d->lock);
    return fresh;
}

/* ---- Authorization ---- */

/* Values are as they stand between their quotes; only names may have escapes that matter. */
struct params {
    struct slice username, realm, nonce, uri, response, algorithm, cnonce, opaque, qop, nc;
};

static struct slice *param_named(struct params *p, struct slice name)
{
    const struct {
        const char *name;
        struct slice *to;
    } all[] = {{"username", &p->username}, {"realm", &p->realm},
               {"nonce", &p->nonce},       {"uri", &p->uri},
               {"response", &p->response}, {"algorithm", &p->algorithm},
               {"cnonce", &p->cnonce},     {"opaque", &p->opaque},
               {"qop", &p->qop},           {"nc", &p->nc}};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (name.n == strlen(all[i].name) && strncasecmp(name.p, all[i].name, name.n) == 0)
            return all[i].to;
    }
    return NULL;
}

/* A quoted string, or a token; *rest stands behind it. */
static bool read_value(const char **rest, struct slice *out)
{
    const char *p = *rest;
    if (*p != '"') {
        *out = (struct slice){p, strcspn(p, ", \t\"")};
        *rest = p + out->n;
        return out->n > 0;
    }
    const char *end = ++p;
    while (*end && *end != '"')
        end += end[0] == '\\' && end[1] ? 2 : 1;
    *out = (struct slice){p, (size_t)(end - p)};
    *rest = end + (*end == '"');
    return *end == '"';
}

/* name=value, separated by commas; none twice (RFC 9110 section 11.2). */
static bool read_params(const char *header, struct params *out)
{
    *out = (struct params){0};
    if (!header || strncasecmp(header, "Digest ", 7) != 0)
        return false;
    for (const char *p = header + 7 + strspn(header + 7, " \t,"); *p; p += strspn(p, " \t,")) {
        struct slice name =
                         {
                             p,
                             strcspn(p, "= \t,\""),
                         },
                     value;
        p += name.n + strspn(p + name.n, " \t");
        if (name.n == 0 || *p++ != '=')
            return false;
        p += strspn(p, " \t");
        if (!read_value(&p, &value))
            return false;
        struct slice *to = param_named(out, name);
        if (to && to->p)
            return false;
        if (to)
            *to = value;
        if (*p && !strchr(" \t,", *p))
            return false;
    }
    return true;
}

static bool unescape(struct slice s, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; s.p && i < s.n && n < size; i++) {
        i += s.p[i] == '\\' && i + 1 < s.n;
        out[n++] = s.p[i];
    }
    if (!s.p || n >= size)
        return false;
    out[n] = '\0';
    return true;
}

bool digest_user(const char *authorization, char *out, size_t size)
{
    struct params p;
    return read_params(authorization, &p) && unescape(p.username, out, size);
}

/* ---- The check ---- */

static enum digest_algorithm algorithm_of(const struct params *p)
{
    return slice_eq(p->algorithm, "SHA-256") ? DIGEST_SHA256 : DIGEST_MD5;
}

/* Lower-case hex digits of the hash of parts that are joined by colons. */
static void join_hash(enum digest_algorithm algorithm, const struct slice *parts, size_t n,
                      char out[HEX])
{
    union {
        struct sha256_ctx sha256;
        struct md5_ctx md5;
    } c;
    bool sha = algorithm == DIGEST_SHA256;
    uint8_t raw[SHA256_DIGEST_SIZE];
    size_t size = sha ? SHA256_DIGEST_SIZE : MD5_DIGEST_SIZE;
    if (sha)
        sha256_init(&c.sha256);
    else
        md5_init(&c.md5);
    for (size_t i = 0; i < 2 * n - 1; i++) {
        struct slice s = i % 2 ? (struct slice){":", 1} : parts[i / 2];
        if (sha)
            sha256_update(&c.sha256, s.n, (const uint8_t *)s.p);
        else
            md5_update(&c.md5, s.n, (const uint8_t *)s.p);
    }
    if (sha)
        sha256_digest(&c.sha256, size, raw);
    else
        md5_digest(&c.md5, size, raw);
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = "0123456789abcdef"[raw[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
    }
    out[2 * size] = '\0';
    explicit_bzero(&c, sizeof(c));
}

/* RFC 7616 section 3.4.1; a1: user, realm, password. */
static void expected_response(const struct params *p, const struct slice a1[3],
                              const char *method, char out[HEX])
{
    enum digest_algorithm a = algorithm_of(p);
    char secret[HEX], request[HEX];
    join_hash(a, a1, 3, secret);
    join_hash(a, (struct slice[]){slice_of(method), p->uri}, 2, request);
    join_hash(a,
              (struct slice[]){slice_of(secret), p->nonce, p->nc, p->cnonce, p->qop,
                               slice_of(request)},
              6, out);
    explicit_bzero(secret, sizeof(secret));
}

/* Takes as long wherever they differ. */
static bool is_same(struct slice a, const char *b)
{
    unsigned differs = 0;
    if (a.n != strlen(b))
        return false;
    for (size_t i = 0; i < a.n; i++)
        differs |= (unsigned)(a.p[i] ^ b[i]);
    return differs == 0;
}

static bool is_complete(const struct params *p)
{
    return p->nonce.p && p->uri.p && p->response.p && p->cnonce.p && p->nc.n == 8 &&
           slice_eq(p->qop, "auth") &&
           (!p->algorithm.p || slice_eq(p->algorithm, "MD5") ||
            slice_eq(p->algorithm, "SHA-256")) &&
           (!p->opaque.p || slice_eq(p->opaque, OPAQUE));
}

enum serve_auth digest_check(struct digest *d, const struct digest_request *q,
                             const char *realm, const char *user, const char *password)
{
    struct params p;
    struct nonce nonce;
    char name[256], place[256], response[HEX];
    uint64_t nc;
    if (!q->authorization)
        return SERVE_AUTH_NONE;
    if (!read_params(q->authorization, &p) || !is_complete(&p) || !read_hex(p.nc, &nc) ||
        nc == 0 || !unescape(p.username, name, sizeof(name)) || strcmp(name, user) != 0 ||
        !unescape(p.realm, place, sizeof(place)) || strcmp(place, realm) != 0 ||
        !q->is_target(q->self, p.uri.p, p.uri.n))
        return SERVE_AUTH_WRONG;
    const struct slice a1[] = {slice_of(user), slice_of(realm), slice_of(password)};
    expected_response(&p, a1, q->method, response);
    if (!is_same(p.response, response))
        return SERVE_AUTH_WRONG;
    return read_nonce(d, p.nonce, &nonce) && count(d, &nonce, (uint32_t)nc) ? SERVE_AUTH_OK
                                                                            : SERVE_AUTH_STALE;
}
