/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/matrix.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/edition.h"
#include "server/problem.h"
#include "server/rucio/metrics.h"

#define MAX_NAME 200 /* memcached takes keys of 250 bytes, Rucio's own part included */

struct work {
    struct matrix *m;
    const struct view *view;
    const struct request *q;
    struct metric metric;
    struct reply *out;
};

/* Rucio keeps distances in memcached under these names, and splits lines at commas. */
static bool can_be_written(const char *name)
{
    if (!*name || strlen(name) > MAX_NAME || strcmp(name, "None") == 0 ||
        strcmp(name, "ROAMING") == 0)
        return false;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        if (*c <= ' ' || *c == ',' || *c == '|' || *c == 0x7f)
            return false;
    }
    return true;
}

static int refuse(const struct work *w, const char *what, const char *name)
{
    char text[504];
    snprintf(text, sizeof(text), "%s '%.100s'", what, name);
    return problem_api(w->out, 503, text, NULL);
}

/* --- which */

/* Those that can be written and located; all must be, unless what is unknown is farthest. */
static int choose(const struct work *w, const struct place *const *all, size_t n,
                  const struct place *const **v, size_t *count)
{
    bool lenient = w->view->settings->rucio->farthest;
    const struct place **kept = ARENA_ARRAY(w->q->arena, n + 1, const struct place *);
    *v = kept;
    *count = 0;
    for (size_t i = 0; kept && i < n; i++) {
        bool written = can_be_written(all[i]->name);
        if (written && (all[i]->n > 0 || lenient)) {
            kept[(*count)++] = all[i];
        } else if (!lenient) {
            refuse(w,
                   written
                       ? "no address is known of"
                       : "a name that a table of Rucio can't have (blank, comma, '|', None, "
                         "ROAMING):",
                   all[i]->name);
            return 0;
        }
    }
    return kept ? 1 : ERR_NOMEM;
}

/* The sites that the configuration names, else all. */
static int choose_sites(const struct work *w)
{
    const struct rucio_settings *r = w->view->settings->rucio;
    const struct places *places = edition_places(w->view->edition);
    const struct place *const *all;
    size_t n = places_sites(places, &all);
    if (r->n_sites > 0) {
        const struct place **named = ARENA_ARRAY(w->q->arena, r->n_sites, const struct place *);
        if (!named)
            return ERR_NOMEM;
        for (n = 0; n < r->n_sites; n++) {
            named[n] = places_site(places, r->sites[n]);
            if (!named[n]) {
                refuse(w, "nothing is known of site", r->sites[n]);
                return 0;
            }
        }
        all = named;
    }
    int rc = choose(w, all, n, &w->m->dsts, &w->m->n_dsts);
    if (rc > 0 && w->m->n_dsts == 0) {
        problem_api(w->out, 503, "no site is known, neither by facts nor by CRIC", NULL);
        return 0;
    }
    return rc;
}

static int choose_rses(const struct work *w)
{
    const struct place *const *all;
    size_t n = places_rses(edition_places(w->view->edition), &all);
    int rc = choose(w, all, n, &w->m->srcs, &w->m->n_srcs);
    if (rc > 0 && w->m->n_srcs == 0) {
        problem_api(w->out, 503, "no RSE is known: no endpoint of the facts names one", NULL);
        return 0;
    }
    return rc;
}

/* --- costs */

/* The best of all pairs of addresses, as for sorting. */
static int cost_between(const struct work *w, const struct place *src, const struct place *dst,
                        double *out, struct err *e)
{
    const struct metric_work with = {w->view, w->q->arena, w->q->now};
    bool some = false;
    *out = NAN;
    for (size_t i = 0; i < src->n; i++) {
        for (size_t k = 0; k < dst->n; k++) {
            struct arena_mark here = arena_mark(w->q->arena);
            struct metric_pair pair = {.src = src->addrs[i], .dst = dst->addrs[k]};
            struct metric_value one;
            if (pair.src.family != pair.dst.family)
                continue;
            some = true;
            int rc = metric_between(&w->metric, &with, &pair, &one, e);
            arena_rewind(w->q->arena, here);
            if (rc < 0)
                return rc;
            bool better = w->m->more_is_better ? one.value > *out : one.value < *out;
            if (!isnan(one.value) && (isnan(*out) || better))
                *out = one.value;
        }
    }
    if (some)
        *out = metric_or_missing(&w->metric, *out);
    return 0;
}

