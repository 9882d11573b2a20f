/* SPDX-License-Identifier: Apache-2.0 */
/* Path vectors (RFC 9275): a multipart reply of costs and of the properties of network
 * elements. */
#include <stdlib.h>
#include <string.h>

#include "client/private.h"

struct rialto_vector {
    struct rialto_document *costs, *properties; /* what flows and elements borrow from */
    struct arena *arena;
    struct {
        VEC(struct rialto_flow);
    } flows;
    struct {
        VEC(struct rialto_element);
    } elements;
    struct map *names; /* element name to place in elements */
};

void rialto_vector_free(struct rialto_vector **out)
{
    struct rialto_vector *v = *out;

    if (!v)
        return;
    VEC_FREE(&v->flows);
    VEC_FREE(&v->elements);
    if (v->names)
        map_free(&v->names);
    arena_free(&v->arena);
    rialto_document_free(&v->costs);
    rialto_document_free(&v->properties);
    free(v);
    *out = NULL;
}

/** Member ".ane:NAME" of the property map (RFC 9275 section 6.2.2). */
static int add_element(struct rialto_vector *v, const char *entity,
                       const struct rialto_value *properties, struct rialto_error *e)
{
    struct rialto_element *element;

    if (strncmp(entity, ".ane:", 5) != 0)
        return error_set(e, RIALTO_E_REPLY, "path vector: entity %s is no network element",
                         entity);
    if (rialto_type(properties) != RIALTO_OBJECT)
        return error_set(e, RIALTO_E_REPLY, "path vector: properties of %s are no object",
                         entity);
    element = VEC_PUSH(&v->elements);
    if (!element || map_set(v->names, entity + 5, strlen(entity + 5),
                            (union map_value){.u = v->elements.n - 1}) != 0)
        return error_nomem(e);
    *element = (struct rialto_element){entity + 5, properties};
    return 0;
}

static int add_flow(struct rialto_vector *v, struct rialto_flow flow,
                    const struct rialto_value *path, struct rialto_error *e)
{
    size_t n = rialto_count(path);
    const char **elements;
    struct rialto_flow *place;

    if (rialto_type(path) == RIALTO_NULL)
        return 0;
    if (rialto_type(path) != RIALTO_ARRAY)
        return error_set(e, RIALTO_E_REPLY, "path vector: %s to %s is no array", flow.src,
                         flow.dst);
    elements = ARENA_ARRAY(v->arena, n + 1, const char *);
    place = VEC_PUSH(&v->flows);
    if (!elements || !place)
        return error_nomem(e);
    for (size_t i = 0; i < n; i++) {
        elements[i] = rialto_text(rialto_at(path, i));
        if (!elements[i] || !rialto_vector_find(v, elements[i]))
            return error_set(
                e, RIALTO_E_REPLY,
                "path vector: %s to %s crosses element %s, which has no properties", flow.src,
                flow.dst, elements[i] ? elements[i] : "(no text)");
    }
    flow.elements = elements;
    flow.n_elements = n;
    *place = flow;
    return 0;
}

