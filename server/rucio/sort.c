/* SPDX-License-Identifier: Apache-2.0 */
/* POST /rucio/sort: replicas in the order of the network (docs/rucio.md). */
#include "server/rucio/sort.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "server/edition.h"
#include "server/problem.h"

#define PENDING_AGE 1 /* seconds */

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_rucio_sort, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "rucio-sort", "/rucio/sort", e) : 0;
}

/* --- the reply */

static void put_metrics(const struct sort_query *s, const struct sort_plan *plan, struct buf *b)
{
    buf_str(b, "\"metrics\":[");
    for (size_t i = 0; i < s->statement->n_keys; i++) {
        const struct statement_key *key = &s->statement->keys[i];
        const char *unit = plan->metrics[key->name].unit;
        buf_str(b, i ? ",{\"name\":" : "{\"name\":");
        buf_json_str(b, s->statement->names[key->name].text);
        buf_printf(b, ",\"order\":\"%s\",\"unit\":", key->descending ? "descend" : "ascend");
        buf_json_str(b, *unit ? unit : NULL);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void put_client(const struct sort_client *c, struct buf *b)
{
    char text[ADDR_TEXT];
    buf_printf(b, "\"client\":{\"by\":\"%s\",\"addresses\":[", c->by);
    for (size_t i = 0; i < c->n_addrs; i++)
        buf_printf(b, "%s\"%s\"", i ? "," : "", addr_format(&c->addrs[i], text));
    buf_str(b, "]}");
}

static void put_costs(const struct sort_query *s, const struct sort_host *h, struct buf *b)
{
    buf_str(b, ":[");
    for (size_t i = 0; i < s->statement->n_keys; i++) {
        double value = h->value[s->statement->keys[i].name];
        if (i)
            buf_char(b, ',');
        if (isnan(value))
            buf_str(b, "null");
        else
            wire_put_cost(b, value);
    }
    buf_char(b, ']');
}

static void put_way(const struct sort_host *h, struct buf *b)
{
    char text[ADDR_TEXT];
    buf_printf(b, ":{\"src\":\"%s\"", addr_format(&h->src, text));
    buf_printf(b, ",\"dst\":\"%s\",\"source\":\"%s\",\"class\":", addr_format(&h->dst, text),
               h->source);
    buf_json_str(b, h->classed ? fact_class_name(h->cls) : NULL);
    buf_char(b, '}');
}

enum part { PART_COSTS, PART_WAYS };

static void put_hosts(const struct sort_query *s, enum part part, struct buf *b)
{
    bool some = false;
    buf_printf(b, "\"%s\":{", part == PART_COSTS ? "costs" : "paths");
    for (size_t i = 0; i < s->hosts.n; i++) {
        const struct sort_host *h = &s->hosts.v[i];
        if (sort_rank(s, h) == SORT_UNKNOWN || !addr_is_set(&h->src))
            continue;
        if (some)
            buf_char(b, ',');
        some = true;
        buf_json_str(b, h->key);
        if (part == PART_COSTS)
            put_costs(s, h, b);
        else
            put_way(h, b);
    }
    buf_char(b, '}');
}

/* Items of one rank, in order; all of them where `rank` is -1. */
static void put_items(const struct sort_query *s, const struct sort_file *file,
                      const size_t *order, int rank, struct buf *b)
{
    bool some = false;
    buf_char(b, '[');
    for (size_t i = 0; i < file->n; i++) {
        const struct sort_item *item = &s->items.v[order[i]];
        if (rank >= 0 && (int)sort_rank(s, &s->hosts.v[item->host]) != rank)
            continue;
        if (some)
            buf_char(b, ',');
        some = true;
        buf_json_str(b, item->text);
    }
    buf_char(b, ']');
}

static void put_file(const struct sort_query *s, const struct sort_file *file, size_t *order,
                     struct buf *b)
{
    sort_order(s, file, order);
    if (file->did) {
        buf_str(b, "{\"did\":");
        buf_json_str(b, file->did);
        buf_char(b, ',');
    }
    buf_str(b, "\"sorted\":");
    put_items(s, file, order, -1, b);
    buf_str(b, ",\"excluded\":");
    put_items(s, file, order, SORT_EXCLUDED, b);
    buf_str(b, ",\"unknown\":");
    put_items(s, file, order, SORT_UNKNOWN, b);
    if (file->did)
        buf_char(b, '}');
}

static const char *reason(const struct sort_host *h)
{
    if (h->pending)
        return "the DNS has not answered yet";
    if (h->n_addrs == 0)
        return "no address is known";
    return addr_is_set(&h->src) ? "no cost is known"
                                : "no address of the client's family is known";
}

static void put_reasons(const struct sort_query *s, struct buf *b)
{
    bool some = false;
    buf_str(b, ",\"reasons\":{");
    for (size_t i = 0; i < s->hosts.n; i++) {
        const struct sort_host *h = &s->hosts.v[i];
        if (sort_rank(s, h) != SORT_UNKNOWN)
            continue;
        if (some)
            buf_char(b, ',');
        some = true;
        buf_json_str(b, h->key);
        buf_char(b, ':');
        buf_json_str(b, reason(h));
    }
    buf_char(b, '}');
}

/* Seconds for which the order holds: not for long where the DNS may soon know more. */
static int64_t max_age(const struct view *v, const struct sort_query *s)
{
    int64_t seconds = v->settings->rucio->max_age / 1000000;
    bool pending = s->client.pending;
    for (size_t i = 0; i < s->hosts.n; i++)
        pending |= s->hosts.v[i].pending;
    return pending && seconds > PENDING_AGE ? PENDING_AGE : seconds;
}

static int put_reply(const struct resource *r, const struct view *v, const struct sort_query *s,
                     const struct sort_plan *plan, struct buf *b)
{
    size_t *order = calloc(s->items.n + 1, sizeof(*order));
    if (!order)
        return ERR_NOMEM;
    buf_str(b, "{\"vtag\":{\"resource-id\":");
    buf_json_str(b, r->id);
    buf_str(b, ",\"tag\":");
    buf_json_str(b, r->atlas->cost_tag);
    buf_str(b, "},");
    put_metrics(s, plan, b);
    buf_char(b, ',');
    put_client(&s->client, b);
    buf_char(b, ',');
    put_hosts(s, PART_COSTS, b);
    buf_char(b, ',');
    put_hosts(s, PART_WAYS, b);
    put_reasons(s, b);
    buf_str(b, s->shape == SORT_FILES ? ",\"files\":[" : ",");
    for (size_t i = 0; i < s->files.n; i++) {
        if (i)
            buf_char(b, ',');
        put_file(s, &s->files.v[i], order, b);
    }
    buf_printf(b, "%s,\"max-age\":%" PRId64 "}", s->shape == SORT_FILES ? "]" : "",
               max_age(v, s));
    free(order);
    return 0;
}

/* --- the request */

struct work {
    const struct resource *resource;
    const struct view *view;
    const struct request *request;
    struct sort_query query;
    struct sort_refusal refusal;
};

static int answer_query(struct work *w, struct reply *out, struct err *e)
{
    const struct view *v = w->view;
    const struct request *q = w->request;
    struct sort_query *s = &w->query;
    struct sort_refusal *no = &w->refusal;
    struct sort_plan *plan = ARENA_NEW(q->arena, struct sort_plan);
    int rc = plan ? sort_read(q, v->settings->rucio->statement, s, no, e)
                  : err_set(e, ERR_NOMEM, "no memory for a request");
    if (rc == 0 && !no->status)
        rc = sort_bind(v, s->statement, plan, no, e);
    if (rc == 0 && !no->status)
        rc = sort_locate(v, q, s, no, e);
    if (rc < 0 || no->status)
        return rc;
    rc = sort_evaluate(v, q, plan, s, e);
    if (rc == 0 && put_reply(w->resource, v, s, plan, &out->body) < 0)
        rc = err_set(e, ERR_NOMEM, "no memory for a reply");
    return rc;
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct work w = {.resource = r, .view = v, .request = q};
    int rc = answer_query(&w, out, e);
    sort_query_free(&w.query);
    return rc == 0 && w.refusal.status
               ? problem_api(out, w.refusal.status, w.refusal.message, w.refusal.field)
               : rc;
}

const struct resource_ops resource_rucio_sort = {
    .kind = "rucio-sort",
    .media_type = MEDIA_JSON,
    .accepts = MEDIA_JSON,
    .grants = GRANT_RUCIO,
    .slow = true,
    .apart = true,
    .list = list,
    .answer = answer,
};
