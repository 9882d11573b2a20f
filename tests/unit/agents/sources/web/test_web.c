/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/web/web.h"

#include <string.h>

#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

/* What stands before the host, and behind it, may hold names and keys. */
static void test_server(void **state)
{
    static const struct {
        const char *url, *server;
    } cases[] = {
        {"http://example.net", "http://example.net"},
        {"https://example.net:8443/a?k=secret#x", "https://example.net:8443"},
        {"https://user:secret@example.net/a", "https://example.net"},
        {"https://user@[2001:db8::1]:8443?a", "https://[2001:db8::1]:8443"},
        {"https://example.net/user@host", "https://example.net"},
        {"example.net", ""},
    };
    struct arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(web_server(cases[i].url, a), cases[i].server);
    arena_free(&a);
}

static void test_same_server(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"http://example.net/a", "http://example.net/b?c", true},
        {"http://example.net/a", "http://user:key@example.net/b", true},
        {"http://example.net/a", "HTTP://Example.NET/b", true},
        {"http://user@example.net/a", "https://user@example.net/a", false},
        {"http://example.net/a", "http://example.net:8080/a", false},
        {"http://example.net/a", "http://example.net.example.org/a", false},
        {"http://example.net@example.org/a", "http://example.net/a", false},
        {"example.net", "example.net", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_int_equal(web_same_server(cases[i].a, cases[i].b), cases[i].same);
        assert_int_equal(web_same_server(cases[i].b, cases[i].a), cases[i].same);
    }
}

static void test_secrets(void **state)
{
    static const struct {
        const char *text, *first, *only; /* what is read of it; NULL: refused */
    } cases[] = {
        {"secret", "secret", "secret"},
        {" secret \r\n\n", "secret", "secret"},
        {"secret\nmore\n", "secret", NULL},
        {"\nsecret\n", NULL, NULL},
        {"", NULL, NULL},
        {"sec\001ret\n", NULL, NULL},
    };
    char *folder = rig_folder();
    struct arena *a = arena_new(0);
    char *path = arena_printf(a, "%s/secret", folder);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *first = NULL, *only = NULL;
        struct err e = {0};

        rig_write(folder, "secret", cases[i].text, 1);
        assert_int_equal(web_secret(path, a, &first, &e) == 0, cases[i].first != NULL);
        assert_int_equal(web_token(path, a, &only, &e) == 0, cases[i].only != NULL);
        if (cases[i].first != NULL)
            assert_string_equal(first, cases[i].first);
        if (cases[i].only != NULL)
            assert_string_equal(only, cases[i].only);
    }
    arena_free(&a);
    rig_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_same_server),
        cmocka_unit_test(test_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
