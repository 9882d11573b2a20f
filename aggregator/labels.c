/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/labels.h"

#include <string.h>

#define MAX_STATES  (AS_GUESS_MAX + 1)
#define MAX_HOPS    64
#define ENOUGH_SEEN 3 /* destination domains to which packets were seen to leave */
#define COST_WRONG  6 /* neither the router nor the space is this domain's */
#define COST_BORDER 1 /* the space is of the neighbour on the path: a border link */
#define COST_FAR    3 /* the space is of this domain, but the router seems another's */
#define COST_SKIP   4 /* a domain of the path without a hop */
#define COST_NEVER  1000000

/* ---- AS paths towards a destination */

static bool path_has(const struct asns *p, uint32_t asn, size_t *at)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->v[i] == asn) {
            *at = i;
            return true;
        }
    return false;
}

/* A route from another AS that its router does not use is not used by anybody: it tells no
 * other router of it. Those from within the domain others may use. */
static bool is_unused(const struct rows *rows, const struct fact_route *f)
{
    if (f->best == 1 || f->external != 1)
        return false;
    for (size_t i = 0; i < rows->n; i++) {
        const struct fact_route *used = rows->v[i];
        if (used->best == 1 && used->origin == f->origin && !strcmp(used->node, f->node))
            return true;
    }
    return false;
}

size_t as_paths_of(const struct world *w, const struct dom *d, const struct addr *dst,
                   const struct asns **out, size_t max)
{
    uint32_t ids[129];
    size_t n = lpm_all(w->universe, dst, ids, 129), found = 0;
    for (size_t i = 0; i < n && !found; i++) {
        const struct rows *rows = &w->bgp->rows[ids[i]];
        for (size_t k = 0; k < rows->n && found < max; k++) {
            const struct fact_route *f = rows->v[k];
            if (strcmp(f->origin->domain, d->name) || is_unused(rows, f))
                continue;
            if (f->best == 1 && found) { /* the best first */
                out[found++] = out[0];
                out[0] = &f->as_path;
            } else {
                out[found++] = &f->as_path;
            }
        }
    }
    return found;
}

/* Adds the next AS; prepended repetitions count once. */
static void guess_add(struct as_guess *g, uint32_t asn)
{
    if (g->n && g->asns[g->n - 1] == asn)
        return;
    if (g->n < AS_GUESS_MAX)
        g->asns[g->n++] = asn;
    else
        g->cut = true;
}

struct votes {
    struct as_guess v[16];
    size_t count[16], n, total;
};

static void vote(struct votes *vs, const uint32_t *asns, size_t n)
{
    struct as_guess g = {.n = 0};
    for (size_t i = 0; i < n; i++)
        guess_add(&g, asns[i]);
    vs->total++;
    for (size_t i = 0; i < vs->n; i++)
        if (vs->v[i].n == g.n && !memcmp(vs->v[i].asns, g.asns, g.n * sizeof(*g.asns))) {
            vs->count[i]++;
            return;
        }
    if (vs->n < 16) {
        vs->count[vs->n] = 1;
        vs->v[vs->n++] = g;
    }
}

/* What d's neighbours heard from it, and what others heard through it, for one prefix. */
static void votes_of_tables(const struct world *w, const struct dom *d, uint32_t prefix,
                            struct votes *vs)
{
    size_t at;
    for (size_t i = 0; i < w->bgp->rows[prefix].n; i++) {
        const struct fact_route *f = w->bgp->rows[prefix].v[i];
        for (size_t k = 0; k < d->asns.n; k++)
            if (path_has(&f->as_path, d->asns.v[k], &at))
                vote(vs, f->as_path.v + at, f->as_path.n - at);
    }
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        const struct choices all = bgp_choices_of(w, w->bgp->speakers[i], prefix);
        for (size_t c = 0; c < all.n && !all.v[c].row; c++) {
            const struct asns *p = &choice_attrs(w, &all.v[c])->as_path;
            for (size_t k = 0; k < d->asns.n; k++)
                if (path_has(p, d->asns.v[k], &at))
                    vote(vs, p->v + at, p->n - at);
        }
    }
}

