/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/lg/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/asn.h"

#define LET_GO   ((size_t)4 << 20) /* bytes of a mapped file */
#define MAX_KEYS 10000             /* of an object */

/* --- building --- */

static int no_room(const struct jread *r, struct err *e)
{
    return jread_fail(r, e, ERR_LIMIT, "an entry of more than %zu MiB", LG_MAX_TREE >> 20);
}

static int keep_text(struct lg_tree *t, const struct jread *r, struct slice s, struct arena *a,
                     struct err *e)
{
    t->text = arena_strndup(a, s.n > 0 ? s.p : "", s.n);
    t->len = s.n;
    return t->text != NULL ? 0 : no_room(r, e);
}

static int read_value(struct jread *r, struct arena *a, struct lg_tree *t, bool repeats,
                      struct err *e);

/* --- keys that stand in an object twice --- */

static bool same_value(const struct lg_tree *a, const struct lg_tree *b)
{
    const struct lg_tree *x = a->first, *y = b->first;

    if (a->type != b->type || a->len != b->len ||
        (a->text != NULL && memcmp(a->text, b->text, a->len) != 0))
        return false;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if ((x->key != NULL && strcmp(x->key, y->key) != 0) || !same_value(x, y))
            return false;
    }
    return x == y;
}

/* By keys; equal ones in the order of the document. */
static int compare_keys(const void *a, const void *b)
{
    const struct lg_tree *const *x = a, *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);

    if (order == 0)
        order = ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
    return order != 0 ? order : ((*x)->column > (*y)->column) - ((*x)->column < (*y)->column);
}

static void drop_nameless(struct lg_tree *t)
{
    for (struct lg_tree **p = &t->first; *p != NULL;) {
        if ((*p)->key == NULL)
            *p = (*p)->next;
        else
            p = &(*p)->next;
    }
}

/*
 * Junos prints some members of an interface twice, word for word: the second says nothing. One
 * that says something else leaves open which is meant.
 */
static int check_keys(const struct jread *r, struct arena *a, struct lg_tree *t, size_t n,
                      struct err *e)
{
    struct lg_tree **order = arena_alloc(a, n * sizeof(struct lg_tree *)), *first;
    size_t i = 0, twice = 0;

    if (order == NULL)
        return no_room(r, e);
    for (struct lg_tree *m = t->first; m != NULL; m = m->next)
        order[i++] = m;
    qsort(order, n, sizeof(struct lg_tree *), compare_keys);
    first = order[0];
    for (i = 1; i < n; i++) {
        if (strcmp(first->key, order[i]->key) != 0) {
            first = order[i];
        } else if (same_value(first, order[i])) {
            order[i]->key = NULL;
            twice++;
        } else {
            return lg_tree_fail(order[i], e, ERR_PARSE,
                                "key \"%.60s\" for the second time, with another value",
                                order[i]->key);
        }
    }
    if (twice > 0)
        drop_nameless(t);
    return 0;
}

/* Members of an object or array, appended one by one. */
static int read_members(struct jread *r, struct arena *a, struct lg_tree *t, bool repeats,
                        struct err *e)
{
    struct lg_tree **end = &t->first;
    struct slice key = {NULL, 0};
    size_t n = 0;
    int rc;

    while ((rc = t->type == JREAD_OBJECT ? jread_key(r, &key, e) : jread_element(r, e)) > 0) {
        struct lg_tree *m = ARENA_NEW(a, struct lg_tree);

        if (m != NULL && t->type == JREAD_OBJECT)
            m->key = arena_strndup(a, key.p, key.n);
        if (m == NULL || (t->type == JREAD_OBJECT && m->key == NULL) ||
            arena_used(a) > LG_MAX_TREE)
            return no_room(r, e);
        if (++n > MAX_KEYS && t->type == JREAD_OBJECT)
            return jread_fail(r, e, ERR_LIMIT, "an object of more than %d keys", MAX_KEYS);
        rc = read_value(r, a, m, repeats, e);
        if (rc < 0)
            return rc;
        *end = m;
        end = &m->next;
    }
    return rc == 0 && n > 1 && t->type == JREAD_OBJECT && !repeats ? check_keys(r, a, t, n, e)
                                                                   : rc;
}

