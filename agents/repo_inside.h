/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of git repositories and of plain folders share. */
#ifndef RIALTO_AGENTS_REPO_INSIDE_H
#define RIALTO_AGENTS_REPO_INSIDE_H

#include "agents/repo.h"
#include "base/vec.h"

/** A list while it grows. */
struct repo_walk {
    struct arena *arena;
    const char *version; /* of the whole */
    struct repo_limits limits;
    struct {
        VEC(struct repo_file);
    } files;
    struct {
        VEC(struct repo_passed);
    } passed;
    int64_t total, entries;
};

struct repo_ops {
    int (*list)(struct repo *r, const char *folder, struct repo_walk *w, struct err *e);
    int (*read)(struct repo *r, const struct repo_file *f, struct arena *a, struct slice *out,
                struct err *e);
    void (*close)(struct repo *r);
};

struct repo {
    const struct repo_ops *ops;
    struct repo_limits limits;
};

/** Limits with their defaults filled in; larger than the defaults is allowed. */
struct repo_limits repo_limits_of(const struct repo_limits *given);

/** Adds a file, or notes it as too large; ERR_LIMIT when there are too many. */
int repo_walk_file(struct repo_walk *w, const struct repo_file *f, struct err *e);

/** Notes an entry as passed over (path and reason are copied). */
int repo_walk_pass(struct repo_walk *w, const char *path, const char *why, struct err *e);

/**
 * "folder/name" in the arena into *out; NULL there (and noted) when the name can't be part of a
 * path that is safe to use and to print.
 */
int repo_walk_path(struct repo_walk *w, const char *folder, const char *name, const char **out,
                   struct err *e);

/** The error that libgit2 left; `where` says what was being done. */
int repo_git_failed(struct err *e, int code, const char *where);

/** Starts libgit2, once. */
int repo_start_library(struct err *e);

/** Fetches HEAD of o->location into the bare repository `path`, in this process. */
int repo_fetch(const struct repo_options *o, const char *path, struct err *e);

/** The same by o->program, which is killed when nothing more comes. */
int repo_mirror(const struct repo_options *o, const char *path, struct err *e);

#define REPO_BEAT         "." /* what the program prints as a sign of life */
#define REPO_MIRROR_WORDS 8   /* of its command: mirror PATH URL and what the URL needs */

#endif
