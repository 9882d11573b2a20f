/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/stream.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/tree.h"

#define MAX_ID   64
#define ID_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:@"

bool wire_is_id(const char *text)
{
    size_t n = strspn(text, ID_CHARS);
    return n > 0 && n <= MAX_ID && text[n] == 0;
}

/* --- requests --- */

static enum wire_code no_memory(struct wire_problem *p)
{
    return wire_refuse(p, WIRE_NO_MEMORY, NULL, NULL, "out of memory");
}

static enum wire_code wrong_type(struct wire_problem *p, const char *path, const char *what)
{
    return wire_refuse(p, WIRE_TYPE, path, NULL, what);
}

static enum wire_code parse(const struct wire_input *in, json_t **out, struct wire_problem *p)
{
    struct err e = {0};
    *out = wire_tree(in->text, in->len, in->limits->depth, &e);
    if (!*out)
        return wire_refuse(p, e.code == ERR_NOMEM ? WIRE_NO_MEMORY : WIRE_SYNTAX, NULL, NULL,
                           e.msg);
    if (json_is_object(*out))
        return WIRE_OK;
    json_decref(*out);
    *out = NULL;
    return wrong_type(p, NULL, "an object is expected");
}

/* Where a member is: "add/SUBSTREAM/NAME", or "NAME". */
static const char *path_of(const struct wire_follow *f, const char *name, char out[160])
{
    snprintf(out, 160, "%s%s%s%s", f->substream ? "add/" : "", f->substream ? f->substream : "",
             f->substream && *name ? "/" : "", name);
    return out;
}

static enum wire_code text_member(const struct wire_input *in, const json_t *object,
                                  const char *name, const char **out)
{
    const json_t *value = json_object_get(object, name);
    *out = NULL;
    if (!value)
        return WIRE_OK;
    if (!json_is_string(value))
        return WIRE_TYPE;
    *out = arena_strdup(in->arena, json_string_value(value));
    return *out ? WIRE_OK : WIRE_NO_MEMORY;
}

static bool empty_list(const json_t *object, const char *name)
{
    return json_array_size(json_object_get(object, name)) == 0;
}

/* RFC 7285 section 11.5.1.3: an empty list of ends stands for the client. */
static bool leaves_ends(const json_t *input)
{
    const json_t *endpoints = json_object_get(input, "endpoints"), *flow;
    size_t i;
    if (json_is_object(endpoints) &&
        (empty_list(endpoints, "srcs") || empty_list(endpoints, "dsts")))
        return true;
    json_array_foreach(json_object_get(input, "endpoint-flows"), i, flow)
    {
        if (empty_list(flow, "srcs") || empty_list(flow, "dsts"))
            return true;
    }
    return false;
}

static enum wire_code read_input(const struct wire_input *in, const json_t *input,
                                 struct wire_follow *out)
{
    if (!input)
        return WIRE_OK;
    if (!json_is_object(input))
        return WIRE_TYPE;
    char *text = json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS);
    out->input = arena_strdup(in->arena, text);
    out->open_ends = leaves_ends(input);
    free(text);
    return out->input ? WIRE_OK : WIRE_NO_MEMORY;
}

/* The members of one AddUpdateReq or TIPSReq. */
static enum wire_code read_follow(const struct wire_input *in, const json_t *object,
                                  struct wire_follow *out, struct wire_problem *p)
{
    const json_t *incremental = json_object_get(object, "incremental-changes");
    const char *name = "resource-id";
    char path[160];
    enum wire_code rc = text_member(in, object, name, &out->resource);
    if (rc == WIRE_OK && !out->resource)
        return wire_refuse(p, WIRE_MISSING, path_of(out, name, path), NULL,
                           "the member is required");
    if (rc == WIRE_OK)
        rc = text_member(in, object, name = "tag", &out->tag);
    if (rc == WIRE_OK)
        rc = read_input(in, json_object_get(object, name = "input"), out);
    if (rc == WIRE_OK && out->substream && incremental && !json_is_boolean(incremental)) {
        name = "incremental-changes";
        rc = WIRE_TYPE;
    }
    out->incremental = !incremental || json_is_true(incremental);
    if (rc == WIRE_NO_MEMORY)
        return no_memory(p);
    return rc == WIRE_OK ? WIRE_OK : wrong_type(p, path_of(out, name, path), "of another type");
}

