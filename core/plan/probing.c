/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/probing.h"

#include <math.h>

#define LARGEST_MOVE 0.25 /* of the range, in one epoch: estimates are noisy */

/* SplitMix64: one well-mixed number per (seed, epoch, knob, use). */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static double uniform(const struct probing *p, size_t knob, unsigned use)
{
    uint64_t x = mix(mix(mix(p->seed) ^ p->epoch) ^ (knob * 4 + use));
    return (double)(x >> 11) * 0x1p-53;
}

static double within(const struct probing_knob *k, double x)
{
    return fmin(fmax(x, k->least), k->most);
}

static uint32_t round_at_random(double x, double chance)
{
    double whole = floor(x);
    return (uint32_t)(x - whole > chance ? whole + 1 : whole);
}

void probing_begin(struct probing *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct probing_knob *k = &p->knobs[i];
        double step = uniform(p, i, 0) < 0.5 ? -p->width : p->width;
        double chance = uniform(p, i, 1);
        k->up = round_at_random(within(k, k->point + step), chance);
        k->down = round_at_random(within(k, k->point - step), chance);
    }
}

void probing_end(struct probing *p, double utility_up, double utility_down)
{
    double difference = utility_up - utility_down;
    for (size_t i = 0; isfinite(difference) && i < p->n; i++) {
        struct probing_knob *k = &p->knobs[i];
        double apart = (double)k->up - (double)k->down;
        if (apart == 0)
            continue;
        double most = LARGEST_MOVE * (k->most - k->least);
        double move = p->gain * difference / apart;
        k->point = within(k, k->point + fmin(fmax(move, -most), most));
    }
    p->epoch++;
}

double probing_utility(const struct probing_goal *g, const double *rate, double floor_rate)
{
    double sum = 0;
    for (size_t f = 0; f < g->n_flows; f++)
        sum += g->weight[f] * log(fmax(rate[f], floor_rate));
    for (size_t l = 0; l < g->n_links; l++)
        sum -= g->penalty * fmax(0, g->load[l] / g->limit[l] - 1);
    return sum;
}
