/* SPDX-License-Identifier: Apache-2.0 */
/* `rialto-agent try`: what is printed of files, and what is not. */
#include "agents/trial.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/daemon.h"
#include "unit/agents/scratch.h"
#include "unit/cmocka_all.h"

static const char *const good = "{\"network-map\": {\"P1\": {\"ipv4\": [\"192.0.2.0/24\"]}},"
                                " \"meta\": {}}";

/* Runs a trial of documents; what it printed is to be freed. */
static char *run(char *const *files, const char *dialect, enum trial_form form, int *code)
{
    struct trial t = {.kind = "documents", .dialect = dialect, .files = files, .form = form};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    *code = trial_run(&t, out);
    fclose(out);
    return text;
}

static json_t *run_json(const char *path, int expected)
{
    char *files[] = {(char *)(uintptr_t)path, NULL};
    int code;
    char *text = run(files, NULL, TRIAL_JSON, &code);
    json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    assert_int_equal(code, expected);
    if (all == NULL)
        fail_msg("no JSON: %s", text);
    free(text);
    return all;
}

static const char *result_of(json_t *all, size_t i)
{
    return json_string_value(
        json_object_get(json_array_get(json_object_get(all, "readings"), i), "result"));
}

static void facts_of_a_file(void **state)
{
    const struct scratch *s = *state;
    json_t *all, *batches, *facts;
    char path[600];

    scratch_write(s, "map.json", good);
    snprintf(path, sizeof(path), "%s/map.json", s->path);
    all = run_json(path, EXIT_GOOD);
    assert_string_equal(result_of(all, 0), "facts");
    batches = json_object_get(json_array_get(json_object_get(all, "readings"), 0), "batches");
    assert_int_equal(json_array_size(batches), 1);
    facts = json_object_get(json_array_get(batches, 0), "facts");
    assert_int_equal(json_array_size(facts), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(facts, 0), "kind")),
                        "document");
    json_decref(all);
}

/* Each file of a folder for itself, in order: a bad one does not touch the next. */
static void a_folder_with_a_bad_file(void **state)
{
    const struct scratch *s = *state;
    json_t *all, *first;
    char path[600];

    scratch_write(s, "d/1.json", "{\"network-map\": {\"P1\": {\"ipv4\": [\"192.0.2.0/33\"]}}}");
    scratch_write(s, "d/2.json", good);
    scratch_write(s, "d/3.json", "");
    scratch_write(s, "d/.hidden", "not looked at");
    snprintf(path, sizeof(path), "%s/d", s->path);
    all = run_json(path, EXIT_SOURCES);
    assert_int_equal(json_array_size(json_object_get(all, "readings")), 3);
    assert_string_equal(result_of(all, 0), "refused");
    assert_string_equal(result_of(all, 1), "facts");
    assert_string_equal(result_of(all, 2), "refused");
    first = json_array_get(json_object_get(all, "readings"), 0);
    assert_non_null(
        strstr(json_string_value(json_object_get(first, "reason")), "192.0.2.0/33"));
    assert_int_equal(json_array_size(json_object_get(first, "batches")), 0);
    json_decref(all);
}

static void a_file_that_is_not_there(void **state)
{
    json_t *all;
    char path[600];

    snprintf(path, sizeof(path), "%s/none.json", ((const struct scratch *)*state)->path);
    all = run_json(path, EXIT_SOURCES);
    assert_string_equal(result_of(all, 0), "refused");
    json_decref(all);
}

static void text_names_what_was_refused(void **state)
{
    const struct scratch *s = *state;
    char path[600], *files[] = {path, NULL}, *text;
    int code;

    snprintf(path, sizeof(path), "%s/x", s->path);
    scratch_write(s, "x", "no document");
    text = run(files, NULL, TRIAL_TEXT, &code);
    assert_int_equal(code, EXIT_SOURCES);
    assert_non_null(strstr(text, "refused: looks like none"));
    free(text);
    scratch_write(s, "x", good);
    text = run(files, "alto", TRIAL_SUMMARY, &code);
    assert_int_equal(code, EXIT_GOOD);
    assert_non_null(strstr(text, "document       1\n"));
    assert_null(strstr(text, "192.0.2.0"));
    free(text);
}

static void requests_that_make_no_sense(void **state)
{
    struct scratch *s = *state;
    char *files[] = {s->path, NULL}, *text;
    int code;
    struct trial t = {.kind = "no-such-kind", .files = files};

    text = run(files, "no-such-dialect", TRIAL_TEXT, &code);
    assert_int_equal(code, EXIT_USAGE);
    free(text);
    assert_int_equal(trial_run(&t, stdout), EXIT_USAGE);
    t.kind = "static"; /* reads its options only */
    assert_int_equal(trial_run(&t, stdout), EXIT_USAGE);
}

/* What a batch staged before it was given up is not printed. */
static void an_aborted_batch_leaves_nothing(void **state)
{
    struct trial_sink t;
    struct fact_node fact;
    struct batch_head head = {.origin = {.scope = "r1", .observed_at = FACT_NONE}};
    struct err e = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    fact_init(FACT_NODE, &fact);
    assert_int_equal(trial_sink_init(&t, TRIAL_JSON, &e), 0);
    for (int i = 0; i < 3; i++) {
        fact.node = i == 1 ? "given-up" : "kept";
        assert_int_equal(t.sink.begin(&t.sink, &head, &e), 0);
        assert_int_equal(t.sink.put(&t.sink, FACT_NODE, &fact, &e), 0);
        t.sink.ignore(&t.sink, "line 3", fact.node);
        if (i == 1)
            t.sink.abort(&t.sink);
        else
            assert_int_equal(t.sink.commit(&t.sink, &e), 0);
    }
    assert_int_equal(t.n_batches, 2);
    assert_int_equal(t.n_facts, 2);
    assert_int_equal(trial_sink_flush(&t, out, &e), 0);
    assert_int_equal(t.n_batches, 0);
    fclose(out);
    assert_null(strstr(text, "given-up"));
    assert_non_null(strstr(text, "{\"kind\": \"node\", \"fact\": {\"node\":\"kept\"}}"));
    free(text);
    trial_sink_free(&t);
}

static int make_folder(void **state)
{
    static struct scratch s;

    *state = &s;
    return scratch_open(&s) ? 0 : -1;
}

static int remove_folder(void **state)
{
    scratch_close(*state);
    return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(facts_of_a_file),
        CASE(a_folder_with_a_bad_file),
        CASE(a_file_that_is_not_there),
        CASE(text_names_what_was_refused),
        CASE(requests_that_make_no_sense),
        cmocka_unit_test(an_aborted_batch_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
