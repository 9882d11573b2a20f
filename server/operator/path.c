/* SPDX-License-Identifier: Apache-2.0 */
/* One path with the evidence for each hop. */
#include <inttypes.h>

#include "server/operator/operator.h"
#include "server/policy.h"
#include "server/problem.h"

static void put_address(struct buf *b, const struct addr *a)
{
    char text[ADDR_TEXT];
    buf_json_str(b, addr_is_set(a) ? addr_format(a, text) : NULL);
}

static void put_evidence(const struct path_hop *hop, struct buf *b)
{
    buf_char(b, '[');
    for (size_t i = 0; i < hop->n_evidence; i++) {
        const struct origin *o = hop->evidence[i].origin;
        buf_str(b, i > 0 ? ",{\"what\":" : "{\"what\":");
        buf_json_str(b, hop->evidence[i].text);
        buf_str(b, ",\"domain\":");
        buf_json_str(b, o ? o->domain : NULL);
        buf_str(b, ",\"source\":");
        buf_json_str(b, o ? o->source : NULL);
        buf_str(b, ",\"kind\":");
        buf_json_str(b, o ? o->kind : NULL);
        buf_str(b, ",\"scope\":");
        buf_json_str(b, o ? o->scope : NULL);
        buf_str(b, ",\"observed_at\":");
        operator_put_time(b, o ? o->observed_at : FACT_NONE);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void put_hop(const struct path_leg *leg, size_t i, struct buf *b, struct arena *a)
{
    const struct path_hop *hop = &leg->hops[i];
    int64_t capacity = i > 0 ? path_link_capacity(leg, i) : 0;
    buf_str(b, i > 0 ? ",{\"router\":" : "{\"router\":");
    buf_json_str(b, hop->router ? hop->router : "?");
    buf_str(b, ",\"domain\":");
    buf_json_str(b, hop->domain);
    buf_str(b, ",\"table\":");
    buf_json_str(b, hop->table);
    buf_str(b, ",\"in\":");
    put_address(b, &hop->in);
    buf_str(b, ",\"out\":");
    put_address(b, &hop->out);
    buf_str(b, ",\"in_interface\":");
    buf_json_str(b, hop->in_name);
    buf_str(b, ",\"out_interface\":");
    buf_json_str(b, hop->out_name);
    buf_str(b, ",\"link\":");
    buf_json_str(b, i > 0 ? path_link_name(leg, i, a) : NULL);
    buf_str(b, ",\"capacity\":");
    operator_put_int(b, capacity > 0 ? capacity : FACT_NONE);
    buf_printf(b, ",\"class\":\"%s\",\"evidence\":", fact_class_name(hop->cls));
    put_evidence(hop, b);
    buf_char(b, '}');
}

/* "routers":[..],"links":[..],"as_path":[..] */
static void put_outline(const struct path_leg *leg, struct buf *b, struct arena *a)
{
    buf_str(b, "\"routers\":[");
    for (size_t i = 0; leg && i < leg->n_hops; i++) {
        if (i > 0)
            buf_char(b, ',');
        buf_json_str(b, leg->hops[i].router ? leg->hops[i].router : "?");
    }
    buf_str(b, "],\"links\":[");
    for (size_t i = 1; leg && i < leg->n_hops; i++) {
        if (i > 1)
            buf_char(b, ',');
        buf_json_str(b, path_link_name(leg, i, a));
    }
    buf_str(b, "],\"as_path\":[");
    for (size_t i = 0; leg && i < leg->n_as; i++)
        buf_printf(b, "%s%" PRIu32, i > 0 ? "," : "", leg->as_path[i]);
    buf_char(b, ']');
}

static void put_leg(const struct path_leg *leg, struct buf *b, struct arena *a)
{
    buf_char(b, '{');
    put_outline(leg, b, a);
    buf_printf(b, ",\"class\":\"%s\",\"hops\":[", fact_class_name(leg->cls));
    for (size_t i = 0; i < leg->n_hops; i++)
        put_hop(leg, i, b, a);
    buf_str(b, "]}");
}

static void put_path(const struct path *path, int64_t now, struct buf *b, struct arena *a)
{
    buf_str(b, "{\"src\":");
    put_address(b, &path->src);
    buf_str(b, ",\"dst\":");
    put_address(b, &path->dst);
    buf_printf(b, ",\"reached\":%s,\"class\":\"%s\",\"age\":", path->reached ? "true" : "false",
               fact_class_name(path->cls));
    operator_put_int(b, path->oldest == FACT_NONE ? FACT_NONE : (now - path->oldest) / 1000000);
    buf_str(b, ",\"why\":");
    buf_json_str(b, path->why);
    if (!path->known)
        buf_str(b, ",\"known\":false");
    buf_char(b, ',');
    put_outline(path->n_legs > 0 ? &path->legs[0] : NULL, b, a);
    buf_str(b, ",\"legs\":[");
    for (size_t i = 0; i < path->n_legs; i++) {
        if (i > 0)
            buf_char(b, ',');
        put_leg(&path->legs[i], b, a);
    }
    buf_str(b, "]}");
}

static bool read_address(const struct request *q, const char *name, struct addr *out,
                         struct reply *r)
{
    const char *text = request_argument(q, name);
    if (!text) {
        problem_api(r, 400, "an address is needed", name);
        return false;
    }
    if (!addr_parse(slice_of(text), out)) {
        problem_api(r, 400, "not an IP address", name);
        return false;
    }
    return true;
}

int operator_path(const struct view *v, const struct request *q, struct reply *r, struct err *e)
{
    struct addr src, dst;
    const struct snapshot *snap = edition_snapshot(v->edition);
    const struct path *shown;
    struct path *path;
    if (!read_address(q, "src", &src, r) || !read_address(q, "dst", &dst, r))
        return 0;
    if (src.family != dst.family)
        return problem_api(r, 400, "src and dst are of different families", "dst");
    int rc = snap->paths->find(snap->paths,
                               &(struct path_question){src, dst, request_argument(q, "table")},
                               q->arena, &path, e);
    if (rc == 0)
        rc = shown_path(v, path, q->arena, &shown, e);
    if (rc == 0)
        put_path(shown, q->clock->now_us(q->clock->self), &r->body, q->arena);
    return rc;
}
