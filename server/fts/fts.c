/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/fts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "server/edition.h"
#include "server/fts/netconfig.h"
#include "server/fts/plan.h"
#include "server/problem.h"
#include "server/scitags.h"

#define MEDIA_CSV "text/csv"

/* One request under way. */
struct work {
    const struct view *view;
    const struct request *q;
    struct fts_routes routes;
    struct fts_granted granted;
    struct fts_ask ask;
    struct fts_route *route; /* as ask.pairs */
    struct buf *out;
    bool csv;
};

/* ---- Writing ---- */

static void put_number(struct buf *b, double d)
{
    buf_json_real(b, d); /* null where it is not finite */
}

/* A field of CSV (RFC 4180). */
void fts_put_field(struct buf *b, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        buf_str(b, text);
        return;
    }
    buf_char(b, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_char(b, '"');
        buf_char(b, *text);
    }
    buf_char(b, '"');
}

static void put_member(struct buf *b, const char *before, const char *text)
{
    buf_str(b, before);
    buf_json_str(b, text);
}

static void put_head(struct work *w)
{
    const struct snapshot *snap = edition_snapshot(w->view->edition);
    char time[32];
    put_member(w->out, "{\"tag\":", snap->tag);
    put_member(w->out, ",\"as_of\":", str_time_format(snap->as_of, time));
}

static void put_link_ids(struct work *w, const uint32_t *links, size_t n)
{
    buf_char(w->out, '[');
    for (size_t i = 0; i < n; i++)
        put_member(w->out, i > 0 ? "," : "", w->routes.links.v[links[i]].id);
    buf_char(w->out, ']');
}

static void put_pair(struct work *w, const struct fts_pair *p)
{
    put_member(w->out, "{\"source_se\":", p->source_se);
    put_member(w->out, ",\"dest_se\":", p->dest_se);
    if (p->vo)
        put_member(w->out, ",\"vo\":", p->vo);
    if (p->activity)
        put_member(w->out, ",\"activity\":", p->activity);
    unsigned tag = scitags_tag(w->view->settings->scitags, p->vo, p->activity);
    if (tag)
        buf_printf(w->out, ",\"scitag\":%u", tag);
}

/* How sure the pair's path is, and how old the oldest of what it rests on, in seconds. */
static void put_trust(struct work *w, const struct fts_route *route)
{
    int64_t now = w->q->now;
    buf_printf(w->out, ",\"class\":\"%s\",\"age\":", fact_class_name(route->cls));
    if (route->oldest == FACT_NONE)
        buf_str(w->out, "null");
    else
        buf_printf(w->out, "%" PRId64,
                   now > route->oldest ? (now - route->oldest) / 1000000 : 0);
}

static void put_unknown(struct work *w)
{
    const char *before = "";
    buf_str(w->out, ",\"unknown\":[");
    for (size_t i = 0; i < w->ask.pairs.n; i++) {
        if (!w->route[i].why)
            continue;
        buf_str(w->out, before);
        put_pair(w, &w->ask.pairs.v[i]);
        put_member(w->out, ",\"why\":", w->route[i].why);
        buf_char(w->out, '}');
        before = ",";
    }
    buf_char(w->out, ']');
}

static double residual(const struct fts_link *l)
{
    return isnan(l->load) || !isfinite(l->capacity) ? NAN : fmax(0, l->capacity - l->load);
}

