/* SPDX-License-Identifier: Apache-2.0 */
#include "server/anes_private.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "server/edition.h"
#include "server/policy.h"
#include "server/problem.h"

static const struct {
    const char *name;
    unsigned bit;
} properties[] = {
    {"max-reservable-bandwidth", ANE_BANDWIDTH},
    {"persistent-entity-id", ANE_PERSISTENT},
    {"priv:link", ANE_LINK},
    {"priv:id", ANE_ID},
    {"priv:ingress", ANE_INGRESS},
    {"priv:class", ANE_CLASS},
    {"priv:routers", ANE_ROUTERS},
    {"as_path", ANE_AS},
    {"next_hop", ANE_NEXT_HOP},
    {"bandwidth", ANE_BYTES},
};

#define MAX_PLACES   ((size_t)1 << 16) /* four bytes each, cleared for each reply */
#define AHEAD        8                 /* links */
#define N_PROPERTIES (sizeof(properties) / sizeof(*properties))

static unsigned offered_by(const struct resource *r, const struct view *v)
{
    if (r->offer)
        return 0;
    const struct named_entity *links;
    size_t n = props_named(edition_props(v->edition), PROPS_ANE, &links);
    unsigned offered = ANE_BANDWIDTH | ANE_BYTES | ANE_AS;
    for (size_t i = 0; i < n && !(offered & ANE_PERSISTENT); i++)
        offered |= may_name_link(v, links[i].link) ? ANE_PERSISTENT : 0;
    if (v->grants & GRANT_PRIVATE_PROPERTIES)
        offered |= ANE_PRIVATE;
    return offered;
}

void anes_put_offered(const struct resource *r, const struct view *v, struct buf *b)
{
    unsigned offered = offered_by(r, v);
    if (r->offer) {
        wire_put_strings(b, r->offer->view->properties.v, r->offer->view->properties.n);
        return;
    }
    buf_char(b, '[');
    for (size_t i = 0; i < N_PROPERTIES; i++) {
        if (offered & properties[i].bit)
            buf_printf(b, "%s\"%s\"", i > 0 ? "," : "", properties[i].name);
    }
    buf_char(b, ']');
}

/* Elements of documents have the properties that their view names; a private one of ours means
 * nothing there. */
static unsigned bit_of(const struct resource *r, const char *name, unsigned offered)
{
    unsigned bit = 0;
    for (size_t i = 0; i < N_PROPERTIES; i++) {
        if (strcmp(properties[i].name, name) == 0)
            bit = properties[i].bit;
    }
    if (!r->offer)
        return bit & offered;
    if (!wire_view_has(&r->offer->view->properties, name))
        return 0;
    return bit == ANE_BANDWIDTH || bit == ANE_PERSISTENT ? bit : ANE_OTHER;
}

bool anes_wanted(const struct resource *r, const struct view *v, const struct wire_names *names,
                 unsigned *wanted, struct reply *out)
{
    unsigned offered = offered_by(r, v);
    *wanted = 0;
    for (size_t k = 0; k < names->n; k++) {
        unsigned bit = bit_of(r, names->v[k], offered);
        if (!bit) {
            problem_value(out, "ane-property-names", names->v[k]);
            return false;
        }
        *wanted |= bit;
    }
    return true;
}

static bool new_maps(struct anes *s)
{
    s->by_key = map_new();
    s->by_pair = map_new();
    s->by_src = map_new();
    const struct snapshot *snap = edition_snapshot(s->view->edition);
    if (snap && snap->n_links && 2 * snap->n_links <= MAX_PLACES)
        s->by_link = ARENA_ARRAY(s->arena, 2 * snap->n_links, uint32_t);
    return s->by_key && s->by_pair && s->by_src;
}

static void free_state(struct anes *s)
{
    VEC_FREE(&s->crossed);
    for (size_t i = 0; i < s->sources.n; i++)
        VEC_FREE(&s->sources.v[i].flows);
    VEC_FREE(&s->anes);
    VEC_FREE(&s->tallies);
    VEC_FREE(&s->flows);
    VEC_FREE(&s->sources);
    buf_free(&s->key);
    map_free(&s->by_key);
    map_free(&s->by_pair);
    map_free(&s->by_src);
}

