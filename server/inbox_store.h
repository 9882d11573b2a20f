/* SPDX-License-Identifier: Apache-2.0 */
/* The inbox of rialtod: a store of its own, of which it is the one writer. Part of the program,
 * not of the server, which knows no store. */
#ifndef RIALTO_SERVER_INBOX_STORE_H
#define RIALTO_SERVER_INBOX_STORE_H

#include "base/clock.h"
#include "server/inbox.h"

struct inbox_store;

/** Opens or creates the file. The clock is borrowed. */
int inbox_store_open(struct inbox_store **out, const char *path, const struct clock *clock,
                     struct err *e);
void inbox_store_close(struct inbox_store **s);

/** What the server sees of it; borrowed. */
const struct inbox *inbox_store_inbox(const struct inbox_store *s);

/** Called, by any thread, after something was handed in. Before the inbox is used. */
void inbox_store_on_news(struct inbox_store *s, void (*news)(void *self), void *self);

#endif
