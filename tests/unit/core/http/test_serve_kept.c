/* SPDX-License-Identifier: Apache-2.0 */
/* Streams, and replies that are waited for. */
#include "unit/core/http/site.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

/* Both ways of answering: by the serving thread, and by a worker. */
static void test_kept_connections(void **state)
{
    static const char *const paths[] = {"/wait", "/slow/wait", "/stream", "/slow/stream"};
    struct serve_limits l;
    struct site s;
    char request[64];
    (void)state;
    serve_defaults(&l);
    for (size_t i = 0; i < 4; i++) {
        site_start(&s, &l);
        snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" CLOSE "\r\n", paths[i]);
        int fd = site_dial(&s);
        site_say(fd, request);
        site_wait_for(&s, &s.opened, 1);
        site_wake(&s, 3); /* two pieces, and the end */
        const char *r = site_hear(fd);
        assert_true(site_begins(r, "HTTP/1.1 200"));
        if (i < 2)
            assert_non_null(strstr(r, paths[i]));
        else
            assert_non_null(strstr(r, "5\r\npiece\r\n5\r\npiece\r\n0\r\n"));
        serve_stop(&s.http, 1000000);
        assert_int_equal(s.closed, 1);
        assert_int_equal(s.done, 1);
    }
}

/* Pieces that fill the library's buffer, then the connection sleeps: nothing stays behind. */
static void test_full_pieces(void **state)
{
    struct serve_limits l;
    struct site s;
    char byte;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    s.full = true;
    int fd = site_dial(&s);
    site_say(fd, "GET /stream HTTP/1.1\r\n" CLOSE "\r\n");
    site_wait_for(&s, &s.opened, 1);
    site_wake(&s, 4); /* three, and the end */
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    const char *body = strstr(site_hear(fd), "\r\n\r\n");
    size_t n = 0;
    assert_non_null(body);
    for (body += 4; *body; body++) /* lengths of chunks are in hex, too */
        n += *body == 'f' && (body[1] == 'f' || body[-1] == 'f');
    serve_stop(&s.http, 1000000);
    assert_true(s.sent > 1000 && n >= s.sent && n < s.sent + 20);
}

/* A client that leaves while it waits is noticed, and a server that stops does not wait. */
static void test_kept_connections_end(void **state)
{
    struct serve_limits l;
    struct site s;
    (void)state;
    serve_defaults(&l);
    site_start(&s, &l);
    int fd = site_dial(&s);
    site_say(fd, "GET /wait HTTP/1.1\r\n" CLOSE "\r\n");
    site_wait_for(&s, &s.opened, 1);
    assert_int_equal(serve_counts(s.http).kept, 1);
    close(fd);
    site_wait_for(&s, &s.closed, 1);
    int waits = site_dial(&s), streams = site_dial(&s);
    site_say(waits, "GET /wait HTTP/1.1\r\n" CLOSE "\r\n");
    site_wait_for(&s, &s.opened, 2);
    site_say(streams, "GET /stream HTTP/1.1\r\n" CLOSE "\r\n");
    site_wait_for(&s, &s.opened, 3);
    serve_stop(&s.http, 1000000);
    assert_int_equal(s.closed, 3);
    assert_true(site_begins(site_hear(waits), "HTTP/1.1 503"));
    assert_true(site_begins(site_hear(streams), "HTTP/1.1 200"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_connections),
        cmocka_unit_test(test_full_pieces),
        cmocka_unit_test(test_kept_connections_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