static struct slice literal(enum jread_token t)
{
    return slice_of(t == JREAD_TRUE ? "true" : t == JREAD_FALSE ? "false" : "");
}

/* r's depth is limited, and with it the recursion. */
static int read_value(struct jread *r, struct arena *a, struct lg_tree *t, bool repeats,
                      struct err *e)
{
    uint64_t line, column;
    int rc = jread_next(r, &t->type, e);

    if (rc < 0)
        return rc;
    if (t->type == JREAD_OBJECT || t->type == JREAD_ARRAY)
        rc = read_members(r, a, t, repeats, e);
    else if (t->type == JREAD_STRING || t->type == JREAD_NUMBER)
        rc = keep_text(t, r, jread_text(r), a, e);
    else if (t->type == JREAD_TRUE || t->type == JREAD_FALSE || t->type == JREAD_NULL)
        rc = keep_text(t, r, literal(t->type), a, e);
    else
        rc = jread_fail(r, e, ERR_PARSE, "%s where a value should stand",
                        jread_token_name(t->type));
    jread_place(r, &line, &column);
    t->line = (unsigned)line;
    t->column = (unsigned)column;
    return rc;
}

static int read_tree(struct jread *r, struct arena *a, struct lg_tree **out, bool repeats,
                     struct err *e)
{
    unsigned unique = jread_unique(r, 0); /* read_members() looks itself */
    int rc;

    *out = ARENA_NEW(a, struct lg_tree);
    rc = *out != NULL ? read_value(r, a, *out, repeats, e) : no_room(r, e);
    jread_unique(r, unique);
    return rc < 0 ? rc : 0;
}

int lg_tree_read(struct jread *r, struct arena *a, struct lg_tree **out, struct err *e)
{
    return read_tree(r, a, out, false, e);
}

/* --- rules --- */

enum fit { MISS, INNER, HIT }; /* nothing, something below, this very value */

/* The part of a path before the next slash; false at its end. */
static bool next_part(const char **path, struct slice *part)
{
    if (**path == '\0')
        return false;
    part->p = *path;
    part->n = strcspn(*path, "/");
    *path += part->n;
    if (**path == '/')
        ++*path;
    return true;
}

static enum fit fits(const char *path, const char *const *names, size_t depth)
{
    struct slice part;

    for (size_t i = 0; i < depth; i++) {
        if (!next_part(&path, &part))
            return MISS;
        if (!slice_eq(part, "*") && !slice_eq(part, names[i]))
            return MISS;
    }
    return *path == '\0' ? HIT : INNER;
}

/* The rule for the value that the names lead to; NULL and whether one may be below. */
static const struct lg_rule *find_rule(const struct lg_walk *w, bool *inner)
{
    *inner = false;
    for (const struct lg_rule *r = w->rules; r->path != NULL; r++) {
        enum fit fit = fits(r->path, w->names, w->depth);

        if (fit == HIT)
            return r;
        *inner |= fit == INNER;
    }
    return NULL;
}

/* Is the open list one whose elements a rule names? Then the rule is met, however empty. */
static bool is_list(const struct lg_walk *w)
{
    for (const struct lg_rule *r = w->rules; r->path != NULL; r++) {
        const char *rest = r->path;
        struct slice part;

        for (size_t i = 0; i < w->depth; i++)
            next_part(&rest, &part);
        if (rest[0] == '*' && fits(r->path, w->names, w->depth) == INNER)
            return true;
    }
    return false;
}

/* --- walking --- */

