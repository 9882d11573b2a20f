/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/web/web.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SECOND     INT64_C(1000000)
#define MAX_SECRET ((size_t)4 << 10)
#define MAX_URL    4000

const struct conf_item web_limit_items[] = {
    WEB_LIMITS("1s"),
    {.name = "requests",
     .type = CONF_INT,
     .def = "1000",
     .min = 1,
     .max = 1000000,
     .help = "Requests to one server in one reading."},
    {0},
};

int web_login(const struct conf *c, struct web_login *out, struct err *e)
{
    out->token_file = conf_str(c, "token_file");
    out->user = conf_str(c, "user");
    out->password_file = conf_str(c, "password_file");
    if ((out->user == NULL) != (out->password_file == NULL))
        return conf_err(c, e, "user and password_file: either both or none");
    if (out->user != NULL && out->token_file != NULL)
        return conf_err(c, e, "token_file: not together with user");
    return 0;
}

static int read_allow(struct agent *a, struct fetch_limits *l, struct err *e)
{
    const struct conf *list = conf_get(agent_conf(a), "allow");
    struct prefix *p = ARENA_ARRAY(agent_arena(a), conf_count(list) + 1, struct prefix);

    if (p == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the list of allowed addresses");
    for (size_t i = 0; i < conf_count(list); i++) {
        const struct conf *word = conf_at(list, i);

        if (!prefix_parse(slice_of(conf_text(word)), &p[i]))
            return conf_err(word, e, "allow: \"%s\" is no prefix", conf_text(word));
    }
    l->allow = p;
    l->n_allow = conf_count(list);
    return 0;
}

/* RFC 9110 section 10.1.5: the contact is a comment. */
static int read_contact(struct agent *a, struct fetch_limits *l, struct err *e)
{
    const char *contact = conf_str(agent_conf(a), "contact");

    if (contact == NULL)
        return 0;
    if (strlen(contact) > 200 || strpbrk(contact, "()\\\r\n\t") != NULL)
        return conf_err(conf_get(agent_conf(a), "contact"), e,
                        "contact: at most 200 characters, without parentheses");
    l->user_agent = arena_printf(agent_arena(a), "rialto/%s (%s)", RIALTO_VERSION, contact);
    return l->user_agent != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a contact");
}

int web_limits(struct agent *a, struct fetch_limits *l, struct err *e)
{
    const struct conf *limits = conf_get(agent_conf(a), "limits");

    if (limits != NULL) {
        l->max_body = (size_t)conf_int(limits, "body");
        l->total_timeout = conf_int(limits, "timeout");
        l->min_interval = conf_int(limits, "interval");
        l->max_redirects = (int)conf_int(limits, "redirects");
    }
    return read_allow(a, l, e);
}

int web_open(struct agent *a, struct fetcher **out, struct err *e)
{
    struct fetch_limits l;
    int rc;

    fetch_defaults(&l);
    l.max_body = (size_t)64 << 20;
    l.min_interval = SECOND;
    l.ca_file = conf_str(agent_conf(a), "ca");
    rc = web_limits(a, &l, e);
    if (rc == 0)
        rc = read_contact(a, &l, e);
    return rc == 0 ? fetcher_new(out, &l, agent_clock(a), e) : rc;
}

int web_check_url(const struct conf *c, const char *url, struct err *e)
{
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return conf_err(c, e, "url: must start with http:// or https://");
    if (strlen(url) > MAX_URL || strpbrk(url, " \t\r\n") != NULL)
        return conf_err(c, e, "url: at most %d characters, no blanks", MAX_URL);
    return 0;
}

/* alone: nothing may stand below the first line. */
static int read_secret(const char *path, bool alone, struct arena *a, const char **out,
                       struct err *e)
{
    struct buf text = {0};
    struct slice rest, line = {"", 0};
    int rc = conf_read_file(path, MAX_SECRET, &text, e);

    rest = (struct slice){buf_cstr(&text), text.len};
    if (rc == 0 && (!slice_line(&rest, &line) || slice_trim(line).n == 0))
        rc = err_set(e, ERR_SCHEMA, "%s: the first line is empty", path);
    if (rc == 0 && alone && slice_trim(rest).n > 0)
        rc = err_set(e, ERR_SCHEMA, "%s: must hold one line only", path);
    line = slice_trim(line);
    for (size_t i = 0; i < line.n && rc == 0; i++) {
        if ((unsigned char)line.p[i] < 0x20 || line.p[i] == 0x7f)
            rc = err_set(e, ERR_SCHEMA, "%s: the first line holds control characters", path);
    }
    if (rc == 0) {
        *out = arena_strndup(a, line.p, line.n);
        rc = *out != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a password");
    }
    if (text.data != NULL)
        explicit_bzero(text.data, text.len);
    buf_free(&text);
    return rc;
}

int web_secret(const char *path, struct arena *a, const char **out, struct err *e)
{
    return read_secret(path, false, a, out, e);
}

int web_token(const char *path, struct arena *a, const char **out, struct err *e)
{
    return read_secret(path, true, a, out, e);
}

/* --- servers --- */

/* "https://user:key@host:443/path?key": scheme with "://", host with port. */
struct server {
    struct slice scheme, host;
};

static bool split_url(const char *url, struct server *s)
{
    const char *host = strstr(url, "://");
    const char *at;
    size_t n;

    if (host == NULL)
        return false;
    host += 3;
    s->scheme = (struct slice){url, (size_t)(host - url)};
    n = strcspn(host, "/?#");
    at = memrchr(host, '@', n);
    if (at != NULL) {
        n -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    s->host = (struct slice){host, n};
    return true;
}

struct slice web_host(struct slice s)
{
    const char *at = s.n > 3 ? memmem(s.p, s.n, "://", 3) : NULL, *end;

    s = slice_trim(s);
    if (at != NULL)
        s = (struct slice){at + 3, s.n - (size_t)(at + 3 - s.p)};
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("/?#", s.p[i]) != NULL)
            s.n = i;
    }
    at = s.n > 0 ? memrchr(s.p, '@', s.n) : NULL;
    if (at != NULL)
        s = (struct slice){at + 1, s.n - (size_t)(at + 1 - s.p)};
    if (s.n > 0 && s.p[0] == '[' && (end = memchr(s.p, ']', s.n)) != NULL)
        return (struct slice){s.p + 1, (size_t)(end - s.p - 1)};
    at = s.n > 0 ? memchr(s.p, ':', s.n) : NULL;
    if (at != NULL && memrchr(s.p, ':', s.n) == at) /* one colon: a port; more: IPv6 */
        s.n = (size_t)(at - s.p);
    while (s.n > 0 && s.p[s.n - 1] == '.')
        s.n--;
    return s;
}

