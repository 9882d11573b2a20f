/* SPDX-License-Identifier: Apache-2.0 */
/* What announced windows of maintenance leave of a path, and of costs along it. */
#include <math.h>
#include <string.h>

#include "model/graph.h"
#include "model/snapshot.h"

static bool overlaps(const struct fact_maintenance *f, const struct snap_span *when)
{
    bool begins = f->start == FACT_NONE || f->start < when->to;
    return begins && (f->end == FACT_NONE || f->end > when->from);
}

/* ---- finding */

static int cmp_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static const char *speaker(const struct fact_maintenance *f)
{
    return f->origin ? f->origin->domain : NULL;
}

int snapshot_window_cmp(const void *va, const void *vb)
{
    const struct fact_maintenance *a = va, *b = vb;
    int c = cmp_text(speaker(a), speaker(b));
    c = c ? c : cmp_text(a->entity, b->entity);
    return c ? c : (a->start > b->start) - (a->start < b->start); /* FACT_NONE is the least */
}

/* What windows are of: an entity by the domain that speaks of it. */
struct subject {
    const char *domain, *kind, *name; /* kind: "node:" or "link:" */
};

static int cmp_subject(const struct fact_maintenance *f, const struct subject *of)
{
    int c = cmp_text(speaker(f), of->domain);
    if (c || !f->entity)
        return c ? c : -1;
    size_t n = strlen(of->kind);
    c = strncmp(f->entity, of->kind, n);
    return c ? c : strcmp(f->entity + n, of->name);
}

/* The first window of it, or where one would stand. */
static size_t first_of(const struct snapshot *s, const struct subject *of)
{
    size_t lo = 0, hi = s->n_maintenance;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (cmp_subject(&s->maintenance[mid], of) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Nothing said of the share: nothing is left. */
static double share_of(const struct snapshot *s, const struct subject *of,
                       const struct snap_span *when)
{
    double share = 1;
    if (!of->domain || !of->name)
        return 1;
    for (size_t i = first_of(s, of); share > 0 && i < s->n_maintenance; i++) {
        const struct fact_maintenance *f = &s->maintenance[i];
        if (cmp_subject(f, of) != 0 || (f->start != FACT_NONE && f->start >= when->to))
            break;
        if (overlaps(f, when))
            share = fmin(share, isnan(f->share) ? 0 : f->share);
    }
    return share;
}

static double share_of_router(const struct snapshot *s, const struct path_hop *hop,
                              const struct snap_span *when)
{
    return share_of(s, &(struct subject){hop->domain, "node:", hop->router}, when);
}

/* Both ends' domains may speak of a link. */
static double share_of_link(const struct snapshot *s, const struct link *link,
                            const struct snap_span *when)
{
    double share = 1;
    for (size_t k = 0; k < 2; k++) {
        const struct node *node = link->end[k].node;
        const char *domain = node && node->domain ? node->domain->name : NULL;
        share = fmin(share, share_of(s, &(struct subject){domain, "link:", link->name}, when));
        share = fmin(share, share_of(s, &(struct subject){domain, "link:", link->id}, when));
    }
    return share;
}

/* Of the routers at both ends of a link, and the link itself. A domain speaks of its own only:
 * others may have routers of the same name. */
static double share_left(const struct snapshot *s, const struct path_leg *leg, size_t i,
                         const struct snap_span *when)
{
    const struct path_hop *from = &leg->hops[i - 1], *to = &leg->hops[i];
    if (s->n_maintenance == 0)
        return 1;
    double share = fmin(share_of_router(s, from, when), share_of_router(s, to, when));
    return to->link ? fmin(share, share_of_link(s, to->link, when)) : share;
}

/* ---- values */

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

/* ---- paths */

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
