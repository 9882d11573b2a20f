/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/granted.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "server/edition.h"

/* Links of the routes that a direction of a link of the graph is, or is part of. */
struct cover {
    uint32_t link, next; /* next: index + 1 */
};

struct finding {
    const struct fts_granting *q;
    struct fts_granted *out;
    struct arena *arena;
    struct map *covers; /* "id\nforward" -> index of cover + 1 */
    struct map *groups; /* -> struct links */
    struct {
        VEC(struct cover);
    } chain;
    uint32_t *marks; /* per link: the set that it was added to last */
    uint32_t set;
    struct {
        VEC(struct fts_together);
    } together;
    struct buf used; /* what the tag is made of */
};

/* A set of links of the routes. */
struct links {
    uint32_t *v;
    size_t n;
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for grants");
}

/* ---- Links of the graph among those of the routes ---- */

static int add_cover(struct finding *f, struct slice id, bool forward, uint32_t link)
{
    struct buf key = {0};
    buf_printf(&key, "%.*s\n%d", (int)id.n, id.p, forward);
    union map_value *at = key.failed ? NULL : map_at(f->covers, key.data, key.len);
    struct cover *c = at ? VEC_PUSH(&f->chain) : NULL;
    buf_free(&key);
    if (!c)
        return ERR_NOMEM;
    *c = (struct cover){link, (uint32_t)at->u};
    at->u = f->chain.n;
    return 0;
}

/* The crossing of a hidden interior is called by all it crosses: "id forward" in lines. */
static int add_covers(struct finding *f, uint32_t index, const struct fts_link *l)
{
    struct slice rest = slice_of(l->graph_id), line;
    int rc = 0;
    if (!l->graph_id)
        return 0;
    if (!strchr(l->graph_id, '\n'))
        return add_cover(f, rest, l->forward, index);
    while (rc == 0 && slice_line(&rest, &line)) {
        bool forward = line.n > 2 && line.p[line.n - 1] == '1';
        if (line.n > 2)
            rc = add_cover(f, (struct slice){line.p, line.n - 2}, forward, index);
    }
    return rc;
}

static uint32_t first_cover(const struct finding *f, const struct link *link,
                            unsigned direction)
{
    struct buf key = {0};
    buf_printf(&key, "%s\n%d", link->id, direction == 0);
    const union map_value *at = key.failed ? NULL : map_get(f->covers, key.data, key.len);
    buf_free(&key);
    return at ? (uint32_t)at->u : 0;
}

static void add_links(struct finding *f, const struct fts_member *m, unsigned direction,
                      struct links *out)
{
    uint32_t at = m->directions & 1u << direction ? first_cover(f, m->link, direction) : 0;
    for (; at > 0; at = f->chain.v[at - 1].next) {
        uint32_t l = f->chain.v[at - 1].link;
        if (f->marks[l] == f->set)
            continue;
        f->marks[l] = f->set;
        out->v[out->n++] = l;
    }
}

static bool new_set(struct finding *f, struct links *out)
{
    *out = (struct links){ARENA_ARRAY(f->arena, f->q->routes->links.n + 1, uint32_t), 0};
    f->set++;
    return out->v != NULL;
}

/* ---- Grants ---- */

static int note_use(struct finding *f, const struct fts_stated *g, const struct links *in)
{
    for (size_t i = 0; i < in->n; i++) {
        struct fts_use *use = ARENA_NEW(f->arena, struct fts_use);
        if (!use)
            return ERR_NOMEM;
        *use = (struct fts_use){g, f->out->uses[in->v[i]]};
        f->out->uses[in->v[i]] = use;
    }
    return 0;
}

/* INFINITY: a share of what is not known, or not told, says nothing. */
static double limit_on(const struct fts_stated *g, const struct links *in,
                       const struct finding *f)
{
    const struct fts_link *l = in->n > 0 ? &f->q->routes->links.v[in->v[0]] : NULL;
    if (!l)
        return INFINITY;
    if (isnan(g->fact->share))
        return (double)g->fact->bits;
    bool part = l->graph_id && strchr(l->graph_id, '\n');
    return g->fact->share == 0 ? 0 : part ? INFINITY : g->fact->share * l->capacity;
}

