/* SPDX-License-Identifier: Apache-2.0 */
/* Who speaks BGP with whom. */
#include "unit/cmocka_all.h"

#include "aggregator/bgp.h"
#include "unit/aggregator/world_builder.h"

static const struct speaker *speaker(const struct wb *b, const char *domain, const char *node,
                                     unsigned family)
{
    return bgp_speaker(b->world, wb_instance(b, domain, node, ""), family);
}

/* To a half that the other side configures, not to one that is only made up. */
static bool joined(const struct session *s)
{
    return s->remote && !s->remote->local->ghost;
}

static void test_external_on_a_link(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one", "port r1 a 192.0.2.1/30\nbgp r1 64496\npeer r1 192.0.2.2 64497", "two",
                 "port r1 a 192.0.2.2/30\nbgp r1 64497\npeer r1 192.0.2.1 64496", NULL);
    const struct speaker *x = speaker(b, "one", "r1", 4), *y = speaker(b, "two", "r1", 4);
    assert_int_equal(x->n_sessions, 1);
    assert_true(x->sessions[0]->external);
    assert_ptr_equal(x->sessions[0]->remote, y->sessions[0]);
    assert_ptr_equal(y->sessions[0]->remote, x->sessions[0]);
    assert_ptr_equal(x->sessions[0]->wire, b->world->wires[0]);
    assert_ptr_equal(x->sessions[0]->port, wb_port(b, "one", "r1", "a"));
    assert_true(b->world->wires[0]->session);
    assert_int_equal(speaker(b, "one", "r1", 6)->n_sessions, 0);
    wb_free(&b);
}

static void test_what_does_not_join(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "port r1 a 192.0.2.1/30\nport r1 b 192.0.2.5/30\nport r1 c 192.0.2.9/30 up=0\n"
                 "port r1 d 192.0.2.13/30\nbgp r1 64496\n"
                 "peer r1 192.0.2.2 64499\n"            /* another AS than configured there */
                 "peer r1 192.0.2.6 64497 shutdown=1\n" /* off */
                 "peer r1 192.0.2.10 64497\n"           /* the link is down */
                 "peer r1 192.0.2.14 64497",            /* nobody there answers for us */
                 "two",
                 "port r2 a 192.0.2.2/30\nport r2 b 192.0.2.6/30\nport r2 c 192.0.2.10/30\n"
                 "port r2 d 192.0.2.14/30\nbgp r2 64497\npeer r2 192.0.2.1 64496\n"
                 "peer r2 192.0.2.5 64496\npeer r2 192.0.2.9 64496",
                 NULL);
    const struct speaker *x = speaker(b, "one", "r1", 4);
    assert_int_equal(x->n_sessions, 3); /* without the one that is off */
    for (size_t i = 0; i < x->n_sessions; i++)
        assert_false(joined(x->sessions[i]));
    wb_free(&b);
}

#define LOOPBACKS                                                                              \
    "port r1 lo 10.0.0.1/32 kind=loopback\nport r2 lo 10.0.0.2/32 kind=loopback\n"             \
    "port r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\nbgp r1 64496\nbgp r2 64496\n"             \
    "peer r1 10.0.0.2 64496 local_interface=lo\npeer r2 10.0.0.1 64496 local_addr=10.0.0.2\n"

static void test_internal_needs_a_way(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", LOOPBACKS, NULL);
    assert_false(joined(speaker(b, "one", "r1", 4)->sessions[0]));
    wb_free(&b);
    b = wb_world("one", LOOPBACKS "ospf r1 a 10\nospf r2 a 10\nospf r1 lo 0\nospf r2 lo 0",
                 NULL);
    const struct session *s = speaker(b, "one", "r1", 4)->sessions[0];
    assert_false(s->external);
    assert_ptr_equal(s->remote, speaker(b, "one", "r2", 4)->sessions[0]);
    assert_null(s->wire);
    wb_free(&b);
}

