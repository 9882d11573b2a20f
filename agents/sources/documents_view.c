/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views: which documents are offered as which ALTO resources. The format is our own, so unknown
 * members are refused. What a resource refers to is compared at the end, when all of the view
 * is known.
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/documents_check.h"
#include "base/map.h"

static const char *const resource_kinds[] = {
    "network-map",   "filtered-network-map",  "cost-map",      "filtered-cost-map",
    "property-map",  "filtered-property-map", "endpoint-cost", "endpoint-property",
    "path-vector",   "path-vector-cost-map",  "directory",     "cdni-advertisement",
    "filtered-cdni", "update-stream",         "tips",          NULL,
};

/* Kinds that are made of no documents. */
static const char *const alone[] = {"directory", "update-stream", "tips", NULL};

#define MAX_COUNT 100000 /* of cost types, or of intervals */

enum { SEEN_ID = 1, SEEN_PATH = 2, SEEN_DOCUMENT = 4, SEEN_DOCUMENTS = 8, SEEN_ALONE = 16 };

struct view_reader {
    struct map *ids;        /* resource ids -> 1 */
    struct map *paths;      /* -> 1 */
    struct map *cost_types; /* names defined -> 1 */
    struct map *used_types; /* names referred to -> line:column is lost, the name is told */
    struct map *used_ids;
    bool resources;
    unsigned seen;  /* members of the resource now read */
    size_t clients; /* names in its list */
};

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "view: out of memory");
}

/* Adds a name; refuses a second one where `what` is given. */
static int note(struct jread *r, struct map *names, struct slice name, const char *what,
                struct err *e)
{
    union map_value *v = map_at(names, name.p, name.n);

    if (v == NULL)
        return no_memory(e);
    if (v->u != 0 && what != NULL)
        return jread_fail(r, e, ERR_SCHEMA, "%s \"%.*s\" is there twice", what, (int)name.n,
                          name.p);
    v->u = 1;
    return 0;
}

static int unknown(struct jread *r, struct slice key, struct err *e)
{
    return jread_fail(r, e, ERR_SCHEMA, "unknown member \"%.*s\"",
                      (int)(key.n < 80 ? key.n : 80), key.p);
}

static int read_id(struct jread *r, struct map *names, const char *what, struct err *e)
{
    struct slice text;
    int rc = jread_str(r, &text, e);

    if (rc == 0 && !document_id_is_good(text))
        rc = jread_fail(r, e, ERR_SCHEMA, "not a resource id or name: \"%.*s\"",
                        (int)(text.n < 80 ? text.n : 80), text.p);
    return rc == 0 ? note(r, names, text, what, e) : rc;
}

/* An absolute path without query: characters of RFC 3986 section 3.3, no empty or dot segments.
 */
static bool path_is_good(struct slice s)
{
    static const char others[] = "-._~!$&'()*+,;=:@/";
    struct slice rest = s, segment;

    if (s.n < 2 || s.n > 1024 || s.p[0] != '/')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c != '\0' && strchr(others, c) != NULL)))
            return false;
    }
    rest = (struct slice){s.p + 1, s.n - 1};
    while (slice_split(&rest, '/', &segment)) {
        if (segment.n == 0 || slice_eq(segment, ".") || slice_eq(segment, ".."))
            return false;
    }
    return s.p[s.n - 1] != '/';
}

static int read_path(struct jread *r, struct view_reader *v, struct err *e)
{
    struct slice text;
    int rc = jread_str(r, &text, e);

    if (rc == 0 && !path_is_good(text))
        rc = jread_fail(r, e, ERR_SCHEMA, "not an absolute path (as /networkmap): \"%.*s\"",
                        (int)(text.n < 80 ? text.n : 80), text.p);
    return rc == 0 ? note(r, v->paths, text, "path", e) : rc;
}

static int read_kind(struct jread *r, struct view_reader *v, struct err *e)
{
    struct slice text;
    int rc = jread_str(r, &text, e);

    for (const char *const *k = alone; rc == 0 && *k != NULL; k++)
        v->seen |= slice_eq(text, *k) ? SEEN_ALONE : 0;
    for (const char *const *k = resource_kinds; rc == 0 && *k != NULL; k++) {
        if (slice_eq(text, *k))
            return 0;
    }
    return rc != 0 ? rc
                   : jread_fail(r, e, ERR_SCHEMA, "unknown kind of resource \"%.*s\"",
                                (int)(text.n < 80 ? text.n : 80), text.p);
}

/* Names of files in the folder of the view. */
static int read_file_name(struct jread *r, void *payload, struct err *e)
{
    struct slice text;
    int rc = jread_str(r, &text, e);

    (void)payload;
    if (rc == 0 && (text.n == 0 || memchr(text.p, '/', text.n) != NULL))
        rc = jread_fail(r, e, ERR_SCHEMA, "a document is named by its file in this folder");
    return rc;
}

