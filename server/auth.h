/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: classes of clients by network or Digest credentials; the first that matches counts.
 */
#ifndef RIALTO_SERVER_AUTH_H
#define RIALTO_SERVER_AUTH_H

#include "server/request.h"

#define AUTH_REALM "rialto"

/** What presented Digest credentials turn out to be. */
enum auth_result { AUTH_NONE, AUTH_WRONG, AUTH_STALE, AUTH_OK };

/** Credentials of a request. */
struct credentials {
    const char *user; /* or NULL: none presented */
    /* Checks them against one user's. */
    enum auth_result (*check)(void *self, const char *user, const char *password);
    void *self;
};

/** Finds the caller's class; credentials are checked for classes of their user only. */
void auth_identify(const struct settings *s, const struct addr *client,
                   const struct credentials *c, struct caller *out);

/** What the caller is granted. */
unsigned auth_grants(const struct caller *c);

/**
 * What the directory shows the caller: what is granted, and what credentials that were not
 * presented yet could grant (a client must find a resource before it is asked for credentials).
 */
unsigned auth_visible(const struct settings *s, const struct caller *c);

#endif
