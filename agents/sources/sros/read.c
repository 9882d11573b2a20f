/* SPDX-License-Identifier: Apache-2.0 */
/* From the text of an SR OS configuration to its tree, and from there to facts. */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/sros/classic.h"
#include "agents/sources/sros/groups.h"
#include "agents/sources/sros/json.h"
#include "agents/sources/sros/model.h"

static int make(struct sros *s)
{
    s->t = tree_new();
    s->interfaces = map_new();
    s->ports = map_new();
    s->policies[SROS_USES] = map_new();
    s->r.stated = map_new();
    if (s->t == NULL || s->interfaces == NULL || s->ports == NULL ||
        s->policies[SROS_USES] == NULL || s->r.stated == NULL)
        return ERR_NOMEM;
    s->r.arena = s->t->arena;
    return tree_notes_init(&s->notes, s->t->arena, s->path);
}

static int read_tree(struct sros *s, struct slice text, struct err *e)
{
    const char *name;
    int rc;

    if (sros_json_likely(text))
        rc = sros_json_read(s->t, s->path, text, e);
    else if (classic_likely(text))
        rc = classic_read(s->t, s->path, text, e);
    else
        rc = tree_read(s->t, s->path, text, TREE_LINES, e);
    if (rc != 0)
        return rc;
    s->root = tree_get(s->t, &s->t->root, "configure");
    if (s->root == NULL && tree_get(s->t, &s->t->root, "router") != NULL)
        s->root = &s->t->root; /* `info` leaves the outermost block out */
    if (s->root == NULL || s->root->first == NULL)
        return err_set(e, ERR_NOENT, "holds nothing below `configure`");
    if (sros_apply_groups(s->t, s->root, &s->notes) != 0)
        return err_set(e, ERR_LIMIT, "%s: its groups make the configuration too large",
                       s->path);
    name = tree_value(s->t, s->root, "system name");
    if (name != NULL && *name != '\0')
        s->node = name;
    return 0;
}

int sros_read(const char *path, const char *node, struct slice text, struct sros **out,
              struct err *e)
{
    struct sros *s = calloc(1, sizeof(*s));
    int rc;

