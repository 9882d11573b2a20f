/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/settings.h"

#include <string.h>

#include "unit/cmocka_all.h"

static struct settings *parse(const char *text, struct err *e)
{
    struct settings *s;

    settings_parse(&s, "/etc/r/a.yaml", text, strlen(text), e);
    return s;
}

static void test_defaults(void **state)
{
    struct err e = {0};
    struct settings *s = parse("domain: one\nstore: one.db\nsources: []\n", &e);

    (void)state;
    assert_non_null(s);
    assert_string_equal(s->domain, "one");
    assert_string_equal(s->store, "/etc/r/one.db");
    assert_int_equal(s->keep, INT64_C(604800000000));
    assert_int_equal(s->threads, 4);
    assert_int_equal(s->log, LOG_LEVEL_INFO);
    assert_int_equal(s->n_sources, 0);
    settings_free(&s);
    assert_null(s);
}

static void test_sources(void **state)
{
    struct err e = {0};
    struct settings *s =
        parse("domain: one\nstore: one.db\ninterval: 1h\nlog: debug\nsources:\n"
              "  - {kind: static, file: a}\n"
              "  - {kind: static, name: b, file: b, interval: 10s, expires: 1d}\n",
              &e);

    (void)state;
    assert_string_equal(e.msg, "");
    assert_int_equal(s->log, LOG_LEVEL_DEBUG);
    assert_int_equal(s->n_sources, 2);
    assert_string_equal(s->sources[0].name, "static");
    assert_string_equal(s->sources[0].ops->name, "static");
    assert_int_equal(s->sources[0].interval, INT64_C(3600000000));
    assert_int_equal(s->sources[0].expires, FACT_NONE);
    assert_string_equal(conf_str(s->sources[0].conf, "file"), "/etc/r/a");
    assert_string_equal(s->sources[1].name, "b");
    assert_int_equal(s->sources[1].interval, 10000000);
    assert_int_equal(s->sources[1].expires, INT64_C(86400000000));
    assert_true(settings_has_source(s, "b"));
    assert_false(settings_has_source(s, "a"));
    settings_free(&s);
}

#define HEAD "domain: one\nstore: s\nsources:\n"

static void test_messages(void **state)
{
    static const struct {
        const char *text, *error;
    } examples[] = {
        {"", "1:1: domain: required key is missing"},
        {"domain: one\nsources: []", "1:1: store: required key is missing"},
        {"domain: one two\nstore: s\nsources: []",
         "1:9: domain: only letters, digits, '.', '-' and '_' are allowed"},
        {"domain: ''\nstore: s\nsources: []", "1:9: domain: must have 1 to 64 characters"},
        {"domain: one\nstore: s\ninterval: 0\nsources: []",
         "3:11: interval: must be at least 1s"},
        {"domain: one\nstore: s\nsource: []",
         "3:1: source: unknown key (did you mean sources?)"},
        {HEAD "  kind: static", "4:3: sources: expected a list, found a mapping"},
        {HEAD "  - {file: a}", "4:5: kind: required key is missing"},
        {HEAD "  - {kind: []}", "4:12: kind: expected a text"},
        {HEAD "  - {kind: static, fil: a}",
         "4:20: sources.fil: unknown key (did you mean file?)"},
        {HEAD "  - {kind: static, file: a, interval: x}",
         "4:39: sources.interval: expected a duration such as 500ms, 10s, 5m, 2h or 7d"},
        {HEAD "  - {kind: static, file: a}\n  - {kind: static, file: b}",
         "5:5: name: another source is named static (give each its own name)"},
        {HEAD "  - {kind: static, file: a, name: x}\n  - {kind: documents, path: b, name: x}",
         "5:38: name: another source is named x (give each its own name)"},
        {HEAD "  - {kind: static, file: a, name: '*'}",
         "4:35: name: only letters, digits, '.', '-' and '_' are allowed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct err e = {0};

        assert_null(parse(examples[i].text, &e));
        assert_memory_equal(e.msg, "/etc/r/a.yaml:", 14);
        assert_string_equal(e.msg + 14, examples[i].error);
        assert_int_equal(e.code, ERR_SCHEMA);
    }
}

static void test_unknown_kind(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(parse(HEAD "  - {kind: statik}", &e));
    assert_non_null(
        strstr(e.msg, "4:12: kind: unknown kind of source (known: static, documents"));
}

/* The manual names every key of every kind. */
static void test_manual(void **state)
{
    struct buf b = {0};

    (void)state;
    settings_manual(&b);
    for (const struct agent_ops *const *p = agent_kinds(); *p != NULL; p++) {
        assert_non_null(strstr(buf_cstr(&b), (*p)->summary));
        for (const struct conf_item *i = (*p)->options; i->name != NULL; i++) {
            assert_non_null(i->help);
            assert_non_null(strstr(buf_cstr(&b), i->help));
        }
    }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_sources),
        cmocka_unit_test(test_messages), cmocka_unit_test(test_unknown_kind),
        cmocka_unit_test(test_manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
