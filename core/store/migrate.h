/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the store: bringing a file to the schema of this build. */
#ifndef RIALTO_STORE_MIGRATE_H
#define RIALTO_STORE_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sqlite3;

#define STORE_APPLICATION_ID 0x524C544F /* "RLTO", in the file's header */

/** One shipped step; its number is its place in the list, counted from 1. */
struct migration {
    const char *name; /* "0001-facts" */
    const char *sql;
};

/* Embedded from schemas/store by the build. */
extern const struct migration store_migrations[];
extern const size_t store_n_migrations;

/**
 * Is the file ours, and how old? *version is 0 for an empty one. ERR_SCHEMA when it belongs to
 * another program, ERR_VERSION when its schema is newer than `newest`.
 */
int migrate_inspect(struct sqlite3 *db, int newest, int *version, struct err *e);

/**
 * Applies the steps that are missing, each in a transaction of its own. A file that held an
 * older schema is copied first, to PATH.vN (unless that exists). On failure the file is as
 * after the last good step.
 */
int migrate_apply(struct sqlite3 *db, const char *path, const struct migration *list, size_t n,
                  struct err *e);

/** Do the tables of facts have exactly the fields of model/facts.def? ERR_VERSION if not. */
int migrate_check_columns(struct sqlite3 *db, struct err *e);

#endif
