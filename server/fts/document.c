/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/document.h"

#include <math.h>
#include <string.h>

#include "server/fts/specification.h"
#include "wire/json.h"

#define MAX_NAME  1024 /* bytes of a name */
#define MAX_DEPTH 8

struct reader {
    struct jread *json;
    const struct scitags *tags;
    const struct origin *origin;
    struct facts *out;
    struct grant_book *book;
    const char
        *list[GRANT_WEIGHTS_MAX]; /* of the fact that is being read, until it is copied */
    const char *meant[GRANT_WEIGHTS_MAX]; /* names of its weights, ids put into words */
    struct err *e;
};

_Static_assert(GRANT_LINKS_MAX <= GRANT_WEIGHTS_MAX, "struct reader has room for either");

static int refuse(const struct reader *r, const char *name, const char *why)
{
    return jread_fail(r->json, r->e, ERR_SCHEMA, "%s: %s", name, why);
}

static int nomem(const struct reader *r)
{
    return err_set(r->e, ERR_NOMEM, "no memory for a document");
}

/* ---- Values ---- */

static int keep_text(const struct reader *r, const char *name, struct slice s, const char **out)
{
    if (s.n == 0 || s.n > MAX_NAME)
        return refuse(r, name, "1 to 1024 bytes expected");
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return refuse(r, name, "has a control character");
    }
    *out = arena_strndup(r->out->arena, s.p, s.n);
    return *out ? 0 : nomem(r);
}

static int read_text(const struct reader *r, const char *name, const char **out)
{
    struct slice s;
    int rc = jread_str(r->json, &s, r->e);
    return rc == 0 ? keep_text(r, name, s, out) : rc;
}

static int read_link(const struct reader *r, const char **out)
{
    struct grant_target t;
    int rc = read_text(r, "link", out);
    return rc == 0 && !grant_link(*out, &t) ? refuse(r, "link", "a|b, a>b or an id expected")
                                            : rc;
}

static int read_time(const struct reader *r, const char *name, int64_t *out)
{
    struct slice s;
    int rc = jread_str(r->json, &s, r->e);
    return rc == 0 && !str_time(s, out)
               ? refuse(r, name, "no time of RFC 3339 (as 2026-12-01T00:00:00Z)")
               : rc;
}

static int read_share(const struct reader *r, double *out)
{
    int rc = jread_real(r->json, out, r->e);
    return rc == 0 && !(*out >= 0 && *out <= 1) ? refuse(r, "share", "0 to 1 expected") : rc;
}

static int read_limit(const struct reader *r, int64_t *out)
{
    double bits;
    int rc = jread_real(r->json, &bits, r->e);
    if (rc == 0 && !(bits >= 1 && bits <= GRANT_BITS_MAX && bits == floor(bits)))
        rc = refuse(r, "limit", "whole bits per second from 1 to 1e15 expected");
    *out = rc == 0 ? (int64_t)bits : FACT_NONE;
    return rc;
}

/* ---- Groups ---- */

static int read_links(struct reader *r, struct strs *out)
{
    out->v = r->list;
    int rc = jread_expect(r->json, JREAD_ARRAY, r->e);
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0) {
        if (out->n == GRANT_LINKS_MAX)
            return jread_fail(r->json, r->e, ERR_LIMIT, "a group of more than %d links",
                              GRANT_LINKS_MAX);
        rc = read_link(r, &out->v[out->n++]);
    }
    return rc;
}

static int read_groups(struct reader *r)
{
    struct slice key;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0) {
        struct fact_link_group f;
        fact_init(FACT_LINK_GROUP, &f);
        f.origin = r->origin;
        if (FACTS_N(r->out, LINK_GROUP) == DOCUMENT_GROUPS)
            return jread_fail(r->json, r->e, ERR_LIMIT, "more than %d groups", DOCUMENT_GROUPS);
        rc = keep_text(r, "groups", key, &f.name);
        if (rc == 0)
            rc = read_links(r, &f.links);
        if (rc == 0 && f.links.n == 0)
            rc = jread_fail(r->json, r->e, ERR_SCHEMA, "groups: %s has no links", f.name);
        if (rc == 0)
            rc = facts_add(r->out, FACT_LINK_GROUP, &f, r->e);
    }
    return rc;
}

/* ---- Grants ---- */

/* What it stands for must not stand there already, by name or by id. */
static int check_weight_name(struct reader *r, size_t n, const char *name)
{
    struct err why = {0};
    if (!grant_weight_name(slice_of(name)))
        return refuse(r, "weights", "experiment or experiment/activity expected");
    r->meant[n] = name;
    if (scitags_is_id(slice_of(name)))
        r->meant[n] = scitags_name(r->tags, slice_of(name), r->out->arena, &why);
    if (!r->meant[n])
        return refuse(r, "weights", why.msg);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(r->meant[i], r->meant[n]) == 0)
            return jread_fail(r->json, r->e, ERR_SCHEMA, "weights: %s stands twice",
                              r->meant[n]);
    }
    return 0;
}