const char *web_server(const char *url, struct arena *a)
{
    struct server s;

    if (!split_url(url, &s))
        return "";
    return arena_printf(a, "%.*s%.*s", (int)s.scheme.n, s.scheme.p, (int)s.host.n, s.host.p);
}

static bool same(struct slice a, struct slice b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

bool web_same_server(const char *a, const char *b)
{
    struct server x, y;

    return split_url(a, &x) && split_url(b, &y) && same(x.scheme, y.scheme) &&
           same(x.host, y.host);
}

int web_in(const char *url, struct arena *a, struct err *e)
{
    const char *name = web_server(url, a);

    return err_in(e, "%s", name != NULL ? name : "a server");
}

int web_check_wait(struct agent *a, int64_t not_before, struct err *e)
{
    const struct clock *clock = agent_clock(a);
    int64_t left = not_before - clock->mono_us(clock->self);

    if (left <= 0)
        return 0;
    return err_set(e, ERR_REMOTE, "it asked to wait for another %lld s",
                   (long long)((left + SECOND - 1) / SECOND));
}

/* --- requests --- */

static int add_login(const struct web_login *l, struct fetch_request *q, const char **headers,
                     struct arena *a, struct err *e)
{
    const char *secret = NULL;
    int rc = 0;

    if (l == NULL)
        return 0;
    q->username = l->user;
    if (l->password_file != NULL)
        rc = web_secret(l->password_file, a, &q->password, e);
    if (rc < 0 || l->token_file == NULL)
        return rc;
    rc = web_secret(l->token_file, a, &secret, e);
    if (rc < 0)
        return rc;
    *headers = arena_printf(a, "Authorization: Bearer %s", secret);
    return *headers != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a request");
}

static const char *header(struct arena *a, const char *name, const char *type)
{
    return arena_printf(a, "%s: %s", name, type != NULL ? type : "application/json");
}

/* A request for a fetcher. */
static int prepare(struct agent *a, const struct web_request *q, struct arena *arena,
                   struct fetch_request *r, struct err *e)
{
    const char **headers = ARENA_ARRAY(arena, 4, const char *);
    int rc = q->not_before != NULL ? web_check_wait(a, *q->not_before, e) : 0;

    if (headers == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a request");
    headers[0] = header(arena, "Accept", q->accept);
    *r = (struct fetch_request){.url = q->url,
                                .etag = q->etag,
                                .modified_since = q->modified_since,
                                .headers = headers,
                                .patience = q->patience};
    if (q->stream != NULL) {
        r->chunk = q->stream->chunk;
        r->stop = q->stream->stop;
        r->payload = q->stream->payload;
        r->silence = q->stream->silence;
    }
    if (q->body != NULL) {
        headers[1] = header(arena, "Content-Type", q->content_type);
        r->method = "POST";
        r->body = q->body;
        r->body_len = strlen(q->body);
    }
    return rc == 0 ? add_login(q->login, r, &headers[q->body != NULL ? 2 : 1], arena, e) : rc;
}

int web_fetch(struct agent *a, const struct web_request *q, struct arena *arena,
              struct fetch_reply *reply, struct err *e)
{
    const struct clock *clock = agent_clock(a);
    struct fetch_request r;
    int rc = prepare(a, q, arena, &r, e);

    if (rc == 0)
        rc = fetch(q->fetcher, &r, arena, reply, e);
    if (rc < 0 && reply->retry_after > 0 && q->not_before != NULL)
        *q->not_before = clock->mono_us(clock->self) + reply->retry_after;
    return rc < 0 ? web_in(q->url, arena, e) : 0;
}

int web_start(struct agent *a, const struct web_request *q, struct arena *arena, void *tag,
              struct err *e)
{
    struct fetch_request r;
    int rc = prepare(a, q, arena, &r, e);

    if (rc == 0)
        rc = fetch_set_add(q->set, &r, arena, tag, e);
    return rc < 0 ? web_in(q->url, arena, e) : 0;
}
