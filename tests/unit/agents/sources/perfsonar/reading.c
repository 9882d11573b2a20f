/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/perfsonar/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

void reading_open(struct reading *r, const struct agent_ops *ops, const char *text, size_t n)
{
    struct agent_setup setup = {.ops = ops,
                                .domain = "d",
                                .name = "s",
                                .expires = FACT_NONE,
                                .clock = clock_system(),
                                .unopened = true};
    struct agent_file f = {
        .name = "x.json", .path = "x.json", .text = {text, n}, .observed = FACT_NONE};
    struct agent *a;

    *r = (struct reading){.arena = arena_new(0)};
    memory_sink_init(&r->sink, r->arena);
    f.dialect = agent_dialect_guess(ops->dialects, &f);
    if (f.dialect == NULL) {
        err_set(&r->e, ERR_PARSE, "looks like nothing");
        return;
    }
    r->dialect = f.dialect->name;
    assert_int_equal(agent_new(&a, &setup, &r->e), 0);
    f.dialect->read(a, &f, &r->sink.sink, &r->e);
    agent_free(&a);
    assert_int_equal(r->sink.n, r->e.code == 0); /* all or nothing */
    if (r->e.code == 0)
        r->text = rig_facts(&r->sink.v[0]);
}

void reading_close(struct reading *r)
{
    free(r->text);
    memory_sink_free(&r->sink);
    arena_free(&r->arena);
}

const char *reading_shared(void)
{
    const char *shared = getenv("RIALTO_SHARED");

    if (shared == NULL) {
        print_message("RIALTO_SHARED is not set: no samples to read\n");
        skip();
    }
    return shared;
}

void reading_sample(struct reading *r, const struct agent_ops *ops, const char *name)
{
    char path[1000];
    char *text = NULL;
    size_t room = 0;
    ssize_t n;
    FILE *f;

    snprintf(path, sizeof(path), "%s/samples/%s", reading_shared(), name);
    f = fopen(path, "r");
    if (f == NULL)
        fail_msg("%s is not there", path);
    n = getdelim(&text, &room, '\0', f);
    fclose(f);
    assert_true(n > 0);
    reading_open(r, ops, text, (size_t)n);
    free(text);
}

void reading_check(const struct agent_ops *ops, const char *dialect, const char *text,
                   const char *want)
{
    struct reading r;
    char refused[600];
    const char *got;

    reading_open(&r, ops, text, strlen(text));
    snprintf(refused, sizeof(refused), "refused: %s", r.e.msg);
    got = r.e.code == 0 ? r.text : refused;
    if (strcmp(got, want) != 0)
        print_error("--- got\n%s\n--- want\n%s\n", got, want);
    assert_string_equal(got, want);
    assert_string_equal(r.dialect != NULL ? r.dialect : "none", dialect);
    reading_close(&r);
}
