/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenBGPD, `bgpctl -j` and bgplgd:
 *
 *   {"rib": [{prefix, aspath, exit_nexthop, neighbor{remote_addr, bgp_id}, valid, best, source,
 *             origin, metric, localpref, weight, communities, large_communities, ...}, ...]}
 *   {"neighbors": [{remote_as, remote_addr, state, session{...}, ...}, ...]}
 *
 * No route: "rib" is absent. exit_nexthop is BGP's next hop, true_nexthop what it resolved to.
 */
#include <string.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"

static int read_neighbor(const struct lg_tree *t, struct fact_route *f, struct err *e)
{
    struct slice source = lg_text(lg_get(t, "source"));
    struct slice peer = lg_text(lg_get(t, "neighbor/remote_addr"));
    int rc = 0;

    /* Own routes are from "???" or "LOCAL": from no neighbour. */
    if (!addr_parse(peer, &f->peer) || lg_is_unspecified(&f->peer)) {
        f->peer = (struct addr){0};
        return 0;
    }
    if (slice_eq(source, "external"))
        f->external = 1;
    else if (slice_eq(source, "internal"))
        f->external = 0;
    rc = lg_get_addr(t, "neighbor/bgp_id", &f->peer_router_id, e);
    return rc;
}

static int read_attributes(struct lg *lg, const struct lg_tree *t, struct fact_route *f,
                           struct err *e)
{
    int rc = lg_path_from(lg, f, t, "aspath", e);

    f->bgp_origin = lg_origin(lg_text(lg_get(t, "origin")));
    if (rc == 0)
        rc = lg_hop_from(lg, f, t, "exit_nexthop", e);
    if (rc == 0)
        rc = lg_get_i64(t, "metric", &f->med, e);
    if (rc == 0)
        rc = lg_get_i64(t, "localpref", &f->local_pref, e);
    if (rc == 0)
        rc = lg_get_i64(t, "weight", &f->weight, e);
    if (rc == 0)
        rc = lg_communities_from(lg, f, t, "communities", e);
    if (rc == 0)
        rc = lg_communities_from(lg, f, t, "large_communities", e);
    lg_skip_extended(lg, t, "extended_communities");
    return rc;
}

static int take_route(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const struct lg_tree *valid = lg_get(t, "valid");
    struct lg *lg = w->lg;
    struct fact_route f;
    int rc;

    lg_route_start(lg, &f, "");
    rc = lg_get_prefix(t, "prefix", &f.prefix, e);
    if (rc < 0)
        return rc;
    if (valid != NULL && valid->type == JREAD_FALSE) {
        if (lg->skips.invalid++ == 0)
            prefix_format(&f.prefix, lg->skips.first);
        return 0;
    }
    /* Releases before 7.0 tell neither the best path nor times in seconds. */
    if (lg_is(t, "best"))
        f.best = 1;
    else if (lg_get(t, "last_update_sec") != NULL)
        f.best = 0;
    rc = read_neighbor(t, &f, e);
    if (rc == 0)
        rc = read_attributes(lg, t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* What both sides agreed on; without it what the configuration says. */
static void read_families(struct lg *lg, const struct lg_tree *t, unsigned *families)
{
    const struct lg_tree *list = lg_get(t, "session/capabilities/multiprotocol");

    if (list == NULL)
        list = lg_get(t, "config/capabilities/multiprotocol");
    for (list = list != NULL ? list->first : NULL; list != NULL; list = list->next)
        lg_add_family(lg, lg_text(list), families);
}

static int take_neighbor(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct fact_bgp_session f;
    struct slice peer = lg_text(lg_get(t, "remote_addr"));
    unsigned families = 0;
    int rc;

    if (lg_is(t, "config/template"))
        return 0; /* no neighbour, a pattern for some: "remote_addr" is a prefix */
    lg_session_start(w->lg, &f, "");
    lg_session_state(&f, lg_text(lg_get(t, "state")));
    if (lg_is(t, "config/down"))
        f.shutdown = 1;
    if (!addr_parse(peer, &f.peer_addr))
        return lg_tree_fail(t, e, ERR_SCHEMA, "remote_addr is no address");
    rc = lg_get_asn(t, "remote_as", &f.peer_asn, e);
    if (rc == 0)
        rc = lg_get_addr(t, "session/local/address", &f.local_addr, e);
    read_families(w->lg, t, &families);
    return rc == 0 ? lg_put_session(w->lg, &f, families, e) : rc;
}

static const struct lg_rule rules[] = {
    {"rib/*", take_route},
    {"neighbors/*", take_neighbor},
    {"error", lg_take_refusal},
    {"nexthops", lg_take_nothing}, /* resolved by the kernel; no routes */
    {"memory", lg_take_nothing},
    {"sets", lg_take_nothing},
    {"interfaces", lg_take_nothing},
    {"rtrs", lg_take_nothing},
    {"fib/*", lg_take_nothing},
    {NULL, NULL},
};

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    struct lg_walk w = {.lg = lg, .rules = rules};

    return lg_walk_text(&w, text, e);
}

static int likeness(const struct agent_file *f)
{
    static const char *const marks[] = {"rib/*/exit_nexthop",
                                        "neighbors/*/remote_as",
                                        "neighbors/*/bgpid",
                                        "memory/rde_aspath",
                                        "nexthops/*/connected",
                                        "rib",
                                        "sets",
                                        "error",
                                        NULL};
    static const char *const failed[] = {"status", "error", NULL};
    unsigned m = lg_marks(f->text, marks);
    struct slice head = agent_file_head(f);
    int status;

    lg_body(head, &status);
    if (status >= 400 && memmem(head.p, head.n, "bgplgd", 6) != NULL)
        return 80;
    if (m & 0x1f)
        return 90;
    return lg_marks(f->text, failed) == 3 ? 60 : (m & 0x60) ? 40 : 0;
}

static const char *const requests[] = {"neighbors", "rib", NULL};
static const struct lg_form form = {parse, "openbgpd", requests};

const struct agent_dialect lg_dialect_openbgpd = {
    .name = "openbgpd",
    .summary = "OpenBGPD, bgplgd or `bgpctl -j show rib|neighbor`",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
