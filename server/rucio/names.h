/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of host names, from the DNS, kept for a while. Looking up is done by threads of its
 * own, so that a request waits no longer than it wants to: what comes later is there the next
 * time. Thread-safe.
 */
#ifndef RIALTO_SERVER_RUCIO_NAMES_H
#define RIALTO_SERVER_RUCIO_NAMES_H

#include "base/arena.h"
#include "base/clock.h"
#include "net/addr.h"

#define NAMES_MAX       65536 /* hosts kept */
#define NAMES_QUEUE     4096  /* hosts that wait to be looked up */
#define NAMES_ADDRESSES 16    /* of one host */
#define NAMES_THREADS   4

struct names;

/** Addresses of both families of a host, at most `room`; how many, or -1: nobody could say.
 * Blocks. */
typedef int names_lookup(const char *host, struct addr *out, size_t room);

/** No thread is started before there is something to look up. NULL: no memory. `lookup` NULL:
 * the system's resolver. */
struct names *names_new(const struct clock *clock, names_lookup *lookup);

/** Returns at once; threads that still look up end when they are done. */
void names_free(struct names **n);

/** One host, and what is known of it. */
struct name_query {
    const char *host;   /* in small letters */
    struct addr *addrs; /* in the arena; old ones while they are looked up anew */
    size_t n;
    bool pending; /* not known yet, or no longer */
};

/**
 * How long to wait, and how long answers are kept (those of no address: a minute at most). They
 * stand as long again while the host is looked up anew, also where that fails.
 */
struct names_times {
    int64_t wait, keep; /* microseconds */
};

/** Fills in the queries; without memory, as if nothing were known. */
void names_find(struct names *n, struct name_query *v, size_t count, struct names_times times,
                struct arena *a);

#endif
