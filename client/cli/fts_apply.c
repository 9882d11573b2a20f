/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rialto fts apply: has FTS run the numbers of connections of a plan. All state is in FTS: its
 * links whose symbolic names start with the prefix are what an earlier run left.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "client/cli/fts.h"

#define SECOND          INT64_C(1000000)
#define DEFAULT_STEP    0.25
#define DEFAULT_MAX_AGE (15 * 60 * SECOND)
#define MAX_DURATION    (7 * 86400 * SECOND)
#define MAX_FTS_BODY    ((size_t)64 << 20) /* bytes of a reply of FTS */

/* What was asked for, and where a run stands. */
struct apply {
    struct cli *c;
    struct rialto *fts;
    struct fts_stop stop;
    const char *pairs, *prefix; /* file of pairs, or NULL */
    double step;
    int64_t max_age, every; /* microseconds; every 0: once */
    bool dry, release, keep, rates;
    struct fts_loads loads;
    int64_t started, good; /* monotonic: the start; when FTS was last as planned, or free of
                              pins */
};

enum purpose {
    FOLLOW,  /* the plan */
    RELEASE, /* because that was asked for */
    GIVE_UP  /* release, because no plan could be followed for too long */
};

/* One round. */
struct round {
    struct apply *a;
    struct arena *arena;
    struct rialto_document *links, *current, *plan, *loads;
    struct fts_seen *seen; /* NULL: FTS was not asked for rates */
    size_t n_seen, own;    /* own: links that the question tells of itself */
    struct buf question;
    struct fts_changes changes;
    struct fts_push push;
    struct rialto_error error; /* of FTS */
    char reason[512];          /* why there is no plan; "": there is one */
    size_t pairs;              /* of the question */
    bool read;                 /* the question is a file that was read */
};

static int64_t monotonic(void)
{
    const struct clock *clock = clock_system();

    return clock->mono_us(clock->self);
}

/* ---- options ---- */

/* "90", "90s", "15m", "2h": microseconds. */
static bool read_duration(const char *s, int64_t *out)
{
    static const struct {
        char unit;
        int64_t is;
    } units[] = {{'s', SECOND}, {'m', 60 * SECOND}, {'h', 3600 * SECOND}};
    size_t n = strlen(s);
    int64_t unit = SECOND;
    uint64_t number;

    for (size_t i = 0; n > 0 && i < sizeof(units) / sizeof(*units); i++)
        if (s[n - 1] == units[i].unit)
            unit = units[i].is;
    if (n > 0 && strchr("smh", s[n - 1]))
        n--;
    if (!slice_u64((struct slice){s, n}, (uint64_t)(MAX_DURATION / unit), &number) ||
        number == 0)
        return false;
    *out = (int64_t)number * unit;
    return true;
}

static int read_durations(struct apply *a)
{
    const char *age = cli_value(a->c, "max-age"), *every = cli_value(a->c, "every");

    a->max_age = DEFAULT_MAX_AGE;
    if (age && !read_duration(age, &a->max_age))
        return cli_usage(a->c, "--max-age %s: expected a duration like 90s, 15m, 2h", age);
    if (every && !read_duration(every, &a->every))
        return cli_usage(a->c, "--every %s: expected a duration like 60s, 5m", every);
    return 0;
}

