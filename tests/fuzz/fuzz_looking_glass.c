/* SPDX-License-Identifier: Apache-2.0 */
/* FRR's answers: the first byte chooses the parser, the rest is the answer. */
#include <stdint.h>
#include <stdlib.h>

#include "agents/sources/lg/lg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lg_parser *const parsers[] = {lg_frr_bgp, lg_frr_route, lg_frr_interface};
    struct batch_head head = {.origin = {.domain = "d", .source = "s", .scope = "r"}};
    struct arena *arena = arena_new(1 << 24), *scratch = arena_new(1 << 24);
    struct lg *lg = calloc(1, sizeof(*lg));
    struct memory_sink sink;
    struct jread_limits limits;
    struct jread *r = NULL;
    struct err e = {0};

    if (size == 0 || arena == NULL || scratch == NULL || lg == NULL)
        goto out;
    memory_sink_init(&sink, arena);
    lg->node = "r";
    lg->sink = &sink.sink;
    lg->arena = scratch;
    lg_json_limits(&limits);
    if (sink.sink.begin(&sink.sink, &head, &e) == 0 &&
        jread_new_bytes(&r, &limits, data + 1, size - 1, &e) == 0 &&
        parsers[data[0] % 3](lg, r, &e) == 0) {
        lg_tell_skips(lg, "x");
        lg_finish(lg, &e);
    }
    jread_free(&r);
    lg_reset(lg);
    memory_sink_free(&sink);
out:
    free(lg);
    arena_free(&arena);
    arena_free(&scratch);
    return 0;
}
