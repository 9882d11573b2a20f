/* SPDX-License-Identifier: Apache-2.0 */
/* How many connections each client has: an IPv4 address, or an IPv6 /64. Thread-safe. */
#ifndef RIALTO_HTTP_PEERS_H
#define RIALTO_HTTP_PEERS_H

#include <stdbool.h>

#include "net/addr.h"

struct peers;

/** An empty table; NULL when out of memory. */
struct peers *peers_new(void);
void peers_free(struct peers **p);

/** How many the client has. */
unsigned peers_count(struct peers *p, const struct addr *client);

/** One more; false when out of memory. */
bool peers_add(struct peers *p, const struct addr *client);

/** One less. */
void peers_remove(struct peers *p, const struct addr *client);

#endif