static int read_costs(struct rialto_vector *v, struct rialto_error *e)
{
    const struct rialto_value *root = rialto_document_root(v->costs);
    const struct rialto_value *map = rialto_get(root, "endpoint-cost-map");
    struct rialto_cursor src = {0};

    if (!map)
        map = rialto_get(root,
                         "cost-map"); /* of PIDs; also the example in RFC 9275 section 7.3.6 */
    if (rialto_type(map) != RIALTO_OBJECT)
        return error_set(e, RIALTO_E_REPLY, "path vector: no cost map in the first part");
    while (rialto_next(map, &src)) {
        struct rialto_cursor dst = {0};
        while (rialto_next(src.value, &dst)) {
            const struct rialto_flow flow = {.src = src.key, .dst = dst.key};
            int rc = add_flow(v, flow, dst.value, e);
            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

static int read_properties(struct rialto_vector *v, struct rialto_error *e)
{
    const struct rialto_value *root = rialto_document_root(v->properties);
    const struct rialto_value *map = rialto_get(root, "property-map");
    struct rialto_cursor c = {0};
    int rc = 0;

    if (rialto_type(map) != RIALTO_OBJECT)
        return error_set(e, RIALTO_E_REPLY, "path vector: no \"property-map\"");
    while (rc == 0 && rialto_next(map, &c))
        rc = add_element(v, c.key, c.value, e);
    return rc;
}

static bool part_is(struct arena *a, const struct part *p, const char *essence)
{
    char *media = arena_strndup(a, p->media.p, p->media.n);

    return media && media_is(media, essence);
}

/** Parses the parts, told apart by their media types, whatever their order. */
static int read_parts(struct rialto_vector *v, const struct part *parts, size_t n,
                      struct rialto_error *e)
{
    for (size_t i = 0; i < n; i++) {
        struct rialto_document **to = NULL;
        if (part_is(v->arena, &parts[i], MEDIA_ENDPOINT) ||
            part_is(v->arena, &parts[i], MEDIA_COST_MAP))
            to = &v->costs;
        else if (part_is(v->arena, &parts[i], MEDIA_PROPERTIES))
            to = &v->properties;
        if (!to)
            continue;
        if (*to)
            return error_set(e, RIALTO_E_REPLY, "path vector: two parts of the same kind");
        if (decode_json(parts[i].body.p, parts[i].body.n, to, e) != 0)
            return error_in(e, "path vector");
    }
    if (!v->costs || !v->properties)
        return error_set(e, RIALTO_E_REPLY, "path vector: the part with the %s is missing",
                         v->costs ? "properties" : "costs");
    return 0;
}

static bool tag_eq(const struct rialto_value *a, const struct rialto_value *b, const char *name)
{
    const char *x = rialto_text(rialto_get(a, name)), *y = rialto_text(rialto_get(b, name));

    return x && y && strcmp(x, y) == 0;
}

/** The properties must belong to this very vector (RFC 9275 section 7.2.6: dependent-vtags). */
static int check_tags(const struct rialto_vector *v, struct rialto_error *e)
{
    const struct rialto_value *own =
        rialto_get(rialto_get(rialto_document_root(v->costs), "meta"), "vtag");
    const struct rialto_value *tags =
        rialto_get(rialto_get(rialto_document_root(v->properties), "meta"), "dependent-vtags");
    struct rialto_cursor c = {0};

    if (!own || rialto_count(tags) == 0) /* nothing to compare with */
        return 0;
    while (rialto_next(tags, &c))
        if (tag_eq(c.value, own, "resource-id") && tag_eq(c.value, own, "tag"))
            return 0;
    return error_set(e, RIALTO_E_REPLY,
                     "path vector: the properties belong to another version of the paths");
}

static int vector_fill(struct rialto_vector *v, const char *type, struct slice body,
                       struct rialto_error *e)
{
    struct part parts[MULTIPART_MAX];
    char *boundary;
    size_t n;
    int rc;

    if (!media_is(type, "multipart/related"))
        return error_set(e, RIALTO_E_REPLY, "the reply is %s, not multipart/related", type);
    boundary = media_parameter(v->arena, type, "boundary");
    if (!boundary || !*boundary || strlen(boundary) > 70) /* RFC 2046 section 5.1.1 */
        return error_set(e, RIALTO_E_REPLY, "the multipart reply names no boundary");
    rc = multipart_split(body, boundary, parts, &n, e);
    if (rc == 0)
        rc = read_parts(v, parts, n, e);
    if (rc == 0)
        rc = check_tags(v, e);
    if (rc == 0)
        rc = read_properties(v, e);
    return rc == 0 ? read_costs(v, e) : rc;
}

int rialto_vector_parse(const char *type, const char *body, size_t len,
                        struct rialto_vector **out, struct rialto_error *e)
{
    struct rialto_vector *v = calloc(1, sizeof(*v));
    int rc;

    *out = NULL;
    if (!v)
        return error_nomem(e);
    v->arena = arena_new(0);
    v->names = map_new();
    rc = v->arena && v->names ? vector_fill(v, type, (struct slice){body, len}, e)
                              : error_nomem(e);
    if (rc != 0)
        rialto_vector_free(&v);
    *out = v;
    return rc;
}

static int write_query(struct rialto *r, struct buf *b, const struct rialto_flows *flows,
                       const char *const *properties, struct rialto_error *e)
{
    static const char *const usual[] = {"max-reservable-bandwidth", NULL};
    int rc;

    buf_str(
        b,
        "{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"},\"endpoints\":");
    rc = endpoint_object(r, b, flows, e);
    buf_str(b, ",\"ane-property-names\":[");
    if (!properties)
        properties = usual;
    for (size_t i = 0; properties[i]; i++) {
        buf_str(b, i > 0 ? "," : "");
        encode_text(b, properties[i]);
    }
    buf_str(b, "]}");
    return rc == 0 && b->failed ? error_nomem(e) : rc;
}

int rialto_path_vector(struct rialto *r, const struct rialto_flows *flows,
                       const char *const *properties, struct rialto_vector **out,
                       struct rialto_error *e)
{
    const struct want w = {.media = "multipart/related",
                           .type = MEDIA_ENDPOINT,
                           .accepts = MEDIA_ENDPOINT_IN,
                           .mode = "array",
                           .metric = "ane-path"};
    struct answer a;
    struct buf b = {0};
    struct found found;
    struct call call;
    int rc = directory_find(r, &w, &found, e);

    *out = NULL;
    if (rc != 0)
        return rc;
    rc = write_query(r, &b, flows, properties, e);
    call = (struct call){.url = found.url,
                         .accept = "multipart/related;type=" MEDIA_ENDPOINT,
                         .media = MEDIA_ENDPOINT_IN,
                         .body = buf_cstr(&b),
                         .len = b.len};
    if (rc == 0)
        rc = client_call(r, &call, &a, e);
    if (rc == 0)
        rc = rialto_vector_parse(a.media ? a.media : "", a.body, a.len, out, e);
    buf_free(&b);
    arena_rewind(r->request, r->empty);
    return rc;
}

size_t rialto_vector_flows(const struct rialto_vector *v)
{
    return v->flows.n;
}

const struct rialto_flow *rialto_vector_flow(const struct rialto_vector *v, size_t i)
{
    return i < v->flows.n ? &v->flows.v[i] : NULL;
}

size_t rialto_vector_elements(const struct rialto_vector *v)
{
    return v->elements.n;
}

const struct rialto_element *rialto_vector_element(const struct rialto_vector *v, size_t i)
{
    return i < v->elements.n ? &v->elements.v[i] : NULL;
}

const struct rialto_element *rialto_vector_find(const struct rialto_vector *v, const char *name)
{
    const union map_value *place = map_get_str(v->names, name);

    return place ? &v->elements.v[place->u] : NULL;
}
