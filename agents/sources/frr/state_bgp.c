/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of BGP, as facts: groups' settings are resolved here. */
#include <string.h>

#include "agents/sources/frr/model.h"

/** One neighbour in one family, with what its group gives it. */
struct session {
    struct frr *c;
    const struct frr_bgp *bgp;
    struct frr_peer peer; /* resolved */
    int family;
};

static void inherit(struct frr_peer *p, const struct frr_peer *group)
{
    for (int i = 0; i < PEER_NUMBERS; i++) {
        if (p->number[i] == FACT_NONE)
            p->number[i] = group->number[i];
    }
    for (int i = 0; i < PEER_TEXTS; i++) {
        if (p->text[i] == NULL)
            p->text[i] = group->text[i];
    }
    for (int f = 0; f < 2; f++) {
        for (int i = 0; i < AF_NUMBERS; i++) {
            if (p->af[f].number[i] == FACT_NONE)
                p->af[f].number[i] = group->af[f].number[i];
        }
        for (int i = 0; i < AF_TEXTS; i++) {
            if (p->af[f].text[i] == NULL)
                p->af[f].text[i] = group->af[f].text[i];
        }
    }
}

#define MAX_GROUPS 4 /* groups that have groups */

/** What a group gives, and what its own groups give it. */
static void inherit_all(const struct frr_bgp *b, struct frr_peer *out, const struct frr_peer *p,
                        unsigned depth)
{
    for (size_t i = 0; i <= sizeof(p->also) / sizeof(*p->also) && depth < MAX_GROUPS; i++) {
        const char *name = i == 0 ? p->group : p->also[i - 1];
        const union map_value *at = name != NULL ? map_get_str(b->by_name, name) : NULL;

        if (at == NULL || at->cp == p)
            continue;
        inherit(out, at->cp);
        inherit_all(b, out, at->cp, depth + 1);
    }
}

static struct frr_peer resolve(const struct frr_bgp *b, const struct frr_peer *p)
{
    struct frr_peer out = *p;

    if (p->number[PEER_ASN] !=
        FACT_NONE) /* either says the AS; the neighbour's own word counts */
        out.number[PEER_EXTERNAL] = 0;
    inherit_all(b, &out, p, 0);
    if (p->number[PEER_ASN] != FACT_NONE)
        out.number[PEER_EXTERNAL] = FACT_NONE;
    else if (p->number[PEER_EXTERNAL] != FACT_NONE)
        out.number[PEER_ASN] = FACT_NONE;
    return out;
}

static bool is_active(const struct session *s)
{
    int64_t said = s->peer.af[s->family == 6].number[AF_ACTIVATE];

    if (said != FACT_NONE)
        return said != 0;
    return s->family == 4 ? !s->bgp->no_ipv4_default : s->bgp->ipv6_default;
}

static int64_t positive(int64_t n)
{
    return n > 0 ? n : FACT_NONE;
}

static void set_ends(const struct session *s, struct fact_bgp_session *f)
{
    const struct frr_peer *p = &s->peer;

    f->local_asn = p->number[PEER_LOCAL_ASN];
    f->peer_addr = p->addr;
    f->peer_asn = p->number[PEER_ASN];
    f->external = p->number[PEER_EXTERNAL];
    if (f->external == 0)
        f->peer_asn = f->local_asn != FACT_NONE ? f->local_asn : s->bgp->asn;
    if (p->unnumbered)
        f->local_interface = p->name;
    else if (p->text[PEER_INTERFACE] != NULL)
        f->local_interface = p->text[PEER_INTERFACE];
    if (p->text[PEER_SOURCE] == NULL)
        return;
    if (!addr_parse(slice_of(p->text[PEER_SOURCE]), &f->local_addr)) {
        f->local_addr = (struct addr){0};
        f->local_interface = p->text[PEER_SOURCE];
    }
}

static bool is_internal(const struct session *s, const struct fact_bgp_session *f)
{
    int64_t own = f->local_asn != FACT_NONE ? f->local_asn : s->bgp->asn;

    return f->external == 0 || f->peer_asn == own;
}

