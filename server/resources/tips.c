/* SPDX-License-Identifier: Apache-2.0 */
/* The entrance to TIPS (RFC 9569 section 5): one, for all that a client may follow. */
#include "server/updates.h"

static int list(struct edition *ed, const struct atlas *atlas, struct err *e)
{
    struct resource r = {.ops = &resource_tips, .atlas = atlas};
    return atlas->snapshot ? edition_add(ed, &r, "tips", TIPS_PATH, e) : 0;
}

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)r;
    updates_describe(v, true, d);
}

const struct resource_ops resource_tips = {
    .kind = "tips",
    .media_type = MEDIA_TIPS,
    .accepts = MEDIA_TIPS_PARAMS,
    .slow = true,
    .list = list,
    .describe = describe,
    .open = tips_open,
};
