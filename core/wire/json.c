/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window: bytes [pos, len) of buf are read but not yet taken. While a string or number is
 * scanned, `token` is where it starts; refilling moves it to the front of the buffer, so that a
 * token is contiguous and can be handed out without a copy. Escapes are decoded in place: no
 * escape is shorter than what it stands for.
 */
#include "wire/json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/vec.h"

#define CHUNK    ((size_t)64 * 1024)
#define NO_TOKEN SIZE_MAX

enum state { WANT_VALUE, WANT_FIRST, WANT_KEY, WANT_FIRST_KEY, AFTER_VALUE, BETWEEN };

struct level {
    bool object;
    size_t keys; /* where the keys of this object start in r->keys */
};

struct jread {
    jread_source *source;
    void *payload;
    struct jread_limits limits;
    char *buf;
    size_t cap, pos, len, token;
    bool eof;
    uint64_t base;       /* offset of buf[0] in the input */
    uint64_t line;       /* from 1 */
    uint64_t line_start; /* offset of the line's first byte */
    enum state state;
    bool started, peeked;
    enum jread_token next;
    struct slice text;
    unsigned depth;
    struct level stack[JREAD_DEPTH];
    struct {
        VEC(uint64_t);
    } keys; /* hashes of the keys of open objects */
    struct err failed;
    const char *bytes; /* jread_new_bytes */
    size_t n_bytes;
};

