/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links tell flows what they offer, flows tell links what they can use of it, until nothing
 * changes (after Charny, Clark, Jain: Congestion control with explicit rate indication, 1995).
 * A link divides its limit among the demands of its flows, from the outermost groups inwards;
 * to a flow whose demand it meets it offers without bound, so that an offer may rise again when
 * another link's does. With plain weights the link with the lowest level is right after the
 * first round, the next after the second, and so on: the result is exact. With groups two links
 * can lean on one another; rates then converge geometrically.
 *
 * Each link keeps its own tree, breadth first: children of a node stand side by side, behind
 * it.
 */
#include "plan/share.h"

#include <math.h>
#include <stdlib.h>

#define SAME        1e-13 /* relative change that counts as none */
#define TOLERANCE   1e-9  /* relative difference of two levels that counts as none */
#define MORE_ROUNDS 500   /* beyond one per link */
#define NO_FLOW     UINT32_MAX

struct node {
    double weight, demand, amount;
    uint32_t parent;       /* node */
    uint32_t first, n;     /* children: nodes first to first + n - 1 */
    uint32_t flow, at;     /* flow, and its crossing; or NO_FLOW */
    uint32_t group, depth; /* while the tree is built */
};

struct tree {
    double limit;
    struct node *nodes; /* nodes[0] is the whole link */
    uint32_t n;
};

struct work {
    const struct share *s;
    struct tree *trees;
    uint32_t *offset; /* crossings of flow f: offset[f] to offset[f + 1] - 1 */
    double *offer;    /* per crossing */
    double *level;    /* scratch: demand per weight of children; then weight from one on */
    uint32_t *order;
    struct arena *a;
};

/* ---- Checks ---- */

static int check_groups(const struct share *s, struct err *e)
{
    for (size_t g = 0; g < s->n_groups; g++) {
        uint32_t up = s->groups[g].parent;
        if (up != SHARE_ROOT && up >= g)
            return err_set(e, ERR_INVAL, "group %zu: its parent must stand before it", g);
        if (!(s->groups[g].weight > 0) || !isfinite(s->groups[g].weight))
            return err_set(e, ERR_INVAL, "group %zu: a weight must be positive and finite", g);
        for (size_t depth = 1; up != SHARE_ROOT; up = s->groups[up].parent) {
            if (++depth > SHARE_MAX_DEPTH)
                return err_set(e, ERR_LIMIT, "group %zu: more than %d levels of groups", g,
                               SHARE_MAX_DEPTH);
        }
    }
    return 0;
}

static int check_links(const struct share *s, struct err *e)
{
    for (size_t l = 0; l < s->n_links; l++) {
        const struct share_link *link = &s->links[l];
        if (!(link->limit >= 0))
            return err_set(e, ERR_INVAL, "link %zu: a limit must not be negative", l);
        for (size_t g = 0; link->weights && g < s->n_groups; g++) {
            if (!(link->weights[g] > 0) || !isfinite(link->weights[g]))
                return err_set(e, ERR_INVAL,
                               "link %zu, group %zu: a weight must be positive and finite", l,
                               g);
        }
    }
    return 0;
}

static int check_flow(const struct share *s, size_t f, struct err *e)
{
    const struct share_flow *flow = &s->flows[f];
    bool bounded = isfinite(flow->cap);
    if (!(flow->weight > 0) || !isfinite(flow->weight))
        return err_set(e, ERR_INVAL, "flow %zu: a weight must be positive and finite", f);
    if (!(flow->cap >= 0))
        return err_set(e, ERR_INVAL, "flow %zu: a cap must not be negative", f);
    if (flow->group != SHARE_ROOT && flow->group >= s->n_groups)
        return err_set(e, ERR_INVAL, "flow %zu: there is no group %u", f, flow->group);
    for (size_t i = 0; i < flow->n_links; i++) {
        if (flow->links[i] >= s->n_links)
            return err_set(e, ERR_INVAL, "flow %zu: there is no link %u", f, flow->links[i]);
        bounded |= isfinite(s->links[flow->links[i]].limit);
    }
    return bounded ? 0
                   : err_set(e, ERR_INVAL,
                             "flow %zu: nothing limits it: it needs a cap, or a link with a "
                             "limit",
                             f);
}

