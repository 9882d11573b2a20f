/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/auth.h"
#include "server/settings_calendars.h"
#include "unit/cmocka_all.h"

static int parse(const char *text, struct settings **out, struct err *e)
{
    return settings_parse("t.yaml", text, strlen(text), out, e);
}

static struct addr addr(const char *text)
{
    struct addr a;
    assert_true(addr_parse(slice_of(text), &a));
    return a;
}

static void test_defaults(void **state)
{
    struct settings *s;
    struct err e = {0};
    (void)state;
    assert_int_equal(parse("stores: [a.db]\n", &s, &e), 0);
    assert_string_equal(s->host, "127.0.0.1");
    assert_int_equal(s->port, 8080);
    assert_string_equal(s->name, "rialto");
    assert_int_equal(s->max_body, 1 << 20);
    assert_int_equal(s->wire.depth, 32);
    assert_int_equal(s->pairs, 1000000);
    assert_int_equal(s->n_classes, 1);
    assert_int_equal(s->stale_after, 86400000000);
    settings_release(&s);
    assert_null(s);
}

static void test_listen(void **state)
{
    static const char *const bad[] = {"",          "80",           "localhost:80",  "1.2.3.4",
                                      "::1:80",    "[1.2.3.4]:80", "1.2.3.4:65536", "[::1]",
                                      "1.2.3.4:x", ":80"};
    struct settings *s;
    struct err e = {0};
    (void)state;
    assert_int_equal(parse("stores: [a.db]\nlisten: \"[::1]:0\"\n", &s, &e), 0);
    assert_string_equal(s->host, "::1");
    assert_int_equal(s->port, 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_true(settings_listen(s, bad[i], &e) < 0);
    settings_release(&s);
}

static void test_calendars(void **state)
{
    static const struct {
        const char *text;
        unsigned n;
        unsigned days, least;
        bool tput, like_first; /* has calendars; the same as the first */
    } cases[] = {
        {"", 24, 28, 3, true, true},
        {"calendars: {}\n", 24, 28, 3, true, true},
        {"calendars: {period: week}\n", 168, 28, 3, true, false},
        {"calendars: {interval: 15m}\n", 96, 28, 3, true, false},
        {"calendars: {interval: 1d, period: week, days: 9, least: 9}\n", 7, 9, 9, true, false},
        {"calendars: {metrics: []}\n", 24, 28, 3, false, false},
        {"calendars: {metrics: [tput]}\n", 24, 28, 3, true, false},
        {"calendars: {metrics: lossrate, current: 2h}\n", 24, 28, 3, false, false},
    };
    struct settings *first;
    struct err e = {0};
    (void)state;
    assert_int_equal(parse("stores: [a]\n", &first, &e), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[256];
        struct settings *s;
        snprintf(text, sizeof(text), "stores: [a]\n%s", cases[i].text);
        assert_int_equal(parse(text, &s, &e), 0);
        const struct history_rules *r = &s->calendars;
        assert_int_equal(r->calendar.n, cases[i].n);
        assert_int_equal(r->days, cases[i].days);
        assert_int_equal(r->least, cases[i].least);
        assert_true(history_wants(r, "tput") == cases[i].tput);
        assert_true(history_wants(r, "tput:mean") == cases[i].tput);
        assert_true(calendars_equal(r, &first->calendars) == cases[i].like_first);
        assert_true(calendars_equal(r, r));
        settings_release(&s);
    }
    settings_release(&first);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"listen: 127.0.0.1:80\n", "stores"},
        {"stores: [a]\nname: \"a.b\"\n", "t.yaml:2"},
        {"stores: [a]\nname: much-too-long-for-resource-ids\n", "name"},
        {"stores: [a]\nlisten: here:80\n", "t.yaml:2"},
        {"stores: [a]\npublic_url: ftp://x\n", "public_url"},
        {"stores: [a]\nclients: [{name: x}]\n", "matches nobody"},
        {"stores: [a]\nclients: [{name: x, networks: [10.0.0.1/8]}]\n", "10.0.0.1/8"},
        {"stores: [a]\nclients: [{name: x, networks: [\"::/0\"], grants: [all]}]\n", "grants"},
        {"stores: [a]\nlimits: {bodies: 1M}\n", "bodies"},
        {"stores: [a]\nscitags: /nonexistent\n", "t.yaml:2:10: scitags: /nonexistent"},
        {"stores: [a]\nclients: [{name: x, networks: [\"::/0\"], domains: [a]}]\n",
         "domains: says nothing without the grant resource-specification"},
        {"stores: [a]\ncalendars: {interval: 7h}\n", "t.yaml:2:23"},
        {"stores: [a]\ncalendars: {interval: 1m}\n", "interval"},
        {"stores: [a]\ncalendars: {days: 4, least: 5}\n", "least"},
        {"stores: [a]\ncalendars: {days: 367}\n", "days"},
        {"stores: [a]\ncalendars: {metrics: [jitter]}\n", "calendars.metrics"},
        {"stores: [a]\ncalendars: {period: month}\n", "calendars.period"},
        {"stores: [a]\nclients: [{name: x, digest: {user: u, password_file: /nonexistent}}]\n",
         "/nonexistent"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct settings *s;
        struct err e = {0};
        assert_true(parse(cases[i].text, &s, &e) < 0);
        assert_null(s);
        if (!strstr(e.msg, cases[i].says))
            fail_msg("'%s' does not say '%s'", e.msg, cases[i].says);
    }
}

