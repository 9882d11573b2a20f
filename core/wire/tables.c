/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/entities_private.h"
#include "wire/request.h"
#include "wire/tree.h"

#define DEPTH         32
#define MAX_INTERVALS 100000 /* of one calendar */

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for an ALTO document");
}

/* --- keys and times --- */

const char *wire_canonical(const char *text, struct arena *a)
{
    char address[ADDR_TEXT];
    struct addr addr;
    if (!wire_typed_address(slice_of(text), &addr))
        return arena_strdup(a, text);
    return arena_printf(a, "ipv%u:%s", (unsigned)addr.family, addr_format(&addr, address));
}

bool wire_http_date(const char *text, int64_t *us)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char month[4], iso[40];
    unsigned day, year, h, m, s;
    const char *comma = strchr(text, ',');
    int end = 0;
    if (!comma || sscanf(comma + 1, " %2u %3s %4u %2u:%2u:%2u GMT%n", &day, month, &year, &h,
                         &m, &s, &end) != 6)
        return false;
    const char *at = strlen(month) == 3 ? strstr(months, month) : NULL;
    if (!at || (at - months) % 3 != 0 || end == 0 || comma[1 + end])
        return false;
    snprintf(iso, sizeof(iso), "%04u-%02u-%02uT%02u:%02u:%02uZ", year,
             (unsigned)(at - months) / 3 + 1, day, h, m, s);
    return str_time(slice_of(iso), us);
}

/* --- what the table says of itself --- */

static int read_calendar(const json_t *from, struct wire_calendar *out, struct err *e)
{
    const char *start = json_string_value(json_object_get(from, "calendar-start-time"));
    const json_t *n = json_object_get(from, "number-of-intervals");
    const json_t *repeated = json_object_get(from, "repeated");
    out->size = json_number_value(json_object_get(from, "time-interval-size"));
    if (!start || !wire_http_date(start, &out->start))
        return err_set(e, ERR_SCHEMA, "calendar-start-time is missing or no HTTP date");
    if (!(out->size > 0) || !json_is_integer(n) || json_integer_value(n) < 1 ||
        json_integer_value(n) > MAX_INTERVALS)
        return err_set(e, ERR_SCHEMA, "a calendar needs intervals, at most %d, of some size",
                       MAX_INTERVALS);
    out->n = (unsigned)json_integer_value(n);
    if (repeated && (!json_is_integer(repeated) || json_integer_value(repeated) < 1 ||
                     json_integer_value(repeated) > MAX_INTERVALS))
        return err_set(e, ERR_SCHEMA, "repeated is no number of iterations");
    out->repeated = (unsigned)json_integer_value(repeated);
    return 0;
}

/* A document's cost types under way, and what tells their calendars. */
struct typing {
    const json_t *calendars;
    const struct wire_view *view; /* or NULL */
    size_t n;                     /* types */
};

static const json_t *names_of(const struct typing *t, size_t calendar)
{
    return json_object_get(json_array_get(t->calendars, calendar), "cost-type-names");
}

static int check_names(const struct typing *t, size_t calendar, struct err *e)
{
    const json_t *names = names_of(t, calendar);
    if (!json_is_array(names))
        return err_set(e, ERR_SCHEMA, "cost-type-names of a calendar is missing or no array");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (!name || !t->view || !wire_view_type(t->view, name))
            return err_set(e, ERR_SCHEMA,
                           "a calendar is of cost type %s, which its view does not define",
                           name ? name : "(no name)");
    }
    return 0;
}

static bool is_named(const struct typing *t, size_t calendar,
                     const struct wire_table_type *type)
{
    const json_t *names = names_of(t, calendar);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const struct wire_view_type *named =
            wire_view_type(t->view, json_string_value(json_array_get(names, i)));
        if (strcmp(named->mode, type->mode) == 0 && strcmp(named->metric, type->metric) == 0)
            return true;
    }
    return false;
}

/* RFC 8896 section 5.1.2: calendars that name their types are of these. */
static int find_named(const struct typing *t, const struct wire_table_type *type,
                      const json_t **out, struct err *e)
{
    *out = NULL;
    for (size_t i = 0; i < json_array_size(t->calendars); i++) {
        int rc = check_names(t, i, e);
        if (rc < 0)
            return rc;
        if (!is_named(t, i, type))
            continue;
        if (*out)
            return err_set(e, ERR_SCHEMA, "cost type %s %s has two calendars", type->mode,
                           type->metric);
        *out = json_array_get(t->calendars, i);
    }
    return 0;
}

static bool has_names(const struct typing *t)
{
    size_t n = json_array_size(t->calendars);
    if (n == 1 && json_array_size(names_of(t, 0)) == t->n) /* all of them, whatever they are */
        return false;
    for (size_t i = 0; (t->n > 1 || n > 1) && i < n; i++) {
        if (names_of(t, i))
            return true;
    }
    return false;
}

