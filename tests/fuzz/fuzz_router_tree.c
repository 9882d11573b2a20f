/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a configuration of Junos or SR OS (by the first byte): read, stated as facts. */
#include <stdlib.h>

#include "agents/sources/junos/junos.h"
#include "agents/sources/sros/sros.h"

static int junos(struct slice text, struct batch_sink *sink, struct err *e)
{
    struct junos *j = NULL;
    int rc = junos_read("f", "n", text, &j, e);

    if (rc == 0)
        rc = junos_state(j, sink, e);
    junos_free(&j);
    return rc;
}

static int sros(struct slice text, struct batch_sink *sink, struct err *e)
{
    struct sros *s = NULL;
    int rc = sros_read("f", "n", text, &s, e);

    if (rc == 0)
        rc = sros_state(s, sink, e);
    sros_free(&s);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct batch_head head = {.origin = {"d", "s", "config", "f", .expires = FACT_NONE}};
    struct slice text = {(const char *)data + 1, size - 1};
    struct arena *arena = arena_new(0);
    struct memory_sink sink;
    struct err e = {0};
    int rc;

    if (arena == NULL || size == 0) {
        arena_free(&arena);
        return 0;
    }
    memory_sink_init(&sink, arena);
    if (sink.sink.begin(&sink.sink, &head, &e) != 0)
        abort();
    rc = data[0] % 2 == 0 ? junos(text, &sink.sink, &e) : sros(text, &sink.sink, &e);
    if (rc == 0)
        rc = sink.sink.commit(&sink.sink, &e);
    else
        sink.sink.abort(&sink.sink);
    if ((rc != 0) != (e.msg[0] != '\0'))
        abort(); /* a failure has a reason, success has none */
    memory_sink_free(&sink);
    arena_free(&arena);
    return 0;
}
