/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MD-CLI's `info json`, brought into the same tree as its other forms:
 *
 *     {"nokia-conf:configure": {"router": [{           router "Base" {
 *         "router-name": "Base",                           ecmp 4
 *         "ecmp": 4,                                       interface "x" {
 *         "interface": [{"interface-name": "x",      ->        loopback
 *                        "loopback": [null]}]}]}}          } }
 *
 * An entry of a list goes by its keys, which stand among its members.
 */
#ifndef RIALTO_AGENTS_SOURCES_SROS_JSON_H
#define RIALTO_AGENTS_SOURCES_SROS_JSON_H

#include "agents/sources/tree/tree.h"

/** Does the text look like it? */
bool sros_json_likely(struct slice text);

/** Reads a text into the tree, below `configure`. Errors as of tree_read. */
int sros_json_read(struct tree *t, const char *path, struct slice text, struct err *e);

#endif
