/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/patch.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"
#include "unit/core/wire/patch_apply.h"
#include "wire/encode.h"
#include "wire/lines.h"

static int diff(enum wire_patch kind, const char *a, const char *b, struct buf *out)
{
    return wire_patch_diff(kind, slice_of(a), slice_of(b), out);
}

static void test_known_differences(void **state)
{
    static const struct {
        const char *from, *to, *merge, *json; /* NULL: can't be said */
    } cases[] = {
        {"{}", "{}", "{}", "[]"},
        {"{\"a\":1,\"b\":{\"c\":[1]}}", "{ \"a\" : 1 , \"b\":{\"c\":[1]}}", "{}", "[]"},
        {"{\"a\":1}", "{\"a\":2}", "{\"a\":2}",
         "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2}]"},
        {"{\"a\":1,\"b\":2}", "{\"b\":2}", "{\"a\":null}",
         "[{\"op\":\"remove\",\"path\":\"/a\"}]"},
        {"{\"b\":2}", "{\"b\":2,\"x\":{\"y\":[]}}", "{\"x\":{\"y\":[]}}",
         "[{\"op\":\"add\",\"path\":\"/x\",\"value\":{\"y\":[]}}]"},
        {"{\"p\":{\"q\":1,\"r\":2}}", "{\"p\":{\"q\":1,\"r\":3}}", "{\"p\":{\"r\":3}}",
         "[{\"op\":\"replace\",\"path\":\"/p/r\",\"value\":3}]"},
        /* names that a pointer has to write otherwise (RFC 6901 section 3) */
        {"{\"a/b~c\":1}", "{\"a/b~c\":2}", "{\"a/b~c\":2}",
         "[{\"op\":\"replace\",\"path\":\"/a~1b~0c\",\"value\":2}]"},
        {"{\"\\u0061\":1}", "{\"a\":2}", "{\"a\":2}",
         "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2}]"},
        {"{\"q\\\"\":1}", "{\"q\\\"\":2}", "{\"q\\\"\":2}",
         "[{\"op\":\"replace\",\"path\":\"/q\\\"\",\"value\":2}]"},
        /* RFC 8895 section 8.2: one more prefix */
        {"{\"n\":[\"1\",\"2\"]}", "{\"n\":[\"1\",\"2\",\"3\"]}", "{\"n\":[\"1\",\"2\",\"3\"]}",
         "[{\"op\":\"add\",\"path\":\"/n/2\",\"value\":\"3\"}]"},
        {"{\"n\":[1,2,3,4]}", "{\"n\":[1,4]}", "{\"n\":[1,4]}",
         "[{\"op\":\"remove\",\"path\":\"/n/2\"},{\"op\":\"remove\",\"path\":\"/n/1\"}]"},
        {"{\"n\":[1,2,4]}", "{\"n\":[1,3,4]}", "{\"n\":[1,3,4]}",
         "[{\"op\":\"replace\",\"path\":\"/n/1\",\"value\":3}]"},
        /* a null is no absence (RFC 8895 section 6.3) */
        {"{\"a\":1}", "{\"a\":null}", NULL,
         "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":null}]"},
        {"{\"a\":1}", "{\"a\":{\"b\":null}}", NULL,
         "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":{\"b\":null}}]"},
        {"{\"a\":null}", "{\"a\":null,\"b\":1}", "{\"b\":1}",
         "[{\"op\":\"add\",\"path\":\"/b\",\"value\":1}]"},
        {"{\"a\":1}", "{\"a\":[null]}", "{\"a\":[null]}",
         "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":[null]}]"},
        {"{\"a\":1}", "{\"a\":{}}", "{\"a\":{}}",
         "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":{}}]"},
        {"{\"a\":{\"x\":1}}", "{\"a\":{}}", "{\"a\":{\"x\":null}}",
         "[{\"op\":\"remove\",\"path\":\"/a/x\"}]"},
        {"[1]", "{\"a\":1}", "{\"a\":1}",
         "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"a\":1}}]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf merge = {0}, json = {0};
        int changed = strcmp(cases[i].json, "[]") != 0;
        int rc = diff(WIRE_PATCH_MERGE, cases[i].from, cases[i].to, &merge);
        assert_int_equal(rc, cases[i].merge ? changed : ERR_REFUSED);
        assert_string_equal(buf_cstr(&merge), cases[i].merge ? cases[i].merge : "");
        assert_int_equal(diff(WIRE_PATCH_JSON, cases[i].from, cases[i].to, &json), changed);
        assert_string_equal(buf_cstr(&json), cases[i].json);
        buf_free(&merge);
        buf_free(&json);
    }
}

