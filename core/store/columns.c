/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "store/lists.h"
#include "store/store_private.h"

/* The length of a text; ERR_LIMIT, ERR_INVAL. */
static int check_text(const char *s, size_t max, size_t *n, struct err *e)
{
    *n = strnlen(s, max + 1);
    if (*n > max)
        return err_set(e, ERR_LIMIT, "is longer than %zu bytes", max);
    return str_is_utf8(s, *n) ? 0 : err_set(e, ERR_INVAL, "is not UTF-8");
}

static int check_item(const char *s, struct err *e)
{
    size_t n;
    return s == NULL ? 0 : check_text(s, STORE_TEXT_MAX, &n, e);
}

static int check_strs(const struct strs *l, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < l->n; i++)
        rc = l->v[i] == NULL ? err_set(e, ERR_INVAL, "holds an absent text")
                             : check_item(l->v[i], e);
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
            rc = check_item(h->v[i].label, e);
        if (rc == 0)
            rc = check_item(h->v[i].note, e);
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

/* ---- binding */

static int bound(int sqlite, struct err *e)
{
    if (sqlite == SQLITE_OK)
        return 0;
    return err_set(e, sqlite == SQLITE_NOMEM ? ERR_NOMEM : ERR_LIMIT, "%s",
                   sqlite3_errstr(sqlite));
}

static int bind_bytes(const struct binding *b, const char *p, size_t n, struct err *e)
{
    const char *copy = arena_dup(b->room, p, n);
    return bound(copy != NULL ? sqlite3_bind_text(b->st, b->at, copy, (int)n, SQLITE_STATIC)
                              : SQLITE_NOMEM,
                 e);
}

static int bind_str(const struct binding *b, const char *s, struct err *e)
{
    size_t n = 0;
    int rc = check_text(s, b->kind == FACT_DOCUMENT ? STORE_BODY_MAX : STORE_TEXT_MAX, &n, e);
    return rc != 0 ? rc : bind_bytes(b, s, n, e);
}

static int bind_real(const struct binding *b, double v, struct err *e)
{
    return isinf(v) ? err_set(e, ERR_INVAL, "is infinite")
                    : bound(sqlite3_bind_double(b->st, b->at, v), e);
}

static int bind_list(const struct binding *b, const void *fact, struct err *e)
{
    int rc = check_list(b->field->type, (const char *)fact + b->field->offset, e);
    if (rc != 0)
        return rc;
    buf_reset(b->text);
    fact_field_json(b->field, fact, b->text);
    if (b->text->failed || b->text->len > STORE_LIST_TEXT_MAX)
        return bound(b->text->failed ? SQLITE_NOMEM : SQLITE_TOOBIG, e);
    return bind_bytes(b, b->text->data, b->text->len, e);
}

static int bind_present(const struct binding *b, const void *fact, struct err *e)
{
    const void *p = (const char *)fact + b->field->offset;
    char small[PREFIX_TEXT];
    switch (b->field->type) {
    case FACT_TYPE_STR:
        return bind_str(b, *(const char *const *)p, e);
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
        return bound(sqlite3_bind_int64(b->st, b->at, *(const int64_t *)p), e);
    case FACT_TYPE_REAL:
        return bind_real(b, *(const double *)p, e);
    case FACT_TYPE_ADDR:
        addr_format(p, small);
        return bind_bytes(b, small, strlen(small), e);
    case FACT_TYPE_PREFIX:
        prefix_format(p, small);
        return bind_bytes(b, small, strlen(small), e);
    case FACT_TYPE_STRS:
    case FACT_TYPE_ADDRS:
    case FACT_TYPE_IFADDRS:
    case FACT_TYPE_ASNS:
    case FACT_TYPE_HOPS:
        return bind_list(b, fact, e);
    }
    return err_set(e, ERR_INTERNAL, "is of no known type");
}

/* Infinite numbers are refused though they count as absent. */
static bool is_infinite(const struct fact_field *f, const void *fact)
{
    return f->type == FACT_TYPE_REAL &&
           isinf(*(const double *)((const char *)fact + f->offset));
}

int column_bind(const struct binding *b, const void *fact, struct err *e)
{
    int rc = fact_field_present(b->field, fact) || is_infinite(b->field, fact)
                 ? bind_present(b, fact, e)
                 : bound(sqlite3_bind_null(b->st, b->at), e);
    return rc != 0 ? err_in(e, "%s.%s", fact_kind_info(b->kind)->name, b->field->name) : 0;
}

/* ---- keys: for each column a letter, then its bytes; texts with their length before them */

static void add_key(struct buf *key, char letter, const void *p, size_t n)
{
    char *to = buf_room(key, 1 + n);
    if (to == NULL)
        return;
    *to++ = letter;
    memcpy(to, p, n);
    buf_end(key, to + n);
}

