/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as facts: the router, its interfaces, static routes, policy. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/bird/model.h"

#define PREFERENCE_STATIC    200
#define DISTANCE(preference) (255 - (preference)) /* BIRD prefers high ones */

const char *bird_table_of(const struct bird_protocol *p, int family)
{
    const struct bird_channel *ch = &p->channel[family == 6];

    if (p->disabled || p->is_template || !ch->on)
        return NULL;
    return p->vrf != NULL && *ch->table == '\0' ? p->vrf : ch->table;
}

const struct bird_protocol *bird_find(const struct bird *c, enum bird_protocol_kind kind,
                                      int family, const char *table)
{
    for (size_t i = 0; i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];
        const char *own = p->kind == kind ? bird_table_of(p, family) : NULL;

        if (own != NULL && strcmp(own, table) == 0)
            return p;
    }
    return NULL;
}

int bird_ospf_family(const struct bird_protocol *p)
{
    return p->ospf.version == 3 && !p->channel[0].on ? 6 : 4;
}

bool bird_is_external(const struct bird_protocol *p)
{
    const struct bird_bgp *b = &p->bgp;

    if (b->external != FACT_NONE)
        return b->external == 1;
    return b->peer_asn != b->local_asn;
}

bool bird_is_direct(const struct bird_protocol *p)
{
    return p->bgp.multihop == 0 || (p->bgp.multihop == FACT_NONE && bird_is_external(p));
}

bool bird_is_loopback(const char *name)
{
    return strcmp(name, "lo") == 0 || strncmp(name, "dummy", 5) == 0 ||
           strncmp(name, "loopback", 8) == 0;
}

const char *bird_loopback(const struct bird *c)
{
    for (size_t i = 0; i < c->protocols.n; i++) {
        const struct bird_ospf *o = &c->protocols.v[i]->ospf;

        for (size_t k = 0; k < o->interfaces.n; k++) {
            if (bird_is_loopback(o->interfaces.v[k].name))
                return o->interfaces.v[k].name;
        }
    }
    return "lo";
}

/* --- version 1.6 has no channels: one program for each family */

static bool has_channel(const struct bird *c)
{
    for (size_t i = 0; i < c->protocols.n; i++) {
        if (c->protocols.v[i]->channel[0].on || c->protocols.v[i]->channel[1].on)
            return true;
    }
    return false;
}

static void open_channels(struct bird_protocol *p)
{
    bool *four = &p->channel[0].on, *six = &p->channel[1].on;

    if (p->kind == BIRD_P_BGP) {
        *(p->bgp.peer.family == 6 ? six : four) = true;
    } else if (p->kind == BIRD_P_OSPF) {
        *(p->ospf.version == 3 ? six : four) = true;
    } else if (p->kind == BIRD_P_STATIC) {
        for (size_t i = 0; i < p->routes.n; i++)
            *(p->routes.v[i].prefix.addr.family == 6 ? six : four) = true;
    } else {
        *four = *six = true;
    }
    if (p->table != NULL)
        p->channel[0].table = p->channel[1].table = p->table;
}

static void normalise(struct bird *c)
{
    bool old = !has_channel(c);

    for (size_t i = 0; old && i < c->protocols.n; i++)
        open_channels(c->protocols.v[i]);
}

/* --- interfaces: the names and addresses that the file happens to tell */

struct known {
    BIRD_ARRAY(struct fact_interface) list;
    struct map *by_name; /* -> 1 + place in the list */
};

static struct fact_interface *interface_at(struct bird *c, struct known *k, const char *name,
                                           const char *vrf)
{
    union map_value *at = map_at_str(k->by_name, name);
    struct fact_interface *f;

    if (at == NULL) {
        c->failed = ERR_NOMEM;
        return NULL;
    }
    if (at->u > 0)
        return &k->list.v[at->u - 1];
    f = BIRD_PUSH(c, &k->list);
    if (f == NULL)
        return NULL;
    at->u = k->list.n;
    fact_init(FACT_INTERFACE, f);
    f->node = c->node;
    f->name = name;
    f->table = vrf != NULL ? vrf : "";
    f->kind = bird_is_loopback(name) ? "loopback" : NULL;
    return f;
}

/** An address whose subnet the file doesn't tell: as a host's. */
static void add_address(struct bird *c, struct fact_interface *f, const struct addr *a)
{
    struct ifaddr *v;

    for (size_t i = 0; f != NULL && i < f->addrs.n; i++) {
        if (addr_eq(&f->addrs.v[i].addr, a))
            return;
    }
    v = f != NULL ? bird_alloc(c, (f->addrs.n + 1) * sizeof(*v)) : NULL;
    if (v == NULL)
        return;
    if (f->addrs.n > 0)
        memcpy(v, f->addrs.v, f->addrs.n * sizeof(*v));
    v[f->addrs.n] = (struct ifaddr){*a, (uint8_t)addr_bits(a)};
    f->addrs.v = v;
    f->addrs.n++;
}

static void know_session(struct bird *c, struct known *k, const struct bird_protocol *p)
{
    const struct bird_bgp *b = &p->bgp;
    struct fact_interface *f = NULL;

    if (b->interface != NULL)
        f = interface_at(c, k, b->interface, p->vrf);
    else if (!bird_is_direct(p) && addr_is_set(&b->local))
        f = interface_at(c, k, bird_loopback(c), p->vrf);
    if (f != NULL && addr_is_set(&b->local) && !addr_is_special(&b->local))
        add_address(c, f, &b->local);
}

