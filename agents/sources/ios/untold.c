/* SPDX-License-Identifier: Apache-2.0 */
/* Where routes come from that are not followed: protocols that are not read, VPNs, other
 * tables, what border routers of areas make of routes. That a table has no route does not
 * follow there. */
#include <string.h>

#include "agents/sources/ios/model.h"

/** The table that a line's block is about, or NULL: `vrf X`, `vrf definition X`, `ip vrf X`,
 * `address-family ipv4 vrf X`. */
static const char *named_table(struct ios *x, const struct frr_line *l)
{
    static const char *const words[] = {"definition", "context", "instance"};

    if (frr_is(l, 0, "interface"))
        return NULL;
    for (size_t i = 0; i + 1 < l->n && i < 4; i++) {
        if (!frr_is(l, i, "vrf"))
            continue;
        for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
            i += frr_is(l, i + 1, words[k]);
        return frr_table(frr_text(x->c, i + 1));
    }
    return NULL;
}

void ios_untold_protocol(struct ios *x, size_t node, size_t at)
{
    struct frr *c = x->c;
    const struct frr_line *l = ios_at(x, node);
    const char *by = frr_protocol(frr_word(l, at)), *table = named_table(x, l);

    frr_note(c, at, "a routing protocol that is not read");
    by = by != NULL ? by : "other";
    frr_untold(c, by, table != NULL ? table : "");
    for (size_t k = node + 1; k < x->nodes[node].end; k++) {
        table = named_table(x, ios_at(x, k));
        if (table != NULL)
            frr_untold(c, by, table);
    }
}

/** Does the statement bring routes into the table of its block, and by what? */
static const char *brings(const struct frr_line *l)
{
    static const struct {
        const char *words, *by;
    } v[] = {
        {"route-target import", "vpn"},    {"route-target both", "vpn"},
        {"import route-target", "vpn"},    {"import vrf", "leaked"},
        {"import map", "leaked"},          {"import ipv4", "leaked"},
        {"import ipv6", "leaked"},         {"import from", "leaked"},
        {"route-replicate", "leaked"},     {"vrf-route-leaking", "leaked"},
        {"bgp listen range", "bgp range"}, {"summary-address", "ospf areas"},
        {"summary-prefix", "ospf areas"},
    };

    for (size_t i = 0; !l->negated && i < sizeof(v) / sizeof(*v); i++) {
        if (frr_begins(l, 0, v[i].words))
            return v[i].by;
    }
    return NULL;
}

/** What XR has below an area. */
static bool is_area_type(const struct frr_line *l)
{
    return frr_is(l, 0, "stub") || frr_is(l, 0, "nssa") || frr_is(l, 0, "range") ||
           frr_is(l, 0, "virtual-link");
}

static void walk(struct ios *x, size_t from, size_t end, const char *table)
{
    bool area = from > 0 && frr_is(&x->nodes[from - 1].line, 0, "area");

    for (size_t k = from; k < end; k = x->nodes[k].end) {
        const struct frr_line *l = ios_at(x, k);
        const char *inner = named_table(x, l), *by = brings(l);

        if (by != NULL || (area && is_area_type(l) && !l->negated))
            frr_untold(x->c, by != NULL ? by : "ospf areas", table);
        walk(x, k + 1, x->nodes[k].end, inner != NULL && !l->negated ? inner : table);
    }
}

void ios_untold(struct ios *x)
{
    walk(x, 0, x->n, "");
}
