/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What FRR says of its neighbours, releases 4 to 10:
 *
 *   show bgp [vrf X|all] summary json     {"ipv4Unicast": {routerId, as, vrfName, "peers":
 * {...}}}; for one family the inner object alone; for all VRFs under their names show bgp [vrf
 * X|all] neighbors json   {"ADDRESS": {remoteAs, bgpState, addressFamilyInfo{...}}} show ip
 * ospf [vrf all] neighbor json  {"neighbors": {"ROUTER ID": [{ifaceName, nbrState}]}} show ipv6
 * ospf6 neighbor json         {"neighbors": [{neighborId, interfaceName, state}]} show ip ospf
 * [vrf all] interface json {"interfaces": {"NAME": {area, cost, networkType}}} show isis
 * neighbor json               {"areas": [{"circuits": [{adj, interface{name, state}}]}]}
 *
 * OSPF names its neighbours by router id, IS-IS by host name; the far end of a link is called
 * so.
 */
#include <string.h>

#include "agents/sources/lg/entry.h"
#include "agents/sources/lg/frr.h"

static bool has_text(const struct lg_tree *t, const char *path, const char *word)
{
    return slice_eq(lg_text(lg_get(t, path)), word);
}

/* The VRF of an object: what it says, else the name it stands under. */
static const char *vrf_of(struct lg *lg, const struct lg_tree *t, const char *name)
{
    const char *said = lg_str(lg, t, "vrfName");

    if (said != NULL)
        name = said;
    return strcmp(name, "default") == 0 ? "" : name;
}

/* An address, or the interface of a neighbour without one. */
static void name_peer(const char *name, struct fact_bgp_session *f)
{
    if (!addr_parse(slice_of(name), &f->peer_addr))
        f->local_interface = name;
}

/* --- show bgp summary --- */

/* "Idle (Admin)" is a neighbour that is shut down. */
static int put_summary_peer(struct lg *lg, const struct lg_tree *t, const char *table,
                            int family, struct err *e)
{
    struct slice state = lg_text(lg_get(t, "state"));
    struct fact_bgp_session f;
    unsigned families = family == 4 ? LG_FAMILY_4 : family == 6 ? LG_FAMILY_6 : 0;
    int rc;

    lg_session_start(lg, &f, table);
    name_peer(t->key, &f);
    lg_session_state(&f, state);
    if (slice_eq(state, "Idle (Admin)"))
        f.shutdown = 1;
    rc = lg_peer_asn(t, "remoteAs", &f.peer_asn, e);
    if (rc == 0)
        rc = lg_get_asn(t, "localAs", &f.local_asn, e);
    return rc == 0 ? lg_put_session(lg, &f, families, e) : rc;
}

/* One family of one VRF; its name is absent when it was asked for alone. */
static int read_summary(struct lg *lg, const struct lg_tree *t, const char *vrf,
                        const char *family, struct err *e)
{
    const char *table = vrf_of(lg, t, vrf);
    int number = family != NULL ? lg_family(slice_of(family)) : 0;
    const struct lg_tree *peers = lg_first_in(lg_get(t, "peers"));
    int rc = 0;

    if (lg_get(t, "as") != NULL)
        rc = lg_instance_from(lg, table, lg_get(t, "as"), lg_get(t, "routerId"), e);
    for (; peers != NULL && rc == 0; peers = peers->next) {
        if (family != NULL && number == 0)
            lg->skips.families++;
        else
            rc = put_summary_peer(lg, peers, table, number, e);
    }
    return rc;
}

/* "ipv4Unicast", "l2VpnEvpn": other names at that place are those of VRFs. */
static bool is_family(const char *name)
{
    return strncmp(name, "ipv4", 4) == 0 || strncmp(name, "ipv6", 4) == 0 ||
           strncmp(name, "l2Vpn", 5) == 0;
}

/* An object whose members may be families, or VRFs of families. */
static int take_summary(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    int rc = 0;

    if (lg_get(t, "peers") != NULL)
        return read_summary(w->lg, t, "", NULL, e);
    for (const struct lg_tree *m = lg_first_in(t); m != NULL && rc == 0; m = m->next) {
        if (lg_get(m, "peers") != NULL) {
            rc = read_summary(w->lg, m, "", is_family(m->key) ? m->key : NULL, e);
            continue;
        }
        for (const struct lg_tree *f = lg_first_in(m); f != NULL && rc == 0; f = f->next) {
            if (lg_get(f, "peers") != NULL)
                rc = read_summary(w->lg, f, m->key, f->key, e);
        }
    }
    return rc;
}

/* --- show bgp neighbors --- */

