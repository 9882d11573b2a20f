/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From libyaml's events to the tree. What makes YAML surprising is refused here: anchors and
 * aliases (one value in two places), tags (types by name), several documents, duplicate keys.
 */
#include <assert.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "base/str.h"
#include "base/vec.h"
#include "conf/tree.h"

struct reader {
    yaml_parser_t yaml;
    const struct conf_file *file;
    const char *text;
    size_t nodes;
    struct arena *arena;
    struct err *err;
};

struct entries {
    VEC(struct conf_entry);
};

static int fail(struct reader *r, int code, const yaml_mark_t *at, const char *what)
{
    return err_set(r->err, code, "%s:%zu:%zu: %s", r->file->name, at->line + 1, at->column + 1,
                   what);
}

static int no_memory(struct reader *r)
{
    return err_set(r->err, ERR_NOMEM, "%s: out of memory", r->file->name);
}

/* What libyaml says is at problem_mark, except for bytes that are no UTF-8 at all. */
static int fail_yaml(struct reader *r)
{
    yaml_mark_t at = r->yaml.problem_mark;
    const char *why = r->yaml.problem != NULL ? r->yaml.problem : "not YAML";

    if (r->yaml.error == YAML_MEMORY_ERROR)
        return no_memory(r);
    if (r->yaml.error == YAML_READER_ERROR) {
        at = (yaml_mark_t){0, 0, 0};
        for (size_t i = 0; i < r->yaml.problem_offset; i++) {
            at.column++;
            if (r->text[i] == '\n')
                at = (yaml_mark_t){0, at.line + 1, 0};
        }
    }
    return fail(r, ERR_PARSE, &at, why);
}

static int next(struct reader *r, yaml_event_t *ev)
{
    memset(ev, 0, sizeof(*ev));
    return yaml_parser_parse(&r->yaml, ev) ? 0 : fail_yaml(r);
}

/* Anchors and tags of any event. */
static int check_plain_event(struct reader *r, const yaml_event_t *ev)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    if (ev->type == YAML_ALIAS_EVENT)
        return fail(r, ERR_PARSE, &ev->start_mark, "aliases are not supported");
    if (ev->type == YAML_SCALAR_EVENT) {
        anchor = ev->data.scalar.anchor;
        tag = ev->data.scalar.tag;
    } else if (ev->type == YAML_SEQUENCE_START_EVENT) {
        anchor = ev->data.sequence_start.anchor;
        tag = ev->data.sequence_start.tag;
    } else if (ev->type == YAML_MAPPING_START_EVENT) {
        anchor = ev->data.mapping_start.anchor;
        tag = ev->data.mapping_start.tag;
    }
    if (anchor != NULL)
        return fail(r, ERR_PARSE, &ev->start_mark, "anchors are not supported");
    if (tag != NULL)
        return fail(r, ERR_PARSE, &ev->start_mark, "tags are not supported");
    return 0;
}

static int new_node(struct reader *r, const yaml_event_t *ev, enum conf_shape shape,
                    struct conf **out)
{
    struct conf *c;

    if (++r->nodes > CONF_MAX_NODES)
        return fail(r, ERR_LIMIT, &ev->start_mark, "too many values (at most 262144)");
    c = ARENA_NEW(r->arena, struct conf);
    if (c == NULL)
        return no_memory(r);
    c->shape = shape;
    c->file = r->file;
    c->line = ev->start_mark.line + 1;
    c->col = ev->start_mark.column + 1;
    *out = c;
    return 0;
}

static int read_text(struct reader *r, const yaml_event_t *ev, const char **out)
{
    const char *p = (const char *)ev->data.scalar.value;
    size_t n = ev->data.scalar.length;

    if (memchr(p, 0, n) != NULL)
        return fail(r, ERR_PARSE, &ev->start_mark, "text holds a NUL character");
    *out = arena_strndup(r->arena, p, n);
    return *out != NULL ? 0 : no_memory(r);
}

static int read_scalar(struct reader *r, const yaml_event_t *ev, struct conf **out)
{
    int rc = new_node(r, ev, SHAPE_SCALAR, out);

    if (rc == 0)
        rc = read_text(r, ev, &(*out)->text);
    if (rc == 0)
        (*out)->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return rc;
}

static int read_node(struct reader *r, const yaml_event_t *ev, int level, struct conf **out);

/* The list grew on the heap; the finished node keeps it in the arena. */
static int settle(struct reader *r, struct entries *list, struct conf *c)
{
    c->n = list->n;
    c->v = arena_dup(r->arena, list->v, list->n * sizeof(*list->v));
    if (list->n > 0 && c->v == NULL)
        return no_memory(r);
    for (size_t i = 0; i < c->n; i++) {
        c->v[i].value->parent = c;
        c->v[i].value->key = c->v[i].key;
    }
    return 0;
}

static int read_items(struct reader *r, int level, struct entries *list)
{
    yaml_event_t ev;
    int rc;

    while ((rc = next(r, &ev)) == 0 && ev.type != YAML_SEQUENCE_END_EVENT) {
        struct conf_entry item = {.line = ev.start_mark.line + 1};
        struct conf_entry *slot;

        rc = read_node(r, &ev, level + 1, &item.value);
        yaml_event_delete(&ev);
        if (rc != 0)
            return rc;
        slot = VEC_PUSH(list);
        if (slot == NULL)
            return no_memory(r);
        *slot = item;
    }
    yaml_event_delete(&ev);
    return rc;
}

static int read_key(struct reader *r, const yaml_event_t *ev, const struct entries *list,
                    struct conf_entry *out)
{
    int rc = check_plain_event(r, ev);

