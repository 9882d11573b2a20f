/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/events.h"

#include <string.h>

#define MARK "\xef\xbb\xbf" /* U+FEFF */

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for an event");
}

/* An empty line: what was said is an event, if it has data. */
static int dispatch(struct events *v, struct err *e)
{
    struct slice type = {buf_cstr(&v->type), v->type.len};
    struct slice data = {buf_cstr(&v->data), v->data.len};
    int rc = v->has_data ? v->take(v->payload, type, data, e) : 0;

    buf_reset(&v->type);
    buf_reset(&v->data);
    v->has_data = false;
    return rc < 0 ? rc : 0;
}

/* One field; others than these two, and comments, say nothing of events here. */
static int field(struct events *v, struct slice name, struct slice value, struct err *e)
{
    if (slice_eq(name, "event")) {
        if (value.n > EVENTS_MAX_TYPE)
            return err_set(e, ERR_LIMIT, "an event type of more than %d bytes",
                           EVENTS_MAX_TYPE);
        buf_reset(&v->type);
        buf_add(&v->type, value.p, value.n);
    } else if (slice_eq(name, "data")) {
        if (v->has_data)
            buf_char(&v->data, '\n');
        buf_add(&v->data, value.p, value.n);
        v->has_data = true;
    }
    return v->type.failed || v->data.failed ? no_memory(e) : 0;
}

static int end_line(struct events *v, struct err *e)
{
    struct slice line = {buf_cstr(&v->line), v->line.len}, value = {"", 0};
    const char *colon;
    int rc;

    if (!v->begun && slice_starts(line, MARK))
        line = (struct slice){line.p + 3, line.n - 3};
    v->begun = true;
    colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;
    if (line.n == 0) {
        rc = dispatch(v, e);
    } else if (colon == NULL) {
        rc = field(v, line, value, e);
    } else {
        value = (struct slice){colon + 1, line.n - (size_t)(colon + 1 - line.p)};
        if (value.n > 0 && value.p[0] == ' ')
            value = (struct slice){value.p + 1, value.n - 1};
        rc = field(v, (struct slice){line.p, (size_t)(colon - line.p)}, value, e);
    }
    buf_reset(&v->line);
    return rc;
}

static int add(struct events *v, const char *p, size_t n, struct err *e)
{
    if (n > v->max || v->line.len + v->data.len > v->max - n)
        return err_set(e, ERR_LIMIT, "an event of more than %zu bytes", v->max);
    buf_add(&v->line, p, n);
    return v->line.failed ? no_memory(e) : 0;
}

int events_feed(struct events *v, const char *p, size_t n, struct err *e)
{
    const char *end = p + n;
    int rc = 0;

    while (p < end && rc == 0) {
        const char *at = p;

        if (v->after_cr && *p == '\n') {
            v->after_cr = false;
            p++;
            continue;
        }
        while (at < end && *at != '\n' && *at != '\r')
            at++;
        rc = add(v, p, (size_t)(at - p), e);
        v->after_cr = at < end && *at == '\r';
        if (rc == 0 && at < end)
            rc = end_line(v, e);
        p = at < end ? at + 1 : end;
    }
    return rc;
}

void events_free(struct events *v)
{
    buf_free(&v->line);
    buf_free(&v->type);
    buf_free(&v->data);
}

int event_type(struct slice type, char *room, struct event_type *out, struct err *e)
{
    const char *comma = type.n > 0 ? memrchr(type.p, ',', type.n) : NULL;
    struct slice media = {type.p, comma != NULL ? (size_t)(comma - type.p) : type.n};

    /* Media types may have commas in quoted parameters; data-ids have none. */
    out->id = (struct slice){"", 0};
    if (comma != NULL)
        out->id = slice_trim((struct slice){comma + 1, type.n - media.n - 1});
    media = slice_trim(media);
    if (type.n > EVENTS_MAX_TYPE || media.n == 0 || memchr(media.p, '/', media.n) == NULL ||
        memchr(type.p, '\0', type.n) != NULL || (comma != NULL && out->id.n == 0))
        return err_set(e, ERR_SCHEMA, "an event whose type is not a media type and an id");
    memcpy(room, media.p, media.n);
    room[media.n] = '\0';
    out->media = room;
    return 0;
}
