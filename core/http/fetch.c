/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left out on purpose: proxies from the environment, cookies, .netrc, HTTP/0.9, every
 * scheme but http and https, credentials inside URLs. Redirects are followed here and not by
 * libcurl, so that each target is held against the policy before it is asked.
 */
#include "http/fetch.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "http/fetch_private.h"

#define MAX_HEADERS   ((size_t)64 * 1024) /* bytes of all header lines of a transfer */
#define MAX_WAIT      (86400 * SECOND)    /* longest Retry-After that is believed */
#define MAX_URL       8192
#define MAX_COMPLAINT ((size_t)64 * 1024) /* bytes kept of what a server says of an error */

void fetch_defaults(struct fetch_limits *l)
{
    *l = (struct fetch_limits){
        .max_body = (size_t)8 << 20,
        .connect_timeout = 15 * SECOND,
        .total_timeout = 60 * SECOND,
        .max_redirects = 3,
        .min_interval = 6 * SECOND,
    };
}

int fetch_no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory to fetch");
}

static bool copy_name(char **out, const char *name)
{
    *out = name != NULL ? strdup(name) : NULL;
    return *out != NULL || name == NULL;
}

static int copy_limits(struct fetcher *f, const struct fetch_limits *l)
{
    f->limits = *l;
    f->allow = calloc(l->n_allow + 1, sizeof(*f->allow));
    f->user_agent = strdup(l->user_agent != NULL ? l->user_agent : "rialto/" RIALTO_VERSION);
    if (f->allow == NULL || f->user_agent == NULL || !copy_name(&f->ca_file, l->ca_file) ||
        !copy_name(&f->cert_file, l->cert_file) ||
        !copy_name(&f->key_file, l->key_file != NULL ? l->key_file : l->cert_file))
        return ERR_NOMEM;
    if (l->n_allow > 0)
        memcpy(f->allow, l->allow, l->n_allow * sizeof(*f->allow));
    f->limits.allow = f->allow;
    return 0;
}

int fetcher_new(struct fetcher **out, const struct fetch_limits *l, const struct clock *clock,
                struct err *e)
{
    struct fetcher *f;

    *out = NULL;
    /* Counted and thread-safe since libcurl 7.84. */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(e, ERR_INTERNAL, "libcurl does not start");
    f = calloc(1, sizeof(*f));
    if (f == NULL) {
        curl_global_cleanup();
        return fetch_no_memory(e);
    }
    f->clock = clock;
    f->curl = curl_easy_init();
    f->last = map_new();
    if (copy_limits(f, l) < 0 || f->curl == NULL || f->last == NULL) {
        fetcher_free(&f);
        return fetch_no_memory(e);
    }
    *out = f;
    return 0;
}

void fetcher_free(struct fetcher **f)
{
    if (*f == NULL)
        return;
    curl_easy_cleanup((*f)->curl);
    if ((*f)->last != NULL)
        map_free(&(*f)->last);
    free((*f)->allow);
    free((*f)->ca_file);
    free((*f)->cert_file);
    free((*f)->key_file);
    free((*f)->user_agent);
    free(*f);
    *f = NULL;
    curl_global_cleanup();
}

int64_t fetch_now(const struct fetcher *f)
{
    return f->clock->mono_us(f->clock->self);
}

/* --- addresses --- */

