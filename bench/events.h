/* SPDX-License-Identifier: Apache-2.0 */
/* Servers, in processes of their own, that send an event to all who wait whenever they are
 * told to. */
#ifndef RIALTO_BENCH_EVENTS_H
#define RIALTO_BENCH_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

#define EVENTS_RESOURCE "bench:m-networkmap"

struct events_server {
    pid_t pid;
    int publish_fd; /* a byte: the next event; closed: the end */
    uint16_t port;
};

/** A network map of that many prefixes; each version differs in all of it. */
void events_put_map(struct buf *out, size_t prefixes, unsigned version);

/** Rialto, of that map. */
struct events_server events_rialto(size_t prefixes);

/** The least that a server can do: two threads with epoll that send `bytes` bytes; `polls`: as
 * the replies to requests that wait. */
struct events_server events_raw(size_t bytes, bool polls);

void events_stop(struct events_server *s);

/** Kilobytes of memory that a server has. */
double events_memory(const struct events_server *s);

/** Processor time that a server has used. */
double events_cpu_ms(const struct events_server *s);

#endif
