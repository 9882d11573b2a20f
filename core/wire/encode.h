/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoders of ALTO replies: straight into one buffer, no tree. They never fail; the buffer
 * remembers when memory ran out.
 */
#ifndef RIALTO_WIRE_ENCODE_H
#define RIALTO_WIRE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/snapshot.h"
#include "model/thousandths.h"
#include "wire/media.h"
#include "wire/request.h"
#include "wire/tables.h"

/** A version tag (RFC 7285 section 10.3). */
struct wire_vtag {
    const char *id, *tag;
};

/** When the values of a cost type are for (RFC 8896 section 5.1.2). */
struct wire_meta_calendar {
    const char *name; /* of the cost type; NULL where there is but one calendar */
    const struct wire_calendar *when;
};

/** What stands in `meta`; NULL or 0: not there. */
struct wire_meta {
    const struct wire_vtag *vtag;
    size_t *tag_at; /* gets where in the buffer its tag stands; NULL: nobody needs to know */
    const struct wire_vtag *dependent;
    size_t n_dependent;
    const char *mode, *metric;          /* cost-type */
    const struct wire_cost_type *multi; /* multi-cost-types; cost-type is then {} */
    size_t n_multi;
    const struct wire_meta_calendar *calendars;
    size_t n_calendars;
};

/** Appends {"meta":{...},"MEMBER": -- the value and a "}" are the caller's. */
void wire_put_head(struct buf *b, const struct wire_meta *meta, const char *member);

/** Appends "ipv4:192.0.2.1", with quotes. */
void wire_put_typed(struct buf *b, const struct addr *a);

/** Appends "ipv4:192.0.2.0/24" with quotes; a prefix of one address has no length (RFC 9240
 * section 6.1.1.2). */
void wire_put_typed_prefix(struct buf *b, const struct prefix *p);

/** Appends a cost: whole numbers without fraction, others as short as they can be. */
void wire_put_cost(struct buf *b, double cost);

/** A network map (RFC 7285 section 11.2.1.6) of the PIDs `which` (NULL: the first n), and
 * families wanted. */
struct wire_network_map {
    struct wire_vtag vtag;
    const struct pid *pids;
    const uint32_t *which;
    size_t n;
    bool v4, v6;
};
void wire_put_network_map(struct buf *b, const struct wire_network_map *m);

/** Costs from every source to every destination, left out where there is none. */
struct wire_costs {
    const char *const *srcs, *const *dsts;
    size_t n_srcs, n_dsts;
    const double *value;         /* row of a source; NAN: no cost */
    const uint32_t *thousandths; /* or, where this is set, these (model/thousandths.h) */
};

/** A cost map or endpoint cost map: head with `member`, rows; sources without costs are left
 * out. */
void wire_put_costs(struct buf *b, const struct wire_meta *meta, const char *member,
                    const struct wire_costs *c);

/** Gives the values of one source after the other, when they are written, by one of the two
 * ways; borrowed until the next. */
struct wire_cost_rows {
    const double *(*row)(void *self, size_t src);
    void *self;
    const uint32_t *(*thousandths)(void *self, size_t src); /* NULL: `row` gives them */
};

/** The same of values that are found as they are written; those of `c` are not used. */
void wire_put_cost_rows(struct buf *b, const struct wire_meta *meta, const char *member,
                        const struct wire_costs *c, const struct wire_cost_rows *rows);

/** One value of each cell, or as many as a calendar has. */
struct wire_cost_column {
    const double *value; /* `width` for each pair; NAN: no cost */
    size_t width;
    bool calendar; /* an array even if it has but one interval */
    /* Where set, appends the value of a pair instead; false: it has none. */
    bool (*put)(const void *self, size_t pair, struct buf *b);
    const void *self;
};

/** Costs of several columns (RFC 8189 section 4.1.3), pairs by source, then destination. */
struct wire_cost_cells {
    const char *const *srcs, *const *dsts;
    size_t n_srcs, n_dsts;
    const struct wire_cost_column *columns;
    size_t n_columns;
    bool multi;          /* cells are arrays over columns */
    const bool *dropped; /* by pair; NULL: none */
};

/** A cost map as wire_put_costs() makes it; pairs without any value are left out. The closing
 * brace of the body is put as well. */
void wire_put_cells(struct buf *b, const struct wire_meta *meta, const char *member,
                    const struct wire_cost_cells *c);

/** Appends a time as HTTP writes it, with quotes: "Tue, 01 Jul 2025 13:00:00 GMT". */
void wire_put_http_date(struct buf *b, int64_t us);

/** An error (RFC 7285 section 8.5.2); NULL or "": the member is not there. */
struct wire_error {
    const char *code, *field, *value, *text;
};
void wire_put_error(struct buf *b, const struct wire_error *error);

/** One entry of a directory (RFC 7285 section 9.2.2); capabilities: JSON object text or "". */
struct wire_entry {
    const char *id, *uri, *media_type, *accepts;
    const char *capabilities;
    const char *const *uses;
    size_t n_uses;
};
void wire_put_entry(struct buf *b, const struct wire_entry *entry);

/** Appends ["a","b"]. */
void wire_put_strings(struct buf *b, const char *const *v, size_t n);

/** A part of multipart/related (RFC 2046 section 5.1.1, RFC 9275 section 6.6); its body
 * follows. */
struct wire_part {
    const char *boundary, *part_id, *domain, *type;
};
void wire_put_part(struct buf *b, const struct wire_part *part);
void wire_put_parts_end(struct buf *b, const char *boundary);

#endif
