/* SPDX-License-Identifier: Apache-2.0 */
/* From a statement and addresses to an order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/rucio/sort.h"
#include "server/rucio/units.h"

/* --- binding */

static const struct {
    const char *name;
    enum sort_name what;
} properties[] = {
    {"host", SORT_HOST},     {"rse", SORT_RSE},     {"site", SORT_SITE},
    {"domain", SORT_DOMAIN}, {"class", SORT_CLASS},
};

static enum sort_name property_of(const char *name)
{
    for (size_t i = 0; i < sizeof(properties) / sizeof(*properties); i++) {
        if (strcmp(properties[i].name, name) == 0)
            return properties[i].what;
    }
    return SORT_METRIC;
}

static int bind_name(const struct view *v, const struct statement_name *name, size_t i,
                     struct sort_plan *plan, struct sort_refusal *no)
{
    struct err why = {0};
    int rc = metric_bind(v, name->text, false, &plan->metrics[i], &why);
    plan->names[i] = SORT_METRIC;
    if (rc == ERR_NOENT)
        plan->names[i] = property_of(name->text);
    if (rc == 0 || plan->names[i] != SORT_METRIC)
        return 0;
    return sort_refuse(no, rc == ERR_NOENT ? 400 : 503, "statement", "%zu:%zu: %s", name->line,
                       name->column, why.msg);
}

struct checking {
    const struct sort_plan *plan;
    const struct statement *statement;
    struct sort_refusal *no;
};

static const struct metric *metric_in(const struct checking *c,
                                      const struct statement_operand *o)
{
    bool metric = o->kind == STATEMENT_NAME && c->plan->names[o->name] == SORT_METRIC;
    return metric ? &c->plan->metrics[o->name] : NULL;
}

static bool is_number(const struct checking *c, const struct statement_operand *o)
{
    return o->kind == STATEMENT_NUMBER || metric_in(c, o);
}

/* Numbers get the unit of the metric that they are compared with. */
static int convert(const struct checking *c, struct statement_operand *number,
                   const struct statement_operand *other)
{
    const struct metric *m = metric_in(c, other);
    struct err why = {0};
    int rc =
        units_convert(number->number, number->text, m ? m->unit : "", &number->number, &why);
    number->text = "";
    if (rc < 0)
        sort_refuse(c->no, 400, "statement", "%zu:%zu: %s", number->line, number->column,
                    why.msg);
    return rc < 0;
}

static int check_comparison(void *self, struct statement_node *node)
{
    const struct checking *c = self;
    struct statement_operand *a = &node->left, *b = &node->right;
    const struct metric *m = metric_in(c, a), *n = metric_in(c, b);
    const char *wrong = NULL;
    if (is_number(c, a) != is_number(c, b))
        wrong = "a number can't be compared with a text";
    else if (!is_number(c, a) && node->op != STATEMENT_EQ && node->op != STATEMENT_NE)
        wrong = "texts are compared by = and != only";
    else if (m && n && strcmp(m->unit, n->unit) != 0)
        wrong = "metrics of different units can't be compared";
    if (wrong) {
        sort_refuse(c->no, 400, "statement", "%zu:%zu: %s", b->line, b->column, wrong);
        return 1;
    }
    if (a->kind == STATEMENT_NUMBER && convert(c, a, b) != 0)
        return 1;
    return b->kind == STATEMENT_NUMBER ? convert(c, b, a) : 0;
}

int sort_bind(const struct view *v, struct statement *s, struct sort_plan *out,
              struct sort_refusal *no, struct err *e)
{
    (void)e;
    for (size_t i = 0; i < s->n_names; i++) {
        bind_name(v, &s->names[i], i, out, no);
        if (no->status)
            return 0;
    }
    for (size_t i = 0; i < s->n_keys; i++) {
        const struct statement_name *name = &s->names[s->keys[i].name];
        if (out->names[s->keys[i].name] != SORT_METRIC)
            return sort_refuse(no, 400, "statement",
                               "%zu:%zu: '%s' is no metric: it can stand behind WHERE only",
                               name->line, name->column, name->text);
    }
    struct checking c = {out, s, no};
    statement_each(s->where, check_comparison, &c);
    return 0;
}

/* --- values */

struct evaluation {
    struct metric_work work;
    const struct sort_plan *plan;
    const struct statement *statement;
    double *value;                  /* by name */
    struct statement_value *values; /* the same for conditions */
};

static struct statement_value text_value(const char *text)
{
    return (struct statement_value){text != NULL, text ? text : "", NAN};
}

static struct statement_value name_value(const struct evaluation *x, size_t i,
                                         const struct sort_host *h)
{
    switch (x->plan->names[i]) {
    case SORT_HOST:
        return text_value(h->key);
    case SORT_RSE:
        return text_value(h->rse);
    case SORT_SITE:
        return text_value(h->site);
    case SORT_DOMAIN:
        return text_value(h->domain);
    case SORT_CLASS:
        return text_value(h->classed ? fact_class_name(h->cls) : NULL);
    case SORT_METRIC:
        break;
    }
    return (struct statement_value){!isnan(h->value[i]), NULL, h->value[i]};
}

