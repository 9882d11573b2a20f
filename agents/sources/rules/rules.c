/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/rules/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void out_of_memory(struct rules *r)
{
    if (r->rc == 0)
        r->rc = err_set(r->e, ERR_LIMIT, "the configuration takes too much memory");
}

static void *grab(struct rules *r, size_t n, size_t size)
{
    void *p = arena_array(r->arena, n, size);

    if (p == NULL)
        out_of_memory(r);
    return p;
}

const char *rules_printf(struct rules *r, const char *fmt, ...)
{
    va_list ap, again;
    char *text;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    text = n >= 0 ? grab(r, (size_t)n + 1, 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(ap);
    return text != NULL ? text : "";
}

void rules_put(struct rules *r, enum fact_kind kind, const void *fact)
{
    if (r->rc == 0)
        r->rc = r->sink->put(r->sink, kind, fact, r->e);
}

void rules_push(struct rules *r, struct strs *list, const char *text)
{
    bool full = (list->n & (list->n - 1)) == 0; /* room is a power of two */
    const char **v = list->v;

    if (full) {
        v = grab(r, list->n > 0 ? 2 * list->n : 1, sizeof(*v));
        if (v == NULL)
            return;
        if (list->n > 0)
            memcpy(v, list->v, list->n * sizeof(*v));
    }
    v[list->n] = text;
    *list = (struct strs){v, list->n + 1};
}

struct rules_term *rules_add_term(struct rules *r, struct rules_policy *p)
{
    struct rules_term *t;

    if (p->n == p->cap) {
        size_t cap = p->cap > 0 ? 2 * p->cap : 4;
        struct rules_term *v = grab(r, cap, sizeof(*v));

        if (v == NULL)
            return NULL;
        if (p->n > 0)
            memcpy(v, p->v, p->n * sizeof(*v));
        p->v = v;
        p->cap = cap;
    }
    t = &p->v[p->n];
    *t = (struct rules_term){.either = grab(r, 1, sizeof(*t->either)), .n = 1};
    if (t->either == NULL)
        return NULL;
    p->n++;
    return t;
}

/** A copy with one more: the old one may be shared by alternatives. */
static struct strs with(struct rules *r, const struct strs *old, const char *text)
{
    const char **v = grab(r, old->n + 1, sizeof(*v));

    if (v == NULL)
        return *old;
    if (old->n > 0)
        memcpy(v, old->v, old->n * sizeof(*v));
    v[old->n] = text;
    return (struct strs){v, old->n + 1};
}

void rules_need(struct rules *r, struct rules_term *t, const char *condition)
{
    for (size_t i = 0; i < t->n; i++)
        t->either[i] = with(r, &t->either[i], condition);
}

void rules_need_one(struct rules *r, struct rules_term *t, const struct strs *conditions)
{
    size_t n = t->n * conditions->n;
    struct strs *either;

    if (conditions->n == 1) {
        rules_need(r, t, conditions->v[0]);
        return;
    }
    if (n == 0 || n > RULES_MAX_ALTERNATIVES) {
        rules_need(r, t, n == 0 ? "unknown nothing" : "unknown alternatives");
        return;
    }
    either = grab(r, n, sizeof(*either));
    if (either == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        either[i] = with(r, &t->either[i / conditions->n], conditions->v[i % conditions->n]);
    t->either = either;
    t->n = n;
}

void rules_change(struct rules *r, struct rules_term *t, const char *change)
{
    rules_push(r, &t->set, change);
}

static bool first_time(struct rules *r, const char *key)
{
    union map_value *at = map_at_str(r->stated, key);

    if (at == NULL) {
        out_of_memory(r);
        return false;
    }
    return at->u++ == 0;
}

/* ---- chains */

#define STEP 10 /* between the numbers of entries */

/** Where the chain has got to. */
struct chain {
    const char *name;
    int64_t seq, next_policy; /* of the entry to write; of the first one of the next policy */
};

static void put_entry(struct rules *r, struct chain *c, const struct rules_term *t, size_t i)
{
    int64_t next_term = c->seq + STEP * (int64_t)(t->n - i);
    struct fact_policy_term f;

    r->entries++;
    fact_init(FACT_POLICY_TERM, &f);
    f.node = r->node;
    f.name = c->name;
    f.seq = c->seq;
    f.action = t->action == RULES_REJECT ? "deny" : "permit";
    f.match = t->either[i];
    if (t->action != RULES_REJECT)
        f.set = t->set;
    if (t->action == RULES_NEXT_TERM)
        f.on_match = next_term;
    else if (t->action == RULES_NEXT_POLICY)
        f.on_match = c->next_policy;
    rules_put(r, FACT_POLICY_TERM, &f);
    c->seq += STEP;
}

static void put_default(struct rules *r, struct chain *c, enum rules_default last)
{
    static const char *bgp = "source-protocol bgp";
    struct strs all = {0}, own = {&bgp, 1};
    struct rules_term t = {.either = &all, .n = 1, .action = RULES_REJECT};

    if (last == RULES_ACCEPT_BGP) {
        t.action = RULES_ACCEPT;
        t.either = &own;
        put_entry(r, c, &t, 0);
        t.action = RULES_REJECT;
        t.either = &all;
    } else if (last == RULES_ACCEPT_ALL) {
        t.action = RULES_ACCEPT;
    }
    put_entry(r, c, &t, 0);
}

/** A term that neither decides nor changes anything needs no entry. */
static bool is_idle(const struct rules_term *t)
{
    return t->action == RULES_NEXT_TERM && t->set.n == 0;
}

static int64_t entries_of(const struct rules_policy *p)
{
    int64_t n = 0;

    for (size_t i = 0; i < p->n; i++)
        n += is_idle(&p->v[i]) ? 0 : (int64_t)p->v[i].n;
    return n;
}

/** In place of a chain that is one too many: it may do anything. */
static void put_untold(struct rules *r, struct chain *c)
{
    static const char *untold = "unknown policies";
    struct strs match = {&untold, 1};
    struct rules_term t = {.either = &match, .n = 1, .action = RULES_ACCEPT};

    if (r->left_out++ == 0)
        r->sink->ignore(r->sink, "policies", "the policies have too many entries in all");
    put_entry(r, c, &t, 0);
}

void rules_put_chain(struct rules *r, const char *name, const struct rules_policy *const *v,
                     size_t n, enum rules_default last)
{
    struct chain c = {.name = name, .seq = STEP};
    int64_t all = 0;

    if (!first_time(r, rules_printf(r, "policy %s", name)))
        return;
    for (size_t i = 0; i < n; i++)
        all += entries_of(v[i]);
    if (all > RULES_MAX_ENTRIES - (int64_t)r->entries) {
        put_untold(r, &c);
        n = 0;
    }
    for (size_t i = 0; i < n && r->rc == 0; i++) {
        c.next_policy = c.seq + STEP * entries_of(v[i]);
        for (size_t k = 0; k < v[i]->n; k++) {
            const struct rules_term *t = &v[i]->v[k];

            for (size_t m = 0; m < t->n && r->rc == 0 && !is_idle(t); m++)
                put_entry(r, &c, t, m);
        }
    }
    put_default(r, &c, last);
}

/* ---- lists */

bool rules_open_list(struct rules *r, struct rules_list *l)
{
    l->seq = 0;
    return first_time(r, rules_printf(r, "list %s %d %s", l->kind, l->family, l->name));
}

struct fact_match_list rules_entry(struct rules *r, struct rules_list *l, bool permit,
                                   const char *value)
{
    struct fact_match_list f;

    fact_init(FACT_MATCH_LIST, &f);
    f.node = r->node;
    f.name = l->name;
    f.kind = l->kind;
    f.family = l->family != 0 ? l->family : FACT_NONE;
    f.seq = l->seq += STEP;
    f.action = permit ? "permit" : "deny";
    f.value = value;
    return f;
}

void rules_put_entry(struct rules *r, const struct fact_match_list *f)
{
    rules_put(r, FACT_MATCH_LIST, f);
}

void rules_put_prefix(struct rules *r, struct rules_list *l, bool permit,
                      const struct prefix *p, const int64_t range[2])
{
    char text[PREFIX_TEXT];
    struct fact_match_list f = rules_entry(r, l, permit, prefix_format(p, text));

    f.ge = range[0];
    f.le = range[1];
    rules_put_entry(r, &f);
}
