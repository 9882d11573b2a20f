/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/emit.h"
#include "aggregator/igp.h"

#include <stdlib.h>
#include <string.h>

/* ---- graph */

static int emit_domains(struct world *w)
{
    struct snapshot *s = w->snap;
    s->domains = ARENA_ARRAY(w->arena, w->n_doms + 1, struct domain);
    for (size_t i = 0; s->domains && i < w->n_doms; i++) {
        const struct dom *d = w->doms[i];
        s->domains[s->n_domains++] = (struct domain){.name = d->name,
                                                     .asns = d->asns.v,
                                                     .n_asns = d->asns.n,
                                                     .prefixes = d->prefixes,
                                                     .n_prefixes = d->n_prefixes,
                                                     .has_facts = d->has_nodes};
    }
    return s->domains ? 0 : ERR_NOMEM;
}

static int emit_nodes(struct world *w)
{
    struct snapshot *s = w->snap;
    s->nodes = ARENA_ARRAY(w->arena, w->n_routers + 1, struct node);
    for (size_t i = 0; s->nodes && i < w->n_routers; i++) {
        const struct router *r = w->routers[i];
        s->nodes[s->n_nodes++] = (struct node){
            .name = r->name, .domain = &s->domains[r->dom->index], .site = r->site};
    }
    return s->nodes ? 0 : ERR_NOMEM;
}

static struct link_end end_of(const struct world *w, const struct port *p,
                              const struct ifaddr *a4, const struct ifaddr *a6)
{
    return (struct link_end){.node = &w->snap->nodes[p->instance->router->index],
                             .interface = p->name,
                             .addr4 = a4->addr,
                             .addr6 = a6->addr,
                             .capacity = p->capacity,
                             .capacity_from = p->capacity_from,
                             .metric4 = igp_metric(w, p, 4),
                             .metric6 = igp_metric(w, p, 6),
                             .load = p->load};
}

static const char *end_text(const struct world *w, const struct link_end *e)
{
    return world_text(w, "%s:%s:%s", e->node->domain->name, e->node->name,
                      e->interface ? e->interface : "");
}

static void name_link(const struct world *w, struct link *l)
{
    const char *a = l->end[0].node->name, *b = l->end[1].node->name;
    l->name = strcmp(a, b) <= 0 ? world_text(w, "%s|%s", a, b) : world_text(w, "%s|%s", b, a);
    const char *x = end_text(w, &l->end[0]), *y = end_text(w, &l->end[1]);
    l->id = strcmp(x, y) <= 0 ? world_text(w, "%s|%s", x, y) : world_text(w, "%s|%s", y, x);
}

static int emit_links(struct world *w)
{
    struct snapshot *s = w->snap;
    s->links = ARENA_ARRAY(w->arena, w->n_wires + 1, struct link);
    for (size_t i = 0; s->links && i < w->n_wires; i++) {
        struct wire *x = w->wires[i];
        struct link *l = &s->links[s->n_links++];
        *l = (struct link){.delay = x->delay,
                           .inter = x->inter,
                           .confirmed = x->confirmed,
                           .cls = x->confirmed ? CLASS_DERIVED : CLASS_ASSUMED};
        /* a comes before b in canonical order, which end[] keeps: the walk counts on end 0
         * being a */
        l->end[0] = end_of(w, x->a, &x->a4, &x->a6);
        l->end[1] = end_of(w, x->b, &x->b4, &x->b6);
        name_link(w, l);
        x->link = l;
    }
    return s->links ? 0 : ERR_NOMEM;
}

int emit_graph(struct world *w, struct err *e)
{
    int rc;
    if ((rc = emit_domains(w)) || (rc = emit_nodes(w)) || (rc = emit_links(w)))
        return err_set(e, rc, "out of memory while making the graph");
    w->snap->domain_of = w->dom_of;
    return 0;
}

/* ---- the rest */

static int read_prefixes(struct world *w, const struct strs *texts, struct prefix **out,
                         size_t *n)
{
    *out = ARENA_ARRAY(w->arena, texts->n + 1, struct prefix);
    for (size_t i = 0; *out && i < texts->n; i++)
        *n += prefix_parse_loose(slice_of(texts->v[i]), &(*out)[*n]);
    return *out ? 0 : ERR_NOMEM;
}

static int emit_sites(struct world *w)
{
    struct snapshot *s = w->snap;
    s->sites = ARENA_ARRAY(w->arena, w->rows[FACT_SITE].n + 1, struct snap_site);
    int rc = s->sites ? 0 : ERR_NOMEM;
    FOR_ROWS(w, site, SITE, f)
    {
        if (rc || !f->name)
            continue;
        struct snap_site *x = &s->sites[s->n_sites++];
        *x = (struct snap_site){.name = f->name,
                                .domain = f->origin->domain,
                                .latitude = f->latitude,
                                .longitude = f->longitude};
        rc = read_prefixes(w, &f->prefixes, &x->prefixes, &x->n_prefixes);
    }
    return rc;
}

