/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in text: the first byte chooses the dialect, the rest is the answer. Which dialect it
 * looks like is for fuzz_lg_answers. */
#include <stdint.h>
#include <stdlib.h>

#include "agents/sources/lg/dialects.h"

static const struct agent_dialect *const dialects[] = {
    &lg_dialect_bird, &lg_dialect_junos, &lg_dialect_ios,      &lg_dialect_iosxr,
    &lg_dialect_nxos, &lg_dialect_eos,   &lg_dialect_frr_text, &lg_dialect_sros,
};

#define N_DIALECTS (sizeof(dialects) / sizeof(*dialects))

static void read_answer(struct lg *lg, const struct agent_dialect *dialect, struct slice text)
{
    const struct lg_form *form = dialect->parser;
    struct err e = {0};

    if (form->parse(lg, text, &e) == 0) {
        lg_tell_skips(lg, "x");
        lg_finish(lg, &e);
    }
    lg_reset(lg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct batch_head head = {.origin = {.domain = "d", .source = "s", .scope = "r"}};
    struct arena *arena = arena_new(1 << 24), *scratch = arena_new(1 << 24);
    struct lg *lg = calloc(1, sizeof(*lg));
    struct slice text;
    struct memory_sink sink;
    struct err e = {0};

    if (size == 0 || arena == NULL || scratch == NULL || lg == NULL)
        goto out;
    text = (struct slice){(const char *)data + 1, size - 1};
    memory_sink_init(&sink, arena);
    lg->node = "r";
    lg->sink = &sink.sink;
    lg->arena = scratch;
    if (sink.sink.begin(&sink.sink, &head, &e) == 0)
        read_answer(lg, dialects[data[0] % N_DIALECTS], text);
    memory_sink_free(&sink);
out:
    free(lg);
    arena_free(&arena);
    arena_free(&scratch);
    return 0;
}
