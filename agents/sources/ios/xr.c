/* SPDX-License-Identifier: Apache-2.0 */
/* IOS XR: static routes as a block; sets and route policies, kept until they are used. */
#include <string.h>

#include "agents/sources/ios/model.h"

/** `P TARGET ...` below `address-family ipv4 unicast` of `router static`. */
static void family_block(struct ios *x, size_t node, const char *table)
{
    struct frr *c = x->c;
    int family = frr_is(ios_at(x, node), 1, "ipv6") ? 6 : 4;

    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *l = ios_at(x, k);
        struct prefix p;

        if (l->negated || l->n < 2)
            continue;
        if (prefix_parse_loose(l->w[0], &p) && p.addr.family == family)
            ios_route(x, &p, 1, table);
        else
            frr_note(c, 0, "not a prefix of this family");
    }
}

void ios_xr_static(struct ios *x, size_t node)
{
    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *l = ios_at(x, k);
        const char *table;

        if (frr_is(l, 0, "address-family"))
            family_block(x, k, "");
        if (!frr_is(l, 0, "vrf") || l->n < 2)
            continue;
        table = frr_table(frr_text(x->c, 1));
        IOS_CHILDREN(x, k, m)
        {
            if (frr_is(ios_at(x, m), 0, "address-family"))
                family_block(x, m, table);
        }
    }
}

bool ios_xr_remember(struct ios *x, size_t node)
{
    static const char *const sets[] = {"prefix-set",          "community-set",    "as-path-set",
                                       "large-community-set", "extcommunity-set", "rd-set",
                                       "ospf-area-set",       "tag-set"};
    const struct frr_line *l = ios_at(x, node);
    union map_value at = {.u = node + 1};
    const char *key = NULL;
    struct map *map = x->sets;

    if (l->n < 2 || l->negated)
        return false;
    for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
        if (frr_is(l, 0, sets[i]))
            key = frr_printf(x->c, "%s %s", sets[i], frr_text(x->c, l->n - 1));
    }
    if (frr_is(l, 0, "route-policy")) {
        map = x->policies;
        key = frr_printf(x->c, "%s", frr_text(x->c, 1));
    }
    if (key != NULL && map_set(map, key, strlen(key), at) != 0)
        x->c->failed = ERR_NOMEM;
    return key != NULL;
}
