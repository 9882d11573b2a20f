/* SPDX-License-Identifier: Apache-2.0 */
/* From the text of a Junos configuration to its tree, and from there to facts. */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/junos/model.h"
#include "agents/sources/tree/inherit.h"

#define DEFAULT_ECMP 16

/** Is it a list of `set` commands? Looks at the first lines that say anything. */
static bool is_set_form(struct slice text)
{
    struct slice line;

    for (int looked = 0; looked < 50 && slice_line(&text, &line);) {
        line = slice_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (slice_starts(line, "set ") || slice_starts(line, "deactivate "))
            return true;
        looked++;
    }
    return false;
}

static int make(struct junos *j)
{
    j->t = tree_new();
    j->units = map_new();
    j->unit_tables = map_new();
    j->policies = map_new();
    j->bundles = map_new();
    j->tags = map_new();
    j->r.stated = map_new();
    if (j->t == NULL || j->units == NULL || j->unit_tables == NULL || j->policies == NULL ||
        j->bundles == NULL || j->tags == NULL || j->r.stated == NULL)
        return ERR_NOMEM;
    j->r.arena = j->t->arena;
    return tree_notes_init(&j->notes, j->t->arena, j->path);
}

/** The host name; not one that differs between routing engines, which groups `re0` and `re1`
 * give. */
static const char *host_name(struct junos *j, const char *file)
{
    static const char *const engines[] = {
        "groups re0 system host-name", "groups re1 system host-name",
        "groups node0 system host-name", "groups node1 system host-name"};
    const char *name = tree_value(j->t, &j->t->root, "system host-name");

    for (size_t i = 0; name != NULL && i < sizeof(engines) / sizeof(*engines); i++) {
        const char *other = tree_value(j->t, &j->t->root, engines[i]);

        if (other != NULL && strcmp(other, name) == 0)
            name = NULL;
    }
    return name != NULL && *name != '\0' ? name : file;
}

/** Packets are spread over equal paths if a policy of the forwarding table says so. */
static void read_balancing(struct junos *j)
{
    struct tree_node *root = &j->t->root;
    struct tree_node *list = tree_get(j->t, root, "routing-options forwarding-table export");
    struct tree_node *all = tree_get(j->t, root, "policy-options policy-statement");
    int64_t ecmp = tree_number(j->t, root, "chassis maximum-ecmp", 1024);

    j->ecmp = ecmp != TREE_NONE && ecmp > 0 ? ecmp : DEFAULT_ECMP;
    for (struct tree_node *n = tree_first(list); n != NULL; n = tree_next(n)) {
        struct tree_node *policy = tree_find(j->t, all, slice_of(n->word));
        struct tree_node *terms = tree_get(j->t, policy, "term");

        j->balances |= tree_get(j->t, policy, "then load-balance") != NULL;
        for (struct tree_node *t = tree_first(terms); t != NULL; t = tree_next(t))
            j->balances |= tree_get(j->t, t, "then load-balance") != NULL;
    }
}

static bool says_anything(struct junos *j)
{
    static const char *const tops[] = {"interfaces",        "protocols",      "routing-options",
                                       "routing-instances", "policy-options", "system"};
    bool any = false;

    for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++)
        any = any || tree_get(j->t, &j->t->root, tops[i]) != NULL;
    return any;
}

/** "<ge-*>": a pattern of the shell's kind. */
static bool fits(const char *wildcard, const char *word, size_t *steps)
{
    char pattern[256];
    size_t n = strlen(wildcard) - 2;

    (void)steps;
    if (n >= sizeof(pattern))
        return false;
    memcpy(pattern, wildcard + 1, n);
    pattern[n] = '\0';
    return tree_glob(pattern, word);
}

static int inherit(struct junos *j, struct err *e)
{
    struct tree_node *groups = tree_get(j->t, &j->t->root, "groups");
    struct tree_inherit h = {.t = j->t,
                             .top = &j->t->root,
                             .groups = groups,
                             .skip = groups,
                             .except = "apply-groups-except",
                             .fits = fits,
                             .notes = &j->notes};

    if (tree_inherit(&h) != 0)
        return err_set(e, ERR_LIMIT, "%s: its groups make the configuration too large",
                       j->path);
    j->incomplete = h.undefined;
    return 0;
}

