/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/scan.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool scan_begin(struct scan *s, struct slice text)
{
    while (text.n > 0 && is_space(text.p[text.n - 1]))
        text.n--;
    if (text.n == 0 || text.p[text.n - 1] != '}')
        return false;
    *s = (struct scan){text.p, text.p + text.n - 1};
    return true;
}

/* To behind a string's last quote. Whether it is a good one, others decide. */
static bool pass_string(struct scan *s)
{
    if (*s->p++ != '"')
        return false;
    while (s->p < s->end && *s->p != '"')
        s->p += *s->p == '\\' ? 2 : 1;
    return ++s->p < s->end;
}

/* To the ',' or '}' behind a value. */
static bool pass_value(struct scan *s)
{
    size_t depth = 0;
    while (s->p < s->end) {
        char c = *s->p;
        if (depth == 0 && (c == ',' || c == '}'))
            return true;
        if (c == '"') {
            if (!pass_string(s))
                return false;
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= depth > 0 && (c == '}' || c == ']');
        s->p++;
    }
    return false;
}

bool scan_find(struct scan *s, const char *name)
{
    size_t n = strlen(name);
    if (!scan_take(s, '{'))
        return false;
    do {
        scan_space(s);
        const char *key = s->p;
        if (!pass_string(s))
            return false;
        bool found = (size_t)(s->p - key) == n && memcmp(key, name, n) == 0;
        if (!scan_take(s, ':'))
            return false;
        scan_space(s);
        if (found)
            return true;
    } while (pass_value(s) && scan_take(s, ','));
    return false;
}