static void set_numbers(const struct session *s, struct fact_bgp_session *f)
{
    const int64_t *n = s->peer.af[s->family == 6].number;

    f->next_hop_self = positive(n[AF_NEXT_HOP_SELF]);
    f->rr_client = positive(n[AF_RR_CLIENT]);
    f->weight = n[AF_WEIGHT];
    f->default_originate = positive(n[AF_DEFAULT]);
    f->allow_own_as = positive(n[AF_ALLOW_OWN]);
    f->remove_private_as = positive(n[AF_REMOVE_PRIVATE]);
    f->as_override = positive(n[AF_OVERRIDE]);
    f->send_community = n[AF_SEND_COMMUNITY];
    if (f->send_community == FACT_NONE)
        f->send_community = is_internal(s, f) ? s->c->platform->send_community_internal
                                              : s->c->platform->send_community;
    f->send_community = f->send_community == 0 ? 0 : FACT_NONE;
    f->multihop = s->peer.number[PEER_MULTIHOP];
    f->shutdown = s->bgp->shutdown ? 1 : positive(s->peer.number[PEER_SHUTDOWN]);
}

/** A list of the session if its entries can be told; otherwise a condition "unknown" is added.
 */
static const char *list_of(const struct session *s, enum frr_list_use use, const char *name,
                           struct frr_term *gate)
{
    struct frr_list *list;
    struct frr_clause *clause;

    if (name == NULL)
        return NULL;
    list = frr_use_list(s->c, use, use == FRR_LIST_AS_PATH ? 0 : s->family, name);
    if (list == NULL || (!list->opaque && use != FRR_LIST_ACCESS &&
                         (list->defined || !s->c->platform->missing_unknown)))
        return name;
    clause = PUSH(s->c, &gate->match);
    if (clause == NULL)
        return name;
    clause->list = list;
    clause->key = use == FRR_LIST_PREFIX ? "prefix-list" : "as-path";
    if (use == FRR_LIST_ACCESS)
        clause->key = s->family == 6 ? "access-list6" : "access-list4";
    clause->text = frr_printf(s->c, "%s %s", clause->key, name);
    return NULL;
}

/**
 * A session has places for a prefix list, an AS-path list and a route map, but none for an
 * access list. That becomes a route map of its own, in front of the configured one. Its name
 * has a blank, which FRR's can't have.
 */
static const char *gated(const struct session *s, const char *map, struct frr_term *gate)
{
    struct frr_route_map *m;
    struct frr_term **slot;
    const char *name = map != NULL ? map : "(all)";

    for (size_t i = 0; i < gate->match.n; i++)
        name = frr_printf(s->c, "%s behind %s", name, gate->match.v[i].text);
    m = frr_route_map(s->c, name);
    if (m == NULL || m->terms.n > 0)
        return name;
    slot = PUSH(s->c, &m->terms);
    if (slot != NULL) {
        gate->seq = 10;
        gate->permit = true;
        gate->on_match = FACT_NONE;
        gate->call = map;
        *slot = frr_alloc(s->c, sizeof(*gate));
        if (*slot != NULL)
            **slot = *gate;
        else
            m->terms.n--;
    }
    return name;
}

struct policy {
    const char *map, *list, *as_path;
};

static struct policy policy_of(const struct session *s, bool in)
{
    const char *const *text = s->peer.af[s->family == 6].text;
    const char *map = text[in ? AF_MAP_IN : AF_MAP_OUT];
    struct frr_term gate = {.seq = 10};
    struct policy p;

    if (map != NULL)
        map = frr_use_map(s->c, map);
    p.list = list_of(s, FRR_LIST_PREFIX, text[in ? AF_PREFIX_IN : AF_PREFIX_OUT], &gate);
    p.as_path = list_of(s, FRR_LIST_AS_PATH, text[in ? AF_AS_PATH_IN : AF_AS_PATH_OUT], &gate);
    list_of(s, FRR_LIST_ACCESS, text[in ? AF_ACCESS_IN : AF_ACCESS_OUT], &gate);
    p.map = gate.match.n > 0 ? gated(s, map, &gate) : map;
    return p;
}

