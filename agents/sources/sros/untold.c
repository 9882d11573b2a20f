/* SPDX-License-Identifier: Apache-2.0 */
/* Tables with routes that are not followed: of RIP, VPNs, other tables, and what border routers
 * of areas make of routes. */
#include "agents/sources/rules/untold.h"
#include "agents/sources/sros/model.h"

static const struct rules_untold words[] = {
    {"rip", "rip"},
    {"ripng", "rip"},
    {"bgp-ipvpn", "vpn"},
    {"bgp-evpn", "vpn"},
    {"vrf-import", "vpn"},
    {"vrf-target", "vpn"},
    {"stub", "ospf areas"},
    {"nssa", "ospf areas"},
    {"area-range", "ospf areas"},
    {"leak-import", "leaked"},
    {"grt-leaking", "leaked"},
    {"grt-lookup", "leaked"},
    {"route-leak", "leaked"},
    {NULL, NULL},
};

void sros_state_untold(struct sros *s, const struct sros_table *table)
{
    rules_untold(&s->r, table->node, table->name, words);
}
