/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics: numbers as Prometheus reads them (text format 0.0.4). All samples of one name stand
 * together, so what there is of each resource and source is gathered first.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "server/auth.h"
#include "server/operator/operator.h"
#include "server/problem.h"

#define MEDIA_METRICS "text/plain; version=0.0.4; charset=utf-8"
#define SECOND        1e6

/* --- writing --- */

struct label {
    const char *name, *value;
};

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# HELP rialto_%s %s\n# TYPE rialto_%s %s\n", name, help, name, type);
}

static void put_label(struct buf *b, const struct label *l)
{
    buf_printf(b, "%s=\"", l->name);
    for (const char *p = l->value ? l->value : ""; *p; p++) {
        if (*p == '\\' || *p == '"')
            buf_char(b, '\\');
        buf_str(b, *p == '\n' ? "\\n" : (char[]){*p, 0});
    }
    buf_char(b, '"');
}

/* Up to two labels; those without a name are left out. */
static void sample(struct buf *b, const char *name, const struct label labels[2], double value)
{
    buf_printf(b, "rialto_%s", name);
    for (size_t i = 0; i < 2 && labels[i].name; i++) {
        buf_char(b, i == 0 ? '{' : ',');
        put_label(b, &labels[i]);
    }
    buf_str(b, labels[0].name ? "} " : " ");
    buf_json_real(b, value);
    buf_char(b, '\n');
}

static const struct label none[2];

static void single(struct buf *b, const char *name, const char *help, double value)
{
    size_t n = strlen(name);
    bool counter = n > 6 && strcmp(name + n - 6, "_total") == 0;
    head(b, name, counter ? "counter" : "gauge", help);
    sample(b, name, none, value);
}

/* --- the server --- */

static void put_snapshot(struct server *s, struct edition *ed, int64_t now, struct buf *b)
{
    const struct snapshot *snap = edition_snapshot(ed);
    struct server_state state = server_state(s);
    head(b, "build_info", "gauge", "The version of the server.");
    sample(b, "build_info", (struct label[2]){{"version", RIALTO_VERSION}}, 1);
    single(b, "start_time_seconds", "When the server started, since 1970.",
           (double)server_started(s) / SECOND);
    single(b, "ready", "1: answers from fresh data.", server_ready(s, ed));
    single(b, "snapshot_generation", "Snapshots published.", (double)state.generation);
    single(b, "rebuild_seconds", "How long the last snapshot took.",
           (double)state.rebuild_us / SECOND);
    if (!snap)
        return;
    single(b, "snapshot_age_seconds", "Since the snapshot was made.",
           (double)(now - snap->as_of) / SECOND);
    single(b, "snapshot_tag_age_seconds", "Since the snapshot said something else.",
           (double)(now - server_changed(s)) / SECOND);
    single(b, "domains", "Domains in the snapshot.", (double)snap->n_domains);
    single(b, "nodes", "Routers in the snapshot.", (double)snap->n_nodes);
    single(b, "links", "Links in the snapshot.", (double)snap->n_links);
}

static void put_replies(struct server *s, struct buf *b)
{
    head(b, "replies_total", "counter", "Replies by HTTP status.");
    for (int status = 100; status < 600; status++) {
        char text[8];
        uint64_t n = server_replies(s, status);
        if (n == 0)
            continue;
        snprintf(text, sizeof(text), "%d", status);
        sample(b, "replies_total", (struct label[2]){{"status", text}}, (double)n);
    }
}

static void put_refusals(const struct serve_counts *http, const struct updates_count *kept,
                         struct buf *b)
{
    const struct {
        const char *reason;
        size_t n;
    } of_updates[] = {{"watches", kept->refused_watches},
                      {"streams", kept->refused_streams},
                      {"views", kept->refused_views},
                      {"polls", kept->refused_polls}};
    head(b, "refused_total", "counter", "Connections and requests refused, by reason.");
    for (int i = 0; i < SERVE_REFUSALS; i++)
        sample(b, "refused_total",
               (struct label[2]){{"reason", serve_refusal_name((enum serve_refusal)i)}},
               (double)http->refused[i]);
    for (size_t i = 0; i < sizeof(of_updates) / sizeof(*of_updates); i++)
        sample(b, "refused_total", (struct label[2]){{"reason", of_updates[i].reason}},
               (double)of_updates[i].n);
}

static void put_connections(struct server *s, struct buf *b)
{
    struct serve_counts http = server_connections(s);
    struct updates_count kept = updates_count(server_updates(s));
    single(b, "connections", "Open connections.", (double)http.connections);
    single(b, "connections_total", "Connections accepted.", (double)http.accepted);
    single(b, "requests_total", "Requests begun.", (double)http.requests);
    single(b, "kept_requests", "Streams and polls that are kept open.", (double)http.kept);
    single(b, "watches", "Different things that are followed.", (double)kept.watches);
    single(b, "update_streams", "Open update streams.", (double)kept.streams);
    single(b, "tips_views", "TIPS views.", (double)kept.views);
    single(b, "tips_polls", "Requests that wait for the next version.", (double)kept.polls);
    put_refusals(&http, &kept, b);
}

/* --- resources --- */

struct row {
    const struct resource *res;
    struct tally_sums sums;
    struct resource_entries entries;
};

static void put_requests(const struct row *rows, size_t n, struct buf *b)
{
    head(b, "resource_requests_total", "counter", "Requests of a resource, by how they ended.");
    for (size_t i = 0; i < n; i++) {
        const char *id = rows[i].res->id;
        sample(b, "resource_requests_total",
               (struct label[2]){{"resource", id}, {"result", "success"}},
               (double)rows[i].sums.succ);
        sample(b, "resource_requests_total",
               (struct label[2]){{"resource", id}, {"result", "failure"}},
               (double)rows[i].sums.fail);
    }
}

