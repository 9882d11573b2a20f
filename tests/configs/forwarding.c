/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each router of some stores does with packets: a table to compare with the routers' own.
 *
 *     rialto-test-forwarding STORE... < QUESTIONS
 *
 * A question is a line "NODE TABLE ADDRESS", TABLE "-" for the default one. Its answer is a
 * line "KIND CLASS PREFIX PROTOCOL HOP...": KIND is unknown, deliver, on or drop, or nowhere
 * where there is no such table; PREFIX the one that matched or "-"; a hop is ADDRESS%INTERFACE,
 * each "-" where it isn't known, and "=NODE" behind it where the next router is known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/aggregator.h"
#include "aggregator/forward.h"
#include "base/clock.h"
#include "store/store.h"

#define STORES_MAX 64

static const struct world *world_of(const struct snapshot *s)
{
    return (const struct world *)(const void *)((const char *)s->paths -
                                                offsetof(struct world, finder));
}

static const struct instance *instance_named(const struct world *w, const char *node,
                                             const char *table)
{
    for (size_t i = 0; i < w->n_instances; i++)
        if (!strcmp(w->instances[i]->router->name, node) &&
            !strcmp(w->instances[i]->table, table))
            return w->instances[i];
    return NULL;
}

static void print_hop(const struct forward_hop *h)
{
    char text[ADDR_TEXT];
    printf(" %s%%%s%s%s", h->next_addr.family ? addr_format(&h->next_addr, text) : "-",
           h->out ? h->out->name : "-", h->next ? "=" : "",
           h->next ? h->next->router->name : "");
}

static void answer(const struct world *w, const struct instance *in, const struct addr *dst)
{
    static const char *const kinds[] = {"unknown", "deliver", "on", "drop"};
    char prefix[PREFIX_TEXT];
    struct forwarding f;
    forward_lookup(w, in, dst, &f);
    printf("%s %s %s %s", kinds[f.kind], fact_class_name(f.cls),
           f.prefix == NOWHERE ? "-" : prefix_format(&w->prefixes[f.prefix], prefix),
           f.protocol ? f.protocol : "-");
    for (size_t i = 0; i < f.n; i++)
        print_hop(&f.hops[i]);
    if (f.kind == FORWARD_DELIVER && f.lan)
        printf(" -%%%s", f.lan->name);
    putchar('\n');
}

static int ask_all(const struct world *w)
{
    char line[1024], node[256], table[256], text[256];
    struct addr dst;
    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "%255s %255s %255s", node, table, text) != 3 ||
            !addr_parse(slice_of(text), &dst)) {
            fprintf(stderr, "not a question: %s", line);
            return 2;
        }
        const struct instance *in = instance_named(w, node, strcmp(table, "-") ? table : "");
        if (in)
            answer(w, in, &dst);
        else
            puts("nowhere");
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct intake *intakes[STORES_MAX] = {0};
    size_t n = (size_t)argc - 1;
    struct snapshot *snap = NULL;
    struct err e = {0};
    int rc = n && n <= STORES_MAX ? 0 : err_set(&e, ERR_LIMIT, "usage: %s STORE...", argv[0]);
    const struct clock *clock = clock_system();
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct store *store = NULL;
        int64_t expiry;
        intakes[i] = intake_new();
        rc = intakes[i] ? store_open(&store, argv[i + 1], STORE_READ, clock, &e)
                        : err_set(&e, ERR_NOMEM, "no memory");
        if (rc == 0)
            rc = store_load(store, clock->now_us(clock->self), intakes[i], &expiry, &e);
        store_close(&store);
    }
    if (rc == 0)
        rc = aggregate(intakes, n, clock->now_us(clock->self), &snap, &e);
    if (rc < 0) {
        fprintf(stderr, "%s\n", e.msg);
        for (size_t i = 0; n <= STORES_MAX && i < n; i++)
            intake_free(&intakes[i]);
        return 2;
    }
    rc = ask_all(world_of(snap));
    snapshot_free(&snap);
    return rc;
}
