/* SPDX-License-Identifier: Apache-2.0 */
/* Tables with routes that are not followed: of RIP, VPNs, other tables, and what border routers
 * of areas make of routes. */
#include "agents/sources/rules/untold.h"
#include "agents/sources/junos/model.h"

static const struct rules_untold protocols[] = {
    {"rip", "rip"},
    {"ripng", "rip"},
    {"ip-prefix-routes", "vpn"},
    {"stub", "ospf areas"},
    {"nssa", "ospf areas"},
    {"area-range", "ospf areas"},
    {"sham-link", "ospf areas"},
    {NULL, NULL},
};

static const struct rules_untold options[] = {
    {"instance-import", "leaked"},
    {"auto-export", "leaked"},
    {NULL, NULL},
};

static const struct rules_untold instance[] = {
    {"vrf-target", "vpn"},
    {"vrf-import", "vpn"},
    {NULL, NULL},
};

void junos_state_untold(struct junos *j, const struct junos_table *table)
{
    struct tree_node *groups = tree_get(j->t, &j->t->root, "routing-options rib-groups");
    struct tree_node *all = tree_get(j->t, &j->t->root, "routing-instances");

    rules_untold(&j->r, table->protocols, table->name, protocols);
    rules_untold(&j->r, table->options, table->name, options);
    if (groups != NULL) /* which tables they lead to is not followed */
        rules_put_untold(&j->r, table->name, "leaked");
    if (table->name[0] != '\0' && all != NULL)
        rules_untold(&j->r, tree_find(j->t, all, slice_of(table->name)), table->name, instance);
}
