/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/statement.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

enum token {
    T_END,
    T_NAME,
    T_NUMBER,
    T_STRING,
    T_COMMA,
    T_OPEN,
    T_CLOSE,
    T_COMPARE,
    T_AND,
    T_OR,
    T_NOT,
    T_BY,
    T_WHERE,
    T_ASC,
    T_DESC,
};

struct parser {
    struct slice text;
    size_t at; /* behind the token */
    struct statement *s;
    struct arena *arena;
    struct err *e;
    unsigned depth;
    size_t n_nodes;

    enum token token;
    size_t start;               /* of the token */
    struct slice word;          /* its text; of a number, its unit */
    double number;              /* T_NUMBER */
    enum statement_operator op; /* T_COMPARE */
};

/* --- places --- */

static void place(const struct parser *p, size_t at, size_t *line, size_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at && i < p->text.n; i++) {
        bool end = p->text.p[i] == '\n';
        *line += end;
        *column = end ? 1 : *column + 1;
    }
}

static int fail_at(struct parser *p, size_t at, int code, const char *what)
{
    size_t line, column;
    place(p, at, &line, &column);
    return err_set(p->e, code, "%zu:%zu: %s", line, column, what);
}

/* "unexpected 'x': a metric's name is expected" */
static int unexpected(struct parser *p, const char *expected)
{
    struct err found = {0};
    int n = (int)(p->at - p->start);
    if (p->token == T_END)
        err_set(&found, ERR_PARSE, "the statement ends where %s is expected", expected);
    else
        err_set(&found, ERR_PARSE, "'%.*s' where %s is expected", n > 40 ? 40 : n,
                p->text.p + p->start, expected);
    return fail_at(p, p->start, ERR_PARSE, found.msg);
}

/* --- words --- */

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool is_name_part(char c)
{
    return isalnum((unsigned char)c) || (c != 0 && strchr("_-.:", c));
}

static char peek(const struct parser *p, size_t ahead)
{
    return p->at + ahead < p->text.n ? p->text.p[p->at + ahead] : 0;
}

static const struct {
    const char *word;
    enum token token;
} keywords[] = {
    {"by", T_BY},   {"where", T_WHERE}, {"asc", T_ASC}, {"desc", T_DESC},
    {"and", T_AND}, {"or", T_OR},       {"not", T_NOT},
};

static enum token keyword(struct slice word)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
        if (strlen(keywords[i].word) == word.n &&
            strncasecmp(keywords[i].word, word.p, word.n) == 0)
            return keywords[i].token;
    }
    return T_NAME;
}

static void lex_name(struct parser *p)
{
    while (p->at < p->text.n && is_name_part(p->text.p[p->at]))
        p->at++;
    p->word = (struct slice){p->text.p + p->start, p->at - p->start};
    p->token = keyword(p->word);
}

/* What more there is of a unit. */
static void lex_unit(struct parser *p)
{
    while (isalpha((unsigned char)peek(p, 0)) || peek(p, 0) == '%' || peek(p, 0) == '/')
        p->at++;
}

static int lex_number(struct parser *p)
{
    size_t n = 0;
    p->at = p->start;
    if (peek(p, 0) == '-' || peek(p, 0) == '+')
        p->at++;
    while (isdigit((unsigned char)peek(p, n)) || peek(p, n) == '.')
        n++;
    /* "1e3" is a number, "1em" would be one with a unit */
    size_t sign = peek(p, n + 1) == '-' || peek(p, n + 1) == '+';
    if ((peek(p, n) == 'e' || peek(p, n) == 'E') &&
        isdigit((unsigned char)peek(p, n + 1 + sign))) {
        n += 1 + sign;
        while (isdigit((unsigned char)peek(p, n)))
            n++;
    }
    bool plus = p->text.p[p->start] == '+';
    size_t from = p->start + plus;
    p->at += n;
    p->token = T_NUMBER;
    if (!slice_real((struct slice){p->text.p + from, p->at - from}, &p->number))
        return fail_at(p, p->start, ERR_PARSE, "not a number");
    size_t unit = p->at;
    lex_unit(p);
    p->word = (struct slice){p->text.p + unit, p->at - unit};
    return 0;
}

