/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits for `rialto-agent mirror`, which fetches: reads its signs of life, kills it when
 * there are none, and hands on what it said in the end.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "agents/process.h"
#include "agents/repo_inside.h"
#include "base/buf.h"

#define MAX_SAID 1024 /* bytes of the reason of a failure */

/** Drops signs of life, keeps what else is said: "CODE REASON". */
static void hear(struct buf *said, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((said->len > 0 || p[i] != REPO_BEAT[0]) && said->len < MAX_SAID)
            buf_add(said, p + i, 1);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/** Reads until the end; each sign of life is worth another `stall` of patience. */
static int listen_to(struct process *p, const struct repo_options *o, struct buf *said,
                     struct err *e)
{
    int64_t now = p->clock->mono_us(p->clock->self), last = now + REPO_MAX_TIME;
    char chunk[4096];
    size_t n = 1;
    int rc = 0;

    while (rc == 0 && n > 0) {
        now = p->clock->mono_us(p->clock->self);
        p->deadline = earlier(now + o->stall, last);
        rc = process_read(p, chunk, sizeof(chunk), &n, e);
        if (rc == 0)
            hear(said, chunk, n);
    }
    if (rc != ERR_TIMEOUT)
        return rc;
    err_clear(e);
    return p->deadline >= last ? err_set(e, rc, "fetch: not done after %d minutes",
                                         (int)(REPO_MAX_TIME / 60000000))
                               : err_set(e, rc, "fetch: the server said nothing for %d seconds",
                                         (int)(o->stall / 1000000));
}

/** What the program said when it failed. */
static int failed_as(const struct buf *said, struct err *e)
{
    const char *text = buf_cstr(said);
    char *end;
    long code = strtol(text, &end, 10);

    if (code >= 0 || *end != ' ')
        return err_set(e, ERR_IO, "fetch: the program that fetches ended without a word");
    return err_set(e, (int)code, "%.*s", (int)strcspn(end + 1, "\n"), end + 1);
}

static char *word(const char *text)
{
    return (char *)(uintptr_t)(text != NULL ? text : ""); /* execve(2) does not write there */
}

int repo_mirror(const struct repo_options *o, const char *path, struct err *e)
{
    char *const argv[] = {word(o->program),
                          word("mirror"),
                          word(path),
                          word(o->location),
                          word(o->user),
                          word(o->key_file),
                          word(o->known_hosts_file),
                          word(o->token_file),
                          word(o->ca_file),
                          NULL};
    struct process p = {
        .clock = o->clock, .cancelled = o->cancelled, .payload = o->cancelled_arg};
    const struct process_input in = {.in = -1, .quiet = true};
    struct buf said = {0};
    int status = 0, rc = process_start(&p, argv, &in, e);

    if (rc != 0)
        return err_in(e, "fetch");
    rc = listen_to(&p, o, &said, e);
    p.deadline = p.clock->mono_us(p.clock->self) + o->stall;
    if (process_end(&p, rc != 0, &status) != 0 && rc == 0)
        rc = err_set(e, ERR_TIMEOUT, "fetch: the program that fetches does not end");
    if (rc == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        rc = failed_as(&said, e);
    buf_free(&said);
    return rc;
}
