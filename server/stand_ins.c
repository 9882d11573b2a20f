/* SPDX-License-Identifier: Apache-2.0 */
#include "server/stand_ins.h"

int stand_ins_path(const struct snapshot *s, const struct pid *const ends[2], struct arena *a,
                   struct path **out, struct err *e)
{
    int rc = 0;
    *out = NULL;
    for (size_t i = 0; rc == 0 && i < 2 && !(*out && (*out)->reached); i++) {
        const struct path_question q = {ends[0]->stand_in[i], ends[1]->stand_in[i], NULL};
        if (addr_is_set(&q.src) && addr_is_set(&q.dst))
            rc = path_find_quietly(s->paths, &q, a, out, e);
    }
    return rc;
}

/* Are there calendars that windows of maintenance can change? */
static bool depends_on_paths(const struct asked *k)
{
    const struct snapshot *s = k->offer->atlas->snapshot;
    bool calendar = false;
    for (size_t i = 0; i < k->n_columns; i++)
        calendar |= k->columns[i].when && !k->columns[i].type->paths;
    return calendar && s && snapshot_has_windows(s);
}

static int fill_pair(struct asked *k, struct asked_pair *pair, bool paths, struct err *e)
{
    const struct snapshot *s = k->offer->atlas->snapshot;
    struct arena_mark here = arena_mark(k->arena);
    struct path *path = NULL;
    int rc = 0;
    if (paths) {
        const struct pid *const ends[] = {&s->pids[pair->src_pid], &s->pids[pair->dst_pid]};
        rc = stand_ins_path(s, ends, k->arena, &path, e);
    }
    pair->path = path && path->known && path->reached ? path : NULL;
    if (rc == 0)
        asked_fill(k, pair);
    arena_rewind(k->arena, here);
    return rc;
}

int asked_fill_pids(struct asked *k, const struct chosen *srcs, const struct chosen *dsts,
                    struct err *e)
{
    bool paths = depends_on_paths(k);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < srcs->n * dsts->n; i++) {
        struct asked_pair pair = {.pair = i,
                                  .src_pid = (int)srcs->v[i / dsts->n],
                                  .dst_pid = (int)dsts->v[i % dsts->n]};
        rc = fill_pair(k, &pair, paths, e);
    }
    return rc;
}
