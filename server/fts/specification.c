/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/specification.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "server/scitags.h"

/* Links of one name are a chain: `next` is an index + 1. */
struct fts_names {
    const struct snapshot *snap;
    struct map *by_name, *by_id; /* -> index + 1 */
    size_t *next;
};

/* A group that is stated. */
struct group {
    const struct fact_link_group *fact;
    const struct fts_stated *first; /* grant of it, whose links the others have, too; or NULL */
    const char *note;
    size_t next; /* of the same domain and name: index + 1 */
};

struct specifying {
    const struct fts_said *said;
    struct fts_names *names;
    struct arena *arena;
    struct fts_stated *stated;
    struct group *groups;
    struct map *by_group; /* domain and name -> index + 1 */
    size_t *places;       /* per link of the graph: where it stands in the list under way */
    struct map *chains;   /* domain, user and link or group -> struct claim */
};

/* One direction of a link, or a group, in one grant. */
struct claim {
    size_t grant;
    struct claim *next;
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for grants");
}

const char *fts_grant_state_name(enum fts_grant_state s)
{
    static const char *const names[] = {"valid", "future", "past", "conflict", "ignored"};
    return names[s];
}

struct fts_said fts_said_by(const struct snapshot *snap, const struct scitags *tags,
                            int64_t now)
{
    return (struct fts_said){.snap = snap,
                             .tags = tags,
                             .grants = snap->grants,
                             .n_grants = snap->n_grants,
                             .groups = snap->link_groups,
                             .n_groups = snap->n_link_groups,
                             .now = now};
}

/* ---- Names of links ---- */

static int add_names(struct fts_names *n)
{
    for (size_t i = 0; i < n->snap->n_links; i++) {
        union map_value *name = map_at_str(n->by_name, n->snap->links[i].name);
        union map_value *id = map_at_str(n->by_id, n->snap->links[i].id);
        if (!name || !id)
            return ERR_NOMEM;
        n->next[i] = (size_t)name->u;
        name->u = id->u = i + 1;
    }
    return 0;
}

int fts_names_new(struct fts_names **out, const struct snapshot *snap, struct arena *a,
                  struct err *e)
{
    struct fts_names *n = *out = ARENA_NEW(a, struct fts_names);
    if (!n)
        return nomem(e);
    *n = (struct fts_names){.snap = snap,
                            .by_name = map_new(),
                            .by_id = map_new(),
                            .next = ARENA_ARRAY(a, snap->n_links + 1, size_t)};
    return n->by_name && n->by_id && n->next && add_names(n) == 0 ? 0 : nomem(e);
}

void fts_names_free(struct fts_names **n)
{
    if (*n) {
        map_free(&(*n)->by_name);
        map_free(&(*n)->by_id);
    }
    *n = NULL;
}

/* "a|b" as the graph calls it: sorted. */
static const union map_value *find_name(const struct fts_names *n, const struct grant_target *t)
{
    struct buf key = {0};
    struct slice a = t->a, b = t->b;
    int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    bool turn = order > 0 || (order == 0 && a.n > b.n);
    buf_printf(&key, "%.*s|", (int)(turn ? b.n : a.n), turn ? b.p : a.p);
    buf_add(&key, turn ? a.p : b.p, turn ? a.n : b.n);
    const union map_value *at = key.failed ? NULL : map_get(n->by_name, key.data, key.len);
    buf_free(&key);
    return at;
}

/* Links that a name may mean, as index + 1: one of that id, or those between two routers. */
struct meant {
    size_t at;
    bool alone; /* by id: there is no other */
};

static struct meant first_of(const struct fts_names *n, const struct grant_target *t)
{
    const union map_value *at = map_get(n->by_id, t->whole.p, t->whole.n);
    if (at)
        return (struct meant){(size_t)at->u, true};
    at = t->of == GRANT_OF_ID ? NULL : find_name(n, t);
    return (struct meant){at ? (size_t)at->u : 0, false};
}

static struct meant next_of(const struct fts_names *n, struct meant m)
{
    return (struct meant){m.alone ? 0 : n->next[m.at - 1], m.alone};
}

