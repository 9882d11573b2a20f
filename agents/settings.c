/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_LIMIT  (256u << 20)
#define NAME_MAX_LEN 64

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

static const struct conf_item main_items[] = {
    {.name = "domain", .type = CONF_STRING, .required = true, .help = "The domain spoken for."},
    {.name = "store", .type = CONF_PATH, .required = true, .help = "The store written to."},
    {.name = "interval",
     .type = CONF_DURATION,
     .def = "5m",
     .min = SECOND,
     .max = 366 * DAY,
     .help = "How often sources are read; a source may have its own."},
    {.name = "keep",
     .type = CONF_DURATION,
     .def = "7d",
     .min = 0,
     .max = 3660 * DAY,
     .help = "How long replaced batches are kept."},
    {.name = "log",
     .type = CONF_ENUM,
     .choices = log_levels,
     .def = "info",
     .help = "Verbosity."},
    {.name = "threads",
     .type = CONF_INT,
     .def = "4",
     .min = 1,
     .max = 64,
     .help = "How many sources are read at the same time."},
    {.name = "sources",
     .type = CONF_MAPS,
     .required = true,
     .help = "What is read, in order; the keys of each are below."},
    {0},
};

/* Keys that every source has; a kind that declares one of them itself documents it better. */
static const struct conf_item common_items[] = {
    {.name = "kind", .type = CONF_STRING, .required = true, .help = "The kind of the source."},
    {.name = "name",
     .type = CONF_STRING,
     .help = "Its name, unique in the file; default: its kind."},
    {.name = "interval",
     .type = CONF_DURATION,
     .min = SECOND,
     .max = 366 * DAY,
     .help = "How often it is read; default: that of the file."},
    {.name = "expires",
     .type = CONF_DURATION,
     .min = SECOND,
     .max = 3660 * DAY,
     .help = "When its facts stop being believed; default: never."},
    {0},
};

static size_t count_items(const struct conf_item *items)
{
    size_t n = 0;

    while (items[n].name != NULL)
        n++;
    return n;
}

static const struct conf_item *find_item(const struct conf_item *items, const char *name)
{
    for (; items->name != NULL; items++) {
        if (strcmp(items->name, name) == 0)
            return items;
    }
    return NULL;
}

/* Common keys first, then those of the kind, in one table. */
static const struct conf_item *join_items(const struct conf_item *own, struct arena *a)
{
    size_t n_own = count_items(own), n = 0;
    struct conf_item *all =
        ARENA_ARRAY(a, count_items(common_items) + n_own + 1, struct conf_item);

    if (all == NULL)
        return NULL;
    for (const struct conf_item *item = common_items; item->name != NULL; item++) {
        const struct conf_item *again = find_item(own, item->name);

        assert(again == NULL || again->type == item->type);
        if (again == NULL)
            all[n++] = *item;
    }
    memcpy(all + n, own, n_own * sizeof(*own));
    return all;
}

