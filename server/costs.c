/* SPDX-License-Identifier: Apache-2.0 */
#include "server/costs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