static bool from_sockaddr(const struct sockaddr *sa, struct addr *out)
{
    *out = (struct addr){0};
    if (sa->sa_family == AF_INET) {
        out->family = 4;
        memcpy(out->b, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
        return true;
    }
    if (sa->sa_family == AF_INET6) {
        out->family = 6;
        memcpy(out->b, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
        return true;
    }
    return false;
}

static bool in_prefix(const struct addr *a, const char *text)
{
    struct prefix p;

    return prefix_parse(slice_of(text), &p) && prefix_has(&p, a);
}

/* The IPv4 address that an IPv6 one leads to: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056). */
static bool embedded_ipv4(const struct addr *a, struct addr *out)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    size_t at = 12;

    if (a->family != 6)
        return false;
    if (a->b[0] == 0x20 && a->b[1] == 0x02)
        at = 2;
    else if (memcmp(a->b, mapped, 12) != 0 && memcmp(a->b, nat64, 12) != 0)
        return false;
    *out = (struct addr){.family = 4};
    memcpy(out->b, a->b + at, 4);
    return true;
}

static bool is_public(const struct addr *a)
{
    /* IANA special-purpose registries (RFC 6890): what a server on the Internet never has. */
    static const char *const reserved[] = {
        "0.0.0.0/8", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "fec0::/10",
    };

    if (addr_is_special(a) || addr_is_private(a))
        return false;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (in_prefix(a, reserved[i]))
            return false;
    }
    return true;
}

static bool is_allowed(const struct fetcher *f, const struct addr *a)
{
    struct addr inner;

    for (size_t i = 0; i < f->limits.n_allow; i++) {
        if (prefix_has(&f->allow[i], a))
            return true;
    }
    if (embedded_ipv4(a, &inner))
        return is_allowed(f, &inner);
    return is_public(a);
}

/* libcurl asks for a socket when the name is resolved: the address is checked as it is used. */
static curl_socket_t open_socket(void *payload, curlsocktype purpose, struct curl_sockaddr *sa)
{
    struct transfer *t = payload;
    struct addr a;
    char text[ADDR_TEXT];

    if (purpose != CURLSOCKTYPE_IPCXN || !from_sockaddr(&sa->addr, &a)) {
        err_set(&t->why, ERR_REFUSED, "not an Internet address");
        return CURL_SOCKET_BAD;
    }
    if (!is_allowed(t->f, &a)) {
        err_set(&t->why, ERR_REFUSED, "address %s is special or private (see `allow`)",
                addr_format(&a, text));
        return CURL_SOCKET_BAD;
    }
    err_clear(&t->why);
    return socket(sa->family, sa->socktype | SOCK_CLOEXEC, sa->protocol);
}

/* --- what comes back --- */

static struct slice header_value(const char *line, size_t n, const char *name)
{
    size_t k = strlen(name);

    if (n <= k || line[k] != ':' || strncasecmp(line, name, k) != 0)
        return (struct slice){NULL, 0};
    return slice_trim((struct slice){line + k + 1, n - k - 1});
}

/* Copies the value if the line is that header; false without memory. */
static bool keep_header(struct transfer *t, char *line, size_t n, const char *name,
                        const char **out)
{
    struct slice value = header_value(line, n, name);

    if (value.p == NULL || value.n == 0 || value.n > 1024)
        return true;
    *out = arena_strndup(t->arena, value.p, value.n);
    return *out != NULL;
}

static size_t on_header(char *p, size_t size, size_t n, void *payload)
{
    struct transfer *t = payload;
    size_t taken = size * n;

    n = taken;
    t->heard = fetch_now(t->f);
    t->headers += n;
    if (t->headers > MAX_HEADERS) {
        err_set(&t->why, ERR_LIMIT, "headers of more than %zu bytes", MAX_HEADERS);
        return 0;
    }
    while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n'))
        n--;
    if (n >= 5 && memcmp(p, "HTTP/", 5) == 0)
        t->reply->etag = t->reply->last_modified = NULL; /* another reply: of an
                                                             authentication, or 100 Continue */
    if (!keep_header(t, p, n, "ETag", &t->reply->etag) ||
        !keep_header(t, p, n, "Last-Modified", &t->reply->last_modified)) {
        fetch_no_memory(&t->why);
        return 0;
    }
    return taken;
}

/* What the server says of an error: its beginning is enough. */
static void keep_complaint(struct transfer *t, const char *p, size_t n)
{
    size_t room = MAX_COMPLAINT - t->complaint.len;

    buf_add(&t->complaint, p, n < room ? n : room);
}

