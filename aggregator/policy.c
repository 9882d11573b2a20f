/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/policy.h"

#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/expression.h"
#include "base/hash.h"
#include "net/asn.h"

#define MAX_CALLS 8 /* policies that call policies */

struct list_entry {
    const struct fact_match_list *fact;
    struct prefix prefix;
    bool any;
    regex_t *regex;      /* as-path and expanded community lists */
    struct strs members; /* standard community lists: all of them must be there */
};

struct list {
    VEC(struct list_entry);
};

struct term_list {
    VEC(const struct fact_policy_term *);
};

struct policy_set {
    struct map *policies; /* router, name -> struct term_list */
    struct map *lists;    /* router, kind, name -> struct list */
    struct arena *arena;
};

/* ---- keys and look-ups */

/* Names of any length: of one that has no room, two hashes. */
static size_t make_key(char *out, size_t room, const struct router *r, const char *kind,
                       const char *name)
{
    int n = snprintf(out, room, "%u/%s/%s", r->index, kind, name);
    if (n > 0 && (size_t)n >= room)
        n = snprintf(out, room, "%u/%s/#%" PRIx64 "#%" PRIx64, r->index, kind,
                     hash_bytes(name, strlen(name), 0), hash_bytes(name, strlen(name), 1));
    return n > 0 && (size_t)n < room ? (size_t)n : 0;
}

static void *look_up(const struct map *m, const struct router *r, const char *kind,
                     const char *name)
{
    char key[600];
    size_t n = make_key(key, sizeof(key), r, kind, name);
    const union map_value *v = n ? map_get(m, key, n) : NULL;
    return v ? v->p : NULL;
}

/* ---- compiling */

/* Of AS paths and communities. What goes beyond fits nothing, as what is no expression. */
static const struct expression_limits expressions = {
    .repeat = 512, .repeats = 64, .size = 20000};

/* Routers write "_" for a boundary between AS numbers. */
static regex_t *compile_regex(const char *text)
{
    struct buf b = {0};
    for (const char *c = text; *c; c++) {
        if (*c == '_')
            buf_str(&b, "(^|[,{}() ]|$)");
        else
            buf_char(&b, *c);
    }
    bool fits = !b.failed && (!b.len || expression_size(buf_cstr(&b), &expressions) > 0);
    regex_t *re = fits ? malloc(sizeof(*re)) : NULL;
    if (re && regcomp(re, buf_cstr(&b), REG_EXTENDED | REG_NOSUB)) {
        free(re);
        re = NULL;
    }
    buf_free(&b);
    return re;
}

static struct strs split_words(struct arena *a, const char *text)
{
    struct strs out = {0};
    struct slice rest = slice_of(text), word;
    for (const char *c = text; c && *c; c++)
        out.n += *c == ' ' || *c == '\t';
    out.v = ARENA_ARRAY(a, out.n + 1, const char *);
    out.n = 0;
    while (out.v && slice_word(&rest, &word))
        out.v[out.n++] = arena_strndup(a, word.p, word.n);
    return out;
}

static void compile_entry(struct policy_set *ps, struct list_entry *le)
{
    const struct fact_match_list *f = le->fact;
    const char *kind = f->kind ? f->kind : "", *value = f->value ? f->value : "";
    if (!strcmp(kind, "prefix") || !strcmp(kind, "access")) {
        le->any = !strcmp(value, "any") || !prefix_parse_loose(slice_of(value), &le->prefix);
    } else if (!strcmp(kind, "as-path") || f->expanded == 1) {
        le->regex = compile_regex(value);
    } else {
        le->members = split_words(ps->arena, value);
    }
}

static int add_list_entry(struct policy_set *ps, const struct router *r,
                          const struct fact_match_list *f)
{
    char key[600], kind[64];
    bool by_family = f->kind && (!strcmp(f->kind, "prefix") || !strcmp(f->kind, "access"));
    snprintf(kind, sizeof(kind), "%s%s", f->kind ? f->kind : "",
             !by_family       ? ""
             : f->family == 6 ? "6"
                              : "4");
    size_t n = make_key(key, sizeof(key), r, kind, f->name ? f->name : "");
    union map_value *at = n ? map_at(ps->lists, key, n) : NULL;
    if (at && !at->p)
        at->p = calloc(1, sizeof(struct list));
    struct list_entry *le = at && at->p ? VEC_PUSH((struct list *)at->p) : NULL;
    if (!le)
        return n ? ERR_NOMEM : 0;
    le->fact = f;
    compile_entry(ps, le);
    return 0;
}