static int lex_string(struct parser *p, char quote)
{
    size_t from = p->at;
    while (p->at < p->text.n && p->text.p[p->at] != quote)
        p->at++;
    if (p->at == p->text.n)
        return fail_at(p, p->start, ERR_PARSE, "a string without closing quote");
    p->word = (struct slice){p->text.p + from, p->at - from};
    p->at++;
    p->token = T_STRING;
    return 0;
}

/* What signs stand for; longer ones first. */
static const struct {
    const char *sign;
    enum token token;
    enum statement_operator op;
} signs[] = {
    {"<=", T_COMPARE, STATEMENT_LE}, {">=", T_COMPARE, STATEMENT_GE},
    {"!=", T_COMPARE, STATEMENT_NE}, {"<>", T_COMPARE, STATEMENT_NE},
    {"==", T_COMPARE, STATEMENT_EQ}, {"&&", T_AND, STATEMENT_AND},
    {"||", T_OR, STATEMENT_OR},      {"<", T_COMPARE, STATEMENT_LT},
    {">", T_COMPARE, STATEMENT_GT},  {"=", T_COMPARE, STATEMENT_EQ},
    {"&", T_AND, STATEMENT_AND},     {"|", T_OR, STATEMENT_OR},
    {"!", T_NOT, STATEMENT_NOT},     {",", T_COMMA, STATEMENT_NOT},
    {"(", T_OPEN, STATEMENT_NOT},    {")", T_CLOSE, STATEMENT_NOT},
};

static int lex_sign(struct parser *p)
{
    struct slice rest = {p->text.p + p->start, p->text.n - p->start};
    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        if (!slice_starts(rest, signs[i].sign))
            continue;
        p->token = signs[i].token;
        p->op = signs[i].op;
        p->at = p->start + strlen(signs[i].sign);
        return 0;
    }
    p->at = p->start + 1;
    return fail_at(p, p->start, ERR_PARSE, "a character that has no meaning here");
}

/* Goes to the next token. */
static int next(struct parser *p)
{
    while (p->at < p->text.n && strchr(" \t\r\n", p->text.p[p->at]) && p->text.p[p->at])
        p->at++;
    p->start = p->at;
    p->word = (struct slice){0};
    if (p->at == p->text.n) {
        p->token = T_END;
        return 0;
    }
    char c = p->text.p[p->at++];
    if (is_name_start(c)) {
        lex_name(p);
        return 0;
    }
    bool sign = c == '-' || c == '+';
    if (isdigit((unsigned char)c) || ((sign || c == '.') && isdigit((unsigned char)peek(p, 0))))
        return lex_number(p);
    if (c == '"' || c == '\'')
        return lex_string(p, c);
    return lex_sign(p);
}

/* --- names --- */

static bool find_name(const struct statement *s, struct slice word, size_t *out)
{
    *out = 0;
    while (*out < s->n_names && !slice_eq(word, s->names[*out].text))
        ++*out;
    return *out < s->n_names;
}

static int name_index(struct parser *p, struct slice word, size_t *out)
{
    struct statement *s = p->s;
    if (find_name(s, word, out))
        return 0;
    if (s->n_names == STATEMENT_MAX_NAMES)
        return fail_at(p, p->start, ERR_LIMIT, "too many different names");
    struct statement_name *name = &s->names[s->n_names];
    name->text = arena_strndup(p->arena, word.p, word.n);
    if (!name->text)
        return err_set(p->e, ERR_NOMEM, "no memory for a statement");
    place(p, p->start, &name->line, &name->column);
    *out = s->n_names++;
    return 0;
}

