/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RIPEstat's data API: an envelope {status, data_call_name, messages, data}, and in `data` what
 * the call is about. What RIPE's route collectors see are routes of the collectors ("rrc00"),
 * not of a router of ours; what an AS announces is address space with its origin. Calls that
 * tell history, counts or names are refused with the call that tells the state.
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"

enum call {
    UNKNOWN,
    LOOKING_GLASS,
    BGP_STATE,
    ANNOUNCED,
    NETWORK_INFO,
    PREFIX_OVERVIEW,
    ROUTING_STATUS,
    N_CALLS,
};

static const char *const calls[N_CALLS] = {
    [LOOKING_GLASS] = "looking-glass",     [BGP_STATE] = "bgp-state",
    [ANNOUNCED] = "announced-prefixes",    [NETWORK_INFO] = "network-info",
    [PREFIX_OVERVIEW] = "prefix-overview", [ROUTING_STATUS] = "routing-status",
};

/* Calls of which nothing becomes a fact, and why. */
static const struct {
    const char *call, *reason;
} useless[] = {
    {"as-overview",
     "who holds an AS, which is no fact here; announced-prefixes tells its space"},
    {"asn-neighbours",
     "ASes seen side by side, without routers or prefixes; looking-glass tells "
     "the routes"},
    {"routing-history", "the past; announced-prefixes tells what is announced"},
    {"bgplay", "changes over time; looking-glass or bgp-state tells the routes"},
    {"bgp-updates", "changes over time; looking-glass or bgp-state tells the routes"},
};

struct envelope {
    enum call call;
    char name[64], status[32], message[160], resource[64];
    char end[32]; /* of the time that was asked about; "" unknown */
};

/* --- the envelope --- */

static void keep(char *out, size_t room, const struct lg_tree *t)
{
    struct slice s = lg_text(t);

    snprintf(out, room, "%.*s", (int)(s.n < room ? s.n : room - 1), s.n > 0 ? s.p : "");
}

static int take_name(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct envelope *v = w->state;

    (void)e;
    keep(v->name, sizeof(v->name), t);
    for (int i = 1; i < N_CALLS; i++) {
        if (strcmp(v->name, calls[i]) == 0)
            v->call = (enum call)i;
    }
    return 0;
}

static int take_status(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct envelope *v = w->state;

    (void)e;
    keep(v->status, sizeof(v->status), t);
    return 0;
}

/* ["error", "text"]; infos are passed over. */
static int take_message(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct envelope *v = w->state;

    (void)e;
    if (t->type == JREAD_ARRAY && t->first != NULL && slice_eq(lg_text(t->first), "error"))
        keep(v->message, sizeof(v->message), t->first->next);
    return 0;
}

static int take_resource(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct envelope *v = w->state;

    (void)e;
    keep(v->resource, sizeof(v->resource), t);
    return 0;
}

static int take_end(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct envelope *v = w->state;

    (void)e;
    keep(v->end, sizeof(v->end), t);
    return 0;
}

static int check(const struct envelope *v, struct err *e)
{
    if (v->message[0] != '\0')
        return err_set(e, ERR_REMOTE, "the server refuses: %s", v->message);
    if (v->status[0] != '\0' && strcmp(v->status, "ok") != 0)
        return err_set(e, ERR_REMOTE, "the server answers with status \"%s\"", v->status);
    if (v->call != UNKNOWN)
        return 0;
    for (size_t i = 0; i < sizeof(useless) / sizeof(*useless); i++) {
        if (strcmp(v->name, useless[i].call) == 0)
            return err_set(e, ERR_NOENT, "%s tells %s", v->name, useless[i].reason);
    }
    return err_set(e, ERR_SCHEMA,
                   "data_call_name: \"%s\" is not known (known: looking-glass, bgp-state, "
                   "announced-prefixes, network-info, prefix-overview, routing-status)",
                   v->name);
}

/* --- routes of collectors --- */

static int put_collector(struct lg *lg, const char *name, struct err *e)
{
    struct fact_node n;

    fact_init(FACT_NODE, &n);
    n.node = name;
    n.kind = "host";
    n.platform = "ris";
    return lg_put(lg, FACT_NODE, &n, e);
}

