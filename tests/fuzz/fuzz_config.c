/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a configuration: the first byte says of which router, and whether that is guessed
 * as well; the rest is read and stated as facts.
 */
#include <stdlib.h>

#include "agents/sources/bird/bird.h"
#include "agents/sources/config_dialect.h"
#include "agents/sources/ios/ios.h"

#define GUESSED 0xc0 /* and above; to guess takes as long as to read */

/* Whatever was read can be stated. */
static void state(int (*put)(void *, struct batch_sink *, struct err *), void *c)
{
    struct batch_head head = {.origin = {"d", "s", "config", "f", .expires = FACT_NONE}};
    struct arena *arena = arena_new(0);
    struct memory_sink sink;
    struct err e = {0};

    if (arena == NULL)
        return;
    memory_sink_init(&sink, arena);
    if (sink.sink.begin(&sink.sink, &head, &e) != 0 || put(c, &sink.sink, &e) != 0 ||
        sink.sink.commit(&sink.sink, &e) != 0)
        abort();
    memory_sink_free(&sink);
    arena_free(&arena);
}

static int put_bird(void *c, struct batch_sink *sink, struct err *e)
{
    return bird_state(c, sink, e);
}

static int put_ios(void *c, struct batch_sink *sink, struct err *e)
{
    return frr_state(c, sink, e);
}

static void as_bird(struct slice text)
{
    struct bird *c = NULL;
    struct err e = {0};

    if (bird_read("f", "n", text, &c, &e) == 0)
        state(put_bird, c);
    else if (e.msg[0] == '\0')
        abort();
    bird_free(&c);
}

static void as_ios(struct slice text, enum ios_platform platform)
{
    struct ios_file file = {"f", "n", text, platform};
    struct frr *c = NULL;
    struct err e = {0};

    if (ios_read(&file, &c, &e) == 0)
        state(put_ios, c);
    else if (e.msg[0] == '\0')
        abort();
    frr_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum ios_platform platforms[] = {IOS_IOS, IOS_XR, IOS_NXOS, IOS_EOS};
    struct slice text = {(const char *)data + 1, size - 1};
    struct agent_file file = {.name = "f", .path = "f", .text = text};

    if (size == 0)
        return 0;
    if (data[0] >= GUESSED)
        config_guess(&file);
    if (data[0] % 8 < 4)
        as_bird(text);
    else
        as_ios(text, platforms[data[0] % 4]);
    return 0;
}
