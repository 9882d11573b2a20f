/* SPDX-License-Identifier: Apache-2.0 */
/* The route that a text dialect is reading, and how it becomes a fact. */
#include "agents/sources/lg/text.h"

#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/entry.h"

void lg_route_open(struct lg_text *t, const struct prefix *p)
{
    struct lg_route *r = &t->route;

    lg_route_end(t);
    *r = (struct lg_route){.open = true, .mark = arena_mark(t->lg->arena)};
    fact_init(FACT_ROUTE, &r->fact);
    r->fact.node = t->lg->node;
    memcpy(r->table, t->table, strlen(t->table) + 1);
    memcpy(r->rd, t->rd, strlen(t->rd) + 1);
    r->fact.table = r->table;
    r->fact.rd = r->rd[0] != '\0' ? r->rd : NULL;
    r->fact.prefix = *p;
    r->fact.best = 0;
}

void lg_route_end(struct lg_text *t)
{
    if (t->route.open)
        arena_rewind(t->lg->arena, t->route.mark);
    t->route.open = false;
}

int lg_route_hop(struct lg_text *t, const struct addr *a, struct slice interface, struct err *e)
{
    struct lg *lg = t->lg;
    struct lg_route *r = &t->route;
    bool has_addr = a != NULL && addr_is_set(a) && !lg_is_unspecified(a);
    char whole[LG_MAX_NAME + 1];

    if (!has_addr && interface.n == 0)
        return 0;
    if (r->n_hops >= LG_MAX_NEXT_HOPS)
        return err_set(e, ERR_LIMIT, "more than %d next hops", LG_MAX_NEXT_HOPS);
    if (interface.n > LG_MAX_NAME || !str_is_utf8(interface.p, interface.n))
        return err_set(e, ERR_PARSE, "an interface's name that is too long or not UTF-8");
    lg->next_hops[r->n_hops] = has_addr ? *a : (struct addr){0};
    lg->interfaces[r->n_hops] = "";
    r->n_hops++;
    if (interface.n == 0)
        return 0;
    lg_whole_name(lg->platform, interface, whole);
    return lg_copy(lg, slice_of(whole), &lg->interfaces[r->n_hops - 1], e);
}

int lg_route_path(struct lg_text *t, struct slice path, struct err *e)
{
    struct err why = {0};
    int rc = lg_as_path(t->lg, path, &t->route.fact.as_path, &why);

    if (rc == ERR_SCHEMA) {
        lg_note(t, "AS paths with something that is no AS number; their routes are left out");
        t->route.bad = true;
        return 0;
    }
    return rc < 0 ? err_set(e, rc, "%s", why.msg) : 0;
}

/* "65000:1", "1:2:3", "no-export", "(65000,1)" without its brackets, or 32 bits as one number.
 * False: it is no plain or large community. */
static bool community_text(struct slice word, char *out, size_t room)
{
    uint64_t part[3] = {0};
    size_t n = 0;
    struct slice piece;
    char sep = memchr(word.p, ',', word.n) != NULL ? ',' : ':';

    while (n < 3 && slice_split(&word, sep, &piece)) {
        if (!slice_u64(slice_trim(piece), UINT32_MAX, &part[n]))
            return false;
        n++;
    }
    if (word.p != NULL)
        return false;
    if (n == 1)
        snprintf(out, room, "%u:%u", (unsigned)(part[0] >> 16), (unsigned)(part[0] & 0xffff));
    else if (n == 2 && (part[0] > UINT16_MAX || part[1] > UINT16_MAX))
        return false;
    else if (n == 2)
        snprintf(out, room, "%u:%u", (unsigned)part[0], (unsigned)part[1]);
    else
        snprintf(out, room, "%u:%u:%u", (unsigned)part[0], (unsigned)part[1],
                 (unsigned)part[2]);
    return true;
}

int lg_route_community(struct lg_text *t, struct slice word, struct err *e)
{
    struct strs *list = &t->route.fact.communities;
    const char *known = lg_known_community(word);
    char text[40];

    if (word.n == 0)
        return 0;
    if (known == NULL && !community_text(word, text, sizeof(text))) {
        lg_note(t, "communities of a kind that is not known");
        return 0;
    }
    if (list->n >= LG_MAX_WORDS)
        return err_set(e, ERR_LIMIT, "more than %d communities", LG_MAX_WORDS);
    list->v = t->lg->words;
    t->lg->words[list->n++] = known;
    return known != NULL ? 0 : lg_copy(t->lg, slice_of(text), &t->lg->words[list->n - 1], e);
}

bool lg_route_origin(struct lg_text *t, struct slice word)
{
    const char *origin = lg_origin(word);

    if (origin != NULL)
        t->route.fact.bgp_origin = origin;
    return origin != NULL;
}

int lg_route_put(struct lg_text *t, const char *layer, struct err *e)
{
    struct lg_route *r = &t->route;
    bool addrs = false, interfaces = false;

    if (r->bad)
        return 0;
    for (size_t i = 0; i < r->n_hops; i++) {
        addrs |= addr_is_set(&t->lg->next_hops[i]);
        interfaces |= t->lg->interfaces[i][0] != '\0';
    }
    r->fact.layer = layer;
    r->fact.next_hops = (struct addrs){t->lg->next_hops, addrs ? r->n_hops : 0};
    r->fact.interfaces = (struct strs){t->lg->interfaces, interfaces ? r->n_hops : 0};
    return lg_put(t->lg, FACT_ROUTE, &r->fact, e);
}

int lg_route_put_rib(struct lg_text *t, struct err *e)
{
    struct fact_route full = t->route.fact, *f = &t->route.fact;
    int rc;

    fact_init(FACT_ROUTE, f);
    f->node = full.node;
    f->table = full.table;
    f->prefix = full.prefix;
    f->protocol = full.protocol;
    f->best = full.best;
    f->discard = full.discard;
    f->distance = full.distance;
    f->metric = full.metric;
    rc = lg_route_put(t, "rib", e);
    *f = full;
    f->distance = f->metric = FACT_NONE;
    return rc;
}

void lg_route_invalid(struct lg_text *t)
{
    if (t->lg->skips.invalid++ == 0)
        prefix_format(&t->route.fact.prefix, t->lg->skips.first);
    t->route.bad = true;
}
