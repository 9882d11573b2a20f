/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The domains of routers that contradict least of what traceroutes show.
 *
 * Every assignment has a cost: of links numbered from space that none of their ends has, of
 * borders, of packets that come back to a domain they left, of domains that carry other
 * domains' packets. Starting from the owners of addresses, one router is improved at a time,
 * and routers joined by private links together; what is no better than the next best is not
 * sure.
 *
 * The costs of links are of single routers. Those of runs (who passes whom) are of all together
 * and kept up to date by relabel().
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/owners_private.h"

#define COST_ANCHOR   400 /* first or last router of a host's domain */
#define COST_NUMBER   160 /* a link numbered by a third domain */
#define COST_BORDER   20  /* a link between domains */
#define COST_PRIVATE  60  /* private space between domains */
#define COST_SECOND   80  /* a domain has the second address of a link that it numbered */
#define COST_STRANGER 50  /* domains that no AS path shows as neighbours */
#define COST_RETURN   30  /* a run back in a domain that it left */
#define COST_ALONE    10  /* two domains are neighbours */
#define COST_TRANSIT  40  /* a domain carries others' packets */
#define COST_EXIT     10  /* a domain's packets to one destination go to one more neighbour */
#define COST_DISTANCE 15  /* and over another number of domains */
#define COST_PASSAGE  1   /* from one certain domain to another */
#define SURE_MARGIN   20  /* how much better than the next best */
#define NEAR_MARGIN   1   /* what is this much worse is still thought of for single paths */
#define CLOSE_MARGIN  100 /* of two results that are nearly as good */
#define ENOUGH_LINKS  6   /* that show who takes the first address */
#define SURE_LINKS    2   /* links within its domain that make a border router likely */

/* A domain between two others: a border more, two neighbours, and it carries their packets. */
#define COST_NEW    (COST_BORDER + 2 * COST_ALONE + COST_TRANSIT)
#define LONE_EXCESS 25 /* how much worse the rival of a lone router may be */
#define COST_UNIT   10 /* of what is told of choices */
#define MAX_ROUNDS  12
#define MAX_PASSED  64 /* domains of a run */

static bool next_to(const struct owners *o, const struct dom *a, const struct dom *b)
{
    uint64_t k = pair_key(a->index, b->index);
    return map_get(o->next_to, &k, sizeof(k)) != NULL;
}

static struct cluster *other_end(const struct owners *o, const struct edge *e, uint32_t c)
{
    return &o->clusters[e->a == c ? e->b : e->a];
}

/* ---- what all routers together cost */

static uint32_t *links_between(const struct owners *o, const struct dom *a, const struct dom *b)
{
    return a->index < b->index ? &o->between[a->index * o->w->n_doms + b->index]
                               : &o->between[b->index * o->w->n_doms + a->index];
}

/* Counts one thing up (1) or down (-1); it costs while it is there. */
static void count(struct owners *o, uint32_t *n, int by, int cost)
{
    if (by > 0 ? !*n : *n == 1)
        o->shared_cost += by * cost;
    *n += (uint32_t)by;
}

static void count_links(struct owners *o, uint32_t c, int by)
{
    const struct cluster *x = &o->clusters[c];
    for (size_t i = 0; i < x->edges.n; i++) {
        const struct dom *d = other_end(o, &o->edges.v[x->edges.v[i]], c)->label;
        if (x->label && d && x->label != d)
            count(o, links_between(o, x->label, d), by, COST_ALONE);
    }
}

/* The domains of a run, one after the other. */
static size_t passed(const struct owners *o, const struct run *r, const struct dom **out)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n + 2 && n < MAX_PASSED; i++) {
        const struct dom *d = i == 0          ? r->src
                              : i == r->n + 1 ? r->dst
                                              : o->clusters[r->v[i - 1]].label;
        if (d && (!n || out[n - 1] != d))
            out[n++] = d;
    }
    return n;
}

static size_t returns(const struct dom **d, size_t n)
{
    size_t found = 0;
    for (size_t i = 2; i < n; i++)
        for (size_t k = 0; k + 1 < i; k++)
            if (d[i] == d[k]) {
                found++;
                break;
            }
    return found;
}

