/* SPDX-License-Identifier: Apache-2.0 */
/* Communities, and regular expressions over AS numbers and communities. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/policy/range.h"
#include "agents/sources/rules/rules.h"
#include "net/asn.h"

#define MAX_EXPRESSION 2000 /* characters of an expression that are looked at */
#define MAX_REPEATS    512  /* product of all `{m,n}`: they multiply the automaton */

/* ---- AS paths */

/*
 * An AS number in the text of a path follows a blank or is the first; so "65000 .*" becomes
 *     ^(((^| )65000)((^| )[0-9]+)*)$
 */
struct writer {
    struct buf out;
    const char *p;
    size_t depth;
    uint64_t repeats; /* product of all */
    bool ok, operand; /* operand: something that an operator can follow */
};

static bool take_number(struct writer *w, uint64_t *out)
{
    size_t n = strspn(w->p, "0123456789");

    if (n == 0 || !slice_u64((struct slice){w->p, n}, UINT32_MAX, out))
        return false;
    w->p += n;
    return true;
}

/** `65000`, `65000-65010`, `1.10`. */
static void write_asn(struct writer *w)
{
    uint64_t lo, hi;

    w->ok = w->ok && take_number(w, &lo);
    if (!w->ok)
        return;
    hi = lo;
    if (*w->p == '.' && strchr("0123456789", w->p[1]) != NULL && w->p[1] != '\0') {
        w->p++;
        w->ok = take_number(w, &hi) && lo <= UINT16_MAX && hi <= UINT16_MAX;
        lo = hi = (lo << 16) + hi;
    } else if (*w->p == '-') {
        w->p++;
        w->ok = take_number(w, &hi) && lo <= hi;
    }
    buf_str(&w->out, "((^| )(");
    if (w->ok)
        policy_range(&w->out, lo, hi);
    buf_str(&w->out, "))");
}

/** `[1 2 10-20]`: one AS number of several. */
static void write_set(struct writer *w)
{
    const char *between = "";

    w->p++;
    buf_char(&w->out, '(');
    while (w->ok && *w->p != ']') {
        if (*w->p == ' ') {
            w->p++;
            continue;
        }
        buf_str(&w->out, between);
        write_asn(w);
        between = "|";
    }
    w->p += *w->p == ']';
    w->ok = w->ok && *between != '\0';
    buf_char(&w->out, ')');
}

/** `{3}`, `{1,3}`, `{2,}`. */
static void write_repeat(struct writer *w)
{
    uint64_t least = 0, most;

    w->p++;
    w->ok = w->operand && take_number(w, &least) && least <= MAX_REPEATS;
    most = w->ok ? least : 0;
    if (w->ok)
        buf_printf(&w->out, "{%u", (unsigned)least);
    if (w->ok && *w->p == ',') {
        w->p++;
        buf_char(&w->out, ',');
        if (*w->p != '}') {
            w->ok = take_number(w, &most) && most <= MAX_REPEATS && least <= most;
            if (w->ok)
                buf_printf(&w->out, "%u", (unsigned)most);
        }
    }
    w->repeats *= most > 1 ? most : 1;
    w->ok = w->ok && *w->p == '}' && w->repeats <= MAX_REPEATS;
    w->p += w->ok;
    buf_char(&w->out, '}');
}

static void write_bracket(struct writer *w)
{
    if (*w->p == '(')
        w->depth++;
    else if (w->depth-- == 0)
        w->ok = false;
    buf_char(&w->out, *w->p++);
}

static void write_token(struct writer *w)
{
    bool blank = *w->p == ' ' || *w->p == '\t', operand = strchr("*+?{(|^", *w->p) == NULL;

    if (strchr("*+?", *w->p) != NULL)
        w->ok = w->operand;
    switch (*w->p) {
    case ' ':
    case '\t':
        w->p++;
        break;
    case '^': /* the whole path is meant anyhow */
    case '$':
        w->ok = (*w->p == '$' ? w->p[1] == '\0' : w->out.len == 2);
        w->p++;
        break;
    case '.':
        buf_str(&w->out, "((^| )[0-9]+)");
        w->p++;
        break;
    case '(':
    case ')':
        write_bracket(w);
        break;
    case '*':
    case '+':
    case '?':
    case '|':
        buf_char(&w->out, *w->p++);
        break;
    case '{':
        write_repeat(w);
        break;
    case '[':
        write_set(w);
        break;
    default:
        write_asn(w);
    }
    if (!blank)
        w->operand = operand;
}

const char *rules_as_path(struct rules *r, const char *expression)
{
    struct writer w = {.p = expression, .repeats = 1};
    const char *text = NULL;

    w.ok = strlen(expression) <= MAX_EXPRESSION;
    if (strcmp(expression, "()") == 0 || strcmp(expression, "null") == 0)
        return "^$";
    buf_str(&w.out, "^(");
    while (w.ok && *w.p != '\0')
        write_token(&w);
    buf_str(&w.out, ")$");
    if (w.ok && w.depth == 0 && !w.out.failed && w.out.len > 4)
        text = rules_printf(r, "%s", buf_cstr(&w.out));
    buf_free(&w.out);
    return text;
}

