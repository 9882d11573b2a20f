/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agents/roster.h"
#include "agents/scheduler.h"
#include "store/store.h"

#define PATIENCE    INT64_C(20000000) /* for sources to stop */
#define PRUNE_EVERY 3600              /* seconds */

struct daemon {
    const char *path; /* of the configuration */
    const struct clock *clock;
    struct roster *roster;
    struct store *store;
    pthread_mutex_t lock; /* guards the store */
    struct scheduler *scheduler;
};

static int complain(const struct err *e, int exit_code)
{
    fprintf(stderr, "rialto-agent: %s\n", e->msg);
    return exit_code;
}

int daemon_check(const char *path)
{
    struct roster *r;
    struct err e = {0};

    if (roster_open(&r, path, clock_system(), &e) != 0)
        return complain(&e, EXIT_CONFIG);
    roster_free(&r);
    return EXIT_GOOD;
}

static bool is_removed(const struct settings *s, const struct origin *o)
{
    return o->domain != NULL && o->source != NULL && strcmp(o->domain, s->domain) == 0 &&
           !settings_has_source(s, o->source);
}

/* Sources that are no longer configured must not go on speaking. No scheduler runs meanwhile.
 */
static int retire_removed(struct store *store, const struct settings *s,
                          const struct clock *clock, struct err *e)
{
    struct intake intake = {.facts = {.arena = arena_new(0)}};
    struct batch_sink *sink = store_sink(store);
    const char *last = NULL; /* scopes of one source follow one another */
    int64_t next;
    int rc;

    if (intake.facts.arena == NULL)
        return err_set(e, ERR_NOMEM, "out of memory");
    rc = store_load(store, clock->now_us(clock->self), &intake, &next, e);
    for (size_t i = 0; i < intake.n_scopes && rc == 0; i++) {
        struct origin whole = intake.scopes[i].origin;

        if (!is_removed(s, &whole) || (last != NULL && strcmp(last, whole.source) == 0))
            continue;
        log_info("source", "%s: no longer configured, its facts are retired", whole.source);
        last = whole.source;
        whole.scope = "*";
        rc = sink->retire(sink, &whole, e);
    }
    facts_free(&intake.facts);
    arena_free(&intake.facts.arena);
    return rc;
}

static void prune(struct daemon *d)
{
    int64_t deleted = 0;
    struct err e = {0};
    int rc;

    pthread_mutex_lock(&d->lock);
    rc = store_prune(d->store, d->roster->settings->keep, &deleted, &e);
    pthread_mutex_unlock(&d->lock);
    if (rc != 0)
        log_error("store", "%s: %s", d->roster->settings->store, e.msg);
    else if (deleted > 0)
        log_info("store", "%" PRId64 " old batches deleted", deleted);
}

static int start(struct daemon *d, bool once, struct err *e)
{
    const struct settings *s = d->roster->settings;
    struct scheduler_setup setup = {
        .agents = d->roster->agents,
        .intervals = d->roster->intervals,
        .n = s->n_sources,
        .threads = (size_t)s->threads,
        .once = once,
        .sink = store_sink(d->store),
        .lock = &d->lock,
        .clock = d->clock,
        .cancelled = &d->roster->cancelled,
    };

    return scheduler_start(&d->scheduler, &setup, e);
}

/* Configuration, store and what earlier configurations left behind. */
static int prepare(struct daemon *d, struct err *e)
{
    int rc = roster_open(&d->roster, d->path, d->clock, e);

    if (rc != 0)
        return complain(e, EXIT_CONFIG);
    log_setup("rialto-agent", d->roster->settings->log, false);
    rc = store_open(&d->store, d->roster->settings->store, STORE_WRITE, d->clock, e);
    if (rc == 0)
        rc = retire_removed(d->store, d->roster->settings, d->clock, e);
    return rc == 0 ? EXIT_GOOD : complain(e, EXIT_STORE);
}

static void release(struct daemon *d)
{
    if (d->store != NULL)
        store_close(&d->store);
    roster_free(&d->roster);
    pthread_mutex_destroy(&d->lock);
}

int daemon_once(const char *path)
{
    struct daemon d = {
        .path = path, .clock = clock_system(), .lock = PTHREAD_MUTEX_INITIALIZER};
    struct scheduler_result result;
    struct err e = {0};
    int code = prepare(&d, &e);

    if (code != EXIT_GOOD)
        goto out;
    if (start(&d, true, &e) != 0) {
        code = complain(&e, EXIT_STORE);
        goto out;
    }
    result = scheduler_finish(&d.scheduler);
    prune(&d);
    code = result.failed > 0 ? EXIT_SOURCES : EXIT_GOOD;
out:
    release(&d);
    return code;
}

/* Threads that do not come back own what they work on: nothing can be freed. A batch that was
 * not committed is never seen, so that leaving like this is safe. */
static void stop_or_exit(struct daemon *d)
{
    if (scheduler_stop(&d->scheduler, PATIENCE))
        return;
    log_warn("agent", "a source did not stop in time; leaving without it");
    _exit(EXIT_GOOD);
}

static int swap_store(struct daemon *d, const struct roster *next, struct store **opened,
                      struct err *e)
{
    *opened = NULL;
    if (strcmp(next->settings->store, d->roster->settings->store) == 0)
        return 0;
    return store_open(opened, next->settings->store, STORE_WRITE, d->clock, e);
}

/* Everything about the new configuration is known to be good before the old one stops. */
static int reload(struct daemon *d)
{
    struct roster *next;
    struct store *store = NULL;
    struct err e = {0};
    int rc = roster_open(&next, d->path, d->clock, &e);

    if (rc == 0)
        rc = swap_store(d, next, &store, &e);
    if (rc != 0) {
        log_error("agent", "%s; the configuration stays as it was", e.msg);
        roster_free(&next);
        return 0;
    }
    stop_or_exit(d);
    if (store != NULL) {
        store_close(&d->store);
        d->store = store;
    }
    roster_free(&d->roster);
    d->roster = next;
    log_setup("rialto-agent", next->settings->log, false);
    rc = retire_removed(d->store, next->settings, d->clock, &e);
    if (rc == 0)
        rc = start(d, false, &e);
    if (rc != 0)
        return complain(&e, EXIT_STORE);
    log_info("agent", "configuration reloaded: %zu sources", next->settings->n_sources);
    return 0;
}

static int serve(struct daemon *d, const sigset_t *signals)
{
    struct timespec hour = {.tv_sec = PRUNE_EVERY};
    int code = EXIT_GOOD;

    prune(d);
    while (code == EXIT_GOOD) {
        int sig = sigtimedwait(signals, NULL, &hour);

        if (sig == SIGTERM || sig == SIGINT)
            break;
        if (sig == SIGHUP)
            code = reload(d);
        else if (sig < 0 && errno == EAGAIN)
            prune(d);
    }
    if (d->scheduler != NULL)
        stop_or_exit(d);
    return code;
}

int daemon_run(const char *path)
{
    struct daemon d = {
        .path = path, .clock = clock_system(), .lock = PTHREAD_MUTEX_INITIALIZER};
    struct err e = {0};
    sigset_t signals;
    int code;

    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    code = prepare(&d, &e);
    if (code == EXIT_GOOD && start(&d, false, &e) != 0)
        code = complain(&e, EXIT_STORE);
    if (code == EXIT_GOOD) {
        log_info("agent", "started: %zu sources", d.roster->settings->n_sources);
        code = serve(&d, &signals);
        log_info("agent", "stopped");
    }
    release(&d);
    return code;
}
