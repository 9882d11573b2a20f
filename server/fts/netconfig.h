/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of FTS's table t_netlink_config: what is granted of each link, for FTS to keep to. */
#ifndef RIALTO_SERVER_FTS_NETCONFIG_H
#define RIALTO_SERVER_FTS_NETCONFIG_H

#include "server/fts/granted.h"

#define FTS_MIB      (1048576.0 * 8) /* bits: FTS counts throughput in MiB/s */
#define FTS_MAX_NAME 150             /* bytes that FTS keeps of an address or name */

/** Writes a field of CSV (RFC 4180). */
void fts_put_field(struct buf *b, const char *text);

/** An address, or where there is none the router's name. */
const char *fts_end_of(const struct addr *a, const char *router, char text[ADDR_TEXT]);

/**
 * Writes the rows of the links that may be named and of which something is granted. FTS has no
 * place for grants of several links together: in JSON they are told beside the rows, and the
 * object is the caller's to end.
 */
void fts_netconfig_put(const struct fts_granted *g, const struct fts_routes *r, bool csv,
                       struct buf *out);

#endif