static int emit_endpoints(struct world *w)
{
    struct snapshot *s = w->snap;
    s->endpoints = ARENA_ARRAY(w->arena, w->rows[FACT_ENDPOINT].n + 1, struct snap_endpoint);
    FOR_ROWS(w, endpoint, ENDPOINT, f)
    if (s->endpoints && f->name)
        s->endpoints[s->n_endpoints++] = (struct snap_endpoint){.name = f->name,
                                                                .rse = f->rse,
                                                                .site = f->site,
                                                                .domain = f->origin->domain,
                                                                .hosts = f->hosts.v,
                                                                .n_hosts = f->hosts.n,
                                                                .addrs = f->addrs.v,
                                                                .n_addrs = f->addrs.n};
    return s->endpoints ? 0 : ERR_NOMEM;
}

static int emit_named(struct world *w)
{
    struct snapshot *s = w->snap;
    s->properties = ARENA_ARRAY(w->arena, w->rows[FACT_PROPERTY].n + 1, struct snap_property);
    s->policies = ARENA_ARRAY(w->arena, w->rows[FACT_POLICY].n + 1, struct fact_policy);
    s->link_groups =
        ARENA_ARRAY(w->arena, w->rows[FACT_LINK_GROUP].n + 1, struct fact_link_group);
    s->grants = ARENA_ARRAY(w->arena, w->rows[FACT_GRANT].n + 1, struct fact_grant);
    s->documents = ARENA_ARRAY(w->arena, w->rows[FACT_DOCUMENT].n + 1, struct snap_document);
    s->maintenance =
        ARENA_ARRAY(w->arena, w->rows[FACT_MAINTENANCE].n + 1, struct fact_maintenance);
    if (!s->properties || !s->policies || !s->link_groups || !s->grants || !s->documents ||
        !s->maintenance)
        return ERR_NOMEM;
    FOR_ROWS(w, property, PROPERTY, f)
    if (f->entity && f->name && f->value)
        s->properties[s->n_properties++] =
            (struct snap_property){f->entity, f->name, f->value, f->origin};
    FOR_ROWS(w, policy, POLICY, f) s->policies[s->n_policies++] = *f;
    FOR_ROWS(w, link_group, LINK_GROUP, f) s->link_groups[s->n_link_groups++] = *f;
    FOR_ROWS(w, grant, GRANT, f) s->grants[s->n_grants++] = *f;
    FOR_ROWS(w, maintenance, MAINTENANCE, f) /* rows are in the order of windows */
    {
        s->maintenance[s->n_maintenance++] = *f;
        world_changes_at(w, f->end); /* no calendar is made of a window that is over */
    }
    FOR_ROWS(w, document, DOCUMENT, f)
    if (f->name && f->kind && f->body)
        s->documents[s->n_documents++] =
            (struct snap_document){f->origin->domain, f->name, f->kind, f->body, f->origin};
    return 0;
}

static int cmp_scope(const void *va, const void *vb)
{
    const struct origin *a = &((const struct scope_status *)va)->origin;
    const struct origin *b = &((const struct scope_status *)vb)->origin;
    int c = strcmp(a->domain, b->domain);
    c = c ? c : strcmp(a->source, b->source);
    return c ? c : strcmp(a->scope, b->scope);
}

static int emit_scopes(struct world *w, struct intake *const *intakes, size_t n)
{
    struct snapshot *s = w->snap;
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += intakes[i]->n_scopes;
    s->scopes = ARENA_ARRAY(w->arena, total + 1, struct scope_status);
    for (size_t i = 0; s->scopes && i < n; i++)
        for (size_t k = 0; k < intakes[i]->n_scopes; k++)
            s->scopes[s->n_scopes++] = intakes[i]->scopes[k];
    if (s->scopes)
        qsort(s->scopes, s->n_scopes, sizeof(*s->scopes), cmp_scope);
    return s->scopes ? 0 : ERR_NOMEM;
}

int emit_rest(struct world *w, struct intake *const *intakes, size_t n, struct err *e)
{
    int rc;
    if ((rc = emit_sites(w)) || (rc = emit_endpoints(w)) || (rc = emit_named(w)) ||
        (rc = emit_scopes(w, intakes, n)))
        return err_set(e, rc, "out of memory while filling the snapshot");
    return 0;
}
