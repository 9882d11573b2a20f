/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lists.h"

#include <assert.h>
#include <string.h>

struct reader {
    struct slice rest;
    struct arena *arena;
    bool no_memory;
};

typedef bool item_fn(struct reader *r, void *item);

static bool peek(const struct reader *r, char c)
{
    return r->rest.n > 0 && r->rest.p[0] == c;
}

static void skip(struct reader *r, size_t n)
{
    assert(n <= r->rest.n);
    r->rest.p += n;
    r->rest.n -= n;
}

static bool take(struct reader *r, char c)
{
    if (!peek(r, c))
        return false;
    skip(r, 1);
    return true;
}

static bool take_text(struct reader *r, const char *text)
{
    if (!slice_starts(r->rest, text))
        return false;
    skip(r, strlen(text));
    return true;
}

/* How many items stand before the ']' that closes the list just opened. */
static size_t count_items(const struct reader *r)
{
    size_t n = 1, depth = 0;
    bool quoted = false;
    if (peek(r, ']'))
        return 0;
    for (size_t i = 0; i < r->rest.n; i++) {
        char c = r->rest.p[i];
        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            i += c == '\\';
        else if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth-- == 0)
            return n;
        else if (c == ',' && depth == 0)
            n++;
    }
    return n;
}

/* All list structs are a pointer and a count. */
static bool read_list(struct reader *r, size_t size, item_fn *one, void *list)
{
    if (!take(r, '['))
        return false;
    struct strs out = {.n = count_items(r)};
    char *items = NULL;
    if (out.n > 0 && (items = arena_array(r->arena, out.n, size)) == NULL) {
        r->no_memory = true;
        return false;
    }
    for (size_t i = 0; i < out.n; i++)
        if ((i > 0 && !take(r, ',')) || !one(r, items + i * size))
            return false;
    out.v = (const char **)(void *)items;
    memcpy(list, &out, sizeof(out));
    return take(r, ']');
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX; -1 when they are none. */
static int32_t read_unit(struct reader *r)
{
    int32_t unit = 0;
    if (r->rest.n < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(r->rest.p[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    skip(r, 4);
    return unit;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        assert(c < 0x10000);
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

/* After a backslash. Only control characters are ever escaped by number, so pairs are refused.
 */
static char *read_escape(struct reader *r, char *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (r->rest.n == 0)
        return NULL;
    char c = r->rest.p[0];
    skip(r, 1);
    if (c == 'u') {
        int32_t unit = read_unit(r);
        return unit <= 0 || (unit >= 0xd800 && unit < 0xe000) ? NULL
                                                              : put_utf8(out, (uint32_t)unit);
    }
    const char *at = c != '\0' ? strchr(names, c) : NULL;
    if (at == NULL)
        return NULL;
    *out++ = values[at - names];
    return out;
}

/* A JSON string, decoded into *out, which has room for the rest of the text. */
static bool read_chars(struct reader *r, char *out)
{
    while (r->rest.n > 0 && !peek(r, '"')) {
        if (take(r, '\\')) {
            out = read_escape(r, out);
            if (out == NULL)
                return false;
        } else {
            if ((unsigned char)r->rest.p[0] < 0x20)
                return false;
            *out++ = r->rest.p[0];
            skip(r, 1);
        }
    }
    *out = '\0';
    return take(r, '"');
}

/* Bytes up to the quote that closes the string, escapes not yet decoded. */
static size_t raw_length(const struct reader *r)
{
    size_t i = 0;
    for (; i < r->rest.n && r->rest.p[i] != '"'; i++)
        i += r->rest.p[i] == '\\';
    return i < r->rest.n ? i : r->rest.n;
}

static bool read_str(struct reader *r, void *item)
{
    if (!take(r, '"'))
        return false;
    char *text = arena_alloc(r->arena, raw_length(r) + 1);
    *(const char **)item = text;
    if (text == NULL) {
        r->no_memory = true;
        return false;
    }
    return read_chars(r, text) && str_is_utf8(text, strlen(text));
}

/* A quoted text that needs no decoding: addresses. */
static bool read_plain(struct reader *r, struct slice *out)
{
    if (!take(r, '"'))
        return false;
    *out = (struct slice){r->rest.p, raw_length(r)};
    skip(r, out->n);
    return take(r, '"');
}

static bool read_addr(struct reader *r, void *item)
{
    struct slice text;
    if (!read_plain(r, &text))
        return false;
    return text.n == 0 || addr_parse(text, item); /* "" stands for none */
}

static bool read_ifaddr(struct reader *r, void *item)
{
    struct slice text;
    return read_plain(r, &text) && ifaddr_parse(text, item);
}

static struct slice take_number(struct reader *r)
{
    struct slice text = {r->rest.p, 0};
    while (text.n < r->rest.n && strchr("+-.0123456789eE", r->rest.p[text.n]) != NULL &&
           r->rest.p[text.n] != '\0')
        text.n++;
    skip(r, text.n);
    return text;
}

static bool read_asn(struct reader *r, void *item)
{
    uint64_t asn;
    if (!slice_u64(take_number(r), UINT32_MAX, &asn))
        return false;
    *(uint32_t *)item = (uint32_t)asn;
    return true;
}

static bool read_i64(struct reader *r, int64_t *out)
{
    bool negative = take(r, '-');
    uint64_t v;
    if (!slice_u64(take_number(r), INT64_MAX, &v)) /* FACT_NONE is never written */
        return false;
    *out = negative ? -(int64_t)v : (int64_t)v;
    return true;
}

static bool read_responder_member(struct reader *r, struct responder *p)
{
    if (take_text(r, "\"addr\":"))
        return read_addr(r, &p->addr);
    if (take_text(r, "\"rtt\":"))
        return slice_real(take_number(r), &p->rtt);
    if (take_text(r, "\"asn\":"))
        return read_i64(r, &p->asn);
    if (take_text(r, "\"label\":"))
        return read_str(r, &p->label);
    return take_text(r, "\"note\":") && read_str(r, &p->note);
}

static bool read_responder(struct reader *r, void *item)
{
    struct responder *p = item;
    p->rtt = NAN;
    p->asn = FACT_NONE;
    if (take_text(r, "{}"))
        return true;
    if (!take(r, '{'))
        return false;
    do {
        if (!read_responder_member(r, p))
            return false;
    } while (take(r, ','));
    return take(r, '}');
}

static bool read_hop_member(struct reader *r, struct hop *h)
{
    if (take_text(r, "\"ttl\":"))
        return read_i64(r, &h->ttl);
    if (take_text(r, "\"probes\":"))
        return read_i64(r, &h->probes);
    if (take_text(r, "\"lost\":"))
        return read_i64(r, &h->lost);
    return take_text(r, "\"responders\":") &&
           read_list(r, sizeof(struct responder), read_responder, &h->v);
}

static bool read_hop(struct reader *r, void *item)
{
    struct hop *h = item;
    h->ttl = h->probes = h->lost = FACT_NONE;
    if (!take(r, '{'))
        return false;
    do {
        if (!read_hop_member(r, h))
            return false;
    } while (take(r, ','));
    return take(r, '}');
}

int list_read(enum fact_type type, struct slice text, void *field, struct arena *a,
              struct err *e)
{
    static const struct {
        size_t size;
        item_fn *one;
    } items[] = {
        [FACT_TYPE_STRS] = {sizeof(const char *), read_str},
        [FACT_TYPE_ADDRS] = {sizeof(struct addr), read_addr},
        [FACT_TYPE_IFADDRS] = {sizeof(struct ifaddr), read_ifaddr},
        [FACT_TYPE_ASNS] = {sizeof(uint32_t), read_asn},
        [FACT_TYPE_HOPS] = {sizeof(struct hop), read_hop},
    };
    struct reader r = {.rest = text, .arena = a};
    assert(type >= FACT_TYPE_STRS);
    bool good = read_list(&r, items[type].size, items[type].one, field) && r.rest.n == 0;
    if (r.no_memory)
        return err_set(e, ERR_NOMEM, "no room for a list");
    if (!good)
        return err_set(e, ERR_PARSE, "not a list as it is written, at byte %zu",
                       text.n - r.rest.n);
    return 0;
}
