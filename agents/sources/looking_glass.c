/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking glasses: what routers answer to show commands, from files that something else
 * collects or over HTTP. One router is one scope; all of its answers are one batch, and one
 * answer that fails keeps the router's last good batch.
 */
#include "agents/sources/looking_glass.h"

#include <string.h>

#include "agents/sources/web/web.h"

#define SCRATCH_LIMIT ((size_t)16 << 20)

/* What FRR may be asked: the option's word, the file's end, the command, who reads it. The VRF
 * stands between before and after. */
static const struct command {
    const char *name, *before, *after;
    lg_parser *parse; /* NULL: told by the answer */
    bool usual;       /* asked for when nothing is named */
} commands[] = {
    {"bgp4", "show bgp", " ipv4 unicast json", lg_frr_bgp, true},
    {"bgp6", "show bgp", " ipv6 unicast json", lg_frr_bgp, true},
    {"route4", "show ip route", " json", lg_frr_route, true},
    {"route6", "show ipv6 route", " json", lg_frr_route, true},
    {"interface", "show interface", " json", lg_frr_interface, true},
    {"neighbors", "show bgp", " neighbors json", NULL, false},
    {"ospf", "show ip ospf", " interface json", NULL, false},
    {"isis", "show isis", " neighbor detail json", NULL, false},
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

/* --- options --- */

static const struct conf_item router_items[] = {
    {.name = "name",
     .type = CONF_STRING,
     .required = true,
     .help = "The router's name, unique in its domain; its facts are one scope."},
    {.name = "dialect",
     .type = CONF_STRING,
     .help = "What it answers in; default: the source's."},
    {.name = "path",
     .type = CONF_PATH,
     .help = "Files PATH.bgp4.json, .bgp6.json, .route4.json, .route6.json, .interface.json, "
             ".neighbors.json, .ospf.json, .isis.json; absent ones are normal. Other dialects: "
             "all files PATH.*."},
    {.name = "url",
     .type = CONF_STRING,
     .help = "Or over HTTP: the address, with %q where the URL-encoded command belongs, or %r "
             "for it as it is."},
    {.name = "requests",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "What is asked: commands, or paths or prefixes where the looking glass wants "
             "these; default: what the dialect needs."},
    {.name = "method",
     .type = CONF_STRING,
     .help = "GET or POST; default: POST when there is a form or a body."},
    {.name = "form",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Fields of a form, NAME=VALUE each, with %r for what is asked."},
    {.name = "body",
     .type = CONF_STRING,
     .help = "Body of the request, with %j for what is asked as the inside of a JSON string."},
    {.name = "headers",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Header lines, NAME: VALUE each, with %t for the token."},
    {.name = "token_file", .type = CONF_PATH, .help = "File with one line, the token for %t."},
    {.name = "pages",
     .type = CONF_MAP,
     .items = lg_page_items,
     .help = "How answers come in parts."},
    {0},
};

static const struct conf_item limit_items[] = {
    WEB_LIMITS("6s"),
    {0},
};

static const struct conf_item options[] = {
    {.name = "dialect",
     .type = CONF_STRING,
     .def = "frr",
     .help = "What the routers speak, or auto for files of which each tells it."},
    {.name = "routers",
     .type = CONF_MAPS,
     .items = router_items,
     .required = true,
     .help = "The routers, each with path or url."},
    {.name = "commands",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Those that FRR is asked over HTTP: bgp4, bgp6, route4, route6, interface, "
             "neighbors, ospf, isis; default: the first five."},
    {.name = "vrf",
     .type = CONF_STRING,
     .help = "The VRF to ask about over HTTP, or all; default: the default table."},
    {.name = "contact",
     .type = CONF_STRING,
     .help = "Who asks, an address of mail or of a page, told to servers in User-Agent."},
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

/* --- what is asked --- */

struct asking {
    bool ask[N_COMMANDS];
    const char *vrf; /* NULL: the default one */
};

static int read_commands(struct asking *k, const struct conf *list, struct err *e)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        k->ask[i] = list == NULL && commands[i].usual;
    for (size_t i = 0; i < conf_count(list); i++) {
        const struct conf *word = conf_at(list, i);
        size_t c = 0;

        while (c < N_COMMANDS && strcmp(commands[c].name, conf_text(word)) != 0)
            c++;
        if (c == N_COMMANDS)
            return conf_err(word, e,
                            "commands: \"%s\" is none (known: bgp4, bgp6, route4, route6, "
                            "interface, neighbors, ospf, isis)",
                            conf_text(word));
        k->ask[c] = true;
    }
    return 0;
}

/* VRF names of Linux; nothing else may slip into a command. */
static int read_vrf(struct asking *k, const struct conf *c, struct err *e)
{
    const char *vrf = conf_str(c, "vrf");

    if (vrf == NULL)
        return 0;
    if (vrf[0] == '\0' || strlen(vrf) > 64 ||
        strspn(vrf, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:") !=
            strlen(vrf))
        return conf_err(conf_get(c, "vrf"), e, "vrf: \"%s\" is no name of a VRF", vrf);
    k->vrf = vrf;
    return 0;
}

static int add_command(struct agent *a, struct lg_router *r, const struct command *c,
                       const char *vrf, struct err *e)
{
    struct lg_request *q = &r->requests[r->n_requests++];

    q->name = c->name;
    q->parse = c->parse;
    q->text = vrf != NULL
                  ? arena_printf(agent_arena(a), "%s vrf %s%s", c->before, vrf, c->after)
                  : arena_printf(agent_arena(a), "%s%s", c->before, c->after);
    return q->text != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a command");
}

static int default_requests(struct agent *a, struct lg_router *r, const struct asking *k,
                            struct err *e)
{
    const struct lg_form *form = r->dialect->parser;
    int rc = 0;

    if (r->dialect == &lg_dialect_frr) {
        for (size_t i = 0; i < N_COMMANDS && rc == 0; i++) {
            if (r->path != NULL || k->ask[i])
                rc = add_command(a, r, &commands[i], k->vrf, e);
        }
        return rc;
    }
    for (size_t i = 0; r->url != NULL && form->requests != NULL && form->requests[i] != NULL;
         i++)
        r->requests[r->n_requests++] =
            (struct lg_request){form->requests[i], form->requests[i], NULL};
    return 0;
}

static int read_requests(struct agent *a, struct lg_router *r, const struct conf *c,
                         const struct asking *k, struct err *e)
{
    const struct conf *list = conf_get(c, "requests");
    size_t n = conf_count(list);
    int rc = 0;

    if (n > LG_MAX_REQUESTS)
        return conf_err(list, e, "requests: more than %d", LG_MAX_REQUESTS);
    if (n > 0 && r->url == NULL)
        return conf_err(list, e, "requests: needs url");
    r->requests = ARENA_ARRAY(agent_arena(a), n + N_COMMANDS + 8, struct lg_request);
    if (r->requests == NULL)
        return err_set(e, ERR_NOMEM, "no memory for requests");
    for (size_t i = 0; i < n; i++) {
        const char *text = conf_text(conf_at(list, i));

        r->requests[r->n_requests++] = (struct lg_request){text, text, NULL};
    }
    if (n == 0 && r->dialect != NULL)
        rc = default_requests(a, r, k, e);
    if (rc == 0 && r->url != NULL && r->n_requests == 0)
        return conf_err(c, e, "router %s: needs requests: %s asks nothing by itself", r->name,
                        r->dialect != NULL ? r->dialect->name : "auto");
    r->validators = ARENA_ARRAY(agent_arena(a), r->n_requests + 1, const char *);
    return rc == 0 && r->validators == NULL ? err_set(e, ERR_NOMEM, "no memory for requests")
                                            : rc;
}

/* --- routers --- */

static int read_dialect(struct lg_router *r, const struct conf *router, const struct conf *all,
                        struct err *e)
{
    const char *own = conf_str(router, "dialect");
    const char *name = own != NULL ? own : conf_str(all, "dialect");

    if (strcmp(name, "auto") == 0)
        return 0;
    r->dialect = agent_dialect_find(lg_dialects, name);
    if (r->dialect != NULL)
        return 0;
    return conf_err(own != NULL ? conf_get(router, "dialect") : conf_get(all, "dialect"), e,
                    "dialect: \"%s\" is none (see rialto-agent try --help)", name);
}

static int read_name(const struct lg_glass *g, const struct lg_router *r, const struct conf *c,
                     struct err *e)
{
    if (r->name[0] == '\0' || strcmp(r->name, "*") == 0 || strlen(r->name) > 255)
        return conf_err(c, e, "name: must have 1 to 255 characters and not be \"*\"");
    for (size_t i = 0; i < g->n; i++) {
        if (strcmp(g->routers[i].name, r->name) == 0)
            return conf_err(c, e, "name: router %s is there twice", r->name);
    }
    return 0;
}

static int find_host(struct agent *a, struct lg_glass *g, struct lg_router *r, struct err *e)
{
    const char *name = web_server(r->url, agent_arena(a));

    if (name == NULL)
        return err_set(e, ERR_NOMEM, "no memory for router %s", r->name);
    for (size_t i = 0; i < g->n_hosts && r->host == NULL; i++) {
        if (strcasecmp(g->hosts[i].name, name) == 0)
            r->host = &g->hosts[i];
    }
    if (r->host == NULL) {
        r->host = &g->hosts[g->n_hosts++];
        r->host->name = name;
    }
    return 0;
}

static int read_router(struct agent *a, const struct conf *c, const struct asking *k,
                       struct err *e)
{
    struct lg_glass *g = agent_state(a);
    struct lg_router *r = &g->routers[g->n];
    int rc;

    r->name = conf_str(c, "name");
    r->path = conf_str(c, "path");
    r->url = conf_str(c, "url");
    rc = read_name(g, r, c, e);
    if (rc < 0)
        return rc;
    if ((r->path == NULL) == (r->url == NULL))
        return conf_err(c, e, "router %s: needs either path or url", r->name);
    rc = read_dialect(r, c, agent_conf(a), e);
    if (rc == 0 && r->url != NULL)
        rc = lg_request_options(a, r, c, e);
    if (rc == 0 && r->url != NULL)
        rc = find_host(a, g, r, e);
    if (rc == 0)
        rc = read_requests(a, r, c, k, e);
    g->n++;
    return rc;
}

/* --- opening and closing --- */

/* RFC 9110 section 10.1.5: a comment behind the product tells more of it. */
static int read_contact(struct agent *a, const struct conf *c, struct fetch_limits *l,
                        struct err *e)
{
    const char *contact = conf_str(c, "contact");

    if (contact == NULL)
        return 0;
    for (const char *p = contact; *p != '\0'; p++) {
        if ((unsigned char)*p <= ' ' || (unsigned char)*p > '~' || strchr("()\\", *p) != NULL)
            return conf_err(conf_get(c, "contact"), e,
                            "contact: must be an address of mail or of a page");
    }
    l->user_agent = arena_printf(agent_arena(a), "rialto/" RIALTO_VERSION " (+%s)", contact);
    return l->user_agent != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a contact");
}

static int open_fetcher(struct agent *a, struct lg_glass *g, struct err *e)
{
    struct fetch_limits l;
    int rc;

    fetch_defaults(&l);
    l.max_body = (size_t)64 << 20;
    rc = read_contact(a, agent_conf(a), &l, e);
    if (rc == 0)
        rc = web_limits(a, &l, e);
    return rc < 0 ? rc : fetcher_new(&g->fetcher, &l, agent_clock(a), e);
}

static int glass_open(struct agent *a, struct err *e)
{
    struct lg_glass *g = agent_state(a);
    const struct conf *c = agent_conf(a), *routers = conf_get(c, "routers");
    size_t n = conf_count(routers);
    struct asking k = {.vrf = NULL};
    bool http = false;
    int rc = read_commands(&k, conf_get(c, "commands"), e);

    if (rc == 0)
        rc = read_vrf(&k, c, e);
    if (rc < 0)
        return rc;
    g->routers = ARENA_ARRAY(agent_arena(a), n + 1, struct lg_router);
    g->hosts = ARENA_ARRAY(agent_arena(a), n + 1, struct lg_host);
    g->scratch = arena_new(SCRATCH_LIMIT);
    if (g->routers == NULL || g->hosts == NULL || g->scratch == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu routers", n);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = read_router(a, conf_at(routers, i), &k, e);
        http |= rc == 0 && g->routers[g->n - 1].url != NULL;
    }
    /* What is said of requests is checked even if nothing is requested yet. */
    http |= conf_has(c, "allow") || conf_has(c, "contact");
    return rc == 0 && http ? open_fetcher(a, g, e) : rc;
}

static void glass_close(struct agent *a)
{
    struct lg_glass *g = agent_state(a);

    for (size_t i = 0; i < g->n; i++)
        arena_free(&g->routers[i].kept);
    g->n = 0;
    lg_reset(&g->lg);
    if (g->fetcher != NULL)
        fetcher_free(&g->fetcher);
    arena_free(&g->scratch);
}

/* --- collecting --- */

static bool is_configured(const struct lg_glass *g, const char *name)
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
    struct lg_glass *g = agent_state(a);
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
    struct lg_glass *g = agent_state(a);
    int rc = retire_others(a, sink, e);

    for (size_t i = 0; i < g->n && rc == 0 && !agent_cancelled(a); i++)
        rc = lg_collect_router(a, &g->routers[i], sink, e);
    return rc;
}

const struct agent_ops agent_looking_glass = {
    .name = "looking-glass",
    .summary = "What routers answer to show commands, from files or over HTTP.",
    .options = options,
    .state_size = sizeof(struct lg_glass),
    .open = glass_open,
    .collect = glass_collect,
    .close = glass_close,
    .dialects = lg_dialects,
};
