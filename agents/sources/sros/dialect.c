/* SPDX-License-Identifier: Apache-2.0 */
/* Nokia SR OS among the languages of configurations. */
#include <string.h>

#include "agents/sources/config_dialect.h"
#include "agents/sources/sros/classic.h"
#include "agents/sources/sros/json.h"
#include "agents/sources/sros/sros.h"

/** `echo "Router (Network Side) Configuration"`, below a line of dashes. */
static bool is_heading(struct slice before, struct slice line)
{
    static const char end[] = " Configuration\"";
    size_t n = sizeof(end) - 1;

    return (slice_starts(before, "#--") || slice_starts(before, "---")) &&
           slice_starts(line, "echo \"") && line.n > n &&
           memcmp(line.p + line.n - n, end, n) == 0;
}

/** What stands beside flat lines. */
static bool is_neutral(struct slice line)
{
    return line.n == 0 || line.p[0] == '#' || slice_eq(line, "exit all") ||
           slice_starts(line, "echo ");
}

/** A banner, a heading of the classic CLI, or everything below `configure`. */
static int likeness(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line, last, before = {"", 0}, place;
    int flat = 0, other = 0;

    if (config_is_named(f->text, "sros"))
        return CONFIG_NAMED;
    if (sros_json_likely(f->text))
        return 95;
    while (slice_line(&rest, &line)) {
        line = slice_trim(line);
        if (slice_starts(line, "# TiMOS-") ||
            slice_starts(line, "# Configuration format version"))
            return 95;
        last = before;
        before = line;
        if (is_heading(last, line) || classic_is_prompt(line) ||
            (tree_is_place(line, &place) && slice_starts(place, "/configure")))
            return 70;
        if (is_neutral(line))
            continue;
        if (slice_eq(line, "configure {") || slice_starts(line, "router \"Base\""))
            return 80;
        if (slice_eq(line, "router Base"))
            return 70;
        if (!slice_starts(line, "/configure ") && !slice_starts(line, "configure "))
            other++;
        else if (++flat >= 3 && other == 0)
            return 80;
    }
    return flat > 0 && other == 0 ? 60 : 0;
}

static int parse(const struct config_text *t, void **out, struct err *e)
{
    struct sros *c = NULL;
    int rc = sros_read(t->path, t->node, t->text, &c, e);

    *out = c;
    return rc;
}

static int state(void *config, struct batch_sink *sink, struct err *e)
{
    return sros_state(config, sink, e);
}

static void release(void *config)
{
    struct sros *c = config;

    sros_free(&c);
}

static const struct config_language language = {
    .parse = parse,
    .state = state,
    .release = release,
};

const struct agent_dialect config_dialect_sros = {
    .name = "sros",
    .summary = "Nokia SR OS: admin show configuration, info flat, info json; classic: admin "
               "display-config",
    .likeness = likeness,
    .read = config_read,
    .parser = &language,
};
