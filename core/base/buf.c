/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/str.h"

#define FIRST_CAP ((size_t)64)
#define HUGE_CAP  ((size_t)4 << 20)
#define PAGE      ((uintptr_t)4096) /* or more: then nothing is asked for, which is no fault */

/* Much memory in few large pages: the first touch of each page costs far more than writing it.
 */
static void prefer_huge_pages(char *data, size_t cap)
{
    uintptr_t first = ((uintptr_t)data + PAGE - 1) / PAGE * PAGE;
    size_t n = (cap - (first - (uintptr_t)data)) / PAGE * PAGE;
    (void)madvise((void *)first, n, MADV_HUGEPAGE); /* else in small ones */
}

/* Room for n more bytes and the closing 0; false sets the flag. */
static bool make_room(struct buf *b, size_t n)
{
    if (b->failed)
        return false;
    if (n < b->cap - b->len)
        return true;
    size_t want = 0;
    if (__builtin_add_overflow(b->len, n, &want) || want > SIZE_MAX / 2 - 1) {
        b->failed = true;
        return false;
    }
    size_t cap = b->cap == 0 ? FIRST_CAP : b->cap;
    while (cap <= want)
        cap *= 2;
    char *data = realloc(b->data, cap);
    if (data == NULL) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    if (cap >= HUGE_CAP)
        prefer_huge_pages(data, cap);
    return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0 || !make_room(b, n))
        return;
    memcpy(b->data + b->len, p, n);
    b->len += n;
    b->data[b->len] = '\0';
}

char *buf_room(struct buf *b, size_t n)
{
    return make_room(b, n) ? b->data + b->len : NULL;
}

void buf_end(struct buf *b, char *end)
{
    assert(end >= b->data + b->len && end < b->data + b->cap);
    b->len = (size_t)(end - b->data);
    *end = '\0';
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
    if (!make_room(b, 1))
        return;
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

void buf_i64(struct buf *b, int64_t v)
{
    char digits[20], *p = digits + sizeof(digits);
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do
        *--p = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (v < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
        return;
    }
    if (n == 0 || !make_room(b, (size_t)n))
        return;
    va_start(ap, fmt);
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

/* One character below U+0020, a quote or a backslash (RFC 8259 section 7). */
static void json_escape(struct buf *b, unsigned char c)
{
    static const char letters[] = "btn\0fr"; /* of U+0008 to U+000D; U+000B has none */
    if (c == '"' || c == '\\')
        buf_printf(b, "\\%c", c);
    else if (c >= '\b' && c <= '\r' && letters[c - '\b'] != '\0')
        buf_printf(b, "\\%c", letters[c - '\b']);
    else
        buf_printf(b, "\\u%04x", c);
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* A bit in each byte of a word that is no plain ASCII character of a JSON string; right up to
 * the first one. */
static uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    return ((word - ones * ' ') | (quote - ones) | (backslash - ones) | word) & high;
}

/* How many plain characters a string begins with. */
static size_t plain_head(const char *s, size_t n)
{
    size_t i = 0;
    uint64_t word, special = 0;
    for (; i + sizeof(word) <= n; i += sizeof(word)) {
        memcpy(&word, s + i, sizeof(word));
        special = special_bytes(word);
        if (special)
            return i + (size_t)__builtin_ctzll(special) / 8;
    }
    while (i < n && !needs_escape((unsigned char)s[i]) && (unsigned char)s[i] < 0x80)
        i++;
    return i;
}

/* Most have nothing to escape: copied as they are. */
static void put_plain(struct buf *b, const char *s, size_t n)
{
    if (!make_room(b, n + 2))
        return;
    char *p = b->data + b->len;
    *p++ = '"';
    memcpy(p, s, n);
    p[n] = '"';
    p[n + 1] = '\0';
    b->len += n + 2;
}

void buf_json_str(struct buf *b, const char *s)
{
    if (s == NULL) {
        buf_str(b, "null");
        return;
    }
    const char *end = s + strlen(s);
    if (plain_head(s, (size_t)(end - s)) == (size_t)(end - s)) {
        put_plain(b, s, (size_t)(end - s));
        return;
    }
    buf_char(b, '"');
    while (s < end) {
        const char *plain = s;
        size_t n = 0;
        s += plain_head(s, (size_t)(end - s));
        while (s < end && !needs_escape((unsigned char)*s) &&
               (n = str_utf8_len(s, (size_t)(end - s))) > 0)
            s += n;
        buf_add(b, plain, (size_t)(s - plain));
        if (s == end)
            break;
        if (needs_escape((unsigned char)*s))
            json_escape(b, (unsigned char)*s);
        else
            buf_str(b, "\xEF\xBF\xBD");
        s++;
    }
    buf_char(b, '"');
}

void buf_percent(struct buf *b, const char *p, size_t n)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (size_t i = 0; i < n; i++) {
        if (memchr(plain, p[i], sizeof(plain) - 1) != NULL)
            buf_char(b, p[i]);
        else
            buf_printf(b, "%%%02X", (unsigned char)p[i]);
    }
}

void buf_json_real(struct buf *b, double d)
{
    if (!isfinite(d)) {
        buf_str(b, "null");
        return;
    }
    /* 15 digits survive the way there and back, unless the number is subnormal and has fewer.
     */
    int digits = fabs(d) < DBL_MIN ? 1 : DBL_DIG;
    char text[32];
    do {
        snprintf(text, sizeof(text), "%.*g", digits, d);
    } while (digits++ < DBL_DECIMAL_DIG && strtod(text, NULL) != d);
    buf_str(b, text);
}

const char *buf_cstr(const struct buf *b)
{
    return b->len == 0 ? "" : b->data;
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

char *buf_take(struct buf *b, size_t *len)
{
    char *data = NULL;
    if (!b->failed && make_room(b, 0)) {
        data = b->data;
        data[b->len] = '\0';
        b->data = NULL;
        if (len != NULL)
            *len = b->len;
    }
    buf_free(b);
    return data;
}
