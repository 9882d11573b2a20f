/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The update hub: who follows which resources, over server-sent events (RFC 8895) or by TIPS
 * (RFC 9569). Thread-safe; updates_refresh() and updates_tick() are for one thread.
 */
#ifndef RIALTO_SERVER_UPDATES_H
#define RIALTO_SERVER_UPDATES_H

#include "server/edition.h"

#define UPDATES_PATH "/updates"
#define STREAM_PATH  "/updates/stream/" /* and the name of a stream: its control service */
#define TIPS_PATH    "/tips"
#define VIEW_PATH    "/tips/view/" /* and the name of a view */

struct updates;

/** A hub that starts with an edition. The clock is borrowed. */
int updates_new(struct updates **out, struct edition *ed, const struct clock *clock,
                struct err *e);

/** Frees the hub; all streams and polls are over by then. Nulls the pointer. */
void updates_free(struct updates **u);

/** How to wake a kept connection; before any is kept. */
void updates_on_wake(struct updates *u, void (*wake)(void *call));

/** Starts and stops the thread that does what updates_refresh and updates_tick do. */
int updates_start(struct updates *u, struct err *e);
void updates_stop(struct updates *u);

/** There is a new edition: the thread will look at it; where nothing is followed it is used at
 * once. */
void updates_offer(struct updates *u, struct edition *ed);

/** Renders everything that is followed from the offered edition, and tells those who follow. */
void updates_refresh(struct updates *u);

/** What time asks for: comments in silent streams, views that nobody uses. */
void updates_tick(struct updates *u);

/** Opens an update stream (RFC 8895 section 6). 0 with *out filled, or a negative code. */
int stream_open(struct updates *u, const struct view *v, const struct request *q,
                struct reply *out, struct err *e);

/** A stream's control service (RFC 8895 section 7); q->path begins with STREAM_PATH. */
int stream_control(struct updates *u, const struct view *v, const struct request *q,
                   struct reply *out, struct err *e);

/** Opens a TIPS view (RFC 9569 section 6). */
int tips_open(struct updates *u, const struct view *v, const struct request *q,
              struct reply *out, struct err *e);

/** Anything below VIEW_PATH (RFC 9569 section 7). */
int tips_answer(struct updates *u, const struct view *v, const struct request *q,
                struct reply *out, struct err *e);

/** Resources that a caller may follow by a stream or by TIPS, into its directory entry. */
void updates_describe(const struct resource *r, const struct view *v, struct description *d);

/** What the hub's thread does besides, each second; before updates_start. */
void updates_on_tick(struct updates *u, void (*tick)(void *self), void *self);

/** What is kept at the moment, and what was refused because there is too much of it. */
struct updates_count {
    size_t watches, streams, views, polls;
    size_t refused_watches, refused_streams, refused_views, refused_polls;
};
struct updates_count updates_count(struct updates *u);

/** The open streams of one resource (by its tally): updates sent in them, neither control
 * events nor comments. */
struct stream_count {
    size_t streams;
    uint64_t total, max, min; /* of all; in one of them */
};
struct stream_count streams_count(struct updates *u, const struct tally *of);

#endif
