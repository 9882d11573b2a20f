/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways through domains that tell nothing.
 *
 *     known router --in--> ?a ──> ?b --last|out--> known router
 *
 * Any traceroute that went in and out at the same places shows the routers between, whatever
 * its destination; one that went the other way shows them in reverse, if the domain's interior
 * is symmetric.
 */
#include <string.h>

#include "aggregator/walk.h"

static bool unknown_hop(const struct seen *s)
{
    return !s->instance && s->addr.family && !s->several;
}

/* First known hop after the unknown ones from k on; t->n at the end; 0 when silence or doubt is
 * in between. */
static size_t behind(const struct trace *t, size_t k)
{
    while (k < t->n && unknown_hop(&t->hops[k]))
        k++;
    return k == t->n || t->hops[k].instance ? k : 0;
}

static bool forwards(const struct trace *t, const struct crossing_ends *e, struct crossing *c)
{
    int k = trace_find_addr(t, &e->in);
    if (k < 0 || !unknown_hop(&t->hops[k]))
        return false;
    size_t m = behind(t, (size_t)k);
    if (!m || m == t->n || t->hops[m].port != e->out)
        return false;
    *c = (struct crossing){t, (size_t)k, m - (size_t)k, false};
    return true;
}

static bool backwards(const struct walk *x, const struct trace *t,
                      const struct crossing_ends *e, struct crossing *c)
{
    int k = trace_find_addr(t, &e->last);
    if (k < 1 || t->hops[k - 1].instance != e->out->instance || !unknown_hop(&t->hops[k]))
        return false;
    size_t m = behind(t, (size_t)k);
    if (!m)
        return false;
    if (e->from) {
        if (m == t->n || t->hops[m].instance != e->from)
            return false;
    } else {
        uint32_t home = lpm_find(x->w->universe, &x->src, NULL);
        if (m != t->n || !t->reached || t->prefix != home)
            return false;
    }
    *c = (struct crossing){t, (size_t)k, m - (size_t)k, true};
    return true;
}

bool crossing_find(const struct walk *x, const struct crossing_ends *e, struct crossing *out)
{
    const struct trace_world *tw = x->w->traces;
    for (size_t i = 0; e->in.family && i < tw->n; i++)
        if (forwards(&tw->v[i], e, out))
            return true;
    for (size_t i = 0; e->last.family && i < tw->n; i++)
        if (backwards(x, &tw->v[i], e, out))
            return true;
    return false;
}

static const char *words(struct walk *x, const struct crossing *c)
{
    return walk_text(
        x, "traceroute %s -> %s went %s way through", walk_addr(x, &c->trace->fact->source),
        walk_addr(x, &c->trace->fact->destination), c->reversed ? "the other" : "this");
}

bool crossing_walk(struct walk *x, const struct crossing *c, const struct crossing_ends *e,
                   struct dom *d, enum fact_class cls)
{
    for (size_t i = 0; i < c->n; i++) {
        size_t at = c->reversed ? c->first + c->n - 1 - i : c->first + i;
        const struct seen *s = &c->trace->hops[at];
        struct arrival via = {.cls = cls, .name = s->addr};
        if (!c->reversed)
            via.addr = s->addr;
        else if (i > 0)
            via.addr = trace_mate(x->w, &c->trace->hops[at + 1].addr);
        else
            via.addr = e->in;
        via.evidence[via.n_evidence++] = (struct evidence){c->trace->fact->origin, words(x, c)};
        if (cls == CLASS_ASSUMED)
            arrival_doubt(&via, e->doubt);
        if (!walk_push(x, NULL, d, &via))
            return false;
    }
    return true;
}
