/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

#define MEGABIT   (1e6 / 8) /* bytes */
#define MAX_WORDS 6

struct reading {
    struct scenario *s;
    struct map *nodes, *sites;
    struct arena *a;
    struct {
        VEC(const char *);
    } names;
    struct {
        VEC(struct scenario_link);
    } links;
    struct {
        VEC(struct scenario_site);
    } sites_v;
    struct {
        VEC(struct scenario_transfer);
    } transfers;
};

static int add_name(struct reading *r, struct map *m, struct slice name, uint32_t index)
{
    union map_value *at = map_at(m, name.p, name.n);
    if (!at)
        return ERR_NOMEM;
    if (at->u)
        return ERR_EXIST;
    at->u = (uint64_t)index + 1;
    (void)r;
    return 0;
}

static bool find(const struct map *m, struct slice name, uint32_t *out)
{
    const union map_value *at = map_get(m, name.p, name.n);
    *out = at ? (uint32_t)at->u - 1 : 0;
    return at != NULL;
}

static int add_node(struct reading *r, struct slice name, uint32_t *out)
{
    *out = (uint32_t)r->names.n;
    int rc = add_name(r, r->nodes, name, *out);
    const char **at = rc == 0 ? VEC_PUSH(&r->names) : NULL;
    if (rc == 0)
        rc = at && (*at = arena_strndup(r->a, name.p, name.n)) ? 0 : ERR_NOMEM;
    return rc;
}

static int add_links(struct reading *r, const uint32_t ends[2], double capacity, bool access)
{
    for (int way = 0; way < 2; way++) {
        struct scenario_link *l = VEC_PUSH(&r->links);
        if (!l)
            return ERR_NOMEM;
        *l = (struct scenario_link){ends[way], ends[1 - way], capacity, access};
    }
    return 0;
}

static int read_link(struct reading *r, const struct slice *w, size_t n)
{
    uint32_t ends[2];
    double mbps;
    if (n != 4 || !find(r->nodes, w[1], &ends[0]) || !find(r->nodes, w[2], &ends[1]) ||
        !slice_real(w[3], &mbps) || !(mbps > 0))
        return ERR_PARSE;
    return add_links(r, ends, mbps * MEGABIT, false);
}

static int read_site(struct reading *r, const struct slice *w, size_t n)
{
    struct scenario_site site;
    uint32_t ends[2];
    double mbps;
    if (n != 6 || !find(r->nodes, w[2], &ends[1]) || !slice_real(w[3], &mbps) || !(mbps > 0) ||
        !slice_real(w[4], &site.latitude) || !slice_real(w[5], &site.longitude))
        return ERR_PARSE;
    int rc = add_name(r, r->sites, w[1], (uint32_t)r->sites_v.n);
    struct buf name = {0};
    buf_str(&name, "site ");
    buf_add(&name, w[1].p, w[1].n);
    if (rc == 0)
        rc = add_node(r, slice_of(buf_cstr(&name)), &ends[0]);
    buf_free(&name);
    struct scenario_site *at = rc == 0 ? VEC_PUSH(&r->sites_v) : NULL;
    if (!at)
        return rc < 0 ? rc : ERR_NOMEM;
    site.node = ends[0];
    site.name = r->names.v[ends[0]] + strlen("site ");
    *at = site;
    return add_links(r, ends, mbps * MEGABIT, true);
}

static int read_transfer(struct reading *r, const struct slice *w, size_t n)
{
    struct scenario_transfer t;
    if (n != 5 || !find(r->sites, w[1], &t.source) || !find(r->sites, w[2], &t.destination) ||
        !slice_real(w[3], &t.start) || !slice_real(w[4], &t.bytes) || t.start < 0 ||
        !(t.bytes > 0) || t.source == t.destination)
        return ERR_PARSE;
    struct scenario_transfer *at = VEC_PUSH(&r->transfers);
    if (!at)
        return ERR_NOMEM;
    *at = t;
    return 0;
}

static int read_line(struct reading *r, struct slice line)
{
    struct slice w[MAX_WORDS + 1];
    size_t n = 0;
    uint32_t node;
    while (n <= MAX_WORDS && slice_word(&line, &w[n]))
        n++;
    if (n == 0)
        return 0;
    if (slice_eq(w[0], "node"))
        return n == 2 ? add_node(r, w[1], &node) : ERR_PARSE;
    if (slice_eq(w[0], "link"))
        return read_link(r, w, n);
    if (slice_eq(w[0], "site"))
        return read_site(r, w, n);
    return slice_eq(w[0], "transfer") ? read_transfer(r, w, n) : ERR_PARSE;
}

