/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/server/follower.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/core/wire/patch_apply.h"
#include "wire/media.h"

/* --- documents --- */

void document_free(struct document *d)
{
    json_decref(d->part[0]);
    json_decref(d->part[1]);
    *d = (struct document){0};
}

static json_t *parse(const char *text, size_t n)
{
    json_error_t why;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        fail_msg("%s in %.*s", why.text, (int)n, text);
    return root;
}

/* Lines may end with CR LF or, out of an event, with LF. */
static struct document document_of(const char *type, const char *text, size_t n)
{
    struct document d = {0};
    const char *boundary = strstr(type, "boundary=");
    snprintf(d.type, sizeof(d.type), "%s", type);
    if (!boundary) {
        d.part[0] = parse(text, n);
        return d;
    }
    char delimiter[128], *rest = strndup(text, n), *at = rest;
    int len = snprintf(delimiter, sizeof(delimiter), "--%.*s", (int)strcspn(boundary + 9, ";"),
                       boundary + 9);
    at = strstr(at, delimiter);
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(at);
        at += len;
        assert_int_equal(sscanf(strstr(at, "Content-ID:"), "Content-ID: <%127[^>]>", d.id[i]),
                         1);
        char *lf = strstr(at, "\n\n"), *crlf = strstr(at, "\r\n\r\n");
        char *end = strstr(at, delimiter), *body = lf && lf < end ? lf + 2 : crlf + 4;
        d.part[i] = parse(body, (size_t)(end - body));
        at = end;
    }
    assert_int_equal(strncmp(at + len, "--", 2), 0);
    free(rest);
    return d;
}

struct document document_ask(struct fixture *f, const struct followed *what)
{
    struct answer a =
        what->input ? fixture_post(f, what->path, what->input) : fixture_get(f, what->path);
    if (a.reply.status != 200)
        fail_msg("%s: %d %s", what->path, a.reply.status, a.text);
    struct document d = document_of(a.reply.type, a.text, a.len);
    answer_free(&a);
    return d;
}

/* Random names and tags differ in each answer: names are numbered as they come. */
static void without_names(char *text)
{
    char names[64][32];
    size_t n = 0;
    for (char *at = text; (at = strstr(at, "ane-")); at++) {
        size_t i = 0, len = strspn(at, "abcdefghijklmnopqrstuvwxyz234567-");
        assert_true(len < 32 && n < 64);
        while (i < n && strncmp(names[i], at, len) != 0)
            i++;
        if (i == n)
            snprintf(names[n++], 32, "%.*s", (int)len, at);
        memset(at, 'a', len);
        at[0] = (char)('A' + i % 26);
        at[1] = (char)('A' + i / 26);
    }
}

static void blank_tag(json_t *vtag)
{
    if (vtag)
        json_object_set_new(vtag, "tag", json_string("-"));
}

char *document_text(const struct document *d)
{
    json_t *all = json_array();
    for (size_t i = 0; i < 2 && d->part[i]; i++)
        json_array_append_new(all, json_deep_copy(d->part[i]));
    if (d->part[1]) {
        const json_t *meta = json_object_get(json_array_get(all, 0), "meta");
        blank_tag(json_object_get(meta, "vtag"));
        meta = json_object_get(json_array_get(all, 1), "meta");
        blank_tag(json_array_get(json_object_get(meta, "dependent-vtags"), 0));
        char *first = json_dumps(json_array_get(all, 0), JSON_COMPACT | JSON_SORT_KEYS);
        char *second = json_dumps(json_array_get(all, 1), JSON_COMPACT);
        char *text = NULL;
        assert_true(asprintf(&text, "%s%s", first, second) > 0);
        without_names(text); /* numbered in the order of the vectors */
        json_array_clear(all);
        json_array_append_new(all, parse(text, strlen(first)));
        json_array_append_new(all, parse(text + strlen(first), strlen(second)));
        free(first);
        free(second);
        free(text);
    }
    char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(all);
    return text;
}

static void apply(struct document *held, size_t part, const char *type, const json_t *patch)
{
    if (strcmp(type, MEDIA_MERGE_PATCH) == 0) {
        held->part[part] = merge_apply(held->part[part], patch);
        return;
    }
    assert_string_equal(type, MEDIA_JSON_PATCH);
    held->part[part] = json_patch_apply(held->part[part], patch);
    assert_non_null(held->part[part]);
}

/* --- streams --- */

static const char *tag_of(const struct document *d)
{
    const json_t *tag = json_at(d->part[0], "meta/vtag/tag");
    return tag ? json_string_value(tag) : NULL;
}

void follower_wake(void *call)
{
    *(bool *)call = true;
}

