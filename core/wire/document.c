/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "wire/cost_reader.h"
#include "wire/map_reader.h"
#include "wire/tree.h"

#define DEPTH 32

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for an ALTO document");
}

static int copy_text(const json_t *object, const char *name, struct arena *a, const char **out,
                     struct err *e)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (!text)
        return err_set(e, ERR_SCHEMA, "%s is missing or no string", name);
    *out = arena_strdup(a, text);
    return *out ? 0 : nomem(e);
}

static int object_of(const json_t *from, const char *name, const json_t **out, struct err *e)
{
    *out = json_object_get(from, name);
    return json_is_object(*out) ? 0
                                : err_set(e, ERR_SCHEMA, "%s is missing or no object", name);
}

/* --- network maps --- */

static int read_prefix(const json_t *item, unsigned family, struct prefix *out, struct err *e)
{
    const char *text = json_string_value(item);
    if (!text || !prefix_parse_loose(slice_of(text), out) || out->addr.family != family)
        return err_set(e, ERR_SCHEMA, "'%s' is not an IPv%u prefix",
                       text ? text : "(no string)", family);
    return 0;
}

static int read_family(const json_t *array, unsigned family, struct pid *pid, struct err *e)
{
    if (!array)
        return 0;
    if (!json_is_array(array))
        return err_set(e, ERR_SCHEMA, "PID %s: ipv%u is no array", pid->name, family);
    for (size_t i = 0; i < json_array_size(array); i++) {
        int rc =
            read_prefix(json_array_get(array, i), family, &pid->prefixes[pid->n_prefixes], e);
        if (rc < 0)
            return rc;
        pid->n_prefixes++;
    }
    return 0;
}

static int read_pid(const char *name, const json_t *groups, struct arena *a, struct pid *out,
                    struct err *e)
{
    if (!json_is_object(groups))
        return err_set(e, ERR_SCHEMA, "PID %s is no object", name);
    if (!*name || strlen(name) > PID_NAME_MAX)
        return err_set(e, ERR_SCHEMA, "'%s' is not a PID name (RFC 7285 section 10.1)", name);
    const json_t *v4 = json_object_get(groups, "ipv4"), *v6 = json_object_get(groups, "ipv6");
    out->name = arena_strdup(a, name);
    out->prefixes =
        ARENA_ARRAY(a, json_array_size(v4) + json_array_size(v6) + 1, struct prefix);
    if (!out->name || !out->prefixes)
        return nomem(e);
    int rc = read_family(v4, 4, out, e);
    if (rc == 0)
        rc = read_family(v6, 6, out, e);
    out->n_prefixes = map_sort_prefixes(out->prefixes, out->n_prefixes);
    return rc;
}

/* With out->pids these were read already. */
static int read_map(json_t *root, struct arena *a, struct wire_map_document *out, struct err *e)
{
    const json_t *meta, *vtag, *map;
    int rc = object_of(root, "meta", &meta, e);
    if (rc == 0)
        rc = object_of(meta, "vtag", &vtag, e);
    if (rc == 0)
        rc = copy_text(vtag, "resource-id", a, &out->id, e);
    if (rc == 0)
        rc = copy_text(vtag, "tag", a, &out->tag, e);
    if (rc == 0)
        rc = object_of(root, "network-map", &map, e);
    if (rc < 0 || out->pids)
        return rc;
    out->pids = ARENA_ARRAY(a, json_object_size(map) + 1, struct pid);
    if (!out->pids)
        return nomem(e);
    const char *name;
    json_t *groups;
    json_object_foreach((json_t *)(uintptr_t)map, name, groups)
    {
        rc = read_pid(name, groups, a, &out->pids[out->n_pids], e);
        if (rc < 0)
            return rc;
        out->n_pids++;
    }
    qsort(out->pids, out->n_pids, sizeof(*out->pids), map_by_name);
    return 0;
}

/* What stands around a part of the text, which is an object, as a tree; NULL: it is none. */
static json_t *tree_around(struct slice text, struct slice part)
{
    struct buf rest = {0};
    buf_add(&rest, text.p, (size_t)(part.p - text.p));
    buf_str(&rest, "{}");
    buf_add(&rest, part.p + part.n, (size_t)(text.p + text.n - part.p) - part.n);
    json_t *root = rest.failed ? NULL : wire_tree(rest.data, rest.len, DEPTH, NULL);
    buf_free(&rest);
    return root;
}

/* The PIDs without a tree, the rest as one. 1: that can't be done. */
static int read_map_quickly(struct slice text, struct arena *a, struct wire_map_document *out,
                            struct err *e)
{
    struct arena_mark here = arena_mark(a);
    struct slice pids;
    json_t *root = map_reader(text, a, out, &pids) ? tree_around(text, pids) : NULL;
    int rc = root ? read_map(root, a, out, e) : 1;
    if (rc != 0)
        arena_rewind(a, here);
    json_decref(root);
    return rc;
}

int wire_read_network_map(struct slice text, struct arena *a, struct wire_map_document *out,
                          struct err *e)
{
    *out = (struct wire_map_document){0};
    int rc = read_map_quickly(text, a, out, e);
    if (rc <= 0)
        return rc;
    *out = (struct wire_map_document){0};
    json_t *root = wire_tree(text.p, text.n, DEPTH, e);
    if (!root)
        return e ? e->code : ERR_PARSE;
    rc = read_map(root, a, out, e);
    json_decref(root);
    return rc;
}

/* --- cost maps --- */