static bool is_at(const struct link *link, const char *domain)
{
    for (size_t i = 0; i < 2; i++) {
        const struct domain *d = link->end[i].node->domain;
        if (d && strcmp(d->name, domain) == 0)
            return true;
    }
    return false;
}

bool fts_names_link(const struct fts_names *n, const char *link, const char *domain)
{
    struct grant_target t;
    if (!grant_link(link, &t))
        return false;
    for (struct meant m = first_of(n, &t); m.at > 0; m = next_of(n, m)) {
        const struct link *l = &n->snap->links[m.at - 1];
        if (grant_directions(&t, l) && is_at(l, domain))
            return true;
    }
    return false;
}

/* ---- Links of one grant ---- */

/* Adds what one name means; a link that is named twice counts once: its place, perhaps of
 * another list, is right where the link stands there. */
static void add_members(struct specifying *s, const struct grant_target *t,
                        struct fts_stated *out)
{
    const char *domain = out->fact->origin->domain;
    const struct fts_names *n = s->names;
    for (struct meant m = first_of(n, t); m.at > 0; m = next_of(n, m)) {
        const struct link *link = &n->snap->links[m.at - 1];
        unsigned directions = grant_directions(t, link);
        size_t i = s->places[m.at - 1];
        if (!directions || !is_at(link, domain))
            continue;
        if (i >= out->n_links || out->links[i].link != link)
            i = s->places[m.at - 1] = out->n_links++;
        out->links[i].link = link;
        out->links[i].directions |= directions;
    }
}

/* How many links of the graph one name can mean. */
static size_t count_of(const struct fts_names *n, const struct grant_target *t)
{
    size_t count = 0;
    for (struct meant m = first_of(n, t); m.at > 0; m = next_of(n, m))
        count++;
    return count;
}

static int find_links(struct specifying *s, const struct grant_target *t,
                      struct fts_stated *out)
{
    out->links = ARENA_ARRAY(s->arena, count_of(s->names, t) + 1, struct fts_member);
    if (out->links)
        add_members(s, t, out);
    return out->links ? 0 : ERR_NOMEM;
}

/* ---- Groups of links ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* The place of what is called by two texts. The key is scratch: maps keep their own. */
static union map_value *place_of(struct specifying *s, struct map *m, const char *domain,
                                 struct slice name)
{
    struct arena_mark here = arena_mark(s->arena);
    char *key = arena_printf(s->arena, "%s\n%.*s", domain, (int)name.n, name.p);
    union map_value *at = key ? map_at_str(m, key) : NULL;
    arena_rewind(s->arena, here);
    return at;
}

/* Groups of one name are a chain in their order. */
static int index_groups(struct specifying *s)
{
    s->groups = ARENA_ARRAY(s->arena, s->said->n_groups + 1, struct group);
    for (size_t i = s->said->n_groups; s->groups && i-- > 0;) {
        const struct fact_link_group *f = &s->said->groups[i];
        s->groups[i].fact = f;
        if (!f->name || !f->origin->domain)
            continue;
        union map_value *at = place_of(s, s->by_group, f->origin->domain, slice_of(f->name));
        if (!at)
            return ERR_NOMEM;
        s->groups[i].next = (size_t)at->u;
        at->u = i + 1;
    }
    return s->groups ? 0 : ERR_NOMEM;
}

/* That of the same document counts before others of the domain. */
static int find_group(struct specifying *s, const struct fact_grant *g, struct slice name,
                      struct group **out)
{
    const union map_value *first = place_of(s, s->by_group, g->origin->domain, name);
    *out = first && first->u > 0 ? &s->groups[first->u - 1] : NULL;
    for (size_t at = first ? (size_t)first->u : 0; at > 0; at = s->groups[at - 1].next) {
        const struct origin *o = s->groups[at - 1].fact->origin;
        if (same_text(o->source, g->origin->source) && same_text(o->scope, g->origin->scope)) {
            *out = &s->groups[at - 1];
            break;
        }
    }
    return first ? 0 : ERR_NOMEM;
}

static size_t count_members(const struct specifying *s, const struct fact_link_group *f)
{
    struct grant_target t;
    size_t most = 0;
    for (size_t i = 0; i < f->links.n; i++)
        most += grant_link(f->links.v[i], &t) ? count_of(s->names, &t) : 0;
    return most;
}

