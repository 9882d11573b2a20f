/* SPDX-License-Identifier: Apache-2.0 */
/* Another ALTO server as a source: its directory, its parts, what goes wrong with it. */
#include <stdio.h>
#include <string.h>

#include "agents/sources/alto/ird.h"
#include "agents/sources/alto/parts.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_alto;

/* --- addresses: RFC 3986 section 5.4 where it matters --- */

static void test_resolve(void **state)
{
    static const struct {
        const char *base, *reference, *want;
    } all[] = {
        {"http://a/b/c/d?q", "g", "http://a/b/c/g"},
        {"http://a/b/c/d?q", "./g", "http://a/b/c/./g"}, /* dots are the client's */
        {"http://a/b/c/d?q", "/g", "http://a/g"},
        {"http://a/b/c/d?q", "//g/h", "http://g/h"},
        {"http://a/b/c/d?q", "?y", "http://a/b/c/d?y"},
        {"http://a/b/c/d?q", "g#s", "http://a/b/c/g"},
        {"http://a/b/c/d?q", "", "http://a/b/c/d"},
        {"http://a", "g", "http://a/g"},
        {"http://a?x", "g", "http://a/g"},
        {"http://a/b", "HTTP://x/y", "HTTP://x/y"},
        {"http://a/b", "https://x/y", "https://x/y"},
        {"https://a/b", "http://x/y", NULL},
        {"http://a/b", "ftp://x/y", NULL},
        {"http://a/b", "file:///etc/passwd", NULL},
        {"http://a/b", "x y", NULL},
    };
    struct arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        const char *got = ird_resolve(all[i].base, all[i].reference, a);

        if (all[i].want == NULL)
            assert_null(got);
        else
            assert_string_equal(got != NULL ? got : "(none)", all[i].want);
    }
    arena_free(&a);
}

/* --- directories --- */

static void count_remark(void *payload, const char *where, const char *reason)
{
    (void)where;
    (void)reason;
    ++*(int *)payload;
}

static void test_directory(void **state)
{
    static const char text[] =
        "{\"meta\":{\"cost-types\":{\"pv\":{\"cost-mode\":\"array\",\"cost-metric\":"
        "\"ane-path\"}}},\"resources\":{"
        "\"m\":{\"uri\":\"map\",\"media-type\":\"application/alto-networkmap+json\"},"
        "\"v\":{\"uri\":\"/v\",\"media-type\":\"multipart/related;type=x\",\"accepts\":\"y\","
        "\"capabilities\":{\"cost-type-names\":[\"lost\",\"pv\"]}},"
        "\"no type\":{\"uri\":\"/x\",\"media-type\":\"z\"},"
        "\"n\":{\"uri\":\"/x\"},\"o\":{\"uri\":\"mailto:x\",\"media-type\":\"z\"}}}";
    struct arena *a = arena_new(0);
    int remarks = 0;
    struct ird d = {.remark = count_remark, .payload = &remarks};
    const struct ird_resource *v;
    struct err e = {0};

    (void)state;
    d.end = &d.first;
    assert_int_equal(ird_read(&d, slice_of(text), "http://h/d/ird", a, &e), 0);
    assert_int_equal(d.n, 2);
    assert_int_equal(remarks, 3);
    assert_string_equal(d.first->uri, "http://h/d/map");
    assert_null(d.first->accepts);
    assert_false(ird_has_cost(d.first, "array", "ane-path"));
    v = d.first->next;
    assert_string_equal(v->id, "v");
    assert_true(ird_has_cost(v, "array", "ane-path"));
    assert_false(ird_has_cost(v, "numerical", "ane-path"));
    assert_true(ird_media_is(v->media, "Multipart/Related"));
    assert_false(ird_media_is(v->media, "multipart/rel"));
    assert_int_equal(ird_read(&d, slice_of(text), "http://h/d/ird", a, &e), 0);
    assert_int_equal(d.n, 2); /* the same ids again */
    assert_int_equal(ird_read(&d, slice_of("{\"resources\":[]}"), "http://h/", a, &e),
                     ERR_SCHEMA);
    assert_int_equal(ird_read(&d, slice_of("["), "http://h/", a, &e), ERR_PARSE);
    arena_free(&a);
}