/* What is seen of a domain's packets to another: each further kind of it costs. */
static void count_kind(struct owners *o, uint32_t *key, int by, int cost)
{
    union map_value *one = map_at(o->exits, key, 5 * sizeof(*key));
    union map_value *all = map_at(o->n_exits, key, 4 * sizeof(*key));
    if (!one || !all) {
        o->failed = true;
        return;
    }
    if (by > 0 ? one->u++ == 0 : --one->u == 0) {
        if (by > 0 ? all->u++ > 0 : --all->u > 0) {
            o->shared_cost += by * cost;
            o->exits_cost += by * cost;
        }
    }
}

/* A domain hands packets to one destination on to one neighbour, mostly, and always over as
 * many domains. */
static void count_exits(struct owners *o, const struct run *r, const struct dom **d, size_t n,
                        int by)
{
    for (size_t i = 0; r->dst && i + 1 < n; i++) {
        uint32_t key[5] = {0, d[i]->index, r->dst->index, 0, d[i + 1]->index};
        count_kind(o, key, by, COST_EXIT);
        key[3] = 1;
        key[4] = (uint32_t)(n - i);
        count_kind(o, key, by, COST_DISTANCE);
    }
}

static void count_run(struct owners *o, const struct run *r, int by)
{
    const struct dom *d[MAX_PASSED];
    size_t n = passed(o, r, d);
    o->shared_cost += by * (int64_t)returns(d, n) * COST_RETURN;
    count_exits(o, r, d, n, by);
    for (size_t i = 1; i + 1 < n; i++) {
        uint32_t key[3] = {d[i - 1]->index, d[i]->index, d[i + 1]->index}, passages;
        union map_value *at = map_at(o->passages, key, sizeof(key));
        count(o, &o->transits[d[i]->index], by, COST_TRANSIT);
        if (!at) {
            o->failed = true;
            return;
        }
        passages = (uint32_t)at->u;
        count(o, &passages, by, COST_PASSAGE);
        at->u = passages;
    }
}

static void count_runs(struct owners *o, const struct cluster *x, int by)
{
    for (size_t i = 0; i < x->runs.n; i++)
        count_run(o, &o->runs.v[x->runs.v[i]], by);
}

static void relabel(struct owners *o, uint32_t c, struct dom *d)
{
    struct cluster *x = &o->clusters[c];
    if (x->label == d)
        return;
    count_links(o, c, -1);
    count_runs(o, x, -1);
    x->label = d;
    count_links(o, c, 1);
    count_runs(o, x, 1);
}

/* ---- what one router costs */

/* Has a router of another domain the first address of a link that a or b numbered? */
static bool gives_first(const struct edge *e, const struct dom *a, const struct dom *b)
{
    return (e->number == a && e->first == 2) || (e->number == b && e->first == 1);
}

static int edge_cost(const struct owners *o, const struct edge *e)
{
    const struct dom *a = o->clusters[e->a].label, *b = o->clusters[e->b].label;
    if (a == b)
        return e->number && e->number != a ? COST_NUMBER : 0;
    int cost = COST_BORDER;
    if (e->number && e->number != a && e->number != b)
        cost += COST_NUMBER;
    if (!e->number && !e->untold)
        cost += COST_PRIVATE;
    if (a && b && map_count(o->next_to) && !next_to(o, a, b))
        cost += COST_STRANGER;
    if (o->first_is_own && e->number && gives_first(e, a, b))
        cost += COST_SECOND;
    return cost;
}

/* Of the router with the label it has now, and of what all share. */
static int64_t cost_of(const struct owners *o, uint32_t c)
{
    const struct cluster *x = &o->clusters[c];
    int64_t cost = o->shared_cost;
    for (int i = 0; i < 4 && x->anchor[i]; i++)
        cost += x->anchor[i] == x->label ? 0 : COST_ANCHOR;
    for (size_t i = 0; i < x->edges.n; i++)
        cost += edge_cost(o, &o->edges.v[x->edges.v[i]]);
    for (size_t i = 0; i < x->flows.n; i++)
        cost += flow_cost(o, &o->flows.v[x->flows.v[i]]);
    return cost;
}

/* ---- choices */

