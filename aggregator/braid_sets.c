/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/braid_sets.h"

#include <stdlib.h>
#include <string.h>

#include "aggregator/walk.h"
#include "base/hash.h"

/* Traceroutes that would show two ways, if there are: six show but one in one case of 32. */
#define ENOUGH 6

/* Of so many one answer may be lost; else somebody is silent. */
#define FEW 8

/* An answer to a probe that a place handed in, so many routers behind it. */
struct answer { /* words in the order by which they are sorted */
    uint32_t from;
    uint32_t course; /* same place, and same places where packets to the network leave */
    uint32_t level, what, prefix, trace;
};

/* Where packets of a place to a network leave. */
struct leaving {
    uint32_t from, prefix, out;
};

struct reading {
    struct world *w;
    struct braids *b;
    struct braid_sets *out;
    struct {
        VEC(struct answer);
    } answers;
    struct {
        VEC(struct leaving);
    } leavings;
    struct map *courses; /* from, prefix -> number */
    struct answer place; /* of those that are being read */
};

/* ---- answers */

static bool add_answer(void *ctx, uint32_t what)
{
    struct reading *g = ctx;
    struct answer *a = VEC_PUSH(&g->answers);
    if (a) {
        *a = g->place;
        a->what = what;
    }
    return a != NULL;
}

/* Do all packets to where the trace goes leave the router of that hop the same way? */
static bool is_single(const struct world *w, const struct trace *t, size_t hop)
{
    struct forwarding f;
    const struct seen *s = &t->hops[hop];
    if (s->several || (!s->instance && !s->addr.family))
        return false;
    if (!s->instance)
        return !s->dom || !s->dom->balances;
    forward_lookup(w, s->instance, &t->fact->destination, &f);
    return f.kind == FORWARD_ON && f.n == 1;
}

size_t braid_entry(const struct world *w, const struct trace *t)
{
    size_t k = 0;
    for (; k < t->n; k++) {
        const struct seen *s = &t->hops[k];
        if (!s->instance && (!s->addr.family || s->several || !s->dom || s->dom->balances))
            break;
        bool handing = k + 1 < t->n && !t->hops[k + 1].instance && s->instance;
        if (s->several || (!handing && !is_single(w, t, k)))
            return t->n;
    }
    return k;
}

/* Packets of one place: the known router before, or the network of the source. */
static uint32_t place_before(const struct world *w, const struct trace *t, size_t entry)
{
    const struct instance *in = entry ? t->hops[entry - 1].instance : NULL;
    return in ? in->index
              : (uint32_t)w->n_instances + lpm_find(w->universe, &t->fact->source, NULL) + 1;
}

/* To whom a known router hands packets is known, whoever was seen to answer. */
static bool add_handed_to(struct reading *g, const struct instance *in, const struct trace *t,
                          size_t *n)
{
    struct forwarding f;
    bool good = true;
    *n = 0;
    forward_lookup(g->w, in, &t->fact->destination, &f);
    for (size_t i = 0; f.kind == FORWARD_ON && i < f.n && good; i++) {
        const struct addr *a = &f.hops[i].next_addr;
        if (f.hops[i].next || !a->family || addr_is_private(a) || addr_is_special(a))
            continue;
        uint32_t node = braid_make(g->w, g->b, a, NULL);
        good = node != NOWHERE && add_answer(g, node);
        if (good && !g->b->nodes.v[node].dom)
            g->b->nodes.v[node].dom = f.hops[i].next_dom;
        ++*n;
    }
    return good;
}

/* The first known router behind those that nothing tells of, or the network itself. */
static bool add_leaving(struct reading *g, const struct trace *t, size_t entry)
{
    size_t k = entry;
    while (k < t->n && !t->hops[k].instance)
        k++;
    struct leaving *l = VEC_PUSH(&g->leavings);
    if (l)
        *l = (struct leaving){g->place.from, t->prefix,
                              k < t->n ? t->hops[k].instance->index
                                       : (uint32_t)g->w->n_instances + t->prefix};
    return l != NULL;
}