static int read_weight(const struct reader *r, const char *name, const char **out)
{
    struct buf text = {0};
    double weight;
    int rc = jread_real(r->json, &weight, r->e);
    if (rc < 0)
        return rc;
    if (!(weight >= GRANT_WEIGHT_MIN && weight <= GRANT_WEIGHT_MAX))
        return refuse(r, "weights", "a number from 1e-6 to 1e6 expected");
    buf_printf(&text, "%s=", name);
    buf_json_real(&text, weight);
    *out = text.failed ? NULL : arena_strdup(r->out->arena, buf_cstr(&text));
    buf_free(&text);
    return *out ? 0 : nomem(r);
}

static int read_weights(struct reader *r, struct strs *out)
{
    struct slice key;
    out->v = r->list;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0) {
        const char *name = NULL, *weight = NULL;
        if (out->n == GRANT_WEIGHTS_MAX)
            return jread_fail(r->json, r->e, ERR_LIMIT, "more than %d weights",
                              GRANT_WEIGHTS_MAX);
        rc = keep_text(r, "weights", key, &name);
        if (rc == 0)
            rc = check_weight_name(r, out->n, name);
        if (rc == 0)
            rc = read_weight(r, name, &weight);
        if (rc == 0)
            out->v[out->n++] = weight;
    }
    return rc;
}

/* What a grant is of, as it is written. */
struct subject {
    const char *link, *group;
};

static int read_member(struct reader *r, struct slice key, struct subject *of,
                       struct fact_grant *f)
{
    if (slice_eq(key, "link"))
        return read_link(r, &of->link);
    if (slice_eq(key, "group"))
        return read_text(r, "group", &of->group);
    if (slice_eq(key, "user"))
        return read_text(r, "user", &f->user);
    if (slice_eq(key, "share"))
        return read_share(r, &f->share);
    if (slice_eq(key, "limit"))
        return read_limit(r, &f->bits);
    if (slice_eq(key, "from"))
        return read_time(r, "from", &f->start);
    if (slice_eq(key, "until"))
        return read_time(r, "until", &f->end);
    if (slice_eq(key, "weights"))
        return read_weights(r, &f->weights);
    return jread_fail(r->json, r->e, ERR_SCHEMA, "unknown member '%.*s' of a grant",
                      (int)(key.n < 64 ? key.n : 64), key.p);
}

static int check_grant(const struct reader *r, const struct subject *of,
                       const struct fact_grant *f)
{
    if (!of->link == !of->group)
        return refuse(r, "grants", "each needs either link or group");
    if (!f->user)
        return refuse(r, "grants", "each needs a user");
    if (isnan(f->share) == (f->bits == FACT_NONE))
        return refuse(r, "grants", "each needs either share or limit");
    if (of->group && !isnan(f->share))
        return refuse(r, "share", "says nothing of several links together; give a limit");
    if (f->start != FACT_NONE && f->end != FACT_NONE && f->start >= f->end)
        return refuse(r, "until", "is not later than from");
    return 0;
}

static int add_grant(struct reader *r, const struct subject *of, struct fact_grant *f)
{
    f->entity = arena_printf(r->out->arena, "%s:%s", of->link ? "link" : "group",
                             of->link ? of->link : of->group);
    return f->entity ? facts_add(r->out, FACT_GRANT, f, r->e) : nomem(r);
}

static int read_grant(struct reader *r)
{
    struct subject of = {0};
    struct fact_grant f;
    struct slice key;
    fact_init(FACT_GRANT, &f);
    f.origin = r->origin;
    if (FACTS_N(r->out, GRANT) == GRANTS_MAX)
        return jread_fail(r->json, r->e, ERR_LIMIT, "more than %d grants", GRANTS_MAX);
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0)
        rc = read_member(r, key, &of, &f);
    if (rc == 0)
        rc = check_grant(r, &of, &f);
    return rc == 0 ? add_grant(r, &of, &f) : rc;
}

static int read_grants(struct reader *r)
{
    int rc = jread_expect(r->json, JREAD_ARRAY, r->e);
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0)
        rc = read_grant(r);
    return rc;
}

/* ---- The whole ---- */

static bool has_group(const struct facts *fs, struct slice name)
{
    const struct fact_link_group *g = FACTS(fs, link_group, LINK_GROUP);
    for (size_t i = 0; i < FACTS_N(fs, LINK_GROUP); i++) {
        if (slice_eq(name, g[i].name))
            return true;
    }
    return false;
}

