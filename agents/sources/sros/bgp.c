/* SPDX-License-Identifier: Apache-2.0 */
/* BGP: a neighbour's settings, then its group's, then the instance's. */
#include <string.h>

#include "agents/sources/sros/model.h"
#include "net/asn.h"

struct peer {
    struct sros *s;
    const struct sros_table *table;
    struct tree_node *level[3];
    struct addr addr;
    int64_t asn, local_asn, instance_asn;
    int external; /* 1, 0, or -1: can't be told */
};

static struct tree_node *setting(const struct peer *p, const char *path)
{
    struct tree_node *found = NULL;

    for (int i = 0; i < 3; i++) {
        struct tree_node *n = tree_get(p->s->t, p->level[i], path);

        if (found == NULL)
            found = n;
    }
    if (found != NULL && found->first != NULL && !(found->first->seen && found->last->seen))
        tree_see(found); /* once: of an instance each neighbour asks again */
    return found;
}

static const char *setting_value(const struct peer *p, const char *path)
{
    return tree_leaf(setting(p, path));
}

static bool is_set(const struct peer *p, const char *path)
{
    struct tree_node *n = setting(p, path);

    return n != NULL && (n->first == NULL || strcmp(tree_leaf(n), "false") != 0);
}

static int64_t asn_of(const char *word)
{
    uint32_t asn;

    return word != NULL && asn_parse(slice_of(word), &asn) ? asn : FACT_NONE;
}

static int64_t instance_asn(const struct sros *s, const struct sros_table *table)
{
    int64_t own = asn_of(tree_value(s->t, table->node, "autonomous-system"));

    if (own != FACT_NONE)
        return own;
    return asn_of(tree_value(s->t, s->root, "router Base autonomous-system"));
}

static void find_ends(struct peer *p)
{
    const char *type = setting_value(p, "type");

    p->asn = asn_of(setting_value(p, "peer-as"));
    p->local_asn = asn_of(setting_value(p, "local-as as-number"));
    p->instance_asn = instance_asn(p->s, p->table);
    p->external = -1;
    if (type != NULL)
        p->external = strcmp(type, "internal") != 0;
    else if (p->asn != FACT_NONE && p->instance_asn != FACT_NONE)
        p->external = p->asn != (p->local_asn != FACT_NONE ? p->local_asn : p->instance_asn);
    if (p->external == 0 && p->asn == FACT_NONE)
        p->asn = p->local_asn != FACT_NONE ? p->local_asn : p->instance_asn;
}

/** Families are IPv4 alone unless said otherwise; what is said replaces that. */
static bool carries(const struct peer *p, int family)
{
    struct tree_node *all = setting(p, "family");
    const char *word = family == 4 ? "ipv4" : "ipv6";
    const char *labelled = family == 4 ? "label-ipv4" : "label-ipv6";

    if (all == NULL || all->first == NULL)
        return family == 4;
    return sros_true(p->s, all, word) || sros_true(p->s, all, labelled);
}

static void preset(const struct peer *p, bool in, struct rules_policy *out)
{
    const char *word = setting_value(p, in ? "local-preference" : "med-out");
    struct rules *r = &p->s->r;
    struct rules_term *t;
    uint64_t number;

    if (word == NULL || (in && p->external == 0))
        return;
    t = rules_add_term(r, out);
    if (t == NULL)
        return;
    if (slice_u64(slice_of(word), UINT32_MAX, &number))
        rules_change(
            r, t, rules_printf(r, "%s %u", in ? "local-preference" : "med", (unsigned)number));
    else
        rules_change(r, t, "unknown med-out");
    out->name = rules_printf(r, "(%s %s)", in ? "local-preference" : "med-out",
                             t->set.n > 0 ? strchr(t->set.v[0], ' ') + 1 : "");
}

/** With external neighbours only what a policy accepts is exchanged, unless that was switched
 * off. */
static bool rejects(const struct peer *p, bool in)
{
    const char *path =
        in ? "ebgp-default-reject-policy import" : "ebgp-default-reject-policy export";
    const char *word = setting_value(p, path);

    return p->external != 0 && (word == NULL || strcmp(word, "false") != 0);
}

