/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests for costs: one cost type or several (RFC 8189), constraints in both forms, calendars
 * (RFC 8896). Members that the resource does not understand are unknown members.
 */
#include <string.h>

#include "wire/request_plain.h"
#include "wire/request_private.h"

/* --- cost types --- */

/* An object of cost-mode and cost-metric; `path` is that of the object. */
static enum wire_code read_type(const struct wire_input *in, const json_t *object,
                                const char *path, struct wire_cost_type *out,
                                struct wire_problem *p)
{
    char mode[64], metric[64];
    size_t n = strlen(path);
    memcpy(mode, path, n + 1);
    memcpy(metric, path, n + 1);
    strcpy(mode + n, "/cost-mode");
    strcpy(metric + n, "/cost-metric");
    enum wire_code rc = request_string(in, object, mode, &out->mode, p);
    return rc == WIRE_OK ? request_string(in, object, metric, &out->metric, p) : rc;
}

static enum wire_code read_types(const struct wire_input *in, const json_t *root,
                                 const char *path, struct wire_cost_types *out,
                                 struct wire_problem *p)
{
    const json_t *array;
    enum wire_code rc = request_array(in, root, path, &array, p);
    *out = (struct wire_cost_types){0};
    if (rc != WIRE_OK || !array)
        return rc;
    size_t n = json_array_size(array);
    if (n == 0)
        return wire_refuse(p, WIRE_VALUE, path, NULL, "at least one cost type is needed");
    out->present = true;
    out->v = ARENA_ARRAY(in->arena, n, struct wire_cost_type);
    if (!out->v)
        return request_no_memory(p);
    for (; rc == WIRE_OK && out->n < n; out->n++) {
        const json_t *item = json_array_get(array, out->n);
        if (!json_is_object(item))
            return request_bad_value(p, path, item, "an object is expected");
        rc = read_type(in, item, path, &out->v[out->n], p);
    }
    return rc;
}

/*
 * RFC 8189 section 4.1.2: either cost-type or multi-cost-types. An empty cost-type beside the
 * latter, as RFC 8896 section 5.2.4 has it, counts as absent.
 */
static enum wire_code types_member(const struct wire_input *in, const json_t *root,
                                   const struct wire_dialect *d, struct wire_cost_ask *out,
                                   struct wire_problem *p)
{
    const json_t *single;
    enum wire_code rc =
        d->multi ? read_types(in, root, "multi-cost-types", &out->types, p) : WIRE_OK;
    out->multi = out->types.present;
    if (rc == WIRE_OK)
        rc = request_object(root, "cost-type", !out->multi && !d->no_type, &single, p);
    if (rc != WIRE_OK || !single || (out->multi && json_object_size(single) == 0))
        return rc;
    if (out->multi)
        return wire_refuse(p, WIRE_VALUE, "multi-cost-types", NULL,
                           "either cost-type or multi-cost-types");
    out->types.v = ARENA_ARRAY(in->arena, 1, struct wire_cost_type);
    if (!out->types.v)
        return request_no_memory(p);
    out->types.n = 1;
    return read_type(in, single, "cost-type", out->types.v, p);
}

/* --- constraints --- */

/* RFC 8189 section 4.1.2: "[i]" in front says which of the tested types is meant. */
static bool parse_index(struct slice *rest, size_t n, size_t *out)
{
    struct slice word, after = *rest;
    uint64_t index;
    *out = 0;
    if (!slice_word(&after, &word) || word.n < 3 || word.p[0] != '[')
        return true;
    if (word.p[word.n - 1] != ']' ||
        !slice_u64((struct slice){word.p + 1, word.n - 2}, UINT32_MAX, &index) || index >= n)
        return false;
    *out = (size_t)index;
    *rest = after;
    return true;
}

/* RFC 7285 section 11.3.2.3: operator, white space, number. */
static bool parse_constraint(struct slice rest, struct wire_constraint *out)
{
    static const char *const names[] = {"gt", "lt", "ge", "le", "eq"};
    struct slice op, number, more;
    if (!slice_word(&rest, &op) || !slice_word(&rest, &number) || slice_word(&rest, &more))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (slice_eq(op, names[i])) {
            out->op = (enum wire_operator)i;
            return slice_real(number, &out->value);
        }
    }
    return false;
}

/* What constraints are read with. */
struct reader {
    const struct wire_input *in;
    const char *field;
    size_t tested; /* cost types that can be meant; 0: no indexes */
    size_t left;   /* how many more there may be */
};

static enum wire_code read_group(struct reader *k, const json_t *array,
                                 struct wire_constraints *out, struct wire_problem *p)
{
    size_t n = json_array_size(array);
    if (n > k->left)
        return wire_refuse(p, WIRE_TOO_LARGE, k->field, NULL, "too many constraints");
    k->left -= n;
    out->v = ARENA_ARRAY(k->in->arena, n + 1, struct wire_constraint);
    if (!out->v)
        return request_no_memory(p);
    for (; out->n < n; out->n++) {
        const json_t *item = json_array_get(array, out->n);
        struct wire_constraint *to = &out->v[out->n];
        const char *text = json_string_value(item);
        struct slice rest = slice_of(text);
        if (!text || (k->tested > 0 && !parse_index(&rest, k->tested, &to->index)) ||
            !parse_constraint(rest, to))
            return request_bad_value(
                p, k->field, item,
                "an operator (gt, lt, ge, le, eq) and a number are expected");
        to->text = arena_strdup(k->in->arena, text);
        if (!to->text)
            return request_no_memory(p);
    }
    return WIRE_OK;
}