static int read_tree(struct junos *j, struct slice text, struct err *e)
{
    bool set = is_set_form(text);
    int rc = tree_read(j->t, j->path, text, set ? TREE_SET : TREE_BRACES, e);

    if (rc != 0)
        return rc;
    tree_prune(j->t);
    rc = inherit(j, e);
    if (rc == 0)
        rc = junos_expand_ranges(j, e);
    if (rc == 0 && !says_anything(j))
        rc = err_set(e, ERR_NOENT, "holds no statement of Junos about routing");
    return rc;
}

int junos_read(const char *path, const char *node, struct slice text, struct junos **out,
               struct err *e)
{
    struct junos *j = calloc(1, sizeof(*j));
    struct slice start = slice_trim(text);
    int rc;

    *out = NULL;
    if (j == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", path);
    j->path = path;
    if (make(j) != 0)
        rc = err_set(e, ERR_NOMEM, "%s: out of memory", path);
    else if (slice_starts(start, "<"))
        rc = err_set(e, ERR_PARSE,
                     "%s:1:1: a configuration as XML; expected what `show configuration` or "
                     "`show configuration | display set` prints",
                     path);
    else
        rc = read_tree(j, text, e);
    if (rc != 0) {
        junos_free(&j);
        return rc;
    }
    j->node = host_name(j, node);
    *out = j;
    return 0;
}

void junos_free(struct junos **j)
{
    if (*j == NULL)
        return;
    tree_notes_free(&(*j)->notes);
    map_free(&(*j)->units);
    map_free(&(*j)->unit_tables);
    map_free(&(*j)->policies);
    map_free(&(*j)->bundles);
    map_free(&(*j)->tags);
    map_free(&(*j)->r.stated);
    tree_free(&(*j)->t);
    free(*j);
    *j = NULL;
}

static void state_node(struct junos *j)
{
    struct fact_node f;

    fact_init(FACT_NODE, &f);
    f.node = j->node;
    f.kind = "router";
    f.platform = "junos";
    f.router_id = junos_router_id(j, &j->tables[0]);
    rules_put(&j->r, FACT_NODE, &f);
}

/* Statements without a part in routing, and those that are named when they are passed over. */
static const char interface_idle[] =
    " description apply-groups apply-groups-except apply-macro mtu encapsulation vlan-tagging "
    "flexible-vlan-tagging vlan-id vlan-tags vlan-id-list native-vlan-id hold-time link-mode "
    "gigether-options ether-options fastether-options sonet-options aggregated-ether-options "
    "redundant-ether-options traceoptions snmp-traps no-traps traps keepalives no-keepalives "
    "clocking framing optics-options otn-options input-vlan-map output-vlan-map iso mpls "
    "ethernet-switching bridge ccc tcc vpls inet inet6 sampling accounting accounting-profile "
    "no-redirects no-neighbor-learn rpf-check policer dhcp dhcp-client dhcpv6-client "
    "dhcp-vendor-id no-dad-learning dad-disable primary preferred vrrp-group vrrp-inet6-group "
    "arp ndp mac peer-unit tunnel bandwidth targeted-broadcast proxy-arp arp-resp "
    "unit-id damping auto-negotiation speed per-unit-scheduler hierarchical-scheduler "
    "shaping-rate forwarding-class-accounting mac-limit esi disable passive-monitor-mode "
    "point-to-point multipoint swap-by-poppush statistics statistics-flow-control "
    "no-auto-negotiation flow-control no-flow-control unnumbered-address-options "
    "interface-transmit-statistics up-down-threshold t3-options e1-options t1-options "
    "storm-control recovery-timeout port-mode interface-mode vlan web-authentication "
    "authentication-order mac-validate virtual-address accept-data priority adf "
    "destination-class-usage source-class-usage input output filter-list family address "
    "unit multi-chassis-protection load-balance-options master-only mbeacon fec-codeword ";
static const char interface_known[] =
    " filter service unnumbered-address eui-64 "
    "virtual-gateway-address negotiate-address service-domain "
    "simple-filter destination ";
static const char protocol_idle[] =
    " description apply-groups apply-groups-except apply-macro traceoptions hold-time "
    "log-updown authentication-key authentication-algorithm authentication-key-chain "
    "authentication-type authentication hello-authentication-key hello-authentication-type "
    "no-hello-authentication no-csnp-authentication no-psnp-authentication no-authentication "
    "loose-authentication-check bfd-liveness-detection family mtu-discovery passive keep "
    "graceful-restart out-delay damping tcp-mss ttl accepted-prefix-limit prefix-limit "
    "advertise-inactive advertise-peer-as outbound-route-filter hello-interval dead-interval "
    "retransmit-interval transit-delay poll-interval priority lsp-interval lsp-lifetime "
    "csnp-interval max-lsp-size max-areas max-hello-size mesh-group hello-padding "
    "hello-padding-type spf-options wide-metrics-only overload-dummy ldp-synchronization "
    "link-protection node-link-protection no-eligible-backup te-metric "
    "traffic-engineering no-adjacency-holddown ignore-attached-bit ignore-lsp-metrics "
    "no-rfc-1583 prefix-export-limit rib-group-dummy source-packet-routing lldp lldp-med "
    "l2-learning rstp "
    "mstp vstp stp igmp-snooping mld-snooping igmp mld router-advertisement neighbor-discovery "
    "dot1x vrrp oam ptp clock-synchronization sflow layer2-control protection-group "
    "ethernet-ring bfd iccp dcbx mvrp rsvp ldp mpls link-management msdp pim dvmrp amt ancp "
    "connections l2iw ppp ppp-service pppoe rip-dummy router-discovery sap "
    "uplink-failure-detection "
    "level disable interface-type unicast any multicast labeled-unicast preference "
    "external-preference type metric secondary lsp-equal-cost sham-link-dummy "
    "backup-spf-options "
    "backup-options post-convergence-lfa no-issu-timer-negotiation minimum-hold-time "
    "ttl-security "
    "idle-after-switch-over include-mp-next-hop no-nexthop-change session-mode clns-routing "
    "max-snp-size point-to-point loops peer-as reference-bandwidth sampling layer2 "
    "strict-bfd apply-path no-client-reflect bgp-error-tolerance drop-path-attributes "
    "egress-te enforce-first-as precision-timers precision-timers-max-period topologies ";
static const char protocol_known[] =
    " rip ripng esis overload rib-group import area-range stub nssa virtual-link sham-link "
    "label-switched-path realm flow l2vpn l2circuit evpn vpls add-path bmp confederation "
    "accept-remote-nexthop local-as no-advertise-peer-as vpn-apply-export "
    "resolve-vpn rib-groups aigp multipath metric-out listen-range dynamic-neighbor openconfig "
    "ipv6-unicast-metric default-lsa no-default-originate "
    "topology segment-routing flex-algorithm source-routing srv6 allow "
    "route-target inet-vpn inet6-vpn advertise-external advertise-from-main-vpn-tables "
    "static inet-mdt inet-mvpn inet6-mvpn iso-vpn shutdown path-selection ";
static const char options_idle[] =
    " description apply-groups apply-groups-except traceoptions martians multicast ppm "
    "graceful-restart nonstop-routing nsr-phantom-holdtime router-id autonomous-system options "
    "forwarding-table source-routing maximum-paths maximum-prefixes bgp-orf-cisco-mode "
    "warm-standby autonomous-system no-install install retain no-retain readvertise "
    "no-readvertise community active passive tag metric resolve no-resolve "
    "bfd-liveness-detection "
    "color as-path atomic-aggregate brief full defaults discard reject receive preference "
    "aggregate generate static validation fate-sharing med-igp-update-interval "
    "protect bmp policy next-hop next-table route-record srlg host-fast-reroute "
    "next-hop-options enhanced-hierarchical-ecmp no-ecmp-fast-reroute mpls ";
static const char options_known[] =
    " rib-groups rib-group interface-routes confederation auto-export instance-import "
    "instance-export resolution flow dynamic-tunnels lsp-next-hop static-lsp-next-hop "
    "p2mp-lsp-next-hop rib auto-bandwidth vpn-localization ";
static const char instance_idle[] =
    " description apply-groups apply-groups-except instance-type interface route-distinguisher "
    "vlan-id routing-interface forwarding-options system services provider-tunnel "
    "bridge-domains "
    "no-vrf-propagate-ttl no-vrf-advertise access snmp layer3-domain-identifier "
    "route-distinguisher-id egress-protection qualified-bum-pruning-mode vrf-table-label ";
static const char instance_known[] = " vrf-target vrf-import vrf-export no-local-switching "
                                     "routing-options protocols ";

static void note_unseen(struct junos *j)
{
    static const struct {
        const char *path, *idle, *known;
    } parts[] = {{"interfaces", interface_idle, interface_known},
                 {"protocols", protocol_idle, protocol_known},
                 {"routing-options", options_idle, options_known}};
    struct tree_node *list = tree_get(j->t, &j->t->root, "routing-instances");

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        tree_note_unseen(&j->notes, tree_get(j->t, &j->t->root, parts[i].path), parts[i].path,
                         parts[i].idle, parts[i].known);
        for (struct tree_node *n = list != NULL && i > 0 ? list->first : NULL; n != NULL;
             n = n->next)
            tree_note_unseen(&j->notes, tree_get(j->t, n, parts[i].path), parts[i].path,
                             parts[i].idle, parts[i].known);
    }
    for (struct tree_node *n = list != NULL ? list->first : NULL; n != NULL; n = n->next) {
        tree_see(tree_get(j->t, n, "routing-options"));
        tree_see(tree_get(j->t, n, "protocols"));
    }
    tree_note_unseen(&j->notes, list, "routing-instances", instance_idle, instance_known);
}

