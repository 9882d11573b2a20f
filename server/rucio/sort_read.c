/* SPDX-License-Identifier: Apache-2.0 */
/* The body of POST /rucio/sort. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "server/rucio/pfn.h"
#include "server/rucio/sort.h"
#include "wire/json.h"

struct reading {
    struct jread *r;
    struct arena *arena;
    struct sort_query *out;
    struct sort_refusal *no;
    struct err *e;
    const char *statement, *where; /* as given; or NULL */
    bool has_by, descend;
    bool shaped; /* hosts, pfns or files was there */
};

int sort_refuse(struct sort_refusal *no, int status, const char *field, const char *fmt, ...)
{
    va_list ap;
    no->status = status;
    no->field = field;
    va_start(ap, fmt);
    vsnprintf(no->message, sizeof(no->message), fmt, ap);
    va_end(ap);
    return 0;
}

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for a request");
}

/* Stops reading; sort_read() knows that it is a refusal. */
static int refuse(struct reading *w, const char *field, const char *text)
{
    sort_refuse(w->no, 400, field, "%s", text);
    return ERR_REFUSED;
}

/* --- values */

/* A string, or null as if it were not there. */
static int text_or_null(struct reading *w, const char *field, const char **out)
{
    enum jread_token t;
    struct slice text;
    int rc = jread_peek(w->r, &t, w->e);
    if (rc == 0 && t == JREAD_NULL)
        return jread_skip(w->r, w->e);
    if (rc == 0)
        rc = jread_str(w->r, &text, w->e);
    if (rc == ERR_SCHEMA)
        w->no->field = field;
    if (rc < 0)
        return rc;
    *out = arena_strndup(w->arena, text.n ? text.p : "", text.n);
    return *out ? 0 : nomem(w->e);
}

static int add_host(struct reading *w, struct slice name, size_t *index)
{
    struct sort_query *s = w->out;
    char *key = rucio_host_key(name, w->arena);
    union map_value *at = key ? map_at_str(s->by_host, key) : NULL;
    if (at && at->u == 0) {
        struct sort_host *host = VEC_PUSH(&s->hosts);
        if (!host)
            return nomem(w->e);
        host->key = key;
        at->u = s->hosts.n;
    }
    if (!at)
        return nomem(w->e);
    *index = (size_t)at->u - 1;
    return 0;
}

static int bad_item(struct reading *w, const char *field, size_t index, const char *why)
{
    sort_refuse(w->no, 400, field, "%s/%zu: %s", field, index, why);
    return ERR_REFUSED;
}

/* One host or PFN, the i-th of its list. */
static int add_item(struct reading *w, const char *field, size_t i)
{
    struct sort_query *s = w->out;
    struct slice text, host;
    struct err why = {0};
    int rc = jread_str(w->r, &text, w->e);
    if (rc < 0)
        return rc;
    if (s->items.n == SORT_MAX_ITEMS) {
        sort_refuse(w->no, 413, field, "more than %d hosts or PFNs in one request",
                    SORT_MAX_ITEMS);
        return ERR_REFUSED;
    }
    host = text;
    if (s->shape != SORT_HOSTS && pfn_host(text, &host, &why) < 0)
        return bad_item(w, field, i, why.msg);
    if (s->shape == SORT_HOSTS && !pfn_is_host(host))
        return bad_item(w, field, i, "is neither a host name nor an address");
    struct sort_item *item = VEC_PUSH(&s->items);
    if (!item)
        return nomem(w->e);
    item->text = arena_strndup(w->arena, text.p, text.n);
    return item->text ? add_host(w, host, &item->host) : nomem(w->e);
}

static int read_items(struct reading *w, const char *field, struct sort_file *file)
{
    int rc = jread_expect(w->r, JREAD_ARRAY, w->e);
    file->first = w->out->items.n;
    while (rc == 0 && (rc = jread_element(w->r, w->e)) > 0)
        rc = add_item(w, field, file->n++);
    return rc;
}

static int new_file(struct reading *w, struct sort_file **out)
{
    if (w->out->files.n == SORT_MAX_FILES) {
        sort_refuse(w->no, 413, "files", "more than %d files in one request", SORT_MAX_FILES);
        return ERR_REFUSED;
    }
    *out = VEC_PUSH(&w->out->files);
    return *out ? 0 : nomem(w->e);
}