/* Names appear in resource ids, logs and on command lines. */
static int check_name(const struct conf *c, const char *what, struct err *e)
{
    const char *name = conf_text(c);
    size_t n = strlen(name);

    if (n == 0 || n > NAME_MAX_LEN)
        return conf_err(c, e, "%s: must have 1 to %d characters", what, NAME_MAX_LEN);
    for (size_t i = 0; i < n; i++) {
        char x = name[i];

        if (!((x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') ||
              x == '.' || x == '-' || x == '_'))
            return conf_err(c, e, "%s: only letters, digits, '.', '-' and '_' are allowed",
                            what);
    }
    return 0;
}

static int unknown_kind(const struct conf *kind, struct err *e)
{
    struct buf names = {0};
    int rc;

    for (const struct agent_ops *const *p = agent_kinds(); *p != NULL; p++)
        buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", (*p)->name);
    rc = conf_err(kind, e, "kind: unknown kind of source (known: %s)", buf_cstr(&names));
    buf_free(&names);
    return rc;
}

static int find_kind(const struct conf *c, const struct agent_ops **out, struct err *e)
{
    const struct conf *kind = conf_get(c, "kind");

    if (kind == NULL)
        return conf_err(c, e, "kind: required key is missing");
    if (conf_text(kind) == NULL)
        return conf_err(kind, e, "kind: expected a text");
    for (const struct agent_ops *const *p = agent_kinds(); *p != NULL; p++) {
        *out = *p;
        if (strcmp((*p)->name, conf_text(kind)) == 0)
            return 0;
    }
    return unknown_kind(kind, e);
}

static int load_source(struct settings *s, const struct conf *c, int64_t interval,
                       struct err *e)
{
    struct source_settings *out = &s->sources[s->n_sources];
    const struct conf *name = conf_get(c, "name");
    const struct conf_item *items;
    int rc = find_kind(c, &out->ops, e);

    if (rc != 0)
        return rc;
    items = join_items(out->ops->options, s->arena);
    if (items == NULL)
        return err_set(e, ERR_NOMEM, "configuration: out of memory");
    rc = conf_check(c, items, s->arena, e);
    if (rc == 0 && name != NULL)
        rc = check_name(name, "name", e);
    if (rc != 0)
        return rc;
    out->conf = c;
    out->name = name != NULL ? conf_text(name) : out->ops->name;
    if (settings_has_source(s, out->name))
        return conf_err(name != NULL ? name : c, e,
                        "name: another source is named %s (give each its own name)", out->name);
    out->interval = conf_int(c, "interval");
    if (out->interval == INT64_MIN)
        out->interval = interval;
    out->expires =
        conf_int(c, "expires"); /* absent is INT64_MIN there, FACT_NONE here: equal */
    s->n_sources++;
    return 0;
}

static enum log_level level_of(const char *name)
{
    enum log_level level = LOG_LEVEL_ERROR;

    while (strcmp(log_levels[level], name) != 0)
        level++;
    return level;
}

static int load_all(struct settings *s, const struct conf *root, struct err *e)
{
    const struct conf *sources = conf_get(root, "sources");
    int rc = check_name(conf_get(root, "domain"), "domain", e);

    s->domain = conf_str(root, "domain");
    s->store = conf_str(root, "store");
    s->keep = conf_int(root, "keep");
    s->threads = conf_int(root, "threads");
    s->log = level_of(conf_str(root, "log"));
    s->sources = ARENA_ARRAY(s->arena, conf_count(sources) + 1, struct source_settings);
    if (s->sources == NULL)
        return err_set(e, ERR_NOMEM, "configuration: out of memory");
    for (size_t i = 0; i < conf_count(sources) && rc == 0; i++)
        rc = load_source(s, conf_at(sources, i), conf_int(root, "interval"), e);
    return rc;
}

static struct settings *settings_new(struct err *e)
{
    struct settings *s = calloc(1, sizeof(*s));

    if (s != NULL)
        s->arena = arena_new(ARENA_LIMIT);
    if (s == NULL || s->arena == NULL) {
        err_set(e, ERR_NOMEM, "configuration: out of memory");
        free(s);
        return NULL;
    }
    return s;
}

static int finish(struct settings *s, struct settings **out, int rc)
{
    if (rc != 0)
        settings_free(&s);
    *out = s;
    return rc;
}

int settings_load(struct settings **out, const char *path, struct err *e)
{
    struct settings *s = settings_new(e);
    const struct conf *root;
    int rc;

    *out = NULL;
    if (s == NULL)
        return ERR_NOMEM;
    rc = conf_load(path, main_items, s->arena, &root, e);
    if (rc == 0)
        rc = load_all(s, root, e);
    return finish(s, out, rc);
}

int settings_parse(struct settings **out, const char *name, const char *text, size_t len,
                   struct err *e)
{
    struct settings *s = settings_new(e);
    struct conf_input in = {name, text, len};
    const struct conf *root;
    int rc;

    *out = NULL;
    if (s == NULL)
        return ERR_NOMEM;
    rc = conf_parse(&in, main_items, s->arena, &root, e);
    if (rc == 0)
        rc = load_all(s, root, e);
    return finish(s, out, rc);
}

void settings_free(struct settings **s)
{
    if (*s == NULL)
        return;
    arena_free(&(*s)->arena);
    free(*s);
    *s = NULL;
}

bool settings_has_source(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->n_sources; i++) {
        if (strcmp(s->sources[i].name, name) == 0)
            return true;
    }
    return false;
}

void settings_manual(struct buf *out)
{
    buf_str(out, "# Configuration of rialto-agent\n\n");
    conf_manual(main_items, out);
    buf_str(out, "\n## Keys of every source\n\n");
    conf_manual(common_items, out);
    for (const struct agent_ops *const *p = agent_kinds(); *p != NULL; p++) {
        buf_printf(out, "\n## Source `%s`\n\n%s\n\n", (*p)->name, (*p)->summary);
        conf_manual((*p)->options, out);
    }
}
