/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated optimizer of FTS against vectors of decisions. */
#include "transfers/fts.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

static double number(const json_t *o, const char *name)
{
    return json_number_value(json_object_get(o, name));
}

static struct fts_state state_of(const json_t *o)
{
    return (struct fts_state){.throughput = number(o, "thr"),
                              .ema = number(o, "ema"),
                              .success = number(o, "succ"),
                              .file_size = number(o, "fsavg"),
                              .queue = (uint32_t)number(o, "queue"),
                              .retries = (uint32_t)number(o, "retry"),
                              .since = number(o, "dt")};
}

static void check(const json_t *c)
{
    const json_t *in = json_object_get(c, "inputs"), *prev = json_object_get(in, "prev");
    const json_t *range = json_object_get(in, "rng"), *want = json_object_get(c, "decision");
    struct fts_state before = state_of(prev);
    struct fts_cycle cycle = {.now = state_of(json_object_get(in, "cur")),
                              .before = json_is_object(prev) ? &before : NULL,
                              .range = {(uint32_t)json_integer_value(json_array_get(range, 0)),
                                        (uint32_t)json_integer_value(json_array_get(range, 1)),
                                        json_is_true(json_object_get(in, "specific")),
                                        (int)number(in, "mode")},
                              .value = (uint32_t)number(in, "prevval"),
                              .stateless = json_is_true(json_object_get(in, "stateless")),
                              .source = {number(in, "tput_src"), number(in, "lim_src")}};
    double ema;
    uint32_t value = fts_decide(&cycle, &ema);
    uint32_t wanted = json_is_null(want) ? FTS_SKIP : (uint32_t)json_integer_value(want);
    if (value != wanted)
        fail_msg("%s: %u instead of %u", json_string_value(json_object_get(c, "name")), value,
                 wanted);
    assert_true(fabs(ema - number(c, "ema")) <= 1e-9 * fmax(1, fabs(ema)));
}

static void test_vectors(void **state)
{
    const char *shared = getenv("RIALTO_SHARED");
    char path[4096];
    (void)state;
    if (!shared) {
        print_message("RIALTO_SHARED is not set: vectors are skipped\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/samples/rucio-fts/vectors/fts_optimizer.json", shared);
    json_t *root = json_load_file(path, 0, NULL);
    json_t *cases = json_object_get(root, "optimizer");
    assert_true(json_array_size(cases) >= 19);
    for (size_t i = 0; i < json_array_size(cases); i++)
        check(json_array_get(cases, i));
    json_decref(root);
}

/* 3.14 forgets: with a full queue it always climbs, to the top of the range. */
static void test_stateless_climbs(void **state)
{
    struct fts_cycle c = {.now = {.throughput = 1e8, .success = 100, .queue = 500},
                          .range = {2, 130, false, 2},
                          .stateless = true};
    double ema;
    (void)state;
    for (size_t i = 0; i < 40; i++) {
        c.now.throughput /= 2;
        c.value = fts_decide(&c, &ema);
    }
    assert_int_equal(c.value, 130);
}

static void test_window(void **state)
{
    (void)state;
    assert_true(fts_window(0) == 1800 && fts_window(29.9) == 300 && fts_window(30) == 1800);
    assert_true(fts_window(30.1) == 900 && fts_window(899) == 900 && fts_window(900) == 1800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_stateless_climbs),
        cmocka_unit_test(test_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
