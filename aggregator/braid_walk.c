/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways of a packet through domains that balance load and tell nothing, all of them.
 *
 *     K ── a ─┬─ b ─┬─ d ── K'       strands: a b d, a c d
 *             └─ c ─┘
 *
 * From the router that packets are handed to on, by all links that lead to the router where
 * those to the same network leave. Where some way leads nowhere, or what the traceroute at hand
 * shows is not among them, too little was seen.
 */
#include <string.h>

#include "aggregator/braids.h"
#include "aggregator/labels.h"
#include "aggregator/walk.h"

#define STRANDS_MAX 16
#define STRAND_MAX  24 /* routers */
#define ENOUGH      4  /* packets of one network that would show two exits, if there are */
/* Of two ways that are taken in turn eight traceroutes show but one in one case of 128. */
#define SURE 8

#define SEVERAL ASSUMED "one of several ways, put together from traceroutes"
#define FEW     8 /* one of more than so many ends is none (ways of several lengths) */

/* One way: nodes by which routers behind the first one are entered, then what follows. */
struct strand {
    uint32_t nodes[STRAND_MAX];
    uint32_t traces[STRAND_MAX];
    size_t n;
    uint32_t least;       /* traceroutes that went the link which fewest did */
    struct instance *out; /* known router behind; NULL: the destination is at the last */
    struct port *port;    /* by which it is entered; NULL: not known */
    uint32_t trace;
};

struct braiding {
    const struct walk *x;
    const struct braids *b;
    uint32_t routers[STRAND_MAX + 1]; /* on the way at hand */
    struct strand way;
    struct strand *strands; /* STRANDS_MAX */
    size_t n;
    bool open;    /* some way leads nowhere */
    bool strange; /* some were seen to leave by who is no neighbour, as far as is known */
};

static void keep_strand(struct braiding *g)
{
    if (g->n < STRANDS_MAX)
        g->strands[g->n++] = g->way;
    else
        g->open = true;
}

/* The ports by which a known router is entered from that one; 0: they are no neighbours. */
static size_t find_ports(const struct braiding *g, const struct instance *in, uint32_t router,
                         struct port *out[STRANDS_MAX])
{
    const struct speaker *sp = bgp_speaker(g->x->w, in, g->x->dst.family);
    size_t n = 0;
    for (size_t i = 0; sp && i < sp->n_sessions && n < STRANDS_MAX; i++) {
        const struct session *s = sp->sessions[i];
        uint32_t peer = s->external && s->port && session_blind(s)
                            ? braid_node_at(g->b, &s->peer_addr, NULL)
                            : NOWHERE;
        bool ours = peer != NOWHERE && g->b->nodes.v[peer].router == router;
        for (size_t k = 0; k < n; k++)
            ours = ours && out[k] != s->port;
        if (ours)
            out[n++] = s->port;
    }
    return n;
}

/* The way at hand leaves here by one of several links, or by all that are as good: who balances
 * load within balances it there, too. */
static void leave_by(struct braiding *g, const struct braid_exit *e, struct port *const *ports,
                     size_t n)
{
    const struct dom *d = g->b->nodes.v[e->last].dom;
    struct port *best[ENTRIES_MAX];
    size_t n_best = entry_best(g->x, g->way.out, d, best), left = 0;
    for (size_t i = 0; i < n_best; i++)
        for (size_t k = 0; k < n; k++)
            if (best[i] == ports[k] && (!left || (d && d->balances))) {
                g->way.port = best[i];
                left++;
                keep_strand(g);
            }
    g->way.port = NULL;
    if (!left)
        keep_strand(g);
}

/* Traceroutes to any network that leave from the router at hand by an exit. */
static uint32_t count_left(const struct braiding *g, const struct braid_exit *e)
{
    uint32_t n = 0;
    for (size_t i = 0; i < g->b->exits.n; i++) {
        const struct braid_exit *o = &g->b->exits.v[i];
        n += o->from == e->from && o->last == e->last && o->out == e->out ? o->count : 0;
    }
    return n;
}

/* The way at hand has come to the last router before an exit. */
static void leave(struct braiding *g, const struct braid_exit *e)
{
    struct port *ports[STRANDS_MAX];
    size_t n;
    g->way.out = e->out == NOWHERE ? NULL : g->x->w->instances[e->out];
    g->way.port = NULL;
    g->way.trace = e->trace;
    if (!g->way.n)
        g->way.least = count_left(g, e);
    n = g->way.out ? find_ports(g, g->way.out, e->last, ports) : 0;
    g->open = g->open || (g->way.out && !walk_forwards(g->x, g->way.out));
    g->way.port = n == 1 ? ports[0] : NULL;
    if (n > 1)
        leave_by(g, e, ports, n);
    else
        keep_strand(g);
}