/* `plan`: or NULL: what domains grant. */
static void put_links(struct work *w, const struct fts_plan *plan)
{
    buf_str(w->out, ",\"links\":[");
    for (size_t i = 0; i < w->routes.links.n; i++) {
        const struct fts_link *l = &w->routes.links.v[i];
        put_member(w->out, i > 0 ? ",{\"id\":" : "{\"id\":", l->id);
        if (l->lasting) {
            put_member(w->out, ",\"persistent-entity-id\":", l->id);
            put_member(w->out, ",\"name\":", l->name);
            put_member(w->out, ",\"from\":", l->from);
            put_member(w->out, ",\"to\":", l->to);
        }
        buf_str(w->out, ",\"capacity\":");
        put_number(w->out, l->capacity);
        buf_str(w->out, ",\"load\":");
        put_number(w->out, l->load);
        buf_str(w->out, ",\"residual\":");
        put_number(w->out, residual(l));
        buf_str(w->out, ",\"limit\":");
        put_number(w->out, plan ? plan->limits[i] : fmin(l->capacity, w->granted.limit[i]));
        if (plan && !isnan(plan->excess[i])) {
            buf_str(w->out, ",\"excess\":");
            put_number(w->out, plan->excess[i]);
        }
        buf_str(w->out, ",\"granted_by\":");
        fts_granted_put_by(&w->granted, i, w->out);
        buf_char(w->out, '}');
    }
    buf_char(w->out, ']');
}

/* What domains grant of several links together, and which grants all this rests on. */
static void put_specification(struct work *w)
{
    char time[32];
    buf_str(w->out, ",\"groups\":");
    fts_granted_put_groups(&w->granted, &w->routes, w->out);
    put_member(w->out, ",\"specification\":", *w->granted.tag ? w->granted.tag : NULL);
    put_member(w->out, ",\"valid_until\":",
               w->granted.valid_until == FACT_NONE
                   ? NULL
                   : str_time_format(w->granted.valid_until, time));
}

/* ---- Constraints ---- */

static void put_constraints_json(struct work *w)
{
    put_head(w);
    buf_str(w->out, ",\"pairs\":[");
    for (size_t i = 0, n = 0; i < w->ask.pairs.n; i++) {
        if (w->route[i].why)
            continue;
        buf_str(w->out, n++ > 0 ? "," : "");
        put_pair(w, &w->ask.pairs.v[i]);
        put_trust(w, &w->route[i]);
        buf_str(w->out, ",\"links\":");
        put_link_ids(w, w->route[i].links, w->route[i].n);
        buf_char(w->out, '}');
    }
    buf_char(w->out, ']');
    put_links(w, NULL);
    put_specification(w);
    put_unknown(w);
    buf_char(w->out, '}');
}

/* One row per link: its bounds, and 1 for each pair that crosses it. */
static void put_row_csv(struct work *w, uint32_t link)
{
    const struct fts_link *l = &w->routes.links.v[link];
    const double bounds[] = {l->capacity, l->load, residual(l),
                             fmin(l->capacity, w->granted.limit[link])};
    buf_str(w->out, l->id);
    for (size_t k = 0; k < 4; k++) {
        buf_char(w->out, ',');
        if (isfinite(bounds[k]))
            buf_json_real(w->out, bounds[k]);
    }
    for (size_t i = 0; i < w->ask.pairs.n; i++) {
        bool crossed = false;
        for (size_t k = 0; k < w->route[i].n; k++)
            crossed |= w->route[i].links[k] == link;
        if (!w->route[i].why)
            buf_str(w->out, crossed ? ",1" : ",0");
    }
    buf_str(w->out, "\r\n");
}

static bool crosses_any(const struct fts_route *route, const struct fts_together *t)
{
    for (size_t i = 0; i < route->n; i++) {
        for (size_t k = 0; k < t->n; k++) {
            if (route->links[i] == t->links[k])
                return true;
        }
    }
    return false;
}

/* Links that have a limit together are one more row: each pair counts once. */
static void put_group_csv(struct work *w, const struct fts_together *t)
{
    const struct fact_link_group *group = t->stated->group;
    struct buf name = {0};
    buf_printf(&name, "group:%s", group ? group->name : t->stated->fact->origin->domain);
    fts_put_field(w->out, buf_cstr(&name));
    buf_str(w->out, ",,,,");
    buf_json_real(w->out, t->limit);
    for (size_t i = 0; i < w->ask.pairs.n; i++) {
        if (!w->route[i].why)
            buf_str(w->out, crosses_any(&w->route[i], t) ? ",1" : ",0");
    }
    buf_str(w->out, "\r\n");
    w->out->failed |= name.failed;
    buf_free(&name);
}