/* What the domain's own routers chose for one prefix, as their tables show it or as it follows.
 */
static void votes_of_own(const struct world *w, const struct dom *d, uint32_t prefix,
                         struct votes *vs)
{
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        const struct speaker *s = w->bgp->speakers[i];
        const struct choices all = bgp_choices_of(w, s, prefix);
        if (s->ghost || s->instance->router->dom != d || !all.n || all.v[0].slot == NOWHERE)
            continue;
        const struct asns *path = &choice_attrs(w, &all.v[0])->as_path;
        struct as_guess g = {.n = 0};
        guess_add(&g, dom_asn(d));
        for (size_t k = 0; k < path->n; k++)
            guess_add(&g, path->v[k]);
        vote(vs, g.asns, g.n);
    }
}

static bool best_vote(const struct votes *vs, struct as_guess *out)
{
    size_t best = 0;
    if (!vs->n)
        return false;
    for (size_t i = 1; i < vs->n; i++)
        if (vs->count[i] > vs->count[best] ||
            (vs->count[i] == vs->count[best] && vs->v[i].n < vs->v[best].n))
            best = i;
    *out = vs->v[best];
    out->cls = vs->n == 1 && vs->total > 1 ? CLASS_DERIVED : CLASS_ASSUMED;
    return true;
}

static void mark_adjacent(struct world *w, const struct dom *a, const struct dom *b)
{
    if (!a || !b || a == b)
        return;
    w->adjacent[a->index * w->n_doms + b->index] = 1;
    w->adjacent[b->index * w->n_doms + a->index] = 1;
}

static void adjacent_by_sessions(struct world *w)
{
    for (size_t i = 0; i < w->bgp->n_speakers; i++) {
        const struct speaker *s = w->bgp->speakers[i];
        for (size_t k = 0; k < s->n_sessions; k++)
            if (s->sessions[k]->external)
                mark_adjacent(w, s->instance->router->dom,
                              registry_by_asn(w, s->sessions[k]->peer_asn));
    }
    FOR_ROWS(w, route, ROUTE, f)
    for (size_t i = 0; i < f->as_path.n; i++) {
        const struct dom *before =
            i ? registry_by_asn(w, f->as_path.v[i - 1]) : registry_dom(w, f->origin->domain);
        mark_adjacent(w, before, registry_by_asn(w, f->as_path.v[i]));
    }
}

static void adjacent_by_traces(struct world *w)
{
    for (size_t i = 0; i < w->traces->n; i++)
        for (size_t k = 1; k < w->traces->v[i].n; k++) {
            const struct seen *a = &w->traces->v[i].hops[k - 1], *b = &w->traces->v[i].hops[k];
            if (a->sure && b->sure)
                mark_adjacent(w, a->dom, b->dom);
            struct dom *d = b->several ? registry_owner(w, &b->addr) : NULL;
            if (b->several && !d)
                d = b->dom ? b->dom : a->dom; /* private space */
            if (d)
                d->balances = true;
        }
}

/* Does everybody else tell of its neighbours? */
static bool others_tell(const struct world *w, const struct dom *d)
{
    for (size_t i = 0; i < w->n_doms; i++)
        if (w->doms[i] != d && !w->doms[i]->has_nodes && w->doms[i]->asns.n)
            return false;
    return true;
}

static const struct dom *known_dom(const struct seen *s)
{
    return s->instance ? s->instance->router->dom : s->sure ? s->dom : NULL;
}

/* Was a packet of the domain seen to come into another? */
static bool leaves(const struct world *w, const struct trace *t, const struct dom *d)
{
    bool from = registry_owner(w, &t->fact->source) == d;
    for (size_t k = 0; k < t->n; k++) {
        const struct dom *at = known_dom(&t->hops[k]);
        if (from && at && at != d)
            return true;
        from = from || at == d;
    }
    return false;
}

/* Its packets to several other domains were seen to leave for the one neighbour that is known:
 * it may have another, but not for those. */
