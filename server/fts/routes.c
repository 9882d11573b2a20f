/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/routes.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "server/edition.h"
#include "server/policy.h"

#define MAX_HOST 253

/* ---- Storages ---- */

/* "davs://host:443/path" or "davs://[2001:db8::1]:443": the host, in lower case. */
static bool host_of(const char *se, char host[MAX_HOST + 1])
{
    const char *from = strstr(se, "://");
    from = from ? from + 3 : se;
    bool bracket = *from == '[';
    from += bracket;
    size_t n = strcspn(from, bracket ? "]" : ":/?#");
    if (n == 0 || n > MAX_HOST)
        return false;
    for (size_t i = 0; i < n; i++)
        host[i] = (char)tolower((unsigned char)from[i]);
    host[n] = '\0';
    return true;
}

struct addresses {
    const struct addr *v;
    size_t n;
    struct addr own; /* where the host is an address itself */
};

static bool find_host(const struct fts_routes *r, const char *se, struct addresses *out)
{
    const struct snapshot *snap = edition_snapshot(r->view->edition);
    char host[MAX_HOST + 1];
    if (!host_of(se, host))
        return false;
    if (addr_parse(slice_of(host), &out->own)) {
        out->v = &out->own;
        out->n = 1;
        return true;
    }
    const union map_value *at = map_get_str(r->by_host, host);
    if (!at)
        return false;
    out->v = snap->endpoints[at->u - 1].addrs;
    out->n = snap->endpoints[at->u - 1].n_addrs;
    return out->n > 0;
}

bool fts_routes_has(const struct fts_routes *r, const char *se)
{
    struct addresses found;
    return find_host(r, se, &found);
}

static int index_hosts(struct fts_routes *r)
{
    const struct snapshot *snap = edition_snapshot(r->view->edition);
    char host[MAX_HOST + 1];
    for (size_t i = 0; i < snap->n_endpoints; i++) {
        for (size_t k = 0; k < snap->endpoints[i].n_hosts; k++) {
            if (!host_of(snap->endpoints[i].hosts[k], host))
                continue;
            union map_value *at = map_at_str(r->by_host, host);
            if (!at)
                return ERR_NOMEM;
            if (at->u == 0)
                at->u = i + 1;
        }
    }
    return 0;
}

int fts_routes_new(struct fts_routes *r, const struct view *v, struct arena *a, struct err *e)
{
    *r = (struct fts_routes){
        .view = v, .arena = a, .by_key = map_new(), .by_host = map_new(), .by_pair = map_new()};
    if (!r->by_key || !r->by_host || !r->by_pair || index_hosts(r) < 0)
        return err_set(e, ERR_NOMEM, "no memory for routes");
    return 0;
}

void fts_routes_free(struct fts_routes *r)
{
    map_free(&r->by_key);
    map_free(&r->by_host);
    map_free(&r->by_pair);
    VEC_FREE(&r->links);
}

/* ---- Links ---- */

static bool is_told(const char *router)
{
    return router && strcmp(router, "?") != 0;
}

/* The same link in the same direction has the same key; where nothing is known of a router,
 * nobody can say that two pairs meet there. */
static void key_of(const struct fts_routes *r, const struct path_leg *leg, size_t i,
                   struct buf *key)
{
    const struct path_hop *from = &leg->hops[i - 1], *to = &leg->hops[i];
    char in[ADDR_TEXT];
    if (to->link)
        buf_printf(key, "link\n%s\n%d", to->link->id, to->forward);
    else
        buf_printf(key, "gap\n%s\n%s\n%s", from->router ? from->router : "?",
                   to->router ? to->router : "?", addr_format(&to->in, in));
    if (!to->link && (!is_told(from->router) || !is_told(to->router)))
        buf_printf(key, "\n%zu", r->links.n);
}

static bool may_last(const struct view *v, const struct path_hop *from,
                     const struct path_hop *to)
{
    if (!is_told(from->router) || !is_told(to->router))
        return false;
    return (v->grants & GRANT_PRIVATE_PROPERTIES) || (to->link && may_name_link(v, to->link));
}

