/* SPDX-License-Identifier: Apache-2.0 */
/* Values of metrics for one path, in the units of RFC 9439. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/policies.h"
#include "model/snapshot.h"

#define US_PER_MS     1000.0
#define BITS_PER_BYTE 8.0

/* What the link into hop i costs or carries; NAN: unknown. */
typedef double hop_value_fn(const struct path *p, const struct path_leg *leg, size_t i);

static bool crosses_domains(const struct path_leg *leg, size_t i)
{
    const struct path_hop *a = &leg->hops[i - 1], *b = &leg->hops[i];
    if (b->link != NULL)
        return b->link->inter;
    return a->domain != NULL && b->domain != NULL && strcmp(a->domain, b->domain) != 0;
}

static const struct link_end *sending_end(const struct path_hop *hop)
{
    return &hop->link->end[hop->forward ? 0 : 1];
}

static double hop_count(const struct path *p, const struct path_leg *leg, size_t i)
{
    (void)p, (void)leg, (void)i;
    return 1;
}

static double hop_routing_cost(const struct path *p, const struct path_leg *leg, size_t i)
{
    const struct path_hop *hop = &leg->hops[i];
    if (crosses_domains(leg, i))
        return SNAPSHOT_COST_BORDER;
    if (hop->link == NULL)
        return SNAPSHOT_COST_LINK;
    const struct link_end *end = sending_end(hop);
    int64_t metric = p->dst.family == 6 ? end->metric6 : end->metric4;
    return metric == FACT_NONE ? SNAPSHOT_COST_LINK : (double)metric;
}

static double hop_delay(const struct path *p, const struct path_leg *leg, size_t i)
{
    (void)p;
    return leg->hops[i].link != NULL ? leg->hops[i].link->delay * US_PER_MS : NAN;
}

static double hop_capacity(const struct path *p, const struct path_leg *leg, size_t i)
{
    (void)p;
    int64_t bits = path_link_capacity(leg, i);
    return bits > 0 ? (double)bits / BITS_PER_BYTE : NAN;
}

static double hop_available(const struct path *p, const struct path_leg *leg, size_t i)
{
    double capacity = hop_capacity(p, leg, i);
    if (isnan(capacity) || leg->hops[i].link == NULL)
        return NAN;
    double left = capacity - sending_end(&leg->hops[i])->load / BITS_PER_BYTE;
    return left < 0 ? 0 : left;
}

/* fmax and fmin pass over NAN; what is unknown has to stay unknown. */
static double least(double a, double b)
{
    return isnan(a) || isnan(b) ? NAN : fmin(a, b);
}

/* From the destination on, as sums of many paths to it are made (aggregator/trees.h): what is
 * added up in another order may differ in the last digit. */
static double leg_sum(const struct path *p, const struct path_leg *leg, hop_value_fn *value)
{
    double sum = leg->n_hops > 0 ? 0 : NAN;
    for (size_t i = leg->n_hops; i-- > 1;)
        sum = value(p, leg, i) + sum;
    return sum;
}

static double leg_min(const struct path *p, const struct path_leg *leg, hop_value_fn *value)
{
    double min = leg->n_hops > 1 ? INFINITY : NAN; /* no link: nothing is known to limit it */
    for (size_t i = 1; i < leg->n_hops; i++)
        min = least(min, value(p, leg, i));
    return min;
}

/*
 * Hops of unknown AS between two of one AS are taken as of that AS; between two different ones
 * they could hide a third, so the count is unknown.
 */
static double leg_as_boundaries(const struct path_leg *leg)
{
    double n = 0;
    uint32_t last = leg->n_hops > 0 ? leg->hops[0].asn : 0;
    bool gap = false;
    if (last == 0)
        return NAN;
    for (size_t i = 1; i < leg->n_hops; i++) {
        uint32_t asn = leg->hops[i].asn;
        if (asn != 0 && asn != last) {
            if (gap)
                return NAN;
            n++;
            last = asn;
        }
        gap = asn == 0;
    }
    return gap ? NAN : n;
}

/* Packets are spread over the legs: the mean of what they cost. */
static double path_mean(const struct path *p, hop_value_fn *value)
{
    double sum = 0;
    for (size_t i = 0; i < p->n_legs; i++)
        sum += value != NULL ? leg_sum(p, &p->legs[i], value) : leg_as_boundaries(&p->legs[i]);
    return sum / (double)p->n_legs;
}

/* One flow takes one leg and it is not known which: the narrowest counts. */
static double path_min(const struct path *p, hop_value_fn *value)
{
    double min = leg_min(p, &p->legs[0], value);
    for (size_t i = 1; i < p->n_legs; i++)
        min = least(min, leg_min(p, &p->legs[i], value));
    return min;
}

static double path_delay(const struct path *p)
{
    return path_mean(p, hop_delay);
}

static double path_round_trip(const struct path *p)
{
    return p->rtt * US_PER_MS;
}

static double path_hops(const struct path *p)
{
    return path_mean(p, hop_count);
}

static double path_as_hops(const struct path *p)
{
    return path_mean(p, NULL);
}

static double path_routing_cost(const struct path *p)
{
    return path_mean(p, hop_routing_cost);
}