static int add_term(struct policy_set *ps, const struct router *r,
                    const struct fact_policy_term *f)
{
    char key[600];
    size_t n = make_key(key, sizeof(key), r, "policy", f->name ? f->name : "");
    union map_value *at = n ? map_at(ps->policies, key, n) : NULL;
    if (at && !at->p)
        at->p = calloc(1, sizeof(struct term_list));
    const struct fact_policy_term **slot =
        at && at->p ? VEC_PUSH((struct term_list *)at->p) : NULL;
    if (!slot)
        return n ? ERR_NOMEM : 0;
    *slot = f;
    return 0;
}

static int cmp_term(const void *va, const void *vb)
{
    const struct fact_policy_term *a = *(const struct fact_policy_term *const *)va;
    const struct fact_policy_term *b = *(const struct fact_policy_term *const *)vb;
    return (a->seq > b->seq) - (a->seq < b->seq);
}

static int cmp_entry(const void *va, const void *vb)
{
    const struct list_entry *a = va, *b = vb;
    return (a->fact->seq > b->fact->seq) - (a->fact->seq < b->fact->seq);
}

int policy_build(const struct world *w, struct policy_set **out, struct err *e)
{
    struct policy_set *ps = *out = calloc(1, sizeof(*ps));
    if (!ps)
        return err_set(e, ERR_NOMEM, "out of memory while reading policies");
    ps->policies = map_new();
    ps->lists = map_new();
    ps->arena = w->arena;
    int rc = ps->policies && ps->lists ? 0 : ERR_NOMEM;
    FOR_ROWS(w, policy_term, POLICY_TERM, f)
    {
        struct router *r =
            topo_router(w, registry_dom((struct world *)w, f->origin->domain), f->node);
        rc = rc || !r ? rc : add_term(ps, r, f);
    }
    FOR_ROWS(w, match_list, MATCH_LIST, f)
    {
        struct router *r =
            topo_router(w, registry_dom((struct world *)w, f->origin->domain), f->node);
        rc = rc || !r ? rc : add_list_entry(ps, r, f);
    }
    for (size_t i = 0; !rc && i < map_count(ps->policies); i++) {
        struct term_list *t = map_entry(ps->policies, i)->value.p;
        qsort(t->v, t->n, sizeof(*t->v), cmp_term);
    }
    for (size_t i = 0; !rc && i < map_count(ps->lists); i++) {
        struct list *l = map_entry(ps->lists, i)->value.p;
        qsort(l->v, l->n, sizeof(*l->v), cmp_entry);
    }
    if (rc) {
        policy_free(out);
        return err_set(e, rc, "out of memory while reading policies");
    }
    return 0;
}

static void free_list(struct list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].regex) {
            regfree(l->v[i].regex);
            free(l->v[i].regex);
        }
    VEC_FREE(l);
    free(l);
}

void policy_free(struct policy_set **pps)
{
    struct policy_set *ps = *pps;
    *pps = NULL;
    if (!ps)
        return;
    for (size_t i = 0; ps->policies && i < map_count(ps->policies); i++) {
        struct term_list *t = map_entry(ps->policies, i)->value.p;
        if (t)
            VEC_FREE(t);
        free(t);
    }
    for (size_t i = 0; ps->lists && i < map_count(ps->lists); i++)
        if (map_entry(ps->lists, i)->value.p)
            free_list(map_entry(ps->lists, i)->value.p);
    map_free(&ps->policies);
    map_free(&ps->lists);
    free(ps);
}

/* ---- lists */

static bool permits(const struct list_entry *le)
{
    return le->fact->action && !strcmp(le->fact->action, "permit");
}

