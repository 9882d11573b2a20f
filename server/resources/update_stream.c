/* SPDX-License-Identifier: Apache-2.0 */
/* The update stream (RFC 8895 section 6): one for all that a client may follow;
 * those of views for what they say. */
#include "server/updates.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_update_stream, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "updates", UPDATES_PATH, e) : 0;
}

const struct resource_ops resource_update_stream = {
    .kind = "update-stream",
    .media_type = MEDIA_EVENTS,
    .accepts = MEDIA_STREAM_PARAMS,
    .slow = true,
    .list = list,
    .describe = updates_describe,
    .open = stream_open,
};
