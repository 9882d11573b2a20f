/* SPDX-License-Identifier: Apache-2.0 */
/* Between the HTTP library's requests and ours. */
#ifndef RIALTO_SERVER_HTTP_H
#define RIALTO_SERVER_HTTP_H

#include "http/serve.h"
#include "server/server.h"

struct front; /* what handlers need; lives as long as the HTTP server */

/** Listens as the settings say and answers from `s`. */
int front_start(struct front **out, struct server *s, const struct settings *settings,
                const struct clock *clock, struct err *e);

/** The port that is listened on. */
uint16_t front_port(const struct front *f);

/** Stops, giving requests under way `grace` microseconds. */
void front_stop(struct front **f, int64_t grace);

#endif
