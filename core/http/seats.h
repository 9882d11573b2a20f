/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where serving threads run: each on a processor of its own, so that two of them never wait for
 * each other while a processor is free, and in short slices, so that whoever wakes up for a
 * request comes soon.
 */
#ifndef RIALTO_HTTP_SEATS_H
#define RIALTO_HTTP_SEATS_H

struct seats;

/** Of `threads` threads; NULL: no memory. To be freed with free(). */
struct seats *seats_new(unsigned threads);

/**
 * Called by a thread that serves, as often as it likes; the first call counts. Thread-safe. A
 * processor is taken only if this process may use as many as there are threads, no more and no
 * fewer: with more the kernel does better, with fewer somebody has to share. What the system
 * does not allow is left as it is.
 */
void seats_take(struct seats *p);

#endif
