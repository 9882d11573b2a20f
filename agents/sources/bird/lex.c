/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/bird/lex.h"

#include <string.h>

#include "agents/sources/bird/bird.h"

struct lexer {
    const char *path, *p, *end, *line_start;
    uint32_t line;
    struct bird_tokens *out;
    struct err *e;
};

static int broken(const struct lexer *x, const char *at, const char *why)
{
    return err_set(x->e, ERR_PARSE, "%s:%u:%zu: %s", x->path, x->line,
                   (size_t)(at - x->line_start) + 1, why);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/** Line ends within what is passed over. */
static void count_lines(struct lexer *x, const char *from, const char *to)
{
    for (; from < to; from++) {
        if (*from == '\n') {
            x->line++;
            x->line_start = from + 1;
        }
    }
}

static int skip_comment(struct lexer *x)
{
    const char *start = x->p, *p = x->p + 2;

    while (p + 1 < x->end && (p[0] != '*' || p[1] != '/'))
        p++;
    if (p + 1 >= x->end)
        return broken(x, start, "the comment is not closed");
    count_lines(x, start, p);
    x->p = p + 2;
    return 0;
}

/** Blanks and comments. */
static int skip(struct lexer *x)
{
    while (x->p < x->end) {
        unsigned char c = (unsigned char)*x->p;

        if (c == '#') {
            while (x->p < x->end && *x->p != '\n')
                x->p++;
        } else if (c == '/' && x->p + 1 < x->end && x->p[1] == '*') {
            if (skip_comment(x) != 0)
                return ERR_PARSE;
        } else if (c == '\n') {
            count_lines(x, x->p, x->p + 1);
            x->p++;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
            x->p++;
        } else {
            return 0;
        }
    }
    return 0;
}

static struct bird_token *push(struct lexer *x, enum bird_kind kind, const char *p, size_t n)
{
    struct bird_token *t;

    if (x->out->n >= BIRD_MAX_TOKENS) {
        err_set(x->e, ERR_LIMIT, "%s:%u: more than %d words and signs", x->path, x->line,
                BIRD_MAX_TOKENS);
        return NULL;
    }
    t = VEC_PUSH(x->out);
    if (t == NULL) {
        err_set(x->e, ERR_NOMEM, "%s: out of memory", x->path);
        return NULL;
    }
    t->kind = kind;
    t->text = (struct slice){p, n};
    t->line = x->line;
    t->column = (uint32_t)(p - x->line_start) + 1;
    return t;
}

/** `"..."`, and `'...'` as a symbol is written that has odd characters. */
static int quoted(struct lexer *x)
{
    const char *start = x->p, *p = x->p + 1;

    while (p < x->end && *p != *start && *p != '\n')
        p++;
    if (p >= x->end || *p == '\n')
        return broken(x, start, "the quote is not closed on its line");
    if (push(x, *start == '"' ? BIRD_STRING : BIRD_WORD, start + 1, (size_t)(p - start - 1)) ==
        NULL)
        return x->e->code;
    x->p = p + 1;
    return 0;
}

/** The length of what may be an address: digits, letters of hexadecimal, colons, dots. */
static size_t address_run(const struct lexer *x)
{
    const char *p = x->p;
    size_t colons = 0, dots = 0;

    for (; p < x->end && (is_hex(*p) || *p == ':' || *p == '.'); p++) {
        if (*p == '.' && p + 1 < x->end && p[1] == '.')
            break; /* a range of numbers */
        colons += *p == ':';
        dots += *p == '.';
    }
    while (p > x->p && p[-1] == '.')
        p--;
    if (colons > 1)
        return (size_t)(p - x->p);
    return colons == 0 && dots == 3 ? (size_t)(p - x->p) : 0;
}

static bool address(struct lexer *x)
{
    size_t n = address_run(x);
    struct bird_token *t;
    struct addr a;

    if (n > 1 && x->p[n - 1] == ':' && x->p[n - 2] != ':')
        n--; /* the colon of a case */
    if (n == 0 || !addr_parse((struct slice){x->p, n}, &a))
        return false;
    t = push(x, BIRD_ADDR, x->p, n);
    if (t == NULL)
        return false;
    t->addr = a;
    x->p += n;
    return true;
}

static int number(struct lexer *x)
{
    const char *p = x->p;
    struct bird_token *t;
    uint64_t v = 0;
    bool hex = p + 1 < x->end && p[0] == '0' && (p[1] == 'x' || p[1] == 'X');

    for (p += hex ? 2 : 0; p < x->end && (hex ? is_hex(*p) : is_digit(*p)); p++) {
        unsigned digit = is_digit(*p) ? (unsigned)(*p - '0') : ((unsigned)*p | 32) - 'a' + 10;

        if (v > (UINT64_MAX - digit) / (hex ? 16 : 10))
            return broken(x, x->p, "the number is too large");
        v = v * (hex ? 16 : 10) + digit;
    }
    if (p < x->end && is_letter(*p)) { /* bytes in hexadecimal, passwords' salts, ... */
        while (p < x->end && (is_letter(*p) || is_digit(*p)))
            p++;
        t = push(x, BIRD_WORD, x->p, (size_t)(p - x->p));
    } else {
        t = push(x, BIRD_NUMBER, x->p, (size_t)(p - x->p));
        if (t != NULL)
            t->number = v;
    }
    x->p = p;
    return t != NULL ? 0 : x->e->code;
}

static int word(struct lexer *x)
{
    const char *start = x->p;

    while (x->p < x->end && (is_letter(*x->p) || is_digit(*x->p)))
        x->p++;
    return push(x, BIRD_WORD, start, (size_t)(x->p - start)) != NULL ? 0 : x->e->code;
}

static int sign(struct lexer *x)
{
    static const char *const long_ones[] = {
        "---empty---", "--empty--", "-empty-", "+empty+", "&&", "||", "!=", "!~",
        "<=",          ">=",        "==",      "..",      "[=", "=]", "->", "++"};
    static const char single[] = ";{}()[],.=<>~!+-*/?:|&@%";
    size_t left = (size_t)(x->end - x->p), n = 0;

    for (size_t i = 0; n == 0 && i < sizeof(long_ones) / sizeof(*long_ones); i++) {
        size_t k = strlen(long_ones[i]);

        if (left >= k && memcmp(x->p, long_ones[i], k) == 0)
            n = k;
    }
    if (n == 0 && *x->p != '\0' && strchr(single, *x->p) != NULL)
        n = 1;
    if (n == 0)
        return broken(x, x->p, "a character that the language doesn't have");
    if (push(x, BIRD_SIGN, x->p, n) == NULL)
        return x->e->code;
    x->p += n;
    return 0;
}

static int next(struct lexer *x)
{
    char c = *x->p;

    if (c == '"' || c == '\'')
        return quoted(x);
    if ((is_hex(c) || c == ':') && address(x))
        return 0;
    if (x->e->code != 0)
        return x->e->code;
    if (is_digit(c))
        return number(x);
    return is_letter(c) ? word(x) : sign(x);
}

int bird_lex(const char *path, struct slice text, struct bird_tokens *out, struct err *e)
{
    struct lexer x = {.path = path,
                      .p = text.p,
                      .end = text.p + text.n,
                      .line_start = text.p,
                      .line = 1,
                      .out = out};
    struct err own = {0};
    int rc = 0;

    x.e = e != NULL ? e : &own;
    x.e->code = 0;
    while (rc == 0) {
        rc = skip(&x);
        if (rc != 0 || x.p >= x.end)
            break;
        rc = next(&x);
    }
    if (rc == 0 && push(&x, BIRD_END, x.end, 0) == NULL)
        rc = x.e->code;
    return rc;
}

bool bird_is(const struct bird_token *t, const char *text)
{
    return t->kind != BIRD_STRING && slice_eq(t->text, text);
}
