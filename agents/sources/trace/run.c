/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include "agents/process.h"
#include "agents/sources/trace/trace.h"
#include "base/buf.h"

static int read_all(const struct trace_run *r, struct process *p, struct buf *out,
                    struct err *e)
{
    for (;;) {
        char chunk[4096];
        size_t n;
        int rc = process_read(p, chunk, sizeof(chunk), &n, e);

        if (rc < 0 || n == 0)
            return rc;
        if (out->len + n > r->max_output)
            return err_set(e, ERR_LIMIT, "printed more than %zu bytes", r->max_output);
        buf_add(out, chunk, n);
        if (out->failed)
            return err_set(e, ERR_NOMEM, "no memory for what was printed");
    }
}

static int check_status(int status, const struct buf *out, struct err *e)
{
    struct slice rest = {buf_cstr(out), out->len}, line = {"", 0};

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    while (slice_line(&rest, &line) && line.n == 0)
        continue;
    if (WIFSIGNALED(status))
        return err_set(e, ERR_REMOTE, "ended by signal %d", WTERMSIG(status));
    return err_set(e, ERR_REMOTE, "exit status %d: %.*s", WEXITSTATUS(status),
                   (int)(line.n < 200 ? line.n : 200), line.p);
}

/* Starts it, reads what it prints, waits for its end. */
static int run(const struct trace_run *r, char *const argv[], struct buf *text, struct err *e)
{
    struct process p = {.clock = r->clock,
                        .deadline = r->clock->mono_us(r->clock->self) + r->timeout,
                        .cancelled = r->cancelled,
                        .payload = r->payload};
    const struct process_input in = {.in = -1};
    int status = 0, ended, rc = process_start(&p, argv, &in, e);

    if (rc < 0)
        return rc;
    rc = read_all(r, &p, text, e);
    ended = process_end(&p, rc < 0, &status);
    if (rc == 0 && ended < 0)
        rc = err_set(e, ended, "%s did not end with its output", argv[0]);
    return rc == 0 ? check_status(status, text, e) : rc;
}

int trace_run(const struct trace_run *r, char **out, size_t *len, struct err *e)
{
    char path[PROCESS_PATH], source[ADDR_TEXT], target[ADDR_TEXT];
    const char *program = process_find(r->program, path);
    struct buf text = {0};
    int rc;

    *out = NULL;
    if (program == NULL)
        return err_set(e, ERR_NOENT, "program %s is not installed", r->program);
    addr_format(&r->source, source);
    addr_format(&r->target, target);
    char *const argv[] = {(char *)(uintptr_t)program,
                          (char[]){"-n"},
                          (char[]){"-q"},
                          (char[]){"2"},
                          (char[]){"-w"},
                          (char[]){"1"},
                          (char[]){"-s"},
                          source,
                          target,
                          NULL};

    rc = run(r, argv, &text, e);
    if (rc == 0 && text.len == 0)
        rc = err_set(e, ERR_PARSE, "%s printed nothing", program);
    if (rc == 0 && (*out = buf_take(&text, len)) == NULL)
        rc = err_set(e, ERR_NOMEM, "no memory for what was printed");
    buf_free(&text);
    return rc < 0 ? err_in(e, "%s", r->program) : 0;
}