static bool read_trace(struct reading *g, const struct trace *t)
{
    size_t entry = braid_entry(g->w, t);
    const struct braid_reader r = {g->w, g->b, false, add_answer, g};
    bool good = true;
    if (entry && entry < t->n && !t->hops[entry - 1].instance)
        return true; /* behind another domain that tells nothing */
    g->place.from = entry < t->n ? place_before(g->w, t, entry) : 0;
    g->place.prefix = t->prefix;
    g->place.trace = (uint32_t)(t - g->w->traces->v);
    size_t handed = 0;
    g->place.level = 0;
    if (entry < t->n)
        good = add_leaving(g, t, entry);
    if (good && entry && entry < t->n)
        good = add_handed_to(g, t->hops[entry - 1].instance, t, &handed);
    for (size_t k = entry + (handed > 0); k < t->n && good; k++) {
        g->place.level = (uint32_t)(k - entry);
        good = braid_read(&r, t, k);
    }
    return good;
}

static bool ignore(void *ctx, uint32_t what)
{
    (void)ctx;
    (void)what;
    return true;
}

/* Also what others show behind mixed ways is a node. */
static bool read_nodes(struct reading *g, const struct trace *t)
{
    const struct braid_reader r = {g->w, g->b, false, ignore, NULL};
    bool good = true;
    for (size_t k = 0; k < t->n && good; k++)
        if (!t->hops[k].instance && t->hops[k].dom && t->hops[k].dom->balances)
            good = braid_read(&r, t, k);
    return good;
}

/* ---- sets */

static int cmp_answer(const void *a, const void *b)
{
    return braid_cmp(a, b, sizeof(struct answer) / sizeof(uint32_t));
}

static int cmp_leaving(const void *a, const void *b)
{
    return braid_cmp(a, b, sizeof(struct leaving) / sizeof(uint32_t));
}

/*
 * Interior routing leads all packets from one place to another the same ways. Networks to which
 * too few were seen may be taken for ones of a course that is not theirs: then more routers
 * stand before one than should, and none is missing.
 */
static bool number_courses(struct reading *g)
{
    struct map *numbers = map_new();
    bool good = numbers != NULL;
    if (g->leavings.n)
        qsort(g->leavings.v, g->leavings.n, sizeof(*g->leavings.v), cmp_leaving);
    for (size_t i = 0, n; i < g->leavings.n && good; i += n) {
        const struct leaving *l = &g->leavings.v[i];
        uint64_t key[2] = {l->from, g->w->prefixes[l->prefix].addr.family};
        uint32_t pair[2] = {l->from, l->prefix};
        for (n = 0; i + n < g->leavings.n && l[n].from == l->from && l[n].prefix == l->prefix;
             n++)
            if (!n || l[n].out != l[n - 1].out)
                key[1] = hash_bytes(&l[n].out, sizeof(l->out), key[1]);
        union map_value *at = map_at(numbers, key, sizeof(key));
        union map_value *course = at ? map_at(g->courses, pair, sizeof(pair)) : NULL;
        good = course != NULL;
        if (good)
            course->u = at->u = at->u ? at->u : map_count(numbers);
    }
    for (size_t i = 0; i < g->answers.n && good; i++) {
        uint32_t pair[2] = {g->answers.v[i].from, g->answers.v[i].prefix};
        g->answers.v[i].course = (uint32_t)map_get(g->courses, pair, sizeof(pair))->u;
    }
    map_free(&numbers);
    return good;
}

/*
 * The other end of the link by which a known router was entered from a domain: of its only one
 * to that domain, or of the one from which it answered, unless it answers from elsewhere.
 */
