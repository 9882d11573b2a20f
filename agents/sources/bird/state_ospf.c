/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of OSPF, as facts. */
#include <string.h>

#include "agents/sources/bird/model.h"

#define COST_DEFAULT 10

struct process {
    struct bird *c;
    const struct bird_protocol *p;
    int family;
    const char *table, *name; /* name: NULL if it is the only one */
};

static void start(const struct process *x, struct fact_igp *f)
{
    fact_init(FACT_IGP, f);
    f->node = x->c->node;
    f->table = x->table;
    f->protocol = x->p->ospf.version == 3 ? "ospf3" : "ospf";
    f->process = x->name;
    f->family = x->family;
}

static int state_process(const struct process *x, struct batch_sink *sink, struct err *e)
{
    struct fact_igp f;

    start(x, &f);
    f.maximum_paths = x->p->ospf.ecmp;
    return sink->put(sink, FACT_IGP, &f, e);
}

static int state_interface(const struct process *x, const struct bird_ospf_interface *i,
                           struct batch_sink *sink, struct err *e)
{
    struct fact_igp f;

    start(x, &f);
    f.interface = i->name;
    f.area = i->area;
    f.metric = i->cost != FACT_NONE ? i->cost : COST_DEFAULT;
    f.network = i->network;
    if (i->stub || strcmp(i->name, "lo") == 0)
        f.passive = 1;
    if (strcmp(i->name, "lo") == 0)
        f.metric = 0; /* host routes are announced without cost */
    return sink->put(sink, FACT_IGP, &f, e);
}

/** Is it the address of a session, and so the router's own? */
static bool is_own(const struct bird *c, const struct prefix *p)
{
    if (p->len != addr_bits(&p->addr))
        return false;
    for (size_t i = 0; i < c->protocols.n; i++) {
        const struct bird_protocol *q = c->protocols.v[i];

        if (q->kind == BIRD_P_BGP && !q->disabled && addr_eq(&q->bgp.local, &p->addr))
            return true;
    }
    return false;
}

/** `stubnet` of the router's own address: its loopback takes part. Other networks are announced
 * without an interface, which no fact says. */
static int state_stubnet(const struct process *x, const struct bird_stubnet *s, bool *stated,
                         struct batch_sink *sink, struct err *e)
{
    struct bird_ospf_interface lo = {.name = bird_loopback(x->c), .area = s->area, .cost = 0};

    if (!is_own(x->c, &s->prefix)) {
        bird_note_line(x->c, x->p->line, 1,
                       "stubnet: a network without interface is not stated");
        return 0;
    }
    if (*stated)
        return 0;
    *stated = true;
    lo.stub = true;
    return state_interface(x, &lo, sink, e);
}

static bool has_loopback(const struct bird_protocol *p)
{
    for (size_t i = 0; i < p->ospf.interfaces.n; i++) {
        if (bird_is_loopback(p->ospf.interfaces.v[i].name))
            return true;
    }
    return false;
}

/** Routes of other protocols that the channel exports into OSPF. */
static int state_exports(const struct process *x, struct batch_sink *sink, struct err *e)
{
    const struct bird_filter *g = &x->p->channel[x->family == 6].export;
    struct fact_origination f;

    if (g->gate == BIRD_GATE_DEFAULT || g->gate == BIRD_GATE_NONE)
        return 0;
    fact_init(FACT_ORIGINATION, &f);
    f.node = x->c->node;
    f.table = x->table;
    f.into = x->p->ospf.version == 3 ? "ospf3" : "ospf";
    f.how = "redistribute";
    f.family = x->family;
    f.policy = g->gate == BIRD_GATE_POLICY ? g->policy : NULL;
    return bird_state_sources(x->c, &f, sink, e);
}

static int state_one(const struct process *x, struct batch_sink *sink, struct err *e)
{
    const struct bird_ospf *o = &x->p->ospf;
    bool loopback = has_loopback(x->p);
    int rc = state_process(x, sink, e);

    for (size_t i = 0; rc == 0 && i < o->interfaces.n; i++)
        rc = state_interface(x, &o->interfaces.v[i], sink, e);
    for (size_t i = 0; rc == 0 && i < o->stubnets.n; i++)
        rc = state_stubnet(x, &o->stubnets.v[i], &loopback, sink, e);
    return rc == 0 ? state_exports(x, sink, e) : rc;
}

/** How many processes of the same version run. */
static size_t count(const struct bird *c, int version)
{
    size_t n = 0;

    for (size_t i = 0; i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];

        n += p->kind == BIRD_P_OSPF && !p->disabled && p->ospf.version == version;
    }
    return n;
}

int bird_state_ospf(struct bird *c, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->protocols.n; i++) {
        const struct bird_protocol *p = c->protocols.v[i];
        struct process x = {.c = c, .p = p, .family = bird_ospf_family(p)};

        x.table = p->kind == BIRD_P_OSPF ? bird_table_of(p, x.family) : NULL;
        if (x.table == NULL)
            continue;
        x.name = count(c, p->ospf.version) > 1 ? p->name : NULL;
        rc = state_one(&x, sink, e);
    }
    return rc;
}
