/* SPDX-License-Identifier: Apache-2.0 */
/* The filtered property map of addresses and PIDs (RFC 9240 section 8). */
#include <stdlib.h>
#include <string.h>

#include "server/edition.h"
#include "server/problem.h"
#include "server/propmap.h"
#include "server/viewmap.h"

/* An entity asked for: a prefix, or a PID by its properties. */
struct asked {
    struct prefix prefix; /* first: see props_narrow_first() */
    const struct named_entity *pid;
};

/* A request that was understood. */
struct query {
    struct wire_entity_params f;
    struct prop_selection sel;
    struct asked *asked;
    bool *wanted;       /* columns of addresses */
    const char *domain; /* of PIDs */
};

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_property_map_filtered, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "propmap-filtered", "/propmap/filtered", e)
                           : 0;
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    resource_property_map.describe(r, v, d);
}

/* RFC 9240 section 5.1.3: "ipv4:A", "ipv4:A/N", or PID domain and name; false: none of them. */
static bool read_entity(const struct props *p, const char *domain, const char *text,
                        struct asked *out)
{
    struct slice s = slice_of(text);
    size_t n = strlen(domain);
    if (slice_starts(s, domain) && text[n] == ':') {
        out->pid = props_find(p, PROPS_PID, text + n + 1);
        return out->pid != NULL;
    }
    bool six = slice_starts(s, "ipv6:");
    if (!six && !slice_starts(s, "ipv4:"))
        return false;
    s = (struct slice){s.p + 5, s.n - 5};
    return prefix_parse_as(six ? 6 : 4, s, &out->prefix);
}

static bool known_property(const struct props *p, const char *name)
{
    const char *const *names;
    size_t n = props_names(p, PROPS_PID, &names);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return props_column(p, name) >= 0;
}

/* Understands the request; false: refused in *out. */
static bool read_query(const struct props *p, struct query *k, struct arena *a,
                       struct reply *out)
{
    const char *const *columns;
    size_t n = props_columns(p, &columns);
    k->sel =
        (struct prop_selection){.names = &k->f.properties, .bare = !k->f.properties.present};
    k->asked = ARENA_ARRAY(a, k->f.entities.n + 1, struct asked);
    k->wanted = ARENA_ARRAY(a, n + 1, bool);
    if (!k->asked || !k->wanted || !k->domain) {
        problem_status(out, 503);
        return false;
    }
    for (size_t i = 0; i < k->f.properties.n; i++) {
        if (!known_property(p, k->f.properties.v[i])) {
            problem_value(out, "properties", k->f.properties.v[i]);
            return false;
        }
    }
    for (size_t i = 0; i < n; i++)
        k->wanted[i] = propmap_wants(&k->sel, columns[i]);
    for (size_t i = 0; i < k->f.entities.n; i++) {
        if (!read_entity(p, k->domain, k->f.entities.v[i], &k->asked[i])) {
            problem_value(out, "entities", k->f.entities.v[i]);
            return false;
        }
    }
    return true;
}

static int put_all(const struct props *p, const struct query *k, struct propmap *m,
                   struct arena *a, struct err *e)
{
    const char *const *columns;
    const struct named_entity *pids;
    size_t n = props_named(p, PROPS_PID, &pids);
    struct prop_entities entities = {0};
    struct props_query query = {p, k->wanted, a};
    props_columns(p, &columns);
    int rc = props_all(&query, 4, &entities, e);
    if (rc == 0)
        rc = props_all(&query, 6, &entities, e);
    if (rc == 0)
        propmap_addresses(m, &entities, columns, &k->sel);
    for (size_t i = 0; rc == 0 && i < n; i++)
        propmap_named(m, k->domain, &pids[i], &k->sel);
    VEC_FREE(&entities);
    return rc;
}

static int put_asked(const struct props *p, const struct query *k, struct propmap *m,
                     struct arena *a, struct err *e)
{
    const char *const *columns;
    struct prop_entities entities = {0};
    struct props_query query = {p, k->wanted, a};
    int rc = 0;
    props_columns(p, &columns);
    if (k->f.entities.n > 1)
        qsort(k->asked, k->f.entities.n, sizeof(*k->asked), props_narrow_first);
    for (size_t i = 0; rc == 0 && i < k->f.entities.n; i++) {
        if (k->asked[i].pid)
            propmap_named(m, k->domain, k->asked[i].pid, &k->sel);
        else
            rc = props_of_prefix(&query, &k->asked[i].prefix, &entities, e);
    }
    if (rc == 0)
        propmap_addresses(m, &entities, columns, &k->sel);
    VEC_FREE(&entities);
    return rc;
}

static int answer_merged(const struct resource *r, const struct view *v,
                         const struct request *q, struct reply *out, struct err *e)
{
    const struct props *p = edition_props(v->edition);
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_vtag map = {r->atlas->map_id, r->atlas->tag};
    struct wire_meta meta = {.dependent = &map, .n_dependent = 1};
    struct query k = {.domain = arena_printf(q->arena, "%s.pid", r->atlas->map_id)};
    struct wire_problem problem;
    struct propmap m;
    if (wire_entity_params(&in, &k.f, &problem) != WIRE_OK)
        return problem_alto(out, &problem);
    if (!read_query(p, &k, q->arena, out))
        return 0;
    int rc = propmap_begin(&m, &out->body, &meta, e);
    if (rc < 0)
        return rc;
    rc = k.f.entities.n == 0 ? put_all(p, &k, &m, q->arena, e)
                             : put_asked(p, &k, &m, q->arena, e);
    propmap_end(&m);
    return rc;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    return r->offer ? viewmap_filtered(r, v, q, out, e) : answer_merged(r, v, q, out, e);
}

const struct resource_ops resource_property_map_filtered = {
    .kind = "filtered-property-map",
    .media_type = MEDIA_PROPERTY_MAP,
    .accepts = MEDIA_PROPERTY_PARAMS,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
