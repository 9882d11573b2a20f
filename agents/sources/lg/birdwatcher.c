/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said over HTTP of a router that runs BIRD: birdwatcher and Bird's Eye, and Alice-LG
 * in front of route servers. Their entries differ in spelling only:
 *
 *   birdwatcher  {"api": {"Version"}, "routes": [ROUTE...]}        as_path, med, local_pref:
 * text
 *                {"api": ..., "protocols": {"NAME": PROTOCOL, ...}}
 *   Alice-LG     {"api": ..., "imported": [ROUTE...], "filtered": [...], "not_exported": [...]}
 *                {"api": ..., "imported": {"routes": [ROUTE...]}, ...}       (of a lookup)
 *                {"api": ..., "neighbors": [NEIGHBOR...]}
 *
 * Both leave the age of a route in another unit; it is no fact and not read.
 */
#include <string.h>
#include <strings.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"

/* BIRD's own tables are the default ones: master (1.x), master4, master6. */
static const char *table_of(struct lg *lg, const struct lg_tree *t)
{
    const char *name = lg_str(lg, t, "table");

    if (name == NULL || strcmp(name, "master") == 0 || strcmp(name, "master4") == 0 ||
        strcmp(name, "master6") == 0)
        return "";
    return name;
}

/* --- routes --- */

/* ["BGP", "unicast", "univ"]: the protocol comes first. */
static const char *protocol_of(const struct lg_tree *t)
{
    static const char *const known[][2] = {
        {"BGP", "bgp"},          {"static", "static"}, {"device", "connected"},
        {"direct", "connected"}, {"kernel", "kernel"}, {"OSPF", "ospf"},
        {"inherit", "kernel"},
    };
    struct slice s = lg_text(lg_get(t, "type"));

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        size_t n = strlen(known[i][0]);

        if (s.n >= n && strncasecmp(s.p, known[i][0], n) == 0)
            return known[i][1];
    }
    return NULL;
}

/* "via GATEWAY on INTERFACE": BIRD writes where the route is from only if that is not the
 * gateway. */
static int read_way(struct lg *lg, const struct lg_tree *t, struct fact_route *f, struct err *e)
{
    const char *interface = lg_str(lg, t, "interface");
    struct addr gateway = {0}, hop = {0}, from = {0};
    struct slice learnt = lg_text(lg_get(t, "learnt_from"));
    int rc = lg_get_addr(t, "gateway", &gateway, e);

    if (rc == 0)
        rc = lg_get_addr(t, "bgp/next_hop", &hop, e);
    if (rc < 0)
        return rc;
    if (!addr_is_set(&hop))
        hop = gateway;
    /* Alice writes words where there is none. */
    if (interface != NULL && (strchr(interface, ' ') != NULL || !addr_eq(&hop, &gateway)))
        interface = NULL;
    if (strcmp(f->layer, "bgp") == 0)
        f->peer = addr_parse(learnt, &from) ? from : gateway;
    if (!addr_is_set(&hop) && interface == NULL)
        return 0;
    return lg_add_hop(lg, f, &hop, interface, e);
}

static int read_bgp(struct lg *lg, const struct lg_tree *t, struct fact_route *f, struct err *e)
{
    const struct lg_tree *bgp = lg_get(t, "bgp");
    int rc = lg_path_from(lg, f, bgp, "as_path", e);

    f->bgp_origin = lg_origin(lg_text(lg_get(bgp, "origin")));
    if (rc == 0)
        rc = lg_get_i64(bgp, "local_pref", &f->local_pref, e);
    if (rc == 0)
        rc = lg_get_i64(bgp, "med", &f->med, e);
    if (rc == 0)
        rc = lg_communities_from(lg, f, bgp, "communities", e);
    if (rc == 0)
        rc = lg_communities_from(lg, f, bgp, "large_communities", e);
    lg_skip_extended(lg, bgp, "ext_communities");
    return rc;
}

static void read_best(const struct lg_tree *t, struct fact_route *f)
{
    const struct lg_tree *primary = lg_get(t, "primary");

    if (primary == NULL)
        primary = lg_get(t, "details/primary");
    if (primary != NULL)
        f->best = primary->type == JREAD_TRUE;
}

