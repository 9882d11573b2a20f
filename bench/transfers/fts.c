/* SPDX-License-Identifier: Apache-2.0 */
#include "fts.h"

#include <math.h>

/* Sizes are compared by their order of magnitude, rounded. */
static double magnitude(double x)
{
    return x > 0 ? round(log10(x)) : 0;
}

static uint32_t steps_of(const struct fts_range *r)
{
    return r->mode >= 2 ? 2 : 1;
}

static int64_t by_success(const struct fts_cycle *c, const struct fts_state *before)
{
    bool better = c->now.success > before->success;
    bool hold = better && c->now.success >= 96 && c->now.retries <= before->retries;
    return hold ? 0 : -1;
}

static int64_t by_throughput(const struct fts_cycle *c, const struct fts_state *before,
                             double ema)
{
    int64_t up = steps_of(&c->range);
    if (ema == 0 || c->now.queue < c->value)
        return 0;
    if (ema >= before->ema)
        return up;
    if (magnitude(c->now.file_size) < magnitude(before->file_size))
        return up;
    return magnitude(ema) < magnitude(before->ema) ? -1 : 0;
}

static bool exceeded(const struct fts_limit *l)
{
    return l->limit > 0 && l->throughput > l->limit;
}

/* No more than the queue can use. */
static bool may_grow(const struct fts_cycle *c, int64_t decision)
{
    if (c->range.mode == 1)
        return c->now.queue >= decision;
    return c->range.mode < 2 || decision <= (int64_t)c->now.queue * FTS_MAX_STREAMS;
}

static uint32_t clamp(const struct fts_range *r, int64_t value)
{
    if (value < (int64_t)r->least)
        return r->least;
    return value > (int64_t)r->most ? r->most : (uint32_t)value;
}

/* Is it the same as last time, and too soon to look again? */
static bool unchanged(const struct fts_cycle *c, double ema)
{
    return c->before && !c->stateless && c->now.success == c->before->success &&
           ema == c->before->ema && c->now.since < FTS_STEADY;
}

uint32_t fts_decide(const struct fts_cycle *c, double *ema)
{
    const struct fts_range *r = &c->range;
    double last = c->before && !c->stateless ? c->before->ema : c->now.throughput;
    *ema = c->now.throughput > 0 ? FTS_EMA * c->now.throughput + (1 - FTS_EMA) * last : last;
    if (r->least == r->most)
        return r->least;
    if (c->value == 0)
        return r->specific ? r->most : r->least + (r->most - r->least) / 2;
    if (exceeded(&c->source) || exceeded(&c->destination))
        return clamp(r, (int64_t)c->value - 1);
    if (unchanged(c, *ema))
        return FTS_SKIP;
    struct fts_state same = c->now;
    same.ema = *ema;
    const struct fts_state *before = c->before && !c->stateless ? c->before : &same;
    int64_t move = c->now.success < 97 ? by_success(c, before) : by_throughput(c, before, *ema);
    if (move > 0 && !may_grow(c, (int64_t)c->value + move))
        move = 0;
    return clamp(r, (int64_t)c->value + move);
}

double fts_window(double mean_duration)
{
    if (mean_duration > 0 && mean_duration < 30)
        return 300;
    return mean_duration > 30 && mean_duration < 900 ? 900 : 1800;
}
