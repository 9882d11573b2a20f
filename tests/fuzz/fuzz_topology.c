/* SPDX-License-Identifier: Apache-2.0 */
/* Topology documents: the first byte chooses the dialect ("?": the one that it looks like), the
 * rest is the document. */
#include <stdint.h>

#include "agents/instance.h"
#include "agents/sources/topology/dialects.h"

extern const struct agent_ops agent_topology;

static void read_as(const struct agent_dialect *d, struct agent_file *f)
{
    struct agent_setup setup = {.ops = &agent_topology,
                                .domain = "d",
                                .name = "s",
                                .expires = FACT_NONE,
                                .clock = clock_system(),
                                .unopened = true};
    struct arena *arena = arena_new(1 << 26);
    struct memory_sink sink;
    struct agent *a = NULL;
    struct err e = {0};

    if (arena == NULL)
        return;
    memory_sink_init(&sink, arena);
    f->dialect = d;
    if (agent_new(&a, &setup, &e) == 0)
        d->read(a, f, &sink.sink, &e);
    agent_free(&a);
    memory_sink_free(&sink);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct agent_dialect *d;
    struct agent_file f = {.name = "t", .path = "t", .observed = FACT_NONE};
    size_t n = 0;

    if (size < 2)
        return 0;
    f.text = (struct slice){(const char *)data + 1, size - 1};
    while (topo_dialects[n] != NULL)
        n++;
    d = data[0] == '?' ? agent_dialect_guess(topo_dialects, &f) : topo_dialects[data[0] % n];
    if (d != NULL)
        read_as(d, &f);
    return 0;
}
