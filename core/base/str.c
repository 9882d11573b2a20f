/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REAL  256 /* characters of a decimal number */
#define TIME_TEXT 32

struct slice slice_of(const char *s)
{
    return (struct slice){.p = s, .n = s == NULL ? 0 : strlen(s)};
}

/* Nearly always the first byte tells: these are asked for each entry of long tables. */
static bool may_start(struct slice a, const char *s)
{
    return a.n > 0 && a.p[0] == s[0];
}

bool slice_eq(struct slice a, const char *s)
{
    if (!may_start(a, s))
        return a.n == 0 && s[0] == '\0';
    size_t n = strlen(s);
    return a.n == n && memcmp(a.p, s, n) == 0;
}

bool slice_starts(struct slice a, const char *prefix)
{
    if (!may_start(a, prefix))
        return prefix[0] == '\0';
    size_t n = strlen(prefix);
    return a.n >= n && memcmp(a.p, prefix, n) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip(struct slice *s, size_t n)
{
    s->p += n;
    s->n -= n;
}

struct slice slice_trim(struct slice s)
{
    while (s.n > 0 && is_space(s.p[0]))
        skip(&s, 1);
    while (s.n > 0 && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool slice_line(struct slice *rest, struct slice *line)
{
    if (rest->n == 0)
        return false;
    const char *end = memchr(rest->p, '\n', rest->n);
    *line = (struct slice){rest->p, end == NULL ? rest->n : (size_t)(end - rest->p)};
    skip(rest, line->n + (end != NULL));
    if (end != NULL && line->n > 0 && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

bool slice_word(struct slice *rest, struct slice *word)
{
    while (rest->n > 0 && is_blank(rest->p[0]))
        skip(rest, 1);
    if (rest->n == 0)
        return false;
    size_t n = 0;
    while (n < rest->n && !is_blank(rest->p[n]))
        n++;
    *word = (struct slice){rest->p, n};
    skip(rest, n);
    return true;
}

bool slice_split(struct slice *rest, char sep, struct slice *piece)
{
    if (rest->p == NULL)
        return false;
    const char *end = memchr(rest->p, sep, rest->n);
    if (end == NULL) {
        *piece = *rest;
        *rest = (struct slice){0};
        return true;
    }
    *piece = (struct slice){rest->p, (size_t)(end - rest->p)};
    skip(rest, piece->n + 1);
    return true;
}

bool slice_u64(struct slice s, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]) || __builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
            return false;
    }
    if (value > max)
        return false;
    *out = value;
    return true;
}

/* Takes digits off s; false when there is none. */
static bool skip_digits(struct slice *s)
{
    size_t n = 0;
    while (n < s->n && is_digit(s->p[n]))
        n++;
    skip(s, n);
    return n > 0;
}

static bool skip_char(struct slice *s, const char *any)
{
    if (s->n == 0 || s->p[0] == '\0' || strchr(any, s->p[0]) == NULL)
        return false;
    skip(s, 1);
    return true;
}

/* -?digits[.digits][e[+-]digits]: keeps strtod from reading "inf", "nan" and hexadecimals. */
static bool is_decimal(struct slice s)
{
    skip_char(&s, "-");
    if (!skip_digits(&s))
        return false;
    if (skip_char(&s, ".") && !skip_digits(&s))
        return false;
    if (skip_char(&s, "eE")) {
        skip_char(&s, "+-");
        if (!skip_digits(&s))
            return false;
    }
    return s.n == 0;
}

bool slice_real(struct slice s, double *out)
{
    char text[MAX_REAL];
    if (s.n == 0 || s.n >= sizeof(text) || !is_decimal(s))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    double d = strtod(text, NULL);
    if (!isfinite(d))
        return false;
    *out = d;
    return true;
}

/* Unicode 15, table 3-7: the second byte's range depends on the first, others are 80..BF. */
static size_t utf8_shape(unsigned char first, unsigned char *low, unsigned char *high)
{
    *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t str_utf8_len(const char *p, size_t n)
{
    const unsigned char *s = (const unsigned char *)p;
    unsigned char low = 0, high = 0;
    if (n == 0 || s[0] == 0)
        return 0;
    size_t len = utf8_shape(s[0], &low, &high);
    if (len == 0 || len > n)
        return 0;
    if (len > 1 && (s[1] < low || s[1] > high))
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

/* Are these eight bytes ASCII, and none of them NUL? */
static bool is_plain(const char p[8])
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return ((v | (v - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0;
}

bool str_is_utf8(const char *p, size_t n)
{
    while (n > 0) {
        size_t len = n >= 8 && is_plain(p) ? 8 : str_utf8_len(p, n);
        if (len == 0)
            return false;
        p += len;
        n -= len;
    }
    return true;
}

size_t str_utf8_cut(const char *s, size_t n)
{
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* Compares the runs of digits at *a and *b by value and steps over them. */
static int digits_cmp(const char **a, const char **b)
{
    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    size_t na = strspn(*a, "0123456789"), nb = strspn(*b, "0123456789");
    int order = na != nb ? (na < nb ? -1 : 1) : memcmp(*a, *b, na);
    *a += na;
    *b += nb;
    return order;
}

int str_natural_cmp(const char *a, const char *b)
{
    const char *p = a, *q = b;
    while (*p != '\0' && *q != '\0') {
        int order = 0;
        if (is_digit(*p) && is_digit(*q)) {
            order = digits_cmp(&p, &q);
        } else {
            order = (unsigned char)*p - (unsigned char)*q;
            p++;
            q++;
        }
        if (order != 0)
            return order;
    }
    if (*p != *q)
        return *p == '\0' ? -1 : 1;
    return strcmp(a, b); /* "07" and "7" */
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar; years start in March. */
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - 719468;
}

static void date_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t in_era = days - era * 146097;
    int64_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted = (unsigned)((5 * day_of_year + 2) / 153);
    *day = (unsigned)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Takes exactly `digits` digits off s as a number within lowest..highest. */
static bool take_number(struct slice *s, unsigned digits, unsigned lowest, unsigned highest,
                        unsigned *out)
{
    uint64_t value = 0;
    if (s->n < digits || !slice_u64((struct slice){s->p, digits}, highest, &value) ||
        value < lowest)
        return false;
    skip(s, digits);
    *out = (unsigned)value;
    return true;
}

static bool take_date(struct slice *s, int64_t *days)
{
    unsigned year = 0, month = 0, day = 0;
    if (!take_number(s, 4, 0, 9999, &year) || !skip_char(s, "-") ||
        !take_number(s, 2, 1, 12, &month) || !skip_char(s, "-") ||
        !take_number(s, 2, 1, days_in_month(year, month), &day))
        return false;
    *days = days_from_date(year, month, day);
    return true;
}

/* "." and digits; what is finer than a microsecond is dropped. */
static bool take_fraction(struct slice *s, int64_t *us)
{
    *us = 0;
    if (!skip_char(s, "."))
        return true;
    int64_t unit = 100000;
    if (s->n == 0 || !is_digit(s->p[0]))
        return false;
    while (s->n > 0 && is_digit(s->p[0])) {
        *us += unit * (s->p[0] - '0');
        unit /= 10;
        skip(s, 1);
    }
    return true;
}

static bool take_offset(struct slice *s, int64_t *seconds)
{
    *seconds = 0;
    if (skip_char(s, "Zz"))
        return true;
    int64_t sign = s->n > 0 && s->p[0] == '-' ? -1 : 1;
    unsigned hours = 0, minutes = 0;
    if (!skip_char(s, "+-") || !take_number(s, 2, 0, 23, &hours) || !skip_char(s, ":") ||
        !take_number(s, 2, 0, 59, &minutes))
        return false;
    *seconds = sign * (int64_t)(hours * 3600 + minutes * 60);
    return true;
}

bool str_time(struct slice s, int64_t *us)
{
    int64_t days = 0, fraction = 0, offset = 0;
    unsigned hour = 0, minute = 0, second = 0;
    if (!take_date(&s, &days) || !skip_char(&s, "Tt") || !take_number(&s, 2, 0, 23, &hour) ||
        !skip_char(&s, ":") || !take_number(&s, 2, 0, 59, &minute) || !skip_char(&s, ":") ||
        !take_number(&s, 2, 0, 60, &second) || !take_fraction(&s, &fraction) ||
        !take_offset(&s, &offset) || s.n != 0)
        return false;
    int64_t total = days * 86400 + hour * 3600 + minute * 60 + second - offset;
    /* RFC 3339 section 5.7: second 60 only at the end of a UTC day, and so 0 of the next. */
    if (second == 60 && total % 86400 != 0)
        return false;
    *us = total * 1000000 + fraction;
    return true;
}

const char *str_time_format(int64_t us, char *out)
{
    int64_t seconds = us / 1000000 - (us % 1000000 < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    unsigned in_day = (unsigned)(seconds - days * 86400);
    int64_t year = 0;
    unsigned month = 0, day = 0;
    date_from_days(days, &year, &month, &day);
    char text[80]; /* for any numbers, though 64 bits of microseconds need at most 28 */
    snprintf(text, sizeof(text), "%04lld-%02u-%02uT%02u:%02u:%02uZ", (long long)year, month,
             day, in_day / 3600, in_day / 60 % 60, in_day % 60);
    assert(strlen(text) < TIME_TEXT);
    return strcpy(out, text);
}

size_t str_distance(const char *a, const char *b)
{
    size_t d[STR_DISTANCE_MAX + 1][STR_DISTANCE_MAX + 1], n = strlen(a), m = strlen(b);

    if (n > STR_DISTANCE_MAX || m > STR_DISTANCE_MAX)
        return SIZE_MAX;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            size_t best;

            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}
