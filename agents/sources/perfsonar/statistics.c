/* SPDX-License-Identifier: Apache-2.0 */
/* From histograms to the statistics of RFC 9439 section 3. */
#include "agents/sources/perfsonar/ps.h"

#include <stdlib.h>

void ps_summary_none(struct ps_summary *s)
{
    *s = (struct ps_summary){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, FACT_NONE, NAN};
}

int ps_bins_add(struct ps *ps, struct ps_bins *b, struct ps_bin bin, struct err *e)
{
    if (bin.count == 0)
        return 0;
    if (b->n >= PS_MAX_BINS)
        return err_set(e, ERR_LIMIT, "%s: a histogram of more than %d values", ps->where,
                       PS_MAX_BINS);
    if (b->n == b->cap) {
        size_t cap = b->cap > 0 ? b->cap * 2 : 128;
        struct ps_bin *v = ARENA_ARRAY(ps->arena, cap, struct ps_bin);

        if (v == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a histogram");
        for (size_t i = 0; i < b->n; i++)
            v[i] = b->v[i];
        b->v = v;
        b->cap = cap;
    }
    b->v[b->n++] = bin;
    b->total += bin.count;
    return 0;
}

static int by_value(const void *a, const void *b)
{
    double x = ((const struct ps_bin *)a)->value, y = ((const struct ps_bin *)b)->value;

    return (x > y) - (x < y);
}

/* The value of that rank (from 1) among all values in order. */
static double ranked(const struct ps_bins *b, int64_t rank)
{
    size_t i = 0;

    while (i + 1 < b->n && rank > b->v[i].count)
        rank -= b->v[i++].count;
    return b->v[i].value;
}

/* The smallest value x with F(x) >= p (RFC 2330 section 11.3). */
static double percentile(const struct ps_bins *b, double p)
{
    int64_t rank = (int64_t)ceil(p / 100 * (double)b->total);

    return ranked(b, rank > 0 ? rank : 1);
}

void ps_bins_summary(struct ps_bins *b, struct ps_summary *out)
{
    double sum = 0, squares = 0;

    ps_summary_none(out);
    if (b->total == 0)
        return;
    qsort(b->v, b->n, sizeof(*b->v), by_value);
    for (size_t i = 0; i < b->n; i++)
        sum += b->v[i].value * (double)b->v[i].count;
    out->n = b->total;
    out->mean = sum / (double)b->total;
    for (size_t i = 0; i < b->n; i++) {
        double d = b->v[i].value - out->mean;

        squares += d * d * (double)b->v[i].count;
    }
    out->stddev = sqrt(squares / (double)b->total);
    out->min = b->v[0].value;
    out->max = b->v[b->n - 1].value;
    out->median = (ranked(b, (b->total + 1) / 2) + ranked(b, b->total / 2 + 1)) / 2;
    out->p25 = percentile(b, 25);
    out->p75 = percentile(b, 75);
    out->p95 = percentile(b, 95);
    out->p99 = percentile(b, 99);
}

int ps_bins_histogram(struct ps *ps, const struct jnode *h, struct ps_bins *out, struct err *e)
{
    *out = (struct ps_bins){0};
    if (!jnode_is(h, JREAD_OBJECT)) {
        ps_wrong(ps, "the histogram is no object of values and counts");
        return 0;
    }
    for (const struct jnode *m = h->first; m != NULL; m = m->next) {
        struct ps_bin bin;
        int rc;

        if (!slice_real(m->key, &bin.value) || !jnode_count(m, PS_MAX_COUNT, &bin.count)) {
            ps_wrong(ps,
                     "\"%.40s\" in a histogram is no value with a count; all of the "
                     "histogram is left out",
                     m->key.p);
            return 0;
        }
        bin.value *= 1000;
        rc = ps_bins_add(ps, out, bin, e);
        if (rc < 0)
            return rc;
    }
    return 1;
}

/* The offset of the clocks is the same in every delay: it cancels. */
static int put_variation(struct ps *ps, const struct ps_run *run, const struct ps_summary *s,
                         struct err *e)
{
    const struct ps_value v[] = {
        {"delay-variation", "mean", s->mean - s->min, s->n, NAN},
        {"delay-variation", "median", s->median - s->min, s->n, NAN},
        {"delay-variation", "p95", s->p95 - s->min, s->n, NAN},
        {"delay-variation", "p99", s->p99 - s->min, s->n, NAN},
        {"delay-variation", "max", s->max - s->min, s->n, NAN},
    };
    int rc = 0;

    for (size_t i = 0; i < sizeof(v) / sizeof(*v) && rc == 0; i++)
        rc = ps_measured(ps, run, &v[i], e);
    return rc;
}

static void tell_negative(struct ps *ps, const struct ps_summary *s)
{
    double clock_error = s->clock_error;
    double low = s->min < 0 ? s->min : s->mean, high = isnan(s->max) ? s->mean : s->max;

    if (isnan(clock_error))
        ps_skip(ps,
                "delays from %.3f to %.3f ms: what is negative says nothing, the error of the "
                "clocks is not told",
                low / 1000, high / 1000);
    else
        ps_skip(ps,
                "delays from %.3f to %.3f ms: what is negative %s error of the clocks, %.3f ms",
                low / 1000, high / 1000,
                -low <= clock_error ? "is noise within the" : "contradicts the",
                clock_error / 1000);
}

int ps_delays(struct ps *ps, const struct ps_run *run, const char *metric,
              const struct ps_summary *s, struct err *e)
{
    double clock_error = s->clock_error;
    const struct ps_value v[] = {
        {metric, "min", s->min, s->n, clock_error},
        {metric, "mean", s->mean, s->n, clock_error},
        {metric, "median", s->median, s->n, clock_error},
        {metric, "max", s->max, s->n, clock_error},
        {metric, "stddev", s->stddev, s->n, NAN},
        {metric, "p25", s->p25, s->n, clock_error},
        {metric, "p75", s->p75, s->n, clock_error},
        {metric, "p95", s->p95, s->n, clock_error},
        {metric, "p99", s->p99, s->n, clock_error},
    };
    bool one_way = slice_eq(slice_of(metric), "delay-ow");
    int rc = 0;

    if (s->min < 0 || s->mean < 0)
        tell_negative(ps, s);
    for (size_t i = 0; i < sizeof(v) / sizeof(*v) && rc == 0; i++)
        rc = ps_measured(ps, run, &v[i], e);
    return rc == 0 && one_way ? put_variation(ps, run, s, e) : rc;
}
