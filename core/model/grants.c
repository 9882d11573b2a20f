/* SPDX-License-Identifier: Apache-2.0 */
#include "model/grants.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

/* ---- What a grant is of ---- */

/* Names of routers may hold neither of the two signs; the first one counts. */
bool grant_link(const char *text, struct grant_target *out)
{
    size_t n = strcspn(text, "|>");
    *out = (struct grant_target){.of = GRANT_OF_ID, .a = {text, n}, .whole = slice_of(text)};
    if (text[n] != '\0') {
        out->of = text[n] == '>' ? GRANT_OF_ONE : GRANT_OF_BOTH;
        out->b = slice_of(text + n + 1);
    }
    return n > 0 && (text[n] == '\0' || out->b.n > 0);
}

bool grant_entity(const char *text, struct grant_target *out)
{
    static const char link[] = "link:", group[] = "group:";
    if (strncmp(text, link, sizeof(link) - 1) == 0)
        return grant_link(text + sizeof(link) - 1, out);
    if (strncmp(text, group, sizeof(group) - 1) != 0)
        return false;
    *out = (struct grant_target){.of = GRANT_OF_GROUP, .a = slice_of(text + sizeof(group) - 1)};
    out->whole = out->a;
    return out->a.n > 0;
}

unsigned grant_directions(const struct grant_target *t, const struct link *link)
{
    const char *from = link->end[0].node->name, *to = link->end[1].node->name;
    bool along = slice_eq(t->a, from) && slice_eq(t->b, to);
    bool against = slice_eq(t->a, to) && slice_eq(t->b, from);
    if (t->of != GRANT_OF_GROUP && slice_eq(t->whole, link->id))
        return 3;
    switch (t->of) {
    case GRANT_OF_BOTH:
        return along || against ? 3 : 0;
    case GRANT_OF_ONE:
        return (along ? 1u : 0) | (against ? 2u : 0);
    case GRANT_OF_ID:
    case GRANT_OF_GROUP:
        break;
    }
    return 0;
}

/* ---- Times ---- */

bool grant_is_in_force(const struct fact_grant *g, int64_t now)
{
    return (g->start == FACT_NONE || g->start <= now) && (g->end == FACT_NONE || now < g->end);
}

static bool begins_before_end(const struct fact_grant *a, const struct fact_grant *b)
{
    return a->start == FACT_NONE || b->end == FACT_NONE || a->start < b->end;
}

bool grant_times_meet(const struct fact_grant *a, const struct fact_grant *b)
{
    return begins_before_end(a, b) && begins_before_end(b, a);
}

/* ---- Weights ---- */

bool grant_weight_name(struct slice name)
{
    struct slice rest = name, part;
    bool first = slice_split(&rest, '/', &part) && part.n > 0;
    return first && (!rest.p || rest.n > 0);
}

bool grant_weight(const char *text, struct slice *name, double *weight)
{
    const char *sign = strrchr(text, '=');
    if (!sign)
        return false;
    *name = (struct slice){text, (size_t)(sign - text)};
    return grant_weight_name(*name) && slice_real(slice_of(sign + 1), weight) &&
           *weight >= GRANT_WEIGHT_MIN && *weight <= GRANT_WEIGHT_MAX;
}

/* ---- Contradictions ---- */

/* Grants of one user and one pair of routers, id or group are a chain. */
struct page {
    const struct fact_grant *grant;
    struct grant_target target;
    size_t mark, next; /* next: index + 1 */
};

struct grant_book {
    struct map *chains; /* -> index + 1 */
    struct {
        VEC(struct page);
    } pages;
};

struct grant_book *grant_book_new(void)
{
    struct grant_book *b = calloc(1, sizeof(*b));
    if (b && !(b->chains = map_new()))
        grant_book_free(&b);
    return b;
}

void grant_book_free(struct grant_book **b)
{
    if (!*b)
        return;
    map_free(&(*b)->chains);
    VEC_FREE(&(*b)->pages);
    free(*b);
    *b = NULL;
}

static int slice_cmp(struct slice a, struct slice b)
{
    int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static union map_value *chain_of(struct grant_book *b, const struct fact_grant *g,
                                 const struct grant_target *t)
{
    bool pair = t->of == GRANT_OF_BOTH || t->of == GRANT_OF_ONE;
    bool turn = pair && slice_cmp(t->a, t->b) > 0;
    const struct slice *first = turn ? &t->b : &t->a, *second = turn ? &t->a : &t->b;
    struct buf key = {0};
    buf_printf(&key, "%s\n%d\n%.*s\n", g->user ? g->user : "", pair ? -1 : (int)t->of,
               (int)first->n, first->p);
    if (pair)
        buf_add(&key, second->p, second->n);
    union map_value *at = key.failed ? NULL : map_at(b->chains, key.data, key.len);
    buf_free(&key);
    return at;
}

/* Of one chain: only directions can keep them apart. */
static bool same_direction(const struct grant_target *a, const struct grant_target *b)
{
    return a->of != GRANT_OF_ONE || b->of != GRANT_OF_ONE || slice_cmp(a->a, b->a) == 0;
}

int grant_book_add(struct grant_book *b, const struct fact_grant *g, size_t mark, size_t *other)
{
    struct grant_target t;
    bool good = grant_entity(g->entity, &t);
    assert(good);
    (void)good;
    union map_value *chain = chain_of(b, g, &t);
    if (!chain)
        return ERR_NOMEM;
    for (size_t at = (size_t)chain->u; at > 0; at = b->pages.v[at - 1].next) {
        const struct page *page = &b->pages.v[at - 1];
        if (same_direction(&page->target, &t) && grant_times_meet(page->grant, g)) {
            *other = page->mark;
            return ERR_CONFLICT;
        }
    }
    struct page *page = VEC_PUSH(&b->pages);
    if (!page)
        return ERR_NOMEM;
    *page = (struct page){g, t, mark, (size_t)chain->u};
    chain->u = b->pages.n;
    return 0;
}
