/* SPDX-License-Identifier: Apache-2.0 */
/* Registries of SciTags: tags of one that is accepted are found by their names, and by ids. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "server/scitags.h"

/* Of experiments 0 to 31, and behind the last but one: a look at all takes longer than to read.
 */
#define FIRST_TAGS 2048
#define LAST_TAGS  (UINT16_MAX - SCITAGS_ACTIVITIES)

static void check_tag(const struct scitags *s, unsigned tag, struct arena *a)
{
    const char *experiment, *activity;
    char id[32];
    if (!scitags_names(s, tag, &experiment, &activity))
        return;
    assert(scitags_tag(s, experiment, activity) == tag);
    snprintf(id, sizeof(id), "%u/%u", tag >> 6, tag & SCITAGS_ACTIVITIES);
    const char *name = scitags_name(s, slice_of(id), a, NULL);
    assert(!name || strncmp(name, experiment, strlen(experiment)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct scitags *s;
    struct err e = {0};
    const struct slice text = {(const char *)data, size};
    int rc = scitags_read(text, a, &s, &e);
    assert(rc == 0 || (rc == e.code && e.msg[0]));
    for (unsigned tag = 0; rc == 0 && tag < FIRST_TAGS; tag++)
        check_tag(s, tag, a);
    for (unsigned tag = LAST_TAGS; rc == 0 && tag <= UINT16_MAX + 1; tag++)
        check_tag(s, tag, a);
    if (rc == 0 && scitags_is_id(text))
        scitags_name(s, text, a, NULL);
    arena_free(&a);
    return 0;
}
