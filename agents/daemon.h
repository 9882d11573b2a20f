/* SPDX-License-Identifier: Apache-2.0 */
/* The running program: a configuration, a store, and the sources between them. */
#ifndef RIALTO_AGENTS_DAEMON_H
#define RIALTO_AGENTS_DAEMON_H

/* Exit codes of rialto-agent. */
enum { EXIT_GOOD = 0, EXIT_CONFIG = 1, EXIT_USAGE = 2, EXIT_SOURCES = 3, EXIT_STORE = 4 };

/** Checks a configuration file, says what is wrong on standard error; an exit code. */
int daemon_check(const char *path);

/** Reads every source once; an exit code. */
int daemon_once(const char *path);

/** Reads sources at their intervals until SIGTERM or SIGINT; SIGHUP reloads. An exit code. */
int daemon_run(const char *path);

#endif