int anes_new(struct anes **out, const struct view *v, unsigned wanted, struct arena *a,
             struct err *e)
{
    struct anes *s = ARENA_NEW(a, struct anes);
    *out = s;
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory for path vectors");
    s->arena = a;
    s->view = v;
    s->wanted = wanted;
    s->states = ARENA_ARRAY(a, 1, struct anes *);
    if (s->states && new_maps(s)) {
        s->states[s->n_states++] = s;
        return 0;
    }
    free_state(s);
    *out = NULL;
    return err_set(e, ERR_NOMEM, "no memory for path vectors");
}

void anes_free(struct anes **sp)
{
    struct anes *s = *sp;
    *sp = NULL;
    for (size_t i = s ? s->n_states : 0; i > 0; i--)
        free_state(s->states[i - 1]);
}

/* --- calendars --- */

const struct wire_calendar *anes_when(const struct asked *k)
{
    for (size_t i = 0; i < k->n_shown; i++) {
        if (k->columns[i].type->paths && k->columns[i].when)
            return k->columns[i].when;
    }
    return NULL;
}

static struct snap_span interval_of(const struct wire_calendar *when, size_t i)
{
    int64_t size = (int64_t)(when->size * 1e6), start = when->start + (int64_t)i * size;
    return (struct snap_span){start, start + size};
}

/* The state in which the windows of a span hold; a new one if there is none. NULL: no memory.
 */
static struct anes *state_in(struct anes *s, const struct snap_span *span, size_t *index)
{
    const struct snapshot *snap = edition_snapshot(s->view->edition);
    for (size_t i = 0; i < s->n_states; i++) {
        *index = i;
        if (snapshot_windows_equal(snap, &s->states[i]->span, span))
            return s->states[i];
    }
    struct anes *state = ARENA_NEW(s->arena, struct anes);
    if (!state)
        return NULL;
    *state =
        (struct anes){.arena = s->arena, .view = s->view, .wanted = s->wanted, .when = s->when};
    state->span = *span;
    *index = s->n_states;
    s->states[s->n_states++] = state;
    return new_maps(state) ? state : NULL;
}

int anes_calendar(struct anes *s, const struct wire_calendar *when, struct err *e)
{
    bool bandwidth = s->wanted & (ANE_BANDWIDTH | ANE_BYTES);
    struct anes **states = ARENA_ARRAY(s->arena, when->n, struct anes *);
    s->state_of = ARENA_ARRAY(s->arena, when->n, size_t);
    if (!states || !s->state_of)
        return err_set(e, ERR_NOMEM, "no memory for path vectors");
    s->when = when;
    s->span = interval_of(when, 0);
    s->states = states;
    s->states[0] = s;
    /* Nothing else that is told of an element changes with time. */
    for (size_t i = 1; bandwidth && i < when->n; i++) {
        const struct snap_span span = interval_of(when, i);
        if (!state_in(s, &span, &s->state_of[i]))
            return err_set(e, ERR_NOMEM, "no memory for path vectors");
    }
    return 0;
}

/* --- collecting --- */

/* Length first, so that no two pairs have the same key. False: no memory. */
static bool pair_key(const struct ane_pair *pair, struct buf *key)
{
    uint32_t n = (uint32_t)pair->src_key.n;
    buf_reset(key);
    buf_add(key, &n, sizeof(n));
    buf_add(key, pair->src_key.p, pair->src_key.n);
    buf_add(key, pair->dst_key.p, pair->dst_key.n);
    return !key->failed;
}

void anes_distinct(struct anes *s)
{
    s->distinct = true;
}

bool anes_has(struct anes *s, const struct ane_pair *pair)
{
    return !s->distinct && pair_key(pair, &s->key) &&
           map_get(s->by_pair, s->key.data, s->key.len) != NULL;
}

static int remember_pair(struct anes *s, const struct ane_pair *pair)
{
    if (s->distinct)
        return 0;
    union map_value *at =
        pair_key(pair, &s->key) ? map_at(s->by_pair, s->key.data, s->key.len) : NULL;
    if (at)
        at->u = 1;
    return at ? 0 : ERR_NOMEM;
}

