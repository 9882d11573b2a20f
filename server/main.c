/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rialtod: reads the stores of all domains, builds snapshots, serves them.
 *
 * Threads: this one waits for signals; the writer watches the stores, rebuilds and publishes;
 * the HTTP server has its own. What changes while running goes through the writer, so that
 * there is never more than one who publishes.
 */
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "aggregator/aggregator.h"
#include "aggregator/workers.h"
#include "base/log.h"
#include "server/http.h"
#include "server/inbox_store.h"
#include "server/settings_calendars.h"
#include "store/store.h"

#define STOP_GRACE ((int64_t)5000000)
#define RETRY      ((int64_t)5000000) /* after a rebuild that failed */

/* A store that is, or was, there. */
struct source {
    char *path;
    struct store *store; /* NULL: can't be opened yet */
    int64_t version;     /* as loaded last */
    bool read;           /* into the snapshot that is being made */
    bool loaded;         /* is in the current snapshot */
    bool wanted;         /* still named by the configuration */
    char complaint[504]; /* what was logged last, so that it is logged once */
};

struct daemon {
    const char *config_path, *listen, *ready_file;
    const struct clock *clock;
    struct settings *settings; /* the writer's */
    struct board *board;
    struct server *server;
    struct front *front;
    struct {
        VEC(struct source);
    } sources;
    struct inbox_store *inbox; /* NULL: none configured */
    char *inbox_path;          /* of the start, as long as it runs; NULL: none */
    struct server_state state;
    int64_t next_expiry;
    bool ready;    /* the ready file was written */
    bool left_out; /* it was told that pairs have no calendar for want of room */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool stop, reload, news;
};

static int64_t now(const struct daemon *d)
{
    return d->clock->now_us(d->clock->self);
}

/* --- stores --- */

static void complain(struct source *s, const char *what)
{
    if (strcmp(s->complaint, what) == 0)
        return;
    snprintf(s->complaint, sizeof(s->complaint), "%s", what);
    log_warn("store", "%s", what);
}

static void forget_source(struct source *s)
{
    store_close(&s->store);
    free(s->path);
}

static int want_source(struct daemon *d, const char *path)
{
    for (size_t i = 0; i < d->sources.n; i++) {
        if (strcmp(d->sources.v[i].path, path) == 0) {
            d->sources.v[i].wanted = true;
            return 0;
        }
    }
    char *copy = strdup(path);
    struct source *s = copy ? VEC_PUSH(&d->sources) : NULL;
    if (!s) {
        free(copy);
        return ERR_NOMEM;
    }
    *s = (struct source){.path = copy, .wanted = true};
    return 0;
}

/* A name without wildcards is wanted whether the file is there or not, so that its absence is
 * told. */
