/* SPDX-License-Identifier: Apache-2.0 */
/* What update streams (RFC 8895) and TIPS (RFC 9569) say and are asked. */
#ifndef RIALTO_WIRE_STREAM_H
#define RIALTO_WIRE_STREAM_H

#include "base/buf.h"
#include "base/err.h"
#include "wire/request.h"

#define WIRE_MAX_SUBSTREAMS 64 /* of one request */
#define WIRE_EVENT_LINE                                                                        \
    2048 /* bytes after which a line of an event is broken, where it can be */

/** What is to be followed: of a stream's `add`, or of a TIPS request. */
struct wire_follow {
    const char *substream; /* NULL: TIPS */
    const char *resource;
    const char *tag;   /* of the version that the client has; or NULL */
    const char *input; /* JSON text, members sorted; NULL: absent */
    bool incremental;
    bool open_ends; /* the input leaves an end to the client's own address */
};

struct wire_stream_params { /* RFC 8895 sections 6.5 and 7.5 */
    bool has_add, has_remove;
    struct wire_follow *add; /* substreams, each once */
    size_t n_add;
    struct wire_names remove;
};

/** Decoders as in request.h. */
enum wire_code wire_stream_params(const struct wire_input *in, struct wire_stream_params *out,
                                  struct wire_problem *p);
enum wire_code wire_tips_params(const struct wire_input *in, struct wire_follow *out,
                                struct wire_problem *p);

/** Is it a name as RFC 7285 section 10.2 has it, without "."? */
bool wire_is_id(const char *text);

/**
 * Appends text as data of an event, with the empty line that ends it. Long lines are broken
 * behind commas outside of strings; line ends of MIME become those of events.
 */
void wire_put_event_data(struct buf *b, struct slice text);

/** meta.vtag.tag of a body, borrowed from the arena; NULL when it has none. */
const char *wire_body_tag(struct slice body, struct arena *a);

/** A part of a multipart body. */
struct wire_body_part {
    struct slice id;   /* Content-ID without angle brackets */
    struct slice json; /* its content */
};

/**
 * Splits a body that wire_put_part() made. Returns how many parts there are, at most `max`; 0:
 * `type` is no multipart type, or the body is not of that form.
 */
size_t wire_split_parts(const char *type, struct slice body, struct wire_body_part *out,
                        size_t max);

#endif