/* Without names, one calendar is that of all types; of several each is of the type at its
 * place. */
static int calendar_of(const struct typing *t, size_t i, struct wire_table_type *type,
                       struct arena *a, struct err *e)
{
    const json_t *from =
        json_array_get(t->calendars, json_array_size(t->calendars) == 1 ? 0 : i);
    int rc = has_names(t) ? find_named(t, type, &from, e) : 0;
    if (rc < 0 || !from)
        return rc;
    struct wire_calendar *calendar = ARENA_NEW(a, struct wire_calendar);
    type->calendar = calendar;
    return calendar ? read_calendar(from, calendar, e) : nomem(e);
}

static int read_type(const json_t *from, struct arena *a, struct wire_table_type *out,
                     struct err *e)
{
    const char *mode = json_string_value(json_object_get(from, "cost-mode"));
    const char *metric = json_string_value(json_object_get(from, "cost-metric"));
    if (!mode || !metric)
        return err_set(e, ERR_SCHEMA, "a cost type needs cost-mode and cost-metric");
    out->mode = arena_strdup(a, mode);
    out->metric = arena_strdup(a, metric);
    out->paths = strcmp(mode, "array") == 0 && strcmp(metric, "ane-path") == 0;
    return out->mode && out->metric ? 0 : nomem(e);
}

static int read_types(const json_t *meta, const struct wire_view *view, struct arena *a,
                      struct wire_table *out, struct err *e)
{
    const json_t *several = json_object_get(meta, "multi-cost-types");
    size_t n = several ? json_array_size(several) : 1;
    const struct typing t = {json_object_get(meta, "calendar-response-attributes"), view, n};
    int rc = n > 0 ? 0 : err_set(e, ERR_SCHEMA, "multi-cost-types is empty or no array");
    out->types = ARENA_ARRAY(a, n + 1, struct wire_table_type);
    if (!out->types)
        return nomem(e);
    for (; rc == 0 && out->n_types < n; out->n_types++) {
        struct wire_table_type *type = &out->types[out->n_types];
        rc = read_type(several ? json_array_get(several, out->n_types)
                               : json_object_get(meta, "cost-type"),
                       a, type, e);
        if (rc == 0 && !type->paths)
            rc = calendar_of(&t, out->n_types, type, a, e);
        if (rc == 0 && type->paths && n > 1)
            rc = err_set(e, ERR_SCHEMA, "path vectors stand in a document of their own");
        type->at = out->width;
        type->width = type->paths ? 0 : type->calendar ? type->calendar->n : 1;
        out->width += type->width;
    }
    return rc;
}

/* --- cells --- */

static int bad_cell(struct err *e, const char *src, const char *dst)
{
    return err_set(e, ERR_SCHEMA, "cost %s to %s is not of the shape that meta tells", src,
                   dst);
}

/* Numbers, or null where nothing is known. */
static bool read_numbers(const json_t *from, const struct wire_table_type *type, double *out)
{
    if (!type->calendar) {
        *out = json_is_number(from) ? json_number_value(from) : NAN;
        return json_is_number(from) || json_is_null(from);
    }
    if (!json_is_array(from) || json_array_size(from) != type->width)
        return false;
    for (size_t i = 0; i < type->width; i++) {
        const json_t *item = json_array_get(from, i);
        out[i] = json_is_number(item) ? json_number_value(item) : NAN;
        if (!json_is_number(item) && !json_is_null(item))
            return false;
    }
    return true;
}

static int read_elements(const json_t *from, struct arena *a, struct wire_cell *out,
                         struct err *e)
{
    struct wire_elements *list = ARENA_NEW(a, struct wire_elements);
    size_t n = json_array_size(from);
    out->paths = list;
    if (!list || !(list->v = ARENA_ARRAY(a, n + 1, const char *)))
        return nomem(e);
    for (; list->n < n; list->n++) {
        const char *name = json_string_value(json_array_get(from, list->n));
        if (!name)
            return err_set(e, ERR_SCHEMA, "an element of a path vector is no name");
        list->v[list->n] = arena_strdup(a, name);
        if (!list->v[list->n])
            return nomem(e);
    }
    return 0;
}

struct place {
    const struct wire_table *table;
    struct arena *arena;
    const char *src, *dst;
    bool several; /* the cell is an array over types */
};

static int read_cell(const json_t *from, const struct place *at, struct wire_cell *out,
                     struct err *e)
{
    const struct wire_table *t = at->table;
    struct arena *a = at->arena;
    if (t->types[0].paths)
        return json_is_array(from) ? read_elements(from, a, out, e)
                                   : bad_cell(e, at->src, at->dst);
    double *value = ARENA_ARRAY(a, t->width + 1, double);
    out->value = value;
    if (!value)
        return nomem(e);
    if (at->several && (!json_is_array(from) || json_array_size(from) != t->n_types))
        return bad_cell(e, at->src, at->dst);
    for (size_t i = 0; i < t->n_types; i++) {
        const json_t *item = at->several ? json_array_get(from, i) : from;
        if (!read_numbers(item, &t->types[i], value + t->types[i].at))
            return bad_cell(e, at->src, at->dst);
    }
    return 0;
}

