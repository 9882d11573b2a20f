/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as static facts: an error with a place, or facts that can be told. */
#include <assert.h>
#include <string.h>

#include "agents/sources/static.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct facts fs = {.arena = arena_new((size_t)64 << 20)};
    struct static_text text = {"fuzz.yaml", (const char *)data, size, "one"};
    struct err e = {0};
    struct buf out = {0};

    if (static_read(&text, &fs, &e) != 0)
        assert(strncmp(e.msg, "fuzz.yaml:", 10) == 0 || e.code == ERR_NOMEM);
    else
        for (int kind = 0; kind < FACT_KIND_COUNT; kind++)
            for (size_t i = 0; i < fs.rows[kind].n; i++)
                fact_json(kind, (char *)fs.rows[kind].v + i * fact_kind_info(kind)->size, &out);
    buf_free(&out);
    facts_free(&fs);
    arena_free(&fs.arena);
    return 0;
}
