/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/client/fake_dns.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

#define HEADER 12 /* bytes */

static size_t put_string(unsigned char *p, const char *s)
{
    p[0] = (unsigned char)strlen(s);
    memcpy(p + 1, s, p[0]);
    return p[0] + 1u;
}

static bool begins_with(const unsigned char *name, const char *label)
{
    return label && name[0] == strlen(label) && memcmp(name + 1, label, name[0]) == 0;
}

/* Behind header and question as they came: the record. The new length. */
static size_t put_record(unsigned char *p, size_t end)
{
    static const unsigned char fixed[] = {0xc0, HEADER, 0, 35, 0, 1, 0, 0, 14, 16};
    unsigned char *length = p + end + sizeof(fixed), *r = length + 2;

    memcpy(p + end, fixed, sizeof(fixed));
    memcpy(r, "\0\144\0\012", 4); /* order 100, preference 10 */
    r += 4;
    r += put_string(r, "u");
    r += put_string(r, "ALTO:https");
    r += put_string(r, "!.*!https://alto.example.net/directory!");
    *r++ = 0; /* the root as replacement */
    length[0] = 0;
    length[1] = (unsigned char)(r - length - 2);
    return (size_t)(r - p);
}

static void *serve(void *payload)
{
    struct fake_dns *s = payload;
    unsigned char p[1024];
    bool good = false;

    while (!good) {
        struct sockaddr_in from;
        socklen_t len = sizeof(from);
        ssize_t n = recvfrom(s->fd, p, 512, 0, (struct sockaddr *)&from, &len);
        size_t end = HEADER;

        if (n < HEADER + 5)
            break;
        while (p[end] != 0)
            end += p[end] + 1u;
        end += 5; /* root, type, class */
        good = !begins_with(p + HEADER, s->fails);
        p[2] = 0x81, p[3] = good ? 0x80 : 0x82; /* recursion; SERVFAIL */
        p[6] = 0, p[7] = good;
        memset(p + 8, 0, 4); /* no authority, nothing additional */
        end = good ? put_record(p, end) : end;
        sendto(s->fd, p, end, 0, (struct sockaddr *)&from, len);
    }
    return NULL;
}

void fake_dns_start(struct fake_dns *s, const char *fails)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);

    s->fails = fails;
    s->fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

void fake_dns_stop(struct fake_dns *s)
{
    pthread_join(s->thread, NULL);
    close(s->fd);
}
