/* SPDX-License-Identifier: Apache-2.0 */
/* Costs between PIDs (RFC 7285 sections 11.2.3, 11.3.2) and between endpoints (section 11.5).
 */
#include <stdlib.h>
#include <string.h>

#include "client/private.h"

struct rialto_costs {
    struct rialto_document *document; /* what the rows borrow from */
    const struct rialto_value *rows_of;
    struct {
        VEC(struct rialto_cost);
    } rows;
    char *metric;
    const char *map_id, *map_tag;
};

void rialto_costs_free(struct rialto_costs **c)
{
    if (!*c)
        return;
    VEC_FREE(&(*c)->rows);
    rialto_document_free(&(*c)->document);
    free((*c)->metric);
    free(*c);
    *c = NULL;
}

/** One source's row; null means that the server knows no cost (RFC 7285 section 11.2.3.6). */
static int add_row(struct rialto_costs *out, const char *src, const struct rialto_value *row,
                   struct rialto_error *e)
{
    struct rialto_cursor c = {0};

    if (rialto_type(row) != RIALTO_OBJECT)
        return error_set(e, RIALTO_E_REPLY, "costs of source %s are not an object", src);
    while (rialto_next(row, &c)) {
        struct rialto_cost *cost;
        if (rialto_type(c.value) == RIALTO_NULL)
            continue;
        if (rialto_type(c.value) != RIALTO_NUMBER)
            return error_set(e, RIALTO_E_REPLY, "cost from %s to %s is not a number", src,
                             c.key);
        cost = VEC_PUSH(&out->rows);
        if (!cost)
            return error_nomem(e);
        *cost = (struct rialto_cost){src, c.key, rialto_number(c.value, 0)};
    }
    return 0;
}

static int fill(struct rialto_costs *out, const char *member, struct rialto_error *e)
{
    const struct rialto_value *root = rialto_document_root(out->document);
    const struct rialto_value *map = rialto_get(root, member);
    const struct rialto_value *tag =
        rialto_at(rialto_get(rialto_get(root, "meta"), "dependent-vtags"), 0);
    struct rialto_cursor c = {0};
    int rc = 0;

    if (rialto_type(map) != RIALTO_OBJECT)
        return error_set(e, RIALTO_E_REPLY, "the reply lacks \"%s\"", member);
    out->rows_of = map;
    out->map_id = rialto_text(rialto_get(tag, "resource-id"));
    out->map_tag = rialto_text(rialto_get(tag, "tag"));
    while (rc == 0 && rialto_next(map, &c))
        rc = add_row(out, c.key, c.value, e);
    return rc;
}

/** Takes the document's reference in every case. */
static int costs_make(struct rialto_document *d, const char *member, const char *metric,
                      struct rialto_costs **out, struct rialto_error *e)
{
    struct rialto_costs *c = calloc(1, sizeof(*c));
    int rc;

    if (!c) {
        rialto_document_free(&d);
        return error_nomem(e);
    }
    c->document = d;
    c->metric = strdup(metric);
    rc = c->metric ? fill(c, member, e) : error_nomem(e);
    if (rc != 0)
        rialto_costs_free(&c);
    *out = c;
    return rc;
}

static const char *metric_or_default(const char *metric)
{
    return metric ? metric : "routingcost";
}

int rialto_cost_map(struct rialto *r, const char *metric, struct rialto_costs **out,
                    struct rialto_error *e)
{
    const struct want w = {
        .media = MEDIA_COST_MAP, .mode = "numerical", .metric = metric_or_default(metric)};
    struct rialto_document *d = NULL;
    struct found found;
    int rc = directory_find(r, &w, &found, e);

    *out = NULL;
    if (rc == 0)
        rc = client_get(r, &(struct call){.url = found.url, .accept = MEDIA_COST_MAP}, &d, NULL,
                        e);
    return rc == 0 ? costs_make(d, "cost-map", found.metric, out, e) : rc;
}

static void add_cost_type(struct buf *b, const struct found *f)
{
    buf_str(b, "\"cost-type\":{\"cost-mode\":");
    encode_text(b, f->mode);
    buf_str(b, ",\"cost-metric\":");
    encode_text(b, f->metric);
    buf_str(b, "}");
}

/** Only the row asked for stays: servers without filter give all. */
static void keep_only(struct rialto_costs *c, const char *src, const char *dst)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->rows.n; i++)
        if (strcmp(c->rows.v[i].src, src) == 0 && strcmp(c->rows.v[i].dst, dst) == 0)
            c->rows.v[kept++] = c->rows.v[i];
    c->rows.n = kept;
}

int rialto_cost_of(struct rialto *r, const char *metric, const struct rialto_pair *pids,
                   struct rialto_costs **out, struct rialto_error *e)
{
    const struct want w = {.media = MEDIA_COST_MAP,
                           .accepts = MEDIA_COST_FILTER,
                           .mode = "numerical",
                           .metric = metric_or_default(metric)};
    struct rialto_document *d = NULL;
    struct buf b = {0};
    struct found found;
    struct call call;
    struct rialto_error why = {0};
    int rc = directory_find(r, &w, &found, &why);