static void read_policies(struct lg *lg, const struct lg_tree *t, struct fact_bgp_session *f)
{
    f->import_policy = lg_str(lg, t, "routeMapForIncomingAdvertisements");
    f->export_policy = lg_str(lg, t, "routeMapForOutgoingAdvertisements");
    f->import_list = lg_str(lg, t, "incomingUpdatePrefixFilterList");
    f->export_list = lg_str(lg, t, "outgoingUpdatePrefixFilterList");
    f->import_as_path = lg_str(lg, t, "incomingUpdateAsPathFilterList");
    f->export_as_path = lg_str(lg, t, "outgoingUpdateAsPathFilterList");
    f->next_hop_self = lg_is(t, "forceRouterAlwaysNextHop") ? 2
                       : lg_is(t, "routerAlwaysNextHop")    ? 1
                                                            : FACT_NONE;
    f->rr_client = lg_is(t, "routeReflectorClient") ? 1 : FACT_NONE;
}

static int put_families(struct lg *lg, const struct lg_tree *t, struct fact_bgp_session *f,
                        struct err *e)
{
    const struct lg_tree *info = lg_first_in(lg_get(t, "addressFamilyInfo"));
    struct fact_bgp_session bare = *f;
    unsigned all = 0;
    int rc = 0;

    for (; info != NULL && rc == 0; info = info->next) {
        unsigned families = 0;

        lg_add_family(lg, slice_of(info->key), &families);
        all |= families;
        if (families == LG_FAMILY_OTHER)
            continue;
        read_policies(lg, info, f);
        f->weight = FACT_NONE;
        rc = lg_get_i64(info, "weight", &f->weight, e);
        if (rc == 0)
            rc = lg_put_session(lg, f, families, e);
    }
    return rc == 0 && (all & (LG_FAMILY_4 | LG_FAMILY_6)) == 0
               ? lg_put_session(lg, &bare, all, e)
               : rc;
}

static int put_neighbor(struct lg *lg, const struct lg_tree *t, const char *table,
                        struct err *e)
{
    struct slice state = lg_text(lg_get(t, "bgpState"));
    struct fact_bgp_session f;
    int rc;

    lg_session_start(lg, &f, table);
    name_peer(t->key, &f);
    lg_session_state(&f, state);
    if (lg_is(t, "adminShutDown"))
        f.shutdown = 1;
    if (lg_is(t, "nbrExternalLink"))
        f.external = 1;
    else if (lg_is(t, "nbrInternalLink"))
        f.external = 0;
    rc = lg_peer_asn(t, "remoteAs", &f.peer_asn, e);
    if (rc == 0)
        rc = lg_get_asn(t, "localAs", &f.local_asn, e);
    if (rc == 0)
        rc = lg_get_addr(t, "hostLocal", &f.local_addr, e);
    return rc == 0 ? put_families(lg, t, &f, e) : rc;
}

static int take_neighbors(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *name = w->names[0], *table;
    struct lg_tree one = *t;
    int rc = 0;

    one.key = name;
    one.next = NULL;
    if (lg_get(t, "remoteAs") != NULL)
        return put_neighbor(w->lg, &one, "", e);
    table = vrf_of(w->lg, t, name);
    for (const struct lg_tree *m = lg_first_in(t); m != NULL && rc == 0; m = m->next) {
        if (lg_get(m, "remoteAs") != NULL)
            rc = put_neighbor(w->lg, m, table, e);
    }
    return rc;
}

/* --- neighbours on links --- */

/* Full adjacencies carry routes; others are on their way or stay with a designated router. */
static bool is_full(const struct lg_tree *t)
{
    static const char *const keys[] = {"converged", "nbrState", "state"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        struct slice s = lg_text(lg_get(t, keys[i]));

        if (s.n > 0)
            return slice_starts(s, "Full");
    }
    return false;
}

/* "eth0:10.11.2.1": with the local address. */
static const char *interface_of(struct lg *lg, const struct lg_tree *t)
{
    struct slice s = lg_text(lg_get(t, "ifaceName")), name;

    if (s.n == 0)
        return NULL;
    slice_split(&s, ':', &name);
    return arena_strndup(lg->arena, name.p, name.n);
}

static int put_adjacencies(struct lg *lg, const struct lg_tree *list, const char *router,
                           struct err *e)
{
    int rc = 0;

    for (const struct lg_tree *a = lg_first_in(list); a != NULL && rc == 0; a = a->next) {
        if (is_full(a))
            rc = lg_put_link(lg, interface_of(lg, a), router, "ospf", e);
    }
    return rc;
}

/* A neighbour by its router id, or of OSPFv3 in a plain list. */
static int put_ospf(struct lg *lg, const struct lg_tree *t, const char *name, struct err *e)
{
    const char *interface = lg_str(lg, t, "interfaceName");

    if (t->type == JREAD_ARRAY)
        return put_adjacencies(lg, t, name, e);
    if (interface == NULL || !is_full(t))
        return 0;
    return lg_put_link(lg, interface, lg_str(lg, t, "neighborId"), "ospf", e);
}

