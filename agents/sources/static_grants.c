/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/static_grants.h"

#include <string.h>

#include "model/grants.h"

#define GROUP "link group" /* as messages and field_unique() call it */

static const double shares[] = {0, 1};

static int no_memory(struct static_reader *r)
{
    return err_set(r->err, ERR_NOMEM, "static facts: out of memory");
}

/* ---- Groups ---- */

static int check_link(struct static_reader *r, const struct conf *c)
{
    struct grant_target t;

    if (!grant_link(conf_text(c), &t))
        return conf_err(c, r->err, "links: %s names no link (as a|b, a>b or an id)",
                        conf_text(c));
    return 0;
}

int static_group(struct static_reader *r, const struct conf *c)
{
    const struct conf *links = conf_get(c, "links");
    struct fact_link_group f;
    int rc;

    fact_init(FACT_LINK_GROUP, &f);
    rc = field_text(r, c, "name", &f.name);
    if (rc == 0)
        rc = field_unique(r, conf_get(c, "name"), GROUP, f.name);
    if (rc == 0 && conf_count(links) == 0)
        rc = conf_err(c, r->err, "links: " GROUP " %s has none", f.name);
    if (rc == 0 && conf_count(links) > GRANT_LINKS_MAX)
        rc = conf_err(links, r->err, "links: more than %d", GRANT_LINKS_MAX);
    if (rc == 0)
        rc = field_texts(r, c, "links", &f.links);
    for (size_t i = 0; rc == 0 && i < conf_count(links); i++)
        rc = check_link(r, conf_at(links, i));
    return rc == 0 ? facts_add(r->out, FACT_LINK_GROUP, &f, r->err) : rc;
}

/* ---- One grant ---- */

static int read_weight(struct static_reader *r, const struct conf *weights, size_t i,
                       const char **out)
{
    const struct conf *c = conf_at(weights, i);
    struct slice name;
    struct buf text = {0};
    double weight;
    int rc = 0;

    if (!grant_weight_name(slice_of(conf_key(weights, i))))
        return conf_err(c, r->err,
                        "weights: %s is neither an experiment nor experiment/activity",
                        conf_key(weights, i));
    if (!conf_text(c) || !slice_real(slice_of(conf_text(c)), &weight) ||
        weight < GRANT_WEIGHT_MIN || weight > GRANT_WEIGHT_MAX)
        return conf_err(c, r->err, "weights: %s: a number within %g and %g expected",
                        conf_key(weights, i), GRANT_WEIGHT_MIN, GRANT_WEIGHT_MAX);
    buf_printf(&text, "%s=", conf_key(weights, i));
    buf_json_real(&text, weight);
    *out = text.failed ? NULL : arena_strdup(r->out->arena, buf_cstr(&text));
    if (!*out || !grant_weight(*out, &name, &weight))
        rc = no_memory(r);
    buf_free(&text);
    return rc;
}

static int read_weights(struct static_reader *r, const struct conf *weights, struct strs *out)
{
    size_t n = conf_count(weights);
    int rc = 0;

    if (n == 0)
        return 0;
    if (n > GRANT_WEIGHTS_MAX)
        return conf_err(weights, r->err, "weights: more than %d", GRANT_WEIGHTS_MAX);
    out->v = ARENA_ARRAY(r->out->arena, n, const char *);
    if (!out->v)
        return no_memory(r);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = read_weight(r, weights, i, &out->v[out->n++]);
    return rc;
}

static int read_values(struct static_reader *r, const struct conf *c, struct fact_grant *f)
{
    int rc = field_real(r, c, "share", shares, &f->share);

    f->bits = conf_int(c, "bits");
    if (rc == 0)
        rc = field_time(r, c, "start", &f->start);
    if (rc == 0)
        rc = field_time(r, c, "end", &f->end);
    if (rc == 0 && f->start != FACT_NONE && f->end != FACT_NONE && f->end <= f->start)
        rc = conf_err(conf_get(c, "end"), r->err, "end: is not after start");
    return rc == 0 ? read_weights(r, conf_get(c, "weights"), &f->weights) : rc;
}

static int check_entity(struct static_reader *r, const struct conf *c,
                        const struct fact_grant *f)
{
    struct grant_target t;

    if (!grant_entity(f->entity, &t))
        return conf_err(conf_get(c, "entity"), r->err,
                        "entity: %s is no link or group (as link:a|b, link:a>b, group:NAME)",
                        f->entity);
    if (t.of == GRANT_OF_GROUP && conf_has(c, "share"))
        return conf_err(conf_get(c, "share"), r->err,
                        "share: says nothing of several links together (give bits)");
    return 0;
}

int static_grant(struct static_reader *r, const struct conf *c)
{
    struct fact_grant f;
    int rc;

    fact_init(FACT_GRANT, &f);
    if (conf_has(c, "share") == conf_has(c, "bits"))
        return conf_err(c, r->err, "share or bits: exactly one of them is required");
    rc = field_entity(r, c, "entity", &f.entity);
    if (rc == 0)
        rc = field_text(r, c, "user", &f.user);
    if (rc == 0)
        rc = read_values(r, c, &f);
    if (rc == 0)
        rc = check_entity(r, c, &f);
    return rc == 0 ? facts_add(r->out, FACT_GRANT, &f, r->err) : rc;
}

/* ---- All of them ---- */

static bool has_group(const struct static_reader *r, struct slice name)
{
    const struct fact_link_group *g = FACTS(r->out, link_group, LINK_GROUP);

    for (size_t i = 0; i < FACTS_N(r->out, LINK_GROUP); i++) {
        if (slice_eq(name, g[i].name))
            return true;
    }
    return false;
}

static int check_one(struct static_reader *r, struct grant_book *book, const struct conf *c,
                     const struct fact_grant *f)
{
    struct grant_target t;
    size_t line;
    int rc;

    if (grant_entity(f->entity, &t) && t.of == GRANT_OF_GROUP && !has_group(r, t.a))
        return conf_err(conf_get(c, "entity"), r->err,
                        "entity: no " GROUP " %.*s (define it in link_groups)", (int)t.a.n,
                        t.a.p);
    rc = grant_book_add(book, f, conf_line(c), &line);
    if (rc == ERR_CONFLICT)
        return conf_err(c, r->err,
                        "grants: %s to %s is granted for overlapping times (also at line %zu)",
                        f->entity, f->user, line);
    return rc < 0 ? no_memory(r) : 0;
}

int static_check_grants(struct static_reader *r, const struct conf *list)
{
    const struct fact_grant *f = FACTS(r->out, grant, GRANT);
    size_t n = conf_count(list);
    struct grant_book *book;
    int rc = 0;

    if (n == 0)
        return 0;
    if (n > GRANTS_MAX)
        return conf_err(list, r->err, "grants: more than %d", GRANTS_MAX);
    book = grant_book_new();
    if (!book)
        return no_memory(r);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = check_one(r, book, conf_at(list, i), &f[i]);
    grant_book_free(&book);
    return rc;
}
