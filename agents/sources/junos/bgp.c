/* SPDX-License-Identifier: Apache-2.0 */
/* BGP: groups' and the instance's settings are resolved for each neighbour. */
#include <string.h>

#include "agents/sources/junos/model.h"
#include "net/asn.h"

#define PREFERENCE 170 /* Junos has one for all BGP routes */

/** One neighbour; level[0] is its own statements, then its group's, then the instance's. */
struct peer {
    struct junos *j;
    const struct junos_table *table;
    struct tree_node *level[3];
    struct addr addr;
    int64_t asn, local_asn, instance_asn; /* FACT_NONE: not said */
    int external;                         /* 1, 0, or -1: can't be told */
};

/** The most specific statement of that name. */
static struct tree_node *setting(const struct peer *p, const char *path)
{
    struct tree_node *found = NULL;

    for (int i = 0; i < 3; i++) {
        struct tree_node *n = tree_get(p->j->t, p->level[i], path);

        if (found == NULL)
            found = n;
    }
    return found;
}

static const char *setting_value(const struct peer *p, const char *path)
{
    struct tree_node *n = setting(p, path);

    return tree_value(p->j->t, n != NULL ? n->parent : NULL, n != NULL ? n->word : "");
}

static bool has(const struct peer *p, const char *path)
{
    struct tree_node *n = setting(p, path);

    tree_see(n);
    return n != NULL;
}

/** The AS number among the words behind a statement: `local-as 65000 private`. */
static int64_t asn_below(struct tree_node *n)
{
    uint32_t asn;

    for (struct tree_node *c = tree_first(n); c != NULL; c = tree_next(c)) {
        if (asn_parse(slice_of(c->word), &asn))
            return asn;
    }
    return FACT_NONE;
}

static int64_t instance_asn(const struct junos *j, const struct junos_table *table)
{
    int64_t own = asn_below(tree_get(j->t, table->options, "autonomous-system"));

    if (own != FACT_NONE)
        return own;
    return asn_below(tree_get(j->t, j->tables[0].options, "autonomous-system"));
}

/** Neighbours are internal by their group's type, else by their AS. */
static void find_ends(struct peer *p)
{
    const char *type = setting_value(p, "type");

    p->asn = asn_below(setting(p, "peer-as"));
    p->local_asn = asn_below(setting(p, "local-as"));
    p->instance_asn = instance_asn(p->j, p->table);
    p->external = -1;
    if (type != NULL)
        p->external = strcmp(type, "internal") != 0;
    else if (p->asn != FACT_NONE && p->instance_asn != FACT_NONE)
        p->external = p->asn != (p->local_asn != FACT_NONE ? p->local_asn : p->instance_asn);
    if (p->external == 0 && p->asn == FACT_NONE)
        p->asn = p->local_asn != FACT_NONE ? p->local_asn : p->instance_asn;
}

/** Routes of which families the session carries: what the innermost level with `family` says;
 * without any, those of the neighbour's own address. */
static bool carries(const struct peer *p, int family)
{
    static const char *const kinds[] = {"unicast", "any", "labeled-unicast"};
    struct tree_node *all = setting(p, "family");
    struct tree_node *one = tree_get(p->j->t, all, family == 4 ? "inet" : "inet6");

    if (all == NULL || all->first == NULL)
        return p->addr.family == family;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (tree_get(p->j->t, one, kinds[i]) != NULL)
            return true;
    }
    return one != NULL && one->first == NULL;
}

/** `loops N` behind a statement, or behind its value. */
static int64_t loops_below(const struct junos *j, struct tree_node *n)
{
    int64_t loops = tree_number(j->t, n, "loops", 10);

    for (struct tree_node *c = tree_first(n); c != NULL && loops == TREE_NONE; c = tree_next(c))
        loops = tree_number(j->t, c, "loops", 10);
    return loops;
}

/** How often the own AS may stand in a path: `loops 2` lets it be there once. */
static int64_t allowed_loops(const struct peer *p, int64_t family)
{
    const char *unicast = family == 6 ? "family inet6 unicast" : "family inet unicast";
    int64_t loops = loops_below(p->j, setting(p, unicast));

    if (loops == TREE_NONE)
        loops = loops_below(p->j, setting(p, "local-as"));
    if (loops == TREE_NONE)
        loops = loops_below(p->j, tree_get(p->j->t, p->table->options, "autonomous-system"));
    return loops != TREE_NONE && loops > 1 ? loops - 1 : FACT_NONE;
}

/** What a statement of the session changes, put in front of its policies. */
static void add_preset(const struct peer *p, bool in, struct rules_policy *preset)
{
    const char *word = setting_value(p, in ? "local-preference" : "metric-out");
    struct rules *r = &p->j->r;
    struct rules_term *t;
    uint64_t number;

    if (word == NULL || (in && p->external == 0))
        return;
    t = rules_add_term(r, preset);
    if (t == NULL)
        return;
    if (!slice_u64(slice_of(word), UINT32_MAX, &number))
        rules_change(r, t, "unknown metric-out");
    else
        rules_change(
            r, t, rules_printf(r, "%s %u", in ? "local-preference" : "med", (unsigned)number));
    preset->name = rules_printf(r, "(%s %s)", in ? "local-preference" : "metric-out",
                                t->set.n > 0 ? strchr(t->set.v[0], ' ') + 1 : "");
}

