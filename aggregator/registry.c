/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owns which address and AS number.
 *
 * A domain's own statement counts more than what others say of it. Address space claimed by two
 * domains goes to the one that states it of itself; the claim is reported.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregator/world.h"

struct dom *registry_dom(struct world *w, const char *name)
{
    union map_value *at = map_at_str(w->dom_by_name, name);
    if (!at)
        return NULL;
    if (at->p)
        return at->p;
    struct dom *d = ARENA_NEW(w->arena, struct dom);
    if (!d)
        return NULL;
    d->name = name;
    at->p = d;
    return d;
}

struct dom *registry_by_asn(const struct world *w, uint32_t asn)
{
    const union map_value *v = map_get(w->dom_by_asn, &asn, sizeof(asn));
    return v ? v->p : NULL;
}

struct dom *registry_owner(const struct world *w, const struct addr *a)
{
    uint32_t i = lpm_find(w->dom_of, a, NULL);
    return i == LPM_NONE ? NULL : w->doms[i];
}

uint32_t dom_asn(const struct dom *d)
{
    return d && d->asns.n ? d->asns.v[0] : 0;
}

static bool own_statement(const struct fact_domain *f)
{
    return f->name && f->origin->domain && strcmp(f->name, f->origin->domain) == 0;
}

static int add_asn(struct world *w, struct dom *d, uint32_t asn)
{
    union map_value *at = map_at(w->dom_by_asn, &asn, sizeof(asn));
    if (!at)
        return ERR_NOMEM;
    if (at->p)
        return 0;
    at->p = d;
    uint32_t *v = ARENA_ARRAY(w->arena, d->asns.n + 1, uint32_t);
    if (!v)
        return ERR_NOMEM;
    if (d->asns.n)
        memcpy(v, d->asns.v, d->asns.n * sizeof(*v));
    v[d->asns.n++] = asn;
    d->asns.v = v;
    return 0;
}

/* AS numbers: own statements first, then what others say, then what configurations run. */
static int collect_asns(struct world *w)
{
    for (int own = 1; own >= 0; own--)
        FOR_ROWS(w, domain, DOMAIN, f)
        {
            if (!f->name || own_statement(f) != (own == 1))
                continue;
            struct dom *d = registry_dom(w, f->name);
            if (!d)
                return ERR_NOMEM;
            for (size_t i = 0; i < f->asns.n; i++)
                if (add_asn(w, d, f->asns.v[i]))
                    return ERR_NOMEM;
        }
    FOR_ROWS(w, bgp, BGP, f)
    {
        struct dom *d = registry_dom(w, f->origin->domain);
        if (!d || (f->asn > 0 && add_asn(w, d, (uint32_t)f->asn)))
            return ERR_NOMEM;
    }
    return 0;
}

/* An AS that no domain states of itself still has a place on paths. */
static int name_foreign_as(struct world *w, uint32_t asn)
{
    if (registry_by_asn(w, asn))
        return 0;
    struct dom *d = registry_dom(w, world_text(w, "AS%u", asn));
    return d ? add_asn(w, d, asn) : ERR_NOMEM;
}

static int collect_foreign(struct world *w)
{
    FOR_ROWS(w, bgp_session, BGP_SESSION, f)
    {
        if (f->peer_asn > 0 && name_foreign_as(w, (uint32_t)f->peer_asn))
            return ERR_NOMEM;
        if (f->local_asn > 0 && name_foreign_as(w, (uint32_t)f->local_asn))
            return ERR_NOMEM;
    }
    FOR_ROWS(w, border, BORDER, f)
    if (f->peer_asn > 0 && name_foreign_as(w, (uint32_t)f->peer_asn))
        return ERR_NOMEM;
    FOR_ROWS(w, route, ROUTE, f)
    for (size_t i = 0; i < f->as_path.n; i++)
        if (name_foreign_as(w, f->as_path.v[i]))
            return ERR_NOMEM;
    return 0;
}

static int cmp_dom(const void *a, const void *b)
{
    return strcmp((*(struct dom *const *)a)->name, (*(struct dom *const *)b)->name);
}

static int index_doms(struct world *w)
{
    w->n_doms = map_count(w->dom_by_name);
    w->doms = ARENA_ARRAY(w->arena, w->n_doms + 1, struct dom *);
    if (!w->doms)
        return ERR_NOMEM;
    for (size_t i = 0; i < w->n_doms; i++)
        w->doms[i] = map_entry(w->dom_by_name, i)->value.p;
    qsort(w->doms, w->n_doms, sizeof(struct dom *), cmp_dom);
    for (size_t i = 0; i < w->n_doms; i++)
        w->doms[i]->index = (uint32_t)i;
    return 0;
}

struct claim {
    struct prefix prefix;
    struct dom *dom;
    const struct origin *origin;
    int strength; /* smaller is stronger */
};

struct claims {
    VEC(struct claim);
};

static int add_claim(struct claims *c, const struct prefix *p, struct dom *d,
                     const struct origin *o, int strength)
{
    struct claim *n = VEC_PUSH(c);
    if (!n)
        return ERR_NOMEM;
    *n = (struct claim){*p, d, o, strength};
    return 0;
}

static int claims_of_domains(struct world *w, struct claims *c)
{
    FOR_ROWS(w, domain, DOMAIN, f)
    for (size_t i = 0; f->name && i < f->prefixes.n; i++) {
        struct prefix p;
        if (prefix_parse_loose(slice_of(f->prefixes.v[i]), &p) && !addr_is_private(&p.addr) &&
            add_claim(c, &p, registry_dom(w, f->name), f->origin, own_statement(f) ? 0 : 1))
            return ERR_NOMEM;
    }
    return 0;
}

