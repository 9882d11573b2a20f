/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cdni.h"

#include "server/edition.h"

void cdni_put_uses(const struct resource *r, struct description *d)
{
    const struct wire_view_names *uses = &r->offer->view->uses;
    for (size_t i = 0; i < uses->n; i++)
        d->uses[d->n_uses++] = uses->v[i];
}

static bool is_wanted(const struct wire_capability *c, const struct wire_cdni *wanted)
{
    for (size_t i = 0; wanted && i < wanted->n; i++) {
        if (wire_capability_has(c, &wanted->v[i]))
            return true;
    }
    return !wanted || wanted->n == 0;
}

/* RFC 9241 section 5.6: the tag is that of the full resource, as both are of the same document.
 */
int cdni_put(const struct resource *r, const struct view *v, const struct wire_cdni *wanted,
             struct reply *out, struct err *e)
{
    struct buf *b = &out->body;
    const struct wire_cdni *all = r->offer->cdni;
    const struct wire_view_names *uses = &r->offer->view->uses;
    const struct wire_vtag own = {r->id, r->offer->tag};
    struct wire_vtag tags[DESCRIPTION_USES]; /* a view names no more */
    struct wire_meta meta = {.vtag = &own, .dependent = tags};
    (void)e;
    for (size_t i = 0; i < uses->n; i++) {
        const struct resource *other = edition_by_id(v->edition, uses->v[i]);
        if (other)
            tags[meta.n_dependent++] =
                (struct wire_vtag){other->id, edition_tag(v->edition, other)};
    }
    wire_put_head(b, &meta, "cdni-advertisement");
    buf_str(b, "{\"capabilities-with-footprints\":[");
    for (size_t i = 0; i < all->n; i++) {
        if (!is_wanted(&all->v[i], wanted))
            continue;
        if (out->entries++ > 0)
            buf_char(b, ',');
        buf_str(b, all->v[i].whole);
    }
    buf_str(b, "]}}");
    return 0;
}
