/* SPDX-License-Identifier: Apache-2.0 */
/* Host keys of ssh servers, as OpenSSH keeps them (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
#ifndef RIALTO_AGENTS_KNOWN_HOSTS_H
#define RIALTO_AGENTS_KNOWN_HOSTS_H

#include "base/str.h"

/**
 * Does the text of a known_hosts file hold this key (raw bytes as on the wire) for this host? A
 * port other than 22 is written "[host]:port" there. Names may be hashed (ssh-keygen -H).
 * Wildcards and @cert-authority lines are not looked at; a key on a @revoked line is never
 * believed.
 */
bool known_hosts_has(struct slice text, const char *host, unsigned port, struct slice key);

#endif