static int take_ospf(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    return put_ospf(w->lg, t, w->names[w->depth - 1], e);
}

/* {"area", "circuits": [{"adj", "interface": {"name", "state"} or the name}]} */
static int take_isis(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const struct lg_tree *interface = lg_get(t, "interface");
    const char *name;

    if (lg_get(t, "adj") == NULL)
        return 0;
    if (interface != NULL && interface->type == JREAD_OBJECT) {
        if (!has_text(interface, "state", "Up"))
            return 0;
        name = lg_str(w->lg, interface, "name");
    } else {
        if (!has_text(t, "state", "Up"))
            return 0;
        name = lg_str(w->lg, t, "interface");
    }
    return lg_put_link(w->lg, name, lg_str(w->lg, t, "adj"), "isis", e);
}

/* --- show ip ospf interface --- */

static int put_igp(struct lg *lg, const struct lg_tree *t, const char *name, const char *table,
                   struct err *e)
{
    struct slice network = lg_text(lg_get(t, "networkType"));
    struct slice area = lg_text(lg_get(t, "area")), word;
    struct fact_igp f;
    int rc;

    if (area.n == 0 || !slice_word(&area, &word)) /* "0.0.0.1 [Stub]" */
        return 0;
    fact_init(FACT_IGP, &f);
    f.node = lg->node;
    f.interface = name;
    f.table = table;
    f.protocol = "ospf";
    f.family = 4;
    f.passive = lg_is(t, "timerPassiveIface") ? 1 : FACT_NONE;
    if (slice_eq(network, "POINTOPOINT"))
        f.network = "point-to-point";
    else if (slice_eq(network, "BROADCAST"))
        f.network = "broadcast";
    rc = lg_ospf_area(lg, word, &f.area, e);
    if (rc == 0)
        rc = lg_get_i64(t, "cost", &f.metric, e);
    return rc == 0 && f.metric != FACT_NONE ? lg_put(lg, FACT_IGP, &f, e) : rc;
}

static int take_ospf_interface(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    const char *vrf = w->depth > 2 ? w->names[0] : "";

    if (strcmp(vrf, "default") == 0)
        vrf = "";
    return put_igp(w->lg, t, w->names[w->depth - 1], vrf, e);
}

/* --- telling them apart --- */

struct answer {
    const char *marks[4]; /* one of them is enough */
    struct lg_rule rules[4];
    const char *also[4]; /* and one of these, if there are any */
};

static const struct answer answers[] = {
    {.marks = {"as", "*/as", "*/*/as"},
     .also = {"peers", "*/peers", "*/*/peers"},
     .rules = {{"", take_summary}}},
    {.marks = {"*/peers/*/remoteAs", "peers/*/remoteAs", "*/*/peers/*/remoteAs"},
     .rules = {{"", take_summary}}},
    {.marks = {"*/remoteAs", "*/*/remoteAs"}, .rules = {{"*", take_neighbors}}},
    {.marks = {"neighbors/*/*/nbrPriority", "neighbors/*/*/ifaceName",
               "neighbors/*/interfaceName"},
     .rules = {{"neighbors/*", take_ospf}}},
    {.marks = {"*/neighbors/*/*/ifaceName", "*/neighbors/*/*/nbrPriority"},
     .rules = {{"*/neighbors/*", take_ospf}}},
    {.marks = {"*/*/nbrPriority", "*/*/ifaceName"}, .rules = {{"*", take_ospf}}},
    {.marks = {"interfaces/*/ospfEnabled"}, .rules = {{"interfaces/*", take_ospf_interface}}},
    {.marks = {"*/interfaces/*/ospfEnabled"},
     .rules = {{"*/interfaces/*", take_ospf_interface}}},
    {.marks = {"*/ospfEnabled"}, .rules = {{"*", take_ospf_interface}}},
    {.marks = {"areas/*/circuits", "vrfs/*/areas/*/circuits"},
     .rules = {{"areas/*/circuits/*", take_isis}, {"vrfs/*/areas/*/circuits/*", take_isis}}},
};

static const struct lg_rule *rules_for(struct slice text)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        const struct answer *a = &answers[i];

        if (lg_marks(text, a->marks) != 0 &&
            (a->also[0] == NULL || lg_marks(text, a->also) != 0))
            return answers[i].rules;
    }
    return NULL;
}

bool lg_frr_has_state(struct slice text)
{
    return rules_for(text) != NULL;
}

int lg_frr_state(struct lg *lg, struct slice text, struct err *e)
{
    struct lg_walk w = {.lg = lg, .rules = rules_for(text)};

    if (w.rules == NULL)
        return err_set(e, ERR_PARSE, "1:1: no answer about neighbours");
    return lg_walk_text(&w, text, e);
}
