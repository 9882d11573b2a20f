/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of filters, as steps that go to one of two places. */
#include <string.h>

#include "agents/sources/bird/program.h"

void bird_untold(struct bird_program *p, const struct bird_expr *x, int if_true, int if_false)
{
    program_test(&p->out, bird_printf(p->c, "unknown condition at line %u", x->line), if_true);
    program_go(&p->out, if_false);
}

/** A comparison, turned so that the attribute is on the left. */
struct compare {
    struct bird_program *p;
    const struct bird_expr *whole, *attribute, *value;
    enum bird_expr_kind op;
    const char *name; /* "net.len", "bgp_path" */
    int yes, no;
};

static bool is(const struct compare *x, const char *name)
{
    return strcmp(x->name, name) == 0;
}

static void untold(const struct compare *x)
{
    bird_untold(x->p, x->whole, x->yes, x->no);
}

/** Goes to `yes` if one of the conditions holds; empty ones are none. */
static void any_of(const struct compare *x, const char *a, const char *b)
{
    if (a != NULL && *a != '\0')
        program_test(&x->p->out, a, x->yes);
    if (b != NULL && *b != '\0')
        program_test(&x->p->out, b, x->yes);
    program_go(&x->p->out, x->no);
}

static const char *word(const struct compare *x, const char *kind, const char *value)
{
    return value != NULL && *value != '\0' ? bird_printf(x->p->c, "%s %s", kind, value) : "";
}

/* --- the network */

static void by_prefixes(const struct compare *x)
{
    struct bird_expr exact = *bird_value(x->p->c, x->value);
    const struct bird_expr *v = x->value;
    struct bird_expr *part = &exact, set = {.kind = BIRD_E_SET, .part = &part, .n = 1};
    const char *four, *six;
    bool has4, has6;

    if (x->op ==
        BIRD_E_EQ) { /* `net = P`: as a set of one, which does not take what is inside */
        set.line = exact.line;
        set.column = exact.column;
        v = &set;
    }
    four = bird_prefix_list(x->p->c, v, 4, &has4);
    six = bird_prefix_list(x->p->c, v, 6, &has6);
    if (four == NULL || six == NULL)
        untold(x);
    else
        any_of(x, word(x, "prefix-list4", four), word(x, "prefix-list6", six));
}

static void by_type(const struct compare *x)
{
    struct bird *c = x->p->c;
    const char *type = x->value->kind == BIRD_E_NAME ? x->value->name : "";

    if (x->op != BIRD_E_EQ || strncmp(type, "NET_", 4) != 0) {
        untold(x);
        return;
    }
    if (strcmp(type, "NET_IP4") == 0)
        any_of(x, word(x, "prefix-list4", bird_length_list(c, 4, 0, 32)), NULL);
    else if (strcmp(type, "NET_IP6") == 0)
        any_of(x, word(x, "prefix-list6", bird_length_list(c, 6, 0, 128)), NULL);
    else
        program_go(&x->p->out, x->no);
}

/** The numbers that fulfil a comparison; false: none by itself. */
static bool bounds(const struct compare *x, int64_t *lo, int64_t *hi)
{
    int64_t n;

    if (!bird_number_of(x->p->c, x->value, &n) || n < 0 || n > UINT32_MAX)
        return false;
    *lo = 0;
    *hi = INT64_MAX;
    switch ((int)x->op) {
    case BIRD_E_EQ:
        *lo = *hi = n;
        return true;
    case BIRD_E_LT:
        *hi = n - 1;
        return true;
    case BIRD_E_LE:
        *hi = n;
        return true;
    case BIRD_E_GT:
        *lo = n + 1;
        return true;
    case BIRD_E_GE:
        *lo = n;
        return true;
    default:
        return false;
    }
}

