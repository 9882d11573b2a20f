/* SPDX-License-Identifier: Apache-2.0 */
#include "server/edition.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "http/serve.h"
#include "server/documents.h"
#include "server/offer.h"
#include "server/packs.h"
#include "server/props.h"
#include "server/rucio/cache.h"
#include "server/rucio/places.h"
#include "server/tally.h"
#include "server/views.h"

#define MAX_RESOURCES 4096
#define OWN_RESOURCES 256 /* of these, kept for the server's own */
#define MAX_ID        64  /* RFC 7285 section 10.2 */

struct responses {
    struct serve_slot of[EDITION_FORMS];
};

struct date {
    char text[40];
    int64_t seconds; /* since 1970 */
    bool vague;      /* it was something else with the same date */
};

struct edition {
    unsigned references; /* changed atomically */
    struct arena *arena;
    struct board *board;
    const struct snapshot *snapshot; /* held on the board; NULL: none yet */
    struct settings *settings;
    struct packs *packs;
    struct date date;            /* of the snapshot */
    struct date *dates;          /* as resources */
    struct tally **tallies;      /* as resources */
    struct responses *responses; /* as resources */
    struct atlas *atlases;       /* the merged one first */
    size_t n_atlases;
    struct shelves shelves;    /* documents with a view */
    const struct shelf *alone; /* offered instead of the merged atlas, or NULL */
    struct props *props;
    struct places *places;
    struct path_cache *costs;
    struct {
        VEC(struct props *);
    } kept; /* of shelves */
    struct {
        VEC(struct resource);
    } resources;
    struct map *by_path;    /* -> index + 1 */
    struct map *by_id;      /* -> index + 1 */
    struct map *cost_names; /* directory and name -> offered type */
    pthread_mutex_t lock;   /* of bodies */
    struct body *bodies;    /* as resources */
};

static int name_types(struct edition *ed, const struct atlas *atlas, struct cost_offer *costs,
                      struct err *e)
{
    for (size_t i = 0; edition_lists(ed, atlas) && i < costs->n; i++) {
        costs->v[i].name = edition_cost_name(ed, NULL, &costs->v[i]);
        if (!costs->v[i].name)
            return err_set(e, ERR_NOMEM, "no memory for cost types");
    }
    return 0;
}

static int describe_atlas(struct edition *ed, struct atlas *atlas, struct err *e)
{
    struct cost_offer *offers = ARENA_ARRAY(ed->arena, 2, struct cost_offer);
    if (!offers)
        return err_set(e, ERR_NOMEM, "no memory for cost types");
    int rc = offer_of_atlas(&offers[0], atlas, ed->arena, e);
    if (rc == 0 && atlas->snapshot)
        rc = offer_of_paths(&offers[1], atlas, ed->arena, e);
    for (size_t i = 0; rc == 0 && i < 2; i++)
        rc = name_types(ed, atlas, &offers[i], e);
    atlas->costs = &offers[0];
    atlas->vectors = atlas->snapshot ? &offers[1] : NULL;
    return rc;
}

/* Network maps beside a view are offered by that alone. */
static int add_for_atlas(struct edition *ed, struct atlas *atlas, struct err *e)
{
    int rc = atlas->viewed ? 0 : describe_atlas(ed, atlas, e);
    for (size_t k = 0; rc == 0 && !atlas->viewed && resource_kinds[k]; k++)
        rc = resource_kinds[k]->list ? resource_kinds[k]->list(ed, atlas, e) : 0;
    return rc;
}

/* What a domain publishes too much of is its own loss. */
static int add_atlases(struct edition *ed, struct err *e)
{
    int rc = add_for_atlas(ed, &ed->atlases[0], e);
    for (size_t i = 1; rc == 0 && i < ed->n_atlases; i++) {
        struct err why = {0};
        rc = add_for_atlas(ed, &ed->atlases[i], &why);
        if (rc == ERR_LIMIT) {
            log_warn("documents", "not all of %s is served: %s", ed->atlases[i].path, why.msg);
            rc = 0;
        }
        if (rc < 0)
            err_set(e, rc, "%s", why.msg);
    }
    return rc;
}

static int add_views(struct edition *ed, bool alone, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < ed->shelves.n; i++) {
        if ((&ed->shelves.v[i] == ed->alone) == alone)
            rc = views_offer(ed, &ed->shelves.v[i], e);
    }
    return rc;
}