static int located(const struct lg_walk *w, const struct jread *r, struct err *e)
{
    const char *name = "";
    struct err inner = *e;
    unsigned line;

    for (size_t i = w->depth; i > 0 && name[0] == '\0'; i--)
        name = w->names[i - 1];
    if (sscanf(inner.msg, "%u:", &line) != 1)
        jread_fail(r, e, inner.code, "%.60s: %s", name, inner.msg);
    return inner.code;
}

static int take(struct lg_walk *w, struct jread *r, const struct lg_rule *rule, struct err *e)
{
    struct arena_mark mark = arena_mark(w->lg->arena);
    struct lg_tree *t;
    int rc = read_tree(r, w->lg->arena, &t, w->flat, e);

    w->met++;
    if (rc == 0) {
        rc = rule->take(w, t, e);
        if (rc < 0 && rc != ERR_CANCELLED)
            rc = located(w, r, e);
    }
    arena_rewind(w->lg->arena, mark);
    return rc;
}

static int walk_value(struct lg_walk *w, struct jread *r, struct err *e);

static int walk_member(struct lg_walk *w, struct jread *r, struct slice key, struct err *e)
{
    struct arena_mark mark = arena_mark(w->lg->arena);
    const char *name;
    int rc = lg_copy(w->lg, key, &name, e);

    if (rc == 0) {
        w->names[w->depth++] = name;
        rc = walk_value(w, r, e);
        w->depth--;
    }
    arena_rewind(w->lg->arena, mark);
    return rc;
}

static int walk_members(struct lg_walk *w, struct jread *r, enum jread_token t, struct err *e)
{
    struct slice key = {"", 0};
    int rc = jread_next(r, &t, e);

    w->met += is_list(w) || (w->flat && t == JREAD_ARRAY);
    while (rc >= 0 &&
           (rc = t == JREAD_OBJECT ? jread_key(r, &key, e) : jread_element(r, e)) > 0)
        rc = w->flat && t == JREAD_ARRAY ? walk_value(w, r, e) : walk_member(w, r, key, e);
    return rc;
}

static int walk_value(struct lg_walk *w, struct jread *r, struct err *e)
{
    bool inner;
    const struct lg_rule *rule = find_rule(w, &inner);
    enum jread_token t;
    int rc = jread_peek(r, &t, e);

    if (rc < 0)
        return rc;
    if (rule != NULL && !(w->flat && t == JREAD_ARRAY))
        return take(w, r, rule, e);
    if ((rule == NULL && !inner) || w->depth == LG_WALK_DEPTH ||
        (t != JREAD_OBJECT && t != JREAD_ARRAY))
        return jread_skip(r, e);
    return walk_members(w, r, t, e);
}

int lg_walk(struct lg_walk *w, struct jread *r, struct err *e)
{
    int rc;

    w->depth = w->met = 0;
    rc = walk_value(w, r, e);
    if (rc == 0)
        rc = jread_expect(r, JREAD_END, e);
    if (rc == 0 && w->met == 0)
        rc = err_set(e, ERR_SCHEMA, "1:1: nothing in it is known");
    return rc;
}

/* "Content-type: text/html", "Status: 404", "HTTP/1.1 200 OK" */
static bool is_field(struct slice line, int *status)
{
    size_t n = 0;
    uint64_t v;

    if (slice_starts(line, "HTTP/") && line.n >= 12 &&
        slice_u64((struct slice){line.p + 9, 3}, 999, &v)) {
        *status = (int)v;
        return true;
    }
    while (n < line.n &&
           (line.p[n] == '-' || ((line.p[n] | 0x20) >= 'a' && (line.p[n] | 0x20) <= 'z')))
        n++;
    if (n == 0 || n + 1 >= line.n || line.p[n] != ':' || line.p[n + 1] != ' ')
        return false;
    if (slice_starts(line, "Status: ") && line.n >= 11 &&
        slice_u64((struct slice){line.p + 8, 3}, 999, &v))
        *status = (int)v;
    return true;
}

struct slice lg_body(struct slice text, int *status)
{
    struct slice rest = text, line;
    bool any = false;

