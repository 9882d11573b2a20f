/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a silent router.
 *
 *     there   a ── * ══ y        y answers from the link by which it was entered, so the link's
 *     back    c ── * ══ a'       other address is one of the silent router's; and the way back,
 *                                from c's router or the destination's network, shows that by
 *                                which it is entered from a's
 */
#include "aggregator/traces.h"

static bool same_router(const struct seen *a, const struct seen *b)
{
    return a->instance || b->instance ? a->instance == b->instance
                                      : a->router && a->router == b->router;
}

/* The other end of the link by which a router was entered from a silent one. */
static struct addr other_end(const struct world *w, const struct trace *t, const struct seen *s)
{
    bool tells = s->addr.family && !s->instance && !s->several && !addr_is_private(&s->addr);
    struct addr m = tells ? trace_mate(w, &s->addr) : (struct addr){0};
    bool free = m.family && !topo_port_at(w, NULL, &m) && trace_find_addr(t, &m) < 0;
    return free ? m : (struct addr){0};
}

/* Is the router behind a silent one the one that stands before it in another traceroute? By
 * what is known of routers, or as the next one was entered from the address that the other
 * shows. */
static bool meets(const struct world *w, const struct trace *back, size_t k,
                  const struct seen *here)
{
    const struct seen *next = k + 2 < back->n ? &back->hops[k + 2] : NULL;
    struct addr m = next && next->addr.family ? trace_mate(w, &next->addr) : (struct addr){0};
    return same_router(&back->hops[k + 1], here) || (m.family && addr_eq(&m, &here->addr));
}

static bool is_silent(const struct seen *s)
{
    return !s->addr.family && !s->instance;
}

/* Does a traceroute come by the silent router at k the other way? */
static bool is_back(const struct world *w, const struct trace *back, size_t k,
                    const struct trace *t, size_t hop)
{
    bool last = hop + 1 == t->n;
    if (!is_silent(&back->hops[k]) || last != (k == 0) ||
        back->fact->source.family != t->fact->source.family)
        return false;
    bool from = last ? t->reached && t->prefix != NOWHERE &&
                           lpm_find(w->universe, &back->fact->source, NULL) == t->prefix
                     : same_router(&back->hops[k - 1], &t->hops[hop + 1]);
    return from && meets(w, back, k, &t->hops[hop - 1]);
}

struct addr silence_entry(const struct world *w, const struct trace *t, size_t hop)
{
    const struct trace_world *tw = w->traces;
    struct addr found = {0};
    for (size_t i = 0; hop && i < tw->n; i++) {
        const struct trace *back = &tw->v[i];
        for (size_t k = 0; k + 1 < back->n && !found.family; k++)
            if (is_back(w, back, k, t, hop))
                found = other_end(w, t, &back->hops[k + 1]);
        if (found.family)
            return found;
    }
    return found;
}

struct addr silence_name(const struct world *w, const struct trace *t, size_t hop)
{
    return hop + 1 < t->n ? other_end(w, t, &t->hops[hop + 1]) : (struct addr){0};
}