static bool is_on_way(const struct braiding *g, uint32_t router)
{
    for (size_t i = 0; i <= g->way.n; i++)
        if (g->routers[i] == router)
            return true;
    return false;
}

/* Was it seen in both directions? */
static bool is_repeated(const struct braid_lead *l, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (l[k].node == l[i].node)
            return true;
    return false;
}

/* Goes on from the router at the end of the way at hand. */
static void follow(struct braiding *g, const struct braid_exit *e) // NOLINT(misc-no-recursion)
{
    uint32_t here = g->routers[g->way.n];
    size_t n;
    if (here == e->last) {
        leave(g, e);
        return;
    }
    const struct braid_lead *l = braid_leads(g->b, here, e->last, &n);
    g->open = g->open || !n;
    for (size_t i = 0; i < n && !g->open; i++) {
        const struct braid_node *to = &g->b->nodes.v[l[i].node];
        if (is_repeated(l, i))
            continue;
        g->open = is_on_way(g, to->router) || g->way.n + 1 == STRAND_MAX || !to->dom;
        if (g->open)
            break;
        g->way.nodes[g->way.n] = l[i].node;
        g->way.traces[g->way.n] = l[i].trace;
        g->routers[++g->way.n] = to->router;
        uint32_t least = g->way.least, went = l[i].back ? 0 : l[i].count;
        g->way.least = went < least ? went : least;
        follow(g, e);
        g->way.least = least;
        g->way.n--;
    }
}

/* The domain behind an exit; NULL: none. */
static const struct dom *dom_behind(const struct braiding *g, const struct braid_exit *e)
{
    return e->out == NOWHERE ? NULL : g->x->w->instances[e->out]->router->dom;
}

/*
 * Where few packets to a network were seen, those to another may show more of what is done with
 * both: they leave to the same domain here, and elsewhere too.
 */
static const struct braid_exit *widen(const struct braiding *g, const struct braid_exit *e,
                                      size_t *n)
{
    const struct braid_exit *best = e;
    size_t found = *n;
    uint32_t seen = 0;
    for (size_t i = 0; i < *n; i++)
        seen += e[i].count;
    if (*n != 1 || e->out == NOWHERE || seen >= ENOUGH)
        return e;
    for (size_t i = 0, k; i < g->b->exits.n; i += k) {
        const struct braid_exit *o = &g->b->exits.v[i];
        bool shared = false, same = o->from == g->routers[0];
        for (k = 0; i + k < g->b->exits.n && o[k].prefix == o->prefix && o[k].from == o->from;
             k++) {
            shared = shared || (o[k].last == e->last && o[k].out == e->out);
            same = same && dom_behind(g, &o[k]) == dom_behind(g, e);
        }
        if (same && shared && k > found) {
            best = o;
            found = k;
        }
    }
    *n = found;
    return best;
}

/* Do packets leave there? Where ways are mixed a traceroute may show a router that stands
 * further on, or end early. */
static bool is_real(const struct braiding *g, const struct braid_exit *e, size_t all)
{
    struct port *ports[STRANDS_MAX];
    const struct dom *d = g->b->nodes.v[e->last].dom;
    if (e->out != NOWHERE)
        return find_ports(g, g->x->w->instances[e->out], e->last, ports) > 0;
    return e->count * FEW >= all && (!g->x->to.owner || !d || d == g->x->to.owner);
}

/* All ways to where packets to the destination's network leave. */
static void find_strands(struct braiding *g)
{
    size_t n, all = 0;
    const struct braid_exit *e = braid_exits(g->b, g->x->to.prefix, g->routers[0], &n);
    if (n)
        e = widen(g, e, &n);
    for (size_t i = 0; i < n; i++)
        all += e[i].count;
    for (size_t i = 0; i < n; i++)
        if (is_real(g, &e[i], all))
            follow(g, &e[i]);
        else
            g->strange = true;
    g->open = g->open || !g->n;
}

/* ---- does it agree with the traceroute at hand? */

static bool is_told(const struct braiding *g, uint32_t node)
{
    uint32_t router = g->b->nodes.v[node].router;
    bool told = router == g->routers[0];
    for (size_t i = 0; i < g->n && !told; i++)
        for (size_t k = 0; k < g->strands[i].n && !told; k++)
            told = g->b->nodes.v[g->strands[i].nodes[k]].router == router;
    return told;
}

struct agreement {
    const struct braiding *g;
    bool good;
};

static bool check(void *ctx, uint32_t what)
{
    struct agreement *a = ctx;
    a->good = a->good && (what >= BRAID_KNOWN || is_told(a->g, what));
    return true;
}