static int read_options(struct apply *a)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    const char *step = cli_value(a->c, "max-step"), *prefix = cli_value(a->c, "prefix");

    a->pairs = cli_value(a->c, "pairs");
    a->dry = cli_value(a->c, "dry-run") != NULL;
    a->release = cli_value(a->c, "release") != NULL;
    a->keep = cli_value(a->c, "keep-on-failure") != NULL;
    a->rates = cli_value(a->c, "rates") != NULL;
    a->step = DEFAULT_STEP;
    a->prefix = prefix ? prefix : FTS_PREFIX;
    if (step && (!slice_real(slice_of(step), &a->step) || a->step <= 0 || a->step > 1))
        return cli_usage(a->c, "--max-step %s: expected a part above 0, up to 1", step);
    if (!*a->prefix || strlen(a->prefix) > FTS_MAX_PREFIX ||
        a->prefix[strspn(a->prefix, plain)])
        return cli_usage(a->c, "--prefix %s: expected 1 to %d of a-z 0-9 . _ -", a->prefix,
                         FTS_MAX_PREFIX);
    if (a->release && (a->pairs || cli_value(a->c, "every") || a->keep || a->rates ||
                       cli_value(a->c, "loads")))
        return cli_usage(a->c, "--release stands without --pairs, --loads, --rates, --every, "
                               "--keep-on-failure");
    if (a->rates && a->pairs)
        return cli_usage(a->c, "--rates is for FTS's own pairs: a file says its rates itself");
    if (cli_value(a->c, "loads") && strcmp(cli_value(a->c, "loads"), "-") == 0)
        return cli_usage(a->c, "--loads: a file or a URL is expected");
    a->rates |=
        cli_value(a->c, "loads") && !a->pairs; /* averages can't be held against loads */
    if (a->dry && cli_value(a->c, "every"))
        return cli_usage(a->c, "--dry-run is for one run, without --every");
    if (a->pairs && strcmp(a->pairs, "-") == 0 && cli_value(a->c, "every"))
        return cli_usage(a->c, "--every reads the pairs again: a file is needed");
    return read_durations(a);
}

static int open_fts(struct apply *a)
{
    struct rialto_options options = a->c->options;

    options.url = cli_value(a->c, "fts");
    if (!options.url)
        return cli_usage(a->c, "apply needs --fts URL");
    options.credentials = NULL;
    options.bearer = cli_value(a->c, "token-file");
    options.cert_file = cli_value(a->c, "cert");
    options.key_file = cli_value(a->c, "key");
    options.ca_file = cli_value(a->c, "ca");
    options.max_body = MAX_FTS_BODY;
    return rialto_open(&a->fts, &options, &a->c->error) == 0 ? 0 : cli_failure(a->c);
}

/* ---- asking ---- */

static int send_links(const struct fts_request *q, struct rialto_error *e)
{
    return rialto_fts_links(q->to, q->out, e);
}

static int send_current(const struct fts_request *q, struct rialto_error *e)
{
    return rialto_fts_current(q->to, q->out, e);
}

static int send_plan(const struct fts_request *q, struct rialto_error *e)
{
    return rialto_fts_plan(q->to, q->text, q->out, e);
}

__attribute__((format(printf, 2, 3))) static void no_plan(struct round *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
    va_end(ap);
}

static struct fts_given given_of(const struct round *r)
{
    return (struct fts_given){
        .plan = r->plan ? rialto_document_root(r->plan) : NULL,
        .links = rialto_document_root(r->links),
        .current = r->current ? rialto_document_root(r->current) : NULL,
        .seen = r->seen,
        .n_seen = r->n_seen,
        .prefix = r->a->prefix,
        .step = r->a->step,
    };
}

static int64_t now_of(const struct apply *a)
{
    return a->c->now + (monotonic() - a->started);
}

/* `time`: which the library has checked. */
static void check_age(struct round *r, const char *what, const struct rialto_value *time)
{
    int64_t at = 0;

    str_time(slice_of(rialto_text(time)), &at);
    if (now_of(r->a) - at > r->a->max_age)
        no_plan(r, "%s of %s, which is longer ago than %" PRId64 " s", what, rialto_text(time),
                r->a->max_age / SECOND);
    else if (at - now_of(r->a) > r->a->max_age)
        no_plan(r, "%s of %s, which is still to come: clocks differ", what, rialto_text(time));
}

/* What FTS saw of each pair. */
static void get_rates(struct round *r)
{
    const struct fts_looking how = {r->a->fts, &r->a->stop, r->arena,
                                    now_of(r->a) - r->a->max_age};
    struct rialto_error e = {0};

    if (fts_look(&how, rialto_document_root(r->current), &r->seen, &r->n_seen, &e) != 0)
        no_plan(r, "%s", e.message);
}