static int begin_shape(struct reading *w, enum sort_shape shape)
{
    if (w->shaped)
        return refuse(w, NULL, "only one of hosts, pfns and files can be given");
    w->shaped = true;
    w->out->shape = shape;
    return 0;
}

static int read_list(struct reading *w, enum sort_shape shape)
{
    struct sort_file file = {0}, *at;
    const char *field = shape == SORT_HOSTS ? "hosts" : "pfns";
    int rc = begin_shape(w, shape);
    if (rc == 0)
        rc = read_items(w, field, &file);
    if (rc == 0 && file.n == 0)
        return refuse(w, field, "the list is empty: there is nothing to sort");
    if (rc == 0)
        rc = new_file(w, &at);
    if (rc == 0)
        *at = file;
    return rc;
}

static int read_file(struct reading *w)
{
    struct sort_file file = {0}, *at;
    struct slice key;
    int rc = jread_expect(w->r, JREAD_OBJECT, w->e);
    while (rc == 0 && (rc = jread_key(w->r, &key, w->e)) > 0) {
        if (slice_eq(key, "did"))
            rc = text_or_null(w, "files/did", &file.did);
        else if (slice_eq(key, "pfns"))
            rc = read_items(w, "files/pfns", &file);
        else
            rc = jread_skip(w->r, w->e);
    }
    if (rc == 0 && !file.did)
        return refuse(w, "files/did", "a file without did");
    if (rc == 0)
        rc = new_file(w, &at);
    if (rc == 0)
        *at = file;
    return rc;
}

static int read_files(struct reading *w)
{
    int rc = begin_shape(w, SORT_FILES);
    if (rc == 0)
        rc = jread_expect(w->r, JREAD_ARRAY, w->e);
    while (rc == 0 && (rc = jread_element(w->r, w->e)) > 0)
        rc = read_file(w);
    if (rc == 0 && w->out->items.n == 0)
        return refuse(w, "files", "no file has a PFN: there is nothing to sort");
    return rc;
}

static int read_client(struct reading *w)
{
    struct sort_client *c = &w->out->client;
    enum jread_token t;
    struct slice key;
    int rc = jread_peek(w->r, &t, w->e);
    if (rc == 0 && t == JREAD_NULL)
        return jread_skip(w->r, w->e);
    if (rc == 0)
        rc = jread_expect(w->r, JREAD_OBJECT, w->e);
    w->out->has_client = true;
    while (rc == 0 && (rc = jread_key(w->r, &key, w->e)) > 0) {
        if (slice_eq(key, "ip"))
            rc = text_or_null(w, "client/ip", &c->ip_text);
        else if (slice_eq(key, "fqdn"))
            rc = text_or_null(w, "client/fqdn", &c->fqdn);
        else if (slice_eq(key, "site"))
            rc = text_or_null(w, "client/site", &c->site);
        else
            rc = jread_skip(w->r, w->e);
    }
    if (rc == 0 && c->ip_text && !addr_parse(slice_of(c->ip_text), &c->ip))
        return refuse(w, "client/ip", "not an IP address");
    if (rc == 0 && !c->ip_text && !c->fqdn && !(c->site && *c->site))
        return refuse(w, "client", "ip, fqdn or site is needed; without client: who asks");
    if (rc == 0 && c->fqdn && !pfn_is_host(slice_of(c->fqdn)))
        return refuse(w, "client/fqdn", "not a host name");
    return rc;
}

/* --- what "better" means */

static int by_name(struct reading *w)
{
    struct slice text;
    int rc = jread_str(w->r, &text, w->e);
    char *name = rc == 0 ? arena_strndup(w->arena, text.n ? text.p : "", text.n) : NULL;
    if (rc < 0 || !name)
        return rc < 0 ? rc : nomem(w->e);
    struct err why = {0};
    rc = statement_add_key(w->out->statement, name, false, w->arena, &why);
    return rc < 0 ? refuse(w, "by", why.msg) : 0;
}

