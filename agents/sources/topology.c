/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topology documents: files of a folder, or documents at addresses. Each is a scope of its own:
 * one that is broken keeps its last good facts, marked stale, and touches no other.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/sources/topology/dialects.h"
#include "agents/sources/web/web.h"

#define MAX_FILES     1000              /* of one folder */
#define MAX_NAME      200               /* bytes of a scope's name */
#define VALIDATOR_MAX ((size_t)4 << 10) /* bytes of a document's ETag and date */

/* A document at an address, and what its server said of it last. */
struct remote {
    const char *name, *url;
    const struct agent_dialect *dialect; /* NULL: told by the content */
    struct web_login login;
    struct arena *kept; /* etag, modified, version */
    const char *etag, *modified;
    const char *version; /* of the text that they belong to */
    int64_t not_before;
};

struct topology {
    const char *path;
    const struct agent_dialect *dialect; /* of the files; NULL: told by the content */
    struct remote *remotes;
    size_t n;
    struct fetcher *fetcher; /* NULL: files only */
};

/* --- options --- */

static const struct conf_item remote_items[] = {
    {.name = "name",
     .type = CONF_STRING,
     .required = true,
     .help = "The document's name; its facts are one scope."},
    {.name = "url", .type = CONF_STRING, .required = true, .help = "Where it is."},
    {.name = "dialect",
     .type = CONF_STRING,
     .def = "auto",
     .help = "Its format; default: told by the content."},
    WEB_LOGIN_OPTIONS,
    {0},
};

static const struct conf_item options[] = {
    {.name = "path",
     .type = CONF_PATH,
     .help = "A file, or a folder whose files are read, not those of folders in it."},
    {.name = "dialect",
     .type = CONF_STRING,
     .def = "auto",
     .help = "Format of the files; default: told by the content of each."},
    {.name = "documents",
     .type = CONF_MAPS,
     .items = remote_items,
     .help = "Documents that are fetched over HTTP."},
    WEB_OPTIONS,
    {0},
};

static int read_dialect(const struct conf *c, const struct agent_dialect **out, struct err *e)
{
    const char *word = conf_str(c, "dialect");

    *out = agent_dialect_find(topo_dialects, word);
    if (*out != NULL || strcmp(word, "auto") == 0)
        return 0;
    return conf_err(conf_get(c, "dialect"), e,
                    "dialect: \"%s\" is none (see rialto-agent try --help)", word);
}

static bool is_good_name(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n <= MAX_NAME && strcmp(name, "*") != 0 && str_is_utf8(name, n);
}

static bool is_remote(const struct topology *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->remotes[i].name, name) == 0)
            return true;
    }
    return false;
}

static int read_remote(struct topology *s, const struct conf *c, struct err *e)
{
    struct remote *r = &s->remotes[s->n];
    int rc;

    r->name = conf_str(c, "name");
    r->url = conf_str(c, "url");
    if (!is_good_name(r->name))
        return conf_err(c, e, "name: must have 1 to %d characters and not be \"*\"", MAX_NAME);
    if (is_remote(s, r->name))
        return conf_err(c, e, "name: document %s is there twice", r->name);
    rc = web_check_url(conf_get(c, "url"), r->url, e);
    if (rc == 0)
        rc = web_login(c, &r->login, e);
    if (rc == 0)
        rc = read_dialect(c, &r->dialect, e);
    if (rc == 0) {
        r->kept = arena_new(VALIDATOR_MAX);
        rc = r->kept != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for %s", r->name);
    }
    s->n += rc == 0;
    return rc;
}

