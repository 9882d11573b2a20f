/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of filters and functions. */
#include <string.h>

#include "agents/sources/bird/program.h"

static void statement(struct bird_program *p);

/* --- changes of attributes */

static void change_unknown(struct bird_program *p, const struct bird_expr *x)
{
    program_set(&p->out, bird_printf(p->c, "unknown change at line %u", x->line));
}

static bool is_name(const struct bird_expr *x, const char *name)
{
    return x->kind == BIRD_E_NAME && strcmp(x->name, name) == 0;
}

/** `add`, `delete`, `filter` of communities, as a method or as a function of version 1.6. */
static void change_communities(struct bird_program *p, const struct bird_expr *x,
                               const char *what, const struct bird_expr *value, bool large)
{
    const char *kind = large ? "large-community" : "community";
    const char *one = bird_community(p->c, value), *list;

    if (strcmp(what, "empty") == 0) {
        program_set(&p->out, bird_printf(p->c, "%s-none", kind));
    } else if (strcmp(what, "add") == 0 && one != NULL) {
        program_set(&p->out, bird_printf(p->c, "%s-add %s", kind, one));
    } else if (strcmp(what, "delete") == 0) {
        list = bird_community_list(p->c, value, large);
        if (list != NULL)
            program_set(&p->out, bird_printf(p->c, "%s-delete %s", kind, list));
        else
            change_unknown(p, x);
    } else {
        change_unknown(p, x);
    }
}

static void change_number(struct bird_program *p, const struct bird_expr *name,
                          const struct bird_expr *value, const char *kind)
{
    int64_t n;

    if (bird_number_of(p->c, value, &n) && n >= 0 && n <= UINT32_MAX)
        program_set(&p->out, bird_printf(p->c, "%s %lld", kind, (long long)n));
    else if (value->kind == BIRD_E_MATH && value->n == 2 &&
             (value->name[0] == '+' || value->name[0] == '-') &&
             is_name(value->part[0], name->name) && bird_number_of(p->c, value->part[1], &n) &&
             n >= 0 && n <= UINT32_MAX)
        program_set(&p->out,
                    bird_printf(p->c, "%s %c%lld", kind, value->name[0], (long long)n));
    else
        change_unknown(p, name);
}

static void change_origin(struct bird_program *p, const struct bird_expr *name,
                          const struct bird_expr *value)
{
    static const char *const origins[][2] = {{"ORIGIN_IGP", "origin igp"},
                                             {"ORIGIN_EGP", "origin egp"},
                                             {"ORIGIN_INCOMPLETE", "origin incomplete"}};

    for (size_t i = 0; i < 3; i++) {
        if (is_name(value, origins[i][0])) {
            program_set(&p->out, origins[i][1]);
            return;
        }
    }
    change_unknown(p, name);
}

static void prepend(struct bird_program *p, const struct bird_expr *x,
                    const struct bird_expr *value)
{
    int64_t n;

    if (bird_number_of(p->c, value, &n) && n > 0 && n <= UINT32_MAX)
        program_set(&p->out, bird_printf(p->c, "as-path-prepend %lld", (long long)n));
    else
        change_unknown(p, x);
}

