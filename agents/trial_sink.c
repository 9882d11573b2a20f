/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/trial_sink.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static struct trial_sink *of(struct batch_sink *s)
{
    return (struct trial_sink *)s;
}

static const char *mode_name(enum batch_mode mode)
{
    return mode == BATCH_REPLACE ? "replace" : mode == BATCH_APPEND ? "append" : "delta";
}

static int trouble(struct trial_sink *t, struct err *e)
{
    t->broken = true;
    return err_set(e, ERR_IO, "temporary file: %s", strerror(errno));
}

/* Moves a finished line into the stage. */
static int write_line(struct trial_sink *t, struct err *e)
{
    int rc = 0;

    if (t->line.failed)
        rc = err_set(e, ERR_NOMEM, "out of memory");
    else if (fwrite(buf_cstr(&t->line), 1, t->line.len, t->stage) != t->line.len)
        rc = trouble(t, e);
    buf_reset(&t->line);
    return rc;
}

static int trial_begin(struct batch_sink *s, const struct batch_head *head, struct err *e)
{
    struct trial_sink *t = of(s);

    t->start = ftell(t->stage);
    if (t->start < 0)
        return trouble(t, e);
    t->batch_facts = t->batch_ignored = 0;
    memset(t->batch_counts, 0, sizeof(t->batch_counts));
    buf_reset(&t->remark);
    if (t->form != TRIAL_JSON) {
        buf_printf(&t->line, "  scope %s\n", head->origin.scope);
        return write_line(t, e);
    }
    buf_str(&t->line, t->n_batches > 0 ? ",\n  {\"scope\": " : "\n  {\"scope\": ");
    buf_json_str(&t->line, head->origin.scope);
    buf_printf(&t->line, ", \"mode\": \"%s\"", mode_name(head->mode));
    if (head->origin.observed_at != FACT_NONE)
        buf_printf(&t->line, ", \"observed_at\": %" PRId64, head->origin.observed_at);
    buf_str(&t->line, ", \"facts\": [");
    return write_line(t, e);
}

static int trial_put(struct batch_sink *s, enum fact_kind kind, const void *fact, struct err *e)
{
    struct trial_sink *t = of(s);
    const char *name = fact_kind_info(kind)->name;

    t->batch_counts[kind]++;
    t->batch_facts++;
    if (t->form == TRIAL_SUMMARY)
        return 0;
    if (t->form == TRIAL_TEXT)
        buf_printf(&t->line, "    %-14s ", name);
    else
        buf_printf(&t->line,
                   "%s\n   {\"kind\": \"%s\", \"fact\": ", t->batch_facts > 1 ? "," : "", name);
    fact_json(kind, fact, &t->line);
    buf_str(&t->line, t->form == TRIAL_TEXT ? "\n" : "}");
    return write_line(t, e);
}

static void trial_ignore(struct batch_sink *s, const char *where, const char *reason)
{
    struct trial_sink *t = of(s);

    if (t->batch_ignored++ >= TRIAL_IGNORED)
        return;
    if (t->form != TRIAL_JSON) {
        buf_printf(&t->remark, "    ignored %s: %s\n", where, reason);
        return;
    }
    buf_str(&t->remark, t->batch_ignored > 1 ? ",\n   {\"where\": " : "\n   {\"where\": ");
    buf_json_str(&t->remark, where);
    buf_str(&t->remark, ", \"reason\": ");
    buf_json_str(&t->remark, reason);
    buf_char(&t->remark, '}');
}

static void end_batch(struct trial_sink *t)
{
    bool json = t->form == TRIAL_JSON;

    if (json)
        buf_str(&t->line, "], \"ignored\": [");
    for (size_t k = 0; k < FACT_KIND_COUNT && t->form == TRIAL_SUMMARY; k++) {
        if (t->batch_counts[k] > 0)
            buf_printf(&t->line, "    %-14s %zu\n", fact_kind_info((enum fact_kind)k)->name,
                       t->batch_counts[k]);
    }
    buf_add(&t->line, buf_cstr(&t->remark), t->remark.len);
    if (json)
        buf_printf(&t->line, "], \"ignored_count\": %zu}", t->batch_ignored);
    else if (t->batch_ignored > TRIAL_IGNORED)
        buf_printf(&t->line, "    ignored %zu more\n", t->batch_ignored - TRIAL_IGNORED);
    t->line.failed |= t->remark.failed;
}

