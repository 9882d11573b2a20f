/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdint.h>

#include "agents/sources/trace/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(1 << 24);
    struct trace t;
    struct err e = {0};

    if (a == NULL)
        return 0;
    if (trace_parse((struct slice){(const char *)data, size}, a, &t, &e) == 0) {
        assert(t.hops.n > 0 && t.hops.n <= TRACE_MAX_HOPS);
        for (size_t i = 0; i < t.hops.n; i++) {
            assert(t.hops.v[i].probes > 0 && t.hops.v[i].lost <= t.hops.v[i].probes);
            for (size_t k = 0; k < t.hops.v[i].n; k++)
                assert(addr_is_set(&t.hops.v[i].v[k].addr));
        }
    } else {
        assert(e.code < 0 && e.msg[0] != '\0');
    }
    arena_free(&a);
    return 0;
}
