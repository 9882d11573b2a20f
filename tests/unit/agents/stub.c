/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/stub.h"

#include <sched.h>
#include <string.h>

#include "unit/cmocka_all.h"

struct stub_script *stub_scripts;

static int64_t no_time(void *self)
{
    (void)self;
    return 1000;
}

const struct clock stub_clock = {no_time, no_time, NULL, NULL};

static int stub_open(struct agent *a, struct err *e)
{
    struct stub_script **mine = agent_state(a);

    for (*mine = stub_scripts; (*mine)->name != NULL; (*mine)++) {
        if (strcmp((*mine)->name, agent_name(a)) == 0)
            return 0;
    }
    return err_set(e, ERR_NOENT, "no script for %s", agent_name(a));
}

static int say(struct agent *a, struct batch_sink *sink, bool end, struct err *e)
{
    struct batch_head head = agent_batch(a, "x", BATCH_REPLACE);
    struct fact_node f;

    fact_init(FACT_NODE, &f);
    f.node = "r1";
    if (sink->begin(sink, &head, e) != 0 || sink->put(sink, FACT_NODE, &f, e) != 0)
        return e->code;
    return end ? sink->commit(sink, e) : 0;
}

static int stub_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct stub_script *mine = *(struct stub_script **)agent_state(a);
    struct batch_head head = agent_batch(a, "y", BATCH_REPLACE);
    struct err why = {ERR_PARSE, "y.txt:1: odd"};

    atomic_fetch_add(&mine->runs, 1);
    switch (mine->does) {
    case STUB_GOOD:
        return say(a, sink, true, e);
    case STUB_NOTHING:
        return 0;
    case STUB_SCOPE_FAILS:
        return sink->failed(sink, &head.origin, &why, e);
    case STUB_FAILS:
        return err_set(e, ERR_REMOTE, "no answer");
    case STUB_LEAVES_OPEN:
        return say(a, sink, false, e);
    }
    return 0;
}

static int stub_serve(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct stub_script *mine = *(struct stub_script **)agent_state(a);
    int calls = atomic_fetch_add(&mine->served, 1);

    if (mine->patience < 0)
        return 1;
    if (calls < mine->patience)
        return calls % 2 == 0 ? 0 : err_set(e, ERR_IO, "the sink failed");
    while (!agent_cancelled(a))
        sched_yield();
    return say(a, sink, true, e); /* what is under way is still kept */
}

static void stub_close(struct agent *a)
{
    (void)a;
}

static const struct conf_item no_options[] = {{0}};

const struct agent_ops stub_ops = {
    .name = "stub",
    .summary = "Does as it is told.",
    .options = no_options,
    .state_size = sizeof(struct stub_script *),
    .open = stub_open,
    .collect = stub_collect,
    .serve = stub_serve,
    .close = stub_close,
};

struct agent *stub_agent(const char *name, const atomic_bool *cancelled)
{
    struct agent_setup setup = {
        .ops = &stub_ops,
        .domain = "one",
        .name = name,
        .expires = FACT_NONE,
        .clock = &stub_clock,
        .cancelled = cancelled,
    };
    struct agent *a;
    struct err e = {0};

    assert_int_equal(agent_new(&a, &setup, &e), 0);
    return a;
}
