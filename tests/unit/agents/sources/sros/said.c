/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/sros/said.h"

#include <string.h>

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

void sros_refused(const struct sros_refusal *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sros *s = NULL;
        struct err e = {0};

        assert_int_equal(sros_read("f", "n", slice_of(v[i].text), &s, &e), v[i].code);
        assert_null(s);
        if (strstr(e.msg, v[i].message) == NULL)
            fail_msg("%s: %s", v[i].text, e.msg);
    }
}
