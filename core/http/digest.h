/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP Digest (RFC 7616): challenges, and the check of what comes back.
 *
 *      client                                  server
 *        │ ── GET ────────────────────────────▶ │
 *        │ ◀── 401, nonce = time·serial·mac ─── │   nothing is kept
 *        │ ── GET, nonce, nc=1, response ─────▶ │   mac fits: the serial's count begins
 *        │ ── GET, nonce, nc=2, response ─────▶ │   each count once
 *
 * Each challenge has a nonce of its own, so clients that ask at the same time don't use up one
 * another's counts; and who only asks for challenges takes no memory. A nonce that is too old,
 * was used with this count, or is not known any more makes credentials that are right stale:
 * the client asks again by itself. Quality `auth`, algorithms SHA-256 and MD5.
 */
#ifndef RIALTO_HTTP_DIGEST_H
#define RIALTO_HTTP_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/serve.h"

/** How long a nonce is good for, in microseconds. */
#define DIGEST_NONCE_LIFE (300 * INT64_C(1000000))

/** Nonces whose counts are known: beyond them the oldest become stale. */
#define DIGEST_MAX_NONCES 16384

/** What a server knows of its nonces. All functions may be called from any thread. */
struct digest;

/** NULL: no memory. `clock` is borrowed. */
struct digest *digest_new(const struct clock *clock);
void digest_free(struct digest **d);

enum digest_algorithm { DIGEST_SHA256, DIGEST_MD5 };

/**
 * Appends the value of a WWW-Authenticate header with a nonce that was never given before.
 * `realm` has neither quotes nor backslashes. 0, ERR_NOMEM.
 */
int digest_challenge(struct digest *d, const char *realm, enum digest_algorithm algorithm,
                     bool stale, struct buf *out);

/** The name in an Authorization header (NULL: none) into out; false when it has no Digest
 * credentials, or the name doesn't fit. */
bool digest_user(const char *authorization, char *out, size_t size);

/** A request, as the check sees it. */
struct digest_request {
    const char *authorization; /* value of the header, or NULL */
    const char *method;
    bool (*is_target)(void *self, const char *uri, size_t n); /* was this asked for? */
    void *self;
};

/** Are these the credentials of this user? */
enum serve_auth digest_check(struct digest *d, const struct digest_request *q,
                             const char *realm, const char *user, const char *password);

#endif