/* A list of names, or a whole statement. */
static int read_by(struct reading *w)
{
    enum jread_token t;
    int rc = jread_peek(w->r, &t, w->e);
    if (rc == 0 && t != JREAD_ARRAY)
        return text_or_null(w, "by", &w->statement);
    w->has_by = true;
    w->out->statement = ARENA_NEW(w->arena, struct statement);
    if (!w->out->statement)
        return nomem(w->e);
    if (rc == 0)
        rc = jread_expect(w->r, JREAD_ARRAY, w->e);
    while (rc == 0 && (rc = jread_element(w->r, w->e)) > 0)
        rc = by_name(w);
    return rc == 0 && w->out->statement->n_keys == 0 ? refuse(w, "by", "the list is empty")
                                                     : rc;
}

static int read_order(struct reading *w)
{
    const char *order = NULL;
    int rc = text_or_null(w, "order", &order);
    if (rc < 0 || !order)
        return rc;
    w->descend = strcmp(order, "descend") == 0;
    return w->descend || strcmp(order, "ascend") == 0
               ? 0
               : refuse(w, "order", "ascend or descend is expected");
}

static int finish_statement(struct reading *w, const char *otherwise)
{
    struct sort_query *s = w->out;
    struct err why = {0};
    if (w->has_by && w->statement)
        return refuse(w, "by", "only one of by and statement can be given");
    if (!w->has_by) {
        const char *text = w->statement ? w->statement : otherwise;
        int rc = statement_parse(slice_of(text), w->arena, &s->statement, &why);
        if (rc < 0)
            return rc == ERR_NOMEM ? nomem(w->e) : refuse(w, "statement", why.msg);
    }
    if (w->where && statement_add_where(s->statement, slice_of(w->where), w->arena, &why) < 0)
        return refuse(w, "where", why.msg);
    for (size_t i = 0; w->descend && i < s->statement->n_keys; i++)
        s->statement->keys[i].descending = !s->statement->keys[i].descending;
    return 0;
}

/* --- the body */

static int member(struct reading *w, struct slice key)
{
    if (slice_eq(key, "client"))
        return read_client(w);
    if (slice_eq(key, "hosts"))
        return read_list(w, SORT_HOSTS);
    if (slice_eq(key, "pfns"))
        return read_list(w, SORT_PFNS);
    if (slice_eq(key, "files"))
        return read_files(w);
    if (slice_eq(key, "by"))
        return read_by(w);
    if (slice_eq(key, "statement") || slice_eq(key, "stmt"))
        return text_or_null(w, "statement", &w->statement);
    if (slice_eq(key, "where"))
        return text_or_null(w, "where", &w->where);
    return slice_eq(key, "order") ? read_order(w) : jread_skip(w->r, w->e);
}

static int read_body(struct reading *w, const char *otherwise)
{
    struct slice key;
    int rc = jread_expect(w->r, JREAD_OBJECT, w->e);
    while (rc == 0 && (rc = jread_key(w->r, &key, w->e)) > 0)
        rc = member(w, key);
    if (rc == 0)
        rc = jread_expect(w->r, JREAD_END, w->e);
    if (rc == 0 && !w->shaped)
        return refuse(w, "hosts", "hosts, pfns or files is needed");
    return rc == 0 ? finish_statement(w, otherwise) : rc;
}

int sort_read(const struct request *q, const char *otherwise, struct sort_query *out,
              struct sort_refusal *no, struct err *e)
{
    struct reading w = {.arena = q->arena, .out = out, .no = no, .e = e};
    out->by_host = map_new();
    int rc = out->by_host ? jread_new_bytes(&w.r, NULL, q->body, q->len, e) : nomem(e);
    if (rc == 0)
        rc = read_body(&w, otherwise);
    jread_free(&w.r);
    if (rc == ERR_REFUSED)
        return 0;
    if (rc == ERR_PARSE || rc == ERR_SCHEMA || rc == ERR_LIMIT)
        return sort_refuse(no, 400, no->field, "%s", e->msg);
    return rc;
}

void sort_query_free(struct sort_query *q)
{
    VEC_FREE(&q->hosts);
    VEC_FREE(&q->items);
    VEC_FREE(&q->files);
    map_free(&q->by_host);
}