static bool agrees(const struct braiding *g, const struct stretch *s, const struct trace *t)
{
    struct agreement a = {g, true};
    struct braids *b = g->x->w->traces->braids;
    const struct braid_reader r = {g->x->w, b, true, check, &a};
    for (size_t i = 0; i < s->n && a.good; i++)
        braid_read(&r, t, (size_t)(s->hops - t->hops) + i);
    return a.good;
}

/* Do all end inside, and earlier than the traceroute did? */
static bool ends_early(const struct braiding *g, const struct stretch *s)
{
    bool early = true;
    for (size_t i = 0; i < g->n && early; i++)
        early = !g->strands[i].out && g->strands[i].n + 1 < s->n;
    return early;
}

/* Is it but the way that the traceroute shows? */
static bool is_same(const struct braiding *g, const struct stretch *s)
{
    bool same = g->n == 1 && g->strands[0].n + 1 == s->n;
    for (size_t i = 0; same && i + 1 < s->n; i++)
        same = addr_eq(&g->b->nodes.v[g->strands[0].nodes[i]].addr, &s->hops[i + 1].addr);
    return same;
}

/* ---- telling it */

static bool push_node(struct walk *x, const struct braid_node *n, uint32_t trace)
{
    const struct trace *t = &x->w->traces->v[trace];
    struct arrival via = {.addr = n->addr, .name = n->addr};
    via.evidence[via.n_evidence++] =
        (struct evidence){t->fact->origin, walk_answered(x, t, &n->addr)};
    arrival_doubt(&via, SEVERAL);
    return walk_push(x, NULL, n->dom, &via) != NULL;
}

static void tell(struct walk *x, const struct braiding *g, const struct strand *s)
{
    size_t depth = x->n;
    bool room = true;
    for (size_t i = 0; i < s->n && room; i++)
        room = push_node(x, &g->b->nodes.v[s->nodes[i]], s->traces[i]);
    struct arrival via = {.into = s->port};
    const struct ifaddr *a = s->port ? port_addr(s->port, x->dst.family) : NULL;
    const struct trace *t = &x->w->traces->v[s->trace];
    if (a)
        via.addr = a->addr;
    if (!room) {
        walk_finish_assumed(x, NULL, "the path is too long", false);
    } else if (!s->out) {
        walk_finish_assumed(x, SEVERAL, NULL, true);
    } else {
        via.evidence[via.n_evidence++] = (struct evidence){
            t->fact->origin,
            walk_text(x, "traceroute %s -> %s entered %s", walk_addr(x, &t->fact->source),
                      walk_addr(x, &t->fact->destination), s->out->router->name)};
        arrival_doubt(&via, s->port ? ASSUMED "the domain before balances load"
                                    : ASSUMED "nothing tells by which link it is entered");
        walk_known(x, s->out, &via);
    }
    walk_pop(x, depth);
}

/* The router that packets are handed to, or the first one behind the source. */
static bool push_first(struct walk *x, const struct beyond *b, const struct braid_node *n)
{
    struct arrival via = {.addr = b->next_addr, .name = n->addr, .cls = b->cls};
    if (b->has_evidence)
        via.evidence[via.n_evidence++] = b->evidence;
    if (b->cls == CLASS_ASSUMED)
        arrival_doubt(&via, NULL);
    return walk_push(x, NULL, n->dom ? n->dom : b->dom, &via) != NULL;
}

enum braid_result braid_walk(struct walk *x, const struct beyond *b, const struct stretch *s,
                             const struct trace *t)
{
    struct strand strands[STRANDS_MAX];
    struct braiding g = {.x = x, .b = x->w->traces->braids, .strands = strands};
    const struct addr *a = b->next_addr.family ? &b->next_addr
                           : !b->from && s->n  ? &s->hops[0].addr
                                               : NULL;
    uint32_t n = g.b && a && x->to.prefix != NOWHERE ? braid_node_at(g.b, a, b->dom) : NOWHERE;
    size_t depth = x->n;
    if (n == NOWHERE)
        return BRAID_UNTOLD;
    g.routers[0] = g.b->nodes.v[n].router;
    g.way.least = UINT32_MAX;
    find_strands(&g);
    if (!g.open && is_same(&g, s))
        return g.strange ? BRAID_UNTOLD : strands[0].least >= SURE ? BRAID_SURE : BRAID_ONLY;
    if (g.open || ends_early(&g, s) || !agrees(&g, s, t))
        return BRAID_UNTOLD;
    if (push_first(x, b, &g.b->nodes.v[n]))
        for (size_t i = 0; i < g.n && !x->out_of_memory; i++)
            if (x->path->n_legs < PATH_MAX_LEGS)
                tell(x, &g, &strands[i]);
    walk_pop(x, depth);
    return BRAID_TOLD;
}
