/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/*
 * "https://user:password@host/": what a server or a file says is told in messages, and who may
 * log in where is not for everybody who reads them. Everything between "://" and the last "@"
 * before the path goes.
 */
static void hide_users(char *msg)
{
    for (char *p = strstr(msg, "://"); p != NULL; p = strstr(p, "://")) {
        char *end, *at = NULL;

        p += strlen("://");
        end = p + strcspn(p, "/?# \t\n\"'<>");
        for (char *c = p; c < end; c++) {
            if (*c == '@')
                at = c;
        }
        if (at != NULL)
            memmove(p, at + 1, strlen(at + 1) + 1);
    }
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
    assert(code < 0);
    if (e == NULL)
        return code;

    /* Formatted aside: the arguments may point into the very message that is replaced. */
    char msg[2 * sizeof(e->msg)];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    hide_users(msg);
    msg[sizeof(e->msg) - 1] = '\0';
    memcpy(e->msg, msg, sizeof(e->msg));
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
    hide_users(both);
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
