/* SPDX-License-Identifier: Apache-2.0 */
#include "server/watch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/auth.h"
#include "server/offer.h"

#define MAX_RANK 4

/* --- blobs --- */

static struct blob *blob_new(const char *data, size_t len, struct edition *ed)
{
    struct blob *b = malloc(sizeof(*b));
    if (b)
        *b = (struct blob){
            .references = 1, .data = data, .len = len, .edition = ed ? edition_hold(ed) : NULL};
    return b;
}

struct blob *blob_take(struct buf *from)
{
    size_t len = 0;
    char *data = buf_take(from, &len);
    struct blob *b = data ? blob_new(data, len, NULL) : NULL;
    if (!b)
        free(data);
    return b;
}

/* The same bytes, without the edition that they are of; or the same blob, when memory is short.
 */
static struct blob *blob_alone(struct blob *b)
{
    struct buf copy = {0};
    if (!b->edition)
        return blob_hold(b);
    buf_add(&copy, b->data, b->len);
    struct blob *alone = blob_take(&copy);
    buf_free(&copy);
    return alone ? alone : blob_hold(b);
}

struct blob *blob_hold(struct blob *b)
{
    __atomic_add_fetch(&b->references, 1, __ATOMIC_RELAXED);
    return b;
}

void blob_release(struct blob **bp)
{
    struct blob *b = *bp;
    *bp = NULL;
    if (!b || __atomic_sub_fetch(&b->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    serve_slot_empty(&b->reply);
    if (b->edition)
        edition_release(&b->edition);
    else
        free((char *)(uintptr_t)b->data);
    free(b);
}

/* --- rendering --- */

static const struct client_class *class_of(const struct settings *s, const char *name)
{
    for (size_t i = 0; name && i < s->n_classes; i++) {
        if (strcmp(s->classes[i].name, name) == 0)
            return &s->classes[i];
    }
    return NULL;
}

static void take_tag(struct rendered *out, struct arena *a)
{
    struct wire_body_part parts[WATCH_PARTS];
    struct slice body = {out->body->data, out->body->len};
    char etag[36] = "";
    if (wire_split_parts(out->type, body, parts, WATCH_PARTS) > 0)
        body = parts[0].json;
    const char *tag = wire_body_tag(body, a);
    if (tag && strlen(tag) < WATCH_TAG) {
        memcpy(out->tag, tag, strlen(tag) + 1);
        return;
    }
    edition_etag(out->body->data, out->body->len, etag);
    snprintf(out->tag, sizeof(out->tag), "%.32s", etag + 1);
}

static int finish(struct rendered *out, const char *type, struct arena *a, struct err *e)
{
    out->type = type ? strdup(type) : NULL;
    if (!out->body || !out->type) {
        rendered_free(out);
        return err_set(e, ERR_NOMEM, "no memory for what is followed");
    }
    take_tag(out, a);
    return 1;
}

static int render_cached(struct edition *ed, const struct resource *r, struct arena *a,
                         struct rendered *out, struct err *e)
{
    const struct body *body = edition_body(ed, r, e);
    if (!body)
        return e->code;
    out->body = blob_new(body->data, body->len, ed);
    return finish(out, r->ops->media_type, a, e);
}

int watch_render(const struct rendering *what, struct reply *refusal, struct rendered *out,
                 struct err *e)
{
    const struct watch_of *of = what->of;
    struct edition *ed = what->edition;
    const struct resource *r = edition_by_id(ed, of->resource);
    *out = (struct rendered){0};
    if (!r || r->ops->open)
        return err_set(e, ERR_NOENT, "there is no resource %s any more", of->resource);
    struct request q = *what->q;
    q.method = r->ops->accepts ? "POST" : "GET";
    q.path = r->path;
    /* RFC 8895 section 6.6: without input, what the resource says to a body without members. */
    q.body = !r->ops->accepts ? "" : of->input ? of->input : "{}";
    q.len = strlen(q.body);
    q.host = of->host;
    q.client = of->client;
    q.accept = NULL; /* that of the follower's request means the stream */
    q.secret = what->secret;
    q.caller = (struct caller){.class = class_of(edition_settings(ed), of->class)};
    struct view view = {.edition = ed,
                        .settings = edition_settings(ed),
                        .grants = auth_grants(&q.caller),
                        .class = q.caller.class};
    if ((view.grants & r->ops->grants) != r->ops->grants || !resource_is_for(r, view.class))
        return err_set(e, ERR_REFUSED, "resource %s is not for this client any more", r->id);
    if (resource_is_cached(r))
        return render_cached(ed, r, q.arena, out, e);
    if (resource_costs(r))
        out->changes_at = offer_changes_at(resource_costs(r), q.now);
    refusal->status = 200;
    refusal->type = r->ops->media_type;
    int rc = r->ops->answer(r, &view, &q, refusal, e);
    if (rc < 0 || refusal->status != 200)
        return rc;
    const char *type = refusal->type;
    out->body = blob_take(&refusal->body);
    *refusal = (struct reply){0};
    return finish(out, type, q.arena, e);
}

void rendered_free(struct rendered *r)
{
    blob_release(&r->body);
    free(r->type);
    r->type = NULL;
}

/* --- differences --- */

static void version_free(struct version *v)
{
    blob_release(&v->whole);
    for (size_t i = 0; i < v->n_changes; i++) {
        blob_release(&v->changes[i].raw);
        blob_release(&v->changes[i].event);
    }
    v->n_changes = 0;
}

/* The costs of a full cost map that is still there as numbers. */
static bool costs_of(const struct watch *w, const struct blob *body, struct wire_costs *out)
{
    const struct resource *r =
        body->edition ? edition_by_id(body->edition, w->of.resource) : NULL;
    if (!r || r->ops != &resource_cost_map)
        return false;
    const struct atlas *atlas = r->atlas;
    const struct offered_cost *type = &resource_costs(r)->v[r->metric];
    if (!type->matrix || type->ranked || type->n_sources > 0)
        return false;
    *out = (struct wire_costs){atlas->names,  atlas->names,        atlas->n_pids,
                               atlas->n_pids, type->matrix->value, type->matrix->thousandths};
    return true;
}

static bool same_names(const struct wire_costs *a, const struct wire_costs *b)
{
    bool equal = a->n_srcs == b->n_srcs;
    for (size_t i = 0; equal && i < a->n_srcs; i++)
        equal = strcmp(a->srcs[i], b->srcs[i]) == 0;
    return equal;
}

/* Numbers where there are numbers, else text. */
static int diff(enum wire_patch kind, const struct watch *w, const struct slice texts[2],
                struct buf *out)
{
    struct wire_costs from, to;
    if (!w->costs || !costs_of(w, w->body, &from) || !costs_of(w, w->next.body, &to) ||
        !same_names(&from, &to))
        return wire_patch_diff(kind, texts[0], texts[1], out);
    const struct wire_cost_body a = {texts[0], &from}, b = {texts[1], &to};
    return wire_patch_costs(kind, &a, &b, out);
}

/* The shorter of two patches, or the only one that can be; false: none. */
static bool choose_patch(const struct watch *w, struct slice from, struct slice to,
                         struct increment *out)
{
    const struct slice texts[2] = {from, to};
    struct buf merge = {0}, json = {0};
    int rc = diff(WIRE_PATCH_MERGE, w, texts, &merge);
    bool both = rc != 1 || !w->costs;
    int rc_json = both ? diff(WIRE_PATCH_JSON, w, texts, &json) : ERR_REFUSED;
    bool as_json = rc_json == 1 && (rc != 1 || json.len < merge.len);
    out->kind = as_json ? WIRE_PATCH_JSON : WIRE_PATCH_MERGE;
    out->raw = as_json || rc == 1 ? blob_take(as_json ? &json : &merge) : NULL;
    buf_free(&merge);
    buf_free(&json);
    return out->raw != NULL;
}

static bool add_change(const struct watch *w, struct slice from, struct slice to,
                       struct version *v)
{
    struct increment *to_add = &v->changes[v->n_changes];
    struct buf event = {0};
    if (!choose_patch(w, from, to, to_add))
        return false;
    wire_put_event_data(&event, (struct slice){to_add->raw->data, to_add->raw->len});
    to_add->event = blob_take(&event);
    buf_free(&event);
    v->n_changes++;
    v->bytes += to_add->raw->len;
    return to_add->event != NULL;
}

static bool same(struct slice a, struct slice b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* RFC 8895 section 6.7.3: the same parts, each a JSON object; each change is of one of them. */
static bool compare_parts(const struct watch *w, struct version *v)
{
    struct wire_body_part old[WATCH_PARTS], new[WATCH_PARTS];
    struct slice from = {w->body->data, w->body->len},
                 to = {w->next.body->data, w->next.body->len};
    size_t n = wire_split_parts(w->type, from, old, WATCH_PARTS);
    if (n == 0 || wire_split_parts(w->next.type, to, new, WATCH_PARTS) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char *part = v->changes[v->n_changes].part;
        if (!same(old[i].id, new[i].id) || new[i].id.n >= sizeof(v->changes->part))
            return false;
        if (same(old[i].json, new[i].json))
            continue;
        snprintf(part, sizeof(v->changes->part), "%.*s", (int)new[i].id.n, new[i].id.p);
        if (!add_change(w, old[i].json, new[i].json, v))
            return false;
    }
    return true;
}

/* What leads from the current body to the next one. Nothing: only the whole can be sent. */
static void compare(const struct watch *w, struct version *v)
{
    struct slice from = {w->body->data, w->body->len};
    struct slice to = {w->next.body->data, w->next.body->len};
    bool ok = w->multipart ? compare_parts(w, v) : add_change(w, from, to, v);
    if (ok)
        return;
    version_free(v);
    v->bytes = 0;
}

bool version_is_small(const struct version *v)
{
    return v->n_changes > 0 && v->bytes != SIZE_MAX;
}

void watch_prepare(struct watch *w, struct edition *ed, const struct clock *clock)
{
    struct request q = {.clock = clock,
                        .now = clock->now_us(clock->self),
                        .tls = w->of.tls,
                        .arena = arena_new(REQUEST_MEMORY)};
    struct reply refusal = {0};
    struct err e = {0};
    rendered_free(&w->next);
    version_free(&w->next_version);
    w->next_version = (struct version){0};
    w->prepared = ed;
    w->changes = false;
    const struct rendering what = {&w->of, w->secret, ed, &q};
    int rc = q.arena ? watch_render(&what, &refusal, &w->next, &e) : ERR_NOMEM;
    w->failure = rc;
    if (rc == 1)
        w->changes = !same((struct slice){w->body->data, w->body->len},
                           (struct slice){w->next.body->data, w->next.body->len});
    if (w->changes) {
        memcpy(w->next_version.tag, w->next.tag, WATCH_TAG);
        compare(w, &w->next_version);
        if (w->next_version.bytes >= w->next.body->len)
            w->next_version.bytes = SIZE_MAX;
    }
    buf_free(&refusal.body);
    arena_free(&q.arena);
}

/* --- history --- */

const struct version *watch_current(const struct watch *w)
{
    return &w->versions.v[w->versions.n - 1];
}

const struct version *watch_version(const struct watch *w, uint64_t seq)
{
    uint64_t first = w->versions.v[0].seq;
    return seq >= first && seq - first < w->versions.n ? &w->versions.v[seq - first] : NULL;
}

static void forget_before(struct watch *w, uint64_t seq)
{
    size_t n = seq - w->versions.v[0].seq;
    for (size_t i = 0; i < n; i++)
        version_free(&w->versions.v[i]);
    w->versions.n -= n;
    memmove(w->versions.v, w->versions.v + n, w->versions.n * sizeof(*w->versions.v));
}

static size_t bytes_of(const struct version *v)
{
    size_t bytes = 0;
    for (size_t i = 0; i < v->n_changes; i++)
        bytes += v->changes[i].raw->len;
    return bytes;
}

/* Without a view: what streams that lag a little need. */
static void trim(struct watch *w)
{
    size_t room = w->body->len > WATCH_MIN_BYTES ? w->body->len : WATCH_MIN_BYTES;
    size_t bytes = 0, n = 0;
    while (n < w->versions.n && n < WATCH_VERSIONS) {
        bytes += bytes_of(&w->versions.v[w->versions.n - 1 - n]);
        if (n > 0 && bytes > room)
            break;
        n++;
    }
    forget_before(w, watch_current(w)->seq + 1 - n);
}

/*
 * With a view: two segments, each beginning with a whole version (RFC 9569 section 3.2). When
 * the second is full, the first goes and a third begins.
 *
 *     start ... half ... current         half ... current
 *     [whole    ][whole      ]    ->     [whole    ][whole
 */
static void compact(struct watch *w, struct version *newest)
{
    uint64_t segment = w->view.half ? w->view.half : w->versions.v[0].seq;
    size_t room = w->body->len > WATCH_MIN_BYTES ? w->body->len : WATCH_MIN_BYTES;
    size_t most = newest->n_changes > 0 && !w->multipart ? WATCH_VERSIONS : WATCH_FULL_ONLY;
    size_t bytes = 0;
    if (w->multipart || newest->n_changes == 0)
        newest->whole = blob_alone(w->body);
    for (uint64_t seq = segment + 1; seq <= newest->seq; seq++)
        bytes += bytes_of(watch_version(w, seq));
    if (newest->seq - segment < most && bytes < room)
        return;
    if (!newest->whole)
        newest->whole = blob_alone(w->body);
    if (w->view.half)
        forget_before(w, w->view.half);
    w->view.half = watch_current(w)->seq;
}

void watch_commit(struct watch *w, uint64_t generation, int64_t now)
{
    struct version *v;
    w->prepared = NULL;
    if (w->failure != 1) {
        w->dead = w->failure == ERR_REFUSED;
        w->missing = w->missing ? w->missing : now;
        return;
    }
    w->missing = 0;
    w->changes_at = w->next.changes_at;
    if (!w->changes) { /* the same bytes, of the edition that stays */
        blob_release(&w->body);
        w->body = w->next.body;
        w->next.body = NULL;
        rendered_free(&w->next);
        return;
    }
    uint64_t seq = watch_current(w)->seq + 1;
    v = VEC_PUSH(&w->versions);
    if (!v) {
        w->dead = true;
        return;
    }
    *v = w->next_version;
    w->next_version = (struct version){0};
    v->seq = seq;
    v->generation = generation;
    blob_release(&w->body);
    blob_release(&w->event);
    free(w->type);
    w->body = w->next.body;
    w->type = w->next.type;
    w->next = (struct rendered){0};
    if (w->view.open)
        compact(w, v);
    else
        trim(w);
}

void watch_open_view(struct watch *w, const char id[33], int64_t now)
{
    struct version *v;
    forget_before(w, watch_current(w)->seq);
    v = &w->versions.v[0];
    v->whole = blob_alone(w->body);
    w->view = (struct watch_view){.open = true, .used = now};
    memcpy(w->view.id, id, sizeof(w->view.id));
}

void watch_close_view(struct watch *w)
{
    w->view = (struct watch_view){0};
    for (size_t i = 0; i < w->versions.n; i++)
        blob_release(&w->versions.v[i].whole);
    trim(w);
}

/* --- watches --- */

void watch_key(const struct watch_of *of, struct buf *out)
{
    const char *const texts[] = {of->resource, of->input, of->class, of->host};
    char client[ADDR_TEXT] = "";
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        buf_str(out, texts[i] ? texts[i] : "");
        buf_char(out, texts[i] ? '\1' : '\2'); /* no text that stands here has these */
    }
    if (addr_is_set(&of->client))
        addr_format(&of->client, client);
    buf_printf(out, "%s%c", client, of->tls ? 's' : 'p');
}

static char *copy(const char *text, bool *failed)
{
    char *c = text ? strdup(text) : NULL;
    *failed |= text && !c;
    return c;
}

static bool fill(struct watch *w, const struct watch_of *of, const uint8_t secret[16])
{
    bool failed = false;
    struct buf key = {0};
    w->of = *of;
    w->of.resource = copy(of->resource, &failed);
    w->of.input = copy(of->input, &failed);
    w->of.class = copy(of->class, &failed);
    w->of.host = copy(of->host, &failed);
    watch_key(of, &key);
    w->key = buf_take(&key, &w->key_len);
    memcpy(w->secret, secret, sizeof(w->secret));
    return !failed && w->key;
}

struct watch *watch_new(const struct watch_of *of, const struct edition *ed,
                        struct rendered *first, const uint8_t secret[16])
{
    const struct resource *r = edition_by_id(ed, of->resource);
    struct watch *w = calloc(1, sizeof(*w));
    struct version *v = w ? VEC_PUSH(&w->versions) : NULL;
    if (!v || !fill(w, of, secret)) {
        rendered_free(first);
        watch_free(&w);
        return NULL;
    }
    w->grants = r->ops->grants;
    w->rank = watch_rank(ed, r);
    w->multipart = strncmp(first->type, "multipart/", 10) == 0;
    w->costs = strcmp(r->ops->media_type, MEDIA_COST_MAP) == 0 ||
               strcmp(r->ops->media_type, MEDIA_ENDPOINT_COST) == 0;
    w->body = first->body;
    w->type = first->type;
    w->changes_at = first->changes_at;
    v->seq = 1;
    memcpy(v->tag, first->tag, WATCH_TAG);
    *first = (struct rendered){0};
    return w;
}

struct watch *watch_new_summary(const struct watch_of *of, struct blob *body, const char *type)
{
    static const uint8_t no_secret[16];
    struct watch *w = calloc(1, sizeof(*w));
    struct version *v = w ? VEC_PUSH(&w->versions) : NULL;
    if (!v || !fill(w, of, no_secret) || !(w->type = strdup(type))) {
        watch_free(&w);
        return NULL;
    }
    w->rank = MAX_RANK + 1;
    w->costs = true; /* merge patches will do */
    w->body = body;
    v->seq = 1;
    return w;
}

bool watch_advance(struct watch *w, struct blob *body, uint64_t generation)
{
    w->failure = 1;
    w->next.body = body;
    w->next.type = strdup(w->type);
    w->changes = !same((struct slice){w->body->data, w->body->len},
                       (struct slice){body->data, body->len});
    w->next_version = (struct version){0};
    if (w->changes)
        compare(w, &w->next_version);
    if (!w->next.type) {
        rendered_free(&w->next);
        return false;
    }
    watch_commit(w, generation, 0);
    return !w->dead;
}

void watch_free(struct watch **wp)
{
    struct watch *w = *wp;
    *wp = NULL;
    if (!w)
        return;
    for (size_t i = 0; i < w->versions.n; i++)
        version_free(&w->versions.v[i]);
    VEC_FREE(&w->versions);
    version_free(&w->next_version);
    rendered_free(&w->next);
    blob_release(&w->body);
    blob_release(&w->event);
    free(w->type);
    free(w->key);
    free((char *)(uintptr_t)w->of.resource);
    free((char *)(uintptr_t)w->of.input);
    free((char *)(uintptr_t)w->of.class);
    free((char *)(uintptr_t)w->of.host);
    free(w);
}

/* --- what the directory says --- */

const char *watch_incremental(const struct resource *r, bool view)
{
    if (r->ops == &resource_tips)
        return MEDIA_MERGE_PATCH;
    if (view && strncmp(r->ops->media_type, "multipart/", 10) == 0)
        return NULL;
    return MEDIA_MERGE_PATCH "," MEDIA_JSON_PATCH;
}

static unsigned rank_below(const struct edition *ed, const struct resource *r, unsigned depth)
{
    struct view view = {.edition = (struct edition *)(uintptr_t)ed,
                        .settings = edition_settings(ed)};
    struct description d = {0};
    /* What says that it uses nothing may still carry the tag of a network map (RFC 7285 section
     * 11.4.1.7). */
    unsigned rank = r->ops == &resource_network_map ? 0 : 1;
    if (depth == 0 || !r->ops->describe)
        return rank;
    r->ops->describe(r, &view, &d);
    for (size_t i = 0; i < d.n_uses; i++) {
        const struct resource *used = edition_by_id(ed, d.uses[i]);
        unsigned below = used && used != r ? rank_below(ed, used, depth - 1) + 1 : 0;
        rank = below > rank ? below : rank;
    }
    description_free(&d);
    return rank;
}

unsigned watch_rank(const struct edition *ed, const struct resource *r)
{
    unsigned rank = rank_below(ed, r, MAX_RANK);
    /* Path vectors may name elements of property maps, whatever they say they use. */
    bool last = rank > MAX_RANK || strncmp(r->ops->media_type, "multipart/", 10) == 0;
    return last ? MAX_RANK : rank;
}
