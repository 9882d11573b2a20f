/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text is copied once; names and addresses are strings in the copy, whose last quote
 * becomes their end.
 */
#include "wire/request_plain.h"

#include <string.h>

#include "wire/scan.h"

#define DEPTH        3  /* {"endpoints":{"srcs":[ */
#define MAX_NAMES    16 /* of properties; each is compared with all before it */
#define LEAST_ITEM   10 /* bytes: "ipv6:::", */
#define MAX_ENDPOINT 60 /* bytes: more than any address has */
#define PROBES       64 /* more addresses at one place were chosen so */

struct plain {
    struct scan s;
    char *text; /* what s is in */
    const struct wire_input *in;
    struct wire_cost_params *out;
    struct wire_flows *flows;
};

/* A member that is understood. */
struct member {
    const char *name;
    bool (*take)(struct plain *x);
};

/* --- strings --- */

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* Behind the quote that ends a string, which becomes its 0. */
static const char *end_string(struct plain *x, const char *first)
{
    x->text[x->s.p - x->text] = '\0';
    x->s.p++;
    return first;
}

/* A string of plain characters; NULL: none is there. */
static const char *take_string(struct plain *x)
{
    struct scan *s = &x->s;
    scan_space(s);
    if (*s->p != '"')
        return NULL;
    const char *first = ++s->p;
    while (s->p < s->end && is_plain(*s->p))
        s->p++;
    return s->p < s->end && *s->p == '"' ? end_string(x, first) : NULL;
}

/* --- objects --- */

static const struct member *find_member(const struct member *v, size_t n, const char *name)
{
    for (size_t i = 0; name && i < n; i++) {
        if (strcmp(v[i].name, name) == 0)
            return &v[i];
    }
    return NULL;
}

/* Members up to the closing brace, each at most once; the first `required` ones are all there.
 */
static bool take_members(struct plain *x, const struct member *v, size_t n, size_t required)
{
    unsigned seen = 0;
    if (!scan_take(&x->s, '{'))
        return false;
    do {
        const struct member *m = find_member(v, n, take_string(x));
        if (!m || (seen & 1U << (m - v)) || !scan_take(&x->s, ':') || !m->take(x))
            return false;
        seen |= 1U << (m - v);
    } while (scan_take(&x->s, ','));
    return (seen & ((1U << required) - 1)) == (1U << required) - 1;
}

/* --- the cost type --- */

static bool take_mode(struct plain *x)
{
    return (x->out->ask.types.v->mode = take_string(x)) != NULL;
}

static bool take_metric(struct plain *x)
{
    return (x->out->ask.types.v->metric = take_string(x)) != NULL;
}

static bool take_type(struct plain *x)
{
    static const struct member members[] = {{"cost-mode", take_mode},
                                            {"cost-metric", take_metric}};
    struct wire_cost_types *types = &x->out->ask.types;
    types->n = 1;
    types->v = ARENA_ARRAY(x->in->arena, 1, struct wire_cost_type);
    return types->v && take_members(x, members, 2, 2) && scan_take(&x->s, '}');
}

/* --- endpoints --- */

/* Which addresses of a list there were: its elements by hash, from 1; 0: none. */
struct seen {
    uint32_t *slot;
    size_t mask;
};

static size_t hash_addr(const struct addr *a)
{
    uint64_t half[2];
    memcpy(half, a->b, sizeof(half));
    uint64_t h = (half[0] ^ a->family) * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 32 ^ half[1]) * UINT64_C(0xd6e8feb86659fd93);
    return (size_t)(h >> 32);
}

/* Behind the last element stands an address: it becomes one unless it is there. */
static bool add_address(struct seen *seen, struct wire_endpoints *list)
{
    const struct wire_endpoint *last = &list->v[list->n];
    size_t at = hash_addr(&last->addr);
    for (size_t i = 0; i < PROBES; i++, at++) {
        uint32_t *slot = &seen->slot[at & seen->mask];
        if (*slot == 0) {
            *slot = (uint32_t)++list->n;
            return true;
        }
        if (addr_eq(&list->v[*slot - 1].addr, &last->addr))
            return true;
    }
    return false;
}

