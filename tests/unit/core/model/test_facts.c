/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/model/random_facts.h"

static int setup(void **state)
{
    *state = arena_new(0);
    return *state == NULL;
}

static int teardown(void **state)
{
    arena_free((struct arena **)state);
    return 0;
}

static void kinds_are_found_by_name(void **state)
{
    (void)state;
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        assert_int_equal(fact_kind_by_name(fact_kind_info(k)->name), k);
    assert_int_equal(fact_kind_by_name("rout"), -1);
    assert_int_equal(fact_kind_by_name(""), -1);
    assert_string_equal(fact_kind_info(FACT_BGP_SESSION)->name, "bgp_session");
}

static void descriptors_point_into_their_structs(void **state)
{
    (void)state;
    const struct fact_kind_info *k = fact_kind_info(FACT_ROUTE);
    assert_int_equal(k->size, sizeof(struct fact_route));
    for (size_t i = 0; i < k->n_fields; i++)
        if (strcmp(k->fields[i].name, "as_path") == 0)
            assert_int_equal(k->fields[i].offset, offsetof(struct fact_route, as_path));
    for (int kind = 0; kind < FACT_KIND_COUNT; kind++)
        for (size_t i = 0; i < fact_kind_info(kind)->n_fields; i++) {
            assert_true(fact_kind_info(kind)->fields[i].offset < fact_kind_info(kind)->size);
            assert_true(fact_kind_info(kind)->fields[i].doc[0] != '\0');
        }
}

static void every_kind_has_a_key(void **state)
{
    (void)state;
    for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
        size_t n = 0;
        for (size_t i = 0; i < fact_kind_info(kind)->n_fields; i++)
            n += fact_field_is_key(kind, i);
        assert_true(n > 0);
    }
    assert_false(fact_field_is_key(FACT_DOCUMENT, 2)); /* body */
}

static void initialised_facts_have_nothing(void **state)
{
    union any_fact fact;
    struct buf b = {0};
    (void)state;
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        memset(&fact, 0xa5, sizeof(fact));
        fact_init(k, &fact);
        for (size_t i = 0; i < fact_kind_info(k)->n_fields; i++)
            assert_false(fact_field_present(&fact_kind_info(k)->fields[i], &fact));
        buf_reset(&b);
        fact_json(k, &fact, &b);
        assert_string_equal(buf_cstr(&b), "{}");
        assert_null(fact.route.origin);
    }
    buf_free(&b);
}

static void copies_are_equal_and_deep(void **state)
{
    struct random r = {.state = 42, .arena = *state};
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        for (int round = 0; round < 40; round++) {
            struct arena *source = arena_new(0), *target = arena_new(0);
            union any_fact a, b, kept;
            r.arena = source;
            random_fact(&r, k, round == 0 ? FILL_ALL : FILL_SOME, &a);
            r.arena = *state;
            assert_int_equal(fact_copy(k, &b, &a, target, NULL), 0);
            assert_int_equal(fact_copy(k, &kept, &a, *state, NULL), 0);
            assert_int_equal(fact_cmp(k, &a, &b), 0);
            arena_free(&source); /* with sanitizers, what was not copied faults now */
            assert_int_equal(fact_cmp(k, &kept, &b), 0);
            arena_free(&target);
        }
    }
}

static void copying_reports_a_full_arena(void **state)
{
    struct random r = {.state = 7, .arena = *state};
    struct arena *tiny = arena_new(8);
    union any_fact a, b;
    struct err e = {0};
    random_fact(&r, FACT_ROUTE, FILL_ALL, &a);
    a.route.node = "a name of more than eight bytes";
    assert_int_equal(fact_copy(FACT_ROUTE, &b, &a, tiny, &e), ERR_NOMEM);
    assert_non_null(strstr(e.msg, "route"));
    arena_free(&tiny);
}

static int sign(int c)
{
    return (c > 0) - (c < 0);
}

static void comparing_is_a_total_order(void **state)
{
    struct random r = {.state = 99, .arena = *state};
    union any_fact v[12];
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        for (int i = 0; i < 12; i++)
            random_fact(&r, k, i == 0 ? FILL_NONE : FILL_SOME, &v[i]);
        for (int i = 0; i < 12; i++) {
            assert_int_equal(fact_cmp(k, &v[i], &v[i]), 0);
            for (int j = 0; j < 12; j++) {
                int ij = sign(fact_cmp(k, &v[i], &v[j]));
                assert_int_equal(ij, -sign(fact_cmp(k, &v[j], &v[i])));
                for (int m = 0; m < 12; m++)
                    if (ij < 0 && fact_cmp(k, &v[j], &v[m]) < 0)
                        assert_true(fact_cmp(k, &v[i], &v[m]) < 0);
            }
        }
    }
}

static void comparing_sees_every_field(void **state)
{
    struct random r = {.state = 5, .arena = *state};
    union any_fact full, less, none;
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        const struct fact_kind_info *info = fact_kind_info(k);
        random_fact(&r, k, FILL_ALL, &full);
        fact_init(k, &none);
        for (size_t i = 0; i < info->n_fields; i++) {
            size_t at = info->fields[i].offset;
            size_t end = i + 1 < info->n_fields ? info->fields[i + 1].offset : info->size;
            less = full;
            memcpy((char *)&less + at, (char *)&none + at, end - at);
            assert_true(fact_cmp(k, &less, &full) < 0);
        }
    }
}

