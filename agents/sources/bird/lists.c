/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of the language as lists of facts: prefixes, communities, AS paths. */
#include <string.h>

#include "agents/sources/bird/model.h"
#include "agents/sources/policy/range.h"

/** A list that is being stated. */
struct listing {
    struct bird *c;
    const char *name, *kind;
    int family;
    size_t n;
    bool known; /* stated before */
};

/** Starts a list; its name is that of the constant, or the place of the set. */
static struct listing open_list(struct bird *c, const char *kind, int family, const char *name)
{
    struct listing l = {.c = c, .name = name, .kind = kind, .family = family};
    union map_value *at = map_at_str(c->lists, bird_printf(c, "%s %d %s", kind, family, name));

    if (at == NULL)
        c->failed = ERR_NOMEM;
    l.known = at == NULL || at->u != 0;
    if (at != NULL)
        at->u = 1;
    return l;
}

/** A list of n entries that is beyond the limit can't be told at all: a part of it would be
 * another list. Noted once, at the set v. */
static bool is_too_long(struct bird *c, const struct bird_expr *v, size_t n)
{
    union map_value *at;

    if (n <= BIRD_MAX_LIST)
        return false;
    at = map_at_str(c->lists, bird_printf(c, "too long %u %u", v->line, v->column));
    if (at != NULL && at->u++ == 0)
        bird_note_line(c, v->line, v->column, "a set with too many entries");
    return true;
}

static const char *name_of(struct bird *c, const struct bird_expr *x)
{
    if (x->kind == BIRD_E_NAME)
        return x->name;
    return bird_printf(c, "line %u column %u", x->line, x->column);
}

static struct fact_match_list *entry(struct listing *l, const char *value)
{
    struct fact_match_list *t;

    if (l->known)
        return NULL;
    t = BIRD_PUSH(l->c, &l->c->entries);
    if (t == NULL)
        return NULL;
    fact_init(FACT_MATCH_LIST, t);
    t->node = l->c->node;
    t->name = l->name;
    t->kind = l->kind;
    t->family = l->family != 0 ? l->family : FACT_NONE;
    t->seq = (int64_t)(++l->n);
    t->action = "permit";
    t->value = value;
    return t;
}

/** The items of a set, or the one thing that stands instead. */
static size_t items(const struct bird_expr *x)
{
    return x->kind == BIRD_E_SET ? x->n : 1;
}

static const struct bird_expr *item(const struct bird *c, const struct bird_expr *x, size_t i)
{
    return x->kind == BIRD_E_SET ? bird_value(c, x->part[i]) : x;
}

/* --- prefixes */

static void one_prefix(struct listing *l, const struct bird_expr *p, unsigned len, unsigned lo,
                       unsigned hi)
{
    struct prefix net = prefix_of(&p->addr, len);
    char text[PREFIX_TEXT];
    struct fact_match_list *t =
        l->known ? NULL : entry(l, bird_printf(l->c, "%s", prefix_format(&net, text)));

    if (t == NULL || (lo == len && hi == len))
        return;
    t->ge = lo;
    t->le = hi;
}

/** A pattern: the prefix and what is longer, and one by one the shorter ones around it. */
static void pattern(struct listing *l, const struct bird_expr *p)
{
    unsigned len = (unsigned)p->number;

    for (unsigned n = p->lo; n < len && n <= p->hi; n++)
        one_prefix(l, p, n, n, n);
    if (p->hi >= len)
        one_prefix(l, p, len, p->lo > len ? p->lo : len, p->hi);
}

/** How many entries pattern() makes. */
static size_t entries_of(const struct bird_expr *p)
{
    unsigned len = (unsigned)p->number, end = p->hi < len ? p->hi + 1 : len;

    return (end > p->lo ? end - p->lo : 0) + (p->hi >= len);
}

const char *bird_prefix_list(struct bird *c, const struct bird_expr *x, int family, bool *has)
{
    const struct bird_expr *v = bird_value(c, x);
    struct listing l;
    size_t n = 0;

    *has = false;
    for (size_t i = 0; i < items(v); i++) {
        const struct bird_expr *p = item(c, v, i);

        if (p->kind != BIRD_E_PREFIX)
            return NULL;
        *has = *has || p->addr.family == family;
        n += p->addr.family == family ? entries_of(p) : 0;
    }
    if (is_too_long(c, v, n))
        return NULL;
    if (!*has)
        return "";
    l = open_list(c, "prefix", family, name_of(c, x));
    for (size_t i = 0; i < items(v); i++) {
        struct bird_expr p = *item(c, v, i);

        if (v->kind == BIRD_E_PREFIX) /* `net ~ P`: whatever is inside */
            p.hi = addr_bits(&p.addr);
        if (p.addr.family == family)
            pattern(&l, &p);
    }
    return l.name;
}

const char *bird_length_list(struct bird *c, int family, int64_t lo, int64_t hi)
{
    int64_t bits = family == 6 ? 128 : 32;
    const char *name = bird_printf(c, "lengths %d to %d", (int)lo, (int)hi);
    struct listing l = open_list(c, "prefix", family, name);
    struct fact_match_list *t = entry(&l, "any");

    if (t != NULL && lo > 0)
        t->ge = lo;
    if (t != NULL && hi < bits)
        t->le = hi;
    return name;
}

/* --- numbers as regular expressions */

