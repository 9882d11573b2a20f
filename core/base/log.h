/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines on standard error, text or JSON, one line per event. Thread-safe. Control
 * characters in messages are escaped, so that no input can forge a line.
 */
#ifndef RIALTO_BASE_LOG_H
#define RIALTO_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/** Sets level, form and program name (borrowed for ever) once, before threads start. */
void log_setup(const char *program, enum log_level level, bool json);

/** One line. `topic` is a stable word for filters: "store", "source", "http". */
void log_line(enum log_level level, const char *topic, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
