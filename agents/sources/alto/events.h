/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-sent events, as they come: text/event-stream (WHATWG HTML section 9.2), with the event
 * types of RFC 8895 section 5.2.
 */
#ifndef RIALTO_AGENTS_ALTO_EVENTS_H
#define RIALTO_AGENTS_ALTO_EVENTS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define EVENTS_MAX_TYPE 500 /* bytes of an event's type */

/**
 * Called with each event that has data: its type, "" without one, and its data, both
 * 0-terminated and borrowed for the call. A negative return ends events_feed() with that code.
 */
typedef int events_take(void *payload, struct slice type, struct slice data, struct err *e);

/** A reader; zeroed but for the first three, which the caller sets. */
struct events {
    size_t max; /* bytes of one event, with the line under way */
    events_take *take;
    void *payload;
    /* --- */
    struct buf line; /* under way */
    struct buf type, data;
    bool has_data;
    bool after_cr; /* a line feed would belong to the line that ended already */
    bool begun;    /* the first line is over: no byte-order mark follows */
};

/** Reads the next bytes. ERR_LIMIT, ERR_NOMEM, or what `take` said. */
int events_feed(struct events *v, const char *p, size_t n, struct err *e);

/** Frees what it holds; an event that is not complete is lost. */
void events_free(struct events *v);

/** The type of an event of RFC 8895: media-type [ "," data-id ]. */
struct event_type {
    const char *media; /* with its parameters */
    struct slice id;   /* empty: of no data */
};

/** Takes a type apart. `room` has EVENTS_MAX_TYPE + 1 bytes and is pointed into. ERR_SCHEMA. */
int event_type(struct slice type, char *room, struct event_type *out, struct err *e);

#endif
