/* SPDX-License-Identifier: Apache-2.0 */
/* What the library does without a server: media types, multipart, URLs, JSON, errors, maps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/private.h"
#include "unit/cmocka_all.h"

static void media_parameters(void **state)
{
    static const struct {
        const char *media, *name, *value;
    } cases[] = {
        {"multipart/related; boundary=here; type=a/b", "type", "a/b"},
        {"multipart/related;type=\"a/b\";boundary=here", "boundary", "here"},
        {"multipart/related; TYPE = \"a\\\"b;c\" ; boundary=x", "type", "a\"b;c"},
        {"multipart/related; flag; boundary=x", "boundary", "x"},
        {"multipart/related; boundary=", "boundary", NULL},
        {"multipart/related; boundary=\"x", "boundary", NULL},
        {"multipart/related; a=\"x;boundary=y", "boundary", NULL},
        {"multipart/related; xboundary=1", "boundary", NULL},
        {"multipart/related;", "boundary", NULL},
        {"multipart/related", "boundary", NULL},
        {"", "boundary", NULL},
    };
    struct arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *value = media_parameter(a, cases[i].media, cases[i].name);
        if (cases[i].value)
            assert_string_equal(value, cases[i].value);
        else
            assert_true(!value || !*value);
    }
    assert_true(media_is("Application/JSON ; charset=utf-8", "application/json"));
    assert_false(media_is("application/json5", "application/json"));
    arena_free(&a);
}

static int split(const char *body, struct part *parts, size_t *n, struct rialto_error *e)
{
    return multipart_split(slice_of(body), "b", parts, n, e);
}

#define HEAD "Content-Type: t/x\r\nContent-ID: <i@d>\r\n\r\n"

static void multipart_is_split(void **state)
{
    struct part parts[MULTIPART_MAX];
    struct rialto_error e;
    size_t n;

    (void)state;
    assert_int_equal(split("preamble\r\n--b\r\n" HEAD "one\r\n\r\n--b \r\ncontent-type:t/y\r\n"
                           "X: 1;\r\n y=2\r\n\r\n--bb\r\n--b--\r\nepilogue",
                           parts, &n, &e),
                     0);
    assert_int_equal(n, 2);
    assert_true(slice_eq(parts[0].media, "t/x"));
    assert_true(slice_eq(parts[0].id, "<i@d>"));
    assert_true(slice_eq(parts[0].body, "one\r\n"));
    assert_true(slice_eq(parts[1].media, "t/y"));
    assert_true(slice_eq(parts[1].body, "--bb"));
    /* bare line feeds, and the last delimiter as RFC 9275 prints it */
    assert_int_equal(split("--b\nContent-Type: t/x\n\nx\n--b\n", parts, &n, &e), 0);
    assert_int_equal(n, 1);
    assert_true(slice_eq(parts[0].body, "x"));
    assert_int_equal(split("--b--", parts, &n, &e), 0);
    assert_int_equal(n, 0);
}

static void broken_multipart_is_refused(void **state)
{
    static const char *const broken[] = {
        "",
        "no boundary at all",
        "--b\r\n" HEAD "cut",
        "--b\r\n" HEAD "cut\r\n--b-",
        "--b\r\nContent-Type: t/x\r\n--b--",        /* no end of headers */
        "--b\r\nContent-ID: <i>\r\n\r\nx\r\n--b--", /* no type */
        "--b\r\nnonsense\r\n\r\nx\r\n--b--",
    };
    struct part parts[MULTIPART_MAX];
    struct rialto_error e;
    struct buf many = {0};
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        assert_int_equal(split(broken[i], parts, &n, &e), RIALTO_E_REPLY);
    for (int i = 0; i < MULTIPART_MAX + 1; i++)
        buf_str(&many, "--b\r\n" HEAD "x\r\n");
    buf_str(&many, "--b--");
    assert_int_equal(split(buf_cstr(&many), parts, &n, &e), RIALTO_E_LIMIT);
    buf_free(&many);
}

#define PART(type, json) "--b\r\nContent-Type: " type "\r\n\r\n" json "\r\n"
#define COSTS(json)      PART(MEDIA_ENDPOINT, json)
#define PROPS(json)      PART(MEDIA_PROPERTIES, json)

static int parse(const char *body, struct rialto_error *e)
{
    struct rialto_vector *v;
    int rc = rialto_vector_parse("multipart/related; boundary=b", body, strlen(body), &v, e);

    rialto_vector_free(&v);
    return rc;
}

