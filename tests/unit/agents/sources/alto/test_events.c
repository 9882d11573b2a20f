/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/events.h"

#include <stdio.h>
#include <string.h>

#include "unit/cmocka_all.h"

/* Writes events down as "TYPE|DATA;". */
static int note(void *payload, struct slice type, struct slice data, struct err *e)
{
    struct buf *out = payload;

    assert_int_equal(type.p[type.n], 0);
    assert_int_equal(data.p[data.n], 0);
    if (slice_eq(data, "stop"))
        return err_set(e, ERR_CONFLICT, "stopped");
    buf_add(out, type.p, type.n);
    buf_char(out, '|');
    buf_add(out, data.p, data.n);
    buf_char(out, ';');
    return 0;
}

/* Reads a text in pieces of that many bytes; 0 or the code. */
static int read_in(const char *text, size_t piece, size_t max, struct buf *out, struct err *e)
{
    struct events v = {.max = max, .take = note, .payload = out};
    size_t n = strlen(text);
    int rc = 0;

    buf_reset(out);
    for (size_t at = 0; at < n && rc == 0; at += piece)
        rc = events_feed(&v, text + at, n - at < piece ? n - at : piece, e);
    events_free(&v);
    return rc;
}

static void test_events(void **state)
{
    static const struct {
        const char *text, *want;
    } all[] = {
        {"", ""},
        {"data: a\n\n", "|a;"},
        {"event: t\ndata: a\n\n", "t|a;"},
        {"data: a\nevent: t\n\n", "t|a;"},
        {"data:a\n\ndata:  b\n\n", "|a;| b;"},      /* one space is taken away */
        {"data: a\ndata: b\ndata\n\n", "|a\nb\n;"}, /* lines are joined */
        {"event: t\r\ndata: a\r\n\r\n", "t|a;"},
        {"event: t\rdata: a\r\r", "t|a;"},
        {"data: a\r\n\ndata: b\n\r\n", "|a;|b;"},
        {": a comment\n:\n\ndata: a\n\n", "|a;"},
        {"\xef\xbb\xbf"
         "data: a\n\n",
         "|a;"},
        {"\xef\xbb\xbf\xef\xbb\xbf"
         "data: a\n\n",
         ""}, /* one mark only */
        {"data: a\n\n\xef\xbb\xbf"
         "data: b\n\n",
         "|a;"},
        {"event: t\n\ndata: a\n\n", "|a;"}, /* no data, no event; the type is gone */
        {"data:\n\n", "|;"},
        {"event: t\nevent: u\ndata: {\"x\":1}\n\n", "u|{\"x\":1};"},
        {"id: 7\nretry: 10\ndatum: x\ndata x\nDATA: x\n\n", ""},
        {"data: a\n\n\n\n\ndata: b", "|a;"}, /* not complete */
        {"data: a\n\ndata: b\n", "|a;"},
    };
    struct buf out = {0};
    struct err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            assert_int_equal(read_in(all[i].text, piece, 100, &out, &e), 0);
            assert_string_equal(buf_cstr(&out), all[i].want);
        }
    }
    buf_free(&out);
}

static void test_limits(void **state)
{
    static const struct {
        const char *text;
        int code;
    } all[] = {
        {"data: 0123456789\n\n", 0},                        /* 16 bytes */
        {"data: 01234567890\n\n", ERR_LIMIT},               /* 17 of them */
        {"data:\ndata:\ndata:\ndata:\ndata: 01234\n\n", 0}, /* 4 + 11 */
        {"data: 01234567\ndata: 01234\n\n", ERR_LIMIT},     /* 8 + 11 */
        {"data: 01234567\n\ndata: 01234\n\n", 0},           /* of one event */
        {": 0123456789012345", ERR_LIMIT},
        {"data: stop\n\ndata: a\n\n", ERR_CONFLICT},
    };
    char type[EVENTS_MAX_TYPE + 20] = "event:";
    struct buf out = {0};
    struct err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        for (size_t piece = 1; piece < 40; piece++)
            assert_int_equal(read_in(all[i].text, piece, 16, &out, &e), all[i].code);
    }
    assert_int_equal(out.len, 0);
    memset(type + 6, 'x', EVENTS_MAX_TYPE + 1);
    strcat(type, "\n");
    assert_int_equal(read_in(type, 1000, 1000, &out, &e), ERR_LIMIT);
    type[6 + EVENTS_MAX_TYPE] = '\n';
    assert_int_equal(read_in(type, 1000, 1000, &out, &e), 0);
    buf_free(&out);
}

static void test_types(void **state)
{
    static const struct {
        const char *type, *media, *id; /* media NULL: refused */
    } all[] = {
        {"application/alto-networkmap+json,1", "application/alto-networkmap+json", "1"},
        {"application/merge-patch+json , net ", "application/merge-patch+json", "net"},
        {"application/alto-updatestreamcontrol+json",
         "application/alto-updatestreamcontrol+json", ""},
        {"multipart/related;boundary=a;type=application/x,3.costs@h",
         "multipart/related;boundary=a;type=application/x", "3.costs@h"},
        {"a/b;c=\"d,e\",1", "a/b;c=\"d,e\"", "1"},
        {"", NULL, NULL},
        {"message", NULL, NULL},
        {",1", NULL, NULL},
        {"a/b,", NULL, NULL},
        {"a/b, ", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        char room[EVENTS_MAX_TYPE + 1];
        struct event_type t;
        struct err e = {0};
        int rc = event_type(slice_of(all[i].type), room, &t, &e);

        assert_int_equal(rc, all[i].media != NULL ? 0 : ERR_SCHEMA);
        if (rc != 0)
            continue;
        assert_string_equal(t.media, all[i].media);
        assert_true(slice_eq(t.id, all[i].id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