static void test_refusals(void **state)
{
    static const char *const bad[] = {"",          "{",          "{\"a\"}",  "{\"a\":}",
                                      "{\"a\":1,", "{\"a\":1}x", "{\"a\":[", "\"a",
                                      "{a:1}",     "{\"a\":1 2}"};
    struct buf out = {0}, nested = {0}, other = {0};
    (void)state;
    buf_str(&out, "kept");
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(diff(WIRE_PATCH_MERGE, "{\"a\":0}", bad[i], &out), ERR_PARSE);
        assert_int_equal(diff(WIRE_PATCH_JSON, bad[i], "{\"a\":0}", &out), ERR_PARSE);
    }
    for (size_t i = 0; i <= WIRE_PATCH_DEPTH; i++) {
        buf_str(&nested, "{\"a\":");
        buf_str(&other, "{\"a\":");
    }
    buf_str(&nested, "1");
    buf_str(&other, "2");
    for (size_t i = 0; i <= WIRE_PATCH_DEPTH; i++) {
        buf_char(&nested, '}');
        buf_char(&other, '}');
    }
    assert_int_equal(diff(WIRE_PATCH_MERGE, buf_cstr(&nested), buf_cstr(&other), &out),
                     ERR_LIMIT);
    assert_string_equal(buf_cstr(&out), "kept");
    buf_free(&nested);
    buf_free(&other);
    buf_free(&out);
}

/* --- any document --- */

static unsigned below(unsigned n)
{
    return (unsigned)rand() % n;
}

static const char *random_name(void)
{
    static const char *const names[] = {
        "a", "b", "c/d", "~", "\"", "", "ipv4:192.0.2.0/24", "\xc3\xa9"};
    return names[below(8)];
}

static json_t *random_json(unsigned depth)
{
    json_t *v;
    switch (below(depth == 0 ? 5 : 9)) {
    case 0:
        return json_integer(below(4));
    case 1:
        return json_string(random_name());
    case 2:
        return json_null();
    case 3:
        return json_boolean(below(2));
    case 4:
        return json_real(below(3) / 2.0);
    case 5:
    case 6:
        v = json_array();
        for (unsigned n = below(5); n > 0; n--)
            json_array_append_new(v, random_json(depth - 1));
        return v;
    default:
        v = json_object();
        for (unsigned n = below(6); n > 0; n--)
            json_object_set_new(v, random_name(), random_json(depth - 1));
        return v;
    }
}

/* Changes a little, somewhere; takes v over. Members may change their order. */
static json_t *mutated(json_t *v, unsigned depth)
{
    if (below(4) == 0 || (!json_is_object(v) && !json_is_array(v))) {
        json_decref(v);
        return random_json(depth);
    }
    if (json_is_array(v)) {
        size_t n = json_array_size(v), i = below((unsigned)n + 1);
        if (below(3) == 0 || n == 0)
            json_array_insert_new(v, i, random_json(depth));
        else if (below(2) == 0)
            json_array_remove(v, i % n);
        else
            json_array_set_new(v, i % n,
                               mutated(json_deep_copy(json_array_get(v, i % n)), depth));
        return v;
    }
    const char *name = random_name();
    json_t *old = json_object_get(v, name), *copy = old ? json_deep_copy(old) : NULL;
    if (below(3) == 0 || !old)
        json_object_set_new(v, name, random_json(depth));
    else
        json_object_del(v, name);
    if (copy && below(2) == 0)
        json_object_set_new(v, name, mutated(json_deep_copy(copy), depth));
    json_decref(copy);
    return v;
}