/* The type is known before the first bytes. */
static bool keep_type(struct transfer *t)
{
    char *type = NULL;

    if (t->reply->content_type != NULL)
        return true;
    curl_easy_getinfo(t->curl, CURLINFO_CONTENT_TYPE, &type);
    t->reply->content_type = arena_strdup(t->arena, type);
    return type == NULL || t->reply->content_type != NULL;
}

/* Hands bytes to the receiver. */
static size_t give(struct transfer *t, const char *p, size_t n)
{
    const struct fetch_request *q = &t->request;

    if (!keep_type(t)) {
        fetch_no_memory(&t->why);
        return 0;
    }
    if (q->chunk(q->payload, p, n, &t->why) >= 0)
        return n;
    if (t->why.code == 0)
        err_set(&t->why, ERR_INTERNAL, "the receiver gave up");
    return 0;
}

/* Keeps bytes of the body, within what all bodies under way may have. */
static size_t keep(struct transfer *t, const char *p, size_t n)
{
    struct fetch_share *s = t->share;

    if (s != NULL && n > s->max - s->held) {
        err_set(&t->why, ERR_LIMIT, "bodies of more than %zu bytes together", s->max);
        return 0;
    }
    buf_add(&t->body, p, n);
    if (t->body.failed) {
        fetch_no_memory(&t->why);
        return 0;
    }
    if (s != NULL)
        s->held += n;
    return n;
}

static size_t on_body(char *p, size_t size, size_t n, void *payload)
{
    struct transfer *t = payload;
    long status = 0;

    n *= size;
    t->heard = fetch_now(t->f);
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (t->request.silence > 0 && status / 100 == 2)
        return give(t, p, n);
    if (n > t->f->limits.max_body - t->seen) {
        err_set(&t->why, ERR_LIMIT, "a body of more than %zu bytes", t->f->limits.max_body);
        return 0;
    }
    t->seen += n;
    if (status >= 400)
        keep_complaint(t, p, n);
    if (status < 200 || status >= 300)
        return n; /* of no use, but counted */
    if (t->request.chunk != NULL)
        return give(t, p, n);
    return keep(t, p, n);
}

/* libcurl calls it at least once a second, whether something comes or not. */
static int on_progress(void *payload, curl_off_t total, curl_off_t got, curl_off_t to_send,
                       curl_off_t sent)
{
    struct transfer *t = payload;
    const struct fetch_request *q = &t->request;

    (void)total, (void)got, (void)to_send, (void)sent;
    if (q->stop != NULL && q->stop(q->payload))
        err_set(&t->why, ERR_CANCELLED, "stopped");
    else if (q->silence > 0 && fetch_now(t->f) - t->heard > q->silence)
        err_set(&t->why, ERR_TIMEOUT, "nothing came for %lld s",
                (long long)(q->silence / SECOND));
    else
        return 0;
    return 1;
}

/* --- URLs --- */

static void target_free(struct target *t)
{
    curl_free(t->url);
    curl_free(t->scheme);
    curl_free(t->host);
    curl_free(t->port);
    *t = (struct target){0};
}

