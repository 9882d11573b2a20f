/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, route maps and static routes, where they are not written as FRR writes them. */
#include <string.h>
#include <strings.h>

#include "agents/sources/ios/model.h"

/** `match ip address prefix-list A B`: several lists, one of which must permit: a list of
 * their own for the term. */
static bool several_lists(struct ios *x)
{
    const struct frr_line *l = x->c->line;
    size_t at = frr_begins(l, 0, "match ip address prefix-list") ||
                        frr_begins(l, 0, "match ipv6 address prefix-list")
                    ? 4
                : frr_begins(l, 0, "match community") || frr_begins(l, 0, "match as-path") ? 2
                                                                                           : 0;

    if (at == 0 || l->n <= at + 1 || frr_is(l, at + 1, "exact-match"))
        return false;
    frr_note(x->c, at, "several lists in one condition are not followed");
    ios_say(x, "match several-lists");
    return true;
}

/** Statements below a route map that others write otherwise. */
static void clause(struct ios *x)
{
    static const char *const quiet[] = {"match route-type", "exit"};
    struct frr *c = x->c;
    const struct frr_line *l = c->line;

    if (frr_begins(l, 0, quiet[1]))
        return;
    if (frr_begins(l, 0, "match source-protocol direct"))
        ios_say(x, "match source-protocol connected");
    else if (frr_begins(l, 0, "set comm-list") && l->n > 3)
        ; /* as FRR's */
    else
        several_lists(x);
    if (frr_begins(c->line, 0, "match interface") && c->line->n == 3)
        ios_say(x, frr_printf(c, "match interface %s", ios_interface_name(x, frr_text(c, 2))));
    frr_route_map_clause(c);
}

void ios_route_map(struct ios *x, size_t node)
{
    struct frr *c = x->c;
    const struct frr_line *l = ios_at(x, node);

    if (l->n == 2) /* the first entry, permit */
        ios_say(x, frr_printf(c, "route-map %s permit 10", frr_text(c, 1)));
    else if (l->n == 3)
        ios_say(x, frr_printf(c, "route-map %s %s 10", frr_text(c, 1), frr_text(c, 2)));
    c->term = NULL;
    if (frr_open_route_map(c) != FRR_DONE || c->term == NULL)
        return;
    c->understood++;
    IOS_CHILDREN(x, node, k)
    {
        ios_at(x, k);
        clause(x);
    }
}

/** Entries below `ip prefix-list NAME`, `ip access-list standard NAME`. */
static void entries(struct ios *x, size_t node, const char *head)
{
    struct frr *c = x->c;

    IOS_CHILDREN(x, node, k)
    {
        const struct frr_line *l = ios_at(x, k);
        uint64_t seq;
        size_t at = 0;
        const char *said = head;

        if (frr_is(l, 0, "remark") || frr_is(l, 1, "remark") || l->negated ||
            frr_is(l, 0, "statistics") || frr_is(l, 0, "exit"))
            continue;
        if (slice_u64(frr_word(l, 0), UINT32_MAX, &seq)) {
            said = frr_printf(c, "%s seq %u", head, (unsigned)seq);
            at = 1;
        }
        for (; at < l->n && !frr_is(l, at, "log"); at++)
            said = frr_printf(c, "%s %.*s", said, (int)l->w[at].n, l->w[at].p);
        ios_say(x, said);
        frr_list_statement(c);
    }
}

/** Access lists of forms that are not followed. */
static void untold(struct ios *x, int family, const char *name)
{
    struct frr_list *list = frr_list(x->c, FRR_LIST_ACCESS, family, name);

    if (list != NULL)
        list->defined = list->opaque = list->extended = true;
}

static bool is_between(uint64_t n, uint64_t lo, uint64_t hi)
{
    return n >= lo && n <= hi;
}

/** `access-list N permit ...`: 1 to 99 and 1300 to 1999 are standard ones, 100 to 199 and 2000
 * to 2699 extended ones; others are of no IP. */
