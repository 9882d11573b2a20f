/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads one large member of a JSON object in its text, without making a tree of it. Only plain
 * text is read: of what is unusual or wrong nothing is said but that. Private to this folder.
 */
#ifndef RIALTO_WIRE_SCAN_H
#define RIALTO_WIRE_SCAN_H

#include <stdbool.h>

#include "base/str.h"

struct scan {
    const char *p, *end; /* the last character, '}': loops over others stop there */
};

/** At the first character of a text; false: it does not end as an object does. */
bool scan_begin(struct scan *s, struct slice text);

/**
 * To the value of a member of the outermost object; its name is told with its quotes. Whether
 * what stands before it is right, others decide.
 */
bool scan_find(struct scan *s, const char *name);

static inline void scan_space(struct scan *s)
{
    while (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r')
        s->p++;
}

/** Passes this character, with space before it; never the last one of the text. */
static inline bool scan_take(struct scan *s, char c)
{
    scan_space(s);
    if (*s->p != c || s->p >= s->end)
        return false;
    s->p++;
    return true;
}

#endif