/* Smaller is better; unknown is worst. */
static int compare_values(const struct statement *s, const double *a, const double *b)
{
    for (size_t i = 0; i < s->n_keys; i++) {
        double x = a[s->keys[i].name], y = b[s->keys[i].name];
        if (isnan(x) || isnan(y)) {
            if (isnan(x) != isnan(y))
                return isnan(x) ? 1 : -1;
            continue;
        }
        int order = (x > y) - (x < y);
        if (order)
            return s->keys[i].descending ? -order : order;
    }
    return 0;
}

/* Does the condition hold with the host's values? */
static void weigh(const struct evaluation *x, struct sort_host *h)
{
    for (size_t i = 0; x->statement->where && i < x->statement->n_names; i++)
        x->values[i] = name_value(x, i, h);
    h->holds = statement_holds(x->statement->where, x->values);
}

/* One way: all values between two addresses, into `h`. */
static int evaluate_pair(const struct evaluation *x, struct sort_host *h, struct err *e)
{
    struct metric_pair pair = {.src = h->src, .dst = h->dst};
    h->classed = false;
    h->cls = CLASS_OBSERVED;
    for (size_t i = 0; i < x->statement->n_names; i++) {
        struct metric_value one = {.value = NAN};
        if (x->plan->names[i] == SORT_METRIC) {
            int rc = metric_between(&x->plan->metrics[i], &x->work, &pair, &one, e);
            if (rc < 0)
                return rc;
        }
        h->value[i] = one.value;
        if (one.classed && (!h->classed || one.cls > h->cls))
            h->cls = one.cls;
        h->classed |= one.classed;
    }
    weigh(x, h);
    return 0;
}

/* On the best way, what is specified stands for what is unknown. */
static void take_missing(const struct evaluation *x, struct sort_host *h)
{
    for (size_t i = 0; i < x->statement->n_names; i++) {
        if (x->plan->names[i] == SORT_METRIC)
            h->value[i] = metric_or_missing(&x->plan->metrics[i], h->value[i]);
    }
    weigh(x, h);
}

static bool is_better(const struct statement *s, const struct sort_host *a,
                      const struct sort_host *b)
{
    bool a_holds = a->holds == STATEMENT_TRUE, b_holds = b->holds == STATEMENT_TRUE;
    if (a_holds != b_holds)
        return a_holds;
    return compare_values(s, a->value, b->value) < 0;
}

/* Of all pairs of addresses the best one; the first of equals. */
static int evaluate_host(const struct evaluation *x, struct sort_host *h,
                         const struct sort_client *client, struct err *e)
{
    struct sort_host best = *h, one = *h;
    bool some = false;
    one.value = x->value;
    for (size_t i = 0; i < h->n_addrs; i++) {
        for (size_t k = 0; k < client->n_addrs; k++) {
            struct arena_mark here = arena_mark(x->work.arena);
            one.src = h->addrs[i];
            one.dst = client->addrs[k];
            if (one.src.family != one.dst.family)
                continue;
            int rc = evaluate_pair(x, &one, e);
            arena_rewind(x->work.arena, here);
            if (rc < 0)
                return rc;
            if (some && !is_better(x->statement, &one, &best))
                continue;
            double *value = best.value;
            memcpy(value, one.value, x->statement->n_names * sizeof(*value));
            best = one;
            best.value = value;
            some = true;
        }
    }
    *h = best;
    if (some)
        take_missing(x, h);
    return 0;
}

int sort_evaluate(const struct view *v, const struct request *q, const struct sort_plan *plan,
                  struct sort_query *s, struct err *e)
{
    struct arena *a = q->arena;
    struct evaluation x = {{v, a, q->now}, plan, s->statement, NULL, NULL};
    size_t n = s->statement->n_names;
    double *values = ARENA_ARRAY(a, (s->hosts.n + 1) * n, double);
    x.values = ARENA_ARRAY(a, n, struct statement_value);
    if (!values || !x.values)
        return err_set(e, ERR_NOMEM, "no memory for costs");
    x.value = values + s->hosts.n * n;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->hosts.n; i++) {
        struct sort_host *h = &s->hosts.v[i];
        h->value = values + i * n;
        for (size_t k = 0; k < n; k++)
            h->value[k] = NAN;
        h->holds = STATEMENT_UNKNOWN;
        rc = evaluate_host(&x, h, &s->client, e);
    }
    return rc;
}

/* --- order */

enum sort_rank sort_rank(const struct sort_query *s, const struct sort_host *host)
{
    if (isnan(host->value[s->statement->keys[0].name]))
        return SORT_UNKNOWN;
    return host->holds == STATEMENT_TRUE ? SORT_GOOD : SORT_EXCLUDED;
}

static int compare_items(const void *pa, const void *pb, void *self)
{
    const struct sort_query *s = self;
    size_t i = *(const size_t *)pa, j = *(const size_t *)pb;
    const struct sort_host *a = &s->hosts.v[s->items.v[i].host],
                           *b = &s->hosts.v[s->items.v[j].host];
    enum sort_rank x = sort_rank(s, a), y = sort_rank(s, b);
    int order = x != y              ? (x > y) - (x < y)
                : x == SORT_UNKNOWN ? 0
                                    : compare_values(s->statement, a->value, b->value);
    return order ? order : (i > j) - (i < j);
}

void sort_order(const struct sort_query *s, const struct sort_file *file, size_t *order)
{
    for (size_t i = 0; i < file->n; i++)
        order[i] = file->first + i;
    qsort_r(order, file->n, sizeof(*order), compare_items, (void *)(uintptr_t)s);
}
