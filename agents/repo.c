/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Git repositories, read at HEAD from their objects. With repo_fetch.c the only user of
 * libgit2.
 *
 * libgit2 refuses repositories of another owner (safe.directory), because git may run what such
 * a repository's configuration names: hooks, filters, external diff programs, fsmonitor. None
 * of that can happen here. Only objects and references are read; nothing is checked out, diffed
 * or staged; libgit2 has no hooks; and the configuration files of user and machine, which could
 * rewrite URLs, are not read. An agent commonly runs as another user than the collector of
 * configurations, so the check is switched off.
 */
#include <errno.h>
#include <git2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/repo_inside.h"
#include "base/hash.h"

#define MIRROR_FLAGS (GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE)

struct git {
    struct repo repo; /* first member */
    git_repository *git;
    git_odb *odb;
};

int repo_git_failed(struct err *e, int code, const char *where)
{
    const git_error *last = git_error_last();
    const char *text = last != NULL && last->message != NULL ? last->message : "unknown error";
    int as = ERR_IO;

    if (e != NULL && e->code != 0) /* a callback knew better */
        return err_in(e, "%s", where);
    if (code == GIT_ENOTFOUND)
        as = ERR_NOENT;
    else if (code == GIT_EUSER)
        as = ERR_CANCELLED;
    else if (code == GIT_EAUTH || code == GIT_ECERTIFICATE)
        as = ERR_ACCESS;
    return err_set(e, as, "%s: %s", where, text);
}

/** Is it a URL that this machine's libgit2 was built to fetch? */
static bool can_fetch(const char *url)
{
    int feature = url[0] == 's' ? GIT_FEATURE_SSH : GIT_FEATURE_HTTPS;

    return (git_libgit2_features() & feature) != 0;
}

bool repo_is_remote(const char *location)
{
    return strstr(location, "://") != NULL;
}

int repo_check_location(const char *location, struct err *e)
{
    const char *rest = strstr(location, "://"), *at, *slash;

    if (location[0] == '\0' || location[0] == '-')
        return err_set(e, ERR_REFUSED,
                       "a repository's name may not be empty or begin with '-'");
    if (rest == NULL)
        return strstr(location, "::") == NULL
                   ? 0
                   : err_set(e, ERR_REFUSED, "remote helpers (\"name::\") are not used");
    if (strncmp(location, "https://", 8) != 0 && strncmp(location, "ssh://", 6) != 0)
        return err_set(e, ERR_REFUSED,
                       "only https:// and ssh:// URLs and folders are read "
                       "(give a folder without file://)");
    if (!can_fetch(location))
        return err_set(e, ERR_REFUSED, "libgit2 was built without %.*s on this machine",
                       (int)(rest - location), location);
    rest += 3;
    slash = strchr(rest, '/');
    at = strchr(rest, '@');
    if (rest[0] == '-' || rest[0] == '/' || rest[0] == '\0')
        return err_set(e, ERR_REFUSED, "the URL has no host");
    if (at != NULL && (slash == NULL || at < slash) &&
        memchr(rest, ':', (size_t)(at - rest)) != NULL)
        return err_set(e, ERR_REFUSED,
                       "the URL has a password in it (use token_file or "
                       "key_file)");
    return 0;
}

/*
 * The library and its settings are global and not safe to change while another thread reads, so
 * they are made once and stay: what they are never depends on who came first.
 */
static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static int library_state;

static void start_once(void)
{
    static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                 GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};

    library_state = git_libgit2_init();
    if (library_state < 0)
        return;
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0); /* see the top of this file */
    git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)REPO_MAX_OBJECTS);
    for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
}

int repo_start_library(struct err *e)
{
    pthread_once(&library_once, start_once);
    return library_state >= 0 ? 0 : repo_git_failed(e, library_state, "libgit2");
}

/* ---- mirrors ---- */

