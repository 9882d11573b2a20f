/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /rucio/distances.json: what Rucio's POST /import reads. Whole numbers from 1 up to the
 * penalty of a hop plus 2: a way over a third RSE costs at least the penalty plus twice the
 * smallest distance, so none is ever shorter than the direct one.
 */
#include <inttypes.h>
#include <math.h>

#include "server/edition.h"
#include "server/rucio/matrix.h"

#define NEAREST 1

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_rucio_distances, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "rucio-distances", "/rucio/distances.json", e)
                           : 0;
}

static void put_row(const struct matrix *m, size_t src, int64_t farthest, struct buf *b)
{
    bool some = false;
    buf_json_str(b, m->srcs[src]->name);
    buf_str(b, ":{");
    for (size_t i = 0; i < m->n_dsts; i++) {
        double share = matrix_share(m, m->value[src * m->n_dsts + i]);
        if (i == src)
            continue;
        if (some)
            buf_char(b, ',');
        some = true;
        int64_t n = isnan(share)
                        ? farthest
                        : NEAREST + (int64_t)lround(share * (double)(farthest - NEAREST));
        buf_json_str(b, m->dsts[i]->name);
        buf_printf(b, ":{\"distance\":%" PRId64 "}", n);
    }
    buf_char(b, '}');
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    int64_t farthest = v->settings->rucio->hop_penalty + 2 * NEAREST;
    struct matrix m = {.to = MATRIX_RSES};
    (void)r;
    int rc = matrix_compute(&m, v, q, out, e);
    if (rc <= 0)
        return rc;
    buf_str(&out->body, "{\"distances\":{");
    for (size_t i = 0; i < m.n_srcs; i++) {
        if (i)
            buf_char(&out->body, ',');
        put_row(&m, i, farthest, &out->body);
    }
    buf_str(&out->body, "}}\n");
    return 0;
}

const struct resource_ops resource_rucio_distances = {
    .kind = "rucio-distances",
    .media_type = MEDIA_JSON,
    .grants = GRANT_RUCIO,
    .slow = true,
    .apart = true,
    .ready = true,
    .list = list,
    .answer = answer,
};
