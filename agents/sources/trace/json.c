/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/trace/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/trace/text.h"

#define MAX_LOOK_TOKENS 20000 /* that trace_json_look() takes */
#define MAX_PATH_TEXT   256   /* bytes of the keys that lead to a place */

static void limits(struct jread_limits *l)
{
    jread_defaults(l);
    l->many = true;
}

/* --- documents --- */

static int read_value(struct trace_json *p, trace_json_object *read, struct err *e)
{
    enum jread_token t;
    int rc = jread_peek(p->j, &t, e);

    if (rc < 0)
        return rc;
    if (t == JREAD_OBJECT)
        return read(p, e);
    if (t != JREAD_ARRAY)
        return jread_fail(p->j, e, ERR_SCHEMA, "%s where an object should stand",
                          jread_token_name(t));
    jread_next(p->j, &t, e);
    while ((rc = jread_element(p->j, e)) > 0) {
        rc = jread_peek(p->j, &t, e);
        if (rc == 0 && t != JREAD_OBJECT)
            rc = jread_fail(p->j, e, ERR_SCHEMA, "%s where an object should stand",
                            jread_token_name(t));
        if (rc == 0)
            rc = read(p, e);
        if (rc < 0)
            return rc;
    }
    return rc;
}

static int read_all(struct trace_json *p, trace_json_object *read, struct err *e)
{
    enum jread_token t;
    int rc;

    while ((rc = jread_peek(p->j, &t, e)) == 0 && t != JREAD_END) {
        rc = read_value(p, read, e);
        if (rc < 0)
            return rc;
    }
    return rc;
}

int trace_json_bytes(struct trace_reader *r, struct slice text, trace_json_object *read,
                     void *state, struct err *e)
{
    struct trace_json p = {.reader = r, .state = state};
    struct jread_limits l;
    int rc;

    limits(&l);
    rc = jread_new_bytes(&p.j, &l, text.p, text.n, e);
    if (rc == 0)
        rc = read_all(&p, read, e);
    jread_free(&p.j);
    return rc;
}

int trace_json_stream(struct trace_reader *r, jread_source *source, void *payload,
                      trace_json_object *read, struct err *e)
{
    struct trace_json p = {.reader = r};
    struct jread_limits l;
    int rc;

    limits(&l);
    rc = jread_new(&p.j, &l, source, payload, e);
    if (rc == 0)
        rc = read_all(&p, read, e);
    jread_free(&p.j);
    return rc;
}

int trace_json_end(struct trace_json *p, struct err *e)
{
    struct err why = {0};
    int rc = trace_end(p->reader, &why);

    return rc < 0 ? jread_fail(p->j, e, rc, "%s", why.msg) : 0;
}

void trace_json_remark(struct trace_json *p, const char *reason)
{
    struct err at = {0};

    jread_fail(p->j, &at, ERR_SCHEMA, "%s", ""); /* begins with the line */
    trace_remark(p->reader, strtoll(at.msg, NULL, 10), reason);
}

/* --- values --- */

int trace_json_number(struct trace_json *p, double *out, struct err *e)
{
    enum jread_token t;
    int rc = jread_next(p->j, &t, e);

    *out = NAN;
    if (rc < 0 || t == JREAD_NULL)
        return rc;
    if (t != JREAD_NUMBER && t != JREAD_STRING)
        return jread_fail(p->j, e, ERR_SCHEMA, "%s where a number should stand",
                          jread_token_name(t));
    if (!slice_real(jread_text(p->j), out))
        *out = NAN;
    return 0;
}

int trace_json_count(struct trace_json *p, int64_t max, int64_t *out, struct err *e)
{
    double v;
    int rc = trace_json_number(p, &v, e);

    *out = FACT_NONE;
    if (rc < 0 || isnan(v) || v < 0 || v != floor(v))
        return rc;
    if (v > (double)max)
        return jread_fail(p->j, e, ERR_SCHEMA, "a number above %lld", (long long)max);
    *out = (int64_t)v;
    return 0;
}

int trace_json_addr(struct trace_json *p, struct addr *out, struct err *e)
{
    enum jread_token t;
    int rc = jread_next(p->j, &t, e);

    *out = (struct addr){0};
    if (rc < 0 || t == JREAD_NULL)
        return rc;
    if (t != JREAD_STRING)
        return jread_fail(p->j, e, ERR_SCHEMA, "%s where an address should stand",
                          jread_token_name(t));
    if (!text_addr(slice_trim(jread_text(p->j)), out))
        *out = (struct addr){0};
    return 0;
}

int trace_json_keys(struct trace_json *p, const struct trace_json_key *keys, struct err *e)
{
    struct slice key;
    int rc = jread_expect(p->j, JREAD_OBJECT, e);

    while (rc >= 0 && (rc = jread_key(p->j, &key, e)) > 0) {
        const struct trace_json_key *k = keys;

        while (k->name != NULL && !slice_eq(key, k->name))
            k++;
        rc = k->name != NULL ? k->read(p, e) : jread_skip(p->j, e);
    }
    return rc;
}

int trace_json_each(struct trace_json *p, trace_json_object *read, struct err *e)
{
    enum jread_token t;
    int rc = jread_peek(p->j, &t, e);

    if (rc < 0 || t != JREAD_ARRAY)
        return rc < 0 ? rc : jread_skip(p->j, e);
    jread_next(p->j, &t, e);
    while (rc >= 0 && (rc = jread_element(p->j, e)) > 0)
        rc = read(p, e);
    return rc;
}

