/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions: `net ~ MYNETS && (bgp_path.len < 5 || source = RTS_STATIC)`, sets, masks.
 *
 * Precedence as in BIRD's grammar, weakest first:  ||  &&  = != ~ !~ < > <= >=  + -  * /  !
 */
#include <string.h>

#include "agents/sources/bird/model.h"

static struct bird_expr *binary(struct bird *c, int level, unsigned depth);

static struct bird_expr *make(struct bird *c, enum bird_expr_kind kind)
{
    const struct bird_token *t = bird_peek(c, 0);
    struct bird_expr *x = bird_alloc(c, sizeof(*x));

    if (x != NULL)
        *x = (struct bird_expr){.kind = kind, .line = t->line, .column = t->column};
    return x;
}

static void add(struct bird *c, struct bird_expr *x, size_t *cap, struct bird_expr *part)
{
    if (x != NULL && part != NULL &&
        bird_grow(c, (void **)&x->part, x->n, cap, sizeof(*x->part)))
        x->part[x->n++] = part;
}

/** Expressions between commas, up to and with the closing sign. */
static void parts_until(struct bird *c, struct bird_expr *x, const char *close, unsigned depth)
{
    size_t cap = x != NULL ? x->n : 0;

    while (c->failed == 0 && !bird_take(c, close)) {
        size_t before = c->at;

        if (bird_peek(c, 0)->kind == BIRD_END)
            return;
        add(c, x, &cap, binary(c, 0, depth + 1));
        bird_take(c, ",");
        if (c->at == before)
            c->at++;
    }
}

/** `/24`, `/24+`, `/24-`, `/24{24,28}` behind an address. */
static void prefix_of_addr(struct bird *c, struct bird_expr *x)
{
    unsigned bits = addr_bits(&x->addr);

    if (!bird_is(bird_peek(c, 0), "/") || bird_peek(c, 1)->kind != BIRD_NUMBER ||
        bird_peek(c, 1)->number > bits)
        return;
    x->kind = BIRD_E_PREFIX;
    x->number = (int64_t)bird_peek(c, 1)->number;
    x->lo = x->hi = (unsigned)x->number;
    c->at += 2;
    if (bird_take(c, "+")) {
        x->hi = bits;
    } else if (bird_take(c, "-")) {
        x->lo = 0;
    } else if (bird_is(bird_peek(c, 0), "{") && bird_peek(c, 1)->kind == BIRD_NUMBER &&
               bird_is(bird_peek(c, 2), ",") && bird_peek(c, 3)->kind == BIRD_NUMBER &&
               bird_is(bird_peek(c, 4), "}")) {
        x->lo = bird_peek(c, 1)->number <= bits ? (unsigned)bird_peek(c, 1)->number : bits + 1;
        x->hi = bird_peek(c, 3)->number <= bits ? (unsigned)bird_peek(c, 3)->number : bits;
        c->at += 5;
    }
}

/** `(a, b)`, `(a, b, c)`, `(expression)`. */
static struct bird_expr *parenthesis(struct bird *c, unsigned depth)
{
    struct bird_expr *x = make(c, BIRD_E_OTHER);

    c->at++;
    parts_until(c, x, ")", depth);
    if (x == NULL || x->n == 1)
        return x != NULL ? x->part[0] : NULL;
    if (x->n == 2)
        x->kind = BIRD_E_PAIR;
    else if (x->n == 3)
        x->kind = BIRD_E_LARGE;
    return x;
}

/** `[ ... ]` and `[= ... =]`; in the latter nothing separates the parts. */
static struct bird_expr *bracket(struct bird *c, unsigned depth)
{
    bool mask = bird_is(bird_peek(c, 0), "[=");
    struct bird_expr *x = make(c, mask ? BIRD_E_MASK : BIRD_E_SET);

    c->at++;
    if (!mask) {
        parts_until(c, x, "]", depth);
        return x;
    }
    for (size_t cap = 0; c->failed == 0 && !bird_take(c, "=]");) {
        const struct bird_token *t = bird_peek(c, 0);
        struct bird_expr *part;

        if (t->kind == BIRD_END)
            break;
        if (t->kind == BIRD_SIGN && !bird_is(t, "[") && !bird_is(t, "(")) {
            part = make(c, bird_is(t, "*")   ? BIRD_E_STAR
                           : bird_is(t, "?") ? BIRD_E_ANY
                           : bird_is(t, "+") ? BIRD_E_PLUS
                                             : BIRD_E_OTHER);
            c->at++;
        } else {
            part = binary(c, 6, depth + 1);
        }
        add(c, x, &cap, part);
    }
    return x;
}