static const char *length_word(const struct compare *x, int family, int64_t lo, int64_t hi)
{
    int64_t bits = family == 6 ? 128 : 32;

    if (hi > bits)
        hi = bits;
    if (lo > hi)
        return "";
    return word(x, family == 6 ? "prefix-list6" : "prefix-list4",
                bird_length_list(x->p->c, family, lo, hi));
}

static void by_length(const struct compare *x)
{
    int64_t lo, hi;

    if (!bounds(x, &lo, &hi))
        untold(x);
    else
        any_of(x, length_word(x, 4, lo, hi), length_word(x, 6, lo, hi));
}

/* --- where the route is from */

static const char *const sources[][3] = {
    {"RTS_BGP", "bgp", NULL},           {"RTS_STATIC", "static", NULL},
    {"RTS_DEVICE", "connected", NULL},  {"RTS_OSPF", "ospf", "ospf3"},
    {"RTS_OSPF_IA", "ospf", "ospf3"},   {"RTS_OSPF_EXT1", "ospf", "ospf3"},
    {"RTS_OSPF_EXT2", "ospf", "ospf3"}, {"RTS_INHERIT", "kernel", NULL},
};

/** One name of a source; false if it is none that is read. OSPF's kinds are not told apart. */
static bool test_source(const struct compare *x, const struct bird_expr *v)
{
    const char *name = v->kind == BIRD_E_NAME ? v->name : "";

    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        if (strcmp(name, sources[i][0]) != 0)
            continue;
        for (size_t k = 1; k < 3 && sources[i][k] != NULL; k++)
            program_test(&x->p->out, word(x, "source-protocol", sources[i][k]), x->yes);
        return true;
    }
    return strncmp(name, "RTS_", 4) == 0; /* of a protocol that is not read */
}

static void by_source(const struct compare *x)
{
    const struct bird_expr *v = bird_value(x->p->c, x->value);
    bool known = x->op == BIRD_E_EQ || v->kind == BIRD_E_SET;

    if (v->kind != BIRD_E_SET)
        known = known && test_source(x, v);
    for (size_t i = 0; v->kind == BIRD_E_SET && i < v->n; i++)
        known = test_source(x, bird_value(x->p->c, v->part[i])) && known;
    if (known)
        program_go(&x->p->out, x->no);
    else
        untold(x);
}

/** `proto = "static1"`: what protocols of this file it can mean. */
static void by_protocol(const struct compare *x)
{
    static const char *const words[] = {[BIRD_P_DIRECT] = "source-protocol connected",
                                        [BIRD_P_STATIC] = "source-protocol static"};
    const struct bird *c = x->p->c;
    const struct bird_expr *v = bird_value(c, x->value);

    for (size_t i = 0; v->kind == BIRD_E_STRING && i < c->protocols.n; i++) {
        const struct bird_protocol *q = c->protocols.v[i];

        if (strcmp(q->name, v->name) != 0)
            continue;
        if (q->kind == BIRD_P_DIRECT || q->kind == BIRD_P_STATIC) {
            any_of(x, words[q->kind], NULL);
            return;
        }
    }
    untold(x);
}

/* --- attributes of BGP */

static bool is_set_of_numbers(const struct bird_expr *v)
{
    return v->kind == BIRD_E_SET || v->kind == BIRD_E_INT;
}

static void by_path(const struct compare *x)
{
    struct bird *c = x->p->c;
    const struct bird_expr *v = bird_value(c, x->value);
    const char *list = NULL;

    if (v->kind == BIRD_E_MASK)
        list = bird_mask_list(c, x->value);
    else if (x->op == BIRD_E_MATCH && is_set_of_numbers(v))
        list = bird_path_list(c, x->value, "(^| )", "( |$)");
    else if (v->kind == BIRD_E_EMPTY)
        list = bird_regex_list(c, "empty path", "^$");
    if (list == NULL)
        untold(x);
    else
        any_of(x, word(x, "as-path", list), NULL);
}

