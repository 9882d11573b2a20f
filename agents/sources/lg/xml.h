/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers in XML, element by element: those that the rules name become small trees (tree.h)
 * and are handed over; what surrounds them is passed through without being kept.
 *
 * Namespaces and attributes are not looked at: a name is what stands behind its colon. Document
 * types are refused, and with them entities.
 */
#ifndef RIALTO_AGENTS_LG_XML_H
#define RIALTO_AGENTS_LG_XML_H

#include "agents/sources/lg/tree.h"

#define LG_XML_DEPTH 64

/** Goes through the text; w->rules name elements, wherever they stand. Errors as lg_walk(). */
int lg_xml(struct lg_walk *w, struct slice text, struct err *e);

#endif
