/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/strays.h"

#include <math.h>
#include <stdbool.h>

#define MOST_OF_IT                                                                             \
    0.5 /* of what is believed on a link: where it lacks, its flows may stray                  \
         */

static void compare(const struct strays *s, const double *believed, double *excess)
{
    for (size_t l = 0; l < s->n_links; l++) {
        double more = s->load[l] - believed[l];
        bool known = isfinite(more) && isfinite(s->limit[l]);
        excess[l] = !known ? NAN : fabs(more) > STRAYS_NOISE * s->limit[l] ? more : 0;
    }
}

/* Never above the limit: who is believed there and is not may come back at any time. */
static double room_of(double limit, double excess)
{
    return excess > 0 ? fmax(0, limit * (1 - STRAYS_MARGIN) - excess) : limit;
}

/* By how much all would have to shrink for the worst link with strays to be within its limit.
 */
static double relief(const struct strays *s, const double *excess)
{
    double part = INFINITY;
    for (size_t l = 0; l < s->n_links; l++) {
        if (excess[l] > 0 && s->load[l] > s->limit[l])
            part = fmin(part, s->limit[l] / s->load[l]);
    }
    return part;
}

static bool may_stray(const struct strays_flow *f, const double *believed, const double *excess)
{
    for (size_t i = 0; i < f->n_links; i++) {
        if (-excess[f->links[i]] > MOST_OF_IT * believed[f->links[i]])
            return true;
    }
    return false;
}

int strays_find(const struct strays *s, double *excess, double *room, double *keep,
                struct arena *a)
{
    struct arena_mark here = arena_mark(a);
    double *believed = ARENA_ARRAY(a, s->n_links + 1, double);
    if (!believed)
        return ERR_NOMEM;
    for (size_t f = 0; f < s->n_flows; f++) {
        for (size_t i = 0; i < s->flows[f].n_links; i++)
            believed[s->flows[f].links[i]] += s->flows[f].rate;
    }
    compare(s, believed, excess);
    for (size_t l = 0; l < s->n_links; l++)
        room[l] = room_of(s->limit[l], excess[l]);
    double part = relief(s, excess);
    for (size_t f = 0; f < s->n_flows; f++)
        keep[f] = may_stray(&s->flows[f], believed, excess) ? part : INFINITY;
    arena_rewind(a, here);
    return 0;
}
