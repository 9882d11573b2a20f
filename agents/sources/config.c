/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source config: routers' configurations, one file each, in a git repository or a plain folder.
 *
 * Each file is a scope of its own, named by its path; its version is the blob's id, so that
 * what did not change is not read again. The scope "." is the collection itself: its version is
 * the commit, and what it ignores are the files that are no configurations.
 */
#include <string.h>
#include <unistd.h>

#include "agents/agent.h"
#include "agents/repo.h"
#include "agents/sources/config_dialect.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"

#define WHOLE        "."
#define NOTES_MEMORY ((size_t)16 << 20)
#define ARENA_MEMORY ((size_t)512 << 20) /* the list of files, and one file at a time */

#define SECOND INT64_C(1000000)
#define SELF   "/proc/self/exe" /* whose command `mirror` fetches */

/* as config_dialects has them */
static const char *const dialects[] = {"auto", "frr",    "junos", "sros", "bird",
                                       "ios",  "ios-xr", "nxos",  "eos",  NULL};

static const struct conf_item limit_items[] = {
    {.name = "file",
     .type = CONF_SIZE,
     .def = "8M",
     .min = 1,
     .max = (int64_t)64 << 20,
     .help = "A larger file is passed over."},
    {.name = "files",
     .type = CONF_INT,
     .def = "100000",
     .min = 1,
     .max = 1000000,
     .help = "More files are an error."},
    {.name = "total",
     .type = CONF_SIZE,
     .def = "1G",
     .min = 1,
     .max = (int64_t)1 << 40,
     .help = "More bytes in all files together are an error."},
    {0},
};

static const struct conf_item options[] = {
    {.name = "repository",
     .type = CONF_PATH,
     .help = "A git repository: a folder (bare or not), or an https:// or ssh:// URL."},
    {.name = "path", .type = CONF_PATH, .help = "A plain folder instead of a repository."},
    {.name = "folder",
     .type = CONF_STRING,
     .help = "Only files below this folder of the repository or the plain folder."},
    {.name = "dialect",
     .type = CONF_ENUM,
     .def = "auto",
     .choices = dialects,
     .help = "The language of the files; auto tells it from each file's contents."},
    {.name = "cache",
     .type = CONF_PATH,
     .help = "Folder for the mirror of a repository that is read by URL."},
    {.name = "user", .type = CONF_STRING, .help = "User name for a URL; default: git."},
    {.name = "key_file", .type = CONF_PATH, .help = "ssh: private key, without passphrase."},
    {.name = "known_hosts_file",
     .type = CONF_PATH,
     .help = "ssh: host keys that are believed, as in OpenSSH's known_hosts; required."},
    {.name = "token_file",
     .type = CONF_PATH,
     .help = "https: file whose first line is the password or token."},
    {.name = "ca_file",
     .type = CONF_PATH,
     .help = "https: file of certificate authorities to believe instead of the system's."},
    {.name = "stall",
     .type = CONF_DURATION,
     .def = "60s",
     .min = SECOND,
     .max = 3600 * SECOND,
     .help = "A fetch by URL in which nothing comes for so long fails."},
    {.name = "limits",
     .type = CONF_MAP,
     .items = limit_items,
     .help = "Limits on what is read."},
    {0},
};

struct config_state {
    struct repo_options repo;
    const char *path, *folder, *dialect;
};

/** One collection. */
struct pass {
    struct agent *agent;
    const struct config_state *s;
    struct batch_sink *sink;
    struct repo *repo;
    struct arena *arena; /* rewound after each file */
    struct arena *notes; /* why files were passed over */
    struct repo_listing list;
    struct map *known; /* scope -> 1, and 2 once its file was seen */
    bool failed;       /* memory ran out in between */
    bool same_commit;
    bool refresh; /* facts expire: state them again though nothing changed */
    struct {
        VEC(struct repo_passed);
    } ignored;
};

static bool stop(void *agent)
{
    return agent_cancelled(agent);
}

/** A URL went through the check of file names, which put the configuration's folder in front.
 */
static const char *location_of(const char *text)
{
    const char *colon = strstr(text, "://"), *start = colon;

    if (colon == NULL)
        return text;
    while (start > text && start[-1] != '/')
        start--;
    return start;
}

static int open_remote(const struct conf *conf, const struct config_state *s, struct err *e)
{
    const struct conf *at = conf_get(conf, "repository");

    if (s->repo.cache == NULL)
        return conf_err(at, e, "repository: a URL needs `cache:`, the folder for its mirror");
    if (strncmp(s->repo.location, "ssh:", 4) == 0 && s->repo.known_hosts_file == NULL)
        return conf_err(at, e, "repository: ssh needs `known_hosts_file:`");
    return 0;
}

