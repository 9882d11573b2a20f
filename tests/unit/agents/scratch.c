/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

bool scratch_open(struct scratch *s)
{
    strcpy(s->path, "/tmp/rialto-test-XXXXXX");
    if (system("git --version >/dev/null 2>&1") != 0) {
        print_message("there is no git program: repositories were not tested\n");
        return false;
    }
    assert_non_null(mkdtemp(s->path));
    return true;
}

void scratch_run(const struct scratch *s, const char *fmt, ...)
{
    char command[2048], all[4096];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(command, sizeof(command), fmt, ap);
    va_end(ap);
    snprintf(all, sizeof(all),
             "cd %s && export HOME=%s GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=t "
             "GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t && "
             "unset GIT_DIR GIT_WORK_TREE; (%s) >>%s/log 2>&1",
             s->path, s->path, command, s->path);
    if (system(all) != 0)
        fail_msg("failed: %s", command);
}

void scratch_close(struct scratch *s)
{
    char command[256];

    snprintf(command, sizeof(command), "chmod -R u+rwX %s; rm -rf %s", s->path, s->path);
    assert_int_equal(system(command), 0);
}

void scratch_write(const struct scratch *s, const char *name, const char *text)
{
    const char *slash = strrchr(name, '/');
    char path[512];
    FILE *f;

    if (slash != NULL)
        scratch_run(s, "mkdir -p '%.*s'", (int)(slash - name), name);
    snprintf(path, sizeof(path), "%s/%s", s->path, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}