static bool entry_has_prefix(const struct list_entry *le, const struct prefix *p, bool access)
{
    unsigned bits = addr_bits(&p->addr);
    if (le->any)
        return (le->fact->ge == FACT_NONE || p->len >= le->fact->ge) &&
               (le->fact->le == FACT_NONE || p->len <= le->fact->le);
    if (access ? !prefix_has(&le->prefix, &p->addr) : !prefix_covers(&le->prefix, p))
        return false;
    int64_t ge = le->fact->ge, max = le->fact->le;
    if (ge == FACT_NONE && max == FACT_NONE)
        return p->len == le->prefix.len;
    if (ge == FACT_NONE)
        ge = le->prefix.len;
    if (max == FACT_NONE)
        max = bits;
    return p->len >= ge && p->len <= max;
}

static bool list_prefix(const struct list *l, const struct prefix *p, bool access)
{
    for (size_t i = 0; i < l->n; i++)
        if (entry_has_prefix(&l->v[i], p, access))
            return permits(&l->v[i]);
    return false;
}

static bool named_list_prefix(const struct policy_set *ps, const struct policy_context *c,
                              const char *kind, const char *name)
{
    const struct prefix *p = c->prefix;
    char key[32];
    snprintf(key, sizeof(key), "%s%c", kind, p->addr.family == 6 ? '6' : '4');
    const struct list *l = look_up(ps->lists, c->router, key, name);
    return l && list_prefix(l, p, !strcmp(kind, "access"));
}

bool policy_prefix_list(const struct policy_set *ps, const struct policy_context *c,
                        const char *name)
{
    char key[16];
    if (!name)
        return true;
    snprintf(key, sizeof(key), "prefix%c", c->prefix->addr.family == 6 ? '6' : '4');
    const struct list *l = look_up(ps->lists, c->router, key, name);
    if (!l) {
        snprintf(key, sizeof(key), "access%c", c->prefix->addr.family == 6 ? '6' : '4');
        l = look_up(ps->lists, c->router, key, name);
        return !l || list_prefix(l, c->prefix, true);
    }
    return list_prefix(l, c->prefix, false);
}

static void path_text(const struct asns *path, struct buf *b)
{
    for (size_t i = 0; i < path->n; i++)
        buf_printf(b, "%s%u", i ? " " : "", path->v[i]);
}

bool policy_as_path_list(const struct policy_set *ps, const struct policy_context *c,
                         const char *name, const struct asns *path)
{
    if (!name)
        return true;
    const struct list *l = look_up(ps->lists, c->router, "as-path", name);
    struct buf b = {0};
    path_text(path, &b);
    bool ok = false;
    for (size_t i = 0; l && i < l->n; i++)
        if (l->v[i].regex && !regexec(l->v[i].regex, buf_cstr(&b), 0, NULL, 0)) {
            ok = permits(&l->v[i]);
            break;
        }
    buf_free(&b);
    return ok;
}

static bool has_community(const struct strs *have, const char *c)
{
    for (size_t i = 0; i < have->n; i++)
        if (!strcmp(have->v[i], c))
            return true;
    return false;
}

static bool is_large(const char *c)
{
    const char *first = strchr(c, ':');
    return first && strchr(first + 1, ':');
}

/* Lists of standard communities see only those, lists of large ones only these. */
static bool entry_has_communities(const struct list_entry *le, const struct strs *have,
                                  bool exact)
{
    bool large = le->fact->kind && !strncmp(le->fact->kind, "large", 5);
    size_t of_kind = 0;
    for (size_t i = 0; i < have->n; i++)
        of_kind += is_large(have->v[i]) == large;
    if (le->regex) {
        struct buf b = {0};
        for (size_t i = 0; i < have->n; i++)
            if (is_large(have->v[i]) == large)
                buf_printf(&b, "%s%s", b.len ? " " : "", have->v[i]);
        bool hit = !regexec(le->regex, buf_cstr(&b), 0, NULL, 0);
        buf_free(&b);
        return hit;
    }
    if (exact && of_kind != le->members.n)
        return false;
    for (size_t i = 0; i < le->members.n; i++)
        if (strcmp(le->members.v[i], "internet") && !has_community(have, le->members.v[i]))
            return false;
    return true;
}

static const struct list *community_list(const struct policy_set *ps,
                                         const struct policy_context *c, const char *kind,
                                         const char *name)
{
    return look_up(ps->lists, c->router, kind, name);
}

static bool list_communities(const struct list *l, const struct strs *have, bool exact)
{
    for (size_t i = 0; l && i < l->n; i++)
        if (entry_has_communities(&l->v[i], have, exact))
            return permits(&l->v[i]);
    return false;
}