static bool leaves_for_one(const struct world *w, const struct dom *d)
{
    const struct dom *to[ENOUGH_SEEN] = {NULL};
    size_t neighbours = 0, n = 0;
    for (size_t i = 0; i < w->n_doms; i++)
        neighbours += w->adjacent[d->index * w->n_doms + i];
    for (size_t i = 0; neighbours == 1 && n < ENOUGH_SEEN && i < w->traces->n; i++) {
        const struct trace *t = &w->traces->v[i];
        const struct dom *home = registry_owner(w, &t->fact->destination);
        bool new = home &&home != d &&leaves(w, t, d);
        for (size_t k = 0; k < n; k++)
            new = new &&to[k] != home;
        if (new)
            to[n++] = home;
    }
    return n == ENOUGH_SEEN;
}

int adjacency_build(struct world *w, struct err *e)
{
    w->adjacent = ARENA_ARRAY(w->arena, w->n_doms * w->n_doms + 1, uint8_t);
    if (!w->adjacent)
        return err_set(e, ERR_NOMEM, "out of memory while finding neighbours");
    adjacent_by_sessions(w);
    adjacent_by_traces(w);
    for (size_t i = 0; i < w->n_doms; i++)
        w->doms[i]->one_exit = others_tell(w, w->doms[i]) || leaves_for_one(w, w->doms[i]);
    return 0;
}

/* Shortest chain of adjacent domains: the last resort. */
static bool shortest_chain(const struct world *w, const struct dom *from, const struct dom *to,
                           struct as_guess *out)
{
    uint32_t prev[256], queue[256];
    size_t head = 0, tail = 0;
    if (!from || !to || w->n_doms > 256)
        return false;
    for (size_t i = 0; i < w->n_doms; i++)
        prev[i] = NOWHERE;
    prev[to->index] = to->index; /* backwards, so that the chain reads forwards */
    queue[tail++] = to->index;
    while (head < tail && prev[from->index] == NOWHERE) {
        const struct dom *d = w->doms[queue[head++]];
        for (size_t i = 0; i < w->n_doms; i++)
            if (prev[i] == NOWHERE && w->adjacent[d->index * w->n_doms + i]) {
                prev[i] = d->index;
                queue[tail++] = (uint32_t)i;
            }
    }
    if (prev[from->index] == NOWHERE)
        return false;
    *out = (struct as_guess){.cls = CLASS_ASSUMED};
    for (uint32_t i = from->index;; i = prev[i]) {
        guess_add(out, dom_asn(w->doms[i]));
        if (i == to->index)
            return true;
    }
}

/* What the domain's ghost would choose. */
static bool guess_of_ghost(const struct world *w, const struct dom *d, const uint32_t *ids,
                           size_t n, struct as_guess *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct speaker *g = ghost_of(w, d, w->prefixes[ids[i]].addr.family);
        const struct choices all = g ? bgp_choices_of(w, g, ids[i]) : (struct choices){0};
        if (!all.n || all.v[0].slot == NOWHERE)
            continue;
        const struct asns *path = &choice_attrs(w, &all.v[0])->as_path;
        bool only = g->n_sessions == 1 && d->one_exit;
        *out = (struct as_guess){.cls = only ? CLASS_DERIVED : CLASS_ASSUMED};
        out->via = choice_from(g, &all.v[0])->remote;
        guess_add(out, g->asn);
        for (size_t k = 0; k < path->n; k++)
            guess_add(out, path->v[k]);
        return true;
    }
    return false;
}

bool as_guess_from(const struct world *w, const struct dom *d, const struct asns *as_path,
                   const struct addr *dst, struct as_guess *out)
{
    uint32_t ids[129];
    *out = (struct as_guess){.cls = CLASS_DERIVED};
    if (as_path && as_path->n) {
        for (size_t i = 0; i < as_path->n; i++)
            guess_add(out, as_path->v[i]);
        return true;
    }
    if (!d)
        return false;
    struct dom *home = registry_owner(w, dst);
    if (home == d) {
        out->asns[out->n++] = dom_asn(d);
        return out->asns[0] != 0;
    }
    size_t n = lpm_all(w->universe, dst, ids, 129);
    if (guess_of_ghost(w, d, ids, n, out))
        return true;
    for (size_t i = 0; i < n; i++) {
        struct votes vs = {.n = 0};
        votes_of_own(w, d, ids[i], &vs);
        if (!vs.n)
            votes_of_tables(w, d, ids[i], &vs);
        if (best_vote(&vs, out))
            return true;
    }
    return shortest_chain(w, d, home, out);
}

