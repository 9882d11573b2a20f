/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one text as `rialto-agent try` does. */
#ifndef RIALTO_TESTS_READING_H
#define RIALTO_TESTS_READING_H

#include "agents/instance.h"

struct reading {
    const char *dialect; /* that was told by the content; NULL: none */
    struct arena *arena;
    struct memory_sink sink;
    struct err e; /* why it was refused; code 0: it was read */
    char *text;   /* facts and remarks, as rig_facts() */
};

/** Reads a text, in the dialect that it looks like. */
void reading_open(struct reading *r, const struct agent_ops *ops, const char *text, size_t n);
/** The same for a file of the shared samples. */
void reading_sample(struct reading *r, const struct agent_ops *ops, const char *name);
void reading_close(struct reading *r);

/** The text must look like that dialect and give these facts and remarks; or, when it is
 * refused, "refused: REASON". Single quotes in both stand for double ones. */
void reading_check(const struct agent_ops *ops, const char *dialect, const char *text,
                   const char *want);

/** The same for measurements, one a line: "SOURCE>DESTINATION METRIC:STATISTIC VALUE nSAMPLES
 * eCLOCK_ERROR", what is absent left out; remarks as they are. */
void reading_values(const struct agent_ops *ops, const char *dialect, const char *text,
                    const char *want);

/** Where the samples are; skips the test when nothing says so. */
const char *reading_shared(void);

#endif