/* --- who is who --- */

static enum auth_result knows(void *self, const char *user, const char *password)
{
    assert_string_equal(user, "fts");
    assert_string_equal(password, "secret");
    return *(enum auth_result *)self;
}

static struct settings *with_digest(char *file, size_t size)
{
    char text[512];
    struct settings *s;
    struct err e = {0};
    const char *dir = getenv("TMPDIR");
    snprintf(file, size, "%s/rialto-secret-XXXXXX", dir ? dir : "/tmp");
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "secret\nmore\n", 12), 12);
    close(fd);
    snprintf(text, sizeof(text),
             "stores: [a]\nclients:\n"
             "  - {name: near, networks: [10.0.0.0/8], grants: [operator-api]}\n"
             "  - {name: fts, digest: {user: fts, password_file: %s}, grants: [path-vector]}\n"
             "  - {name: rest, networks: [192.0.2.0/24]}\n",
             file);
    int rc = parse(text, &s, &e);
    if (rc < 0)
        print_message("%s\n", e.msg);
    assert_int_equal(rc, 0);
    return s;
}

static void identify(const struct settings *s, const struct addr *client, const char *user,
                     enum auth_result *r, struct caller *out)
{
    struct credentials c = {user, knows, r};
    auth_identify(s, client, &c, out);
}

static void test_classes(void **state)
{
    char file[256];
    struct settings *s = with_digest(file, sizeof(file));
    struct caller c;
    enum auth_result r = AUTH_OK;
    struct addr near = addr("10.1.2.3"), far = addr("2001:db8::1"), rest = addr("192.0.2.9");
    (void)state;
    identify(s, &near, NULL, &r, &c);
    assert_string_equal(c.class->name, "near");
    assert_int_equal(auth_grants(&c), GRANT_OPERATOR_API);
    identify(s, &near, "fts", &r, &c); /* the first that matches */
    assert_string_equal(c.class->name, "near");
    identify(s, &far, "fts", &r, &c);
    assert_string_equal(c.class->name, "fts");
    identify(s, &far, NULL, &r, &c);
    assert_null(c.class);
    assert_false(c.wrong);
    assert_int_equal(auth_grants(&c), 0);
    assert_int_equal(auth_visible(s, &c), GRANT_PATH_VECTOR);
    identify(s, &rest, NULL, &r, &c);
    assert_string_equal(c.class->name, "rest");
    r = AUTH_WRONG;
    identify(s, &far, "fts", &r, &c);
    assert_null(c.class);
    assert_true(c.wrong);
    assert_false(c.stale);
    identify(s, &far, "nobody", &r, &c);
    assert_true(c.wrong);
    r = AUTH_STALE;
    identify(s, &far, "fts", &r, &c);
    assert_true(c.wrong && c.stale);
    settings_release(&s);
    unlink(file);
}

static void test_loopback_default(void **state)
{
    struct settings *s;
    struct err e = {0};
    struct caller c;
    struct credentials none = {0};
    struct addr here = addr("127.0.0.1"), here6 = addr("::1"), there = addr("192.0.2.1");
    (void)state;
    assert_int_equal(parse("stores: [a]\n", &s, &e), 0);
    auth_identify(s, &here, &none, &c);
    assert_int_equal(auth_grants(&c), 31);
    auth_identify(s, &here6, &none, &c);
    assert_int_equal(auth_grants(&c), 31);
    auth_identify(s, &there, &none, &c);
    assert_int_equal(auth_grants(&c), 0);
    settings_release(&s);
    assert_int_equal(parse("stores: [a]\nclients: []\n", &s, &e), 0);
    auth_identify(s, &here, &none, &c);
    assert_int_equal(auth_grants(&c), 0);
    settings_release(&s);
}

static void test_hand_in(void **state)
{
    static const char text[] =
        "stores: [x]\ninbox: in.db\nclients:\n"
        "  - {name: all, networks: [\"::/0\"], grants: [resource-specification]}\n"
        "  - {name: one, networks: [\"::/0\"], grants: [resource-specification], domains: [a, "
        "b]}\n"
        "  - {name: no, networks: [\"::/0\"], grants: [operator-api]}\n"
        "  - {name: none, networks: [\"::/0\"], grants: [resource-specification], domains: "
        "[]}\n";
    static const struct {
        size_t class;
        const char *domain;
        bool may;
    } cases[] = {{0, "a", true},  {1, "b", true},  {1, "c", false},
                 {2, "a", false}, {3, "a", false}, {0, "zz", true}};
    struct settings *s;
    struct err e = {0};
    (void)state;
    assert_int_equal(settings_parse("/etc/t.yaml", text, strlen(text), &s, &e), 0);
    assert_string_equal(s->inbox, "/etc/in.db");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(settings_may_hand_in(&s->classes[cases[i].class], cases[i].domain),
                         cases[i].may);
    assert_false(settings_may_hand_in(NULL, "a"));
    settings_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),         cmocka_unit_test(test_listen),
        cmocka_unit_test(test_refused),          cmocka_unit_test(test_classes),
        cmocka_unit_test(test_loopback_default), cmocka_unit_test(test_hand_in),
        cmocka_unit_test(test_calendars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