static int grant_together(struct finding *f, const struct fts_stated *g, const struct links *in)
{
    struct fts_together *t = VEC_PUSH(&f->together);
    if (!t)
        return ERR_NOMEM;
    double limit = isnan(g->fact->share) ? (double)g->fact->bits : 0; /* a share of nothing */
    *t = (struct fts_together){g, in->v, in->n, limit};
    return note_use(f, g, in);
}

/* *n grows by the links that it says something of, now or at its time. */
static int grant_one(struct finding *f, const struct fts_stated *g, const struct links *in,
                     size_t *n)
{
    double limit = limit_on(g, in, f);
    *n += isfinite(limit) ? in->n : 0;
    if (!isfinite(limit) || !g->in_force)
        return 0;
    if (in->n > 1)
        return grant_together(f, g, in);
    if (limit < f->out->limit[in->v[0]]) {
        f->out->limit[in->v[0]] = limit;
        f->out->alone[in->v[0]] = g;
    }
    return note_use(f, g, in);
}

/* All grants of a group have one list of its members: its links are found once. */
static const struct links *links_of(struct finding *f, const struct fts_stated *g)
{
    union map_value *at = map_at(f->groups, &g->group, sizeof(g->group));
    if (!at || at->cp)
        return at ? at->cp : NULL;
    struct links *in = ARENA_NEW(f->arena, struct links);
    if (!in || !new_set(f, in))
        return NULL;
    for (size_t i = 0; i < g->n_links; i++) {
        for (unsigned d = 0; d < 2; d++)
            add_links(f, &g->links[i], d, in);
    }
    at->cp = in;
    return in;
}

static int apply_group(struct finding *f, const struct fts_stated *g, size_t *used)
{
    const struct links *in = links_of(f, g);
    if (!in)
        return ERR_NOMEM;
    *used = in->n;
    return in->n > 0 && g->in_force ? grant_together(f, g, in) : 0;
}

/* Each direction of each of parallel links by itself. */
static int apply_links(struct finding *f, const struct fts_stated *g, size_t *used)
{
    int rc = 0;
    for (size_t i = 0; i < 2 * g->n_links && rc == 0; i++) {
        struct links in;
        if (!new_set(f, &in))
            return ERR_NOMEM;
        add_links(f, &g->links[i / 2], i % 2, &in);
        rc = grant_one(f, g, &in, used);
    }
    return rc;
}

static void foresee(struct finding *f, const struct fact_grant *g)
{
    const int64_t times[] = {g->start, g->end};
    int64_t now = f->q->now, *until = &f->out->valid_until;
    for (size_t i = 0; i < 2; i++) {
        if (times[i] == FACT_NONE || times[i] <= now || times[i] - now > FTS_FORESEEN)
            continue;
        if (*until == FACT_NONE || times[i] < *until)
            *until = times[i];
    }
}

static bool begins_soon(const struct finding *f, const struct fts_stated *g)
{
    return g->fact->start - f->q->now <= FTS_FORESEEN;
}

static int apply(struct finding *f, const struct fts_stated *g)
{
    size_t used = 0;
    if (g->state == FTS_IGNORED || g->state == FTS_PAST || (!g->in_force && !begins_soon(f, g)))
        return 0;
    int rc = g->group ? apply_group(f, g, &used) : apply_links(f, g, &used);
    if (used > 0)
        foresee(f, g->fact);
    if (used == 0 || !g->in_force)
        return rc;
    buf_printf(&f->used, "%s\n", g->fact->origin->domain);
    fact_json(FACT_GRANT, g->fact, &f->used);
    if (g->group)
        fact_json(FACT_LINK_GROUP, g->group, &f->used);
    return rc;
}

static int make_tag(struct finding *f)
{
    struct hash *h = f->used.len > 0 ? hash_new() : NULL;
    if (f->used.failed || (f->used.len > 0 && !h))
        return ERR_NOMEM;
    if (!h)
        return 0;
    hash_add(h, f->used.data, f->used.len);
    hash_hex(h, f->out->tag);
    hash_free(&h);
    return 0;
}