static void check_pair(json_t *from, json_t *to)
{
    size_t indent = below(2) ? JSON_COMPACT : JSON_INDENT(2);
    char *a = json_dumps(from, indent | JSON_ENCODE_ANY),
         *b = json_dumps(to, JSON_COMPACT | JSON_ENCODE_ANY);
    for (int kind = WIRE_PATCH_MERGE; kind <= WIRE_PATCH_JSON; kind++) {
        struct buf out = {0};
        int rc = diff((enum wire_patch)kind, a, b, &out);
        if (kind == WIRE_PATCH_MERGE && rc == ERR_REFUSED) {
            assert_non_null(strstr(b, "null"));
            buf_free(&out);
            continue;
        }
        assert_true(rc == 0 || rc == 1);
        assert_true(rc == 1 || json_equal(from, to));
        json_t *patch = json_loads(buf_cstr(&out), JSON_DECODE_ANY, NULL);
        if (!patch)
            fail_msg("%s to %s is no JSON: %s", a, b, buf_cstr(&out));
        json_t *got = kind == WIRE_PATCH_MERGE ? merge_apply(json_deep_copy(from), patch)
                                               : json_patch_apply(json_deep_copy(from), patch);
        if (!got || !json_equal(got, to))
            fail_msg("%s to %s: %s", a, b, buf_cstr(&out));
        json_decref(got);
        json_decref(patch);
        buf_free(&out);
    }
    free(a);
    free(b);
}

static void test_patch_makes_the_other(void **state)
{
    (void)state;
    srand(8895);
    for (int i = 0; i < 20000; i++) {
        json_t *from = random_json(4);
        json_t *to = below(4) == 0 ? random_json(4) : json_deep_copy(from);
        for (unsigned n = below(4); n > 0; n--)
            to = mutated(to, 2);
        check_pair(from, to);
        json_decref(from);
        json_decref(to);
    }
}

/* --- cost maps --- */

#define PLACES 4
#define MANY   37 /* more than are compared at once, twice and some */

static void put_costs(struct buf *b, const struct wire_costs *costs, const char *tag)
{
    struct wire_vtag vtag = {"costs", tag};
    struct wire_meta meta = {.vtag = &vtag, .mode = "numerical", .metric = "routingcost"};
    wire_put_costs(b, &meta, "cost-map", costs);
}

/* Rows and cells come and go; patches of both kinds, against the general comparison too. */
static void check_costs(const struct wire_costs *from, const struct wire_costs *to,
                        const char *tag)
{
    struct buf a = {0}, b = {0};
    put_costs(&a, from, "old");
    put_costs(&b, to, tag);
    struct wire_cost_body old = {{a.data, a.len}, from}, new = {{b.data, b.len}, to};
    for (int kind = WIRE_PATCH_MERGE; kind <= WIRE_PATCH_JSON; kind++) {
        struct buf out = {0};
        int rc = wire_patch_costs((enum wire_patch)kind, &old, &new, &out);
        json_t *x = json_loads(buf_cstr(&a), 0, NULL), *y = json_loads(buf_cstr(&b), 0, NULL);
        json_t *patch = json_loads(buf_cstr(&out), 0, NULL);
        assert_int_equal(rc, !json_equal(x, y));
        if (!patch)
            fail_msg("no JSON: %s", buf_cstr(&out));
        x = kind == WIRE_PATCH_MERGE ? merge_apply(x, patch) : json_patch_apply(x, patch);
        if (!x || !json_equal(x, y))
            fail_msg("%s to %s: %s", a.data, b.data, buf_cstr(&out));
        json_decref(x);
        json_decref(y);
        json_decref(patch);
        buf_free(&out);
    }
    buf_free(&a);
    buf_free(&b);
}

static bool same_patch(enum wire_patch kind, const struct wire_cost_body *from,
                       const struct wire_cost_body *to, const struct buf *expected)
{
    struct buf out = {0};
    bool same = wire_patch_costs(kind, from, to, &out) >= 0 && out.len == expected->len &&
                memcmp(out.data, expected->data, out.len) == 0;
    buf_free(&out);
    return same;
}

/* Whichever of the two are thousandths. */
static void check_thousandths(const struct wire_costs *from, const struct wire_costs *to)
{
    uint32_t was[MANY * MANY], is[MANY * MANY];
    struct wire_costs a = *from, b = *to;
    struct buf old = {0}, new = {0};
    for (size_t k = 0; k < from->n_srcs * from->n_dsts; k++) {
        was[k] = isnan(from->value[k]) ? THOUSANDTHS_NONE : (uint32_t)(from->value[k] * 1000);
        is[k] = isnan(to->value[k]) ? THOUSANDTHS_NONE : (uint32_t)(to->value[k] * 1000);
    }
    put_costs(&old, from, "old");
    put_costs(&new, to, "new");
    a.value = b.value = NULL;
    a.thousandths = was;
    b.thousandths = is;
    const struct wire_cost_body numbers[] = {{{old.data, old.len}, from},
                                             {{new.data, new.len}, to}},
                                compact[] = {{{old.data, old.len}, &a},
                                             {{new.data, new.len}, &b}};
    for (int kind = WIRE_PATCH_MERGE; kind <= WIRE_PATCH_JSON; kind++) {
        struct buf expected = {0};
        wire_patch_costs((enum wire_patch)kind, &numbers[0], &numbers[1], &expected);
        assert_true(same_patch((enum wire_patch)kind, &compact[0], &compact[1], &expected));
        assert_true(same_patch((enum wire_patch)kind, &compact[0], &numbers[1], &expected));
        assert_true(same_patch((enum wire_patch)kind, &numbers[0], &compact[1], &expected));
        buf_free(&expected);
    }
    buf_free(&old);
    buf_free(&new);
}

