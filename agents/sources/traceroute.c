/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traceroutes: from a spool folder that something else fills, or by running the program.
 *
 * Every file is a scope of its own, so that a file that is replaced replaces its facts, and one
 * that is as it was costs a look at its size and time. A file that is gone leaves its facts
 * until they expire; without expiry they leave with it.
 */
#include "agents/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "agents/sources/trace/dialects.h"
#include "agents/sources/trace/trace.h"
#include "base/hash.h"

#define SECOND        INT64_C(1000000)
#define SCRATCH_LIMIT ((size_t)512 << 20)
#define MAX_OUTPUT    ((size_t)64 << 10)

struct tracer {
    const char *folder, *index, *pattern, *dialect;
    bool unfinished;
    size_t max_file; /* bytes */
    const struct conf *files;
    struct addr source;
    struct addr *targets;
    size_t n_targets;
    const char *program;
    int64_t pause, timeout; /* microseconds between starts, for one run */
};

/* --- options --- */

/* as trace_dialects has them */
static const char *const dialect_names[] = {
    "auto",    "traceroute", "ios",     "tracert", "tracepath", "mtr",    "mtr-csv",  "mtr-raw",
    "mtr-xml", "mtr-json",   "scamper", "warts",   "atlas",     "dublin", "ps-trace", NULL};

static const struct conf_item limit_items[] = {
    {.name = "file",
     .type = CONF_SIZE,
     .def = "64M",
     .min = 1,
     .max = (int64_t)4 << 30,
     .help = "A larger file is an error."},
    {0},
};

