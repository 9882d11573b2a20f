/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topology documents: data/agents/topology has one document per file, DIALECT@WHAT, and beside
 * it the facts that it must become, or the reason why none do. The documents were made for this
 * test; the facts were found by thinking. Each must be told to be of its dialect by its
 * content.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/topology/dialects.h"
#include "unit/agents/sources/perfsonar/reading.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_topology;

#define FOLDER "data/agents/topology"

static struct slice load(const char *name, const char *end)
{
    char path[1024], *text = NULL;
    size_t room = 0;
    FILE *f;
    ssize_t n;

    snprintf(path, sizeof(path), FOLDER "/%s%s", name, end);
    f = fopen(path, "r");
    assert_non_null(f);
    n = getdelim(&text, &room, '\0', f);
    fclose(f);
    assert_true(n > 0);
    return (struct slice){text, (size_t)n};
}

static char *said(const struct reading *r)
{
    char *out = malloc(sizeof(r->e.msg) + 40);

    assert_non_null(out);
    sprintf(out, "%s: %s\n", r->e.code == ERR_NOENT ? "nothing" : "refused", r->e.msg);
    return out;
}

static bool check_document(const char *name)
{
    struct slice text = load(name, ""), want = load(name, ".facts");
    struct reading r;
    char *refused;
    const char *got;
    bool good;

    reading_open(&r, &agent_topology, text.p, text.n);
    refused = said(&r);
    got = r.e.code == 0 ? r.text : refused;
    good = strcmp(got, want.p) == 0;
    if (!good)
        fprintf(stderr, "--- %s\n%s--- wanted\n%s", name, got, want.p);
    if (r.dialect == NULL || strncmp(name, r.dialect, strlen(r.dialect)) != 0 ||
        name[strlen(r.dialect)] != '@') {
        print_error("%s: taken for %s\n", name, r.dialect != NULL ? r.dialect : "nothing");
        good = false;
    }
    reading_close(&r);
    free(refused);
    free((char *)(uintptr_t)text.p);
    free((char *)(uintptr_t)want.p);
    return good;
}

static int is_document(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return strchr(d->d_name, '@') != NULL &&
           (n < 6 || strcmp(d->d_name + n - 6, ".facts") != 0);
}

/* Calls `each` with every document; how often it was not content. */
static int go_through(bool (*each)(const char *name))
{
    struct dirent **found;
    int n = scandir(FOLDER, &found, is_document, alphasort), wrong = 0;

    assert_true(n > 15);
    for (int i = 0; i < n; i++) {
        wrong += !each(found[i]->d_name);
        free(found[i]);
    }
    free(found);
    return wrong;
}

static void test_documents(void **state)
{
    (void)state;
    assert_int_equal(go_through(check_document), 0);
}

/* Wherever it is cut off, a document becomes nothing, or what is whole before its last blanks;
 * reading_open() sees to it that nothing is published when it is refused. */
static bool cut(const char *name)
{
    struct slice text = load(name, "");
    size_t step = text.n / 97 + 1;

    for (size_t n = 1; n < text.n; n += step) {
        struct reading r;

        reading_open(&r, &agent_topology, text.p, n);
        reading_close(&r);
    }
    free((char *)(uintptr_t)text.p);
    return true;
}

static void test_cuts(void **state)
{
    (void)state;
    assert_int_equal(go_through(cut), 0);
}

/* Nesting, and memory for what a small text can mean. */
static void test_limits(void **state)
{
    static const struct {
        const char *start, *open, *want;
    } deep[] = {
        {"{\"ietf-network:networks\":", "[", "1:55: nesting"},
        {"graph ", "[ a ", "lists nested too deeply"},
        {"<graphml>", "<a>", "elements nested too deeply"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(deep) / sizeof(*deep); i++) {
        struct buf text = {0};
        struct reading r;

        buf_str(&text, deep[i].start);
        for (int k = 0; k < 40; k++)
            buf_str(&text, deep[i].open);
        reading_open(&r, &agent_topology, buf_cstr(&text), text.len);
        assert_true(r.e.code < 0);
        if (i > 0)
            assert_non_null(strstr(r.e.msg, deep[i].want));
        reading_close(&r);
        buf_free(&text);
    }
}

/* --- memory that runs out --- */

static const struct {
    const char *dialect;
    topo_syntax *syntax;
    topo_parse *parse;
} formats[] = {
    {"rfc8345", topo_json, topo_rfc8345},
    {"rfc8345-xml", topo_xml, topo_rfc8345},
    {"nml", topo_xml, topo_nml},
    {"nsi-document", topo_xml_wrapped, topo_nml},
    {"sdx", topo_json, topo_sdx},
    {"gml", topo_gml, topo_zoo_gml},
    {"graphml", topo_xml, topo_zoo_graphml},
    {"sndlib", topo_json, topo_sndlib},
    {"sndlib-xml", topo_xml, topo_sndlib_xml},
    {"esnet", topo_json, topo_esnet},
    {"nsi-peerings", topo_json, topo_nsi_peerings},
};

/* Reads a text with so many bytes of memory: stated, or the code why not. */
static int read_within(size_t format, struct slice text, size_t limit)
{
    struct arena *a = arena_new(limit), *kept = arena_new(0);
    struct batch_head head = {.origin = {.domain = "d", .source = "s", .scope = "x"}};
    struct memory_sink m;
    struct batch_sink *sink = &m.sink;
    const struct jnode *root;
    struct err e = {0};
    struct topo t;
    int rc = formats[format].syntax(text, a, &root, &e);

    memory_sink_init(&m, kept);
    assert_int_equal(sink->begin(sink, &head, &e), 0);
    if (rc == 0 && (rc = topo_init(&t, a, &e)) == 0) {
        rc = formats[format].parse(&t, root, &e);
        if (rc == 0)
            rc = topo_emit(&t, sink, &e);
        topo_free(&t);
    }
    sink->abort(sink);
    memory_sink_free(&m);
    arena_free(&kept);
    arena_free(&a);
    return rc;
}

/* With too little memory, however little is lacking, a document is refused. */
static bool starve(const char *name)
{
    struct slice text = load(name, "");
    size_t i = 0, enough = (size_t)1 << 20, step = 48;

    while (strncmp(name, formats[i].dialect, strlen(formats[i].dialect)) != 0 ||
           name[strlen(formats[i].dialect)] != '@')
        i++;
    if (read_within(i, text, enough) == 0) {
        assert_true(read_within(i, text, step) < 0);
        for (size_t limit = step; read_within(i, text, limit) < 0; limit += step)
            assert_true(limit < enough);
    }
    free((char *)(uintptr_t)text.p);
    return true;
}

static void test_memory(void **state)
{
    (void)state;
    assert_int_equal(go_through(starve), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
