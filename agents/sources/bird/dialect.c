/* SPDX-License-Identifier: Apache-2.0 */
/* BIRD among the languages of configurations. */
#include "agents/sources/bird/bird.h"
#include "agents/sources/config_dialect.h"

static int parse(const struct config_text *t, void **out, struct err *e)
{
    struct bird *c = NULL;
    int rc = bird_read(t->path, t->node, t->text, &c, e);

    *out = c;
    return rc;
}

static int state(void *config, struct batch_sink *sink, struct err *e)
{
    return bird_state(config, sink, e);
}

static const char *silence(const void *config)
{
    return bird_understood(config) == 0 ? "holds no protocol of BIRD" : NULL;
}

static void release(void *config)
{
    struct bird *c = config;

    bird_free(&c);
}

static const struct config_language language = {
    .parse = parse,
    .silence = silence,
    .state = state,
    .release = release,
};

const struct agent_dialect config_dialect_bird = {
    .name = "bird",
    .summary = "BIRD 1.6, 2 and 3: bird.conf",
    .likeness = config_likeness,
    .read = config_read,
    .parser = &language,
};
