/* SPDX-License-Identifier: Apache-2.0 */
/* Media types in requests: Accept and Content-Type (RFC 9110 sections 8.3.1 and 12.5.1). */
#ifndef RIALTO_SERVER_NEGOTIATE_H
#define RIALTO_SERVER_NEGOTIATE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Does an Accept header (NULL: absent) allow this type? The most specific range that matches
 * decides; q=0 refuses. `type` may have one parameter type=..., as multipart/related does; a
 * range with another value of it does not match, one without matches.
 */
bool accept_allows(const char *accept, const char *type);

/**
 * Does an Accept-Encoding header (RFC 9110 section 12.5.3) ask for this coding? Absent or
 * empty: no; "*" stands for what is not named.
 */
bool coding_allows(const char *accept, const char *coding);

/** Is it this type, letter case and parameters aside? */
bool content_type_is(const char *header, const char *type);

/** Does an If-None-Match header (NULL: absent) name this entity tag (weakly compared) or "*"?
 */
bool etag_matches(const char *header, const char *etag);

/** The same of an If-Match header: a weak tag names nothing (RFC 9110 section 13.1.1). */
bool etag_matches_strongly(const char *header, const char *etag);

/** Seconds since 1970 of an HTTP-date in any of its three forms (RFC 9110 section 5.6.7). */
bool http_date(const char *text, int64_t *seconds);

#endif
