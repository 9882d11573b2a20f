/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/repo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit/agents/scratch.h"
#include "unit/cmocka_all.h"

struct fixture {
    struct scratch s;
    struct arena *arena;
    struct repo *repo;
    struct repo_listing list;
    struct err e;
};

static void start(struct fixture *f)
{
    *f = (struct fixture){0};
    if (!scratch_open(&f->s))
        skip();
    f->arena = arena_new(0);
}

static void stop(struct fixture *f)
{
    repo_free(&f->repo);
    arena_free(&f->arena);
    scratch_close(&f->s);
}

static int open_git(struct fixture *f, const char *name)
{
    struct repo_options o = {.location = arena_printf(f->arena, "%s/%s", f->s.path, name)};

    repo_free(&f->repo);
    err_clear(&f->e);
    return repo_open(&f->repo, &o, &f->e);
}

static int list(struct fixture *f, const char *folder)
{
    err_clear(&f->e);
    return repo_list(f->repo, folder, f->arena, &f->list, &f->e);
}

/** "path=text;..." of all files, then "path!why;..." of what was passed over. */
static const char *contents(struct fixture *f)
{
    struct buf out = {0};
    const char *copy;

    for (size_t i = 0; i < f->list.n_files; i++) {
        struct slice text;

        assert_int_equal(repo_read(f->repo, &f->list.files[i], f->arena, &text, &f->e), 0);
        assert_int_equal(text.n, f->list.files[i].size);
        buf_printf(&out, "%s=%.*s;", f->list.files[i].path, (int)text.n, text.p);
    }
    for (size_t i = 0; i < f->list.n_passed; i++)
        buf_printf(&out, "%s!%s;", f->list.passed[i].path, f->list.passed[i].why);
    copy = arena_strdup(f->arena, buf_cstr(&out));
    buf_free(&out);
    return copy;
}

static void make(const struct fixture *f)
{
    scratch_run(&f->s, "git init -q r && cd r && git config user.name t");
    scratch_write(&f->s, "r/b", "two");
    scratch_write(&f->s, "r/a", "one");
    scratch_write(&f->s, "r/net/x/c", "");
    scratch_run(&f->s, "cd r && git add . && git commit -qm first");
}

static void test_tree(void **state)
{
    struct fixture f;
    (void)state;

    start(&f);
    make(&f);
    scratch_write(&f.s, "r/a", "not committed");
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_int_equal(strlen(f.list.version), 40);
    assert_string_equal(contents(&f), "a=one;b=two;net/x/c=;");
    assert_int_equal(list(&f, "net"), 0);
    assert_string_equal(contents(&f), "net/x/c=;");
    scratch_run(&f.s, "git clone -q --bare r bare.git");
    assert_int_equal(open_git(&f, "bare.git"), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_string_equal(contents(&f), "a=one;b=two;net/x/c=;");
    stop(&f);
}

/** Only blobs of regular files are read, whatever a tree holds. */
static void test_links_and_submodules(void **state)
{
    struct fixture f;
    (void)state;

    start(&f);
    make(&f);
    scratch_run(&f.s, "cd r && ln -s /etc/passwd link && ln -s net dirlink && chmod +x b && "
                      "git update-index --add --cacheinfo "
                      "160000,0123456789012345678901234567890123456789,sub && "
                      "git add link dirlink b && git commit -qm more");
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_string_equal(contents(&f), "a=one;b=two;net/x/c=;"
                                      "dirlink!symbolic links are not followed;"
                                      "link!symbolic links are not followed;"
                                      "sub!submodules are not followed;");
    assert_int_equal(list(&f, "dirlink"), ERR_NOENT);
    stop(&f);
}

/** Changes, removals and a rewritten history show in ids. */
static void test_changes(void **state)
{
    struct fixture f;
    char before[2][41], commit[41];
    (void)state;

    start(&f);
    make(&f);
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, NULL), 0);
    snprintf(commit, sizeof(commit), "%s", f.list.version);
    for (int i = 0; i < 2; i++)
        snprintf(before[i], sizeof(before[i]), "%s", f.list.files[i].version);
    scratch_write(&f.s, "r/a", "three");
    scratch_run(&f.s, "cd r && git rm -qr net && git add a && git commit -qm second");
    assert_int_equal(list(&f, NULL), 0);
    assert_string_equal(contents(&f), "a=three;b=two;");
    assert_string_not_equal(f.list.version, commit);
    assert_string_not_equal(f.list.files[0].version, before[0]);
    assert_string_equal(f.list.files[1].version, before[1]);
    scratch_run(&f.s, "cd r && git checkout -q --orphan new && git rm -qrf . && "
                      "git commit -q --allow-empty -m none && git branch -M master && "
                      "git symbolic-ref HEAD refs/heads/master && git gc -q --prune=now");
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_int_equal(f.list.n_files, 0);
    stop(&f);
}