/** A number, a range or anything, for a place in a regular expression; NULL: neither. */
static const char *number_regex(struct bird *c, const struct bird_expr *x)
{
    const char *text;
    struct buf out = {0};
    int64_t lo, hi;

    if (x->kind == BIRD_E_STAR || x->kind == BIRD_E_ANY)
        return "[0-9]+";
    if (bird_number_of(c, x, &lo))
        return lo >= 0 && lo <= UINT32_MAX ? bird_printf(c, "%lld", (long long)lo) : NULL;
    if (x->kind != BIRD_E_RANGE || x->n != 2 || !bird_number_of(c, x->part[0], &lo) ||
        !bird_number_of(c, x->part[1], &hi) || lo < 0 || hi < lo || hi > UINT32_MAX)
        return NULL;
    policy_range(&out, (uint64_t)lo, (uint64_t)hi);
    if (out.failed)
        c->failed = ERR_NOMEM;
    text = bird_printf(c, "(%s)", buf_cstr(&out));
    buf_free(&out);
    return text;
}

/* --- communities */

const char *bird_community(struct bird *c, const struct bird_expr *x)
{
    const char *out = "";
    int64_t n;

    x = bird_value(c, x);
    if (x == NULL || (x->kind != BIRD_E_PAIR && x->kind != BIRD_E_LARGE))
        return NULL;
    for (size_t i = 0; i < x->n; i++) {
        int64_t max = x->kind == BIRD_E_PAIR ? 65535 : UINT32_MAX;

        if (!bird_number_of(c, x->part[i], &n) || n < 0 || n > max)
            return NULL;
        out = bird_printf(c, "%s%s%lld", out, i > 0 ? ":" : "", (long long)n);
    }
    return out;
}

static const char *community_regex(struct bird *c, const struct bird_expr *x)
{
    const char *out = "(^| )";

    for (size_t i = 0; i < x->n; i++) {
        const char *part = number_regex(c, bird_value(c, x->part[i]));

        if (part == NULL)
            return NULL;
        out = bird_printf(c, "%s%s%s", out, i > 0 ? ":" : "", part);
    }
    return bird_printf(c, "%s( |$)", out);
}

const char *bird_community_list(struct bird *c, const struct bird_expr *x, bool large)
{
    const struct bird_expr *v = bird_value(c, x);
    const char *kind = large ? "large-community" : "community";
    struct listing l;

    for (size_t i = 0; i < items(v); i++) {
        const struct bird_expr *p = item(c, v, i);

        if (p->kind != (large ? BIRD_E_LARGE : BIRD_E_PAIR) || community_regex(c, p) == NULL)
            return NULL;
    }
    if (is_too_long(c, v, items(v)))
        return NULL;
    l = open_list(c, kind, 0, name_of(c, x));
    for (size_t i = 0; i < items(v) && !l.known; i++) {
        const struct bird_expr *p = item(c, v, i);
        const char *exact = bird_community(c, p);
        struct fact_match_list *t = entry(&l, exact != NULL ? exact : community_regex(c, p));

        if (t != NULL && exact == NULL)
            t->expanded = 1;
    }
    return l.name;
}

/* --- AS paths, which are matched as "64496 64497 64498" */

/** One element of a mask with the blank behind it. */
static const char *mask_part(struct bird *c, const struct bird_expr *x, bool repeated)
{
    const struct bird_expr *v = bird_value(c, x);
    const char *number = NULL;

    if (v->kind == BIRD_E_SET) {
        for (size_t i = 0; i < v->n; i++) {
            const char *one = number_regex(c, bird_value(c, v->part[i]));

            if (one == NULL)
                return NULL;
            number = number == NULL ? one : bird_printf(c, "%s|%s", number, one);
        }
        number = number != NULL ? bird_printf(c, "(%s)", number) : NULL;
    } else {
        number = number_regex(c, v);
    }
    if (number == NULL)
        return NULL;
    return bird_printf(c, "(%s( |$))%s", number,
                       repeated                 ? "+"
                       : v->kind == BIRD_E_STAR ? "*"
                                                : "");
}

const char *bird_mask_list(struct bird *c, const struct bird_expr *mask)
{
    const struct bird_expr *v = bird_value(c, mask);
    const char *regex = "^";
    struct listing l;

    for (size_t i = 0; i < v->n; i++) {
        bool repeated = i + 1 < v->n && v->part[i + 1]->kind == BIRD_E_PLUS;
        const char *part;

        if (v->part[i]->kind == BIRD_E_PLUS && i > 0)
            continue;
        part = mask_part(c, v->part[i], repeated);
        if (part == NULL)
            return NULL;
        regex = bird_printf(c, "%s%s", regex, part);
    }
    l = open_list(c, "as-path", 0, name_of(c, mask));
    entry(&l, bird_printf(c, "%s$", regex));
    return l.name;
}

const char *bird_path_list(struct bird *c, const struct bird_expr *x, const char *before,
                           const char *behind)
{
    const struct bird_expr *v = bird_value(c, x);
    struct listing l;

    for (size_t i = 0; i < items(v); i++) {
        if (number_regex(c, item(c, v, i)) == NULL)
            return NULL;
    }
    if (is_too_long(c, v, items(v)))
        return NULL;
    l = open_list(c, "as-path", 0, bird_printf(c, "%s %s%s", name_of(c, x), before, behind));
    for (size_t i = 0; i < items(v) && !l.known; i++)
        entry(&l, bird_printf(c, "%s%s%s", before, number_regex(c, item(c, v, i)), behind));
    return l.name;
}

const char *bird_regex_list(struct bird *c, const char *name, const char *regex)
{
    struct listing l = open_list(c, "as-path", 0, name);

    entry(&l, regex);
    return name;
}