/* Errors of the whole name grants by their place in the list, from 0. */
static int check_all(struct reader *r)
{
    const struct fact_grant *f = FACTS(r->out, grant, GRANT);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < FACTS_N(r->out, GRANT); i++) {
        struct grant_target t;
        size_t other;
        if (grant_entity(f[i].entity, &t) && t.of == GRANT_OF_GROUP && !has_group(r->out, t.a))
            return err_set(r->e, ERR_SCHEMA, "grants[%zu].group: %.*s is not defined in groups",
                           i, (int)t.a.n, t.a.p);
        rc = grant_book_add(r->book, &f[i], i, &other);
        if (rc == ERR_CONFLICT)
            return err_set(r->e, ERR_CONFLICT,
                           "grants[%zu]: %s to %s is granted for overlapping times in "
                           "grants[%zu] too",
                           i, f[i].entity, f[i].user, other);
    }
    return rc < 0 ? nomem(r) : 0;
}

static int read_root(struct reader *r)
{
    struct slice key;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0) {
        if (slice_eq(key, "groups"))
            rc = read_groups(r);
        else if (slice_eq(key, "grants"))
            rc = read_grants(r);
        else
            rc = jread_fail(r->json, r->e, ERR_SCHEMA, "unknown member '%.*s'",
                            (int)(key.n < 64 ? key.n : 64), key.p);
    }
    return rc == 0 ? jread_expect(r->json, JREAD_END, r->e) : rc;
}

int fts_document_read(struct slice text, const struct scitags *tags,
                      const struct origin *origin, struct facts *out, struct err *e)
{
    struct reader r = {
        .tags = tags, .origin = origin, .out = out, .book = grant_book_new(), .e = e};
    struct jread_limits limits;
    jread_defaults(&limits);
    limits.max_depth = MAX_DEPTH;
    int rc = r.book ? jread_new_bytes(&r.json, &limits, text.p, text.n, e) : nomem(&r);
    if (rc == 0)
        rc = read_root(&r);
    if (rc == 0)
        rc = check_all(&r);
    jread_free(&r.json);
    grant_book_free(&r.book);
    return rc;
}

/* ---- Writing ---- */

static void put_member(struct buf *out, const char *before, const char *text)
{
    buf_str(out, before);
    buf_json_str(out, text);
}

static void put_time(struct buf *out, const char *before, int64_t time)
{
    char text[32];
    if (time != FACT_NONE)
        put_member(out, before, str_time_format(time, text));
}

static void put_groups(const struct facts *facts, struct buf *out)
{
    const struct fact_link_group *g = FACTS(facts, link_group, LINK_GROUP);
    buf_str(out, "{\"groups\":{");
    for (size_t i = 0; i < FACTS_N(facts, LINK_GROUP); i++) {
        put_member(out, i > 0 ? "," : "", g[i].name);
        for (size_t k = 0; k < g[i].links.n; k++)
            put_member(out, k > 0 ? "," : ":[", g[i].links.v[k]);
        buf_char(out, ']');
    }
    buf_char(out, '}');
}

static void put_weights(const struct strs *list, struct buf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *sign = strrchr(list->v[i], '=');
        struct buf name = {0};
        buf_add(&name, list->v[i], sign ? (size_t)(sign - list->v[i]) : 0);
        put_member(out, i > 0 ? "," : ",\"weights\":{", buf_cstr(&name));
        buf_printf(out, ":%s", sign ? sign + 1 : "null");
        out->failed |= name.failed;
        buf_free(&name);
    }
    buf_str(out, list->n > 0 ? "}" : "");
}

void fts_grant_put(const struct fact_grant *f, struct buf *out)
{
    const char *colon = f->entity ? strchr(f->entity, ':') : NULL;
    bool group = f->entity && strncmp(f->entity, "group:", 6) == 0;
    put_member(out, group ? "\"group\":" : "\"link\":", colon ? colon + 1 : f->entity);
    put_member(out, ",\"user\":", f->user);
    if (f->bits != FACT_NONE) {
        buf_str(out, ",\"limit\":");
        buf_json_real(out, (double)f->bits);
    } else {
        buf_str(out, ",\"share\":");
        buf_json_real(out, f->share);
    }
    put_weights(&f->weights, out);
    put_time(out, ",\"from\":", f->start);
    put_time(out, ",\"until\":", f->end);
}

void fts_document_put(const struct facts *facts, struct buf *out)
{
    const struct fact_grant *f = FACTS(facts, grant, GRANT);
    put_groups(facts, out);
    buf_str(out, ",\"grants\":[");
    for (size_t i = 0; i < FACTS_N(facts, GRANT); i++) {
        buf_str(out, i > 0 ? ",{" : "{");
        fts_grant_put(&f[i], out);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}
