/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of the operators' API (docs/api.md) as tables. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cli.h"

static const struct rialto_value *get(const struct rialto_value *v, const char *name)
{
    return rialto_get(v, name);
}

static void cells(struct table *t, const struct rialto_value *v, const char *const *names)
{
    for (; *names; names++)
        table_value(t, get(v, *names));
}

static void cell_count(struct table *t, const struct rialto_value *list)
{
    struct buf b = {0};

    buf_printf(&b, "%zu", rialto_count(list));
    table_take(t, &b);
}

static void show_domains(struct buf *b, const struct cli *c, const struct rialto_value *list)
{
    static const char *const titles[] = {"DOMAIN",   "AS",     ">PREFIXES", ">NODES", ">LINKS",
                                         ">SOURCES", ">STALE", "AGENT",     NULL};
    static const char *const names[] = {"nodes", "links", "sources", "stale", "agent", NULL};
    struct rialto_cursor i = {0};
    struct table t = {0};

    table_titles(&t, titles);
    while (rialto_next(list, &i)) {
        table_value(&t, get(i.value, "name"));
        table_value(&t, get(i.value, "asns"));
        cell_count(&t, get(i.value, "prefixes"));
        cells(&t, i.value, names);
    }
    table_print(&t, c, b);
}

static bool is_bad(const struct rialto_value *source)
{
    return rialto_true(get(source, "stale")) || rialto_text(get(source, "error"));
}

static const char *state(const struct rialto_value *source)
{
    if (rialto_text(get(source, "error")))
        return rialto_true(get(source, "stale")) ? "failed, stale" : "failed";
    return rialto_true(get(source, "stale")) ? "stale" : "fresh";
}

/** "domain/source scope": how a source is called in the notes below the table. */
static void put_source(struct buf *b, const struct rialto_value *source)
{
    const char *scope = rialto_text(get(source, "scope"));

    text_value(b, get(source, "domain"));
    buf_char(b, '/');
    text_value(b, get(source, "source"));
    if (scope && *scope) {
        buf_char(b, ' ');
        text_safe(b, scope);
    }
}

static void put_notes(struct buf *b, const struct rialto_value *source)
{
    double ignored = rialto_number(get(source, "ignored"), 0);
    struct rialto_cursor example = {0};

    if (rialto_text(get(source, "error"))) {
        buf_str(b, "\n");
        put_source(b, source);
        buf_str(b, ": ");
        text_value(b, get(source, "error"));
        buf_char(b, '\n');
    }
    if (!(ignored > 0))
        return;
    buf_str(b, "\n");
    put_source(b, source);
    buf_printf(b, " ignored %.0f, for example:\n", ignored);
    while (rialto_next(get(source, "ignored_examples"), &example)) {
        buf_str(b, "  ");
        text_value(b, example.value);
        buf_char(b, '\n');
    }
}

static void source_row(struct table *t, const struct cli *c, const struct rialto_value *source)
{
    static const char *const names[] = {"domain", "source",  "kind", "scope",
                                        "facts",  "ignored", NULL};
    static const char *const times[] = {"observed_at", "attempted_at", "expires", NULL};
    struct buf b = {0};

    cells(t, source, names);
    for (size_t i = 0; times[i]; i++) {
        text_since(&b, rialto_text(get(source, times[i])), c->now);
        table_take(t, &b);
    }
    table_text(t, state(source));
    table_paint(t, is_bad(source) ? PAINT_RED : PAINT_NONE);
}

static void show_sources(struct buf *b, const struct cli *c, const struct rialto_value *list)
{
    static const char *const titles[] = {"DOMAIN",  "SOURCE",   "KIND",     "SCOPE",
                                         ">FACTS",  ">IGNORED", "OBSERVED", "TRIED",
                                         "EXPIRES", "STATE",    NULL};
    bool only_bad = cli_value(c, "stale") != NULL;
    struct rialto_cursor i = {0}, note = {0};
    struct table t = {0};

    table_titles(&t, titles);
    while (rialto_next(list, &i))
        if (!only_bad || is_bad(i.value))
            source_row(&t, c, i.value);
    table_print(&t, c, b);
    while (rialto_next(list, &note))
        if (!only_bad || is_bad(note.value))
            put_notes(b, note.value);
}

static void show_disagreements(struct buf *b, const struct cli *c,
                               const struct rialto_value *list)
{
    struct rialto_cursor i = {0};
    bool first = true;

    while (rialto_next(list, &i)) {
        struct rialto_cursor says = {0};
        buf_str(b, first ? "" : "\n");
        first = false;
        text_value(b, get(i.value, "kind"));
        buf_str(b, ": ");
        text_value(b, get(i.value, "subject"));
        buf_char(b, '\n');
        while (rialto_next(get(i.value, "says"), &says)) {
            buf_str(b, "  ");
            put_source(b, says.value);
            buf_str(b, " says: ");
            text_value(b, get(says.value, "what"));
            if (rialto_text(get(says.value, "observed_at"))) {
                buf_str(b, ", ");
                text_since(b, rialto_text(get(says.value, "observed_at")), c->now);
            }
            buf_char(b, '\n');
        }
        buf_str(b, "  decision: ");
        text_value(b, get(i.value, "decision"));
        buf_char(b, '\n');
    }
    if (first)
        buf_str(b, "No disagreement is known.\n");
}

