/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/trace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

#define SLICE_MS 100 /* how often cancellation is looked at */

/* A name without a folder is looked for where Debian keeps such programs, never in PATH. */
static const char *find_program(const char *name, char *room, size_t size)
{
    static const char *const folders[] = {"/usr/bin", "/usr/sbin", "/bin", "/sbin"};

    if (strchr(name, '/') != NULL)
        return name;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        int n = snprintf(room, size, "%s/%s", folders[i], name);

        if (n > 0 && (size_t)n < size && access(room, X_OK) == 0)
            return room;
    }
    return NULL;
}

/* The child gets: nothing to read, the pipe to write, default signals, its own process group.
 */
static int spawn(const char *program, char *const argv[], int out, pid_t *pid)
{
    char *const env[] = {(char[]){"LC_ALL=C"}, (char[]){"PATH=/usr/bin:/usr/sbin"}, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t all, none;
    int rc;

    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETSIGMASK);
    rc = posix_spawn(pid, program, &files, &attr, argv, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* Waits for output; 1: there is some or the end, 0: look around and wait again. */
static int wait_output(const struct trace_run *r, int fd, int64_t deadline, struct err *e)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n;

    if (r->cancelled != NULL && r->cancelled(r->payload))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (r->clock->mono_us(r->clock->self) >= deadline)
        return err_set(e, ERR_TIMEOUT, "took too long");
    n = poll(&p, 1, SLICE_MS);
    if (n < 0 && errno != EINTR)
        return err_set(e, ERR_IO, "poll: %s", strerror(errno));
    return n > 0;
}

static int read_all(const struct trace_run *r, int fd, int64_t deadline, struct buf *out,
                    struct err *e)
{
    for (;;) {
        char chunk[4096];
        ssize_t n;
        int rc = wait_output(r, fd, deadline, e);

        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, "read: %s", strerror(errno));
        if (n == 0)
            return 0;
        if (out->len + (size_t)n > r->max_output)
            return err_set(e, ERR_LIMIT, "printed more than %zu bytes", r->max_output);
        buf_add(out, chunk, (size_t)n);
        if (out->failed)
            return err_set(e, ERR_NOMEM, "no memory for what was printed");
    }
}

/* Waits for the child's end until the deadline; then, or when told so, its group is killed. */
static int reap(const struct trace_run *r, pid_t pid, int64_t deadline, int *status)
{
    bool late = false;

    for (;;) {
        pid_t got = waitpid(pid, status, WNOHANG);

        if (got == pid)
            return late ? ERR_TIMEOUT : 0;
        if (got < 0 && errno != EINTR)
            return ERR_IO;
        if (r->clock->mono_us(r->clock->self) >= deadline && !late) {
            late = true;
            kill(-pid, SIGKILL);
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
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

int trace_run(const struct trace_run *r, char **out, size_t *len, struct err *e)
{
    char path[4096], source[ADDR_TEXT], target[ADDR_TEXT];
    const char *program = find_program(r->program, path, sizeof(path));
    int64_t deadline = r->clock->mono_us(r->clock->self) + r->timeout;
    struct buf text = {0};
    int fds[2], status = 0, rc;
    pid_t pid;

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

    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_set(e, ERR_IO, "pipe: %s", strerror(errno));
    rc = spawn(program, argv, fds[1], &pid);
    close(fds[1]);
    if (rc != 0) {
        close(fds[0]);
        return err_set(e, ERR_IO, "%s: %s", program, strerror(rc));
    }
    rc = read_all(r, fds[0], deadline, &text, e);
    close(fds[0]);
    int ended = reap(r, pid, rc < 0 ? INT64_MIN : deadline, &status);

    if (rc == 0 && ended < 0)
        rc = err_set(e, ended, "%s did not end with its output", program);
    if (rc == 0)
        rc = check_status(status, &text, e);
    if (rc == 0 && text.len == 0)
        rc = err_set(e, ERR_PARSE, "%s printed nothing", program);
    if (rc == 0 && (*out = buf_take(&text, len)) == NULL)
        rc = err_set(e, ERR_NOMEM, "no memory for what was printed");
    buf_free(&text);
    return rc < 0 ? err_in(e, "%s", r->program) : 0;
}