int trace_json_maybe(struct trace_json *p, trace_json_object *read, struct err *e)
{
    enum jread_token t;
    int rc = jread_peek(p->j, &t, e);

    if (rc < 0)
        return rc;
    return t == JREAD_OBJECT ? read(p, e) : jread_skip(p->j, e);
}

/* --- labels --- */

static int read_label(struct trace_json *p, const char *const names[4], int64_t parts[4],
                      struct err *e)
{
    struct slice key;
    int rc = jread_expect(p->j, JREAD_OBJECT, e);

    while (rc >= 0 && (rc = jread_key(p->j, &key, e)) > 0) {
        int i = 0;

        while (i < 4 && (names[i] == NULL || !slice_eq(key, names[i])))
            i++;
        rc = i < 4 ? trace_json_count(p, 1 << 20, &parts[i], e) : jread_skip(p->j, e);
    }
    return rc;
}

int trace_json_labels(struct trace_json *p, const char *const names[4], struct buf *text,
                      struct err *e)
{
    enum jread_token t;
    int rc = jread_peek(p->j, &t, e);

    if (rc < 0 || t != JREAD_ARRAY)
        return rc < 0 ? rc : jread_skip(p->j, e);
    jread_next(p->j, &t, e);
    while (rc >= 0 && (rc = jread_element(p->j, e)) > 0) {
        int64_t parts[4] = {FACT_NONE, FACT_NONE, FACT_NONE, FACT_NONE};

        rc = read_label(p, names, parts, e);
        if (rc < 0 || parts[0] == FACT_NONE || text->len > TRACE_MAX_LABEL)
            continue;
        if (text->len > 0)
            buf_char(text, '/');
        for (int i = 0; i < 4; i++) {
            if (parts[i] != FACT_NONE)
                buf_printf(text, "%s%c=%lld", i > 0 ? "," : "", "LEST"[i], (long long)parts[i]);
        }
    }
    return rc;
}

/* --- likeness --- */

struct look {
    struct jread *j;
    char path[MAX_PATH_TEXT];     /* "/report/hubs" */
    size_t ends[JREAD_DEPTH + 1]; /* length of the path at each depth */
    unsigned sights;
};

static void see_key(struct look *l, struct slice key)
{
    static const struct {
        const char *path;
        unsigned sight;
    } known[] = {
        {"/report/hubs", SIGHT_MTR},
        {"/prb_id", SIGHT_ATLAS},
        {"/msm_id", SIGHT_ATLAS},
        {"/fw", SIGHT_ATLAS},
        {"/result", SIGHT_RESULT},
        {"/TracerouteCallerVersion", SIGHT_CALLER},
        {"/Metadata/TracerouteCallerVersion", SIGHT_CALLER},
        {"/hops", SIGHT_HOPS},
        {"/ttls", SIGHT_TTLS},
        {"/dest", SIGHT_DEST},
        {"/_source/hops", SIGHT_HOPS},
        {"/_source/ttls", SIGHT_TTLS},
        {"/_source/dest", SIGHT_DEST},
        {"/hits/hits/_source/hops", SIGHT_HOPS},
        {"/hits/hits/_source/ttls", SIGHT_TTLS},
        {"/hits/hits/_source/dest", SIGHT_DEST},
    };
    unsigned depth = jread_depth(l->j);
    size_t at = l->ends[depth - 1], n = key.n;

    if (at + n + 2 > sizeof(l->path))
        n = 0;
    l->ends[depth] = at;
    if (at + 2 <= sizeof(l->path)) { /* else it is longer than any that is known */
        l->path[at] = '/';
        memcpy(l->path + at + 1, key.p, n);
        l->ends[depth] = at + 1 + n;
    }
    l->path[l->ends[depth]] = '\0';
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (strcmp(l->path, known[i].path) == 0)
            l->sights |= known[i].sight;
    }
    if (strncmp(l->path, "/flows/", 7) == 0 && slice_eq(key, "sent"))
        l->sights |= SIGHT_FLOWS;
}

static void see_type(struct look *l, struct slice type)
{
    static const char *const scamper[] = {"trace",      "tracelb",   "cycle-start",
                                          "cycle-stop", "cycle-def", "ping"};

    for (size_t i = 0; i < sizeof(scamper) / sizeof(*scamper); i++) {
        if (slice_eq(type, scamper[i])) {
            l->sights |= SIGHT_SCAMPER;
            return;
        }
    }
    if (!slice_eq(type, "traceroute"))
        l->sights |= SIGHT_OTHER_TYPE;
}

unsigned trace_json_look(const struct agent_file *f)
{
    struct slice head = agent_file_head(f), start = slice_trim(head);
    struct look l = {0};
    struct jread_limits lim;
    enum jread_token t = JREAD_NULL;

    if (start.n == 0 || (start.p[0] != '{' && start.p[0] != '['))
        return 0;
    limits(&lim);
    lim.unique_depth = 0;
    if (jread_new_bytes(&l.j, &lim, head.p, head.n, NULL) < 0)
        return 0;
    for (int i = 0; i < MAX_LOOK_TOKENS && jread_next(l.j, &t, NULL) == 0 && t != JREAD_END;
         i++) {
        if (t == JREAD_KEY)
            see_key(&l, jread_text(l.j));
        else if (t == JREAD_ARRAY)
            l.ends[jread_depth(l.j)] = l.ends[jread_depth(l.j) - 1];
        else if (t == JREAD_STRING && strcmp(l.path, "/type") == 0)
            see_type(&l, jread_text(l.j));
    }
    jread_free(&l.j);
    return l.sights;
}
