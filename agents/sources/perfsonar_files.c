/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of files: results, meshes and records in any dialect. Each file is a scope. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/sources/perfsonar/source.h"
#include "base/hash.h"
#include "base/map.h"

#define MAX_FILE  ((size_t)1 << 30)
#define MAX_FILES 1000000
#define UNPLACED  " by " /* in a version: and the state of what was known of names */

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

/* Files are gone through twice, for results are placed by names that any of them may tell. */
enum pass { HOSTS, RESULTS };

struct reading {
    struct agent *agent;
    struct batch_sink *sink;
    struct arena *arena;
    enum pass pass;
    uint64_t names; /* the state of what is known of them */
    const char *path;
    struct batch_head head;
    const char *unplaced; /* the version, when results have ends that are not known by now */
    bool known;           /* the file is as it was, and so is what it needs */
    bool later;           /* it is for the second pass */
};

static const struct agent_dialect *dialect_of(const struct reading *t, struct slice text)
{
    const struct ps_source *src = agent_state(t->agent);
    struct agent_file f = {.name = t->path, .path = t->path, .text = text};

    return src->dialect != NULL ? src->dialect : agent_dialect_guess(ps_dialects, &f);
}

/* Results are believed from when they were measured, hosts from when the file was written;
 * remarks alone are of now, so that they stay as long as anything. */
static int publish(struct reading *t, struct ps_stage *s, const struct stat *st, struct err *e)
{
    struct origin *o = &t->head.origin;
    int64_t when = st->st_mtim.tv_sec * INT64_C(1000000) + st->st_mtim.tv_nsec / 1000;

    if (t->known)
        return 0; /* it was only read for the names in it */
    if (s->ps.last != FACT_NONE)
        when = s->ps.last;
    if (when > o->collected_at || s->ps.n_facts == 0)
        when = o->collected_at;
    if (o->expires != FACT_NONE)
        o->expires = when + (o->expires - o->collected_at);
    o->observed_at = when;
    if (s->ps.n_unplaced > 0)
        t->head.version = t->unplaced;
    return ps_stage_replace(s, &t->head, t->sink, e);
}

static int parse_file(struct reading *t, const struct agent_dialect *d, struct slice text,
                      const struct stat *st, struct err *e)
{
    struct ps_stage stage = {0};
    int rc = ps_stage_open(t->agent, &stage, e);

    if (rc == 0 && tells_hosts(d))
        stage.ps.scope = t->head.origin.scope;
    if (rc == 0)
        rc = ps_parse(&stage.ps, d->parser, text, e);
    if (rc == ERR_NOENT && ps_stage_size(&stage) > 0)
        rc = 0; /* its remarks are what it says */
    if (rc == 0)
        rc = publish(t, &stage, st, e);
    else
        err_in(e, "%s", t->path);
    ps_stage_close(&stage);
    return rc;
}