    *status = 200;
    while (slice_line(&rest, &line)) {
        if (line.n == 0 && any)
            return rest;
        if (!is_field(line, status))
            break;
        any = true;
    }
    *status = 200;
    return text;
}

/* Whole pages only; they are read from the file again should somebody look at them. */
void lg_let_go(const struct lg *lg, const char *p, size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)p + page - 1) / page * page,
              to = ((uintptr_t)p + n) / page * page;

    if (lg->mapped && to > from)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

/* Text that is let go behind the reader. */
struct piecewise {
    const struct lg *lg;
    const char *read; /* what is behind this was let go */
    struct slice rest;
};

static int give_piece(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    struct piecewise *s = payload;

    (void)e;
    *got = s->rest.n < room ? s->rest.n : room;
    if (*got > 0)
        memcpy(p, s->rest.p, *got);
    s->rest = (struct slice){s->rest.p + *got, s->rest.n - *got};
    if ((size_t)(s->rest.p - s->read) >= LET_GO) {
        lg_let_go(s->lg, s->read, (size_t)(s->rest.p - s->read));
        s->read = s->rest.p;
    }
    return 0;
}

int lg_walk_text(struct lg_walk *w, struct slice text, struct err *e)
{
    struct piecewise pieces = {.lg = w->lg};
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc, status;

    text = lg_body(text, &status);
    if (status >= 400)
        return err_set(e, ERR_REMOTE, "the server refuses: HTTP status %d", status);

    lg_json_limits(&limits);
    limits.many = false;
    limits.max_keys = MAX_KEYS;
    pieces.read = text.p;
    pieces.rest = text;
    rc = jread_new(&r, &limits, give_piece, &pieces, e);
    if (rc == 0)
        rc = lg_walk(w, r, e);
    jread_free(&r);
    return rc;
}

/* --- marks --- */

#define MARK_NAME 64 /* longer keys are none that a path names */

struct marking {
    const char *const *paths;
    unsigned found;
    char text[LG_WALK_DEPTH][MARK_NAME];
    const char *names[LG_WALK_DEPTH];
    size_t depth;
};

static bool note_marks(struct marking *m)
{
    bool inner = false;

    for (unsigned i = 0; m->paths[i] != NULL; i++) {
        enum fit fit = fits(m->paths[i], m->names, m->depth);

        if (fit == HIT)
            m->found |= 1U << i;
        inner |= fit == INNER;
    }
    return inner;
}

static int mark_value(struct marking *m, struct jread *r, struct err *e)
{
    bool inner = note_marks(m);
    struct slice key = {"", 0};
    enum jread_token t;
    int rc = jread_peek(r, &t, e);

    if (rc < 0 || !inner || m->depth == LG_WALK_DEPTH ||
        (t != JREAD_OBJECT && t != JREAD_ARRAY))
        return rc < 0 ? rc : jread_skip(r, e);
    rc = jread_next(r, &t, e);
    while (rc >= 0 &&
           (rc = t == JREAD_OBJECT ? jread_key(r, &key, e) : jread_element(r, e)) > 0) {
        snprintf(m->text[m->depth], MARK_NAME, "%.*s",
                 (int)(key.n < MARK_NAME ? key.n : MARK_NAME), key.p);
        m->names[m->depth] = m->text[m->depth];
        m->depth++;
        rc = mark_value(m, r, e);
        m->depth--;
    }
    return rc;
}

unsigned lg_marks(struct slice text, const char *const *paths)
{
    struct marking m = {.paths = paths};
    struct jread_limits limits;
    struct jread *r = NULL;
    struct err e;
    int status;

    text = lg_body(text, &status);
    lg_json_limits(&limits);
    if (jread_new_bytes(&r, &limits, text.p, text.n < AGENT_HEAD ? text.n : AGENT_HEAD, &e) ==
        0)
        mark_value(&m, r, &e);
    jread_free(&r);
    return m.found;
}

/* --- looking things up --- */