static int state_session(const struct session *s, struct batch_sink *sink, struct err *e)
{
    struct fact_bgp_session f;
    struct policy in = policy_of(s, true), out = policy_of(s, false);

    fact_init(FACT_BGP_SESSION, &f);
    f.node = s->c->node;
    f.table = s->bgp->table;
    f.family = s->family;
    set_ends(s, &f);
    set_numbers(s, &f);
    f.import_policy = in.map;
    f.import_list = in.list;
    f.import_as_path = in.as_path;
    f.export_policy = out.map;
    f.export_list = out.list;
    f.export_as_path = out.as_path;
    return sink->put(sink, FACT_BGP_SESSION, &f, e);
}

static int state_peer(struct frr *c, const struct frr_bgp *b, const struct frr_peer *p,
                      struct batch_sink *sink, struct err *e)
{
    struct session s = {.c = c, .bgp = b, .peer = resolve(b, p)};
    int rc = 0;

    if (p->is_group)
        return 0;
    if (s.peer.number[PEER_ASN] == FACT_NONE && s.peer.number[PEER_EXTERNAL] == FACT_NONE) {
        frr_note_at(c, p->line,
                    s.peer.number[PEER_LEARNT] == 1
                        ? "neighbor: its AS is learnt from it, and not known here"
                        : "neighbor: has no remote AS, so no session comes up");
        return 0;
    }
    if (!p->unnumbered && !addr_is_set(&p->addr)) {
        frr_note_at(c, p->line, "neighbor: neither an address nor an interface");
        return 0;
    }
    for (s.family = 4; rc == 0 && s.family <= 6; s.family += 2) {
        if (is_active(&s))
            rc = state_session(&s, sink, e);
    }
    return rc;
}

static int state_instance(const struct frr *c, const struct frr_bgp *b, struct batch_sink *sink,
                          struct err *e)
{
    struct fact_bgp f;

    fact_init(FACT_BGP, &f);
    f.node = c->node;
    f.table = b->table;
    f.asn = b->asn;
    f.router_id = b->router_id;
    if (!addr_is_set(&f.router_id) && b->table[0] == '\0')
        f.router_id = c->router_id;
    f.cluster_id = b->cluster_id;
    f.local_pref = b->local_pref;
    f.compare_routerid = b->compare_routerid;
    f.deterministic_med = b->deterministic_med;
    if (f.deterministic_med == FACT_NONE)
        f.deterministic_med = c->datacenter ? 1 : c->platform->deterministic_med;
    f.always_compare_med = b->always_compare_med;
    f.multipath_relax = b->multipath_relax;
    f.ignore_as_path = b->ignore_as_path;
    f.ebgp_requires_policy = frr_requires_policy(c, b);
    return sink->put(sink, FACT_BGP, &f, e);
}

/** Settings of one family, if there are any. */
static int state_family(const struct frr *c, const struct frr_bgp *b, int family,
                        struct batch_sink *sink, struct err *e)
{
    struct frr_bgp_family own = b->family[family == 6], *x = &own;
    struct fact_bgp f;

    if (x->maximum_paths == FACT_NONE)
        x->maximum_paths = c->platform->maximum_paths;
    if (x->maximum_paths_ibgp == FACT_NONE)
        x->maximum_paths_ibgp = c->platform->maximum_paths;
    if (x->distance[0] == FACT_NONE)
        memcpy(x->distance, c->platform->distance, sizeof(x->distance));
    if (x->maximum_paths == FACT_NONE && x->maximum_paths_ibgp == FACT_NONE &&
        x->distance[0] == FACT_NONE)
        return 0;
    fact_init(FACT_BGP, &f);
    f.node = c->node;
    f.table = b->table;
    f.asn = b->asn;
    f.family = family;
    f.maximum_paths = x->maximum_paths;
    f.maximum_paths_ibgp = x->maximum_paths_ibgp;
    f.distance_external = x->distance[0];
    f.distance_internal = x->distance[1];
    f.distance_local = x->distance[2];
    return sink->put(sink, FACT_BGP, &f, e);
}

int frr_state_bgp(struct frr *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->bgps.n; i++) {
        const struct frr_bgp *b = c->bgps.v[i];

        rc = state_instance(c, b, sink, e);
        if (rc == 0)
            rc = state_family(c, b, 4, sink, e);
        if (rc == 0)
            rc = state_family(c, b, 6, sink, e);
        for (size_t p = 0; rc == 0 && p < b->peers.n; p++)
            rc = state_peer(c, b, b->peers.v[p], sink, e);
    }
    return rc;
}