/* The body of the request for a plan. */
static void make_question(struct round *r)
{
    struct fts_given given = given_of(r);
    struct cli *c = r->a->c;

    if (r->a->pairs && !r->read &&
        !fts_read_file(c, r->a->pairs, FTS_MAX_QUESTION, &r->question))
        no_plan(r, "%s can't be read", r->a->pairs);
    r->pairs = 1;
    if (!r->a->pairs)
        r->pairs = fts_question(&r->question, &given, now_of(r->a) - r->a->max_age, r->arena);
    if (r->question.failed)
        no_plan(r, "out of memory");
}

/* Loads are read last, so that they are of the same time as the rates. */
static void add_loads(struct round *r)
{
    struct rialto_error e = {0};

    if (fts_loads_get(&r->a->loads, &r->a->stop, r->a->c, &r->loads, &e) != 0) {
        no_plan(r, "%s", e.message);
        return;
    }
    check_age(r, "the loads are", rialto_get(rialto_document_root(r->loads), "at"));
    if (!r->reason[0] &&
        fts_loads_join(&r->question, rialto_document_root(r->loads), &r->own, &e) != 0)
        no_plan(r, "%s", e.message);
}

/* The plan into r->plan, or the reason that there is none. No pairs need none. */
static void get_plan(struct round *r)
{
    struct fts_request current = {send_current, r->a->fts, NULL, &r->current, NULL};
    struct fts_request plan = {send_plan, r->a->c->server, NULL, &r->plan, NULL};
    struct rialto_error e = {0};

    if (fts_send(&current, &r->a->stop, &e) != 0) {
        no_plan(r, "%s", e.message);
        return;
    }
    if (r->a->rates)
        get_rates(r);
    if (!r->reason[0])
        make_question(r);
    if (!r->reason[0] && r->a->loads.name && r->pairs > 0)
        add_loads(r);
    if (r->reason[0] || r->pairs == 0)
        return;
    plan.text = buf_cstr(&r->question);
    if (fts_send(&plan, &r->a->stop, &e) != 0)
        no_plan(r, "%s", e.message);
    else
        check_age(r, "the plan is", rialto_get(rialto_document_root(r->plan), "as_of"));
    if (r->reason[0])
        rialto_document_free(&r->plan);
}

/* ---- telling ---- */

static void put_number(struct buf *b, const char *name, double d)
{
    buf_printf(b, ",\"%s\":", name);
    buf_json_real(b, d);
}

static void put_change(struct buf *b, const struct fts_change *c)
{
    static const char *const actions[] = {"keep", "pin", "release", "leave"};

    buf_str(b, "{\"source_se\":");
    buf_json_str(b, c->source);
    buf_str(b, ",\"dest_se\":");
    buf_json_str(b, c->dest);
    buf_printf(b, ",\"symbolicname\":");
    buf_json_str(b, c->row                 ? rialto_text(rialto_get(c->row, "symbolicname"))
                    : c->action == FTS_PIN ? c->name
                                           : NULL);
    put_number(b, "now", c->now);
    put_number(b, "active", c->active);
    put_number(b, "plan", c->plan);
    put_number(b, "set", c->set);
    buf_printf(b, ",\"action\":\"%s\",\"why\":", actions[c->action]);
    buf_json_str(b, c->why);
    buf_char(b, '}');
}

static struct fts_told told_of(const struct round *r)
{
    return (struct fts_told){rialto_document_root(r->loads),
                             r->plan ? rialto_document_root(r->plan) : NULL, r->own};
}

