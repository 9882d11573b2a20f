/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media types with parameters, and multipart bodies (RFC 2046 section 5.1, RFC 2387, RFC 9275).
 *
 * A body is split at lines "--boundary"; what stands before the first and after the last is
 * ignored. Some servers, and the examples of RFC 9275, end with a plain delimiter instead of
 * "--boundary--"; that is accepted if nothing follows it. A part that no delimiter ends was cut
 * off, and is an error.
 */
#include <string.h>
#include <strings.h>

#include "client/private.h"

static struct slice after(struct slice s, size_t n)
{
    return (struct slice){s.p + n, s.n - n};
}

static bool same_word(struct slice a, const char *b)
{
    return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

bool media_is(const char *media, const char *essence)
{
    struct slice s = slice_of(media);

    s.n = strcspn(media, ";");
    return same_word(slice_trim(s), essence);
}

/** The length of a parameter's value: a quoted string, or up to the next ";". 0: malformed. */
static size_t value_length(struct slice s)
{
    size_t i = 0;

    if (s.n == 0 || s.p[0] != '"') {
        while (i < s.n && s.p[i] != ';')
            i++;
        return i;
    }
    for (i = 1; i < s.n && s.p[i] != '"'; i++)
        if (s.p[i] == '\\')
            i++;
    return i < s.n ? i + 1 : 0;
}

static char *unquote(struct arena *a, struct slice s)
{
    char *out, *to;

    s = slice_trim(s);
    if (s.n < 2 || s.p[0] != '"')
        return arena_strndup(a, s.p, s.n);
    out = to = arena_alloc(a, s.n);
    for (size_t i = 1; out && i + 1 < s.n; i++) {
        if (s.p[i] == '\\' && i + 2 < s.n)
            i++;
        *to++ = s.p[i];
    }
    return out;
}

char *media_parameter(struct arena *a, const char *media, const char *name)
{
    struct slice s = slice_of(media);
    size_t n = strcspn(media, ";");

    while (n < s.n) {
        struct slice key;
        size_t equals = 0;
        s = after(s, n + 1);
        while (equals < s.n && s.p[equals] != '=' && s.p[equals] != ';')
            equals++;
        key = slice_trim((struct slice){s.p, equals});
        if (equals == s.n || s.p[equals] == ';') { /* no value: skip it */
            n = equals;
            continue;
        }
        s = after(s, equals + 1);
        while (s.n > 0 && (*s.p == ' ' || *s.p == '\t'))
            s = after(s, 1);
        n = value_length(s);
        if (same_word(key, name))
            return n > 0 ? unquote(a, (struct slice){s.p, n}) : NULL;
        if (n == 0)
            return NULL;
        while (n < s.n && s.p[n] != ';')
            n++;
    }
    return NULL;
}

enum line_kind { LINE_OTHER, LINE_DELIMITER, LINE_CLOSE };

/** What a line means: "--boundary" or "--boundary--", perhaps with blanks behind. */
static enum line_kind line_kind(struct slice line, const char *boundary)
{
    size_t n = strlen(boundary);

    if (line.n < n + 2 || memcmp(line.p, "--", 2) != 0 || memcmp(line.p + 2, boundary, n) != 0)
        return LINE_OTHER;
    line = slice_trim(after(line, n + 2));
    if (line.n == 0)
        return LINE_DELIMITER;
    return slice_eq(line, "--") ? LINE_CLOSE : LINE_OTHER;
}

/** Reads header lines up to the empty one; false when the part ends before it. */
static bool read_headers(struct slice *rest, struct part *part)
{
    struct slice line, name, content;

    while (slice_line(rest, &line)) {
        if (line.n == 0)
            return true;
        if (line.p[0] == ' ' ||
            line.p[0] == '\t') /* continues the header before: a parameter */
            continue;
        content = line;
        slice_split(&content, ':', &name);
        if (!content.p)
            return false;
        if (same_word(name, "Content-ID"))
            part->id = slice_trim(content);
        else if (same_word(name, "Content-Type"))
            part->media = slice_trim(content);
    }
    return false;
}

/** Reads a part whose bytes are `all`, delimiters and the line end before the next one
 * excluded. */
static int read_part(struct slice all, struct part *out, struct rialto_error *e)
{
    *out = (struct part){0};
    if (!read_headers(&all, out))
        return error_set(e, RIALTO_E_REPLY, "a part of the multipart reply has broken headers");
    if (out->media.n == 0)
        return error_set(e, RIALTO_E_REPLY,
                         "a part of the multipart reply has no Content-Type");
    out->body = all;
    return 0;
}

/** Bytes from `start` to `end` without the line end that belongs to the delimiter after them.
 */
static struct slice part_bytes(const char *start, const char *end)
{
    size_t n = (size_t)(end - start);

    if (n > 0 && start[n - 1] == '\n')
        n--;
    if (n > 0 && start[n - 1] == '\r')
        n--;
    return (struct slice){start, n};
}

int multipart_split(struct slice body, const char *boundary, struct part parts[MULTIPART_MAX],
                    size_t *n, struct rialto_error *e)
{
    const char *start = NULL;
    struct slice rest = body, line;

    *n = 0;
    while (slice_line(&rest, &line)) {
        enum line_kind kind = line_kind(line, boundary);
        if (kind == LINE_OTHER)
            continue;
        if (start && *n == MULTIPART_MAX)
            return error_set(e, RIALTO_E_LIMIT, "the multipart reply has more than %d parts",
                             MULTIPART_MAX);
        if (start && read_part(part_bytes(start, line.p), &parts[*n], e) != 0)
            return e ? e->code : RIALTO_E_REPLY;
        if (start)
            (*n)++;
        if (kind == LINE_CLOSE)
            return 0;
        start = rest.p;
    }
    if (!start)
        return error_set(e, RIALTO_E_REPLY,
                         "the multipart reply does not contain its boundary");
    if (slice_trim((struct slice){start, (size_t)(body.p + body.n - start)}).n > 0)
        return error_set(e, RIALTO_E_REPLY, "the multipart reply is cut off");
    return 0;
}