static int put_constraints_csv(struct work *w, struct err *e)
{
    buf_str(w->out, "link,capacity,load,residual,limit");
    for (size_t i = 0; i < w->ask.pairs.n; i++) {
        const struct fts_pair *p = &w->ask.pairs.v[i];
        char *name = arena_printf(w->q->arena, "%s %s%s%s%s%s", p->source_se, p->dest_se,
                                  p->vo ? " " : "", p->vo ? p->vo : "", p->activity ? "/" : "",
                                  p->activity ? p->activity : "");
        if (!name)
            return err_set(e, ERR_NOMEM, "no memory for a reply");
        if (w->route[i].why)
            continue;
        buf_char(w->out, ',');
        fts_put_field(w->out, name);
    }
    buf_str(w->out, "\r\n");
    for (uint32_t l = 0; l < w->routes.links.n; l++)
        put_row_csv(w, l);
    for (size_t i = 0; i < w->granted.n_together; i++)
        put_group_csv(w, &w->granted.together[i]);
    return 0;
}

static int put_constraints(struct work *w, struct reply *r, struct err *e)
{
    (void)r;
    if (w->csv)
        return put_constraints_csv(w, e);
    put_constraints_json(w);
    return 0;
}

/* ---- The plan ---- */

static void put_target(struct work *w, size_t i, const struct fts_target *t)
{
    put_pair(w, &w->ask.pairs.v[i]);
    put_trust(w, &w->route[i]);
    buf_str(w->out, ",\"rate\":");
    put_number(w->out, t->rate);
    buf_str(w->out, ",\"connections\":");
    put_number(w->out, t->connections);
    buf_str(w->out, ",\"bottlenecks\":");
    put_link_ids(w, t->holds, t->n_holds);
    buf_char(w->out, '}');
}

/* Places in the request. */
static void put_unused(struct work *w, const char *name, const bool *used, size_t n)
{
    const char *before = "";
    buf_printf(w->out, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        if (used[i])
            continue;
        buf_printf(w->out, "%s%zu", before, i);
        before = ",";
    }
    buf_char(w->out, ']');
}

static int put_plan(struct work *w, struct reply *r, struct err *e)
{
    struct fts_plan plan;
    const struct fts_question question = {&w->ask, &w->routes, w->route, w->q->now,
                                          &w->granted};
    int rc = fts_plan_make(&question, &plan, e);
    if (rc == ERR_CONFLICT)
        return problem_api(r, 400, e->msg, "grants");
    if (rc == ERR_SCHEMA)
        return problem_api(r, 400, e->msg, "links");
    if (rc == ERR_LIMIT)
        return problem_api(r, 413, e->msg, "objective");
    if (rc < 0)
        return rc;
    put_head(w);
    buf_printf(w->out, ",\"settled\":%s,\"plan\":[", plan.settled ? "true" : "false");
    for (size_t i = 0, n = 0; i < w->ask.pairs.n; i++) {
        if (w->route[i].why)
            continue;
        buf_str(w->out, n++ > 0 ? "," : "");
        put_target(w, i, &plan.targets[i]);
    }
    buf_char(w->out, ']');
    put_links(w, &plan);
    put_specification(w);
    put_unused(w, "unused_grants", plan.used, w->ask.grants.n);
    put_unused(w, "unused_links", plan.known, w->ask.known.n);
    put_unknown(w);
    buf_char(w->out, '}');
    return 0;
}

/* ---- Rows of FTS's tables ---- */

