/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/daemon.h"
#include "agents/roster.h"

#define MAX_FILE  ((off_t)4 << 30)
#define MAX_DEPTH 16 /* of folders in folders */

/* One run of the command. */
struct run {
    const struct trial *trial;
    const struct agent_ops *ops;
    struct trial_sink sink;
    FILE *out;
    size_t n;       /* readings so far */
    size_t n_wrong; /* of them failed or refused */
    struct err e;   /* what ends the run */
};

static int complain(const char *text, const char *which)
{
    fprintf(stderr, "rialto-agent try: %s%s (try --help)\n", text, which);
    return EXIT_USAGE;
}

/* --- printing a reading --- */

static void open_reading(struct run *r, const char *file, const char *kind, const char *source)
{
    struct buf line = {0};

    if (r->trial->form == TRIAL_JSON) {
        buf_str(&line, r->n > 0 ? ",\n {" : "\n {");
        buf_str(&line, file != NULL ? "\"file\": " : "\"source\": ");
        buf_json_str(&line, file != NULL ? file : source);
        buf_printf(&line, ", \"kind\": \"%s\", ", kind);
    } else {
        buf_printf(&line, "%s: %s\n", file != NULL ? file : source, kind);
    }
    fputs(buf_cstr(&line), r->out);
    buf_free(&line);
    r->n++;
}

static void close_json(struct run *r, const char *dialect, const char *result,
                       const struct err *why)
{
    struct buf line = {0};

    buf_str(&line, ", \"dialect\": ");
    buf_json_str(&line, dialect);
    buf_printf(&line, ", \"result\": \"%s\"", result);
    if (why->code != 0) {
        buf_str(&line, ", \"reason\": ");
        buf_json_str(&line, why->msg);
    }
    buf_char(&line, '}');
    fputs(buf_cstr(&line), r->out);
    buf_free(&line);
}

/* Ends what open_reading() began: everything said, and how it went. */
static int close_reading(struct run *r, const char *dialect, int rc, const struct err *why)
{
    size_t facts = r->sink.n_facts, failed = r->sink.n_failed, ignored = r->sink.n_ignored;
    const char *result = rc == 0 ? "facts" : rc == ERR_NOENT ? "nothing" : "refused";

    if (rc == 0 && facts == 0)
        result = failed > 0 ? "refused" : "nothing";
    r->n_wrong += strcmp(result, "refused") == 0 || failed > 0;
    if (trial_sink_flush(&r->sink, r->out, &r->e) != 0)
        return r->e.code;
    if (r->trial->form == TRIAL_JSON) {
        close_json(r, dialect, result, why);
        return 0;
    }
    if (why->code != 0)
        fprintf(r->out, "  %s: %s\n", result, why->msg);
    fprintf(r->out, "  = %s%s%zu facts, %zu ignored, %zu scopes that can't be read\n",
            dialect != NULL ? dialect : "", dialect != NULL ? ": " : "", facts, ignored,
            failed);
    return 0;
}

/* --- files --- */

static int map_file(const char *path, struct slice *text, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc = 0;
    struct stat st;
    void *p;

    *text = (struct slice){"", 0};
    if (fd < 0)
        return err_set(e, ERR_IO, "%s", strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        rc = err_set(e, ERR_IO, "not a regular file");
    } else if (st.st_size > MAX_FILE) {
        rc = err_set(e, ERR_LIMIT, "larger than 4 GiB");
    } else if (st.st_size > 0) {
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            rc = err_set(e, ERR_IO, "%s", strerror(errno));
        else
            *text = (struct slice){p, (size_t)st.st_size};
    }
    close(fd);
    return rc;
}

static const struct agent_dialect *choose(const struct run *r, const struct agent_file *f)
{
    const char *name = r->trial->dialect;

    if (name == NULL || strcmp(name, "auto") == 0)
        return agent_dialect_guess(r->ops->dialects, f);
    return agent_dialect_find(r->ops->dialects, name);
}

