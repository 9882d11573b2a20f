/* SPDX-License-Identifier: Apache-2.0 */
#include "server/scitags.h"

#include <string.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "wire/json.h"

#define ACTIVITY_BITS 6
#define VERSION       1

struct experiment {
    const char *name;        /* NULL: there is none of this id */
    const char **activities; /* names by id; NULL: it has none */
};

struct scitags {
    struct experiment by_id[SCITAGS_EXPERIMENTS + 1];
};

struct reader {
    struct jread *json;
    struct arena *arena;
    struct scitags *out;
    struct err *e;
};

/* A member of an array: its id and name. */
struct entry {
    int64_t id;
    const char *name;
};

static const char *activity_name(const struct experiment *x, uint64_t id)
{
    return x->activities ? x->activities[id] : NULL;
}

/* ---- Reading ---- */

static int read_name(struct reader *r, const char **out)
{
    struct slice s;
    int rc = jread_str(r->json, &s, r->e);
    if (rc < 0)
        return rc;
    if (s.n == 0 || s.n > SCITAGS_MAX_NAME)
        return jread_fail(r->json, r->e, ERR_SCHEMA, "a name of 1 to %d bytes expected",
                          SCITAGS_MAX_NAME);
    *out = arena_strndup(r->arena, s.p, s.n);
    return *out ? 0 : err_set(r->e, ERR_NOMEM, "no memory for the registry");
}

static int read_id(struct reader *r, int64_t most, int64_t *out)
{
    int rc = jread_i64(r->json, out, r->e);
    if (rc == 0 && (*out < 1 || *out > most))
        rc = jread_fail(r->json, r->e, ERR_SCHEMA, "ids are from 1 to %d", (int)most);
    return rc;
}

static int check_entry(const struct reader *r, const char *what, const struct entry *entry)
{
    if (entry->id == 0 || !entry->name)
        return jread_fail(r->json, r->e, ERR_SCHEMA, "%s without %s", what,
                          entry->name ? "id" : "name");
    return 0;
}

static int add_activity(struct reader *r, struct experiment *of, const struct entry *entry)
{
    if (!of->activities)
        of->activities = ARENA_ARRAY(r->arena, SCITAGS_ACTIVITIES + 1, const char *);
    if (!of->activities)
        return err_set(r->e, ERR_NOMEM, "no memory for the registry");
    for (int64_t i = 1; i <= SCITAGS_ACTIVITIES; i++) {
        if (of->activities[i] &&
            (i == entry->id || strcmp(of->activities[i], entry->name) == 0))
            return jread_fail(r->json, r->e, ERR_SCHEMA, "activity %d (%s) stands twice",
                              (int)entry->id, entry->name);
    }
    of->activities[entry->id] = entry->name;
    return 0;
}

static int read_activity(struct reader *r, struct experiment *of)
{
    struct entry entry = {0};
    struct slice key;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0) {
        if (slice_eq(key, "activityName"))
            rc = read_name(r, &entry.name);
        else if (slice_eq(key, "activityId"))
            rc = read_id(r, SCITAGS_ACTIVITIES, &entry.id);
        else
            rc = jread_skip(r->json, r->e);
    }
    if (rc == 0)
        rc = check_entry(r, "an activity", &entry);
    return rc == 0 ? add_activity(r, of, &entry) : rc;
}

static int read_activities(struct reader *r, struct experiment *of)
{
    int rc = jread_expect(r->json, JREAD_ARRAY, r->e);
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0)
        rc = read_activity(r, of);
    return rc;
}

static int add_experiment(struct reader *r, const struct entry *entry,
                          const struct experiment *new)
{
    for (int64_t i = 1; i <= SCITAGS_EXPERIMENTS; i++) {
        const char *name = r->out->by_id[i].name;
        if (name && (i == entry->id || strcmp(name, entry->name) == 0))
            return jread_fail(r->json, r->e, ERR_SCHEMA, "experiment %d (%s) stands twice",
                              (int)entry->id, entry->name);
    }
    r->out->by_id[entry->id] = *new;
    r->out->by_id[entry->id].name = entry->name;
    return 0;
}

static int read_experiment(struct reader *r)
{
    struct experiment new = {0};
    struct entry entry = {0};
    struct slice key;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0) {
        if (slice_eq(key, "expName"))
            rc = read_name(r, &entry.name);
        else if (slice_eq(key, "expId"))
            rc = read_id(r, SCITAGS_EXPERIMENTS, &entry.id);
        else if (slice_eq(key, "activities"))
            rc = read_activities(r, &new);
        else
            rc = jread_skip(r->json, r->e);
    }
    if (rc == 0)
        rc = check_entry(r, "an experiment", &entry);
    if (rc == 0 && strchr(entry.name, '/'))
        rc = jread_fail(r->json, r->e, ERR_SCHEMA, "experiment %s: a slash is not allowed",
                        entry.name);
    return rc == 0 ? add_experiment(r, &entry, &new) : rc;
}

