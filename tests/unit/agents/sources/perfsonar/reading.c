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

/* Single quotes as double ones; to be freed. */
static char *quoted(const char *text)
{
    char *copy = strdup(text);

    for (char *p = copy; (p = strchr(p, '\'')) != NULL;)
        *p = '"';
    return copy;
}

static void compare(const char *got, const char *want)
{
    char *right = quoted(want);

    if (strcmp(got, right) != 0)
        print_error("--- got\n%s\n--- want\n%s\n", got, right);
    assert_string_equal(got, right);
    free(right);
}

void reading_check(const struct agent_ops *ops, const char *dialect, const char *text,
                   const char *want)
{
    struct reading r;
    char refused[600], *document = quoted(text);

    reading_open(&r, ops, document, strlen(document));
    snprintf(refused, sizeof(refused), "refused: %s", r.e.msg);
    compare(r.e.code == 0 ? r.text : refused, want);
    assert_string_equal(r.dialect != NULL ? r.dialect : "none", dialect);
    reading_close(&r);
    free(document);
}

static void terse(const struct fact_measurement *m, struct buf *out)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];

    if (addr_is_set(&m->source) || addr_is_set(&m->destination))
        buf_printf(out, "%s>%s ", addr_format(&m->source, a), addr_format(&m->destination, b));
    buf_printf(out, "%s:%s %.10g", m->metric, m->statistic, m->value);
    if (m->samples != FACT_NONE)
        buf_printf(out, " n%lld", (long long)m->samples);
    if (!isnan(m->clock_error))
        buf_printf(out, " e%g", m->clock_error);
    buf_char(out, '\n');
}

void reading_values(const struct agent_ops *ops, const char *dialect, const char *text,
                    const char *want)
{
    struct reading r;
    struct buf out = {0};
    char *document = quoted(text);
    const struct memory_batch *b;

    reading_open(&r, ops, document, strlen(document));
    if (r.e.code != 0)
        fail_msg("%s", r.e.msg);
    b = &r.sink.v[0];
    for (size_t i = 0; i < FACTS_N(&b->facts, MEASUREMENT); i++)
        terse(&FACTS(&b->facts, measurement, MEASUREMENT)[i], &out);
    for (size_t i = 0; i < b->n_ignored; i++)
        buf_printf(&out, "%s: %s\n", b->ignored[i].where, b->ignored[i].reason);
    compare(buf_cstr(&out), want);
    assert_string_equal(r.dialect, dialect);
    buf_free(&out);
    reading_close(&r);
    free(document);
}
