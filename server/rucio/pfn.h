/* SPDX-License-Identifier: Apache-2.0 */
/* Names of files as storage knows them ("root://host:1094//path"): their host. */
#ifndef RIALTO_SERVER_RUCIO_PFN_H
#define RIALTO_SERVER_RUCIO_PFN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

#define PFN_MAX_BYTES 8192

/**
 * The host of a PFN, without port, user and brackets. Of "root://proxy//root://real//path" that
 * of the replica itself. ERR_PARSE: what is wrong with it.
 */
int pfn_host(struct slice pfn, struct slice *host, struct err *e);

/** The host of "http://host:port/path" or "host:port"; false when there is none. */
bool pfn_endpoint_host(struct slice endpoint, struct slice *host);

/** Is it a host name or an address: letters, digits, ".-_", or an IPv6 address? */
bool pfn_is_host(struct slice host);

#endif