static void vector_parts_must_fit(void **state)
{
    static const struct {
        const char *body;
        const char *says; /* NULL: it is fine */
    } cases[] = {
        {PROPS("{\"property-map\":{\".ane:a\":{}}}") /* any order; cost-map as RFC 9275 prints
                                                        it */
         COSTS("{\"cost-map\":{\"x\":{\"y\":[\"a\"],\"z\":null}}}") "--b--",
         NULL},
        {PART("text/plain", "ignored") COSTS("{\"endpoint-cost-map\":{}}")
             PROPS("{\"property-map\":{}}") "--b--",
         NULL},
        {COSTS("{\"endpoint-cost-map\":{}}") "--b--", "properties is missing"},
        {PROPS("{\"property-map\":{}}") "--b--", "costs is missing"},
        {COSTS("{}") PROPS("{\"property-map\":{}}") "--b--", "no cost map"},
        {COSTS("{\"endpoint-cost-map\":{}}") PROPS("{}") "--b--", "property-map"},
        {COSTS("{\"endpoint-cost-map\":{\"x\":{\"y\":[\"a\"]}}}")
             PROPS("{\"property-map\":{}}") "--b--",
         "element a"},
        {COSTS("{\"endpoint-cost-map\":{\"x\":{\"y\":[1]}}}")
             PROPS("{\"property-map\":{}}") "--b--",
         "(no text)"},
        {COSTS("{\"endpoint-cost-map\":{\"x\":{\"y\":7}}}")
             PROPS("{\"property-map\":{}}") "--b--",
         "no array"},
        {COSTS("{\"endpoint-cost-map\":{}}") PROPS("{\"property-map\":{\"a\":{}}}") "--b--",
         "no network element"},
        {COSTS("{\"endpoint-cost-map\":{}}") PROPS("{\"property-map\":{\".ane:a\":1}}") "--b--",
         "no object"},
        {COSTS("{\"meta\":{\"vtag\":{\"resource-id\":\"r\",\"tag\":\"1\"}},\"endpoint-cost-"
               "map\":{}}")
             PROPS("{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"r\",\"tag\":\"2\"}]},"
                   "\"property-map\":{}}") "--b--",
         "another version"},
        {COSTS("{") PROPS("{}") "--b--", "path vector: the reply is not JSON"},
        {COSTS("{}") COSTS("{}") "--b--", "same kind"},
    };
    struct rialto_error e;
    struct rialto_vector *v;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int rc = parse(cases[i].body, &e);
        if (!cases[i].says && rc != 0)
            fail_msg("case %zu: %s", i, e.message);
        if (cases[i].says && (rc != RIALTO_E_REPLY || !strstr(e.message, cases[i].says)))
            fail_msg("case %zu: %d %s", i, rc, e.message);
    }
    assert_int_equal(rialto_vector_parse("multipart/related", "", 0, &v, &e), RIALTO_E_REPLY);
    assert_int_equal(rialto_vector_parse("text/html;boundary=b", "", 0, &v, &e),
                     RIALTO_E_REPLY);
}

static void urls_are_resolved(void **state)
{
    static const struct {
        const char *ref, *url;
    } cases[] = {
        {"map", "http://[::1]:80/alto/map"},
        {"./map?x=/../y", "http://[::1]:80/alto/map?x=/../y"},
        {"../map", "http://[::1]:80/map"},
        {"../../../map", "http://[::1]:80/map"},
        {"/a/./b/../c", "http://[::1]:80/a/c"},
        {"/a/..", "http://[::1]:80/"},
        {"HTTPS://example.net/x", "HTTPS://example.net/x"},
        {"//example.net/x", "http://example.net/x"},
        {"?x", "http://[::1]:80/alto/directory?x"},
        {"", "http://[::1]:80/alto/directory?q"},
        {"#f", "http://[::1]:80/alto/directory?q"},
        {"map#f", "http://[::1]:80/alto/map"},
        {"ftp://example.net/x", NULL},
        {"file:/etc/passwd", NULL},
        {"a b", NULL},
        {"a\r\nX: 1", NULL},
        {"caf\xc3\xa9", NULL},
    };
    struct arena *a = arena_new(0);
    size_t origin;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *url = url_resolve(a, "http://[::1]:80/alto/directory?q", cases[i].ref);
        if (cases[i].url)
            assert_string_equal(url, cases[i].url);
        else
            assert_null(url);
    }
    assert_true(url_check("http://h:1/p", &origin));
    assert_int_equal(origin, 10);
    assert_string_equal(url_host(a, "http://[2001:db8::1]:8080/x"), "2001:db8::1");
    assert_string_equal(url_host(a, "https://example.net/x:y"), "example.net");
    arena_free(&a);
}