/** Attributes that other protocols or the kernel go by, not the choice of routes. */
static bool is_harmless(const char *name)
{
    static const char *const starts[] = {"krt_",       "ospf_",         "rip_",
                                         "babel_",     "radv_",         "bgp_ext_community",
                                         "bgp_atomic", "bgp_aggregator"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        if (strncmp(name, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return false;
}

/** `NAME = VALUE`, also `NAME = add(NAME, VALUE)`. */
static void assign(struct bird_program *p, const struct bird_expr *name,
                   const struct bird_expr *value)
{
    bool communities = is_name(name, "bgp_community") || is_name(name, "bgp_large_community");
    bool call = value->kind == BIRD_E_CALL && value->n == 2 &&
                is_name(value->part[0], name->kind == BIRD_E_NAME ? name->name : "");
    const struct bird_expr *v = bird_value(p->c, value);
    char text[ADDR_TEXT];

    if (name->kind != BIRD_E_NAME)
        change_unknown(p, name);
    else if (is_name(name, "bgp_local_pref"))
        change_number(p, name, value, "local-preference");
    else if (is_name(name, "bgp_med"))
        change_number(p, name, value, "med");
    else if (is_name(name, "bgp_origin"))
        change_origin(p, name, value);
    else if (communities && (call || v->kind == BIRD_E_EMPTY))
        change_communities(p, name, call ? value->name : "empty", call ? value->part[1] : v,
                           is_name(name, "bgp_large_community"));
    else if (is_name(name, "bgp_path") && call && strcmp(value->name, "prepend") == 0)
        prepend(p, name, value->part[1]);
    else if (is_name(name, "bgp_next_hop") && v->kind == BIRD_E_ADDR)
        program_set(&p->out, bird_printf(p->c, "next-hop %s", addr_format(&v->addr, text)));
    else if (!is_harmless(name->name))
        change_unknown(p, name);
}

/** `bgp_path.prepend(N);`, `bgp_community.add((1, 2));` */
static void method(struct bird_program *p, const struct bird_expr *x)
{
    const struct bird_expr *on = x->part[0], none = {0};
    const struct bird_expr *value = x->n > 1 ? x->part[1] : &none;

    if (is_name(on, "bgp_path") && strcmp(x->name, "prepend") == 0)
        prepend(p, x, value);
    else if (is_name(on, "bgp_community") || is_name(on, "bgp_large_community"))
        change_communities(p, x, x->name, value, is_name(on, "bgp_large_community"));
    else if (on->kind != BIRD_E_NAME || !is_harmless(on->name))
        change_unknown(p, x);
}

/* --- variables */

static bool is_type(const struct bird_token *t)
{
    static const char *const types[] = {"int",     "bool",       "ip",     "prefix", "pair",
                                        "quad",    "ec",         "lc",     "string", "bgppath",
                                        "clist",   "eclist",     "lclist", "enum",   "rd",
                                        "bgpmask", "bytestring", "var"};

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if (bird_is(t, types[i]))
            return true;
    }
    return false;
}

static struct bird_expr *untellable(struct bird *c)
{
    struct bird_expr *x = bird_alloc(c, sizeof(*x));

    if (x != NULL) {
        x->kind = BIRD_E_OTHER;
        x->line = bird_peek(c, 0)->line;
        x->column = bird_peek(c, 0)->column;
    }
    return x;
}

static void bind(struct bird_program *p, const char *name, struct bird_expr *value)
{
    struct bird_binding *b;

    if (value == NULL)
        return;
    b = BIRD_PUSH(p->c, &p->c->bindings);
    if (b != NULL)
        *b = (struct bird_binding){name, value, p->level};
}

/** What may stand for a variable: its value at this place, if that is a constant. */
static struct bird_expr *constant(struct bird *c, struct bird_expr *x)
{
    const struct bird_expr *v = bird_value(c, x);
    struct bird_expr *copy;
    int64_t n;

    if (v == NULL || v->kind == BIRD_E_OTHER || v->kind == BIRD_E_CALL ||
        v->kind == BIRD_E_DOT || (v->kind >= BIRD_E_NOT && v->kind != BIRD_E_MATH))
        return untellable(c);
    copy = bird_alloc(c, sizeof(*copy));
    if (copy == NULL)
        return NULL;
    *copy = *v;
    if (v->kind == BIRD_E_MATH) {
        *copy = (struct bird_expr){.kind = BIRD_E_OTHER, .line = v->line, .column = v->column};
        if (bird_number_of(c, v, &n)) {
            copy->kind = BIRD_E_INT;
            copy->number = n;
        }
    }
    return copy;
}

/** `int x = 5;`, `prefix set y;` */
static void declare(struct bird_program *p)
{
    struct bird *c = p->c;
    const char *name;

    c->at++;
    bird_take(c, "set");
    name = bird_text(c, bird_peek(c, 0));
    c->at++;
    if (bird_take(c, "="))
        bind(p, name, constant(c, bird_expression(c)));
    else
        bind(p, name, untellable(c));
    bird_skip_statement(c);
}

/** `x = 5;` of a variable. Below a condition it may or may not happen. */
static bool assign_variable(struct bird_program *p)
{
    struct bird *c = p->c;
    struct bird_binding *b = NULL;

    if (!bird_is(bird_peek(c, 1), "="))
        return false;
    for (size_t i = 0; i < c->bindings.n; i++) {
        if (bird_is(bird_peek(c, 0), c->bindings.v[i].name))
            b = &c->bindings.v[i];
    }
    if (b == NULL)
        return false;
    c->at += 2;
    if (b->level == p->level)
        b->value = constant(c, bird_expression(c));
    else
        b->value = untellable(c);
    if (b->value == NULL)
        b->value = untellable(c);
    bird_skip_statement(c);
    return true;
}

/* --- calls */

static void body(struct bird_program *p, size_t end)
{
    struct bird *c = p->c;

    while (c->failed == 0 && !p->out.too_long && c->at < end) {
        size_t before = c->at;

        statement(p);
        if (c->at == before)
            c->at++;
    }
}

void bird_inline(struct bird_program *p, const struct bird_expr *call, int if_true,
                 int if_false)
{
    struct bird *c = p->c;
    const union map_value *found = map_get_str(c->functions, call->name);
    const struct bird_function *f = found != NULL ? found->cp : NULL;
    struct bird_program outer = *p;
    size_t at = c->at, bindings = c->bindings.n;

    if (f == NULL || f->filter || f->n_parameters != call->n || p->calls >= BIRD_MAX_CALLS) {
        if (if_true == if_false) { /* called for what it does, not for what it answers */
            change_unknown(p, call);
            program_go(&p->out, if_false);
        } else {
            bird_untold(p, call, if_true, if_false);
        }
        return;
    }
    for (size_t i = 0; i < call->n; i++)
        bind(p, f->parameters[i], constant(c, call->part[i]));
    p->calls++;
    p->if_true = if_true;
    p->if_false = if_false;
    c->at = f->first;
    body(p, f->end);
    program_go(&p->out, if_false); /* without `return` */
    c->at = at;
    c->bindings.n = bindings;
    p->calls = outer.calls;
    p->if_true = outer.if_true;
    p->if_false = outer.if_false;
}

/* --- statements */

/** `return [EXPRESSION];`: out of a function; of a filter it is no decision. */
static void give_back(struct bird_program *p)
{
    struct bird_expr *x;

    p->c->at++;
    if (bird_is(bird_peek(p->c, 0), ";")) {
        program_go(&p->out, p->if_false);
    } else {
        x = bird_expression(p->c);
        if (p->if_true >= 0 &&
            (p->if_true != p->if_false || (x != NULL && x->kind == BIRD_E_CALL)))
            bird_condition(p, x, p->if_true, p->if_false);
        else if (p->if_true >= 0)
            program_go(&p->out, p->if_true);
    }
    bird_skip_statement(p->c);
}

/** One statement, or a block of them, below a condition. */
static void branch(struct bird_program *p)
{
    size_t bindings = p->c->bindings.n;

    p->level++;
    statement(p);
    p->level--;
    if (p->c->bindings.n > bindings)
        p->c->bindings.n = bindings;
}

/** `if EXPRESSION then STATEMENT [else STATEMENT]`. */
static void condition(struct bird_program *p)
{
    struct bird *c = p->c;
    int yes = program_label(&p->out), no = program_label(&p->out), end = program_label(&p->out);
    struct bird_expr *x;

    c->at++;
    x = bird_expression(c);
    bird_condition(p, x, yes, no);
    bird_take(c, "then");
    program_place(&p->out, yes);
    branch(p);
    if (bird_take(c, "else")) {
        program_go(&p->out, end);
        program_place(&p->out, no);
        branch(p);
    } else {
        program_place(&p->out, no);
    }
    program_place(&p->out, end);
}

/** Loops and cases: they may do anything, deciding included. */
static void untold_block(struct bird_program *p)
{
    struct bird_expr *x = untellable(p->c);

    bird_note(p->c, bird_peek(p->c, 0), "filter: case and for are not followed");
    if (x != NULL)
        change_unknown(p, x);
    while (!bird_is(bird_peek(p->c, 0), "{") && !bird_is(bird_peek(p->c, 0), ";") &&
           bird_peek(p->c, 0)->kind != BIRD_END)
        p->c->at++;
    bird_skip_statement(p->c);
}

/** Changes and calls. */
static void expression(struct bird_program *p)
{
    struct bird *c = p->c;
    const struct bird_expr *x = bird_expression(c);

    if (x == NULL)
        return;
    if (x->kind == BIRD_E_EQ && x->n == 2) {
        assign(p, x->part[0], x->part[1]);
    } else if (x->kind == BIRD_E_DOT) {
        method(p, x);
    } else if (x->kind == BIRD_E_CALL && strcmp(x->name, "unset") == 0) {
        if (x->n != 1 || x->part[0]->kind != BIRD_E_NAME || !is_harmless(x->part[0]->name))
            change_unknown(p, x);
    } else if (x->kind == BIRD_E_CALL) {
        int end = program_label(&p->out);

        bird_inline(p, x, end, end);
        program_place(&p->out, end);
    } else {
        change_unknown(p, x);
    }
    bird_skip_statement(c);
}

static void statement(struct bird_program *p)
{
    struct bird *c = p->c;
    const struct bird_token *t = bird_peek(c, 0);

    if (++p->depth > 8 * BIRD_MAX_DEPTH) {
        p->out.too_long = true;
    } else if (bird_take(c, ";")) {
        ;
    } else if (bird_take(c, "{")) {
        size_t end = bird_block_end(c), bindings = c->bindings.n;

        body(p, end);
        c->at = end;
        bird_take(c, "}");
        c->bindings.n = bindings < c->bindings.n ? bindings : c->bindings.n;
    } else if (bird_is(t, "if")) {
        condition(p);
    } else if (bird_is(t, "accept") || bird_is(t, "reject") || bird_is(t, "error")) {
        program_end(&p->out, bird_is(t, "accept"));
        bird_skip_statement(c);
    } else if (bird_is(t, "return")) {
        give_back(p);
    } else if (bird_is(t, "case") || bird_is(t, "for")) {
        untold_block(p);
    } else if (bird_is(t, "print") || bird_is(t, "printn")) {
        bird_skip_statement(c);
    } else if (is_type(t) && bird_peek(c, 1)->kind == BIRD_WORD) {
        declare(p);
    } else if (!assign_variable(p)) {
        expression(p);
    }
    p->depth--;
}

static void finish(struct bird_program *p)
{
    struct bird *c = p->c;

    if (p->out.too_long)
        bird_note_line(c, 1, 1, "filter: becomes too many terms");
    program_finish(&p->out);
    if (p->out.failed)
        c->failed = ERR_NOMEM;
    for (size_t i = 0; i < p->out.terms.n; i++) {
        struct fact_policy_term *slot = BIRD_PUSH(c, &c->terms);

        if (slot != NULL)
            *slot = p->out.terms.v[i];
    }
}

void bird_compile(struct bird *c, const char *policy, const struct bird_function *f)
{
    struct bird_program p = {.c = c, .if_true = -1, .if_false = -1};
    union map_value *done = map_at_str(c->policies, policy);
    size_t at = c->at;

    if (done == NULL)
        c->failed = ERR_NOMEM;
    if (done == NULL || done->u != 0)
        return;
    done->u = 1;
    c->bindings.n = 0;
    p.out = (struct program){.arena = c->arena, .node = c->node, .name = policy};
    if (f == NULL) {
        program_set(&p.out, "unknown filter, which is not in this file");
        program_end(&p.out, true);
    } else if (f->where) {
        int yes = program_label(&p.out), no = program_label(&p.out);

        c->at = f->first;
        bird_condition(&p, bird_expression(c), yes, no);
        program_place(&p.out, yes);
        program_end(&p.out, true);
        program_place(&p.out, no);
    } else {
        c->at = f->first;
        body(&p, f->end);
    }
    c->at = at;
    c->bindings.n = 0;
    finish(&p);
}