/* Bytes that stand for themselves inside a string. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

void jread_defaults(struct jread_limits *l)
{
    *l = (struct jread_limits){
        .max_depth = 32,
        .max_string = CHUNK,
        .max_keys = 10000,
        .unique_depth = 1,
    };
}

int jread_new(struct jread **out, const struct jread_limits *l, jread_source *source,
              void *payload, struct err *e)
{
    struct jread *r = calloc(1, sizeof(*r));

    *out = NULL;
    if (r == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a JSON reader");
    if (l != NULL)
        r->limits = *l;
    else
        jread_defaults(&r->limits);
    assert(r->limits.max_depth >= 1 && r->limits.max_depth <= JREAD_DEPTH);
    r->source = source;
    r->payload = payload;
    r->line = 1;
    r->token = NO_TOKEN;
    r->state = BETWEEN;
    *out = r;
    return 0;
}

static int bytes_source(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    struct jread *r = payload;

    (void)e;
    *got = r->n_bytes < room ? r->n_bytes : room;
    if (*got > 0)
        memcpy(p, r->bytes, *got);
    r->bytes += *got;
    r->n_bytes -= *got;
    return 0;
}

int jread_new_bytes(struct jread **out, const struct jread_limits *l, const void *p, size_t n,
                    struct err *e)
{
    int rc = jread_new(out, l, bytes_source, NULL, e);

    if (rc < 0)
        return rc;
    (*out)->payload = *out;
    (*out)->bytes = n > 0 ? p : "";
    (*out)->n_bytes = n;
    return 0;
}

void jread_free(struct jread **r)
{
    if (*r == NULL)
        return;
    free((*r)->buf);
    VEC_FREE(&(*r)->keys);
    free(*r);
    *r = NULL;
}

void jread_place(const struct jread *r, uint64_t *line, uint64_t *column)
{
    *line = r->line;
    *column = r->base + r->pos - r->line_start + 1;
}

int jread_fail(const struct jread *r, struct err *e, int code, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    uint64_t line, column;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    jread_place(r, &line, &column);
    return err_set(e, code, "%llu:%llu: %s", (unsigned long long)line,
                   (unsigned long long)column, text);
}

#define fail(r, e, ...) jread_fail((r), (e), ERR_PARSE, __VA_ARGS__)

unsigned jread_depth(const struct jread *r)
{
    return r->depth;
}

unsigned jread_unique(struct jread *r, unsigned depth)
{
    unsigned before = r->limits.unique_depth;

    r->limits.unique_depth = depth;
    return before;
}

const char *jread_token_name(enum jread_token t)
{
    switch (t) {
    case JREAD_END:
        return "the end";
    case JREAD_OBJECT:
        return "an object";
    case JREAD_OBJECT_END:
        return "the end of an object";
    case JREAD_ARRAY:
        return "an array";
    case JREAD_ARRAY_END:
        return "the end of an array";
    case JREAD_KEY:
        return "a key";
    case JREAD_STRING:
        return "a string";
    case JREAD_NUMBER:
        return "a number";
    case JREAD_TRUE:
    case JREAD_FALSE:
        return "true or false";
    case JREAD_NULL:
        return "null";
    }
    return "nothing";
}

/* Makes room behind len, moving what is still needed to the front. */
static int make_room(struct jread *r, struct err *e)
{
    size_t keep = r->token == NO_TOKEN ? r->pos : r->token;

    if (keep > 0) {
        memmove(r->buf, r->buf + keep, r->len - keep);
        r->base += keep;
        r->pos -= keep;
        r->len -= keep;
        if (r->token != NO_TOKEN)
            r->token = 0;
    }
    if (r->cap - r->len >= CHUNK)
        return 0;
    if (r->len > r->limits.max_string + 2)
        return jread_fail(r, e, ERR_LIMIT, "a string or number of more than %zu bytes",
                          r->limits.max_string);

    size_t cap = r->len + CHUNK;
    char *p = realloc(r->buf, cap + 1);

    if (p == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a JSON reader");
    r->buf = p;
    r->cap = cap;
    return 0;
}

/* Reads more; at the end sets eof. */
static int refill(struct jread *r, struct err *e)
{
    size_t got = 0;
    int rc;

    if (r->eof)
        return 0;
    rc = make_room(r, e);
    if (rc == 0)
        rc = r->source(r->payload, r->buf + r->len, r->cap - r->len, &got, e);
    if (rc < 0)
        return rc;
    assert(got <= r->cap - r->len);
    r->len += got;
    r->eof = got == 0;
    return 0;
}

/* The next byte without taking it; -1 at the end; or a code below -1. */
static int look(struct jread *r, struct err *e)
{
    int rc;

    if (r->pos < r->len)
        return (unsigned char)r->buf[r->pos];
    rc = refill(r, e);
    if (rc < 0)
        return rc;
    return r->pos < r->len ? (unsigned char)r->buf[r->pos] : -1;
}

/* The same behind white space. */
static int look_past_space(struct jread *r, struct err *e)
{
    for (;;) {
        while (r->pos < r->len) {
            char c = r->buf[r->pos];

            if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
                return (unsigned char)c;
            r->pos++;
            if (c == '\n') {
                r->line++;
                r->line_start = r->base + r->pos;
            }
        }
        int c = look(r, e);

        if (c < 0)
            return c;
    }
}

static bool hex4(const char *p, unsigned *out)
{
    unsigned v = 0;

    for (int i = 0; i < 4; i++) {
        char c = p[i];
        unsigned d;

        if (c >= '0' && c <= '9')
            d = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            d = (unsigned)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            d = (unsigned)(c - 'A') + 10;
        else
            return false;
        v = v * 16 + d;
    }
    *out = v;
    return true;
}

static size_t put_utf8(char *w, unsigned c)
{
    if (c < 0x80) {
        w[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        w[0] = (char)(0xc0 | (c >> 6));
        w[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        w[0] = (char)(0xe0 | (c >> 12));
        w[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        w[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    w[0] = (char)(0xf0 | (c >> 18));
    w[1] = (char)(0x80 | ((c >> 12) & 0x3f));
    w[2] = (char)(0x80 | ((c >> 6) & 0x3f));
    w[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* Decodes \uXXXX (and the second half of a surrogate pair) at p, behind the "u"; 0: invalid. */
static size_t unescape_u(const char *p, size_t n, unsigned *c)
{
    unsigned low;

    if (n < 4 || !hex4(p, c) || *c == 0)
        return 0;
    if (*c < 0xd800 || *c > 0xdfff)
        return 4;
    if (*c > 0xdbff || n < 10 || p[4] != '\\' || p[5] != 'u' || !hex4(p + 6, &low) ||
        low < 0xdc00 || low > 0xdfff)
        return 0;
    *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
    return 10;
}

/* Decodes the escapes of p[0..*n) in place; false when one is invalid. */
static bool unescape(char *p, size_t *n)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t r = 0, w = 0;

    while (r < *n) {
        if (p[r] != '\\') {
            p[w++] = p[r++];
            continue;
        }
        char c = p[r + 1]; /* there: the scanner saw a byte behind each backslash */
        const char *at = c != '\0' ? strchr(from, c) : NULL;

        r += 2;
        if (at != NULL) {
            p[w++] = to[at - from];
            continue;
        }
        unsigned code = 0;
        size_t used = c == 'u' ? unescape_u(p + r, *n - r, &code) : 0;

        if (used == 0)
            return false;
        r += used;
        w += put_utf8(p + w, code);
    }
    *n = w;
    return true;
}

/* Finds the closing quote of the string at r->pos; *escaped: it has backslashes. */
static int find_quote(struct jread *r, bool *escaped, bool *high, struct err *e)
{
    for (;;) {
        unsigned char seen = 0;

        while (r->pos < r->len && is_plain((unsigned char)r->buf[r->pos]))
            seen |= (unsigned char)r->buf[r->pos++];
        *high |= seen >= 0x80;
        if (r->pos - r->token > r->limits.max_string)
            return jread_fail(r, e, ERR_LIMIT, "a string of more than %zu bytes",
                              r->limits.max_string);

        int c = look(r, e);

        if (c < -1)
            return c;
        if (c == -1)
            return fail(r, e, "the input ends inside a string");
        if (c == '"')
            return 0;
        if (c == '\\') {
            *escaped = true;
            r->pos++;
            c = look(r, e);
            if (c < -1)
                return c;
            if (c == -1)
                return fail(r, e, "the input ends inside a string");
            r->pos++;
        } else if (c < 0x20) {
            return fail(r, e, "control character 0x%02x in a string", (unsigned)c);
        }
    }
}

/* Takes the string whose opening quote is at r->pos. */
static int scan_string(struct jread *r, struct err *e)
{
    bool escaped = false, high = false;
    int rc;

    r->token = ++r->pos;
    rc = find_quote(r, &escaped, &high, e);
    if (rc < 0)
        return rc;
    r->text = (struct slice){r->buf + r->token, r->pos - r->token};
    if (escaped && !unescape(r->buf + r->token, &r->text.n))
        return fail(r, e, "invalid escape in a string");
    if (high && !str_is_utf8(r->text.p, r->text.n))
        return fail(r, e, "a string that is not UTF-8");
    r->buf[r->token + r->text.n] = '\0';
    r->token = NO_TOKEN;
    r->pos++;
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool number_is_valid(struct slice s)
{
    size_t i = 0;

    if (i < s.n && s.p[i] == '-')
        i++;
    if (i >= s.n || !is_digit(s.p[i]))
        return false;
    if (s.p[i++] != '0')
        while (i < s.n && is_digit(s.p[i]))
            i++;
    if (i < s.n && s.p[i] == '.') {
        size_t start = ++i;

        while (i < s.n && is_digit(s.p[i]))
            i++;
        if (i == start)
            return false;
    }
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
            i++;
        size_t start = i;

        while (i < s.n && is_digit(s.p[i]))
            i++;
        if (i == start)
            return false;
    }
    return i == s.n;
}

/* Takes letters, digits, signs and dots: a number or a literal. */
static int scan_word(struct jread *r, struct err *e)
{
    int c;

    r->token = r->pos;
    while ((c = look(r, e)) >= 0) {
        if (!is_digit((char)c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            c != '+' && c != '-' && c != '.')
            break;
        r->pos++;
        if (r->pos - r->token > r->limits.max_string)
            return jread_fail(r, e, ERR_LIMIT, "a number of more than %zu bytes",
                              r->limits.max_string);
    }
    if (c < -1)
        return c;
    r->text = (struct slice){r->buf + r->token, r->pos - r->token};
    return 0;
}

static int scan_scalar(struct jread *r, enum jread_token *t, struct err *e)
{
    int rc = scan_word(r, e);

    if (rc < 0)
        return rc;
    if (slice_eq(r->text, "true"))
        *t = JREAD_TRUE;
    else if (slice_eq(r->text, "false"))
        *t = JREAD_FALSE;
    else if (slice_eq(r->text, "null"))
        *t = JREAD_NULL;
    else if (number_is_valid(r->text))
        *t = JREAD_NUMBER;
    else {
        r->pos = r->token;
        if (r->text.n == 0)
            return fail(r, e, "unexpected character 0x%02x", (unsigned char)r->buf[r->pos]);
        return fail(r, e, "neither a number nor true, false or null");
    }
    r->token = NO_TOKEN;
    return 0;
}

static int push(struct jread *r, bool object, struct err *e)
{
    if (r->depth >= r->limits.max_depth)
        return jread_fail(r, e, ERR_LIMIT, "nested deeper than %u", r->limits.max_depth);
    r->stack[r->depth++] = (struct level){object, r->keys.n};
    r->state = object ? WANT_FIRST_KEY : WANT_FIRST;
    r->pos++;
    return 0;
}

static void pop(struct jread *r)
{
    assert(r->depth > 0);
    r->depth--;
    r->keys.n = r->stack[r->depth].keys;
    r->state = r->depth > 0 ? AFTER_VALUE : BETWEEN;
    r->pos++;
}

static bool unique_here(const struct jread *r)
{
    return r->limits.unique_depth != 0 && r->depth >= r->limits.unique_depth;
}

/* Remembers the key; equal hashes count as equal keys. */
static int check_unique(struct jread *r, struct err *e)
{
    uint64_t h = hash_bytes(r->text.p, r->text.n, 0), *p;
    size_t first = r->stack[r->depth - 1].keys;

    for (size_t i = first; i < r->keys.n; i++) {
        if (r->keys.v[i] == h)
            return fail(r, e, "duplicate key \"%.*s\"",
                        (int)(r->text.n < 100 ? r->text.n : 100), r->text.p);
    }
    if (r->keys.n - first >= r->limits.max_keys)
        return jread_fail(r, e, ERR_LIMIT, "an object with more than %zu keys",
                          r->limits.max_keys);
    p = VEC_PUSH(&r->keys);
    if (p == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a JSON reader");
    *p = h;
    return 0;
}

static int read_key(struct jread *r, int c, enum jread_token *t, struct err *e)
{
    int rc;

    if (c == '}' && r->state == WANT_FIRST_KEY) {
        pop(r);
        *t = JREAD_OBJECT_END;
        return 0;
    }
    if (c != '"')
        return fail(r, e, c < 0 ? "the input ends inside an object" : "a key is missing");
    rc = scan_string(r, e);
    if (rc == 0 && unique_here(r))
        rc = check_unique(r, e);
    if (rc < 0)
        return rc;

    /* The colon is taken with the key; the text must survive a refill while it is sought. */
    r->token = (size_t)(r->text.p - r->buf);
    c = look_past_space(r, e);
    r->text.p = r->buf + r->token;
    r->token = NO_TOKEN;
    if (c < -1)
        return c;
    if (c != ':')
        return fail(r, e, "a colon is missing behind a key");
    r->pos++;
    r->state = WANT_VALUE;
    *t = JREAD_KEY;
    return 0;
}

static int read_value(struct jread *r, int c, enum jread_token *t, struct err *e)
{
    int rc;

    if (c < 0)
        return fail(r, e, "the input ends where a value should stand");
    if (c == ']' && r->state == WANT_FIRST) {
        pop(r);
        *t = JREAD_ARRAY_END;
        return 0;
    }
    if (c == '{' || c == '[') {
        *t = c == '{' ? JREAD_OBJECT : JREAD_ARRAY;
        return push(r, c == '{', e);
    }
    if (c == '"') {
        *t = JREAD_STRING;
        rc = scan_string(r, e);
    } else {
        rc = scan_scalar(r, t, e);
    }
    if (rc == 0)
        r->state = r->depth > 0 ? AFTER_VALUE : BETWEEN;
    return rc;
}

/* Behind a value inside an object or array: its end, or a comma and then what follows it. */
static int read_after(struct jread *r, int c, enum jread_token *t, struct err *e)
{
    bool object = r->stack[r->depth - 1].object;

    if (c == (object ? '}' : ']')) {
        pop(r);
        *t = object ? JREAD_OBJECT_END : JREAD_ARRAY_END;
        return 0;
    }
    if (c != ',') {
        const char *what = object ? "an object" : "an array";

        return c < 0 ? fail(r, e, "the input ends inside %s", what)
                     : fail(r, e, "neither a comma nor the end of %s", what);
    }
    r->pos++;
    c = look_past_space(r, e);
    if (c < -1)
        return c;
    r->state = object ? WANT_KEY : WANT_VALUE;
    return object ? read_key(r, c, t, e) : read_value(r, c, t, e);
}

static int read_between(struct jread *r, int c, enum jread_token *t, struct err *e)
{
    if (r->started && c == -1) {
        *t = JREAD_END;
        return 0;
    }
    if (c == -1)
        return fail(r, e, "the input is empty");
    if (r->started && !r->limits.many)
        return fail(r, e, "more bytes behind the document");
    r->started = true;
    return read_value(r, c, t, e);
}

static int read_token(struct jread *r, enum jread_token *t, struct err *e)
{
    int c;

    r->text = (struct slice){"", 0};
    c = look_past_space(r, e);
    if (c < -1)
        return c;
    switch (r->state) {
    case BETWEEN:
        return read_between(r, c, t, e);
    case WANT_VALUE:
    case WANT_FIRST:
        return read_value(r, c, t, e);
    case WANT_KEY:
    case WANT_FIRST_KEY:
        return read_key(r, c, t, e);
    case AFTER_VALUE:
        return read_after(r, c, t, e);
    }
    return err_set(e, ERR_INTERNAL, "a JSON reader in no state");
}

int jread_peek(struct jread *r, enum jread_token *t, struct err *e)
{
    int rc;

    if (r->failed.code < 0)
        return err_set(e, r->failed.code, "%s", r->failed.msg);
    if (!r->peeked) {
        rc = read_token(r, &r->next, &r->failed);
        if (rc < 0) {
            r->failed.code = rc;
            return err_set(e, rc, "%s", r->failed.msg);
        }
        r->peeked = true;
    }
    *t = r->next;
    return 0;
}

int jread_next(struct jread *r, enum jread_token *t, struct err *e)
{
    int rc = jread_peek(r, t, e);

    if (rc == 0 && *t != JREAD_END)
        r->peeked = false;
    return rc;
}

struct slice jread_text(const struct jread *r)
{
    return r->text;
}

int jread_expect(struct jread *r, enum jread_token want, struct err *e)
{
    enum jread_token t;
    int rc = jread_next(r, &t, e);

    if (rc < 0)
        return rc;
    if (t != want)
        return jread_fail(r, e, ERR_SCHEMA, "%s where %s should stand", jread_token_name(t),
                          jread_token_name(want));
    return 0;
}

int jread_key(struct jread *r, struct slice *key, struct err *e)
{
    enum jread_token t;
    int rc = jread_next(r, &t, e);

    if (rc < 0)
        return rc;
    if (t == JREAD_OBJECT_END)
        return 0;
    if (t != JREAD_KEY)
        return jread_fail(r, e, ERR_SCHEMA, "%s where a key should stand", jread_token_name(t));
    *key = r->text;
    return 1;
}

int jread_element(struct jread *r, struct err *e)
{
    enum jread_token t;
    int rc = jread_peek(r, &t, e);

    if (rc < 0)
        return rc;
    if (t != JREAD_ARRAY_END)
        return 1;
    rc = jread_next(r, &t, e);
    return rc < 0 ? rc : 0;
}

int jread_str(struct jread *r, struct slice *out, struct err *e)
{
    int rc = jread_expect(r, JREAD_STRING, e);

    if (rc == 0)
        *out = r->text;
    return rc;
}

int jread_bool(struct jread *r, bool *out, struct err *e)
{
    enum jread_token t;
    int rc = jread_next(r, &t, e);

    if (rc < 0)
        return rc;
    if (t != JREAD_TRUE && t != JREAD_FALSE)
        return jread_fail(r, e, ERR_SCHEMA, "%s where true or false should stand",
                          jread_token_name(t));
    *out = t == JREAD_TRUE;
    return 0;
}

int jread_i64(struct jread *r, int64_t *out, struct err *e)
{
    uint64_t v;
    bool minus;
    int rc = jread_expect(r, JREAD_NUMBER, e);

    if (rc < 0)
        return rc;
    struct slice s = r->text;

    minus = s.p[0] == '-';
    if (minus)
        s = (struct slice){s.p + 1, s.n - 1};
    if (!slice_u64(s, minus ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, &v))
        return jread_fail(r, e, ERR_SCHEMA, "not a whole number of 64 bits");
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return 0;
}

int jread_real(struct jread *r, double *out, struct err *e)
{
    int rc = jread_expect(r, JREAD_NUMBER, e);

    if (rc < 0)
        return rc;
    if (!slice_real(r->text, out))
        return jread_fail(r, e, ERR_SCHEMA, "not a finite number");
    return 0;
}

int jread_skip(struct jread *r, struct err *e)
{
    unsigned depth = r->depth;
    enum jread_token t;
    int rc;

    if (r->peeked && (r->next == JREAD_OBJECT || r->next == JREAD_ARRAY))
        depth--;
    do {
        rc = jread_next(r, &t, e);
        if (rc < 0)
            return rc;
        if (t == JREAD_END)
            return jread_fail(r, e, ERR_SCHEMA, "the end where a value should stand");
    } while (r->depth > depth);
    return 0;
}
