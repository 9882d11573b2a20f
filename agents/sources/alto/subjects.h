/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is followed of another ALTO server, whichever way it tells of changes: the text of each
 * resource as the server has it, stated whenever it changes. The thread of serve().
 */
#ifndef RIALTO_AGENTS_ALTO_SUBJECTS_H
#define RIALTO_AGENTS_ALTO_SUBJECTS_H

#include "agents/sources/alto/follow.h"
#include "agents/sources/alto/source.h"
#include "agents/sources/alto/visit.h"
#include "base/buf.h"

/* Microseconds. */
#define FOLLOW_PAUSE         INT64_C(1000000)   /* before the first new attempt */
#define FOLLOW_LONGEST_PAUSE INT64_C(300000000) /* each doubles it, up to this */
#define FOLLOW_GOOD_LIFE     INT64_C(60000000)  /* what lived so long was good */

/** A resource that is followed. */
struct subject {
    const struct ird_resource *resource;
    const char *scope;
    struct buf text; /* as the server has it; empty: it was not told */
    bool told;       /* the text is what the server had when it was heard last */
    bool stopped;    /* the server tells no more of it */
};

/** What came of a resource: its whole, or a patch of the text that is there. */
struct update {
    const char *media;
    struct slice data;
    struct arena *arena; /* for what is made of it meanwhile */
};

/** One attempt. Its memory is that of the visit. */
struct follow {
    struct agent *agent;
    struct alto *s;
    struct batch_sink *sink;
    struct alto_visit visit;
    const struct ird_resource *by; /* the update stream, or the TIPS resource */
    const char *unit;              /* what that sends: "event", "edge" */
    struct subject v[FOLLOW_MAX];
    size_t n;
    size_t texts;   /* bytes of all texts */
    uint64_t offer; /* of the directories; 0: not all could be read */
    int64_t begun;  /* monotonic */
    bool good;      /* all resources are told */
    bool changed;   /* the directories offer something else by now */
    int sink_rc;    /* not 0: the sink failed */
    struct err *sink_e;
};

/** Does the resource follow that one? */
bool follow_uses(const struct ird_resource *by, const char *id);

/** Is a list of media types, with commas, one of patches that are understood? */
bool follow_patches(struct slice list);

/** Lists kept resources that f->by has, in the directory's order, at most `max`. ERR_NOMEM. */
int follow_list(struct follow *f, size_t max, struct err *e);

/** Takes what came. What is wrong with it is in *e, what is wrong with the sink in f->sink_rc
 * as well. */
int follow_take(struct follow *f, struct subject *v, const struct update *u, struct err *e);

/** The text is what the server has; once that is so of all, the attempt is good. */
int follow_told(struct follow *f, struct subject *v, struct err *e);

/** Forgets a text that can't be relied on. */
void follow_drop(struct follow *f, struct subject *v);

/** Is it time to end, or to begin again with what the directories offer now? */
bool follow_is_over(struct follow *f);

/** Tells what is wrong, or that nothing is. */
int follow_tell_failed(struct follow *f, const struct err *why, struct err *e);
int follow_tell_good(struct follow *f, struct err *e);

/** The pause behind a pause. */
int64_t follow_longer(int64_t pause);

/** A part of a pause, between half of it and all: agents that lost one server don't come back
 * at once. */
int64_t follow_part(const struct agent *a, int64_t pause);

/** Monotonic microseconds. */
int64_t follow_now(const struct agent *a);

#endif
