/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/netconfig.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* One row as text. */
struct row {
    const char *head, *tail;
    char name[FTS_MAX_NAME + 1]; /* unique: parallel links have the same routers */
    double throughput;
};

#define ID_PART 8 /* bytes of a link's id that tell it from others */

/* With the id's first part, unless that is NULL. */
static void put_end(const struct addr *a, const char *router, const char *id,
                    char out[FTS_MAX_NAME + 1])
{
    char text[ADDR_TEXT];
    const char *end = addr_is_set(a) ? addr_format(a, text) : router;
    if (!id)
        snprintf(out, FTS_MAX_NAME + 1, "%s", end);
    else
        snprintf(out, FTS_MAX_NAME + 1, "%.*s %.*s", FTS_MAX_NAME - ID_PART - 1, end, ID_PART,
                 id);
}

int fts_ends_of(struct map *seen, const struct fts_link *l, struct fts_ends *out)
{
    char key[2 * FTS_MAX_NAME + 2];
    bool known = addr_is_set(&l->from_addr) || addr_is_set(&l->to_addr);
    put_end(&l->to_addr, l->to, known ? NULL : l->id, out->head);
    put_end(&l->from_addr, l->from, known ? NULL : l->id, out->tail);
    int n = snprintf(key, sizeof(key), "%s\n%s", out->head, out->tail);
    union map_value *at = map_at(seen, key, (size_t)n);
    if (!at)
        return ERR_NOMEM;
    if (at->u++ > 0) {
        put_end(&l->to_addr, l->to, l->id, out->head);
        put_end(&l->from_addr, l->from, l->id, out->tail);
    }
    return 0;
}

uint32_t fts_asn_of(uint32_t as)
{
    return as <= INT32_MAX ? as : 0;
}

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

static void put_row(const struct fts_link *l, const struct fts_ends *ends, double limit,
                    bool csv, struct buf *out)
{
    struct row row = {.head = ends->head, .tail = ends->tail, .throughput = limit / FTS_MIB};
    name_of(l, row.name);
    if (csv)
        put_csv(&row, out);
    else
        put_json(&row, out);
}

int fts_netconfig_put(const struct fts_granted *g, const struct fts_routes *r, bool csv,
                      struct buf *out)
{
    const char *before = "";
    struct map *seen = map_new();
    int rc = seen ? 0 : ERR_NOMEM;
    buf_str(out, csv ? "head_ip,tail_ip,netlink_name,min_active,max_active,max_throughput\r\n"
                     : "{\"t_netlink_config\":[");
    for (size_t i = 0; rc == 0 && i < r->links.n; i++) {
        const struct fts_link *l = &r->links.v[i];
        struct fts_ends ends;
        if (!l->lasting)
            continue;
        rc = fts_ends_of(seen, l, &ends);
        if (rc < 0 || !isfinite(g->limit[i]))
            continue;
        buf_str(out, csv ? "" : before);
        put_row(l, &ends, limit_of(g, l, i), csv, out);
        before = ",";
    }
    map_free(&seen);
    if (csv || rc < 0)
        return rc;
    buf_str(out, "],\"groups\":");
    fts_granted_put_groups(g, r, out);
    return 0;
}
