/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking glasses: what routers answer to show commands, from files that something else
 * collects or over HTTP. One router is one scope; all of its commands are one batch, and one
 * command that fails keeps the router's last good batch.
 */
#include "agents/agent.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/sources/lg/dialects.h"
#include "base/hash.h"
#include "http/fetch.h"

#define N_COMMANDS    5
#define MAX_FILE      ((off_t)1 << 30)
#define SCRATCH_LIMIT ((size_t)16 << 20)
#define SECOND        INT64_C(1000000)

/* What may be asked of a router: the option's word, the file's end, the command, who reads it.
 */
static const struct command {
    const char *name;
    const char *before, *after; /* of the VRF in FRR's command */
    lg_parser *parse;
} commands[N_COMMANDS] = {
    {"bgp4", "show bgp", " ipv4 unicast json", lg_frr_bgp},
    {"bgp6", "show bgp", " ipv6 unicast json", lg_frr_bgp},
    {"route4", "show ip route", " json", lg_frr_route},
    {"route6", "show ipv6 route", " json", lg_frr_route},
    {"interface", "show interface", " json", lg_frr_interface},
};

struct router {
    const char *name, *path, *url;
    const char *etags[N_COMMANDS]; /* of the last good batch; in etag_arena */
    struct arena *etag_arena;
    int64_t not_before; /* monotonic: the server asked to wait */
};

struct glass {
    struct router *routers;
    size_t n;
    bool ask[N_COMMANDS];
    const char *vrf;
    struct fetcher *fetcher; /* NULL: files only */
    struct arena *scratch;
    struct lg lg;
};

/* One answer: an open file, on disk or spooled. */
struct answer {
    FILE *file; /* NULL: there is none */
    const char *where;
    struct stat st;
    const char *etag;
    bool unchanged; /* HTTP 304 */
};

struct reading {
    struct agent *agent;
    struct glass *g;
    struct router *router;
    struct batch_sink *sink;
    struct batch_head head;
    struct answer answers[N_COMMANDS];
};

static bool is_cancelled(void *payload)
{
    return agent_cancelled(payload);
}

/* --- options --- */

static const char *const dialects[] = {"frr", NULL};
static const char *const command_names[] = {"bgp4",   "bgp6",      "route4",
                                            "route6", "interface", NULL};

static const struct conf_item router_items[] = {
    {.name = "name",
     .type = CONF_STRING,
     .required = true,
     .help = "The router's name, unique in its domain; its facts are one scope."},
    {.name = "path",
     .type = CONF_PATH,
     .help = "Files PATH.bgp4.json, .bgp6.json, .route4.json, .route6.json, "
             ".interface.json; absent ones are normal."},
    {.name = "url",
     .type = CONF_STRING,
     .help = "Or over HTTP: the address, with %q where the URL-encoded command belongs."},
    {0},
};

static const struct conf_item limit_items[] = {
    {.name = "body",
     .type = CONF_SIZE,
     .def = "64M",
     .min = 1024,
     .max = 1 << 30,
     .help = "Bytes of one answer, decoded."},
    {.name = "timeout",
     .type = CONF_DURATION,
     .def = "60s",
     .min = SECOND,
     .max = 3600 * SECOND,
     .help = "Time for one answer."},
    {.name = "interval",
     .type = CONF_DURATION,
     .def = "6s",
     .min = 0,
     .max = 3600 * SECOND,
     .help = "Time between requests to one host."},
    {.name = "redirects",
     .type = CONF_INT,
     .def = "3",
     .min = 0,
     .max = 10,
     .help = "Redirects followed, within one host."},
    {0},
};