static int claims_of_origins(struct world *w, struct claims *c)
{
    FOR_ROWS(w, prefix_origin, PREFIX_ORIGIN, f)
    {
        struct dom *d = f->asn > 0 ? registry_by_asn(w, (uint32_t)f->asn)
                                   : registry_dom(w, f->origin->domain);
        if (d && f->prefix.addr.family && !addr_is_private(&f->prefix.addr) &&
            add_claim(c, &f->prefix, d, f->origin, strcmp(d->name, f->origin->domain) ? 3 : 2))
            return ERR_NOMEM;
    }
    return 0;
}

/* What a domain originates in BGP is its own, unless somebody registered it. */
static int claims_of_bgp(struct world *w, struct claims *c)
{
    FOR_ROWS(w, origination, ORIGINATION, f)
    if (f->how && !strcmp(f->how, "network") && f->into && !strcmp(f->into, "bgp") &&
        f->prefix.addr.family && f->prefix.len &&
        add_claim(c, &f->prefix, registry_dom(w, f->origin->domain), f->origin, 4))
        return ERR_NOMEM;
    FOR_ROWS(w, route, ROUTE, f)
    {
        if (!f->layer || strcmp(f->layer, "bgp") || !f->prefix.len)
            continue;
        struct dom *d = f->as_path.n ? registry_by_asn(w, f->as_path.v[f->as_path.n - 1])
                                     : registry_dom(w, f->origin->domain);
        if (d && !(f->origin && f->as_path.n == 0 && f->external == 0 && !f->best) &&
            add_claim(c, &f->prefix, d, f->origin, f->as_path.n ? 6 : 5))
            return ERR_NOMEM;
    }
    return 0;
}

static int cmp_claim(const void *va, const void *vb)
{
    const struct claim *a = va, *b = vb;
    int c = prefix_cmp(&a->prefix, &b->prefix);
    if (!c)
        c = a->strength - b->strength;
    if (!c)
        c = strcmp(a->dom->name, b->dom->name);
    return c;
}

static void report_claims(struct world *w, const struct claim *first, const struct claim *other)
{
    char text[PREFIX_TEXT];
    if (first->dom == other->dom || other->strength > 1)
        return;
    disagree(w,
             &(struct disagreement){.kind = "prefix",
                                    .subject = prefix_format(&first->prefix, text),
                                    .says_a = world_text(w, "belongs to %s", first->dom->name),
                                    .says_b = world_text(w, "belongs to %s", other->dom->name),
                                    .a = first->origin,
                                    .b = other->origin,
                                    .decision = world_text(w, "%s has it", first->dom->name)});
}

static int settle_claims(struct world *w, struct claims *c)
{
    if (c->n)
        qsort(c->v, c->n, sizeof(*c->v), cmp_claim);
    for (size_t i = 0, first = 0; i < c->n; i++) {
        if (i && prefix_eq(&c->v[i].prefix, &c->v[first].prefix)) {
            report_claims(w, &c->v[first], &c->v[i]);
            continue;
        }
        first = i;
        if (lpm_set(w->dom_of, &c->v[i].prefix, c->v[i].dom->index))
            return ERR_NOMEM;
    }
    return 0;
}

static int list_prefixes(struct world *w, const struct claims *c)
{
    for (size_t k = 0; k < w->n_doms; k++) {
        struct dom *d = w->doms[k];
        size_t n = 0;
        for (size_t i = 0; i < c->n; i++)
            n += c->v[i].dom == d && c->v[i].strength <= 1;
        d->prefixes = ARENA_ARRAY(w->arena, n + 1, struct prefix);
        if (!d->prefixes)
            return ERR_NOMEM;
        d->n_prefixes = 0;
        for (size_t i = 0; i < c->n; i++)
            if (c->v[i].dom == d && c->v[i].strength <= 1 &&
                (!d->n_prefixes ||
                 !prefix_eq(&d->prefixes[d->n_prefixes - 1], &c->v[i].prefix)))
                d->prefixes[d->n_prefixes++] = c->v[i].prefix;
    }
    return 0;
}

int registry_build(struct world *w, struct err *e)
{
    struct claims claims = {0};
    w->dom_by_name = map_new();
    w->dom_by_asn = map_new();
    w->dom_of = lpm_new();
    int rc = w->dom_by_name && w->dom_by_asn && w->dom_of ? 0 : ERR_NOMEM;
    for (int k = 0; !rc && k < FACT_KIND_COUNT; k++) /* every domain that says anything */
        for (size_t i = 0; !rc && i < w->rows[k].n; i++) {
            const struct origin *o = ((const struct fact_node *)w->rows[k].v[i])->origin;
            struct dom *d = registry_dom(w, o->domain);
            rc = d ? 0 : ERR_NOMEM;
        }
    if (rc || (rc = collect_asns(w)) || (rc = collect_foreign(w)) || (rc = index_doms(w)) ||
        (rc = claims_of_domains(w, &claims)) || (rc = claims_of_origins(w, &claims)) ||
        (rc = claims_of_bgp(w, &claims)) || (rc = settle_claims(w, &claims)))
        goto out;
    rc = list_prefixes(w, &claims);
out:
    VEC_FREE(&claims);
    return rc ? err_set(e, rc, "out of memory while reading who owns what") : 0;
}