int bird_state_interfaces(struct bird *c, struct batch_sink *sink, struct err *e)
{
    struct known k = {.by_name = map_new()};
    int rc = k.by_name != NULL ? 0 : err_set(e, ERR_NOMEM, "out of memory");

    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];

        if (p->disabled)
            continue;
        for (size_t n = 0; n < p->ospf.interfaces.n; n++)
            interface_at(c, &k, p->ospf.interfaces.v[n].name, p->vrf);
        if (p->kind == BIRD_P_BGP)
            know_session(c, &k, p);
    }
    for (size_t i = 0; rc == 0 && i < k.list.n; i++)
        rc = sink->put(sink, FACT_INTERFACE, &k.list.v[i], e);
    map_free(&k.by_name);
    return rc;
}

/* --- static routes */

static int state_route(struct bird *c, const struct bird_protocol *p,
                       const struct bird_route *r, struct batch_sink *sink, struct err *e)
{
    int family = r->prefix.addr.family;
    int64_t preference = p->channel[family == 6].preference;
    struct addr *hops = bird_alloc(c, sizeof(r->next_hops));
    const char **names = bird_alloc(c, sizeof(r->interfaces));
    struct fact_route f;

    if (hops == NULL || names == NULL || bird_table_of(p, family) == NULL)
        return 0;
    if (preference == FACT_NONE)
        preference = p->preference != FACT_NONE ? p->preference : PREFERENCE_STATIC;
    fact_init(FACT_ROUTE, &f);
    f.node = c->node;
    f.table = bird_table_of(p, family);
    f.layer = "config";
    f.prefix = r->prefix;
    f.protocol = "static";
    f.discard = r->discard ? 1 : FACT_NONE;
    if (preference >= 0 && preference <= 255)
        f.distance = DISTANCE(preference);
    for (size_t i = 0; i < r->n; i++) {
        hops[i] = r->next_hops[i];
        names[i] = r->interfaces[i] != NULL ? r->interfaces[i] : "";
    }
    f.next_hops = (struct addrs){hops, r->n};
    f.interfaces = (struct strs){names, r->n};
    return sink->put(sink, FACT_ROUTE, &f, e);
}

int bird_state_statics(struct bird *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];

        for (size_t k = 0; rc == 0 && k < p->routes.n; k++)
            rc = state_route(c, p, &p->routes.v[k], sink, e);
    }
    return rc;
}

/* --- what is brought into BGP and OSPF */

int bird_state_sources(struct bird *c, const struct fact_origination *like,
                       struct batch_sink *sink, struct err *e)
{
    const struct {
        enum bird_protocol_kind kind;
        const char *protocol;
    } sources[] = {{BIRD_P_DIRECT, "connected"},
                   {BIRD_P_STATIC, "static"},
                   {BIRD_P_OSPF, like->family == 6 ? "ospf3" : "ospf"},
                   {BIRD_P_BGP, "bgp"}};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(sources) / sizeof(*sources); i++) {
        struct fact_origination f = *like;

        if (strncmp(like->into, sources[i].protocol, 4) == 0 ||
            strcmp(like->into, sources[i].protocol) == 0 ||
            bird_find(c, sources[i].kind, (int)like->family, like->table) == NULL)
            continue;
        f.protocol = sources[i].protocol;
        rc = sink->put(sink, FACT_ORIGINATION, &f, e);
    }
    return rc;
}

/* --- the router, its policies, notes */

static int state_node(const struct bird *c, struct batch_sink *sink, struct err *e)
{
    struct fact_node f;

    fact_init(FACT_NODE, &f);
    f.node = c->node;
    f.kind = "router";
    f.platform = "bird";
    f.router_id = c->router_id;
    return sink->put(sink, FACT_NODE, &f, e);
}

static void compile_gate(struct bird *c, const struct bird_filter *g)
{
    const union map_value *f;

    if (g->gate != BIRD_GATE_POLICY || g->policy == NULL)
        return;
    f = map_get_str(c->functions, g->policy);
    bird_compile(c, g->policy, f != NULL ? f->cp : NULL);
}

/** The filters that decide about routes between routers; the kernel's and those of tables are
 * not applied. */
static void compile_all(struct bird *c)
{
    for (size_t i = 0; i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];

        for (size_t k = 0; k < 2 && !p->disabled; k++) {
            if (p->kind == BIRD_P_BGP && p->channel[k].on)
                compile_gate(c, &p->channel[k].import);
            if ((p->kind == BIRD_P_BGP || p->kind == BIRD_P_OSPF) && p->channel[k].on)
                compile_gate(c, &p->channel[k].export);
        }
    }
}

static int state_policies(struct bird *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->terms.n; i++)
        rc = sink->put(sink, FACT_POLICY_TERM, &c->terms.v[i], e);
    for (size_t i = 0; rc == 0 && i < c->entries.n; i++)
        rc = sink->put(sink, FACT_MATCH_LIST, &c->entries.v[i], e);
    return rc;
}

int bird_state(struct bird *c, struct batch_sink *sink, struct err *e)
{
    int (*const parts[])(struct bird *, struct batch_sink *, struct err *) = {
        bird_state_interfaces, bird_state_borders, bird_state_ospf,
        bird_state_bgp,        bird_state_statics, state_policies};
    int rc;

    normalise(c);
    compile_all(c);
    rc = state_node(c, sink, e);
    for (size_t i = 0; rc == 0 && i < sizeof(parts) / sizeof(*parts); i++)
        rc = parts[i](c, sink, e);
    if (rc == 0 && c->failed != 0)
        rc = err_set(e, ERR_LIMIT, "%s: the configuration takes too much memory", c->path);
    if (rc == 0)
        config_notes_state(&c->notes, c->path, sink);
    return rc;
}
