/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/units.h"

#include <string.h>

enum dimension { TIME, RATE, COUNT };

/* Seconds, bits per second, things. Letter case counts: Mbps is not mbps, B not b. */
static const struct {
    const char *name;
    enum dimension dimension;
    double factor;
} units[] = {
    {"ns", TIME, 1e-9},    {"us", TIME, 1e-6},    {"ms", TIME, 1e-3},     {"s", TIME, 1},
    {"min", TIME, 60},     {"bps", RATE, 1},      {"kbps", RATE, 1e3},    {"Mbps", RATE, 1e6},
    {"Gbps", RATE, 1e9},   {"Tbps", RATE, 1e12},  {"bit/s", RATE, 1},     {"kbit/s", RATE, 1e3},
    {"Mbit/s", RATE, 1e6}, {"Gbit/s", RATE, 1e9}, {"Tbit/s", RATE, 1e12}, {"B/s", RATE, 8},
    {"kB/s", RATE, 8e3},   {"MB/s", RATE, 8e6},   {"GB/s", RATE, 8e9},    {"TB/s", RATE, 8e12},
    {"hops", COUNT, 1},    {"hop", COUNT, 1},
};

#define N_UNITS (sizeof(units) / sizeof(*units))

static const struct {
    const char *name;
    double factor;
} multiples[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}};

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < N_UNITS && strcmp(units[i].name, name) != 0)
        i++;
    return i;
}

int units_convert(double number, const char *from, const char *to, double *out, struct err *e)
{
    for (size_t i = 0; i < sizeof(multiples) / sizeof(*multiples); i++) {
        if (strcmp(multiples[i].name, from) == 0) {
            *out = number * multiples[i].factor;
            return 0;
        }
    }
    *out = number;
    if (strcmp(from, to) == 0)
        return 0;
    size_t a = find(from), b = find(to);
    if (a == N_UNITS)
        return err_set(e, ERR_PARSE, "'%.20s' is not a known unit", from);
    if (!*to)
        return err_set(e, ERR_PARSE, "the metric has no unit, so it can't be compared with %s",
                       from);
    if (b == N_UNITS || units[a].dimension != units[b].dimension)
        return err_set(e, ERR_PARSE, "%s can't be compared with the metric's unit %.20s", from,
                       to);
    *out = number * units[a].factor / units[b].factor;
    return 0;
}

const char *units_of_cost(const char *metric)
{
    static const struct {
        const char *prefix, *unit;
    } known[] = {{"delay-", "us"},
                 {"bw-", "B/s"},
                 {"tput", "B/s"},
                 {"hopcount", "hops"},
                 {"priv:as-hopcount", "hops"}};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (strncmp(metric, known[i].prefix, strlen(known[i].prefix)) == 0)
            return known[i].unit;
    }
    return "";
}
