/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/fts_changes.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/str.h"

#define HOST_IN_NAME   40     /* characters of a host that names show */
#define MAX_ASKED      100000 /* connections that a plan can be asked for */
#define MAX_ASKED_RATE 1e18   /* bits per second */

/* What FTS has, to be found by pair and by name. MySQL compares both without regard to case. */
struct index {
    const struct fts_given *given;
    struct arena *arena;
    struct map *links, *names, *active, *wanted, *seen;
};

static const char *text(const struct rialto_value *v, const char *name)
{
    return rialto_text(rialto_get(v, name));
}

static double number(const struct rialto_value *v, const char *name)
{
    return rialto_number(rialto_get(v, name), NAN);
}

static char *lower(char *s)
{
    for (char *c = s; s && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return s;
}

static char *pair_key(struct arena *a, const char *source, const char *dest)
{
    return lower(arena_printf(a, "%s\n%s", source, dest));
}

static const void *found(const struct map *m, const char *key)
{
    const union map_value *v = key ? map_get_str(m, key) : NULL;

    return v ? v->cp : NULL;
}

static const struct rialto_value *link_of(const struct index *x, const char *source,
                                          const char *dest)
{
    return found(x->links, pair_key(x->arena, source, dest));
}

/* ---- index ---- */

static bool put(struct map *m, const char *key, const void *value)
{
    union map_value *at = key ? map_at_str(m, key) : NULL;

    if (at)
        at->cp = value;
    return at != NULL;
}

/* PostgreSQL has regard to case: of several rows of a pair, somebody else's counts. */
static bool put_link(struct index *x, const struct rialto_value *row)
{
    char *key = pair_key(x->arena, text(row, "source"), text(row, "destination"));
    const struct rialto_value *before = found(x->links, key);

    if (before && !fts_is_ours(before, x->given->prefix))
        return true;
    return put(x->links, key, row);
}

static bool index_links(struct index *x)
{
    struct rialto_cursor row = {0};
    bool ok = true;

    while (ok && rialto_next(x->given->links, &row))
        ok = put_link(x, row.value) &&
             put(x->names, lower(arena_strdup(x->arena, text(row.value, "symbolicname"))),
                 row.value);
    return ok;
}

static bool index_active(struct index *x)
{
    struct rialto_cursor row = {0};
    bool ok = true;

    while (ok && rialto_next(x->given->current, &row))
        ok = put(x->active,
                 pair_key(x->arena, text(row.value, "source_se"), text(row.value, "dest_se")),
                 row.value);
    return ok;
}

static bool index_seen(struct index *x)
{
    bool ok = true;

    for (size_t i = 0; ok && i < x->given->n_seen; i++) {
        const struct fts_seen *s = &x->given->seen[i];
        ok = put(x->seen, pair_key(x->arena, s->source, s->dest), s);
    }
    return ok;
}

static void index_free(struct index *x)
{
    struct map **all[] = {&x->links, &x->names, &x->active, &x->wanted, &x->seen};

    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (*all[i])
            map_free(all[i]);
}

static bool index_make(struct index *x, const struct fts_given *given, struct arena *a)
{
    *x = (struct index){given, a, map_new(), map_new(), map_new(), map_new(), map_new()};
    return x->links && x->names && x->active && x->wanted && x->seen && index_links(x) &&
           index_active(x) && index_seen(x);
}

/* What holds for a pair that has no row of its own, in FTS's order (Optimizer.cpp). */
static const struct rialto_value *base_of(const struct index *x, const char *source,
                                          const char *dest)
{
    const struct rialto_value *v = link_of(x, source, "*");

    v = v ? v : link_of(x, "*", dest);
    return v ? v : link_of(x, "*", "*");
}

/* FTS takes 0 and less, and null, for "not set". */
static double ceiling_of(const struct rialto_value *base)
{
    double most = number(base, "max_active");

    return most > 0 ? most : INFINITY;
}

/* ---- names ---- */

/* "davs://eos.cern.ch" is shown as "eos.cern.ch". */
static void put_host(struct buf *b, const char *se)
{
    const char *host = strstr(se, "://");

    host = host ? host + 3 : se;
    for (size_t i = 0; host[i] && i < HOST_IN_NAME; i++) {
        bool plain = isalnum((unsigned char)host[i]) || host[i] == '.' || host[i] == '-';
        buf_char(b, plain ? (char)tolower((unsigned char)host[i]) : '-');
    }
}

/* The same for a pair in every run: hosts to be read, and a hash that tells pairs apart. */
static const char *name_of(struct index *x, const char *source, const char *dest)
{
    const char *key = pair_key(x->arena, source, dest);
    struct buf b = {0};
    const char *name = NULL;

    if (!key)
        return NULL;
    buf_str(&b, x->given->prefix);
    put_host(&b, source);
    buf_str(&b, "-to-");
    put_host(&b, dest);
    buf_printf(&b, "-%016" PRIx64, hash_bytes(key, strlen(key), 0));
    if (!b.failed)
        name = arena_strdup(x->arena, buf_cstr(&b));
    buf_free(&b);
    return name;
}

bool fts_is_ours(const struct rialto_value *link, const char *prefix)
{
    const char *name = text(link, "symbolicname");

    return name && strncmp(name, prefix, strlen(prefix)) == 0 && strlen(name) < FTS_NAME &&
           !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789._-")] &&
           strcmp(text(link, "source"), "*") != 0 &&
           strcmp(text(link, "destination"), "*") != 0;
}

/* ---- one pair ---- */

static bool is_storage(const char *se)
{
    const char *host = strstr(se, "://");
    size_t n = strlen(se);

    if (!host || host == se || !host[3] || host[3] == '/')
        return false;

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)se[i] <= ' ' || (unsigned char)se[i] >= 0x7f)
            return false;
    return n <= FTS_MAX_SE;
}