bool anes_nameless(const char *router)
{
    return !router || strcmp(router, "?") == 0;
}

/*
 * What makes two crossings the same element: the link and its direction; without a known link
 * both routers and where the packet comes in. Of a router that nothing is known of, nobody can
 * say that two pairs meet there.
 */
static void link_key(const struct link *link, bool forward, struct buf *key)
{
    buf_str(key, "link ");
    buf_str(key, link->id);
    buf_str(key, forward ? " 1" : " 0");
}

static void element_key(const struct path_leg *leg, size_t i, uint32_t flow, struct buf *key)
{
    const struct path_hop *from = &leg->hops[i - 1], *to = &leg->hops[i];
    char in[ADDR_TEXT];
    if (to->link) {
        link_key(to->link, to->forward, key);
        return;
    }
    buf_printf(key, "gap %s\n%s\n%s", from->router ? from->router : "?",
               to->router ? to->router : "?", addr_format(&to->in, in));
    if (anes_nameless(from->router) || anes_nameless(to->router))
        buf_printf(key, "\n%u %zu", flow, i);
}

static const char *persistent_name(const struct view *v, const struct link *link)
{
    const struct named_entity *entity =
        link ? props_of_link(edition_props(v->edition), link->id) : NULL;
    return entity && may_name_link(v, entity->link) ? entity->name : NULL;
}

static double known_capacity(int64_t capacity)
{
    return capacity > 0 ? (double)capacity : capacity == PATH_CLOSED ? 0 : INFINITY;
}

/* NULL: no memory. */
static struct ane *push_ane(struct anes *s)
{
    const struct ane_tally *tally = VEC_PUSH(&s->tallies);
    return tally ? VEC_PUSH(&s->anes) : NULL;
}

static int new_element(struct anes *s, const struct path_leg *leg, size_t i)
{
    struct ane *ane = push_ane(s);
    if (!ane)
        return ERR_NOMEM;
    *ane = (struct ane){
        .leg = leg, .hop = i, .capacity = known_capacity(path_link_capacity(leg, i))};
    ane->key = map_count(s->by_key) - 1;
    if (s->wanted & ANE_PERSISTENT)
        ane->persistent = persistent_name(s->view, leg->hops[i].link);
    uint32_t asn = leg->hops[i].asn;
    if ((s->wanted & ANE_AS) && asn != 0 && asn != leg->hops[i - 1].asn)
        ane->as = arena_printf(s->arena, "%u", (unsigned)asn);
    return 0;
}

static int expect_crossings(struct anes *s, size_t n)
{
    struct u32s *crossed = &s->crossed;
    return vec_reserve((void **)&crossed->v, &crossed->cap, crossed->n + n,
                       sizeof(*crossed->v));
}

/* Of the last flow, where there is room. */
static void note_expected(struct anes *s, uint32_t index)
{
    struct ane_tally *tally = &s->tallies.v[index];
    if (tally->last == s->flows.n)
        return; /* by another leg already */
    tally->last = (uint32_t)s->flows.n;
    tally->n_flows++;
    s->crossed.v[s->crossed.n++] = index;
    s->flows.v[s->flows.n - 1].n++;
}

static int note_crossing(struct anes *s, size_t index)
{
    int rc = expect_crossings(s, 1);
    if (rc == 0)
        note_expected(s, (uint32_t)index);
    return rc;
}

/* Where the element of a link of the snapshot is found without its key; NULL: of another. */
static uint32_t *place_of_link(const struct anes *s, const struct path_hop *to)
{
    const struct snapshot *snap = s->by_link ? edition_snapshot(s->view->edition) : NULL;
    if (!snap || !to->link || to->link < snap->links || to->link >= snap->links + snap->n_links)
        return NULL;
    return &s->by_link[2 * (size_t)(to->link - snap->links) + to->forward];
}

