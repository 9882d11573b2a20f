/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking looking glasses over HTTP. A request is made from the router's options by putting in
 * what is asked:
 *
 *   %q  percent-encoded (RFC 3986 section 2.1)     %p  the number of the page
 *   %r  as it is                                   %t  the token, in headers only
 *   %j  as the inside of a JSON string
 *
 * Requests of a source go out one by one, and no host is asked again before its interval is
 * over. Answers go to files without a name, so that memory stays bounded.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agents/sources/lg/tree.h"
#include "agents/sources/looking_glass.h"
#include "agents/sources/web/web.h"
#include "base/hash.h"

#define MAX_HEADERS 32

/* --- making a request --- */

/* The inside of a JSON string, without its quotes. */
static void add_json(struct buf *out, const char *s)
{
    struct buf quoted = {0};

    buf_json_str(&quoted, s);
    if (quoted.len >= 2)
        buf_add(out, quoted.data + 1, quoted.len - 2);
    out->failed |= quoted.failed;
    buf_free(&quoted);
}

/* What is put in for the placeholders, and what else one request needs. */
struct values {
    const char *asked, *token;
    int64_t page;
    const char *url;       /* of the page */
    const char *validator; /* what is known of the last answer; NULL: nothing */
};

/* A template with its values, in the arena; other percent signs are left alone. */
static const char *fill(const char *template, const struct values *v, struct arena *a)
{
    struct buf out = {0};
    char *text = NULL;

    for (const char *p = template; *p != '\0'; p++) {
        char which = p[0] == '%' ? p[1] : '\0';

        if (which == 'q')
            buf_percent(&out, v->asked, strlen(v->asked));
        else if (which == 'r')
            buf_str(&out, v->asked);
        else if (which == 'j')
            add_json(&out, v->asked);
        else if (which == 'p')
            buf_printf(&out, "%lld", (long long)v->page);
        else if (which == 't' && v->token != NULL)
            buf_str(&out, v->token);
        else {
            buf_char(&out, *p);
            continue;
        }
        p++;
    }
    if (!out.failed)
        text = arena_strdup(a, buf_cstr(&out));
    buf_free(&out);
    return text;
}

static int fill_headers(const struct lg_router *r, const struct values *v, const char **out,
                        struct arena *a, struct err *e)
{
    size_t n = 0;

    if (r->type != NULL)
        out[n++] = arena_printf(a, "Content-Type: %s", r->type);
    for (size_t i = 0; r->headers != NULL && r->headers[i] != NULL && n < MAX_HEADERS; i++)
        out[n++] = fill(r->headers[i], v, a);
    for (size_t i = 0; i < n; i++) {
        if (out[i] == NULL)
            return err_set(e, ERR_NOMEM, "no memory for headers");
    }
    out[n] = NULL;
    return 0;
}

/* --- one page --- */

struct spool {
    FILE *file;
    const struct agent *agent;
    off_t left;
};

static int spool_chunk(void *payload, const void *p, size_t n, struct err *e)
{
    struct spool *s = payload;

    if (agent_cancelled(s->agent))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if ((off_t)n > s->left)
        return err_set(e, ERR_LIMIT, "pages of more than 1 GiB");
    s->left -= (off_t)n;
    if (fwrite(p, 1, n, s->file) != n)
        return err_set(e, ERR_IO, "temporary file: %s", strerror(errno));
    return 0;
}

static size_t spooled(const struct lg_answer *a)
{
    return a->pages.n > 0 ? a->pages.v[a->pages.n - 1] : 0;
}

static void note_reply(struct lg_reading *t, struct lg_answer *a,
                       const struct fetch_reply *reply)
{
    const struct clock *clock = agent_clock(t->agent);

    if (reply->retry_after > 0)
        t->router->host->not_before = clock->mono_us(clock->self) + reply->retry_after;
    a->validator = NULL;
    if (reply->etag != NULL)
        a->validator = arena_printf(t->g->scratch, "E%s", reply->etag);
    else if (reply->last_modified != NULL)
        a->validator = arena_printf(t->g->scratch, "M%s", reply->last_modified);
}

/* Appends the reply to the answer's file. */
static int get_page(struct lg_reading *t, struct lg_answer *a, const struct values *v,
                    struct err *e)
{
    struct lg_router *r = t->router;
    const char *headers[MAX_HEADERS + 2] = {NULL};
    struct spool s = {a->file, t->agent, LG_MAX_FILE - (off_t)spooled(a)};
    struct fetch_request q = {.url = v->url,
                              .method = r->method,
                              .headers = headers,
                              .chunk = spool_chunk,
                              .payload = &s};
    struct fetch_reply reply = {0};
    int rc = fill_headers(r, v, headers, t->g->scratch, e);