/* ---- aligning hops with a chain of domains */

struct chain {
    struct dom *v[MAX_STATES];
    size_t n;
};

static void chain_add(struct chain *c, struct dom *d)
{
    if (d && c->n < MAX_STATES && (!c->n || c->v[c->n - 1] != d))
        c->v[c->n++] = d;
}

static int hop_cost(const struct world *w, const struct seen *s, const struct chain *c,
                    size_t j)
{
    const struct dom *d = c->v[j];
    if (s->instance)
        return s->instance->router->dom == d ? 0 : COST_WRONG * 2;
    if (!s->addr.family)
        return 0;
    const struct dom *runs = s->dom, *space = registry_owner(w, &s->addr);
    if (runs == d)
        return 0;
    if (s->told)
        return COST_WRONG * 2;
    for (size_t i = 0; i < s->n_choices; i++)
        if (s->choices[i] == d)
            return s->extra[i] < 2 ? 0 : s->extra[i];
    if (space == d)
        return COST_FAR;
    bool border = (j && space == c->v[j - 1]) || (j + 1 < c->n && space == c->v[j + 1]);
    if (border)
        return COST_BORDER + (runs ? 1 : 0);
    return !space && !runs ? COST_BORDER : COST_WRONG;
}

struct alignment {
    int cost;
    uint8_t at[MAX_HOPS]; /* state of each hop */
};

/* Best monotonic assignment of hops to the domains of the chain; the last hop is in `last` or
 * later. */
static void align(const struct world *w, const struct stretch *s, const struct chain *c,
                  size_t last, struct alignment *out)
{
    const struct seen *hops = s->hops;
    size_t n = s->n;
    int cost[MAX_HOPS][MAX_STATES];
    uint8_t from[MAX_HOPS][MAX_STATES];
    out->cost = COST_NEVER;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < c->n; j++) {
            int best = i ? COST_NEVER : (int)j * COST_SKIP;
            from[i][j] = 0;
            for (size_t k = 0; i && k <= j; k++) {
                int step = cost[i - 1][k] + (j > k + 1 ? (int)(j - k - 1) * COST_SKIP : 0);
                if (step < best) {
                    best = step;
                    from[i][j] = (uint8_t)k;
                }
            }
            cost[i][j] = best + hop_cost(w, &hops[i], c, j);
        }
    size_t end = 0;
    for (size_t j = 0; n && j < c->n; j++) {
        int total = cost[n - 1][j] + (j < last ? (int)(last - j) * COST_SKIP : 0);
        if (total < out->cost) {
            out->cost = total;
            end = j;
        }
    }
    for (size_t i = n; i-- > 0; end = from[i][end])
        out->at[i] = (uint8_t)end;
}

/* Chain of a known AS path between the ends. */
static void chain_of_path(const struct world *w, const struct dom *first,
                          const struct asns *path, const struct label_ends *e, struct chain *c)
{
    c->n = 0;
    chain_add(c, (struct dom *)first);
    for (size_t i = 0; i < path->n; i++) {
        chain_add(c, registry_by_asn(w, path->v[i]));
        if (e->open_end && c->v[c->n - 1] == e->to)
            return;
    }
}

static void doubt(struct label *l, const char *rule)
{
    l->cls = CLASS_ASSUMED;
    l->doubt = l->doubt ? l->doubt : rule;
}

#define STEP_CHANGE 3 /* a border that need not be */

/* Domains that a hop may be in. */
struct options {
    struct dom *v[SEEN_CHOICES + 1];
    int cost[SEEN_CHOICES + 1];
    size_t n;
};

static struct options options_of(const struct seen *s, const struct dom *must)
{
    struct options o = {.n = 0};
    if (must && !s->instance) {
        o.v[o.n++] = (struct dom *)must;
        return o;
    }
    for (size_t i = 0; i < s->n_choices; i++) {
        o.v[o.n] = s->choices[i];
        o.cost[o.n++] = s->extra[i];
    }
    if (!o.n)
        o.v[o.n++] = s->dom;
    return o;
}