/* --- conditions --- */

static struct statement_node *new_node(struct parser *p, enum statement_operator op)
{
    if (p->n_nodes++ == STATEMENT_MAX_NODES) {
        fail_at(p, p->start, ERR_LIMIT, "the condition is too long");
        return NULL;
    }
    struct statement_node *node = ARENA_NEW(p->arena, struct statement_node);
    if (!node)
        err_set(p->e, ERR_NOMEM, "no memory for a statement");
    else
        node->op = op;
    return node;
}

/* A number and its unit, perhaps with blanks between them; a metric's name is no unit. */
static int number_with_unit(struct parser *p, struct statement_operand *out)
{
    struct slice unit = p->word;
    size_t known;
    out->kind = STATEMENT_NUMBER;
    out->number = p->number;
    int rc = next(p);
    if (rc == 0 && unit.n == 0 && p->token == T_NAME && !find_name(p->s, p->word, &known)) {
        size_t from = p->at - p->word.n;
        lex_unit(p); /* "MB/s" is no name */
        unit = (struct slice){p->text.p + from, p->at - from};
        rc = next(p);
    }
    if (rc < 0)
        return rc;
    out->text = arena_strndup(p->arena, unit.n ? unit.p : "", unit.n);
    return out->text ? 0 : err_set(p->e, ERR_NOMEM, "no memory for a statement");
}

static int operand(struct parser *p, struct statement_operand *out)
{
    place(p, p->start, &out->line, &out->column);
    out->text = "";
    if (p->token == T_NAME) {
        out->kind = STATEMENT_NAME;
        int rc = name_index(p, p->word, &out->name);
        return rc == 0 ? next(p) : rc;
    }
    if (p->token == T_NUMBER)
        return number_with_unit(p, out);
    if (p->token != T_STRING)
        return unexpected(p, "a name, number or string");
    out->kind = STATEMENT_TEXT;
    out->text = arena_strndup(p->arena, p->word.n ? p->word.p : "", p->word.n);
    return out->text ? next(p) : err_set(p->e, ERR_NOMEM, "no memory for a statement");
}

static int comparison(struct parser *p, struct statement_node **out)
{
    struct statement_node *node = new_node(p, STATEMENT_EQ);
    if (!node)
        return p->e->code;
    int rc = operand(p, &node->left);
    if (rc < 0)
        return rc;
    if (p->token != T_COMPARE)
        return unexpected(p, "a comparison (= != < <= > >=)");
    node->op = p->op;
    rc = next(p);
    *out = node;
    return rc == 0 ? operand(p, &node->right) : rc;
}

static int condition(struct parser *p, struct statement_node **out);

static int parentheses(struct parser *p, struct statement_node **out)
{
    int rc = next(p);
    if (rc == 0)
        rc = condition(p, out);
    if (rc == 0 && p->token != T_CLOSE)
        return unexpected(p, "')'");
    return rc == 0 ? next(p) : rc;
}

/* NOT, parentheses or a comparison. The depth bounds the recursion. */
static int negation(struct parser *p, struct statement_node **out)
{
    if (p->token != T_NOT && p->token != T_OPEN)
        return comparison(p, out);
    if (p->depth == STATEMENT_MAX_DEPTH)
        return fail_at(p, p->start, ERR_LIMIT, "nested too deep");
    p->depth++;
    int rc = 0;
    if (p->token == T_OPEN) {
        rc = parentheses(p, out);
    } else {
        *out = new_node(p, STATEMENT_NOT);
        rc = *out ? next(p) : p->e->code;
        if (rc == 0)
            rc = negation(p, &(*out)->a);
    }
    p->depth--;
    return rc;
}

