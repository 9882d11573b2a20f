/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans, and the part of FTS's REST API that pins what they say. FTS's own code
 * (fts3rest/controllers/config/links.py, optimizer.py) tells what it sends and takes.
 */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "client/private.h"

#define MEDIA_JSON    "application/json"
#define MAX_ROWS      100000 /* of one reply */
#define MAX_NAME      255    /* bytes; FTS's tables have 150, its model 255 */
#define MAX_LINK      1024   /* bytes of a link's name: what a server takes */
#define MAX_ACTIVE    1000000
#define MAX_SAID_RATE 1e18 /* bits or bytes per second */

/** A member of each row of a reply. */
struct column {
    const char *name;
    enum { TEXT, COUNT, REAL } type; /* numbers may be null */
};

static bool fits(const struct rialto_value *v, const struct column *c)
{
    const char *s = rialto_text(v);
    double d = rialto_number(v, -1);

    if (c->type == TEXT)
        return s && *s && strlen(s) <= MAX_NAME;
    if (!v || rialto_type(v) == RIALTO_NULL)
        return v != NULL;
    if (rialto_type(v) != RIALTO_NUMBER)
        return false;
    return c->type == COUNT ? fabs(d) <= MAX_ACTIVE && d == floor(d)
                            : d >= 0 && d <= MAX_SAID_RATE;
}

/** Is it an array of such rows? `columns` ends with a NULL name. */
static int check_rows(const struct rialto_value *rows, const struct column *columns,
                      struct rialto_error *e)
{
    struct rialto_cursor row = {0};

    if (rialto_type(rows) != RIALTO_ARRAY)
        return error_set(e, RIALTO_E_REPLY, "the reply has no list");
    if (rialto_count(rows) > MAX_ROWS)
        return error_set(e, RIALTO_E_LIMIT, "more than %d rows", MAX_ROWS);
    while (rialto_next(rows, &row)) {
        if (rialto_type(row.value) != RIALTO_OBJECT)
            return error_set(e, RIALTO_E_REPLY, "row %zu is no object", row.next);
        for (const struct column *c = columns; c->name; c++)
            if (!fits(rialto_get(row.value, c->name), c))
                return error_set(e, RIALTO_E_REPLY, "row %zu: \"%s\" is missing or wrong",
                                 row.next, c->name);
    }
    return 0;
}

int fts_check_plan(const struct rialto_value *root, struct rialto_error *e)
{
    static const struct column columns[] = {
        {"source_se", TEXT}, {"dest_se", TEXT}, {"rate", REAL}, {"connections", COUNT}, {0}};
    const char *as_of = rialto_text(rialto_get(root, "as_of"));
    struct rialto_cursor row = {0};
    int64_t time;

    if (!as_of || !str_time(slice_of(as_of), &time))
        return error_set(e, RIALTO_E_REPLY, "the plan lacks the time \"as_of\"");
    if (check_rows(rialto_get(root, "plan"), columns, e) != 0)
        return error_in(e, "plan");
    while (rialto_next(rialto_get(root, "plan"), &row))
        if (rialto_number(rialto_get(row.value, "connections"), 0) < 0)
            return error_set(e, RIALTO_E_REPLY, "plan: row %zu: negative connections",
                             row.next);
    return 0;
}

int fts_check_links(const struct rialto_value *root, struct rialto_error *e)
{
    static const struct column columns[] = {{"symbolicname", TEXT}, {"source", TEXT},
                                            {"destination", TEXT},  {"min_active", COUNT},
                                            {"max_active", COUNT},  {0}};

    return check_rows(root, columns, e) == 0 ? 0 : error_in(e, "links");
}

int fts_check_current(const struct rialto_value *root, struct rialto_error *e)
{
    static const struct column columns[] = {{"source_se", TEXT}, {"dest_se", TEXT},
                                            {"datetime", TEXT},  {"active", COUNT},
                                            {"ema", REAL},       {0}};

    return check_rows(root, columns, e) == 0 ? 0 : error_in(e, "optimizer");
}

int fts_check_evolution(const struct rialto_value *root, struct rialto_error *e)
{
    static const struct column columns[] = {{"source_se", TEXT},
                                            {"dest_se", TEXT},
                                            {"datetime", TEXT},
                                            {"throughput", REAL},
                                            {"actual_active", COUNT},
                                            {"queue_size", COUNT},
                                            {0}};

    return check_rows(root, columns, e) == 0 ? 0 : error_in(e, "evolution");
}

/** A member of a link that somebody measured. */
static bool is_load_member(const char *key, const struct rialto_value *v)
{
    const char *s = rialto_text(v);
    double d = rialto_number(v, -1);

    if (strcmp(key, "link") == 0)
        return s && *s && strlen(s) <= MAX_LINK;
    if (strcmp(key, "load") == 0)
        return d >= 0 && d <= MAX_SAID_RATE;
    return strcmp(key, "enforced") == 0 && rialto_type(v) == RIALTO_BOOL;
}

static int check_load(const struct rialto_value *row, size_t number, struct rialto_error *e)
{
    struct rialto_cursor c = {0};

    if (rialto_type(row) != RIALTO_OBJECT || !rialto_get(row, "link") || rialto_count(row) < 2)
        return error_set(e, RIALTO_E_REPLY,
                         "links: row %zu: an object with \"link\" and \"load\" is expected",
                         number);
    while (rialto_next(row, &c))
        if (!is_load_member(c.key, c.value))
            return error_set(e, RIALTO_E_REPLY, "links: row %zu: \"%.64s\" is wrong or unknown",
                             number, c.key);
    return 0;
}

