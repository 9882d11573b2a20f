/* SPDX-License-Identifier: Apache-2.0 */
#include "server/footprints.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"

#define MAX_NESTED 130 /* prefixes in each other: of all lengths of IPv6, and one more */

/* Capabilities by index, ascending. */
struct set {
    VEC(uint32_t);
};

/* A capability holds in a prefix. */
struct claim {
    struct prefix prefix;
    uint32_t capability;
};

struct footprints {
    struct arena *arena;
    struct {
        VEC(const struct wire_capability *);
    } all;
    struct set everywhere; /* RFC 9241 section 3.6: those without footprints */
    struct {
        VEC(struct claim);
    } claims;
    struct {
        VEC(struct set);
    } named;
    struct map *by_name; /* type, new line, value -> index of named + 1 */
    struct map *texts;   /* set -> JSON */
    struct {
        VEC(struct footprint);
    } prefixes;
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for footprints");
}

/* --- sets --- */

/* Capabilities come in order, each maybe more than once. */
static int set_add(struct set *s, uint32_t capability)
{
    if (s->n > 0 && s->v[s->n - 1] == capability)
        return 0;
    uint32_t *at = VEC_PUSH(s);
    if (at)
        *at = capability;
    return at ? 0 : ERR_NOMEM;
}

/* What is in one or the other. */
static int set_join(struct set *out, const struct set *a, const struct set *b)
{
    int rc = 0;
    out->n = 0;
    for (size_t i = 0, k = 0; rc == 0 && (i < a->n || k < b->n);) {
        bool first = k == b->n || (i < a->n && a->v[i] < b->v[k]);
        rc = set_add(out, first ? a->v[i++] : b->v[k++]);
    }
    return rc;
}

static const char *write_text(const struct footprints *f, const struct set *s)
{
    struct buf b = {0};
    buf_char(&b, '[');
    for (size_t i = 0; i < s->n; i++) {
        const struct wire_capability *c = f->all.v[s->v[i]];
        buf_printf(&b, "%s{\"capability-type\":", i > 0 ? "," : "");
        buf_json_str(&b, c->type);
        buf_printf(&b, ",\"capability-value\":%s}", c->value);
    }
    buf_char(&b, ']');
    const char *text = b.failed ? NULL : arena_strdup(f->arena, buf_cstr(&b));
    buf_free(&b);
    return text;
}

/* Equal sets share a text: most prefixes of an advertisement have the same capabilities. */
static const char *text_of(struct footprints *f, const struct set *s)
{
    union map_value *at = map_at(f->texts, s->n > 0 ? (const void *)s->v : "", s->n * 4);
    if (at && !at->cp)
        at->cp = write_text(f, s);
    return at ? at->cp : NULL;
}

/* --- reading --- */

static int add_claim(struct footprints *f, const struct prefix *p, uint32_t capability)
{
    struct claim *to = VEC_PUSH(&f->claims);
    if (to)
        *to = (struct claim){*p, capability};
    return to ? 0 : ERR_NOMEM;
}

static int add_everywhere(struct footprints *f, uint32_t capability)
{
    int rc = set_add(&f->everywhere, capability);
    for (unsigned family = 4; rc == 0 && family <= 6; family += 2)
        rc = add_claim(f, &(struct prefix){.addr = {.family = (uint8_t)family}}, capability);
    return rc;
}

static union map_value *name_at(struct footprints *f, const char *type, const char *value)
{
    struct buf key = {0};
    buf_printf(&key, "%s\n%s", type, value);
    union map_value *at = key.failed ? NULL : map_at(f->by_name, key.data, key.len);
    buf_free(&key);
    return at;
}

static int add_name(struct footprints *f, const char *type, const char *value,
                    uint32_t capability)
{
    union map_value *at = name_at(f, type, value);
    if (at && at->u == 0) {
        struct set *set = VEC_PUSH(&f->named);
        at->u = set ? f->named.n : 0;
    }
    return at && at->u != 0 ? set_add(&f->named.v[at->u - 1], capability) : ERR_NOMEM;
}

static unsigned family_of(const struct wire_footprint *p)
{
    return strcmp(p->type, "ipv4cidr") == 0 ? 4 : strcmp(p->type, "ipv6cidr") == 0 ? 6 : 0;
}

static int add_footprint(struct footprints *f, const struct wire_footprint *from,
                         uint32_t capability)
{
    unsigned family = family_of(from);
    struct prefix p;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->n; i++) {
        if (family == 0)
            rc = add_name(f, from->type, from->v[i], capability);
        else if (prefix_parse_loose(slice_of(from->v[i]), &p) && p.addr.family == family)
            rc = add_claim(f, &p, capability);
    }
    return rc;
}

