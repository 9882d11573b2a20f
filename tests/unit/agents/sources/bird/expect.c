/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/bird/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/bird/bird.h"
#include "unit/agents/sources/said.h"
#include "unit/cmocka_all.h"

static int state(void *c, struct batch_sink *sink, struct err *e)
{
    return bird_state(c, sink, e);
}

void bird_expect(const char *text, const char *const lines[])
{
    struct bird *c = NULL;
    struct err e = {0};
    char *said;

    if (bird_read("f", "n", slice_of(text), &c, &e) != 0)
        fail_msg("%s", e.msg);
    said = said_of(state, c);
    said_expect(said, lines);
    free(said);
    bird_free(&c);
    assert_null(c);
}

void bird_expect_filter(const char *body, const char *const lines[])
{
    char text[2048];

    snprintf(
        text, sizeof(text),
        "define NETS = [ 192.0.2.0/24 ];\nfilter f {\n%s\n}\n"
        "protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { import filter f; }; }\n",
        body);
    bird_expect(text, lines);
}

void bird_expect_terms(const char *body, const char *const terms[])
{
    char want[16][512];
    const char *lines[17] = {NULL};
    size_t n = 0;

    for (; terms[n] != NULL; n++) {
        assert_true(n < 15);
        snprintf(want[n], sizeof(want[n]), "\"name\":\"f\",\"seq\":%zu,\"action\":%s",
                 10 * (n + 1), terms[n]);
        lines[n] = want[n];
    }
    snprintf(want[n], sizeof(want[n]), "-\"name\":\"f\",\"seq\":%zu,", 10 * (n + 1));
    lines[n] = want[n];
    bird_expect_filter(body, lines);
}