static void put_netlink(struct work *w, const struct fts_link *l, const struct fts_ends *ends)
{
    uint32_t head_as = fts_asn_of(l->to_as), tail_as = fts_asn_of(l->from_as);
    if (w->csv) {
        buf_printf(w->out, "%s,", l->id);
        fts_put_field(w->out, ends->head);
        buf_char(w->out, ',');
        fts_put_field(w->out, ends->tail);
        buf_printf(w->out, ",%" PRIu32 ",%" PRIu32 ",", head_as, tail_as);
        fts_put_field(w->out, l->to);
        buf_char(w->out, ',');
        fts_put_field(w->out, l->from);
        buf_char(w->out, ',');
        if (isfinite(l->capacity))
            put_number(w->out, l->capacity / FTS_MIB);
        buf_str(w->out, "\r\n");
        return;
    }
    put_member(w->out, "{\"netlink_id\":", l->id);
    put_member(w->out, ",\"head_ip\":", ends->head);
    put_member(w->out, ",\"tail_ip\":", ends->tail);
    buf_printf(w->out, ",\"head_asn\":%" PRIu32 ",\"tail_asn\":%" PRIu32, head_as, tail_as);
    put_member(w->out, ",\"head_rdns\":", l->to);
    put_member(w->out, ",\"tail_rdns\":", l->from);
    buf_str(w->out, ",\"capacity\":");
    put_number(w->out, l->capacity / FTS_MIB);
    buf_char(w->out, '}');
}

/* In JSON pairs without a path are told behind the rows. */
static void end_table(struct work *w, const char *rows)
{
    if (w->csv)
        return;
    buf_str(w->out, rows);
    put_unknown(w);
    buf_char(w->out, '}');
}

static int put_netlinks(struct work *w)
{
    const char *before = "";
    struct map *seen = map_new();
    int rc = seen ? 0 : ERR_NOMEM;
    if (w->csv)
        buf_str(w->out, "netlink_id,head_ip,tail_ip,head_asn,tail_asn,head_rdns,tail_rdns,"
                        "capacity\r\n");
    else
        buf_str(w->out, "{\"t_netlink_stat\":[");
    for (size_t i = 0; rc == 0 && i < w->routes.links.n; i++) {
        const struct fts_link *l = &w->routes.links.v[i];
        struct fts_ends ends;
        if (!l->lasting)
            continue;
        rc = fts_ends_of(seen, l, &ends);
        buf_str(w->out, w->csv ? "" : before);
        if (rc == 0)
            put_netlink(w, l, &ends);
        before = ",";
    }
    map_free(&seen);
    end_table(w, "]");
    return rc;
}

static void put_hop(struct work *w, const struct fts_pair *p, size_t hop, const char *id)
{
    if (w->csv) {
        fts_put_field(w->out, p->source_se);
        buf_char(w->out, ',');
        fts_put_field(w->out, p->dest_se);
        buf_printf(w->out, ",%zu,%s\r\n", hop, id);
        return;
    }
    put_member(w->out, "{\"source_se\":", p->source_se);
    put_member(w->out, ",\"dest_se\":", p->dest_se);
    buf_printf(w->out, ",\"hop_idx\":%zu,\"netlink\":\"%s\"}", hop, id);
}

/* hop_idx counts the links that are told. */
static void put_traces(struct work *w)
{
    const char *before = "";
    buf_str(w->out,
            w->csv ? "source_se,dest_se,hop_idx,netlink\r\n" : "{\"t_netlink_trace\":[");
    for (size_t i = 0; i < w->ask.pairs.n; i++) {
        for (size_t k = 0, hop = 0; k < w->route[i].n; k++) {
            const struct fts_link *l = &w->routes.links.v[w->route[i].links[k]];
            if (!l->lasting)
                continue;
            buf_str(w->out, w->csv ? "" : before);
            put_hop(w, &w->ask.pairs.v[i], hop++, l->id);
            before = ",";
        }
    }
    end_table(w, "]");
}

/* ---- Pairs ---- */

static int find_routes(struct work *w, struct err *e)
{
    w->route = ARENA_ARRAY(w->q->arena, w->ask.pairs.n + 1, struct fts_route);
    int rc = w->route ? fts_routes_new(&w->routes, w->view, w->q->arena, e)
                      : err_set(e, ERR_NOMEM, "no memory for routes");
    for (size_t i = 0; rc == 0 && i < w->ask.pairs.n; i++)
        rc = fts_routes_add(&w->routes, w->ask.pairs.v[i].source_se, w->ask.pairs.v[i].dest_se,
                            &w->route[i], e);
    return rc;
}

