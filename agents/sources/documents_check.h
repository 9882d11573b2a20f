/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a text an ALTO document, and of which kind? Shapes are those of RFC 7285 sections 11.2
 * to 11.5, RFC 8189 (several costs), RFC 8896 (calendars), RFC 9240 (properties), RFC 9241
 * (CDNI) and RFC 9275 (path vectors). Members that the RFCs do not know are passed over (RFC
 * 7285 section 8.3.7).
 */
#ifndef RIALTO_AGENTS_SOURCES_DOCUMENTS_CHECK_H
#define RIALTO_AGENTS_SOURCES_DOCUMENTS_CHECK_H

#include "wire/jnode.h"
#include "wire/json.h"

/**
 * Checks a document and gives its kind (a constant). *e begins "line:column: ".
 */
int document_check(const char *text, size_t len, const char **kind, struct err *e);

/** Checks a view: see docs/sources/documents.md. */
int document_check_view(const char *text, size_t len, struct err *e);

/** A reader with the limits of documents; `unique`: it refuses members that are there twice. */
int document_reader(struct jread **out, struct slice text, bool unique, struct err *e);

/** Reads all of a text, with those limits, as a tree in the arena. */
int document_tree(struct slice text, struct arena *a, const struct jnode **out, struct err *e);

/** PIDs and resource ids: RFC 7285 sections 10.1 and 10.2. */
bool document_id_is_good(struct slice s);

/** Walks the members of an object, or the elements of an array, with `each`. */
typedef int document_member(struct jread *r, struct slice key, void *payload, struct err *e);
int document_object(struct jread *r, document_member *each, void *payload, struct err *e);
typedef int document_element(struct jread *r, void *payload, struct err *e);
int document_array(struct jread *r, document_element *each, void *payload, struct err *e);

#endif
