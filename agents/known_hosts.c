/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/known_hosts.h"

#include <ctype.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"

/** Is the base64 text of just these bytes? */
static bool base64_is(struct slice text, struct slice bytes)
{
    struct base64 b = base64_of(text);
    size_t n = 0;
    uint8_t byte;

    while (base64_next(&b, &byte)) {
        if (n >= bytes.n || byte != (uint8_t)bytes.p[n++])
            return false;
    }
    return !b.broken && n == bytes.n && n > 0;
}

/** "|1|SALT|HASH": the name's HMAC-SHA1, the salt being the key. */
static bool is_hash_of(struct slice hashed, const char *want)
{
    struct slice rest = {hashed.p + 1, hashed.n - 1}, kind, salt;
    struct hmac_sha1_ctx c;
    struct base64 b;
    uint8_t key[SHA1_DIGEST_SIZE], mac[SHA1_DIGEST_SIZE];
    size_t n = 0;

    if (!slice_split(&rest, '|', &kind) || !slice_eq(kind, "1") ||
        !slice_split(&rest, '|', &salt))
        return false;
    b = base64_of(salt);
    while (n < sizeof(key) && base64_next(&b, &key[n]))
        n++;
    if (n < sizeof(key) || b.broken || b.text.n > 0)
        return false;
    hmac_sha1_set_key(&c, sizeof(key), key);
    hmac_sha1_update(&c, strlen(want), (const uint8_t *)want);
    hmac_sha1_digest(&c, sizeof(mac), mac);
    return base64_is(rest, (struct slice){(const char *)mac, sizeof(mac)});
}

static bool names_host(struct slice names, const char *want)
{
    struct slice one;

    if (names.p[0] == '|') /* a hashed name stands alone */
        return is_hash_of(names, want);
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
    for (char *c = want; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
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