static int cross(struct anes *s, const struct path_leg *leg, size_t i)
{
    uint32_t *place = place_of_link(s, &leg->hops[i]);
    if (place && *place)
        return note_crossing(s, *place - 1);
    buf_reset(&s->key);
    element_key(leg, i, (uint32_t)s->flows.n - 1, &s->key);
    union map_value *at = s->key.failed ? NULL : map_at(s->by_key, s->key.data, s->key.len);
    if (at && at->u == 0 && new_element(s, leg, i) == 0)
        at->u = s->anes.n;
    if (!at || at->u == 0)
        return ERR_NOMEM;
    if (place)
        *place = (uint32_t)at->u;
    return note_crossing(s, at->u - 1);
}

/* --- elements of documents --- */

static const struct wire_entity *entity_of(const struct wire_table *t, const char *name)
{
    for (size_t i = 0; i < t->elements.n; i++) {
        const char *id = t->elements.v[i].id;
        if (strncmp(id, ".ane:", 5) == 0 && strcmp(id + 5, name) == 0)
            return &t->elements.v[i];
    }
    return NULL;
}

static int new_named(struct anes *s, const struct wire_entity *entity)
{
    const char *bandwidth =
        entity ? wire_entity_property(entity, "max-reservable-bandwidth") : NULL;
    struct ane *ane = push_ane(s);
    if (!ane)
        return ERR_NOMEM;
    *ane =
        (struct ane){.entity = entity, .capacity = INFINITY, .key = map_count(s->by_key) - 1};
    if (bandwidth &&
        (!slice_real(slice_of(bandwidth), &ane->capacity) || !(ane->capacity >= 0)))
        ane->capacity = INFINITY;
    if (entity && (s->wanted & ANE_PERSISTENT))
        ane->persistent = wire_entity_property(entity, "persistent-entity-id");
    return 0;
}

static int cross_named(struct anes *s, const char *name, const struct cost_source *from)
{
    struct buf key = {0};
    buf_printf(&key, "%zu:%s%s", strlen(from->document), from->document, name);
    union map_value *at = key.failed ? NULL : map_at(s->by_key, key.data, key.len);
    buf_free(&key);
    if (at && at->u == 0 && new_named(s, entity_of(from->table, name)) == 0)
        at->u = s->anes.n;
    return at && at->u != 0 ? note_crossing(s, at->u - 1) : ERR_NOMEM;
}

/* Most sources come in a row. */
static int find_source(struct anes *s, const struct ane_pair *pair)
{
    if (s->src.p == pair->src_key.p && s->src.n == pair->src_key.n && s->src.n > 0)
        return 0;
    union map_value *at = map_at(s->by_src, pair->src_key.p, pair->src_key.n);
    if (at && at->u == 0) {
        struct ane_source *source = VEC_PUSH(&s->sources);
        if (!source)
            return ERR_NOMEM;
        source->src = pair->src;
        at->u = s->sources.n;
    }
    if (!at)
        return ERR_NOMEM;
    s->src = pair->src_key;
    s->src_index = at->u - 1;
    return 0;
}

static int new_flow(struct anes *s, const struct ane_pair *pair)
{
    int rc = find_source(s, pair);
    struct ane_flow *flow = rc == 0 ? VEC_PUSH(&s->flows) : NULL;
    uint32_t *of_source = flow ? VEC_PUSH(&s->sources.v[s->src_index].flows) : NULL;
    if (!of_source)
        return ERR_NOMEM;
    flow->dst = pair->dst;
    flow->first = s->crossed.n;
    *of_source = (uint32_t)s->flows.n - 1;
    return 0;
}

static int add_to_state(struct anes *s, const struct ane_pair *pair, const struct path *path,
                        struct err *e)
{
    const struct snapshot *snap = edition_snapshot(s->view->edition);
    if (s->when && (s->wanted & (ANE_BANDWIDTH | ANE_BYTES)) &&
        !(path = snapshot_path_in(snap, path, &s->span, s->arena)))
        return ERR_NOMEM;
    int rc = shown_path(s->view, path, s->arena, &path, e);
    if (rc == 0)
        rc = new_flow(s, pair);
    for (size_t l = 0; rc == 0 && l < path->n_legs; l++) {
        for (size_t i = 1; rc == 0 && i < path->legs[l].n_hops; i++)
            rc = cross(s, &path->legs[l], i);
    }
    return rc;
}

