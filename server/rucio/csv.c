/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /rucio/custom-distance.csv: what Rucio's `custom_table` reads. One line for each site and
 * RSE, without head: "site,rse,distance". Rucio takes 1 for a pair that is not there, so known
 * distances stay below it. Clients without site ask for "None", those that set none for
 * "ROAMING": they get the mean over all sites.
 */
#include <math.h>

#include "server/edition.h"
#include "server/rucio/matrix.h"

#define FARTHEST_KNOWN 0.99
#define UNKNOWN        1.0
#define DECIMALS       6

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_rucio_csv, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "rucio-csv", "/rucio/custom-distance.csv", e)
                           : 0;
}

static double distance(const struct matrix *m, size_t rse, size_t site)
{
    double share = matrix_share(m, m->value[rse * m->n_dsts + site]);
    return isnan(share) ? UNKNOWN : share * FARTHEST_KNOWN;
}

static double mean(const struct matrix *m, size_t rse)
{
    double sum = 0;
    for (size_t i = 0; i < m->n_dsts; i++)
        sum += distance(m, rse, i);
    return m->n_dsts ? sum / (double)m->n_dsts : UNKNOWN;
}

static void put_line(struct buf *b, const char *site, const char *rse, double value)
{
    buf_printf(b, "%s,%s,%.*f\n", site, rse, DECIMALS, value);
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    static const char *const others[] = {"None", "ROAMING"};
    struct matrix m = {.to = MATRIX_SITES};
    (void)r;
    int rc = matrix_compute(&m, v, q, out, e);
    if (rc <= 0)
        return rc;
    for (size_t site = 0; site < m.n_dsts; site++) {
        for (size_t rse = 0; rse < m.n_srcs; rse++)
            put_line(&out->body, m.dsts[site]->name, m.srcs[rse]->name,
                     distance(&m, rse, site));
    }
    for (size_t i = 0; i < 2; i++) {
        for (size_t rse = 0; rse < m.n_srcs; rse++)
            put_line(&out->body, others[i], m.srcs[rse]->name, mean(&m, rse));
    }
    return 0;
}

const struct resource_ops resource_rucio_csv = {
    .kind = "rucio-csv",
    .media_type = "text/csv",
    .grants = GRANT_RUCIO,
    .slow = true,
    .apart = true,
    .ready = true,
    .list = list,
    .answer = answer,
};
