/* SPDX-License-Identifier: Apache-2.0 */
/* Static routes. */
#include <string.h>

#include "agents/sources/frr/model.h"

/** "10.0.0.0/8" or "10.0.0.0 255.0.0.0"; words taken, 0: it is neither. */
static size_t read_destination(struct frr *c, size_t i, int family, struct prefix *out)
{
    const struct frr_line *l = c->line;
    struct addr a, mask;
    unsigned len = 0;

    if (memchr(frr_word(l, i).p, '/', frr_word(l, i).n) != NULL)
        return prefix_parse_loose(l->w[i], out) && out->addr.family == family ? 1 : 0;
    if (!addr_parse(frr_word(l, i), &a) || a.family != 4 || family != 4 ||
        !addr_parse(frr_word(l, i + 1), &mask) || mask.family != 4)
        return 0;
    while (len < 32 && (mask.b[len / 8] >> (7 - len % 8) & 1) != 0)
        len++;
    *out = prefix_of(&mask, len);
    if (!addr_eq(&out->addr, &mask))
        return 0; /* bits behind a hole */
    *out = prefix_of(&a, len);
    return 2;
}

static bool is_discard(const struct frr_line *l, size_t i)
{
    return frr_is(l, i, "Null0") || frr_is(l, i, "null0") || frr_is(l, i, "blackhole") ||
           frr_is(l, i, "reject");
}

/** Next hop address, interface or nothing; words taken, 0: the line ends early. */
static size_t read_target(struct frr *c, size_t i, struct frr_static *s)
{
    static const char *const options[] = {"tag",    "label",    "vrf",   "nexthop-vrf",
                                          "table",  "onlink",   "bfd",   "color",
                                          "metric", "segments", "weight"};
    const struct frr_line *l = c->line;
    uint64_t distance;

    if (i >= l->n)
        return 0;
    if (is_discard(l, i)) {
        s->discard = true;
        return 1;
    }
    if (!addr_parse(l->w[i], &s->next_hop)) {
        s->next_hop = (struct addr){0};
        s->interface = frr_text(c, i);
        return 1;
    }
    if (i + 1 >= l->n || slice_u64(l->w[i + 1], 255, &distance))
        return 1;
    for (size_t k = 0; k < sizeof(options) / sizeof(*options); k++) {
        if (frr_is(l, i + 1, options[k]))
            return 1;
    }
    s->interface = frr_text(c, i + 1);
    return 2;
}

/** What stands behind the target; false when the route can't be told by it. */
static bool read_options(struct frr *c, size_t i, struct frr_static *s)
{
    const struct frr_line *l = c->line;
    const char *other = NULL;
    uint64_t distance;

    for (; i < l->n; i++) {
        if (slice_u64(l->w[i], 255, &distance)) {
            s->distance = (int64_t)distance;
        } else if (frr_is(l, i, "vrf")) {
            s->table = frr_table(frr_text(c, ++i));
        } else if (frr_is(l, i, "nexthop-vrf")) {
            other = frr_table(frr_text(c, ++i));
        } else if (frr_is(l, i, "table")) {
            frr_note(c, i, "a route of a kernel table without a name");
            return false;
        } else if (!frr_is(l, i, "onlink") && !frr_is(l, i, "bfd")) {
            i++; /* tag, label, color, metric, weight and their value */
        }
    }
    if (other == NULL || strcmp(other, s->table) == 0)
        return true;
    frr_note(c, 0, "the next hop is in another VRF, which a route can't say");
    return false;
}

enum frr_answer frr_static_route(struct frr *c, int family, const char *table)
{
    struct frr_static s = {.table = table, .distance = FACT_NONE}, *slot;
    size_t at = 2, n;

    if (c->line->negated)
        return FRR_DONE;
    n = read_destination(c, at, family, &s.prefix);
    if (n == 0)
        return frr_note(c, at, "not a prefix of this family");
    at += n;
    if (frr_is(c->line, at, "from"))
        return frr_note(c, at, "a route by source address");
    n = read_target(c, at, &s);
    if (n == 0)
        return frr_note(c, at, "the next hop is missing");
    if (!read_options(c, at + n, &s))
        return FRR_DONE;
    slot = PUSH(c, &c->statics);
    if (slot != NULL)
        *slot = s;
    return FRR_DONE;
}

/** All statements of one prefix, table and distance: one route with several next hops. */
struct route {
    const struct frr_static *first;
    ARRAY(const struct frr_static *) of;
};

static struct route *route_of(struct frr *c, struct map *seen, const struct frr_static *s)
{
    char prefix[PREFIX_TEXT];
    const char *key = frr_printf(c, "%s %s %lld %d", prefix_format(&s->prefix, prefix),
                                 s->table, (long long)s->distance, s->discard);
    union map_value *at = map_at_str(seen, key);

    if (at == NULL)
        return NULL;
    if (at->p == NULL)
        at->p = frr_alloc(c, sizeof(struct route));
    return at->p;
}

static int state_route(struct frr *c, const struct route *r, struct batch_sink *sink,
                       struct err *e)
{
    const struct frr_static *s = r->first;
    struct fact_route f;

    fact_init(FACT_ROUTE, &f);
    f.node = c->node;
    f.table = s->table;
    f.layer = "config";
    f.prefix = s->prefix;
    f.protocol = "static";
    f.discard = s->discard ? 1 : FACT_NONE;
    f.distance = s->distance;
    f.next_hops.v = frr_alloc(c, r->of.n * sizeof(*f.next_hops.v));
    f.interfaces.v = frr_alloc(c, r->of.n * sizeof(*f.interfaces.v));
    if (f.next_hops.v == NULL || f.interfaces.v == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", c->path);
    for (size_t i = 0; !s->discard && i < r->of.n; i++) {
        const char *interface = r->of.v[i]->interface;

        f.next_hops.v[f.next_hops.n++] = r->of.v[i]->next_hop;
        f.interfaces.v[f.interfaces.n++] = interface != NULL ? interface : "";
    }
    return sink->put(sink, FACT_ROUTE, &f, e);
}

static int group(struct frr *c, struct map *seen, struct err *e)
{
    for (size_t i = 0; i < c->statics.n; i++) {
        struct route *r = route_of(c, seen, &c->statics.v[i]);
        const struct frr_static **slot = r != NULL ? PUSH(c, &r->of) : NULL;

        if (slot == NULL)
            return err_set(e, ERR_NOMEM, "%s: out of memory", c->path);
        *slot = &c->statics.v[i];
        r->first = r->of.v[0];
    }
    return 0;
}

int frr_state_statics(struct frr *c, struct batch_sink *sink, struct err *e)
{
    struct map *seen = map_new();
    int rc =
        seen != NULL ? group(c, seen, e) : err_set(e, ERR_NOMEM, "%s: out of memory", c->path);

    for (size_t i = 0; rc == 0 && i < map_count(seen); i++)
        rc = state_route(c, map_entry(seen, i)->value.cp, sink, e);
    map_free(&seen);
    return rc;
}
