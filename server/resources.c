/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/offer.h"
#include "server/resource.h"

const struct resource_ops *const resource_kinds[] = {
#define RESOURCE(name) &resource_##name,
#include "resources.def"
#undef RESOURCE
    NULL,
};

bool resource_is_for(const struct resource *r, const struct client_class *class)
{
    const struct wire_view_names *clients = r->offer ? &r->offer->view->clients : NULL;
    return !clients || clients->n == 0 || (class && wire_view_has(clients, class->name));
}

const struct cost_offer *resource_costs(const struct resource *r)
{
    if (r->offer)
        return r->offer->costs.n > 0 ? &r->offer->costs : NULL;
    if (r->ops == &resource_path_vector || r->ops == &resource_path_vector_costmap)
        return r->atlas->vectors;
    bool costs = r->ops == &resource_cost_map || r->ops == &resource_cost_map_filtered ||
                 r->ops == &resource_endpoint_cost;
    return costs ? r->atlas->costs : NULL;
}

bool resource_is_cached(const struct resource *r)
{
    const struct cost_offer *costs = resource_costs(r);
    return r->ops->cached && !(costs && offer_is_timed(costs));
}

void resource_put_uses(const struct resource *r, struct description *d)
{
    const struct wire_view_names *uses = r->offer ? &r->offer->view->uses : NULL;
    for (size_t i = 0; uses && i < uses->n; i++)
        d->uses[d->n_uses++] = uses->v[i];
    if (d->n_uses == 0 && *r->atlas->map_id)
        d->uses[d->n_uses++] = r->atlas->map_id;
}

void description_free(struct description *d)
{
    buf_free(&d->capabilities);
    VEC_FREE(&d->more_uses);
}