static bool numbered(struct ios *x)
{
    const struct frr_line *l = x->c->line;
    struct frr_line short_line;
    uint64_t n;

    if (!frr_is(l, 0, "access-list") || !slice_u64(frr_word(l, 1), 10000, &n))
        return false;
    if (!is_between(n, 1, 199) && !is_between(n, 1300, 2699)) {
        untold(x, 4, frr_text(x->c, 1));
        return true;
    }
    if (frr_is(l, l->n - 1, "log")) {
        short_line = *l;
        short_line.n--;
        x->c->line = &short_line;
    }
    frr_list_statement(x->c);
    x->c->line = l;
    return true;
}

/** IOS's extended lists are a network and its mask where routes go by them; others' filter
 * packets only. */
static bool access_block(struct ios *x, size_t node)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    int family = frr_is(l, 0, "ipv6") ? 6 : 4;
    bool extended = frr_is(l, 2, "extended"), standard = frr_is(l, 2, "standard");
    size_t at = standard || extended ? 3 : 2;
    const char *name = frr_text(c, at);
    struct frr_list *list;

    if (!frr_is(l, 1, "access-list") || name == NULL || l->negated || l->n > at + 1)
        return false;
    if (!standard && !(extended && family == 4)) {
        untold(x, family, name);
        return true;
    }
    list = frr_list(c, FRR_LIST_ACCESS, family, name);
    if (list != NULL && extended)
        list->extended = true;
    entries(x, node, frr_printf(c, "%s access-list %s", family == 6 ? "ipv6" : "ip", name));
    return true;
}

/** NX-OS quotes expressions, which may have blanks in them. */
static struct slice unquoted(struct slice w)
{
    if (w.n > 0 && w.p[0] == '"')
        w = (struct slice){w.p + 1, w.n - 1};
    w.n -= w.n > 0 && w.p[w.n - 1] == '"';
    return w;
}

/** `ip as-path access-list NAME [seq N] permit REGEX [any]`, `ip community-list ...`. */
static bool bgp_list(struct ios *x)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    const char *said = "bgp";

    if (!frr_is(l, 0, "ip") ||
        (!frr_begins(l, 1, "as-path access-list") && !frr_is(l, 1, "community-list") &&
         !frr_is(l, 1, "large-community-list") && !frr_is(l, 1, "extcommunity-list")))
        return false;
    if (frr_is(l, 1, "extcommunity-list"))
        return true;
    for (size_t i = 1; i < l->n; i++) {
        bool last = i + 1 == l->n && frr_is(l, 1, "as-path") &&
                    (frr_is(l, i, "any") || frr_is(l, i, "egp") || frr_is(l, i, "igp"));
        bool regexp = i == 2 && frr_is(l, i, "regexp"); /* EOS */
        struct slice w = unquoted(l->w[i]);

        if (regexp)
            said = frr_printf(c, "%s expanded", said);
        else if (!last && w.n > 0)
            said = frr_printf(c, "%s %.*s", said, (int)w.n, w.p);
    }
    ios_say(x, said);
    ((struct frr_line *)(uintptr_t)c->line)->text = slice_of(said); /* the rest is a value */
    for (size_t i = 0, pos = 0; i < c->line->n; i++) {
        ((struct slice *)(uintptr_t)c->line->w)[i] =
            (struct slice){said + pos, c->line->w[i].n};
        pos += c->line->w[i].n + 1;
    }
    frr_list_statement(c);
    return true;
}

bool ios_list(struct ios *x, size_t node)
{
    struct frr *c = x->c;
    const struct frr_line *l = ios_at(x, node);
    const char *family = frr_is(l, 0, "ipv6") ? "ipv6" : "ip";
    bool prefix = (frr_is(l, 0, "ip") || frr_is(l, 0, "ipv6")) && frr_is(l, 1, "prefix-list");

    if (prefix && l->n == 3 && !l->negated) {
        struct frr_list *list =
            frr_list(c, FRR_LIST_PREFIX, frr_is(l, 0, "ipv6") ? 6 : 4, frr_text(c, 2));

        if (list != NULL)
            list->defined = true;
        entries(x, node, frr_printf(c, "%s prefix-list %s", family, frr_text(c, 2)));
        return true;
    }
    if (prefix) {
        frr_list_statement(c);
        return true;
    }
    return numbered(x) || bgp_list(x) || access_block(x, node);
}

