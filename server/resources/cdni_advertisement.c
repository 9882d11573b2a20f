/* SPDX-License-Identifier: Apache-2.0 */
/* CDNI footprint and capabilities advertisements (RFC 9241 section 3), as domains publish them.
 */
#include "server/cdni.h"
#include "server/edition.h"

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    cdni_put_uses(r, d);
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    (void)q;
    return cdni_put(r, v, NULL, out, e);
}

const struct resource_ops resource_cdni_advertisement = {
    .kind = "cdni-advertisement",
    .media_type = MEDIA_CDNI,
    .cached = true,
    .describe = describe,
    .answer = answer,
};
