/* SPDX-License-Identifier: Apache-2.0 */
/* Reading values, files, and the manual. */
#include "conf/conf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

static const char *const levels[] = {"error", "info", NULL};

static const struct conf_item inner[] = {
    {.name = "n", .type = CONF_INT, .def = "3", .help = "A number."},
    {0},
};

static const struct conf_item items[] = {
    {.name = "name", .type = CONF_STRING, .required = true, .help = "The name."},
    {.name = "wait", .type = CONF_DURATION, .def = "5m", .min = 1000000, .max = 3600000000},
    {.name = "size", .type = CONF_SIZE},
    {.name = "share", .type = CONF_REAL, .def = "0.5"},
    {.name = "other", .type = CONF_REAL},
    {.name = "flag", .type = CONF_BOOL, .def = "true"},
    {.name = "quiet", .type = CONF_BOOL},
    {.name = "log", .type = CONF_ENUM, .choices = levels, .def = "info"},
    {.name = "file", .type = CONF_PATH},
    {.name = "files", .type = CONF_LIST, .element = CONF_PATH},
    {.name = "inner", .type = CONF_MAP, .items = inner},
    {.name = "dict", .type = CONF_DICT, .items = inner, .help = "By name."},
    {0},
};

static char folder[] = "/tmp/rialto-conf-XXXXXX";

static const struct conf *parse(const char *name, const char *text, struct arena *a)
{
    const struct conf *c;
    struct err e = {0};
    struct conf_input in = {name, text, strlen(text)};

    if (conf_parse(&in, items, a, &c, &e) != 0)
        fail_msg("%s", e.msg);
    return c;
}

static void test_defaults(void **state)
{
    struct arena *a = arena_new(0);
    const struct conf *c = parse("x", "name: n", a);

    (void)state;
    assert_string_equal(conf_str(c, "name"), "n");
    assert_int_equal(conf_int(c, "wait"), 300000000);
    assert_int_equal(conf_int(c, "size"), INT64_MIN);
    assert_true(conf_real(c, "share") == 0.5);
    assert_true(isnan(conf_real(c, "other")));
    assert_true(conf_bool(c, "flag"));
    assert_false(conf_bool(c, "quiet"));
    assert_string_equal(conf_str(c, "log"), "info");
    assert_null(conf_str(c, "file"));
    assert_null(conf_get(c, "inner"));
    assert_false(conf_has(c, "wait"));
    assert_int_equal(conf_count(conf_get(c, "files")), 0);
    arena_free(&a);
}

static void test_values(void **state)
{
    struct arena *a = arena_new(0);
    const struct conf *c = parse("x",
                                 "name: 12\nwait: 1m\nsize: 1k\nshare: -1.5\nflag: false\n"
                                 "log: error\ninner: {}\ndict: {b: {n: 1}, a: {}}\n",
                                 a),
                      *dict = conf_get(c, "dict");

    (void)state;
    assert_string_equal(conf_str(c, "name"), "12");
    assert_int_equal(conf_int(c, "wait"), 60000000);
    assert_int_equal(conf_int(c, "size"), 1024);
    assert_true(conf_real(c, "share") == -1.5);
    assert_false(conf_bool(c, "flag"));
    assert_string_equal(conf_str(c, "log"), "error");
    assert_int_equal(conf_int(conf_get(c, "inner"), "n"), 3);
    assert_int_equal(conf_count(dict), 2);
    assert_string_equal(conf_key(dict, 0), "b");
    assert_string_equal(conf_key(dict, 1), "a");
    assert_int_equal(conf_int(conf_at(dict, 0), "n"), 1);
    assert_int_equal(conf_int(conf_at(dict, 1), "n"), 3);
    assert_null(conf_text(dict));
    arena_free(&a);
}