/** The mirror's folder in the cache: one per URL. */
static int mirror_path(const struct repo_options *o, char *out, size_t size, struct err *e)
{
    struct hash *h = hash_new();
    char hex[33];

    if (h == NULL)
        return err_set(e, ERR_NOMEM, "out of memory");
    hash_add(h, o->location, strlen(o->location));
    hash_hex(h, hex);
    hash_free(&h);
    if ((size_t)snprintf(out, size, "%s/%s.git", o->cache, hex) >= size)
        return err_set(e, ERR_LIMIT, "cache: the path is too long");
    return 0;
}

/** The mirror, up to date. Where a program is named it fetches, else this one does. */
static int open_mirror(git_repository **out, const struct repo_options *o, struct err *e)
{
    char path[REPO_MAX_PATH];
    int rc = mirror_path(o, path, sizeof(path), e);

    if (rc != 0)
        return rc;
    if (mkdir(o->cache, 0700) != 0 && errno != EEXIST)
        return err_set(e, ERR_IO, "cache: %s: %s", o->cache, strerror(errno));
    rc = o->program != NULL ? repo_mirror(o, path, e) : repo_fetch(o, path, e);
    if (rc != 0)
        return rc;
    rc = git_repository_open_ext(out, path, MIRROR_FLAGS, NULL);
    return rc == 0 ? 0 : repo_git_failed(e, rc, "cache");
}

/* ---- reading ---- */

static int lookup_failed(struct err *e, int code, const char *path)
{
    const git_error *last = git_error_last();

    return err_set(e, code == GIT_ENOTFOUND ? ERR_NOENT : ERR_PARSE,
                   "%s: an object of the repository can't be read: %s",
                   path[0] != '\0' ? path : "HEAD",
                   last != NULL && last->message != NULL ? last->message : "unknown error");
}

static int add_blob(struct git *g, struct repo_walk *w, const char *path,
                    const git_tree_entry *entry, struct err *e)
{
    char id[GIT_OID_HEXSZ + 1];
    struct repo_file f = {.path = path, .version = id};
    git_object_t type;
    size_t size;
    int rc = git_odb_read_header(&size, &type, g->odb, git_tree_entry_id(entry));

    if (rc != 0 || type != GIT_OBJECT_BLOB)
        return lookup_failed(e, rc, path);
    git_oid_tostr(id, sizeof(id), git_tree_entry_id(entry));
    f.size = size > INT64_MAX ? INT64_MAX : (int64_t)size;
    return repo_walk_file(w, &f, e);
}

static int walk_tree(struct git *g, struct repo_walk *w, const git_oid *id, const char *path,
                     struct err *e);

static int depth_of(const char *path)
{
    int depth = 1;

    for (const char *p = path; *p != '\0'; p++)
        depth += *p == '/';
    return depth;
}

static int walk_entry(struct git *g, struct repo_walk *w, const git_tree_entry *entry,
                      const char *folder, struct err *e)
{
    const char *path;
    int rc = repo_walk_path(w, folder, git_tree_entry_name(entry), &path, e);

    if (rc != 0 || path == NULL)
        return rc;
    switch (git_tree_entry_filemode(entry)) {
    case GIT_FILEMODE_TREE:
        if (depth_of(path) > REPO_MAX_DEPTH)
            return repo_walk_pass(w, path, "too many folders in folders", e);
        return walk_tree(g, w, git_tree_entry_id(entry), path, e);
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
        return add_blob(g, w, path, entry, e);
    case GIT_FILEMODE_LINK:
        return repo_walk_pass(w, path, "symbolic links are not followed", e);
    case GIT_FILEMODE_COMMIT:
        return repo_walk_pass(w, path, "submodules are not followed", e);
    case GIT_FILEMODE_UNREADABLE:
        break;
    }
    return repo_walk_pass(w, path, "not a file", e);
}

static int walk_tree(struct git *g, struct repo_walk *w, const git_oid *id, const char *path,
                     struct err *e)
{
    git_tree *tree = NULL;
    int rc = git_tree_lookup(&tree, g->git, id);

    if (rc != 0)
        return lookup_failed(e, rc, path);
    for (size_t i = 0; rc == 0 && i < git_tree_entrycount(tree); i++)
        rc = walk_entry(g, w, git_tree_entry_byindex(tree, i), path, e);
    git_tree_free(tree);
    return rc;
}

