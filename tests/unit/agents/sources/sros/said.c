/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/sros/said.h"

#include "agents/sources/sros/sros.h"
#include "unit/cmocka_all.h"

static int state_sros(void *parsed, struct batch_sink *sink, struct err *e)
{
    return sros_state(parsed, sink, e);
}

char *sros_said(const char *text)
{
    struct sros *s = NULL;
    struct err e = {0};
    char *lines;

    if (sros_read("f", "n", slice_of(text), &s, &e) != 0)
        fail_msg("%s: %s", text, e.msg);
    lines = said_of(state_sros, s);
    sros_free(&s);
    assert_null(s);
    return lines;
}