/* What the group means in the domain, once for all grants of it: `out` has origin and links. */
static int find_members(struct specifying *s, struct fts_stated *out)
{
    const struct strs *links = &out->group->links;
    struct grant_target t;
    out->links = ARENA_ARRAY(s->arena, count_members(s, out->group) + 1, struct fts_member);
    if (!out->links)
        return ERR_NOMEM;
    for (size_t i = 0; i < links->n; i++) {
        if (fts_names_link(s->names, links->v[i], out->fact->origin->domain) &&
            grant_link(links->v[i], &t))
            add_members(s, &t, out);
        else if (!out->unknown)
            out->unknown = links->v[i];
    }
    if (out->unknown)
        out->note =
            arena_printf(s->arena, "link %s is not known, or of other domains", out->unknown);
    return 0;
}

static int look_up_group(struct specifying *s, struct slice name, struct fts_stated *out)
{
    struct group *g;
    int rc = find_group(s, out->fact, name, &g);
    if (rc == 0 && !g)
        out->why = "the domain defines no such group";
    if (rc < 0 || !g)
        return rc;
    out->group = g->fact;
    if (!g->first) {
        rc = find_members(s, out);
        g->first = out;
        g->note = out->note;
    }
    out->links = g->first->links;
    out->n_links = g->first->n_links;
    out->unknown = g->first->unknown;
    out->note = g->note;
    if (rc == 0 && out->n_links == 0)
        out->why = "none of the group's links is known with an end in the domain";
    return rc;
}

/* ---- One grant ---- */

static int read_weights(struct specifying *s, struct fts_stated *out)
{
    const struct strs *list = &out->fact->weights;
    out->weights.v = ARENA_ARRAY(s->arena, list->n + 1, struct fts_weight);
    for (size_t i = 0; out->weights.v && i < list->n; i++) {
        struct fts_weight *w = &out->weights.v[out->weights.n];
        struct slice name;
        struct err why = {0};
        if (!grant_weight(list->v[i], &name, &w->weight)) {
            out->note = arena_printf(s->arena, "weight '%s' can't be read", list->v[i]);
            continue;
        }
        w->name = scitags_is_id(name) ? scitags_name(s->said->tags, name, s->arena, &why)
                                      : arena_strndup(s->arena, name.p, name.n);
        if (w->name)
            out->weights.n++;
        else
            out->note = arena_printf(s->arena, "weights: %s", why.msg);
    }
    return out->weights.v ? 0 : ERR_NOMEM;
}

/* Stores hold what any version of an agent wrote. NULL: it is whole. */
static const char *flaw_of(const struct fact_grant *g, struct grant_target *t)
{
    bool share = !isnan(g->share), bits = g->bits != FACT_NONE;
    if (!g->user || !g->entity || !grant_entity(g->entity, t))
        return "it names no user, or neither a link nor a group";
    if (share == bits)
        return "it says neither or both of a share and bits";
    if (share ? g->share < 0 || g->share > 1 : g->bits < 1 || (double)g->bits > GRANT_BITS_MAX)
        return "its share or bits are out of range";
    if (t->of == GRANT_OF_GROUP && share)
        return "a share says nothing of several links together";
    if (g->start != FACT_NONE && g->end != FACT_NONE && g->end <= g->start)
        return "it ends before it begins";
    return NULL;
}

static enum fts_grant_state state_at(const struct fact_grant *g, int64_t now)
{
    if (grant_is_in_force(g, now))
        return FTS_VALID;
    return g->end != FACT_NONE && g->end <= now ? FTS_PAST : FTS_FUTURE;
}

/* A share of what is not known is no limit. */
static void note_unknown(struct specifying *s, struct fts_stated *out)
{
    for (size_t i = 0; out->fact->share > 0 && !out->note && i < out->n_links; i++) {
        const struct link *l = out->links[i].link;
        if (l->end[0].capacity > 0 || l->end[1].capacity > 0)
            continue; /* one end's word counts for both directions */
        out->note = arena_printf(s->arena,
                                 "the capacity of link %s is not known, so a share of it says "
                                 "nothing: a limit is needed",
                                 l->name);
    }
}

