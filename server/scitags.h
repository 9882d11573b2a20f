/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of SciTags (scitags.org): ids of experiments and of their activities, as packets
 * and transfers carry them. A tag is both: the experiment's id above the activity's 6 bits.
 */
#ifndef RIALTO_SERVER_SCITAGS_H
#define RIALTO_SERVER_SCITAGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define SCITAGS_MAX_BYTES   ((size_t)4 << 20) /* of a registry */
#define SCITAGS_EXPERIMENTS 1023              /* ids from 1: a tag has 16 bits */
#define SCITAGS_ACTIVITIES  63                /* of an experiment, ids from 1 */
#define SCITAGS_MAX_NAME    256               /* bytes */

struct scitags;

/**
 * Reads a registry (schema version 1): {"version":1,"experiments":[{"expName","expId",
 * "activities":[{"activityName","activityId"}]}]}. Other members are passed over. Ids and names
 * that stand twice are refused. Everything lives in the arena. *e reads "line:column: what".
 */
int scitags_read(struct slice text, struct arena *a, struct scitags **out, struct err *e);

/** The same for a file. */
int scitags_load(const char *path, struct arena *a, struct scitags **out, struct err *e);

/** Is it written as an id: "2", or "2/20"? */
bool scitags_is_id(struct slice name);

/**
 * The name of an id, "atlas" or "atlas/T0 Export", in the arena. NULL with *e set: unknown
 * (ERR_NOENT), there is no registry (`s` is NULL), or no memory.
 */
const char *scitags_name(const struct scitags *s, struct slice id, struct arena *a,
                         struct err *e);

/** Names of a tag; false when the registry lacks it, or there is none. */
bool scitags_names(const struct scitags *s, unsigned tag, const char **experiment,
                   const char **activity);

/** The tag of names (any may be NULL); 0: unknown. */
unsigned scitags_tag(const struct scitags *s, const char *experiment, const char *activity);

#endif