static int used_type(struct jread *r, void *payload, struct err *e)
{
    struct view_reader *v = payload;

    return read_id(r, v->used_types, NULL, e);
}

static int used_id(struct jread *r, void *payload, struct err *e)
{
    struct view_reader *v = payload;

    return read_id(r, v->used_ids, NULL, e);
}

static int property_name(struct jread *r, void *payload, struct err *e)
{
    struct slice text;
    int rc = jread_str(r, &text, e);

    (void)payload;
    if (rc == 0 && text.n == 0)
        rc = jread_fail(r, e, ERR_SCHEMA, "an empty property name");
    return rc;
}

/* A whole number of at least one. */
static int read_count(struct jread *r, struct err *e)
{
    int64_t n = 1;
    int rc = jread_i64(r, &n, e);

    if (rc == 0 && (n < 1 || n > MAX_COUNT))
        rc = jread_fail(r, e, ERR_SCHEMA, "expected a number from 1 to %d", MAX_COUNT);
    return rc;
}

struct calendar_reader {
    struct view_reader *view;
    unsigned seen;
};

static int calendar_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct calendar_reader *c = payload;
    double size = 1;
    int rc;

    if (slice_eq(key, "cost-types")) {
        c->seen |= 1;
        return document_array(r, used_type, c->view, e);
    }
    if (slice_eq(key, "number-of-intervals")) {
        c->seen |= 2;
        return read_count(r, e);
    }
    if (!slice_eq(key, "time-interval-size"))
        return unknown(r, key, e);
    c->seen |= 4;
    rc = jread_real(r, &size, e);
    if (rc == 0 && !(size > 0))
        rc = jread_fail(r, e, ERR_SCHEMA, "time-interval-size must be positive");
    return rc;
}

/* RFC 8896 section 4.1. */
static int calendar(struct jread *r, void *payload, struct err *e)
{
    struct calendar_reader c = {.view = payload};
    int rc = document_object(r, calendar_member, &c, e);

    if (rc == 0 && c.seen != 7)
        rc = jread_fail(r, e, ERR_SCHEMA,
                        "a calendar needs cost-types, time-interval-size and "
                        "number-of-intervals");
    return rc;
}

/* RFC 9240 section 7.4: an entity domain and its properties. */
static int mapping_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    (void)payload;
    if (key.n == 0 || key.n > 128)
        return jread_fail(r, e, ERR_SCHEMA, "not an entity domain: \"%.*s\"",
                          (int)(key.n < 80 ? key.n : 80), key.p);
    return document_array(r, property_name, NULL, e);
}

/* What a resource can do. */
static int capability_member(struct jread *r, struct slice key, struct view_reader *v,
                             struct err *e)
{
    bool flag;

    if (slice_eq(key, "cost-types") || slice_eq(key, "testable-cost-types"))
        return document_array(r, used_type, v, e);
    if (slice_eq(key, "max-cost-types"))
        return read_count(r, e);
    if (slice_eq(key, "calendars"))
        return document_array(r, calendar, v, e);
    if (slice_eq(key, "properties"))
        return document_array(r, property_name, NULL, e);
    if (slice_eq(key, "mappings"))
        return document_object(r, mapping_member, NULL, e);
    if (slice_eq(key, "cost-constraints"))
        return jread_bool(r, &flag, e);
    return unknown(r, key, e);
}

static int client_name(struct jread *r, void *payload, struct err *e)
{
    struct view_reader *v = payload;

    v->clients++;
    return property_name(r, NULL, e);
}

/* Nobody at all is hardly what is meant. */
static int read_clients(struct jread *r, struct view_reader *v, struct err *e)
{
    v->clients = 0;
    int rc = document_array(r, client_name, v, e);
    return rc == 0 && v->clients == 0
               ? jread_fail(r, e, ERR_SCHEMA,
                            "clients names nobody: leave it out for everybody")
               : rc;
}

static int resource_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct view_reader *v = payload;
    bool flag;

    if (slice_eq(key, "id")) {
        v->seen |= SEEN_ID;
        return read_id(r, v->ids, "resource", e);
    }
    if (slice_eq(key, "path")) {
        v->seen |= SEEN_PATH;
        return read_path(r, v, e);
    }
    if (slice_eq(key, "document")) {
        v->seen |= SEEN_DOCUMENT;
        return read_file_name(r, NULL, e);
    }
    if (slice_eq(key, "documents")) {
        v->seen |= SEEN_DOCUMENTS;
        return document_array(r, read_file_name, NULL, e);
    }
    if (slice_eq(key, "kind"))
        return read_kind(r, v, e);
    if (slice_eq(key, "clients"))
        return read_clients(r, v, e);
    if (slice_eq(key, "uses"))
        return document_array(r, used_id, v, e);
    if (slice_eq(key, "directory") || slice_eq(key, "default-network-map"))
        return used_id(r, v, e);
    if (slice_eq(key, "listed"))
        return jread_bool(r, &flag, e);
    return capability_member(r, key, v, e);
}

