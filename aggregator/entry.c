/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of several links a domain that tells nothing takes to a known router.
 *
 *     ?a ──.
 *           known router      it was handed the packet over one of them
 *     ?a ──'
 *
 * The domain hears the same route over each, and what it hears is known: it follows from the
 * router's own policies. Of routes that are alike the shorter AS path wins, then the lower MED,
 * then the lower address of the neighbour (RFC 4271 section 9.1.2.2). What the domain itself
 * thinks of its links is not known. The router answers from the link by which it sends the
 * reply, as it decides alike: where both say the same link, it is that.
 */
#include <string.h>

#include "aggregator/walk.h"

bool entry_faces(const struct world *w, const struct session *s, const struct dom *from)
{
    return s->external && s->port && session_blind(s) &&
           registry_by_asn(w, s->peer_asn) == from;
}

/* What the other side hears of one route. */
struct offer {
    bool told;
    size_t length;
    int64_t med;
};

static struct offer offer_over(const struct walk *x, const struct session *s,
                               const struct choice *c)
{
    struct attrs a = *choice_attrs(x->w, c);
    struct policy_context pc = {s->local->instance->router, &x->w->prefixes[x->to.prefix],
                                &s->peer_addr, c->slot == NOWHERE ? "local" : NULL};
    a.weight = 0;
    a.med = c->slot == NOWHERE ? a.med : FACT_NONE;
    bool told =
        s->fact && policy_apply(x->w->bgp->policies, &pc, s->fact->export_policy, &a, x->a);
    return (struct offer){told, a.as_path.n + a.outside.n, a.med == FACT_NONE ? 0 : a.med};
}

/* Negative: the other side prefers a. */
static int compare(const struct offer *a, const struct offer *b)
{
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return (a->med > b->med) - (a->med < b->med);
}

size_t entry_best(const struct walk *x, const struct instance *in, const struct dom *from,
                  struct port *out[ENTRIES_MAX])
{
    const struct speaker *sp = bgp_speaker(x->w, in, x->dst.family);
    const struct choices all = sp && x->to.prefix != NOWHERE
                                   ? bgp_choices_of(x->w, sp, x->to.prefix)
                                   : (struct choices){0};
    const struct addr *first = NULL;
    struct offer least = {0};
    size_t n = 0;
    for (size_t i = 0; all.n && i < sp->n_sessions; i++) {
        const struct session *s = sp->sessions[i];
        struct offer o = {0};
        if (entry_faces(x->w, s, from))
            o = offer_over(x, s, &all.v[0]);
        int c = n ? compare(&o, &least) : -1;
        if (!o.told || c > 0 || (c == 0 && n == ENTRIES_MAX))
            continue;
        n = c < 0 ? 0 : n;
        least = o;
        out[n] = s->port;
        if (!n || addr_cmp(&s->local_addr, first) < 0) {
            out[n] = out[0]; /* the preferred one comes first */
            out[0] = s->port;
            first = &s->local_addr;
        }
        n++;
    }
    return n;
}

struct port *entry_preferred(const struct walk *x, const struct instance *in,
                             const struct dom *from)
{
    struct port *best[ENTRIES_MAX];
    return entry_best(x, in, from, best) ? best[0] : NULL;
}