static bool target_parts(CURLU *u, struct target *t)
{
    return curl_url_get(u, CURLUPART_URL, &t->url, 0) == CURLUE_OK &&
           curl_url_get(u, CURLUPART_SCHEME, &t->scheme, 0) == CURLUE_OK &&
           curl_url_get(u, CURLUPART_HOST, &t->host, 0) == CURLUE_OK &&
           curl_url_get(u, CURLUPART_PORT, &t->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

/* Reads a URL and holds it against the policy. */
static int target_of(const char *url, struct target *t, struct err *e)
{
    CURLU *u = curl_url();
    char *user = NULL;
    int rc = 0;

    *t = (struct target){0};
    if (u == NULL)
        return fetch_no_memory(e);
    if (strlen(url) > MAX_URL ||
        curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        rc = err_set(e, ERR_REFUSED, "not a URL of http or https");
    else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
        rc = err_set(e, ERR_REFUSED, "credentials inside a URL");
    else if (!target_parts(u, t) ||
             (strcmp(t->scheme, "http") != 0 && strcmp(t->scheme, "https") != 0))
        rc = err_set(e, ERR_REFUSED, "not a URL of http or https");
    curl_free(user);
    curl_url_cleanup(u);
    if (rc < 0)
        target_free(t);
    return rc;
}

/* May a reply of `from` send us to `to`? */
static int check_redirect(const struct fetcher *f, const struct target *from,
                          const struct target *to, struct err *e)
{
    bool to_tls = strcmp(to->scheme, "https") == 0;
    bool same_port = strcmp(from->port, to->port) == 0 ||
                     (strcmp(from->port, "80") == 0 && strcmp(to->port, "443") == 0 && to_tls);

    if (strcmp(from->scheme, "https") == 0 && !to_tls)
        return err_set(e, ERR_REFUSED, "redirected from https to http");
    if (!f->limits.cross_host && (strcasecmp(from->host, to->host) != 0 || !same_port))
        return err_set(e, ERR_REFUSED, "redirected to another server, %s:%s", to->host,
                       to->port);
    return 0;
}

/* --- one transfer --- */

/* Waits until the host may be asked again. */
static int be_polite(const struct transfer *t, struct err *e)
{
    struct fetcher *f = t->f;
    union map_value *last = map_at_str(f->last, t->at.host);
    int64_t wait;

    if (last == NULL)
        return fetch_no_memory(e);
    wait = last->u == 0 ? 0 : (int64_t)last->u + f->limits.min_interval - fetch_now(f);
    if (wait > 0) {
        if (fetch_now(f) + wait > t->deadline)
            return err_set(e, ERR_TIMEOUT, "%s may be asked again in %lld s only", t->at.host,
                           (long long)(wait / SECOND + 1));
        struct timespec ts = {wait / SECOND, wait % SECOND * 1000};

        nanosleep(&ts, NULL);
    }
    last->u = (uint64_t)fetch_now(f);
    last->u += last->u == 0;
    return 0;
}

static long milliseconds(int64_t us)
{
    return us < 1000 ? 1 : (long)(us / 1000);
}

static void set_policy(struct transfer *t)
{
    CURL *c = t->curl;
    const struct fetch_limits *l = &t->f->limits;

    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (t->f->ca_file != NULL)
        curl_easy_setopt(c, CURLOPT_CAINFO, t->f->ca_file);
    if (t->f->cert_file != NULL) {
        curl_easy_setopt(c, CURLOPT_SSLCERT, t->f->cert_file);
        curl_easy_setopt(c, CURLOPT_SSLKEY, t->f->key_file);
    }
    curl_easy_setopt(c, CURLOPT_USERAGENT, t->f->user_agent);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(l->connect_timeout));
}

/* How long it may take: a stream any time, as long as it is not silent; an answer that is
 * waited for as long as the request says. */
static void set_times(struct transfer *t, int64_t left)
{
    CURL *c = t->curl;
    const struct fetch_request *q = &t->request;

    t->heard = fetch_now(t->f);
    if (q->stop != NULL || q->silence > 0) {
        curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
        curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    }
    if (q->silence > 0)
        return;
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, milliseconds(q->patience > 0 ? q->patience : left));
    if (q->patience > 0)
        return;
    /* A server that says nothing for as long as connecting may take has died. */
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME,
                     (long)(t->f->limits.connect_timeout / SECOND + 1));
}

static void set_request(CURL *c, const struct fetch_request *q)
{
    if (q->method != NULL && strcmp(q->method, "HEAD") == 0)
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else if (q->method != NULL && strcmp(q->method, "GET") != 0)
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
    if (q->body != NULL) {
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
    }
    if (q->username != NULL) {
        curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
        curl_easy_setopt(c, CURLOPT_USERNAME, q->username);
        curl_easy_setopt(c, CURLOPT_PASSWORD, q->password != NULL ? q->password : "");
    }
}

