/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/agent.h"
#include "agents/sources/perfsonar/ps.h"

static const struct conf_item options[] = {{0}};
static int ps_open(struct agent *a, struct err *e) { (void)a, (void)e; return 0; }
static int ps_collect(struct agent *a, struct batch_sink *s, struct err *e) { (void)a, (void)e; (void)s; return 0; }
static void ps_close(struct agent *a) { (void)a; }
const struct agent_ops agent_perfsonar = {
    .name = "perfsonar",
    .summary = "Results of perfSONAR's tests.",
    .options = options,
    .open = ps_open,
    .collect = ps_collect,
    .close = ps_close,
    .dialects = ps_dialects,
};
