/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/repack.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "wire/gzip.h"

#define BLOCK_MIN    ((size_t)16 << 10)
#define BLOCK_ENOUGH ((size_t)24 << 10) /* from here on any end of a member will do */
#define BLOCK_MAX    ((size_t)128 << 10)
#define NAME_HASHED  16 /* bytes behind a cut that tell whether it is one */
#define LEVEL        6
#define WINDOW       (-15) /* the largest, without zlib's own header */
#define HEADER       10
#define TRAILER      10 /* the last block, checksum, length */
#define KNOWN_PART   4  /* all but a fourth must be known */
#define FLUSH_ROOM   64 /* bytes that a flush may add */

/* What tells blocks apart. */
struct print {
    uint64_t hash;
    uint32_t crc, len;
};

struct block {
    struct print print;
    size_t at;       /* in the compressed text */
    size_t packed_n; /* bytes there; 0: was not compressed for itself */
};

struct repack {
    unsigned references; /* changed atomically */
    char *text;
    size_t n, room;
    struct {
        VEC(struct block);
    } blocks;
};

struct repack *repack_hold(struct repack *r)
{
    __atomic_add_fetch(&r->references, 1, __ATOMIC_RELAXED);
    return r;
}

void repack_release(struct repack **rp)
{
    struct repack *r = *rp;
    *rp = NULL;
    if (!r || __atomic_sub_fetch(&r->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    VEC_FREE(&r->blocks);
    free(r->text);
    free(r);
}

const char *repack_text(const struct repack *r, size_t *n)
{
    *n = r->n;
    return r->text;
}

/* ---- cutting */

/* The length of the block that begins here. Ends of members of JSON objects are good places:
 * rows of a map. Short ones are not all cut at, but where what follows says so. */
static size_t block_length(const char *p, size_t n)
{
    size_t at = BLOCK_MIN;
    while (at + NAME_HASHED < n && at < BLOCK_MAX) {
        const char *end = memmem(p + at, (n < BLOCK_MAX ? n : BLOCK_MAX) - at, "},", 2);
        if (!end)
            break;
        at = (size_t)(end - p) + 2;
        if (at + NAME_HASHED < n &&
            (at >= BLOCK_ENOUGH || hash_bytes(p + at, NAME_HASHED, 0) % 4 == 0))
            return at;
    }
    return n < BLOCK_MAX ? n : BLOCK_MAX;
}

static int cut(const char *p, size_t n, uint64_t seed, struct repack *r)
{
    while (n > 0) {
        size_t len = block_length(p, n);
        struct block *b = VEC_PUSH(&r->blocks);
        if (!b)
            return ERR_NOMEM;
        b->print =
            (struct print){hash_bytes(p, len, seed),
                           (uint32_t)crc32(0, (const Bytef *)p, (uInt)len), (uint32_t)len};
        p += len;
        n -= len;
    }
    return 0;
}

/* ---- what is known */

static int index_blocks(const struct repack *r, struct map *m)
{
    for (size_t i = 0; i < r->blocks.n; i++) {
        union map_value *at = map_at(m, &r->blocks.v[i].print, sizeof(struct print));
        if (!at)
            return ERR_NOMEM;
        at->u = i + 1;
    }
    return 0;
}

/* The earlier block for each, from 1; 0: none. Returns how many bytes have one. */
static size_t find_known(const struct repack *r, const struct map *m, uint32_t *known)
{
    size_t bytes = 0;
    for (size_t i = 0; i < r->blocks.n; i++) {
        const union map_value *at = map_get(m, &r->blocks.v[i].print, sizeof(struct print));
        known[i] = at ? (uint32_t)at->u : 0;
        bytes += at ? r->blocks.v[i].print.len : 0;
    }
    return bytes;
}

/* ---- putting together */

static bool make_room(struct repack *r, size_t more)
{
    if (r->room - r->n >= more)
        return true;
    size_t room = r->room + r->room / 2 + more;
    char *text = realloc(r->text, room);
    if (!text)
        return false;
    r->text = text;
    r->room = room;
    return true;
}

static int put_block(struct repack *r, z_stream *z, const char *p, struct block *b)
{
    size_t room = deflateBound(z, b->print.len) + FLUSH_ROOM;
    if (!make_room(r, room))
        return ERR_NOMEM;
    z->next_in = (Bytef *)(uintptr_t)p;
    z->avail_in = b->print.len;
    z->next_out = (Bytef *)r->text + r->n;
    z->avail_out = (uInt)room;
    if (deflate(z, Z_FULL_FLUSH) != Z_OK || z->avail_in > 0 || z->avail_out == 0)
        return ERR_NOMEM;
    b->packed_n = room - z->avail_out;
    return 0;
}

static int put_known(struct repack *r, const struct repack *before, const struct block *was,
                     struct block *b)
{
    if (!make_room(r, was->packed_n))
        return ERR_NOMEM;
    memcpy(r->text + r->n, before->text + was->at, was->packed_n);
    b->packed_n = was->packed_n;
    return 0;
}

static void put_u32(char *to, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(v >> (8 * i));
}

static int put_all(struct repack *r, z_stream *z, const char *p, const struct repack *before,
                   const uint32_t *known)
{
    static const char header[HEADER] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static const char last[] = {3, 0}; /* RFC 1951: an empty block that is the last */
    uLong crc = crc32(0, NULL, 0);
    uint32_t length = 0;
    if (!make_room(r, HEADER))
        return ERR_NOMEM;
    memcpy(r->text, header, HEADER);
    r->n = HEADER;
    for (size_t i = 0; i < r->blocks.n; i++) {
        struct block *b = &r->blocks.v[i];
        const struct block *was = known[i] ? &before->blocks.v[known[i] - 1] : NULL;
        b->at = r->n;
        int rc =
            was && was->packed_n > 0 ? put_known(r, before, was, b) : put_block(r, z, p, b);
        if (rc < 0)
            return rc;
        r->n += b->packed_n;
        p += b->print.len;
        length += b->print.len;
        crc = crc32_combine(crc, b->print.crc, (z_off_t)b->print.len);
    }
    if (!make_room(r, TRAILER))
        return ERR_NOMEM;
    memcpy(r->text + r->n, last, sizeof(last));
    put_u32(r->text + r->n + 2, (uint32_t)crc);
    put_u32(r->text + r->n + 6, length);
    r->n += TRAILER;
    return 0;
}

static int pack_blocks(struct repack *r, const char *p, const struct repack *before,
                       const uint32_t *known)
{
    z_stream z = {0};
    if (!make_room(r, before->n + before->n / 8) ||
        deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return ERR_NOMEM;
    int rc = put_all(r, &z, p, before, known);
    deflateEnd(&z);
    return rc;
}

static bool same_blocks(const struct repack *a, const struct repack *b)
{
    bool same = a->blocks.n > 0 && a->blocks.n == b->blocks.n;
    for (size_t i = 0; same && i < a->blocks.n; i++)
        same = !memcmp(&a->blocks.v[i].print, &b->blocks.v[i].print, sizeof(struct print));
    return same;
}

/* 1: done; 0: too much is new. */
static int pack_again(struct repack *r, const char *p, size_t n, const struct repack *before)
{
    struct map *m = map_new();
    uint32_t *known = calloc(r->blocks.n + 1, sizeof(*known));
    int rc = m && known ? index_blocks(before, m) : ERR_NOMEM;
    if (rc == 0 && find_known(r, m, known) >= n - n / KNOWN_PART) {
        rc = pack_blocks(r, p, before, known);
        rc = rc < 0 ? rc : 1;
    }
    map_free(&m);
    free(known);
    return rc;
}

int repack(const void *p, size_t n, uint64_t seed, struct repack *before, struct repack **out)
{
    struct repack *r = *out = calloc(1, sizeof(*r));
    int rc = r ? 0 : ERR_NOMEM;
    if (rc == 0) {
        r->references = 1;
        if (n >= REPACK_FROM)
            rc = cut(p, n, seed, r);
    }
    if (rc == 0 && before && same_blocks(r, before)) {
        repack_release(out);
        *out = repack_hold(before);
        return 0;
    }
    if (rc == 0 && before && r->blocks.n > 0 && before->blocks.n > 0)
        rc = pack_again(r, p, n, before);
    if (rc == 0)
        rc = wire_gzip(p, n, &r->text, &r->n);
    if (rc < 0)
        repack_release(out);
    return rc < 0 ? rc : 0;
}
