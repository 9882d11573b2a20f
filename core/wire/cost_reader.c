/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/cost_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wire/scan.h"

#define MEMBER "\"cost-map\""
#define EXACT_DIGITS                                                                           \
    15 /* that a double holds; their quotient by a power of ten is rounded once */
#define SAFE_DIGITS 18 /* of an integer: more may be too many for who reads a tree */
#define WORD        sizeof(uint64_t)

struct reader {
    struct scan s;
    const struct wire_map_document *map;
    double *value; /* of the two one is set */
    uint32_t *thousandths;
    bool finer;       /* a cost that these can't tell was met */
    struct buf names; /* "NAME" with its quotes, one behind the other */
    size_t *at;       /* where they begin; one more */
    uint32_t *next;   /* by PID: which one followed it in the row before */
    bool *seen;       /* rows */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- names --- */

static bool same(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    if (n < WORD)
        return memcmp(a, b, n) == 0;
    for (size_t i = 0; i + WORD < n; i += WORD) {
        memcpy(&x, a + i, WORD);
        memcpy(&y, b + i, WORD);
        if (x != y)
            return false;
    }
    memcpy(&x, a + n - WORD, WORD);
    memcpy(&y, b + n - WORD, WORD);
    return x == y;
}

static bool is_name(const struct reader *r, size_t i)
{
    size_t n = r->at[i + 1] - r->at[i];
    return (size_t)(r->s.end - r->s.p) > n && same(r->s.p, r->names.data + r->at[i], n);
}

/* As strcmp() does; the second may have zeros in it. */
static int compare_name(const char *name, const char *text, size_t n)
{
    size_t len = strlen(name);
    int order = memcmp(name, text, len < n ? len : n);
    return order != 0 ? order : (len > n) - (len < n);
}

static bool search_name(const struct reader *r, size_t *out)
{
    const char *quote = memchr(r->s.p + 1, '"', (size_t)(r->s.end - r->s.p - 1));
    size_t n = quote ? (size_t)(quote - r->s.p - 1) : 0, low = 0, high = r->map->n_pids;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = compare_name(r->map->pids[mid].name, r->s.p + 1, n);
        if (order == 0) {
            *out = mid;
            return is_name(r, mid);
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

/* A PID's name; most rows have the same ones in the same order. */
static bool take_name(struct reader *r, size_t guess, size_t *out)
{
    scan_space(&r->s);
    *out = guess;
    if (*r->s.p != '"' ||
        ((guess >= r->map->n_pids || !is_name(r, guess)) && !search_name(r, out)))
        return false;
    r->s.p += r->at[*out + 1] - r->at[*out];
    return true;
}

/* --- numbers --- */

static size_t take_digits(struct reader *r, uint64_t *to)
{
    const char *first = r->s.p;
    uint64_t n = *to;
    while (is_digit(*r->s.p))
        n = n * 10 + (uint64_t)(*r->s.p++ - '0');
    *to = n; /* too many of them overflow: not used then */
    return (size_t)(r->s.p - first);
}

static bool take_exponent(struct reader *r)
{
    uint64_t ignored = 0;
    if (*r->s.p != 'e' && *r->s.p != 'E')
        return false;
    r->s.p++;
    if (*r->s.p == '+' || *r->s.p == '-')
        r->s.p++;
    return take_digits(r, &ignored) > 0;
}

static const double power[EXACT_DIGITS + 1] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* A decimal: digits, so many of them behind the point; or another value. */
struct number {
    uint64_t digits;
    unsigned behind;
    double value;
    bool other; /* what `value` says */
};

/* Bytes that are no digits are not 0; right up to the first that is none and behind it until
 * the next. */
static uint64_t no_digits(uint64_t word)
{
    const uint64_t tens = 0xf0f0f0f0f0f0f0f0, six = 0x0606060606060606;
    return ((word & tens) | ((word + six) & tens) >> 4) ^ 0x3333333333333333;
}

/* Of eight digits, the first in the lowest byte. */
static uint64_t value_of(uint64_t word)
{
    word = (word & 0x0f0f0f0f0f0f0f0f) * (10 << 8 | 1) >> 8;
    word = (word & 0x00ff00ff00ff00ff) * (100 << 16 | 1) >> 16;
    return (word & 0x0000ffff0000ffff) * (UINT64_C(10000) << 32 | 1) >> 32;
}

/*
 * "123.45," or "123," at once, as nearly all are: at most seven characters. What is not so is
 * not taken.
 *
 *     byte      0 1 2 3 4 5 6 7
 *     word      1 2 3 . 4 5 , .      point 3, behind 6
 *     digits    - - - 1 2 3 4 5
 */
static bool take_short_number(struct reader *r, struct number *out)
{
    uint64_t word;
    if ((size_t)(r->s.end - r->s.p) < WORD)
        return false;
    memcpy(&word, r->s.p, WORD);
    uint64_t others = no_digits(word);
    unsigned point = others ? (unsigned)__builtin_ctzll(others) / 8 : 0;
    if (point == 0 || (point > 1 && *r->s.p == '0') || (r->s.p[point] | ' ') == 'e')
        return false;
    if (r->s.p[point] != '.') {
        *out = (struct number){.digits = value_of(word << (8 - point) * 8)};
        r->s.p += point;
        return true;
    }
    others &= ~UINT64_C(0) << point * 8 << 8;
    unsigned behind = others ? (unsigned)__builtin_ctzll(others) / 8 : 0;
    if (behind <= point + 1 || (r->s.p[behind] | ' ') == 'e')
        return false;
    uint64_t whole = word & ((UINT64_C(1) << point * 8) - 1);
    uint64_t digits = whole | word >> 8 >> point * 8 << point * 8;
    *out = (struct number){value_of(digits << (9 - behind) * 8), behind - point - 1, 0, false};
    r->s.p += behind;
    return true;
}

static bool take_number(struct reader *r, struct number *out)
{
    scan_space(&r->s);
    if (take_short_number(r, out))
        return true;
    *out = (struct number){.other = true};
    const char *first = r->s.p;
    uint64_t digits = 0;
    size_t behind = 0;
    bool minus = *r->s.p == '-';
    r->s.p += minus;
    bool zero = *r->s.p == '0';
    size_t before = take_digits(r, &digits);
    if (before == 0 || (zero && before > 1))
        return false;
    bool whole = *r->s.p != '.';
    if (!whole) {
        r->s.p++;
        behind = take_digits(r, &digits);
        if (behind == 0)
            return false;
    }
    if (*r->s.p == 'e' || *r->s.p == 'E' || before + behind > EXACT_DIGITS) {
        bool exponent = take_exponent(r);
        return (exponent || !whole || before <= SAFE_DIGITS) && *r->s.p != 'e' &&
               *r->s.p != 'E' &&
               slice_real((struct slice){first, (size_t)(r->s.p - first)}, &out->value);
    }
    out->value = -((double)digits / power[behind]);
    if (!minus)
        *out = (struct number){digits, (unsigned)behind, 0, false};
    return true;
}

/* As a number. */
static bool take_value(struct reader *r, double *cell)
{
    struct number n;
    if (!take_number(r, &n) || !isnan(*cell))
        return false;
    *cell = n.other ? n.value : (double)n.digits / power[n.behind];
    return true;
}

/* The same in thousandths. */
static bool take_thousandths(struct reader *r, uint32_t *cell)
{
    static const uint32_t scale[] = {1000, 100, 10, 1};
    struct number n;
    if (!take_number(r, &n) || *cell != THOUSANDTHS_NONE)
        return false;
    r->finer = n.other || n.behind > 3 || n.digits >= THOUSANDTHS_END / scale[n.behind];
    if (r->finer)
        return false;
    *cell = (uint32_t)n.digits * scale[n.behind];
    return true;
}

/* --- rows --- */

static void clear_row(const struct reader *r, size_t i)
{
    const size_t n = r->map->n_pids;
    if (r->thousandths)
        memset(r->thousandths + i * n, 0xff, n * sizeof(*r->thousandths)); /* all are NONE */
    for (size_t j = 0; !r->thousandths && j < n; j++)
        r->value[i * n + j] = NAN;
}

static inline bool read_row(struct reader *r, size_t i, bool thousandths)
{
    const size_t at = i * r->map->n_pids;
    size_t j = 0, guess = r->next[r->map->n_pids];
    uint32_t *from = &r->next[r->map->n_pids];
    if (!scan_take(&r->s, '{'))
        return false;
    scan_space(&r->s);
    if (*r->s.p == '}')
        return scan_take(&r->s, '}');
    do {
        if (!take_name(r, guess, &j) || !scan_take(&r->s, ':') ||
            !(thousandths ? take_thousandths(r, &r->thousandths[at + j])
                          : take_value(r, &r->value[at + j])))
            return false;
        *from = (uint32_t)j;
        from = &r->next[j];
        guess = *from;
    } while (scan_take(&r->s, ','));
    return scan_take(&r->s, '}');
}

static bool read_rows(struct reader *r)
{
    size_t i = 0, guess = 0;
    if (!scan_take(&r->s, '{'))
        return false;
    scan_space(&r->s);
    if (*r->s.p == '}')
        return scan_take(&r->s, '}');
    do {
        if (!take_name(r, guess, &i) || r->seen[i] || !scan_take(&r->s, ':'))
            return false;
        clear_row(r, i); /* only now: what is read next stays near */
        if (!(r->thousandths ? read_row(r, i, true) : read_row(r, i, false)))
            return false;
        r->seen[i] = true;
        guess = i + 1;
    } while (scan_take(&r->s, ','));
    return scan_take(&r->s, '}');
}

/* Names that are written with escapes are not looked for. */
static bool prepare(struct reader *r)
{
    size_t n = r->map->n_pids;
    r->at = calloc(n + 1, sizeof(*r->at));
    r->next = calloc(n + 1, sizeof(*r->next));
    r->seen = calloc(n + 1, sizeof(*r->seen));
    for (size_t i = 0; r->at && i < n; i++) {
        const char *name = r->map->pids[i].name;
        buf_json_str(&r->names, name);
        r->at[i + 1] = r->names.len;
        if (r->at[i + 1] - r->at[i] != strlen(name) + 2)
            return false;
    }
    for (size_t i = 0; r->next && i < n; i++)
        r->next[i] = (uint32_t)i + 1;
    return r->at && r->next && r->seen && !r->names.failed && n < UINT32_MAX;
}

enum cost_reading cost_reader(struct slice text, const struct wire_map_document *map,
                              const struct wire_cost_document *out, struct slice *costs)
{
    struct reader r = {.map = map, .value = out->value, .thousandths = out->thousandths};
    bool ok = scan_begin(&r.s, text) && prepare(&r) && scan_find(&r.s, MEMBER);
    costs->p = r.s.p;
    ok = ok && read_rows(&r);
    costs->n = (size_t)(r.s.p - costs->p);
    for (size_t i = 0; ok && i < map->n_pids; i++) {
        if (!r.seen[i])
            clear_row(&r, i);
    }
    buf_free(&r.names);
    free(r.at);
    free(r.next);
    free(r.seen);
    return ok ? COST_READ : r.finer ? COST_FINER : COST_GIVEN_UP;
}
