/* SPDX-License-Identifier: Apache-2.0 */
/* A tree against a table: keys, shapes, types, ranges, choices. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "conf/tree.h"

/* "limits.body": the keys on the way to c. Cut off when it gets long. */
static const char *field(const struct conf *c, char *out, size_t size)
{
    size_t n;

    out[0] = '\0';
    if (c->parent != NULL)
        field(c->parent, out, size);
    if (c->key == NULL)
        return out;
    n = strlen(out);
    snprintf(out + n, size - n, "%s%s", n > 0 ? "." : "", c->key);
    return out;
}

static int refuse(const struct conf *c, struct err *e, const char *why)
{
    char path[128];

    field(c, path, sizeof(path));
    return conf_err(c, e, "%s%s%s", path, path[0] != '\0' ? ": " : "", why);
}

struct guess {
    const char *best;
    size_t distance;
};

static void consider(struct guess *g, const char *given, const char *name)
{
    size_t d = str_distance(given, name), room = strlen(name) / 3 + 1;

    if (d <= room && (g->best == NULL || d < g->distance))
        *g = (struct guess){name, d};
}

static const struct conf_item *item_of(const struct conf_item *items, const char *key)
{
    for (; items->name != NULL; items++) {
        if (strcmp(items->name, key) == 0)
            return items;
    }
    return NULL;
}

static int unknown_key(const struct conf *c, const struct conf_entry *p,
                       const struct conf_item *items, struct err *e)
{
    struct conf at = {
        .file = c->file, .parent = c, .key = p->key, .line = p->line, .col = p->col};
    struct guess g = {0};
    char why[96];

    for (; items->name != NULL; items++)
        consider(&g, p->key, items->name);
    if (g.best == NULL)
        return refuse(&at, e, "unknown key");
    snprintf(why, sizeof(why), "unknown key (did you mean %s?)", g.best);
    return refuse(&at, e, why);
}

static int check_choice(const struct conf *c, const struct conf_item *item, struct err *e)
{
    struct guess g = {0};
    char why[400];
    size_t n;

    for (const char *const *p = item->choices; *p != NULL; p++) {
        if (strcmp(*p, c->text) == 0)
            return 0;
        consider(&g, c->text, *p);
    }
    n = (size_t)snprintf(why, sizeof(why), "must be one of");
    for (const char *const *p = item->choices; *p != NULL && n < sizeof(why); p++)
        n += (size_t)snprintf(why + n, sizeof(why) - n, "%s %s", p == item->choices ? "" : ",",
                              *p);
    if (g.best != NULL && n < sizeof(why))
        snprintf(why + n, sizeof(why) - n, " (did you mean %s?)", g.best);
    return refuse(c, e, why);
}

static int check_range(const struct conf *c, const struct conf_item *item, enum conf_type type,
                       struct err *e)
{
    char why[128], bound[32];

    if (item->min == 0 && item->max == 0)
        return 0;
    if (c->number < item->min) {
        snprintf(why, sizeof(why), "must be at least %s",
                 conf_value_format(type, item->min, bound));
        return refuse(c, e, why);
    }
    if (c->number > item->max) {
        snprintf(why, sizeof(why), "must be at most %s",
                 conf_value_format(type, item->max, bound));
        return refuse(c, e, why);
    }
    return 0;
}

/* Without "./" in front and "/" behind, so that names put together from it read well. */
static const char *clean_path(const char *p, struct arena *a)
{
    size_t n;

    while (strncmp(p, "./", 2) == 0)
        p += 1 + strspn(p + 1, "/");
    n = strlen(p);
    while (n > 1 && p[n - 1] == '/')
        n--;
    return arena_strndup(a, p, n);
}