static int add_capability(struct footprints *f, const struct wire_capability *c)
{
    const struct wire_capability **at = VEC_PUSH(&f->all);
    uint32_t capability = (uint32_t)f->all.n - 1;
    if (!at)
        return ERR_NOMEM;
    *at = c;
    int rc = c->n_footprints == 0 ? add_everywhere(f, capability) : 0;
    for (size_t i = 0; rc == 0 && i < c->n_footprints; i++)
        rc = add_footprint(f, &c->footprints[i], capability);
    return rc;
}

/* --- which prefixes are in which --- */

static int by_prefix(const void *pa, const void *pb)
{
    const struct claim *a = pa, *b = pb;
    int order = prefix_cmp(&a->prefix, &b->prefix);
    return order != 0 ? order
                      : (a->capability > b->capability) - (a->capability < b->capability);
}

/* A prefix under way, with what holds in it. */
struct level {
    struct prefix prefix;
    struct set holds;
};

/* Claims i to j are of one prefix. Of the levels above it those stay that cover it. */
static int add_prefix(struct footprints *f, size_t i, size_t j, struct level *levels, size_t *n)
{
    static const struct set nothing;
    const struct prefix *p = &f->claims.v[i].prefix;
    struct footprint *to = VEC_PUSH(&f->prefixes);
    struct set own = {0};
    int rc = to ? 0 : ERR_NOMEM;
    while (*n > 0 && !prefix_covers(&levels[*n - 1].prefix, p))
        --*n;
    for (; rc == 0 && i < j; i++)
        rc = set_add(&own, f->claims.v[i].capability);
    if (rc == 0)
        rc = set_join(&levels[*n].holds, *n > 0 ? &levels[*n - 1].holds : &nothing, &own);
    if (rc == 0) {
        to->prefix = levels[*n].prefix = *p;
        to->json = text_of(f, &levels[(*n)++].holds);
        rc = to->json ? 0 : ERR_NOMEM;
    }
    VEC_FREE(&own);
    return rc;
}

/* In order a prefix stands behind all that cover it, with nothing else in between. */
static int walk(struct footprints *f)
{
    struct level *levels = calloc(MAX_NESTED, sizeof(*levels));
    size_t n = 0;
    int rc = levels ? 0 : ERR_NOMEM;
    if (f->claims.n > 0)
        qsort(f->claims.v, f->claims.n, sizeof(*f->claims.v), by_prefix);
    for (size_t i = 0, j; rc == 0 && i < f->claims.n; i = j) {
        for (j = i + 1;
             j < f->claims.n && prefix_eq(&f->claims.v[i].prefix, &f->claims.v[j].prefix);)
            j++;
        rc = add_prefix(f, i, j, levels, &n);
    }
    for (size_t i = 0; levels && i < MAX_NESTED; i++)
        VEC_FREE(&levels[i].holds);
    free(levels);
    return rc;
}

int footprints_new(struct footprints **out, const struct shelf *s,
                   const struct wire_view_resource *r, struct arena *a, struct err *e)
{
    struct footprints *f = calloc(1, sizeof(*f));
    *out = f;
    if (!f)
        return nomem(e);
    f->arena = a;
    f->by_name = map_new();
    f->texts = map_new();
    int rc = f->by_name && f->texts ? 0 : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < s->n; i++) {
        const struct wire_cdni *cdni = s->documents[i].cdni;
        for (size_t k = 0; rc == 0 && cdni && shelf_means(r, &s->documents[i]) && k < cdni->n;
             k++)
            rc = add_capability(f, &cdni->v[k]);
    }
    if (rc == 0)
        rc = walk(f);
    if (rc < 0)
        footprints_free(out);
    return rc < 0 ? nomem(e) : 0;
}

void footprints_free(struct footprints **fp)
{
    struct footprints *f = *fp;
    *fp = NULL;
    if (!f)
        return;
    for (size_t i = 0; i < f->named.n; i++)
        VEC_FREE(&f->named.v[i]);
    VEC_FREE(&f->named);
    VEC_FREE(&f->all);
    VEC_FREE(&f->everywhere);
    VEC_FREE(&f->claims);
    VEC_FREE(&f->prefixes);
    map_free(&f->by_name);
    map_free(&f->texts);
    free(f);
}

size_t footprints_prefixes(const struct footprints *f, const struct footprint **v)
{
    *v = f->prefixes.v;
    return f->prefixes.n;
}

const char *footprints_named(struct footprints *f, const char *type, const char *value)
{
    static const struct set nothing;
    const union map_value *at = name_at(f, type, value);
    struct set holds = {0};
    int rc =
        at ? set_join(&holds, &f->everywhere, at->u != 0 ? &f->named.v[at->u - 1] : &nothing)
           : ERR_NOMEM;
    const char *text = rc == 0 ? text_of(f, &holds) : NULL;
    VEC_FREE(&holds);
    return text;
}