static bool is_quote_end(struct slice w)
{
    return w.n > 0 && w.p[w.n - 1] == '"';
}

/** Words of the value at i: one, or up to the closing quote. */
static size_t value_words(const struct frr_line *l, size_t i)
{
    size_t n = 1;

    if (frr_word(l, i).n == 0 || frr_word(l, i).p[0] != '"' ||
        (frr_word(l, i).n > 1 && is_quote_end(frr_word(l, i))))
        return 1;
    while (i + n < l->n && !is_quote_end(frr_word(l, i + n)))
        n++;
    return i + n < l->n ? n + 1 : n;
}

/** Words of a route behind its target that say nothing about where it goes, and how many they
 * are with their values; 0: none. */
static size_t option(const struct frr_line *l, size_t i)
{
    static const char *const options[] = {"name", "track", "bfd", "description", "metric"};

    for (size_t k = 0; k < sizeof(options) / sizeof(*options); k++) {
        if (frr_is(l, i, options[k]))
            return 1 + value_words(l, i + 1);
    }
    return frr_is(l, i, "permanent") || frr_is(l, i, "multicast") ? 1 : 0;
}

/** Where a target's words say that its next hop is in another table, `global`, `vrf B`; 0: none
 * do. */
static size_t elsewhere(const struct frr_line *l, size_t i)
{
    while (i < l->n) {
        size_t skip = option(l, i);

        if (skip == 0 &&
            (frr_is(l, i, "vrf") || frr_is(l, i, "global") || frr_is(l, i, "egress-vrf")))
            return i;
        i += skip > 0 ? skip : 1;
    }
    return 0;
}

void ios_route(struct ios *x, const struct prefix *p, size_t at, const char *table)
{
    struct frr *c = x->c;
    const struct frr_line *l = c->line;
    int family = p->addr.family;
    char text[PREFIX_TEXT];
    struct addr a;
    const char *said =
        frr_printf(c, "%s route %s", family == 6 ? "ipv6" : "ip", prefix_format(p, text));
    bool null = frr_word(l, at).n >= 4 && strncasecmp(frr_word(l, at).p, "null", 4) == 0;
    bool turned =
        !null && !addr_parse(frr_word(l, at), &a) && addr_parse(frr_word(l, at + 1), &a);

    if (elsewhere(l, at) > 0) {
        frr_note(c, elsewhere(l, at), "the next hop is in another table");
        return;
    }
    if (turned) /* FRR has the address before the interface */
        said = frr_printf(c, "%s %s %s", said, frr_text(c, at + 1),
                          ios_interface_name(x, frr_text(c, at)));
    else if (!null && at < l->n)
        said = frr_printf(c, "%s %s", said, ios_interface_name(x, frr_text(c, at)));
    for (size_t i = turned ? at + 2 : null ? at : at + 1; i < l->n; i++) {
        size_t skip = i > at ? option(l, i) : 0;

        if (skip > 0)
            i += skip - 1;
        else if (i == at && null)
            said = frr_printf(c, "%s Null0", said);
        else
            said = frr_printf(c, "%s %s", said, frr_text(c, i));
    }
    ios_say(x, said);
    frr_static_route(c, family, table);
    c->understood++;
}

/** `ip route [vrf X] A M|P TARGET ...`. */
void ios_static(struct ios *x, size_t node, const char *table)
{
    struct frr *c = x->c;
    const struct frr_line *l = ios_at(x, node);
    int family = frr_is(l, 0, "ipv6") ? 6 : 4;
    size_t at = 2, n;
    struct prefix p;

    if (l->negated)
        return;
    if (frr_is(l, at, "vrf")) {
        table = frr_table(frr_text(c, at + 1));
        at += 2;
    }
    n = ios_prefix(l, at, false, &p);
    if (n == 0 || p.addr.family != family)
        frr_note(c, at, "not a prefix of this family");
    else if (at + n >= l->n || frr_is(l, at + n, "dhcp"))
        frr_note(c, at, "a next hop that the configuration doesn't hold");
    else
        ios_route(x, &p, at + n, table);
}