    if (rc < 0)
        return rc;
    if (r->body != NULL) {
        q.body = fill(r->body, v, t->g->scratch);
        if (q.body == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a request");
        q.body_len = strlen(q.body);
    }
    if (v->validator != NULL && v->validator[0] == 'E')
        q.etag = v->validator + 1;
    else if (v->validator != NULL)
        q.modified_since = v->validator + 1;
    rc = fetch(t->g->fetcher, &q, t->g->scratch, &reply, e);
    note_reply(t, a, &reply);
    a->unchanged = rc == 0 && reply.status == 304;
    if (a->unchanged)
        a->validator = v->validator;
    return rc;
}

static int end_page(struct lg_answer *a, struct err *e)
{
    off_t at;

    if (fflush(a->file) != 0 || (at = ftello(a->file)) < 0)
        return err_set(e, ERR_IO, "temporary file: %s", strerror(errno));
    if (VEC_PUSH(&a->pages) == NULL)
        return err_set(e, ERR_NOMEM, "no memory for an answer");
    a->pages.v[a->pages.n - 1] = (size_t)at;
    return 0;
}

/* --- pages --- */

struct found {
    char text[2048];
};

static int take_found(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct found *f = w->state;
    struct slice s = lg_text(t);

    if (s.n >= sizeof(f->text))
        return err_set(e, ERR_LIMIT, "the address of the next page is too long");
    memcpy(f->text, s.p, s.n);
    f->text[s.n] = '\0';
    return 0;
}

/* What the latest page has at that path; "" when it has nothing there. */
static int look_up(struct lg_reading *t, const struct lg_answer *a, const char *path,
                   struct found *f, struct err *e)
{
    const struct lg_rule rules[] = {{path, take_found}, {NULL, NULL}};
    struct lg_walk w = {.lg = &t->g->lg, .rules = rules, .state = f};
    size_t end = spooled(a), start = a->pages.n > 1 ? a->pages.v[a->pages.n - 2] : 0;
    char *p = end > 0 ? mmap(NULL, end, PROT_READ, MAP_PRIVATE, fileno(a->file), 0) : NULL;
    int rc;

    f->text[0] = '\0';
    if (p == NULL || p == MAP_FAILED)
        return err_set(e, ERR_IO, "the page is empty");
    t->g->lg.arena = t->g->scratch;
    rc = lg_walk_text(&w, (struct slice){p + start, end - start}, e);
    munmap(p, end);
    return rc == ERR_SCHEMA && w.met == 0 ? 0 : rc;
}

/* The address of the page after this one: absolute, or a path on the same server. *url is NULL
 * when there is none. */
static int next_url(struct lg_reading *t, const struct lg_answer *a, const char **url,
                    struct err *e)
{
    struct lg_router *r = t->router;
    struct found f;
    int rc = look_up(t, a, r->pages.next, &f, e);
    size_t n = strlen(r->host->name);

    *url = NULL;
    if (rc < 0 || f.text[0] == '\0')
        return rc;
    if (f.text[0] == '/' && f.text[1] != '/')
        *url = arena_printf(t->g->scratch, "%s%s", r->host->name, f.text);
    else if (strncmp(f.text, r->host->name, n) == 0 && strchr("/?", f.text[n]) != NULL)
        *url = arena_strdup(t->g->scratch, f.text);
    else
        return err_set(e, ERR_REFUSED, "the next page is on another server");
    return *url != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for an address");
}

/* Goes to the next page: v->url is NULL when there is none. */
static int turn_page(struct lg_reading *t, const struct lg_answer *a, struct values *v,
                     struct err *e)
{
    struct lg_router *r = t->router;
    struct found f;
    uint64_t total = 0;
    int rc;