static bool take_address(struct plain *x, struct wire_endpoint *to)
{
    struct scan *s = &x->s;
    scan_space(s);
    if (*s->p != '"')
        return false;
    const char *first = s->p + 1;
    size_t room = (size_t)(s->end - first);
    const char *quote = memchr(first, '"', room < MAX_ENDPOINT ? room : MAX_ENDPOINT);
    if (!quote ||
        !wire_typed_address((struct slice){first, (size_t)(quote - first)}, &to->addr))
        return false;
    s->p = quote;
    to->text = end_string(x, first);
    return true;
}

/* Room for as many as may stand before the bracket that closes the list. */
static bool make_room(struct plain *x, struct seen *seen, struct wire_endpoints *out)
{
    const char *bracket = memchr(x->s.p, ']', (size_t)(x->s.end - x->s.p));
    size_t most = bracket ? (size_t)(bracket - x->s.p) / LEAST_ITEM + 2 : 0, slots = 16;
    while (slots < 2 * most)
        slots *= 2;
    seen->mask = slots - 1;
    seen->slot = ARENA_ARRAY(x->in->arena, slots, uint32_t);
    out->v = arena_room(x->in->arena, most * sizeof(*out->v));
    return bracket && most < UINT32_MAX && seen->slot && out->v;
}

static bool take_endpoints(struct plain *x, struct wire_endpoints *out)
{
    struct seen seen;
    size_t n = 0;
    if (!scan_take(&x->s, '[') || !make_room(x, &seen, out))
        return false;
    if (scan_take(&x->s, ']'))
        return true;
    do {
        if (!take_address(x, &out->v[out->n]) || !add_address(&seen, out))
            return false;
        n++;
    } while (scan_take(&x->s, ','));
    return scan_take(&x->s, ']') && n <= x->in->limits->elements;
}

static bool take_sources(struct plain *x)
{
    return take_endpoints(x, &x->flows->srcs);
}

static bool take_destinations(struct plain *x)
{
    return take_endpoints(x, &x->flows->dsts);
}

/* RFC 7285 section 11.5.1.3: not both lists are empty. */
static bool take_flows(struct plain *x)
{
    static const struct member members[] = {{"srcs", take_sources},
                                            {"dsts", take_destinations}};
    struct wire_flows *flows = ARENA_ARRAY(x->in->arena, 1, struct wire_flows);
    x->flows = x->out->groups = flows;
    x->out->n_groups = 1;
    return flows && take_members(x, members, 2, 0) && scan_take(&x->s, '}') &&
           flows->srcs.n + flows->dsts.n > 0;
}

/* --- properties of elements --- */

static bool has_name(const struct wire_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->v[i], name) == 0)
            return true;
    }
    return false;
}

static bool take_properties(struct plain *x)
{
    struct wire_names *names = &x->out->properties;
    size_t n = 0;
    names->present = true;
    names->v = ARENA_ARRAY(x->in->arena, MAX_NAMES, const char *);
    if (!names->v || !scan_take(&x->s, '['))
        return false;
    if (scan_take(&x->s, ']'))
        return true;
    do {
        const char *name = take_string(x);
        if (!name || n++ == MAX_NAMES)
            return false;
        if (!has_name(names, name))
            names->v[names->n++] = name;
    } while (scan_take(&x->s, ','));
    return scan_take(&x->s, ']') && n <= x->in->limits->elements;
}

/* --- the whole --- */

static bool take_all(struct plain *x)
{
    static const struct member members[] = {{"cost-type", take_type},
                                            {"endpoints", take_flows},
                                            {"ane-property-names", take_properties}};
    x->text = arena_dup(x->in->arena, x->in->text, x->in->len);
    if (!x->text || x->in->limits->depth < DEPTH ||
        !scan_begin(&x->s, (struct slice){x->text, x->in->len}) ||
        !take_members(x, members, 3, 2))
        return false;
    scan_space(&x->s);
    return x->s.p == x->s.end;
}

bool request_plain(const struct wire_input *in, struct wire_cost_params *out)
{
    const struct arena_mark here = arena_mark(in->arena);
    struct wire_cost_params found = {.ask = {.constraints_field = "constraints"}};
    struct plain x = {.in = in, .out = &found};
    if (!take_all(&x)) {
        arena_rewind(in->arena, here);
        return false;
    }
    *out = found;
    return true;
}
