/* SPDX-License-Identifier: Apache-2.0 */
/* IOS, IOS XR, NX-OS and EOS among the languages of configurations. */
#include "agents/sources/config_dialect.h"
#include "agents/sources/ios/ios.h"

static int parse(const struct config_text *t, void **out, struct err *e)
{
    struct frr *c = NULL;
    int rc = ios_read(&(struct ios_file){t->path, t->node, t->text, t->platform}, &c, e);

    *out = c;
    return rc;
}

static int state(void *config, struct batch_sink *sink, struct err *e)
{
    return frr_state(config, sink, e);
}

static const char *silence(const void *config)
{
    return frr_understood(config) == 0 ? "holds no statement about interfaces or routes" : NULL;
}

static void release(void *config)
{
    struct frr *c = config;

    frr_free(&c);
}

#define LANGUAGE(symbol, platform_, name_, summary_)                                           \
    static const struct config_language symbol = {                                             \
        .parse = parse,                                                                        \
        .silence = silence,                                                                    \
        .state = state,                                                                        \
        .release = release,                                                                    \
        .platform = platform_,                                                                 \
    };                                                                                         \
    const struct agent_dialect config_dialect_##symbol = {                                     \
        .name = name_,                                                                         \
        .summary = summary_,                                                                   \
        .likeness = config_likeness,                                                           \
        .read = config_read,                                                                   \
        .parser = &symbol,                                                                     \
    }

LANGUAGE(ios, IOS_IOS, "ios", "IOS and IOS XE: show running-config");
LANGUAGE(ios_xr, IOS_XR, "ios-xr", "IOS XR: show running-config");
LANGUAGE(nxos, IOS_NXOS, "nxos", "NX-OS: show running-config");
LANGUAGE(eos, IOS_EOS, "eos", "Arista EOS: show running-config");
