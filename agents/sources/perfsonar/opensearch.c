/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of an OpenSearch archive, as perfSONAR 5 stores them: the answer to a search, hits
 * ({"_index", "_source"}) or what they hold, one by one or one behind the other.
 *
 * hop.ip and hop.as_number leave out what did not answer, so that they are aligned neither to
 * the TTL nor to each other: traces are read from result.json, pScheduler's own form.
 */
#include "agents/sources/perfsonar/ps.h"

#include <string.h>

static void take_end(const struct jnode *meta, struct ps_end *end)
{
    struct slice ip = jnode_slice(jnode_get(meta, "ip"));

    if (ip.n > 0)
        ps_address(ip, &end->addr);
}

static int read_source(struct ps *ps, const struct jnode *doc, struct err *e)
{
    const struct jnode *about = jnode_get(doc, "pscheduler"), *meta = jnode_get(doc, "meta");
    const struct jnode *test = jnode_get(doc, "test");
    struct ps_run run = {.seconds = true};
    int64_t family = 0;
    double length = NAN;
    bool reverse;

    if (test == NULL || jnode_get(doc, "result") == NULL) {
        ps_skip(ps, "no document of a pScheduler test");
        return 0;
    }
    run.type = jnode_slice(jnode_get(test, "type"));
    run.tool = jnode_str(jnode_get(about, "tool"));
    run.start = ps_time(jnode_get(about, "start_time"));
    if (run.start == FACT_NONE)
        run.start = ps_time(jnode_get(doc, "@timestamp"));
    run.end = ps_time(jnode_get(about, "end_time"));
    jnode_real(jnode_get(about, "duration"), &length);
    ps_run_length(&run, length * 1e6);
    ps_ends(&run, jnode_get(test, "spec"), jnode_get(about, "participants"));
    /* the archive looked up the names; of a reversed test data come from its destination */
    reverse = jnode_bool(jnode_path(test, "spec/reverse"), false);
    take_end(jnode_get(meta, "source"), reverse ? &run.destination : &run.source);
    take_end(jnode_get(meta, "destination"), reverse ? &run.source : &run.destination);
    if (jnode_count(jnode_get(meta, "ip_version"), 6, &family) && (family == 4 || family == 6))
        run.family = (int)family;
    return ps_result(ps, &run, jnode_get(doc, "result"), e);
}

int ps_opensearch_hit(struct ps *ps, const struct jnode *hit, struct err *e)
{
    const struct jnode *source = jnode_get(hit, "_source");
    const char *id = jnode_str(jnode_get(source != NULL ? source : hit, "id"));

    if (id == NULL)
        id = jnode_str(jnode_get(hit, "_id"));
    if (id != NULL && ps_at(ps, e, "document %.60s", id) < 0)
        return e->code;
    return read_source(ps, source != NULL ? source : hit, e);
}

static bool is_search_error(const struct jnode *doc)
{
    return jnode_is(jnode_get(doc, "error"), JREAD_OBJECT) && jnode_get(doc, "status") != NULL;
}

/* hits: {"total", "hits": [...]} */
static int read_hits(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc == 0 && (rc = jread_key(r, &key, e)) > 0) {
        bool hits = slice_eq(key, "hits");

        rc = hits ? ps_elements(ps, r, visit, e) : jread_skip(r, e);
    }
    return rc;
}

/* A member of the outermost object that is not the hits: kept, in case there are none. */
static int keep_member(struct ps *ps, struct jread *r, struct slice key, struct jnode *doc,
                       struct err *e)
{
    const char *name = arena_strndup(ps->arena, key.p, key.n);
    const struct jnode *value;
    int rc = name != NULL ? jnode_read(r, ps_without, ps->arena, &value, e)
                          : err_set(e, ERR_NOMEM, "no memory for a document");
    struct jnode *n;

    if (rc < 0)
        return rc;
    n = (struct jnode *)(uintptr_t)value;
    n->key = (struct slice){name, key.n};
    n->next = doc->first;
    doc->first = n;
    doc->n++;
    return 0;
}

static void tell_partial(struct ps *ps, const struct jnode *doc)
{
    size_t wrong = ps->n_wrong;
    int64_t failed = 0;

    if (jnode_bool(jnode_get(doc, "timed_out"), false))
        ps_wrong(ps, "the search timed out: results are missing");
    if (jnode_count(jnode_path(doc, "_shards/failed"), PS_MAX_COUNT, &failed) && failed > 0)
        ps_wrong(ps, "%d shards failed: results are missing", (int)failed);
    ps->partial |= ps->n_wrong > wrong;
}

/* The answer to a search, whose hits are taken one by one, or a document. */
static int read_object(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e)
{
    struct arena_mark mark = arena_mark(ps->arena);
    struct jnode doc = {.type = JREAD_OBJECT};
    struct slice key;
    enum jread_token t;
    bool found = false;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc == 0 && (rc = jread_key(r, &key, e)) > 0) {
        bool hits = slice_eq(key, "hits");

        rc = hits ? jread_peek(r, &t, e) : 0;
        if (hits)
            key = slice_of("hits"); /* peeking takes the reader's own text away */
        hits = hits && rc == 0 && t == JREAD_OBJECT;
        found |= hits;
        if (rc == 0)
            rc = hits ? read_hits(ps, r, visit, e) : keep_member(ps, r, key, &doc, e);
    }
    ps->partial |= rc == 0 && is_search_error(&doc);
    if (rc == 0 && is_search_error(&doc))
        ps_wrong(ps, "the search was refused: %.100s",
                 jnode_slice(jnode_path(&doc, "error/type")).p);
    else if (rc == 0 && !found)
        rc = visit(ps, &doc, e);
    else if (rc == 0)
        tell_partial(ps, &doc);
    arena_rewind(ps->arena, mark);
    return rc;
}

int ps_opensearch_parse(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e)
{
    enum jread_token t;
    int rc;

    while ((rc = jread_peek(r, &t, e)) == 0 && t != JREAD_END) {
        rc = t == JREAD_OBJECT ? read_object(ps, r, visit, e) : ps_elements(ps, r, visit, e);
        if (rc < 0)
            break;
        ps->where = "document";
    }
    return rc;
}

static int parse(struct ps *ps, struct jread *r, struct err *e)
{
    return ps_opensearch_parse(ps, r, ps_opensearch_hit, e);
}

static int likeness(const struct agent_file *f)
{
    struct jsniff s;

    jsniff(agent_file_head(f), &s);
    if (jsniff_has(&s, "hits", "hits") || jsniff_has(&s, "", "_source") ||
        jsniff_has(&s, "", "_shards"))
        return 95;
    if (jsniff_has(&s, "", "pscheduler") &&
        (jsniff_has(&s, "", "result") || jsniff_has(&s, "", "test")))
        return 90;
    if (jsniff_has(&s, "", "@timestamp") && jsniff_has(&s, "", "result"))
        return 80;
    return jsniff_has(&s, "error", "root_cause") ? 90 : 0;
}

const struct ps_form ps_form_opensearch = {parse};

const struct agent_dialect ps_dialect_opensearch = {
    .name = "opensearch",
    .summary = "perfSONAR 5 archives: answers of OpenSearch, and the documents in them",
    .likeness = likeness,
    .read = ps_read_file,
    .parser = &ps_form_opensearch,
};