static void want_pattern(struct daemon *d, const char *pattern)
{
    glob_t found = {0};
    if (glob(pattern, GLOB_NOMAGIC, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            want_source(d, found.gl_pathv[i]);
    }
    globfree(&found);
}

/* Finds files that came and went; true when one that was loaded went. */
static bool find_sources(struct daemon *d)
{
    bool gone = false;
    size_t kept = 0;
    for (size_t i = 0; i < d->sources.n; i++)
        d->sources.v[i].wanted = false;
    for (size_t i = 0; i < d->settings->n_stores; i++)
        want_pattern(d, d->settings->stores[i]);
    if (d->inbox_path)
        want_source(d, d->inbox_path);
    for (size_t i = 0; i < d->sources.n; i++) {
        if (d->sources.v[i].wanted) {
            d->sources.v[kept++] = d->sources.v[i];
        } else {
            log_info("store", "%s is not used any more", d->sources.v[i].path);
            gone |= d->sources.v[i].loaded;
            forget_source(&d->sources.v[i]);
        }
    }
    d->sources.n = kept;
    return gone;
}

static void open_source(struct daemon *d, struct source *s)
{
    struct err e = {0};
    if (s->store)
        return;
    if (store_open(&s->store, s->path, STORE_READ, d->clock, &e) < 0) {
        s->store = NULL;
        complain(s, e.msg);
        return;
    }
    s->complaint[0] = 0;
    log_info("store", "%s opened", s->path);
}

/* Opens what can be opened; true when a store has something new. */
static bool sources_changed(struct daemon *d)
{
    bool changed = false;
    for (size_t i = 0; i < d->sources.n; i++) {
        struct source *s = &d->sources.v[i];
        struct err e = {0};
        int64_t version;
        open_source(d, s);
        if (!s->store)
            continue;
        if (store_version(s->store, &version, &e) < 0)
            complain(s, e.msg);
        else if (!s->loaded || version != s->version)
            changed = true;
    }
    return changed;
}

/* --- rebuilding --- */

/* What stores hold: pieces, each held once. */
struct reading {
    struct intake_list pieces;
    size_t n_stores;
    int64_t next_expiry;
};

static int load_source(struct source *s, int64_t at, struct reading *in, struct err *e)
{
    int64_t expiry = FACT_NONE, version = 0;
    /* The version first: what is committed in between is seen as new next time. */
    int rc = store_version(s->store, &version, e);
    if (rc == 0)
        rc = store_load_pieces(s->store, at, &in->pieces, &expiry, e);
    if (rc < 0)
        return err_in(e, "%s", s->path);
    s->version = version;
    s->complaint[0] = 0;
    s->read = true;
    in->n_stores++;
    if (expiry != FACT_NONE && (in->next_expiry == FACT_NONE || expiry < in->next_expiry))
        in->next_expiry = expiry;
    return 0;
}

/*
 * Loads all stores: what is new in them, and the rest from what they keep. One that is part of
 * the current snapshot and can't be read now spoils the attempt: its facts must not vanish. One
 * that never could be read is left out.
 */
static int load_sources(struct daemon *d, int64_t at, struct reading *in, struct err *e)
{
    int rc = 0;
    *in = (struct reading){.next_expiry = FACT_NONE};
    for (size_t i = 0; rc == 0 && i < d->sources.n; i++) {
        struct source *s = &d->sources.v[i];
        struct err why = {0};
        s->read = false;
        if (!s->store || load_source(s, at, in, &why) == 0)
            continue;
        complain(s, why.msg);
        if (s->loaded)
            rc = err_set(e, why.code, "%s", why.msg);
    }
    if (rc == 0 && in->n_stores == 0)
        rc = err_set(e, ERR_NOENT, "no store can be read yet");
    return rc;
}

/* *next_expiry: when a batch of the stores expires; FACT_NONE: never. */
static int build(struct daemon *d, struct snapshot **out, int64_t *next_expiry, struct err *e)
{
    struct reading in;
    int64_t at = now(d);
    int rc = load_sources(d, at, &in, e);
    const struct snapshot *previous = d->board ? board_acquire(d->board) : NULL;
    const struct aggregation how = {in.pieces.v,       in.pieces.n, at, &d->settings->calendars,
                                    workers_default(), previous};
    if (rc == 0)
        rc = aggregate_by(&how, out, e);
    if (previous)
        board_release(d->board, previous);
    *next_expiry = in.next_expiry;
    if (rc < 0)
        intake_list_free(&in.pieces);
    VEC_FREE(&in.pieces); /* the snapshot has them */
    return rc;
}

static bool all_loaded(const struct daemon *d)
{
    for (size_t i = 0; i < d->sources.n; i++) {
        const struct source *s = &d->sources.v[i];
        if (!s->loaded && access(s->path, F_OK) == 0)
            return false;
    }
    return true;
}

/* Told once, when it begins. */
static void tell_left_out(struct daemon *d, const struct snapshot *s)
{
    size_t addresses = s->address_patterns.left_out, pids = s->pid_patterns.left_out;
    bool before = d->left_out;
    d->left_out = addresses + pids > 0;
    if (d->left_out && !before)
        log_warn("aggregator",
                 "no room for %zu calendars between addresses and %zu between PIDs: patterns "
                 "have at most %zu values each (fewer metrics or longer intervals make room)",
                 addresses, pids, HISTORY_VALUES);
}

static void rebuild(struct daemon *d)
{
    struct err e = {0};
    struct snapshot *next;
    int64_t next_expiry, started = d->clock->mono_us(d->clock->self);
    if (build(d, &next, &next_expiry, &e) < 0) {
        if (e.code != ERR_NOENT)
            log_error("aggregator", "the snapshot stays as it was: %s", e.msg);
        d->next_expiry = now(d) + RETRY;
        return;
    }
    for (size_t i = 0; i < d->sources.n; i++)
        d->sources.v[i].loaded |= d->sources.v[i].read;
    d->next_expiry = next_expiry;
    if (next->next_expiry != FACT_NONE &&
        (d->next_expiry == FACT_NONE || next->next_expiry < d->next_expiry))
        d->next_expiry = next->next_expiry;
    tell_left_out(d, next);
    size_t domains = next->n_domains, links = next->n_links, pids = next->n_pids;
    board_publish(d->board, next);
    if (server_refresh(d->server, &e) < 0) {
        log_error("aggregator", "the snapshot can't be served: %s", e.msg);
        return;
    }
    d->state = (struct server_state){.generation = board_generation(d->board),
                                     .rebuild_us = d->clock->mono_us(d->clock->self) - started,
                                     .loaded = all_loaded(d)};
    server_set_state(d->server, &d->state);
    log_info("aggregator", "snapshot %llu: %zu domains, %zu links, %zu PIDs in %lld ms",
             (unsigned long long)d->state.generation, domains, links, pids,
             (long long)(d->state.rebuild_us / 1000));
}

/* --- the writer thread --- */

static void base_url(const struct daemon *d, char *out, size_t size)
{
    const struct settings *s = d->settings;
    bool six = strchr(s->host, ':') != NULL;
    snprintf(out, size, "%s://%s%s%s:%u", s->certificate ? "https" : "http", six ? "[" : "",
             s->host, six ? "]" : "", (unsigned)front_port(d->front));
}

/* Whoever waits for the file sees it whole or not at all. */
static void write_ready_file(struct daemon *d)
{
    char url[128], part[4096];
    base_url(d, url, sizeof(url));
    snprintf(part, sizeof(part), "%s.%ld", d->ready_file, (long)getpid());
    FILE *f = fopen(part, "we");
    bool ok = f && fprintf(f, "%s\n", url) > 0;
    ok = f && fclose(f) == 0 && ok;
    if (!ok || rename(part, d->ready_file) < 0) {
        log_error("main", "%s: %s", d->ready_file, strerror(errno));
        unlink(part);
    }
}

static void check_ready(struct daemon *d)
{
    if (d->ready)
        return;
    struct edition *ed = server_edition(d->server);
    d->ready = server_ready(d->server, ed);
    edition_release(&ed);
    if (d->ready)
        log_info("main", "ready");
    if (d->ready && d->ready_file)
        write_ready_file(d);
}

static int apply_listen(struct settings *s, const char *listen, struct err *e)
{
    int rc = listen ? settings_listen(s, listen, e) : 0;
    return rc < 0 ? err_in(e, "--listen") : 0;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void reload(struct daemon *d)
{
    struct err e = {0};
    struct settings *next = NULL;
    int rc = settings_load(d->config_path, &next, &e);
    if (rc == 0)
        rc = apply_listen(next, d->listen, &e);
    if (rc == 0)
        rc = server_configure(d->server, next, &e);
    if (rc < 0) {
        log_error("main", "the configuration stays as it was: %s", e.msg);
        settings_release(&next);
        return;
    }
    if (strcmp(next->host, d->settings->host) != 0 || next->port != d->settings->port)
        log_warn("main", "another listen address needs a restart");
    if (!same_text(next->inbox, d->inbox_path))
        log_warn("main", "another inbox needs a restart");
    if (!calendars_equal(&next->calendars, &d->settings->calendars))
        d->next_expiry = now(d); /* another snapshot of the same facts */
    settings_release(&d->settings);
    d->settings = next;
    log_info("main", "configuration read again");
}

/* What was handed in need not wait for the next look at the stores. */
static void tell_news(void *self)
{
    struct daemon *d = self;
    pthread_mutex_lock(&d->lock);
    d->news = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
}

/* A reload may name another inbox, but clients hand in to this one until the end. */
static int keep_inbox_path(struct daemon *d, struct err *e)
{
    if (!d->settings->inbox)
        return 0;
    d->inbox_path = strdup(d->settings->inbox);
    return d->inbox_path ? 0 : err_set(e, ERR_NOMEM, "no memory to start");
}

static int open_inbox(struct daemon *d, struct err *e)
{
    if (!d->inbox_path)
        return 0;
    int rc = inbox_store_open(&d->inbox, d->inbox_path, d->clock, e);
    if (rc < 0)
        return err_in(e, "inbox");
    inbox_store_on_news(d->inbox, tell_news, d);
    server_set_inbox(d->server, inbox_store_inbox(d->inbox));
    return 0;
}

/* Waits until something is to be done or the poll interval is over; false: stop. */
static bool wait_for_work(struct daemon *d, bool *again)
{
    struct timespec until;
    int64_t wait = d->settings->poll;
    if (d->next_expiry != FACT_NONE && d->next_expiry - now(d) < wait)
        wait = d->next_expiry > now(d) ? d->next_expiry - now(d) : 1000;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t us = until.tv_nsec / 1000 + wait;
    until.tv_sec += us / 1000000;
    until.tv_nsec = us % 1000000 * 1000;
    pthread_mutex_lock(&d->lock);
    if (!d->stop && !d->reload && !d->news)
        pthread_cond_timedwait(&d->wake, &d->lock, &until);
    *again = d->reload;
    d->reload = d->news = false;
    bool go_on = !d->stop;
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

static void *write_snapshots(void *self)
{
    struct daemon *d = self;
    bool again = false;
    do {
        if (again)
            reload(d);
        bool changed = find_sources(d);
        changed |= sources_changed(d);
        if (changed || (d->next_expiry != FACT_NONE && now(d) >= d->next_expiry)) {
            d->next_expiry = FACT_NONE;
            rebuild(d);
        }
        check_ready(d);
    } while (wait_for_work(d, &again));
    return NULL;
}

/* --- the program --- */

static void wake(struct daemon *d, bool stop)
{
    pthread_mutex_lock(&d->lock);
    d->stop |= stop;
    d->reload |= !stop;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void handle_signals(struct daemon *d, const sigset_t *signals)
{
    int signal = 0;
    while (sigwait(signals, &signal) == 0 && signal == SIGHUP)
        wake(d, false);
    log_info("main", "stopping");
    wake(d, true);
}

static int serve(struct daemon *d, struct err *e)
{
    sigset_t signals;
    pthread_t writer;
    char url[128];
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    if (d->ready_file)
        unlink(d->ready_file); /* of an earlier run */
    d->board = board_new();
    if (!d->board)
        return err_set(e, ERR_NOMEM, "no memory to start");
    int rc = server_new(&d->server, d->board, d->settings, d->clock, e);
    if (rc == 0)
        rc = open_inbox(d, e);
    if (rc == 0)
        rc = front_start(&d->front, d->server, d->settings, d->clock, e);
    if (rc == 0 && pthread_create(&writer, NULL, write_snapshots, d) != 0)
        rc = err_set(e, ERR_NOMEM, "can't start a thread");
    if (rc < 0)
        return rc;
    base_url(d, url, sizeof(url));
    log_info("main", "rialtod " RIALTO_VERSION " listens on %s", url);
    handle_signals(d, &signals);
    pthread_join(writer, NULL);
    return 0;
}

static int print_snapshot(struct daemon *d, struct err *e)
{
    struct snapshot *snapshot;
    int64_t next_expiry;
    struct buf text = {0};
    find_sources(d);
    sources_changed(d);
    int rc = build(d, &snapshot, &next_expiry, e);
    if (rc < 0)
        return rc;
    snapshot_print(snapshot, &text);
    if (text.failed || fwrite(buf_cstr(&text), 1, text.len, stdout) != text.len ||
        fflush(stdout) != 0)
        rc = err_set(e, ERR_IO, "can't write the snapshot");
    buf_free(&text);
    snapshot_free(&snapshot);
    return rc;
}

static void clean(struct daemon *d)
{
    front_stop(&d->front, STOP_GRACE);
    server_free(&d->server);
    inbox_store_close(&d->inbox);
    free(d->inbox_path);
    board_free(&d->board);
    for (size_t i = 0; i < d->sources.n; i++)
        forget_source(&d->sources.v[i]);
    VEC_FREE(&d->sources);
    settings_release(&d->settings);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
}

static void usage(FILE *to)
{
    fputs("usage: rialtod -c FILE [--listen ADDRESS:PORT] [--ready-file FILE] [--check]\n"
          "               [--print-snapshot] [--version] [--help] [--manual]\n"
          "\n"
          "  -c, --config FILE       the configuration (YAML)\n"
          "      --listen A:P        listen there instead; port 0: any free one\n"
          "      --ready-file FILE   written with the base URL once the server is ready\n"
          "      --check             check the configuration and exit\n"
          "      --print-snapshot    read the stores once, print the canonical text and exit\n"
          "      --manual            print the keys of the configuration as Markdown\n",
          to);
}

static int print_manual(void)
{
    struct buf text = {0};
    conf_manual(settings_items(), &text);
    fputs(buf_cstr(&text), stdout);
    buf_free(&text);
    return 0;
}

enum { MODE_SERVE, MODE_CHECK, MODE_PRINT };

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"listen", required_argument, NULL, 'l'},
    {"ready-file", required_argument, NULL, 'r'},
    {"check", no_argument, NULL, 'k'},
    {"print-snapshot", no_argument, NULL, 'p'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {"manual", no_argument, NULL, 'm'},
    {0},
};

/* Reads the command line. -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct daemon *d, int *mode)
{
    int c;
    while ((c = getopt_long(argc, argv, "c:hV", long_options, NULL)) != -1) {
        switch (c) {
        case 'c':
            d->config_path = optarg;
            break;
        case 'l':
            d->listen = optarg;
            break;
        case 'r':
            d->ready_file = optarg;
            break;
        case 'k':
            *mode = MODE_CHECK;
            break;
        case 'p':
            *mode = MODE_PRINT;
            break;
        case 'V':
            puts("rialtod " RIALTO_VERSION);
            return 0;
        case 'm':
            return print_manual();
        case 'h':
            usage(stdout);
            return 0;
        default:
            usage(stderr);
            return 2;
        }
    }
    if (d->config_path && optind == argc)
        return -1;
    usage(stderr);
    return 2;
}

int main(int argc, char **argv)
{
    struct daemon d = {.clock = clock_system(),
                       .next_expiry = FACT_NONE,
                       .lock = PTHREAD_MUTEX_INITIALIZER,
                       .wake = PTHREAD_COND_INITIALIZER};
    struct err e = {0};
    int mode = MODE_SERVE;
    int status = read_options(argc, argv, &d, &mode);
    if (status >= 0)
        return status;
    server_keep_memory();
    int rc = settings_load(d.config_path, &d.settings, &e);
    if (rc == 0)
        rc = apply_listen(d.settings, d.listen, &e);
    if (rc == 0)
        rc = keep_inbox_path(&d, &e);
    if (rc == 0) {
        log_setup("rialtod", d.settings->log, false);
        if (mode == MODE_SERVE)
            rc = serve(&d, &e);
        else if (mode == MODE_PRINT)
            rc = print_snapshot(&d, &e);
    }
    if (rc < 0)
        fprintf(stderr, "rialtod: %s\n", e.msg);
    clean(&d);
    return rc < 0 ? 1 : 0;
}
