/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/gzip.h"

#include <libdeflate.h>
#include <stdlib.h>

#define LARGE ((size_t)8 << 20) /* bytes that take more than about 0.1 s to compress well */
#define WELL  6
#define FAST  1

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