static int apply_all(struct finding *f, struct err *e)
{
    const struct snapshot *snap = edition_snapshot(f->q->view->edition);
    struct fts_said said = fts_said_by(snap, f->q->view->settings->scitags, f->q->now);
    struct fts_stated *stated;
    int rc = 0;
    for (uint32_t l = 0; rc == 0 && l < f->q->routes->links.n; l++)
        rc = add_covers(f, l, &f->q->routes->links.v[l]);
    if (rc < 0)
        return nomem(e);
    said.user = f->q->user;
    rc = fts_specify(&said, f->arena, &stated, e);
    for (size_t i = 0; rc == 0 && i < said.n_grants; i++) {
        if (apply(f, &stated[i]) < 0)
            return nomem(e);
    }
    return rc;
}

int fts_granted_find(const struct fts_granting *q, struct fts_granted *out, struct err *e)
{
    struct finding f = {.q = q, .out = out, .arena = q->routes->arena};
    size_t n = q->routes->links.n;
    *out = (struct fts_granted){.limit = ARENA_ARRAY(f.arena, n + 1, double),
                                .alone = ARENA_ARRAY(f.arena, n + 1, const struct fts_stated *),
                                .uses = ARENA_ARRAY(f.arena, n + 1, const struct fts_use *),
                                .valid_until = FACT_NONE};
    f.marks = ARENA_ARRAY(f.arena, n + 1, uint32_t);
    if (!out->limit || !out->alone || !out->uses || !f.marks)
        return nomem(e);
    for (size_t l = 0; l < n; l++)
        out->limit[l] = INFINITY;
    if (!q->user || edition_snapshot(q->view->edition)->n_grants == 0)
        return 0;
    f.covers = map_new();
    f.groups = map_new();
    int rc = f.covers && f.groups ? apply_all(&f, e) : nomem(e);
    out->n_together = f.together.n;
    out->together = arena_dup(f.arena, f.together.v, f.together.n * sizeof(*f.together.v));
    if (rc == 0 && ((f.together.n > 0 && !out->together) || make_tag(&f) < 0))
        rc = nomem(e);
    map_free(&f.covers);
    map_free(&f.groups);
    VEC_FREE(&f.chain);
    VEC_FREE(&f.together);
    buf_free(&f.used);
    return rc;
}

/* ---- Writing ---- */

static bool was_named(const struct fts_granted *g, size_t link, const struct fts_use *until)
{
    for (const struct fts_use *u = g->uses[link]; u != until; u = u->next) {
        if (strcmp(u->stated->fact->origin->domain, until->stated->fact->origin->domain) == 0)
            return true;
    }
    return false;
}

void fts_granted_put_by(const struct fts_granted *g, size_t link, struct buf *out)
{
    const char *before = "[";
    for (const struct fts_use *u = g->uses[link]; u; u = u->next) {
        if (was_named(g, link, u))
            continue;
        buf_str(out, before);
        buf_json_str(out, u->stated->fact->origin->domain);
        before = ",";
    }
    buf_str(out, *before == '[' ? "[]" : "]");
}

void fts_granted_put_groups(const struct fts_granted *g, const struct fts_routes *r,
                            struct buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < g->n_together; i++) {
        const struct fts_together *t = &g->together[i];
        const struct fact_link_group *group = t->stated->group;
        buf_str(out, i > 0 ? ",{\"domain\":" : "{\"domain\":");
        buf_json_str(out, t->stated->fact->origin->domain);
        buf_str(out, ",\"name\":");
        buf_json_str(out, group ? group->name : NULL);
        buf_str(out, ",\"limit\":");
        buf_json_real(out, t->limit);
        buf_str(out, ",\"links\":[");
        for (size_t k = 0; k < t->n; k++) {
            buf_str(out, k > 0 ? "," : "");
            buf_json_str(out, r->links.v[t->links[k]].id);
        }
        buf_str(out, "]}");
    }
    buf_char(out, ']');
}