static struct substream *find(struct stream_client *c, const char *id)
{
    for (size_t i = 0; i < c->n_subs; i++) {
        if (strcmp(c->subs[i].id, id) == 0)
            return &c->subs[i];
    }
    fail_msg("an event of %s", id);
    return NULL;
}

static void understand_control(struct stream_client *c, const json_t *root)
{
    const char *uri = json_string_value(json_object_get(root, "control-uri"));
    const json_t *item;
    size_t i;
    assert_int_equal(uri != NULL, c->events == 0); /* RFC 8895 section 5.3: first, and once */
    if (uri)
        snprintf(c->control, sizeof(c->control), "%s", strstr(uri, "/updates"));
    json_array_foreach(json_object_get(root, "stopped"), i, item)
        find(c, json_string_value(item))
            ->active = false;
}

/*
 * RFC 8895 section 6.7.1: an update of what depends on a network map speaks of the version of
 * it that the client has; of what was asked for together the map comes first.
 */
static void check_dependency(struct stream_client *c, const struct substream *s)
{
    const json_t *vtag;
    size_t k;
    json_array_foreach(json_at(s->held.part[0], "meta/dependent-vtags"), k, vtag)
    {
        const char *id = json_string_value(json_object_get(vtag, "resource-id"));
        const char *tag = json_string_value(json_object_get(vtag, "tag"));
        for (size_t i = 0; i < c->n_subs; i++) {
            const struct substream *map = &c->subs[i];
            if (!map->active || strcmp(map->what->resource, id) != 0 ||
                (!map->held.part[0] && map->later))
                continue;
            const char *has = map->held.part[0] ? tag_of(&map->held) : "none yet";
            if (strcmp(has, tag) != 0)
                fail_msg("an update of %s (%s) speaks of version %s of %s (%s: %s)",
                         s->what->resource, s->id, tag, id, map->id, has);
        }
    }
}

static void understand_data(struct stream_client *c, const char *type, char *id,
                            const char *data, size_t n)
{
    char *part = strchr(id, '.');
    if (part)
        *part++ = 0;
    struct substream *s = find(c, id);
    assert_true(s->active);
    if (strcmp(type, MEDIA_MERGE_PATCH) != 0 && strcmp(type, MEDIA_JSON_PATCH) != 0) {
        document_free(&s->held);
        s->held = document_of(type, data, n);
        s->wholes++;
        check_dependency(c, s);
        return;
    }
    assert_true(s->incremental && s->held.part[0]);
    size_t i = part && strcmp(part, s->held.id[1]) == 0;
    assert_true(!part || strcmp(part, s->held.id[i]) == 0);
    json_t *patch = parse(data, n);
    apply(&s->held, i, type, patch);
    json_decref(patch);
    s->patches++;
    check_dependency(c, s);
}

/* One event, of lines that end with "\n". */
static void understand(struct stream_client *c, char *text)
{
    char type[300] = "", *comma;
    struct buf data = {0};
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (line[0] == ':') {
            c->comments++;
        } else if (strncmp(line, "event: ", 7) == 0) {
            assert_true(!*type && data.len == 0); /* one, before the data */
            snprintf(type, sizeof(type), "%s", line + 7);
        } else {
            assert_int_equal(strncmp(line, "data:", 5), 0);
            buf_str(&data, data.len > 0 ? "\n" : "");
            buf_str(&data, line[5] == ' ' ? line + 6 : line + 5);
        }
    }
    if (!*type)
        return;
    comma = strchr(type, ',');
    if (comma) {
        *comma = 0;
        understand_data(c, type, comma + 1, buf_cstr(&data), data.len);
    } else {
        assert_string_equal(type, MEDIA_STREAM_CONTROL);
        json_t *root = parse(buf_cstr(&data), data.len);
        understand_control(c, root);
        json_decref(root);
    }
    c->events++;
    buf_free(&data);
}

static void want(struct stream_client *c, const struct followed *what, bool incremental,
                 const char *tag, struct buf *add)
{
    struct substream *s = &c->subs[c->n_subs];
    assert_true(c->n_subs < FOLLOWER_SUBS);
    *s = (struct substream){
        .what = what, .incremental = incremental, .active = true, .later = c->open};
    snprintf(s->id, sizeof(s->id), "sub-%zu", c->n_subs++);
    buf_printf(add, "%s\"%s\":{\"resource-id\":\"%s\"", add->len > 0 ? "," : "", s->id,
               what->resource);
    if (what->input)
        buf_printf(add, ",\"input\":%s", what->input);
    if (tag)
        buf_printf(add, ",\"tag\":\"%s\"", tag);
    buf_printf(add, "%s}", incremental ? "" : ",\"incremental-changes\":false");
}

