/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the files of a spool folder, and who sent probes to whom. */
#include "agents/sources/trace/trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/json.h"

#define MAX_INDEX    ((size_t)256 << 20)
#define MAX_SIDECAR  ((size_t)64 << 10)
#define MICROSECONDS INT64_C(1000000)

int trace_list_init(struct trace_list *l, struct err *e)
{
    *l = (struct trace_list){0};
    l->names = map_new();
    return l->names != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a list of files");
}

void trace_list_free(struct trace_list *l)
{
    VEC_FREE(l);
    if (l->names != NULL)
        map_free(&l->names);
}

struct trace_entry *trace_list_find(const struct trace_list *l, const char *name)
{
    const union map_value *at = map_get_str(l->names, name);

    return at != NULL ? &l->v[at->u - 1] : NULL;
}

int trace_read_file(const char *path, size_t limit, char **out, size_t *len, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    struct stat st;
    size_t n = 0;
    ssize_t got = 1;
    char *p = NULL;
    int rc = 0;

    *out = NULL;
    if (fd < 0)
        return err_set(e, errno == ENOENT ? ERR_NOENT : ERR_IO, "%s: %s", path,
                       strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        rc = err_set(e, ERR_IO, "%s: not a regular file", path);
    else if (st.st_size > (off_t)limit)
        rc = err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path, limit);
    else if ((p = malloc((size_t)st.st_size + 1)) == NULL)
        rc = err_set(e, ERR_NOMEM, "%s: no memory", path);
    while (rc == 0 && got > 0 && n < (size_t)st.st_size) {
        got = read(fd, p + n, (size_t)st.st_size - n);
        if (got > 0)
            n += (size_t)got;
        else if (got < 0 && errno != EINTR)
            rc = err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
        else if (got < 0)
            got = 1;
    }
    close(fd);
    if (rc < 0) {
        free(p);
        return rc;
    }
    p[n] = '\0';
    *out = p;
    *len = n;
    return 0;
}

/* A plain name: nothing that leads out of the folder, nothing hidden. */
static bool is_plain_name(struct slice s)
{
    return s.n > 0 && s.n <= TRACE_MAX_NAME && s.p[0] != '.' && memchr(s.p, '/', s.n) == NULL &&
           str_is_utf8(s.p, s.n);
}

/*
 * A new entry. One whose name leads elsewhere or is there already is kept with the reason, so
 * that it spoils nothing but itself.
 */
static int add_entry(struct trace_list *l, struct slice name, struct arena *a,
                     struct trace_entry **out, struct err *e)
{
    union map_value *at;

