/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of routers in files that something else collects. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/sources/looking_glass.h"
#include "base/hash.h"

#define SECOND INT64_C(1000000)

static int64_t mtime_us(const struct stat *st)
{
    return st->st_mtim.tv_sec * SECOND + st->st_mtim.tv_nsec / 1000;
}

/* Absent is fine: a->file stays NULL. */
static int open_file(struct lg_answer *a, struct err *e)
{
    struct stat st;
    int fd = open(a->where, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: %s", a->where, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_IO, "%s: not a regular file", a->where);
    }
    a->file = fdopen(fd, "r");
    if (a->file == NULL) {
        close(fd);
        return err_set(e, ERR_NOMEM, "%s: %s", a->where, strerror(errno));
    }
    if (st.st_size > LG_MAX_FILE)
        return err_set(e, ERR_LIMIT, "%s: larger than 1 GiB", a->where);
    a->size = st.st_size;
    a->modified = mtime_us(&st);
    return 0;
}

/* --- files of known names: PATH.bgp4.json and so on --- */

static int name_known(struct lg_reading *t, struct err *e)
{
    const struct lg_router *r = t->router;

    t->answers = ARENA_ARRAY(t->g->scratch, r->n_requests, struct lg_answer);
    if (t->answers == NULL)
        return err_set(e, ERR_NOMEM, "no memory for answers");
    for (size_t i = 0; i < r->n_requests; i++) {
        struct lg_answer *a = &t->answers[t->n_answers++];

        a->request = &r->requests[i];
        a->where = arena_printf(t->g->scratch, "%s.%s.json", r->path, a->request->name);
        if (a->where == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a file name");
    }
    return 0;
}

/* --- files of any names: PATH.* --- */

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* Names that editors and copying programs give to what is not whole yet. */
static bool is_unfinished(const char *name)
{
    static const char *const ends[] = {"~", ".tmp", ".new", ".part", ".swp"};
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        size_t end = strlen(ends[i]);

        if (n >= end && strcmp(name + n - end, ends[i]) == 0)
            return true;
    }
    return false;
}

/* Is PATH and `rest` (".lon.route.txt") a file of another router, whose path is longer? */
static bool is_others(const struct lg_reading *t, const char *rest)
{
    const char *path = t->router->path;
    size_t len = strlen(path);

    for (size_t i = 0; i < t->g->n; i++) {
        const char *other = t->g->routers[i].path;
        size_t more = other != NULL && strncmp(other, path, len) == 0 ? strlen(other + len) : 0;

        if (more > 0 && strncmp(rest, other + len, more) == 0 && rest[more] == '.')
            return true;
    }
    return false;
}

static int add_found(struct lg_reading *t, const char *folder, const char *name, struct err *e)
{
    struct lg_answer *a = &t->answers[t->n_answers++];

    a->where = arena_printf(t->g->scratch, "%s/%s", folder, name);
    return a->where != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a file name");
}

static int name_found(struct lg_reading *t, struct err *e)
{
    const char *path = t->router->path, *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    size_t len = strlen(base);
    char *folder = slash != NULL ? arena_strndup(t->g->scratch, path, (size_t)(slash - path))
                                 : arena_strdup(t->g->scratch, ".");
    struct dirent **entries = NULL;
    int rc = 0, n;

    t->answers = ARENA_ARRAY(t->g->scratch, LG_MAX_REQUESTS, struct lg_answer);
    if (folder == NULL || t->answers == NULL)
        return err_set(e, ERR_NOMEM, "no memory for file names");
    n = scandir(folder[0] != '\0' ? folder : "/", &entries, visible, alphasort);
    if (n < 0)
        return err_set(e, ERR_IO, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;

        if (rc == 0 && strncmp(name, base, len) == 0 && name[len] == '.' &&
            !is_unfinished(name) && !is_others(t, name + len))
            rc = t->n_answers < LG_MAX_REQUESTS
                     ? add_found(t, folder, name, e)
                     : err_set(e, ERR_LIMIT, "%s.*: more than %d files", path, LG_MAX_REQUESTS);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

/* --- all --- */

static int none(const struct lg_reading *t, struct err *e)
{
    struct buf names = {0};
    int rc;

    for (size_t i = 0; i < t->router->n_requests; i++)
        buf_printf(&names, "%s.%s.json", i > 0 ? ", " : "", t->router->requests[i].name);
    rc = err_set(e, ERR_NOENT, "%s: none of the files is there (%s)", t->router->path,
                 names.len > 0 ? buf_cstr(&names) : ".*");
    buf_free(&names);
    return rc;
}

static void set_times(struct lg_reading *t, int64_t oldest)
{
    struct origin *o = &t->head.origin;

    if (o->expires != FACT_NONE)
        o->expires = oldest + (o->expires - o->collected_at);
    o->observed_at = oldest;
}

/* The oldest file's time is when the router was seen. */
int lg_open_files(struct lg_reading *t, struct err *e)
{
    struct hash *h = hash_new();
    int64_t oldest = FACT_NONE;
    int rc = h != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory to hash");

    if (rc == 0)
        rc = t->router->n_requests > 0 ? name_known(t, e) : name_found(t, e);
    for (size_t i = 0; i < t->n_answers && rc == 0; i++) {
        struct lg_answer *a = &t->answers[i];

        rc = open_file(a, e);
        if (rc < 0 || a->file == NULL)
            continue;
        hash_add(h, a->where, strlen(a->where) + 1);
        hash_add(h, &a->size, sizeof(a->size));
        hash_add(h, &a->modified, sizeof(a->modified));
        if (oldest == FACT_NONE || a->modified < oldest)
            oldest = a->modified;
    }
    if (rc == 0 && oldest == FACT_NONE)
        rc = none(t, e);
    if (rc == 0) {
        t->head.version = lg_version(h, t->g->scratch);
        set_times(t, oldest);
    }
    hash_free(&h);
    return rc;
}
