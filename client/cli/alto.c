/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that speak ALTO: rank, costs, map, props. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cli.h"

static void put_member(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, "%s\"%s\":", b->len > 1 ? "," : "", name);
    buf_json_str(b, text);
}

/** Prints what is in the buffer and tells whether there was an answer. */
static int finish(struct cli *c, struct buf *b, bool answered)
{
    if (c->json)
        buf_char(b, '\n');
    if (!text_print(c, b))
        return cli_failure(c);
    return answered ? CLI_ANSWERED : CLI_NO_ANSWER;
}

static void rank_json(struct buf *b, const char *client, const struct rialto_ranking *k)
{
    buf_char(b, '{');
    put_member(b, "client", client);
    put_member(b, "metric", rialto_ranking_metric(k));
    buf_str(b, ",\"hosts\":[");
    for (size_t i = 0; i < rialto_ranking_count(k); i++) {
        const struct rialto_ranked *one = rialto_ranking_at(k, i);
        buf_str(b, i > 0 ? ",{\"host\":" : "{\"host\":");
        buf_json_str(b, one->host);
        buf_str(b, ",\"address\":");
        buf_json_str(b, one->address);
        buf_str(b, ",\"client_address\":");
        buf_json_str(b, one->client);
        buf_str(b, ",\"cost\":");
        if (one->known)
            buf_json_real(b, one->cost);
        else
            buf_str(b, "null");
        buf_char(b, '}');
    }
    buf_str(b, "]}");
}

static void put_real(struct table *t, bool known, double value)
{
    struct buf b = {0};

    if (known)
        buf_json_real(&b, value);
    else
        buf_char(&b, '-');
    table_take(t, &b);
}

static void rank_table(struct buf *b, const struct cli *c, const struct rialto_ranking *k)
{
    static const char *const titles[] = {">#", "HOST", "ADDRESS", "CLIENT", ">COST", NULL};
    struct table t = {0};

    table_titles(&t, titles);
    for (size_t i = 0; i < rialto_ranking_count(k); i++) {
        const struct rialto_ranked *one = rialto_ranking_at(k, i);
        struct buf number = {0};
        buf_printf(&number, "%zu", i + 1);
        table_take(&t, &number);
        table_text(&t, one->host);
        table_text(&t, one->address);
        table_text(&t, one->client);
        put_real(&t, one->known, one->cost);
    }
    table_print(&t, c, b);
}

int cmd_rank(struct cli *c)
{
    const struct rialto_rank_query q = {.metric = cli_value(c, "metric"),
                                        .client = cli_value(c, "client"),
                                        .hosts = c->args,
                                        .n_hosts = c->n_args,
                                        .upload = cli_value(c, "upload") != NULL};
    struct rialto_ranking *k;
    struct buf b = {0};
    bool any;

    if (!q.client)
        return cli_usage(c, "rank: --client is needed");
    if (rialto_rank(c->server, &q, &k, &c->error) != 0)
        return cli_failure(c);
    any = rialto_ranking_at(k, 0)->known; /* the best; at least one host was asked for */
    if (c->json)
        rank_json(&b, q.client, k);
    else
        rank_table(&b, c, k);
    rialto_ranking_free(&k);
    return finish(c, &b, any);
}

/** Costs nested as in a cost map. Rows of one source stand together. */
static void costs_json(struct buf *b, const struct rialto_costs *costs)
{
    const char *src = NULL;

    buf_char(b, '{');
    put_member(b, "metric", rialto_costs_metric(costs));
    buf_str(b, ",\"network_map\":{\"resource_id\":");
    buf_json_str(b, rialto_costs_map_id(costs));
    buf_str(b, ",\"tag\":");
    buf_json_str(b, rialto_costs_map_tag(costs));
    buf_str(b, "},\"costs\":{");
    for (size_t i = 0; i < rialto_costs_count(costs); i++) {
        const struct rialto_cost *cost = rialto_costs_at(costs, i);
        bool same = src && strcmp(src, cost->src) == 0;
        if (!same) {
            buf_str(b, src ? "}," : "");
            buf_json_str(b, cost->src);
            buf_str(b, ":{");
        }
        buf_str(b, same ? "," : "");
        buf_json_str(b, cost->dst);
        buf_char(b, ':');
        buf_json_real(b, cost->value);
        src = cost->src;
    }
    buf_str(b, src ? "}}}" : "}}");
}

static void costs_table(struct buf *b, const struct cli *c, const struct rialto_costs *costs)
{
    static const char *const titles[] = {"SOURCE", "DESTINATION", ">COST", NULL};
    struct table t = {0};

    table_titles(&t, titles);
    for (size_t i = 0; i < rialto_costs_count(costs); i++) {
        const struct rialto_cost *cost = rialto_costs_at(costs, i);
        table_text(&t, cost->src);
        table_text(&t, cost->dst);
        put_real(&t, true, cost->value);
    }
    table_print(&t, c, b);
}

