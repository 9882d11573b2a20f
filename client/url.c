/* SPDX-License-Identifier: Apache-2.0 */
/* The little of RFC 3986 that a directory needs: origin, host, resolving references. */
#include <string.h>
#include <strings.h>

#include "client/private.h"

static size_t scheme_length(const char *url)
{
    if (strncasecmp(url, "http://", 7) == 0)
        return 7;
    if (strncasecmp(url, "https://", 8) == 0)
        return 8;
    return 0;
}

/** Visible ASCII only: everything else must be percent-encoded (RFC 3986 section 2). */
static bool is_visible(const char *s)
{
    for (; *s; s++)
        if (*s <= ' ' || *s >= 0x7f || strchr("\"<>\\^`{|}", *s))
            return false;
    return true;
}

bool url_check(const char *url, size_t *origin)
{
    size_t scheme = scheme_length(url);

    *origin = scheme + strcspn(url + scheme, "/?#");
    return scheme > 0 && *origin > scheme && is_visible(url) && !strpbrk(url, "?#") &&
           !memchr(url, '@', *origin);
}

char *url_host(struct arena *a, const char *url)
{
    const char *host = url + scheme_length(url);

    if (*host == '[') {
        host++;
        return arena_strndup(a, host, strcspn(host, "]"));
    }
    return arena_strndup(a, host, strcspn(host, ":/"));
}

/** Takes "." and ".." segments out of a path, in place (RFC 3986 section 5.2.4). */
static void remove_dots(char *path)
{
    char *from = path, *to = path;

    while (*from) {
        size_t n = 1 + strcspn(from + 1, "/");
        bool last = from[n] == 0;
        if (n == 2 && from[1] == '.') {
            if (last)
                *to++ = '/';
        } else if (n == 3 && from[1] == '.' && from[2] == '.') {
            while (to > path && *--to != '/')
                ;
            if (last)
                *to++ = '/';
        } else {
            memmove(to, from, n);
            to += n;
        }
        from += n;
    }
    *to = 0;
}

/** Path and query of `ref` after the origin: absolute, the base's own, or beside the base's
 * last segment. */
static char *join_path(struct arena *a, const char *base_path, const char *ref)
{
    size_t folder = strcspn(base_path, "?#");
    char *joined;

    if (ref[0] == '/')
        return arena_strdup(a, ref);
    if (ref[0] == '?')
        return arena_printf(a, "%.*s%s", (int)folder, base_path, ref);
    if (ref[0] == 0)
        return arena_strdup(a, base_path);
    while (folder > 0 && base_path[folder - 1] != '/')
        folder--;
    joined = arena_printf(a, "%.*s%s", (int)folder, base_path, ref);
    return joined && joined[0] != '/' ? arena_printf(a, "/%s", joined) : joined;
}

char *url_resolve(struct arena *a, const char *base, const char *ref)
{
    size_t scheme = scheme_length(base);
    size_t origin = scheme + strcspn(base + scheme, "/?#");
    size_t stop = strcspn(ref, "/?#:");
    const char *query;
    char *path;

    if (!is_visible(ref))
        return NULL;
    ref = arena_strndup(a, ref, strcspn(ref, "#")); /* fragments are never sent */
    if (!ref)
        return NULL;
    if (scheme_length(ref) > 0)
        return arena_strdup(a, ref);
    if (ref[stop] == ':') /* another scheme */
        return NULL;
    if (ref[0] == '/' && ref[1] == '/')
        return arena_printf(a, "%.*s%s", (int)(strchr(base, ':') + 1 - base), base, ref);
    path = join_path(a, base + origin, ref);
    if (!path)
        return NULL;
    query = arena_strdup(a, path + strcspn(path, "?#"));
    path[strcspn(path, "?#")] = 0;
    remove_dots(path);
    return query ? arena_printf(a, "%.*s%s%s", (int)origin, base, path, query) : NULL;
}