static void key_text(struct buf *key, const char *p, size_t n)
{
    uint32_t length = (uint32_t)n; /* as all that fit into the file */
    char *to = buf_room(key, 1 + sizeof(length) + n);
    if (to == NULL)
        return;
    *to++ = 't';
    memcpy(to, &length, sizeof(length));
    memcpy(to + sizeof(length), p, n);
    buf_end(key, to + sizeof(length) + n);
}

static void key_number(struct buf *key, int64_t v)
{
    add_key(key, 'i', &v, sizeof(v));
}

static void key_real(struct buf *key, double v)
{
    v = v == 0 ? 0 : v; /* the file knows no -0 */
    add_key(key, 'r', &v, sizeof(v));
}

void column_key(const struct fact_field *f, const void *fact, struct buf *text, struct buf *key)
{
    const void *p = (const char *)fact + f->offset;
    char small[PREFIX_TEXT];
    if (!fact_field_present(f, fact)) {
        buf_char(key, '-');
    } else if (f->type == FACT_TYPE_I64 || f->type == FACT_TYPE_TIME) {
        key_number(key, *(const int64_t *)p);
    } else if (f->type == FACT_TYPE_REAL) {
        key_real(key, *(const double *)p);
    } else if (f->type == FACT_TYPE_STR) {
        key_text(key, *(const char *const *)p, strlen(*(const char *const *)p));
    } else if (f->type == FACT_TYPE_ADDR || f->type == FACT_TYPE_PREFIX) {
        f->type == FACT_TYPE_ADDR ? addr_format(p, small) : prefix_format(p, small);
        key_text(key, small, strlen(small));
    } else {
        buf_reset(text);
        fact_field_json(f, fact, text);
        key->failed |= text->failed;
        key_text(key, buf_cstr(text), text->len);
    }
}

void column_key_of_row(sqlite3_value *column, struct buf *key)
{
    switch (sqlite3_value_type(column)) {
    case SQLITE_INTEGER:
        key_number(key, sqlite3_value_int64(column));
        break;
    case SQLITE_FLOAT:
        key_real(key, sqlite3_value_double(column));
        break;
    case SQLITE_NULL:
        buf_char(key, '-');
        break;
    default: {
        const char *text = sqlite3_value_blob(column);
        key_text(key, text != NULL ? text : "", (size_t)sqlite3_value_bytes(column));
    }
    }
}

/* ---- reading */

/* What is absent reads as 0, so that types need be asked for zeroes only. */
static bool is_absent(const struct column *c)
{
    return sqlite3_value_type(c->value) == SQLITE_NULL;
}

/* The bytes of a text column; false: it has none. As a blob SQLite gives them where they stand,
 * without making room for a 0 at their end. */
static bool column_slice(const struct column *c, struct slice *out)
{
    const char *text = sqlite3_value_blob(c->value);
    if (text == NULL && is_absent(c))
        return false;
    *out = (struct slice){text != NULL ? text : "", 0};
    if (text != NULL)
        out->n = (size_t)sqlite3_value_bytes(c->value);
    return true;
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

static int read_addr(struct address_read *last, struct slice text, struct addr *out,
                     struct err *e)
{
    if (last->n == 0 || last->n != text.n || memcmp(last->text, text.p, text.n) != 0) {
        if (text.n >= sizeof(last->text) || !addr_parse(text, &last->addr)) {
            last->n = 0;
            return err_set(e, ERR_PARSE, "not an address");
        }
        last->n = text.n;
        memcpy(last->text, text.p, text.n);
    }
    *out = last->addr;
    return 0;
}

static int read_text(enum fact_type type, struct slice text, void *p, struct arena *a,
                     struct err *e)
{
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
        int64_t v = sqlite3_value_int64(c->value);
        if (v != 0 || !is_absent(c))
            *(int64_t *)p = v;
        return 0;
    }
    if (f->type == FACT_TYPE_REAL) {
        double v = sqlite3_value_double(c->value);
        if (v != 0 || !is_absent(c))
            *(double *)p = v;
        return 0;
    }
    struct slice text;
    if (!column_slice(c, &text))
        return 0;
    const void *before = last != NULL ? (const char *)last + f->offset : NULL;
    if (f->type == FACT_TYPE_STR) {
        int rc = read_str(text, p, before != NULL ? *(const char *const *)before : NULL, a);
        return rc != 0 ? err_set(e, rc, "no room for a text") : 0;
    }
    int rc = f->type == FACT_TYPE_ADDR ? read_addr(c->address, text, p, e)
                                       : read_text(f->type, text, p, a, e);
    return rc != 0 ? err_in(e, "column %s", f->name) : 0;
}