int share_check(const struct share *s, struct err *e)
{
    int rc = check_groups(s, e);
    if (rc == 0)
        rc = check_links(s, e);
    for (size_t f = 0; rc == 0 && f < s->n_flows; f++)
        rc = check_flow(s, f, e);
    return rc;
}

/* ---- Trees of links ---- */

static uint32_t depth_of(const struct share *s, uint32_t group)
{
    uint32_t depth = 0;
    for (; group != SHARE_ROOT; group = s->groups[group].parent)
        depth++;
    return depth;
}

static uint32_t parent_group(const struct share *s, const struct node *n)
{
    return n->flow == NO_FLOW ? s->groups[n->group].parent : n->group;
}

static int by_place(const void *pa, const void *pb)
{
    const struct node *a = pa, *b = pb;
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    if (a->parent != b->parent)
        return a->parent < b->parent ? -1 : 1;
    if (a->flow != b->flow)
        return a->flow < b->flow ? -1 : 1;
    return a->group < b->group ? -1 : a->group > b->group;
}

static struct node group_node(const struct share *s, const struct share_link *link, uint32_t g)
{
    return (struct node){.weight = link->weights ? link->weights[g] : s->groups[g].weight,
                         .flow = NO_FLOW,
                         .group = g,
                         .depth = depth_of(s, g)};
}

/* Sorts the nodes behind the root and joins them to their parents. where[g]: scratch. */
static void join_nodes(const struct share *s, struct tree *t, uint32_t *where)
{
    for (uint32_t i = 1; i < t->n; i++)
        t->nodes[i].parent = parent_group(s, &t->nodes[i]) + 1; /* SHARE_ROOT: 0 */
    qsort(t->nodes + 1, t->n - 1, sizeof(*t->nodes), by_place);
    for (uint32_t i = 1; i < t->n; i++) {
        if (t->nodes[i].flow == NO_FLOW)
            where[t->nodes[i].group] = i;
    }
    for (uint32_t i = 1; i < t->n; i++) {
        uint32_t up = parent_group(s, &t->nodes[i]);
        struct node *parent = &t->nodes[up == SHARE_ROOT ? 0 : where[up]];
        t->nodes[i].parent = (uint32_t)(parent - t->nodes);
        if (parent->n++ == 0)
            parent->first = i;
    }
}

/* One link's tree. flows: pairs of flow and crossing. seen[g] is l + 1 once g has its node. */
static int build_tree(struct work *w, uint32_t l, const uint32_t *flows, size_t n,
                      uint32_t *scratch)
{
    const struct share *s = w->s;
    struct tree *t = &w->trees[l];
    uint32_t *seen = scratch, *where = scratch + s->n_groups;
    size_t n_groups = 0;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t g = s->flows[flows[2 * i]].group; g != SHARE_ROOT && seen[g] != l + 1;
             g = s->groups[g].parent) {
            seen[g] = l + 1;
            n_groups++;
        }
    }
    t->limit = s->links[l].limit;
    t->nodes = ARENA_ARRAY(w->a, 1 + n_groups + n, struct node);
    if (!t->nodes)
        return ERR_NOMEM;
    t->nodes[t->n++].flow = NO_FLOW;
    for (uint32_t g = 0; n_groups > 0 && g < s->n_groups; g++) {
        if (seen[g] == l + 1)
            t->nodes[t->n++] = group_node(s, &s->links[l], g);
    }
    for (size_t i = 0; i < n; i++) {
        const struct share_flow *flow = &s->flows[flows[2 * i]];
        t->nodes[t->n++] = (struct node){.weight = flow->weight,
                                         .flow = flows[2 * i],
                                         .at = flows[2 * i + 1],
                                         .group = flow->group,
                                         .depth = depth_of(s, flow->group) + 1};
    }
    join_nodes(s, t, where);
    return 0;
}