static void test_multihop(void **state)
{
    (void)state;
    for (int multihop = 0; multihop < 2; multihop++) {
        struct wb *b = wb_new();
        wb_say(b, "one",
               multihop ? "peer r1 203.0.113.2 64497 multihop=2 local_addr=203.0.113.1"
                        : "peer r1 203.0.113.2 64497 local_addr=203.0.113.1");
        wb_say(b, "one", "port r1 lo 203.0.113.1/32 kind=loopback\nbgp r1 64496");
        wb_say(b, "two",
               "port r2 lo 203.0.113.2/32 kind=loopback\nbgp r2 64497\n"
               "peer r2 203.0.113.1 64496 multihop=2 local_addr=203.0.113.2");
        wb_build(b);
        const struct session *s = speaker(b, "one", "r1", 4)->sessions[0];
        assert_true(joined(s) == (multihop == 1));
        wb_free(&b);
    }
}

static void test_external_without_number(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30,2001:db8::1/64\nbgp r1 64496\n"
                            "peer r1 2001:db8::2 - external=1",
                            "two",
                            "port r2 a 192.0.2.2/30,2001:db8::2/64\nbgp r2 64497\n"
                            "peer r2 2001:db8::1 - external=1",
                            NULL);
    const struct session *s = speaker(b, "one", "r1", 6)->sessions[0];
    assert_true(s->external);
    assert_non_null(s->remote);
    wb_free(&b);
}

static void test_unnumbered(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "port r1 a 192.0.2.1/30\nbgp r1 64496\n"
                            "peer r1 - - external=1 local_interface=a",
                            "two",
                            "port r2 a 192.0.2.2/30\nbgp r2 64497\n"
                            "peer r2 - - external=1 local_interface=a",
                            NULL);
    const struct session *s = speaker(b, "one", "r1", 4)->sessions[0];
    struct addr peer = wb_addr("192.0.2.2");
    assert_true(addr_eq(&s->peer_addr, &peer));
    assert_non_null(s->remote);
    wb_free(&b);
}

static void test_local_as(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "port r1 a 192.0.2.1/30\nbgp r1 64496\n"
                 "peer r1 192.0.2.2 64497 local_asn=64500",
                 "two", "port r2 a 192.0.2.2/30\nbgp r2 64497\npeer r2 192.0.2.1 64500", NULL);
    assert_non_null(speaker(b, "one", "r1", 4)->sessions[0]->remote);
    wb_free(&b);
}

static void test_settings_of_one_family(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "node node=r1\nbgp r1 64496 compare_routerid=1 local_pref=150\n"
                            "bgp r1 64496 family=6 maximum_paths=4 maximum_paths_ibgp=2 "
                            "distance_external=30 distance_internal=210",
                            NULL);
    const struct speaker *x = speaker(b, "one", "r1", 4), *y = speaker(b, "one", "r1", 6);
    assert_true(x->compare_routerid && y->compare_routerid);
    assert_int_equal(x->local_pref, 150);
    assert_int_equal(x->distance_external, 20);
    assert_int_equal(x->distance_internal, 200);
    assert_int_equal(y->max_external, 4);
    assert_int_equal(y->max_internal, 2);
    assert_int_equal(y->distance_external, 30);
    assert_int_equal(y->distance_internal, 210);
    wb_free(&b);
}

static void test_sessions_that_tables_tell_of(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 "domain 64496\nport r1 a 192.0.2.1/30\n"
                 "from lg looking-glass\n"
                 "seen r1 198.51.100.0/24 192.0.2.2 64497,64498 192.0.2.2 external=1 "
                 "best=1\n"
                 "seen r1 203.0.113.0/24 10.0.0.2 64499 10.0.0.2 external=0\n"
                 "seen r1 198.18.5.0/24 192.0.2.2 64497 192.0.2.2 rd=64496:1",
                 NULL);
    const struct speaker *x = speaker(b, "one", "r1", 4);
    assert_true(x->has_table);
    assert_int_equal(x->asn, 64496);
    assert_int_equal(x->n_sessions, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct session *s = x->sessions[i];
        assert_int_equal(s->peer_asn, s->external ? 64497 : 64496);
        assert_null(s->fact);
    }
    assert_null(speaker(b, "one", "r1", 6));
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_external_on_a_link),
        cmocka_unit_test(test_what_does_not_join),
        cmocka_unit_test(test_internal_needs_a_way),
        cmocka_unit_test(test_multihop),
        cmocka_unit_test(test_external_without_number),
        cmocka_unit_test(test_unnumbered),
        cmocka_unit_test(test_local_as),
        cmocka_unit_test(test_settings_of_one_family),
        cmocka_unit_test(test_sessions_that_tables_tell_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