void stream_client_want(struct stream_client *c, const struct followed *what, bool incremental,
                        struct buf *add)
{
    want(c, what, incremental, NULL, add);
}

int stream_client_open(struct stream_client *c, struct fixture *f, const char *add)
{
    struct buf body = {0};
    buf_printf(&body, "{\"add\":{%s}}", add);
    struct answer a = fixture_post(f, "/updates", buf_cstr(&body));
    int status = a.reply.status;
    c->fixture = f;
    if (status == 200) {
        assert_string_equal(a.reply.type, MEDIA_EVENTS);
        c->parking = a.reply.parking;
        c->open = c->woken = true;
        c->parking.open(c->parking.self, &c->woken);
    }
    answer_free(&a);
    buf_free(&body);
    return status;
}

int stream_client_control(struct stream_client *c, const char *body)
{
    struct answer a =
        fixture_request(c->fixture, (struct request){.method = "POST",
                                                     .path = c->control,
                                                     .content_type = MEDIA_STREAM_PARAMS,
                                                     .body = body,
                                                     .len = strlen(body)});
    int status = a.reply.status;
    answer_free(&a);
    return status;
}

static void understand_all(struct stream_client *c)
{
    char *at = c->text.data, *end;
    while (at && (end = strstr(at, "\n\n"))) {
        *end = 0;
        understand(c, at);
        at = end + 2;
    }
    if (!at)
        return;
    char *rest = strdup(at);
    buf_reset(&c->text);
    buf_str(&c->text, rest);
    free(rest);
}

void stream_client_read(struct stream_client *c, unsigned pieces)
{
    static const size_t rooms[] = {1, 7, 100, 1000, 65536};
    char piece[65536];
    while (c->woken && !c->ended && pieces-- > 0) {
        size_t room = rooms[c->random++ % 5];
        ptrdiff_t n = c->parking.read(c->parking.self, piece, room);
        assert_true(n >= PARKING_END && n <= (ptrdiff_t)room);
        c->ended = n == PARKING_END;
        if (n == 0)
            c->woken = false; /* until it is woken */
        if (n > 0)
            buf_add(&c->text, piece, (size_t)n);
    }
    understand_all(c);
}

bool stream_client_again(struct stream_client *c)
{
    struct stream_client old = *c;
    struct buf add = {0};
    *c = (struct stream_client){.random = old.random};
    for (size_t i = 0; i < old.n_subs; i++) {
        struct substream *s = &old.subs[i];
        if (!s->active || !s->held.part[0])
            continue;
        want(c, s->what, s->incremental, tag_of(&s->held), &add);
        c->subs[c->n_subs - 1].held = s->held;
        s->held = (struct document){0};
    }
    if (c->n_subs > 0)
        assert_int_equal(stream_client_open(c, old.fixture, buf_cstr(&add)), 200);
    stream_client_close(&old);
    buf_free(&add);
    return c->open;
}

void stream_client_close(struct stream_client *c)
{
    if (c->open)
        c->parking.close(c->parking.self);
    for (size_t i = 0; i < c->n_subs; i++)
        document_free(&c->subs[i].held);
    buf_free(&c->text);
    *c = (struct stream_client){0};
}

/* --- TIPS --- */

struct step {
    uint64_t i, j;
};

static struct step recommended(const json_t *root)
{
    const json_t *summary = json_at(root, "tips-view-summary/updates-graph-summary");
    int64_t start = json_integer_value(json_object_get(summary, "start-seq"));
    int64_t end = json_integer_value(json_object_get(summary, "end-seq"));
    struct step s = {
        (uint64_t)json_integer_value(json_at(summary, "start-edge-rec/seq-i")),
        (uint64_t)json_integer_value(json_at(summary, "start-edge-rec/seq-j")),
    };
    assert_true(start > 0 && start <= end && s.j >= (uint64_t)start &&
                s.j <= (uint64_t)end + 1);
    return s;
}

/* Takes what came on an edge. */
static void take(struct tips_client *c, struct step s, const struct answer *a)
{
    if (strstr(a->reply.type, "patch")) {
        json_t *patch = parse(a->text, a->len);
        assert_int_equal(s.i + 1, s.j);
        apply(&c->held, 0, a->reply.type, patch);
        json_decref(patch);
        c->patches++;
    } else {
        document_free(&c->held);
        c->held = document_of(a->reply.type, a->text, a->len);
        c->wholes++;
    }
    c->has = s.j;
}