/* ---- conditions */

static const char *const origin_names[] = {"igp", "egp", "incomplete"};

struct asked {
    const struct policy_set *ps;
    const struct policy_context *c;
    struct attrs *a;
};

static bool is_number(const char *text, int64_t have)
{
    uint64_t n;
    return slice_u64(slice_of(text), UINT32_MAX, &n) && have == (int64_t)n;
}

static bool next_hop_listed(const struct asked *q, const char *kind, const char *name)
{
    struct prefix host = prefix_of(&q->a->next_hop, addr_bits(&q->a->next_hop));
    struct policy_context c = *q->c;
    c.prefix = &host;
    return named_list_prefix(q->ps, &c, kind, name);
}

static bool peer_is(const struct asked *q, const char *text)
{
    struct addr a;
    if (!strcmp(text, "local"))
        return !q->c->peer;
    return q->c->peer && addr_parse(slice_of(text), &a) && addr_eq(&a, q->c->peer);
}

/* Does the route go by that interface? Told of the router's own networks alone; nothing else
 * goes by a loopback. */
static int goes_by(const struct asked *q, const char *name)
{
    const struct port *p = topo_port(q->c->router, name);
    if (!p || !q->c->source_protocol || strcmp(q->c->source_protocol, "connected"))
        return p && p->loopback ? 0 : -1;
    for (size_t i = 0; i < p->n_addrs; i++) {
        struct prefix net = prefix_of(&p->addrs[i].addr, p->addrs[i].len);
        if (prefix_eq(&net, q->c->prefix))
            return 1;
    }
    return 0;
}

/* One condition: 1 holds, 0 does not, -1 can't be told. */
static int condition(const struct asked *q, const char *word, const char *value)
{
    struct attrs *a = q->a;
    unsigned family = q->c->prefix->addr.family;
    if (!strcmp(word, "prefix-list4"))
        return family == 4 && named_list_prefix(q->ps, q->c, "prefix", value);
    if (!strcmp(word, "prefix-list6"))
        return family == 6 && named_list_prefix(q->ps, q->c, "prefix", value);
    if (!strcmp(word, "access-list4"))
        return family == 4 && named_list_prefix(q->ps, q->c, "access", value);
    if (!strcmp(word, "access-list6"))
        return family == 6 && named_list_prefix(q->ps, q->c, "access", value);
    if (!strcmp(word, "community") || !strcmp(word, "community-any"))
        return list_communities(community_list(q->ps, q->c, "community", value),
                                &a->communities, false);
    if (!strcmp(word, "community-exact"))
        return list_communities(community_list(q->ps, q->c, "community", value),
                                &a->communities, true);
    if (!strcmp(word, "large-community"))
        return list_communities(community_list(q->ps, q->c, "large-community", value),
                                &a->communities, false);
    if (!strcmp(word, "as-path"))
        return policy_as_path_list(q->ps, q->c, value, &a->as_path);
    if (!strcmp(word, "med"))
        return is_number(value, a->med == FACT_NONE ? 0 : a->med);
    if (!strcmp(word, "local-preference"))
        return is_number(value, a->local_pref);
    if (!strcmp(word, "tag"))
        return is_number(value, a->tag);
    if (!strcmp(word, "origin"))
        return !strcmp(value, origin_names[a->origin]);
    if (!strcmp(word, "next-hop-list4"))
        return a->next_hop.family == 4 && next_hop_listed(q, "prefix", value);
    if (!strcmp(word, "next-hop-list6"))
        return a->next_hop.family == 6 && next_hop_listed(q, "prefix", value);
    if (!strcmp(word, "peer"))
        return peer_is(q, value);
    if (!strcmp(word, "interface"))
        return goes_by(q, value);
    if (!strcmp(word, "source-protocol"))
        return !strcmp(value, q->c->source_protocol ? q->c->source_protocol : "bgp");
    return -1;
}

static void split_word(const char *text, char *word, size_t room, const char **value)
{
    size_t n = strcspn(text, " ");
    snprintf(word, room, "%.*s", (int)n, text);
    *value = text[n] ? text + n + 1 : "";
}