/* One or more parts joined by one operator, to the left. */
static int chain(struct parser *p, enum statement_operator op, struct statement_node **out)
{
    enum token joint = op == STATEMENT_AND ? T_AND : T_OR;
    int rc = op == STATEMENT_AND ? negation(p, out) : chain(p, STATEMENT_AND, out);
    while (rc == 0 && p->token == joint) {
        struct statement_node *node = new_node(p, op);
        if (!node)
            return p->e->code;
        node->a = *out;
        *out = node;
        rc = next(p);
        if (rc == 0)
            rc =
                op == STATEMENT_AND ? negation(p, &node->b) : chain(p, STATEMENT_AND, &node->b);
    }
    return rc;
}

static int condition(struct parser *p, struct statement_node **out)
{
    return chain(p, STATEMENT_OR, out);
}

/* --- statements --- */

static int key(struct parser *p)
{
    struct statement_key *k = &p->s->keys[p->s->n_keys];
    if (p->token != T_NAME)
        return unexpected(p, "a metric's name");
    if (p->s->n_keys == STATEMENT_MAX_KEYS)
        return fail_at(p, p->start, ERR_LIMIT, "too many metrics to sort by");
    int rc = name_index(p, p->word, &k->name);
    for (size_t i = 0; rc == 0 && i < p->s->n_keys; i++) {
        if (p->s->keys[i].name == k->name)
            return fail_at(p, p->start, ERR_PARSE, "the metric stands there already");
    }
    if (rc == 0)
        rc = next(p);
    k->descending = p->token == T_DESC;
    p->s->n_keys++;
    return rc == 0 && (p->token == T_ASC || p->token == T_DESC) ? next(p) : rc;
}

static int keys(struct parser *p)
{
    if (p->token != T_BY)
        return unexpected(p, "BY");
    do {
        int rc = next(p);
        if (rc == 0)
            rc = key(p);
        if (rc < 0)
            return rc;
    } while (p->token == T_COMMA);
    return 0;
}

static int whole(struct parser *p)
{
    int rc = next(p);
    if (rc == 0)
        rc = keys(p);
    if (rc == 0 && p->token == T_WHERE) {
        rc = next(p);
        if (rc == 0)
            rc = condition(p, &p->s->where);
        if (rc == 0 && p->token != T_END)
            rc = unexpected(p, "AND, OR or the end");
    }
    if (rc == 0 && p->token != T_END)
        rc = unexpected(p, "',', WHERE or the end");
    return rc;
}

/* OpenALTO's spelling puts the statement in quotes; places stay those of the whole text. */
static int open_parser(struct parser *p, struct slice text)
{
    p->text = text;
    if (text.n > STATEMENT_MAX_BYTES)
        return err_set(p->e, ERR_LIMIT, "1:1: a statement of more than %d bytes",
                       STATEMENT_MAX_BYTES);
    if (!str_is_utf8(text.p, text.n))
        return err_set(p->e, ERR_PARSE, "1:1: the statement is not UTF-8 text");
    struct slice inner = slice_trim(text);
    if (inner.n >= 2 && (inner.p[0] == '"' || inner.p[0] == '\'') &&
        inner.p[inner.n - 1] == inner.p[0]) {
        p->at = (size_t)(inner.p - text.p) + 1;
        p->text.n = (size_t)(inner.p - text.p) + inner.n - 1;
    }
    return 0;
}

int statement_parse(struct slice text, struct arena *a, struct statement **out, struct err *e)
{
    struct err here = {0};
    struct parser p = {.arena = a, .e = e ? e : &here};
    *out = NULL;
    p.s = ARENA_NEW(a, struct statement);
    if (!p.s)
        return err_set(e, ERR_NOMEM, "no memory for a statement");
    int rc = open_parser(&p, text);
    if (rc == 0)
        rc = whole(&p);
    if (rc == 0)
        *out = p.s;
    return rc;
}