/** Names of the language whose value is known. */
static bool constant(struct bird_expr *x, const struct bird_token *t)
{
    static const struct {
        const char *name;
        enum bird_expr_kind kind;
        int64_t number;
    } known[] = {
        {"true", BIRD_E_BOOL, 1}, {"false", BIRD_E_BOOL, 0}, {"yes", BIRD_E_BOOL, 1},
        {"no", BIRD_E_BOOL, 0},   {"on", BIRD_E_BOOL, 1},    {"off", BIRD_E_BOOL, 0},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (bird_is(t, known[i].name)) {
            x->kind = known[i].kind;
            x->number = known[i].number;
            return true;
        }
    }
    return false;
}

/** What a parameter or variable stands for at this place; NULL: it is none. */
static struct bird_expr *bound(const struct bird *c, const struct bird_token *t)
{
    for (size_t i = c->bindings.n; i > 0; i--) {
        if (bird_is(t, c->bindings.v[i - 1].name))
            return c->bindings.v[i - 1].value;
    }
    return NULL;
}

static struct bird_expr *word(struct bird *c, unsigned depth)
{
    const struct bird_token *t = bird_peek(c, 0);
    struct bird_expr *x = bird_is(bird_peek(c, 1), "(") ? NULL : bound(c, t);

    if (x == NULL)
        x = make(c, BIRD_E_NAME);
    if (x == NULL)
        return NULL;
    c->at++;
    if (x->kind != BIRD_E_NAME || x->name != NULL)
        return x;
    if (constant(x, t))
        return x;
    x->name = bird_text(c, t);
    if (bird_take(c, "(")) {
        x->kind = BIRD_E_CALL;
        parts_until(c, x, ")", depth);
    }
    return x;
}

static struct bird_expr *atom(struct bird *c, unsigned depth)
{
    const struct bird_token *t = bird_peek(c, 0);
    struct bird_expr *x;

    if (bird_is(t, "("))
        return parenthesis(c, depth);
    if (bird_is(t, "[") || bird_is(t, "[="))
        return bracket(c, depth);
    if (t->kind == BIRD_WORD)
        return word(c, depth);
    x = make(c, BIRD_E_OTHER);
    if (x == NULL)
        return NULL;
    if (t->kind == BIRD_END || bird_is(t, ";") || bird_is(t, "{") || bird_is(t, "}"))
        return x; /* not an expression: whoever asked goes on from here */
    c->at++;
    if (t->kind == BIRD_NUMBER && t->number <= INT64_MAX) {
        x->kind = BIRD_E_INT;
        x->number = (int64_t)t->number;
    } else if (t->kind == BIRD_STRING) {
        x->kind = BIRD_E_STRING;
        x->name = bird_text(c, t);
    } else if (t->kind == BIRD_ADDR) {
        x->kind = BIRD_E_ADDR;
        x->addr = t->addr;
        prefix_of_addr(c, x);
    } else if (bird_is(t, "*")) {
        x->kind = BIRD_E_STAR;
    } else if (t->text.n > 2 && memmem(t->text.p, t->text.n, "empty", 5) != NULL) {
        x->kind = BIRD_E_EMPTY;
    }
    return x;
}

/** `x.len`, `x.add((1, 2))`, `a..b`. */
static struct bird_expr *postfix(struct bird *c, unsigned depth)
{
    struct bird_expr *x = atom(c, depth);

    while (c->failed == 0 && x != NULL) {
        bool range = bird_is(bird_peek(c, 0), "..");
        struct bird_expr *outer;
        size_t cap = 0;

        if (!range && !(bird_is(bird_peek(c, 0), ".") && bird_peek(c, 1)->kind == BIRD_WORD))
            break;
        outer = make(c, range ? BIRD_E_RANGE : BIRD_E_DOT);
        add(c, outer, &cap, x);
        c->at++;
        if (range) {
            add(c, outer, &cap, atom(c, depth));
        } else {
            if (outer != NULL)
                outer->name = bird_text(c, bird_peek(c, 0));
            c->at++;
            if (bird_take(c, "("))
                parts_until(c, outer, ")", depth);
        }
        x = outer;
    }
    return x;
}