static int trial_commit(struct batch_sink *s, struct err *e)
{
    struct trial_sink *t = of(s);

    end_batch(t);
    t->start = -1;
    t->n_batches++;
    t->n_facts += t->batch_facts;
    t->n_ignored += t->batch_ignored;
    for (size_t k = 0; k < FACT_KIND_COUNT; k++)
        t->counts[k] += t->batch_counts[k];
    return write_line(t, e);
}

/* Winds the stage back, as if the batch had never been. */
static void trial_abort(struct batch_sink *s)
{
    struct trial_sink *t = of(s);

    buf_reset(&t->line);
    if (t->start < 0)
        return;
    if (fflush(t->stage) != 0 || ftruncate(fileno(t->stage), t->start) != 0 ||
        fseek(t->stage, t->start, SEEK_SET) != 0)
        t->broken = true;
    t->start = -1;
}

static int trial_failed(struct batch_sink *s, const struct origin *o, const struct err *why,
                        struct err *e)
{
    struct trial_sink *t = of(s);

    if (t->form != TRIAL_JSON) {
        buf_printf(&t->failed, "  scope %s can't be read: %s\n", o->scope, why->msg);
    } else {
        buf_str(&t->failed, t->n_failed > 0 ? ",\n  {\"scope\": " : "\n  {\"scope\": ");
        buf_json_str(&t->failed, o->scope);
        buf_str(&t->failed, ", \"reason\": ");
        buf_json_str(&t->failed, why->msg);
        buf_char(&t->failed, '}');
    }
    t->n_failed++;
    return t->failed.failed ? err_set(e, ERR_NOMEM, "out of memory") : 0;
}

static int trial_retire(struct batch_sink *s, const struct origin *o, struct err *e)
{
    (void)s, (void)o, (void)e;
    return 0; /* there is nothing yet */
}

static const char *trial_version(struct batch_sink *s, const struct origin *o, struct arena *a)
{
    (void)s, (void)o, (void)a;
    return NULL;
}

static int trial_scopes(struct batch_sink *s, const struct origin *o, struct arena *a,
                        struct strs *out, struct err *e)
{
    (void)s, (void)o, (void)a, (void)e;
    *out = (struct strs){0};
    return 0;
}

int trial_sink_init(struct trial_sink *t, enum trial_form form, struct err *e)
{
    *t = (struct trial_sink){
        .sink =
            {
                .begin = trial_begin,
                .put = trial_put,
                .ignore = trial_ignore,
                .commit = trial_commit,
                .abort = trial_abort,
                .failed = trial_failed,
                .retire = trial_retire,
                .version = trial_version,
                .reached = trial_version,
                .scopes = trial_scopes,
            },
        .form = form,
        .stage = tmpfile(),
        .start = -1,
    };
    return t->stage != NULL ? 0 : trouble(t, e);
}

void trial_sink_reset(struct trial_sink *t)
{
    t->start = 0;
    trial_abort(&t->sink);
    buf_reset(&t->failed);
    t->n_batches = t->n_facts = t->n_ignored = t->n_failed = 0;
    memset(t->counts, 0, sizeof(t->counts));
}

static int copy_stage(struct trial_sink *t, FILE *out)
{
    char chunk[64 * 1024];
    size_t n;

    if (fflush(t->stage) != 0 || fseek(t->stage, 0, SEEK_SET) != 0)
        return -1;
    while ((n = fread(chunk, 1, sizeof(chunk), t->stage)) > 0) {
        if (fwrite(chunk, 1, n, out) != n)
            return -1;
    }
    return ferror(t->stage) ? -1 : 0;
}

int trial_sink_flush(struct trial_sink *t, FILE *out, struct err *e)
{
    bool json = t->form == TRIAL_JSON;
    int rc = 0;

    trial_abort(&t->sink);
    if (json)
        fputs("\"batches\": [", out);
    if (t->broken || copy_stage(t, out) != 0)
        rc = err_set(e, ERR_IO, "the facts can't be printed: %s", strerror(errno));
    fputs(json ? "], \"failed\": [" : "", out);
    fputs(buf_cstr(&t->failed), out);
    fputs(json ? "]" : "", out);
    trial_sink_reset(t);
    return rc;
}

void trial_sink_free(struct trial_sink *t)
{
    if (t->stage != NULL)
        fclose(t->stage);
    t->stage = NULL;
    buf_free(&t->line);
    buf_free(&t->remark);
    buf_free(&t->failed);
}
