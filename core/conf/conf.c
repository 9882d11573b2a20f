/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a file, and reading values of a checked tree. */
#include "conf/conf.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/tree.h"

/* Reads all of an open file; stops behind the limit, so that no growing file can feed for ever.
 */
static int read_all(int fd, const char *path, size_t limit, struct buf *out, struct err *e)
{
    char chunk[16384];
    ssize_t n;

    while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
        buf_add(out, chunk, (size_t)n);
        if (out->len > limit)
            return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path, limit);
        if (out->failed)
            return err_set(e, ERR_NOMEM, "%s: out of memory", path);
    }
    return 0;
}

static int code_of(int number)
{
    return number == ENOENT || number == ENOTDIR ? ERR_NOENT
           : number == EACCES                    ? ERR_ACCESS
                                                 : ERR_IO;
}

int conf_read_file(const char *path, size_t limit, struct buf *out, struct err *e)
{
    struct stat st;
    /* O_NONBLOCK: opening a pipe that nobody writes must not hang the program. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

    if (fd < 0)
        return err_set(e, code_of(errno), "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0)
        rc = err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        rc = err_set(e, ERR_INVAL, "%s: is a directory, not a file", path);
    else if (!S_ISREG(st.st_mode))
        rc = err_set(e, ERR_INVAL, "%s: is not a regular file", path);
    else
        rc = read_all(fd, path, limit, out, e);
    close(fd);
    return rc;
}

int conf_load(const char *path, const struct conf_item *items, struct arena *a,
              const struct conf **out, struct err *e)
{
    struct buf text = {0};
    int rc = conf_read_file(path, CONF_MAX_BYTES, &text, e);

    *out = NULL;
    if (rc == 0) {
        struct conf_input in = {path, buf_cstr(&text), text.len};

        rc = conf_parse(&in, items, a, out, e);
    }
    buf_free(&text);
    return rc;
}

int conf_parse(const struct conf_input *in, const struct conf_item *items, struct arena *a,
               const struct conf **out, struct err *e)
{
    struct conf *tree;
    int rc = conf_tree(in->name, (struct slice){in->text, in->len}, a, &tree, e);

    *out = NULL;
    if (rc == 0)
        rc = conf_check_tree(tree, items, a, e);
    if (rc == 0)
        *out = tree;
    return rc;
}

int conf_check(const struct conf *c, const struct conf_item *items, struct arena *a,
               struct err *e)
{
    /* Readers see const; the check itself fills in what it found. */
    return conf_check_tree((struct conf *)(uintptr_t)c, items, a, e);
}

int conf_err(const struct conf *c, struct err *e, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set(e, ERR_SCHEMA, "%s:%zu:%zu: %s", c->file->name, c->line, c->col, text);
}

const struct conf *conf_get(const struct conf *map, const char *key)
{
    for (size_t i = 0; i < map->n; i++) {
        if (map->v[i].key != NULL && strcmp(map->v[i].key, key) == 0)
            return map->v[i].value;
    }
    return NULL;
}

bool conf_has(const struct conf *map, const char *key)
{
    return conf_get(map, key) != NULL;
}

/* The declared item of a key, which must be of one of the types in the mask. */
static const struct conf_item *declared(const struct conf *map, const char *key, unsigned types)
{
    const struct conf_item *item = map->items;

    assert(item != NULL);
    while (item->name != NULL && strcmp(item->name, key) != 0)
        item++;
    assert(item->name != NULL);
    assert((types & (1u << item->type)) != 0);
    (void)types;
    return item;
}

#define TYPE(t) (1u << CONF_##t)

const char *conf_str(const struct conf *map, const char *key)
{
    const struct conf_item *item = declared(map, key, TYPE(STRING) | TYPE(ENUM) | TYPE(PATH));
    const struct conf *c = conf_get(map, key);

    return c != NULL ? c->text : item->def;
}

int64_t conf_int(const struct conf *map, const char *key)
{
    const struct conf_item *item =
        declared(map, key, TYPE(INT) | TYPE(DURATION) | TYPE(SIZE) | TYPE(RATE));
    const struct conf *c = conf_get(map, key);
    int64_t number = INT64_MIN;

    if (c != NULL)
        return c->number;
    if (item->def != NULL) {
        const char *why = conf_value(item->type, item->def, &number, NULL);

        assert(why == NULL); /* a default that its own type refuses */
        (void)why;
    }
    return number;
}

double conf_real(const struct conf *map, const char *key)
{
    const struct conf_item *item = declared(map, key, TYPE(REAL));
    const struct conf *c = conf_get(map, key);
    double real = NAN;

    if (c != NULL)
        return c->real;
    if (item->def != NULL) {
        const char *why = conf_value(CONF_REAL, item->def, NULL, &real);

        assert(why == NULL);
        (void)why;
    }
    return real;
}

bool conf_bool(const struct conf *map, const char *key)
{
    const struct conf_item *item = declared(map, key, TYPE(BOOL));
    const struct conf *c = conf_get(map, key);

    if (c != NULL)
        return c->number != 0;
    return item->def != NULL && strcmp(item->def, "true") == 0;
}

size_t conf_count(const struct conf *list)
{
    if (list == NULL)
        return 0;
    return list->shape == SHAPE_SCALAR ? 1 : list->n;
}

const struct conf *conf_at(const struct conf *list, size_t i)
{
    assert(i < conf_count(list));
    return list->shape == SHAPE_SCALAR ? list : list->v[i].value;
}

const char *conf_key(const struct conf *dict, size_t i)
{
    assert(dict->shape == SHAPE_MAPPING && i < dict->n);
    return dict->v[i].key;
}

const char *conf_text(const struct conf *scalar)
{
    return scalar->shape == SHAPE_SCALAR ? scalar->text : NULL;
}

size_t conf_line(const struct conf *c)
{
    return c->line;
}