int rialto_fts_check_loads(const struct rialto_value *root, struct rialto_error *e)
{
    const struct rialto_value *links = rialto_get(root, "links");
    const char *at = rialto_text(rialto_get(root, "at"));
    struct rialto_cursor row = {0};
    int64_t time;

    if (!at || !str_time(slice_of(at), &time))
        return error_set(e, RIALTO_E_REPLY, "\"at\", a time of RFC 3339, is missing or wrong");
    if (rialto_type(links) != RIALTO_ARRAY || rialto_count(root) != 2)
        return error_set(e, RIALTO_E_REPLY,
                         "\"at\" and the list \"links\" are expected, and "
                         "nothing else");
    if (rialto_count(links) > RIALTO_MAX_LOADS)
        return error_set(e, RIALTO_E_LIMIT, "links: more than %d", RIALTO_MAX_LOADS);
    while (rialto_next(links, &row))
        if (check_load(row.value, row.next, e) != 0)
            return RIALTO_E_REPLY;
    return 0;
}

/** Where something is below the URL, and what it has to be like. */
struct service {
    const char *path;
    int (*check)(const struct rialto_value *root, struct rialto_error *e);
};

/** Gets it, or posts a body there. */
static int ask(struct rialto *r, const struct service *what, const char *body,
               struct rialto_document **out, struct rialto_error *e)
{
    struct call call = {.accept = MEDIA_JSON};
    int rc;

    *out = NULL;
    if (body) {
        call.media = MEDIA_JSON;
        call.body = body;
        call.len = strlen(body);
    }
    call.url = arena_printf(r->request, "%s%s", r->base, what->path);
    rc = call.url ? client_send(r, &call, out, e) : error_nomem(e);
    if (rc == 0)
        rc = what->check(rialto_document_root(*out), e);
    if (rc != 0)
        rialto_document_free(out);
    return rc;
}

int rialto_fts_plan(struct rialto *r, const char *question, struct rialto_document **out,
                    struct rialto_error *e)
{
    static const struct service plan = {"/fts/plan", fts_check_plan};

    return ask(r, &plan, question, out, e);
}

int rialto_fts_links(struct rialto *r, struct rialto_document **out, struct rialto_error *e)
{
    static const struct service links = {"/config/links", fts_check_links};
    int rc = ask(r, &links, NULL, out, e);

    return rc == 0 ? 0 : (error_in(e, "FTS"), rc);
}

int rialto_fts_current(struct rialto *r, struct rialto_document **out, struct rialto_error *e)
{
    static const struct service current = {"/optimizer/current", fts_check_current};
    int rc = ask(r, &current, NULL, out, e);

    return rc == 0 ? 0 : (error_in(e, "FTS"), rc);
}

int rialto_fts_evolution(struct rialto *r, const char *source, const char *dest,
                         struct rialto_document **out, struct rialto_error *e)
{
    struct service evolution = {NULL, fts_check_evolution};
    struct buf path = {0};
    int rc;

    buf_str(&path, "/optimizer/evolution?source_se=");
    buf_percent(&path, source, strlen(source));
    buf_str(&path, "&dest_se=");
    buf_percent(&path, dest, strlen(dest));
    *out = NULL;
    evolution.path = buf_cstr(&path);
    rc = path.failed ? error_nomem(e) : ask(r, &evolution, NULL, out, e);
    buf_free(&path);
    return rc == 0 ? 0 : (error_in(e, "FTS"), rc);
}

int rialto_fts_loads(struct rialto *r, struct rialto_document **out, struct rialto_error *e)
{
    static const struct service loads = {"", rialto_fts_check_loads};
    int rc = ask(r, &loads, NULL, out, e);

    return rc == 0 ? 0 : (error_in(e, r->base), rc);
}

/**
 * One request whose reply says all by its status. Any other good status means that somebody
 * else answered: a redirect that was followed with GET, a proxy.
 */
static int change(struct rialto *r, struct call *call, int status, struct rialto_error *e)
{
    struct answer a = {0};
    int rc = call->url ? client_call(r, call, &a, e) : error_nomem(e);

    if (rc == 0 && a.status != status)
        rc = error_set(e, RIALTO_E_REPLY, "HTTP status %d where FTS says %d", a.status, status);
    arena_rewind(r->request, r->empty);
    return rc == 0 ? 0 : (error_in(e, "FTS"), rc);
}

int rialto_fts_set_link(struct rialto *r, const char *document, struct rialto_error *e)
{
    struct call call = {.accept = MEDIA_JSON,
                        .media = MEDIA_JSON,
                        .body = document,
                        .len = strlen(document),
                        .created = true};

    call.url = arena_printf(r->request, "%s/config/links", r->base);
    return change(r, &call, 201, e);
}

int rialto_fts_delete_link(struct rialto *r, const char *name, struct rialto_error *e)
{
    struct call call = {.method = "DELETE", .accept = MEDIA_JSON, .created = true};
    struct buf url = {0};
    int rc;

    buf_printf(&url, "%s/config/links/", r->base);
    buf_percent(&url, name, strlen(name));
    call.url = arena_strdup(r->request, url.failed ? NULL : buf_cstr(&url));
    rc = change(r, &call, 204, e);
    buf_free(&url);
    return rc;
}
