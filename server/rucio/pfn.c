/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/pfn.h"

#include <ctype.h>
#include <string.h>

#include "net/addr.h"

#define MAX_HOST    253 /* RFC 1035 section 2.3.4 */
#define MAX_PROXIES 8   /* that a PFN is wrapped in */

bool pfn_is_host(struct slice host)
{
    struct addr addr;
    if (addr_parse(host, &addr))
        return true;
    if (host.n == 0 || host.n > MAX_HOST || host.p[0] == '.' || host.p[0] == '-')
        return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!isalnum((unsigned char)c) && (c == 0 || !strchr(".-_", c)))
            return false;
        if (c == '.' && i > 0 && host.p[i - 1] == '.')
            return false;
    }
    return true;
}

/* "user@[::1]:80" to "::1" (RFC 3986 section 3.2) */
static bool authority_host(struct slice authority, struct slice *host)
{
    const char *at = memrchr(authority.p, '@', authority.n);
    if (at) {
        authority.n -= (size_t)(at + 1 - authority.p);
        authority.p = at + 1;
    }
    struct slice port = {0};
    const char *end;
    uint64_t number;
    if (authority.n > 0 && authority.p[0] == '[') {
        struct addr addr;
        end = memchr(authority.p, ']', authority.n);
        if (!end)
            return false;
        *host = (struct slice){authority.p + 1, (size_t)(end - authority.p) - 1};
        port = (struct slice){end + 1, authority.n - host->n - 2};
        if (!addr_parse(*host, &addr) || addr.family != 6)
            return false;
    } else {
        end = memchr(authority.p, ':', authority.n);
        host->p = authority.p;
        host->n = end ? (size_t)(end - authority.p) : authority.n;
        port = (struct slice){authority.p + host->n, authority.n - host->n};
    }
    bool has_port = port.n > 1;
    if (port.n > 0 && port.p[0] != ':')
        return false;
    if (has_port && !slice_u64((struct slice){port.p + 1, port.n - 1}, 65535, &number))
        return false;
    return pfn_is_host(*host);
}

/* Where "://" stands behind a scheme (RFC 3986 section 3.1), or 0. */
static size_t scheme_length(struct slice s)
{
    size_t n = 0;
    while (n < s.n && (isalnum((unsigned char)s.p[n]) || (n > 0 && strchr("+-.", s.p[n]))))
        n++;
    bool ok = n > 0 && isalpha((unsigned char)s.p[0]) && s.n - n >= 3 &&
              strncmp(s.p + n, "://", 3) == 0;
    return ok ? n : 0;
}

static struct slice behind(struct slice s, size_t n)
{
    return (struct slice){s.p + n, s.n - n};
}

static struct slice authority_of(struct slice s)
{
    size_t n = 0;
    while (n < s.n && !strchr("/?#", s.p[n]))
        n++;
    return (struct slice){s.p, n};
}

bool pfn_endpoint_host(struct slice endpoint, struct slice *host)
{
    size_t scheme = scheme_length(endpoint);
    if (scheme)
        endpoint = behind(endpoint, scheme + 3);
    /* "1.12.0" stands there too: a version of the software */
    return authority_host(authority_of(endpoint), host) && (scheme || host->n < endpoint.n);
}

/* The PFN behind a proxy: "//root://real//path". */
static bool unwrap(struct slice path, struct slice *inner)
{
    while (path.n > 0 && path.p[0] == '/')
        path = behind(path, 1);
    *inner = path;
    return scheme_length(path) > 0;
}

int pfn_host(struct slice pfn, struct slice *host, struct err *e)
{
    if (pfn.n == 0)
        return err_set(e, ERR_PARSE, "is empty");
    if (pfn.n > PFN_MAX_BYTES)
        return err_set(e, ERR_LIMIT, "is longer than %d bytes", PFN_MAX_BYTES);
    if (!str_is_utf8(pfn.p, pfn.n))
        return err_set(e, ERR_PARSE, "is not UTF-8 text");
    for (unsigned i = 0; i <= MAX_PROXIES; i++) {
        size_t scheme = scheme_length(pfn);
        if (scheme == 0)
            return err_set(e, ERR_PARSE, "has no scheme (root://HOST//PATH is expected)");
        bool xrootd = slice_starts(pfn, "root") || slice_starts(pfn, "xroot");
        struct slice rest = behind(pfn, scheme + 3), authority = authority_of(rest), inner;
        if (!authority_host(authority, host))
            return err_set(e, ERR_PARSE, "has no valid host ('%.*s')",
                           authority.n > 60 ? 60 : (int)authority.n, authority.p);
        if (!xrootd || !unwrap(behind(rest, authority.n), &inner))
            return 0;
        pfn = inner;
    }
    return err_set(e, ERR_LIMIT, "is wrapped in more than %d proxies", MAX_PROXIES);
}