    if (rc != 0)
        return rc;
    if (ev->type != YAML_SCALAR_EVENT)
        return fail(r, ERR_PARSE, &ev->start_mark, "a key must be text");
    if (list->n == CONF_MAX_KEYS)
        return fail(r, ERR_LIMIT, &ev->start_mark, "too many keys (at most 4096)");
    rc = read_text(r, ev, &out->key);
    if (rc != 0)
        return rc;
    out->line = ev->start_mark.line + 1;
    out->col = ev->start_mark.column + 1;
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->v[i].key, out->key) == 0)
            return err_set(r->err, ERR_SCHEMA,
                           "%s:%zu:%zu: %s: duplicate key (first at line %zu)", r->file->name,
                           out->line, out->col, out->key, list->v[i].line);
    }
    return 0;
}

static int read_pairs(struct reader *r, int level, struct entries *list)
{
    yaml_event_t ev;
    int rc;

    while ((rc = next(r, &ev)) == 0 && ev.type != YAML_MAPPING_END_EVENT) {
        struct conf_entry pair = {0};
        struct conf_entry *slot;

        rc = read_key(r, &ev, list, &pair);
        yaml_event_delete(&ev);
        if (rc == 0)
            rc = next(r, &ev);
        if (rc != 0)
            return rc;
        rc = read_node(r, &ev, level + 1, &pair.value);
        yaml_event_delete(&ev);
        if (rc != 0)
            return rc;
        slot = VEC_PUSH(list);
        if (slot == NULL)
            return no_memory(r);
        *slot = pair;
    }
    yaml_event_delete(&ev);
    return rc;
}

static int read_node(struct reader *r, const yaml_event_t *ev, int level, struct conf **out)
{
    struct entries list = {0};
    int rc = check_plain_event(r, ev);

    if (rc != 0)
        return rc;
    if (ev->type == YAML_SCALAR_EVENT)
        return read_scalar(r, ev, out);
    assert(ev->type == YAML_SEQUENCE_START_EVENT || ev->type == YAML_MAPPING_START_EVENT);
    if (level > CONF_MAX_LEVELS)
        return fail(r, ERR_LIMIT, &ev->start_mark, "nested too deeply (at most 16 levels)");
    if (ev->type == YAML_SEQUENCE_START_EVENT) {
        rc = new_node(r, ev, SHAPE_SEQUENCE, out);
        if (rc == 0)
            rc = read_items(r, level, &list);
    } else {
        rc = new_node(r, ev, SHAPE_MAPPING, out);
        if (rc == 0)
            rc = read_pairs(r, level, &list);
    }
    if (rc == 0)
        rc = settle(r, &list, *out);
    VEC_FREE(&list);
    return rc;
}

/* An empty file, or one of comments, is an empty mapping: what is required is then missed. */
static int empty_root(struct reader *r, struct conf **out)
{
    yaml_event_t nowhere = {0};

    return new_node(r, &nowhere, SHAPE_MAPPING, out);
}

static int read_root(struct reader *r, struct conf **out)
{
    yaml_event_t ev;
    int rc = next(r, &ev);

    if (rc != 0)
        return rc;
    rc = read_node(r, &ev, 1, out);
    yaml_event_delete(&ev);
    if (rc != 0)
        return rc;
    if ((*out)->shape == SHAPE_SCALAR && (*out)->plain && (*out)->text[0] == '\0')
        return empty_root(r, out);
    if ((*out)->shape != SHAPE_MAPPING)
        return err_set(r->err, ERR_SCHEMA, "%s:%zu:%zu: expected keys with values (key: value)",
                       r->file->name, (*out)->line, (*out)->col);
    return 0;
}

static int read_stream(struct reader *r, struct conf **out)
{
    int rc = 0;

    for (;;) {
        yaml_event_t ev;
        yaml_event_type_t type;

        rc = next(r, &ev);
        if (rc != 0)
            return rc;
        type = ev.type;
        if (type == YAML_DOCUMENT_START_EVENT && *out != NULL)
            rc = fail(r, ERR_PARSE, &ev.start_mark, "a second document is not supported");
        else if (type == YAML_DOCUMENT_START_EVENT)
            rc = read_root(r, out);
        yaml_event_delete(&ev);
        if (rc != 0)
            return rc;
        if (type == YAML_STREAM_END_EVENT)
            return *out != NULL ? 0 : empty_root(r, out);
    }
}

/* Folder of the file, absolute; "." when it has none. */
static const char *folder_of(const char *name, struct arena *a)
{
    const char *slash = strrchr(name, '/');
    char cwd[4096];

    if (name[0] == '/')
        return arena_strndup(a, name, slash == name ? 1 : (size_t)(slash - name));
    if (getcwd(cwd, sizeof(cwd)) == NULL)
        return NULL;
    if (slash == NULL)
        return arena_strdup(a, cwd);
    return arena_printf(a, "%s/%.*s", cwd, (int)(slash - name), name);
}

int conf_tree(const char *name, struct slice text, struct arena *a, struct conf **out,
              struct err *e)
{
    struct reader r = {.arena = a, .err = e, .text = text.p};
    struct conf_file *file = ARENA_NEW(a, struct conf_file);
    int rc;

    *out = NULL;
    if (file == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", name);
    file->name = arena_strdup(a, name);
    file->folder = folder_of(name, a);
    if (file->name == NULL || file->folder == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", name);
    if (text.n > CONF_MAX_BYTES)
        return err_set(e, ERR_LIMIT, "%s: larger than %d bytes", name, CONF_MAX_BYTES);
    r.file = file;
    if (!yaml_parser_initialize(&r.yaml))
        return no_memory(&r);
    yaml_parser_set_encoding(&r.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.yaml, (const unsigned char *)text.p, text.n);
    rc = read_stream(&r, out);
    yaml_parser_delete(&r.yaml);
    return rc;
}