/* Lists the flows of every link and builds its tree. */
static int build_trees(struct work *w)
{
    const struct share *s = w->s;
    uint32_t total = w->offset[s->n_flows], most = 0;
    uint32_t *first = ARENA_ARRAY(w->a, s->n_links + 2, uint32_t);
    uint32_t *flows = ARENA_ARRAY(w->a, 2 * (size_t)total + 1, uint32_t);
    uint32_t *scratch = ARENA_ARRAY(w->a, 2 * s->n_groups + 1, uint32_t);
    if (!first || !flows || !scratch)
        return ERR_NOMEM;
    for (size_t f = 0; f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++)
            first[s->flows[f].links[i] + 2]++;
    }
    for (size_t l = 0; l < s->n_links; l++) {
        most = first[l + 2] > most ? first[l + 2] : most;
        first[l + 2] += first[l + 1];
    }
    for (uint32_t f = 0; f < s->n_flows; f++) {
        for (uint32_t i = 0; i < s->flows[f].n_links; i++) {
            uint32_t at = first[s->flows[f].links[i] + 1]++;
            flows[2 * at] = f;
            flows[2 * at + 1] = w->offset[f] + i;
        }
    }
    int rc = 0;
    for (uint32_t l = 0; rc == 0 && l < s->n_links; l++)
        rc = build_tree(w, l, flows + 2 * (size_t)first[l], first[l + 1] - first[l], scratch);
    w->level = ARENA_ARRAY(w->a, (size_t)most + s->n_groups + 1, double);
    w->order = ARENA_ARRAY(w->a, (size_t)most + s->n_groups + 1, uint32_t);
    return rc < 0 || !w->level || !w->order ? ERR_NOMEM : 0;
}

static int prepare(struct work *w, struct err *e)
{
    const struct share *s = w->s;
    w->offset = ARENA_ARRAY(w->a, s->n_flows + 1, uint32_t);
    w->trees = ARENA_ARRAY(w->a, s->n_links + 1, struct tree);
    if (!w->offset || !w->trees)
        return err_set(e, ERR_NOMEM, "no memory to share links");
    for (size_t f = 0; f < s->n_flows; f++)
        w->offset[f + 1] = w->offset[f] + (uint32_t)s->flows[f].n_links;
    w->offer = ARENA_ARRAY(w->a, (size_t)w->offset[s->n_flows] + 1, double);
    if (!w->offer || build_trees(w) < 0)
        return err_set(e, ERR_NOMEM, "no memory to share links");
    return 0;
}

/* ---- Division of a link ---- */

/* What a flow can use of a link: its cap, and the offers of its other links. */
static double demand_at(const struct work *w, uint32_t f, uint32_t crossing)
{
    double demand = w->s->flows[f].cap;
    for (uint32_t c = w->offset[f]; c < w->offset[f + 1]; c++) {
        if (c != crossing)
            demand = fmin(demand, w->offer[c]);
    }
    return demand;
}

static void sum_demands(const struct work *w, struct tree *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        t->nodes[i].demand =
            t->nodes[i].n > 0 ? 0 : demand_at(w, t->nodes[i].flow, t->nodes[i].at);
    for (uint32_t i = t->n; i-- > 1;)
        t->nodes[t->nodes[i].parent].demand += t->nodes[i].demand;
}

/* Heap sort of order[0..n) by level[]: qsort has no room for the levels without globals. */
static void sink(uint32_t *order, const double *level, uint32_t i, uint32_t n)
{
    for (;;) {
        uint32_t most = i;
        for (uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++) {
            if (level[order[child]] > level[order[most]])
                most = child;
        }
        if (most == i)
            return;
        uint32_t swap = order[i];
        order[i] = order[most];
        order[most] = swap;
        i = most;
    }
}

static void sort_by_level(uint32_t *order, const double *level, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sink(order, level, i, n);
    for (uint32_t end = n; end-- > 1;) {
        uint32_t swap = order[0];
        order[0] = order[end];
        order[end] = swap;
        sink(order, level, 0, end);
    }
}