static void add_choice(struct cluster *c, struct dom *d)
{
    for (size_t i = 0; i < c->n_choices; i++)
        if (c->choices[i] == d)
            return;
    if (d && c->n_choices < MAX_LABELS)
        c->choices[c->n_choices++] = d;
}

/* A domain may show no address of its own: then AS paths tell who stands between its
 * neighbours. */
static void add_go_betweens(struct owners *o, struct cluster *x, uint32_t c)
{
    for (size_t d = 0; map_count(o->next_to) && d < o->w->n_doms; d++) {
        bool all = x->edges.n > 1;
        for (size_t i = 0; i < x->edges.n && all; i++) {
            const struct dom *other = other_end(o, &o->edges.v[x->edges.v[i]], c)->label;
            all = other && (other == o->w->doms[d] || next_to(o, other, o->w->doms[d]));
        }
        if (all)
            add_choice(x, o->w->doms[d]);
    }
}

static void find_choices(struct owners *o, uint32_t c)
{
    struct cluster *x = &o->clusters[c];
    add_choice(x, x->label);
    for (size_t i = 0; i < x->edges.n; i++)
        add_choice(x, other_end(o, &o->edges.v[x->edges.v[i]], c)->label);
    add_go_betweens(o, x, c);
}

/* ---- the search */

/* Does something besides its neighbours speak for the label: a host's end, or a link from its
 * space? */
static bool has_own_number(const struct owners *o, const struct cluster *x)
{
    for (int i = 0; i < 4 && x->anchor[i]; i++)
        if (x->anchor[i] == x->label)
            return true;
    for (size_t i = 0; i < x->edges.n; i++)
        if (o->edges.v[x->edges.v[i]].number == x->label)
            return true;
    return false;
}

/*
 * A router whose links to other domains are all numbered by them, and those to its own domain
 * by that, shows nothing of itself: it may be the border of its domain, or all that is seen of
 * one between. With every further link it is less likely.
 */
static bool is_lone(const struct owners *o, uint32_t c)
{
    const struct cluster *x = &o->clusters[c];
    size_t own[2] = {0, 0}, foreign = 0;
    for (int i = 0; i < 4 && x->anchor[i]; i++)
        if (x->anchor[i] == x->label)
            return false;
    for (size_t i = 0; i < x->edges.n; i++) {
        const struct edge *e = &o->edges.v[x->edges.v[i]];
        bool same = other_end(o, e, c)->label == x->label;
        if (!same && e->number == x->label)
            return false;
        if (same && e->number == x->label && o->first_is_own && e->first == (e->a == c ? 1 : 2))
            return false;
        for (int f = 0; f < 2; f++)
            own[f] += same && e->number == x->label && e->families & 1 << f;
        foreign += !same;
    }
    return foreign > 0 && own[0] < SURE_LINKS && own[1] < SURE_LINKS;
}

/* Keeps what is nearly as good as the best of n costs, one for each choice. */
static void keep_near(struct cluster *x, const int64_t *costs, int64_t least)
{
    x->n_best = 0;
    for (size_t i = 0; i < x->n_choices; i++)
        if (costs[i] - least < NEAR_MARGIN && x->n_best < SEEN_CHOICES) {
            x->best[x->n_best] = x->choices[i];
            x->extra[x->n_best++] = (uint8_t)((costs[i] - least) / COST_UNIT);
        }
}

static bool improve(struct owners *o, uint32_t c)
{
    struct cluster *x = &o->clusters[c];
    struct dom *was = x->label, *best = was;
    int64_t costs[MAX_LABELS], least = INT64_MAX, second = INT64_MAX;
    if (x->fixed) {
        x->sure = true;
        return false;
    }
    find_choices(o, c);
    for (size_t i = 0; i < x->n_choices; i++) {
        relabel(o, c, x->choices[i]);
        costs[i] = cost_of(o, c);
        if (costs[i] < least || (costs[i] == least && x->choices[i] == was)) {
            second = least;
            least = costs[i];
            best = x->choices[i];
        } else if (costs[i] < second) {
            second = costs[i];
        }
    }
    relabel(o, c, best);
    x->sure = (second == INT64_MAX || second - least >= SURE_MARGIN) && has_own_number(o, x);
    keep_near(x, costs, least);
    return best != was;
}

