/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that are read without a tree: what is given up on, and that both ways read the
 * same. */
#include "unit/core/wire/same_question.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "unit/cmocka_all.h"

#define TYPE "\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"routingcost\"}"
#define ENDS "\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.1\"],\"dsts\":[\"ipv6:2001:db8::1\"]}"

static const struct wire_dialect full = {.multi = true, .calendars = true, .flows = true};

struct reading {
    struct arena *a;
    char *tight; /* memory of just that size, so that sanitizers see what is read behind it */
    struct wire_input in;
    struct wire_cost_params plain, tree;
    struct wire_problem p;
};

static bool read_bytes(struct reading *r, const char *text, size_t n,
                       const struct wire_limits *limits)
{
    *r = (struct reading){.a = arena_new(0), .tight = malloc(n > 0 ? n : 1)};
    assert_true(r->a && r->tight);
    memcpy(r->tight, text, n);
    r->in = (struct wire_input){r->tight, n, limits, r->a};
    size_t before = arena_used(r->a);
    bool ok = request_plain(&r->in, &r->plain);
    assert_true(ok || arena_used(r->a) == before);
    return ok;
}

static void end(struct reading *r)
{
    free(r->tight);
    arena_free(&r->a);
}

static const struct wire_limits limits = {.depth = 16, .elements = 5};

static void test_plain(void **state)
{
    static const char *const texts[] = {
        "{" TYPE "," ENDS "}",
        " {" ENDS ",\n" TYPE ",\"ane-property-names\":[]}\r\n\t ",
        "{" TYPE "," ENDS ",\"ane-property-names\" : [ \"a\" ,\"b\",\"a\"]}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.1\"]}}",
        "{" TYPE ",\"endpoints\":{\"dsts\":[\"ipv4:192.0.2.1\"],\"srcs\":[ ]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv6:::\",\"ipv6:0::\",\"ipv6:::1\",\"ipv6:::\","
        "\"ipv6:::\"]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv6:::ffff:192.0.2.1\",\"ipv4:192.0.2.1\"]}}",
        "{\"cost-type\":{\"cost-metric\":\"x}]:,{\",\"cost-mode\":\"\"}," ENDS "}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct reading r;
        if (!read_bytes(&r, texts[i], strlen(texts[i]), &limits) ||
            request_by_tree(&r.in, &full, &r.tree, &r.p) != WIRE_OK ||
            !same_question(&r.plain, &r.tree))
            fail_msg("%s", texts[i]);
        end(&r);
    }
}

/* Right or wrong: the tree decides. */
static void test_gives_up(void **state)
{
    static const char *const texts[] = {
        "",
        "}",
        "{}",
        "[]}",
        "{" TYPE "}",
        "{" ENDS "}",
        "{" TYPE "," ENDS,
        "{" TYPE "," ENDS "}}",
        "{" TYPE "," ENDS "} x}",
        "{" TYPE "," ENDS ",}",
        "{" TYPE " " ENDS "}",
        "{" TYPE "," ENDS "," TYPE "}",
        "{" TYPE "," ENDS ",\"x\":1}",
        "{" TYPE "," ENDS ",\"constraints\":[]}",
        "{" TYPE "," ENDS ",\"multi-cost-types\":[]}",
        "{" TYPE "," ENDS ",\"ane-property-names\":[1]}",
        "{" TYPE "," ENDS ",\"ane-property-names\":[\"a\",]}",
        "{" TYPE "," ENDS ",\"ane-property-names\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}",
        "{" TYPE "," ENDS ",\"ane-property-names\":[\"\\u0061\"]}",
        "{" TYPE "," ENDS ",\"ane-property-names\":[\"\xc3\xbc\"]}",
        "{" TYPE "," ENDS ",\"ane-property-names\":\"}",
        "{\"cost-type\":{\"cost-mode\":\"x\"}," ENDS "}",
        "{\"cost-type\":{}," ENDS "}",
        "{\"cost-type\":{\"cost-mode\":1,\"cost-metric\":\"x\"}," ENDS "}",
        "{\"cost-type\":{\"cost-mode\":\"x\",\"cost-metric\":\"x\",\"description\":\"\"}," ENDS
        "}",
        "{" TYPE ",\"endpoints\":{}}",
        "{" TYPE ",\"endpoints\":[]}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[],\"dsts\":[]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.1\"],\"srcs\":[]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.1\",]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[,]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.1\"}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.1}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.256\"]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv6:192.0.2.1\"]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv4:192.0.2.\\u0031\"]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[7]}}",
        "{" TYPE ",\"endpoints\":{\"srcs\":[\"ipv6:::1\",\"ipv6:::1\",\"ipv6:::1\","
        "\"ipv6:::1\",\"ipv6:::1\",\"ipv6:::1\"]}}", /* more elements than may be */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct reading r;
        if (read_bytes(&r, texts[i], strlen(texts[i]), &limits))
            fail_msg("%s", texts[i]);
        end(&r);
    }
}

static void test_limits(void **state)
{
    static const char text[] = "{" TYPE "," ENDS "}\0";
    static const struct wire_limits flat = {.depth = 2, .elements = 5};
    struct reading r;
    (void)state;
    assert_false(read_bytes(&r, text, strlen(text), &flat));
    assert_int_equal(request_by_tree(&r.in, &full, &r.tree, &r.p), WIRE_SYNTAX);
    end(&r);
    assert_false(read_bytes(&r, text, strlen(text) + 1, &limits)); /* a 0 is no space */
    assert_int_equal(request_by_tree(&r.in, &full, &r.tree, &r.p), WIRE_SYNTAX);
    end(&r);
}

/* Many addresses, each twice: every one is found again. */
static void test_many(void **state)
{
    enum { N = 3000 };
    const struct wire_limits many = {.depth = 16, .elements = 2 * N};
    struct buf text = {0};
    struct reading r;
    (void)state;
    buf_str(&text, "{" TYPE ",\"endpoints\":{\"srcs\":[");
    for (unsigned i = 0; i < 2 * N; i++) {
        unsigned k = i % N;
        buf_str(&text, i > 0 ? "," : "");
        if (k % 2)
            buf_printf(&text, "\"ipv4:10.%u.%u.0\"", k / 256, k % 256);
        else
            buf_printf(&text, "\"ipv6:2001:db8:%x::\"", k);
    }
    buf_str(&text, "]}}");
    assert_true(read_bytes(&r, text.data, text.len, &many));
    assert_int_equal(r.plain.groups->srcs.n, N);
    assert_int_equal(request_by_tree(&r.in, &full, &r.tree, &r.p), WIRE_OK);
    assert_true(same_question(&r.plain, &r.tree));
    end(&r);
    buf_free(&text);
}

/* Whatever single byte is changed: what is taken is right, and the same. */
static void test_changed_bytes(void **state)
{
    static const char text[] = "{" TYPE "," ENDS ",\"ane-property-names\":[\"a\"]}";
    static const char others[] = "\"\\{}[],: 0a.\n\x01\xc3";
    size_t taken = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        for (size_t k = 0; k < sizeof(others); k++) { /* the closing 0, too */
            char changed[sizeof(text)];
            struct reading r;
            memcpy(changed, text, sizeof(text));
            changed[i] = others[k];
            if (read_bytes(&r, changed, sizeof(text) - 1, &limits)) {
                taken++;
                if (request_by_tree(&r.in, &full, &r.tree, &r.p) != WIRE_OK ||
                    !same_question(&r.plain, &r.tree))
                    fail_msg("%s", changed);
            }
            end(&r);
        }
    }
    assert_true(taken > 100); /* names of types may be anything */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),         cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_many),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
