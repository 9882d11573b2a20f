/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bigmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG "0123456789abcdef0123456789abcdef"

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    return p;
}

uint64_t bigmap_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static int by_prefix(const void *a, const void *b)
{
    return prefix_cmp(a, b);
}

/* More than half are of the longest length that is announced, few are short. */
static uint8_t random_length(uint64_t r, uint8_t family)
{
    unsigned part = r % 100;
    if (family == 6)
        return part < 50 ? 48 : part < 70 ? 32 : part < 80 ? 64 : (uint8_t)(33 + r / 100 % 15);
    return part < 58 ? 24 : part < 70 ? 22 : part < 80 ? 23 : (uint8_t)(16 + r / 100 % 6);
}

static struct prefix random_prefix(uint64_t *state, uint8_t family)
{
    struct prefix p = {.addr.family = family};
    uint64_t high = bigmap_random(state), low = bigmap_random(state);
    p.len = random_length(low, family);
    if (family == 6)
        high = (high & ~(UINT64_C(7) << 61)) | UINT64_C(1) << 61; /* 2000::/3 */
    else
        high = (high & ~(UINT64_C(0xff) << 56)) | (1 + (high >> 56) % 222) << 56;
    for (unsigned i = 0; i < p.len; i++) {
        if (high >> (63 - i) & 1)
            p.addr.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    return p;
}

struct prefix *bigmap_prefixes(struct arena *a, size_t n, uint8_t family)
{
    struct prefix *v = must(ARENA_ARRAY(a, n, struct prefix));
    uint64_t state = family;
    for (size_t have = 0; have < n;) {
        for (size_t i = have; i < n; i++)
            v[i] = random_prefix(&state, family);
        qsort(v, n, sizeof(*v), by_prefix);
        have = 1;
        for (size_t i = 1; i < n; i++) {
            if (!prefix_eq(&v[i], &v[have - 1]))
                v[have++] = v[i];
        }
    }
    return v;
}

static void deal_prefixes(struct bigmap *m)
{
    size_t at[BIGMAP_PIDS + 1] = {0};
    uint64_t state = 1;
    m->prefixes = bigmap_prefixes(m->arena, BIGMAP_PREFIXES, 4);
    m->owner = must(ARENA_ARRAY(m->arena, BIGMAP_PREFIXES, uint32_t));
    for (size_t i = 0; i < BIGMAP_PREFIXES; i++) {
        m->owner[i] = (uint32_t)(bigmap_random(&state) % BIGMAP_PIDS);
        at[m->owner[i] + 1]++;
    }
    struct prefix *all = must(ARENA_ARRAY(m->arena, BIGMAP_PREFIXES, struct prefix));
    for (size_t i = 0; i < BIGMAP_PIDS; i++) {
        m->pids[i].prefixes = all + at[i];
        at[i + 1] += at[i];
    }
    for (size_t i = 0; i < BIGMAP_PREFIXES; i++) {
        struct pid *p = &m->pids[m->owner[i]];
        p->prefixes[p->n_prefixes++] = m->prefixes[i];
    }
}

static void deal_costs(struct bigmap *m)
{
    uint64_t state = 2;
    size_t n = (size_t)BIGMAP_PIDS * BIGMAP_PIDS;
    m->value = must(ARENA_ARRAY(m->arena, n, double));
    m->changed = must(ARENA_ARRAY(m->arena, n, double));
    m->thousandths = must(ARENA_ARRAY(m->arena, n, uint32_t));
    m->changed_thousandths = must(ARENA_ARRAY(m->arena, n, uint32_t));
    for (size_t i = 0; i < n; i++) {
        uint64_t r = bigmap_random(&state);
        bool some = i % BIGMAP_PIDS < BIGMAP_DSTS, other = (r >> 32) % 10 < 3;
        m->thousandths[i] = some ? (uint32_t)(r % 200000) : THOUSANDTHS_NONE;
        m->changed_thousandths[i] =
            some && other ? (uint32_t)(r % 199999 + 1) : m->thousandths[i];
        m->value[i] = thousandths_value(m->thousandths[i]);
        m->changed[i] = thousandths_value(m->changed_thousandths[i]);
    }
}

struct bigmap bigmap_new(void)
{
    struct bigmap m = {.arena = must(arena_new(0))};
    m.pids = must(ARENA_ARRAY(m.arena, BIGMAP_PIDS, struct pid));
    m.names = must(ARENA_ARRAY(m.arena, BIGMAP_PIDS, const char *));
    for (unsigned i = 0; i < BIGMAP_PIDS; i++)
        m.names[i] = m.pids[i].name =
            must(arena_printf(m.arena, "pop%02u-region%02u-router%04u", i / 50, i / 10 % 5, i));
    deal_prefixes(&m);
    deal_costs(&m);
    return m;
}

void bigmap_free(struct bigmap *m)
{
    arena_free(&m->arena);
}

struct wire_costs bigmap_costs(const struct bigmap *m, const double *value)
{
    return (struct wire_costs){.srcs = m->names,
                               .dsts = m->names,
                               .n_srcs = BIGMAP_PIDS,
                               .n_dsts = BIGMAP_PIDS,
                               .value = value,
                               .thousandths = value == m->value     ? m->thousandths
                                              : value == m->changed ? m->changed_thousandths
                                                                    : NULL};
}

void bigmap_put_map(const struct bigmap *m, struct buf *b)
{
    struct wire_network_map map = {
        .vtag = {"big-map", TAG}, .pids = m->pids, .n = BIGMAP_PIDS, .v4 = true, .v6 = true};
    wire_put_network_map(b, &map);
}

void bigmap_put_costs(const struct bigmap *m, const double *value, struct buf *b)
{
    struct wire_vtag map = {"big-map", TAG};
    struct wire_meta meta = {
        .dependent = &map, .n_dependent = 1, .mode = "numerical", .metric = "routingcost"};
    struct wire_costs costs = bigmap_costs(m, value);
    wire_put_costs(b, &meta, "cost-map", &costs);
}
