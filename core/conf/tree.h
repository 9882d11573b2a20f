/* SPDX-License-Identifier: Apache-2.0 */
/* Inside core/conf only: the parsed tree and the functions that its parts share. */
#ifndef RIALTO_CONF_TREE_H
#define RIALTO_CONF_TREE_H

#include <stddef.h>

#include "base/str.h"
#include "conf/conf.h"

#define CONF_MAX_BYTES  (1024 * 1024) /* of one file */
#define CONF_MAX_LEVELS 16            /* of nesting, the outermost mapping included */
#define CONF_MAX_NODES  262144        /* values of one file */
#define CONF_MAX_KEYS   4096          /* of one mapping */

enum conf_shape { SHAPE_SCALAR, SHAPE_SEQUENCE, SHAPE_MAPPING };

/** What all nodes of one file share. */
struct conf_file {
    const char *name;   /* as in messages */
    const char *folder; /* absolute, where relative paths start */
};

struct conf_entry {
    const char *key; /* NULL in sequences */
    size_t line, col;
    struct conf *value;
};

struct conf {
    enum conf_shape shape;
    const struct conf_file *file;
    const struct conf *parent; /* NULL: outermost */
    const char *key;           /* in the parent mapping; NULL in sequences */
    size_t line, col;          /* from 1 */
    bool plain;                /* scalar without quotes */
    const char *text;          /* scalar; absolute for CONF_PATH once checked */
    struct conf_entry *v;      /* sequence, mapping */
    size_t n;
    /* Set by conf_check(): */
    const struct conf_item *items; /* table that this mapping follows */
    int64_t number;                /* INT, DURATION, SIZE, RATE, BOOL */
    double real;
};

/** Builds the unchecked tree of a text; see conf_parse(). The root is a mapping. */
int conf_tree(const char *name, struct slice text, struct arena *a, struct conf **out,
              struct err *e);

/** Checks a mapping against a table, with all below it. */
int conf_check_tree(struct conf *c, const struct conf_item *items, struct arena *a,
                    struct err *e);

/** Reads a scalar's text by type into number or real: NULL, or why it can't be read. */
const char *conf_value(enum conf_type type, const char *text, int64_t *number, double *real);

/** A number as its type is written ("64k"), into out (at least 32 bytes); returns out. */
const char *conf_value_format(enum conf_type type, int64_t v, char *out);

/** "text", "whole number", ...: for messages and the manual. */
const char *conf_type_name(enum conf_type type);

#endif