/* "scheme://host" of every host of every endpoint. */
static int list_storages(struct work *w, const char ***out, size_t *n, struct err *e)
{
    const struct snapshot *snap = edition_snapshot(w->view->edition);
    const char *scheme = request_argument(w->q, "scheme");
    size_t most = 0;
    for (size_t i = 0; i < snap->n_endpoints; i++)
        most += snap->endpoints[i].n_hosts;
    *n = 0;
    *out = ARENA_ARRAY(w->q->arena, most + 1, const char *);
    for (size_t i = 0; *out && i < snap->n_endpoints; i++) {
        for (size_t k = 0; k < snap->endpoints[i].n_hosts; k++) {
            char *se = arena_printf(w->q->arena, "%s://%s", scheme ? scheme : "davs",
                                    snap->endpoints[i].hosts[k]);
            if (!se)
                return err_set(e, ERR_NOMEM, "no memory for storages");
            (*out)[(*n)++] = se;
        }
    }
    return *out ? 0 : err_set(e, ERR_NOMEM, "no memory for storages");
}

static int add_pair(struct work *w, const char *source, const char *dest, struct err *e)
{
    struct fts_pair *p = VEC_PUSH(&w->ask.pairs);
    if (!p)
        return err_set(e, ERR_NOMEM, "no memory for pairs");
    *p = (struct fts_pair){.source_se = source, .dest_se = dest};
    return 0;
}

