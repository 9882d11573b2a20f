/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fts/ask.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/map.h"
#include "model/facts.h"
#include "server/scitags.h"
#include "wire/json.h"

#define MAX_NAME   1024 /* bytes of a name, or of a storage's URL */
#define MAX_NUMBER 1e18
#define MIN_WEIGHT 1e-6
#define MAX_WEIGHT 1e6

/* What a number may be. */
enum range { ANY, POSITIVE, WEIGHT, PART, COUNT };

struct reader {
    struct jread *json;
    struct arena *arena;
    const struct scitags *tags;
    struct err *e;
};

static int refuse(const struct reader *r, const char *name, const char *why)
{
    return jread_fail(r->json, r->e, ERR_SCHEMA, "%s: %s", name, why);
}

static int read_text(struct reader *r, const char *name, const char **out)
{
    struct slice s;
    int rc = jread_str(r->json, &s, r->e);
    if (rc < 0)
        return rc;
    if (s.n == 0 || s.n > MAX_NAME)
        return refuse(r, name, "1 to 1024 bytes expected");
    *out = arena_strndup(r->arena, s.p, s.n);
    return *out ? 0 : err_set(r->e, ERR_NOMEM, "no memory for a request");
}

static int read_number(struct reader *r, const char *name, enum range range, double *out)
{
    int rc = jread_real(r->json, out, r->e);
    if (rc < 0)
        return rc;
    if (*out < 0 || *out > MAX_NUMBER)
        return refuse(r, name, "not from 0 to 1e18");
    if ((range == POSITIVE || range == WEIGHT) && *out == 0)
        return refuse(r, name, "must be more than 0");
    if (range == WEIGHT && (*out < MIN_WEIGHT || *out > MAX_WEIGHT))
        return refuse(r, name, "not from 1e-6 to 1e6");
    if (range == PART && *out > 1)
        return refuse(r, name, "a part of 1 is expected: 0 to 1");
    if (range == COUNT && (*out > FTS_MAX_CONNECTIONS || *out != floor(*out)))
        return refuse(r, name, "a whole number up to 100000 is expected");
    return 0;
}

/* ---- Pairs ---- */

static int read_storage(struct reader *r, const char *name, const char **out)
{
    int rc = read_text(r, name, out);
    const char *host = rc == 0 ? strstr(*out, "://") : NULL;
    if (rc == 0 && (!host || host == *out || host[3] == '\0' || host[3] == '/'))
        rc = refuse(r, name, "scheme://host expected");
    return rc;
}

static int read_scitag(struct reader *r, unsigned *out)
{
    int64_t tag;
    int rc = jread_i64(r->json, &tag, r->e);
    if (rc == 0 && (tag < 1 || tag > UINT16_MAX))
        rc = refuse(r, "scitag", "a whole number from 1 to 65535 expected");
    *out = rc == 0 ? (unsigned)tag : 0;
    return rc;
}

/* An id that stands for vo and activity. */
static int name_scitag(const struct reader *r, struct fts_pair *p)
{
    if (p->vo || p->activity)
        return refuse(r, "scitag", "stands instead of vo and activity, not beside them");
    if (!r->tags)
        return refuse(r, "scitag",
                      "no registry is configured (scitags: FILE); say vo and "
                      "activity");
    if (!scitags_names(r->tags, p->scitag, &p->vo, &p->activity))
        return refuse(r, "scitag", "is not in the registry of SciTags");
    return 0;
}