int statement_add_where(struct statement *s, struct slice text, struct arena *a, struct err *e)
{
    struct err here = {0};
    struct parser p = {.arena = a, .e = e ? e : &here, .s = s};
    struct statement_node *more = NULL;
    int rc = open_parser(&p, text);
    if (rc == 0)
        rc = next(&p);
    if (rc == 0 && p.token == T_WHERE)
        rc = next(&p);
    if (rc == 0)
        rc = condition(&p, &more);
    if (rc == 0 && p.token != T_END)
        rc = unexpected(&p, "AND, OR or the end");
    if (rc < 0)
        return rc;
    if (s->where) {
        struct statement_node *both = new_node(&p, STATEMENT_AND);
        if (!both)
            return p.e->code;
        both->a = s->where;
        both->b = more;
        more = both;
    }
    s->where = more;
    return 0;
}

int statement_add_key(struct statement *s, const char *name, bool descending, struct arena *a,
                      struct err *e)
{
    struct err here = {0};
    struct parser p = {.arena = a, .e = e ? e : &here, .s = s, .text = slice_of(name)};
    int rc = next(&p);
    if (rc == 0)
        rc = key(&p);
    if (rc == 0 && p.token != T_END)
        rc = unexpected(&p, "the end of the metric's name");
    if (rc == 0 && descending)
        s->keys[s->n_keys - 1].descending = true;
    return rc;
}

/* --- evaluation --- */

static struct statement_value value_of(const struct statement_operand *o,
                                       const struct statement_value *values)
{
    if (o->kind == STATEMENT_NAME)
        return values[o->name];
    if (o->kind == STATEMENT_TEXT)
        return (struct statement_value){true, o->text, NAN};
    return (struct statement_value){true, NULL, o->number};
}

static enum statement_truth compare(const struct statement_node *node,
                                    const struct statement_value *values)
{
    struct statement_value a = value_of(&node->left, values),
                           b = value_of(&node->right, values);
    if (!a.known || !b.known || !a.text != !b.text ||
        (!a.text && (isnan(a.number) || isnan(b.number))))
        return STATEMENT_UNKNOWN;
    int order = a.text ? strcmp(a.text, b.text) : (a.number > b.number) - (a.number < b.number);
    switch (node->op) {
    case STATEMENT_LT:
        return order < 0;
    case STATEMENT_LE:
        return order <= 0;
    case STATEMENT_EQ:
        return order == 0;
    case STATEMENT_NE:
        return order != 0;
    case STATEMENT_GE:
        return order >= 0;
    case STATEMENT_GT:
        return order > 0;
    case STATEMENT_AND:
    case STATEMENT_OR:
    case STATEMENT_NOT:
        break;
    }
    return STATEMENT_UNKNOWN;
}

enum statement_truth statement_holds(const struct statement_node *node,
                                     const struct statement_value *values)
{
    if (!node)
        return STATEMENT_TRUE;
    if (node->op != STATEMENT_AND && node->op != STATEMENT_OR && node->op != STATEMENT_NOT)
        return compare(node, values);
    enum statement_truth a = statement_holds(node->a, values);
    if (node->op == STATEMENT_NOT)
        return a == STATEMENT_UNKNOWN ? a
               : a == STATEMENT_TRUE  ? STATEMENT_FALSE
                                      : STATEMENT_TRUE;
    enum statement_truth b = statement_holds(node->b, values);
    enum statement_truth decides = node->op == STATEMENT_AND ? STATEMENT_FALSE : STATEMENT_TRUE;
    if (a == decides || b == decides)
        return decides;
    return a == STATEMENT_UNKNOWN ? a : b;
}

int statement_each(struct statement_node *node,
                   int (*visit)(void *self, struct statement_node *comparison), void *self)
{
    if (!node)
        return 0;
    if (node->op != STATEMENT_AND && node->op != STATEMENT_OR && node->op != STATEMENT_NOT)
        return visit(self, node);
    int rc = statement_each(node->a, visit, self);
    return rc == 0 && node->b ? statement_each(node->b, visit, self) : rc;
}
