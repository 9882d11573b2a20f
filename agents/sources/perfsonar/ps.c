/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/perfsonar/ps.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 300

/* Output of tools, copies of the result, credentials of archives. */
const char *const ps_without[] = {
    "diags",    "limit-diags", "result-full", "raw-packets",           "archives",
    "_headers", "diag",        "_key",        "participant-data-full", NULL,
};

void ps_json_limits(struct jread_limits *l)
{
    jread_defaults(l);
    l->max_string = PS_MAX_STRING;
    l->unique_depth = 0; /* documents and samples of the project itself repeat keys */
    l->many = true;
}

int ps_init(struct ps *ps, const struct agent *a, struct batch_sink *sink, struct err *e)
{
    *ps = (struct ps){
        .sink = sink,
        .arena = arena_new(PS_SCRATCH),
        .keep = arena_new(PS_SCRATCH),
        .agent = a,
        .now = FACT_NONE,
        .where = "document",
        .oldest = FACT_NONE,
        .last = FACT_NONE,
    };
    if (ps->arena != NULL && ps->keep != NULL)
        return 0;
    ps_done(ps);
    return err_set(e, ERR_NOMEM, "no memory to read perfSONAR's documents");
}

static void flush(struct ps *ps)
{
    char text[TEXT_MAX + 40];

    if (ps->again > 0) {
        snprintf(text, sizeof(text), "%s (%zu times more)", ps->told, ps->again);
        ps->sink->ignore(ps->sink, "others", text);
    }
    ps->again = 0;
    ps->told[0] = '\0';
}

void ps_tell_rest(struct ps *ps)
{
    char text[100];

    flush(ps);
    if (ps->n_told <= PS_MAX_TOLD)
        return;
    snprintf(text, sizeof(text), "%zu further remarks", ps->n_told - PS_MAX_TOLD);
    ps->sink->ignore(ps->sink, "others", text);
}

/* Remarks that follow one another with the same words are counted. */
static void tell(struct ps *ps, int code, const char *fmt, va_list args)
{
    char text[TEXT_MAX];

    vsnprintf(text, sizeof(text), fmt, args);
    if (ps->n_told++ == 0)
        err_set(&ps->why, code, "%s: %s", ps->where, text);
    if (ps->n_told > PS_MAX_TOLD)
        return;
    if (strcmp(text, ps->told) == 0) {
        ps->again++;
        ps->n_told--;
        return;
    }
    flush(ps);
    strcpy(ps->told, text);
    ps->sink->ignore(ps->sink, ps->where, text);
}

void ps_skip(struct ps *ps, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    tell(ps, ERR_NOENT, fmt, args);
    va_end(args);
}

void ps_wrong(struct ps *ps, const char *fmt, ...)
{
    va_list args;

    if (ps->n_wrong++ == 0)
        ps->n_told = 0; /* what is wrong counts more than what says nothing */
    va_start(args, fmt);
    tell(ps, ERR_SCHEMA, fmt, args);
    va_end(args);
}

int ps_put(struct ps *ps, enum fact_kind kind, const void *fact, struct err *e)
{
    if (ps->n_facts++ % 1024 == 0 && agent_cancelled(ps->agent))
        return err_set(e, ERR_CANCELLED, "cancelled");
    return ps->sink->put(ps->sink, kind, fact, e);
}

int ps_at(struct ps *ps, struct err *e, const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    ps->where = arena_strdup(ps->arena, text);
    return ps->where != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a remark");
}

/* The element is the reader's next value; what it needed is given back. */
static int visit_one(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e)
{
    struct arena_mark mark = arena_mark(ps->arena);
    const char *where = ps->where;
    const struct jnode *doc;
    int rc = jnode_read(r, ps_without, ps->arena, &doc, e);

    if (rc == 0)
        rc = visit(ps, doc, e);
    ps->where = where;
    arena_rewind(ps->arena, mark);
    return rc;
}

int ps_elements(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e)
{
    const char *outer = ps->where;
    char text[TEXT_MAX];
    size_t i = 0;
    int rc = jread_expect(r, JREAD_ARRAY, e);

    while (rc == 0 && (rc = jread_element(r, e)) > 0) {
        snprintf(text, sizeof(text), "%s[%zu]", outer, i++);
        ps->where = text;
        rc = visit_one(ps, r, visit, e);
    }
    ps->where = outer;
    return rc;
}

int ps_each(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e)
{
    enum jread_token t;
    int rc;

    while ((rc = jread_peek(r, &t, e)) == 0 && t != JREAD_END) {
        rc = t == JREAD_ARRAY ? ps_elements(ps, r, visit, e) : visit_one(ps, r, visit, e);
        if (rc < 0)
            break;
    }
    return rc;
}

int ps_parse(struct ps *ps, const struct ps_form *form, struct slice text, struct err *e)
{
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc;

    ps_json_limits(&limits);
    rc = jread_new_bytes(&r, &limits, text.p, text.n, e);
    if (rc == 0)
        rc = form->parse(ps, r, e);
    jread_free(&r);
    if (rc == 0)
        rc = ps_hosts_put(ps, e);
    ps_tell_rest(ps);
    if (rc < 0 || ps->n_facts > 0)
        return rc;
    if (ps->n_told == 0)
        return err_set(e, ERR_NOENT, "it holds no results and no hosts");
    *e = ps->why;
    return e->code;
}

static int read_batch(struct ps *ps, const struct agent_file *f, struct err *e)
{
    struct batch_head head = agent_file_batch(ps->agent, f, BATCH_REPLACE);
    int rc = ps->sink->begin(ps->sink, &head, e);

    if (rc < 0)
        return rc;
    rc = ps_parse(ps, f->dialect->parser, f->text, e);
    if (rc == 0)
        return ps->sink->commit(ps->sink, e);
    ps->sink->abort(ps->sink);
    return rc;
}

int ps_read_file(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                 struct err *e)
{
    struct ps ps;
    int rc = ps_init(&ps, a, sink, e);

    if (rc == 0)
        rc = read_batch(&ps, f, e);
    ps_done(&ps);
    return rc;
}
