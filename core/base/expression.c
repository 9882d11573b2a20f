/* SPDX-License-Identifier: Apache-2.0 */
#include "base/expression.h"

#include <string.h>

#include "base/str.h"

struct count {
    const struct expression_limits *limits;
    size_t sum[EXPRESSION_DEPTH]; /* of the groups that are open, from the outermost */
    size_t depth, last;           /* last: what a repeat is of */
    size_t repeats;
};

/** Behind `[...]`; NULL: it has no end. */
static const char *behind_bracket(const char *p)
{
    p += p[1] == '^' ? 2 : 1;
    p += *p == ']';
    for (; *p != ']'; p++) {
        if (*p == '[' && p[1] != '\0' && strchr(".=:", p[1]) != NULL) {
            const char end[] = {p[1], ']', '\0'};

            p = strstr(p + 2, end);
            if (p == NULL)
                return NULL;
            p++;
        }
        if (*p == '\0')
            return NULL;
    }
    return p + 1;
}

/** Behind one character, whatever stands for it; NULL: none that is taken. References back take
 * time without measure. */
static const char *behind_one(const char *p)
{
    if (*p == '[')
        return behind_bracket(p);
    if (*p == '\\' && p[1] >= '0' && p[1] <= '9')
        return NULL;
    return p + (*p == '\\' && p[1] != '\0' ? 2 : 1);
}

static void count_last(struct count *c, size_t n)
{
    c->last = n;
    c->sum[c->depth] += n;
}

static void repeat(struct count *c, size_t times)
{
    c->sum[c->depth] += c->last * (times - 1);
    c->last *= times;
}

/** `{n,m}`, `{n,}`: behind it; NULL: a large number, or one repeat too many. */
static const char *count_repeat(struct count *c, const char *p)
{
    size_t times = 1;

    if (++c->repeats > c->limits->repeats)
        return NULL;
    for (p++; *p != '}'; p += *p == ',') {
        struct slice number = {p, strcspn(p, ",}")};
        uint64_t n = 0;

        if (number.n > 0 && !slice_u64(number, c->limits->repeat, &n))
            return NULL;
        p += number.n;
        if (*p == '\0')
            return NULL;
        times = n + (*p == ',') > times ? n + (*p == ',') : times;
    }
    repeat(c, times);
    return p + 1;
}

size_t expression_size(const char *expression, const struct expression_limits *limits)
{
    struct count c = {.limits = limits};

    for (const char *p = expression; p != NULL && *p != '\0';) {
        if (*p == '(' && c.depth + 1 == EXPRESSION_DEPTH) {
            return 0;
        } else if (*p == '(') {
            c.sum[++c.depth] = 0;
            c.last = 0;
            p++;
        } else if (*p == ')') {
            if (c.depth == 0)
                return 0;
            c.depth--;
            count_last(&c, c.sum[c.depth + 1] + 1);
            p++;
        } else if (*p == '{') {
            p = count_repeat(&c, p);
        } else if (*p == '+') {
            repeat(&c, 2);
            p++;
        } else if (*p == '*' || *p == '?') {
            p++;
        } else {
            p = behind_one(p);
            count_last(&c, 1);
        }
        if (p == NULL || c.sum[c.depth] > limits->size)
            return 0;
    }
    return c.sum[0];
}