/* Fetches an edge; false: it is not there yet, or not any more. */
static bool fetch(struct tips_client *c, struct step s)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/ug/%" PRIu64 "/%" PRIu64, c->view, s.i, s.j);
    struct answer a = fixture_get(c->fixture, path);
    int status = a.reply.status;
    if (status == 200)
        take(c, s, &a);
    if (status == 0) {
        c->parking = a.reply.parking;
        c->woken = false;
        c->parking.open(c->parking.self, &c->woken);
    }
    assert_true(status == 200 || status == 0 || status == 410);
    answer_free(&a);
    return status == 200 || (status == 410 && (c->has = 0, c->gone++, true));
}

/* RFC 9569 section 7.4: where to go on. */
static struct step ask_next(struct tips_client *c)
{
    char path[160], body[400];
    const char *tag = tag_of(&c->held);
    snprintf(path, sizeof(path), "%s/ug", c->view);
    int n = snprintf(body, sizeof(body), "{\"resource-id\":\"%s\"%s%s%s}", c->what->resource,
                     tag ? ",\"tag\":\"" : "", tag ? tag : "", tag ? "\"" : "");
    struct answer a =
        fixture_request(c->fixture, (struct request){.method = "POST",
                                                     .path = path,
                                                     .content_type = MEDIA_TIPS_PARAMS,
                                                     .body = body,
                                                     .len = (size_t)n});
    json_t *root = answer_json(&a, 200);
    struct step s = recommended(root);
    json_decref(root);
    answer_free(&a);
    return s;
}

void tips_client_open(struct tips_client *c, struct fixture *f, const struct followed *what,
                      const char *tag)
{
    struct buf body = {0};
    *c = (struct tips_client){.fixture = f, .what = what};
    buf_printf(&body, "{\"resource-id\":\"%s\"", what->resource);
    if (what->input)
        buf_printf(&body, ",\"input\":%s", what->input);
    if (tag)
        buf_printf(&body, ",\"tag\":\"%s\"", tag);
    buf_char(&body, '}');
    struct answer a = fixture_post(f, "/tips", buf_cstr(&body));
    json_t *root = answer_json(&a, 200);
    const char *uri = json_string_value(json_object_get(root, "tips-view-uri"));
    assert_non_null(uri);
    assert_int_equal(strncmp(uri, "http://alto.example.net:8080/tips/view/", 39), 0);
    snprintf(c->view, sizeof(c->view), "%s", strstr(uri, "/tips/"));
    struct step s = recommended(root);
    json_decref(root);
    answer_free(&a);
    buf_free(&body);
    assert_true(s.i == 0 || tag);
    if (s.i == 0)
        assert_true(fetch(c, s));
}

void tips_client_read(struct tips_client *c)
{
    if (c->parking.close) {
        if (!c->woken)
            return;
        c->parking.close(c->parking.self);
        c->parking = (struct parking){0};
    }
    struct step s = {c->has, c->has + 1};
    if (c->has == 0)
        s = ask_next(c);
    while (fetch(c, s)) {
        s = (struct step){c->has, c->has + 1};
        if (c->has == 0)
            s = ask_next(c);
    }
}

/* Has whole version k; false: it is told by edges alone. */
static bool begin_with(struct tips_client *c, uint64_t k)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/ug/0/%" PRIu64, c->view, k);
    struct answer a = fixture_get(c->fixture, path);
    bool there = a.reply.status == 200;
    assert_true(there || a.reply.status == 404);
    if (there)
        take(c, (struct step){0, k}, &a);
    answer_free(&a);
    return there;
}

void tips_client_jump(struct tips_client *c, unsigned random)
{
    char path[160], body[200];
    if (c->parking.close)
        return;
    snprintf(path, sizeof(path), "%s/ug", c->view);
    int n = snprintf(body, sizeof(body), "{\"resource-id\":\"%s\"}", c->what->resource);
    struct answer a =
        fixture_request(c->fixture, (struct request){.method = "POST",
                                                     .path = path,
                                                     .content_type = MEDIA_TIPS_PARAMS,
                                                     .body = body,
                                                     .len = (size_t)n});
    json_t *root = answer_json(&a, 200);
    const json_t *summary = json_at(root, "tips-view-summary/updates-graph-summary");
    uint64_t start = (uint64_t)json_integer_value(json_object_get(summary, "start-seq"));
    uint64_t end = (uint64_t)json_integer_value(json_object_get(summary, "end-seq"));
    json_decref(root);
    answer_free(&a);
    if (!begin_with(c, start + random % (end - start + 1)))
        assert_true(begin_with(c, start));
    while (c->has < end) {
        uint64_t before = c->has;
        assert_true(fetch(c, (struct step){before, before + 1}));
        assert_int_equal(c->has, before + 1);
    }
}

void tips_client_close(struct tips_client *c)
{
    if (c->parking.close)
        c->parking.close(c->parking.self);
    document_free(&c->held);
    *c = (struct tips_client){0};
}