int cmd_costs(struct cli *c)
{
    const char *metric = cli_value(c, "metric");
    struct rialto_costs *costs;
    struct buf b = {0};
    bool any;
    int rc;

    if (c->n_args == 1)
        return cli_usage(c, "costs: both PIDs or none");
    rc = c->n_args == 0
             ? rialto_cost_map(c->server, metric, &costs, &c->error)
             : rialto_cost_of(c->server, metric, &(struct rialto_pair){c->args[0], c->args[1]},
                              &costs, &c->error);
    if (rc != 0)
        return cli_failure(c);
    any = rialto_costs_count(costs) > 0;
    if (c->json)
        costs_json(&b, costs);
    else if (any)
        costs_table(&b, c, costs);
    else
        buf_str(&b, "No cost is known.\n");
    rialto_costs_free(&costs);
    return finish(c, &b, any);
}

static int map_find(struct cli *c, const struct rialto_map *m, const char *address)
{
    char prefix[RIALTO_PREFIX_TEXT];
    const char *pid = rialto_map_find(m, address, prefix);
    struct buf b = {0};

    if (c->json) {
        buf_char(&b, '{');
        put_member(&b, "resource_id", rialto_map_id(m));
        put_member(&b, "tag", rialto_map_tag(m));
        put_member(&b, "address", address);
        put_member(&b, "pid", pid);
        put_member(&b, "prefix", pid ? prefix : NULL);
        buf_char(&b, '}');
    } else if (pid) {
        text_safe(&b, pid);
        buf_printf(&b, " (%s)\n", prefix);
    } else {
        text_safe(&b, address);
        buf_str(&b, " is in no PID.\n");
    }
    return finish(c, &b, pid != NULL);
}

static void map_json(struct buf *b, const struct rialto_map *m)
{
    struct rialto_cursor pid = {0};
    bool first = true;

    buf_char(b, '{');
    put_member(b, "resource_id", rialto_map_id(m));
    put_member(b, "tag", rialto_map_tag(m));
    buf_str(b, ",\"pids\":{");
    while (rialto_next(rialto_map_pids(m), &pid)) {
        struct rialto_cursor family = {0};
        bool first_prefix = true;
        buf_str(b, first ? "" : ",");
        first = false;
        buf_json_str(b, pid.key);
        buf_str(b, ":[");
        while (rialto_next(pid.value, &family)) {
            struct rialto_cursor prefix = {0};
            while (rialto_next(family.value, &prefix)) {
                buf_str(b, first_prefix ? "" : ",");
                first_prefix = false;
                buf_json_str(b, rialto_text(prefix.value));
            }
        }
        buf_char(b, ']');
    }
    buf_str(b, "}}");
}

static void map_table(struct buf *b, const struct cli *c, const struct rialto_map *m)
{
    static const char *const titles[] = {"PID", "PREFIX", NULL};
    struct rialto_cursor pid = {0};
    struct table t = {0};

    table_titles(&t, titles);
    while (rialto_next(rialto_map_pids(m), &pid)) {
        struct rialto_cursor family = {0};
        while (rialto_next(pid.value, &family)) {
            struct rialto_cursor prefix = {0};
            while (rialto_next(family.value, &prefix)) {
                table_text(&t, pid.key);
                table_value(&t, prefix.value);
            }
        }
    }
    table_print(&t, c, b);
}

int cmd_map(struct cli *c)
{
    struct rialto_addresses *a = NULL;
    struct rialto_map *m;
    struct buf b = {0};
    int rc;

    if (rialto_network_map(c->server, NULL, &m, &c->error) != 0)
        return cli_failure(c);
    if (c->n_args == 0) {
        if (c->json)
            map_json(&b, m);
        else
            map_table(&b, c, m);
        rc = finish(c, &b, true);
    } else if (rialto_resolve(c->server, c->args[0], &a, &c->error) != 0) {
        rc = cli_failure(c);
    } else {
        rc = map_find(c, m, rialto_addresses_at(a, 0));
    }
    rialto_addresses_free(&a);
    rialto_map_free(&m);
    return rc;
}

static void props_table(struct buf *b, const struct cli *c, const struct rialto_value *root)
{
    static const char *const titles[] = {"ENTITY", "PROPERTY", "VALUE", NULL};
    struct rialto_cursor entity = {0};
    struct table t = {0};

    table_titles(&t, titles);
    while (rialto_next(root, &entity)) {
        struct rialto_cursor property = {0};
        while (rialto_next(entity.value, &property)) {
            table_text(&t, entity.key);
            table_text(&t, property.key);
            table_value(&t, property.value);
        }
    }
    table_print(&t, c, b);
}

static bool has_property(const struct rialto_value *root)
{
    struct rialto_cursor entity = {0};

    while (rialto_next(root, &entity))
        if (rialto_count(entity.value) > 0)
            return true;
    return false;
}

int cmd_props(struct cli *c)
{
    const char *names[CLI_MAX_SET + 1];
    struct rialto_document *d;
    const struct rialto_value *root;
    struct buf b = {0};
    bool any;

    if (rialto_properties(c->server, c->args,
                          cli_values(c, "property", names) > 0 ? names : NULL, &d,
                          &c->error) != 0)
        return cli_failure(c);
    root = rialto_document_root(d);
    any = has_property(root);
    if (c->json) {
        char *json = rialto_value_json(root);
        buf_printf(&b, "{\"properties\":%s}", json ? json : "{}");
        free(json);
    } else if (any) {
        props_table(&b, c, root);
    } else {
        buf_str(&b, "No property is known.\n");
    }
    rialto_document_free(&d);
    return finish(c, &b, any);
}
