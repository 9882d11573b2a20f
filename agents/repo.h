/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files under version control, or in a plain folder, read without trusting them: list what is
 * there, then read what changed.
 *
 * A git repository is read at HEAD, from its objects: nothing is checked out, no hook and no
 * filter runs, and neither symbolic links nor submodules are followed. Of a plain folder no
 * symbolic link below its top is followed either. Not thread-safe; one owner at a time.
 */
#ifndef RIALTO_AGENTS_REPO_H
#define RIALTO_AGENTS_REPO_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

#define REPO_MAX_PATH    4096                /* bytes of a file's path */
#define REPO_MAX_DEPTH   64                  /* folders in folders */
#define REPO_MAX_FILE    ((int64_t)8 << 20)  /* bytes of a file, unless set lower */
#define REPO_MAX_FILES   100000              /* files, unless set lower */
#define REPO_MAX_TOTAL   ((int64_t)1 << 30)  /* bytes of all files, unless set lower */
#define REPO_MAX_ENTRIES 2000000             /* files, folders and all else that is looked at */
#define REPO_MAX_PASSED  1000                /* entries passed over that are told one by one */
#define REPO_MAX_FETCH   ((size_t)2 << 30)   /* bytes of one fetch */
#define REPO_MAX_OBJECTS ((unsigned)4000000) /* objects of one fetch */
#define REPO_MAX_TIME    INT64_C(3600000000) /* microseconds of one fetch by a program */

struct repo;

struct repo_limits {
    int64_t file;  /* bytes of a file; 0: REPO_MAX_FILE */
    int64_t files; /* 0: REPO_MAX_FILES */
    int64_t total; /* bytes of all files; 0: REPO_MAX_TOTAL */
};

/** Where a repository is and how to get at it. Borrowed for the life of the repo. */
struct repo_options {
    const char *location; /* a folder (bare repository or not), or an https:// or ssh:// URL */
    const char *cache;    /* a URL's mirror is kept in this folder */
    const char *user;     /* NULL: "git", or what an ssh URL says */
    const char *key_file; /* ssh: private key without passphrase */
    const char *known_hosts_file; /* ssh: whose keys are believed; needed for ssh */
    const char *token_file;       /* https: password or token, first line */
    const char *ca_file;          /* https: authorities instead of the system's */
    /** The program whose command `mirror` fetches, stopped when nothing comes for `stall`; it
     * needs the clock. NULL: this process fetches, however long that takes, by the system's
     * authorities. */
    const char *program;
    int64_t stall; /* microseconds */
    const struct clock *clock;
    struct repo_limits limits;
    /** Asked now and then during a fetch: true stops it. NULL: never. */
    bool (*cancelled)(void *arg);
    void *cancelled_arg;
};

struct repo_file {
    const char *path;    /* from the top of the repository, with slashes */
    const char *version; /* blob id; for a plain folder what stat(2) says */
    int64_t size;
};

struct repo_passed {
    const char *path; /* control characters made visible */
    const char *why;
};

/** What is there now, in order of path. Lives in the arena it was made in. */
struct repo_listing {
    const char *version; /* commit id; NULL for a plain folder */
    struct repo_file *files;
    size_t n_files;
    struct repo_passed *passed; /* links, submodules, files too large */
    size_t n_passed;
};

/** Is the location a URL (then a mirror is kept), not a folder? */
bool repo_is_remote(const char *location);

/**
 * Is the location one that may be used at all? ERR_REFUSED for other transports than https and
 * ssh, for names beginning with '-' and for URLs with a password in them. Says nothing of the
 * URL's contents.
 */
int repo_check_location(const char *location, struct err *e);

/** A configured folder: relative, without "." and ".." and empty parts. */
int repo_check_folder(const char *folder, struct err *e);

/** Opens a repository; of a URL the mirror is brought up to date first. */
int repo_open(struct repo **out, const struct repo_options *o, struct err *e);

/** Opens a plain folder behind the same interface; `limits` may be NULL. */
int repo_open_folder(struct repo **out, const char *path, const struct repo_limits *limits,
                     struct err *e);

/**
 * Lists the files below `folder` (NULL: all). ERR_NOENT when that folder or HEAD's commit is
 * missing, ERR_LIMIT when there is more than the limits allow, ERR_PARSE when an object is
 * damaged. Never half a list.
 */
int repo_list(struct repo *r, const char *folder, struct arena *a, struct repo_listing *out,
              struct err *e);

/** Reads a listed file into the arena. */
int repo_read(struct repo *r, const struct repo_file *f, struct arena *a, struct slice *out,
              struct err *e);

/** `rialto-agent mirror`, for repo_open alone: what it fetches and prints is between the two.
 */
int repo_mirror_command(int argc, char **argv);

/** Closes it and nulls the pointer; NULL is allowed. */
void repo_free(struct repo **r);

#endif