static void decide(struct fts_change *c, enum fts_action action, const char *why)
{
    c->action = action;
    c->why = why;
}

/* Towards the plan, by what one run may change. */
static void decide_number(struct fts_change *c, double step)
{
    double most = ceiling_of(c->base), target = fmax(1, fmin(c->plan, most));
    double from = !isnan(c->now) ? c->now : c->active > 0 ? c->active : target;
    double by = fmax(1, floor(from * step));
    bool fixed = number(c->row, "min_active") == number(c->row, "max_active");
    const char *why = target < c->plan   ? "limit of FTS"
                      : target > c->plan ? "at least 1"
                                         : NULL;

    c->set = fmin(most, fmax(1, fmin(fmax(target, from - by), from + by)));
    if (c->set == c->now && fixed)
        decide(c, FTS_KEEP, why ? why : "unchanged");
    else if (c->set != target)
        decide(c, FTS_PIN, "step-limited");
    else
        decide(c, FTS_PIN, why ? why : "as planned");
}

static void decide_pair(const struct index *x, struct fts_change *c)
{
    bool ours = c->row && fts_is_ours(c->row, x->given->prefix);

    if (c->row && !ours)
        decide(c, FTS_LEAVE, "foreign");
    else if (!is_storage(c->source) || !is_storage(c->dest))
        decide(c, FTS_LEAVE, "not a storage of FTS");
    else if (isnan(c->plan))
        decide(c, ours ? FTS_RELEASE : FTS_LEAVE, "unknown");
    else if (!ours && found(x->names, c->name))
        decide(c, FTS_LEAVE, "its name is taken");
    else
        decide_number(c, x->given->step);
}

/* `row`: what FTS has for the pair, or NULL. */
static struct fts_change *add_pair(struct index *x, struct fts_changes *out, const char *source,
                                   const char *dest, const struct rialto_value *row)
{
    struct fts_change *c = VEC_PUSH(out);
    const char *key = pair_key(x->arena, source, dest);

    if (!c || !key)
        return NULL;
    *c = (struct fts_change){
        .source = source, .dest = dest, .row = row, .now = NAN, .plan = NAN, .set = NAN};
    c->base = base_of(x, source, dest);
    c->active = number(found(x->active, key), "active");
    if (row && fts_is_ours(row, x->given->prefix)) {
        c->name = text(row, "symbolicname");
        c->now = number(row, "max_active") > 0 ? number(row, "max_active") : NAN;
    } else {
        c->name = name_of(x, source, dest);
    }
    return c->name ? c : NULL;
}

