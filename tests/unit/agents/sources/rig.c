/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

static int64_t rig_now(void *self)
{
    return ((struct rig *)self)->now;
}

static void rig_random(void *self, void *p, size_t n)
{
    (void)self;
    memset(p, 7, n);
}

int rig_open(struct rig *r, const struct agent_ops *ops, const char *yaml, int64_t expires,
             struct err *e)
{
    struct agent_setup setup = {.ops = ops, .domain = "d", .name = "s", .expires = expires};
    struct conf_input in = {"test", yaml, strlen(yaml)};
    int rc;

    *r = (struct rig){.now = INT64_C(1800000000000000)};
    r->clock = (struct clock){rig_now, rig_now, rig_random, r};
    r->arena = arena_new(0);
    assert_non_null(r->arena);
    memory_sink_init(&r->sink, r->arena);
    setup.clock = &r->clock;
    setup.cancelled = &r->cancelled;
    rc = conf_parse(&in, ops->options, r->arena, &setup.conf, e);
    return rc < 0 ? rc : agent_new(&r->agent, &setup, e);
}

void rig_close(struct rig *r)
{
    agent_free(&r->agent);
    memory_sink_free(&r->sink);
    arena_free(&r->arena);
}

void rig_collect(struct rig *r)
{
    struct err e = {0};
    int rc = agent_ops_of(r->agent)->collect(r->agent, &r->sink.sink, &e);

    if (rc < 0)
        print_error("%s\n", e.msg);
    assert_int_equal(rc, 0);
}

const struct memory_batch *rig_scope(const struct rig *r, const char *scope)
{
    const struct memory_batch *found = NULL;

    for (size_t i = 0; i < r->sink.n; i++) {
        if (strcmp(r->sink.v[i].head.origin.scope, scope) == 0)
            found = &r->sink.v[i];
    }
    return found;
}

char *rig_facts(const struct memory_batch *b)
{
    struct buf out = {0};

    if (b->failed)
        buf_printf(&out, "failed: %s\n", b->why.msg);
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        const struct fact_kind_info *info = fact_kind_info(k);

        for (size_t i = 0; i < b->facts.rows[k].n; i++) {
            buf_printf(&out, "%s ", info->name);
            fact_json(k, (const char *)b->facts.rows[k].v + i * info->size, &out);
            buf_char(&out, '\n');
        }
    }
    for (size_t i = 0; i < b->n_ignored; i++)
        buf_printf(&out, "ignored %s: %s\n", b->ignored[i].where, b->ignored[i].reason);
    buf_str(&out, "");
    return out.data != NULL ? buf_take(&out, &(size_t){0}) : strdup("");
}

void rig_expect(const struct rig *r, const char *scope, const char *want)
{
    const struct memory_batch *b = rig_scope(r, scope);
    char *got;

    assert_non_null(b);
    got = rig_facts(b);
    if (strcmp(got, want) != 0)
        print_error("--- got\n%s--- want\n%s", got, want);
    assert_string_equal(got, want);
    free(got);
}

void rig_write(const char *folder, const char *name, const char *text, int64_t when)
{
    char path[4096];
    FILE *f;
    struct timespec times[2] = {{when / 1000000, when % 1000000 * 1000}};

    times[1] = times[0];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(futimens(fileno(f), times), 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(utimensat(-1, path, times, 0), 0);
}

char *rig_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    char path[4096];

    snprintf(path, sizeof(path), "%s/rialto-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(path));
    return strdup(path);
}

void rig_remove(char *folder)
{
    DIR *d = opendir(folder);
    struct dirent *entry;

    assert_non_null(d);
    while ((entry = readdir(d)) != NULL)
        unlinkat(dirfd(d), entry->d_name, 0);
    closedir(d);
    rmdir(folder);
    free(folder);
}