/* Among domains that are as likely for single routers, those that make the fewest borders. */
static void fewest_borders(const struct seen *hops, size_t n, const struct label_ends *e,
                           struct label *out)
{
    struct options o[MAX_HOPS];
    int cost[MAX_HOPS][SEEN_CHOICES + 1];
    uint8_t from[MAX_HOPS][SEEN_CHOICES + 1];
    const struct dom *before = e->first ? e->first : e->handed_to ? e->handed_to : e->from;
    for (size_t i = 0; i < n; i++) {
        const struct dom *must = i == 0 && e->first           ? e->first
                                 : i + 1 == n && !e->open_end ? e->to
                                                              : NULL;
        o[i] = options_of(&hops[i], must);
        for (size_t j = 0; j < o[i].n; j++) {
            int best = i                                            ? COST_NEVER
                       : before && before != o[i].v[j] && o[i].v[j] ? STEP_CHANGE
                                                                    : 0;
            from[i][j] = 0;
            for (size_t k = 0; i && k < o[i - 1].n; k++) {
                bool same = o[i - 1].v[k] == o[i].v[j] || !o[i].v[j] || !o[i - 1].v[k];
                int c = cost[i - 1][k] + (same ? 0 : STEP_CHANGE);
                if (c < best) {
                    best = c;
                    from[i][j] = (uint8_t)k;
                }
            }
            cost[i][j] = best + o[i].cost[j];
        }
    }
    size_t end = 0;
    for (size_t j = 0; n && j < o[n - 1].n; j++) {
        bool leave = e->to && o[n - 1].v[j] && o[n - 1].v[j] != e->to;
        cost[n - 1][j] += leave ? STEP_CHANGE : 0;
        if (cost[n - 1][j] < cost[n - 1][end])
            end = j;
    }
    for (size_t i = n; i-- > 0; end = from[i][end]) {
        out[i] = (struct label){o[i].v[end], CLASS_DERIVED, NULL};
        if (!o[i].v[end])
            doubt(&out[i], ASSUMED "nothing tells whose router it is");
    }
}

/* A domain of the path that rests on no router that is surely its own might not be on it. */
static void mark_unsure(const struct seen *hops, size_t n, const struct label_ends *e,
                        struct label *out)
{
    for (size_t i = 0, end; i < n; i = end) {
        bool sure = (i == 0 && e->first) || out[i].dom == e->from || out[i].dom == e->handed_to;
        for (end = i; end < n && out[end].dom == out[i].dom; end++)
            sure = sure || (hops[end].sure && hops[end].dom == out[i].dom);
        if (sure || (end == n && e->to == out[i].dom))
            continue;
        for (size_t k = i; k < end; k++)
            doubt(&out[k], ASSUMED "the domain rests on no router that is surely its own");
    }
}

/* Might the router as well be of a domain that is neither its own nor its neighbours'? */
static bool has_rival(const struct seen *s, const struct dom *own, const struct dom *before,
                      const struct dom *after)
{
    if (s->lone && (before != own || after != own))
        return true;
    if (s->other && s->other != own && s->other != before && s->other != after)
        return true;
    for (size_t k = 0; k < s->n_choices && !s->sure; k++) {
        const struct dom *d = s->choices[k];
        if (s->extra[k] < 2 && d != own && d != before && d != after)
            return true;
    }
    return false;
}

/* A third domain's router puts that domain on the path. */
static void mark_rivals(const struct seen *hops, size_t n, const struct label_ends *e,
                        struct label *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct dom *before = i ? out[i - 1].dom : e->first ? e->first : e->handed_to;
        const struct dom *after = i + 1 < n ? out[i + 1].dom : e->to;
        if (has_rival(&hops[i], out[i].dom, before, after))
            doubt(&out[i], ASSUMED "the router may be another domain's");
    }
}

/* The number of a link tells who may run the silent router at its other end; that it is in
 * between two domains at all, no one has said. */
