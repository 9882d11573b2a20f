/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys at the beginning of a JSON document, by which formats are told apart: those of the
 * outermost object (or of the objects in an outermost array, or of one document behind the
 * other), and those of the objects that its members hold. Arrays in between do not count.
 */
#ifndef RIALTO_WIRE_JSNIFF_H
#define RIALTO_WIRE_JSNIFF_H

#include "wire/json.h"

#define JSNIFF_KEYS 200
#define JSNIFF_TEXT 24 /* of a key, its 0 included; longer ones are cut */

struct jsniff {
    struct {
        char parent[JSNIFF_TEXT], key[JSNIFF_TEXT];
    } seen[JSNIFF_KEYS];
    size_t n;
    bool array; /* the outermost value is an array */
};

/** Looks at a text that may end anywhere, or be no JSON at all. Never fails. */
void jsniff(struct slice head, struct jsniff *s);

/** Is there such a key? parent "": of the outermost object itself. */
bool jsniff_has(const struct jsniff *s, const char *parent, const char *key);

/** Does any member of the outermost object hold an object with that key? */
bool jsniff_below(const struct jsniff *s, const char *key);

#endif