static const struct conf_item options[] = {
    {.name = "dialect",
     .type = CONF_ENUM,
     .choices = dialects,
     .def = "frr",
     .help = "What the routers speak."},
    {.name = "routers",
     .type = CONF_MAPS,
     .items = router_items,
     .required = true,
     .help = "The routers, each with path or url."},
    {.name = "commands",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Those to ask for over HTTP: bgp4, bgp6, route4, route6, interface; "
             "default: all."},
    {.name = "vrf",
     .type = CONF_STRING,
     .help = "The VRF to ask about over HTTP, or all; default: the default table."},
    {.name = "allow",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Address space that may be connected to though special or private."},
    {.name = "limits",
     .type = CONF_MAP,
     .items = limit_items,
     .help = "Limits of requests over HTTP."},
    {0},
};

static int read_commands(struct glass *g, const struct conf *list, struct err *e)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        g->ask[i] = list == NULL;
    for (size_t i = 0; i < conf_count(list); i++) {
        const struct conf *word = conf_at(list, i);
        size_t c = 0;

        while (c < N_COMMANDS && strcmp(command_names[c], conf_text(word)) != 0)
            c++;
        if (c == N_COMMANDS)
            return conf_err(word, e,
                            "commands: \"%s\" is none (known: bgp4, bgp6, route4, "
                            "route6, interface)",
                            conf_text(word));
        g->ask[c] = true;
    }
    return 0;
}

