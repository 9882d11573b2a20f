/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoder of costs that domains publish, of whatever shape: between PIDs or endpoints, one type
 * or several (RFC 8189), calendars (RFC 8896), path vectors (RFC 9275).
 */
#ifndef RIALTO_WIRE_TABLES_H
#define RIALTO_WIRE_TABLES_H

#include "wire/entities.h"
#include "wire/view.h"

/** When the values of a calendar are for (RFC 8896 section 5.1.2). */
struct wire_calendar {
    int64_t start;     /* microseconds since 1970 */
    double size;       /* seconds of one interval */
    unsigned n;        /* intervals */
    unsigned repeated; /* iterations; 0: not said */
};

/** One cost type of a table: `width` values from `at` on in each cell. */
struct wire_table_type {
    const char *mode, *metric;
    size_t at, width;
    const struct wire_calendar *calendar; /* or NULL */
    bool paths;                           /* names of elements instead of values */
};

/** Names of elements, in the order of travel. */
struct wire_elements {
    const char **v;
    size_t n;
};

struct wire_cell {
    const char *dst;
    const double *value;               /* table->width of them; NAN: no cost */
    const struct wire_elements *paths; /* or NULL */
};

struct wire_table_row {
    const char *src;
    struct wire_cell *cells; /* sorted by destination */
    size_t n;
};

struct wire_table {
    const char *map_id, *map_tag; /* network map that it depends on; NULL: it doesn't say */
    bool endpoints;               /* keys are addresses in canonical text, not PIDs */
    struct wire_table_type *types;
    size_t n_types, width;
    struct wire_table_row *rows; /* sorted by source */
    size_t n_rows;
    struct wire_entities elements; /* properties beside path vectors; ids ".ane:NAME" */
};

/**
 * Reads a cost map or endpoint cost map. Calendars may name their cost types as the view does
 * (NULL: none). ERR_PARSE, ERR_SCHEMA, ERR_LIMIT.
 */
int wire_read_table(struct slice text, const struct wire_view *view, struct arena *a,
                    struct wire_table *out, struct err *e);

/** The cell of a pair, or NULL. */
const struct wire_cell *wire_table_cell(const struct wire_table *t, const char *src,
                                        const char *dst);

/** Canonical text of a typed address; other text as it is. NULL: no memory. */
const char *wire_canonical(const char *text, struct arena *a);

/** "Tue, 01 Jul 2025 13:00:00 GMT" to microseconds; a wrong weekday and a day of one digit
 * pass.
 */
bool wire_http_date(const char *text, int64_t *us);

#endif
