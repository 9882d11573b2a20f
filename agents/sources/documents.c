/* SPDX-License-Identifier: Apache-2.0 */
/* Source documents: a folder of ALTO documents, each of which is a scope of its own. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/agent.h"
#include "agents/sources/documents_check.h"

#define MAX_BYTES ((size_t)64 << 20) /* of one file */
#define MAX_FILES 1000               /* of one folder */
#define MAX_NAME  200                /* bytes of a file's name */

struct documents_state {
    const char *path;
};

static int documents_open(struct agent *a, struct err *e)
{
    struct documents_state *s = agent_state(a);
    const struct conf *path = conf_get(agent_conf(a), "path");
    struct stat st;

    s->path = conf_str(agent_conf(a), "path");
    if (stat(s->path, &st) != 0)
        return conf_err(path, e, "path: %s: %s", s->path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return conf_err(path, e, "path: %s is not a folder", s->path);
    return 0;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n > m && strcmp(name + n - m, end) == 0;
}

static int is_document(const struct dirent *d)
{
    return d->d_name[0] != '.' && ends_with(d->d_name, ".json");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void free_entries(struct dirent **v, int n)
{
    for (int i = 0; i < n; i++)
        free(v[i]);
    free(v);
}

static int check_name(const char *folder, const char *name, struct err *e)
{
    size_t n = strlen(name);

    if (n > MAX_NAME)
        return err_set(e, ERR_LIMIT, "%s: a file name of more than %d bytes", folder, MAX_NAME);
    if (!str_is_utf8(name, n))
        return err_set(e, ERR_PARSE, "%s: a file name that is not UTF-8", folder);
    return 0;
}

/* Names of the folder's documents in order. A folder that can't be listed tells nothing of its
 * files. */
static int list(const char *folder, struct arena *a, struct strs *out, struct err *e)
{
    struct dirent **found;
    int n = scandir(folder, &found, is_document, by_name), rc = 0;

    if (n < 0)
        return err_set(e, errno == ENOENT ? ERR_NOENT : ERR_IO, "%s: %s", folder,
                       strerror(errno));
    if (n > MAX_FILES)
        rc = err_set(e, ERR_LIMIT, "%s: %d documents (at most %d)", folder, n, MAX_FILES);
    out->v = rc == 0 ? ARENA_ARRAY(a, (size_t)n + 1, const char *) : NULL;
    if (rc == 0 && out->v == NULL)
        rc = err_set(e, ERR_NOMEM, "%s: out of memory", folder);
    for (int i = 0; i < n && rc == 0; i++) {
        rc = check_name(folder, found[i]->d_name, e);
        out->v[out->n] = arena_strdup(a, found[i]->d_name);
        if (out->v[out->n++] == NULL)
            rc = err_set(e, ERR_NOMEM, "%s: out of memory", folder);
    }
    free_entries(found, n);
    return rc;
}

static int check(const char *path, const struct fact_document *f, size_t len, const char **kind,
                 struct err *e)
{
    struct err why = {0};
    int rc;

    if (ends_with(f->name, ".view.json")) {
        *kind = "view";
        rc = document_check_view(f->body, len, &why);
    } else {
        rc = document_check(f->body, len, kind, &why);
    }
    return rc == 0 ? 0 : err_set(e, rc, "%s:%s", path, why.msg);
}

/* One file: published, unchanged, or failed on its own. Codes are those of the sink. */
static int collect_file(struct agent *a, struct batch_sink *sink, const char *name,
                        struct arena *arena, struct err *e)
{
    struct documents_state *s = agent_state(a);
    struct batch_head head = agent_batch(a, name, BATCH_REPLACE);
    const char *path = arena_printf(arena, "%s/%s", s->path, name), *last;
    struct fact_document f;
    struct buf text = {0};
    char version[AGENT_VERSION_TEXT];
    struct err why = {0};
    int rc;

    if (path == NULL)
        return err_set(e, ERR_NOMEM, "documents: out of memory");
    rc = conf_read_file(path, MAX_BYTES, &text, &why);
    if (rc == 0)
        rc = agent_version(buf_cstr(&text), text.len, version, &why);
    if (rc == 0 && head.origin.expires == FACT_NONE) {
        last = sink->version(sink, &head.origin, arena);
        if (last != NULL && strcmp(last, version) == 0)
            goto out;
    }
    fact_init(FACT_DOCUMENT, &f);
    f.name = name;
    f.body = buf_cstr(&text);
    head.version = version;
    if (rc == 0)
        rc = check(path, &f, text.len, &f.kind, &why);
    rc = rc == 0 ? batch_write_one(sink, &head, FACT_DOCUMENT, &f, e)
                 : sink->failed(sink, &head.origin, &why, e);
out:
    buf_free(&text);
    return rc;
}

static bool contains(const struct strs *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->v[i], name) == 0)
            return true;
    }
    return false;
}

