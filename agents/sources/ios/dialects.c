/* SPDX-License-Identifier: Apache-2.0 */
/* IOS, IOS XR, NX-OS and EOS among the languages of configurations. */
#include "agents/sources/config_dialect.h"
#include "agents/sources/ios/ios.h"

struct parser {
    enum ios_platform platform;
};

static int publish(struct agent *a, const struct agent_file *f, struct frr *c,
                   struct batch_sink *sink, struct err *e)
{
    struct batch_head head = agent_file_batch(a, f, BATCH_REPLACE);
    int rc = sink->begin(sink, &head, e);

    if (rc != 0)
        return rc;
    rc = frr_state(c, sink, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

static int read(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                struct err *e)
{
    const struct parser *p = f->dialect->parser;
    struct arena *scratch = arena_new(0);
    const char *node = scratch != NULL ? config_node_name(f->path, scratch) : NULL;
    struct ios_file file = {f->path, node, f->text, p->platform};
    struct frr *c = NULL;
    int rc = node != NULL ? ios_read(&file, &c, e)
                          : err_set(e, ERR_NOMEM, "%s: out of memory", f->path);

    if (rc == 0 && frr_understood(c) == 0)
        rc = err_set(e, ERR_NOENT, "holds no statement about interfaces or routes");
    else if (rc == 0)
        rc = publish(a, f, c, sink, e);
    frr_free(&c);
    arena_free(&scratch);
    return rc;
}

static int likeness_ios(const struct agent_file *f)
{
    return config_likeness(f, "ios");
}

static const struct parser ios = {IOS_IOS};

const struct agent_dialect config_dialect_ios = {
    .name = "ios",
    .summary = "IOS and IOS XE: show running-config",
    .likeness = likeness_ios,
    .read = read,
    .parser = &ios,
};

static int likeness_ios_xr(const struct agent_file *f)
{
    return config_likeness(f, "ios-xr");
}

static const struct parser ios_xr = {IOS_XR};

const struct agent_dialect config_dialect_ios_xr = {
    .name = "ios-xr",
    .summary = "IOS XR: show running-config",
    .likeness = likeness_ios_xr,
    .read = read,
    .parser = &ios_xr,
};

static int likeness_nxos(const struct agent_file *f)
{
    return config_likeness(f, "nxos");
}

static const struct parser nxos = {IOS_NXOS};

const struct agent_dialect config_dialect_nxos = {
    .name = "nxos",
    .summary = "NX-OS: show running-config",
    .likeness = likeness_nxos,
    .read = read,
    .parser = &nxos,
};

static int likeness_eos(const struct agent_file *f)
{
    return config_likeness(f, "eos");
}

static const struct parser eos = {IOS_EOS};

const struct agent_dialect config_dialect_eos = {
    .name = "eos",
    .summary = "Arista EOS: show running-config",
    .likeness = likeness_eos,
    .read = read,
    .parser = &eos,
};