static int check_file(const struct conf *conf, const char *key, struct err *e)
{
    const char *path = conf_str(conf, key);

    if (path == NULL || access(path, R_OK) == 0)
        return 0;
    return conf_err(conf_get(conf, key), e, "%s: can't be read", key);
}

static int config_open(struct agent *a, struct err *e)
{
    struct config_state *s = agent_state(a);
    const struct conf *conf = agent_conf(a), *limits = conf_get(conf, "limits");
    const char *repository = conf_str(conf, "repository");
    struct err why = {0};

    s->path = conf_str(conf, "path");
    s->folder = conf_str(conf, "folder");
    s->dialect = conf_str(conf, "dialect");
    if ((repository == NULL) == (s->path == NULL))
        return conf_err(conf, e, "give either `repository:` or `path:`");
    if (s->folder != NULL && repo_check_folder(s->folder, &why) != 0)
        return conf_err(conf_get(conf, "folder"), e, "%s", why.msg);
    s->repo = (struct repo_options){.cache = conf_str(conf, "cache"),
                                    .user = conf_str(conf, "user"),
                                    .key_file = conf_str(conf, "key_file"),
                                    .known_hosts_file = conf_str(conf, "known_hosts_file"),
                                    .token_file = conf_str(conf, "token_file"),
                                    .ca_file = conf_str(conf, "ca_file"),
                                    .program = SELF,
                                    .stall = conf_int(conf, "stall"),
                                    .clock = agent_clock(a),
                                    .cancelled = stop,
                                    .cancelled_arg = a};
    if (limits != NULL)
        s->repo.limits = (struct repo_limits){
            conf_int(limits, "file"), conf_int(limits, "files"), conf_int(limits, "total")};
    if (check_file(conf, "key_file", e) != 0 || check_file(conf, "known_hosts_file", e) != 0 ||
        check_file(conf, "token_file", e) != 0 || check_file(conf, "ca_file", e) != 0)
        return ERR_SCHEMA;
    if (repository == NULL)
        return 0;
    s->repo.location = location_of(repository);
    if (repo_check_location(s->repo.location, &why) != 0)
        return conf_err(conf_get(conf, "repository"), e, "repository: %s", why.msg);
    return repo_is_remote(s->repo.location) ? open_remote(conf, s, e) : 0;
}

/** What a batch depends on: the contents, and the program that understands them. */
static const char *version_of(const struct pass *p, const char *id)
{
    return arena_printf(p->arena, "%s %s %s", RIALTO_VERSION, p->s->dialect, id);
}

static struct batch_head head_of(const struct pass *p, const char *scope, const char *id)
{
    struct batch_head head = agent_batch(p->agent, scope, BATCH_REPLACE);

    head.version = version_of(p, id);
    return head;
}

static bool is_current(const struct pass *p, const struct batch_head *head)
{
    const char *last;

    if (p->refresh)
        return false;
    last = p->sink->version(p->sink, &head->origin, p->arena);
    return last != NULL && head->version != NULL && strcmp(last, head->version) == 0;
}

enum { KNOWN = 1, SEEN = 2 };

/** Remembers that the scope's file is there. */
static void mark(struct pass *p, const char *scope, uint64_t state)
{
    union map_value value = {.u = state};

    /* Without memory the scope would look removed: better to stop. */
    if (map_set(p->known, scope, strlen(scope), value) != 0)
        p->failed = true;
}

/**
 * Notes a file of the collection that says nothing of a router. One that stood for a router
 * before is broken instead: half a file or a page of an error must not make a router leave.
 */
static int pass_over(struct pass *p, const char *path, const char *why, struct err *e)
{
    struct repo_passed *slot;

    if (map_get_str(p->known, path) != NULL)
        return err_set(e, ERR_PARSE,
                       "%s: %s, though a router stood there (remove the file if it is gone)",
                       path, why);
    if (p->ignored.n >= REPO_MAX_PASSED)
        return 0;
    slot = VEC_PUSH(&p->ignored);
    if (slot == NULL)
        return err_set(e, ERR_NOMEM, "no room for the list of files");
    *slot = (struct repo_passed){path, why};
    return 0;
}

