/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Route policies of IOS XR as route maps.
 *
 * A route is accepted when it comes to the end of the policy and something passed it or changed
 * it on the way. So each statement is compiled for both states, not passed yet and passed; what
 * is never come to is left out at the end:
 *
 *     entry[0] ─> statement (not passed) ─> next[0] or next[1]
 *     entry[1] ─> statement (passed)     ─> next[1]
 */
#include <string.h>

#include "agents/sources/ios/model.h"
#include "agents/sources/policy/program.h"

#define MAX_APPLIED 8 /* policies that apply policies */

struct word {
    struct slice text;
    size_t line;
};

struct policy {
    struct ios *x;
    struct program out;
    struct word *w; /* the words of the policy that is read */
    size_t n, at;
    size_t number; /* line where it begins, for names and notes */
    unsigned depth, applied;
};

/* --- words */

static bool is(const struct policy *p, const char *word)
{
    return p->at < p->n && slice_eq(p->w[p->at].text, word);
}

static bool take(struct policy *p, const char *word)
{
    if (!is(p, word))
        return false;
    p->at++;
    return true;
}

static bool take_two(struct policy *p, const char *a, const char *b)
{
    if (!is(p, a) || p->at + 1 >= p->n || !slice_eq(p->w[p->at + 1].text, b))
        return false;
    p->at += 2;
    return true;
}

static struct slice next(struct policy *p)
{
    return p->at < p->n ? p->w[p->at++].text : (struct slice){"", 0};
}

static const char *text(struct policy *p, struct slice w)
{
    return frr_printf(p->x->c, "%.*s", (int)w.n, w.p);
}

/** Parentheses and commas are words of their own; what is quoted is one. */
static void tokenise(struct policy *p, const struct frr_line *at, size_t *cap)
{
    struct slice line = at->text;
    size_t i = 0;

    while (i < line.n) {
        size_t start = i;
        struct slice word;

        if (line.p[i] == ' ' || line.p[i] == '\t') {
            i++;
            continue;
        }
        if (line.p[i] == '#')
            return;
        if (line.p[i] == '\'') {
            for (i++; i < line.n && line.p[i] != '\'';)
                i++;
            word = (struct slice){line.p + start + 1, i - start - 1};
            i += i < line.n;
        } else if (strchr("(),", line.p[i]) != NULL) {
            word = (struct slice){line.p + i++, 1};
        } else {
            while (i < line.n && strchr(" \t(),'", line.p[i]) == NULL)
                i++;
            word = (struct slice){line.p + start, i - start};
        }
        if (frr_grow(p->x->c, (void **)&p->w, p->n, cap, sizeof(*p->w)))
            p->w[p->n++] = (struct word){word, at->number};
    }
}

/** The words below a node: a set's or a policy's body. */
static void load(struct policy *p, size_t node)
{
    size_t cap = 0;

    p->w = NULL;
    p->n = p->at = 0;
    p->number = p->x->nodes[node].line.number;
    for (size_t k = node + 1; k < p->x->nodes[node].end; k++)
        tokenise(p, &p->x->nodes[k].line, &cap);
}

static const char *untold(struct policy *p, const char *what)
{
    return frr_printf(p->x->c, "unknown %s of route-policy at line %zu", what, p->number);
}

/* --- sets as lists */

/** Words of a set: those of its block, or those in parentheses. `sub` reads them. */
static bool open_set(struct policy *p, const char *kind, struct policy *sub, const char **name)
{
    const union map_value *at;
    struct slice w = next(p);

    *sub = *p;
    if (slice_eq(w, "(")) {
        size_t start = p->at;

        while (p->at < p->n && !is(p, ")"))
            p->at++;
        *sub = *p;
        sub->w = p->w + start;
        sub->n = p->at - start;
        sub->at = 0;
        *name = frr_printf(p->x->c, "line %zu word %zu", p->number, start);
        p->at++;
        return true;
    }
    *name = text(p, w);
    at = map_get_str(p->x->sets, frr_printf(p->x->c, "%s %s", kind, *name));
    if (at == NULL)
        return false;
    load(sub, (size_t)at->u - 1);
    return true;
}

