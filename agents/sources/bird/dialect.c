/* SPDX-License-Identifier: Apache-2.0 */
/* BIRD among the languages of configurations. */
#include "agents/sources/bird/bird.h"
#include "agents/sources/config_dialect.h"

static int likeness(const struct agent_file *f)
{
    return config_likeness(f, "bird");
}

static int publish(struct agent *a, const struct agent_file *f, struct bird *c,
                   struct batch_sink *sink, struct err *e)
{
    struct batch_head head = agent_file_batch(a, f, BATCH_REPLACE);
    int rc = sink->begin(sink, &head, e);

    if (rc != 0)
        return rc;
    rc = bird_state(c, sink, e);
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
    struct bird *c = NULL;
    int rc = node != NULL ? bird_read(f->path, node, f->text, &c, e)
                          : err_set(e, ERR_NOMEM, "%s: out of memory", f->path);

    if (rc == 0 && bird_understood(c) == 0)
        rc = err_set(e, ERR_NOENT, "holds no protocol of BIRD");
    else if (rc == 0)
        rc = publish(a, f, c, sink, e);
    bird_free(&c);
    arena_free(&scratch);
    return rc;
}

const struct agent_dialect config_dialect_bird = {
    .name = "bird",
    .summary = "BIRD 1.6, 2 and 3: bird.conf",
    .likeness = likeness,
    .read = read,
};
