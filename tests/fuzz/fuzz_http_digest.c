/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization headers: whoever does not know the password is not let in. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "http/digest.h"

static int64_t mono(void *self)
{
    (void)self;
    return 1000000;
}

static void no_random(void *self, void *p, size_t n)
{
    (void)self;
    memset(p, 7, n);
}

static bool any_target(void *self, const char *uri, size_t n)
{
    (void)self;
    return memchr(uri, '"', n) == NULL || memchr(uri, '\\', n) != NULL;
}

/* One for all inputs: who is not let in leaves nothing behind, and its table is large. */
static struct digest *the_digest(void)
{
    static const struct clock clock = {.mono_us = mono, .random = no_random};
    static struct digest *d;
    if (!d)
        d = digest_new(&clock);
    assert(d);
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct digest *d = the_digest();
    char *header = malloc(size + 1), user[64];
    memcpy(header, data, size);
    header[size] = 0;
    if (digest_user(header, user, sizeof(user)))
        assert(strlen(user) < sizeof(user) && strlen(user) <= size);
    struct digest_request q = {header, "GET", any_target, NULL};
    enum serve_auth auth = digest_check(d, &q, "rialto", "user", "not to be guessed");
    assert(auth == SERVE_AUTH_WRONG);
    free(header);
    return 0;
}
