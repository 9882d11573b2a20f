/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients hand in, and where it stays. The server knows no store: who starts it gives it
 * an inbox. Thread-safe. What put() acknowledged survives a crash; it is part of the snapshots
 * that are built from then on.
 */
#ifndef RIALTO_SERVER_INBOX_H
#define RIALTO_SERVER_INBOX_H

#include "model/facts.h"

#define INBOX_KEPT   16       /* versions of a document that stay */
#define INBOX_SOURCE "inbox"  /* the source, and its kind, that the facts are of */
#define INBOX_GRANTS "grants" /* scope, before a slash and the domain */

/** One version of a domain's document. */
struct inbox_version {
    int64_t number; /* from 1; only grows */
    const char *by; /* class of clients */
    int64_t at;     /* microseconds since 1970 */
    bool withdrawn; /* there was none from then on */
    struct facts facts;
};

/** What is handed in. */
struct inbox_letter {
    const char *domain, *by;
    int64_t after;             /* number of the version that it replaces; 0: there was none */
    const struct facts *facts; /* grants and groups; NULL: the document is withdrawn */
};

struct inbox {
    /**
     * Reads a version, or the last one (number 0), into the arena of out->facts; facts_free()
     * frees their arrays. ERR_NOENT: there is none (any more).
     */
    int (*get)(void *self, const char *domain, int64_t number, struct inbox_version *out,
               struct err *e);
    /** Takes it all or not at all. ERR_CONFLICT: `after` is not the last version. */
    int (*put)(void *self, const struct inbox_letter *letter, int64_t *number, struct err *e);
    void *self;
};

#endif
