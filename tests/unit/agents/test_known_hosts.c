/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/known_hosts.h"

#include "unit/cmocka_all.h"

/* "key one!" and "key two?" in base64 */
#define ONE "a2V5IG9uZSE="
#define TWO "a2V5IHR3bz8="

static bool has(const char *text, const char *host, unsigned port, const char *key)
{
    return known_hosts_has(slice_of(text), host, port, slice_of(key));
}

static void test_found(void **state)
{
    (void)state;
    assert_true(has("git.example ssh-ed25519 " ONE "\n", "git.example", 22, "key one!"));
    assert_true(
        has("# c\n\n other,GIT.example ssh-rsa " ONE " note", "git.example", 22, "key one!"));
    assert_true(has("[git.example]:2222 ssh-rsa " ONE, "git.example", 2222, "key one!"));
    assert_true(
        has("git.example a " TWO "\ngit.example b " ONE, "git.example", 22, "key one!"));
}

static void test_not_found(void **state)
{
    (void)state;
    assert_false(has("", "git.example", 22, "key one!"));
    assert_false(has("git.example ssh-rsa " TWO, "git.example", 22, "key one!"));
    assert_false(has("git.example ssh-rsa " ONE, "git.example", 2222, "key one!"));
    assert_false(has("git.example.org ssh-rsa " ONE, "git.example", 22, "key one!"));
    assert_false(has("*.example ssh-rsa " ONE, "git.example", 22, "key one!"));
    assert_false(has("git.example ssh-rsa", "git.example", 22, "key one!"));
    assert_false(has("git.example ssh-rsa a2V5", "git.example", 22, "key one!"));
    assert_false(has("git.example ssh-rsa " ONE "AAAA", "git.example", 22, "key one!"));
    assert_false(has("git.example ssh-rsa a2V*IG9uZSE=", "git.example", 22, "key one!"));
    assert_false(has("git.example ssh-rsa ====", "git.example", 22, ""));
    assert_false(has("@cert-authority git.example a " ONE, "git.example", 22, "key one!"));
}

static void test_revoked(void **state)
{
    (void)state;
    assert_false(has("@revoked * ssh-rsa " ONE "\ngit.example ssh-rsa " ONE, "git.example", 22,
                     "key one!"));
    assert_false(has("git.example ssh-rsa " ONE "\n@revoked x ssh-rsa " ONE, "git.example", 22,
                     "key one!"));
    assert_true(has("git.example ssh-rsa " ONE "\n@revoked x ssh-rsa " TWO, "git.example", 22,
                    "key one!"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_revoked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
