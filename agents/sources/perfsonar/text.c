/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, times, names of hosts. */
#include "agents/sources/perfsonar/ps.h"

#include <string.h>

#include "agents/sources/web/web.h"

static bool take_char(struct slice *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = (struct slice){s->p + 1, s->n - 1};
    return true;
}

/* Digits with a fraction behind '.' or ',' (ISO 8601 section 5.3.1.4); *whole: without one. */
static bool take_number(struct slice *s, double *out, bool *whole)
{
    char text[64];
    size_t n = 0;

    while (n < s->n && n < sizeof(text) - 1 &&
           ((s->p[n] >= '0' && s->p[n] <= '9') || s->p[n] == '.' || s->p[n] == ',')) {
        text[n] = s->p[n] == ',' ? '.' : s->p[n];
        n++;
    }
    *whole = memchr(text, '.', n) == NULL;
    *s = (struct slice){s->p + n, s->n - n};
    return slice_real((struct slice){text, n}, out);
}

struct unit {
    char letter;
    double seconds; /* 0: of no certain length */
};

/* Components in the order of `units`, each at most once, a fraction only in the last one. */
static bool take_units(struct slice *s, const struct unit *units, double *sum, size_t *n)
{
    while (s->n > 0 && s->p[0] != 'T') {
        double value;
        bool whole;

        if (!take_number(s, &value, &whole) || s->n == 0)
            return false;
        while (units->letter != '\0' && units->letter != s->p[0])
            units++;
        if (units->letter == '\0' || (units->seconds == 0 && value != 0))
            return false;
        *sum += value * units->seconds;
        units++;
        *n += 1;
        *s = (struct slice){s->p + 1, s->n - 1};
        if (!whole && s->n > 0)
            return false;
    }
    return true;
}

bool ps_duration(struct slice s, double *us)
{
    static const struct unit date[] = {{'Y', 0}, {'M', 0}, {'W', 604800}, {'D', 86400}, {0, 0}};
    static const struct unit clock[] = {{'H', 3600}, {'M', 60}, {'S', 1}, {0, 0}};
    bool negative = take_char(&s, '-');
    double sum = 0;
    size_t n = 0, before;

    if (!take_char(&s, 'P') || !take_units(&s, date, &sum, &n))
        return false;
    before = n;
    if (take_char(&s, 'T') && (!take_units(&s, clock, &sum, &n) || s.n > 0 || n == before))
        return false;
    *us = (negative ? -sum : sum) * 1e6;
    return n > 0;
}

bool ps_address(struct slice s, struct addr *out)
{
    *out = (struct addr){0};
    return addr_parse(slice_trim(s), out) || addr_parse(web_host(s), out);
}

int64_t ps_time(const struct jnode *n)
{
    int64_t us;

    return jnode_is(n, JREAD_STRING) && str_time(n->text, &us) ? us : FACT_NONE;
}
