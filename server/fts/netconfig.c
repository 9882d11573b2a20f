/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/netconfig.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One row as text. */
struct row {
    const char *head, *tail;
    char name[FTS_MAX_NAME + 1]; /* unique: parallel links have the same routers */
    double throughput;
};

static double limit_of(const struct fts_granted *g, const struct fts_link *l, size_t i)
{
    return fmin(g->limit[i], l->capacity);
}

/* Names of links are unique in FTS: the id makes them so, the routers readable. */
static void name_of(const struct fts_link *l, char out[FTS_MAX_NAME + 1])
{
    int n = snprintf(out, FTS_MAX_NAME + 1, "%s>%s %.8s", l->from, l->to, l->id);
    if (n > FTS_MAX_NAME)
        snprintf(out, FTS_MAX_NAME + 1, "%s", l->id);
}

static void put_csv(const struct row *row, struct buf *out)
{
    fts_put_field(out, row->head);
    buf_char(out, ',');
    fts_put_field(out, row->tail);
    buf_char(out, ',');
    fts_put_field(out, row->name);
    buf_str(out, ",,,");
    buf_json_real(out, row->throughput);
    buf_str(out, "\r\n");
}

static void put_json(const struct row *row, struct buf *out)
{
    buf_str(out, "{\"head_ip\":");
    buf_json_str(out, row->head);
    buf_str(out, ",\"tail_ip\":");
    buf_json_str(out, row->tail);
    buf_str(out, ",\"netlink_name\":");
    buf_json_str(out, row->name);
    buf_str(out, ",\"min_active\":null,\"max_active\":null,\"max_throughput\":");
    buf_json_real(out, row->throughput);
    buf_char(out, '}');
}

void fts_netconfig_put(const struct fts_granted *g, const struct fts_routes *r, bool csv,
                       struct buf *out)
{
    const char *before = "";
    buf_str(out, csv ? "head_ip,tail_ip,netlink_name,min_active,max_active,max_throughput\r\n"
                     : "{\"t_netlink_config\":[");
    for (size_t i = 0; i < r->links.n; i++) {
        const struct fts_link *l = &r->links.v[i];
        char head[ADDR_TEXT], tail[ADDR_TEXT];
        struct row row;
        if (!l->lasting || !isfinite(g->limit[i]))
            continue;
        row.head = fts_end_of(&l->to_addr, l->to, head);
        row.tail = fts_end_of(&l->from_addr, l->from, tail);
        row.throughput = limit_of(g, l, i) / FTS_MIB;
        name_of(l, row.name);
        buf_str(out, csv ? "" : before);
        if (csv)
            put_csv(&row, out);
        else
            put_json(&row, out);
        before = ",";
    }
    if (csv)
        return;
    buf_str(out, "],\"groups\":");
    fts_granted_put_groups(g, r, out);
}