/* Files that are gone take their facts along. */
static int retire_missing(struct agent *a, struct batch_sink *sink, const struct strs *files,
                          struct arena *arena, struct err *e)
{
    struct batch_head head = agent_batch(a, "*", BATCH_REPLACE);
    struct strs known = {0};
    int rc = sink->scopes(sink, &head.origin, arena, &known, e);

    for (size_t i = 0; i < known.n && rc == 0; i++) {
        head.origin.scope = known.v[i];
        if (!contains(files, known.v[i]))
            rc = sink->retire(sink, &head.origin, e);
    }
    return rc;
}

static int documents_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct documents_state *s = agent_state(a);
    struct arena *arena = arena_new(0);
    struct strs files = {0};
    int rc;

    if (arena == NULL)
        return err_set(e, ERR_NOMEM, "documents: out of memory");
    rc = list(s->path, arena, &files, e);
    for (size_t i = 0; i < files.n && rc == 0; i++) {
        rc = agent_cancelled(a) ? err_set(e, ERR_CANCELLED, "cancelled")
                                : collect_file(a, sink, files.v[i], arena, e);
    }
    if (rc == 0)
        rc = retire_missing(a, sink, &files, arena, e);
    arena_free(&arena);
    return rc;
}

static void documents_close(struct agent *a)
{
    (void)a;
}

/* --- single files --- */

static int document_likeness(const struct agent_file *f)
{
    struct slice head = slice_trim(agent_file_head(f));

    return head.n > 0 && head.p[0] == '{' ? 50 : 0;
}

static int document_read(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                         struct err *e)
{
    struct batch_head head = agent_file_batch(a, f, BATCH_REPLACE);
    char *body =
        f->text.n <= MAX_BYTES ? arena_strndup(agent_arena(a), f->text.p, f->text.n) : NULL;
    struct fact_document fact;
    int rc;

    if (body == NULL)
        return err_set(e, ERR_LIMIT, "larger than %zu bytes", (size_t)MAX_BYTES);
    fact_init(FACT_DOCUMENT, &fact);
    fact.name = f->name;
    fact.body = body;
    rc = check(f->path, &fact, f->text.n, &fact.kind, e);
    return rc == 0 ? batch_write_one(sink, &head, FACT_DOCUMENT, &fact, e) : rc;
}

static const struct agent_dialect alto = {
    .name = "alto",
    .summary = "ALTO documents (RFC 7285 and its extensions), and views of them",
    .likeness = document_likeness,
    .read = document_read,
};

static const struct agent_dialect *const dialects[] = {&alto, NULL};

static const struct conf_item options[] = {
    {.name = "path",
     .type = CONF_PATH,
     .required = true,
     .help = "The folder; its *.json files are read, not those of folders in it."},
    {0},
};

const struct agent_ops agent_documents = {
    .name = "documents",
    .summary = "ALTO documents (maps, costs, properties) in a folder of JSON files.",
    .options = options,
    .state_size = sizeof(struct documents_state),
    .open = documents_open,
    .collect = documents_collect,
    .close = documents_close,
    .dialects = dialects,
};
