/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured answers of looking glasses: data/agents/looking-glass/answers has one answer per
 * file, DIALECT@WHAT, and beside it the facts that it must become, or the reason why none do.
 * The answers were made for this test; the facts were read line by line. An answer must be told
 * to be of its dialect, too.
 */
#include "unit/agents/sources/rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/tree.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_looking_glass;

#define FOLDER "data/agents/looking-glass/answers"

static struct slice load(const char *folder, const char *name)
{
    char path[2048], *text = NULL;
    size_t room = 0;
    FILE *f;
    ssize_t n;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "r");
    if (f == NULL)
        return (struct slice){NULL, 0};
    n = getdelim(&text, &room, '\0', f);
    fclose(f);
    return (struct slice){text, n > 0 ? (size_t)n : 0};
}

/* Facts, or the reason for none; to be freed. */
static char *read_as(const struct agent_dialect *d, struct slice text)
{
    struct agent_setup setup = {.ops = &agent_looking_glass,
                                .domain = "d",
                                .name = "s",
                                .expires = FACT_NONE,
                                .clock = clock_system(),
                                .unopened = true};
    struct agent_file f = {.name = "r1.json",
                           .path = "r1.json",
                           .text = text,
                           .observed = FACT_NONE,
                           .dialect = d};
    struct arena *arena = arena_new(0);
    struct memory_sink sink;
    struct agent *a;
    struct err e = {0};
    char *out;
    int rc;

    memory_sink_init(&sink, arena);
    assert_int_equal(agent_new(&a, &setup, &e), 0);
    rc = d->read(a, &f, &sink.sink, &e);
    if (rc == 0) {
        out = rig_facts(&sink.v[0]);
    } else {
        assert_int_equal(sink.n, 0);
        out = malloc(sizeof(e.msg) + 40);
        sprintf(out, "%s: %s\n", rc == ERR_NOENT ? "nothing" : "refused", e.msg);
    }
    agent_free(&a);
    memory_sink_free(&sink);
    arena_free(&arena);
    return out;
}

static const struct agent_dialect *dialect_of(const char *name)
{
    char text[64];

    snprintf(text, sizeof(text), "%.*s", (int)strcspn(name, "@"), name);
    return agent_dialect_find(lg_dialects, text);
}

static bool check_answer(const char *name)
{
    const struct agent_dialect *d = dialect_of(name);
    struct slice text = load(FOLDER, name), want;
    struct agent_file f = {.name = name, .text = text};
    char facts[300], *got;
    bool good;

    assert_non_null(d);
    snprintf(facts, sizeof(facts), "%s.facts", name);
    want = load(FOLDER, facts);
    got = read_as(d, text);
    good = want.p != NULL && strcmp(got, want.p) == 0;
    if (!good)
        fprintf(stderr, "--- %s\n%s--- wanted\n%s", name, got,
                want.p != NULL ? want.p : "(none)\n");
    if (agent_dialect_guess(lg_dialects, &f) != d) {
        print_error("%s: taken for another dialect\n", name);
        good = false;
    }
    free(got);
    free((char *)(uintptr_t)text.p);
    free((char *)(uintptr_t)want.p);
    return good;
}

static int is_answer(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return strchr(d->d_name, '@') != NULL &&
           (n < 6 || strcmp(d->d_name + n - 6, ".facts") != 0);
}

static void test_answers(void **state)
{
    struct dirent **found;
    int n = scandir(FOLDER, &found, is_answer, alphasort), wrong = 0;

    (void)state;
    assert_true(n > 30);
    for (int i = 0; i < n; i++) {
        wrong += !check_answer(found[i]->d_name);
        free(found[i]);
    }
    free(found);
    assert_int_equal(wrong, 0);
}

