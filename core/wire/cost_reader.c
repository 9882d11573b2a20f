/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/cost_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEMBER "\"cost-map\""
#define EXACT_DIGITS                                                                           \
    15 /* that a double holds; their quotient by a power of ten is rounded once */
#define SAFE_DIGITS 18 /* of an integer: more may be too many for who reads a tree */
#define WORD        sizeof(uint64_t)

struct reader {
    const char *p, *end; /* the last character, '}': loops over others stop there */
    const struct wire_map_document *map;
    double *value;
    struct buf names; /* "NAME" with its quotes, one behind the other */
    size_t *at;       /* where they begin; one more */
    uint32_t *next;   /* by PID: which one followed it in the row before */
    bool *seen;       /* rows */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(struct reader *r)
{
    while (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r')
        r->p++;
}

static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (*r->p != c || r->p >= r->end)
        return false;
    r->p++;
    return true;
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
    return (size_t)(r->end - r->p) > n && same(r->p, r->names.data + r->at[i], n);
}

static bool search_name(const struct reader *r, size_t *out)
{
    const char *quote = memchr(r->p + 1, '"', (size_t)(r->end - r->p - 1));
    size_t n = quote ? (size_t)(quote - r->p - 1) : 0, low = 0, high = r->map->n_pids;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const char *name = r->map->pids[mid].name;
        int order = strncmp(name, r->p + 1, n);
        order = order == 0 && name[n] ? 1 : order;
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
    skip_space(r);
    *out = guess;
    if (*r->p != '"' ||
        ((guess >= r->map->n_pids || !is_name(r, guess)) && !search_name(r, out)))
        return false;
    r->p += r->at[*out + 1] - r->at[*out];
    return true;
}

/* --- numbers --- */

static size_t take_digits(struct reader *r, uint64_t *to)
{
    const char *first = r->p;
    uint64_t n = *to;
    while (is_digit(*r->p))
        n = n * 10 + (uint64_t)(*r->p++ - '0');
    *to = n; /* too many of them overflow: not used then */
    return (size_t)(r->p - first);
}

static bool take_exponent(struct reader *r)
{
    uint64_t ignored = 0;
    if (*r->p != 'e' && *r->p != 'E')
        return false;
    r->p++;
    if (*r->p == '+' || *r->p == '-')
        r->p++;
    return take_digits(r, &ignored) > 0;
}

static bool take_number(struct reader *r, double *out)
{
    static const double power[EXACT_DIGITS + 1] = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    skip_space(r);
    const char *first = r->p;
    uint64_t digits = 0;
    size_t behind = 0;
    bool minus = *r->p == '-';
    r->p += minus;
    bool zero = *r->p == '0';
    size_t before = take_digits(r, &digits);
    if (before == 0 || (zero && before > 1))
        return false;
    bool whole = *r->p != '.';
    if (!whole) {
        r->p++;
        behind = take_digits(r, &digits);
        if (behind == 0)
            return false;
    }
    if (*r->p == 'e' || *r->p == 'E' || before + behind > EXACT_DIGITS) {
        bool exponent = take_exponent(r);
        return (exponent || !whole || before <= SAFE_DIGITS) && *r->p != 'e' && *r->p != 'E' &&
               slice_real((struct slice){first, (size_t)(r->p - first)}, out);
    }
    double v = (double)digits / power[behind];
    *out = minus ? -v : v;
    return true;
}

/* --- rows --- */

static bool read_row(struct reader *r, double *row)
{
    size_t j = 0, guess = r->next[r->map->n_pids];
    uint32_t *from = &r->next[r->map->n_pids];
    if (!take(r, '{'))
        return false;
    skip_space(r);
    if (*r->p == '}')
        return take(r, '}');
    do {
        double cost;
        if (!take_name(r, guess, &j) || !take(r, ':') || !take_number(r, &cost) ||
            !isnan(row[j]))
            return false;
        row[j] = cost;
        *from = (uint32_t)j;
        from = &r->next[j];
        guess = *from;
    } while (take(r, ','));
    return take(r, '}');
}

static bool read_rows(struct reader *r)
{
    size_t i = 0, guess = 0;
    if (!take(r, '{'))
        return false;
    skip_space(r);
    if (*r->p == '}')
        return take(r, '}');
    do {
        if (!take_name(r, guess, &i) || r->seen[i] || !take(r, ':') ||
            !read_row(r, r->value + i * r->map->n_pids))
            return false;
        r->seen[i] = true;
        guess = i + 1;
    } while (take(r, ','));
    return take(r, '}');
}

/* --- what is around them --- */

/* To behind a string's last quote. Whether it is a good one, others decide. */
static bool pass_string(struct reader *r)
{
    if (*r->p++ != '"')
        return false;
    while (r->p < r->end && *r->p != '"')
        r->p += *r->p == '\\' ? 2 : 1;
    return ++r->p < r->end;
}

/* To the ',' or '}' behind a value. */
static bool pass_value(struct reader *r)
{
    size_t depth = 0;
    while (r->p < r->end) {
        char c = *r->p;
        if (depth == 0 && (c == ',' || c == '}'))
            return true;
        if (c == '"') {
            if (!pass_string(r))
                return false;
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= depth > 0 && (c == '}' || c == ']');
        r->p++;
    }
    return false;
}

static bool find_costs(struct reader *r)
{
    if (!take(r, '{'))
        return false;
    do {
        skip_space(r);
        const char *key = r->p;
        if (!pass_string(r))
            return false;
        bool found =
            (size_t)(r->p - key) == strlen(MEMBER) && memcmp(key, MEMBER, strlen(MEMBER)) == 0;
        if (!take(r, ':'))
            return false;
        skip_space(r);
        if (found)
            return true;
    } while (pass_value(r) && take(r, ','));
    return false;
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

bool cost_reader(struct slice text, const struct wire_map_document *map, double *value,
                 struct slice *costs)
{
    while (text.n > 0 && strchr(" \n\t\r", text.p[text.n - 1]))
        text.n--;
    if (text.n == 0 || text.p[text.n - 1] != '}')
        return false;
    struct reader r = {.p = text.p, .end = text.p + text.n - 1, .map = map, .value = value};
    bool ok = prepare(&r) && find_costs(&r);
    costs->p = r.p;
    ok = ok && read_rows(&r);
    costs->n = (size_t)(r.p - costs->p);
    buf_free(&r.names);
    free(r.at);
    free(r.next);
    free(r.seen);
    return ok;
}
