/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/junos/said.h"

#include "agents/sources/junos/junos.h"
#include "unit/cmocka_all.h"

static int state_junos(void *parsed, struct batch_sink *sink, struct err *e)
{
    return junos_state(parsed, sink, e);
}

char *junos_said(const char *text)
{
    struct junos *j = NULL;
    struct err e = {0};
    char *lines;

    if (junos_read("f", "n", slice_of(text), &j, &e) != 0)
        fail_msg("%s: %s", text, e.msg);
    lines = said_of(state_junos, j);
    junos_free(&j);
    assert_null(j);
    return lines;
}
