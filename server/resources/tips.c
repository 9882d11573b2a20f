/* SPDX-License-Identifier: Apache-2.0 */
/* The entrance to TIPS (RFC 9569 section 5): one for all that a client may follow;
 * those of views for what they say. */
#include "server/updates.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_tips, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "tips", TIPS_PATH, e) : 0;
}

const struct resource_ops resource_tips = {
    .kind = "tips",
    .media_type = MEDIA_TIPS,
    .accepts = MEDIA_TIPS_PARAMS,
    .slow = true,
    .list = list,
    .describe = updates_describe,
    .open = tips_open,
};