    *out = NULL;
    if (s == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", path);
    s->path = path;
    s->node = node;
    rc =
        make(s) == 0 ? read_tree(s, text, e) : err_set(e, ERR_NOMEM, "%s: out of memory", path);
    if (rc == 0)
        *out = s;
    else
        sros_free(&s);
    return rc;
}

void sros_free(struct sros **s)
{
    if (*s == NULL)
        return;
    tree_notes_free(&(*s)->notes);
    map_free(&(*s)->interfaces);
    map_free(&(*s)->ports);
    for (size_t i = 0; i <= SROS_USES; i++)
        map_free(&(*s)->policies[i]);
    map_free(&(*s)->r.stated);
    tree_free(&(*s)->t);
    free(*s);
    *s = NULL;
}

static void state_node(struct sros *s)
{
    struct fact_node f;

    fact_init(FACT_NODE, &f);
    f.node = s->node;
    f.kind = "router";
    f.platform = "sros";
    if (s->n_tables > 0)
        f.router_id = sros_router_id(s, &s->tables[0]);
    rules_put(&s->r, FACT_NODE, &f);
}

/* Statements without a part in routing, and those that are named when they are passed over. */
static const char idle[] =
    " description admin-state apply-groups apply-groups-exclude customer service-id "
    "route-distinguisher mtu "
    "ip-mtu qos mac cflowd-parameters hold-time ingress egress icmp neighbor-discovery "
    "router-advertisement authentication-key authentication-type authentication-keychain "
    "hello-authentication hello-authentication-key csnp-authentication psnp-authentication "
    "message-digest-key hello-interval dead-interval retransmit-interval transit-delay "
    "priority system-id lsp-lifetime lsp-mtu-size lsp-refresh-interval lsp-wait timers "
    "overload-on-boot traffic-engineering te advertise-router-capability graceful-restart "
    "bfd-liveness bfd keepalive min-route-advertisement rapid-withdrawal "
    "rapid-update connect-retry split-horizon capability prefix-limit damping tcp-mss "
    "path-mtu-discovery ttl-security link-bandwidth passive wide-metrics-only hello-padding "
    "csnp-interval interface-type level level-capability router-id autonomous-system ldp rsvp "
    "mpls pim igmp mld msdp twamp-light ptp dhcp-server dhcp network-domains "
    "label-policy urpf-check lag-link-map-profile tos-marking-state strip-label load-balancing "
    "tcp-keychain convergence ibgp-multipath error-handling "
    "third-party-nexthop enforce-first-as peer-creation-type "
    "monitor initial-send-delay-zero as-number backup-path advertise-inactive "
    "loopfree-alternate loopfree-alternates ldp-sync ldp-sync-timer sham entropy-label "
    "export-tunnel-table advertise-tunnel-link origin-validation selective-label-ip "
    "snmp trap cpu-protection dist-cpu-protection hold-clear origin vas-if-type static-arp "
    "arp preference metric tag bfd-template dampening ebgp-default-reject-policy broadcast "
    "ipv6-unicast-metric default-ipv6-unicast-metric forward-ipv4-packets ipv4-node-sid "
    "ipv6-node-sid peer-ip-tracking inter-as-vpn extended-nh-encoding mpls-labels blackhole "
    "traffic-engineering-options local-dhcp-server nat radius ecmp max-paths loop-detect "
    "peer-as service-name auto-bind-tunnel "
    "enable-peer-tracking lacp mode encap-type ";
static const char known[] =
    " bgp-ipvpn bgp-evpn vrf-target vrf-import vrf-export segment-routing segment-routing-v6 "
    "flexible-algorithms virtual-link nssa stub area-range overload import-policy "
    "multi-topology "
    "group-interface subscriber-interface vprn ies add-paths filter dynamic-neighbor "
    "policy-based-forwarding unnumbered vrrp dhcp-client confederation rip igp-shortcut "
    "ipsec gre-tunnel loop-detect-threshold default-route-target-import grt-leaking "
    "leak-import leak-export route-leak multi-instance spoke-sdp vpls l2tp eui-64 "
    "send-default export import multipath sap flowspec bgp-vpn-backup family "
    "network-interface next-hop-resolution community static-routes aggregates dynamic-tunnels "
    "tunnel ";

static void note_unseen(struct sros *s)
{
    struct tree_node *ies = tree_get(s->t, s->root, "service ies");

    for (size_t i = 0; i < s->n_tables; i++) {
        bool base = s->tables[i].name[0] == '\0';

        tree_note_unseen(&s->notes, s->tables[i].node, base ? "router" : "vprn", idle, known);
    }
    for (struct tree_node *n = ies != NULL ? ies->first : NULL; n != NULL; n = n->next)
        tree_note_unseen(&s->notes, n, "ies", idle, known);
}

int sros_state(struct sros *s, struct batch_sink *sink, struct err *e)
{
    s->r.node = s->node;
    s->r.sink = sink;
    s->r.e = e;
    sros_find_interfaces(s);
    state_node(s);
    sros_state_interfaces(s);
    sros_read_policies(s);
    for (size_t i = 0; i < s->n_tables; i++) {
        sros_state_routes(s, &s->tables[i]);
        if (!s->tables[i].off)
            sros_state_igps(s, &s->tables[i]);
        sros_state_bgp(s, &s->tables[i]);
        sros_state_untold(s, &s->tables[i]);
    }
    sros_state_policies(s);
    if (s->r.rc == 0 && s->t->failed != 0)
        s->r.rc = err_set(e, ERR_LIMIT, "%s: the configuration is too large", s->path);
    if (s->r.rc != 0)
        return s->r.rc;
    note_unseen(s);
    tree_notes_state(&s->notes, sink);
    return 0;
}
