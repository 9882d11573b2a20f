/* SPDX-License-Identifier: Apache-2.0 */
/* From one speaker to the next: what is told, by which policies, and what becomes of it. */
#include <string.h>

#include "aggregator/bgp_sim_private.h"

static bool carries(const struct attrs *a, const char *numeric, const char *word)
{
    for (size_t i = 0; i < a->communities.n; i++)
        if (!strcmp(a->communities.v[i], numeric) || !strcmp(a->communities.v[i], word))
            return true;
    return false;
}

static bool may_tell(const struct candidate *c, const struct session *x)
{
    if (carries(&c->attrs, "65535:65282", "no-advertise") ||
        (x->external && carries(&c->attrs, "65535:65281", "no-export")))
        return false;
    if (c->from == x)
        return false;
    if (x->external || !c->from || c->from->external)
        return true;
    return (c->from->fact && c->from->fact->rr_client == 1) || x->fact->rr_client == 1;
}

static uint32_t addr_number(const struct addr *a)
{
    return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

static struct asns with_first(struct sim *m, const struct asns *list, uint32_t first)
{
    uint32_t *v = ARENA_ARRAY(m->mem, list->n + 1, uint32_t);
    if (!v)
        return *list;
    v[0] = first;
    if (list->n)
        memcpy(v + 1, list->v, list->n * sizeof(*v));
    return (struct asns){v, list->n + 1};
}

static bool has_asn(const struct asns *list, uint32_t asn, int64_t more_than)
{
    int64_t seen = 0;
    for (size_t i = 0; i < list->n; i++)
        seen += list->v[i] == asn;
    return seen > more_than;
}

static struct addr own_next_hop(const struct session *x)
{
    if (x->local_addr.family == x->local->family || !x->port)
        return x->local_addr;
    const struct ifaddr *a = port_addr(x->port, x->local->family);
    return a ? a->addr : x->local_addr;
}

static void reflect(struct sim *m, const struct candidate *c, const struct session *x,
                    struct attrs *a)
{
    if (!c->from || c->from->external || x->external)
        return;
    if (!a->originator.family)
        a->originator = c->router_id;
    struct addr own = bgp_router_id(x->local);
    a->clusters = with_first(m, &a->clusters, addr_number(&own));
}

static void leave_as(struct sim *m, const struct session *x, struct attrs *a)
{
    const struct fact_bgp_session *f = x->fact;
    uint32_t own = f->local_asn > 0 ? (uint32_t)f->local_asn : x->local->asn;
    if (f->remove_private_as == 1 || f->as_override == 1) {
        uint32_t *v = ARENA_ARRAY(m->mem, a->as_path.n + 1, uint32_t);
        size_t n = 0;
        for (size_t i = 0; v && i < a->as_path.n; i++) {
            uint32_t as = a->as_path.v[i];
            if (f->remove_private_as == 1 && as >= 64512 && as <= 65534)
                continue;
            v[n++] = f->as_override == 1 && as == x->peer_asn ? own : as;
        }
        if (v)
            a->as_path = (struct asns){v, n};
    }
    a->as_path = with_first(m, &a->as_path, own);
    a->local_pref = FACT_NONE;
    a->originator = (struct addr){0};
    a->clusters = (struct asns){0};
}

static bool lists_permit(struct sim *m, const struct session *x, const struct attrs *a, bool in)
{
    const struct fact_bgp_session *f = x->fact;
    struct policy_context pc = {x->local->instance->router, &m->w->prefixes[m->prefix],
                                &x->peer_addr, NULL};
    const struct policy_set *ps = m->w->bgp->policies;
    return policy_prefix_list(ps, &pc, in ? f->import_list : f->export_list) &&
           policy_as_path_list(ps, &pc, in ? f->import_as_path : f->export_as_path,
                               &a->as_path);
}

bool sim_export(struct sim *m, const struct candidate *c, const struct session *x,
                struct attrs *a)
{
    const struct fact_bgp_session *f = x->fact;
    if (!f || !may_tell(c, x) || sim_summarised(m, x->local))
        return false;
    if (x->local->ghost && c->from && c->from->relation != RELATION_CUSTOMER &&
        x->relation != RELATION_CUSTOMER)
        return false;
    *a = c->attrs;
    a->weight = 0;
    a->next_hop_self = false;
    bool outside = !c->from || c->from->external;
    if (x->external && c->from)
        a->med = FACT_NONE;
    if (x->external || !a->next_hop.family || (outside && f->next_hop_self == 1) ||
        f->next_hop_self == 2 || !c->from)
        a->next_hop = own_next_hop(x);
    reflect(m, c, x, a);
    if (!lists_permit(m, x, a, false) ||
        (x->external && x->local->ebgp_requires_policy && !f->export_policy))
        return false;
    struct policy_context pc = {x->local->instance->router, &m->w->prefixes[m->prefix],
                                &x->peer_addr,
                                c->from     ? NULL
                                : c->source ? c->source
                                            : "local"};
    if (!policy_apply(m->w->bgp->policies, &pc, f->export_policy, a, m->mem))
        return false;
    if (a->next_hop_self)
        a->next_hop = own_next_hop(x);
    if (x->external)
        leave_as(m, x, a);
    policy_put_outside(a, m->mem);
    if (f->send_community == 0)
        a->communities = (struct strs){0};
    return true;
}

bool sim_import(struct sim *m, const struct session *y, struct attrs *a)
{
    const struct fact_bgp_session *f = y->fact;
    const struct speaker *s = y->local;
    int64_t own = f->allow_own_as > 0 ? f->allow_own_as : 0;
    struct addr id = bgp_router_id(s);
    if (s->ghost) {
        static const int64_t prefs[] = {100, 200, 100, 80}; /* by relation */
        a->local_pref = prefs[y->relation];
        a->weight = 0;
        return !has_asn(&a->as_path, s->asn, 0);
    }
    if (has_asn(&a->as_path, s->asn, own) ||
        (!y->external &&
         (addr_eq(&a->originator, &id) || has_asn(&a->clusters, addr_number(&id), 0))))
        return false;
    if (y->external || a->local_pref == FACT_NONE)
        a->local_pref = s->local_pref;
    a->weight = f->weight > 0 ? f->weight : 0;
    a->next_hop_self = false;
    if (!lists_permit(m, y, a, true) ||
        (y->external && s->ebgp_requires_policy && !f->import_policy))
        return false;
    struct policy_context pc = {s->instance->router, &m->w->prefixes[m->prefix], &y->peer_addr,
                                NULL};
    bool taken = policy_apply(m->w->bgp->policies, &pc, f->import_policy, a, m->mem);
    policy_put_outside(a, m->mem);
    return taken;
}

bool sim_default(struct sim *m, const struct session *x, struct attrs *a)
{
    if (!x->fact || x->fact->default_originate != 1 || m->w->prefixes[m->prefix].len)
        return false;
    *a = (struct attrs){
        .local_pref = x->local->local_pref, .med = FACT_NONE, .next_hop = own_next_hop(x)};
    if (x->external)
        leave_as(m, x, a);
    return true;
}