static const struct conf_item options[] = {
    {.name = "path", .type = CONF_PATH, .help = "Spool folder of files that a tool printed."},
    {.name = "dialect",
     .type = CONF_ENUM,
     .def = "auto",
     .choices = dialect_names,
     .help = "The format of the files; auto tells it from each file's contents."},
    {.name = "unfinished",
     .type = CONF_BOOL,
     .def = "false",
     .help = "Also believe traces that were cut short; default: they fail their file."},
    {.name = "limits",
     .type = CONF_MAP,
     .items = limit_items,
     .help = "Limits on what is read."},
    {.name = "index",
     .type = CONF_PATH,
     .help = "Tab-separated list of the files, with a header line: file, source, "
             "destination, observed_at."},
    {.name = "pattern",
     .type = CONF_STRING,
     .help = "Or what file names tell, e.g. \"{source}_{destination}_{time}.txt\", or "
             "\"{name}.json\" when the content tells all; without index and pattern every "
             "FILE needs a FILE.json."},
    {.name = "files",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Only these files of the folder; default: all."},
    {.name = "targets",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Instead of a folder: addresses to run traceroute to."},
    {.name = "source",
     .type = CONF_STRING,
     .help = "The address to send from; needed with targets."},
    {.name = "rate",
     .type = CONF_STRING,
     .def = "6/min",
     .help = "How often traceroute is started: N/s, N/min or N/h."},
    {.name = "timeout",
     .type = CONF_DURATION,
     .def = "2m",
     .min = SECOND / 10,
     .max = 3600 * SECOND,
     .help = "Time for one run."},
    {.name = "program",
     .type = CONF_STRING,
     .def = "traceroute",
     .help = "The program: a full path, or a name in /usr/bin or /usr/sbin; it must take "
             "the options of Linux's traceroute."},
    {0},
};

static int read_rate(struct tracer *t, const struct conf *c, struct err *e)
{
    struct slice unit = slice_of(conf_str(c, "rate")), number;
    uint64_t n;
    int64_t per = 0;

    slice_split(&unit, '/', &number);
    if (slice_eq(unit, "s"))
        per = SECOND;
    else if (slice_eq(unit, "min"))
        per = 60 * SECOND;
    else if (slice_eq(unit, "h"))
        per = 3600 * SECOND;
    if (per == 0 || !slice_u64(number, 1000, &n) || n == 0)
        return conf_err(conf_get(c, "rate"), e,
                        "rate: must be N/s, N/min or N/h (N up to 1000)");
    t->pause = per / (int64_t)n;
    return 0;
}

static int read_address(const struct conf *c, const char *text, struct addr *out, struct err *e)
{
    if (!addr_parse(slice_of(text), out))
        return conf_err(c, e, "\"%s\" is no address", text);
    return 0;
}

static int read_targets(struct agent *a, struct tracer *t, const struct conf *list,
                        struct err *e)
{
    const struct conf *c = agent_conf(a);
    int rc;

    if (conf_str(c, "source") == NULL)
        return conf_err(list, e, "targets: needs source, the address to send from");
    rc = read_address(conf_get(c, "source"), conf_str(c, "source"), &t->source, e);
    t->targets = ARENA_ARRAY(agent_arena(a), conf_count(list) + 1, struct addr);
    if (t->targets == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the targets");
    for (size_t i = 0; i < conf_count(list) && rc == 0; i++) {
        const struct conf *word = conf_at(list, i);

        rc = read_address(word, conf_text(word), &t->targets[t->n_targets], e);
        if (rc == 0 && t->targets[t->n_targets].family != t->source.family)
            rc = conf_err(word, e, "targets: must be of the source's address family");
        t->n_targets++;
    }
    return rc;
}

static int tracer_open(struct agent *a, struct err *e)
{
    struct tracer *t = agent_state(a);
    const struct conf *c = agent_conf(a), *targets = conf_get(c, "targets");
    const struct conf *limits = conf_get(c, "limits");
    const char *why;

    t->folder = conf_str(c, "path");
    t->index = conf_str(c, "index");
    t->pattern = conf_str(c, "pattern");
    t->files = conf_get(c, "files");
    t->dialect = conf_str(c, "dialect");
    t->unfinished = conf_bool(c, "unfinished");
    t->max_file = limits != NULL ? (size_t)conf_int(limits, "file") : TRACE_MAX_FILE;
    t->timeout = conf_int(c, "timeout");
    t->program = conf_str(c, "program");
    if ((t->folder == NULL) == (targets == NULL))
        return conf_err(c, e, "needs either path (a spool folder) or targets");
    if (t->index != NULL && t->pattern != NULL)
        return conf_err(conf_get(c, "pattern"), e, "pattern: not together with index");
    why = t->pattern != NULL ? trace_pattern_error(t->pattern) : NULL;
    if (why != NULL)
        return conf_err(conf_get(c, "pattern"), e, "pattern: %s", why);
    if (targets == NULL)
        return 0;
    int rc = read_rate(t, c, e);

    return rc < 0 ? rc : read_targets(a, t, targets, e);
}

static void tracer_close(struct agent *a)
{
    (void)a; /* all that open made is in the source's arena */
}

/* --- one trace --- */

struct job {
    struct agent *agent;
    struct batch_sink *sink;
    struct arena *arena; /* of this job */
    struct batch_head head;
    const struct trace_entry *entry;
};

static const struct agent_dialect *choose(const struct tracer *t, const struct agent_file *f)
{
    if (strcmp(t->dialect, "auto") == 0)
        return agent_dialect_guess(trace_dialects, f);
    return agent_dialect_find(trace_dialects, t->dialect);
}

static int read_trace(struct job *j, struct slice text, struct err *e)
{
    const struct tracer *t = agent_state(j->agent);
    const struct trace_entry *x = j->entry;
    const struct trace_known known = {.source = x->source,
                                      .destination = x->destination,
                                      .observed = x->observed,
                                      .ends = true,
                                      .unfinished = t->unfinished};
    struct agent_file f = {.name = j->head.origin.scope,
                           .path = j->head.origin.scope,
                           .text = text,
                           .version = j->head.version,
                           .observed = x->observed};

    if (text.n == 0)
        return err_set(e, ERR_PARSE, "empty");
    f.dialect = choose(t, &f);
    if (f.dialect == NULL)
        return err_set(e, ERR_PARSE, "%s",
                       str_is_utf8(text.p, text.n)
                           ? "looks like no format of traces that is known"
                           : "not text, and no binary form that is known");
    return trace_state_file(j->agent, &f, &known, j->sink, e);
}

/* --- the spool folder --- */

/* What a file was when it was read, and what was said of it. */
static const char *version_of(const struct job *j, const struct stat *st)
{
    const struct tracer *tracer = agent_state(j->agent);
    const struct trace_entry *t = j->entry;
    struct hash *h = hash_new();
    char hex[33];

    if (h == NULL)
        return NULL;
    hash_add(h, &st->st_size, sizeof(st->st_size));
    hash_add(h, &st->st_mtim.tv_sec, sizeof(st->st_mtim.tv_sec));
    hash_add(h, &st->st_mtim.tv_nsec, sizeof(st->st_mtim.tv_nsec));
    hash_add(h, &t->source, sizeof(t->source));
    hash_add(h, &t->destination, sizeof(t->destination));
    hash_add(h, &t->observed, sizeof(t->observed));
    hash_add(h, tracer->dialect, strlen(tracer->dialect) + 1);
    hash_add(h, &tracer->unfinished, sizeof(tracer->unfinished));
    hash_add(h, RIALTO_VERSION, sizeof(RIALTO_VERSION));
    hash_hex(h, hex);
    hash_free(&h);
    return arena_strdup(j->arena, hex);
}

static int read_file(struct job *j, const char *path, struct err *e)
{
    const struct tracer *tracer = agent_state(j->agent);
    const struct trace_entry *t = j->entry;
    const char *known;
    struct stat st;
    char *text;
    size_t len;
    int rc;

    if (t->why.code < 0)
        return err_set(e, t->why.code, "%s", t->why.msg);
    if (stat(path, &st) != 0)
        return err_set(e, errno == ENOENT ? ERR_NOENT : ERR_IO, "%s: %s", path,
                       strerror(errno));
    j->head.version = version_of(j, &st);
    known = j->sink->version(j->sink, &j->head.origin, j->arena);
    if (known != NULL && j->head.version != NULL && strcmp(known, j->head.version) == 0)
        return 0;
    rc = trace_read_file(path, tracer->max_file, &text, &len, e);
    if (rc < 0)
        return rc;
    rc = read_trace(j, (struct slice){text, len}, e);
    free(text);
    return rc < 0 ? err_in(e, "%s", path) : 0;
}

/* What went wrong with one scope is told; that somebody ended us is nobody's failure. */
static int settle(const struct job *j, int rc, const struct err *why, struct err *e)
{
    if (rc == 0 || rc == ERR_CANCELLED)
        return 0;
    return j->sink->failed(j->sink, &j->head.origin, why, e);
}

/* One file. Its troubles are told to the sink; only the sink's own end collecting. */
static int collect_file(struct agent *a, struct batch_sink *sink, const struct trace_entry *t,
                        struct arena *scratch, struct err *e)
{
    const struct tracer *tracer = agent_state(a);
    struct arena_mark mark = arena_mark(scratch);
    struct job j = {.agent = a, .sink = sink, .arena = scratch, .entry = t};
    struct err why = {0};
    const char *path = arena_printf(scratch, "%s/%s", tracer->folder, t->name);
    int rc;

    j.head = agent_batch(a, t->name, BATCH_REPLACE);
    rc = path != NULL ? read_file(&j, path, &why) : err_set(&why, ERR_NOMEM, "no memory");
    rc = settle(&j, rc, &why, e);
    arena_rewind(scratch, mark);
    return rc;
}

static bool is_wanted(const struct tracer *t, const char *name)
{
    for (size_t i = 0; i < conf_count(t->files); i++) {
        if (strcmp(conf_text(conf_at(t->files, i)), name) == 0)
            return true;
    }
    return t->files == NULL;
}

/* Files that are gone leave their facts only when nothing else would ever end them. */
static int retire_gone(struct agent *a, struct batch_sink *sink, struct map *present,
                       struct err *e)
{
    struct batch_head head = agent_batch(a, "", BATCH_REPLACE);
    struct arena *names;
    struct strs scopes = {0};
    int rc;

    if (head.origin.expires != FACT_NONE)
        return 0;
    names = arena_new(0);
    if (names == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the names of files");
    rc = sink->scopes(sink, &head.origin, names, &scopes, e);
    for (size_t i = 0; i < scopes.n && rc == 0; i++) {
        if (strcmp(scopes.v[i], "*") == 0 || map_get_str(present, scopes.v[i]) != NULL)
            continue;
        head.origin.scope = scopes.v[i];
        rc = sink->retire(sink, &head.origin, e);
    }
    arena_free(&names);
    return rc;
}

/* Every name of `files` has to be known. */
static int report_unknown(struct agent *a, struct batch_sink *sink, const struct trace_list *l,
                          struct map *present, struct err *e)
{
    const struct tracer *t = agent_state(a);
    int rc = 0;

    for (size_t i = 0; i < conf_count(t->files) && rc == 0; i++) {
        const char *name = conf_text(conf_at(t->files, i));
        struct batch_head head = agent_batch(a, name, BATCH_REPLACE);
        struct err why;

        if (trace_list_find(l, name) != NULL)
            continue;
        if (map_at_str(present, name) == NULL)
            return err_set(e, ERR_NOMEM, "no memory for the names of files");
        err_set(&why, ERR_NOENT, "neither index, pattern nor sidecar tells of it");
        rc = sink->failed(sink, &head.origin, &why, e);
    }
    return rc;
}

static int list_files(const struct tracer *t, struct arena *a, struct trace_list *l,
                      struct err *e)
{
    if (t->index != NULL)
        return trace_read_index(t->index, a, l, e);
    if (t->pattern != NULL)
        return trace_read_pattern(t->folder, t->pattern, a, l, e);
    return trace_read_sidecars(t->folder, a, l, e);
}

static int collect_folder(struct agent *a, struct batch_sink *sink, struct arena *scratch,
                          struct err *e)
{
    const struct tracer *t = agent_state(a);
    struct trace_list list;
    struct map *present = map_new();
    int rc = trace_list_init(&list, e);

    if (rc == 0 && present == NULL)
        rc = err_set(e, ERR_NOMEM, "no memory for the names of files");
    if (rc == 0)
        rc = list_files(t, scratch, &list, e);
    for (size_t i = 0; i < list.n && rc == 0 && !agent_cancelled(a); i++) {
        if (!is_wanted(t, list.v[i].name))
            continue;
        if (map_at_str(present, list.v[i].name) == NULL)
            rc = err_set(e, ERR_NOMEM, "no memory for the names of files");
        if (rc == 0)
            rc = collect_file(a, sink, &list.v[i], scratch, e);
    }
    if (rc == 0 && !agent_cancelled(a))
        rc = report_unknown(a, sink, &list, present, e);
    if (rc == 0 && !agent_cancelled(a))
        rc = retire_gone(a, sink, present, e);
    trace_list_free(&list);
    if (present != NULL)
        map_free(&present);
    return rc;
}

/* --- running it --- */

static bool is_cancelled(void *payload)
{
    return agent_cancelled(payload);
}

/* Waits in small steps until the next run may start. */
static void pause_until(struct agent *a, int64_t when)
{
    const struct clock *clock = agent_clock(a);
    int64_t left;

    while (!agent_cancelled(a) && (left = when - clock->mono_us(clock->self)) > 0) {
        int64_t step = left < SECOND / 10 ? left : SECOND / 10;
        struct timespec ts = {0, (long)(step * 1000)};

        nanosleep(&ts, NULL);
    }
}

static int run_target(struct agent *a, struct job *j, struct trace_entry *t, struct err *e)
{
    const struct tracer *tracer = agent_state(a);
    const struct clock *clock = agent_clock(a);
    struct trace_run run = {.program = tracer->program,
                            .source = tracer->source,
                            .target = t->destination,
                            .timeout = tracer->timeout,
                            .max_output = MAX_OUTPUT,
                            .clock = clock,
                            .cancelled = is_cancelled,
                            .payload = a};
    char *text;
    size_t len;
    int rc = trace_run(&run, &text, &len, e);

    if (rc < 0)
        return rc;
    t->observed = clock->now_us(clock->self);
    rc = read_trace(j, (struct slice){text, len}, e);
    free(text);
    return rc < 0 ? err_in(e, "%s", tracer->program) : 0;
}

static int collect_target(struct agent *a, struct batch_sink *sink, const struct addr *target,
                          struct arena *scratch, struct err *e)
{
    const struct tracer *tracer = agent_state(a);
    struct arena_mark mark = arena_mark(scratch);
    struct trace_entry t = {.source = tracer->source, .destination = *target};
    struct job j = {.agent = a, .sink = sink, .arena = scratch, .entry = &t};
    struct err why = {0};
    char scope[ADDR_TEXT];
    int rc;

    j.head = agent_batch(a, addr_format(target, scope), BATCH_REPLACE);
    rc = settle(&j, run_target(a, &j, &t, &why), &why, e);
    arena_rewind(scratch, mark);
    return rc;
}

static int collect_targets(struct agent *a, struct batch_sink *sink, struct arena *scratch,
                           struct err *e)
{
    const struct tracer *t = agent_state(a);
    const struct clock *clock = agent_clock(a);
    struct map *present = map_new();
    int rc = present != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for the targets");

    for (size_t i = 0; i < t->n_targets && rc == 0 && !agent_cancelled(a); i++) {
        int64_t next = clock->mono_us(clock->self) + t->pause;
        char scope[ADDR_TEXT];

        if (map_at_str(present, addr_format(&t->targets[i], scope)) == NULL)
            rc = err_set(e, ERR_NOMEM, "no memory for the targets");
        if (rc == 0)
            rc = collect_target(a, sink, &t->targets[i], scratch, e);
        if (rc == 0 && i + 1 < t->n_targets)
            pause_until(a, next);
    }
    if (rc == 0 && !agent_cancelled(a))
        rc = retire_gone(a, sink, present, e);
    if (present != NULL)
        map_free(&present);
    return rc;
}

static int tracer_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    const struct tracer *t = agent_state(a);
    struct arena *scratch = arena_new(SCRATCH_LIMIT);
    int rc;

    if (scratch == NULL)
        return err_set(e, ERR_NOMEM, "no memory for traces");
    rc = t->folder != NULL ? collect_folder(a, sink, scratch, e)
                           : collect_targets(a, sink, scratch, e);
    arena_free(&scratch);
    return rc;
}

/* Files can be read again; what the program said can't. */
static bool tracer_together(struct agent *a)
{
    const struct tracer *t = agent_state(a);

    return t->folder != NULL;
}

const struct agent_ops agent_traceroute = {
    .name = "traceroute",
    .summary = "Paths that traceroute and its kin saw, from files or by running it.",
    .options = options,
    .state_size = sizeof(struct tracer),
    .open = tracer_open,
    .collect = tracer_collect,
    .together = tracer_together,
    .close = tracer_close,
    .dialects = trace_dialects,
};
