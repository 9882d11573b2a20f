/* SPDX-License-Identifier: Apache-2.0 */
#include "server/negotiate.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/str.h"

/* A media range or type: what stands before the parameters, and those that matter. */
struct media {
    struct slice type, subtype;
    struct slice inner; /* parameter type= */
    double q;
};

static bool same(struct slice a, struct slice b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static struct slice unquote(struct slice s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return (struct slice){s.p + 1, s.n - 2};
    return s;
}

static void read_parameter(struct slice text, struct media *m)
{
    struct slice name;
    if (!slice_split(&text, '=', &name))
        return;
    name = slice_trim(name);
    text = unquote(slice_trim(text));
    if (same(name, slice_of("q"))) {
        if (!slice_real(text, &m->q))
            m->q = 1;
    } else if (same(name, slice_of("type"))) {
        m->inner = text;
    }
}

static bool read_media(struct slice text, struct media *m)
{
    struct slice range, parameter;
    *m = (struct media){.q = 1};
    if (!slice_split(&text, ';', &range))
        return false;
    range = slice_trim(range);
    if (!slice_split(&range, '/', &m->type))
        return false;
    m->subtype = range;
    while (slice_split(&text, ';', &parameter))
        read_parameter(parameter, m);
    return m->type.n > 0 && m->subtype.n > 0;
}

/* How exactly a range names the type: 0 not at all, 4 to the last parameter. */
static int precision(const struct media *range, const struct media *type)
{
    struct slice any = slice_of("*");
    if (same(range->type, any))
        return same(range->subtype, any) ? 1 : 0;
    if (!same(range->type, type->type))
        return 0;
    if (same(range->subtype, any))
        return 2;
    if (!same(range->subtype, type->subtype))
        return 0;
    if (range->inner.n == 0 || type->inner.n == 0)
        return 3;
    return same(range->inner, type->inner) ? 4 : 0;
}

bool accept_allows(const char *accept, const char *type)
{
    struct media wanted, range;
    struct slice rest = slice_of(accept), piece;
    int best = 0;
    double q = 0;
    if (!accept || slice_trim(rest).n == 0)
        return true;
    if (!read_media(slice_of(type), &wanted))
        return false;
    while (slice_split(&rest, ',', &piece)) {
        if (!read_media(piece, &range))
            continue;
        int p = precision(&range, &wanted);
        if (p > best || (p == best && p > 0 && range.q > q)) {
            best = p;
            q = range.q;
        }
    }
    return best > 0 && q > 0;
}

bool coding_allows(const char *accept, const char *coding)
{
    struct slice rest = slice_of(accept), piece, name;
    struct media any = {.q = 0};
    while (accept && slice_split(&rest, ',', &piece)) {
        struct media m = {.q = 1};
        if (!slice_split(&piece, ';', &name))
            continue;
        read_parameter(piece, &m);
        name = slice_trim(name);
        if (same(name, slice_of(coding)))
            return m.q > 0;
        if (slice_eq(name, "*"))
            any = m;
    }
    return any.q > 0;
}

bool content_type_is(const char *header, const char *type)
{
    struct media a, b;
    return header && read_media(slice_of(header), &a) && read_media(slice_of(type), &b) &&
           same(a.type, b.type) && same(a.subtype, b.subtype);
}

static bool names_tag(const char *header, const char *etag, bool weakly)
{
    struct slice rest = slice_of(header), piece;
    while (header && slice_split(&rest, ',', &piece)) {
        piece = slice_trim(piece);
        if (weakly && slice_starts(piece, "W/"))
            piece = (struct slice){piece.p + 2, piece.n - 2};
        if (slice_eq(piece, "*") || slice_eq(piece, etag))
            return true;
    }
    return false;
}

bool etag_matches(const char *header, const char *etag)
{
    return names_tag(header, etag, true);
}

bool etag_matches_strongly(const char *header, const char *etag)
{
    return names_tag(header, etag, false);
}

bool http_date(const char *text, int64_t *seconds)
{
    static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT",
                                        "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};
    for (size_t i = 0; text && i < sizeof(forms) / sizeof(*forms); i++) {
        struct tm tm = {0};
        const char *end = strptime(text, forms[i], &tm);
        if (end && !*end) {
            *seconds = (int64_t)timegm(&tm);
            return true;
        }
    }
    return false;
}
