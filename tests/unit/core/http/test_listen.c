/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

static int send_buffer(int fd)
{
    int size = 0;
    socklen_t n = sizeof(size);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &n), 0);
    return size;
}

/* What the kernel does for who is far away is left to it. */
static void only_near_clients_get_small_buffers(void **state)
{
    static const struct {
        const char *client;
        bool near;
    } cases[] = {
        {"127.0.0.1", true},  {"127.200.0.9", true}, {"::1", true},  {"::ffff:127.0.0.1", true},
        {"192.0.2.1", false}, {"128.0.0.1", false},  {"::2", false}, {"2001:db8::1", false}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct addr client;
        int fd = socket(AF_INET, SOCK_STREAM, 0), large = 1 << 20;
        assert_true(fd >= 0 && addr_parse(slice_of(cases[i].client), &client));
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large)), 0);
        int before = send_buffer(fd);
        listen_keep_near(fd, &client);
        if (cases[i].near)
            assert_true(send_buffer(fd) < before);
        else
            assert_int_equal(send_buffer(fd), before);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_near_clients_get_small_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
