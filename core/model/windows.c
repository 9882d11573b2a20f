/* SPDX-License-Identifier: Apache-2.0 */
/* What announced windows of maintenance leave of a path's bandwidth. */
#include <math.h>
#include <string.h>

#include "model/graph.h"
#include "model/snapshot.h"

bool snapshot_has_calendar(const struct snapshot *s, const char *metric)
{
    return s->n_maintenance > 0 && strncmp(metric, "bw-", 3) == 0;
}

static bool is_named(const char *entity, const char *kind, const char *name)
{
    size_t n = strlen(kind);
    return name && entity && strncmp(entity, kind, n) == 0 && strcmp(entity + n, name) == 0;
}

static bool is_of(const struct fact_maintenance *f, const char *domain)
{
    return f->origin && domain && strcmp(f->origin->domain, domain) == 0;
}

static bool is_router(const struct fact_maintenance *f, const struct path_hop *hop)
{
    return is_named(f->entity, "node:", hop->router) && is_of(f, hop->domain);
}

static bool is_of_end(const struct fact_maintenance *f, const struct link_end *end)
{
    return end->node && end->node->domain && is_of(f, end->node->domain->name);
}

static bool is_link(const struct fact_maintenance *f, const struct link *link)
{
    return link &&
           (is_named(f->entity, "link:", link->name) ||
            is_named(f->entity, "link:", link->id)) &&
           (is_of_end(f, &link->end[0]) || is_of_end(f, &link->end[1]));
}

/* The routers at both ends of a link, and the link itself. A domain speaks of its own only:
 * others may have routers of the same name. */
static bool concerns(const struct fact_maintenance *f, const struct path_leg *leg, size_t i)
{
    const struct path_hop *to = &leg->hops[i];
    return is_router(f, &leg->hops[i - 1]) || is_router(f, to) || is_link(f, to->link);
}

static bool overlaps(const struct fact_maintenance *f, const struct snap_span *when)
{
    bool begins = f->start == FACT_NONE || f->start < when->to;
    return begins && (f->end == FACT_NONE || f->end > when->from);
}

/* Nothing said of the share: nothing is left. */
static double share_left(const struct snapshot *s, const struct path_leg *leg, size_t i,
                         const struct snap_span *when)
{
    double share = 1;
    for (size_t k = 0; k < s->n_maintenance; k++) {
        const struct fact_maintenance *f = &s->maintenance[k];
        if (overlaps(f, when) && concerns(f, leg, i))
            share = fmin(share, isnan(f->share) ? 0 : f->share);
    }
    return share;
}

/* One link as a path of its own, to ask for its value. */
static double link_value(const struct snapshot *s, const char *metric, const struct path *p,
                         const struct path_hop *into)
{
    struct path_leg one = {.hops = (struct path_hop[]){into[-1], into[0]}, .n_hops = 2};
    struct path link = *p;
    link.legs = &one;
    link.n_legs = 1;
    return snapshot_path_cost(s, metric, &link);
}

/* What is in use stays so: what the window takes is taken from what is free. */
static double value_left(const struct snapshot *s, const char *metric, const struct path *p,
                         const struct path_hop *into, double share)
{
    double value = link_value(s, metric, p, into);
    if (strncmp(metric, "bw-available", 12) != 0)
        return share * value;
    return fmax(0, value - (1 - share) * link_value(s, "bw-residual", p, into));
}

double snapshot_path_cost_in(const struct snapshot *s, const char *metric, const struct path *p,
                             const struct snap_span *when)
{
    double value = snapshot_path_cost(s, metric, p);
    for (size_t l = 0; !isnan(value) && l < p->n_legs; l++) {
        for (size_t i = 1; i < p->legs[l].n_hops; i++) {
            double share = share_left(s, &p->legs[l], i, when);
            if (share < 1)
                value = fmin(value, value_left(s, metric, p, &p->legs[l].hops[i], share));
        }
    }
    return value;
}