/* ---- all ---- */

/* A pair has a row in the plan for each experiment and activity: FTS has one number for all. */
static bool add_planned(struct index *x, struct fts_changes *out)
{
    struct rialto_cursor row = {0};

    while (rialto_next(rialto_get(x->given->plan, "plan"), &row)) {
        const char *source = text(row.value, "source_se"), *dest = text(row.value, "dest_se");
        char *key = pair_key(x->arena, source, dest);
        union map_value *at = key ? map_at_str(x->wanted, key) : NULL;
        double connections = number(row.value, "connections");

        if (!at)
            return false;
        if (at->u == 0) {
            struct fts_change *c = add_pair(x, out, source, dest, found(x->links, key));
            if (!c)
                return false;
            c->plan = connections;
            at->u = out->n;
        } else {
            out->v[at->u - 1].plan += connections; /* NAN: not known of one is not known */
        }
    }
    for (size_t i = 0; i < out->n; i++)
        decide_pair(x, &out->v[i]);
    return true;
}

static bool add_left(struct index *x, struct fts_changes *out)
{
    struct rialto_cursor row = {0};

    while (rialto_next(x->given->links, &row)) {
        const char *source = text(row.value, "source"), *dest = text(row.value, "destination");
        char *key = pair_key(x->arena, source, dest);
        struct fts_change *c;

        if (!key)
            return false;
        if (!fts_is_ours(row.value, x->given->prefix) ||
            (map_get_str(x->wanted, key) && found(x->links, key) == row.value))
            continue;
        c = add_pair(x, out, source, dest, row.value);
        if (!c)
            return false;
        decide(c, FTS_RELEASE, x->given->plan ? "not in the plan" : "no plan");
    }
    return true;
}

bool fts_changes_make(struct fts_changes *out, const struct fts_given *given, struct arena *a)
{
    struct index x;
    bool ok = index_make(&x, given, a) && add_planned(&x, out) && add_left(&x, out);

    for (size_t i = 0; ok && i < out->n; i++)
        out->count[out->v[i].action]++;
    index_free(&x);
    return ok;
}

void fts_changes_free(struct fts_changes *c)
{
    VEC_FREE(c);
}

/* ---- bodies ---- */

static void put_member(struct buf *b, const char *before, const char *value)
{
    buf_str(b, before);
    buf_json_str(b, value);
}

void fts_pin_body(struct buf *b, const struct fts_change *c)
{
    const struct rialto_value *mode = rialto_get(c->base, "optimizer_mode");
    const struct rialto_value *flag = rialto_get(c->base, "no_delegation");

    put_member(b, "{\"symbolicname\":", c->name);
    put_member(b, ",\"source\":", c->row ? text(c->row, "source") : c->source);
    put_member(b, ",\"destination\":", c->row ? text(c->row, "destination") : c->dest);
    buf_printf(b, ",\"min_active\":%.0f,\"max_active\":%.0f", c->set, c->set);
    /* FTS takes these two from the pair's row even where that says nothing of them. */
    if (!c->row && rialto_type(mode) == RIALTO_NUMBER)
        buf_printf(b, ",\"optimizer_mode\":%.0f", rialto_number(mode, 0));
    if (!c->row && rialto_type(flag) == RIALTO_BOOL)
        buf_printf(b, ",\"no_delegation\":%s", rialto_true(flag) ? "true" : "false");
    buf_char(b, '}');
}

void fts_row_body(struct buf *b, const struct rialto_value *row)
{
    struct rialto_cursor c = {0};
    const char *before = "{";

    while (rialto_next(row, &c)) {
        char *value;
        if (rialto_type(c.value) == RIALTO_NULL || rialto_type(c.value) == RIALTO_ARRAY ||
            rialto_type(c.value) == RIALTO_OBJECT)
            continue;
        value = rialto_value_json(c.value);
        b->failed |= !value;
        put_member(b, before, c.key);
        buf_char(b, ':');
        buf_str(b, value ? value : "");
        free(value);
        before = ",";
    }
    buf_char(b, '}');
}

