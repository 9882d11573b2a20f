/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/patch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "wire/media.h"

/* A member or an element: where its value stands. */
struct item {
    struct slice key; /* as written, without quotes */
    struct slice value;
};

struct items {
    VEC(struct item);
};

struct differ {
    enum wire_patch kind;
    struct buf *out;
    struct buf path; /* JSON pointer so far, as it stands inside a JSON string */
    unsigned depth;
    bool some; /* an operation was written */
};

/* --- reading --- */

static void skip_space(struct slice *s)
{
    while (s->n > 0 && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r')) {
        s->p++;
        s->n--;
    }
}

static void advance(struct slice *s, size_t n)
{
    s->p += n;
    s->n -= n;
}

/* What stands between the quotes of the string at s; s moves behind it. */
static int take_string(struct slice *s, struct slice *out)
{
    size_t i = 1;
    if (s->n == 0 || *s->p != '"')
        return ERR_PARSE;
    while (i < s->n && s->p[i] != '"')
        i += s->p[i] == '\\' ? 2 : 1;
    if (i >= s->n)
        return ERR_PARSE;
    *out = (struct slice){s->p + 1, i - 1};
    advance(s, i + 1);
    return 0;
}

/* Length of the object or array at s. */
static int container_length(const struct slice *s, size_t *out)
{
    size_t depth = 0;
    for (size_t i = 0; i < s->n; i++) {
        char c = s->p[i];
        if (c == '"') {
            for (i++; i < s->n && s->p[i] != '"'; i++)
                i += s->p[i] == '\\';
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (--depth == 0) {
                *out = i + 1;
                return 0;
            }
        }
    }
    return ERR_PARSE;
}

