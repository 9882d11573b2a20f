/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/grants_list.h"

#include <inttypes.h>
#include <string.h>

#include "server/edition.h"
#include "server/inbox.h"
#include "server/problem.h"

struct list {
    const struct view *view;
    const struct snapshot *snap;
    int64_t now;
    bool ages; /* left out of what the entity tag is made of */
    struct buf *out;
};

static void put_member(struct list *l, const char *before, const char *text)
{
    buf_str(l->out, before);
    buf_json_str(l->out, text);
}

static bool may_see(const struct list *l, const char *domain, const char *user)
{
    const struct client_class *c = l->view->class;
    return (l->view->grants & GRANT_OPERATOR_API) || settings_may_hand_in(c, domain) ||
           (c && user && strcmp(c->name, user) == 0);
}

static void put_origin(struct list *l, const struct origin *o)
{
    put_member(l, "{\"domain\":", o->domain);
    put_member(l, ",\"source\":", o->source);
    put_member(l, ",\"scope\":", o->scope);
    int64_t at = o->observed_at != FACT_NONE ? o->observed_at : o->collected_at;
    if (!l->ages)
        return;
    buf_str(l->out, ",\"age\":");
    if (at == FACT_NONE)
        buf_str(l->out, "null");
    else
        buf_printf(l->out, "%" PRId64, l->now > at ? (l->now - at) / 1000000 : 0);
}

static void put_link(struct list *l, const struct fts_member *m)
{
    const char *ends[] = {m->link->end[0].node->name, m->link->end[1].node->name};
    struct buf name = {0};
    if (m->directions == 3) {
        buf_json_str(l->out, m->link->name);
        return;
    }
    buf_printf(&name, "%s>%s", ends[m->directions == 2], ends[m->directions == 1]);
    buf_json_str(l->out, buf_cstr(&name));
    l->out->failed |= name.failed;
    buf_free(&name);
}

static void put_stated(struct list *l, const struct fts_stated *g)
{
    put_origin(l, g->fact->origin);
    put_member(l, ",\"state\":", fts_grant_state_name(g->state));
    put_member(l, ",\"why\":", g->why);
    put_member(l, ",\"note\":", g->note);
    buf_char(l->out, ',');
    fts_grant_put(g->fact, l->out);
    buf_str(l->out, ",\"links\":[");
    for (size_t i = 0; i < g->n_links; i++) {
        buf_str(l->out, i > 0 ? "," : "");
        put_link(l, &g->links[i]);
    }
    buf_str(l->out, "]}");
}

static void put_grants(struct list *l, const struct fts_stated *stated)
{
    const char *before = "";
    buf_str(l->out, "\"grants\":[");
    for (size_t i = 0; i < l->snap->n_grants; i++) {
        const struct fact_grant *f = stated[i].fact;
        if (!may_see(l, f->origin->domain, f->user))
            continue;
        buf_str(l->out, before);
        put_stated(l, &stated[i]);
        before = ",";
    }
    buf_char(l->out, ']');
}

/* Is the group one of a grant that the client sees? */
static bool sees_group(const struct list *l, const struct fts_stated *stated,
                       const struct fact_link_group *g)
{
    if (may_see(l, g->origin->domain, NULL))
        return true;
    for (size_t i = 0; i < l->snap->n_grants; i++) {
        if (stated[i].group == g && may_see(l, g->origin->domain, stated[i].fact->user))
            return true;
    }
    return false;
}

static void put_groups(struct list *l, const struct fts_stated *stated)
{
    const char *before = "";
    buf_str(l->out, ",\"groups\":[");
    for (size_t i = 0; i < l->snap->n_link_groups; i++) {
        const struct fact_link_group *g = &l->snap->link_groups[i];
        if (!sees_group(l, stated, g))
            continue;
        buf_str(l->out, before);
        put_origin(l, g->origin);
        put_member(l, ",\"name\":", g->name);
        buf_str(l->out, ",\"links\":[");
        for (size_t k = 0; k < g->links.n; k++)
            put_member(l, k > 0 ? "," : "", g->links.v[k]);
        buf_str(l->out, "]}");
        before = ",";
    }
    buf_char(l->out, ']');
}

/* Documents that were handed in; a withdrawn one has a version too. */
static void put_documents(struct list *l)
{
    const char *before = "";
    char time[32];
    buf_str(l->out, ",\"documents\":[");
    for (size_t i = 0; i < l->snap->n_scopes; i++) {
        const struct scope_status *s = &l->snap->scopes[i];
        if (!s->origin.kind || strcmp(s->origin.kind, INBOX_SOURCE) != 0 ||
            !may_see(l, s->origin.domain, NULL))
            continue;
        buf_str(l->out, before);
        put_member(l, "{\"domain\":", s->origin.domain);
        buf_printf(l->out, ",\"version\":%" PRId64, s->origin.epoch);
        put_member(l, ",\"what\":", s->version);
        put_member(l, ",\"at\":", str_time_format(s->origin.collected_at, time));
        buf_char(l->out, '}');
        before = ",";
    }
    buf_char(l->out, ']');
}

static void put_all(struct list *l, const struct fts_stated *stated)
{
    buf_char(l->out, '{');
    put_grants(l, stated);
    put_groups(l, stated);
    put_documents(l);
    buf_char(l->out, '}');
}

/* Of all but the ages, which change while nothing does. */
static const char *etag_of(struct list *l, const struct fts_stated *stated, struct arena *a)
{
    struct buf whole = {0}, *out = l->out;
    char *etag = arena_alloc(a, 36);
    l->out = &whole;
    l->ages = false;
    put_all(l, stated);
    if (etag && (whole.failed || edition_etag(whole.data, whole.len, etag) < 0))
        etag = NULL;
    l->out = out;
    l->ages = true;
    buf_free(&whole);
    return etag;
}

int fts_grants_list(const struct view *v, const struct request *q, struct reply *r,
                    struct err *e)
{
    struct list l = {.view = v,
                     .snap = edition_snapshot(v->edition),
                     .now = q->now,
                     .ages = true,
                     .out = &r->body};
    const struct fts_said said = fts_said_by(l.snap, v->settings->scitags, q->now);
    struct fts_stated *stated;
    int rc = fts_specify(&said, q->arena, &stated, e);
    if (rc < 0)
        return rc;
    r->type = MEDIA_JSON;
    r->etag = etag_of(&l, stated, q->arena);
    if (!r->etag)
        return err_set(e, ERR_NOMEM, "no memory for the reply");
    put_all(&l, stated);
    return 0;
}
