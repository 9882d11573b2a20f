/* SPDX-License-Identifier: Apache-2.0 */
/* What announced windows of maintenance leave of a path, and of costs along it. */
#include <math.h>
#include <string.h>

#include "model/graph.h"
#include "model/snapshot.h"

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

/* What is in use stays so: what the window takes is taken from what is free. NAN: unknown. */
static double value_left(const struct snapshot *s, const char *metric, const struct path *p,
                         const struct path_hop *into, double share)
{
    double value = link_value(s, metric, p, into);
    if (strncmp(metric, "bw-available", 12) != 0)
        return share * value;
    double left = value - (1 - share) * link_value(s, "bw-residual", p, into);
    return left < 0 ? 0 : left; /* fmax passes over NAN */
}

static bool is_bandwidth(const char *metric)
{
    return strncmp(metric, "bw-", 3) == 0;
}

static bool is_throughput(const char *metric)
{
    return strcmp(metric, "tput") == 0 || strncmp(metric, "tput:", 5) == 0;
}

/* What a value can be at most when a share of one link is left; NAN: nobody knows. Less than 0:
 * nobody can tell the value itself. */
static double most_left(const struct snapshot *s, const char *metric, const struct path *p,
                        const struct path_hop *into, double share)
{
    bool bandwidth = is_bandwidth(metric), throughput = is_throughput(metric);
    if (!(share > 0)) /* whatever the link could carry */
        return bandwidth || throughput ? 0 : -1;
    if (!bandwidth && !throughput)
        return INFINITY;
    return value_left(s, bandwidth ? metric : "bw-residual", p, into, share);
}

double snapshot_value_in(const struct snapshot *s, const char *metric, const struct path *p,
                         const struct snap_span *when, double value)
{
    for (size_t l = 0; !isnan(value) && l < p->n_legs; l++) {
        for (size_t i = 1; !isnan(value) && i < p->legs[l].n_hops; i++) {
            double share = share_left(s, &p->legs[l], i, when);
            if (!(share < 1))
                continue;
            double most = most_left(s, metric, p, &p->legs[l].hops[i], share);
            value = most < 0 ? NAN : fmin(value, most); /* an unknown limit limits nothing */
        }
    }
    return value;
}

double snapshot_path_cost_in(const struct snapshot *s, const char *metric, const struct path *p,
                             const struct snap_span *when)
{
    return snapshot_value_in(s, metric, p, when, snapshot_path_cost(s, metric, p));
}

bool snapshot_has_windows(const struct snapshot *s)
{
    const struct snap_span to_come = {s->as_of, INT64_MAX};
    for (size_t i = 0; i < s->n_maintenance; i++) {
        if (overlaps(&s->maintenance[i], &to_come))
            return true;
    }
    return false;
}

bool snapshot_windows_equal(const struct snapshot *s, const struct snap_span *a,
                            const struct snap_span *b)
{
    for (size_t i = 0; i < s->n_maintenance; i++) {
        if (overlaps(&s->maintenance[i], a) != overlaps(&s->maintenance[i], b))
            return false;
    }
    return true;
}

/* --- paths --- */

static int64_t part_of(int64_t capacity, double share)
{
    if (!(share > 0))
        return PATH_CLOSED;
    int64_t left = (int64_t)(share * (double)capacity);
    return capacity <= 0 ? capacity : left > 0 ? left : PATH_CLOSED;
}

/* The link into hop i keeps a share. */
static int narrow(struct path_leg *leg, size_t i, double share, struct arena *a)
{
    struct path_hop *from = &leg->hops[i - 1], *to = &leg->hops[i];
    if (!to->link) {
        from->out_capacity = part_of(from->out_capacity, share);
        to->in_capacity = part_of(to->in_capacity, share);
        return 0;
    }
    struct link *link = arena_dup(a, to->link, sizeof(*link));
    for (size_t k = 0; link && k < 2; k++)
        link->end[k].capacity = part_of(link->end[k].capacity, share);
    to->link = link;
    return link ? 0 : ERR_NOMEM;
}

static int narrow_leg(const struct snapshot *s, struct path_leg *leg,
                      const struct snap_span *when, struct arena *a)
{
    const struct path_leg before = *leg;
    bool own = false;
    for (size_t i = 1; i < leg->n_hops; i++) {
        double share = share_left(s, &before, i, when);
        if (!(share < 1))
            continue;
        if (!own &&
            !(leg->hops = arena_dup(a, before.hops, before.n_hops * sizeof(*before.hops))))
            return ERR_NOMEM;
        own = true;
        if (narrow(leg, i, share, a) < 0)
            return ERR_NOMEM;
    }
    return 0;
}

static bool is_concerned(const struct snapshot *s, const struct path *p,
                         const struct snap_span *when)
{
    for (size_t l = 0; l < p->n_legs; l++) {
        for (size_t i = 1; i < p->legs[l].n_hops; i++) {
            if (share_left(s, &p->legs[l], i, when) < 1)
                return true;
        }
    }
    return false;
}

const struct path *snapshot_path_in(const struct snapshot *s, const struct path *p,
                                    const struct snap_span *when, struct arena *a)
{
    if (!is_concerned(s, p, when))
        return p;
    struct path *copy = arena_dup(a, p, sizeof(*p));
    if (!copy || !(copy->legs = arena_dup(a, p->legs, p->n_legs * sizeof(*p->legs))))
        return NULL;
    for (size_t l = 0; l < copy->n_legs; l++) {
        if (narrow_leg(s, &copy->legs[l], when, a) < 0)
            return NULL;
    }
    return copy;
}