static struct fact_match_list *entry(struct policy *p, struct frr_list *list, const char *value)
{
    struct fact_match_list *t = list != NULL ? PUSH(p->x->c, &list->terms) : NULL;

    if (t == NULL)
        return NULL;
    list->defined = true;
    fact_init(FACT_MATCH_LIST, t);
    t->seq = list->last_seq = list->last_seq + 10;
    t->action = "permit";
    t->value = value;
    return t;
}

/** `P [ge N] [le N] [eq N]`, separated by commas. */
static bool read_prefixes(struct policy *s, const char *name, bool has[2])
{
    struct frr *c = s->x->c;

    while (s->at < s->n) {
        struct prefix p;
        char shown[PREFIX_TEXT];
        struct fact_match_list *t;
        struct frr_list *list;
        uint64_t n;

        if (take(s, ","))
            continue;
        if (!prefix_parse_loose(next(s), &p))
            return false;
        has[p.addr.family == 6] = true;
        list = frr_list(c, FRR_LIST_PREFIX, p.addr.family, name);
        t = entry(s, list, frr_printf(c, "%s", prefix_format(&p, shown)));
        while (t != NULL && (is(s, "ge") || is(s, "le") || is(s, "eq"))) {
            bool ge = !is(s, "le"), le = !is(s, "ge");

            s->at++;
            if (!slice_u64(next(s), 128, &n))
                return false;
            t->ge = ge ? (int64_t)n : t->ge;
            t->le = le ? (int64_t)n : t->le;
        }
    }
    return true;
}

/** A list is read once; NULL: not read yet, or what was found then. */
static bool seen(struct policy *p, const char *key, uint64_t **found)
{
    union map_value *at = map_at_str(p->x->sets, key);

    if (at == NULL) {
        p->x->c->failed = ERR_NOMEM;
        return true;
    }
    *found = &at->u;
    return at->u != 0;
}

enum { READ = 1, FOUR = 2, SIX = 4, BAD = 8 };

static void by_destination(struct policy *p, int yes, int no)
{
    struct frr *c = p->x->c;
    struct policy s;
    const char *name;
    uint64_t *state = NULL;

    if (!open_set(p, "prefix-set", &s, &name)) {
        program_test(&p->out, untold(p, "prefix-set"), yes);
        program_go(&p->out, no);
        return;
    }
    if (!seen(p, frr_printf(c, "read prefix-set %s", name), &state)) {
        bool has[2] = {false, false};

        *state = READ | (read_prefixes(&s, name, has) ? 0 : BAD);
        *state |= (has[0] ? FOUR : 0) | (has[1] ? SIX : 0);
    }
    if (state == NULL || (*state & BAD) != 0) {
        program_test(&p->out, untold(p, "prefix-set"), yes);
    } else {
        if ((*state & FOUR) != 0)
            program_test(&p->out, frr_printf(c, "prefix-list4 %s", name), yes);
        if ((*state & SIX) != 0)
            program_test(&p->out, frr_printf(c, "prefix-list6 %s", name), yes);
    }
    program_go(&p->out, no);
}

/** One community with wildcards as a regular expression; NULL: a form that is not read. */
static const char *community_regex(struct policy *p, struct slice w)
{
    struct slice rest = w, half;
    const char *out = "";

    for (int i = 0; i < 2; i++) {
        uint64_t n;

        if (!slice_split(&rest, ':', &half))
            return NULL;
        if (half.n == 1 && half.p[0] == '*')
            out = frr_printf(p->x->c, "%s%s[0-9]+", out, i > 0 ? ":" : "");
        else if (slice_u64(half, 65535, &n))
            out = frr_printf(p->x->c, "%s%s%u", out, i > 0 ? ":" : "", (unsigned)n);
        else
            return NULL;
    }
    return rest.n == 0 ? frr_printf(p->x->c, "(^| )%s( |$)", out) : NULL;
}