static double path_available(const struct path *p)
{
    return path_min(p, hop_available);
}

static double path_capacity(const struct path *p)
{
    return path_min(p, hop_capacity);
}

/*
 * A link's delay is one declared number, so every measure of its location is that number;
 * operators of spread can't be told. RFC 9439 section 5.2: what is not reserved is left, and
 * nothing is reserved here; section 5.3: available is what is left less what is measured.
 */
static const struct {
    const char *metric;
    enum path_cost cost;
} costs[] = {
    {"hopcount", PATH_HOPS},
    {"priv:as-hopcount", PATH_AS_HOPS},
    {"routingcost", PATH_ROUTING},
    {"delay-ow", PATH_DELAY},
    {"delay-ow:cur", PATH_DELAY},
    {"delay-ow:mean", PATH_DELAY},
    {"delay-ow:median", PATH_DELAY},
    {"delay-ow:min", PATH_DELAY},
    {"delay-rt", PATH_RTT},
    {"delay-rt:cur", PATH_RTT},
    {"delay-rt:min", PATH_RTT},
    {"bw-residual", PATH_CAPACITY},
    {"bw-residual:cur", PATH_CAPACITY},
    {"bw-residual:max", PATH_CAPACITY},
    {"bw-available", PATH_AVAILABLE},
    {"bw-available:cur", PATH_AVAILABLE},
};

static double (*const composed[PATH_COSTS])(const struct path *p) = {
    [PATH_HOPS] = path_hops,
    [PATH_AS_HOPS] = path_as_hops,
    [PATH_ROUTING] = path_routing_cost,
    [PATH_DELAY] = path_delay,
    [PATH_RTT] = path_round_trip,
    [PATH_CAPACITY] = path_capacity,
    [PATH_AVAILABLE] = path_available,
};

int snapshot_measured_cmp(const void *va, const void *vb)
{
    const struct snap_measured *a = va, *b = vb;
    int c = strcmp(a->metric, b->metric);
    if (c == 0)
        c = addr_cmp(&a->src, &b->src);
    return c != 0 ? c : addr_cmp(&a->dst, &b->dst);
}

static double measured_between_pids(const struct snapshot *s, const char *metric,
                                    const struct snap_between *b)
{
    int m = snapshot_metric(s, metric);
    uint32_t from = lpm_find(s->pid_of, b->src, NULL), to = lpm_find(s->pid_of, b->dst, NULL);
    if (m < 0 || from == LPM_NONE || to == LPM_NONE || !s->metrics[m].measured)
        return NAN;
    size_t cell = from * s->n_pids + to;
    return s->metrics[m].measured[cell] ? s->metrics[m].value[cell] : NAN;
}

double snapshot_cost_between(const struct snapshot *s, const char *metric,
                             struct snap_between *b)
{
    const struct snap_measured wanted = {metric, *b->src, *b->dst, 0};
    const struct snap_measured *found = s->n_measured
                                            ? bsearch(&wanted, s->measured, s->n_measured,
                                                      sizeof(wanted), snapshot_measured_cmp)
                                            : NULL;
    b->basis = found ? BASIS_ADDRESSES : isnan(b->composed) ? BASIS_NONE : BASIS_PATH;
    if (found)
        b->cls = CLASS_OBSERVED;
    if (found || !isnan(b->composed) || !s->n_measured)
        return found ? found->value : b->composed;
    double value = measured_between_pids(s, metric, b);
    b->cls = CLASS_ASSUMED;
    b->basis = isnan(value) ? BASIS_NONE : BASIS_PIDS;
    return value;
}

enum path_cost snapshot_path_cost_of(const char *metric)
{
    for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++)
        if (strcmp(costs[i].metric, metric) == 0)
            return costs[i].cost;
    return PATH_COSTS;
}

static bool is_bandwidth(enum path_cost c)
{
    return c == PATH_CAPACITY || c == PATH_AVAILABLE;
}

static bool has_costs(const struct path *p)
{
    return p->known && p->reached && p->n_legs > 0;
}

double snapshot_path_cost(const struct snapshot *s, const char *metric, const struct path *p)
{
    enum path_cost which = has_costs(p) ? snapshot_path_cost_of(metric) : PATH_COSTS;
    if (which == PATH_COSTS || (is_bandwidth(which) && snapshot_path_withheld(s, p)))
        return NAN;
    return composed[which](p);
}

void snapshot_path_costs(const struct snapshot *s, const struct path *p, double out[PATH_COSTS])
{
    bool hidden = has_costs(p) && snapshot_path_withheld(s, p);
    for (size_t i = 0; i < PATH_COSTS; i++)
        out[i] = has_costs(p) && !(hidden && is_bandwidth(i)) ? composed[i](p) : NAN;
}

struct link_costs snapshot_link_costs(const struct snapshot *s, const struct path *p,
                                      const struct path_leg *leg, size_t i)
{
    bool hidden = snapshot_link_withheld(s, leg, i);
    return (struct link_costs){.routing = hop_routing_cost(p, leg, i),
                               .delay = hop_delay(p, leg, i),
                               .capacity = hidden ? NAN : hop_capacity(p, leg, i),
                               .available = hidden ? NAN : hop_available(p, leg, i)};
}