static int keep(struct reading *r, struct err *e)
{
    struct scenario *s = r->s;
    s->n_nodes = (uint32_t)r->names.n;
    s->n_links = (uint32_t)r->links.n;
    s->n_sites = (uint32_t)r->sites_v.n;
    s->n_transfers = (uint32_t)r->transfers.n;
    if (s->n_transfers == 0)
        return err_set(e, ERR_SCHEMA, "no transfers");
    s->nodes = arena_dup(r->a, r->names.v, s->n_nodes * sizeof(*s->nodes));
    s->links = arena_dup(r->a, r->links.v, s->n_links * sizeof(*s->links));
    s->sites = arena_dup(r->a, r->sites_v.v, s->n_sites * sizeof(*s->sites));
    s->transfers = arena_dup(r->a, r->transfers.v, s->n_transfers * sizeof(*s->transfers));
    return s->nodes && s->links && s->sites && s->transfers
               ? 0
               : err_set(e, ERR_NOMEM, "no memory for a scenario");
}

int scenario_read(const char *text, struct scenario **out, struct arena *a, struct err *e)
{
    struct reading r = {.nodes = map_new(), .sites = map_new(), .a = a};
    struct slice rest = slice_of(text), line;
    r.s = *out = ARENA_NEW(a, struct scenario);
    int rc = r.nodes && r.sites && r.s ? 0 : err_set(e, ERR_NOMEM, "no memory for a scenario");
    for (size_t number = 1; rc == 0 && slice_line(&rest, &line); number++) {
        rc = read_line(&r, line);
        if (rc < 0)
            err_set(e, rc, "line %zu: %.*s: %s", number, (int)(line.n < 80 ? line.n : 80),
                    line.p, err_text(rc));
    }
    if (rc == 0)
        rc = keep(&r, e);
    map_free(&r.nodes);
    map_free(&r.sites);
    VEC_FREE(&r.names);
    VEC_FREE(&r.links);
    VEC_FREE(&r.sites_v);
    VEC_FREE(&r.transfers);
    return rc;
}

/* Breadth first; of equally short ways the one over the links that come first in the file. */
void scenario_paths(const struct scenario *s, uint32_t from, const bool *down,
                    struct scenario_path *paths, struct arena *a)
{
    struct arena_mark here = arena_mark(a);
    uint32_t *by = ARENA_ARRAY(a, s->n_nodes, uint32_t),
             *queue = ARENA_ARRAY(a, s->n_nodes, uint32_t);
    uint32_t start = s->sites[from].node, head = 0, tail = 0;
    for (uint32_t n = 0; n < s->n_nodes; n++)
        by[n] = UINT32_MAX;
    queue[tail++] = start;
    while (head < tail) {
        uint32_t at = queue[head++];
        for (uint32_t l = 0; l < s->n_links; l++) {
            uint32_t to = s->links[l].to;
            if (s->links[l].from != at || to == start || by[to] != UINT32_MAX ||
                (down && down[l]))
                continue;
            by[to] = l;
            queue[tail++] = to;
        }
    }
    for (uint32_t d = 0; d < s->n_sites; d++) {
        struct scenario_path *p = &paths[d];
        p->n = 0;
        for (uint32_t n = s->sites[d].node; n != start && by[n] != UINT32_MAX;
             n = s->links[by[n]].from) {
            if (p->n == SCENARIO_MAX_PATH) {
                p->n = 0;
                break;
            }
            p->links[p->n++] = by[n];
        }
    }
    arena_rewind(a, here);
}

double scenario_distance(const struct scenario *s, uint32_t a, uint32_t b)
{
    const double radian = acos(-1) / 180, earth = 6371;
    const struct scenario_site *p = &s->sites[a], *q = &s->sites[b];
    double up = sin((q->latitude - p->latitude) * radian / 2);
    double across = sin((q->longitude - p->longitude) * radian / 2);
    double h =
        up * up + cos(p->latitude * radian) * cos(q->latitude * radian) * across * across;
    return 2 * earth * asin(sqrt(fmin(1, h)));
}
