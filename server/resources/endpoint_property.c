/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoint property service (RFC 7285 section 11.4). */
#include <string.h>

#include "server/edition.h"
#include "server/offer.h"
#include "server/problem.h"
#include "server/props.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_endpoint_property, .atlas = atlas};
    return edition_add(ed, &r, "endpointprop", "/endpointprop", e);
}

/* What the properties of a resource are looked up in: a table; and on maps of documents without
 * view nothing but the PIDs. */
struct lookup {
    const struct resource *r;
    const struct props *props; /* or NULL */
    const char *const *names;  /* that are offered besides the PID of r's own map */
    size_t n;
};

static struct lookup lookup_of(const struct resource *r, const struct view *v)
{
    struct lookup k = {.r = r};
    if (r->offer) {
        k.props = r->offer->props;
        k.names = r->offer->view->properties.v;
        k.n = r->offer->view->properties.n;
    } else if (r->atlas->snapshot) {
        k.props = edition_props(v->edition);
        k.n = props_columns(k.props, &k.names);
    }
    return k;
}

static bool is_pid_of(const struct resource *map, const char *name)
{
    size_t n = strlen(map->id);
    return strncmp(name, map->id, n) == 0 && strcmp(name + n, ".pid") == 0;
}

static bool is_own_pid(const struct lookup *k, const char *name)
{
    size_t n = strlen(k->r->atlas->map_id);
    return !k->r->offer && strncmp(name, k->r->atlas->map_id, n) == 0 &&
           strcmp(name + n, ".pid") == 0;
}

static bool offers(const struct lookup *k, const char *name)
{
    for (size_t i = 0; i < k->n; i++) {
        if (strcmp(k->names[i], name) == 0)
            return true;
    }
    return is_own_pid(k, name);
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    const struct lookup k = lookup_of(r, v);
    buf_str(&d->capabilities, "{\"prop-types\":[");
    if (k.n == 0) { /* of the merged map the PID is a column like the others */
        buf_printf(&d->capabilities, "\"%s.pid\"", r->atlas->map_id);
    }
    for (size_t i = 0; i < k.n; i++) {
        buf_str(&d->capabilities, i > 0 ? "," : "");
        buf_json_str(&d->capabilities, k.names[i]);
    }
    buf_str(&d->capabilities, "]}");
}

/* RFC 7285 section 11.4.1.6: values are strings here, whatever they are in a property map. */
static void put_value(struct buf *b, const char *json)
{
    if (*json == '"')
        buf_str(b, json);
    else
        buf_json_str(b, json);
}

/* Appends "name":value, behind a comma unless it is the first, if the endpoint has one. */
static void put_property(const struct lookup *k, const char *name, const struct addr *a,
                         struct buf *b)
{
    int column = k->props ? props_column(k->props, name) : -1;
    const char *json = column >= 0 ? props_of_address(k->props, (size_t)column, a) : NULL;
    const char *pid = NULL;
    if (!k->props) {
        uint32_t i = lpm_find(k->r->atlas->pid_of, a, NULL);
        pid = i == LPM_NONE ? NULL : k->r->atlas->pids[i].name;
    }
    if (!pid && (!json || strcmp(json, "null") == 0))
        return;
    if (b->len > 0 && b->data[b->len - 1] != '{')
        buf_char(b, ',');
    buf_json_str(b, name);
    buf_char(b, ':');
    if (pid)
        buf_json_str(b, pid);
    else
        put_value(b, json);
}

/* RFC 7285 section 11.4.1.6: the tags of the maps whose PIDs are asked for. */
static struct wire_vtag *tags_of(const struct view *v, const struct wire_names *names,
                                 size_t *n, struct arena *a)
{
    struct wire_vtag *tags = ARENA_ARRAY(a, names->n + 1, struct wire_vtag);
    *n = 0;
    for (size_t i = 0; tags && i < edition_count(v->edition); i++) {
        const struct resource *map = edition_resource(v->edition, i);
        for (size_t k = 0; map->ops == &resource_network_map && k < names->n; k++) {
            if (is_pid_of(map, names->v[k]))
                tags[(*n)++] = (struct wire_vtag){map->id, map->atlas->tag};
        }
    }
    return tags;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    const struct lookup k = lookup_of(r, v);
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_property_params f = {0};
    struct wire_problem p;
    struct wire_meta meta = {0};
    if (wire_property_params(&in, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    for (size_t i = 0; i < f.properties.n; i++) {
        if (!offers(&k, f.properties.v[i]))
            return problem_value(out, "properties", f.properties.v[i]);
    }
    if (f.endpoints.n > v->settings->pairs / f.properties.n) {
        wire_refuse(&p, WIRE_TOO_LARGE, "endpoints", NULL, NULL);
        return problem_alto(out, &p);
    }
    meta.dependent = tags_of(v, &f.properties, &meta.n_dependent, q->arena);
    if (!meta.dependent)
        return err_set(e, ERR_NOMEM, "no memory for properties");
    wire_put_head(&out->body, &meta, "endpoint-properties");
    buf_char(&out->body, '{');
    for (size_t i = 0; i < f.endpoints.n; i++) {
        if (i > 0)
            buf_char(&out->body, ',');
        buf_json_str(&out->body, f.endpoints.v[i].text);
        buf_str(&out->body, ":{");
        for (size_t n = 0; n < f.properties.n; n++)
            put_property(&k, f.properties.v[n], &f.endpoints.v[i].addr, &out->body);
        buf_char(&out->body, '}');
    }
    buf_str(&out->body, "}}");
    return 0;
}

const struct resource_ops resource_endpoint_property = {
    .kind = "endpoint-property",
    .media_type = MEDIA_ENDPOINT_PROP,
    .accepts = MEDIA_ENDPOINT_PARAMS,
    .slow = true,
    .list = list,
    .describe = describe,
    .answer = answer,
};
