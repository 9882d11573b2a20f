/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

#define SPACE " \t\r\n"

static bool is_in(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* The value of a digit, or -1. */
static int digit(char c)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c != '\0' ? strchr(digits, c) : NULL;

    return p != NULL ? (int)(p - digits) : -1;
}

struct base64 base64_of(struct slice text)
{
    while (text.n > 0 && is_in("=" SPACE, text.p[text.n - 1]))
        text.n--;
    return (struct base64){.text = text};
}

bool base64_next(struct base64 *b, uint8_t *out)
{
    while (b->text.n > 0 && b->have < 8) {
        char c = b->text.p[0];
        int v = digit(c);

        b->text = (struct slice){b->text.p + 1, b->text.n - 1};
        if (is_in(SPACE, c))
            continue;
        if (v < 0) {
            b->broken = true;
            b->text.n = 0;
            return false;
        }
        b->bits = b->bits << 6 | (uint32_t)v;
        b->have += 6;
    }
    if (b->have < 8)
        return false;
    b->have -= 8;
    *out = (uint8_t)(b->bits >> b->have);
    return true;
}