static int read_pair_member(struct reader *r, struct slice key, struct fts_pair *p)
{
    const struct {
        const char *name;
        enum range range;
        double *to;
    } numbers[] = {
        {"weight", WEIGHT, &p->weight},
        {"queued", COUNT, &p->queued},
        {"active", COUNT, &p->active},
        {"throughput", ANY, &p->throughput},
        {"per_connection", POSITIVE, &p->per_connection},
        {"min_active", COUNT, &p->min_active},
        {"max_active", COUNT, &p->max_active},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        if (slice_eq(key, numbers[i].name))
            return read_number(r, numbers[i].name, numbers[i].range, numbers[i].to);
    }
    if (slice_eq(key, "source_se"))
        return read_storage(r, "source_se", &p->source_se);
    if (slice_eq(key, "dest_se"))
        return read_storage(r, "dest_se", &p->dest_se);
    if (slice_eq(key, "vo"))
        return read_text(r, "vo", &p->vo);
    if (slice_eq(key, "activity"))
        return read_text(r, "activity", &p->activity);
    if (slice_eq(key, "scitag"))
        return read_scitag(r, &p->scitag);
    return jread_fail(r->json, r->e, ERR_SCHEMA, "unknown member '%.*s' of a pair",
                      (int)(key.n < 64 ? key.n : 64), key.p);
}

static int check_pair(const struct reader *r, struct fts_pair *p)
{
    int rc = p->scitag ? name_scitag(r, p) : 0;
    if (rc < 0)
        return rc;
    if (!p->source_se || !p->dest_se)
        return refuse(r, "pairs", "each needs source_se and dest_se");
    if (strcmp(p->source_se, p->dest_se) == 0)
        return refuse(r, "pairs", "source_se and dest_se are the same");
    if (p->activity && !p->vo)
        return refuse(r, "activity", "needs a vo");
    if (p->vo && strchr(p->vo, '/'))
        return refuse(r, "vo", "a slash is not allowed");
    if (p->min_active > p->max_active)
        return refuse(r, "min_active", "is larger than max_active");
    return 0;
}

/* Each queue once. */
static int remember_pair(struct reader *r, struct map *seen, const struct fts_pair *p)
{
    char *key = arena_printf(r->arena, "%s\n%s\n%s\n%s", p->source_se, p->dest_se,
                             p->vo ? p->vo : "", p->activity ? p->activity : "");
    union map_value *at = key ? map_at_str(seen, key) : NULL;
    if (!at)
        return err_set(r->e, ERR_NOMEM, "no memory for a request");
    if (at->u++)
        return refuse(r, "pairs", "a pair with this vo and activity stands twice");
    return 0;
}

static int read_pair(struct reader *r, struct fts_ask *ask, struct map *seen)
{
    struct slice key;
    struct fts_pair *p = ask->pairs.n < FTS_MAX_PAIRS ? VEC_PUSH(&ask->pairs) : NULL;
    if (!p)
        return jread_fail(r->json, r->e, ERR_LIMIT, "more than %d pairs", FTS_MAX_PAIRS);
    *p = (struct fts_pair){.weight = 1,
                           .queued = NAN,
                           .active = NAN,
                           .throughput = NAN,
                           .per_connection = NAN,
                           .min_active = NAN,
                           .max_active = NAN};
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0)
        rc = read_pair_member(r, key, p);
    if (rc == 0)
        rc = check_pair(r, p);
    return rc == 0 ? remember_pair(r, seen, p) : rc;
}

static int read_pairs(struct reader *r, struct fts_ask *ask)
{
    struct map *seen = map_new();
    int rc = seen ? jread_expect(r->json, JREAD_ARRAY, r->e)
                  : err_set(r->e, ERR_NOMEM, "no memory for a request");
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0)
        rc = read_pair(r, ask, seen);
    map_free(&seen);
    return rc;
}

/* ---- Grants and weights ---- */

/* A name, or an id of SciTags. */
static int name_weight(const struct reader *r, struct slice key, const char **out)
{
    struct err why = {0};
    if (!scitags_is_id(key)) {
        *out = arena_strndup(r->arena, key.p, key.n);
        return *out ? 0 : err_set(r->e, ERR_NOMEM, "no memory for a request");
    }
    *out = scitags_name(r->tags, key, r->arena, &why);
    return *out ? 0 : jread_fail(r->json, r->e, ERR_SCHEMA, "weights: %s", why.msg);
}

