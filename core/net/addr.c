/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define MAPPED_BITS 96 /* of ::ffff:0:0/96, RFC 4291 section 2.5.5.2 */

/* Takes an IPv4 address off *s; false, with *s as it was: none is there. */
static bool take_v4(struct slice *s, uint32_t *out)
{
    if (s->n == 0)
        return false;
    const char *p = s->p, *end = s->p + s->n;
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0 && (p == end || *p++ != '.'))
            return false;
        const char *first = p;
        unsigned octet = 0;
        while (p < end && p - first < 4 && *p >= '0' && *p <= '9')
            octet = octet * 10 + (unsigned)(*p++ - '0');
        if (p == first || octet > 255 || (p - first > 1 && *first == '0'))
            return false;
        value = value << 8 | octet;
    }
    *s = (struct slice){p, (size_t)(end - p)};
    *out = value;
    return true;
}

static struct addr addr_v4(uint32_t value)
{
    struct addr a = {.family = 4};
    value = __builtin_bswap32(value);
    memcpy(a.b, &value, sizeof(value));
    return a;
}

/* The address as written, an IPv4-mapped one still in IPv6. */
static bool parse_as_written(struct slice s, struct addr *out)
{
    char text[INET6_ADDRSTRLEN];
    struct slice rest = s;
    uint32_t v4;
    if (take_v4(&rest, &v4)) {
        *out = addr_v4(v4);
        return rest.n == 0;
    }
    if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n) != NULL)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';

    struct addr a = {.family = 6};
    if (inet_pton(AF_INET6, text, a.b) != 1)
        return false;
    *out = a;
    return true;
}

static bool is_mapped(const struct addr *a)
{
    static const uint8_t head[12] = {[10] = 0xff, [11] = 0xff};
    return a->family == 6 && memcmp(a->b, head, sizeof(head)) == 0;
}

static struct addr unmapped(const struct addr *a)
{
    struct addr v4 = {.family = 4};
    memcpy(v4.b, a->b + 12, 4);
    return v4;
}

bool addr_parse(struct slice s, struct addr *out)
{
    struct addr a;
    if (!parse_as_written(s, &a))
        return false;
    *out = is_mapped(&a) ? unmapped(&a) : a;
    return true;
}

bool addr_parse_as(unsigned family, struct slice s, struct addr *out)
{
    struct addr a;
    if (!parse_as_written(s, &a) || a.family != family)
        return false;
    *out = a;
    return true;
}

/* Is it ::hhhh:hhhh, which inet_ntop() writes as the long abandoned ::d.d.d.d? */
static bool is_low_32(const struct addr *a)
{
    static const uint8_t head[12] = {0};
    return memcmp(a->b, head, sizeof(head)) == 0 && (a->b[12] != 0 || a->b[13] != 0);
}

/* A number below 1000; returns the place behind it. */
static char *put_number(char *p, unsigned n)
{
    if (n >= 100)
        *p++ = (char)('0' + n / 100);
    if (n >= 10)
        *p++ = (char)('0' + n / 10 % 10);
    *p++ = (char)('0' + n % 10);
    return p;
}

static void format_v4(const uint8_t b[4], char *out)
{
    for (unsigned i = 0; i < 4; i++) {
        out = put_number(out, b[i]);
        *out++ = i < 3 ? '.' : '\0';
    }
}

const char *addr_format(const struct addr *a, char out[ADDR_TEXT])
{
    out[0] = '\0';
    if (a->family == 4)
        format_v4(a->b, out);
    else if (a->family == 6 && is_low_32(a))
        snprintf(out, ADDR_TEXT, "::%x:%x", a->b[12] << 8 | a->b[13], a->b[14] << 8 | a->b[15]);
    else if (a->family == 6)
        inet_ntop(AF_INET6, a->b, out, ADDR_TEXT);
    return out;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->b, b->b, sizeof(a->b));
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
    return addr_cmp(a, b) == 0;
}

unsigned addr_bits(const struct addr *a)
{
    return a->family == 4 ? 32 : a->family == 6 ? 128 : 0;
}

static bool in_any(const struct prefix *table, size_t n, const struct addr *a)
{
    for (size_t i = 0; i < n; i++) {
        if (prefix_has(&table[i], a))
            return true;
    }
    return false;
}

#define V4(len, ...)                                                                           \
    {                                                                                          \
        {4, {__VA_ARGS__}}, (len)                                                              \
    }
#define V6(len, ...)                                                                           \
    {                                                                                          \
        {6, {__VA_ARGS__}}, (len)                                                              \
    }

bool addr_is_special(const struct addr *a)
{
    static const struct prefix special[] = {
        V4(8, 0),                   /* "this" network, RFC 1122 section 3.2.1.3 */
        V4(8, 127),                 /* loopback */
        V4(16, 169, 254),           /* link-local, RFC 3927 */
        V4(4, 224),                 /* multicast, RFC 5771 */
        V4(32, 255, 255, 255, 255), /* limited broadcast, RFC 919 */
        V6(128, 0),                 /* unspecified */
        V6(128, [15] = 1),          /* loopback */
        V6(10, 0xfe, 0x80),         /* link-local, RFC 4291 section 2.5.6 */
        V6(8, 0xff),                /* multicast */
    };
    return in_any(special, sizeof(special) / sizeof(special[0]), a);
}