/* ---- communities */

static const struct {
    const char *name, *value;
} well_known[] = {
    {"graceful-shutdown", "65535:0"}, {"accept-own", "65535:1"},
    {"llgr-stale", "65535:6"},        {"no-llgr", "65535:7"},
    {"blackhole", "65535:666"},       {"no-export", "65535:65281"},
    {"no-advertise", "65535:65282"},  {"no-export-subconfed", "65535:65283"},
    {"no-peer", "65535:65284"},       {"nopeer", "65535:65284"},
};

/** How many colons, and are there only digits around them? */
static bool is_numbers(const char *word, size_t *colons)
{
    bool digit = false;

    *colons = 0;
    for (; *word != '\0'; word++) {
        if (*word == ':' && digit)
            ++*colons;
        else if (*word < '0' || *word > '9')
            return false;
        digit = *word != ':';
    }
    return digit;
}

/** Every part within its bits, without leading zeros. */
static const char *numbers(struct rules *r, const char *word, uint64_t max)
{
    struct slice rest = slice_of(word), part;
    const char *out = "";
    uint64_t n;

    while (slice_split(&rest, ':', &part)) {
        if (!slice_u64(part, max, &n))
            return NULL;
        out = rules_printf(r, "%s%s%llu", out, *out != '\0' ? ":" : "", (unsigned long long)n);
    }
    return out;
}

#define MAX_NESTED 2 /* repeats of repeats and of groups: the library writes each out twice */

/** Does `+` follow what may have been repeated itself, too often? */
static bool repeats_repeats(const char *text)
{
    int n = 0;

    for (const char *p = text; *p != '\0'; p++)
        n += *p == '+' && p > text && strchr("+*?)", p[-1]) != NULL;
    return n > MAX_NESTED;
}

static bool is_expression(const char *text)
{
    regex_t re;

    if (repeats_repeats(text) || regcomp(&re, text, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    regfree(&re);
    return true;
}

/**
 * An expression for communities, each half by itself: `65000:*`, `^65000:.*$`, `1:[0-9]+`. A
 * half that is only `*` stands for any number; a dot, for a digit.
 */
static const char *community_expression(struct rules *r, const char *word)
{
    size_t n = strlen(word);
    bool ok = true;
    const char *colon = strchr(word, ':');
    struct buf b = {0};
    const char *out = NULL;

    if (n > MAX_EXPRESSION || colon == NULL || strchr(colon + 1, ':') != NULL ||
        strspn(word, "0123456789:.*+?()|[],^$-") != n)
        return NULL;
    buf_str(&b, "(^| )(");
    for (const char *p = word; *p != '\0'; p++) {
        bool alone = (p == word || p[-1] == ':') && (p[1] == ':' || p[1] == '\0');

        if (*p == '*' && alone)
            buf_str(&b, "[0-9]+");
        else if (*p == '.')
            buf_str(&b, "[0-9]");
        else if (*p != '^' && *p != '$')
            buf_char(&b, *p);
        else if (!(*p == '^' && p == word) && !(*p == '$' && p[1] == '\0'))
            ok = false;
    }
    buf_str(&b, ")( |$)");
    if (ok && !b.failed && is_expression(buf_cstr(&b)))
        out = rules_printf(r, "%s", buf_cstr(&b));
    buf_free(&b);
    return out;
}

static bool is_extended(const char *word)
{
    static const char *const types[] = {
        "target:",     "origin:",   "bandwidth:", "domain-id:", "domain-vpn-id:", "ext:",
        "traffic-",    "redirect:", "color:",     "src-as:",    "rt-import:",     "encap",
        "link-local:", "es-",       "mac-mob",    "evpn-",      "l2info:",        "flow:",
        "ro:",         "lsp:",      "0x",         "ospf",       "route-",
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if (strncmp(word, types[i], strlen(types[i])) == 0)
            return true;
    }
    return false;
}

enum rules_community rules_community(struct rules *r, const char *word, const char **out)
{
    size_t colons;

    for (size_t i = 0; i < sizeof(well_known) / sizeof(*well_known); i++) {
        if (strcmp(word, well_known[i].name) == 0) {
            *out = well_known[i].value;
            return RULES_COMMUNITY;
        }
    }
    if (strncmp(word, "large:", 6) == 0)
        word += 6;
    else if (is_extended(word))
        return RULES_EXTENDED;
    if (is_numbers(word, &colons) && (colons == 1 || colons == 2)) {
        *out = numbers(r, word, colons == 1 ? UINT16_MAX : UINT32_MAX);
        if (*out == NULL)
            return RULES_NO_COMMUNITY;
        return colons == 1 ? RULES_COMMUNITY : RULES_LARGE_COMMUNITY;
    }
    *out = community_expression(r, word);
    return *out != NULL ? RULES_COMMUNITIES : RULES_NO_COMMUNITY;
}