const struct lg_tree *lg_first_in(const struct lg_tree *t)
{
    return t != NULL && (t->type == JREAD_ARRAY || t->type == JREAD_OBJECT) ? t->first : NULL;
}

int lg_take_nothing(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    (void)t;
    (void)e;
    lg_pass(w->lg, w->depth > 0 ? w->names[w->depth - 1] : "");
    return 0;
}

int lg_take_refusal(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice s = lg_text(t);

    (void)w;
    return lg_tree_fail(t, e, ERR_REMOTE, "the server refuses: %.*s",
                        (int)(s.n < 200 ? s.n : 200), s.n > 0 ? s.p : "");
}

static const struct lg_tree *member(const struct lg_tree *t, struct slice name)
{
    if (t != NULL && t->type == JREAD_ARRAY)
        t = t->first;
    t = t != NULL ? t->first : NULL;
    while (t != NULL && (t->key == NULL || !slice_eq(name, t->key)))
        t = t->next;
    return t;
}

const struct lg_tree *lg_get(const struct lg_tree *t, const char *path)
{
    struct slice part;

    while (t != NULL && next_part(&path, &part))
        t = member(t, part);
    return t;
}

struct slice lg_text(const struct lg_tree *t)
{
    if (t != NULL && t->type == JREAD_ARRAY)
        t = t->first;
    if (t != NULL && t->type == JREAD_OBJECT)
        t = lg_get(t, "data");
    if (t == NULL || t->text == NULL)
        return (struct slice){"", 0};
    return slice_trim((struct slice){t->text, t->len});
}

const char *lg_str(struct lg *lg, const struct lg_tree *t, const char *path)
{
    struct slice s = lg_text(lg_get(t, path));

    return s.n > 0 ? arena_strndup(lg->arena, s.p, s.n) : NULL;
}

bool lg_is(const struct lg_tree *t, const char *path)
{
    t = lg_get(t, path);
    return t != NULL && t->type == JREAD_TRUE;
}

int lg_tree_fail(const struct lg_tree *t, struct err *e, int code, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set(e, code, "%u:%u: %s", t->line, t->column, text);
}

static int wrong(const struct lg_tree *t, const char *path, const char *what, struct err *e)
{
    struct slice s = lg_text(t);

    return lg_tree_fail(t, e, ERR_SCHEMA, "%s: \"%.*s\" is no %s", path,
                        (int)(s.n < 60 ? s.n : 60), s.p, what);
}

int lg_get_i64(const struct lg_tree *t, const char *path, int64_t *out, struct err *e)
{
    const struct lg_tree *m = lg_get(t, path);
    struct slice s = lg_text(m);
    uint64_t v;

    if (s.n == 0)
        return 0;
    if (!slice_u64(s, INT64_MAX, &v))
        return wrong(m, path, "whole number", e);
    *out = (int64_t)v;
    return 0;
}

int lg_get_addr(const struct lg_tree *t, const char *path, struct addr *out, struct err *e)
{
    const struct lg_tree *m = lg_get(t, path);
    struct slice s = lg_text(m);

    if (s.n == 0 || addr_parse(s, out))
        return 0;
    return wrong(m, path, "address", e);
}

int lg_get_asn(const struct lg_tree *t, const char *path, int64_t *out, struct err *e)
{
    const struct lg_tree *m = lg_get(t, path);
    struct slice s = lg_text(m);
    uint32_t v;

    if (s.n == 0)
        return 0;
    if (!asn_parse(s, &v))
        return wrong(m, path, "AS number", e);
    *out = v;
    return 0;
}

int lg_get_prefix(const struct lg_tree *t, const char *path, struct prefix *out, struct err *e)
{
    const struct lg_tree *m = lg_get(t, path);
    struct slice s = lg_text(m);

    if (m == NULL)
        return lg_tree_fail(t, e, ERR_SCHEMA, "%s is missing", path);
    return prefix_parse(s, out) ? 0 : wrong(m, path, "prefix", e);
}
