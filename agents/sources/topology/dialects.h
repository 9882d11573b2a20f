/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of topology documents: one table, one parser each. */
#ifndef RIALTO_AGENTS_TOPOLOGY_DIALECTS_H
#define RIALTO_AGENTS_TOPOLOGY_DIALECTS_H

#include "agents/agent.h"
#include "agents/sources/topology/model.h"
#include "agents/sources/topology/syntax.h"

#define TOPO_MAX_TEXT   ((size_t)64 << 20)  /* bytes of a document */
#define TOPO_MAX_MEMORY ((size_t)768 << 20) /* bytes that reading it may take */

/**
 * Fills the document from a tree. Returns 0, or a code with *e = "path: reason" where the
 * document as a whole is not what it looked like.
 */
typedef int topo_parse(struct topo *t, const struct jnode *root, struct err *e);

topo_parse topo_rfc8345;
topo_parse topo_nml;
topo_parse topo_sdx;
topo_parse topo_zoo_gml;
topo_parse topo_zoo_graphml;
topo_parse topo_sndlib;
topo_parse topo_sndlib_xml;
topo_parse topo_esnet;
topo_parse topo_nsi_peerings;

/** NULL-terminated. */
extern const struct agent_dialect *const topo_dialects[];

#endif