static void mark_silent(const struct seen *hops, size_t n, const struct label_ends *e,
                        struct label *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct dom *before = i ? out[i - 1].dom : e->first ? e->first : e->handed_to;
        const struct dom *after = i + 1 < n ? out[i + 1].dom : e->to;
        bool silent = !hops[i].addr.family && !hops[i].instance && hops[i].dom;
        bool at_end = (i == 0 && e->first) || (i + 1 == n && !e->open_end);
        if (silent && !at_end && (out[i].dom != before || out[i].dom != after))
            doubt(&out[i], ASSUMED "a silent router between two domains");
    }
}

/* Without AS paths: the owners as all traceroutes together tell them. */
static void label_by_owner(const struct seen *hops, size_t n, const struct label_ends *e,
                           struct label *out)
{
    fewest_borders(hops, n, e, out);
    mark_unsure(hops, n, e, out);
    mark_rivals(hops, n, e, out);
    mark_silent(hops, n, e, out);
    for (size_t i = 0; i < n; i++) { /* silence between two hops of one domain is in it */
        if (out[i].dom)
            continue;
        const struct dom *before = i ? out[i - 1].dom : e->first ? e->first : e->handed_to;
        const struct dom *after = NULL;
        for (size_t k = i + 1; k < n && !after; k++)
            after = out[k].dom;
        if (!after)
            after = e->to;
        out[i] = (struct label){(struct dom *)(before ? before : after), CLASS_DERIVED, NULL};
        if (before != after)
            doubt(&out[i], ASSUMED "silence between two domains");
    }
}

/* Is the address from the space of a domain that is not on the AS path at all? (Asked where
 * nothing is configured: else routes told where packets are handed over, hop by hop.) */
static bool is_strange(const struct world *w, const struct seen *s, const struct chain *c)
{
    const struct dom *space = w->configured ? NULL : registry_owner(w, &s->addr);
    bool strange = space != NULL;
    for (size_t i = 0; i < c->n; i++)
        strange = strange && c->v[i] != space;
    return strange;
}

/* Packets may leave a domain elsewhere than by the border whose AS path was told: a router that
 * has an address of a domain that is not on it says so, if it did not answer from elsewhere. */
static void take_alignment(const struct world *w, const struct stretch *s,
                           const struct chain *c, const struct alignment *a, struct label *out)
{
    for (size_t i = 0; i < s->n; i++) {
        bool strange = is_strange(w, &s->hops[i], c);
        out[i] = (struct label){c->v[a->at[i]], CLASS_DERIVED, NULL};
        if (strange)
            doubt(&out[i], ASSUMED "an address of a domain that is not on the AS path");
    }
}

void labels_find(const struct world *w, const struct stretch *s, const struct label_ends *e,
                 struct label *out)
{
    const struct seen *hops = s->hops;
    size_t n = s->n;
    const struct asns *paths[32];
    size_t n_paths = 0;
    const struct dom *first = NULL;
    if (!n || n > MAX_HOPS)
        return;
    label_by_owner(hops, n, e, out);
    if (e->as_path && e->as_path->n) {
        paths[n_paths++] = e->as_path;
    } else if (e->first) {
        first = e->first;
        n_paths = as_paths_of(w, e->first, e->dst, paths, 32);
    }
    struct chain best_chain = {.n = 0};
    struct alignment best = {.cost = COST_NEVER};
    for (size_t i = 0; i < n_paths; i++) {
        struct chain c;
        struct alignment a;
        chain_of_path(w, first, paths[i], e, &c);
        if (!c.n)
            continue;
        size_t last = c.n - (c.n > 0);
        if (e->open_end && last && c.v[last] == e->to)
            last--;
        align(w, s, &c, last, &a);
        if (c.n && (a.cost < best.cost || (a.cost == best.cost && c.n < best_chain.n))) {
            best = a;
            best_chain = c;
        }
    }
    if (best.cost < COST_WRONG * 2)
        take_alignment(w, s, &best_chain, &best, out);
    if (!e->open_end && e->to && out[n - 1].dom != e->to)
        out[n - 1].cls = CLASS_ASSUMED; /* more must come before the destination */
}