/** States the chain in force and gives its name; NULL for import without policy. */
static const char *policy_of(const struct peer *p, bool in)
{
    const struct rules_policy *v[RULES_MAX_CHAIN + 1];
    struct rules_policy *preset = ARENA_NEW(p->j->t->arena, struct rules_policy);
    struct tree_node *list = setting(p, in ? "import" : "export");
    const char *name;
    size_t n = 0;

    if (preset == NULL)
        return NULL;
    add_preset(p, in, preset);
    if (preset->n > 0)
        v[n++] = preset;
    n += junos_chain(p->j, list, v + n);
    if (n == 0 && in)
        return NULL;
    name = n > 0 ? rules_chain_name(&p->j->r, v, n, in ? "" : " (export)") : "(export)";
    rules_put_chain(&p->j->r, name, v, n, in ? RULES_ACCEPT_ALL : RULES_ACCEPT_BGP);
    return name;
}

static void set_ends(const struct peer *p, struct fact_bgp_session *f)
{
    const char *local = setting_value(p, "local-address");

    f->local_asn = p->local_asn;
    f->peer_addr = p->addr;
    f->peer_asn = p->asn;
    f->external = p->asn == FACT_NONE && p->external >= 0 ? p->external : FACT_NONE;
    f->local_interface = setting_value(p, "local-interface");
    if (local != NULL && !addr_parse(slice_of(local), &f->local_addr))
        f->local_addr = (struct addr){0};
}

static int64_t multihop(const struct peer *p)
{
    int64_t ttl;

    if (!has(p, "multihop"))
        return FACT_NONE;
    ttl = tree_number(p->j->t, setting(p, "multihop"), "ttl", 255);
    return ttl != TREE_NONE ? ttl : 64;
}

/** FACT_NONE: it carries routes of other families only. */
static void state_session(const struct peer *p, int64_t family)
{
    struct fact_bgp_session f;

    fact_init(FACT_BGP_SESSION, &f);
    f.node = p->j->node;
    f.table = p->table->name;
    f.family = family;
    set_ends(p, &f);
    if (family != FACT_NONE) {
        f.import_policy = policy_of(p, true);
        f.export_policy = policy_of(p, false);
    }
    f.rr_client = has(p, "cluster") && p->external != 1 ? 1 : FACT_NONE;
    f.remove_private_as = has(p, "remove-private") ? 1 : FACT_NONE;
    f.as_override = has(p, "as-override") ? 1 : FACT_NONE;
    f.allow_own_as = allowed_loops(p, family);
    f.multihop = multihop(p);
    if (has(p, "shutdown") || has(p, "disable"))
        f.shutdown = 1;
    rules_put(&p->j->r, FACT_BGP_SESSION, &f);
}

static void state_peer(struct peer *p, struct tree_node *n)
{
    bool any = false;

    p->level[0] = n;
    if (!addr_parse(slice_of(n->word), &p->addr)) {
        tree_note(&p->j->notes, n->line, "protocols bgp: a neighbor without an address");
        tree_see(n);
        return;
    }
    find_ends(p);
    for (int family = 4; family <= 6; family += 2) {
        if (carries(p, family)) {
            state_session(p, family);
            any = true;
        }
    }
    if (any)
        return;
    state_session(p, FACT_NONE);
    policy_of(p, true);
    policy_of(p, false);
    tree_note(&p->j->notes, n->line,
              "protocols bgp: a neighbor for other families than IPv4 and IPv6 unicast");
}

/* ---- the instance */

/** Calls `look` for the instance, all groups and all neighbours. */
static void visit(struct junos *j, struct tree_node *bgp,
                  void (*look)(struct junos *, struct tree_node *, void *), void *arg)
{
    struct tree_node *groups = tree_get(j->t, bgp, "group");

    look(j, bgp, arg);
    for (struct tree_node *g = groups != NULL ? groups->first : NULL; g != NULL; g = g->next) {
        struct tree_node *peers = tree_get(j->t, g, "neighbor");

        look(j, g, arg);
        for (struct tree_node *n = peers != NULL ? peers->first : NULL; n != NULL; n = n->next)
            look(j, n, arg);
    }
}

/** What is the instance's only in part: groups may differ, a fact can't. */
struct found {
    bool multipath, relaxed;
    struct addr cluster;
    unsigned sources; /* of routes that are exported */
};

static void look_at_cluster(struct junos *j, struct tree_node *n, struct found *f)
{
    const char *word = tree_value(j->t, n, "cluster");
    struct addr id;

    if (word == NULL || !addr_parse(slice_of(word), &id))
        return;
    if (addr_is_set(&f->cluster) && !addr_eq(&id, &f->cluster))
        tree_note(&j->notes, n->line, "protocols bgp: groups with several cluster ids");
    else
        f->cluster = id;
}

