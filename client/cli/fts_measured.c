/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `rialto fts apply` tells Rialto of the network's present state: loads of links that an
 * operator's monitoring wrote, and what FTS's optimizer saw of each pair.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/fts.h"

#define MAX_NAMED 5 /* links that nobody crosses: more are only counted */

static bool is_url(const char *name)
{
    return strncmp(name, "http://", 7) == 0 || strncmp(name, "https://", 8) == 0;
}

static int fail(struct rialto_error *e, int code, const char *what)
{
    *e = (struct rialto_error){.code = code};
    strncpy(e->message, what, sizeof(e->message) - 1);
    return code;
}

/* ---- loads of links ---- */

int fts_loads_open(struct fts_loads *l, struct cli *c, const char *name)
{
    struct rialto_options options = c->options;

    l->name = name;
    if (!name || !is_url(name))
        return 0;
    options.url = name;
    options.credentials = options.token = options.bearer = NULL; /* they are for others */
    options.cert_file = options.key_file = NULL;
    options.max_body = FTS_MAX_QUESTION;
    return rialto_open(&l->monitor, &options, &c->error) == 0 ? 0 : cli_failure(c);
}

void fts_loads_close(struct fts_loads *l)
{
    rialto_close(&l->monitor);
}

static int send_loads(const struct fts_request *q, struct rialto_error *e)
{
    return rialto_fts_loads(q->to, q->out, e);
}

static int read_text(const char *text, struct rialto_document **out, struct rialto_error *e)
{
    int rc = rialto_document_read(text, out, e);

    if (rc == 0)
        rc = rialto_fts_check_loads(rialto_document_root(*out), e);
    if (rc != 0)
        rialto_document_free(out);
    return rc;
}

int fts_loads_get(const struct fts_loads *l, struct fts_stop *stop, struct cli *c,
                  struct rialto_document **out, struct rialto_error *e)
{
    struct fts_request q = {send_loads, l->monitor, NULL, out, NULL};
    struct rialto_error why;
    struct buf text = {0};
    int rc = 0;

    if (l->monitor)
        return fts_send(&q, stop, e);
    if (!fts_read_file(c, l->name, FTS_MAX_QUESTION, &text))
        rc = fail(e, RIALTO_E_ARGUMENT, "the file of loads can't be read");
    else if ((rc = read_text(buf_cstr(&text), out, &why)) != 0) {
        *e = why;
        snprintf(e->message, sizeof(e->message), "%.200s: %.240s", l->name, why.message);
    }
    buf_free(&text);
    return rc;
}

/* ---- the question ---- */

static void put_value(struct buf *b, const char *before, const struct rialto_value *v)
{
    char *json = rialto_value_json(v);

    buf_str(b, before);
    buf_str(b, json ? json : "");
    b->failed |= !json;
    free(json);
}

static void put_rows(struct buf *b, const struct rialto_value *rows, const char **before)
{
    struct rialto_cursor c = {0};

    while (rialto_next(rows, &c)) {
        put_value(b, *before, c.value);
        *before = ",";
    }
}

/* The members of the question, and behind its own links those of the loads. */
static void put_joined(struct buf *b, const struct rialto_value *question,
                       const struct rialto_value *loads)
{
    struct rialto_cursor c = {0};
    const char *before = "";

    buf_char(b, '{');
    while (rialto_next(question, &c)) {
        if (strcmp(c.key, "links") == 0)
            continue;
        buf_json_str(b, c.key);
        put_value(b, ":", c.value);
        buf_char(b, ',');
    }
    buf_str(b, "\"links\":[");
    put_rows(b, rialto_get(question, "links"), &before);
    put_rows(b, rialto_get(loads, "links"), &before);
    buf_str(b, "]}");
}

int fts_loads_join(struct buf *question, const struct rialto_value *loads, size_t *own,
                   struct rialto_error *e)
{
    struct rialto_document *d;
    struct buf joined = {0};
    int rc = rialto_document_read(buf_cstr(question), &d, e);

    if (rc != 0)
        return rc;
    const struct rialto_value *root = rialto_document_root(d),
                              *links = rialto_get(root, "links");
    if (rialto_type(root) != RIALTO_OBJECT || (links && rialto_type(links) != RIALTO_ARRAY))
        rc = fail(e, RIALTO_E_ARGUMENT, "the pairs are no request for a plan");
    *own = rialto_count(links);
    if (rc == 0)
        put_joined(&joined, root, loads);
    if (rc == 0 && joined.failed)
        rc = fail(e, RIALTO_E_NOMEM, "out of memory");
    rialto_document_free(&d);
    if (rc == 0) {
        buf_free(question);
        *question = joined;
        joined = (struct buf){0};
    }
    buf_free(&joined);
    return rc;
}

