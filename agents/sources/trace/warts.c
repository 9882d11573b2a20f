/* SPDX-License-Identifier: Apache-2.0 */
/*
 * warts, the binary form of scamper. Its library is under the GPL, so its own sc_warts2json
 * reads the file, as a process with limits; what it prints is read as it comes.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/process.h"
#include "agents/sources/trace/scamper.h"

#define PROGRAM    "sc_warts2json"
#define MAX_WARTS  ((size_t)256 << 20)  /* bytes of a file */
#define MAX_OUTPUT ((uint64_t)16 << 30) /* bytes that it may print */
#define MAX_TIME   INT64_C(600000000)   /* microseconds */
#define MAX_CPU    600                  /* seconds */
#define HEADER     8                    /* bytes before an object */
#define MAX_ROOM   (1ul << 30)          /* bytes of memory */

struct converter {
    struct process process;
    uint64_t printed;
};

/* A file without a name that holds the text. */
static int write_file(struct slice text, int *out, struct err *e)
{
    int fd = memfd_create("warts", MFD_CLOEXEC);
    size_t done = 0;

    *out = fd;
    while (fd >= 0 && done < text.n) {
        ssize_t n = write(fd, text.p + done, text.n - done);

        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    if (fd < 0 || done < text.n || lseek(fd, 0, SEEK_SET) != 0)
        return err_set(e, ERR_IO, "a copy for %s: %s", PROGRAM, strerror(errno));
    return 0;
}

static int read_output(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    struct converter *c = payload;
    int rc = process_read(&c->process, p, room, got, e);

    if (rc < 0)
        return err_in(e, PROGRAM);
    c->printed += *got;
    if (c->printed > MAX_OUTPUT)
        return err_set(e, ERR_LIMIT, "%s printed more than %llu bytes", PROGRAM,
                       (unsigned long long)MAX_OUTPUT);
    return 0;
}

static int check_end(struct converter *c, int rc, struct err *e)
{
    int status = 0, ended = process_end(&c->process, rc < 0, &status);

    if (rc < 0)
        return c->printed == 0 && rc != ERR_TIMEOUT && rc != ERR_CANCELLED
                   ? err_set(e, ERR_PARSE, "%s found nothing in it", PROGRAM)
                   : err_in(e, "%s", PROGRAM);
    if (ended < 0)
        return err_set(e, ended, "%s did not end with its output", PROGRAM);
    if (WIFSIGNALED(status))
        return err_set(e, ERR_REMOTE, "%s ended by signal %d", PROGRAM, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return err_set(e, ERR_REMOTE, "%s could not read it (exit status %d)", PROGRAM,
                       WEXITSTATUS(status));
    return 0;
}

static int convert(struct trace_reader *r, const char *program, int fd, struct err *e)
{
    struct converter c = {.process = {.clock = r->clock,
                                      .deadline = r->clock->mono_us(r->clock->self) + MAX_TIME,
                                      .cancelled = r->cancelled,
                                      .payload = r->agent}};
    const struct process_input in = {.in = fd, .quiet = true, .cpu = MAX_CPU, .room = MAX_ROOM};
    char *const argv[] = {(char *)(uintptr_t)program, NULL};
    int rc = process_start(&c.process, argv, &in, e);

    if (rc < 0)
        return rc;
    rc = trace_json_stream(r, read_output, &c, scamper_object, e);
    return check_end(&c, rc, e);
}

/*
 * warts(5): each object begins with the magic number 0x1205, its type and the length of what
 * follows. The program ends well at one that is damaged, so they are looked at before.
 */
static int check_objects(struct slice text, struct err *e)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t at = 0;

    while (at < text.n) {
        const unsigned char *h = p + at;
        size_t left = text.n - at, len;

        if (left < HEADER || h[0] != 0x12 || h[1] != 0x05)
            return err_set(e, ERR_PARSE, "byte %zu: no warts object begins here", at);
        len = (size_t)h[4] << 24 | (size_t)h[5] << 16 | (size_t)h[6] << 8 | h[7];
        if (len > left - HEADER)
            return err_set(e, ERR_PARSE, "byte %zu: a warts object that was cut short", at);
        at += HEADER + len;
    }
    return 0;
}

static int parse(struct trace_reader *r, struct slice text, struct err *e)
{
    char path[PROCESS_PATH];
    const char *program = process_find(PROGRAM, path);
    int fd = -1, rc = check_objects(text, e);

    if (rc < 0)
        return rc;
    if (program == NULL)
        return err_set(e, ERR_NOENT, "warts is read by %s, which is not installed %s", PROGRAM,
                       "(Debian package scamper)");
    if (text.n > MAX_WARTS)
        return err_set(e, ERR_LIMIT, "larger than %zu bytes", MAX_WARTS);
    rc = write_file(text, &fd, e);
    if (rc == 0)
        rc = convert(r, program, fd, e);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* The types are below 256. */
static int likeness(const struct agent_file *f)
{
    return f->text.n >= 8 && memcmp(f->text.p, "\x12\x05\0", 3) == 0 ? 98 : 0;
}

static const struct trace_form form = {"scamper", parse};

const struct agent_dialect trace_dialect_warts = {
    .name = "warts",
    .summary = "scamper's binary form, read by sc_warts2json (Debian package scamper)",
    .likeness = likeness,
    .read = trace_read_alone,
    .parser = &form,
};
