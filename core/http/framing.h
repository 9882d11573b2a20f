/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where requests end and whom they are for (RFC 9112): what another reader of the same bytes
 * could see otherwise is not guessed at. Shared by serve.c and this file's own tests alone.
 */
#ifndef RIALTO_HTTP_FRAMING_H
#define RIALTO_HTTP_FRAMING_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * Is it a target that can mean one thing only (RFC 9112 section 3.2), as it stands in the
 * request line? Blanks make two of one, and "%2F" and "%00" mean something else to each reader.
 */
bool framing_target_is_sound(const char *target);

/** The headers are complete: are there a Host, a length and codings that mean one thing only?
 * `version` is that of the request line. */
bool framing_is_sound(struct MHD_Connection *connection, const char *version);

enum framing_length { FRAMING_NONE, FRAMING_NUMBER, FRAMING_TOO_LARGE, FRAMING_NO_NUMBER };

/** What the first Content-Length says. */
enum framing_length framing_length(struct MHD_Connection *connection);

/**
 * Decodes what is percent-encoded, in place; returns how long it is then. "%00" stays as it is:
 * it would end the text for who reads it, and is nothing that has a name here.
 */
size_t framing_unescape(void *self, struct MHD_Connection *connection, char *text);

#endif