static int topology_open(struct agent *a, struct err *e)
{
    struct topology *s = agent_state(a);
    const struct conf *c = agent_conf(a), *list = conf_get(c, "documents");
    int rc = read_dialect(c, &s->dialect, e);

    s->path = conf_str(c, "path");
    if (s->path == NULL && conf_count(list) == 0)
        return conf_err(c, e, "needs path or documents");
    s->remotes = ARENA_ARRAY(agent_arena(a), conf_count(list) + 1, struct remote);
    if (s->remotes == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu documents", conf_count(list));
    for (size_t i = 0; i < conf_count(list) && rc == 0; i++)
        rc = read_remote(s, conf_at(list, i), e);
    return rc == 0 ? web_open(a, &s->fetcher, e) : rc;
}

static void topology_close(struct agent *a)
{
    struct topology *s = agent_state(a);

    for (size_t i = 0; i < s->n; i++)
        arena_free(&s->remotes[i].kept);
    s->n = 0;
    if (s->fetcher != NULL)
        fetcher_free(&s->fetcher);
}

/* --- one document --- */

/* What was read, and as what: a text in another dialect is another document. */
static const char *version_of(const struct agent_file *f, struct arena *arena, struct err *e)
{
    char text[AGENT_VERSION_TEXT];
    const char *out;

    if (agent_version(f->text.p, f->text.n, text, e) < 0)
        return NULL;
    out = arena_printf(arena, "%s %s", text, f->dialect->name);
    if (out == NULL)
        err_set(e, ERR_NOMEM, "no memory for a version");
    return out;
}

/* Reads a text as a document. What is as it was is only stated again where facts expire. */
static int state_text(struct agent *a, struct agent_file *f, struct batch_sink *sink,
                      struct arena *arena, struct err *e)
{
    struct batch_head head = agent_batch(a, f->name, BATCH_REPLACE);
    const char *known = sink->version(sink, &head.origin, arena);

    if (f->text.n == 0)
        return err_set(e, ERR_PARSE, "it is empty");
    if (f->dialect == NULL)
        f->dialect = agent_dialect_guess(topo_dialects, f);
    if (f->dialect == NULL)
        return err_set(e, ERR_PARSE, "looks like none of the formats of topologies");
    f->version = version_of(f, arena, e);
    if (f->version == NULL)
        return e->code;
    if (known != NULL && strcmp(known, f->version) == 0 && head.origin.expires == FACT_NONE)
        return 0;
    return f->dialect->read(a, f, sink, e);
}

static int read_file(struct agent *a, const char *name, const char *path,
                     struct batch_sink *sink, struct err *e)
{
    const struct topology *s = agent_state(a);
    struct batch_head head = agent_batch(a, name, BATCH_REPLACE);
    struct arena *arena = arena_new(0);
    struct agent_file f = {.name = name, .path = path, .dialect = s->dialect};
    struct err why = {0};
    struct buf text = {0};
    int rc = arena != NULL ? 0 : err_set(&why, ERR_NOMEM, "no memory for a document");

    if (rc == 0 && is_remote(s, name))
        rc = err_set(&why, ERR_CONFLICT, "%s: a document has this name too: rename one", path);
    if (rc == 0)
        rc = conf_read_file(path, TOPO_MAX_TEXT, &text, &why);
    f.observed = agent_written_at(path);
    f.text = (struct slice){buf_cstr(&text), text.len};
    if (rc == 0) {
        rc = state_text(a, &f, sink, arena, &why);
        if (rc < 0)
            err_in(&why, "%s", path);
    }
    arena_free(&arena);
    buf_free(&text);
    return rc == 0 ? 0 : sink->failed(sink, &head.origin, &why, e);
}

/* --- documents at addresses --- */

static void keep_validators(struct remote *r, const struct fetch_reply *reply,
                            const char *version)
{
    arena_free(&r->kept);
    r->kept = arena_new(VALIDATOR_MAX);
    r->etag = r->modified = r->version = NULL;
    if (r->kept == NULL || version == NULL)
        return;
    r->version = arena_strdup(r->kept, version);
    r->etag = arena_strdup(r->kept, reply->etag);
    r->modified = arena_strdup(r->kept, reply->last_modified);
}

static int fetch_document(struct agent *a, struct remote *r, struct batch_sink *sink,
                          struct arena *arena, struct err *e)
{
    const struct topology *s = agent_state(a);
    struct batch_head head = agent_batch(a, r->name, BATCH_REPLACE);
    const char *known = sink->version(sink, &head.origin, arena);
    /* Facts that expire are asked for in any case: they must be confirmed. */
    bool ours = known != NULL && r->version != NULL && strcmp(known, r->version) == 0 &&
                head.origin.expires == FACT_NONE;
    struct web_request q = {.fetcher = s->fetcher,
                            .url = r->url,
                            .accept = "*/*",
                            .etag = ours ? r->etag : NULL,
                            .modified_since = ours ? r->modified : NULL,
                            .login = &r->login,
                            .not_before = &r->not_before};
    struct fetch_reply reply = {0};
    struct agent_file f = {.name = r->name, .path = r->name, .dialect = r->dialect};
    int rc = web_fetch(a, &q, arena, &reply, e);

    if (rc < 0 || reply.status == 304)
        return rc;
    f.observed = head.origin.observed_at;
    f.text = (struct slice){reply.body, reply.len};
    rc = state_text(a, &f, sink, arena, e);
    keep_validators(r, &reply, rc == 0 ? f.version : NULL);
    return rc;
}

static int read_remote_document(struct agent *a, struct remote *r, struct batch_sink *sink,
                                struct err *e)
{
    struct batch_head head = agent_batch(a, r->name, BATCH_REPLACE);
    struct arena *arena = arena_new(0);
    struct err why = {0};
    int rc = arena != NULL ? fetch_document(a, r, sink, arena, &why)
                           : err_set(&why, ERR_NOMEM, "no memory for a document");

    arena_free(&arena);
    if (rc == 0 || agent_cancelled(a))
        return 0;
    return sink->failed(sink, &head.origin, &why, e);
}

/* --- folders --- */

static int is_visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) != 0 || !S_ISDIR(st.st_mode); /* what can't be looked at is told */
}

static int add_file(const char *folder, const char *name, struct arena *a, struct strs *out,
                    struct err *e)
{
    const char *path = arena_printf(a, "%s/%s", folder, name);