static int by_dst(const void *a, const void *b)
{
    return strcmp(((const struct wire_cell *)a)->dst, ((const struct wire_cell *)b)->dst);
}

static int by_src(const void *a, const void *b)
{
    return strcmp(((const struct wire_table_row *)a)->src,
                  ((const struct wire_table_row *)b)->src);
}

static const char *read_key(const struct wire_table *t, const char *text, struct arena *a)
{
    return t->endpoints ? wire_canonical(text, a) : arena_strdup(a, text);
}

static int read_row(const json_t *from, struct place *at, struct wire_table_row *out,
                    struct err *e)
{
    const struct wire_table *t = at->table;
    struct arena *a = at->arena;
    json_t *cell;
    if (!json_is_object(from))
        return err_set(e, ERR_SCHEMA, "row '%s' is no object", at->src);
    out->src = read_key(t, at->src, a);
    out->cells = ARENA_ARRAY(a, json_object_size(from) + 1, struct wire_cell);
    if (!out->src || !out->cells)
        return nomem(e);
    json_object_foreach((json_t *)(uintptr_t)from, at->dst, cell)
    {
        struct wire_cell *to = &out->cells[out->n++];
        to->dst = read_key(t, at->dst, a);
        int rc = to->dst ? read_cell(cell, at, to, e) : nomem(e);
        if (rc < 0)
            return rc;
    }
    if (out->n > 1)
        qsort(out->cells, out->n, sizeof(*out->cells), by_dst);
    return 0;
}

static int read_rows(const json_t *from, bool several, struct arena *a, struct wire_table *out,
                     struct err *e)
{
    struct place at = {.table = out, .arena = a, .several = several};
    json_t *row;
    if (!json_is_object(from))
        return err_set(e, ERR_SCHEMA, "the costs are missing or no object");
    out->rows = ARENA_ARRAY(a, json_object_size(from) + 1, struct wire_table_row);
    if (!out->rows)
        return nomem(e);
    json_object_foreach((json_t *)(uintptr_t)from, at.src, row)
    {
        int rc = read_row(row, &at, &out->rows[out->n_rows++], e);
        if (rc < 0)
            return rc;
    }
    if (out->n_rows > 1)
        qsort(out->rows, out->n_rows, sizeof(*out->rows), by_src);
    return 0;
}

static int read_map(const json_t *meta, struct arena *a, struct wire_table *out, struct err *e)
{
    const json_t *map = json_array_get(json_object_get(meta, "dependent-vtags"), 0);
    const char *id = json_string_value(json_object_get(map, "resource-id"));
    const char *tag = json_string_value(json_object_get(map, "tag"));
    if (!map)
        return 0;
    if (!id || !tag)
        return err_set(e, ERR_SCHEMA, "dependent-vtags needs resource-id and tag");
    out->map_id = arena_strdup(a, id);
    out->map_tag = arena_strdup(a, tag);
    return out->map_id && out->map_tag ? 0 : nomem(e);
}

static int read_table(const json_t *root, const struct wire_view *view, struct arena *a,
                      struct wire_table *out, struct err *e)
{
    const json_t *meta = json_object_get(root, "meta");
    const json_t *endpoints = json_object_get(root, "endpoint-cost-map");
    out->endpoints = endpoints != NULL;
    int rc = read_map(meta, a, out, e);
    if (rc == 0)
        rc = read_types(meta, view, a, out, e);
    if (rc == 0)
        rc = read_rows(endpoints ? endpoints : json_object_get(root, "cost-map"),
                       json_object_get(meta, "multi-cost-types") != NULL, a, out, e);
    if (rc == 0 && json_object_get(root, "property-map"))
        rc = wire_entities_of(json_object_get(root, "property-map"), a, &out->elements, e);
    return rc;
}

int wire_read_table(struct slice text, const struct wire_view *view, struct arena *a,
                    struct wire_table *out, struct err *e)
{
    json_t *root = wire_tree(text.p, text.n, DEPTH, e);
    *out = (struct wire_table){0};
    if (!root)
        return e ? e->code : ERR_PARSE;
    int rc = read_table(root, view, a, out, e);
    json_decref(root);
    return rc;
}

const struct wire_cell *wire_table_cell(const struct wire_table *t, const char *src,
                                        const char *dst)
{
    struct wire_table_row row = {.src = src};
    const struct wire_table_row *found =
        t->n_rows > 0 ? bsearch(&row, t->rows, t->n_rows, sizeof(row), by_src) : NULL;
    struct wire_cell cell = {.dst = dst};
    return found && found->n > 0 ? bsearch(&cell, found->cells, found->n, sizeof(cell), by_dst)
                                 : NULL;
}
