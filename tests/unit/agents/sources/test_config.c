/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agents/scratch.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_config;

#define ROUTER(name) "frr version 8.4\nhostname " name "\nrouter bgp 64500\n"

struct fixture {
    struct scratch s;
    struct rig rig;
};

static void start(struct fixture *f, const char *options)
{
    struct err e = {0};
    char yaml[512];

    snprintf(yaml, sizeof(yaml), "%s: %s/r\n%s",
             strstr(options, "path") ? "path" : "repository", f->s.path,
             strstr(options, "path") ? "" : options);
    if (rig_open(&f->rig, &agent_config, yaml, FACT_NONE, &e) != 0)
        fail_msg("%s", e.msg);
}

static void repository(struct fixture *f)
{
    if (!scratch_open(&f->s))
        skip();
    scratch_run(&f->s, "git init -q r");
    scratch_write(&f->s, "r/net/one", ROUTER("r1"));
    scratch_write(&f->s, "r/net/two.conf", "frr version 8.4\nrouter bgp 64501\n");
    scratch_write(&f->s, "r/net/bird", "protocol device {\n}\nprotocol bgp x {\n");
    scratch_write(&f->s, "r/net/notes", "call the operator\n");
    scratch_write(&f->s, "r/README.md", ROUTER("never"));
    scratch_write(&f->s, "r/.gitignore", "x\n");
    scratch_run(&f->s, "cd r && ln -s net/one link && git add . && git commit -qm first");
}

static void commit(struct fixture *f)
{
    scratch_run(&f->s, "cd r && git add -A . && git commit -qm next");
}

static void stop(struct fixture *f)
{
    rig_close(&f->rig);
    scratch_close(&f->s);
}

/** Batches and failures since the last look. */
static size_t collect(struct fixture *f)
{
    size_t before = f->rig.sink.n;

    rig_collect(&f->rig);
    return f->rig.sink.n - before;
}

static void expect_failed(const struct fixture *f, const char *scope, const char *why)
{
    const struct memory_batch *b = rig_scope(&f->rig, scope);

    assert_non_null(b);
    assert_int_equal(b->failed, 1);
    assert_string_equal(b->why.msg, why);
}

static const char *node_of(const struct fixture *f, const char *scope)
{
    const struct memory_batch *b = rig_scope(&f->rig, scope);

    if (b == NULL || b->failed || FACTS_N(&b->facts, NODE) != 1)
        return "(none)";
    return FACTS(&b->facts, node, NODE)[0].node;
}

static void test_first_read(void **state)
{
    struct fixture f;
    const struct memory_batch *b;
    (void)state;

    repository(&f);
    start(&f, "");
    assert_int_equal(collect(&f), 4);
    assert_string_equal(node_of(&f, "net/one"), "r1");
    assert_string_equal(node_of(&f, "net/two.conf"), "two");
    expect_failed(&f, "net/bird", "net/bird:3:16: opened here and never closed: cut off?");
    assert_null(rig_scope(&f.rig, "net/notes"));
    assert_null(rig_scope(&f.rig, "README.md"));
    b = rig_scope(&f.rig, "net/one");
    assert_int_equal(b->head.mode, BATCH_REPLACE);
    assert_int_equal(b->head.origin.observed_at, f.rig.now);
    rig_expect(&f.rig, ".",
               "ignored link: symbolic links are not followed\n"
               "ignored .gitignore: not a configuration by its name\n"
               "ignored README.md: not a configuration by its name\n"
               "ignored net/notes: not a router's configuration\n");
    stop(&f);
}

/** What did not change is left alone, what failed is tried again. */
static void test_incremental(void **state)
{
    struct fixture f;
    (void)state;

    repository(&f);
    start(&f, "");
    assert_int_equal(collect(&f), 4);
    assert_int_equal(collect(&f), 1); /* the one that failed */
    expect_failed(&f, "net/bird", "net/bird:3:16: opened here and never closed: cut off?");
    scratch_write(&f.s, "r/net/one", ROUTER("renamed"));
    commit(&f);
    assert_int_equal(collect(&f), 3); /* it, the failure and the whole */
    assert_string_equal(node_of(&f, "net/one"), "renamed");
    scratch_write(&f.s, "r/net/bird", ROUTER("converted"));
    commit(&f);
    assert_int_equal(collect(&f), 2);
    assert_string_equal(node_of(&f, "net/bird"), "converted");
    assert_int_equal(collect(&f), 0);
    stop(&f);
}

