/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/rucio/settings.h"
#include "server/scitags.h"
#include "server/settings_calendars.h"

#define MAX_NAME                                                                               \
    20 /* leaves room for the rest of a resource id, which has at most 64 characters */
#define MAX_SECRET 1024
#define MAX_MEMORY ((size_t)256 << 20)
#define MAX_PEM    ((size_t)1 << 20)
#define ID_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:@"

static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const grant_names[] = {
    "path-vector", "private-properties",     "operator-api",
    "rucio",       "resource-specification", NULL};

static const struct conf_item tls_items[] = {
    {.name = "certificate",
     .type = CONF_PATH,
     .required = true,
     .help = "Certificate chain, PEM."},
    {.name = "key", .type = CONF_PATH, .required = true, .help = "Private key, PEM."},
    {0},
};

static const struct conf_item digest_items[] = {
    {.name = "user", .type = CONF_STRING, .required = true, .help = "User name."},
    {.name = "password_file",
     .type = CONF_PATH,
     .required = true,
     .help = "File whose first line is the password."},
    {0},
};

static const struct conf_item client_items[] = {
    {.name = "name", .type = CONF_STRING, .required = true, .help = "Name of the class."},
    {.name = "networks",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Prefixes that its clients connect from."},
    {.name = "digest",
     .type = CONF_MAP,
     .items = digest_items,
     .help = "HTTP Digest credentials (RFC 7616) that its clients present."},
    {.name = "grants",
     .type = CONF_LIST,
     .element = CONF_ENUM,
     .choices = grant_names,
     .help = "What they may use besides maps and costs."},
    {.name = "domains",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help =
         "With resource-specification: domains whose grants they may hand in; default: all."},
    {0},
};

static const struct conf_item limit_items[] = {
    {.name = "body",
     .type = CONF_SIZE,
     .def = "1M",
     .min = 1024,
     .max = 1 << 30,
     .help = "Bytes of a request body."},
    {.name = "json_depth",
     .type = CONF_INT,
     .def = "32",
     .min = 4,
     .max = 256,
     .help = "Nesting of JSON in requests."},
    {.name = "pairs",
     .type = CONF_INT,
     .def = "1000000",
     .min = 1,
     .max = 100000000,
     .help = "Pairs of one cost request."},
    {.name = "path_vector_pairs",
     .type = CONF_INT,
     .def = "10000",
     .min = 1,
     .max = 1000000,
     .help = "Pairs of one path vector request."},
    {.name = "header_timeout",
     .type = CONF_DURATION,
     .def = "10s",
     .min = 10000,
     .max = 3600000000,
     .help = "Until the headers of a request are there."},
    {.name = "body_timeout",
     .type = CONF_DURATION,
     .def = "30s",
     .min = 10000,
     .max = 3600000000,
     .help = "Until its body is there."},
    {.name = "connections",
     .type = CONF_INT,
     .def = "10000",
     .min = 1,
     .max = 1000000,
     .help = "Connections in all."},
    {.name = "connections_per_client",
     .type = CONF_INT,
     .def = "100",
     .min = 1,
     .max = 1000000,
     .help = "Connections of one IPv4 address or one IPv6 /64."},
    {.name = "threads",
     .type = CONF_INT,
     .def = "2",
     .min = 1,
     .max = 64,
     .help = "Threads that serve, as many that compute, and as many for what takes long."},
    {.name = "streams",
     .type = CONF_INT,
     .def = "10000",
     .min = 0,
     .max = 1000000,
     .help = "Update streams in all; each is a connection."},
    {.name = "streams_per_client",
     .type = CONF_INT,
     .def = "100",
     .min = 0,
     .max = 1000000,
     .help = "Update streams of one address."},
    {.name = "watches",
     .type = CONF_INT,
     .def = "1000",
     .min = 1,
     .max = 100000,
     .help =
         "Different resources and inputs that are followed; each is computed at every change."},
    {.name = "views",
     .type = CONF_INT,
     .def = "1000",
     .min = 0,
     .max = 100000,
     .help = "TIPS views."},
    {.name = "polls",
     .type = CONF_INT,
     .def = "10000",
     .min = 0,
     .max = 1000000,
     .help = "TIPS requests that wait for the next version."},
    {.name = "keep_alive",
     .type = CONF_DURATION,
     .def = "15s",
     .min = 10000,
     .max = 3600000000,
     .help = "A stream that is silent for so long gets a comment."},
    {.name = "view_idle",
     .type = CONF_DURATION,
     .def = "10m",
     .min = 10000,
     .max = 86400000000,
     .help = "A TIPS view that nobody used for so long is closed."},
    {0},
};

static const struct conf_item aggregator_items[] = {
    {.name = "trust", .type = CONF_LIST, .element = CONF_STRING, .help = "Reserved."},
    {0},
};

static const struct conf_item root_items[] = {
    {.name = "listen",
     .type = CONF_STRING,
     .def = "127.0.0.1:8080",
     .help = "Address and port, [ADDRESS]:PORT for IPv6; port 0: any free one."},
    {.name = "stores",
     .type = CONF_LIST,
     .element = CONF_PATH,
     .required = true,
     .help = "Stores of the domains: files or patterns."},
    {.name = "poll",
     .type = CONF_DURATION,
     .def = "1s",
     .min = 10000,
     .max = 3600000000,
     .help = "How often stores are looked at."},
    {.name = "name", .type = CONF_STRING, .def = "rialto", .help = "Prefix of resource ids."},
    {.name = "public_url",
     .type = CONF_STRING,
     .help = "Base of the URIs in the directory; without it, what the request's Host says."},
    {.name = "tls", .type = CONF_MAP, .items = tls_items, .help = "HTTPS instead of HTTP."},
    {.name = "stale_after",
     .type = CONF_DURATION,
     .def = "1d",
     .help = "/readyz fails when everything is older."},
    {.name = "clients",
     .type = CONF_MAPS,
     .items = client_items,
     .help = "Classes of clients; the first that matches counts. Without the key, loopback has "
             "all grants and everybody else none."},
    {.name = "persistent_ids",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Names of links whose identity may be told as persistent-entity-id."},
    {.name = "limits", .type = CONF_MAP, .items = limit_items, .help = "Limits."},
    {.name = "rucio",
     .type = CONF_MAP,
     .items = rucio_items,
     .help = "Orders of replicas and distances for Rucio."},
    {.name = "scitags",
     .type = CONF_PATH,
     .help = "Registry of SciTags, JSON: ids of experiments and activities."},
    {.name = "inbox",
     .type = CONF_PATH,
     .help = "Store of what clients hand in: grants. Without it nothing can be handed in."},
    {.name = "calendars",
     .type = CONF_MAP,
     .items = calendar_items,
     .help = "Calendars of costs, from what was measured."},
    {.name = "aggregator", .type = CONF_MAP, .items = aggregator_items, .help = "Reserved."},
    {.name = "log",
     .type = CONF_ENUM,
     .def = "info",
     .choices = log_levels,
     .help = "What is logged."},
    {0},
};

const struct conf_item *settings_items(void)
{
    return root_items;
}

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for the configuration");
}

int settings_listen(struct settings *s, const char *text, struct err *e)
{
    const char *colon = strrchr(text, ':');
    struct slice host = {text, colon ? (size_t)(colon - text) : 0};
    struct addr addr;
    uint64_t port;
    bool bracket = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (bracket)
        host = (struct slice){host.p + 1, host.n - 2};
    if (!colon || !slice_u64(slice_of(colon + 1), 65535, &port) || !addr_parse(host, &addr) ||
        (addr.family == 6) != bracket)
        return err_set(e, ERR_INVAL, "'%s' is not ADDRESS:PORT (or [ADDRESS]:PORT for IPv6)",
                       text);
    s->host = arena_strndup(s->arena, host.p, host.n);
    s->port = (uint16_t)port;
    return s->host ? 0 : nomem(e);
}

static int strings_of(const struct conf *list, struct arena *a, const char ***v, size_t *n,
                      struct err *e)
{
    *n = conf_count(list);
    *v = ARENA_ARRAY(a, *n + 1, const char *);
    if (!*v)
        return nomem(e);
    for (size_t i = 0; i < *n; i++)
        (*v)[i] = conf_text(conf_at(list, i));
    return 0;
}

/* The first line of a file that only the administrator should be able to read. */
static int read_secret(const struct conf *at, const char *path, struct arena *a,
                       const char **out, struct err *e)
{
    char line[MAX_SECRET];
    FILE *f = fopen(path, "re");
    if (!f)
        return conf_err(at, e, "password_file: %s: %s", path, strerror(errno));
    bool got = fgets(line, sizeof(line), f) != NULL;
    fclose(f);
    line[got ? strcspn(line, "\r\n") : 0] = 0;
    *out = *line ? arena_strdup(a, line) : NULL;
    explicit_bzero(line, sizeof(line));
    return *out ? 0 : conf_err(at, e, "password_file: %s: the first line is empty", path);
}

static unsigned grant_of(const char *name)
{
    unsigned i = 0;
    while (strcmp(grant_names[i], name) != 0)
        i++; /* the table of choices was checked */
    return 1u << i;
}

static int read_networks(const struct conf *list, struct arena *a, struct client_class *c,
                         struct err *e)
{
    c->n_networks = conf_count(list);
    c->networks = ARENA_ARRAY(a, c->n_networks + 1, struct prefix);
    if (!c->networks)
        return nomem(e);
    for (size_t i = 0; i < c->n_networks; i++) {
        const char *text = conf_text(conf_at(list, i));
        if (!prefix_parse(slice_of(text), &c->networks[i]))
            return conf_err(conf_at(list, i), e, "networks: '%s' is not a prefix", text);
    }
    return 0;
}

static int read_class(const struct conf *conf, struct arena *a, struct client_class *c,
                      struct err *e)
{
    const struct conf *digest = conf_get(conf, "digest");
    const struct conf *grants = conf_get(conf, "grants");
    c->name = conf_str(conf, "name");
    int rc = read_networks(conf_get(conf, "networks"), a, c, e);
    if (rc == 0 && digest) {
        c->user = conf_str(digest, "user");
        rc = read_secret(digest, conf_str(digest, "password_file"), a, &c->password, e);
    }
    for (size_t i = 0; i < conf_count(grants); i++)
        c->grants |= grant_of(conf_text(conf_at(grants, i)));
    c->all_domains = !conf_has(conf, "domains");
    if (rc == 0)
        rc = strings_of(conf_get(conf, "domains"), a, &c->domains, &c->n_domains, e);
    if (rc == 0 && !c->all_domains && !(c->grants & GRANT_SPECIFICATION))
        rc = conf_err(conf_get(conf, "domains"), e,
                      "domains: says nothing without the grant resource-specification");
    if (rc == 0 && !c->user && c->n_networks == 0)
        rc = conf_err(conf, e, "clients: '%s' matches nobody (give networks or digest)",
                      c->name);
    return rc;
}

/* Without `clients`: whoever is on this machine may do everything. */
static int default_classes(struct settings *s, struct err *e)
{
    s->n_classes = 1;
    s->classes = ARENA_ARRAY(s->arena, 1, struct client_class);
    struct prefix *loopback = ARENA_ARRAY(s->arena, 2, struct prefix);
    if (!s->classes || !loopback)
        return nomem(e);
    prefix_parse(slice_of("127.0.0.0/8"), &loopback[0]);
    prefix_parse(slice_of("::1/128"), &loopback[1]);
    s->classes[0] =
        (struct client_class){.name = "local",
                              .networks = loopback,
                              .n_networks = 2,
                              .grants = GRANT_PATH_VECTOR | GRANT_PRIVATE_PROPERTIES |
                                        GRANT_OPERATOR_API | GRANT_RUCIO | GRANT_SPECIFICATION,
                              .all_domains = true};
    return 0;
}

static int read_classes(struct settings *s, const struct conf *root, struct err *e)
{
    if (!conf_has(root, "clients"))
        return default_classes(s, e);
    const struct conf *list = conf_get(root, "clients");
    s->n_classes = conf_count(list);
    s->classes = ARENA_ARRAY(s->arena, s->n_classes + 1, struct client_class);
    int rc = s->classes ? 0 : nomem(e);
    for (size_t i = 0; rc == 0 && i < s->n_classes; i++)
        rc = read_class(conf_at(list, i), s->arena, &s->classes[i], e);
    return rc;
}

static int read_limits(struct settings *s, const struct conf *root, struct err *e)
{
    const struct conf *l = conf_get(root, "limits");
    if (!l) { /* defaults come from the table: an empty mapping */
        static const struct conf_input empty = {"limits", "{}", 2};
        int rc = conf_parse(&empty, limit_items, s->arena, &l, e);
        if (rc < 0)
            return rc;
    }
    s->max_body = (size_t)conf_int(l, "body");
    s->wire.depth = (unsigned)conf_int(l, "json_depth");
    s->wire.elements =
        s->max_body; /* a list can't have more elements than the body has bytes */
    s->pairs = (size_t)conf_int(l, "pairs");
    s->path_vector_pairs = (size_t)conf_int(l, "path_vector_pairs");
    s->header_timeout = conf_int(l, "header_timeout");
    s->body_timeout = conf_int(l, "body_timeout");
    s->connections = (unsigned)conf_int(l, "connections");
    s->connections_per_client = (unsigned)conf_int(l, "connections_per_client");
    s->threads = (unsigned)conf_int(l, "threads");
    s->streams = (size_t)conf_int(l, "streams");
    s->streams_per_client = (size_t)conf_int(l, "streams_per_client");
    s->watches = (size_t)conf_int(l, "watches");
    s->views = (size_t)conf_int(l, "views");
    s->polls = (size_t)conf_int(l, "polls");
    s->keep_alive = conf_int(l, "keep_alive");
    s->view_idle = conf_int(l, "view_idle");
    return 0;
}

static int read_names(struct settings *s, const struct conf *root, struct err *e)
{
    const char *url = conf_str(root, "public_url");
    s->name = conf_str(root, "name");
    size_t n = strlen(s->name);
    if (n == 0 || n > MAX_NAME || strspn(s->name, ID_LETTERS) != n)
        return conf_err(
            conf_get(root, "name"), e,
            "name: 1 to %d letters, digits, or characters of -_:@ (RFC 7285 section 10.2)",
            MAX_NAME);
    if (!url)
        return 0;
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return conf_err(conf_get(root, "public_url"), e,
                        "public_url: http:// or https:// expected");
    n = strlen(url);
    while (n > 8 && url[n - 1] == '/')
        n--;
    s->public_url = arena_strndup(s->arena, url, n);
    return s->public_url ? 0 : nomem(e);
}

/* A file that HTTPS needs: what is wrong with it is told before anything starts. */
static int check_tls_file(const struct conf *tls, const char *key, const char **path,
                          struct err *e)
{
    struct buf text = {0};
    struct err why = {0};
    *path = conf_str(tls, key);
    int rc = conf_read_file(*path, MAX_PEM, &text, &why);
    if (rc < 0)
        rc = conf_err(conf_get(tls, key), e, "tls.%s: %s", key, why.msg);
    else if (text.len == 0)
        rc = conf_err(conf_get(tls, key), e, "tls.%s: %s: is empty", key, *path);
    if (text.data)
        explicit_bzero(text.data, text.len);
    buf_free(&text);
    return rc;
}

static int read_tls(struct settings *s, const struct conf *tls, struct err *e)
{
    int rc = tls ? check_tls_file(tls, "certificate", &s->certificate, e) : 0;
    return rc == 0 && tls ? check_tls_file(tls, "key", &s->key, e) : rc;
}

static int read_stores(struct settings *s, const struct conf *list, struct err *e)
{
    if (conf_count(list) == 0)
        return conf_err(list, e, "stores: at least one is needed");
    return strings_of(list, s->arena, &s->stores, &s->n_stores, e);
}

static int read_scitags(struct settings *s, const struct conf *c, struct err *e)
{
    struct scitags *read;
    struct err why = {0};
    if (!c)
        return 0;
    if (scitags_load(conf_text(c), s->arena, &read, &why) < 0)
        return conf_err(c, e, "scitags: %s", why.msg);
    s->scitags = read;
    return 0;
}

static enum log_level level_of(const char *name)
{
    int i = 0;
    while (strcmp(log_levels[i], name) != 0)
        i++;
    return (enum log_level)i;
}

static int read_root(struct settings *s, const struct conf *root, struct err *e)
{
    int rc = settings_listen(s, conf_str(root, "listen"), e);
    if (rc < 0)
        return conf_has(root, "listen") ? conf_err(conf_get(root, "listen"), e,
                                                   "listen: not ADDRESS:PORT (or "
                                                   "[ADDRESS]:PORT for IPv6)")
                                        : rc;
    rc = read_stores(s, conf_get(root, "stores"), e);
    if (rc == 0)
        rc = strings_of(conf_get(root, "persistent_ids"), s->arena, &s->persistent_ids,
                        &s->n_persistent_ids, e);
    if (rc == 0)
        rc = read_names(s, root, e);
    if (rc == 0)
        rc = read_classes(s, root, e);
    if (rc == 0)
        rc = read_limits(s, root, e);
    if (rc == 0)
        rc = read_tls(s, conf_get(root, "tls"), e);
    if (rc == 0)
        rc = rucio_settings_read(conf_get(root, "rucio"), s->arena, &s->rucio, e);
    if (rc == 0)
        rc = read_scitags(s, conf_get(root, "scitags"), e);
    if (rc == 0)
        rc = calendars_read(conf_get(root, "calendars"), s->arena, &s->calendars, e);
    s->poll = conf_int(root, "poll");
    s->stale_after = conf_int(root, "stale_after");
    s->inbox = conf_str(root, "inbox");
    s->log = level_of(conf_str(root, "log"));
    return rc;
}

static struct settings *settings_new(void)
{
    struct arena *a = arena_new(MAX_MEMORY);
    struct settings *s = a ? ARENA_NEW(a, struct settings) : NULL;
    if (!s) {
        arena_free(&a);
        return NULL;
    }
    s->arena = a;
    s->references = 1;
    return s;
}

static int finish(struct settings *s, const struct conf *root, int rc, struct settings **out,
                  struct err *e)
{
    if (rc == 0)
        rc = read_root(s, root, e);
    if (rc < 0)
        settings_release(&s);
    *out = s;
    return rc;
}

int settings_load(const char *path, struct settings **out, struct err *e)
{
    struct settings *s = settings_new();
    const struct conf *root = NULL;
    *out = NULL;
    if (!s)
        return nomem(e);
    int rc = conf_load(path, root_items, s->arena, &root, e);
    return finish(s, root, rc, out, e);
}

int settings_parse(const char *name, const char *text, size_t len, struct settings **out,
                   struct err *e)
{
    struct settings *s = settings_new();
    const struct conf_input in = {name, text, len};
    const struct conf *root = NULL;
    *out = NULL;
    if (!s)
        return nomem(e);
    int rc = conf_parse(&in, root_items, s->arena, &root, e);
    return finish(s, root, rc, out, e);
}

struct settings *settings_hold(struct settings *s)
{
    __atomic_add_fetch(&s->references, 1, __ATOMIC_RELAXED);
    return s;
}

void settings_release(struct settings **s)
{
    if (!*s)
        return;
    if (__atomic_sub_fetch(&(*s)->references, 1, __ATOMIC_ACQ_REL) == 0) {
        struct arena *a = (*s)->arena;
        for (size_t i = 0; (*s)->classes && i < (*s)->n_classes; i++) {
            if ((*s)->classes[i].password)
                explicit_bzero((char *)(uintptr_t)(*s)->classes[i].password,
                               strlen((*s)->classes[i].password));
        }
        arena_free(&a);
    }
    *s = NULL;
}

bool settings_may_hand_in(const struct client_class *c, const char *domain)
{
    if (!c || !(c->grants & GRANT_SPECIFICATION))
        return false;
    for (size_t i = 0; i < c->n_domains; i++) {
        if (strcmp(c->domains[i], domain) == 0)
            return true;
    }
    return c->all_domains;
}

bool settings_digest_grants(const struct settings *s, unsigned grant)
{
    for (size_t i = 0; i < s->n_classes; i++) {
        if (s->classes[i].user && (s->classes[i].grants & grant) == grant)
            return true;
    }
    return false;
}
