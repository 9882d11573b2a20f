/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/ios/expect.h"

#include <stdlib.h>

#include "agents/sources/config_dialect.h"
#include "unit/agents/sources/said.h"
#include "unit/cmocka_all.h"

static int state(void *c, struct batch_sink *sink, struct err *e)
{
    return frr_state(c, sink, e);
}

void ios_expect(enum ios_platform platform, const char *text, const char *const lines[])
{
    struct ios_file file = {"f", "n", slice_of(text), platform};
    struct frr *c = NULL;
    struct err e = {0};
    char *said;

    if (ios_read(&file, &c, &e) != 0)
        fail_msg("%s", e.msg);
    said = said_of(state, c);
    said_expect(said, lines);
    free(said);
    frr_free(&c);
}