/* Whatever is cut off, nothing is published. */
static void test_cuts(void **state)
{
    static const char *const names[] = {"birdwatcher@routes.json", "openbgpd@rib.json",
                                        "gobgp@rib.json",          "eos-json@bgp.json",
                                        "junos-xml@route.xml",     "hyperglass@routes.json"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const struct agent_dialect *d = dialect_of(names[i]);
        struct slice text = load(FOLDER, names[i]), whole = slice_trim(text);

        for (size_t n = 1; n < whole.n; n += 7) {
            char *copy = malloc(n), *got;

            memcpy(copy, text.p, n);
            got = read_as(d, (struct slice){copy, n});
            assert_null(strstr(got, "node {"));
            free(got);
            free(copy);
        }
        free((char *)(uintptr_t)text.p);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *dialect, *text, *why;
    } cases[] = {
        {"openbgpd", "{\"rib\":[{\"prefix\":\"192.0.2.1/24\"}]}",
         "refused: 1:33: prefix: \"192.0.2.1/24\" is no prefix\n"},
        {"openbgpd", "{\"rib\":[{}]}", "refused: 1:11: prefix is missing\n"},
        {"openbgpd", "{\"rib\":[]}{}", "refused: 1:11: more bytes behind the document\n"},
        {"openbgpd", "{\"x\":1}", "refused: 1:1: nothing in it is known\n"},
        {"openbgpd", "{\"rib\":[{\"prefix\":\"::/0\",\"prefix\":\"::/1\"}]}",
         "refused: 1:41: key \"prefix\" for the second time, with another value\n"},
        {"openbgpd", "{\"rib\":[{\"prefix\":\"::/0\",\"aspath\":\"1 x\"}]}",
         "refused: 1:41: rib: \"x\" in an AS path is no AS number\n"},
        {"openbgpd", "Status: 404\nContent-Type: text/html\n\n<html>",
         "refused: the server refuses: HTTP status 404\n"},
        {"birdwatcher", "{\"error\":\"Protocol not found\"}",
         "refused: 1:30: the server refuses: Protocol not found\n"},
        {"birdwatcher", "{\"routes\":[{\"network\":\"::/0\",\"gateway\":\"x\"}]}",
         "refused: 1:43: gateway: \"x\" is no address\n"},
        {"gobgp", "{\"a\":[{\"nlri\":{\"prefix\":\"x\"},\"attrs\":[]}]}",
         "refused: 1:41: nlri/prefix is no prefix\n"},
        {"openbgpd", "{\"memory\":{}}", "nothing: nothing that is read here: memory\n"},
        {"sros-json", "{\"nokia-state:ipv4-unicast\":{\"local-rib\":{}}}",
         "nothing: nothing that is read here: paths of BGP without their attributes; `show "
         "router "
         "bgp routes` has both\n"},
        {"sros-json",
         "{\"nokia-state:unicast\":{\"ipv4\":{\"statistics\":{},\"route\":[{\"ipv4-prefix\":"
         "\"192.0.2.0/24\",\"protocol\":\"local\",\"nexthop\":[{\"if-vrtr-id\":2}]}]}}}",
         "nothing: nothing that is read here: routes of a router instance that the answer does "
         "not name\n"},
        {"gobgp", "{}", "nothing: the answer holds no routes and nothing else that is known\n"},
        {"gobgp",
         "{\"::/0\":[{\"nlri\":{\"prefix\":\"::/0\"},\"attrs\":[{\"type\":1,\"value\":3}]}]}",
         "refused: 1:65: an origin of 3\n"},
        {"ripestat", "{\"data_call_name\":\"geoloc\"}",
         "refused: data_call_name: \"geoloc\" is not known (known: looking-glass, bgp-state, "
         "announced-prefixes, network-info, prefix-overview, routing-status)\n"},
        {"eos-json", "{\"vrfs\":{\"default\":{\"routes\":{\"x\":{}}}}}",
         "refused: 1:37: \"x\" is no prefix\n"},
        {"junos-xml", "<a><b></a>", "refused: 1:9: mismatched tag\n"},
        {"junos-xml", "<!DOCTYPE a><a/>", "refused: 1:12: a document type is not allowed\n"},
        {"junos-xml", "<rpc-reply/>", "refused: 1:1: nothing in it is known\n"},
        {"junos-xml", "<rpc-reply><output>OSPF instance is not running</output></rpc-reply>",
         "nothing: 1:48: the router says: OSPF instance is not running\n"},
        {"junos-xml", "<rpc-reply><output>\nerror: permission denied\n</output></rpc-reply>",
         "refused: 3:1: the router says: error: permission denied\n"},
        {"junos-json", "{\"output\":[{\"data\":\"syntax error, expecting <command>.\"}]}",
         "refused: 1:58: the router says: syntax error, expecting <command>.\n"},
        {"junos", "unknown command.\n",
         "refused: 1:1: the router answers \"unknown command.\"\n"},
        {"junos-json", "{master:0}\n", "refused: 1:1: there is no JSON in it\n"},
    };

    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *got =
            read_as(agent_dialect_find(lg_dialects, cases[i].dialect), slice_of(cases[i].text));

        if (strcmp(got, cases[i].why) != 0) {
            print_error("%s %s\n  got    %s  wanted %s", cases[i].dialect, cases[i].text, got,
                        cases[i].why);
            wrong++;
        }
        free(got);
    }
    assert_int_equal(wrong, 0);
}