/** Any of the communities, or every one of them (which must be plain). */
static bool read_communities(struct policy *s, struct frr_list *list, bool every)
{
    struct frr *c = s->x->c;
    const char *all = "";

    while (s->at < s->n) {
        struct slice w;
        const char *one;
        struct fact_match_list *t;

        if (take(s, ","))
            continue;
        if (take(s, "ios-regex") && !every) {
            t = entry(s, list, text(s, next(s)));
            if (t != NULL)
                t->expanded = 1;
            continue;
        }
        w = next(s);
        one = frr_community(c, w);
        if (one == NULL && (every || community_regex(s, w) == NULL))
            return false;
        if (every) {
            all = frr_printf(c, "%s%s%s", all, *all != '\0' ? " " : "", one);
            continue;
        }
        t = entry(s, list, one != NULL ? one : community_regex(s, w));
        if (t != NULL && one == NULL)
            t->expanded = 1;
    }
    if (every)
        entry(s, list, all);
    return true;
}

/** The list of a community set; NULL: it can't be told. */
static const char *community_list(struct policy *p, bool every)
{
    struct frr *c = p->x->c;
    struct policy s;
    const char *name;
    uint64_t *state = NULL;
    struct frr_list *list;

    if (!open_set(p, "community-set", &s, &name))
        return NULL;
    if (every)
        name = frr_printf(c, "every of %s", name);
    list = frr_list(c, FRR_LIST_COMMUNITY, 0, name);
    if (!seen(p, frr_printf(c, "read community-set %s", name), &state))
        *state = READ | (read_communities(&s, list, every) ? 0 : BAD);
    return state != NULL && (*state & BAD) == 0 ? name : NULL;
}

/** Goes behind a condition that isn't read, with what stands in parentheses. */
static void pass_over(struct policy *p)
{
    static const char *const ends[] = {"then", "and", "or", ")"};
    bool end = false;

    while (!end && p->at < p->n) {
        if (take(p, "(")) {
            while (p->at < p->n && !take(p, ")"))
                p->at++;
            continue;
        }
        for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
            end = end || is(p, ends[i]);
        p->at += !end;
    }
}

static void by_community(struct policy *p, int yes, int no)
{
    bool every = is(p, "matches-every");
    const char *list = NULL;

    if (take(p, "matches-any") || take(p, "matches-every"))
        list = community_list(p, every);
    else
        pass_over(p);
    program_test(&p->out,
                 list != NULL ? frr_printf(p->x->c, "community %s", list)
                              : untold(p, "community condition"),
                 yes);
    program_go(&p->out, no);
}

/** `originates-from '1'`, `passes-through '1'`, `neighbor-is '1'`, `ios-regex '...'`. */
static const char *path_regex(struct policy *s)
{
    struct frr *c = s->x->c;
    struct slice what = next(s), value;
    const char *out = NULL;

    if (slice_eq(what, "length") || slice_eq(what, "unique-length") ||
        slice_eq(what, "is-local")) {
        s->at += slice_eq(what, "is-local") ? 0 : 2;
        return slice_eq(what, "is-local") ? "^$" : NULL;
    }
    value = next(s);
    take(s, "exact");
    if (slice_eq(what, "ios-regex"))
        return text(s, value);
    for (size_t i = 0; i < value.n; i++) {
        if (strchr("0123456789 ", value.p[i]) == NULL)
            return NULL;
    }
    if (slice_eq(what, "originates-from"))
        out = frr_printf(c, "(^| )%.*s$", (int)value.n, value.p);
    else if (slice_eq(what, "passes-through"))
        out = frr_printf(c, "(^| )%.*s( |$)", (int)value.n, value.p);
    else if (slice_eq(what, "neighbor-is"))
        out = frr_printf(c, "^%.*s( |$)", (int)value.n, value.p);
    return out;
}