    if (path == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", folder);
    if (!is_file(path))
        return 0;
    out->v[out->n] = arena_strdup(a, name);
    return out->v[out->n++] != NULL ? 0 : err_set(e, ERR_NOMEM, "%s: out of memory", folder);
}

static int list_folder(const char *folder, struct arena *a, struct strs *out, struct err *e)
{
    struct dirent **found;
    int n = scandir(folder, &found, is_visible, by_name), rc = 0;

    if (n < 0)
        return err_set(e, errno == ENOENT ? ERR_NOENT : ERR_IO, "%s: %s", folder,
                       strerror(errno));
    if (n > MAX_FILES)
        rc = err_set(e, ERR_LIMIT, "%s: %d files (at most %d)", folder, n, MAX_FILES);
    out->v = ARENA_ARRAY(a, (size_t)n + 1, const char *);
    for (int i = 0; i < n; i++) {
        const char *name = found[i]->d_name;

        if (rc == 0 && out->v == NULL)
            rc = err_set(e, ERR_NOMEM, "%s: out of memory", folder);
        if (rc == 0 && !is_good_name(name))
            rc = err_set(e, ERR_LIMIT, "%s: a file name of more than %d bytes or not in UTF-8",
                         folder, MAX_NAME);
        if (rc == 0)
            rc = add_file(folder, name, a, out, e);
        free(found[i]);
    }
    free(found);
    return rc;
}

static int read_folder(struct agent *a, struct batch_sink *sink, struct arena *arena,
                       struct strs *names, struct err *e)
{
    const struct topology *s = agent_state(a);
    int rc = list_folder(s->path, arena, names, e);

    for (size_t i = 0; i < names->n && rc == 0 && !agent_cancelled(a); i++) {
        const char *path = arena_printf(arena, "%s/%s", s->path, names->v[i]);

        rc = path != NULL ? read_file(a, names->v[i], path, sink, e)
                          : err_set(e, ERR_NOMEM, "no memory for a file name");
    }
    return rc;
}

static int read_path(struct agent *a, struct batch_sink *sink, struct arena *arena,
                     struct strs *names, struct err *e)
{
    const struct topology *s = agent_state(a);
    const char *slash = strrchr(s->path, '/');
    struct stat st;

    if (stat(s->path, &st) != 0)
        return err_set(e, errno == ENOENT ? ERR_NOENT : ERR_IO, "%s: %s", s->path,
                       strerror(errno));
    if (S_ISDIR(st.st_mode))
        return read_folder(a, sink, arena, names, e);
    names->v = ARENA_ARRAY(arena, 1, const char *);
    if (names->v == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a file name");
    names->v[names->n++] = slash != NULL ? slash + 1 : s->path;
    return read_file(a, names->v[0], s->path, sink, e);
}

static bool has_name(const struct strs *names, const char *name)
{
    size_t n = names->n;

    while (n > 0 && strcmp(names->v[n - 1], name) != 0)
        n--;
    return n > 0;
}

static bool is_named(const struct topology *s, const struct strs *files, const char *scope)
{
    return has_name(files, scope) || is_remote(s, scope) || strcmp(scope, "*") == 0;
}

/* Files that are gone, and documents that left the configuration, take their facts along. */
static int retire_missing(struct agent *a, struct batch_sink *sink, const struct strs *files,
                          struct arena *arena, struct err *e)
{
    struct batch_head head = agent_batch(a, "*", BATCH_REPLACE);
    struct strs known = {0};
    int rc = sink->scopes(sink, &head.origin, arena, &known, e);

    for (size_t i = 0; i < known.n && rc == 0; i++) {
        head.origin.scope = known.v[i];
        if (!is_named(agent_state(a), files, known.v[i]))
            rc = sink->retire(sink, &head.origin, e);
    }
    return rc;
}

static int topology_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct topology *s = agent_state(a);
    struct arena *arena = arena_new(0);
    struct strs files = {0};
    int rc = arena != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for topologies");

    if (rc == 0 && s->path != NULL)
        rc = read_path(a, sink, arena, &files, e);
    for (size_t i = 0; i < s->n && rc == 0 && !agent_cancelled(a); i++) {
        if (!has_name(&files, s->remotes[i].name)) /* else it was refused */
            rc = read_remote_document(a, &s->remotes[i], sink, e);
    }
    if (rc == 0)
        rc = agent_cancelled(a) ? 0 : retire_missing(a, sink, &files, arena, e);
    arena_free(&arena);
    return rc;
}

const struct agent_ops agent_topology = {
    .name = "topology",
    .summary = "Topology documents (RFC 8345, NML, SDX, Topology Zoo, SNDlib, ESnet), from "
               "files or over HTTP.",
    .options = options,
    .state_size = sizeof(struct topology),
    .open = topology_open,
    .collect = topology_collect,
    .close = topology_close,
    .dialects = topo_dialects,
};