/* By id and by name, or by two spellings of an id. */
static int check_twice(const struct reader *r, const struct fts_weights *w)
{
    for (size_t i = 1; i < w->n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(w->v[i].name, w->v[k].name) == 0)
                return jread_fail(r->json, r->e, ERR_SCHEMA, "weights: %s stands twice",
                                  w->v[i].name);
        }
    }
    return 0;
}

static int read_weights(struct reader *r, struct fts_weights *out)
{
    struct slice key;
    bool ids = false;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0) {
        struct fts_weight *w = out->n < FTS_MAX_WEIGHTS ? VEC_PUSH(out) : NULL;
        if (!w)
            return jread_fail(r->json, r->e, ERR_LIMIT, "more than %d weights",
                              FTS_MAX_WEIGHTS);
        ids |= scitags_is_id(key);
        rc = name_weight(r, key, &w->name);
        if (rc == 0)
            rc = read_number(r, "weights", WEIGHT, &w->weight);
    }
    return rc == 0 && ids ? check_twice(r, out) : rc;
}

static int read_time(struct reader *r, const char *name, int64_t *out)
{
    struct slice s;
    int rc = jread_str(r->json, &s, r->e);
    return rc == 0 && !str_time(s, out) ? refuse(r, name, "no time of RFC 3339") : rc;
}

static int read_grant_links(struct reader *r, struct fts_grant *g)
{
    int rc = jread_expect(r->json, JREAD_ARRAY, r->e);
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0) {
        const char **name = g->links.n < FTS_MAX_GRANTS ? VEC_PUSH(&g->links) : NULL;
        rc = name ? read_text(r, "links", name)
                  : jread_fail(r->json, r->e, ERR_LIMIT, "too many links");
    }
    return rc;
}

static int read_grant_member(struct reader *r, struct slice key, struct fts_grant *g)
{
    if (slice_eq(key, "links"))
        return read_grant_links(r, g);
    if (slice_eq(key, "share"))
        return read_number(r, "share", PART, &g->share);
    if (slice_eq(key, "limit"))
        return read_number(r, "limit", ANY, &g->limit);
    if (slice_eq(key, "from"))
        return read_time(r, "from", &g->from);
    if (slice_eq(key, "until"))
        return read_time(r, "until", &g->until);
    if (slice_eq(key, "weights"))
        return read_weights(r, &g->weights);
    return jread_fail(r->json, r->e, ERR_SCHEMA, "unknown member '%.*s' of a grant",
                      (int)(key.n < 64 ? key.n : 64), key.p);
}

static int check_grant(const struct reader *r, const struct fts_grant *g)
{
    if (g->links.n == 0)
        return refuse(r, "grants", "each needs links");
    if (isnan(g->share) == isnan(g->limit))
        return refuse(r, "grants", "each needs either share or limit");
    if (g->links.n > 1 && isnan(g->limit))
        return refuse(r, "share", "several links together need a limit");
    if (g->links.n > 1 && g->weights.n > 0)
        return refuse(r, "weights", "only for a single link");
    if (g->from != FACT_NONE && g->until != FACT_NONE && g->from >= g->until)
        return refuse(r, "until", "is not later than from");
    return 0;
}

static int read_grant(struct reader *r, struct fts_ask *ask)
{
    struct slice key;
    struct fts_grant *g = ask->grants.n < FTS_MAX_GRANTS ? VEC_PUSH(&ask->grants) : NULL;
    if (!g)
        return jread_fail(r->json, r->e, ERR_LIMIT, "more than %d grants", FTS_MAX_GRANTS);
    g->share = g->limit = NAN;
    g->from = g->until = FACT_NONE;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0)
        rc = read_grant_member(r, key, g);
    return rc == 0 ? check_grant(r, g) : rc;
}

static int read_grants(struct reader *r, struct fts_ask *ask)
{
    int rc = jread_expect(r->json, JREAD_ARRAY, r->e);
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0)
        rc = read_grant(r, ask);
    return rc;
}

/* ---- What is known of links ---- */