    v->url = NULL;
    if (r->pages.next != NULL)
        return next_url(t, a, &v->url, e);
    if (r->pages.total == NULL)
        return 0;
    rc = look_up(t, a, r->pages.total, &f, e);
    if (rc < 0)
        return rc;
    if (f.text[0] == '\0')
        return err_set(e, ERR_SCHEMA, "pages: the answer has no number of pages at %s",
                       r->pages.total);
    if (!slice_u64(slice_of(f.text), INT64_MAX, &total))
        return err_set(e, ERR_SCHEMA, "pages: \"%.40s\" is no number of pages", f.text);
    v->page++;
    if ((uint64_t)(v->page - r->pages.first) >= total)
        return 0;
    v->url = fill(r->url, v, t->g->scratch);
    return v->url != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for an address");
}

/* --- requests --- */

static int get_pages(struct lg_reading *t, struct lg_answer *a, struct values *v, struct err *e)
{
    int rc = 0;

    v->url = fill(t->router->url, v, t->g->scratch);
    if (v->url == NULL)
        return err_set(e, ERR_NOMEM, "no memory for an address");
    while (rc == 0 && v->url != NULL) {
        if ((int64_t)a->pages.n >= t->router->pages.max)
            return err_set(e, ERR_LIMIT, "more than %lld pages",
                           (long long)t->router->pages.max);
        rc = get_page(t, a, v, e);
        if (rc < 0 || a->unchanged)
            return rc;
        rc = end_page(a, e);
        if (rc == 0)
            rc = turn_page(t, a, v, e);
        v->validator = NULL;
    }
    if (a->pages.n > 1)
        a->validator = NULL; /* that of one page only */
    return rc;
}

/* Asks one thing; validator: what is known of the last answer, or NULL. */
static int ask(struct lg_reading *t, struct lg_answer *a, const char *validator, struct err *e)
{
    const struct lg_router *r = t->router;
    struct values v = {
        .asked = a->request->text, .page = r->pages.first, .validator = validator};
    int rc = 0;

    a->where = arena_printf(t->g->scratch, "%s: %s", a->request->name, r->host->name);
    a->file = tmpfile();
    if (a->where == NULL || a->file == NULL)
        return err_set(e, ERR_IO, "no room for an answer");
    if (r->token_file != NULL)
        rc = web_token(r->token_file, t->g->scratch, &v.token, e); /* it may be renewed */
    if (rc == 0)
        rc = get_pages(t, a, &v, e);
    if (rc == 0 && !a->unchanged && fseeko(a->file, 0, SEEK_SET) != 0)
        rc = err_set(e, ERR_IO, "temporary file: %s", strerror(errno));
    if (rc < 0 || a->unchanged) {
        fclose(a->file);
        a->file = NULL;
    }
    return rc < 0 ? err_in(e, "%s", a->request->name) : 0;
}

/* The version of a set of validators, or NULL where one is missing. */
static const char *version_of(struct lg_reading *t,
                              const char *(*get)(const struct lg_reading *, size_t))
{
    const struct lg_router *r = t->router;
    struct hash *h = hash_new();
    const char *version = NULL;
    bool all = h != NULL;

    for (size_t i = 0; i < r->n_requests && all; i++) {
        const char *validator = get(t, i);

        all = validator != NULL;
        hash_add(h, r->requests[i].text, strlen(r->requests[i].text) + 1);
        if (all)
            hash_add(h, validator, strlen(validator) + 1);
    }
    if (all)
        version = lg_version(h, t->g->scratch);
    hash_free(&h);
    return version;
}

static const char *kept_validator(const struct lg_reading *t, size_t i)
{
    return t->router->validators[i];
}

static const char *new_validator(const struct lg_reading *t, size_t i)
{
    return t->answers[i].validator;
}

/*
 * When the last good batch is known by its validators, unchanged answers are not sent again;
 * facts that expire are always asked for, because they must be confirmed.
 */
int lg_ask_all(struct lg_reading *t, const char *known, struct err *e)
{
    struct lg_router *r = t->router;
    const char *ours = version_of(t, kept_validator);
    bool confirm = known != NULL && ours != NULL && strcmp(known, ours) == 0 &&
                   t->head.origin.expires == FACT_NONE;
    bool all_same = true;
    int rc = web_check_wait(t->agent, r->host->not_before, e);

    if (rc < 0)
        return err_in(e, "%s", r->host->name);
    t->answers = ARENA_ARRAY(t->g->scratch, r->n_requests, struct lg_answer);
    if (t->answers == NULL)
        return err_set(e, ERR_NOMEM, "no memory for answers");
    t->n_answers = r->n_requests;
    for (size_t i = 0; i < r->n_requests && rc == 0; i++) {
        t->answers[i].request = &r->requests[i];
        rc = ask(t, &t->answers[i], confirm ? r->validators[i] : NULL, e);
        all_same &= t->answers[i].unchanged;
    }
    for (size_t i = 0; i < r->n_requests && rc == 0 && !all_same; i++) {
        if (t->answers[i].unchanged)
            rc = ask(t, &t->answers[i], NULL, e);
    }
    if (rc == 0)
        t->head.version = version_of(t, new_validator);
    return rc;
}

void lg_keep_validators(struct lg_reading *t)
{
    struct lg_router *r = t->router;

    arena_free(&r->kept);
    r->kept = arena_new(LG_MAX_REQUESTS * 2048);
    for (size_t i = 0; i < r->n_requests; i++)
        r->validators[i] =
            r->kept != NULL ? arena_strdup(r->kept, t->answers[i].validator) : NULL;
}