static void test_directory_limit(void **state)
{
    struct arena *a = arena_new(0);
    int remarks = 0;
    struct ird d = {.remark = count_remark, .payload = &remarks};
    struct buf text = {0};
    struct err e = {0};

    (void)state;
    d.end = &d.first;
    buf_str(&text, "{\"resources\":{");
    for (int i = 0; i <= IRD_MAX_RESOURCES; i++)
        buf_printf(&text, "%s\"r%d\":{\"uri\":\"/\",\"media-type\":\"x\"}", i > 0 ? "," : "",
                   i);
    buf_str(&text, "}}");
    assert_int_equal(ird_read(&d, slice_of(buf_cstr(&text)), "http://h/", a, &e), ERR_LIMIT);
    assert_int_equal(d.n, IRD_MAX_RESOURCES);
    buf_free(&text);
    arena_free(&a);
}

/* --- parts --- */

#define COSTS                                                                                  \
    "{\"meta\":{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"}},"        \
    "\"cost-map\":{\"A\":{\"B\":[\"x\"]}}}"
#define PROPS    "{\"meta\":{},\"property-map\":{\".ane:x\":{\"p\":1.50,\"q\":[true,null]}}}"
#define PART(b)  "\r\nContent-Type: application/x\r\nResource-Id: y\r\n\r\n" b "\r\n"
#define TYPE     "multipart/related; boundary=\"f o\"; type=x"
#define BOUNDARY "--f o"

static void test_parts(void **state)
{
    static const struct {
        const char *type, *body, *want; /* the document, or a part of the reason */
    } all[] = {
        {TYPE, "preamble\r\n" BOUNDARY PART(COSTS) BOUNDARY PART(PROPS) BOUNDARY "--\r\n",
         "{\"meta\":{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"}},"
         "\"cost-map\":{\"A\":{\"B\":[\"x\"]}},"
         "\"property-map\":{\".ane:x\":{\"p\":1.50,\"q\":[true,null]}}}"},
        {"application/json", "", "answered with application/json"},
        {NULL, "", "answered with no media type"},
        {"multipart/related;type=x", "", "answered with multipart/related"},
        {TYPE, "", "not separated"},
        {TYPE, BOUNDARY PART(COSTS), "part 1 does not end"},
        {TYPE, BOUNDARY PART(COSTS) BOUNDARY "--", "1 parts"},
        {TYPE, BOUNDARY PART("{") BOUNDARY PART(PROPS) BOUNDARY "--", "part 1: 1:2"},
        {TYPE, BOUNDARY PART(PROPS) BOUNDARY PART(COSTS) BOUNDARY "--", "neither cost-map"},
        {TYPE, BOUNDARY PART(COSTS) BOUNDARY PART(COSTS) BOUNDARY "--", "property-map"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        struct arena *a = arena_new(0);
        struct buf out = {0};
        struct err e = {0};
        int rc = parts_join(slice_of(all[i].body), all[i].type, a, &out, &e);

        if (i == 0)
            assert_string_equal(buf_cstr(&out), all[i].want);
        else
            assert_true(rc < 0 && strstr(e.msg, all[i].want) != NULL);
        buf_free(&out);
        arena_free(&a);
    }
}

/* --- the source --- */

#define DIRECTORY_TYPE "application/alto-directory+json"
#define MAP_TYPE       "application/alto-networkmap+json"
#define MAP(tag)                                                                               \
    "{\"meta\":{\"vtag\":{\"resource-id\":\"m\",\"tag\":\"" tag                                \
    "\"}},\"network-map\":{\"P\":{\"ipv4\":[\"192.0.2.0/24\"]}}}"

struct peer {
    struct tiny server;
    const char *directory, *map, *map_type;
    atomic_int unchanged, credentials;
};

static void say(int fd, const char *type, const char *etag, const char *body)
{
    char head[400];

    snprintf(head, sizeof(head),
             "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nETag: %s\r\nContent-Length: %zu\r\n\r\n",
             type, etag, strlen(body));
    tiny_say(fd, head);
    tiny_say(fd, body);
}