static int make_absolute(struct conf *c, struct arena *a, struct err *e)
{
    const char *p;

    if (c->text[0] == '\0')
        return refuse(c, e, "expected a file name");
    p = clean_path(c->text, a);
    if (p == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", c->file->name);
    if (p[0] == '\0' || strcmp(p, ".") == 0)
        c->text = c->file->folder;
    else if (p[0] == '/')
        c->text = p;
    else
        c->text = arena_printf(a, "%s/%s", c->file->folder, p);
    return c->text != NULL ? 0 : err_set(e, ERR_NOMEM, "%s: out of memory", c->file->name);
}

/* "key:", "key: ~" and "key: null" give no value in YAML. */
static bool is_null(const struct conf *c)
{
    return c->plain &&
           (c->text[0] == '\0' || strcmp(c->text, "~") == 0 || strcmp(c->text, "null") == 0);
}

static int check_scalar(struct conf *c, const struct conf_item *item, enum conf_type type,
                        struct arena *a, struct err *e)
{
    const char *why;
    char text[128];

    if (c->shape != SHAPE_SCALAR) {
        snprintf(text, sizeof(text), "expected a %s, not a %s", conf_type_name(type),
                 c->shape == SHAPE_MAPPING ? "mapping" : "list");
        return refuse(c, e, text);
    }
    if (is_null(c))
        return refuse(c, e, "has no value");
    why = conf_value(type, c->text, &c->number, &c->real);
    if (why != NULL)
        return refuse(c, e, why);
    switch (type) {
    case CONF_INT:
    case CONF_DURATION:
    case CONF_SIZE:
    case CONF_RATE:
        return check_range(c, item, type, e);
    case CONF_ENUM:
        return check_choice(c, item, e);
    case CONF_PATH:
        return make_absolute(c, a, e);
    case CONF_STRING:
    case CONF_REAL:
    case CONF_BOOL:
    case CONF_LIST:
    case CONF_MAP:
    case CONF_MAPS:
    case CONF_DICT:
    case CONF_ANY:
        break;
    }
    return 0;
}

static int expect(const struct conf *c, enum conf_shape shape, struct err *e)
{
    static const char *const names[] = {"a value", "a list", "a mapping (key: value)"};
    const char *found = names[c->shape];
    char why[96];

    if (c->shape == shape)
        return 0;
    if (c->shape == SHAPE_MAPPING)
        found = "a mapping";
    else if (c->shape == SHAPE_SCALAR && c->text[0] == '\0')
        found = "nothing";
    snprintf(why, sizeof(why), "expected %s, found %s", names[shape], found);
    return refuse(c, e, why);
}

static int check_list(struct conf *c, const struct conf_item *item, struct arena *a,
                      struct err *e)
{
    int rc = 0;

    if (c->shape == SHAPE_SCALAR)
        return check_scalar(c, item, item->element, a, e);
    rc = expect(c, SHAPE_SEQUENCE, e);
    for (size_t i = 0; i < c->n && rc == 0; i++)
        rc = check_scalar(c->v[i].value, item, item->element, a, e);
    return rc;
}

static int check_mappings(struct conf *c, enum conf_shape outer, const struct conf_item *item,
                          struct arena *a, struct err *e)
{
    int rc = expect(c, outer, e);

    for (size_t i = 0; i < c->n && rc == 0; i++) {
        struct conf *inner = c->v[i].value;

        rc = item->items != NULL ? conf_check_tree(inner, item->items, a, e)
                                 : expect(inner, SHAPE_MAPPING, e);
    }
    return rc;
}

static int check_value(struct conf *c, const struct conf_item *item, struct arena *a,
                       struct err *e)
{
    switch (item->type) {
    case CONF_LIST:
        return check_list(c, item, a, e);
    case CONF_MAP:
        return item->items != NULL ? conf_check_tree(c, item->items, a, e)
                                   : expect(c, SHAPE_MAPPING, e);
    case CONF_MAPS:
        return check_mappings(c, SHAPE_SEQUENCE, item, a, e);
    case CONF_DICT:
        return check_mappings(c, SHAPE_MAPPING, item, a, e);
    case CONF_ANY:
        return 0;
    case CONF_STRING:
    case CONF_INT:
    case CONF_REAL:
    case CONF_BOOL:
    case CONF_DURATION:
    case CONF_SIZE:
    case CONF_RATE:
    case CONF_ENUM:
    case CONF_PATH:
        break;
    }
    return check_scalar(c, item, item->type, a, e);
}

int conf_check_tree(struct conf *c, const struct conf_item *items, struct arena *a,
                    struct err *e)
{
    int rc = expect(c, SHAPE_MAPPING, e);

    assert(items != NULL);
    for (size_t i = 0; i < c->n && rc == 0; i++) {
        const struct conf_item *item = item_of(items, c->v[i].key);

        rc = item == NULL ? unknown_key(c, &c->v[i], items, e)
                          : check_value(c->v[i].value, item, a, e);
    }
    if (rc != 0)
        return rc;
    for (const struct conf_item *item = items; item->name != NULL; item++) {
        if (item->required && conf_get(c, item->name) == NULL) {
            struct conf missing = {.file = c->file,
                                   .parent = c,
                                   .key = item->name,
                                   .line = c->line,
                                   .col = c->col};

            return refuse(&missing, e, "required key is missing");
        }
    }
    c->items = items;
    return 0;
}
