/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as trees of one form (wire/jnode.h), whatever their syntax, so that a format is read
 * the same from JSON, XML or GML.
 *
 *     <node id="1"><name>x</name></node>    node [ id 1 name "x" ]
 *
 * An element of XML is an object: its attributes are members with their names, what stands in
 * it are members in order (several may have one key), its text is the member "#text".
 * Namespaces are dropped from names: what stands behind the colon counts. A list of GML is an
 * object.
 */
#ifndef RIALTO_AGENTS_TOPOLOGY_SYNTAX_H
#define RIALTO_AGENTS_TOPOLOGY_SYNTAX_H

#include "wire/jnode.h"

#define TOPO_DEPTH 32 /* of objects, elements, lists */

/** Reads a text; the tree lives in the arena. Errors read "line:column: reason". */
typedef int topo_syntax(struct slice text, struct arena *a, const struct jnode **out,
                        struct err *e);

topo_syntax topo_json;
topo_syntax topo_xml;
topo_syntax topo_gml;

/** XML within a document of NSI's document service, whose content may be base64 and gzip. */
topo_syntax topo_xml_wrapped;

/** The name of the outermost element of what may be the beginning of XML; empty: is none. */
struct slice topo_xml_root(struct slice head);

/** Does it begin as GML does, with a graph? */
bool topo_gml_like(struct slice head);

/** A new child of an object; NULL without memory. `end` is where it is hung, and moves on. */
struct jnode *topo_child(struct arena *a, struct jnode ***end, struct slice key);

/** The next sibling (n included) whose key is that; to go through members of one key. */
const struct jnode *topo_next(const struct jnode *n, const char *key);

/** The text of an XML element ("#text") or of a scalar; NULL: none. */
const char *topo_str(const struct jnode *n);

#endif