/* Water filling among the children of one node whose demands exceed what it has. */
static void fill_children(struct work *w, struct node *nodes, const struct node *up)
{
    double room = up->amount, weight = 0, *from = w->level;
    struct node *child = nodes + up->first;
    for (uint32_t i = 0; i < up->n; i++) {
        w->order[i] = i;
        w->level[i] = child[i].demand / child[i].weight;
    }
    sort_by_level(w->order, w->level, up->n);
    /* Summed from the end: taken away from the whole, small weights would vanish in large ones.
     */
    for (uint32_t i = up->n; i-- > 0;)
        from[i] = weight += child[w->order[i]].weight;
    uint32_t met = 0;
    for (; met < up->n; met++) {
        struct node *next = &child[w->order[met]];
        if (next->demand * (from[met] / next->weight) > room)
            break;
        next->amount = next->demand;
        room = fmax(0, room - next->demand);
    }
    for (uint32_t i = met; i < up->n; i++)
        child[w->order[i]].amount = room * (child[w->order[i]].weight / from[met]);
}

static void divide(struct work *w, struct tree *t)
{
    t->nodes[0].amount = fmin(t->limit, t->nodes[0].demand);
    for (uint32_t i = 0; i < t->n; i++) {
        struct node *up = &t->nodes[i];
        if (up->amount < up->demand && up->n > 0) {
            fill_children(w, t->nodes, up);
            continue;
        }
        for (uint32_t c = up->first; c < up->first + up->n; c++)
            t->nodes[c].amount = t->nodes[c].demand;
    }
}

static bool same(double a, double b)
{
    return a == b || (isfinite(a) && isfinite(b) && fabs(a - b) <= SAME * fmax(a, b));
}

/* A link's new offers; did any change? */
static bool offer_again(struct work *w, struct tree *t)
{
    bool changed = false;
    sum_demands(w, t);
    divide(w, t);
    for (uint32_t i = 1; i < t->n; i++) {
        const struct node *n = &t->nodes[i];
        if (n->flow == NO_FLOW)
            continue;
        double offer = n->amount < n->demand ? n->amount : INFINITY;
        changed |= !same(offer, w->offer[n->at]);
        w->offer[n->at] = offer;
    }
    return changed;
}

/* ---- Rates ---- */

/* Rounding, and rounds that ran out, must not leave a link above its limit. */
static int keep_limits(const struct share *s, double *rate, struct arena *a)
{
    double *load = ARENA_ARRAY(a, s->n_links + 1, double);
    if (!load)
        return ERR_NOMEM;
    for (size_t f = 0; f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++)
            load[s->flows[f].links[i]] += rate[f];
    }
    for (size_t f = 0; f < s->n_flows; f++) {
        double least = 1;
        for (size_t i = 0; i < s->flows[f].n_links; i++) {
            uint32_t l = s->flows[f].links[i];
            if (load[l] > s->links[l].limit)
                least = fmin(least, s->links[l].limit / load[l]);
        }
        if (least < 1)
            rate[f] *= least;
    }
    return 0;
}

int share_solve(const struct share *s, double *rate, bool *settled, struct arena *a,
                struct err *e)
{
    struct work w = {.s = s, .a = a};
    struct arena_mark here = arena_mark(a);
    int rc = prepare(&w, e);
    if (rc < 0)
        goto out;
    for (uint32_t c = 0; c < w.offset[s->n_flows]; c++)
        w.offer[c] = INFINITY;
    bool changed = true;
    for (size_t round = 0; changed && round < s->n_links + MORE_ROUNDS; round++) {
        changed = false;
        for (size_t l = 0; l < s->n_links; l++) {
            if (w.trees[l].n > 1 && isfinite(w.trees[l].limit))
                changed |= offer_again(&w, &w.trees[l]);
        }
    }
    *settled = !changed;
    for (uint32_t f = 0; f < s->n_flows; f++)
        rate[f] = demand_at(&w, f, UINT32_MAX);
    if (keep_limits(s, rate, a) < 0)
        rc = err_set(e, ERR_NOMEM, "no memory to share links");
out:
    arena_rewind(a, here);
    return rc;
}