/** Nothing that a repository's configuration or attributes name is run. */
static void test_nothing_runs(void **state)
{
    struct fixture f;
    char path[128];
    (void)state;

    start(&f);
    make(&f);
    scratch_write(&f.s, "r/.gitattributes", "* filter=evil diff=evil text eol=crlf\n");
    scratch_run(&f.s,
                "cd r && git add . && git commit -qm attributes && for h in post-checkout "
                "pre-commit reference-transaction; do printf '#!/bin/sh\\ntouch %s/ran\\n' "
                "> .git/hooks/$h; chmod +x .git/hooks/$h; done; "
                "git config filter.evil.smudge 'touch %s/ran'; "
                "git config core.fsmonitor 'touch %s/ran'; "
                "git config diff.evil.textconv 'touch %s/ran'",
                f.s.path, f.s.path, f.s.path, f.s.path);
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_int_equal(f.list.n_files, 4);
    assert_non_null(strstr(contents(&f), "a=one;b=two;"));
    snprintf(path, sizeof(path), "%s/ran", f.s.path);
    assert_int_not_equal(access(path, F_OK), 0);
    stop(&f);
}

/** A repository of somebody else is read all the same. */
static void test_owner(void **state)
{
    struct fixture f;
    (void)state;

    start(&f);
    make(&f);
    if (geteuid() != 0) {
        stop(&f);
        print_message("not root: another owner can't be tried\n");
        skip();
    }
    scratch_run(&f.s, "chown -R 12345:12345 r");
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_int_equal(f.list.n_files, 3);
    stop(&f);
}

static void test_broken(void **state)
{
    struct fixture f;
    (void)state;

    start(&f);
    assert_int_equal(open_git(&f, "nowhere"), ERR_NOENT);
    assert_string_equal(f.e.msg, "there is no git repository");
    scratch_run(&f.s, "git init -q empty && mkdir plain");
    assert_int_equal(open_git(&f, "plain"), ERR_NOENT);
    assert_int_equal(open_git(&f, "empty"), 0);
    assert_int_equal(list(&f, NULL), ERR_NOENT);
    assert_string_equal(f.e.msg, "the repository has no commit at HEAD");
    make(&f);
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, "none"), ERR_NOENT);
    assert_int_equal(list(&f, "a"), ERR_NOENT);
    assert_int_equal(list(&f, "../x"), ERR_INVAL);
    assert_int_equal(list(&f, "/net"), ERR_INVAL);
    assert_int_equal(list(&f, "net//x"), ERR_INVAL);
    repo_free(&f.repo);
    scratch_run(&f.s,
                "cp -r r damaged && cd damaged && for o in $(git rev-list --objects HEAD -- b "
                "| cut -d' ' -f1); do p=.git/objects/$(echo $o | cut -c1-2)/"
                "$(echo $o | cut -c3-); chmod u+w $p; echo junk > $p; done");
    assert_int_equal(open_git(&f, "damaged"), 0);
    assert_true(list(&f, NULL) < 0);
    assert_true(f.e.msg[0] != '\0');
    scratch_run(&f.s, "mv r r2");
    assert_int_equal(open_git(&f, "r"), ERR_NOENT);
    stop(&f);
}

