/* SPDX-License-Identifier: Apache-2.0 */
/* A server on loopback that does what the test says with each connection, good or bad. */
#ifndef RIALTO_TESTS_TINY_H
#define RIALTO_TESTS_TINY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

/** Called with the head of each request (0-terminated); writes to fd, which is closed then. */
typedef void tiny_handler(void *payload, int fd, const char *request);

struct tiny {
    int fd, port;
    pthread_t thread;
    tiny_handler *handler;
    void *payload;
    atomic_int requests;
    atomic_bool stopping;
};

void tiny_start(struct tiny *t, tiny_handler *handler, void *payload);
/** Stops; a handler that waits must look at `stopping`. */
void tiny_stop(struct tiny *t);

/** Writes all bytes; false when the other side went away. */
int tiny_write(int fd, const void *p, size_t n);
/** The same for a string. */
int tiny_say(int fd, const char *text);

#endif
