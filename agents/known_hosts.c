/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/known_hosts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/** The value of a base64 digit, or -1. */
static int digit(char c)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c != '\0' ? strchr(digits, c) : NULL;

    return p != NULL ? (int)(p - digits) : -1;
}

/** Is the base64 text (RFC 4648 section 4) of just these bytes? */
static bool base64_is(struct slice text, struct slice bytes)
{
    uint32_t bits = 0;
    int have = 0;
    size_t n = 0;

    while (text.n > 0 && text.p[text.n - 1] == '=')
        text.n--;
    for (size_t i = 0; i < text.n; i++) {
        int v = digit(text.p[i]);

        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (n >= bytes.n || (uint8_t)(bits >> have) != (uint8_t)bytes.p[n++])
            return false;
    }
    return n == bytes.n && n > 0;
}

static bool names_host(struct slice names, const char *want)
{
    struct slice one;

    while (slice_split(&names, ',', &one)) {
        if (one.n == strlen(want) && strncasecmp(one.p, want, one.n) == 0)
            return true;
    }
    return false;
}

bool known_hosts_has(struct slice text, const char *host, unsigned port, struct slice key)
{
    struct slice line, names, type, blob;
    char want[300];
    bool found = false;

    if (port == 22)
        snprintf(want, sizeof(want), "%s", host);
    else
        snprintf(want, sizeof(want), "[%s]:%u", host, port);
    while (slice_line(&text, &line)) {
        bool revoked = false;

        line = slice_trim(line);
        if (line.n == 0 || line.p[0] == '#' || !slice_word(&line, &names))
            continue;
        if (names.p[0] == '@') {
            revoked = slice_eq(names, "@revoked");
            if (!revoked || !slice_word(&line, &names))
                continue;
        }
        if (!slice_word(&line, &type) || !slice_word(&line, &blob) || !base64_is(blob, key))
            continue;
        if (revoked)
            return false;
        found = found || names_host(names, want);
    }
    return found;
}
