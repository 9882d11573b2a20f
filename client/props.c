/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of entities from filtered property maps (RFC 9240 section 8). */
#include <string.h>

#include "client/private.h"

#define MAX_ENTITIES 10000

/** An entity and the resource that knows its domain. */
struct asked {
    char *entity;
    const char *resource; /* id; borrowed from the directory */
    bool done;
};

/** A question on its way. */
struct props_work {
    struct rialto *r;
    const char *const *names;
    struct arena *arena;
    struct {
        VEC(struct asked);
    } asked;
    struct {
        VEC(struct rialto_document *);
    } replies;
    struct map *members; /* entity to properties, borrowed from the replies */
};

/** Bare addresses and prefixes get their domain's name. NULL: no entity identifier. */
static char *entity_typed(struct arena *a, const char *text)
{
    char *endpoint = endpoint_typed(a, text);
    char out[PREFIX_TEXT];
    struct prefix p;

    if (endpoint)
        return endpoint;
    if (prefix_parse(slice_of(text), &p))
        return arena_printf(a, "ipv%u:%s", p.addr.family, prefix_format(&p, out));
    return strchr(text, ':') ? arena_strdup(a, text) : NULL;
}

static bool has_names(const struct rialto_value *offered, const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++) {
        struct rialto_cursor c = {0};
        bool found = false;
        while (!found && rialto_next(offered, &c))
            found = rialto_text(c.value) && strcmp(rialto_text(c.value), names[i]) == 0;
        if (!found)
            return false;
    }
    return true;
}

static bool is_filtered(const struct rialto_value *entry)
{
    const char *media = rialto_text(rialto_get(entry, "media-type"));
    const char *accepts = rialto_text(rialto_get(entry, "accepts"));

    return media && accepts && media_is(media, MEDIA_PROPERTIES) &&
           media_is(accepts, MEDIA_PROPERTIES_IN);
}

/** The first resource that maps the entity's domain, preferring one that has all the names. */
static const char *resource_of(const struct rialto *r, const char *entity,
                               const char *const *names)
{
    char domain[160];
    size_t n = strcspn(entity, ":");
    struct rialto_cursor c = {0};
    const char *best = NULL;

    if (n >= sizeof(domain))
        return NULL;
    memcpy(domain, entity, n);
    domain[n] = 0;
    while (rialto_next(rialto_get(rialto_document_root(r->directory), "resources"), &c)) {
        const struct rialto_value *offered =
            rialto_get(rialto_get(rialto_get(c.value, "capabilities"), "mappings"), domain);
        if (!offered || !is_filtered(c.value))
            continue;
        if (has_names(offered, names))
            return c.key;
        if (!best)
            best = c.key;
    }
    return best;
}

static int assign(struct props_work *w, const char *entity, struct rialto_error *e)
{
    char *typed = entity_typed(w->arena, entity);
    const char *id = typed ? resource_of(w->r, typed, w->names) : NULL;
    struct asked *asked;

    if (!typed)
        return error_set(e, RIALTO_E_ARGUMENT, "%s is no entity: expected DOMAIN:NAME", entity);
    if (!id)
        return error_set(e, RIALTO_E_UNSUPPORTED,
                         "the server has no properties of entities like %s", typed);
    if (w->asked.n >= MAX_ENTITIES)
        return error_set(e, RIALTO_E_LIMIT, "more than %d entities", MAX_ENTITIES);
    asked = VEC_PUSH(&w->asked);
    if (!asked)
        return error_nomem(e);
    *asked = (struct asked){typed, id, false};
    return 0;
}

/** An empty list asks for all; without a list there would be none (RFC 9240 section 8.3). */
static void write_list(struct buf *b, const char *const *names)
{
    buf_str(b, "],\"properties\":[");
    for (size_t i = 0; names && names[i]; i++) {
        buf_str(b, i > 0 ? "," : "");
        encode_text(b, names[i]);
    }
}