static void json_is_strict(void **state)
{
    static const char *const bad[] = {"",        "{",     "{\"a\":1,\"a\":2}", "[1] x", "[NaN]",
                                      "[1e999]", "['a']", "\"\\u0000\"",       "\xff"};
    struct rialto_document *d;
    struct rialto_error e;
    char deep[131];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(decode_json(bad[i], strlen(bad[i]), &d, &e), RIALTO_E_REPLY);
        assert_null(d);
    }
    memset(deep, '[', 65);
    memset(deep + 65, ']', 65);
    assert_int_equal(decode_json(deep, 130, &d, &e), RIALTO_E_LIMIT);
    assert_int_equal(decode_json(deep + 1, 128, &d, &e), 0);
    rialto_document_free(&d);
    assert_int_equal(decode_json("[\"[[\\\"[[\"]", 11, &d, &e),
                     RIALTO_E_REPLY); /* one byte too many */
    assert_int_equal(decode_json("[\"[[\\\"[[\"]", 10, &d, &e), 0);
    rialto_document_free(&d);
}

static void json_is_written_back(void **state)
{
    static const char text[] =
        "{\"z\":[1,-5,0.1,1e99,true,null],\"a\":{\"q\\\"\\\\\":\"\\u0001\\u007f"
        "\\u009b\\u202egr\xc3\xbc\xc3\x9f\xe2\x82\xac\"}}";
    struct rialto_document *d, *again;
    struct rialto_error e;
    const struct rialto_value *root;
    struct rialto_cursor c = {0};
    char *json;

    (void)state;
    assert_int_equal(decode_json(text, strlen(text), &d, &e), 0);
    root = rialto_document_root(d);
    json = rialto_value_json(root);
    assert_non_null(strstr(json, "0.1,"));
    assert_non_null(strstr(json, "\\u0001\\u007f\\u009b\\u202egr\xc3\xbc\xc3\x9f\xe2\x82\xac"));
    assert_int_equal(decode_json(json, strlen(json), &again, &e), 0);
    assert_true(rialto_next(root, &c));
    assert_string_equal(c.key, "z"); /* the server's order is kept */
    assert_int_equal(rialto_count(c.value), 6);
    assert_true(fabs(rialto_number(rialto_at(c.value, 1), 0) + 5) < 1e-9);
    assert_true(rialto_true(rialto_at(c.value, 4)));
    assert_int_equal(rialto_type(rialto_at(c.value, 5)), RIALTO_NULL);
    assert_null(rialto_at(c.value, 6));
    assert_null(rialto_get(c.value, "z"));
    assert_null(rialto_text(c.value));
    assert_null(rialto_text(NULL));
    assert_int_equal(rialto_count(NULL), 0);
    assert_int_equal(rialto_type(NULL), RIALTO_NULL);
    free(json);
    rialto_document_free(&d);
    rialto_document_free(&again);
}

static void errors_are_harmless(void **state)
{
    static const char body[] = "{\"error\":{\"code\":\"bad\\u001b[2J\",\"message\":"
                               "\"a\\nb\\u009bc\",\"field\":\"src\"}}";
    char longer[700];
    struct rialto_error e;

    (void)state;
    assert_int_equal(error_from_reply(&e, 400, body, strlen(body)), RIALTO_E_SERVER);
    assert_string_equal(e.alto_code, "bad?[2J");
    assert_string_equal(e.field, "src");
    assert_string_equal(e.message, "the server says a?b??c (bad?[2J, field src)");
    assert_int_equal(error_from_reply(&e, 404, "<html>", 6), RIALTO_E_NOT_FOUND);
    assert_string_equal(e.message, "the server says not found (HTTP 404)");
    assert_int_equal(error_from_reply(NULL, 401, NULL, 0), RIALTO_E_DENIED);
    assert_int_equal(error_from_reply(&e, 502, "", 0), RIALTO_E_SERVER);
    assert_string_equal(e.message, "the server reports an error (HTTP 502)");
    for (size_t i = 0; i + 2 < sizeof(longer); i += 2)
        memcpy(longer + i, "\xc3\xbc", 3);
    error_set(&e, RIALTO_E_REPLY, "x%s", longer);
    assert_true(str_is_utf8(e.message, strlen(e.message)));
    for (int code = RIALTO_E_UNSUPPORTED; code <= 0; code++)
        assert_string_not_equal(rialto_code_text(code), rialto_code_text(-99));
}

