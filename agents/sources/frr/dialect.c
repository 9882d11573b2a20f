/* SPDX-License-Identifier: Apache-2.0 */
/* FRR among the languages of configurations. */
#include "agents/sources/config_dialect.h"
#include "agents/sources/frr/frr.h"

static int likeness(const struct agent_file *f)
{
    return config_likeness(f, "frr");
}

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
    struct arena *scratch = arena_new(0);
    const char *node = scratch != NULL ? config_node_name(f->path, scratch) : NULL;
    struct frr *c = NULL;
    int rc = node != NULL ? frr_read(f->path, node, f->text, &c, e)
                          : err_set(e, ERR_NOMEM, "%s: out of memory", f->path);

    if (rc == 0 && frr_understood(c) == 0)
        rc = err_set(e, ERR_NOENT, "holds no statement of FRR");
    else if (rc == 0)
        rc = publish(a, f, c, sink, e);
    frr_free(&c);
    arena_free(&scratch);
    return rc;
}

const struct agent_dialect config_dialect_frr = {
    .name = "frr",
    .summary = "FRR 7 to 10: frr.conf, show running-config",
    .likeness = likeness,
    .read = read,
};