static const char *policy_of(const struct peer *p, bool in)
{
    const struct rules_policy *v[RULES_MAX_CHAIN + 1];
    struct rules_policy *front = ARENA_NEW(p->s->t->arena, struct rules_policy);
    bool strict = rejects(p, in);
    enum rules_default last = strict ? RULES_REJECT_ALL
                              : in   ? RULES_ACCEPT_ALL
                                     : RULES_ACCEPT_BGP;
    const char *name;
    const char *suffix = in       ? strict ? " (or reject)" : ""
                         : strict ? " (export or reject)"
                                  : " (export)";
    size_t n = 0, named;

    if (front == NULL)
        return NULL;
    preset(p, in, front);
    if (front->n > 0)
        v[n++] = front;
    named = sros_chain(p->s, setting(p, in ? "import policy" : "export policy"),
                       in ? SROS_IMPORT : SROS_INTO_BGP, v + n);
    n += named;
    if (named == 0 && strict) {
        name = "(reject)";
        n = 0;
    } else if (n == 0 && in) {
        return NULL;
    } else {
        name = n > 0 ? rules_chain_name(&p->s->r, v, n, suffix) : "(export)";
    }
    rules_put_chain(&p->s->r, name, v, n, last);
    return name;
}

static void set_numbers(const struct peer *p, struct fact_bgp_session *f)
{
    const char *hops = setting_value(p, "multihop");
    const char *detect = setting_value(p, "loop-detect");
    uint64_t number;

    if (hops != NULL && slice_u64(slice_of(hops), 255, &number))
        f->multihop = (int64_t)number;
    if (is_set(p, "next-hop-self"))
        f->next_hop_self = 2; /* of reflected routes, too */
    if (p->external != 1 && setting(p, "cluster") != NULL)
        f->rr_client = 1;
    if (setting(p, "remove-private") != NULL)
        f->remove_private_as = 1;
    if (is_set(p, "as-override"))
        f->as_override = 1;
    if (detect != NULL && strcmp(detect, "off") == 0)
        f->allow_own_as = 255;
    if (setting(p, "send-communities") != NULL &&
        !sros_true(p->s, setting(p, "send-communities"), "standard"))
        f->send_community = 0;
}

static bool is_off(const struct peer *p)
{
    bool off = p->table->off;

    for (int i = 0; i < 3; i++)
        off = off || (p->level[i] != NULL && !sros_enabled(p->s, p->level[i], true));
    return off;
}

/** FACT_NONE: it carries routes of other families only. */
static void state_session(const struct peer *p, int64_t family)
{
    const char *local = setting_value(p, "local-address");
    struct fact_bgp_session f;

    fact_init(FACT_BGP_SESSION, &f);
    f.node = p->s->node;
    f.table = p->table->name;
    f.family = family;
    f.local_asn = p->local_asn;
    f.peer_addr = p->addr;
    f.peer_asn = p->asn;
    f.external = p->asn == FACT_NONE && p->external >= 0 ? p->external : FACT_NONE;
    if (local != NULL && !addr_parse(slice_of(local), &f.local_addr)) {
        f.local_addr = (struct addr){0};
        f.local_interface = local;
    }
    if (family != FACT_NONE) {
        f.import_policy = policy_of(p, true);
        f.export_policy = policy_of(p, false);
    }
    set_numbers(p, &f);
    f.shutdown = is_off(p) ? 1 : FACT_NONE;
    rules_put(&p->s->r, FACT_BGP_SESSION, &f);
}

static void state_peer(struct peer *p, struct tree_node *bgp, struct tree_node *n)
{
    const char *group = tree_value(p->s->t, n, "group");
    struct tree_node *groups = tree_get(p->s->t, bgp, "group");
    bool any = false;

    p->level[0] = n;
    p->level[1] = group != NULL ? tree_find(p->s->t, groups, slice_of(group)) : NULL;
    if (!addr_parse(slice_of(n->word), &p->addr)) {
        tree_note(&p->s->notes, n->line, "bgp: a neighbor without an address");
        return;
    }
    if (p->level[1] != NULL)
        p->level[1]->seen = true;
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
    tree_note(&p->s->notes, n->line,
              "bgp: a neighbor for other families than IPv4 and IPv6 unicast");
}

/* ---- the instance */

static struct addr cluster_id(struct sros *s, struct tree_node *bgp)
{
    struct tree_node *groups = tree_get(s->t, bgp, "group");
    struct addr id = {0}, other;
    const char *word = tree_value(s->t, bgp, "cluster cluster-id");