static bool read_paths(struct policy *s, struct frr_list *list)
{
    while (s->at < s->n) {
        const char *regex;

        if (take(s, ","))
            continue;
        regex = path_regex(s);
        if (regex == NULL)
            return false;
        entry(s, list, regex);
    }
    return true;
}

static void by_path(struct policy *p, int yes, int no)
{
    struct frr *c = p->x->c;
    struct policy s;
    const char *name = NULL, *regex;
    uint64_t *state = NULL;
    bool known = false;

    if (take(p, "in")) {
        if (open_set(p, "as-path-set", &s, &name)) {
            struct frr_list *list = frr_list(c, FRR_LIST_AS_PATH, 0, name);

            if (!seen(p, frr_printf(c, "read as-path-set %s", name), &state))
                *state = READ | (read_paths(&s, list) ? 0 : BAD);
            known = state != NULL && (*state & BAD) == 0;
        }
    } else {
        name = frr_printf(c, "line %zu word %zu", p->number, p->at);
        regex = path_regex(p);
        known = regex != NULL;
        if (known && !seen(p, frr_printf(c, "read as-path %s", name), &state)) {
            *state = READ;
            entry(p, frr_list(c, FRR_LIST_AS_PATH, 0, name), regex);
        }
    }
    program_test(&p->out,
                 known ? frr_printf(c, "as-path %s", name) : untold(p, "as-path condition"),
                 yes);
    program_go(&p->out, no);
}

/* --- conditions */

static void condition(struct policy *p, int yes, int no);

/** `med eq N`, `local-preference eq N`, `tag eq N`. */
static void by_number(struct policy *p, const char *word, int yes, int no)
{
    bool eq = take(p, "eq") || take(p, "is");
    uint64_t n;

    if (!eq)
        p->at++;
    if (slice_u64(next(p), UINT32_MAX, &n) && eq)
        program_test(&p->out, frr_printf(p->x->c, "%s %u", word, (unsigned)n), yes);
    else
        program_test(&p->out, untold(p, "comparison"), yes);
    program_go(&p->out, no);
}

/** `protocol is bgp 1`, `protocol in (connected, static)`. */
static void by_protocol(struct policy *p, int yes, int no)
{
    bool list = take(p, "in") && take(p, "(");

    take(p, "is");
    do {
        const char *name = frr_protocol(next(p));

        program_test(&p->out,
                     name != NULL ? frr_printf(p->x->c, "source-protocol %s", name)
                                  : untold(p, "protocol"),
                     yes);
        if (p->at < p->n && p->w[p->at].text.n > 0 && p->w[p->at].text.p[0] >= '0' &&
            p->w[p->at].text.p[0] <= '9')
            p->at++; /* its number */
    } while (list && (take(p, ",") || !take(p, ")")) && p->at < p->n);
    program_go(&p->out, no);
}

static void other(struct policy *p, int yes, int no)
{
    pass_over(p);
    program_test(&p->out, untold(p, "condition"), yes);
    program_go(&p->out, no);
}

static void atom(struct policy *p, int yes, int no)
{
    if (++p->depth > IOS_MAX_DEPTH) {
        p->out.too_long = true;
        p->at = p->n;
    } else if (take(p, "not")) {
        atom(p, no, yes);
    } else if (take(p, "(")) {
        condition(p, yes, no);
        take(p, ")");
    } else if (take_two(p, "destination", "in")) {
        by_destination(p, yes, no);
    } else if (take(p, "community")) {
        by_community(p, yes, no);
    } else if (take(p, "as-path")) {
        by_path(p, yes, no);
    } else if (take(p, "med")) {
        by_number(p, "med", yes, no);
    } else if (take(p, "local-preference")) {
        by_number(p, "local-preference", yes, no);
    } else if (take(p, "tag")) {
        by_number(p, "tag", yes, no);
    } else if (take(p, "protocol")) {
        by_protocol(p, yes, no);
    } else if (take_two(p, "origin", "is")) {
        program_test(&p->out, frr_printf(p->x->c, "origin %s", text(p, next(p))), yes);
        program_go(&p->out, no);
    } else {
        other(p, yes, no);
    }
    p->depth--;
}

