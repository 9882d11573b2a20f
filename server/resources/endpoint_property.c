/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoint property service (RFC 7285 section 11.4). */
#include <string.h>

#include "server/edition.h"
#include "server/problem.h"
#include "server/props.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_endpoint_property, .atlas = atlas};
    return edition_add(ed, &r, "endpointprop", "/endpointprop", e);
}

/* Column of a property in the merged atlas' table; 0 is the PID in every atlas; -1: not
 * offered. */
static int column_of(const struct resource *r, const struct view *v, const char *name)
{
    size_t n = strlen(r->atlas->map_id);
    if (strncmp(name, r->atlas->map_id, n) == 0 && strcmp(name + n, ".pid") == 0)
        return 0;
    int column = r->atlas->snapshot ? props_column(edition_props(v->edition), name) : -1;
    return column > 0 ? column : -1;
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    const char *const *names;
    size_t n = r->atlas->snapshot ? props_columns(edition_props(v->edition), &names) : 0;
    buf_printf(&d->capabilities, "{\"prop-types\":[\"%s.pid\"", r->atlas->map_id);
    for (size_t i = 1; i < n; i++) {
        buf_char(&d->capabilities, ',');
        buf_json_str(&d->capabilities, names[i]);
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
static void put_property(const struct resource *r, const struct view *v, const char *name,
                         const struct addr *a, struct buf *b)
{
    int column = column_of(r, v, name);
    const char *json = NULL;
    const char *pid = NULL;
    if (column == 0) {
        uint32_t i = lpm_find(r->atlas->pid_of, a, NULL);
        pid = i == LPM_NONE ? NULL : r->atlas->pids[i].name;
    } else {
        json = props_of_address(edition_props(v->edition), (size_t)column, a);
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

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_property_params f = {0};
    struct wire_problem p;
    struct wire_vtag map = {r->atlas->map_id, r->atlas->tag};
    struct wire_meta meta = {.dependent = &map};
    (void)e;
    if (wire_property_params(&in, &f, &p) != WIRE_OK)
        return problem_alto(out, &p);
    for (size_t k = 0; k < f.properties.n; k++) {
        int column = column_of(r, v, f.properties.v[k]);
        if (column < 0)
            return problem_value(out, "properties", f.properties.v[k]);
        if (column == 0)
            meta.n_dependent = 1;
    }
    if (f.endpoints.n > v->settings->pairs / f.properties.n) {
        wire_refuse(&p, WIRE_TOO_LARGE, "endpoints", NULL, NULL);
        return problem_alto(out, &p);
    }
    wire_put_head(&out->body, &meta, "endpoint-properties");
    buf_char(&out->body, '{');
    for (size_t i = 0; i < f.endpoints.n; i++) {
        if (i > 0)
            buf_char(&out->body, ',');
        buf_json_str(&out->body, f.endpoints.v[i].text);
        buf_str(&out->body, ":{");
        for (size_t k = 0; k < f.properties.n; k++)
            put_property(r, v, f.properties.v[k], &f.endpoints.v[i].addr, &out->body);
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