/** The tree of HEAD's commit; the commit's id goes into the walk. */
static int head_tree(struct git *g, git_tree **out, struct repo_walk *w, struct err *e)
{
    git_reference *head = NULL;
    git_object *commit = NULL;
    char id[GIT_OID_HEXSZ + 1];
    int rc = git_repository_head(&head, g->git);

    if (rc == GIT_EUNBORNBRANCH || rc == GIT_ENOTFOUND)
        return err_set(e, ERR_NOENT, "the repository has no commit at HEAD");
    if (rc == 0)
        rc = git_reference_peel(&commit, head, GIT_OBJECT_COMMIT);
    if (rc == 0) {
        git_oid_tostr(id, sizeof(id), git_object_id(commit));
        w->version = arena_strdup(w->arena, id);
        rc = git_commit_tree(out, (git_commit *)commit);
    }
    git_object_free(commit);
    git_reference_free(head);
    if (rc != 0)
        return lookup_failed(e, rc, "");
    return w->version != NULL ? 0 : err_set(e, ERR_NOMEM, "no room for the list of files");
}

static int git_list(struct repo *r, const char *folder, struct repo_walk *w, struct err *e)
{
    struct git *g = (struct git *)r;
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    int rc = head_tree(g, &tree, w, e);

    if (rc == 0 && folder[0] == '\0')
        rc = walk_tree(g, w, git_tree_id(tree), "", e);
    else if (rc == 0 && (git_tree_entry_bypath(&entry, tree, folder) != 0 ||
                         git_tree_entry_filemode(entry) != GIT_FILEMODE_TREE))
        rc = err_set(e, ERR_NOENT, "folder: %s: not a folder of the repository", folder);
    else if (rc == 0)
        rc = walk_tree(g, w, git_tree_entry_id(entry), folder, e);
    git_tree_entry_free(entry);
    git_tree_free(tree);
    return rc;
}

static int git_read(struct repo *r, const struct repo_file *f, struct arena *a,
                    struct slice *out, struct err *e)
{
    struct git *g = (struct git *)r;
    git_blob *blob = NULL;
    git_oid id;
    int rc = git_oid_fromstr(&id, f->version);

    if (rc == 0)
        rc = git_blob_lookup(&blob, g->git, &id);
    if (rc != 0)
        return lookup_failed(e, rc, f->path);
    out->n = (size_t)git_blob_rawsize(blob);
    out->p = out->n > 0 ? arena_dup(a, git_blob_rawcontent(blob), out->n) : "";
    git_blob_free(blob);
    return out->p != NULL ? 0 : err_set(e, ERR_LIMIT, "%s: no room for the file", f->path);
}

static void git_close(struct repo *r)
{
    struct git *g = (struct git *)r;

    git_odb_free(g->odb);
    git_repository_free(g->git);
}

static int open_local(git_repository **out, const char *path, struct err *e)
{
    int rc = git_repository_open_ext(out, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);

    if (rc == GIT_ENOTFOUND)
        return err_set(e, ERR_NOENT, "there is no git repository");
    return rc == 0 ? 0 : repo_git_failed(e, rc, "open");
}

int repo_open(struct repo **out, const struct repo_options *o, struct err *e)
{
    static const struct repo_ops ops = {git_list, git_read, git_close};
    struct git *g;
    int rc = repo_check_location(o->location, e);

    *out = NULL;
    if (rc == 0)
        rc = repo_start_library(e);
    if (rc != 0)
        return rc;
    g = calloc(1, sizeof(*g));
    if (g == NULL)
        return err_set(e, ERR_NOMEM, "out of memory");
    g->repo = (struct repo){&ops, repo_limits_of(&o->limits)};
    rc = repo_is_remote(o->location) ? open_mirror(&g->git, o, e)
                                     : open_local(&g->git, o->location, e);
    if (rc == 0 && git_repository_odb(&g->odb, g->git) != 0)
        rc = repo_git_failed(e, GIT_ERROR, "objects");
    *out = &g->repo;
    if (rc != 0)
        repo_free(out);
    return rc;
}