static bool is_scheme(const char *text)
{
    return !text ||
           (*text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+-.")] == 0);
}

/* Pairs of all storages, or those that ?source_se= and ?dest_se= name. */
static int all_pairs(struct work *w, struct reply *r, struct err *e)
{
    const char *source = request_argument(w->q, "source_se");
    const char *dest = request_argument(w->q, "dest_se");
    const char **storages;
    size_t n, limit = w->view->settings->path_vector_pairs;
    if (!is_scheme(request_argument(w->q, "scheme")))
        return problem_api(r, 400, "not a scheme", "scheme");
    int rc = list_storages(w, &storages, &n, e);
    const char **from = source ? &source : storages, **to = dest ? &dest : storages;
    size_t n_from = source ? 1 : n, n_to = dest ? 1 : n;
    if (rc == 0 && n_to > 0 && n_from > limit / n_to)
        return problem_api(r, 413, "more pairs than allowed: ask by source_se", "source_se");
    for (size_t i = 0; rc == 0 && i < n_from; i++) {
        for (size_t k = 0; rc == 0 && k < n_to; k++) {
            if (strcmp(from[i], to[k]) != 0)
                rc = add_pair(w, from[i], to[k], e);
        }
    }
    return rc;
}

/* A storage that is asked for by name must be known: an empty table would say that it has no
 * links. */
static int check_named(const struct work *w, struct reply *r)
{
    static const char *const names[] = {"source_se", "dest_se"};
    for (size_t i = 0; i < 2; i++) {
        const char *se = request_argument(w->q, names[i]);
        char why[200];
        if (!se || fts_routes_has(&w->routes, se))
            continue;
        snprintf(why, sizeof(why), "%s: the host of %.120s is not known", names[i], se);
        return problem_api(r, 404, why, names[i]);
    }
    return 0;
}

static int read_body(struct work *w, struct reply *r, struct err *e)
{
    const struct slice body = {w->q->body, w->q->len};
    int rc = fts_ask_read_tagged(w->view->settings->scitags, body, &w->ask, w->q->arena, e);
    if (rc == ERR_NOMEM)
        return rc;
    if (rc < 0)
        return problem_api(r, rc == ERR_LIMIT ? 413 : 400, e->msg, NULL);
    if (w->ask.pairs.n > w->view->settings->path_vector_pairs)
        return problem_api(r, 413, "more pairs than limits.path_vector_pairs allows", "pairs");
    return 0;
}

/* ---- Requests ---- */

static int put_tables(struct work *w, struct reply *r, struct err *e)
{
    int rc = 0;
    (void)r;
    if (strcmp(w->q->path, FTS_PATH "netlinks") == 0)
        rc = put_netlinks(w);
    else
        put_traces(w);
    return rc < 0 ? err_set(e, rc, "no memory for rows") : 0;
}

static int put_netconfig(struct work *w, struct reply *r, struct err *e)
{
    (void)r;
    int rc = fts_netconfig_put(&w->granted, &w->routes, w->csv, w->out);
    end_table(w, "");
    return rc < 0 ? err_set(e, rc, "no memory for rows") : 0;
}

/* Whose grants count: the client's own class, or for operators whoever they name. */
static int find_granted(struct work *w, struct reply *r, struct err *e)
{
    const struct client_class *class = w->view->class;
    const char *own = class ? class->name : NULL, *user = w->ask.user;
    if (!user)
        user = request_argument(w->q, "user");
    const struct fts_granting granting = {w->view, &w->routes, user ? user : own, w->q->now};
    if (user && !(w->view->grants & GRANT_OPERATOR_API) && (!own || strcmp(user, own) != 0))
        return problem_api(r, 403, "only operators may ask as another user", "user");
    return fts_granted_find(&granting, &w->granted, e);
}

static const struct {
    const char *path, *method;
    int (*read)(struct work *w, struct reply *r, struct err *e);
    int (*put)(struct work *w, struct reply *r, struct err *e);
} services[] = {
    {FTS_PATH "constraints", "POST", read_body, put_constraints},
    {FTS_PATH "plan", "POST", read_body, put_plan},
    {FTS_PATH "netlinks", "GET", all_pairs, put_tables},
    {FTS_PATH "traces", "GET", all_pairs, put_tables},
    {FTS_PATH "netconfig", "GET", all_pairs, put_netconfig},
};

#define N_SERVICES (sizeof(services) / sizeof(*services))

static size_t service_of(const char *path)
{
    size_t i = 0;
    while (i < N_SERVICES && strcmp(services[i].path, path) != 0)
        i++;
    return i;
}

const char *fts_method(const char *path)
{
    size_t i = service_of(path);
    return i < N_SERVICES ? services[i].method : NULL;
}

static int choose_format(struct work *w, struct reply *r)
{
    const char *format = request_argument(w->q, "format");
    w->csv = format && strcmp(format, "csv") == 0;
    if (format && !w->csv && strcmp(format, "json") != 0)
        return problem_api(r, 400, "json or csv expected", "format");
    if (w->csv && strcmp(w->q->path, FTS_PATH "plan") == 0)
        return problem_api(r, 400, "a plan is JSON", "format");
    r->type = w->csv ? MEDIA_CSV : MEDIA_JSON;
    return 0;
}

void fts_answer(const struct view *v, const struct request *q, struct reply *r)
{
    size_t i = service_of(q->path);
    struct work w = {.view = v, .q = q, .out = &r->body};
    struct err e = {0};
    int rc = 0;
    if (i == N_SERVICES || !edition_snapshot(v->edition)) {
        problem_api(r, i == N_SERVICES ? 404 : 503,
                    i == N_SERVICES ? "no such document" : "no data yet", NULL);
        return;
    }
    r->status = 200;
    choose_format(&w, r);
    if (r->status == 200)
        rc = services[i].read(&w, r, &e);
    if (rc == 0 && r->status == 200)
        rc = find_routes(&w, &e);
    if (rc == 0 && r->status == 200 && services[i].read == all_pairs)
        rc = check_named(&w, r);
    if (rc == 0 && r->status == 200)
        rc = find_granted(&w, r, &e);
    if (rc == 0 && r->status == 200)
        rc = services[i].put(&w, r, &e);
    if (rc == 0 && r->body.failed)
        rc = err_set(&e, ERR_NOMEM, "no memory for the reply");
    if (rc < 0) {
        log_error("serve", "%s: %s", q->path, e.msg);
        buf_reset(&r->body);
        r->body.failed = false;
        problem_api(r, 503, e.msg, NULL);
    }
    reply_header(r, "Cache-Control", "no-store");
    fts_routes_free(&w.routes);
    fts_ask_free(&w.ask);
}
