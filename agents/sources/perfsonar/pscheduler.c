/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of pScheduler: what its archivers get and send, what its REST interface answers,
 * and results alone.
 *
 *   archived   {"id", "schedule", "test": {"type", "spec"}, "tool", "run", "task",
 *               "participants", "result", "reference"}
 *   to an archiver   {"data", "result": archived, "attempts", "last-attempt"}
 *   a run      {"state", "start-time", "end-time", "participants", "result", "href", ...}
 *   alone      {"schema", "succeeded", "paths"}
 *
 * Arrays and sequences of them are read too.
 */
#include "agents/sources/perfsonar/ps.h"

#include <string.h>

/* "twping", or {"name": "twping", "version": "1.0"} */
static const char *tool_of(const struct jnode *doc)
{
    const struct jnode *tool = jnode_get(doc, "tool");
    const char *name = jnode_str(jnode_get(tool, "name"));

    if (name == NULL)
        name = jnode_str(tool);
    return name != NULL ? name : jnode_str(jnode_path(doc, "task/tool"));
}

static const struct jnode *either(const struct jnode *a, const struct jnode *b)
{
    return a != NULL ? a : b;
}

static void times_of(const struct jnode *doc, struct ps_run *run)
{
    const struct jnode *of_run = either(jnode_get(doc, "run"), doc);
    double us = NAN;

    run->start = ps_time(jnode_get(of_run, "start-time"));
    if (run->start == FACT_NONE)
        run->start = ps_time(jnode_path(doc, "schedule/start"));
    run->end = ps_time(jnode_get(of_run, "end-time"));
    if (!ps_duration(jnode_slice(jnode_get(of_run, "duration")), &us))
        ps_duration(jnode_slice(jnode_path(doc, "schedule/duration")), &us);
    ps_run_length(run, us);
}

static bool is_envelope(const struct jnode *doc)
{
    return jnode_get(doc, "result") != NULL || jnode_get(doc, "result-merged") != NULL;
}

static bool is_archiver_input(const struct jnode *doc)
{
    return jnode_is(jnode_get(doc, "result"), JREAD_OBJECT) &&
           (jnode_get(doc, "attempts") != NULL || jnode_get(doc, "last-attempt") != NULL ||
            jnode_get(doc, "data") != NULL) &&
           is_envelope(jnode_get(doc, "result"));
}

static const struct jnode *result_of(const struct jnode *doc)
{
    const struct jnode *result = jnode_get(doc, "result");

    if (jnode_is(result, JREAD_OBJECT))
        return result;
    if (jnode_is(jnode_get(doc, "result-merged"), JREAD_OBJECT))
        return jnode_get(doc, "result-merged");
    return jnode_path(doc, "run/result-merged");
}

static const char *state_of(const struct jnode *doc)
{
    const char *state = jnode_str(jnode_get(doc, "state"));

    return state != NULL ? state : jnode_str(jnode_path(doc, "run/state"));
}

/* What was tested is said by the document itself, or by its task. */
static int read_run(struct ps *ps, const struct jnode *doc, const struct jnode *task,
                    struct err *e)
{
    const struct jnode *test = either(jnode_get(doc, "test"), jnode_path(doc, "task/test"));
    const struct jnode *participants =
        either(jnode_get(doc, "participants"), jnode_path(doc, "run/participants"));
    const struct jnode *result = result_of(doc);
    struct ps_run run = {.start = FACT_NONE, .end = FACT_NONE};
    const char *state = state_of(doc);

    test = either(test, jnode_get(task, "test"));
    run.type = jnode_slice(jnode_get(test, "type"));
    run.tool = tool_of(doc);
    if (run.tool == NULL)
        run.tool = tool_of(task);
    ps_ends(&run, jnode_get(test, "spec"), participants);
    times_of(doc, &run);
    if (result == NULL && state != NULL) {
        ps_skip(ps, "the run is %.40s and has no result", state);
        return 0;
    }
    return ps_result(ps, &run, result, e);
}

int ps_run_of_task(struct ps *ps, const struct jnode *task, const struct jnode *run,
                   struct err *e)
{
    return read_run(ps, run, task, e);
}

static int read_alone(struct ps *ps, const struct jnode *doc, struct err *e)
{
    struct ps_run run = {.start = FACT_NONE, .end = FACT_NONE};

    if (ps_result_kind(doc) != NULL)
        return ps_result(ps, &run, doc, e);
    if (jnode_get(doc, "state") != NULL || jnode_get(doc, "schema") != NULL)
        return read_run(ps, doc, NULL, e);
    ps_wrong(ps, "neither a result of pScheduler nor a run, nor what is given to an archiver");
    return 0;
}

static int visit(struct ps *ps, const struct jnode *doc, struct err *e)
{
    const struct jnode *inner;
    const char *id;
    int rc = 0;

    if (!jnode_is(doc, JREAD_OBJECT)) {
        ps_wrong(ps, "an object was expected");
        return 0;
    }
    inner = is_archiver_input(doc) ? jnode_get(doc, "result") : doc;
    id = jnode_str(jnode_get(inner, "id"));
    if (id != NULL)
        rc = ps_at(ps, e, "run %.60s", id);
    if (rc < 0)
        return rc;
    return is_envelope(inner) ? read_run(ps, inner, NULL, e) : read_alone(ps, inner, e);
}

static int parse(struct ps *ps, struct jread *r, struct err *e)
{
    return ps_each(ps, r, visit, e);
}

static int likeness(const struct agent_file *f)
{
    static const char *const envelope[] = {"test",         "schedule", "run",
                                           "task-href",    "state",    "task",
                                           "participants", "attempts", "result-href"};
    static const char *const alone[] = {"paths",   "histogram-latency", "roundtrips",
                                        "summary", "intervals",         "packets-sent",
                                        "received"};
    struct jsniff s;
    int points = 0;

    jsniff(agent_file_head(f), &s);
    if (jsniff_has(&s, "", "_source") || jsniff_has(&s, "", "@timestamp"))
        return 0;
    if (jsniff_has(&s, "", "result") || jsniff_has(&s, "", "result-merged")) {
        for (size_t i = 0; i < sizeof(envelope) / sizeof(*envelope); i++)
            points += jsniff_has(&s, "", envelope[i]) ? 30 : 0;
        points += jsniff_has(&s, "result", "succeeded") ? 30 : 0;
    } else if (jsniff_has(&s, "", "succeeded")) {
        for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++)
            points += jsniff_has(&s, "", alone[i]) ? 60 : 0;
    } else if (jsniff_has(&s, "", "test") && jsniff_has(&s, "test", "spec")) {
        points = 40; /* a task, or a long document whose result comes late */
    }
    return points < 90 ? points : 90;
}

const struct ps_form ps_form_pscheduler = {parse};

const struct agent_dialect ps_dialect_pscheduler = {
    .name = "pscheduler",
    .summary = "pScheduler's runs and results: trace, rtt, latency, latencybg, throughput",
    .likeness = likeness,
    .read = ps_read_file,
    .parser = &ps_form_pscheduler,
};