static void by_path_end(const struct compare *x, bool first)
{
    struct bird *c = x->p->c;
    const char *list = NULL;

    if ((x->op == BIRD_E_EQ || x->op == BIRD_E_MATCH) &&
        is_set_of_numbers(bird_value(c, x->value)))
        list = bird_path_list(c, x->value, first ? "^" : "(^| )", first ? "( |$)" : "$");
    if (list == NULL)
        untold(x);
    else
        any_of(x, word(x, "as-path", list), NULL);
}

static void by_path_length(const struct compare *x)
{
    struct bird *c = x->p->c;
    const char *regex;
    int64_t lo, hi;

    if (!bounds(x, &lo, &hi) || lo > 255 || (hi > 255 && hi != INT64_MAX)) {
        untold(x);
        return;
    }
    if (hi < 0) {
        program_go(&x->p->out, x->no);
        return;
    }
    regex = hi == INT64_MAX ? bird_printf(c, "^([0-9]+( |$)){%d,}$", (int)lo)
                            : bird_printf(c, "^([0-9]+( |$)){%d,%d}$", (int)lo, (int)hi);
    any_of(
        x,
        word(x, "as-path", bird_regex_list(c, bird_printf(c, "path length %s", regex), regex)),
        NULL);
}

static void by_communities(const struct compare *x, bool large)
{
    const char *list =
        x->op == BIRD_E_MATCH ? bird_community_list(x->p->c, x->value, large) : NULL;

    if (list == NULL)
        untold(x);
    else
        any_of(x, word(x, large ? "large-community" : "community", list), NULL);
}

static void by_number(const struct compare *x, const char *kind)
{
    int64_t n;

    if (x->op != BIRD_E_EQ || !bird_number_of(x->p->c, x->value, &n) || n < 0 || n > UINT32_MAX)
        untold(x);
    else
        any_of(x, bird_printf(x->p->c, "%s %lld", kind, (long long)n), NULL);
}

static void by_origin(const struct compare *x)
{
    static const char *const names[][2] = {{"ORIGIN_IGP", "origin igp"},
                                           {"ORIGIN_EGP", "origin egp"},
                                           {"ORIGIN_INCOMPLETE", "origin incomplete"}};
    const char *name = x->value->kind == BIRD_E_NAME ? x->value->name : "";

    for (size_t i = 0; x->op == BIRD_E_EQ && i < 3; i++) {
        if (strcmp(name, names[i][0]) == 0) {
            any_of(x, names[i][1], NULL);
            return;
        }
    }
    untold(x);
}

/* --- comparisons */

/** "net", "net.len", ...; NULL: not an attribute of a route. */
static const char *attribute_name(struct bird *c, const struct bird_expr *x)
{
    static const char *const names[] = {"net",
                                        "net.type",
                                        "net.len",
                                        "source",
                                        "proto",
                                        "bgp_path",
                                        "bgp_path.len",
                                        "bgp_path.first",
                                        "bgp_path.last",
                                        "bgp_community",
                                        "bgp_large_community",
                                        "bgp_med",
                                        "bgp_local_pref",
                                        "bgp_origin"};
    const char *name = x->kind == BIRD_E_NAME ? x->name : NULL;

    if (x->kind == BIRD_E_DOT && x->n == 1 && x->part[0]->kind == BIRD_E_NAME)
        name = bird_printf(c, "%s.%s", x->part[0]->name, x->name);
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(name, names[i]) == 0)
            return names[i];
    }
    return NULL;
}

static enum bird_expr_kind mirrored(enum bird_expr_kind op)
{
    return op == BIRD_E_LT   ? BIRD_E_GT
           : op == BIRD_E_GT ? BIRD_E_LT
           : op == BIRD_E_LE ? BIRD_E_GE
           : op == BIRD_E_GE ? BIRD_E_LE
                             : op;
}