static int read_text(struct run *r, struct agent_file *f, struct err *why)
{
    struct agent_setup setup = {.ops = r->ops,
                                .domain = "try",
                                .name = "try",
                                .expires = FACT_NONE,
                                .clock = clock_system(),
                                .unopened = true};
    const char *looks = NULL;
    struct agent *a;
    int rc;

    f->dialect = choose(r, f);
    if (slice_trim(f->text).n == 0)
        return err_set(why, ERR_PARSE,
                       f->text.n == 0 ? "the file is empty" : "the file is blank");
    if (f->dialect == NULL && r->ops->unlike != NULL)
        looks = r->ops->unlike(f);
    if (looks != NULL)
        return err_set(why, ERR_PARSE, "%s (for what %s reads see rialto-agent try --help)",
                       looks, r->ops->name);
    if (f->dialect == NULL)
        return err_set(why, ERR_PARSE, "looks like none of the formats that %s reads (see %s)",
                       r->ops->name, "rialto-agent try --help");
    rc = agent_new(&a, &setup, why);
    if (rc == 0)
        rc = f->dialect->read(a, f, &r->sink.sink, why);
    agent_free(&a);
    return rc;
}

static int try_file(struct run *r, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct agent_file f = {
        .path = path, .name = slash != NULL ? slash + 1 : path, .observed = FACT_NONE};
    struct err why = {0};
    int rc = map_file(path, &f.text, &why);

    open_reading(r, path, r->ops->name, NULL);
    if (rc == 0)
        rc = read_text(r, &f, &why);
    if (f.text.n > 0)
        munmap((void *)(uintptr_t)f.text.p, f.text.n);
    return close_reading(r, f.dialect != NULL ? f.dialect->name : NULL, rc, &why);
}

static int try_path(struct run *r, const char *path, unsigned depth);

static int is_visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* Everything in the folder in order of names. */
static int try_folder(struct run *r, const char *path, unsigned depth)
{
    struct dirent **found;
    int n, rc = 0;

    if (depth >= MAX_DEPTH)
        return err_set(&r->e, ERR_LIMIT, "%s: more than %d folders within each other", path,
                       MAX_DEPTH);
    n = scandir(path, &found, is_visible, alphasort);
    if (n < 0)
        return err_set(&r->e, ERR_IO, "%s: %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        struct buf inner = {0};

        buf_printf(&inner, "%s/%s", path, found[i]->d_name);
        if (rc == 0 && !inner.failed)
            rc = try_path(r, buf_cstr(&inner), depth + 1);
        buf_free(&inner);
        free(found[i]);
    }
    free(found);
    return rc;
}

static int try_path(struct run *r, const char *path, unsigned depth)
{
    struct stat st, link;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return try_file(r, path);
    if (depth > 0 && lstat(path, &link) == 0 && S_ISLNK(link.st_mode)) {
        fprintf(stderr, "rialto-agent try: %s: a link to a folder is not followed\n", path);
        return 0;
    }
    return try_folder(r, path, depth);
}

static const struct agent_ops *find_kind(const char *name)
{
    for (const struct agent_ops *const *p = agent_kinds(); *p != NULL; p++) {
        if (strcmp((*p)->name, name) == 0)
            return *p;
    }
    return NULL;
}

static int try_files(struct run *r)
{
    const struct trial *t = r->trial;

    r->ops = find_kind(t->kind);
    if (r->ops == NULL)
        return complain("no such kind of source: ", t->kind);
    if (r->ops->dialects == NULL)
        return complain("reads no single files: ", t->kind);
    if (t->dialect != NULL && strcmp(t->dialect, "auto") != 0 &&
        agent_dialect_find(r->ops->dialects, t->dialect) == NULL)
        return complain("no such dialect: ", t->dialect);
    for (char *const *p = t->files; *p != NULL && r->e.code == 0; p++)
        try_path(r, *p, 0);
    return EXIT_GOOD;
}

/* --- configurations --- */

static void try_source(struct run *r, struct agent *a)
{
    struct err why = {0};
    int rc;

    open_reading(r, NULL, agent_ops_of(a)->name, agent_name(a));
    rc = agent_ops_of(a)->collect(a, &r->sink.sink, &why);
    close_reading(r, NULL, rc, &why);
}

