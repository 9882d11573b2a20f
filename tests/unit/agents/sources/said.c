/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/said.h"

#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

char *said_of(said_state *state, void *c)
{
    struct batch_head head = {.origin = {"d", "s", "config", "f", .expires = FACT_NONE}};
    struct arena *arena = arena_new(0);
    struct memory_sink sink;
    struct buf out = {0};
    struct err e = {0};

    memory_sink_init(&sink, arena);
    assert_int_equal(sink.sink.begin(&sink.sink, &head, &e), 0);
    assert_int_equal(state(c, &sink.sink, &e), 0);
    assert_int_equal(sink.sink.commit(&sink.sink, &e), 0);
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        const struct fact_kind_info *info = fact_kind_info(k);
        const struct fact_rows *rows = &sink.v[0].facts.rows[k];

        for (size_t i = 0; i < rows->n; i++) {
            buf_printf(&out, "%s ", info->name);
            fact_json(k, (const char *)rows->v + i * info->size, &out);
            buf_char(&out, '\n');
        }
    }
    for (size_t i = 0; i < sink.v[0].n_ignored; i++)
        buf_printf(&out, "ignored %s: %s\n", sink.v[0].ignored[i].where,
                   sink.v[0].ignored[i].reason);
    memory_sink_free(&sink);
    arena_free(&arena);
    return buf_take(&out, &(size_t){0});
}

void said_expect(const char *text, const char *const lines[])
{
    for (; *lines != NULL; lines++) {
        bool unwanted = (*lines)[0] == '-';
        const char *want = *lines + unwanted;

        if ((strstr(text, want) != NULL) == unwanted)
            fail_msg("%s %s\nin\n%s", unwanted ? "must not be there:" : "is not there:", want,
                     text);
    }
}

void said_check(const struct said_example *v, size_t n, char *(*said)(const char *text))
{
    for (size_t i = 0; i < n; i++) {
        const char *lines[2] = {NULL};
        char *text = said(v[i].text);

        for (size_t k = 0; k < 6 && v[i].has[k] != NULL; k++) {
            lines[0] = v[i].has[k];
            said_expect(text, lines);
        }
        for (size_t k = 0; k < 3 && v[i].has_not[k] != NULL; k++) {
            if (strstr(text, v[i].has_not[k]) != NULL)
                fail_msg("must not be there: %s\nin\n%s", v[i].has_not[k], text);
        }
        free(text);
    }
}
