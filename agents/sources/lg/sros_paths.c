/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nokia SR OS, `info json state router "Base" bgp rib`: paths name their attributes by a
 * number, and the sets of attributes stand behind all paths:
 *
 *   {"nokia-state:ipv4-unicast": {"rib-in-out": {"rib-in-post": {"routes": [{prefix, neighbor,
 *                                 attr-id, used-route, valid-route}]}},
 *                                 "local-rib": {"routes": [{owner, ...}]}},
 *    "nokia-state:attr-sets":    {"attr-set": [{index, origin, next-hop, as-path, ...}]}}
 *
 * So the document is walked twice: for the sets first, which are kept, then for the paths. What
 * was received and let in by the policies is stated (as `show router bgp routes` lists it), and
 * of the local table what the router announces itself.
 */
#include "agents/sources/lg/sros_paths.h"

#include <string.h>

#include "agents/sources/lg/entry.h"
#include "base/buf.h"
#include "base/map.h"

#define MAX_MEMORY ((size_t)256 << 20) /* of all sets of attributes */
#define BASE       1                   /* router-instance-origin */

struct paths {
    struct arena *arena;
    struct map *sets; /* by index: a struct fact_route that has only attributes */
};

/* --- sets of attributes --- */

static int add_segment(const struct lg_tree *t, struct buf *out, struct err *e)
{
    static const struct {
        const char *type, *open, *close;
    } kinds[] = {{"as-sequence", "", ""}, {"as-set", "{", "}"}, {"as-confed", "(", ")"}};
    struct slice type = lg_text(lg_get(t, "type"));
    size_t k = 0;
    bool first = true;

    while (k < 3 && !slice_starts(type, kinds[k].type))
        k++;
    if (k == 3)
        return lg_tree_fail(t, e, ERR_SCHEMA, "an AS path segment of type \"%.*s\"",
                            (int)(type.n < 40 ? type.n : 40), type.p);
    buf_printf(out, "%s%s", out->len > 0 ? " " : "", kinds[k].open);
    for (const struct lg_tree *as = lg_first_in(lg_get(t, "as-numbers")); as != NULL;
         as = as->next) {
        struct slice s = lg_text(lg_get(as, "as-number"));

        buf_printf(out, "%s%.*s", first ? "" : " ", (int)s.n, s.p);
        first = false;
    }
    buf_str(out, kinds[k].close);
    return 0;
}

static int read_as_path(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                        struct err *e)
{
    struct buf text = {0};
    int rc = 0;

    for (const struct lg_tree *s = lg_first_in(lg_get(t, "as-path/segment"));
         s != NULL && rc == 0; s = s->next)
        rc = add_segment(s, &text, e);
    if (rc == 0)
        rc = lg_as_path(lg, slice_of(buf_cstr(&text)), &f->as_path, e);
    buf_free(&text);
    return rc;
}

static int read_communities(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                            struct err *e)
{
    static const char *const lists[] = {"communities/community",
                                        "large-communities/large-community"};
    int rc = 0;

    for (size_t i = 0; i < 2; i++)
        for (const struct lg_tree *c = lg_first_in(lg_get(t, lists[i])); c != NULL && rc == 0;
             c = c->next)
            rc = lg_add_community(lg, f, lg_text(lg_get(c, "community-value")), e);
    lg_skip_extended(lg, t, "extended-communities/extended-community");
    return rc;
}

static int read_attributes(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                           struct err *e)
{
    int rc = lg_get_i64(t, "med", &f->med, e);

    f->bgp_origin = lg_origin(lg_text(lg_get(t, "origin")));
    if (rc == 0)
        rc = lg_get_i64(t, "local-pref", &f->local_pref, e);
    if (rc == 0)
        rc = lg_get_addr(t, "originator-id", &f->peer_router_id, e);
    if (rc == 0)
        rc = lg_hop_from(lg, f, t, "next-hop", e);
    if (rc == 0)
        rc = read_as_path(lg, t, f, e);
    return rc == 0 ? read_communities(lg, t, f, e) : rc;
}

/* What lies in the room for one fact is copied to where it stays. */
static struct fact_route *keep(struct arena *a, const struct fact_route *f)
{
    struct fact_route *k = arena_dup(a, f, sizeof(*f));
    bool good = k != NULL;

    if (good && f->next_hops.n > 0)
        good = (k->next_hops.v = arena_dup(a, f->next_hops.v,
                                           f->next_hops.n * sizeof(*f->next_hops.v))) != NULL;
    if (good && f->as_path.n > 0)
        good = (k->as_path.v =
                    arena_dup(a, f->as_path.v, f->as_path.n * sizeof(*f->as_path.v))) != NULL;
    if (good && f->communities.n > 0)
        good = (k->communities.v = arena_dup(
                    a, f->communities.v, f->communities.n * sizeof(*f->communities.v))) != NULL;
    for (size_t i = 0; good && i < f->communities.n; i++)
        good = (k->communities.v[i] = arena_strdup(a, f->communities.v[i])) != NULL;
    return good ? k : NULL;
}