static void note_tops(struct junos *j)
{
    static const char *const tops[][2] = {
        {"logical-systems", "logical-systems: routers inside the router are not followed"},
        {"tenants", "tenants: routers inside the router are not followed"},
        {"firewall", "firewall: filters may drop or divert packets"},
        {"dynamic-profiles", "dynamic-profiles: interfaces made at run time"},
    };

    for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++) {
        struct tree_node *n = tree_get(j->t, &j->t->root, tops[i][0]);

        if (n != NULL)
            tree_note(&j->notes, n->line, tops[i][1]);
    }
    if (j->t->skipped > 0)
        tree_note(&j->notes, j->t->skipped_line,
                  j->t->skipped > 1 ? "lines that are no `set` commands"
                                    : "a line that is no `set` command");
}

int junos_state(struct junos *j, struct batch_sink *sink, struct err *e)
{
    j->r.node = j->node;
    j->r.sink = sink;
    j->r.e = e;
    read_balancing(j);
    junos_find_units(j);
    if (j->n_tables == 0)
        return err_set(e, ERR_LIMIT, "%s: the configuration takes too much memory", j->path);
    state_node(j);
    junos_state_interfaces(j);
    junos_read_policies(j);
    for (size_t i = 0; i < j->n_tables; i++) {
        junos_state_routes(j, &j->tables[i]);
        junos_state_igps(j, &j->tables[i]);
        junos_state_bgp(j, &j->tables[i]);
        junos_state_untold(j, &j->tables[i]);
    }
    junos_state_policies(j);
    if (j->r.rc == 0 && j->t->failed != 0)
        j->r.rc = err_set(e, ERR_LIMIT, "%s: the configuration is too large", j->path);
    if (j->r.rc != 0)
        return j->r.rc;
    note_unseen(j);
    note_tops(j);
    tree_notes_state(&j->notes, sink);
    return 0;
}
