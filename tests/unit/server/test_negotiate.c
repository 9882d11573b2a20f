/* SPDX-License-Identifier: Apache-2.0 */
#include "server/negotiate.h"

#include "unit/cmocka_all.h"

#define MAP "application/alto-networkmap+json"
#define PV  "multipart/related;type=application/alto-costmap+json"

static void test_accept(void **state)
{
    static const struct {
        const char *accept;
        bool allowed;
    } cases[] = {
        {NULL, true},
        {"", true},
        {"*/*", true},
        {"application/*", true},
        {"APPLICATION/ALTO-NETWORKMAP+JSON", true},
        {MAP, true},
        {" text/html ,\tapplication/*;q=0.5", true},
        {"text/html", false},
        {"application/json", false},
        {MAP ";q=0", false},
        {MAP ";q=0, */*", false},
        {MAP "; q=0.000, application/*;q=1", false},
        {MAP ";q=0.001, application/*;q=0", true},
        {"application/*;q=0, */*;q=0.1", false},
        {"application/alto-error+json", false},
        {"*/json", false},
        {"garbage", false},
        {",,;=/, */*", true},
        {MAP ";charset=utf-8", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        if (accept_allows(cases[i].accept, MAP) != cases[i].allowed)
            fail_msg("%s", cases[i].accept);
    }
}

static void test_accept_multipart(void **state)
{
    (void)state;
    assert_true(accept_allows(PV ",application/alto-error+json", PV));
    assert_true(accept_allows("multipart/related;type=\"application/alto-costmap+json\"", PV));
    assert_true(accept_allows("multipart/related", PV));
    assert_true(accept_allows("multipart/*", PV));
    assert_false(
        accept_allows("multipart/related;type=application/alto-endpointcost+json", PV));
    assert_false(accept_allows("application/alto-costmap+json", PV));
}

static void test_content_type(void **state)
{
    (void)state;
    assert_true(content_type_is("Application/Alto-NetworkMap+JSON ; charset=utf-8", MAP));
    assert_false(content_type_is("application/json", MAP));
    assert_false(content_type_is(NULL, MAP));
    assert_false(content_type_is("", MAP));
}

static void test_etag(void **state)
{
    (void)state;
    assert_true(etag_matches("\"a\", W/\"b\"", "\"b\""));
    assert_true(etag_matches("*", "\"b\""));
    assert_false(etag_matches("\"a\"", "\"b\""));
    assert_false(etag_matches("b", "\"b\""));
    assert_false(etag_matches(NULL, "\"b\""));
}

static void test_strong_etag(void **state)
{
    (void)state;
    assert_true(etag_matches_strongly("\"a\", \"b\"", "\"b\""));
    assert_true(etag_matches_strongly("*", "\"b\""));
    assert_false(etag_matches_strongly("W/\"b\"", "\"b\""));
    assert_false(etag_matches_strongly(NULL, "\"b\""));
}

static void test_http_date(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", true},
        {"Sunday, 06-Nov-94 08:49:37 GMT", true},
        {"Sun Nov  6 08:49:37 1994", true},
        {"Sun, 06 Nov 1994 08:49:37 CET", false},
        {"Sun, 06 Nov 1994 08:49:37 GMT.", false},
        {"1994-11-06T08:49:37Z", false},
        {"", false},
        {NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t seconds = 0;
        assert_int_equal(http_date(cases[i].text, &seconds), cases[i].good);
        assert_int_equal(seconds, cases[i].good ? 784111777 : 0);
    }
}

static void test_coding(void **state)
{
    static const struct {
        const char *accept;
        bool allowed;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"br, gzip;q=0.1", true},
        {"gzip;q=0", false},
        {"*", true},
        {"*;q=0", false},
        {"*;q=1, gzip;q=0", false},
        {"gzip;q=0, *", false},
        {"identity", false},
        {"x-gzip, deflate", false},
        {",;gzip", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        if (coding_allows(cases[i].accept, "gzip") != cases[i].allowed)
            fail_msg("%s", cases[i].accept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept),       cmocka_unit_test(test_accept_multipart),
        cmocka_unit_test(test_content_type), cmocka_unit_test(test_etag),
        cmocka_unit_test(test_strong_etag),  cmocka_unit_test(test_http_date),
        cmocka_unit_test(test_coding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