static void test_limits(void **state)
{
    struct fixture f;
    struct repo_options o = {0};
    (void)state;

    start(&f);
    make(&f);
    o.location = arena_printf(f.arena, "%s/r", f.s.path);
    o.limits = (struct repo_limits){.file = 2};
    assert_int_equal(repo_open(&f.repo, &o, &f.e), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_string_equal(contents(&f),
                        "net/x/c=;a!the file is too large;b!the file is too large;");
    repo_free(&f.repo);
    o.limits = (struct repo_limits){.files = 2};
    assert_int_equal(repo_open(&f.repo, &o, &f.e), 0);
    assert_int_equal(list(&f, NULL), ERR_LIMIT);
    assert_string_equal(f.e.msg, "more than 2 files");
    assert_int_equal(f.list.n_files, 0);
    repo_free(&f.repo);
    o.limits = (struct repo_limits){.total = 5};
    assert_int_equal(repo_open(&f.repo, &o, &f.e), 0);
    assert_int_equal(list(&f, NULL), ERR_LIMIT);
    stop(&f);
}

/** Names that could forge a line or leave the tree are not taken. */
static void test_names(void **state)
{
    struct fixture f;
    (void)state;

    start(&f);
    scratch_run(&f.s, "git init -q r && cd r && printf x > \"$(printf 'a\\nb')\" && "
                      "printf y > \"$(printf 'c\\377')\" && printf z > '-rf' && git add . && "
                      "git commit -qm names");
    assert_int_equal(open_git(&f, "r"), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_string_equal(contents(&f), "-rf=z;a?b!the name has characters that are not taken;"
                                      "c?!the name has characters that are not taken;");
    stop(&f);
}

static void test_locations(void **state)
{
    static const struct {
        const char *location;
        int code;
    } cases[] = {
        {"/srv/x.git", 0},
        {"https://git.example/x", 0},
        {"ssh://git@h:22/x", 0},
        {"https://user@git.example/x", 0},
        {"file:///srv/x", ERR_REFUSED},
        {"ext::sh -c true", ERR_REFUSED},
        {"http://git.example/x", ERR_REFUSED},
        {"git://git.example/x", ERR_REFUSED},
        {"-oProxyCommand=x", ERR_REFUSED},
        {"ssh://-oProxyCommand=x/y", ERR_REFUSED},
        {"", ERR_REFUSED},
        {"https://u:hunter2@git.example/x", ERR_REFUSED},
        {"https:///x", ERR_REFUSED},
        {"https://git.example/a:b@c", 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct err e = {0};

        if (repo_check_location(cases[i].location, &e) != cases[i].code)
            fail_msg("%s: %s", cases[i].location, e.msg);
        assert_null(strstr(e.msg, "hunter2"));
    }
    assert_true(repo_is_remote("ssh://h/x"));
    assert_false(repo_is_remote("/srv/x"));
}

/** A mirror of a server that nobody runs: an error that names no secret, and in bounded time.
 */
static void test_unreachable(void **state)
{
    struct fixture f;
    struct repo_options o = {.location = "https://user@127.0.0.1:1/x.git"};
    (void)state;

    start(&f);
    o.cache = arena_printf(f.arena, "%s/cache", f.s.path);
    assert_true(repo_open(&f.repo, &o, &f.e) < 0);
    assert_null(f.repo);
    assert_non_null(strstr(f.e.msg, "fetch: "));
    assert_null(strstr(f.e.msg, "user"));
    stop(&f);
}

static void test_plain_folder(void **state)
{
    struct fixture f;
    struct slice text;
    char *path;
    (void)state;

    start(&f);
    scratch_write(&f.s, "p/a", "one");
    scratch_write(&f.s, "p/d/b", "two");
    scratch_write(&f.s, "p/.git/config", "own");
    scratch_run(&f.s, "cd p && ln -s /etc/passwd link && ln -s d dirlink && mkfifo pipe");
    path = arena_printf(f.arena, "%s/p", f.s.path);
    assert_int_equal(repo_open_folder(&f.repo, path, NULL, &f.e), 0);
    assert_int_equal(list(&f, NULL), 0);
    assert_null(f.list.version);
    assert_int_equal(f.list.n_passed, 3);
    f.list.n_passed = 0;
    assert_string_equal(contents(&f), "a=one;d/b=two;");
    assert_int_equal(list(&f, "dirlink"), ERR_NOENT);
    assert_int_equal(list(&f, "none"), ERR_NOENT);
    assert_int_equal(list(&f, "d"), 0);
    assert_string_equal(contents(&f), "d/b=two;");
    /* Replaced by a link, or changed, between listing and reading. */
    scratch_run(&f.s, "cd p/d && rm b && ln -s ../a b");
    assert_true(repo_read(f.repo, &f.list.files[0], f.arena, &text, &f.e) < 0);
    scratch_run(&f.s, "cd p/d && rm b && echo longer > b");
    assert_int_equal(repo_read(f.repo, &f.list.files[0], f.arena, &text, &f.e), ERR_CONFLICT);
    repo_free(&f.repo);
    assert_int_equal(repo_open_folder(&f.repo, "/nowhere/at/all", NULL, &f.e), ERR_NOENT);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),         cmocka_unit_test(test_links_and_submodules),
        cmocka_unit_test(test_changes),      cmocka_unit_test(test_nothing_runs),
        cmocka_unit_test(test_owner),        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_locations),    cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_plain_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