static void by_attribute(const struct compare *x)
{
    if (is(x, "net"))
        by_prefixes(x);
    else if (is(x, "net.type"))
        by_type(x);
    else if (is(x, "net.len"))
        by_length(x);
    else if (is(x, "source"))
        by_source(x);
    else if (is(x, "proto"))
        by_protocol(x);
    else if (is(x, "bgp_path"))
        by_path(x);
    else if (is(x, "bgp_path.len"))
        by_path_length(x);
    else if (is(x, "bgp_path.first") || is(x, "bgp_path.last"))
        by_path_end(x, is(x, "bgp_path.first"));
    else if (is(x, "bgp_community") || is(x, "bgp_large_community"))
        by_communities(x, is(x, "bgp_large_community"));
    else if (is(x, "bgp_med") || is(x, "bgp_local_pref"))
        by_number(x, is(x, "bgp_med") ? "med" : "local-preference");
    else
        by_origin(x);
}

static bool holds(enum bird_expr_kind op, int64_t a, int64_t b)
{
    switch ((int)op) {
    case BIRD_E_EQ:
        return a == b;
    case BIRD_E_LT:
        return a < b;
    case BIRD_E_LE:
        return a <= b;
    case BIRD_E_GT:
        return a > b;
    default:
        return a >= b;
    }
}

static void compare(struct bird_program *p, const struct bird_expr *e, int yes, int no)
{
    bool negated = e->kind == BIRD_E_NE || e->kind == BIRD_E_NO_MATCH;
    struct compare x = {.p = p,
                        .whole = e,
                        .op = e->kind == BIRD_E_NE         ? BIRD_E_EQ
                              : e->kind == BIRD_E_NO_MATCH ? BIRD_E_MATCH
                                                           : e->kind,
                        .yes = negated ? no : yes,
                        .no = negated ? yes : no};
    int64_t a, b;

    x.attribute = e->part[0];
    x.value = e->part[1];
    x.name = attribute_name(p->c, x.attribute);
    if (x.name == NULL) { /* `(1, 2) ~ bgp_community`, `5 < net.len` */
        x.attribute = e->part[1];
        x.value = e->part[0];
        x.name = attribute_name(p->c, x.attribute);
        x.op = mirrored(x.op);
    }
    if (x.name != NULL)
        by_attribute(&x);
    else if (x.op != BIRD_E_MATCH && bird_number_of(p->c, e->part[0], &a) &&
             bird_number_of(p->c, e->part[1], &b))
        program_go(&p->out,
                   holds(e->kind == BIRD_E_NE ? BIRD_E_EQ : e->kind, a, b) ? x.yes : x.no);
    else
        untold(&x);
}

void bird_condition(struct bird_program *p, const struct bird_expr *x, int if_true,
                    int if_false)
{
    const struct bird_expr *v = bird_value(p->c, x);
    int middle;

    if (v == NULL || p->out.too_long || ++p->depth > 8 * BIRD_MAX_DEPTH) {
        p->out.too_long = p->out.too_long || v != NULL;
    } else if (v->kind == BIRD_E_BOOL) {
        program_go(&p->out, v->number ? if_true : if_false);
    } else if (v->kind == BIRD_E_NOT && v->n == 1) {
        bird_condition(p, v->part[0], if_false, if_true);
    } else if ((v->kind == BIRD_E_AND || v->kind == BIRD_E_OR) && v->n == 2) {
        middle = program_label(&p->out);
        bird_condition(p, v->part[0], v->kind == BIRD_E_AND ? middle : if_true,
                       v->kind == BIRD_E_AND ? if_false : middle);
        program_place(&p->out, middle);
        bird_condition(p, v->part[1], if_true, if_false);
    } else if (v->kind >= BIRD_E_EQ && v->kind <= BIRD_E_NO_MATCH && v->n == 2) {
        compare(p, v, if_true, if_false);
    } else if (v->kind == BIRD_E_CALL) {
        bird_inline(p, v, if_true, if_false);
    } else {
        bird_untold(p, v, if_true, if_false);
    }
    p->depth--;
}
