/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/gzip.h"

#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LARGE ((size_t)8 << 20) /* bytes that take more than about 0.1 s to compress well */
#define WELL  6
#define FAST  1
#define LEAST 18 /* bytes of a header and its trailer (RFC 1952 section 2.3) */

int wire_gzip(const void *p, size_t n, char **out, size_t *out_n)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(n < LARGE ? WELL : FAST);
    size_t room = c ? libdeflate_gzip_compress_bound(c, n) : 0;
    char *text = c ? malloc(room) : NULL;
    *out_n = text ? libdeflate_gzip_compress(c, p, n, text, room) : 0;
    if (c)
        libdeflate_free_compressor(c);
    char *less = *out_n > 0 ? realloc(text, *out_n) : NULL;
    *out = less ? less : text;
    if (*out_n > 0)
        return 0;
    free(text);
    *out = NULL;
    return ERR_NOMEM;
}

/* The trailer's last four bytes: how much it was, modulo 2^32. */
static size_t size_told(const uint8_t *end)
{
    return end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 | (size_t)end[-1] << 24;
}

int wire_gunzip(struct slice packed, size_t limit, char **out, size_t *out_n, struct err *e)
{
    size_t told = packed.n >= LEAST ? size_told((const uint8_t *)packed.p + packed.n) : 0;
    enum libdeflate_result result;

    *out = NULL;
    if (packed.n < LEAST || memcmp(packed.p, "\x1f\x8b", 2) != 0)
        return err_set(e, ERR_PARSE, "no gzip data");
    if (told > limit)
        return err_set(e, ERR_LIMIT, "larger than %zu bytes when unpacked, or cut off", limit);
    char *text = malloc(told + 1);
    struct libdeflate_decompressor *d = text ? libdeflate_alloc_decompressor() : NULL;
    if (!d) {
        free(text);
        return err_set(e, ERR_NOMEM, "no memory to unpack %zu bytes", told);
    }
    result = libdeflate_gzip_decompress(d, packed.p, packed.n, text, told, out_n);
    libdeflate_free_decompressor(d);
    if (result != LIBDEFLATE_SUCCESS) {
        free(text);
        return err_set(e, ERR_PARSE, "damaged gzip data");
    }
    *out = text;
    return 0;
}
