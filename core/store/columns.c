/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "store/lists.h"
#include "store/store_private.h"

static int check_text(const char *s, size_t max, struct err *e)
{
    if (s == NULL)
        return 0;
    size_t n = strnlen(s, max + 1);
    if (n > max)
        return err_set(e, ERR_LIMIT, "is longer than %zu bytes", max);
    return str_is_utf8(s, n) ? 0 : err_set(e, ERR_INVAL, "is not UTF-8");
}

static int check_strs(const struct strs *l, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < l->n; i++)
        rc = l->v[i] == NULL ? err_set(e, ERR_INVAL, "holds an absent text")
                             : check_text(l->v[i], STORE_TEXT_MAX, e);
    return rc;
}

static int check_hop(const struct hop *h, struct err *e)
{
    int rc = 0;
    if (h->n > STORE_RESPONDERS_MAX)
        return err_set(e, ERR_LIMIT, "has more than %d responders in a hop",
                       STORE_RESPONDERS_MAX);
    for (size_t i = 0; rc == 0 && i < h->n; i++) {
        if (isinf(h->v[i].rtt))
            rc = err_set(e, ERR_INVAL, "has an infinite round-trip time");
        if (rc == 0)
            rc = check_text(h->v[i].label, STORE_TEXT_MAX, e);
        if (rc == 0)
            rc = check_text(h->v[i].note, STORE_TEXT_MAX, e);
    }
    return rc;
}

static int check_list(enum fact_type type, const void *p, struct err *e)
{
    size_t n = ((const struct strs *)p)->n; /* all list structs are a pointer and a count */
    const struct hops *hops = p;
    int rc = 0;
    if (n > (type == FACT_TYPE_HOPS ? STORE_HOPS_MAX : STORE_LIST_MAX))
        return err_set(e, ERR_LIMIT, "is a list of %zu, which is too long", n);
    if (type == FACT_TYPE_STRS)
        return check_strs(p, e);
    for (size_t i = 0; rc == 0 && type == FACT_TYPE_HOPS && i < n; i++)
        rc = check_hop(&hops->v[i], e);
    return rc;
}

int column_check(enum fact_kind kind, const struct fact_field *f, const void *fact,
                 struct err *e)
{
    const void *p = (const char *)fact + f->offset;
    int rc = 0;
    switch (f->type) {
    case FACT_TYPE_STR:
        rc = check_text(*(const char *const *)p,
                        kind == FACT_DOCUMENT ? STORE_BODY_MAX : STORE_TEXT_MAX, e);
        break;
    case FACT_TYPE_REAL:
        if (isinf(*(const double *)p))
            rc = err_set(e, ERR_INVAL, "is infinite");
        break;
    case FACT_TYPE_STRS:
    case FACT_TYPE_ADDRS:
    case FACT_TYPE_IFADDRS:
    case FACT_TYPE_ASNS:
    case FACT_TYPE_HOPS:
        rc = check_list(f->type, p, e);
        break;
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
    case FACT_TYPE_ADDR:
    case FACT_TYPE_PREFIX:
        break;
    }
    return rc != 0 ? err_in(e, "%s.%s", fact_kind_info(kind)->name, f->name) : 0;
}

static int bind_list(sqlite3_stmt *st, int at, const struct fact_field *f, const void *fact,
                     struct buf *text)
{
    buf_reset(text);
    fact_field_json(f, fact, text);
    if (text->failed)
        return SQLITE_NOMEM;
    if (text->len > STORE_LIST_TEXT_MAX)
        return SQLITE_TOOBIG;
    return sqlite3_bind_text(st, at, text->data, (int)text->len, SQLITE_TRANSIENT);
}

int column_bind(sqlite3_stmt *st, int at, const struct fact_field *f, const void *fact,
                struct buf *text)
{
    const void *p = (const char *)fact + f->offset;
    char small[PREFIX_TEXT];
    if (!fact_field_present(f, fact))
        return sqlite3_bind_null(st, at);
    switch (f->type) {
    case FACT_TYPE_STR:
        return sqlite3_bind_text(st, at, *(const char *const *)p, -1, SQLITE_STATIC);
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
        return sqlite3_bind_int64(st, at, *(const int64_t *)p);
    case FACT_TYPE_REAL:
        return sqlite3_bind_double(st, at, *(const double *)p);
    case FACT_TYPE_ADDR:
        return sqlite3_bind_text(st, at, addr_format(p, small), -1, SQLITE_TRANSIENT);
    case FACT_TYPE_PREFIX:
        return sqlite3_bind_text(st, at, prefix_format(p, small), -1, SQLITE_TRANSIENT);
    case FACT_TYPE_STRS:
    case FACT_TYPE_ADDRS:
    case FACT_TYPE_IFADDRS:
    case FACT_TYPE_ASNS:
    case FACT_TYPE_HOPS:
        return bind_list(st, at, f, fact, text);
    }
    return SQLITE_MISUSE;
}

/* The bytes of a text column; false: it has none. As a blob SQLite gives them where they stand,
 * without making room for a 0 at their end. */
static bool column_slice(const struct column *c, struct slice *out)
{
    const char *text = sqlite3_column_blob(c->st, c->at);
    if (text == NULL && sqlite3_column_type(c->st, c->at) == SQLITE_NULL)
        return false;
    *out = (struct slice){text != NULL ? text : "", 0};
    if (text != NULL)
        out->n = (size_t)sqlite3_column_bytes(c->st, c->at);
    return true;
}

/* What is absent reads as 0, so that types need be asked for zeroes only. */
static bool is_absent(const struct column *c)
{
    return sqlite3_column_type(c->st, c->at) == SQLITE_NULL;
}

/* Neighbouring rows share names of nodes, tables, protocols: one copy serves them all. */
static int read_str(struct slice text, const char **out, const char *last, struct arena *a)
{
    if (last != NULL && slice_eq(text, last))
        *out = last;
    else
        *out = arena_strndup(a, text.p, text.n);
    return *out != NULL ? 0 : ERR_NOMEM;
}

static int read_text(enum fact_type type, struct slice text, void *p, struct arena *a,
                     struct err *e)
{
    if (type == FACT_TYPE_ADDR)
        return addr_parse(text, p) ? 0 : err_set(e, ERR_PARSE, "not an address");
    if (type == FACT_TYPE_PREFIX)
        return prefix_parse(text, p) ? 0 : err_set(e, ERR_PARSE, "not a prefix");
    return list_read(type, text, p, a, e);
}

int column_read(const struct column *c, void *fact, const void *last, struct arena *a,
                struct err *e)
{
    const struct fact_field *f = c->field;
    void *p = (char *)fact + f->offset;
    if (f->type == FACT_TYPE_I64 || f->type == FACT_TYPE_TIME) {
        int64_t v = sqlite3_column_int64(c->st, c->at);
        if (v != 0 || !is_absent(c))
            *(int64_t *)p = v;
        return 0;
    }
    if (f->type == FACT_TYPE_REAL) {
        double v = sqlite3_column_double(c->st, c->at);
        if (v != 0 || !is_absent(c))
            *(double *)p = v;
        return 0;
    }
    struct slice text;
    if (!column_slice(c, &text))
        return 0;
    if (f->type == FACT_TYPE_STR) {
        const void *before = last != NULL ? (const char *)last + f->offset : NULL;
        int rc = read_str(text, p, before != NULL ? *(const char *const *)before : NULL, a);
        return rc != 0 ? err_set(e, rc, "no room for a text") : 0;
    }
    int rc = read_text(f->type, text, p, a, e);
    return rc != 0 ? err_in(e, "column %s", f->name) : 0;
}