static void put_entries(const struct row *rows, size_t n, struct buf *b)
{
    static const struct {
        const char *of, *name, *help;
    } kinds[] = {
        {"num-map-pid", "network_map_pids", "PIDs of a network map."},
        {"num-map-entry", "property_map_entities", "Entities of a property map."},
        {"num-base-obj", "cdni_base_objects", "Base objects of a CDNI advertisement."},
    };
    for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
        head(b, kinds[k].name, "gauge", kinds[k].help);
        for (size_t i = 0; i < n; i++) {
            const struct resource_entries *e = &rows[i].entries;
            if (e->name && strcmp(e->name, kinds[k].of) == 0)
                sample(b, kinds[k].name, (struct label[2]){{"resource", rows[i].res->id}},
                       (double)e->n);
        }
    }
}

static void put_updates(const struct row *rows, size_t n, struct buf *b)
{
    head(b, "stream_updates_total", "counter", "Updates sent in streams of a resource.");
    for (size_t i = 0; i < n; i++) {
        if (rows[i].res->ops == &resource_update_stream)
            sample(b, "stream_updates_total", (struct label[2]){{"resource", rows[i].res->id}},
                   (double)rows[i].sums.messages);
    }
}

static int put_resources(struct server *s, const struct view *v, const struct request *q,
                         struct buf *b, struct err *e)
{
    size_t n = edition_count(v->edition);
    struct row *rows = ARENA_ARRAY(q->arena, n + 1, struct row);
    if (!rows)
        return err_set(e, ERR_NOMEM, "no memory for metrics");
    for (size_t i = 0; i < n; i++) {
        rows[i].res = edition_resource(v->edition, i);
        rows[i].sums = server_sums(s, edition_tally(v->edition, rows[i].res)).all;
        int rc = operator_entries(rows[i].res, v, q, &rows[i].entries, e);
        if (rc < 0)
            return rc;
    }
    put_requests(rows, n, b);
    put_entries(rows, n, b);
    put_updates(rows, n, b);
    return 0;
}

/* --- sources --- */

struct source {
    const char *domain, *name;
    size_t scopes, stale;
    int64_t confirmed; /* the one that was looked at longest ago */
};

struct sources {
    VEC(struct source);
};

static struct source *source_of(struct sources *list, struct map *known, const struct origin *o,
                                struct arena *a)
{
    const char *domain = o->domain ? o->domain : "", *name = o->source ? o->source : "";
    const char *key = arena_printf(a, "%s\n%s", domain, name);
    union map_value *at = key ? map_at_str(known, key) : NULL;
    if (!at)
        return NULL;
    if (at->u == 0) {
        struct source *s = VEC_PUSH(list);
        if (!s)
            return NULL;
        *s = (struct source){.domain = domain, .name = name, .confirmed = INT64_MAX};
        at->u = list->n;
    }
    return &list->v[at->u - 1];
}

static bool gather_sources(const struct snapshot *snap, struct sources *list, struct arena *a)
{
    struct map *known = map_new();
    bool ok = known != NULL;
    for (size_t i = 0; ok && snap && i < snap->n_scopes; i++) {
        const struct scope_status *scope = &snap->scopes[i];
        struct source *s = source_of(list, known, &scope->origin, a);
        int64_t at = server_confirmed(scope);
        ok = s != NULL;
        if (!ok)
            break;
        s->scopes++;
        s->stale += scope->origin.stale || scope->error;
        s->confirmed = at < s->confirmed ? at : s->confirmed;
    }
    map_free(&known);
    return ok;
}

static void put_sources(const struct sources *list, int64_t now, struct buf *b)
{
    static const struct {
        const char *name, *help;
    } kinds[] = {
        {"source_scopes", "What a source reads as one: routers, files."},
        {"source_stale_scopes", "Of these, what failed or is too old."},
        {"source_age_seconds", "Since the one that was read longest ago was read."},
    };
    for (size_t k = 0; k < 3; k++) {
        head(b, kinds[k].name, "gauge", kinds[k].help);
        for (size_t i = 0; i < list->n; i++) {
            const struct source *s = &list->v[i];
            const double values[] = {(double)s->scopes, (double)s->stale,
                                     ((double)now - (double)s->confirmed) / SECOND};
            if (k == 2 && s->confirmed == FACT_NONE)
                continue;
            sample(b, kinds[k].name,
                   (struct label[2]){{"domain", s->domain}, {"source", s->name}}, values[k]);
        }
    }
}

void operator_metrics(struct server *s, struct edition *ed, const struct request *q,
                      struct reply *r)
{
    const struct view view = {.edition = ed,
                              .settings = edition_settings(ed),
                              .grants = auth_grants(&q->caller),
                              .class = q->caller.class};
    struct buf *b = &r->body;
    struct sources sources = {0};
    struct err e = {0};
    r->status = 200;
    r->type = MEDIA_METRICS;
    put_snapshot(s, ed, q->now, b);
    put_replies(s, b);
    put_connections(s, b);
    int rc = put_resources(s, &view, q, b, &e);
    if (rc == 0 && !gather_sources(edition_snapshot(ed), &sources, q->arena))
        rc = ERR_NOMEM;
    put_sources(&sources, q->now, b);
    VEC_FREE(&sources);
    if (rc == 0 && b->failed)
        rc = ERR_NOMEM;
    if (rc < 0) {
        log_error("serve", "/metrics: %s", e.msg);
        problem_status(r, 503);
    }
    reply_header(r, "Cache-Control", "no-store");
}
