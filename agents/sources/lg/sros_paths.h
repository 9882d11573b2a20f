/* SPDX-License-Identifier: Apache-2.0 */
/* SR OS' tables of BGP as data: paths, and their attributes apart from them. */
#ifndef RIALTO_AGENTS_LG_SROS_PATHS_H
#define RIALTO_AGENTS_LG_SROS_PATHS_H

#include "agents/sources/lg/tree.h"

/** Does the document have sets of attributes? Without them paths say nothing. */
bool sros_has_sets(struct slice text);

/** Stages the paths of a document that has; errors as lg_walk_text(). */
int sros_parse_paths(struct lg *lg, struct slice text, struct err *e);

#endif