int anes_add(struct anes *s, const struct ane_pair *pair, const struct path *path,
             struct err *e)
{
    int rc = remember_pair(s, pair);
    for (size_t i = 0; rc == 0 && path->known && path->reached && i < s->n_states; i++)
        rc = add_to_state(s->states[i], pair, path, e);
    return rc < 0 ? err_set(e, rc, "no memory for path vectors") : 0;
}

/* --- trails --- */

bool anes_take_trails(const struct anes *s)
{
    const unsigned told = ANE_BANDWIDTH | ANE_BYTES | ANE_PERSISTENT;
    const struct snapshot *snap = edition_snapshot(s->view->edition);
    return !s->when && s->n_states == 1 && s->by_link && !(s->wanted & ~told) &&
           snap->n_policies == 0 && snap->paths->trail;
}

/* What is told of the link waits until all are known (learn_links). */
static int new_crossing(struct anes *s, const struct link *link, bool forward, uint32_t *place)
{
    struct ane *ane = push_ane(s);
    if (!ane)
        return ERR_NOMEM;
    *ane = (struct ane){.link = link, .forward = forward};
    *place = (uint32_t)s->anes.n;
    return 0;
}

/* Links lie all over the memory: while one is looked at, the next ones are on their way. */
static void learn_links(struct anes *s)
{
    for (size_t i = 0; i < s->anes.n; i++) {
        struct ane *ane = &s->anes.v[i];
        const struct link *next = i + AHEAD < s->anes.n ? ane[AHEAD].link : NULL;
        if (next) {
            __builtin_prefetch(&next->id);
            __builtin_prefetch(&next->end[0].capacity);
            __builtin_prefetch(&next->end[1].capacity);
        }
        if (!ane->link)
            continue;
        ane->capacity = known_capacity(path_crossing_capacity(ane->link, ane->forward));
        if (s->wanted & ANE_PERSISTENT)
            ane->persistent = persistent_name(s->view, ane->link);
        __builtin_prefetch(ane->link->id);
    }
}

int anes_add_trail(struct anes *s, const struct ane_pair *pair, const uint32_t *links, size_t n,
                   struct err *e)
{
    const struct link *all = edition_snapshot(s->view->edition)->links;
    int rc = remember_pair(s, pair);
    if (rc == 0)
        rc = new_flow(s, pair);
    if (rc == 0)
        rc = expect_crossings(s, n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uint32_t *place = &s->by_link[links[i]];
        if (*place == 0)
            rc = new_crossing(s, &all[links[i] / 2], links[i] % 2, place);
        if (rc == 0)
            note_expected(s, *place - 1);
    }
    return rc < 0 ? err_set(e, rc, "no memory for path vectors") : 0;
}

size_t anes_count(const struct anes *s)
{
    return s->flows.n;
}

size_t anes_elements(const struct anes *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_states; i++)
        n += s->states[i]->anes.n;
    return n;
}

int anes_add_named(struct anes *s, const struct ane_pair *pair,
                   const struct wire_elements *names, const struct cost_source *from,
                   struct err *e)
{
    int rc = remember_pair(s, pair);
    if (rc == 0)
        rc = new_flow(s, pair);
    for (size_t i = 0; rc == 0 && i < names->n; i++)
        rc = cross_named(s, names->v[i], from);
    return rc < 0 ? err_set(e, rc, "no memory for path vectors") : 0;
}

/* --- reducing --- */

/* RFC 9275 section 11: names that tell nothing and are never the same with another secret. */
static int name_element(struct ane *ane, const struct buf *key, const uint8_t *secret)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    if (key->failed)
        return ERR_NOMEM;
    uint64_t hash = hash_keyed(secret, key->data, key->len);
    memcpy(ane->name, "ane-", 4);
    for (size_t i = 4; i < ANE_NAME - 1; i++, hash >>= 5)
        ane->name[i] = letters[hash & 31];
    return 0;
}

/* Those that are shown. In a calendar an element of another bandwidth is another one (RFC 9275
 * section 9.4). */