static void conjunction(struct policy *p, int yes, int no)
{
    for (;;) {
        int more = program_label(&p->out);

        atom(p, more, no);
        program_place(&p->out, more);
        if (!take(p, "and"))
            break;
    }
    program_go(&p->out, yes);
}

static void condition(struct policy *p, int yes, int no)
{
    for (;;) {
        int more = program_label(&p->out);

        conjunction(p, yes, more);
        program_place(&p->out, more);
        if (!take(p, "or"))
            break;
    }
    program_go(&p->out, no);
}

/* --- actions */

static bool is_change(struct slice w)
{
    uint64_t n;

    if (w.n > 1 && (w.p[0] == '+' || w.p[0] == '-'))
        w = (struct slice){w.p + 1, w.n - 1};
    return slice_u64(w, UINT32_MAX, &n);
}

/** `set community NAME|(...) [additive]`. */
static const char *set_community(struct policy *p)
{
    struct frr *c = p->x->c;
    struct policy s;
    const char *name, *all = "";

    if (!open_set(p, "community-set", &s, &name))
        return untold(p, "community-set");
    while (s.at < s.n) {
        const char *one;

        if (take(&s, ","))
            continue;
        one = frr_community(c, next(&s));
        if (one == NULL)
            return untold(p, "community-set");
        all = frr_printf(c, "%s%s%s", all, *all != '\0' ? " " : "", one);
    }
    return frr_printf(c, "community%s %s", take(p, "additive") ? "-add" : "", all);
}

static const char *set_next_hop(struct policy *p)
{
    struct slice w = next(p);
    struct addr a;
    char shown[ADDR_TEXT];

    if (slice_eq(w, "self"))
        return "next-hop self";
    if (slice_eq(w, "peer-address"))
        return "next-hop peer";
    if (slice_eq(w, "unchanged"))
        return "next-hop unchanged";
    if (slice_eq(w, "discard"))
        return untold(p, "next hop");
    return addr_parse(w, &a) ? frr_printf(p->x->c, "next-hop %s", addr_format(&a, shown))
                             : untold(p, "next hop");
}

/** What a `set` changes; NULL: nothing about the choice of routes. */
static const char *change(struct policy *p)
{
    static const char *const numbers[][2] = {{"local-preference", "local-preference"},
                                             {"med", "med"},
                                             {"weight", "weight"},
                                             {"tag", "tag"}};
    static const char *const harmless[] = {"extcommunity",  "qos-group",     "dampening",
                                           "traffic-index", "forward-class", "spf-priority",
                                           "load-balance",  "flow-tag"};
    struct slice what = next(p), w;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        if (!slice_eq(what, numbers[i][0]))
            continue;
        w = next(p);
        return is_change(w) ? frr_printf(p->x->c, "%s %s", numbers[i][1], text(p, w))
                            : untold(p, "change");
    }
    if (slice_eq(what, "community"))
        return set_community(p);
    if (slice_eq(what, "next-hop"))
        return set_next_hop(p);
    if (slice_eq(what, "origin"))
        return frr_printf(p->x->c, "origin %s", text(p, next(p)));
    if (slice_eq(what, "metric-type"))
        return slice_eq(next(p), "type-1") ? "metric-type 1" : "metric-type 2";
    for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++) {
        if (slice_eq(what, harmless[i]))
            return NULL;
    }
    return untold(p, "change");
}

/** `prepend as-path N [TIMES]`. */
static const char *prepend(struct policy *p)
{
    struct slice asn = next(p);
    const char *out = "as-path-prepend";
    uint64_t n, times = 1;

    if (!slice_u64(asn, UINT32_MAX, &n))
        return untold(p, "prepending");
    if (p->at < p->n && slice_u64(p->w[p->at].text, 63, &times))
        p->at++;
    for (uint64_t i = 0; i < times; i++)
        out = frr_printf(p->x->c, "%s %u", out, (unsigned)n);
    return out;
}

