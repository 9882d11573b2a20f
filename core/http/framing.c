/* SPDX-License-Identifier: Apache-2.0 */
#include "http/framing.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;="

/* A name of a host or an address in brackets, and perhaps a port; empty: there is none
 * (RFC 9110 section 7.2). */
static bool is_host(const char *value)
{
    const char *p = value;
    if (*p == '[') {
        p += 1 + strspn(p + 1, LETTERS ":%"); /* zones too */
        if (*p++ != ']')
            return false;
    } else {
        for (p += strspn(p, LETTERS); *p == '%'; p += strspn(p, LETTERS)) {
            if (strspn(p + 1, "0123456789abcdefABCDEF") < 2)
                return false;
            p += 3;
        }
    }
    return *p == 0 || (*p == ':' && p[1 + strspn(p + 1, "0123456789")] == 0);
}

bool framing_target_is_sound(const char *target)
{
    size_t path = strcspn(target, "?");
    if (*target != '/' && strcmp(target, "*") != 0 && !strstr(target, "://"))
        return false;
    const char *p = target, *end = target + path;
    while ((p = memchr(p, '%', (size_t)(end - p))) && end - p > 2) {
        if ((p[1] == '2' && (p[2] | 0x20) == 'f') || (p[1] == '0' && p[2] == '0'))
            return false;
        p++;
    }
    return !strchr(target, ' ');
}

/* The lines that matter. */
struct fields {
    unsigned hosts, lengths, codings;
    bool bad;
};

static enum MHD_Result each_field(void *self, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    struct fields *f = self;
    (void)kind;
    if (!value)
        value = "";
    char first = (char)(*key | 0x20); /* most are none of these */
    if (first == 'h' && strcasecmp(key, "Host") == 0) {
        f->hosts++;
        f->bad |= !is_host(value);
    } else if (first == 't' && strcasecmp(key, "Transfer-Encoding") == 0) {
        f->codings++;
        f->bad |= strcasecmp(value, "chunked") != 0;
    }
    f->lengths += first == 'c' && strcasecmp(key, "Content-Length") == 0;
    f->bad |= strpbrk(key, " \t") != NULL; /* RFC 9112 section 5.1 */
    return MHD_YES;
}

bool framing_is_sound(struct MHD_Connection *connection, const char *version)
{
    bool old = strcmp(version, "HTTP/1.0") == 0;
    struct fields f = {0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, each_field, &f);
    /* Sections 3.2, 6.1 and 6.3 of RFC 9112. */
    return !f.bad && f.hosts <= 1 && (f.hosts == 1 || old) && f.lengths + f.codings <= 1 &&
           !(old && f.codings);
}

enum framing_length framing_length(struct MHD_Connection *connection)
{
    const char *value =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    uint64_t n;
    if (!value)
        return FRAMING_NONE;
    if (slice_u64(slice_of(value), UINT64_MAX, &n))
        return FRAMING_NUMBER;
    return *value && value[strspn(value, "0123456789")] == 0 ? FRAMING_TOO_LARGE
                                                             : FRAMING_NO_NUMBER;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t framing_unescape(void *self, struct MHD_Connection *connection, char *text)
{
    char *to = text;
    (void)self;
    (void)connection;
    for (const char *p = text; *p; p++) {
        int high = *p == '%' ? hex(p[1]) : -1;
        int low = high >= 0 ? hex(p[2]) : -1;
        bool encoded = low >= 0 && (high | low) != 0;
        *to++ = encoded ? (char)(high << 4 | low) : *p;
        p += encoded ? 2 : 0;
    }
    *to = 0;
    return (size_t)(to - text);
}