    if (word != NULL && addr_parse(slice_of(word), &id))
        return id;
    id = (struct addr){0};
    for (struct tree_node *g = groups != NULL ? groups->first : NULL; g != NULL; g = g->next) {
        word = tree_value(s->t, g, "cluster cluster-id");
        if (word == NULL || !addr_parse(slice_of(word), &other))
            continue;
        if (addr_is_set(&id) && !addr_eq(&id, &other))
            tree_note(&s->notes, g->line, "bgp: groups with several cluster ids");
        else
            id = other;
    }
    return id;
}

static int64_t paths(struct sros *s, struct tree_node *bgp, const char *kind)
{
    int64_t n = tree_number(s->t, bgp, kind, 256);

    if (n == TREE_NONE)
        n = tree_number(s->t, bgp, "multipath max-paths", 256);
    return n != TREE_NONE && n > 0 ? n : 1;
}

static void state_instance(struct sros *s, const struct sros_table *table,
                           struct tree_node *bgp)
{
    struct tree_node *best = tree_get(s->t, bgp, "best-path-selection");
    int64_t preference = tree_number(s->t, bgp, "preference", 255);
    struct fact_bgp f;

    fact_init(FACT_BGP, &f);
    f.node = s->node;
    f.table = table->name;
    f.asn = instance_asn(s, table);
    f.router_id = sros_router_id(s, table);
    f.cluster_id = cluster_id(s, bgp);
    f.compare_routerid = tree_get(s->t, best, "ignore-router-id") == NULL;
    f.deterministic_med = sros_true(s, best, "deterministic-med");
    f.always_compare_med = tree_get(s->t, best, "always-compare-med") != NULL;
    f.ignore_as_path = sros_true(s, best, "as-path-ignore ipv4");
    f.multipath_relax = 0;
    f.ebgp_requires_policy = 0; /* stated by a policy of each session */
    f.maximum_paths = paths(s, bgp, "multipath ebgp");
    f.maximum_paths_ibgp = paths(s, bgp, "multipath ibgp");
    f.distance_external = f.distance_internal = f.distance_local =
        preference != TREE_NONE ? preference : SROS_PREFERENCE;
    tree_see(best);
    rules_put(&s->r, FACT_BGP, &f);
}

/** Routes of other protocols leave by export policies alone; all are in BGP's reach. */
static void state_exported(struct sros *s, const struct sros_table *table)
{
    static const char *const sources[] = {"connected", "static", "isis", "ospf", "ospf3"};
    struct fact_origination f;

    fact_init(FACT_ORIGINATION, &f);
    f.node = s->node;
    f.table = table->name;
    f.into = "bgp";
    f.how = "redistribute";
    for (int family = 4; family <= 6; family += 2) {
        for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
            bool needed = i < 2 || tree_get(s->t, table->node, sources[i]) != NULL;

            f.family = family;
            f.protocol = sources[i];
            if (needed)
                rules_put(&s->r, FACT_ORIGINATION, &f);
        }
    }
}

static bool exports_anything(struct sros *s, struct tree_node *bgp)
{
    static const char *const lists[] = {"group", "neighbor"};
    bool found = tree_get(s->t, bgp, "export policy") != NULL;

    for (size_t i = 0; i < 2; i++) {
        struct tree_node *list = tree_get(s->t, bgp, lists[i]);

        for (struct tree_node *n = list != NULL ? list->first : NULL; n != NULL; n = n->next)
            found = found || tree_get(s->t, n, "export policy") != NULL;
    }
    return found;
}

/** Groups that no configured neighbour is of: they say nothing, or who may come. */
static void note_groups(struct sros *s, struct tree_node *bgp)
{
    struct tree_node *list = tree_get(s->t, bgp, "group");

    for (struct tree_node *g = list != NULL ? list->first : NULL; g != NULL; g = g->next) {
        if (tree_get(s->t, g, "dynamic-neighbor") != NULL)
            tree_note(&s->notes, g->line, "bgp: dynamic-neighbor is not followed");
        if (!g->seen)
            tree_see(g);
    }
}

void sros_state_bgp(struct sros *s, const struct sros_table *table)
{
    struct tree_node *bgp = tree_get(s->t, table->node, "bgp");
    struct tree_node *list = tree_get(s->t, bgp, "neighbor");
    struct peer p = {.s = s, .table = table, .level = {NULL, NULL, bgp}};

    if (bgp == NULL)
        return;
    if (instance_asn(s, table) == FACT_NONE)
        tree_note(&s->notes, bgp->line, "bgp: no autonomous-system is configured");
    state_instance(s, table, bgp);
    if (exports_anything(s, bgp))
        state_exported(s, table);
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n))
        state_peer(&p, bgp, n);
    note_groups(s, bgp);
}
