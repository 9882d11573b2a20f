/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, int code, const char *fmt, ...)
{
    assert(code < 0);
    if (e == NULL)
        return code;

    /* Formatted aside: the arguments may point into the very message that is replaced. */
    char msg[sizeof(e->msg)];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    memcpy(e->msg, msg, sizeof(msg));
    e->code = code;
    return code;
}

int err_in(struct err *e, const char *fmt, ...)
{
    if (e == NULL)
        return ERR_INTERNAL;

    char where[sizeof(e->msg)], both[2 * sizeof(e->msg) + 2];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(where, sizeof(where), fmt, ap);
    va_end(ap);

    snprintf(both, sizeof(both), "%s: %s", where, e->msg);
    both[sizeof(e->msg) - 1] = '\0';
    memcpy(e->msg, both, sizeof(e->msg));
    return e->code;
}

void err_clear(struct err *e)
{
    e->code = 0;
    e->msg[0] = '\0';
}

const char *err_text(int code)
{
    switch (code) {
    case 0:
        return "no error";
#define ERR(name, value, text)                                                                 \
    case (value):                                                                              \
        return text;
#include "base/errs.def"
#undef ERR
    }
    return "unknown error";
}