/* How much worse than its best the label is. */
static int64_t excess(struct owners *o, uint32_t c, struct dom *d)
{
    struct dom *was = o->clusters[c].label;
    int64_t least = cost_of(o, c), cost;
    relabel(o, c, d);
    cost = cost_of(o, c);
    relabel(o, c, was);
    return cost - least;
}

/* The same, or that of what either family shows by itself, whichever is more. */
static int64_t most_excess(struct owners *o, uint32_t c, struct dom *d)
{
    struct dom *was = o->clusters[c].label;
    int64_t least = cost_of(o, c), alone = least - o->exits_cost, more;
    relabel(o, c, d);
    more = cost_of(o, c) - least;
    alone = cost_of(o, c) - o->exits_cost - alone;
    relabel(o, c, was);
    return more > alone ? more : alone;
}

bool owners_agree(struct owners *o, uint32_t a, uint32_t b)
{
    const struct cluster *x = &o->clusters[a], *y = &o->clusters[b];
    if (x->label == y->label)
        return true;
    for (size_t i = 0; i < x->n_choices; i++)
        if (most_excess(o, a, x->choices[i]) < COST_NUMBER &&
            most_excess(o, b, x->choices[i]) < COST_NUMBER)
            return true;
    for (size_t i = 0; i < y->n_choices; i++)
        if (most_excess(o, a, y->choices[i]) < COST_NUMBER &&
            most_excess(o, b, y->choices[i]) < COST_NUMBER)
            return true;
    return false;
}

/* Routers joined by private links and labelled alike move together: none would move alone. */
static size_t group_of(const struct owners *o, uint32_t c, uint32_t *out, uint8_t *in)
{
    size_t n = 0;
    out[n++] = c;
    in[c] = 1;
    for (size_t k = 0; k < n; k++) {
        const struct cluster *x = &o->clusters[out[k]];
        for (size_t i = 0; i < x->edges.n; i++) {
            const struct edge *e = &o->edges.v[x->edges.v[i]];
            uint32_t other = e->a == out[k] ? e->b : e->a;
            const struct cluster *y = &o->clusters[other];
            if (!e->number && !e->untold && !in[other] && !y->fixed && y->label == x->label) {
                in[other] = 1;
                out[n++] = other;
            }
        }
    }
    return n;
}

static int64_t label_group(struct owners *o, const uint32_t *group, size_t n, struct dom *d)
{
    int64_t cost = 0;
    for (size_t i = 0; i < n; i++)
        relabel(o, group[i], d);
    for (size_t i = 0; i < n; i++)
        cost += cost_of(o, group[i]) - o->shared_cost;
    return cost + o->shared_cost;
}

static bool improve_group(struct owners *o, uint32_t *group, size_t n)
{
    struct dom *was = o->clusters[group[0]].label, *best = was;
    int64_t least = label_group(o, group, n, was);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < o->clusters[group[i]].n_choices; k++) {
            struct dom *d = o->clusters[group[i]].choices[k];
            int64_t cost = d == best || d == was ? INT64_MAX : label_group(o, group, n, d);
            if (cost < least) {
                least = cost;
                best = d;
            }
        }
    label_group(o, group, n, best);
    return best != was;
}

/* Two neighbours labelled alike move together to what would suit either. */
static bool improve_pairs(struct owners *o)
{
    bool changed = false;
    for (size_t i = 0; i < o->edges.n; i++) {
        uint32_t pair[2] = {o->edges.v[i].a, o->edges.v[i].b};
        const struct cluster *a = &o->clusters[pair[0]], *b = &o->clusters[pair[1]];
        if (!a->fixed && !b->fixed && a->label == b->label && improve_group(o, pair, 2))
            changed = true;
    }
    return changed;
}

static bool improve_groups(struct owners *o)
{
    bool changed = false;
    uint32_t *group = calloc(o->n_clusters + 1, sizeof(*group));
    uint8_t *in = calloc(o->n_clusters + 1, 1);
    for (uint32_t c = 0; group && in && c < o->n_clusters; c++) {
        size_t n = in[c] || o->clusters[c].fixed ? 0 : group_of(o, c, group, in);
        if (n > 1)
            changed |= improve_group(o, group, n);
    }
    free(group);
    free(in);
    return changed;
}

