/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIC, the registry of the WLCG: which sites there are, their address space, the AS that is
 * said to originate it, and how they are connected to LHCONE and LHCOPN. One document, one
 * scope.
 */
#include "agents/agent.h"

#include <string.h>

#include "agents/sources/cric/rcsite.h"
#include "agents/sources/web/web.h"

#define MAX_FILE ((size_t)256 << 20)
#define SCOPE    "rcsite"

struct registry {
    const char *path, *url;
    struct fetcher *fetcher; /* NULL: a file */
    struct web_login login;
    int64_t not_before;
};

static const struct conf_item options[] = {
    {.name = "url",
     .type = CONF_STRING,
     .help = "Where the sites are, e.g. "
             "https://wlcg-cric.cern.ch/api/core/rcsite/query/?json"},
    {.name = "path", .type = CONF_PATH, .help = "Or a file that holds the same JSON."},
    WEB_LOGIN_OPTIONS,
    WEB_OPTIONS,
    {0},
};

static int registry_open(struct agent *a, struct err *e)
{
    struct registry *g = agent_state(a);
    const struct conf *c = agent_conf(a);
    int rc;

    g->path = conf_str(c, "path");
    g->url = conf_str(c, "url");
    if ((g->path == NULL) == (g->url == NULL))
        return conf_err(c, e, "needs either url or path");
    rc = g->url != NULL ? web_check_url(conf_get(c, "url"), g->url, e) : 0;
    if (rc == 0)
        rc = web_login(c, &g->login, e);
    return rc == 0 ? web_open(a, &g->fetcher, e) : rc;
}

static void registry_close(struct agent *a)
{
    struct registry *g = agent_state(a);

    if (g->fetcher != NULL)
        fetcher_free(&g->fetcher);
}

/* Reads the document as a whole; what is as it was is only stated again to be believed longer.
 */
static int state_document(struct agent *a, struct agent_file *f, struct batch_sink *sink,
                          struct arena *arena, struct err *e)
{
    struct batch_head head = agent_batch(a, SCOPE, BATCH_REPLACE);
    const char *known = sink->version(sink, &head.origin, arena);
    char *version = arena_alloc(arena, AGENT_VERSION_TEXT);
    int rc = version != NULL ? agent_version(f->text.p, f->text.n, version, e)
                             : err_set(e, ERR_NOMEM, "no memory for a version");

    if (rc < 0)
        return rc;
    if (known != NULL && strcmp(known, version) == 0 && head.origin.expires == FACT_NONE)
        return 0;
    f->version = version;
    return rcsite_dialect.read(a, f, sink, e);
}

static int read_registry(struct agent *a, struct batch_sink *sink, struct arena *arena,
                         struct err *e)
{
    struct registry *g = agent_state(a);
    struct web_request q = {
        .fetcher = g->fetcher, .url = g->url, .login = &g->login, .not_before = &g->not_before};
    struct fetch_reply reply = {0};
    struct agent_file f = {.name = SCOPE, .path = g->path, .dialect = &rcsite_dialect};
    struct buf text = {0};
    int rc;

    if (g->path != NULL) {
        rc = conf_read_file(g->path, MAX_FILE, &text, e);
        f.observed = agent_written_at(g->path);
        f.text = (struct slice){buf_cstr(&text), text.len};
        if (rc == 0)
            rc = state_document(a, &f, sink, arena, e);
        if (rc < 0 && strncmp(e->msg, g->path, strlen(g->path)) != 0)
            err_in(e, "%s", g->path);
        buf_free(&text);
        return rc;
    }
    rc = web_fetch(a, &q, arena, &reply, e);
    if (rc < 0)
        return rc;
    f.observed = agent_batch(a, SCOPE, BATCH_REPLACE).origin.observed_at;
    f.text = (struct slice){reply.body, reply.len};
    rc = state_document(a, &f, sink, arena, e);
    return rc < 0 ? web_in(g->url, arena, e) : 0;
}

static int registry_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    struct arena *arena = arena_new(0);
    struct batch_head head = agent_batch(a, SCOPE, BATCH_REPLACE);
    struct err why = {0};
    int rc;

    if (arena == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the registry");
    rc = read_registry(a, sink, arena, &why);
    arena_free(&arena);
    if (rc == 0)
        return 0;
    return agent_cancelled(a) ? 0 : sink->failed(sink, &head.origin, &why, e);
}

static const struct agent_dialect *const dialects[] = {&rcsite_dialect, NULL};

const struct agent_ops agent_cric = {
    .name = "cric",
    .summary = "Sites of the WLCG from CRIC: address space, AS numbers, LHCONE and LHCOPN.",
    .options = options,
    .state_size = sizeof(struct registry),
    .open = registry_open,
    .collect = registry_collect,
    .close = registry_close,
    .dialects = dialects,
};
