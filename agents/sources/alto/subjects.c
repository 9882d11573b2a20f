/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/subjects.h"

#include <string.h>

#include "agents/sources/alto/state.h"
#include "wire/media.h"
#include "wire/patch_apply.h"

/* --- what is followed --- */

bool follow_uses(const struct ird_resource *by, const char *id)
{
    for (const struct jnode *u = jnode_first(by->uses); u != NULL; u = u->next) {
        if (slice_eq(jnode_slice(u), id))
            return true;
    }
    return false;
}

bool follow_patches(struct slice list)
{
    struct slice type;

    while (slice_split(&list, ',', &type)) {
        type = slice_trim(type);
        if (!slice_eq(type, MEDIA_MERGE_PATCH) && !slice_eq(type, MEDIA_JSON_PATCH))
            return false;
    }
    return true;
}

int follow_list(struct follow *f, size_t max, struct err *e)
{
    for (const struct ird_resource *i = f->visit.ird.first; i != NULL; i = i->next) {
        struct subject *v = &f->v[f->n];

        if (f->n == max)
            break; /* the rest is polled */
        if (alto_kind(i) == NULL || !follow_uses(f->by, i->id))
            continue;
        v->resource = i;
        v->scope = alto_scope(i->id, f->visit.arena);
        if (v->scope == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a resource");
        f->n++;
    }
    return 0;
}

/* --- what is told of following itself --- */

int follow_tell_failed(struct follow *f, const struct err *why, struct err *e)
{
    struct batch_head head = agent_batch(f->agent, ALTO_STREAM, BATCH_REPLACE);

    return f->sink->failed(f->sink, &head.origin, why, e);
}

int follow_tell_good(struct follow *f, struct err *e)
{
    struct batch_head head = agent_batch(f->agent, ALTO_STREAM, BATCH_REPLACE);

    return f->sink->retire(f->sink, &head.origin, e);
}

/* --- texts --- */

/* The new text of a resource, in *out. */
static int make_text(const struct follow *f, const struct subject *v, const struct update *u,
                     struct buf *out, struct err *e)
{
    struct slice text = {buf_cstr(&v->text), v->text.len};
    enum wire_patch kind;

    if (ird_media_is(u->media, v->resource->media)) {
        buf_add(out, u->data.p, u->data.n);
        return out->failed ? err_set(e, ERR_NOMEM, "no memory for a text") : 0;
    }
    if (ird_media_is(u->media, MEDIA_MERGE_PATCH))
        kind = WIRE_PATCH_MERGE;
    else if (ird_media_is(u->media, MEDIA_JSON_PATCH))
        kind = WIRE_PATCH_JSON;
    else
        return err_set(e, ERR_SCHEMA, "an %s of %.80s, which is neither %s nor a patch",
                       f->unit, u->media, v->resource->media);
    if (v->text.len == 0)
        return err_set(e, ERR_CONFLICT, "a patch before the whole");
    return wire_patch_apply(kind, text, u->data, out, e) == 0 ? 0 : err_in(e, "patch");
}

/* States a text as polling does; *e tells what is wrong with it. */
static int state(struct follow *f, const struct subject *v, struct slice text, struct arena *a,
                 struct err *e)
{
    struct alto_document d = {.arena = a,
                              .head = agent_batch(f->agent, v->scope, BATCH_REPLACE)};
    union map_value *told;

    pthread_mutex_lock(&f->s->lock);
    told = map_at_str(f->s->told, v->scope);
    if (told == NULL) {
        err_set(&d.why, ERR_NOMEM, "no memory for a resource");
    } else {
        f->sink_rc = alto_state(&d, text, alto_kind(v->resource), f->sink, f->sink_e);
        told->u++;
    }
    pthread_mutex_unlock(&f->s->lock);
    if (f->sink_rc != 0)
        return err_set(e, ERR_IO, "the sink failed");
    return d.why.code != 0 ? err_set(e, d.why.code, "%s", d.why.msg) : 0;
}

static bool all_told(const struct follow *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!f->v[i].told && !f->v[i].stopped)
            return false;
    }
    return true;
}

int follow_told(struct follow *f, struct subject *v, struct err *e)
{
    v->told = true;
    if (!f->good && all_told(f)) {
        f->good = true;
        f->sink_rc = follow_tell_good(f, f->sink_e);
    }
    return f->sink_rc == 0 ? 0 : err_set(e, ERR_IO, "the sink failed");
}

static int take_text(struct follow *f, struct subject *v, struct buf *text, struct arena *a,
                     struct err *e)
{
    int rc = 0;

    if (text->len > f->s->max_body)
        return err_set(e, ERR_LIMIT, "a text of more than %zu bytes", f->s->max_body);
    if (f->texts - v->text.len + text->len > f->s->max_texts)
        return err_set(e, ERR_LIMIT, "texts of more than %zu bytes", f->s->max_texts);
    rc = state(f, v, (struct slice){buf_cstr(text), text->len}, a, e);
    if (rc != 0)
        return rc;
    f->texts += text->len - v->text.len;
    buf_free(&v->text);
    v->text = *text;
    *text = (struct buf){0};
    return follow_told(f, v, e);
}

int follow_take(struct follow *f, struct subject *v, const struct update *u, struct err *e)
{
    struct buf text = {0};
    int rc = make_text(f, v, u, &text, e);

    if (rc == 0)
        rc = take_text(f, v, &text, u->arena, e);
    buf_free(&text);
    return rc != 0 ? err_in(e, "%s", v->resource->id) : 0;
}

void follow_drop(struct follow *f, struct subject *v)
{
    f->texts -= v->text.len;
    buf_free(&v->text);
    v->told = false;
}

/* --- times --- */

bool follow_is_over(struct follow *f)
{
    uint64_t offer = atomic_load(&f->s->offer);

    f->changed = offer != 0 && f->offer != 0 && offer != f->offer;
    return f->changed || agent_cancelled(f->agent);
}

int64_t follow_now(const struct agent *a)
{
    return agent_clock(a)->mono_us(agent_clock(a)->self);
}

int64_t follow_longer(int64_t pause)
{
    return pause < FOLLOW_LONGEST_PAUSE / 2 ? pause * 2 : FOLLOW_LONGEST_PAUSE;
}

int64_t follow_part(const struct agent *a, int64_t pause)
{
    const struct clock *c = agent_clock(a);
    uint16_t random = 0;

    c->random(c->self, &random, sizeof(random));
    return pause / 2 + pause / 2 * random / UINT16_MAX;
}
