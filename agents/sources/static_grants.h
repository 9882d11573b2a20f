/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and groups of links in a file of static facts. */
#ifndef RIALTO_AGENTS_SOURCES_STATIC_GRANTS_H
#define RIALTO_AGENTS_SOURCES_STATIC_GRANTS_H

#include "agents/sources/static_fields.h"

/** One entry of link_groups, or of grants, to a fact. */
int static_group(struct static_reader *r, const struct conf *c);
int static_grant(struct static_reader *r, const struct conf *c);

/** What only all of them show: groups that are not there, grants that contradict each other. */
int static_check_grants(struct static_reader *r, const struct conf *list);

#endif