/* Header lines of the request; *out is to be freed. */
static int make_headers(const struct fetch_request *q, struct curl_slist **out, struct err *e)
{
    const char *validator = q->etag != NULL ? q->etag : q->modified_since;
    struct curl_slist *list = NULL, *longer;
    struct buf etag = {0};
    bool ok = true;

    for (size_t i = 0; q->headers != NULL && q->headers[i] != NULL && ok; i++) {
        longer = curl_slist_append(list, q->headers[i]);
        ok = longer != NULL;
        list = ok ? longer : list;
    }
    if (ok && validator != NULL && strpbrk(validator, "\r\n") == NULL) {
        buf_printf(&etag, "%s: %s", q->etag != NULL ? "If-None-Match" : "If-Modified-Since",
                   validator);
        longer = etag.failed ? NULL : curl_slist_append(list, buf_cstr(&etag));
        ok = longer != NULL;
        list = ok ? longer : list;
    }
    buf_free(&etag);
    if (!ok) {
        curl_slist_free_all(list);
        return fetch_no_memory(e);
    }
    *out = list;
    return 0;
}

static int code_of(CURLcode c)
{
    switch (c) {
    case CURLE_OPERATION_TIMEDOUT:
        return ERR_TIMEOUT;
    case CURLE_OUT_OF_MEMORY:
        return ERR_NOMEM;
    case CURLE_URL_MALFORMAT:
        return ERR_REFUSED;
    default:
        return ERR_REMOTE;
    }
}

int transfer_open(struct transfer *t, const struct fetch_request *q, struct err *e)
{
    t->request = *q;
    *t->reply = (struct fetch_reply){0};
    return target_of(q->url, &t->at, e);
}

void transfer_free(struct transfer *t)
{
    buf_free(&t->body);
    buf_free(&t->complaint);
    target_free(&t->at);
}

/* What came is kept no longer. */
static void drop_body(struct transfer *t)
{
    if (t->share != NULL)
        t->share->held -= t->body.len;
    buf_reset(&t->body);
}

int transfer_arm(struct transfer *t, struct err *e)
{
    CURL *c = t->curl;
    int64_t left = t->deadline - fetch_now(t->f);
    int rc;

    if (left <= 0 && t->request.patience == 0)
        return err_set(e, ERR_TIMEOUT, "took too long");
    rc = make_headers(&t->request, &t->lines, e);
    if (rc < 0)
        return rc;
    t->seen = t->headers = 0;
    drop_body(t);
    buf_reset(&t->complaint);
    err_clear(&t->why);
    t->text[0] = '\0';
    curl_easy_reset(c);
    set_policy(t);
    set_request(c, &t->request);
    set_times(t, left);
    curl_easy_setopt(c, CURLOPT_URL, t->at.url);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->lines);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->text);
    return 0;
}

int transfer_disarm(struct transfer *t, CURLcode done, struct err *e)
{
    const char *text = t->text[0] != '\0' ? t->text : curl_easy_strerror(done);

    curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(t->lines);
    t->lines = NULL;
    if (done == CURLE_OK)
        return 0;
    if (t->why.code < 0)
        return err_set(e, t->why.code, "%s", t->why.msg);
    return err_set(e, code_of(done), "%s", text);
}

static void read_info(struct transfer *t)
{
    CURL *c = t->curl;
    long status = 0;
    curl_off_t wait = 0;

    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &wait);
    t->reply->status = (int)status;
    t->reply->retry_after = 0;
    if (wait > 0)
        t->reply->retry_after = wait > MAX_WAIT / SECOND ? MAX_WAIT : wait * SECOND;
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Moves to where the reply points. RFC 9110 section 15.4: 303, and by custom 301 and 302, ask
 * with GET. */