static void put_json(struct buf *b, const struct round *r, bool applied)
{
    const struct rialto_value *root = r->plan ? rialto_document_root(r->plan) : NULL;
    const struct fts_told told = r->loads ? told_of(r) : (struct fts_told){0};

    buf_str(b, "{\"as_of\":");
    buf_json_str(b, rialto_text(rialto_get(root, "as_of")));
    if (r->loads)
        fts_loads_put_json(b, &told);
    buf_str(b, ",\"changes\":[");
    for (size_t i = 0; i < r->changes.n; i++) {
        buf_str(b, i > 0 ? "," : "");
        put_change(b, &r->changes.v[i]);
    }
    buf_printf(b, "],\"applied\":%s,\"reason\":", applied ? "true" : "false");
    buf_json_str(b, r->reason[0] ? r->reason : r->error.code ? r->error.message : NULL);
    buf_str(b, ",\"left\":[");
    for (size_t i = 0; i < r->push.left.n; i++) {
        buf_str(b, i > 0 ? "," : "");
        buf_json_str(b, r->push.left.v[i]);
    }
    buf_str(b, "]}\n");
}

/* A number, or what FTS itself chose in brackets. */
static void put_cell(struct table *t, double d, double own)
{
    struct buf b = {0};

    if (!isnan(d))
        buf_printf(&b, "%.0f", d);
    else if (!isnan(own))
        buf_printf(&b, "(%.0f)", own);
    else
        buf_char(&b, '-');
    table_take(t, &b);
}

static void put_table(struct buf *b, const struct round *r, bool applied)
{
    static const char *const titles[] = {"FROM", "TO", ">NOW", ">PLAN", ">SET", "WHY", NULL};
    const size_t *n = r->changes.count;
    const struct fts_told told = r->loads ? told_of(r) : (struct fts_told){0};
    struct table t = {0};

    if (r->changes.n > 0)
        table_titles(&t, titles);
    for (size_t i = 0; i < r->changes.n; i++) {
        const struct fts_change *c = &r->changes.v[i];
        table_text(&t, c->source);
        table_text(&t, c->dest);
        put_cell(&t, c->now, c->active);
        put_cell(&t, c->plan, NAN);
        put_cell(&t, c->set, NAN);
        table_text(&t, c->why);
    }
    if (r->changes.n > 0)
        table_print(&t, r->a->c, b);
    if (r->loads && r->plan)
        fts_loads_put_text(b, &told);
    buf_printf(b, "%zu to pin, %zu to release, %zu as they are, %zu left alone: %s\n",
               n[FTS_PIN], n[FTS_RELEASE], n[FTS_KEEP], n[FTS_LEAVE],
               n[FTS_PIN] + n[FTS_RELEASE] == 0 ? "nothing to do"
               : applied                        ? "done"
               : r->a->dry                      ? "dry run, nothing done"
                                                : "not done");
}

static void tell(struct round *r, bool applied)
{
    struct cli *c = r->a->c;
    struct buf b = {0};

    if (c->json)
        put_json(&b, r, applied);
    else
        put_table(&b, r, applied);
    text_print(c, &b);
    fflush(c->out);
}

static const char *consequence(const struct round *r)
{
    if (!r->reason[0])
        return r->push.left.n > 0 ? "" : "; what was done of this run is undone";
    if (r->a->dry)
        return "; without --dry-run, all pins would be released";
    return r->a->keep ? "; pins stay as they are" : "; pins are released";
}

/* What went wrong, to people. */
static void tell_failure(const struct round *r)
{
    struct cli *c = r->a->c;

    fprintf(c->err, "rialto: %s%s\n", r->reason[0] ? r->reason : r->error.message,
            consequence(r));
    if (r->reason[0] && r->error.code)
        fprintf(c->err, "rialto: %s\n", r->error.message);
    for (size_t i = 0; i < r->push.left.n; i++)
        fprintf(c->err, "rialto: %s is not as it should be in FTS; look at it there\n",
                r->push.left.v[i]);
    fflush(c->err);
}

/* ---- a round ---- */

/* Has FTS do the changes. */
static int push(struct round *r)
{
    int rc = 0;

    r->push.fts = r->a->fts;
    r->push.stop = &r->a->stop;
    r->push.error = &r->error;
    if (!r->a->dry)
        rc = r->plan ? fts_push_all(&r->push, &r->changes)
                     : fts_push_release(&r->push, &r->changes);
    return rc;
}

