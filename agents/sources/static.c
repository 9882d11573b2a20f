/* SPDX-License-Identifier: Apache-2.0 */
/* Source static: facts from a file that an operator writes. The reference for other sources. */
#include "agents/sources/static.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agents/agent.h"

#define ARENA_LIMIT ((size_t)512 << 20) /* one file is at most 1 MiB of text */

struct static_state {
    const char *path;
    const char *scope; /* the file's base name */
};

static int static_open(struct agent *a, struct err *e)
{
    struct static_state *s = agent_state(a);
    const struct conf *conf = agent_conf(a);

    s->path = conf_str(conf, "file");
    s->scope = strrchr(s->path, '/') + 1; /* conf made it absolute */
    if (access(s->path, R_OK) != 0)
        return conf_err(conf_get(conf, "file"), e, "file: %s: %s", s->path, strerror(errno));
    return 0;
}

static int put_all(const struct facts *fs, struct batch_sink *sink, struct err *e)
{
    int rc = 0;

    for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
        const char *row = fs->rows[kind].v;
        size_t size = fact_kind_info(kind)->size;

        for (size_t i = 0; i < fs->rows[kind].n && rc == 0; i++)
            rc = sink->put(sink, kind, row + i * size, e);
    }
    return rc;
}

static int publish(struct agent *a, struct batch_sink *sink, const struct facts *fs,
                   const char *version, struct err *e)
{
    struct static_state *s = agent_state(a);
    struct batch_head head = agent_batch(a, s->scope, BATCH_REPLACE);
    int rc;

    head.version = version;
    rc = sink->begin(sink, &head, e);
    if (rc != 0)
        return rc;
    rc = put_all(fs, sink, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

/* The configuration named another file before. */
static int retire_others(struct agent *a, struct batch_sink *sink, struct arena *arena,
                         struct err *e)
{
    struct static_state *s = agent_state(a);
    struct batch_head head = agent_batch(a, s->scope, BATCH_REPLACE);
    struct strs scopes = {0};
    int rc = sink->scopes(sink, &head.origin, arena, &scopes, e);

    for (size_t i = 0; i < scopes.n && rc == 0; i++) {
        head.origin.scope = scopes.v[i];
        if (strcmp(scopes.v[i], s->scope) != 0)
            rc = sink->retire(sink, &head.origin, e);
    }
    return rc;
}

/* The file's facts, unless it is as it was. A file that can't be used fails its scope alone. */
static int collect_file(struct agent *a, struct batch_sink *sink, struct facts *fs,
                        struct err *e)
{
    struct static_state *s = agent_state(a);
    struct batch_head head = agent_batch(a, s->scope, BATCH_REPLACE);
    struct buf text = {0};
    char version[AGENT_VERSION_TEXT];
    const char *last = NULL;
    struct err why = {0};
    int rc = conf_read_file(s->path, STATIC_MAX_BYTES, &text, &why);

    if (rc == 0) {
        rc = agent_version(buf_cstr(&text), text.len, version, &why);
        last = sink->version(sink, &head.origin, fs->arena);
    }
    /* Facts that expire are stated anew each time. */
    if (rc == 0 && last != NULL && strcmp(last, version) == 0 &&
        head.origin.expires == FACT_NONE)
        goto out;
    if (rc == 0)
        rc = static_read(
            &(struct static_text){s->path, buf_cstr(&text), text.len, agent_domain(a)}, fs,
            &why);
    if (rc != 0)
        rc = sink->failed(sink, &head.origin, &why, e);
    else
        rc = publish(a, sink, fs, version, e);
out:
    buf_free(&text);
    return rc;
}

static int static_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct facts fs = {.arena = arena_new(ARENA_LIMIT)};
    int rc;

    if (fs.arena == NULL)
        return err_set(e, ERR_NOMEM, "static facts: out of memory");
    rc = collect_file(a, sink, &fs, e);
    if (rc == 0)
        rc = retire_others(a, sink, fs.arena, e);
    facts_free(&fs);
    arena_free(&fs.arena);
    return rc;
}

static void static_close(struct agent *a)
{
    (void)a;
}

static const struct conf_item options[] = {
    {.name = "file",
     .type = CONF_PATH,
     .required = true,
     .help = "The file; its format is in docs/sources/static.md."},
    {0},
};

const struct agent_ops agent_static = {
    .name = "static",
    .summary = "Facts that an operator writes down in a file.",
    .options = options,
    .state_size = sizeof(struct static_state),
    .open = static_open,
    .collect = static_collect,
    .close = static_close,
};
