/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One error, owned by the caller, no allocation.
 *
 * Functions that can fail return 0 or a negative code and take `struct err *e` last. Who knows
 * the cause first sets the text; callers on the way up may prefix where it happened; only
 * programs' main, the runner of agents and the dispatcher of requests log it.
 */
#ifndef RIALTO_BASE_ERR_H
#define RIALTO_BASE_ERR_H

#include <stdarg.h>

enum err_code {
#define ERR(name, value, text) ERR_##name = (value),
#include "base/errs.def"
#undef ERR
};

struct err {
    int code;
    char msg[504];
};

/**
 * Sets code and message; returns the code. `e` may be NULL. `code` is negative. Users and
 * passwords within URLs are left out of the message.
 */
int err_set(struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** Prefixes the message with "where: "; returns e->code (or ERR_INTERNAL when e is NULL). */
int err_in(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Forgets the error. */
void err_clear(struct err *e);

/** A short English text for a code; borrowed, never NULL. */
const char *err_text(int code);

#endif