static long pid_index(const struct wire_map_document *map, const char *name)
{
    struct pid key = {.name = name};
    const struct pid *found =
        bsearch(&key, map->pids, map->n_pids, sizeof(*map->pids), map_by_name);
    return found ? found - map->pids : -1;
}

static int read_row(const char *src, const json_t *row, const struct wire_map_document *map,
                    double *value, struct err *e)
{
    long i = pid_index(map, src);
    const char *dst;
    json_t *cost;
    if (i < 0 || !json_is_object(row))
        return err_set(e, ERR_SCHEMA, "row '%s' is no object or no PID of the map", src);
    json_object_foreach((json_t *)(uintptr_t)row, dst, cost)
    {
        long j = pid_index(map, dst);
        /* RFC 7285 section 11.2.3.6: a cost that is no number is not understood. */
        if (j < 0 || !json_is_number(cost))
            return err_set(e, ERR_SCHEMA, "cost %s to %s is no number or not of the map", src,
                           dst);
        value[(size_t)i * map->n_pids + (size_t)j] = json_number_value(cost);
    }
    return 0;
}

static int check_map(const json_t *meta, const struct wire_map_document *map, struct arena *a,
                     struct wire_cost_document *out, struct err *e)
{
    const json_t *tags = json_object_get(meta, "dependent-vtags");
    const json_t *vtag = json_array_get(tags, 0);
    if (!json_is_object(vtag))
        return err_set(e, ERR_SCHEMA, "dependent-vtags is missing or no array of objects");
    int rc = copy_text(vtag, "resource-id", a, &out->map_id, e);
    if (rc == 0)
        rc = copy_text(vtag, "tag", a, &out->map_tag, e);
    if (rc == 0 && (strcmp(out->map_id, map->id) != 0 || strcmp(out->map_tag, map->tag) != 0))
        rc = err_set(e, ERR_CONFLICT, "it depends on network map %s, version %s", out->map_id,
                     out->map_tag);
    return rc;
}

/* A matrix without costs. */
static double *new_matrix(const struct wire_map_document *map, struct arena *a)
{
    double *value = ARENA_ARRAY(a, map->n_pids * map->n_pids + 1, double);
    for (size_t i = 0; value && i < map->n_pids * map->n_pids; i++)
        value[i] = NAN;
    return value;
}

/* With a matrix the costs were read already. */
static int read_costs(json_t *root, const struct wire_map_document *map, struct arena *a,
                      struct wire_cost_document *out, struct err *e)
{
    const json_t *meta, *type = NULL, *costs = NULL;
    int rc = object_of(root, "meta", &meta, e);
    if (rc == 0)
        rc = check_map(meta, map, a, out, e);
    if (rc == 0)
        rc = object_of(meta, "cost-type", &type, e);
    if (rc == 0)
        rc = copy_text(type, "cost-mode", a, &out->mode, e);
    if (rc == 0)
        rc = copy_text(type, "cost-metric", a, &out->metric, e);
    if (rc == 0)
        rc = object_of(root, "cost-map", &costs, e);
    if (rc < 0)
        return rc;
    if (out->value || out->thousandths)
        return 0;
    if (!(out->value = new_matrix(map, a)))
        return nomem(e);
    const char *src;
    json_t *row;
    json_object_foreach((json_t *)(uintptr_t)costs, src, row)
    {
        rc = read_row(src, row, map, out->value, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Into a matrix of its own: of thousandths where they can tell all costs. */
static int read_matrix(struct slice text, const struct wire_map_document *map, struct arena *a,
                       struct wire_cost_document *out, struct slice *costs)
{
    struct arena_mark here = arena_mark(a);
    size_t cells, bytes;
    if (__builtin_mul_overflow(map->n_pids, map->n_pids, &cells) ||
        __builtin_mul_overflow(cells + 1, sizeof(*out->value), &bytes) ||
        !(out->thousandths = arena_room(a, (cells + 1) * sizeof(*out->thousandths))))
        return ERR_NOMEM;
    enum cost_reading how = cost_reader(text, map, out, costs);
    if (how == COST_FINER) {
        arena_rewind(a, here);
        out->thousandths = NULL;
        if (!(out->value = arena_room(a, bytes)))
            return ERR_NOMEM;
        how = cost_reader(text, map, out, costs);
    }
    return how == COST_READ ? 0 : 1;
}

/* The costs without a tree, the rest as one. 1: that can't be done. */
static int read_costs_quickly(struct slice text, const struct wire_map_document *map,
                              struct arena *a, struct wire_cost_document *out, struct err *e)
{
    struct arena_mark here = arena_mark(a);
    struct slice costs;
    json_t *root = NULL;
    int rc = read_matrix(text, map, a, out, &costs);
    if (rc < 0)
        return nomem(e);
    if (rc == 0)
        root = tree_around(text, costs);
    rc = 1;
    if (root)
        rc = read_costs(root, map, a, out, e);
    if (rc != 0)
        arena_rewind(a, here);
    json_decref(root);
    return rc;
}

int wire_read_cost_map(struct slice text, const struct wire_map_document *map, struct arena *a,
                       struct wire_cost_document *out, struct err *e)
{
    *out = (struct wire_cost_document){0};
    int rc = read_costs_quickly(text, map, a, out, e);
    if (rc <= 0)
        return rc;
    *out = (struct wire_cost_document){0};
    json_t *root = wire_tree(text.p, text.n, DEPTH, e);
    if (!root)
        return e ? e->code : ERR_PARSE;
    rc = read_costs(root, map, a, out, e);
    json_decref(root);
    return rc;
}
