/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "client/private.h"

#define MAX_SAID 1000 /* bytes of a page's paragraph that is told */

static const struct {
    int code;
    const char *text;
} codes[] = {
    {0, "no error"},
    {RIALTO_E_NOMEM, "out of memory"},
    {RIALTO_E_ARGUMENT, "wrong argument"},
    {RIALTO_E_UNREACHABLE, "server unreachable"},
    {RIALTO_E_TIMEOUT, "server took too long"},
    {RIALTO_E_DENIED, "not allowed"},
    {RIALTO_E_NOT_FOUND, "not found"},
    {RIALTO_E_SERVER, "the server reports an error"},
    {RIALTO_E_REPLY, "the server's reply can't be understood"},
    {RIALTO_E_LIMIT, "a limit was exceeded"},
    {RIALTO_E_UNSUPPORTED, "the server does not offer this"},
};

const char *rialto_code_text(int code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == code)
            return codes[i].text;
    return "unknown error";
}

const char *rialto_version(void)
{
    return RIALTO_VERSION;
}

/** Control characters become "?": a server's words end up on terminals. Cuts only between
 * characters. */
static void harmless(char *s, size_t room)
{
    size_t n = strlen(s);

    if (n + 1 == room) /* cut off, perhaps within a character */
        while (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0x80)
            s[--n] = 0;
    if (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0xc0)
        s[--n] = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x20 || c == 0x7f)
            s[i] = '?';
        else if (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0) /* U+0080 to U+009F */
            s[i] = s[i + 1] = '?';
    }
}

__attribute__((format(printf, 3, 4))) static void put(char *to, size_t room, const char *fmt,
                                                      ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(to, room, fmt, ap);
    va_end(ap);
    harmless(to, room);
}

int error_set(struct rialto_error *e, int code, const char *fmt, ...)
{
    va_list ap;

    assert(code < 0);
    if (!e)
        return code;
    memset(e, 0, sizeof(*e));
    e->code = code;
    va_start(ap, fmt);
    vsnprintf(e->message, sizeof(e->message), fmt, ap);
    va_end(ap);
    harmless(e->message, sizeof(e->message));
    return code;
}

int error_in(struct rialto_error *e, const char *where)
{
    char old[sizeof(e->message)];

    if (!e)
        return RIALTO_E_REPLY;
    memcpy(old, e->message, sizeof(old));
    put(e->message, sizeof(e->message), "%s: %s", where, old);
    return e->code;
}

int error_from_fetch(struct rialto_error *e, const struct err *from)
{
    int code = RIALTO_E_UNREACHABLE;

    if (from->code == ERR_TIMEOUT)
        code = RIALTO_E_TIMEOUT;
    else if (from->code == ERR_LIMIT)
        code = RIALTO_E_LIMIT;
    else if (from->code == ERR_NOMEM)
        code = RIALTO_E_NOMEM;
    else if (from->code == ERR_INVAL)
        code = RIALTO_E_ARGUMENT;
    return error_set(e, code, "%s", from->msg[0] ? from->msg : err_text(from->code));
}

static int code_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return RIALTO_E_DENIED;
    case 404:
        return RIALTO_E_NOT_FOUND;
    default:
        return RIALTO_E_SERVER;
    }
}

static void take(char *to, size_t room, const struct rialto_value *v)
{
    const char *s = rialto_text(v);

    if (s)
        put(to, room, "%s", s);
}

/** RFC 7285 section 8.5.2: {"meta": {"code", "field", "value", "syntax-error"}}. */
static const char *read_alto(struct rialto_error *e, const struct rialto_value *meta)
{
    take(e->alto_code, sizeof(e->alto_code), rialto_get(meta, "code"));
    take(e->field, sizeof(e->field), rialto_get(meta, "field"));
    take(e->value, sizeof(e->value), rialto_get(meta, "value"));
    return rialto_text(rialto_get(meta, "syntax-error"));
}

/** The operator API: {"error": {"code", "message", "field"}}. */
static const char *read_operator(struct rialto_error *e, const struct rialto_value *error)
{
    take(e->alto_code, sizeof(e->alto_code), rialto_get(error, "code"));
    take(e->field, sizeof(e->field), rialto_get(error, "field"));
    return rialto_text(rialto_get(error, "message"));
}

/** Rucio's REST API: {"ExceptionClass", "ExceptionMessage"}. */
static const char *read_rucio(struct rialto_error *e, const struct rialto_value *root)
{
    take(e->alto_code, sizeof(e->alto_code), rialto_get(root, "ExceptionClass"));
    return rialto_text(rialto_get(root, "ExceptionMessage"));
}

/** FTS's REST API: {"status": "403 Forbidden", "message"}. */
static const char *read_fts(const struct rialto_value *root)
{
    return rialto_text(rialto_get(root, "message"));
}

/** What stands before an API (Apache, FTS's authentication) answers with a page: the text of
 * its first paragraph. */
static struct slice read_page(const char *body, size_t len)
{
    struct slice text = {0};
    const char *start = body ? memmem(body, len, "<p>", 3) : NULL, *end;

    if (!start)
        return text;
    start += 3;
    end = memchr(start, '<', len - (size_t)(start - body));
    text = slice_trim((struct slice){start, (size_t)((end ? end : body + len) - start)});
    if (text.n > MAX_SAID || !str_is_utf8(text.p, text.n))
        text.n = 0;
    return text;
}

static void put_said(struct buf *b, int code, const char *said, struct slice page)
{
    if (!said && page.n == 0 && code == RIALTO_E_SERVER)
        buf_str(b, rialto_code_text(code));
    else if (!said && page.n > 0)
        buf_printf(b, "the server says %.*s", (int)page.n, page.p);
    else
        buf_printf(b, "the server says %s", said ? said : rialto_code_text(code));
}

int error_from_reply(struct rialto_error *e, int status, const char *body, size_t len)
{
    struct rialto_document *d = NULL;
    const struct rialto_value *root;
    const char *said = NULL;
    struct slice page = {0};
    struct rialto_error scratch;
    struct buf b = {0};

    if (!e)
        e = &scratch;
    error_set(e, code_of_status(status), "%s", "");
    e->status = status;
    if (body && len > 0 && decode_json(body, len, &d, NULL) == 0) {
        root = rialto_document_root(d);
        said = rialto_get(root, "error") ? read_operator(e, rialto_get(root, "error"))
               : rialto_get(root, "ExceptionMessage") ? read_rucio(e, root)
               : rialto_get(root, "status")           ? read_fts(root)
                                                      : read_alto(e, rialto_get(root, "meta"));
    } else {
        page = read_page(body, len);
    }
    put_said(&b, e->code, said, page);
    if (e->alto_code[0])
        buf_printf(&b, " (%s", e->alto_code);
    else
        buf_printf(&b, " (HTTP %d", status);
    if (e->field[0])
        buf_printf(&b, ", field %s", e->field);
    if (e->value[0])
        buf_printf(&b, ", value %s", e->value);
    buf_char(&b, ')');
    put(e->message, sizeof(e->message), "%s", buf_cstr(&b));
    buf_free(&b);
    rialto_document_free(&d);
    return e->code;
}