static int change_fts(struct round *r)
{
    struct fts_given given = given_of(r);
    int rc;

    if (!fts_changes_make(&r->changes, &given, r->arena))
        return cli_usage(r->a->c, "out of memory");
    rc = push(r);
    if (rc == 0)
        r->a->good = monotonic();
    tell(r, rc == 0 && !r->a->dry && r->push.done > 0);
    if (rc != 0 || r->reason[0])
        tell_failure(r);
    if (r->reason[0])
        return CLI_NO_ANSWER;
    return rc == 0 ? CLI_ANSWERED : cli_exit_code(rc);
}

static int play(struct round *r, enum purpose purpose)
{
    struct fts_request links = {send_links, r->a->fts, NULL, &r->links, NULL};

    if (fts_send(&links, &r->a->stop, &r->a->c->error) != 0)
        return cli_failure(r->a->c);
    if (purpose == FOLLOW)
        get_plan(r);
    else if (purpose == GIVE_UP)
        no_plan(r, "FTS could not be brought to a plan for %" PRId64 " s",
                r->a->max_age / SECOND);
    if (r->reason[0] && r->a->keep) {
        tell(r, false);
        tell_failure(r);
        return CLI_NO_ANSWER;
    }
    return change_fts(r);
}

static void round_free(struct round *r)
{
    fts_push_free(&r->push);
    fts_changes_free(&r->changes);
    buf_free(&r->question);
    rialto_document_free(&r->plan);
    rialto_document_free(&r->loads);
    rialto_document_free(&r->current);
    rialto_document_free(&r->links);
    arena_free(&r->arena);
}

/* `question`: of the file of pairs, if it was read before; it is taken. */
static int run_round(struct apply *a, struct buf *question, enum purpose purpose)
{
    struct round r = {.a = a, .arena = arena_new(0)};
    int rc;

    if (question) {
        r.question = *question;
        *question = (struct buf){0};
        r.read = a->pairs != NULL;
    }
    rc = r.arena ? play(&r, purpose) : cli_usage(a->c, "out of memory");
    round_free(&r);
    return rc;
}

/* ---- again and again ---- */

/* At whole multiples of `every` after the start; a round that took longer leaves some out. */
static int64_t next_round(const struct apply *a)
{
    int64_t rounds = (monotonic() - a->started) / a->every + 1;

    return a->started + rounds * a->every;
}

/* FTS that can't be brought to a plan for so long must not be left with an old one. */
static bool is_overdue(const struct apply *a)
{
    return !a->keep && monotonic() - a->good > a->max_age;
}

/* Each round follows first: FTS may be back. */
static int loop(struct apply *a, struct buf *question)
{
    while (!fts_stop_asked(&a->stop)) {
        int rc = run_round(a, question, FOLLOW);
        if (rc != CLI_ANSWERED && is_overdue(a) && !fts_stop_asked(&a->stop))
            run_round(a, NULL, GIVE_UP);
        question = NULL;
        fts_stop_wait(&a->stop, next_round(a));
    }
    a->stop.stopped = false; /* requests are tried again for this one */
    return run_round(a, NULL, RELEASE);
}

int fts_apply(struct cli *c)
{
    struct apply a = {.c = c, .started = monotonic()};
    struct buf question = {0};
    int rc = c->n_args == 1 ? read_options(&a)
                            : cli_usage(c, "fts apply: unexpected argument %s", c->args[1]);

    a.good = a.started;
    if (rc == 0 && a.pairs && !fts_read_file(c, a.pairs, FTS_MAX_QUESTION, &question))
        rc = CLI_FAILED;
    if (rc == 0)
        rc = open_fts(&a);
    if (rc == 0)
        rc = fts_loads_open(&a.loads, c, cli_value(c, "loads"));
    if (rc == 0) {
        fts_stop_begin(&a.stop);
        rc = a.every ? loop(&a, &question)
                     : run_round(&a, &question, a.release ? RELEASE : FOLLOW);
    }
    buf_free(&question);
    fts_loads_close(&a.loads);
    rialto_close(&a.fts);
    return rc;
}