static void answer(void *payload, int fd, const char *request)
{
    struct peer *p = payload;

    if (strstr(request, "Authorization:") != NULL)
        atomic_fetch_add(&p->credentials, 1);
    if (strncmp(request, "GET /ird ", 9) == 0) {
        say(fd, DIRECTORY_TYPE, "\"d\"", p->directory);
    } else if (strncmp(request, "POST /pv ", 9) == 0 &&
               strstr(request, "Content-Type: application/alto-costmapfilter+json") != NULL) {
        say(fd, "multipart/related;boundary=b", "\"p\"",
            "--b" PART(COSTS) "--b" PART(PROPS) "--b--\r\n");
    } else if (strstr(request, "If-None-Match: \"m\"") != NULL) {
        atomic_fetch_add(&p->unchanged, 1);
        tiny_say(fd, "HTTP/1.1 304 Not Modified\r\n\r\n");
    } else {
        say(fd, p->map_type, "\"m\"", p->map);
    }
}

#define RESOURCES(more)                                                                        \
    "{\"meta\":{\"cost-types\":{\"pv\":{\"cost-mode\":\"array\",\"cost-metric\":"              \
    "\"ane-path\"}}},\"resources\":{\"m\":{\"uri\":\"map\",\"media-type\":\"" MAP_TYPE         \
    "\"}" more "}}"
#define VECTORS                                                                                \
    ",\"v\":{\"uri\":\"/pv\",\"media-type\":\"multipart/"                                      \
    "related;type=application/alto-costmap+json\",\"accepts\":"                                \
    "\"application/alto-costmapfilter+json\",\"capabilities\":{\"cost-type-names\":[\"pv\"],"  \
    "\"ane-property-names\":[\"p\"]}}"
#define FAR ",\"far\":{\"uri\":\"http://10.1.2.3/x\",\"media-type\":\"" MAP_TYPE "\"}"

static void open_peer(struct rig *r, struct peer *p, const char *more)
{
    char yaml[600];
    struct err e = {0};

    tiny_start(&p->server, answer, p);
    snprintf(yaml, sizeof(yaml),
             "url: \"http://127.0.0.1:%d/ird\"\nallow: [127.0.0.0/8]\n"
             "limits: {interval: 0s, requests: 5}\n%s",
             p->server.port, more);
    assert_int_equal(rig_open(r, &agent_alto, yaml, FACT_NONE, &e), 0);
}

static void close_peer(struct rig *r, struct peer *p)
{
    rig_close(r);
    tiny_stop(&p->server);
}

static void test_map(void **state)
{
    struct peer p = {.directory = RESOURCES(""), .map = MAP("1"), .map_type = MAP_TYPE};
    const struct memory_batch *b;
    struct rig r;

    (void)state;
    open_peer(&r, &p, "");
    rig_collect(&r);
    b = rig_scope(&r, "m.json");
    assert_string_equal(b->head.version, "1"); /* the map's own tag */
    assert_string_equal(FACTS(&b->facts, document, DOCUMENT)->kind, "network-map");
    assert_string_equal(FACTS(&b->facts, document, DOCUMENT)->body, p.map);
    rig_collect(&r);
    assert_int_equal(p.unchanged, 1);
    p.directory = RESOURCES(VECTORS); /* the directory is read each time */
    rig_collect(&r);
    assert_int_equal(p.unchanged, 2);
    close_peer(&r, &p);
}

static void test_wrong_answers(void **state)
{
    static const struct {
        const char *type, *body, *want;
    } all[] = {
        {"text/html", MAP("1"), "answered with text/html"},
        {MAP_TYPE, "{\"network-map\":", "1:16"},
        {MAP_TYPE, "{\"meta\":{},\"property-map\":{}}", "it is a property-map"},
        {MAP_TYPE, "", "1:1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        struct peer p = {
            .directory = RESOURCES(""), .map = all[i].body, .map_type = all[i].type};
        struct rig r;

        open_peer(&r, &p, "");
        rig_collect(&r);
        assert_int_equal(rig_scope(&r, "m.json")->failed, 1);
        assert_non_null(strstr(rig_scope(&r, "m.json")->why.msg, all[i].want));
        close_peer(&r, &p);
    }
}

/* Credentials stay at the server that they are for; private addresses are not asked. */
static void test_other_servers(void **state)
{
    struct peer p = {.directory = RESOURCES(FAR), .map = MAP("1"), .map_type = MAP_TYPE};
    char *folder = rig_folder(), more[300];
    struct rig r;

    (void)state;
    rig_write(folder, "token", "secret\n", 1);
    snprintf(more, sizeof(more), "token_file: %s/token\n", folder);
    open_peer(&r, &p, more);
    rig_collect(&r);
    assert_int_equal(p.credentials, 2);
    assert_int_equal(rig_scope(&r, "m.json")->failed, 0);
    assert_int_equal(rig_scope(&r, "far.json")->failed, 1);
    assert_int_equal(rig_scope(&r, "far.json")->why.code, ERR_REFUSED);
    close_peer(&r, &p);
    rig_remove(folder);
}

