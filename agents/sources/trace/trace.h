/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the traceroute source: finding files in a spool folder, running the program. What
 * they say is read by the dialects (dialects.h).
 */
#ifndef RIALTO_AGENTS_TRACE_H
#define RIALTO_AGENTS_TRACE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "model/facts.h"

#define TRACE_MAX_FILE    ((size_t)64 << 20) /* unless the configuration says otherwise */
#define TRACE_MAX_ENTRIES 1000000
#define TRACE_MAX_NAME    255

/** A file of the spool folder and what is known of it besides its content. */
struct trace_entry {
    const char *name;
    struct addr source, destination;
    int64_t observed; /* FACT_NONE: unknown */
    struct err why;   /* code < 0: the file can't be used */
};

struct trace_list {
    VEC(struct trace_entry);
    struct map *names; /* name -> index + 1 */
};

/** Room for a list; frees it. */
int trace_list_init(struct trace_list *l, struct err *e);
void trace_list_free(struct trace_list *l);

/** The entry of that name, or NULL. */
struct trace_entry *trace_list_find(const struct trace_list *l, const char *name);

/** Reads an index: tab-separated, a header line with file, source, destination, observed_at. */
int trace_read_index(const char *path, struct arena *a, struct trace_list *l, struct err *e);

/** Lists the files of a folder whose names fit "{source}_{destination}_{time}.txt" or the like;
 * "{name}" stands for anything. */
int trace_read_pattern(const char *folder, const char *pattern, struct arena *a,
                       struct trace_list *l, struct err *e);

/** Lists the files F of a folder that have a sidecar F.json. */
int trace_read_sidecars(const char *folder, struct arena *a, struct trace_list *l,
                        struct err *e);

/** Is the pattern one? Otherwise the reason. */
const char *trace_pattern_error(const char *pattern);

/** Reads a whole regular file of at most `limit` bytes; *out is to be freed. */
int trace_read_file(const char *path, size_t limit, char **out, size_t *len, struct err *e);

/** How to run the program. */
struct trace_run {
    const char *program; /* a path, or a name looked for in the usual folders */
    struct addr source, target;
    int64_t timeout; /* microseconds */
    size_t max_output;
    const struct clock *clock;
    bool (*cancelled)(void *payload);
    void *payload;
};

/**
 * Runs it without a shell and gives what it printed; *out is to be freed. At the deadline,
 * above the output limit or when cancelled the program and its children are killed.
 */
int trace_run(const struct trace_run *r, char **out, size_t *len, struct err *e);

#endif
