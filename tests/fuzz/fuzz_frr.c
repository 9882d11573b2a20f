/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a configuration of FRR: read, and stated as facts. */
#include <stdlib.h>

#include "agents/sources/frr/frr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct batch_head head = {.origin = {"d", "s", "config", "f", .expires = FACT_NONE}};
    struct slice text = {(const char *)data, size};
    struct arena *arena = arena_new(0);
    struct memory_sink sink;
    struct frr *c = NULL;
    struct err e = {0};

    if (arena == NULL)
        return 0;
    memory_sink_init(&sink, arena);
    if (frr_read("f", "n", text, &c, &e) == 0) {
        if (sink.sink.begin(&sink.sink, &head, &e) != 0 || frr_state(c, &sink.sink, &e) != 0 ||
            sink.sink.commit(&sink.sink, &e) != 0)
            abort(); /* whatever was read can be stated */
        frr_free(&c);
    } else if (e.msg[0] == '\0') {
        abort();
    }
    memory_sink_free(&sink);
    arena_free(&arena);
    return 0;
}