static void test_vectors(void **state)
{
    struct peer p = {.directory = RESOURCES(VECTORS), .map = MAP("1"), .map_type = MAP_TYPE};
    const struct memory_batch *b;
    struct rig r;

    (void)state;
    open_peer(&r, &p,
              "vectors:\n- {name: ab, sources: [A], destinations: [B]}\n"
              "- {name: hosts, sources: [\"ipv4:192.0.2.1\"], destinations: "
              "[\"ipv4:192.0.2.2\"]}\n");
    rig_collect(&r);
    b = rig_scope(&r, "ab.json");
    assert_int_equal(b->failed, 0);
    assert_string_equal(FACTS(&b->facts, document, DOCUMENT)->kind, "ane-path");
    assert_string_equal(rig_scope(&r, "hosts.json")->why.msg,
                        "no resource has path vectors between endpoints");
    close_peer(&r, &p);
}

/* What the directory has no longer is gone; what it can't be asked for is stale. */
static void test_gone(void **state)
{
    struct peer p = {.directory = RESOURCES(VECTORS), .map = MAP("1"), .map_type = MAP_TYPE};
    struct rig r;

    (void)state;
    open_peer(&r, &p, "");
    rig_collect(&r);
    rig_expect(&r, "directory", "ignored v: answers to questions only\n");
    p.directory = "[]";
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "m.json")->failed, 1);
    assert_non_null(strstr(rig_scope(&r, "m.json")->why.msg, "directory: "));
    p.directory = RESOURCES("");
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "m.json")->failed, 0);
    p.directory = "{\"resources\":{}}";
    rig_collect(&r);
    assert_null(rig_scope(&r, "m.json"));
    close_peer(&r, &p);
}

/* A linked directory that can't be read: what it may have had is stale, the rest is as it was.
 */
static void test_linked_directory(void **state)
{
    static const char both[] =
        "{\"resources\":{\"m\":{\"uri\":\"map\",\"media-type\":\"" MAP_TYPE
        "\"},\"more\":{\"uri\":\"/linked\",\"media-type\":\"" DIRECTORY_TYPE "\"}}}";
    struct peer p = {.directory =
                         RESOURCES(",\"n\":{\"uri\":\"n\",\"media-type\":\"" MAP_TYPE "\"}"),
                     .map = MAP("1"),
                     .map_type = MAP_TYPE};
    struct rig r;

    (void)state;
    open_peer(&r, &p, "");
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "n.json")->failed, 0);
    p.directory = both; /* /linked answers with a map */
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "m.json")->failed, 0);
    assert_int_equal(rig_scope(&r, "n.json")->failed, 1);
    assert_int_equal(rig_scope(&r, "directory")->failed, 1);
    assert_non_null(strstr(rig_scope(&r, "directory")->why.msg, "not application/alto-dir"));
    close_peer(&r, &p);
}

static void test_options(void **state)
{
#define URL "url: \"http://x/\"\n"
    static const struct {
        const char *yaml, *want;
    } bad[] = {
        {"allow: []\n", "url"},
        {"url: \"gopher://x/\"\n", "must start with http"},
        {URL "vectors: [{name: \"a b\", sources: [A], destinations: [B]}]\n", "name: letters"},
        {URL "vectors: [{name: a, sources: [A], destinations: [\"ipv4:192.0.2.1\"]}]\n",
         "can't be mixed"},
        {URL "vectors: [{name: a, sources: [\"A B\"], destinations: [B]}]\n", "is no PID"},
        {URL "vectors: [{name: a, sources: [], destinations: [B]}]\n", "needs 1 to"},
        {URL "vectors: [{name: a, sources: [A], destinations: [B]}, "
             "{name: a, sources: [A], destinations: [B]}]\n",
         "a is there twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct rig r;
        struct err e = {0};

        assert_int_equal(rig_open(&r, &agent_alto, bad[i].yaml, FACT_NONE, &e), ERR_SCHEMA);
        assert_non_null(strstr(e.msg, bad[i].want));
        rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_directory_limit),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_wrong_answers),
        cmocka_unit_test(test_other_servers),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_linked_directory),
        cmocka_unit_test(test_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