static void look_at(struct junos *j, struct tree_node *n, void *arg)
{
    const struct rules_policy *v[RULES_MAX_CHAIN];
    struct found *f = arg;
    size_t n_v = junos_chain(j, tree_get(j->t, n, "export"), v);

    f->multipath |= tree_get(j->t, n, "multipath") != NULL;
    f->relaxed |= tree_get(j->t, n, "multipath multiple-as") != NULL;
    f->sources |= junos_sources(v, n_v);
    look_at_cluster(j, n, f);
}

static int64_t preference(struct junos *j, struct tree_node *bgp)
{
    int64_t n = tree_number(j->t, bgp, "preference", UINT32_MAX);

    return n != TREE_NONE ? n : PREFERENCE;
}

/** What may contribute to aggregates has to be in BGP's reach: routes of whatever runs here. */
static unsigned contributors(struct junos *j, const struct junos_table *table)
{
    static const struct {
        const char *protocol;
        unsigned bit;
    } igps[] = {{"ospf", JUNOS_OSPF}, {"ospf3", JUNOS_OSPF3}, {"isis", JUNOS_ISIS}};
    unsigned bits = JUNOS_CONNECTED | JUNOS_STATIC;

    for (size_t i = 0; i < sizeof(igps) / sizeof(*igps); i++) {
        if (tree_get(j->t, table->protocols, igps[i].protocol) != NULL)
            bits |= igps[i].bit;
    }
    return bits;
}

/** Routes of other protocols that any export policy asks for are in BGP's reach. */
static void state_exported(struct junos *j, const struct junos_table *table, unsigned sources)
{
    struct fact_origination f;
    const char *tags;

    if (sources & JUNOS_AGGREGATE)
        sources |= contributors(j, table);
    junos_state_tags(j, table->name, "aggregate");
    tags = junos_state_tags(j, table->name, "static");
    fact_init(FACT_ORIGINATION, &f);
    f.node = j->node;
    f.table = table->name;
    f.into = "bgp";
    for (int family = 4; family <= 6; family += 2) {
        f.family = family;
        f.policy = tags;
        junos_redistribute(j, &f, sources & JUNOS_STATIC);
        f.policy = NULL;
        junos_redistribute(j, &f, sources & ~(unsigned)(JUNOS_BGP | JUNOS_STATIC));
    }
}

static void state_instance(struct junos *j, const struct junos_table *table,
                           struct tree_node *bgp)
{
    struct tree_node *selection = tree_get(j->t, bgp, "path-selection");
    struct found found = {0};
    struct fact_bgp f;

    visit(j, bgp, look_at, &found);
    fact_init(FACT_BGP, &f);
    f.node = j->node;
    f.table = table->name;
    f.asn = instance_asn(j, table);
    f.router_id = junos_router_id(j, table);
    f.cluster_id = found.cluster;
    f.compare_routerid = tree_get(j->t, selection, "external-router-id") != NULL;
    f.deterministic_med = tree_get(j->t, selection, "cisco-non-deterministic") == NULL;
    f.always_compare_med = tree_get(j->t, selection, "always-compare-med") != NULL;
    f.ignore_as_path = tree_get(j->t, selection, "as-path-ignore") != NULL;
    f.multipath_relax = found.relaxed;
    f.ebgp_requires_policy = 0;
    f.maximum_paths = f.maximum_paths_ibgp = found.multipath && j->balances ? j->ecmp : 1;
    f.distance_external = f.distance_internal = f.distance_local = preference(j, bgp);
    rules_put(&j->r, FACT_BGP, &f);
    state_exported(j, table, found.sources);
}

void junos_state_bgp(struct junos *j, const struct junos_table *table)
{
    struct tree_node *bgp = tree_get(j->t, table->protocols, "bgp");
    struct tree_node *groups = tree_get(j->t, bgp, "group");
    struct peer p = {.j = j, .table = table, .level = {NULL, NULL, bgp}};

    if (bgp == NULL || (groups == NULL && tree_get(j->t, bgp, "neighbor") == NULL))
        return;
    if (instance_asn(j, table) == FACT_NONE)
        tree_note(&j->notes, bgp->line, "protocols bgp: no autonomous-system is configured");
    state_instance(j, table, bgp);
    for (struct tree_node *g = tree_first(groups); g != NULL; g = tree_next(g)) {
        struct tree_node *peers = tree_get(j->t, g, "neighbor");

        p.level[1] = g;
        for (struct tree_node *n = tree_first(peers); n != NULL; n = tree_next(n))
            state_peer(&p, n);
        if (tree_get(j->t, g, "allow") != NULL)
            tree_note(&j->notes, g->line, "protocols bgp: neighbors that may come unasked");
    }
    p.level[1] = NULL;
    for (struct tree_node *n = tree_first(tree_get(j->t, bgp, "neighbor")); n != NULL;
         n = tree_next(n))
        state_peer(&p, n);
}