static double random_cost(void)
{
    return below(3) == 0 ? NAN : below(5) / 2.0;
}

static void test_costs(void **state)
{
    static const char *const names[PLACES] = {"p1", "p/2", "p~3", "p\"4"};
    double old[PLACES * PLACES], new[PLACES * PLACES];
    struct wire_costs from = {names, names, PLACES, PLACES, old, NULL};
    struct wire_costs to = {names, names, PLACES, PLACES, new, NULL};
    (void)state;
    srand(7396);
    for (int i = 0; i < 5000; i++) {
        for (size_t k = 0; k < PLACES * PLACES; k++) {
            old[k] = random_cost();
            new[k] = below(4) ? old[k] : random_cost();
        }
        for (size_t k = 0; k < PLACES && below(3) == 0; k++) { /* a row is gone, or new */
            double *matrix = below(2) ? old : new;
            matrix[below(PLACES) * PLACES + k] = NAN;
        }
        check_costs(&from, &to, below(2) ? "old" : "new");
        check_costs(&from, &from, "old");
        check_thousandths(&from, &to);
    }
}

static void test_long_rows(void **state)
{
    static char texts[MANY][8];
    static const char *names[MANY];
    static double old[MANY * MANY], new[MANY * MANY];
    struct wire_costs from = {names, names, MANY, MANY, old, NULL};
    struct wire_costs to = {names, names, MANY, MANY, new, NULL};
    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof(texts[i]), "p%d", i);
        names[i] = texts[i];
    }
    srand(8895);
    for (int i = 0; i < 60; i++) {
        for (size_t k = 0; k < (size_t)MANY * MANY; k++) {
            old[k] = random_cost();
            new[k] = below(20) ? old[k] : random_cost();
        }
        check_costs(&from, &to, "new");
        check_thousandths(&from, &to);
    }
}

/* What goes past the caches is the same as what does not: that of the changed rows alone. */
static void test_large(void **state)
{
    enum { ROWS = 1100, COLUMNS = 1000, CHANGED = 9 };
    static char texts[ROWS][8];
    static const char *names[ROWS];
    uint32_t *old = calloc((size_t)ROWS * COLUMNS, sizeof(*old));
    uint32_t *new = calloc((size_t)ROWS * COLUMNS, sizeof(*new));
    struct wire_costs from = {names, names, CHANGED, COLUMNS, NULL, old}, to = from;
    struct buf a = {0}, b = {0};
    (void)state;
    assert_true(sizeof(*old) * ROWS * COLUMNS >= LINES_PAST && old && new);
    srand(9112);
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(texts[i], sizeof(texts[i]), "p%zu", i);
        names[i] = texts[i];
    }
    for (size_t k = 0; k < (size_t)CHANGED * COLUMNS; k++) {
        old[k] = below(9) ? below(5000000) : THOUSANDTHS_NONE;
        new[k] = below(3) ? old[k] : below(9) ? below(5000000) : THOUSANDTHS_NONE;
    }
    to.thousandths = new;
    put_costs(&a, &from, "old");
    put_costs(&b, &to, "new");
    for (int kind = WIRE_PATCH_MERGE; kind <= WIRE_PATCH_JSON; kind++) {
        struct buf expected = {0};
        struct wire_cost_body was = {{a.data, a.len}, &from}, is = {{b.data, b.len}, &to};
        from.n_srcs = to.n_srcs = CHANGED;
        assert_int_equal(wire_patch_costs((enum wire_patch)kind, &was, &is, &expected), 1);
        from.n_srcs = to.n_srcs = ROWS;
        assert_true(same_patch((enum wire_patch)kind, &was, &is, &expected));
        buf_free(&expected);
    }
    buf_free(&a);
    buf_free(&b);
    free(old);
    free(new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_differences),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_patch_makes_the_other),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_long_rows),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
