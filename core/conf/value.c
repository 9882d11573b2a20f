/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars: numbers with units, both ways. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conf/tree.h"

struct unit {
    const char *name;
    int64_t factor;
};

/* Largest first, so that formatting finds the shortest text. Lists end with the bare number. */
static const struct unit durations[] = {
    {"w", 604800000000}, {"d", 86400000000}, {"h", 3600000000}, {"m", 60000000},
    {"s", 1000000},      {"ms", 1000},       {"us", 1},         {NULL, 0},
};

static const struct unit sizes[] = {
    {"T", INT64_C(1) << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"k", 1 << 10}, {"", 1}, {NULL, 0},
};

static const struct unit rates[] = {
    {"T", 1000000000000}, {"G", 1000000000}, {"M", 1000000}, {"k", 1000}, {"", 1}, {NULL, 0},
};

static const struct unit *units_of(enum conf_type type)
{
    switch (type) {
    case CONF_DURATION:
        return durations;
    case CONF_SIZE:
        return sizes;
    case CONF_RATE:
        return rates;
    case CONF_STRING:
    case CONF_INT:
    case CONF_REAL:
    case CONF_BOOL:
    case CONF_ENUM:
    case CONF_PATH:
    case CONF_LIST:
    case CONF_MAP:
    case CONF_MAPS:
    case CONF_DICT:
    case CONF_ANY:
        break;
    }
    return NULL;
}

static bool read_int(const char *text, int64_t *out)
{
    bool negative = text[0] == '-';
    struct slice digits = slice_of(text + negative);
    uint64_t v;

    if (!slice_u64(digits, INT64_MAX, &v))
        return false;
    *out = negative ? -(int64_t)v : (int64_t)v;
    return true;
}

/* digits[.digits], times factor, must be a whole number within int64. */
static bool scale(struct slice number, int64_t factor, int64_t *out)
{
    struct slice whole, fraction;
    uint64_t v, f;
    __int128 sum;

    if (!slice_split(&number, '.', &whole) || !slice_u64(whole, INT64_MAX, &v))
        return false;
    sum = (__int128)v * factor;
    if (slice_split(&number, '.', &fraction)) {
        __int128 part, ten = 1;

        if (fraction.n == 0 || fraction.n > 12 || number.n > 0 ||
            !slice_u64(fraction, INT64_MAX, &f))
            return false;
        for (size_t i = 0; i < fraction.n; i++)
            ten *= 10;
        part = (__int128)f * factor;
        if (part % ten != 0)
            return false;
        sum += part / ten;
    }
    if (sum > INT64_MAX)
        return false;
    *out = (int64_t)sum;
    return true;
}

static bool read_units(const struct unit *units, const char *text, int64_t *out)
{
    size_t n = strspn(text, "0123456789.");
    const char *unit = text + n;

    if (n == 0 || text[n - 1] == '.')
        return false;
    if (strcmp(unit, "K") == 0)
        unit = "k";
    for (; units->name != NULL; units++) {
        if (strcmp(units->name, unit) == 0)
            return scale((struct slice){text, n}, units->factor, out);
    }
    *out = 0;
    return strcmp(text, "0") == 0; /* nothing needs no unit */
}

const char *conf_value(enum conf_type type, const char *text, int64_t *number, double *real)
{
    switch (type) {
    case CONF_INT:
        return read_int(text, number) ? NULL : "expected a whole number";
    case CONF_REAL:
        return slice_real(slice_of(text), real) ? NULL : "expected a number";
    case CONF_BOOL:
        *number = strcmp(text, "true") == 0;
        return *number || strcmp(text, "false") == 0 ? NULL : "expected true or false";
    case CONF_DURATION:
        return read_units(durations, text, number)
                   ? NULL
                   : "expected a duration such as 500ms, 10s, 5m, 2h or 7d";
    case CONF_SIZE:
        return read_units(sizes, text, number) ? NULL
                                               : "expected a size such as 512, 64k or 8M";
    case CONF_RATE:
        return read_units(rates, text, number) ? NULL
                                               : "expected a rate such as 10M, 2.5G or 100G";
    case CONF_STRING:
    case CONF_ENUM:
    case CONF_PATH:
        return NULL;
    case CONF_LIST:
    case CONF_MAP:
    case CONF_MAPS:
    case CONF_DICT:
    case CONF_ANY:
        break;
    }
    assert(!"a scalar type");
    return NULL;
}

const char *conf_value_format(enum conf_type type, int64_t v, char *out)
{
    const struct unit *u = units_of(type);

    if (u == NULL || v == 0) {
        snprintf(out, 32, "%" PRId64, v);
        return out;
    }
    while (u[1].name != NULL && v % u->factor != 0)
        u++;
    snprintf(out, 32, "%" PRId64 "%s", v / u->factor, u->name);
    return out;
}

const char *conf_type_name(enum conf_type type)
{
    switch (type) {
    case CONF_STRING:
        return "text";
    case CONF_INT:
        return "whole number";
    case CONF_REAL:
        return "number";
    case CONF_BOOL:
        return "true or false";
    case CONF_DURATION:
        return "duration";
    case CONF_SIZE:
        return "size";
    case CONF_RATE:
        return "rate";
    case CONF_ENUM:
        return "choice";
    case CONF_PATH:
        return "file name";
    case CONF_LIST:
        return "list";
    case CONF_MAP:
        return "mapping";
    case CONF_MAPS:
        return "list of mappings";
    case CONF_DICT:
        return "mappings by name";
    case CONF_ANY:
        return "any";
    }
    return "?";
}
