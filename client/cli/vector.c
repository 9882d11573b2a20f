/* SPDX-License-Identifier: Apache-2.0 */
/* `rialto vector`: which network elements flows share (RFC 9275). */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "client/cli/cli.h"

/** Names resolved to addresses: every address of every name. */
struct side {
    VEC(const char *);
    struct {
        VEC(struct rialto_addresses *);
    } owners;
};

static void side_free(struct side *s)
{
    for (size_t i = 0; i < s->owners.n; i++)
        rialto_addresses_free(&s->owners.v[i]);
    VEC_FREE(&s->owners);
    VEC_FREE(s);
}

static int no_memory(struct cli *c)
{
    c->error = (struct rialto_error){.code = RIALTO_E_NOMEM, .message = "out of memory"};
    return RIALTO_E_NOMEM;
}

static int side_add(struct cli *c, struct side *s, const char *name)
{
    struct rialto_addresses **a = VEC_PUSH(&s->owners);
    int rc = a ? rialto_resolve(c->server, name, a, &c->error) : no_memory(c);

    for (size_t i = 0; rc == 0 && i < rialto_addresses_count(*a); i++) {
        const char **place = VEC_PUSH(s);
        if (!place)
            return no_memory(c);
        *place = rialto_addresses_at(*a, i);
    }
    return rc;
}

/** Asks for the flows between words before and behind "--" (or between two words). */
static int find_vector(struct cli *c, const char *const *words, size_t n,
                       struct rialto_vector **out)
{
    const char *names[CLI_MAX_SET + 1];
    struct side side[2] = {0};
    struct rialto_flows flows;
    size_t at = 0;
    int rc = 0;

    *out = NULL;
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (strcmp(words[i], "--") == 0)
            at = 1;
        else
            rc = side_add(c, &side[at], words[i]);
        if (n == 2)
            at = 1;
    }
    flows = (struct rialto_flows){side[0].v, side[0].n, side[1].v, side[1].n};
    if (rc == 0)
        rc = rialto_path_vector(c->server, &flows,
                                cli_values(c, "property", names) > 0 ? names : NULL, out,
                                &c->error);
    side_free(&side[0]);
    side_free(&side[1]);
    return rc;
}

static void put_flow(struct buf *b, const struct rialto_flow *flow)
{
    buf_str(b, "{\"src\":");
    buf_json_str(b, flow->src);
    buf_str(b, ",\"dst\":");
    buf_json_str(b, flow->dst);
    buf_str(b, ",\"elements\":[");
    for (size_t i = 0; i < flow->n_elements; i++) {
        buf_str(b, i > 0 ? "," : "");
        buf_json_str(b, flow->elements[i]);
    }
    buf_str(b, "]}");
}

static void vector_json(struct buf *b, const struct rialto_vector *v)
{
    buf_str(b, "{\"flows\":[");
    for (size_t i = 0; i < rialto_vector_flows(v); i++) {
        buf_str(b, i > 0 ? "," : "");
        put_flow(b, rialto_vector_flow(v, i));
    }
    buf_str(b, "],\"elements\":{");
    for (size_t i = 0; i < rialto_vector_elements(v); i++) {
        const struct rialto_element *element = rialto_vector_element(v, i);
        char *json = rialto_value_json(element->properties);
        buf_str(b, i > 0 ? "," : "");
        buf_json_str(b, element->name);
        buf_printf(b, ":%s", json ? json : "{}");
        b->failed |= !json;
        free(json);
    }
    buf_str(b, "}}\n");
}

static void flows_table(struct buf *b, const struct cli *c, const struct rialto_vector *v)
{
    static const char *const titles[] = {"SOURCE", "DESTINATION", "ELEMENTS", NULL};
    struct table t = {0};

    table_titles(&t, titles);
    for (size_t i = 0; i < rialto_vector_flows(v); i++) {
        const struct rialto_flow *flow = rialto_vector_flow(v, i);
        struct buf elements = {0};
        table_text(&t, flow->src);
        table_text(&t, flow->dst);
        for (size_t j = 0; j < flow->n_elements; j++) {
            buf_str(&elements, j > 0 ? " " : "");
            text_safe(&elements, flow->elements[j]);
        }
        if (flow->n_elements == 0)
            buf_char(&elements, '-');
        table_take(&t, &elements);
    }
    table_print(&t, c, b);
}

static void elements_table(struct buf *b, const struct cli *c, const struct rialto_vector *v)
{
    static const char *const titles[] = {"ELEMENT", "PROPERTY", "VALUE", NULL};
    struct table t = {0};

    buf_char(b, '\n');
    table_titles(&t, titles);
    for (size_t i = 0; i < rialto_vector_elements(v); i++) {
        const struct rialto_element *element = rialto_vector_element(v, i);
        struct rialto_cursor property = {0};
        while (rialto_next(element->properties, &property)) {
            struct buf value = {0};
            table_text(&t, element->name);
            table_text(&t, property.key);
            if (strcmp(property.key, "max-reservable-bandwidth") == 0)
                text_rate(&value, rialto_number(property.value, 0));
            else
                text_value(&value, property.value);
            table_take(&t, &value);
        }
    }
    table_print(&t, c, b);
}

/** Does the line say what goes where: two words, or words on both sides of one "--"? */
static bool is_complete(const char *const *words, size_t n)
{
    size_t separators = 0, at = 0;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], "--") != 0)
            continue;
        separators++;
        at = i;
    }
    return separators == 0 ? n == 2 : separators == 1 && at > 0 && at + 1 < n;
}

static int batch_vector(struct cli *c, const struct batch_line *line)
{
    struct rialto_vector *v = NULL;
    struct buf b = {0};
    int rc;

    if (line->too_many || !is_complete(line->words, line->n)) {
        rc = RIALTO_E_ARGUMENT;
        c->error = (struct rialto_error){.code = rc,
                                         .message = "expected: SRC DST or SRC... -- DST..."};
    } else {
        rc = find_vector(c, line->words, line->n, &v);
    }
    if (rc != 0) {
        batch_failure(c, line->words[0], line->n > 1 ? line->words[line->n - 1] : "");
        return rc == RIALTO_E_ARGUMENT ? CLI_NO_ANSWER : cli_exit_code(rc);
    }
    vector_json(&b, v);
    rc = rialto_vector_flows(v) > 0 ? CLI_ANSWERED : CLI_NO_ANSWER;
    rialto_vector_free(&v);
    return text_print(c, &b) ? rc : CLI_FAILED;
}

int cmd_vector(struct cli *c)
{
    const char *batch = cli_value(c, "batch");
    struct rialto_vector *v;
    struct buf b = {0};
    bool any;

    if (batch)
        return c->n_args == 0
                   ? batch_run(c, batch, batch_vector)
                   : cli_usage(c, "--batch takes sources and destinations from the file");
    if (!is_complete(c->args, c->n_args))
        return cli_usage(c, "vector: sources, then --, then destinations are needed");
    if (find_vector(c, c->args, c->n_args, &v) != 0)
        return cli_failure(c);
    any = rialto_vector_flows(v) > 0;
    if (c->json) {
        vector_json(&b, v);
    } else if (any) {
        flows_table(&b, c, v);
        if (rialto_vector_elements(v) > 0)
            elements_table(&b, c, v);
    } else {
        buf_str(&b, "No path is known.\n");
    }
    rialto_vector_free(&v);
    if (!text_print(c, &b))
        return cli_failure(c);
    return any ? CLI_ANSWERED : CLI_NO_ANSWER;
}