static int read_experiments(struct reader *r)
{
    int rc = jread_expect(r->json, JREAD_ARRAY, r->e);
    while (rc == 0 && (rc = jread_element(r->json, r->e)) > 0)
        rc = read_experiment(r);
    return rc;
}

static int read_root(struct reader *r)
{
    int64_t version = 0;
    bool any = false;
    struct slice key;
    int rc = jread_expect(r->json, JREAD_OBJECT, r->e);
    while (rc == 0 && (rc = jread_key(r->json, &key, r->e)) > 0) {
        any |= slice_eq(key, "experiments");
        if (slice_eq(key, "experiments"))
            rc = read_experiments(r);
        else if (slice_eq(key, "version"))
            rc = jread_i64(r->json, &version, r->e);
        else
            rc = jread_skip(r->json, r->e);
    }
    if (rc == 0)
        rc = jread_expect(r->json, JREAD_END, r->e);
    if (rc == 0 && (version != VERSION || !any))
        rc = jread_fail(r->json, r->e, ERR_SCHEMA,
                        "no registry of SciTags: \"version\":%d and \"experiments\" expected",
                        VERSION);
    return rc;
}

int scitags_read(struct slice text, struct arena *a, struct scitags **out, struct err *e)
{
    struct reader r = {.arena = a, .out = ARENA_NEW(a, struct scitags), .e = e};
    *out = r.out;
    int rc = r.out ? jread_new_bytes(&r.json, NULL, text.p, text.n, e)
                   : err_set(e, ERR_NOMEM, "no memory for the registry");
    if (rc == 0)
        rc = read_root(&r);
    jread_free(&r.json);
    return rc;
}

int scitags_load(const char *path, struct arena *a, struct scitags **out, struct err *e)
{
    struct buf text = {0};
    int rc = conf_read_file(path, SCITAGS_MAX_BYTES, &text, e);
    if (rc == 0 && scitags_read((struct slice){buf_cstr(&text), text.len}, a, out, e) < 0)
        rc = err_in(e, "%s", path);
    buf_free(&text);
    return rc;
}

/* ---- Names and ids ---- */

static bool is_number(struct slice s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    return n > 0 && n == s.n;
}

bool scitags_is_id(struct slice name)
{
    struct slice rest = name, first;
    return slice_split(&rest, '/', &first) && is_number(first) && (!rest.p || is_number(rest));
}

/* NULL: there is none of that id. */
static const char *find_name(const struct scitags *s, struct slice id, struct arena *a,
                             bool *known)
{
    struct slice rest = id, first;
    uint64_t experiment = 0, activity = 0;
    *known = slice_split(&rest, '/', &first) &&
             slice_u64(first, SCITAGS_EXPERIMENTS, &experiment) &&
             (!rest.p || slice_u64(rest, SCITAGS_ACTIVITIES, &activity)) &&
             s->by_id[experiment].name &&
             (!rest.p || activity_name(&s->by_id[experiment], activity));
    if (!*known)
        return NULL;
    const struct experiment *x = &s->by_id[experiment];
    return rest.p ? arena_printf(a, "%s/%s", x->name, activity_name(x, activity)) : x->name;
}

const char *scitags_name(const struct scitags *s, struct slice id, struct arena *a,
                         struct err *e)
{
    bool known = false;
    int n = (int)(id.n < 64 ? id.n : 64);
    const char *name = s ? find_name(s, id, a, &known) : NULL;
    if (name)
        return name;
    if (!s)
        err_set(e, ERR_NOENT,
                "%.*s is an id of SciTags, but no registry is configured "
                "(scitags: FILE); say the name",
                n, id.p);
    else if (!known)
        err_set(e, ERR_NOENT, "%.*s is not in the registry of SciTags", n, id.p);
    else
        err_set(e, ERR_NOMEM, "no memory for a name");
    return NULL;
}

bool scitags_names(const struct scitags *s, unsigned tag, const char **experiment,
                   const char **activity)
{
    unsigned id = tag >> ACTIVITY_BITS;
    if (!s || id > SCITAGS_EXPERIMENTS || !s->by_id[id].name)
        return false;
    *experiment = s->by_id[id].name;
    *activity = activity_name(&s->by_id[id], tag & SCITAGS_ACTIVITIES);
    return *activity != NULL;
}

static unsigned activity_of(const struct experiment *x, const char *name)
{
    for (unsigned i = 1; i <= SCITAGS_ACTIVITIES; i++) {
        const char *known = activity_name(x, i);
        if (known && strcmp(known, name) == 0)
            return i;
    }
    return 0;
}

unsigned scitags_tag(const struct scitags *s, const char *experiment, const char *activity)
{
    for (unsigned i = 1; s && experiment && activity && i <= SCITAGS_EXPERIMENTS; i++) {
        if (!s->by_id[i].name || strcmp(s->by_id[i].name, experiment) != 0)
            continue;
        unsigned found = activity_of(&s->by_id[i], activity);
        return found ? i << ACTIVITY_BITS | found : 0;
    }
    return 0;
}
