/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

static int64_t fixed_now(void *self)
{
    return *(int64_t *)self;
}

static void no_random(void *self, void *p, size_t n)
{
    (void)self;
    memset(p, 0, n);
}

void fixture_open(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    snprintf(f->folder, sizeof(f->folder), "/tmp/rialto-agent-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->arena = arena_new(0);
    memory_sink_init(&f->memory, f->arena);
    f->now = FIXTURE_NOW;
    f->clock = (struct clock){fixed_now, fixed_now, no_random, &f->now};
}

static void remove_all(const char *folder)
{
    DIR *d = opendir(folder);
    struct dirent *entry;
    char path[512];

    assert_non_null(d);
    while ((entry = readdir(d)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlink(path) != 0)
            remove_all(path);
    }
    closedir(d);
    rmdir(folder);
}

void fixture_close(struct fixture *f)
{
    agent_free(&f->agent);
    settings_free(&f->settings);
    memory_sink_free(&f->memory);
    arena_free(&f->arena);
    remove_all(f->folder);
}

int fixture_agent(struct fixture *f, const char *source, struct err *e)
{
    char *name = arena_printf(f->arena, "%s/agent.yaml", f->folder);
    char *text = arena_printf(f->arena, "domain: one\nstore: one.db\nsources:\n- %s\n", source);
    struct agent_setup setup;
    int rc;

    agent_free(&f->agent);
    settings_free(&f->settings);
    rc = settings_parse(&f->settings, name, text, strlen(text), e);
    if (rc != 0)
        return rc;
    setup = (struct agent_setup){
        .ops = f->settings->sources[0].ops,
        .domain = f->settings->domain,
        .name = f->settings->sources[0].name,
        .expires = f->settings->sources[0].expires,
        .conf = f->settings->sources[0].conf,
        .clock = &f->clock,
        .cancelled = &f->cancelled,
    };
    return agent_new(&f->agent, &setup, e);
}

int fixture_collect(struct fixture *f, struct err *e)
{
    return agent_ops_of(f->agent)->collect(f->agent, &f->memory.sink, e);
}

void fixture_write(struct fixture *f, const char *name, const char *text)
{
    FILE *file = fopen(arena_printf(f->arena, "%s/%s", f->folder, name), "wb");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

void fixture_remove(struct fixture *f, const char *name)
{
    assert_int_equal(unlink(arena_printf(f->arena, "%s/%s", f->folder, name)), 0);
}

const struct memory_batch *fixture_batch(struct fixture *f, const char *scope)
{
    for (size_t i = f->memory.n; i-- > 0;) {
        if (strcmp(f->memory.v[i].head.origin.scope, scope) == 0)
            return &f->memory.v[i];
    }
    return NULL;
}

void fixture_print(const struct facts *facts, struct buf *out)
{
    for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
        const struct fact_kind_info *info = fact_kind_info(kind);

        for (size_t i = 0; i < facts->rows[kind].n; i++) {
            buf_printf(out, "%s ", info->name);
            fact_json(kind, (const char *)facts->rows[kind].v + i * info->size, out);
            buf_char(out, '\n');
        }
    }
}

/* Tests run in the folder tests. */
void fixture_data(const char *name, struct buf *out)
{
    char path[256];
    FILE *file;
    int c;

    snprintf(path, sizeof(path), "data/%s", name);
    file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s can't be read", path);
    while ((c = getc(file)) != EOF)
        buf_char(out, (char)c);
    fclose(file);
}