/* What stands before an API answers with pages: what their first paragraph says is told. */
static void errors_of_pages(void **state)
{
    static const struct {
        const char *page, *says;
    } cases[] = {
        {"<!doctype html>\n<h1>Bad Request</h1>\n<p>Unsupported method: method=OAuth2</p>\n",
         "the server says Unsupported method: method=OAuth2 (HTTP 400)"},
        {"<p> not for\x1b you<br />or me</p>", "the server says not for? you (HTTP 400)"},
        {"<p>cut off", "the server says cut off (HTTP 400)"},
        {"<p>", "the server reports an error (HTTP 400)"},
        {"<p></p><p>second</p>", "the server reports an error (HTTP 400)"},
        {"<p>\xff\xfe</p>", "the server reports an error (HTTP 400)"},
    };
    struct rialto_error e;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t n = strlen(cases[i].page);
        assert_int_equal(error_from_reply(&e, 400, cases[i].page, n), RIALTO_E_SERVER);
        assert_string_equal(e.message, cases[i].says);
    }
}

static int build(const char *json, struct rialto_map **m, struct rialto_error *e)
{
    struct rialto_document *d;
    int rc;

    assert_int_equal(decode_json(json, strlen(json), &d, e), 0);
    rc = map_build(d, "given", m, e);
    rialto_document_free(&d);
    return rc;
}

#define MAP(pids) "{\"meta\":{\"vtag\":{\"tag\":\"1\"}},\"network-map\":" pids "}"

static void maps_are_checked(void **state)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        {MAP("{\"a\":{\"ipv4\":[\"10.0.0.0/33\"]}}"), "not a prefix"},
        {MAP("{\"a\":{\"ipv4\":[7]}}"), "no text"},
        {MAP("{\"a\":{\"ipv4\":[\"10.0.0.0/8\"]},\"b\":{\"ipv4\":[\"10.1.0.0/8\"]}}"),
         "in PID b"},
        {MAP("[]"), "network-map"},
        {"{\"network-map\":{}}", "tag"},
    };
    struct rialto_map *m;
    struct rialto_error e;
    char prefix[RIALTO_PREFIX_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(build(cases[i].json, &m, &e), RIALTO_E_REPLY);
        if (!strstr(e.message, cases[i].says))
            fail_msg("case %zu: %s", i, e.message);
        assert_null(m);
    }
    assert_int_equal(build(MAP("{\"a\":{\"ipv6\":[\"::/0\"],\"ipv4\":[]}}"), &m, &e), 0);
    assert_string_equal(rialto_map_id(m), "given");
    assert_string_equal(rialto_map_find(m, "2001:db8::", prefix), "a");
    assert_string_equal(prefix, "::/0");
    assert_null(rialto_map_find(m, "192.0.2.1", NULL));
    rialto_map_free(&m);
}

static void addresses_are_typed(void **state)
{
    struct arena *a = arena_new(0);

    (void)state;
    assert_string_equal(endpoint_typed(a, "192.0.2.1"), "ipv4:192.0.2.1");
    assert_string_equal(endpoint_typed(a, "ipv6:2001:DB8:0::1"), "ipv6:2001:db8::1");
    assert_null(endpoint_typed(a, "ipv6:192.0.2.1"));
    assert_null(endpoint_typed(a, "ipv4:"));
    assert_null(endpoint_typed(a, "ipv4:192.0.2.1/32"));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(media_parameters),
        cmocka_unit_test(multipart_is_split),
        cmocka_unit_test(broken_multipart_is_refused),
        cmocka_unit_test(vector_parts_must_fit),
        cmocka_unit_test(urls_are_resolved),
        cmocka_unit_test(json_is_strict),
        cmocka_unit_test(json_is_written_back),
        cmocka_unit_test(errors_are_harmless),
        cmocka_unit_test(errors_of_pages),
        cmocka_unit_test(maps_are_checked),
        cmocka_unit_test(addresses_are_typed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
