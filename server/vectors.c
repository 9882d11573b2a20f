/* SPDX-License-Identifier: Apache-2.0 */
#include "server/vectors.h"

#include "server/edition.h"

void vectors_describe(const struct resource *r, const struct view *v, struct description *d)
{
    const struct resource *anes = edition_of_kind(v->edition, "ane-map", r->atlas);
    buf_char(&d->capabilities, '{');
    offer_put(resource_costs(r), &d->capabilities);
    buf_str(&d->capabilities, ",\"ane-property-names\":");
    anes_put_offered(r, v, &d->capabilities);
    buf_char(&d->capabilities, '}');
    if (!r->offer && anes)
        d->uses[d->n_uses++] = anes->id;
}

/* Pairs that don't meet the constraints tell nothing of their paths. */
static int collect(const struct vectors *x, struct anes *s, uint32_t *flow_of, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < x->n_srcs; i++) {
        for (size_t j = 0; rc == 0 && j < x->n_dsts; j++) {
            size_t pair = i * x->n_dsts + j, before = anes_count(s);
            if (x->asked->dropped[pair])
                continue;
            rc = x->add(x->self, s, i, j, e);
            if (anes_count(s) > before)
                flow_of[pair] = (uint32_t)anes_count(s);
        }
    }
    return rc;
}

size_t vectors_limit(const struct view *v, const struct asked *k)
{
    const struct wire_calendar *when = anes_when(k);
    return v->settings->path_vector_pairs / (when ? when->n : 1);
}

int vectors_answer(const struct vectors *x, struct anes_reply *how, struct reply *out,
                   struct err *e)
{
    struct arena *a = x->request->arena;
    uint32_t *flow_of = ARENA_ARRAY(a, x->n_srcs * x->n_dsts + 1, uint32_t);
    struct anes *s;
    int rc = asked_reserve(x->asked, x->n_srcs, x->n_dsts, e);
    if (rc == 0 && !flow_of)
        rc = err_set(e, ERR_NOMEM, "no memory for path vectors");
    if (rc == 0 && asked_others(x->asked))
        rc = x->fill(x->self, x->asked, e);
    if (rc == 0)
        rc = asked_finish(x->asked, e);
    if (rc == 0)
        rc = anes_new(&s, x->view, x->wanted, a, e);
    if (rc < 0)
        return rc;
    how->asked = x->asked;
    how->flow_of = flow_of;
    anes_distinct(s); /* a product of lists in which nothing stands twice */
    if (anes_when(x->asked))
        rc = anes_calendar(s, anes_when(x->asked), e);
    if (rc == 0 && asked_paths(x->asked))
        rc = collect(x, s, flow_of, e);
    if (rc == 0)
        rc = anes_finish(s, x->request, e);
    if (rc == 0)
        rc = anes_put(s, how, x->request, out, e);
    anes_free(&s);
    return rc;
}