/** `delete community all | in SET | not in SET`. */
static const char *delete_communities(struct policy *p)
{
    const char *list;

    if (!take(p, "community"))
        return take(p, "extcommunity") ? NULL : untold(p, "deletion");
    if (take(p, "all"))
        return "community-none";
    if (!take(p, "in"))
        return untold(p, "deletion");
    list = community_list(p, false);
    return list != NULL ? frr_printf(p->x->c, "community-delete %s", list)
                        : untold(p, "community-set");
}

/* --- statements, in both states */

static void block(struct policy *p, const int entry[2], const int exit[2]);

static bool is_keyword(const struct policy *p)
{
    static const char *const starts[] = {"if",    "else",    "elseif", "endif",
                                         "pass",  "drop",    "done",   "set",
                                         "apply", "prepend", "delete", "suppress-route"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        if (is(p, starts[i]))
            return true;
    }
    return false;
}

static bool begins_line(const struct policy *p)
{
    return p->at > 0 && p->w[p->at].line != p->w[p->at - 1].line;
}

/** Goes to where the next statement begins, known or not, or the block ends. Only what stands
 * in parentheses goes on in other lines. */
static void skip_rest(struct policy *p)
{
    size_t depth = 0;

    for (; p->at < p->n && !is_keyword(p); p->at++) {
        if (depth == 0 && begins_line(p))
            return;
        if (is(p, "("))
            depth++;
        else if (is(p, ")") && depth > 0)
            depth--;
    }
}

/** Goes behind a statement that begins here: what `if` encloses included. */
static void skip(struct policy *p)
{
    if (take(p, "if")) {
        for (size_t depth = 1; depth > 0 && p->at < p->n; p->at++)
            depth += is(p, "if") ? 1 : is(p, "endif") ? -1 : 0;
        return;
    }
    p->at++;
    skip_rest(p);
}

/** A policy that isn't known: it may pass the route, and change it. */
static void apply_unknown(struct policy *p, int state, const int exit[2])
{
    const char *what = untold(p, "apply");
    int passes = program_label(&p->out);

    if (state == 0) {
        program_test(&p->out, what, passes);
        program_go(&p->out, exit[0]);
    }
    program_place(&p->out, passes);
    program_set(&p->out, what);
    program_go(&p->out, exit[1]);
    skip_rest(p);
}

static void inline_policy(struct policy *p, int state, const int exit[2])
{
    const char *name = text(p, next(p));
    const union map_value *at = map_get_str(p->x->policies, name);
    struct policy inner = *p;
    int entry[2] = {-1, -1};

    if (at == NULL || p->applied >= MAX_APPLIED || is(p, "(")) {
        apply_unknown(p, state, exit);
        return;
    }
    load(&inner, (size_t)at->u - 1);
    inner.applied++;
    entry[state] = program_label(&inner.out);
    program_place(&inner.out, entry[state]);
    block(&inner, entry, exit);
    p->out = inner.out;
}

/** `if C then ... elseif C then ... else ... endif`, from behind `if` on. */
static void branches(struct policy *p, int state, const int exit[2])
{
    int entry[2] = {-1, -1}, other;

    if (++p->depth > IOS_MAX_DEPTH) {
        p->out.too_long = true;
        p->at = p->n;
        return;
    }
    entry[state] = program_label(&p->out);
    other = program_label(&p->out);
    condition(p, entry[state], other);
    take(p, "then");
    block(p, entry, exit);
    program_place(&p->out, other);
    if (take(p, "elseif")) {
        branches(p, state, exit);
    } else if (take(p, "else")) {
        entry[state] = other;
        block(p, entry, exit);
        take(p, "endif");
    } else {
        program_go(&p->out, exit[state]);
        take(p, "endif");
    }
    p->depth--;
}