/** States one file as its dialect reads it. */
static int state(struct pass *p, const struct agent_file *f, struct err *e)
{
    int rc = f->dialect->read(p->agent, f, p->sink, e);

    if (rc == ERR_NOENT) {
        const char *why = arena_strdup(p->notes, e->msg);

        return pass_over(p, f->name, why != NULL ? why : "says nothing", e);
    }
    if (rc == 0)
        mark(p, f->name, SEEN);
    return rc;
}

/** Is it hidden, or in a folder of CVS's or a hidden one such as Subversion's? `below`: behind
 * the folder that was asked for. */
static bool is_kept_apart(const char *below)
{
    struct slice rest = slice_of(below), piece;

    while (slice_split(&rest, '/', &piece)) {
        if (slice_starts(piece, ".") || (rest.p != NULL && slice_eq(piece, "CVS")))
            return true;
    }
    return false;
}

/** Names that never hold a configuration that is in force, whatever stands inside. RANCID
 * writes to .new and .raw; ,v is CVS's own form of a file, with all its versions. */
static bool is_by_the_way(const struct pass *p, const char *path)
{
    static const char *const endings[] = {".md", ".new", ".raw", ",v", "~"};
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        size_t k = strlen(endings[i]);

        if (n > k && strcmp(name + n - k, endings[i]) == 0)
            return true;
    }
    return is_kept_apart(path + (p->s->folder != NULL ? strlen(p->s->folder) : 0)) ||
           strncmp(name, "README", 6) == 0 || strncmp(name, "LICENSE", 7) == 0;
}

/** The configured dialect, or the one that the file is recognised as. */
static const struct agent_dialect *choose(const struct pass *p, const struct agent_file *f)
{
    if (strcmp(p->s->dialect, "auto") == 0)
        return config_guess(f);
    return agent_dialect_find(config_dialects, p->s->dialect);
}

/** Why a file has no dialect. */
static const char *unlike(const struct agent_file *f)
{
    const char *looks = config_unlike(f);

    return looks != NULL ? looks : "not a router's configuration";
}

/** Reads one file, states it or says why not. */
static int read_file(struct pass *p, const struct repo_file *f, const struct batch_head *head,
                     struct err *e)
{
    struct agent_file file = {.name = f->path,
                              .path = f->path,
                              .version = head->version,
                              .observed = head->origin.observed_at};
    int rc;

    if (is_by_the_way(p, f->path))
        return pass_over(p, f->path, "not a configuration by its name", e);
    rc = repo_read(p->repo, f, p->arena, &file.text, e);
    if (rc != 0)
        return rc;
    file.dialect = choose(p, &file);
    return file.dialect != NULL ? state(p, &file, e) : pass_over(p, f->path, unlike(&file), e);
}

/** One file: skipped if nothing changed; its failure is its own scope's. */
static int visit(struct pass *p, const struct repo_file *f, struct err *e)
{
    struct batch_head head = head_of(p, f->path, f->version);
    bool known = map_get_str(p->known, f->path) != NULL;
    struct err why = {0};

    if (head.version == NULL)
        return err_set(e, ERR_NOMEM, "no room for the list of files");
    if (is_current(p, &head)) {
        mark(p, f->path, SEEN);
        return 0;
    }
    if (!known && p->same_commit && !p->refresh)
        return 0; /* passed over before, and nothing changed since */
    if (read_file(p, f, &head, &why) == 0)
        return 0;
    mark(p, f->path, SEEN);
    return p->sink->failed(p->sink, &head.origin, &why, e);
}

static int visit_all(struct pass *p, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < p->list.n_files; i++) {
        struct arena_mark m = arena_mark(p->arena);

        if (agent_cancelled(p->agent))
            return err_set(e, ERR_CANCELLED, "stopped");
        rc = visit(p, &p->list.files[i], e);
        arena_rewind(p->arena, m);
        if (rc == 0 && p->failed)
            rc = err_set(e, ERR_NOMEM, "no room for the list of files");
    }
    return rc;
}

/** Files that the listing passed over already, too large ones and links: as in pass_over. */
static int fail_passed(struct pass *p, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < p->list.n_passed; i++) {
        const struct repo_passed *f = &p->list.passed[i];
        struct batch_head head = agent_batch(p->agent, f->path, BATCH_REPLACE);
        struct err why = {0};

        if (map_get_str(p->known, f->path) == NULL)
            continue;
        pass_over(p, f->path, f->why, &why);
        mark(p, f->path, SEEN);
        rc = p->sink->failed(p->sink, &head.origin, &why, e);
    }
    return rc;
}