static enum wire_code read_adds(const struct wire_input *in, const json_t *adds,
                                struct wire_stream_params *out, struct wire_problem *p)
{
    const char *substream;
    json_t *item;
    out->add = ARENA_ARRAY(in->arena, json_object_size(adds) + 1, struct wire_follow);
    if (!out->add)
        return no_memory(p);
    json_object_foreach((json_t *)(uintptr_t)adds, substream, item)
    {
        struct wire_follow *f = &out->add[out->n_add];
        char path[160];
        if (!wire_is_id(substream))
            return wire_refuse(p, WIRE_VALUE, "add", substream,
                               "1 to 64 letters, digits or -_:@ are expected");
        f->substream = arena_strdup(in->arena, substream);
        if (!f->substream)
            return no_memory(p);
        if (!json_is_object(item))
            return wrong_type(p, path_of(f, "", path), "an object is expected");
        enum wire_code rc = read_follow(in, item, f, p);
        if (rc != WIRE_OK)
            return rc;
        out->n_add++;
    }
    return WIRE_OK;
}

static enum wire_code read_removes(const struct wire_input *in, const json_t *array,
                                   struct wire_names *out, struct wire_problem *p)
{
    const json_t *item;
    size_t i;
    out->present = true;
    out->v = ARENA_ARRAY(in->arena, json_array_size(array) + 1, const char *);
    if (!out->v)
        return no_memory(p);
    json_array_foreach(array, i, item)
    {
        const char *text = json_string_value(item);
        bool known = false;
        if (!text)
            return wire_refuse(p, WIRE_VALUE, "remove", NULL, "names are expected");
        for (size_t k = 0; k < out->n && !known; k++)
            known = strcmp(out->v[k], text) == 0;
        if (known)
            continue;
        out->v[out->n] = arena_strdup(in->arena, text);
        if (!out->v[out->n++])
            return no_memory(p);
    }
    return WIRE_OK;
}

enum wire_code wire_stream_params(const struct wire_input *in, struct wire_stream_params *out,
                                  struct wire_problem *p)
{
    json_t *root;
    *out = (struct wire_stream_params){0};
    enum wire_code rc = parse(in, &root, p);
    if (rc != WIRE_OK)
        return rc;
    const json_t *add = json_object_get(root, "add"), *remove = json_object_get(root, "remove");
    out->has_add = add != NULL;
    out->has_remove = remove != NULL;
    if (add && !json_is_object(add))
        rc = wrong_type(p, "add", "an object is expected");
    else if (remove && !json_is_array(remove))
        rc = wrong_type(p, "remove", "an array is expected");
    else if (json_object_size(add) > WIRE_MAX_SUBSTREAMS ||
             json_array_size(remove) > WIRE_MAX_SUBSTREAMS)
        rc =
            wire_refuse(p, WIRE_TOO_LARGE, add ? "add" : "remove", NULL, "too many substreams");
    if (rc == WIRE_OK && add)
        rc = read_adds(in, add, out, p);
    if (rc == WIRE_OK && remove)
        rc = read_removes(in, remove, &out->remove, p);
    json_decref(root);
    return rc;
}

enum wire_code wire_tips_params(const struct wire_input *in, struct wire_follow *out,
                                struct wire_problem *p)
{
    json_t *root;
    *out = (struct wire_follow){0};
    enum wire_code rc = parse(in, &root, p);
    if (rc == WIRE_OK)
        rc = read_follow(in, root, out, p);
    json_decref(root);
    return rc;
}

