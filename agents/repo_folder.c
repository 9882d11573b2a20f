/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain folder behind the interface of repositories. Every step down is an openat(2) with
 * O_NOFOLLOW, so that a link put there between two looks is not followed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/repo_inside.h"

struct folder {
    struct repo repo; /* first member */
    int fd;           /* of the top */
};

static int failed(struct err *e, const char *path, const char *what)
{
    int code = errno == ENOENT || errno == ENOTDIR ? ERR_NOENT : ERR_IO;

    if (errno == EACCES || errno == EPERM)
        code = ERR_ACCESS;
    return err_set(e, code, "%s: %s: %s", path[0] != '\0' ? path : ".", what, strerror(errno));
}

/** Opens a path below a folder part by part; -1 with errno. */
static int open_below(int top, const char *path, int flags)
{
    struct slice rest = slice_of(path), part;
    char name[NAME_MAX + 1];
    int fd = dup(top), next;

    while (fd >= 0 && slice_split(&rest, '/', &part)) {
        bool last = rest.n == 0;

        if (part.n > NAME_MAX) {
            close(fd);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, part.p, part.n);
        name[part.n] = '\0';
        next =
            openat(fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (last ? flags : O_DIRECTORY));
        close(fd);
        fd = next;
    }
    return fd;
}

/** What changes whenever the contents do, short of somebody setting clocks. */
static void version_of(const struct stat *st, char out[96])
{
    snprintf(out, 96, "%" PRIx64 "-%" PRIx64 ".%lx-%" PRIx64 ".%lx", (uint64_t)st->st_size,
             (uint64_t)st->st_mtim.tv_sec, (unsigned long)st->st_mtim.tv_nsec,
             (uint64_t)st->st_ctim.tv_sec, (unsigned long)st->st_ctim.tv_nsec);
}

static int walk(struct repo_walk *w, int fd, const char *path, struct err *e);

/** Into a folder that is itself an entry. */
static int descend(struct repo_walk *w, int at, const char *name, const char *path,
                   struct err *e)
{
    int depth = 1, fd;

    for (const char *p = path; *p != '\0'; p++)
        depth += *p == '/';
    if (depth > REPO_MAX_DEPTH)
        return repo_walk_pass(w, path, "too many folders in folders", e);
    fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
    return fd >= 0 ? walk(w, fd, path, e) : failed(e, path, "can't be opened");
}

static int entry(struct repo_walk *w, DIR *dir, const char *folder, const char *name,
                 struct err *e)
{
    struct repo_file f;
    struct stat st;
    char version[96];
    int rc = repo_walk_path(w, folder, name, &f.path, e);

    if (rc != 0 || f.path == NULL)
        return rc;
    if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : failed(e, f.path, "can't be looked at");
    if (S_ISDIR(st.st_mode)) /* a repository's own files are none of its contents */
        return strcmp(name, ".git") == 0 ? 0 : descend(w, dirfd(dir), name, f.path, e);
    if (S_ISLNK(st.st_mode))
        return repo_walk_pass(w, f.path, "symbolic links are not followed", e);
    if (!S_ISREG(st.st_mode))
        return repo_walk_pass(w, f.path, "not a file", e);
    version_of(&st, version);
    f.version = version;
    f.size = st.st_size;
    return repo_walk_file(w, &f, e);
}

/** Takes fd over. */
static int walk(struct repo_walk *w, int fd, const char *path, struct err *e)
{
    DIR *dir = fdopendir(fd);
    const struct dirent *d;
    int rc = 0;

    if (dir == NULL) {
        rc = failed(e, path, "can't be listed");
        close(fd);
        return rc;
    }
    for (;;) {
        errno = 0;
        d = rc == 0 ? readdir(dir) : NULL;
        if (d == NULL)
            break;
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            rc = entry(w, dir, path, d->d_name, e);
    }
    if (rc == 0 && errno != 0)
        rc = failed(e, path, "can't be listed");
    closedir(dir);
    return rc;
}

static int folder_list(struct repo *r, const char *folder, struct repo_walk *w, struct err *e)
{
    const struct folder *f = (const struct folder *)r;
    int fd = folder[0] != '\0' ? open_below(f->fd, folder, O_DIRECTORY)
                               : openat(f->fd, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);

    if (fd < 0)
        return failed(e, folder, "can't be opened");
    return walk(w, fd, folder, e);
}

static int read_all(int fd, const struct repo_file *file, struct arena *a, struct slice *out,
                    struct err *e)
{
    char *p = arena_alloc(a, (size_t)file->size + 1);
    size_t n = 0;
    ssize_t got = 1;

    if (p == NULL)
        return err_set(e, ERR_NOMEM, "%s: no room for the file", file->path);
    while (got > 0 && n <= (size_t)file->size) {
        got = read(fd, p + n, (size_t)file->size + 1 - n);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            n += (size_t)got;
    }
    if (got < 0)
        return failed(e, file->path, "can't be read");
    if (n != (size_t)file->size)
        return err_set(e, ERR_CONFLICT, "%s: the file changes while it is read", file->path);
    *out = (struct slice){p, n};
    return 0;
}

static int folder_read(struct repo *r, const struct repo_file *file, struct arena *a,
                       struct slice *out, struct err *e)
{
    const struct folder *f = (const struct folder *)r;
    struct stat st;
    char version[96];
    int fd = open_below(f->fd, file->path, O_NONBLOCK), rc;

    if (fd < 0)
        return failed(e, file->path, "can't be opened");
    if (fstat(fd, &st) != 0) {
        rc = failed(e, file->path, "can't be looked at");
    } else {
        version_of(&st, version);
        rc =
            S_ISREG(st.st_mode) && strcmp(version, file->version) == 0
                ? read_all(fd, file, a, out, e)
                : err_set(e, ERR_CONFLICT, "%s: the file changes while it is read", file->path);
    }
    close(fd);
    return rc;
}

static void folder_close(struct repo *r)
{
    close(((struct folder *)r)->fd);
}

int repo_open_folder(struct repo **out, const char *path, const struct repo_limits *limits,
                     struct err *e)
{
    static const struct repo_ops ops = {folder_list, folder_read, folder_close};
    struct folder *f = calloc(1, sizeof(*f));
    int rc;

    *out = NULL;
    if (f == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", path);
    f->repo = (struct repo){&ops, repo_limits_of(limits)};
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (f->fd < 0) {
        rc = failed(e, path, "can't be opened");
        free(f);
        return rc;
    }
    *out = &f->repo;
    return 0;
}