static void json_has_the_present_fields_in_order(void **state)
{
    struct buf b = {0};
    (void)state;
    struct fact_route route;
    struct addr hops[2] = {{0}, {.family = 4, .b = {10, 0, 0, 2}}};
    const char *interfaces[2] = {"eth0", ""};
    uint32_t path[] = {65000, 4294967295};
    fact_init(FACT_ROUTE, &route);
    route.node = "r\"1";
    assert_true(prefix_parse(slice_of("192.0.2.0/24"), &route.prefix));
    route.next_hops = (struct addrs){hops, 2};
    route.interfaces = (struct strs){interfaces, 2};
    route.as_path = (struct asns){path, 2};
    route.metric = 0;
    fact_json(FACT_ROUTE, &route, &b);
    assert_string_equal(buf_cstr(&b), "{\"node\":\"r\\\"1\",\"prefix\":\"192.0.2.0/24\","
                                      "\"next_hops\":[\"\",\"10.0.0.2\"],"
                                      "\"interfaces\":[\"eth0\",\"\"],\"metric\":0,"
                                      "\"as_path\":[65000,4294967295]}");
    buf_free(&b);
}

static void json_of_hops(void **state)
{
    struct buf b = {0};
    (void)state;
    struct fact_observed_path path;
    struct responder seen[] = {
        {.addr = {.family = 4, .b = {192, 0, 2, 1}}, .rtt = 0.25, .asn = 64496, .note = "!H"},
        {.rtt = NAN, .asn = FACT_NONE, .label = "L=3"}};
    struct hop hops[] = {{.ttl = 1, .probes = 3, .lost = 1, .v = seen, .n = 2},
                         {.ttl = 2, .probes = FACT_NONE, .lost = FACT_NONE}};
    fact_init(FACT_OBSERVED_PATH, &path);
    path.hops = (struct hops){hops, 2};
    path.observed = 1000000;
    fact_json(FACT_OBSERVED_PATH, &path, &b);
    assert_string_equal(
        buf_cstr(&b),
        "{\"observed\":\"1970-01-01T00:00:01Z\",\"hops\":[{\"ttl\":1,\"probes\":3,\"lost\":1,"
        "\"responders\":[{\"addr\":\"192.0.2.1\",\"rtt\":0.25,\"asn\":64496,\"note\":\"!H\"},"
        "{\"label\":\"L=3\"}]},{\"ttl\":2,\"responders\":[]}]}");
    buf_free(&b);
}

static void json_leaves_out_what_it_cannot_say(void **state)
{
    struct buf b = {0};
    struct fact_load load;
    (void)state;
    fact_init(FACT_LOAD, &load);
    load.rate = INFINITY;
    fact_json(FACT_LOAD, &load, &b);
    assert_string_equal(buf_cstr(&b), "{}");
    buf_free(&b);
}

static void facts_grow_and_copy(void **state)
{
    struct facts deep = {.arena = *state}, shallow = {0};
    char name[16];
    struct fact_node node;
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        fact_init(FACT_NODE, &node);
        node.node = name;
        assert_int_equal(facts_add(&deep, FACT_NODE, &node, NULL), 0);
    }
    assert_int_equal(facts_count(&deep), 1000);
    assert_int_equal(FACTS_N(&deep, NODE), 1000);
    assert_string_equal(FACTS(&deep, node, NODE)[7].node, "n7");
    assert_int_equal(facts_add(&shallow, FACT_NODE, &node, NULL), 0);
    assert_ptr_equal(FACTS(&shallow, node, NODE)[0].node, name);
    facts_free(&deep);
    facts_free(&shallow);
    assert_int_equal(facts_count(&deep), 0);
}

/* Whatever is expected; what was there stays, and what is new is absent in all fields. */
static void room_for_facts(void **state)
{
    static const size_t expected[] = {0, 3, SIZE_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
        struct facts fs = {0};
        for (int64_t n = 0; n < 100; n++) {
            struct fact_load *load = facts_room(&fs, FACT_LOAD, expected[i]);
            assert_non_null(load);
            assert_true(load->start == FACT_NONE && isnan(load->rate) && !load->node);
            load->start = n;
            fs.rows[FACT_LOAD].n++;
        }
        facts_fit(&fs);
        assert_int_equal(fs.rows[FACT_LOAD].cap, 100);
        for (int64_t n = 0; n < 100; n++)
            assert_int_equal(FACTS(&fs, load, LOAD)[n].start, n);
        facts_free(&fs);
    }
}

static void class_names(void **state)
{
    (void)state;
    assert_string_equal(fact_class_name(CLASS_OBSERVED), "observed");
    assert_string_equal(fact_class_name(CLASS_DERIVED), "derived");
    assert_string_equal(fact_class_name(CLASS_ASSUMED), "assumed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_found_by_name),
        cmocka_unit_test(descriptors_point_into_their_structs),
        cmocka_unit_test(every_kind_has_a_key),
        cmocka_unit_test(initialised_facts_have_nothing),
        cmocka_unit_test(copies_are_equal_and_deep),
        cmocka_unit_test(copying_reports_a_full_arena),
        cmocka_unit_test(comparing_is_a_total_order),
        cmocka_unit_test(comparing_sees_every_field),
        cmocka_unit_test(json_has_the_present_fields_in_order),
        cmocka_unit_test(json_of_hops),
        cmocka_unit_test(json_leaves_out_what_it_cannot_say),
        cmocka_unit_test(facts_grow_and_copy),
        cmocka_unit_test(room_for_facts),
        cmocka_unit_test(class_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
