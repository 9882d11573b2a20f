/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of one router become one batch, or a failure that concerns this router only. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/sources/looking_glass.h"
#include "base/hash.h"

static bool is_cancelled(void *payload)
{
    return agent_cancelled(payload);
}

char *lg_version(struct hash *h, struct arena *a)
{
    char hex[33];

    hash_hex(h, hex);
    return arena_strdup(a, hex);
}

void lg_close_answers(struct lg_reading *t)
{
    for (size_t i = 0; i < t->n_answers; i++) {
        if (t->answers[i].file != NULL)
            fclose(t->answers[i].file);
        t->answers[i].file = NULL;
        VEC_FREE(&t->answers[i].pages);
    }
}

/* --- one answer --- */

/* Has the file been written to since it was opened? */
static int check_same(const struct lg_answer *a, struct err *e)
{
    struct stat now;

    if (fstat(fileno(a->file), &now) == 0 && now.st_size == a->size &&
        now.st_mtim.tv_sec * INT64_C(1000000) + now.st_mtim.tv_nsec / 1000 == a->modified)
        return 0;
    return err_set(e, ERR_STALE, "it was changed while it was read");
}

static int read_chunk(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    FILE *f = payload;

    *got = fread(p, 1, room, f);
    return *got == 0 && ferror(f) ? err_set(e, ERR_IO, "%s", strerror(errno)) : 0;
}

static int parse_stream(struct lg *lg, struct lg_answer *a, struct err *e)
{
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc;

    lg_json_limits(&limits);
    rc = jread_new(&r, &limits, read_chunk, a->file, e);
    if (rc == 0)
        rc = a->request->parse(lg, r, e);
    jread_free(&r);
    return rc;
}

/* A file of somebody else may shrink while it is mapped: what is parsed is a copy without a
 * name. */
static int make_private(struct lg_answer *a, struct err *e)
{
    char block[1 << 16];
    FILE *copy = tmpfile();
    size_t n, total = 0;

    if (copy == NULL)
        return err_set(e, ERR_IO, "temporary file: %s", strerror(errno));
    while ((n = fread(block, 1, sizeof(block), a->file)) > 0 && fwrite(block, 1, n, copy) == n)
        total += n;
    if (n > 0 || ferror(a->file) || fflush(copy) != 0) {
        fclose(copy);
        return err_set(e, ERR_IO, "%s: can't be copied", a->where);
    }
    if (check_same(a, e) < 0) {
        fclose(copy);
        return e != NULL ? e->code : ERR_STALE;
    }
    fclose(a->file);
    a->file = copy;
    if (VEC_PUSH(&a->pages) == NULL)
        return err_set(e, ERR_NOMEM, "no memory for an answer");
    a->pages.v[0] = total;
    return 0;
}

static int parse_page(struct lg_reading *t, const struct agent_dialect *dialect,
                      struct slice text, struct err *e)
{
    const struct agent_file f = {.name = t->router->name, .path = "", .text = text};
    const struct lg_form *form;

    if (dialect == NULL)
        dialect = agent_dialect_guess(lg_dialects, &f);
    if (dialect == NULL)
        return err_set(e, ERR_PARSE, "looks like none of the dialects");
    form = dialect->parser;
    if (form->platform != NULL)
        t->g->lg.platform = form->platform;
    return form->parse(&t->g->lg, text, e);
}

/* Pages lie behind one another in the file. Nothing to say is fine for one of many answers. */
static int parse_mapped(struct lg_reading *t, const struct lg_answer *a, struct err *e)
{
    size_t all = a->pages.n > 0 ? a->pages.v[a->pages.n - 1] : 0, start = 0;
    char *p = all > 0 ? mmap(NULL, all, PROT_READ, MAP_PRIVATE, fileno(a->file), 0) : NULL;
    int rc = 0;

    if (all == 0)
        return err_set(e, ERR_PARSE, "the answer is empty");
    if (p == MAP_FAILED)
        return err_set(e, ERR_IO, "%s", strerror(errno));
    t->g->lg.mapped = true;
    for (size_t i = 0; i < a->pages.n && rc == 0; i++) {
        struct slice page = {p + start, a->pages.v[i] - start};

        rc = parse_page(t, t->router->dialect, page, e);
        if (rc < 0 && a->pages.n > 1)
            err_in(e, "page %zu", i + 1);
        start = a->pages.v[i];
    }
    t->g->lg.mapped = false;
    munmap(p, all);
    return rc;
}

