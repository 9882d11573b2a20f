/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the bytes: the same tokens in small and large pieces, or the same error. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "wire/json.h"

struct pieces {
    const uint8_t *p;
    size_t n, size;
};

static int give(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    struct pieces *s = payload;

    (void)e;
    *got = s->n < s->size ? s->n : s->size;
    *got = *got < room ? *got : room;
    if (*got > 0)
        memcpy(p, s->p, *got);
    s->p += *got;
    s->n -= *got;
    return 0;
}

/* A hash over all tokens, their text and the error. */
static uint64_t read_all(const uint8_t *data, size_t size, size_t piece)
{
    struct pieces pieces = {data, size, piece};
    struct jread *r;
    struct err e = {0};
    enum jread_token t;
    uint64_t h = 0;

    if (jread_new(&r, NULL, give, &pieces, &e) < 0)
        return 0;
    do {
        if (jread_next(r, &t, &e) < 0) {
            h = hash_bytes(e.msg, strlen(e.msg), h);
            break;
        }
        h = hash_bytes(&t, sizeof(t), h);
        if (t == JREAD_KEY || t == JREAD_STRING || t == JREAD_NUMBER) {
            struct slice s = jread_text(r);

            assert(str_is_utf8(s.p, s.n));
            h = hash_bytes(s.p, s.n, h);
        }
    } while (t != JREAD_END);
    jread_free(&r);
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = read_all(data, size, SIZE_MAX);

    assert(read_all(data, size, 1) == whole);
    assert(read_all(data, size, 3) == whole);
    return 0;
}
