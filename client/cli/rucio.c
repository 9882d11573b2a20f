/* SPDX-License-Identifier: Apache-2.0 */
/* rialto rucio: the table that Rucio caches, and the distances between its RSEs. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "client/cli/cli.h"

#define MAX_EVERY 86400 /* seconds */

/* ---- csv */

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static bool write_all(int file, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t written = write(file, p, n);
        if (written < 0 && errno != EINTR)
            return false;
        p += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* Beside the file and then in its place, so that nobody ever sees a part. */
static int replace_file(struct cli *c, const char *name, const struct rialto_table *t)
{
    char *aside;
    int file, rc = CLI_ANSWERED;

    if (asprintf(&aside, "%s.XXXXXX", name) < 0)
        return cli_usage(c, "out of memory");
    file = mkostemp(aside, O_CLOEXEC);
    if (file < 0 || !write_all(file, t->text, t->len) || fchmod(file, 0644) != 0 ||
        fsync(file) != 0 || rename(aside, name) != 0) {
        fprintf(c->err, "rialto: %s: %s; it stays as it was\n", name, strerror(errno));
        if (file >= 0)
            unlink(aside);
        rc = CLI_FAILED;
    }
    if (file >= 0)
        close(file);
    free(aside);
    return rc;
}

/* Looks once. Rucio takes the file for old by its time: an unchanged table is new as well. */
static int look(struct cli *c, const char *name, char **etag)
{
    struct rialto_table *t;
    int rc;

    if (*etag && access(name, F_OK) != 0) { /* somebody removed the file */
        free(*etag);
        *etag = NULL;
    }
    if (rialto_rucio_table(c->server, *etag, &t, &c->error) != 0)
        return cli_failure(c);
    if (t->unchanged && utimensat(AT_FDCWD, name, NULL, 0) == 0) {
        rialto_table_free(&t);
        return CLI_ANSWERED;
    }
    rc = t->unchanged ? CLI_FAILED : replace_file(c, name, t);
    free(*etag);
    *etag = rc == CLI_ANSWERED ? t->etag : NULL;
    if (rc == CLI_ANSWERED)
        t->etag = NULL;
    rialto_table_free(&t);
    return rc;
}

static int watch(struct cli *c, const char *name)
{
    const char *every = cli_value(c, "every");
    struct sigaction action = {.sa_handler = stop};
    uint64_t seconds = 60;
    char *etag = NULL;
    int rc;

    if (every && (!slice_u64(slice_of(every), MAX_EVERY, &seconds) || seconds == 0))
        return cli_usage(c, "--every %s: expected 1 to %d seconds", every, MAX_EVERY);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    do {
        rc = look(c, name, &etag);
        if (cli_value(c, "once"))
            break;
        fflush(c->err);
        struct timespec pause = {.tv_sec = (time_t)seconds};
        while (!stopped && nanosleep(&pause, &pause) != 0 && errno == EINTR)
            ;
    } while (!stopped);
    free(etag);
    return stopped ? CLI_ANSWERED : rc;
}

static int csv(struct cli *c)
{
    const char *name = cli_value(c, "watch");
    struct rialto_table *t;
    struct buf b = {0};

    if (name)
        return watch(c, name);
    if (cli_value(c, "once") || cli_value(c, "every"))
        return cli_usage(c, "--once and --every are for --watch");
    if (rialto_rucio_table(c->server, NULL, &t, &c->error) != 0)
        return cli_failure(c);
    if (c->json)
        buf_str(&b, "{\"csv\":");
    if (c->json)
        buf_json_str(&b, t->text);
    else
        buf_add(&b, t->text, t->len);
    if (c->json)
        buf_str(&b, "}\n");
    rialto_table_free(&t);
    return text_print(c, &b) ? CLI_ANSWERED : cli_failure(c);
}

/* ---- distances */

/* What differs between two documents. */
struct changes {
    struct table table;
    struct buf json;     /* "changes" */
    struct buf document; /* for Rucio */
    size_t n, unchanged, closed, left_out;
    struct buf unknown; /* RSEs that Rucio does not have; JSON */
    size_t n_unknown;
    const struct rialto_value *rses, *theirs;
    bool existing, skip;
    bool row; /* the document has a row open */
};

static void change(struct changes *d, const char *src, const char *dst,
                   const struct rialto_value *values[2])
{
    double now = rialto_number(values[0], -1), wanted = rialto_number(values[1], -1);
    struct buf old = {0};

    table_text(&d->table, src);
    table_text(&d->table, dst);
    if (now < 0)
        buf_str(&old, "-");
    else
        buf_json_real(&old, now);
    table_take(&d->table, &old);
    buf_json_real(&old, wanted);
    table_take(&d->table, &old);
    buf_str(&d->json, d->n ? ",{\"src\":" : "{\"src\":");
    buf_json_str(&d->json, src);
    buf_str(&d->json, ",\"dst\":");
    buf_json_str(&d->json, dst);
    buf_str(&d->json, ",\"old\":");
    if (now < 0)
        buf_str(&d->json, "null");
    else
        buf_json_real(&d->json, now);
    buf_str(&d->json, ",\"new\":");
    buf_json_real(&d->json, wanted);
    buf_char(&d->json, '}');
    if (!d->row) {
        buf_str(&d->document, d->n ? "," : "");
        buf_json_str(&d->document, src);
    }
    buf_str(&d->document, d->row ? "," : ":{");
    buf_json_str(&d->document, dst);
    buf_str(&d->document, ":{\"distance\":");
    buf_json_real(&d->document, wanted);
    buf_char(&d->document, '}');
    d->row = true;
    d->n++;
}

static void compare(struct changes *d, const char *src, const char *dst,
                    const struct rialto_value *ours)
{
    const struct rialto_value *pair = rialto_get(rialto_get(d->theirs, src), dst);
    const struct rialto_value *now = rialto_get(pair, "distance");
    const struct rialto_value *values[2] = {now, rialto_get(ours, "distance")};

    if (rialto_type(values[1]) != RIALTO_NUMBER)
        return;
    if (pair && rialto_type(now) != RIALTO_NUMBER)
        d->closed++; /* null: Rucio is told not to use the link */
    else if (!pair && d->existing)
        d->left_out++;
    else if (pair && rialto_number(now, -1) == rialto_number(values[1], -2))
        d->unchanged++;
    else
        change(d, src, dst, values);
}

static bool is_known(struct changes *d, const char *rse)
{
    if (rialto_get(d->rses, rse))
        return true;
    if (d->n_unknown++ > 0)
        buf_char(&d->unknown, ',');
    buf_json_str(&d->unknown, rse);
    return false;
}

static void compare_all(struct changes *d, const struct rialto_value *ours)
{
    struct rialto_cursor src = {0};

    while (rialto_next(ours, &src)) {
        struct rialto_cursor dst = {0};
        if (!is_known(d, src.key))
            continue;
        d->row = false;
        while (rialto_next(src.value, &dst))
            if (rialto_get(d->rses, dst.key))
                compare(d, src.key, dst.key, dst.value);
        if (d->row)
            buf_char(&d->document, '}');
    }
}

static void tell_changes(struct cli *c, struct changes *d, bool applied)
{
    struct buf b = {0};

    if (c->json) {
        buf_printf(&b, "{\"changes\":[%s],\"unchanged\":%zu,\"left_out\":%zu,\"closed\":%zu,",
                   buf_cstr(&d->json), d->unchanged, d->left_out, d->closed);
        buf_printf(&b, "\"unknown_rses\":[%s],\"applied\":%s}\n", buf_cstr(&d->unknown),
                   applied ? "true" : "false");
    } else {
        if (d->n > 0)
            table_print(&d->table, c, &b);
        buf_printf(&b, "%zu to change, %zu as they are, ", d->n, d->unchanged);
        if (d->existing)
            buf_printf(&b, "%zu new left out, ", d->left_out);
        buf_printf(&b, "%zu closed in Rucio, %zu unknown RSEs: ", d->closed, d->n_unknown);
        buf_str(&b, applied     ? "pushed\n"
                    : d->n == 0 ? "nothing to push\n"
                                : "dry run, nothing pushed\n");
    }
    text_print(c, &b);
}

static int push(struct cli *c, struct rialto *rucio, struct changes *d)
{
    bool dry = cli_value(c, "dry-run") != NULL;

    if (d->n_unknown > 0 && !d->skip) {
        fprintf(c->err,
                "rialto: Rucio does not have the RSEs %s; nothing is pushed (--skip-unknown "
                "leaves them out)\n",
                buf_cstr(&d->unknown));
        return CLI_NO_ANSWER;
    }
    buf_str(&d->document, "}}");
    if (d->document.failed || d->json.failed)
        return cli_usage(c, "out of memory");
    if (!dry && d->n > 0 && rialto_rucio_import(rucio, buf_cstr(&d->document), &c->error) != 0)
        return cli_failure(c);
    tell_changes(c, d, !dry && d->n > 0);
    return CLI_ANSWERED;
}

/* A table is freed by being printed. */
static void forget_changes(const struct cli *c, struct changes *d)
{
    struct buf nowhere = {0};

    if (d->table.columns > 0)
        table_print(&d->table, c, &nowhere);
    buf_free(&nowhere);
    buf_free(&d->json);
    buf_free(&d->document);
    buf_free(&d->unknown);
}

static int apply(struct cli *c, const struct rialto_value *ours, const char *url)
{
    static const char *const titles[] = {"FROM", "TO", ">RUCIO", ">RIALTO", NULL};
    struct rialto_options options = c->options;
    struct rialto_document *theirs = NULL;
    struct rialto *rucio = NULL;
    struct changes d = {.existing = cli_value(c, "existing"),
                        .skip = cli_value(c, "skip-unknown")};
    int rc;

    options.url = url;
    options.credentials = NULL;
    options.token = cli_value(c, "token");
    if (!options.token)
        return cli_usage(c, "--apply needs --token FILE");
    if (rialto_open(&rucio, &options, &c->error) != 0 ||
        rialto_rucio_export(rucio, &theirs, &c->error) != 0) {
        rc = cli_failure(c);
    } else {
        d.rses = rialto_get(rialto_document_root(theirs), "rses");
        d.theirs = rialto_get(rialto_document_root(theirs), "distances");
        table_titles(&d.table, titles);
        buf_str(&d.document, "{\"distances\":{");
        compare_all(&d, ours);
        rc = push(c, rucio, &d);
    }
    forget_changes(c, &d);
    rialto_document_free(&theirs);
    rialto_close(&rucio);
    return rc;
}

static int show(struct cli *c, const struct rialto_value *ours)
{
    static const char *const titles[] = {"FROM", "TO", ">DISTANCE", NULL};
    struct rialto_cursor src = {0};
    struct table t = {0};
    struct buf b = {0};

    table_titles(&t, titles);
    while (rialto_next(ours, &src)) {
        struct rialto_cursor dst = {0};
        while (rialto_next(src.value, &dst)) {
            table_text(&t, src.key);
            table_text(&t, dst.key);
            table_value(&t, rialto_get(dst.value, "distance"));
        }
    }
    table_print(&t, c, &b);
    return text_print(c, &b) ? CLI_ANSWERED : cli_failure(c);
}

static int distances(struct cli *c)
{
    const char *url = cli_value(c, "apply");
    struct rialto_document *d;
    const struct rialto_value *ours;
    int rc = CLI_ANSWERED;

    if (!url && (cli_value(c, "dry-run") || cli_value(c, "token")))
        return cli_usage(c, "--dry-run and --token are for --apply");
    if (rialto_rucio_distances(c->server, &d, &c->error) != 0)
        return cli_failure(c);
    ours = rialto_get(rialto_document_root(d), "distances");
    if (url)
        rc = apply(c, ours, url);
    else if (c->json)
        text_json(c->out, rialto_document_root(d));
    else
        rc = show(c, ours);
    rialto_document_free(&d);
    return rc;
}

int cmd_rucio(struct cli *c)
{
    if (strcmp(c->args[0], "csv") == 0)
        return csv(c);
    if (strcmp(c->args[0], "distances") == 0)
        return distances(c);
    return cli_usage(c, "rucio %s: csv or distances is expected", c->args[0]);
}