static int take_set(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice type = lg_text(lg_get(t, "route-type")), index = lg_text(lg_get(t, "index"));
    struct paths *p = w->state;
    union map_value *at;
    struct fact_route f;
    int rc;

    if (index.n == 0 || (type.n > 0 && !slice_eq(type, "rib-in")))
        return 0;
    lg_route_start(w->lg, &f, "");
    rc = read_attributes(w->lg, t, &f, e);
    if (rc < 0)
        return rc;
    at = map_at(p->sets, index.p, index.n);
    if (at == NULL || (at->p = keep(p->arena, &f)) == NULL)
        return lg_tree_fail(t, e, ERR_LIMIT, "sets of attributes of more than %zu MiB",
                            MAX_MEMORY >> 20);
    return 0;
}

static const struct lg_rule set_rules[] = {{"nokia-state:attr-sets/attr-set/*", take_set},
                                           {NULL, NULL}};

/* --- paths --- */

static int put_path(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice index = lg_text(lg_get(t, "attr-id"));
    const union map_value *set = map_get(((struct paths *)w->state)->sets, index.p, index.n);
    int64_t instance = BASE;
    struct fact_route f;
    int rc;

    lg_route_start(w->lg, &f, "");
    if (set != NULL)
        f = *(const struct fact_route *)set->cp;
    f.best = lg_is(t, "used-route");
    rc = lg_get_prefix(t, "prefix", &f.prefix, e);
    if (rc == 0)
        rc = lg_get_i64(t, "router-instance-origin", &instance, e);
    if (rc == 0)
        rc = lg_get_addr(t, "neighbor", &f.peer, e);
    if (rc == 0 && !addr_is_set(&f.peer_router_id))
        rc = lg_get_addr(t, "peer-router-id", &f.peer_router_id, e);
    if (rc < 0)
        return rc;
    if (set == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "attr-id: there is no set \"%.*s\"",
                            (int)(index.n < 40 ? index.n : 40), index.p);
    if (instance != BASE) {
        w->lg->skips.unnamed++;
        return 0;
    }
    if (!lg_is(t, "valid-route")) {
        if (w->lg->skips.invalid++ == 0)
            prefix_format(&f.prefix, w->lg->skips.first);
        return 0;
    }
    if (lg_is_unspecified(&f.peer))
        f.peer = f.peer_router_id = (struct addr){0};
    return lg_put(w->lg, FACT_ROUTE, &f, e);
}

/* Of the local table only what BGP makes itself (an aggregate): the rest was received, or is of
 * another protocol. */
static int take_own(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct addr neighbor = {0};
    int rc = lg_get_addr(t, "neighbor", &neighbor, e);

    if (rc < 0 || !slice_eq(lg_text(lg_get(t, "owner")), "bgp") ||
        !lg_is_unspecified(&neighbor))
        return rc;
    return put_path(w, t, e);
}

static int pass_labelled(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)e;
    (void)t;
    w->lg->skips.foreign++;
    return 0;
}

static const struct lg_rule path_rules[] = {
    {"nokia-state:ipv4-unicast/rib-in-out/rib-in-post/routes/*", put_path},
    {"nokia-state:ipv6-unicast/rib-in-out/rib-in-post/routes/*", put_path},
    {"nokia-state:ipv4-unicast/local-rib/routes/*", take_own},
    {"nokia-state:ipv6-unicast/local-rib/routes/*", take_own},
    {"nokia-state:label-ipv4/rib-in-out/rib-in-post/routes/*", pass_labelled},
    {"nokia-state:attr-sets", lg_take_nothing},
    {NULL, NULL},
};

bool sros_has_sets(struct slice text)
{
    static const char mark[] = "\"nokia-state:attr-sets\"";

    return text.n > 0 && memmem(text.p, text.n, mark, sizeof(mark) - 1) != NULL;
}

int sros_parse_paths(struct lg *lg, struct slice text, struct err *e)
{
    struct paths p = {.arena = arena_new(MAX_MEMORY), .sets = map_new()};
    struct lg_walk sets = {.lg = lg, .rules = set_rules, .state = &p};
    struct lg_walk paths = {.lg = lg, .rules = path_rules, .state = &p};
    int rc = ERR_NOMEM;

    if (p.arena == NULL || p.sets == NULL) {
        err_set(e, rc, "no memory for attributes of paths");
        goto out;
    }
    rc = lg_walk_text(&sets, text, e);
    if (rc == ERR_SCHEMA && sets.met == 0)
        rc = 0; /* an empty object */
    if (rc == 0)
        rc = lg_walk_text(&paths, text, e);
out:
    map_free(&p.sets);
    arena_free(&p.arena);
    return rc;
}
