/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of FTS's table t_netlink_config: what is granted of each link, for FTS to keep to. */
#ifndef RIALTO_SERVER_FTS_NETCONFIG_H
#define RIALTO_SERVER_FTS_NETCONFIG_H

#include "server/fts/granted.h"

#define FTS_MIB      (1048576.0 * 8) /* bits: FTS counts throughput in MiB/s */
#define FTS_MAX_NAME 150             /* bytes that FTS keeps of an address or name */

/** Writes a field of CSV (RFC 4180). */
void fts_put_field(struct buf *b, const char *text);

/** Where packets leave a link, and where they enter it. */
struct fts_ends {
    char head[FTS_MAX_NAME + 1], tail[FTS_MAX_NAME + 1];
};

/**
 * The ends as FTS's tables have them, where no two links may have the same: addresses, or the
 * router's name. A part of the link's id follows both where no address is known, and where
 * another link of `seen` has the same (private networks of two domains). `seen` keeps the ends
 * of one reply; asked in the same order, all tables say the same.
 */
int fts_ends_of(struct map *seen, const struct fts_link *l, struct fts_ends *out);

/** The AS as FTS's columns take it: of 31 bits, larger ones are 0 as unknown ones are. */
uint32_t fts_asn_of(uint32_t as);

/**
 * Writes the rows of the links that may be named and of which something is granted. FTS has no
 * place for grants of several links together: in JSON they are told beside the rows, and the
 * object is the caller's to end. 0, or a negative code without memory.
 */
int fts_netconfig_put(const struct fts_granted *g, const struct fts_routes *r, bool csv,
                      struct buf *out);

#endif
