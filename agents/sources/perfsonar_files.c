/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of files: results, meshes and records in any dialect. Each file is a scope. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/sources/perfsonar/source.h"
#include "base/hash.h"

#define MAX_FILE  ((size_t)1 << 30)
#define MAX_FILES 1000000

static bool tells_hosts(const struct agent_dialect *d)
{
    return d != &ps_dialect_pscheduler && d != &ps_dialect_opensearch;
}

/* What a file was when it was read: by size and time, so that a look is enough. */
static const char *version_of(const struct stat *st, struct arena *a)
{
    struct hash *h = hash_new();
    char hex[33];

    if (h == NULL)
        return NULL;
    hash_add(h, &st->st_size, sizeof(st->st_size));
    hash_add(h, &st->st_mtim.tv_sec, sizeof(st->st_mtim.tv_sec));
    hash_add(h, &st->st_mtim.tv_nsec, sizeof(st->st_mtim.tv_nsec));
    hash_hex(h, hex);
    hash_free(&h);
    return arena_printf(a, "%s %s", RIALTO_VERSION, hex);
}

struct reading {
    struct agent *agent;
    struct batch_sink *sink;
    struct arena *arena;
    const char *path;
    struct batch_head head;
    bool known; /* the file is as it was */
};

static int parse_file(struct reading *t, struct slice text, struct ps_stage *s, struct err *e)
{
    const struct ps_source *src = agent_state(t->agent);
    struct agent_file f = {.name = t->path, .path = t->path, .text = text};

    f.dialect = src->dialect != NULL ? src->dialect : agent_dialect_guess(ps_dialects, &f);
    if (f.dialect == NULL)
        return err_set(e, ERR_PARSE, "looks like nothing of perfSONAR's");
    if (t->known && !tells_hosts(f.dialect))
        return 0;
    if (tells_hosts(f.dialect))
        s->ps.scope = t->head.origin.scope;
    return ps_parse(&s->ps, f.dialect->parser, text, e);
}

/* Results are believed from when they were measured, hosts from when the file was written. */
static int publish(struct reading *t, struct ps_stage *s, const struct stat *st, struct err *e)
{
    struct origin *o = &t->head.origin;
    int64_t when = st->st_mtim.tv_sec * INT64_C(1000000) + st->st_mtim.tv_nsec / 1000;

    if (t->known)
        return 0; /* it was only read for the names in it */
    if (s->ps.last != FACT_NONE)
        when = s->ps.last;
    if (when > o->collected_at)
        when = o->collected_at;
    if (o->expires != FACT_NONE)
        o->expires = when + (o->expires - o->collected_at);
    o->observed_at = when;
    return ps_stage_replace(s, &t->head, t->sink, e);
}

static int read_file(struct reading *t, struct err *e)
{
    const struct ps_source *src = agent_state(t->agent);
    struct ps_stage stage = {0};
    struct buf text = {0};
    const char *known;
    struct stat st;
    int rc;

    if (stat(t->path, &st) != 0)
        return err_set(e, ERR_IO, "%s: %s", t->path, strerror(errno));
    t->head.version = version_of(&st, t->arena);
    known = t->sink->version(t->sink, &t->head.origin, t->arena);
    t->known = known != NULL && t->head.version != NULL && strcmp(known, t->head.version) == 0;
    if (t->known && src->collected)
        return 0;
    rc = conf_read_file(t->path, MAX_FILE, &text, e);
    if (rc < 0)
        return rc;
    rc = ps_stage_open(t->agent, &stage, e);
    if (rc == 0)
        rc = parse_file(t, (struct slice){buf_cstr(&text), text.len}, &stage, e);
    if (rc == ERR_NOENT && ps_stage_size(&stage) > 0)
        rc = 0; /* its remarks are what it says */
    if (rc == 0)
        rc = publish(t, &stage, &st, e);
    else
        err_in(e, "%s", t->path);
    ps_stage_close(&stage);
    buf_free(&text);
    return rc;
}

/* One file. Its troubles are told to the sink; only the sink's own end collecting. */
static int collect_file(struct agent *a, struct batch_sink *sink, const char *name,
                        struct arena *arena, struct err *e)
{
    const struct ps_source *src = agent_state(a);
    struct arena_mark mark = arena_mark(arena);
    struct reading t = {.agent = a, .sink = sink, .arena = arena};
    const char *scope = arena_printf(arena, PS_SCOPE_FILES "%s", name);
    struct err why = {0};
    int rc;

    t.path = arena_printf(arena, "%s/%s", src->folder, name);
    if (scope == NULL || t.path == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the name of a file");
    t.head = agent_batch(a, scope, BATCH_REPLACE);
    rc = read_file(&t, &why);
    if (rc < 0 && !agent_cancelled(a))
        rc = sink->failed(sink, &t.head.origin, &why, e);
    else
        rc = 0;
    arena_rewind(arena, mark);
    return rc;
}

static int is_wanted(const struct dirent *d)
{
    return d->d_name[0] != '.' &&
           (d->d_type == DT_REG || d->d_type == DT_UNKNOWN || d->d_type == DT_LNK);
}

int ps_collect_files(struct agent *a, struct batch_sink *sink, struct err *e)
{
    const struct ps_source *src = agent_state(a);
    struct dirent **found = NULL;
    struct arena *arena = arena_new(0);
    int n = scandir(src->folder, &found, is_wanted, alphasort), rc = 0;

    if (arena == NULL)
        rc = err_set(e, ERR_NOMEM, "no memory for the names of files");
    else if (n < 0)
        rc = err_set(e, ERR_IO, "%s: %s", src->folder, strerror(errno));
    else if (n > MAX_FILES)
        rc = err_set(e, ERR_LIMIT, "%s: more than %d files", src->folder, MAX_FILES);
    for (int i = 0; i < n; i++) {
        if (rc == 0 && !agent_cancelled(a))
            rc = collect_file(a, sink, found[i]->d_name, arena, e);
        free(found[i]);
    }
    free(found);
    arena_free(&arena);
    return rc;
}
