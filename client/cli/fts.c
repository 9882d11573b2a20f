/* SPDX-License-Identifier: Apache-2.0 */
/* rialto fts: what schedulers of transfers need. */
#include "client/cli/fts.h"

#include <string.h>

int cmd_fts(struct cli *c)
{
    if (strcmp(c->args[0], "plan") == 0)
        return fts_plan(c);
    if (strcmp(c->args[0], "apply") == 0)
        return fts_apply(c);
    if (strcmp(c->args[0], "grants") == 0)
        return fts_grants(c);
    return cli_usage(c, "fts %s: plan, apply or grants is expected", c->args[0]);
}