/* All conditions must hold; one that surely fails counts more than one that can't be told. */
static bool matches(const struct asked *q, const struct fact_policy_term *t)
{
    bool untold = false;
    for (size_t i = 0; i < t->match.n; i++) {
        char word[64];
        const char *value;
        split_word(t->match.v[i], word, sizeof(word), &value);
        int r = condition(q, word, value);
        if (r == 0)
            return false;
        untold = untold || r < 0;
    }
    q->a->unsure = q->a->unsure || untold;
    return !untold;
}

/* ---- changes */

static void set_number(int64_t *field, const char *value)
{
    uint64_t n;
    bool plus = *value == '+', minus = *value == '-';
    if (!slice_u64(slice_of(value + (plus || minus)), UINT32_MAX, &n))
        return;
    int64_t old = *field == FACT_NONE ? 0 : *field;
    *field = plus ? old + (int64_t)n : minus ? old - (int64_t)n : (int64_t)n;
    if (*field < 0)
        *field = 0;
}

static void prepend(struct attrs *a, const uint32_t *v, size_t n, struct arena *mem)
{
    uint32_t *path = ARENA_ARRAY(mem, a->as_path.n + n + 1, uint32_t);
    if (!path)
        return;
    if (n)
        memcpy(path, v, n * sizeof(*v));
    if (a->as_path.n)
        memcpy(path + n, a->as_path.v, a->as_path.n * sizeof(*v));
    a->as_path = (struct asns){path, a->as_path.n + n};
}

static void set_outside(struct attrs *a, const uint32_t *v, size_t n, struct arena *mem)
{
    struct attrs old = {.as_path = a->outside};
    prepend(&old, v, n, mem);
    a->outside = old.as_path;
}

void policy_put_outside(struct attrs *a, struct arena *mem)
{
    if (a->outside.n)
        prepend(a, a->outside.v, a->outside.n, mem);
    a->outside = (struct asns){0};
}

static size_t read_asns(const char *value, uint32_t *out, size_t max)
{
    struct slice rest = slice_of(value), word;
    size_t n = 0;
    while (n < max && slice_word(&rest, &word))
        n += asn_parse(word, &out[n]);
    return n;
}

static void set_prepend_last(struct attrs *a, const char *value, struct arena *mem)
{
    uint32_t v[32];
    uint64_t n;
    if (!slice_u64(slice_of(value), 32, &n) || !a->as_path.n)
        return;
    for (uint64_t i = 0; i < n; i++)
        v[i] = a->as_path.v[0];
    prepend(a, v, (size_t)n, mem);
}

static void set_exclude(struct attrs *a, const char *value, struct arena *mem)
{
    uint32_t v[64];
    size_t n = read_asns(value, v, 64), kept = 0;
    uint32_t *path = ARENA_ARRAY(mem, a->as_path.n + 1, uint32_t);
    for (size_t i = 0; path && i < a->as_path.n; i++) {
        bool out = false;
        for (size_t k = 0; k < n; k++)
            out = out || v[k] == a->as_path.v[i];
        if (!out)
            path[kept++] = a->as_path.v[i];
    }
    if (path)
        a->as_path = (struct asns){path, kept};
}