static int take_route(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    struct fact_route f;
    int rc;

    lg_route_start(lg, &f, table_of(lg, t));
    if (lg_get(t, "bgp") == NULL) {
        f.layer = "rib";
        f.protocol = protocol_of(t);
    }
    read_best(t, &f);
    rc = lg_get_prefix(t, "network", &f.prefix, e);
    if (rc == 0)
        rc = read_bgp(lg, t, &f, e);
    if (rc == 0)
        rc = read_way(lg, t, &f, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* Rejected when received, or not sent on: no route of the table. */
static int take_rejected(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)t;
    (void)e;
    w->lg->skips.rejected++;
    return 0;
}

/* --- sessions and the router --- */

static int take_protocol(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    struct fact_bgp_session f;
    struct slice table = lg_text(lg_get(t, "table"));
    unsigned families = 0;
    int rc;

    if (lg_text(lg_get(t, "neighbor_address")).n == 0)
        return 0; /* another protocol than BGP */
    lg_session_start(lg, &f, table_of(lg, t));
    lg_session_state(&f, lg_text(lg_get(t, "bgp_state")));
    if (table.n > 0 && table.p[table.n - 1] == '4' && slice_starts(table, "master"))
        families = LG_FAMILY_4;
    else if (table.n > 0 && table.p[table.n - 1] == '6' && slice_starts(table, "master"))
        families = LG_FAMILY_6;
    rc = lg_get_addr(t, "neighbor_address", &f.peer_addr, e);
    if (rc == 0)
        rc = lg_get_addr(t, "source_address", &f.local_addr, e);
    if (rc == 0)
        rc = lg_get_asn(t, "neighbor_as", &f.peer_asn, e);
    return rc == 0 ? lg_put_session(lg, &f, families, e) : rc;
}

/* Alice's neighbour; its address may be one of a family that its routes are not of, but route
 * servers keep the families apart. */
static int take_neighbor(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct fact_bgp_session f;
    struct slice state = lg_text(lg_get(t, "state"));
    int rc;

    lg_session_start(w->lg, &f, "");
    if (slice_eq(state, "up"))
        f.established = 1;
    else
        lg_session_state(&f, state);
    rc = lg_get_addr(t, "address", &f.peer_addr, e);
    if (rc == 0)
        rc = lg_get_asn(t, "asn", &f.peer_asn, e);
    return rc == 0 ? lg_put_session(w->lg, &f, 0, e) : rc;
}

static int take_router_id(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    return lg_instance_from(w->lg, "", NULL, t, e);
}

/* --- the dialects --- */

static const struct lg_rule bird_rules[] = {
    {"routes/*", take_route},
    {"protocols/*", take_protocol},
    {"status/router_id", take_router_id},
    {"error", lg_take_refusal},
    {NULL, NULL},
};

static int parse_bird(struct lg *lg, struct slice text, struct err *e)
{
    struct lg_walk w = {.lg = lg, .rules = bird_rules};

    return lg_walk_text(&w, text, e);
}

static int bird_likeness(const struct agent_file *f)
{
    static const char *const marks[] = {
        "api", "routes", "protocols", "status/router_id", "routes/*/network", "error", NULL};
    unsigned m = lg_marks(f->text, marks);

    if ((m & 1) && (m & 0x1e))
        return 85;
    if (m & 0x10)
        return 60;
    return (m & 0x20) ? 20 : 0;
}

static const char *const bird_requests[] = {"status", "protocols/bgp", NULL};
static const struct lg_form bird_form = {parse_bird, "bird", bird_requests};

const struct agent_dialect lg_dialect_birdwatcher = {
    .name = "birdwatcher",
    .summary = "birdwatcher or Bird's Eye, JSON: routes, protocols, status of BIRD",
    .likeness = bird_likeness,
    .read = lg_read_file,
    .parser = &bird_form,
};

static const struct lg_rule lookup_rules[] = {
    {"imported/routes/*", take_route},
    {"filtered/routes/*", take_rejected},
    {NULL, NULL},
};

static const struct lg_rule alice_rules[] = {
    {"imported/*", take_route},        {"filtered/*", take_rejected},
    {"not_exported/*", take_rejected}, {"neighbors/*", take_neighbor},
    {"neighbours/*", take_neighbor},   {"status/router_id", take_router_id},
    {"error", lg_take_refusal},        {NULL, NULL},
};

static int parse_alice(struct lg *lg, struct slice text, struct err *e)
{
    static const char *const lookup[] = {"imported/routes", "filtered/routes", NULL};
    struct lg_walk w = {.lg = lg, .rules = alice_rules};

    if (lg_marks(text, lookup) != 0)
        w.rules = lookup_rules;

    return lg_walk_text(&w, text, e);
}

static int alice_likeness(const struct agent_file *f)
{
    static const char *const marks[] = {
        "imported", "filtered", "not_exported", "neighbors/*/asn", "neighbours/*/asn",
        "api",      NULL};
    unsigned m = lg_marks(f->text, marks);

    return m & 0x1f ? (m & 0x20 ? 90 : 70) : 0;
}

static const char *const alice_requests[] = {"status", "neighbors", NULL};
static const struct lg_form alice_form = {parse_alice, "bird", alice_requests};

const struct agent_dialect lg_dialect_alice = {
    .name = "alice",
    .summary = "Alice-LG, JSON: routes and neighbours of route servers",
    .likeness = alice_likeness,
    .read = lg_read_file,
    .parser = &alice_form,
};
