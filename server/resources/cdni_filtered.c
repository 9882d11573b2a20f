/* SPDX-License-Identifier: Apache-2.0 */
/* The filtered CDNI advertisement (RFC 9241 section 5). */
#include "server/cdni.h"
#include "server/edition.h"
#include "server/problem.h"

static void describe(const struct resource *r, const struct view *v, struct description *d)
{
    (void)v;
    cdni_put_uses(r, d);
}

static int answer(const struct resource *r, const struct view *v, const struct request *q,
                  struct reply *out, struct err *e)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_cdni wanted;
    struct wire_problem p;
    if (wire_cdni_filter(&in, &wanted, &p) != WIRE_OK)
        return problem_alto(out, &p);
    return cdni_put(r, v, &wanted, out, e);
}

const struct resource_ops resource_cdni_filtered = {
    .kind = "filtered-cdni",
    .media_type = MEDIA_CDNI,
    .accepts = MEDIA_CDNI_FILTER,
    .accepts_too = MEDIA_CDNI_FILTER_TOO,
    .slow = true,
    .describe = describe,
    .answer = answer,
};