/** The query for all entities that the resource knows. */
static void write_query(struct buf *b, struct props_work *w, const char *resource)
{
    bool first = true;

    buf_str(b, "{\"entities\":[");
    for (size_t i = 0; i < w->asked.n; i++) {
        struct asked *one = &w->asked.v[i];
        if (strcmp(one->resource, resource) != 0)
            continue;
        one->done = true;
        buf_str(b, first ? "" : ",");
        first = false;
        encode_text(b, one->entity);
    }
    write_list(b, w->names);
    buf_str(b, "]}");
}

static int send_query(struct props_work *w, const char *resource,
                      struct rialto_document **reply, struct rialto_error *e)
{
    const struct rialto_value *entry =
        rialto_get(rialto_get(rialto_document_root(w->r->directory), "resources"), resource);
    const char *uri = rialto_text(rialto_get(entry, "uri"));
    char *url = uri ? url_resolve(w->r->request, w->r->directory_url, uri) : NULL;
    struct buf b = {0};
    struct call call;
    int rc;

    if (!url)
        return error_set(e, RIALTO_E_REPLY, "the directory gives no http URL for %s", resource);
    write_query(&b, w, resource);
    call = (struct call){.url = url,
                         .accept = MEDIA_PROPERTIES,
                         .media = MEDIA_PROPERTIES_IN,
                         .body = buf_cstr(&b),
                         .len = b.len};
    rc = b.failed ? error_nomem(e) : client_send(w->r, &call, reply, e);
    buf_free(&b);
    return rc;
}

/** Asks one resource and keeps the members of its property map. */
static int ask(struct props_work *w, const char *resource, struct rialto_error *e)
{
    struct rialto_document **reply = VEC_PUSH(&w->replies);
    struct rialto_cursor c = {0};
    int rc = reply ? send_query(w, resource, reply, e) : error_nomem(e);

    if (rc != 0)
        return rc;
    while (rialto_next(rialto_get(rialto_document_root(*reply), "property-map"), &c))
        if (map_set(w->members, c.key, strlen(c.key), (union map_value){.cp = c.value}) != 0)
            return error_nomem(e);
    return 0;
}

static int merge(const struct map *members, struct rialto_document **out,
                 struct rialto_error *e)
{
    struct buf b = {0};
    int rc;

    buf_char(&b, '{');
    for (size_t i = 0; i < map_count(members); i++) {
        const struct map_entry *entry = map_entry(members, i);
        buf_str(&b, i > 0 ? "," : "");
        encode_text(&b, entry->key);
        buf_char(&b, ':');
        encode_value(&b, entry->value.cp);
    }
    buf_char(&b, '}');
    rc = b.failed ? error_nomem(e) : decode_json(b.data, b.len, out, e);
    buf_free(&b);
    return rc;
}

int rialto_properties(struct rialto *r, const char *const *entities, const char *const *names,
                      struct rialto_document **out, struct rialto_error *e)
{
    struct props_work w = {.r = r, .names = names, .arena = arena_new(0), .members = map_new()};
    int rc = w.arena && w.members ? directory_load(r, e) : error_nomem(e);

    *out = NULL;
    if (rc == 0 && !entities[0])
        rc = error_set(e, RIALTO_E_ARGUMENT, "an entity is needed");
    for (size_t i = 0; rc == 0 && entities[i]; i++)
        rc = assign(&w, entities[i], e);
    for (size_t i = 0; rc == 0 && i < w.asked.n; i++)
        if (!w.asked.v[i].done)
            rc = ask(&w, w.asked.v[i].resource, e);
    if (rc == 0)
        rc = merge(w.members, out, e);
    for (size_t i = 0; i < w.replies.n; i++)
        rialto_document_free(&w.replies.v[i]);
    VEC_FREE(&w.replies);
    VEC_FREE(&w.asked);
    if (w.members)
        map_free(&w.members);
    arena_free(&w.arena);
    return rc;
}
