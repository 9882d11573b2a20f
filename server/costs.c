/* SPDX-License-Identifier: Apache-2.0 */
#include "server/costs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/problem.h"

int costs_choose(const struct atlas *atlas, const struct wire_names *list, struct chosen *out,
                 struct arena *a, struct err *e)
{
    bool all = !list || list->n == 0;
    size_t max = all ? atlas->n_pids : list->n;
    out->n = 0;
    out->v = ARENA_ARRAY(a, max + 1, uint32_t);
    out->names = ARENA_ARRAY(a, max + 1, const char *);
    if (!out->v || !out->names)
        return err_set(e, ERR_NOMEM, "no memory for a list of PIDs");
    for (size_t i = 0; i < max; i++) {
        int pid = all ? (int)i : atlas_pid(atlas, list->v[i]);
        if (pid < 0)
            continue;
        out->v[out->n] = (uint32_t)pid;
        out->names[out->n++] = atlas->pids[pid].name;
    }
    return 0;
}

static int ascending(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return a < b ? -1 : a > b;
}

static double rank_of(const double *sorted, size_t n, double value)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (sorted[mid] < value)
            low = mid + 1;
        else
            high = mid;
    }
    return (double)low + 1;
}

int costs_rank(double *value, size_t n, bool more_is_better, struct arena *a, struct err *e)
{
    double *sorted = ARENA_ARRAY(a, n + 1, double);
    size_t known = 0, distinct = 0;
    if (!sorted)
        return err_set(e, ERR_NOMEM, "no memory to rank costs");
    for (size_t i = 0; i < n; i++) {
        if (more_is_better)
            value[i] = -value[i];
        if (!isnan(value[i]))
            sorted[known++] = value[i];
    }
    qsort(sorted, known, sizeof(*sorted), ascending);
    for (size_t i = 0; i < known; i++) {
        if (distinct == 0 || sorted[i] != sorted[distinct - 1])
            sorted[distinct++] = sorted[i];
    }
    for (size_t i = 0; i < n; i++) {
        if (!isnan(value[i]))
            value[i] = rank_of(sorted, distinct, value[i]);
    }
    return 0;
}

void costs_constrain(double *value, size_t n, const struct wire_constraints *c)
{
    for (size_t i = 0; c->n > 0 && i < n; i++) {
        if (!wire_constraints_hold(c, value[i]))
            value[i] = NAN;
    }
}

void costs_capabilities(const struct atlas *atlas, struct buf *b)
{
    const char *comma = "";
    buf_str(b, "{\"cost-constraints\":true,\"cost-type-names\":[");
    for (size_t i = 0; i < atlas->n_metrics; i++) {
        const char *names[] = {atlas->metrics[i].numerical_name,
                               atlas->metrics[i].ordinal_name};
        for (size_t k = 0; k < 2; k++) {
            if (!names[k])
                continue;
            buf_str(b, comma);
            buf_json_str(b, names[k]);
            comma = ",";
        }
    }
    buf_str(b, "]}");
}

int costs_metric(const struct atlas *atlas, const struct wire_cost_type *type,
                 struct reply *out)
{
    int metric = atlas_metric(atlas, type->metric, type->mode);
    if (metric >= 0)
        return metric;
    if (strcmp(type->mode, "numerical") != 0 && strcmp(type->mode, "ordinal") != 0)
        problem_value(out, "cost-type/cost-mode", type->mode);
    else
        problem_value(out, "cost-type/cost-metric", type->metric);
    return -1;
}

bool costs_is_path_vector(const struct wire_cost_type *type, struct reply *out)
{
    if (!type->mode) /* only pairs were given: there is but one type */
        return true;
    if (strcmp(type->mode, COST_MODE_ARRAY) != 0)
        problem_value(out, "cost-type/cost-mode", type->mode);
    else if (strcmp(type->metric, COST_METRIC_ANES) != 0)
        problem_value(out, "cost-type/cost-metric", type->metric);
    else
        return true;
    return false;
}
