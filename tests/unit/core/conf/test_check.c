/* SPDX-License-Identifier: Apache-2.0 */
/* A tree against a table: the message of each mistake. */
#include <string.h>

#include "conf/conf.h"
#include "unit/cmocka_all.h"

static const char *const colours[] = {"red", "green", NULL};

static const struct conf_item limits[] = {
    {.name = "body", .type = CONF_SIZE, .min = 1024, .max = 1 << 20},
    {.name = "redirects", .type = CONF_INT, .min = -1, .max = 10},
    {0},
};

static const struct conf_item clients[] = {
    {.name = "name", .type = CONF_STRING, .required = true},
    {.name = "nets", .type = CONF_LIST, .element = CONF_STRING},
    {0},
};

static const struct conf_item items[] = {
    {.name = "interval", .type = CONF_DURATION, .min = 1000000, .max = 86400000000},
    {.name = "rate", .type = CONF_RATE},
    {.name = "share", .type = CONF_REAL},
    {.name = "colour", .type = CONF_ENUM, .choices = colours},
    {.name = "flag", .type = CONF_BOOL},
    {.name = "file", .type = CONF_PATH},
    {.name = "ports", .type = CONF_LIST, .element = CONF_INT, .min = 1, .max = 65535},
    {.name = "limits", .type = CONF_MAP, .items = limits},
    {.name = "clients", .type = CONF_MAPS, .items = clients},
    {.name = "by_name", .type = CONF_DICT, .items = limits},
    {.name = "free", .type = CONF_MAPS},
    {.name = "text", .type = CONF_STRING},
    {0},
};

static void test_messages(void **state)
{
    static const struct {
        const char *text, *error;
    } examples[] = {
        {"intervall: 5m", "x:1:1: intervall: unknown key (did you mean interval?)"},
        {"intreval: 5m", "x:1:1: intreval: unknown key (did you mean interval?)"},
        {"zebra: 1", "x:1:1: zebra: unknown key"},
        {"limits: {bdy: 1}", "x:1:10: limits.bdy: unknown key (did you mean body?)"},
        {"interval: 5",
         "x:1:11: interval: expected a duration such as 500ms, 10s, 5m, 2h or 7d"},
        {"interval: 10ms", "x:1:11: interval: must be at least 1s"},
        {"interval: 2d", "x:1:11: interval: must be at most 1d"},
        {"interval: [5m]", "x:1:11: interval: expected a duration, not a list"},
        {"interval: {a: 1}", "x:1:11: interval: expected a duration, not a mapping"},
        {"interval:\nflag: true", "x:1:10: interval: has no value"},
        {"interval: ~", "x:1:11: interval: has no value"},
        {"text: null", "x:1:7: text: has no value"},
        {"rate: fast", "x:1:7: rate: expected a rate such as 10M, 2.5G or 100G"},
        {"share: 1,5", "x:1:8: share: expected a number"},
        {"share: .inf", "x:1:8: share: expected a number"},
        {"colour: gren", "x:1:9: colour: must be one of red, green (did you mean green?)"},
        {"colour: zzzzzz", "x:1:9: colour: must be one of red, green"},
        {"flag: yes", "x:1:7: flag: expected true or false"},
        {"file: ''", "x:1:7: file: expected a file name"},
        {"ports: [80, 70000]", "x:1:13: ports: must be at most 65535"},
        {"ports: {a: 1}", "x:1:8: ports: expected a list, found a mapping"},
        {"ports: [[1]]", "x:1:9: ports: expected a whole number, not a list"},
        {"ports: 0", "x:1:8: ports: must be at least 1"},
        {"limits: 5", "x:1:9: limits: expected a mapping (key: value), found a value"},
        {"limits:", "x:1:8: limits: expected a mapping (key: value), found nothing"},
        {"limits: [1]", "x:1:9: limits: expected a mapping (key: value), found a list"},
        {"limits: {body: 1}", "x:1:16: limits.body: must be at least 1k"},
        {"limits: {redirects: -2}", "x:1:21: limits.redirects: must be at least -1"},
        {"clients: {name: a}", "x:1:10: clients: expected a list, found a mapping"},
        {"clients:\n  - nets: []\n", "x:2:5: clients.name: required key is missing"},
        {"clients: [1]", "x:1:11: clients: expected a mapping (key: value), found a value"},
        {"by_name: [1]", "x:1:10: by_name: expected a mapping (key: value), found a list"},
        {"by_name: {x: {bodi: 1}}", "x:1:15: by_name.x.bodi: unknown key (did you mean body?)"},
        {"free: [1]", "x:1:8: free: expected a mapping (key: value), found a value"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena *a = arena_new(0);
        const struct conf *c;
        struct err e = {0};
        struct conf_input in = {"x", examples[i].text, strlen(examples[i].text)};
        int rc = conf_parse(&in, items, a, &c, &e);

        assert_string_equal(e.msg, examples[i].error);
        assert_int_equal(rc, ERR_SCHEMA);
        assert_null(c);
        arena_free(&a);
    }
}

static void test_long_names_do_not_overflow(void **state)
{
    struct arena *a = arena_new(0);
    const struct conf *c;
    struct err e = {0};
    struct buf b = {0};

    (void)state;
    buf_str(&b, "limits: {");
    for (int i = 0; i < 1000; i++)
        buf_char(&b, 'k');
    buf_str(&b, ": 1}");
    struct conf_input in = {"x", b.data, b.len};
    assert_int_equal(conf_parse(&in, items, a, &c, &e), ERR_SCHEMA);
    assert_memory_equal(e.msg, "x:1:10: limits.kkk", 18);
    assert_non_null(strstr(e.msg, ": unknown key"));
    buf_free(&b);
    arena_free(&a);
}

static void test_subtree_is_checked_later(void **state)
{
    static const char text[] = "free:\n  - {name: a}\n  - {nam: b}\n";
    struct conf_input in = {"x", text, sizeof(text) - 1};
    struct arena *a = arena_new(0);
    const struct conf *c, *list;
    struct err e = {0};

    (void)state;
    assert_int_equal(conf_parse(&in, items, a, &c, &e), 0);
    list = conf_get(c, "free");
    assert_int_equal(conf_count(list), 2);
    assert_int_equal(conf_check(conf_at(list, 0), clients, a, &e), 0);
    assert_string_equal(conf_str(conf_at(list, 0), "name"), "a");
    assert_int_equal(conf_check(conf_at(list, 1), clients, a, &e), ERR_SCHEMA);
    assert_string_equal(e.msg, "x:3:6: free.nam: unknown key (did you mean name?)");
    assert_int_equal(conf_err(conf_at(list, 1), &e, "name: %d", 5), ERR_SCHEMA);
    assert_string_equal(e.msg, "x:3:5: name: 5");
    assert_int_equal(conf_line(conf_at(list, 1)), 3);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_long_names_do_not_overflow),
        cmocka_unit_test(test_subtree_is_checked_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