/* What a lone router's domain may be, and what is looked at meanwhile. */
struct rivals {
    uint32_t *group; /* routers joined by private links */
    uint8_t *in;     /* by cluster: is it in the group? */
    uint8_t *found;  /* by domain: has it a router? */
};

/* How much worse it is if the router, or all those at its private links, are of domain d. */
static int64_t excess_with_group(struct owners *o, const struct rivals *r, uint32_t c,
                                 struct dom *d)
{
    struct dom *was = o->clusters[c].label;
    int64_t alone = excess(o, c, d), together;
    memset(r->in, 0, o->n_clusters);
    size_t n = group_of(o, c, r->group, r->in);
    if (n < 2)
        return alone;
    together = label_group(o, r->group, n, d);
    together -= label_group(o, r->group, n, was);
    return alone < together ? alone : together;
}

/* Is there another domain that a lone router may be of? One that others' packets pass, or one
 * of which no router was found: that it is there at all costs something. */
static bool has_rival(struct owners *o, const struct rivals *r, uint32_t c)
{
    bool found = false;
    for (size_t i = 0; i < o->w->n_doms && !found; i++) {
        struct dom *d = o->w->doms[i];
        if (!r->found[i] && d->asns.n)
            found = excess_with_group(o, r, c, d) <= LONE_EXCESS + COST_NEW;
        else if (r->found[i] && d != o->clusters[c].label && o->transits[i])
            found = excess(o, c, d) <= LONE_EXCESS;
    }
    return found;
}

static void mark_lone(struct owners *o)
{
    struct rivals r = {calloc(o->n_clusters + 1, sizeof(*r.group)),
                       calloc(o->n_clusters + 1, 1), calloc(o->w->n_doms + 1, 1)};
    o->failed = o->failed || !r.group || !r.in || !r.found;
    for (uint32_t c = 0; !o->failed && c < o->n_clusters; c++)
        if (o->clusters[c].label)
            r.found[o->clusters[c].label->index] = 1;
    for (uint32_t c = 0; !o->failed && c < o->n_clusters; c++) {
        struct cluster *x = &o->clusters[c];
        x->bare = !x->fixed && x->label && is_lone(o, c);
        x->lone = x->bare && has_rival(o, &r, c);
    }
    free(r.group);
    free(r.in);
    free(r.found);
}

/* Those beside a router that changed are looked at again. */
static void wake_neighbours(struct owners *o, uint32_t c)
{
    for (size_t i = 0; i < o->clusters[c].edges.n; i++)
        other_end(o, &o->edges.v[o->clusters[c].edges.v[i]], c)->awake = true;
}

static bool improve_all(struct owners *o)
{
    bool changed = false;
    for (uint32_t c = 0; c < o->n_clusters; c++) {
        bool awake = o->clusters[c].awake;
        o->clusters[c].awake = false;
        if (awake && improve(o, c)) {
            wake_neighbours(o, c);
            changed = true;
        }
    }
    return changed;
}

static void wake_all(struct owners *o)
{
    for (size_t c = 0; c < o->n_clusters; c++)
        o->clusters[c].awake = true;
}

static void descend(struct owners *o)
{
    bool changed = true;
    wake_all(o);
    for (int round = 0; changed && round < MAX_ROUNDS && !o->failed; round++) {
        changed = improve_all(o);
        bool together = improve_groups(o) || (!changed && improve_pairs(o));
        if (together) {
            changed = true;
            wake_all(o);
        }
    }
}

static int64_t total_cost(const struct owners *o)
{
    int64_t cost = o->shared_cost;
    for (size_t i = 0; i < o->edges.n; i++)
        cost += edge_cost(o, &o->edges.v[i]);
    for (size_t i = 0; i < o->flows.n; i++)
        cost += flow_cost(o, &o->flows.v[i]);
    for (size_t i = 0; i < o->n_clusters; i++) {
        const struct cluster *x = &o->clusters[i];
        for (int k = 0; k < 4 && x->anchor[k]; k++)
            cost += x->anchor[k] == x->label ? 0 : COST_ANCHOR;
    }
    return cost;
}