static int parse_answer(struct lg_reading *t, struct lg_answer *a, struct err *e)
{
    struct lg *lg = &t->g->lg;
    bool on_disk = t->router->path != NULL;
    int rc = 0;

    if (a->request != NULL && a->request->parse != NULL) {
        rc = parse_stream(lg, a, e);
        if (rc == 0 && on_disk)
            rc = check_same(a, e);
    } else {
        rc = on_disk ? make_private(a, e) : 0;
        if (rc == 0)
            rc = parse_mapped(t, a, e);
    }
    if (rc == ERR_NOENT) {
        lg->sink->ignore(lg->sink, a->request != NULL ? a->request->name : a->where, e->msg);
        rc = 0;
    }
    if (rc < 0)
        return err_in(e, "%s", a->where);
    lg_tell_skips(lg, a->request != NULL ? a->request->name : a->where);
    return 0;
}

/* --- batches --- */

static void prepare(struct lg_reading *t)
{
    const struct lg_form *form = t->router->dialect != NULL ? t->router->dialect->parser : NULL;
    struct lg *lg = &t->g->lg;

    lg_reset(lg);
    lg->node = t->router->name;
    lg->platform = form != NULL ? form->platform : NULL;
    lg->elsewhere = false;
    lg->sink = t->sink;
    lg->arena = t->g->scratch;
    lg->cancelled = is_cancelled;
    lg->payload = t->agent;
}

static int parse_all(struct lg_reading *t, struct err *e)
{
    int rc = t->sink->begin(t->sink, &t->head, e);

    if (rc < 0)
        return rc;
    prepare(t);
    for (size_t i = 0; i < t->n_answers && rc == 0; i++) {
        if (t->answers[i].file != NULL)
            rc = parse_answer(t, &t->answers[i], e);
    }
    if (rc == 0)
        rc = lg_finish(&t->g->lg, e);
    if (rc < 0) {
        t->sink->abort(t->sink);
        return rc;
    }
    return t->sink->commit(t->sink, e);
}

static bool all_unchanged(const struct lg_reading *t, const char *known)
{
    bool any = false;

    if (t->router->path != NULL)
        return known != NULL && t->head.version != NULL && strcmp(known, t->head.version) == 0;
    for (size_t i = 0; i < t->n_answers; i++) {
        any |= t->answers[i].unchanged;
        if (t->answers[i].file != NULL)
            return false;
    }
    return any;
}

static int read_answers(struct lg_reading *t, struct err *e)
{
    const char *known = t->sink->version(t->sink, &t->head.origin, t->g->scratch);
    int rc = t->router->path != NULL ? lg_open_files(t, e) : lg_ask_all(t, known, e);

    if (rc < 0 || all_unchanged(t, known))
        return rc;
    rc = parse_all(t, e);
    if (rc == 0 && t->router->url != NULL)
        lg_keep_validators(t);
    return rc;
}

int lg_collect_router(struct agent *a, struct lg_router *router, struct batch_sink *sink,
                      struct err *e)
{
    struct lg_glass *g = agent_state(a);
    struct arena_mark mark = arena_mark(g->scratch);
    struct lg_reading t = {.agent = a, .g = g, .router = router, .sink = sink};
    struct err why = {0};
    int rc;

    t.head = agent_batch(a, router->name, BATCH_REPLACE);
    rc = read_answers(&t, &why);
    lg_close_answers(&t);
    if (rc < 0 && rc != ERR_CANCELLED)
        rc = sink->failed(sink, &t.head.origin, &why, e);
    else
        rc = 0;
    arena_rewind(g->scratch, mark);
    return rc;
}