/* VRF names of Linux; nothing else may slip into a command. */
static int read_vrf(struct glass *g, const struct conf *c, struct err *e)
{
    const char *vrf = conf_str(c, "vrf");

    if (vrf == NULL)
        return 0;
    if (vrf[0] == '\0' || strlen(vrf) > 64 ||
        strspn(vrf, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:") !=
            strlen(vrf))
        return conf_err(conf_get(c, "vrf"), e, "vrf: \"%s\" is no name of a VRF", vrf);
    g->vrf = vrf;
    return 0;
}

static int check_url(const struct conf *c, const char *url, struct err *e)
{
    const char *q = strstr(url, "%q");

    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return conf_err(c, e, "url: must start with http:// or https://");
    if (q == NULL || strstr(q + 2, "%q") != NULL)
        return conf_err(c, e, "url: needs %%q once, where the command belongs");
    return 0;
}

static int read_router(struct glass *g, const struct conf *c, struct err *e)
{
    struct router *r = &g->routers[g->n];

    r->name = conf_str(c, "name");
    r->path = conf_str(c, "path");
    r->url = conf_str(c, "url");
    if (r->name[0] == '\0' || strcmp(r->name, "*") == 0 || strlen(r->name) > 255)
        return conf_err(c, e, "name: must have 1 to 255 characters and not be \"*\"");
    for (size_t i = 0; i < g->n; i++) {
        if (strcmp(g->routers[i].name, r->name) == 0)
            return conf_err(c, e, "name: router %s is there twice", r->name);
    }
    if ((r->path == NULL) == (r->url == NULL))
        return conf_err(c, e, "router %s: needs either path or url", r->name);
    if (r->url != NULL) {
        int rc = check_url(conf_get(c, "url"), r->url, e);

        if (rc < 0)
            return rc;
        r->etag_arena = arena_new(64 * 1024);
        if (r->etag_arena == NULL)
            return err_set(e, ERR_NOMEM, "no memory for router %s", r->name);
    }
    g->n++;
    return 0;
}

static int read_allow(struct agent *a, const struct conf *list, struct fetch_limits *l,
                      struct err *e)
{
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

static int open_fetcher(struct agent *a, struct glass *g, struct err *e)
{
    const struct conf *c = agent_conf(a), *limits = conf_get(c, "limits");
    struct fetch_limits l;
    int rc;

    fetch_defaults(&l);
    l.max_body = (size_t)64 << 20;
    if (limits != NULL) {
        l.max_body = (size_t)conf_int(limits, "body");
        l.total_timeout = conf_int(limits, "timeout");
        l.min_interval = conf_int(limits, "interval");
        l.max_redirects = (int)conf_int(limits, "redirects");
    }
    rc = read_allow(a, conf_get(c, "allow"), &l, e);
    return rc < 0 ? rc : fetcher_new(&g->fetcher, &l, agent_clock(a), e);
}

static int glass_open(struct agent *a, struct err *e)
{
    struct glass *g = agent_state(a);
    const struct conf *c = agent_conf(a), *routers = conf_get(c, "routers");
    bool http = false;
    int rc = read_commands(g, conf_get(c, "commands"), e);

    if (rc == 0)
        rc = read_vrf(g, c, e);
    if (rc < 0)
        return rc;
    g->routers = ARENA_ARRAY(agent_arena(a), conf_count(routers) + 1, struct router);
    g->scratch = arena_new(SCRATCH_LIMIT);
    if (g->routers == NULL || g->scratch == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu routers", conf_count(routers));
    for (size_t i = 0; i < conf_count(routers) && rc == 0; i++) {
        rc = read_router(g, conf_at(routers, i), e);
        http |= rc == 0 && g->routers[g->n - 1].url != NULL;
    }
    /* What is said of requests is checked even if nothing is requested yet. */
    http |= conf_has(c, "allow");
    return rc == 0 && http ? open_fetcher(a, g, e) : rc;
}

static void glass_close(struct agent *a)
{
    struct glass *g = agent_state(a);

    for (size_t i = 0; i < g->n; i++)
        arena_free(&g->routers[i].etag_arena);
    g->n = 0;
    lg_reset(&g->lg);
    if (g->fetcher != NULL)
        fetcher_free(&g->fetcher);
    arena_free(&g->scratch);
}

/* --- answers --- */

static void close_answers(struct reading *t)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (t->answers[i].file != NULL)
            fclose(t->answers[i].file);
        t->answers[i].file = NULL;
    }
}

static int open_file(struct reading *t, size_t c, struct err *e)
{
    struct answer *a = &t->answers[c];
    int fd;

    a->where = arena_printf(t->g->scratch, "%s.%s.json", t->router->path, commands[c].name);
    if (a->where == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a file name");
    fd = open(a->where, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: %s", a->where, strerror(errno));
    if (fstat(fd, &a->st) != 0 || !S_ISREG(a->st.st_mode)) {
        close(fd);
        return err_set(e, ERR_IO, "%s: not a regular file", a->where);
    }
    a->file = fdopen(fd, "r");
    if (a->file == NULL) {
        close(fd);
        return err_set(e, ERR_NOMEM, "%s: %s", a->where, strerror(errno));
    }
    if (a->st.st_size > MAX_FILE)
        return err_set(e, ERR_LIMIT, "%s: larger than 1 GiB", a->where);
    return 0;
}

static int64_t mtime_us(const struct stat *st)
{
    return st->st_mtim.tv_sec * SECOND + st->st_mtim.tv_nsec / 1000;
}

static char *hash_text(struct hash *h, struct arena *a)
{
    char hex[33];

    hash_hex(h, hex);
    return arena_strdup(a, hex);
}

/* Opens what files there are; their oldest time is when the router was seen. */
static int open_files(struct reading *t, struct err *e)
{
    struct hash *h = hash_new();
    int64_t oldest = FACT_NONE, expires = t->head.origin.expires;
    int rc = h != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory to hash");

    for (size_t i = 0; i < N_COMMANDS && rc == 0; i++) {
        const struct answer *a = &t->answers[i];

        rc = open_file(t, i, e);
        if (rc < 0 || a->file == NULL)
            continue;
        hash_add(h, commands[i].name, strlen(commands[i].name) + 1);
        hash_add(h, &a->st.st_size, sizeof(a->st.st_size));
        hash_add(h, &a->st.st_mtim.tv_sec, sizeof(a->st.st_mtim.tv_sec));
        hash_add(h, &a->st.st_mtim.tv_nsec, sizeof(a->st.st_mtim.tv_nsec));
        if (oldest == FACT_NONE || mtime_us(&a->st) < oldest)
            oldest = mtime_us(&a->st);
    }
    if (rc == 0 && oldest == FACT_NONE)
        rc = err_set(e, ERR_NOENT,
                     "%s: none of the files is there (.bgp4.json, .bgp6.json, "
                     ".route4.json, .route6.json, .interface.json)",
                     t->router->path);
    if (rc == 0) {
        t->head.version = hash_text(h, t->g->scratch);
        t->head.origin.observed_at = oldest;
        if (expires != FACT_NONE)
            t->head.origin.expires = oldest + (expires - t->head.origin.collected_at);
    }
    hash_free(&h);
    return rc;
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

/* The address with the command, percent-encoded (RFC 3986 section 2.1), in place of %q. */
static const char *command_url(const struct reading *t, size_t c)
{
    const char *at = strstr(t->router->url, "%q");
    struct buf command = {0}, url = {0};
    char *text = NULL;

    buf_str(&command, commands[c].before);
    if (t->g->vrf != NULL)
        buf_printf(&command, " vrf %s", t->g->vrf);
    buf_str(&command, commands[c].after);
    buf_add(&url, t->router->url, (size_t)(at - t->router->url));
    for (const char *p = buf_cstr(&command); *p != '\0'; p++) {
        if (is_unreserved((unsigned char)*p))
            buf_char(&url, *p);
        else
            buf_printf(&url, "%%%02X", (unsigned char)*p);
    }
    buf_str(&url, at + 2);
    if (!command.failed && !url.failed)
        text = arena_strdup(t->g->scratch, buf_cstr(&url));
    buf_free(&command);
    buf_free(&url);
    return text;
}

/* Who answers, for messages: the rest of an address may hold names and keys. */
static const char *server_of(const char *url, const char *command, struct arena *a)
{
    const char *host = strstr(url, "://") + 3; /* the options were checked */
    int scheme = (int)(host - url);
    size_t n = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', n);

    if (at != NULL) {
        n -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    return arena_printf(a, "%s: %.*s%.*s", command, scheme, url, (int)n, host);
}

struct spool {
    FILE *file;
    const struct agent *agent;
};

static int spool_chunk(void *payload, const void *p, size_t n, struct err *e)
{
    struct spool *s = payload;

    if (agent_cancelled(s->agent))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (fwrite(p, 1, n, s->file) != n)
        return err_set(e, ERR_IO, "temporary file: %s", strerror(errno));
    return 0;
}

/* Asks one command; the answer goes to a file without a name, so that memory stays bounded. */
static int ask(struct reading *t, size_t c, const char *etag, struct err *e)
{
    struct answer *a = &t->answers[c];
    struct fetch_reply reply = {0};
    const struct clock *clock = agent_clock(t->agent);
    struct spool s = {.agent = t->agent};
    struct fetch_request q = {.etag = etag, .chunk = spool_chunk, .payload = &s};
    int rc;

    q.url = command_url(t, c);
    a->where = server_of(t->router->url, commands[c].name, t->g->scratch);
    s.file = tmpfile();
    if (q.url == NULL || a->where == NULL || s.file == NULL) {
        if (s.file != NULL)
            fclose(s.file);
        return err_set(e, ERR_IO, "no room for an answer");
    }
    rc = fetch(t->g->fetcher, &q, t->g->scratch, &reply, e);
    if (reply.retry_after > 0)
        t->router->not_before = clock->mono_us(clock->self) + reply.retry_after;
    if (rc == 0 && (fflush(s.file) != 0 || fseeko(s.file, 0, SEEK_SET) != 0))
        rc = err_set(e, ERR_IO, "temporary file: %s", strerror(errno));
    a->etag = reply.etag;
    a->unchanged = rc == 0 && reply.status == 304;
    if (a->unchanged)
        a->etag = etag;
    if (rc < 0 || a->unchanged)
        fclose(s.file);
    else
        a->file = s.file;
    return rc < 0 ? err_in(e, "%s", commands[c].name) : 0;
}

/* The version of a set of ETags, or NULL where one is missing. */
static const char *etags_version(struct reading *t, const char *const etags[N_COMMANDS])
{
    struct hash *h = hash_new();
    const char *version = NULL;
    bool all = h != NULL;

    for (size_t i = 0; i < N_COMMANDS && all; i++) {
        if (!t->g->ask[i])
            continue;
        all = etags[i] != NULL;
        hash_add(h, commands[i].name, strlen(commands[i].name) + 1);
        if (all)
            hash_add(h, etags[i], strlen(etags[i]) + 1);
    }
    if (all)
        version = hash_text(h, t->g->scratch);
    hash_free(&h);
    return version;
}

static int check_wait(const struct reading *t, struct err *e)
{
    const struct clock *clock = agent_clock(t->agent);
    int64_t wait = t->router->not_before - clock->mono_us(clock->self);

    if (wait <= 0)
        return 0;
    return err_set(e, ERR_REMOTE, "%s asked to wait for another %lld s", t->router->url,
                   (long long)((wait + SECOND - 1) / SECOND));
}

/*
 * Asks all commands. When the last good batch is known by its ETags, unchanged answers are not
 * sent again; facts that expire are always asked for, because they must be confirmed.
 */
static int ask_all(struct reading *t, const char *known, struct err *e)
{
    const char *etags[N_COMMANDS] = {NULL};
    const char *ours = etags_version(t, t->router->etags);
    bool confirm = known != NULL && ours != NULL && strcmp(known, ours) == 0 &&
                   t->head.origin.expires == FACT_NONE;
    bool all_same = true;
    int rc = check_wait(t, e);

    for (size_t i = 0; i < N_COMMANDS && rc == 0; i++) {
        if (!t->g->ask[i])
            continue;
        rc = ask(t, i, confirm ? t->router->etags[i] : NULL, e);
        all_same &= t->answers[i].unchanged;
    }
    for (size_t i = 0; i < N_COMMANDS && rc == 0 && !all_same; i++) {
        if (t->answers[i].unchanged)
            rc = ask(t, i, NULL, e);
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        etags[i] = t->answers[i].etag;
    if (rc == 0)
        t->head.version = etags_version(t, etags);
    return rc;
}

static void keep_etags(struct reading *t)
{
    struct router *r = t->router;

    arena_free(&r->etag_arena);
    memset(r->etags, 0, sizeof(r->etags));
    r->etag_arena = arena_new(64 * 1024);
    for (size_t i = 0; i < N_COMMANDS && r->etag_arena != NULL; i++)
        r->etags[i] = arena_strdup(r->etag_arena, t->answers[i].etag);
}

/* --- batches --- */

static int read_chunk(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    FILE *f = payload;

    *got = fread(p, 1, room, f);
    return *got == 0 && ferror(f) ? err_set(e, ERR_IO, "%s", strerror(errno)) : 0;
}

static int parse_answer(struct reading *t, size_t c, struct err *e)
{
    struct answer *a = &t->answers[c];
    struct jread_limits limits;
    struct jread *r = NULL;
    struct stat now;
    int rc;

    lg_json_limits(&limits);
    rc = jread_new(&r, &limits, read_chunk, a->file, e);
    if (rc == 0)
        rc = commands[c].parse(&t->g->lg, r, e);
    jread_free(&r);
    if (rc == 0 && t->router->path != NULL &&
        (fstat(fileno(a->file), &now) != 0 || now.st_size != a->st.st_size ||
         mtime_us(&now) != mtime_us(&a->st)))
        rc = err_set(e, ERR_STALE, "it was changed while it was read");
    if (rc < 0)
        return err_in(e, "%s", a->where);
    lg_tell_skips(&t->g->lg, commands[c].name);
    return 0;
}

static int parse_all(struct reading *t, struct err *e)
{
    struct glass *g = t->g;
    int rc = t->sink->begin(t->sink, &t->head, e);

    if (rc < 0)
        return rc;
    lg_reset(&g->lg);
    g->lg.node = t->router->name;
    g->lg.platform = "frr";
    g->lg.sink = t->sink;
    g->lg.arena = g->scratch;
    g->lg.cancelled = is_cancelled;
    g->lg.payload = t->agent;
    for (size_t i = 0; i < N_COMMANDS && rc == 0; i++) {
        if (t->answers[i].file != NULL)
            rc = parse_answer(t, i, e);
    }
    if (rc == 0)
        rc = lg_finish(&g->lg, e);
    if (rc < 0) {
        t->sink->abort(t->sink);
        return rc;
    }
    return t->sink->commit(t->sink, e);
}

static bool all_unchanged(const struct reading *t, const char *known)
{
    bool any = false;

    if (t->router->path != NULL)
        return known != NULL && t->head.version != NULL && strcmp(known, t->head.version) == 0;
    for (size_t i = 0; i < N_COMMANDS; i++) {
        any |= t->answers[i].unchanged;
        if (t->answers[i].file != NULL)
            return false;
    }
    return any;
}

static int read_answers(struct reading *t, struct err *e)
{
    const char *known = t->sink->version(t->sink, &t->head.origin, t->g->scratch);
    int rc = t->router->path != NULL ? open_files(t, e) : ask_all(t, known, e);

    if (rc < 0 || all_unchanged(t, known))
        return rc;
    rc = parse_all(t, e);
    if (rc == 0 && t->router->url != NULL)
        keep_etags(t);
    return rc;
}

/* One router. Its own troubles are told to the sink; only the sink's end collecting. */
static int collect_router(struct agent *a, struct router *router, struct batch_sink *sink,
                          struct err *e)
{
    struct glass *g = agent_state(a);
    struct arena_mark mark = arena_mark(g->scratch);
    struct reading t = {.agent = a, .g = g, .router = router, .sink = sink};
    struct err why = {0};
    int rc;

    t.head = agent_batch(a, router->name, BATCH_REPLACE);
    rc = read_answers(&t, &why);
    close_answers(&t);
    if (rc < 0 && rc != ERR_CANCELLED)
        rc = sink->failed(sink, &t.head.origin, &why, e);
    else
        rc = 0;
    arena_rewind(g->scratch, mark);
    return rc;
}

static bool is_configured(const struct glass *g, const char *name)
{
    for (size_t i = 0; i < g->n; i++) {
        if (strcmp(g->routers[i].name, name) == 0)
            return true;
    }
    return strcmp(name, "*") == 0;
}

/* Routers that left the configuration leave the store. */
static int retire_others(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct glass *g = agent_state(a);
    struct arena *names = arena_new(0);
    struct batch_head head = agent_batch(a, "", BATCH_REPLACE);
    struct strs scopes = {0};
    int rc;

    if (names == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the names of routers");
    rc = sink->scopes(sink, &head.origin, names, &scopes, e);
    for (size_t i = 0; i < scopes.n && rc == 0; i++) {
        if (is_configured(g, scopes.v[i]))
            continue;
        head.origin.scope = scopes.v[i];
        rc = sink->retire(sink, &head.origin, e);
    }
    arena_free(&names);
    return rc;
}

static int glass_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct glass *g = agent_state(a);
    int rc = retire_others(a, sink, e);

    for (size_t i = 0; i < g->n && rc == 0 && !agent_cancelled(a); i++)
        rc = collect_router(a, &g->routers[i], sink, e);
    return rc;
}

const struct agent_ops agent_looking_glass = {
    .name = "looking-glass",
    .summary = "What routers answer to show commands, from files or over HTTP.",
    .options = options,
    .state_size = sizeof(struct glass),
    .open = glass_open,
    .collect = glass_collect,
    .close = glass_close,
    .dialects = lg_dialects,
};
