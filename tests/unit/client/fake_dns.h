/* SPDX-License-Identifier: Apache-2.0 */
/* A name server on loopback that has one NAPTR record, of every name. */
#ifndef TEST_FAKE_DNS_H
#define TEST_FAKE_DNS_H

#include <pthread.h>
#include <stdint.h>

struct fake_dns {
    int fd;
    uint16_t port;
    const char *fails;
    pthread_t thread;
};

/** Starts it; it fails for names that begin with the label `fails` (or NULL), and ends with its
 * first good answer. */
void fake_dns_start(struct fake_dns *s, const char *fails);
void fake_dns_stop(struct fake_dns *s);

#endif