/* --- events --- */

/* How much of a line goes on one line: up to a comma outside of a string, or all of it. */
static size_t line_length(struct slice line)
{
    bool inside = false;
    if (line.n <= WIRE_EVENT_LINE)
        return line.n;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (c == '\\' && inside)
            i++;
        else if (c == '"')
            inside = !inside;
        else if (c == ',' && !inside && i >= WIRE_EVENT_LINE)
            return i + 1;
    }
    return line.n;
}

void wire_put_event_data(struct buf *b, struct slice text)
{
    struct slice line;
    while (slice_line(&text, &line)) {
        do {
            size_t n = line_length(line);
            buf_str(b, n > 0 ? "data: " : "data:");
            buf_add(b, line.p, n);
            buf_char(b, '\n');
            line.p += n;
            line.n -= n;
        } while (line.n > 0);
    }
    buf_char(b, '\n');
}

/* --- bodies --- */

/* Enters the member of that name; 1: there, 0: not there. */
static int enter(struct jread *r, const char *name)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, NULL);
    while (rc == 0 && (rc = jread_key(r, &key, NULL)) == 1) {
        if (slice_eq(key, name))
            return 1;
        rc = jread_skip(r, NULL);
    }
    return 0;
}

const char *wire_body_tag(struct slice body, struct arena *a)
{
    struct jread_limits limits;
    struct jread *r;
    struct slice tag;
    const char *out = NULL;
    jread_defaults(&limits);
    limits.unique_depth = 0;
    if (jread_new_bytes(&r, &limits, body.p, body.n, NULL) < 0)
        return NULL;
    if (enter(r, "meta") && enter(r, "vtag") && enter(r, "tag") &&
        jread_str(r, &tag, NULL) == 0)
        out = arena_strndup(a, tag.p, tag.n);
    jread_free(&r);
    return out;
}

static struct slice parameter(const char *type, const char *name)
{
    const char *at = strstr(type, name);
    if (!at)
        return (struct slice){0};
    at += strlen(name);
    return (struct slice){at, strcspn(at, "; ")};
}

/* Takes what stands before the next delimiter off the rest; false at the end. */
static bool next_part(struct slice *rest, struct slice delimiter, struct slice *part)
{
    const char *at = memmem(rest->p, rest->n, delimiter.p, delimiter.n);
    if (!at)
        return false;
    *part = (struct slice){rest->p, (size_t)(at - rest->p)};
    rest->n -= part->n + delimiter.n;
    rest->p = at + delimiter.n;
    return true;
}

static bool read_part(struct slice text, struct wire_body_part *out)
{
    static const char header[] = "Content-ID: <";
    const char *blank = memmem(text.p, text.n, "\r\n\r\n", 4);
    const char *id = blank ? memmem(text.p, (size_t)(blank - text.p), header, 13) : NULL;
    const char *end = id ? memchr(id, '>', (size_t)(blank - id)) : NULL;
    if (!end)
        return false;
    id += sizeof(header) - 1;
    out->id = (struct slice){id, (size_t)(end - id)};
    out->json = slice_trim((struct slice){blank + 4, text.n - (size_t)(blank + 4 - text.p)});
    return out->json.n > 0;
}

size_t wire_split_parts(const char *type, struct slice body, struct wire_body_part *out,
                        size_t max)
{
    struct slice boundary = parameter(type, "boundary="), text;
    char delimiter[80];
    size_t n = 0;
    if (!slice_starts(slice_of(type), "multipart/") || boundary.n == 0 || boundary.n > 70)
        return 0;
    int len = snprintf(delimiter, sizeof(delimiter), "--%.*s", (int)boundary.n, boundary.p);
    struct slice d = {delimiter, (size_t)len};
    if (!next_part(&body, d, &text))
        return 0;
    while (n < max && next_part(&body, d, &text)) {
        if (!read_part(text, &out[n++]))
            return 0;
    }
    return n;
}
