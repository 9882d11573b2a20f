/* SPDX-License-Identifier: Apache-2.0 */
/* Times, numbers, UTF-8, slices and JSON strings. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

static void check_time(struct slice s)
{
    int64_t us = 0, again = 0;
    char text[32];
    if (!str_time(s, &us))
        return;
    str_time_format(us, text);
    if (text[0] == '-' || strlen(text) != 20)
        return; /* an offset led out of the years that RFC 3339 can write */
    assert(str_time(slice_of(text), &again));
    assert(again <= us && us - again < 1000000);
}

static void check_numbers(struct slice s)
{
    double d = 0, again = 0;
    uint64_t u = 0;
    if (!slice_real(s, &d)) {
        assert(!slice_u64(s, UINT64_MAX, &u) || s.n > 255);
        return;
    }
    assert(isfinite(d));
    struct buf b = {0};
    buf_json_real(&b, d);
    assert(slice_real(slice_of(buf_cstr(&b)), &again) && again == d);
    buf_free(&b);
    if (slice_u64(s, UINT64_MAX, &u))
        assert((double)u == d);
}

/* What comes out is UTF-8 without control characters, whatever went in. */
static void check_json(const char *text)
{
    struct buf b = {0};
    buf_json_str(&b, text);
    assert(!b.failed && b.len >= 2);
    assert(str_is_utf8(b.data, b.len));
    for (size_t i = 0; i < b.len; i++)
        assert((unsigned char)b.data[i] >= 0x20);
    if (str_is_utf8(text, strlen(text)) && strpbrk(text, "\"\\") == NULL)
        assert(strstr(b.data, "\xef\xbf\xbd") == NULL || strstr(text, "\xef\xbf\xbd") != NULL);
    buf_free(&b);
}

/* Pieces together with their separators are the whole again. */
static void check_pieces(struct slice s)
{
    struct slice rest = s, piece;
    size_t total = 0, count = 0;
    while (slice_split(&rest, ',', &piece)) {
        assert(piece.n == 0 || memchr(piece.p, ',', piece.n) == NULL);
        total += piece.n;
        count++;
    }
    assert(total + count == s.n + 1);
    for (rest = s, total = 0; slice_line(&rest, &piece);)
        total += piece.n;
    assert(total <= s.n);
    for (rest = s; slice_word(&rest, &piece);)
        assert(piece.n > 0);
}

static void check_order(const char *text)
{
    size_t half = strlen(text) / 2;
    char *first = strndup(text, half);
    if (first == NULL)
        return;
    const char *second = text + half;
    int ab = str_natural_cmp(first, second), ba = str_natural_cmp(second, first);
    assert((ab > 0) == (ba < 0) && (ab == 0) == (ba == 0));
    assert((ab == 0) == (strcmp(first, second) == 0));
    free(first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    struct slice s = {(const char *)data, size};
    check_time(s);
    check_numbers(s);
    check_json(text);
    check_pieces(s);
    check_order(text);
    free(text);
    return 0;
}
