/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "unit/cmocka_all.h"

static FILE *capture;
static int saved_stderr;

static void start_capture(void)
{
    capture = tmpfile();
    assert_non_null(capture);
    fflush(stderr);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    dup2(fileno(capture), STDERR_FILENO);
}

/* What came on standard error since start_capture(); the caller frees it. */
static char *end_capture(void)
{
    fflush(stderr);
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    long size = lseek(fileno(capture), 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    assert_int_equal(pread(fileno(capture), text, (size_t)size, 0), size);
    fclose(capture);
    return text;
}

/* The line must begin with a time; what follows must be `expected`. */
static void check_text(const char *line, const char *expected)
{
    int64_t us = 0;
    assert_true(strlen(line) > 20);
    assert_true(str_time((struct slice){line, 20}, &us));
    assert_string_equal(line + 20, expected);
}

static void test_text(void **state)
{
    (void)state;
    log_setup("prog", LOG_LEVEL_INFO, false);
    start_capture();
    errno = 42;
    log_warn("store", "run %d failed", 3);
    int after = errno;
    char *out = end_capture();
    assert_int_equal(after, 42);
    check_text(out, " prog warn store: run 3 failed\n");
    free(out);
}

static void test_level(void **state)
{
    (void)state;
    log_setup("prog", LOG_LEVEL_WARN, false);
    start_capture();
    log_info("t", "hidden");
    log_debug("t", "hidden");
    log_error("t", "shown");
    char *out = end_capture();
    check_text(out, " prog error t: shown\n");
    free(out);
}

static void test_no_forged_lines(void **state)
{
    (void)state;
    log_setup("prog", LOG_LEVEL_DEBUG, false);
    start_capture();
    log_debug("t", "%s", "a\nb\r\x1b[31m\x7f\t\xc2\x9bz\xff\xc3\xbc");
    char *out = end_capture();
    check_text(out, " prog debug t: a\\x0ab\\x0d\\x1b[31m\\x7f\\x09\\xc2\\x9bz\\xff\xc3\xbc\n");
    free(out);
}

static void test_json(void **state)
{
    (void)state;
    log_setup("prog", LOG_LEVEL_INFO, true);
    start_capture();
    log_info("http", "%s", "say \"hi\"\n");
    char *out = end_capture();
    static const char head[] = "{\"time\":\"";
    int64_t us = 0;
    assert_memory_equal(out, head, sizeof(head) - 1);
    assert_true(str_time((struct slice){out + sizeof(head) - 1, 20}, &us));
    assert_string_equal(out + sizeof(head) - 1 + 20,
                        "\",\"program\":\"prog\",\"level\":\"info\",\"topic\":\"http\","
                        "\"message\":\"say \\\"hi\\\"\\n\"}\n");
    free(out);
}

static void test_long_is_cut(void **state)
{
    (void)state;
    log_setup("prog", LOG_LEVEL_INFO, false);
    start_capture();
    log_info("t", "%09999d", 1);
    char *out = end_capture();
    assert_true(strlen(out) < 2200);
    assert_int_equal(out[strlen(out) - 1], '\n');
    free(out);
}

static void *write_lines(void *text)
{
    for (int i = 0; i < 200; i++)
        log_info("t", "%s", (const char *)text);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    static char texts[2][101];
    pthread_t threads[2];
    log_setup("prog", LOG_LEVEL_INFO, false);
    start_capture();
    for (int i = 0; i < 2; i++) {
        memset(texts[i], 'a' + i, 100);
        pthread_create(&threads[i], NULL, write_lines, texts[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    char *out = end_capture();
    struct slice rest = slice_of(out), line;
    int count = 0;
    while (slice_line(&rest, &line)) {
        assert_true(line.n > 100);
        const char *tail = line.p + line.n - 100;
        assert_true(memcmp(tail, texts[0], 100) == 0 || memcmp(tail, texts[1], 100) == 0);
        count++;
    }
    assert_int_equal(count, 400);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_no_forged_lines),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_long_is_cut),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