static int read_text(struct reading *t, const struct stat *st, struct err *e)
{
    const struct agent_dialect *d;
    struct buf text = {0};
    struct slice all;
    int rc = conf_read_file(t->path, MAX_FILE, &text, e);

    all = (struct slice){buf_cstr(&text), text.len};
    d = rc == 0 ? dialect_of(t, all) : NULL;
    if (rc == 0 && d == NULL)
        rc = err_set(e, ERR_PARSE, "%s: looks like nothing of perfSONAR's", t->path);
    else if (rc == 0 && t->pass == HOSTS && !tells_hosts(d))
        t->later = !t->known;
    else if (rc == 0)
        rc = parse_file(t, d, all, st, e);
    buf_free(&text);
    return rc;
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Is it known, without reading it, that the file tells of no hosts? */
static bool holds_results(const struct ps_source *src, const char *known, const char *version)
{
    size_t n = strlen(version);

    if (src->dialect != NULL)
        return !tells_hosts(src->dialect);
    return known != NULL && strncmp(known, version, n) == 0 &&
           strncmp(known + n, UNPLACED, strlen(UNPLACED)) == 0;
}

/* It was read, or looked at, the last time: the names in it are known. */
static bool was_there(const struct ps_source *src, const char *scope)
{
    return src->files != NULL && map_get_str(src->files, scope) != NULL;
}

/* Is there something to read in this pass? */
static int look_at(struct reading *t, struct stat *st, struct err *e)
{
    const struct ps_source *src = agent_state(t->agent);
    const char *known, *version;

    if (stat(t->path, st) != 0)
        return err_set(e, ERR_IO, "%s: %s", t->path, strerror(errno));
    t->head.version = version = version_of(st, t->arena);
    if (version == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a version");
    t->unplaced = arena_printf(t->arena, "%s" UNPLACED "%016" PRIx64, version, t->names);
    known = t->sink->version(t->sink, &t->head.origin, t->arena);
    t->known = same(known, version) || (t->pass == RESULTS && same(known, t->unplaced));
    if (t->known && (t->pass == RESULTS || was_there(src, t->head.origin.scope)))
        return 0;
    t->later = t->pass == HOSTS && holds_results(src, known, version);
    return !t->later;
}

/* One file. Its troubles are told to the sink; only the sink's own end collecting. 1: it is for
 * the second pass. */
static int collect_file(struct reading *t, const char *name, struct err *e)
{
    const struct ps_source *src = agent_state(t->agent);
    struct arena_mark mark = arena_mark(t->arena);
    const char *scope = arena_printf(t->arena, PS_SCOPE_FILES "%s", name);
    struct err why = {0};
    struct stat st;
    int rc;

    t->path = arena_printf(t->arena, "%s/%s", src->folder, name);
    if (scope == NULL || t->path == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the name of a file");
    t->head = agent_batch(t->agent, scope, BATCH_REPLACE);
    t->later = false;
    rc = look_at(t, &st, &why);
    if (rc > 0)
        rc = read_text(t, &st, &why);
    if (rc < 0 && !agent_cancelled(t->agent))
        rc = t->sink->failed(t->sink, &t->head.origin, &why, e);
    else
        rc = t->later;
    arena_rewind(t->arena, mark);
    return rc;
}

/* What is done leaves the list. */
static int go_through(struct reading *t, struct dirent **found, int n, struct err *e)
{
    const struct ps_source *src = agent_state(t->agent);
    int rc = 0;

    t->names = ps_hosts_state(src->hosts);
    for (int i = 0; i < n && rc >= 0 && !agent_cancelled(t->agent); i++) {
        if (found[i] == NULL)
            continue;
        rc = collect_file(t, found[i]->d_name, e);
        if (rc != 0)
            continue;
        free(found[i]);
        found[i] = NULL;
    }
    return rc < 0 ? rc : 0;
}

/* The scopes of the files; NULL without memory. */
static struct map *scopes_of(struct dirent *const *found, int n, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct map *scopes = map_new();

    for (int i = 0; i < n && scopes != NULL; i++) {
        const char *scope = arena_printf(arena, PS_SCOPE_FILES "%s", found[i]->d_name);

        if (scope == NULL || map_at_str(scopes, scope) == NULL)
            map_free(&scopes);
        arena_rewind(arena, mark);
    }
    return scopes;
}

/* Goes through the files twice; what files have told of names that are there no more is
 * forgotten before. */
static int read_all(struct reading *t, struct dirent **found, int n, struct err *e)
{
    struct ps_source *src = agent_state(t->agent);
    struct map *scopes = scopes_of(found, n, t->arena);
    int rc = 0;

    if (scopes == NULL || ps_hosts_keep(src->hosts, PS_SCOPE_FILES, scopes) != 0)
        rc = err_set(e, ERR_NOMEM, "no memory for the names of files");
    for (t->pass = HOSTS; t->pass <= RESULTS && rc == 0; t->pass++)
        rc = go_through(t, found, n, e);
    if (src->files != NULL)
        map_free(&src->files);
    if (rc == 0 && !agent_cancelled(t->agent))
        src->files = scopes;
    else if (scopes != NULL)
        map_free(&scopes);
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
    struct reading t = {.agent = a, .sink = sink, .arena = arena_new(0)};
    struct dirent **found = NULL;
    int n = scandir(src->folder, &found, is_wanted, alphasort), rc = 0;

    if (t.arena == NULL)
        rc = err_set(e, ERR_NOMEM, "no memory for the names of files");
    else if (n < 0)
        rc = err_set(e, ERR_IO, "%s: %s", src->folder, strerror(errno));
    else if (n > MAX_FILES)
        rc = err_set(e, ERR_LIMIT, "%s: more than %d files", src->folder, MAX_FILES);
    if (rc == 0)
        rc = read_all(&t, found, n, e);
    for (int i = 0; i < n; i++)
        free(found[i]);
    free(found);
    arena_free(&t.arena);
    return rc;
}