static uint32_t mate_of_known(const struct reading *g, uint32_t what, const struct dom *from,
                              bool *only_one)
{
    const struct port *p = braid_port(g->w, what);
    const struct speaker *sp = bgp_speaker(g->w, p->instance, what & 1 ? 6 : 4);
    const struct session *only = NULL, *answered = NULL;
    size_t n = 0;
    for (size_t i = 0; sp && i < sp->n_sessions; i++)
        if (entry_faces(g->w, sp->sessions[i], from)) {
            only = sp->sessions[i];
            answered = only->port == p ? only : answered;
            n++;
        }
    *only_one = n == 1;
    if (n > 1)
        only = g->w->traces->inbound[p->instance->router->index] != 2 ? answered : NULL;
    return only ? braid_node_at(g->b, &only->peer_addr, NULL) : NOWHERE;
}

static bool same_place(const struct answer *a, const struct answer *b, uint32_t level)
{
    return a->from == b->from && a->course == b->course && b->level == level;
}

/* Each answer of a traceroute once. */
static uint64_t count_traces(const struct answer *a, size_t n)
{
    uint64_t traces = n > 0;
    for (size_t i = 1; i < n; i++)
        traces += a[i].what != a[i - 1].what || a[i].trace != a[i - 1].trace;
    return traces;
}

/* The nodes among answers at one level, each once; false where some router is silent. */
static bool add_members(struct reading *g, const struct answer *a, size_t n,
                        struct braid_set *s)
{
    size_t silent = 0;
    s->first = (uint32_t)g->out->members.n;
    s->weight = (uint32_t)count_traces(a, n);
    for (size_t i = 0; i < n; i++) {
        silent += a[i].what == BRAID_SILENT;
        if (a[i].what >= BRAID_KNOWN || (i && a[i].what == a[i - 1].what))
            continue;
        uint32_t *m = VEC_PUSH(&g->out->members);
        if (!m)
            return false;
        *m = a[i].what;
    }
    s->n = (uint32_t)g->out->members.n - s->first;
    if (silent * FEW >= n)
        return false;
    return s->n > 0;
}

/* May a known router have been entered from a known one that answered at the level before? */
static bool is_entered_from_known(const struct reading *g, const struct answer *a)
{
    const struct instance *in = braid_port(g->w, a->what)->instance;
    for (size_t i = (size_t)(a - g->answers.v); i-- > 0;) {
        const struct answer *o = &g->answers.v[i];
        if (o->course != a->course)
            return false;
        if (o->level == a->level || o->what < BRAID_KNOWN || o->what == BRAID_SILENT)
            continue;
        if (o->level + 1 != a->level)
            return false;
        const struct instance *before = braid_port(g->w, o->what)->instance;
        if (before != in && wires_between(before, in))
            return true;
    }
    return false;
}

/* Answers at one level, and at the one before. */
struct level {
    const struct answer *v, *before;
    size_t n, n_before;
};

/* The only router that a traceroute shows at the level before; NOWHERE: none, or several. */
static uint32_t alone_before(const struct level *l, uint32_t trace)
{
    uint32_t found = NOWHERE;
    for (size_t i = 0; i < l->n_before; i++) {
        if (l->before[i].trace != trace || l->before[i].what == found)
            continue;
        if (found != NOWHERE || l->before[i].what >= BRAID_KNOWN)
            return NOWHERE;
        found = l->before[i].what;
    }
    return found;
}

/*
 * Who stands right before the i-th answer in traceroutes that show but one router there. Where
 * each takes one way that is the router before; where they mix ways all come by, in time.
 */
static bool find_companions(struct reading *g, const struct level *l, size_t i,
                            struct braid_set *s)
{
    uint32_t first = (uint32_t)g->out->members.n, traces = 0;
    for (size_t k = i; k < l->n && l->v[k].what == l->v[i].what; k++) {
        bool again = k > i && l->v[k].trace == l->v[k - 1].trace;
        uint32_t node = again ? NOWHERE : alone_before(l, l->v[k].trace);
        bool noted = node == NOWHERE;
        traces += node != NOWHERE;
        for (size_t m = first; m < g->out->members.n && !noted; m++)
            noted = g->out->members.v[m] == node;
        uint32_t *slot = noted ? NULL : VEC_PUSH(&g->out->members);
        if (!noted && !slot)
            return false;
        if (slot)
            *slot = node;
    }
    if (traces >= ENOUGH && g->out->members.n - first < s->n) {
        s->first = first;
        s->n = (uint32_t)g->out->members.n - first;
        s->weight = traces;
    }
    return true;
}