/* What is nobody's, or hostile, is nobody's; deep nesting ends in an error. */
static void test_nobodys(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "\xff\xfe",
        "[",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{\"a\":{\"b\":1}}",
        "<html><body>x</body></html>",
        "{\"api\":1}",
        "Content-type: x\n\n",
        "{\"data\":{}}",
        "show ip route",
        "null",
        "\"api\""};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct agent_file f = {.name = "x", .text = slice_of(texts[i])};

        assert_null(agent_dialect_guess(lg_dialects, &f));
        for (const struct agent_dialect *const *d = lg_dialects; *d != NULL; d++) {
            char *got = read_as(*d, slice_of(texts[i]));

            assert_null(strstr(got, "node {"));
            free(got);
        }
    }
}

/* An entry larger than its limit is an error, not memory. */
static void test_large_entry(void **state)
{
    struct buf text = {0};
    char *got;

    (void)state;
    buf_str(&text, "{\"rib\":[{\"prefix\":\"::/0\",\"x\":[");
    for (int i = 0; i < 200000; i++)
        buf_printf(&text, "%s%d", i > 0 ? "," : "", i);
    buf_str(&text, "]}]}");
    got = read_as(&lg_dialect_openbgpd, (struct slice){text.data, text.len});
    assert_non_null(strstr(got, "an entry of more than 8 MiB"));
    free(got);
    buf_free(&text);
}

/* Every recorded answer of these folders is read, or refused for a reason of its own. */
static void test_samples(void **state)
{
    static const struct {
        const char *folder, *dialect;
        int files;
    } folders[] = {{"lg-ripestat", "ripestat", 13},
                   {"lg-openbgpd-json", "openbgpd", 2},
                   {"lg-birdwatcher-json", "birdwatcher", 2},
                   {"lab-live/gobgp", "gobgp", 6}};
    const char *shared = getenv("RIALTO_SHARED");

    (void)state;
    if (shared == NULL) {
        print_message("RIALTO_SHARED is not set: no recorded answers to read\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        char path[1024];
        struct dirent **found;
        int n, told = 0;

        snprintf(path, sizeof(path), "%s/samples/%s", shared, folders[i].folder);
        n = scandir(path, &found, NULL, alphasort);
        for (int k = 0; k < n; k++) {
            struct slice text = load(path, found[k]->d_name);
            struct agent_file f = {.name = found[k]->d_name, .text = text};
            const struct agent_dialect *d =
                text.n > 0 ? agent_dialect_guess(lg_dialects, &f) : NULL;

            told += d != NULL && strcmp(d->name, folders[i].dialect) == 0;
            free((char *)(uintptr_t)text.p);
            free(found[k]);
        }
        free(found);
        assert_int_equal(told, folders[i].files);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),     cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_nobodys),
        cmocka_unit_test(test_large_entry), cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