static enum wire_code read_groups(struct reader *k, const json_t *array,
                                  struct wire_cost_ask *out, struct wire_problem *p)
{
    size_t n = json_array_size(array);
    enum wire_code rc = WIRE_OK;
    out->any = ARENA_ARRAY(k->in->arena, n + 1, struct wire_constraints);
    if (!out->any)
        return request_no_memory(p);
    if (n == 0)
        return wire_refuse(p, WIRE_VALUE, k->field, NULL, "at least one group is needed");
    for (; rc == WIRE_OK && out->n_any < n; out->n_any++) {
        const json_t *group = json_array_get(array, out->n_any);
        if (!json_is_array(group) || json_array_size(group) == 0)
            return request_bad_value(p, k->field, group, "a list of constraints is expected");
        rc = read_group(k, group, &out->any[out->n_any], p);
    }
    return rc;
}

static enum wire_code constraints_member(const struct wire_input *in, const json_t *root,
                                         const struct wire_dialect *d,
                                         struct wire_cost_ask *out, struct wire_problem *p)
{
    const json_t *all, *any = NULL;
    size_t tested = out->testable.n > 0 ? out->testable.n : out->types.n;
    struct reader k = {in, "constraints", d->multi ? tested : 0, WIRE_CONSTRAINTS};
    if (in->limits->elements < k.left)
        k.left = in->limits->elements;
    enum wire_code rc = request_array(in, root, "constraints", &all, p);
    if (rc == WIRE_OK && d->multi)
        rc = request_array(in, root, "or-constraints", &any, p);
    if (rc == WIRE_OK && all && any)
        return wire_refuse(p, WIRE_VALUE, "or-constraints", NULL,
                           "either constraints or or-constraints");
    out->constraints_field = any ? "or-constraints" : "constraints";
    k.field = out->constraints_field;
    if (rc == WIRE_OK && any)
        return read_groups(&k, any, out, p);
    if (rc != WIRE_OK || json_array_size(all) == 0)
        return rc;
    out->any = ARENA_ARRAY(in->arena, 1, struct wire_constraints);
    out->n_any = out->any ? 1 : 0;
    return out->any ? read_group(&k, all, out->any, p) : request_no_memory(p);
}

static bool holds(const struct wire_constraint *c, double cost)
{
    bool ok = false;
    switch (c->op) {
    case WIRE_GT:
        ok = cost > c->value;
        break;
    case WIRE_LT:
        ok = cost < c->value;
        break;
    case WIRE_GE:
        ok = cost >= c->value;
        break;
    case WIRE_LE:
        ok = cost <= c->value;
        break;
    case WIRE_EQ:
        ok = cost == c->value;
        break;
    }
    return ok;
}

bool wire_constraints_hold(const struct wire_cost_ask *ask, const double *cost)
{
    for (size_t i = 0; i < ask->n_any; i++) {
        const struct wire_constraints *all = &ask->any[i];
        size_t k = 0;
        while (k < all->n && holds(&all->v[k], cost[all->v[k].index]))
            k++;
        if (k == all->n)
            return true;
    }
    return ask->n_any == 0;
}

/* --- calendars --- */

/* RFC 8896 section 5.1.1: one flag for each cost type. */
static enum wire_code calendared_member(const struct wire_input *in, const json_t *root,
                                        struct wire_cost_ask *out, struct wire_problem *p)
{
    const json_t *array;
    enum wire_code rc = request_array(in, root, "calendared", &array, p);
    if (rc != WIRE_OK || !array)
        return rc;
    size_t n = json_array_size(array);
    bool *flags = ARENA_ARRAY(in->arena, n + 1, bool);
    if (!flags)
        return request_no_memory(p);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_boolean(item))
            return request_bad_value(p, "calendared", item, "true or false is expected");
        flags[i] = json_is_true(item);
    }
    if (n != out->types.n)
        return wire_refuse(p, WIRE_VALUE, "calendared", NULL,
                           "one flag for each cost type is expected");
    out->calendared = flags;
    return WIRE_OK;
}

static bool wants_calendar(const struct wire_cost_ask *ask)
{
    for (size_t i = 0; ask->calendared && i < ask->types.n; i++) {
        if (ask->calendared[i])
            return true;
    }
    return false;
}

/*
 * RFC 8896 section 5.2.1: constraints beside calendars are ignored, and so is what is wrong
 * with them. Only the resource knows whether there are calendars of the types that are asked
 * for.
 */
static enum wire_code put_off(const struct wire_input *in, struct wire_cost_ask *out,
                              struct wire_problem *p)
{
    if (p->code == WIRE_NO_MEMORY || !wants_calendar(out))
        return p->code;
    out->n_any = 0;
    out->unread = arena_dup(in->arena, p, sizeof(*p));
    return out->unread ? WIRE_OK : request_no_memory(p);
}