static int put_id(struct fts_link *l, const struct buf *key, size_t index)
{
    struct hash *h = hash_new();
    char hex[33];
    if (!h)
        return ERR_NOMEM;
    hash_add(h, key->data, key->len);
    hash_hex(h, hex);
    hash_free(&h);
    if (l->lasting)
        snprintf(l->id, sizeof(l->id), "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                 hex + 16, hex + 20);
    else
        snprintf(l->id, sizeof(l->id), "e%zu", index);
    return 0;
}

static struct fts_link link_of(const struct fts_routes *r, const struct path_leg *leg, size_t i)
{
    const struct path_hop *from = &leg->hops[i - 1], *to = &leg->hops[i];
    int64_t capacity = path_link_capacity(leg, i);
    struct fts_link l = {.lasting = may_last(r->view, from, to),
                         .capacity = capacity > 0 ? (double)capacity : INFINITY,
                         .load = NAN,
                         .from_as = from->asn,
                         .to_as = to->asn,
                         .graph_id = to->link ? to->link->id : NULL,
                         .forward = to->forward};
    if (to->link && may_show_capacity(r->view, to->link))
        l.load = to->link->end[to->forward ? 0 : 1].load;
    if (!l.lasting)
        return l;
    l.name = path_link_name(leg, i, r->arena);
    l.from = from->router;
    l.to = to->router;
    l.from_addr = from->out;
    l.to_addr = to->in;
    return l;
}

static int add_link(struct fts_routes *r, const struct path_leg *leg, size_t i, uint32_t *out)
{
    struct buf key = {0};
    key_of(r, leg, i, &key);
    union map_value *at = key.failed ? NULL : map_at(r->by_key, key.data, key.len);
    int rc = at ? 0 : ERR_NOMEM;
    if (rc == 0 && at->u == 0) {
        struct fts_link *l = VEC_PUSH(&r->links);
        if (l) {
            *l = link_of(r, leg, i);
            at->u = r->links.n;
            rc = put_id(l, &key, r->links.n - 1);
        } else {
            rc = ERR_NOMEM;
        }
    }
    *out = rc == 0 ? (uint32_t)at->u - 1 : 0;
    buf_free(&key);
    return rc;
}

static bool has_link(const struct fts_route *route, uint32_t link)
{
    for (size_t i = 0; i < route->n; i++) {
        if (route->links[i] == link)
            return true;
    }
    return false;
}

static int add_path(struct fts_routes *r, const struct path *path, struct fts_route *out)
{
    size_t most = 0;
    for (size_t k = 0; k < path->n_legs; k++)
        most += path->legs[k].n_hops;
    out->links = ARENA_ARRAY(r->arena, most + 1, uint32_t);
    int rc = out->links ? 0 : ERR_NOMEM;
    for (size_t k = 0; k < path->n_legs; k++) {
        for (size_t i = 1; rc == 0 && i < path->legs[k].n_hops; i++) {
            uint32_t link;
            rc = add_link(r, &path->legs[k], i, &link);
            if (rc == 0 && !has_link(out, link))
                out->links[out->n++] = link;
        }
    }
    out->split = path->n_legs > 1;
    out->cls = path->cls;
    out->oldest = path->oldest;
    return rc;
}

/* ---- Pairs ---- */

/* Takes the first two addresses of one family between which packets arrive. */
static int find_path(struct fts_routes *r, const struct addresses ends[2],
                     struct fts_route *out, struct err *e)
{
    const struct snapshot *snap = edition_snapshot(r->view->edition);
    out->why = "its storages have no addresses of the same family";
    for (size_t i = 0; i < ends[0].n; i++) {
        for (size_t k = 0; k < ends[1].n; k++) {
            const struct path_question q = {ends[0].v[i], ends[1].v[k], NULL};
            const struct path *shown;
            struct path *path;
            if (q.src.family != q.dst.family)
                continue;
            int rc = snap->paths->find(snap->paths, &q, r->arena, &path, e);
            if (rc == 0)
                rc = shown_path(r->view, path, r->arena, &shown, e);
            if (rc < 0)
                return rc;
            out->why = shown->why ? shown->why : "the path is not known";
            if (!path->known || !path->reached)
                continue;
            out->why = NULL;
            return add_path(r, shown, out) < 0 ? err_set(e, ERR_NOMEM, "no memory for routes")
                                               : 0;
        }
    }
    return 0;
}

static int find_pair(struct fts_routes *r, const char *source_se, const char *dest_se,
                     struct fts_route *out, struct err *e)
{
    struct addresses ends[2];
    if (!find_host(r, source_se, &ends[0]))
        out->why = "the source's host is not known";
    else if (!find_host(r, dest_se, &ends[1]))
        out->why = "the destination's host is not known";
    return out->why ? 0 : find_path(r, ends, out, e);
}

int fts_routes_add(struct fts_routes *r, const char *source_se, const char *dest_se,
                   struct fts_route *out, struct err *e)
{
    char *key = arena_printf(r->arena, "%s\n%s", source_se, dest_se);
    union map_value *at = key ? map_at_str(r->by_pair, key) : NULL;
    if (!at)
        return err_set(e, ERR_NOMEM, "no memory for routes");
    if (!at->cp) {
        struct fts_route *route = ARENA_NEW(r->arena, struct fts_route);
        int rc = route ? find_pair(r, source_se, dest_se, route, e)
                       : err_set(e, ERR_NOMEM, "no memory for routes");
        if (rc < 0)
            return rc;
        at->cp = route;
    }
    *out = *(const struct fts_route *)at->cp;
    return 0;
}
