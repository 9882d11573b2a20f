/* SPDX-License-Identifier: Apache-2.0 */
/* Network map or view, a 0 byte, cost map: what domains publish. */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "wire/cdni.h"
#include "wire/document.h"
#include "wire/tables.h"
#include "wire/view.h"

static void check_map(const struct wire_map_document *map)
{
    for (size_t i = 0; i < map->n_pids; i++) {
        assert(map->pids[i].name && strlen(map->pids[i].name) <= PID_NAME_MAX);
        assert(i == 0 || strcmp(map->pids[i - 1].name, map->pids[i].name) < 0);
        for (size_t k = 1; k < map->pids[i].n_prefixes; k++)
            assert(prefix_cmp(&map->pids[i].prefixes[k - 1], &map->pids[i].prefixes[k]) < 0);
    }
}

/* The same text with its map's name in another spelling, which is read as a tree: the same. */
static void check_both_ways(struct slice text, const struct wire_map_document *map, int rc)
{
    static const char member[] = "\"network-map\"";
    struct arena *a = arena_new((size_t)64 << 20);
    struct wire_map_document slow;
    struct buf other = {0};
    struct err e = {0};
    const char *at = memmem(text.p, text.n, member, strlen(member));
    if (at) {
        size_t before = (size_t)(at - text.p), with = before + strlen(member);
        buf_add(&other, text.p, before);
        buf_str(&other, "\"network\\u002dmap\"");
        buf_add(&other, text.p + with, text.n - with);
        assert(rc ==
               wire_read_network_map((struct slice){other.data, other.len}, a, &slow, &e));
        assert(rc != 0 || slow.n_pids == map->n_pids);
    }
    for (size_t i = 0; at && rc == 0 && i < map->n_pids; i++) {
        const struct pid *p = &map->pids[i], *q = &slow.pids[i];
        assert(strcmp(p->name, q->name) == 0 && p->n_prefixes == q->n_prefixes);
        for (size_t k = 0; k < p->n_prefixes; k++)
            assert(prefix_eq(&p->prefixes[k], &q->prefixes[k]));
    }
    buf_free(&other);
    arena_free(&a);
}

/* Whatever a table promises can be found in it; entities and capabilities are whole. */
static void check_others(struct slice text, const struct wire_view *view, struct arena *a)
{
    struct wire_table t;
    struct wire_entities entities;
    struct wire_cdni cdni;
    struct err e = {0};
    if (text.n > 0 && wire_read_table(text, view, a, &t, &e) == 0) {
        for (size_t i = 0; i < t.n_rows; i++) {
            for (size_t k = 0; k < t.rows[i].n; k++)
                assert(wire_table_cell(&t, t.rows[i].src, t.rows[i].cells[k].dst));
        }
    }
    if (text.n > 0 && wire_read_entities(text, "property-map", a, &entities, &e) == 0) {
        for (size_t i = 0; i < entities.n; i++)
            assert(entities.v[i].id && (entities.v[i].n == 0 || entities.v[i].v[0].json));
    }
    if (text.n > 0 && wire_read_cdni(text, a, &cdni, &e) == 0) {
        for (size_t i = 0; i < cdni.n; i++)
            assert(wire_capability_has(&cdni.v[i], &cdni.v[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    size_t n = end ? (size_t)(end - data) : size;
    struct wire_map_document map;
    struct wire_cost_document costs;
    struct wire_view view;
    struct slice first = {(const char *)data, n};
    struct err e = {0};
    int rc = size > 0 ? wire_read_network_map(first, a, &map, &e) : ERR_PARSE;
    if (size > 0)
        check_both_ways(first, &map, rc);
    if (rc == 0) {
        struct slice second = end ? (struct slice){(const char *)end + 1, size - n - 1} : first;
        check_map(&map);
        if (end && wire_read_cost_map(second, &map, a, &costs, &e) == 0)
            assert(costs.mode && costs.metric && !costs.value != !costs.thousandths);
    }
    bool viewed = size > 0 && wire_read_view(first, a, &view, &e) == 0;
    for (size_t i = 0; viewed && i < view.n_resources; i++)
        assert(view.resources[i].id && view.resources[i].path[0] == '/');
    check_others(first, NULL, a);
    if (viewed && end)
        check_others((struct slice){(const char *)end + 1, size - n - 1}, &view, a);
    arena_free(&a);
    return 0;
}