static enum wire_code read_ask(const struct wire_input *in, const json_t *root,
                               const struct wire_dialect *d, struct wire_cost_ask *out,
                               struct wire_problem *p)
{
    *out = (struct wire_cost_ask){.constraints_field = "constraints"};
    enum wire_code rc = types_member(in, root, d, out, p);
    if (rc == WIRE_OK && d->multi)
        rc = read_types(in, root, "testable-cost-types", &out->testable, p);
    if (rc == WIRE_OK && d->calendars)
        rc = calendared_member(in, root, out, p);
    if (rc == WIRE_OK && constraints_member(in, root, d, out, p) != WIRE_OK)
        rc = put_off(in, out, p);
    return rc;
}

/* --- requests --- */

enum wire_code wire_cost_filter(const struct wire_input *in, const struct wire_dialect *d,
                                struct wire_cost_filter *out, struct wire_problem *p)
{
    json_t *root;
    const json_t *pids = NULL;
    enum wire_code rc = request_parse(in, &root, p);
    *out = (struct wire_cost_filter){0};
    if (rc == WIRE_OK)
        rc = read_ask(in, root, d, &out->ask, p);
    if (rc == WIRE_OK)
        rc = request_object(root, "pids", false, &pids, p);
    if (rc == WIRE_OK && pids)
        rc = request_required_names(in, pids, "pids/srcs", &out->srcs, p);
    if (rc == WIRE_OK && pids)
        rc = request_required_names(in, pids, "pids/dsts", &out->dsts, p);
    if (rc == WIRE_OK)
        rc = request_names(in, root, "ane-property-names", &out->properties, p);
    json_decref(root);
    return rc;
}

static enum wire_code cross_product(const struct wire_input *in, const json_t *root,
                                    struct wire_cost_params *out, struct wire_problem *p)
{
    const json_t *endpoints;
    enum wire_code rc = request_object(root, "endpoints", true, &endpoints, p);
    out->n_groups = 1;
    out->groups = ARENA_ARRAY(in->arena, 1, struct wire_flows);
    if (!out->groups)
        return request_no_memory(p);
    if (rc == WIRE_OK)
        rc = request_endpoints(in, endpoints, "endpoints/srcs", &out->groups->srcs, p);
    if (rc == WIRE_OK)
        rc = request_endpoints(in, endpoints, "endpoints/dsts", &out->groups->dsts, p);
    /* RFC 7285 section 11.5.1.3: "MUST NOT be both empty". */
    if (rc == WIRE_OK && out->groups->srcs.n == 0 && out->groups->dsts.n == 0)
        return wire_refuse(p, WIRE_VALUE, "endpoints", NULL, "srcs and dsts are both empty");
    return rc;
}

static enum wire_code pair_groups(const struct wire_input *in, const json_t *array,
                                  struct wire_cost_params *out, struct wire_problem *p)
{
    size_t n = json_array_size(array);
    out->flows = true;
    out->groups = ARENA_ARRAY(in->arena, n + 1, struct wire_flows);
    if (!out->groups)
        return request_no_memory(p);
    for (; out->n_groups < n; out->n_groups++) {
        const json_t *item = json_array_get(array, out->n_groups);
        struct wire_flows *g = &out->groups[out->n_groups];
        if (!json_is_object(item))
            return request_bad_value(p, "endpoint-flows", item, "an object is expected");
        enum wire_code rc = request_endpoints(in, item, "endpoint-flows/srcs", &g->srcs, p);
        if (rc == WIRE_OK)
            rc = request_endpoints(in, item, "endpoint-flows/dsts", &g->dsts, p);
        if (rc != WIRE_OK)
            return rc;
        if (g->srcs.n == 0 && g->dsts.n == 0)
            return request_bad_value(p, "endpoint-flows", item, "srcs and dsts are both empty");
    }
    return WIRE_OK;
}

enum wire_code request_by_tree(const struct wire_input *in, const struct wire_dialect *d,
                               struct wire_cost_params *out, struct wire_problem *p)
{
    json_t *root;
    const json_t *groups = NULL;
    struct wire_dialect dialect = *d;
    enum wire_code rc = request_parse(in, &root, p);
    *out = (struct wire_cost_params){0};
    if (rc == WIRE_OK && d->flows)
        rc = request_array(in, root, "endpoint-flows", &groups, p);
    dialect.no_type = groups != NULL;
    if (rc == WIRE_OK)
        rc = read_ask(in, root, &dialect, &out->ask, p);
    if (rc == WIRE_OK)
        rc = request_names(in, root, "ane-property-names", &out->properties, p);
    if (rc == WIRE_OK)
        rc = groups ? pair_groups(in, groups, out, p) : cross_product(in, root, out, p);
    json_decref(root);
    return rc;
}

enum wire_code wire_cost_params(const struct wire_input *in, const struct wire_dialect *d,
                                struct wire_cost_params *out, struct wire_problem *p)
{
    return request_plain(in, out) ? WIRE_OK : request_by_tree(in, d, out, p);
}
