/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of files: limits, order and names, for git repositories and plain folders alike. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agents/repo_inside.h"

struct repo_limits repo_limits_of(const struct repo_limits *given)
{
    struct repo_limits l = {REPO_MAX_FILE, REPO_MAX_FILES, REPO_MAX_TOTAL};

    if (given != NULL && given->file > 0)
        l.file = given->file;
    if (given != NULL && given->files > 0)
        l.files = given->files;
    if (given != NULL && given->total > 0)
        l.total = given->total;
    return l;
}

/** Control characters as '?', so that a name can't forge a line. */
static const char *printable(struct arena *a, const char *path)
{
    char *copy = arena_strndup(a, path, strnlen(path, 200));

    for (char *p = copy; p != NULL && *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            *p = '?';
    }
    return copy;
}

int repo_walk_pass(struct repo_walk *w, const char *path, const char *why, struct err *e)
{
    struct repo_passed *p;

    if (w->passed.n >= REPO_MAX_PASSED)
        return 0;
    p = VEC_PUSH(&w->passed);
    if (p == NULL)
        return err_set(e, ERR_NOMEM, "no room for the list of files");
    p->path = printable(w->arena, path);
    p->why = arena_strdup(w->arena, why);
    if (p->path == NULL || p->why == NULL)
        return err_set(e, ERR_NOMEM, "no room for the list of files");
    return 0;
}

int repo_walk_file(struct repo_walk *w, const struct repo_file *f, struct err *e)
{
    struct repo_file *slot;

    if (f->size > w->limits.file)
        return repo_walk_pass(w, f->path, "the file is too large", e);
    if ((int64_t)w->files.n >= w->limits.files)
        return err_set(e, ERR_LIMIT, "more than %" PRId64 " files", w->limits.files);
    w->total += f->size;
    if (w->total > w->limits.total)
        return err_set(e, ERR_LIMIT, "the files have more than %" PRId64 " bytes together",
                       w->limits.total);
    slot = VEC_PUSH(&w->files);
    if (slot == NULL)
        return err_set(e, ERR_NOMEM, "no room for the list of files");
    *slot = *f;
    slot->version = arena_strdup(w->arena, f->version);
    return slot->version != NULL ? 0 : err_set(e, ERR_NOMEM, "no room for the list of files");
}

static bool is_safe(const char *name)
{
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (const char *p = name; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '/')
            return false;
    }
    return str_is_utf8(name, strlen(name));
}

int repo_walk_path(struct repo_walk *w, const char *folder, const char *name, const char **out,
                   struct err *e)
{
    *out = NULL;
    if (++w->entries > REPO_MAX_ENTRIES) /* few objects can make a tree without end */
        return err_set(e, ERR_LIMIT, "more than %d entries", REPO_MAX_ENTRIES);
    if (!is_safe(name))
        return repo_walk_pass(w, name, "the name has characters that are not taken", e);
    if (strlen(folder) + strlen(name) + 1 > REPO_MAX_PATH)
        return repo_walk_pass(w, folder, "the path of a file in it is too long", e);
    *out = folder[0] == '\0' ? arena_strdup(w->arena, name)
                             : arena_printf(w->arena, "%s/%s", folder, name);
    return *out != NULL ? 0 : err_set(e, ERR_NOMEM, "no room for the list of files");
}

int repo_check_folder(const char *folder, struct err *e)
{
    struct slice rest = slice_of(folder), part;

    if (strlen(folder) > REPO_MAX_PATH)
        return err_set(e, ERR_INVAL, "folder: the path is too long");
    while (slice_split(&rest, '/', &part)) {
        if (part.n == 0 || slice_eq(part, ".") || slice_eq(part, ".."))
            return err_set(e, ERR_INVAL,
                           "folder: %s: not a path below the top (no leading or double slash, "
                           "no \".\" or \"..\")",
                           folder);
    }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    const struct repo_file *x = a, *y = b;

    return strcmp(x->path, y->path);
}

int repo_list(struct repo *r, const char *folder, struct arena *a, struct repo_listing *out,
              struct err *e)
{
    struct repo_walk w = {.arena = a, .limits = r->limits};
    int rc = folder != NULL ? repo_check_folder(folder, e) : 0;

    *out = (struct repo_listing){0};
    if (rc == 0)
        rc = r->ops->list(r, folder != NULL ? folder : "", &w, e);
    if (rc == 0) {
        out->files = arena_dup(a, w.files.v, w.files.n * sizeof(*w.files.v));
        out->passed = arena_dup(a, w.passed.v, w.passed.n * sizeof(*w.passed.v));
        out->n_files = w.files.n;
        out->n_passed = w.passed.n;
        if ((w.files.n > 0 && out->files == NULL) || (w.passed.n > 0 && out->passed == NULL))
            rc = err_set(e, ERR_NOMEM, "no room for the list of files");
    }
    if (rc == 0 && out->n_files > 0)
        qsort(out->files, out->n_files, sizeof(*out->files), by_path);
    if (rc == 0)
        out->version = w.version;
    VEC_FREE(&w.files);
    VEC_FREE(&w.passed);
    return rc;
}

int repo_read(struct repo *r, const struct repo_file *f, struct arena *a, struct slice *out,
              struct err *e)
{
    return r->ops->read(r, f, a, out, e);
}

void repo_free(struct repo **r)
{
    if (*r == NULL)
        return;
    (*r)->ops->close(*r);
    free(*r);
    *r = NULL;
}
