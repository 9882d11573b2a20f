/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perfSONAR: results from files, from servers, and pushed by pScheduler's archiver; meshes and
 * lookup records that say which hosts there are. Each file, each server and all that is pushed
 * is a scope of its own.
 */
#include "agents/agent.h"

#include <string.h>

#include "agents/sources/perfsonar/source.h"
#include "base/map.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

static const char *const server_dialects[] = {"pscheduler", "opensearch", "esmond",
                                              "psconfig",   "sls",        NULL};
static const char *const file_dialects[] = {"auto",     "pscheduler", "opensearch", "esmond",
                                            "psconfig", "sls",        NULL};

static const struct conf_item server_items[] = {
    {.name = "name",
     .type = CONF_STRING,
     .required = true,
     .help = "A name for the server; what it says is one scope."},
    {.name = "dialect",
     .type = CONF_ENUM,
     .choices = server_dialects,
     .required = true,
     .help = "What it speaks."},
    {.name = "url",
     .type = CONF_STRING,
     .required = true,
     .help = "Its address: https://HOST/pscheduler, https://HOST/opensearch, "
             "https://HOST/esmond/perfsonar/archive/, or of the mesh or the records."},
    {.name = "index",
     .type = CONF_STRING,
     .def = "pscheduler",
     .help = "opensearch: index, alias or pattern of indices."},
    {.name = "types",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Types of tests, or of events (esmond), to ask for; default: all that are known."},
    {.name = "window",
     .type = CONF_DURATION,
     .def = "0s",
     .min = 0,
     .max = 366 * DAY,
     .help = "esmond: summaries over this time where there are some; 0s: single results."},
    {.name = "page",
     .type = CONF_INT,
     .def = "500",
     .min = 1,
     .max = 10000,
     .help = "How many results are asked for at once."},
    WEB_LOGIN_OPTIONS,
    {0},
};

static const struct conf_item host_items[] = {
    {.name = "name", .type = CONF_STRING, .required = true, .help = "A name in results."},
    {.name = "addrs",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .required = true,
     .help = "Its addresses."},
    {0},
};

static const struct conf_item options[] = {
    {.name = "expires",
     .type = CONF_DURATION,
     .def = "1d",
     .min = SECOND,
     .max = 3660 * DAY,
     .help = "How long results are believed after they were measured."},
    {.name = "path",
     .type = CONF_PATH,
     .help = "Folder of files: results, meshes, lookup records."},
    {.name = "dialect",
     .type = CONF_ENUM,
     .choices = file_dialects,
     .def = "auto",
     .help = "What the files hold."},
    {.name = "servers",
     .type = CONF_MAPS,
     .items = server_items,
     .help = "Servers to ask for results or hosts."},
    {.name = "since",
     .type = CONF_DURATION,
     .def = "1h",
     .min = SECOND,
     .max = 366 * DAY,
     .help = "How far back the first question to a server goes."},
    {.name = "lag",
     .type = CONF_DURATION,
     .def = "10m",
     .min = 0,
     .max = DAY,
     .help = "How long after its start a result may still arrive in an archive."},
    {.name = "listen",
     .type = CONF_MAP,
     .items = ps_listen_items,
     .help = "Takes results that pScheduler's HTTP archiver sends."},
    {.name = "hosts",
     .type = CONF_MAPS,
     .items = host_items,
     .help = "Addresses of names in results."},
    WEB_OPTIONS,
    {0},
};

static const struct {
    const char *dialect;
    ps_pull *pull;
    bool hosts;
} pulls[] = {
    {"pscheduler", ps_pull_pscheduler, false}, {"opensearch", ps_pull_opensearch, false},
    {"esmond", ps_pull_esmond, false},         {"psconfig", ps_pull_document, true},
    {"sls", ps_pull_document, true},
};

static int check_name(const struct ps_source *src, const struct conf *c, const char *name,
                      struct err *e)
{
    if (name[0] == '\0' || strlen(name) > 255 || strcmp(name, "*") == 0 ||
        strcmp(name, PS_SCOPE_PUSHED) == 0 ||
        strncmp(name, PS_SCOPE_FILES, strlen(PS_SCOPE_FILES)) == 0)
        return conf_err(c, e,
                        "name: must have 1 to 255 characters and not be \"*\", \"%s\" "
                        "or begin with \"%s\"",
                        PS_SCOPE_PUSHED, PS_SCOPE_FILES);
    for (size_t i = 0; i < src->n_servers; i++) {
        if (strcmp(src->servers[i].name, name) == 0)
            return conf_err(c, e, "name: server %s is there twice", name);
    }
    return 0;
}

static int read_server(struct ps_source *src, const struct conf *c, struct err *e)
{
    struct ps_server *s = &src->servers[src->n_servers];
    const char *dialect = conf_str(c, "dialect"), *name = conf_str(c, "name");
    int rc = check_name(src, c, name, e);

    s->name = name;
    s->url = conf_str(c, "url");
    s->index = conf_str(c, "index");
    s->types = conf_get(c, "types");
    s->window = conf_int(c, "window") / SECOND;
    s->page = conf_int(c, "page");
    s->cursor = FACT_NONE;
    s->dialect = agent_dialect_find(ps_dialects, dialect);
    for (size_t i = 0; i < sizeof(pulls) / sizeof(*pulls); i++) {
        if (strcmp(pulls[i].dialect, dialect) == 0) {
            s->pull = pulls[i].pull;
            s->hosts = pulls[i].hosts;
        }
    }
    if (rc == 0)
        rc = web_check_url(conf_get(c, "url"), s->url, e);
    if (rc == 0 && s->index[strspn(s->index, "abcdefghijklmnopqrstuvwxyz0123456789_-*.,")] != 0)
        rc = conf_err(conf_get(c, "index"), e, "index: \"%s\" is no name of indices", s->index);
    if (rc == 0)
        rc = web_login(c, &s->login, e);
    src->n_servers += rc == 0;
    return rc;
}

static int read_host(struct ps_source *src, const struct conf *c, struct err *e)
{
    const struct conf *list = conf_get(c, "addrs");

    for (size_t i = 0; i < conf_count(list); i++) {
        const struct conf *word = conf_at(list, i);
        struct addr a;
        int rc;

        if (!addr_parse(slice_of(conf_text(word)), &a))
            return conf_err(word, e, "addrs: \"%s\" is no address", conf_text(word));
        rc = ps_hosts_add(src->hosts, slice_of(conf_str(c, "name")), &a);
        if (rc == ERR_LIMIT)
            return conf_err(word, e, "addrs: more than %d addresses", PS_MAX_ADDRS);
        if (rc != 0)
            return err_set(e, ERR_NOMEM, "no memory for the names of hosts");
    }
    return 0;
}

static int read_lists(struct agent *a, struct ps_source *src, struct err *e)
{
    const struct conf *c = agent_conf(a), *hosts = conf_get(c, "hosts");
    const struct conf *servers = conf_get(c, "servers");
    int rc = 0;

    src->servers = ARENA_ARRAY(agent_arena(a), conf_count(servers) + 1, struct ps_server);
    if (src->servers == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu servers", conf_count(servers));
    for (size_t i = 0; i < conf_count(servers) && rc == 0; i++)
        rc = read_server(src, conf_at(servers, i), e);
    for (size_t i = 0; i < conf_count(hosts) && rc == 0; i++)
        rc = read_host(src, conf_at(hosts, i), e);
    return rc;
}

static int source_open(struct agent *a, struct err *e)
{
    struct ps_source *src = agent_state(a);
    const struct conf *c = agent_conf(a), *limits = conf_get(c, "limits");
    int rc;

    src->folder = conf_str(c, "path");
    src->dialect = agent_dialect_find(ps_dialects, conf_str(c, "dialect"));
    src->since = conf_int(c, "since");
    src->lag = conf_int(c, "lag");
    src->max_requests = limits != NULL ? conf_int(limits, "requests") : 1000;
    src->listens = conf_has(c, "listen");
    src->hosts = ps_hosts_new();
    if (src->hosts == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the names of hosts");
    if (src->folder == NULL && !conf_has(c, "servers") && !src->listens)
        return conf_err(c, e, "needs path, servers or listen");
    rc = read_lists(a, src, e);
    if (rc == 0 && src->listens)
        rc = ps_listen_open(a, conf_get(c, "listen"), &src->listen, e);
    return rc == 0 ? web_open(a, &src->fetcher, e) : rc;
}

static void source_close(struct agent *a)
{
    struct ps_source *src = agent_state(a);

    for (size_t i = 0; i < src->n_servers; i++) {
        if (src->servers[i].seen != NULL)
            map_free(&src->servers[i].seen);
    }
    src->n_servers = 0;
    if (src->fetcher != NULL)
        fetcher_free(&src->fetcher);
    if (src->files != NULL)
        map_free(&src->files);
    ps_hosts_free(&src->hosts);
}

/* One server. Its own troubles are told to the sink; only the sink's end collecting. */
static int collect_server(struct agent *a, struct ps_server *s, struct batch_sink *sink,
                          struct err *e)
{
    struct ps_source *src = agent_state(a);
    struct batch_head head = agent_batch(a, s->name, BATCH_APPEND);
    struct err why = {0};
    int rc;

    s->sink = sink;
    s->n_requests = 0;
    s->published = false;
    rc = s->pull(a, s, &why);
    if (rc == 0 && !s->hosts && !s->published)
        rc = ps_pull_confirm(a, s, &why);
    if (rc < 0 && s->seen != NULL)
        map_free(&s->seen); /* what was read may not have been published */
    if (rc == 0 || rc == ERR_CANCELLED || agent_cancelled(a))
        return 0;
    src->hosts_failed |= s->hosts;
    return sink->failed(sink, &head.origin, &why, e);
}

static bool is_ours(const struct ps_source *src, const char *scope)
{
    for (size_t i = 0; i < src->n_servers; i++) {
        if (strcmp(src->servers[i].name, scope) == 0)
            return true;
    }
    if (strcmp(scope, PS_SCOPE_PUSHED) == 0)
        return src->listens;
    /* files that are gone leave their facts until they expire */
    return strcmp(scope, "*") == 0 ||
           (src->folder != NULL && strncmp(scope, PS_SCOPE_FILES, strlen(PS_SCOPE_FILES)) == 0);
}

/* What left the configuration leaves the store. */
static int retire_others(struct agent *a, struct batch_sink *sink, struct err *e)
{
    const struct ps_source *src = agent_state(a);
    struct batch_head head = agent_batch(a, "", BATCH_REPLACE);
    struct arena *names = arena_new(0);
    struct strs scopes = {0};
    int rc;

    if (names == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the names of scopes");
    rc = sink->scopes(sink, &head.origin, names, &scopes, e);
    for (size_t i = 0; i < scopes.n && rc == 0; i++) {
        if (is_ours(src, scopes.v[i]))
            continue;
        head.origin.scope = scopes.v[i];
        rc = sink->retire(sink, &head.origin, e);
    }
    arena_free(&names);
    return rc;
}

static int source_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct ps_source *src = agent_state(a);
    int rc = retire_others(a, sink, e);

    src->hosts_failed = false;
    /* names of hosts first: results are placed by them */
    for (int results = 0; results <= 1 && rc == 0; results++) {
        for (size_t i = 0; i < src->n_servers && rc == 0 && !agent_cancelled(a); i++) {
            if (src->servers[i].hosts != (results != 0))
                rc = collect_server(a, &src->servers[i], sink, e);
        }
        if (results == 0 && rc == 0 && src->folder != NULL)
            rc = ps_collect_files(a, sink, e);
    }
    if (rc == 0)
        atomic_store(&src->collected, true);
    return rc;
}

const struct agent_ops agent_perfsonar = {
    .name = "perfsonar",
    .summary = "perfSONAR: results of tests from files, servers and archivers; its hosts.",
    .options = options,
    .state_size = sizeof(struct ps_source),
    .open = source_open,
    .collect = source_collect,
    .serve = ps_serve,
    .close = source_close,
    .dialects = ps_dialects,
};