/** Scopes whose files are gone. */
static int retire(struct pass *p, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < map_count(p->known); i++) {
        const struct map_entry *m = map_entry(p->known, i);
        struct batch_head head = agent_batch(p->agent, m->key, BATCH_REPLACE);

        if (m->value.u == KNOWN && strcmp(m->key, WHOLE) != 0 && strcmp(m->key, "*") != 0)
            rc = p->sink->retire(p->sink, &head.origin, e);
    }
    return rc;
}

/** The batch of the collection itself: no facts, but the commit and what was passed over. */
static int close_whole(struct pass *p, const struct batch_head *head, struct err *e)
{
    int rc;

    if (p->same_commit && !p->refresh)
        return 0;
    rc = p->sink->begin(p->sink, head, e);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < p->list.n_passed; i++)
        p->sink->ignore(p->sink, p->list.passed[i].path, p->list.passed[i].why);
    for (size_t i = 0; i < p->ignored.n; i++)
        p->sink->ignore(p->sink, p->ignored.v[i].path, p->ignored.v[i].why);
    return p->sink->commit(p->sink, e);
}

static int load_known(struct pass *p, const struct origin *o, struct err *e)
{
    struct strs scopes = {0};
    int rc = p->sink->scopes(p->sink, o, p->arena, &scopes, e);

    for (size_t i = 0; rc == 0 && i < scopes.n; i++)
        mark(p, scopes.v[i], KNOWN);
    return rc == 0 && p->failed ? err_set(e, ERR_NOMEM, "no room for the scopes") : rc;
}

/** The commit; a plain folder has none, so what its files are. */
static const char *whole_version(struct pass *p)
{
    struct hash *h;
    char hex[33];

    if (p->list.version != NULL)
        return p->list.version;
    h = hash_new();
    if (h == NULL)
        return NULL;
    for (size_t i = 0; i < p->list.n_files; i++) {
        const struct repo_file *f = &p->list.files[i];

        hash_add(h, f->path, strlen(f->path) + 1);
        hash_add(h, f->version, strlen(f->version) + 1);
    }
    hash_hex(h, hex);
    hash_free(&h);
    return arena_strdup(p->arena, hex);
}

static int collect_listed(struct pass *p, struct err *e)
{
    const char *version = whole_version(p);
    struct batch_head head;
    int rc;

    if (version == NULL)
        return err_set(e, ERR_NOMEM, "no room for the list of files");
    head = head_of(p, WHOLE, version);
    p->refresh = head.origin.expires != FACT_NONE;
    p->same_commit = is_current(p, &head);
    rc = load_known(p, &head.origin, e);
    if (rc == 0)
        rc = visit_all(p, e);
    if (rc == 0)
        rc = fail_passed(p, e);
    if (rc == 0)
        rc = retire(p, e);
    return rc == 0 ? close_whole(p, &head, e) : rc;
}

static int config_collect(struct agent *a, struct batch_sink *sink, struct err *e)
{
    const struct config_state *s = agent_state(a);
    struct pass p = {.agent = a, .s = s, .sink = sink};
    int rc = ERR_NOMEM;

    p.arena = arena_new(ARENA_MEMORY);
    p.notes = arena_new(NOTES_MEMORY);
    p.known = map_new();
    if (p.arena == NULL || p.notes == NULL || p.known == NULL) {
        err_set(e, rc, "out of memory");
        goto out;
    }
    rc = s->path != NULL ? repo_open_folder(&p.repo, s->path, &s->repo.limits, e)
                         : repo_open(&p.repo, &s->repo, e);
    if (rc == 0)
        rc = repo_list(p.repo, s->folder, p.arena, &p.list, e);
    if (rc == 0)
        rc = collect_listed(&p, e);
    else
        err_in(e, "%s", s->path != NULL ? s->path : s->repo.location);
out:
    repo_free(&p.repo);
    VEC_FREE(&p.ignored);
    map_free(&p.known);
    arena_free(&p.arena);
    arena_free(&p.notes);
    return rc;
}

static bool config_together(struct agent *a)
{
    (void)a; /* a batch for each file */
    return true;
}

static void config_close(struct agent *a)
{
    (void)a; /* its arena holds nothing that needs closing */
}

const struct agent_ops agent_config = {
    .name = "config",
    .summary = "Routers' configurations in a git repository or a folder.",
    .options = options,
    .state_size = sizeof(struct config_state),
    .open = config_open,
    .collect = config_collect,
    .together = config_together,
    .close = config_close,
    .dialects = config_dialects,
    .unlike = config_unlike,
};
