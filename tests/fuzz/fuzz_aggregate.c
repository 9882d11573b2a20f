/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of several domains, as text, to a snapshot and some paths in it. The text is that of
 * tests/unit/aggregator/world_builder.h; a line "@NAME" begins what the domain NAME states.
 * Lines that make no sense are passed over, so that what remains is always a set of facts.
 */
#include <stdlib.h>
#include <string.h>

#include "unit/aggregator/world_builder.h"

#define MAX_INPUT 20000
#define MAX_ASKED 6

static void say_all(struct wb *b, char *text)
{
    const char *domain = "one";
    char *from = text;
    while (from) {
        char *at = from[0] == '@' ? from : strstr(from, "\n@");
        char *next = NULL;
        if (at && at != from) {
            *at = 0;
            next = at + 1;
        }
        if (from[0] == '@') {
            char *end = strchr(from, '\n');
            domain = from + 1;
            if (end)
                *end = 0;
            next = end ? end + 1 : NULL;
        } else {
            wb_say_loosely(b, *domain ? domain : "one", from);
        }
        from = next;
    }
}

/* Ends of traceroutes and addresses of interfaces: what is likely to lead somewhere. */
static size_t addresses(const struct world *w, struct addr *out)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_ports && n < MAX_ASKED / 2; i++)
        if (w->ports[i]->n_addrs)
            out[n++] = w->ports[i]->addrs[0].addr;
    FOR_ROWS(w, observed_path, OBSERVED_PATH, f)
    {
        if (n + 2 > MAX_ASKED)
            break;
        out[n++] = f->source;
        out[n++] = f->destination;
    }
    return n;
}

static void ask(struct wb *b)
{
    struct addr asked[MAX_ASKED];
    size_t n = addresses(b->world, asked);
    for (size_t i = 0; i < n * n; i++) {
        struct arena_mark mark = arena_mark(b->arena);
        struct path *p = NULL;
        struct err e = {0};
        if (b->snap->paths->find(b->snap->paths,
                                 &(struct path_question){asked[i / n], asked[i % n], NULL},
                                 b->arena, &p, &e))
            abort();
        if (p->reached && (!p->known || !p->n_legs || p->why))
            abort();
        snapshot_path_cost(b->snap, "routingcost", p);
        arena_rewind(b->arena, mark);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_INPUT)
        return 0;
    char *text = malloc(size + 1);
    struct wb *b = wb_new();
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = 0;
    say_all(b, text);
    wb_build(b); /* aborts when that fails: no set of facts may cost the snapshot */
    ask(b);
    wb_free(&b);
    free(text);
    return 0;
}
