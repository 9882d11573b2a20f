/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of another ALTO server as batches, whichever way they came. */
#ifndef RIALTO_AGENTS_ALTO_STATE_H
#define RIALTO_AGENTS_ALTO_STATE_H

#include "agents/agent.h"
#include "agents/sources/alto/ird.h"

/** One document on its way. */
struct alto_document {
    struct batch_head head;
    struct arena *arena; /* of its text */
    struct err why;      /* what is wrong with it; code 0: nothing */
};

/** The kind of document that a resource is kept as; NULL: it is not kept. */
const char *alto_kind(const struct ird_resource *i);

/** The scope of the resource or question of that name, in the arena; NULL without memory. */
const char *alto_scope(const char *name, struct arena *a);

/** The tag of a text that has one of its own (RFC 7285 section 10.3), else NULL; in the arena.
 */
const char *alto_tag(struct slice text, struct arena *a);

/**
 * The version of a text: its own tag (RFC 7285 section 10.3), else a hash of it without white
 * space between values, so that it is the same whether the text came whole, in lines of events,
 * or by patches. NULL without memory.
 */
const char *alto_version(struct slice text, struct arena *a);

/**
 * Checks a text, which is 0-terminated, and states it as one of kind `wanted`, unless its
 * version is the one that is there. d->why tells what is wrong with it, *e what is wrong with
 * the sink.
 */
int alto_state(struct alto_document *d, struct slice text, const char *wanted,
               struct batch_sink *sink, struct err *e);

#endif