static void test_removal(void **state)
{
    struct fixture f;
    (void)state;

    repository(&f);
    start(&f, "");
    rig_collect(&f.rig);
    scratch_run(&f.s, "cd r && git rm -q net/two.conf && git mv net/one net/moved");
    scratch_write(&f.s, "r/net/bird", "no router any more\n");
    commit(&f);
    rig_collect(&f.rig);
    assert_null(rig_scope(&f.rig, "net/two.conf"));
    assert_null(rig_scope(&f.rig, "net/one"));
    expect_failed(&f, "net/bird",
                  "net/bird: not a router's configuration, though a router stood there (remove "
                  "the file if it is gone)");
    scratch_run(&f.s, "cd r && git rm -q net/bird");
    commit(&f);
    rig_collect(&f.rig);
    assert_null(rig_scope(&f.rig, "net/bird"));
    assert_string_equal(node_of(&f, "net/moved"), "r1");
    stop(&f);
}

/** What stood for a router and can't be taken for one now is broken: no router leaves so. */
static void test_no_configuration_any_more(void **state)
{
    static const struct {
        const char *command, *why;
    } spoilt[] = {
        {": >one", "not a router's configuration"},
        {"printf '\\001\\002\\003' >one", "not a router's configuration"},
        {"echo 'see the other page' >one", "not a router's configuration"},
        {"truncate -s 9000000 one", "the file is too large"},
        {"rm one && ln -s one one", "symbolic links are not followed"},
    };
    struct fixture f;
    char command[128], why[160];
    (void)state;

    repository(&f);
    start(&f, "");
    rig_collect(&f.rig);
    for (size_t i = 0; i < sizeof(spoilt) / sizeof(*spoilt); i++) {
        snprintf(command, sizeof(command), "cd r/net && %s", spoilt[i].command);
        snprintf(why, sizeof(why),
                 "net/one: %s, though a router stood there (remove the file if it is gone)",
                 spoilt[i].why);
        scratch_run(&f.s, "%s", command);
        commit(&f);
        rig_collect(&f.rig);
        expect_failed(&f, "net/one", why);
        rig_collect(&f.rig); /* the same commit */
        expect_failed(&f, "net/one", why);
        scratch_run(&f.s, "rm r/net/one");
        scratch_write(&f.s, "r/net/one", ROUTER("r1"));
        commit(&f);
        rig_collect(&f.rig);
        assert_string_equal(node_of(&f, "net/one"), "r1");
    }
    stop(&f);
}

/** A history that was rewritten is read as what it now is. */
static void test_force_push(void **state)
{
    struct fixture f;
    (void)state;

    repository(&f);
    start(&f, "");
    rig_collect(&f.rig);
    scratch_run(&f.s, "cd r && git checkout -q --orphan other && git rm -qrf . ");
    scratch_write(&f.s, "r/net/one", ROUTER("r1"));
    scratch_write(&f.s, "r/three", ROUTER("r3"));
    scratch_run(&f.s,
                "cd r && git add . && git commit -qm rewritten && git branch -M master && "
                "git reflog expire --expire=now --all && git gc -q --prune=now");
    assert_int_equal(rig_scope(&f.rig, "net/one")->failed, 0);
    rig_collect(&f.rig);
    assert_string_equal(node_of(&f, "net/one"), "r1");
    assert_string_equal(node_of(&f, "three"), "r3");
    assert_null(rig_scope(&f.rig, "net/two.conf"));
    stop(&f);
}

