/* SPDX-License-Identifier: Apache-2.0 */
/* What schedulers ask: what is accepted must be whole and within its limits. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "server/fts/ask.h"

static void check_pair(const struct fts_pair *p)
{
    assert(strstr(p->source_se, "://") && strstr(p->dest_se, "://"));
    assert(strcmp(p->source_se, p->dest_se) != 0);
    assert(p->vo || !p->activity);
    assert(p->weight > 0 && isfinite(p->weight));
    assert(isnan(p->queued) || (p->queued >= 0 && p->queued <= FTS_MAX_CONNECTIONS));
    assert(isnan(p->per_connection) || p->per_connection > 0);
    assert(!(p->min_active > p->max_active));
}

static void check_weights(const struct fts_weights *w)
{
    for (size_t i = 0; i < w->n; i++)
        assert(w->v[i].name && w->v[i].weight > 0);
}

static void check_grant(const struct fts_grant *g)
{
    assert(g->links.n > 0 && isnan(g->share) != isnan(g->limit));
    assert(isnan(g->share) || (g->share >= 0 && g->share <= 1 && g->links.n == 1));
    check_weights(&g->weights);
    for (size_t i = 0; i < g->links.n; i++)
        assert(g->links.v[i][0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct fts_ask ask;
    struct err e = {0};
    int rc = fts_ask_read((const char *)data, size, &ask, a, &e);
    assert(rc == 0 || (rc == e.code && e.msg[0]));
    assert(rc < 0 || ask.pairs.n > 0);
    for (size_t i = 0; rc == 0 && i < ask.pairs.n; i++)
        check_pair(&ask.pairs.v[i]);
    for (size_t i = 0; rc == 0 && i < ask.grants.n; i++)
        check_grant(&ask.grants.v[i]);
    if (rc == 0)
        check_weights(&ask.weights);
    fts_ask_free(&ask);
    arena_free(&a);
    return 0;
}