static const struct {
    const char *sign;
    enum bird_expr_kind kind;
    int level;
} operators[] = {
    {"||", BIRD_E_OR, 0},       {"&&", BIRD_E_AND, 1}, {"=", BIRD_E_EQ, 2},
    {"==", BIRD_E_EQ, 2},       {"!=", BIRD_E_NE, 2},  {"~", BIRD_E_MATCH, 2},
    {"!~", BIRD_E_NO_MATCH, 2}, {"<", BIRD_E_LT, 2},   {"<=", BIRD_E_LE, 2},
    {">", BIRD_E_GT, 2},        {">=", BIRD_E_GE, 2},  {"+", BIRD_E_MATH, 3},
    {"-", BIRD_E_MATH, 3},      {"*", BIRD_E_MATH, 4}, {"/", BIRD_E_MATH, 4},
};

static int operator_at(const struct bird *c, int level)
{
    const struct bird_token *t = bird_peek(c, 0);

    for (size_t i = 0; t->kind == BIRD_SIGN && i < sizeof(operators) / sizeof(*operators); i++)
        if (operators[i].level == level && bird_is(t, operators[i].sign))
            return (int)i;
    return -1;
}

static struct bird_expr *unary(struct bird *c, unsigned depth)
{
    struct bird_expr *x;
    size_t cap = 0;
    bool no = bird_is(bird_peek(c, 0), "!");

    if (!no && !bird_is(bird_peek(c, 0), "-"))
        return postfix(c, depth);
    x = make(c, no ? BIRD_E_NOT : BIRD_E_MATH);
    c->at++;
    if (x != NULL)
        x->name = "-";
    add(c, x, &cap, binary(c, 5, depth + 1));
    return x;
}

/** Operators of this level and all that bind stronger; 5 is a sign before, 6 none at all. */
static struct bird_expr *binary(struct bird *c, int level, unsigned depth)
{
    struct bird_expr *x;
    int op;

    if (depth > BIRD_MAX_DEPTH) {
        x = make(c, BIRD_E_OTHER);
        bird_skip_statement(c);
        return x;
    }
    if (level > 4)
        return level == 5 ? unary(c, depth) : postfix(c, depth);
    x = binary(c, level + 1, depth);
    while (c->failed == 0 && x != NULL && (op = operator_at(c, level)) >= 0) {
        struct bird_expr *outer = make(c, operators[op].kind);
        size_t cap = 0;

        if (outer == NULL)
            return NULL;
        outer->name = operators[op].sign;
        c->at++;
        add(c, outer, &cap, x);
        add(c, outer, &cap, binary(c, level + 1, depth));
        x = outer;
    }
    return x;
}

struct bird_expr *bird_expression(struct bird *c)
{
    return binary(c, 0, 0);
}

const struct bird_expr *bird_value(const struct bird *c, const struct bird_expr *x)
{
    for (int i = 0; x != NULL && x->kind == BIRD_E_NAME && i < BIRD_MAX_DEPTH; i++) {
        const union map_value *at = map_get_str(c->defines, x->name);

        if (at == NULL)
            break;
        x = at->cp;
    }
    return x;
}

/** BIRD's numbers are unsigned and of 32 bits; what becomes of others it doesn't promise. */
static bool calculate(char sign, int64_t a, int64_t b, int64_t *out)
{
    if (sign == '/' && b == 0)
        return false;
    *out = sign == '+' ? a + b : sign == '-' ? a - b : sign == '/' ? a / b : 0;
    if (sign == '*' && __builtin_mul_overflow(a, b, out))
        return false;
    return *out >= 0 && *out <= UINT32_MAX;
}

static bool number_at(const struct bird *c, const struct bird_expr *x, int64_t *out, int depth)
{
    int64_t a, b;

    x = bird_value(c, x);
    if (x == NULL || depth > BIRD_MAX_DEPTH)
        return false;
    if (x->kind == BIRD_E_INT) {
        *out = x->number;
        return *out <= UINT32_MAX;
    }
    if (x->kind != BIRD_E_MATH || x->n != 2 || !number_at(c, x->part[0], &a, depth + 1) ||
        !number_at(c, x->part[1], &b, depth + 1))
        return false;
    return calculate(x->name[0], a, b, out);
}

bool bird_number_of(const struct bird *c, const struct bird_expr *x, int64_t *out)
{
    return number_at(c, x, out, 0);
}