static int resource(struct jread *r, void *payload, struct err *e)
{
    struct view_reader *v = payload;
    unsigned documents;
    int rc;

    v->seen = 0;
    rc = document_object(r, resource_member, v, e);
    if (rc != 0)
        return rc;
    if ((v->seen & (SEEN_ID | SEEN_PATH)) != (SEEN_ID | SEEN_PATH))
        return jread_fail(r, e, ERR_SCHEMA, "a resource needs id and path");
    documents = v->seen & (SEEN_DOCUMENT | SEEN_DOCUMENTS);
    if (documents == 0 && (v->seen & SEEN_ALONE))
        return 0;
    if (documents != SEEN_DOCUMENT && documents != SEEN_DOCUMENTS)
        return jread_fail(r, e, ERR_SCHEMA, "a resource needs either document or documents");
    return 0;
}

static int cost_type_field(struct jread *r, struct slice key, void *payload, struct err *e)
{
    unsigned *seen = payload;
    struct slice text;
    int rc;

    if (slice_eq(key, "cost-mode"))
        *seen |= 1;
    else if (slice_eq(key, "cost-metric"))
        *seen |= 2;
    else if (slice_eq(key, "cost-context"))
        return jread_skip(r, e);
    else if (!slice_eq(key, "description"))
        return unknown(r, key, e);
    rc = jread_str(r, &text, e);
    if (rc == 0 && text.n == 0)
        rc = jread_fail(r, e, ERR_SCHEMA, "an empty text");
    return rc;
}

static int cost_type_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct view_reader *v = payload;
    unsigned seen = 0;
    int rc;

    if (!document_id_is_good(key))
        return jread_fail(r, e, ERR_SCHEMA, "not a name of a cost type: \"%.*s\"",
                          (int)(key.n < 80 ? key.n : 80), key.p);
    rc = note(r, v->cost_types, key, NULL, e);
    if (rc == 0)
        rc = document_object(r, cost_type_field, &seen, e);
    if (rc == 0 && seen != 3)
        rc = jread_fail(r, e, ERR_SCHEMA, "a cost type needs cost-mode and cost-metric");
    return rc;
}

static int view_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct view_reader *v = payload;
    bool flag;

    if (slice_eq(key, "resources")) {
        v->resources = true;
        return document_array(r, resource, v, e);
    }
    if (slice_eq(key, "cost-types"))
        return document_object(r, cost_type_member, v, e);
    if (slice_eq(key, "default-network-map"))
        return used_id(r, v, e);
    if (slice_eq(key, "merged"))
        return jread_bool(r, &flag, e);
    return unknown(r, key, e);
}

/* Every name used must be defined in the view itself. */
static int check_used(const struct map *used, const struct map *defined, const char *what,
                      struct err *e)
{
    for (size_t i = 0; i < map_count(used); i++) {
        const struct map_entry *m = map_entry(used, i);

        if (map_get(defined, m->key, m->len) == NULL)
            return err_set(e, ERR_SCHEMA, "1:1: %s \"%s\" is used but not defined", what,
                           (const char *)m->key);
    }
    return 0;
}

static int read_view(struct view_reader *v, const char *text, size_t len, struct err *e)
{
    struct jread *r;
    int rc = document_reader(&r, (struct slice){text, len}, true, e);

    if (rc == 0)
        rc = document_object(r, view_member, v, e);
    if (rc == 0)
        rc = jread_expect(r, JREAD_END, e);
    jread_free(&r);
    if (rc == 0 && !v->resources)
        rc = err_set(e, ERR_SCHEMA, "1:1: resources is missing");
    if (rc == 0)
        rc = check_used(v->used_types, v->cost_types, "cost type", e);
    return rc == 0 ? check_used(v->used_ids, v->ids, "resource", e) : rc;
}

int document_check_view(const char *text, size_t len, struct err *e)
{
    struct view_reader v = {.ids = map_new(),
                            .paths = map_new(),
                            .cost_types = map_new(),
                            .used_types = map_new(),
                            .used_ids = map_new()};
    int rc = ERR_NOMEM;

    if (v.ids == NULL || v.paths == NULL || v.cost_types == NULL || v.used_types == NULL ||
        v.used_ids == NULL)
        no_memory(e);
    else
        rc = read_view(&v, text, len, e);
    map_free(&v.ids);
    map_free(&v.paths);
    map_free(&v.cost_types);
    map_free(&v.used_types);
    map_free(&v.used_ids);
    return rc;
}