static int look_up(struct specifying *s, const struct grant_target *t, struct fts_stated *out)
{
    if (t->of == GRANT_OF_GROUP)
        return look_up_group(s, t->a, out);
    int rc = find_links(s, t, out);
    if (rc == 0 && out->n_links == 0)
        out->why = "no such link with an end in the domain is known";
    if (out->n_links == 0)
        out->unknown = out->fact->entity + strlen("link:");
    note_unknown(s, out);
    return rc;
}

static int specify_one(struct specifying *s, struct fts_stated *out)
{
    struct grant_target t;
    out->state = state_at(out->fact, s->said->now);
    out->why = flaw_of(out->fact, &t);
    int rc = out->why ? 0 : look_up(s, &t, out);
    if (rc == 0)
        rc = read_weights(s, out);
    if (out->why)
        out->state = FTS_IGNORED;
    out->in_force = out->state == FTS_VALID;
    return rc;
}

/* ---- Contradictions ---- */

static void mark(struct specifying *s, size_t a, size_t b)
{
    const size_t both[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        struct fts_stated *g = &s->stated[both[i]];
        const struct fact_grant *other = s->stated[both[1 - i]].fact;
        if (g->state == FTS_CONFLICT)
            continue;
        g->state = FTS_CONFLICT;
        g->why = arena_printf(s->arena, "%s of %s, %s overlaps: the lesser counts",
                              other->entity, other->origin->source, other->origin->scope);
    }
}

static int claim(struct specifying *s, size_t i, const char *what)
{
    const struct fact_grant *g = s->stated[i].fact;
    struct arena_mark here = arena_mark(s->arena);
    char *key = arena_printf(s->arena, "%s\n%s\n%s", g->origin->domain, g->user, what);
    union map_value *at = key ? map_at_str(s->chains, key) : NULL;
    arena_rewind(s->arena, here);
    struct claim *new = at ? ARENA_NEW(s->arena, struct claim) : NULL;
    if (!new)
        return ERR_NOMEM;
    for (const struct claim *c = at->p; c; c = c->next) {
        if (c->grant != i && grant_times_meet(s->stated[c->grant].fact, g))
            mark(s, c->grant, i);
    }
    *new = (struct claim){i, at->p};
    at->p = new;
    return 0;
}

static int claim_all(struct specifying *s, size_t i)
{
    const struct fts_stated *g = &s->stated[i];
    char what[64];
    if (g->group)
        return claim(s, i, g->fact->entity);
    for (size_t k = 0; k < g->n_links; k++) {
        for (unsigned d = 0; d < 2; d++) {
            if (!(g->links[k].directions & 1u << d))
                continue;
            snprintf(what, sizeof(what), "%zu %u",
                     (size_t)(g->links[k].link - s->said->snap->links), d);
            if (claim(s, i, what) < 0)
                return ERR_NOMEM;
        }
    }
    return 0;
}

int fts_specify(const struct fts_said *said, struct arena *a, struct fts_stated **out,
                struct err *e)
{
    struct specifying s = {
        .said = said, .arena = a, .chains = map_new(), .by_group = map_new()};
    s.stated = *out = ARENA_ARRAY(a, said->n_grants + 1, struct fts_stated);
    s.places = ARENA_ARRAY(a, said->snap->n_links + 1, size_t);
    int rc = s.stated && s.places && s.chains && s.by_group && index_groups(&s) == 0
                 ? fts_names_new(&s.names, said->snap, a, e)
                 : nomem(e);
    for (size_t i = 0; rc == 0 && i < said->n_grants; i++) {
        struct fts_stated *g = &s.stated[i];
        *g = (struct fts_stated){.fact = &said->grants[i], .state = FTS_IGNORED};
        if (said->user && !same_text(said->user, said->grants[i].user))
            continue;
        rc = specify_one(&s, g);
        if (rc == 0 && g->state != FTS_IGNORED && g->state != FTS_PAST)
            rc = claim_all(&s, i);
        if (rc < 0)
            nomem(e);
    }
    fts_names_free(&s.names);
    map_free(&s.chains);
    map_free(&s.by_group);
    return rc;
}
