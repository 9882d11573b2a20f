/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/known_hosts.h"

#include <stdio.h>

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

/* As ssh-keygen -H writes them; the salt is 1, 2, ... 20. */
#define SALT   "AQIDBAUGBwgJCgsMDQ4PEBESExQ="
#define HASHED "|1|" SALT "|uT6NNPtVgr1Yw1Qy/D7FudJlCLE="
#define AT2222 "|1|" SALT "|dmZzYqpHqYJxwkGKaPvuwxiXkCk="

static void test_hashed(void **state)
{
    (void)state;
    assert_true(has(HASHED " ssh-rsa " ONE, "git.example", 22, "key one!"));
    assert_true(has(HASHED " ssh-rsa " ONE, "GIT.example", 22, "key one!"));
    assert_true(has(AT2222 " ssh-rsa " ONE, "git.example", 2222, "key one!"));
    assert_false(has(AT2222 " ssh-rsa " ONE, "git.example", 22, "key one!"));
    assert_false(has(HASHED " ssh-rsa " ONE, "git.example.org", 22, "key one!"));
    assert_false(has(HASHED " ssh-rsa " TWO, "git.example", 22, "key one!"));
    assert_false(has("@revoked " HASHED " ssh-rsa " ONE "\n" HASHED " ssh-rsa " ONE,
                     "git.example", 22, "key one!"));
}

static void test_hashed_wrong(void **state)
{
    static const char *const names[] = {
        "|",
        "|1",
        "|1|",
        "|1||",
        "|1|" SALT,
        "|1|" SALT "|",
        "|2|" SALT "|uT6NNPtVgr1Yw1Qy/D7FudJlCLE=",
        "|1|AQID|uT6NNPtVgr1Yw1Qy/D7FudJlCLE=",
        "|1|" SALT "AQID|uT6NNPtVgr1Yw1Qy/D7FudJlCLE=",
        "|1|AQIDBAUGBwgJCgsMDQ4PEBESEx*=|uT6NNPtVgr1Yw1Qy/D7FudJlCLE="};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char line[200];

        snprintf(line, sizeof(line), "%s ssh-rsa " ONE, names[i]);
        assert_false(has(line, "git.example", 22, "key one!"));
    }
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
        cmocka_unit_test(test_found),   cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_hashed),  cmocka_unit_test(test_hashed_wrong),
        cmocka_unit_test(test_revoked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
