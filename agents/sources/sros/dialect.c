/* SPDX-License-Identifier: Apache-2.0 */
/* Nokia SR OS among the languages of configurations. */
#include "agents/sources/config_dialect.h"
#include "agents/sources/sros/sros.h"

/** A banner, or everything below `configure`; the classic CLI counts, to be refused by name. */
static int likeness(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line;
    int flat = 0, other = 0;

    while (slice_line(&rest, &line)) {
        line = slice_trim(line);
        if (slice_starts(line, "# TiMOS-") ||
            slice_starts(line, "# Configuration format version"))
            return 95;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (slice_eq(line, "configure {") || slice_eq(line, "router \"Base\" {"))
            return 80;
        if (slice_starts(line, "echo \"System Configuration\""))
            return 70;
        if (!slice_starts(line, "/configure ") && !slice_starts(line, "configure "))
            other++;
        else if (++flat >= 3 && other == 0)
            return 80;
    }
    return flat > 0 && other == 0 ? 60 : 0;
}

static int publish(struct agent *a, const struct agent_file *f, struct sros *s,
                   struct batch_sink *sink, struct err *e)
{
    struct batch_head head = agent_file_batch(a, f, BATCH_REPLACE);
    int rc = sink->begin(sink, &head, e);

    if (rc != 0)
        return rc;
    rc = sros_state(s, sink, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

static int read(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                struct err *e)
{
    struct arena *scratch = arena_new(0);
    const char *node = scratch != NULL ? config_node_name(f->name, scratch) : NULL;
    struct sros *s = NULL;
    int rc = node != NULL ? sros_read(f->path, node, f->text, &s, e)
                          : err_set(e, ERR_NOMEM, "%s: out of memory", f->path);

    if (rc == 0)
        rc = publish(a, f, s, sink, e);
    sros_free(&s);
    arena_free(&scratch);
    return rc;
}

const struct agent_dialect config_dialect_sros = {
    .name = "sros",
    .summary = "Nokia SR OS, MD-CLI: admin show configuration, info flat",
    .likeness = likeness,
    .read = read,
};