static int try_config(struct run *r)
{
    const struct trial *t = r->trial;
    struct roster *roster;
    struct err e = {0};
    bool found = false;

    if (roster_open(&roster, t->config, clock_system(), &e) != 0) {
        fprintf(stderr, "rialto-agent: %s\n", e.msg);
        return EXIT_CONFIG;
    }
    for (size_t i = 0; i < roster->settings->n_sources && r->e.code == 0; i++) {
        struct agent *a = roster->agents[i];

        if (t->source != NULL && strcmp(t->source, agent_name(a)) != 0)
            continue;
        found = true;
        try_source(r, a);
    }
    roster_free(&roster);
    return found ? EXIT_GOOD : complain("the configuration has no source ", t->source);
}

int trial_run(const struct trial *t, FILE *out)
{
    struct run r = {.trial = t, .out = out};
    int code = EXIT_STORE;

    if (trial_sink_init(&r.sink, t->form, &r.e) == 0) {
        if (t->form == TRIAL_JSON)
            fputs("{\"readings\": [", out);
        code = t->config != NULL ? try_config(&r) : try_files(&r);
        if (t->form == TRIAL_JSON)
            fputs("]}\n", out);
    }
    trial_sink_free(&r.sink);
    if (r.e.code == 0 && (fflush(out) != 0 || ferror(out)))
        err_set(&r.e, ERR_IO, "standard output: %s", strerror(errno));
    if (r.e.code != 0)
        fprintf(stderr, "rialto-agent try: %s\n", r.e.msg);
    if (r.e.code != 0)
        return EXIT_STORE;
    return code == EXIT_GOOD && r.n_wrong > 0 ? EXIT_SOURCES : code;
}

/* --- the command line --- */

static const char usage[] =
    "usage: rialto-agent try [--source NAME] [--json | --summary] CONFIG\n"
    "       rialto-agent try --kind KIND [--dialect NAME] [--json | --summary] FILE...\n"
    "\n"
    "Reads once and prints the facts, what was passed over and what was refused, and why.\n"
    "Nothing is stored.\n"
    "\n"
    "  CONFIG           configuration of an agent\n"
    "      --source N   only this source of it; default: all\n"
    "  FILE             a file, or a folder of files, as a source would read it\n"
    "      --kind K     kind of source\n"
    "      --dialect D  format of the files; default: auto, told by the content\n"
    "      --json       print JSON (schemas/facts/try.schema.json)\n"
    "      --summary    print how many facts of each kind\n"
    "  -h, --help       print this\n"
    "\n"
    "Exit codes: 0 all was read, 1 configuration, 2 usage, 3 something was refused or failed.\n"
    "\n"
    "Kinds and dialects:\n";

static int print_usage(void)
{
    fputs(usage, stdout);
    for (const struct agent_ops *const *p = agent_kinds(); *p != NULL; p++) {
        const struct agent_dialect *const *d = (*p)->dialects;

        for (; d != NULL && *d != NULL; d++)
            printf("  %-14s %-18s %s\n", (*p)->name, (*d)->name, (*d)->summary);
    }
    return EXIT_GOOD;
}

int trial_command(int argc, char **argv)
{
    static const struct option options[] = {
        {"kind", required_argument, NULL, 'k'},
        {"dialect", required_argument, NULL, 'd'},
        {"source", required_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {"summary", no_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct trial t = {.form = TRIAL_TEXT};
    int opt;

    optind = 0; /* a new command line */
    while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (opt == 'k')
            t.kind = optarg;
        else if (opt == 'd')
            t.dialect = optarg;
        else if (opt == 's')
            t.source = optarg;
        else if (opt == 'j')
            t.form = TRIAL_JSON;
        else if (opt == 'm')
            t.form = TRIAL_SUMMARY;
        else
            return opt == 'h' ? print_usage() : EXIT_USAGE;
    }
    if (optind == argc)
        return complain("nothing to read", "");
    if (t.kind == NULL && (t.dialect != NULL || argc - optind > 1))
        return complain("files need --kind", "");
    if (t.kind != NULL && t.source != NULL)
        return complain("--source is for a configuration", "");
    t.config = t.kind == NULL ? argv[optind] : NULL;
    t.files = argv + optind;
    return trial_run(&t, stdout);
}