static int follow(struct transfer *t, struct err *e)
{
    struct target *at = &t->at;
    struct fetch_request *q = &t->request;
    struct target next;
    char *location = NULL;
    int rc;

    curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &location);
    if (location == NULL)
        return err_set(e, ERR_REMOTE, "HTTP %d without a place to go", t->reply->status);
    rc = target_of(location, &next, e);
    if (rc == 0)
        rc = check_redirect(t->f, at, &next, e);
    if (rc < 0) {
        target_free(&next);
        return err_in(e, "redirect");
    }
    if (strcasecmp(at->host, next.host) != 0 || strcmp(at->port, next.port) != 0) {
        q->username = q->password = NULL; /* not for somebody else's eyes */
        q->headers = NULL;
    }
    if (t->reply->status < 304) {
        q->body = NULL;
        q->method = q->method != NULL && strcmp(q->method, "HEAD") == 0 ? "HEAD" : NULL;
    }
    target_free(at);
    *at = next;
    return 0;
}

int transfer_redirected(struct transfer *t, struct err *e)
{
    int rc;

    read_info(t);
    if (!is_redirect(t->reply->status))
        return 0;
    if (t->redirects++ >= t->f->limits.max_redirects)
        return err_set(e, ERR_LIMIT, "more than %d redirects", t->f->limits.max_redirects);
    rc = follow(t, e);
    return rc < 0 ? rc : 1;
}

static int run(struct transfer *t, struct err *e)
{
    int rc;

    t->deadline = fetch_now(t->f) + t->f->limits.total_timeout;
    do {
        rc = be_polite(t, e);
        /* Being polite has its own allowance; the transfer has all of its time. */
        if (t->redirects == 0)
            t->deadline = fetch_now(t->f) + t->f->limits.total_timeout;
        if (rc == 0)
            rc = transfer_arm(t, e);
        if (rc == 0)
            rc = transfer_disarm(t, curl_easy_perform(t->curl), e);
        if (rc == 0)
            rc = transfer_redirected(t, e);
    } while (rc > 0);
    return rc;
}

int transfer_finish(struct transfer *t, struct err *e)
{
    struct fetch_reply *reply = t->reply;

    if (reply->status >= 400 && !t->complaint.failed) {
        reply->body = arena_alloc(t->arena, t->complaint.len + 1);
        reply->len = reply->body != NULL ? t->complaint.len : 0;
        if (reply->len > 0)
            memcpy(reply->body, t->complaint.data, reply->len);
    }
    if (reply->status >= 400 && reply->retry_after > 0)
        return err_set(e, ERR_REMOTE, "HTTP status %d, to be asked again in %lld s",
                       reply->status, (long long)(reply->retry_after / SECOND));
    if (reply->status >= 400 || (reply->status != 304 && reply->status / 100 != 2))
        return err_set(e, ERR_REMOTE, "HTTP status %d", reply->status);
    if (!keep_type(t))
        return fetch_no_memory(e);
    reply->len = t->body.len;
    reply->body = arena_strndup(t->arena, buf_cstr(&t->body), 0);
    if (t->body.len > 0) {
        reply->body = arena_alloc(t->arena, t->body.len + 1);
        if (reply->body != NULL)
            memcpy(reply->body, t->body.data, t->body.len);
    }
    return reply->body != NULL ? 0 : fetch_no_memory(e);
}

int transfer_in(const struct transfer *t, struct err *e)
{
    if (t->at.url == NULL)
        return err_in(e, "fetch");
    return err_in(e, "%s://%s:%s", t->at.scheme, t->at.host, t->at.port);
}

int fetch(struct fetcher *f, const struct fetch_request *q, struct arena *a,
          struct fetch_reply *reply, struct err *e)
{
    struct transfer t = {.f = f, .curl = f->curl, .arena = a, .reply = reply};
    int rc = transfer_open(&t, q, e);

    if (rc == 0)
        rc = run(&t, e);
    if (rc == 0)
        rc = transfer_finish(&t, e);
    if (rc < 0)
        transfer_in(&t, e);
    transfer_free(&t);
    return rc;
}