/* ---- what came of them ---- */

/* Names of the loads that no pair crosses; the plan lists places among all links that it was
 * told. Returns how many. */
static size_t unused(const struct fts_told *t, const char **names, size_t most)
{
    struct rialto_cursor c = {0};
    const struct rialto_value *links = rialto_get(t->loads, "links");
    size_t n = 0;

    while (rialto_next(rialto_get(t->plan, "unused_links"), &c)) {
        double place = rialto_number(c.value, -1) - (double)t->own;
        const struct rialto_value *row = place >= 0 && place < (double)rialto_count(links)
                                             ? rialto_at(links, (size_t)place)
                                             : NULL;
        if (row && n < most)
            names[n] = rialto_text(rialto_get(row, "link"));
        n += row != NULL;
    }
    return n;
}

void fts_loads_put_text(struct buf *b, const struct fts_told *t)
{
    const char *names[MAX_NAMED];
    size_t n = unused(t, names, MAX_NAMED);

    buf_printf(b, "loads of %zu links of ", rialto_count(rialto_get(t->loads, "links")));
    text_value(b, rialto_get(t->loads, "at"));
    buf_printf(b, ", %zu of them crossed by no pair", n);
    for (size_t i = 0; i < n && i < MAX_NAMED; i++) {
        buf_str(b, i > 0 ? ", " : ": ");
        text_safe(b, names[i]);
    }
    buf_str(b, n > MAX_NAMED ? ", …\n" : "\n");
}

void fts_loads_put_json(struct buf *b, const struct fts_told *t)
{
    size_t all = rialto_count(rialto_get(t->loads, "links")), n;
    const char **names = calloc(all + 1, sizeof(*names));

    b->failed |= !names;
    n = names ? unused(t, names, all) : 0;
    buf_str(b, ",\"loads\":{\"at\":");
    buf_json_str(b, rialto_text(rialto_get(t->loads, "at")));
    buf_printf(b, ",\"links\":%zu,\"unused\":[", all);
    for (size_t i = 0; i < n && i < all; i++) {
        buf_str(b, i > 0 ? "," : "");
        buf_json_str(b, names[i]);
    }
    buf_str(b, "]}");
    free(names);
}

/* ---- rates of pairs ---- */

static int send_evolution(const struct fts_request *q, struct rialto_error *e)
{
    return rialto_fts_evolution(q->to, q->text, q->second, q->out, e);
}

static int look_at(struct fts_seen *s, const struct fts_looking *how, struct rialto_error *e)
{
    struct rialto_document *rows;
    struct fts_request q = {send_evolution, how->fts, s->source, &rows, s->dest};
    struct fts_seen found;
    int rc = fts_send(&q, how->stop, e);

    if (rc != 0)
        return rc;
    found = fts_seen_of(rialto_document_root(rows), how->since, how->arena);
    s->throughput = found.throughput;
    s->active = found.active;
    s->queued = found.queued;
    rialto_document_free(&rows);
    return 0;
}

int fts_look(const struct fts_looking *how, const struct rialto_value *current,
             struct fts_seen **out, size_t *n, struct rialto_error *e)
{
    struct rialto_cursor row = {0};
    int rc = 0;

    *n = 0;
    *out = ARENA_ARRAY(how->arena, rialto_count(current) + 1, struct fts_seen);
    if (!*out)
        return fail(e, RIALTO_E_NOMEM, "out of memory");
    while (rc == 0 && rialto_next(current, &row)) {
        if (!fts_is_recent(row.value, how->since, how->arena))
            continue;
        if (*n == FTS_MAX_LOOKS)
            return fail(e, RIALTO_E_LIMIT,
                        "FTS has too many pairs to ask for the rates of each: use --pairs");
        if (fts_stop_asked(how->stop))
            return fail(e, RIALTO_E_TIMEOUT, "asked to stop");
        struct fts_seen *s = &(*out)[(*n)++];
        s->source = rialto_text(rialto_get(row.value, "source_se"));
        s->dest = rialto_text(rialto_get(row.value, "dest_se"));
        rc = look_at(s, how, e);
    }
    return rc;
}