/* Everything is divided by weight alone, from the outermost groups inwards, among those that
 * can use anything at all: these have a demand. */
static void divide_equally(const struct share *s, struct tree *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        t->nodes[i].demand = t->nodes[i].n == 0 && i > 0 && s->flows[t->nodes[i].flow].cap > 0;
    for (uint32_t i = t->n; i-- > 1;)
        t->nodes[t->nodes[i].parent].demand += t->nodes[i].demand;
    t->nodes[0].amount = t->limit;
    for (uint32_t i = 0; i < t->n; i++) {
        struct node *up = &t->nodes[i], *child = t->nodes + up->first;
        double weight = 0;
        for (uint32_t c = 0; c < up->n; c++)
            weight += child[c].demand > 0 ? child[c].weight : 0;
        for (uint32_t c = 0; c < up->n; c++)
            child[c].amount = child[c].demand > 0 ? up->amount * (child[c].weight / weight) : 0;
    }
}

int share_guarantee(const struct share *s, double *least, struct arena *a, struct err *e)
{
    struct work w = {.s = s, .a = a};
    struct arena_mark here = arena_mark(a);
    int rc = prepare(&w, e);
    for (size_t f = 0; f < s->n_flows; f++)
        least[f] = s->flows[f].cap;
    for (size_t l = 0; rc == 0 && l < s->n_links; l++) {
        struct tree *t = &w.trees[l];
        divide_equally(s, t);
        for (uint32_t i = 1; i < t->n; i++) {
            if (t->nodes[i].flow != NO_FLOW)
                least[t->nodes[i].flow] = fmin(least[t->nodes[i].flow], t->nodes[i].amount);
        }
    }
    arena_rewind(a, here);
    return rc;
}

/* ---- Bottlenecks ---- */

/* Marks, in amount, the nodes of a full link that have the most per weight among their
 * siblings, as have all nodes above them. */
static void mark_tops(const double *rate, struct tree *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        t->nodes[i].demand = t->nodes[i].n > 0 ? 0 : rate[t->nodes[i].flow];
    for (uint32_t i = t->n; i-- > 1;)
        t->nodes[t->nodes[i].parent].demand += t->nodes[i].demand;
    t->nodes[0].amount = t->nodes[0].demand >= t->limit * (1 - TOLERANCE);
    for (uint32_t i = 0; i < t->n; i++) {
        struct node *child = t->nodes + t->nodes[i].first;
        double top = 0;
        for (uint32_t c = 0; c < t->nodes[i].n; c++)
            top = fmax(top, child[c].demand / child[c].weight);
        for (uint32_t c = 0; c < t->nodes[i].n; c++)
            child[c].amount = t->nodes[i].amount > 0 &&
                              child[c].demand / child[c].weight >= top * (1 - TOLERANCE);
    }
}

int share_bottlenecks(const struct share *s, const double *rate, struct share_holds *holds,
                      struct arena *a, struct err *e)
{
    /* The results come first, so that the scratch behind them can be given back. */
    for (size_t f = 0; f < s->n_flows; f++) {
        holds[f] =
            (struct share_holds){.links = ARENA_ARRAY(a, s->flows[f].n_links + 1, uint32_t)};
        if (!holds[f].links)
            return err_set(e, ERR_NOMEM, "no memory for bottlenecks");
    }
    struct work w = {.s = s, .a = a};
    struct arena_mark here = arena_mark(a);
    int rc = prepare(&w, e);
    for (size_t l = 0; rc == 0 && l < s->n_links; l++) {
        if (w.trees[l].n > 1)
            mark_tops(rate, &w.trees[l]);
        for (uint32_t i = 1; i < w.trees[l].n; i++) {
            const struct node *n = &w.trees[l].nodes[i];
            if (n->flow != NO_FLOW)
                w.offer[n->at] = n->amount;
        }
    }
    for (size_t f = 0; rc == 0 && f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++) {
            if (w.offer[w.offset[f] + i] > 0)
                holds[f].links[holds[f].n++] = s->flows[f].links[i];
        }
    }
    arena_rewind(a, here);
    return rc;
}
