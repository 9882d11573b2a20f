/* SPDX-License-Identifier: Apache-2.0 */
/* What a server needs of the system before it serves: a socket that listens, and its keys. */
#ifndef RIALTO_HTTP_LISTEN_H
#define RIALTO_HTTP_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/addr.h"

/**
 * Listens on an IP address; port 0: any free one. The descriptor is the caller's. *six: it is
 * an IPv6 socket ("::" takes both families). ERR_INVAL: no address; ERR_IO.
 */
int listen_open(const char *host, uint16_t port, int *fd, bool *six, struct err *e);

/** The port that a socket is bound to; 0: none. */
uint16_t listen_port(int fd);

/**
 * Keeps what waits in the kernel for a client on this machine within the processor's cache.
 * Other clients' connections are left alone: far away, much has to be under way at once.
 */
void listen_keep_near(int fd, const struct addr *client);

/** A PEM file of at most a megabyte as a string that the caller frees. ERR_NOENT, ERR_IO. */
int listen_read_pem(const char *path, char **out, struct err *e);

#endif