static int read_known_member(struct reader *r, struct slice key, struct fts_known *k)
{
    if (slice_eq(key, "link"))
        return read_text(r, "link", &k->link);
    if (slice_eq(key, "load"))
        return read_number(r, "load", ANY, &k->load);
    if (slice_eq(key, "enforced"))
        return jread_bool(r->json, &k->enforced, r->e);
    return jread_fail(r->json, r->e, ERR_SCHEMA, "unknown member '%.*s' of a link",
                      (int)(key.n < 64 ? key.n : 64), key.p);
}

static int read_known(struct reader *r, struct fts_ask *ask)
{
    struct slice key;
    int rc = jread_expect(r->json, JREAD_ARRAY, r->e);
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0) {
        struct fts_known *k = ask->known.n < FTS_MAX_KNOWN ? VEC_PUSH(&ask->known) : NULL;
        if (!k)
            return jread_fail(r->json, r->e, ERR_LIMIT, "more than %d links", FTS_MAX_KNOWN);
        *k = (struct fts_known){.load = NAN};
        rc = jread_expect(r->json, JREAD_OBJECT, r->e);
        while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0)
            rc = read_known_member(r, key, k);
        if (rc == 0 && !k->link)
            rc = refuse(r, "links", "each needs a link");
    }
    return rc;
}

static int read_objective(struct reader *r, enum fts_objective *out)
{
    struct slice s;
    int rc = jread_str(r->json, &s, r->e);
    if (rc == 0 && !slice_eq(s, "max-min") && !slice_eq(s, "throughput"))
        rc = refuse(r, "objective", "max-min or throughput expected");
    *out = rc == 0 && slice_eq(s, "throughput") ? FTS_THROUGHPUT : FTS_MAX_MIN;
    return rc;
}

/* ---- The whole ---- */

static int read_member(struct reader *r, struct slice key, struct fts_ask *ask)
{
    if (slice_eq(key, "pairs"))
        return read_pairs(r, ask);
    if (slice_eq(key, "grants"))
        return read_grants(r, ask);
    if (slice_eq(key, "weights"))
        return read_weights(r, &ask->weights);
    if (slice_eq(key, "links"))
        return read_known(r, ask);
    if (slice_eq(key, "objective"))
        return read_objective(r, &ask->objective);
    if (slice_eq(key, "user"))
        return read_text(r, "user", &ask->user);
    return jread_fail(r->json, r->e, ERR_SCHEMA, "unknown member '%.*s'",
                      (int)(key.n < 64 ? key.n : 64), key.p);
}

int fts_ask_read(const char *text, size_t len, struct fts_ask *out, struct arena *a,
                 struct err *e)
{
    return fts_ask_read_tagged(NULL, (struct slice){text, len}, out, a, e);
}

int fts_ask_read_tagged(const struct scitags *tags, struct slice text, struct fts_ask *out,
                        struct arena *a, struct err *e)
{
    struct reader r = {.arena = a, .tags = tags, .e = e};
    struct jread_limits limits;
    struct slice key;
    jread_defaults(&limits);
    limits.max_depth = 8;
    *out = (struct fts_ask){0};
    int rc = jread_new_bytes(&r.json, &limits, text.p, text.n, e);
    if (rc == 0)
        rc = jread_expect(r.json, JREAD_OBJECT, e);
    while (rc == 0 && (rc = jread_key(r.json, &key, e)) > 0)
        rc = read_member(&r, key, out);
    if (rc == 0)
        rc = jread_expect(r.json, JREAD_END, e);
    if (rc == 0 && out->pairs.n == 0)
        rc = err_set(e, ERR_SCHEMA, "pairs: at least one is needed");
    jread_free(&r.json);
    return rc;
}

void fts_ask_free(struct fts_ask *ask)
{
    for (size_t i = 0; i < ask->grants.n; i++) {
        VEC_FREE(&ask->grants.v[i].links);
        VEC_FREE(&ask->grants.v[i].weights);
    }
    VEC_FREE(&ask->pairs);
    VEC_FREE(&ask->grants);
    VEC_FREE(&ask->known);
    VEC_FREE(&ask->weights);
}
