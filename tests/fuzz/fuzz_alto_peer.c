/* SPDX-License-Identifier: Apache-2.0 */
/* What another ALTO server sends: 'd' and a directory, 'u' and a reference, 'e' and how many
 * bytes at a time, with the bytes of an update stream; 't' and what is said of a TIPS view;
 * anything else and the body of path vectors. */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "agents/sources/alto/events.h"
#include "agents/sources/alto/ird.h"
#include "agents/sources/alto/parts.h"
#include "agents/sources/alto/summary.h"

#define BASE "https://alto.example:8443/a/b/directory?x=1"
#define TYPE "multipart/related;boundary=b;type=application/alto-costmap+json"

static void ignore(void *payload, const char *where, const char *reason)
{
    (void)payload;
    assert(where != NULL && reason != NULL);
}

static void check_directory(struct slice text, struct arena *a)
{
    struct ird d = {.remark = ignore};
    struct err e = {0};

    d.end = &d.first;
    if (ird_read(&d, text, BASE, a, &e) != 0)
        return;
    for (const struct ird_resource *r = d.first; r != NULL; r = r->next) {
        assert(strncasecmp(r->uri, "https://", 8) == 0);
        ird_has_cost(r, "array", "ane-path");
    }
}

static void check_parts(struct slice body, struct arena *a)
{
    struct buf out = {0};
    struct err e = {0};

    if (parts_join(body, TYPE, a, &out, &e) == 0)
        assert(out.data[0] == '{' && out.data[out.len - 1] == '}');
    buf_free(&out);
}

#define MAX_EVENT 300

static int take_event(void *payload, struct slice type, struct slice data, struct err *e)
{
    char room[EVENTS_MAX_TYPE + 1];
    struct event_type t;
    struct buf *said = payload;

    assert(type.p[type.n] == '\0' && data.p[data.n] == '\0');
    assert(data.n <= MAX_EVENT + 1 && memchr(data.p, '\r', data.n) == NULL);
    buf_add(said, data.p, data.n + 1);
    if (event_type(type, room, &t, e) == 0)
        assert(strlen(t.media) + t.id.n <= type.n);
    return 0;
}

/* Whatever the pieces are, the events are the same. */
static void check_events(struct slice text)
{
    size_t piece = text.n > 0 ? (unsigned char)text.p[0] + 1 : 1;
    struct buf said[2] = {{0}};
    int rc[2] = {0};

    for (size_t k = 0; k < 2 && text.n > 0; k++, piece = text.n) {
        struct events v = {.max = MAX_EVENT, .take = take_event, .payload = &said[k]};
        struct err e = {0};

        for (size_t at = 1; at < text.n && rc[k] == 0; at += piece)
            rc[k] = events_feed(&v, text.p + at, text.n - at < piece ? text.n - at : piece, &e);
        events_free(&v);
    }
    assert(rc[0] == rc[1] && said[0].len == said[1].len);
    assert(memcmp(buf_cstr(&said[0]), buf_cstr(&said[1]), said[0].len) == 0);
    buf_free(&said[0]);
    buf_free(&said[1]);
}

/* What is taken is an edge that such a view can have, at an address that may be asked. */
static void check_summary(struct slice text, struct arena *a)
{
    struct summary s;
    struct err e = {0};

    if (summary_read(text, BASE, a, &s, &e) != 0) {
        assert(e.msg[0] != '\0');
        return;
    }
    assert(strncasecmp(s.uri, "https://", 8) == 0 && strpbrk(s.uri, " ?#\r\n") == NULL);
    assert(s.start >= 1 && s.start <= s.end && s.end <= SUMMARY_MAX_SEQ);
    assert(s.i < s.j && s.j <= s.end + 1 && (s.i == 0 || s.i >= s.start));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(1 << 26);
    struct slice text = {(const char *)data + 1, size - 1};

    if (size > 0 && a != NULL) {
        char *reference = arena_strndup(a, text.p, text.n);

        if (data[0] == 'd')
            check_directory(text, a);
        else if (data[0] == 'e')
            check_events(text);
        else if (data[0] == 't')
            check_summary(text, a);
        else if (data[0] == 'u' && reference != NULL)
            ird_resolve(BASE, reference, a);
        else
            check_parts(text, a);
    }
    arena_free(&a);
    return 0;
}