static const char *lower(struct lg *lg, struct slice s)
{
    char *out = arena_strndup(lg->arena, s.p, s.n);

    for (char *p = out; p != NULL && *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    return out;
}

static int put_peer(struct lg *lg, const char *node, const struct lg_tree *t, struct err *e)
{
    struct fact_route f;
    int rc;

    lg_route_start(lg, &f, "");
    f.node = node;
    f.external = 1;
    f.bgp_origin = lg_origin(lg_text(lg_get(t, "origin")));
    rc = lg_get_prefix(t, "prefix", &f.prefix, e);
    if (rc == 0)
        rc = lg_get_addr(t, "peer", &f.peer, e);
    if (rc == 0)
        rc = lg_path_from(lg, &f, t, "as_path", e);
    if (rc == 0)
        rc = lg_communities_from(lg, &f, t, "community", e);
    if (rc == 0)
        rc = lg_communities_from(lg, &f, t, "largeCommunity", e);
    lg_skip_extended(lg, t, "extendedCommunity");
    if (rc == 0)
        rc = lg_hop_from(lg, &f, t, "next_hop", e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

static int take_rrc(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice name = lg_text(lg_get(t, "rrc"));
    const struct lg_tree *peers = lg_get(t, "peers");
    const char *node;
    int rc;

    if (name.n == 0)
        return lg_tree_fail(t, e, ERR_SCHEMA, "rrc is missing");
    node = lower(w->lg, name);
    rc = node != NULL ? put_collector(w->lg, node, e) : err_set(e, ERR_NOMEM, "no memory");
    for (peers = peers != NULL ? peers->first : NULL; peers != NULL && rc == 0;
         peers = peers->next)
        rc = put_peer(w->lg, node, peers, e);
    return rc;
}

/* source_id: "00-192.0.2.1", the collector and its neighbour. */
static int take_state(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    struct slice peer = lg_text(lg_get(t, "source_id")), rrc;
    struct fact_route f;
    int rc = lg_get_prefix(t, "target_prefix", &f.prefix, e);
    struct prefix prefix = f.prefix;

    if (rc < 0)
        return rc;
    lg_route_start(lg, &f, "");
    f.prefix = prefix;
    f.external = 1;
    if (!slice_split(&peer, '-', &rrc) || peer.p == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "source_id is no collector with its neighbour");
    if (slice_starts(rrc, "rrc"))
        rrc = (struct slice){rrc.p + 3, rrc.n - 3};
    f.node = arena_printf(lg->arena, "rrc%.*s", (int)rrc.n, rrc.p);
    if (f.node == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    if (!addr_parse(peer, &f.peer))
        return lg_tree_fail(t, e, ERR_SCHEMA, "source_id: the neighbour is no address");
    rc = lg_path_from(lg, &f, t, "path", e);
    if (rc == 0)
        rc = lg_communities_from(lg, &f, t, "community", e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* --- address space --- */

static int put_origin(struct lg *lg, const struct prefix *p, const struct lg_tree *asn,
                      struct err *e)
{
    struct fact_prefix_origin f;
    struct slice s = lg_text(asn);
    struct err why = {0};
    int rc;

    fact_init(FACT_PREFIX_ORIGIN, &f);
    f.prefix = *p;
    if (s.n == 0)
        return lg_tree_fail(asn, e, ERR_SCHEMA, "an AS number is missing");
    rc = lg_get_asn(asn, "", &f.asn, &why);
    if (rc < 0)
        return err_set(e, rc, "%s", why.msg);
    return lg_put(lg, FACT_PREFIX_ORIGIN, &f, e);
}

/* Is one time before another? "2026-11-22T00:00:00", also with a blank; no if either is none.
 */
static bool is_before(struct slice a, struct slice b)
{
    enum { DATE = 10, TIME = 8 };
    int days;

    if (a.n < DATE + 1 + TIME || b.n < DATE + 1 + TIME)
        return false;
    days = memcmp(a.p, b.p, DATE);
    return days < 0 || (days == 0 && memcmp(a.p + DATE + 1, b.p + DATE + 1, TIME) < 0);
}

/* Timelines go back two weeks and more: who announces it still does so at the end of them. */
static bool is_withdrawn(const struct envelope *v, const struct lg_tree *t)
{
    const struct lg_tree *line = lg_first_in(lg_get(t, "timelines"));
    bool any = line != NULL;

    for (; line != NULL; line = line->next) {
        if (!is_before(lg_text(lg_get(line, "endtime")), slice_of(v->end)))
            return false;
    }
    return any;
}

static int take_announced(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct envelope *v = w->state;
    struct lg_tree asn = {.text = v->resource,
                          .len = strlen(v->resource),
                          .type = JREAD_STRING,
                          .line = t->line,
                          .column = t->column};
    struct prefix p;
    int rc = lg_get_prefix(t, "prefix", &p, e);

    if (rc == 0 && is_withdrawn(v, t)) {
        w->lg->skips.withdrawn++;
        return 0;
    }
    return rc == 0 ? put_origin(w->lg, &p, &asn, e) : rc;
}

/* Where `data` of a call has a prefix and the ASes that originate it. */
static const struct origins {
    const char *prefix, *list, *asn; /* "" where the list has the numbers themselves */
} origins[N_CALLS] = {
    [NETWORK_INFO] = {"prefix", "asns", ""},
    [PREFIX_OVERVIEW] = {"resource", "asns", "asn"},
    [ROUTING_STATUS] = {"resource", "origins", "origin"},
};

static int take_prefix(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const struct envelope *v = w->state;
    const struct origins *o = &origins[v->call];
    const struct lg_tree *asns = lg_first_in(lg_get(t, o->list));
    struct prefix p;
    int rc;

    if (asns == NULL)
        return 0; /* announced by nobody */
    rc = lg_get_prefix(t, o->prefix, &p, e);
    for (; asns != NULL && rc == 0; asns = asns->next) {
        const struct lg_tree *asn = lg_get(asns, o->asn);

        rc = asn != NULL ? put_origin(w->lg, &p, asn, e)
                         : lg_tree_fail(asns, e, ERR_SCHEMA, "%s is missing", o->asn);
    }
    return rc;
}

/* --- the dialect --- */

static const struct lg_rule envelope_rules[] = {
    {"data_call_name", take_name},
    {"status", take_status},
    {"messages/*", take_message},
    {"data/resource", take_resource},
    {"data/query_endtime", take_end},
    {"data/query_time", take_end},
    {NULL, NULL},
};

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    static const struct lg_rule rules[N_CALLS][2] = {
        [LOOKING_GLASS] = {{"data/rrcs/*", take_rrc}},
        [BGP_STATE] = {{"data/bgp_state/*", take_state}},
        [ANNOUNCED] = {{"data/prefixes/*", take_announced}},
        [NETWORK_INFO] = {{"data", take_prefix}},
        [PREFIX_OVERVIEW] = {{"data", take_prefix}},
        [ROUTING_STATUS] = {{"data", take_prefix}},
    };
    struct envelope v = {.call = UNKNOWN};
    struct lg_walk w = {.lg = lg, .rules = envelope_rules, .state = &v};
    int rc = lg_walk_text(&w, text, e);

    lg->elsewhere = true;
    if (rc == 0)
        rc = check(&v, e);
    if (rc < 0)
        return rc;
    w.rules = rules[v.call];
    rc = lg_walk_text(&w, text, e);
    /* "rrcs": null is how an unknown prefix is told. */
    return rc == ERR_SCHEMA && w.met == 0 ? 0 : rc;
}

static int likeness(const struct agent_file *f)
{
    static const char *const marks[] = {"data_call_name", "data_call_status", "data",
                                        "data/rrcs/*/peers", NULL};
    unsigned m = lg_marks(f->text, marks);

    return m & 1 ? 90 : (m & 6) == 6 ? 80 : m & 8 ? 60 : 0;
}

static const struct lg_form form = {parse, NULL, NULL};

const struct agent_dialect lg_dialect_ripestat = {
    .name = "ripestat",
    .summary =
        "RIPEstat's data API: looking-glass, bgp-state, announced-prefixes, network-info, "
        "prefix-overview",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
