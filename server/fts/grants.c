/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/grants.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "server/edition.h"
#include "server/fts/grants_list.h"
#include "server/inbox.h"
#include "server/negotiate.h"
#include "server/problem.h"

/* One request about a domain's document. */
struct work {
    const struct view *view;
    const struct request *q;
    struct reply *r;
    const char *domain;
    struct origin origin; /* of the facts in the document */
    struct inbox_version current;
    bool exists;  /* there is a document now */
    bool granted; /* current.facts is to be freed */
};

bool fts_is_grants(const char *path)
{
    size_t n = strlen(FTS_GRANTS);
    return strncmp(path, FTS_GRANTS, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static bool is_list(const char *path)
{
    return strcmp(path, FTS_GRANTS) == 0;
}

const char *fts_grants_methods(const char *path)
{
    return is_list(path) ? "GET, HEAD, OPTIONS" : "GET, HEAD, PUT, DELETE, OPTIONS";
}

unsigned fts_grants_need(const char *path, const char *method)
{
    if (strcmp(method, "PUT") == 0 || strcmp(method, "DELETE") == 0)
        return GRANT_SPECIFICATION;
    return GRANT_SPECIFICATION | GRANT_OPERATOR_API | (is_list(path) ? GRANT_PATH_VECTOR : 0);
}

/* ---- Versions ---- */

static const char *etag_of(const struct work *w, int64_t number)
{
    return arena_printf(w->q->arena, "\"%" PRId64 "\"", number);
}

/* Entity tags compared strongly (RFC 9110 section 8.8.3.2). */
static bool names_etag(const char *header, const char *etag)
{
    struct slice rest = slice_of(header), piece;
    while (header && slice_split(&rest, ',', &piece)) {
        piece = slice_trim(piece);
        if (slice_eq(piece, "*") || slice_eq(piece, etag))
            return true;
    }
    return false;
}

static int read_current(struct work *w, int64_t number, struct err *e)
{
    const struct inbox *inbox = w->q->inbox;
    w->current = (struct inbox_version){.facts.arena = w->q->arena};
    int rc = inbox ? inbox->get(inbox->self, w->domain, number, &w->current, e) : ERR_NOENT;
    w->granted = rc == 0;
    w->exists = rc == 0 && !w->current.withdrawn;
    return rc == ERR_NOENT ? 0 : rc;
}

/* 428 without a precondition, 412 when it does not hold: who writes must know what he
 * replaces. */
static int check_precondition(struct work *w)
{
    const char *match = w->q->if_match, *none = w->q->if_none_match;
    const char *etag = etag_of(w, w->current.number);
    if (!etag)
        return problem_api(w->r, 503, "no memory", NULL);
    if (!match && !(none && strcmp(none, "*") == 0))
        return problem_api(w->r, 428,
                           "say which version is replaced: If-Match with its ETag, or "
                           "If-None-Match: * where there is none",
                           "If-Match");
    if (match && (!w->exists || !names_etag(match, etag)))
        return problem_api(w->r, 412,
                           w->exists ? "there is another version by now; GET it first"
                                     : "there is no document; create it with If-None-Match: *",
                           "If-Match");
    if (none && w->exists)
        return problem_api(w->r, 412, "there is a document already", "If-None-Match");
    return 0;
}

/* ---- What is handed in ---- */

static bool is_own(const struct work *w, const struct origin *o)
{
    return strcmp(o->source, INBOX_SOURCE) == 0 && strcmp(o->scope, w->origin.scope) == 0;
}

/* The document's grants, then what other sources of its domain state. */
static int join(const struct work *w, const struct facts *facts, struct fts_said *said)
{
    const struct snapshot *snap = edition_snapshot(w->view->edition);
    size_t own = FACTS_N(facts, GRANT), own_groups = FACTS_N(facts, LINK_GROUP);
    struct fact_grant *grants =
        ARENA_ARRAY(w->q->arena, own + snap->n_grants + 1, struct fact_grant);
    struct fact_link_group *groups =
        ARENA_ARRAY(w->q->arena, own_groups + snap->n_link_groups + 1, struct fact_link_group);
    if (!grants || !groups)
        return ERR_NOMEM;
    *said = fts_said_by(snap, w->view->settings->scitags, w->q->now);
    said->grants = grants;
    said->groups = groups;
    said->n_grants = said->n_groups = 0;
    for (size_t i = 0; i < own; i++)
        grants[said->n_grants++] = FACTS(facts, grant, GRANT)[i];
    for (size_t i = 0; i < own_groups; i++)
        groups[said->n_groups++] = FACTS(facts, link_group, LINK_GROUP)[i];
    for (size_t i = 0; i < snap->n_grants; i++) {
        const struct origin *o = snap->grants[i].origin;
        if (strcmp(o->domain, w->domain) == 0 && !is_own(w, o))
            grants[said->n_grants++] = snap->grants[i];
    }
    for (size_t i = 0; i < snap->n_link_groups; i++) {
        const struct origin *o = snap->link_groups[i].origin;
        if (strcmp(o->domain, w->domain) == 0 && !is_own(w, o))
            groups[said->n_groups++] = snap->link_groups[i];
    }
    return 0;
}

/* Names of links in groups, also in those that no grant is of. */
static int check_groups(struct work *w, const struct facts *facts, struct err *e)
{
    const struct fact_link_group *g = FACTS(facts, link_group, LINK_GROUP);
    struct fts_names *names = NULL;
    int rc = fts_names_new(&names, edition_snapshot(w->view->edition), w->q->arena, e);
    for (size_t i = 0; rc == 0 && w->r->status == 200 && i < FACTS_N(facts, LINK_GROUP); i++) {
        for (size_t k = 0; w->r->status == 200 && k < g[i].links.n; k++) {
            if (fts_names_link(names, g[i].links.v[k], w->domain))
                continue;
            err_set(e, ERR_SCHEMA,
                    "group %.100s: no link %.200s with an end in %.100s is known", g[i].name,
                    g[i].links.v[k], w->domain);
            rc = problem_api(w->r, 422, e->msg, "groups");
        }
    }
    fts_names_free(&names);
    return rc;
}

static int refuse_grant(struct work *w, size_t i, const struct fts_stated *g)
{
    struct err e;
    const char *field = arena_printf(w->q->arena, "grants[%zu]", i);
    err_set(&e, ERR_CONFLICT, "grants[%zu], %.200s: %.200s", i, g->fact->entity, g->why);
    return problem_api(w->r, g->state == FTS_CONFLICT ? 409 : 422, e.msg, field);
}

static int check_document(struct work *w, const struct facts *facts, struct err *e)
{
    struct fts_said said;
    struct fts_stated *stated;
    int rc = join(w, facts, &said);
    if (rc == 0)
        rc = check_groups(w, facts, e);
    if (rc == 0 && w->r->status == 200)
        rc = fts_specify(&said, w->q->arena, &stated, e);
    for (size_t i = 0; rc == 0 && w->r->status == 200 && i < FACTS_N(facts, GRANT); i++) {
        if (stated[i].state == FTS_CONFLICT || stated[i].state == FTS_IGNORED)
            rc = refuse_grant(w, i, &stated[i]);
    }
    return rc == ERR_NOMEM ? err_set(e, ERR_NOMEM, "no memory for a document") : rc;
}

static int read_document(struct work *w, struct facts *facts, struct err *e)
{
    const struct slice body = {w->q->body, w->q->len};
    int rc = fts_document_read(body, w->view->settings->scitags, &w->origin, facts, e);
    if (rc == 0 || rc == ERR_NOMEM)
        return rc == 0 ? check_document(w, facts, e) : rc;
    return problem_api(w->r,
                       rc == ERR_LIMIT      ? 413
                       : rc == ERR_CONFLICT ? 409
                                            : 400,
                       e->msg, NULL);
}

/* ---- Replies ---- */

static void put_receipt(struct work *w, const struct inbox_version *v, bool dry)
{
    struct buf *b = &w->r->body;
    char time[32];
    w->r->type = MEDIA_JSON;
    buf_str(b, "{\"domain\":");
    buf_json_str(b, w->domain);
    if (dry) {
        buf_str(b, ",\"dry_run\":true}");
        return;
    }
    buf_printf(b, ",\"version\":%" PRId64 ",\"by\":", v->number);
    buf_json_str(b, v->by);
    buf_str(b, ",\"at\":");
    buf_json_str(b, str_time_format(v->at, time));
    buf_printf(b, ",\"withdrawn\":%s}", v->withdrawn ? "true" : "false");
}

/* What is acknowledged is in the inbox already. */
static int hand_in(struct work *w, const struct facts *facts, struct err *e)
{
    const struct inbox *inbox = w->q->inbox;
    const struct inbox_letter letter = {w->domain, w->view->class->name, w->current.number,
                                        facts};
    struct inbox_version new = {.by = letter.by, .at = w->q->now, .withdrawn = facts == NULL};
    int rc = inbox->put(inbox->self, &letter, &new.number, e);
    if (rc == ERR_CONFLICT)
        return problem_api(w->r, 412, "there is another version by now; GET it first",
                           "If-Match");
    if (rc < 0)
        return rc;
    w->r->status = facts && !w->exists ? 201 : 200;
    w->r->etag = facts ? etag_of(w, new.number) : NULL;
    put_receipt(w, &new, false);
    log_info("inbox", "grants of %s: version %" PRId64 " %s by %s", w->domain, new.number,
             facts ? "handed in" : "withdrawn", letter.by);
    return 0;
}

static int dry_run(struct work *w, bool *dry)
{
    const char *text = request_argument(w->q, "dry_run");
    *dry = text && strcmp(text, "true") == 0;
    if (text && !*dry && strcmp(text, "false") != 0)
        return problem_api(w->r, 400, "true or false expected", "dry_run");
    return 0;
}

static int change(struct work *w, bool put, struct err *e)
{
    struct facts facts = {.arena = w->q->arena};
    bool dry;
    dry_run(w, &dry);
    int rc = w->r->status == 200 ? read_current(w, 0, e) : 0;
    if (rc == 0 && w->r->status == 200 && !put && !w->exists)
        rc = problem_api(w->r, 404, "the domain handed in no document", NULL);
    if (rc == 0 && w->r->status == 200)
        rc = check_precondition(w);
    if (rc == 0 && w->r->status == 200 && put)
        rc = read_document(w, &facts, e);
    if (rc == 0 && w->r->status == 200 && dry)
        put_receipt(w, NULL, true);
    else if (rc == 0 && w->r->status == 200)
        rc = hand_in(w, put ? &facts : NULL, e);
    facts_free(&facts);
    return rc;
}

static int show(struct work *w, struct err *e)
{
    const char *version = request_argument(w->q, "version");
    uint64_t number = 0;
    if (version && (!slice_u64(slice_of(version), INT64_MAX, &number) || number == 0))
        return problem_api(w->r, 400, "a whole number from 1 expected", "version");
    int rc = read_current(w, (int64_t)number, e);
    if (rc < 0)
        return rc;
    if (!w->exists)
        return problem_api(w->r, 404,
                           version ? "no such version, or not kept any more"
                                   : "the domain handed in no document",
                           version ? "version" : NULL);
    char *text = arena_printf(w->q->arena, "%" PRId64, w->current.number);
    w->r->type = MEDIA_JSON;
    w->r->etag = etag_of(w, w->current.number);
    fts_document_put(&w->current.facts, &w->r->body);
    if (!text || !w->r->etag)
        return err_set(e, ERR_NOMEM, "no memory for the reply");
    char *at = arena_alloc(w->q->arena, 32);
    if (!at)
        return err_set(e, ERR_NOMEM, "no memory for the reply");
    reply_header(w->r, "Rialto-Version", text);
    reply_header(w->r, "Rialto-By", w->current.by);
    reply_header(w->r, "Rialto-At", str_time_format(w->current.at, at));
    return 0;
}

/* ---- Requests ---- */

static bool is_known(const struct snapshot *snap, const char *domain)
{
    for (size_t i = 0; i < snap->n_domains; i++) {
        if (strcmp(snap->domains[i].name, domain) == 0)
            return true;
    }
    return false;
}

/* Who changes must be let to, and there must be where to. */
static int check_access(struct work *w, bool writes)
{
    const struct view *v = w->view;
    bool may = settings_may_hand_in(v->class, w->domain);
    if (!may && (writes || !(v->grants & GRANT_OPERATOR_API)))
        return problem_api(w->r, 403,
                           "this class of clients has no say in that domain's grants", NULL);
    if (writes && !w->q->inbox)
        return problem_api(w->r, 403, "nothing can be handed in: no inbox is configured", NULL);
    if (writes && !is_known(edition_snapshot(v->edition), w->domain))
        return problem_api(w->r, 404, "no such domain is known", NULL);
    if (strcmp(w->q->method, "PUT") == 0 && !content_type_is(w->q->content_type, MEDIA_JSON)) {
        problem_api(w->r, 415, "application/json expected", NULL);
        reply_header(w->r, "Accept", MEDIA_JSON);
    }
    return 0;
}

static int answer_document(struct work *w, struct err *e)
{
    bool put = strcmp(w->q->method, "PUT") == 0;
    bool writes = put || strcmp(w->q->method, "DELETE") == 0;
    w->domain = w->q->path + strlen(FTS_GRANTS "/");
    w->origin = (struct origin){.domain = w->domain,
                                .source = INBOX_SOURCE,
                                .kind = INBOX_SOURCE,
                                .expires = FACT_NONE};
    w->origin.scope = arena_printf(w->q->arena, INBOX_GRANTS "/%s", w->domain);
    if (!w->origin.scope)
        return err_set(e, ERR_NOMEM, "no memory for a document");
    check_access(w, writes);
    if (w->r->status != 200)
        return 0;
    return writes ? change(w, put, e) : show(w, e);
}

void fts_grants_answer(const struct view *v, const struct request *q, struct reply *r)
{
    struct work w = {.view = v, .q = q, .r = r};
    struct err e = {0};
    int rc = 0;
    r->status = 200;
    if (!edition_snapshot(v->edition))
        problem_api(r, 503, "no data yet", NULL);
    else
        rc = is_list(q->path) ? fts_grants_list(v, q, r, &e) : answer_document(&w, &e);
    if (rc == 0 && r->body.failed)
        rc = err_set(&e, ERR_NOMEM, "no memory for the reply");
    if (rc < 0) {
        log_error("serve", "%s: %s", q->path, e.msg);
        buf_reset(&r->body);
        r->body.failed = false;
        problem_api(r, 503, e.msg, NULL);
    }
    if (w.granted)
        facts_free(&w.current.facts);
    reply_header(r, "Cache-Control", "private, no-cache");
}