static int cmp_str(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* New list: those of the old that stay, then what is added; sorted, each once. */
static void set_communities(struct attrs *a, const struct strs *add, bool keep, bool large,
                            struct arena *mem)
{
    const char **v = ARENA_ARRAY(mem, a->communities.n + add->n + 1, const char *);
    size_t n = 0, kept = 0;
    if (!v)
        return;
    for (size_t i = 0; i < a->communities.n; i++)
        if (keep || is_large(a->communities.v[i]) != large)
            v[n++] = a->communities.v[i];
    for (size_t i = 0; i < add->n; i++)
        if (strcmp(add->v[i], "additive"))
            v[n++] = add->v[i];
    qsort(v, n, sizeof(*v), cmp_str);
    for (size_t i = 0; i < n; i++)
        if (!kept || strcmp(v[kept - 1], v[i]))
            v[kept++] = v[i];
    a->communities = (struct strs){v, kept};
}

static void delete_communities(const struct asked *q, const char *kind, const char *name,
                               struct arena *mem)
{
    const struct list *l = community_list(q->ps, q->c, kind, name);
    struct strs *have = &q->a->communities;
    const char **v = ARENA_ARRAY(mem, have->n + 1, const char *);
    size_t n = 0;
    for (size_t i = 0; v && i < have->n; i++) {
        struct strs one = {&have->v[i], 1};
        if (!list_communities(l, &one, false))
            v[n++] = have->v[i];
    }
    if (v)
        *have = (struct strs){v, n};
}

static void set_next_hop(const struct asked *q, const char *value)
{
    struct addr a;
    if (!strcmp(value, "self"))
        q->a->next_hop_self = true;
    else if (!strcmp(value, "peer") && q->c->peer)
        q->a->next_hop = *q->c->peer;
    else if (addr_parse(slice_of(value), &a) && a.family == q->c->prefix->addr.family)
        q->a->next_hop = a;
}

static bool change_communities(const struct asked *q, const char *word, const char *value,
                               struct arena *mem)
{
    bool large = !strncmp(word, "large-", 6);
    const char *what = large ? word + 6 : word;
    struct strs none = {0}, add;
    if (strncmp(what, "community", 9))
        return false;
    if (!strcmp(what, "community-delete")) {
        delete_communities(q, large ? "large-community" : "community", value, mem);
        return true;
    }
    add = split_words(mem, value);
    set_communities(q->a, !strcmp(what, "community-none") ? &none : &add,
                    !strcmp(what, "community-add"), large, mem);
    return true;
}

static void change(const struct asked *q, const char *word, const char *value,
                   struct arena *mem)
{
    struct attrs *a = q->a;
    uint32_t v[64];
    if (!strcmp(word, "local-preference"))
        set_number(&a->local_pref, value);
    else if (!strcmp(word, "med"))
        set_number(&a->med, value);
    else if (!strcmp(word, "weight"))
        set_number(&a->weight, value);
    else if (!strcmp(word, "tag"))
        set_number(&a->tag, value);
    else if (!strcmp(word, "origin"))
        a->origin = !strcmp(value, "igp")   ? ORIGIN_IGP
                    : !strcmp(value, "egp") ? ORIGIN_EGP
                                            : ORIGIN_INCOMPLETE;
    else if (!strcmp(word, "as-path-prepend"))
        prepend(a, v, read_asns(value, v, 64), mem);
    else if (!strcmp(word, "as-path-prepend-outside"))
        set_outside(a, v, read_asns(value, v, 64), mem);
    else if (!strcmp(word, "as-path-prepend-last"))
        set_prepend_last(a, value, mem);
    else if (!strcmp(word, "as-path-exclude"))
        set_exclude(a, value, mem);
    else if (!strcmp(word, "next-hop"))
        set_next_hop(q, value);
    else if (!change_communities(q, word, value, mem) && strcmp(word, "metric-type"))
        a->unsure = true;
}

static void apply_changes(const struct asked *q, const struct fact_policy_term *t,
                          struct arena *mem)
{
    for (size_t i = 0; i < t->set.n; i++) {
        char word[64];
        const char *value;
        split_word(t->set.v[i], word, sizeof(word), &value);
        change(q, word, value, mem);
    }
}

static bool apply_named(const struct asked *q, const char *name, struct arena *mem, int depth)
{
    const struct term_list *ts = look_up(q->ps->policies, q->c->router, "policy", name);
    bool result = false;
    if (depth > MAX_CALLS) {
        q->a->unsure = true;
        return false;
    }
    if (!ts) { /* what it does was not told */
        q->a->unsure = true;
        return true;
    }
    for (size_t i = 0; i < ts->n; i++) {
        const struct fact_policy_term *t = ts->v[i];
        if (!matches(q, t))
            continue;
        if (!t->action || strcmp(t->action, "permit"))
            return false;
        apply_changes(q, t, mem);
        if (t->call && !apply_named(q, t->call, mem, depth + 1))
            return false;
        result = true;
        if (t->on_match == FACT_NONE)
            return true;
        while (t->on_match > 0 && i + 1 < ts->n && ts->v[i + 1]->seq < t->on_match)
            i++;
    }
    return result;
}

bool policy_apply(const struct policy_set *ps, const struct policy_context *c, const char *name,
                  struct attrs *a, struct arena *mem)
{
    struct asked q = {ps, c, a};
    return !name || apply_named(&q, name, mem, 0);
}