/* What the answer at a place of its level tells; the set is as for the first of those alike. */
static bool add_set(struct reading *g, const struct answer *a, const struct braid_set *like,
                    bool first)
{
    bool known = a->what >= BRAID_KNOWN;
    const struct dom *from = g->b->nodes.v[g->out->members.v[like->first]].dom;
    bool only;
    uint32_t mate =
        known ? mate_of_known(g, a->what, from, &only) : g->b->nodes.v[a->what].mate;
    struct braid_set *s = mate == NOWHERE ? NULL : VEC_PUSH(&g->out->sets);
    if (s) {
        *s = *like;
        s->weight = first ? like->weight : 0; /* it counts once */
        s->mate = mate;
        s->behind = known ? NOWHERE : a->what;
        s->prefix = a->prefix;
        s->trace = a->trace;
        s->out = known ? braid_port(g->w, a->what)->instance->index : NOWHERE;
    }
    return s || mate == NOWHERE;
}

/*
 * Where all come by one known router, over its only link from the domain, all were at the other
 * end of that before, whatever addresses answered there.
 */
static bool add_funnel(struct reading *g, const struct level *l, const struct braid_set *like)
{
    const struct dom *from = g->b->nodes.v[g->out->members.v[like->first]].dom;
    uint32_t what = l->v[0].what, last = l->v[l->n - 1].what;
    bool only = false, good = true;
    uint32_t peer = what >= BRAID_KNOWN && what != BRAID_SILENT && what == last
                        ? mate_of_known(g, what, from, &only)
                        : NOWHERE;
    uint32_t *member = only && peer != NOWHERE ? VEC_PUSH(&g->out->members) : NULL;
    if (!member)
        return !only || peer == NOWHERE;
    *member = peer;
    for (uint32_t i = 0; i < l->n_before && good; i++) {
        if (l->before[i].what >= BRAID_KNOWN)
            continue;
        struct braid_set *s = VEC_PUSH(&g->out->sets);
        good = s != NULL;
        if (good)
            *s = (struct braid_set){.mate = l->before[i].what,
                                    .behind = NOWHERE,
                                    .first = (uint32_t)g->out->members.n - 1,
                                    .n = 1,
                                    .weight = (uint32_t)(count_traces(l->v, l->n) >= ENOUGH),
                                    .out = NOWHERE};
    }
    return good;
}

/* Answers at one level, and those before them. */
static int add_sets(struct reading *g, const struct level *l, const struct braid_set *like)
{
    struct braid_set s = *like;
    bool good = true;
    for (size_t i = 0; i < l->n && good; i++) {
        const struct answer *a = &l->v[i];
        bool first = !i || a->what != a[-1].what;
        bool known = a->what >= BRAID_KNOWN;
        if (first)
            s = *like;
        if (a->what == BRAID_SILENT || (known && is_entered_from_known(g, a)) ||
            (!first && a->prefix == a[-1].prefix))
            continue;
        good = (!first || find_companions(g, l, i, &s)) && add_set(g, a, &s, first);
    }
    return good && add_funnel(g, l, like) ? 0 : ERR_NOMEM;
}

static int cmp_set(const void *va, const void *vb)
{
    const struct braid_set *a = va, *b = vb;
    const uint32_t x[] = {a->mate, a->first, a->behind, a->out, a->prefix, a->trace};
    const uint32_t y[] = {b->mate, b->first, b->behind, b->out, b->prefix, b->trace};
    return braid_cmp(x, y, sizeof(x) / sizeof(x[0]));
}

/* All packets of a place to a network pass a router that alone answers at some TTL; whoever
 * answers at another is another router, or they would come by twice. How many answers say so:
 */
