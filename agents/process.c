/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS 100 /* how often cancellation is looked at */

const char *process_find(const char *name, char room[PROCESS_PATH])
{
    static const char *const folders[] = {"/usr/bin", "/usr/sbin", "/bin", "/sbin"};

    if (strchr(name, '/') != NULL)
        return name;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        int n = snprintf(room, PROCESS_PATH, "%s/%s", folders[i], name);

        if (n > 0 && n < PROCESS_PATH && access(room, X_OK) == 0)
            return room;
    }
    return NULL;
}

/* The child gets: its input or nothing, the pipe to write, default signals, its own process
 * group. */
static int spawn(char *const argv[], const struct process_input *in, int out, pid_t *pid)
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
    if (in->in >= 0)
        posix_spawn_file_actions_adddup2(&files, in->in, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (in->quiet)
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETSIGMASK);
    rc = posix_spawn(pid, argv[0], &files, &attr, argv, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static void limit(pid_t pid, const struct process_input *in)
{
    const struct rlimit cpu = {in->cpu, in->cpu}, room = {in->room, in->room};

    if (in->cpu > 0)
        prlimit(pid, RLIMIT_CPU, &cpu, NULL);
    if (in->room > 0)
        prlimit(pid, RLIMIT_AS, &room, NULL);
}

int process_start(struct process *p, char *const argv[], const struct process_input *in,
                  struct err *e)
{
    int fds[2], rc;

    p->out = -1;
    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_set(e, ERR_IO, "pipe: %s", strerror(errno));
    rc = spawn(argv, in, fds[1], &p->pid);
    close(fds[1]);
    if (rc != 0) {
        close(fds[0]);
        return err_set(e, ERR_IO, "%s: %s", argv[0], strerror(rc));
    }
    limit(p->pid, in);
    p->out = fds[0];
    return 0;
}

/* Waits for output; 1: there is some or the end, 0: look around and wait again. */
static int wait_output(const struct process *r, struct err *e)
{
    struct pollfd p = {.fd = r->out, .events = POLLIN};
    int n;

    if (r->cancelled != NULL && r->cancelled(r->payload))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (r->clock->mono_us(r->clock->self) >= r->deadline)
        return err_set(e, ERR_TIMEOUT, "took too long");
    n = poll(&p, 1, SLICE_MS);
    if (n < 0 && errno != EINTR)
        return err_set(e, ERR_IO, "poll: %s", strerror(errno));
    return n > 0;
}

int process_read(struct process *p, void *to, size_t room, size_t *got, struct err *e)
{
    for (;;) {
        int rc = wait_output(p, e);
        ssize_t n;

        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        n = read(p->out, to, room);
        if (n >= 0) {
            *got = (size_t)n;
            return 0;
        }
        if (errno != EINTR)
            return err_set(e, ERR_IO, "read: %s", strerror(errno));
    }
}

/* Waits for the child's end until the deadline; then, or when told so, its group is killed. */
static int reap(const struct process *r, int64_t deadline, int *status)
{
    bool late = false;

    for (;;) {
        pid_t got = waitpid(r->pid, status, WNOHANG);

        if (got == r->pid)
            return late ? ERR_TIMEOUT : 0;
        if (got < 0 && errno != EINTR)
            return ERR_IO;
        if (r->clock->mono_us(r->clock->self) >= deadline && !late) {
            late = true;
            kill(-r->pid, SIGKILL);
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

int process_end(struct process *p, bool at_once, int *status)
{
    if (p->out >= 0)
        close(p->out);
    p->out = -1;
    return reap(p, at_once ? INT64_MIN : p->deadline, status);
}
