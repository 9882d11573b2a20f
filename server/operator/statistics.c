/* SPDX-License-Identifier: Apache-2.0 */
/* What was counted (/api/v1/statistics). */
#include <inttypes.h>

#include "server/auth.h"
#include "server/operator/operator.h"

/* What whole maps consist of. */
static const struct {
    const struct resource_ops *ops;
    const char *name;
} counted[] = {
    {&resource_network_map, "num-map-pid"},
    {&resource_property_map, "num-map-entry"},
    {&resource_ane_map, "num-map-entry"},
    {&resource_cdni_advertisement, "num-base-obj"},
};

static const char *entries_name(const struct resource *res)
{
    for (size_t i = 0; i < sizeof(counted) / sizeof(*counted); i++) {
        if (counted[i].ops == res->ops)
            return counted[i].name;
    }
    return NULL;
}

/* Of what is rendered once the number is kept; the rest is what this caller gets. */
int operator_entries(const struct resource *res, const struct view *v, const struct request *q,
                     struct resource_entries *out, struct err *e)
{
    *out = (struct resource_entries){.name = entries_name(res)};
    if (!out->name)
        return 0;
    if (resource_is_cached(res)) {
        const struct body *body = edition_body(v->edition, res, e);
        out->n = body ? body->entries : 0;
        return body ? 0 : e->code;
    }
    struct reply reply = {0};
    int rc = res->ops->answer(res, v, q, &reply, e);
    out->n = reply.entries;
    buf_free(&reply.body);
    return rc;
}

static void put_number(struct buf *b, const char *name, uint64_t n)
{
    buf_printf(b, ",\"%s\":%" PRIu64, name, n);
}

/* `what`: "total" or "res"; the first member stands before. */
static void put_requests(struct buf *b, const char *what, const struct server_sums *sums)
{
    const struct tally_sums *all = &sums->all, *last = &sums->last;
    buf_printf(b, "\"num-%s-req\":%" PRIu64, what, all->succ + all->fail);
    buf_printf(b, ",\"num-%s-succ\":%" PRIu64 ",\"num-%s-fail\":%" PRIu64, what, all->succ,
               what, all->fail);
    buf_printf(b, ",\"num-%s-last-req\":%" PRIu64, what, last->succ + last->fail);
    buf_printf(b, ",\"num-%s-last-succ\":%" PRIu64 ",\"num-%s-last-fail\":%" PRIu64, what,
               last->succ, what, last->fail);
}

static void put_streams(struct server *s, const struct tally *tally,
                        const struct server_sums *sums, struct buf *b)
{
    struct stream_count n = streams_count(server_updates(s), tally);
    put_number(b, "num-upd-stream", n.streams);
    put_number(b, "num-upd-msg-total", n.total);
    put_number(b, "num-upd-msg-max", n.max);
    put_number(b, "num-upd-msg-min", n.min);
    buf_str(b, ",\"num-upd-msg-avg\":");
    buf_json_real(b, n.streams > 0 ? (double)n.total / (double)n.streams : 0);
    put_number(b, "num-upd-msg-total-last", sums->last.messages);
}

/* Who asks, and where the answer goes. */
struct writer {
    struct server *server;
    const struct view *view;
    const struct request *q;
    struct buf *out;
};

static int put_resource(const struct writer *w, const struct resource *res, struct err *e)
{
    struct server *s = w->server;
    struct buf *b = w->out;
    const struct tally *tally = edition_tally(w->view->edition, res);
    struct server_sums sums = server_sums(s, tally);
    struct resource_entries entries;
    int rc = operator_entries(res, w->view, w->q, &entries, e);
    if (rc < 0)
        return rc;
    buf_str(b, "{\"id\":");
    buf_json_str(b, res->id);
    buf_str(b, ",\"kind\":");
    buf_json_str(b, res->ops->kind);
    buf_char(b, ',');
    put_requests(b, "res", &sums);
    if (entries.name)
        put_number(b, entries.name, entries.n);
    if (res->ops == &resource_update_stream)
        put_streams(s, tally, &sums, b);
    buf_char(b, '}');
    return 0;
}

int operator_statistics(struct server *s, const struct view *v, const struct request *q,
                        struct buf *b, struct err *e)
{
    const struct writer w = {s, v, q, b};
    struct server_sums all = server_sums(s, NULL);
    int rc = 0;
    buf_str(b, "{\"since\":");
    operator_put_time(b, server_started(s));
    buf_printf(b, ",\"window\":%" PRId64 ",\"server\":{", TALLY_WINDOW / 1000000);
    put_requests(b, "total", &all);
    buf_str(b, "},\"resources\":[");
    for (size_t i = 0; rc == 0 && i < edition_count(v->edition); i++) {
        buf_str(b, i > 0 ? "," : "");
        rc = put_resource(&w, edition_resource(v->edition, i), e);
    }
    buf_str(b, "]}");
    return rc;
}