    *out = NULL;
    if (rc == RIALTO_E_UNSUPPORTED) {
        rc = rialto_cost_map(r, metric, out, e);
        goto out;
    }
    if (rc != 0 && e)
        *e = why;
    if (rc != 0)
        goto out;
    buf_char(&b, '{');
    add_cost_type(&b, &found);
    buf_str(&b, ",\"pids\":{\"srcs\":[");
    encode_text(&b, pids->src);
    buf_str(&b, "],\"dsts\":[");
    encode_text(&b, pids->dst);
    buf_str(&b, "]}}");
    call = (struct call){.url = found.url,
                         .accept = MEDIA_COST_MAP,
                         .media = MEDIA_COST_FILTER,
                         .body = buf_cstr(&b),
                         .len = b.len};
    rc = b.failed ? error_nomem(e) : client_send(r, &call, &d, e);
    if (rc == 0)
        rc = costs_make(d, "cost-map", found.metric, out, e);
out:
    if (rc == 0)
        keep_only(*out, pids->src, pids->dst);
    buf_free(&b);
    return rc;
}

char *endpoint_typed(struct arena *a, const char *address)
{
    struct slice s = slice_of(address);
    char text[ADDR_TEXT];
    struct addr addr;
    uint8_t want = 0;

    if (slice_starts(s, "ipv4:") || slice_starts(s, "ipv6:")) {
        want = (uint8_t)(s.p[3] - '0');
        s = slice_of(address + 5);
    }
    if (!addr_parse(s, &addr) || (want && want != addr.family))
        return NULL;
    return arena_printf(a, "ipv%u:%s", addr.family, addr_format(&addr, text));
}

static int add_addresses(struct rialto *r, struct buf *b, const char *const *v, size_t n,
                         struct rialto_error *e)
{
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        char *typed = endpoint_typed(r->request, v[i]);
        if (!typed)
            return error_set(e, RIALTO_E_ARGUMENT, "%s is not an address", v[i]);
        buf_str(b, i > 0 ? "," : "");
        encode_text(b, typed);
    }
    buf_char(b, ']');
    return 0;
}

int endpoint_object(struct rialto *r, struct buf *b, const struct rialto_flows *flows,
                    struct rialto_error *e)
{
    int rc;

    if (flows->n_srcs == 0 || flows->n_dsts == 0)
        return error_set(e, RIALTO_E_ARGUMENT, "a source and a destination are needed");
    buf_str(b, "{\"srcs\":");
    rc = add_addresses(r, b, flows->srcs, flows->n_srcs, e);
    buf_str(b, ",\"dsts\":");
    if (rc == 0)
        rc = add_addresses(r, b, flows->dsts, flows->n_dsts, e);
    buf_char(b, '}');
    return rc;
}

int rialto_endpoint_costs(struct rialto *r, const char *metric,
                          const struct rialto_flows *flows, struct rialto_costs **out,
                          struct rialto_error *e)
{
    const struct want w = {.media = MEDIA_ENDPOINT,
                           .accepts = MEDIA_ENDPOINT_IN,
                           .mode = "numerical",
                           .metric = metric_or_default(metric)};
    struct rialto_document *d = NULL;
    struct buf b = {0};
    struct found found;
    struct call call;
    int rc = directory_find(r, &w, &found, e);

    *out = NULL;
    if (rc != 0)
        return rc;
    buf_char(&b, '{');
    add_cost_type(&b, &found);
    buf_str(&b, ",\"endpoints\":");
    rc = endpoint_object(r, &b, flows, e);
    buf_char(&b, '}');
    call = (struct call){.url = found.url,
                         .accept = MEDIA_ENDPOINT,
                         .media = MEDIA_ENDPOINT_IN,
                         .body = buf_cstr(&b),
                         .len = b.len};
    if (rc == 0)
        rc = b.failed ? error_nomem(e) : client_send(r, &call, &d, e);
    if (rc == 0)
        rc = costs_make(d, "endpoint-cost-map", found.metric, out, e);
    buf_free(&b);
    return rc;
}

const char *rialto_costs_metric(const struct rialto_costs *c)
{
    return c->metric;
}

const char *rialto_costs_map_id(const struct rialto_costs *c)
{
    return c->map_id ? c->map_id : "";
}

const char *rialto_costs_map_tag(const struct rialto_costs *c)
{
    return c->map_tag ? c->map_tag : "";
}

size_t rialto_costs_count(const struct rialto_costs *c)
{
    return c->rows.n;
}

const struct rialto_cost *rialto_costs_at(const struct rialto_costs *c, size_t i)
{
    return i < c->rows.n ? &c->rows.v[i] : NULL;
}

bool rialto_costs_get(const struct rialto_costs *c, const char *src, const char *dst,
                      double *value)
{
    const struct rialto_value *v = rialto_get(rialto_get(c->rows_of, src), dst);

    if (rialto_type(v) != RIALTO_NUMBER)
        return false;
    *value = rialto_number(v, 0);
    return true;
}