/** "one:r1 e0 192.0.2.1" */
static void cell_end(struct table *t, const struct rialto_value *end)
{
    static const char *const names[] = {"interface", "ip4", "ip6"};
    struct buf b = {0};

    text_value(&b, get(end, "domain"));
    buf_char(&b, ':');
    text_value(&b, get(end, "node"));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!rialto_text(get(end, names[i])))
            continue;
        buf_char(&b, ' ');
        text_value(&b, get(end, names[i]));
    }
    table_take(t, &b);
}

/** Capacities of both directions, one when they are equal. */
static void cell_capacity(struct table *t, const struct rialto_value *ends)
{
    double a = rialto_number(get(rialto_at(ends, 0), "capacity"), 0);
    double z = rialto_number(get(rialto_at(ends, 1), "capacity"), 0);
    struct buf b = {0};

    text_rate(&b, a);
    if (a > z || a < z) {
        buf_str(&b, " / ");
        text_rate(&b, z);
    }
    table_take(t, &b);
}

static void show_links(struct buf *b, const struct cli *c, const struct rialto_value *list)
{
    static const char *const titles[] = {
        "LINK", "BETWEEN DOMAINS", "CONFIRMED", "CLASS", ">CAPACITY", "END", "OTHER END", NULL};
    static const char *const names[] = {"name", "inter", "confirmed", "class", NULL};
    struct rialto_cursor i = {0};
    struct table t = {0};

    table_titles(&t, titles);
    while (rialto_next(list, &i)) {
        const struct rialto_value *ends = get(i.value, "ends");
        cells(&t, i.value, names);
        table_paint(&t, text_class(rialto_text(get(i.value, "class"))));
        cell_capacity(&t, ends);
        cell_end(&t, rialto_at(ends, 0));
        cell_end(&t, rialto_at(ends, 1));
    }
    table_print(&t, c, b);
}

static void show_endpoints(struct buf *b, const struct cli *c, const struct rialto_value *list)
{
    static const char *const titles[] = {"NAME", "RSE",       "SITE",  "DOMAIN",
                                         "PID",  "ADDRESSES", "HOSTS", NULL};
    static const char *const names[] = {"name", "rse",       "site",  "domain",
                                        "pid",  "addresses", "hosts", NULL};
    struct rialto_cursor i = {0};
    struct table t = {0};

    table_titles(&t, titles);
    while (rialto_next(list, &i))
        cells(&t, i.value, names);
    table_print(&t, c, b);
}

static void show_status(struct buf *b, const struct cli *c, const struct rialto_value *root)
{
    static const char *const titles[] = {"WHAT", "VALUE", NULL};
    struct rialto_cursor i = {0};
    struct table t = {0};

    table_titles(&t, titles);
    while (rialto_next(root, &i)) {
        struct buf value = {0};
        table_text(&t, i.key);
        text_value(&value, i.value);
        if (strcmp(i.key, "as_of") == 0) {
            buf_str(&value, " (");
            text_since(&value, rialto_text(i.value), c->now);
            buf_char(&value, ')');
        }
        table_take(&t, &value);
    }
    table_print(&t, c, b);
}

static const struct {
    const char *name;
    void (*show)(struct buf *b, const struct cli *c, const struct rialto_value *list);
} shows[] = {
    {"domains", show_domains},
    {"sources", show_sources},
    {"disagreements", show_disagreements},
    {"links", show_links},
    {"endpoints", show_endpoints},
    {"status", show_status},
};

/** {"sources": [...]} with only those that are stale or failed. */
static void filtered_json(struct buf *b, const struct rialto_value *list)
{
    struct rialto_cursor i = {0};
    bool first = true;

    buf_str(b, "{\"sources\":[");
    while (rialto_next(list, &i)) {
        char *json;
        if (!is_bad(i.value))
            continue;
        json = rialto_value_json(i.value);
        buf_printf(b, "%s%s", first ? "" : ",", json ? json : "null");
        b->failed |= !json;
        first = false;
        free(json);
    }
    buf_str(b, "]}\n");
}

int cmd_list(struct cli *c)
{
    const char *name = c->command->list;
    const struct rialto_value *root, *list;
    struct rialto_document *d;
    struct buf b = {0};

    if (rialto_operator(c->server, name, &d, &c->error) != 0)
        return cli_failure(c);
    root = rialto_document_root(d);
    list = rialto_get(root, name);
    if (c->json && cli_value(c, "stale"))
        filtered_json(&b, list);
    else if (c->json)
        text_json(c->out, root);
    else
        for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
            if (strcmp(shows[i].name, name) == 0)
                shows[i].show(&b, c, strcmp(name, "status") == 0 ? root : list);
    rialto_document_free(&d);
    return text_print(c, &b) ? CLI_ANSWERED : cli_failure(c);
}
