/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a source's dialects: the first byte chooses one ("?": the one that it looks like),
 * the rest is the file. */
#ifndef RIALTO_TESTS_FUZZ_DIALECTS_H
#define RIALTO_TESTS_FUZZ_DIALECTS_H

#include <stdint.h>

#include "agents/instance.h"

static inline void fuzz_read_as(const struct agent_ops *ops, const struct agent_dialect *d,
                                struct agent_file *f)
{
    struct agent_setup setup = {.ops = ops,
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

/** One input, as a file called `name`; `dialects` ends with NULL. */
static inline void fuzz_dialects(const struct agent_ops *ops,
                                 const struct agent_dialect *const *dialects, const char *name,
                                 struct slice input)
{
    struct agent_file f = {.name = name, .path = name, .observed = FACT_NONE};
    const struct agent_dialect *d;
    size_t n = 0;

    if (input.n < 2)
        return;
    f.text = (struct slice){input.p + 1, input.n - 1};
    while (dialects[n] != NULL)
        n++;
    d = *input.p == '?' ? agent_dialect_guess(dialects, &f) : dialects[(uint8_t)*input.p % n];
    if (d != NULL)
        fuzz_read_as(ops, d, &f);
}

#endif
