/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/trace/reader.h"
#include "unit/cmocka_all.h"

static int keep(void *payload, const struct trace *t, struct err *e)
{
    (void)e;
    *(size_t *)payload = t->hops.n;
    return t->gaps ? 1 : 0;
}

static struct trace_reader *reader(size_t *n)
{
    struct trace_reader *r;

    assert_int_equal(trace_reader_new(&r, NULL), 0);
    r->put = keep;
    r->payload = n;
    return r;
}

static void test_order(void **state)
{
    size_t n = 0;
    struct trace_reader *r = reader(&n);
    struct responder *p, *q;
    struct addr a;

    (void)state;
    assert_true(addr_parse(slice_of("192.0.2.1"), &a));
    assert_int_equal(trace_responder(r, trace_hop(r, 255), &a, &p, NULL), 0);
    assert_int_equal(trace_responder(r, trace_hop(r, 255), &a, &q, NULL), 0);
    assert_ptr_equal(p, q);
    trace_time(p, 2);
    trace_time(p, 3);
    assert_true(p->rtt == 2);
    trace_hop(r, 3);
    assert_int_equal(r->first, 3);
    assert_int_equal(trace_end(r, NULL), 1); /* gaps */
    assert_int_equal(n, 253);
    assert_false(trace_has_hops(r));
    assert_int_equal(trace_hop(r, 255)->n, 0); /* nothing is left of the one before */
    trace_reader_free(&r);
}

/* Of 255 TTLs with 64 responders each, a trace takes what it has. */
static void test_room(void **state)
{
    size_t n = 0;
    struct trace_reader *r = reader(&n);
    struct responder *first, *p = NULL;
    struct addr a;
    struct err e = {0};

    (void)state;
    assert_true(sizeof(*r) < 64 * 1024);
    assert_null(trace_hop(r, 7)->v);
    assert_true(addr_parse(slice_of("192.0.2.0"), &a));
    assert_int_equal(trace_responder(r, trace_hop(r, 7), &a, &first, &e), 0);
    for (unsigned i = 1; i < TRACE_MAX_RESPONDERS; i++) {
        a.b[3] = (unsigned char)i;
        assert_int_equal(trace_responder(r, trace_hop(r, 7), &a, &p, &e), 0);
        assert_ptr_equal(p, first + i); /* none has moved */
    }
    a.b[3] = TRACE_MAX_RESPONDERS;
    assert_int_equal(trace_responder(r, trace_hop(r, 7), &a, &p, &e), ERR_LIMIT);
    assert_null(trace_hop(r, 8)->v);
    assert_int_equal(trace_end(r, NULL), 0);
    assert_int_equal(n, 2);
    a.b[3] = 1;
    assert_int_equal(trace_responder(r, trace_hop(r, 7), &a, &p, &e), 0);
    assert_ptr_equal(p, first); /* the next trace has the same room */
    trace_reader_free(&r);
}

static void test_cut(void **state)
{
    size_t n = 0;
    struct trace_reader *r = reader(&n);

    (void)state;
    trace_hop(r, 2);
    trace_hop(r, 3);
    trace_hop(r, 255);
    trace_cut(r, 254);
    assert_int_equal(r->last, 3);
    trace_cut(r, 1);
    assert_false(trace_has_hops(r));
    assert_int_equal(trace_end(r, NULL), 0);
    assert_int_equal(r->n_traces, 0);
    trace_reader_free(&r);
}

static void test_labels(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"[MPLS: Label 16 Exp 0]", "L=16,E=0"},
        {"[MPLS: Labels 16/17 Exp 3]", "L=16/L=17,E=3"},
        {"MPLS Label=299840 CoS=1 TTL=2 S=0", "L=299840,E=1,S=0,T=2"},
        {"[MPLS: Lbl 16 TC 0 S u TTL 1]", "L=16,E=0,T=1"},
        {"L=16,E=0,S=1,T=1/L=17", "L=16,E=0,S=1,T=1/L=17"},
        {"[MPLS: Lbl 16, Lbl 17]", "L=16/L=17"},
        {"nothing", NULL},
        {"Label x", NULL},
    };
    struct trace_reader *r = reader(&(size_t){0});

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got = NULL;

        assert_int_equal(trace_label(r, slice_of(cases[i].text), &got, NULL), 0);
        if (cases[i].want == NULL)
            assert_null(got);
        else
            assert_string_equal(got, cases[i].want);
    }
    trace_reader_free(&r);
}

static void test_notes(void **state)
{
    static const struct {
        int family;
        int64_t type, code;
        const char *want;
    } cases[] = {
        {4, 11, 0, NULL},    {4, 3, 0, "!N"},  {4, 3, 1, "!H"},
        {4, 3, 3, NULL},     {4, 3, 13, "!X"}, {4, 3, 15, "!C"},
        {4, 3, 99, "!<99>"}, {4, 0, 0, NULL},  {6, 1, 0, "!N"},
        {6, 1, 1, "!X"},     {6, 1, 4, NULL},  {6, 1, 5, "!<5>"},
        {6, 2, 0, "!F"},     {6, 3, 0, NULL},  {4, FACT_NONE, FACT_NONE, NULL},
    };
    struct trace_reader *r = reader(&(size_t){0});

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got = trace_icmp_note(r, cases[i].family, cases[i].type, cases[i].code);

        if (cases[i].want == NULL)
            assert_null(got);
        else
            assert_string_equal(got, cases[i].want);
    }
    trace_reader_free(&r);
}

static void test_remarks(void **state)
{
    static const char *const reasons[] = {"a", "b", "a"};
    struct trace_reader *r = reader(&(size_t){0});
    char many[TRACE_MAX_REMARKS + 1][8];

    (void)state;
    for (int i = 0; i < 3; i++)
        trace_remark(r, i + 1, reasons[i]);
    assert_int_equal(r->n_remarks, 2);
    assert_int_equal(r->remarks[0].n, 2);
    assert_string_equal(r->remarks[0].where, "line 1");
    for (int i = 0; i <= TRACE_MAX_REMARKS; i++) {
        snprintf(many[i], sizeof(many[i]), "%d", i);
        trace_remark(r, 1, many[i]);
    }
    assert_int_equal(r->n_remarks, TRACE_MAX_REMARKS);
    trace_reader_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order), cmocka_unit_test(test_room),
        cmocka_unit_test(test_cut),   cmocka_unit_test(test_labels),
        cmocka_unit_test(test_notes), cmocka_unit_test(test_remarks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
