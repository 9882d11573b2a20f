/* SPDX-License-Identifier: Apache-2.0 */
/* FRR among the languages of configurations. */
#include "agents/sources/config_dialect.h"
#include "agents/sources/frr/frr.h"

static int parse(const struct config_text *t, void **out, struct err *e)
{
    struct frr *c = NULL;
    int rc = frr_read(t->path, t->node, t->text, &c, e);

    *out = c;
    return rc;
}

static int state(void *config, struct batch_sink *sink, struct err *e)
{
    return frr_state(config, sink, e);
}

static const char *silence(const void *config)
{
    return frr_understood(config) == 0 ? "holds no statement of FRR" : NULL;
}

static void release(void *config)
{
    struct frr *c = config;

    frr_free(&c);
}

static const struct config_language language = {
    .parse = parse,
    .silence = silence,
    .state = state,
    .release = release,
};

const struct agent_dialect config_dialect_frr = {
    .name = "frr",
    .summary = "FRR 7 to 10: frr.conf, show running-config",
    .likeness = config_likeness,
    .read = config_read,
    .parser = &language,
};