/** A file that can't be parsed is its own failure; a folder that is missing retires nobody. */
static void test_failures(void **state)
{
    struct fixture f;
    struct err e = {0};
    (void)state;

    repository(&f);
    start(&f, "dialect: frr\nfolder: net\n");
    rig_collect(&f.rig);
    assert_string_equal(node_of(&f, "net/one"), "r1");
    scratch_run(&f.s, "cd r && printf 'hostname x\\nip\\000\\n' > net/one");
    commit(&f);
    rig_collect(&f.rig);
    expect_failed(&f, "net/one",
                  "net/one:2:3: not a text file (control characters or not "
                  "UTF-8)");
    assert_string_equal(node_of(&f, "net/two.conf"), "two");
    scratch_run(&f.s, "cd r && git mv net gone");
    commit(&f);
    assert_int_equal(agent_config.collect(f.rig.agent, &f.rig.sink.sink, &e), ERR_NOENT);
    assert_non_null(strstr(e.msg, "folder: net: not a folder of the repository"));
    assert_string_equal(node_of(&f, "net/two.conf"), "two");
    scratch_run(&f.s, "mv r elsewhere");
    err_clear(&e);
    assert_int_equal(agent_config.collect(f.rig.agent, &f.rig.sink.sink, &e), ERR_NOENT);
    assert_non_null(strstr(e.msg, "there is no git repository"));
    assert_string_equal(node_of(&f, "net/two.conf"), "two");
    stop(&f);
}

static void test_plain_folder(void **state)
{
    struct fixture f;
    (void)state;

    repository(&f);
    scratch_run(&f.s, "rm -rf r/.git");
    start(&f, "path");
    assert_int_equal(collect(&f), 4);
    assert_string_equal(node_of(&f, "net/one"), "r1");
    assert_int_equal(collect(&f), 1);
    scratch_write(&f.s, "r/net/one", ROUTER("changed"));
    scratch_run(&f.s, "rm r/net/two.conf r/net/bird");
    collect(&f);
    assert_string_equal(node_of(&f, "net/one"), "changed");
    assert_null(rig_scope(&f.rig, "net/two.conf"));
    stop(&f);
}

/** Facts that expire are stated again while the configuration stands. */
static void test_expiry(void **state)
{
    struct fixture f;
    struct err e = {0};
    char yaml[128];
    (void)state;

    repository(&f);
    snprintf(yaml, sizeof(yaml), "repository: %s/r\nfolder: net\n", f.s.path);
    assert_int_equal(rig_open(&f.rig, &agent_config, yaml, 1000000, &e), 0);
    assert_int_equal(collect(&f), 4);
    f.rig.now += 500000;
    assert_int_equal(collect(&f), 4);
    assert_int_equal(rig_scope(&f.rig, "net/one")->head.origin.expires, f.rig.now + 1000000);
    stop(&f);
}

static void test_cancelled(void **state)
{
    struct fixture f;
    struct err e = {0};
    (void)state;

    repository(&f);
    start(&f, "");
    f.rig.cancelled = true;
    assert_int_equal(agent_config.collect(f.rig.agent, &f.rig.sink.sink, &e), ERR_CANCELLED);
    stop(&f);
}

static void test_options(void **state)
{
    static const struct {
        const char *yaml, *part;
    } bad[] = {
        {"dialect: frr\n", "give either `repository:` or `path:`"},
        {"path: a\nrepository: b\n", "give either `repository:` or `path:`"},
        {"repository: file:///x\n", "only https:// and ssh:// URLs and folders"},
        {"repository: https://git.example/x\n", "a URL needs `cache:`"},
        {"repository: ssh://git.example/x\ncache: c\n", "ssh needs `known_hosts_file:`"},
        {"repository: https://u:hunter2@git.example/x\ncache: c\n", "has a password in it"},
        {"path: a\nfolder: ../b\n", "not a path below the top"},
        {"path: a\ndialect: unheard-of\n", "dialect"},
        {"path: a\ntoken_file: nowhere\n", "token_file: can't be read"},
        {"path: a\nlimits: {file: 1G}\n", "file"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct rig rig;
        struct err e = {0};

        assert_true(rig_open(&rig, &agent_config, bad[i].yaml, FACT_NONE, &e) < 0);
        if (strstr(e.msg, bad[i].part) == NULL || strstr(e.msg, "hunter2") != NULL)
            fail_msg("%s: not in: %s", bad[i].part, e.msg);
        rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_read),
        cmocka_unit_test(test_incremental),
        cmocka_unit_test(test_removal),
        cmocka_unit_test(test_force_push),
        cmocka_unit_test(test_no_configuration_any_more),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_plain_folder),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