static void count_all(struct owners *o)
{
    for (size_t i = 0; i < o->edges.n; i++) {
        const struct edge *e = &o->edges.v[i];
        const struct dom *a = o->clusters[e->a].label, *b = o->clusters[e->b].label;
        if (a && b && a != b)
            count(o, links_between(o, a, b), 1, COST_ALONE);
    }
    for (size_t i = 0; i < o->runs.n; i++)
        count_run(o, &o->runs.v[i], 1);
}

/* Goes back to the first of two results if the second is worse; in what they differ nothing is
 * sure when they are nearly as good. */
static void choose(struct owners *o, struct dom *const *first, int64_t cost_of_first)
{
    int64_t gain = cost_of_first - total_cost(o);
    for (uint32_t c = 0; c < o->n_clusters; c++) {
        struct cluster *x = &o->clusters[c];
        struct dom *second = x->label;
        if (second == first[c])
            continue;
        if (gain <= 0)
            relabel(o, c, first[c]);
        if (llabs(gain) < CLOSE_MARGIN)
            x->other = gain <= 0 ? second : first[c];
    }
}

/* ---- domains that were lost */

/* Does a link have the domain's number although no router was found to be its? Where all its
 * routers were taken for their neighbours' none would come back alone. */
static bool is_lost(const struct owners *o, const struct dom *d)
{
    bool numbers = false;
    for (size_t i = 0; i < o->edges.n; i++) {
        const struct edge *e = &o->edges.v[i];
        if (o->clusters[e->a].label == d || o->clusters[e->b].label == d)
            return false;
        numbers = numbers || e->number == d;
    }
    return numbers;
}

static void give_links(struct owners *o, struct dom *d)
{
    for (size_t i = 0; i < o->edges.n; i++) {
        uint32_t ends[2] = {o->edges.v[i].a, o->edges.v[i].b};
        for (int k = 0; k < 2 && o->edges.v[i].number == d; k++)
            if (!o->clusters[ends[k]].fixed && !o->clusters[ends[k]].anchor[0])
                relabel(o, ends[k], d);
    }
}

/* All routers at links with the number of a lost domain are taken for its; those that are not
 * find back. Kept where it is better. */
static void find_lost(struct owners *o, struct dom **before)
{
    for (size_t d = 0; d < o->w->n_doms && !o->failed; d++) {
        int64_t cost = is_lost(o, o->w->doms[d]) ? total_cost(o) : 0;
        if (!cost)
            continue;
        for (uint32_t c = 0; c < o->n_clusters; c++)
            before[c] = o->clusters[c].label;
        give_links(o, o->w->doms[d]);
        descend(o);
        bool better = total_cost(o) < cost;
        for (uint32_t c = 0; !better && c < o->n_clusters; c++)
            relabel(o, c, before[c]);
    }
}

static bool is_certain(const struct owners *o, uint32_t c)
{
    const struct cluster *x = &o->clusters[c];
    return x->fixed || (x->sure && !is_lone(o, c));
}

/* As who runs both ends of a link is certain for some only, one of many may be wrong. */
void owners_learn_first(struct owners *o)
{
    size_t own = 0, others = 0;
    for (size_t i = 0; i < o->edges.n; i++) {
        const struct edge *e = &o->edges.v[i];
        const struct cluster *a = &o->clusters[e->a], *b = &o->clusters[e->b];
        bool one = e->first == 1 || e->first == 2;
        if (!one || !is_certain(o, e->a) || !is_certain(o, e->b) || a->label == b->label ||
            (e->number != a->label && e->number != b->label))
            continue;
        if (gives_first(e, a->label, b->label))
            others++;
        else
            own++;
    }
    o->first_is_own = own >= ENOUGH_LINKS && others * FEW <= own;
}

void owners_search(struct owners *o)
{
    struct dom **first = calloc(o->n_clusters + 1, sizeof(struct dom *));
    o->failed = o->failed || !first;
    if (o->failed)
        return;
    count_all(o);
    descend(o);
    int64_t cost = total_cost(o);
    for (uint32_t c = 0; c < o->n_clusters; c++) {
        first[c] = o->clusters[c].label;
        relabel(o, c, o->clusters[c].far);
    }
    descend(o);
    choose(o, first, cost);
    find_lost(o, first);
    descend(o); /* what is sure, of the one chosen */
    mark_lone(o);
    free(first);
}