/** A statement that changes the route, or only passes it. */
static void action(struct policy *p)
{
    const char *what = NULL;

    if (take(p, "set"))
        what = change(p);
    else if (take_two(p, "prepend", "as-path"))
        what = prepend(p);
    else if (take(p, "delete"))
        what = delete_communities(p);
    else if (!take(p, "pass"))
        what = untold(p, "statement");
    if (what != NULL)
        program_set(&p->out, what);
}

static void statement(struct policy *p, int state, const int exit[2])
{
    size_t at = p->at;

    if (take(p, "if")) {
        branches(p, state, exit);
    } else if (take(p, "drop")) {
        program_end(&p->out, false);
    } else if (take(p, "done")) {
        program_end(&p->out, true);
    } else if (take(p, "apply")) {
        inline_policy(p, state, exit);
    } else {
        action(p);
        program_go(&p->out, exit[1]);
        if (p->at > at)
            skip_rest(p);
    }
}

static bool ends(const struct policy *p)
{
    return p->at >= p->n || is(p, "endif") || is(p, "else") || is(p, "elseif");
}

/** Statements up to the end of the block; a label of -1: that state is never come to. */
static void block(struct policy *p, const int entry[2], const int exit[2])
{
    int now[2] = {entry[0], entry[1]};

    while (!ends(p) && !p->out.too_long) {
        int after[2] = {program_label(&p->out), program_label(&p->out)};
        size_t at = p->at, behind = at;

        for (int state = 0; state < 2; state++) {
            if (now[state] < 0)
                continue;
            p->at = at;
            program_place(&p->out, now[state]);
            statement(p, state, after);
            if (p->at == at)
                skip(p);
            behind = p->at;
        }
        p->at = behind > at ? behind : at + 1;
        now[0] = now[0] < 0 ? -1 : after[0];
        now[1] = after[1];
    }
    for (int state = 0; state < 2; state++) {
        if (now[state] < 0)
            continue;
        program_place(&p->out, now[state]);
        program_go(&p->out, exit[state]);
    }
}

/** The program's terms as a route map. */
static void keep(struct policy *p, const char *name)
{
    struct frr *c = p->x->c;
    struct frr_route_map *m = frr_route_map(c, name);

    for (size_t i = 0; m != NULL && i < p->out.terms.n; i++) {
        const struct fact_policy_term *f = &p->out.terms.v[i];
        struct frr_term *t = frr_term_at(c, m, f->seq);

        if (t == NULL)
            return;
        t->permit = strcmp(f->action, "permit") == 0;
        t->on_match = f->on_match;
        for (size_t k = 0; k < f->match.n; k++) {
            struct frr_clause *slot = PUSH(c, &t->match);

            if (slot != NULL)
                *slot = (struct frr_clause){f->match.v[k], f->match.v[k], NULL};
        }
        for (size_t k = 0; k < f->set.n; k++) {
            struct frr_clause *slot = PUSH(c, &t->set);

            if (slot != NULL)
                *slot = (struct frr_clause){f->set.v[k], f->set.v[k], NULL};
        }
    }
}

const char *ios_xr_policy(struct ios *x, const char *name)
{
    struct policy p = {.x = x};
    const union map_value *at = name != NULL ? map_get_str(x->policies, name) : NULL;
    union map_value *done;
    int entry[2], exit[2];

    if (at == NULL)
        return name != NULL ? name : "";
    done = map_at_str(x->sets, frr_printf(x->c, "compiled %s", name));
    if (done == NULL || done->u != 0)
        return name;
    done->u = 1;
    p.out = (struct program){
        .arena = x->c->arena, .node = x->c->node, .name = name, .original = true};
    load(&p, (size_t)at->u - 1);
    entry[0] = program_label(&p.out);
    entry[1] = -1;
    exit[0] = program_label(&p.out);
    exit[1] = program_label(&p.out);
    block(&p, entry, exit);
    program_place(&p.out, exit[1]);
    program_end(&p.out, true);
    program_place(&p.out, exit[0]);
    program_end(&p.out, false);
    program_finish(&p.out);
    if (p.out.failed)
        x->c->failed = ERR_NOMEM;
    keep(&p, name);
    return name;
}