    if (name.n == 0 || name.n > TRACE_MAX_NAME || !str_is_utf8(name.p, name.n))
        return err_set(e, ERR_REFUSED, "not a file name");
    if (l->n >= TRACE_MAX_ENTRIES)
        return err_set(e, ERR_LIMIT, "more than %d files", TRACE_MAX_ENTRIES);
    at = map_at(l->names, name.p, name.n);
    if (at == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a list of files");
    if (at->u != 0) {
        *out = &l->v[at->u - 1];
        err_set(&(*out)->why, ERR_CONFLICT, "named twice");
        return 0;
    }
    *out = VEC_PUSH(l);
    if (*out == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a list of files");
    at->u = l->n;
    **out = (struct trace_entry){.observed = FACT_NONE};
    if (!is_plain_name(name))
        err_set(&(*out)->why, ERR_REFUSED, "not a plain file name of this folder");
    (*out)->name = arena_strndup(a, name.p, name.n);
    return (*out)->name != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a file name");
}

/* RFC 3339, or whole seconds since 1970. */
static bool parse_time(struct slice s, int64_t *us)
{
    uint64_t seconds;

    if (slice_u64(s, INT64_MAX / MICROSECONDS, &seconds)) {
        *us = (int64_t)seconds * MICROSECONDS;
        return true;
    }
    return str_time(s, us);
}

enum field { FIELD_FILE, FIELD_SOURCE, FIELD_DESTINATION, FIELD_TIME, N_FIELDS };

/* Puts a field's text into an entry, nothing if it is empty; false: it is invalid. */
static bool set_field(struct trace_entry *t, enum field f, struct slice s)
{
    switch (f) {
    case FIELD_SOURCE:
        return s.n == 0 || addr_parse(s, &t->source);
    case FIELD_DESTINATION:
        return s.n == 0 || addr_parse(s, &t->destination);
    case FIELD_TIME:
        return s.n == 0 || parse_time(s, &t->observed);
    case FIELD_FILE:
    case N_FIELDS:
        break;
    }
    return true;
}

static const char *const field_names[N_FIELDS] = {"file", "source", "destination",
                                                  "observed_at"};

/* --- the index --- */

/* Which column holds which field; -1: none. */
static int read_columns(struct slice line, int columns[N_FIELDS], struct err *e)
{
    struct slice word;

    for (int f = 0; f < N_FIELDS; f++)
        columns[f] = -1;
    for (int i = 0; slice_split(&line, '\t', &word); i++) {
        for (int f = 0; f < N_FIELDS; f++) {
            if (slice_eq(word, field_names[f]) && columns[f] < 0)
                columns[f] = i;
        }
    }
    for (int f = 0; f < FIELD_TIME; f++) {
        if (columns[f] < 0)
            return err_set(e, ERR_SCHEMA, "1: the header has no column \"%s\"", field_names[f]);
    }
    return 0;
}

static int read_row(struct slice line, const int columns[N_FIELDS], struct arena *a,
                    struct trace_list *l, struct err *e)
{
    struct slice words[N_FIELDS] = {{NULL, 0}}, word;
    struct trace_entry *t;
    int rc;

    for (int i = 0; slice_split(&line, '\t', &word); i++) {
        for (int f = 0; f < N_FIELDS; f++) {
            if (columns[f] == i)
                words[f] = word;
        }
    }
    rc = add_entry(l, words[FIELD_FILE], a, &t, e);
    for (int f = FIELD_SOURCE; f < N_FIELDS && rc == 0; f++) {
        if (!set_field(t, (enum field)f, words[f]) && t->why.code == 0)
            err_set(&t->why, ERR_SCHEMA, "index: \"%.*s\" is no %s",
                    (int)(words[f].n < 100 ? words[f].n : 100),
                    words[f].n > 0 ? words[f].p : "", f == FIELD_TIME ? "time" : "address");
    }
    return rc;
}

int trace_read_index(const char *path, struct arena *a, struct trace_list *l, struct err *e)
{
    int columns[N_FIELDS];
    struct slice rest, line;
    char *text;
    size_t len;
    long number = 1;
    int rc = trace_read_file(path, MAX_INDEX, &text, &len, e);

    if (rc < 0)
        return rc;
    rest = (struct slice){text, len};
    if (!slice_line(&rest, &line))
        rc = err_set(e, ERR_PARSE, "empty");
    else
        rc = read_columns(line, columns, e);
    while (rc == 0 && slice_line(&rest, &line)) {
        number++;
        if (slice_trim(line).n == 0)
            continue;
        rc = read_row(line, columns, a, l, e);
        if (rc < 0)
            err_in(e, "%ld", number);
    }
    free(text);
    return rc < 0 ? err_in(e, "%s", path) : 0;
}

/* --- names --- */

/* Takes a placeholder off the pattern: its field, or N_FIELDS when a literal stands there. */
static enum field take_placeholder(const char **pattern)
{
    static const char *const words[N_FIELDS] = {"{name}", "{source}", "{destination}",
                                                "{time}"};

    for (int f = FIELD_FILE; f < N_FIELDS; f++) {
        size_t n = strlen(words[f]);

        if (strncmp(*pattern, words[f], n) == 0) {
            *pattern += n;
            return (enum field)f;
        }
    }
    return N_FIELDS;
}

const char *trace_pattern_error(const char *pattern)
{
    bool seen[N_FIELDS] = {false}, adjacent = false;

    while (*pattern != '\0') {
        enum field f = take_placeholder(&pattern);

        if (f == N_FIELDS) {
            if (*pattern == '{' || *pattern == '}' || *pattern == '/')
                return "only {source}, {destination}, {time} and {name} may stand in braces, "
                       "and "
                       "no /";
            adjacent = false;
            pattern++;
            continue;
        }
        if (seen[f])
            return "a placeholder stands twice";
        if (adjacent)
            return "something must stand between placeholders";
        seen[f] = adjacent = true;
    }
    if (!seen[FIELD_FILE] && (!seen[FIELD_SOURCE] || !seen[FIELD_DESTINATION]))
        return "needs {source} and {destination}, or {name}";
    return NULL;
}

/* Does the name fit? A placeholder takes all up to the literal that follows it. */
static bool match(const char *pattern, const char *name, struct trace_entry *t)
{
    while (*pattern != '\0') {
        enum field f = take_placeholder(&pattern);

        if (f == N_FIELDS) {
            if (*pattern++ != *name++)
                return false;
            continue;
        }
        size_t literal = strcspn(pattern, "{");
        const char *end =
            literal == 0 ? name + strlen(name) : memmem(name, strlen(name), pattern, literal);

        if (end == NULL || !set_field(t, f, (struct slice){name, (size_t)(end - name)}))
            return false;
        name = end;
    }
    return *name == '\0';
}

typedef int visit_name(void *payload, const char *name, struct err *e);

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Calls back for every plain name of a folder, in order, so that runs are alike. */
static int each_name(const char *folder, visit_name *visit, void *payload, struct err *e)
{
    struct {
        VEC(char *);
    } names = {0};
    DIR *d = opendir(folder);
    struct dirent *entry;
    int rc = 0;

    if (d == NULL)
        return err_set(e, ERR_IO, "%s: %s", folder, strerror(errno));
    while (rc == 0 && (entry = readdir(d)) != NULL) {
        char **at;

        if (!is_plain_name(slice_of(entry->d_name)))
            continue;
        at = names.n < TRACE_MAX_ENTRIES ? VEC_PUSH(&names) : NULL;
        if (at != NULL)
            *at = strdup(entry->d_name);
        if (at == NULL || *at == NULL)
            rc = err_set(e, ERR_LIMIT, "%s: too many files", folder);
    }
    closedir(d);
    if (names.n > 0)
        qsort(names.v, names.n, sizeof(*names.v), compare_names);
    for (size_t i = 0; i < names.n; i++) {
        if (rc == 0)
            rc = visit(payload, names.v[i], e);
        free(names.v[i]);
    }
    VEC_FREE(&names);
    return rc;
}

struct search {
    const char *folder, *pattern;
    struct arena *arena;
    struct trace_list *list;
};

static int visit_pattern(void *payload, const char *name, struct err *e)
{
    struct search *s = payload;
    struct trace_entry t = {.observed = FACT_NONE}, *at;
    int rc;

    if (!match(s->pattern, name, &t))
        return 0;
    rc = add_entry(s->list, slice_of(name), s->arena, &at, e);
    if (rc < 0)
        return rc;
    at->source = t.source;
    at->destination = t.destination;
    at->observed = t.observed;
    return 0;
}

int trace_read_pattern(const char *folder, const char *pattern, struct arena *a,
                       struct trace_list *l, struct err *e)
{
    struct search s = {folder, pattern, a, l};

    return each_name(folder, visit_pattern, &s, e);
}

/* --- sidecars --- */

static int read_sidecar(struct jread *r, struct trace_entry *t, struct err *e)
{
    struct slice key, value;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc >= 0 && (rc = jread_key(r, &key, e)) > 0) {
        int f = FIELD_SOURCE;

        while (f < N_FIELDS && !slice_eq(key, field_names[f]))
            f++;
        rc = f < N_FIELDS ? jread_str(r, &value, e) : jread_skip(r, e);
        if (rc == 0 && f < N_FIELDS && !set_field(t, (enum field)f, value))
            rc = jread_fail(r, e, ERR_SCHEMA, "%s is invalid", field_names[f]);
    }
    return rc < 0 ? rc : jread_expect(r, JREAD_END, e);
}

static int load_sidecar(const char *path, struct trace_entry *t, struct err *e)
{
    struct jread *r = NULL;
    char *text;
    size_t len;
    int rc = trace_read_file(path, MAX_SIDECAR, &text, &len, e);

    if (rc < 0)
        return rc;
    rc = jread_new_bytes(&r, NULL, text, len, e);
    if (rc == 0)
        rc = read_sidecar(r, t, e);
    jread_free(&r);
    free(text);
    return rc < 0 ? err_in(e, "%s", path) : 0;
}

static int visit_sidecar(void *payload, const char *name, struct err *e)
{
    struct search *s = payload;
    struct slice file = slice_of(name);
    struct trace_entry *t;
    struct buf path = {0};
    int rc;

    if (file.n <= 5 || strcmp(name + file.n - 5, ".json") != 0)
        return 0;
    file.n -= 5;
    rc = add_entry(s->list, file, s->arena, &t, e);
    if (rc < 0)
        return rc;
    buf_printf(&path, "%s/%s", s->folder, name);
    if (path.failed)
        rc = err_set(e, ERR_NOMEM, "no memory for a file name");
    else
        load_sidecar(buf_cstr(&path), t, &t->why); /* a bad one spoils its own file only */
    buf_free(&path);
    return rc;
}

int trace_read_sidecars(const char *folder, struct arena *a, struct trace_list *l,
                        struct err *e)
{
    struct search s = {folder, NULL, a, l};

    return each_name(folder, visit_sidecar, &s, e);
}