static int name_elements(struct anes *s, const uint8_t *secret)
{
    struct buf key = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->anes.n; i++) {
        const struct ane *ane = &s->anes.v[i];
        if (s->shown[i] != i)
            continue;
        buf_reset(&key);
        if (ane->link) {
            link_key(ane->link, ane->forward, &key);
        } else {
            const struct map_entry *entry = map_entry(s->by_key, ane->key);
            buf_add(&key, entry->key, entry->len);
        }
        if (s->when) {
            buf_char(&key, '\n');
            buf_add(&key, (const char *)&s->rows[i].merged, sizeof(s->rows[i].merged));
        }
        rc = name_element(&s->anes.v[i], &key, secret);
    }
    buf_free(&key);
    return rc;
}

/* What must not be lost by merging: the persistent name, the AS that is entered, or both. */
static int identify(struct anes *s, const struct ane *ane, struct reduce_row *row)
{
    if (!ane->persistent && !ane->as)
        return 0;
    row->identity = arena_printf(s->arena, "%s\n%s", ane->persistent ? ane->persistent : "",
                                 ane->as ? ane->as : "");
    row->merged_identity = row->identity;
    return row->identity ? 0 : ERR_NOMEM;
}

/* Which pairs cross each element, ascending: the pairs' lists the other way round. False: no
 * memory. */
static bool list_flows(struct anes *s)
{
    uint32_t *all = arena_room(s->arena, (s->crossed.n + 1) * sizeof(*all)), *at = all;
    uint32_t **next = ARENA_ARRAY(s->arena, s->anes.n + 1, uint32_t *);
    if (!all || !next)
        return false;
    for (size_t i = 0; i < s->anes.n; i++) {
        s->rows[i].flows = next[i] = at;
        at += s->tallies.v[i].n_flows;
    }
    for (size_t f = 0; f < s->flows.n; f++) {
        const struct ane_flow *flow = &s->flows.v[f];
        for (size_t k = 0; k < flow->n; k++)
            *next[s->crossed.v[flow->first + k]]++ = (uint32_t)f;
    }
    return true;
}

/* What the reply shows in place of each element. */
static void find_shown(struct anes *s)
{
    for (size_t i = 0; i < s->anes.n; i++) {
        uint32_t r = s->rows[i].into;
        s->shown[i] = s->rows[r].removed ? (uint32_t)s->anes.n : r;
    }
}

static int reduce(struct anes *s, struct err *e)
{
    size_t n = s->anes.n;
    learn_links(s);
    s->rows = ARENA_ARRAY(s->arena, n + 1, struct reduce_row);
    s->shown = ARENA_ARRAY(s->arena, n + 1, uint32_t);
    if (!s->rows || !s->shown || !list_flows(s))
        return err_set(e, ERR_NOMEM, "no memory for path vectors");
    for (size_t i = 0; i < n; i++) {
        const struct ane *ane = &s->anes.v[i];
        s->rows[i] = (struct reduce_row){.flows = s->rows[i].flows,
                                         .n_flows = s->tallies.v[i].n_flows,
                                         .bound = ane->capacity,
                                         .into = (uint32_t)i,
                                         .merged = ane->capacity};
        if (identify(s, ane, &s->rows[i]) < 0)
            return err_set(e, ERR_NOMEM, "no memory for path vectors");
    }
    if (s->wanted & (ANE_PRIVATE | ANE_OTHER))
        return 0;
    bool bandwidth = s->wanted & (ANE_BANDWIDTH | ANE_BYTES);
    const struct reduce_system system = {s->rows, n, s->flows.n};
    return reduce_rows(&system, bandwidth ? REDUCE_REDUNDANT : REDUCE_AGGREGATE, s->arena, e);
}

int anes_finish(struct anes *s, const struct request *q, struct err *e)
{
    uint8_t secret[HASH_KEY];
    int rc = 0;
    if (q->secret)
        memcpy(secret, q->secret, sizeof(secret));
    else
        q->clock->random(q->clock->self, secret, sizeof(secret));
    for (size_t i = 0; rc == 0 && i < s->n_states; i++) {
        rc = reduce(s->states[i], e);
        if (rc == 0)
            find_shown(s->states[i]);
        if (rc == 0 && (rc = name_elements(s->states[i], secret)) < 0)
            err_set(e, rc, "no memory for path vectors");
    }
    return rc;
}