/* FTS's times are UTC and do not say so. */
static bool time_of(const struct rialto_value *row, struct arena *a, int64_t *out)
{
    const char *when = arena_printf(a, "%sZ", text(row, "datetime"));

    return when && str_time(slice_of(when), out);
}

bool fts_is_recent(const struct rialto_value *row, int64_t since, struct arena *a)
{
    const char *source = text(row, "source_se"), *dest = text(row, "dest_se");
    int64_t time;

    return time_of(row, a, &time) && time >= since && strcmp(source, dest) != 0 &&
           is_storage(source) && is_storage(dest);
}

struct fts_seen fts_seen_of(const struct rialto_value *rows, int64_t since, struct arena *a)
{
    struct fts_seen s = {.throughput = NAN, .active = NAN, .queued = NAN};
    struct rialto_cursor c = {0};
    int64_t newest = since, time;

    while (rialto_next(rows, &c)) {
        if (!time_of(c.value, a, &time) || time < newest)
            continue;
        newest = time;
        s.throughput = number(c.value, "throughput");
        s.active = number(c.value, "actual_active");
        s.queued = number(c.value, "queue_size");
    }
    return s;
}

/* The numbers that FTS can have of a pair, whoever pins it. */
static void put_range(const struct index *x, struct buf *b, const char *source,
                      const char *dest)
{
    const struct rialto_value *row = link_of(x, source, dest);
    bool foreign = row && !fts_is_ours(row, x->given->prefix);
    double most = fmin(ceiling_of(foreign ? row : base_of(x, source, dest)), MAX_ASKED);
    double least = foreign ? number(row, "min_active") : NAN;

    if (least > 0 && least <= most)
        buf_printf(b, ",\"min_active\":%.0f", least);
    buf_printf(b, ",\"max_active\":%.0f", most);
}

static void put_throughput(struct buf *b, double bytes)
{
    buf_str(b, ",\"throughput\":");
    buf_json_real(b, fmin(bytes * 8, MAX_ASKED_RATE));
}

/* What the optimizer decided, and its average. */
static void put_average(struct buf *b, const struct rialto_value *row)
{
    double active = number(row, "active"), ema = number(row, "ema");

    if (active > 0)
        buf_printf(b, ",\"active\":%.0f", fmin(active, MAX_ASKED));
    if (active > 0 && ema > 0)
        put_throughput(b, ema);
}

/* `s`: or NULL. */
static void put_seen(struct buf *b, const struct fts_seen *s)
{
    if (s && s->active >= 0)
        buf_printf(b, ",\"active\":%.0f", fmin(s->active, MAX_ASKED));
    if (s && s->queued >= 0)
        buf_printf(b, ",\"queued\":%.0f", fmin(s->queued, MAX_ASKED));
    if (s && s->throughput >= 0)
        put_throughput(b, s->throughput);
}

static void put_pair(const struct index *x, struct buf *b, const struct rialto_value *row)
{
    const char *source = text(row, "source_se"), *dest = text(row, "dest_se");
    put_member(b, "{\"source_se\":", source);
    put_member(b, ",\"dest_se\":", dest);
    if (x->given->seen)
        put_seen(b, found(x->seen, pair_key(x->arena, source, dest)));
    else
        put_average(b, row);
    put_range(x, b, source, dest);
    buf_char(b, '}');
}

size_t fts_question(struct buf *b, const struct fts_given *given, int64_t since,
                    struct arena *a)
{
    struct index x;
    struct rialto_cursor row = {0};
    size_t n = 0;

    b->failed |= !index_make(&x, given, a);
    buf_str(b, "{\"pairs\":[");
    while (!b->failed && rialto_next(given->current, &row)) {
        if (!fts_is_recent(row.value, since, a))
            continue;
        buf_str(b, n++ > 0 ? "," : "");
        put_pair(&x, b, row.value);
    }
    buf_str(b, "]}");
    index_free(&x);
    return n;
}