static bool part(struct reading *g, const struct answer *a, size_t n)
{
    bool good = true;
    for (size_t i = 0, k; i < n && good; i += k) {
        for (k = 1; i + k < n && a[i + k].level == a[i].level; k++)
            ;
        bool alone = a[i].what == a[i + k - 1].what;
        uint64_t traces = count_traces(a + i, k);
        for (size_t o = 0; a[i].what < BRAID_KNOWN && o < n && good; o++) {
            uint64_t key = braid_pair(a[i].what, a[o].what);
            if (a[o].level == a[i].level || a[o].what >= BRAID_KNOWN ||
                a[o].what == a[i].what || (o && a[o].what == a[o - 1].what))
                continue;
            union map_value *at = map_at(g->out->apart, &key, sizeof(key));
            good = at != NULL;
            if (at)
                at->u += alone ? traces : -traces;
        }
    }
    return good;
}

static bool part_all(struct reading *g)
{
    bool good = true;
    for (size_t i = 0, n; i < g->answers.n && good; i += n) {
        const struct answer *a = &g->answers.v[i];
        for (n = 1; i + n < g->answers.n && a[n].from == a->from && a[n].course == a->course;
             n++)
            ;
        good = part(g, a, n);
    }
    return good;
}

static int make_sets(struct reading *g)
{
    struct braid_set before = {0};
    bool usable = false;
    int rc = 0;
    size_t n_before = 0;
    if (g->answers.n)
        qsort(g->answers.v, g->answers.n, sizeof(*g->answers.v), cmp_answer);
    for (size_t i = 0, n; i < g->answers.n && !rc; i += n) {
        const struct answer *a = &g->answers.v[i];
        for (n = 1; i + n < g->answers.n && same_place(a, a + n, a->level); n++)
            ;
        const struct level l = {a, a - n_before, n, n_before};
        if (usable && i && same_place(a - 1, a, a[-1].level + 1))
            rc = add_sets(g, &l, &before);
        usable = add_members(g, a, n, &before);
        n_before = n;
    }
    if (g->out->sets.n)
        qsort(g->out->sets.v, g->out->sets.n, sizeof(*g->out->sets.v), cmp_set);
    return rc;
}

/* Known routers speak to some that never answered. */
static bool make_peers(struct reading *g)
{
    bool good = true;
    for (size_t i = 0; i < g->w->bgp->n_speakers; i++) {
        const struct speaker *sp = g->w->bgp->speakers[i];
        for (size_t k = 0; k < sp->n_sessions && good; k++) {
            const struct session *s = sp->sessions[k];
            struct dom *d = registry_by_asn(g->w, s->peer_asn);
            if (s->external && session_blind(s) && s->peer_addr.family && d && d->balances &&
                !addr_is_private(&s->peer_addr))
                good = braid_make(g->w, g->b, &s->peer_addr, d) != NOWHERE;
        }
    }
    return good;
}

/* ---- all of it */

void braid_sets_free(struct braid_sets *s)
{
    VEC_FREE(&s->sets);
    VEC_FREE(&s->members);
    map_free(&s->apart);
}

int braid_sets_read(struct world *w, struct braids *b, struct braid_sets *out)
{
    struct reading g = {.w = w, .b = b, .out = out, .courses = map_new()};
    bool good = g.courses && (out->apart = map_new()) != NULL && make_peers(&g);
    for (size_t i = 0; i < w->traces->n && good; i++)
        good = !braid_counts(w, &w->traces->v[i]) || read_nodes(&g, &w->traces->v[i]);
    for (size_t i = 0; i < w->traces->n && good; i++)
        good = !braid_counts(w, &w->traces->v[i]) || read_trace(&g, &w->traces->v[i]);
    good = good && number_courses(&g) && make_sets(&g) == 0 && part_all(&g);
    map_free(&g.courses);
    VEC_FREE(&g.leavings);
    VEC_FREE(&g.answers);
    return good ? 0 : ERR_NOMEM;
}