static void test_paths(void **state)
{
    static const struct {
        const char *file, *written, *absolute;
    } examples[] = {
        {"/etc/r/x.yaml", "a.db", "/etc/r/a.db"},
        {"/etc/r/x.yaml", "./a/", "/etc/r/a"},
        {"/etc/r/x.yaml", ".", "/etc/r"},
        {"/etc/r/x.yaml", "./", "/etc/r"},
        {"/etc/r/x.yaml", "../a", "/etc/r/../a"},
        {"/etc/r/x.yaml", "/var//b/", "/var//b"},
        {"/etc/r/x.yaml", "/", "/"},
        {"/etc/r/x.yaml", ".//a", "/etc/r/a"},
        {"/etc/r/x.yaml", ".hidden", "/etc/r/.hidden"},
    };
    char cwd[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena *a = arena_new(0);
        char *text = arena_printf(a, "name: n\nfile: '%s'", examples[i].written);

        assert_string_equal(conf_str(parse(examples[i].file, text, a), "file"),
                            examples[i].absolute);
        arena_free(&a);
    }
    struct arena *a = arena_new(0);
    const struct conf *c = parse("sub/x.yaml", "name: n\nfile: f\nfiles: g", a);

    assert_non_null(getcwd(cwd, sizeof(cwd)));
    assert_string_equal(conf_str(c, "file"), arena_printf(a, "%s/sub/f", cwd));
    assert_int_equal(conf_count(conf_get(c, "files")), 1);
    assert_string_equal(conf_text(conf_at(conf_get(c, "files"), 0)),
                        arena_printf(a, "%s/sub/g", cwd));
    arena_free(&a);
}

static void load(const char *name, int code, const char *say)
{
    struct arena *a = arena_new(0);
    const struct conf *c;
    struct err e = {0};
    char *path = arena_printf(a, "%s/%s", folder, name);

    assert_int_equal(conf_load(path, items, a, &c, &e), code);
    assert_string_equal(e.msg, code == 0 ? "" : arena_printf(a, "%s%s", path, say));
    arena_free(&a);
}

static void write_file(const char *name, const char *text, size_t n)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

static void test_files(void **state)
{
    char *big = calloc(1, 1 << 21), path[256];

    (void)state;
    write_file("good.yaml", "name: n\n", 8);
    write_file("bad.yaml", "nam: n\n", 7);
    write_file("big.yaml", big, 1 << 21);
    free(big);
    snprintf(path, sizeof(path), "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    load("good.yaml", 0, "");
    load("bad.yaml", ERR_SCHEMA, ":1:1: nam: unknown key (did you mean name?)");
    load("big.yaml", ERR_LIMIT, ": larger than 1048576 bytes");
    load("none.yaml", ERR_NOENT, ": No such file or directory");
    load("good.yaml/x", ERR_NOENT, ": Not a directory");
    load("pipe", ERR_INVAL, ": is not a regular file");
    load(".", ERR_INVAL, ": is a directory, not a file");
    if (geteuid() != 0) { /* root may read everything */
        snprintf(path, sizeof(path), "%s/good.yaml", folder);
        assert_int_equal(chmod(path, 0), 0);
        load("good.yaml", ERR_ACCESS, ": Permission denied");
    }
}

static void test_manual(void **state)
{
    struct buf b = {0};

    (void)state;
    conf_manual(items, &b);
    assert_string_equal(buf_cstr(&b), "- `name` (text; required): The name.\n"
                                      "- `wait` (duration from 1s to 1h; default `5m`)\n"
                                      "- `size` (size)\n"
                                      "- `share` (number; default `0.5`)\n"
                                      "- `other` (number)\n"
                                      "- `flag` (true or false; default `true`)\n"
                                      "- `quiet` (true or false)\n"
                                      "- `log` (`error`, `info`; default `info`)\n"
                                      "- `file` (file name)\n"
                                      "- `files` (list of file name)\n"
                                      "- `inner` (mapping)\n"
                                      "  - `n` (whole number; default `3`): A number.\n"
                                      "- `dict` (mappings by name): By name.\n"
                                      "  - `n` (whole number; default `3`): A number.\n");
    buf_free(&b);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"good.yaml", "bad.yaml", "big.yaml", "pipe"};
    char path[256];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_values),
        cmocka_unit_test(test_paths),    cmocka_unit_test(test_files),
        cmocka_unit_test(test_manual),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