static int fill(const struct work *w, struct err *e)
{
    struct matrix *m = w->m;
    const struct place *missing[2] = {0};
    m->least = INFINITY;
    m->most = -INFINITY;
    for (size_t i = 0; i < m->n_srcs; i++) {
        for (size_t k = 0; k < m->n_dsts; k++) {
            double *to = &m->value[i * m->n_dsts + k];
            if (w->m->to == MATRIX_RSES && i == k)
                continue;
            int rc = cost_between(w, m->srcs[i], m->dsts[k], to, e);
            if (rc < 0)
                return rc;
            if (isnan(*to)) {
                if (m->n_unknown++ == 0) {
                    missing[0] = m->srcs[i];
                    missing[1] = m->dsts[k];
                }
                continue;
            }
            m->least = fmin(m->least, *to);
            m->most = fmax(m->most, *to);
        }
    }
    if (m->n_unknown == 0 || w->view->settings->rucio->farthest)
        return 1;
    char text[504];
    snprintf(
        text, sizeof(text),
        "%zu of %zu costs are unknown, the first from RSE '%.80s' to '%.80s'; rucio.missing: "
        "farthest exports them as far away",
        m->n_unknown, m->n_srcs * m->n_dsts, missing[0]->name, missing[1]->name);
    return problem_api(w->out, 503, text, NULL);
}

/* Is more of the metric better? */
static bool prefers_more(const struct metric *m)
{
    const struct rucio_metric *spec = m->spec;
    bool more =
        m->cost ? m->cost->more_is_better : spec->property == RUCIO_BANDWIDTH; /* of a path */
    if (!spec || spec->better == RUCIO_AS_USUAL)
        return more;
    return spec->better == RUCIO_TURNED ? !more : spec->better == RUCIO_MORE;
}

int matrix_compute(struct matrix *m, const struct view *v, const struct request *q,
                   struct reply *out, struct err *e)
{
    struct work w = {.m = m, .view = v, .q = q, .out = out};
    struct err why = {0};
    *m = (struct matrix){.to = m->to};
    if (metric_bind(v, v->settings->rucio->metric, true, &w.metric, &why) < 0) {
        problem_api(out, 503, why.msg, NULL);
        return 0;
    }
    m->more_is_better = prefers_more(&w.metric);
    int rc = choose_rses(&w);
    if (rc > 0 && m->to == MATRIX_SITES)
        rc = choose_sites(&w);
    if (m->to == MATRIX_RSES) {
        m->dsts = m->srcs;
        m->n_dsts = m->n_srcs;
    }
    if (rc > 0 && m->n_dsts > MATRIX_MAX_CELLS / m->n_srcs) {
        problem_api(out, 503, "the table would be too large", NULL);
        return 0;
    }
    if (rc > 0 && !(m->value = ARENA_ARRAY(q->arena, m->n_srcs * m->n_dsts + 1, double)))
        rc = ERR_NOMEM;
    if (rc == ERR_NOMEM)
        return err_set(e, rc, "no memory for a table of distances");
    return rc > 0 ? fill(&w, e) : rc;
}

double matrix_share(const struct matrix *m, double cost)
{
    if (isnan(cost))
        return NAN;
    /* Costs count from 0, so that twice the cost is twice as far; what is more the better has
     * no such origin. */
    double from = m->more_is_better ? m->most : fmin(0, m->least);
    double to = m->more_is_better ? m->least : m->most;
    return cost == from || to == from ? 0 : (cost - from) / (to - from);
}
