/* SPDX-License-Identifier: Apache-2.0 */
#include "server/stand_ins.h"

static void take(struct stand_in *s, const struct addr *a)
{
    struct addr *to = a->family == 4 ? &s->v4 : &s->v6;
    if (!addr_is_set(to))
        *to = *a;
}

/* The first host of a prefix; a default route stands for nobody. */
static void take_prefix(struct stand_in *s, const struct prefix *p)
{
    struct addr a = p->addr;
    unsigned bits = addr_bits(&a);
    if (p->len == 0)
        return;
    if (p->len + 1u < bits)
        a.b[bits / 8 - 1] |= 1;
    take(s, &a);
}

struct stand_in *stand_ins_new(const struct atlas *atlas, struct arena *a)
{
    const struct snapshot *snap = atlas->snapshot;
    struct stand_in *s = ARENA_ARRAY(a, atlas->n_pids + 1, struct stand_in);
    for (size_t i = 0; s && i < snap->n_endpoints; i++) {
        for (size_t k = 0; k < snap->endpoints[i].n_addrs; k++) {
            uint32_t pid = lpm_find(atlas->pid_of, &snap->endpoints[i].addrs[k], NULL);
            if (pid != LPM_NONE)
                take(&s[pid], &snap->endpoints[i].addrs[k]);
        }
    }
    for (size_t i = 0; s && i < atlas->n_pids; i++) {
        for (size_t k = 0; k < atlas->pids[i].n_prefixes; k++)
            take_prefix(&s[i], &atlas->pids[i].prefixes[k]);
    }
    return s;
}

int stand_ins_path(const struct snapshot *s, const struct stand_in *const ends[2],
                   struct arena *a, struct path **out, struct err *e)
{
    const struct path_question questions[] = {{ends[0]->v4, ends[1]->v4, NULL},
                                              {ends[0]->v6, ends[1]->v6, NULL}};
    int rc = 0;
    *out = NULL;
    for (size_t i = 0; rc == 0 && i < 2 && !(*out && (*out)->known); i++) {
        if (addr_is_set(&questions[i].src) && addr_is_set(&questions[i].dst))
            rc = path_find_quietly(s->paths, &questions[i], a, out, e);
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
    return s && s->n_maintenance > 0 && calendar;
}

static int fill_pair(struct asked *k, struct asked_pair *pair, const struct stand_in *of,
                     struct err *e)
{
    struct arena_mark here = arena_mark(k->arena);
    struct path *path = NULL;
    int rc = 0;
    if (of) {
        const struct stand_in *const ends[] = {&of[pair->src_pid], &of[pair->dst_pid]};
        rc = stand_ins_path(k->offer->atlas->snapshot, ends, k->arena, &path, e);
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
    const struct stand_in *of = NULL;
    int rc = 0;
    if (depends_on_paths(k) && !(of = stand_ins_new(k->offer->atlas, k->arena)))
        return err_set(e, ERR_NOMEM, "no memory for costs");
    for (size_t i = 0; rc == 0 && i < srcs->n * dsts->n; i++) {
        struct asked_pair pair = {.pair = i,
                                  .src_pid = (int)srcs->v[i / dsts->n],
                                  .dst_pid = (int)dsts->v[i % dsts->n]};
        rc = fill_pair(k, &pair, of, e);
    }
    return rc;
}