static int read_shelves(struct edition *ed, struct err *e)
{
    ed->shelves.own = ed->settings->name;
    ed->shelves.atlases = ed->atlases;
    ed->shelves.n_atlases = ed->n_atlases;
    int rc = shelves_read(&ed->shelves, ed->snapshot, ed->arena, e);
    ed->n_atlases = ed->shelves.n_atlases; /* what they own is freed in any case */
    return rc;
}

static void write_date(struct edition *ed)
{
    struct tm tm;
    time_t seconds = (time_t)(ed->snapshot->as_of / 1000000);
    ed->date.seconds = (int64_t)seconds;
    if (!gmtime_r(&seconds, &tm) ||
        strftime(ed->date.text, sizeof(ed->date.text), "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
        ed->date.text[0] = 0;
}

/* Of each pair: the costs between endpoints, and the metrics that are specified. */
static size_t n_path_values(const struct edition *ed)
{
    const struct atlas *atlas = &ed->atlases[0];
    return atlas->costs->n + ed->settings->rucio->n_metrics + 1;
}

static int build(struct edition *ed, struct err *e)
{
    const struct snapshot *s = ed->snapshot;
    ed->atlases = ARENA_ARRAY(ed->arena, 1 + 2 * s->n_documents, struct atlas);
    if (!ed->atlases)
        return err_set(e, ERR_NOMEM, "no memory for the edition");
    write_date(ed);
    int rc = atlas_of_snapshot(&ed->atlases[0], s, ed->settings->name, ed->arena, e);
    if (rc < 0)
        return rc;
    ed->n_atlases = 1;
    rc = documents_read(s, &ed->atlases[1], &ed->n_atlases, ed->arena, e);
    if (rc == 0)
        rc = read_shelves(ed, e);
    if (rc == 0)
        rc = props_new(&ed->props, &ed->atlases[0], ed->settings, ed->arena, e);
    if (rc == 0)
        rc = places_new(&ed->places, s, ed->settings->rucio, ed->arena, e);
    for (size_t i = 0; i < ed->shelves.n && !ed->alone; i++)
        ed->alone = ed->shelves.v[i].view->merged ? NULL : &ed->shelves.v[i];
    /* Of equal paths the first is served: a view comes first where it stands alone. */
    if (rc == 0)
        rc = add_views(ed, true, e);
    if (rc == 0)
        rc = add_atlases(ed, e);
    if (rc == 0)
        rc = add_views(ed, false, e);
    if (rc == 0)
        rc = path_cache_new(&ed->costs, n_path_values(ed), e);
    ed->bodies = ARENA_ARRAY(ed->arena, ed->resources.n + 1, struct body);
    ed->dates = ARENA_ARRAY(ed->arena, ed->resources.n + 1, struct date);
    ed->tallies = ARENA_ARRAY(ed->arena, ed->resources.n + 1, struct tally *);
    ed->responses = ARENA_ARRAY(ed->arena, ed->resources.n + 1, struct responses);
    if (rc == 0 && (!ed->bodies || !ed->dates || !ed->tallies || !ed->responses))
        rc = err_set(e, ERR_NOMEM, "no memory for the edition");
    for (size_t i = 0; rc == 0 && i < ed->resources.n; i++) {
        ed->dates[i] = ed->date;
        ed->tallies[i] = tally_new();
        if (!ed->tallies[i])
            rc = err_set(e, ERR_NOMEM, "no memory for the edition");
    }
    return rc;
}

int edition_new(struct edition **out, struct board *board, struct settings *settings,
                struct packs *packs, struct err *e)
{
    struct edition *ed = calloc(1, sizeof(*ed));
    *out = NULL;
    if (!ed)
        return err_set(e, ERR_NOMEM, "no memory for the edition");
    ed->references = 1;
    ed->board = board;
    ed->packs = packs;
    ed->settings = settings_hold(settings);
    pthread_mutex_init(&ed->lock, NULL);
    ed->arena = arena_new(0);
    ed->by_path = map_new();
    ed->by_id = map_new();
    ed->cost_names = map_new();
    ed->snapshot = board_acquire(board);
    int rc = 0;
    if (!ed->arena || !ed->by_path || !ed->by_id || !ed->cost_names)
        rc = err_set(e, ERR_NOMEM, "no memory for the edition");
    if (rc == 0 && ed->snapshot)
        rc = build(ed, e);
    if (rc < 0)
        edition_release(&ed);
    *out = ed;
    return rc;
}

struct edition *edition_hold(struct edition *ed)
{
    __atomic_add_fetch(&ed->references, 1, __ATOMIC_RELAXED);
    return ed;
}

static void free_responses(struct responses *r)
{
    for (int i = 0; i < EDITION_FORMS; i++)
        serve_slot_empty(&r->of[i]);
}

static void free_body(struct body *b)
{
    free(b->data);
    repack_release(&b->packed);
}

void edition_release(struct edition **edp)
{
    struct edition *ed = *edp;
    *edp = NULL;
    if (!ed || __atomic_sub_fetch(&ed->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; ed->responses && i < ed->resources.n; i++)
        free_responses(&ed->responses[i]);
    for (size_t i = 0; ed->bodies && i < ed->resources.n; i++)
        free_body(&ed->bodies[i]);
    for (size_t i = 0; ed->tallies && i < ed->resources.n; i++)
        tally_release(&ed->tallies[i]);
    for (size_t i = 0; i < ed->n_atlases; i++)
        lpm_free(&ed->atlases[i].owned);
    props_free(&ed->props);
    for (size_t i = 0; i < ed->kept.n; i++)
        props_free(&ed->kept.v[i]);
    VEC_FREE(&ed->kept);
    places_free(&ed->places);
    path_cache_free(&ed->costs);
    VEC_FREE(&ed->resources);
    map_free(&ed->by_path);
    map_free(&ed->by_id);
    map_free(&ed->cost_names);
    arena_free(&ed->arena);
    if (ed->snapshot)
        board_release(ed->board, ed->snapshot);
    settings_release(&ed->settings);
    pthread_mutex_destroy(&ed->lock);
    free(ed);
}

static size_t index_of(const struct edition *ed, const struct resource *r)
{
    return (size_t)(r - ed->resources.v);
}

const char *edition_date(const struct edition *ed, const struct resource *r)
{
    return ed->dates[index_of(ed, r)].text;
}

bool edition_unchanged_since(const struct edition *ed, const struct resource *r, int64_t time)
{
    const struct date *date = &ed->dates[index_of(ed, r)];
    return date->text[0] && !date->vague && date->seconds <= time;
}

struct tally *edition_tally(const struct edition *ed, const struct resource *r)
{
    return ed->tallies[index_of(ed, r)];
}

void edition_inherit_tallies(struct edition *ed, const struct edition *old)
{
    for (size_t i = 0; i < ed->resources.n; i++) {
        const struct resource *was = edition_by_id(old, ed->resources.v[i].id);
        if (!was)
            continue;
        tally_release(&ed->tallies[i]);
        ed->tallies[i] = tally_hold(edition_tally(old, was));
    }
}

/* Do tags tell all that a resource says? Of other kinds they do not. */
static bool is_same(const struct resource *a, const struct resource *b)
{
    bool map = a->ops == &resource_network_map, costs = a->ops == &resource_cost_map;
    return (map || costs) && a->ops == b->ops && a->atlas && b->atlas &&
           strcmp(a->atlas->tag, b->atlas->tag) == 0 &&
           (map || strcmp(edition_tag(NULL, a), edition_tag(NULL, b)) == 0);
}

void edition_inherit_dates(struct edition *ed, const struct edition *old)
{
    for (size_t i = 0; i < ed->resources.n; i++) {
        const struct resource *r = &ed->resources.v[i], *was = edition_by_id(old, r->id);
        const struct date *before = was ? &old->dates[index_of(old, was)] : NULL;
        if (was && is_same(r, was))
            ed->dates[i] = *before;
        else
            ed->dates[i].vague = before && before->seconds == ed->dates[i].seconds;
    }
}

const struct snapshot *edition_snapshot(const struct edition *ed)
{
    return ed->snapshot;
}

const struct settings *edition_settings(const struct edition *ed)
{
    return ed->settings;
}

struct arena *edition_arena(struct edition *ed)
{
    return ed->arena;
}

const struct props *edition_props(const struct edition *ed)
{
    return ed->props;
}

const struct places *edition_places(const struct edition *ed)
{
    return ed->places;
}

struct path_cache *edition_costs(const struct edition *ed)
{
    return ed->costs;
}

const char *edition_cost_name(struct edition *ed, const char *directory,
                              const struct offered_cost *type)
{
    const char *name = type->name;
    for (unsigned i = 2; name && i < 1000; i++) {
        const char *key = arena_printf(ed->arena, "%s\n%s", directory ? directory : "", name);
        union map_value *at = key ? map_at_str(ed->cost_names, key) : NULL;
        if (!at)
            return NULL;
        const struct offered_cost *other = at->cp;
        if (!other)
            at->cp = type;
        if (!other ||
            (strcmp(other->mode, type->mode) == 0 && strcmp(other->metric, type->metric) == 0))
            return name;
        name = arena_printf(ed->arena, "%s-%u", type->name, i);
    }
    return name;
}

int edition_keep(struct edition *ed, struct props *p, struct err *e)
{
    struct props **at = VEC_PUSH(&ed->kept);
    if (at)
        *at = p;
    else
        props_free(&p);
    return at ? 0 : err_set(e, ERR_NOMEM, "no memory for properties");
}

static int add(struct edition *ed, const struct resource *r, const char *full_id,
               const char *full_path, struct err *e)
{
    if (!full_id || !full_path)
        return err_set(e, ERR_NOMEM, "no memory for a resource");
    if (strlen(full_id) > MAX_ID)
        return 0; /* a metric of an endless name: can't be named, isn't served */
    bool own = !r->offer && r->atlas == &ed->atlases[0];
    size_t max = own ? MAX_RESOURCES : MAX_RESOURCES - OWN_RESOURCES;
    if (ed->resources.n >= max)
        return err_set(e, ERR_LIMIT, "more than %zu resources", max);
    union map_value *at = map_at_str(ed->by_path, full_path);
    union map_value *id_at = at ? map_at_str(ed->by_id, full_id) : NULL;
    if (id_at && (at->u || id_at->u))
        return 0; /* the first of two equal names */
    struct resource *to = id_at ? VEC_PUSH(&ed->resources) : NULL;
    if (!to)
        return err_set(e, ERR_NOMEM, "no memory for resource %s", full_id);
    *to = *r;
    to->id = full_id;
    to->path = full_path;
    to->unlisted =
        r->unlisted || r->ops->apart || (!r->ops->open && !edition_lists(ed, r->atlas));
    at->u = id_at->u = ed->resources.n; /* index + 1 */
    return 0;
}

int edition_add(struct edition *ed, const struct resource *r, const char *id, const char *path,
                struct err *e)
{
    return add(ed, r, arena_printf(ed->arena, "%s-%s", r->atlas->id, id),
               arena_printf(ed->arena, "%s%s", r->atlas->path, path), e);
}

int edition_offer(struct edition *ed, const struct resource *r, const char *domain,
                  struct err *e)
{
    const struct wire_view_resource *view = r->offer->view;
    const char *slug = atlas_slug(domain, ed->arena);
    const char *path = edition_find(ed, view->path) && slug
                           ? arena_printf(ed->arena, "/domain/%s%s", slug, view->path)
                           : view->path;
    size_t before = ed->resources.n;
    int rc = slug ? add(ed, r, view->id, path, e) : err_set(e, ERR_NOMEM, "no memory");
    if (rc == 0 && ed->resources.n == before)
        log_warn("documents", "%s of a view of %s is not served: its id or path is taken",
                 view->id, domain);
    return rc;
}

const char *edition_tag(const struct edition *ed, const struct resource *r)
{
    (void)ed;
    if (r->ops == &resource_network_map || r->ops == &resource_network_map_filtered)
        return r->atlas->tag;
    return r->offer ? r->offer->tag : r->atlas->cost_tag;
}

const char *edition_default_map(const struct edition *ed)
{
    const char *id = ed->alone ? views_default_map(ed->alone) : NULL;
    return id ? id : ed->atlases[0].map_id;
}

bool edition_lists(const struct edition *ed, const struct atlas *atlas)
{
    return !ed->alone || atlas != &ed->atlases[0];
}

size_t edition_count(const struct edition *ed)
{
    return ed->resources.n;
}

const struct resource *edition_resource(const struct edition *ed, size_t i)
{
    assert(i < ed->resources.n);
    return &ed->resources.v[i];
}

const struct resource *edition_find(const struct edition *ed, const char *path)
{
    const union map_value *at = map_get_str(ed->by_path, path);
    return at && at->u ? &ed->resources.v[at->u - 1] : NULL;
}

const struct resource *edition_by_id(const struct edition *ed, const char *id)
{
    const union map_value *at = map_get_str(ed->by_id, id);
    return at && at->u ? &ed->resources.v[at->u - 1] : NULL;
}

const struct resource *edition_of_kind(const struct edition *ed, const char *kind,
                                       const struct atlas *atlas)
{
    for (size_t i = 0; i < ed->resources.n; i++) {
        const struct resource *r = &ed->resources.v[i];
        if (r->atlas == atlas && strcmp(r->ops->kind, kind) == 0)
            return r;
    }
    return NULL;
}

int edition_etag(const char *data, size_t len, char out[36])
{
    struct hash *h = hash_new();
    if (!h)
        return ERR_NOMEM;
    hash_add(h, data, len);
    out[0] = '"';
    hash_hex(h, out + 1);
    memcpy(out + 33, "\"", 2);
    hash_free(&h);
    return 0;
}

/* With the lock held: bodies are few and made once, and who waits wants the same one mostly. */
static int render(struct edition *ed, const struct resource *r, struct body *body,
                  struct err *e)
{
    struct view view = {.edition = ed, .settings = ed->settings, .grants = r->ops->grants};
    struct request q = {.method = "GET", .path = r->path, .body = ""};
    q.now = ed->snapshot->as_of;
    struct reply reply = {0};
    q.arena = arena_new(REQUEST_MEMORY);
    int rc = q.arena ? r->ops->answer(r, &view, &q, &reply, e) : ERR_NOMEM;
    if (rc == 0 && (reply.body.failed || reply.body.len == 0))
        rc = ERR_NOMEM;
    if (rc == 0)
        rc = edition_etag(reply.body.data, reply.body.len, body->etag);
    if (rc == 0) {
        body->data = buf_take(&reply.body, &body->len);
        body->entries = reply.entries;
    }
    if (rc == ERR_NOMEM)
        err_set(e, rc, "no memory to render %s", r->id);
    buf_free(&reply.body);
    arena_free(&q.arena);
    return rc;
}

struct serve_slot *edition_slot(const struct edition *ed, const struct resource *r,
                                enum edition_form form)
{
    return &ed->responses[index_of(ed, r)].of[form];
}

/* Has such a request been answered? Then its body is there and stays as it is: no need to lock.
 */
static bool was_sent(const struct edition *ed, const struct resource *r, bool gzip)
{
    return serve_slot_has(edition_slot(ed, r, gzip ? FORM_GZIP : FORM_PLAIN));
}

const struct body *edition_body(struct edition *ed, const struct resource *r, struct err *e)
{
    struct body *body = &ed->bodies[r - ed->resources.v];
    if (was_sent(ed, r, false))
        return body;
    pthread_mutex_lock(&ed->lock);
    int rc = body->data ? 0 : render(ed, r, body, e);
    pthread_mutex_unlock(&ed->lock);
    return rc == 0 ? body : NULL;
}

/* Without the lock: identity bodies are not held up. */
static void pack(struct edition *ed, const struct resource *r, struct body *body)
{
    struct repack *packed = packs_make(ed->packs, r->id, body->data, body->len);
    pthread_mutex_lock(&ed->lock);
    body->packing = !packed; /* not tried again */
    if (packed) {
        body->packed = packed;
        body->gzip = repack_text(packed, &body->gzip_len);
        snprintf(body->gzip_etag, sizeof(body->gzip_etag), "\"%.32s-gzip\"", body->etag + 1);
    }
    pthread_mutex_unlock(&ed->lock);
}

int edition_packed(struct edition *ed, const struct resource *r, struct body *out,
                   struct err *e)
{
    struct body *body = &ed->bodies[r - ed->resources.v];
    pthread_mutex_lock(&ed->lock);
    int rc = body->data ? 0 : render(ed, r, body, e);
    bool mine = rc == 0 && !body->gzip && !body->packing && body->len >= BODY_PACKED;
    body->packing |= mine;
    pthread_mutex_unlock(&ed->lock);
    if (mine)
        pack(ed, r, body);
    pthread_mutex_lock(&ed->lock);
    *out = *body;
    pthread_mutex_unlock(&ed->lock);
    return rc;
}

bool edition_is_ready(struct edition *ed, const struct resource *r, bool gzip)
{
    const struct body *body = &ed->bodies[r - ed->resources.v];
    if (was_sent(ed, r, gzip))
        return true;
    pthread_mutex_lock(&ed->lock);
    bool ready =
        body->data && (!gzip || body->gzip || body->packing || body->len < BODY_PACKED);
    pthread_mutex_unlock(&ed->lock);
    return ready;
}