static bool ends_scalar(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static size_t scalar_length(const struct slice *s)
{
    size_t n = 0;
    while (n < s->n && !ends_scalar(s->p[n]))
        n++;
    return n;
}

/* Takes a value with all that it holds. */
static int take_value(struct slice *s, struct slice *out)
{
    struct slice text;
    const char *start;
    size_t n = 0;
    skip_space(s);
    start = s->p;
    if (s->n == 0)
        return ERR_PARSE;
    if (*s->p == '"') {
        int rc = take_string(s, &text);
        *out = (struct slice){start, (size_t)(s->p - start)};
        return rc;
    }
    if (*s->p == '{' || *s->p == '[') {
        if (container_length(s, &n) < 0)
            return ERR_PARSE;
    } else {
        n = scalar_length(s);
    }
    *out = (struct slice){start, n};
    advance(s, n);
    return n > 0 ? 0 : ERR_PARSE;
}

/* In an object: the next key, with its colon (1), or the end (0). `first`: after the brace. */
static int take_key(struct slice *s, bool first, struct slice *key)
{
    skip_space(s);
    if (s->n > 0 && *s->p == '}') {
        advance(s, 1);
        return 0;
    }
    if (!first) {
        if (s->n == 0 || *s->p != ',')
            return ERR_PARSE;
        advance(s, 1);
        skip_space(s);
    }
    if (take_string(s, key) < 0)
        return ERR_PARSE;
    skip_space(s);
    if (s->n == 0 || *s->p != ':')
        return ERR_PARSE;
    advance(s, 1);
    skip_space(s);
    return 1;
}

/* In an array: is there another element (1), or was its end taken (0)? */
static int take_element(struct slice *s, bool first)
{
    skip_space(s);
    if (s->n > 0 && *s->p == ']') {
        advance(s, 1);
        return 0;
    }
    if (first)
        return s->n > 0 ? 1 : ERR_PARSE;
    if (s->n == 0 || *s->p != ',')
        return ERR_PARSE;
    advance(s, 1);
    return 1;
}

static int read_elements(struct slice array, struct items *out)
{
    bool first = true;
    int rc;
    advance(&array, 1);
    while ((rc = take_element(&array, first)) == 1) {
        struct item *item = VEC_PUSH(out);
        if (!item)
            return ERR_NOMEM;
        if (take_value(&array, &item->value) < 0)
            return ERR_PARSE;
        first = false;
    }
    return rc;
}

/* The members from s on; `first`: s stands behind the brace. */
static int read_members(struct slice s, bool first, struct items *out)
{
    struct slice key;
    int rc;
    while ((rc = take_key(&s, first, &key)) == 1) {
        struct item *item = VEC_PUSH(out);
        if (!item)
            return ERR_NOMEM;
        item->key = key;
        if (take_value(&s, &item->value) < 0)
            return ERR_PARSE;
        first = false;
    }
    return rc;
}

static bool same(struct slice a, struct slice b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static bool is(struct slice value, char c)
{
    return value.n > 0 && value.p[0] == c;
}

/* --- keys --- */

static void put_utf8(struct buf *b, unsigned c)
{
    if (c < 0x80) {
        buf_char(b, (char)c);
    } else if (c < 0x800) {
        buf_char(b, (char)(0xc0 | c >> 6));
        buf_char(b, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        buf_char(b, (char)(0xe0 | c >> 12));
        buf_char(b, (char)(0x80 | (c >> 6 & 63)));
        buf_char(b, (char)(0x80 | (c & 63)));
    } else {
        buf_char(b, (char)(0xf0 | c >> 18));
        buf_char(b, (char)(0x80 | (c >> 12 & 63)));
        buf_char(b, (char)(0x80 | (c >> 6 & 63)));
        buf_char(b, (char)(0x80 | (c & 63)));
    }
}

static unsigned hex4(const char *p)
{
    unsigned c = 0;
    for (size_t i = 0; i < 4; i++) {
        unsigned char d = (unsigned char)p[i];
        c = c << 4 | (unsigned)(d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
    }
    return c & 0xffff;
}

/* \uXXXX at key.p[i], or a pair of them; what is no character becomes U+FFFD. */
static size_t put_escaped(struct buf *b, struct slice key, size_t i)
{
    unsigned c = i + 6 <= key.n ? hex4(key.p + i + 2) : 0xfffd;
    if (c >= 0xd800 && c < 0xdc00 && i + 12 <= key.n && key.p[i + 6] == '\\' &&
        key.p[i + 7] == 'u') {
        unsigned low = hex4(key.p + i + 8);
        if (low >= 0xdc00 && low < 0xe000) {
            put_utf8(b, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
            return i + 11;
        }
    }
    put_utf8(b, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return i + 5;
}

/* The key as it is meant: the same name may be written in several ways. */
static void put_decoded(struct buf *b, struct slice key)
{
    static const char escapes[] = "b\bf\fn\nr\rt\t";
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] != '\\' || i + 1 >= key.n) {
            buf_char(b, key.p[i]);
        } else if (key.p[i + 1] == 'u') {
            i = put_escaped(b, key, i);
        } else {
            const char *e = memchr(escapes, key.p[++i], sizeof(escapes) - 1);
            buf_char(b, e && (e - escapes) % 2 == 0 ? e[1] : key.p[i]);
        }
    }
}

static bool is_plain(struct slice key)
{
    return key.n == 0 || !memchr(key.p, '\\', key.n);
}

static bool same_key(struct slice a, struct slice b)
{
    if (same(a, b))
        return true;
    if (is_plain(a) && is_plain(b))
        return false;
    struct buf x = {0}, y = {0};
    put_decoded(&x, a);
    put_decoded(&y, b);
    bool equal = !x.failed && !y.failed && x.len == y.len &&
                 memcmp(buf_cstr(&x), buf_cstr(&y), x.len) == 0;
    buf_free(&x);
    buf_free(&y);
    return equal;
}

static union map_value *place(struct map *m, struct slice key)
{
    if (is_plain(key))
        return map_at(m, key.p, key.n);
    struct buf text = {0};
    put_decoded(&text, key);
    union map_value *at = text.failed ? NULL : map_at(m, buf_cstr(&text), text.len);
    buf_free(&text);
    return at;
}

/* --- writing --- */

/* Most names need no escapes. */
static bool is_simple(struct slice key)
{
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '\\' || key.p[i] == '~' || key.p[i] == '/')
            return false;
    }
    return true;
}

/* RFC 6901: "~" is "~0" and "/" is "~1"; the rest as a JSON string has it. */
static void push_key(struct differ *d, struct slice key)
{
    struct buf plain = {0}, token = {0};
    if (is_simple(key)) {
        buf_char(&d->path, '/');
        buf_add(&d->path, key.p, key.n);
        return;
    }
    put_decoded(&plain, key);
    for (size_t i = 0; i < plain.len; i++) {
        char c = plain.data[i];
        if (c == '~' || c == '/')
            buf_str(&token, c == '~' ? "~0" : "~1");
        else
            buf_char(&token, c);
    }
    size_t quote = d->path.len;
    buf_char(&d->path, '/');
    buf_json_str(&d->path, buf_cstr(&token));
    if (!d->path.failed) { /* without the quotes */
        memmove(d->path.data + quote + 1, d->path.data + quote + 2, d->path.len - quote - 3);
        d->path.len -= 2;
        d->path.data[d->path.len] = 0;
    }
    d->path.failed |= plain.failed || token.failed;
    buf_free(&plain);
    buf_free(&token);
}

static void push_index(struct differ *d, size_t i)
{
    buf_printf(&d->path, "/%zu", i);
}

static void pop(struct differ *d, size_t len)
{
    if (!d->path.failed && d->path.data) {
        d->path.len = len;
        d->path.data[len] = 0;
    }
}

static void put_operation(struct differ *d, const char *op, const struct slice *value)
{
    buf_printf(d->out, "%s{\"op\":\"%s\",\"path\":\"", d->some ? "," : "", op);
    buf_add(d->out, buf_cstr(&d->path), d->path.len);
    buf_char(d->out, '"');
    if (value) {
        buf_str(d->out, ",\"value\":");
        buf_add(d->out, value->p, value->n);
    }
    buf_char(d->out, '}');
    d->some = true;
}

/* Would a merge patch with this value lose a null of it? Those in arrays stay (RFC 7396). */
static int loses_null(struct slice value, unsigned depth)
{
    struct items members = {0};
    if (is(value, 'n'))
        return 1;
    if (!is(value, '{'))
        return 0;
    if (depth >= WIRE_PATCH_DEPTH)
        return ERR_LIMIT;
    advance(&value, 1);
    int rc = read_members(value, true, &members);
    for (size_t i = 0; rc == 0 && i < members.n; i++)
        rc = loses_null(members.v[i].value, depth + 1);
    VEC_FREE(&members);
    return rc;
}

static int put_value(struct differ *d, struct slice value)
{
    if (d->kind == WIRE_PATCH_JSON) {
        put_operation(d, "replace", &value);
        return 1;
    }
    int rc = loses_null(value, d->depth);
    if (rc != 0)
        return rc < 0 ? rc : ERR_REFUSED;
    buf_add(d->out, value.p, value.n);
    return 1;
}

/* --- differences --- */

static int diff_value(struct differ *d, struct slice from, struct slice to);
static int walk_value(struct differ *d, struct slice *from, struct slice *to);

/* A member of a merge patch begins: what is written for it is dropped if nothing changed. */
struct mark {
    size_t out, path;
    bool some;
};

static struct mark begin_member(struct differ *d, struct slice key)
{
    struct mark m = {d->out->len, d->path.len, d->some};
    if (d->kind == WIRE_PATCH_JSON) {
        push_key(d, key);
        return m;
    }
    buf_str(d->out, d->some ? ",\"" : "\"");
    buf_add(d->out, key.p, key.n);
    buf_str(d->out, "\":");
    return m;
}

static void end_member(struct differ *d, const struct mark *m, bool changed)
{
    if (d->kind == WIRE_PATCH_JSON) {
        pop(d, m->path);
        return;
    }
    if (!changed && !d->out->failed && d->out->data) {
        d->out->len = m->out;
        d->out->data[m->out] = 0;
    }
    d->some = m->some || changed;
}

static int remove_member(struct differ *d, struct slice key)
{
    struct mark m = begin_member(d, key);
    if (d->kind == WIRE_PATCH_JSON)
        put_operation(d, "remove", NULL);
    else
        buf_str(d->out, "null");
    end_member(d, &m, true);
    return 1;
}

static int add_member(struct differ *d, const struct item *item)
{
    struct mark m = begin_member(d, item->key);
    int rc = 1;
    if (d->kind == WIRE_PATCH_JSON)
        put_operation(d, "add", &item->value);
    else
        rc = put_value(d, item->value);
    end_member(d, &m, true);
    return rc;
}

static int change_member(struct differ *d, const struct item *a, const struct item *b)
{
    if (same(a->value, b->value))
        return 0;
    struct mark m = begin_member(d, b->key);
    int rc = diff_value(d, a->value, b->value);
    end_member(d, &m, rc == 1);
    return rc;
}

static int index_members(const struct items *members, struct map **out)
{
    *out = map_new();
    for (size_t i = 0; *out && i < members->n; i++) {
        union map_value *at = place(*out, members->v[i].key);
        if (!at)
            return ERR_NOMEM;
        at->u = i + 1;
    }
    return *out ? 0 : ERR_NOMEM;
}

/* Members in any order. */
static int diff_indexed(struct differ *d, const struct items *a, const struct items *b,
                        bool *changed)
{
    struct map *old = NULL;
    bool *met = calloc(a->n + 1, sizeof(*met));
    int rc = met ? index_members(a, &old) : ERR_NOMEM;
    for (size_t i = 0; rc >= 0 && i < b->n; i++) {
        union map_value *at = place(old, b->v[i].key);
        if (!at)
            rc = ERR_NOMEM;
        else if (at->u == 0)
            rc = add_member(d, &b->v[i]);
        else
            rc = change_member(d, &a->v[at->u - 1], &b->v[i]);
        if (rc >= 0 && at->u > 0)
            met[at->u - 1] = true;
        *changed |= rc == 1;
    }
    for (size_t i = 0; rc >= 0 && i < a->n; i++) {
        if (met[i])
            continue;
        rc = remove_member(d, a->v[i].key);
        *changed = true;
    }
    free(met);
    map_free(&old);
    return rc < 0 ? rc : 0;
}

/* The rest of two objects whose members are no longer the same in the same order. */
static int diff_rest(struct differ *d, struct slice from, struct slice to, const bool first[2],
                     bool *changed)
{
    struct items a = {0}, b = {0};
    int rc = read_members(from, first[0], &a);
    if (rc == 0)
        rc = read_members(to, first[1], &b);
    if (rc == 0)
        rc = diff_indexed(d, &a, &b, changed);
    VEC_FREE(&a);
    VEC_FREE(&b);
    return rc;
}

/* Both stand before a value of equal keys. */
static int walk_member(struct differ *d, struct slice key, struct slice *from, struct slice *to)
{
    struct mark m = begin_member(d, key);
    int rc = walk_value(d, from, to);
    end_member(d, &m, rc == 1);
    return rc;
}

/* Moves to the end of the container that opened at `start`. */
static int finish(struct slice start, struct slice *s)
{
    size_t n;
    if (container_length(&start, &n) < 0)
        return ERR_PARSE;
    *s = (struct slice){start.p + n, start.n - n};
    return 0;
}

static int walk_members(struct differ *d, struct slice *from, struct slice *to, bool *changed)
{
    const struct slice start_from = *from, start_to = *to;
    bool first = true;
    advance(from, 1);
    advance(to, 1);
    for (;;) {
        const struct slice at_from = *from, at_to = *to;
        struct slice a, b;
        int more_a = take_key(from, first, &a), more_b = take_key(to, first, &b);
        if (more_a < 0 || more_b < 0)
            return ERR_PARSE;
        if (!more_a && !more_b)
            return 0;
        if (!more_a || !more_b || !same_key(a, b)) {
            int rc = diff_rest(d, at_from, at_to, (const bool[2]){first, first}, changed);
            if (rc == 0)
                rc = finish(start_from, from);
            return rc == 0 ? finish(start_to, to) : rc;
        }
        int rc = walk_member(d, b, from, to);
        if (rc < 0)
            return rc;
        *changed |= rc == 1;
        first = false;
    }
}

/* Two objects; both slices move behind them. */
static int walk_objects(struct differ *d, struct slice *from, struct slice *to)
{
    bool changed = false, some = d->some;
    if (d->kind == WIRE_PATCH_MERGE) {
        buf_char(d->out, '{');
        d->some = false;
    }
    int rc = walk_members(d, from, to, &changed);
    if (d->kind == WIRE_PATCH_MERGE) {
        buf_char(d->out, '}');
        d->some = some;
    }
    return rc < 0 ? rc : changed;
}

static int element_operation(struct differ *d, size_t i, const struct item *add)
{
    size_t path = d->path.len;
    push_index(d, i);
    put_operation(d, add ? "add" : "remove", add ? &add->value : NULL);
    pop(d, path);
    return 1;
}

/*
 * Elements that both begin with and those that both end with stay; between them, one by one
 * while there are both, then the rest goes (from its end) or comes.
 */
static int diff_elements(struct differ *d, const struct items *a, const struct items *b)
{
    size_t head = 0, tail = 0, least = a->n < b->n ? a->n : b->n;
    int rc = 0;
    while (head < least && same(a->v[head].value, b->v[head].value))
        head++;
    while (tail < least - head &&
           same(a->v[a->n - 1 - tail].value, b->v[b->n - 1 - tail].value))
        tail++;
    for (size_t i = head; rc >= 0 && i < least - tail; i++) {
        size_t path = d->path.len;
        push_index(d, i);
        rc = diff_value(d, a->v[i].value, b->v[i].value);
        pop(d, path);
    }
    for (size_t i = a->n - tail; rc >= 0 && i > least - tail; i--)
        rc = element_operation(d, i - 1, NULL);
    for (size_t i = least - tail; rc >= 0 && i < b->n - tail; i++)
        rc = element_operation(d, i, &b->v[i]);
    return rc < 0 ? rc : 1;
}

static int diff_arrays(struct differ *d, struct slice from, struct slice to)
{
    struct items a = {0}, b = {0};
    int rc = read_elements(from, &a);
    if (rc == 0)
        rc = read_elements(to, &b);
    if (rc == 0)
        rc = diff_elements(d, &a, &b);
    VEC_FREE(&a);
    VEC_FREE(&b);
    return rc;
}

static int diff_value(struct differ *d, struct slice from, struct slice to)
{
    return walk_value(d, &from, &to);
}

/* The values at both; both move behind them. 1: they differ. */
static int walk_value(struct differ *d, struct slice *from, struct slice *to)
{
    struct slice a, b;
    int rc;
    skip_space(from);
    skip_space(to);
    if (++d->depth > WIRE_PATCH_DEPTH)
        return ERR_LIMIT;
    if (is(*from, '{') && is(*to, '{')) {
        rc = walk_objects(d, from, to);
        d->depth--;
        return rc;
    }
    if (take_value(from, &a) < 0 || take_value(to, &b) < 0)
        return ERR_PARSE;
    if (same(a, b))
        rc = 0;
    else if (d->kind == WIRE_PATCH_JSON && is(a, '[') && is(b, '['))
        rc = diff_arrays(d, a, b);
    else
        rc = put_value(d, b);
    d->depth--;
    return rc;
}

int wire_patch_diff(enum wire_patch kind, struct slice from, struct slice to, struct buf *out)
{
    struct differ d = {.kind = kind, .out = out};
    const struct slice whole = to;
    size_t start = out->len;
    if (kind == WIRE_PATCH_JSON)
        buf_char(out, '[');
    int rc = walk_value(&d, &from, &to);
    skip_space(&from);
    skip_space(&to);
    if (rc >= 0 && (from.n > 0 || to.n > 0))
        rc = ERR_PARSE;
    if (rc == 0 && out->len == start) /* what is no object can only be said whole */
        buf_add(out, whole.p, whole.n);
    if (kind == WIRE_PATCH_JSON)
        buf_char(out, ']');
    if (out->failed || d.path.failed)
        rc = ERR_NOMEM;
    else if (kind == WIRE_PATCH_JSON && rc == 1 && !d.some)
        rc = 0;
    buf_free(&d.path);
    if (rc < 0 && out->data) {
        out->len = start;
        out->data[start] = 0;
    }
    return rc;
}

const char *wire_patch_media(enum wire_patch kind)
{
    return kind == WIRE_PATCH_MERGE ? MEDIA_MERGE_PATCH : MEDIA_JSON_PATCH;
}