bool addr_is_private(const struct addr *a)
{
    static const struct prefix private[] = {
        V4(8, 10),       V4(12, 172, 16), V4(16, 192, 168), /* RFC 1918 */
        V4(10, 100, 64),                                    /* RFC 6598 */
        V6(7, 0xfc),                                        /* RFC 4193 */
    };
    return in_any(private, sizeof(private) / sizeof(private[0]), a);
}

/* "/LENGTH" or nothing, which is the whole address. */
static bool parse_length(struct slice s, unsigned bits, unsigned *len)
{
    uint64_t n = bits;
    if (s.n > 0 && (*s.p != '/' || (s.n > 2 && s.p[1] == '0') ||
                    !slice_u64((struct slice){s.p + 1, s.n - 1}, bits, &n)))
        return false;
    *len = (unsigned)n;
    return true;
}

/* "ADDRESS/LENGTH" or a bare address; the length is not checked against mapped addresses yet.
 */
static bool parse_both(struct slice s, struct addr *a, unsigned *len)
{
    const char *slash = s.n > 0 ? memchr(s.p, '/', s.n) : NULL;
    size_t n = slash ? (size_t)(slash - s.p) : s.n;
    return parse_as_written((struct slice){s.p, n}, a) &&
           parse_length((struct slice){s.p + n, s.n - n}, addr_bits(a), len);
}

bool ifaddr_parse(struct slice s, struct ifaddr *out)
{
    struct addr a;
    unsigned len = 0;
    if (!parse_both(s, &a, &len))
        return false;
    if (is_mapped(&a)) {
        if (len < MAPPED_BITS)
            return false; /* the subnet would be no IPv4 subnet */
        a = unmapped(&a);
        len -= MAPPED_BITS;
    }
    *out = (struct ifaddr){a, (uint8_t)len};
    return true;
}

bool prefix_parse_loose(struct slice s, struct prefix *out)
{
    struct addr a;
    uint32_t v4;
    unsigned len = 0;
    if (take_v4(&s, &v4)) { /* most are; made in one go */
        if (!parse_length(s, 32, &len))
            return false;
        v4 &= len == 0 ? 0 : UINT32_MAX << (32 - len);
        *out = (struct prefix){addr_v4(v4), (uint8_t)len};
        return true;
    }
    if (!parse_both(s, &a, &len))
        return false;
    if (is_mapped(&a) && len >= MAPPED_BITS) {
        a = unmapped(&a);
        len -= MAPPED_BITS;
    }
    *out = prefix_of(&a, len);
    return true;
}

bool prefix_parse(struct slice s, struct prefix *out)
{
    struct ifaddr i;
    if (!ifaddr_parse(s, &i))
        return false;
    struct prefix p = prefix_of(&i.addr, i.len);
    if (!addr_eq(&p.addr, &i.addr))
        return false;
    *out = p;
    return true;
}

bool prefix_parse_as(unsigned family, struct slice s, struct prefix *out)
{
    struct addr a;
    unsigned len = 0;
    if (!parse_both(s, &a, &len) || a.family != family)
        return false;
    struct prefix p = prefix_of(&a, len);
    if (!addr_eq(&p.addr, &a))
        return false;
    *out = p;
    return true;
}

static const char *format_both(const struct addr *a, unsigned len, char out[PREFIX_TEXT])
{
    addr_format(a, out);
    size_t n = strlen(out);
    if (n > 0) {
        out[n] = '/';
        *put_number(out + n + 1, len) = '\0';
    }
    return out;
}

const char *prefix_format(const struct prefix *p, char out[PREFIX_TEXT])
{
    return format_both(&p->addr, p->len, out);
}

const char *ifaddr_format(const struct ifaddr *i, char out[PREFIX_TEXT])
{
    return format_both(&i->addr, i->len, out);
}

struct prefix prefix_of(const struct addr *a, unsigned len)
{
    unsigned bits = addr_bits(a);
    struct prefix p = {*a, (uint8_t)(len < bits ? len : bits)};
    unsigned whole = p.len / 8;
    if (whole < sizeof(p.addr.b)) {
        p.addr.b[whole] &= (uint8_t)(0xff00U >> p.len % 8);
        memset(p.addr.b + whole + 1, 0, sizeof(p.addr.b) - whole - 1);
    }
    return p;
}

/* Do the first `len` bits of both agree? */
static bool same_head(const struct addr *a, const struct addr *b, unsigned len)
{
    unsigned whole = len / 8;
    if (a->family != b->family || memcmp(a->b, b->b, whole) != 0)
        return false;
    unsigned mask = 0xff00U >> len % 8 & 0xff;
    return mask == 0 || ((a->b[whole] ^ b->b[whole]) & mask) == 0;
}

bool prefix_has(const struct prefix *p, const struct addr *a)
{
    return addr_is_set(a) && same_head(&p->addr, a, p->len);
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
    return outer->len <= inner->len && prefix_has(outer, &inner->addr);
}

int prefix_cmp(const struct prefix *a, const struct prefix *b)
{
    int order = addr_cmp(&a->addr, &b->addr);
    return order != 0 ? order : (int)a->len - (int)b->len;
}

bool prefix_eq(const struct prefix *a, const struct prefix *b)
{
    return prefix_cmp(a, b) == 0;
}
