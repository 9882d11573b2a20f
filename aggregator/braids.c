/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/braids.h"

#include <stdlib.h>
#include <string.h>

/* Packets that go the same way before it is taken for the only one, whatever the way back is:
 * of two that are taken in turn six show but one in one case of 32. */
#define ENOUGH 6

/* ---- nodes */

struct node_key {
    struct addr addr;
    uint32_t context;
};

static struct node_key key_of(const struct addr *a, const struct dom *context)
{
    struct node_key k;
    memset(&k, 0, sizeof(k));
    k.addr = *a;
    k.context = addr_is_private(a) && context ? context->index + 1 : 0;
    return k;
}

uint32_t braid_node_at(const struct braids *b, const struct addr *a, const struct dom *context)
{
    struct node_key k = key_of(a, context);
    const union map_value *at = a->family ? map_get(b->index, &k, sizeof(k)) : NULL;
    return at && at->u ? (uint32_t)at->u - 1 : NOWHERE;
}

static uint32_t make_node(struct braids *b, const struct addr *a, struct dom *context)
{
    struct node_key k = key_of(a, context);
    union map_value *at = map_at(b->index, &k, sizeof(k));
    if (at && !at->u) {
        struct braid_node *n = VEC_PUSH(&b->nodes);
        if (!n)
            return NOWHERE;
        *n = (struct braid_node){.addr = *a, .mate = NOWHERE};
        n->router = (uint32_t)b->nodes.n - 1;
        at->u = b->nodes.n;
    }
    return at ? (uint32_t)at->u - 1 : NOWHERE;
}

uint32_t braid_make(const struct world *w, struct braids *b, const struct addr *a,
                    struct dom *context)
{
    uint32_t n = make_node(b, a, context);
    struct addr mate = n == NOWHERE ? (struct addr){0} : trace_mate(w, a);
    if (!mate.family || b->nodes.v[n].mate != NOWHERE || topo_port_at(w, context, &mate))
        return n;
    uint32_t m = make_node(b, &mate, context);
    if (m == NOWHERE)
        return m;
    b->nodes.v[n].mate = m;
    b->nodes.v[m].mate = n;
    return n;
}

/* ---- reading traces */

static const struct hop *hop_of(const struct trace *t, size_t hop)
{
    const struct hops *hs = &t->fact->hops;
    for (size_t i = 0; i < hs->n; i++)
        if (hs->v[i].ttl == (int64_t)hop + 1)
            return &hs->v[i];
    return NULL;
}

/* Whose private addresses stand at a hop: those of the domain before go on. */
static struct dom *context_at(const struct trace *t, size_t hop)
{
    for (size_t k = hop + 1; k-- > 0;)
        if (t->hops[k].dom)
            return t->hops[k].dom;
    return NULL;
}

static bool read_answer(const struct braid_reader *r, const struct trace *t, size_t hop,
                        const struct addr *a)
{
    const struct seen *s = &t->hops[hop];
    bool first = addr_eq(a, &s->addr);
    struct dom *d = context_at(t, hop);
    const struct port *p = first && s->port ? s->port : topo_port_at(r->w, d, a);
    if (p)
        return r->each(r->ctx, BRAID_KNOWN + 2 * p->index + (a->family == 6));
    if (addr_is_private(a) && !d)
        return r->each(r->ctx, BRAID_SILENT); /* it may be anybody's */
    uint32_t n = r->complete ? braid_node_at(r->b, a, d) : braid_make(r->w, r->b, a, d);
    if (n == NOWHERE)
        return r->complete;
    struct braid_node *x = &r->b->nodes.v[n];
    if (!r->complete && !x->dom && first)
        x->dom = s->dom;
    return r->each(r->ctx, n);
}

bool braid_read(const struct braid_reader *r, const struct trace *t, size_t hop)
{
    const struct hop *h = hop_of(t, hop);
    bool good = true;
    for (size_t i = 0; h && i < h->n && good; i++)
        good = addr_eq(&h->v[i].addr, &t->fact->destination) ||
               read_answer(r, t, hop, &h->v[i].addr);
    bool lost = !h || !h->n || h->lost > 0;
    return good && (!lost || r->each(r->ctx, BRAID_SILENT));
}

bool braid_counts(const struct world *w, const struct trace *t)
{
    return t->prefix != NOWHERE && t->fact->observed != FACT_NONE &&
           trace_of_pair(w, &t->fact->source, &t->fact->destination) == t;
}

uint32_t braid_link(const struct braids *b, uint32_t from, uint32_t to)
{
    uint32_t found = NOWHERE;
    for (uint32_t i = 0; i < b->nodes.n; i++) {
        const struct braid_node *n = &b->nodes.v[i];
        if (n->router != to || n->mate == NOWHERE || b->nodes.v[n->mate].router != from)
            continue;
        if (found != NOWHERE)
            return NOWHERE;
        found = i;
    }
    return found;
}

/* ---- questions */

/* Rows of which the first two words are the key, in order of them. */
static const uint32_t *rows_of(const void *v, size_t n, size_t size, const uint32_t key[2],
                               size_t *found)
{
    size_t low = 0, high = n;
    *found = 0;
    if (!n)
        return NULL;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const uint32_t *row = (const uint32_t *)((const char *)v + mid * size);
        if (row[0] < key[0] || (row[0] == key[0] && row[1] < key[1]))
            low = mid + 1;
        else
            high = mid;
    }
    const char *first = (const char *)v + low * size;
    while (low + *found < n && !memcmp(first + *found * size, key, 2 * sizeof(*key)))
        ++*found;
    return *found ? (const uint32_t *)first : NULL;
}

const struct braid_lead *braid_leads(const struct braids *b, uint32_t from, uint32_t to,
                                     size_t *n)
{
    const uint32_t key[2] = {from, to};
    const struct braid_lead *l =
        (const struct braid_lead *)rows_of(b->leads.v, b->leads.n, sizeof(*b->leads.v), key, n);
    if (*n && !l->back && l->count >= ENOUGH && (*n == 1 || l[1].back))
        *n = 1;
    return l;
}

const struct braid_exit *braid_exits(const struct braids *b, uint32_t prefix, uint32_t from,
                                     size_t *n)
{
    const uint32_t key[2] = {prefix, from};
    return (const struct braid_exit *)rows_of(b->exits.v, b->exits.n, sizeof(*b->exits.v), key,
                                              n);
}

/* ---- all of it */

void braids_free(struct braids **b)
{
    if (!*b)
        return;
    map_free(&(*b)->index);
    VEC_FREE(&(*b)->nodes);
    VEC_FREE(&(*b)->steps);
    VEC_FREE(&(*b)->leads);
    VEC_FREE(&(*b)->exits);
    free(*b);
    *b = NULL;
}

/* Where nothing is configured a path is what one traceroute saw. */
static bool is_worth_it(const struct world *w)
{
    bool any = false;
    for (size_t i = 0; i < w->n_doms && !any; i++)
        any = w->doms[i]->balances;
    return any && w->configured;
}

int braids_build(struct world *w, struct err *e)
{
    if (!is_worth_it(w))
        return 0;
    struct braids *b = w->traces->braids = calloc(1, sizeof(*b));
    int rc = b && (b->index = map_new()) ? braid_join(w, b) : ERR_NOMEM;
    if (!rc)
        rc = braid_find_leads(w, b);
    return rc ? err_set(e, rc, "out of memory while telling ways apart") : 0;
}
